"""Invoices of the dues: filters are the address; one invoice with its lines, facts, entries and what may be done."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.settling import Open, state_of
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import (
    AnyCommand,
    CancelInvoice,
    IssueInvoice,
    Promise,
    TakePayment,
    WriteOff,
)
from juru.association.domain.facts import Registered, Renamed
from juru.association.portal.parts import (
    FactLine,
    Field,
    Form,
    Section,
    Shown,
    Typed,
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
    invoice_at,
    member_at,
    member_branch,
    paper_at,
    seen_units,
    sees,
    words,
)
from juru.association.portal.said import day_words
from juru.association.store.listing import STATES, Posted, Wanted, entries, invoice_rows, invoice_sums
from juru.association.store.projection import InvoiceRow
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, day_number
from juru.values.rupiah import format_rupiah
from juru.web.figures import Table
from juru.web.filters import ENDINGS
from juru.web.sheets import Cell, Column, Kind, Line, Sheet
from juru.web.visits import visit
from juru.web.words import Words

SHOWN = 50
PLACE = "/dues/invoices"
_EVERY = 200_000
_COLUMNS = (
    ("invoice", Kind.ID),
    ("member", Kind.ID),
    ("name", Kind.TEXT),
    ("branch", Kind.TEXT),
    ("issued", Kind.DAY),
    ("due", Kind.DAY),
    ("total", Kind.MONEY, True),
    ("outstanding", Kind.MONEY, True),
    ("state", Kind.TEXT),
)


def routes(portal: Portal) -> list[BaseRoute]:
    """The list, its files, one invoice, what may be done with it."""
    pages = InvoicePages(portal)
    reads = holds(Scope.DUES_READ)
    return [
        portal.route(PLACE, pages.listing, reads),
        portal.route(PLACE, pages.issue, holds(Scope.DUES_MATCH), "POST"),
        portal.route(f"{PLACE}.{{ending:str}}", pages.file, reads),
        portal.route(f"{PLACE}/{{number}}", pages.one, reads),
        portal.route(f"{PLACE}/{{number}}/{{what}}", pages.do, reads, "POST"),
    ]


class InvoicePages:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def listing(self, request: Request) -> Response:
        """Invoices that are asked for, and the form for a new one."""
        return await draw(self._portal, request, self._listing)

    async def _listing(self, request: Request) -> Shown | None:
        return await apart(lambda: self._listed(request))

    def _listed(self, request: Request) -> Shown:
        t, wanted = words(self._portal), self._wanted(request)
        today = day_number(self._portal.today())
        with self._portal.reading() as reads:
            found = invoice_rows(reads, wanted, today, SHOWN + 1)
            count, total_idr, outstanding_idr = invoice_sums(reads, wanted, today)
            codes = [*sorted({branch.code for branch in reads.branches()}), NATIONAL]
        made = self._sheet(found[:SHOWN], today)
        here = address(request)
        more = here.with_(after=found[SHOWN - 1].number) if len(found) > SHOWN else ""
        facts = {"count": f"{count:,}".replace(",", "."), "total": format_rupiah(total_idr)}
        section = Section(
            note=t("invoices_sum", **facts, outstanding=format_rupiah(outstanding_idr)),
            table=table(t, made, _link, worded={"state": "invoice_"}),
            empty=t("table_empty"),
            files=files_of(here),
            next=more,
        )
        new = Section(
            title=t("invoices_new"), forms=(Form("issue", PLACE, (Field("member"), Field("coded", "check"))),)
        )
        may = self._portal.visitor()
        sections = (section, new) if may is not None and may.may(Scope.DUES_MATCH) else (section,)
        return Shown(t("dues_invoices"), sections, place=PLACE, filters=_filters(t, wanted, codes))

    def _wanted(self, request: Request) -> Wanted:
        query = request.query_params
        asked = {name: query.get(name, "")[:30].strip() for name in ("state", "branch", "member", "year", "after")}
        return Wanted(**asked, branches=seen_units(self._portal.visitor()))

    def _sheet(self, rows: list[InvoiceRow], today: int) -> Sheet:
        names = self._portal.roll.on(self._portal.today(), None)
        cells: list[tuple[Cell, ...]] = [
            (
                row.number,
                row.member,
                names[row.member].name if row.member in names else "",
                row.branch,
                row.issued_day,
                row.due_day,
                row.total_idr,
                row.outstanding_idr,
                state_word(row, today),
            )
            for row in rows
        ]
        return sheet("dues_invoices", _COLUMNS, cells)

    async def file(self, request: Request) -> Response:
        """The whole of what the filters ask for, to take along."""
        t, wanted = words(self._portal), self._wanted(request)
        ending = request.path_params["ending"]
        if ending not in ENDINGS:
            return self._portal.absent(request)
        today = day_number(self._portal.today())
        with self._portal.reading() as reads:
            rows = invoice_rows(reads, wanted, today, _EVERY)
        answer = as_file(self._sheet(rows, today), ending, "invoices", t)
        return answer or self._portal.absent(request)

    async def issue(self, request: Request) -> Response:
        """A member's next invoice."""

        def command(typed: Typed) -> AnyCommand:
            return IssueInvoice(member=typed.text("member"), coded=bool(typed.text("coded")))

        return await carry(
            self._portal, request, command, key="said_issued", to=lambda done: invoice_at(done.id), page=self._listing
        )

    # ------------------------------------------------------------------ one invoice

    async def one(self, request: Request) -> Response:
        """An invoice."""
        return await draw(self._portal, request, self._one)

    async def _one(self, request: Request) -> Shown | None:
        return await apart(lambda: self._shown(request))

    def _shown(self, request: Request) -> Shown | None:
        t, number = words(self._portal), request.path_params["number"]
        looking = looking_of(request)
        known_ms = self._portal.known_ms(looking)
        with self._portal.reading() as reads:
            invoice = state_of(number, reads.facts(Subject.INVOICE, number, looking.on, known_ms))
            if invoice is None or not self._seen(reads, invoice):
                return None
            story = reads.story(Subject.INVOICE, number, known_ms)
            posted = entries(reads, transfers_of(story))
            name = name_of(reads, invoice.issued.member)
        sections = [
            Section(facts=_about(t, invoice, name), table=_lines(t, invoice)),
            Section(title=t("purse_facts_title"), note=t("purse_facts_note"), table=facts_table(t, story, posted)),
        ]
        actions = self._actions(invoice) if not looking.back else ()
        if actions:
            sections.append(Section(title=t("purse_actions_title"), forms=actions))
        heading = t("invoice_heading", number=number)
        return Shown(heading, tuple(sections), place=PLACE, back=(PLACE, t("dues_invoices")))

    def _seen(self, reads: Reads, invoice: Open) -> bool:
        branch = member_branch(reads, invoice.issued.member, self._portal.today())
        return sees(seen_units(self._portal.visitor()), invoice.issued.branch, branch)

    def _actions(self, invoice: Open) -> tuple[Form, ...]:
        """What the visitor may do with it; the desk judges again."""
        visitor, branch = self._portal.visitor(), invoice.issued.branch
        at = invoice_at(invoice.number)
        forms = []
        if visitor is None:
            return ()
        if invoice.outstanding_idr and visitor.may(Scope.DUES_MATCH, branch):
            amount = Field("amount", "money", value=f"{invoice.outstanding_idr}")
            facts = {"number": invoice.number}
            forms.append(Form("cash", f"{at}/cash", (amount,), facts))
            forms.append(Form("promise", f"{at}/promise", (Field("collector"),), facts, folded=True))
        if not invoice.written_off and visitor.may(Scope.DUES_REFUND, branch):
            facts = {"number": invoice.number, "total": format_rupiah(invoice.issued.total_idr)}
            forms.append(Form("cancel", f"{at}/cancel", (Field("reason", "area"),), facts, folded=True))
        if invoice.outstanding_idr and visitor.may(Scope.SK_ISSUE, NATIONAL):
            facts = {"number": invoice.number, "outstanding": format_rupiah(invoice.outstanding_idr)}
            forms.append(Form("write_off", f"{at}/write-off", (Field("decree"),), facts, folded=True))
        return tuple(forms)

    async def do(self, request: Request) -> Response:
        """Cash, a promise, a credit note, a write-off."""
        number, what = request.path_params["number"], request.path_params["what"]
        if await self._one(request) is None:
            return self._portal.absent(request)
        deeds: dict[str, Callable[[Typed], AnyCommand]] = {
            "cash": lambda typed: TakePayment(way=Way.CASH, amount_idr=typed.rupiah("amount"), text=number),
            "promise": lambda typed: Promise(invoice=number, collector=typed.text("collector")),
            "cancel": lambda typed: CancelInvoice(invoice=number, reason=typed.text("reason")),
            "write-off": lambda typed: WriteOff(invoice=number, decree=typed.text("decree")),
        }
        if what not in deeds:
            return self._portal.absent(request)
        key = f"said_{what.replace('-', '_')}"
        back = invoice_at(number)
        return await carry(self._portal, request, deeds[what], key=key, to=lambda _done: back, page=self._one)


