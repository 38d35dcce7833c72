"""A bank's file as rows of cells: CSV in whatever encoding and separator, XLSX and XLS by python-calamine."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import python_calamine

from juru.bank.cells import Cell, clean
from juru.bank.packed import PackedError, examine
from juru.bank.profiles import Profile
from juru.bank.statement import Fault, UnreadableError
from juru.bank.words import wrong

BYTES_MAX = 50_000_000
ROWS_MAX = 500_000
UNPACKED_MAX = 500_000_000
AREA_MAX = ROWS_MAX * 40
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

Line = tuple[int, list[Cell]]
"""A row with its number as a spreadsheet counts, from 1."""


def tables_of(data: bytes, profile: Profile) -> Iterator[list[Line]]:
    """The ways in which a file may be a table: once for a spreadsheet, once per separator for text.

    Raises ``UnreadableError`` for what is no table at all.
    """
    if not data.strip():
        raise _whole("file_empty")
    if len(data) > BYTES_MAX:
        raise _whole("file_long", mb=BYTES_MAX // 1_000_000)
    if data.startswith(_PDF):
        raise _whole("file_pdf")
    if data.startswith((_ZIP, _OLE)):
        yield _spreadsheet(data)
        return
    text = _decoded(data, profile)
    if text.lstrip()[:1] == "<":
        raise _whole("file_html")
    for delimiter in profile.delimiters:
        if delimiter in text:
            yield _separated(text, delimiter)


def _whole(key: str, **facts: object) -> UnreadableError:
    return UnreadableError([Fault(0, "", wrong(key, **facts))])


def _decoded(data: bytes, profile: Profile) -> str:
    encodings = [encoding for mark, encoding in _BOMS if data.startswith(mark)] or list(profile.encodings)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    raise _whole("file_encoding", encodings=" / ".join(encodings))


def _separated(text: str, delimiter: str) -> list[Line]:
    """Rows numbered by the line they begin on; quoted cells may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    begins = 1
    try:
        for cells in reader:
            lines.append((begins, [clean(cell) for cell in cells]))
            begins = reader.line_num + 1
            if len(lines) > ROWS_MAX:
                raise _whole("file_rows", rows=ROWS_MAX)
    except csv.Error as error:
        # A quote that is never closed swallows the rest of the file: a row cut in half, or a stray quote.
        lines.append((begins, [UNCLOSED.format(error=error)]))
    return lines


UNCLOSED = "\x1funclosed: {error}"
"""Stands for a row that cannot be divided into cells; reading names it in its place."""


def _examine(data: bytes) -> None:
    """Nothing, if a packed workbook can be laid out at all."""
    try:
        examine(data, bytes_max=UNPACKED_MAX, area_max=AREA_MAX)
    except PackedError as error:
        match error.key:
            case "unpacks":
                raise _whole("file_unpacks", mb=UNPACKED_MAX // 1_000_000) from error
            case "area":
                raise _whole("file_area", area=error.shown) from error
            case _:
                raise _whole("file_no_workbook", error=error) from error


def _spreadsheet(data: bytes) -> list[Line]:
    """The first sheet that holds more than one row; numbers, dates and texts as they are stored."""
    if data.startswith(_ZIP):
        _examine(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows: list[list[Cell]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if len(rows) > 1:
                break
        else:
            raise _whole("file_no_sheet")
    except python_calamine.CalamineError as error:
        raise _whole("file_no_workbook", error=error) from error
    if len(rows) > ROWS_MAX:
        raise _whole("file_rows", rows=ROWS_MAX)
    return [
        (line, [clean(cell) if isinstance(cell, str) else cell for cell in row]) for line, row in enumerate(rows, 1)
    ]
