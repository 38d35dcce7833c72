"""Which payment pays which invoice (reference/association.md 3.4): by number, by unique sum, else a person decides.

Never by name, and without tolerance: one rupiah short is not paid. What is over is the member's credit, which pays his
open invoices, the oldest first, the same day, and new ones on their day of issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

CREDIT = "credit"


class Invoice(msgspec.Struct, frozen=True):
    """An invoice as far as matching needs it; ``unique_code`` was added to the sum that was asked for."""

    number: str
    member: str
    total_idr: int
    issued_on: date
    due_on: date
    unique_code: int = 0


class Payment(msgspec.Struct, frozen=True):
    """A credit on the association's account; ``bank_ref`` identifies the row, whichever file it came in."""

    bank_ref: str
    value_on: date
    amount_idr: int
    text: str = ""


class Allocation(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """Rupiah of a payment, or of the member's credit, that pay an invoice on a day."""

    source: str
    invoice: str
    amount_idr: int
    on: date


class InvoiceState(msgspec.Struct):
    """What is still outstanding, and the day it reached zero."""

    outstanding_idr: int
    paid_on: date | None = None


class Matched(msgspec.Struct):
    """What came of all payments."""

    allocations: list[Allocation] = []
    ignored_duplicates: list[str] = []
    unmatched: list[str] = []
    credit_idr: dict[str, int] = {}
    invoices: dict[str, InvoiceState] = {}


def bare(text: str) -> str:
    """Letters and digits alone, upper case: how invoice numbers are compared."""
    return "".join(char for char in text.upper() if char.isalnum())


def match(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> Matched:
    """Match payments in the order of their value dates; of one day in the order given."""
    return _Matching(invoices).run(payments)


class _Matching:
    """One run: days in order, on each the invoices issued that day first, then its payments."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        self._invoices = sorted(invoices, key=lambda i: (i.issued_on, i.due_on, i.number))
        self._seen: set[str] = set()
        self._open: dict[str, Invoice] = {}
        self._result = Matched(invoices={i.number: InvoiceState(i.total_idr) for i in invoices})

    def run(self, payments: Sequence[Payment]) -> Matched:
        waiting = list(self._invoices)
        for payment in sorted(payments, key=lambda p: p.value_on):
            while waiting and waiting[0].issued_on <= payment.value_on:
                self._issue(waiting.pop(0))
            self._take(payment)
        for invoice in waiting:
            self._issue(invoice)
        self._result.credit_idr = {member: idr for member, idr in self._result.credit_idr.items() if idr}
        return self._result

    def _issue(self, invoice: Invoice) -> None:
        self._open[invoice.number] = invoice
        self._spend_credit(invoice.member, invoice.issued_on)

    def _take(self, payment: Payment) -> None:
        if payment.bank_ref in self._seen:
            self._result.ignored_duplicates.append(payment.bank_ref)
            return
        self._seen.add(payment.bank_ref)
        invoice = self._named(payment) or self._by_sum(payment)
        if invoice is None:
            self._result.unmatched.append(payment.bank_ref)
            return
        left_idr = payment.amount_idr - self._pay(payment.bank_ref, invoice, payment.amount_idr, payment.value_on)
        credit = self._result.credit_idr
        credit[invoice.member] = credit.get(invoice.member, 0) + left_idr
        self._spend_credit(invoice.member, payment.value_on)

    def _named(self, payment: Payment) -> Invoice | None:
        """The one invoice whose number stands in the text; of a paid one the member is still known."""
        text = bare(payment.text)
        named = [invoice for invoice in self._open.values() if bare(invoice.number) in text]
        return named[0] if len(named) == 1 else None

    def _by_sum(self, payment: Payment) -> Invoice | None:
        """The one open invoice that asked for exactly this sum; not where the text names several."""
        text = bare(payment.text)
        if any(bare(invoice.number) in text for invoice in self._open.values()):
            return None
        fits = [
            invoice
            for invoice in self._open.values()
            if (outstanding := self._result.invoices[invoice.number].outstanding_idr)
            and payment.amount_idr == outstanding + invoice.unique_code
        ]
        return fits[0] if len(fits) == 1 else None

    def _pay(self, source: str, invoice: Invoice, amount_idr: int, on: date) -> int:
        """Pay as much of an invoice as there is; how much that was."""
        state = self._result.invoices[invoice.number]
        paid_idr = min(amount_idr, state.outstanding_idr)
        if paid_idr:
            self._result.allocations.append(Allocation(source, invoice.number, paid_idr, on))
            state.outstanding_idr -= paid_idr
            if not state.outstanding_idr:
                state.paid_on = on
        return paid_idr

    def _spend_credit(self, member: str, on: date) -> None:
        credit = self._result.credit_idr
        mine = [invoice for invoice in self._open.values() if invoice.member == member]
        for invoice in sorted(mine, key=lambda i: (i.due_on, i.number)):
            left_idr = credit.get(member, 0)
            if not left_idr:
                return
            credit[member] = left_idr - self._pay(CREDIT, invoice, left_idr, on)
