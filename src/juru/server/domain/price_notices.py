"""Price-change notices: who is told, and which of his prices are others than when he was told last. Pure.

The writer notes only who asks and how far he has been told. What changed follows from the records themselves, which
keep every version: the prices of then and of now are worked out beside the writer, an agent at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from juru.server.domain.agent import Agent, PriceNotices
from juru.server.domain.catalog import Product
from juru.server.domain.cell import Cell
from juru.server.domain.commands import PricesTold
from juru.server.domain.price_watch import PriceWatch
from juru.server.domain.pricing import quote
from juru.server.domain.results import Done, Result

_PRICELESS = frozenset(
    {
        *("name", "status", "credit_limit_idr", "debt_limit_idr", "debt_days", "secrets", "senders"),
        *("trusted_senders", "ips", "rate_per_s", "report_url", "webhook_url", "language", "user"),
        *("chat_rule_for_h2h", "place", "joined_day", "blocked_by", "autoreg_word", "autoreg_markup_idr"),
        "price_notices",
    }
)
"""What of an agent's record prices nothing. A field that is not here is taken to price, which costs time only."""
_PRICING = tuple(name for name in Agent.__struct_fields__ if name not in _PRICELESS)


class Prices(Protocol):
    """What priced things at one moment."""

    def agent(self, code: str) -> Agent | None:
        """An agent as he was."""

    def product(self, code: str) -> Product | None:
        """A product as it was."""


class PriceChange(msgspec.Struct, frozen=True):
    """One product that an agent now pays another price for; for an open amount the fee above it."""

    product: str
    name: str
    old_idr: int
    new_idr: int


def watch_prices(cell: Cell, agent: Agent, record_id: int) -> None:
    """Note with a version of an agent's record whether he is to be told, and from which version on."""
    found = cell.paper(PriceWatch, agent.code)
    if (PriceNotices.NONE if found is None else found.wants) is agent.price_notices:
        return
    begins = found is None or found.wants is PriceNotices.NONE
    told_until = record_id if begins or found is None else found.told_until
    cell.file(agent.code, PriceWatch(agent.id, agent.code, agent.price_notices, told_until))


def prices_told(cell: Cell, command: PricesTold) -> Result:
    """An agent knows his prices up to a record; what he has been told since is not taken back."""
    found = cell.paper(PriceWatch, command.agent)
    if found is None or found.told_until >= command.until:
        return Done(note="told since")
    missed = found.missed + 1 if command.gave_up else found.missed
    cell.file(command.agent, msgspec.structs.replace(found, told_until=command.until, missed=missed))
    return Done()


def reprices(before: Agent | None, after: Agent | None) -> bool:
    """Whether two versions of an agent may make different prices, for him or for those below him."""
    return before is None or after is None or any(getattr(before, f) != getattr(after, f) for f in _PRICING)


def chain_of(prices: Prices, code: str) -> dict[str, Agent]:
    """An agent and everybody above him; empty where there was no such agent."""
    chain: dict[str, Agent] = {}
    above: str | None = code
    while above is not None and above not in chain:
        agent = prices.agent(above)
        if agent is None:
            return {}
        chain[above] = agent
        above = agent.upline
    return chain


def price_changes(then: Prices, now: Prices, code: str, products: Iterable[str]) -> tuple[PriceChange, ...]:
    """Those of some products whose price for an agent differs between two moments, in their order."""
    chain_then, chain_now = chain_of(then, code), chain_of(now, code)
    if not chain_then or not chain_now:
        return ()
    changes = []
    for wanted in products:
        old, new = then.product(wanted), now.product(wanted)
        if old is None or new is None:
            continue
        old_idr = quote(chain_then, chain_then[code], old).price_idr
        new_idr = quote(chain_now, chain_now[code], new).price_idr
        if old_idr != new_idr:
            changes.append(PriceChange(new.code, new.name, old_idr, new_idr))
    return tuple(changes)
