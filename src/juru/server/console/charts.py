"""One chart for a report: it answers one question in its title; the table behind it has every number.

Drawn on the server as SVG: bars from zero, labels beside them, no colour that says anything alone. Days and hours stand
beside each other, a wide and a narrow drawing of the same; shares lie below each other as plain text with a bar.
"""

from __future__ import annotations

import msgspec
from markupsafe import Markup, escape

from juru.server.console.sheet_words import compact, day_words, percent
from juru.server.console.words import Lang, Words
from juru.server.desk.reports import Report
from juru.server.desk.sheets import Line, Sheet
from juru.values.rupiah import dotted, format_rupiah

SHARES_SHOWN = 8
_LABELLED_MAX = 12
_HEIGHT, _FOOT, _HEAD = 170, 20, 18


class Bar(msgspec.Struct, frozen=True):
    """One bar: how it is called under it, what it is worth, and both in words. An open one may still grow."""

    label: str
    value: int
    told: str
    open: bool = False


class Share(msgspec.Struct, frozen=True):
    """One part of a whole: ``width`` of 1,000 of the largest."""

    label: str
    value: str
    width: int


class Chart(msgspec.Struct, frozen=True):
    """The title that answers, and the drawing: bars beside each other, or shares below each other."""

    title: str
    wide: Markup = Markup()
    narrow: Markup = Markup()
    shares: tuple[Share, ...] = ()


def chart_of(sheet: Sheet, report: Report, lang: Lang, t: Words, *, closed_day: int = 2**31) -> Chart | None:
    """The chart of a report; None where there is nothing to compare."""
    if len(sheet.lines) < 2:
        return None
    match report:
        case Report.SALES:
            return _by_day(sheet, "sales_idr", lang, t, closed_day)
        case Report.PROFIT:
            return _by_day(sheet, "profit_idr", lang, t, closed_day)
        case Report.HOURS:
            return _by_hour(sheet, lang, t)
        case Report.SUPPLIERS:
            return _shares(sheet, "cost_idr", "chart_suppliers", lang, t)
        case Report.COMMISSIONS:
            return _shares(sheet, "earned_idr", "chart_commissions", lang, t)
        case _:
            return _shares(sheet, "sales_idr", "chart_share", lang, t)


def _by_day(sheet: Sheet, column: str, lang: Lang, t: Words, closed_day: int) -> Chart:
    values = [(int(line.cells[0] or 0), _whole(line, sheet.place(column))) for line in sheet.lines]
    told = [f"{day_words(day, lang, t=t)}: {format_rupiah(idr)}" for day, idr in values]
    bars = [Bar(str(day % 100), idr, words, day > closed_day) for (day, idr), words in zip(values, told, strict=True)]
    highest = max(values, key=lambda value: value[1])
    losses = [value for value in values if value[1] < 0]
    if losses:
        day, idr = min(losses, key=lambda value: value[1])
        title = t("chart_loss", count=len(losses), label=day_words(day, lang, t=t), value=format_rupiah(idr))
    else:
        key = "chart_sales" if column == "sales_idr" else "chart_profit"
        title = t(key, label=day_words(highest[0], lang, t=t), value=format_rupiah(highest[1]))
    return Chart(title, *_drawings(bars, lang, t))


def _by_hour(sheet: Sheet, lang: Lang, t: Words) -> Chart:
    found = {int(line.key): _whole(line, sheet.place("accepted")) for line in sheet.lines}
    bars = [Bar(f"{hour:02d}", found.get(hour, 0), f"{hour:02d}:00: {found.get(hour, 0)}") for hour in range(24)]
    busiest = max(bars, key=lambda bar: bar.value)
    title = t("chart_hours", label=f"{busiest.label}:00", value=dotted(busiest.value))
    return Chart(title, *_drawings(bars, lang, t))


def _shares(sheet: Sheet, column: str, key: str, lang: Lang, t: Words) -> Chart | None:
    at = sheet.place(column)
    largest = sorted((line for line in sheet.lines if _whole(line, at) > 0), key=lambda line: -_whole(line, at))
    whole = sum(_whole(line, at) for line in largest)
    if len(largest) < 2 or whole <= 0:
        return None
    top = _whole(largest[0], at)
    shown = tuple(
        Share(_name(line), format_rupiah(_whole(line, at)), max(_whole(line, at) * 1_000 // top, 2))
        for line in largest[:SHARES_SHOWN]
    )
    share = percent((top * 2_000 + whole) // (whole * 2), lang)
    return Chart(t(key, label=_name(largest[0]), share=share, value=format_rupiah(top)), shares=shown)


def _name(line: Line) -> str:
    code = line.key.removeprefix("=")
    name = line.cells[1]
    return f"{code} {name}" if isinstance(name, str) and name != code else code


def _whole(line: Line, at: int) -> int:
    value = line.cells[at]
    return value if isinstance(value, int) else 0


def _drawings(bars: list[Bar], lang: Lang, t: Words) -> tuple[Markup, Markup]:
    return _draw(bars, 960, 12, lang, t), _draw(bars, 340, 5, lang, t)


def _draw(bars: list[Bar], width: int, labels_max: int, lang: Lang, t: Words) -> Markup:
    """Columns from a common zero; as many labels as fit, the highest always among them."""
    top = max(0, *(bar.value for bar in bars))
    low = min(0, *(bar.value for bar in bars))
    room = _HEIGHT - _FOOT - _HEAD
    reach = (top - low) or 1
    zero = _HEAD + top * room // reach
    step = width / len(bars)
    thick = max(min(step * 0.72, 56), 2)
    every = -(-len(bars) // labels_max)
    extremes = {max(range(len(bars)), key=lambda i: bars[i].value)}
    if low < 0:
        extremes.add(min(range(len(bars)), key=lambda i: bars[i].value))
    parts = [
        Markup('<svg class="columns" viewBox="0 0 {} {}" role="presentation" focusable="false">').format(
            width, _HEIGHT
        ),
        Markup('<line class="zero" x1="0" x2="{}" y1="{}" y2="{}"/>').format(width, zero, zero),
    ]
    for place, bar in enumerate(bars):
        middle = step * place + step / 2
        size = abs(bar.value) * room // reach
        y = zero - size if bar.value >= 0 else zero
        kind = ("minus" if bar.value < 0 else "plus") + (" open" if bar.open else "")
        parts.append(
            Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>').format(
                kind, middle - thick / 2, y, thick, max(size, 1 if bar.value else 0), bar.told
            )
        )
        if place % every == 0:
            parts.append(_text("tick", middle, _HEIGHT - 6, bar.label))
        if (len(bars) <= labels_max or (place in extremes and bar.value)) and (bar.value >= 0 or place in extremes):
            at = max(min(middle, width - 26), 26)
            parts.append(_text("value", at, y - 5 if bar.value >= 0 else y + size + 13, compact(bar.value, lang, t)))
    parts.append(Markup("</svg>"))
    return Markup().join(parts)


def _text(kind: str, x: float, y: int, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(kind, x, y, escape(text))
