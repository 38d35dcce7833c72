"""Everything about one member on a day: its standing and why, people, papers, sanctions, and every fact of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from juru.association.desk.register import Shown, Statutes, shown, statutes
from juru.association.domain import facts as f
from juru.association.domain import people
from juru.association.domain.affairs import Reversal, Subject
from juru.association.domain.facts import Fact
from juru.association.domain.membership import Turn, behind, next_turn
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded


class Line(msgspec.Struct, frozen=True):
    """A fact of the story; ``gone`` is why it was taken back, None while it stands."""

    id: int
    kind: str
    fact: Fact
    told: tuple[tuple[str, str | date], ...]
    gone: str | None = None


class Paper(msgspec.Struct, frozen=True):
    """A document of the member."""

    document: str
    evidence: str
    name: str
    media_type: str
    size_bytes: int
    on: date


class Dossier(msgspec.Struct, frozen=True):
    """One member on a day, as known at a moment."""

    shown: Shown
    why: dict[str, tuple[Line, ...]]
    next: Turn | None
    about: f.Registered | None
    representatives: dict[str, f.RepresentativeNamed]
    servers: tuple[people.Server, ...]
    contacts: tuple[f.ContactSet, ...]
    papers: tuple[Paper, ...]
    warnings: tuple[f.Warned, ...]
    owner: f.OwnerChanged | None
    owner_confirmed: bool
    asked: f.MoveAsked | None
    story: tuple[Line, ...]


def dossier(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Dossier | None:
    """A member's dossier; None where nothing of it is known on that day."""
    row = shown(reads, number, as_of, known_ms)
    if row is None:
        return None
    recorded = reads.facts(Subject.MEMBER, number, as_of, known_ms)
    facts = [one.fact for one in recorded if isinstance(one.fact, f.MemberFact)]
    seen, by = f.known(facts, as_of), statutes(reads, known_ms)
    lines = {one.fact: _line(one) for one in recorded}
    why = {part: tuple(lines[fact] for fact in found) for part, found in behind(by.policies, facts, as_of).items()}
    owners = f.of_kind(seen, f.OwnerChanged)
    return Dossier(
        shown=row,
        why=why,
        next=next_turn(by.policies, facts, as_of),
        about=next(iter(f.of_kind(seen, f.Registered)[-1:]), None),
        representatives={role.value: one for role, one in people.representatives(seen).items()},
        servers=tuple(people.servers(seen).values()),
        contacts=tuple(people.contacts(seen).values()),
        papers=_papers(reads, seen),
        warnings=_warnings(by, seen, as_of),
        owner=owners[-1] if owners else None,
        owner_confirmed=any(owners and one.on >= owners[-1].on for one in f.of_kind(seen, f.OwnerConfirmed)),
        asked=people.move_asked(seen),
        story=_story(reads, number, as_of, known_ms),
    )


def _papers(reads: Reads, seen: Sequence[f.MemberFact]) -> tuple[Paper, ...]:
    found = []
    for given in f.of_kind(seen, f.DocumentGiven):
        kept = reads.document(given.document)
        if kept is not None:
            name = given.name or kept[0]
            found.append(Paper(given.document, given.evidence.value, name, kept[1], kept[2], given.on))
    return tuple(found)


def _warnings(by: Statutes, seen: Sequence[f.MemberFact], as_of: date) -> tuple[f.Warned, ...]:
    """The warnings that have not ended."""
    return tuple(
        one for one in f.of_kind(seen, f.Warned) if as_of < one.on + timedelta(days=by.policies.on(one.on).warning_days)
    )


def _story(reads: Reads, number: str, as_of: date, known_ms: int | None) -> tuple[Line, ...]:
    """Every fact ever recorded, the latest day first; one that was taken back says why."""
    recorded = reads.story(Subject.MEMBER, number, known_ms)
    reasons = {one.reverses: one.fact.reason for one in recorded if isinstance(one.fact, Reversal)}
    lines = [
        _line(one, reasons.get(one.id))
        for one in recorded
        if not isinstance(one.fact, Reversal) and one.fact.on <= as_of
    ]
    return tuple(sorted(lines, key=lambda line: (line.fact.on, line.id), reverse=True))


def _line(one: Recorded, gone: str | None = None) -> Line:
    kind = str(type(one.fact).__struct_config__.tag)
    return Line(one.id, kind, one.fact, _told(one.fact), gone)


def _told(fact: Fact) -> tuple[tuple[str, str | date], ...]:
    """What a fact says beside its common fields, name by name; days as days, all else in plain words."""
    common = set(Fact.__struct_fields__)
    fields = ((field.name, getattr(fact, field.name)) for field in msgspec.structs.fields(fact))
    return tuple((name, _plain(value)) for name, value in fields if name not in common and value not in ("", None, ()))


def _plain(value: Any) -> str | date:  # noqa: ANN401 - whatever a fact holds
    if isinstance(value, tuple):
        return ", ".join(str(_plain(one)) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, date) else str(value)
