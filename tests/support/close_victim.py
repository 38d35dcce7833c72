"""A process that closes days of the cell in a directory, three lines at a time, until it is done or killed.

``python -m tests.support.close_victim DIR``; before each commit it says so, so that whoever watches can kill it there.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from juru.books.sqlite import SqliteEngine
from juru.server.desk.closing import ClosingBooks
from juru.server.engine import closer
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store
from tests.support.cells import InlineRuntime


class Telling(Store):
    """A store that says each commit before it makes it."""

    def commit(self) -> None:
        sys.stdout.write("commit\n")
        sys.stdout.flush()
        super().commit()


async def close(path: Path, now_ms: int) -> None:
    """Close every day that is over at ``now_ms``."""
    closer.LINES_AT_ONCE = 3
    engine = SqliteEngine(path / "cell.db")
    with contextlib.closing(SqliteEngine(path / "cell.db", read_only=True)) as reading:
        runtime = InlineRuntime(now_ms)
        writer = Writer(Telling(engine), runtime)
        working = asyncio.create_task(writer.run())
        await closer.Closer(writer, ClosingBooks(DataDir(path), Reads(reading)), runtime).close()
        writer.stop()
        await working
    engine.close()


if __name__ == "__main__":
    asyncio.run(close(Path(sys.argv[1]), int(sys.argv[2])))
