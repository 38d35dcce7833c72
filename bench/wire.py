"""A small client of any dialect that costs little, so that the server is what is measured."""

from __future__ import annotations

import asyncio
import time

from bench.rig import API_KEY, PASSWORD, PIN, Zipf
from juru.server.channels import otomax
from juru.server.channels.way import Way
from juru.server.dialects import SUPPLIER_DIALECTS
from juru.server.dialects.contract import stored_form
from juru.server.domain.outcome import Buy, Outcome
from juru.values.wire import WireReply


class Load:
    """Sends orders over kept-alive connections, as the buying side of a dialect writes them, and keeps the answers."""

    def __init__(self, port: int, seed: int, prefix: str, way: Way = otomax.WAY) -> None:
        self._port = port
        self._mix = Zipf(seed)
        self._prefix = prefix
        self._number = 0
        self._way = way
        self._dialect = SUPPLIER_DIALECTS[way.sheet.name]
        self.acknowledged: list[str] = []
        self.other: list[str] = []
        self.latencies_ms: list[float] = []

    def _request(self) -> tuple[str, bytes]:
        agent, product, dest = self._mix.order()
        self._number += 1
        ref = f"{self._prefix}{self._number}"
        account = {"member_id": agent, "username": agent, "user": agent, "pin": PIN, "password": PASSWORD}
        request = self._dialect.buy(account | {"api_key": API_KEY}, Buy(product, stored_form(dest), ref))
        mount = self._way.sheet.mount.replace("<agent>", agent)
        lines = [f"{request.method} {mount}{request.url} HTTP/1.1", "Host: bench"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        if request.body:
            lines.append(f"Content-Length: {len(request.body)}")
        return ref, "\r\n".join((*lines, "", "")).encode() + request.body

    async def run(self, orders: int, connections: int, rate_per_s: float | None = None) -> float:
        """Send so many orders; the seconds it took. With a rate, each is due at its time, late or not."""
        requests = [self._request() for _ in range(orders)]
        waiting = iter(enumerate(requests))
        answers: list[tuple[str, bytes]] = []
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
                answers.append((ref, body))
            writer.close()

        await asyncio.gather(*(connection() for _ in range(connections)))
        seconds = time.perf_counter() - begun
        for ref, body in answers:
            taken = self._dialect.read_reply(WireReply(200, body)).outcome in {Outcome.PENDING, Outcome.SUCCESS}
            (self.acknowledged if taken else self.other).append(ref if taken else body.decode())
        return seconds

    def p99_ms(self) -> float:
        """The latency that 99 of 100 requests stayed under."""
        ordered = sorted(self.latencies_ms)
        return ordered[int(len(ordered) * 0.99)]
