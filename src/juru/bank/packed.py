"""What a workbook says it is made of, looked at without being unpacked into memory or laid out as a grid.

A few kilobytes may unpack to gigabytes, and one cell in the last corner makes a reader lay out seventeen thousand
million. So the parts are unpacked block by block and counted, and the corners of what is used are looked for.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib

import msgspec

_BLOCK = 1 << 20
_OVERLAP = 64
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_LETTERS, _BEFORE_A = 26, 64
_ENCRYPTED = 0x1


class PackedError(ValueError):
    """It cannot be unpacked within the limits: ``key`` says why, ``shown`` what was found."""

    def __init__(self, key: str, shown: str = "") -> None:
        super().__init__(f"{key} {shown}".strip())
        self.key = key
        self.shown = shown


class Packed(msgspec.Struct, frozen=True):
    """The names of its parts, what they unpack to, and the greatest number of cells in the used area of a sheet."""

    parts: frozenset[str]
    bytes: int
    area: int

    @property
    def has_macros(self) -> bool:
        """True where a part is a program."""
        return any(name.lower().rpartition("/")[2] == "vbaproject.bin" for name in self.parts)


def examine(data: bytes, *, bytes_max: int, area_max: int) -> Packed:
    """Look through a packed workbook. Raises ``PackedError``: ``broken``, ``locked``, ``unpacks`` or ``area``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            total, area = 0, 0
            for entry in entries:
                size, used = _through(packed, entry, bytes_max - total, area_max)
                total, area = total + size, max(area, used)
    except PackedError:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError) as error:
        raise PackedError("broken", str(error)) from error
    return Packed(frozenset(entry.filename for entry in entries), total, area)


def _through(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, bytes_left: int, area_max: int) -> tuple[int, int]:
    """Unpack one part block by block: how much it is, and the used area where it is a sheet."""
    if entry.flag_bits & _ENCRYPTED:
        raise PackedError("locked")
    is_sheet = _SHEET.fullmatch(entry.filename) is not None
    size, rows, columns, tail = 0, 0, 0, b""
    with packed.open(entry) as part:
        while block := part.read(_BLOCK):
            size += len(block)
            if size > bytes_left:
                raise PackedError("unpacks")
            if not is_sheet:
                continue
            for letters, digits in _CELL.findall(tail + block):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            tail = block[-_OVERLAP:]
            if rows * columns > area_max:
                raise PackedError("area", f"{rows} x {columns}")
    return size, rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - _BEFORE_A
    return number
