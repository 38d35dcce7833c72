"""Meetings: called, answered, held, minuted; what a congress decides names the decree that came of it."""

from __future__ import annotations

from juru.association.desk.acting import Act, refuse
from juru.association.domain import registers as g
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Body, Scope
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import (
    AddAgenda,
    AnswerInvitation,
    CallMeeting,
    CancelMeeting,
    DropAgenda,
    Minute,
    NoteAttendance,
)
from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.meetings import Meeting, MeetingState, hour, meeting
from juru.association.domain.membership import State
from juru.association.domain.refusals import Code
from juru.association.domain.registers import Invited, MeetingKind

_TITLE_MAX, _TEXT_MAX, _REASON_MAX, _GUESTS_MAX = 160, 50_000, 500, 100_000


def call(act: Act, command: CallMeeting) -> Done:
    """Call a meeting, or move one that was not held; the invitation's answers stay."""
    body = act.unit(command.body)
    act.require(Scope.OFFICE_KEEP, body)
    act.written("title", command.title, _TITLE_MAX)
    act.written("place", command.place, _TITLE_MAX)
    if not _may_call(command) or not hour(command.held_at) or command.held_on < act.today:
        at = f"{command.held_on.isoformat()} {command.held_at}"
        facts = {"meeting_kind": command.meeting_kind.value, "invited": command.invited.value, "at": at}
        refuse(Code.WRONG_MEETING, body=body, **facts)
    number, versions = command.meeting, 0
    if number:
        before = _in(act, number, MeetingState.CALLED, MeetingState.HELD)
        if before.body != body:
            refuse(Code.NOT_FOUND, what=f"meeting of {body}", id=number)
        versions = len(before.versions)
    number = number or act.next_number(Subject.MEETING)
    fact = g.MeetingCalled(
        on=act.today,
        version=versions + 1,
        body=body,
        meeting_kind=command.meeting_kind,
        title=command.title.strip(),
        held_on=command.held_on,
        held_at=command.held_at,
        place=command.place.strip(),
        invited=command.invited,
    )
    act.add(Subject.MEETING, number, fact)
    return Done(number, command.held_on.isoformat())


def _may_call(command: CallMeeting) -> bool:
    """Whose meeting it is, and for whom: a Munas is national, a Musda a branch's, a board meets by itself."""
    national = command.body == NATIONAL
    whole = Invited.ALL if national else Invited.BRANCH
    match command.meeting_kind:
        case MeetingKind.MUNAS:
            return national and command.invited is Invited.ALL
        case MeetingKind.MUSDA:
            return not national and command.invited is Invited.BRANCH
        case MeetingKind.BOARD:
            return command.invited is Invited.BOARD
        case MeetingKind.KOPDAR:
            return command.invited in {whole, Invited.BOARD}


def cancel(act: Act, command: CancelMeeting) -> Done:
    """It does not take place."""
    one = _in(act, command.meeting, MeetingState.CALLED, MeetingState.HELD)
    act.require(Scope.OFFICE_KEEP, one.body)
    reason = act.written("reason", command.reason, _REASON_MAX)
    act.add(Subject.MEETING, one.id, g.MeetingCancelled(on=act.today, reason=reason))
    return Done(one.id, "cancelled")


def add_agenda(act: Act, command: AddAgenda) -> Done:
    """An item of the agenda, until the meeting has its minutes."""
    one = _in(act, command.meeting, MeetingState.CALLED, MeetingState.HELD)
    act.require(Scope.OFFICE_KEEP, one.body)
    text = act.written("agenda", command.text, _REASON_MAX)
    item = 1 + len(of_kind(_facts(act, one.id), g.AgendaAdded))
    act.add(Subject.MEETING, one.id, g.AgendaAdded(on=act.today, item=item, text=text, case=command.case))
    return Done(one.id, str(item))


def drop_agenda(act: Act, command: DropAgenda) -> Done:
    """Take an item from the agenda, saying why."""
    one = _in(act, command.meeting, MeetingState.CALLED, MeetingState.HELD)
    act.require(Scope.OFFICE_KEEP, one.body)
    reason = act.written("reason", command.reason, _REASON_MAX)
    if command.item not in {there.item for there in one.agenda}:
        refuse(Code.NOT_FOUND, what="agenda item", id=str(command.item))
    act.add(Subject.MEETING, one.id, g.AgendaDropped(on=act.today, item=command.item, reason=reason))
    return Done(one.id, str(command.item))


