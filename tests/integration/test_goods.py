"""Bills, vouchers and customers' messages through the composed server, against the market over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.app import Server
from juru.server.desk.init import init
from juru.server.desk.link import open_desk
from juru.server.domain.bill import BillState
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.refusals import Refusal
from juru.server.domain.views import OrderState
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.audit import audit
from juru.server.store.keyring import Keyring, hash_pin
from juru.simulation.behaviour import Behaviour
from juru.simulation.demo import DEMO, deposits, market_config, records, vouchers
from juru.simulation.demo_catalog import GAME_CODES
from juru.values.rupiah import format_rupiah
from tests.contract.test_channels import BUDI, Ready, Shop
from tests.support.market_process import MarketProcess, market_process

PIN = BUDI.pin
PLN, GAME = "PLNPASCA", "GAME50"


class Goods(Shop):
    """The demo's server with its real suppliers."""

    async def say(self, text: str) -> str:
        """One chat message of the H2H agent, each a new one."""
        self.said = getattr(self, "said", 0) + 1
        replies = await self.server.chat.say(BUDI.member_id, text, f"m{self.said}")
        return "\n".join(replies)

    async def digiflazz(self, ref: str, **fields: object) -> dict[str, Any]:
        """A signed request of the Digiflazz API."""
        sign = hashlib.md5(f"{BUDI.member_id}{BUDI.api_key}{ref}".encode()).hexdigest()
        body = msgspec.json.encode({"username": BUDI.member_id, "ref_id": ref, "sign": sign} | fields)
        _, reply = await self.call("POST", "/h2h/digiflazz/v1/transaction", body)
        data: dict[str, Any] = msgspec.json.decode(reply)["data"]
        return data

    async def closed(self) -> None:
        """Wait until no order is open."""
        async with asyncio.timeout(20):
            while self.server.writer.cell.orders:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.02)

    async def pasca(self, command: str, ref: str, number: str, **more: object) -> dict[str, Any]:
        """A postpaid command of the Digiflazz API."""
        return await self.digiflazz(ref, commands=command, buyer_sku_code=PLN, customer_no=number, **more)

    async def stands(self, ref: str, state: OrderState) -> None:
        """Wait until the order of a reference stands so."""
        async with asyncio.timeout(20):
            while True:
                order = self.server.reads.order_by_ref(2, ref)
                if order is not None and order.state is state:
                    return
                await asyncio.sleep(0.02)

    async def asked_of_a_person(self) -> None:
        """Wait until something is in the human queue."""
        async with asyncio.timeout(20):
            while not self.server.writer.cell.queue:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.02)

    async def delivered(self, channel: str) -> None:
        """Wait until every message of a channel is told."""
        async with asyncio.timeout(20):
            while any(w.row.channel == channel for w in self.server.reads.outbox_due(2**62, 100)):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)


@pytest.fixture
def market() -> Iterator[MarketProcess]:
    """One for each cell: a cell that begins anew uses our references again."""
    config = market_config(server_url="http://127.0.0.1:9", port=0)
    steady = tuple(msgspec.structs.replace(s, behaviour=Behaviour(), sku_behaviours={}) for s in config.suppliers)
    with market_process(msgspec.structs.replace(config, suppliers=steady)) as running:
        yield running


def _at_any_hour(body: bytes) -> bytes:
    """A record without its cut-off: the demo sells no token around midnight in Jakarta."""
    document = msgspec.json.decode(body)
    document.pop("cut_offs", None)
    return msgspec.json.encode(document)


@asynccontextmanager
async def opened(path: Path, market: MarketProcess) -> AsyncIterator[Goods]:
    data = DataDir(path / "cell")
    demo = msgspec.structs.replace(DEMO, market_url=market.url)
    await init(data, demo.settings)
    keys = Keyring(data.keys)
    commands: list[Command] = [
        SaveRecord(k, key, _at_any_hour(body), "t", "t") for k, key, body in records(keys.seal, demo, hash_pin=hash_pin)
    ]
    async with open_desk(data) as desk:
        results = await desk.submit_all([*commands, *deposits(), vouchers(keys.seal)])
        assert not [r for r in results if isinstance(r, Refusal)]
    server = Server(data, ServeSettings())
    await server.start()
    try:
        yield Goods(server, Ready(), set())
    finally:
        await server.stop()
    engine = SqliteEngine(data.database, read_only=True)
    try:
        assert audit(engine).found == []
    finally:
        engine.close()


