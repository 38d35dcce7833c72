"""A table of figures on a page: labels, sums, sorting by a link; ``figures.html`` places it, ``figures.css`` draws it.

What a column is called, how its cells are told and which of them a phone has room for, is the ``Teller``'s: each room
that has tables brings its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from juru.web.sheets import Cell, Column, Kind, Line, Sheet

Link = Callable[[Line | None, Column], str]
"""Where a cell leads, or nowhere; of the sums under a column for no line."""


class Told(msgspec.Struct, frozen=True):
    """A cell in words. ``state`` is the key of a state's shape and colour, ``title`` is said on hover."""

    text: str
    title: str = ""
    state: str = ""
    tone: str = ""


class Teller(Protocol):
    """How a room words its tables."""

    def title(self, sheet: Sheet) -> str:
        """What a table is called."""

    def label(self, name: str) -> str:
        """What a column is called."""

    def tell(self, column: Column, cell: Cell, line: Line | None, href: str) -> Told:
        """A cell of a line, or of the sums; ``href`` is where it leads."""

    def is_minor(self, column: Column) -> bool:
        """Whether a phone has no room for this column."""

    @property
    def total(self) -> str:
        """What stands before the sums."""


class Head(msgspec.Struct, frozen=True):
    """The head of a column; ``href`` sorts by it."""

    label: str
    kind: str
    name: str
    href: str = ""
    sorted: str = ""
    minor: bool = False


class Figure(msgspec.Struct, frozen=True):
    """One cell; ``minor`` is what a phone has no room for."""

    kind: str
    text: str
    label: str
    name: str
    href: str = ""
    title: str = ""
    state: str = ""
    tone: str = ""
    minor: bool = False


class Row(msgspec.Struct, frozen=True):
    """One row."""

    cells: tuple[Figure, ...]
    id: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table as its template places it."""

    caption: str
    heads: tuple[Head, ...]
    lines: tuple[Row, ...]
    total: tuple[Figure, ...]
    total_word: str
    more: str = ""
    more_href: str = ""
    more_word: str = ""


class Order(msgspec.Struct, frozen=True):
    """How a table is sorted: by which column, and which end first; ``href`` makes the address of another order."""

    column: str
    descending: bool
    href: Callable[[str], str]


def order_of(sort: str, href: Callable[[str], str]) -> Order:
    """The order that an address asks for: ``name``, or ``-name`` for the greatest first."""
    return Order(sort.removeprefix("-"), sort.startswith("-"), href)


def in_order(sheet: Sheet, order: Order) -> Sheet:
    """The rows in that order; as they are where it names no column of the table."""
    if order.column not in {column.name for column in sheet.columns}:
        return sheet
    return sheet.ordered(order.column, descending=order.descending)


def cut(sheet: Sheet, limit: int) -> Sheet:
    """The first rows; the sums stay those of all."""
    return msgspec.structs.replace(sheet, lines=sheet.lines[:limit])


def nowhere(_line: Line | None, _column: Column) -> str:
    """The link of a table that leads nowhere."""
    return ""


def table_of(
    sheet: Sheet,
    teller: Teller,
    link: Link = nowhere,
    *,
    order: Order | None = None,
    total_word: str = "",
    ids: str = "",
) -> Table:
    """The whole of a sheet. ``ids``: what the name of a row's element begins with."""
    lines = tuple(_row(sheet.columns, line, teller, link, ids) for line in sheet.lines)
    total: tuple[Figure, ...] = ()
    if sheet.total is not None and sheet.lines:
        total = tuple(
            Figure(c.kind.value, "", teller.label(c.name), c.name)
            if cell is None
            else _figure(c, cell, link(None, c), teller, None)
            for c, cell in zip(sheet.columns, sheet.total, strict=True)
        )
    heads = tuple(_head(column, order, teller) for column in sheet.columns)
    return Table(teller.title(sheet), heads, lines, total, total_word or teller.total)


def _row(columns: Sequence[Column], line: Line, teller: Teller, link: Link, ids: str) -> Row:
    cells = tuple(
        _figure(column, cell, link(line, column), teller, line)
        for column, cell in zip(columns, line.cells, strict=True)
    )
    return Row(cells, f"{ids}{line.key}" if ids else "")


def _head(column: Column, order: Order | None, teller: Teller) -> Head:
    label = teller.label(column.name)
    if order is None:
        return Head(label, column.kind.value, column.name)
    is_by = order.column == column.name
    descending = not order.descending if is_by else column.kind not in {Kind.TEXT, Kind.DAY}
    sign = "-" if descending else ""
    state = ("descending" if order.descending else "ascending") if is_by else ""
    return Head(label, column.kind.value, column.name, order.href(f"{sign}{column.name}"), state)


def _figure(column: Column, cell: Cell, href: str, teller: Teller, line: Line | None) -> Figure:
    told = teller.tell(column, cell, line, href)
    label, minor = teller.label(column.name), teller.is_minor(column)
    return Figure(column.kind.value, told.text, label, column.name, href, told.title, told.state, told.tone, minor)
