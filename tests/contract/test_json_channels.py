"""The JSON and XML ways in, each spoken to by its own buying side: one order a reference, proof, address, reports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from juru.server.channels.door import Call, Reply
from juru.server.dialects.contract import SupplierDialect
from juru.server.dialects.digiflazz_buyer import DIGIFLAZZ_BUYER
from juru.server.dialects.digiflazz_seller import DIGIFLAZZ_SELLER
from juru.server.dialects.fm import FM
from juru.server.dialects.iak import IAK
from juru.server.dialects.user_sign import sign
from juru.server.domain.catalog import DestKind, Product, ProductKind
from juru.server.domain.cell import OutboxRow
from juru.server.domain.commands import SaveRecord
from juru.server.domain.outcome import Answer, Buy, Outcome, Step
from juru.server.domain.refusals import Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.msisdn import parse_msisdn
from juru.values.wire import WireReply, WireRequest
from tests.contract.test_channels import BUDI, DEST, PRODUCT, Shop, _in_shop

NUMBER = parse_msisdn(DEST) or DEST
KEYS = {"username": BUDI.member_id, "api_key": BUDI.api_key or ""}


@dataclass(frozen=True)
class Way:
    """A way in: where it is mounted, who speaks to it, with which proof, and what a wrong one looks like."""

    mount: str
    dialect: SupplierDialect
    account: dict[str, str]
    wrong: dict[str, str]
    balance: bool = True
    broken: tuple[bytes, ...] = field(default=(b"", b"{not json", b"[]", b"\xff\xfe", b"<fm><pin>"))

    async def send(self, shop: Shop, request: WireRequest, ip: str = "127.0.0.1") -> WireReply:
        """One request through the composed server."""
        status, body = await shop.call(request.method, self.mount + request.path, request.body, ip=ip)
        return WireReply(status, body)

    async def order(
        self, shop: Shop, ref: str, dest: str = NUMBER, *, wrong: bool = False, ip: str = "127.0.0.1"
    ) -> Answer:
        """Buy, and read the answer as a buyer would."""
        buy = Buy(PRODUCT.code, dest, ref)
        account = self.account | (self.wrong if wrong else {})
        return self.dialect.read_reply(await self.send(shop, self.dialect.buy(account, buy), ip), buy)

    async def ask(self, shop: Shop, ref: str, *, wrong: bool = False) -> Answer:
        """Ask about an order."""
        buy = Buy(PRODUCT.code, NUMBER, ref)
        request = self.dialect.inquire(self.account | (self.wrong if wrong else {}), buy)
        assert request is not None
        return self.dialect.read_reply(await self.send(shop, request), buy)


WAYS = {
    "iak": Way("/h2h/iak", IAK, KEYS, {"api_key": "wrong"}),
    "digiflazz_seller": Way("/h2h/digiflazz-seller", DIGIFLAZZ_SELLER, KEYS, {"api_key": "wrong"}, balance=False),
    "digiflazz_buyer": Way("/h2h/digiflazz", DIGIFLAZZ_BUYER, KEYS, {"api_key": "wrong"}),
    "fm": Way(f"/h2h/fm/{BUDI.member_id}", FM, {"pin": BUDI.pin}, {"pin": "000000"}),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


@every_way
def test_one_reference_is_one_order_and_another_order_of_it_is_left_open(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        first = await way.order(shop, "one-1")
        assert (first.outcome, first.ref) == (Outcome.PENDING, "one-1")
        await shop.done(1)
        again = await way.order(shop, "one-1")
        asked = await way.ask(shop, "one-1")
        assert again.outcome is asked.outcome is Outcome.SUCCESS
        assert again.sn == asked.sn is not None
        other = await way.order(shop, "one-1", NUMBER[:-2] + "11")
        assert other.outcome is Outcome.UNKNOWN
        assert (await shop.orders(), len(shop.suppliers.bought)) == (1, 1)

    _in_shop(tmp_path, scene)


@every_way
def test_bad_proof_wrong_address_and_broken_messages_hold_nothing(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        agent = shop.server.door.agent(BUDI.member_id)
        assert agent is not None
        before = shop.server.door.balance_of(agent)
        order = way.dialect.buy(way.account, Buy(PRODUCT.code, NUMBER, "b-1"))
        assert (await way.order(shop, "b-1", wrong=True)).outcome is Outcome.REFUSED
        assert (await way.order(shop, "b-2", ip="10.9.8.7")).outcome in {Outcome.REFUSED, Outcome.FAILED}
        stranger = way.account | {"username": "NOBODY"}
        nobody = replace(way.dialect.buy(stranger, Buy(PRODUCT.code, NUMBER, "b-3")), path=order.path)
        mount = way.mount.replace(BUDI.member_id, "NOBODY")
        assert (await shop.call("POST", mount + order.path, nobody.body))[0] == 200
        for body in way.broken:
            status, said = await shop.call("POST", way.mount + order.path, body)
            assert status < 500
            assert way.dialect.read_reply(WireReply(status, said)).outcome in {
                Outcome.REFUSED,
                Outcome.FAILED,
                Outcome.UNKNOWN,
            }
        assert (await shop.call("POST", way.mount + order.path, b"x" * 70_000))[0] == 413
        assert (await shop.call("GET", way.mount + order.path))[0] < 500
        assert await shop.orders() == 0
        assert not shop.suppliers.bought
        assert shop.server.door.balance_of(agent) == before

    _in_shop(tmp_path, scene)


@every_way
def test_an_inquiry_with_a_wrong_proof_ends_no_order(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        await way.order(shop, "w-1")
        asked = await way.ask(shop, "w-1", wrong=True)
        # What refuses the request for itself is withdrawn by the engine's rule wherever it answers an inquiry.
        assert asked.outcome is Outcome.UNKNOWN or asked.reason == "request_refused"
        missing = await way.ask(shop, "w-2")
        assert missing.outcome in {Outcome.REFUSED, Outcome.PENDING}
        if missing.outcome is Outcome.REFUSED:
            assert missing.reason == "not_found"

    _in_shop(tmp_path, scene)


@every_way
def test_refusals_name_their_reason(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        buy = Buy("NOSUCH", NUMBER, "r-1")
        unknown = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, buy)), buy)
        assert unknown.outcome in {Outcome.REFUSED, Outcome.FAILED}
        assert unknown.reason is None
        wrong = await way.order(shop, "r-2", "12345")
        assert (wrong.outcome in {Outcome.REFUSED, Outcome.FAILED}, wrong.reason) == (True, None)
        assert unknown.message != wrong.message
        assert await shop.orders() == 0

    _in_shop(tmp_path, scene)


@every_way
def test_balance_and_prices_are_told(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        request = way.dialect.balance(way.account)
        assert (request is not None) is way.balance
        if request is not None:
            assert way.dialect.read_balance(await way.send(shop, request)) == BUDI.deposit_idr
        prices = way.dialect.price_list(way.account)
        if prices is not None:
            rows = way.dialect.read_price_list(await way.send(shop, prices))
            assert rows
            assert PRODUCT.code in {row.code for row in rows}

    _in_shop(tmp_path, scene)


def test_wrong_pins_lock_the_agent_on_fm_too(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS["fm"]
        for number in range(shop.server.writer.cell.settings.pin_tries_max):
            await way.order(shop, f"p{number}", wrong=True)
        assert shop.server.writer.cell.pin_guards[BUDI.member_id].locked_ms is not None
        assert (await way.order(shop, "p-right")).outcome is Outcome.REFUSED
        assert await shop.orders() == 0

    _in_shop(tmp_path, scene)


def test_a_counter_in_fm_s_number_is_no_part_of_it(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS["fm"]
        buy = Buy(PRODUCT.code, NUMBER, "c-1", counter=2)
        answer = FM.read_reply(await way.send(shop, FM.buy(way.account, buy)), buy)
        assert answer.outcome is Outcome.PENDING
        (order,) = shop.server.reads.orders(limit=2)
        assert order.dest == NUMBER

    _in_shop(tmp_path, scene)


class Receiver:
    """An agent's server: keeps every report."""

    def __init__(self) -> None:
        self.got: list[WireRequest] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one report."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        request = WireRequest(first.split()[0], first.split()[1], (), headers)
        body = await reader.readexactly(int(request.header("content-length") or 0))
        self.got.append(replace(request, body=body))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