def state_word(row: InvoiceRow, today: int) -> str:
    """How an invoice stands: ``open``, ``overdue``, ``promised``, ``paid`` or ``waived``."""
    if row.outstanding_idr:
        if row.promised_by:
            return "promised"
        return "overdue" if row.due_day < today else "open"
    return "waived" if row.waived_idr else "paid"


def _filters(t: Words, wanted: Wanted, codes: list[str]) -> Form:
    every = ("", t("filter_all"))
    states = (every, *((state, t(f"invoice_{state}")) for state in STATES))
    branches = (every, *((code, code) for code in codes if wanted.branches is None or code in wanted.branches))
    fields = (
        Field("state", "select", wanted.state, states, required=False),
        Field("branch", "select", wanted.branch, branches, required=False),
        Field("member", "search", wanted.member, required=False),
        Field("year", "search", wanted.year, required=False),
    )
    return Form("filter", PLACE, fields, method="get")


def _link(line: Line | None, column: Column) -> str:
    if line is None:
        return ""
    if column.name == "invoice":
        return invoice_at(line.key)
    return member_at(str(line.cells[1])) if column.name == "member" else ""


def name_of(reads: Reads, member: str) -> str:
    """What a member is called now."""
    named = [one.fact.name for one in reads.facts(Subject.MEMBER, member) if isinstance(one.fact, Registered | Renamed)]
    return named[-1] if named else ""


