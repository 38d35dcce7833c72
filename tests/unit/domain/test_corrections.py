"""Correcting a wrong number: only while nothing was sent, decided by the writer, and never a second order."""

from __future__ import annotations

import pytest

from juru.server.domain.commands import (
    AgentAsks,
    CorrectNumber,
    Decide,
    Decision,
    MarkSending,
    MessageKey,
    OrderLine,
    PlaceOrder,
)
from juru.server.domain.correction import Correction
from juru.server.domain.order import Happened, Order
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Corrected, Placed, Result, Sending
from juru.server.domain.views import Notice
from juru.server.domain.wishes import Correct
from tests.support.domain import DEST, XL_DEST, Market, market, refused

OTHER = "081234567899"


@pytest.fixture
def shop() -> Market:
    return market()


def correct(shop: Market, order: Order, dest: str = OTHER, *, agent: str = "BUDI", key: str | None = None) -> Result:
    message = MessageKey("chat", agent, key or f"c{len(shop.commits)}", f"GANTI.{order.id}.{dest}.*")
    return shop.do(AgentAsks(agent, Correct(order.id, dest), message))


def by_person(shop: Market, order: Order, reason: str = "he called") -> Result:
    return shop.do(CorrectNumber(order.id, OTHER, reason, "sri"))


def test_what_was_corrected_goes_to_the_new_number(shop: Market) -> None:
    order = shop.placed()
    result = correct(shop, order)
    assert isinstance(result, Corrected)
    assert (result.was, result.order.dest) == (DEST, OTHER)
    sent = shop.do(MarkSending((shop.attempts_of(order)[-1].id,)))
    assert isinstance(sent, Sending)
    assert sent.buys[0][1].dest == "+6281234567899"
    (event,) = [e for c in shop.commits for e in c.events if e.kind is Happened.CORRECTED]
    assert (event.dest, event.message, event.by) == ("+6281234567899", DEST, "BUDI")
    assert shop.balanced()


def test_whichever_of_correction_and_dispatch_comes_first_wins(shop: Market) -> None:
    one, two = shop.placed("r1"), shop.placed("r2", dest="081234567811")
    mark = {o.id: MarkSending((shop.attempts_of(o)[-1].id,)) for o in (one, two)}
    wish = {
        o.id: AgentAsks("BUDI", Correct(o.id, OTHER), MessageKey("chat", "BUDI", f"c{o.id}", "x")) for o in (one, two)
    }
    late = shop.do(mark[one.id], wish[one.id])
    assert refused(late) is Code.NOT_CORRECTABLE
    assert one.dest == "+6281234567890"
    sent = shop.do(wish[two.id], mark[two.id])
    assert isinstance(sent, Sending)
    assert sent.buys[0][1].dest == "+6281234567899"


def test_nothing_that_left_or_ended_is_corrected(shop: Market) -> None:
    pending = shop.placed("pending")
    attempt = shop.send(pending)
    for outcome in (Outcome.UNKNOWN, Outcome.PENDING):
        shop.answer(attempt, outcome)
        assert refused(correct(shop, pending)) is Code.NOT_CORRECTABLE
    failed_over = shop.placed("failed-over", dest="081234567811")
    shop.answer(shop.send(failed_over), Outcome.FAILED)
    assert shop.attempts_of(failed_over)[-1].state == "queued"
    assert refused(correct(shop, failed_over)) is Code.NOT_CORRECTABLE, "the first attempt had left"
    sold = shop.sold("sold", dest="081234567812")
    assert refused(correct(shop, sold)) is Code.NOT_CORRECTABLE


def test_what_a_person_sends_again_has_left_before(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=3_600)
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.UNKNOWN)
    shop.do(Decide(order.id, Decision.RESEND, "asked", "ani"))
    assert shop.attempts_of(order)[-1].state == "queued"
    assert refused(correct(shop, order)) is Code.NOT_CORRECTABLE


def test_the_rules_of_product_and_operator_hold_for_the_new_number_too(shop: Market) -> None:
    order = shop.placed()
    assert refused(correct(shop, order, XL_DEST)) is Code.WRONG_OPERATOR
    assert refused(correct(shop, order, "0812")) is Code.BAD_DESTINATION
    token = shop.placed("pln", product="PLN20", dest="32111111111")
    result = correct(shop, token, "32111111112")
    assert isinstance(result, Corrected)
    assert token.dest == "32111111112"


def test_only_his_own_order_and_only_while_he_may_act(shop: Market) -> None:
    order = shop.placed()
    assert refused(correct(shop, order, agent="OTHER")) is Code.UNKNOWN_ORDER
    shop.change_agent("BUDI", status="blocked")
    assert refused(correct(shop, order)) is Code.AGENT_BLOCKED
    assert order.dest == "+6281234567890"


