"""One case list for every dialect we buy by: what each kind of reply and of trouble means, and how often it was sent.

Real sockets: `HttpSuppliers` over `HttpTransport` against `RawPeer`. A new dialect adds its `Words` here; a GET dialect
has them from its row, an invented one too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from juru.server.app import Server
from juru.server.channels.callbacks import CallbackChannel
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import GET_ROWS, GetRow
from juru.server.dialects.user_sign import sign
from juru.server.domain.catalog import Availability, Supplier
from juru.server.domain.cell import Changes
from juru.server.domain.commands import OrderLine, PlaceOrder, SaveRecord
from juru.server.domain.order import Happened, Order
from juru.server.domain.outcome import Buy, InquiryVerb, Outcome
from juru.server.domain.outcome import Step as BuyStep
from juru.server.domain.results import Done, Placed
from juru.server.domain.views import OrderState
from juru.server.engine.ports import Told
from juru.server.settings import ServeSettings
from juru.server.suppliers.http import HttpSuppliers
from juru.server.suppliers.transport import HttpTransport
from juru.values.wire import WireRequest
from tests.crash.cell import AGENT, PRODUCT, SUPPLIERS, build
from tests.support.dialects import DIALECTS, INVENTED
from tests.support.raw_peer import Act, RawPeer, Step, free_port, silent_listener

pytestmark = pytest.mark.timeout(60)

REF, OTHER_REF = "JR0100000001", "JR0100000002"
SN = "7041714133481757520"
BUY = Buy("S10", "+6281234567890", REF, max_price_idr=11_000)
SHORT_S = 0.4
READ_TIMEOUT_S = 1


@dataclass(frozen=True)
class Words:
    """How one dialect says what every supplier can say."""

    success: bytes
    pending: bytes
    failed: bytes
    refused: bytes
    unmapped: bytes
    wrong_ref: bytes
    wrong_dest: bytes
    done_before: bytes
    done_before_reason: str
    method: str
    account: dict[str, str] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    report: Callable[[bytes], bytes] = lambda words: words
    """The same words as a report, where that carries a proof."""
    report_names: tuple[str, str] = ("refid", "message")
    """Where a report by GET has the reference and the text."""


def _digiflazz(rc: str, status: str, message: str, **fields: object) -> bytes:
    data = {"ref_id": REF, "customer_no": "081234567890", "buyer_sku_code": "S10", "price": 10_500, "sn": ""}
    return msgspec.json.encode({"data": data | {"rc": rc, "status": status, "message": message} | fields})


def _iak(rc: str, status: int, message: str, **fields: object) -> bytes:
    # The price is the offer's: a report of another one would be asked about first.
    data = {"ref_id": REF, "customer_id": "081234567890", "product_code": "S10", "price": 10_001, "sn": ""}
    return msgspec.json.encode({"data": data | {"rc": rc, "status": status, "message": message} | fields})


def _signed_by_iak(words: bytes) -> bytes:
    data = msgspec.json.decode(words)["data"]
    return msgspec.json.encode({"data": data | {"sign": sign("juru", "key", data["ref_id"])}})


def _seller(rc: str, status: str, message: str, **fields: object) -> bytes:
    data = {"ref_id": REF, "customer_id": "081234567890", "code": "S10", "price": "10500", "sn": "", "tr_id": "1"}
    return msgspec.json.encode({"data": data | {"rc": rc, "status": status, "message": message} | fields})


def _fm(status: str, message: str, ref: str = REF) -> bytes:
    return f"<fm><status>{status}</status><message>{message}</message><refTrxid>{ref}</refTrxid></fm>".encode()


def _irsmarket(rc: str, message: str, *, success: bool = True, **fields: object) -> bytes:
    data = {"success": success, "rc": rc, "reff": REF, "destination": "081234567890", "productcode": "S10"}
    return msgspec.json.encode(data | {"msg": message} | fields)


_TEXTS: dict[str, Any] = {
    "success": f"R#{REF} S10.081234567890 SUKSES. SN: {SN}. Saldo 1.000.000 - 10.500 = 989.500".encode(),
    "pending": f"R#{REF} S10.081234567890 akan diproses @10:15".encode(),
    "failed": f"R#{REF} S10.081234567890 GAGAL. Nomor salah. Saldo 1.000.000".encode(),
    "unmapped": f"status=99&message=R#{REF} S10.081234567890 SUKSES. SN: {SN}.".encode(),
    "wrong_ref": f"R#{OTHER_REF} S10.081234567890 SUKSES. SN: {SN}.".encode(),
    "wrong_dest": f"R#{REF} S10.081234567899 SUKSES. SN: {SN}.".encode(),
    "done_before": f"S10.081234567890 sdh pernah @09:00, status Sukses. SN: {SN}.".encode(),
}


def _get(row: GetRow) -> Words:
    return Words(
        **_TEXTS,
        refused=f"R#{REF} S10.081234567890 GAGAL. Saldo tidak cukup".encode(),
        done_before_reason="duplicate_unmatched",
        method="GET",
        account={"member_id": "JURU", "pin": "1234", "user": "u", "password": "word"},
        report_names=(row.report.ref, row.report.message),
    )


WORDS = {
    "otomax": Words(
        **_TEXTS,
        refused=f"status=43&message=R#{REF} S10.081234567890 GAGAL. Saldo tidak cukup".encode(),
        done_before_reason="duplicate_unmatched",
        method="GET",
        account={"member_id": "JURU", "auth": "sign", "pin": "1234", "password": "word"},
    ),
    "digiflazz_buyer": Words(
        success=_digiflazz("00", "Sukses", "Transaksi Sukses", sn=SN),
        pending=_digiflazz("03", "Pending", "Transaksi Pending"),
        failed=_digiflazz("54", "Gagal", "Nomor Tujuan Salah"),
        refused=_digiflazz("44", "Gagal", "Saldo tidak cukup"),
        unmapped=_digiflazz("98", "Sukses", "Transaksi Sukses", sn=SN),
        wrong_ref=_digiflazz("00", "Sukses", "Transaksi Sukses", sn=SN, ref_id=OTHER_REF),
        wrong_dest=_digiflazz("00", "Sukses", "Transaksi Sukses", sn=SN, customer_no="081234567899"),
        done_before=_digiflazz("49", "Gagal", "Ref ID sdh pernah dipakai", ref_id=""),
        done_before_reason="ref_not_unique",
        method="POST",
        account={"username": "juru", "api_key": "key"},
    ),
    "iak": Words(
        success=_iak("00", 1, "SUCCESS", sn=SN),
        pending=_iak("39", 0, "PROCESS"),
        failed=_iak("14", 2, "INCORRECT DESTINATION NUMBER"),
        refused=_iak("17", 2, "INSUFFICIENT DEPOSIT"),
        unmapped=_iak("201", 1, "UNDEFINED RESPONSE CODE", sn=SN),
        wrong_ref=_iak("00", 1, "SUCCESS", sn=SN, ref_id=OTHER_REF),
        wrong_dest=_iak("00", 1, "SUCCESS", sn=SN, customer_id="081234567899"),
        done_before=_iak("201", 1, "SUDAH PERNAH", sn=SN, ref_id=""),
        done_before_reason="unmapped_code",
        method="POST",
        account={"username": "juru", "api_key": "key"},
        report=_signed_by_iak,
    ),
    "digiflazz_seller": Words(
        success=_seller("00", "1", "Success", sn=SN),
        pending=_seller("39", "0", "Process"),
        failed=_seller("14", "2", "Nomor salah"),
        refused=_seller("17", "2", "Saldo tidak cukup"),
        unmapped=_seller("99", "1", "Success", sn=SN),
        wrong_ref=_seller("00", "1", "Success", sn=SN, ref_id=OTHER_REF),
        wrong_dest=_seller("00", "1", "Success", sn=SN, customer_id="081234567899"),
        done_before=_seller("00", "0", "sdh pernah", sn=SN, ref_id=""),
        done_before_reason="contradiction",
        method="POST",
        account={"username": "juru", "api_key": "key"},
    ),
    "fm": Words(
        success=_fm("0", f"S10.081234567890 Hrg=10500 SUKSES SN: {SN}. Saldo 5.000"),
        pending=_fm("1", "S10.081234567890 sedang diproses"),
        failed=_fm("2", "S10.081234567890 GAGAL. Nomor salah"),
        refused=_fm("3", "S10.081234567890 GAGAL. Saldo tidak cukup"),
        unmapped=_fm("9", f"S10.081234567890 SUKSES SN: {SN}."),
        wrong_ref=_fm("0", f"S10.081234567890 SUKSES SN: {SN}.", OTHER_REF),
        wrong_dest=_fm("0", f"S10.081234567899 SUKSES SN: {SN}."),
        done_before=_fm("0", f"S10.081234567890 sdh pernah @09:00, status Sukses. SN: {SN}.", ""),
        done_before_reason="duplicate_unmatched",
        method="POST",
        account={"pin": "123456"},
    ),
    "irsmarket": Words(
        success=_irsmarket("00", f"S10.081234567890 SUKSES. SN: {SN}."),
        pending=_irsmarket("68", "under process"),
        failed=_irsmarket("11", "GAGAL. Nomor salah", success=False),
        refused=_irsmarket("17", "GAGAL. Saldo tidak cukup", success=False),
        unmapped=_irsmarket("77", f"S10.081234567890 SUKSES. SN: {SN}."),
        wrong_ref=_irsmarket("00", f"SUKSES. SN: {SN}.", reff=OTHER_REF),
        wrong_dest=_irsmarket("00", f"SUKSES. SN: {SN}.", destination="081234567899"),
        done_before=_irsmarket("00", f"sdh pernah @09:00, status Sukses. SN: {SN}.", reff=""),
        done_before_reason="duplicate_unmatched",
        method="POST",
        account={"api_key": "key", "secret": "word"},
        # Its own list of codes, which nobody publishes.
        profile={
            "patterns": [{"pattern": "^rc=11 ", "outcome": "failed"}, {"pattern": "^rc=17 ", "outcome": "refused"}]
        },
    ),
    **{row.name: _get(row) for row in (*GET_ROWS, INVENTED)},
}


@dataclass(frozen=True)
class Case:
    """One reply or one kind of trouble. ``reason`` None = no stable word is due."""

    name: str
    step: Callable[[Words], Step]
    outcome: Outcome
    reason: str | None = None


def _says(name: str, pick: Callable[[Words], bytes], outcome: Outcome, reason: str | None = None) -> Case:
    return Case(name, lambda words: Step(body=pick(words)), outcome, reason)


def _acts(name: str, act: Act, reason: str) -> Case:
    """Trouble after the request was read; the body, where the act has one, would be a success."""
    return Case(name, lambda words: Step(act, body=words.success), Outcome.UNKNOWN, reason)


def _status(status: int) -> Case:
    """A success under a status that is not 2xx proves nothing."""
    return Case(f"http {status}", lambda words: Step(status=status, body=words.success), Outcome.UNKNOWN, "http_status")


HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>GAGAL</body></html>"
ANSWERED = [
    _says("success", lambda w: w.success, Outcome.SUCCESS),
    _says("pending", lambda w: w.pending, Outcome.PENDING),
    _says("definite failure", lambda w: w.failed, Outcome.FAILED),
    _says("refused", lambda w: w.refused, Outcome.REFUSED),
    _says("unmapped code", lambda w: w.unmapped, Outcome.UNKNOWN, "unmapped_code"),
    _says("bad json", lambda _: b'{"data": {"rc": "02", "status": "Gagal"', Outcome.UNKNOWN, "unreadable"),
    _says("html page", lambda _: HTML, Outcome.UNKNOWN, "unreadable"),
    _says("empty body", lambda _: b"", Outcome.UNKNOWN, "unreadable"),
    _says("wrong reference", lambda w: w.wrong_ref, Outcome.UNKNOWN, "ref_mismatch"),
    _says("wrong destination", lambda w: w.wrong_dest, Outcome.UNKNOWN, "dest_mismatch"),
    *(_status(status) for status in (400, 401, 403, 404, 408, 429, 500, 502, 503, 504)),
]
LOST = [
    _acts("timeout after send", Act.HANG, "timeout"),
    _acts("cut connection", Act.CLOSE, "empty"),
    _acts("reset connection", Act.RESET, "reset"),
    _acts("cut head", Act.CUT_HEAD, "cut"),
    _acts("cut body", Act.CUT_BODY, "cut"),
    _acts("cut chunk", Act.CUT_CHUNK, "cut"),
    _acts("slow body", Act.SLOW_BODY, "slow_body"),
    _acts("slow head", Act.SLOW_HEAD, "timeout"),
    _acts("not http", Act.GARBAGE, "not_http"),
]
by_dialect = pytest.mark.parametrize("name", sorted(DIALECTS))


class Line:
    """One supplier of a dialect at an address, and the real way to it."""

    def __init__(self, name: str, base: str) -> None:
        self.suppliers = HttpSuppliers(
            DIALECTS,
            lambda sealed: sealed,
            time.monotonic,
            lambda: time.time_ns() // 1_000_000,
            seal=lambda clear: f"sealed:{clear[::-1]}",
        )
        # The port's own limits are whole seconds; these cases need not wait that long.
        self.suppliers._transports[READ_TIMEOUT_S] = HttpTransport(
            clock=time.monotonic, connect_timeout_s=SHORT_S, read_timeout_s=SHORT_S
        )
        account = WORDS[name].account | {"base": base}
        profile = WORDS[name].profile
        self.asks = DIALECTS[name].inquiry
        self.supplier = Supplier(
            1, "PEER", "Peer", name, account, profile=profile, inquiry=self.asks, read_timeout_s=READ_TIMEOUT_S
        )

    async def buy(self, may_send: Callable[[], bool] = lambda: True, buy: Buy = BUY) -> Told:
        return await self.suppliers.buy(self.supplier, buy, may_send)

    async def inquire(self) -> Told:
        return await self.suppliers.inquire(self.supplier, BUY, lambda: True)


@asynccontextmanager
async def opened(name: str, *steps: Step) -> AsyncIterator[tuple[Line, RawPeer]]:
    async with RawPeer(*steps) as peer:
        line = Line(name, peer.url("").rstrip("/"))
        try:
            yield line, peer
        finally:
            await line.suppliers.close()


def play(scenario: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await scenario

    asyncio.run(bounded())


def expect(told: Told, outcome: Outcome, reason: str | None) -> None:
    assert (told.answer.outcome, told.answer.reason) == (outcome, reason), told


def test_every_dialect_we_buy_by_has_its_words() -> None:
    assert set(WORDS) == set(DIALECTS)


@by_dialect
@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_reply_has_its_outcome_and_was_asked_for_once(name: str, case: Case) -> None:
    async def scenario() -> None:
        async with opened(name, case.step(WORDS[name])) as (line, peer):
            told = await line.buy()
            expect(told, case.outcome, case.reason)
            assert told.last_byte_ms is not None
            assert [request.method for request in peer.requests] == [WORDS[name].method]
            if line.asks is InquiryVerb.NONE:
                expect(await line.inquire(), Outcome.UNKNOWN, "not_sent")
                assert len(peer.requests) == 1
                return
            # The same words as the answer to an inquiry mean the same.
            expect(await line.inquire(), case.outcome, case.reason)
            assert len(peer.requests) == 2

    play(scenario())


@by_dialect
@pytest.mark.parametrize("case", LOST, ids=lambda case: case.name)
def test_trouble_after_the_first_byte_is_unknown_and_never_sent_again(name: str, case: Case) -> None:
    async def scenario() -> None:
        async with opened(name, case.step(WORDS[name])) as (line, peer):
            expect(await line.buy(), case.outcome, case.reason)
            await asyncio.sleep(0.05)
            assert len(peer.requests) == 1

    play(scenario())


@by_dialect
def test_kept_alive_connection_closed_after_the_request_was_read_counts_one_request(name: str) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].success), Step(Act.CLOSE)) as (line, peer):
            expect(await line.buy(), Outcome.SUCCESS, None)
            before = len(peer.requests)
            expect(await line.buy(), Outcome.UNKNOWN, "empty")
            await asyncio.sleep(0.05)
            assert (peer.connections, len(peer.requests) - before) == (1, 1)

    play(scenario())


@by_dialect
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_unknown_and_not_followed(name: str, status: int) -> None:
    async def scenario() -> None:
        async with RawPeer(Step(body=WORDS[name].success)) as elsewhere:
            step = Step(status=status, body=WORDS[name].success, headers=(("Location", elsewhere.url("/trx")),))
            async with opened(name, step) as (line, peer):
                expect(await line.buy(), Outcome.UNKNOWN, "redirect")
                assert (len(peer.requests), elsewhere.connections) == (1, 0)

    play(scenario())


@by_dialect
def test_done_before_without_our_reference_proves_nothing(name: str) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].done_before)) as (line, peer):
            told = await line.buy()
            expect(told, Outcome.UNKNOWN, WORDS[name].done_before_reason)
            assert told.answer.sn is None
            assert len(peer.requests) == 1

    play(scenario())


@by_dialect
def test_success_brings_sn_and_a_refusal_for_our_balance_says_so(name: str) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].success), Step(body=WORDS[name].refused)) as (line, _):
            assert (await line.buy()).answer.sn == SN
            assert (await line.buy()).answer.supplier_balance_low

    play(scenario())


@by_dialect
def test_nobody_listens_is_refused_not_sent(name: str) -> None:
    async def scenario() -> None:
        line = Line(name, f"http://127.0.0.1:{free_port()}")
        told = await line.buy()
        expect(told, Outcome.REFUSED, "not_sent")
        assert (told.answer.message, told.last_byte_ms) == ("connect_refused", None)
        await line.suppliers.close()

    play(scenario())


@by_dialect
def test_timeout_before_send_is_refused_not_sent(name: str) -> None:
    async def scenario() -> None:
        with silent_listener(full=True) as port:
            line = Line(name, f"http://127.0.0.1:{port}")
            told = await line.buy()
            expect(told, Outcome.REFUSED, "not_sent")
            assert told.answer.message == "connect_timeout"
            await line.suppliers.close()

    play(scenario())


@by_dialect
def test_too_late_at_the_first_byte_is_refused_and_no_byte_leaves(name: str) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].success)) as (line, peer):
            told = await line.buy(may_send=lambda: False)
            expect(told, Outcome.REFUSED, "not_sent")
            assert (told.answer.message, peer.bytes_in) == ("too_late", 0)

    play(scenario())


@by_dialect
def test_inquiry_repeats_the_reference_and_cannot_be_taken_for_a_new_order(name: str) -> None:
    async def scenario() -> None:
        verb = DIALECTS[name].inquiry
        async with opened(name, Step(body=WORDS[name].pending), Step(body=WORDS[name].success)) as (line, peer):
            expect(await line.buy(), Outcome.PENDING, None)
            if verb is InquiryVerb.NONE:
                expect(await line.inquire(), Outcome.UNKNOWN, "not_sent")
                assert len(peer.requests) == 1
                # The operator may know that a resend is safe there; his supplier's record then says so.
                verb = InquiryVerb.RESEND
                line.supplier = replace(line.supplier, inquiry=verb)
            expect(await line.inquire(), Outcome.SUCCESS, None)
            bought, asked = peer.requests
            assert all(REF in request.target + request.body.decode() for request in (bought, asked))
            if name == "otomax":
                assert "check=1" in asked.target
                assert "check=1" not in bought.target
            same = (asked.target, asked.body) == (bought.target, bought.body)
            assert same is (verb is InquiryVerb.RESEND)

    play(scenario())


@by_dialect
@pytest.mark.parametrize("step", [BuyStep.INQUIRY, BuyStep.PAY])
def test_a_bill_is_not_sent_where_the_dialect_has_none(name: str, step: BuyStep) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].pending)) as (line, peer):
            told = await line.buy(buy=replace(BUY, step=step))
            if DIALECTS[name].bill_inquiry is None:
                expect(told, Outcome.REFUSED, "not_sent")
            assert len(peer.requests) == (0 if DIALECTS[name].bill_inquiry is None else 1)

    play(scenario())


@by_dialect
def test_an_amount_is_sent_or_the_order_is_not(name: str) -> None:
    async def scenario() -> None:
        async with opened(name, Step(body=WORDS[name].pending)) as (line, peer):
            told = await line.buy(buy=replace(BUY, amount_idr=25_000))
            if not peer.requests:
                expect(told, Outcome.REFUSED, "not_sent")
            else:
                assert not isinstance(DIALECTS[name], GetDialect)
                assert "25000" in peer.requests[0].target + peer.requests[0].body.decode()

    play(scenario())


# The same words told by callback, in the server as it is composed. Its first attempt bears this reference:

ATTEMPT = "100000000001"
TOKEN = "t0ken"  # part of a callback's path


class Served:
    """A server with one supplier of a dialect at a peer, and one order."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.events: list[Happened] = []
        self._changed = asyncio.Event()
        server.writer.listeners.append(self._heard)

    def _heard(self, changes: Changes) -> None:
        self.events += [event.kind for event in changes.events]
        self._changed.set()

    async def until(self, kind: Happened) -> None:
        while kind not in self.events:
            self._changed.clear()
            await self._changed.wait()

    async def order(self) -> None:
        line = OrderLine(BUY.dest, PRODUCT)
        placed = await self.server.writer.submit(PlaceOrder(AGENT, (line,), "h2h-otomax", ref="r1"))
        assert isinstance(placed, Placed), placed

    async def callback(self, words: bytes) -> None:
        """The supplier reports, by its own kind of message."""
        body = WORDS[self.name].report(ours(words))
        if WORDS[self.name].method == "POST":
            request = WireRequest("POST", "/", body=body)
        else:
            ref, text = WORDS[self.name].report_names
            request = WireRequest("GET", "/", ((ref, ATTEMPT), (text, body.decode())))
        channel = CallbackChannel(self.server.door, DIALECTS, self.server.keys.open)
        reply = await channel.handle(request, "127.0.0.1", SUPPLIERS[0], TOKEN)
        assert reply.status == 200

    def order_now(self) -> Order:
        found = self.server.reads.order_by_ref(1, "r1")
        assert found is not None
        return found

    def free_idr(self) -> int:
        agent = self.server.door.agent(AGENT)
        assert agent is not None
        return self.server.door.balance_of(agent).balance_idr

    def waiting_for_a_person(self) -> set[str]:
        return {kind for kind, _, _ in self.server.writer.cell.queue}


