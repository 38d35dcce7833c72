"""What falls due by itself: messages and work, derived from facts and a day, so that no job must have run for a state.

A message is a ``Notice``, known by kind, subject and the day it falls due; whether it was sent is recorded elsewhere
(``notices``). What waits on an officer is an ``Item``; it is there as long as the facts say so, and stands on a board's
agenda from the day the rule says. A new kind is one function in one of the tables below and its words
(``desk/notice_words``).

What fell due before the book knew the facts it follows from is never made up for: whoever kept the paper then knew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar, cast

import msgspec

from juru.association.domain import facts as f
from juru.association.domain.affairs import CollectorAppointed
from juru.association.domain.boards import NATIONAL, Body, Scope, Seats, Term
from juru.association.domain.branches import Branch, home
from juru.association.domain.clocks import HolidayTable
from juru.association.domain.facts import Fact, MemberFact, Role
from juru.association.domain.meetings import Meeting
from juru.association.domain.membership import Standing, State, paid_until, standing
from juru.association.domain.opportunities import Opportunity
from juru.association.domain.people import contacts, representatives
from juru.association.domain.policy import Policies
from juru.association.domain.recognition import Recognition

LATE_DAYS = 3
"""Nothing later than this is sent without a person's yes."""
HORIZON_DAYS = 400
"""Nothing older than this is proposed any more."""

Told = Mapping[str, str | int | date]
M = TypeVar("M", bound=MemberFact)
_PLACE = {kind: place for place, kind in enumerate(MemberFact.__args__)}
_UNQUIET: frozenset[type[MemberFact]] = frozenset(
    (
        *(f.Rejected, f.Withdrawn, f.Suspended, f.Lifted, f.Charged, f.Expelled, f.Appealed, f.AppealDecided),
        *(f.Readmitted, f.Resigned, f.ResignationWithdrawn, f.SoftwareLost, f.Override),
        *(f.OwnerChanged, f.Merged),
    )
)


class Representative(msgspec.Struct, frozen=True, gc=False):
    """Whoever represents a member in a matter on the day of sending."""

    member: str
    role: Role = Role.VOTING


class Officers(msgspec.Struct, frozen=True):
    """Whoever is in office in a body on the day of sending."""

    body: Body
    unit: str = NATIONAL


class Person(msgspec.Struct, frozen=True):
    """An officer by his name."""

    name: str


class Notice(msgspec.Struct, frozen=True, gc=False):
    """A message that falls due on a day; ``known_on`` is the day on which the book knew what it follows from."""

    kind: str
    subject: str
    due_on: date
    to: Representative | Officers | Person
    known_on: date
    told: Told = {}
    member: str = ""
    unit: str = NATIONAL
    """The branch whose officers decide on it when only a person may."""
    by_hand: bool = False
    """Whether it is to a member who has no mail address: then a person passes it on."""

    @property
    def key(self) -> str:
        """The one name of this message."""
        return f"{self.kind}:{self.subject}:{self.due_on.isoformat()}"


class Item(msgspec.Struct, frozen=True, gc=False):
    """Something that waits: on those who hold ``scope`` in ``unit``, or on one person.

    ``since`` when it waits on them, ``clock_on`` the day on which the rules go on by themselves. ``agenda`` is the unit
    whose board has it on the agenda of its next meeting. ``not_by`` may not decide it.
    """

    kind: str
    subject: str
    since: date
    unit: str = NATIONAL
    scope: Scope | None = None
    person: str = ""
    clock_on: date | None = None
    agenda: str = ""
    member: str = ""
    told: Told = {}
    not_by: frozenset[str] = frozenset()


Due = Notice | Item


class Invoiced(msgspec.Struct, frozen=True):
    """An invoice as far as its messages need it; ``since`` begins the period that it pays for."""

    number: str
    member: str
    on: date
    due_on: date
    since: date | None
    known_on: date
    total_idr: int
    written_off: bool = False


class Cash(msgspec.Struct, frozen=True):
    """What a treasurer holds, and since when the oldest rupiah of it."""

    treasurer: str
    amount_idr: int
    since: date
    known_on: date


class Promises(msgspec.Struct, frozen=True):
    """What a collector promised and has not transferred, and the day of the oldest promise."""

    collector: str
    appointed: CollectorAppointed
    amount_idr: int
    since: date
    known_on: date


class Unmatched(msgspec.Struct, frozen=True):
    """Money that nobody knows whose it is."""

    ref: str
    on: date
    amount_idr: int
    unit: str = NATIONAL


class PayOut(msgspec.Struct, frozen=True):
    """A refund or a settlement that one person asked for and another has to confirm."""

    number: str
    asked_by: str
    since: date
    amount_idr: int
    member: str = ""


class Gathering(msgspec.Struct, frozen=True):
    """A meeting, the day on which its latest call was made, and the day on which that became known."""

    meeting: Meeting
    called_on: date
    known_on: date


class World(msgspec.Struct, frozen=True):
    """What the rules look at besides a member's own facts, as known today."""

    today: date
    policies: Policies
    seats: Seats
    branches: Sequence[Branch] = ()
    holidays: Sequence[HolidayTable] = ()
    terms: Sequence[Term] = ()
    known_terms: Mapping[Term, date] = {}
    in_office: Sequence[Term] = ()
    """The terms that carry their powers today."""
    invoices: Mapping[str, Sequence[Invoiced]] = {}
    cash: Sequence[Cash] = ()
    promises: Sequence[Promises] = ()
    unmatched: Sequence[Unmatched] = ()
    payouts: Sequence[PayOut] = ()
    meetings: Sequence[Gathering] = ()
    recognitions: Sequence[tuple[Recognition, date]] = ()
    offers: Sequence[tuple[Opportunity, date]] = ()
    """These with the day on which their latest word became known."""
    homes: dict[str, str] = {}
    """Where the members of a branch belong today, as far as it was asked."""


