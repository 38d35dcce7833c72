"""How the portal writes days, counts and the association's words."""

from __future__ import annotations

from datetime import date

from juru.values.days import Zone, iso_local
from juru.web.words import Lang

MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def day_words(day: date | None, lang: Lang) -> str:
    """``23 Nov 2026``; a dash where there is none."""
    return "-" if day is None else f"{day.day} {MONTHS[lang][day.month - 1]} {day.year}"


def instant_words(at_ms: int, zone: Zone, lang: Lang) -> str:
    """``23 Nov 2026 14:05 WIB``."""
    text = iso_local(at_ms, zone)
    return f"{day_words(date.fromisoformat(text[:10]), lang)} {text[11:16]} {zone.value}"


def count_words(count: int) -> str:
    """``1.234``, as people here write it."""
    return f"{count:,}".replace(",", ".")