def ours(words: bytes) -> bytes:
    return words.replace(REF.encode(), ATTEMPT.encode())


def _every_dialect(server: Server) -> HttpSuppliers:
    keys, runtime = server.keys, server.runtime
    return HttpSuppliers(DIALECTS, keys.open, runtime.boottime_s, runtime.now_ms, seal=keys.seal)


@asynccontextmanager
async def served(path: Path, name: str, *steps: Step) -> AsyncIterator[tuple[Served, RawPeer]]:
    async with RawPeer(*steps) as peer:
        data = await build(path, peer.url("").rstrip("/"))
        server = Server(data, ServeSettings(drain_s=2), suppliers=_every_dialect)
        await server.start()
        first, second = (server.writer.cell.suppliers[code] for code in SUPPLIERS)
        account = WORDS[name].account | {"base": peer.url("").rstrip("/")}
        agent = server.writer.cell.agents[AGENT]
        for kind, key, record in (
            (
                "supplier",
                first.code,
                replace(
                    first,
                    dialect=name,
                    account=account,
                    inquiry=DIALECTS[name].inquiry,
                    profile=WORDS[name].profile,
                    secrets={},
                    callback_token=TOKEN,
                    read_timeout_s=1,
                    first_inquiry_s=60,
                    inquiry_interval_s=60,
                ),
            ),
            ("supplier", second.code, replace(second, availability=Availability.CLOSED)),
            ("agent", AGENT, replace(agent, report_url="")),
        ):
            saved = await server.writer.submit(SaveRecord(kind, key, msgspec.json.encode(record), "test", "callbacks"))
            assert isinstance(saved, Done), saved
        try:
            yield Served(server, name), peer
        finally:
            await server.stop()


