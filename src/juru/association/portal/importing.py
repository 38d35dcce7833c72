"""A members' list for the national secretariat: sent, looked at row by row, its questions answered, then recorded.

A list that was sent is held in memory until it is recorded or a few others have come: nothing of it is in the book
before, and after a restart it is sent once more.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.importing import (
    Answer,
    Fate,
    Kind,
    NoListError,
    Plan,
    fates_csv,
    plan,
    run_as_job,
    template,
)
from juru.association.desk.members_sheet import BYTES_MAX
from juru.association.domain.boards import Scope
from juru.association.portal.portal import Portal, holds_nationally, looking_of
from juru.association.portal.runs import Runner
from juru.association.portal.taken import attachment
from juru.web.visits import visit

SHOWN = 100
HELD = 5
_ALLOWANCE = 200_000
_NAME_MAX = 60
_FIRST = (Kind.QUESTION, Kind.REFUSED, Kind.ADD, Kind.SKIPPED, Kind.THERE)


JudgedBy = tuple[int, date, tuple[tuple[int, Answer], ...]]


class Sent(msgspec.Struct):
    """A list that was sent, with the answers given so far."""

    name: str
    content: bytes
    answers: dict[int, Answer] = {}
    judged: tuple[JudgedBy, Plan] | None = None


class _Held:
    """The latest lists by who sent them and what they are."""

    def __init__(self) -> None:
        self._lists: OrderedDict[str, Sent] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, login: str, name: str, content: bytes) -> str:
        """Hold a list; its key. The same list again keeps its answers."""
        key = hashlib.sha256(login.encode() + b"\0" + content).hexdigest()[:32]
        with self._lock:
            self._lists.setdefault(key, Sent(name, content))
            self._lists.move_to_end(key)
            while len(self._lists) > HELD:
                self._lists.popitem(last=False)
        return key

    def find(self, login: str, key: str) -> Sent | None:
        """A list that this login sent."""
        with self._lock:
            sent = self._lists.get(key)
        if sent is None or hashlib.sha256(login.encode() + b"\0" + sent.content).hexdigest()[:32] != key:
            return None
        return sent


def routes(portal: Portal) -> list[BaseRoute]:
    """The form, the fates, the answers, the recording."""
    pages = _Import(portal)
    secretary = holds_nationally(Scope.MEMBERS_DECIDE)
    most = BYTES_MAX + _ALLOWANCE
    return [
        portal.route("/import", pages.form, secretary),
        portal.route("/import", pages.send, secretary, "POST", body_bytes_max=most),
        portal.route("/import/template.xlsx", pages.template, secretary),
        portal.route("/import/{key}", pages.fates, secretary),
        portal.route("/import/{key}/fates.csv", pages.download, secretary),
        portal.route("/import/{key}/answers", pages.answer, secretary, "POST"),
        portal.route("/import/{key}/record", pages.record, secretary, "POST"),
    ]


class _Import:
    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.held = _Held()
        self.runner = Runner()

    async def form(self, request: Request) -> Response:
        """Choose a file."""
        return self._form(request)

    def _form(self, request: Request, problem: str = "", status: int = 200) -> Response:
        return self.portal.html("import.html", status, looking=looking_of(request), problem=problem, found=None)

    async def template(self, _request: Request) -> Response:
        """The empty list."""
        body = await asyncio.to_thread(template)
        media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return attachment(body, "anggota.xlsx", media_type)

    async def send(self, request: Request) -> Response:
        """Look at a file; one that is no list is answered on the spot."""
        form = await request.form()
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            return self._form(request, self._word("import_no_file"), 400)
        content, name = await upload.read(), upload.filename[:_NAME_MAX]
        sent = Sent(name, content)
        try:
            await asyncio.to_thread(self._planned, sent)
        except NoListError as error:
            return self._form(request, error.why.told(visit().lang), 400)
        return RedirectResponse(f"/import/{self.held.keep(self._login(), name, content)}", 303)

    async def fates(self, request: Request) -> Response:
        """Each row's fate; what needs a person stands first."""
        sent = self._sent(request)
        if sent is None:
            return self._form(request, self._word("import_gone"), 404)
        found = await asyncio.to_thread(self._planned, sent)
        wanted, page = request.query_params.get("fate", ""), _page(request)
        rows = [fate for kind in _FIRST for fate in found.fates if fate.kind is kind and wanted in {"", kind.value}]
        return self.portal.html(
            "import.html",
            looking=looking_of(request),
            problem="",
            found=found,
            key=request.path_params["key"],
            name=sent.name,
            counts={kind.value: found.count(kind) for kind in _FIRST},
            wanted=wanted,
            rows=rows[page * SHOWN : (page + 1) * SHOWN],
            page=page,
            more=len(rows) > (page + 1) * SHOWN,
            answers=sent.answers,
            asks=self._asks(sent),
            said=lambda fate: fate.why.told(visit().lang),
        )

    async def download(self, request: Request) -> Response:
        """Every row's fate as a table."""
        sent = self._sent(request)
        if sent is None:
            return self.portal.absent(request)
        found = await asyncio.to_thread(self._planned, sent)
        return attachment(fates_csv(found), "nasib.csv", "text/csv; charset=utf-8")

    async def answer(self, request: Request) -> Response:
        """Keep the answers of a page; an empty one takes an answer back."""
        sent = self._sent(request)
        if sent is None:
            return self._form(request, self._word("import_gone"), 404)
        form = await request.form()
        given = {name.removeprefix("row-"): str(value) for name, value in form.items() if name.startswith("row-")}
        for row, word in given.items():
            if row.isascii() and row.isdigit():
                sent.answers.pop(int(row), None)
                if word in set(Answer):
                    sent.answers[int(row)] = Answer(word)
        await asyncio.to_thread(self._settle, sent)
        return RedirectResponse(f"/import/{request.path_params['key']}", 303)

    async def record(self, request: Request) -> Response:
        """Record what would be added, as a job; while a question is open nothing is."""
        sent = self._sent(request)
        if sent is None:
            return self._form(request, self._word("import_gone"), 404)
        form = await request.form()
        found = await asyncio.to_thread(self._planned, sent)
        held = found.count(Kind.QUESTION) or (found.count(Kind.REFUSED) and form.get("without") != "refused")
        if held or not found.rows:
            return RedirectResponse(f"/import/{request.path_params['key']}", 303)
        visitor = self.portal.visitor()
        by = "" if visitor is None else visitor.person or visitor.login

        def work(begun: Callable[[int], None]) -> None:
            run_as_job(self.portal.desk, found, file=sent.name, by=by, clock=self.portal.now, begun=begun)

        number = await asyncio.wrap_future(self.runner.start(str(form.get("request"))[:80], work))
        return RedirectResponse(f"/jobs/{number}", 303)

    def _planned(self, sent: Sent) -> Plan:
        """The fates as the book, the day and the answers stand now; judged anew only when one of them has changed."""
        today = self.portal.today()
        with self.portal.reading() as reads:
            judged_by = (reads.latest_fact(), today, tuple(sorted(sent.answers.items())))
            if sent.judged is None or sent.judged[0] != judged_by:
                sent.judged = judged_by, plan(reads, sent.content, today=today, answers=sent.answers)
            return sent.judged[1]

    def _settle(self, sent: Sent) -> None:
        """Drop answers to what is no question any more."""
        while True:
            try:
                self._planned(sent)
            except NoListError as error:
                if sent.answers.pop(int(error.why.facts.get("row", -1)), None) is None:
                    raise
            else:
                return

    def _asks(self, sent: Sent) -> Callable[[Fate], bool]:
        """Whether a row has a question, answered or not."""
        return lambda fate: fate.kind is Kind.QUESTION or fate.row in sent.answers

    def _sent(self, request: Request) -> Sent | None:
        return self.held.find(self._login(), request.path_params["key"])

    def _login(self) -> str:
        visitor = self.portal.visitor()
        return "" if visitor is None else visitor.login

    def _word(self, key: str) -> str:
        return self.portal.pages.words_in(visit().lang)(key)


def _page(request: Request) -> int:
    text = request.query_params.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
