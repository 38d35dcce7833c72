"""The clock of papers: once a second those whose time has come are given to the writer."""

from __future__ import annotations

from juru.server.domain.commands import PaperDue
from juru.server.engine.ports import Runtime
from juru.server.engine.writer import Writer

_TICK_S = 1.0


class Timers:
    """Looks over the papers in memory until stopped."""

    def __init__(self, writer: Writer, runtime: Runtime) -> None:
        self._writer = writer
        self._runtime = runtime
        self._stopping = False

    def stop(self) -> None:
        """Give no more."""
        self._stopping = True

    async def run(self) -> None:
        """Tick until stopped."""
        while not self._stopping:
            self.tick()
            await self._runtime.sleep(_TICK_S)

    def tick(self) -> None:
        """Leave a command for every paper that is due now."""
        now_ms = self._runtime.now_ms()
        for (kind, key), (_, paper) in self._writer.cell.papers.items():
            due_ms = paper.due_ms()
            if due_ms is not None and due_ms <= now_ms:
                self._writer.post(PaperDue(kind, key))
