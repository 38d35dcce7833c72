"""Meetings: what one is invited to and answers, and how an office calls, holds and minutes them."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.registers import meetings, one_meeting
from juru.association.desk.work import agenda_items
from juru.association.domain.boards import NATIONAL, Body
from juru.association.domain.commands import AnyCommand
from juru.association.domain.commands_registers import (
    AddAgenda,
    AnswerInvitation,
    CallMeeting,
    CancelMeeting,
    DropAgenda,
    Minute,
    NoteAttendance,
)
from juru.association.domain.meetings import AgendaItem, Meeting, MeetingState, agenda
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import Coming, Decision, Invited, MeetingKind
from juru.association.portal.entry import in_office
from juru.association.portal.portal import Looking, Portal, anybody, looking_of, represents
from juru.association.portal.shelf import (
    UPLOAD_BYTES_MAX,
    Reader,
    asked,
    asking,
    attached,
    back,
    bodies_of,
    day_of,
    file_answer,
    files_of,
    keeps_office,
    leaf,
    reader,
    sheet,
    taken,
    typed,
    whole,
    why,
)
from juru.web.visits import visit

SHOWN = 40
_FILTERS = ("kind", "body", "state")
_DECISIONS_MAX = 100


def routes(portal: Portal) -> list[BaseRoute]:
    """The list, a meeting, an answer to an invitation, and what its office does."""
    # The form of a new one stands before the page of one by its number.
    return [*_done(portal), *_seen(portal)]


def _seen(portal: Portal) -> list[BaseRoute]:

    async def listed(request: Request) -> Response:
        rows = _rows(portal, request)
        return portal.html(
            "meetings.html",
            looking=looking_of(request),
            leaf=leaf(request, rows, SHOWN),
            wanted=asked(request, _FILTERS),
            kinds=[kind.value for kind in MeetingKind],
            states=[state.value for state in MeetingState],
            bodies=sorted({one.body for one in _all(portal, request)}),
            firms=reader(portal).firms,
            may_write=bool(reader(portal).keeps),
            files=files_of(request),
        )

    async def listed_file(request: Request) -> Response:
        rows = [
            (o.id, o.held_on.isoformat(), o.held_at, o.meeting_kind.value, o.body, o.title, o.place, o.state.value)
            for o in _rows(portal, request)
        ]
        columns = ("id", "on", "hour", "kind", "body", "title", "place", "state")
        return taken(portal, request, sheet("meetings", columns, rows, looking_of(request).on))

    async def one(request: Request) -> Response:
        return await asyncio.to_thread(_page, portal, request, {}, "")

    async def file(request: Request) -> Response:
        found = _found(portal, request)
        sha256 = "" if found is None or found.minutes is None else found.minutes.document
        return file_answer(portal, request, sha256) if sha256 else portal.absent(request)

    return [
        portal.route("/meetings", listed, anybody),
        portal.route("/meetings.{ending:str}", listed_file, anybody),
        portal.route("/meetings/{id}", one, None),
        portal.route("/meetings/{id}/minutes", file, None),
    ]


def _done(portal: Portal) -> list[BaseRoute]:
    async def new(request: Request) -> Response:
        given: dict[str, str] = {}
        moved = request.query_params.get("moves", "")
        if moved:
            request.path_params["id"] = moved
            found = _found(portal, request)
            if found is None:
                return portal.absent(request)
            given = {"meeting": found.id, "body": found.body, "meeting_kind": found.meeting_kind.value}
            given |= {"title": found.title, "held_on": found.held_on.isoformat(), "held_at": found.held_at}
            given |= {"place": found.place, "invited": found.invited.value}
        return _form(portal, request, given, "")

    async def write(request: Request) -> Response:
        given, _ = await typed(request)
        result = await portal.do(_called(given), request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _form(portal, request, given, why(result), 409)
        return await back(portal, result, f"/meetings/{result.id}", "meeting_called_done")

    async def answered(request: Request) -> Response:
        given, _ = await typed(request)
        number, coming = request.path_params["id"], given.get("coming", "")
        if coming not in {one.value for one in Coming}:
            return portal.absent(request)
        who = asking(portal, given.get("member", ""))
        command = AnswerInvitation(meeting=number, member=given.get("member", ""), coming=Coming(coming))
        result = await portal.do(command, request=given.get("request", ""), member=who.member)
        return await back(portal, result, f"/meetings/{number}", "meeting_answered")

    async def changed(request: Request) -> Response:
        given, form = await typed(request)
        number, what = request.path_params["id"], request.path_params["what"]
        files: tuple[str, ...] | Refusal = ()
        if what == "minutes":
            files = await attached(portal, form, given.get("request", ""))
        if isinstance(files, Refusal):
            return await asyncio.to_thread(_page, portal, request, given, why(files), 409)
        members = tuple(str(value) for value in form.getlist("member"))
        command = _change(portal, number, what, given, members, files)
        if command is None:
            return portal.absent(request)
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            told_here = given if what in {"minutes", "attendance"} else {}
            return await asyncio.to_thread(_page, portal, request, told_here, why(result), 409)
        return await back(portal, result, f"/meetings/{number}", "meeting_changed")

    return [
        portal.route("/meetings/new", new, keeps_office),
        portal.route("/meetings/new", write, keeps_office, "POST"),
        portal.route("/meetings/{id}/answer", answered, represents, "POST"),
        portal.route("/meetings/{id}/{what}", changed, keeps_office, "POST", body_bytes_max=UPLOAD_BYTES_MAX),
    ]


def _called(given: dict[str, str]) -> CallMeeting:
    kinds, invitations = {kind.value for kind in MeetingKind}, {one.value for one in Invited}
    kind, invited, body = given.get("meeting_kind", ""), given.get("invited", ""), given.get("body", "")
    everybody = Invited.ALL if body == NATIONAL else Invited.BRANCH
    if kind == MeetingKind.BOARD.value:
        everybody = Invited.BOARD
    return CallMeeting(
        body=body,
        meeting_kind=MeetingKind(kind) if kind in kinds else MeetingKind.KOPDAR,
        title=given.get("title", ""),
        held_on=day_of(given.get("held_on", "")) or date.min,
        held_at=given.get("held_at", ""),
        place=given.get("place", ""),
        invited=Invited(invited) if invited in invitations else everybody,
        meeting=given.get("meeting", ""),
    )


def _change(
    portal: Portal, number: str, what: str, given: dict[str, str], members: tuple[str, ...], files: tuple[str, ...]
) -> AnyCommand | None:
    """What an office does with a meeting; None for what nobody does with one."""
    match what:
        case "agenda":
            return AddAgenda(meeting=number, text=given.get("text", ""))
        case "drop":
            return DropAgenda(meeting=number, item=whole(given.get("item", "")) or 0, reason=given.get("reason", ""))
        case "cancel":
            return CancelMeeting(meeting=number, reason=given.get("reason", ""))
        case "attendance":
            return NoteAttendance(
                meeting=number,
                members=(*members, *_words(given.get("members", ""))),
                officers=_words(given.get("officers", "")),
                guests=whole(given.get("guests", "")) or 0,
            )
        case "minutes":
            return _minutes(portal, number, given, files)
        case _:
            return None


def _minutes(portal: Portal, number: str, given: dict[str, str], files: tuple[str, ...]) -> Minute:
    """Minutes told anew without a document of their own keep the one before; a decision a line, its SK after a bar."""
    lines = [line.partition("|") for line in given.get("decisions", "").splitlines() if line.strip()]
    decisions = tuple(Decision(text.strip(), decree=decree.strip()) for text, _, decree in lines[:_DECISIONS_MAX])
    document = files[0] if files else ""
    if not document:
        with portal.reading() as reads:
            before = one_meeting(reads, number, portal.today())
        document = before.minutes.document if before is not None and before.minutes is not None else ""
    public = "public" in given
    return Minute(meeting=number, text=given.get("text", ""), decisions=decisions, document=document, public=public)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def may_read(portal: Portal, who: Reader, one: Meeting) -> bool:
    """Whoever is invited, whoever keeps its office, and everybody once its minutes are public."""
    if who.keeps_for(one.body) or (one.minutes is not None and one.minutes.public):
        return True
    match one.invited:
        case Invited.ALL:
            return who.known
        case Invited.BRANCH:
            return one.body in who.branches
        case Invited.BOARD:
            return _on_board(portal, one)


def _on_board(portal: Portal, one: Meeting) -> bool:
    visitor = portal.visitor()
    if visitor is None:
        return False
    board = Body.NATIONAL if one.body == NATIONAL else Body.BRANCH
    with portal.reading() as reads:
        live = in_office(reads, portal.today())
    there = [term for term in live if (term.body, term.unit) == (board, one.body)]
    return any(term.firm in visitor.firms or term in visitor.terms for term in there)


def _all(portal: Portal, request: Request) -> list[Meeting]:
    looking, who = looking_of(request), reader(portal)
    with portal.reading() as reads:
        found = meetings(reads, looking.on, portal.known_ms(looking), who.firms)
    return [one for one in found if may_read(portal, who, one)]


def _rows(portal: Portal, request: Request) -> list[Meeting]:
    wanted = asked(request, _FILTERS)
    return [
        one
        for one in _all(portal, request)
        if wanted["kind"] in {"", one.meeting_kind.value}
        and wanted["body"] in {"", one.body}
        and wanted["state"] in {"", one.state.value}
    ]


def _found(portal: Portal, request: Request) -> Meeting | None:
    looking = looking_of(request)
    with portal.reading() as reads:
        found = one_meeting(reads, request.path_params["id"], looking.on, portal.known_ms(looking))
    return found if found is not None and may_read(portal, reader(portal), found) else None


def _waiting(portal: Portal, one: Meeting, looking: Looking) -> list[AgendaItem]:
    """What the clocks put on a board's next agenda; of another day than today only what was typed in is known."""
    if looking.back or one.meeting_kind is not MeetingKind.BOARD:
        return []
    _, found = portal.due.on(looking.today)
    return agenda_items(found, one.body, visit().lang)


