"""Which supplier an order is bought from: the four rules, their ties, and why an offer is passed over."""

from __future__ import annotations

import itertools

import pytest

from juru.server.domain.catalog import Availability, CutOff, Offer, RoutingRule, Supplier
from juru.server.domain.outcome import Outcome
from juru.server.domain.routing import FULL, Mix, order_offers, scored, unusable
from tests.support.domain import START_MS, all_day, market

A = Offer("A", "S10", "ALFA", "a", 10_000, priority=3)
B = Offer("B", "S10", "BETA", "b", 10_100, priority=1)
C = Offer("C", "S10", "GAMA", "c", 10_200, priority=2)
RATES = {"A": FULL // 2, "B": FULL * 9 // 10, "C": FULL}


def keys(rule: RoutingRule, *offers: Offer, rates: dict[str, int] | None = None, mix: Mix | None = None) -> str:
    return "".join(o.key for o in order_offers(list(offers), rates or {}, rule, mix or Mix()))


@pytest.mark.parametrize(
    ("rule", "mix", "wanted"),
    [
        (RoutingRule.PRIORITY, Mix(), "BCA"),
        (RoutingRule.CHEAPEST, Mix(), "ABC"),
        (RoutingRule.SUCCESS_RATE, Mix(), "CBA"),
        (RoutingRule.MIX, Mix(priority=0, price=1, success=0), "ABC"),
        (RoutingRule.MIX, Mix(priority=1, price=0, success=0), "BCA"),
        (RoutingRule.MIX, Mix(priority=0, price=0, success=1), "CBA"),
        # A 1000+500, B 500+900, C 0+1000: price and success weigh alike.
        (RoutingRule.MIX, Mix(priority=0, price=1, success=1), "ABC"),
        (RoutingRule.MIX, Mix(priority=0, price=1, success=2), "BAC"),
    ],
)
def test_rule_orders_the_offers(rule: RoutingRule, mix: Mix, wanted: str) -> None:
    for offers in itertools.permutations((A, B, C)):
        assert keys(rule, *offers, rates=RATES, mix=mix) == wanted


@pytest.mark.parametrize("rule", RoutingRule)
def test_a_tie_falls_to_the_key(rule: RoutingRule) -> None:
    same = [Offer(key, "S10", f"SUP{key}", "x", 10_000) for key in "DEF"]
    for offers in itertools.permutations(same):
        assert keys(rule, *offers) == "DEF"


def test_ties_of_priority_and_price_fall_to_the_other_first() -> None:
    dear = Offer("A", "S10", "ALFA", "a", 10_100, priority=1)
    cheap = Offer("Z", "S10", "BETA", "z", 10_000, priority=1)
    assert keys(RoutingRule.PRIORITY, dear, cheap) == "ZA"
    late = Offer("A", "S10", "ALFA", "a", 10_000, priority=2)
    assert keys(RoutingRule.CHEAPEST, late, cheap) == "ZA"


def test_success_rate_decays_so_that_late_outcomes_weigh_most() -> None:
    bad_first = bad_last = FULL
    for number in range(20):
        bad_first = scored(bad_first, success=number >= 5)
        bad_last = scored(bad_last, success=number < 15)
    assert bad_first > bad_last
    rate = FULL
    for _ in range(500):
        rate = scored(rate, success=False)
    assert rate == 0
    assert scored(0, success=True) == FULL // 20


@pytest.mark.parametrize(
    ("offer", "supplier", "budget_idr", "why"),
    [
        ({}, {}, 10_000, None),
        ({}, {}, None, None),
        ({"cost_idr": 10_001}, {}, 10_000, "above_price"),
        ({"cost_idr": 10_001}, {}, None, None),
        ({"availability": Availability.CLOSED}, {}, 10_000, "offer_closed"),
        ({"availability": Availability.DISTURBED}, {}, 10_000, "offer_disturbed"),
        ({}, {"availability": Availability.DISTURBED}, 10_000, "supplier_disturbed"),
        ({"cut_offs": all_day()}, {}, 10_000, "cut_off"),
        ({}, {"cut_offs": all_day()}, 10_000, "cut_off"),
        ({}, {"cut_offs": (CutOff("12:00", "12:30"),)}, 10_000, None),
    ],
)
def test_offer_is_unusable_for_one_stable_reason(
    offer: dict[str, object], supplier: dict[str, object], budget_idr: int | None, why: str | None
) -> None:
    values: dict[str, object] = {"key": "A", "product": "S10", "supplier": "ALFA", "sku": "a", "cost_idr": 10_000}
    made = Offer(**(values | offer))  # type: ignore[arg-type]
    seller = Supplier(1, "ALFA", "Alfa", "otomax", **supplier)  # type: ignore[arg-type]
    assert unusable(made, seller, at_ms=START_MS, budget_idr=budget_idr) == why


def test_offer_of_an_unknown_supplier_is_unusable() -> None:
    assert unusable(A, None, at_ms=START_MS, budget_idr=None) == "no_supplier"


def test_failures_turn_the_route_under_the_success_rule() -> None:
    shop = market(routing=RoutingRule.SUCCESS_RATE)
    first = shop.placed("r1")
    assert shop.attempts_of(first)[0].supplier == "ALFA"
    shop.answer(shop.send(first), Outcome.FAILED)
    assert shop.attempts_of(first)[1].supplier == "BETA"
    assert shop.cell.rates["ALFA-S10"] == scored(FULL, success=False)
    assert shop.attempts_of(shop.placed("r2"))[0].supplier == "BETA"


def test_our_own_reasons_do_not_touch_the_success_rate() -> None:
    shop = market()
    order = shop.placed()
    shop.change_supplier("ALFA", availability=Availability.CLOSED)
    shop.send(order)
    assert shop.attempts_of(order)[0].reason == "closed"
    assert shop.attempts_of(order)[1].supplier == "BETA"
    assert shop.cell.rates == {}


def test_a_persons_word_does_not_touch_the_success_rate() -> None:
    from juru.server.domain.commands import Decide, Decision

    shop = market()
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.UNKNOWN)
    shop.do(Decide(order.id, Decision.FAILED, "asked them", "owner"))
    assert shop.cell.rates == {}
