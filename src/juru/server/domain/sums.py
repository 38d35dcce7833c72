"""Daily sums: what a business day was, by each dimension apart, and how each account moved.

Sums are folded from what was posted in the day, never counted while an order is on its way, so they cost the writer
nothing. A day is folded once when it is closed, live while it is open, and again by every audit: all three use
``DayFold``. In each dimension the lines together are the day's total; what has no key there (a failed order has no
supplier) stands under the empty key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from juru.server.domain.accounts import AGENT_BASE, SUPPLIER_BASE, House
from juru.values.days import Zone, hour_of_day


class Dimension(StrEnum):
    """By what sums are kept. Operators and downlines are sums of products and agents, so they are not kept."""

    TOTAL = "total"
    AGENT = "agent"
    PRODUCT = "product"
    SUPPLIER = "supplier"
    HOUR = "hour"


class Sums(msgspec.Struct):
    """What is summed: orders by what happened to them that day, attempts, then money net of what was reversed that day.

    ``earlier`` of the orders that ended had been accepted on an earlier day; ``attempts_failed`` are those that a
    supplier failed. ``commission_idr`` is what agents earned, their points too. ``reversed_idr`` is the sales taken
    back; ``late_idr`` what late deliveries cost and nobody has settled yet (negative when earlier ones were settled);
    ``losses_idr`` what was kept as a loss.
    """

    accepted: int = 0
    succeeded: int = 0
    failed: int = 0
    reversed: int = 0
    late: int = 0
    earlier: int = 0
    attempts_failed: int = 0
    sales_idr: int = 0
    cost_idr: int = 0
    commission_idr: int = 0
    reversed_idr: int = 0
    late_idr: int = 0
    losses_idr: int = 0

    @property
    def profit_idr(self) -> int:
        """Sales less cost, commissions and losses kept."""
        return self.sales_idr - self.cost_idr - self.commission_idr - self.losses_idr


MEASURES: tuple[str, ...] = Sums.__struct_fields__
_PLACE = {name: place for place, name in enumerate(MEASURES)}
_SALES, _REVERSED_IDR, _EARLIER, _ATTEMPTS = (
    _PLACE[name] for name in ("sales_idr", "reversed_idr", "earlier", "attempts_failed")
)
COUNTED = {
    "order": _PLACE["accepted"],
    "sale": _PLACE["succeeded"],
    "order_failed": _PLACE["failed"],
    "order_reversed": _PLACE["reversed"],
    "late_success": _PLACE["late"],
}
"""The code of a transfer to the place of the orders it counts."""

_ENDINGS = frozenset({"sale", "order_failed", "order_reversed"})
MONEY = ("sales_idr", "cost_idr", "commission_idr", "late_idr", "losses_idr")
_MONEY = tuple(_PLACE[name] for name in MONEY)
_SIDES: dict[int, tuple[int, int]] = {
    House.SALES: (0, 1),
    House.COST: (1, -1),
    House.COMMISSION_EXPENSE: (2, -1),
    House.POINTS_EXPENSE: (2, -1),
    House.LATE_SUCCESS: (3, -1),
    House.LOSSES: (4, -1),
}
"""House accounts to their place in ``MONEY``, and the sign of what is credited to them."""

Moved = tuple[int, int, int]
"""A posting as it is folded: debited account, credited account, rupiah."""


class SumLine(msgspec.Struct, frozen=True, array_like=True):
    """The sums of one key of one dimension, in the order of ``MEASURES``."""

    dimension: Dimension
    key: str
    values: tuple[int, ...]


class AccountLine(msgspec.Struct, frozen=True, array_like=True):
    """How one account moved in a day: postings in all, and what was debited and credited."""

    account: int
    postings: int
    debit_idr: int
    credit_idr: int


class OrderKeys(msgspec.Struct, frozen=True):
    """Where an order's sums belong. ``supplier`` is the one that it was bought from."""

    agent_id: int
    product: str
    day: int
    supplier: str | None = None


