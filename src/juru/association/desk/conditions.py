"""What a fact about a member needs besides the state: hearings, voices, confirmations, decrees, reasons."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from juru.association.desk.acting import Act, chosen_branch, member_facts, of, refuse
from juru.association.desk.own import outgoing
from juru.association.domain import facts as f
from juru.association.domain.boards import NATIONAL, Body, Title
from juru.association.domain.branches import on as branches_on
from juru.association.domain.membership import rights
from juru.association.domain.people import move_asked, servers
from juru.association.domain.refusals import Code
from juru.association.store.rows import Recorded

JOBS_MAX = 10_000
"""More than this in one declaration is a slip of the keys."""
_SUMMONSES = 2
_WARNING_LEVELS = range(1, 4)


def check(act: Act, number: str, fact: f.MemberFact, found: list[Recorded], *, reviewing: bool) -> None:
    """Refuse a fact about a member whose own conditions are not met on its day."""
    if reviewing:
        _review(act, fact, found)
    match fact:
        case f.Applied(branch=branch):
            _branch(act, branch, fact.on)
        case f.MoveAsked(to=to):
            _branch(act, to, fact.on)
        case f.Moved(to=to):
            _branch(act, to, fact.on)
            if to == chosen_branch(found, fact.on):
                refuse(Code.WRONG_BRANCH, branch=to, choices="-")
            asked = move_asked(f.known(member_facts(found), fact.on))
            if not fact.source.strip() and (asked is None or asked.to != to):
                refuse(Code.LETTER_NEEDED, fact="moved", member=number)
        case f.RepresentativeNamed():
            _confirmed(act, fact, found)
        case f.Resigned(effective=effective):
            _after(fact.on - timedelta(days=1), effective)
        case f.ResignationWithdrawn():
            if not any(gone.on <= fact.on < gone.effective for gone in of(found, f.Resigned)):
                refuse(Code.NOT_FOUND, what="resigned", id="-")
        case f.Override(until=until, reason=reason, decree=decree):
            _reason(fact, reason)
            _after(fact.on, until)
            act.decree(decree, fact.on)
        case f.Charged() | f.Heard() | f.Warned() | f.Suspended() | f.Expelled() | f.AppealDecided() | f.Readmitted():
            _decided(act, number, fact, found)
        case f.Rejected(reason=reason):
            _reason(fact, reason)
        case _:
            _told(act, number, fact, found)


def _told(act: Act, number: str, fact: f.MemberFact, found: list[Recorded]) -> None:
    """What the business's own words about itself need: a name, an owner, servers, contacts, documents, a merger."""
    match fact:
        case f.Merged(into=into, decision=decision):
            _merged(act, number, fact, into, decision)
        case f.Renamed(name=text) | f.OwnerChanged(owner=text) | f.ContactSet(value=text):
            _reason(fact, text)
        case f.OwnerConfirmed():
            if not of(found, f.OwnerChanged):
                refuse(Code.NOT_FOUND, what="owner_changed", id=number)
        case f.ServerAdded() | f.ServerNamed() | f.ServerRemoved():
            _server(fact, found)
        case f.DocumentGiven(document=sha256):
            if act.reads.document(sha256) is None:
                refuse(Code.NOT_FOUND, what="document", id=sha256 or "-")
        case f.JobsDeclared(jobs=jobs):
            if not 0 <= jobs <= JOBS_MAX:
                refuse(Code.WRONG_COUNT, what="jobs", given=jobs, least=0, most=JOBS_MAX)
        case _:
            pass


def _merged(act: Act, number: str, fact: f.Merged, into: str, decision: str) -> None:
    """The one that goes on is another, a member in good standing; both owners' consent is the source."""
    _reason(fact, decision)
    _reason(fact, fact.source)
    other = act.standing(into, fact.on)
    if into == number or not rights(other.state).office:
        facts = {"state": other.state.value, "reason": other.reason or "-", "on": fact.on.isoformat()}
        refuse(Code.TRANSITION_NOT_ALLOWED, fact="merged", **facts)


def _server(fact: f.ServerAdded | f.ServerNamed | f.ServerRemoved, found: list[Recorded]) -> None:
    """One that is there is not added again; one that is not there is neither named nor removed."""
    there = fact.server in servers(f.known(member_facts(found), fact.on))
    if isinstance(fact, f.ServerAdded):
        _reason(fact, fact.name if fact.server.strip() else "")
        if there:
            refuse(Code.SAME_SERVER, server=fact.server)
    elif not there:
        refuse(Code.NOT_FOUND, what="server", id=fact.server or "-")


