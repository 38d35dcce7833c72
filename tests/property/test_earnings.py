"""Markups, commissions and points against plain arithmetic: nobody buys below his upline, nothing is earned twice."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from juru.server.domain.accounts import House, agent_commission, agent_deposit, agent_points
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Product
from juru.server.domain.commands import AgentAsks, AttemptAnswered, MessageKey
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.pricing import gap_idr, quote
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Changed
from juru.server.domain.wishes import Purse, Redeem, Register, SetMarkup
from tests.support.domain import Market, market

AGENTS = {"TOP": 1, "MID": 2, "BUDI": 3}
LEVELS = ("retail", "gold", "silver")
PRODUCTS = ("S10", "X10", "OPEN")
markups = st.integers(-200, 400)
parts = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 300), max_size=2)


@st.composite
def agents(draw: st.DrawFn) -> tuple[Agent, Agent, Agent]:
    """A line of three with prices of any kind between them."""

    def one(number: int, code: str, upline: str | None) -> Agent:
        return Agent(
            number,
            code,
            code,
            upline=upline,
            level=draw(st.sampled_from(LEVELS)),
            markup_idr=draw(markups),
            product_markups_idr=draw(parts),
            downline_markup_idr=draw(st.integers(0, 300)),
            downline_product_markups_idr=draw(parts),
        )

    return one(1, "A", None), one(2, "B", "A"), one(3, "C", "B")


@given(agents(), st.dictionaries(st.sampled_from(LEVELS), st.integers(9_000, 11_000)))
def test_the_gap_is_what_the_prices_differ_by(line: tuple[Agent, Agent, Agent], levels: dict[str, int]) -> None:
    known = {agent.code: agent for agent in line}
    for code in PRODUCTS:
        product = Product(code, code, price_idr=10_000, level_prices_idr=levels)
        for upline, lower in ((line[0], line[1]), (line[1], line[2])):
            wanted = quote(known, lower, product).price_idr - quote(known, upline, product).price_idr
            assert gap_idr(upline, lower, product) == wanted


wishes = st.one_of(
    st.builds(
        SetMarkup,
        st.integers(-50, 5_200),
        st.sampled_from((None, "MID", "BUDI", "OTHER")),
        st.sampled_from((None, *PRODUCTS)),
    ),
    st.builds(
        Register,
        st.just("New"),
        st.integers(10, 99).map(lambda n: f"sms:+62812345600{n}"),
        st.just({"pin_hash": "x"}),
        level=st.sampled_from((None, *LEVELS)),
        markup_idr=st.one_of(st.none(), st.integers(-50, 5_200)),
    ),
)


def gaps(shop: Market, agent: str) -> dict[tuple[str, str], int]:
    """By how much each of an agent's direct downline pays more than he, for each product."""
    agents = shop.cell.agents
    return {
        (lower.code, p.code): quote(agents, lower, p).price_idr - quote(agents, agents[agent], p).price_idr
        for lower in agents.values()
        if lower.upline == agent
        for p in shop.cell.products.values()
    }


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("TOP", "MID", "BUDI")), wishes), max_size=12))
def test_no_agent_lets_anybody_buy_cheaper_than_himself(asked: list[tuple[str, SetMarkup | Register]]) -> None:
    """What his own upline adds to his price may do that; then he can only raise, never lower, theirs."""
    shop = market()
    for code, price in (("gold", 10_400), ("silver", 10_900)):
        product = shop.cell.products["S10"]
        shop.change_product("S10", level_prices_idr=product.level_prices_idr | {code: price})
    for number, (agent, wish) in enumerate(asked):
        known, before = dict(shop.cell.agents), gaps(shop, agent)
        result = shop.do(AgentAsks(agent, wish, MessageKey("chat", agent, f"m{number}", f"text {number}")))
        after = gaps(shop, agent)
        assert [pair for pair, gap in after.items() if gap < min(before.get(pair, 0), 0)] == []
        if isinstance(result, Refusal):
            assert shop.cell.agents == known, "what is refused changes nothing"
        elif isinstance(wish, SetMarkup):
            assert 0 <= wish.markup_idr <= shop.cell.settings.markup_idr_max


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(AGENTS)), st.sampled_from(Purse), st.none() | st.integers(-5, 200)),
        max_size=15,
    ),
    st.integers(0, 50),
    st.integers(0, 9),
)
def test_redeeming_moves_what_was_earned_and_no_more(
    asked: list[tuple[str, Purse, int | None]], points: int, value_idr: int
) -> None:
    shop = market(point_value_idr=value_idr)
    shop.change_product("S10", points=points)
    sold = [shop.sold(f"r{n}", dest=f"08123456780{n}") for n in range(3)]
    taken_back = shop.attempts_of(sold[0])[0]
    total_idr = sum(shop.net_idr(account(i)) for i in AGENTS.values() for account in ACCOUNTS)
    for number, (agent, purse, amount_idr) in enumerate(asked):
        if number == 4:
            answer = Answer(Outcome.FAILED, reason="taken_back")
            shop.do(AttemptAnswered(taken_back.id, answer, Source.CALLBACK))
            total_idr = sum(shop.net_idr(account(i)) for i in AGENTS.values() for account in ACCOUNTS)
        account = agent_commission if purse is Purse.COMMISSION else agent_points
        earned_idr, deposit_idr = shop.net_idr(account(AGENTS[agent])), shop.deposit_idr(agent)
        wanted_idr = earned_idr if amount_idr is None else amount_idr
        result = shop.do(
            AgentAsks(agent, Redeem(purse, amount_idr), MessageKey("chat", agent, f"m{number}", f"text {number}"))
        )
        moved_idr = wanted_idr if 0 < wanted_idr <= earned_idr else 0
        assert isinstance(result, Changed) == bool(moved_idr)
        assert shop.net_idr(account(AGENTS[agent])) == earned_idr - moved_idr
        assert shop.deposit_idr(agent) == deposit_idr + moved_idr
        assert sum(shop.net_idr(account(i)) for i in AGENTS.values() for account in ACCOUNTS) == total_idr
    live = 2 if len(asked) > 4 else 3
    assert -shop.net_idr(House.POINTS_EXPENSE) == live * points * value_idr
    assert shop.balanced()


ACCOUNTS = (agent_deposit, agent_commission, agent_points)


def test_a_redeeming_that_waits_in_one_batch_is_carried_out_once() -> None:
    shop = market()
    shop.sold()
    key = MessageKey("chat", "MID", "m1", "TUKAR.SEMUA.*")
    first, again = AgentAsks("MID", Redeem(Purse.COMMISSION), key), AgentAsks("MID", Redeem(Purse.COMMISSION), key)
    result = shop.do(first, again)
    assert isinstance(result, Changed)
    assert result.repeated
    assert [t.code for t in shop.commits[-1].transfers] == ["commission_redeemed"]
    assert msgspec.json.decode(shop.messages[-1].result or b"", type=Changed) == msgspec.structs.replace(
        result, repeated=False
    )