class DayFold:
    """The sums of one day, taken in transfer by transfer. Adding is all it does, so parts may come in any order."""

    def __init__(self, day: int, zone: Zone) -> None:
        self.day = day
        self.zone = zone
        self.lines: dict[Dimension, dict[str, list[int]]] = {dimension: {} for dimension in Dimension}
        self.accounts: dict[int, list[int]] = {}

    def transfer(
        self, code: str, at_ms: int, postings: Sequence[Moved], order: OrderKeys | None, *, supplier: str | None = None
    ) -> None:
        """Take in a transfer with its postings; of a hold none, since it moves nothing.

        ``supplier`` is given where the order does not say it. An order that is accepted has none yet, whatever has
        become of it since.
        """
        money = self.move(postings)
        counted = COUNTED.get(code) if order is not None else None
        if counted is None and not any(money):
            return
        if supplier is None and order is not None and code != "order":
            supplier = order.supplier
        lines = self._of(order, at_ms, supplier)
        if counted is not None:
            for line in lines:
                line[counted] += 1
        if order is not None and order.day < self.day and code in _ENDINGS:
            for line in lines:
                line[_EARLIER] += 1
        for place, amount_idr in zip(_MONEY, money, strict=True):
            if amount_idr:
                for line in lines:
                    line[place] += amount_idr
        if money[0] < 0:
            for line in lines:
                line[_REVERSED_IDR] -= money[0]

    def move(self, postings: Sequence[Moved]) -> Sequence[int]:
        """Move the accounts; what is moved of each of ``MONEY``."""
        accounts = self.accounts
        money = [0, 0, 0, 0, 0]
        for debit, credit, amount_idr in postings:
            moved = accounts.get(debit)
            if moved is None:
                moved = accounts[debit] = [0, 0, 0]
            moved[0] += 1
            moved[1] += amount_idr
            moved = accounts.get(credit)
            if moved is None:
                moved = accounts[credit] = [0, 0, 0]
            moved[0] += 1
            moved[2] += amount_idr
            if credit < SUPPLIER_BASE and (side := _SIDES.get(credit)) is not None:
                money[side[0]] += side[1] * amount_idr
            if debit < SUPPLIER_BASE and (side := _SIDES.get(debit)) is not None:
                money[side[0]] -= side[1] * amount_idr
        return money

    def failed_attempt(self, at_ms: int, order: OrderKeys, supplier: str) -> None:
        """Take in that a supplier failed an attempt."""
        for line in self._of(order, at_ms, supplier):
            line[_ATTEMPTS] += 1

    def _of(self, order: OrderKeys | None, at_ms: int, supplier: str | None) -> list[list[int]]:
        """The line of each dimension, made where there is none."""
        agent, product = ("", "") if order is None else (str(order.agent_id), order.product)
        keys = ("", agent, product, supplier or "", _HOURS[hour_of_day(at_ms, self.zone)])
        found = []
        for lines, key in zip(self.lines.values(), keys, strict=True):
            line = lines.get(key)
            if line is None:
                line = lines[key] = [0] * len(MEASURES)
            found.append(line)
        return found

    def sum_lines(self) -> list[SumLine]:
        """Every line that says something, in the order in which they are kept."""
        return [
            SumLine(dimension, key, tuple(lines[key]))
            for dimension, lines in self.lines.items()
            for key in sorted(lines)
            if any(lines[key])
        ]

    def account_lines(self) -> list[AccountLine]:
        """Every account that moved, by number."""
        return [AccountLine(account, *self.accounts[account]) for account in sorted(self.accounts)]


_HOURS = tuple(f"{hour:02d}" for hour in range(24))


def money_of(postings: Iterable[Moved]) -> tuple[int, int, int, int, int]:
    """What postings move of each of ``MONEY``."""
    sales_idr, cost_idr, commission_idr, late_idr, losses_idr = DayFold(0, Zone.WIB).move(tuple(postings))
    return sales_idr, cost_idr, commission_idr, late_idr, losses_idr


def supplier_moved(code: str, postings: Iterable[Moved], order: OrderKeys | None) -> int | None:
    """The number of the supplier whose deposit moved, where the order does not say it.

    A late delivery may come from another, and a correction by reconciliation has no order.
    """
    if code != "late_success" and order is not None:
        return None
    for debit, credit, _ in postings:
        for account in (credit, debit):
            if SUPPLIER_BASE < account < AGENT_BASE:
                return account - SUPPLIER_BASE
    return None