def _about(t: Words, invoice: Open, name: str) -> tuple[FactLine, ...]:
    issued, lang = invoice.issued, visit().lang
    facts = [
        FactLine(t("purse_col_member"), f"{issued.member} {name}", member_at(issued.member)),
        FactLine(t("purse_col_branch"), issued.branch),
        FactLine(t("purse_col_issued"), day_words(issued.on, lang)),
        FactLine(t("purse_col_due"), day_words(issued.due_on, lang)),
        FactLine(t("purse_col_total"), format_rupiah(issued.total_idr)),
        FactLine(t("purse_col_outstanding"), format_rupiah(invoice.outstanding_idr)),
    ]
    facts.append(FactLine(t("purse_col_paper"), "PDF", paper_at(invoice.number)))
    if issued.unique_code:
        asked_idr = invoice.outstanding_idr + issued.unique_code
        facts.append(FactLine(t("invoice_asked"), format_rupiah(asked_idr if invoice.outstanding_idr else 0)))
    if invoice.promised_by:
        facts.append(FactLine(t("invoice_promised_by"), invoice.promised_by, member_at(invoice.promised_by)))
    if invoice.written_off:
        facts.append(FactLine(t("purse_col_state"), t("invoice_waived")))
    return tuple(facts)


def _lines(t: Words, invoice: Open) -> Table:
    columns = (("line", Kind.TEXT), ("from", Kind.DAY), ("until", Kind.DAY), ("amount", Kind.MONEY, True))
    rows = [
        (
            t(f"line_{line.kind.value}"),
            None if line.period is None else day_number(line.period.since),
            None if line.period is None else day_number(line.period.last_day),
            line.amount_idr,
        )
        for line in invoice.issued.lines
    ]
    return table(t, sheet("invoice_lines", columns, rows))


def transfers_of(story: list[Recorded]) -> list[int]:
    """The transfers that facts name."""
    return [transfer for one in story if (transfer := getattr(one.fact, "transfer", 0))]


def facts_table(t: Words, story: list[Recorded], posted: dict[int, list[Posted]]) -> Table:
    """Everything recorded about something, with who, when, and the entries in the books."""
    columns = (
        ("fact", Kind.ID),
        ("day", Kind.DAY),
        ("what", Kind.TEXT),
        ("amount", Kind.MONEY),
        ("entries", Kind.TEXT),
        ("by", Kind.TEXT),
    )
    rows = [
        (
            one.id,
            day_number(one.fact.on),
            _what(t, one),
            one.fact.total_idr if isinstance(one.fact, a.Issued) else getattr(one.fact, "amount_idr", None),
            "; ".join(
                f"{p.debit} → {p.credit} {format_rupiah(p.amount_idr)}"
                for p in posted.get(getattr(one.fact, "transfer", 0), [])
            ),
            one.fact.by,
        )
        for one in story
    ]
    made = sheet("purse_facts_title", columns, [(str(row[0]), *row[1:]) for row in rows])
    return table(t, made)


def _what(t: Words, one: Recorded) -> str:
    fact, detail = one.fact, ""
    match fact:
        case a.Allocated(payment=of):
            detail = of
        case a.WrittenOff(credit_note=of):
            detail = of
        case a.Promised(collector=of):
            detail = of
        case a.Received(receipt=of):
            detail = of
        case a.Reversal(reason=reason):
            detail = f"{one.reverses}: {reason}"
        case _:
            pass
    back = f" [{t('purse_fact_taken_back', id=one.reversed_by)}]" if one.reversed_by else ""
    return t(f"purse_fact_{type(fact).__struct_config__.tag}") + (f" ({detail})" if detail else "") + back
