"""My work today: what waits on an officer, since when, what the clock will do; agendas; the public overdue list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.due_world import everything_due, world_of
from juru.association.desk.notice_words import filled
from juru.association.desk.notices import Listed, listed
from juru.association.desk.register import Row
from juru.association.desk.work import Waiting, agenda_of, overdue_of, work_of
from juru.association.desk.work_words import TASKS
from juru.association.domain.due import Due, World
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.web.visits import visit

_TOLD = ("person", "title", "name", "amount_idr", "held_on", "firm")
"""What of a task's facts stands beside it."""


class Line(msgspec.Struct, frozen=True):
    """A line as a person reads it; ``page`` is empty where the portal has none for it."""

    what: str
    about: str
    unit: str
    since: date
    days: int
    clock: str
    clock_on: date | None
    left: int
    page: str
    command: str
    count: int


def officer(visitor: Visitor) -> bool:
    """The right of whoever holds an office."""
    return bool(visitor.terms)


def routes(portal: Portal) -> list[BaseRoute]:
    """An officer's work, and what everybody may see of what is overdue."""

    async def work(request: Request) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the route is for officers"
        world, found, rows = await asyncio.to_thread(due_on, portal, looking)
        names = await asyncio.to_thread(portal.roll.on, looking.on)
        units = tuple(dict.fromkeys(term.unit for term in visitor.terms))
        lines = [line_of(portal, one, names, looking) for one in work_of(world, found, rows, visitor.person)]
        return portal.html(
            "work.html",
            looking=looking,
            lines=lines,
            agendas=[(u, [line_of(portal, one, names, looking) for one in agenda_of(found, u)]) for u in units],
        )

    async def overdue(request: Request) -> Response:
        looking = looking_of(request)
        _, found, _ = await asyncio.to_thread(due_on, portal, looking)
        names = await asyncio.to_thread(portal.roll.on, looking.on)
        lines = [line_of(portal, one, names, looking) for one in overdue_of(found)]
        return portal.html("overdue.html", looking=looking, lines=lines)

    return [portal.route("/work", work, officer), portal.route("/overdue", overdue, None)]


def due_on(portal: Portal, looking: Looking) -> tuple[World, list[Due], list[Listed]]:
    """What is due on the day that is looked at, as known now, and the messages among it."""
    with portal.reading() as reads:
        if looking.on == portal.today():
            world, found = portal.due.on(looking.on)
        else:
            world, found = world_of(reads, looking.on), everything_due(reads, looking.on)
        return world, found, listed(reads, found, looking.on)


def line_of(portal: Portal, one: Waiting, names: Mapping[str, Row], looking: Looking) -> Line:
    """A line of work in the visitor's language, with a link where there is a page for it."""
    english = visit().lang == "en"
    told = filled({name: value for name, value in one.told.items() if name in _TOLD}, int(english))
    firm = names[one.member].name if one.member in names else ""
    about = [f"{firm} ({one.member})" if firm else "", *(told[name] for name in _TOLD if name in told)]
    plain = ", ".join(part for part in about if part) or ("" if TASKS[one.kind].many else one.subject)
    return Line(
        what=one.what_en if english else one.what_id,
        about=plain,
        unit=one.unit,
        since=one.since,
        days=(looking.on - one.since).days,
        clock=one.clock_en if english else one.clock_id,
        clock_on=one.clock_on,
        left=0 if one.clock_on is None else (one.clock_on - looking.on).days,
        page=one.page if one.page and portal.has_page(one.page) else "",
        command=one.command,
        count=one.count,
    )
