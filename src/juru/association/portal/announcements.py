"""Announcements: what national and branches tell everybody, members, or one branch; every version stays readable."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.registers import announcements, one_announcement
from juru.association.domain.affairs import Subject
from juru.association.domain.announcements import Announcement, ShownState, for_branch
from juru.association.domain.boards import NATIONAL
from juru.association.domain.commands_registers import Announce
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import Audience
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.shelf import (
    UPLOAD_BYTES_MAX,
    Reader,
    asked,
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
    why,
)

SHOWN = 40
_FILTERS = ("body", "state")


def routes(portal: Portal) -> list[BaseRoute]:
    """The list, one with its versions and files, and how an office writes or corrects one."""

    async def listed(request: Request) -> Response:
        rows = _rows(portal, request)
        return portal.html(
            "announcements.html",
            looking=looking_of(request),
            leaf=leaf(request, rows, SHOWN),
            wanted=asked(request, _FILTERS),
            states=[one.value for one in ShownState],
            bodies=sorted({one.body for one in _all(portal, request)}),
            may_write=bool(reader(portal).keeps),
            files=files_of(request),
        )

    async def listed_file(request: Request) -> Response:
        rows = [
            (one.id, one.title, one.body, one.audience.value, one.since.isoformat(), _iso(one), one.state.value)
            for one in _rows(portal, request)
        ]
        columns = ("id", "title", "body", "audience", "since", "until", "state")
        return taken(portal, request, sheet("announcements", columns, rows, looking_of(request).on))

    async def one(request: Request) -> Response:
        found = _found(portal, request)
        if found is None:
            return portal.absent(request)
        writes = reader(portal).keeps_for(found.body)
        return portal.html("announcement.html", looking=looking_of(request), one=found, may_write=writes)

    async def file(request: Request) -> Response:
        found, sha256 = _found(portal, request), request.path_params["sha256"]
        names = set() if found is None else {name for version in found.versions for name in version.attachments}
        return file_answer(portal, request, sha256) if sha256 in names else portal.absent(request)

    async def new(request: Request) -> Response:
        corrected = request.query_params.get("corrects", "")
        given: dict[str, str] = {}
        if corrected:
            request.path_params["id"] = corrected
            found = _found(portal, request)
            if found is None:
                return portal.absent(request)
            until = found.until.isoformat() if found.until else ""
            given = {"announcement": found.id, "body": found.body, "title": found.title, "text": found.text}
            given |= {"audience": found.audience.value, "branch": found.branch, "until": until}
        return _form(portal, request, given, "")

    async def write(request: Request) -> Response:
        given, form = await typed(request)
        files = await attached(portal, form, given.get("request", ""))
        if isinstance(files, Refusal):
            return _form(portal, request, given, why(files), 409)
        audience = given.get("audience", "")
        command = Announce(
            body=given.get("body", ""),
            title=given.get("title", ""),
            text=given.get("text", ""),
            audience=Audience(audience) if audience in {one.value for one in Audience} else Audience.MEMBERS,
            branch=given.get("branch", ""),
            since=day_of(given.get("since", "")),
            until=day_of(given.get("until", "")),
            attachments=files or _kept(portal, given.get("announcement", "")),
            announcement=given.get("announcement", ""),
        )
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _form(portal, request, given, why(result), 409)
        return await back(portal, result, f"/announcements/{result.id}", "announcement_written")

    return [
        portal.route("/announcements", listed, None),
        portal.route("/announcements.{ending:str}", listed_file, None),
        portal.route("/announcements/new", new, keeps_office),
        portal.route("/announcements/new", write, keeps_office, "POST", body_bytes_max=UPLOAD_BYTES_MAX),
        portal.route("/announcements/{id}", one, None),
        portal.route("/announcements/{id}/files/{sha256}", file, None),
    ]


def _kept(portal: Portal, number: str) -> tuple[str, ...]:
    """A correction without files of its own keeps those of the version before."""
    if not number:
        return ()
    with portal.reading() as reads:
        found = one_announcement(reads, number, portal.today())
    return () if found is None else found.attachments


def _iso(one: Announcement) -> str | None:
    return None if one.until is None else one.until.isoformat()


def may_read(who: Reader, one: Announcement) -> bool:
    """Whether somebody may read an announcement: one to come is for its own office alone."""
    if who.keeps_for(one.body):
        return True
    branches: tuple[str | None, ...] = tuple(who.branches) or (None,)
    return one.state is not ShownState.TO_COME and any(for_branch(one, branch) for branch in branches)


def _all(portal: Portal, request: Request) -> list[Announcement]:
    looking, who = looking_of(request), reader(portal)
    found = portal.shelves.on(Subject.ANNOUNCEMENT, announcements, looking.on, portal.known_ms(looking))
    return [one for one in found if may_read(who, one)]


def _rows(portal: Portal, request: Request) -> list[Announcement]:
    wanted = asked(request, _FILTERS)
    states = {wanted["state"]} if wanted["state"] else {ShownState.SHOWN.value, ShownState.TO_COME.value}
    return [one for one in _all(portal, request) if wanted["body"] in {"", one.body} and one.state.value in states]


def shown_now(portal: Portal, request: Request) -> list[Announcement]:
    """What the first page shows to whoever reads it."""
    return [one for one in _all(portal, request) if one.state is ShownState.SHOWN][:3]


def _found(portal: Portal, request: Request) -> Announcement | None:
    looking = looking_of(request)
    with portal.reading() as reads:
        found = one_announcement(reads, request.path_params["id"], looking.on, portal.known_ms(looking))
    return found if found is not None and may_read(reader(portal), found) else None


def _form(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    looking, who = looking_of(request), reader(portal)
    bodies = bodies_of(portal, looking, who)
    return portal.html(
        "announcement_new.html",
        status,
        looking=looking,
        typed=given,
        problem=problem,
        bodies=bodies,
        branches=[body for body in bodies if body != NATIONAL],
        audiences=[one.value for one in Audience],
    )
