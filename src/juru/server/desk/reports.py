"""Reports over any span of business days, from daily sums: sales, profit, agents, downlines, suppliers, products ...

A report is a sum over one dimension, so it costs what its lines cost, not what its orders cost. Combinations (an
agent's sales of one product) are lists of orders. Operators and downlines are sums of products and agents by what the
catalog and the tree are now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

from juru.server.desk.names import Names
from juru.server.desk.spans import Span
from juru.server.domain.accounts import (
    AGENT_BASE,
    RECEIVABLE_BASE,
    House,
    agent_deposit,
    bank_account,
    supplier_deposit,
)
from juru.server.domain.agent import Agent
from juru.server.domain.cell import Settings
from juru.server.domain.sums import MEASURES, Dimension, Sums
from juru.server.errors import CommandError
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone, written
from juru.web.sheets import Cell, Column, Kind, Line, Sheet, summed

NONE = "-"
"""The line of what has no key: no supplier, no operator, or no order at all, as a correction by reconciliation. It is
there so that every report adds up to the same."""


class Report(StrEnum):
    """What can be asked for."""

    SALES = "sales"
    PROFIT = "profit"
    PRODUCTS = "products"
    OPERATORS = "operators"
    AGENTS = "agents"
    DOWNLINES = "downlines"
    SUPPLIERS = "suppliers"
    HOURS = "hours"
    COMMISSIONS = "commissions"


class Narrowed(msgspec.Struct, frozen=True):
    """Of what a report is. One of these at most narrows sales and profit; an agent narrows agents and downlines too."""

    agent: str = ""
    downline: bool = False
    product: str = ""
    operator: str = ""
    supplier: str = ""
    hour: int | None = None

    def given(self) -> tuple[str, ...]:
        """The names of what narrows."""
        hour = "" if self.hour is None else "hour"
        names = ("agent", "product", "operator", "supplier")
        return tuple(filter(None, [*(name for name in names if getattr(self, name)), hour]))


def _counts(*names: str) -> list[Column]:
    return [Column(name, Kind.COUNT, summed=True) for name in names]


def _money(*names: str) -> list[Column]:
    return [Column(name, Kind.MONEY, summed=True) for name in names]


_RESULT = _money("sales_idr", "cost_idr", "commission_idr", "profit_idr")
_ENDS = _counts("succeeded", "failed", "reversed")
COLUMNS: dict[Report, tuple[Column, ...]] = {
    Report.SALES: (
        Column("day", Kind.DAY),
        *_counts("accepted", "succeeded", "failed", "reversed", "late", "earlier"),
        *_money("sales_idr", "reversed_idr"),
    ),
    Report.PROFIT: (
        Column("day", Kind.DAY),
        *_counts("succeeded"),
        *_money(
            "sales_idr",
            "cost_idr",
            "commission_idr",
            "losses_idr",
            "bad_debt_idr",
            "fees_idr",
            "profit_idr",
        ),
        Column("margin", Kind.PERCENT),
        *_money("late_idr"),
    ),
    Report.PRODUCTS: (Column("product"), Column("name"), Column("operator"), *_ENDS, *_RESULT),
    Report.OPERATORS: (Column("operator"), *_counts("products"), *_ENDS, *_RESULT),
    Report.AGENTS: (Column("agent"), Column("name"), Column("upline"), *_counts("accepted"), *_ENDS, *_RESULT),
    Report.DOWNLINES: (Column("agent"), Column("name"), *_counts("agents"), *_ENDS, *_RESULT),
    Report.SUPPLIERS: (
        Column("supplier"),
        Column("name"),
        *_counts("succeeded", "attempts_failed"),
        Column("success", Kind.PERCENT),
        *_counts("reversed", "late"),
        *_RESULT,
        *_money("late_idr"),
    ),
    Report.HOURS: (Column("hour"), *_counts("accepted"), *_ENDS, *_RESULT),
    Report.COMMISSIONS: (
        Column("agent"),
        Column("name"),
        *_counts("postings"),
        *_money("earned_idr", "taken_idr", "net_idr", "balance_idr"),
    ),
}


def report_sheet(reads: Reads, names: Names, report: Report, span: Span, narrowed: Narrowed | None = None) -> Sheet:
    """A report as a table, in its usual order. Raises ``CommandError`` for what does not narrow it."""
    narrowed = narrowed or Narrowed()
    _check(report, narrowed)
    lines = list(_BUILDERS[report](reads, names, span, narrowed))
    facts: dict[str, Cell] = {"span": str(span)}
    for name in narrowed.given():
        facts[name] = getattr(narrowed, name)
    if narrowed.downline:
        facts["downline"] = "yes"
    sheet = summed(report.value, facts, COLUMNS[report], [line for _, line in lines])
    return _with_shares(sheet, [sums for sums, _ in lines])


def _check(report: Report, narrowed: Narrowed) -> None:
    given = narrowed.given()
    match report:
        case Report.SALES | Report.PROFIT:
            fits = len(given) <= 1
        case Report.AGENTS | Report.DOWNLINES:
            fits = given in {(), ("agent",)}
        case _:
            fits = not given
    if not fits:
        raise CommandError(
            f"the report {report.value} is not kept by {' and '.join(given)}: a report sums one thing at a time; "
            "for combinations list the orders"
        )


Made = Iterable[tuple[Sums, Line]]


def _line(report: Report, key: str, sums: Sums, **more: Cell) -> tuple[Sums, Line]:
    """A line from sums: a column's value is given, or it is a measure."""
    cells = tuple(more[c.name] if c.name in more else getattr(sums, c.name, None) for c in COLUMNS[report])
    return sums, Line(key, cells)


