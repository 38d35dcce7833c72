"""The association in figures, as of any day: members by state and branch, by month, how many stay, what is in arrears.

Everything is counted from facts, never typed in. *In membership* is who is active, in grace or suspended; who has
lapsed, resigned or was expelled is lost until he returns. Figures of few members are hidden (``domain/suppression``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from juru.association.desk.careers import Career
from juru.association.desk.settling import state_of
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import Branch, home
from juru.association.domain.branches import on as branches_on
from juru.association.domain.membership import State
from juru.association.domain.suppression import FEWEST, suppressed
from juru.association.store.owed import unsettled
from juru.association.store.reads import Reads

STATES = (State.ACTIVE, State.GRACE, State.LAPSED, State.SUSPENDED)
"""The states of the public register."""

MEMBERSHIP = frozenset({State.ACTIVE, State.GRACE, State.SUSPENDED})
MONTHS = 12
YEARS_MAX = 20

Key = tuple[str, str, str]
"""A figure's name: its table, its row, its column."""


class Month(msgspec.Struct, frozen=True):
    """What a month made of the membership; the last one may still run. ``members`` are those of its end."""

    month: str
    members: int
    new: int
    returned: int
    lost: int


class Year(msgspec.Struct, frozen=True):
    """Of those in membership on ``since``, how many were on ``until``."""

    since: date
    until: date
    cohort: int
    kept: int

    @property
    def lost(self) -> int:
        """Those who were not."""
        return self.cohort - self.kept

    @property
    def retention_permille(self) -> int:
        """How many of a thousand stayed, to the nearest; halves up."""
        return (self.kept * 2_000 + self.cohort) // (2 * self.cohort)


class Arrears(msgspec.Struct, frozen=True):
    """Invoices past due that members had not paid: of how many members, how many, how much."""

    members: int = 0
    invoices: int = 0
    amount_idr: int = 0


class Statistics(msgspec.Struct, frozen=True):
    """All figures of a day; ``hidden`` are the names of those that may not be told."""

    as_of: date
    branches: dict[str, str]
    states: dict[tuple[str, State], int]
    months: list[Month]
    years: list[Year]
    arrears: Arrears
    hidden: frozenset[Key]

    @property
    def members(self) -> int:
        """Who is in membership."""
        return self.months[-1].members


def statistics(
    reads: Reads, careers: Sequence[Career], branches: Iterable[Branch], as_of: date, known_ms: int | None = None
) -> Statistics:
    """Count everything as of a day. ``careers`` and ``branches`` are as known at the same instant."""
    versions = list(branches)
    there = {code: branch.name for code, branch in branches_on(versions, as_of).items()}
    states = _states(careers, versions, as_of)
    if any(branch == NATIONAL for branch, _ in states):
        there[NATIONAL] = ""
    before, months = _months(careers, as_of)
    years = _years(careers, as_of)
    hidden = _hidden(there, states, (before, months), years)
    arrears = _arrears(reads, careers, as_of, known_ms)
    return Statistics(as_of, there, dict(states), months, years, arrears, hidden)


def _states(careers: Sequence[Career], branches: Sequence[Branch], as_of: date) -> Counter[tuple[str, State]]:
    homes: dict[str, str] = {}
    found: Counter[tuple[str, State]] = Counter()
    for career in careers:
        state = career.state(as_of)
        if state in STATES:
            chosen = career.branch(as_of)
            if chosen not in homes:
                homes[chosen] = home(branches, chosen, as_of)[0]
            found[homes[chosen], state] += 1
    return found


def _months(careers: Sequence[Career], as_of: date) -> tuple[tuple[date, int], list[Month]]:
    """The day before the first month with its members, and the months."""
    ends = month_ends(as_of)
    news, returns, losses, members = (Counter[int]() for _ in range(4))
    for career in careers:
        days = [day for day, state in zip(career.days, career.states, strict=True) if state in MEMBERSHIP]
        if not days:
            continue
        was = False
        for place, end in enumerate(ends):
            here = career.state(end) in MEMBERSHIP
            members[place] += here
            if place and here and not was:
                (news if bisect_left(days, ends[place - 1] + timedelta(days=1)) == 0 else returns)[place] += 1
            losses[place] += was and not here
            was = here
    rows = [
        Month(end.isoformat()[:7], members[place], news[place], returns[place], losses[place])
        for place, end in enumerate(ends)
        if place
    ]
    return (ends[0], members[0]), rows


