"""What a fact about a member needs besides the state: hearings, voices, confirmations, decrees, reasons."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from juru.association.desk.acting import Act, branch_of, of, refuse
from juru.association.domain import facts as f
from juru.association.domain.boards import NATIONAL, Body, Title
from juru.association.domain.branches import on as branches_on
from juru.association.domain.refusals import Code
from juru.association.store.rows import Recorded

HEARING_NOTICE_DAYS = 14
REVIEW_DAYS = 30
JOBS_MAX = 10_000
"""More than this in one declaration is a slip of the keys."""
_WARNING_LEVELS = range(1, 4)


def check(act: Act, fact: f.MemberFact, found: list[Recorded], *, reviewing: bool) -> None:
    """Refuse a fact whose own conditions are not met on its day."""
    if reviewing:
        _review(fact, found)
    match fact:
        case f.Applied(branch=branch):
            _branch(act, branch, fact.on)
        case f.Moved(to=to):
            _branch(act, to, fact.on)
            if to == branch_of(found, fact.on):
                refuse(Code.WRONG_BRANCH, branch=to, choices="-")
        case f.RepresentativeNamed():
            _confirmed(act, fact, found)
        case f.Resigned(effective=effective):
            _after(fact.on - timedelta(days=1), effective)
        case f.JobsDeclared(jobs=jobs):
            if not 0 <= jobs <= JOBS_MAX:
                refuse(Code.WRONG_COUNT, what="jobs", given=jobs, least=0, most=JOBS_MAX)
        case f.ResignationWithdrawn():
            if not any(gone.on <= fact.on < gone.effective for gone in of(found, f.Resigned)):
                refuse(Code.NOT_FOUND, what="resigned", id="-")
        case f.Override(until=until, reason=reason, decree=decree):
            _reason(fact, reason)
            _after(fact.on, until)
            act.decree(decree, fact.on)
        case _:
            _decided(act, fact, found)


def _decided(act: Act, fact: f.MemberFact, found: list[Recorded]) -> None:
    """What a decision about a member's conduct needs."""
    match fact:
        case f.Rejected(reason=reason):
            _reason(fact, reason)
        case f.Warned(level=level, reason=reason):
            _reason(fact, reason if level in _WARNING_LEVELS else "")
        case f.Charged(charges=charges, hearing_on=hearing_on):
            _reason(fact, charges)
            if hearing_on is None or hearing_on < fact.on + timedelta(days=HEARING_NOTICE_DAYS):
                refuse(Code.NO_HEARING)
        case f.Suspended():
            _suspended(act, fact, found)
        case f.Expelled(reason=reason, decision=decision, deciders=deciders):
            _reason(fact, reason)
            act.decree(decision, fact.on)
            _heard(found, fact.on)
            board = _board(act, Body.NATIONAL, fact.on)
            _voices(deciders, board, ceil(2 * len(board) / 3))
        case f.AppealDecided(deciders=deciders, decision=decision):
            act.decree(decision, fact.on)
            _appeal(act, fact, found, deciders)
        case f.Readmitted(minutes=minutes):
            _reason(fact, minutes)
        case _:
            pass


def _reason(fact: f.MemberFact, reason: str) -> None:
    if not reason.strip():
        refuse(Code.REASON_NEEDED, fact=str(type(fact).__struct_config__.tag))


def _after(since: date, until: date) -> None:
    if until <= since:
        refuse(Code.WRONG_PERIOD, since=since.isoformat(), until=until.isoformat())


def _branch(act: Act, code: str, on: date) -> None:
    there = branches_on(act.branches, on)
    if code != NATIONAL and code not in there:
        refuse(Code.WRONG_BRANCH, branch=code or "-", choices=", ".join([*there, NATIONAL]))


def _confirmed(act: Act, fact: f.RepresentativeNamed, found: list[Recorded]) -> None:
    """The first one is the business's own word; a change needs the outgoing one's, or that of two officers."""
    before = [named for named in of(found, f.RepresentativeNamed) if named.role is fact.role and named.on <= fact.on]
    if not before:
        return
    outgoing = before[-1].person
    voices = {act.by, *fact.confirmed_by}
    officers = {term.person for term in act.in_office(fact.on)}
    if outgoing not in voices and len(voices & officers) < 2:
        refuse(Code.UNCONFIRMED, outgoing=outgoing)


def _review(fact: f.MemberFact, found: list[Recorded]) -> None:
    """A rejection is reviewed once, within 30 days, and not on its own day, on which it would be without effect."""
    applied = of(found, f.Applied)[-1].on
    rejections = [rejected for rejected in of(found, f.Rejected) if rejected.on >= applied]
    last = rejections[-1].on
    if len(rejections) > 1 or not last < fact.on <= last + timedelta(days=REVIEW_DAYS):
        refuse(Code.REVIEWED_BEFORE)


def _suspended(act: Act, fact: f.Suspended, found: list[Recorded]) -> None:
    _reason(fact, fact.reason)
    if fact.until is not None:
        _after(fact.on, fact.until)
    if not fact.emergency:
        _heard(found, fact.on)
        return
    board = {term.title: term.person for term in act.in_office(fact.on) if term.body is Body.NATIONAL}
    jointly = {board[title] for title in (Title.CHAIR, Title.SECRETARY) if title in board}
    _voices(fact.deciders, jointly, len(jointly))


def _heard(found: list[Recorded], on: date) -> None:
    """A charge was served 14 days before its hearing, and that day has come; an older charge that led to one counts."""
    settled = max((done.on for done in (*of(found, f.Lifted), *of(found, f.Readmitted))), default=date.min)
    for charge in of(found, f.Charged):
        if charge.on > settled and charge.hearing_on is not None and charge.hearing_on <= on:
            return
    refuse(Code.NO_HEARING)


def _board(act: Act, body: Body, on: date) -> set[str]:
    return {term.person for term in act.in_office(on) if term.body is body}


def _voices(given: tuple[str, ...], board: set[str], needed: int) -> None:
    """Enough officers of a board stand behind a decision; where nobody is in office, the congress decides."""
    here = set(given) & board
    if board and len(here) < needed:
        refuse(Code.NOT_ENOUGH_VOICES, given=len(here), needed=needed, who=", ".join(sorted(board)))


def _appeal(act: Act, fact: f.AppealDecided, found: list[Recorded], deciders: tuple[str, ...]) -> None:
    first = {name for expelled in of(found, f.Expelled)[-1:] for name in (expelled.by, *expelled.deciders)}
    for decider in deciders:
        if decider in first:
            refuse(Code.DECIDED_BEFORE, by=decider)
    board = _board(act, Body.APPEAL, fact.on)
    _voices(deciders, board, len(board) // 2 + 1)
