"""The simulated market over real HTTP: dialects, seeded fates, no second delivery for a repeated reference, its log."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import aiohttp
import pytest

from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.dialects.contract import SupplierDialect
from juru.server.dialects.get_buying import GetDialect
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.suppliers.transport import HttpTransport
from juru.simulation.behaviour import Behaviour, Dice, Fate
from juru.simulation.demo import DEMO
from juru.simulation.load import run_load
from juru.simulation.market import Market, MarketConfig
from juru.simulation.seller import Buyer, SellerConfig, Sku
from juru.simulation.seller_get import SHAPES
from juru.values.wire import Lost, Sent, WireReply, WireRequest
from tests.support.market_process import MarketProcess, market_process

SECRET = "webhook-secret"
ACCOUNT = {"member_id": "JURU", "username": "JURU", "user": "juru-1", "pin": "1144", "password": "abcd"} | {
    "api_key": "kunci-1"
}
DEST = "+6281234567890"
STEADY = Behaviour()
ALWAYS = {
    "failed": Behaviour(failed_permille=1000),
    "refused": Behaviour(refused_permille=1000),
    "called": Behaviour(pending_callback_permille=1000, settle_ms_min=50, settle_ms_max=80),
    "asked": Behaviour(pending_inquiry_permille=1000, settle_ms_min=50, settle_ms_max=80),
    "unmapped": Behaviour(unmapped_code_permille=1000, fault_delivers_permille=1000),
    "html": Behaviour(html_page_permille=1000, fault_delivers_permille=1000),
    "error": Behaviour(server_error_permille=1000, fault_delivers_permille=0),
    "lost": Behaviour(lost_reply_permille=1000),
    "late": Behaviour(late_success_permille=1000, settle_ms_min=50, settle_ms_max=80),
    "back": Behaviour(taken_back_permille=1000, settle_ms_min=50, settle_ms_max=80),
    "twice": Behaviour(pending_callback_permille=1000, report_twice_permille=1000, settle_ms_min=50, settle_ms_max=80),
    "slow": Behaviour(slow_body_permille=1000, slow_body_ms=400),
}
DIALECTS = ("otomax", "digiflazz_buyer", *SHAPES)
"""JSON and XML have a module of their own."""
ASKED = tuple(name for name in DIALECTS if SUPPLIER_DIALECTS[name].inquiry is not InquiryVerb.NONE)
"""Those that can be asked about an order."""


class Ear:
    """The buyer's side: takes reports, refuses the first of them, and keeps what came."""

    def __init__(self) -> None:
        self.heard: list[tuple[WireRequest, int]] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                split = urllib.parse.urlsplit(self.path)
                status = 503 if not ear.heard else 200
                request = WireRequest(
                    self.command,
                    split.path,
                    tuple(urllib.parse.parse_qsl(split.query)),
                    tuple(self.headers.items()),
                    body,
                )
                ear.heard.append((request, status))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - the library's name

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/callback"
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,))

    def accepted(self, ref: str) -> WireRequest:
        """The report about a reference that was answered 200."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for request, status in list(self.heard):
                if status == 200 and ref in request.url + request.body.decode():
                    return request
            time.sleep(0.02)
        raise AssertionError(f"no report about {ref}")


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    listening = Ear()
    listening.thread.start()
    yield listening
    listening.server.shutdown()
    listening.thread.join()
    listening.server.server_close()


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("market") / "log" / "requests.jsonl"


@pytest.fixture(scope="module")
def market(ear: Ear, log_path: Path) -> Iterator[MarketProcess]:
    buyer = Buyer("JURU", "1144", "abcd", "kunci-1", SECRET, balance_idr=2_000_000, report_url=ear.url, user="juru-1")
    skus = (*(Sku(name, name, 10_000) for name in ("S10", *ALWAYS)), Sku("DANA", "Dana", 150, open=True))
    skus = (*skus, Sku("PLN", "PLN Pascabayar", 1_900, "PLN", "Pascabayar", bill=True, admin_idr=2_500))
    suppliers = tuple(
        SellerConfig(dialect, dialect, STEADY, sku_behaviours=dict(ALWAYS), buyers=(buyer,), skus=skus)
        for dialect in DIALECTS
    )
    again = SellerConfig("careless", "otomax", Behaviour(dedup=False), buyers=(buyer,))
    mixed = SellerConfig(
        "mixed", "otomax", Behaviour(failed_permille=300, lost_reply_permille=100, status_codes=True), buyers=(buyer,)
    )
    # Its orders are served at /h2h/otomax/trx, which is where the load generator sends them.
    agent = Buyer("BUDI01", "738291", "budi-sandi", balance_idr=2_000_000)
    troubled = Behaviour(failed_permille=200, server_error_permille=100)
    h2h = SellerConfig("h2h", "otomax", troubled, buyers=(agent,))
    config = MarketConfig(
        (*suppliers, again, mixed, h2h), seed=7, port=0, log_path=str(log_path), report_again_after_s=(0.1,)
    )
    with market_process(config) as process:
        yield process


class Line:
    """The server's own dialect and transport, speaking to one simulated supplier."""

    def __init__(self, market: MarketProcess, supplier: str, dialect: str | None = None) -> None:
        self.dialect: SupplierDialect = SUPPLIER_DIALECTS[dialect or supplier]
        self.base = f"{market.url}/{supplier}"

    def send(self, request: WireRequest) -> Sent | Lost:
        async def once() -> Sent | Lost:
            transport = HttpTransport(clock=time.monotonic, read_timeout_s=5)
            try:
                whole = WireRequest(
                    request.method, self.base + request.path, request.query, request.headers, request.body
                )
                delivery = await transport.send(whole, may_send=lambda: True)
            finally:
                await transport.close()
            assert isinstance(delivery, Sent | Lost), delivery
            return delivery

        return asyncio.run(once())

    def raw(self, request: WireRequest) -> WireReply:
        delivery = self.send(request)
        assert isinstance(delivery, Sent), delivery
        return delivery.reply

    def buy(self, sku: str, ref: str, *, amount_idr: int | None = None, max_price_idr: int | None = None) -> Answer:
        buy = Buy(sku, DEST, ref, amount_idr, max_price_idr)
        return self.dialect.read_reply(self.raw(self.dialect.buy(ACCOUNT, buy)), buy)

    def inquire(self, sku: str, ref: str) -> Answer:
        buy = Buy(sku, DEST, ref)
        request = self.dialect.inquire(ACCOUNT, buy)
        assert request is not None
        return self.dialect.read_reply(self.raw(request), buy)

    def balance_idr(self) -> int:
        request = self.dialect.balance(ACCOUNT)
        if request is None:
            # What cannot be sold is answered with the balance.
            refused = self.buy("NONE", f"balance-{time.monotonic_ns()}")
            assert refused.balance_idr is not None, refused
            return refused.balance_idr
        found = self.dialect.read_balance(self.raw(request))
        assert found is not None
        return found

    def settled(self, sku: str, ref: str) -> Answer:
        deadline = time.monotonic() + 5
        while (answer := self.inquire(sku, ref)).outcome is Outcome.PENDING:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return answer


