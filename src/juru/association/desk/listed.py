"""Members as a list names them, recorded: facts with their source, and no money."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import Done, ImportMembers, ListedMember
from juru.association.domain.likeness import Businesses
from juru.association.domain.refusals import Code
from juru.association.store.reads import Reads

SOURCE = "import"
_DIGITS = 6
_FILE_MAX = 60


def import_members(act: Act, command: ImportMembers) -> Done:
    """Give each row its number and its facts, in one commit; how many, and the first of them.

    A row that was brought in before is passed over. Refuses all of them where one resembles a member and nobody said
    that it is another: the book has changed since the rows were judged.
    """
    act.require(Scope.MEMBERS_DECIDE, NATIONAL)
    there = branches_on(act.branches, act.today)
    before, known = act.reads.listed(), businesses(act.reads, command.seen)
    newest = int(act.reads.newest(Subject.MEMBER, after="", before="~") or 0)
    first, added = "", 0
    for row in command.rows:
        if row.mark in before:
            continue
        if row.branch != NATIONAL and row.branch not in there:
            refuse(Code.WRONG_BRANCH, branch=row.branch, choices=", ".join([*there, NATIONAL]))
        act.day(row.joined_on)
        if row.paid_to is not None and row.paid_to <= row.joined_on:
            refuse(Code.WRONG_PERIOD, since=row.joined_on.isoformat(), until=row.paid_to.isoformat())
        twin = None if row.sure else known.find(row.name, licence=row.licence, phones=phones(row))
        if twin is not None:
            refuse(Code.SAME_BUSINESS, member=twin, name=row.name)
        newest += 1
        number = f"{newest:0{_DIGITS}d}"
        _record(act, number, row, f"{SOURCE} {' '.join(command.file.split())[:_FILE_MAX]} {row.row} {row.mark}")
        first, added = first or number, added + 1
    return Done(first, str(added))


def _record(act: Act, number: str, row: ListedMember, source: str) -> None:
    """What the list says: since when it is a member, for whom it is, and until when its dues were paid.

    Where no dues are known it is admitted on the day of the import, and its first dues are then due.
    """
    joined: dict[str, Any] = {"on": row.joined_on, "precision": row.precision, "source": source}
    admitted = joined if row.paid_to is not None else {"on": act.today, "source": source}
    facts: list[f.MemberFact] = [
        f.Registered(name=row.name, licence=row.licence, province=row.province, address=row.address, **joined),
        f.Applied(branch=row.branch, member_class=row.member_class, **admitted),
        f.Complete(**admitted),
        f.Verified(decision=SOURCE, **admitted),
    ]
    for role, person, phone in (
        (f.Role.DUES, row.dues_rep, row.dues_phone),
        (f.Role.VOTING, row.voting_rep, row.voting_phone),
    ):
        if person or phone:
            told = f.RepresentativeNamed(on=act.today, source=source, role=role, person=person or row.name, phone=phone)
            facts.append(told)
    if row.paid_to is not None:
        facts.append(f.PaidBefore(since=row.joined_on, until=row.paid_to, row=row.mark, **joined))
    for fact in facts:
        act.add(Subject.MEMBER, number, fact)


def phones(row: ListedMember) -> tuple[str, ...]:
    """The telephone numbers of a row."""
    return tuple(phone for phone in (row.dues_phone, row.voting_phone) if phone)


def businesses(reads: Reads, after: int = 0) -> Businesses:
    """The businesses of the book, to be asked which one resembles another; of facts after a number."""
    known = Businesses()
    for number, body in reads.names(after):
        fact = msgspec.json.decode(body, type=f.Registered | f.Renamed)
        known.add(number, fact.name, licence=fact.licence if isinstance(fact, f.Registered) else "")
    for number, body in reads.phones(after):
        told = msgspec.json.decode(body, type=f.RepresentativeNamed | f.ContactSet)
        known.add_phone(number, told.phone if isinstance(told, f.RepresentativeNamed) else told.value)
    return known
