"""The page Bank: our accounts beside their banks, bringing a file in, and the rows that wait for a person.

A file is looked at first; what was looked at is kept in memory for a while, and the second form only names it. Bringing
it in goes on when the page is left, and its result can be found again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.bank.statement import UnreadableError
from juru.server.console.entry import may, whose
from juru.server.console.money import REASON_MAX, back_to, field, why_not
from juru.server.console.page import Console
from juru.server.console.rows import RowView, row_view
from juru.server.console.shape import day_words
from juru.server.console.words import Lang, Words, words
from juru.server.desk.bank_files import BEFORE, KNOWN, BringInError, Preview, Previewer, bring_in, read_file
from juru.server.desk.bank_state import AccountState, account_states
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_assign import seen_of
from juru.server.domain.bank_row import BankRow, RowTarget
from juru.server.domain.commands_money import AssignBankRow, ReopenBankRow
from juru.server.domain.logins import Power
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import BankImported
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import business_day
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

PATH = "/bank"
FILE_BYTES_MAX = 30_000_000
SHOWN = 50
_JOBS_KEPT = 50
_ROWS_KEPT = 300_000
"""Rows of all files that were looked at and not yet brought in: some hundred megabytes at most."""
_YIELD_ROWS = 1_000
"""Rows judged before others have their turn: some milliseconds of the server."""
_LAST = 2**62
_COLUMNS = ("balance", "amount", "account", "currency")
"""Columns that faults name where the file has no name of its own for them."""


class AccountView(msgspec.Struct, frozen=True):
    """An account as the page shows it."""

    code: str
    bank: str
    book: str
    bank_says: str
    until: str
    waits: str
    differs: str
    tone: str


class Job(msgspec.Struct):
    """A file being brought in, or what became of it."""

    file: str
    total: int
    done: int = 0
    result: BankImported = BankImported()
    finished: bool = False
    why: str = ""


class BankPages:
    """The routes of the page Bank."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._papers = PaperReads(console.reads.engine)
        self._looked: OrderedDict[str, Preview] = OrderedDict()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ the page

    async def home(self, request: Request) -> Response:
        """Accounts, the form for a file, and rows: those that wait, or all."""
        return self._home(request)

    def _home(self, request: Request, *, status: int = 200, why: str = "") -> Response:
        lang = visit().lang
        t = words(lang)
        every = "all" in request.query_params
        before = request.query_params.get("before", "")
        before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else _LAST
        found = self._papers.page("bank_row", only_open=not every, before_id=before_id, limit=SHOWN)
        accounts = self._console.writer.cell.bank_accounts
        return self._console.html(
            "bank.html",
            lang,
            status,
            accounts=[_account_view(one, lang, t) for one in account_states(self._console.reads)],
            codes=sorted(accounts),
            rows=[self._view(filed, lang, t) for filed in found],
            every=every,
            older=found[-1].id if len(found) == SHOWN else None,
            why=why,
        )

    def _view(self, filed: FiledPaper, lang: Lang, t: Words) -> RowView:
        return row_view(filed, self._console.writer.cell, lang, t)

    # ------------------------------------------------------------------ a file

    async def look(self, request: Request) -> Response:
        """Read the file and show what would become of its rows."""
        form = await request.form()
        t = words(visit().lang)
        account = self._console.writer.cell.bank_accounts.get(field(form, "account"))
        upload, year = form.get("file"), field(form, "year")
        if account is None:
            return self._home(request, status=400, why=t("bank_no_account"))
        if not isinstance(upload, UploadFile) or not upload.filename:
            return self._home(request, status=400, why=t("bank_no_file"))
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            return self._home(request, status=400, why=t("bank_bad_year"))
        name = upload.filename[:120]
        try:
            preview = await self._preview(account, await upload.read(), name, int(year) if year else None)
        except UnreadableError as error:
            return self._console.html(
                "bank_look.html",
                visit().lang,
                422,
                file=name,
                account=account.code,
                faults=error,
                columns={name: t(f"column_{name}") for name in _COLUMNS},
                looked="",
                preview=None,
            )
        token = self._console.gate.token()[:24]
        self._keep(token, preview)
        lang = visit().lang
        return self._console.html(
            "bank_look.html",
            lang,
            file=name,
            account=account.code,
            faults=None,
            looked=token,
            preview=preview,
            counts=_counts(preview, t),
            samples=_samples(preview, self._console.writer.cell.agent_codes, lang, t),
            left=_left_out(preview, t),
        )

    async def _preview(self, account: BankAccount, data: bytes, name: str, year: int | None) -> Preview:
        """Read on a thread, since a long file takes seconds; judge in turns with everybody else."""
        now_ms, zone = self._console.now_ms(), self._console.writer.cell.settings.zone
        today = business_day(now_ms, zone)
        statement = await asyncio.to_thread(lambda: read_file(account, data, today=today, year=year))
        looking = Previewer(self._papers, account, statement, name, now_ms=now_ms, zone=zone)
        for _ in looking.pages(_YIELD_ROWS):
            await asyncio.sleep(0)
        return looking.preview

    def _keep(self, token: str, preview: Preview) -> None:
        """Keep what was looked at; what was looked at longest ago goes when it is too much."""
        self._looked[token] = preview
        while len(self._looked) > 1 and sum(len(one.lines) for one in self._looked.values()) > _ROWS_KEPT:
            self._looked.popitem(last=False)

    async def bring(self, request: Request) -> Response:
        """Bring in what was looked at, once, however often the form is sent."""
        form = await request.form()
        token = field(form, "token", 64)
        if token not in self._jobs:
            preview = self._looked.pop(token, None)
            if preview is None:
                return self._home(request, status=409, why=words(visit().lang)("bank_gone"))
            job = Job(preview.file, len(preview.lines))
            self._jobs[token] = job
            while len(self._jobs) > _JOBS_KEPT:
                self._jobs.popitem(last=False)
            task = asyncio.create_task(self._carry(job, preview, f"console:{whose('demo')}", visit().lang))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return RedirectResponse(f"{PATH}/files/{token}", 303)

    async def _carry(self, job: Job, preview: Preview, by: str, lang: Lang) -> None:
        try:
            async for done, so_far in bring_in(self._console.writer, preview.lines, preview.account, preview.file, by):
                job.done, job.result = done, so_far
        except BringInError as error:
            job.why = why_not(error.refusal, words(lang), lang)
        except Exception:
            job.why = words(lang)("no_other", code="storage")
            raise
        finally:
            job.finished = True

    async def brought(self, request: Request) -> Response:
        """How far a file is, or what became of it."""
        job = self._jobs.get(request.path_params["token"])
        if job is None:
            return RedirectResponse(PATH, 303)
        lang = visit().lang
        t, result = words(lang), job.result
        facts = {"rows": result.rows, "credited": result.credited, "amount": format_rupiah(result.credited_idr)}
        says = t("bank_brought_says", **facts, known=result.known, waiting=sum(result.waiting.values()))
        if job.why:
            says = t("bank_brought_stopped", done=job.done, total=job.total, why=job.why)
        return self._console.html("bank_file.html", lang, job=job, says=says)

    # ------------------------------------------------------------------ one row

    async def row(self, request: Request) -> Response:
        """A row with what may be done about it."""
        return self._row(request.path_params["number"])

    def _row(self, number: int, *, status: int = 200, why: str = "", typed: dict[str, str] | None = None) -> Response:
        lang = visit().lang
        t = words(lang)
        filed = self._papers.by_number("bank_row", number) if number < _LAST else None
        if filed is None or not isinstance(filed.paper, BankRow):
            title, text = t("refused_absent_title"), t("bank_row_absent", number=number)
            return self._console.html("error.html", lang, 404, title=title, text=text)
        versions = [self._view(one, lang, t) for one in self._papers.versions("bank_row", filed.key)]
        transfer_ids, ticket = seen_of(filed.paper)
        return self._console.html(
            "bank_row.html",
            lang,
            status,
            row=self._view(filed, lang, t),
            versions=versions,
            targets=[
                target.value for target in RowTarget if target is not RowTarget.DEBT or filed.paper.amount_idr > 0
            ],
            typed=typed or {"target": "", "to": "", "reason": ""},
            seen=" ".join(str(i) for i in (*transfer_ids, f"t{ticket}" if ticket is not None else "")).strip(),
            why=why,
        )

    async def assign(self, request: Request) -> Response:
        """Say what a row is."""
        form = await request.form()
        number, lang = request.path_params["number"], visit().lang
        t = words(lang)
        typed = {name: field(form, name, REASON_MAX) for name in ("target", "to", "reason")}
        filed = self._papers.by_number("bank_row", number) if number < _LAST else None
        if filed is None:
            return self._row(number)
        if typed["target"] not in set(RowTarget):
            return self._row(number, status=400, why=t("money_what_needed"), typed=typed)
        if not typed["reason"]:
            return self._row(number, status=400, why=t("money_reason_needed"), typed=typed)
        target, to = RowTarget(typed["target"]), typed["to"].upper()
        transfer = int(to) if target is RowTarget.BOOKED and to.isascii() and to.isdigit() else None
        by = f"console:{whose('demo')}"
        command = AssignBankRow(filed.key, target, typed["reason"], by, "" if transfer else to, transfer)
        result = await self._console.writer.submit(command)
        if isinstance(result, Refusal):
            return self._row(number, status=409, why=why_not(result, t, lang), typed=typed)
        return await back_to(self._console, f"{PATH}/rows/{number}", "assigned")

    async def reopen(self, request: Request) -> Response:
        """Take back what a row was booked as, if it still is what the page showed."""
        form = await request.form()
        number, lang = request.path_params["number"], visit().lang
        t, reason = words(lang), field(form, "reason", REASON_MAX)
        filed = self._papers.by_number("bank_row", number) if number < _LAST else None
        if filed is None:
            return self._row(number)
        if not reason:
            return self._row(number, status=400, why=t("money_reason_needed"))
        marks = field(form, "seen").split()
        ids = tuple(int(mark) for mark in marks if mark.isdigit())
        ticket = next((int(mark[1:]) for mark in marks if mark[:1] == "t" and mark[1:].isdigit()), None)
        by = f"console:{whose('demo')}"
        result = await self._console.writer.submit(ReopenBankRow(filed.key, ids, reason, by, ticket))
        if isinstance(result, Refusal):
            return self._row(number, status=409, why=why_not(result, t, lang))
        return await back_to(self._console, f"{PATH}/rows/{number}", "reopened")