@pytest.fixture(params=DIALECTS)
def line(request: pytest.FixtureRequest, market: MarketProcess) -> Line:
    return Line(market, request.param)


@pytest.fixture(params=ASKED)
def asked(request: pytest.FixtureRequest, market: MarketProcess) -> Line:
    return Line(market, request.param)


def test_an_order_is_delivered_and_debited(line: Line) -> None:
    before = line.balance_idr()
    answer = line.buy("S10", "a-1")
    assert (answer.outcome, answer.price_idr) == (Outcome.SUCCESS, 10_000)
    assert answer.ref == "a-1" or (answer.ref is None and line.dialect.name not in ASKED)
    assert answer.sn is not None
    assert answer.balance_idr == line.balance_idr() == before - 10_000


def test_the_same_reference_again_is_told_its_state_and_delivers_nothing(line: Line, market: MarketProcess) -> None:
    first = line.buy("S10", "b-1")
    before = line.balance_idr()
    again = [line.buy("S10", "b-1") for _ in range(3)]
    assert {answer.sn for answer in again} == {first.sn}
    assert line.balance_idr() == before
    counts = market.counts(line.dialect.name)
    assert counts["orders_by_ref"]["b-1"] == 4
    assert counts["delivered_by_ref"]["b-1"] == 1


def test_a_seller_without_dedup_delivers_twice_and_the_log_shows_it(market: MarketProcess) -> None:
    careless = Line(market, "careless", "otomax")
    careless.buy("S10", "c-1")
    careless.buy("S10", "c-1")
    counts = market.counts("careless")
    assert counts["delivered_by_ref_max"] == counts["delivered_by_ref"]["c-1"] == 2


