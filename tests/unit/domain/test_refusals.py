"""Every reason the domain may give before an order exists: nothing is held, and the earlier of two is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from juru.server.domain.agent import AgentStatus, PinGuard
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import OrderLine, PlaceOrder
from juru.server.domain.refusals import Code
from juru.server.domain.results import Result
from tests.support.domain import DEST, XL_DEST, Market, accepted, all_day, market, refused


def place(shop: Market, line: OrderLine | None = None, **more: object) -> Result:
    values: dict[str, object] = {"agent": "BUDI", "channel": "h2h-otomax", "ref": "r"}
    lines = (line or OrderLine(DEST, product="S10"),)
    return shop.do(PlaceOrder(lines=lines, **(values | more)))  # type: ignore[arg-type]


def lock_pin(shop: Market) -> None:
    shop.save("pin_guard", "BUDI", PinGuard("BUDI", 5, shop.now_ms))


def take_reference(shop: Market) -> None:
    place(shop, OrderLine("081234567899", product="S10"))


def standing(shop: Market) -> tuple[int, ...]:
    numbers = shop.cell.next
    return shop.deposit_idr(), shop.held_idr(), len(shop.orders), numbers.order, numbers.transfer, numbers.attempt


Setup = Callable[[Market], object]


def nothing(_shop: Market) -> None:
    """No trouble of the shop's own."""


CASES: list[tuple[Code, Setup, OrderLine | None, dict[str, object]]] = [
    (Code.UNKNOWN_SENDER, nothing, None, {"agent": "NOBODY"}),
    (Code.PIN_LOCKED, lock_pin, None, {}),
    (Code.AGENT_BLOCKED, lambda s: s.change_agent("BUDI", status=AgentStatus.BLOCKED), None, {}),
    (Code.PAUSED, lambda s: s.change_settings(paused=True), None, {}),
    (Code.INVALID_FORMAT, lambda s: s.change_settings(orders_per_message_max=0), None, {}),
    (Code.REFERENCE_REQUIRED, nothing, None, {"ref": None}),
    (Code.REFERENCE_INVALID, nothing, None, {"ref": ""}),
    (Code.REFERENCE_INVALID, nothing, None, {"ref": "x" * 65}),
    (Code.REFERENCE_INVALID, nothing, None, {"ref": "a\nb"}),
    (Code.REFERENCE_CONFLICT, take_reference, None, {}),
    (Code.UNKNOWN_PRODUCT, nothing, OrderLine(DEST, product="NONE"), {}),
    (Code.BAD_DESTINATION, nothing, OrderLine("08123", product="S10"), {}),
    (Code.WRONG_OPERATOR, nothing, OrderLine(XL_DEST, product="S10"), {}),
    (Code.BAD_AMOUNT, nothing, OrderLine(DEST, product="OPEN"), {}),
    (Code.BAD_AMOUNT, nothing, OrderLine(DEST, product="OPEN", amount_idr=9_999), {}),
    (Code.BAD_AMOUNT, nothing, OrderLine(DEST, product="OPEN", amount_idr=500_001), {}),
    (Code.BAD_AMOUNT, nothing, OrderLine(DEST, product="OPEN", amount_idr=-10_000), {}),
    (Code.BILL_NOT_ASKED, nothing, OrderLine("12345", product="BILL"), {}),
    (Code.PRODUCT_CLOSED, lambda s: s.change_product("S10", availability=Availability.CLOSED), None, {}),
    (Code.PRODUCT_DISTURBED, lambda s: s.change_product("S10", availability=Availability.DISTURBED), None, {}),
    (Code.CUT_OFF, lambda s: s.change_product("S10", cut_offs=all_day()), None, {}),
    (Code.OUT_OF_STOCK, lambda s: s.change_product("S10", stock=0), None, {}),
    (Code.NO_SUPPLIER, nothing, OrderLine(DEST, product="ALONE"), {}),
    (Code.BELOW_COST, lambda s: s.change_product("S10", price_idr=1), None, {}),
    (Code.ABOVE_MAX_PRICE, nothing, None, {"max_price_idr": 10_599}),
    (Code.INSUFFICIENT_BALANCE, lambda s: s.deposit("BUDI", -989_401), None, {}),
]


@pytest.mark.parametrize(("code", "setup", "line", "more"), CASES, ids=[case[0].value for case in CASES])
def test_refusal_holds_nothing_and_leaves_the_reference_free(
    code: Code, setup: Setup, line: OrderLine | None, more: dict[str, object]
) -> None:
    shop = market()
    setup(shop)
    before = standing(shop)
    assert refused(place(shop, line, **more)) is code
    assert standing(shop) == before
    changes = shop.commits[-1]
    written = (changes.orders, changes.attempts, changes.events, changes.transfers, changes.messages)
    assert written == ([], [], [], [], [])
    assert [row.code for row in changes.refusals] == [code.value]
    assert shop.balanced()


