"""Boards for everybody: who holds which office until when, which are vacant, which members collect dues."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.officers import Officer, officers
from juru.association.domain.affairs import CollectorAppointed, Subject
from juru.association.domain.boards import NATIONAL, Body, Title
from juru.association.portal.front import branches_there
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.taken import ENDINGS, taken
from juru.association.store.reads import Reads
from juru.web.filters import address_of
from juru.web.sheets import Column, Kind, Line, Sheet
from juru.web.visits import visit

_OFFICES = (Title.CHAIR, Title.SECRETARY, Title.TREASURER)
"""Offices that are shown vacant where nobody holds them."""


class Board(msgspec.Struct, frozen=True):
    """A board of a day: ``vacant`` are the offices that nobody holds."""

    body: str
    unit: str
    name: str
    seated: list[Officer]
    to_come: list[Officer]
    vacant: list[str]


class Collector(msgspec.Struct, frozen=True):
    """A member server that may collect dues."""

    member: str
    name: str
    limit_idr: int
    settlement_day: int
    until: str
    decree: str


def routes(portal: Portal) -> list[BaseRoute]:
    """The boards of a day as a page and as files."""

    async def page(request: Request) -> Response:
        looking, address = looking_of(request), address_of(request.url.path, dict(request.query_params))
        if address.path != "/boards" or (address.ending and address.ending not in ENDINGS):
            return portal.absent(request)
        found, collecting = await asyncio.to_thread(_found, portal, looking)
        if address.ending:
            t = portal.pages.words_in(visit().lang)
            return taken(portal.pages.words, t, address, looking, sheet_of(found))
        return portal.html(
            "boards.html", looking=looking, boards=found, collectors=collecting, files=address.files(*ENDINGS)
        )

    return [portal.route("/boards", page, None), portal.route("/boards.{ending}", page, None)]


def _found(portal: Portal, looking: Looking) -> tuple[list[Board], list[Collector]]:
    with portal.reading() as reads:
        names = {row.number: row.name for row in portal.roll.on(looking.on, portal.known_ms(looking)).values()}
        known_ms = portal.known_ms(looking)
        return boards(reads, looking, known_ms), collectors(reads, looking, names, known_ms)


def boards(reads: Reads, looking: Looking, known_ms: int | None = None) -> list[Board]:
    """Every board of a day, national ones first; branches without anybody too."""
    terms = officers(reads, looking.on, known_ms)
    places = [(body.value, NATIONAL, "") for body in (Body.NATIONAL, Body.APPEAL, Body.AUDIT)]
    places += [
        (Body.BRANCH.value, code, branch.name) for code, branch in branches_there(reads, looking, known_ms).items()
    ]
    found = []
    for body, unit, name in places:
        mine = [o for o in terms if o.body == body and (body != Body.BRANCH.value or o.unit == unit)]
        seated = sorted((o for o in mine if o.standing in {"in office", "paused"}), key=_rank)
        held = {officer.title for officer in seated}
        wanted = () if body in {Body.APPEAL.value, Body.AUDIT.value} else _OFFICES
        vacant = [title.value for title in wanted if title.value not in held]
        if not wanted and not seated:
            vacant = [Title.MEMBER.value]
        found.append(Board(body, unit, name, seated, [o for o in mine if o.standing == "to come"], vacant))
    return found


def _rank(officer: Officer) -> tuple[int, str]:
    return [title.value for title in Title].index(officer.title), officer.person


def collectors(reads: Reads, looking: Looking, names: dict[str, str], known_ms: int | None = None) -> list[Collector]:
    """The collectors of a day."""
    latest: dict[str, CollectorAppointed] = {}
    for one in reads.facts_of_kind(Subject.COLLECTOR, looking.on, known_ms):
        if isinstance(one.fact, CollectorAppointed):
            before = latest.get(one.subject_id)
            latest[one.subject_id] = one.fact if before is None or before.on <= one.fact.on else before
    return [
        Collector(n, names.get(n, ""), c.limit_idr, c.settlement_day, c.until.isoformat(), c.decree)
        for n, c in sorted(latest.items())
        if looking.on < c.until
    ]


def sheet_of(found: list[Board]) -> Sheet:
    """All offices as one table; a vacant one has nobody."""
    lines = []
    for board in found:
        for o in board.seated:
            cells = (
                *(board.body, board.unit, o.title, o.person, o.firm, o.since.isoformat(), o.until.isoformat()),
                *(o.decree, "acting" if o.acting else "", o.standing),
            )
            lines.append(Line(f"{board.unit}/{o.title}/{o.person}", cells))
        lines += [
            Line(f"{board.unit}/{title}", (board.body, board.unit, title, "", "", "", "", "", "", "vacant"))
            for title in board.vacant
        ]
    names = ("body", "unit", "title", "person", "firm", "since", "until", "decree", "acting", "standing")
    return Sheet("boards", {}, (Column(names[0], Kind.TEXT), *(Column(name) for name in names[1:])), tuple(lines))
