"""Opportunities: a member's notice waits for an officer, stands for its days, is renewed or ended by its author."""

from __future__ import annotations

from datetime import timedelta

from juru.association.desk.acting import Act, refuse
from juru.association.desk.conditions import JOBS_MAX
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import CloseOffer, Moderate, Offer, RenewOffer
from juru.association.domain.facts import JobsDeclared
from juru.association.domain.membership import State
from juru.association.domain.opportunities import (
    OfferState,
    Opportunity,
    ends,
    gives_contact,
    opportunity,
    renewable,
)
from juru.association.domain.refusals import Code
from juru.association.domain.registers import Verdict

_TITLE_MAX, _TEXT_MAX, _REASON_MAX = 120, 4_000, 500
_FROM = {
    Verdict.PUBLISHED: (OfferState.WAITING, OfferState.DECLINED, OfferState.REMOVED),
    Verdict.DECLINED: (OfferState.WAITING,),
    Verdict.REMOVED: (OfferState.OPEN,),
}


def offer(act: Act, command: Offer) -> Done:
    """A notice; a member's waits for an officer of its branch, the board's own stands at once."""
    title, text = act.written("title", command.title, _TITLE_MAX), act.written("text", command.text, _TEXT_MAX)
    for field, written in (("title", title), ("text", text)):
        if gives_contact(written):
            refuse(Code.CONTACT_IN_TEXT, field=field)
    body = act.unit(command.body or NATIONAL)
    if command.member:
        body = act.branch_of(act.member(command.member), act.today)
        act.speaks_for(command.member, body)
        _active(act, command.member)
        _few(act, command.member)
    else:
        act.require(Scope.OFFICE_KEEP, body)
    number = act.next_number(Subject.OPPORTUNITY)
    fact = g.Offered(
        on=act.today,
        body=body,
        offer_kind=command.offer_kind,
        title=title,
        text=text,
        until=ends(act.policies.on(act.today), act.today),
        member=command.member,
        contact_for=command.contact_for,
    )
    act.add(Subject.OPPORTUNITY, number, fact)
    return Done(number, fact.until.isoformat())


def moderate(act: Act, command: Moderate) -> Done:
    """An officer's word on a notice, never on his own firm's; its reason is public."""
    one = there(act, command.opportunity)
    act.require(Scope.OFFICE_KEEP, one.body, subject_firm=one.member or None)
    reason = act.written("reason", command.reason, _REASON_MAX)
    if one.state not in _FROM[command.verdict]:
        refuse(Code.NOT_OPEN, what="opportunity", id=one.id, state=one.state.value)
    if one.moderated_on == act.today and command.verdict is Verdict.PUBLISHED:
        refuse(Code.SAME_DAY, what=one.id, on=act.today.isoformat())
    act.add(Subject.OPPORTUNITY, one.id, g.Moderated(on=act.today, verdict=command.verdict, reason=reason))
    return Done(one.id, command.verdict.value)


def renew(act: Act, command: RenewOffer) -> Done:
    """The notice stands for another while from today on."""
    one = _own(act, command.opportunity)
    policy = act.policies.on(act.today)
    if not renewable(policy, one, act.today):
        if one.state is OfferState.OPEN:
            first = one.until - timedelta(days=policy.offer_renew_days)
            refuse(Code.FUTURE_DAY, on=first.isoformat(), today=act.today.isoformat())
        refuse(Code.NOT_OPEN, what="opportunity", id=one.id, state=one.state.value)
    if one.member:
        _active(act, one.member)
    until = ends(policy, act.today)
    act.add(Subject.OPPORTUNITY, one.id, g.OfferRenewed(on=act.today, until=until))
    _jobs(act, one, command.jobs)
    return Done(one.id, until.isoformat())


def close(act: Act, command: CloseOffer) -> Done:
    """The author ends the notice: filled, or taken back."""
    one = _own(act, command.opportunity)
    if one.state not in {OfferState.WAITING, OfferState.OPEN, OfferState.EXPIRED}:
        refuse(Code.NOT_OPEN, what="opportunity", id=one.id, state=one.state.value)
    act.add(Subject.OPPORTUNITY, one.id, g.OfferClosed(on=act.today, filled=command.filled))
    _jobs(act, one, command.jobs)
    return Done(one.id, "filled" if command.filled else "closed")


def there(act: Act, number: str) -> Opportunity:
    """A notice as it stands today. Refuses a number that was never given."""
    facts = [one.fact for one in act.reads.facts(Subject.OPPORTUNITY, number)]
    one = opportunity(number, facts, act.today)
    if one is None:
        refuse(Code.NOT_FOUND, what="opportunity", id=number)
    return one


def _own(act: Act, number: str) -> Opportunity:
    one = there(act, number)
    if one.member:
        act.speaks_for(one.member, one.body)
    else:
        act.require(Scope.OFFICE_KEEP, one.body)
    return one


def _active(act: Act, member: str) -> None:
    now = act.standing(member, act.today)
    if now.state is not State.ACTIVE:
        told = {"state": now.state.value, "reason": now.reason or "-", "on": act.today.isoformat()}
        refuse(Code.TRANSITION_NOT_ALLOWED, fact="offered", **told)


def _few(act: Act, member: str) -> None:
    mine = [there(act, number) for number in act.reads.concerning(member, "offered")]
    count = sum(one.state in {OfferState.WAITING, OfferState.OPEN} for one in mine)
    most = act.policies.on(act.today).offers_max
    if count >= most:
        refuse(Code.TOO_MANY, what="opportunity", count=count, most=most)


def _jobs(act: Act, one: Opportunity, jobs: int | None) -> None:
    """What the member declares of jobs; a board's notice creates none that anybody could declare."""
    if jobs is None:
        return
    if not one.member:
        refuse(Code.NOT_FOUND, what="member", id="-")
    if not 0 <= jobs <= JOBS_MAX:
        refuse(Code.WRONG_COUNT, what="jobs", given=jobs, least=0, most=JOBS_MAX)
    act.add(Subject.MEMBER, one.member, JobsDeclared(on=act.today, jobs=jobs, opportunity=one.id))
