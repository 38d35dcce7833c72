"""Collectors: one transfer pays what they promised; and whose settlement day has passed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.desk.bank_rows import post_named, unit_of
from juru.association.desk.invoices import collector_of, invoice_of
from juru.association.desk.payments import next_receipt, post, received_of
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import Scope
from juru.association.domain.commands import Done, SettleCollector
from juru.association.domain.refusals import Code
from juru.association.domain.treasury import Named, RowAs
from juru.association.store.reads import Reads


def settle_collector(act: Act, command: SettleCollector) -> Done:
    """A collector's transfer that waits pays exactly the invoices named, each with a receipt of its own."""
    _, row = received_of(act, command.ref)
    if row.member or any(isinstance(one.fact, Named) for one in act.reads.facts(Subject.PAYMENT, command.ref)):
        refuse(Code.SEEN_BEFORE, ref=command.ref)
    unit = unit_of(act, row)
    act.require(Scope.DUES_MATCH, unit)
    collector_of(act, command.collector, row.on)
    invoices = [invoice_of(act, number) for number in dict.fromkeys(command.invoices)]
    promised = all(one.promised_by == command.collector for one in invoices)
    if not promised or sum(one.outstanding_idr for one in invoices) != row.amount_idr:
        refuse(Code.NOT_FITTING, ref=command.ref, what="collector", to=command.collector)
    named = Named(on=row.on, what=RowAs.COLLECTOR, to=command.collector, unit=unit, amount_idr=row.amount_idr)
    post_named(act, command.ref, named, out=False)
    receipt = next_receipt(act, row.on)
    series, _, first = receipt.rpartition("-")
    for place, invoice in enumerate(invoices):
        if invoice.issued.member == command.collector:
            refuse(Code.OWN_WORD)
        received = a.Received(
            on=row.on,
            way=Way.COLLECTOR,
            account=named.against,
            amount_idr=invoice.outstanding_idr,
            member=invoice.issued.member,
            text=f"{command.ref} {invoice.number}",
            receipt=f"{series}-{int(first) + place:05d}",
        )
        post(act, f"{command.ref}#{invoice.number}", received, invoice)
    return Done(receipt, str(len(invoices)))


class Promise(msgspec.Struct):
    """An invoice that a collector promised and has not transferred; ``due_on`` is his next settlement day."""

    invoice: str
    member: str
    branch: str
    collector: str
    outstanding_idr: int
    promised_on: date
    due_on: date
    overdue: bool


_PROMISED = """
SELECT number, member, branch, promised_by, outstanding_idr FROM invoices
WHERE promised_by <> '' AND outstanding_idr > 0 ORDER BY promised_by, number
"""


def promises(reads: Reads, today: date) -> list[Promise]:
    """Everything promised and not transferred, by collector."""
    rows = []
    for number, member, branch, collector, outstanding_idr in reads.engine.rows(_PROMISED):
        facts = [one.fact for one in reads.facts(Subject.INVOICE, number)]
        promised_on = max(fact.on for fact in facts if isinstance(fact, a.Promised))
        due_on = settlement_day(reads, collector, promised_on)
        overdue = today > due_on
        rows.append(Promise(number, member, branch, collector, outstanding_idr, promised_on, due_on, overdue))
    return rows


def settlement_day(reads: Reads, collector: str, promised_on: date) -> date:
    """The first settlement day after a promise; in a shorter month its last day."""
    appointed = [one.fact for one in reads.facts(Subject.COLLECTOR, collector, as_of=promised_on)]
    days = [fact.settlement_day for fact in appointed if isinstance(fact, a.CollectorAppointed)]
    wanted = days[-1] if days else 1
    year, month = promised_on.year, promised_on.month
    while True:
        due_on = date(year, month, min(wanted, monthrange(year, month)[1]))
        if due_on > promised_on:
            return due_on
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