@pytest.mark.parametrize("name", ["otomax", "digiflazz_buyer"])
def test_an_amount_goes_on_top_of_the_fee(name: str, market: MarketProcess) -> None:
    assert Line(market, name).buy("DANA", "open-1", amount_idr=25_000).price_idr == 25_150


@pytest.mark.parametrize(
    ("sku", "first", "late_risk"),
    [("failed", Outcome.FAILED, False), ("refused", Outcome.REFUSED, False), ("unmapped", Outcome.UNKNOWN, False),
     ("html", Outcome.UNKNOWN, False), ("error", Outcome.UNKNOWN, False), ("called", Outcome.PENDING, False),
     ("asked", Outcome.PENDING, False), ("late", Outcome.FAILED, True)],
)  # fmt: skip
def test_each_fate_answers_as_its_name_says(line: Line, sku: str, first: Outcome, late_risk: bool) -> None:  # noqa: FBT001
    answer = line.buy(sku, f"fate-{sku}")
    assert (answer.outcome, answer.late_success_risk, answer.sn) == (first, late_risk, None)


def test_a_lost_reply_was_a_delivery(line: Line, market: MarketProcess) -> None:
    delivery = line.send(line.dialect.buy(ACCOUNT, Buy("lost", DEST, "lost-1")))
    assert isinstance(delivery, Lost)
    assert delivery.reason == "empty"
    assert market.counts(line.dialect.name)["delivered_by_ref"]["lost-1"] == 1
    if line.dialect.name in ASKED:
        assert line.inquire("lost", "lost-1").outcome is Outcome.SUCCESS


@pytest.mark.parametrize(("sku", "truth"), [("unmapped", "success"), ("html", "success"), ("error", "failed")])
def test_behind_a_fault_an_inquiry_finds_the_truth(asked: Line, sku: str, truth: str) -> None:
    asked.buy(sku, f"truth-{sku}")
    assert asked.inquire(sku, f"truth-{sku}").outcome == truth


def test_a_slow_body_arrives_in_the_end(line: Line) -> None:
    started = time.monotonic()
    assert line.buy("slow", "slow-1").outcome is Outcome.SUCCESS
    assert time.monotonic() - started >= 0.4


def test_a_pending_order_without_a_report_is_found_by_inquiry(asked: Line, ear: Ear) -> None:
    asked.buy("asked", "asked-1")
    assert asked.settled("asked", "asked-1").outcome is Outcome.SUCCESS
    time.sleep(0.2)
    assert not any("asked-1" in request.url + request.body.decode() for request, _ in ear.heard)


@pytest.mark.parametrize("sku", ["called", "late"])
def test_a_report_comes_until_it_is_taken(line: Line, ear: Ear, sku: str) -> None:
    ref = f"report-{line.dialect.name}-{sku}"
    line.buy(sku, ref)
    report = ear.accepted(ref)
    secret = SECRET if line.dialect.name == "digiflazz_buyer" else None
    callback = line.dialect.read_callback(report, secret)
    assert callback.answer is not None
    assert (callback.auth, callback.answer.outcome) == ("ok" if secret else "none", Outcome.SUCCESS)
    assert line.dialect.check(callback.answer, Buy(sku, DEST, ref)).outcome is Outcome.SUCCESS


def test_what_is_taken_back_was_a_success_and_gives_the_money_back(line: Line, ear: Ear) -> None:
    before, ref = line.balance_idr(), f"back-{line.dialect.name}"
    assert line.buy("back", ref).outcome is Outcome.SUCCESS
    secret = SECRET if line.dialect.name == "digiflazz_buyer" else None
    callback = line.dialect.read_callback(ear.accepted(ref), secret)
    assert callback.answer is not None
    assert callback.answer.outcome is Outcome.FAILED
    assert line.balance_idr() == before


def test_a_report_that_was_taken_may_come_again(ear: Ear, market: MarketProcess) -> None:
    Line(market, "otomax").buy("twice", "twice-1")
    deadline = time.monotonic() + 5
    while sum(status == 200 and "twice-1" in request.url for request, status in list(ear.heard)) < 2:
        assert time.monotonic() < deadline, ear.heard
        time.sleep(0.02)


def test_the_webhook_is_signed_over_its_raw_bytes(market: MarketProcess, ear: Ear) -> None:
    Line(market, "digiflazz_buyer").buy("called", "hmac-1")
    report = ear.accepted("hmac-1")
    right = hmac.new(SECRET.encode(), report.body, hashlib.sha1).hexdigest()
    assert report.header("X-Hub-Signature") == f"sha1={right}"
    assert report.header("User-Agent") == "Digiflazz-Hookshot"
    assert json.loads(report.body)["data"]["status"] == "Sukses"


