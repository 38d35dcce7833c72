"""Meetings: kopdar, Musda, Munas and boards; agenda, invitations and answers, attendance, minutes, what was decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.registers import (
    AgendaAdded,
    AgendaDropped,
    Attended,
    Coming,
    InvitationAnswered,
    Invited,
    MeetingCalled,
    MeetingCancelled,
    MeetingKind,
    Minuted,
)

_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class MeetingState(StrEnum):
    """How a meeting stands on a day."""

    CALLED = "called"
    CANCELLED = "cancelled"
    HELD = "held"
    MINUTED = "minuted"


class AgendaItem(msgspec.Struct, frozen=True):
    """An item: typed in, or put there by a clock (``item`` 0), with what it is about and since when it waits."""

    item: int
    text: str
    case: str = ""
    since: date | None = None


class Meeting(msgspec.Struct, frozen=True):
    """A meeting on a day; ``answers`` by member number."""

    id: str
    body: str
    meeting_kind: MeetingKind
    title: str
    held_on: date
    held_at: str
    place: str
    invited: Invited
    state: MeetingState
    reason: str
    agenda: tuple[AgendaItem, ...]
    answers: Mapping[str, Coming]
    attended: Attended | None
    minutes: Minuted | None
    versions: tuple[MeetingCalled, ...]

    def count(self, coming: Coming) -> int:
        """How many members answered so."""
        return sum(answer is coming for answer in self.answers.values())


def meeting(number: str, facts: Sequence[Fact], as_of: date) -> Meeting | None:
    """A meeting as it stands on a day; None before it was called."""
    there = [fact for fact in facts if fact.on <= as_of]
    calls = sorted(of_kind(there, MeetingCalled), key=lambda fact: fact.version)
    if not calls:
        return None
    call = calls[-1]
    cancelled = max(of_kind(there, MeetingCancelled), key=lambda fact: (fact.on, fact.reason), default=None)
    minutes = max(of_kind(there, Minuted), key=lambda fact: fact.version, default=None)
    if cancelled is not None:
        state = MeetingState.CANCELLED
    elif minutes is not None:
        state = MeetingState.MINUTED
    else:
        state = MeetingState.HELD if as_of > call.held_on else MeetingState.CALLED
    return Meeting(
        number,
        call.body,
        call.meeting_kind,
        call.title,
        call.held_on,
        call.held_at,
        call.place,
        call.invited,
        state,
        "" if cancelled is None else cancelled.reason,
        _agenda(there),
        _answers(there),
        max(of_kind(there, Attended), key=lambda fact: fact.version, default=None),
        minutes,
        tuple(calls),
    )


def _agenda(facts: Iterable[Fact]) -> tuple[AgendaItem, ...]:
    there = list(facts)
    dropped = {fact.item for fact in of_kind(there, AgendaDropped)}
    items = sorted(of_kind(there, AgendaAdded), key=lambda fact: fact.item)
    return tuple(AgendaItem(fact.item, fact.text, fact.case, fact.on) for fact in items if fact.item not in dropped)


def _answers(facts: Iterable[Fact]) -> dict[str, Coming]:
    said = sorted(of_kind(facts, InvitationAnswered), key=lambda fact: fact.version)
    return {fact.member: fact.coming for fact in said}


def agenda(one: Meeting, waiting: Iterable[AgendaItem]) -> tuple[AgendaItem, ...]:
    """A board's agenda with what its clocks put there by themselves; nothing is added to other meetings or to the past.

    ``waiting``: what waits on the body, as the scheduler derives it from facts.
    """
    if one.meeting_kind is not MeetingKind.BOARD or one.state is not MeetingState.CALLED:
        return one.agenda
    there = {item.case for item in one.agenda if item.case}
    due = sorted(
        (item for item in waiting if item.case not in there), key=lambda item: (item.since or date.max, item.case)
    )
    return (*one.agenda, *due)


def hour(text: str) -> bool:
    """Whether a text is an hour of the day, ``19:30``."""
    return _HOUR.fullmatch(text) is not None