def test_a_reference_then_means_the_corrected_order_and_its_first_text_buys_nothing(shop: Market) -> None:
    order = shop.placed("ref-1")
    correct(shop, order)
    for dest in (DEST, OTHER):
        again = shop.order("ref-1", dest=dest)
        assert isinstance(again, Placed)
        assert (again.orders[0].order_id, again.orders[0].dest, again.orders[0].repeated) == (order.id, OTHER, True)
    assert refused(shop.order("ref-1", dest="081234567777")) is Code.REFERENCE_CONFLICT
    assert len(shop.orders) == 1


def test_in_chat_both_numbers_are_taken_for_the_day(shop: Market) -> None:
    shop.chat(message_id="m1")
    order = shop.orders[1]
    correct(shop, order)
    shop.after(700)
    for dest in (DEST, OTHER):
        assert refused(shop.chat(OrderLine(dest, product="S10"))) is Code.REPEATED_ORDER
    second = shop.chat(OrderLine(DEST, product="S10", counter=2))
    assert isinstance(second, Placed)
    assert second.orders[0].counter == 2
    shop.after(86_400)
    tomorrow = shop.chat(OrderLine(DEST, product="S10"))
    assert isinstance(tomorrow, Placed)


def test_an_order_that_is_corrected_in_its_own_batch_takes_both_numbers_too(shop: Market) -> None:
    line = OrderLine(DEST, product="S10")
    place = PlaceOrder("BUDI", (line,), "chat", message=MessageKey("chat", "BUDI", "m1", "one"))
    wish = AgentAsks("BUDI", Correct(1, OTHER), MessageKey("chat", "BUDI", "m2", "two"))
    assert isinstance(shop.do(place, wish), Corrected)
    shop.after(700)
    for dest in (DEST, OTHER):
        assert refused(shop.chat(OrderLine(dest, product="S10"))) is Code.REPEATED_ORDER


def test_a_correction_onto_an_order_of_today_is_refused(shop: Market) -> None:
    shop.chat(OrderLine(OTHER, product="S10"), message_id="m1")
    shop.chat(OrderLine(DEST, product="S10"), message_id="m2")
    assert refused(correct(shop, shop.orders[2])) is Code.REPEATED_ORDER
    shop.answer(shop.send(shop.orders[1]), Outcome.FAILED)
    shop.answer(shop.send(shop.orders[1]), Outcome.FAILED)
    assert isinstance(correct(shop, shop.orders[2]), Corrected), "a failed one frees its number"


def test_an_order_by_reference_never_stands_against_a_correction_in_chat(shop: Market) -> None:
    by_reference = shop.placed("r1", dest="081234567888")
    assert isinstance(correct(shop, by_reference), Corrected)
    shop.chat(message_id="m1")
    assert isinstance(correct(shop, shop.orders[2]), Corrected), "the chat rule counts orders of the chat only"


def test_a_second_correction_keeps_every_number_before(shop: Market) -> None:
    shop.chat(message_id="m1")
    order = shop.orders[1]
    correct(shop, order, OTHER)
    correct(shop, order, "081234567888")
    shop.after(700)
    for dest in (DEST, OTHER, "081234567888"):
        assert refused(shop.chat(OrderLine(dest, product="S10"))) is Code.REPEATED_ORDER
    _, paper = shop.papers["correction", "1"]
    assert isinstance(paper, Correction)
    assert paper.was == ("+6281234567890", "+6281234567899")


def test_the_same_message_corrects_once(shop: Market) -> None:
    order = shop.placed()
    correct(shop, order, OTHER, key="m1")
    correct(shop, order, "081234567888", key="m2")
    again = correct(shop, order, OTHER, key="m1")
    assert isinstance(again, Placed)
    assert order.dest == "+6281234567888"


def test_a_person_corrects_with_a_reason_and_the_agent_is_told(shop: Market) -> None:
    shop.chat(message_id="m1")
    order = shop.orders[1]
    assert refused(by_person(shop, order, " ")) is Code.NOT_ALLOWED
    assert isinstance(by_person(shop, order), Corrected)
    (row,) = shop.commits[-1].outbox
    assert isinstance(row.view, Notice)
    assert (row.view.what, row.order_id, row.view.facts["dest"]) == ("order.corrected", order.id, OTHER)
    assert isinstance(by_person(shop, order), Corrected), "the same again changes nothing"
    assert not shop.commits[-1].papers
    assert refused(shop.do(CorrectNumber(99, OTHER, "why", "sri"))) is Code.UNKNOWN_ORDER


def test_a_bill_keeps_the_number_it_was_asked_about(shop: Market) -> None:
    order = shop.placed()
    shop.change_product("S10", kind="bill")
    assert refused(correct(shop, order)) is Code.NOT_CORRECTABLE
