"""The audit's orders: each one's hold, sale, void or reversal, and its state folded again from its events."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.books.engine import BookEngine, Row
from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import House, agent_commission, agent_deposit, agent_points, supplier_deposit
from juru.server.domain.order import (
    Attempt,
    AttemptState,
    Event,
    Happened,
    Order,
    evolve_attempt,
    evolve_order,
)
from juru.server.domain.views import OrderState
from juru.server.store import rows as r
from juru.server.store.findings import Findings
from juru.server.store.schema import tables

_ORDER = "SELECT * FROM orders WHERE id = ? AND commit_no <= ?"
_ATTEMPTS = "SELECT * FROM attempts WHERE order_id = ? AND commit_no <= ? ORDER BY id"
_EVENTS = "SELECT body FROM events WHERE order_id = ? AND id < ? ORDER BY id"
_BAD = (AssertionError, AttributeError, KeyError, TypeError, ValueError, msgspec.MsgspecError)
_ORDER_SEALED = len(tables["orders"].info["sealed"])
_ATTEMPT_SEALED = len(tables["attempts"].info["sealed"])
_ATTEMPT_START: Row = (AttemptState.QUEUED, None, None, None, None, None)
_ORDER_START: Row = (OrderState.ACCEPTED, None, None, None, None, None, None)
_LATE_DECISIONS = frozenset({"late_charge", "late_keep", "late_claim"})


class Tracked(msgspec.Struct):
    """An order that is open, or whose row does not yet say what its events say; with what the rows say."""

    order: Order
    shown: Row
    attempts: dict[int, Attempt] = {}
    attempts_shown: dict[int, Row] = {}
    reached: set[str] = set()

    @property
    def settled(self) -> bool:
        """True when nothing more is expected and every row says what the events say."""
        return (
            self.order.state is not OrderState.ACCEPTED
            and r.order_state(self.order) == self.shown
            and all(
                not a.state.open and r.attempt_state(a) == self.attempts_shown[a.id] for a in self.attempts.values()
            )
        )


class Unclaimed:
    """The transfers of one commit that something in the same commit must explain."""

    def __init__(self, transfers: dict[int, Transfer]) -> None:
        self.left = transfers

    def claim(self, order_id: int, kind: Kind, *, of_id: int | None = None, codes: frozenset[str]) -> Transfer | None:
        """Take the transfer an order's event must have caused."""
        for transfer in self.left.values():
            fits = transfer.order_id == order_id and transfer.kind is kind and transfer.code in codes
            if fits and transfer.of_id == of_id:
                return self.left.pop(transfer.id)
        return None


