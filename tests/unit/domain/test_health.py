"""A supplier in trouble is paused by a rule, probed with growing waits, tried with one order, and taken back."""

from __future__ import annotations

import pytest

from juru.server.domain.alert import Alert, AlertKind, AlertState
from juru.server.domain.alerts import key_of, open_alerts
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import SupplierProbed
from juru.server.domain.health import blocked, probes_due
from juru.server.domain.order import AttemptState, Source
from juru.server.domain.outcome import Outcome
from juru.server.domain.pause import PauseState, SupplierPause
from juru.server.domain.refusals import Code
from juru.server.domain.views import OrderState
from tests.support.domain import Market, market, refused


@pytest.fixture
def shop() -> Market:
    made = market()
    made.change_supplier("ALFA", pause_after=3, probe_after_s=60)
    return made


def trouble(
    shop: Market,
    times: int,
    outcome: Outcome = Outcome.UNKNOWN,
    *,
    reason: str | None = "timeout",
    message: str = "",
) -> None:
    """So many orders in a row that ALFA does not deliver."""
    for number in range(times):
        order = shop.placed(f"t{len(shop.orders)}-{number}")
        shop.answer(shop.send(order), outcome, reason=reason, message=message)


def supplier_of(shop: Market, ref: str) -> str:
    return shop.attempts_of(shop.placed(ref))[-1].supplier


def test_silence_again_and_again_pauses_and_orders_pass_by_with_the_reason(shop: Market) -> None:
    trouble(shop, 3)
    assert blocked(shop.cell, "ALFA") == "paused"
    attempt = shop.attempts_of(shop.placed("next"))[-1]
    assert (attempt.supplier, attempt.why) == ("BETA", "cheapest BETA-S10 10050 -ALFA-S10:paused")
    assert [(a.kind, a.subject) for a in open_alerts(shop.cell)] == [(AlertKind.SUPPLIER_PAUSED, "ALFA")]


def test_one_success_between_keeps_it_open(shop: Market) -> None:
    trouble(shop, 2)
    shop.sold("good")
    trouble(shop, 2)
    assert blocked(shop.cell, "ALFA") is None


@pytest.mark.parametrize(
    "message",
    [
        "GAGAL. Nomor tujuan salah",
        "Nomor tidak terdaftar",
        "no meter tidak ditemukan",
        "Invalid number",
        "MSISDN blacklist",
    ],
)
def test_what_the_customer_did_is_not_held_against_it(shop: Market, message: str) -> None:
    trouble(shop, 5, Outcome.FAILED, reason=None, message=message)
    assert blocked(shop.cell, "ALFA") is None


def test_failures_of_its_own_are(shop: Market) -> None:
    trouble(shop, 3, Outcome.FAILED, reason=None, message="GAGAL. Stok kosong")
    assert blocked(shop.cell, "ALFA") == "paused"


def test_a_stop_of_our_own_is_not(shop: Market) -> None:
    trouble(shop, 5, reason="stopped_while_sending")
    assert blocked(shop.cell, "ALFA") is None


def test_nought_means_never(shop: Market) -> None:
    shop.change_supplier("ALFA", pause_after=0)
    trouble(shop, 20)
    assert blocked(shop.cell, "ALFA") is None


def test_a_queued_attempt_goes_elsewhere_when_its_supplier_is_paused(shop: Market) -> None:
    waiting = shop.placed("waiting")
    trouble(shop, 3)
    attempt = shop.send(waiting)
    assert (attempt.supplier, attempt.state, attempt.reason) == ("ALFA", AttemptState.FAILED, "paused")
    assert shop.attempts_of(waiting)[-1].supplier == "BETA"


