"""The register: every member, or one, as it stands on a day, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from juru.association.desk.acting import POLICY
from juru.association.domain import facts as f
from juru.association.domain.affairs import HolidaysSet, Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.clocks import Silence, silence
from juru.association.domain.membership import member_since, paid_until, parts, standing
from juru.association.store.reads import Reads
from juru.association.store.rows import milliseconds
from juru.values.days import Zone, business_day


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


class Shown(Row):
    """A member with the parts of its standing, and what an application waits for."""

    dues: str = ""
    conduct: str = ""
    software: str = ""
    waits_on: str = ""
    waits_until: date | None = None
    representatives: dict[str, str] = {}


def register(reads: Reads, as_of: date, known_ms: int | None = None) -> Iterator[Row]:
    """Every member with its state, in one sweep over the facts."""
    for number, facts in reads.members(as_of, known_ms):
        yield row_of(number, facts, as_of)


def shown(reads: Reads, number: str, as_of: date, known_ms: int | None = None) -> Shown | None:
    """One member; None where nothing of it is known on that day."""
    recorded = reads.facts(Subject.MEMBER, number, as_of, known_ms)
    facts = [one.fact for one in recorded if isinstance(one.fact, f.MemberFact)]
    if not facts:
        return None
    row = row_of(number, facts, as_of)
    its = parts(POLICY, facts, as_of)
    found = Shown(
        **{name: getattr(row, name) for name in Row.__struct_fields__},
        dues=its.dues.value,
        conduct=its.conduct.value,
        software=its.software.value,
    )
    for named in f.of_kind(f.known(facts, as_of), f.RepresentativeNamed):
        found.representatives[named.role.value] = named.person
    if row.reason == "awaiting_decision":
        clock = waiting(reads, facts, as_of, known_ms)
        found.waits_on = clock.waiting_on.value
        branch = clock.waiting_on.value == "branch"
        found.waits_until = clock.branch_deadline if branch else clock.national_overdue_from
    return found


def row_of(number: str, facts: Sequence[f.MemberFact], as_of: date) -> Row:
    """A member's line on a day."""
    now = standing(POLICY, facts, as_of)
    name, branch, member_class, province = "", NATIONAL, "", ""
    for fact in f.known(facts, as_of):
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
    until, since = paid_until(facts, as_of), member_since(facts, as_of)
    return Row(number, name, branch, member_class, now.state.value, now.reason, until, since, province)


def waiting(reads: Reads, facts: Sequence[f.MemberFact], as_of: date, known_ms: int | None = None) -> Silence:
    """What silence makes of a complete application.

    A table of holidays that became known once the branch's days had run moves nothing; one that became known before
    counts from then on.
    """
    complete = f.of_kind(f.known(facts, as_of), f.Complete)[-1]
    versions = sorted(
        (milliseconds(one.fact.known_at), one.subject_id, one.fact.days)
        for one in reads.facts_of_kind(Subject.CALENDAR, known_ms=known_ms)
        if isinstance(one.fact, HolidaysSet) and one.fact.known_at is not None
    )
    tables: dict[str, frozenset[date]] = {}
    clock = silence(complete.on, as_of, frozenset())
    for table_ms, year, days in versions:
        if _day_of(table_ms) >= clock.moves_to_national_on:
            break
        tables[year] = frozenset(days)
        clock = silence(complete.on, as_of, frozenset().union(*tables.values()))
    return clock


def _day_of(at_ms: int) -> date:
    number = business_day(at_ms, Zone.WIB)
    return date(number // 10_000, number // 100 % 100, number % 100)
