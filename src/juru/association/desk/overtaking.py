"""What a fact overtakes that was recorded for the same day: it is taken back, so that the last word counts at once.

Two facts of one kind on one day stand in the order of what they say, never of entry. A second contact, representative
or name of one day would else count or not by its spelling; and a consent that is withdrawn must be withdrawn now.
"""

from __future__ import annotations

from collections.abc import Iterable

from juru.association.domain import facts as f
from juru.association.domain.facts import Fact
from juru.association.store.rows import Recorded

REASON = "diganti pada hari yang sama"


def overtaken(fact: Fact, found: Iterable[Recorded]) -> list[Recorded]:
    """The facts of the same day that no longer stand once this one is recorded."""
    return [one for one in found if one.fact.on == fact.on and _overtakes(fact, one.fact)]


def _overtakes(fact: Fact, before: Fact) -> bool:
    match fact, before:
        case f.ContactSet(), f.ContactSet() | f.ContactRemoved():
            return fact.channel is before.channel
        case f.ServerAdded(), f.ServerAdded() | f.ServerNamed() | f.ServerRemoved():
            return fact.server == before.server
        case f.ServerNamed(), f.ServerNamed():
            return fact.server == before.server
        case f.RepresentativeNamed(), f.RepresentativeNamed():
            return fact.role is before.role
        case f.OwnerChanged(), f.OwnerChanged() | f.OwnerConfirmed() | f.RepresentativeNamed():
            return True
        case f.Resigned(), f.Resigned() | f.ResignationWithdrawn():
            return True
        case (f.Renamed(), f.Renamed()) | (f.MoveAsked(), f.MoveAsked()):
            return True
        case _:
            return False
