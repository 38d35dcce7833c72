"""``juru report``: what was sold, earned and bought over any span of business days, from daily sums."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Where
from juru.cli.sheet import ANY_DAYS, TERMINAL, Days, Output, hand_over
from juru.server.desk.reports import Narrowed, Report
from juru.server.errors import SettingsError

report = App(
    name="report", help="Reports over any span of days: today, 7d, this-month, 2026-11, 2026-11-01..2026-11-15."
)

_DOCS = {
    Report.SALES: "Orders by what became of them, and sales, day by day.",
    Report.PROFIT: "Sales less cost, commissions, points, losses, bad debt and bank fees, day by day.",
    Report.PRODUCTS: "Sales and profit of each product.",
    Report.OPERATORS: "Sales and profit of each operator's products, as the catalog is now.",
    Report.AGENTS: "Sales and profit of each agent's own orders.",
    Report.DOWNLINES: "Sales and profit of each branch, whole: the agents right below --agent, or those at the top.",
    Report.SUPPLIERS: "What was bought from each supplier, how often it failed, and what came late.",
    Report.HOURS: "Orders and sales by the hour of the day.",
    Report.COMMISSIONS: "What uplines earned, and what of it was taken back or paid out.",
}
Agent = Annotated[str | None, Parameter(help="only this agent's")]
Downline = Annotated[bool, Parameter(negative="", help="with everybody below that agent")]


def _report(
    kind: Report,
    span: str | None,
    days: Days,
    narrowed: Narrowed,
    output: Output,
    where: Where,
    sort: str | None = None,
) -> int:
    from juru.server.desk.link import open_reads
    from juru.server.desk.names import names_of
    from juru.server.desk.reports import report_sheet
    from juru.server.desk.spans import read_span, today_of

    with open_reads(where.dir()) as reads, reads.moment():
        today = today_of(time.time_ns() // 1_000_000, reads.zone())
        wanted = read_span(span, today, first=days.first, last=days.last)
        sheet = report_sheet(reads, names_of(reads), kind, wanted, narrowed)
        if sort is not None:
            if sort not in {column.name for column in sheet.columns}:
                raise SettingsError(f"there is no column {sort}: one of {', '.join(c.name for c in sheet.columns)}")
            sheet = sheet.ordered(sort, descending=True)
        return hand_over(sheet, output, reads)


def _register(kind: Report, command: Callable[..., int]) -> None:
    command.__doc__ = f"""{_DOCS[kind]}

    Parameters
    ----------
    span
        Which days: today, yesterday, 7d, 30d, this-month (without one), last-month, 2026-11, 2026-11-01..2026-11-15.
    """
    report.command(command, name=kind.value)


def _narrowed(kind: Report) -> None:
    """A command for a report by day, narrowed by at most one thing."""

    def command(
        span: str | None = None,
        /,
        *,
        agent: Agent = None,
        downline: Downline = False,
        product: Annotated[str | None, Parameter(help="only this product")] = None,
        operator: Annotated[str | None, Parameter(help="only this operator's products; - for those of none")] = None,
        supplier: Annotated[str | None, Parameter(help="only what was bought from this supplier")] = None,
        hour: Annotated[int | None, Parameter(help="only this hour of the day, 0 to 23")] = None,
        days: Days = ANY_DAYS,
        output: Output = TERMINAL,
        where: Where = HERE,
    ) -> int:
        """Day by day."""
        if hour is not None and not 0 <= hour < 24:
            raise SettingsError(f"{hour} is no hour: 0 to 23")
        narrowed = Narrowed(agent or "", downline, product or "", operator or "", supplier or "", hour)
        return _report(kind, span, days, narrowed, output, where)

    _register(kind, command)


def _by_agent(kind: Report) -> None:
    """A command for a report that an agent narrows."""

    def command(
        span: str | None = None,
        /,
        *,
        agent: Annotated[str | None, Parameter(help="only this agent and everybody below him")] = None,
        sort: Annotated[str | None, Parameter(help="by this column, highest first")] = None,
        days: Days = ANY_DAYS,
        output: Output = TERMINAL,
        where: Where = HERE,
    ) -> int:
        """By agent."""
        return _report(kind, span, days, Narrowed(agent or ""), output, where, sort)

    _register(kind, command)


def _whole(kind: Report) -> None:
    """A command for a report of the whole business."""

    def command(
        span: str | None = None,
        /,
        *,
        sort: Annotated[str | None, Parameter(help="by this column, highest first")] = None,
        days: Days = ANY_DAYS,
        output: Output = TERMINAL,
        where: Where = HERE,
    ) -> int:
        """By one dimension."""
        return _report(kind, span, days, Narrowed(), output, where, sort)

    _register(kind, command)


for _kind in Report:
    match _kind:
        case Report.SALES | Report.PROFIT:
            _narrowed(_kind)
        case Report.AGENTS | Report.DOWNLINES:
            _by_agent(_kind)
        case _:
            _whole(_kind)


@report.command
def day(date: str | None = None, /, *, output: Output = TERMINAL, where: Where = HERE) -> int:
    """One day whole: its totals, then its products, suppliers, agents and hours; without a date today so far.

    Parameters
    ----------
    date
        2026-11-24, today, yesterday.
    """
    from juru.server.desk.link import open_reads
    from juru.server.desk.names import names_of
    from juru.server.desk.reports import day_sheet
    from juru.server.desk.spans import read_day, today_of

    with open_reads(where.dir()) as reads, reads.moment():
        today = today_of(time.time_ns() // 1_000_000, reads.zone())
        return hand_over(day_sheet(reads, names_of(reads), read_day(date or "today", today)), output, reads)
