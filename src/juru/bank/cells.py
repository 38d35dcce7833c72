"""One cell of a bank's file: money in sen, a day. What Excel has done to it is named, never guessed.

Banks' own numbers and Excel's damage look alike to a lenient reader (``1.234`` is a thousand to one bank and a rupiah
and some sen to another), so every rule here is strict and says what it found instead.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache

from juru.bank.words import wrong

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""A cell as the file has it: text from CSV, already ``clean``, and typed values from a spreadsheet."""

SEN = 100
_SEN_MAX = 10**17
_WHOLE_FLOAT_MAX = 2**53
_NOTHING = frozenset({"", "-", "\u2013", "\u2014"})
_CURRENCY = re.compile(r"^(?:idr|rp\.?)\s*", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d+)?e[-+]?\d+", re.IGNORECASE)
_POINT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)
_COMMA = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?", re.ASCII)
_SERIAL = re.compile(r"[3-7]\d{4}(?:[.,]\d+)?", re.ASCII)
_TIME = r"(?:[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AP]M| ?WIB| ?WITA| ?WIT)?)?"
_EPOCH = dt.date(1899, 12, 30)


class CellError(ValueError):
    """A cell that cannot be believed; ``why`` says what is wrong and what to do."""

    def __init__(self, key: str, **facts: object) -> None:
        self.why = wrong(key, **facts)
        super().__init__(str(self.why))


class Numbers(StrEnum):
    """How a bank writes amounts: ``1,234,567.00`` or ``1.234.567,00``."""

    POINT = "point"
    COMMA = "comma"

    @property
    def example(self) -> str:
        """An amount so written."""
        return "1,234,567.00" if self is Numbers.POINT else "1.234.567,00"

    @property
    def other(self) -> Numbers:
        """The other way."""
        return Numbers.COMMA if self is Numbers.POINT else Numbers.POINT


def clean(text: str) -> str:
    """A text as cells hold it: blanks and line breaks collapsed, Excel's leading apostrophe dropped."""
    return " ".join(text.split()).removeprefix("'").strip()


def text_of(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, str):
        return cell
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE_FLOAT_MAX
    return str(int(cell)) if whole and isinstance(cell, float) else str(cell)


def is_nothing(cell: Cell) -> bool:
    """True for an empty cell and for a dash that stands for nothing."""
    return text_of(cell) in _NOTHING


def read_sen(cell: Cell, numbers: Numbers) -> int:
    """An amount in sen (hundredths of a rupiah). Raises ``CellError``."""
    match cell:
        case bool() | dt.date() | dt.time() | dt.timedelta():
            raise CellError("amount_typed", cell=text_of(cell))
        case int():
            return _bounded(cell * SEN, str(cell))
        case float():
            return _sen_of_float(cell)
        case _:
            return _sen_of_text(text_of(cell), numbers)


def _sen_of_float(number: float) -> int:
    """A spreadsheet's number: exact while it is small enough to be told from its neighbours by a sen."""
    if abs(number) * SEN >= _WHOLE_FLOAT_MAX:
        raise CellError("amount_digits", cell=f"{number:.0f}")
    sen = round(number * SEN)
    if abs(number * SEN - sen) > 1e-4:
        raise CellError("amount_parts", cell=number)
    return sen


def _sen_of_text(written: str, numbers: Numbers) -> int:
    if _SCIENTIFIC.fullmatch(written):
        raise CellError("amount_science", cell=written)
    if set(written) == {"#"}:
        raise CellError("amount_narrow", cell=written)
    digits, negative = _signed(written)
    found = (_POINT if numbers is Numbers.POINT else _COMMA).fullmatch(digits)
    decimals = "" if found is None else found[1] or ""
    if found is None or len(decimals) > 2:
        raise _why_not(written, digits, numbers)
    whole = digits[: len(digits) - len(decimals) - 1] if decimals else digits
    sen = int(whole.replace(",", "").replace(".", "")) * SEN + int(decimals.ljust(2, "0") or "0")
    return _bounded(-sen if negative else sen, written)


def _signed(written: str) -> tuple[str, bool]:
    """The digits without currency and sign; ``-5``, ``5-`` and ``(5)`` are below zero."""
    text = _CURRENCY.sub("", written)
    if text.startswith("(") and text.endswith(")"):
        return _CURRENCY.sub("", text[1:-1].strip()), True
    if text.startswith(("-", "+")):
        return _CURRENCY.sub("", text[1:].strip()), text.startswith("-")
    if text.endswith(("-", "+")):
        return text[:-1].strip(), text.endswith("-")
    return text.strip(), False


def _why_not(written: str, digits: str, numbers: Numbers) -> CellError:
    other = _COMMA if numbers is Numbers.POINT else _POINT
    found = other.fullmatch(digits)
    if found is not None and len(found[1] or "") <= 2:
        way = numbers.other
        return CellError("amount_other_way", cell=written, other=way.example, wanted=numbers.example, numbers=way.value)
    return CellError("amount_none", cell=repr(written), wanted=numbers.example)


