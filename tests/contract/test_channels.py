"""What every way in must keep, through the composed server: proof, address, rate, size, idempotency, refusals, reports.

The cell is the demo's; its suppliers answer inside the process, since what is tested is the door. A further dialect is
picked up from ``channels.table``; a GET dialect that nobody speaks is among them, to show that a row is enough.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from juru.server.app import Server
from juru.server.channels.door import Call, Reply
from juru.server.desk.init import init
from juru.server.desk.link import open_desk
from juru.server.dialects.contract import Inbound, stored_form
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import GET_ROWS, GetRow
from juru.server.dialects.juru_api import sign
from juru.server.domain.agent import Agent
from juru.server.domain.bill import Bill
from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import SaveRecord
from juru.server.domain.outcome import Answer, Buy, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.server.engine.ports import Told
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.keyring import Keyring, hash_pin
from juru.simulation.demo import DEMO, deposits, records
from juru.values.wire import WireReply, WireRequest
from tests.support.dialects import ALL_WAYS, INVENTED
from tests.support.speakers import SPEAKERS, Wanted

BUDI = next(a for a in DEMO.agents if a.member_id == DEMO.agents[0].member_id)
PRODUCT = DEMO.products[0]
DEST = PRODUCT.sample_destination
by_way = pytest.mark.parametrize("name", sorted(SPEAKERS))


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

    def __init__(self, server: Server, suppliers: Ready, intents: set[Intent]) -> None:
        self.server = server
        self.suppliers = suppliers
        self.intents = intents
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

    async def call_as(
        self, method: str, target: str, body: bytes, headers: dict[str, str], ip: str
    ) -> tuple[int, bytes]:
        """The same, as a speaker calls it."""
        return await self.call(method, target, body, headers, ip)

    @property
    def budi(self) -> Agent:
        """The agent who orders."""
        agent = self.server.door.agent(BUDI.member_id)
        assert agent is not None
        return agent

    def free_idr(self) -> int:
        """What he may spend."""
        return self.server.door.balance_of(self.budi).balance_idr

    async def change(self, **fields: object) -> None:
        """Save a new version of his record."""
        changed = msgspec.structs.replace(self.budi, **fields)
        command = SaveRecord("agent", changed.code, msgspec.json.encode(changed), "t", "t")
        assert not isinstance(await self.server.writer.submit(command), Refusal)

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait for something that comes by itself."""
        until = asyncio.get_running_loop().time() + 15
        while not there():
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.01)

    async def noted(self, codes: set[str]) -> None:
        """Wait until these refusals are kept for people to see."""
        await self.until(lambda: codes <= {refusal.code for refusal in self.server.reads.refusals(50)})

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
        await self.until(lambda: len(self.suppliers.bought) >= count and not self.server.writer.cell.orders)


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
    server = Server(data, ServeSettings(), suppliers=lambda _: suppliers, ways=ALL_WAYS)
    intents: set[Intent] = set()
    read = server.door.h2h

    async def heard(inbound: Inbound, ip: str, channel: str) -> Reply:
        if inbound.asked is not None:
            intents.add(inbound.asked.intent)
        return await read(inbound, ip, channel)

    setattr(server.door, "h2h", heard)  # noqa: B010 - what was asked is seen where every dialect passes
    await server.start()
    try:
        yield Shop(server, suppliers, intents)
    finally:
        await server.stop()


