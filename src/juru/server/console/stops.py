"""The page Switches: what is stopped, and a form that says in a sentence what it would do before it does it.

A form names the state it was opened for and has an id: sent twice it is answered with what it did, and one that is out
of date changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.money import REASON_MAX, field
from juru.server.console.page import Console
from juru.server.console.watch import stop_view
from juru.server.console.words import Words, words
from juru.server.desk.stops import What, closables, effect, is_stopped, switch
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Refusal
from juru.web.visits import visit

PATH = "/stops"
SHOWN = 200
_ID_MAX = 64
_KEPT = 1_000
_VERBS = frozenset({"stop", "start"})


class Dialog(msgspec.Struct, frozen=True):
    """One switch and what turning it would do."""

    what: str
    code: str
    name: str
    title: str
    on: bool
    says: str
    send: str


class Outcome(msgspec.Struct, frozen=True):
    """What a form did: the key of its text and the switch's name."""

    key: str
    tone: str
    what: str
    code: str
    why: str = ""


class StopPages:
    """The routes of switches."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done: OrderedDict[str, Outcome] = OrderedDict()
        self._turning = asyncio.Lock()

    async def home(self, request: Request) -> Response:
        """What is stopped, and the switch that was asked for."""
        query = request.query_params
        what, code = query.get("what", ""), query.get("code", "").strip().upper()[:40]
        return self._home(what, code, done=query.get("done", ""))

    def _home(
        self, what: str, code: str, *, status: int = 200, why: str = "", reason: str = "", done: str = ""
    ) -> Response:
        lang, cell = visit().lang, self._console.writer.cell
        t = words(lang)
        dialog, problem = self._dialog(what, code, t) if what else (None, "")
        outcome = self._done.get(done)
        on, count = self._console.stops.on(cell, SHOWN)
        return self._console.html(
            "stops.html",
            lang,
            404 if problem else status,
            stops=[stop_view(one, cell, self._console.now_ms(), lang, t) for one in on],
            more=count - len(on),
            dialog=None if outcome is not None else dialog,
            why=why or problem,
            reason=reason,
            outcome=None if outcome is None else (outcome.tone, _told(outcome, t)),
            whats=[(one.value, t(f"stop_{one.value}")) for one in What],
            what=what or What.SUPPLIER.value,
            codes={one.value: sorted(closables(cell, one)) for one in What if one is not What.PRODUCT},
            code=code,
            request_id=self._console.gate.token()[:24],
        )

    def _dialog(self, what: str, code: str, t: Words) -> tuple[Dialog | None, str]:
        """The switch, or why there is none."""
        cell = self._console.writer.cell
        if what not in set(What):
            return None, t("stop_unknown", code=what[:40])
        kind = What(what)
        known = closables(cell, kind)
        if (kind is What.ALL) is bool(code) or (kind is not What.ALL and code not in known):
            return None, t("stop_unknown", code=code) if code else ""
        on = is_stopped(cell, kind, code)
        met = effect(cell, kind, code)
        facts = {
            "code": code,
            "queued": met.queued,
            "sent": met.sent,
            "products": met.products,
            "open": len(cell.orders),
        }
        verb = "start" if on else "stop"
        name = "" if kind is What.ALL else known[code].name
        title = t(f"stop_of_{what}", code=code)
        return Dialog(what, code, name, title, on, t(f"{verb}_says_{what}", **facts), t(f"{verb}_send")), ""

    async def turn(self, request: Request) -> Response:
        """Turn a switch, once, if it still stands as the form saw it."""
        form = await request.form()
        t = words(visit().lang)
        what, code, do = field(form, "what", 20), field(form, "code", 40).upper(), field(form, "do", 10)
        request_id, reason = field(form, "request_id", _ID_MAX), field(form, "reason", REASON_MAX)
        if self._dialog(what, code, t)[0] is None or not request_id:
            return self._home(what, code, status=400, why=t("stop_unknown", code=code or what))
        if do not in _VERBS:
            return self._home(what, code, status=400, why=t("why_malformed"), reason=reason)
        if not reason:
            return self._home(what, code, status=400, why=t("why_reason"))
        async with self._turning:
            if request_id not in self._done:
                self._keep(request_id, await self._turn(What(what), code, reason, closed=do == "stop"))
        return RedirectResponse(f"{PATH}?{urlencode({'done': request_id})}", 303)

    async def _turn(self, what: What, code: str, reason: str, *, closed: bool) -> Outcome:
        cell = self._console.writer.cell
        if is_stopped(cell, what, code) is closed:
            return Outcome("stop_already", "mind", what.value, code)
        record = None if what is What.ALL else closables(cell, what)[code]
        command = switch(what, record, closed=closed, by=f"console:{whose('demo')}", reason=reason)
        result = await self._console.writer.submit(command)
        if isinstance(result, Refusal):
            why = str(result.facts.get("detail", result.code.value))
            return Outcome("stop_refused", "bad", what.value, code, why)
        return Outcome("stop_done_stop" if closed else "stop_done_start", "ok", what.value, code)

    def _keep(self, request_id: str, outcome: Outcome) -> None:
        self._done[request_id] = outcome
        while len(self._done) > _KEPT:
            self._done.popitem(last=False)


def _told(outcome: Outcome, t: Words) -> str:
    return t(outcome.key, name=t(f"stop_of_{outcome.what}", code=outcome.code), why=outcome.why)


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees what is stopped; owners and operators turn switches."""
    pages, guard = StopPages(console), console.gate.guard
    return [
        Route(PATH, guard(pages.home, may(Power.SEE)), methods=["GET"]),
        Route(PATH, guard(pages.turn, may(Power.STOP)), methods=["POST"]),
    ]
