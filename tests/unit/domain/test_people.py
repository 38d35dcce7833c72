"""What only a person may decide: the end of an unknown order, and who bears a late success."""

from __future__ import annotations

import pytest

from juru.server.domain.accounts import House
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import Decide, Decision, MarkSending
from juru.server.domain.order import Attempt, AttemptState, Order, Source
from juru.server.domain.outcome import InquiryVerb, Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Result, Sending
from tests.support.domain import Market, done, market, refused


@pytest.fixture
def shop() -> Market:
    return market()


def unknown(shop: Market) -> tuple[Order, Attempt]:
    order = shop.placed()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.UNKNOWN, reason="timeout")
    assert shop.queue() == ["unknown"]
    return order, attempt


def decide(shop: Market, order: Order, decision: Decision, **more: object) -> Result:
    return shop.do(Decide(order.id, decision, "asked by phone", "ani", **more))  # type: ignore[arg-type]


def late(shop: Market, *, price_idr: int | None = None) -> tuple[Order, Attempt]:
    shop.change_settings(attempts_max=1)
    order = shop.placed()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.FAILED)
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="LATE", price_idr=price_idr)
    assert shop.queue() == ["late_success"]
    return order, attempt


def test_person_marks_success_with_its_serial_number(shop: Market) -> None:
    order, attempt = unknown(shop)
    done(decide(shop, order, Decision.SUCCESS, sn="SN-HAND"))
    assert (order.state, order.sn, attempt.state) == ("success", "SN-HAND", "success")
    assert (shop.deposit_idr(), shop.held_idr(), shop.queue()) == (989_400, 0, [])
    event = next(e for e in shop.commits[-1].events if e.source is Source.PERSON)
    assert (event.by, event.message) == ("ani", "asked by phone")
    assert [item.closed_by for item in shop.commits[-1].queue_closed] == ["ani"]


def test_person_marks_failed_and_the_money_comes_back(shop: Market) -> None:
    order, attempt = unknown(shop)
    done(decide(shop, order, Decision.FAILED))
    assert (order.state, order.reason, attempt.state) == ("failed", "by_person", "failed")
    assert (shop.deposit_idr(), shop.held_idr(), shop.queue()) == (1_000_000, 0, [])
    assert len(shop.attempts_of(order)) == 1, "no second supplier buys what a person has ended"


@pytest.mark.parametrize("decision", [Decision.SUCCESS, Decision.FAILED, Decision.RESEND])
def test_what_is_final_or_never_left_is_not_for_a_person(shop: Market, decision: Decision) -> None:
    queued = shop.placed("q")
    assert refused(decide(shop, queued, decision)) is Code.NOT_ALLOWED
    order = shop.sold("s")
    assert refused(decide(shop, order, decision)) is Code.NOT_ALLOWED
    assert (order.state, queued.state) == ("success", "accepted")


def test_decision_needs_a_reason_and_an_order(shop: Market) -> None:
    order, _ = unknown(shop)
    assert refused(shop.do(Decide(order.id, Decision.FAILED, "  ", "ani"))) is Code.NOT_ALLOWED
    assert refused(shop.do(Decide(999, Decision.FAILED, "why", "ani"))) is Code.UNKNOWN_ORDER
    assert order.state == "accepted"


def test_decision_about_an_attempt_that_has_changed_meanwhile_is_refused(shop: Market) -> None:
    order, attempt = unknown(shop)
    assert refused(decide(shop, order, Decision.FAILED, attempt_id=attempt.id + 7)) is Code.NOT_ALLOWED
    done(decide(shop, order, Decision.FAILED, attempt_id=attempt.id))


def test_resend_repeats_the_same_reference_while_dedup_covers_it(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=100)
    order, attempt = unknown(shop)
    assert done(decide(shop.after(99), order, Decision.RESEND)).note == "same reference"
    assert attempt.state is AttemptState.QUEUED
    sent = shop.do(MarkSending((attempt.id,)))
    assert isinstance(sent, Sending)
    assert [buy.ref for _, buy, _ in sent.buys] == [attempt.ref]
    assert len(shop.attempts_of(order)) == 1
    assert shop.held_idr() == 10_600


