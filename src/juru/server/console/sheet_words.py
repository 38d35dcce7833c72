"""A table's cells and labels as people read them: rupiah, days, percentages, what a posting is."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.console.shape import grouped
from juru.server.console.words import Lang, Words, known
from juru.server.desk.names import Names
from juru.server.desk.spans import Span
from juru.server.domain.accounts import House
from juru.server.store.reads.statements import Entry
from juru.web.sheets import Cell, Column, Kind, Sheet
from juru.web.wording import cell_words, day_words

_ONE_SIDED = frozenset({"in_idr", "out_idr"})
"""Of a posting only one side is filled."""

_STATES = {"accepted": "process"}


def label_of(name: str, t: Words) -> str:
    """A column's or fact's name for people; a title of a table is known too."""
    return known(t, f"sheet_{name}", known(t, f"title_{name}", known(t, f"report_{name}", name)))


def title_of(sheet: Sheet, t: Words) -> str:
    """What a table is called."""
    return known(t, f"title_{sheet.title}", "") or t("report_title", kind=t(f"report_{sheet.title}"))


def span_words(span: Span, lang: Lang, t: Words) -> str:
    """A span of days, its ends said once where they are one."""
    if span.first == span.last:
        return day_words(span.first, lang, t=t)
    return t("span_days", first=day_words(span.first, lang), last=day_words(span.last, lang))


def shown(column: Column, cell: Cell, lang: Lang, t: Words) -> str:
    """One cell as a person reads it; what is not known is a dash."""
    if cell is None and column.name in _ONE_SIDED:
        return ""
    if column.kind is Kind.TEXT and cell is not None:
        return _text(column.name, str(cell), t)
    return cell_words(column.kind, cell, lang, t)


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
