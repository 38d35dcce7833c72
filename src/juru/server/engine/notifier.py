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
_IN_HAND_MAX = 5_000
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
        self._told: list[Waiting] = []
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
            await self._mark_told()
            held = len(self._in_hand)
            due = self._outbox.due(self._runtime.now_ms(), held + _FETCH) if held < _IN_HAND_MAX else []
            fresh = [w for w in due if w.row.id not in self._in_hand]
            for waiting in fresh:
                self._in_hand.add(waiting.row.id)
                self._runtime.spawn(self._tell(waiting), "tell")
            if not self._told and not fresh:
                await self._wake.wait()

    async def _mark_told(self) -> None:
        """Commit what has been told, many in one command, and let go of it."""
        told, self._told = self._told, []
        by_tries: dict[int, list[int]] = {}
        for waiting in told:
            by_tries.setdefault(waiting.tries + 1, []).append(waiting.row.id)
        for tries, ids in by_tries.items():
            await self._writer.submit(Delivered(tuple(ids), tries=tries))
            self._in_hand.difference_update(ids)

    async def _tick(self) -> None:
        """What waits for its next try is looked for once a second."""
        while not self._stopping:
            await self._runtime.sleep(_IDLE_S)
            self._wake.set()

    async def _tell(self, waiting: Waiting) -> None:
        """Tell one. A failure is put off by the backoff, or given up at its end; nobody waits for a slow receiver."""
        async with self._slots:
            try:
                told = await self._outbox.deliver(waiting.row)
            except Exception as error:  # noqa: BLE001 - one receiver's trouble must not stop the others
                self._writer.incident(f"outbox {waiting.row.id}", error)
                told = False
        if told:
            self._told.append(waiting)
            self._wake.set()
            return
        tries = waiting.tries + 1
        gave_up = tries > len(BACKOFF_S)
        next_ms = None if gave_up else self._runtime.now_ms() + BACKOFF_S[tries - 1] * 1000
        await self._writer.submit(Delivered((waiting.row.id,), next_ms, tries, gave_up))
        self._in_hand.discard(waiting.row.id)