def play(path: Path, market: MarketProcess, scene: Callable[[Goods], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened(path, market) as goods:
            await scene(goods)

    asyncio.run(run())


def requests(market: MarketProcess, kind: str, number: str) -> list[dict[str, Any]]:
    return [e for e in market.log() if e["kind"] == kind and e["dest"] == number]


# ---------------------------------------------------------------------- bills


def test_bill_is_asked_about_and_paid_in_chat(tmp_path: Path, market: MarketProcess) -> None:
    number = "530000000101"

    async def scene(goods: Goods) -> None:
        told = await goods.say(f"CEK.{PLN}.{number}.{PIN}")
        assert "INQSUKSES" in told
        assert "lembar" in told
        assert PIN not in told
        assert f"#1 {PLN}" not in told
        paid = await goods.say(f"BAYAR.{PLN}.{number}.{PIN}")
        assert "akan diproses" in paid
        await goods.closed()
        again = await goods.say(f"bayar{PLN}.{number}.{PIN}")
        assert "SUKSES. SN/Ref" in again
        assert await goods.orders() == 1
        order = goods.server.reads.orders()[0]
        bill = goods.server.reads.bill_of_order(order)
        assert bill is not None
        assert (bill.state, bill.charged_idr, order.price_idr - bill.cost_idr) == (BillState.PAID, bill.cost_idr, 595)
        receipt = await goods.say(f"STRUK.{order.id}")
        assert f"Nama    {bill.customer}" in receipt.splitlines()
        assert f"Total   {format_rupiah(bill.selling_price_idr)}" in receipt.splitlines()

    play(tmp_path, market, scene)
    assert len(requests(market, "bill", number)) == 1
    assert [e["delivered"] for e in requests(market, "order", number)] == [True]
    paid = requests(market, "order", number)[0]
    assert paid["ref"] == requests(market, "bill", number)[0]["ref"], "the payment keeps the inquiry's reference"


def test_postpaid_commands_of_digiflazz(tmp_path: Path, market: MarketProcess) -> None:
    number = "530000000102"

    async def scene(goods: Goods) -> None:
        early = await goods.pasca("pay-pasca", "d1", number)
        assert (early["rc"], early["status"]) == ("50", "Gagal")
        bill = await goods.pasca("inq-pasca", "d1", number)
        assert (bill["rc"], bill["ref_id"], bill["customer_no"]) == ("00", "d1", number)
        assert bill["selling_price"] > bill["price"] > bill["admin"]
        assert await goods.orders() == 0
        dear = await goods.pasca("pay-pasca", "d1", number, max_price=bill["price"] - 1)
        assert dear["rc"] == "69"
        paid = await goods.pasca("pay-pasca", "d1", number)
        assert (paid["rc"], paid["price"], paid["customer_name"]) == ("03", bill["price"], bill["customer_name"])
        await goods.stands("d1", OrderState.SUCCESS)
        for command in ("pay-pasca", "status-pasca"):
            told = await goods.pasca(command, "d1", number)
            assert (told["rc"], told["price"], told["periode"]) == ("00", bill["price"], bill["periode"])
            assert told["sn"]
        assert (await goods.pasca("inq-pasca", "d1", number))["rc"] == "49"
        assert (await goods.pasca("inq-pasca", "d2", number))["rc"] == "60"

    play(tmp_path, market, scene)
    assert sum(e["delivered"] for e in requests(market, "order", number)) == 1


def test_owner_of_a_meter_is_not_told_yet(tmp_path: Path, market: MarketProcess) -> None:
    async def scene(goods: Goods) -> None:
        sign = hashlib.md5(f"{BUDI.member_id}{BUDI.api_key}14012345678".encode()).hexdigest()
        body = msgspec.json.encode({"username": BUDI.member_id, "customer_no": "14012345678", "sign": sign})
        _, reply = await goods.call("POST", "/h2h/digiflazz/v1/inquiry-pln", body)
        assert msgspec.json.decode(reply)["data"]["rc"] == "88"

    play(tmp_path, market, scene)


@pytest.mark.parametrize(
    ("ending", "rc"), [("0004", "60"), ("0005", "54"), ("0010", "60")], ids=["paid", "wrong number", "not yet"]
)
def test_why_there_is_nothing_to_pay(ending: str, rc: str, tmp_path: Path, market: MarketProcess) -> None:
    async def scene(goods: Goods) -> None:
        told = await goods.pasca("inq-pasca", "n1", f"53000000{ending}")
        assert (told["rc"], told["status"]) == (rc, "Gagal")
        assert len(requests(market, "bill", f"53000000{ending}")) == 1, "another supplier would say the same"

    play(tmp_path, market, scene)


def test_bill_that_grew_until_it_was_paid_costs_what_it_costs(tmp_path: Path, market: MarketProcess) -> None:
    number = "530000010009"

    async def scene(goods: Goods) -> None:
        bill = await goods.pasca("inq-pasca", "g1", number)
        await goods.pasca("pay-pasca", "g1", number)
        await goods.stands("g1", OrderState.SUCCESS)
        filed = goods.server.reads.bill(2, "g1")
        assert filed is not None
        assert filed.charged_idr == filed.cost_idr + 5_000
        assert (await goods.pasca("pay-pasca", "g1", number))["price"] == bill["price"]
        assert [item.kind for item in goods.server.reads.open_queue()] == ["above_price"]

    play(tmp_path, market, scene)


def test_payment_whose_answer_is_unreadable_is_settled_by_the_bills_own_inquiry(
    tmp_path: Path, market: MarketProcess
) -> None:
    number = "530000010008"

    async def scene(goods: Goods) -> None:
        await goods.pasca("inq-pasca", "e1", number)
        assert (await goods.pasca("pay-pasca", "e1", number))["rc"] == "03"
        await goods.asked_of_a_person()
        for attempt in goods.server.writer.cell.attempts.values():
            attempt.next_inquiry_ms = 0
        await goods.server.inquirer.tick()
        await goods.stands("e1", OrderState.SUCCESS)

    play(tmp_path, market, scene)
    assert [e["kind"] for e in market.log() if e["dest"] == number] == ["bill", "order", "check"]


def test_failed_payment_says_what_to_do_and_a_new_inquiry_can_be_paid(tmp_path: Path, market: MarketProcess) -> None:
    number = "530000010006"

    async def scene(goods: Goods) -> None:
        await goods.pasca("inq-pasca", "f1", number)
        await goods.pasca("pay-pasca", "f1", number)
        await goods.stands("f1", OrderState.FAILED)
        told = await goods.pasca("pay-pasca", "f1", number)
        assert (told["rc"], "cek tagihan lagi" in told["message"]) == ("02", True)
        assert (await goods.pasca("inq-pasca", "f1", number))["rc"] == "49"
        assert (await goods.pasca("inq-pasca", "f2", number))["rc"] == "00"

    play(tmp_path, market, scene)


def test_bills_of_the_json_api(tmp_path: Path, market: MarketProcess) -> None:
    number = "530000000103"
    wanted = {"ref": "a1", "product": PLN, "dest": number}

    async def scene(goods: Goods) -> None:
        status, bill = await goods.api("POST", "/bills", wanted)
        assert (status, bill["dest"], bill["bills"]) == (200, number, 1)
        status, filed = await goods.api("GET", "/bills/a1")
        assert (status, filed["state"], filed["price_idr"]) == (200, "found", bill["price_idr"])
        status, order = await goods.api("POST", "/payments", wanted | {"max_price_idr": bill["price_idr"]})
        assert (status, order["price_idr"]) == (200, bill["price_idr"])
        await goods.stands("a1", OrderState.SUCCESS)
        assert (await goods.api("GET", "/bills/a1"))[1]["state"] == "paid"
        assert (await goods.api("GET", "/bills/nobody"))[0] == 404
        status, problem = await goods.api("POST", "/payments", wanted | {"ref": "a2"})
        assert (status, problem["code"]) == (422, "bill_not_asked")
        status, problem = await goods.api("POST", "/bills", {"ref": "a3"})
        assert (status, problem["code"]) == (400, "malformed")

    play(tmp_path, market, scene)


# ---------------------------------------------------------------------- vouchers and customers


def test_voucher_is_handed_out_at_once_and_its_code_is_in_the_reply_alone(
    tmp_path: Path, market: MarketProcess
) -> None:
    async def scene(goods: Goods) -> None:
        told = await goods.say(f"{GAME}.081234567890.{PIN}")
        assert f"SUKSES. SN/Ref: {GAME_CODES[0]}/G0001. " in told
        assert GAME_CODES[0] in await goods.say("CTRX." + PIN)
        status, order = await goods.api("POST", "/orders", {"ref": "v1", "product": GAME, "dest": "081234567891"})
        assert (status, order["state"], order["voucher"]) == (200, "success", GAME_CODES[1])
        again = (await goods.api("GET", "/orders/v1"))[1]
        listed = (await goods.api("GET", "/orders"))[1]["orders"]
        assert (again["voucher"], listed[0]["voucher"]) == (GAME_CODES[1], GAME_CODES[1])
        row = await goods.digiflazz("v2", buyer_sku_code=GAME, customer_no="081234567892")
        assert (row["rc"], row["sn"]) == ("00", f"{GAME_CODES[2]}/G0003")
        await goods.delivered("api")
        assert GAME_CODES[0] in (await goods.say("STRUK.1")).replace("\n        ", "")

    play(tmp_path, market, scene)
    for file in (tmp_path / "cell").iterdir():
        content = file.read_bytes()
        assert not [code for code in GAME_CODES if code.encode() in content], file
    assert not [code for code in GAME_CODES if code in str(market.log())]


def test_customer_is_told_his_token_and_his_code_by_the_gateway(tmp_path: Path, market: MarketProcess) -> None:
    async def scene(goods: Goods) -> None:
        assert "diproses" in await goods.say(f"PLN20.14012345678.081399990001.{PIN}")
        await goods.closed()
        await goods.api(
            "POST", "/orders", {"ref": "c1", "product": GAME, "dest": "081234567890", "notify": "081399990002"}
        )
        await goods.delivered("customer")
        line = goods.server.reads.timeline(1)
        assert line is not None
        assert [(t.row.channel, t.state) for t in line.outbox if t.row.channel == "customer"] == [("customer", "told")]

    play(tmp_path, market, scene)
    texts = {e["dest"]: e["query"] for e in market.log() if e["kind"] == "message"}
    assert texts.keys() >= {"081399990001", "081399990002"}
    token = texts["081399990001"]
    assert "PELANGGAN%20UJI%2FR1M%2F900VA" in token, "every part of the token's SN is kept"
    assert GAME_CODES[0] in texts["081399990002"]