@by_dialect
def test_late_success_stays_failed_for_the_agent_and_waits_for_a_person(name: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path, name, Step(body=ours(WORDS[name].failed))) as (line, peer):
            before_idr = line.free_idr()
            await line.order()
            await line.until(Happened.FAILED)
            await line.callback(WORDS[name].success)
            await line.callback(WORDS[name].success)
            assert line.events.count(Happened.LATE_SUCCESS) == 1
            assert (line.order_now().state, line.free_idr()) == (OrderState.FAILED, before_idr)
            assert "late_success" in line.waiting_for_a_person()
            assert len(peer.requests) == 1

    play(scenario())


@by_dialect
def test_duplicate_callback_posts_once(name: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path, name, Step(body=ours(WORDS[name].pending))) as (line, peer):
            before_idr = line.free_idr()
            await line.order()
            await line.until(Happened.ANSWERED)
            for _ in range(3):
                await line.callback(WORDS[name].success)
            order = line.order_now()
            assert (order.state, order.sn) == (OrderState.SUCCESS, SN)
            assert line.events.count(Happened.SUCCEEDED) == 1
            assert before_idr - line.free_idr() == order.price_idr
            assert len(peer.requests) == 1

    play(scenario())


@by_dialect
def test_callback_before_the_answer_wins_and_the_lost_answer_changes_nothing(name: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path, name, Step(Act.HANG)) as (line, peer):
            await line.order()
            await peer.asked(1)
            await line.callback(WORDS[name].success)
            assert line.order_now().state is OrderState.SUCCESS
            await asyncio.sleep(1.3)
            assert not line.server.slots.in_flight, "the answer is still awaited"
            assert line.order_now().state is OrderState.SUCCESS
            assert line.events.count(Happened.SUCCEEDED) == 1
            assert not line.waiting_for_a_person()
            assert len(peer.requests) == 1

    play(scenario())


