"""Spans of business days as people type them: ``this-month``, ``2026-11``, ``2026-11-01..2026-11-15``, ``7d``."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from juru.server.errors import SettingsError
from juru.values.days import Zone, business_day, day_after, written

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)
_BACK = re.compile(r"([1-9]\d{0,3})d", re.ASCII)
NAMED = ("today", "yesterday", "7d", "30d", "this-month", "last-month", "this-year")
DAYS_MAX = 3_700


class Span(msgspec.Struct, frozen=True):
    """Business days from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        """As it can be typed again."""
        first, last = written(self.first), written(self.last)
        return first if first == last else f"{first}..{last}"


def read_span(typed: str | None, today: int, *, first: str | None = None, last: str | None = None) -> Span:
    """A span as typed, or from its two ends; nothing means this month. Raises ``SettingsError`` with the remedy."""
    if first is not None or last is not None:
        if typed is not None:
            raise SettingsError("give a span, or --from and --to, not both")
        ended = today if last is None else read_day(last, today)
        begun = ended // 100 * 100 + 1 if first is None else read_day(first, today)
        return _checked(begun, ended)
    text = (typed or "this-month").strip().lower()
    if ".." in text:
        begun_text, _, ended_text = text.partition("..")
        return _checked(read_day(begun_text, today), read_day(ended_text or "today", today))
    match text:
        case "this-month":
            return Span(today // 100 * 100 + 1, today)
        case "last-month":
            ended = day_after(today // 100 * 100 + 1, -1)
            return Span(ended // 100 * 100 + 1, ended)
        case "this-year":
            return Span(today // 10_000 * 10_000 + 101, today)
        case _:
            pass
    if (back := _BACK.fullmatch(text)) is not None:
        return _checked(day_after(today, 1 - int(back[1])), today)
    if (month := _MONTH.fullmatch(text)) is not None and 1 <= int(month[2]) <= 12:
        begun = int(month[1] + month[2]) * 100 + 1
        return Span(begun, day_after(day_after(begun, 31) // 100 * 100 + 1, -1))
    day = read_day(text, today)
    return Span(day, day)


def read_day(typed: str, today: int) -> int:
    """One day as typed: ``2026-11-24``, ``20261124``, ``today``, ``yesterday``."""
    text = typed.strip().lower()
    if text in {"today", "yesterday"}:
        return today if text == "today" else day_after(today, -1)
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            date(*map(int, found.groups()))
            return int("".join(found.groups()))
    except ValueError:
        pass
    known = "2026-11-24, 2026-11, 2026-11-01..2026-11-15"
    raise SettingsError(f"{typed!r} is no date and no span: write {known}, or one of {', '.join(NAMED)}")


def today_of(now_ms: int, zone: Zone) -> int:
    """The business day that is open now."""
    return business_day(now_ms, zone)


def _checked(first: int, last: int) -> Span:
    if first > last:
        raise SettingsError(f"{written(first)} is after {written(last)}: the earlier day comes first")
    if day_after(first, DAYS_MAX) < last:
        raise SettingsError(f"{written(first)}..{written(last)} is longer than ten years: divide it")
    return Span(first, last)
