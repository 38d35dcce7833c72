"""The registers as they stand on a day, as known at a moment: what pages, tables and commands show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import TypeVar, get_args

import msgspec

from juru.association.domain.affairs import KINDS, Decreed, Reversal, Subject
from juru.association.domain.announcements import Announcement, announcement
from juru.association.domain.boards import NATIONAL
from juru.association.domain.facts import Fact, JobsDeclared, Override
from juru.association.domain.history import Event, timeline
from juru.association.domain.letters import Letter, letter
from juru.association.domain.meetings import Meeting, meeting
from juru.association.domain.opportunities import Opportunity, offers_expiring, opportunity
from juru.association.domain.recognition import Expiry, Recognition, recognition, recognitions_expiring
from juru.association.domain.registers import InvitationAnswered, Minuted, Moderated
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded

View = TypeVar("View")
_OF_MEETINGS = tuple(kind for kind in get_args(KINDS[Subject.MEETING]) if kind not in {InvitationAnswered, Reversal})
Fold = Callable[[str, Sequence[Fact], date], View | None]


def _folded(found: Iterable[Recorded], fold: Fold[View], as_of: date) -> list[View]:
    views = []
    for number, those in groupby(found, key=lambda one: one.subject_id):
        view = fold(number, [one.fact for one in those], as_of)
        if view is not None:
            views.append(view)
    return views


def _all(reads: Reads, subject: Subject, fold: Fold[View], as_of: date, known_ms: int | None) -> list[View]:
    """Every one of a register; facts of days to come are read too where something may be set ahead."""
    return _folded(reads.facts_of_kind(subject, None, known_ms), fold, as_of)


def _one(
    reads: Reads, subject: Subject, number: str, fold: Fold[View], as_of: date, known_ms: int | None
) -> View | None:
    return fold(number, [one.fact for one in reads.facts(subject, number, None, known_ms)], as_of)


def history(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Event]:
    """The body's own history, oldest first."""
    return timeline((one.fact for one in reads.facts_of_kind(Subject.ASSOCIATION, as_of, known_ms)), as_of)


def recognitions(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Recognition]:
    """Every recognition, the latest first."""
    found = _all(reads, Subject.RECOGNITION, recognition, as_of, known_ms)
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def opportunities(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Opportunity]:
    """Every notice, the newest first."""
    found = _all(reads, Subject.OPPORTUNITY, opportunity, as_of, known_ms)
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def one_opportunity(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Opportunity | None:
    """A notice by its number."""
    return _one(reads, Subject.OPPORTUNITY, number, opportunity, as_of, known_ms)


def letters(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Letter]:
    """Every letter and draft, the newest first."""
    found = _all(reads, Subject.LETTER, letter, as_of, known_ms)
    return sorted(found, key=lambda one: (one.on, one.id), reverse=True)


def one_letter(reads: Reads, letter_id: str, as_of: date, known_ms: int | None = None) -> Letter | None:
    """A letter by its running number; what a letterhead needs is in it."""
    return _one(reads, Subject.LETTER, letter_id, letter, as_of, known_ms)


def announcements(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Announcement]:
    """Every announcement, the newest first."""
    found = _all(reads, Subject.ANNOUNCEMENT, announcement, as_of, known_ms)
    return sorted(found, key=lambda one: (one.since, one.id), reverse=True)


def one_announcement(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Announcement | None:
    """An announcement by its number, with every version that has begun."""
    return _one(reads, Subject.ANNOUNCEMENT, number, announcement, as_of, known_ms)


def meetings(reads: Reads, as_of: date, known_ms: int | None = None, firms: Sequence[str] = ()) -> list[Meeting]:
    """Every meeting, the latest day first, with the answers of some members; a page of one has them all."""
    found = reads.tagged(Subject.MEETING, _OF_MEETINGS, None, known_ms)
    answers = [one for firm in firms for one in reads.said_by(firm, InvitationAnswered, None, known_ms)]
    together = sorted([*found, *answers], key=lambda one: (one.subject_id, one.id))
    views = _folded(together, meeting, as_of)
    return sorted(views, key=lambda one: (one.held_on, one.held_at, one.id), reverse=True)


def one_meeting(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Meeting | None:
    """A meeting by its number."""
    return _one(reads, Subject.MEETING, number, meeting, as_of, known_ms)


def expiring(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Expiry]:
    """What ends by itself and when, the next first: recognitions in force and open notices."""
    there = recognitions_expiring(recognitions(reads, as_of, known_ms))
    return sorted([*there, *offers_expiring(opportunities(reads, as_of, known_ms))])


class Jobs(msgspec.Struct, frozen=True):
    """What a member declared of jobs created since it last did, on a day."""

    on: date
    member: str
    jobs: int
    opportunity: str


def jobs_declared(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Jobs]:
    """Every declaration up to a day, oldest first; the jobs created are their sum, and nothing else is."""
    found = reads.tagged(Subject.MEMBER, (JobsDeclared,), as_of, known_ms)
    told = {(one.subject_id, one.fact) for one in found if isinstance(one.fact, JobsDeclared)}
    rows = [Jobs(fact.on, member, fact.jobs, fact.opportunity) for member, fact in told]
    return sorted(rows, key=lambda row: (row.on, row.member, row.opportunity, row.jobs))


class Decided(msgspec.Struct, frozen=True):
    """A line of what was decided: by which body, what kind it is, and where it is written.

    ``outcome`` is an officer's verdict on a notice, or the state that an override set.
    """

    on: date
    kind: str
    body: str
    id: str
    text: str
    decree: str = ""
    outcome: str = ""


def decided(reads: Reads, as_of: date, known_ms: int | None = None) -> list[Decided]:
    """What everybody may read: decrees, public minutes, officers' words on notices, overrides; the newest first.

    No person is named: a notice and a member are told by their numbers.
    """
    lines = [
        Decided(one.fact.on, "decree", one.fact.body, one.subject_id, one.fact.text, one.subject_id)
        for one in reads.facts_of_kind(Subject.DECREE, as_of, known_ms)
        if isinstance(one.fact, Decreed)
    ]
    lines += [
        Decided(fact.on, "moderation", "", one.subject_id, fact.reason, outcome=fact.verdict.value)
        for one in reads.tagged(Subject.OPPORTUNITY, (Moderated,), as_of, known_ms)
        if isinstance(fact := one.fact, Moderated)
    ]
    lines += [
        Decided(fact.on, "override", NATIONAL, one.subject_id, fact.until.isoformat(), fact.decree, fact.state)
        for one in reads.tagged(Subject.MEMBER, (Override,), as_of, known_ms)
        if isinstance(fact := one.fact, Override)
    ]
    for number in {one.subject_id for one in reads.tagged(Subject.MEETING, (Minuted,), as_of, known_ms)}:
        lines += _of_minutes(one_meeting(reads, number, as_of, known_ms))
    return sorted(lines, key=lambda line: (line.on, line.kind, line.id, line.text), reverse=True)


def _of_minutes(held: Meeting | None) -> list[Decided]:
    if held is None or held.minutes is None or not held.minutes.public:
        return []
    decisions = held.minutes.decisions
    return [Decided(held.held_on, "minutes", held.body, held.id, one.text, one.decree) for one in decisions]
