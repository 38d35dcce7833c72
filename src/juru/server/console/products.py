"""The pages Products: what is sold for how much, and what one cost when, by whom and why."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import here_may, may
from juru.server.console.page import Console
from juru.server.console.shape import moment
from juru.server.console.words import Words, known, words
from juru.server.domain.catalog import Availability, Product
from juru.server.domain.cell import Cell
from juru.server.domain.logins import Power
from juru.server.store.reads.prices import CostLine, PaidLine, PriceReads
from juru.server.store.reads.reads import Reads
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

PATH = "/products"
SHOWN = 100
_TONES = {Availability.OPEN: "ok", Availability.CLOSED: "bad", Availability.DISTURBED: "mind"}


class ProductRow(msgspec.Struct, frozen=True):
    """A product as the list shows it."""

    code: str
    name: str
    operator: str
    price: str
    state: str
    tone: str


class CostRow(msgspec.Struct, frozen=True):
    """One change of a price or cost."""

    when: str
    what: str
    old: str
    new: str
    by: str
    reason: str


class ProductPages:
    """The routes of products."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def listing(self, request: Request) -> Response:
        """Products whose code or name has what is looked for."""
        find = request.query_params.get("find", "")[:40].strip()
        lang, wanted, cell = visit().lang, find.casefold(), self._console.writer.cell
        found = [p for p in cell.products.values() if wanted in p.code.casefold() or wanted in p.name.casefold()]
        found.sort(key=lambda product: product.code)
        rows = [_row(product, cell, words(lang)) for product in found[:SHOWN]]
        return self._console.html("products.html", lang, products=rows, count=len(found), find=find)

    async def one(self, request: Request) -> Response:
        """What a product cost when; what one agent had to pay, where one is named."""
        lang, cell = visit().lang, self._console.writer.cell
        t, code = words(lang), request.path_params["code"].upper()
        product = cell.products.get(code)
        if product is None:
            title, text = t("refused_absent_title"), t("product_absent", code=code[:40])
            return self._console.html("error.html", lang, 404, title=title, text=text)
        agent = request.query_params.get("agent", "").strip().upper()[:40]
        why = t("costs_no_agent", code=agent) if agent and agent not in cell.agents else ""

        def read(reads: Reads) -> list[CostLine | PaidLine]:
            prices = PriceReads(reads.engine)
            return [*prices.paid(code, agent)] if agent and not why else [*prices.costs(code)]

        lines: list[CostLine | PaidLine] = await self._console.aside(read)
        if not here_may(Power.REPORTS):
            lines = [line for line in lines if isinstance(line, PaidLine) or not line.what.startswith("cost ")]
        zone = cell.settings.zone
        rows = [_line(line, moment(line.at_ms, zone, lang), t) for line in reversed(lines)]
        return self._console.html(
            "product.html",
            lang,
            404 if why else 200,
            row=_row(product, cell, t),
            rows=rows,
            agent=agent,
            why=why,
        )


def _row(product: Product, cell: Cell, t: Words) -> ProductRow:
    operator = cell.operators.get(product.operator or "")
    availability = product.availability
    if availability is Availability.OPEN and operator is not None:
        availability = operator.availability
    return ProductRow(
        product.code,
        product.name,
        product.operator or "",
        format_rupiah(product.price_idr),
        t(f"availability_{availability}"),
        _TONES[availability],
    )


def _line(line: CostLine | PaidLine, when: str, t: Words) -> CostRow:
    if isinstance(line, PaidLine):
        kind, _, key = line.cause.partition(" ")
        what = known(t, f"cause_{kind}", kind).format(key=key)
        return CostRow(when, what, _amount(line.old_idr), _amount(line.new_idr), line.by, line.reason)
    kind, _, name = line.what.partition(" ")
    return CostRow(
        when,
        known(t, f"cost_{kind}", kind).format(name=name),
        _amount(line.old),
        _amount(line.new),
        line.by,
        line.reason,
    )


def _amount(value: str | int | None) -> str:
    if isinstance(value, int):
        return format_rupiah(value)
    return "—" if value is None else "; ".join(format_rupiah(int(part)) for part in value.split("; "))


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees products and their prices; what they cost us stands behind the reports' power."""
    pages, guard = ProductPages(console), console.gate.guard
    return [
        Route(PATH, guard(pages.listing, may(Power.SEE)), methods=["GET"]),
        Route(f"{PATH}/{{code}}", guard(pages.one, may(Power.SEE)), methods=["GET"]),
    ]
