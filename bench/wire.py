"""A small client that costs little, so that the server is what is measured; it speaks the dialects agents speak."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from bench.rig import API_KEY, PASSWORD, PIN, Zipf
from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.domain.outcome import Buy


class Way(NamedTuple):
    """A dialect as its agents speak it: where it is mounted, and what an answer holds that has taken the order."""

    mount: Callable[[str], str]
    taken: tuple[bytes, ...]


WAYS = {
    "otomax": Way(lambda _: "/h2h/otomax", (b"akan diproses",)),
    "digiflazz_buyer": Way(lambda _: "/h2h/digiflazz", (b'"rc":"03"',)),
    "digiflazz_seller": Way(lambda _: "/h2h/digiflazz-seller", (b'"rc":"39"',)),
    "iak": Way(lambda _: "/h2h/iak", (b'"rc":"39"',)),
    "fm": Way(lambda agent: f"/h2h/fm/{agent}", (b"<status>1<",)),
}


class Load:
    """Sends signed orders over kept-alive connections and keeps what was answered."""

    def __init__(self, port: int, seed: int, prefix: str, dialect: str = "otomax") -> None:
        self._port = port
        self._dialect = SUPPLIER_DIALECTS[dialect]
        self._way = WAYS[dialect]
        self._mix = Zipf(seed)
        self._prefix = prefix
        self._number = 0
        self.acknowledged: list[str] = []
        self.other: list[str] = []
        self.latencies_ms: list[float] = []

    def _request(self) -> tuple[str, bytes]:
        agent, product, dest = self._mix.order()
        self._number += 1
        ref = f"{self._prefix}{self._number}"
        account = {"member_id": agent, "username": agent, "pin": PIN, "password": PASSWORD, "api_key": API_KEY}
        made = self._dialect.buy(account, Buy(product, dest, ref))
        head = f"{made.method} {self._way.mount(agent)}{made.url} HTTP/1.1\r\nHost: bench\r\n"
        headers = "".join(f"{name}: {value}\r\n" for name, value in made.headers)
        length = f"Content-Length: {len(made.body)}\r\n" if made.method == "POST" else ""
        return ref, f"{head}{headers}{length}\r\n".encode() + made.body

    async def run(self, orders: int, connections: int, rate_per_s: float | None = None) -> float:
        """Send so many orders; the seconds it took. With a rate, each is due at its time, late or not."""
        requests = [self._request() for _ in range(orders)]
        waiting = iter(enumerate(requests))
        begun = time.perf_counter()

        async def connection() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            for number, (ref, request) in waiting:
                due = time.perf_counter()
                if rate_per_s is not None:
                    due = begun + number / rate_per_s
                    if (early := due - time.perf_counter()) > 0:
                        await asyncio.sleep(early)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
                body = await reader.readexactly(length)
                self.latencies_ms.append((time.perf_counter() - due) * 1000)
                if any(word in body for word in self._way.taken):
                    self.acknowledged.append(ref)
                else:
                    self.other.append(body.decode())
            writer.close()

        await asyncio.gather(*(connection() for _ in range(connections)))
        return time.perf_counter() - begun

    def p99_ms(self) -> float:
        """The latency that 99 of 100 requests stayed under."""
        ordered = sorted(self.latencies_ms)
        return ordered[int(len(ordered) * 0.99)]
