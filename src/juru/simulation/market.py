"""The simulated market: a process of suppliers that speak real dialects over HTTP on loopback, and misbehave by seed.

``/<name>/...`` is a supplier; ``/healthz``, ``/log?since=N`` and ``/log/counts[?by_ref=1]`` are the market's own. It is
a bare ASGI callable with one dictionary of paths: the server under load is the one to measure, not this.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from juru.simulation.reports import Reporter
from juru.simulation.request_log import Logged, RequestLog
from juru.simulation.seller import Asked, Reply, Seller, SellerConfig
from juru.simulation.seller_digiflazz import JSON, DigiflazzSeller
from juru.simulation.seller_fm import FmSeller
from juru.simulation.seller_get import SHAPES, GetSeller
from juru.simulation.seller_iak import IakSeller, SellerApi
from juru.simulation.seller_irsmarket import IrsMarketSeller
from juru.simulation.seller_otomax import OtomaxSeller

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_BYTES_MAX = 65_536
HANG_UP = "juru.hang_up"
GATEWAY = "/gateway"
"""Where messages to customers are taken: nobody gets them, and the log has them."""
RESERVED = frozenset({"healthz", "log", "gateway"})
SELLERS: dict[str, type[Seller]] = {
    "otomax": OtomaxSeller,
    "digiflazz_buyer": DigiflazzSeller,
    "digiflazz_seller": SellerApi,
    "iak": IakSeller,
    "fm": FmSeller,
    "irsmarket": IrsMarketSeller,
    **dict.fromkeys(SHAPES, GetSeller),
}


class MarketConfig(msgspec.Struct, frozen=True):
    """The whole market. ``port`` 0 takes a free one; ``log_path`` is a JSONL file that is appended to."""

    suppliers: tuple[SellerConfig, ...]
    seed: int = 1
    host: str = "127.0.0.1"
    port: int = 8100
    log_path: str | None = None
    report_again_after_s: tuple[float, ...] = (1, 2, 5, 10, 30)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Market:
    """The ASGI callable. Made inside a running event loop; ``now_ms`` is the wall clock unless time is simulated."""

    def __init__(self, config: MarketConfig, now_ms: Callable[[], int] = _wall_ms) -> None:
        self.config = config
        self._now_ms = now_ms
        self.log = RequestLog(Path(config.log_path) if config.log_path else None)
        self.reporter = Reporter(config.report_again_after_s)
        self.log.seller("gateway")
        self.sellers: dict[str, Seller] = {}
        self._routes: dict[str, Callable[[Asked], Reply]] = {
            "/healthz": self._health,
            "/log": self._read_log,
            "/log/counts": self._counts,
            GATEWAY: self._gateway,
        }
        later = asyncio.get_running_loop().call_later
        for told in config.suppliers:
            if told.name in self.sellers or told.name in RESERVED or told.dialect not in SELLERS:
                raise ValueError(f"supplier {told.name}: a name of its own and a dialect of {', '.join(SELLERS)}")
            seller = SELLERS[told.dialect](told, seed=config.seed, log=self.log, later=later, send=self.reporter.send)
            self.sellers[told.name] = seller
            self._routes |= {
                f"/{told.name}{path}": functools.partial(seller.served, serve)
                for path, serve in seller.routes().items()
            }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        assert scope["type"] == "http", scope["type"]
        serve = self._routes.get(scope["path"])
        body = b"" if scope["method"] == "GET" else await _body(receive)
        if serve is None or body is None:
            await _write(Reply(b"not here", status=404 if body is not None else 413), send)
            return
        asked = Asked(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), body, self._now_ms())
        reply = serve(asked)
        if reply.latency_s:
            await asyncio.sleep(reply.latency_s)
        if reply.cut or reply.silent:
            if reply.cut:
                scope[HANG_UP]()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await _write(reply, send)

    async def close(self) -> None:
        """Stop reporting and close the log."""
        await self.reporter.close()
        self.log.close()

    def _health(self, _asked: Asked) -> Reply:
        told = {
            "status": "ok",
            "seed": self.config.seed,
            "suppliers": list(self.sellers),
            "requests": self.log.seq,
            "reports_sent": self.reporter.sent,
            "reports_given_up": self.reporter.given_up,
        }
        return Reply(msgspec.json.encode(told), JSON)

    def _gateway(self, asked: Asked) -> Reply:
        """A message to a customer."""
        given = parse_qs(asked.query)
        seq, to = self.log.seq + 1, given.get("to", [""])[0]
        line = Logged(seq, asked.at_ms, "gateway", asked.method, asked.path, asked.query, "", "message", dest=to)
        self.log.add(line)
        return Reply(b"sent" if to and given.get("text") else b"to and text are missing", status=200 if to else 400)

    def _read_log(self, asked: Asked) -> Reply:
        given = parse_qs(asked.query).get("since", ["0"])[0]
        return Reply(self.log.since(int(given) if given.isdecimal() else 0), JSON)

    def _counts(self, asked: Asked) -> Reply:
        return Reply(self.log.counted(by_ref="by_ref=1" in asked.query), JSON)


class MarketProtocol(HttpToolsProtocol):
    """uvicorn's own, which lets a supplier hang up without a byte."""

    def on_message_begin(self) -> None:
        """Put the way to hang up beside what the request says."""
        super().on_message_begin()
        scope: Any = self.scope
        scope[HANG_UP] = self.transport.close


async def serve_market(config: MarketConfig, ready: Callable[[str], None] | None = None) -> None:
    """Serve until a signal comes; ``ready`` is told the address once requests are taken."""
    if not ipaddress.ip_address(config.host).is_loopback:
        raise ValueError(f"the simulated market takes no requests from outside: {config.host} is not loopback")
    market = Market(config)
    with socket.create_server((config.host, config.port)) as listening:
        listening.listen(2048)
        settings = uvicorn.Config(
            market,
            http=MarketProtocol,
            lifespan="off",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        if ready is not None:
            # The socket already queues connections, so nobody who is told now is turned away.
            ready(f"http://{config.host}:{listening.getsockname()[1]}")
        try:
            await uvicorn.Server(settings).serve(sockets=[listening])
        finally:
            await market.close()


def run_market(config: MarketConfig, ready: Callable[[str], None] | None = None) -> None:
    """Run a market as a process of its own, in the foreground, until it is interrupted."""
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(serve_market(config, ready))


def _loop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def _body(receive: Receive) -> bytes | None:
    """The request's body, or None when it is too long."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(parts)
        parts += message.get("body", b"")
        if len(parts) > BODY_BYTES_MAX:
            return None
        if not message.get("more_body", False):
            return bytes(parts)


async def _write(reply: Reply, send: Send) -> None:
    headers = [(b"content-type", reply.content_type), (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = reply.body
    if reply.slow_s:
        half = len(body) // 2
        await send({"type": "http.response.body", "body": body[:half], "more_body": True})
        await asyncio.sleep(reply.slow_s)
        body = body[half:]
    await send({"type": "http.response.body", "body": body})
