"""Kills the server again and again under load, then proves that nothing acknowledged was lost and nothing sent twice.

``python -m tests.crash.loop --kills 300`` runs it by hand and prints how many kills hit each boundary.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.books.engine import Row
from juru.books.sqlite import SqliteEngine
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.values.msisdn import to_local
from tests.crash.banker import Banker
from tests.crash.cell import build
from tests.crash.goods import Biller, Till
from tests.crash.market import Market
from tests.crash.process import Client, Life, Nursery
from tests.crash.victim import BOUNDARIES, Plan
from tests.support.raw_peer import free_port

CLIENTS = 12
PAUSE_S = 0.02
LIFE_MAX_S = 3.0
SETTLE_S = 60.0
RECHECKED = 40
RANDOM_PER_ROUND = 4
RANDOM = "random"
_TAG = re.compile(r"#(\d+) R#(\S+) ")
_BUSY = ("sibuk", "busy")


class Report(msgspec.Struct):
    """What a run did and what it found; a run is good when ``faults`` is empty."""

    hits: dict[str, int]
    acknowledged: int = 0
    resent: int = 0
    rechecked: int = 0
    final: dict[str, int] = {}
    bought: int = 0
    asked: int = 0
    commits: int = 0
    tickets: int = 0
    bank_rows: int = 0
    bills: int = 0
    vouchers: int = 0
    seconds: float = 0.0
    faults: list[str] = []

    @property
    def kills(self) -> int:
        """All kills, whatever they hit."""
        return sum(self.hits.values())

    def text(self) -> str:
        """For a person."""
        rows = [f"  {name:<18} {self.hits.get(name, 0)}" for name in (*BOUNDARIES, RANDOM)]
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.final.items()))
        told = [
            f"{self.kills} kills in {self.seconds:.0f} s hit:",
            *rows,
            f"{self.acknowledged} orders acknowledged ({states})",
            f"{self.resent} sent again after a kill, {self.rechecked} checked again after a restart",
            f"{self.bought} orders and {self.asked} inquiries read by the supplier, {self.commits} commits audited",
            f"{self.tickets} tickets told and paid, {self.bank_rows} rows of statements brought in, each counted once",
            f"{self.bills} bills paid for, {self.vouchers} vouchers told",
            *(f"FAULT {fault}" for fault in self.faults),
        ]
        return "\n".join(told)


def dest_of(number: int) -> str:
    """Each order has a destination of its own."""
    return f"0812{number:08d}"


class Load:
    """Agents' servers that order without end and repeat whatever was not acknowledged, by its reference."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.up = asyncio.Event()
        self.stopping = False
        self.acked: dict[str, int] = {}
        self.fresh: list[str] = []
        self.resent = 0
        self.rechecked = 0
        self.faults: list[str] = []
        self._next = 0

    async def client(self) -> None:
        """One client: the next order only when this one is acknowledged."""
        client = Client(self.port)
        while not self.stopping:
            self._next += 1
            await self._until_acknowledged(client, f"K{self._next}", dest_of(self._next))
            await asyncio.sleep(PAUSE_S)
        client.close()

    async def _until_acknowledged(self, client: Client, ref: str, dest: str) -> None:
        tries = 0
        while True:
            await self.up.wait()
            text = await client.order(ref, dest)
            if text is not None and self._taken(ref, text):
                self.resent += tries > 0
                return
            tries += 1
            await asyncio.sleep(0.02)

    def _taken(self, ref: str, text: str) -> bool:
        found = _TAG.match(text)
        if found is None:
            if not any(word in text.lower() for word in _BUSY):
                self.faults.append(f"{ref} refused: {text}")
                return True
            return False
        if found[2] != ref:
            self.faults.append(f"{ref} answered with {text}")
        self.acked[ref] = int(found[1])
        self.fresh.append(ref)
        return True

    async def recheck(self, client: Client) -> None:
        """What was acknowledged before the kill is still the same order, asked by a check and by the order again."""
        latest, self.fresh = self.fresh[-RECHECKED:], []
        for place, ref in enumerate(latest):
            text = await client.order(ref, dest_of(int(ref[1:])), check=place % 4 > 0)
            if text is None:
                self.fresh[:0] = latest[place:]
                return
            found = _TAG.match(text)
            if found is None or (int(found[1]), found[2]) != (self.acked[ref], ref):
                self.faults.append(f"acknowledged {ref} as #{self.acked[ref]}, after a restart: {text}")
            self.rechecked += 1


