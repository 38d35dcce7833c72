"""What an agent pays, who earns from it, and that nothing is sold below cost."""

from __future__ import annotations

import pytest

from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Offer, Product, ProductKind
from juru.server.domain.outcome import Outcome
from juru.server.domain.pricing import quote, with_amount
from juru.server.domain.refusals import Code
from tests.support.domain import Market, market, refused

TREE = {
    agent.code: agent
    for agent in (
        Agent(1, "TOP", "Top", downline_markup_idr=30),
        Agent(2, "MID", "Mid", upline="TOP", downline_markup_idr=20, markup_idr=5),
        Agent(3, "BUDI", "Budi", upline="MID", level="gold", markup_idr=50, product_markups_idr={"S10": 7}),
        Agent(4, "CHEAP", "Cheap", upline="MID", markup_idr=-40),
    )
}
S10 = Product("S10", "S10", price_idr=10_500, level_prices_idr={"gold": 10_400}, commissions_idr=(3, 2, 1))


@pytest.mark.parametrize(
    ("agent", "price_idr", "legs"),
    [
        ("TOP", 10_500, ()),
        ("MID", 10_500 + 5 + 30, ((1, 30 + 5 + 3),)),
        # His level's price, his own markups (MID earns them), and what MID and TOP add for everybody below them.
        ("BUDI", 10_400 + 50 + 7 + 20 + 30, ((2, 20 + 57 + 3), (1, 30 + 2))),
        # A negative markup is a discount: MID earns no less than he adds for all.
        ("CHEAP", 10_500 - 40 + 20 + 30, ((2, 20 + 3), (1, 30 + 2))),
    ],
)
def test_price_is_level_price_plus_what_every_upline_adds(
    agent: str, price_idr: int, legs: tuple[tuple[int, int], ...]
) -> None:
    priced = quote(TREE, TREE[agent], S10)
    assert (priced.price_idr, priced.legs) == (price_idr, legs)
    assert priced.income_idr == price_idr - sum(amount for _, amount in legs)


def test_open_amount_is_paid_on_top_of_the_fee_and_earns_nobody_more() -> None:
    product = Product("OPEN", "Open", ProductKind.OPEN, 1_000)
    base = quote(TREE, TREE["MID"], product)
    priced = with_amount(base, product, 50_000)
    assert priced.price_idr == base.price_idr + 50_000
    assert priced.legs == base.legs
    assert priced.income_idr == base.income_idr + 50_000
    assert with_amount(base, S10, 50_000) == base


def test_sale_posts_price_cost_and_every_commission() -> None:
    shop = market()
    order = shop.sold()
    assert order.price_idr == 10_600
    assert shop.deposit_idr() == 1_000_000 - 10_600
    assert (shop.commission_idr("MID"), shop.commission_idr("TOP")) == (70, 30)
    assert shop.net_idr(101) == 10_000, "ALFA's deposit was drawn by its cost"
    assert shop.balanced()


@pytest.fixture
def shop() -> Market:
    return market()


def test_offer_that_costs_more_than_the_income_is_passed_over(shop: Market) -> None:
    shop.change_offer("ALFA-S10", cost_idr=10_501)
    order = shop.placed()
    attempt = shop.attempts_of(order)[0]
    assert attempt.supplier == "BETA"
    assert "-ALFA-S10:above_price" in attempt.why
    assert attempt.max_price_idr == 10_500, "the price less commissions goes with the buy"


def test_offer_that_costs_exactly_the_income_may_be_bought(shop: Market) -> None:
    shop.change_offer("ALFA-S10", cost_idr=10_500)
    shop.change_offer("BETA-S10", cost_idr=10_501)
    assert shop.attempts_of(shop.placed())[0].supplier == "ALFA"


def test_product_without_an_offer_below_its_price_is_refused(shop: Market) -> None:
    shop.change_offer("ALFA-S10", cost_idr=10_501)
    shop.change_offer("BETA-S10", cost_idr=10_501)
    assert refused(shop.order()) is Code.BELOW_COST
    shop.change_product("S10", sell_below_cost=True)
    assert shop.attempts_of(shop.placed())[0].max_price_idr == 10_501


def test_open_amount_does_not_hide_a_fee_below_cost(shop: Market) -> None:
    shop.change_offer("BETA-OPEN", cost_idr=5_000)
    shop.change_offer("ALFA-OPEN", cost_idr=1_001)
    assert refused(shop.order(product="OPEN", amount_idr=100_000)) is Code.BELOW_COST
    shop.change_offer("ALFA-OPEN", cost_idr=1_000)
    attempt = shop.attempts_of(shop.placed(product="OPEN", amount_idr=100_000))[0]
    assert (attempt.cost_idr, attempt.max_price_idr) == (101_000, 101_000)


def test_price_at_or_below_nothing_is_never_sold(shop: Market) -> None:
    shop.change_agent("BUDI", markup_idr=-20_000)
    shop.change_product("S10", sell_below_cost=True)
    assert refused(shop.order()) is Code.BELOW_COST


def test_failover_keeps_the_price_of_the_order(shop: Market) -> None:
    order = shop.placed()
    shop.change_product("S10", price_idr=99_000)
    shop.answer(shop.send(order), Outcome.FAILED)
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="1")
    assert order.price_idr == 10_600
    assert shop.deposit_idr() == 1_000_000 - 10_600


def test_supplier_that_charges_more_than_allowed_is_shown_to_a_person(shop: Market) -> None:
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="1", price_idr=10_501)
    assert order.cost_idr == 10_501
    assert shop.queue() == ["above_price"]
    assert shop.balanced()


@pytest.mark.parametrize("filler", [None, 0, -5])
def test_price_that_says_nothing_leaves_the_offers_cost(shop: Market, filler: int | None) -> None:
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="1", price_idr=filler)
    assert order.cost_idr == 10_000


def test_a_new_price_holds_for_the_next_order(shop: Market) -> None:
    assert shop.placed("r1").price_idr == 10_600
    shop.change_agent("TOP", downline_markup_idr=100)
    assert shop.placed("r2").price_idr == 10_670


def test_offers_of_another_product_are_never_used(shop: Market) -> None:
    shop.save("offer", "CHEAP", Offer("CHEAP", "X10", "ALFA", "sku", 1))
    assert shop.attempts_of(shop.placed())[0].offer == "ALFA-S10"
