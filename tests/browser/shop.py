"""A small shop for the browser: a real server, writer and book on a thread; the test plays what suppliers answer."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

import uvicorn
from starlette.applications import Starlette

from juru.books.sqlite import SqliteEngine
from juru.server.channels.chat import ChatChannel
from juru.server.channels.door import Door
from juru.server.channels.http import App, WireFront
from juru.server.channels.otomax import MOUNT, OtomaxChannel
from juru.server.channels.served.table import SERVED
from juru.server.console.entry import make_gate
from juru.server.console.page import Console
from juru.server.console.site import absent, routes
from juru.server.dialects.grammar_profile import DEFAULT
from juru.server.dialects.replies import Templates
from juru.server.domain.commands import (
    AddDeposit,
    AttemptAnswered,
    Command,
    Delivered,
    DepositKind,
    MarkSending,
    OrderLine,
    PlaceOrder,
    SaveRecord,
)
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.records import PREFIXES_KEY, SETTINGS_KEY
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Placed, Result
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.store.keyring import Keyring, hash_pin, pin_matches
from juru.server.store.migrate import migrate
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store
from juru.web.places import Places
from juru.web.session_file import SessionFile
from juru.web.sessions import Limits

_T = TypeVar("_T")

DEMO: dict[str, list[dict[str, str]]] = {
    "agents": [
        {"member_id": "BUDI01", "pin": "1357", "password": "rahasia", "api_key": "kunci-budi"},
        {"member_id": "SARI02", "pin": "2468", "password": "rahasia2", "api_key": "kunci-sari"},
    ],
    "products": [{"code": "S10", "name": "Telkomsel 10.000", "sample_destination": "081234567890"}],
    "suppliers": [],
}
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    ("setting", SETTINGS_KEY, {"name": "Toko Pulsa Maju"}),
    ("operator", "TELKOMSEL", {"code": "TELKOMSEL", "name": "Telkomsel"}),
    ("prefixes", PREFIXES_KEY, {"version": "test", "prefixes": {"0812": "TELKOMSEL", "0813": "TELKOMSEL"}}),
    ("product", "S10", {"code": "S10", "name": "Telkomsel 10.000", "price_idr": 10_500, "operator": "TELKOMSEL"}),
    ("product", "S100", {"code": "S100", "name": "Telkomsel 100.000", "price_idr": 99_000, "operator": "TELKOMSEL"}),
    (
        "product",
        "PLN20",
        {"code": "PLN20", "name": "Token PLN 20.000", "kind": "pln_token", "price_idr": 20_750, "dest_kind": "meter"},
    ),
    ("supplier", "MITRA", {"code": "MITRA", "name": "Mitra Pulsa", "dialect": "otomax", "rate_per_s": 100}),
    ("supplier", "DIGI", {"code": "DIGI", "name": "Digi Buyer", "dialect": "digiflazz_buyer", "dedup_window_s": 3600}),
    *[
        (
            "offer",
            f"{product}-{supplier}",
            {
                "key": f"{product}-{supplier}",
                "product": product,
                "supplier": supplier,
                "sku": product,
                "cost_idr": cost,
            },
        )
        for product, supplier, cost in (
            ("S10", "MITRA", 10_150),
            ("S10", "DIGI", 10_225),
            ("S100", "MITRA", 99_500),
            ("S100", "DIGI", 97_800),
            ("PLN20", "MITRA", 20_300),
        )
    ],
]


class Shop:
    """A server with a book in a folder, on a thread of its own; commands are driven from the test's thread."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self._demo = demo
        self.errors: list[BaseException] = []
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self._folder = folder
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the server did not start"
        assert self._error is None, self._error

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._ready.set()
            self.loop.close()

    async def _serve(self) -> None:
        path = self._folder / "cell.db"
        engine = SqliteEngine(path)
        migrate(engine)
        runtime = RealTime()
        self.writer = Writer(Store(engine), runtime)
        reading = SqliteEngine(path, read_only=True)
        reads = Reads(reading)
        self.keys = Keyring.create(self._folder / "keys.json")
        door = Door(
            self.writer,
            reads,
            self.keys,
            hash_pin=hash_pin,
            pin_matches=pin_matches,
            clock=runtime.boottime_s,
            served=SERVED,
            grammar=lambda: DEFAULT,
            templates=Templates,
            now_ms=runtime.now_ms,
        )
        self.chat = ChatChannel(door)
        self.sessions = SessionFile(self._folder / "sessions.db")
        gate = make_gate(
            self.writer,
            self.sessions,
            places=Places(port=self.port),
            limits=Limits(),
            now_ms=runtime.now_ms,
            token=lambda: secrets.token_urlsafe(32),
            is_open=self._demo,
            on_error=lambda _incident, error: self.errors.append(error),
        )
        self.console = Console(
            writer=self.writer,
            door=door,
            reads=reads,
            chat=self.chat,
            now_ms=runtime.now_ms,
            url=self.url,
            gate=gate,
            keys=self.keys,
            demo=DEMO if self._demo else None,
        )
        handlers = dict.fromkeys((404, 405), absent(self.console))
        inner = Starlette(routes=routes(self.console), exception_handlers=handlers)
        otomax = OtomaxChannel(door, Templates)
        front = WireFront({MOUNT: otomax.handle}, cast("App", inner), body_bytes_max=65_536)
        config = uvicorn.Config(front, port=self.port, log_level="error", ws="none", lifespan="off", loop="asyncio")
        self._http = uvicorn.Server(config)
        writing = asyncio.create_task(self.writer.run())
        serving = asyncio.create_task(self._http.serve())
        while not self._http.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        self._ready.set()
        await serving
        self.writer.stop()
        await writing
        runtime.close()
        self.sessions.close()
        reading.close()
        engine.close()

    def stop(self) -> float:
        """Stop as ``juru`` does; the seconds it took."""
        started = time.monotonic()
        if self.loop.is_closed():
            return 0.0
        self.loop.call_soon_threadsafe(self.console.close)
        self.loop.call_soon_threadsafe(setattr, self._http, "should_exit", True)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not stop"
        assert self.errors == [], "a page could not be made"
        return time.monotonic() - started

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def submit(self, command: Command) -> Result:
        result = self.run(self.writer.submit(command))
        assert not isinstance(result, Refusal), result
        return result

    def equip(self) -> None:
        """A small shop: two agents with deposit, two suppliers, three products."""
        for kind, key, body in RECORDS:
            self.save(kind, key, body)
        for agent in DEMO["agents"]:
            code = agent["member_id"]
            body = {
                "code": code,
                "name": code[:-2].title(),
                "senders": [f"chat:{code}"],
                "ips": ["127.0.0.1"],
                "secrets": {k: self.keys.seal(agent[k]) for k in ("pin", "password", "api_key")},
            }
            self.save("agent", code, body)
            self.deposit(DepositKind.AGENT, code, 2_500_000)
        self.deposit(DepositKind.BANK, "bank", 10_000_000)
        self.deposit(DepositKind.SUPPLIER, "MITRA", 3_000_000)
        self.deposit(DepositKind.SUPPLIER, "DIGI", 1_250_000)

    def save(self, kind: str, key: str, body: dict[str, Any]) -> None:
        self.submit(SaveRecord(kind, key, json.dumps(body).encode(), "test", "test"))

    def deposit(self, kind: DepositKind, key: str, amount_idr: int) -> None:
        self.submit(AddDeposit(kind, key, amount_idr, "test", "test", f"{kind}{key}{amount_idr}"))

    def order(self, dest: str, product: str = "S10", agent: str = "BUDI01") -> tuple[int, int]:
        """Place an order and put its attempt on the wire; the numbers of both."""
        ref = f"T{time.monotonic_ns()}"
        placed = self.submit(PlaceOrder(agent, (OrderLine(dest, product),), "h2h-otomax", ref))
        assert isinstance(placed, Placed)
        order_id = placed.orders[0].order_id
        attempt_id = self.writer.cell.attempts_of[order_id][0]
        self.submit(MarkSending((attempt_id,)))
        return order_id, attempt_id

    def answer(self, attempt_id: int, answer: Answer) -> None:
        self.submit(AttemptAnswered(attempt_id, answer, Source.REPLY))

    def succeed(self, attempt_id: int, sn: str) -> None:
        self.answer(attempt_id, Answer(Outcome.SUCCESS, sn=sn, message=f"SUKSES. SN: {sn}"))

    def unknown(self, dest: str) -> tuple[int, int]:
        order_id, attempt_id = self.order(dest)
        self.answer(attempt_id, Answer(Outcome.UNKNOWN, reason="timeout"))
        return order_id, attempt_id

    def tell_chat(self) -> None:
        """Deliver what waits for chat agents, as the notifier would."""
        for waiting in self.console.reads.outbox_due(2**60, 50):
            self.run(self.chat.deliver(waiting.row))
            self.submit(Delivered((waiting.row.id,)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
