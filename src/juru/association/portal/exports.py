"""Members to take along for officers: with paid-until, representatives and contacts, of one's own branch only."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.facts import Channel, Role, known
from juru.association.domain.people import contacts, representatives
from juru.association.portal.entry import Visitor
from juru.association.portal.front import branches_there
from juru.association.portal.portal import Looking, Portal, holds, looking_of
from juru.association.portal.taken import ENDINGS, taken
from juru.web.filters import address_of
from juru.web.sheets import Cell, Column, Kind, Line, Sheet
from juru.web.visits import visit

_ABOUT = ("name", "branch", "member_class", "province", "state", "since", "paid_until")


def routes(portal: Portal) -> list[BaseRoute]:
    """The page that says what there is, and the file of a branch, or of all."""
    right = holds(Scope.DUES_READ)

    async def page(request: Request) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the gate lets nobody in whose right it has not seen"
        with portal.reading() as reads:
            there = [*branches_there(reads, looking), NATIONAL]
        mine = [code for code in there if visitor.may(Scope.DUES_READ, code)]
        whole = visitor.may(Scope.DUES_READ, NATIONAL)
        return portal.html("exports.html", looking=looking, branches=mine, whole=whole, endings=ENDINGS)

    async def download(request: Request) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the gate lets nobody in whose right it has not seen"
        address = address_of(request.url.path, dict(request.query_params))
        if address.ending not in ENDINGS:
            return portal.absent(request)
        branch = request.query_params.get("branch", "")[:20]
        sheet = await asyncio.to_thread(_members, portal, visitor, looking, branch)
        return taken(portal.pages.words, portal.pages.words_in(visit().lang), address, looking, sheet)

    return [portal.route("/exports", page, right), portal.route("/exports/members.{ending}", download, right)]


def _members(portal: Portal, visitor: Visitor, looking: Looking, branch: str) -> Sheet:
    """The members of the branches in which the visitor sees dues; of one, where it is named."""
    known_ms = portal.known_ms(looking)
    rows = {
        number: row
        for number, row in portal.roll.on(looking.on, known_ms).items()
        if visitor.may(Scope.DUES_READ, row.branch) and branch in {"", row.branch}
    }
    lines = []
    with portal.reading() as reads:
        for number, facts in reads.members(looking.on, known_ms):
            if number not in rows:
                continue
            seen = known(facts, looking.on)
            speaking, reached = representatives(seen), contacts(seen)
            cells: list[Cell] = [number, *(str(getattr(rows[number], name) or "") for name in _ABOUT)]
            for role in Role:
                named = speaking.get(role)
                cells += ["", "", ""] if named is None else [named.person, named.phone, named.email]
            cells += [reached[channel].value if channel in reached else "" for channel in Channel]
            lines.append(Line(number, tuple(cells)))
    people = [f"{role.value}_{what}" for role in Role for what in ("person", "phone", "email")]
    names = [*_ABOUT, *people, *(f"contact_{channel.value}" for channel in Channel)]
    return Sheet(
        "members", {"branches": branch or "all"}, (Column("number", Kind.ID), *map(Column, names)), tuple(lines)
    )
