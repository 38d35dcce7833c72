"""What falls due about offices and money in hand: terms, acting officers, paused ones, cash, collectors, bank rows."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from juru.association.domain.boards import NATIONAL, Body, Ending, Scope, Term
from juru.association.domain.due import Due, Item, Notice, Person, Representative, Told, World, days
from juru.association.domain.facts import Role

TERM_ENDING_DAYS = 60
ACTING_ENDING_DAYS = 14
VACANT_DAYS_MAX = 365


def _unit(term: Term) -> str:
    return term.unit if term.body is Body.BRANCH else NATIONAL


def _subject(term: Term) -> str:
    return f"{term.person}/{_unit(term)}/{term.title.value}"


def _office(term: Term) -> tuple[str, str, str]:
    return term.body.value, _unit(term), term.title.value


def _told(term: Term, ends_on: date) -> dict[str, str | int | date]:
    title, body = term.title.value, term.body.value
    return {"title": title, "body": body, "unit": _unit(term), "person": term.person, "ends_on": ends_on}


_REVOKED = frozenset({Ending.DECREE_REVOKED, Ending.BRANCH_ENDED})


def terms(world: World) -> Iterator[Due]:
    """Terms that are ending, acting ones above all, and offices that nobody holds since one ended."""
    begun = [(world.seats.ending(term), term) for term in world.terms if term.since <= world.today]
    seated = {_office(term) for (end, _), term in begun if world.today < end}
    following = {(_office(term), term.since) for term in world.terms}
    last_of: dict[tuple[str, str, str], tuple[date, Term]] = {}
    for (end, why), term in sorted(begun, key=lambda one: (one[0][0], one[1].person)):
        last_of[_office(term)] = (end, term)
        if why in _REVOKED or why is Ending.FIRM_AWAY:
            continue
        kind, before = ("acting_ending", ACTING_ENDING_DAYS) if term.acting else ("term_ending", TERM_ENDING_DAYS)
        soon, subject, told = end - days(before), _subject(term), _told(term, end)
        known_on = world.known_terms[term]
        yield Notice(kind, subject, soon, Person(term.person), known_on, told, term.firm)
        yield Notice("term_ended", subject, end, Person(term.person), known_on, told, term.firm)
        followed = any(office == _office(term) and term.since < since <= end for office, since in following)
        if soon <= world.today < end and not followed:
            unit, scope = _unit(term), Scope.SK_ISSUE
            yield Item(kind, subject, soon, unit, scope, clock_on=end, agenda=unit, told=told)
    for office, (end, term) in last_of.items():
        if office not in seated and end <= world.today < end + days(VACANT_DAYS_MAX):
            unit, subject = _unit(term), "/".join(office)
            yield Item("office_vacant", subject, end, unit, Scope.SK_ISSUE, agenda=unit, told=_told(term, end))


def paused(world: World) -> Iterator[Due]:
    """An officer whose firm left good standing is paused that day; thirty days later his term ends."""
    for term in world.terms:
        end, why = world.seats.ending(term)
        since = world.seats.paused_since(term, world.today)
        if since is None or term.since > world.today or why is not Ending.FIRM_AWAY or end < since:
            continue
        subject, to = _subject(term), Person(term.person)
        told: Told = _told(term, end) | {"lost_on": end, "firm": term.firm}
        known_on = world.known_terms[term]
        yield Notice("office_paused", subject, since, to, known_on, told, term.firm)
        yield Notice("office_lost", subject, end, to, known_on, told, term.firm)
        if world.today < end:
            unit = _unit(term)
            yield Item("office_paused", subject, since, unit, Scope.SK_ISSUE, clock_on=end, agenda=unit, told=told)


def cash(world: World) -> Iterator[Due]:
    """Cash is handed in within the statutes' days; after that it is listed for the national treasurer and the board."""
    for held in world.cash:
        last_day = held.since + days(world.policies.on(held.since).cash_days)
        told: Told = {"amount_idr": held.amount_idr, "since": held.since, "last_day": last_day}
        subject, listed = held.treasurer, last_day + days(1)
        yield Notice("cash_held", subject, listed, Person(subject), held.known_on, told)
        late = world.today > last_day
        yield Item("cash", subject, held.since, person=subject, clock_on=None if late else listed, told=told)
        if late:
            yield Item("cash_held", subject, listed, scope=Scope.DUES_MATCH, agenda=NATIONAL, told=told)


def collectors(world: World) -> Iterator[Due]:
    """A collector transfers what he promised by his settlement day of the month."""
    for owed in world.promises:
        on = settles_on(owed.since, owed.appointed.settlement_day)
        told: Told = {"amount_idr": owed.amount_idr, "settles_on": on}
        to = Representative(owed.collector, Role.DUES)
        yield Notice("collector_settles", owed.collector, on, to, owed.known_on, told, owed.collector)
        late = world.today > on
        yield Item(
            "collector_late" if late else "collector",
            owed.collector,
            on if late else owed.since,
            scope=Scope.DUES_MATCH,
            clock_on=None if late else on,
            agenda=NATIONAL if late else "",
            told=told,
            member=owed.collector,
        )


def settles_on(promised_on: date, settlement_day: int) -> date:
    """The first settlement day from a promise on; a month that has no such day settles on its last."""
    year, month = promised_on.year, promised_on.month
    while True:
        day = date(year, month, min(max(settlement_day, 1), monthrange(year, month)[1]))
        if day >= promised_on:
            return day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def unmatched(world: World) -> Iterator[Due]:
    """Money that matched nothing waits until a person says whose it is."""
    for row in world.unmatched:
        scope, told = Scope.DUES_MATCH, {"amount_idr": row.amount_idr}
        yield Item("unmatched", row.ref, row.on, row.unit, scope, told=told)


def payouts(world: World) -> Iterator[Due]:
    """A pay-out that was asked for waits for a second person."""
    for one in world.payouts:
        told, others = {"amount_idr": one.amount_idr}, frozenset({one.asked_by})
        scope = Scope.DUES_REFUND
        yield Item("payout", one.number, one.since, scope=scope, member=one.member, told=told, not_by=others)


RULES = (terms, paused, cash, collectors, unmatched, payouts)
"""Each rule of the association as a whole; a new one is a function here and its words."""
