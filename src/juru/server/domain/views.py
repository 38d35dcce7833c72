"""What an agent is told of an order: the one shape every channel's reply is written from."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class OrderState(StrEnum):
    """An order's state as its agent sees it. ``accepted`` holds the money; ``unknown`` still holds it."""

    ACCEPTED = "accepted"
    SUCCESS = "success"
    FAILED = "failed"
    REVERSED = "reversed"


class OrderView(msgspec.Struct, frozen=True):
    """An order as told to its agent. ``dest`` in the form the agent uses (08... for an MSISDN).

    ``balance_idr`` is the agent's free deposit (posted minus held) after this state was committed; ``reason`` says
    why it failed, in words of the failure texts (``supplier_failed``, ``no_route``, ``by_person`` ...). ``at`` is
    ISO 8601 in the cell's zone; ``repeated`` is True when the same reference had been accepted before. ``voucher`` is
    the code the order was given: it is opened where a reply is written, and never stored.
    """

    order_id: int
    ref: str
    agent: str
    product: str
    dest: str
    state: OrderState
    price_idr: int
    balance_idr: int
    at: str
    sn: str | None = None
    reason: str | None = None
    counter: int = 1
    amount_idr: int | None = None
    repeated: bool = False
    voucher: str | None = None


class Notice(msgspec.Struct, frozen=True, omit_defaults=True, tag="notice"):
    """Something an agent is told that is no order's state: the key of its text and the facts that it names.

    ``cause`` is what it tells of, written by the same commit: ``("paper", 12)``, ``("record", 7)`` or a transfer.
    """

    what: str
    cause: tuple[str, int]
    at: str
    facts: dict[str, str | int] = {}


class BillView(msgspec.Struct, frozen=True):
    """A bill as told to the agent who asked about it; nothing has been paid.

    ``price_idr`` is what paying it will take from his deposit, ``selling_price_idr`` what the customer owes (admin fee
    ``admin_idr`` included). It may be paid under the same reference until the end of the business day ``day``, or
    by ``inquiry_id`` where a wire format wants a number back.
    """

    ref: str
    agent: str
    product: str
    dest: str
    price_idr: int
    selling_price_idr: int
    balance_idr: int
    at: str
    day: int
    admin_idr: int = 0
    bills: int = 1
    customer: str = ""
    period: str = ""
    inquiry_id: int = 0
    details: tuple[tuple[str, str], ...] = ()


class PayInto(msgspec.Struct, frozen=True):
    """An account of ours that agents pay into."""

    bank: str
    number: str
    holder: str


class TicketView(msgspec.Struct, frozen=True):
    """A deposit ticket as told to its agent: transfer exactly ``amount_idr`` to one of the accounts before ``expires``.

    ``amount_idr`` is ``base_idr`` with digits that no other ticket has; all of it is credited. ``remark`` may stand
    beside the transfer. ``repeated``: the same amount was asked before and this is its ticket.
    """

    ticket: int
    agent: str
    state: str
    base_idr: int
    amount_idr: int
    remark: str
    at: str
    expires: str
    accounts: tuple[PayInto, ...]
    repeated: bool = False


class Sold(msgspec.Struct):
    """One product: how often it was delivered, less what was taken back, and for how much."""

    product: str
    count: int = 0
    sales_idr: int = 0


class AgentDay(msgspec.Struct):
    """A day of an agent. ``open`` and ``failed`` count orders that were accepted on it."""

    day: int
    products: list[Sold]
    open: int = 0
    failed: int = 0
    reversed: int = 0
    in_idr: int = 0
    out_idr: int = 0
    commission_idr: int = 0

    @property
    def empty(self) -> bool:
        """True when he neither ordered nor moved anything."""
        return not (self.products or self.open or self.failed or self.in_idr or self.out_idr or self.commission_idr)


class Movement(msgspec.Struct, frozen=True):
    """Something that moved a deposit and was no order: credited is positive; ``other`` is the other account."""

    at_ms: int
    code: str
    amount_idr: int
    other: int
    memo: str | None
