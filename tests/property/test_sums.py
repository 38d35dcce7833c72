"""Whatever happens to orders over days: reports are the sums of the postings, which are the ledger, to the rupiah.

The sums expected here are worked out from the bare rows of the book, a row at a time, without the code under test.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juru.books.sqlite import SqliteEngine
from juru.server.desk.names import names_of
from juru.server.desk.reports import Narrowed, Report, report_sheet
from juru.server.desk.spans import Span
from juru.server.domain.accounts import agent_commission, agent_deposit, supplier_deposit
from juru.server.domain.commands import Decision, DepositKind, TransferDeposit
from juru.server.domain.outcome import Outcome
from juru.server.domain.sums import Dimension
from juru.server.domain.views import OrderState
from juru.server.store.audit import audit
from juru.server.store.reads.lists import Listed, OrderFilter, What, list_orders
from juru.server.store.reads.reads import Reads
from juru.server.store.reads.statements import Statement, statement
from juru.web.sheets import Sheet
from tests.support.cells import SmallCell, open_shop

STEPS = ("sell", "sell", "sell", "fail", "fail_over", "unknown", "reverse", "late", "decide", "settle", "transfer")
PREPARED = {"decide": ("unknown",), "reverse": ("sell",), "late": ("fail",), "settle": ("fail_over", "late")}
step = st.one_of(
    st.tuples(st.sampled_from((*STEPS, "deposit", "free")), st.integers(0, 9)),
    st.tuples(st.sampled_from(("hours", "day", "days", "close")), st.integers(1, 9)),
)


class Trade:
    """A small shop to which things happen; what may still happen to its orders is remembered."""

    def __init__(self, cell: SmallCell) -> None:
        self.cell = cell
        self.cell.deposit(DepositKind.AGENT, "MID", 500_000)
        self.unknown: list[int] = []
        self.sold: list[tuple[int, int]] = []
        self.failed: list[tuple[int, int]] = []
        self.late: list[int] = []
        self.number = 0

    def do(self, what: str, number: int) -> None:
        self.number += 1
        handler: Callable[[int], None] = getattr(self, f"_{what}")
        handler(number)

    def _place(self, number: int, **more: Any) -> int:  # noqa: ANN401 - fields of OrderLine
        agent = ("LOW", "MID", "UP")[number % 3]
        return self.cell.order(f"0812345{self.number:05d}", ref=f"r{self.number}", agent=agent, **more)

    def _sell(self, number: int) -> None:
        order_id = self._place(number)
        attempt_id = self.cell.send(order_id)
        self.cell.answer(attempt_id, Outcome.SUCCESS, sn="SN", price_idr=10_000 + number * 10)
        self.sold.append((order_id, attempt_id))

    def _free(self, number: int) -> None:
        if self.cell.writer.cell.stock.get("FREE", 5) < 1:
            return
        order_id = self._place(number, product="FREE", amount_idr=5_000 + number)
        self.cell.answer(self.cell.send(order_id), Outcome.SUCCESS, sn="SN")

    def _fail(self, number: int) -> None:
        order_id = self._place(number)
        first = self.cell.send(order_id)
        self.cell.answer(first, Outcome.FAILED)
        self.cell.answer(self.cell.send(order_id), Outcome.REFUSED, reason="out_of_stock")
        self.failed.append((order_id, first))

    def _fail_over(self, number: int) -> None:
        order_id = self._place(number)
        first = self.cell.send(order_id)
        self.cell.answer(first, Outcome.FAILED)
        self.cell.answer(self.cell.send(order_id), Outcome.SUCCESS, sn="SN")
        self.failed.append((order_id, first))

    def _unknown(self, number: int) -> None:
        order_id = self._place(number)
        self.cell.answer(self.cell.send(order_id), Outcome.UNKNOWN, reason="timeout")
        self.unknown.append(order_id)

    def _decide(self, number: int) -> None:
        if self.unknown:
            order_id = self.unknown.pop(number % len(self.unknown))
            if number % 2:
                self.cell.decide(order_id, Decision.FAILED)
            else:
                self.cell.decide(order_id, Decision.SUCCESS, sn="SN")

    def _reverse(self, number: int) -> None:
        if self.sold:
            _, attempt_id = self.sold.pop(number % len(self.sold))
            self.cell.answer(attempt_id, Outcome.FAILED, reason="taken_back")

    def _late(self, number: int) -> None:
        """Delivered after all: after the order failed, or beside another delivery."""
        if self.failed:
            order_id, attempt_id = self.failed.pop(number % len(self.failed))
            self.cell.answer(attempt_id, Outcome.SUCCESS, sn="late", price_idr=9_000 + number)
            self.late.append(order_id)

    def _settle(self, number: int) -> None:
        if self.late:
            order_id = self.late.pop(number % len(self.late))
            self.cell.decide(order_id, (Decision.KEEP, Decision.CLAIM)[number % 2])

    def _deposit(self, number: int) -> None:
        self.cell.deposit(DepositKind.AGENT, "MID", 1_000 + self.number * 10 + number)

    def _transfer(self, number: int) -> None:
        self.cell.do(TransferDeposit("UP", "LOW", 500 + number, self.cell.message(f"TR {self.number}")))

    def _hours(self, number: int) -> None:
        self.cell.runtime.time_ms += number * 3_600_000

    def _day(self, _number: int) -> None:
        self.cell.next_day()

    def _days(self, number: int) -> None:
        self.cell.next_day(number)

    def _close(self, _number: int) -> None:
        self.cell.close_days()


class Book:
    """The bare rows of a book, and what they sum up to."""

    def __init__(self, engine: SqliteEngine) -> None:
        rows = engine.rows
        self.transfers = {row[0]: row for row in rows("SELECT id, kind, code, order_id, day, at_ms FROM transfers")}
        self.postings = rows("SELECT transfer_id, debit, credit, amount_idr FROM postings ORDER BY id")
        self.orders = {row[0]: row for row in rows("SELECT id, agent_id, product, supplier, day FROM orders")}
        self.balances: dict[int, int] = dict(rows("SELECT account, net_idr FROM balances"))

    def count(self, code: str, first: int, last: int, **of: object) -> int:
        return sum(
            1
            for _, _, found, order_id, day, _ in self.transfers.values()
            if found == code and first <= day <= last and self._is(order_id, of)
        )

    def net(self, account: int, first: int, last: int, **of: object) -> int:
        """Credits less debits of an account."""
        total = 0
        for transfer_id, debit, credit, amount_idr in self.postings:
            _, kind, _, order_id, day, _ = self.transfers[transfer_id]
            if kind != "hold" and first <= day <= last and self._is(order_id, of):
                total += amount_idr * ((credit == account) - (debit == account))
        return total

    def _is(self, order_id: int | None, of: dict[str, object]) -> bool:
        if not of:
            return True
        if order_id is None:
            return False
        names = dict(zip(("id", "agent", "product", "supplier", "day"), self.orders[order_id], strict=True))
        return all(names[name] == value for name, value in of.items())


def measured(sheet: Sheet, key: str) -> dict[str, Any]:
    names = [column.name for column in sheet.columns]
    cells = next((line.cells for line in sheet.lines if line.key == key), (0,) * len(names))
    return dict(zip(names, cells, strict=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=5, max_size=40), spans=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))))
def test_reports_are_the_postings_and_the_ledger(steps: list[tuple[str, int]], spans: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_shop(Path(folder) / "cell.db")) as cell:
        trade = Trade(cell)
        early = Reads(SqliteEngine(cell.path, read_only=True))
        for what, number in steps:
            trade.do(what, number)
            # A reader that is asked again and again goes on from where it was.
            early.sums.by_key(Dimension.AGENT, 0, 2**31)
        engine = SqliteEngine(cell.path, read_only=True)
        book = Book(engine)
        whole = (0, 2**31)
        days = sorted({row[4] for row in book.transfers.values()})
        for first, last in [whole, *((days[a % len(days)], days[b % len(days)]) for a, b in spans[:4])]:
            for reads in (Reads(engine), early):
                if first <= last:
                    check_span(reads, book, first, last)
        check_statements(Reads(engine), book, days)
        assert audit(engine).found == []
        early.engine.close()
        engine.close()


def check_span(reads: Reads, book: Book, first: int, last: int) -> None:
    names = names_of(reads)
    total = reads.sums.by_key(Dimension.TOTAL, first, last).get("")
    codes = ("order", "sale", "order_failed", "order_reversed", "late_success")
    counted = [book.count(code, first, last) for code in codes]
    if total is None:
        assert not any(counted)
        return
    assert [total.accepted, total.succeeded, total.failed, total.reversed, total.late] == counted
    assert total.sales_idr == book.net(3, first, last)
    assert total.cost_idr == -book.net(4, first, last)
    assert total.commission_idr == -book.net(5, first, last)
    assert total.late_idr == -book.net(6, first, last)
    assert total.losses_idr == -book.net(9, first, last)
    for dimension in Dimension:
        lines = reads.sums.by_key(dimension, first, last)
        for name in total.__struct_fields__:
            assert sum(getattr(line, name) for line in lines.values()) == getattr(total, name), (dimension, name)
    span = Span(first, last)
    products = report_sheet(reads, names, Report.PRODUCTS, span)
    agents = report_sheet(reads, names, Report.AGENTS, span)
    for product in ("P10", "FREE"):
        line = measured(products, product)
        assert line["succeeded"] == book.count("sale", first, last, product=product)
        assert line["sales_idr"] == book.net(3, first, last, product=product)
    for number, agent in enumerate(("UP", "MID", "LOW"), 1):
        line = measured(agents, agent)
        assert line["sales_idr"] == book.net(3, first, last, agent=number)
        assert line["failed"] == book.count("order_failed", first, last, agent=number)
    check_commissions(reads, book, first, last)
    check_lists(reads, first, last)
    by_day = report_sheet(reads, names, Report.PROFIT, span)
    assert by_day.total is not None
    assert by_day.total[by_day.place("profit_idr")] == total.profit_idr
    below = report_sheet(reads, names, Report.PROFIT, span, Narrowed(agent="MID", downline=True))
    assert below.total is not None
    two = [book.net(3, first, last, agent=number) for number in (2, 3)]
    assert below.total[below.place("sales_idr")] == sum(two)


def check_commissions(reads: Reads, book: Book, first: int, last: int) -> None:
    sheet = report_sheet(reads, names_of(reads), Report.COMMISSIONS, Span(first, last))
    for number, agent in enumerate(("UP", "MID", "LOW"), 1):
        assert measured(sheet, agent)["net_idr"] == book.net(agent_commission(number), first, last)


def check_lists(reads: Reads, first: int, last: int) -> None:
    """A figure and the list behind it agree, however it is paged."""
    total = reads.sums.by_key(Dimension.TOTAL, first, last)[""]
    for what in (what for what in What if what is not What.MONEY):
        assert len(listed(reads, OrderFilter(what, first, last))) == getattr(total, what.value), what
    money = listed(reads, OrderFilter(What.MONEY, first, last))
    for name in ("sales_idr", "cost_idr", "commission_idr", "late_idr", "losses_idr"):
        assert sum(getattr(row, name) for row in money) == getattr(total, name)
    for number in (1, 2, 3):
        mine = reads.sums.by_key(Dimension.AGENT, first, last).get(str(number))
        for what in (What.ACCEPTED, What.SUCCEEDED, What.FAILED):
            rows = listed(reads, OrderFilter(what, first, last, agents=(number,)))
            assert len(rows) == (0 if mine is None else getattr(mine, what.value))
    for number, supplier in ((1, "S1"), (2, "S2"), (0, "")):
        line = reads.sums.by_key(Dimension.SUPPLIER, first, last).get(supplier)
        rows = listed(reads, OrderFilter(What.MONEY, first, last, supplier=(number, supplier)))
        assert sum(row.cost_idr for row in rows) == (0 if line is None else line.cost_idr)
        assert sum(row.late_idr for row in rows) == (0 if line is None else line.late_idr)
        failed = listed(reads, OrderFilter(What.ATTEMPTS_FAILED, first, last, supplier=(number, supplier)))
        assert len(failed) == (0 if line is None else line.attempts_failed)
    for hour, line in reads.sums.by_key(Dimension.HOUR, first, last).items():
        rows = listed(reads, OrderFilter(What.SUCCEEDED, first, last, hour=int(hour)))
        assert len(rows) == line.succeeded
    for state in OrderState:
        assert {row.order.state for row in listed(reads, OrderFilter(first=first, last=last, state=state))} <= {state}


def listed(reads: Reads, wanted: OrderFilter) -> list[Listed]:
    rows: list[Listed] = []
    before = None
    while True:
        page = list_orders(reads.engine, reads.sums, reads.zone(), wanted, before=before, limit=3)
        rows.extend(page.rows)
        before = page.before
        if before is None:
            break
    numbers = [row.transfer_id for row in rows]
    assert numbers == sorted(set(numbers), reverse=True)
    return rows


def check_statements(reads: Reads, book: Book, days: list[int]) -> None:
    """Opening and every entry make the closing; over the whole book that is the balance."""
    accounts = [
        *(agent_deposit(n) for n in (1, 2, 3)),
        agent_commission(1),
        supplier_deposit(1),
        supplier_deposit(2),
        1,
        3,
    ]
    for account in accounts:
        last = stated(reads, account, 0, 2**31)
        assert last.opening_idr == 0
        assert last.closing_idr == book.balances.get(account, 0)
        middle = days[len(days) // 2]
        late = stated(reads, account, middle, days[-1])
        assert late.opening_idr == book.net(account, 0, middle - 1)
        assert late.closing_idr == book.balances.get(account, 0)
        one_day = stated(reads, account, days[0], days[0])
        assert one_day.closing_idr == book.net(account, 0, days[0])


def stated(reads: Reads, account: int, first: int, last: int) -> Statement:
    """The last page of a statement, each checked to go on from the one before."""
    after, balance_idr = 0, None
    debit_idr = credit_idr = 0
    while True:
        page = statement(reads.engine, reads.sums, account, first, last, after=after, limit=4)
        assert balance_idr is None or page.brought_idr == balance_idr
        balance_idr = page.brought_idr
        for entry in page.entries:
            balance_idr += entry.amount_idr
            assert entry.balance_idr == balance_idr
            assert first <= entry.day <= last
            debit_idr -= min(entry.amount_idr, 0)
            credit_idr += max(entry.amount_idr, 0)
        if page.after is None:
            break
        after = page.after
    assert balance_idr == page.closing_idr
    assert (debit_idr, credit_idr) == (page.debit_idr, page.credit_idr)
    return page


@pytest.mark.parametrize("what", [*STEPS, "free", "deposit"])
def test_every_step_of_this_trade_moves_something(what: str, tmp_path: Path) -> None:
    """A trade in which a step never happens would prove nothing of it."""
    with contextlib.closing(open_shop(tmp_path / "cell.db")) as cell:
        trade = Trade(cell)
        for prepared in PREPARED.get(what, ()):
            trade.do(prepared, 1)
        before = cell.writer.cell.next.commit
        trade.do(what, 1)
        assert cell.writer.cell.next.commit > before
