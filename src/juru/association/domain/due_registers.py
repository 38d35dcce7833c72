"""What falls due from the registers: recognitions that end, meetings, notices that wait for an officer or end."""

from __future__ import annotations

from collections.abc import Iterator

from juru.association.domain.boards import NATIONAL, Body, Scope
from juru.association.domain.due import (
    Business,
    Due,
    Gathering,
    Item,
    Notice,
    Officers,
    Representative,
    Told,
    World,
    days,
)
from juru.association.domain.facts import Role
from juru.association.domain.meetings import MeetingState
from juru.association.domain.membership import State
from juru.association.domain.opportunities import OfferState
from juru.association.domain.recognition import RecognitionState
from juru.association.domain.registers import Invited

RECOGNITION_DAYS = (90, 30)
MEETING_NEAR_DAYS = 3
OFFER_ENDING_DAYS = 7
MINUTES_DAYS_MAX = 365


def recognitions(world: World) -> Iterator[Due]:
    """A recognition that ends is told ninety and thirty days before, and stands on the agenda till it is renewed."""
    for one, known_on in world.recognitions:
        if one.until is None or one.state is RecognitionState.WITHDRAWN:
            continue
        told: Told = {"name": one.name, "until": one.until}
        for before in RECOGNITION_DAYS:
            on = one.until - days(before)
            yield Notice("recognition_ending", one.id, on, Officers(Body.NATIONAL), known_on, told)
        soon = one.until - days(RECOGNITION_DAYS[0])
        if soon <= world.today < one.until + days(RECOGNITION_DAYS[0]):
            clock_on = one.until if world.today < one.until else None
            scope = Scope.OFFICE_KEEP
            yield Item("recognition", one.id, soon, scope=scope, clock_on=clock_on, agenda=NATIONAL, told=told)


def meetings(world: World) -> Iterator[Due]:
    """A meeting waits for its day, then for its minutes; a board's members are told of their own."""
    for gathering in world.meetings:
        one, told = gathering.meeting, _told(gathering)
        if one.state is MeetingState.CALLED:
            since, scope = gathering.called_on, Scope.OFFICE_KEEP
            yield Item("meeting", one.id, since, one.body, scope, clock_on=one.held_on, told=told)
        if one.state is MeetingState.HELD and world.today < one.held_on + days(MINUTES_DAYS_MAX):
            yield Item("minutes", one.id, one.held_on, one.body, Scope.OFFICE_KEEP, told=told)
        if one.invited is Invited.BOARD and one.state is not MeetingState.CANCELLED:
            board = Officers(Body.NATIONAL if one.body == NATIONAL else Body.BRANCH, one.body)
            yield from _invitation(gathering, one.id, board, member="")


def invitations(world: World, member: Business) -> Iterator[Due]:
    """A member in good standing is invited on the day of the call, and reminded three days before."""
    for gathering in world.meetings:
        one = gathering.meeting
        invited = one.invited is Invited.ALL or (one.invited is Invited.BRANCH and one.body == member.branch)
        if not invited or one.state is MeetingState.CANCELLED or world.today > one.held_on:
            continue
        if member.standing.state in {State.ACTIVE, State.GRACE}:
            to = Representative(member.number, Role.VOTING)
            yield from _invitation(gathering, f"{member.number}/{one.id}", to, member=member.number)


def _invitation(gathering: Gathering, subject: str, to: Officers | Representative, *, member: str) -> Iterator[Due]:
    one, known_on = gathering.meeting, gathering.known_on
    called_on, near = max(gathering.called_on, known_on), one.held_on - days(MEETING_NEAR_DAYS)
    yield Notice("meeting_called", subject, called_on, to, known_on, _told(gathering), member)
    if near > called_on:
        yield Notice("meeting_near", subject, near, to, known_on, _told(gathering), member)


def _told(gathering: Gathering) -> Told:
    one = gathering.meeting
    return {"title": one.title, "held_on": one.held_on, "held_at": one.held_at, "place": one.place}


def offers(world: World) -> Iterator[Due]:
    """A member's notice waits for an officer; one that stands is told to its author a week before it ends."""
    for one, known_on in world.offers:
        told: Told = {"title": one.title, "until": one.until}
        if one.state is OfferState.WAITING:
            scope, clock_on = Scope.OFFICE_KEEP, one.until
            yield Item("offer", one.id, one.since, one.body, scope, clock_on=clock_on, member=one.member, told=told)
        if one.state is OfferState.OPEN and one.member:
            on, to = one.until - days(OFFER_ENDING_DAYS), Representative(one.member)
            yield Notice("offer_ending", one.id, on, to, known_on, told, one.member, one.body)


MEMBER_RULES = (invitations,)
RULES = (recognitions, meetings, offers)
"""The rules of the registers; a new one is a function here and its words."""
