"""A member's dues: what is owed and how to pay it, to the rupiah, also in grace; what was paid; the receipts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from juru.association.desk.accounts import accounts
from juru.association.desk.settling import Open, invoices_of, payable
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.treasury import AccountSet
from juru.association.portal.entry import Visitor
from juru.association.portal.invoices import name_of
from juru.association.portal.parts import FactLine, Section, Shown, apart, draw, sheet, table
from juru.association.portal.portal import Looking, Portal, looking_of
from juru.association.portal.purse_scope import invoice_at, member_branch, paper_at, payment_at, words
from juru.association.portal.said import day_words
from juru.association.store.reads import Reads
from juru.association.store.rows import day_number
from juru.values.rupiah import format_rupiah
from juru.web.sheets import Column, Kind, Line
from juru.web.visits import visit
from juru.web.words import Words


def routes(portal: Portal) -> list[BaseRoute]:
    """A member's dues, and how to pay one invoice."""
    pages = MemberDues(portal)

    def may(visitor: Visitor) -> bool:
        return bool(visitor.firms) or visitor.may(Scope.DUES_READ)

    return [
        portal.route("/members/{number}/dues", pages.dues, may),
        portal.route("/members/{number}/dues/{invoice}", pages.pay, may),
    ]


class MemberDues:
    """The endpoints."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def dues(self, request: Request) -> Response:
        """What a member owes, had, and paid."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._dues(request))

        return await draw(self._portal, request, make)

    async def pay(self, request: Request) -> Response:
        """How to pay an invoice: the exact sum, to which account, with which text."""

        async def make(request: Request) -> Shown | None:
            return await apart(lambda: self._pay(request))

        return await draw(self._portal, request, make)

    def _may(self, reads: Reads, number: str) -> tuple[bool, bool]:
        """Whether the visitor sees a member's dues, and whether as an officer."""
        visitor = self._portal.visitor()
        if visitor is None:
            return False, False
        officer = visitor.may(Scope.DUES_READ, member_branch(reads, number, self._portal.today()))
        return officer or number in visitor.firms, officer

    def _dues(self, request: Request) -> Shown | None:
        t, number = words(self._portal), request.path_params["number"]
        looking = looking_of(request)
        with self._portal.reading() as reads:
            seen, officer = self._may(reads, number)
            name = name_of(reads, number)
            if not seen or not name:
                return None
            invoices = invoices_of(reads, number)
            credit_idr = reads.net_idr(f"credit:{number}")
            open_ = [one for one in invoices if one.outstanding_idr]
            now = {one.number for one in payable(reads.policies(), open_, looking.today)}
            payments = self._payments(reads, number)
        owed_idr = sum(one.outstanding_idr for one in open_)
        sections = [
            Section(
                facts=(
                    FactLine(t("member_owed"), format_rupiah(owed_idr)),
                    FactLine(t("member_credit"), format_rupiah(credit_idr)),
                ),
                note=t("member_credit_note") if credit_idr else "",
            ),
            self._open(t, number, open_, now, looking),
            self._history(t, invoices, officer=officer),
            self._receipts(t, payments, officer=officer),
        ]
        return Shown(t("member_dues_title", name=name), tuple(sections), place="/dues/invoices" if officer else "")

    @staticmethod
    def _payments(reads: Reads, number: str) -> list[tuple[str, a.Received]]:
        found = []
        for ref in reads.concerning(number, "received"):
            row = next(
                (one.fact for one in reads.facts(Subject.PAYMENT, ref) if isinstance(one.fact, a.Received)), None
            )
            if row is not None and row.member == number:
                found.append((ref, row))
        return sorted(found, key=lambda pair: pair[1].on, reverse=True)

    def _open(self, t: Words, number: str, open_: list[Open], now: set[str], looking: Looking) -> Section:
        rows = [
            (
                one.number,
                day_number(one.issued.due_on),
                one.outstanding_idr + one.issued.unique_code,
                _word(one, now, looking),
                t("pay_now") if one.number in now else "",
            )
            for one in open_
        ]
        columns = (
            *(("invoice", Kind.ID), ("due", Kind.DAY), ("to_pay", Kind.MONEY), ("state", Kind.TEXT)),
            ("pay", Kind.TEXT),
        )

        def link(line: Line | None, column: Column) -> str:
            if line is None or column.name != "pay" or not line.cells[4]:
                return ""
            return f"/members/{number}/dues/{line.key}"

        made = table(t, sheet("member_open", columns, rows), link, worded={"state": "due_"})
        return Section(title=t("member_open"), table=made, empty=t("member_nothing"))

    def _history(self, t: Words, invoices: list[Open], *, officer: bool) -> Section:
        rows = [
            (
                one.number,
                day_number(one.issued.on),
                None if (period := one.issued.period) is None else day_number(period.since),
                None if period is None else day_number(period.last_day),
                one.issued.total_idr,
                one.outstanding_idr,
                "waived" if one.written_off else "open" if one.outstanding_idr else "paid",
                "PDF",
            )
            for one in reversed(invoices)
        ]
        columns = (
            *(("invoice", Kind.ID), ("issued", Kind.DAY), ("from", Kind.DAY), ("until", Kind.DAY)),
            *(("total", Kind.MONEY), ("outstanding", Kind.MONEY), ("state", Kind.TEXT), ("paper", Kind.TEXT)),
        )

        def link(line: Line | None, column: Column) -> str:
            if line is None:
                return ""
            if column.name == "paper":
                return paper_at(line.key)
            return invoice_at(line.key) if officer and column.name == "invoice" else ""

        made = table(t, sheet("member_invoices", columns, rows), link, worded={"state": "invoice_"})
        return Section(title=t("member_invoices"), table=made, empty=t("table_empty"))

    def _receipts(self, t: Words, payments: list[tuple[str, a.Received]], *, officer: bool) -> Section:
        rows = [
            (row.receipt or "-", day_number(row.on), row.way.value, row.amount_idr, row.text, "PDF")
            for _, row in payments
        ]
        refs = {row.receipt or "-": ref for ref, row in payments}
        columns = (
            *(("receipt", Kind.ID), ("day", Kind.DAY), ("way", Kind.TEXT), ("amount", Kind.MONEY, True)),
            *(("text", Kind.TEXT), ("paper", Kind.TEXT)),
        )

        def link(line: Line | None, column: Column) -> str:
            if line is None:
                return ""
            if column.name == "paper":
                return paper_at(line.key)
            return payment_at(refs[line.key]) if officer and column.name == "receipt" else ""

        made = table(t, sheet("member_receipts", columns, rows), link, worded={"way": "way_"})
        return Section(title=t("member_receipts"), table=made, empty=t("table_empty"))

    def _pay(self, request: Request) -> Shown | None:
        t, number, invoice = words(self._portal), request.path_params["number"], request.path_params["invoice"]
        looking, lang = looking_of(request), visit().lang
        with self._portal.reading() as reads:
            seen, _ = self._may(reads, number)
            one = next((one for one in invoices_of(reads, number) if one.number == invoice), None)
            if not seen or one is None:
                return None
            banks = [
                account
                for account in accounts(reads).values()
                if account.unit in {NATIONAL, one.issued.branch} and account.number and account.until is None
            ]
            now = bool(payable(reads.policies(), [one], looking.today))
        back = (f"/members/{number}/dues", t("member_dues_back"))
        heading = t("pay_heading", invoice=invoice)
        if not one.outstanding_idr or not now:
            key = "pay_done" if not one.outstanding_idr else "pay_late"
            return Shown(heading, (Section(said=t(key)),), back=back)
        amount = format_rupiah(one.outstanding_idr + one.issued.unique_code)
        sums = (
            FactLine(t("pay_amount"), amount, copied=True),
            FactLine(t("pay_text"), invoice, copied=True),
            FactLine(t("purse_col_due"), day_words(one.issued.due_on, lang)),
        )
        late = t("pay_grace") if one.issued.due_on < looking.today else ""
        ways = tuple(FactLine(_bank_words(bank), bank.number, copied=True) for bank in banks)
        sections = (
            Section(said=late, facts=sums, note=t("pay_exact")),
            Section(title=t("pay_where"), facts=ways, note=t("pay_where_note") if ways else t("pay_where_none")),
            Section(title=t("pay_cash"), note=t("pay_cash_note")),
        )
        return Shown(heading, sections, back=back)


def _bank_words(bank: AccountSet) -> str:
    return " ".join(part for part in (bank.bank, bank.unit, bank.holder and f"a.n. {bank.holder}") if part)


def _word(invoice: Open, now: set[str], looking: Looking) -> str:
    """How an open invoice stands: ``open``, ``grace`` past its day, ``late`` once only a reinstatement pays."""
    if invoice.number not in now:
        return "late"
    return "grace" if invoice.issued.due_on < looking.today else "open"