def test_resend_may_leave_after_the_orders_own_expiry(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=10_000)
    order, attempt = unknown(shop)
    done(decide(shop.after(5_000), order, Decision.RESEND))
    sent = shop.do(MarkSending((attempt.id,)))
    assert isinstance(sent, Sending)
    assert len(sent.buys) == 1


@pytest.mark.parametrize("late_by_s", [301, 100_000])
def test_resend_that_comes_too_late_is_unknown_again_and_never_failed(shop: Market, late_by_s: int) -> None:
    shop.change_supplier("ALFA", dedup_window_s=100)
    order, attempt = unknown(shop)
    done(decide(shop, order, Decision.RESEND))
    shop.after(late_by_s).do(MarkSending((attempt.id,)))
    assert (attempt.state, order.state, shop.held_idr()) == ("unknown", "accepted", 10_600)
    assert shop.queue() == ["unknown"]


def test_resend_to_a_closed_supplier_is_unknown_again(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=100)
    order, attempt = unknown(shop)
    done(decide(shop, order, Decision.RESEND))
    shop.change_supplier("ALFA", availability=Availability.CLOSED)
    shop.do(MarkSending((attempt.id,)))
    assert (attempt.state, order.state, shop.held_idr()) == ("unknown", "accepted", 10_600)


def test_resend_that_was_not_sent_says_nothing_about_the_first_request(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=100)
    order, attempt = unknown(shop)
    done(decide(shop, order, Decision.RESEND))
    shop.do(MarkSending((attempt.id,)))
    shop.answer(attempt, Outcome.REFUSED, reason="not_sent")
    assert (attempt.state, order.state, shop.held_idr()) == ("unknown", "accepted", 10_600)


def test_resend_waits_its_120_seconds_again_before_not_found_counts(shop: Market) -> None:
    shop.change_supplier("ALFA", dedup_window_s=1_000)
    order = shop.placed()
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.UNKNOWN, last_byte_ms=shop.now_ms)
    done(decide(shop.after(200), order, Decision.RESEND))
    shop.do(MarkSending((attempt.id,)))
    shop.answer(attempt, Outcome.UNKNOWN)
    shop.after(30).answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason="not_found")
    assert (attempt.state, len(shop.attempts_of(order))) == ("unknown", 1)
    shop.after(120).answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason="not_found")
    assert attempt.state == "failed"


@pytest.mark.parametrize(("after_s", "covered"), [(899, True), (900, False)])
def test_resend_type_supplier_is_asked_well_inside_its_horizon(shop: Market, after_s: int, covered: bool) -> None:  # noqa: FBT001
    shop.change_supplier("ALFA", inquiry=InquiryVerb.RESEND, inquiry_horizon_s=1_000)
    order, _ = unknown(shop)
    result = decide(shop.after(after_s), order, Decision.RESEND)
    assert (refused(result) is Code.NOT_ALLOWED) if not covered else done(result).note == "same reference"


def test_resend_without_dedup_needs_the_risk_accepted_and_is_a_new_attempt(shop: Market) -> None:
    order, attempt = unknown(shop)
    assert refused(decide(shop, order, Decision.RESEND)) is Code.NOT_ALLOWED
    assert (attempt.state, shop.queue()) == ("unknown", ["unknown"])
    note = done(decide(shop.after(4_000), order, Decision.RESEND, accept_risk=True)).note or ""
    assert "our loss" in note
    assert attempt.ref in note
    first, second = shop.attempts_of(order)
    assert (first.state, second.state, second.supplier) == ("failed", "queued", "BETA")
    assert first.ref != second.ref
    assert (shop.held_idr(), shop.queue()) == (10_600, [])
    sent = shop.do(MarkSending((second.id,)))
    assert isinstance(sent, Sending)
    assert len(sent.buys) == 1, "a person's word extends the expiry"


