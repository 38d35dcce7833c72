"""Telling agents what became of their orders: at least once, with backoff, and given up after a day.

What to tell is a committed outbox row; the notifier fetches what is due, tells it, and commits what came of it.
"""

from __future__ import annotations

import asyncio

from juru.server.domain.cell import Changes
from juru.server.domain.commands import Delivered
from juru.server.engine.ports import OutboxPort, Runtime, Waiting
from juru.server.engine.writer import Writer

BACKOFF_S = (5, 15, 60, 300, 900, 3600, 3600, 3600, 3600, 7200, 7200, 7200, 14400, 14400, 14400)
_FETCH = 500
_AT_ONCE = 64
_IDLE_S = 1.0


class Notifier:
    """Delivers the outbox until stopped."""

    def __init__(self, writer: Writer, outbox: OutboxPort, runtime: Runtime) -> None:
        self._writer = writer
        self._outbox = outbox
        self._runtime = runtime
        self._wake = asyncio.Event()
        self._stopping = False
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._in_hand: set[int] = set()
        writer.listeners.append(self._on_commit)

    def _on_commit(self, changes: Changes) -> None:
        if changes.outbox:
            self._wake.set()

    def stop(self) -> None:
        """Fetch nothing more; what is being told goes on."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Fetch and tell until stopped."""
        self._runtime.spawn(self._tick(), "notifier tick")
        while not self._stopping:
            self._wake.clear()
            room = _FETCH - len(self._in_hand)
            due = self._outbox.due(self._runtime.now_ms(), _FETCH) if room > 0 else []
            fresh = [w for w in due if w.row.id not in self._in_hand]
            if not fresh:
                await self._wake.wait()
                continue
            self._in_hand.update(w.row.id for w in fresh)
            told = await asyncio.gather(*(self._tell(w) for w in fresh))
            done = tuple(i for i in told if i is not None)
            if done:
                await self._writer.submit(Delivered(done))
            self._in_hand.difference_update(w.row.id for w in fresh)

    async def _tick(self) -> None:
        """What waits for its next try is looked for once a second."""
        while not self._stopping:
            await self._runtime.sleep(_IDLE_S)
            self._wake.set()

    async def _tell(self, waiting: Waiting) -> int | None:
        """Tell one; its id when told. A failure is put off by the backoff, or given up at its end."""
        async with self._slots:
            try:
                told = await self._outbox.deliver(waiting.row)
            except Exception as error:  # noqa: BLE001 - one receiver's trouble must not stop the others
                self._writer.incident(f"outbox {waiting.row.id}", error)
                told = False
        if told:
            return waiting.row.id
        tries = waiting.tries + 1
        gave_up = tries > len(BACKOFF_S)
        next_ms = None if gave_up else self._runtime.now_ms() + BACKOFF_S[tries - 1] * 1000
        await self._writer.submit(Delivered((waiting.row.id,), next_ms, tries, gave_up))
        return None
