"""The register of letters for whoever keeps an office: drafts, numbers, what came in, what answers what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.registers import letters, one_letter
from juru.association.domain.affairs import Subject
from juru.association.domain.commands_registers import DraftLetter, EndLetter, ReceiveLetter, SendLetter
from juru.association.domain.letters import Direction, Letter, LetterState
from juru.association.domain.refusals import Refusal
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.shelf import (
    UPLOAD_BYTES_MAX,
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

SHOWN = 50
_FILTERS = ("body", "direction", "year", "find", "state")


def routes(portal: Portal) -> list[BaseRoute]:
    """The register, a letter, and what is done with it."""

    async def listed(request: Request) -> Response:
        rows = _rows(portal, request)
        return portal.html(
            "letters.html",
            looking=looking_of(request),
            leaf=leaf(request, rows, SHOWN),
            wanted=asked(request, _FILTERS),
            bodies=bodies_of(portal, looking_of(request), reader(portal)),
            years=sorted({one.on.year for one in _all(portal, request)}, reverse=True),
            directions=[one.value for one in Direction],
            states=[one.value for one in LetterState],
            files=files_of(request),
        )

    async def listed_file(request: Request) -> Response:
        rows = [
            (o.number, o.on.isoformat(), o.direction.value, o.body, o.other, o.regarding, o.reference, o.state.value)
            for o in _rows(portal, request)
        ]
        columns = ("number", "on", "direction", "body", "other", "regarding", "reference", "state")
        return taken(portal, request, sheet("letters", columns, rows, looking_of(request).on))

    async def one(request: Request) -> Response:
        return _page(portal, request, {}, "")

    async def file(request: Request) -> Response:
        found, sha256 = _found(portal, request), request.path_params["sha256"]
        there = found is not None and sha256 in found.attachments
        return file_answer(portal, request, sha256) if there else portal.absent(request)

    async def new(request: Request) -> Response:
        query = dict(request.query_params)
        return _form(portal, request, {name: query[name] for name in ("way", "reply_to") if name in query}, "")

    async def write(request: Request) -> Response:
        given, form = await typed(request)
        files = await attached(portal, form, given.get("request", ""))
        if isinstance(files, Refusal):
            return _form(portal, request, given, why(files), 409)
        command = _received(given, files) if given.get("way") == "in" else _drafted(portal, given, files)
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _form(portal, request, given, why(result), 409)
        return await back(portal, result, f"/letters/{result.id}", "letter_kept", number=result.note)

    async def edit(request: Request) -> Response:
        found = _found(portal, request)
        if found is None or found.state is not LetterState.DRAFT:
            return portal.absent(request)
        given = {"way": "out", "letter": found.id, "body": found.body, "other": found.other, "text": found.text}
        return _form(portal, request, given | {"regarding": found.regarding, "reply_to": found.reply_to}, "")

    async def send(request: Request) -> Response:
        given, _ = await typed(request)
        signers = tuple(name.strip() for name in given.get("signers", "").split(",") if name.strip())
        letter_id = request.path_params["id"]
        command = SendLetter(letter=letter_id, signers=signers, on=day_of(given.get("on", "")))
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _page(portal, request, given, why(result), 409)
        return await back(portal, result, f"/letters/{letter_id}", "letter_sent", number=result.note)

    async def end(request: Request) -> Response:
        given, _ = await typed(request)
        letter_id = request.path_params["id"]
        command = EndLetter(letter=letter_id, reason=given.get("reason", ""))
        result = await portal.do(command, request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _page(portal, request, given, why(result), 409)
        return await back(portal, result, f"/letters/{letter_id}", "letter_ended")

    return [
        portal.route("/letters", listed, keeps_office),
        portal.route("/letters.{ending:str}", listed_file, keeps_office),
        portal.route("/letters/new", new, keeps_office),
        portal.route("/letters/new", write, keeps_office, "POST", body_bytes_max=UPLOAD_BYTES_MAX),
        portal.route("/letters/{id}", one, keeps_office),
        portal.route("/letters/{id}/edit", edit, keeps_office),
        portal.route("/letters/{id}/files/{sha256}", file, keeps_office),
        portal.route("/letters/{id}/send", send, keeps_office, "POST"),
        portal.route("/letters/{id}/end", end, keeps_office, "POST"),
    ]


def _received(given: dict[str, str], files: tuple[str, ...]) -> ReceiveLetter:
    return ReceiveLetter(
        body=given.get("body", ""),
        sender=given.get("other", ""),
        regarding=given.get("regarding", ""),
        dated=day_of(given.get("dated", "")),
        reference=given.get("reference", ""),
        attachments=files,
        reply_to=given.get("reply_to", ""),
        on=day_of(given.get("on", "")),
    )


def _drafted(portal: Portal, given: dict[str, str], files: tuple[str, ...]) -> DraftLetter:
    """A draft told anew without files of its own keeps those it had."""
    letter_id = given.get("letter", "")
    if letter_id and not files:
        with portal.reading() as reads:
            before = one_letter(reads, letter_id, portal.today())
        files = () if before is None else before.attachments
    return DraftLetter(
        body=given.get("body", ""),
        to=given.get("other", ""),
        regarding=given.get("regarding", ""),
        text=given.get("text", ""),
        attachments=files,
        reply_to=given.get("reply_to", ""),
        letter=letter_id,
    )


def _all(portal: Portal, request: Request) -> list[Letter]:
    looking, who = looking_of(request), reader(portal)
    found = portal.shelves.on(Subject.LETTER, letters, looking.on, portal.known_ms(looking))
    return [one for one in found if who.keeps_for(one.body)]


def _rows(portal: Portal, request: Request) -> list[Letter]:
    wanted = asked(request, _FILTERS)
    find = wanted["find"].casefold()
    return [
        one
        for one in _all(portal, request)
        if wanted["body"] in {"", one.body}
        and wanted["direction"] in {"", one.direction.value}
        and wanted["year"] in {"", str(one.on.year)}
        and wanted["state"] in {"", one.state.value}
        and (not find or any(find in text.casefold() for text in (one.number, one.other, one.regarding)))
    ]


def _found(portal: Portal, request: Request) -> Letter | None:
    looking = looking_of(request)
    with portal.reading() as reads:
        found = one_letter(reads, request.path_params["id"], looking.on, portal.known_ms(looking))
    return found if found is not None and reader(portal).keeps_for(found.body) else None


def _page(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    found = _found(portal, request)
    if found is None:
        return portal.absent(request)
    others = _all(portal, request)
    return portal.html(
        "letter.html",
        status,
        looking=looking_of(request),
        one=found,
        answers=next((other for other in others if other.id == found.reply_to), None),
        answered_by=[other for other in others if other.reply_to == found.id],
        typed=given,
        problem=problem,
    )


def _form(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    numbered = [one for one in _all(portal, request) if one.number]
    return portal.html(
        "letter_new.html",
        status,
        looking=looking_of(request),
        typed=given,
        problem=problem,
        way="in" if given.get("way") == "in" else "out",
        bodies=bodies_of(portal, looking_of(request), reader(portal)),
        letters=numbered[:200],
    )
