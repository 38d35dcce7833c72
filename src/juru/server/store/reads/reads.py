"""Named queries over one cell's book, on a read-only connection of their own. Portable SQL with ``?`` marks.

A condition that seems to say a thing twice (``debit >= 1000``) repeats the condition of a partial index: without it
the planner may not use that index.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import msgspec

from juru.books.engine import BookEngine, Params, Row
from juru.books.findings import Head
from juru.books.rules import Kind
from juru.books.schema import ENDINGS
from juru.server.domain.accounts import agent_deposit, name_of
from juru.server.domain.bill import Bill, key_of, mark_of
from juru.server.domain.cell import CallbackRow, DayClosing, OutboxRow, QueueItem, Record, RefusedRow, Settings
from juru.server.domain.complaint import Complaint
from juru.server.domain.order import Order
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.views import AgentDay, Movement, OrderState
from juru.server.domain.voucher import Voucher
from juru.server.domain.voucher import mark_of as mark_of_order
from juru.server.engine.ports import Waiting
from juru.server.store.reads.agents import agent_day, movements
from juru.server.store.reads.corrected import DEST, corrected, corrected_to
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.shapes import (
    BalanceRow,
    Counts,
    DeliveryRow,
    EventRow,
    PostingRow,
    StatementRow,
    TellingRow,
    Timeline,
    TransferRow,
)
from juru.server.store.reads.sums import SumReads
from juru.server.store.rows import attempt_from, closing_from, event_from, order_from, view_from
from juru.values.days import Zone

ORDER = "SELECT * FROM orders WHERE id = ?"
ORDER_BY_REF = "SELECT * FROM orders WHERE agent_id = ? AND ref = ?"
ORDERS = "SELECT o.* FROM orders o WHERE {where} ORDER BY o.id DESC LIMIT ?"
"""Newest first, by the primary key, or by orders_open when only open ones are wanted."""

AGENT_ORDERS = """
SELECT o.* FROM postings p JOIN transfers t ON t.id = p.transfer_id JOIN orders o ON o.id = t.order_id
WHERE p.debit = ? AND p.debit >= 1000 AND t.kind = 'hold' AND {where}
ORDER BY p.id DESC LIMIT ?
"""
"""An agent's orders, newest first: every order holds its price on his deposit once. Index postings_debit."""

BEFORE_ORDER = """
p.id < (SELECT min(b.id) FROM orders bo JOIN postings b ON b.transfer_id = bo.hold_id WHERE bo.id = ?)
"""
CHAT_TO = "SELECT * FROM orders WHERE agent_id = ? AND dest = ? AND ref IS NULL ORDER BY id DESC LIMIT ?"
RECENT_TO = """
SELECT o.* FROM orders o WHERE o.dest = ? AND o.id IN (
    SELECT t.order_id FROM postings p JOIN transfers t ON t.id = p.transfer_id
    WHERE p.debit = ? AND p.debit >= 1000 AND t.kind = 'hold' ORDER BY p.id DESC LIMIT 1000
) ORDER BY o.id DESC LIMIT ?
"""
"""Orders with a reference are not indexed by destination: the agent's latest thousand are looked through."""

