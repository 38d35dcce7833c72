"""One use case while it runs: who acts, on which day, what stands, and whether he may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NoReturn, TypeVar

import msgspec

from juru.association.desk.kept import Kept
from juru.association.domain import boards
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Absence, Body, Denial, Scope, Seats, Term, absences
from juru.association.domain.branches import Branch, home
from juru.association.domain.branches import on as branches_on
from juru.association.domain.command import Dated
from juru.association.domain.facts import Applied, Fact, MemberFact, Moved, known, of_kind
from juru.association.domain.membership import Standing, turns
from juru.association.domain.membership import standing as standing_of
from juru.association.domain.policy import Policies
from juru.association.domain.refusals import Code, Refusal
from juru.association.domain.when import fits
from juru.association.store.book import Writing
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded

DAYS_KEPT = 8
F = TypeVar("F", bound=Fact)
_DENIALS = {
    Denial.NO_POWER: Code.NO_POWER,
    Denial.OWN_FIRM: Code.OWN_FIRM,
    Denial.DECIDED_BEFORE: Code.DECIDED_BEFORE,
}


class RefusedError(Exception):
    """Ends a use case without a trace; the desk hands its refusal on as a value."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(code: Code, **facts: str | int) -> NoReturn:
    """End the use case: nothing of it stands."""
    raise RefusedError(Refusal(code, facts))


class Act:
    """``today`` is the association's day of the commit; ``by`` is who asks.

    ``member_asking`` is the firm that he represents when it is the firm that asks: then no office of a person of the
    same name counts.
    """

    def __init__(self, writing: Writing, *, today: date, by: str, member: str = "", kept: Kept | None = None) -> None:
        self.writing = writing
        self.reads: Reads = writing.reads
        self.today = today
        self.by = by
        self.numbers: dict[tuple[str, int], int] = {}
        """The latest number that this use case gave, of each series and year."""
        self.member_asking = member
        self.kept = kept or Kept()
        self.kept.bring_up(self.reads)

    @property
    def signature(self) -> str:
        """Who asks, as the book writes it: an officer by his name, a representative behind his firm's number."""
        return f"{self.member_asking}:{self.by}" if self.member_asking else self.by

    def day(self, given: date | None, *, ahead: bool = False) -> date:
        """The day from which it counts. Refuses one that has not come, unless it may lie ahead."""
        on = given or self.today
        if on > self.today and not ahead:
            refuse(Code.FUTURE_DAY, on=on.isoformat(), today=self.today.isoformat())
        return on

    def dated(self, command: Dated) -> dict[str, Any]:
        """The day of a command, how exactly it is known, as fields of a fact. Refuses one that has not come."""
        return {"on": self.day(command.on), "precision": command.precision, "through": command.through}

    def add(self, subject: Subject, subject_id: str, fact: Fact, *, reverses: int | None = None) -> int:
        """Record a fact in the name of who asks; its number. Refuses a day that its precision contradicts."""
        if not fits(fact):
            refuse(Code.WRONG_PRECISION, on=fact.on.isoformat(), precision=fact.precision.value)
        told = msgspec.structs.replace(fact, by=self.signature)
        return self.writing.fact(subject, subject_id, told, reverses=reverses)

    # ------------------------------------------------------------------ what stands

    def member(self, number: str) -> list[Recorded]:
        """The facts of a member. Refuses a number that was never given."""
        found = self.reads.facts(Subject.MEMBER, number)
        if not found:
            refuse(Code.NOT_FOUND, what="member", id=number)
        return found

    def standing(self, number: str, on: date) -> Standing:
        """A member's state on a day, as known now."""
        return standing_of(self.policies, member_facts(self.member(number)), on)

    @property
    def branches(self) -> list[Branch]:
        """Every version of every branch."""
        return self.kept.offices(self.reads).branches

    @property
    def policies(self) -> Policies:
        """The statutes' numbers of every day."""
        return self.kept.offices(self.reads).policies

    def branch_of(self, found: Iterable[Recorded], on: date) -> str:
        """The branch to which a member belongs on a day: the one he chose, or where that one went."""
        return home(self.branches, chosen_branch(found, on), on)[0]

    @property
    def terms(self) -> list[Term]:
        """Every term ever given."""
        return self.kept.offices(self.reads).terms

    @property
    def decrees(self) -> list[boards.Decree]:
        """Every decree ever issued."""
        return self.kept.offices(self.reads).decrees

    def decree(self, number: str, on: date) -> None:
        """Refuse unless a decree stands on a day."""
        issued = [d for d in self.decrees if d.number == number and d.on <= on]
        revoked = [d for d in self.decrees if d.revokes == number and d.on <= on]
        if not issued or revoked:
            refuse(Code.DECREE_UNKNOWN, decree=number or "-")

    def unit(self, code: str) -> str:
        """A body: national, or a branch of today. Refuses what is neither."""
        if code != boards.NATIONAL and code not in branches_on(self.branches, self.today):
            refuse(Code.NOT_FOUND, what="branch", id=code or "-")
        return code

    def documents(self, *sha256s: str) -> None:
        """Refuse unless every document named was kept."""
        for sha256 in sha256s:
            if self.reads.document(sha256) is None:
                refuse(Code.NOT_FOUND, what="document", id=sha256 or "-")

    def next_number(self, subject: Subject) -> str:
        """The next running number of a kind of subject."""
        newest = self.reads.newest(subject, after="", before="~")
        return f"{int(newest or 0) + 1:05d}"

    def written(self, what: str, text: str, most: int) -> str:
        """A text as it is kept. Refuses an empty one, or one too long to be what it should be."""
        told = text.strip()
        if not 1 <= len(told) <= most:
            refuse(Code.WRONG_COUNT, what=what, given=len(told), least=1, most=most)
        return told

    # ------------------------------------------------------------------ who may

    def seats(self, on: date) -> Seats:
        """What terms are worth on a day."""
        offices = self.kept.offices(self.reads)
        if on not in offices.seats:
            if len(offices.seats) >= DAYS_KEPT:
                offices.seats.clear()
            offices.seats[on] = seats(self.reads, on, offices.policies, offices.decrees, offices.branches)
        return offices.seats[on]

    def in_office(self, on: date) -> tuple[Term, ...]:
        """The terms that carry their powers on a day."""
        return tuple(term for term in self.terms if self.seats(on).filled(term, on))

    def speaks_for(self, firm: str, unit: str) -> None:
        """Refuse unless a firm's own representative asks, or an officer of its branch on its word."""
        if not self.member_asking:
            self.require(Scope.OFFICE_KEEP, unit)
        elif self.member_asking != firm:
            refuse(Code.NO_POWER, by=self.signature, scope="member", unit=firm, on=self.today.isoformat())

    def require(
        self,
        scope: Scope,
        unit: str,
        *,
        subject_firm: str | None = None,
        decided_before: Iterable[str] = (),
        on: date | None = None,
    ) -> None:
        """Refuse unless who asks holds a scope in a unit today.

        While no national officer is in office, before the first board or once every term has ended, whoever keeps
        the book acts for the congress: else nobody could ever seat a board.
        """
        day = on or self.today
        if self.member_asking:
            refuse(Code.NO_POWER, by=self.signature, scope=scope.value, unit=unit, on=day.isoformat())
        if self.by in set(decided_before):
            refuse(Code.DECIDED_BEFORE, by=self.by)
        seats_ = self.seats(day)
        if not any(term.body is Body.NATIONAL and seats_.filled(term, day) for term in self.terms):
            return
        mine = [term for term in self.terms if term.person == self.by and seats_.filled(term, day)]
        own = next((term.firm for term in mine), None)
        denial = boards.denied(boards.powers(mine, self.by), scope, unit, own_firm=own, subject_firm=subject_firm)
        if denial is not None:
            facts = {"by": self.by, "scope": scope.value, "unit": unit, "on": day.isoformat()}
            refuse(_DENIALS[denial], **facts)


