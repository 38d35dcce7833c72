"""What anybody may see of the purse: a year's income, the branches' shares, spending by heading. Never who owes."""

from __future__ import annotations

from collections import Counter
from datetime import date

import msgspec

from juru.association.domain import affairs as a
from juru.association.domain.treasury import Named, RowAs
from juru.association.store.reads import Reads

_NATIONAL = "national:"
_BRANCH = "branch:"


class Month(msgspec.Struct):
    """What was received for dues in a month and who got it, other income, and what was spent."""

    month: int
    received_idr: int = 0
    national_idr: int = 0
    branches_idr: int = 0
    income_idr: int = 0
    spent_idr: int = 0


class Finance(msgspec.Struct):
    """A year. ``branches`` are shares by branch, moves included; ``headings`` what was spent on each."""

    year: int
    months: list[Month]
    branches: dict[str, int]
    headings: dict[str, int]
    units: dict[str, int]

    @property
    def total(self) -> Month:
        """The months together."""
        whole = Month(0)
        for month in self.months:
            for name in ("received_idr", "national_idr", "branches_idr", "income_idr", "spent_idr"):
                setattr(whole, name, getattr(whole, name) + getattr(month, name))
        return whole


def finance(reads: Reads, year: int) -> Finance:
    """A year, from the facts that stand; a share that a member's move took along is in its month."""
    since, until = date(year, 1, 1), date(year + 1, 1, 1)
    months = [Month(number) for number in range(1, 13)]
    branches: Counter[str] = Counter()
    for one in reads.of_days("shared", since, until):
        assert isinstance(one.fact, a.Shared)
        month = months[one.fact.on.month - 1]
        month.received_idr += one.fact.received_idr
        for part in one.fact.parts:
            if part.to.startswith(_NATIONAL):
                month.national_idr += part.amount_idr
            else:
                month.branches_idr += part.amount_idr
                branches[part.to.removeprefix(_BRANCH)] += part.amount_idr
    for one in reads.of_days("share_moved", since, until):
        assert isinstance(one.fact, a.ShareMoved)
        month = months[one.fact.on.month - 1]
        for account, amount_idr in ((one.fact.giver, -one.fact.amount_idr), (one.fact.taker, one.fact.amount_idr)):
            if account.startswith(_BRANCH):
                month.branches_idr += amount_idr
                branches[account.removeprefix(_BRANCH)] += amount_idr
            else:
                month.national_idr += amount_idr
    headings, units = _spent(reads, since, until, months)
    return Finance(year, months, _largest(branches), _largest(headings), _largest(units))


def _spent(reads: Reads, since: date, until: date, months: list[Month]) -> tuple[Counter[str], Counter[str]]:
    headings: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for one in reads.of_days("named", since, until):
        named = one.fact
        assert isinstance(named, Named)
        if named.what is RowAs.EXPENSE:
            months[named.on.month - 1].spent_idr += named.amount_idr
            headings[" ".join(named.to.split()).casefold()] += named.amount_idr
            units[named.unit] += named.amount_idr
        elif named.what is RowAs.INCOME:
            months[named.on.month - 1].income_idr += named.amount_idr
    return headings, units


def _largest(sums: Counter[str]) -> dict[str, int]:
    return {name: sums[name] for name in sorted(sums, key=lambda name: (-sums[name], name)) if sums[name]}
