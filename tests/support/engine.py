"""A real writer over a real SQLite store, with time, suppliers and the disk's trouble in the test's hands."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AddDeposit, Command, DepositKind, OrderLine, PlaceOrder, SaveRecord
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.domain.results import Done, Placed, Result
from juru.server.engine.ports import Told
from juru.server.engine.writer import StorageError, Writer
from juru.server.store.migrate import migrate
from juru.server.store.store import Store
from tests.support.domain import DEST, START_MS, market

T = TypeVar("T")
TICK_S = 0.001


class HandTime:
    """A clock that a test moves; tasks are kept so that their errors are seen."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.time_ms = now_ms
        self.tasks: set[asyncio.Task[None]] = set()
        self.errors: list[BaseException] = []
        self._ids = 0

    def now_ms(self) -> int:
        return self.time_ms

    def boottime_s(self) -> float:
        return self.time_ms / 1000

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the clock so far."""
        until_ms = self.time_ms + seconds * 1000
        while self.time_ms < until_ms:  # noqa: ASYNC110 - the clock is moved by hand, nothing announces it
            await asyncio.sleep(TICK_S)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)

    async def run_commit(self, commit: Callable[[], None]) -> None:
        await asyncio.sleep(0)
        commit()

    async def run_aside(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(0)
        return work()

    def new_id(self) -> str:
        self._ids += 1
        return f"id-{self.time_ms}-{self._ids}"


class TroubledStore(Store):
    """A store whose next writes or commits fail as told: ``write``, ``before`` or ``after`` the commit."""

    trouble: list[str]

    def write(self, cell: Cell, batch_id: str) -> None:
        super().write(cell, batch_id)
        if self.trouble and self.trouble[0] == "write":
            raise OSError(self.trouble.pop(0))

    def commit(self) -> None:
        if self.trouble and self.trouble[0] == "before":
            raise OSError(self.trouble.pop(0))
        super().commit()
        if self.trouble and self.trouble[0] == "after":
            raise OSError(self.trouble.pop(0))


class Scripted:
    """A supplier that answers as told and remembers what it was asked."""

    def __init__(self) -> None:
        self.bought: list[tuple[str, Buy]] = []
        self.inquired: list[str] = []
        self.answers: list[Answer | Exception] = []
        self.gate: asyncio.Event | None = None
        self.before_first_byte: Callable[[Buy], None] = lambda _buy: None
        self.at_once = 0
        self.most_at_once = 0

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.gate is not None:
                await self.gate.wait()
            self.before_first_byte(buy)
            if not may_send():
                return Told(Answer(Outcome.REFUSED, reason="not_sent"))
            self.bought.append((supplier.code, buy))
            return self._next(buy)
        finally:
            self.at_once -= 1

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        assert may_send()
        self.inquired.append(buy.ref)
        return self._next(buy)

    def _next(self, buy: Buy) -> Told:
        answer = self.answers.pop(0) if self.answers else Answer(Outcome.SUCCESS, sn=f"SN{buy.ref}")
        if isinstance(answer, Exception):
            raise answer
        return Told(msgspec.structs.replace(answer, ref=buy.ref))


class Running:
    """A cell in a directory with its writer at work."""

    def __init__(self, path: Path, *, queue_max: int = 5_000, reopening: bool = False) -> None:
        self.path = path
        self.time = HandTime()
        self.trouble: list[str] = []
        self.engines: list[SqliteEngine] = []
        self.incidents: list[tuple[str, BaseException]] = []
        self._queue_max = queue_max
        self._reopening = reopening
        migrate(self._engine())
        self.writer = self._writer()
        self._run: asyncio.Task[None] | None = None

    def _engine(self) -> SqliteEngine:
        engine = SqliteEngine(self.path / "cell.db", synchronous="OFF")
        self.engines.append(engine)
        return engine

    def _open(self) -> TroubledStore:
        """A store on a connection of its own; the one before is dropped, as a process that died would drop it."""
        for engine in self.engines:
            engine.close()
        self.engines.clear()
        store = TroubledStore(self._engine())
        store.trouble = self.trouble
        return store

    def _writer(self) -> Writer:
        reopen = self._open if self._reopening else None
        writer = Writer(self._open(), self.time, queue_max=self._queue_max, reopen=reopen)
        writer.incident = lambda name, error: self.incidents.append((name, error))
        return writer

    def read(self) -> SqliteEngine:
        """A second connection, which sees only what is committed."""
        engine = SqliteEngine(self.path / "cell.db", read_only=True)
        self.engines.append(engine)
        return engine

    def start(self) -> None:
        """Let the writer work."""
        self._run = asyncio.create_task(self.writer.run())

    async def stock_up(self, cell: Cell | None = None) -> None:
        """Configure the small market, or another, and give BUDI a million."""
        cell = cell or market().cell
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("operator", cell.operators),
            ("prefixes", {"TABLE": cell.prefixes}),
            ("product", cell.products),
            ("supplier", cell.suppliers),
            ("offer", {o.key: o for offers in cell.offers.values() for o in offers}),
            ("agent", cell.agents),
        ]
        for kind, records in kinds:
            for key, record in records.items():
                await self.save(kind, key, record)
        await self.deposit("BUDI", 1_000_000)

    async def save(self, kind: str, key: str, record: msgspec.Struct) -> None:
        """A new version of a record."""
        result = await self.do(SaveRecord(kind, key, msgspec.json.encode(record), "t", "t"))
        assert isinstance(result, Done), result

    async def deposit(self, agent: str, amount_idr: int) -> None:
        """Money for an agent."""
        request_id = f"d{self.writer.commands}"
        await self.do(AddDeposit(DepositKind.AGENT, agent, amount_idr, "test", "t", request_id))

    async def do(self, command: Command) -> Result:
        """One command, committed."""
        async with asyncio.timeout(20):
            return await self.writer.submit(command)

    def order(self, ref: str, dest: str = DEST, agent: str = "BUDI", product: str = "S10") -> PlaceOrder:
        """An H2H order."""
        return PlaceOrder(agent, (OrderLine(dest, product=product),), "h2h-otomax", ref=ref)

    async def placed(self, ref: str, dest: str = DEST, **more: str) -> int:
        """An order that must be accepted; its number."""
        result = await self.do(self.order(ref, dest, **more))
        assert isinstance(result, Placed), result
        return result.orders[0].order_id

    async def until(self, true: Callable[[], object], why: str = "") -> None:
        """Wait, with the clock standing still, until something holds."""
        for _ in range(5_000):
            if true():
                return
            await asyncio.sleep(TICK_S)
        raise AssertionError(why or "it never came true")

    async def stop(self) -> None:
        """Commit what waits and stop, as a clean end does."""
        self.writer.stop()
        if self._run is not None:
            await asyncio.wait_for(self._run, 20)

    async def restart(self) -> Writer:
        """A new writer on the same directory; what was only in memory is gone."""
        await self.stop()
        self.writer = self._writer()
        self.start()
        return self.writer

    async def close(self) -> None:
        """End every task and connection."""
        for task in list(self.time.tasks):
            task.cancel()
        self.writer.stop()
        if self._run is not None:
            await asyncio.gather(self._run, return_exceptions=True)
        for engine in self.engines:
            engine.close()
        stray = [error for error in self.time.errors if not isinstance(error, StorageError)]
        assert stray == []


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test in a loop of its own."""

    @functools.wraps(test)
    def runner(*args: object, **kwargs: object) -> None:
        asyncio.run(test(*args, **kwargs))

    return runner
