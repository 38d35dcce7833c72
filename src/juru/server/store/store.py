"""The cell's store: loads the working state, loads a batch's past, writes a batch in one sealed commit."""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine
from juru.books.heads import head_of_day
from juru.books.log import Log
from juru.books.rules import Balance, Posting
from juru.server.domain.accounts import agent_deposit
from juru.server.domain.cell import Cell, Changes, Past, QueueItem, Settings
from juru.server.domain.commands import DESK
from juru.server.domain.correction import Correction
from juru.server.domain.correction import apply as apply_correction
from juru.server.domain.decide import Needs
from juru.server.domain.health import hear
from juru.server.domain.order import AttemptState
from juru.server.domain.paper import Marked
from juru.server.domain.paper_kinds import NAME_OF, PAPER_KINDS
from juru.server.domain.records import KINDS, SETTINGS_KEY, put
from juru.server.domain.settle import hear_balance, score
from juru.server.store import rows as r
from juru.server.store.schema import SEALED, tables
from juru.values.days import DAY_MS, business_day

_RATES_FROM = 2_000
"""How many of the latest answers the success rates are folded from at start."""

_LATEST_RECORDS = """
SELECT kind, key, body FROM records
WHERE id IN (SELECT max(id) FROM records GROUP BY kind, key) ORDER BY id
"""
_OPEN_ORDERS = "SELECT * FROM orders WHERE state = 'accepted' ORDER BY id"
_ATTEMPTS_OF = "SELECT * FROM attempts WHERE order_id = ? ORDER BY id"
_LATEST_ANSWERS = "SELECT body FROM events WHERE kind = 'answered' ORDER BY id DESC LIMIT ?"
_OFFER_OF = "SELECT offer, supplier FROM attempts WHERE id = ?"
_OPEN_ITEMS = "SELECT id, kind, order_id, attempt_id, note, at_ms FROM queue_items WHERE closed_ms IS NULL ORDER BY id"
_ORDER = "SELECT * FROM orders WHERE id = ?"
_BY_REF = "SELECT * FROM orders WHERE agent_id = ? AND ref = ?"
_CHAT = "SELECT * FROM orders WHERE agent_id = ? AND dest = ? AND ref IS NULL AND day = ?"
_MESSAGE_BY_ID = (
    "SELECT * FROM messages WHERE agent_id = ? AND message_id = ? AND channel = ? AND sender = ? AND at_ms + 0 >= ?"
)
"""The sum keeps the planner off messages_text, where it would read all that an agent wrote in 30 days."""

_MESSAGE_BY_TEXT = (
    "SELECT * FROM messages WHERE agent_id = ? AND at_ms >= ? AND text = ? AND channel = ? AND sender = ?"
)
_ATTEMPT = "SELECT * FROM attempts WHERE id = ?"
_ATTEMPT_BY_REF = "SELECT * FROM attempts WHERE ref = ?"
_TRANSFER = "SELECT id, kind, of_id, code, order_id, memo FROM transfers WHERE id = ?"
_POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
_REVERSAL = "SELECT of_id, id FROM transfers WHERE of_id = ? AND kind = 'reversal'"
_LAST_TRANSFER = """
SELECT t.id FROM postings p JOIN transfers t ON t.id = p.transfer_id
WHERE p.debit = ? AND p.debit >= 1000 AND t.code = 'agent_transfer' ORDER BY p.id DESC LIMIT 1
"""
"""The range repeats the condition of the index on private accounts; without it the whole table is read."""
_PAPER = """
SELECT h.id, h.kind, h.key, p.body FROM paper_heads h JOIN papers p ON p.id = h.latest_id
"""
_PAPER_BY_KEY = f"{_PAPER} WHERE h.kind = ? AND h.key = ?"
_MARKED = f"{_PAPER} WHERE h.kind = ? AND h.mark = ?"
_OPEN_PAPERS = """
SELECT h.id, h.key, p.body FROM paper_heads h JOIN papers p ON p.id = h.latest_id
WHERE h.kind = ? AND h."open" = 1 ORDER BY h.id
"""
CORRECTION = NAME_OF[Correction]
_FIRST_COMMIT = "SELECT at_ms FROM commits ORDER BY no LIMIT 1"
_CLOSED = "SELECT max(day), sum(sums) + sum(accounts) FROM day_closings"
_KEPT = "SELECT (SELECT max(id) FROM daily_sums), (SELECT max(id) FROM daily_accounts)"


