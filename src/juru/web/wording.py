"""Days, percentages and large numbers as people read them, and the cells of a table by what its columns hold."""

from __future__ import annotations

from datetime import date

from juru.values.rupiah import dotted, format_rupiah
from juru.web.sheets import Cell, Kind
from juru.web.words import Lang, Words

MONTHS = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def day_words(day: int, lang: Lang, *, t: Words | None = None) -> str:
    """A business day: ``23 Nov 2026``; with ``t`` its weekday stands before it."""
    text = f"{day % 100} {MONTHS[lang][day // 100 % 100 - 1]} {day // 10_000}"
    if t is None:
        return text
    weekday = date(day // 10_000, day // 100 % 100, day % 100).weekday()
    return f"{t('weekdays').split()[weekday]} {text}"


def time_words(iso: str, lang: Lang) -> str:
    """``2026-11-23T14:05:09+07:00`` as ``23 Nov 14:05:09``; the zone stands above the table."""
    return f"{int(iso[8:10])} {MONTHS[lang][int(iso[5:7]) - 1]} {iso[11:19]}"


def percent(tenths: int, lang: Lang) -> str:
    """Tenths of a percent: ``97,5%``, in English ``97.5%``."""
    mark = "," if lang == "id" else "."
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}{mark}{abs(tenths) % 10}%"


def compact(amount: int, lang: Lang, t: Words) -> str:
    """A large number for a chart: ``1,2 jt``, ``850 rb``."""
    mark = "," if lang == "id" else "."
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")):
        if abs(amount) >= size:
            tenths = (abs(amount) * 10 + size // 2) // size
            whole = f"{tenths // 10}{mark}{tenths % 10}" if tenths < 1_000 and tenths % 10 else str((tenths + 5) // 10)
            return f"{'-' if amount < 0 else ''}{whole} {t(word)}"
    return str(amount)


def cell_words(kind: Kind, cell: Cell, lang: Lang, t: Words) -> str:
    """One cell as a person reads it; a number that is not known is a dash, text that is not there is nothing."""
    if cell is None:
        return "" if kind in {Kind.TEXT, Kind.DAY, Kind.ID} else "-"
    match kind:
        case Kind.MONEY:
            return format_rupiah(int(cell))
        case Kind.COUNT:
            return dotted(int(cell))
        case Kind.PERCENT:
            return percent(int(cell), lang)
        case Kind.DAY:
            return day_words(int(cell), lang, t=t)
        case Kind.TIME:
            return time_words(str(cell), lang)
        case Kind.ID | Kind.TEXT:
            return str(cell)
