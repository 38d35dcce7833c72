"""Reports of the simulated suppliers to their buyers: at least once, a few at a time, again after a wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from juru.simulation.seller import Report

AT_ONCE = 50
TIMEOUT_S = 10.0


class Reporter:
    """Sends reports in the background. A buyer that does not answer 200 is told again after ``again_after_s``."""

    def __init__(self, again_after_s: Sequence[float] = (1, 2, 5, 10, 30)) -> None:
        self.sent = 0
        self.given_up = 0
        self._again_after_s = tuple(again_after_s)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def send(self, report: Report) -> None:
        """Begin to send one; returns at once."""
        task = asyncio.get_running_loop().create_task(self._deliver(report))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, report: Report) -> None:
        for wait_s in (*self._again_after_s, None):
            async with self._slots:
                told = await self._once(report)
            if told:
                self.sent += 1
                return
            if wait_s is not None:
                await asyncio.sleep(wait_s)
        self.given_up += 1

    async def _once(self, report: Report) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        try:
            async with self._session.request(
                report.method, report.url, data=report.body or None, headers=report.headers, allow_redirects=False
            ) as reply:
                return reply.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
