"""Vouchers of our own stock: taken in all or none, handed out once with their order, void at their cost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from juru.server.domain.accounts import House
from juru.server.domain.catalog import Offer, Product, ProductKind
from juru.server.domain.cell import Changes
from juru.server.domain.commands import (
    ImportVouchers,
    MessageKey,
    NewVoucher,
    OrderLine,
    PaidFrom,
    PlaceOrder,
    ReverseTransfer,
    SeeItem,
    VoidVouchers,
)
from juru.server.domain.order import Order, Source
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Placed, Result
from juru.server.domain.views import OrderView
from juru.server.domain.voucher import Voucher, VoucherState, delivered_key
from juru.values.days import DAY_MS
from tests.support.domain import DEST, Market, done, market, refused

PRICE_IDR = 10_100
"""10,000, BUDI's own 50, MID's 20 and TOP's 30."""


@pytest.fixture
def shop() -> Market:
    made = market()
    made.save("product", "V10", Product("V10", "Game 10", ProductKind.VOUCHER, 10_000, commissions_idr=()))
    return made


def stock(shop: Market, *names: str, cost_idr: int = 9_000, request: str = "", **more: object) -> Result:
    new = tuple(NewVoucher(f"fp-{name}", f"sealed-{name}", cost_idr, f"SN{name}", **more) for name in names)  # type: ignore[arg-type]
    command = ImportVouchers("v10", new, PaidFrom.BANK, "bought", "ani", request or f"i{len(shop.commits)}")
    return shop.do(command)


def voucher(shop: Market, name: str) -> Voucher:
    paper = shop.papers["voucher", f"fp-{name}"][1]
    assert isinstance(paper, Voucher)
    return paper


def handed(shop: Market) -> list[int]:
    papers: Iterable[object] = (paper for _, paper in shop.papers.values())
    return [p.order_id for p in papers if isinstance(p, Voucher) and p.order_id is not None]


def told(changes: Changes) -> list[OrderView]:
    """What a commit tells of orders."""
    return [row.view for row in changes.outbox if isinstance(row.view, OrderView)]


def test_import_is_one_posting_of_what_the_codes_have_cost(shop: Market) -> None:
    result = done(stock(shop, "a", "b"))
    assert result.transfer_id is not None
    assert (shop.net_idr(House.VOUCHER_STOCK), shop.net_idr(House.BANK)) == (-18_000, -1_000_000 + 18_000)
    assert (voucher(shop, "a").state, voucher(shop, "a").serial) == (VoucherState.OPEN, "SNa")
    new = (NewVoucher("fp-c", "sealed", 1_000),)
    done(shop.do(ImportVouchers("V10", new, PaidFrom.EQUITY, "had them", "ani", "i2")))
    assert (shop.net_idr(House.VOUCHER_STOCK), shop.net_idr(House.EQUITY)) == (-19_000, 1_000)
    assert shop.balanced()


def test_import_that_comes_again_counts_once(shop: Market) -> None:
    first = stock(shop, "a", request="once")
    assert stock(shop, "a", request="once") == Done(done(first).transfer_id, note="repeated")
    assert shop.net_idr(House.VOUCHER_STOCK) == -9_000


@pytest.mark.parametrize(
    ("names", "more", "told"),
    [
        (("b", "c", "b"), {}, "code 3 is code 1 again"),
        (("b", "old"), {}, "code 2 was imported before, for V10 (it is handed)"),
        (("b", "in"), {}, "code 2 was imported before, for V10 (it is open)"),
        (("b",), {"expires_day": 20_250_601}, "code 1 has expired on 20250601"),
        ((), {}, "an import has 1 to 10000 codes, this one 0: divide the file"),
    ],
)
def test_one_wrong_code_and_none_is_taken(
    shop: Market, names: tuple[str, ...], more: dict[str, object], told: str
) -> None:
    stock(shop, "old", "in")
    shop.placed(product="V10")
    before = (dict(shop.papers), shop.net_idr(House.VOUCHER_STOCK))
    result = stock(shop, *names, **more)  # type: ignore[arg-type]
    assert isinstance(result, Refusal)
    assert (result.code, result.facts) == (Code.MALFORMED, {"detail": told})
    assert (shop.papers, shop.net_idr(House.VOUCHER_STOCK)) == before


def test_codes_are_taken_only_for_a_product_that_sells_them(shop: Market) -> None:
    new = (NewVoucher("fp", "sealed", 1),)
    assert refused(shop.do(ImportVouchers("S10", new, PaidFrom.BANK, "x", "ani", "i"))) is Code.MALFORMED


