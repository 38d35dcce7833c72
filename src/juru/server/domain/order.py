"""An order and its attempts: their states, and how each event changes them.

``evolve_*`` are the only place where a state changes. The writer uses them to decide, the audit folds the stored
events through them again and compares: a projection is recomputed, never trusted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

import msgspec

from juru.server.domain.outcome import Outcome
from juru.server.domain.views import OrderState


class AttemptState(StrEnum):
    """One try at one supplier. ``sending`` may have bytes on the wire; ``settling`` failed but may still deliver."""

    QUEUED = "queued"
    SENDING = "sending"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SETTLING = "settling"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """True while the attempt still holds the order's money."""
        return self is not AttemptState.SUCCESS and self is not AttemptState.FAILED


class Happened(StrEnum):
    """What an event says."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    ANSWERED = "answered"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"
    CORRECTED = "corrected"
    LATE_SUCCESS = "late_success"
    SETTLED_LATE = "settled_late"
    FACT = "fact"


class Source(StrEnum):
    """Where an answer came from."""

    REPLY = "reply"
    CALLBACK = "callback"
    INQUIRY = "inquiry"
    PERSON = "person"
    RECOVERY = "recovery"
    TIMER = "timer"


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened to an order or to one of its attempts. ``body`` by kind; keys are few and stable."""

    kind: Happened
    order_id: int
    attempt_id: int | None = None
    at_ms: int = 0
    state: str | None = None
    sn: str | None = None
    price_idr: int | None = None
    balance_idr: int | None = None
    reason: str | None = None
    source: Source | None = None
    send_by_ms: int | None = None
    message: str | None = None
    by: str | None = None
    supplier: str | None = None
    transfer_id: int | None = None
    late_risk: bool = False
    points_idr: int | None = None
    dest: str | None = None
    counter: int | None = None


class Order(msgspec.Struct):
    """An order as the writer holds it. The first block never changes but by a correction; the second folds its events.

    ``was``: fingerprint and counter before each correction of its number; its row keeps the first.
    """

    id: int
    agent_id: int
    ref: str | None
    product: str
    dest: str
    amount_idr: int | None
    price_idr: int
    legs: tuple[tuple[int, int], ...]
    channel: str
    counter: int | None
    notify: str | None
    fingerprint: str
    hold_id: int
    day: int
    at_ms: int
    expires_ms: int
    max_price_idr: int | None = None

    state: OrderState = OrderState.ACCEPTED
    sn: str | None = None
    reason: str | None = None
    supplier: str | None = None
    cost_idr: int | None = None
    post_id: int | None = None
    final_ms: int | None = None
    was: tuple[tuple[str, int | None], ...] = ()

    @property
    def fingerprints(self) -> dict[str, int | None]:
        """What this order is, and was before its number was corrected, each with its counter."""
        return {**dict(self.was), self.fingerprint: self.counter} if self.was else {self.fingerprint: self.counter}


class Attempt(msgspec.Struct):
    """One try at one supplier; ``ref`` is our reference there, unique for ever."""

    id: int
    order_id: int
    number: int
    offer: str
    supplier: str
    sku: str
    ref: str
    cost_idr: int
    max_price_idr: int
    at_ms: int
    expires_ms: int
    why: str

    state: AttemptState = AttemptState.QUEUED
    send_by_ms: int | None = None
    sent_ms: int | None = None
    sn: str | None = None
    reason: str | None = None
    late_cost_idr: int | None = None

    last_byte_ms: int | None = None
    inquiries: int = 0
    next_inquiry_ms: int | None = None


def fingerprint(product: str, dest: str, amount_idr: int | None) -> str:
    """What makes two orders the same (law 3): product, destination, amount; not spelling, signature or transport."""
    return f"{product}/{dest}/{amount_idr or ''}"


def correct(order: Order, dest: str, counter: int | None) -> None:
    """Give an order another destination; what it was stays known, so that its first text is never a new order."""
    order.was = (*order.was, (order.fingerprint, order.counter))
    order.dest, order.counter = dest, counter
    order.fingerprint = fingerprint(order.product, dest, order.amount_idr)


def attempt_state_after(outcome: Outcome, *, late_risk: bool) -> AttemptState:
    """The state an attempt takes when an answer is applied to it."""
    match outcome:
        case Outcome.PENDING:
            return AttemptState.PENDING
        case Outcome.SUCCESS:
            return AttemptState.SUCCESS
        case Outcome.FAILED | Outcome.REFUSED:
            return AttemptState.SETTLING if late_risk else AttemptState.FAILED
        case Outcome.UNKNOWN:
            return AttemptState.UNKNOWN
        case _:
            assert_never(outcome)


def evolve_attempt(attempt: Attempt, event: Event) -> None:
    """Apply one event of this attempt."""
    match event.kind:
        case Happened.SENDING:
            attempt.state = AttemptState.SENDING
            attempt.send_by_ms = event.send_by_ms
            if attempt.sent_ms is None:
                attempt.sent_ms = event.at_ms
        case Happened.ANSWERED:
            assert event.state is not None, event
            attempt.state = AttemptState(event.state)
            attempt.reason = event.reason
            if event.sn is not None:
                attempt.sn = event.sn
            if event.send_by_ms is not None:
                attempt.send_by_ms = event.send_by_ms
        case Happened.FACT:
            if event.send_by_ms is not None:
                attempt.send_by_ms = event.send_by_ms
        case Happened.LATE_SUCCESS:
            attempt.state = AttemptState.SUCCESS
            attempt.sn = event.sn
            attempt.late_cost_idr = event.price_idr
        case _:
            pass


def evolve_order(order: Order, event: Event) -> None:
    """Apply one event of this order."""
    match event.kind:
        case Happened.SUCCEEDED:
            order.state = OrderState.SUCCESS
            order.sn = event.sn
            order.supplier = event.supplier
            order.cost_idr = event.price_idr
            order.post_id = event.transfer_id
            order.reason = None
            order.final_ms = event.at_ms
        case Happened.FAILED:
            order.state = OrderState.FAILED
            order.reason = event.reason
            order.final_ms = event.at_ms
        case Happened.REVERSED:
            order.state = OrderState.REVERSED
            order.reason = event.reason
            order.final_ms = event.at_ms
        case Happened.CORRECTED:
            assert event.dest is not None, event
            correct(order, event.dest, event.counter)
        case _:
            pass
