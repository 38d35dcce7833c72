"""A members' list, CSV or XLSX, as rows that can be believed, and each cell that cannot with what to do about it.

A file is judged by its content, never by its name. Nothing of it is guessed: the day is written before the month, a
number that a spreadsheet rounded is refused, a formula in a text is no name. ``paid_until`` is the last day paid for;
1 January is read as the start of the year, since a period of dues never ends on one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from juru.association.desk.import_words import Why, why
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import Branch
from juru.association.domain.commands import ListedMember
from juru.association.domain.facts import Precision
from juru.bank.cells import Cell, CellError, Reach, read_day, text_of
from juru.bank.packed import PackedError, examine
from juru.bank.profiles import Profile
from juru.bank.statement import UnreadableError
from juru.bank.tables import UNCLOSED, Line, tables_of
from juru.values.msisdn import parse_msisdn

ROWS_MAX = 50_000
BYTES_MAX = 20_000_000
UNPACKED_MAX = 150_000_000
AREA_MAX = ROWS_MAX * 40
HEAD_ROWS_MAX = 20
_YEARS_AHEAD = 5
_FIRST_YEAR = 1990
_TEXT_MAX = {"name": 120, "address": 300}
_TEXT_MAX_ELSE = 80
_DAYS = ("dd/mm/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "dd mmm yyyy", "dd-mmm-yyyy", "yyyy-mm-dd")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")
_YEAR, _MONTH = re.compile(r"\d{4}"), re.compile(r"(\d{4})-(\d{1,2})")
_SIGNS = str.maketrans("._:()/-*", "        ")
_PROFILE = Profile("members", "members", {}, ("yyyy-mm-dd",), encodings=("utf-8",))
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXACT = 10**15
_MONTHS_MAX = 12

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("nama", "nama usaha", "nama badan usaha", "nama server", "usaha", "perusahaan", "business name"),
    "branch": ("cabang", "kode cabang", "wilayah", "dpd"),
    "dues_rep": ("dues representative", "wakil iuran", "perwakilan iuran", "penanggung jawab iuran"),
    "voting_rep": ("voting representative", "wakil suara", "perwakilan suara", "pemegang suara"),
    "phone": ("phones", "telepon", "telp", "no telp", "no telepon", "hp", "no hp", "nomor hp", "whatsapp", "wa"),
    "dues_phone": ("telepon iuran", "hp iuran", "telepon wakil iuran", "hp wakil iuran"),
    "voting_phone": ("telepon suara", "hp suara", "telepon wakil suara", "hp wakil suara"),
    "joined_on": ("tanggal gabung", "tanggal masuk", "tgl masuk", "tgl gabung", "bergabung", "anggota sejak", "joined"),
    "paid_until": (
        "lunas sampai",
        "iuran sampai",
        "lunas s d",
        "dibayar sampai",
        "berlaku sampai",
        "iuran lunas sampai",
    ),
    "licence": ("nib", "n i b", "no nib", "nomor nib", "license", "izin usaha", "nomor izin"),
    "member_class": ("class", "kelas", "jenis anggota"),
    "province": ("provinsi", "kode provinsi"),
    "address": ("alamat", "alamat usaha"),
}
"""Each column and the other names it may have; letters' size, dots and dashes do not matter."""
NEEDED = ("name", "branch", "joined_on")
_TEXTS = ("name", "licence", "province", "address", "dues_rep", "voting_rep")
_BY_NAME = {alias: column for column, names in COLUMNS.items() for alias in (column.replace("_", " "), *names)}


class SheetError(ValueError):
    """The file as a whole cannot be read; ``why`` says what to do."""

    def __init__(self, said: Why) -> None:
        super().__init__(said.told("en"))
        self.why = said


class Fault(msgspec.Struct, frozen=True):
    """A cell that cannot be believed; ``cell`` as the spreadsheet names it, ``column`` as this list does."""

    row: int
    cell: str
    column: str
    why: Why


