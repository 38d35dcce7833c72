"""``juru association meeting``: kopdar, Musda, Munas and boards, from the invitation to the minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, Known, On, ask, day, done, known_ms, reading, today
from juru.cli.association.writing import Unit, text_of
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError

meeting = App(name="meeting", help="Meetings: invitation, agenda, attendance, minutes.")
Number = Annotated[str, Parameter(help="the meeting's number")]


@meeting.command
def call(  # noqa: PLR0913 - each is an option of the command
    body: Unit,
    kind: Literal["kopdar", "musda", "munas", "board"],
    title: str,
    /,
    *,
    held_on: Annotated[str, Parameter(name="--on", help="the day on which it is held")],
    held_at: Annotated[str, Parameter(name="--at", help="the hour, 19:30")],
    place: str,
    invited: Annotated[
        Literal["all", "branch", "board"] | None, Parameter(help="who; without it as its kind is")
    ] = None,
    moves: Annotated[str, Parameter(help="number of the meeting that this moves")] = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Call a meeting, or move one."""
    from juru.association.domain.boards import NATIONAL
    from juru.association.domain.commands_registers import CallMeeting
    from juru.association.domain.registers import Invited, MeetingKind

    held = day(held_on)
    if held is None:
        raise SettingsError("give --on, the day on which it is held")
    everybody = "board" if kind == "board" else "all" if body.upper() == NATIONAL else "branch"
    command = CallMeeting(
        body=body.upper(),
        meeting_kind=MeetingKind(kind),
        title=title,
        held_on=held,
        held_at=held_at,
        place=place,
        invited=Invited(invited or everybody),
        meeting=moves,
    )
    result = ask(at, asking, command)
    return done(result, f"meeting {result.id} on {result.note}", json=json)


@meeting.command
def cancel(number: Number, /, *, reason: str, at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Call a meeting off."""
    from juru.association.domain.commands_registers import CancelMeeting

    result = ask(at, asking, CancelMeeting(meeting=number, reason=reason))
    return done(result, f"meeting {result.id}: {result.note}", json=json)


@meeting.command
def agenda(
    number: Number,
    text: str,
    /,
    *,
    case: Annotated[str, Parameter(help="what it is about, where that has a number")] = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Put an item on the agenda."""
    from juru.association.domain.commands_registers import AddAgenda

    result = ask(at, asking, AddAgenda(meeting=number, text=text, case=case))
    return done(result, f"item {result.note}", json=json)


@meeting.command
def drop(
    number: Number,
    item: Annotated[int, Parameter(help="the item's number")],
    /,
    *,
    reason: str,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Take an item from the agenda."""
    from juru.association.domain.commands_registers import DropAgenda

    result = ask(at, asking, DropAgenda(meeting=number, item=item, reason=reason))
    return done(result, f"item {result.note} dropped", json=json)


@meeting.command
def answer(
    number: Number,
    member: Annotated[str, Parameter(help="the member's number")],
    coming: Literal["yes", "no", "maybe"],
    /,
    *,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Note what a member answers to the invitation; its representative does it on the portal himself."""
    from juru.association.domain.commands_registers import AnswerInvitation
    from juru.association.domain.registers import Coming

    result = ask(at, asking, AnswerInvitation(meeting=number, member=member, coming=Coming(coming)))
    return done(result, f"member {member}: {result.note}", json=json)


@meeting.command
def attendance(
    number: Number,
    /,
    *,
    member: Annotated[tuple[str, ...], Parameter(help="a member that was there; more than once", negative="")] = (),
    officer: Annotated[tuple[str, ...], Parameter(help="an officer who was there; more than once", negative="")] = (),
    guests: Annotated[int, Parameter(help="how many guests")] = 0,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Record who came; told again it replaces what was told."""
    from juru.association.domain.commands_registers import NoteAttendance

    command = NoteAttendance(meeting=number, members=member, officers=officer, guests=guests)
    result = ask(at, asking, command)
    return done(result, f"{result.note} were there", json=json)


@meeting.command
def minutes(
    number: Number,
    file: Annotated[Path, Parameter(help="the text of the minutes, a file")],
    /,
    *,
    decision: Annotated[
        tuple[str, ...], Parameter(help="what was decided, with its SK after a |; more than once", negative="")
    ] = (),
    document: Annotated[str, Parameter(help="hash of the signed minutes, as 'member keep' prints it")] = "",
    public: Annotated[bool, Parameter(negative="", help="everybody may read them")] = False,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Record the minutes with what was decided; told again they are a new version."""
    from juru.association.domain.commands_registers import Minute
    from juru.association.domain.registers import Decision

    parts = [one.partition("|") for one in decision]
    decisions = tuple(Decision(text.strip(), decree=decree.strip()) for text, _, decree in parts)
    command = Minute(meeting=number, text=text_of(file), decisions=decisions, document=document, public=public)
    result = ask(at, asking, command)
    return done(result, f"minutes of meeting {result.id}, version {result.note}", json=json)


@meeting.command(name="list")
def listing(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List the meetings as they stand on a day."""
    from juru.association.desk.registers import meetings

    with reading(at) as reads:
        found = meetings(reads, day(on) or today(), known_ms(known))
    if json:
        say_json(found)
        return OK
    rows = [
        (m.id, m.held_on.isoformat(), m.held_at, m.meeting_kind.value, m.body, m.title, m.place, m.state.value)
        for m in found
    ]
    say_table(("number", "on", "at", "kind", "by", "title", "place", ""), rows)
    return OK


@meeting.command
def show(number: Number, /, *, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """Show a meeting: agenda, answers, attendance, decisions; a board's agenda has what clocks put there."""
    from juru.association.desk.due_world import everything_due
    from juru.association.desk.registers import one_meeting
    from juru.association.desk.work import agenda_items
    from juru.association.domain.meetings import agenda

    as_of = day(on) or today()
    with reading(at) as reads:
        found = one_meeting(reads, number, as_of, known_ms(known))
        if found is not None:
            waiting = agenda_items(everything_due(reads, as_of), found.body, at.language or "id")
            found = msgspec.structs.replace(found, agenda=agenda(found, waiting))
    if found is None:
        raise CommandError(f"there is no meeting {number} on that day: 'juru association meeting list' shows all")
    if json:
        say_json(found)
        return OK
    told = msgspec.to_builtins(found)
    plain = ("title", "meeting_kind", "body", "held_on", "held_at", "place", "invited", "state", "reason")
    say_table(("", ""), [(name, str(told[name])) for name in plain if told[name]])
    if found.agenda:
        say_table(("item", "agenda", "case"), [(i.item or "by itself", i.text, i.case) for i in found.agenda])
    if found.answers:
        say_table(("member", "comes"), [(member, coming.value) for member, coming in sorted(found.answers.items())])
    if found.attended:
        there = (*found.attended.members, *found.attended.officers)
        say(f"there: {', '.join(there) or '-'}, guests {found.attended.guests}")
    if found.minutes:
        say_table(("decision", "decree"), [(d.text, d.decree) for d in found.minutes.decisions])
        say(found.minutes.text)
    return OK
