"""Tables in files: CSV (comma, semicolon or tab, as the spreadsheet of the country writes it) and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec
import python_calamine
import xlsxwriter

from juru.server.errors import SettingsError
from juru.web.formulas import defused, restored

BYTES_MAX = 50_000_000
_UNPACKED_BYTES_MAX = 500_000_000
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",;\t"
_EXACT = 10**15
"""From here on a spreadsheet has rounded a number, so it is shown as such a number, not as what may have been typed."""


class Row(msgspec.Struct, frozen=True):
    """One row under the header, cells by column name; ``number`` as the spreadsheet counts, the header being 1."""

    number: int
    cells: dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """The rows of a table by the names in its header. Raises ``SettingsError`` with the remedy."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise SettingsError(_too_large(str(path), BYTES_MAX))
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SettingsError(f"there is no file {path}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    return rows_of(str(path), data)


def rows_of(name: str, data: bytes, *, bytes_max: int = BYTES_MAX) -> list[Row]:
    """The same of a file's content, by which it is judged, whatever it is called; ``name`` is for messages."""
    if len(data) > bytes_max:
        raise SettingsError(_too_large(name, bytes_max))
    if data.startswith((_ZIP, _OLD_EXCEL)):
        lines = _workbook(name, data)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise SettingsError(f"{name} is a web page that only calls itself a table: open it and save it as XLSX")
    else:
        lines = _csv(name, data)
    try:
        return list(_named(name, lines))
    except csv.Error as error:
        raise SettingsError(f"{name} is no CSV: {error}") from error


def _too_large(name: str, bytes_max: int) -> str:
    return f"{name} is over {bytes_max // 1_000_000} MB: divide it"


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> int:
    """Write a table by the ending of the name, ``.xlsx`` or ``.csv``; how many rows."""
    kept = [list(row) for row in rows]
    try:
        if _is_xlsx(path):
            _write_xlsx(path, header, kept)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                write_csv(file, header, kept)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error
    return len(kept)


def write_csv(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """A table as CSV."""
    writer = csv.writer(file)
    writer.writerow(header)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])


def _is_xlsx(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending in {".xlsx", ".csv"}:
        return ending == ".xlsx"
    raise SettingsError(f"{path}: give a file that ends in .csv or .xlsx")


def _named(name: str, lines: Iterator[list[str]]) -> Iterator[Row]:
    header = [column.strip().lower() for column in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise SettingsError(f"{name} is empty: its first row must name the columns")
    if "" in header or len(set(header)) < len(header):
        raise SettingsError(f"{name}: every column needs a name of its own in the first row")
    for number, line in enumerate(lines, 2):
        if not any(cell.strip() for cell in line):
            continue
        if any(cell.strip() for cell in line[len(header) :]):
            raise SettingsError(f"{name} row {number} has more cells than the header: is a separator in a text?")
        padded = line + [""] * (len(header) - len(line))
        yield Row(number, {column: restored(cell.strip()) for column, cell in zip(header, padded, strict=False)})


def _csv(name: str, data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name} is neither CSV in UTF-8 nor XLSX: save it as 'CSV UTF-8'") from error
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return iter(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _workbook(name: str, data: bytes) -> Iterator[list[str]]:
    """The first sheet; one that would unpack to far more than any table has is not unpacked."""
    try:
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > _UNPACKED_BYTES_MAX:
                    raise SettingsError(f"{name} unpacks to over {_UNPACKED_BYTES_MAX // 1_000_000} MB: divide it")
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheet = book.get_sheet_by_index(0)
            rows = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, zipfile.BadZipFile) as error:
        raise SettingsError(f"{name} is no readable XLSX: {error}") from error
    return iter([[_text(value) for value in row] for row in rows])


def _text(value: object) -> str:
    """A spreadsheet's value as it would be typed; a number has no separators, one that was rounded an exponent."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value)) if abs(value) < _EXACT else f"{value:.14E}"
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def _write_xlsx(path: Path, header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    whole = book.add_format({"num_format": "#,##0"})
    for place, name in enumerate(header):
        widest = max([len(name), *(len(str(row[place])) for row in rows)])
        sheet.set_column(place, place, min(widest + 2, 60), text)
        sheet.write_string(0, place, name, bold)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, place, cell, whole)
            else:
                sheet.write_string(number, place, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
