"""A small shop whose agents ask to be told of price changes, and what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.domain.agent import Agent, PriceNotices
from juru.server.domain.pricing import quote
from juru.server.engine.price_teller import PriceNews, PriceTeller
from juru.server.engine.writer import Writer
from juru.server.store.reads.prices import PriceReads
from juru.server.store.store import Store
from tests.support.cells import InlineRuntime, SmallCell, open_shop


class TaskTime(InlineRuntime):
    """Time of the test's, tasks that are waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[asyncio.Task[None]] = []

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work, name=name))


class PriceShop:
    """The small shop; ``told`` is every notice that was taken, ``refusing`` who takes none."""

    def __init__(self, path: Path) -> None:
        self.cell: SmallCell = open_shop(path)
        self.time = TaskTime()
        self.time.time_ms = self.cell.runtime.time_ms
        self.told: list[tuple[str, PriceNews]] = []
        self.refusing: set[str] = set()
        self.tried: list[str] = []
        self._reading = SqliteEngine(path, read_only=True)
        self._teller = self._new_teller()

    def _new_teller(self) -> PriceTeller:
        self.cell.writer.listeners.clear()
        return PriceTeller(self.cell.writer, PriceReads(self._reading), self.time, self._tell)

    async def _tell(self, agent: Agent, wants: PriceNotices, news: PriceNews) -> bool:
        self.tried.append(agent.code)
        if agent.code in self.refusing:
            return False
        self.told.append((agent.code, news))
        return True

    def change(self, kind: str, key: str, **changes: object) -> None:
        """A new version of an agent or product."""
        known = self.cell.writer.cell.agents if kind == "agent" else self.cell.writer.cell.products
        self.cell.save(kind, key, msgspec.structs.replace(known[key], **changes))

    def ask(self, *codes: str, wants: PriceNotices = PriceNotices.CHAT) -> None:
        """Agents ask to be told, by chat unless otherwise said."""
        for code in codes:
            self.change("agent", code, price_notices=wants, senders=(f"chat:{code}",))

    def look(self, after_s: float = 61) -> list[tuple[str, dict[str, tuple[int, int]]]]:
        """Let time pass and look; what was told by it: agent, and old and new price by product."""
        self.time.time_ms += int(after_s * 1000)
        self.cell.runtime.time_ms = self.time.time_ms
        before = len(self.told)

        async def run() -> None:
            await self._teller.tick()
            while self.time.tasks:
                await self.time.tasks.pop()

        self.cell._runner.run(run())
        return [(code, {c.product: (c.old_idr, c.new_idr) for c in news.changes}) for code, news in self.told[before:]]

    def restart(self) -> None:
        """Everything that was only in memory is gone; the writer begins anew on what is committed."""

        async def again() -> None:
            self.cell.writer.stop()
            await self.cell._writing
            self.cell.store = Store(self.cell.engine)
            self.cell.writer = Writer(self.cell.store, self.cell.runtime)
            self.cell._writing = asyncio.get_running_loop().create_task(self.cell.writer.run())

        self.cell._runner.run(again())
        self._teller = self._new_teller()

    def pays(self, code: str) -> dict[str, int]:
        """What an agent pays now, by the writer's own cell."""
        cell = self.cell.writer.cell
        return {p.code: quote(cell.agents, cell.agents[code], p).price_idr for p in cell.products.values()}

    def close(self) -> None:
        self._reading.close()
        self.cell.close()
