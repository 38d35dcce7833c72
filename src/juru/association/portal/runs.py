"""The yearly run for the national treasurer: told first, then done; and long work, how far it is, from any page."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk import importing, yearly
from juru.association.desk.yearly import Forecast, forecast, run_as_job
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.papers import batch
from juru.association.papers.batch import print_year
from juru.association.papers.paper import PaperKind
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Portal, holds_nationally, looking_of
from juru.association.portal.said import count_words, day_words
from juru.association.store.jobs import Job, Jobs, JobState
from juru.association.store.rows import milliseconds
from juru.values.rupiah import format_rupiah
from juru.web.gate import Refused
from juru.web.visits import visit

PROCESSES = 2
_STARTED_KEPT = 200
_YEARS = range(1990, 2200)


class Wanted(msgspec.Struct, frozen=True):
    """The run that is asked for."""

    year: int
    on: date


class Runner:
    """Starts long work on a thread of its own; the same request starts it once.

    When the portal stops, so does the work, wherever it is: what is left is done by starting it anew.
    """

    def __init__(self) -> None:
        self._started: OrderedDict[str, Future[int]] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, request: str, work: Callable[[Callable[[int], None]], object]) -> Future[int]:
        """The job's number, as soon as ``work`` has told it."""
        with self._lock:
            if request in self._started:
                return self._started[request]
            told: Future[int] = Future()
            self._started[request] = told
            while len(self._started) > _STARTED_KEPT:
                self._started.popitem(last=False)

        def run() -> None:
            try:
                work(told.set_result)
            except BaseException as error:  # noqa: BLE001 - the job's own line says it; who waits for its number too
                if not told.done():
                    told.set_exception(error)

        threading.Thread(target=run, name=f"job-{request[:8]}", daemon=True).start()
        return told


def routes(portal: Portal) -> list[BaseRoute]:
    """The dry run, the run, the batch of papers, the jobs."""
    runner = Runner()
    treasurer = holds_nationally(Scope.DUES_MATCH)

    def works(visitor: Visitor) -> bool:
        """The right of whoever may start long work."""
        return treasurer(visitor) or visitor.may(Scope.MEMBERS_DECIDE, NATIONAL)

    async def told(request: Request) -> Response:
        looking = looking_of(request)
        wanted = _wanted(request.query_params.get("year"), request.query_params.get("day"), looking.on)
        found = None
        if wanted is not None and "year" in request.query_params:
            found = await asyncio.to_thread(_foreseen, portal, wanted)
        return portal.html(
            "runs.html",
            looking=looking,
            wanted=wanted or Wanted(looking.on.year + 1, looking.on),
            wrong=wanted is None,
            found=found,
            jobs=_jobs(portal).newest(now_ms=_now_ms(portal), at_most=10),
            job_name=partial(_job_name, portal),
            rupiah=format_rupiah,
        )

    async def start(request: Request) -> Response:
        form = await request.form()
        wanted = _wanted(str(form.get("year")), str(form.get("day")), portal.today())
        if wanted is None or wanted.on > portal.today():
            return portal.gate.refusal(request, Refused(400, "runs_wrong"))
        found = await asyncio.to_thread(_foreseen, portal, wanted)
        by, run_id = _name(portal), str(form.get("request"))[:80]

        def work(begun: Callable[[int], None]) -> None:
            run_as_job(portal.desk, found, by=by, run_id=run_id, clock=portal.now, begun=begun)

        return await _leads_to(runner.start(run_id, work))

    async def papers(request: Request) -> Response:
        form = await request.form()
        wanted = _wanted(str(form.get("year")), None, portal.today())
        kind = str(form.get("kind"))
        if wanted is None or kind not in set(PaperKind):
            return portal.gate.refusal(request, Refused(400, "runs_wrong"))
        by = _name(portal)

        def work(begun: Callable[[int], None]) -> None:
            print_year(
                portal.book.directory,
                kind=PaperKind(kind),
                year=wanted.year,
                processes=PROCESSES,
                by=by,
                clock=portal.now,
                begun=begun,
            )

        return await _leads_to(runner.start(str(form.get("request"))[:80], work))

    async def jobs(request: Request) -> Response:
        found = _jobs(portal).newest(now_ms=_now_ms(portal))
        return portal.html(
            "job_list.html", looking=looking_of(request), jobs=found, job_name=partial(_job_name, portal)
        )

    async def job(request: Request) -> Response:
        number = request.path_params["number"]
        found = None
        if number.isascii() and number.isdigit():
            found = _jobs(portal).one(min(int(number), 2**62), now_ms=_now_ms(portal))
        if found is None:
            return portal.absent(request)
        return portal.html(
            "job.html",
            looking=looking_of(request),
            job=found,
            again="/import" if found.kind == importing.JOB else f"/runs?year={found.subject.split(' ')[0]}",
            result=_result(found),
            job_name=partial(_job_name, portal),
            job_words=_job_words,
        )

    return [
        portal.route("/runs", told, treasurer),
        portal.route("/runs", start, treasurer, "POST"),
        portal.route("/runs/papers", papers, treasurer, "POST"),
        portal.route("/jobs", jobs, works),
        portal.route("/jobs/{number}", job, works),
    ]