async def reported(shop: Shop, place: Callable[[], Awaitable[Answer]]) -> WireRequest:
    """The report of an order's end as the agent's server takes it."""
    taken = Receiver()
    hook = await asyncio.start_server(taken, "127.0.0.1", 0)
    agent = shop.server.door.agent(BUDI.member_id)
    assert agent is not None
    changed = replace(agent, webhook_url=f"http://127.0.0.1:{hook.sockets[0].getsockname()[1]}/cb", report_url="")
    command = SaveRecord("agent", agent.code, msgspec.json.encode(changed), "t", "t")
    assert not isinstance(await shop.server.writer.submit(command), Refusal)
    assert (await place()).outcome is Outcome.PENDING
    until = asyncio.get_running_loop().time() + 15
    while not taken.got:
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0.05)
    hook.close()
    return taken.got[0]


@every_way
def test_an_order_s_end_is_reported_in_the_dialect_s_own_form(way: Way, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        request = await reported(shop, lambda: way.order(shop, "cb-1"))
        secret = way.dialect.callback_secret(way.account | {"secret": BUDI.api_key or ""})
        read = way.dialect.read_callback(request, secret)
        assert read.auth == ("none" if secret is None else "ok")
        assert not read.postpaid
        assert read.answer is not None
        assert (read.answer.outcome, read.answer.ref) == (Outcome.SUCCESS, "cb-1")
        assert read.answer.sn is not None

    _in_shop(tmp_path, scene)


BILLS = ("iak", "digiflazz_seller", "digiflazz_buyer", "fm")


@pytest.mark.parametrize("name", BILLS)
@pytest.mark.parametrize("step", [Step.INQUIRY, Step.PAY])
def test_a_bill_of_what_is_no_bill_is_refused_and_holds_nothing(name: str, step: Step, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS[name]
        buy = Buy(PRODUCT.code, NUMBER, "bill-1", step=step, tr_id="1")
        answer = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, buy)), buy)
        assert answer.outcome in {Outcome.REFUSED, Outcome.FAILED, Outcome.UNKNOWN}
        assert await shop.orders() == 0

    _in_shop(tmp_path, scene)


