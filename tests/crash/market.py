"""A supplier that speaks OtomaX texts on loopback, keeps a raw log of what it was sent and never looks for repeats.

What it does with an order follows from the order's number alone: most succeed at once, some stay pending until they
are asked about, some fail at the first supplier, and of some the reply is lost though they were delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

PENDING_S = 0.3


class Order(NamedTuple):
    """One request to buy, as it came."""

    supplier: str
    ref: str
    dest: str
    at_s: float


class Market:
    """Two suppliers, the agent's report receiver, and a biller behind ``/biller/``, on one port."""

    def __init__(self, biller: Callable[[bytes], str | None] = lambda _body: None) -> None:
        self._biller = biller
        self.bought: list[Order] = []
        self.checks: Counter[str] = Counter()
        self.reported: Counter[str] = Counter()
        self.port = 0
        self._known: dict[tuple[str, str], Order] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._report_came = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def delivered(self) -> Counter[str]:
        """How often each destination received its pulsa."""
        return Counter(order.dest for order in self.bought if not fails(order.supplier, order.dest))

    async def told(self, ref: str) -> None:
        """Wait until the agent was told of an order."""
        while not self.reported[ref]:
            self._report_came.clear()
            await self._report_came.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        target = urlsplit(head.split(b" ", 2)[1].decode())
        fields = dict(parse_qsl(target.query))
        if target.path.startswith("/biller/"):
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            text = self._biller(await reader.readexactly(length))
        else:
            text = self._report(fields) if target.path == "/report" else self._trade(target.path, fields)
        if text is None:
            return False
        body = text.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        return True

    def _report(self, fields: dict[str, str]) -> str:
        self.reported[fields["refid"]] += 1
        self._report_came.set()
        return "ok"

    def _trade(self, path: str, fields: dict[str, str]) -> str | None:
        supplier = path.split("/")[1]
        ref, dest = fields["refID"], fields["dest"]
        about = f"R#{ref} S10.{dest}"
        success = f"{about} SUKSES. SN: {dest[::-1]}{supplier[0].upper()}. Saldo 900.000"
        failure = f"{about} GAGAL. Nomor salah. Saldo 900.000"
        now_s = time.monotonic()
        if fields.get("check") == "1":
            self.checks[ref] += 1
            known = self._known.get((supplier, ref))
            if known is None:
                return f"{about} GAGAL. Transaksi tidak ditemukan."
            if fails(supplier, dest):
                return failure
            return success if now_s - known.at_s >= PENDING_S else f"{about} masih diproses"
        order = self._known[supplier, ref] = Order(supplier, ref, dest, now_s)
        self.bought.append(order)
        if fails(supplier, dest):
            return failure
        match int(dest) % 10:
            case 7 | 8:
                return f"{about} akan diproses @10:15"
            case 9:
                return None
            case _:
                return success


def fails(supplier: str, dest: str) -> bool:
    """Whether this supplier cannot fill this order: the first fails one in ten, both fail one in a hundred."""
    return int(dest) % 10 == 6 and (supplier == "first" or int(dest) % 100 == 16)