class Loop:
    """One run over one data directory."""

    def __init__(
        self, data: DataDir, market: Market, biller: Biller, *, seed: int, only: str = "", broken: bool = False
    ) -> None:
        self._data = data
        self._only = only
        self._broken = broken
        self._market = market
        self._random = random.Random(seed)
        self._port = free_port()
        self._load = Load(self._port)
        self._banker = Banker(data, self._port, seed=seed)
        self._till = Till(data, self._port, biller)
        self.hits: Counter[str] = Counter()

    def _plan(self, kill: int) -> Plan:
        """Every boundary in turn, and a few kills at random after each round of them."""
        place = kill % (len(BOUNDARIES) + RANDOM_PER_ROUND)
        boundary = self._only or (BOUNDARIES[place] if place < len(BOUNDARIES) else "")
        count = self._random.choice((1, 2, 5, 15, 40)) if boundary else 1
        return Plan(str(self._data.path), self._port, boundary, count, without_sending_commit=self._broken)

    async def run(self, kills: int, seconds: float) -> Report:
        """Kill so often, at most so long; then settle and judge."""
        started_s = time.monotonic()
        clients = [asyncio.create_task(self._load.client()) for _ in range(CLIENTS)]
        enough = asyncio.Event()
        banking = asyncio.create_task(self._banker.live(self._load.up, enough))
        selling = asyncio.create_task(self._till.live(self._load.up, enough))
        async with Nursery(self._data.path / "stderr.log") as nursery:
            for kill in range(kills):
                if time.monotonic() - started_s > seconds:
                    break
                plan = self._plan(kill)
                self.hits[await self._one_life(await nursery.start(plan), plan)] += 1
            last = await nursery.start(Plan(str(self._data.path), self._port))
            assert await last.ready(self._port), "the last start failed"
            self._load.up.set()
            self._load.stopping = True
            enough.set()
            await asyncio.wait_for(asyncio.gather(*clients, banking, selling), 30)
            assert await self._banker.bring_in(), "the whole statement at last"
            await self._till.recheck()
            client = Client(self._port)
            await self._load.recheck(client)
            client.close()
            await self._settled()
            last.kill(signal.SIGTERM)
            await last.ended(20)
        return self._judged(time.monotonic() - started_s)

    async def _one_life(self, life: Life, plan: Plan) -> str:
        """Serve under load until the kill; what it hit."""
        if await life.ready(self._port):
            self._load.up.set()
            client = Client(self._port)
            checking = asyncio.create_task(self._load.recheck(client))
            await self._wait_for_end(life, LIFE_MAX_S if plan.boundary else self._random.uniform(0.1, 2.5))
            life.kill()
            await checking
            client.close()
        code = await life.ended(10)
        self._load.up.clear()
        if code != -signal.SIGKILL:
            self._load.faults.append(f"a server ended by itself with {code}")
        return life.hit or RANDOM

    async def _wait_for_end(self, life: Life, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await life.ended(seconds)

    async def _settled(self) -> None:
        """Wait until no order is open and no report waits."""
        until_s = time.monotonic() + (3.0 if self._broken else SETTLE_S)
        while time.monotonic() < until_s:
            if not self._count("orders WHERE state = 'accepted'") and not self._count("outbox WHERE state = 'waiting'"):
                return
            await asyncio.sleep(0.25)

    def _count(self, what: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {what}")[0][0])

    def _rows(self, sql: str) -> list[Row]:
        engine = SqliteEngine(self._data.database, read_only=True)
        try:
            return engine.rows(sql)
        finally:
            engine.close()

    def _judged(self, seconds: float) -> Report:
        book: dict[str, tuple[int, str, str]] = {
            ref: (number, state, to_local(dest))
            for ref, number, state, dest in self._rows("SELECT ref, id, state, dest FROM orders WHERE ref LIKE 'K%'")
        }
        faults = [*self._load.faults, *self._faults(book), *self._banker.judged(), *self._findings()]
        faults += self._till.judged()
        return Report(
            hits=dict(self.hits),
            acknowledged=len(self._load.acked),
            resent=self._load.resent,
            rechecked=self._load.rechecked,
            final=dict(Counter(state for _, state, _ in book.values())),
            bought=len(self._market.bought),
            asked=self._market.checks.total(),
            commits=self._count("commits"),
            tickets=len(self._banker.told),
            bank_rows=self._banker.brought,
            bills=len(self._till.bills),
            vouchers=len(self._till.vouchers),
            seconds=seconds,
            faults=faults[:50],
        )

    def _findings(self) -> list[str]:
        engine = SqliteEngine(self._data.database, read_only=True)
        try:
            return [f"audit: {finding}" for finding in audit(engine).found]
        finally:
            engine.close()

    def _faults(self, book: dict[str, tuple[int, str, str]]) -> list[str]:
        """Book, clients and supplier's log side by side."""
        found = [f"acknowledged {ref} is not in the book" for ref in self._load.acked if ref not in book]
        found += [
            f"acknowledged {ref} as #{number}, in the book it is #{book[ref][0]}"
            for ref, number in self._load.acked.items()
            if ref in book and book[ref][0] != number
        ]
        times = Counter((order.supplier, order.ref) for order in self._market.bought)
        found += [f"{ref} was sent {count} times to {who}" for (who, ref), count in times.items() if count > 1]
        attempts = {row[0] for row in self._rows("SELECT ref FROM attempts")}
        found += [f"the supplier read {ref}, unknown to the book" for _, ref in times if ref not in attempts]
        delivered = self._market.delivered()
        for ref, (number, state, dest) in book.items():
            wanted = {"success": 1, "failed": 0}.get(state)
            if wanted is None:
                found.append(f"{ref} #{number} is still {state}")
            elif delivered[dest] != wanted:
                found.append(f"{ref} #{number} is {state} and was delivered {delivered[dest]} times")
            if wanted is not None and not self._market.reported[ref]:
                found.append(f"{ref} #{number} is {state} and its agent was never told")
        return found


async def run(path: Path, *, kills: int, seconds: float, seed: int, only: str = "", broken: bool = False) -> Report:
    """A whole run in a fresh directory; ``only`` one boundary, ``broken`` without the ``sending`` commit."""
    biller = Biller()
    async with Market(biller.answer) as market:
        data = await build(path, market.url)
        loop = Loop(data, market, biller, seed=seed, only=only, broken=broken)
        return await loop.run(kills, seconds)


def main(say: Callable[[str], object] = print) -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    path = Path(tempfile.mkdtemp(prefix="juru-crash-"))
    say(f"seed {given.seed}, directory {path}")
    report = asyncio.run(run(path, kills=given.kills, seconds=given.seconds, seed=given.seed))
    say(report.text())
    if report.faults:
        return 1
    shutil.rmtree(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
