"""Who we are: the body's history with the source of each date, who recognises it, and what was decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.registers import Decided, decided, history, jobs_declared, recognitions
from juru.association.domain.recognition import Recognition, RecognitionState
from juru.association.domain.when import said
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.shelf import asked, file_answer, files_of, sheet, taken
from juru.web.visits import visit

_KINDS = ("decree", "minutes", "moderation", "override")
SHOWN = 100


def routes(portal: Portal) -> list[BaseRoute]:
    """History and recognition, the documents of recognitions, the list of decisions."""

    async def about(request: Request) -> Response:
        looking = looking_of(request)
        known_ms = portal.known_ms(looking)
        with portal.reading() as reads:
            events = history(reads, looking.on, known_ms)
            found = recognitions(reads, looking.on, known_ms)
            jobs = jobs_declared(reads, looking.on, known_ms)
        lang = visit().lang
        return portal.html(
            "about.html",
            looking=looking,
            events=[(said(e.on, e.precision, e.through, lang), e) for e in events],
            recognitions=found,
            jobs=(sum(one.jobs for one in jobs), len({one.member for one in jobs})),
        )

    async def document(request: Request) -> Response:
        looking = looking_of(request)
        with portal.reading() as reads:
            found = recognitions(reads, looking.on, portal.known_ms(looking))
        names = {version.document for one in found for version in one.versions}
        sha256 = request.path_params["sha256"]
        return file_answer(portal, request, sha256) if sha256 in names else portal.absent(request)

    async def decisions(request: Request) -> Response:
        wanted, lines = asked(request, ("kind", "body")), _lines(portal, request)
        return portal.html(
            "decisions.html",
            looking=looking_of(request),
            lines=lines[:SHOWN],
            total=len(lines),
            wanted=wanted,
            kinds=_KINDS,
            files=files_of(request),
        )

    async def decisions_file(request: Request) -> Response:
        rows = [
            (line.on.isoformat(), line.kind, line.body, line.id, line.text, line.decree)
            for line in _lines(portal, request)
        ]
        columns = ("on", "kind", "body", "id", "text", "decree")
        return taken(portal, request, sheet("decisions", columns, rows, looking_of(request).on))

    return [
        portal.route("/about", about, None),
        portal.route("/about/documents/{sha256}", document, None),
        portal.route("/decisions", decisions, None),
        portal.route("/decisions.{ending:str}", decisions_file, None),
    ]


def _lines(portal: Portal, request: Request) -> list[Decided]:
    looking, wanted = looking_of(request), asked(request, ("kind", "body"))
    with portal.reading() as reads:
        found = decided(reads, looking.on, portal.known_ms(looking))
    return [one for one in found if wanted["kind"] in {"", one.kind} and wanted["body"] in {"", one.body}]


def in_force(portal: Portal, request: Request) -> list[Recognition]:
    """The recognitions of the first page: those in force on the day that is looked at."""
    looking = looking_of(request)
    with portal.reading() as reads:
        found = recognitions(reads, looking.on, portal.known_ms(looking))
    return [one for one in found if one.state is RecognitionState.IN_FORCE]