def test_iak_signs_the_reference_only_so_another_price_is_asked_about_before_it_is_posted(tmp_path: Path) -> None:
    forged = ours(_iak("00", 1, "SUCCESS", sn="FORGED", price=20_000))
    truth = Step(body=ours(_iak("00", 1, "SUCCESS", sn=SN, price=10_100)))

    async def scenario() -> None:
        async with served(tmp_path, "iak", Step(body=ours(WORDS["iak"].pending)), truth) as (line, peer):
            await line.order()
            await line.until(Happened.ANSWERED)
            await line.callback(forged)
            assert line.order_now().state is OrderState.ACCEPTED
            await line.until(Happened.SUCCEEDED)
            order = line.order_now()
            assert (order.sn, order.cost_idr) == (SN, 10_100)
            assert [request.target for request in peer.requests] == ["/api/top-up", "/api/check-status"]

    play(scenario())


def test_iak_s_bills_go_to_their_own_address() -> None:
    owed = msgspec.json.encode({"data": {"ref_id": REF, "response_code": "00", "tr_id": 9, "selling_price": 90_000}})

    async def scenario() -> None:
        async with RawPeer(Step(body=owed)) as bills, opened("iak", Step(body=WORDS["iak"].pending)) as (line, peer):
            line.supplier = replace(
                line.supplier, account=line.supplier.account | {"bill_base": bills.url("").rstrip("/")}
            )
            asking = replace(BUY, step=BuyStep.INQUIRY)
            told = await line.suppliers.buy(line.supplier, asking, lambda: True)
            assert (told.answer.outcome, told.answer.settles, told.answer.supplier_trx_id) == (
                Outcome.SUCCESS,
                False,
                "9",
            )
            expect(await line.buy(), Outcome.PENDING, None)
            assert [r.target for r in (*bills.requests, *peer.requests)] == ["/api/v1/bill/check", "/api/top-up"]

    play(scenario())


def test_the_secret_part_of_a_voucher_is_kept_in_no_raw_message(tmp_path: Path) -> None:
    slashed = WORDS["iak"].success.replace(b'"sn"', b'"pin":"AB\\/CD-99","sn"')
    plain = WORDS["iak"].success.replace(b'"sn"', b'"pin":"ABCD-99","sn"')

    async def scenario() -> None:
        async with opened("iak", Step(body=plain), Step(body=slashed)) as (line, _):
            told = await line.buy()
            assert (told.answer.voucher_pin, "ABCD-99" in told.raw, REF in told.raw) == ("sealed:99-DCBA", False, True)
            told = await line.buy()
            assert (told.answer.voucher_pin, told.raw) == ("sealed:99-DC/BA", "[sealed]")
        async with served(tmp_path, "iak", Step(body=ours(WORDS["iak"].pending))) as (shop, _):
            await shop.order()
            await shop.until(Happened.ANSWERED)
            await shop.callback(plain)
            assert shop.order_now().state is OrderState.SUCCESS
            rows = shop.server._engines[0].rows("SELECT raw FROM callbacks")
            assert len(rows) == 1
            assert "ABCD-99" not in str(rows)

    play(scenario())