def test_refused_reference_may_be_used_again() -> None:
    shop = market()
    assert refused(place(shop, OrderLine("08123", product="S10"))) is Code.BAD_DESTINATION
    accepted(place(shop))


def test_last_rupiah_may_be_spent_and_not_one_more() -> None:
    shop = market()
    shop.deposit("BUDI", 10_600 - 1_000_000)
    accepted(place(shop))
    assert refused(place(shop, ref="s")) is Code.INSUFFICIENT_BALANCE


def test_credit_limit_may_be_ordered_with() -> None:
    shop = market()
    shop.deposit("BUDI", 10_599 - 1_000_000)
    shop.change_agent("BUDI", credit_limit_idr=1)
    accepted(place(shop))
    shop.change_agent("BUDI", credit_limit_idr=10_600)
    assert refused(place(shop, ref="s")) is Code.INSUFFICIENT_BALANCE


def test_highest_accepted_price_itself_is_accepted() -> None:
    accepted(place(market(), max_price_idr=10_600))


# Each trouble can be added to all that stand after it: the first of what is left must be told.
LADDER: list[tuple[Code, Setup]] = [
    (Code.PIN_LOCKED, lock_pin),
    (Code.AGENT_BLOCKED, lambda s: s.change_agent("BUDI", status=AgentStatus.BLOCKED)),
    (Code.PAUSED, lambda s: s.change_settings(paused=True)),
    (Code.INVALID_FORMAT, lambda s: s.change_settings(orders_per_message_max=0)),
    (Code.REFERENCE_CONFLICT, take_reference),
    (Code.WRONG_OPERATOR, lambda s: s.change_product("S10", operator="XL")),
    (Code.PRODUCT_CLOSED, lambda s: s.change_product("S10", availability=Availability.CLOSED)),
    (Code.CUT_OFF, lambda s: s.change_product("S10", cut_offs=all_day())),
    (Code.OUT_OF_STOCK, lambda s: s.change_product("S10", stock=0)),
    (Code.BELOW_COST, lambda s: s.change_product("S10", level_prices_idr={"retail": 2_000})),
    (Code.ABOVE_MAX_PRICE, nothing),
    (Code.INSUFFICIENT_BALANCE, lambda s: s.deposit("BUDI", -999_999 + s.held_idr())),
]


@pytest.mark.parametrize("first", range(len(LADDER)), ids=[code.value for code, _ in LADDER])
def test_of_many_reasons_the_first_of_the_table_is_told(first: int) -> None:
    shop = market()
    for _, trouble in sorted(LADDER[first:], key=lambda rung: rung[1] is not take_reference):
        trouble(shop)
    max_price_idr = 1 if first <= 10 else None
    assert refused(place(shop, max_price_idr=max_price_idr)) is LADDER[first][0]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        # The second line's reason stands earlier in the table than the first line's.
        ((OrderLine("08123", product="S10"), OrderLine(DEST, product="NONE")), Code.UNKNOWN_PRODUCT),
        ((OrderLine(DEST, product="ALONE"), OrderLine(DEST, product="S10", counter=3)), Code.COUNTER_GAP),
        ((OrderLine("12345", product="BILL"), OrderLine(DEST, product="NONE")), Code.UNKNOWN_PRODUCT),
        ((OrderLine("12345", product="BILL"), OrderLine(DEST, product="ALONE")), Code.BILL_NOT_ASKED),
    ],
)
def test_of_two_lines_the_earlier_reason_is_told_and_neither_is_sold(lines: tuple[OrderLine, ...], code: Code) -> None:
    shop = market()
    assert refused(shop.chat(*lines)) is code
    assert refused(shop.chat(*reversed(lines))) is code
    assert shop.orders == {}


def test_lines_of_one_message_are_paid_together_or_not_at_all() -> None:
    shop = market()
    shop.deposit("BUDI", 2 * 10_600 - 1 - 1_000_000)
    lines = (OrderLine(DEST, product="S10"), OrderLine("081234567891", product="S10"))
    assert refused(shop.chat(*lines)) is Code.INSUFFICIENT_BALANCE
    assert (shop.orders, shop.held_idr()) == ({}, 0)
    shop.deposit("BUDI", 1)
    accepted(shop.chat(*lines))
    assert shop.held_idr() == 2 * 10_600


def test_more_lines_than_a_message_may_have_are_refused() -> None:
    shop = market(orders_per_message_max=2)
    lines = [OrderLine(f"08123456789{n}", product="S10") for n in range(3)]
    assert refused(shop.chat(*lines)) is Code.INVALID_FORMAT
    accepted(shop.chat(*lines[:2]))


def test_reference_belongs_to_one_line_only() -> None:
    shop = market()
    lines = (OrderLine(DEST, product="S10"), OrderLine("081234567891", product="S10"))
    assert refused(shop.do(PlaceOrder("BUDI", lines, "chat", ref="r"))) is Code.REFERENCE_INVALID
