"""Members: a number for a new business, and every dated fact about it, judged by its state and by who records it."""

from __future__ import annotations

from datetime import date

from juru.association.desk import own
from juru.association.desk.acting import Act, member_facts, of, refuse
from juru.association.desk.conditions import check
from juru.association.desk.overtaking import REASON, overtaken
from juru.association.desk.owners import shown_debts
from juru.association.desk.shares import hand_over
from juru.association.domain import facts as f
from juru.association.domain.affairs import Reversal, Subject
from juru.association.domain.boards import NATIONAL, Body, Scope, delegated
from juru.association.domain.branches import choices
from juru.association.domain.commands import Done, NewMember, Record, TakeBack
from juru.association.domain.membership import Standing, standing
from juru.association.domain.refusals import Code
from juru.association.domain.transitions import RULES, takes
from juru.association.store.rows import Recorded

_DIGITS = 6
REQUIRED = ((f.Evidence.LICENCE, f.Evidence.IDENTITY), (f.Evidence.SOFTWARE,))
"""An application is complete once it has one document of each group, and an address."""


def new_member(act: Act, command: NewMember) -> Done:
    """Give a number to a business that is none of ours yet, and note its application."""
    on = act.day(command.on)
    if not command.name.strip():
        refuse(Code.REASON_NEEDED, fact="name")
    allowed = choices(act.branches, command.province, on)
    if command.branch not in allowed:
        refuse(Code.WRONG_BRANCH, branch=command.branch, choices=", ".join(allowed))
    names = act.kept.names(act.reads)
    twin = None if command.sure else names.like(command.name, command.licence.strip(), command.phone)
    if twin is not None:
        refuse(Code.SAME_BUSINESS, member=twin[0], name=twin[1])
    newest = act.reads.newest(Subject.MEMBER, after="", before="~")
    number = f"{int(newest or 0) + 1:0{_DIGITS}d}"
    when = act.dated(command)
    about = f.Registered(
        **when,
        source=command.source,
        name=" ".join(command.name.split()),
        licence=command.licence.strip(),
        province=command.province,
        address=command.address,
    )
    applied = f.Applied(**when, source=command.source, branch=command.branch, member_class=command.member_class)
    act.add(Subject.MEMBER, number, about)
    act.add(Subject.MEMBER, number, applied)
    for role in f.Role if command.person.strip() else ():
        named = f.RepresentativeNamed(
            on=on, role=role, person=command.person.strip(), phone=command.phone, email=command.email
        )
        act.add(Subject.MEMBER, number, named)
    return Done(number, "applicant")


def record(act: Act, command: Record) -> Done:
    """Note a fact about a member, if his state takes it and whoever records it may."""
    fact, number = command.fact, command.member
    found = act.member(number)
    _authorise(act, number, fact, found)
    on = act.day(fact.on)
    now = standing(act.policies, member_facts(found), on)
    reviewing = isinstance(fact, f.Verified | f.Rejected) and now.reason == "rejected"
    if not reviewing and not takes(fact, now):
        facts = {"state": now.state.value, "reason": now.reason or "-", "on": on.isoformat()}
        refuse(Code.TRANSITION_NOT_ALLOWED, fact=str(type(fact).__struct_config__.tag), **facts)
    check(act, number, fact, found, reviewing=reviewing)
    if isinstance(fact, f.OwnerChanged | f.OwnerConfirmed):
        fact = shown_debts(act, number, fact)
    gone = overtaken(fact, found)
    for one in gone:
        act.add(Subject.MEMBER, number, Reversal(on=on, reason=REASON), reverses=one.id)
    found = [one for one in found if one not in gone]
    added = [fact, *_completed(found, fact, now)]
    for each in added:
        act.add(Subject.MEMBER, number, each)
    if isinstance(fact, f.Moved):
        hand_over(act, number, found, fact)
    after = standing(act.policies, [*member_facts(found), *added], on)
    return Done(number, after.state.value)


def _completed(found: list[Recorded], fact: f.MemberFact, now: Standing) -> list[f.Complete]:
    """The fact that the application is complete, by itself, when the document that was missing is given."""
    if not isinstance(fact, f.DocumentGiven) or now.reason != "awaiting_documents":
        return []
    there = {fact.evidence, *(given.evidence for given in of(found, f.DocumentGiven))}
    addressed = any(about.address.strip() for about in of(found, f.Registered))
    if addressed and all(there.intersection(group) for group in REQUIRED):
        return [f.Complete(on=fact.on, source="every required document is there")]
    return []


def _authorise(act: Act, number: str, fact: f.MemberFact, found: list[Recorded]) -> None:
    """The scope that the fact needs, where it needs it; whoever took part before decides no second time."""
    rule = RULES.get(type(fact))
    if rule is None:
        return
    if rule.scope is None:
        own.authorise(act, number, fact, found)
        return
    scope = rule.scope
    before: set[str] = set()
    if isinstance(fact, f.AppealDecided):
        for expelled in of(found, f.Expelled)[-1:]:
            before = {expelled.by, *expelled.deciders}
    if isinstance(fact, f.Lifted) and _in_appeal_board(act, fact.on):
        scope = Scope.APPEAL_DECIDE
        before = {name for one in of(found, f.Suspended) for name in (one.by, *one.deciders)}
    if isinstance(fact, f.Verified | f.Rejected):
        before = {rejected.by for rejected in of(found, f.Rejected)[-1:]}
    unit = act.branch_of(found, fact.on)
    if isinstance(fact, f.Moved):
        unit = fact.to
    left_to_branch = isinstance(fact, f.Verified | f.Rejected) and delegated(act.decrees, unit, fact.on)
    if rule.national and not left_to_branch:
        unit = NATIONAL
    act.require(scope, unit, subject_firm=number, decided_before=before)


def _in_appeal_board(act: Act, on: date) -> bool:
    """The appeal board lifts a suspension as the body that decided it does, but nobody who took part in it."""
    return any(term.body is Body.APPEAL and term.person == act.by for term in act.in_office(on))


def take_back(act: Act, command: TakeBack) -> Done:
    """Take a wrong fact back by another; what carries money is reversed as money."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="reversal")
    found = [one for one in act.reads.facts(command.subject, command.subject_id) if one.id == command.fact_id]
    if not found:
        refuse(Code.TAKEN_BACK, id=command.fact_id)
    fact = found[0].fact
    by_money = isinstance(fact, f.Paid) and not isinstance(fact, f.PaidBefore)
    if by_money or command.subject in {Subject.INVOICE, Subject.PAYMENT} or hasattr(fact, "transfer"):
        refuse(Code.CARRIES_MONEY, id=command.fact_id)
    rule = RULES.get(type(fact)) if command.subject is Subject.MEMBER else None
    scope = Scope.SK_ISSUE if rule is None or rule.scope is None else rule.scope
    subject_firm = command.subject_id if command.subject is Subject.MEMBER else None
    act.require(scope, NATIONAL, subject_firm=subject_firm)
    reversal = Reversal(on=fact.on, reason=command.reason)
    act.add(command.subject, command.subject_id, reversal, reverses=command.fact_id)
    return Done(command.subject_id)
