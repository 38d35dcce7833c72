"""Boards, terms, decrees (SK) and what an officer may do on a day (reference/association.md 4).

A permission is derived from terms, never granted by hand: on the day a term ends it is gone, with no job that must run.
An office without a term is vacant. An officer whose firm is neither active nor in grace is paused that day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

import msgspec

from juru.association.domain.membership import Turn, rights
from juru.association.domain.policy import Policies

NATIONAL = "NAS"
"""The national body, and the branch of members who belong to none."""


class Scope(StrEnum):
    """One thing an officer may do; a branch's officer in his branch only."""

    MEMBERS_READ = "members.read"
    MEMBERS_DECIDE = "members.decide"
    DUES_READ = "dues.read"
    DUES_MATCH = "dues.match"
    DUES_REFUND = "dues.refund"
    SOFTWARE_INSPECT = "software.inspect"
    CASE_MANAGE = "case.manage"
    CASE_ANSWER_TRIAGE = "case.answer_triage"
    VOTE_CREATE = "vote.create"
    SK_ISSUE = "sk.issue"
    DISCIPLINE_CHARGE = "discipline.charge"
    DISCIPLINE_DECIDE = "discipline.decide"
    STATS_PUBLISH = "stats.publish"
    APPEAL_DECIDE = "appeal.decide"
    OFFICE_KEEP = "office.keep"


class Body(StrEnum):
    """What an office belongs to."""

    NATIONAL = "national"
    BRANCH = "branch"
    APPEAL = "appeal"
    AUDIT = "audit"


class Title(StrEnum):
    """An office; ``acting`` (Plt) is a property of the term, not an office."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    TREASURER = "treasurer"
    MEMBER = "member"


_CHAIR = frozenset(Scope) - {Scope.DUES_MATCH, Scope.APPEAL_DECIDE}
_SECRETARY = frozenset(
    {
        *(Scope.MEMBERS_READ, Scope.MEMBERS_DECIDE, Scope.DUES_READ, Scope.SOFTWARE_INSPECT, Scope.CASE_MANAGE),
        *(Scope.CASE_ANSWER_TRIAGE, Scope.VOTE_CREATE, Scope.SK_ISSUE, Scope.DISCIPLINE_CHARGE, Scope.STATS_PUBLISH),
        Scope.OFFICE_KEEP,
    }
)
_TREASURER = frozenset({Scope.MEMBERS_READ, Scope.DUES_READ, Scope.DUES_MATCH, Scope.DUES_REFUND})
_BOARD_MEMBER = frozenset({Scope.MEMBERS_READ, Scope.DUES_READ, Scope.DISCIPLINE_DECIDE})
_OFFICES = {
    Title.CHAIR: _CHAIR,
    Title.SECRETARY: _SECRETARY,
    Title.TREASURER: _TREASURER,
    Title.MEMBER: _BOARD_MEMBER,
}
_APPEAL_BOARD = frozenset({Scope.MEMBERS_READ, Scope.APPEAL_DECIDE})
_TREASURY_AUDIT = frozenset({Scope.MEMBERS_READ, Scope.DUES_READ})
_NATIONAL_ONLY = frozenset({Scope.DISCIPLINE_DECIDE, Scope.STATS_PUBLISH, Scope.APPEAL_DECIDE})
_NOT_ACTING = frozenset({Scope.DISCIPLINE_DECIDE, Scope.SK_ISSUE})


def scopes_of(body: Body, title: Title, *, acting: bool = False) -> frozenset[Scope]:
    """What an office carries; an acting officer neither issues decrees nor decides on discipline."""
    match body:
        case Body.APPEAL:
            found = _APPEAL_BOARD
        case Body.AUDIT:
            found = _TREASURY_AUDIT
        case Body.NATIONAL:
            found = _OFFICES[title]
        case Body.BRANCH:
            found = _OFFICES[title] - _NATIONAL_ONLY
        case _:
            assert_never(body)
    return found - _NOT_ACTING if acting else found


class Decree(msgspec.Struct, frozen=True):
    """An SK (surat keputusan): gapless number by body and year; revoking one ends what it gave, from that day."""

    number: str
    body: str
    on: date
    kind: str
    text: str = ""
    signers: tuple[str, ...] = ()
    revokes: str | None = None


def decree_number(body: str, year: int, issued: Iterable[Decree]) -> str:
    """The next number of a body's year: ``SK-NAS-2026-014``."""
    mine = [decree for decree in issued if decree.body == body and decree.on.year == year]
    return f"SK-{body}-{year}-{len(mine) + 1:03d}"


DELEGATION = "delegation"
"""The kind of a national decree that lets a branch's board accept and refuse applications; its text is the code."""


