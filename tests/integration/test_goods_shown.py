"""Bills, vouchers and customers' messages on an order's page, in both languages and without a code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.console.shape import balances
from juru.server.console.story import Story, story_of
from juru.server.console.words import WORDS, Lang, words
from juru.server.domain.accounts import House
from juru.server.domain.bill import BillState
from juru.server.domain.commands import ImportVouchers, PaidFrom
from juru.server.domain.gateway import CUSTOMER
from juru.server.domain.voucher import VoucherState
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads
from juru.web.words import LANGS
from tests.support.cells import SmallCell, eventful_day, new_vouchers, open_shop

LOW, UP = 3, 1


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCell]:
    cell = open_shop(tmp_path_factory.mktemp("book") / "cell.db")
    eventful_day(cell)
    cell.do(ImportVouchers("V5", new_vouchers("more", 3), PaidFrom.EQUITY, "had before", "owner", "vouchers-2"))
    yield cell
    cell.close()


@pytest.fixture(scope="module")
def asked(cell: SmallCell) -> Iterator[Reads]:
    engine = SqliteEngine(cell.path, read_only=True)
    yield Reads(engine)
    engine.close()


def story(cell: SmallCell, asked: Reads, ref: str, lang: Lang = "en", agent_id: int = LOW) -> Story:
    order = asked.order_by_ref(agent_id, ref)
    assert order is not None
    past = asked.timeline(order.id)
    assert past is not None
    return story_of(past, cell.writer.cell, lang, words(lang))


def facts(told: Story) -> dict[str, str]:
    return {fact.name: fact.value for fact in told.facts}


@pytest.mark.parametrize(
    ("ref", "state"),
    [("b-4", "paid"), ("b-5", "not paid; ask about it anew"), ("b-6", "paid"), ("b-7", "being paid")],
)
def test_a_payment_shows_its_bill_as_it_stands(cell: SmallCell, asked: Reads, ref: str, state: str) -> None:
    told = facts(story(cell, asked, ref))
    assert told["Bill"] == f"{state} · S1"
    assert told["Owed by the customer"]
    assert "bill (where it was asked about)" in story(cell, asked, ref).tries[0].why


def test_a_payment_that_came_dearer_shows_both_prices(cell: SmallCell, asked: Reads) -> None:
    assert facts(story(cell, asked, "b-4"))["Supplier's price"] == "Rp50.000 · Rp52.000 when it was paid"
    assert " when " not in facts(story(cell, asked, "b-6"))["Supplier's price"]


def test_an_order_from_our_own_stock_says_so_and_never_its_code(cell: SmallCell, asked: Reads) -> None:
    told = story(cell, asked, "v-1")
    assert facts(told)["Cost"] == "Rp5.000 · own stock"
    assert facts(told)["Voucher"] == "own stock · serial S1 · the code shows in replies only"
    assert told.tries == ()
    assert facts(told)["Customer is told at"] == "0812-3456-7890"
    assert ("to the customer", "Successful", "not sent: no gateway is set") in [
        (row.channel, row.word, row.state) for row in told.told
    ]
    sealed = [f.paper for f in PaperReads(asked.engine).page("voucher", limit=100)]
    assert len(sealed) > 5
    for paper in sealed:
        assert not getattr(paper, "sealed", "") or getattr(paper, "sealed", "") not in str(told)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_the_day_can_be_told(cell: SmallCell, asked: Reads, lang: Lang) -> None:
    for order in asked.orders(limit=1_000):
        past = asked.timeline(order.id)
        assert past is not None
        assert story_of(past, cell.writer.cell, lang, words(lang)).facts
    house = {account.name: account for account in balances(cell.writer.cell, "", words(lang)).house}
    assert (house["voucher_stock"].amount, house["voucher_stock"].debt) == ("Rp10.000", False)


def test_every_state_of_a_bill_and_every_account_has_its_word() -> None:
    assert {f"bill_{state.value}" for state in BillState} <= WORDS.keys()
    assert {f"house_{account.name.lower()}" for account in House} <= WORDS.keys()
    assert {"kind_low_stock", "kind_vouchers_held", "outbox_no_gateway", f"channel_{CUSTOMER}"} <= WORDS.keys()
    assert {state.value for state in VoucherState} == {"open", "handed", "void"}


def test_a_bill_that_was_asked_about_anew_is_still_shown_with_its_first_order(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    try:
        eventful_day(cell)
        asked = Reads(cell.engine)
        failed = asked.order_by_ref(LOW, "b-5")
        assert failed is not None
        bill = asked.bill_of_order(failed)
        assert bill is not None
        assert (bill.state, bill.order_id) == (BillState.UNPAID, failed.id)
    finally:
        cell.close()
