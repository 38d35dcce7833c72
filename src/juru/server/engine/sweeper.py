"""Ends deposit tickets on time: looks now and then, and sends a command only when time has done something."""

from __future__ import annotations

from juru.server.domain.commands_money import SweepTickets
from juru.server.domain.tickets import due_tickets
from juru.server.engine.ports import Runtime
from juru.server.engine.writer import Writer

_TICK_S = 15.0


class Sweeper:
    """The clock of tickets."""

    def __init__(self, writer: Writer, runtime: Runtime) -> None:
        self._writer = writer
        self._runtime = runtime
        self._stopping = False

    def stop(self) -> None:
        """Look no more."""
        self._stopping = True

    async def run(self) -> None:
        """Look until stopped."""
        while not self._stopping:
            await self.tick()
            await self._runtime.sleep(_TICK_S)

    async def tick(self) -> None:
        """End what is due now."""
        if due_tickets(self._writer.cell, self._runtime.now_ms()):
            await self._writer.submit(SweepTickets())
