"""Applications as the secretary sees them: who waits for whom since when, and what the clock will do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.register import waiting_for
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import Scope
from juru.association.domain.people import move_asked
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Looking, Portal, holds, looking_of

_WAITS = {"branch": 1, "national": 2, "national_overdue": 0, "appeal": 3, "appeal_overdue": 0}


class Waiting(msgspec.Struct, frozen=True):
    """A member that waits for somebody; ``waits_on`` is empty while papers are missing, ``move`` if it asks to move."""

    number: str
    name: str
    branch: str
    since: date | None
    waits_on: str
    until: date | None
    left: int | None = None
    to: str = ""


def routes(portal: Portal) -> list[BaseRoute]:
    """The list."""

    async def listed(request: Request) -> Response:
        looking, visitor = looking_of(request), portal.visitor()
        assert visitor is not None, "the route asks for a login"
        found = await asyncio.to_thread(waiting, portal, visitor, looking)
        branch = request.query_params.get("branch", "")[:20]
        on = request.query_params.get("waits", "")[:20]
        rows = [row for row in found if branch in {"", row.branch} and on in {"", row.waits_on}]
        return portal.html(
            "applications.html",
            looking=looking,
            rows=rows,
            branches=sorted({row.branch for row in found}),
            kinds=sorted({row.waits_on for row in found}),
            branch=branch,
            waits=on,
        )

    return [portal.route("/applications", listed, holds(Scope.MEMBERS_READ))]


def waiting(portal: Portal, visitor: Visitor, looking: Looking) -> list[Waiting]:
    """Whoever waits in the branches that an officer reads: applications, appeals, moves; the most urgent first."""
    rows = portal.roll.on(looking.on, portal.known_ms(looking)).values()
    known_ms = portal.known_ms(looking)
    found = []
    with portal.reading() as reads:
        policies, moving = reads.policies(known_ms), set(reads.subjects_with("move_asked"))
        for row in rows:
            waits = row.state == "applicant" or row.reason == "expulsion_under_appeal"
            if not (waits and visitor.may(Scope.MEMBERS_READ, row.branch)) and row.number not in moving:
                continue
            recorded = reads.facts(Subject.MEMBER, row.number, looking.on, known_ms)
            facts = [one.fact for one in recorded if isinstance(one.fact, f.MemberFact)]
            if waits and visitor.may(Scope.MEMBERS_READ, row.branch):
                on, until = waiting_for(reads, policies, row.reason, facts, looking.on, known_ms) or ("", None)
                left = None if until is None else (until - looking.on).days
                found.append(Waiting(row.number, row.name, row.branch, _since(facts), on, until, left))
            asked = move_asked(f.known(facts, looking.on)) if row.number in moving else None
            if asked is not None and visitor.may(Scope.MEMBERS_READ, asked.to):
                found.append(Waiting(row.number, row.name, row.branch, asked.on, "move", None, None, asked.to))
    return sorted(found, key=lambda one: (_WAITS.get(one.waits_on, 9), one.until or date.max, one.number))


def _since(facts: Iterable[f.Fact]) -> date | None:
    """Since when it waits: since it was complete, else since it applied; an appeal since it was filed."""
    kinds = (f.Applied, f.Complete, f.Appealed)
    return max((fact.on for fact in facts if isinstance(fact, kinds)), default=None)
