"""Opportunities: notices of active members or the board, moderated, answered through the portal, over after 60 days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.policy import Policy
from juru.association.domain.recognition import Expiry
from juru.association.domain.registers import (
    ContactFor,
    Moderated,
    OfferClosed,
    Offered,
    OfferKind,
    OfferRenewed,
    Verdict,
)

# A mobile number, a landline, a mail address, a chat link: what a notice's text would give away to whoever harvests.
_CONTACT = re.compile(
    r"(?<!\d)(?:\+?62|0)[ .()-]*8(?:[ .()-]*\d){7,12}(?!\d)"
    r"|(?<!\d)\(?0\d{2,3}\)?[ -]\d{5,8}(?!\d)"
    r"|[\w.+-]+@[\w-]+\.\w+|(?:wa|t)\.me/",
    re.IGNORECASE,
)


class OfferState(StrEnum):
    """How a notice stands on a day."""

    WAITING = "waiting"
    OPEN = "open"
    DECLINED = "declined"
    REMOVED = "removed"
    CLOSED = "closed"
    FILLED = "filled"
    EXPIRED = "expired"


class Opportunity(msgspec.Struct, frozen=True):
    """A notice on a day; ``reason`` is the officer's, ``ended_on`` the day from which it is no more."""

    id: str
    offer_kind: OfferKind
    body: str
    member: str
    title: str
    text: str
    contact_for: ContactFor
    since: date
    until: date
    state: OfferState
    reason: str
    moderated_by: str
    moderated_on: date | None


def opportunity(number: str, facts: Sequence[Fact], as_of: date) -> Opportunity | None:
    """A notice as it stands on a day; None before it was written. Of one day the strictest word stands."""
    there = [fact for fact in facts if fact.on <= as_of]
    offered = next(iter(of_kind(there, Offered)), None)
    if offered is None:
        return None
    until = max([offered.until, *(one.until for one in of_kind(there, OfferRenewed))])
    words = sorted(of_kind(there, Moderated), key=lambda one: (one.on, list(Verdict).index(one.verdict), one.reason))
    closed = of_kind(there, OfferClosed)
    word = words[-1] if words else None
    return Opportunity(
        number,
        offered.offer_kind,
        offered.body,
        offered.member,
        offered.title,
        offered.text,
        offered.contact_for,
        offered.on,
        until,
        _state(offered, word, closed, until, as_of),
        "" if word is None else word.reason,
        "" if word is None else word.by,
        None if word is None else word.on,
    )


def _state(
    offered: Offered, word: Moderated | None, closed: Sequence[OfferClosed], until: date, as_of: date
) -> OfferState:
    if word is not None and word.verdict is Verdict.REMOVED:
        return OfferState.REMOVED
    if word is not None and word.verdict is Verdict.DECLINED:
        return OfferState.DECLINED
    if closed:
        return OfferState.FILLED if any(one.filled for one in closed) else OfferState.CLOSED
    if as_of >= until:
        return OfferState.EXPIRED
    # The board's own notice is an officer's word already.
    return OfferState.OPEN if word is not None or not offered.member else OfferState.WAITING


def gives_contact(text: str) -> bool:
    """Whether a text names a phone number, a mail address or a chat link."""
    return _CONTACT.search(text) is not None


def ends(policy: Policy, since: date) -> date:
    """The day from which a notice written or renewed on a day is no more."""
    return since + timedelta(days=policy.offer_days)


def renewable(policy: Policy, one: Opportunity, as_of: date) -> bool:
    """Whether its author may renew it: while it is open in its last days, or once it expired."""
    if one.state is OfferState.EXPIRED:
        return True
    return one.state is OfferState.OPEN and as_of >= one.until - timedelta(days=policy.offer_renew_days)


def offers_expiring(found: Iterable[Opportunity]) -> list[Expiry]:
    """What expires when, the next first: notices that are open."""
    return sorted(Expiry(one.until, "opportunity", one.id, one.title) for one in found if one.state is OfferState.OPEN)
