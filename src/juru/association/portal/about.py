"""Who we are: the body's history with the source of each date, who recognises it, and what was decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.registers import history, jobs_declared, recognitions
from juru.association.domain.affairs import Founded
from juru.association.domain.boards import NATIONAL
from juru.association.domain.commands_registers import Recognise, TellHistory
from juru.association.domain.recognition import Recognition, RecognitionState
from juru.association.domain.refusals import Refusal
from juru.association.domain.registers import Authority, Milestone
from juru.association.domain.when import When, said, spoken
from juru.association.portal.portal import Portal, looking_of
from juru.association.portal.shelf import (
    UPLOAD_BYTES_MAX,
    attached,
    back,
    day_of,
    file_answer,
    keeps_national,
    reader,
    typed,
    why,
)
from juru.web.visits import visit

_FORMS = frozenset({"history", "recognition"})
SHOWN = 100


def routes(portal: Portal) -> list[BaseRoute]:
    """History and recognition, the documents of recognitions."""

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
            keeps=reader(portal).keeps_for(NATIONAL),
        )

    async def document(request: Request) -> Response:
        looking = looking_of(request)
        with portal.reading() as reads:
            found = recognitions(reads, looking.on, portal.known_ms(looking))
        names = {version.document for one in found for version in one.versions}
        sha256 = request.path_params["sha256"]
        return file_answer(portal, request, sha256) if sha256 in names else portal.absent(request)

    async def new(request: Request) -> Response:
        what = request.path_params["what"]
        return _form(portal, request, {}, "") if what in _FORMS else portal.absent(request)

    async def write(request: Request) -> Response:
        given, form = await typed(request)
        what = request.path_params["what"]
        when = spoken(given.get("on", "")) if given.get("on", "").strip() else When(portal.today())
        if what not in _FORMS or when is None:
            words = portal.pages.words_in(visit().lang)
            return _form(portal, request, given, words("about_no_day"), 409) if when is None else portal.absent(request)
        if what == "history":
            result = await portal.do(_told(portal, given, when), request=given.get("request", ""))
        else:
            files = await attached(portal, form, given.get("request", ""))
            if isinstance(files, Refusal):
                return _form(portal, request, given, why(files), 409)
            result = await portal.do(_recognised(given, when, files), request=given.get("request", ""))
        if isinstance(result, Refusal):
            return _form(portal, request, given, why(result), 409)
        return await back(portal, result, f"/about#{what}", "about_kept")

    return [
        portal.route("/about", about, None),
        portal.route("/about/{what}/new", new, keeps_national),
        portal.route("/about/{what}/new", write, keeps_national, "POST", body_bytes_max=UPLOAD_BYTES_MAX),
        portal.route("/about/documents/{sha256}", document, None),
    ]


def _told(portal: Portal, given: dict[str, str], when: When) -> TellHistory:
    facts = {"on": when.on, "precision": when.precision, "through": when.through, "source": given.get("source", "")}
    text = given.get("text", "")
    if "founding" in given:
        return TellHistory(fact=Founded(name=portal.name, text=text, **facts))  # type: ignore[arg-type]  # fields by name
    return TellHistory(fact=Milestone(text=text, place=given.get("place", ""), **facts))  # type: ignore[arg-type]  # fields by name


def _recognised(given: dict[str, str], when: When, files: tuple[str, ...]) -> Recognise:
    authority = given.get("authority", "")
    return Recognise(
        on=when.on,
        precision=when.precision,
        through=when.through,
        authority=Authority(authority) if authority in {one.value for one in Authority} else Authority.OTHER,
        name=given.get("name", ""),
        grants=given.get("grants", ""),
        document=files[0] if files else "",
        reference=given.get("reference", ""),
        until=day_of(given.get("until", "")),
        source=given.get("source", ""),
    )


def _form(portal: Portal, request: Request, given: dict[str, str], problem: str, status: int = 200) -> Response:
    return portal.html(
        "about_new.html",
        status,
        looking=looking_of(request),
        what=request.path_params["what"],
        typed=given,
        problem=problem,
        authorities=[one.value for one in Authority],
    )


def in_force(portal: Portal, request: Request) -> list[Recognition]:
    """The recognitions of the first page: those in force on the day that is looked at."""
    looking = looking_of(request)
    with portal.reading() as reads:
        found = recognitions(reads, looking.on, portal.known_ms(looking))
    return [one for one in found if one.state is RecognitionState.IN_FORCE]