def routes(console: Console) -> list[BaseRoute]:
    """Who sees reports sees the accounts; who posts deposits brings files in and names rows."""
    pages, guard = BankPages(console), console.gate.guard
    see, post = may(Power.REPORTS), may(Power.DEPOSIT)
    return [
        Route(PATH, guard(pages.home, see), methods=["GET"]),
        Route(f"{PATH}/look", guard(pages.look, post, body_bytes_max=FILE_BYTES_MAX), methods=["POST"]),
        Route(f"{PATH}/bring", guard(pages.bring, post), methods=["POST"]),
        Route(f"{PATH}/files/{{token}}", guard(pages.brought, see), methods=["GET"]),
        Route(f"{PATH}/rows/{{number:int}}", guard(pages.row, see), methods=["GET"]),
        Route(f"{PATH}/rows/{{number:int}}/assign", guard(pages.assign, post), methods=["POST"]),
        Route(f"{PATH}/rows/{{number:int}}/reopen", guard(pages.reopen, post), methods=["POST"]),
    ]


def _account_view(state: AccountState, lang: Lang, t: Words) -> AccountView:
    differs, tone = "—", ""
    if state.differs_idr is not None:
        differs = format_rupiah(state.differs_idr) if state.differs_idr else t("bank_differs_none")
        tone = "mind" if state.differs_idr else "ok"
    waits = t("bank_waits_rows", count=state.waiting, amount=format_rupiah(state.waiting_idr)) if state.waiting else "0"
    return AccountView(
        t("bank_nowhere") if state.account == "-" else state.account,
        "" if state.bank == "-" else state.bank,
        format_rupiah(state.book_idr),
        "—" if state.bank_idr is None else format_rupiah(state.bank_idr),
        day_words(state.until, lang),
        waits,
        differs,
        tone,
    )


