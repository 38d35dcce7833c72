"""The append-only log: rows of sealed tables written in one commit, chained to the commit before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table

from juru.books.chain import GENESIS, Row, seal
from juru.books.engine import BookEngine

_LATEST = "SELECT no, at_ms, seal FROM commits ORDER BY no DESC LIMIT 1"
_BATCH = "SELECT no FROM commits WHERE batch_id = ?"


class Log:
    """One book's log on an engine that writes. ``sealed`` is the order in which a commit's tables are sealed."""

    def __init__(self, engine: BookEngine, tables: Mapping[str, Table], sealed: Sequence[str]) -> None:
        self._engine = engine
        self._tables = tables
        self._sealed = sealed
        self._width = {name: len(tables[name].info["sealed"]) for name in sealed}
        self._whole = {name for name in sealed if self._width[name] == len(tables[name].columns)}
        self._seal = GENESIS
        self._next_seal = GENESIS

    @property
    def head(self) -> bytes:
        """The seal of the latest commit."""
        return self._seal

    def resume(self) -> tuple[int, int]:
        """Go on after the latest commit of the book: its number and its time, both 0 in an empty one."""
        for no, at_ms, sealed in self._engine.rows(_LATEST):
            self._seal = bytes(sealed)
            return no, at_ms
        self._seal = GENESIS
        return 0, 0

    def write(self, no: int, batch_id: str, at_ms: int, written: Mapping[str, Sequence[Row]]) -> None:
        """Add whole rows by table, sealed columns first, and their seal, to the transaction that is open."""
        engine = self._engine
        for name in self._sealed:
            if rows := written.get(name):
                engine.insert(self._tables[name], rows)
        self._next_seal = seal(self._seal, (no, batch_id, at_ms), self._cut(written))
        engine.insert(self._tables["commits"], [(no, batch_id, at_ms, self._next_seal)])

    def committed(self) -> None:
        """Advance the chain: called once the commit is known to stand."""
        self._seal = self._next_seal

    def stands(self, batch_id: str) -> bool:
        """Whether a batch whose commit ended in doubt was committed."""
        return bool(self._engine.rows(_BATCH, (batch_id,)))

    def _cut(self, written: Mapping[str, Sequence[Row]]) -> list[tuple[str, Sequence[Row]]]:
        """Rows cut to their sealed columns, in the order of sealing."""
        return [
            (name, rows if name in self._whole else [row[: self._width[name]] for row in rows])
            for name in self._sealed
            if (rows := written.get(name))
        ]