ATTEMPTS = "SELECT * FROM attempts WHERE order_id = ? ORDER BY id"
EVENTS = "SELECT id, commit_no, body FROM events WHERE order_id = ? ORDER BY id"
_TRANSFER = "SELECT id, commit_no, kind, of_id, code, day, at_ms, memo FROM transfers"
TRANSFER = f"{_TRANSFER} WHERE id = ?"
ENDINGS_OF = f"{_TRANSFER} WHERE order_id = ? AND {ENDINGS} ORDER BY id"
POSTINGS = "SELECT id, debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
OUTBOX = "SELECT * FROM outbox WHERE order_id = ? ORDER BY id"
OUTBOX_DUE = """
SELECT id, commit_no, order_id, agent_id, channel, view, at_ms, state, tries FROM outbox
WHERE state = 'waiting' AND (next_ms IS NULL OR next_ms <= ?) ORDER BY id LIMIT ?
"""
DELIVERIES = "SELECT id, state, next_ms, at_ms FROM deliveries WHERE outbox_id = ? ORDER BY id"
CALLBACKS_OF = """
SELECT id, supplier, ref, attempt_id, raw, at_ms FROM callbacks WHERE attempt_id = ? ORDER BY id
"""
CALLBACKS = "SELECT id, supplier, ref, attempt_id, raw, at_ms FROM callbacks ORDER BY id DESC LIMIT ?"
_ITEM = "SELECT id, kind, order_id, attempt_id, note, at_ms, closed_ms, closed_by FROM queue_items"
ITEMS_OF = f"{_ITEM} WHERE order_id = ? ORDER BY id"
ITEMS_OPEN = f"{_ITEM} WHERE closed_ms IS NULL ORDER BY id"
BALANCES = "SELECT account, net_idr, held_idr FROM balances ORDER BY account"
HELD = "SELECT held_idr FROM balances WHERE account = ?"
STATEMENT = """
SELECT p.id, p.transfer_id, t.kind, t.code, t.order_id, t.day, t.at_ms, t.memo, p.debit, p.credit, p.amount_idr
FROM postings p JOIN transfers t ON t.id = p.transfer_id
WHERE {side} = ? {private} AND p.id < ? ORDER BY p.id DESC LIMIT ?
"""
RECORDS = """
SELECT id, kind, key, body, "by", reason, at_ms FROM records
WHERE id IN (SELECT max(id) FROM records WHERE kind = ? GROUP BY key) ORDER BY key
"""
RECORD_HISTORY = """
SELECT id, kind, key, body, "by", reason, at_ms FROM records WHERE kind = ? AND key = ? ORDER BY id
"""
REFUSALS = """
SELECT id, agent, channel, code, detail, at_ms FROM refusals
WHERE ?1 IS NULL OR agent = ?1 ORDER BY id DESC LIMIT ?2
"""
CLOSINGS = "SELECT * FROM day_closings WHERE day > ? AND day < ? ORDER BY day DESC LIMIT ?"
HEAD = "SELECT no, seal FROM commits ORDER BY no DESC LIMIT 1"
COUNTS = """
SELECT (SELECT max(id) FROM orders), (SELECT count(*) FROM orders WHERE state = 'accepted'),
    (SELECT max(id) FROM attempts), (SELECT max(id) FROM transfers), (SELECT max(id) FROM postings),
    (SELECT max(id) FROM events), (SELECT max(id) FROM messages), (SELECT max(id) FROM outbox),
    (SELECT count(*) FROM outbox WHERE state = 'waiting'),
    (SELECT count(*) FROM queue_items WHERE closed_ms IS NULL),
    (SELECT max(id) FROM refusals), (SELECT max(id) FROM callbacks), (SELECT max(no) FROM commits)
"""
_LAST_ID = 2**62
_STATES = {state: f"o.state = '{state.value}'" for state in OrderState}