def _in_shop(path: Path, scene: Callable[[Shop], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _shop(path) as shop:
            await scene(shop)

    asyncio.run(run())


def order(ref: str, **changed: Any) -> Wanted:  # noqa: ANN401 - fields of Wanted
    """What the demo's H2H agent orders."""
    return dataclasses.replace(Wanted(ref, PRODUCT.code, DEST, BUDI), **changed)


@by_way
def test_an_order_is_taken_told_again_and_bought_once(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        free_idr = shop.free_idr()
        first = await SPEAKERS[name].order(shop.call_as, order("a-1"))
        assert first.outcome in {Outcome.PENDING, Outcome.SUCCESS}, first
        await shop.done(1)
        again = await SPEAKERS[name].order(shop.call_as, order("a-1"))
        assert (again.outcome, again.ref) == (Outcome.SUCCESS, "a-1")
        assert again.sn is not None
        assert (await shop.orders(), len(shop.suppliers.bought)) == (1, 1)
        placed = shop.server.reads.order_by_ref(shop.budi.id, "a-1")
        assert placed is not None
        assert free_idr - shop.free_idr() == placed.price_idr

    _in_shop(tmp_path, scene)


@by_way
def test_one_reference_is_one_order_over_every_dialect(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        await SPEAKERS[name].order(shop.call_as, order("same-1"))
        await shop.done(1)
        for other in SPEAKERS.values():
            again = await other.order(shop.call_as, order("same-1"))
            assert (again.outcome, again.ref) == (Outcome.SUCCESS, "same-1"), other.sheet.name
        assert (await shop.orders(), len(shop.suppliers.bought)) == (1, 1)
        elsewhere = await SPEAKERS[name].order(shop.call_as, order("same-1", dest=DEST[:-2] + "11"))
        assert elsewhere.outcome is Outcome.UNKNOWN, "the order of that reference lives"
        assert (await shop.orders(), len(shop.suppliers.bought)) == (1, 1)

    _in_shop(tmp_path, scene)


@by_way
def test_bad_proof_wrong_address_unknown_sender_and_no_product_hold_nothing(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        free_idr = shop.free_idr()
        wrongs: tuple[dict[str, Any], ...] = (
            {"proved": False},
            {"ip": "10.9.8.7"},
            {"sender": "NOBODY"},
            {"product": "Z9"},
        )
        for number, wrong in enumerate(wrongs):
            told = await SPEAKERS[name].order(shop.call_as, order(f"w{number}", **wrong))
            assert told.outcome in {Outcome.FAILED, Outcome.REFUSED}, (wrong, told)
        assert await shop.orders() == 0
        assert not shop.suppliers.bought
        assert shop.free_idr() == free_idr
        await shop.noted({"ip_not_allowed", "unknown_sender"})
        in_clear = SPEAKERS[name].pin_in_clear and name != "otomax"
        await shop.noted({"wrong_pin" if in_clear else "bad_signature"})

    _in_shop(tmp_path, scene)


@by_way
def test_a_message_too_long_or_of_broken_letters_or_empty_is_told_and_holds_nothing(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        mount = SPEAKERS[name].sheet.mount.replace("<agent>", BUDI.member_id)
        status, told = await shop.call("POST", f"{mount}/x", b"x" * 70_000)
        assert (status, told.partition(b":")[0]) == (413, b"body_too_large")
        status, told = await shop.call("GET", f"{mount}/x?tujuan=%ff%fe")
        assert (status, told.partition(b":")[0]) == (400, b"bad_encoding")
        for method, body in (("GET", b""), ("POST", b""), ("POST", b"{not json"), ("POST", b"\xff\xfe")):
            status, told = await shop.call(method, f"{mount}/transaction", body)
            assert status < 500
            assert told, "a word, whatever came"
        assert await shop.orders() == 0
        assert not shop.suppliers.bought

    _in_shop(tmp_path, scene)


@pytest.mark.parametrize("name", [name for name in sorted(SPEAKERS) if SPEAKERS[name].pin_in_clear])
def test_wrong_pins_lock_the_agent_and_a_lock_outlives_a_restart(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        for number in range(shop.server.writer.cell.settings.pin_tries_max):
            await SPEAKERS[name].order(shop.call_as, order(f"p{number}", pin="0000"))
        assert shop.server.writer.cell.pin_guards[BUDI.member_id].locked_ms is not None
        for speaker in SPEAKERS.values():
            locked = await speaker.order(shop.call_as, order(f"p-{speaker.sheet.name}"))
            assert locked.outcome in {Outcome.FAILED, Outcome.REFUSED}
        assert await shop.orders() == 0
        reopened = shop.server.writer._store.open_cell()
        assert reopened.pin_guards[BUDI.member_id].locked_ms is not None

    _in_shop(tmp_path, scene)


@pytest.mark.parametrize("name", [name for name in sorted(SPEAKERS) if SPEAKERS[name].resend_asks])
def test_where_a_resend_asks_too_many_requests_say_nothing_of_the_order(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        await SPEAKERS[name].order(shop.call_as, order("r-1"))
        await shop.done(1)
        await shop.change(rate_per_s=1)
        told = [await SPEAKERS[name].order(shop.call_as, order("r-1")) for _ in range(4)]
        assert {answer.outcome for answer in told} == {Outcome.SUCCESS, Outcome.UNKNOWN}, told

    _in_shop(tmp_path, scene)


@by_way
def test_the_end_of_an_order_is_reported_in_its_own_form(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        got: list[WireRequest] = []

        async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.rstrip().split("\r\n")
            headers = tuple((k, v) for k, _, v in (line.partition(": ") for line in lines))
            method, target, _ = first.split(" ")
            length = int(next((v for k, v in headers if k.lower() == "content-length"), "0"))
            body = await reader.readexactly(length)
            parts = urlsplit(target)
            got.append(
                WireRequest(method, parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
            )
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

        hook = await asyncio.start_server(receiver, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{hook.sockets[0].getsockname()[1]}"
        await shop.change(report_url=f"{base}/report_url?key=1", webhook_url=f"{base}/webhook_url?key=1")
        speaker = SPEAKERS[name]
        await speaker.order(shop.call_as, order("told-1"))
        await shop.until(lambda: bool(got))
        hook.close()
        (report,) = got
        assert (report.path, dict(report.query)["key"]) == (f"/{speaker.told_at}", "1")
        answer = speaker.read_report(report, order("told-1"))
        assert (answer.outcome, answer.ref) == (Outcome.SUCCESS, "told-1"), report
        assert answer.sn is not None

    _in_shop(tmp_path, scene)


@by_way
def test_what_the_reference_says_may_be_asked_is_understood(name: str, tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        speaker = SPEAKERS[name]
        asked = {i for i in Intent if await speaker.ask(shop.call_as, i, order(f"k-{i}"))}
        assert asked - set(speaker.sheet.asks) == set(), "the sheet is silent about what can be asked"
        assert set(speaker.sheet.asks) - asked <= {Intent.DEPOSIT_TICKET, Intent.DOWNLINE_TRANSFER}
        if name != "api":
            resend = set() if Intent.STATUS_CHECK in shop.intents else {Intent.STATUS_CHECK}
            assert shop.intents == asked - resend, "read as what was meant"

    _in_shop(tmp_path, scene)


BILL = {"selling_price_idr": 52_500, "admin_idr": 2_500, "price_idr": 51_000, "customer": "BUDI"}
READ_AS = {
    OrderState.ACCEPTED: Outcome.PENDING,
    OrderState.SUCCESS: Outcome.SUCCESS,
    OrderState.FAILED: Outcome.FAILED,
    OrderState.REVERSED: Outcome.FAILED,
}


@pytest.mark.parametrize("row", [*(row for row in GET_ROWS if row.serves), INVENTED], ids=lambda row: row.name)
def test_a_bill_is_told_in_numbers_where_version_2_is_asked_for(row: GetRow, tmp_path: Path) -> None:
    program = GetDialect(msgspec.structs.replace(row, extras=True))
    account = {"member_id": BUDI.member_id, "user": BUDI.member_id, "pin": BUDI.pin, "password": BUDI.password or ""}
    bill = Bill(1, "b-1", "PLN", DEST, "o", "s", "pln", "x", day=1, at_ms=1, **BILL)  # type: ignore[arg-type]
    found = BillView("b-1", BUDI.member_id, "PLN", DEST, balance_idr=990_000, at="2025-01-31T10:15", day=1, **BILL)  # type: ignore[arg-type]
    order = OrderView(9, "b-1", found.agent, "PLN", DEST, OrderState.ACCEPTED, 51_000, 939_000, found.at, "REF1")

    async def scene(shop: Shop) -> None:
        replies: list[Reply] = []

        async def served(_call: Call) -> Reply:
            return replies[-1]

        # What carries a bill out is not what is tested here: only how its answers are told.
        shop.server.door._served = {Intent.BILL_INQUIRY: served, Intent.BILL_PAY: served}
        setattr(shop.server.reads, "bill", lambda _agent, ref: bill if ref == "b-1" else None)  # noqa: B010 - as above

        async def told(reply: Reply, step: Step, *, numbers: bool) -> tuple[str, Answer]:
            replies.append(reply)
            buy = Buy("PLN", stored_form(DEST), "b-1", step=step)
            request = program.buy(account, buy)
            query = tuple(pair for pair in request.query if numbers or pair[0] != "version")
            url = f"/h2h/{row.name}" + msgspec.structs.replace(request, query=query).url
            answered = WireReply(*await shop.call("GET", url))
            return answered.text, program.read_reply(answered, buy)

        text, answer = await told(found, Step.INQUIRY, numbers=True)
        assert "/Tagihan=50000/Admin=2500/Total Tagihan=52500/JmlBulan=1.Saldo=990000.Harga=51000.Clientid=b-1." in text
        assert (answer.outcome, answer.settles, answer.price_idr) == (Outcome.SUCCESS, False, 51_000)
        text, answer = await told(found, Step.INQUIRY, numbers=False)
        assert ("INQSUKSES" in text, answer.settles) == (True, False)
        for state, outcome in READ_AS.items():
            for numbers in (True, False):
                paid = Placed((msgspec.structs.replace(order, state=state),))
                text, answer = await told(paid, Step.PAY, numbers=numbers)
                assert (text.startswith("Code="), answer.outcome) == (numbers, outcome), text
        text, answer = await told(Refusal(Code.UNKNOWN_PRODUCT), Step.INQUIRY, numbers=True)
        assert (text.startswith("Code=PLN ke "), answer.outcome) == (True, Outcome.FAILED)
        text, answer = await told(Refusal(Code.BUSY), Step.PAY, numbers=True)
        assert (answer.outcome, "GAGAL" in text) == (Outcome.UNKNOWN, False), "the payment may be under way"

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


def test_api_corrects_a_number_while_nothing_was_sent_and_complains(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        other = f"{DEST[:-2]}77"
        shop.server.dispatcher.stop()
        order = {"ref": "fix-1", "product": PRODUCT.code, "dest": DEST}
        assert (await shop.api("POST", "/orders", order))[0] == 200
        status, document = await shop.api("POST", "/orders/fix-1/destination", {"dest": other})
        assert (status, document["dest"], document["state"]) == (200, other, "accepted")
        assert (await shop.api("GET", "/orders/fix-1"))[1]["dest"] == other
        for dest in (DEST, other):
            status, again = await shop.api("POST", "/orders", order | {"dest": dest}, at_s=int(time.time()) - 9)
            assert (status, again["dest"], again["repeated"]) == (200, other, True)
        status, problem = await shop.api("POST", "/orders/fix-1/destination", {"dest": "0812"})
        assert (status, problem["code"]) == (422, "bad_destination")
        status, problem = await shop.api("POST", "/orders/nothing/destination", {"dest": other})
        assert (status, problem["code"]) == (404, "unknown_order")
        complaint = {"key": "k1", "ref": "fix-1", "text": "not arrived"}
        status, filed = await shop.api("POST", "/complaints", complaint)
        assert (status, filed["order_id"], filed["within_s"]) == (200, document["order_id"], 86_400)
        assert await shop.api("POST", "/complaints", complaint, at_s=int(time.time()) - 1) == (200, filed)
        status, problem = await shop.api("POST", "/complaints", complaint | {"key": "k2", "text": " "})
        assert (status, problem["code"]) == (400, "malformed")
        assert await shop.orders() == 1

    _in_shop(tmp_path, scene)


def test_api_corrects_nothing_that_was_sent(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        assert (await shop.api("POST", "/orders", {"ref": "sent-1", "product": PRODUCT.code, "dest": DEST}))[0] == 200
        await shop.done(1)
        status, problem = await shop.api("POST", "/orders/sent-1/destination", {"dest": f"{DEST[:-2]}77"})
        assert (status, problem["code"]) == (409, "not_correctable")
        assert (await shop.api("GET", "/orders/sent-1"))[1]["dest"] == DEST

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


def test_chat_places_repeats_and_tells_the_end(tmp_path: Path) -> None:
    async def scene(shop: Shop) -> None:
        code, text = BUDI.member_id, f"{PRODUCT.code}.{DEST}.{BUDI.pin}"
        (first,) = await shop.server.chat.say(code, text, "m1")
        assert "akan diproses" in first
        await shop.done(1)
        later = await shop.server.chat.later(code, 0, 5.0)
        if "SUKSES" not in later[-1].text:
            later = await shop.server.chat.later(code, later[-1].id, 5.0)
        assert "SUKSES" in later[-1].text
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
