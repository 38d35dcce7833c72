"""The simulated market in JSON and XML: orders by four more dialects, bills with inquiry and payment by three."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from juru.server.dialects.digiflazz_buyer import DIGIFLAZZ_BUYER
from juru.server.dialects.profiles import load_profile
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.simulation.behaviour import Behaviour
from juru.simulation.bill import GROWTH_IDR
from juru.simulation.market import MarketConfig
from juru.simulation.seller import Buyer, SellerConfig, Sku
from juru.simulation.seller_irsmarket import FAILED_RC, REFUSED_RC
from juru.values.wire import Lost, WireRequest
from tests.integration.test_market import ALWAYS, DEST, SECRET, Ear, Line
from tests.support.market_process import MarketProcess, market_process

ACCOUNT = {"username": "JURU", "pin": "1144", "api_key": "kunci-1", "secret": SECRET}
DIALECTS = ("iak", "digiflazz_seller", "fm", "irsmarket")
BILL_SELLERS = ("digiflazz_buyer", "digiflazz_seller", "iak")
PROFILE = load_profile(
    {
        "patterns": [
            {"pattern": f"^rc={FAILED_RC} ", "outcome": "failed"},
            {"pattern": f"^rc={REFUSED_RC} ", "outcome": "refused"},
        ]
    }
)
WITHOUT_LATE_RISK = {"iak", "digiflazz_seller"}
"""Whose codes have no word for a timeout that may still deliver."""


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    listening = Ear()
    listening.thread.start()
    yield listening
    listening.server.shutdown()
    listening.thread.join()
    listening.server.server_close()


@pytest.fixture(scope="module")
def market(ear: Ear, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketProcess]:
    buyer = Buyer("JURU", "1144", "abcd", "kunci-1", SECRET, balance_idr=50_000_000, report_url=ear.url)
    skus = (
        *(Sku(name, name, 10_000) for name in ("S10", *ALWAYS)),
        Sku("PLN", "PLN Pascabayar", 1_900, "PLN", "Pascabayar", bill=True, admin_idr=2_500),
        Sku("PDAM", "PDAM Kota", 1_500, "PDAM", "Pascabayar", bill=True, admin_idr=2_000),
        Sku("SLOW", "PDAM Lambat", 1_500, "PDAM", "Pascabayar", bill=True, admin_idr=2_000),
    )
    habits = dict(ALWAYS) | {"SLOW": ALWAYS["called"]}
    names = sorted({*DIALECTS, *BILL_SELLERS})
    sellers = tuple(
        SellerConfig(name, name, Behaviour(), sku_behaviours=habits, buyers=(buyer,), skus=skus) for name in names
    )
    path: Path = tmp_path_factory.mktemp("market") / "requests.jsonl"
    with market_process(MarketConfig(sellers, seed=7, port=0, log_path=str(path), report_again_after_s=(0.1,))) as run:
        yield run


class Partner(Line):
    """A line with the account of these sellers, and bills."""

    def send_buy(self, buy: Buy) -> Answer:
        return self.dialect.read_reply(self.raw(self.dialect.buy(ACCOUNT, buy)), buy, PROFILE)

    def order(self, sku: str, ref: str) -> Answer:
        return self.send_buy(Buy(sku, DEST, ref))

    def ask(self, buy: Buy) -> Answer:
        request = self.dialect.inquire(ACCOUNT, buy)
        assert request is not None
        return self.dialect.read_reply(self.raw(request), buy, PROFILE)

    def bill(self, number: str, ref: str, sku: str = "PLN") -> Answer:
        return self.send_buy(Buy(sku, number, ref, step=Step.INQUIRY))

    def pay(self, number: str, ref: str, asked: Answer, sku: str = "PLN") -> tuple[Buy, Answer]:
        buy = Buy(sku, number, ref, step=Step.PAY, tr_id=asked.supplier_trx_id)
        return buy, self.send_buy(buy)


@pytest.fixture(params=DIALECTS)
def partner(request: pytest.FixtureRequest, market: MarketProcess) -> Partner:
    return Partner(market, request.param)


@pytest.fixture(params=BILL_SELLERS)
def biller(request: pytest.FixtureRequest, market: MarketProcess) -> Partner:
    return Partner(market, request.param)


def number(biller: Partner, ending: str) -> str:
    """A customer number of this seller's own with a chosen ending."""
    return f"53{sum(map(ord, biller.dialect.name)):06}{ending}"


# ---------------------------------------------------------------------- orders


def test_an_order_is_delivered_once_however_often_it_comes(partner: Partner, market: MarketProcess) -> None:
    first = partner.order("S10", "a-1")
    assert (first.outcome, first.ref, first.price_idr) == (Outcome.SUCCESS, "a-1", 10_000)
    assert first.sn is not None
    assert partner.order("S10", "a-1").sn == first.sn
    counts = market.counts(partner.dialect.name)
    assert (counts["orders_by_ref"]["a-1"], counts["delivered_by_ref"]["a-1"]) == (2, 1)


