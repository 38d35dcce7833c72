"""Which supplier an order is bought from, and why. Pure.

Candidates are an order's open offers that do not lose money, sorted by the cell's rule. Scores are integers (per
mille), so that two machines always choose alike.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from juru.server.domain.catalog import Availability, Offer, RoutingRule, Supplier, closed_by_cut_off

FULL = 1_000_000
DECAY = 20


class Mix(msgspec.Struct, frozen=True):
    """Weights of the weighted mix; each part is scored 0..1000 before it is weighed."""

    priority: int = 1
    price: int = 3
    success: int = 3


class Rejected(msgspec.Struct, frozen=True):
    """An offer that was not chosen and the word that says why."""

    offer: str
    why: str


def scored(rate: int, *, success: bool) -> int:
    """The decayed success rate (millionths) after one more outcome; the last twenty weigh most."""
    return rate + ((FULL if success else 0) - rate) // DECAY


def unusable(offer: Offer, supplier: Supplier | None, *, at_ms: int, budget_idr: int | None) -> str | None:
    """Why an offer cannot be used now, or None. ``budget_idr`` is the highest cost without a loss (None: any)."""
    if supplier is None:
        return "no_supplier"
    if offer.availability is not Availability.OPEN:
        return f"offer_{offer.availability}"
    if supplier.availability is not Availability.OPEN:
        return f"supplier_{supplier.availability}"
    if closed_by_cut_off(offer.cut_offs, at_ms) or closed_by_cut_off(supplier.cut_offs, at_ms):
        return "cut_off"
    if budget_idr is not None and offer.cost_idr > budget_idr:
        return "above_price"
    return None


def order_offers(offers: list[Offer], rates: dict[str, int], rule: RoutingRule, mix: Mix) -> list[Offer]:
    """Usable offers, best first. Ties fall to the offer's key, so that nothing depends on the order of a dictionary."""
    if len(offers) < 2:
        return offers
    match rule:
        case RoutingRule.PRIORITY:
            return sorted(offers, key=lambda o: (o.priority, o.cost_idr, o.key))
        case RoutingRule.CHEAPEST:
            return sorted(offers, key=lambda o: (o.cost_idr, o.priority, o.key))
        case RoutingRule.SUCCESS_RATE:
            return sorted(offers, key=lambda o: (-rates.get(o.key, FULL), o.cost_idr, o.key))
        case RoutingRule.MIX:
            return sorted(offers, key=lambda o: (-_mixed(o, offers, rates, mix), o.key))
        case _:
            assert_never(rule)


def _mixed(offer: Offer, offers: list[Offer], rates: dict[str, int], mix: Mix) -> int:
    cheapest = min(o.cost_idr for o in offers)
    dearest = max(o.cost_idr for o in offers)
    first = min(o.priority for o in offers)
    last = max(o.priority for o in offers)
    return (
        mix.price * _part(offer.cost_idr, cheapest, dearest)
        + mix.priority * _part(offer.priority, first, last)
        + mix.success * (rates.get(offer.key, FULL) * 1000 // FULL)
    )


def _part(value: int, best: int, worst: int) -> int:
    return 1000 if worst == best else 1000 * (worst - value) // (worst - best)
