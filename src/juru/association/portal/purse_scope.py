"""Whose money an officer sees: his branch's, or everybody's; and where what a page names is to be found."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from juru.association.desk.accounts import accounts
from juru.association.desk.acting import chosen_branch
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import home
from juru.association.portal.entry import Visitor
from juru.association.portal.portal import Portal
from juru.association.store.reads import Reads
from juru.web.visits import visit
from juru.web.words import Words


def words(portal: Portal) -> Words:
    """The texts in the visitor's language."""
    return portal.pages.words_in(visit().lang)


def seen_units(visitor: Visitor | None, scope: Scope = Scope.DUES_READ) -> tuple[str, ...] | None:
    """The branches whose money an officer sees; None for all of them."""
    units = () if visitor is None else visitor.units(scope)
    return None if NATIONAL in units else units


def sees(units: tuple[str, ...] | None, *wanted: str) -> bool:
    """Whether one of these units is among those that are seen."""
    return units is None or any(unit in units for unit in wanted)


def member_branch(reads: Reads, number: str, on: date) -> str:
    """The branch of a member on a day."""
    return home(reads.branches(), chosen_branch(reads.facts(Subject.MEMBER, number), on), on)[0]


def account_units(reads: Reads) -> dict[str, str]:
    """Whose each bank account in the books is."""
    return {f"bank:{code}": account.unit for code, account in accounts(reads).items()} | {"bank": NATIONAL}


def account_seen(reads: Reads, units: tuple[str, ...] | None, name: str) -> bool:
    """Whether an account of the books may be seen: a branch's own, its members', its banks'."""
    if units is None:
        return True
    kind, _, whose = name.partition(":")
    if kind in {"branch", "spent", "income", "transit", "opening"}:
        return whose in units
    if kind in {"member", "credit"}:
        return member_branch(reads, whose, date.max) in units
    return account_units(reads).get(name) in units


def invoice_at(number: str) -> str:
    """The page of an invoice."""
    return f"/dues/invoices/{quote(number)}"


def payment_at(ref: str) -> str:
    """The page of a payment or a row."""
    return f"/dues/payments/{quote(ref)}"


def member_at(number: str) -> str:
    """The dues of a member."""
    return f"/members/{quote(number)}/dues"


def account_at(name: str) -> str:
    """The movements of an account."""
    return f"/dues/accounts/{quote(name)}"


def paper_at(number: str) -> str:
    """The PDF of an invoice, a receipt or a credit note."""
    return f"/papers/{quote(number)}.pdf"


def memo_at(code: str, memo: str) -> str:
    """Where the facts of a transfer are: of the invoice, payment, refund or person that its memo names."""
    first, _, second = memo.partition(" ")
    match code:
        case "invoice" | "dues_share" | "credit_note" | "share_moved":
            return invoice_at(first)
        case "allocation":
            return invoice_at(second)
        case "payment" | "went_out" | "named":
            return payment_at(memo)
        case "refund":
            return "/dues/payouts"
        case "handed_in":
            return "/dues/cash"
        case _:
            return ""