@pytest.mark.parametrize(
    ("sku", "first"),
    [("failed", Outcome.FAILED), ("refused", Outcome.REFUSED), ("unmapped", Outcome.UNKNOWN), ("html", Outcome.UNKNOWN),
     ("error", Outcome.UNKNOWN), ("called", Outcome.PENDING), ("asked", Outcome.PENDING), ("late", Outcome.FAILED)],
)  # fmt: skip
def test_each_fate_answers_as_its_name_says(partner: Partner, sku: str, first: Outcome) -> None:
    answer = partner.order(sku, f"fate-{sku}")
    late = sku == "late" and partner.dialect.name not in WITHOUT_LATE_RISK
    assert (answer.outcome, answer.late_success_risk, answer.sn) == (first, late, None)


def test_a_lost_reply_was_a_delivery(partner: Partner, market: MarketProcess) -> None:
    buy = Buy("lost", DEST, "lost-1")
    assert isinstance(partner.send(partner.dialect.buy(ACCOUNT, buy)), Lost)
    assert market.counts(partner.dialect.name)["delivered_by_ref"]["lost-1"] == 1
    if partner.dialect.inquiry is not InquiryVerb.NONE:
        assert partner.ask(buy).outcome is Outcome.SUCCESS


def test_a_report_tells_the_end(partner: Partner, ear: Ear) -> None:
    ref = f"report-{partner.dialect.name}"
    partner.order("called", ref)
    report = ear.accepted(ref)
    secret = partner.dialect.callback_secret(ACCOUNT)
    read = partner.dialect.read_callback(report, secret)
    assert read.answer is not None
    assert (read.auth, read.answer.outcome) == ("none" if secret is None else "ok", Outcome.SUCCESS)
    assert partner.dialect.check(read.answer, Buy("called", DEST, ref)).outcome is Outcome.SUCCESS


def test_what_never_came_is_not_found_by_those_who_can_be_asked(market: MarketProcess) -> None:
    for name in ("iak", "fm"):
        answer = Partner(market, name).ask(Buy("S10", DEST, "never-1"))
        assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "not_found")
        assert "never-1" not in market.counts(name)["orders_by_ref"]


def test_a_wrong_proof_buys_nothing(partner: Partner, market: MarketProcess) -> None:
    stranger = ACCOUNT | {"api_key": "salah", "pin": "0000", "secret": "salah"}
    buy = Buy("S10", DEST, "forged-1")
    answer = partner.dialect.read_reply(partner.raw(partner.dialect.buy(stranger, buy)), buy, PROFILE)
    assert answer.outcome is Outcome.REFUSED
    assert "forged-1" not in market.counts(partner.dialect.name)["delivered_by_ref"]


def test_balances_and_prices(market: MarketProcess) -> None:
    for name in ("iak", "fm"):
        line = Partner(market, name)
        request = line.dialect.balance(ACCOUNT)
        assert request is not None
        assert (line.dialect.read_balance(line.raw(request)) or 0) > 40_000_000
    iak = Partner(market, "iak")
    prices = iak.dialect.price_list(ACCOUNT)
    assert prices is not None
    rows = iak.dialect.read_price_list(iak.raw(prices)) or ()
    assert ("S10", 10_000) in {(row.code, row.price_idr) for row in rows}
    assert "PLN" not in {row.code for row in rows}


def test_irsmarket_takes_the_secret_itself_by_get(market: MarketProcess) -> None:
    line = Partner(market, "irsmarket")
    buy = Buy("S10", DEST, "get-1", max_price_idr=9_999)
    request = line.dialect.buy(ACCOUNT | {"method": "GET", "auth": "secret"}, buy)
    assert request.method == "GET"
    answer = line.dialect.read_reply(line.raw(WireRequest("GET", request.url)), buy, PROFILE)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, REFUSED_RC)


# ---------------------------------------------------------------------- bills


@pytest.mark.parametrize("sku", ["PLN", "PDAM"])
def test_a_bill_is_asked_about_and_paid_once(biller: Partner, market: MarketProcess, sku: str) -> None:
    customer, ref = number(biller, "1001"), f"bill-{sku}"
    asked = biller.bill(customer, ref, sku)
    assert (asked.outcome, asked.settles, asked.step) == (Outcome.SUCCESS, False, "inquiry")
    assert biller.bill(customer, f"{ref}-again", sku).price_idr == asked.price_idr
    fee_idr, admin_idr = (1_900, 2_500) if sku == "PLN" else (1_500, 2_000)
    assert asked.price_idr is not None
    assert asked.selling_price_idr == asked.price_idr - fee_idr + admin_idr
    assert (asked.admin_idr, asked.bills, asked.dest) == (admin_idr, 1, customer)
    assert asked.customer
    buy, paid = biller.pay(customer, ref, asked, sku)
    assert (paid.outcome, paid.price_idr, paid.settles) == (Outcome.SUCCESS, asked.price_idr, True)
    assert paid.sn is not None
    assert biller.pay(customer, ref, asked, sku)[1].sn == paid.sn
    assert biller.ask(buy).sn == paid.sn
    counts = market.counts(biller.dialect.name)
    assert counts["delivered_by_ref"][ref] == 1
    # Paid for this month: nobody is told to pay it again.
    assert biller.bill(customer, f"{ref}-late", sku).outcome in {Outcome.REFUSED, Outcome.FAILED}