class Orders:
    """Open orders, folded so far. What is settled is dropped, and read back if something happens to it later."""

    def __init__(self, engine: BookEngine, findings: Findings) -> None:
        self._engine = engine
        self._findings = findings
        self._live: dict[int, Tracked] = {}
        self.suppliers: dict[str, int] = {}
        self.touched: dict[int, Tracked] = {}
        self.corrected: dict[tuple[int, str], int] = {}
        """The corrections of the commit by order and number, with their events; its papers take them."""

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]], transfers: Unclaimed) -> None:
        """Check and fold one commit's orders, attempts and events. ``touched`` stays for what is told of them."""
        self.touched = {}
        self.corrected = {}
        fresh: dict[int, Tracked] = {}
        for row in rows["orders"]:
            self._place(no, at_ms, row, transfers, fresh)
        for row in rows["attempts"]:
            self._try(no, at_ms, row)
        for row in rows["events"]:
            self._happen(no, at_ms, row, transfers, fresh)
        for order_id in fresh:
            self._say("event", no, "orders", order_id, "no event says it was accepted")

    def forget_settled(self) -> None:
        """Drop what is settled; called at the end of each commit."""
        for order_id, tracked in self.touched.items():
            tracked.reached.clear()
            if tracked.settled:
                self._live.pop(order_id, None)

    def _say(self, kind: str, no: int | None, table: str, row_id: int, detail: str) -> None:
        self._findings.add(kind, no, table, row_id, detail)

    # ------------------------------------------------------------------ rows

    def _place(self, no: int, at_ms: int | None, row: Row, transfers: Unclaimed, fresh: dict[int, Tracked]) -> None:
        """A new order: its price is held by the same commit."""
        try:
            order = r.order_from((*row[:_ORDER_SEALED], *_ORDER_START))
        except _BAD as error:
            self._say("unreadable", no, "orders", row[0], str(error)[:200])
            return
        self._live[order.id] = self.touched[order.id] = fresh[order.id] = Tracked(order, row[_ORDER_SEALED:])
        if at_ms is not None and order.at_ms != at_ms:
            self._say("time", no, "orders", order.id, f"accepted at {order.at_ms}, its commit is of {at_ms}")
        hold = transfers.left.get(order.hold_id)
        if hold is None or hold.kind is not Kind.HOLD or hold.order_id != order.id:
            self._say("hold", no, "orders", order.id, f"transfer {order.hold_id} does not hold it in its commit")
            return
        del transfers.left[hold.id]
        if hold.postings[0] != _hold_of(order):
            self._say("hold", no, "orders", order.id, f"price {order.price_idr}, held was {hold.postings[0]}")

    def _try(self, no: int, at_ms: int | None, row: Row) -> None:
        """A new attempt belongs to an open order and is the next of it."""
        try:
            attempt = r.attempt_from((*row[:_ATTEMPT_SEALED], *_ATTEMPT_START))
        except _BAD as error:
            self._say("unreadable", no, "attempts", row[0], str(error)[:200])
            return
        tracked = self._tracked(attempt.order_id, no, None)
        if tracked is None:
            self._say("attempt", no, "attempts", attempt.id, f"order {attempt.order_id} does not exist")
            return
        if attempt.id in tracked.attempts:
            return
        if attempt.number != len(tracked.attempts) + 1:
            self._say("attempt", no, "attempts", attempt.id, f"number {attempt.number} of order {attempt.order_id}")
        if not 0 <= attempt.cost_idr <= attempt.max_price_idr:
            detail = f"cost {attempt.cost_idr} above the price {attempt.max_price_idr} it may have"
            self._say("attempt", no, "attempts", attempt.id, detail)
        if at_ms is not None and attempt.at_ms != at_ms:
            self._say("time", no, "attempts", attempt.id, f"made at {attempt.at_ms}, its commit is of {at_ms}")
        if attempt.supplier not in self.suppliers:
            self._say("attempt", no, "attempts", attempt.id, f"supplier {attempt.supplier} does not exist")
        tracked.attempts[attempt.id] = attempt
        tracked.attempts_shown[attempt.id] = row[_ATTEMPT_SEALED:]

    def _happen(self, no: int, at_ms: int | None, row: Row, transfers: Unclaimed, fresh: dict[int, Tracked]) -> None:
        """An event: its money moved in the same commit, and it may happen to an order in that state."""
        event_id, _, order_id, kind, body = row
        try:
            event = r.event_from(body)
        except _BAD as error:
            self._say("unreadable", no, "events", event_id, str(error)[:200])
            return
        if (event.order_id, event.kind) != (order_id, kind):
            self._say("event", no, "events", event_id, f"its body says {event.kind} of order {event.order_id}")
        if at_ms is not None and event.at_ms != at_ms:
            self._say("time", no, "events", event_id, f"happened at {event.at_ms}, its commit is of {at_ms}")
        tracked = self._tracked(event.order_id, no, event_id)
        if tracked is None:
            self._say("event", no, "events", event_id, f"order {event.order_id} does not exist")
            return
        if event.kind is Happened.ACCEPTED and fresh.pop(event.order_id, None) is None:
            self._say("event", no, "events", event_id, f"order {event.order_id} is not accepted by this commit")
        problem = self._money_of(tracked.order, event, transfers)
        if problem is not None:
            self._say("ledger", no, "events", event_id, problem)
        if event.attempt_id is not None and event.attempt_id not in tracked.attempts:
            self._say("event", no, "events", event_id, f"attempt {event.attempt_id} is not of order {order_id}")
            return
        if event.kind is Happened.CORRECTED:
            self.corrected[order_id, event.dest or ""] = event_id
            if tracked.order.state is not OrderState.ACCEPTED or any(a.sent_ms for a in tracked.attempts.values()):
                self._say("event", no, "events", event_id, f"order {order_id} was corrected after it was sent")
        try:
            _evolve(tracked, event)
        except _BAD as error:
            self._say("unreadable", no, "events", event_id, str(error)[:200])
        tracked.reached.add(tracked.order.state)

    def _tracked(self, order_id: int, no: int, before_event: int | None) -> Tracked | None:
        """An order's fold so far; one that was settled is folded again from the book."""
        tracked = self._live.get(order_id)
        if tracked is None:
            found = self._engine.rows(_ORDER, (order_id, no))
            if not found:
                return None
            try:
                tracked = self._refold(found[0], no, before_event)
            except _BAD:
                return None
            self._live[order_id] = tracked
        self.touched[order_id] = tracked
        return tracked

    def _refold(self, row: Row, no: int, before_event: int | None) -> Tracked:
        tracked = Tracked(r.order_from((*row[:_ORDER_SEALED], *_ORDER_START)), row[_ORDER_SEALED:])
        for tried in self._engine.rows(_ATTEMPTS, (row[0], no)):
            attempt = r.attempt_from((*tried[:_ATTEMPT_SEALED], *_ATTEMPT_START))
            tracked.attempts[attempt.id] = attempt
            tracked.attempts_shown[attempt.id] = tried[_ATTEMPT_SEALED:]
        until = before_event if before_event is not None else 2**62
        for (body,) in self._engine.rows(_EVENTS, (row[0], until)):
            _evolve(tracked, r.event_from(body))
        tracked.reached.add(tracked.order.state)
        return tracked

    # ------------------------------------------------------------------ agreement of order and ledger

    def _money_of(self, order: Order, event: Event, transfers: Unclaimed) -> str | None:
        """What stands against an event, given the transfers of its commit; None when they agree."""
        match event.kind:
            case Happened.SUCCEEDED:
                return self._sale(order, event, transfers)
            case Happened.FAILED:
                void = transfers.claim(order.id, Kind.VOID, of_id=order.hold_id, codes=frozenset({"order_failed"}))
                wrong = void is None or order.state is not OrderState.ACCEPTED
                return f"order {order.id} was {order.state}; its hold is not voided by this commit" if wrong else None
            case Happened.REVERSED:
                codes = frozenset({"order_reversed"})
                undone = transfers.claim(order.id, Kind.REVERSAL, of_id=order.post_id, codes=codes)
                wrong = undone is None or order.state is not OrderState.SUCCESS
                return f"order {order.id} was {order.state}; its sale is not reversed by this commit" if wrong else None
            case Happened.LATE_SUCCESS:
                late = transfers.claim(order.id, Kind.DIRECT, codes=frozenset({"late_success"}))
                posted_idr = 0 if late is None else late.postings[0].amount_idr
                if posted_idr != (event.price_idr or 0):
                    return f"late success of order {order.id} cost {event.price_idr}, posted was {posted_idr}"
            case Happened.SETTLED_LATE:
                settled = transfers.claim(order.id, Kind.DIRECT, codes=_LATE_DECISIONS)
                if settled is None and event.price_idr:
                    return f"the late success of order {order.id} was settled without a transfer"
            case _:
                pass
        return None

    def _sale(self, order: Order, event: Event, transfers: Unclaimed) -> str | None:
        sale = transfers.claim(order.id, Kind.POST, of_id=order.hold_id, codes=frozenset({"sale"}))
        if sale is None or sale.id != event.transfer_id:
            return f"order {order.id}: transfer {event.transfer_id} of this commit is not its sale"
        if order.state is not OrderState.ACCEPTED:
            return f"order {order.id} succeeded when it was {order.state}"
        expected = [_hold_of(order)]
        if event.price_idr:
            bearer = self._bearer_of(event.supplier)
            if bearer is None:
                return f"order {order.id}: supplier {event.supplier} does not exist"
            expected.append(Posting(House.COST, bearer, event.price_idr))
        legs = order.legs
        expected.extend(Posting(House.COMMISSION_EXPENSE, agent_commission(agent), idr) for agent, idr in legs)
        if event.points_idr:
            expected.append(Posting(House.POINTS_EXPENSE, agent_points(order.agent_id), event.points_idr))
        if tuple(expected) != sale.postings:
            return f"order {order.id}: its sale posts {_short(sale.postings)}, its order says {_short(expected)}"
        return None

    def _bearer_of(self, supplier: str | None) -> int | None:
        """The account that bears an order's cost; one without a supplier was a code of our own stock."""
        if supplier is None:
            return int(House.VOUCHER_STOCK)
        number = self.suppliers.get(supplier)
        return None if number is None else supplier_deposit(number)

    def finish(self, holds: dict[int, Transfer]) -> None:
        """What is still tracked: open orders with their holds, and rows that do not say what their events say."""
        for order_id, tracked in self._live.items():
            order = tracked.order
            if order.state is OrderState.ACCEPTED and holds.pop(order.hold_id, None) is None:
                self._say("hold", None, "orders", order_id, f"is open, but hold {order.hold_id} is not")
            folded = r.order_state(order)
            if folded != tracked.shown:
                self._say("projection", None, "orders", order_id, _differs(r.ORDER_STATE, tracked.shown, folded))
            for attempt in tracked.attempts.values():
                shown, of_events = tracked.attempts_shown[attempt.id], r.attempt_state(attempt)
                if shown != of_events:
                    detail = _differs(r.ATTEMPT_STATE, shown, of_events)
                    self._say("projection", None, "attempts", attempt.id, detail)
        for hold in holds.values():
            self._say("hold", None, "transfers", hold.id, f"still held, but order {hold.order_id} is not open")


def _evolve(tracked: Tracked, event: Event) -> None:
    if event.attempt_id is not None and event.kind is not Happened.QUEUED:
        evolve_attempt(tracked.attempts[event.attempt_id], event)
    evolve_order(tracked.order, event)


def _hold_of(order: Order) -> Posting:
    return Posting(agent_deposit(order.agent_id), House.SALES, order.price_idr)


def _short(postings: tuple[Posting, ...] | list[Posting]) -> str:
    return " ".join(f"{int(p.debit)}>{int(p.credit)}:{p.amount_idr}" for p in postings)


def _differs(columns: tuple[str, ...], shown: Row, folded: Row) -> str:
    pairs: list[tuple[str, Any, Any]] = list(zip(columns, shown, folded, strict=True))
    return ", ".join(f"{name} says {a!s}, events say {b!s}" for name, a, b in pairs if a != b)