def test_a_wrong_signature_buys_nothing(line: Line, market: MarketProcess) -> None:
    stranger = ACCOUNT | {"password": "salah", "api_key": "salah"}
    answer = line.dialect.read_reply(line.raw(line.dialect.buy(stranger, Buy("S10", DEST, "forged-1"))))
    assert answer.outcome in {Outcome.FAILED, Outcome.REFUSED}
    assert "forged-1" not in market.counts(line.dialect.name)["delivered_by_ref"]
    if line.dialect.name in ASKED:
        assert line.inquire("S10", "forged-1").ref == "forged-1"


def test_an_unknown_code_and_a_price_above_the_highest_are_refused(market: MarketProcess) -> None:
    digiflazz = Line(market, "digiflazz_buyer")
    assert digiflazz.buy("NONE", "none-1").code == "43"
    assert digiflazz.buy("S10", "price-1", max_price_idr=9_999).code == "69"
    assert Line(market, "otomax").buy("NONE", "none-1").outcome is Outcome.REFUSED


@pytest.mark.parametrize("name", [name for name in DIALECTS if isinstance(SUPPLIER_DIALECTS[name], GetDialect)])
def test_a_get_seller_knows_salah_kode_and_a_repeat_of_the_day(name: str, market: MarketProcess) -> None:
    line = Line(market, name)
    assert line.buy("NONE", "none-1").outcome is Outcome.REFUSED
    again = Buy("S10", DEST, "repeat-1", counter=2)
    answer = line.dialect.read_reply(line.raw(line.dialect.buy(ACCOUNT, again)), again)
    assert answer.outcome is Outcome.SUCCESS
    assert {entry["dest"] for entry in market.log() if entry["ref"] == "repeat-1"} == {"081234567890"}


def test_a_bill_is_asked_about_then_paid_and_a_second_payment_tells_the_first(market: MarketProcess) -> None:
    line = Line(market, "digiflazz_get")
    asks = Buy("PLN", "530000000003", "bill-1", step=Step.INQUIRY)
    found = line.dialect.read_reply(line.raw(line.dialect.buy(ACCOUNT, asks)), asks)
    assert (found.outcome, found.settles, found.sn) == (Outcome.SUCCESS, False, None)
    assert found.selling_price_idr is not None
    assert (found.price_idr, found.admin_idr) == (found.selling_price_idr - 2_500 + 1_900, 2_500)
    assert found.customer
    pays = Buy("PLN", "530000000003", "bill-1", step=Step.PAY)
    told = [line.dialect.read_reply(line.raw(line.dialect.buy(ACCOUNT, pays)), pays) for _ in range(2)]
    assert {(answer.outcome, answer.price_idr) for answer in told} == {(Outcome.SUCCESS, found.price_idr)}
    assert told[0].sn == told[1].sn
    assert market.counts("digiflazz_get")["delivered_by_ref"]["bill-1"] == 1
    unasked = Buy("PLN", "530000000003", "bill-2", step=Step.PAY)
    answer = line.dialect.read_reply(line.raw(line.dialect.buy(ACCOUNT, unasked)), unasked)
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "not_found")


def test_a_price_above_the_highest_is_refused_by_digiflazz_get(market: MarketProcess) -> None:
    answer = Line(market, "digiflazz_get").buy("S10", "price-2", max_price_idr=9_999)
    assert answer.outcome in {Outcome.FAILED, Outcome.REFUSED}
    assert "hargamax" in answer.message


def test_a_check_never_creates_and_does_not_find_what_never_came(market: MarketProcess) -> None:
    answer = Line(market, "otomax").inquire("S10", "never-1")
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "not_found")
    assert "never-1" not in market.counts("otomax")["orders_by_ref"]


def test_the_price_list_names_what_is_sold(market: MarketProcess) -> None:
    digiflazz = Line(market, "digiflazz_buyer")
    request = digiflazz.dialect.price_list(ACCOUNT)
    assert request is not None
    rows = digiflazz.dialect.read_price_list(digiflazz.raw(request))
    assert rows is not None
    assert ("S10", 10_000) in {(row.code, row.price_idr) for row in rows}


