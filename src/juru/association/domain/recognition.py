"""Recognition of the association: by whom, from when until when, what it grants, and what becomes of it on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.registers import Authority, Recognised, RecognitionWithdrawn


class RecognitionState(StrEnum):
    """How a recognition stands on a day."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Recognition(msgspec.Struct, frozen=True):
    """A recognition on a day; ``versions`` are all it was told in, oldest first."""

    id: str
    authority: Authority
    name: str
    grants: str
    reference: str
    document: str
    since: date
    until: date | None
    state: RecognitionState
    withdrawn_on: date | None
    reason: str
    source: str
    versions: tuple[Recognised, ...]


def recognition(number: str, facts: Sequence[Fact], as_of: date) -> Recognition | None:
    """A recognition as it stands on a day; None before it began."""
    told = sorted((f for f in of_kind(facts, Recognised) if f.on <= as_of), key=lambda f: f.version)
    if not told:
        return None
    last = told[-1]
    withdrawn = [f for f in of_kind(facts, RecognitionWithdrawn) if f.on <= as_of]
    gone = min(withdrawn, key=lambda f: (f.on, f.reason), default=None)
    if gone is not None:
        state = RecognitionState.WITHDRAWN
    else:
        over = last.until is not None and as_of >= last.until
        state = RecognitionState.EXPIRED if over else RecognitionState.IN_FORCE
    return Recognition(
        number,
        last.authority,
        last.name,
        last.grants,
        last.reference,
        last.document,
        min(f.on for f in told),
        last.until,
        state,
        None if gone is None else gone.on,
        "" if gone is None else gone.reason,
        last.source,
        tuple(told),
    )


class Expiry(msgspec.Struct, frozen=True, order=True):
    """Something that ends by itself: from day ``on`` it is no more."""

    on: date
    subject: str
    id: str
    title: str


def recognitions_expiring(found: Iterable[Recognition]) -> list[Expiry]:
    """What expires when, the next first: recognitions in force that have an end."""
    return sorted(
        Expiry(one.until, "recognition", one.id, one.name)
        for one in found
        if one.until is not None and one.state is RecognitionState.IN_FORCE
    )
