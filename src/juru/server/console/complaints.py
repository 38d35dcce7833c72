"""The page Complaints: who waits for an answer and how long still, all that was written, and answering."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.money import back_to, field
from juru.server.console.page import Console
from juru.server.console.shape import minute
from juru.server.console.story import wrote_of
from juru.server.console.words import Lang, Words, words
from juru.server.dialects.replies import span_text
from juru.server.domain.commands import AnswerComplaint
from juru.server.domain.complaint import Complaint, ComplaintState
from juru.server.domain.complaints import TEXT_CHARS_MAX, clean_text
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Code, Refusal
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.web.visits import visit

COMPLAINTS = "/complaints"
SHOWN = 100
_WAITING_MAX = 1_000
_ID_MAX = 2**62
_TONES = {ComplaintState.ANSWERED: "ok", ComplaintState.CLOSED: ""}


class ComplaintRow(msgspec.Struct, frozen=True):
    """A complaint as the page shows it. ``late`` when its time is over."""

    number: int
    order_id: int
    agent: str
    since: str
    until: str
    channel: str
    clock: str
    late: bool
    state: str
    tone: str
    text: str
    is_closed: bool


class ComplaintPages:
    """The routes of complaints."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._papers = PaperReads(console.reads.engine)

    async def every(self, request: Request) -> Response:
        """Those that wait, the most urgent first; or all, newest first, a page at a time."""
        lang = visit().lang
        everything = "all" in request.query_params
        before = request.query_params.get("before", "")
        before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else _ID_MAX
        if everything:
            found = self._papers.page("complaint", before_id=before_id, limit=SHOWN)
        else:
            found = self._papers.page("complaint", only_open=True, limit=_WAITING_MAX)
            found.sort(key=lambda filed: _complaint(filed).answer_by_ms)
        return self._console.html(
            "complaints.html",
            lang,
            complaints=[self._row(filed, lang, words(lang)) for filed in found],
            every=everything,
            older=found[-1].id if everything and len(found) == SHOWN else None,
        )

    def _row(self, filed: FiledPaper, lang: Lang, t: Words) -> ComplaintRow:
        complaint, cell = _complaint(filed), self._console.writer.cell
        left_s = (complaint.answer_by_ms - self._console.now_ms()) // 1000
        span = span_text(left_s, lang)
        clock = "" if not complaint.waits else t("complaint_over" if left_s < 0 else "complaint_left", span=span)
        late = complaint.waits and left_s < 0
        return ComplaintRow(
            filed.id,
            complaint.order_id,
            cell.agent_codes.get(complaint.agent_id, "?"),
            minute(complaint.opened_ms, cell.settings.zone, lang),
            minute(complaint.answer_by_ms, cell.settings.zone, lang),
            complaint.channel,
            clock,
            late,
            t(f"complaint_state_{complaint.state.value}"),
            "bad" if late else _TONES.get(complaint.state, "mind"),
            complaint.entries[-1].text,
            complaint.state is ComplaintState.CLOSED,
        )

    async def one(self, request: Request) -> Response:
        """All that was written about one order."""
        return self._one(request)

    def _one(self, request: Request, *, status: int = 200, why: str = "", typed: str = "") -> Response:
        lang, order_id = visit().lang, request.path_params["order_id"]
        t, filed = words(lang), self._filed(order_id)
        return self._console.html(
            "complaint.html",
            lang,
            404 if filed is None else status,
            order_id=order_id,
            row=None if filed is None else self._row(filed, lang, t),
            wrote=() if filed is None else wrote_of(_complaint(filed), self._console.writer.cell, lang),
            longest=TEXT_CHARS_MAX,
            typed=typed,
            why=why,
        )

    def _filed(self, order_id: int) -> FiledPaper | None:
        return self._papers.by_key("complaint", str(order_id)) if order_id < _ID_MAX else None

    async def answer(self, request: Request) -> Response:
        """Answer, close, or both. Who has not seen what was written last is shown it first."""
        form = await request.form()
        t, order_id = words(visit().lang), request.path_params["order_id"]
        text, what = field(form, "text", 4 * TEXT_CHARS_MAX), field(form, "what")
        close = what in {"close", "answer_close"}
        filed = self._filed(order_id)
        if filed is None:
            return self._one(request)
        text = "" if what == "close" else text
        if not text and what != "close":
            return self._one(request, status=400, why=t("complaint_no_text"))
        known, by = _complaint(filed), f"console:{whose('demo')}"
        again = (known.entries[-1].text, known.entries[-1].by) == (clean_text(text), by)
        if field(form, "seen") != str(len(known.entries)) and not again:
            return self._one(request, status=409, why=t("complaint_moved"), typed=text)
        result = await self._console.writer.submit(AnswerComplaint(order_id, by, text, close))
        if isinstance(result, Refusal):
            return self._one(request, status=409, why=_why_not(result, t), typed=text)
        done = "complaint_closed" if close else "complaint_answered"
        return await back_to(self._console, f"{COMPLAINTS}/{order_id}", done)


def _complaint(filed: FiledPaper) -> Complaint:
    assert isinstance(filed.paper, Complaint), filed
    return filed.paper


def _why_not(refusal: Refusal, t: Words) -> str:
    match refusal.code:
        case Code.COMPLAINTS_TOO_MANY:
            why = t("complaint_full")
        case Code.NOT_ALLOWED:
            why = t("complaint_moved")
        case code:
            why = t("why_other", code=code.value)
    return t("complaint_refused", why=why)


def routes(console: Console) -> list[BaseRoute]:
    """Everybody sees complaints; who decides answers them."""
    pages, guard = ComplaintPages(console), console.gate.guard
    one = f"{COMPLAINTS}/{{order_id:int}}"
    return [
        Route(COMPLAINTS, guard(pages.every, may(Power.SEE)), methods=["GET"]),
        Route(one, guard(pages.one, may(Power.SEE)), methods=["GET"]),
        Route(one, guard(pages.answer, may(Power.DECIDE)), methods=["POST"]),
    ]