def test_order_is_a_success_in_the_commit_that_accepts_it(shop: Market) -> None:
    stock(shop, "a", "b")
    result = shop.order(product="V10")
    assert isinstance(result, Placed)
    view = result.orders[0]
    assert (view.state, view.sn, view.price_idr, view.balance_idr) == (
        "success",
        "SNa",
        PRICE_IDR,
        1_000_000 - PRICE_IDR,
    )
    order = shop.orders[view.order_id]
    assert (order.supplier, order.cost_idr, shop.attempts_of(order)) == (None, 9_000, [])
    assert (shop.net_idr(House.VOUCHER_STOCK), shop.net_idr(House.COST)) == (-9_000, -9_000)
    assert (shop.commission_idr("MID"), shop.commission_idr("TOP")) == (70, 30)
    assert (voucher(shop, "a").state, voucher(shop, "a").order_id) == (VoucherState.HANDED, order.id)
    assert (shop.cell.orders, shop.held_idr()) == ({}, 0)
    assert shop.balanced()


def test_nothing_that_is_told_or_noted_holds_the_code(shop: Market) -> None:
    stock(shop, "a")
    shop.change_agent("BUDI", webhook_url="https://budi.example")
    shop.order(product="V10")
    changes = shop.commits[-1]
    assert len(changes.outbox) == 1
    assert told(changes)[0].voucher is None
    assert "sealed-a" not in str((changes.outbox, changes.events, changes.orders, changes.messages))


def test_oldest_code_goes_first_and_each_order_gets_its_own(shop: Market) -> None:
    stock(shop, "a", "b", "c")
    line = OrderLine(DEST, product="V10")
    shop.do(*(PlaceOrder("BUDI", (line,), "h2h", ref=f"r{n}") for n in range(4)))
    assert [voucher(shop, name).order_id for name in "abc"] == [1, 2, 3]
    assert [row.code for row in shop.commits[-1].refusals] == ["out_of_stock"]


def test_lines_of_one_message_get_a_code_each_or_none_at_all(shop: Market) -> None:
    stock(shop, "a")
    lines = (OrderLine(DEST, product="V10"), OrderLine("081234567891", product="V10"))
    assert refused(shop.chat(*lines)) is Code.OUT_OF_STOCK
    assert voucher(shop, "a").state is VoucherState.OPEN
    stock(shop, "b")
    assert isinstance(shop.chat(*lines), Placed)
    assert handed(shop) == [1, 2]


def test_same_reference_again_hands_out_nothing_more(shop: Market) -> None:
    stock(shop, "a", "b")
    first, again = shop.order("r1", product="V10"), shop.order("r1", product="V10")
    assert isinstance(first, Placed)
    assert isinstance(again, Placed)
    assert (again.orders[0].order_id, again.orders[0].repeated) == (first.orders[0].order_id, True)
    assert handed(shop) == [1]


def test_message_that_comes_again_hands_out_nothing_more(shop: Market) -> None:
    stock(shop, "a", "b")
    line, key = OrderLine(DEST, product="V10"), MessageKey("chat", "chat:BUDI", "m", "V10")
    for _ in range(2):
        shop.do(PlaceOrder("BUDI", (line,), "chat", message=key))
    assert handed(shop) == [1]


def test_in_chat_the_answer_itself_tells_and_elsewhere_the_report_too(shop: Market) -> None:
    stock(shop, "a", "b")
    shop.chat(OrderLine(DEST, product="V10"))
    assert shop.commits[-1].outbox == []
    shop.deposit("OTHER", 50_000)
    shop.order("r1", agent="OTHER", dest="081234567891", product="V10")
    assert [view.state for view in told(shop.commits[-1])] == ["success"]


def test_expired_codes_are_passed_over(shop: Market) -> None:
    stock(shop, "a", expires_day=20_250_602)
    stock(shop, "b", expires_day=20_250_603)
    shop.now_ms += DAY_MS
    shop.order("r1", product="V10")
    assert (voucher(shop, "a").order_id, voucher(shop, "b").order_id) == (None, 1)
    shop.now_ms += DAY_MS
    assert refused(shop.order("r2", product="V10")) is Code.OUT_OF_STOCK


def test_without_stock_the_suppliers_are_asked(shop: Market) -> None:
    shop.save("offer", "ALFA-V10", Offer("ALFA-V10", "V10", "ALFA", "v10", 9_500))
    stock(shop, "a")
    shop.order("r1", product="V10")
    order = shop.placed("r2", product="V10")
    assert (handed(shop), [a.supplier for a in shop.attempts_of(order)]) == ([1], ["ALFA"])


def test_code_that_costs_more_than_it_brings_is_not_sold(shop: Market) -> None:
    stock(shop, "a", cost_idr=10_001)
    assert refused(shop.order("r1", product="V10")) is Code.BELOW_COST
    shop.change_product("V10", sell_below_cost=True)
    assert isinstance(shop.order("r1", product="V10"), Placed)


