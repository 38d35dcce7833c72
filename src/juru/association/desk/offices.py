"""Branches, decrees, terms, collectors, dues tables and holidays: what the association sets for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from juru.association.desk.acting import Act, refuse
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Body, Scope, decree_number
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import (
    Appoint,
    AppointCollector,
    Done,
    IssueDecree,
    SetBranch,
    SetDues,
    SetHolidays,
    SetLetterhead,
    SetPolicy,
)
from juru.association.domain.facts import Fact
from juru.association.domain.policy import MEANINGS, allowed
from juru.association.domain.refusals import Code
from juru.association.domain.split import BASIS_POINTS

_SITE = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?", re.ASCII)


def set_branch(act: Act, command: SetBranch) -> Done:
    """Found a branch, change it, or end it by merging it into or splitting it over others; it is never deleted."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    fact = command.fact
    _later(fact.on, fact.until)
    _once(act, Subject.BRANCH, command.code, fact)
    there = branches_on(act.branches, fact.on)
    for code in fact.into:
        if code not in there:
            refuse(Code.NOT_FOUND, what="branch", id=code)
    act.add(Subject.BRANCH, command.code, fact)
    return Done(command.code)


def set_holidays(act: Act, command: SetHolidays) -> Done:
    """A version of a year's listed holidays; the latest known counts, for clocks that still run."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    strange = [day for day in command.fact.days if day.year != command.year]
    if strange:
        refuse(Code.NOT_FOUND, what=f"holiday of {command.year}", id=strange[0].isoformat())
    act.add(Subject.CALENDAR, str(command.year), command.fact)
    return Done(str(command.year), command.fact.version)


def set_dues(act: Act, command: SetDues) -> Done:
    """A dues table from a day on; what was invoiced before keeps its price."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    fact = command.fact
    shares_bp = [share.bp for share in fact.shares]
    if sum(shares_bp) != BASIS_POINTS or min(shares_bp) < 0 or {s.to for s in fact.shares} - {"national", "branch"}:
        refuse(Code.WRONG_AMOUNT, amount_idr=sum(shares_bp))
    policy = fact.policy
    lowest = min(policy.annual_idr - 1, policy.entry_fee_idr, policy.reinstatement_fee_idr, policy.round_to_idr - 1)
    if lowest < 0:
        refuse(Code.WRONG_AMOUNT, amount_idr=lowest)
    if fact.decree:
        act.decree(fact.decree, act.today)
    _once(act, Subject.DUES, command.member_class, fact)
    act.add(Subject.DUES, command.member_class, fact)
    return Done(command.member_class)


def set_letterhead(act: Act, command: SetLetterhead) -> Done:
    """The head of papers from a day on; what was issued before keeps the one it had."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    fact = command.fact
    if not fact.name.strip():
        refuse(Code.REASON_NEEDED, fact="name")
    if fact.site and not _SITE.fullmatch(fact.site):
        refuse(Code.NOT_FOUND, what="https://", id=fact.site)
    if fact.logo:
        kept = act.reads.document(fact.logo)
        if kept is None or not kept[1].startswith("image/"):
            refuse(Code.NOT_FOUND, what="picture", id=fact.logo)
    subject = next(one.subject_id for one in act.reads.facts_of_kind(Subject.ASSOCIATION))
    _once(act, Subject.ASSOCIATION, subject, fact)
    act.add(Subject.ASSOCIATION, subject, fact)
    return Done(fact.name, fact.site)


def set_policy(act: Act, command: SetPolicy) -> Done:
    """A number of the statutes from a day on, by decree; clocks that run by then keep the number they began with."""
    act.require(Scope.SK_ISSUE, NATIONAL)
    fact = command.fact
    if command.key not in MEANINGS or not allowed(command.key, fact.value):
        refuse(Code.WRONG_POLICY, key=command.key, value=fact.value, keys=", ".join(MEANINGS))
    act.decree(fact.decree, max(fact.on, act.today))
    _once(act, Subject.POLICY, command.key, fact)
    act.add(Subject.POLICY, command.key, fact)
    return Done(command.key, str(fact.value))


def issue_decree(act: Act, command: IssueDecree) -> Done:
    """An SK with the next number of its body and year; a revoked one ends what it gave, from that day."""
    on = act.day(command.on)
    unit = NATIONAL if command.body in {NATIONAL, "APPEAL", "AUDIT"} else command.body
    if unit != NATIONAL and unit not in branches_on(act.branches, on):
        refuse(Code.NOT_FOUND, what="branch", id=command.body)
    act.require(Scope.SK_ISSUE, unit)
    if command.revokes is not None:
        act.decree(command.revokes, on)
    number = decree_number(command.body, on.year, act.decrees)
    fact = a.Decreed(
        **act.dated(command),
        body=command.body,
        decree_kind=command.decree_kind,
        text=command.text,
        signers=command.signers,
        revokes=command.revokes,
    )
    act.add(Subject.DECREE, number, fact)
    return Done(number)


def appoint(act: Act, command: Appoint) -> Done:
    """Seat a person in an office by a decree, for a member firm; the powers end with the term."""
    fact = command.fact
    unit = fact.unit if fact.body is Body.BRANCH else NATIONAL
    act.require(Scope.SK_ISSUE, unit)
    _later(fact.on, fact.until)
    act.decree(fact.decree, max(fact.on, act.today))
    act.member(fact.firm)
    if fact.body is Body.BRANCH and fact.unit not in branches_on(act.branches, fact.on):
        refuse(Code.NOT_FOUND, what="branch", id=fact.unit)
    _once(act, Subject.PERSON, command.person, fact)
    act.add(Subject.PERSON, command.person, fact)
    return Done(command.person, fact.title.value)


def appoint_collector(act: Act, command: AppointCollector) -> Done:
    """Let a member server collect dues out of deposits held with it, up to a limit."""
    act.require(Scope.SK_ISSUE, NATIONAL, subject_firm=command.member)
    act.member(command.member)
    fact = command.fact
    _later(fact.on, fact.until)
    act.decree(fact.decree, max(fact.on, act.today))
    if fact.settlement_day not in range(1, 32):
        refuse(Code.NOT_FOUND, what="day of the month", id=fact.settlement_day)
    if fact.limit_idr <= 0:
        refuse(Code.WRONG_AMOUNT, amount_idr=fact.limit_idr)
    _once(act, Subject.COLLECTOR, command.member, fact)
    act.add(Subject.COLLECTOR, command.member, fact)
    return Done(command.member)


def _later(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        refuse(Code.WRONG_PERIOD, since=since.isoformat(), until=until.isoformat())


def _once(act: Act, subject: Subject, subject_id: str, fact: Fact) -> None:
    """Two facts of one kind on one day would contradict each other: the first is taken back before."""
    there: Iterable[Fact] = (one.fact for one in act.reads.facts(subject, subject_id))
    if any(type(one) is type(fact) and one.on == fact.on for one in there):
        refuse(Code.SAME_DAY, what=subject_id, on=fact.on.isoformat())