def _decided(act: Act, number: str, fact: f.MemberFact, found: list[Recorded]) -> None:
    """What a decision about a member's conduct needs."""
    match fact:
        case f.Warned(level=level, reason=reason):
            _reason(fact, reason if level in _WARNING_LEVELS else "")
        case f.Charged(charges=charges, hearing_on=hearing_on):
            _reason(fact, charges)
            notice = act.policies.on(fact.on).hearing_notice_days
            if hearing_on is None or hearing_on < fact.on + timedelta(days=notice):
                refuse(Code.NO_HEARING, days=notice)
        case f.Heard():
            _hearing(act, fact, found)
        case f.Suspended(deciders=deciders):
            _suspended(act, fact, found)
            _no_own_firm(act, number, deciders, fact.on)
        case f.Expelled(reason=reason, decision=decision, deciders=deciders):
            _reason(fact, reason)
            act.decree(decision, fact.on)
            _heard(act, found, fact.on)
            _no_own_firm(act, number, deciders, fact.on)
            board = _board(act, Body.NATIONAL, fact.on)
            _voices(deciders, board, ceil(2 * len(board) / 3))
        case f.AppealDecided(deciders=deciders, decision=decision):
            act.decree(decision, fact.on)
            _no_own_firm(act, number, deciders, fact.on)
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
    before = outgoing(found, fact)
    if before is None:
        return
    voices = {act.by} if act.member_asking else {act.by, *fact.confirmed_by}
    officers = {term.person for term in act.in_office(fact.on)}
    if before not in voices and len(voices & officers) < 2:
        refuse(Code.UNCONFIRMED, outgoing=before)


def _review(act: Act, fact: f.MemberFact, found: list[Recorded]) -> None:
    """A rejection is reviewed once, within its days, and not on its own day, on which it would be without effect."""
    applied = of(found, f.Applied)[-1].on
    rejections = [rejected for rejected in of(found, f.Rejected) if rejected.on >= applied]
    last = rejections[-1].on
    days = act.policies.on(last).review_days
    if len(rejections) > 1 or not last < fact.on <= last + timedelta(days=days):
        refuse(Code.REVIEWED_BEFORE, days=days)


def _suspended(act: Act, fact: f.Suspended, found: list[Recorded]) -> None:
    _reason(fact, fact.reason)
    if fact.until is not None:
        _after(fact.on, fact.until)
    if not fact.emergency:
        _heard(act, found, fact.on)
        whole = _board(act, Body.NATIONAL, fact.on)
        _voices(fact.deciders, whole, len(whole) // 2 + 1)
        return
    board = {term.title: term.person for term in act.in_office(fact.on) if term.body is Body.NATIONAL}
    jointly = {board[title] for title in (Title.CHAIR, Title.SECRETARY) if title in board}
    _voices(fact.deciders, jointly, len(jointly))


def _hearing(act: Act, fact: f.Heard, found: list[Recorded]) -> None:
    """Held on or after the day of a charge's hearing; who stayed away was summoned twice since it was served."""
    _reason(fact, fact.minutes)
    charge = _open_charge(found, fact.on)
    if charge is None:
        refuse(Code.NO_HEARING, days=act.policies.on(fact.on).hearing_notice_days)
    summoned = {day for day in fact.summonses if charge.on <= day <= fact.on}
    if not fact.appeared and len(summoned) < _SUMMONSES:
        refuse(Code.NOT_SUMMONED, given=len(summoned))


def _open_charge(found: list[Recorded], on: date) -> f.Charged | None:
    """The latest charge whose hearing has come, of those that no lifting or readmission has settled."""
    settled = max((done.on for done in (*of(found, f.Lifted), *of(found, f.Readmitted))), default=date.min)
    for charge in reversed(of(found, f.Charged)):
        if charge.on > settled and charge.hearing_on is not None and charge.hearing_on <= on:
            return charge
    return None


def _heard(act: Act, found: list[Recorded], on: date) -> None:
    """A charge was served in time before its hearing, and that was held, with minutes."""
    charge = _open_charge(found, on)
    held = [fact for fact in of(found, f.Heard) if fact.on <= on]
    if charge is None or not any(charge.hearing_on is not None and fact.on >= charge.hearing_on for fact in held):
        refuse(Code.NO_HEARING, days=act.policies.on(on).hearing_notice_days)


def _no_own_firm(act: Act, number: str, deciders: tuple[str, ...], on: date) -> None:
    """Nobody who is seated for the firm in question stands behind a decision about it."""
    for term in act.in_office(on):
        if term.firm == number and term.person in deciders:
            refuse(Code.OWN_FIRM, by=term.person)


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
    board = _board(act, Body.APPEAL, fact.on) - first
    _voices(deciders, board, len(board) // 2 + 1)
