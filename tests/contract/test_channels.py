"""What every way in must keep, through the composed server: proof, address, rate, size, idempotency, refusals.

The cell is the demo's; its suppliers answer inside the process, since what is tested is the door.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from juru.server.app import Server
from juru.server.desk.init import init
from juru.server.desk.link import open_desk
from juru.server.dialects.juru_api import sign
from juru.server.dialects.otomax import sign_balance, sign_trx
from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import SaveRecord
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.domain.refusals import Refusal
from juru.server.engine.ports import Told
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.keyring import Keyring, hash_pin
from juru.simulation.demo import DEMO, deposits, records

BUDI = next(a for a in DEMO.agents if a.member_id == DEMO.agents[0].member_id)
PRODUCT = DEMO.products[0]
DEST = PRODUCT.sample_destination


class Ready:
    """Suppliers that deliver at once and count what reached them."""

    def __init__(self) -> None:
        self.bought: list[str] = []

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Deliver."""
        assert may_send()
        self.bought.append(buy.ref)
        return Told(Answer(Outcome.SUCCESS, ref=buy.ref, sn=f"SN{supplier.id}{buy.ref}"))

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Say the same again."""
        return await self.buy(supplier, buy, may_send)


class Shop:
    """The server and a client that speaks ASGI to it."""

    def __init__(self, server: Server, suppliers: Ready) -> None:
        self.server = server
        self.suppliers = suppliers
        self._app = server.asgi()

    async def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        ip: str = "127.0.0.1",
    ) -> tuple[int, bytes]:
        """One request; its status and body."""
        path, _, query = target.partition("?")
        sent: list[Any] = []
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
            "client": (ip, 1),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        await self._app(scope, receive, send)
        return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:])

    async def otomax(self, ref: str, dest: str = DEST, ip: str = "127.0.0.1", **changed: str) -> str:
        """A signed OtomaX order."""
        fields = {"product": PRODUCT.code, "qty": "1", "dest": dest, "refID": ref, "memberID": BUDI.member_id}
        assert BUDI.password is not None
        fields["sign"] = sign_trx(
            member_id=BUDI.member_id, product=PRODUCT.code, dest=dest, ref=ref, pin=BUDI.pin, password=BUDI.password
        )
        _, body = await self.call("GET", "/h2h/otomax/trx?" + urlencode(fields | changed), ip=ip)
        return body.decode()

    async def digiflazz(self, ref: str, **changed: object) -> dict[str, Any]:
        """A signed Digiflazz order."""
        body: dict[str, object] = {
            "username": BUDI.member_id,
            "buyer_sku_code": PRODUCT.code,
            "customer_no": DEST,
            "ref_id": ref,
            "sign": hashlib.md5(f"{BUDI.member_id}{BUDI.api_key}{ref}".encode()).hexdigest(),
        }
        _, reply = await self.call("POST", "/h2h/digiflazz/v1/transaction", msgspec.json.encode(body | changed))
        data: dict[str, Any] = msgspec.json.decode(reply)["data"]
        return data

    async def api(
        self, method: str, path: str, document: object = None, *, at_s: int | None = None, key: str | None = None
    ) -> tuple[int, Any]:
        """A signed request of the JSON API."""
        assert BUDI.api_key is not None
        body = b"" if document is None else msgspec.json.encode(document)
        at_s = int(time.time()) if at_s is None else at_s
        headers = {
            "X-Juru-Agent": BUDI.member_id,
            "X-Juru-Time": str(at_s),
            "X-Juru-Signature": sign(key or BUDI.api_key, method, "/api/v1" + path, at_s, body),
        }
        status, reply = await self.call(method, "/api/v1" + path, body, headers)
        return status, msgspec.json.decode(reply)

    async def orders(self) -> int:
        """Orders in the book."""
        return len(self.server.reads.orders(limit=1000))

    async def done(self, count: int) -> None:
        """Wait until so many purchases have come back."""
        until = asyncio.get_running_loop().time() + 10
        while len(self.suppliers.bought) < count or self.server.writer.cell.orders:
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _shop(path: Path) -> AsyncIterator[Shop]:
    data = DataDir(path / "cell")
    await init(data, DEMO.settings)
    keys = Keyring(data.keys)
    commands = [SaveRecord(k, key, body, "t", "t") for k, key, body in records(keys.seal, hash_pin=hash_pin)]
    async with open_desk(data) as desk:
        results = await desk.submit_all([*commands, *deposits()])
        assert not [r for r in results if isinstance(r, Refusal)]
    suppliers = Ready()
    server = Server(data, ServeSettings(), suppliers=lambda _: suppliers)
    await server.start()
    try:
        yield Shop(server, suppliers)
    finally:
        await server.stop()


def _in_shop(path: Path, scene: Callable[[Shop], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _shop(path) as shop:
            await scene(shop)

    asyncio.run(run())


def test_one_reference_is_one_order_over_every_dialect(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        first = await shop.otomax("same-1")
        assert "R#same-1" in first
        await shop.done(1)
        assert "SUKSES" in await shop.otomax("same-1")
        again = await shop.digiflazz("same-1")
        assert (again["rc"], again["status"]) == ("00", "Sukses")
        status, document = await shop.api("GET", "/orders/same-1")
        assert (status, document["state"]) == (200, "success")
        assert await shop.orders() == 1
        assert len(shop.suppliers.bought) == 1
        other = await shop.digiflazz("same-1", customer_no=DEST[:-2] + "11")
        assert other["rc"] != "00"
        assert await shop.orders() == 1

    _in_shop(tmp_path, scene)


def test_bad_proof_wrong_address_and_broken_messages_hold_nothing(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        free_idr = shop.server.door.balance_of(shop.server.door.agent(BUDI.member_id) or pytest.fail("no agent"))
        await shop.otomax("b1", sign="vlrN9Yuu4xHAT8_bXIUHKw2NjHo")
        await shop.otomax("b2", ip="10.9.8.7")
        await shop.otomax("b3", memberID="NOBODY")
        assert (await shop.digiflazz("b4", sign="0" * 32))["rc"] == "41"
        assert (await shop.call("POST", "/h2h/digiflazz/v1/transaction", b"{not json"))[0] in {200, 400}
        assert (await shop.call("POST", "/h2h/digiflazz/v1/transaction", b"x" * 70_000))[0] == 413
        assert (await shop.call("GET", "/h2h/otomax/trx?dest=%ff%fe"))[0] == 400
        assert (await shop.call("GET", "/h2h/otomax/trx"))[0] == 200
        assert await shop.orders() == 0
        assert not shop.suppliers.bought
        agent = shop.server.door.agent(BUDI.member_id)
        assert agent is not None
        assert shop.server.door.balance_of(agent) == free_idr
        await asyncio.sleep(0.2)
        codes = {refusal.code for refusal in shop.server.reads.refusals(50)}
        assert {"bad_signature", "ip_not_allowed", "unknown_sender"} <= codes

    _in_shop(tmp_path, scene)


def test_wrong_pins_lock_the_agent_and_a_lock_outlives_a_restart(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        for number in range(shop.server.writer.cell.settings.pin_tries_max):
            await shop.otomax(f"p{number}", sign="", pin="0000", password=BUDI.password or "")
        assert shop.server.writer.cell.pin_guards[BUDI.member_id].locked_ms is not None
        await shop.otomax("p-right")
        assert await shop.orders() == 0
        reopened = shop.server.writer._store.open_cell()
        assert reopened.pin_guards[BUDI.member_id].locked_ms is not None

    _in_shop(tmp_path, scene)


def test_api_refuses_stale_replayed_and_forged_signatures(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        now_s = int(time.time())
        order = {"ref": "api-1", "product": PRODUCT.code, "dest": DEST}
        assert (await shop.api("POST", "/orders", order, at_s=now_s))[0] == 200
        status, problem = await shop.api("POST", "/orders", order, at_s=now_s)
        assert (status, problem["code"]) == (409, "replayed_signature")
        status, problem = await shop.api("POST", "/orders", order, at_s=now_s - 301)
        assert (status, problem["code"]) == (401, "stale_signature")
        status, problem = await shop.api("POST", "/orders", order, key="wrong")
        assert (status, problem["code"]) == (401, "bad_signature")
        status, problem = await shop.api("POST", "/orders", {"ref": "api-2"})
        assert (status, problem["code"]) == (400, "malformed")
        assert await shop.orders() == 1
        status, again = await shop.api("POST", "/orders", order, at_s=now_s + 1)
        assert (status, again["repeated"]) == (200, True)

    _in_shop(tmp_path, scene)


def test_api_pages_by_cursor_and_describes_itself(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        for number in range(5):
            order = {"ref": f"page-{number}", "product": PRODUCT.code, "dest": f"{DEST[:-2]}{number + 20}"}
            assert (await shop.api("POST", "/orders", order))[0] == 200
        seen: list[str] = []
        cursor = ""
        while True:
            _, page = await shop.api("GET", f"/orders?limit=2{cursor}")
            seen += [order["ref"] for order in page["orders"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == [f"page-{number}" for number in (4, 3, 2, 1, 0)]
        assert (await shop.api("GET", "/orders?limit=0"))[0] == 400
        status, body = await shop.call("GET", "/api/v1/openapi.json")
        assert status == 200
        assert "/api/v1/orders" in msgspec.json.decode(body)["paths"]

    _in_shop(tmp_path, scene)


def test_balance_and_what_is_not_served_yet_are_told(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        assert BUDI.password is not None
        proof = sign_balance(member_id=BUDI.member_id, pin=BUDI.pin, password=BUDI.password)
        query = urlencode({"memberID": BUDI.member_id, "sign": proof})
        assert b"Saldo" in (await shop.call("GET", f"/h2h/otomax/balance?{query}"))[1]
        asked = {"username": BUDI.member_id, "cmd": "deposit"}
        asked["sign"] = hashlib.md5(f"{BUDI.member_id}{BUDI.api_key}depo".encode()).hexdigest()
        _, reply = await shop.call("POST", "/h2h/digiflazz/v1/cek-saldo", msgspec.json.encode(asked))
        assert msgspec.json.decode(reply)["data"]["deposit"] == BUDI.deposit_idr
        bill = await shop.digiflazz("bill-1", commands="inq-pasca")
        assert bill["rc"] != "00"
        assert await shop.orders() == 0

    _in_shop(tmp_path, scene)


def test_chat_places_repeats_and_tells_the_end(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        code, text = BUDI.member_id, f"{PRODUCT.code}.{DEST}.{BUDI.pin}"
        (first,) = await shop.server.chat.say(code, text, "m1")
        assert "akan diproses" in first
        await shop.done(1)
        later = await shop.server.chat.later(code, 0, 5.0)
        assert "SUKSES" in later[0].text
        await shop.server.chat.say(code, text, "m1")
        await shop.server.chat.say(code, text, "m2")
        assert await shop.orders() == 1
        await shop.server.chat.say(code, f"{text}.RO", "m3")
        assert await shop.orders() == 2
        await shop.server.chat.say(code, f"{PRODUCT.code}.{DEST}.000000", "m4")
        assert await shop.orders() == 2
        (unknown,) = await shop.server.chat.say("NOBODY", text, "m5")
        assert BUDI.pin not in unknown

    _in_shop(tmp_path, scene)


def test_api_order_is_reported_by_a_signed_webhook_until_it_is_taken(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        got: list[bytes] = []

        async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            got.append(head + await reader.readexactly(length))
            status = b"503 Later" if len(got) == 1 else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

        hook = await asyncio.start_server(receiver, "127.0.0.1", 0)
        port = hook.sockets[0].getsockname()[1]
        agent = shop.server.door.agent(BUDI.member_id)
        assert agent is not None
        changed = msgspec.structs.replace(agent, webhook_url=f"http://127.0.0.1:{port}/ends?from=juru", report_url="")
        command = SaveRecord("agent", agent.code, msgspec.json.encode(changed), "t", "t")
        assert not isinstance(await shop.server.writer.submit(command), Refusal)
        order = {"ref": "hook-1", "product": PRODUCT.code, "dest": DEST}
        assert (await shop.api("POST", "/orders", order))[0] == 200
        until = asyncio.get_running_loop().time() + 15
        while len(got) < 2:
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.05)
        hook.close()
        head, _, body = got[1].partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        assert first == "POST /ends?from=juru HTTP/1.1"
        assert BUDI.api_key is not None
        right = sign(BUDI.api_key, "POST", "/ends?from=juru", int(headers["x-juru-time"]), body)
        assert headers["x-juru-signature"] == right
        assert msgspec.json.decode(body)["state"] == "success"

    _in_shop(tmp_path, scene)
