"""The rows of a table in the order of the book, handed out commit by commit: a merge, so memory stays small."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from sqlalchemy import Integer, Table

from juru.books.engine import BookEngine, Row
from juru.books.findings import Findings

_PAGE = 2_000
_BEFORE_ALL = -(2**63)
"""Below every number; a row with this very number would not be read, and its seal would not hold."""
_commit_of = itemgetter(1)


class Stream:
    """One sealed table by id. Gaps in the numbering and rows out of their commit's place are found on the way."""

    def __init__(self, engine: BookEngine, table: Table, findings: Findings) -> None:
        self.name = table.name
        self._width = len(table.info["sealed"])
        self._whole = self._width == len(table.columns)
        self._findings = findings
        self._types = [
            (int if isinstance(c.type.as_generic(), Integer) else str, bool(c.nullable)) for c in table.columns
        ]
        self._seen: set[tuple[type, ...]] = set()
        self._engine = engine
        self._page = f"SELECT * FROM {table.name} WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608 - our schema's name
        self._after = _BEFORE_ALL
        self._expected = 1
        self._last_no = _BEFORE_ALL
        self._carried: list[Row] = []
        self._rows: list[Row] = []
        self._numbers: list[int] = []
        self._at = 0
        self._more = True
        self._read_on()

    @property
    def commit_no(self) -> int | None:
        """The commit of the next row; None at the end."""
        return self._numbers[self._at] if self._at < len(self._numbers) else None

    def take(self, no: int) -> list[Row]:
        """The rows of commit ``no``, which is the next one any stream has."""
        taken: list[Row] = []
        while self._at < len(self._numbers) and self._numbers[self._at] <= no:
            end = bisect_right(self._numbers, no, self._at)
            taken.extend(self._rows[self._at : end])
            self._at = end
            self._read_on()
        return taken

    def sealed(self, rows: list[Row]) -> list[Row]:
        """Rows cut to the columns that are sealed."""
        return rows if self._whole else [row[: self._width] for row in rows]

    def _read_on(self) -> None:
        """Read pages until there is a row to hand out, or no more."""
        while self._at == len(self._numbers) and self._more:
            self._fill()

    def _fill(self) -> None:
        """Read the next page. Its last row is carried over, so that every row is seen beside the one after it."""
        read = self._engine.rows(self._page, (self._after, _PAGE))
        if read:
            self._after = read[-1][0]
        self._more = len(read) == _PAGE
        page = self._readable(self._carried, read)
        self._carried = page[-1:] if self._more else []
        numbers = [row[1] for row in page]
        if numbers and (numbers[0] < self._last_no or numbers != sorted(numbers)):
            page = self._in_place(page)
        elif self._more:
            page = page[:-1]
        self._rows, self._at = page, 0
        self._numbers = list(map(_commit_of, page))
        if page:
            self._last_no = self._numbers[-1]

    def _readable(self, carried: list[Row], read: list[Row]) -> list[Row]:
        """Rows whose values are of their columns' types; others, and gaps in the numbering, are named."""
        seen = self._seen
        page = list(carried)
        if read and read[0][0] == self._expected and read[-1][0] == self._expected + len(read) - 1:
            self._expected += len(read)
            if {tuple(map(type, row)) for row in read} <= seen:
                page.extend(read)
                return page
        else:
            self._number(read)
        for row in read:
            types = tuple(map(type, row))
            if types in seen or self._fits(types):
                page.append(row)
            else:
                self._findings.add("unreadable", None, self.name, row[0], "a value of the wrong type")
        return page

    def _number(self, read: list[Row]) -> None:
        for row in read:
            row_id = row[0]
            if row_id != self._expected:
                missing = f"{self._expected}" if row_id == self._expected + 1 else f"{self._expected}..{row_id - 1}"
                detail = f"row {missing} is missing before it" if row_id > self._expected else "numbered below 1"
                self._findings.add("gap", None, self.name, row_id, detail)
            self._expected = row_id + 1

    def _fits(self, types: tuple[type, ...]) -> bool:
        """Whether these types may stand in the columns; remembered, since few combinations occur."""
        fits = all(
            found is wanted or (nullable and found is type(None))
            for found, (wanted, nullable) in zip(types, self._types, strict=True)
        )
        if fits:
            self._seen.add(types)
        return fits

    def _in_place(self, page: list[Row]) -> list[Row]:
        """The rows whose commit number fits between their neighbours'; the others are named."""
        kept: list[Row] = []
        last_no = self._last_no
        ahead: list[Row | None] = [*page[1:], None]
        for row, after in zip(page, ahead, strict=True):
            if after is None and self._more:
                break
            too_low = row[1] < last_no
            too_high = after is not None and last_no <= after[1] < row[1]
            if too_low or too_high:
                detail = f"stands among rows of commit {last_no}"
                self._findings.add("misplaced", row[1], self.name, row[0], detail)
            else:
                kept.append(row)
                last_no = row[1]
        return kept
