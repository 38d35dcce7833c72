"""Telling agents that prices they pay have changed: once a window, each one all his changes in one message.

What changed is worked out beside the writer, an agent at a time, from the records of the book: the prices that an
agent was told last against those of now. Only that he has been told is committed, so a stop loses nothing: what he had
not been told yet is still a difference afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from juru.server.domain.agent import Agent, AgentStatus, PriceNotices
from juru.server.domain.cell import Changes
from juru.server.domain.commands import PricesTold
from juru.server.domain.price_notices import PriceChange, chain_of, price_changes
from juru.server.domain.price_watch import PriceWatch
from juru.server.engine.notifier import BACKOFF_S
from juru.server.engine.ports import PriceBookPort, Runtime
from juru.server.engine.writer import Writer

_TICK_S = 1.0
_AT_ONCE = 32
_BREATH_S = 0.005
"""Between two agents the others get their turn."""
_PRICING = frozenset({"product", "agent"})


class PriceNews(msgspec.Struct, frozen=True):
    """What an agent is told."""

    at_ms: int
    changes: tuple[PriceChange, ...]


Tell = Callable[[Agent, PriceNotices, PriceNews], Awaitable[bool]]
"""Tells an agent where he wants it; True when he has it."""


class _Late(msgspec.Struct, frozen=True):
    """A notice that nobody took, and when it is tried again."""

    tries: int
    next_ms: int


class PriceTeller:
    """Looks once a window until stopped."""

    def __init__(self, writer: Writer, book: PriceBookPort, runtime: Runtime, tell: Tell) -> None:
        self._writer = writer
        self._book = book
        self._runtime = runtime
        self._tell = tell
        self._due_ms: int | None = runtime.now_ms()
        self._seen: dict[str, int] = {}
        self._in_hand: set[str] = set()
        self._late: dict[str, _Late] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._stopping = False
        writer.listeners.append(self._on_commit)

    def _on_commit(self, changes: Changes) -> None:
        if self._due_ms is None and any(record.kind in _PRICING for record in changes.records):
            self._due_ms = self._runtime.now_ms() + self._writer.cell.settings.price_notice_window_s * 1000

    def stop(self) -> None:
        """Look no more; what is being told goes on."""
        self._stopping = True

    async def run(self) -> None:
        """Tick until stopped."""
        while not self._stopping:
            await self.tick()
            await self._runtime.sleep(_TICK_S)

    async def tick(self) -> None:
        """Tell whom it is time to tell."""
        now_ms = self._runtime.now_ms()
        late = {code for code, waiting in self._late.items() if waiting.next_ms <= now_ms}
        if self._due_ms is not None and self._due_ms <= now_ms:
            self._due_ms = None
            await self._look(lambda code: code in late or code not in self._late)
        elif late:
            await self._look(late.__contains__)

    async def _look(self, wanted: Callable[[str], bool]) -> None:
        """Work out what each agent is to be told, one after the other; a telling is a task of its own."""
        try:
            until = await self._runtime.run_aside(self._book.latest)
            for watch in self._watches(wanted):
                if self._stopping:
                    return
                async with self._slots:
                    changes = await self._runtime.run_aside(partial(self._changes, watch, until))
                await self._runtime.sleep(_BREATH_S)
                if not changes:
                    self._seen[watch.agent] = until
                    self._late.pop(watch.agent, None)
                    continue
                self._in_hand.add(watch.agent)
                self._runtime.spawn(self._told(watch, until, changes), "tell prices")
        except Exception as error:  # noqa: BLE001 - seen as an incident; nobody is taken to have been told
            self._writer.incident("price notices", error)
            self._due_ms = self._runtime.now_ms() + BACKOFF_S[0] * 1000

    def _watches(self, wanted: Callable[[str], bool]) -> list[PriceWatch]:
        cell = self._writer.cell
        found = []
        for _, paper in cell.papers.values():
            if not isinstance(paper, PriceWatch) or paper.wants is PriceNotices.NONE:
                continue
            if paper.agent in self._in_hand:
                # He is being told of an earlier state: what came since is looked for when that is over.
                self._due_ms = self._due_ms or self._runtime.now_ms() + BACKOFF_S[0] * 1000
            elif cell.agents[paper.agent].status is AgentStatus.ACTIVE and wanted(paper.agent):
                found.append(paper)
        return sorted(found, key=lambda watch: watch.agent_id)

    def _changes(self, watch: PriceWatch, until: int) -> tuple[PriceChange, ...]:
        """What one agent is to be told. Between two looks in vain his prices were the same, so the later one counts."""
        since = max(watch.told_until, self._seen.get(watch.agent, 0))
        if since >= until:
            return ()
        saved = self._book.repriced(since, until)
        then, now = self._book.at(since), self._book.at(until)
        above = chain_of(then, watch.agent).keys() | chain_of(now, watch.agent).keys()
        products = self._book.products() if above & saved.agents else sorted(saved.products)
        return price_changes(then, now, watch.agent, products)

    async def _told(self, watch: PriceWatch, until: int, changes: tuple[PriceChange, ...]) -> None:
        cell = self._writer.cell
        try:
            async with self._slots:
                told = await self._tell(cell.agents[watch.agent], watch.wants, PriceNews(cell.now_ms, changes))
        except Exception as error:  # noqa: BLE001 - one receiver's trouble must not stop the others
            self._writer.incident(f"price notice {watch.agent}", error)
            told = False
        tries = 0 if told else self._late.get(watch.agent, _Late(0, 0)).tries + 1
        if told or tries > len(BACKOFF_S):
            await self._writer.submit(PricesTold(watch.agent, until, gave_up=not told))
            self._seen[watch.agent] = until
            self._late.pop(watch.agent, None)
        else:
            self._late[watch.agent] = _Late(tries, self._runtime.now_ms() + BACKOFF_S[tries - 1] * 1000)
        self._in_hand.discard(watch.agent)
