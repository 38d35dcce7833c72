"""Load: OtomaX orders of one agent over HTTP, for the bench and the kill tests.

Without ``rate`` as many as ``concurrency`` allows; with it one every 1/rate seconds, and a latency counts from the
moment an order was due, so that a server that stalls cannot hide it. The client's own repeat of a GET on a connection
that was closed while idle is harmless: the same reference is the same order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlencode

import aiohttp
import msgspec
from yarl import URL

from juru.server.dialects.otomax import sign_trx

PATH = "/h2h/otomax/trx"
TIMEOUT_S = 30.0


class LoadAgent(Protocol):
    """Who orders: a ``DemoAgent``, or anything with these."""

    @property
    def member_id(self) -> str:
        """His id."""

    @property
    def pin(self) -> str:
        """His PIN."""

    @property
    def password(self) -> str | None:
        """His password."""


class LoadProduct(Protocol):
    """What is ordered. A destination that differs from the sample in its last two digits is valid."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def sample_destination(self) -> str:
        """A valid destination."""


class LoadResult(msgspec.Struct):
    """What the client saw, by reference. ``acked``: the reply said accepted or sold; ``refused``: it said GAGAL.

    ``errors``: no such reply came (the reason in a word), so those orders may stand in the book or not.
    """

    acked: dict[str, str] = {}
    refused: dict[str, str] = {}
    errors: dict[str, str] = {}
    latencies_ms: list[float] = []
    elapsed_s: float = 0.0

    @property
    def acked_per_s(self) -> float:
        """Acknowledged orders per second."""
        return len(self.acked) / self.elapsed_s if self.elapsed_s else 0.0

    def latency_ms(self, percent: float) -> float:
        """The latency that so many percent of the replies did not exceed; 0 without replies."""
        ordered = sorted(self.latencies_ms)
        return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)] if ordered else 0.0


async def run_load(
    url: str,
    agent: LoadAgent,
    product: LoadProduct,
    *,
    orders: int,
    concurrency: int,
    rate: float | None = None,
    prefix: str = "load-",
    on_ack: Callable[[str], None] | None = None,
) -> LoadResult:
    """Send so many orders with the references ``prefix0``, ``prefix1`` ...

    ``on_ack`` is told each acknowledged reference. The agent has to be one whose replies are Indonesian.
    """
    result = LoadResult()
    numbers = iter(range(orders))
    connector = aiohttp.TCPConnector(limit=concurrency)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        started = time.perf_counter()

        async def work() -> None:
            for number in numbers:
                due = started + number / rate if rate else time.perf_counter()
                if (wait_s := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait_s)
                ref = f"{prefix}{number}"
                target = order_url(url, agent, product, ref, number)
                if await _order(session, target, ref, due, result) and on_ack is not None:
                    on_ack(ref)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(concurrency, orders)):
                workers.create_task(work())
        result.elapsed_s = time.perf_counter() - started
    return result


def order_url(url: str, agent: LoadAgent, product: LoadProduct, ref: str, number: int) -> URL:
    """The signed address of one order; ``number`` varies the last two digits of the destination."""
    dest = f"{product.sample_destination[:-2]}{number % 100:02d}"
    sign = sign_trx(
        member_id=agent.member_id,
        product=product.code,
        dest=dest,
        ref=ref,
        pin=agent.pin,
        password=agent.password or "",
    )
    query = {"product": product.code, "qty": 1, "dest": dest, "refID": ref, "memberID": agent.member_id, "sign": sign}
    return URL(f"{url}{PATH}?{urlencode(query)}", encoded=True)


async def _order(session: aiohttp.ClientSession, target: URL, ref: str, due: float, result: LoadResult) -> bool:
    """Send one and note what came; True when it was acknowledged."""
    try:
        async with session.get(target, allow_redirects=False) as reply:
            text = await reply.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        result.errors[ref] = type(error).__name__
        return False
    result.latencies_ms.append((time.perf_counter() - due) * 1000)
    if reply.status != 200:
        result.errors[ref] = f"http_{reply.status}"
    elif f"R#{ref} " not in text:
        result.errors[ref] = f"unreadable: {text[:80]}"
    elif "GAGAL" in text:
        result.refused[ref] = text
    elif "diproses" in text or "SUKSES" in text:
        result.acked[ref] = text
    else:
        # A reply without a status word (busy, too many requests) decides nothing about the order.
        result.errors[ref] = f"undecided: {text[:80]}"
    return ref in result.acked
