"""The way of a person's command to the writer: through the running server, or by a writer of its own.

A server that runs holds the lock of its data directory and has written where it listens; a command goes to it. With
no server running the command takes the lock itself and runs a writer for as long as it needs one. Reading never takes
the lock: it has a connection of its own that cannot write.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import aiohttp
import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.desk.closing import ClosingBooks
from juru.server.desk.lock import hold, holder
from juru.server.domain.cell import Record
from juru.server.domain.commands import Command
from juru.server.domain.results import Result
from juru.server.engine.closer import Closer
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.errors import DataDirError, InUseError, JuruError
from juru.server.settings import DataDir, Running
from juru.server.store.migrate import current_revision, require_current
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store

LOCK_WAIT_S = 5.0
_LOCK_LOOK_S = 0.1
_ANSWER_WITHIN_S = 60.0
_CLOSED_WITHIN_S = 3_600.0
_COMMANDS_MAX = 500
_BYTES_MAX = 2_000_000
_T = TypeVar("_T")
_result = msgspec.json.Decoder(Result)
_results = msgspec.json.Decoder(list[Result])
_encode = msgspec.json.Encoder().encode


class ServerError(JuruError):
    """The running server did not answer, or not with a result."""


class Asked(Protocol):
    """Whoever carries commands to the writer."""

    async def submit(self, commands: Sequence[Command]) -> list[Result]:
        """Results of commands, decided in their order."""

    async def close_days(self, until: int | None) -> list[int]:
        """Close what is over; the days closed now."""


class Desk:
    """A person's place at a cell: reads it, and has the writer do what he commands."""

    def __init__(self, data: DataDir, reads: Reads, asked: Asked) -> None:
        self.data = data
        self.reads = reads
        self._asked = asked

    async def submit(self, command: Command) -> Result:
        """Have one command decided and committed."""
        return (await self._asked.submit([command]))[0]

    async def submit_all(self, commands: Sequence[Command]) -> list[Result]:
        """Have commands decided in their order. Each stands or is refused by itself."""
        return await self._asked.submit(commands)

    async def close_days(self, until: int | None) -> list[int]:
        """Have every day closed that is over, up to ``until``; those closed now."""
        return await self._asked.close_days(until)

    def records(self, kind: str) -> list[Record]:
        """The present version of everything of a kind, by key."""
        return self.reads.records(kind)


@contextlib.asynccontextmanager
async def open_desk(data: DataDir) -> AsyncIterator[Desk]:
    """A desk at the cell in ``data``. Raises ``InUseError`` when someone writes there who takes no commands."""
    data.require()
    async with contextlib.AsyncExitStack() as stack:
        running = await _running_or_lock(data, stack)
        asked = await stack.enter_async_context(_alone(data) if running is None else _through(running))
        reads = stack.enter_context(open_reads(data))
        yield Desk(data, reads, asked)


@contextlib.contextmanager
def open_reads(data: DataDir) -> Iterator[Reads]:
    """The cell's named queries on a connection that cannot write, whether or not a server runs."""
    engine = SqliteEngine(data.require().database, read_only=True)
    try:
        if current_revision(engine) is None:
            message = f"{data.database} is not a cell: was 'juru init' cut short? remove {data.path} and repeat it"
            raise DataDirError(message)
        require_current(engine)
        yield Reads(engine)
    finally:
        engine.close()