def test_whose_a_meter_is_may_be_asked_and_is_no_order(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS["digiflazz_buyer"]
        buy = Buy("pln", "12345678901", "", step=Step.INQUIRY)
        answer = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, buy)), buy)
        assert answer.outcome in {Outcome.REFUSED, Outcome.FAILED}
        assert await shop.orders() == 0

    _in_shop(tmp_path, scene)


def bill(ref: str, agent: str, *, product: str = "PLN") -> BillView:
    """What a cell would tell of a bill."""
    return BillView(
        ref=ref,
        agent=agent,
        product=product,
        dest="530000000001",
        price_idr=102_000,
        selling_price_idr=102_500,
        balance_idr=900_000,
        at="2025-06-02T10:00:00+07:00",
        day=20_000,
        admin_idr=2_500,
        customer="BUDI SANTOSO",
        period="202506",
        inquiry_id=77,
        details=(("tarif", "R1"), ("meter_no", "548933889287"), ("segment_power", "R1 /000001300")),
    )


@asynccontextmanager
async def with_bills(shop: Shop) -> AsyncIterator[list[AgentRequest]]:
    """The shop's door with bills that anyone may ask about and pay; what it was asked."""
    heard: list[AgentRequest] = []

    async def asks(call: Call) -> Reply:
        heard.append(call.asked)
        return bill(call.asked.ref or "", call.agent.code)

    async def pays(call: Call) -> Reply:
        heard.append(call.asked)
        ref = call.asked.ref or "bill-1"
        view = OrderView(9, ref, call.agent.code, "PLN", "530000000001", OrderState.ACCEPTED, 102_000, 798_000, "")
        return Placed((view,))

    door = shop.server.door
    before = door._served
    door._served = {**before, Intent.BILL_INQUIRY: asks, Intent.BILL_PAY: pays}
    try:
        yield heard
    finally:
        door._served = before


@pytest.mark.parametrize("name", ["iak", "digiflazz_seller", "digiflazz_buyer"])
def test_a_bill_is_told_and_paid_in_the_dialect_s_own_words(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS[name]
        async with with_bills(shop) as heard:
            asking = Buy("PLN", "530000000001", "bill-1", step=Step.INQUIRY)
            asked = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, asking)), asking)
            assert (asked.outcome, asked.settles, asked.ref) == (Outcome.SUCCESS, False, "bill-1")
            assert (asked.price_idr, asked.selling_price_idr, asked.admin_idr) == (102_000, 102_500, 2_500)
            assert (asked.bills, asked.customer, asked.period) == (1, "BUDI SANTOSO", "202506")
            paying = replace(asking, step=Step.PAY, tr_id=asked.supplier_trx_id)
            paid = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, paying)), paying)
            assert (paid.outcome, paid.ref) == (Outcome.PENDING, "bill-1")
        inquiry, payment = heard
        assert (inquiry.intent, inquiry.product, inquiry.dest) == (Intent.BILL_INQUIRY, "PLN", "530000000001")
        assert payment.intent is Intent.BILL_PAY
        # IAK names what it pays by the number it was told; Digiflazz by the reference.
        assert (payment.ref, payment.inquiry_id) == (("bill-1", None) if name == "digiflazz_buyer" else (None, 77))

    _in_shop(tmp_path, scene)


