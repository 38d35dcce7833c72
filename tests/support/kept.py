"""Cells to be backed up and restored: a small one with orders in every state, and one that sells while it is copied."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw

from juru.books.engine import Row
from juru.books.sqlite import SqliteEngine
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from tests.crash.cell import build
from tests.crash.market import Market
from tests.crash.process import Client
from tests.support.cells import eventful_day, open_shop


def eventful(path: Path) -> DataDir:
    """A cell on which everything has happened that may happen, closed again."""
    path.mkdir()
    data = DataDir(path)
    Keyring.create(data.keys)
    cell = open_shop(data.database)
    eventful_day(cell)
    cell.close()
    return data


async def selling(path: Path, market: Market) -> DataDir:
    """The crash tests' cell: an agent's server may order, two suppliers at ``market``."""
    path.mkdir()  # noqa: ASYNC240 - nothing else runs yet
    return await build(path, market.url)


async def told(client: Client, ref: str, dest: str, *, check: bool = False) -> str:
    """What the server answers; asked again where it had closed a connection that was idle for long."""
    text = await client.order(ref, dest, check=check)
    if text is None:
        text = await client.order(ref, dest, check=check)
    assert text is not None, ref
    return text


class Load:
    """An agent's server that orders one after another, each to a number of its own."""

    def __init__(self, port: int, first: int = 1) -> None:
        self._port = port
        self._next = first
        self.acknowledged: list[tuple[str, str]] = []
        self.enough = asyncio.Event()
        self._wanted = 0

    async def run(self) -> None:
        """Order until cancelled."""
        client = Client(self._port)
        try:
            while True:
                ref, dest = f"L{self._next}", f"0812{self._next:08d}"
                self._next += 1
                if (text := await client.order(ref, dest)) is not None:
                    assert f"R#{ref} " in text, text
                    self.acknowledged.append((ref, dest))
                if len(self.acknowledged) >= self._wanted:
                    self.enough.set()
        finally:
            client.close()

    async def reaches(self, count: int) -> None:
        """Wait until so many orders have been acknowledged in all."""
        self._wanted = count
        self.enough.clear()
        await asyncio.wait_for(self.enough.wait(), 60)


@asynccontextmanager
async def under_load(port: int, first: int = 1) -> AsyncIterator[Load]:
    """Orders come in for the length of a ``with``."""
    load = Load(port, first)
    task = asyncio.create_task(load.run())
    try:
        yield load
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def rows(path: Path, sql: str) -> list[Row]:
    """What a book says, whoever else has it open."""
    with contextlib.closing(SqliteEngine(path, read_only=True)) as engine:
        return engine.rows(sql)


def alter(path: Path, sql: str) -> None:
    """Change a book past the writer, as nobody should."""
    raw = apsw.Connection(str(path))
    raw.execute(sql)
    raw.close()


def seen(folder: Path) -> dict[str, bytes]:
    """Every file below a directory with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
