"""Laws 4 to 7: what an answer does to an attempt, its order and the money, in every state and from every source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from juru.server.domain.accounts import House
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import AttemptAnswered, CallbackArrived, Inquired, MarkSending, Recover, SettleDue
from juru.server.domain.order import Attempt, AttemptState, Happened, Order, Source
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome
from juru.server.domain.results import Sending
from tests.support.domain import DEST, Market, done, market

PRICE, COST = 10_600, 10_000
SOURCES = (Source.REPLY, Source.CALLBACK, Source.INQUIRY)

# ---------------------------------------------------------------------- where an attempt can stand


def queued(shop: Market) -> Attempt:
    return shop.attempts_of(shop.placed())[0]


def sending(shop: Market) -> Attempt:
    return shop.send(shop.placed())


def pending(shop: Market) -> Attempt:
    attempt = sending(shop)
    shop.answer(attempt, Outcome.PENDING)
    return attempt


def unknown(shop: Market) -> Attempt:
    attempt = sending(shop)
    shop.answer(attempt, Outcome.UNKNOWN, reason="timeout")
    return attempt


def settling(shop: Market) -> Attempt:
    attempt = sending(shop)
    shop.answer(attempt, Outcome.FAILED, late_success_risk=True)
    return attempt


def failed_over(shop: Market) -> Attempt:
    attempt = sending(shop)
    shop.answer(attempt, Outcome.FAILED)
    return attempt


def order_failed(shop: Market) -> Attempt:
    attempt = failed_over(shop)
    shop.answer(shop.send(shop.orders[attempt.order_id]), Outcome.FAILED)
    return attempt


def success(shop: Market) -> Attempt:
    attempt = sending(shop)
    shop.answer(attempt, Outcome.SUCCESS, sn="SN1")
    return attempt


def late(shop: Market) -> Attempt:
    attempt = order_failed(shop)
    shop.answer(attempt, Outcome.SUCCESS, sn="LATE")
    return attempt


def reversed_(shop: Market) -> Attempt:
    attempt = success(shop)
    shop.answer(attempt, Outcome.FAILED, Source.CALLBACK)
    return attempt


# ---------------------------------------------------------------------- what can be said, and what it must do


class Stand(NamedTuple):
    """What can be seen after an answer."""

    attempt: str
    order: str
    held_idr: int = 0
    paid_idr: int = 0
    late_idr: int = 0
    attempts: str = ""
    queue: str = ""


SAID: dict[str, tuple[Outcome, dict[str, Any]]] = {
    "pending": (Outcome.PENDING, {}),
    "unknown": (Outcome.UNKNOWN, {"reason": "unmapped_code"}),
    "failed": (Outcome.FAILED, {}),
    "refused": (Outcome.REFUSED, {}),
    "at_risk": (Outcome.FAILED, {"late_success_risk": True}),
    "success": (Outcome.SUCCESS, {"sn": "SN1"}),
    "inquiry_step": (Outcome.SUCCESS, {"sn": "SN1", "settles": False}),
}
HELD = {"held_idr": PRICE}
SOLD = Stand("success", "success", paid_idr=PRICE, attempts="success")
NEXT = Stand("failed", "accepted", PRICE, attempts="failed queued")
SETTLING = Stand("settling", "accepted", PRICE, attempts="settling")
PENDING = Stand("pending", "accepted", PRICE, attempts="pending")
UNKNOWN = Stand("unknown", "accepted", PRICE, attempts="unknown", queue="unknown")
OVER = Stand("failed", "failed", attempts="failed")
LATE = Stand("success", "failed", late_idr=COST, attempts="success failed", queue="late_success")
BACK = Stand("success", "reversed", attempts="success", queue="reversal")
OPEN = {"pending": PENDING, "unknown": UNKNOWN, "failed": NEXT, "refused": NEXT, "at_risk": SETTLING, "success": SOLD}

# What is not named changes nothing.
TABLE: dict[Callable[[Market], Attempt], dict[str, Stand]] = {
    queued: OPEN,
    sending: OPEN,
    pending: {said: stand for said, stand in OPEN.items() if said != "unknown"},
    unknown: OPEN,
    settling: {"failed": OVER, "refused": OVER, "success": SOLD},
    failed_over: {"success": Stand("success", "success", paid_idr=PRICE, attempts="success failed")},
    order_failed: {"success": LATE},
    success: {"failed": BACK, "refused": BACK, "at_risk": SOLD._replace(queue="contradiction")},
    late: dict.fromkeys(("failed", "refused", "at_risk"), LATE._replace(queue="contradiction late_success")),
    reversed_: {},
}
CASES = [
    pytest.param(where, said, source, id=f"{where.__name__}-{said}-{source}")
    for where in TABLE
    for said in SAID
    for source in SOURCES
]


def stand_of(shop: Market, attempt: Attempt) -> Stand:
    order = shop.orders[attempt.order_id]
    return Stand(
        attempt.state,
        order.state,
        shop.held_idr(),
        1_000_000 - shop.deposit_idr(),
        -shop.net_idr(House.LATE_SUCCESS),
        " ".join(a.state for a in shop.attempts_of(order)),
        " ".join(shop.queue()),
    )


@pytest.mark.parametrize(("where", "said", "source"), CASES)
def test_answer_by_state_outcome_and_source(where: Callable[[Market], Attempt], said: str, source: Source) -> None:
    shop = market()
    attempt = where(shop)
    before = stand_of(shop, attempt)
    wanted = TABLE[where].get(said, before)
    if where is settling and said == "at_risk" and source is Source.INQUIRY:
        # The settling inquiry itself was answered; told twice by callback it would settle nothing.
        wanted = OVER
    outcome, more = SAID[said]
    shop.answer(attempt, outcome, source, **more)
    assert stand_of(shop, attempt) == wanted
    assert shop.balanced()
    if wanted == before:
        assert shop.commits[-1].transfers == []
    again = stand_of(shop, attempt)
    shop.answer(attempt, outcome, Source.CALLBACK, **more)
    assert stand_of(shop, attempt) == again, "the same once more by callback"


def test_table_names_every_state_of_an_attempt() -> None:
    reached = {where(market()).state for where in TABLE}
    assert reached == set(AttemptState)


# ---------------------------------------------------------------------- sale and reversal


def test_reversal_takes_commissions_back_even_below_zero_in_the_days_books() -> None:
    shop = market()
    attempt = success(shop)
    shop.cell.ledger[1005].net_idr -= 70  # MID has redeemed his commission
    shop.cell.ledger[int(House.BANK)].net_idr += 70
    shop.after(86_400).answer(attempt, Outcome.FAILED, Source.CALLBACK, message="dibatalkan")
    order = shop.orders[attempt.order_id]
    assert (order.state, order.reason) == ("reversed", "reversed_by_supplier")
    assert (shop.commission_idr("MID"), shop.commission_idr("TOP")) == (-70, 0)
    assert (shop.deposit_idr(), shop.net_idr(House.COST), shop.net_idr(101)) == (1_000_000, 0, 0)
    (back,) = shop.commits[-1].transfers
    assert (back.kind, back.of_id, back.order_id) == ("reversal", order.post_id, order.id)


def test_success_and_its_reversal_in_one_batch() -> None:
    shop = market()
    attempt = sending(shop)
    shop.do(
        AttemptAnswered(attempt.id, Answer(Outcome.SUCCESS, sn="1"), Source.REPLY),
        CallbackArrived("ALFA", Answer(Outcome.FAILED, ref=attempt.ref), "raw"),
    )
    assert stand_of(shop, attempt) == BACK


def test_supplier_without_reversals_only_contradicts_itself() -> None:
    shop = market()
    shop.change_supplier("ALFA", reversals=False)
    attempt = success(shop)
    shop.answer(attempt, Outcome.FAILED, Source.CALLBACK)
    assert stand_of(shop, attempt) == SOLD._replace(queue="contradiction")


@pytest.mark.parametrize(("reason", "queue"), [("not_found", "contradiction"), ("not_sent", "")])
def test_what_is_not_found_or_was_not_sent_takes_no_delivery_back(reason: str, queue: str) -> None:
    shop = market()
    attempt = success(shop)
    shop.after(1_000).answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason=reason)
    assert stand_of(shop, attempt) == SOLD._replace(queue=queue)


def test_a_slow_reply_of_a_timeout_takes_no_delivery_back_that_a_callback_has_told() -> None:
    shop = market()
    attempt = sending(shop)
    shop.do(CallbackArrived("ALFA", Answer(Outcome.SUCCESS, ref=attempt.ref, sn="1"), "raw"))
    shop.answer(attempt, Outcome.FAILED, Source.REPLY, late_success_risk=True)
    assert stand_of(shop, attempt) == SOLD._replace(queue="contradiction")


def test_what_a_statement_charges_for_a_reversed_order_is_a_late_delivery_once() -> None:
    shop = market()
    attempt = reversed_(shop)
    charged = Answer(Outcome.SUCCESS, sn="SN1", price_idr=COST, reason="reconciled")
    for _ in range(2):
        shop.do(AttemptAnswered(attempt.id, charged, Source.PERSON))
        assert stand_of(shop, attempt) == BACK._replace(late_idr=COST, queue="late_success reversal")
    assert shop.balanced()


# ---------------------------------------------------------------------- failing over


def test_failure_goes_to_every_supplier_once_then_ends_the_order() -> None:
    shop = market()
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.FAILED)
    assert order.state == "accepted"
    shop.answer(shop.send(order), Outcome.REFUSED, message="saldo", supplier_balance_low=True)
    assert (order.state, order.reason) == ("failed", "supplier_failed")
    assert [a.supplier for a in shop.attempts_of(order)] == ["ALFA", "BETA"]
    assert shop.queue() == ["supplier_balance"]


def test_attempts_are_bounded() -> None:
    shop = market(attempts_max=1)
    assert stand_of(shop, failed_over(shop)) == OVER


def test_expired_order_does_not_fail_over() -> None:
    shop = market(order_expiry_s=300)
    attempt = sending(shop)
    shop.after(300).answer(attempt, Outcome.FAILED)
    assert stand_of(shop, attempt) == OVER


def test_queued_attempt_is_not_sent_after_the_orders_expiry() -> None:
    shop = market(order_expiry_s=300)
    attempt = queued(shop)
    sent = shop.after(300).do(MarkSending((attempt.id,)))
    assert isinstance(sent, Sending)
    assert sent.buys == ()
    assert stand_of(shop, attempt) == OVER
    assert shop.orders[attempt.order_id].reason == "expired"


def test_attempt_is_marked_sending_once() -> None:
    shop = market()
    attempt = queued(shop)
    sent = shop.do(MarkSending((attempt.id, attempt.id)))
    assert isinstance(sent, Sending)
    ((number, buy, send_by_ms),) = sent.buys
    assert (number, buy.ref, buy.dest, buy.max_price_idr) == (attempt.id, attempt.ref, "+6281234567890", 10_500)
    assert send_by_ms == shop.now_ms + 30_000
    assert (attempt.state, attempt.send_by_ms, attempt.sent_ms) == ("sending", send_by_ms, shop.now_ms)
    again = shop.do(MarkSending((attempt.id,)))
    assert isinstance(again, Sending)
    assert again.buys == ()


def test_unsent_request_fails_over_though_it_was_marked() -> None:
    shop = market()
    attempt = sending(shop)
    shop.answer(attempt, Outcome.REFUSED, reason="not_sent")
    assert stand_of(shop, attempt) == NEXT


def test_overtaken_attempt_on_the_wire_that_delivers_is_a_double_delivery() -> None:
    shop = market()
    first = failed_over(shop)
    order = shop.orders[first.order_id]
    second = shop.send(order)
    shop.answer(first, Outcome.SUCCESS, Source.CALLBACK, sn="A")
    assert (order.state, order.sn, order.supplier, second.state) == ("success", "A", "ALFA", "sending")
    shop.answer(second, Outcome.SUCCESS, sn="B")
    assert (order.sn, shop.queue(), shop.net_idr(House.LATE_SUCCESS)) == ("A", ["double_delivery"], -10_050)
    assert shop.deposit_idr() == 1_000_000 - PRICE
    assert [e.reason for e in shop.commits[-1].events if e.kind is Happened.LATE_SUCCESS] == ["double_delivery"]


def test_overtaken_attempt_that_fails_ends_quietly() -> None:
    shop = market()
    first = failed_over(shop)
    second = shop.send(shop.orders[first.order_id])
    shop.answer(first, Outcome.SUCCESS, Source.CALLBACK, sn="A")
    shop.answer(second, Outcome.FAILED, late_success_risk=True)
    assert (second.state, shop.queue(), shop.held_idr()) == ("failed", [], 0)


def test_overtaken_queued_attempt_is_never_sent() -> None:
    shop = market()
    first = failed_over(shop)
    second = shop.attempts_of(shop.orders[first.order_id])[1]
    shop.answer(first, Outcome.SUCCESS, Source.CALLBACK, sn="A")
    assert second.id not in shop.cell.queued["BETA"]
    sent = shop.do(MarkSending((second.id,)))
    assert isinstance(sent, Sending)
    assert sent.buys == ()


# ---------------------------------------------------------------------- settling


def test_failure_at_risk_settles_after_its_delay_without_a_second_supplier() -> None:
    shop = market()
    shop.change_supplier("ALFA", inquiry=InquiryVerb.NONE, settle_delay_s=120)
    attempt = settling(shop)
    done(shop.after(119).do(SettleDue(attempt.id)))
    assert attempt.state is AttemptState.SETTLING
    done(shop.after(1).do(SettleDue(attempt.id)))
    assert stand_of(shop, attempt) == OVER
    done(shop.do(SettleDue(attempt.id)))
    assert stand_of(shop, attempt) == OVER


def test_offer_may_opt_in_to_failover_at_risk() -> None:
    shop = market()
    shop.change_offer("ALFA-S10", failover_on_late_risk=True)
    assert stand_of(shop, settling(shop)) == NEXT


def test_settling_attempt_is_asked_once_its_delay_is_over() -> None:
    shop = market()
    attempt = settling(shop)
    assert attempt.next_inquiry_ms == shop.now_ms + 120_000
    asked = shop.after(120).do(Inquired((attempt.id,)))
    assert isinstance(asked, Sending)
    assert len(asked.buys) == 1


# ---------------------------------------------------------------------- what may be believed


@pytest.mark.parametrize(
    ("after_s", "known", "counts"), [(119, True, False), (120, True, True), (149, False, False), (150, False, True)]
)
def test_not_found_counts_120_s_after_the_last_byte_or_send_by(after_s: int, known: bool, counts: bool) -> None:  # noqa: FBT001
    shop = market()
    attempt = sending(shop)
    # send_by is 30 s after the mark; the last byte left at once where that is known.
    shop.answer(attempt, Outcome.UNKNOWN, last_byte_ms=shop.now_ms if known else None)
    shop.after(after_s).answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason="not_found")
    assert stand_of(shop, attempt) == (NEXT if counts else UNKNOWN)


def test_not_found_too_early_does_not_disturb_what_is_pending() -> None:
    shop = market()
    attempt = pending(shop)
    shop.answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason="not_found")
    assert stand_of(shop, attempt) == PENDING


@pytest.mark.parametrize("told", ["081234567890", "6281234567890", "+6281234567890", "81234567890", None])
def test_callback_names_the_number_in_any_spelling(told: str | None) -> None:
    shop = market()
    attempt = sending(shop)
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="SN1", dest=told)
    assert stand_of(shop, attempt) == SOLD


@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.FAILED])
def test_callback_about_another_number_is_quarantined(outcome: Outcome) -> None:
    shop = market()
    attempt = sending(shop)
    shop.answer(attempt, outcome, Source.CALLBACK, sn="X", dest="081234567899")
    assert stand_of(shop, attempt) == UNKNOWN._replace(queue="quarantine unknown")
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="SN1", dest=DEST)
    assert shop.orders[attempt.order_id].state == "success"


@pytest.mark.parametrize(("supplier", "ref"), [("ALFA", "NOSUCH"), ("ALFA", None), ("BETA", "own")])
def test_callback_that_matches_nothing_is_kept_and_shown(supplier: str, ref: str | None) -> None:
    shop = market()
    attempt = sending(shop)
    ref = attempt.ref if ref == "own" else ref
    result = shop.do(CallbackArrived(supplier, Answer(Outcome.SUCCESS, ref=ref), "raw text"))
    assert done(result).note == "unmatched"
    (row,) = shop.commits[-1].callbacks
    assert (row.supplier, row.ref, row.attempt_id, row.raw) == (supplier, ref, None, "raw text")
    assert (attempt.state, shop.queue()) == ("sending", ["unmatched_callback"])


def test_matched_callback_is_kept_with_its_attempt_each_time() -> None:
    shop = market()
    attempt = sending(shop)
    for _ in range(2):
        shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="1")
        assert [row.attempt_id for row in shop.commits[-1].callbacks] == [attempt.id]
    assert stand_of(shop, attempt) == SOLD


@pytest.mark.parametrize("reply", [Outcome.PENDING, Outcome.UNKNOWN, Outcome.SUCCESS])
def test_reply_after_the_callback_changes_nothing(reply: Outcome) -> None:
    shop = market()
    attempt = sending(shop)
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="SN1")
    shop.answer(attempt, reply, Source.REPLY, sn="OTHER")
    assert stand_of(shop, attempt) == SOLD
    assert shop.orders[attempt.order_id].sn == "SN1"


def test_answer_about_no_attempt_is_noted_as_such() -> None:
    shop = market()
    result = shop.do(AttemptAnswered(999, Answer(Outcome.SUCCESS), Source.REPLY))
    assert done(result).note == "no such attempt"


def test_late_success_tells_the_agent_who_can_be_told() -> None:
    shop = market(attempts_max=1)
    shop.deposit("OTHER", 50_000)
    order = shop.placed(agent="OTHER")
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.FAILED)
    assert len(shop.commits[-1].outbox) == 1
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, sn="LATE")
    assert len(shop.commits[-1].outbox) == 1
    assert (order.state, shop.deposit_idr("OTHER")) == ("failed", 50_000)


# ---------------------------------------------------------------------- inquiries and recovery


@pytest.mark.parametrize(
    ("where", "asked"),
    [(queued, 0), (sending, 1), (pending, 1), (unknown, 1), (settling, 1), (failed_over, 0), (success, 0)],
)
def test_only_what_holds_money_and_may_have_left_is_asked_about(where: Callable[[Market], Attempt], asked: int) -> None:
    shop = market()
    attempt = where(shop)
    result = shop.do(Inquired((attempt.id,)))
    assert isinstance(result, Sending)
    assert len(result.buys) == asked


@pytest.mark.parametrize(
    ("verb", "after_s", "asked"),
    [
        (InquiryVerb.NONE, 60, 0),
        (InquiryVerb.EXPLICIT, 999, 1),
        (InquiryVerb.EXPLICIT, 1_000, 0),
        (InquiryVerb.RESEND, 899, 1),
        (InquiryVerb.RESEND, 900, 0),
    ],
)
def test_inquiry_that_could_buy_again_is_never_made(verb: InquiryVerb, after_s: int, asked: int) -> None:
    shop = market()
    shop.change_supplier("ALFA", inquiry=verb, inquiry_horizon_s=1_000)
    attempt = unknown(shop)
    result = shop.after(after_s).do(Inquired((attempt.id,)))
    assert isinstance(result, Sending)
    assert [buy.ref for _, buy, _ in result.buys] == [attempt.ref] * asked


def test_resend_type_inquiry_is_a_send_with_its_own_commit_and_the_same_buy() -> None:
    shop = market()
    shop.change_supplier("ALFA", inquiry=InquiryVerb.RESEND)
    attempt = queued(shop)
    sent = shop.do(MarkSending((attempt.id,)))
    shop.answer(attempt, Outcome.UNKNOWN)
    asked = shop.after(60).do(Inquired((attempt.id,)))
    assert isinstance(sent, Sending)
    assert isinstance(asked, Sending)
    assert asked.buys[0][1] == sent.buys[0][1]
    assert attempt.send_by_ms == shop.now_ms + 30_000
    assert [e.send_by_ms for e in shop.commits[-1].events] == [attempt.send_by_ms]


def test_resend_type_inquiry_ends_with_the_hold() -> None:
    shop = market(attempts_max=1)
    shop.change_supplier("ALFA", inquiry=InquiryVerb.RESEND)
    attempt = unknown(shop)
    shop.answer(attempt, Outcome.FAILED, Source.CALLBACK)
    asked = shop.do(Inquired((attempt.id,)))
    assert isinstance(asked, Sending)
    assert asked.buys == ()


def test_what_stays_pending_beyond_the_horizon_is_shown_to_a_person() -> None:
    shop = market()
    shop.change_supplier("ALFA", inquiry_horizon_s=1_000)
    attempt = pending(shop)
    shop.after(999).do(SettleDue(attempt.id))
    assert shop.queue() == []
    shop.after(1).do(SettleDue(attempt.id))
    assert stand_of(shop, attempt) == PENDING._replace(queue="unknown")


def lose_memory(attempt: Attempt) -> None:
    """What is kept in memory only is gone after a stop."""
    attempt.next_inquiry_ms, attempt.last_byte_ms, attempt.inquiries = None, None, 0


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        (queued, Stand("queued", "accepted", PRICE, attempts="queued")),
        (sending, UNKNOWN),
        (pending, PENDING),
        (settling, SETTLING),
    ],
)
def test_after_a_stop_queued_may_be_sent_and_sending_is_unknown(
    where: Callable[[Market], Attempt], wanted: Stand
) -> None:
    shop = market()
    attempt = where(shop)
    lose_memory(attempt)
    shop.after(10).do(Recover())
    assert stand_of(shop, attempt) == wanted
    if where is queued:
        sent = shop.after(289).do(MarkSending((attempt.id,)))
        assert isinstance(sent, Sending)
        assert len(sent.buys) == 1
    else:
        assert attempt.next_inquiry_ms is not None
        assert attempt.next_inquiry_ms > shop.now_ms


def test_recovered_sending_attempt_may_still_deliver_or_fail() -> None:
    for outcome, wanted in ((Outcome.SUCCESS, SOLD), (Outcome.FAILED, NEXT)):
        shop = market()
        attempt = sending(shop)
        shop.do(Recover())
        shop.answer(attempt, outcome, Source.INQUIRY, sn="SN1")
        assert stand_of(shop, attempt) == wanted


def test_closed_supplier_is_passed_over_at_failover() -> None:
    shop = market()
    shop.change_supplier("BETA", availability=Availability.CLOSED)
    order: Order = shop.orders[failed_over(shop).order_id]
    assert order.state == "failed"