def _by_day(reads: Reads, names: Names, span: Span, narrowed: Narrowed) -> dict[int, Sums]:
    """The days of a span, all together or of what narrows them."""
    by_day = reads.sums.by_day
    match narrowed.given():
        case ("agent",):
            top = names.agent(narrowed.agent)
            agents = names.subtree(top) if narrowed.downline else [top]
            return by_day(span.first, span.last, Dimension.AGENT, [str(agent.id) for agent in agents])
        case ("product",):
            return by_day(span.first, span.last, Dimension.PRODUCT, [narrowed.product.strip().upper()])
        case ("operator",):
            return by_day(span.first, span.last, Dimension.PRODUCT, names.of_operator(narrowed.operator))
        case ("supplier",):
            supplier = "" if narrowed.supplier == NONE else names.supplier(narrowed.supplier).code
            return by_day(span.first, span.last, Dimension.SUPPLIER, [supplier])
        case ("hour",):
            return by_day(span.first, span.last, Dimension.HOUR, [f"{narrowed.hour:02d}"])
        case _:
            return by_day(span.first, span.last)


def _sales(reads: Reads, names: Names, span: Span, narrowed: Narrowed) -> Made:
    for day, sums in _by_day(reads, names, span, narrowed).items():
        yield _line(Report.SALES, str(day), sums, day=day)


def _profit(reads: Reads, names: Names, span: Span, narrowed: Narrowed) -> Made:
    """Day by day; fees and bad debt belong to the whole business, so they are there only when nothing narrows."""
    whole = not narrowed.given()
    spent = {name: _spent(reads, account, span) if whole else {} for name, account in _SPENT.items()}
    days = _by_day(reads, names, span, narrowed)
    for day in sorted({*days, *(day for found in spent.values() for day in found)}):
        sums = days.get(day, Sums())
        cells = {name: found.get(day, 0) for name, found in spent.items()}
        profit_idr = sums.profit_idr - sum(cells.values())
        yield _line(Report.PROFIT, str(day), sums, day=day, profit_idr=profit_idr, margin=None, **cells)


_SPENT = {"fees_idr": House.BANK_FEES, "bad_debt_idr": House.BAD_DEBT}
"""What the business spends beside its orders, by the account it is on; points are among what agents earn by them."""


def _spent(reads: Reads, account: House, span: Span) -> dict[int, int]:
    """What was spent on an account, day by day."""
    return {day: -moved.net_idr for day, moved in reads.sums.account_days(account, span.first, span.last).items()}


def _products(reads: Reads, names: Names, span: Span, _narrowed: Narrowed) -> Made:
    for code, sums in _most(reads.sums.by_key(Dimension.PRODUCT, span.first, span.last)):
        product = names.products.get(code)
        named = (None, None) if product is None else (product.name, product.operator)
        yield _line(Report.PRODUCTS, code or NONE, sums, product=code or NONE, name=named[0], operator=named[1])


def _operators(reads: Reads, names: Names, span: Span, _narrowed: Narrowed) -> Made:
    found: dict[str, Sums] = {}
    products: dict[str, int] = {}
    for code, sums in reads.sums.by_key(Dimension.PRODUCT, span.first, span.last).items():
        product = names.products.get(code)
        operator = (product.operator if product is not None else None) or NONE
        add(found.setdefault(operator, Sums()), sums)
        products[operator] = products.get(operator, 0) + 1
    for operator, sums in _most(found):
        yield _line(Report.OPERATORS, operator, sums, operator=operator, products=products[operator])


