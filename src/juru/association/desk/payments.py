"""Money that comes in: matched by number or exact sum, never by name; else a person decides. And wrong money."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from juru.association.desk.acting import Act, refuse
from juru.association.desk.invoices import collector_of, next_number
from juru.association.desk.settling import Open, all_open, allocate, open_invoices, payable, settle_credit, state_of
from juru.association.domain import affairs as a
from juru.association.domain import facts as f
from juru.association.domain.affairs import Reversal, Subject, Way
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import AssignPayment, Done, HandIn, ReversePayment, TakePayment
from juru.association.domain.matching import CREDIT, Invoice, Payment, bare, match
from juru.association.domain.refusals import Code
from juru.association.store.book import Entry
from juru.association.store.rows import Recorded
from juru.books.rules import AMOUNT_IDR_MAX

_NUMBERS = re.compile(r"(?=INV(\d{4})(\d{5}))")


def take(act: Act, command: TakePayment) -> Done:
    """Take money in: post it, match it, pay what it pays, give a receipt. Cash gets its number on the spot."""
    on = act.day(command.on)
    if not 0 < command.amount_idr <= AMOUNT_IDR_MAX:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    unit = NATIONAL
    if command.member:
        unit = act.branch_of(act.member(command.member), on)
    act.require(Scope.DUES_MATCH, unit)
    if command.way is Way.COLLECTOR:
        collector_of(act, command.collector, on)
    account = f"cash:{act.by}" if command.way is Way.CASH else "bank"
    if command.way is not Way.CASH and not command.ref:
        refuse(Code.NOT_FOUND, what="bank row", id="-")
    matched = _match(act, command, on)
    if command.collector and matched is not None and matched[0] == command.collector:
        refuse(Code.OWN_WORD)
    if command.way is Way.CASH and matched is None:
        refuse(Code.NOT_FOUND, what="invoice", id=command.text or "-")
    receipt = "" if matched is None else next_receipt(act, on)
    ref = command.ref or receipt
    if act.reads.facts(Subject.PAYMENT, ref):
        refuse(Code.SEEN_BEFORE, ref=ref)
    received = a.Received(
        on=on,
        way=command.way,
        account=account,
        amount_idr=command.amount_idr,
        member="" if matched is None else matched[0],
        text=command.text,
        receipt=receipt,
    )
    _post(act, ref, received, None if matched is None else matched[1])
    return Done(receipt or ref, "unmatched" if matched is None else received.member)


def next_receipt(act: Act, on: date) -> str:
    """The next receipt (kwitansi) of the year."""
    return next_number(act, "received", "KW", on)


def _post(act: Act, ref: str, received: a.Received, first: Open | None) -> None:
    """Post money to the member's credit, pay the invoice it names, and with what is over his others."""
    member, on = received.member, received.on
    to = f"credit:{member}" if member else "unmatched"
    transfer = act.writing.transfer("payment", [Entry(received.account, to, received.amount_idr)], ref)
    act.add(Subject.PAYMENT, ref, msgspec.structs.replace(received, transfer=transfer))
    if not member:
        return
    if first is not None:
        allocate(act, first, received.amount_idr, ref, on)
    others = [one for one in open_invoices(act, member) if first is None or one.number != first.number]
    settle_credit(act, member, others, on)


def _match(act: Act, command: TakePayment, on: date) -> tuple[str, Open | None] | None:
    """Whose money it is, and the invoice it pays first; None where only a person can say."""
    text = bare(command.text)
    named = {f"INV-{year}-{number}" for year, number in _NUMBERS.findall(text)}
    states = [state_of(number, act.reads.facts(Subject.INVOICE, number)) for number in sorted(named)]
    found = [state for state in states if state is not None]
    if not found and command.member:
        return command.member, None
    if not named:
        found = payable(act.policies, all_open(act), on)
    by_number = {one.number: one for one in found}
    invoices = [
        Invoice(i.number, i.issued.member, i.outstanding_idr, i.issued.on, i.issued.due_on, i.issued.unique_code)
        for i in found
    ]
    done = match(invoices, [Payment("new", on, command.amount_idr, command.text)])
    for allocation in done.allocations:
        invoice = by_number[allocation.invoice]
        return invoice.issued.member, invoice if payable(act.policies, [invoice], on) else None
    return next(((member, None) for member in done.credit_idr), None)


