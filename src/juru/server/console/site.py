"""All pages of a server's console together: a new page is one file and one line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.server.console import (
    agents,
    alerts,
    bank,
    complaints,
    deposits,
    findings,
    logins,
    order_page,
    page,
    products,
    reports,
    statements,
    stops,
)
from juru.server.console.page import Console
from juru.web.gate import Refused


def routes(console: Console) -> list[BaseRoute]:
    """Everything the console answers."""
    reconciling = findings.FindingPages(console)
    return [
        *page.routes(console),
        *agents.routes(console),
        *bank.routes(console),
        *complaints.routes(console),
        *deposits.routes(console),
        *alerts.routes(console),
        *stops.routes(console),
        *findings.routes(console, reconciling),
        *statements.routes(console, reconciling),
        *products.routes(console),
        *logins.routes(console),
        *order_page.routes(console),
        *reports.routes(console),
        *console.login.routes(),
    ]


def absent(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The page of an address that is none of ours."""

    async def say(request: Request) -> Response:
        return console.gate.refusal(request, Refused(404, "refused_absent"))

    guarded = console.gate.guard(say, None)

    async def handle(request: Request, _error: Exception) -> Response:
        return await guarded(request)

    return handle
