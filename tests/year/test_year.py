"""Two months of a small business, reckoned to the rupiah; and the reckoning finds what is made to differ.

``python -m tests.year --agents 1000 --months 12`` is the same, longer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.desk.spans import Span
from juru.server.store.reads.reads import Reads
from tests.year.clock import run
from tests.year.oracle import Bought
from tests.year.year import Outcome, Plan, TooSlowError, Year

PLAN = Plan(agents=60, months=2, orders=1_200, seconds=110)
FEBRUARY = Span(20250201, 20250228)


def nothing(_text: str) -> None:
    """Progress is for people."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    path = tmp_path_factory.mktemp("year")
    made: list[Year] = []

    async def live(one: Year) -> Outcome:
        made.append(one)
        return await one.run()

    run(lambda loop: live(Year(path, PLAN, loop, nothing)))
    return made[0]


def differences(year: Year, database: Path) -> list[str]:
    """What the last month's reckoning says of a book, with everything else as it stood at the end."""
    engine = SqliteEngine(database, read_only=True)
    try:
        owed = {s.supplier.code: year.town.account(s.supplier.code).balance_idr for s in year.town.demo.suppliers}
        return year.reckoning().differences(Reads(engine), FEBRUARY, owed)
    finally:
        engine.close()


def sold(year: Year) -> Bought:
    """An order of the last month that succeeded and stands."""
    return next(o for o in year.oracle.orders.values() if [s for s, day in o.ends if day > 20250205] == ["success"])


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_months_of_a_small_business_agree_to_the_rupiah(year: Year) -> None:
    outcome = year.outcome
    assert outcome.differences == []
    assert (outcome.days, outcome.closed_days, outcome.reckonings) == (59, 59, 2)
    assert outcome.orders > 800, "too few orders to prove anything"
    assert set(outcome.by_state) == {"success", "failed", "reversed"}
    wanted = {"by http", "bills", "tickets", "transfers", "redemptions", "debts", "rows late", "rows partial"}
    wanted |= {"restarts", "days down", "seen unknown", "decided success", "sent again"}
    assert wanted <= outcome.counts.keys(), outcome.counts
    assert outcome.counts["statement rows"] > 800


@pytest.fixture
def copy(year: Year, tmp_path: Path) -> Iterator[SqliteEngine]:
    """The book once more, to be written in behind everybody's back."""
    for file in year.town.data.path.glob("cell.db*"):
        shutil.copy(file, tmp_path / file.name)
    engine = SqliteEngine(tmp_path / "cell.db", synchronous="OFF")
    yield engine
    engine.close()


@pytest.mark.slow
def test_a_posting_altered_by_one_rupiah_is_found_with_its_order(
    year: Year, copy: SqliteEngine, tmp_path: Path
) -> None:
    assert differences(year, tmp_path / "cell.db") == []
    order = sold(year)
    for (name,) in copy.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'postings'"):
        copy.rows(f"DROP TRIGGER {name}")
    copy.rows(
        "UPDATE postings SET amount_idr = amount_idr + 1 WHERE id = (SELECT min(p.id) FROM postings p "
        "JOIN transfers t ON t.id = p.transfer_id WHERE t.order_id = ? AND t.code = 'sale')",
        (order.id,),
    )
    found = differences(year, tmp_path / "cell.db")
    assert any(one.startswith(f"order {order.id}: the book lacks agent:{order.agent}:deposit") for one in found), found
    assert any(one.startswith("statement of ") for one in found), found


@pytest.mark.slow
def test_a_supplier_who_charged_a_rupiah_more_is_found_with_the_order(year: Year) -> None:
    order = next(o for o in year.oracle.orders.values() if o.product != "GAME50" and o.id == sold_elsewhere(year))
    trade = next(t for s in year.town.demo.suppliers for t in year.town.trades(s.supplier.code) if t.dest == order.dest)
    trade.price_idr += 1
    try:
        found = differences(year, year.town.data.database)
    finally:
        trade.price_idr -= 1
    assert any(one.startswith(f"order {order.id}: the book lacks house:cost to supplier:") for one in found), found
    assert any(one.startswith(f"report products, {order.product}: cost_idr") for one in found), found


def sold_elsewhere(year: Year) -> int:
    """An order of the last month that one supplier alone was asked for, and sold."""
    tried = [t.dest for s in year.town.demo.suppliers for t in year.town.trades(s.supplier.code)]
    return next(
        o.id
        for o in year.oracle.orders.values()
        if [s for s, day in o.ends if day > 20250205] == ["success"] and tried.count(o.dest) == 1
    )


@pytest.mark.slow
def test_an_agent_who_was_told_another_price_is_found_with_his_order(year: Year) -> None:
    order = sold(year)
    order.price_idr -= 1
    try:
        found = differences(year, year.town.data.database)
    finally:
        order.price_idr += 1
    assert any(one.startswith(f"order {order.id}: the book lacks agent:{order.agent}:deposit") for one in found), found


@pytest.mark.slow
def test_a_year_that_does_not_fit_into_its_time_says_so(tmp_path: Path) -> None:
    plan = Plan(agents=20, months=1, orders=100, seconds=0)
    with pytest.raises(TooSlowError, match="take fewer orders, or give more time"):
        run(lambda loop: Year(tmp_path, plan, loop, nothing).run())
