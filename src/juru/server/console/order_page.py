"""One order's page, and correcting its number there while nothing of it was sent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.money import REASON_MAX, back_to, field
from juru.server.console.page import Console
from juru.server.console.story import story_of
from juru.server.console.words import Words, words
from juru.server.domain.commands import CorrectNumber
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Corrected
from juru.web.visits import visit

ORDER = "/orders/{order_id:int}"
_ID_MAX = 2**62
_DEST_MAX = 24


class OrderPage:
    """The routes of one order."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def order(self, request: Request) -> Response:
        """What happened, in order; as a page, or as the part that the live page shows beside its rows."""
        return self._page(request)

    def _page(
        self, request: Request, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None
    ) -> Response:
        lang, number = visit().lang, request.path_params["order_id"]
        console = self._console
        past = console.reads.timeline(number) if number < _ID_MAX else None
        name = "order_part.html" if "part" in request.query_params else "order.html"
        story = None if past is None else story_of(past, console.writer.cell, lang, words(lang))
        return console.html(
            name,
            lang,
            404 if story is None else status,
            order_id=number,
            story=story,
            why=why,
            typed=typed or {"dest": "", "reason": ""},
        )

    async def correct(self, request: Request) -> Response:
        """Correct the number; sent twice, it is corrected once."""
        form = await request.form()
        t, number = words(visit().lang), request.path_params["order_id"]
        typed = {"dest": field(form, "dest", _DEST_MAX), "reason": field(form, "reason", REASON_MAX)}
        if number >= _ID_MAX or self._console.reads.order(number) is None:
            return self._page(request)
        if not (typed["dest"] and typed["reason"]):
            return self._page(request, status=400, why=t("correct_no_reason"), typed=typed)
        command = CorrectNumber(number, typed["dest"], typed["reason"], f"console:{whose('demo')}")
        result = await self._console.writer.submit(command)
        if isinstance(result, Refusal):
            return self._page(request, status=409, why=_why_not(result, typed["dest"], t), typed=typed)
        assert isinstance(result, Corrected), result
        return await back_to(self._console, f"/orders/{number}", "order_corrected")


def _why_not(refusal: Refusal, dest: str, t: Words) -> str:
    facts = {name: str(value) for name, value in refusal.facts.items()}
    match refusal.code:
        case Code.NOT_CORRECTABLE:
            return t(f"correct_no_{facts['why']}")
        case Code.BAD_DESTINATION:
            return t("correct_no_destination", dest=dest, product=facts["product"])
        case Code.WRONG_OPERATOR:
            return t("correct_no_operator", dest=dest, wanted=facts["wanted"])
        case Code.REPEATED_ORDER:
            return t("correct_no_repeat", dest=dest, product=facts["product"], order_id=facts["order_id"])
        case code:
            return t("why_other", code=code.value)


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees an order; who decides corrects its number."""
    page, guard = OrderPage(console), console.gate.guard
    return [
        Route(ORDER, guard(page.order, may(Power.SEE)), methods=["GET"]),
        Route(f"{ORDER}/correct", guard(page.correct, may(Power.DECIDE)), methods=["POST"]),
    ]
