"""The parts at work on one stepped loop: the server as ``serve`` composes it, the market, and whoever hears of orders.

Everything between them goes over real sockets on loopback; the server is on a real SQLite file. What is said to an
agent is kept as he reads it: an answer in the local chat, a report to his server.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from juru.books.sqlite import SqliteEngine
from juru.server.app import Server
from juru.server.desk.lock import hold
from juru.server.domain.cell import OutboxRow
from juru.server.domain.commands import Command, DepositKind, OpenBalances, OpeningRow, SaveRecord
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Result
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.keyring import Keyring
from juru.server.store.migrate import migrate
from juru.server.store.store import Store
from juru.simulation.demo import SUPPLIER_DEPOSIT_IDR, Demo, market_config, records, vouchers
from juru.simulation.market import Market, MarketProtocol
from juru.simulation.seller import Account, Trade
from tests.year.clock import SteppedLoop, SteppedTime
from tests.year.shop import BANKS, PASSWORD

BUYER = "JURUDEMO"
BANK_OPENING_IDR = (300_000_000, 100_000_000)
_DAY_S = 86_400.0
Heard = Callable[[str], None]
"""Hears what an agent reads about an order."""
Asgi = Callable[..., Any]


class Listening:
    """An ASGI application on a port of loopback, without the clock that uvicorn's server ticks ten times a second."""

    def __init__(self, app: Asgi, protocol: type[HttpToolsProtocol] = HttpToolsProtocol) -> None:
        self._config = uvicorn.Config(
            app,
            http=protocol,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=10**9,
        )
        self._config.load()
        self._protocol = protocol
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def listen(self, port: int = 0) -> int:
        loop = asyncio.get_running_loop()

        def made() -> HttpToolsProtocol:
            return self._protocol(self._config, self._state, {}, loop)

        self._server = await loop.create_server(made, "127.0.0.1", port, reuse_address=True, backlog=1024)
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        await self._server.wait_closed()


