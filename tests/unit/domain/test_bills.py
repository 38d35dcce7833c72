"""Bills: asked about without money, found at one supplier, paid there once and on the same day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from juru.books.rules import Kind
from juru.server.domain.accounts import House, supplier_deposit
from juru.server.domain.agent import AgentStatus
from juru.server.domain.bill import BillState
from juru.server.domain.bill_payment import buy_of
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import (
    AskBill,
    AttemptAnswered,
    Decide,
    Decision,
    Inquired,
    MarkSending,
    MessageKey,
    PayBill,
    Recover,
)
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Asking, Found, Placed, Sending
from juru.values.days import DAY_MS, Zone
from tests.support.bills import FEE_IDR, NUMBER, BillMarket, bill_market, changed
from tests.support.domain import START_MS, all_day, done, refused

HOUR_MS = 3_600_000


@pytest.fixture
def shop() -> BillMarket:
    return bill_market()


# ---------------------------------------------------------------------- asking


def test_inquiry_is_filed_before_it_may_leave_and_moves_no_money(shop: BillMarket) -> None:
    moved = len(shop.transfers)
    asking = shop.asking()
    assert (asking.supplier, asking.buy.product, asking.buy.dest, asking.buy.step) == (
        "ALFA",
        "sku-BILL",
        NUMBER,
        Step.INQUIRY,
    )
    assert (shop.bill().state, shop.bill().supplier_ref) == (BillState.ASKED, asking.buy.ref)
    assert (shop.orders, len(shop.transfers)) == ({}, moved)
    assert shop.held_idr() == 0


def test_what_is_found_costs_what_the_supplier_charges_and_our_fee(shop: BillMarket) -> None:
    bill = shop.found()
    assert (bill.price_idr, bill.selling_price_idr, bill.admin_idr) == (50_000 + FEE_IDR, 52_500, 2_500)
    assert (bill.ref, bill.agent, bill.product, bill.dest, bill.day) == ("b1", "BUDI", "BILL", NUMBER, shop.cell.day)
    assert bill.balance_idr == 1_000_000
    assert shop.bill().legs == ((2, 70), (1, 30))


def test_reference_at_the_supplier_is_of_a_series_that_orders_never_use(shop: BillMarket) -> None:
    order = shop.placed("r1")
    first, second = shop.asking("b1"), shop.asking("b2")
    refs = [shop.attempts_of(order)[0].ref, first.buy.ref, second.buy.ref]
    assert len(set(refs)) == 3
    assert [len(ref) for ref in refs] == [12, 12, 12]
    assert [ref[1] for ref in refs] == ["0", "9", "9"]


def test_same_inquiry_asks_again_under_a_new_reference_and_the_latest_counts(shop: BillMarket) -> None:
    first = shop.asking()
    second = shop.asking()
    assert first.buy.ref != second.buy.ref
    assert refused(shop.told(first, price_idr=10_000)) is Code.BILL_NO_ANSWER
    assert isinstance(shop.told(second, price_idr=20_000), Found)
    assert shop.bill().cost_idr == 20_000
    assert shop.found(price_idr=30_000).price_idr == 30_000 + FEE_IDR


def test_supplier_without_an_answer_is_followed_by_the_next(shop: BillMarket) -> None:
    first = shop.asking()
    second = shop.told(first, Outcome.UNKNOWN, reason="timeout")
    assert isinstance(second, Asking)
    assert (first.supplier, second.supplier, second.key) == ("ALFA", "BETA", first.key)
    assert first.buy.ref != second.buy.ref
    assert isinstance(shop.told(second), Found)
    assert (shop.bill().supplier, shop.bill().tried) == ("BETA", ("ALFA", "BETA"))


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        (Outcome.REFUSED, "bill_not_ready", Code.BILL_NOT_READY),
        (Outcome.FAILED, "bill_paid", Code.BILL_PAID),
        (Outcome.FAILED, "bad_destination", Code.BAD_DESTINATION),
    ],
)
def test_what_a_supplier_says_of_the_bill_itself_ends_the_inquiry(
    shop: BillMarket, outcome: Outcome, reason: str, code: Code
) -> None:
    assert refused(shop.told(shop.asking(), outcome, reason=reason)) is code
    assert (shop.bill().state, shop.bill().reason) == (BillState.REFUSED, reason)
    assert shop.cell.papers == {}


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        (Outcome.FAILED, None, Code.BILL_REFUSED),
        (Outcome.REFUSED, "not_sent", Code.BILL_NO_ANSWER),
        (Outcome.UNKNOWN, "timeout", Code.BILL_NO_ANSWER),
        (Outcome.PENDING, None, Code.BILL_NO_ANSWER),
    ],
)
def test_what_is_told_when_the_last_supplier_has_nothing(
    shop: BillMarket, outcome: Outcome, reason: str | None, code: Code
) -> None:
    changed(shop, "BETA-BILL", availability=Availability.CLOSED)
    assert refused(shop.told(shop.asking(), outcome, reason=reason)) is code
    assert shop.bill().state is BillState.REFUSED


def test_answer_without_any_price_finds_nothing(shop: BillMarket) -> None:
    changed(shop, "BETA-BILL", availability=Availability.CLOSED)
    assert refused(shop.told(shop.asking(), price_idr=None, selling_price_idr=None)) is Code.BILL_NO_ANSWER


def test_supplier_that_names_no_price_charges_what_is_owed_and_his_fee(shop: BillMarket) -> None:
    changed(shop, "ALFA-BILL", cost_idr=700)
    changed(shop, "BETA-BILL", cost_idr=800)
    result = shop.told(shop.asking(), price_idr=None)
    assert isinstance(result, Found)
    assert (shop.bill().cost_idr, result.bill.price_idr) == (53_200, 53_200 + FEE_IDR)


def test_bill_is_never_sold_below_cost(shop: BillMarket) -> None:
    shop.change_product("BILL", price_idr=0, commissions_idr=(500,))
    assert refused(shop.told(shop.asking())) is Code.BELOW_COST
    assert shop.bill().state is BillState.REFUSED
    shop.change_product("BILL", sell_below_cost=True)
    assert shop.found().price_idr == 50_100


def test_typed_amount_is_asked_for_within_its_bounds_only_where_it_is_wanted(shop: BillMarket) -> None:
    number = "081234567890"
    for amount_idr in (None, 999, 2_000_001):
        assert refused(shop.ask("e1", number=number, product="EMONEY", amount_idr=amount_idr)) is Code.BAD_AMOUNT
    asking = shop.asking("e1", number=number, product="EMONEY", amount_idr=25_000)
    assert (asking.buy.amount_idr, asking.buy.dest) == (25_000, "+6281234567890")
    assert shop.asking("b1", amount_idr=25_000).buy.amount_idr is None


def test_inquiry_in_chat_needs_no_reference(shop: BillMarket) -> None:
    first, second = shop.asking(None), shop.asking(None)
    assert first.key != second.key
    result = shop.told(second)
    assert isinstance(result, Found)
    assert result.bill.ref == ""


Trouble = Callable[[BillMarket], object]


@pytest.mark.parametrize(
    ("code", "trouble", "more"),
    [
        (Code.UNKNOWN_SENDER, lambda _: None, {"agent": "NOBODY"}),
        (Code.AGENT_BLOCKED, lambda s: s.change_agent("BUDI", status=AgentStatus.BLOCKED), {}),
        (Code.PAUSED, lambda s: s.change_settings(paused=True), {}),
        (Code.REFERENCE_INVALID, lambda _: None, {"ref": ""}),
        (Code.REFERENCE_CONFLICT, lambda s: s.placed("b1"), {}),
        (Code.UNKNOWN_PRODUCT, lambda _: None, {"product": "NONE"}),
        (Code.NOT_A_BILL, lambda _: None, {"product": "S10"}),
        (Code.BAD_DESTINATION, lambda _: None, {"number": "1"}),
        (Code.PRODUCT_CLOSED, lambda s: s.change_product("BILL", availability=Availability.CLOSED), {}),
        (Code.CUT_OFF, lambda s: s.change_product("BILL", cut_offs=all_day()), {}),
        (Code.NO_SUPPLIER, lambda s: [s.change_supplier(c, cut_offs=all_day()) for c in ("ALFA", "BETA")], {}),
    ],
)
def test_inquiry_that_could_not_be_paid_is_refused_at_once(
    shop: BillMarket, code: Code, trouble: Trouble, more: dict[str, str]
) -> None:
    trouble(shop)
    before = dict(shop.papers)
    assert refused(shop.ask(**({"ref": "b1"} | more))) is code
    assert shop.papers == before
    assert [row.code for row in shop.commits[-1].refusals] == [code.value]


def test_h2h_inquiry_needs_a_reference(shop: BillMarket) -> None:
    assert refused(shop.do(AskBill("BUDI", "BILL", NUMBER, "h2h-irs"))) is Code.REFERENCE_REQUIRED
    shop.change_agent("BUDI", chat_rule_for_h2h=True)
    assert isinstance(shop.do(AskBill("BUDI", "BILL", NUMBER, "h2h-irs")), Asking)


def test_inquiry_occupies_no_reference(shop: BillMarket) -> None:
    shop.found("r1")
    assert shop.placed("r1").product == "S10"
    assert refused(shop.pay("r1")) is Code.REFERENCE_CONFLICT


def test_what_was_being_asked_when_the_server_stopped_may_be_asked_again(shop: BillMarket) -> None:
    asking = shop.asking()
    shop.do(Recover())
    assert (shop.bill().state, shop.bill().reason) == (BillState.REFUSED, "stopped_while_asking")
    assert refused(shop.told(asking)) is Code.BILL_NO_ANSWER
    assert isinstance(shop.ask(), Asking)


# ---------------------------------------------------------------------- paying


def test_payment_goes_to_the_supplier_that_was_asked_under_the_same_reference(shop: BillMarket) -> None:
    asking = shop.asking()
    shop.told(asking, supplier_trx_id="TR-9")
    order = shop.paying()
    attempt = shop.attempts_of(order)[0]
    assert (order.price_idr, shop.held_idr(), order.ref) == (50_000 + FEE_IDR, 50_000 + FEE_IDR, "b1")
    assert (attempt.supplier, attempt.ref, attempt.sku, attempt.cost_idr) == (
        asking.supplier,
        asking.buy.ref,
        "sku-BILL",
        50_000,
    )
    assert (shop.bill().state, shop.bill().order_id) == (BillState.PAYING, order.id)
    sent = shop.do(MarkSending((attempt.id,)))
    assert isinstance(sent, Sending)
    buy = sent.buys[0][1]
    assert (buy.step, buy.tr_id, buy.ref, buy.amount_idr) == (Step.PAY, "TR-9", asking.buy.ref, None)


def test_success_posts_sale_cost_and_commissions_and_the_bill_is_paid(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="PLN-1", price_idr=50_000)
    assert (order.state, order.sn, order.cost_idr) == ("success", "PLN-1", 50_000)
    assert shop.deposit_idr() == 1_000_000 - 50_000 - FEE_IDR
    assert (shop.commission_idr("MID"), shop.commission_idr("TOP")) == (70, 30)
    assert shop.net_idr(supplier_deposit(1)) == 50_000
    assert (shop.bill().state, shop.bill().charged_idr) == (BillState.PAID, 50_000)
    assert (shop.cell.papers, shop.cell.of_order) == ({}, {})
    assert shop.balanced()


def test_failed_payment_has_no_second_supplier_and_wants_a_new_inquiry(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    shop.answer(shop.send(order), Outcome.FAILED)
    assert (order.state, order.reason, len(shop.attempts_of(order))) == ("failed", "bill_failed", 1)
    assert (shop.deposit_idr(), shop.held_idr()) == (1_000_000, 0)
    assert (shop.bill().state, shop.bill().order_id) == (BillState.UNPAID, order.id)
    assert refused(shop.ask("b1")) is Code.REFERENCE_CONFLICT, "a failed order keeps its reference"
    shop.found("b2")
    shop.answer(shop.send(shop.paying("b2")), Outcome.SUCCESS)
    assert shop.bill("3/b2").state is BillState.PAID


def test_another_charge_is_posted_as_it_is_and_shown_to_a_person(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    shop.answer(shop.send(order), Outcome.SUCCESS, price_idr=60_000)
    assert (order.cost_idr, shop.bill().cost_idr, shop.bill().charged_idr) == (60_000, 50_000, 60_000)
    assert shop.net_idr(supplier_deposit(1)) == 60_000
    assert shop.queue() == ["above_price"]
    assert next(o for o in shop.cell.offers["BILL"] if o.supplier == "ALFA").cost_idr == 0, "a bill is no price list"


def test_same_payment_again_is_the_same_order(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    again = shop.pay()
    assert isinstance(again, Placed)
    assert (again.orders[0].order_id, again.orders[0].repeated) == (order.id, True)
    shop.answer(shop.send(order), Outcome.FAILED)
    told = shop.pay()
    assert isinstance(told, Placed)
    assert (told.orders[0].order_id, told.orders[0].state) == (order.id, "failed")


def test_two_payments_at_once_are_one_order(shop: BillMarket) -> None:
    shop.found()
    pay = PayBill("BUDI", "BILL", NUMBER, "h2h-digiflazz", "b1")
    shop.do(pay, pay)
    shop.found(None)
    shop.do(*(PayBill("BUDI", "BILL", NUMBER, "chat") for _ in range(3)))
    assert len(shop.orders) == 2
    assert len(shop.cell.orders) == 2


def test_chat_pays_the_latest_inquiry_about_the_bill(shop: BillMarket) -> None:
    shop.found("b1", price_idr=40_000)
    shop.after(5).found(None, price_idr=45_000)
    shop.after(5).found("b1", price_idr=47_000)
    shop.found(None, number="530000000002", price_idr=1_000)
    order = shop.paying(None)
    assert (order.price_idr, order.ref) == (47_000 + FEE_IDR, None)
    assert shop.bill("3/b1").order_id == order.id


def test_chat_is_told_how_the_payment_stands_that_took_the_bill(shop: BillMarket) -> None:
    shop.found(None)
    order = shop.paying(None)
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="PLN-1")
    told = shop.pay(None)
    assert isinstance(told, Placed)
    assert (told.orders[0].order_id, told.orders[0].sn, told.orders[0].repeated) == (order.id, "PLN-1", True)
    shop.after(1).found(None)
    assert shop.paying(None).id != order.id, "another bill may be paid for the same number on the same day"


def test_message_that_comes_again_pays_nothing_more(shop: BillMarket) -> None:
    shop.found(None)
    first = shop.pay(None)
    assert isinstance(first, Placed)
    seen = shop.messages[-1]
    shop.after(1).found(None)
    key = MessageKey(seen.channel, seen.sender, seen.message_id, seen.text)
    again = shop.pay(None, message=key)
    assert isinstance(again, Placed)
    assert again.orders[0].order_id == first.orders[0].order_id
    assert len(shop.orders) == 1


def test_payment_after_a_failed_one_needs_no_waiting_for_the_repeat_window(shop: BillMarket) -> None:
    shop.found(None)
    order = shop.paying(None)
    shop.answer(shop.send(order), Outcome.FAILED)
    assert refused(shop.pay(None)) is Code.BILL_NOT_ASKED
    shop.after(1).found(None)
    assert shop.paying(None).id != order.id


@pytest.mark.parametrize(
    ("code", "trouble", "more"),
    [
        (Code.UNKNOWN_SENDER, lambda _: None, {"agent": "NOBODY"}),
        (Code.AGENT_BLOCKED, lambda s: s.change_agent("BUDI", status=AgentStatus.BLOCKED), {}),
        (Code.PAUSED, lambda s: s.change_settings(paused=True), {}),
        (Code.REFERENCE_CONFLICT, lambda s: s.placed("b1"), {}),
        (Code.UNKNOWN_PRODUCT, lambda _: None, {"product": "NONE"}),
        (Code.NOT_A_BILL, lambda _: None, {"product": "S10"}),
        (Code.BAD_DESTINATION, lambda _: None, {"number": "1"}),
        (Code.BILL_NOT_ASKED, lambda _: None, {"ref": "b9"}),
        (Code.BILL_NOT_ASKED, lambda _: None, {"number": "530000000002"}),
        (Code.BILL_NOT_ASKED, lambda _: None, {"agent": "MID"}),
        (Code.BILL_NO_ANSWER, lambda s: s.asking(), {}),
        (Code.PRODUCT_CLOSED, lambda s: s.change_product("BILL", availability=Availability.CLOSED), {}),
        (Code.CUT_OFF, lambda s: s.change_supplier("ALFA", cut_offs=all_day()), {}),
        (Code.NO_SUPPLIER, lambda s: s.change_supplier("ALFA", availability=Availability.CLOSED), {}),
        (Code.NO_SUPPLIER, lambda s: s.cell.offers.update(BILL=[]), {}),
        (Code.ABOVE_MAX_PRICE, lambda _: None, {"max_price_idr": 50_000 + FEE_IDR - 1}),
        (Code.INSUFFICIENT_BALANCE, lambda s: s.deposit("BUDI", 50_000 + FEE_IDR - 1 - 1_000_000), {}),
    ],
)
def test_payment_that_is_refused_holds_nothing(
    shop: BillMarket, code: Code, trouble: Trouble, more: dict[str, object]
) -> None:
    shop.found()
    trouble(shop)
    orders, held_idr = len(shop.orders), shop.held_idr()
    assert refused(shop.pay(**({"ref": "b1"} | more))) is code  # type: ignore[arg-type]
    assert (len(shop.orders), shop.held_idr()) == (orders, held_idr)
    assert shop.balanced()


def test_remedy_names_what_to_write(shop: BillMarket) -> None:
    result = shop.pay()
    assert isinstance(result, Refusal)
    assert result.facts == {"product": "BILL", "dest": NUMBER}


def test_bill_is_paid_on_the_day_of_its_inquiry_only(shop: BillMarket) -> None:
    shop.found()
    shop.now_ms = START_MS + 14 * HOUR_MS - 1
    late = shop.found("b2")
    assert late.day == 20_250_602
    shop.now_ms += 1
    assert refused(shop.pay("b1")) is Code.BILL_NOT_ASKED
    assert refused(shop.pay("b2")) is Code.BILL_NOT_ASKED
    assert refused(shop.pay(None)) is Code.BILL_NOT_ASKED


def test_day_also_ends_where_the_supplier_is(shop: BillMarket) -> None:
    shop.change_supplier("ALFA", zone=Zone.WIT)
    shop.now_ms = START_MS + 12 * HOUR_MS - 1
    shop.found()
    shop.now_ms += 1
    assert shop.now_ms < START_MS + DAY_MS
    assert refused(shop.pay()) is Code.BILL_NOT_ASKED


def test_payment_that_waited_over_midnight_is_not_sent(shop: BillMarket) -> None:
    shop.now_ms = START_MS + 14 * HOUR_MS - 1_000
    shop.found()
    order = shop.paying()
    shop.after(2).do(MarkSending((shop.attempts_of(order)[0].id,)))
    assert (order.state, order.reason, shop.attempts_of(order)[0].reason) == ("failed", "bill_failed", "bill_day")
    assert shop.bill().state is BillState.UNPAID


# ---------------------------------------------------------------------- unknown payments


def test_unknown_payment_keeps_the_hold_and_is_asked_about_by_the_verb_of_bills(shop: BillMarket) -> None:
    shop.change_supplier("ALFA", inquiry=InquiryVerb.NONE, bill_inquiry=InquiryVerb.EXPLICIT)
    shop.found()
    order = shop.paying()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.UNKNOWN, reason="timeout")
    assert (order.state, shop.queue()) == ("accepted", ["unknown"])
    asked = shop.after(100).do(Inquired((attempt.id,)))
    assert isinstance(asked, Sending)
    assert [buy.step for _, buy, _ in asked.buys] == [Step.PAY]
    shop.do(AttemptAnswered(attempt.id, Answer(Outcome.SUCCESS, ref=attempt.ref, sn="P"), Source.INQUIRY))
    assert (order.state, shop.bill().state, shop.queue()) == ("success", BillState.PAID, [])


def test_payment_is_not_asked_about_where_bills_cannot_be(shop: BillMarket) -> None:
    shop.change_supplier("ALFA", inquiry=InquiryVerb.EXPLICIT, bill_inquiry=InquiryVerb.NONE)
    shop.found()
    attempt = shop.send(shop.paying())
    shop.answer(attempt, Outcome.UNKNOWN, reason="timeout")
    assert shop.after(100).do(Inquired((attempt.id,))) == Sending(())


def test_resend_type_inquiry_of_a_payment_repeats_it_within_its_horizon_across_midnight(shop: BillMarket) -> None:
    shop.change_supplier("ALFA", bill_inquiry=InquiryVerb.RESEND, inquiry_horizon_s=80 * 86_400)
    shop.found()
    order = shop.paying()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.PENDING)
    again = shop.after(20 * 3_600).do(Inquired((attempt.id,)))
    assert isinstance(again, Sending)
    assert again.buys[0][1] == buy_of(shop.cell, order, attempt)
    assert shop.after(80 * 86_400).do(Inquired((attempt.id,))) == Sending(())


def test_person_sends_a_payment_again_only_under_its_own_reference(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.UNKNOWN, reason="timeout")
    resend = Decide(order.id, Decision.RESEND, "asked", "ani", accept_risk=True)
    result = shop.do(resend)
    assert isinstance(result, Refusal)
    assert (result.code, result.facts["why"]) == (Code.NOT_ALLOWED, "bill")
    shop.change_supplier("ALFA", dedup_window_s=86_400)
    assert done(shop.do(resend)).note == "same reference"
    assert shop.attempts_of(order)[0].state == "queued"


@pytest.mark.parametrize(("decision", "state"), [(Decision.SUCCESS, "paid"), (Decision.FAILED, "unpaid")])
def test_person_ends_an_unknown_payment_and_its_bill(shop: BillMarket, decision: Decision, state: str) -> None:
    shop.found()
    order = shop.paying()
    shop.answer(shop.send(order), Outcome.UNKNOWN, reason="timeout")
    done(shop.do(Decide(order.id, decision, "asked", "ani", sn="X")))
    assert shop.bill().state == state


def test_payment_taken_back_is_reversed_and_its_bill_stays_paid_by_that_order(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.SUCCESS)
    shop.answer(attempt, Outcome.FAILED, reason="taken_back")
    assert (order.state, shop.bill().state, shop.bill().order_id) == ("reversed", BillState.PAID, order.id)
    assert shop.deposit_idr() == 1_000_000


def test_payment_that_was_delivered_after_its_failure_is_a_late_success(shop: BillMarket) -> None:
    shop.found()
    order = shop.paying()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.FAILED)
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="LATE", price_idr=50_000)
    assert (order.state, shop.queue(), shop.net_idr(House.LATE_SUCCESS)) == ("failed", ["late_success"], -50_000)


def test_open_bill_is_paid_with_its_amount(shop: BillMarket) -> None:
    number = "081234567890"
    shop.found("e1", number=number, product="EMONEY", amount_idr=25_000, price_idr=25_500)
    order = shop.paying("e1", number=number, product="EMONEY")
    assert (order.amount_idr, order.price_idr) == (25_000, 25_500 + 1_100)
    attempt = shop.send(order)
    assert buy_of(shop.cell, order, attempt).amount_idr == 25_000
    assert [moved.kind for moved in shop.transfers.values() if moved.order_id == order.id] == [Kind.HOLD]


def test_payment_asked_for_without_a_reference_never_overwrites_it(shop: BillMarket) -> None:
    shop.found("b1")
    order = shop.paying(None)
    assert refused(shop.ask("b1")) is Code.REFERENCE_CONFLICT
    again = shop.pay("b1")
    assert isinstance(again, Placed)
    assert (again.orders[0].order_id, again.orders[0].repeated) == (order.id, True)
