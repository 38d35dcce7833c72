"""A table that can be shown and taken along: on a page, in a terminal, as JSON, CSV, XLSX or PDF, always the same.

A column's name is what scripts and re-reading programs see; people see its label in their language. Text that a
spreadsheet would take for a formula is defused wherever it is written: an agent may call himself ``=HYPERLINK(...)``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import xlsxwriter

from juru.values.days import written
from juru.web.formulas import defused

Cell = str | int | None
_WIDTH_MAX = 60


class Kind(StrEnum):
    """What a column holds: it decides how a cell is aligned and written, and whether it has a sum."""

    TEXT = "text"
    ID = "id"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"
    TIME = "time"


class Column(msgspec.Struct, frozen=True):
    """One column. ``summed`` ones have a sum under them."""

    name: str
    kind: Kind = Kind.TEXT
    summed: bool = False


class Line(msgspec.Struct, frozen=True):
    """One row; ``key`` names what it is about, for links."""

    key: str
    cells: tuple[Cell, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A table with what it is about: ``title`` is its name, ``facts`` say of whom and of when."""

    title: str
    facts: dict[str, Cell]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: tuple[Cell, ...] | None = None

    def place(self, name: str) -> int:
        """Where a column stands."""
        return next(place for place, column in enumerate(self.columns) if column.name == name)

    def ordered(self, name: str, *, descending: bool) -> Sheet:
        """The same rows by one column; what has no value comes last."""
        at = self.place(name)
        known = [line for line in self.lines if line.cells[at] is not None]
        rest = [line for line in self.lines if line.cells[at] is None]
        known.sort(key=lambda line: line.cells[at], reverse=descending)  # type: ignore[arg-type, return-value]  # one kind a column
        return msgspec.structs.replace(self, lines=(*known, *rest))


def summed(title: str, facts: dict[str, Cell], columns: Sequence[Column], lines: Sequence[Line]) -> Sheet:
    """A sheet with the sums under its summed columns."""
    total: list[Cell] = []
    for place, column in enumerate(columns):
        values = [line.cells[place] for line in lines]
        total.append(sum(v for v in values if isinstance(v, int)) if column.summed else None)
    return Sheet(title, facts, tuple(columns), tuple(lines), tuple(total))


def plain(column: Column, cell: Cell) -> Cell:
    """A cell for programs: days as ISO dates, everything else as it is."""
    return written(cell) if column.kind is Kind.DAY and isinstance(cell, int) else cell


def as_json(sheet: Sheet) -> dict[str, Any]:
    """For scripts: the facts, the rows by column name, the sums."""
    names = [column.name for column in sheet.columns]
    rows = [dict(zip(names, _plain(sheet, line.cells), strict=True)) for line in sheet.lines]
    total = None if sheet.total is None else {k: v for k, v in zip(names, sheet.total, strict=True) if v is not None}
    return {"sheet": sheet.title, **sheet.facts, "rows": rows, "total": total}


def _plain(sheet: Sheet, cells: Sequence[Cell]) -> list[Cell]:
    return [plain(column, cell) for column, cell in zip(sheet.columns, cells, strict=True)]


def as_csv(sheet: Sheet, label: Callable[[str], str] = str, *, total: bool = True) -> bytes:
    """CSV in UTF-8 with its mark, so that every spreadsheet knows it; whole rupiah without separators."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([defused(label(column.name)) for column in sheet.columns])
    for cells in _rows(sheet, total=total):
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in _plain(sheet, cells)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(sheet: Sheet, label: Callable[[str], str] = str, *, total: bool = True) -> bytes:
    """A workbook of one sheet, the facts above the table; text stays text, never a formula, and numbers are numbers."""
    body = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(body, options)
    page = book.add_worksheet()
    bold, whole = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    sums = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})
    page.write_string(0, 0, label(sheet.title), bold)
    for number, (name, value) in enumerate(sheet.facts.items(), 1):
        page.write_string(number, 0, label(name))
        page.write_string(number, 1, "" if value is None else str(value))
    top = len(sheet.facts) + 2
    for place, column in enumerate(sheet.columns):
        widest = max([len(label(column.name)), *(len(str(line.cells[place])) + 2 for line in sheet.lines[:2_000])])
        page.set_column(place, place, min(widest + 2, _WIDTH_MAX))
        page.write_string(top, place, label(column.name), bold)
    page.freeze_panes(top + 1, 0)
    for number, cells in enumerate(_rows(sheet, total=total), top + 1):
        is_total = number > top + len(sheet.lines)
        for place, cell in enumerate(_plain(sheet, cells)):
            if isinstance(cell, int):
                number_format = None if sheet.columns[place].kind is Kind.ID else sums if is_total else whole
                page.write_number(number, place, cell, number_format)
            elif cell is not None:
                page.write_string(number, place, cell, bold if is_total else None)
    book.close()
    return body.getvalue()


def _rows(sheet: Sheet, *, total: bool) -> list[tuple[Cell, ...]]:
    rows = [line.cells for line in sheet.lines]
    return (
        [*rows, sheet.total] if total and sheet.total is not None and any(c is not None for c in sheet.total) else rows
    )
