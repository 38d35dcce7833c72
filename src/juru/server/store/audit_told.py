"""The audit's rest: records, messages, what was told and how often, the human queue, callbacks and refusals."""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine, Row
from juru.server.domain.catalog import Supplier
from juru.server.domain.gateway import CUSTOMER
from juru.server.domain.records import KINDS
from juru.server.domain.views import Notice, OrderView
from juru.server.store.audit_orders import Orders, Tracked, Unclaimed
from juru.server.store.findings import Findings
from juru.server.store.rows import message_from, view_from
from juru.values.msisdn import to_local

_OUTBOX = "SELECT state, tries, next_ms FROM outbox WHERE id = ? AND commit_no <= ?"
_TRIED = "SELECT state, next_ms FROM deliveries WHERE outbox_id = ? AND id < ? ORDER BY id"
_ITEM = "SELECT closed_ms, closed_by FROM queue_items WHERE id = ? AND commit_no <= ?"
_CLOSED = "SELECT count(*) FROM queue_closings WHERE item_id = ? AND id < ?"
_ATTEMPT = "SELECT supplier, ref, order_id FROM attempts WHERE id = ?"
_BAD = (AttributeError, IndexError, KeyError, TypeError, ValueError, msgspec.MsgspecError)
_OUTBOX_START: Row = ("waiting", 0, None)
_ITEM_START: Row = (None, None)
_OUTBOX_STATES = frozenset({"waiting", "told", "given_up", "no_gateway"})
_BY_PERSON = "reversal"
_CAUSES = {"paper": "papers", "record": "records", "transfer": "transfers"}
_TIME_AT = {"records": 7, "messages": 7, "outbox": 6, "deliveries": 5, "queue_items": 6, "refusals": 6, "callbacks": 6}