class Business:
    """A member, as the rules of one member see it: its facts up to today, and the day each became known."""

    def __init__(self, number: str, facts: Sequence[MemberFact], known_on: Callable[[int], date], world: World) -> None:
        """``known_on`` says of the fact at a place in ``facts`` when it became known."""
        self.number = number
        self._world = world
        self._known_on = known_on
        self._places = {id(fact): place for place, fact in enumerate(facts)}
        self.facts = _in_order([fact for fact in facts if fact.on <= world.today])

    @cached_property
    def cycle(self) -> list[MemberFact]:
        """From the latest application on; before a readmission nothing counts."""
        opened = max((fact.on for fact in self.facts if isinstance(fact, f.Readmitted)), default=date.min)
        starts = [fact.on for fact in self.facts if isinstance(fact, f.Applied) and fact.on >= opened]
        return [fact for fact in self.facts if starts and fact.on >= starts[-1]]

    @cached_property
    def _by_kind(self) -> dict[type[Fact], list[MemberFact]]:
        found: dict[type[Fact], list[MemberFact]] = {}
        for fact in self.cycle:
            found.setdefault(type(fact), []).append(fact)
        return found

    @cached_property
    def _quiet(self) -> bool:
        """Whether nothing but applications, acceptance and dues ever happened: most members, most of the time."""
        return _UNQUIET.isdisjoint(map(type, self.facts))

    @cached_property
    def standing(self) -> Standing:
        """The state of today; of a quiet member that has paid before its dues alone say it."""
        until, today, policies = self.paid_until, self._world.today, self._world.policies
        if until is None or not self._quiet:
            return standing(policies, self.facts, today)
        if today < until:
            return Standing(State.ACTIVE, "paid")
        return Standing(State.GRACE if today < until + days(policies.on(until).grace_days) else State.LAPSED, "unpaid")

    @cached_property
    def paid_until(self) -> date | None:
        """The first day that is not paid for."""
        if not self._quiet:
            return paid_until(self.facts, self._world.today)
        if f.Verified not in self._by_kind:
            return None
        return max((paid.until for paid in self.all(f.Paid)), default=None)

    @cached_property
    def branch(self) -> str:
        """The branch of today."""
        chosen = NATIONAL
        for fact in self.facts:
            if type(fact) is f.Applied:
                chosen = fact.branch or chosen
            elif type(fact) is f.Moved:
                chosen = fact.to
        homes = self._world.homes
        if chosen not in homes:
            homes[chosen] = home(self._world.branches, chosen, self._world.today)[0]
        return homes[chosen]

    @cached_property
    def name(self) -> str:
        """What the business is called today."""
        return next((x.name for x in reversed(self.facts) if isinstance(x, f.Registered | f.Renamed)), self.number)

    @cached_property
    def has_mail(self) -> bool:
        """Whether it can be reached by mail at all."""
        named = [one.email for one in representatives(self.facts).values()]
        own = contacts(self.facts).get(f.Channel.EMAIL)
        return any("@" in email for email in (*named, own.value if own is not None else ""))

    def known_on(self, fact: MemberFact) -> date:
        """The day on which one of its facts became known."""
        return self._known_on(self._places[id(fact)])

    def all(self, kind: type[M]) -> list[M]:
        """Its facts of a kind in the present cycle, the oldest first."""
        return cast("list[M]", self._by_kind.get(kind, []))

    def last(self, kind: type[M]) -> M | None:
        """The latest of a kind in the present cycle."""
        found = self.all(kind)
        return found[-1] if found else None


def _in_order(facts: list[MemberFact]) -> list[MemberFact]:
    """Facts in their order; what they say decides only between two of a kind on one day, and is costly to compare."""
    keys = {(fact.on, type(fact)) for fact in facts}
    if len(keys) < len(facts):
        return sorted(facts, key=f.place)
    return sorted(facts, key=lambda fact: (fact.on, _PLACE[type(fact)]))


MemberRule = Callable[[World, Business], Iterable[Due]]
Rule = Callable[[World], Iterable[Due]]


def days(number: int) -> timedelta:
    """That many days."""
    return timedelta(days=number)


def due_of(world: World, found: Iterable[Due]) -> Iterator[Due]:
    """What of it stands today: items; messages that fell due, not before they were known, not beyond the horizon."""
    oldest = world.today - days(HORIZON_DAYS)
    for one in found:
        match one:
            case Notice(due_on=due_on, known_on=known_on):
                if max(oldest, known_on) <= due_on <= world.today:
                    yield one
            case Item():
                yield one


def derive_member(world: World, member: Business, rules: Sequence[MemberRule]) -> list[Due]:
    """Everything that is due today about one member."""
    found = (one for rule in rules for one in due_of(world, rule(world, member)))
    return [_addressed(x, member) if isinstance(x, Notice) else x for x in found]


def _addressed(notice: Notice, member: Business) -> Notice:
    by_hand = isinstance(notice.to, Representative) and not member.has_mail
    return msgspec.structs.replace(notice, unit=member.branch, by_hand=by_hand)


def derive(world: World, rules: Sequence[Rule]) -> list[Due]:
    """Everything that is due today about the association as a whole."""
    return [one for rule in rules for one in due_of(world, rule(world))]


def in_due_order(found: Iterable[Due]) -> list[Notice]:
    """The messages among it, the oldest first."""
    return sorted(
        (one for one in found if isinstance(one, Notice)), key=lambda one: (one.due_on, one.kind, one.subject)
    )


def is_late(notice: Notice, today: date) -> bool:
    """Whether only a person may still send it."""
    return today > notice.due_on + days(LATE_DAYS)
