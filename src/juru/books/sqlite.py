"""The SQLite engine: apsw's bundled SQLite, write-ahead log, every commit synced to the disk.

All that only SQLite knows is here: its pragmas, the guards that make tables append-only, its upsert. The version that
apsw bundles is checked at open, because a WAL bug before 3.51.3 can lose a committed transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
from sqlalchemy import Table

from juru.books.engine import Params, Row

VERSION_MIN = (3, 51, 3)
_LARGEST = 2**63 - 1
_PAGES_AT_ONCE = 1_024
"""4 MiB with pages of 4 KiB."""


class TooOldSqliteError(RuntimeError):
    """The SQLite under this Python is older than the oldest that keeps its promises."""


def version() -> tuple[int, ...]:
    """The version of the bundled SQLite."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


class SqliteEngine:
    """One connection. ``synchronous`` is FULL; anything else is for tests that show what it would lose.

    ``immutable`` is for a file that nobody writes, such as a backup: nothing is laid down beside it.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        immutable: bool = False,
        synchronous: str = "FULL",
        cache_kib: int = 65_536,
    ) -> None:
        if version() < VERSION_MIN:
            wanted = ".".join(map(str, VERSION_MIN))
            message = f"SQLite {apsw.sqlite_lib_version()} is older than {wanted}: install apsw from requirements.lock"
            raise TooOldSqliteError(message)
        read_only = read_only or immutable
        flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        name = f"file:{quote(str(path.absolute()))}?immutable=1" if immutable else str(path)
        self._db = apsw.Connection(name, flags=flags | apsw.SQLITE_OPEN_URI * immutable)
        self._db.set_busy_timeout(5_000)
        self._statements: dict[tuple[str, str], str] = {}
        if not read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {synchronous}")
        self._db.execute(f"PRAGMA cache_size = -{cache_kib}")
        self._db.execute("PRAGMA wal_autocheckpoint = 20000")
        self._db.execute("PRAGMA foreign_keys = OFF")
        # Without this, INSERT OR REPLACE would delete a guarded row past its trigger.
        self._db.execute("PRAGMA recursive_triggers = ON")

    def begin(self) -> None:
        """Open the write transaction, waiting for no one: the cell has one writer."""
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Commit and sync."""
        self._db.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def insert(self, table: Table, rows: Sequence[Params]) -> None:
        """Add whole rows."""
        sql = self._statements.get(("insert", table.name))
        if sql is None:
            marks = ",".join("?" * len(table.columns))
            sql = self._statements["insert", table.name] = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608
        self._db.executemany(sql, rows)

    def update(self, table: Table, key: str, columns: tuple[str, ...], rows: Sequence[Params]) -> None:
        """Set columns by key."""
        sets = ",".join(f"{column}=?" for column in columns)
        self._db.executemany(f"UPDATE {table.name} SET {sets} WHERE {key}=?", rows)  # noqa: S608 - names of our schema

    def upsert(self, table: Table, key: str, rows: Sequence[Params]) -> None:
        """Add or replace by key."""
        sql = self._statements.get(("upsert", table.name))
        if sql is None:
            marks = ",".join("?" * len(table.columns))
            sets = ",".join(f"{c.name}=excluded.{c.name}" for c in table.columns if c.name != key)
            sql = f"INSERT INTO {table.name} VALUES ({marks}) ON CONFLICT({key}) DO UPDATE SET {sets}"  # noqa: S608
            self._statements["upsert", table.name] = sql
        self._db.executemany(sql, rows)

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        try:
            return list(self._db.execute(sql, tuple(params)))
        except OverflowError:
            return list(self._db.execute(sql, _held(params)))

    def each(self, sql: str, keys: Iterable[Params]) -> Iterator[Row]:
        """One prepared query for each of many keys."""
        cursor: Iterator[Any] = self._db.executemany(sql, [_held(key) for key in keys])
        yield from cursor

    def stream(self, sql: str, params: Params = ()) -> Iterator[Row]:
        """Rows one by one."""
        yield from self._db.execute(sql, _held(params))

    def has_table(self, name: str) -> bool:
        """True when the table exists."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def script(self, statements: str) -> None:
        """Run a migration's statements in one transaction, or none of them."""
        with self._db:
            # A statement that returns rows stops here until they are taken.
            for _ in self._db.execute(statements):
                pass

    def copy_to(self, path: Path, *, progress: Callable[[int, int], None], rest: Callable[[], None]) -> None:
        """Copy the book into a new file as this connection's open transaction sees it, and sync the file.

        A writer goes on meanwhile: the transaction reads an old state of the log, it locks nothing. ``rest`` is
        called after each step of a few pages, whose bytes are then on the disk, so that a commit beside it never
        waits for more than them. Raises ``OSError`` or ``apsw.Error`` when the place cannot be written.
        """
        assert self._db.in_transaction, "without a transaction every commit beside it would begin the copy anew"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        copy = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            sync = getattr(os, "fdatasync", os.fsync)
            copy.execute("PRAGMA synchronous = OFF")
            copy.execute("PRAGMA journal_mode = OFF")
            # Every page is written once: kept in memory they would reach the disk in one burst at the end.
            copy.execute("PRAGMA cache_size = 16")
            with copy.backup("main", self._db, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES_AT_ONCE)
                    sync(descriptor)
                    progress(backup.page_count - backup.remaining, backup.page_count)
                    rest()
            copy.close()
            os.fsync(descriptor)
        finally:
            copy.close()
            os.close(descriptor)

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with the file: pages, indexes, order of rows. Empty when nothing is."""
        return [str(row[0]) for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection; the last one to close folds the log into the database."""
        self._db.close()


def guards(table: Table) -> list[str]:
    """Triggers that let nobody delete a row or change a sealed column."""
    sealed: tuple[str, ...] = table.info.get("sealed", ())
    if not sealed:
        return []
    what = ", ".join(sealed)
    name = table.name
    return [
        (
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {what} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name}: written once'); END"
        ),
        (
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name}: never deleted'); END"
        ),
    ]


def _held(params: Params) -> tuple[Any, ...]:
    """What is asked for, a number of more than 64 bits as the largest there is: no row has it, all are on its side."""
    return tuple(max(-_LARGEST, min(_LARGEST, one)) if isinstance(one, int) else one for one in params)