def running_server(data: DataDir) -> Running | None:
    """Where the server of this data directory listens; None when none does, or it has not begun to."""
    try:
        running = msgspec.json.decode(data.running.read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return running if running.pid == holder(data) and _lives(running.pid) else None


def _lives(pid: int) -> bool:
    """Whether there is such a process; asked of the system, since trying the lock could keep a server from starting."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def _running_or_lock(data: DataDir, stack: contextlib.AsyncExitStack) -> Running | None:
    """The running server; or None, and the lock is ours. Waits for a server that starts or a command that ends."""
    for left in reversed(range(int(LOCK_WAIT_S / _LOCK_LOOK_S))):
        try:
            stack.enter_context(hold(data))
        except InUseError:
            if (running := running_server(data)) is not None:
                return running
            if not left:
                raise
            await asyncio.sleep(_LOCK_LOOK_S)
        else:
            return None
    raise AssertionError(data)


# ---------------------------------------------------------------------- by a writer of our own


class _Alone:
    def __init__(self, writer: Writer, writing: asyncio.Task[None], closer: Closer) -> None:
        self._writer = writer
        self._writing = writing
        self._closer = closer

    async def submit(self, commands: Sequence[Command]) -> list[Result]:
        """Decided here. A disk that does not keep what is written raises ``StorageError``."""
        return await self._unless_it_fails(asyncio.gather(*(self._writer.submit(command) for command in commands)))

    async def close_days(self, until: int | None) -> list[int]:
        """Closed here. A disk that does not keep what is written raises ``StorageError``."""
        return await self._unless_it_fails(asyncio.ensure_future(self._closer.close(until)))

    async def _unless_it_fails(self, asking: asyncio.Future[_T]) -> _T:
        """Wait for what the writer is asked, or for its end."""
        either: set[asyncio.Future[Any]] = {asking, self._writing}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            asking.cancel()
            self._writing.result()
        return await asking


@contextlib.asynccontextmanager
async def _alone(data: DataDir) -> AsyncIterator[Asked]:
    """A writer for as long as the command needs one; the caller holds the lock."""
    engine = SqliteEngine(data.database)
    runtime = RealTime()
    try:
        require_current(engine)
        writer = Writer(Store(engine), runtime)
        writing = asyncio.create_task(writer.run(), name="writer")
        try:
            with open_reads(data) as reads:
                yield _Alone(writer, writing, Closer(writer, ClosingBooks(data, reads), runtime))
        finally:
            writer.stop()
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()
    finally:
        runtime.close()
        engine.close()


# ---------------------------------------------------------------------- through the running server


class _Through:
    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self._running = running
        self._session = session

    async def submit(self, commands: Sequence[Command]) -> list[Result]:
        """Decided there, a few hundred at a time."""
        results: list[Result] = []
        for body, several in _parcels(commands):
            answer = await self._post("/admin/commands" if several else "/admin/command", body)
            results.extend(_results.decode(answer) if several else [_result.decode(answer)])
        return results

    async def close_days(self, until: int | None) -> list[int]:
        """Closed there; a long absence takes long to make up for."""
        answer = await self._post("/admin/close", _encode(until), within_s=_CLOSED_WITHIN_S)
        return msgspec.json.decode(answer, type=list[int])

    async def _post(self, path: str, body: bytes, *, within_s: float = _ANSWER_WITHIN_S) -> bytes:
        timeout = aiohttp.ClientTimeout(total=within_s)
        where = self._running.url + path
        try:
            async with self._session.post(where, data=body, allow_redirects=False, timeout=timeout) as reply:
                answer = await reply.read()
        except aiohttp.ClientConnectorError as error:
            server = f"{self._running.url} (process {self._running.pid})"
            message = f"the server at {server} cannot be reached: {error.strerror}"
            raise ServerError(message) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            message = "the server broke off before it answered: look whether the change stands before you repeat it"
            raise ServerError(message) from error
        if reply.status != 200:
            message = f"the server answered {reply.status}: {answer[:300].decode('utf-8', 'replace')}"
            raise ServerError(message)
        return answer


def _parcels(commands: Sequence[Command]) -> Iterator[tuple[bytes, bool]]:
    """Bodies that are within the server's bounds; True for an array."""
    if len(commands) == 1:
        yield _encode(commands[0]), False
        return
    parcel: list[bytes] = []
    for command in commands:
        one = _encode(command)
        if parcel and (len(parcel) == _COMMANDS_MAX or sum(map(len, parcel)) + len(one) > _BYTES_MAX):
            yield b"[" + b",".join(parcel) + b"]", True
            parcel = []
        parcel.append(one)
    if parcel:
        yield b"[" + b",".join(parcel) + b"]", True


@contextlib.asynccontextmanager
async def _through(running: Running) -> AsyncIterator[Asked]:
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers, trust_env=False) as session:
        yield _Through(running, session)