def month_ends(as_of: date) -> list[date]:
    """The last days of the months before, and the day itself: one more than there are months."""
    found = [as_of]
    first = as_of.replace(day=1)
    for _ in range(MONTHS):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return found[::-1]


def _years(careers: Sequence[Career], as_of: date) -> list[Year]:
    found: list[Year] = []
    until = as_of
    for back in range(1, YEARS_MAX + 1):
        since = _years_before(as_of, back)
        cohort = [career for career in careers if career.state(since) in MEMBERSHIP]
        if not cohort:
            break
        kept = sum(career.state(until) in MEMBERSHIP for career in cohort)
        found.append(Year(since, until, len(cohort), kept))
        until = since
    return found[::-1]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _arrears(reads: Reads, careers: Sequence[Career], as_of: date, known_ms: int | None) -> Arrears:
    ways = {career.number: career for career in careers}
    owing: set[str] = set()
    invoices = amount_idr = 0
    for number in unsettled(reads, as_of, known_ms):
        invoice = state_of(number, reads.facts(Subject.INVOICE, number, as_of, known_ms))
        if invoice is None or not invoice.outstanding_idr or invoice.issued.due_on >= as_of:
            continue
        career = ways.get(invoice.issued.member)
        # The first dues of who never became a member are none.
        if career is not None and career.state(invoice.issued.due_on) in STATES:
            owing.add(career.number)
            invoices += 1
            amount_idr += invoice.outstanding_idr
    return Arrears(len(owing), invoices, amount_idr)


def _hidden(
    branches: Iterable[str],
    states: Counter[tuple[str, State]],
    months: tuple[tuple[date, int], list[Month]],
    years: Sequence[Year],
) -> frozenset[Key]:
    """Every figure of every table in one system of sums, so that no table gives away what another hides."""
    values: dict[Key, int] = {}
    sums: list[dict[Key, int]] = []
    codes = list(branches)
    for code in [*codes, "total"]:
        for state in STATES:
            one = states[code, state] if code != "total" else sum(states[c, state] for c in codes)
            values["states", code, state.value] = one
        values["states", code, "total"] = sum(values["states", code, state.value] for state in STATES)
        sums.append({("states", code, state.value): 1 for state in STATES} | {("states", code, "total"): -1})
    columns = [*(state.value for state in STATES), "total"]
    sums += [{("states", code, col): 1 for code in codes} | {("states", "total", col): -1} for col in columns]
    (day_before, members_before), rows = months
    before: Key = ("months", day_before.isoformat()[:7], "members")
    values[before] = members_before
    for row in rows:
        now: Key = ("months", row.month, "members")
        flows = {("months", row.month, name): getattr(row, name) for name in ("new", "returned", "lost")}
        values |= {now: row.members} | flows
        signs = {key: -1 if key[2] == "lost" else 1 for key in flows}
        sums.append({before: 1, now: -1} | signs)
        before = now
    sums.append({before: -1} | {("states", "total", state.value): 1 for state in STATES if state in MEMBERSHIP})
    for year in years:
        name = year.until.isoformat()
        values |= {("years", name, column): getattr(year, column) for column in ("cohort", "kept", "lost")}
        sums.append({("years", name, "cohort"): -1, ("years", name, "kept"): 1, ("years", name, "lost"): 1})
        if year.since == day_before:
            sums.append({("years", name, "cohort"): 1, ("months", day_before.isoformat()[:7], "members"): -1})
    return suppressed(values, sums)


def told_arrears(arrears: Arrears) -> Arrears | None:
    """The arrears where they are told: not of few members."""
    return None if 0 < arrears.members < FEWEST else arrears
