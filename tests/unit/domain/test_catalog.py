"""Cut-offs, prefixes, ported numbers, denominations, destinations and stock."""

from __future__ import annotations

import pytest

from juru.server.domain.catalog import (
    CutOff,
    DestKind,
    PrefixTable,
    Product,
    Supplier,
    closed_by_cut_off,
    read_destination,
)
from juru.server.domain.commands import MarkSending, OrderLine, PlaceOrder, SaveRecord
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Placed, Result
from juru.values.days import DAY_MS, HOUR_MS, MINUTE_MS, Zone
from tests.support.domain import DEST, START_MS, XL_DEST, Market, all_day, done, market, refused

MIDNIGHT_WIB_MS = START_MS - 10 * HOUR_MS


def at(clock: str) -> int:
    hours, minutes = clock.split(":")
    return MIDNIGHT_WIB_MS + int(hours) * HOUR_MS + int(minutes) * MINUTE_MS


@pytest.mark.parametrize(
    ("window", "clock", "closed"),
    [
        (CutOff("12:00", "13:00"), "11:59", False),
        (CutOff("12:00", "13:00"), "12:00", True),
        (CutOff("12:00", "13:00"), "12:59", True),
        (CutOff("12:00", "13:00"), "13:00", False),
        (CutOff("23:45", "00:15"), "23:44", False),
        (CutOff("23:45", "00:15"), "23:45", True),
        (CutOff("23:45", "00:15"), "00:00", True),
        (CutOff("23:45", "00:15"), "00:14", True),
        (CutOff("23:45", "00:15"), "00:15", False),
        (CutOff("23:45", "00:15"), "12:00", False),
        (CutOff("12:00", "12:00"), "12:00", False),
        (CutOff("00:00", "00:00"), "00:00", False),
        (CutOff("00:00", "23:59"), "23:58", True),
        # 12:30 in Makassar is 11:30 in Jakarta.
        (CutOff("12:00", "13:00", Zone.WITA), "11:30", True),
        (CutOff("12:00", "13:00", Zone.WITA), "12:30", False),
        (CutOff("23:45", "00:15", Zone.WIT), "22:00", True),
    ],
)
def test_cut_off_covers_its_start_but_not_its_end(window: CutOff, clock: str, closed: bool) -> None:  # noqa: FBT001
    assert window.covers(at(clock)) is closed
    assert (closed_by_cut_off((CutOff("03:00", "03:01"), window), at(clock)) is not None) is closed


def test_cut_off_is_the_same_every_day() -> None:
    window = CutOff("23:45", "00:15")
    assert [window.covers(at("23:50") + n * DAY_MS) for n in range(400)] == [True] * 400


TABLE = PrefixTable("t", {"081": "A", "0812": "B", "08123": "C", "081234": "D"})


@pytest.mark.parametrize(
    ("local", "operator"),
    [
        ("081234000000", "D"),
        ("081230000000", "C"),
        ("081200000000", "B"),
        ("081900000000", "A"),
        ("085700000000", None),
        ("081234", "D"),
        ("08", None),
    ],
)
def test_longest_prefix_tells_the_operator(local: str, operator: str | None) -> None:
    assert TABLE.operator_of(local, {}) == operator


def test_ported_number_beats_every_prefix() -> None:
    assert TABLE.operator_of("081234000000", {"081234000000": "X"}) == "X"
    assert TABLE.operator_of("081234000001", {"081234000000": "X"}) == "D"


@pytest.mark.parametrize("typed", ["081712345678", "+6281712345678", "6281712345678", "0817-1234-5678"])
def test_ported_number_is_known_however_it_was_typed(typed: str) -> None:
    shop = market()
    assert refused(shop.order(dest=XL_DEST)) is Code.WRONG_OPERATOR
    number = f'{{"dest": "{typed}", "operator": "TSEL"}}'.encode()
    done(shop.do(SaveRecord("ported", XL_DEST, number, "owner", "told us")))
    assert isinstance(shop.order(dest=XL_DEST), Placed)


def test_number_of_another_operator_is_refused() -> None:
    shop = market()
    result = shop.order(product="X10", dest=DEST)
    assert refused(result) is Code.WRONG_OPERATOR
    assert isinstance(shop.order(product="S10", dest="081771234567"), Placed), "0817 is XL, but 08177 is longer"


def by_denomination(shop: Market, denom_k: int, dest: str) -> Result:
    return shop.do(PlaceOrder("BUDI", (OrderLine(dest, denom_k=denom_k),), "h2h-otomax", ref="d"))


@pytest.mark.parametrize(
    ("denom_k", "dest", "product"), [(10, DEST, "S10"), (10, XL_DEST, "X10"), (20, "12345678901", "PLN20")]
)
def test_denomination_finds_the_product_of_the_numbers_operator(denom_k: int, dest: str, product: str) -> None:
    result = by_denomination(market(), denom_k, dest)
    assert isinstance(result, Placed)
    assert result.orders[0].product == product