def seats(
    reads: Reads,
    on: date,
    policies: Policies,
    decrees: Iterable[boards.Decree],
    branches: Iterable[Branch],
    known_ms: int | None = None,
) -> Seats:
    """What terms are worth on a day, by how each firm stood up to then, as known at an instant."""

    @cache
    def away(firm: str) -> Sequence[Absence]:
        return absences(turns(policies, member_facts(reads.facts(Subject.MEMBER, firm, on, known_ms)), on))

    ends = {branch.code: branch.until for branch in branches if branch.since <= on and branch.until is not None}
    reopened = branches_on(branches, on)
    return Seats(policies, decrees, {code: end for code, end in ends.items() if code not in reopened}, away)


def member_facts(found: Iterable[Recorded]) -> list[MemberFact]:
    """The facts of a member as the rules want them: what was recorded twice counts once."""
    return [plain(one.fact) for one in found if isinstance(one.fact, MemberFact)]


def plain(fact: F) -> F:
    """A fact without who recorded it and when: the rules go by what happened."""
    return msgspec.structs.replace(fact, known_at=None, by="", source="")


def of(found: Iterable[Recorded], kind: type[F]) -> list[F]:
    """The facts of one kind, oldest day first."""
    return sorted(of_kind((one.fact for one in found), kind), key=lambda fact: fact.on)


def chosen_branch(found: Iterable[Recorded], on: date) -> str:
    """The branch that a member chose, whatever became of it: where he applied, then where he moved."""
    branch = boards.NATIONAL
    for fact in known(member_facts(found), on):
        match fact:
            case Applied(branch=applied) if applied:
                branch = applied
            case Moved(to=to):
                branch = to
            case _:
                pass
    return branch