def delegated(decrees: Iterable[Decree], branch: str, on: date) -> bool:
    """Whether national has left the decision on applications to a branch's board, by a decree that stands."""
    known = [decree for decree in decrees if decree.on <= on]
    revoked = {decree.revokes for decree in known}
    given = (one for one in known if one.kind == DELEGATION and one.body == NATIONAL and one.number not in revoked)
    return any(one.text.strip() == branch for one in given)


class Term(msgspec.Struct, frozen=True):
    """One person's time in one office: ``[since, until)``, given by a decree, held for a member firm."""

    person: str
    firm: str
    body: Body
    unit: str
    title: Title
    since: date
    until: date
    decree: str
    acting: bool = False


class Power(msgspec.Struct, frozen=True):
    """What a person may do, and where: ``unit`` is a branch, or ``NAS`` for everywhere."""

    scope: Scope
    unit: str


class Absence(msgspec.Struct, frozen=True):
    """Days on which a firm was in no good standing: ``[since, until)``, open while it lasts."""

    since: date
    until: date | None = None


def absences(turns: Iterable[Turn]) -> tuple[Absence, ...]:
    """When a firm carried no office, from the turns of its standing."""
    found: list[Absence] = []
    for turn in turns:
        away = bool(found) and found[-1].until is None
        if rights(turn.standing.state).office:
            if away:
                found[-1] = Absence(found[-1].since, turn.on)
        elif not away:
            found.append(Absence(turn.on))
    return tuple(found)


class Ending(StrEnum):
    """Why a term ends on its day."""

    TERM = "term"
    ACTING = "acting"
    DECREE_REVOKED = "decree_revoked"
    BRANCH_ENDED = "branch_ended"
    FIRM_AWAY = "firm_away"


class Seats:
    """What terms are worth on a day, given decrees, branches, the statutes' numbers and how each firm stood."""

    def __init__(
        self,
        policies: Policies,
        decrees: Iterable[Decree],
        branch_ends: Mapping[str, date],
        away: Callable[[str], Sequence[Absence]],
    ) -> None:
        self._policies = policies
        self._revoked = {decree.revokes: decree.on for decree in decrees if decree.revokes is not None}
        self._branch_ends = branch_ends
        self._away = away

    def ending(self, term: Term) -> tuple[date, Ending]:
        """The day from which a term is over, and why: the earliest of what can end it.

        A firm that is out of good standing for the statutes' days ends its officer's term for ever; until then the
        day told is the one on which that will be, if the firm does not recover.
        """
        ends = [(term.until, Ending.TERM)]
        if term.acting:
            ends.append((term.since + timedelta(days=self._policies.on(term.since).acting_days), Ending.ACTING))
        if term.decree in self._revoked:
            ends.append((self._revoked[term.decree], Ending.DECREE_REVOKED))
        if term.body is Body.BRANCH and term.unit in self._branch_ends:
            ends.append((self._branch_ends[term.unit], Ending.BRANCH_ENDED))
        for absence in self._away(term.firm):
            start = max(absence.since, term.since)
            over = start + timedelta(days=self._policies.on(start).paused_days)
            if absence.until is None or absence.until > over:
                ends.append((over, Ending.FIRM_AWAY))
        return min(ends)

    def paused(self, term: Term, as_of: date) -> bool:
        """Whether its firm carries no office on a day."""
        return any(
            absence.since <= as_of and (absence.until is None or as_of < absence.until)
            for absence in self._away(term.firm)
        )

    def paused_since(self, term: Term, as_of: date) -> date | None:
        """The day from which a paused term is paused."""
        running = [x for x in self._away(term.firm) if x.since <= as_of and (x.until is None or as_of < x.until)]
        return max(running[-1].since, term.since) if running else None

    def filled(self, term: Term, as_of: date) -> bool:
        """Whether a term carries its powers on a day: begun, not over, its firm in good standing."""
        return term.since <= as_of < term.until and not self.paused(term, as_of) and as_of < self.ending(term)[0]


def powers(live: Iterable[Term], person: str) -> frozenset[Power]:
    """Everything a person may do by his terms in office."""
    return frozenset(
        Power(scope, NATIONAL if term.body is not Body.BRANCH else term.unit)
        for term in live
        if term.person == person
        for scope in scopes_of(term.body, term.title, acting=term.acting)
    )


class Denial(StrEnum):
    """Why a person may not do something now."""

    NO_POWER = "no_power"
    OWN_FIRM = "own_firm"
    DECIDED_BEFORE = "decided_before"


def denied(
    held: frozenset[Power],
    scope: Scope,
    branch: str,
    *,
    own_firm: str | None = None,
    subject_firm: str | None = None,
    decided_before: bool = False,
) -> Denial | None:
    """What stands against an act: no power there, one's own firm, or having decided in the first instance."""
    if not {Power(scope, NATIONAL), Power(scope, branch)} & held:
        return Denial.NO_POWER
    if subject_firm is not None and subject_firm == own_firm:
        return Denial.OWN_FIRM
    return Denial.DECIDED_BEFORE if decided_before else None