def test_fates_follow_from_seed_and_reference(market: MarketProcess) -> None:
    mixed = Line(market, "mixed", "otomax")
    dice = Dice(7, "mixed", Behaviour(failed_permille=300, lost_reply_permille=100))
    wanted = {Fate.SUCCESS: Outcome.SUCCESS, Fate.FAILED: Outcome.FAILED, Fate.LOST_REPLY: None}
    seen = set()
    for number in range(40):
        fate = dice.draw(f"m-{number}").fate
        seen.add(fate)
        delivery = mixed.send(mixed.dialect.buy(ACCOUNT, Buy("S10", DEST, f"m-{number}")))
        told = mixed.dialect.read_reply(delivery.reply).outcome if isinstance(delivery, Sent) else None
        assert told == wanted[fate], number
    assert seen == set(wanted)


def test_memory_file_and_counts_tell_the_same(market: MarketProcess, log_path: Path, line: Line) -> None:
    line.buy("S10", "same-1")
    written = [json.loads(row) for row in log_path.read_text().splitlines()]
    entries = market.log()
    assert written == entries
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    ours = [entry for entry in entries if entry["supplier"] == line.dialect.name]
    counts = market.counts(line.dialect.name)
    assert counts["requests"] == len(ours)
    assert counts["orders"] == sum(entry["kind"] == "order" for entry in ours)
    assert counts["delivered"] == sum(entry["delivered"] for entry in ours)
    last = ours[-1]
    assert (last["ref"], last["dest"], last["delivered"]) == ("same-1", "081234567890", True)
    assert "same-1" in last["query"] + last["body"]


def test_health_names_the_suppliers(market: MarketProcess) -> None:
    health = market.read("/healthz")
    assert health["status"] == "ok"
    assert health["suppliers"] == [*DIALECTS, "careless", "mixed", "h2h"]


def test_what_is_not_there_is_404_and_a_long_body_413(market: MarketProcess) -> None:
    async def ask() -> list[int]:
        async with aiohttp.ClientSession() as session:
            statuses = []
            for path, body in (("/otomax/nothing", b""), ("/digiflazz_buyer/v1/transaction", b"x" * 70_000)):
                async with session.post(market.url + path, data=body) as reply:
                    statuses.append(reply.status)
            return statuses

    assert asyncio.run(ask()) == [404, 413]


def test_a_market_outside_loopback_is_not_started() -> None:
    from juru.simulation.market import serve_market

    with pytest.raises(ValueError, match="loopback"):
        asyncio.run(serve_market(MarketConfig((), host="0.0.0.0")))


def test_two_suppliers_of_one_name_are_refused() -> None:
    async def make() -> None:
        Market(MarketConfig((SellerConfig("x", "otomax"), SellerConfig("x", "otomax"))))

    with pytest.raises(ValueError, match="name of its own"):
        asyncio.run(make())


def test_a_taken_port_is_said_at_once() -> None:
    from juru.simulation.market import serve_market

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        asyncio.run(serve_market(MarketConfig((), port=taken.getsockname()[1])))


def test_the_load_generator_tells_acknowledged_refused_and_lost_apart(market: MarketProcess) -> None:
    told: list[str] = []
    result = asyncio.run(
        run_load(
            market.url, DEMO.agents[0], DEMO.products[0], orders=100, concurrency=8, prefix="load-", on_ack=told.append
        )
    )
    dice = Dice(7, "h2h", Behaviour(failed_permille=200, server_error_permille=100))
    fates = {f"load-{number}": dice.draw(f"load-{number}").fate for number in range(100)}
    assert set(result.acked) == set(told) == {ref for ref, fate in fates.items() if fate is Fate.SUCCESS}
    assert set(result.refused) == {ref for ref, fate in fates.items() if fate is Fate.FAILED}
    assert set(result.errors.values()) == {"http_502"}
    assert len(result.acked) + len(result.refused) + len(result.errors) == 100
    assert len(result.latencies_ms) == 100
    assert result.latency_ms(50) <= result.latency_ms(99) <= max(result.latencies_ms)
    dests = {entry["dest"] for entry in market.log() if entry["supplier"] == "h2h"}
    assert len(dests) == 100


def test_a_rate_spreads_the_orders_over_time(market: MarketProcess) -> None:
    result = asyncio.run(
        run_load(market.url, DEMO.agents[0], DEMO.products[0], orders=20, concurrency=4, rate=40, prefix="rate-")
    )
    assert result.elapsed_s >= 19 / 40


def test_a_server_that_is_gone_is_an_error_of_every_order() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = asyncio.run(
        run_load(f"http://127.0.0.1:{port}", DEMO.agents[0], DEMO.products[0], orders=5, concurrency=2)
    )
    assert (result.acked, len(result.errors)) == ({}, 5)