def test_refused_order_keeps_the_code_in_stock(shop: Market) -> None:
    stock(shop, "a")
    assert refused(shop.order("r1", product="V10", max_price_idr=PRICE_IDR - 1)) is Code.ABOVE_MAX_PRICE
    shop.deposit("BUDI", -1_000_000 + PRICE_IDR - 1)
    assert refused(shop.order("r1", product="V10")) is Code.INSUFFICIENT_BALANCE
    assert voucher(shop, "a").state is VoucherState.OPEN


def test_low_stock_is_shown_once_until_a_person_has_seen_it(shop: Market) -> None:
    shop.change_product("V10", stock_low=2)
    stock(shop, *"abcde")
    shop.order("r1", product="V10")
    assert shop.queue() == []
    shop.order("r2", product="V10")
    shop.order("r3", product="V10")
    assert shop.queue() == []
    shop.order("r4", product="V10")
    shop.order("r5", product="V10")
    item = next(iter(shop.cell.queue.values()))
    assert (shop.queue(), item.note, item.order_id) == (["low_stock"], "V10: 1 left", 4)
    done(shop.do(SeeItem(item.id, "ordered", "ani")))
    assert shop.queue() == []


def test_void_codes_leave_the_books_at_their_cost(shop: Market) -> None:
    stock(shop, *"abc")
    done(shop.do(VoidVouchers(("fp-a",), "misprinted", "ani")))
    done(shop.do(VoidVouchers(("fp-b",), "given back", "ani", refunded=True)))
    assert (shop.net_idr(House.LOSSES), shop.net_idr(House.BANK)) == (-9_000, -1_000_000 + 27_000 - 9_000)
    assert shop.net_idr(House.VOUCHER_STOCK) == -9_000
    assert [(voucher(shop, n).state, voucher(shop, n).sealed) for n in "ab"] == [("void", ""), ("void", "")]
    assert voucher(shop, "a").moved() == (voucher(shop, "a").transfer_id,)
    shop.order(product="V10")
    assert handed(shop) == [1]


@pytest.mark.parametrize("keys", [("fp-a", "fp-a"), ("fp-a", "fp-nobody"), ("fp-b", "fp-gone")])
def test_codes_are_void_together_or_not_at_all(shop: Market, keys: tuple[str, ...]) -> None:
    stock(shop, "gone", "a", "b")
    shop.order(product="V10")
    assert refused(shop.do(VoidVouchers(keys, "wrong", "ani"))) is Code.NOT_ALLOWED
    assert {voucher(shop, name).state for name in "ab"} == {VoucherState.OPEN}


def test_void_needs_a_reason(shop: Market) -> None:
    stock(shop, "a")
    assert refused(shop.do(VoidVouchers(("fp-a",), " ", "ani"))) is Code.NOT_ALLOWED


def test_posting_of_the_stock_is_not_reversed_by_itself(shop: Market) -> None:
    moved = done(stock(shop, "a")).transfer_id
    result = shop.do(ReverseTransfer(moved or 0, "typed twice", "ani"))
    assert isinstance(result, Refusal)
    assert result.facts == {"why": "vouchers"}


def bought(shop: Market) -> Order:
    shop.save("offer", "ALFA-V10", Offer("ALFA-V10", "V10", "ALFA", "v10", 9_500))
    return shop.placed(product="V10")


def test_suppliers_code_is_kept_by_its_order(shop: Market) -> None:
    order = bought(shop)
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="SN-1", voucher_pin="sealed-pin")
    paper = shop.papers["voucher", delivered_key(order.id)][1]
    assert isinstance(paper, Voucher)
    assert (paper.sealed, paper.serial, paper.order_id, paper.supplier) == ("sealed-pin", "SN-1", order.id, "ALFA")
    assert (order.state, order.supplier, shop.net_idr(House.VOUCHER_STOCK)) == ("success", "ALFA", 0)


def test_suppliers_code_of_a_late_success_is_kept_as_well(shop: Market) -> None:
    order = bought(shop)
    attempt = shop.send(order)
    shop.answer(attempt, Outcome.FAILED)
    shop.answer(attempt, Outcome.SUCCESS, Source.CALLBACK, voucher_pin="sealed-pin")
    assert (order.state, ("voucher", delivered_key(order.id)) in shop.papers) == ("failed", True)


def test_customer_is_told_of_his_code_and_without_a_gateway_it_is_kept_as_untold(shop: Market) -> None:
    stock(shop, "a")
    shop.chat(OrderLine(DEST, product="V10", notify="0812-3456-7899"))
    changes = shop.commits[-1]
    assert [row.channel for row in changes.outbox] == ["customer"]
    assert [view.state for view in told(changes)] == ["success"]
    assert [(mark.id, mark.state) for mark in changes.outbox_marks] == [(changes.outbox[0].id, "no_gateway")]
