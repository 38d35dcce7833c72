"""The rows of a table in the order of the book, handed out commit by commit: a merge, so memory stays small."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Integer, Table

from juru.books.engine import BookEngine, Row
from juru.server.store.findings import Findings


class Stream:
    """One sealed table by id. Gaps in the numbering and rows out of their commit's place are found on the way."""

    def __init__(self, engine: BookEngine, table: Table, findings: Findings) -> None:
        self.name = table.name
        self.width = len(table.info["sealed"])
        self.whole = self.width == len(table.columns)
        self._findings = findings
        self._types = [
            (int if isinstance(c.type.as_generic(), Integer) else str, bool(c.nullable)) for c in table.columns
        ]
        self._seen: set[tuple[type, ...]] = set()
        rows = engine.stream(f"SELECT * FROM {table.name} ORDER BY id")  # noqa: S608 - a name of our schema
        self._readable = self._check(rows)
        self._last_no = 0
        self._row = next(self._readable, None)
        self._after = next(self._readable, None)

    @property
    def commit_no(self) -> int | None:
        """The commit of the next row; None at the end."""
        return None if self._row is None else int(self._row[1])

    def _check(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows whose number and types are possible; the others are named and left out."""
        expected = 1
        for row in rows:
            row_id = row[0]
            types = tuple(map(type, row))
            if types not in self._seen and not self._readable_as(types):
                self._findings.add("unreadable", None, self.name, row_id, "a value of the wrong type")
                expected = row_id + 1
                continue
            if row_id != expected:
                missing = f"{expected}" if row_id == expected + 1 else f"{expected}..{row_id - 1}"
                detail = f"row {missing} is missing before it" if row_id > expected else "numbered below 1"
                self._findings.add("gap", row[1], self.name, row_id, detail)
            expected = row_id + 1
            yield row

    def _readable_as(self, types: tuple[type, ...]) -> bool:
        """Whether these types may stand in the columns; remembered, since few combinations occur."""
        fits = all(
            seen is wanted or (nullable and seen is type(None))
            for seen, (wanted, nullable) in zip(types, self._types, strict=True)
        )
        if fits:
            self._seen.add(types)
        return fits

    def take(self, no: int) -> list[Row]:
        """The rows of commit ``no``, which is the next one any stream has; rows out of place are named."""
        taken: list[Row] = []
        while self._row is not None and self._row[1] <= no:
            taken.append(self._row)
            self._step()
        return taken

    def _step(self) -> None:
        """Move on to the next row whose commit number fits between its neighbours'."""
        assert self._row is not None
        self._last_no = self._row[1]
        while True:
            self._row, self._after = self._after, next(self._readable, None)
            row, after = self._row, self._after
            if row is None:
                return
            too_low = row[1] < self._last_no
            too_high = after is not None and self._last_no <= after[1] < row[1]
            if not (too_low or too_high):
                return
            detail = f"stands among rows of commit {self._last_no}"
            self._findings.add("misplaced", row[1], self.name, row[0], detail)

    def sealed(self, rows: list[Row]) -> list[Row]:
        """Rows cut to the columns that are sealed."""
        return rows if self.whole else [row[: self.width] for row in rows]