def answer(act: Act, command: AnswerInvitation) -> Done:
    """A member that is invited says whether it comes; the last answer counts."""
    one = _in(act, command.meeting, MeetingState.CALLED)
    found = act.member(command.member)
    branch = act.branch_of(found, act.today)
    act.speaks_for(command.member, branch)
    state = act.standing(command.member, act.today).state
    if state not in {State.ACTIVE, State.GRACE} or not _invited(act, one, command.member, branch):
        refuse(Code.NOT_INVITED, member=command.member, meeting=one.id, invited=one.invited.value)
    version = 1 + len(of_kind(_facts(act, one.id), g.InvitationAnswered))
    fact = g.InvitationAnswered(on=act.today, version=version, member=command.member, coming=command.coming)
    act.add(Subject.MEETING, one.id, fact)
    return Done(one.id, command.coming.value)


def _invited(act: Act, one: Meeting, member: str, branch: str) -> bool:
    match one.invited:
        case Invited.ALL:
            return True
        case Invited.BRANCH:
            return branch == one.body
        case Invited.BOARD:
            body = Body.NATIONAL if one.body == NATIONAL else Body.BRANCH
            return any(t.firm == member and (t.body, t.unit) == (body, one.body) for t in act.in_office(act.today))


def note_attendance(act: Act, command: NoteAttendance) -> Done:
    """Who came, once the day has come; told again it replaces what was told."""
    one = _held(act, command.meeting)
    for member in command.members:
        act.member(member)
    if not 0 <= command.guests <= _GUESTS_MAX:
        refuse(Code.WRONG_COUNT, what="guests", given=command.guests, least=0, most=_GUESTS_MAX)
    version = 1 + len(of_kind(_facts(act, one.id), g.Attended))
    members, officers = tuple(sorted(set(command.members))), tuple(sorted(set(command.officers)))
    fact = g.Attended(on=act.today, version=version, members=members, officers=officers, guests=command.guests)
    act.add(Subject.MEETING, one.id, fact)
    return Done(one.id, str(len(members) + len(officers) + command.guests))


def minute(act: Act, command: Minute) -> Done:
    """The minutes with what was decided; a decision that led to a decree names one that stands."""
    one = _held(act, command.meeting)
    text = act.written("text", command.text, _TEXT_MAX)
    act.documents(*((command.document,) if command.document else ()))
    for decision in command.decisions:
        act.written("decision", decision.text, _TEXT_MAX)
        if decision.decree:
            act.decree(decision.decree, act.today)
        votes = [count or 0 for count in (decision.in_favour, decision.against, decision.abstained)]
        if min(votes) < 0 or max(votes) > _GUESTS_MAX:
            refuse(Code.WRONG_COUNT, what="votes", given=min(votes), least=0, most=_GUESTS_MAX)
    version = 1 + len(of_kind(_facts(act, one.id), g.Minuted))
    fact = g.Minuted(
        on=act.today,
        version=version,
        text=text,
        decisions=command.decisions,
        document=command.document,
        public=command.public,
    )
    act.add(Subject.MEETING, one.id, fact)
    return Done(one.id, str(version))


def _facts(act: Act, number: str) -> list[Fact]:
    return [one.fact for one in act.reads.facts(Subject.MEETING, number)]


def _in(act: Act, number: str, *states: MeetingState) -> Meeting:
    one = meeting(number, _facts(act, number), act.today)
    if one is None:
        refuse(Code.NOT_FOUND, what="meeting", id=number)
    if one.state not in states:
        refuse(Code.NOT_OPEN, what="meeting", id=number, state=one.state.value)
    return one


def _held(act: Act, number: str) -> Meeting:
    """A meeting whose day has come, for whoever keeps its office."""
    one = _in(act, number, MeetingState.CALLED, MeetingState.HELD, MeetingState.MINUTED)
    act.require(Scope.OFFICE_KEEP, one.body)
    if act.today < one.held_on:
        refuse(Code.FUTURE_DAY, on=one.held_on.isoformat(), today=act.today.isoformat())
    return one
