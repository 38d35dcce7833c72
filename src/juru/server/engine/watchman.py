"""Looking around: what is wrong beside orders, which paused supplier may be probed, which alert the owner has not had.

Every few seconds; what it sees becomes commands, so that the rules are the domain's and what follows is in the book.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from juru.server.domain.alert import Alert, Telling
from juru.server.domain.alerts import key_of
from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import AlertTold, LookedAround, SupplierProbed
from juru.server.domain.health import probes_due
from juru.server.engine.notifier import BACKOFF_S
from juru.server.engine.ports import Runtime
from juru.server.engine.writer import Writer

LOOK_EVERY_S = 15.0

Probe = Callable[[Supplier], Awaitable[bool | None]]
"""Asks a supplier something that moves nothing; None where its dialect has no such question."""
Tell = Callable[[Alert], Awaitable[bool]]
"""Tells the owner; True when he has it, or when nobody is to be told."""


class Watchman:
    """Looks until stopped."""

    def __init__(
        self, writer: Writer, runtime: Runtime, *, probe: Probe, tell: Tell, disk_free: Callable[[], int | None]
    ) -> None:
        self._writer = writer
        self._runtime = runtime
        self._probe = probe
        self._tell = tell
        self._disk_free = disk_free
        self._stopping = False
        self._clocks = (runtime.now_ms(), runtime.boottime_s())

    def stop(self) -> None:
        """Look no more."""
        self._stopping = True

    async def run(self) -> None:
        """Look, sleep, look again."""
        while not self._stopping:
            await self.look()
            await self._runtime.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Once: limits, probes, alerts."""
        commit_ms = int(self._writer.slowest_commit_s * 1000)
        self._writer.slowest_commit_s = 0.0
        await self._writer.submit(LookedAround(self._disk_free(), commit_ms, self._stepped_back_ms()))
        cell = self._writer.cell
        for code in probes_due(cell, self._runtime.now_ms()):
            await self._writer.submit(SupplierProbed(code, await self._reachable(cell.suppliers[code])))
        await self._tell_all()

    def _stepped_back_ms(self) -> int:
        """By how much the wall clock has fallen behind the one that never steps back, since the last look."""
        now_ms, boot_s = self._runtime.now_ms(), self._runtime.boottime_s()
        before_ms, before_s = self._clocks
        self._clocks = (now_ms, boot_s)
        return max(int((boot_s - before_s) * 1000) - (now_ms - before_ms), 0)

    async def _reachable(self, supplier: Supplier) -> bool | None:
        try:
            return await self._probe(supplier)
        except Exception as error:  # noqa: BLE001 - whatever a probe trips over, the supplier stays paused
            self._writer.incident(f"probe {supplier.code}", error)
            return False

    async def _tell_all(self) -> None:
        """Tell what waits and is due; a failure is put off by the notifier's backoff."""
        now_ms = self._runtime.now_ms()
        waiting = [paper for _, paper in self._writer.cell.papers.values() if isinstance(paper, Alert)]
        for alert in [a for a in waiting if a.telling is Telling.WAITING and a.next_ms <= now_ms]:
            told = await self._told(alert)
            gave_up = not told and alert.tries >= len(BACKOFF_S)
            wait_s = BACKOFF_S[min(alert.tries, len(BACKOFF_S) - 1)]
            await self._writer.submit(
                AlertTold(
                    key_of(alert.kind, alert.subject),
                    alert.since_ms,
                    alert.state.value,
                    told,
                    0 if told else now_ms + wait_s * 1000,
                    gave_up,
                )
            )

    async def _told(self, alert: Alert) -> bool:
        try:
            return await self._tell(alert)
        except Exception as error:  # noqa: BLE001 - the owner's receiver must not stop the watch
            self._writer.incident(f"alert {alert.kind}", error)
            return False