def test_it_is_probed_after_a_while_and_each_wait_is_twice_the_last(shop: Market) -> None:
    trouble(shop, 3)
    for wait_s in (60, 120, 240):
        assert probes_due(shop.cell, shop.now_ms + wait_s * 1000 - 1) == []
        shop.after(wait_s)
        assert probes_due(shop.cell, shop.now_ms) == ["ALFA"]
        shop.do(SupplierProbed("ALFA", reachable=False))
    assert blocked(shop.cell, "ALFA") == "paused"


def test_in_its_trial_exactly_one_order_goes_through(shop: Market) -> None:
    trouble(shop, 3)
    shop.after(60).do(SupplierProbed("ALFA", reachable=True))
    assert [supplier_of(shop, f"r{n}") for n in range(3)] == ["ALFA", "BETA", "BETA"]


def test_the_trial_succeeds_and_it_is_back(shop: Market) -> None:
    trouble(shop, 3)
    shop.after(60).do(SupplierProbed("ALFA"))
    shop.sold("trial")
    assert blocked(shop.cell, "ALFA") is None
    assert open_alerts(shop.cell) == []
    pause = shop.cell.paper(SupplierPause, "ALFA")
    assert pause is not None
    assert pause.state is PauseState.BACK
    trouble(shop, 2)
    assert blocked(shop.cell, "ALFA") is None, "the count began anew"


def test_the_trial_fails_and_it_waits_twice_as_long(shop: Market) -> None:
    trouble(shop, 3)
    shop.after(60).do(SupplierProbed("ALFA"))
    shop.answer(shop.send(shop.placed("trial")), Outcome.UNKNOWN, reason="timeout")
    assert blocked(shop.cell, "ALFA") == "paused"
    assert probes_due(shop.cell, shop.now_ms + 119_999) == []
    assert probes_due(shop.cell, shop.now_ms + 120_000) == ["ALFA"]


def test_a_success_heard_later_takes_it_back_without_a_probe(shop: Market) -> None:
    trouble(shop, 3)
    unknown = next(a for a in shop.attempts.values() if a.state is AttemptState.UNKNOWN)
    shop.answer(unknown, Outcome.SUCCESS, Source.CALLBACK, sn="SN")
    assert blocked(shop.cell, "ALFA") is None


def test_a_persons_stop_is_not_undone(shop: Market) -> None:
    shop.change_supplier("ALFA", availability=Availability.CLOSED)
    trouble(shop, 1)
    assert supplier_of(shop, "x") == "BETA"


def test_a_probe_that_is_not_due_changes_nothing(shop: Market) -> None:
    trouble(shop, 3)
    before = len(shop.commits[-1].papers)
    shop.do(SupplierProbed("ALFA", reachable=True))
    assert (before, shop.commits[-1].papers) == (2, [])


def test_a_product_that_is_closed_is_not_sent_any_more(shop: Market) -> None:
    order = shop.placed("waiting")
    shop.change_product("S10", availability=Availability.CLOSED)
    shop.send(order)
    assert (order.state, len(shop.attempts_of(order))) == (OrderState.FAILED, 1)
    assert shop.held_idr() == 0


def test_a_closed_operator_closes_what_it_sells(shop: Market) -> None:
    order = shop.placed("waiting")
    operator = shop.cell.operators["TSEL"]
    shop.save("operator", "TSEL", type(operator)("TSEL", "Telkomsel", Availability.CLOSED))
    assert refused(shop.order("new")) is Code.PRODUCT_CLOSED
    shop.send(order)
    assert order.state is OrderState.FAILED


def test_an_answer_about_somebody_elses_order_raises_an_alarm_and_changes_nothing(shop: Market) -> None:
    order = shop.placed("r1")
    shop.answer(shop.send(order), Outcome.UNKNOWN, reason="ref_mismatch")
    alert = shop.cell.paper(Alert, key_of(AlertKind.FOREIGN_REFERENCE, "ALFA"))
    assert alert is not None
    assert (alert.state, order.state, shop.held_idr()) == (AlertState.OPEN, OrderState.ACCEPTED, order.price_idr)