class Town:
    """The market stays up all year; the server comes and goes."""

    def __init__(self, path: Path, loop: SteppedLoop, begun_ms: int, heard: Heard) -> None:
        self.data = DataDir(path)
        self.loop = loop
        self.errors: list[str] = []
        self._begun_ms, self._ids = begun_ms, itertools.count(1)
        self.time = self._runtime()
        self._heard = heard
        self._told: dict[str, int] = {}
        self._http = self._serving = 0
        self._front: Listening | None = None
        self.market: Market
        self.server: Server
        self.port = 0
        loop.on_the_wire = self._on_the_wire

    def _runtime(self) -> SteppedTime:
        """One for each life of the server, for it is closed with it; ids go on."""
        return SteppedTime(self.loop, self._begun_ms, self._ids, self._on_error)

    def _on_error(self, name: str, error: BaseException) -> None:
        self.errors.append(f"{name}: {error!r}")

    def _on_the_wire(self) -> bool:
        """True while a request or an answer may be in the kernel: not while whoever was asked is taking his time."""
        asking = self._http + len(self.market.reporter._tasks)
        if self._front is not None:
            asking += self.server.slots.in_flight
        return asking > self._serving

    async def open(self, demo_at: Callable[[str], Demo]) -> Demo:
        """The market first, for its address; then the business; then the server."""
        self._postbox = Listening(self._report)
        postbox = await self._postbox.listen()
        self.report_url = f"http://127.0.0.1:{postbox}/report"
        self._market_front = Listening(self._counted(self._ask_market), MarketProtocol)
        market_port = await self._market_front.listen()
        self.demo = demo = demo_at(f"http://127.0.0.1:{market_port}")
        self.port = await self._free_port()
        self.market = Market(market_config(demo, server_url=f"http://127.0.0.1:{self.port}"), now_ms=self.time.now_ms)
        # A pooled connection may stay: both of its ends are here, and a shorter life would wake the loop all year.
        lasting = aiohttp.TCPConnector(keepalive_timeout=_DAY_S, limit=0)
        self.market.reporter._session = aiohttp.ClientSession(
            connector=lasting, timeout=aiohttp.ClientTimeout(total=10)
        )
        self._agents = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=_DAY_S, limit=0))
        await self._build(demo)
        await self.start()
        return demo

    async def _free_port(self) -> int:
        probe = Listening(self._report)
        port = await probe.listen()
        await probe.close()
        return port

    async def _build(self, demo: Demo) -> None:
        """A new cell with the whole business and its opening balances; written at the year's first hour."""
        self.data.path.mkdir(parents=True, exist_ok=True)
        keys = Keyring.create(self.data.keys)
        engine = SqliteEngine(self.data.database, synchronous="OFF")
        migrate(engine)
        writer = Writer(Store(engine), self.time, queue_max=100_000)
        working = asyncio.create_task(writer.run())
        rows = [row for row in records(keys.seal, demo) if row[0] != "bank_account"]
        rows += [("bank_account", bank.code, msgspec.json.encode(bank)) for bank in BANKS]
        rows = [self._reached(*row) for row in rows]
        commands: list[Command] = [SaveRecord(kind, key, body, "year", "opening") for kind, key, body in rows]
        opening = [OpeningRow(DepositKind.AGENT, told.member_id, told.deposit_idr) for told in demo.agents]
        opening += [OpeningRow(DepositKind.SUPPLIER, s.supplier.code, SUPPLIER_DEPOSIT_IDR) for s in demo.suppliers]
        opening += [
            OpeningRow(DepositKind.BANK, bank.code, idr) for bank, idr in zip(BANKS, BANK_OPENING_IDR, strict=True)
        ]
        commands += [OpenBalances(tuple(opening), "moving in", "year"), vouchers(keys.seal, by="year")]
        for command in commands:
            result = await writer.submit(command)
            assert not isinstance(result, Refusal), (command, result)
        writer.stop()
        await working
        engine.close()

    def _reached(self, kind: str, key: str, body: bytes) -> tuple[str, str, bytes]:
        """An agent with a server of his own is reported to there."""
        if kind == "agent":
            fields = msgspec.json.decode(body)
            if fields.get("level") == "h2h":
                body = msgspec.json.encode(fields | {"report_url": self.report_url})
        return kind, key, body

    async def start(self) -> None:
        """The server, as ``serve`` starts it."""
        settings = ServeSettings(port=self.port, synchronous="OFF", drain_s=30, queue_max=20_000)
        self._lock = hold(self.data.require())
        self._lock.__enter__()
        self.server = server = Server(self.data, settings, runtime=self._runtime())
        incident = server.writer.incident

        def tell(name: str, error: BaseException) -> None:
            self._on_error(name, error)
            incident(name, error)

        server.writer.incident = tell
        server._reports._keepalive_s = _DAY_S
        for told in server.writer.cell.suppliers.values():
            server.suppliers._transport(told)._keepalive_s = _DAY_S  # type: ignore[attr-defined]
        deliver = server.outbox.deliver

        async def telling(row: OutboxRow) -> bool:
            told = await deliver(row)
            await self._listen_to_chat(row)
            return told

        server.outbox.deliver = telling  # type: ignore[method-assign]
        self._front = Listening(self._counted(server.asgi()))
        await server.start()
        await self._front.listen(self.port)

    async def stop(self) -> None:
        """As a signal would: what is on the wire comes back, what waits is committed."""
        assert self._front is not None
        self.server.hold_back()
        self.server.chat.close()
        await self._front.close()
        await self.server.stop()
        self._front = None
        self._lock.__exit__(None, None, None)
        self._told.clear()

    async def close(self) -> None:
        """Everything."""
        if self._front is not None:
            await self.stop()
        await self._agents.close()
        await self.market.close()
        await self._market_front.close()
        await self._postbox.close()
        self.time.close()

    # ------------------------------------------------------------------ talking

    async def chat(self, code: str, text: str) -> list[str]:
        """What an agent types, and what he is answered."""
        return await self.server.chat.say(code, text, self.time.new_id())

    async def order_by_http(self, code: str, pin: str, fields: dict[str, str]) -> str:
        """One order of an agent's server, in the OtomaX dialect."""
        query = urlencode({"memberID": code, "pin": pin, "password": PASSWORD} | fields)
        self._http += 1
        try:
            async with self._agents.get(f"http://127.0.0.1:{self.port}/h2h/otomax/trx?{query}") as reply:
                return await reply.text()
        finally:
            self._http -= 1

    async def do(self, command: Command) -> Result:
        """A command of the desk."""
        return await self.server.writer.submit(command)

    async def _listen_to_chat(self, row: OutboxRow) -> None:
        code = self.server.writer.cell.agent_codes[row.agent_id]
        for later in await self.server.chat.later(code, self._told.get(code, 0)):
            self._told[code] = later.id
            self._heard(later.text)

    async def _report(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's
        """The agents' servers: they take reports."""
        told = parse_qs(scope["query_string"].decode())
        self._heard(told["message"][0])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"OK"})

    def _counted(self, app: Asgi) -> Asgi:
        """The same, and it shows how many requests are in somebody's hands."""

        async def serve(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
            self._serving += 1
            try:
                await app(scope, receive, send)
            finally:
                self._serving -= 1

        return serve

    async def _ask_market(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        await self.market(scope, receive, send)

    # ------------------------------------------------------------------ the market's own book

    def account(self, supplier: str) -> Account:
        """Our account at a supplier, as the supplier keeps it."""
        return self.market.sellers[supplier.lower()].accounts[BUYER]

    def trades(self, supplier: str) -> list[Trade]:
        """What the supplier says that we have bought, first to last."""
        return list(self.account(supplier).trades.values())
