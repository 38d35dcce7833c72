"""The audit's daily sums: every day folded again on the way through the book, and held against what was kept of it.

A day is closed after its last commit, so its fold is whole by then. Lines that were kept but whose day is not closed
yet (the cell was stopped in between) are held against the fold as far as they go.
"""

from __future__ import annotations

import msgspec

from juru.books.chain import GENESIS
from juru.books.engine import BookEngine, Row
from juru.books.rules import Kind, Transfer
from juru.server.domain.cell import DayClosing, Settings
from juru.server.domain.closing import is_suppliers_failure
from juru.server.domain.order import Event, Order
from juru.server.domain.records import SETTINGS_KEY
from juru.server.domain.sums import DayFold, OrderKeys, supplier_moved
from juru.server.store import rows as r
from juru.server.store.audit_orders import Orders
from juru.server.store.findings import Findings
from juru.values.days import Zone, business_day, day_after

_ORDER = "SELECT agent_id, product, day, supplier FROM orders WHERE id = ?"
_SEAL = "SELECT seal FROM commits WHERE no = ?"
_BAD = (AttributeError, KeyError, TypeError, ValueError, msgspec.MsgspecError)
_FROM_KEYS = 2
"""Lines are compared from their day on, whatever their number and commit."""


class Sums:
    """The days that are not closed yet, each folded so far, and the lines that were kept since the last closing."""

    def __init__(self, engine: BookEngine, findings: Findings, orders: Orders) -> None:
        self._engine = engine
        self._findings = findings
        self._orders = orders
        self._zone = Zone.WIB
        self._folds: dict[int, DayFold] = {}
        self._lines: dict[str, list[Row]] = {"daily_sums": [], "daily_accounts": []}
        self._times: list[tuple[int, int]] = []
        self._first_day = 0
        self._closed_day = 0

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]], transfers: dict[int, Transfer]) -> None:
        """Fold one commit, after its orders; then see what it says of sums and closings."""
        for row in rows["records"]:
            self._note_zone(row)
        if at_ms is not None:
            day = business_day(at_ms, self._zone)
            self._first_day = self._first_day or day
            if not self._times or self._times[-1][0] != day:
                self._times.append((day, no))
            self._times[-1] = (day, no)
        self._fold_transfers(rows, transfers)
        self._fold_failures(rows)
        for name, kept in self._lines.items():
            kept.extend(rows[name])
        for row in rows["day_closings"]:
            self._close(no, at_ms, row)

    def _note_zone(self, row: Row) -> None:
        if row[2] == "setting" and row[3] == SETTINGS_KEY:
            try:
                self._zone = msgspec.json.decode(row[4], type=Settings).zone
            except _BAD:
                return

    def _fold(self, day: int) -> DayFold:
        fold = self._folds.get(day)
        if fold is None:
            fold = self._folds[day] = DayFold(day, self._zone)
        return fold

    def _fold_transfers(self, rows: dict[str, list[Row]], transfers: dict[int, Transfer]) -> None:
        for row in rows["transfers"]:
            transfer = transfers.get(row[0])
            if transfer is None:
                continue
            fold = self._fold(row[6])
            order = self._order(transfer.order_id)
            moved = [(p.debit, p.credit, p.amount_idr) for p in transfer.postings]
            if transfer.kind is Kind.HOLD:
                moved = []
            number = supplier_moved(transfer.code, moved, order)
            supplier = next((code for code, known in self._orders.suppliers.items() if known == number), None)
            fold.transfer(transfer.code, row[7], moved, order, supplier=supplier)

    def _order(self, order_id: int | None) -> OrderKeys | None:
        """What an order's sums belong to; one that nothing happened to in this commit is read."""
        if order_id is None:
            return None
        tracked = self._orders.touched.get(order_id)
        if tracked is not None:
            return _keys(tracked.order)
        return next((OrderKeys(*row) for row in self._engine.rows(_ORDER, (order_id,))), None)

    def _fold_failures(self, rows: dict[str, list[Row]]) -> None:
        for row in rows["events"]:
            try:
                event: Event = r.event_from(row[4])
            except _BAD:
                continue
            tracked = self._orders.touched.get(event.order_id)
            if tracked is None or not is_suppliers_failure(event):
                continue
            attempt = tracked.attempts.get(event.attempt_id or 0)
            if attempt is not None:
                fold = self._fold(business_day(event.at_ms, self._zone))
                fold.failed_attempt(event.at_ms, _keys(tracked.order), attempt.supplier)

    def _close(self, no: int, at_ms: int | None, row: Row) -> None:
        """A closing: the next day, over by then, its head and all its lines."""
        closing = r.closing_from(row)
        say = self._findings.add
        if at_ms is not None and closing.at_ms != at_ms:
            say("time", no, "day_closings", closing.id, f"of {closing.at_ms}, its commit is of {at_ms}")
        due = day_after(self._closed_day) if self._closed_day else self._first_day
        if closing.day != due or (at_ms is not None and business_day(at_ms, self._zone) <= closing.day):
            say("closing", no, "day_closings", closing.id, f"closes {closing.day}, due was {due}")
        self._head(no, closing)
        self._compare(closing.day, whole=True)
        counts = tuple(len(lines) for lines in self._lines.values())
        if counts != (closing.sums, closing.accounts):
            say(
                "closing",
                no,
                "day_closings",
                closing.id,
                f"of {closing.sums} and {closing.accounts} lines, not {counts}",
            )
        for lines in self._lines.values():
            lines.clear()
        self._folds.pop(closing.day, None)
        self._closed_day = closing.day

    def _head(self, no: int, closing: DayClosing) -> None:
        """The head is the last commit of the day, with its seal."""
        last = max((number for day, number in self._times if day <= closing.day), default=0)
        self._times = [(day, number) for day, number in self._times if day > closing.day or number == last]
        seals = self._engine.rows(_SEAL, (last,))
        seal = bytes(seals[0][0]).hex() if seals and isinstance(seals[0][0], bytes) else GENESIS.hex()
        if (closing.head_no, closing.head_seal) != (last, seal):
            detail = f"head {closing.head_no}:{closing.head_seal[:16]}, the book has {last}:{seal[:16]}"
            self._findings.add("closing", no, "day_closings", closing.id, detail)

    def _compare(self, day: int, *, whole: bool) -> None:
        """Name every line that does not say what the day's postings say, and the first that is missing."""
        fold = self._fold(day)
        wanted: dict[str, list[Row]] = {
            "daily_sums": [r.sum_row(line, day, 0, 0)[_FROM_KEYS:] for line in fold.sum_lines()],
            "daily_accounts": [r.account_sum_row(line, day, 0, 0)[_FROM_KEYS:] for line in fold.account_lines()],
        }
        for name, lines in self._lines.items():
            folded = wanted[name]
            for place, line in enumerate(lines):
                says = folded[place] if place < len(folded) else None
                if line[_FROM_KEYS:] != says:
                    self._findings.add("sums", line[1], name, line[0], _differs(line[_FROM_KEYS:], says))
            if whole and len(lines) < len(folded):
                detail = f"day {day} closed without {folded[len(lines)][1:3]}"
                self._findings.add("sums", None, name, lines[-1][0] if lines else None, detail)

    def finish(self) -> None:
        """What was kept of a day that is not closed yet."""
        due = day_after(self._closed_day) if self._closed_day else self._first_day
        if due and any(self._lines.values()):
            self._compare(due, whole=False)


def _keys(order: Order) -> OrderKeys:
    return OrderKeys(order.agent_id, order.product, order.day, order.supplier)


def _differs(says: Row, folded: Row | None) -> str:
    return f"says {_short(says)}, postings say {'nothing' if folded is None else _short(folded)}"


def _short(row: Row) -> str:
    return " ".join(str(cell) for cell in row)[:200]
