"""The register: every member, or one, as it stands on a day, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec

from juru.association.desk.due_world import holidays
from juru.association.domain import facts as f
from juru.association.domain import people
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import Branch, home
from juru.association.domain.clocks import Silence, WaitingOn, silence_as_known
from juru.association.domain.membership import parts, summary
from juru.association.domain.policy import Policies
from juru.association.store.reads import Reads


class Row(msgspec.Struct):
    """A line of the register."""

    number: str
    name: str
    branch: str
    member_class: str
    state: str
    reason: str | None
    paid_until: date | None
    since: date | None = None
    province: str = ""
    must_choose: bool = False
    """Its branch has ended and went to none or to several: it counts as national direct until it has chosen."""


class Statutes:
    """What every line is read by: the numbers and the branches of every day, as known at a moment."""

    def __init__(self, policies: Policies, branches: list[Branch]) -> None:
        self.policies = policies
        self.branches = branches
        self._homes: dict[tuple[str, date], tuple[str, bool]] = {}

    def home(self, chosen: str, as_of: date) -> tuple[str, bool]:
        """Where a member who chose a branch belongs on a day, and whether he has to choose anew."""
        if (chosen, as_of) not in self._homes:
            self._homes[chosen, as_of] = home(self.branches, chosen, as_of)
        return self._homes[chosen, as_of]


def statutes(reads: Reads, known_ms: int | None = None) -> Statutes:
    """The numbers and branches of every day."""
    return Statutes(reads.policies(known_ms), reads.branches(known_ms))


class Shown(Row):
    """A member with the parts of its standing, what waits for whom, and where its number leads."""

    dues: str = ""
    conduct: str = ""
    software: str = ""
    waits_on: str = ""
    waits_until: date | None = None
    representatives: dict[str, str] = {}
    servers: dict[str, str] = {}
    contacts: dict[str, str] = {}
    merged_into: str = ""
    absorbed: list[str] = []


def register(reads: Reads, as_of: date, known_ms: int | None = None) -> Iterator[Row]:
    """Every member with its state, in one sweep over the facts."""
    by = statutes(reads, known_ms)
    for number, facts in reads.members(as_of, known_ms):
        yield row_of(by, number, facts, as_of)


def shown(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Shown | None:
    """One member; None where nothing of it is known on that day."""
    recorded = reads.facts(Subject.MEMBER, number, as_of, known_ms)
    facts = [one.fact for one in recorded if isinstance(one.fact, f.MemberFact)]
    if not facts:
        return None
    by = statutes(reads, known_ms)
    row = row_of(by, number, facts, as_of)
    its = parts(by.policies, facts, as_of)
    found = Shown(
        **{name: getattr(row, name) for name in Row.__struct_fields__},
        dues=its.dues.value,
        conduct=its.conduct.value,
        software=its.software.value,
    )
    seen = f.known(facts, as_of)
    found.representatives = {role.value: named.person for role, named in people.representatives(seen).items()}
    found.servers = {code: server.name for code, server in people.servers(seen).items()}
    found.contacts = {channel.value: told.value for channel, told in people.contacts(seen).items()}
    found.merged_into = next((fact.into for fact in f.of_kind(seen, f.Merged)), "") if row.reason == "merged" else ""
    found.absorbed = absorbed(reads, number, as_of, known_ms)
    waits = waiting_for(reads, by.policies, row.reason, facts, as_of, known_ms)
    if waits is not None:
        found.waits_on, found.waits_until = waits
    return found


def absorbed(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> list[str]:
    """The numbers that were merged into a member."""
    found = []
    for other in reads.concerning(number, "merged"):
        facts = [one.fact for one in reads.facts(Subject.MEMBER, other, as_of, known_ms)]
        if any(isinstance(fact, f.Merged) and fact.into == number for fact in facts):
            found.append(other)
    return found


def waiting_for(
    reads: Reads,
    policies: Policies,
    reason: str | None,
    facts: Sequence[f.MemberFact],
    as_of: date,
    known_ms: int | None = None,
) -> tuple[str, date] | None:
    """Whose answer a member waits for, and the last day in time: on an application, or on an appeal."""
    match reason:
        case "awaiting_decision":
            complete = f.of_kind(f.known(facts, as_of), f.Complete)[-1].on
            clock = silence_as_known(complete, as_of, holidays(reads, known_ms), policies.on(complete))
            branch = clock.waiting_on is WaitingOn.BRANCH
            until = clock.branch_deadline if branch else clock.national_overdue_from - timedelta(days=1)
            return clock.waiting_on.value, until
        case "expulsion_under_appeal":
            appealed = f.of_kind(f.known(facts, as_of), f.Appealed)[-1].on
            until = appealed + timedelta(days=policies.on(appealed).appeal_overdue_days)
            return ("appeal" if as_of <= until else "appeal_overdue"), until
        case _:
            return None


def row_of(by: Statutes, number: str, facts: Sequence[f.MemberFact], as_of: date) -> Row:
    """A member's line on a day."""
    its = summary(by.policies, facts, as_of)
    name, branch, member_class, province = "", NATIONAL, "", ""
    for fact in its.seen:
        match fact:
            case f.Registered(name=told, province=there):
                name, province = told, there
            case f.Renamed(name=told):
                name = told
            case f.Applied(branch=applied, member_class=applied_class):
                branch, member_class = applied or branch, applied_class
            case f.Moved(to=to):
                branch = to
            case _:
                pass
    branch, must_choose = by.home(branch, as_of)
    where = number, name, branch, member_class
    state, reason = its.standing.state.value, its.standing.reason
    return Row(*where, state, reason, its.paid_until, its.since, province, must_choose)


def waiting(reads: Reads, facts: Sequence[f.MemberFact], as_of: date, known_ms: int | None = None) -> Silence:
    """What silence makes of a complete application.

    A table of holidays that became known once the branch's days had run moves nothing; one that became known before
    counts from then on.
    """
    complete = f.of_kind(f.known(facts, as_of), f.Complete)[-1]
    return silence_as_known(complete.on, as_of, holidays(reads, known_ms), reads.policies(known_ms).on(complete.on))
