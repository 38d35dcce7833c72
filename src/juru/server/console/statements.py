"""A supplier's statement brought on the page: looked at first, columns asked for where none fits, then proposed.

What was looked at is kept in memory for a while and the next form only names it. Proposing goes on when the page is
left, and its result can be found again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from juru.server.console.entry import may, whose
from juru.server.console.findings import PATH, FindingPages, Kept, charge_words
from juru.server.console.money import field
from juru.server.console.page import Console
from juru.server.console.shape import day_words
from juru.server.console.words import Lang, Words, words
from juru.server.desk.files import Row, rows_of
from juru.server.desk.statements import ALIASES, Compared, columns, compare, lines_of, propose
from juru.server.domain.finding import FindingDraft
from juru.server.domain.logins import Power
from juru.server.domain.reconcile import key_of
from juru.server.errors import CommandError, SettingsError
from juru.server.store.reads.attempts import AttemptReads
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads
from juru.values.days import DAY_MS, Zone, business_day, local_ms
from juru.values.rupiah import format_rupiah
from juru.web.visits import visit

FILE_BYTES_MAX = 20_000_000
SHOWN = 50
_KEPT = 6
_Kept = TypeVar("_Kept")


class Brought(msgspec.Struct, frozen=True):
    """A file as it was brought, and what it is to be held against."""

    name: str
    supplier: str
    rows: list[Row]
    zone: Zone
    from_ms: int | None
    until_ms: int | None
    typed: dict[str, str]


class Look(msgspec.Struct, frozen=True):
    """A statement compared, before anything of it is proposed; ``known`` of its findings were proposed before."""

    brought: Brought
    columns: dict[str, str]
    found: Compared
    known: int


class Job(msgspec.Struct):
    """A statement being proposed, or what became of it."""

    file: str
    supplier: str
    total: int
    done: int = 0
    new: int = 0
    finished: bool = False
    stopped: bool = False
    why: str = ""


class StatementPages:
    """The routes of bringing a statement."""

    def __init__(self, console: Console, findings: FindingPages) -> None:
        self._console = console
        self._findings = findings
        self._brought: OrderedDict[str, Brought] = OrderedDict()
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._jobs: Kept[Job] = Kept()
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ looking

    async def look(self, request: Request) -> Response:
        """Read the file and hold it against the book; nothing is written."""
        form = await request.form()
        t = words(visit().lang)
        try:
            token, brought = await self._bring(form, t)
        except SettingsError as error:
            typed = {name: field(form, name) for name in ("supplier", "from", "to", "zone")}
            return self._findings.listing(request, status=422, why=str(error), typed=typed)
        given = {name: field(form, f"column_{name}") for name in ALIASES if field(form, f"column_{name}")}
        header = list(brought.rows[0].cells)
        try:
            where = columns(header, given)
        except SettingsError:
            return self._ask_columns(token, brought, header, given)
        try:
            look = await self._compared(brought, given, where)
        except SettingsError as error:
            return self._ask_columns(token, brought, header, where, why=str(error))
        _keep(self._looks, token, look)
        return self._looked(token, look, visit().lang, t)

    async def _bring(self, form: FormData, t: Words) -> tuple[str, Brought]:
        """The file that came, or the one that is remembered. Raises ``SettingsError`` with what to do."""
        token = field(form, "token", 64)
        if token:
            kept = self._brought.get(token)
            if kept is None:
                raise SettingsError(t("reconcile_gone"))
            return token, kept
        supplier, upload = field(form, "supplier", 40).upper(), form.get("file")
        if supplier not in self._console.writer.cell.suppliers:
            raise SettingsError(t("reconcile_no_supplier"))
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise SettingsError(t("reconcile_no_file"))
        zone = Zone(found) if (found := field(form, "zone", 8)) in set(Zone) else Zone.WIB
        from_ms, until_ms = (_midnight(field(form, name, 10), zone, t) for name in ("from", "to"))
        name, data = upload.filename[:120], await upload.read()
        rows = await asyncio.to_thread(rows_of, name, data, bytes_max=FILE_BYTES_MAX)
        if not rows:
            raise SettingsError(f"{name}: {t('reconcile_no_file')}")
        typed = {one: field(form, one) for one in ("from", "to")}
        until_ms = None if until_ms is None else until_ms + DAY_MS
        token = self._console.gate.token()[:24]
        brought = Brought(name, supplier, rows, zone, from_ms, until_ms, typed)
        _keep(self._brought, token, brought)
        return token, brought

    async def _compared(self, brought: Brought, given: Mapping[str, str], where: dict[str, str]) -> Look:
        """Beside the loop: a long statement takes seconds."""

        def work(reads: Reads) -> Look:
            lines = lines_of(brought.name, brought.rows, brought.zone, given)
            attempts = AttemptReads(reads.engine)
            found = compare(lines, attempts, brought.supplier, from_ms=brought.from_ms, until_ms=brought.until_ms)
            keys = [key_of(brought.supplier, draft) for draft in found.result.findings]
            return Look(brought, where, found, len(PaperReads(reads.engine).known("finding", keys)))

        made: Look = await self._console.aside(work)
        return made

    def _ask_columns(
        self, token: str, brought: Brought, header: list[str], given: Mapping[str, str], *, why: str = ""
    ) -> Response:
        lang = visit().lang
        return self._console.html(
            "reconcile_columns.html",
            lang,
            422,
            token_=token,
            brought=brought,
            header=header,
            fields=list(ALIASES),
            given=given,
            first=[list(row.cells.values()) for row in brought.rows[:3]],
            why=why,
        )

    def _looked(self, token: str, look: Look, lang: Lang, t: Words) -> Response:
        found, brought = look.found, look.brought
        drafts = found.result.findings
        return self._console.html(
            "reconcile_look.html",
            lang,
            token_=token,
            title=t("look_title", file=brought.name, supplier=brought.supplier),
            says=t(
                "look_says",
                rows=found.rows,
                from_=day_words(business_day(found.from_ms, brought.zone), lang),
                until=day_words(business_day(found.until_ms - 1, brought.zone), lang),
                agreed=found.result.agreed,
                differ=len(drafts),
            ),
            by_number=found.result.by_number,
            used=", ".join(f"{t(f'field_{name}')} = {column}" for name, column in look.columns.items()),
            kinds=kind_sums(drafts, t),
            fresh=len(drafts) - look.known,
            known=look.known,
            rows=[draft_row(draft, t) for draft in drafts[:SHOWN]],
            more=len(drafts) > SHOWN,
        )

    # ------------------------------------------------------------------ proposing

    async def bring(self, request: Request) -> Response:
        """Propose what was looked at, once, however often the form is sent."""
        form = await request.form()
        token = field(form, "token", 64)
        if self._jobs.get(token) is None:
            look = self._looks.pop(token, None)
            if look is None:
                return self._findings.listing(request, status=409, why=words(visit().lang)("reconcile_gone"))
            self._brought.pop(token, None)
            job = Job(look.brought.name, look.brought.supplier, len(look.found.result.findings))
            self._jobs.keep(token, job)
            task = asyncio.create_task(self._carry(job, look.found, f"console:{whose('demo')}"))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return RedirectResponse(f"{PATH}/files/{token}", 303)

    async def _carry(self, job: Job, found: Compared, by: str) -> None:
        def told(done: int, _all: int) -> None:
            job.done = done

        try:
            job.new = await propose(self._console.writer, job.supplier, found, job.file, by, told)
        except CommandError as error:
            job.why, job.stopped = str(error), True
        except Exception:
            job.stopped = True
            raise
        finally:
            job.finished = True

    async def brought(self, request: Request) -> Response:
        """How far a statement is, or what became of it."""
        job = self._jobs.get(request.path_params["token"])
        if job is None:
            return RedirectResponse(PATH, 303)
        t = words(visit().lang)
        says = t("look_done", new=job.new, old=job.total - job.new, file=job.file)
        if job.stopped:
            says = t("look_stopped", done=job.done, total=job.total, why=job.why)
        working = t("look_working", done=job.done, total=job.total)
        next_ = f"{PATH}?supplier={job.supplier}&state=proposed"
        return self._console.html(
            "reconcile_job.html",
            visit().lang,
            job=job,
            stopped=job.stopped,
            says=says,
            working=working,
            next=next_,
            go=t("look_to_findings"),
        )


def routes(console: Console, findings: FindingPages) -> list[BaseRoute]:
    """Who posts money brings statements."""
    pages, guard = StatementPages(console, findings), console.gate.guard
    post = may(Power.DEPOSIT)
    return [
        Route(f"{PATH}/look", guard(pages.look, post, body_bytes_max=FILE_BYTES_MAX), methods=["POST"]),
        Route(f"{PATH}/bring", guard(pages.bring, post), methods=["POST"]),
        Route(f"{PATH}/files/{{token}}", guard(pages.brought, may(Power.REPORTS)), methods=["GET"]),
    ]


class DraftRow(msgspec.Struct, frozen=True):
    """A finding before it is proposed."""

    row: str
    kind: str
    name: str
    order_id: int | None
    ours: str
    theirs: str
    amount: str
    by_number: bool


def draft_row(draft: FindingDraft, t: Words) -> DraftRow:
    """One difference as a row."""
    return DraftRow(
        "" if draft.row is None else str(draft.row),
        t(f"kind_of_{draft.kind}"),
        draft.name,
        draft.order_id,
        charge_words(draft.ours, t, ours=True),
        charge_words(draft.theirs, t, ours=False),
        format_rupiah(draft.amount_idr),
        draft.by_number,
    )


def kind_sums(drafts: list[FindingDraft], t: Words) -> list[tuple[str, int, str, str]]:
    """How many of each kind, their sum, and what approving one does."""
    counts = Counter(draft.kind for draft in drafts)
    return [
        (
            t(f"kind_of_{kind}"),
            count,
            format_rupiah(sum(abs(d.amount_idr) for d in drafts if d.kind is kind)),
            t(f"approves_{kind}"),
        )
        for kind, count in counts.most_common()
    ]


def _midnight(written: str, zone: Zone, t: Words) -> int | None:
    if not written:
        return None
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise SettingsError(t("reconcile_bad_day")) from None
    return local_ms(dt.datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - the zone is given


def _keep(kept: OrderedDict[str, _Kept], token: str, value: _Kept) -> None:
    """Keep a few: a statement may be large."""
    kept[token] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
