"""The price list of an agent: what he pays now for everything that is sold, his level and every markup included."""

from __future__ import annotations

from juru.server.desk.names import Names
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Availability, Product, ProductKind
from juru.server.domain.pricing import quote
from juru.values.rupiah import dotted
from juru.web.sheets import Cell, Column, Kind, Line, Sheet

COLUMNS = (
    Column("product"),
    Column("name"),
    Column("operator"),
    Column("kind"),
    Column("price_idr", Kind.MONEY),
    Column("amount_idr_min", Kind.MONEY),
    Column("amount_idr_max", Kind.MONEY),
    Column("availability"),
)


def price_sheet(names: Names, agent: Agent, *, operator: str | None = None, day: str = "") -> Sheet:
    """What an agent pays, by operator and product; of an open product the price is the fee above the amount."""
    wanted = None if operator is None else operator.strip().upper()
    products = sorted(names.products.values(), key=lambda p: (p.operator or "", p.denom_k or 0, p.code))
    lines = [_line(names, agent, product) for product in products if wanted in {None, product.operator}]
    facts: dict[str, Cell] = {"agent": agent.code, "name": agent.name, "level": agent.level}
    if day:
        facts["day"] = day
    if wanted is not None:
        facts["operator"] = wanted
    return Sheet("prices", facts, COLUMNS, tuple(lines))


def _line(names: Names, agent: Agent, product: Product) -> Line:
    is_open = product.kind is ProductKind.OPEN
    cells: tuple[Cell, ...] = (
        product.code,
        product.name,
        product.operator,
        product.kind.value,
        quote(names.agents, agent, product).price_idr,
        product.amount_idr_min if is_open else None,
        product.amount_idr_max if is_open else None,
        product.availability.value,
    )
    return Line(product.code, cells)


def price_text(sheet: Sheet) -> str:
    """The list as it is sent to an agent: products by operator, those of none first; closed ones are marked."""
    parts: list[str] = []
    operator: Cell = None
    for line in sheet.lines:
        code, name, of, _, price_idr, lowest_idr, highest_idr, availability = line.cells
        if of != operator:
            operator = of
            parts.append(f"\n{of}" if parts else f"{of}")
        price = dotted(int(price_idr or 0))
        if lowest_idr is not None and highest_idr is not None:
            price = f"{dotted(int(lowest_idr))} - {dotted(int(highest_idr))} +{price}"
        mark = "" if availability == Availability.OPEN.value else f" ({_SHUT[str(availability)]})"
        parts.append(f"{code} {name} = {price}{mark}")
    return "\n".join(parts)


_SHUT = {"closed": "tutup", "disturbed": "gangguan"}
