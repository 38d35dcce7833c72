"""A member's state on a day: a pure function of dated facts (reference/association.md 2).

The first rule that fits decides: override, expulsion with its appeal, the cycle of the latest application, merger,
resignation, a closed application, first dues, suspension, a new owner's silence, software, and last what the dues say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from juru.association.domain.facts import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    Applied,
    Charged,
    Complete,
    Expelled,
    Fact,
    Lifted,
    MemberFact,
    Merged,
    Override,
    OwnerChanged,
    OwnerConfirmed,
    Paid,
    Readmitted,
    Rejected,
    ResignationWithdrawn,
    Resigned,
    SoftwareLost,
    SoftwareOk,
    Suspended,
    Verified,
    Withdrawn,
    known,
    of_kind,
)
from juru.association.domain.policy import Policies


class State(StrEnum):
    """What a member is on a day; rights follow from it (``rights``)."""

    NONE = "none"
    APPLICANT = "applicant"
    VERIFIED = "verified"
    ACTIVE = "active"
    GRACE = "grace"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"
    RESIGNED = "resigned"
    CLOSED = "closed"


class Standing(msgspec.Struct, frozen=True):
    """A state and its reason in one stable word."""

    state: State
    reason: str | None = None


class Dues(StrEnum):
    """What the dues alone say."""

    NONE = "none"
    CURRENT = "current"
    GRACE = "grace"
    LAPSED = "lapsed"


class Conduct(StrEnum):
    """What decisions alone say."""

    GOOD = "good"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"
    RESIGNED = "resigned"


class Software(StrEnum):
    """What the duty of original software alone says."""

    OK = "ok"
    CURING = "curing"
    FAILED = "failed"


class Parts(msgspec.Struct, frozen=True):
    """The three duties side by side: one word for all of them would hide the other two."""

    dues: Dues
    conduct: Conduct
    software: Software


def standing(
    policies: Policies, facts: Iterable[MemberFact], as_of: date, known_at: datetime | None = None
) -> Standing:
    """The state on ``as_of``, as known at ``known_at`` (now, where None)."""
    return _judged(policies, known(facts, as_of, known_at), as_of)


class Turn(msgspec.Struct, frozen=True):
    """From this day on the standing was so."""

    on: date
    standing: Standing


def turns(policies: Policies, facts: Iterable[MemberFact], as_of: date, known_at: datetime | None = None) -> list[Turn]:
    """Every change of standing up to ``as_of``; only facts and the ends of their clocks can turn it."""
    seen = known(facts, as_of, known_at)
    days = {day for fact in _telling(seen) for day in _turning(policies, fact) if day <= as_of}
    days |= {fact.on for fact in seen}
    found: list[Turn] = []
    for day in sorted(days):
        now = _judged(policies, [fact for fact in seen if fact.on <= day], day)
        if not found or found[-1].standing != now:
            found.append(Turn(day, now))
    return found


def _telling(seen: Sequence[MemberFact]) -> list[MemberFact]:
    """The facts whose clocks can turn anything: not a payment that was followed by a longer one before its own end."""
    paid = of_kind(seen, Paid)
    overtaken = {one for one in paid for other in paid if other.on <= one.until < other.until}
    return [fact for fact in seen if fact not in overtaken]


def next_turn(policies: Policies, facts: Iterable[MemberFact], as_of: date) -> Turn | None:
    """What the clocks will do if nothing else happens: the next day on which the standing differs."""
    seen = known(facts, as_of)
    now = _judged(policies, seen, as_of)
    for day in sorted({day for fact in seen for day in _turning(policies, fact) if day > as_of}):
        then = _judged(policies, seen, day)
        if then != now:
            return Turn(day, then)
    return None


def _turning(policies: Policies, fact: MemberFact) -> list[date]:
    """The days on which a fact can turn a standing: its own, and those on which its clocks end."""
    policy = policies.on(fact.on)
    match fact:
        case Paid(until=until):
            ends = [until, until + timedelta(days=policies.on(until).grace_days)]
        case Applied():
            ends = [fact.on + timedelta(days=policy.incomplete_days)]
        case Verified():
            ends = [fact.on + timedelta(days=policy.first_dues_days)]
        case Suspended(until=until):
            ends = [fact.on + timedelta(days=days) for days in (policy.emergency_days, policy.emergency_max_days)]
            ends += [] if until is None else [until]
        case Expelled():
            ends = [fact.on + timedelta(days=policy.appeal_days + 1)]
        case OwnerChanged():
            ends = [fact.on + timedelta(days=policy.owner_days + 1)]
        case SoftwareLost(cure_until=cure_until):
            ends = [cure_until + timedelta(days=1)]
        case Resigned(effective=effective):
            ends = [effective]
        case Override(until=until):
            ends = [until]
        case _:
            ends = []
    return [fact.on, *ends]


def _judged(policies: Policies, seen: list[MemberFact], as_of: date) -> Standing:
    """The first rule that fits, over facts in their order."""
    override = _override(seen, as_of)
    if override is not None:
        return Standing(State(override.state), "override")
    seen = _since_readmission(seen)
    expelled = _expulsion(policies, seen, as_of)
    if expelled is not None:
        return expelled
    cycle = _cycle(seen)
    return _application(policies, cycle, as_of) or _membership(policies, cycle, as_of)


def parts(policies: Policies, facts: Iterable[MemberFact], as_of: date) -> Parts:
    """What dues, decisions and software each say on a day."""
    seen = _since_readmission(known(facts, as_of))
    cycle = _cycle(seen)
    expelled = _expulsion(policies, seen, as_of)
    conduct = Conduct.GOOD
    if expelled is not None:
        conduct = Conduct(expelled.state.value)
    elif _resigned(cycle, as_of) or of_kind(cycle, Merged):
        conduct = Conduct.RESIGNED
    elif _suspended_by_decision(policies, cycle, as_of) or _owner_silent(policies, cycle, as_of):
        conduct = Conduct.SUSPENDED
    return Parts(_dues(policies, cycle, as_of), conduct, _software(cycle, as_of))


def behind(policies: Policies, facts: Iterable[MemberFact], as_of: date) -> dict[str, list[MemberFact]]:
    """The facts that make a standing, and its parts ``dues``, ``conduct`` and ``software``, what they are."""
    seen = known(facts, as_of)
    override = _override(seen, as_of)
    counted = _since_readmission(seen)
    cycle = _cycle(counted)
    paying: Sequence[MemberFact] = sorted(_live(cycle, as_of), key=lambda paid: paid.until)[-1:]
    verified: list[MemberFact] = [*of_kind(cycle, Verified)[-1:]]
    judged = [fact for fact in counted if isinstance(fact, Expelled | Appealed | AppealDecided)]
    conduct = [fact for fact in cycle if isinstance(fact, _CONDUCT)]
    software = [fact for fact in cycle if isinstance(fact, SoftwareLost | SoftwareOk)]
    applying = [fact for fact in cycle if isinstance(fact, Applied | Complete | Verified | Rejected | Withdrawn)]
    deciding: list[MemberFact]
    match _judged(policies, seen, as_of):
        case Standing(reason="override"):
            deciding = [] if override is None else [override]
        case Standing(reason="expelled" | "expulsion_appealable" | "expulsion_under_appeal"):
            deciding = [*judged]
        case Standing(reason="merged" | "resigned" | "decision" | "owner_unconfirmed"):
            deciding = [*conduct]
        case Standing(reason="software"):
            deciding = [*software]
        case Standing(reason="paid" | "unpaid"):
            deciding = [*verified, *paying]
        case _:
            deciding = [*applying]
    return {
        "standing": deciding,
        "dues": [*paying] or verified,
        "conduct": [*judged, *conduct],
        "software": [*software],
    }


_CONDUCT = (*(Charged, Suspended, Lifted, Resigned, ResignationWithdrawn, Merged, OwnerChanged, OwnerConfirmed),)


class Summary(msgspec.Struct, frozen=True):
    """What a line of the register says of a standing, and the facts of the day in their order."""

    seen: list[MemberFact]
    standing: Standing
    paid_until: date | None
    since: date | None


def summary(policies: Policies, facts: Iterable[MemberFact], as_of: date) -> Summary:
    """``standing``, ``paid_until`` and ``member_since`` of one day with the facts put in order once."""
    seen = known(facts, as_of)
    cycle = _cycle(_since_readmission(seen))
    live = _live(cycle, as_of)
    until, since = None, None
    if live:
        verified = of_kind(cycle, Verified)[-1].on
        until, since = max(paid.until for paid in live), min(max(paid.on, verified) for paid in live)
    return Summary(seen, _judged(policies, seen, as_of), until, since)


def paid_until(facts: Iterable[MemberFact], as_of: date) -> date | None:
    """The first day that is not paid for: the greatest end of the payments live on a day."""
    return max((paid.until for paid in _live(_cycle(_since_readmission(known(facts, as_of))), as_of)), default=None)


def member_since(facts: Iterable[MemberFact], as_of: date) -> date | None:
    """The first day of the membership that stands: when the first dues of its cycle counted."""
    cycle = _cycle(_since_readmission(known(facts, as_of)))
    verified = of_kind(cycle, Verified)
    return min((max(paid.on, verified[-1].on) for paid in _live(cycle, as_of)), default=None)


def _override(seen: Sequence[Fact], as_of: date) -> Override | None:
    live = [fact for fact in of_kind(seen, Override) if fact.on <= as_of < fact.until]
    return live[-1] if live else None


def _since_readmission(seen: Sequence[MemberFact]) -> list[MemberFact]:
    """After a readmission only facts from that day on count."""
    readmitted = of_kind(seen, Readmitted)
    if not readmitted:
        return list(seen)
    return [fact for fact in seen if fact.on >= readmitted[-1].on and not isinstance(fact, Readmitted)]


def _expulsion(policies: Policies, seen: Sequence[Fact], as_of: date) -> Standing | None:
    """An expulsion never bites before its appeal is exhausted; one that was overturned is as if it had not been."""
    for expelled in reversed(of_kind(seen, Expelled)):
        last_day = expelled.on + timedelta(days=policies.on(expelled.on).appeal_days)
        appeal = next((a for a in of_kind(seen, Appealed) if expelled.on <= a.on <= last_day), None)
        if appeal is None:
            if as_of <= last_day:
                return Standing(State.SUSPENDED, "expulsion_appealable")
            return Standing(State.EXPELLED, "expelled")
        decided = next((d for d in of_kind(seen, AppealDecided) if d.on >= appeal.on), None)
        if decided is None:
            return Standing(State.SUSPENDED, "expulsion_under_appeal")
        if decided.outcome is AppealOutcome.UPHELD:
            return Standing(State.EXPELLED, "expelled")
    return None


def _cycle(seen: Sequence[MemberFact]) -> list[MemberFact]:
    """The facts from the latest application on; what was before it is history."""
    applied = of_kind(seen, Applied)
    return [fact for fact in seen if applied and fact.on >= applied[-1].on]


def _application(policies: Policies, cycle: Sequence[MemberFact], as_of: date) -> Standing | None:
    """What stands before membership; None once the application led to it."""
    applied = of_kind(cycle, Applied)
    if not applied:
        return Standing(State.NONE)
    if of_kind(cycle, Merged):
        return Standing(State.RESIGNED, "merged")
    if _resigned(cycle, as_of):
        return Standing(State.RESIGNED, "resigned")
    decisions = [fact for fact in cycle if isinstance(fact, Rejected | Withdrawn | Verified)]
    match decisions[-1] if decisions else None:
        case Rejected():
            return Standing(State.CLOSED, "rejected")
        case Withdrawn():
            return Standing(State.CLOSED, "withdrawn")
        case Verified():
            return None
        case None:
            pass
    if of_kind(cycle, Complete):
        return Standing(State.APPLICANT, "awaiting_decision")
    if as_of >= applied[-1].on + timedelta(days=policies.on(applied[-1].on).incomplete_days):
        return Standing(State.CLOSED, "incomplete")
    return Standing(State.APPLICANT, "awaiting_documents")


def _membership(policies: Policies, cycle: Sequence[MemberFact], as_of: date) -> Standing:
    """A verified business: first dues, suspension, then what the dues say."""
    dues = _dues(policies, cycle, as_of)
    if dues is Dues.NONE:
        verified = of_kind(cycle, Verified)[-1]
        if as_of >= verified.on + timedelta(days=policies.on(verified.on).first_dues_days):
            return Standing(State.CLOSED, "first_dues_not_paid")
        return Standing(State.VERIFIED, "awaiting_dues")
    if _suspended_by_decision(policies, cycle, as_of):
        return Standing(State.SUSPENDED, "decision")
    if _owner_silent(policies, cycle, as_of):
        return Standing(State.SUSPENDED, "owner_unconfirmed")
    if _software(cycle, as_of) is Software.FAILED:
        return Standing(State.SUSPENDED, "software")
    match dues:
        case Dues.CURRENT:
            return Standing(State.ACTIVE, "paid")
        case Dues.GRACE:
            return Standing(State.GRACE, "unpaid")
        case Dues.LAPSED:
            return Standing(State.LAPSED, "unpaid")


def _resigned(cycle: Sequence[Fact], as_of: date) -> bool:
    resignations = of_kind(cycle, Resigned)
    withdrawals = of_kind(cycle, ResignationWithdrawn)
    return any(
        as_of >= gone.effective and not any(gone.on <= back.on < gone.effective for back in withdrawals)
        for gone in resignations
    )


def _suspended_by_decision(policies: Policies, cycle: Sequence[Fact], as_of: date) -> bool:
    lifted, charges = of_kind(cycle, Lifted), of_kind(cycle, Charged)
    for suspended in of_kind(cycle, Suspended):
        ends = [lift.on for lift in lifted if lift.on >= suspended.on]
        if suspended.until is not None:
            ends.append(suspended.until)
        if suspended.emergency:
            policy = policies.on(suspended.on)
            short = suspended.on + timedelta(days=policy.emergency_days)
            charged = any(suspended.on <= charge.on < short for charge in charges)
            ends.append(suspended.on + timedelta(days=policy.emergency_max_days) if charged else short)
        if as_of < min(ends, default=date.max):
            return True
    return False


def _owner_silent(policies: Policies, cycle: Sequence[Fact], as_of: date) -> bool:
    """The latest new owner let his days pass without confirming; his word, whenever it comes, heals from that day."""
    changed = of_kind(cycle, OwnerChanged)
    if not changed or any(confirmed.on >= changed[-1].on for confirmed in of_kind(cycle, OwnerConfirmed)):
        return False
    return as_of > changed[-1].on + timedelta(days=policies.on(changed[-1].on).owner_days)


def _software(cycle: Sequence[Fact], as_of: date) -> Software:
    mended = of_kind(cycle, SoftwareOk)
    found = Software.OK
    for lost in of_kind(cycle, SoftwareLost):
        if any(ok.on >= lost.on for ok in mended):
            continue
        if as_of > lost.cure_until:
            return Software.FAILED
        found = Software.CURING
    return found


def _live(cycle: Sequence[Fact], as_of: date) -> list[Paid]:
    """Payments that count: dues paid before the verification count from it."""
    verified = of_kind(cycle, Verified)
    if not verified:
        return []
    return [paid for paid in of_kind(cycle, Paid) if max(paid.on, verified[-1].on) <= as_of]


def _dues(policies: Policies, cycle: Sequence[Fact], as_of: date) -> Dues:
    until = max((paid.until for paid in _live(cycle, as_of)), default=None)
    if until is None:
        return Dues.NONE
    if as_of < until:
        return Dues.CURRENT
    return Dues.GRACE if as_of < until + timedelta(days=policies.on(until).grace_days) else Dues.LAPSED


class Rights(msgspec.Struct, frozen=True):
    """What a state gives (reference/association.md 2.1). ``card_trade`` ends gracefully by itself elsewhere."""

    card: bool = False
    votes: bool = False
    endorses: bool = False
    office: bool = False
    card_trade: bool = False
    evidence: bool = False


_FULL = Rights(card=True, votes=True, endorses=True, office=True, card_trade=True, evidence=True)


def rights(state: State, *, grace_votes: bool = False) -> Rights:
    """The rights of a state; whether grace votes is policy."""
    match state:
        case State.ACTIVE:
            return _FULL
        case State.GRACE:
            return msgspec.structs.replace(_FULL, votes=grace_votes)
        case _:
            return Rights()