def _counts(preview: Preview, t: Words) -> list[tuple[str, int, str]]:
    """What becomes of how many rows, of what sum; what is passed over last."""
    last = {KNOWN, BEFORE}
    ordered = sorted(preview.counts, key=lambda what: (what in last, -preview.counts[what]))
    return [
        (t(f"bank_becomes_{what}"), preview.counts[what], format_rupiah(preview.sums_idr[what])) for what in ordered
    ]


def _left_out(preview: Preview, t: Words) -> str:
    pending, zero = preview.statement.pending, preview.statement.zero
    return t("bank_look_left", pending=pending, zero=zero) if pending or zero else ""


def _samples(preview: Preview, codes: dict[int, str], lang: Lang, t: Words) -> list[dict[str, str]]:
    rows = []
    for seen in preview.samples[:SHOWN]:
        about = ""
        if seen.ticket is not None:
            about = t("bank_about_ticket", ticket=seen.ticket, agent=codes.get(seen.agent_id or 0, "?"))
        rows.append(
            {
                "line": str(seen.row.line),
                "day": day_words(seen.row.day, lang),
                "amount": format_rupiah(seen.row.amount_idr),
                "text": seen.row.text,
                "becomes": t(f"bank_becomes_{seen.what}"),
                "about": about,
            }
        )
    return rows