def _agents(reads: Reads, names: Names, span: Span, narrowed: Narrowed) -> Made:
    by_key = reads.sums.by_key(Dimension.AGENT, span.first, span.last)
    if narrowed.agent:
        top = names.agent(narrowed.agent)
        wanted = {str(agent.id) for agent in names.subtree(top)}
        by_key = {key: sums for key, sums in by_key.items() if key in wanted}
    for key, sums in _most(by_key):
        code = names.agent_codes.get(int(key), key) if key else NONE
        agent = names.agents.get(code)
        named = (None, None) if agent is None else (agent.name, agent.upline)
        yield _line(Report.AGENTS, code, sums, agent=code, name=named[0], upline=named[1])


def _downlines(reads: Reads, names: Names, span: Span, narrowed: Narrowed) -> Made:
    """A line for each branch right below an agent, whole; his own orders first. Without one, for every top agent."""
    by_key = reads.sums.by_key(Dimension.AGENT, span.first, span.last)
    branches: list[tuple[Agent, list[Agent]]] = []
    if narrowed.agent:
        top = names.agent(narrowed.agent)
        own = by_key.get(str(top.id), Sums())
        yield _line(Report.DOWNLINES, f"={top.code}", own, agent=top.code, name=top.name, agents=1)
        branches = [(child, names.subtree(child)) for child in names.children.get(top.code, ())]
    else:
        branches = [(top, names.subtree(top)) for top in names.children.get(None, ())]
    made = []
    for top, agents in branches:
        sums = Sums()
        for agent in agents:
            if (own_sums := by_key.get(str(agent.id))) is not None:
                add(sums, own_sums)
        if any(msgspec.structs.astuple(sums)):
            made.append(_line(Report.DOWNLINES, top.code, sums, agent=top.code, name=top.name, agents=len(agents)))
    if not narrowed.agent and "" in by_key:
        made.append(_line(Report.DOWNLINES, NONE, by_key[""], agent=NONE, name=None, agents=0))
    yield from sorted(made, key=lambda line: -line[0].sales_idr)


def _suppliers(reads: Reads, names: Names, span: Span, _narrowed: Narrowed) -> Made:
    """What has no supplier is orders that failed, and late deliveries settled."""
    for code, sums in _most(reads.sums.by_key(Dimension.SUPPLIER, span.first, span.last)):
        supplier = names.suppliers.get(code)
        name = None if supplier is None else supplier.name
        if code or any(getattr(sums, c.name, 0) for c in COLUMNS[Report.SUPPLIERS] if c.summed):
            yield _line(Report.SUPPLIERS, code or NONE, sums, supplier=code or NONE, name=name, success=None)


def _hours(reads: Reads, _names: Names, span: Span, _narrowed: Narrowed) -> Made:
    for hour, sums in sorted(reads.sums.by_key(Dimension.HOUR, span.first, span.last).items()):
        yield _line(Report.HOURS, hour, sums, hour=f"{hour}:00")


def _commissions(reads: Reads, names: Names, span: Span, _narrowed: Narrowed) -> Made:
    """What uplines earned, what of it was taken back or paid out, and what stands to their credit now."""
    balances = {row.account: row.net_idr for row in reads.balances()}
    moved = reads.sums.accounts(span.first, span.last, low=AGENT_BASE, high=RECEIVABLE_BASE - 1)
    made = []
    for account, sums in moved.items():
        number, is_commission = divmod(account - AGENT_BASE, 2)
        if not is_commission:
            continue
        code = names.agent_codes.get(number, str(number))
        cells: dict[str, Cell] = {
            "agent": code,
            "name": names.agents[code].name if code in names.agents else None,
            "postings": sums.postings,
            "earned_idr": sums.credit_idr,
            "taken_idr": sums.debit_idr,
            "net_idr": sums.net_idr,
            "balance_idr": balances.get(account, 0),
        }
        made.append(_line(Report.COMMISSIONS, code, Sums(), **cells))
    yield from sorted(made, key=lambda line: (-int(line[1].cells[3] or 0), line[1].key))


_BUILDERS: dict[Report, Callable[[Reads, Names, Span, Narrowed], Made]] = {
    Report.SALES: _sales,
    Report.PROFIT: _profit,
    Report.PRODUCTS: _products,
    Report.OPERATORS: _operators,
    Report.AGENTS: _agents,
    Report.DOWNLINES: _downlines,
    Report.SUPPLIERS: _suppliers,
    Report.HOURS: _hours,
    Report.COMMISSIONS: _commissions,
}


