"""The world that the rules of ``domain/due`` look at, read from the book as known now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import groupby
from typing import TypeVar

import msgspec

from juru.association.desk.acting import plain, seats
from juru.association.desk.payouts import ASKED, refunds, settlements
from juru.association.desk.settling import state_of
from juru.association.desk.treasury import cash_in_hand, waiting_rows
from juru.association.domain import affairs as a
from juru.association.domain import due_boards, due_members, due_registers
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Term
from juru.association.domain.clocks import HolidayTable
from juru.association.domain.due import (
    HORIZON_DAYS,
    Business,
    Cash,
    Due,
    Gathering,
    Invoiced,
    PayOut,
    Promises,
    Unmatched,
    World,
    derive,
    derive_member,
)
from juru.association.domain.facts import Fact
from juru.association.domain.meetings import meeting
from juru.association.domain.opportunities import opportunity
from juru.association.domain.recognition import recognition
from juru.association.store.reads import Reads
from juru.association.store.rows import milliseconds
from juru.values.days import Zone, business_day

MEMBER_RULES = (*due_members.MEMBER_RULES, *due_registers.MEMBER_RULES)
RULES = (*due_boards.RULES, *due_registers.RULES)
"""All rules by which something falls due."""
_MEETINGS_DAYS = 400
_INVOICES_DAYS = HORIZON_DAYS + 60
View = TypeVar("View")
_issued = msgspec.json.Decoder(a.Issued)


def everything_due(reads: Reads, today: date) -> list[Due]:
    """Messages and work of the whole association on a day."""
    world = world_of(reads, today)
    found = derive(world, RULES)
    for member in businesses(reads, world):
        found.extend(derive_member(world, member, MEMBER_RULES))
    return found


def due_about(reads: Reads, world: World, subject: str) -> list[Due]:
    """The same of one subject: a member by its number, or what the rules of the association call so."""
    found = derive(world, RULES)
    for member in businesses(reads, world, only=subject.partition("/")[0]):
        found.extend(derive_member(world, member, MEMBER_RULES))
    return [one for one in found if one.subject == subject]


def businesses(reads: Reads, world: World, only: str | None = None) -> Iterator[Business]:
    """Every member, or one, as the rules see it."""
    for number, facts, times in reads.members_known(world.today, only):
        yield Business(number, facts, partial(_known_on, times), world)


def _known_on(times: tuple[int, ...], place: int) -> date:
    return _day_of(times[place])


def world_of(reads: Reads, today: date, *, only: str | None = None) -> World:
    """What stands around the members; of one member only its own invoices."""
    found_terms = [
        (_term(one.subject_id, one.fact), one.fact.known_at)
        for one in reads.facts_of_kind(Subject.PERSON)
        if isinstance(one.fact, a.Appointed)
    ]
    terms = [term for term, _ in found_terms]
    decrees = a.decrees_of([(one.subject_id, one.fact) for one in reads.facts_of_kind(Subject.DECREE)])
    policies, branches = reads.policies(), reads.branches()
    worth = seats(reads, today, policies, decrees, branches)
    return World(
        today=today,
        policies=policies,
        seats=worth,
        branches=branches,
        holidays=holidays(reads),
        terms=terms,
        in_office=[term for term in terms if worth.filled(term, today)],
        known_terms={term: _day_of(milliseconds(at)) for term, at in found_terms if at is not None},
        invoices=_invoices(reads, today, only),
        cash=_cash(reads, today),
        promises=_promises(reads, today),
        unmatched=[Unmatched(row.ref, row.on, row.amount_idr, row.unit) for row in waiting_rows(reads)],
        payouts=_payouts(reads),
        meetings=_meetings(reads, today),
        recognitions=_with_day(reads, Subject.RECOGNITION, recognition, today),
        offers=_with_day(reads, Subject.OPPORTUNITY, opportunity, today),
    )


def _meetings(reads: Reads, today: date) -> list[Gathering]:
    """The meetings of about a year, with their latest calls."""
    found = []
    for number, those in groupby(reads.facts_of_kind(Subject.MEETING), key=lambda one: one.subject_id):
        facts = [one.fact for one in those]
        held = meeting(number, facts, today)
        if held is not None and held.held_on > today - timedelta(days=_MEETINGS_DAYS):
            call = held.versions[-1]
            found.append(Gathering(held, call.on, _known_on_of(call)))
    return found


def _with_day(
    reads: Reads, subject: Subject, fold: Callable[[str, Sequence[Fact], date], View | None], today: date
) -> list[tuple[View, date]]:
    """What a register holds, each with the day on which the latest word of it became known."""
    found = []
    for number, those in groupby(reads.facts_of_kind(subject), key=lambda one: one.subject_id):
        facts = [one.fact for one in those]
        view = fold(number, facts, today)
        if view is not None:
            found.append((view, max(_known_on_of(fact) for fact in facts)))
    return found


def _known_on_of(fact: Fact) -> date:
    assert fact.known_at is not None, fact
    return _day_of(milliseconds(fact.known_at))


def holidays(reads: Reads, known_ms: int | None = None) -> list[HolidayTable]:
    """The versions of the tables of holidays in the order in which they became known."""
    found = [
        (milliseconds(one.fact.known_at), one.subject_id, one.fact.days)
        for one in reads.facts_of_kind(Subject.CALENDAR, known_ms=known_ms)
        if isinstance(one.fact, a.HolidaysSet) and one.fact.known_at is not None
    ]
    return [HolidayTable(_day_of(at_ms), year, frozenset(days)) for at_ms, year, days in sorted(found)]


def _term(person: str, fact: a.Appointed) -> Term:
    return a.terms_of([(person, plain(fact))])[0]


def _invoices(reads: Reads, today: date, only: str | None) -> dict[str, list[Invoiced]]:
    """Invoices of about a year by their members, in the order of the book."""
    since = today - timedelta(days=_INVOICES_DAYS)
    waived = {number for number, _, _ in reads.of_one_kind("written_off", since)}
    found: dict[str, list[Invoiced]] = {}
    for number, known_ms, body in reads.of_one_kind("issued", since):
        issued = _issued.decode(body)
        if issued.on > today or only not in {None, issued.member}:
            continue
        period = issued.period
        starts = None if period is None else period.since
        known_on, gone = _day_of(known_ms), number in waived
        one = Invoiced(number, issued.member, issued.on, issued.due_on, starts, known_on, issued.total_idr, gone)
        found.setdefault(issued.member, []).append(one)
    return found


def _cash(reads: Reads, today: date) -> list[Cash]:
    """What treasurers hold; each receipt was given, and known, on its day."""
    return [Cash(one.treasurer, one.held_idr, one.since, one.since) for one in cash_in_hand(reads, today)]


def _payouts(reads: Reads) -> list[PayOut]:
    """Refunds and settlements that wait for their second person."""
    found = [
        PayOut(one.number, one.asked.by, one.asked.on, one.asked.amount_idr, one.asked.member)
        for one in refunds(reads)
        if one.state == ASKED
    ]
    waiting = (one for one in settlements(reads) if one.state == ASKED)
    return [*found, *(PayOut(one.number, one.asked.by, one.asked.on, one.asked.amount_idr) for one in waiting)]


def _promises(reads: Reads, today: date) -> list[Promises]:
    """What each collector promised and has not transferred."""
    promised: dict[str, list[tuple[date, date, int]]] = {}
    for number, known_ms, _ in reads.of_one_kind("promised", date.min):
        facts = reads.facts(Subject.INVOICE, number, as_of=today)
        state = state_of(number, facts)
        if state is None or not state.outstanding_idr or not state.promised_by:
            continue
        on = min(one.fact.on for one in facts if isinstance(one.fact, a.Promised))
        promised.setdefault(state.promised_by, []).append((on, _day_of(known_ms), state.outstanding_idr))
    found = []
    for collector, rows in sorted(promised.items()):
        told = [one.fact for one in reads.facts(Subject.COLLECTOR, collector, as_of=today)]
        appointed = max((x for x in told if isinstance(x, a.CollectorAppointed)), key=lambda x: x.on, default=None)
        if appointed is not None:
            since, known_on = min(rows)[:2]
            found.append(Promises(collector, appointed, sum(row[2] for row in rows), since, known_on))
    return found


@lru_cache(maxsize=8_192)
def _day_of(at_ms: int) -> date:
    return _date(business_day(at_ms, Zone.WIB))


def _date(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)