class Listed(msgspec.Struct):
    """A list as read: rows that can be believed, and the faults of the others, with the name as far as it is known."""

    rows: list[ListedMember] = []
    faults: list[Fault] = []
    names: dict[int, str] = {}


def read(data: bytes, branches: Mapping[str, Branch], today: dt.date) -> Listed:
    """Every row under the heading. Raises ``SheetError`` for what is no such list."""
    lines = _lines(data)
    place, columns = _heading(lines)
    width = max((at for at, cell in enumerate(lines[place][1]) if text_of(cell).strip()), default=0) + 1
    reader = _Reader(columns, branches, today, _swapped(lines[place + 1 :], columns), width)
    for number, cells in lines[place + 1 :]:
        if any(text_of(cell) for cell in cells):
            reader.row(number, cells)
    return reader.found


def _lines(data: bytes) -> list[Line]:
    """The first table of the file that has the needed columns, else the first there is."""
    _examine(data)
    try:
        tables = list(tables_of(data, _PROFILE))
    except UnreadableError as error:
        said = error.faults[0].why
        facts = {"mb": BYTES_MAX // 1_000_000, "rows": ROWS_MAX}
        raise SheetError(why(said.key, **{name: facts[name] for name in said.facts if name in facts})) from error
    if not tables:
        raise SheetError(why("columns_missing", columns=", ".join(NEEDED)))
    lines = max(tables, key=lambda table: max((len(cells) for _, cells in table[:HEAD_ROWS_MAX]), default=0))
    if len(lines) > ROWS_MAX:
        raise SheetError(why("file_rows", rows=ROWS_MAX))
    return lines


def _examine(data: bytes) -> None:
    if len(data) > BYTES_MAX:
        raise SheetError(why("file_long", mb=BYTES_MAX // 1_000_000))
    if data.startswith(_OLE):
        raise SheetError(why("file_old"))
    if not data.startswith(_ZIP):
        return
    try:
        packed = examine(data, bytes_max=UNPACKED_MAX, area_max=AREA_MAX)
    except PackedError as error:
        keys = {"unpacks": "file_unpacks", "area": "file_area", "locked": "file_old"}
        facts = {"mb": UNPACKED_MAX // 1_000_000, "area": error.shown}
        raise SheetError(why(keys.get(error.key, "file_no_workbook"), **facts)) from error
    if packed.has_macros:
        raise SheetError(why("file_macros"))
    if "xl/workbook.xml" not in packed.parts:
        raise SheetError(why("file_not_xlsx"))


def _heading(lines: Sequence[Line]) -> tuple[int, dict[str, int]]:
    """The row that names the columns, and where each stands."""
    best: dict[str, int] = {}
    for place, (_, cells) in enumerate(lines[:HEAD_ROWS_MAX]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            column = _BY_NAME.get(" ".join(text_of(cell).replace("_", " ").translate(_SIGNS).lower().split()))
            if column is None:
                continue
            if column in columns and all(needed in columns for needed in NEEDED):
                raise SheetError(why("columns_twice", column=column))
            columns.setdefault(column, at)
        if all(needed in columns for needed in NEEDED):
            return place, columns
        best = max(best, columns, key=len)
    raise SheetError(why("columns_missing", columns=", ".join(needed for needed in NEEDED if needed not in best)))


def _swapped(lines: Sequence[Line], columns: Mapping[str, int]) -> frozenset[str]:
    """Columns of days in which a spreadsheet has read month first: what it could not read so is still text."""
    found = set()
    for column in ("joined_on", "paid_until"):
        cells = [cells[columns[column]] for _, cells in lines if column in columns and columns[column] < len(cells)]
        typed = [cell for cell in cells if isinstance(cell, dt.date)]
        left = [_DAY_FIRST.fullmatch(cell) for cell in cells if isinstance(cell, str)]
        if typed and all(day.day <= _MONTHS_MAX for day in typed) and any(m and int(m[1]) > _MONTHS_MAX for m in left):
            found.add(column)
    return frozenset(found)


class _CellFault(Exception):  # noqa: N818 - it never leaves this file
    def __init__(self, said: Why) -> None:
        self.why = said


class _Reader:
    def __init__(
        self,
        columns: Mapping[str, int],
        branches: Mapping[str, Branch],
        today: dt.date,
        swapped: frozenset[str],
        width: int,
    ) -> None:
        self.found = Listed()
        self._columns = columns
        self._today = today
        self._swapped = swapped
        self._width = width
        self._branches = {code: code for code in (*branches, NATIONAL)}
        self._branches |= {branch.name.upper(): code for code, branch in branches.items()}
        self._choices = ", ".join([*branches, NATIONAL])
        self._seen: Counter[str] = Counter()

    def row(self, number: int, cells: Sequence[Cell]) -> None:
        """Read one row: a listed member, or its faults."""
        faults: list[Fault] = []
        values: dict[str, object] = {}
        if cells and isinstance(cells[0], str) and cells[0].startswith(UNCLOSED[:9]):
            self.found.faults.append(Fault(number, f"A{number}", "", why("row_unclosed")))
            return
        beyond = next((at for at, cell in enumerate(cells) if at >= self._width and text_of(cell).strip()), None)
        if beyond is not None:
            faults.append(Fault(number, f"{_letters(beyond)}{number}", "", why("row_cells")))
        for column, at in self._columns.items():
            cell = cells[at] if at < len(cells) else ""
            try:
                values[column] = self._value(column, cell)
            except _CellFault as fault:
                faults.append(Fault(number, f"{_letters(at)}{number}", column, fault.why))
        self.found.names[number] = str(values.get("name", ""))
        joined, paid_to = values.get("joined_on"), values.get("paid_until")
        if isinstance(joined, tuple) and isinstance(paid_to, dt.date) and paid_to <= joined[0]:
            cell_name = f"{_letters(self._columns['paid_until'])}{number}"
            said = why("period_wrong", until=paid_to - dt.timedelta(days=1), since=joined[0])
            faults.append(Fault(number, cell_name, "paid_until", said))
        if faults:
            self.found.faults += faults
            return
        self.found.rows.append(self._listed(number, values))

    def _listed(self, number: int, values: dict[str, object]) -> ListedMember:
        joined_on, precision = values.pop("joined_on"), Precision.DAY
        if isinstance(joined_on, tuple):
            joined_on, precision = joined_on
        paid_to, phone = values.pop("paid_until", None), values.pop("phone", "")
        for role in ("dues", "voting"):
            values[f"{role}_phone"] = values.get(f"{role}_phone") or (phone if values.get(f"{role}_rep") else "")
        if phone and not values.get("dues_phone") and not values.get("voting_phone"):
            values["dues_phone"] = phone
        given = {"joined_on": joined_on, "precision": precision, "paid_to": paid_to} | values
        body = msgspec.json.encode(given, order="sorted")
        self._seen[body.decode()] += 1
        mark = hashlib.sha256(body + str(self._seen[body.decode()]).encode()).hexdigest()[:16]
        return msgspec.convert({"row": number, "mark": mark} | given, ListedMember)

    def _value(self, column: str, cell: Cell) -> object:
        if not text_of(cell).strip():
            if column in NEEDED:
                raise _CellFault(why("cell_empty"))
            return {"paid_until": None, "member_class": "server"}.get(column, "")
        match column:
            case "joined_on":
                return self._joined(cell)
            case "paid_until":
                return self._paid_to(cell)
            case "phone" | "dues_phone" | "voting_phone":
                return _phone(cell)
            case "branch":
                code = self._branches.get(_text("branch", cell).upper())
                if code is None:
                    raise _CellFault(why("branch_unknown", cell=_short(cell), choices=self._choices))
                return code
            case "member_class":
                if _text(column, cell).lower() not in {"server", "developer"}:
                    raise _CellFault(why("class_unknown", cell=_short(cell)))
                return _text(column, cell).lower()
            case "licence":
                return _licence(cell)
            case _:
                return _text(column, cell)

    def _joined(self, cell: Cell) -> tuple[dt.date, Precision]:
        """A day, or as much of it as is known: a month, a year."""
        text = text_of(cell)
        if _YEAR.fullmatch(text) and _FIRST_YEAR <= int(text) <= self._today.year:
            return dt.date(int(text), 1, 1), Precision.YEAR
        month = _MONTH.fullmatch(text)
        if month and 1 <= int(month[2]) <= _MONTHS_MAX:
            day, precision = dt.date(int(month[1]), int(month[2]), 1), Precision.MONTH
        else:
            day, precision = self._day("joined_on", cell), Precision.DAY
        if day > self._today:
            raise _CellFault(why("day_future", cell=_short(cell)))
        if day.year < _FIRST_YEAR:
            raise _CellFault(why("day_far", cell=_short(cell)))
        return day, precision

    def _paid_to(self, cell: Cell) -> dt.date:
        """The first day that is no longer paid for."""
        last = self._day("paid_until", cell)
        if not _FIRST_YEAR <= last.year <= self._today.year + _YEARS_AHEAD:
            raise _CellFault(why("day_far", cell=_short(cell)))
        return last if (last.month, last.day) == (1, 1) else last + dt.timedelta(days=1)

    def _day(self, column: str, cell: Cell) -> dt.date:
        if column in self._swapped and isinstance(cell, dt.date):
            raise _CellFault(why("day_swapped", cell=_short(cell)))
        reach = Reach(first=None, last=None, today=dt.date(9000, 1, 1))
        try:
            number = read_day(cell, _DAYS, reach)
        except CellError as error:
            known = error.why.key if error.why.key in {"day_absent", "day_serial"} else "day_unlike"
            raise _CellFault(why(known, cell=_short(cell))) from error
        return dt.date(number // 10_000, number // 100 % 100, number % 100)


def _short(cell: Cell) -> str:
    text = text_of(cell)
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def _text(column: str, cell: Cell) -> str:
    """A text without what a spreadsheet would run, what nobody sees, or what no name is long enough for."""
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        raise _CellFault(why("cell_kind", cell=_short(cell)))
    if isinstance(cell, float) and not cell.is_integer():
        raise _CellFault(why("cell_decimal", cell=_short(cell)))
    text = text_of(cell)
    limit = _TEXT_MAX.get(column, _TEXT_MAX_ELSE)
    if len(text) > limit:
        raise _CellFault(why("cell_long", limit=limit))
    if text.startswith(("=", "+", "-", "@")):
        raise _CellFault(why("cell_formula", cell=_short(cell)))
    if text.startswith("#"):
        raise _CellFault(why("cell_error", cell=_short(cell)))
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} or char == "\ufffd" for char in text):
        raise _CellFault(why("cell_strange"))
    return unicodedata.normalize("NFC", text)


def _licence(cell: Cell) -> str:
    """A licence keeps every digit; a number beyond fifteen was rounded by the spreadsheet."""
    rounded = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT
    if rounded or re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", text_of(cell)):
        raise _CellFault(why("licence_unlike", cell=_short(cell)))
    return _text("licence", cell)


def _phone(cell: Cell) -> str:
    """A telephone number as ``+62...``; a landline keeps its digits."""
    text = text_of(cell)
    found = parse_msisdn(text)
    if found is not None:
        return found
    digits = re.sub(r"[ .()-]", "", text)
    if re.fullmatch(r"8\d{8,12}", digits):
        raise _CellFault(why("phone_zero", cell=digits))
    if not re.fullmatch(r"(0|\+?62)\d{7,12}", digits):
        raise _CellFault(why("phone_unlike", cell=_short(cell)))
    return "+62" + digits.removeprefix("+").removeprefix("62").removeprefix("0")


def _letters(at: int) -> str:
    """A column as a spreadsheet names it."""
    name, number = "", at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
