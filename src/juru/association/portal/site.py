"""All pages of the portal together: a new page is one file, its texts and one line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.portal import (
    about,
    accounts,
    announcements,
    applications,
    bank_files,
    boards,
    decisions,
    directory,
    exports,
    finance,
    front,
    importing,
    invoices,
    joining,
    letters,
    logins,
    meetings,
    member_dues,
    members,
    notices,
    offices,
    opportunities,
    papers,
    payments,
    purse,
    register,
    runs,
    statistics,
    trail,
    words_facts,
    words_front,
    words_import,
    words_joining,
    words_logins,
    words_members,
    words_offices,
    words_papers,
    words_purse,
    words_purse_forms,
    words_registers,
    words_statistics,
    words_trail,
    words_work,
    work,
)
from juru.association.portal.portal import Portal
from juru.association.portal.words import catalogue
from juru.web.gate import Refused

WORDS = catalogue(
    words_front.WORDS,
    words_import.WORDS,
    words_joining.WORDS,
    words_facts.WORDS,
    words_members.WORDS,
    words_logins.WORDS,
    words_registers.WORDS,
    words_papers.WORDS,
    words_offices.WORDS,
    words_statistics.WORDS,
    words_trail.WORDS,
    words_work.WORDS,
    words_purse.WORDS,
    words_purse_forms.WORDS,
)


def routes(portal: Portal) -> list[BaseRoute]:
    """Everything the portal answers."""
    return [
        *front.routes(portal),
        *logins.routes(portal),
        *register.routes(portal),
        *joining.routes(portal),
        *applications.routes(portal),
        *members.routes(portal),
        *directory.routes(portal),
        *about.routes(portal),
        *opportunities.routes(portal),
        *announcements.routes(portal),
        *letters.routes(portal),
        *meetings.routes(portal),
        *papers.routes(portal),
        *runs.routes(portal),
        *importing.routes(portal),
        *statistics.routes(portal),
        *boards.routes(portal),
        *decisions.routes(portal),
        *trail.routes(portal),
        *offices.routes(portal),
        *exports.routes(portal),
        *work.routes(portal),
        *notices.routes(portal),
        *finance.routes(portal),
        *purse.routes(portal),
        *invoices.routes(portal),
        *payments.routes(portal),
        *bank_files.routes(portal),
        *accounts.routes(portal),
        *member_dues.routes(portal),
        *portal.login.routes(),
    ]


def absent(portal: Portal) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The page of an address that is none of ours."""

    async def say(request: Request) -> Response:
        return portal.gate.refusal(request, Refused(404, "refused_absent"))

    guarded = portal.gate.guard(say, None)

    async def handle(request: Request, _error: Exception) -> Response:
        return await guarded(request)

    return handle
