"""Tables of the console: how they are worded, and from every figure the way to its orders."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import msgspec

from juru.server.console.sheet_words import label_of, shown, title_of
from juru.server.console.words import Lang, Words
from juru.server.desk.orderlist import Wish, spanned
from juru.server.desk.reports import NONE, Narrowed, Report
from juru.server.desk.spans import Span
from juru.server.store.reads.lists import What
from juru.web.figures import Link, Told
from juru.web.sheets import Cell, Column, Kind, Line, Sheet

ON_PHONE = frozenset(
    {"succeeded", "failed", "sales_idr", "profit_idr", "attempts_failed", "success", "earned_idr", "net_idr", "agents"}
    | {
        "product",
        "dest",
        "state",
        "price_idr",
        "at",
        "text",
        "in_idr",
        "out_idr",
        "balance_idr",
        "name",
        "availability",
    }
)
"""What a card on a phone shows of a row, besides what the row is about."""

LINES_SHOWN = 100
ALL_SHOWN_MAX = 2_000

_WHAT = {
    "accepted": What.ACCEPTED,
    "succeeded": What.SUCCEEDED,
    "failed": What.FAILED,
    "reversed": What.REVERSED,
    "reversed_idr": What.REVERSED,
    "late": What.LATE,
    "earlier": What.EARLIER,
    "attempts_failed": What.ATTEMPTS_FAILED,
    **dict.fromkeys(("sales_idr", "cost_idr", "commission_idr", "profit_idr", "losses_idr", "late_idr"), What.MONEY),
}
_OF_ORDERS = frozenset({Report.PRODUCTS, Report.AGENTS, Report.DOWNLINES})
"""Reports in which what has no key has no order either."""

_SPENT = {"fees_idr": "bank_fees", "bad_debt_idr": "bad_debt"}
_STATES = {"accepted": "process", "success": "success", "failed": "failed", "reversed": "reversed"}


class SheetTeller:
    """How the console words its tables."""

    def __init__(self, lang: Lang, t: Words) -> None:
        self._lang = lang
        self._t = t
        self.total = t("sums")

    def title(self, sheet: Sheet) -> str:
        """What a table is called."""
        return title_of(sheet, self._t)

    def label(self, name: str) -> str:
        """What a column is called."""
        return label_of(name, self._t)

    def is_minor(self, column: Column) -> bool:
        """Whether a phone has no room for this column."""
        return column.name not in ON_PHONE

    def tell(self, column: Column, cell: Cell, line: Line | None, href: str) -> Told:
        """A cell in words, the state of an order with its shape."""
        text, tone = shown(column, cell, self._lang, self._t), ""
        if column.name == "posted" and line is not None and isinstance(cell, str):
            # The day is said again only where it is another than that of the order.
            text, tone = (cell[11:19], "") if str(line.cells[1])[:10] == cell[:10] else (text, "other-day")
        state = _STATES.get(str(cell), "") if column.name == "state" else ""
        timed = str(cell) if column.kind is Kind.TIME and cell else ""
        return Told(text, self._t("open_orders") if href.startswith("/orders?") else timed, state, tone)


# ---------------------------------------------------------------------- from a report to its orders


def report_link(report: Report, span: Span, narrowed: Narrowed, names_known: Callable[[str], bool]) -> Link:
    """Every number leads to the orders it counts; a name leads on, to its days or its branch."""
    base = spanned(_narrowing(narrowed), span)

    def link(line: Line | None, column: Column) -> str:
        if line is not None and column is _first(report, column):
            return _name_link(report, line, span, narrowed, names_known)
        if report is Report.COMMISSIONS:
            whose = "" if line is None or column.kind is Kind.TEXT else line.key
            return statement_path("commission", whose, span) if whose else ""
        if column.name in _SPENT:
            return statement_path("house", _SPENT[column.name], _days_of(line, span))
        what = _WHAT.get(column.name)
        if what is None or (line is not None and line.key == NONE and report in _OF_ORDERS):
            return ""
        wish = base if line is None else _wish_of(report, line, base)
        return f"/orders?{msgspec.structs.replace(wish, what=what).query()}"

    return link


def _narrowing(narrowed: Narrowed) -> Wish:
    return Wish(
        agent=narrowed.agent,
        downline=narrowed.downline,
        product=narrowed.product,
        operator=narrowed.operator,
        supplier=narrowed.supplier,
        hour="" if narrowed.hour is None else str(narrowed.hour),
    )


def _wish_of(report: Report, line: Line, base: Wish) -> Wish:
    """The filter of one line."""
    replace = msgspec.structs.replace
    match report:
        case Report.SALES | Report.PROFIT:
            day = _days_of(line, Span(0, 0))
            return spanned(base, day)
        case Report.PRODUCTS:
            return replace(base, product=line.key)
        case Report.OPERATORS:
            return replace(base, operator=line.key)
        case Report.AGENTS:
            return replace(base, agent=line.key, downline=False)
        case Report.DOWNLINES:
            return replace(base, agent=line.key.removeprefix("="), downline=not line.key.startswith("="))
        case Report.SUPPLIERS:
            return replace(base, supplier=line.key)
        case Report.HOURS:
            return replace(base, hour=str(int(line.key)))
        case Report.COMMISSIONS:
            return base


def _days_of(line: Line | None, span: Span) -> Span:
    """The day of a line that is a day; the whole span of the sums."""
    return span if line is None else Span(int(line.key), int(line.key))


def _first(report: Report, column: Column) -> Column | None:
    """The column that names a line."""
    named = {"day": column, "product": column, "operator": column, "agent": column, "supplier": column, "hour": column}
    own = {
        Report.SALES: "day",
        Report.PROFIT: "day",
        Report.PRODUCTS: "product",
        Report.OPERATORS: "operator",
        Report.AGENTS: "agent",
        Report.DOWNLINES: "agent",
        Report.SUPPLIERS: "supplier",
        Report.HOURS: "hour",
        Report.COMMISSIONS: "agent",
    }[report]
    return named[own] if column.name == own else None


def _name_link(report: Report, line: Line, span: Span, narrowed: Narrowed, names_known: Callable[[str], bool]) -> str:
    """A name leads to its days, a branch to what is below it, a day to its hours."""
    key = line.key
    if key == NONE and report in _OF_ORDERS:
        return ""
    match report:
        case Report.SALES | Report.PROFIT:
            return "" if narrowed.given() else report_path(Report.PRODUCTS, _days_of(line, span))
        case Report.PRODUCTS:
            return report_path(Report.SALES, span, Wish(product=key))
        case Report.OPERATORS:
            return report_path(Report.SALES, span, Wish(operator=key))
        case Report.AGENTS:
            return statement_path("agent", key, span) if names_known(key) else ""
        case Report.DOWNLINES:
            if key.startswith("="):
                return report_path(Report.SALES, span, Wish(agent=key[1:]))
            return report_path(Report.DOWNLINES, span, Wish(agent=key))
        case Report.SUPPLIERS:
            return report_path(Report.SALES, span, Wish(supplier=key))
        case Report.HOURS:
            return report_path(Report.SALES, span, Wish(hour=str(int(key))))
        case Report.COMMISSIONS:
            return statement_path("commission", key, span) if names_known(key) else ""


def report_path(report: Report, span: Span, narrowed: Wish | None = None) -> str:
    """The address of a report."""
    query = spanned(narrowed or Wish(), span).query()
    return f"/reports/{report.value}?{query}"


def statement_path(kind: str, code: str, span: Span) -> str:
    """The address of a statement."""
    return f"/statements/{kind}/{quote(code)}?{spanned(Wish(), span).query()}"