class Store:
    """One cell's store on a book engine. Only the writer may call it."""

    def __init__(self, engine: BookEngine) -> None:
        self.engine = engine
        self._log = Log(engine, tables, SEALED)

    @property
    def head(self) -> bytes:
        """The seal of the latest commit."""
        return self._log.head

    # ------------------------------------------------------------------ loading

    def open_cell(self) -> Cell:
        """The working state as committed: everything configured, balances, open orders, the open human queue."""
        cell = Cell(Settings(name=""))
        for kind, key, body in self.engine.rows(_LATEST_RECORDS):
            if kind == "setting" and key != SETTINGS_KEY:
                continue
            put(cell, kind, key, msgspec.json.decode(body, type=KINDS[kind]))
        cell.rebuild_index()
        for account, net_idr, held_idr in self.engine.stream("SELECT account, net_idr, held_idr FROM balances"):
            cell.ledger[account] = Balance(net_idr, held_idr)
        for row in self.engine.stream(_OPEN_ORDERS):
            order = r.order_from(row)
            cell.orders[order.id] = order
            cell.attempts_of[order.id] = []
        for row in self.engine.each(_ATTEMPTS_OF, [(i,) for i in sorted(cell.orders)]):
            attempt = r.attempt_from(row)
            cell.attempts[attempt.id] = attempt
            cell.attempts_of[attempt.order_id].append(attempt.id)
            if attempt.state is AttemptState.QUEUED:
                cell.queued.setdefault(attempt.supplier, {})[attempt.id] = None
        for row in self.engine.rows(_OPEN_ITEMS):
            item = QueueItem(*row)
            cell.queue[item.kind, item.order_id, item.attempt_id] = item
        for name in (name for name, kind in PAPER_KINDS.items() if kind.kept):
            for head_id, key, body in self.engine.stream(_OPEN_PAPERS, (name,)):
                cell.keep(name, key, head_id, r.paper_from(name, body))
        for _, paper in cell.papers.values():
            if isinstance(paper, Correction):
                cell.remember_correction(paper)
                if paper.order_id in cell.orders:
                    apply_correction(cell.orders[paper.order_id], paper)
        self._load_rates(cell)
        self._load_stock(cell)
        self._load_numbers(cell)
        return cell

    def _load_rates(self, cell: Cell) -> None:
        answers = [r.event_from(body) for (body,) in reversed(self.engine.rows(_LATEST_ANSWERS, (_RATES_FROM,)))]
        offers = self.engine.each(_OFFER_OF, [(event.attempt_id,) for event in answers])
        for event, (offer, supplier) in zip(answers, offers, strict=True):
            score(cell.rates, offer, event)
            hear_balance(cell.told_balances, supplier, event)
            hear(cell.troubles, supplier, event)

    def _load_stock(self, cell: Cell) -> None:
        """Stock is what the product's record says, less what was sold since that record was saved."""
        for product in [p for p in cell.products.values() if p.stock is not None]:
            assert product.stock is not None
            saved_ms = self.engine.rows(
                "SELECT at_ms FROM records WHERE kind = 'product' AND key = ? ORDER BY id DESC LIMIT 1", (product.code,)
            )[0][0]
            sold = self.engine.rows(
                "SELECT count(*) FROM orders WHERE product = ? AND at_ms >= ? AND state <> 'failed'",
                (product.code, saved_ms),
            )[0][0]
            cell.stock_since_ms[product.code] = saved_ms
            cell.stock[product.code] = product.stock - int(sold)

    def _load_numbers(self, cell: Cell) -> None:
        series = {
            "orders": "order",
            "attempts": "attempt",
            "transfers": "transfer",
            "records": "record",
            "messages": "message",
            "outbox": "outbox",
            "queue_items": "queue",
            "refusals": "refusal",
            "callbacks": "callback",
            "events": "event",
            "postings": "posting",
            "deliveries": "delivery",
            "queue_closings": "closing",
            "papers": "paper",
            "daily_sums": "sum",
            "daily_accounts": "account_sum",
            "day_closings": "day_closing",
        }
        for table, field in series.items():
            highest = self.engine.rows(f"SELECT max(id) FROM {table}")[0][0]  # noqa: S608 - names of our schema
            setattr(cell.next, field, (highest or 0) + 1)
        latest_no, latest_ms = self._log.resume()
        if latest_no:
            cell.next.commit = latest_no + 1
            cell.now_ms = latest_ms
        cell.day = business_day(cell.now_ms, cell.settings.zone)
        self._load_closed(cell)

    def _load_closed(self, cell: Cell) -> None:
        """How far the book is closed. Lines are numbered without gaps, so what is beyond all closings is counted."""
        for (at_ms,) in self.engine.rows(_FIRST_COMMIT):
            cell.first_day = business_day(at_ms, cell.settings.zone)
        closed_day, lines = self.engine.rows(_CLOSED)[0]
        kept = self.engine.rows(_KEPT)[0]
        cell.closed_day = closed_day or 0
        cell.kept_lines = sum(number or 0 for number in kept) - int(lines or 0)

    def load(self, cell: Cell, needs: Needs, now_ms: int) -> Past:
        """The rows of the past that a batch names. An order that is open is taken from the cell, never twice."""
        past = Past()
        each = self.engine.each
        day = business_day(max(now_ms, cell.now_ms), cell.settings.zone)
        self._load_papers(cell, needs, past, day)
        if needs.refs:
            for row in each(_BY_REF, needs.refs):
                self._keep_order(cell, past, row)
                past.refs[row[2], row[3]] = row[0]
        if needs.chat:
            for row in each(_CHAT, [(*key, day) for key in dict.fromkeys(needs.chat)]):
                self._keep_order(cell, past, row)
                past.chat.setdefault((row[2], row[5]), []).append(row[0])
        if needs.messages:
            self._load_messages(cell, needs, past, now_ms)
        for row in each(_ATTEMPT_BY_REF, [(ref,) for ref in dict.fromkeys(needs.attempt_refs)]):
            past.attempt_refs[row[7]] = row[0]
            needs.attempts.append(row[0])
        orders = dict.fromkeys(needs.orders)
        for row in each(_ATTEMPT, [(i,) for i in dict.fromkeys(needs.attempts) if i not in cell.attempts]):
            orders[row[2]] = None
        wanted = [i for i in orders if i not in cell.orders and i not in past.orders]
        for row in each(_ORDER, [(i,) for i in wanted]):
            self._keep_order(cell, past, row)
        for row in each(_ATTEMPTS_OF, [(i,) for i in orders if i not in cell.orders]):
            past.attempts[row[0]] = r.attempt_from(row)
        for agent_id in dict.fromkeys(needs.last_transfers):
            for row in self.engine.rows(_LAST_TRANSFER, (agent_deposit(agent_id),)):
                past.last_transfer[agent_id] = row[0]
        self._load_transfers(needs, past)
        for day in needs.close_days:
            head = head_of_day(self.engine, day, cell.settings.zone)
            past.heads[day] = (head.commit_no, head.seal)
        return past

    def _load_papers(self, cell: Cell, needs: Needs, past: Past, day: int) -> None:
        """Papers that the batch names, and their orders. What is kept in memory is the latest version of its paper."""
        for row in self.engine.each(_PAPER_BY_KEY, dict.fromkeys(needs.papers)):
            self._keep_paper(cell, needs, past, row)
        wanted: dict[Marked, int] = {}
        for marked in needs.marked:
            # Two commands of a batch that each want one take two.
            alike = msgspec.structs.replace(marked, limit=0)
            wanted[alike] = wanted.get(alike, 0) + marked.limit
        for marked, limit in wanted.items():
            sql = _marked(marked)
            days = (day,) if marked.unexpired else ()
            rows = self.engine.rows(sql, (marked.kind, marked.mark, *days, limit))
            past.marked[marked.kind, marked.mark] = [row[2] for row in rows]
            for row in rows:
                self._keep_paper(cell, needs, past, row)

    def _keep_paper(self, cell: Cell, needs: Needs, past: Past, row: r.Row) -> None:
        head_id, kind, key, body = row
        kept = cell.papers.get((kind, key))
        paper = r.paper_from(kind, body) if kept is None else kept[1]
        if kept is None:
            past.papers[kind, key] = (head_id, paper)
        if (order_id := paper.of_order()) is not None:
            past.of_order[kind, order_id] = key
            needs.orders.append(order_id)

    def _keep_order(self, cell: Cell, past: Past, row: r.Row) -> None:
        if row[0] in cell.orders or row[0] in past.orders:
            return
        order = past.orders[row[0]] = r.order_from(row)
        corrected = cell.papers.get((CORRECTION, str(order.id))) if cell.corrected else None
        if corrected is not None:
            assert isinstance(corrected[1], Correction), corrected
            apply_correction(order, corrected[1])

    def _load_messages(self, cell: Cell, needs: Needs, past: Past, now_ms: int) -> None:
        oldest_ms = now_ms - cell.settings.message_days * DAY_MS
        window_ms = now_ms - cell.settings.repeat_window_s * 1000
        found: dict[int, r.Row] = {}
        for agent_id, key in needs.messages:
            # What a person posts has a request id that counts for ever; a chat message's is forgotten with its days.
            since_ms = 0 if key.channel == DESK else oldest_ms
            for row in self.engine.rows(_MESSAGE_BY_ID, (agent_id, key.id, key.channel, key.sender, since_ms)):
                found[row[0]] = row
            if key.text:
                for row in self.engine.rows(_MESSAGE_BY_TEXT, (agent_id, window_ms, key.text, key.channel, key.sender)):
                    found[row[0]] = row
        for message_id in sorted(found):
            message = r.message_from(found[message_id])
            past.messages.append(message)
            for order_id in message.order_ids:
                if order_id not in cell.orders:
                    needs.orders.append(order_id)
            if message.transfer_id is not None:
                needs.transfers.append(message.transfer_id)

    def _load_transfers(self, needs: Needs, past: Past) -> None:
        wanted = dict.fromkeys(needs.transfers)
        wanted.update(dict.fromkeys(past.last_transfer.values()))
        wanted.update({order.post_id: None for order in past.orders.values() if order.post_id is not None})
        for transfer_id in wanted:
            for head in self.engine.rows(_TRANSFER, (transfer_id,)):
                postings = tuple(Posting(*row) for row in self.engine.rows(_POSTINGS, (transfer_id,)))
                past.transfers[transfer_id] = r.transfer_from(head, postings)
        for of_id, reversal_id in self.engine.each(_REVERSAL, [(i,) for i in wanted]):
            past.reversed[of_id] = reversal_id

    # ------------------------------------------------------------------ writing

    def write(self, cell: Cell, batch_id: str) -> None:
        """Open a transaction and write the batch's changes and its seal; ``commit`` makes them durable."""
        changes, commit_no, at_ms = cell.changes, cell.next.commit, cell.now_ms
        self.engine.begin()
        self._log.write(commit_no, batch_id, at_ms, _sealed_rows(cell, changes, commit_no))
        self._write_states(changes)
        cell.next.commit = commit_no + 1
        cell.first_day = cell.first_day or cell.day

    def _write_states(self, changes: Changes) -> None:
        engine = self.engine
        new_orders = {order.id for order in changes.orders}
        touched = [(*r.order_state(o), o.id) for i, o in changes.orders_touched.items() if i not in new_orders]
        if touched:
            engine.update(tables["orders"], "id", r.ORDER_STATE, touched)
        new_attempts = {attempt.id for attempt in changes.attempts}
        states = [(*r.attempt_state(a), a.id) for i, a in changes.attempts_touched.items() if i not in new_attempts]
        if states:
            engine.update(tables["attempts"], "id", r.ATTEMPT_STATE, states)
        if changes.accounts:
            engine.upsert(
                tables["balances"], "account", [(a, b.net_idr, b.held_idr) for a, b in changes.accounts.items()]
            )
        if changes.outbox_marks:
            marks = [(mark.state, mark.tries, mark.next_ms, mark.id) for mark in changes.outbox_marks]
            engine.update(tables["outbox"], "id", ("state", "tries", "next_ms"), marks)
        if changes.papers:
            heads = {row.head_id: r.head_row(row) for row in changes.papers}
            engine.upsert(tables["paper_heads"], "id", list(heads.values()))
        if changes.queue_closed:
            new_items = {item.id for item in changes.queue}
            closed = [(i.closed_ms, i.closed_by, i.id) for i in changes.queue_closed if i.id not in new_items]
            if closed:
                engine.update(tables["queue_items"], "id", ("closed_ms", "closed_by"), closed)

    def commit(self) -> None:
        """Sync the batch to the disk; only after this may anything of it be told."""
        self.engine.commit()

    def committed(self) -> None:
        """Advance the chain: called once the commit is known to stand."""
        self._log.committed()

    def rollback(self) -> None:
        """Drop a batch that was not committed."""
        self.engine.rollback()

    def stands(self, batch_id: str) -> bool:
        """Whether a batch whose commit ended in doubt was committed."""
        return self._log.stands(batch_id)


