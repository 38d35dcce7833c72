"""The directory: members in good standing for one another and their officers, with contacts by consent."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.register import Row
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.people import servers, shown_to_members
from juru.association.portal.front import branches_there
from juru.association.portal.portal import Looking, Portal, anybody, looking_of
from juru.web.gate import Refused

SHOWN = 30
_LISTED = frozenset({"active", "grace"})


class Entered(msgspec.Struct, frozen=True):
    """A member as the directory shows it."""

    row: Row
    contacts: dict[str, str]
    servers: tuple[str, ...]


def routes(portal: Portal) -> list[BaseRoute]:
    """The directory, for whoever is logged in."""

    async def listed(request: Request) -> Response:
        looking = looking_of(request)
        if not await asyncio.to_thread(_among, portal):
            return portal.gate.refusal(request, Refused(403, "directory_closed"))
        typed = request.query_params.get("find", "")[:60].strip()
        branch = request.query_params.get("branch", "")[:20]
        after = request.query_params.get("after", "")
        rows = await asyncio.to_thread(_rows, portal, looking, typed.casefold(), branch)
        page = [row for row in rows if row.number > after][: SHOWN + 1]
        with portal.reading() as reads:
            branches = [*branches_there(reads, looking), NATIONAL]
        query = [(name, value) for name, value in request.query_params.multi_items() if name not in {"after", "lang"}]
        return portal.html(
            "directory.html",
            looking=looking,
            typed=typed,
            branch=branch,
            branches=branches,
            found=await asyncio.to_thread(_entered, portal, looking, page[:SHOWN]),
            more=page[SHOWN - 1].number if len(page) > SHOWN else "",
            total=len(rows),
            query=query,
        )

    return [portal.route("/directory", listed, anybody)]


def _among(portal: Portal) -> bool:
    """Whether the visitor is an officer, or represents a member in good standing: consent is to those alone."""
    visitor = portal.visitor()
    if visitor is None:
        return False
    rows = portal.roll.on(portal.today())
    return bool(visitor.terms) or any(number in rows and rows[number].state in _LISTED for number in visitor.firms)


def _rows(portal: Portal, looking: Looking, find: str, branch: str) -> list[Row]:
    rows = portal.roll.on(looking.on, portal.known_ms(looking)).values()
    return [
        row
        for row in rows
        if row.state in _LISTED
        and branch in {"", row.branch}
        and (not find or find in row.name.casefold() or row.number.startswith(find))
    ]


def _entered(portal: Portal, looking: Looking, rows: list[Row]) -> list[Entered]:
    """Consent is asked as of today too: what was withdrawn since is not shown by looking back."""
    found = []
    with portal.reading() as reads:
        for row in rows:
            facts = [one.fact for one in reads.facts(Subject.MEMBER, row.number)]
            told = [fact for fact in facts if isinstance(fact, f.MemberFact)]
            now = shown_to_members(f.known(told, looking.today))
            then = shown_to_members(f.known(told, looking.on)) if looking.back else now
            contacts = {channel.value: value for channel, value in then.items() if now.get(channel) == value}
            names = tuple(server.name for server in servers(f.known(told, looking.on)).values())
            found.append(Entered(row, contacts, names))
    return found
