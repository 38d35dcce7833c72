"""Named queries answer from the book, and those that a busy cell asks never walk through a big table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books import heads
from juru.books.sqlite import SqliteEngine
from juru.server.domain.accounts import agent_commission, agent_deposit
from juru.server.domain.commands import MessageKey, OrderLine, PlaceOrder
from juru.server.domain.order import Happened
from juru.server.domain.refusals import Refusal
from juru.server.domain.sums import Dimension, Sums
from juru.server.domain.views import OrderState
from juru.server.store import store
from juru.server.store.reads import agents, corrected, days, lists, reads, statements, sums
from juru.server.store.reads.lists import OrderFilter, What
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone
from tests.support.cells import CHAT, SmallCell, eventful_day, open_shop

DAY = 20260101
LOW = 3


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCell]:
    cell = open_shop(tmp_path_factory.mktemp("book") / "cell.db")
    eventful_day(cell)
    yield cell
    cell.close()


@pytest.fixture(scope="module")
def asked(cell: SmallCell) -> Iterator[Reads]:
    engine = SqliteEngine(cell.path, read_only=True)
    yield Reads(engine)
    engine.close()


def test_an_order_is_found_by_number_and_by_reference(asked: Reads) -> None:
    order = asked.order_by_ref(LOW, "api-1")
    assert order is not None
    assert order == asked.order(order.id)
    assert (order.product, order.sn) == ("FREE", "SN-3")
    assert asked.order_by_ref(LOW, "API-1") is None
    assert asked.order(10_000) is None


def test_orders_come_newest_first_page_by_page(asked: Reads) -> None:
    every = asked.orders(limit=100)
    assert [o.id for o in every] == list(range(len(every), 0, -1))
    first = asked.orders(limit=5)
    assert first + asked.orders(before_id=first[-1].id, limit=100) == every
    assert asked.agent_history(LOW, 100) == [o for o in every if o.agent_id == LOW]
    pages = asked.orders(agent_id=LOW, limit=3)
    pages += asked.orders(agent_id=LOW, limit=100, before_id=pages[-1].id)
    assert pages == asked.agent_history(LOW, 100)


def test_orders_are_filtered(asked: Reads) -> None:
    every = asked.orders(limit=100)
    assert {o.state for o in every} == set(OrderState)
    for state in OrderState:
        assert asked.orders(state=state, limit=100) == [o for o in every if o.state is state]
        mine = [o for o in every if o.state is state and o.agent_id == LOW]
        assert asked.orders(state=state, agent_id=LOW, limit=100) == mine
    assert [o.product for o in asked.orders(product="FREE")] == ["FREE"]
    assert asked.orders(dest=every[3].dest) == [o for o in every if o.dest == every[3].dest]


def test_the_last_order_to_a_number_is_found_with_and_without_reference(asked: Reads) -> None:
    for order in asked.orders(agent_id=LOW, limit=100):
        found = asked.orders_to(LOW, order.dest)
        assert [o.id for o in found] == [o.id for o in asked.orders(agent_id=LOW, dest=order.dest)]
    assert asked.orders_to(LOW, "+628999") == []


def test_a_corrected_order_is_told_with_its_number_and_its_complaint(asked: Reads) -> None:
    (order,) = asked.orders(dest="+6281234561113")
    assert asked.orders_to(LOW, "+6281234561113") == [order] == asked.orders(agent_id=LOW, dest="+6281234561113")
    for before in ("+6281234561111", "+6281234561112"):
        assert asked.orders_to(LOW, before) == asked.orders(dest=before) == []
    timeline = asked.timeline(order.id)
    assert timeline is not None
    assert (timeline.order.dest, timeline.complaint) == ("+6281234561113", None)
    corrected = [row.event.dest for row in timeline.events if row.event.kind is Happened.CORRECTED]
    assert corrected == ["+6281234561112", "+6281234561113"]
    complained = [c for o in asked.orders(limit=100) if (c := asked.complaint(o.id)) is not None]
    assert [c.state for c in complained] == ["closed", "reopened"]


def test_an_agents_day_agrees_with_his_postings(asked: Reads) -> None:
    day = asked.agent_day(LOW, DAY)
    orders = asked.orders(agent_id=LOW, limit=100)
    rows = [row for row in asked.statement(agent_deposit(LOW), limit=1_000) if row.kind != "hold"]
    sold = [row for row in rows if row.code in {"sale", "late_charge", "order_reversed"}]
    assert sum(line.sales_idr for line in day.products) == -sum(row.amount_idr for row in sold)
    assert day.in_idr - day.out_idr == sum(row.amount_idr for row in rows if row not in sold)
    assert day.open == sum(o.state is OrderState.ACCEPTED for o in orders)
    assert (day.failed, day.reversed) == (
        sum(o.state is OrderState.FAILED for o in orders),
        sum(o.state is OrderState.REVERSED for o in orders),
    )
    up = asked.agent_day(1, DAY)
    commissions = asked.statement(agent_commission(1), limit=1_000)
    assert up.commission_idr == sum(row.amount_idr for row in commissions if row.code != "commission_redeemed")
    moved, count = asked.movements(LOW, DAY, 2)
    assert (len(moved), count) == (2, len([row for row in rows if row not in sold or row.code == "late_charge"]))
    assert asked.agent_day(LOW, DAY + 1).empty
    assert asked.movements(LOW, DAY + 1) == ([], 0)


def test_a_timeline_tells_all_of_a_late_order(asked: Reads) -> None:
    late = next(o for o in asked.orders(limit=100) if o.state is OrderState.FAILED and len(told(asked, o.id)) == 2)
    line = asked.timeline(late.id)
    assert line is not None
    assert [t.code for t in line.transfers][:3] == ["order", "order_failed", "late_success"]
    assert line.transfers[0].postings[0].debit == f"agent:{late.agent_id}:deposit"
    assert line.events[0].event.kind is Happened.ACCEPTED
    assert Happened.LATE_SUCCESS in {e.event.kind for e in line.events}
    assert [a.number for a in line.attempts] == [1, 2]
    assert [q.kind for q in line.queue] == ["late_success"]
    assert asked.timeline(10_000) is None


def told(asked: Reads, order_id: int) -> tuple[int, ...]:
    line = asked.timeline(order_id)
    assert line is not None
    return tuple(telling.row.id for telling in line.outbox)


def test_a_timeline_tells_of_callbacks_and_every_try_at_telling(asked: Reads) -> None:
    order = asked.order_by_ref(LOW, "api-4")
    assert order is not None
    line = asked.timeline(order.id)
    assert line is not None
    assert [c.raw for c in line.callbacks] == ["status=20&sn=SN-5", "status=20&sn=SN-5&again"]
    tries = [t for o in asked.orders(limit=100) for t in asked.timeline(o.id).outbox if t.row.id == 5]  # type: ignore[union-attr]
    assert [d.state for d in tries[0].deliveries] == ["waiting", "waiting", "told"]
    assert (tries[0].state, tries[0].tries) == ("told", 3)


def test_balances_and_a_statement_agree(asked: Reads) -> None:
    balances = {row.name: row for row in asked.balances()}
    assert sum(row.net_idr for row in balances.values()) == 0
    rows = asked.statement(agent_deposit(LOW), limit=1_000)
    moved = sum(row.amount_idr for row in rows if row.kind != "hold")
    assert moved == balances["agent:3:deposit"].net_idr
    page = asked.statement(agent_deposit(LOW), limit=4)
    assert page + asked.statement(agent_deposit(LOW), before_id=page[-1].posting_id, limit=1_000) == rows
    house = asked.statement(3, limit=1_000)
    assert sum(row.amount_idr for row in house if row.kind != "hold") == balances["house:sales"].net_idr


def test_a_day_agrees_with_orders_and_balances(asked: Reads) -> None:
    sums = asked.sums.by_key(Dimension.TOTAL, DAY, DAY)[""]
    net = {row.name: row.net_idr for row in asked.balances()}
    orders = asked.orders(limit=100)
    assert sums.accepted == len(orders)
    by_state = {state: sum(o.state is state for o in orders) for state in OrderState}
    assert sums.succeeded == by_state[OrderState.SUCCESS] + by_state[OrderState.REVERSED]
    assert (sums.failed, sums.reversed) == (by_state[OrderState.FAILED], by_state[OrderState.REVERSED])
    assert sums.sales_idr == net["house:sales"]
    assert sums.cost_idr == -net["house:cost"]
    assert sums.commission_idr == -net["house:commission_expense"] - net["house:points_expense"]
    assert sums.late_idr == -net["house:late_success"]
    assert sums.losses_idr == -net["house:losses"]
    assert asked.sums.by_key(Dimension.TOTAL, DAY + 1, DAY + 1) == {}
    suppliers = asked.sums.by_key(Dimension.SUPPLIER, DAY, DAY)
    tried = OrderFilter(What.ATTEMPTS_FAILED, supplier=(1, "S1"))
    failed = lists.list_orders(asked.engine, asked.sums, Zone.WIB, tried).rows
    assert suppliers["S1"].attempts_failed == len(failed) > 5
    assert suppliers[""].failed == sums.failed


def test_sums_do_not_depend_on_whether_a_day_is_closed(asked: Reads, cell: SmallCell, tmp_path: Path) -> None:
    folded = days.fold_day(asked.engine, DAY, Zone.WIB)
    for dimension in Dimension:
        lines = {key: Sums(*values) for key, values in folded.lines[dimension].items()}
        assert asked.sums.by_key(dimension, DAY, DAY) == lines
    assert asked.sums.closed_day() == DAY + 1


def test_what_waits_and_who_was_refused(asked: Reads, cell: SmallCell) -> None:
    assert {item.kind for item in asked.open_queue()} >= {"unknown", "late_success", "unmatched_callback"}
    refused = ["not_your_downline", "bad_destination", "unknown_sender"]
    assert [row.code for row in asked.refusals(3)] == refused
    assert [row.ref for row in asked.callbacks(1)] == ["nobody"]
    due = asked.outbox_due(cell.runtime.time_ms + 60_000, 100)
    assert [w.row.id for w in due] == sorted(w.row.id for w in due)
    assert {w.row.id: w.tries for w in due}[7] == 1
    soon = asked.outbox_due(0, 100)
    assert 7 not in {w.row.id for w in soon}
    assert asked.outbox_due(0, 1) == soon[:1]


def test_records_and_their_history(asked: Reads, cell: SmallCell) -> None:
    assert [r.key for r in asked.records("agent")] == ["AG00004", "AG00005", "LOW", "MID", "UP"]
    assert len(asked.record_history("product", "P10")) == 2
    head, counts = asked.head(), asked.counts()
    assert head is not None
    assert (head.commit_no, bytes.fromhex(head.seal)) == (counts.commits, cell.store.head)
    assert counts.orders == len(asked.orders(limit=100))
    assert counts.open_orders == len(asked.orders(state=OrderState.ACCEPTED))


def test_a_refused_message_read_back_is_refused_again(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    key = MessageKey(CHAT, "budi", "again", "10.0812")
    wrong = PlaceOrder("LOW", (OrderLine(dest="0812", product="P10"),), CHAT, message=key)
    first = cell.do(wrong)
    assert isinstance(first, Refusal)
    assert cell.do(wrong) == first
    cell.close()


STORE_MAY_SCAN = {"_LATEST_ANSWERS", "_BATCH"}
"""Read at start, newest first with a limit; and after a commit in doubt."""
NAMED = (
    *("ORDER", "ORDER_BY_REF", "CHAT_TO", "RECENT_TO", "ATTEMPTS", "EVENTS", "TRANSFER", "ENDINGS_OF"),
    *("POSTINGS", "OUTBOX", "OUTBOX_DUE", "DELIVERIES", "CALLBACKS_OF", "ITEMS_OF", "ITEMS_OPEN"),
)
HOT: dict[str, str] = {
    **{name: getattr(reads, name) for name in NAMED},
    "AGENT_ORDERS": reads.AGENT_ORDERS.format(where=reads.BEFORE_ORDER),
    "STATEMENT": reads.STATEMENT.format(side="p.debit", private="AND p.debit >= 1000"),
    "ORDERS_OPEN": reads.ORDERS.format(where="o.state = 'accepted'"),
    **{
        f"{module.__name__.rpartition('.')[2]}.{name}": sql
        for module in (days, heads, lists, statements, sums)
        for name, sql in vars(module).items()
        if isinstance(sql, str) and "SELECT" in sql and "?" in sql and "{" not in sql
    },
    **{
        f"lists.{what.value} {name}": sql.format(where=lists._condition(wanted, Zone.WIB)[0])
        for name, sql in (("OF_DAY", lists.OF_DAY), ("OF_AGENT", lists.OF_AGENT), ("OPEN", lists.OPEN))
        for what in What
        if what is not What.ATTEMPTS_FAILED
        for wanted in [OrderFilter(what, 1, 2, (1, 2), ("P10",), (1, "S1"), 9, OrderState.SUCCESS, "+62812")]
    },
    "statements.PRIVATE debit": statements.PRIVATE.format(side="debit"),
    "statements.PRIVATE credit": statements.PRIVATE.format(side="credit"),
    "sums.DAYS_WITH": sums.DAYS_WITH.format(measures="accepted > 0"),
    "FIRST_OF_DAY": agents.FIRST_OF_DAY,
    "LAST_OF_DAY": agents.LAST_OF_DAY,
    "FIRST_POSTING": agents.FIRST_POSTING,
    "AGENT_SUMS": agents.SUMS.format(side="debit"),
    "AGENT_MOVED": agents.MOVED.format(side="credit"),
    "AGENT_COUNT_MOVED": agents.COUNT_MOVED.format(side="credit"),
    "CORRECTION": corrected.PAPER,
    "CORRECTED_TO": corrected.TO_NUMBER,
    **{
        name: sql
        for name, sql in vars(store).items()
        if isinstance(sql, str) and "SELECT" in sql and "?" in sql and name not in STORE_MAY_SCAN
    },
}
WANTED_INDEXES = {
    "lists.failed OF_DAY": "transfers_endings",
    "lists.reversed OF_DAY": "transfers_endings",
    "lists.late OF_DAY": "transfers_endings",
    "lists.accepted OF_DAY": "transfers_day",
    "lists.money OF_DAY": "transfers_day",
    "lists.succeeded OF_AGENT": "postings_debit",
    "lists.accepted OPEN": "orders_open",
    "statements.PRIVATE debit": "postings_debit",
    "statements.PRIVATE credit": "postings_credit",
    "statements.HOUSE": "INTEGER PRIMARY KEY",
    "statements.FIRST_POSTING": "postings_transfer",
    "days.TRANSFERS": "postings_transfer",
    "days.EVENTS": "INTEGER PRIMARY KEY",
    "lists.FAILURES": "INTEGER PRIMARY KEY",
    "sums.BY_KEY": "daily_sums_day",
    "sums.BY_DAY": "daily_sums_key",
    "sums.DAYS_WITH": "daily_sums_key",
    "sums.ACCOUNTS": "daily_accounts_day",
    "sums.ACCOUNT_DAYS": "daily_accounts_account",
    "sums.BALANCE_BEFORE": "daily_accounts_account",
}
PARTIAL = ("orders_open", "outbox_waiting", "queue_items_open")


@pytest.mark.parametrize("name", HOT)
def test_no_hot_query_walks_through_a_big_table(name: str, asked: Reads) -> None:
    sql = HOT[name]
    plan = [row[3] for row in asked.engine.rows(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))]
    scans = [step for step in plan if step.startswith("SCAN") and not any(index in step for index in PARTIAL)]
    assert scans == []


def test_a_repeated_message_is_looked_up_by_its_own_id(asked: Reads) -> None:
    plan = asked.engine.rows(f"EXPLAIN QUERY PLAN {store._MESSAGE_BY_ID}", (1,) * 5)
    assert "messages_id" in plan[0][3]
    chat = asked.engine.rows(f"EXPLAIN QUERY PLAN {store._CHAT}", (1,) * 3)
    assert "orders_chat" in chat[0][3]


@pytest.mark.parametrize("name", WANTED_INDEXES)
def test_a_report_is_read_by_the_index_made_for_it(name: str, asked: Reads) -> None:
    sql = HOT[name]
    plan = asked.engine.rows(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))
    assert any(WANTED_INDEXES[name] in step[3] for step in plan), plan


def test_the_ends_of_the_book_are_found_without_a_walk(asked: Reads) -> None:
    for sql in (sums.FIRST_DAY, sums.LAST_DAY, sums.CLOSED_DAY, days.EVENTS_END, heads._FIRST, heads._LAST):
        plan = [row[3] for row in asked.engine.rows(f"EXPLAIN QUERY PLAN {sql}")]
        # SQLite takes the least or greatest from one end of an index, which it calls a search.
        assert all(step.startswith("SEARCH") for step in plan), (sql, plan)
