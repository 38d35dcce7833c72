"""A cell with nothing but what one request needs, to see whether the request would make an order there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from juru.server.domain.agent import Agent
from juru.server.domain.catalog import DestKind, Offer, Product, Supplier
from juru.server.domain.cell import Cell, Past, Settings
from juru.server.domain.commands import AddDeposit, DepositKind, OrderLine, PlaceOrder
from juru.server.domain.decide import decide
from juru.server.domain.records import put
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed, Result

_NOW_MS = 1_748_833_200_000
_MUCH_IDR = 1_000_000_000


def creates_order(asked: AgentRequest, existing: Mapping[str, Any]) -> bool:
    """Whether the request makes an order where the existing one (``ref``, ``state``) is; decided as the writer does."""
    if asked.intent is not Intent.ORDER:
        return False
    cell = _cell(asked)
    past = Past()
    if existing:
        if existing["state"] != "pending":
            raise ValueError(f"an existing order is pending here, not {existing['state']!r}")
        placed = _place(cell, Past(), asked, existing["ref"])
        if not isinstance(placed, Placed):
            raise ValueError(f"the existing order cannot be: {placed}")
        past.refs[1, existing["ref"]] = placed.orders[0].order_id
    _place(cell, past, asked, asked.ref)
    return bool(cell.changes.orders)


def _cell(asked: AgentRequest) -> Cell:
    """Its agent with money, its product with a supplier."""
    agent, product = _agent(asked), asked.product or "PRODUCT"
    cell = Cell(Settings("Conformance"))
    rows: tuple[tuple[str, str, msgspec.Struct], ...] = (
        ("agent", agent, Agent(1, agent, agent)),
        ("product", product, Product(product, product, price_idr=10_000, dest_kind=DestKind.ACCOUNT)),
        ("supplier", "S", Supplier(1, "S", "S", "otomax")),
        ("offer", "O", Offer("O", product, "S", product, 9_000)),
    )
    for kind, key, record in rows:
        put(cell, kind, key, record)
    cell.rebuild_index()
    cell.begin(_NOW_MS, Past())
    decide(cell, AddDeposit(DepositKind.AGENT, agent, _MUCH_IDR, "conformance", "conformance", "1"))
    return cell


def _place(cell: Cell, past: Past, asked: AgentRequest, ref: str | None) -> Result:
    line = OrderLine(asked.dest or "", asked.product, amount_idr=asked.amount_idr)
    cell.begin(_NOW_MS, past)
    return decide(cell, PlaceOrder(_agent(asked), (line,), "conformance", ref=ref))


def _agent(asked: AgentRequest) -> str:
    """Codes are kept in upper case, however a wire writes them."""
    return (asked.agent or "AGENT").upper()
