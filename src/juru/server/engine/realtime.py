"""The real world's time, tasks and commit thread."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


class RealTime:
    """The runtime of production. ``on_error`` hears what a task raised."""

    def __init__(self, on_error: Callable[[str, BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        self._on_error = on_error or (lambda _name, _error: None)

    def now_ms(self) -> int:
        """Wall clock."""
        return time.time_ns() // 1_000_000

    def boottime_s(self) -> float:
        """A clock that counts suspend where the system has one."""
        return time.clock_gettime(self._clock)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Start a task and keep it until it ends."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(task.get_name(), error)

    async def end(self, *names: str) -> int:
        """Cancel the tasks of these names and wait until they have ended; how many there were."""
        tasks = [task for task in self._tasks if task.get_name() in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return len(tasks)

    async def run_commit(self, commit: Callable[[], None]) -> None:
        """Commit in a thread of its own: the sync waits there while the loop goes on reading sockets."""
        await asyncio.get_running_loop().run_in_executor(self._committer, commit)

    async def run_aside(self, work: Callable[[], _T]) -> _T:
        """Read in another thread, one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, work)

    def new_id(self) -> str:
        """Twelve random bytes in hex."""
        return secrets.token_hex(12)

    def close(self) -> None:
        """End what still runs."""
        for task in list(self._tasks):
            task.cancel()
        self._committer.shutdown(wait=True)
        self._aside.shutdown(wait=True)