def _marked(wanted: Marked) -> str:
    is_open = ' AND h."open" = 1' if wanted.only_open else ""
    living = " AND (h.day IS NULL OR h.day >= ?)" if wanted.unexpired else ""
    return f"{_MARKED}{is_open}{living} ORDER BY h.id{' DESC' if wanted.newest else ''} LIMIT ?"


def _sealed_rows(cell: Cell, changes: Changes, commit_no: int) -> dict[str, list[r.Row]]:
    """Every new row of the batch by table, whole; ids that only the store counts are given here."""
    events: list[r.Row] = []
    number = cell.next.event
    for event in changes.events:
        events.append(r.event_row(event, number, commit_no))
        number += 1
    cell.next.event = number
    postings: list[r.Row] = []
    number = cell.next.posting
    for transfer in changes.transfers:
        for p in transfer.postings:
            postings.append((number, commit_no, transfer.id, int(p.debit), int(p.credit), p.amount_idr))
            number += 1
    cell.next.posting = number
    deliveries = []
    for mark in changes.outbox_marks:
        deliveries.append((cell.next.delivery, commit_no, mark.id, mark.state, mark.next_ms, cell.now_ms))
        cell.next.delivery += 1
    closings = []
    for item in changes.queue_closed:
        closings.append((cell.next.closing, commit_no, item.id, item.closed_ms, item.closed_by))
        cell.next.closing += 1
    sums = [r.sum_row(line, of, cell.next.sum + i, commit_no) for i, (of, line) in enumerate(changes.sums)]
    cell.next.sum += len(sums)
    accounts = [
        r.account_sum_row(line, of, cell.next.account_sum + i, commit_no)
        for i, (of, line) in enumerate(changes.account_sums)
    ]
    cell.next.account_sum += len(accounts)
    day, at_ms = cell.day, cell.now_ms
    return {
        "transfers": [r.transfer_row(t, commit_no, day, at_ms) for t in changes.transfers],
        "postings": postings,
        "records": [r.record_row(x, commit_no) for x in changes.records],
        "orders": [r.order_row(o, commit_no) for o in changes.orders],
        "attempts": [r.attempt_row(a, commit_no) for a in changes.attempts],
        "events": events,
        "messages": [r.message_row(m, commit_no) for m in changes.messages],
        "outbox": [r.outbox_row(o, commit_no) for o in changes.outbox],
        "deliveries": deliveries,
        "queue_items": [r.queue_row(q, commit_no) for q in changes.queue],
        "queue_closings": closings,
        "refusals": [r.refusal_row(x, commit_no) for x in changes.refusals],
        "callbacks": [r.callback_row(x, commit_no) for x in changes.callbacks],
        "papers": [r.paper_row(x, commit_no) for x in changes.papers],
        "daily_sums": sums,
        "daily_accounts": accounts,
        "day_closings": [r.closing_row(x, commit_no) for x in changes.day_closings],
    }
