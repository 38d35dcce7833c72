"""Complaints: whose order, one at a time, a clock that people see, an answer that is told."""

from __future__ import annotations

import pytest

from juru.server.domain.alert import AlertKind
from juru.server.domain.alerts import open_alerts
from juru.server.domain.commands import AgentAsks, AnswerComplaint, LookedAround, MessageKey, PaperDue, SeeItem
from juru.server.domain.complaint import Complaint, ComplaintState
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code
from juru.server.domain.results import Changed, Result
from juru.server.domain.views import Notice
from juru.server.domain.wishes import Complain
from tests.support.domain import Market, done, market, refused

HOUR_S = 3_600


@pytest.fixture
def shop() -> Market:
    made = market(complaint_answer_s=10 * HOUR_S, complaint_remind_s=2 * HOUR_S, complaints_per_hour_max=3)
    made.change_agent("BUDI", senders=("chat:BUDI",))
    return made


def complain(shop: Market, order: Order, text: str = "not arrived", *, agent: str = "BUDI") -> Result:
    key = MessageKey("chat", agent, f"k{len(shop.commits)}", f"{text} {len(shop.commits)}")
    return shop.do(AgentAsks(agent, Complain(order.id, text, f"chat:{agent}"), key))


def of(shop: Market, order: Order) -> Complaint:
    _, paper = shop.papers["complaint", str(order.id)]
    assert isinstance(paper, Complaint)
    return paper


def tick(shop: Market, order: Order) -> Result:
    return shop.do(PaperDue("complaint", str(order.id)))


def test_the_clock_reminds_then_escalates_and_an_answer_ends_it(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order)
    assert done(tick(shop.after(7 * HOUR_S), order)).note == "not due"
    assert shop.queue() == []
    tick(shop.after(HOUR_S), order)
    tick(shop, order)
    assert shop.queue() == ["complaint_due"]
    shop.do(LookedAround(None, 0, 0))
    assert open_alerts(shop.cell) == []
    tick(shop.after(2 * HOUR_S), order)
    tick(shop, order)
    assert shop.queue() == ["complaint_overdue"]
    shop.do(LookedAround(None, 0, 0))
    assert [a.kind for a in open_alerts(shop.cell)] == [AlertKind.COMPLAINT_OVERDUE]
    done(shop.do(AnswerComplaint(order.id, "sri", "it arrived at 10:15")))
    assert shop.queue() == []
    shop.do(LookedAround(None, 0, 0))
    assert open_alerts(shop.cell) == []
    assert ("complaint", str(order.id)) not in shop.cell.papers, "answered ones are not kept in memory"
    assert done(tick(shop, order)).note == "not due"


def test_only_an_answer_takes_it_off_the_queue(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order)
    tick(shop.after(8 * HOUR_S), order)
    (item,) = shop.cell.queue.values()
    assert refused(shop.do(SeeItem(item.id, "seen", "sri"))) is Code.NOT_ALLOWED


def test_an_answer_is_told_where_the_agent_complained(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order)
    shop.do(AnswerComplaint(order.id, "sri", "arrived"))
    (row,) = shop.commits[-1].outbox
    assert isinstance(row.view, Notice)
    assert (row.channel, row.order_id, row.view.what) == ("chat:BUDI", order.id, "complaint.answered")
    assert row.view.cause == ("paper", shop.commits[-1].papers[-1].id)
    assert row.view.facts["text"] == "arrived"


@pytest.mark.parametrize(
    "command",
    [
        AnswerComplaint(1, "sri", "arrived"),
        AnswerComplaint(1, "sri", "arrived", close=True),
        AnswerComplaint(1, "sri", close=True),
    ],
)
def test_an_answer_that_is_sent_again_is_told_once(shop: Market, command: AnswerComplaint) -> None:
    order = shop.sold()
    assert order.id == command.order_id
    complain(shop, order)
    done(shop.do(command))
    written = of(shop, order)
    done(shop.do(command))
    assert of(shop, order) is written
    assert not shop.commits[-1].outbox


def test_another_person_may_say_the_same(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order)
    for by in ("sri", "budi"):
        done(shop.do(AnswerComplaint(order.id, by, "arrived")))
    assert [entry.by for entry in of(shop, order).entries] == ["", "sri", "budi"]


def test_who_writes_again_after_an_answer_starts_the_clock_anew(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order)
    first = of(shop, order)
    shop.after(9 * HOUR_S).do(AnswerComplaint(order.id, "sri", "arrived", close=True))
    assert of(shop, order).state is ComplaintState.CLOSED
    assert refused(shop.do(AnswerComplaint(order.id, "sri", "more"))) is Code.NOT_ALLOWED
    again = complain(shop, order, "no")
    assert isinstance(again, Changed)
    assert again.what == "complaint.reopened"
    opened = of(shop, order)
    assert (opened.state, opened.reminded, len(opened.entries)) == (ComplaintState.REOPENED, 0, 3)
    assert opened.answer_by_ms == first.answer_by_ms + 9 * HOUR_S * 1000
    assert again.facts["complaint"] == shop.papers["complaint", str(order.id)][0]


def test_only_his_own_order_and_a_text(shop: Market) -> None:
    order = shop.sold()
    assert refused(complain(shop, order, agent="OTHER")) is Code.UNKNOWN_ORDER
    assert refused(complain(shop, order, " \x00\x1f ")) is Code.INVALID_FORMAT
    assert refused(shop.do(AnswerComplaint(order.id, "sri", "x"))) is Code.NOT_ALLOWED
    complain(shop, order)
    assert refused(shop.do(AnswerComplaint(order.id, "sri", "  "))) is Code.NOT_ALLOWED


def test_the_limit_counts_every_order_and_what_was_answered(shop: Market) -> None:
    orders = [shop.sold(f"r{n}", dest=f"08123456780{n}") for n in range(4)]
    for order in orders[:3]:
        assert isinstance(complain(shop, order), Changed)
        shop.do(AnswerComplaint(order.id, "sri", "done", close=True))
    assert refused(complain(shop, orders[3])) is Code.COMPLAINTS_TOO_MANY
    assert isinstance(complain(shop.after(HOUR_S + 1), orders[3]), Changed)


def test_a_long_text_is_cut(shop: Market) -> None:
    order = shop.sold()
    complain(shop, order, "x" * 2_000)
    assert len(of(shop, order).entries[0].text) == 500


def test_a_remind_time_that_is_longer_than_the_answer_time_reminds_at_once(shop: Market) -> None:
    shop.change_settings(complaint_remind_s=100 * HOUR_S)
    order = shop.sold()
    complain(shop, order)
    tick(shop, order)
    assert shop.queue() == ["complaint_due"]
