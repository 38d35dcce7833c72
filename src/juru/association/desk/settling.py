"""What is outstanding on an invoice, and what money does to it: allocations, the share, the period then paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import msgspec

from juru.association.desk.acting import Act
from juru.association.desk.shares import share
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain.affairs import Reversal, Subject
from juru.association.domain.matching import CREDIT
from juru.association.domain.policy import Policies
from juru.association.store.book import Entry
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded


class Open(msgspec.Struct):
    """An invoice and what is outstanding on it; ``promised_by`` is a collector whose word stands for it."""

    number: str
    issued: a.Issued
    outstanding_idr: int
    promised_by: str = ""
    written_off: bool = False
    waived_idr: int = 0


def state_of(number: str, found: Iterable[Recorded]) -> Open | None:
    """An invoice as its facts make it; None where it was never issued."""
    facts = [one.fact for one in found]
    issued = next((fact for fact in facts if isinstance(fact, a.Issued)), None)
    if issued is None:
        return None
    state = Open(number, issued, issued.total_idr)
    for fact in facts:
        match fact:
            case a.Allocated(amount_idr=amount_idr):
                state.outstanding_idr -= amount_idr
            case a.WrittenOff(amount_idr=amount_idr):
                state.outstanding_idr -= amount_idr
                state.written_off = True
                state.waived_idr += amount_idr
            case a.Promised(collector=collector):
                state.promised_by = collector
            case _:
                pass
    return state


def invoices_of(reads: Reads, member: str) -> list[Open]:
    """Every invoice of a member, the first due first."""
    found = reads.concerned(Subject.INVOICE, member, "issued")
    states = [state_of(number, list(facts)) for number, facts in groupby(found, key=lambda one: one.subject_id)]
    return sorted((state for state in states if state is not None), key=lambda one: (one.issued.due_on, one.number))


def open_invoices(act: Act, member: str, *, settled_too: bool = False) -> list[Open]:
    """A member's invoices that were not written off; those with nothing outstanding only where asked."""
    mine = (one for one in invoices_of(act.reads, member) if not one.written_off)
    return [one for one in mine if settled_too or one.outstanding_idr]


def payable(policies: Policies, invoices: Sequence[Open], on: date) -> list[Open]:
    """Invoices that money of a day may pay: not a renewal that lapsed unpaid, which a reinstatement replaces."""
    return [one for one in invoices if not policies.lapsed(one.issued.renews_from, on)]


def allocate(act: Act, invoice: Open, amount_idr: int, payment: str, on: date) -> int:
    """Pay as much of an invoice as there is, out of the member's credit; how much that was.

    At zero outstanding the dues are shared and the period is paid, in the same commit.
    """
    paid_idr = min(amount_idr, invoice.outstanding_idr)
    if not paid_idr:
        return 0
    member = invoice.issued.member
    entry = Entry(f"credit:{member}", f"member:{member}", paid_idr)
    transfer = act.writing.transfer("allocation", [entry], f"{payment} {invoice.number}")
    fact = a.Allocated(on=on, payment=payment, amount_idr=paid_idr, transfer=transfer)
    act.add(Subject.INVOICE, invoice.number, fact)
    invoice.outstanding_idr -= paid_idr
    if not invoice.outstanding_idr:
        settled(act, invoice, on)
    return paid_idr


def settled(act: Act, invoice: Open, on: date) -> None:
    """Nothing is outstanding any more: what was received is shared; the period is paid, unless some was waived."""
    share(act, invoice.number, invoice.issued, invoice.issued.total_idr - invoice.waived_idr, on)
    period = invoice.issued.period
    if period is not None and not invoice.written_off:
        paid = f.Paid(on=on, since=period.since, until=period.until, invoice=invoice.number)
        act.add(Subject.MEMBER, invoice.issued.member, paid)


def settle_credit(act: Act, member: str, invoices: Sequence[Open], on: date) -> None:
    """Credit pays the member's open invoices, the oldest first."""
    for invoice in payable(act.policies, invoices, on):
        allocate(act, invoice, act.writing.net_idr(f"credit:{member}"), CREDIT, on)


def unsettle(act: Act, number: str, member: str, reason: str) -> None:
    """An invoice is no longer paid: its shares go back, what moves handed over first, and its period is unpaid."""
    for one in reversed(act.reads.facts(Subject.INVOICE, number)):
        if isinstance(one.fact, a.Shared | a.ShareMoved):
            undo(act, one, one.fact.transfer, reason)
    for one in act.reads.facts(Subject.MEMBER, member):
        if isinstance(one.fact, f.Paid) and one.fact.invoice == number:
            act.add(Subject.MEMBER, member, Reversal(on=one.fact.on, reason=reason), reverses=one.id)


def undo(act: Act, one: Recorded, transfer: int, reason: str) -> None:
    """Take a fact back with its money."""
    if transfer:
        act.writing.reverse(transfer, reason)
    act.add(one.subject, one.subject_id, Reversal(on=one.fact.on, reason=reason), reverses=one.id)


def release(act: Act, number: str, member: str, reason: str) -> None:
    """Everything that paid an invoice is the member's credit again."""
    unsettle(act, number, member, reason)
    for one in reversed(act.reads.facts(Subject.INVOICE, number)):
        if isinstance(one.fact, a.Allocated):
            undo(act, one, one.fact.transfer, reason)