def test_a_bill_of_three_months(biller: Partner) -> None:
    asked = biller.bill(number(biller, "0002"), "many-1")
    assert (asked.bills, asked.admin_idr) == (3, 7_500)


def test_a_bill_that_grew_is_charged_as_it_is_when_it_is_paid(biller: Partner) -> None:
    customer = number(biller, "0009")
    asked = biller.bill(customer, "grows-1")
    _, paid = biller.pay(customer, "grows-1", asked)
    assert asked.price_idr is not None
    assert (paid.outcome, paid.price_idr) == (Outcome.SUCCESS, asked.price_idr + GROWTH_IDR)


@pytest.mark.parametrize("ending", ["0004", "0005", "0010"])
def test_no_bill_to_pay(biller: Partner, ending: str) -> None:
    asked = biller.bill(number(biller, ending), f"none-{ending}")
    assert asked.outcome in {Outcome.REFUSED, Outcome.FAILED}
    assert (asked.settles, asked.price_idr) == (False, None)
    assert asked.message


def test_a_payment_that_fails_takes_nothing(biller: Partner, market: MarketProcess) -> None:
    customer = number(biller, "0006")
    _, paid = biller.pay(customer, "fails-1", biller.bill(customer, "fails-1"))
    assert paid.outcome is Outcome.FAILED
    assert "fails-1" not in market.counts(biller.dialect.name)["delivered_by_ref"]


def test_a_payment_in_process_is_found_paid_by_its_status(biller: Partner) -> None:
    customer = number(biller, "0007")
    buy, paid = biller.pay(customer, "waits-1", biller.bill(customer, "waits-1"))
    assert paid.outcome is Outcome.PENDING
    deadline = time.monotonic() + 5
    while (answer := biller.ask(buy)).outcome is Outcome.PENDING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert answer.outcome is Outcome.SUCCESS


def test_behind_a_biller_error_the_status_finds_the_payment(biller: Partner) -> None:
    customer = number(biller, "0008")
    buy, paid = biller.pay(customer, "errs-1", biller.bill(customer, "errs-1"))
    assert (paid.outcome, paid.reason) == (Outcome.UNKNOWN, "unmapped_code")
    assert biller.ask(buy).outcome is Outcome.SUCCESS


def test_a_payment_without_an_inquiry_is_refused_and_what_was_only_asked_is_not_paid(biller: Partner) -> None:
    customer = number(biller, "1002")
    _, paid = biller.pay(customer, "unasked-1", Answer(Outcome.SUCCESS, supplier_trx_id="999999"))
    assert paid.outcome in {Outcome.REFUSED, Outcome.FAILED}
    biller.bill(customer, "asked-only-1")
    only = biller.ask(Buy("PLN", customer, "asked-only-1", step=Step.PAY))
    assert (only.outcome in {Outcome.REFUSED, Outcome.FAILED}, only.reason) == (True, "not_found")


def test_digiflazz_tells_a_meter_s_owner_and_the_sum_of_a_ticket(market: MarketProcess) -> None:
    line = Partner(market, "digiflazz_buyer")
    answer = line.send_buy(Buy("pln", "12345678901", "", step=Step.INQUIRY))
    assert (answer.outcome, answer.customer, answer.settles) == (Outcome.SUCCESS, "PELANGGAN UJI", False)
    ticket = DIGIFLAZZ_BUYER.read_ticket(line.raw(DIGIFLAZZ_BUYER.ticket(ACCOUNT, 1_000_000, bank="BCA", owner="JURU")))
    assert ticket is not None
    assert 1_000_000 < ticket.amount_idr < 1_001_000
    assert (ticket.bank, ticket.account_no) == ("BCA", "0123456789")


def test_reports_of_bills_say_that_they_are_bills(market: MarketProcess, ear: Ear) -> None:
    for name in ("digiflazz_buyer", "digiflazz_seller"):
        line = Partner(market, name)
        customer, ref = number(line, "1004"), f"reported-bill-{name}"
        _, paid = line.pay(customer, ref, line.bill(customer, ref, "SLOW"), "SLOW")
        assert paid.outcome is Outcome.PENDING
        read = line.dialect.read_callback(ear.accepted(ref), SECRET)
        assert read.answer is not None
        assert (read.postpaid, read.answer.outcome) == (True, Outcome.SUCCESS)


def test_log_keeps_inquiries_apart_from_payments(biller: Partner, market: MarketProcess) -> None:
    customer = number(biller, "1003")
    asked = biller.bill(customer, "log-1")
    biller.pay(customer, "log-1", asked)
    ours: list[dict[str, Any]] = [
        e for e in market.log() if e["supplier"] == biller.dialect.name and e["ref"] == "log-1"
    ]
    assert [(entry["kind"], entry["delivered"]) for entry in ours] == [("bill", False), ("order", True)]
