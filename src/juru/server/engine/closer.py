"""The daily close: shortly after midnight, and after any stop, every day that is over is folded and closed, in order.

It works beside the writer: a day is read a slice at a time on a connection of its own, and its lines reach the writer
in small commands, so orders go on. Stopped anywhere, it goes on from the lines that are kept.
"""

from __future__ import annotations

import asyncio

from juru.server.domain.closing import next_to_close
from juru.server.domain.commands import BeginClose, CloseDay, Command, KeepSums
from juru.server.domain.refusals import Refusal
from juru.server.domain.sums import AccountLine, DayFold, SumLine
from juru.server.engine.ports import ClosePort, Runtime
from juru.server.engine.writer import Writer
from juru.values.days import business_day, day_after

LINES_AT_ONCE = 500
_TICK_S = 20.0
_BREATH_S = 0.005


class CloseRefusedError(RuntimeError):
    """The writer did not take what belongs to the next day to close: a bug, or another closer."""


class Closer:
    """Closes days, one at a time; ``run`` by the clock, ``close`` when a person asks."""

    def __init__(self, writer: Writer, books: ClosePort, runtime: Runtime) -> None:
        self._writer = writer
        self._books = books
        self._runtime = runtime
        self._alone = asyncio.Lock()
        self._stopping = False

    def stop(self) -> None:
        """Begin no further day."""
        self._stopping = True

    async def run(self) -> None:
        """Look every few seconds whether a day is over, until stopped."""
        while not self._stopping:
            try:
                await self.close()
            except Exception as error:  # noqa: BLE001 - seen as an incident; the day is still due and is tried again
                self._writer.incident("daily close", error)
            await self._runtime.sleep(_TICK_S)

    async def close(self, until: int | None = None) -> list[int]:
        """Close every day that is over, up to ``until``; those that were closed now. Closed ones are left alone."""
        async with self._alone:
            closed = []
            while not self._stopping and (day := self._due(until)) is not None:
                await self._close(day)
                closed.append(day)
            await self._runtime.run_aside(self._books.export)
            return closed

    def _due(self, until: int | None) -> int | None:
        cell = self._writer.cell
        now_ms = max(self._runtime.now_ms(), cell.now_ms)
        over = day_after(business_day(now_ms, cell.settings.zone), -1)
        day = next_to_close(cell)
        return day if day and day <= over and (until is None or day <= until) else None

    async def _close(self, day: int) -> None:
        await self._submit(BeginClose(day))
        fold = await self._fold(day)
        sums, accounts = fold.sum_lines(), fold.account_lines()
        for at in range(self._writer.cell.kept_lines, len(sums) + len(accounts), LINES_AT_ONCE):
            await self._submit(parcel(day, at, sums, accounts))
        await self._submit(CloseDay(day, len(sums), len(accounts)))

    async def _fold(self, day: int) -> DayFold:
        """Read the day in slices; between two of them the others get their turn."""
        aside = self._runtime.run_aside
        read = await aside(lambda: self._books.begin(day))
        while await aside(lambda: self._books.read_on(read)):
            await self._runtime.sleep(_BREATH_S)
        return read.fold

    async def _submit(self, command: Command) -> None:
        result = await self._writer.submit(command)
        if isinstance(result, Refusal):
            message = f"{type(command).__name__} was refused: {result.code} {result.facts}"
            raise CloseRefusedError(message)


def parcel(day: int, at: int, sums: list[SumLine], accounts: list[AccountLine]) -> KeepSums:
    """The next lines of a day from number ``at`` on."""
    until = at + LINES_AT_ONCE
    behind = len(sums)
    return KeepSums(day, at, tuple(sums[at:until]), tuple(accounts[max(at - behind, 0) : max(until - behind, 0)]))