@pytest.mark.parametrize(("denom_k", "dest"), [(15, DEST), (20, DEST), (10, "085700000001"), (10, "12345678901")])
def test_denomination_that_nobody_sells_is_an_unknown_product(denom_k: int, dest: str) -> None:
    assert refused(by_denomination(market(), denom_k, dest)) is Code.UNKNOWN_PRODUCT


def test_two_products_of_one_denomination_are_told_apart_by_code() -> None:
    shop = market()
    shop.save("product", "A10", Product("A10", "A10", price_idr=10_500, operator="TSEL", denom_k=10))
    shop.save("product", "Z10", Product("Z10", "Z10", price_idr=10_500, operator="TSEL", denom_k=10))
    assert shop.cell.denominations["TSEL", 10] == "A10"


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (DestKind.MSISDN, "081234567890", "+6281234567890"),
        (DestKind.MSISDN, "08123", None),
        (DestKind.MSISDN, "12345678901", None),
        (DestKind.METER, "00123456789", "00123456789"),
        (DestKind.METER, " 12345678901 ", "12345678901"),
        (DestKind.METER, "123", None),
        (DestKind.METER, "----", None),
        (DestKind.METER, "1234;DROP", None),
        (DestKind.ACCOUNT, "3174,0001-22", "3174,0001-22"),
        (DestKind.ACCOUNT, "x" * 41, None),
        (DestKind.ACCOUNT, "\uff11\uff12\uff13\uff14", None),
    ],
)
def test_destination_is_read_by_its_kind_and_loses_no_digit(kind: DestKind, typed: str, stored: str | None) -> None:
    assert read_destination(kind, typed) == stored


def test_token_keeps_the_meter_and_the_customers_phone() -> None:
    shop = market()
    line = OrderLine("00123456789", product="PLN20", notify="0812-3456-7890")
    result = shop.do(PlaceOrder("BUDI", (line,), "h2h-otomax", ref="t"))
    assert isinstance(result, Placed)
    order = shop.orders[result.orders[0].order_id]
    assert (order.dest, order.notify) == ("00123456789", "+6281234567890")
    bad = OrderLine("00123456789", product="PLN20", notify="0812")
    assert refused(shop.do(PlaceOrder("BUDI", (bad,), "h2h-otomax", ref="u"))) is Code.BAD_DESTINATION


def test_stock_is_taken_by_an_order_and_given_back_by_its_failure() -> None:
    shop = market()
    shop.change_product("S10", stock=1)
    order = shop.placed("r1")
    assert refused(shop.order("r2")) is Code.OUT_OF_STOCK
    shop.change_settings(attempts_max=1)
    shop.answer(shop.send(order), Outcome.FAILED)
    shop.placed("r2")
    assert refused(shop.order("r3")) is Code.OUT_OF_STOCK


def test_two_lines_of_one_message_need_stock_for_both() -> None:
    shop = market()
    shop.change_product("S10", stock=1)
    lines = (OrderLine(DEST, product="S10"), OrderLine("081234567891", product="S10"))
    assert refused(shop.chat(*lines)) is Code.OUT_OF_STOCK
    assert isinstance(shop.chat(lines[0]), Placed)


def test_stock_counted_anew_is_not_raised_by_an_older_orders_failure() -> None:
    shop = market()
    shop.change_product("S10", stock=5)
    order = shop.placed("r1")
    shop.after(1).deposit("BUDI", 1_000)
    shop.change_product("S10", stock=2)
    shop.change_settings(attempts_max=1)
    shop.answer(shop.send(order), Outcome.FAILED)
    assert shop.cell.stock_of(shop.cell.products["S10"]) == 2


@pytest.mark.parametrize("what", ["supplier", "offer"])
def test_cut_off_that_began_while_queued_fails_over_before_the_first_byte(what: str) -> None:
    shop = market()
    order = shop.placed()
    if what == "supplier":
        shop.change_supplier("ALFA", cut_offs=all_day())
    else:
        shop.change_offer("ALFA-S10", cut_offs=all_day())
    first = shop.attempts_of(order)[0]
    shop.do(MarkSending((first.id,)))
    assert (first.state, first.reason, first.sent_ms) == ("failed", "cut_off", None)
    assert shop.attempts_of(order)[1].supplier == "BETA"


def test_dearer_offer_than_the_order_allows_is_not_sent() -> None:
    shop = market()
    order = shop.placed()
    shop.change_offer("ALFA-S10", cost_idr=10_501)
    shop.send(order)
    assert [a.reason for a in shop.attempts_of(order)] == ["above_price", None]


def test_reference_at_a_supplier_is_unique_fitted_and_carries_the_incarnation() -> None:
    shop = market(incarnation=2)
    shop.save("supplier", "ALFA", Supplier(1, "ALFA", "Alfa", "otomax", ref_prefix="JR", ref_length_max=16))
    refs = [shop.attempts_of(shop.placed(f"r{n}"))[0].ref for n in range(3)]
    assert refs == ["JR200000000001", "JR200000000002", "JR200000000003"]
