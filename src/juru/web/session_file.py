"""Sessions and wrong tries in a small SQLite file of their own, beside the book and no part of it.

They change all day, are forgotten on purpose and hold addresses of people: none of that belongs in a chain that keeps
everything for ever. Every call runs on one thread that owns the connection, so a sync never stops the event loop and
two calls never mix. A file of another version is made anew: nothing in it is worth more than logging in again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from juru.books.engine import Row
from juru.books.sqlite import SqliteEngine
from juru.web.lockout import FORGET_S_MAX, LIMITS, SECOND_MARK, Counted, Tries, after_wrong, neighbourhood, wait_ms
from juru.web.sessions import DEVICE_DAYS, Flash, Session

VERSION = 1
SESSIONS_MAX = 20
"""Sessions of one login; the least used gives way."""

_T = TypeVar("_T")
_DAY_MS = 86_400_000
_SCHEMA = f"""
DROP TABLE IF EXISTS sessions; DROP TABLE IF EXISTS tries; DROP TABLE IF EXISTS devices;
CREATE TABLE sessions (
    key BLOB PRIMARY KEY, login TEXT NOT NULL, generation INTEGER NOT NULL, begun_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL, address TEXT NOT NULL, device TEXT NOT NULL, flash TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_login ON sessions (login, seen_ms);
CREATE TABLE tries (
    by TEXT NOT NULL, key TEXT NOT NULL, count INTEGER NOT NULL, last_ms INTEGER NOT NULL, PRIMARY KEY (by, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_age ON tries (last_ms);
CREATE TABLE devices (
    key BLOB NOT NULL, login TEXT NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY (key, login)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
_SESSION = "SELECT key, login, generation, begun_ms, seen_ms, address, device, flash FROM sessions"
_LEAST_USED = """
DELETE FROM sessions WHERE login = ?1 AND key NOT IN (
    SELECT key FROM sessions WHERE login = ?1 ORDER BY seen_ms DESC, begun_ms DESC LIMIT ?2
)
"""
_COUNT = """
INSERT INTO tries VALUES (?, ?, ?, ?)
ON CONFLICT (by, key) DO UPDATE SET count = excluded.count, last_ms = excluded.last_ms
"""
_LESS = "UPDATE tries SET count = max(count - 1, 0) WHERE by = ? AND key = ?"
_NONE = "DELETE FROM tries WHERE by = ? AND key = ?"
_flashes = msgspec.json.Decoder(tuple[Flash, ...])


class SessionFile:
    """The port ``Store`` on one file. Other processes may have it open too."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._engine = SqliteEngine(path, cache_kib=512)
        if self._engine.rows("PRAGMA user_version")[0][0] != VERSION:
            self._engine.script(_SCHEMA)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sessions")

    def close(self) -> None:
        """Finish what is under way and close the file."""
        self._thread.shutdown(wait=True)
        self._engine.close()

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @contextlib.contextmanager
    def _written(self) -> Iterator[SqliteEngine]:
        self._engine.begin()
        try:
            yield self._engine
            self._engine.commit()
        finally:
            self._engine.rollback()

    async def _write(self, sql: str, *params: Any) -> None:  # noqa: ANN401 - what SQLite stores
        def work() -> None:
            with self._written() as engine:
                engine.rows(sql, params)

        await self._run(work)

    # ------------------------------------------------------------------ sessions

    async def find(self, key: bytes) -> Session | None:
        """A session by the hash of its token."""
        found = await self._run(lambda: self._engine.rows(f"{_SESSION} WHERE key = ?", (key,)))
        return _session(found[0]) if found else None

    async def of_login(self, login: str) -> list[Session]:
        """All sessions of a login, the latest used first."""
        sql = f"{_SESSION} WHERE login = ? ORDER BY seen_ms DESC, begun_ms DESC"
        return [_session(row) for row in await self._run(lambda: self._engine.rows(sql, (login,)))]

    async def begin(self, session: Session, *, instead_of: bytes | None, over_before_ms: int) -> None:
        """Keep a new session; drop the one it replaces, those that are too old, and the login's least used."""
        row = (*(getattr(session, name) for name in session.__struct_fields__[:-1]), _text(session.flash))

        def work() -> None:
            with self._written() as engine:
                engine.rows("DELETE FROM sessions WHERE key = ? OR begun_ms < ?", (instead_of, over_before_ms))
                engine.rows("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                engine.rows(_LEAST_USED, (session.login, SESSIONS_MAX))

        await self._run(work)

    async def seen(self, key: bytes, now_ms: int) -> None:
        """Note that a session is in use."""
        await self._write("UPDATE sessions SET seen_ms = max(seen_ms, ?) WHERE key = ?", now_ms, key)

    async def end(self, key: bytes) -> None:
        """Drop a session."""
        await self._write("DELETE FROM sessions WHERE key = ?", key)

    async def end_all(self, login: str, *, but: bytes | None = None) -> int:
        """Drop all sessions of a login, all but one; how many."""
        sql = "DELETE FROM sessions WHERE login = ? AND key IS NOT ? RETURNING 1"

        def work() -> int:
            with self._written() as engine:
                return len(engine.rows(sql, (login, but)))

        return await self._run(work)

    async def tell_later(self, key: bytes, flash: Flash) -> None:
        """Leave a message for the session's next page."""

        def work() -> None:
            with self._written() as engine:
                for (kept,) in engine.rows("SELECT flash FROM sessions WHERE key = ?", (key,)):
                    told = (*_flashes.decode(kept), flash)[-5:]
                    engine.rows("UPDATE sessions SET flash = ? WHERE key = ?", (_text(told), key))

        await self._run(work)

    async def take_told(self, key: bytes) -> None:
        """Forget the messages that have been shown."""
        await self._write("UPDATE sessions SET flash = '[]' WHERE key = ?", key)

    # ------------------------------------------------------------------ wrong tries

    async def begin_try(self, counted: Sequence[tuple[Counted, str]], now_ms: int) -> int:
        """Count a try as wrong before it is looked at, unless it must wait: milliseconds of the longest wait."""

        def work() -> int:
            with self._written() as engine:
                tries = {one: self._tries(*one) for one in counted}
                wait = max(wait_ms(found, LIMITS[by], now_ms) for (by, _), found in tries.items())
                if wait == 0:
                    engine.rows("DELETE FROM tries WHERE last_ms < ?", (now_ms - FORGET_S_MAX * 1_000,))
                    for (by, key), found in tries.items():
                        counts = after_wrong(found, LIMITS[by], now_ms)
                        engine.rows(_COUNT, (by.value, key, counts.count, counts.last_ms))
                return wait

        return await self._run(work)

    def _tries(self, by: Counted, key: str) -> Tries:
        found = self._engine.rows("SELECT count, last_ms FROM tries WHERE by = ? AND key = ?", (by.value, key))
        return Tries(*found[0]) if found else Tries()

    async def was_right(self, counted: Sequence[tuple[Counted, str]]) -> None:
        """Take back the try that was right. An address keeps its other wrong ones: a thief may have a login, too."""
        await self._each((_LESS if by is Counted.ADDRESS else _NONE, by, key) for by, key in counted)

    async def take_back(self, counted: Sequence[tuple[Counted, str]]) -> None:
        """Take back a try that was never looked at."""
        await self._each((_LESS, by, key) for by, key in counted)

    async def _each(self, changes: Iterable[tuple[str, Counted, str]]) -> None:
        def work() -> None:
            with self._written() as engine:
                for sql, by, key in changes:
                    engine.rows(sql, (by.value, key))

        await self._run(work)

    async def forgive(self, login: str | None, address: str | None) -> int:
        """Forget wrong tries at a login or from an address; how many counts there were."""
        second = None if login is None else f"{SECOND_MARK}{login}"
        near = None if address is None else neighbourhood(address)
        what = [(Counted.LOGIN, login), (Counted.LOGIN, second), (Counted.ADDRESS, near)]

        def work() -> int:
            gone = 0
            with self._written() as engine:
                for by, key in what:
                    gone += len(engine.rows("DELETE FROM tries WHERE by = ? AND key = ? RETURNING 1", (by.value, key)))
            return gone

        return await self._run(work)

    async def knows_device(self, key: bytes, login: str) -> bool:
        """Whether this browser has logged in as this login before."""
        sql = "SELECT 1 FROM devices WHERE key = ? AND login = ?"
        return bool(await self._run(lambda: self._engine.rows(sql, (key, login))))

    async def remember_device(self, key: bytes, login: str, now_ms: int) -> None:
        """Know this browser again as one that has logged in; those not seen for long are forgotten."""

        def work() -> None:
            with self._written() as engine:
                engine.rows("DELETE FROM devices WHERE seen_ms < ?", (now_ms - DEVICE_DAYS * _DAY_MS,))
                engine.rows("INSERT OR REPLACE INTO devices VALUES (?, ?, ?)", (key, login, now_ms))

        await self._run(work)


def _session(row: Row) -> Session:
    key, login, generation, begun_ms, seen_ms, address, device, flash = row
    return Session(bytes(key), login, generation, begun_ms, seen_ms, address, device, _flashes.decode(flash))


def _text(told: tuple[Flash, ...]) -> str:
    return msgspec.json.encode(told).decode()