async def _leads_to(started: Future[int]) -> Response:
    number = await asyncio.wrap_future(started)
    return RedirectResponse(f"/jobs/{number}", 303)


def _wanted(year: str | None, day: str | None, today: date) -> Wanted | None:
    """The run as typed; None for what is no year or no day."""
    try:
        wanted = Wanted(int(year) if year else today.year + 1, date.fromisoformat(day) if day else today)
    except ValueError:
        return None
    return wanted if wanted.year in _YEARS else None


def _foreseen(portal: Portal, wanted: Wanted) -> Forecast:
    with portal.reading() as reads:
        return forecast(reads, year=wanted.year, on=wanted.on)


def _name(portal: Portal) -> str:
    visitor = portal.visitor()
    assert visitor is not None, "the gate lets nobody in whose right it has not seen"
    return visitor.person or visitor.login


def _jobs(portal: Portal) -> Jobs:
    return Jobs(portal.book.directory)


def _now_ms(portal: Portal) -> int:
    return milliseconds(portal.now())


def _result(job: Job) -> tuple[str, str] | None:
    """What came of a job that is done, as its page words it."""
    if job.state is not JobState.DONE or job.kind not in {yearly.JOB, batch.JOB, importing.JOB}:
        return None
    if job.kind == importing.JOB:
        return count_words(int(job.note)), ""
    first, _, second = job.note.partition(" ")
    return count_words(int(first)), (format_rupiah if job.kind == yearly.JOB else count_words)(int(second))


def _job_name(portal: Portal, job: Job) -> str:
    """What a job does, in the visitor's words."""
    lang = visit().lang
    t = portal.pages.words_in(lang)
    first, _, second = job.subject.partition(" ")
    match job.kind:
        case yearly.JOB:
            return t("job_dues_run", first=first, second=day_words(date.fromisoformat(second), lang))
        case batch.JOB:
            return t("job_papers", first=first, second=t(f"kind_{second}").lower())
        case importing.JOB:
            return t("job_import", file=job.subject)
        case _:
            return f"{job.kind} {job.subject}"


def _job_words(job: Job) -> dict[str, str]:
    """How far a job is, as people read it."""
    left_s = job.left_s()
    percent = 100 if job.state == "done" else job.done * 100 // job.whole if job.whole else 0
    return {
        "percent": str(percent),
        "rate": f"{job.per_s():.1f}".replace(".", "," if visit().lang == "id" else "."),
        "left": "" if left_s is None else f"{left_s // 60}:{left_s % 60:02d}",
    }