def _page(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    found, who, looking = _found(portal, request), reader(portal), looking_of(request)
    if found is None:
        return portal.absent(request)
    rows = portal.roll.on(portal.today())
    keeps = who.keeps_for(found.body)
    inside = keeps or who.known
    return portal.html(
        "meeting.html",
        status,
        looking=looking,
        one=found,
        agenda=agenda(found, _waiting(portal, found, looking)),
        inside=inside,
        keeps=keeps,
        firms=[rows[firm] for firm in who.firms if firm in rows],
        answers=[(rows.get(member), member, coming) for member, coming in sorted(found.answers.items())]
        if keeps
        else [],
        names={
            member: rows[member].name for member in (found.attended.members if found.attended else ()) if member in rows
        },
        comings=list(Coming),
        open=found.state is MeetingState.CALLED and looking.on <= found.held_on,
        due=looking.on >= found.held_on and found.state is not MeetingState.CANCELLED,
        typed=_before(found) | given,
        problem=problem,
    )


def _before(one: Meeting) -> dict[str, str]:
    """What was told before of attendance and minutes: telling it anew begins with it."""
    told: dict[str, str] = {}
    if one.attended is not None:
        asked_there = {member for member, coming in one.answers.items() if coming is not Coming.NO}
        told["members"] = " ".join(member for member in one.attended.members if member not in asked_there)
        told |= {"officers": " ".join(one.attended.officers), "guests": str(one.attended.guests)}
    if one.minutes is not None:
        lines = [f"{d.text} | {d.decree}" if d.decree else d.text for d in one.minutes.decisions]
        told |= {"text": one.minutes.text, "decisions": "\n".join(lines)}
    return told


def _form(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    return portal.html(
        "meeting_new.html",
        status,
        looking=looking_of(request),
        typed=given,
        problem=problem,
        bodies=bodies_of(portal, looking_of(request), reader(portal)),
        kinds=[kind.value for kind in MeetingKind],
        invitations=[one.value for one in Invited],
    )
