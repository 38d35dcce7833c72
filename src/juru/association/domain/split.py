"""The branch's share of the dues, and what moves with a member who moves (reference/association.md 3.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from juru.association.domain.dues import Period

BASIS_POINTS = 10_000


class Share(msgspec.Struct, frozen=True):
    """Who gets how many of ten thousand."""

    to: str
    bp: int


class Part(msgspec.Struct, frozen=True):
    """Who gets how much."""

    to: str
    amount_idr: int


def split(amount_idr: int, shares: Sequence[Share]) -> tuple[Part, ...]:
    """Floor each share; the rupiah left over go to the largest remainders, of equal ones to the earlier."""
    assert sum(share.bp for share in shares) == BASIS_POINTS, shares
    assert amount_idr >= 0, amount_idr
    floors = [amount_idr * share.bp // BASIS_POINTS for share in shares]
    left = amount_idr - sum(floors)
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(amount_idr * shares[i].bp % BASIS_POINTS), i))
    for index in by_remainder[:left]:
        floors[index] += 1
    return tuple(Part(share.to, floor_idr) for share, floor_idr in zip(shares, floors, strict=True))


class Earned(msgspec.Struct, frozen=True):
    """What a branch keeps of a member's dues for its days."""

    branch: str
    amount_idr: int


class Handed(msgspec.Struct, frozen=True, rename={"giver": "from", "taker": "to"}):
    """What one branch hands to the next at a move."""

    giver: str
    taker: str
    amount_idr: int


def branch_move(
    share_idr: int, period: Period, branches: Sequence[str], moves_on: Sequence[date]
) -> tuple[tuple[Earned, ...], tuple[Handed, ...]]:
    """Cut the cumulative share of the period at each move; ``moves_on`` is the first day in each next branch."""
    assert len(branches) == len(moves_on) + 1, (branches, moves_on)
    assert list(moves_on) == sorted(moves_on), moves_on
    days = period.days
    cuts = [share_idr * (moved - period.since).days // days for moved in moves_on]
    bounds = [0, *cuts, share_idr]
    earned = tuple(Earned(branch, bounds[place + 1] - bounds[place]) for place, branch in enumerate(branches))
    handed = tuple(Handed(branches[place], branches[place + 1], share_idr - cut) for place, cut in enumerate(cuts))
    return earned, handed
