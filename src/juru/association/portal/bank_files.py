"""Bank accounts: what book and bank say, a statement file looked at and then taken, what became of earlier ones.

A file that was looked at is kept in memory for a while, and the second form only names it. Taking it goes on when the
page is left; its result stays in the book.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from juru.association.desk.accounts import accounts
from juru.association.desk.statements import Look, TakeError, look, take, takes
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import AnyCommand, SetAccount
from juru.association.domain.refusals import told
from juru.association.domain.treasury import AccountSet, book_account
from juru.association.errors import AccountError
from juru.association.portal.parts import Field, Form, Section, Shown, Typed, apart, carry, draw, sheet, table
from juru.association.portal.portal import Portal, holds
from juru.association.portal.purse_scope import account_at, account_units, invoice_at, seen_units, sees, words
from juru.association.store.rows import day_number
from juru.bank.profiles import PROFILES
from juru.bank.statement import UnreadableError
from juru.values.rupiah import format_rupiah
from juru.web.sheets import Cell, Column, Kind, Line
from juru.web.visits import visit

PLACE = "/dues/bank"
FILE_BYTES_MAX = 30_000_000
SHOWN = 200
_ROWS_KEPT = 300_000
_JOBS_KEPT = 50
_FATES = ("matched", "unmatched", "outgoing", "known", "before")


class Job(msgspec.Struct):
    """A file being taken, or what became of it."""

    file: str
    account: str
    total: int
    done: int = 0
    counts: dict[str, int] = {}
    finished: bool = False
    why: str = ""


class BankPages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._looked: OrderedDict[str, tuple[str, Look]] = OrderedDict()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ accounts

    async def home(self, request: Request) -> Response:
        """Accounts and the form for a file."""
        return await draw(self._portal, request, self._home)

    async def _home(self, _request: Request) -> Shown | None:
        return await apart(self._accounts)

    def _accounts(self) -> Shown:
        t, visitor = words(self._portal), self._portal.visitor()
        units = seen_units(visitor)
        with self._portal.reading() as reads:
            mine = {code: one for code, one in accounts(reads).items() if sees(units, one.unit)}
            taken = {code: takes(reads, code) for code in mine}
            books = {code: -reads.net_idr(book_account(code)) for code in mine}
        rows, files = list[tuple[Cell, ...]](), list[tuple[Cell, ...]]()
        for code, one in mine.items():
            latest = next(iter(taken[code]), None)
            bank_idr = None if latest is None else latest.balance_idr
            differs_idr = None if bank_idr is None else books[code] - bank_idr
            through = None if latest is None else day_number(latest.through)
            rows.append((code, one.bank, one.number, one.unit, books[code], bank_idr, differs_idr, through))
            files += [
                (f.take, code, f.file, day_number(f.on), f.by, f.rows, *(f.counts[fate] for fate in _FATES))
                for f in taken[code]
            ]
        columns = (
            *(("account", Kind.ID), ("bank", Kind.TEXT), ("number", Kind.TEXT), ("unit", Kind.TEXT)),
            *(("book", Kind.MONEY), ("says", Kind.MONEY), ("differs", Kind.MONEY), ("through", Kind.DAY)),
        )
        kept = (
            *(("take", Kind.TEXT), ("account", Kind.TEXT), ("file", Kind.TEXT), ("taken", Kind.DAY)),
            *(("by", Kind.TEXT), ("rows", Kind.COUNT), *((fate, Kind.COUNT) for fate in _FATES)),
        )
        made = table(t, sheet("bank_accounts", columns, rows), _account_link)
        sections = [Section(title=t("bank_accounts"), table=made, empty=t("bank_none"))]
        fed = tuple((code, f"{code} {one.bank}") for code, one in mine.items() if one.profile)
        if fed and visitor is not None and visitor.may(Scope.DUES_MATCH):
            year = Field("year", required=False, note=t("purse_field_year_note"))
            form = Form("look", f"{PLACE}/look", (Field("account", "select", options=fed), Field("file", "file"), year))
            sections.insert(0, Section(title=t("bank_file"), forms=(form,)))
        history = table(t, sheet("bank_takes", kept, files), _take_link)
        sections.append(Section(title=t("bank_takes"), table=history, empty=t("bank_takes_none")))
        if visitor is not None and visitor.may(Scope.SK_ISSUE, NATIONAL):
            sections.append(Section(title=t("bank_set"), forms=(_account_form(t("profile_none")),)))
        return Shown(t("dues_bank"), tuple(sections), place=PLACE)

    async def set_account(self, request: Request) -> Response:
        """Open an account in the books, or change it."""

        def command(typed: Typed) -> AnyCommand:
            opening = typed.rupiah("opening") if typed.text("opening") else 0
            fact = AccountSet(
                on=typed.day("since") or self._portal.today(),
                unit=typed.text("unit").upper() or NATIONAL,
                bank=typed.text("bank"),
                number=typed.text("number"),
                holder=typed.text("holder"),
                profile=typed.text("profile"),
                opening_idr=opening,
            )
            return SetAccount(code=typed.text("code").upper(), fact=fact)

        return await carry(self._portal, request, command, key="said_account", to=lambda _done: PLACE, page=self._home)

    # ------------------------------------------------------------------ a file

    async def look(self, request: Request) -> Response:
        """Read a file and show what would become of each row."""
        form, t = await request.form(), words(self._portal)
        upload, code = form.get("file"), str(form.get("account") or "")
        year = str(form.get("year") or "")
        if not isinstance(upload, UploadFile) or not upload.filename:
            return await self._refused(request, t("bank_no_file"))
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            return await self._refused(request, t("bank_bad_year"))
        if not await asyncio.to_thread(self._mine, code):
            return self._portal.absent(request)
        data, name = await upload.read(), upload.filename[:120]
        try:
            found = await asyncio.to_thread(self._look, code, data, name, int(year) if year else None)
        except AccountError as error:
            return await self._refused(request, str(error))
        except UnreadableError as error:
            return await self._unreadable(request, error, name)
        token = self._portal.gate.token()[:24]
        self._keep(token, found)

        async def page(_request: Request) -> Shown | None:
            return self._looked_at(token, found)

        return await draw(self._portal, request, page)

    def _mine(self, code: str) -> bool:
        with self._portal.reading() as reads:
            unit = account_units(reads).get(book_account(code))
        return unit is not None and sees(seen_units(self._portal.visitor(), Scope.DUES_MATCH), unit)

    def _look(self, code: str, data: bytes, name: str, year: int | None) -> Look:
        with self._portal.reading() as reads:
            return look(reads, code, data, file=name, today=self._portal.today(), year=year)

    async def _refused(self, request: Request, why: str) -> Response:
        return await draw(self._portal, request, self._home, status=400, why=why)

    async def _unreadable(self, request: Request, error: UnreadableError, name: str) -> Response:
        t, lang = words(self._portal), visit().lang
        lines = []
        for fault in error.faults:
            row = f"{t('purse_col_line_no')} {fault.line}" if fault.line else ""
            where = ", ".join(part for part in (row, fault.column) if part)
            lines.append(f"{where}: {fault.why.told(lang)}" if where else fault.why.told(lang))
        section = Section(said=t("bank_faults", count=error.total), lines=tuple(lines))

        async def page(_request: Request) -> Shown | None:
            return Shown(t("bank_looked", file=name), (section,), place=PLACE, back=(PLACE, t("dues_bank")))

        return await draw(self._portal, request, page, status=422)

    def _keep(self, token: str, found: Look) -> None:
        """Keep what was looked at; what was looked at longest ago goes when it is too much."""
        account = visit().account
        self._looked[token] = ("" if account is None else account.code, found)
        while len(self._looked) > 1 and sum(len(one.lines) for _, one in self._looked.values()) > _ROWS_KEPT:
            self._looked.popitem(last=False)

    def _looked_at(self, token: str, found: Look) -> Shown:
        t = words(self._portal)
        counts = [(fate, found.counts[fate], found.sums_idr[fate]) for fate in _FATES if found.counts[fate]]
        sums = sheet("bank_counts", (("becomes", Kind.TEXT), ("rows", Kind.COUNT), ("amount", Kind.MONEY)), counts)
        fresh = [line for line in found.lines if line.fate in {"matched", "unmatched", "outgoing"}]
        first = sorted(fresh, key=lambda line: (line.fate == "matched", line.row.line))[:SHOWN]
        rows = [
            (
                str(one.row.line),
                one.row.day,
                one.row.amount_idr,
                one.row.text,
                one.fate,
                one.invoice or one.member,
            )
            for one in first
        ]
        columns = (
            *(("line_no", Kind.ID), ("day", Kind.DAY), ("amount", Kind.MONEY), ("text", Kind.TEXT)),
            *(("becomes", Kind.TEXT), ("invoice", Kind.ID)),
        )
        forms: tuple[Form, ...] = ()
        if found.fresh:
            facts = {"count": str(found.fresh), "account": found.account}
            forms = (Form("take", f"{PLACE}/take", (Field("token", "hidden", token),), facts),)
        worded = {"becomes": "fate_"}
        summary = Section(
            table=table(t, sums, worded=worded), forms=forms, note="" if found.fresh else t("bank_nothing_new")
        )
        detail = Section(
            title=t("bank_rows"),
            note=t("bank_rows_note", shown=str(len(rows)), count=str(len(fresh))),
            table=table(t, sheet("bank_rows", columns, rows), _line_link, worded=worded),
        )
        sections = (summary, detail) if rows else (summary,)
        heading = t("bank_looked", file=found.file)
        return Shown(heading, sections, place=PLACE, back=(PLACE, t("dues_bank")))

    async def take(self, request: Request) -> Response:
        """Take what was looked at, once, however often the form is sent."""
        form = await request.form()
        token, account = str(form.get("token") or ""), visit().account
        if token not in self._jobs:
            owner, found = self._looked.get(token, ("", None))
            if found is None or account is None or owner != account.code:
                return await self._refused(request, words(self._portal)("bank_gone"))
            del self._looked[token]
            job = Job(found.file, found.account, len(found.lines))
            self._jobs[token] = job
            while len(self._jobs) > _JOBS_KEPT:
                self._jobs.popitem(last=False)
            visitor = self._portal.visitor()
            by = "" if visitor is None else visitor.person or visitor.login
            task = asyncio.create_task(asyncio.to_thread(self._carry, job, found, token, by))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return RedirectResponse(f"{PLACE}/takes/{token}", 303)

    def _carry(self, job: Job, found: Look, token: str, by: str) -> None:
        try:
            for done, counts in take(self._portal.desk, found, take_id=token, now=self._portal.now(), by=by):
                job.done, job.counts = done, dict(counts)
        except TakeError as error:
            job.why = told(error.refusal, "id")
        except Exception:
            job.why = "?"
            raise
        finally:
            job.finished = True

    async def taken(self, request: Request) -> Response:
        """How far a file is, or what became of it; of an earlier one from the book."""
        return await draw(self._portal, request, self._taken)

    async def _taken(self, request: Request) -> Shown | None:
        return await apart(lambda: self._result(request.path_params["token"]))

    def _result(self, token: str) -> Shown | None:
        t, units = words(self._portal), seen_units(self._portal.visitor())
        job = self._jobs.get(token)
        with self._portal.reading() as reads:
            mine = {code: one for code, one in accounts(reads).items() if sees(units, one.unit)}
            kept = next((one for code in mine for one in takes(reads, code) if one.take == token), None)
        if job is not None and job.account in mine and not (job.finished and kept is not None and not job.why):
            says = t("bank_taking", done=str(job.done), total=str(job.total))
            if job.finished:
                says = t("bank_stopped", done=str(job.done), total=str(job.total), why=job.why)
            section = Section(said=says)
            return Shown(
                t("bank_taken", file=job.file),
                (section,),
                place=PLACE,
                back=(f"{PLACE}/takes/{token}", t("purse_reload")),
            )
        if kept is None:
            return None
        counts = [(fate, kept.counts[fate]) for fate in _FATES if kept.counts[fate]]
        made = table(
            t,
            sheet("bank_counts", (("becomes", Kind.TEXT), ("rows", Kind.COUNT, True)), counts),
            worded={"becomes": "fate_"},
        )
        balance = "-" if kept.balance_idr is None else format_rupiah(kept.balance_idr)
        note = t("bank_taken_note", account=kept.account, by=kept.by, balance=balance)
        section = Section(note=note, table=made)
        return Shown(t("bank_taken", file=kept.file), (section,), place=PLACE, back=("/dues/rows", t("dues_rows")))


def routes(portal: Portal) -> list[BaseRoute]:
    """Whoever reads dues sees the accounts; whoever matches brings files in; the national board sets accounts."""
    pages = BankPages(portal)
    reads, match = holds(Scope.DUES_READ), holds(Scope.DUES_MATCH)
    return [
        portal.route(PLACE, pages.home, reads),
        portal.route(f"{PLACE}/accounts", pages.set_account, holds(Scope.SK_ISSUE), "POST"),
        portal.route(f"{PLACE}/look", pages.look, match, "POST", body_bytes_max=FILE_BYTES_MAX),
        portal.route(f"{PLACE}/take", pages.take, match, "POST"),
        portal.route(f"{PLACE}/takes/{{token}}", pages.taken, reads),
    ]


def _account_form(by_hand: str) -> Form:
    profiles = (("", by_hand), *((name, profile.title) for name, profile in PROFILES.items()))
    fields = (
        Field("code"),
        Field("unit", value=NATIONAL),
        Field("bank"),
        Field("number", required=False),
        Field("holder", required=False),
        Field("profile", "select", options=profiles),
        Field("opening", "money", required=False),
        Field("since", "day", required=False),
    )
    return Form("account", f"{PLACE}/accounts", fields, folded=True)


def _account_link(line: Line | None, column: Column) -> str:
    return account_at(book_account(line.key)) if line is not None and column.name == "account" else ""


def _take_link(line: Line | None, column: Column) -> str:
    return f"{PLACE}/takes/{line.key}" if line is not None and column.name == "file" else ""


def _line_link(line: Line | None, column: Column) -> str:
    if line is None or column.name != "invoice" or not line.cells[5]:
        return ""
    return invoice_at(str(line.cells[5]))
