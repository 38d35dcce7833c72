"""Days as people know and type them: 2010-04-20, 2010-07, 2010, 2010-04..2010-06.

A day known by its month, its year or a range only counts from the first it may have been.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

import msgspec

from juru.association.domain.facts import Fact, Precision

_SPOKEN = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_RANGE = ".."
_ID = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober")
_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_MONTHS = {
    "id": (*_ID, "November", "Desember"),
    "en": (*_EN, "November", "December"),
}


class When(msgspec.Struct, frozen=True):
    """A day with how exactly it is known."""

    on: date
    precision: Precision = Precision.DAY
    through: date | None = None


def spoken(text: str) -> When | None:
    """What was typed, or None where it is no such day: none on the calendar, or a range that ends before it begins."""
    first, mark, last = text.strip().partition(_RANGE)
    begin, end = _one(first), _one(last) if mark else None
    if begin is None or (mark and end is None):
        return None
    if end is None:
        return begin
    through = last_day(end.on, end.precision, None)
    return When(begin.on, Precision.RANGE, through) if begin.on <= through else None


def _one(text: str) -> When | None:
    found = _SPOKEN.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    try:
        return When(date(int(year), int(month or 1), int(day or 1)), precision)
    except ValueError:
        return None


def last_day(on: date, precision: Precision, through: date | None) -> date:
    """The last day it may have been."""
    match precision:
        case Precision.MONTH:
            return on.replace(day=calendar.monthrange(on.year, on.month)[1])
        case Precision.YEAR:
            return date(on.year, 12, 31)
        case Precision.RANGE | Precision.DAY:
            return through or on


def fits(fact: Fact) -> bool:
    """Whether a fact's day is the first of what its precision says, and only a range has a last one, not before it."""
    match fact.precision:
        case Precision.DAY:
            return fact.through is None
        case Precision.MONTH:
            return fact.through is None and fact.on.day == 1
        case Precision.YEAR:
            return fact.through is None and (fact.on.month, fact.on.day) == (1, 1)
        case Precision.RANGE:
            return fact.through is not None and fact.on <= fact.through


def said(on: date, precision: Precision, through: date | None, language: str) -> str:
    """A day as a person reads it: 20 April 2010, Juli 2010, 2010, 1 April 2010 - 30 Juni 2010."""
    match precision:
        case Precision.DAY:
            return _day(on, language)
        case Precision.MONTH:
            return f"{_month(on, language)} {on.year}"
        case Precision.YEAR:
            return str(on.year)
        case Precision.RANGE:
            return f"{_day(on, language)} - {_day(through or on, language)}"


def _day(on: date, language: str) -> str:
    return f"{on.day} {_month(on, language)} {on.year}"


def _month(on: date, language: str) -> str:
    return _MONTHS["en" if language == "en" else "id"][on.month - 1]
