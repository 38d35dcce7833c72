"""A table's cells and labels as people read them: rupiah, days, percentages, what a posting is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from juru.server.console.shape import MONTHS, grouped
from juru.server.console.words import Lang, Words, known
from juru.server.desk.names import Names
from juru.server.desk.sheets import Cell, Column, Kind, Sheet
from juru.server.desk.spans import Span
from juru.server.domain.accounts import House
from juru.server.store.reads.statements import Entry
from juru.values.rupiah import dotted, format_rupiah

_ONE_SIDED = frozenset({"in_idr", "out_idr"})
"""Of a posting only one side is filled."""

_STATES = {"accepted": "process"}


def label_of(name: str, t: Words) -> str:
    """A column's or fact's name for people; a title of a table is known too."""
    return known(t, f"sheet_{name}", known(t, f"title_{name}", known(t, f"report_{name}", name)))


def title_of(sheet: Sheet, t: Words) -> str:
    """What a table is called."""
    return known(t, f"title_{sheet.title}", "") or t("report_title", kind=t(f"report_{sheet.title}"))


def day_words(day: int, lang: Lang, *, t: Words | None = None) -> str:
    """A business day: ``23 Nov 2026``; with ``t`` its weekday stands before it."""
    text = f"{day % 100} {MONTHS[lang][day // 100 % 100 - 1]} {day // 10_000}"
    if t is None:
        return text
    weekday = date(day // 10_000, day // 100 % 100, day % 100).weekday()
    return f"{t('weekdays').split()[weekday]} {text}"


def span_words(span: Span, lang: Lang, t: Words) -> str:
    """A span of days, its ends said once where they are one."""
    if span.first == span.last:
        return day_words(span.first, lang, t=t)
    return t("span_days", first=day_words(span.first, lang), last=day_words(span.last, lang))


def percent(tenths: int, lang: Lang) -> str:
    """Tenths of a percent: ``97,5%``, in English ``97.5%``."""
    mark = "," if lang == "id" else "."
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}{mark}{abs(tenths) % 10}%"


def shown(column: Column, cell: Cell, lang: Lang, t: Words) -> str:
    """One cell as a person reads it; what is not known is a dash."""
    if cell is None:
        return "" if column.kind in {Kind.TEXT, Kind.DAY, Kind.ID} or column.name in _ONE_SIDED else "-"
    match column.kind:
        case Kind.MONEY:
            return format_rupiah(int(cell))
        case Kind.ID:
            return str(cell)
        case Kind.COUNT:
            return dotted(int(cell))
        case Kind.PERCENT:
            return percent(int(cell), lang)
        case Kind.DAY:
            return day_words(int(cell), lang, t=t)
        case Kind.TIME:
            return time_words(str(cell), lang)
        case Kind.TEXT:
            return _text(column.name, str(cell), t)


def _text(name: str, text: str, t: Words) -> str:
    match name:
        case "dest":
            return grouped(text)
        case "state":
            return t(f"state_{_STATES.get(text, text)}")
        case "availability" | "kind":
            return known(t, f"{name}_{text}", text)
        case "event":
            return event_words(text, t)
        case _:
            return text


def time_words(iso: str, lang: Lang) -> str:
    """``2026-11-23T14:05:09+07:00`` as ``23 Nov 14:05:09``; the zone stands above the table."""
    return f"{int(iso[8:10])} {MONTHS[lang][int(iso[5:7]) - 1]} {iso[11:19]}"


def event_words(code: str, t: Words) -> str:
    """What a posting of an order is."""
    what = {
        "order": "accepted",
        "sale": "succeeded",
        "order_failed": "failed",
        "order_reversed": "reversed",
        "late_success": "late",
        "attempt_failed": "attempts_failed",
    }.get(code)
    return t(f"what_{what}") if what else known(t, f"decide_{code.removeprefix('late_')}", code)


def compact(amount: int, lang: Lang, t: Words) -> str:
    """A large number for a chart: ``1,2 jt``, ``850 rb``."""
    mark = "," if lang == "id" else "."
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")):
        if abs(amount) >= size:
            tenths = (abs(amount) * 10 + size // 2) // size
            whole = f"{tenths // 10}{mark}{tenths % 10}" if tenths < 1_000 and tenths % 10 else str((tenths + 5) // 10)
            return f"{'-' if amount < 0 else ''}{whole} {t(word)}"
    return str(amount)


def describer(names: Names, t: Words) -> Callable[[Entry], str]:
    """How a posting of a statement is told."""

    def describe(entry: Entry) -> str:
        other = names.account(entry.other)
        facts = {
            "product": entry.product or "",
            "dest": grouped(entry.dest or ""),
            "agent": names.agent_codes.get(entry.agent_id or 0, ""),
            "other": other,
            "of": entry.of_id or "",
        }
        code = entry.code
        if entry.other == House.COMMISSION_EXPENSE and entry.order_id is not None:
            code = "commission" if entry.amount_idr > 0 else "commission_back"
        text = known(t, f"post_{code}", code)
        parts = [text.format(**facts)]
        if entry.sn and code == "sale":
            parts.append(f"SN {entry.sn}")
        if entry.memo and entry.order_id is None:
            parts.append(entry.memo)
        return " · ".join(parts)

    return describe
