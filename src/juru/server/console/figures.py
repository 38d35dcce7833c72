"""A table of figures on a page: labels, sums, sorting by a link, and from every figure the way to its orders."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import msgspec

from juru.server.console.sheet_words import label_of, shown, title_of
from juru.server.console.words import Lang, Words
from juru.server.desk.orderlist import Wish, spanned
from juru.server.desk.reports import NONE, Narrowed, Report
from juru.server.desk.sheets import Cell, Column, Kind, Line, Sheet
from juru.server.desk.spans import Span
from juru.server.store.reads.lists import What

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
Link = Callable[[Line | None, Column], str]
"""Where a cell leads, or nowhere; of the sums under a column for no line."""

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


class Head(msgspec.Struct, frozen=True):
    """The head of a column; ``href`` sorts by it."""

    label: str
    kind: str
    name: str
    href: str = ""
    sorted: str = ""
    minor: bool = False


class Figure(msgspec.Struct, frozen=True):
    """One cell; ``state`` is the key of a state's shape and colour, ``minor`` what a phone has no room for."""

    kind: str
    text: str
    label: str
    name: str
    href: str = ""
    title: str = ""
    state: str = ""
    tone: str = ""
    minor: bool = False


class Row(msgspec.Struct, frozen=True):
    """One row."""

    cells: tuple[Figure, ...]
    id: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table as its template places it."""

    caption: str
    heads: tuple[Head, ...]
    lines: tuple[Row, ...]
    total: tuple[Figure, ...]
    total_word: str
    more: str = ""
    more_href: str = ""
    more_word: str = ""


class Order(msgspec.Struct, frozen=True):
    """How a table is sorted: by which column, and which end first; ``href`` makes the address of another order."""

    column: str
    descending: bool
    href: Callable[[str], str]


def table_of(
    sheet: Sheet,
    lang: Lang,
    t: Words,
    link: Link,
    *,
    order: Order | None = None,
    total_word: str = "",
    ids: str = "",
) -> Table:
    """The whole of a sheet; ``cut`` leaves away what is too much for a page."""
    heads = tuple(_head(column, order, t) for column in sheet.columns)
    lines = tuple(
        Row(
            tuple(
                _figure(c, cell, link(line, c), lang, t, line)
                for c, cell in zip(sheet.columns, line.cells, strict=True)
            ),
            f"{ids}{line.key}" if ids else "",
        )
        for line in sheet.lines
    )
    total: tuple[Figure, ...] = ()
    if sheet.total is not None and sheet.lines:
        total = tuple(
            Figure(c.kind.value, "", label_of(c.name, t), c.name)
            if cell is None
            else _figure(c, cell, link(None, c), lang, t)
            for c, cell in zip(sheet.columns, sheet.total, strict=True)
        )
    return Table(title_of(sheet, t), heads, lines, total, total_word or t("sums"))


def cut(sheet: Sheet, limit: int) -> Sheet:
    """The first rows; the sums stay those of all."""
    return msgspec.structs.replace(sheet, lines=sheet.lines[:limit])


def _head(column: Column, order: Order | None, t: Words) -> Head:
    label = label_of(column.name, t)
    if order is None:
        return Head(label, column.kind.value, column.name)
    is_by = order.column == column.name
    descending = not order.descending if is_by else column.kind not in {Kind.TEXT, Kind.DAY}
    sign = "-" if descending else ""
    state = ("descending" if order.descending else "ascending") if is_by else ""
    return Head(label, column.kind.value, column.name, order.href(f"{sign}{column.name}"), state)


def _figure(column: Column, cell: Cell, href: str, lang: Lang, t: Words, line: Line | None = None) -> Figure:
    text = shown(column, cell, lang, t)
    tone = ""
    if column.name == "posted" and line is not None and isinstance(cell, str):
        # The day is said again only where it is another than that of the order.
        text, tone = (cell[11:19], "") if str(line.cells[1])[:10] == cell[:10] else (text, "other-day")
    state = _STATES.get(str(cell), "") if column.name == "state" else ""
    title = t("open_orders") if href.startswith("/orders?") else str(cell) if column.kind is Kind.TIME and cell else ""
    minor = column.name not in ON_PHONE
    return Figure(column.kind.value, text, label_of(column.name, t), column.name, href, title, state, tone, minor)


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
