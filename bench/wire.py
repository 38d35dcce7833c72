"""A small OtomaX client that costs little, so that the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

from bench.rig import PASSWORD, PIN, Zipf
from juru.server.dialects.otomax import sign_trx


class Load:
    """Sends signed orders over kept-alive connections and keeps what was answered."""

    def __init__(self, port: int, seed: int, prefix: str) -> None:
        self._port = port
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
        query = {"product": product, "qty": "1", "dest": dest, "refID": ref, "memberID": agent}
        query["sign"] = sign_trx(member_id=agent, product=product, dest=dest, ref=ref, pin=PIN, password=PASSWORD)
        return ref, f"GET /h2h/otomax/trx?{urlencode(query)} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()

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
                (self.acknowledged if b"akan diproses" in body or b"SUKSES" in body else self.other).append(
                    ref if b"akan diproses" in body else body.decode()
                )
            writer.close()

        await asyncio.gather(*(connection() for _ in range(connections)))
        return time.perf_counter() - begun

    def p99_ms(self) -> float:
        """The latency that 99 of 100 requests stayed under."""
        ordered = sorted(self.latencies_ms)
        return ordered[int(len(ordered) * 0.99)]