def assign(act: Act, command: AssignPayment) -> Done:
    """A person says whose an unmatched payment is; the earlier entry is taken back and made anew with a receipt."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="assignment")
    found, received = _received(act, command.ref)
    if received.member:
        refuse(Code.SEEN_BEFORE, ref=command.ref)
    branch = act.branch_of(act.member(command.member), received.on)
    act.require(Scope.DUES_MATCH, branch)
    _undo(act, found, received.transfer, command.reason)
    receipt = next_receipt(act, received.on)
    named = msgspec.structs.replace(received, member=command.member, receipt=receipt, transfer=0)
    _post(act, command.ref, named, None)
    return Done(receipt, command.member)


def reverse(act: Act, command: ReversePayment) -> Done:
    """Take a wrong payment back with all that came of it; credit it left elsewhere is called back, newest first.

    What credit remains pays the invoices that are open again, from today on.
    """
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="reversal")
    found, received = _received(act, command.ref)
    member = received.member
    act.require(Scope.DUES_MATCH, act.branch_of(act.member(member), received.on) if member else NATIONAL)
    undone = _call_back(act, command, received) if member else {}
    _undo(act, found, received.transfer, command.reason)
    reopened = [state_of(number, facts) for number, facts in sorted(undone.items())]
    settle_credit(act, member, [state for state in reopened if state is not None], act.today)
    return Done(command.ref, member)


def _received(act: Act, ref: str) -> tuple[Recorded, a.Received]:
    found = [(one, one.fact) for one in act.reads.facts(Subject.PAYMENT, ref) if isinstance(one.fact, a.Received)]
    if not found:
        refuse(Code.NOT_FOUND, what="payment", id=ref)
    return found[0]


def _call_back(act: Act, command: ReversePayment, received: a.Received) -> dict[str, list[Recorded]]:
    """Undo the allocations of a payment, then of the member's credit until there is enough to give back.

    The invoices that are open again, each with the facts that still stand of it.
    """
    credit = f"credit:{received.member}"
    facts_of = {
        number: act.reads.facts(Subject.INVOICE, number) for number in act.reads.concerning(received.member, "issued")
    }
    allocated = [(one, one.fact) for facts in facts_of.values() for one in facts if isinstance(one.fact, a.Allocated)]
    newest_first = sorted(allocated, key=lambda pair: -pair[0].id)
    mine = [pair for pair in newest_first if pair[1].payment == command.ref]
    others = [pair for pair in newest_first if pair[1].payment == CREDIT]
    undone: dict[str, list[Recorded]] = {}
    for one, fact in (*mine, *others):
        if fact.payment != command.ref and act.writing.net_idr(credit) >= received.amount_idr:
            break
        number = one.subject_id
        if number not in undone:
            _unsettle(act, number, received.member, command.reason)
            undone[number] = [kept for kept in facts_of[number] if not isinstance(kept.fact, a.Shared | a.ShareMoved)]
        _undo(act, one, fact.transfer, command.reason)
        undone[number] = [kept for kept in undone[number] if kept.id != one.id]
    return undone


def _unsettle(act: Act, number: str, member: str, reason: str) -> None:
    """An invoice is no longer paid: its shares go back, what moves handed over first, and its period is unpaid."""
    for one in reversed(act.reads.facts(Subject.INVOICE, number)):
        if isinstance(one.fact, a.Shared | a.ShareMoved):
            _undo(act, one, one.fact.transfer, reason)
    for one in act.reads.facts(Subject.MEMBER, member):
        if isinstance(one.fact, f.Paid) and one.fact.invoice == number:
            act.add(Subject.MEMBER, member, Reversal(on=one.fact.on, reason=reason), reverses=one.id)


def _undo(act: Act, one: Recorded, transfer: int, reason: str) -> None:
    if transfer:
        act.writing.reverse(transfer, reason)
    act.add(one.subject, one.subject_id, Reversal(on=one.fact.on, reason=reason), reverses=one.id)


def hand_in(act: Act, command: HandIn) -> Done:
    """A treasurer pays cash into the bank: no more than he holds."""
    on = act.day(command.on)
    if act.by != command.treasurer:
        act.require(Scope.DUES_MATCH, NATIONAL)
    held_idr = -act.writing.net_idr(f"cash:{command.treasurer}")
    if not 0 < command.amount_idr <= held_idr:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    entry = Entry("bank", f"cash:{command.treasurer}", command.amount_idr)
    transfer = act.writing.transfer("handed_in", [entry], command.treasurer)
    fact = a.HandedIn(on=on, amount_idr=command.amount_idr, transfer=transfer)
    act.add(Subject.PERSON, command.treasurer, fact)
    return Done(command.treasurer, str(held_idr - command.amount_idr))
