"""What an agent pays for a product and which uplines earn from it. Pure.

Price = level price + what his upline added for him (per agent, per product) + what every agent above added for his
whole downline. Each addition is the commission of the one who set it; ``commissions_idr`` of the product come out of
our own margin.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.agent import Agent, uplines
from juru.server.domain.catalog import Product, ProductKind


class Quote(msgspec.Struct, frozen=True):
    """A price and its commissions: ``legs`` are (agent id, rupiah), nearest upline first."""

    price_idr: int
    legs: tuple[tuple[int, int], ...] = ()
    commission_idr: int = 0

    @property
    def income_idr(self) -> int:
        """What stays for us before the supplier's cost."""
        return self.price_idr - self.commission_idr


def quoted(price_idr: int, legs: tuple[tuple[int, int], ...]) -> Quote:
    """A quote with its commissions summed once."""
    return Quote(price_idr, legs, sum(amount for _, amount in legs))


def quote(agents: dict[str, Agent], agent: Agent, product: Product) -> Quote:
    """The agent's price without an open amount; ``with_amount`` adds that."""
    chain = uplines(agents, agent)
    own_markup = agent.markup_idr + agent.product_markups_idr.get(product.code, 0)
    price = _of_level(product, agent.level) + own_markup
    earned: dict[int, int] = {}
    for place, above in enumerate(chain):
        share = above.downline_markup_idr + above.downline_product_markups_idr.get(product.code, 0)
        price += share
        if place == 0:
            share += max(own_markup, 0)
        if place < len(product.commissions_idr):
            share += product.commissions_idr[place]
        if share > 0:
            earned[above.id] = earned.get(above.id, 0) + share
    return quoted(price, tuple(earned.items()))


def gap_idr(upline: Agent, lower: Agent, product: Product) -> int:
    """By how much a direct downline pays more for a product than his upline; all that stands above is the same."""
    theirs = _of_level(product, lower.level) + lower.markup_idr + lower.product_markups_idr.get(product.code, 0)
    ours = _of_level(product, upline.level) + upline.markup_idr + upline.product_markups_idr.get(product.code, 0)
    between = upline.downline_markup_idr + upline.downline_product_markups_idr.get(product.code, 0)
    return theirs + between - ours


def _of_level(product: Product, level: str) -> int:
    return product.level_prices_idr.get(level, product.price_idr)


def with_amount(base: Quote, product: Product, amount_idr: int | None) -> Quote:
    """For an open denomination the amount itself is paid on top of the fee."""
    if product.kind is ProductKind.OPEN and amount_idr is not None:
        return Quote(base.price_idr + amount_idr, base.legs, base.commission_idr)
    return base
