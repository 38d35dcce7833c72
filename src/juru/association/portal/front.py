"""The first page and the branches: who we are, how many, who is in office."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.register import Row
from juru.association.domain.boards import NATIONAL, Body, Term
from juru.association.domain.branches import Branch, on
from juru.association.portal.about import in_force
from juru.association.portal.announcements import shown_now
from juru.association.portal.entry import in_office
from juru.association.portal.portal import Looking, Portal, anybody, looking_of
from juru.association.portal.taken import ENDINGS, taken
from juru.association.store.reads import Reads
from juru.web.filters import address_of
from juru.web.sheets import Column, Kind, Line, Sheet
from juru.web.visits import visit

PUBLIC_STATES = ("active", "grace", "lapsed", "suspended")
"""What the public register shows."""

_BOARDS = (Body.NATIONAL, Body.BRANCH, Body.APPEAL, Body.AUDIT)


class BranchLine(msgspec.Struct, frozen=True):
    """A branch with its members of a day."""

    code: str
    name: str
    provinces: tuple[str, ...]
    since: date | None
    members: int
    active: int
    board: tuple[Term, ...] = ()


def routes(portal: Portal) -> list[BaseRoute]:
    """The first page, branches, the switch to another day, assets."""

    async def front(request: Request) -> Response:
        looking = looking_of(request)
        rows, lines, terms = await asyncio.to_thread(_looked, portal, looking)
        states = Counter(row.state for row in rows)
        return portal.html(
            "front.html",
            looking=looking,
            states=[(state, states[state]) for state in PUBLIC_STATES],
            branches=lines,
            recognitions=in_force(portal, request),
            announcements=shown_now(portal, request),
            board=board_of(terms, Body.NATIONAL, NATIONAL),
        )

    async def branches(request: Request) -> Response:
        looking = looking_of(request)
        _, lines, terms = await asyncio.to_thread(_looked, portal, looking)
        boards = [(body, board_of(terms, body, NATIONAL)) for body in _BOARDS if body is not Body.BRANCH]
        return portal.html(
            "branches.html",
            looking=looking,
            branches=lines,
            boards=boards,
            files=address_of(request.url.path, dict(request.query_params)).files(*ENDINGS),
        )

    async def download(request: Request) -> Response:
        looking, address = looking_of(request), address_of(request.url.path, dict(request.query_params))
        if address.ending not in ENDINGS:
            return portal.absent(request)
        _, lines, _ = await asyncio.to_thread(_looked, portal, looking)
        return taken(portal.pages.words, portal.pages.words_in(visit().lang), address, looking, sheet_of(lines))

    async def branch(request: Request) -> Response:
        looking = looking_of(request)
        _, lines, _ = await asyncio.to_thread(_looked, portal, looking)
        found = next((line for line in lines if line.code == request.path_params["code"]), None)
        return portal.absent(request) if found is None else portal.html("branch.html", looking=looking, branch=found)

    async def mine(_request: Request) -> Response:
        visitor = portal.visitor()
        where = "/register" if visitor is None or not visitor.firms else f"/members/{visitor.firms[0]}"
        return RedirectResponse(where, 303)

    async def static(request: Request) -> Response:
        return portal.pages.asset(request.path_params["name"], request)

    async def health(_request: Request) -> Response:
        return Response("ok\n", media_type="text/plain")

    return [
        portal.route("/", front, None),
        portal.route("/branches", branches, None),
        portal.route("/branches.{ending}", download, None),
        portal.route("/branches/{code}", branch, None),
        portal.route("/as-of", portal.look_back, None, "POST"),
        portal.route("/mine", mine, anybody),
        portal.route("/portal/static/{name}", static, None),
        portal.route("/healthz", health, None),
    ]


def _looked(portal: Portal, looking: Looking) -> tuple[list[Row], list[BranchLine], tuple[Term, ...]]:
    rows = list(portal.roll.on(looking.on, portal.known_ms(looking)).values())
    with portal.reading() as reads:
        known_ms = portal.known_ms(looking)
        terms = in_office(reads, looking.on, known_ms)
        there = branches_there(reads, looking, known_ms)
    return rows, branch_lines(there, rows, terms), terms


def branches_there(reads: Reads, looking: Looking, known_ms: int | None = None) -> dict[str, Branch]:
    """The branches of the day that is looked at, as known at an instant."""
    return on(reads.branches(known_ms), looking.on)


def branch_lines(there: dict[str, Branch], rows: Iterable[Row], terms: Iterable[Term]) -> list[BranchLine]:
    """Every branch of a day, and the members who belong to none."""
    counted = [row for row in rows if row.state in PUBLIC_STATES]
    members, active = Counter(r.branch for r in counted), Counter(r.branch for r in counted if r.state == "active")
    terms = tuple(terms)
    lines = [
        BranchLine(code, b.name, b.provinces, b.since, members[code], active[code], board_of(terms, Body.BRANCH, code))
        for code, b in there.items()
    ]
    if members[NATIONAL]:
        lines.append(BranchLine(NATIONAL, "", (), None, members[NATIONAL], active[NATIONAL]))
    return lines


def sheet_of(lines: Iterable[BranchLine]) -> Sheet:
    """Branches as a table to take along."""
    columns = (
        *(Column("branch", Kind.ID), Column("branch_name"), Column("provinces"), Column("since")),
        *(Column("members", Kind.COUNT), Column("active", Kind.COUNT)),
    )
    rows = (
        Line(
            one.code,
            (
                *(one.code, one.name, " ".join(one.provinces), one.since.isoformat() if one.since else ""),
                *(one.members, one.active),
            ),
        )
        for one in lines
    )
    return Sheet("branches", {}, columns, tuple(rows))


def board_of(terms: Iterable[Term], body: Body, unit: str) -> tuple[Term, ...]:
    """Who sits on a board, by rank of the office."""
    order = ("chair", "secretary", "treasurer", "member")
    found = (term for term in terms if term.body is body and (body is not Body.BRANCH or term.unit == unit))
    return tuple(sorted(found, key=lambda term: (order.index(term.title.value), term.since, term.person)))
