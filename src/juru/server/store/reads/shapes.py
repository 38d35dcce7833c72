"""What the named queries answer with."""

from __future__ import annotations

import msgspec

from juru.books.rules import Kind
from juru.server.domain.bill import Bill
from juru.server.domain.cell import CallbackRow, OutboxRow, QueueItem
from juru.server.domain.complaint import Complaint
from juru.server.domain.order import Attempt, Event, Order
from juru.server.domain.voucher import Voucher


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
    complaint: Complaint | None = None
    bill: Bill | None = None
    voucher: Voucher | None = None


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
