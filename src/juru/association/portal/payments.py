"""Payments and rows: those that wait for a person, those of a span of days, one with its facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.treasury import Waiting, proposals, row_of, waiting_rows
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import (
    AnyCommand,
    AssignPayment,
    NameRow,
    ReversePayment,
    SettleCollector,
    UnnameRow,
)
from juru.association.domain.treasury import Named, RowAs, WentOut
from juru.association.portal.invoices import facts_table, name_of, transfers_of
from juru.association.portal.parts import (
    FactLine,
    Field,
    Form,
    Make,
    Section,
    Shown,
    Typed,
    TypedError,
    address,
    apart,
    as_file,
    carry,
    draw,
    files_of,
    sheet,
    table,
)
from juru.association.portal.portal import Portal, holds, looking_of
from juru.association.portal.purse_scope import (
    account_at,
    account_units,
    invoice_at,
    member_at,
    member_branch,
    paper_at,
    payment_at,
    seen_units,
    sees,
    words,
)
from juru.association.portal.said import day_words
from juru.association.store.listing import entries
from juru.association.store.reads import Reads
from juru.association.store.rows import day_number
from juru.values.rupiah import format_rupiah
from juru.web.sheets import Cell, Column, Kind, Line, Sheet
from juru.web.visits import visit
from juru.web.words import Words

ROWS, PAYMENTS = "/dues/rows", "/dues/payments"
DAYS = 92
SHOWN = 100
_AS = (RowAs.EXPENSE, RowAs.REFUND, RowAs.SETTLEMENT, RowAs.RETURNED)
_IN = (RowAs.INCOME, RowAs.HAND_IN, RowAs.SETTLEMENT)


def routes(portal: Portal) -> list[BaseRoute]:
    """Rows that wait, payments, one of them, and what a person says of it."""
    pages = PaymentPages(portal)
    reads, match = holds(Scope.DUES_READ), holds(Scope.DUES_MATCH)
    return [
        portal.route(ROWS, pages.waiting, reads),
        portal.route(f"{ROWS}.{{ending:str}}", pages.waiting_file, reads),
        portal.route(f"{ROWS}/{{what}}", pages.do, match, "POST"),
        portal.route(PAYMENTS, pages.listing, reads),
        portal.route(f"{PAYMENTS}.{{ending:str}}", pages.file, reads),
        portal.route(f"{PAYMENTS}/{{ref:path}}", pages.one, reads),
    ]


class PaymentPages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    # ------------------------------------------------------------------ what waits

    async def waiting(self, request: Request) -> Response:
        """Rows that a person must explain."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._waiting(request))

        return await draw(self._portal, request, make)

    def _waiting(self, request: Request) -> Shown:
        t = words(self._portal)
        made, count = self._waiting_sheet(SHOWN)
        section = Section(
            note=t("rows_note", shown=str(min(count, SHOWN)), count=str(count)) if count > SHOWN else "",
            table=table(t, made, _row_link),
            empty=t("rows_none"),
            files=files_of(address(request)),
        )
        return Shown(t("dues_rows"), (section,), lead=t("rows_lead"), place=ROWS)

    def _waiting_sheet(self, limit: int | None = None) -> tuple[Sheet, int]:
        """The oldest rows that wait, and how many there are in all."""
        with self._portal.reading() as reads:
            every = self._seen(waiting_rows(reads))
            rows = [(one, proposals(reads, one)) for one in every[:limit]]
        columns = (
            ("row", Kind.TEXT),
            ("day", Kind.DAY),
            ("account", Kind.TEXT),
            ("amount", Kind.MONEY, True),
            ("text", Kind.TEXT),
            ("maybe", Kind.TEXT),
        )
        cells: list[tuple[Cell, ...]] = [
            (
                one.ref,
                day_number(one.on),
                one.account.removeprefix("bank:"),
                one.amount_idr,
                one.text,
                ", ".join(p.invoice for p in maybe[:3]),
            )
            for one, maybe in rows
        ]
        return sheet("dues_rows", columns, cells), len(every)

    def _seen(self, rows: list[Waiting]) -> list[Waiting]:
        units = seen_units(self._portal.visitor())
        return [row for row in rows if sees(units, row.unit)]

    async def waiting_file(self, request: Request) -> Response:
        """The same to take along."""
        answer = as_file(self._waiting_sheet()[0], request.path_params["ending"], "rows", words(self._portal))
        return answer or self._portal.absent(request)

    # ------------------------------------------------------------------ payments of days

    async def listing(self, request: Request) -> Response:
        """Payments by their value days."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._listed(request))

        return await draw(self._portal, request, make)

    def _listed(self, request: Request) -> Shown:
        t = words(self._portal)
        since, until = self._days(request)
        made = self._sheet(since, until, request.query_params.get("way", ""))
        here = address(request)
        ways = (("", t("filter_all")), *((way.value, t(f"way_{way.value}")) for way in a.Way))
        fields = (
            Field("from", "day", since.isoformat(), required=False),
            Field("to", "day", (until - timedelta(days=1)).isoformat(), required=False, label=t("purse_col_until")),
            Field("way", "select", request.query_params.get("way", ""), ways, required=False),
        )
        section = Section(
            note=t("payments_note", count=len(made.lines)),
            table=table(t, _cut(made), _payment_link, worded={"way": "way_"}),
            empty=t("table_empty"),
            files=files_of(here),
        )
        filters = Form("filter", PAYMENTS, fields, method="get")
        return Shown(t("dues_payments"), (section,), place=PAYMENTS, filters=filters)

    def _days(self, request: Request) -> tuple[date, date]:
        """The span that is asked for; the last three months where none is."""
        today = self._portal.today()

        def read(name: str, otherwise: date) -> date:
            try:
                return date.fromisoformat(request.query_params.get(name) or otherwise.isoformat())
            except ValueError:
                return otherwise

        return read("from", today - timedelta(days=DAYS)), read("to", today) + timedelta(days=1)

    def _sheet(self, since: date, until: date, way: str) -> Sheet:
        units = seen_units(self._portal.visitor())
        roll = self._portal.roll.on(self._portal.today(), None)
        with self._portal.reading() as reads:
            found, of_account = reads.of_days("received", since, until), account_units(reads)
        cells: list[tuple[Cell, ...]] = []
        for one in reversed(found):
            fact = one.fact
            if not isinstance(fact, a.Received) or (way and fact.way.value != way):
                continue
            branch = roll[fact.member].branch if fact.member in roll else ""
            if not sees(units, branch, of_account.get(fact.account, "")):
                continue
            name = roll[fact.member].name if fact.member in roll else ""
            cells.append(
                (
                    one.subject_id,
                    day_number(fact.on),
                    fact.receipt,
                    fact.way.value,
                    fact.account,
                    fact.member,
                    name,
                    branch,
                    fact.amount_idr,
                )
            )
        columns = (
            ("payment", Kind.TEXT),
            ("day", Kind.DAY),
            ("receipt", Kind.ID),
            ("way", Kind.TEXT),
            ("account", Kind.TEXT),
            ("member", Kind.ID),
            ("name", Kind.TEXT),
            ("branch", Kind.TEXT),
            ("amount", Kind.MONEY, True),
        )
        return sheet("dues_payments", columns, cells)

    async def file(self, request: Request) -> Response:
        """The same to take along."""
        since, until = self._days(request)
        made = self._sheet(since, until, request.query_params.get("way", ""))
        answer = as_file(made, request.path_params["ending"], f"payments-{since}-{until}", words(self._portal))
        return answer or self._portal.absent(request)

    # ------------------------------------------------------------------ one of them

    async def one(self, request: Request) -> Response:
        """A payment or a row that went out, with its facts and what may be said of it."""
        return await draw(self._portal, request, self._page(request.path_params["ref"]))

    def _page(self, ref: str) -> Make:
        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._shown(request, ref))

        return make

    def _shown(self, request: Request, ref: str) -> Shown | None:
        t, looking = words(self._portal), looking_of(request)
        known_ms = self._portal.known_ms(looking)
        with self._portal.reading() as reads:
            found = reads.facts(Subject.PAYMENT, ref, looking.on, known_ms)
            row = row_of(found)
            story = reads.story(Subject.PAYMENT, ref, known_ms)
            if row is None or not self._may_see(reads, row):
                return None
            posted = entries(reads, transfers_of(story))
            named = next((one.fact for one in found if isinstance(one.fact, Named)), None)
            waits = named is None and not (isinstance(row, a.Received) and row.member)
            signed = row.amount_idr if isinstance(row, a.Received) else -row.amount_idr
            unit = account_units(reads).get(row.account, NATIONAL)
            waiting = Waiting(ref, row.account, unit, row.on, signed, row.text)
            sections = [Section(facts=self._about(t, reads, row, named))]
            if waits:
                sections.append(self._maybe(t, reads, waiting))
        sections.append(
            Section(title=t("purse_facts_title"), note=t("purse_facts_note"), table=facts_table(t, story, posted))
        )
        if not looking.back:
            forms = _forms(t, waiting, row, named, waits=waits)
            sections.append(Section(title=t("purse_actions_title"), forms=forms))
        heading = t("row_heading" if waits else "payment_heading", amount=format_rupiah(signed))
        place = ROWS if waits else PAYMENTS
        return Shown(heading, tuple(sections), place=place, back=(place, t("dues_rows" if waits else "dues_payments")))

    def _may_see(self, reads: Reads, row: a.Received | WentOut) -> bool:
        unit = account_units(reads).get(row.account, NATIONAL)
        branch = member_branch(reads, row.member, row.on) if isinstance(row, a.Received) and row.member else unit
        if row.account.startswith("cash:"):
            unit = branch
        return sees(seen_units(self._portal.visitor()), unit, branch)

    def _about(self, t: Words, reads: Reads, row: a.Received | WentOut, named: Named | None) -> tuple[FactLine, ...]:
        facts = [
            FactLine(t("purse_col_day"), day_words(row.on, visit().lang)),
            FactLine(t("purse_col_amount"), format_rupiah(row.amount_idr)),
            FactLine(t("purse_col_account"), row.account, account_at(row.account)),
            FactLine(t("purse_col_text"), row.text or "-"),
        ]
        if isinstance(row, a.Received):
            facts.append(FactLine(t("purse_col_way"), t(f"way_{row.way.value}")))
            if row.member:
                name = name_of(reads, row.member)
                facts.append(FactLine(t("purse_col_member"), f"{row.member} {name}", member_at(row.member)))
                facts.append(FactLine(t("purse_col_receipt"), row.receipt or "-", paper_at(row.receipt)))
        if named is not None:
            facts.append(FactLine(t("row_named"), f"{t(f'as_{named.what.value}')}: {named.to} ({named.reason or '-'})"))
        return tuple(facts)

    def _maybe(self, t: Words, reads: Reads, waiting: Waiting) -> Section:
        """Invoices that it may be for; a person decides."""
        units = seen_units(self._portal.visitor())
        rows = [
            (one.invoice, one.member, name_of(reads, one.member), one.branch, one.outstanding_idr, one.why)
            for one in proposals(reads, waiting)
            if sees(units, one.branch)
        ]
        columns = (
            ("invoice", Kind.ID),
            ("member", Kind.ID),
            ("name", Kind.TEXT),
            ("branch", Kind.TEXT),
            ("outstanding", Kind.MONEY),
            ("why", Kind.TEXT),
        )
        made = sheet("row_maybe", columns, rows)
        return Section(
            title=t("row_maybe"),
            note=t("row_maybe_note"),
            table=table(t, made, _maybe_link, worded={"why": "why_"}),
            empty=t("row_maybe_none"),
        )

    # ------------------------------------------------------------------ what a person says of it

    async def do(self, request: Request) -> Response:
        """Whose it is, what it is, or that this was wrong."""
        what, form = request.path_params["what"], await request.form()
        ref = str(form.get("ref") or "")

        def named(typed: Typed) -> AnyCommand:
            try:
                said = RowAs(typed.text("what"))
            except ValueError as error:
                raise TypedError("typed_what") from error
            return NameRow(
                ref=ref, what=said, to=typed.text("to"), unit=typed.text("unit").upper(), reason=typed.text("reason")
            )

        deeds: dict[str, Callable[[Typed], AnyCommand]] = {
            "assign": lambda typed: AssignPayment(ref=ref, member=typed.text("member"), reason=typed.text("reason")),
            "name": named,
            "unname": lambda typed: UnnameRow(ref=ref, reason=typed.text("reason")),
            "reverse": lambda typed: ReversePayment(ref=ref, reason=typed.text("reason")),
            "collect": lambda typed: SettleCollector(
                ref=ref,
                collector=typed.text("collector"),
                invoices=tuple(typed.text("invoices").replace(",", " ").split()),
            ),
        }
        with self._portal.reading() as reads:
            row = row_of(reads.facts(Subject.PAYMENT, ref))
            absent = row is None or not self._may_see(reads, row)
        if what not in deeds or absent:
            return self._portal.absent(request)
        back = payment_at(ref)
        return await carry(
            self._portal, request, deeds[what], key=f"said_{what}", to=lambda _done: back, page=self._page(ref)
        )


def _forms(
    t: Words, waiting: Waiting, row: a.Received | WentOut, named: Named | None, *, waits: bool
) -> tuple[Form, ...]:
    hidden, reason = Field("ref", "hidden", waiting.ref), Field("reason", "area")
    if not waits:
        what = "unname" if named is not None else "reverse"
        return (Form(what, f"{ROWS}/{what}", (hidden, reason), {"amount": format_rupiah(row.amount_idr)}, folded=True),)
    facts = {"amount": format_rupiah(row.amount_idr)}
    came = isinstance(row, a.Received)
    kinds = tuple((one.value, t(f"as_{one.value}")) for one in (_IN if came else _AS))
    unit = Field("unit", required=False, value="" if waiting.unit == NATIONAL else waiting.unit)
    naming = Form(
        "name", f"{ROWS}/name", (hidden, Field("what", "select", options=kinds), Field("to"), unit, reason), facts
    )
    if not came:
        return (naming,)
    collect = (hidden, Field("collector"), Field("invoices", "area", note=t("purse_field_invoices_note")))
    return (
        Form("assign", f"{ROWS}/assign", (hidden, Field("member"), reason), facts),
        msgspec.structs.replace(naming, folded=True),
        Form("collect", f"{ROWS}/collect", collect, facts, folded=True),
    )


def _cut(made: Sheet) -> Sheet:
    return Sheet(made.title, made.facts, made.columns, made.lines[:SHOWN], made.total)


def _row_link(line: Line | None, column: Column) -> str:
    if line is None:
        return ""
    if column.name == "maybe" and line.cells[5]:
        return invoice_at(str(line.cells[5]).split(", ", maxsplit=1)[0])
    return payment_at(line.key) if column.name == "row" else ""


def _payment_link(line: Line | None, column: Column) -> str:
    if line is None:
        return ""
    match column.name:
        case "payment":
            return payment_at(line.key)
        case "member" if line.cells[5]:
            return member_at(str(line.cells[5]))
        case "account":
            return account_at(str(line.cells[4]))
        case _:
            return ""


def _maybe_link(line: Line | None, column: Column) -> str:
    if line is None:
        return ""
    if column.name == "invoice":
        return invoice_at(line.key)
    return member_at(str(line.cells[1])) if column.name == "member" else ""
