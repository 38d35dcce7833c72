"""Days as agents write them: ``310125``, ``31``, ``31-01-25``, ``31/01/2025``, ``H-1``, ``-1``, ``KEMARIN``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from juru.server.dialects.grammar_profile import GrammarProfile

_AGO = re.compile(r"(?:H-?|-)(\d{1,3})", re.ASCII)
_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{2}|\d{4})", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
_YESTERDAY = frozenset({"KEMARIN", "KMRN", "YESTERDAY"})
_TODAY = frozenset({"HARIINI", "TODAY"})


def day_of(typed: str | None, today: int, profile: GrammarProfile) -> int | None:
    """The business day ``yyyymmdd`` that is meant, seen from ``today``; None where there is none, or it is to come.

    A bare day of the month is the latest such day; where the cell counts back, it is so many days ago.
    """
    now = date(today // 10_000, today // 100 % 100, today % 100)
    found = _read((typed or "").upper(), now, profile)
    if found is None or found > now:
        return None
    return found.year * 10_000 + found.month * 100 + found.day


def _read(word: str, now: date, profile: GrammarProfile) -> date | None:
    if not word or word in _TODAY:
        return now
    if word in _YESTERDAY:
        return now - timedelta(days=1)
    if (ago := _AGO.fullmatch(word)) is not None:
        return now - timedelta(days=int(ago[1]))
    if _NUMBER.fullmatch(word) and len(word) <= 2:
        return now - timedelta(days=int(word)) if profile.day_number == "ago" else _latest(int(word), now)
    if _NUMBER.fullmatch(word) and len(word) == 6:
        return _date(int(word[4:]), int(word[2:4]), int(word[:2]))
    if (parts := _DATE.fullmatch(word)) is not None:
        return _date(int(parts[3]), int(parts[2]), int(parts[1]))
    return None


def _latest(day: int, now: date) -> date | None:
    """The latest day of that number: of this month, or of the last month that has one."""
    year, month = now.year, now.month
    for _ in range(3):
        found = _date(year, month, day)
        if found is not None and found <= now:
            return found
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None