class Told:
    """What is kept of outbox and queue: only rows that do not yet say what their deliveries and closings say."""

    def __init__(self, engine: BookEngine, findings: Findings, orders: Orders) -> None:
        self._engine = engine
        self._findings = findings
        self._orders = orders
        self._outbox: dict[int, tuple[Row, Row]] = {}
        self._items: dict[int, tuple[Row, Row]] = {}

    def records(self, no: int, rows: list[Row]) -> None:
        """Every version of a record is one its kind can read; suppliers' numbers are noted for their accounts."""
        for row_id, _, kind, key, body, *_rest in rows:
            try:
                record = msgspec.json.decode(body, type=KINDS[kind])
            except _BAD as error:
                self._say("unreadable", no, "records", row_id, f"{kind} {key}: {error}"[:200])
                continue
            if isinstance(record, Supplier):
                known = self._orders.suppliers.setdefault(key, record.id)
                if known != record.id or record.code != key:
                    self._say("record", no, "records", row_id, f"supplier {key} was number {known}, is {record.id}")

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]], transfers: Unclaimed) -> None:
        """Check and fold one commit."""
        if at_ms is not None:
            self._times(no, at_ms, rows)
        for row in rows["messages"]:
            self._message(no, row, transfers)
        for row in rows["outbox"]:
            self._tell(no, row, rows)
        for row in rows["deliveries"]:
            self._deliver(no, row)
        for row in rows["queue_items"]:
            shown = row[7:]
            if shown != _ITEM_START:
                self._items[row[0]] = (shown, _ITEM_START)
        for row in rows["queue_closings"]:
            self._close(no, at_ms, row)
        for row in rows["callbacks"]:
            self._callback(no, row)
        self._unexplained(no, transfers)

    def _say(self, kind: str, no: int | None, table: str, row_id: int, detail: str) -> None:
        self._findings.add(kind, no, table, row_id, detail)

    def _times(self, no: int, at_ms: int, rows: dict[str, list[Row]]) -> None:
        for table, column in _TIME_AT.items():
            for row in rows[table]:
                if row[column] != at_ms:
                    self._say("time", no, table, row[0], f"of {row[column]}, its commit is of {at_ms}")

    def _message(self, no: int, row: Row, transfers: Unclaimed) -> None:
        """What a message ordered or moved stands in the same commit."""
        try:
            message = message_from(row)
        except _BAD as error:
            self._say("unreadable", no, "messages", row[0], str(error)[:200])
            return
        for order_id in message.order_ids:
            tracked = self._orders.touched.get(order_id)
            if tracked is None or tracked.order.agent_id != message.agent_id:
                self._say("message", no, "messages", row[0], f"order {order_id} is not its agent's in its commit")
        if message.transfer_id is not None and transfers.left.pop(message.transfer_id, None) is None:
            self._say("message", no, "messages", row[0], f"transfer {message.transfer_id} is not in its commit")

    def _unexplained(self, no: int, transfers: Unclaimed) -> None:
        """Every transfer has its cause in the same commit; only a person's reversal of another transfer has none."""
        for transfer in transfers.left.values():
            if transfer.order_id is not None or transfer.code != _BY_PERSON:
                detail = f"{transfer.kind} {transfer.code} of order {transfer.order_id}: nothing in its commit says why"
                self._say("ledger", no, "transfers", transfer.id, detail)

    # ------------------------------------------------------------------ outbox

    def _tell(self, no: int, row: Row, rows: dict[str, list[Row]]) -> None:
        """What is told of an order agrees with it as this commit left it; a notice has its cause in this commit."""
        outbox_id, _, order_id, agent_id, channel, body = row[:6]
        try:
            view = view_from(body)
            if isinstance(view, Notice):
                problem = _without_cause(view, rows)
            else:
                problem = _contradicts(self._orders.touched.get(order_id), order_id, agent_id, channel, view)
        except _BAD as error:
            problem = str(error)[:200]
        if problem:
            self._say("outbox", no, "outbox", outbox_id, problem)
        shown = row[7:]
        if shown != _OUTBOX_START:
            self._outbox[outbox_id] = (shown, _OUTBOX_START)

    def _deliver(self, no: int, row: Row) -> None:
        delivery_id, _, outbox_id, state, next_ms, _ = row
        known = self._outbox.pop(outbox_id, None)
        if known is None:
            found = self._engine.rows(_OUTBOX, (outbox_id, no))
            if not found:
                self._say("delivery", no, "deliveries", delivery_id, f"outbox row {outbox_id} does not exist")
                return
            tried = self._engine.rows(_TRIED, (outbox_id, delivery_id))
            known = (found[0], (tried[-1][0], len(tried), tried[-1][1]) if tried else _OUTBOX_START)
        shown, folded = known
        if state not in _OUTBOX_STATES or (next_ms is not None) != (state == "waiting"):
            self._say("delivery", no, "deliveries", delivery_id, f"state {state} with next try {next_ms}")
        if folded[0] != "waiting":
            self._say("delivery", no, "deliveries", delivery_id, f"outbox row {outbox_id} was {folded[0]} before it")
        folded = (state, folded[1] + 1, next_ms)
        if shown != folded:
            self._outbox[outbox_id] = (shown, folded)

    # ------------------------------------------------------------------ human queue and callbacks

    def _close(self, no: int, at_ms: int | None, row: Row) -> None:
        closing_id, _, item_id, closed_ms, closed_by = row
        known = self._items.pop(item_id, None)
        if known is None:
            found = self._engine.rows(_ITEM, (item_id, no))
            if not found:
                self._say("queue", no, "queue_closings", closing_id, f"item {item_id} does not exist")
                return
            known = (found[0], _ITEM_START)
        if self._engine.rows(_CLOSED, (item_id, closing_id))[0][0]:
            self._say("queue", no, "queue_closings", closing_id, f"item {item_id} had been closed already")
        if at_ms is not None and closed_ms != at_ms:
            self._say("time", no, "queue_closings", closing_id, f"of {closed_ms}, its commit is of {at_ms}")
        if known[0] != (closed_ms, closed_by):
            self._items[item_id] = (known[0], (closed_ms, closed_by))

    def _callback(self, no: int, row: Row) -> None:
        """A callback that was matched names its attempt's own reference and supplier."""
        callback_id, _, supplier, ref, attempt_id = row[:5]
        if attempt_id is None:
            return
        found = self._engine.rows(_ATTEMPT, (attempt_id,))
        if not found or found[0][:2] != (supplier, ref):
            detail = f"attempt {attempt_id} is not {ref} at {supplier}"
            self._say("callback", no, "callbacks", callback_id, detail)

    def finish(self) -> None:
        """Rows that never came to say what their deliveries and closings say."""
        for outbox_id, (shown, folded) in self._outbox.items():
            self._say("projection", None, "outbox", outbox_id, f"says {shown}, deliveries say {folded}")
        for item_id, (shown, folded) in self._items.items():
            self._say("projection", None, "queue_items", item_id, f"says {shown}, closings say {folded}")


def _without_cause(notice: Notice, rows: dict[str, list[Row]]) -> str | None:
    kind, number = notice.cause
    if any(row[0] == number for row in rows[_CAUSES[kind]]):
        return None
    return f"tells of {kind} {number}, which is not of its commit"


def _contradicts(tracked: Tracked | None, order_id: int, agent_id: int, channel: str, view: OrderView) -> str | None:
    """What a told view says that its order does not."""
    if tracked is None:
        return f"nothing happened to order {order_id} in its commit"
    order = tracked.order
    if agent_id != order.agent_id or channel not in {order.channel, CUSTOMER}:
        return f"order {order.id} is of agent {order.agent_id} by {order.channel}"
    if (view.order_id, view.product, view.price_idr) != (order.id, order.product, order.price_idr):
        return f"told {view.order_id} {view.product} {view.price_idr}, order {order.id} says otherwise"
    if view.dest != to_local(order.dest):
        return f"told {view.dest}, order {order.id} goes to {to_local(order.dest)}"
    if view.state.value not in tracked.reached:
        return f"told {view.state}, order {order.id} was {', '.join(sorted(tracked.reached))}"
    return None