class Reads:
    """The questions that console, desk and channels ask of the book."""

    def __init__(self, engine: BookEngine) -> None:
        self.engine = engine
        self.papers = PaperReads(engine)
        self._sums: SumReads | None = None

    @property
    def sums(self) -> SumReads:
        """Daily sums, closed and live."""
        if self._sums is None:
            self._sums = SumReads(self.engine, self.zone())
        return self._sums

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        """One state of the book for every question asked inside, whatever is committed meanwhile."""
        self.engine.rows("BEGIN")
        try:
            yield
        finally:
            self.engine.rollback()

    def cell_name(self) -> str:
        """What the business is called."""
        for record in self.records("setting"):
            return msgspec.json.decode(record.body, type=Settings).name
        return ""

    def zone(self) -> Zone:
        """The zone of the cell's business day, which never changes."""
        for record in self.records("setting"):
            return msgspec.json.decode(record.body, type=Settings).zone
        return Zone.WIB

    # ------------------------------------------------------------------ orders

    def order(self, order_id: int) -> Order | None:
        """An order by its number."""
        return self._one(ORDER, (order_id,))

    def order_by_ref(self, agent_id: int, ref: str) -> Order | None:
        """The order that holds an agent's reference."""
        return self._one(ORDER_BY_REF, (agent_id, ref))

    def orders_to(self, agent_id: int, dest: str, limit: int = 20) -> list[Order]:
        """The latest orders of an agent to a destination in stored form, newest first."""
        rows = self.engine.rows
        found = [order_from(row) for row in rows(CHAT_TO, (agent_id, dest, limit))]
        found += [order_from(row) for row in rows(RECENT_TO, (dest, agent_deposit(agent_id), limit))]
        found += corrected_to(self.engine, agent_id, dest, limit)
        once = {order.id: order for order in corrected(self.engine, found)}
        return sorted((o for o in once.values() if o.dest == dest), key=lambda o: -o.id)[:limit]

    def _one(self, sql: str, params: Params) -> Order | None:
        rows = self.engine.rows(sql, params)
        return corrected(self.engine, [order_from(rows[0])])[0] if rows else None

    def orders(
        self,
        *,
        before_id: int | None = None,
        limit: int = 50,
        state: OrderState | None = None,
        agent_id: int | None = None,
        product: str | None = None,
        dest: str | None = None,
    ) -> list[Order]:
        """Orders newest first; ``before_id`` is the last id of the page before."""
        where = ["1 = 1"]
        params: list[int | str] = []
        if before_id is not None:
            where.append("o.id < ?" if agent_id is None else BEFORE_ORDER)
            params.append(before_id)
        if state is not None:
            where.append(_STATES[state])
        if product is not None:
            where.append("o.product = ?")
            params.append(product)
        if dest is not None:
            where.append(f"{DEST} = ?")
            params.append(dest)
        sql, first = (ORDERS, ()) if agent_id is None else (AGENT_ORDERS, (agent_deposit(agent_id),))
        rows = self.engine.rows(sql.format(where=" AND ".join(where)), (*first, *params, limit))
        return corrected(self.engine, [order_from(row) for row in rows])

    def bill(self, agent_id: int, ref: str) -> Bill | None:
        """What an agent's inquiry under a reference found, as it stands."""
        found = self.papers.by_key(NAME_OF[Bill], key_of(agent_id, ref))
        return found.paper if found is not None and isinstance(found.paper, Bill) else None

    def bill_numbered(self, agent_id: int, inquiry_id: int) -> Bill | None:
        """An agent's inquiry by the number of its paper."""
        found = self.papers.by_number(NAME_OF[Bill], inquiry_id)
        bill = None if found is None else found.paper
        return bill if isinstance(bill, Bill) and bill.agent_id == agent_id else None

    def bill_of_order(self, order: Order) -> Bill | None:
        """The bill that an order pays, as it stood when it was last about that order."""
        if order.ref is not None:
            filed = reversed(self.papers.versions(NAME_OF[Bill], key_of(order.agent_id, order.ref)))
        else:
            filed = iter(self.papers.marked(NAME_OF[Bill], mark_of(order.agent_id, order.product, order.dest)))
        bills = (found.paper for found in filed)
        return next((b for b in bills if isinstance(b, Bill) and b.order_id == order.id), None)

    def voucher(self, order_id: int) -> Voucher | None:
        """The code that an order was given, sealed."""
        found = next(iter(self.papers.marked(NAME_OF[Voucher], mark_of_order(order_id), limit=1)), None)
        return found.paper if found is not None and isinstance(found.paper, Voucher) else None

    def voucher_at_hand(self, product: str, day: int) -> bool:
        """Whether a code of a product is in stock that may still be handed out on a day."""
        return self.papers.at_hand(NAME_OF[Voucher], product, day)

    def agent_history(self, agent_id: int, limit: int = 10) -> list[Order]:
        """An agent's latest orders, newest first."""
        return self.orders(agent_id=agent_id, limit=limit)

    def timeline(self, order_id: int) -> Timeline | None:
        """Everything about one order."""
        order = self.order(order_id)
        if order is None:
            return None
        rows = self.engine.rows
        attempts = tuple(attempt_from(row) for row in rows(ATTEMPTS, (order_id,)))
        callbacks = [CallbackRow(*row) for a in attempts for row in rows(CALLBACKS_OF, (a.id,))]
        return Timeline(
            order,
            attempts,
            tuple(EventRow(i, no, event_from(body)) for i, no, body in rows(EVENTS, (order_id,))),
            tuple(self._transfers_of(order)),
            tuple(self._telling(row) for row in rows(OUTBOX, (order_id,))),
            tuple(sorted(callbacks, key=lambda c: c.id)),
            tuple(QueueItem(*row) for row in rows(ITEMS_OF, (order_id,))),
            self.complaint(order_id),
            self.bill_of_order(order),
            self.voucher(order_id),
        )

    def complaint(self, order_id: int) -> Complaint | None:
        """What was written about an order."""
        filed = PaperReads(self.engine).by_key(NAME_OF[Complaint], str(order_id))
        return None if filed is None or not isinstance(filed.paper, Complaint) else filed.paper

    def _transfers_of(self, order: Order) -> list[TransferRow]:
        """The hold and the sale by the order's own columns, the rest by index; in the order of the book."""
        heads: dict[int, Row] = {}
        named = [i for i in (order.hold_id, order.post_id) if i is not None]
        for head in self.engine.each(TRANSFER, [(i,) for i in named]):
            heads[head[0]] = head
        for head in self.engine.rows(ENDINGS_OF, (order.id,)):
            heads[head[0]] = head
        return [self._transfer(heads[i]) for i in sorted(heads)]

    def transfer(self, transfer_id: int) -> TransferRow | None:
        """A transfer by its number."""
        rows = self.engine.rows(TRANSFER, (transfer_id,))
        return self._transfer(rows[0]) if rows else None

    def _transfer(self, head: Row) -> TransferRow:
        postings = tuple(
            PostingRow(i, name_of(debit), name_of(credit), amount)
            for i, debit, credit, amount in self.engine.rows(POSTINGS, (head[0],))
        )
        return TransferRow(head[0], head[1], Kind(head[2]), head[3], head[4], head[5], head[6], head[7], postings)

    def _telling(self, row: Row) -> TellingRow:
        deliveries = tuple(DeliveryRow(*tried) for tried in self.engine.rows(DELIVERIES, (row[0],)))
        return TellingRow(_outbox_from(row), row[7], row[8], row[9], deliveries)

    # ------------------------------------------------------------------ money

    def balances(self) -> list[BalanceRow]:
        """Every account, in the order of the chart."""
        return [BalanceRow(a, name_of(a), net, held) for a, net, held in self.engine.rows(BALANCES)]

    def held_idr(self, account: int) -> int:
        """What of an account is held now."""
        return sum(int(row[0]) for row in self.engine.rows(HELD, (account,)))

    def statement(self, account: int, *, before_id: int | None = None, limit: int = 50) -> list[StatementRow]:
        """An account's postings newest first; quick for agents' accounts, a walk through the book for the house's."""
        found: list[Row] = []
        for side in ("p.debit", "p.credit"):
            private = f"AND {side} >= 1000" if account >= 1000 else ""
            sql = STATEMENT.format(side=side, private=private)
            found.extend(self.engine.rows(sql, (account, _LAST_ID if before_id is None else before_id, limit)))
        found.sort(key=lambda row: -int(row[0]))
        return [_statement_row(row, account) for row in found[:limit]]

    def agent_day(self, agent_id: int, day: int) -> AgentDay:
        """An agent's business day ``yyyymmdd``: what he sold, what moved, what he earned."""
        return agent_day(self.engine, agent_id, day)

    def movements(self, agent_id: int, day: int, limit: int = 20) -> tuple[list[Movement], int]:
        """What moved an agent's deposit on a day and was no order: the latest, oldest first, and how many in all."""
        return movements(self.engine, agent_id, day, limit)

    # ------------------------------------------------------------------ people

    def open_queue(self) -> list[QueueItem]:
        """What waits for a person, oldest first."""
        return [QueueItem(*row) for row in self.engine.rows(ITEMS_OPEN)]

    def records(self, kind: str) -> list[Record]:
        """The present version of everything of a kind, by key."""
        return _records(self.engine.rows(RECORDS, (kind,)))

    def record_history(self, kind: str, key: str) -> list[Record]:
        """Every version of one record, oldest first."""
        return _records(self.engine.rows(RECORD_HISTORY, (kind, key)))

    def refusals(self, limit: int = 50, agent: str | None = None) -> list[RefusedRow]:
        """The latest refusals, of an agent or of all, newest first."""
        return [RefusedRow(*row) for row in self.engine.rows(REFUSALS, (agent, limit))]

    def callbacks(self, limit: int = 50) -> list[CallbackRow]:
        """The latest callbacks as they came, newest first."""
        return [CallbackRow(*row) for row in self.engine.rows(CALLBACKS, (limit,))]

    def outbox_due(self, now_ms: int, limit: int) -> list[Waiting]:
        """What is to be told now, oldest first."""
        return [Waiting(_outbox_from(row), row[8]) for row in self.engine.rows(OUTBOX_DUE, (now_ms, limit))]

    # ------------------------------------------------------------------ the book

    def closings(self, *, after_day: int = 0, before_day: int = 2**31, limit: int = 100_000) -> list[DayClosing]:
        """Closed days after one and before another, oldest first; with a limit those closed last."""
        rows = self.engine.rows(CLOSINGS, (after_day, before_day, limit))
        return [closing_from(row) for row in reversed(rows)]

    def head(self) -> Head | None:
        """The latest commit and its seal; None for an empty book."""
        rows = self.engine.rows(HEAD)
        return Head(rows[0][0], bytes(rows[0][1]).hex()) if rows else None

    def counts(self) -> Counts:
        """How much is in the book."""
        return Counts(*(number or 0 for number in self.engine.rows(COUNTS)[0]))


def _outbox_from(row: Row) -> OutboxRow:
    """An outbox row; the columns begin as in the table."""
    return OutboxRow(row[0], row[2], row[3], row[4], view_from(row[5]), row[6])


def _records(rows: Iterable[Row]) -> list[Record]:
    return [Record(r[0], r[1], r[2], r[3].encode(), r[4], r[5], r[6]) for r in rows]


def _statement_row(row: Row, account: int) -> StatementRow:
    debit, credit, amount = row[8], row[9], row[10]
    other, signed = (debit, amount) if credit == account else (credit, -amount)
    return StatementRow(row[0], row[1], Kind(row[2]), row[3], row[4], row[5], row[6], row[7], name_of(other), signed)
