"""Pages of figures: reports, the orders behind them, statements and price lists; and each of them to take along.

Everything is read beside the loop, on a connection of its own, so that a long report holds up no order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.console import figures
from juru.server.console.apart import Job, make, make_apart
from juru.server.console.charts import chart_of
from juru.server.console.entry import here_may, may
from juru.server.console.page import Console
from juru.server.console.printing import fact
from juru.server.console.shape import moment
from juru.server.console.sheet_words import describer, label_of, span_words
from juru.server.console.words import Lang, Words, words
from juru.server.desk import orderlist
from juru.server.desk.account_statements import owner_of, statement_part, statement_sheet
from juru.server.desk.names import Names
from juru.server.desk.pricelist import price_sheet, price_text
from juru.server.desk.reports import Narrowed, Report, report_sheet
from juru.server.desk.spans import Span, read_day, read_span, today_of
from juru.server.domain.logins import Power
from juru.server.domain.views import OrderState
from juru.server.errors import CommandError, SettingsError
from juru.server.store.reads.lists import What
from juru.server.store.reads.reads import Reads
from juru.values.days import written
from juru.web.figures import cut, in_order, order_of, table_of
from juru.web.filters import ENDINGS, Address, Chip, address_of, download
from juru.web.gate import Endpoint, Refused
from juru.web.sheets import Sheet
from juru.web.visits import visit
from juru.web.wording import day_words

ORDERS_AT_ONCE = 50
STATEMENT_LINES = 100
PRESETS = ("today", "yesterday", "7d", "this-month", "last-month")
_T = TypeVar("_T")
Page = Callable[[Request, "Asked"], Awaitable[Response]]


class Asked(msgspec.Struct, frozen=True):
    """What a request asks with: its language, its query, the ending of a file, and the day it is."""

    lang: Lang
    t: Words
    query: Mapping[str, str]
    address: Address
    today: int
    names: Names

    @property
    def span(self) -> Span:
        """The days asked for. Raises ``SettingsError``."""
        first, last = self.query.get("from") or None, self.query.get("to") or None
        return read_span(self.query.get("span") or None, self.today, first=first, last=last)

    def with_(self, **changed: str | None) -> str:
        """This address with other facts; None takes one away."""
        return self.address.with_(**changed)

    @property
    def teller(self) -> figures.SheetTeller:
        """How its tables are worded."""
        return figures.SheetTeller(self.lang, self.t)


def routes(console: Console) -> list[BaseRoute]:
    """Every page of figures with the right it needs; all are read with GET."""
    pages = ReportPages(console)
    own: list[tuple[str, Page, Power]] = [
        ("/reports", pages.report, Power.REPORTS),
        ("/reports/{kind}", pages.report, Power.REPORTS),
        ("/orders", pages.orders, Power.SEE),
        ("/orders.{ending}", pages.orders, Power.SEE),
        ("/statements/{kind}/{code}", pages.statement, Power.SEE),
        ("/prices/{code}", pages.prices, Power.SEE),
    ]
    guard = console.gate.guard
    return [Route(path, guard(pages.answered(page), may(power)), methods=["GET"]) for path, page, power in own]


class ReportPages:
    """The endpoints."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._making = asyncio.Lock()

    def answered(self, page: Page) -> Endpoint:
        """A page, or a page that says why it cannot be shown."""

        async def answer(request: Request) -> Response:
            asked = self._asked(request)
            try:
                return await page(request, asked)
            except (CommandError, SettingsError) as error:
                status = 404 if isinstance(error, CommandError) else 400
                return self._page(asked, "report_error.html", status=status, why=str(error))

        return answer

    def _page(self, asked: Asked, template: str, *, status: int = 200, **facts: object) -> Response:
        return self._console.html(template, asked.lang, status, **facts)

    def _asked(self, request: Request) -> Asked:
        lang, cell = visit().lang, self._console.writer.cell
        return Asked(
            lang,
            words(lang),
            dict(request.query_params),
            address_of(request.url.path, dict(request.query_params)),
            today_of(max(self._console.now_ms(), cell.now_ms), cell.settings.zone),
            Names(dict(cell.agents), dict(cell.products), dict(cell.suppliers), dict(cell.bank_accounts)),
        )

    async def _read(self, work: Callable[[Reads], _T]) -> _T:
        """Read one state of the book, aside."""

        def at_once(reads: Reads) -> _T:
            with reads.moment():
                return work(reads)

        made: _T = await self._console.aside(at_once)
        return made

    # ------------------------------------------------------------------ reports

    async def report(self, request: Request, asked: Asked) -> Response:
        """One report over the days asked for, or its file."""
        report = _kind(request.path_params.get("kind", Report.SALES.value).partition(".")[0])
        narrowed = _narrowed(asked.query)
        order = order_of(asked.query.get("sort", ""), lambda by: asked.with_(sort=by))
        sheet, closed = await self._read(
            lambda reads: (
                in_order(report_sheet(reads, asked.names, report, asked.span, narrowed), order),
                reads.sums.closed_day(),
            )
        )
        if asked.address.ending:
            return await self._file(sheet, asked, f"{report.value}-{asked.span}")
        link = figures.report_link(report, asked.span, narrowed, asked.names.agents.__contains__)
        limit = figures.ALL_SHOWN_MAX if asked.query.get("rows") == "all" else figures.LINES_SHOWN
        table = table_of(cut(sheet, limit), asked.teller, link, order=order)
        hidden = len(sheet.lines) - limit
        if hidden > 0:
            whole = min(len(sheet.lines), figures.ALL_SHOWN_MAX)
            table = msgspec.structs.replace(
                table,
                more=asked.t("more_lines", count=hidden),
                more_href=asked.with_(rows="all") if limit < whole else asked.address.file("csv"),
                more_word=asked.t("all_lines", count=whole) if limit < whole else "CSV",
            )
        title = asked.t("report_title", kind=_titled(report, narrowed, asked.t))
        return self._page(
            asked,
            "report.html",
            title=title,
            table=table,
            chart=chart_of(_by_default(sheet, report), report, asked.lang, asked.t, closed_day=closed),
            kinds=[(k.value, asked.t(f"report_{k.value}"), _kind_path(k, asked)) for k in Report],
            kind=report.value,
            span=_span_form(asked, hidden=("sort", "rows", *_NARROWING)),
            closed=_closed(closed, asked),
            files=asked.address.files("csv", "xlsx", "pdf", "json"),
        )

    # ------------------------------------------------------------------ orders

    async def orders(self, request: Request, asked: Asked) -> Response:
        """The orders behind a figure, or any others, newest first."""
        if not asked.address.ending and "ending" in request.path_params:
            raise CommandError(f"there are no files of this kind: one of {', '.join(ENDINGS)}")
        wish = orderlist.wish_of(asked.query)
        wanted = orderlist.filter_of(wish, asked.names, asked.today)
        if asked.address.ending:
            rows = await self._read(lambda reads: orderlist.whole_list(reads, wanted))
            zone = self._console.writer.cell.settings.zone
            sheet = _for_visitor(orderlist.list_sheet(rows, wish, asked.names, zone))
            return await self._file(sheet, asked, f"orders-{written(asked.today)}")
        before = _number(asked.query.get("before", ""))
        page = await self._read(lambda reads: orderlist.order_page(reads, wanted, before=before, limit=ORDERS_AT_ONCE))
        cell = self._console.writer.cell
        sheet = _for_visitor(orderlist.list_sheet(page.rows, wish, asked.names, cell.settings.zone))
        sheet = _without(sheet, _NOT_ON_PAGE[wish.what is What.ACCEPTED])
        table = table_of(sheet, asked.teller, _order_link, total_word=asked.t("sums_page"), ids="posting-")
        return self._page(
            asked,
            "orders.html",
            table=table,
            chips=_chips(wish, asked),
            label=lambda name: label_of(name, asked.t),
            wish=wish,
            whats=[(w.value, asked.t(f"what_{w.value}")) for w in What],
            states=[
                (s.value, asked.t(f"state_{'process' if s is OrderState.ACCEPTED else s.value}")) for s in OrderState
            ],
            next=None if page.before is None else asked.with_(before=str(page.before)),
            first=asked.with_(before=None) if before is not None else None,
            files=asked.address.files("csv", "xlsx", "pdf", "json"),
        )

    # ------------------------------------------------------------------ statements and prices

    async def statement(self, request: Request, asked: Asked) -> Response:
        """What an account was, every posting, what it became."""
        code = request.path_params["code"].removesuffix(f".{asked.address.ending}")
        owner = owner_of(asked.names, request.path_params["kind"], code)
        if owner.kind != "agent" and not here_may(Power.REPORTS):
            return self._console.gate.refusal(request, Refused(403, "refused_right"))
        describe = describer(asked.names, asked.t)
        if asked.address.ending:
            sheet = await self._read(lambda reads: statement_sheet(reads, owner, asked.span, describe))
            return await self._file(sheet, asked, f"statement-{owner.code}-{asked.span}")
        after = _number(asked.query.get("after", "")) or 0
        part, closed = await self._read(
            lambda reads: (
                statement_part(reads, owner, asked.span, describe, after=after, limit=STATEMENT_LINES),
                reads.sums.closed_day(),
            )
        )
        brought = None
        if after:
            brought = fact("balance_idr", part.brought_idr, asked.lang)
        return self._page(
            asked,
            "statement.html",
            owner=owner,
            facts=[
                (label_of(n, asked.t), fact(n, v, asked.lang)) for n, v in part.sheet.facts.items() if n in _MONEY_FACTS
            ],
            table=table_of(part.sheet, asked.teller, _entry_link, ids="posting-"),
            brought=brought,
            span=_span_form(asked, hidden=()),
            closed=_closed(closed, asked),
            next=None if part.after is None else asked.with_(after=str(part.after)),
            first=asked.with_(after=None) if after else None,
            files=asked.address.files("csv", "xlsx", "pdf", "json"),
        )

    async def prices(self, request: Request, asked: Asked) -> Response:
        """What an agent pays now."""
        agent = asked.names.agent(request.path_params["code"].removesuffix(f".{asked.address.ending}"))
        sheet = price_sheet(asked.names, agent, day=written(asked.today))
        if asked.address.ending == "txt":
            return download(price_text(sheet).encode(), "txt", f"prices-{agent.code}")
        if asked.address.ending:
            return await self._file(sheet, asked, f"prices-{agent.code}-{written(asked.today)}")
        return self._page(
            asked,
            "prices.html",
            agent=agent,
            label=lambda name: label_of(name, asked.t),
            table=table_of(sheet, asked.teller),
            files=asked.address.files("txt", "csv", "xlsx", "pdf", "json"),
        )

    async def _file(self, sheet: Sheet, asked: Asked, name: str) -> Response:
        """A table as a file: all of its rows, in the order in which they are shown."""
        cell = self._console.writer.cell
        printed = moment(self._console.now_ms(), cell.settings.zone, asked.lang)

        if asked.address.ending == "txt":
            raise CommandError("only a price list is to be had as text: take csv, xlsx, pdf or json")
        job = Job(sheet, asked.address.ending, asked.lang, cell.settings.name, printed)
        if asked.address.ending in {"pdf", "xlsx"}:
            async with self._making:
                made = await make_apart(job)
        else:
            made = await self._console.aside(lambda _reads: make(job))
        return download(made, asked.address.ending, name)