def _bounded(sen: int, written: str) -> int:
    if abs(sen) >= _SEN_MAX:
        raise CellError("amount_huge", cell=written)
    return sen


# ---------------------------------------------------------------------- days

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("jan", "januari", "january"),
            ("feb", "peb", "februari", "pebruari", "february"),
            ("mar", "maret", "march"),
            ("apr", "april"),
            ("mei", "may"),
            ("jun", "juni", "june"),
            ("jul", "juli", "july"),
            ("agu", "ags", "agt", "aug", "agustus", "august"),
            ("sep", "sept", "september"),
            ("okt", "oct", "oktober", "october"),
            ("nov", "nop", "november", "nopember"),
            ("des", "dec", "desember", "december"),
        ),
        1,
    )
    for name in names
}
_PARTS = {"dd": r"(?P<d>\d{1,2})", "mm": r"(?P<m>\d{1,2})", "mmm": r"(?P<n>[A-Za-z]{3,9})"}
_PARTS |= {"yyyy": r"(?P<y>\d{4})", "yy": r"(?P<s>\d{2})"}
_TOKEN = re.compile(r"yyyy|yy|mmm|mm|dd")
FORMATS = re.compile(r"(?:dd[-/. ]mmm?(?:[-/. ]yyyy|[-/. ]yy)?|yyyy[-/.]mm[-/.]dd|yyyymmdd|ddmmyyyy)")
"""The date formats a profile may name: day, month and year as Indonesian banks write them, never month first."""


class Reach:
    """Which days a file may speak of: its own period, or the years a date without a year may lie in."""

    def __init__(self, *, first: dt.date | None, last: dt.date | None, today: dt.date, year: int | None = None) -> None:
        self.first, self.last, self.today, self.year = first, last, today, year


def read_day(cell: Cell, formats: tuple[str, ...], reach: Reach) -> int:
    """A day as yyyymmdd. Raises ``CellError``."""
    match cell:
        case dt.datetime():
            return _checked(cell.date(), text_of(cell), reach)
        case dt.date():
            return _checked(cell, text_of(cell), reach)
        case str():
            return _checked(_day_of_text(text_of(cell), formats, reach), text_of(cell), reach)
        case _:
            raise _number_for_day(text_of(cell))


def _day_of_text(written: str, formats: tuple[str, ...], reach: Reach) -> dt.date:
    for form in formats:
        found = _pattern(form).fullmatch(written)
        if found is not None:
            return _day_from(found.groupdict(), written, reach)
    if _SERIAL.fullmatch(written):
        raise _number_for_day(written)
    known = " / ".join(formats)
    if re.fullmatch(r"\d{1,2}-[A-Za-z]{3}(-\d{2})?", written):
        raise CellError("day_rewritten", cell=written, known=known)
    raise CellError("day_unlike", cell=repr(written), known=known)


def _number_for_day(written: str) -> CellError:
    try:
        day = (_EPOCH + dt.timedelta(days=int(float(written)))).strftime("%d/%m/%Y")
    except (ValueError, OverflowError):
        return CellError("day_none", cell=repr(written))
    return CellError("day_serial", cell=written, day=day)


def _day_from(parts: dict[str, str], written: str, reach: Reach) -> dt.date:
    month = int(parts["m"]) if "m" in parts else _MONTHS.get(parts["n"].lower(), 0)
    if "y" in parts:
        return _made(int(parts["y"]), month, int(parts["d"]), written)
    if "s" in parts:
        return _made(2000 + int(parts["s"]), month, int(parts["d"]), written)
    return _without_year(month, int(parts["d"]), written, reach)


def _without_year(month: int, day: int, written: str, reach: Reach) -> dt.date:
    """A date without a year takes it from the period that the file states, or from the year that was given."""
    if reach.year is not None:
        return _made(reach.year, month, day, written)
    if reach.first is None or reach.last is None:
        raise CellError("day_no_year", cell=written)
    for year in range(reach.first.year, reach.last.year + 1):
        made = _made(year, month, day, written) if month != 2 or day != 29 or _is_leap(year) else None
        if made is not None and reach.first <= made <= reach.last:
            return made
    raise CellError("day_outside", cell=written, first=reach.first, last=reach.last)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _made(year: int, month: int, day: int, written: str) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise CellError("day_absent", cell=written) from None


def _checked(day: dt.date, written: str, reach: Reach) -> int:
    if day > reach.today + dt.timedelta(days=1):
        raise CellError("day_future", cell=written)
    inside = (reach.first is None or day >= reach.first) and (reach.last is None or day <= reach.last)
    if not inside:
        raise CellError("day_outside", cell=written, first=reach.first, last=reach.last)
    return day.year * 10_000 + day.month * 100 + day.day


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    """The pattern of a format such as ``dd/mm/yyyy``; a time of day may follow."""
    parts = _TOKEN.sub(lambda found: _PARTS[found[0]], re.escape(form).replace(r"\ ", " "))
    return re.compile(parts + _TIME, re.IGNORECASE)
