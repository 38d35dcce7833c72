"""Papers in a real book: found by key and mark, kept over a restart, written once, never two of one key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from juru.server.domain.bill import Bill, BillState, mark_of
from juru.server.domain.cell import Past
from juru.server.domain.decide import Needs
from juru.server.domain.outcome import Outcome
from juru.server.domain.paper import Marked
from juru.server.domain.voucher import Voucher, VoucherState
from juru.server.store.reads import papers
from juru.server.store.reads.papers import PaperReads
from tests.support.cells import START_MS, SmallCell, open_shop

MARK = mark_of(3, "PLN", "530000000003")


def bill(ref: str, state: BillState, **more: Any) -> Bill:  # noqa: ANN401 - fields of Bill
    """An inquiry of agent LOW, which is kept in memory while it is asked or paying."""
    return Bill(3, ref, "PLN", "530000000003", "S1-PLN", "S1", "pln", f"B{ref}", 20_260_101, START_MS, state, **more)


def voucher(name: str, state: VoucherState = VoucherState.OPEN, **more: Any) -> Voucher:  # noqa: ANN401 - its fields
    """A code, which is never kept in memory."""
    return Voucher("V5", f"sealed-{name}", name, state=state, **more)


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[SmallCell]:
    opened = open_shop(tmp_path / "cell.db")
    yield opened
    opened.close()


def loaded(cell: SmallCell, needs: Needs) -> Past:
    return cell.store.load(cell.writer.cell, needs, cell.runtime.now_ms())


def test_the_latest_version_is_found_by_its_key(cell: SmallCell) -> None:
    found = bill("a", BillState.FOUND, cost_idr=50_000)
    cell.file("3/a", bill("a", BillState.ASKED), found)
    past = loaded(cell, Needs(papers=[("bill", "3/a"), ("bill", "3/nobody")]))
    assert {key: paper for key, (_, paper) in past.papers.items()} == {("bill", "3/a"): found}


def test_open_ones_are_found_by_their_mark_oldest_or_newest_first(cell: SmallCell) -> None:
    for name in "abc":
        cell.file(name, voucher(name))
    cell.file("b", voucher("b", VoucherState.HANDED, order_id=7))
    oldest = loaded(cell, Needs(marked=[Marked("voucher", "V5")]))
    newest = loaded(cell, Needs(marked=[Marked("voucher", "V5", newest=True)]))
    every = loaded(cell, Needs(marked=[Marked("voucher", "V5", limit=5)]))
    handed = loaded(cell, Needs(marked=[Marked("voucher", "order/7", only_open=False)]))
    assert [list(past.papers) for past in (oldest, newest, every, handed)] == [
        [("voucher", "a")],
        [("voucher", "c")],
        [("voucher", "a"), ("voucher", "c")],
        [("voucher", "b")],
    ]
    assert every.marked == {("voucher", "V5"): ["a", "c"]}


def test_those_whose_day_is_over_can_be_left_out(cell: SmallCell) -> None:
    today = cell.writer.cell.day
    for name, day in (("old", today - 1), ("today", today), ("ever", None)):
        cell.file(name, voucher(name, expires_day=day))
    past = loaded(cell, Needs(marked=[Marked("voucher", "V5", limit=5, unexpired=True)]))
    assert [key for _, key in past.papers] == ["today", "ever"]


def test_two_commands_of_a_batch_that_want_one_each_get_two(cell: SmallCell) -> None:
    for name in "abc":
        cell.file(name, voucher(name))
    past = loaded(cell, Needs(marked=[Marked("voucher", "V5"), Marked("voucher", "V5")]))
    assert list(past.papers) == [("voucher", "a"), ("voucher", "b")]


def test_the_cell_sees_the_version_of_its_own_batch(cell: SmallCell) -> None:
    cell.file("a", voucher("a"))
    working = cell.writer.cell
    working.begin(cell.runtime.now_ms(), loaded(cell, Needs(papers=[("voucher", "a")])))
    assert working.paper(Voucher, "a") == voucher("a")
    working.file("a", voucher("again"))
    assert working.paper(Voucher, "a") == voucher("again")
    assert [key for key, _ in working.papers_marked(Voucher, "V5")] == ["a"]
    cell.writer.cell = cell.store.open_cell()


def test_kept_papers_are_in_memory_after_a_restart_while_they_are_open(cell: SmallCell) -> None:
    cell.file("3/a", bill("a", BillState.ASKED))
    cell.file("3/b", bill("b", BillState.ASKED), bill("b", BillState.FOUND))
    cell.file("3/c", bill("c", BillState.PAYING, order_id=7))
    assert list(cell.writer.cell.papers) == [("bill", "3/a"), ("bill", "3/c")]
    again = cell.store.open_cell()
    assert again.papers == cell.writer.cell.papers
    assert again.paper_of(Bill, 7) == bill("c", BillState.PAYING, order_id=7)
    cell.file("3/c", bill("c", BillState.PAID, order_id=7))
    assert cell.writer.cell.of_order == {}


def test_a_paper_that_is_named_brings_its_order(cell: SmallCell) -> None:
    order_id = cell.buy(Outcome.SUCCESS, sn="SN")[0]
    cell.file("3/a", bill("a", BillState.PAID, order_id=order_id))
    past = loaded(cell, Needs(papers=[("bill", "3/a")]))
    assert list(past.orders) == [order_id]
    assert past.of_order == {("bill", order_id): "3/a"}


def test_a_key_that_no_command_named_cannot_be_filed_a_second_time(cell: SmallCell) -> None:
    cell.file("3/a", bill("a", BillState.FOUND))
    working = cell.writer.cell
    working.begin(cell.runtime.now_ms(), Past())
    working.file("3/a", bill("a", BillState.ASKED))
    with pytest.raises(apsw.ConstraintError, match="paper_heads"):
        cell.store.write(working, "twice")
    cell.store.rollback()
    cell.writer.cell = cell.store.open_cell()


def test_papers_are_read_newest_first_with_their_history(cell: SmallCell) -> None:
    for name in "abc":
        cell.file(f"3/{name}", bill(name, BillState.ASKED))
    cell.file("3/b", bill("b", BillState.FOUND))
    reads = PaperReads(cell.engine)
    assert [f.key for f in reads.page("bill")] == ["3/c", "3/b", "3/a"]
    assert [f.key for f in reads.page("bill", only_open=True, limit=1)] == ["3/c"]
    assert [f.key for f in reads.of_agent("bill", 3, before_id=reads.page("bill")[0].id)] == ["3/b", "3/a"]
    assert [f.key for f in reads.marked("bill", MARK)] == ["3/c", "3/b", "3/a"]
    assert [f.paper for f in reads.versions("bill", "3/b")] == [
        bill("b", BillState.ASKED),
        bill("b", BillState.FOUND),
    ]
    assert reads.by_number("bill", reads.page("bill")[1].id) == reads.by_key("bill", "3/b")
    assert reads.by_key("bill", "3/nobody") is None


@pytest.mark.parametrize(
    "sql",
    [
        papers.BY_KEY,
        papers.ALL,
        papers.OPEN,
        papers.OF_AGENT,
        papers.MARKED,
        papers.VERSIONS,
        papers.BY_NUMBER,
        papers.KNOWN,
        papers.MARKS,
        papers.NUMBERS,
    ],
)
def test_no_question_about_papers_reads_a_whole_table(cell: SmallCell, sql: str) -> None:
    plan = [row[3] for row in cell.engine.rows(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))]
    assert [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step] == []


def test_a_version_can_neither_be_altered_nor_deleted(cell: SmallCell) -> None:
    cell.file("3/a", bill("a", BillState.ASKED))
    for forged in ("UPDATE papers SET body = '{}'", "DELETE FROM papers"):
        with pytest.raises(apsw.ConstraintError, match="papers: "):
            cell.engine.script(forged)
    assert msgspec.json.decode(cell.engine.rows("SELECT body FROM papers")[0][0], type=Bill).state is BillState.ASKED
