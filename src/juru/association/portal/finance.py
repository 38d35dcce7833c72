"""The public page of finances: dues income, branches' shares, spending by heading, by month. Never who owes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.finance import Finance, finance
from juru.association.portal.parts import (
    Field,
    Form,
    Section,
    Shown,
    address,
    apart,
    as_file,
    draw,
    files_of,
    sheet,
    table,
)
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.purse_scope import words
from juru.values.rupiah import format_rupiah
from juru.web.sheets import Kind, Sheet
from juru.web.visits import visit
from juru.web.wording import MONTHS

PLACE = "/finance"
_FIRST = 2010


class FinancePages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def page(self, request: Request) -> Response:
        """A year."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._shown(request))

        return await draw(self._portal, request, make)

    def _year(self, request: Request) -> int:
        asked = request.query_params.get("year", "")
        known = asked.isascii() and asked.isdigit() and len(asked) == 4
        return max(int(asked), 1) if known else looking_of(request).on.year

    def _found(self, request: Request) -> Finance:
        with self._portal.reading() as reads:
            return finance(reads, self._year(request))

    def _shown(self, request: Request) -> Shown:
        t, found = words(self._portal), self._found(request)
        total = found.total
        years = tuple((str(y), str(y)) for y in range(self._portal.today().year, _FIRST - 1, -1))
        filters = Form("filter", PLACE, (Field("year", "select", str(found.year), years),), method="get")
        lead = t("finance_lead", year=str(found.year), amount=format_rupiah(total.received_idr))
        branches = sheet(
            "finance_branches", (("branch", Kind.TEXT), ("amount", Kind.MONEY, True)), list(found.branches.items())
        )
        headings = sheet(
            "finance_headings", (("heading", Kind.TEXT), ("amount", Kind.MONEY, True)), list(found.headings.items())
        )
        sections = (
            Section(
                title=t("finance_months"),
                table=table(t, _months(found)),
                files=files_of(address(request)),
                empty=t("table_empty"),
            ),
            Section(title=t("finance_branches"), table=table(t, branches), empty=t("table_empty")),
            Section(title=t("finance_headings"), table=table(t, headings), empty=t("finance_nothing_spent")),
        )
        return Shown(t("finance_title", year=str(found.year)), sections, lead=lead, filters=filters)

    async def file(self, request: Request) -> Response:
        """The months to take along."""
        t, found = words(self._portal), self._found(request)
        answer = as_file(_months(found), request.path_params["ending"], f"finance-{found.year}", t)
        return answer or self._portal.absent(request)


def routes(portal: Portal) -> list[BaseRoute]:
    """The page and its files."""
    pages = FinancePages(portal)
    return [
        portal.route(PLACE, pages.page, None),
        portal.route(f"{PLACE}.{{ending:str}}", pages.file, None),
    ]


def _months(found: Finance) -> Sheet:
    rows = [
        (
            MONTHS[visit().lang][m.month - 1],
            m.received_idr,
            m.national_idr,
            m.branches_idr,
            m.income_idr,
            m.spent_idr,
        )
        for m in found.months
        if any((m.received_idr, m.national_idr, m.branches_idr, m.income_idr, m.spent_idr))
    ]
    columns = (
        *(("month", Kind.TEXT), ("received", Kind.MONEY, True), ("national", Kind.MONEY, True)),
        *(("branches", Kind.MONEY, True), ("income", Kind.MONEY, True), ("spent", Kind.MONEY, True)),
    )
    return sheet("finance_months", columns, rows)
