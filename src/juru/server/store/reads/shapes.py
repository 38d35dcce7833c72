"""What the named queries answer with."""

from __future__ import annotations

import msgspec

from juru.books.rules import Kind
from juru.server.domain.cell import CallbackRow, OutboxRow, QueueItem
from juru.server.domain.order import Attempt, Event, Order


class EventRow(msgspec.Struct, frozen=True):
    """An event with its place in the book."""

    id: int
    commit_no: int
    event: Event


class PostingRow(msgspec.Struct, frozen=True):
    """One posting, accounts by name (``house:sales``, ``supplier:3``, ``agent:17:deposit``)."""

    id: int
    debit: str
    credit: str
    amount_idr: int


class TransferRow(msgspec.Struct, frozen=True):
    """A transfer with its postings; ``day`` is the business day it was posted in."""

    id: int
    commit_no: int
    kind: Kind
    of_id: int | None
    code: str
    day: int
    at_ms: int
    memo: str | None
    postings: tuple[PostingRow, ...]


class DeliveryRow(msgspec.Struct, frozen=True):
    """One try at telling an agent."""

    id: int
    state: str
    next_ms: int | None
    at_ms: int


class TellingRow(msgspec.Struct, frozen=True):
    """Something to tell, how it stands, and every try at it."""

    row: OutboxRow
    state: str
    tries: int
    next_ms: int | None
    deliveries: tuple[DeliveryRow, ...]


class Timeline(msgspec.Struct, frozen=True):
    """Everything the book says of one order."""

    order: Order
    attempts: tuple[Attempt, ...]
    events: tuple[EventRow, ...]
    transfers: tuple[TransferRow, ...]
    outbox: tuple[TellingRow, ...]
    callbacks: tuple[CallbackRow, ...]
    queue: tuple[QueueItem, ...]


class BalanceRow(msgspec.Struct, frozen=True):
    """An account's posted net (what we owe is positive) and what is held of it."""

    account: int
    name: str
    net_idr: int
    held_idr: int


class StatementRow(msgspec.Struct, frozen=True):
    """One posting as its account sees it: credited is positive. A hold moves nothing yet."""

    posting_id: int
    transfer_id: int
    kind: Kind
    code: str
    order_id: int | None
    day: int
    at_ms: int
    memo: str | None
    other: str
    amount_idr: int


class DayLine(msgspec.Struct):
    """What one product, supplier or agent sold in a day, net of reversals posted that day."""

    key: str
    succeeded: int = 0
    failed: int = 0
    reversed: int = 0
    sales_idr: int = 0
    cost_idr: int = 0
    commission_idr: int = 0

    @property
    def profit_idr(self) -> int:
        """Sales less cost and commissions."""
        return self.sales_idr - self.cost_idr - self.commission_idr


class DayReport(msgspec.Struct):
    """A business day by the day of posting, so a closed day never changes.

    ``of_earlier_days`` counts the endings of orders accepted on an earlier day; ``late_idr`` is what late deliveries
    cost and nobody has settled yet (negative when earlier ones were settled), ``losses_idr`` what was kept as a loss;
    ``profit_idr`` is sales less cost, commissions and losses. Agents are keyed by their number.
    """

    day: int
    accepted: int = 0
    succeeded: int = 0
    failed: int = 0
    reversed: int = 0
    late: int = 0
    of_earlier_days: int = 0
    sales_idr: int = 0
    cost_idr: int = 0
    commission_idr: int = 0
    losses_idr: int = 0
    late_idr: int = 0
    by_product: list[DayLine] = []
    by_supplier: list[DayLine] = []
    by_agent: list[DayLine] = []

    @property
    def profit_idr(self) -> int:
        """Sales less cost, commissions and losses kept."""
        return self.sales_idr - self.cost_idr - self.commission_idr - self.losses_idr


class Counts(msgspec.Struct, frozen=True):
    """How much is in the book; numbers of a series are gapless, so the highest is the count."""

    orders: int
    open_orders: int
    attempts: int
    transfers: int
    postings: int
    events: int
    messages: int
    outbox: int
    waiting: int
    open_items: int
    refusals: int
    callbacks: int
    commits: int
