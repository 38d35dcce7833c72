"""Time that is stepped: an event loop whose clock stands while anything can be done and then jumps to the next timer.

Everything that waits on this loop (the engine's sleeps, a client's time limit, a supplier's late report) waits on one
clock, so sleepers wake in the order of their times and a year passes as fast as its work is done. Sockets are real:
both ends of each are in this process, so a loop with nothing to read has nothing under way but waits.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from juru.server.engine.realtime import RealTime

_T = TypeVar("_T")
TICK_S = 1.0
GRAIN_S = 300.0
"""Whoever looks around every second or more is woken on a grid this wide: a year has a hundred thousand such steps."""
GRACE_S = 0.002
"""How long, really, the kernel is waited for while a request is on the wire."""


class _Selector(selectors.DefaultSelector):
    """Waits for nothing: when no socket has anything, the clock jumps instead."""

    jump: Callable[[float], None]
    grace_s: Callable[[], float]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if ready := super().select(1.0 if timeout is None else self.grace_s()):
            return ready
        if timeout is not None:
            self.jump(timeout)
        return []


class SteppedLoop(asyncio.SelectorEventLoop):
    """``on_the_wire`` says whether an answer may still be on its way through the kernel."""

    def __init__(self) -> None:
        selector = _Selector()
        super().__init__(selector)
        self._now_s = 0.0
        # A year in seconds leaves a float some nanoseconds: what is due must not be missed by one.
        self._clock_resolution = 1e-6
        self.on_the_wire: Callable[[], bool] = lambda: False
        self.jumps = 0
        selector.jump = self._jump
        selector.grace_s = lambda: GRACE_S if self.on_the_wire() else 0.0

    def time(self) -> float:
        return self._now_s

    def _jump(self, seconds: float) -> None:
        self.jumps += 1
        self._now_s += seconds


class SteppedTime(RealTime):
    """The engine's runtime on a stepped loop; commits and long readings are done in place."""

    def __init__(
        self, loop: SteppedLoop, begun_ms: int, ids: Iterator[int], on_error: Callable[[str, BaseException], None]
    ) -> None:
        super().__init__(on_error)
        self._loop = loop
        self._begun_ms = begun_ms
        self._ids = ids

    def now_ms(self) -> int:
        return self._begun_ms + round(self._loop.time() * 1000)

    def boottime_s(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Short waits as they are; the clocks that only look around together, on the grid."""
        if seconds < TICK_S:
            await asyncio.sleep(seconds)
            return
        now_s = self._loop.time()
        await asyncio.sleep(((now_s + seconds) // GRAIN_S + 1) * GRAIN_S - now_s)

    async def until(self, at_ms: int) -> None:
        """Wait for an instant."""
        await asyncio.sleep(max(at_ms - self.now_ms(), 0) / 1000)

    async def run_commit(self, commit: Callable[[], None]) -> None:
        commit()

    async def run_aside(self, work: Callable[[], _T]) -> _T:
        return work()

    def new_id(self) -> str:
        return f"year-{next(self._ids)}"


def run(main: Callable[[SteppedLoop], Coroutine[Any, Any, _T]]) -> _T:
    """Run something on a stepped loop of its own."""
    loop = SteppedLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main(loop))
