"""Who may give whom a way in: officers who decide on members, in their branch; two of them for a lost login.

Powers come from terms and representations from facts, so a link made yesterday is looked at again when it is used.
Whose branch a login is of follows from whom it stands for: an officer of one branch never recovers the login of
another's, nor one that also stands for the national board.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date

import msgspec

from juru.association.desk.register import shown
from juru.association.domain import facts as f
from juru.association.domain import people
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Body, Scope, Term
from juru.association.domain.refusals import Code, Refusal
from juru.association.store.access import Binding
from juru.association.store.invitations import INVITED_MS, NOTICE_MS, Invitation, Recovery
from juru.association.store.reads import Reads

MayIn = Callable[[str], bool]
"""Whether the officer who asks decides on members of a branch, or of ``NAS``."""


class Officer(msgspec.Struct, frozen=True):
    """Who asks: the person, his login, and where he decides on members."""

    person: str
    login: str
    may: MayIn


def key_of(token: str) -> bytes:
    """The token of a link as it is kept: it is random and long, so one hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def unit_of(reads: Reads, binding: Binding, terms: Iterable[Term], on: date) -> str | None:
    """The branch of whom a binding stands for today; None where it stands for nobody."""
    if not binding.member:
        return next((_seat(term) for term in terms if term.person == binding.person), None)
    member = shown(reads, binding.member, on)
    if member is None or binding.person not in member.representatives.values():
        return None
    return member.branch or NATIONAL


def _seat(term: Term) -> str:
    return term.unit if term.body is Body.BRANCH else NATIONAL


def email_of(reads: Reads, bindings: Iterable[Binding], on: date) -> str:
    """The mail address that a member named for its representative; empty where none did."""
    for one in bindings:
        facts = [x.fact for x in reads.facts(Subject.MEMBER, one.member, on) if isinstance(x.fact, f.MemberFact)]
        for named in people.representatives(f.known(facts, on)).values():
            if named.person == one.person and named.email:
                return named.email
    return ""


def units_of(reads: Reads, bindings: Iterable[Binding], terms: tuple[Term, ...], on: date) -> frozenset[str]:
    """Every branch that a login touches; one that stands for nobody is the national board's matter."""
    found = {unit_of(reads, one, terms, on) for one in bindings}
    for one in bindings:
        found |= {_seat(term) for term in terms if not one.member and term.person == one.person}
    return frozenset(unit for unit in found if unit is not None) or frozenset({NATIONAL})


def is_his(officer: Officer, units: frozenset[str]) -> bool:
    """Whether an officer decides on everybody whom a login stands for."""
    return all(officer.may(unit) for unit in units)


def invited(
    reads: Reads,
    officer: Officer,
    whom: Binding,
    terms: tuple[Term, ...],
    *,
    on: date,
    email: str,
    key: bytes,
    now_ms: int,
) -> Invitation | Refusal:
    """An invitation for a representative or an officer of today."""
    unit = unit_of(reads, whom, terms, on)
    if unit is None:
        return not_named(whom)
    if not officer.may(unit):
        return no_power(officer, unit, on)
    to = email or email_of(reads, (whom,), on)
    return Invitation(key, whom.person, whom.member, officer.person, now_ms, now_ms + INVITED_MS, to)


def still_named(reads: Reads, invitation: Invitation, terms: tuple[Term, ...], on: date) -> bool:
    """Whether the facts still say what the invitation says; a recovery's link is for whatever its login stands for."""
    if invitation.login:
        return True
    return unit_of(reads, Binding(invitation.person, invitation.member), terms, on) is not None


def asked(
    officer: Officer, login: str, units: frozenset[str], *, id_: str, email: str, reason: str, on: date, now_ms: int
) -> Recovery | Refusal:
    """A recovery that one officer asks for."""
    refused = _recovers(officer, login, units, on)
    if refused is not None:
        return refused
    if not reason:
        return Refusal(Code.REASON_NEEDED, {"fact": "recovery"})
    return Recovery(id_, login, email, reason, officer.person, now_ms)


def confirmable(officer: Officer, recovery: Recovery, units: frozenset[str], *, on: date, now_ms: int) -> int | Refusal:
    """When a recovery takes effect that this officer, another than the first, confirms now."""
    refused = _recovers(officer, recovery.login, units, on)
    if refused is not None:
        return refused
    if recovery.state(now_ms) != "asked":
        return not_open(recovery, now_ms)
    if officer.person == recovery.asked_by:
        return Refusal(Code.DECIDED_BEFORE, {"by": officer.person})
    return now_ms + NOTICE_MS


def renewal(
    officer: Officer, recovery: Recovery, units: frozenset[str], *, on: date, key: bytes, now_ms: int
) -> Invitation | Refusal:
    """The link that gives a lost login its new start, once its two days are over."""
    refused = _recovers(officer, recovery.login, units, on)
    if refused is not None:
        return refused
    if recovery.state(now_ms) != "ready":
        return not_open(recovery, now_ms)
    return Invitation(key, "", "", officer.person, now_ms, now_ms + INVITED_MS, recovery.email, recovery.login)


def _recovers(officer: Officer, login: str, units: frozenset[str], on: date) -> Refusal | None:
    """Why he may not: it is his own login, or somebody whom he does not decide on."""
    if officer.login == login:
        return Refusal(Code.OWN_FIRM, {"by": officer.person})
    missing = sorted(unit for unit in units if not officer.may(unit))
    return no_power(officer, missing[0], on) if missing else None


def no_power(officer: Officer, unit: str, on: date) -> Refusal:
    """He decides on nobody there."""
    facts = {"by": officer.person, "scope": Scope.MEMBERS_DECIDE.value, "unit": unit, "on": on.isoformat()}
    return Refusal(Code.NO_POWER, facts)


def not_named(whom: Binding) -> Refusal:
    """Nobody has named this person for that."""
    if whom.member:
        return Refusal(Code.NOT_REPRESENTATIVE, {"by": whom.person, "member": whom.member, "who": "-"})
    return Refusal(Code.NOT_FOUND, {"what": "officer", "id": whom.person})


def not_open(recovery: Recovery, now_ms: int) -> Refusal:
    """It is over, or not yet due."""
    return Refusal(Code.NOT_OPEN, {"what": "recovery", "id": recovery.login, "state": recovery.state(now_ms)})
