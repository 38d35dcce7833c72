"""The public register: number, business, branch, class, state, since; filters are the address, downloads have them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.register import Row
from juru.association.domain.boards import NATIONAL
from juru.association.portal.front import PUBLIC_STATES, branches_there
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.taken import ENDINGS, taken
from juru.web.filters import Address, address_of
from juru.web.sheets import Column, Kind, Line, Sheet
from juru.web.visits import visit

SHOWN = 50
_COLUMNS = ("number", "name", "branch", "member_class", "state", "since")


class Wanted(msgspec.Struct, frozen=True):
    """What of the register is asked for; empty is all of it."""

    find: str = ""
    branch: str = ""
    state: str = ""
    member_class: str = ""

    def takes(self, row: Row) -> bool:
        """Whether a line is among it."""
        return (
            row.state in PUBLIC_STATES
            and (not self.branch or row.branch == self.branch)
            and (not self.state or row.state == self.state)
            and (not self.member_class or row.member_class == self.member_class)
            and (not self.find or self.find in row.name.casefold() or row.number.startswith(self.find))
        )


def routes(portal: Portal) -> list[BaseRoute]:
    """The register as a page, as CSV, as JSON."""

    async def register(request: Request) -> Response:
        looking, wanted = looking_of(request), wanted_of(request)
        address = address_of(request.url.path, dict(request.query_params))
        rows = await asyncio.to_thread(listed, portal, looking, wanted)
        after = request.query_params.get("after", "")
        shown = [row for row in rows if row.number > after][: SHOWN + 1]
        with portal.reading() as reads:
            branches = [*branches_there(reads, looking, portal.known_ms(looking)), NATIONAL]
        return portal.html(
            "register.html",
            looking=looking,
            wanted=wanted,
            rows=shown[:SHOWN],
            total=len(rows),
            branches=branches,
            states=PUBLIC_STATES,
            typed=request.query_params.get("find", ""),
            next=address.with_(after=shown[SHOWN - 1].number) if len(shown) > SHOWN else "",
            files=Address(address.path, {k: v for k, v in address.query.items() if k != "after"}).files(*ENDINGS),
        )

    async def download(request: Request) -> Response:
        looking, wanted = looking_of(request), wanted_of(request)
        address = address_of(request.url.path, dict(request.query_params))
        if address.ending not in ENDINGS:
            return portal.absent(request)
        rows = await asyncio.to_thread(listed, portal, looking, wanted)
        return taken(portal.pages.words, portal.pages.words_in(visit().lang), address, looking, sheet_of(rows))

    return [
        portal.route("/register", register, None),
        portal.route("/register.{ending:str}", download, None),
    ]


def wanted_of(request: Request) -> Wanted:
    """What the address asks for."""
    asked = {name: request.query_params.get(name, "")[:60].strip() for name in ("branch", "state")}
    return Wanted(
        find=request.query_params.get("find", "")[:60].strip().casefold(),
        member_class=request.query_params.get("class", "")[:20],
        **asked,
    )


def listed(portal: Portal, looking: Looking, wanted: Wanted) -> list[Row]:
    """The lines of a day that are asked for."""
    rows = portal.roll.on(looking.on, portal.known_ms(looking))
    return [row for row in rows.values() if wanted.takes(row)]


def sheet_of(rows: Iterable[Row]) -> Sheet:
    """Lines as a table to take along."""
    columns = (Column("number", Kind.ID), *(Column(name) for name in _COLUMNS[1:]))
    lines = (Line(row.number, tuple(str(getattr(row, name) or "") for name in _COLUMNS)) for row in rows)
    return Sheet("register", {}, columns, tuple(lines))
