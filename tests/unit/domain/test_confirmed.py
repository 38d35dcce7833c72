"""How far an answer is believed: a refused inquiry is no word about the order, a half-proved report is asked about."""

from __future__ import annotations

import pytest

from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import CallbackArrived, Inquired
from juru.server.domain.order import Attempt, AttemptState, Source
from juru.server.domain.outcome import NOT_FOUND, REQUEST_REFUSED, Answer, InquiryVerb, Outcome, believed
from juru.server.domain.results import Done, Sending
from tests.support.domain import Market, market


def pending(shop: Market, ref: str = "r1") -> Attempt:
    attempt = shop.send(shop.placed(ref))
    shop.answer(attempt, Outcome.PENDING, last_byte_ms=shop.now_ms)
    return attempt


def report(shop: Market, attempt: Attempt, outcome: Outcome, price_idr: int | None = None) -> str:
    """A report whose proof covers the reference only; what the writer notes of it."""
    answer = Answer(outcome, ref=attempt.ref, sn="SN1", price_idr=price_idr)
    result = shop.do(CallbackArrived(attempt.supplier, answer, "raw", confirm=True))
    assert isinstance(result, Done), result
    return result.note or ""


@pytest.mark.parametrize("reason", ["not_sent", REQUEST_REFUSED])
def test_an_inquiry_that_is_refused_for_itself_says_nothing_of_the_order(reason: str) -> None:
    refusal = Answer(Outcome.REFUSED, reason=reason)
    asked = believed(refusal, again=True, since_send_s=10_000, not_found_after_s=120)
    assert (asked.outcome, asked.reason) == (Outcome.UNKNOWN, reason)
    assert believed(refusal, again=False, since_send_s=0, not_found_after_s=120) is refusal


def test_not_found_counts_from_the_given_time_on() -> None:
    missing = Answer(Outcome.REFUSED, reason=NOT_FOUND)
    assert believed(missing, again=True, since_send_s=119, not_found_after_s=120).reason == "not_found_yet"
    assert believed(missing, again=True, since_send_s=120, not_found_after_s=120) is missing


def test_a_refused_inquiry_keeps_the_hold_and_is_shown_and_a_refused_order_goes_on() -> None:
    shop = market()
    attempt = pending(shop)
    shop.after(600).answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason=REQUEST_REFUSED)
    assert (attempt.state, shop.held_idr() > 0, shop.queue()) == (AttemptState.PENDING, True, ["unknown"])
    shop.answer(attempt, Outcome.SUCCESS, Source.INQUIRY, sn="SN1")
    assert (attempt.state, shop.queue()) == (AttemptState.SUCCESS, [])
    first = shop.send(shop.placed("r2"))
    shop.answer(first, Outcome.REFUSED, reason=REQUEST_REFUSED)
    assert first.state is AttemptState.FAILED


def test_a_report_of_success_at_the_known_price_is_applied_at_once() -> None:
    for told_idr in (None, 10_000):
        shop = market()
        attempt = pending(shop)
        assert report(shop, attempt, Outcome.SUCCESS, told_idr) == ""
        assert attempt.state is AttemptState.SUCCESS


@pytest.mark.parametrize(
    ("outcome", "told_idr"), [(Outcome.SUCCESS, 10_001), (Outcome.FAILED, None), (Outcome.REFUSED, 10_000)]
)
def test_a_report_that_moves_other_money_is_asked_about_first(outcome: Outcome, told_idr: int | None) -> None:
    shop = market()
    attempt = pending(shop)
    later_ms = attempt.next_inquiry_ms
    assert report(shop, attempt, outcome, told_idr) == "to be confirmed"
    assert (attempt.state, shop.held_idr() > 0, shop.queue()) == (AttemptState.PENDING, True, [])
    assert later_ms is not None
    assert attempt.next_inquiry_ms == shop.now_ms < later_ms
    shop.answer(attempt, outcome, Source.INQUIRY, price_idr=told_idr, sn="SN1")
    assert attempt.state is (AttemptState.SUCCESS if outcome is Outcome.SUCCESS else AttemptState.FAILED)


def test_reports_bring_at_most_one_more_inquiry_a_minute() -> None:
    shop = market()
    attempt = pending(shop)
    report(shop, attempt, Outcome.FAILED)
    assert isinstance(shop.do(Inquired((attempt.id,))), Sending)
    for _ in range(3):
        report(shop.after(5), attempt, Outcome.FAILED)
    assert attempt.next_inquiry_ms is not None
    assert attempt.next_inquiry_ms - (shop.now_ms - 15_000) >= Supplier(1, "A", "a", "iak").inquiry_interval_s * 1000


def test_a_supplier_that_cannot_be_asked_is_believed() -> None:
    shop = market()
    for code in ("ALFA", "BETA"):
        shop.change_supplier(code, inquiry=InquiryVerb.NONE)
    attempt = pending(shop)
    assert report(shop, attempt, Outcome.FAILED) == ""
    assert attempt.state is AttemptState.FAILED


def test_a_success_that_such_a_report_takes_back_is_shown_to_a_person() -> None:
    shop = market()
    attempt = pending(shop)
    shop.answer(attempt, Outcome.SUCCESS, sn="SN1")
    assert report(shop, attempt, Outcome.FAILED) == "to be confirmed"
    assert (shop.orders[attempt.order_id].state, shop.queue()) == ("success", ["contradiction"])
