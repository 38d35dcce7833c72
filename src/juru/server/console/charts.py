"""Which chart a report has: the question that its title answers."""

from __future__ import annotations

from juru.server.console.words import Lang, Words
from juru.server.desk.reports import Report
from juru.values.rupiah import dotted, format_rupiah
from juru.web.charts import Bar, Chart, below, beside
from juru.web.sheets import Line, Sheet
from juru.web.wording import day_words, percent


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
    return beside(title, bars, lang, t)


def _by_hour(sheet: Sheet, lang: Lang, t: Words) -> Chart:
    found = {int(line.key): _whole(line, sheet.place("accepted")) for line in sheet.lines}
    bars = [Bar(f"{hour:02d}", found.get(hour, 0), f"{hour:02d}:00: {found.get(hour, 0)}") for hour in range(24)]
    busiest = max(bars, key=lambda bar: bar.value)
    title = t("chart_hours", label=f"{busiest.label}:00", value=dotted(busiest.value))
    return beside(title, bars, lang, t)


def _shares(sheet: Sheet, column: str, key: str, lang: Lang, t: Words) -> Chart | None:
    at = sheet.place(column)
    largest = sorted((line for line in sheet.lines if _whole(line, at) > 0), key=lambda line: -_whole(line, at))
    whole = sum(_whole(line, at) for line in largest)
    if len(largest) < 2 or whole <= 0:
        return None
    top = _whole(largest[0], at)
    share = percent((top * 2_000 + whole) // (whole * 2), lang)
    title = t(key, label=_name(largest[0]), share=share, value=format_rupiah(top))
    return below(title, [(_name(line), _whole(line, at), format_rupiah(_whole(line, at))) for line in largest])


def _name(line: Line) -> str:
    code = line.key.removeprefix("=")
    name = line.cells[1]
    return f"{code} {name}" if isinstance(name, str) and name != code else code


def _whole(line: Line, at: int) -> int:
    value = line.cells[at]
    return value if isinstance(value, int) else 0