_NARROWING = ("agent", "downline", "product", "operator", "supplier", "hour")
_EARNINGS = ("cost_idr", "commission_idr", "losses_idr", "late_idr", "profit_idr")
_NOT_ON_PAGE = {
    True: ("posted", "event", "reason"),
    False: ("ref", "reason", "transfer", "losses_idr", "late_idr", "commission_idr"),
}
"""Columns of a list of orders that only files have; by whether it is of acceptances, which are posted at once."""

_MONEY_FACTS = ("opening_idr", "in_idr", "out_idr", "closing_idr", "held_idr")


def _kind(named: str) -> Report:
    try:
        return Report(named)
    except ValueError:
        raise CommandError(f"there is no report {named}: one of {', '.join(Report)}") from None


def _narrowed(query: Mapping[str, str]) -> Narrowed:
    wish = orderlist.wish_of({name: query.get(name, "") for name in _NARROWING})
    hour = int(wish.hour) if wish.hour else None
    return Narrowed(wish.agent, wish.downline, wish.product, wish.operator, wish.supplier, hour)


def _by_default(sheet: Sheet, report: Report) -> Sheet:
    """Days and hours in their order, however the table is sorted."""
    if report in {Report.SALES, Report.PROFIT, Report.HOURS}:
        return msgspec.structs.replace(sheet, lines=tuple(sorted(sheet.lines, key=lambda line: line.key)))
    return sheet