def test_resend_at_risk_without_another_supplier_ends_failed(shop: Market) -> None:
    shop.change_offer("BETA-S10", availability=Availability.CLOSED)
    order, _ = unknown(shop)
    assert done(decide(shop, order, Decision.RESEND, accept_risk=True)).note == "no other supplier"
    assert (order.state, shop.held_idr()) == ("failed", 0)


def test_late_success_is_charged_to_the_agent_once(shop: Market) -> None:
    order, _ = late(shop, price_idr=10_010)
    assert (shop.deposit_idr(), shop.net_idr(House.LATE_SUCCESS), shop.net_idr(101)) == (1_000_000, -10_010, 10_010)
    done(decide(shop, order, Decision.CHARGE))
    assert (shop.deposit_idr(), shop.net_idr(House.LATE_SUCCESS), shop.net_idr(House.COST)) == (989_400, 0, -10_010)
    for again in (Decision.CHARGE, Decision.KEEP, Decision.CLAIM):
        assert refused(decide(shop, order, again)) is Code.NOT_ALLOWED
    assert shop.balanced()


@pytest.mark.parametrize(("decision", "account"), [(Decision.KEEP, House.LOSSES), (Decision.CLAIM, House.CLAIMS)])
def test_late_success_is_kept_or_claimed_once(shop: Market, decision: Decision, account: House) -> None:
    order, _ = late(shop)
    done(decide(shop, order, decision))
    assert (shop.net_idr(account), shop.net_idr(House.LATE_SUCCESS), shop.deposit_idr()) == (-10_000, 0, 1_000_000)
    assert (refused(decide(shop, order, decision)), shop.queue()) == (Code.NOT_ALLOWED, [])


def test_agent_is_charged_within_his_free_balance_only(shop: Market) -> None:
    order, _ = late(shop)
    shop.deposit("BUDI", 10_599 - 1_000_000)
    shop.change_agent("BUDI", credit_limit_idr=1_000_000)
    assert refused(decide(shop, order, Decision.CHARGE)) is Code.INSUFFICIENT_BALANCE
    assert shop.queue() == ["late_success"]
    shop.deposit("BUDI", 1)
    done(decide(shop, order, Decision.CHARGE))


def test_order_without_a_late_success_has_nothing_to_settle(shop: Market) -> None:
    order = shop.sold()
    assert refused(decide(shop, order, Decision.KEEP)) is Code.NOT_ALLOWED


def test_double_delivery_is_never_the_agents(shop: Market) -> None:
    order = shop.placed()
    first = shop.send(order)
    shop.answer(first, Outcome.FAILED)
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="B")
    shop.answer(first, Outcome.SUCCESS, Source.CALLBACK, sn="A")
    assert shop.queue() == ["double_delivery"]
    assert refused(decide(shop, order, Decision.CHARGE)) is Code.NOT_ALLOWED
    done(decide(shop, order, Decision.CLAIM))
    assert shop.net_idr(House.CLAIMS) == -10_000


def test_two_late_deliveries_are_settled_one_by_one(shop: Market) -> None:
    order = shop.placed()
    first = shop.send(order)
    shop.answer(first, Outcome.FAILED)
    second = shop.send(order)
    shop.answer(second, Outcome.FAILED)
    assert order.state == "failed"
    shop.answer(first, Outcome.SUCCESS, Source.CALLBACK, sn="A")
    shop.answer(second, Outcome.SUCCESS, Source.CALLBACK, sn="B")
    assert shop.queue() == ["late_success", "late_success"]
    done(decide(shop, order, Decision.CLAIM, attempt_id=second.id))
    assert (shop.net_idr(House.CLAIMS), shop.queue()) == (-10_050, ["late_success"])
    done(decide(shop, order, Decision.KEEP))
    assert (shop.net_idr(House.LOSSES), shop.net_idr(House.LATE_SUCCESS), shop.queue()) == (-10_000, 0, [])