def _with_shares(sheet: Sheet, sums: list[Sums]) -> Sheet:
    """Percentages, of each line and of the sums."""
    whole = Sums()
    for line in sums:
        add(whole, line)
    columns = {column.name: place for place, column in enumerate(sheet.columns)}
    if "success" in columns:
        share, at = _success, columns["success"]
        lines = [_put(line, at, share(own)) for line, own in zip(sheet.lines, sums, strict=True)]
        total = _put(Line("", sheet.total or ()), at, share(whole)).cells
    elif "margin" in columns:
        at, sales, profit = (columns[name] for name in ("margin", "sales_idr", "profit_idr"))
        lines = [_put(line, at, _percent(line.cells[profit], line.cells[sales])) for line in sheet.lines]
        total = _put(
            Line("", sheet.total or ()), at, _percent(*((sheet.total or ())[i] for i in (profit, sales)))
        ).cells
    else:
        return sheet
    return msgspec.structs.replace(sheet, lines=tuple(lines), total=total)


def _put(line: Line, at: int, cell: Cell) -> Line:
    return Line(line.key, (*line.cells[:at], cell, *line.cells[at + 1 :]))


def _success(sums: Sums) -> int | None:
    return _percent(sums.succeeded, sums.succeeded + sums.attempts_failed)


def _percent(part: Cell, whole: Cell) -> int | None:
    """Tenths of a percent, rounded to the nearest; None where there is nothing to compare with."""
    if not isinstance(part, int) or not isinstance(whole, int) or whole <= 0:
        return None
    return (part * 2_000 + whole) // (whole * 2)


def add(sums: Sums, more: Sums) -> None:
    """Add one to the other."""
    for name in MEASURES:
        setattr(sums, name, getattr(sums, name) + getattr(more, name))


def _most(found: Mapping[str, Sums]) -> list[tuple[str, Sums]]:
    """Highest sales first, then by key."""
    return sorted(found.items(), key=lambda item: (-item[1].sales_idr, item[0]))


# ---------------------------------------------------------------------- one day whole, and what others ask of the book


_DAY = (Column("by"), Column("key"), Column("name"), *_ENDS, *_RESULT)


def day_sheet(reads: Reads, names: Names, day: int) -> Sheet:
    """A business day: its totals as facts, then a line for each of its products, suppliers, agents and hours."""
    span = Span(day, day)
    sums = reads.sums.by_day(day, day).get(day, Sums())
    spent = {name: _spent(reads, account, span).get(day, 0) for name, account in _SPENT.items()}
    facts: dict[str, Cell] = {"day": written(day)}
    facts |= {name: getattr(sums, name) for name in MEASURES}
    facts |= {**spent, "profit_idr": sums.profit_idr - sum(spent.values())}
    lines = []
    for kind in (Report.PRODUCTS, Report.SUPPLIERS, Report.AGENTS, Report.HOURS):
        sheet = report_sheet(reads, names, kind, span)
        places = {column.name: place for place, column in enumerate(sheet.columns)}
        by = sheet.columns[0].name
        for line in sheet.lines:
            cells = {"by": by, "key": line.key, **{name: line.cells[at] for name, at in places.items()}}
            lines.append(Line(f"{by}:{line.key}", tuple(cells.get(column.name) for column in _DAY)))
    return Sheet("day", facts, _DAY, tuple(lines))


def zone_of(reads: Reads) -> Zone:
    """The zone of the cell."""
    return reads.zone()


def agent_codes(reads: Reads) -> dict[int, str]:
    """The codes of agents by their number, as orders name them."""
    agents = (msgspec.json.decode(record.body, type=Agent) for record in reads.records("agent"))
    return {agent.id: agent.code for agent in agents}


class _Numbered(msgspec.Struct):
    """What of an agent's or supplier's document names its account."""

    id: int


def settings_of(reads: Reads) -> Settings:
    """The cell's own settings."""
    return next(msgspec.json.decode(record.body, type=Settings) for record in reads.records("setting"))


def balance_of(reads: Reads, kind: str, key: str) -> int | None:
    """The posted deposit of an agent with us, ours at a supplier, what a bank account of ours holds; else None."""
    if kind not in {"agent", "supplier", "bank_account"}:
        return None
    decode = msgspec.json.Decoder(_Numbered).decode
    number = next((decode(record.body).id for record in reads.records(kind) if record.key == key), None)
    if number is None:
        return None
    accounts = {"agent": agent_deposit, "supplier": supplier_deposit, "bank_account": bank_account}
    account, sign = accounts[kind](number), 1 if kind == "agent" else -1
    return next((sign * row.net_idr for row in reads.balances() if row.account == account), 0)