def _for_visitor(sheet: Sheet) -> Sheet:
    """What orders cost and earn is for those who may see reports."""
    return sheet if here_may(Power.REPORTS) else _without(sheet, _EARNINGS)


def _without(sheet: Sheet, names: tuple[str, ...]) -> Sheet:
    """A table without some of its columns: a page has less room than a file."""
    keep = [place for place, column in enumerate(sheet.columns) if column.name not in names]
    return msgspec.structs.replace(
        sheet,
        columns=tuple(sheet.columns[i] for i in keep),
        lines=tuple(msgspec.structs.replace(line, cells=tuple(line.cells[i] for i in keep)) for line in sheet.lines),
        total=None if sheet.total is None else tuple(sheet.total[i] for i in keep),
    )


def _titled(report: Report, narrowed: Narrowed, t: Words) -> str:
    """The kind, and of whom."""
    kind = t(f"report_{report.value}")
    given = narrowed.given()
    if not given:
        return kind
    of = getattr(narrowed, given[0])
    if given[0] == "hour":
        of = t("of_hour", hour=f"{of:02d}")
    elif given[0] == "agent" and (narrowed.downline or report is not Report.SALES):
        of = t("of_downline", agent=str(of).upper())
    else:
        of = str(of).upper() if of != "-" else t("orders_no_supplier")
    return t("report_of", kind=kind, of=of)


