"""What things cost when: the versions of products, offers and agents that were the present ones at some record."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from juru.books.engine import BookEngine
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Offer, Product
from juru.server.domain.cell import Record
from juru.server.domain.price_notices import chain_of, reprices
from juru.server.domain.pricing import quote
from juru.server.engine.ports import Repriced

LATEST = "SELECT max(id) FROM records"
SAVED = "SELECT DISTINCT kind, key FROM records WHERE id > ? AND id <= ? AND kind || '' IN ('product', 'agent')"
"""The joined blank keeps the planner off records_key, where it would read every version there ever was."""
AT = "SELECT body FROM records WHERE kind = ? AND key = ? AND id <= ? ORDER BY id DESC LIMIT 1"
FIRST = "SELECT body FROM records WHERE kind = ? AND key = ? ORDER BY id LIMIT 1"
KEYS = "SELECT DISTINCT key FROM records WHERE kind = ? ORDER BY key"
VERSIONS = 'SELECT id, kind, key, body, "by", reason, at_ms FROM records WHERE kind = ? AND key = ? ORDER BY id'
_BOOKS_KEPT = 4
_agent = msgspec.json.Decoder(Agent)
_product = msgspec.json.Decoder(Product)
_offer = msgspec.json.Decoder(Offer)
Facts = Callable[[Record], dict[str, str | int]]
"""What of a version is told, by name."""


class CostLine(msgspec.Struct, frozen=True):
    """One thing about a product's money that was changed: what, from what to what, by whom, when and why.

    ``what`` is ``price``, ``level NAME``, ``commissions`` or ``cost SUPPLIER``; an amount is None before it was set,
    and after it was taken away.
    """

    at_ms: int
    what: str
    old: str | int | None
    new: str | int | None
    by: str
    reason: str
    record_id: int


class PaidLine(msgspec.Struct, frozen=True):
    """A price that one agent had to pay from some moment on, and what made it so."""

    at_ms: int
    old_idr: int | None
    new_idr: int
    cause: str
    by: str
    reason: str
    record_id: int


class PricesAt:
    """What priced things at one record; every version is read once."""

    def __init__(self, engine: BookEngine, record_id: int) -> None:
        self._engine = engine
        self._record_id = record_id
        self._agents: dict[str, Agent | None] = {}
        self._products: dict[str, Product | None] = {}

    def agent(self, code: str) -> Agent | None:
        """An agent as he was."""
        if code not in self._agents:
            rows = self._engine.rows(AT, ("agent", code, self._record_id))
            self._agents[code] = _agent.decode(rows[0][0]) if rows else None
        return self._agents[code]

    def product(self, code: str) -> Product | None:
        """A product as it was; as it was first, where it came later."""
        if code not in self._products:
            rows = self._engine.rows(AT, ("product", code, self._record_id))
            rows = rows or self._engine.rows(FIRST, ("product", code))
            self._products[code] = _product.decode(rows[0][0]) if rows else None
        return self._products[code]


class PriceReads:
    """Queries over the versions that price."""

    def __init__(self, engine: BookEngine) -> None:
        self._engine = engine
        self._known: dict[int, PricesAt] = {}
        self._span: tuple[int, int, Repriced] = (0, 0, Repriced())

    def latest(self) -> int:
        """The number of the latest record."""
        return int(self._engine.rows(LATEST)[0][0] or 0)

    def products(self) -> list[str]:
        """Every product there is, by code."""
        return [key for (key,) in self._engine.rows(KEYS, ("product",))]

    def repriced(self, since: int, until: int) -> Repriced:
        """Products saved in ``(since, until]``, and those agents of whom something was saved that prices."""
        if self._span[:2] != (since, until):
            self._span = (since, until, self._repriced(since, until))
        return self._span[2]

    def _repriced(self, since: int, until: int) -> Repriced:
        saved = self._engine.rows(SAVED, (since, until))
        then, now = self.at(since), self.at(until)
        agents = (key for kind, key in saved if kind == "agent")
        return Repriced(
            frozenset(key for kind, key in saved if kind == "product"),
            frozenset(code for code in agents if reprices(then.agent(code), now.agent(code))),
        )

    def at(self, record_id: int) -> PricesAt:
        """What priced things when a record was the latest; the last few moments asked for are kept."""
        found = self._known.pop(record_id, None) or PricesAt(self._engine, record_id)
        self._known[record_id] = found
        while len(self._known) > _BOOKS_KEPT:
            del self._known[next(iter(self._known))]
        return found

    # ------------------------------------------------------------------ what a product cost when

    def costs(self, product: str) -> list[CostLine]:
        """Every change of a product's prices and of what suppliers ask for it, the earliest first."""
        lines = self._changes(self._versions("product", product), _asked)
        for key in self._offers_of(product):
            lines += self._changes(self._versions("offer", key), lambda record: _costs(record, product))
        return sorted(lines, key=lambda line: (line.record_id, line.what))

    def paid(self, product: str, agent: str) -> list[PaidLine]:
        """Every price that an agent had to pay for a product, the earliest first, with the change that made it."""
        known = {r.id: r for r in self._versions("product", product)}
        waiting, seen = [agent], set[str]()
        while waiting:
            code = waiting.pop()
            if code in seen:
                continue
            seen.add(code)
            for record in self._versions("agent", code):
                known[record.id] = record
                upline = _agent.decode(record.body).upline
                waiting += [] if upline is None else [upline]
        lines: list[PaidLine] = []
        old_idr: int | None = None
        for record in (known[number] for number in sorted(known)):
            prices = PricesAt(self._engine, record.id)
            chain, sold = chain_of(prices, agent), self._engine.rows(AT, ("product", product, record.id))
            if not chain or not sold:
                continue
            new_idr = quote(chain, chain[agent], _product.decode(sold[0][0])).price_idr
            if new_idr != old_idr:
                cause = f"{record.kind} {record.key}"
                lines.append(PaidLine(record.at_ms, old_idr, new_idr, cause, record.by, record.reason, record.id))
            old_idr = new_idr
        return lines

    def _offers_of(self, product: str) -> list[str]:
        """Offers that are or were of a product."""
        keys = [key for (key,) in self._engine.rows(KEYS, ("offer",))]
        return [
            key for key in keys if any(_offer.decode(r.body).product == product for r in self._versions("offer", key))
        ]

    def _versions(self, kind: str, key: str) -> list[Record]:
        rows = self._engine.rows(VERSIONS, (kind, key))
        return [Record(r[0], r[1], r[2], r[3].encode(), r[4], r[5], r[6]) for r in rows]

    @staticmethod
    def _changes(versions: list[Record], facts_of: Facts) -> list[CostLine]:
        lines: list[CostLine] = []
        before: dict[str, str | int] = {}
        for record in versions:
            facts = facts_of(record)
            for what in sorted(before.keys() | facts.keys()):
                old, new = before.get(what), facts.get(what)
                if old != new:
                    lines.append(CostLine(record.at_ms, what, old, new, record.by, record.reason, record.id))
            before = facts
        return lines


def _asked(record: Record) -> dict[str, str | int]:
    """What a version of a product asks of agents and gives to uplines."""
    product = _product.decode(record.body)
    facts: dict[str, str | int] = {"price": product.price_idr}
    facts |= {f"level {level}": price_idr for level, price_idr in product.level_prices_idr.items()}
    if product.commissions_idr:
        facts["commissions"] = "; ".join(map(str, product.commissions_idr))
    return facts


def _costs(record: Record, product: str) -> dict[str, str | int]:
    """What a version of an offer costs us, as long as it is of that product."""
    offer = _offer.decode(record.body)
    return {f"cost {offer.supplier}": offer.cost_idr} if offer.product == product else {}