def test_a_bill_is_told_in_words_on_fm(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS["fm"]
        async with with_bills(shop):
            asking = Buy("PLN", "530000000001", "bill-1", step=Step.INQUIRY)
            asked = FM.read_reply(await way.send(shop, FM.buy(way.account, asking)))
            assert (asked.outcome, asked.ref) == (Outcome.SUCCESS, "bill-1")
            assert "BUDI SANTOSO" in asked.message
            paying = replace(asking, step=Step.PAY)
            paid = FM.read_reply(await way.send(shop, FM.buy(way.account, paying)), paying)
            assert (paid.outcome, paid.ref) == (Outcome.PENDING, "bill-1")

    _in_shop(tmp_path, scene)


def test_whose_a_meter_is_is_told_without_a_price(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        way = WAYS["digiflazz_buyer"]
        async with with_bills(shop) as heard:
            asking = Buy("pln", "530000000001", "", step=Step.INQUIRY)
            asked = way.dialect.read_reply(await way.send(shop, way.dialect.buy(way.account, asking)), asking)
        assert (asked.outcome, asked.settles, asked.customer, asked.price_idr) == (
            Outcome.SUCCESS,
            False,
            "BUDI SANTOSO",
            None,
        )
        assert ("segment_power", "R1 /000001300") in asked.details
        assert (heard[0].product, heard[0].ref) == (None, None)

    _in_shop(tmp_path, scene)


def test_bills_have_a_price_list_of_their_own(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        product = Product("PLNPASCA", "PLN Pascabayar", ProductKind.BILL, 2_500, DestKind.ACCOUNT)
        command = SaveRecord("product", product.code, msgspec.json.encode(product), "t", "t")
        assert not isinstance(await shop.server.writer.submit(command), Refusal)
        for name, request in (
            ("iak", ("/api/v1/bill/check", {"commands": "pricelist-pasca"}, "pl")),
            ("digiflazz_buyer", ("/v1/price-list", {"cmd": "pasca"}, "pricelist")),
        ):
            way, (path, fields, suffix) = WAYS[name], request
            prices = way.dialect.price_list(way.account)
            assert prices is not None
            rows = way.dialect.read_price_list(await way.send(shop, prices)) or ()
            assert product.code not in {row.code for row in rows}
            body = msgspec.json.encode(
                fields | {"username": BUDI.member_id, "sign": sign(BUDI.member_id, KEYS["api_key"], suffix)}
            )
            said = (await way.send(shop, WireRequest("POST", path, body=body))).text
            assert product.code in said
            assert PRODUCT.code not in said

    _in_shop(tmp_path, scene)


@pytest.mark.parametrize("name", ["digiflazz_seller", "digiflazz_buyer", "iak"])
def test_a_bill_s_end_is_reported_as_a_bill_s_or_not_at_all(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        product = Product("PLNPASCA", "PLN Pascabayar", ProductKind.BILL, 2_500, DestKind.ACCOUNT)
        command = SaveRecord("product", product.code, msgspec.json.encode(product), "t", "t")
        assert not isinstance(await shop.server.writer.submit(command), Refusal)
        agent = shop.server.door.agent(BUDI.member_id)
        assert agent is not None
        changed = replace(agent, webhook_url="https://agent.example/cb")
        command = SaveRecord("agent", agent.code, msgspec.json.encode(changed), "t", "t")
        assert not isinstance(await shop.server.writer.submit(command), Refusal)
        view = OrderView(9, "b-1", agent.code, product.code, "5300", OrderState.SUCCESS, 102_000, 1, "", sn="N1")
        channel = {"digiflazz_seller": "h2h-digiflazz-seller", "digiflazz_buyer": "h2h-digiflazz", "iak": "h2h-iak"}
        request = shop.server.outbox._request(OutboxRow(1, 9, agent.id, channel[name], view, 0))
        if name == "iak":
            assert request is None
            return
        assert request is not None
        secret = WAYS[name].dialect.callback_secret(KEYS | {"secret": BUDI.api_key or ""})
        read = WAYS[name].dialect.read_callback(request, secret)
        assert read.answer is not None
        assert (read.postpaid, read.answer.outcome, read.answer.sn) == (True, Outcome.SUCCESS, "N1")

    _in_shop(tmp_path, scene)