def _kind_path(report: Report, asked: Asked) -> str:
    """Another report over the same days."""
    kept = {name: asked.query[name] for name in ("from", "to", "span") if asked.query.get(name)}
    return f"/reports/{report.value}?{urlencode(kept)}" if kept else f"/reports/{report.value}"


def _span_form(asked: Asked, *, hidden: tuple[str, ...]) -> dict[str, object]:
    """The picker of days: presets as links, two dates, and what else the address holds."""
    span = asked.span
    presets = []
    for name in PRESETS:
        known = read_span(name, asked.today)
        href = asked.with_(**{"span": name, "from": None, "to": None, "after": None, "rows": None})
        presets.append((asked.t(f"span_{name.replace('-', '_')}"), href, known == span))
    return {
        "words": span_words(span, asked.lang, asked.t),
        "first": written(span.first),
        "last": written(span.last),
        "presets": presets,
        "action": asked.address.path,
        "hidden": [(name, asked.query[name]) for name in hidden if asked.query.get(name)],
    }


def _closed(closed_day: int, asked: Asked) -> str:
    """How far the days of the span are closed; nothing where all of them are."""
    if closed_day >= asked.span.last:
        return ""
    if not closed_day:
        return asked.t("closed_none")
    return asked.t("closed_to", day=day_words(closed_day, asked.lang))


def _chips(wish: orderlist.Wish, asked: Asked) -> list[Chip]:
    """What is set, each with the address that lets it go."""
    chips = []
    for name, value in msgspec.to_builtins(wish).items():
        if name == "downline" or (name == "what" and wish.what is What.ACCEPTED):
            continue
        shown = str(value)
        if name in {"first", "last"}:
            shown = day_words(read_day(shown, asked.today), asked.lang)
        elif name == "what":
            shown = asked.t(f"what_{value}")
        elif name == "state":
            shown = asked.t(f"state_{'process' if value == 'accepted' else value}")
        elif name == "supplier" and value == "-":
            shown = asked.t("orders_no_supplier")
        elif name == "agent" and wish.downline:
            shown = f"{value} {asked.t('orders_downline')}"
        dropped: dict[str, str | None] = {{"first": "from", "last": "to"}.get(name, name): None, "before": None}
        if name == "agent":
            dropped["downline"] = None
        chips.append(Chip(label_of(name, asked.t), shown, asked.with_(**dropped)))
    return chips


def _order_link(line: Any, column: Any) -> str:  # noqa: ANN401 - a line of figures, or none
    return "" if line is None or column.name != "id" else f"/orders/{line.key}"


def _entry_link(line: Any, column: Any) -> str:  # noqa: ANN401 - as above
    if line is None or column.name != "order" or line.cells[2] is None:
        return ""
    return f"/orders/{line.cells[2]}"


def _number(written_: str) -> int | None:
    return int(written_) if written_.isascii() and written_.isdigit() and len(written_) < 19 else None
