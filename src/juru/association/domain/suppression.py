"""Figures of few members are not published, nor any other from which they could be computed.

A figure from 1 to 4 is hidden; none is nobody's. Then, as long as the sums that stand beside the figures still fix a
hidden one, another is hidden too (reference/association.md 11).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

FEWEST = 5
"""The smallest count that is told."""

K = TypeVar("K", bound=Hashable)

Sum = Mapping[K, int]
"""Figures with their signs that together are 0: the parts with 1, their whole with -1."""


def suppressed(values: Mapping[K, int], sums: Sequence[Sum[K]]) -> frozenset[K]:
    """Which figures may not be told. ``sums``: everything that a reader knows to add up."""
    hidden = {name for name, value in values.items() if 0 < value < FEWEST}
    while True:
        given_away = fixed(hidden, sums)
        if not given_away:
            return frozenset(hidden)
        beside = [name for one in sums if given_away & one.keys() for name in one if name not in hidden]
        # A whole is hidden only where no part is left; the smallest loses least; the order of the sums decides a tie.
        candidates = [name for name in dict.fromkeys(beside) if values[name]] or list(dict.fromkeys(beside))
        if not candidates:
            return frozenset(hidden)
        hidden.add(min(candidates, key=lambda name: values[name]))


def fixed(hidden: Iterable[K], sums: Sequence[Sum[K]]) -> set[K]:
    """The hidden figures that follow from those told: each stands alone in some combination of the sums."""
    names = list(dict.fromkeys(name for one in sums for name in one if name in set(hidden)))
    rows = [[Fraction(one.get(name, 0)) for name in names] for one in sums]
    rows = [row for row in rows if any(row)]
    found: set[K] = set()
    for row in _reduced(rows):
        alone = [name for name, factor in zip(names, row, strict=True) if factor]
        if len(alone) == 1:
            found.add(alone[0])
    return found


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan: a column of a leading 1 is 0 elsewhere, so what is fixed stands alone in its row."""
    done: list[list[Fraction]] = []
    for column in range(len(rows[0]) if rows else 0):
        place = next((i for i, row in enumerate(rows) if row[column]), None)
        if place is None:
            continue
        lead = rows.pop(place)
        lead = [factor / lead[column] for factor in lead]
        rows = [_without(row, lead, column) for row in rows]
        done = [_without(row, lead, column) for row in done]
        done.append(lead)
    return done


def _without(row: list[Fraction], lead: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column]
    return [one - factor * two for one, two in zip(row, lead, strict=True)] if factor else row
