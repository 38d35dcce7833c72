"""The port of a book engine: what the store needs of a database, in portable SQL.

SQL given here uses ``?`` marks and nothing that only one engine knows; whatever is particular to SQLite or PostgreSQL
(pragmas, guards, upserts) stands in that engine's own file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Table

Params = Sequence[int | str | bytes | None]
Row = tuple[Any, ...]


class BookEngine(Protocol):
    """One connection that writes, or one that only reads."""

    def begin(self) -> None:
        """Open the write transaction."""

    def commit(self) -> None:
        """Make it durable: returns only once the bytes are on the disk."""

    def rollback(self) -> None:
        """Undo everything since ``begin``; harmless without one."""

    def insert(self, table: Table, rows: Sequence[Params]) -> None:
        """Add whole rows, values in the table's column order."""

    def update(self, table: Table, key: str, columns: tuple[str, ...], rows: Sequence[Params]) -> None:
        """Set columns of rows by key; each row is the columns' values, then the key."""

    def upsert(self, table: Table, key: str, rows: Sequence[Params]) -> None:
        """Add whole rows or replace those whose key is there."""

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""

    def each(self, sql: str, keys: Iterable[Params]) -> Iterator[Row]:
        """The rows of one prepared query for each of many keys."""

    def stream(self, sql: str, params: Params = ()) -> Iterator[Row]:
        """The rows of a query one by one, without holding them all."""

    def close(self) -> None:
        """Release the database."""
