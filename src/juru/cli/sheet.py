"""A table as a command hands it over: in the terminal, as JSON, or in a CSV, XLSX or PDF file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from juru.cli.output import OK, say, say_json, say_table, shown
from juru.server.errors import SettingsError
from juru.web.sheets import Kind, Sheet, as_csv, as_json, as_xlsx, plain

if TYPE_CHECKING:
    from juru.server.store.reads.reads import Reads
    from juru.web.sheets import Cell, Column

Language = Literal["id", "en"]


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a table is handed over; more than one file may be named."""

    json: Annotated[bool, Parameter(negative="", help="print JSON for scripts")] = False
    csv: Annotated[
        Path | None, Parameter(help="write CSV to this file, - for standard output", allow_leading_hyphen=True)
    ] = None
    xlsx: Annotated[Path | None, Parameter(help="write a spreadsheet to this file")] = None
    pdf: Annotated[Path | None, Parameter(help="write a PDF to this file")] = None
    lang: Annotated[Language, Parameter(help="language of spreadsheets' and PDFs' labels")] = "id"


TERMINAL = Output()


@Parameter(name="*")
@dataclass(frozen=True)
class Days:
    """The two ends of a span, in place of its name."""

    first: Annotated[str | None, Parameter(name="--from", help="first day: 2026-11-01")] = None
    last: Annotated[str | None, Parameter(name="--to", help="last day, itself included")] = None


ANY_DAYS = Days()


def hand_over(sheet: Sheet, output: Output, reads: Reads) -> int:
    """Show a table, or write what was asked for."""
    written = [
        _write(output.csv, lambda: as_csv(sheet)),
        _write(output.xlsx, lambda: as_xlsx(sheet, _labels(output.lang))),
        _write(output.pdf, lambda: _pdf(sheet, output.lang, reads)),
    ]
    if output.json:
        say_json(as_json(sheet))
    elif not any(written):
        show(sheet)
    return OK


def show(sheet: Sheet) -> None:
    """A table in the terminal, its sums below."""
    facts = ", ".join(f"{name} {shown(name, value)}" for name, value in sheet.facts.items() if value not in {None, ""})
    title = f"{sheet.title}: {facts}" if facts else sheet.title
    if not sheet.lines:
        say(f"{title}: nothing")
        return
    rows = [[_shown(c, cell) for c, cell in zip(sheet.columns, line.cells, strict=True)] for line in sheet.lines]
    if sheet.total is not None and len(rows) > 1:
        sums = [_shown(c, cell) for c, cell in zip(sheet.columns, sheet.total, strict=True)]
        rows.append(["total", *sums[1:]] if sums[0] in {None, ""} else sums)
    say_table([column.name for column in sheet.columns], rows, title)


def _shown(column: Column, cell: Cell) -> str | int | None:
    if column.kind is Kind.PERCENT:
        return None if cell is None else percent(int(cell))
    return plain(column, cell)


def percent(tenths: int) -> str:
    """Tenths of a percent as people write them: ``97,5%``."""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10},{abs(tenths) % 10}%"


def _write(path: Path | None, body: Callable[[], bytes]) -> bool:
    """Write a file; True when one was wanted."""
    if path is None:
        return False
    made = body()
    if str(path) == "-":
        sys.stdout.buffer.write(made)
        return True
    try:
        path.write_bytes(made)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    say(f"written to {path}")
    return True


def _labels(lang: Language) -> Callable[[str], str]:
    from juru.server.console.sheet_words import label_of
    from juru.server.console.words import words

    t = words(lang)
    return lambda name: label_of(name, t)


def _pdf(sheet: Sheet, lang: Language, reads: Reads) -> bytes:
    from juru.server.console.printing import print_sheet

    return print_sheet(sheet, lang, reads.cell_name())
