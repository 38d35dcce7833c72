"""Money that comes in: matched by number or exact sum, never by name; else a person decides. And wrong money."""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import date

import msgspec

from juru.association.desk.accounts import account_on, kept_by_hand
from juru.association.desk.acting import Act, refuse
from juru.association.desk.invoices import collector_of, next_number
from juru.association.desk.settling import (
    Open,
    allocate,
    open_invoices,
    payable,
    settle_credit,
    state_of,
    undo,
    unsettle,
)
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import AssignPayment, Done, HandIn, ReversePayment, TakePayment
from juru.association.domain.matching import CREDIT, Invoice, Payment, bare, match
from juru.association.domain.policy import Policies
from juru.association.domain.refusals import Code
from juru.association.domain.treasury import Named, book_account
from juru.association.store.book import Entry
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded
from juru.books.rules import AMOUNT_IDR_MAX

_TWO, _EVERY = 2, 1 << 31
"""Of invoices that ask for one sum two are as good as all: only a person can say which."""
_NUMBERS = re.compile(r"(?=INV(\d{4})(\d{5}))")


def take(act: Act, command: TakePayment) -> Done:
    """Take money in: post it, match it, pay what it pays, give a receipt. Cash gets its number on the spot."""
    on = act.day(command.on)
    if not 0 < command.amount_idr <= AMOUNT_IDR_MAX:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    if command.way is Way.CASH:
        return take_in(act, command, f"cash:{act.by}", on)
    unit = kept_by_hand(act, command.account, on).unit
    if command.member:
        unit = act.branch_of(act.member(command.member), on)
    act.require(Scope.DUES_MATCH, unit)
    if command.way is Way.COLLECTOR:
        collector_of(act, command.collector, on)
    if not command.ref:
        refuse(Code.NOT_FOUND, what="bank row", id="-")
    return take_in(act, command, book_account(command.account), on)


def take_in(act: Act, command: TakePayment, account: str, on: date) -> Done:
    """Match and post what came in on an account. Cash is a known invoice's or member's, taken where he belongs."""
    matched = match_one(act.reads, act.policies, command, on)
    if command.collector and matched is not None and matched[0] == command.collector:
        refuse(Code.OWN_WORD)
    if command.way is Way.CASH:
        if matched is None:
            refuse(Code.NOT_FOUND, what="invoice", id=command.text or "-")
        act.require(Scope.DUES_MATCH, act.branch_of(act.member(matched[0]), on))
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
    post(act, ref, received, None if matched is None else matched[1])
    return Done(receipt or ref, "unmatched" if matched is None else received.member)


def next_receipt(act: Act, on: date) -> str:
    """The next receipt (kwitansi) of the year."""
    return next_number(act, "received", "KW", on)


def post(act: Act, ref: str, received: a.Received, first: Open | None) -> None:
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


class Foreseen:
    """What rows before one would have paid, for who only looks at a file."""

    def __init__(self, reads: Reads, policies: Policies) -> None:
        self._reads = reads
        self.policies = policies
        self._asking: dict[tuple[int, date], deque[str]] = {}
        self.paid_idr: Counter[str] = Counter()

    def asking(self, amount_idr: int, on: date) -> list[str]:
        """Two at most of the invoices that would still ask for this sum."""
        key = (amount_idr, on)
        if key not in self._asking:
            self._asking[key] = deque(self._reads.asking(amount_idr, on, self.policies, at_most=_EVERY))
        waiting = self._asking[key]
        found: list[str] = []
        while waiting and len(found) < _TWO:
            number = waiting.popleft()
            if number not in self.paid_idr:
                found.append(number)
        waiting.extendleft(reversed(found))
        return found


def match_one(
    reads: Reads, policies: Policies, came: TakePayment, on: date, foreseen: Foreseen | None = None
) -> tuple[str, Open | None] | None:
    """Whose money it is, and the invoice it pays first; None where only a person can say."""
    named = {f"INV-{year}-{number}" for year, number in _NUMBERS.findall(bare(came.text))}
    numbers = sorted(named)
    if not named and not came.member:
        if foreseen is None:
            numbers = reads.asking(came.amount_idr, on, policies, at_most=_TWO)
        else:
            numbers = foreseen.asking(came.amount_idr, on)
    states = [state_of(number, reads.facts(Subject.INVOICE, number)) for number in numbers]
    found = [state for state in states if state is not None]
    for state in found:
        if foreseen is not None:
            state.outstanding_idr -= min(foreseen.paid_idr[state.number], state.outstanding_idr)
    if came.member and not found:
        return came.member, None
    by_number = {one.number: one for one in found}
    invoices = [
        Invoice(i.number, i.issued.member, i.outstanding_idr, i.issued.on, i.issued.due_on, i.issued.unique_code)
        for i in found
    ]
    done = match(invoices, [Payment("new", on, came.amount_idr, came.text)])
    for allocation in done.allocations:
        invoice = by_number[allocation.invoice]
        return invoice.issued.member, invoice if payable(policies, [invoice], on) else None
    return next(((member, None) for member in done.credit_idr), None)


def assign(act: Act, command: AssignPayment) -> Done:
    """A person says whose an unmatched payment is; the earlier entry is taken back and made anew with a receipt."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="assignment")
    found, received = received_of(act, command.ref)
    named = any(isinstance(one.fact, Named) for one in act.reads.facts(Subject.PAYMENT, command.ref))
    if received.member or named:
        refuse(Code.SEEN_BEFORE, ref=command.ref)
    branch = act.branch_of(act.member(command.member), received.on)
    act.require(Scope.DUES_MATCH, branch, subject_firm=command.member)
    undo(act, found, received.transfer, command.reason)
    receipt = next_receipt(act, received.on)
    whose = msgspec.structs.replace(received, member=command.member, receipt=receipt, transfer=0, by="", known_at=None)
    post(act, command.ref, whose, None)
    return Done(receipt, command.member)


def reverse(act: Act, command: ReversePayment) -> Done:
    """Take a wrong payment back with all that came of it; credit it left elsewhere is called back, newest first.

    A row of a statement stays in the book and waits for a person; a bank that takes money back writes a row of its own.
    What credit remains pays the invoices that are open again, from today on.
    """
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="reversal")
    found, received = received_of(act, command.ref)
    member = received.member
    act.require(Scope.DUES_MATCH, act.branch_of(act.member(member), received.on) if member else NATIONAL)
    from_file = _from_file(act, received)
    if not member and (
        from_file or any(isinstance(one.fact, Named) for one in act.reads.facts(found.subject, command.ref))
    ):
        refuse(Code.NOT_FITTING, ref=command.ref, what="reversal", to="-")
    undone = _call_back(act, command, received) if member else {}
    undo(act, found, received.transfer, command.reason)
    if from_file:
        waits = a.Received(
            on=received.on,
            way=received.way,
            account=received.account,
            amount_idr=received.amount_idr,
            text=received.text,
        )
        post(act, command.ref, waits, None)
    reopened = [state_of(number, facts) for number, facts in sorted(undone.items())]
    settle_credit(act, member, [state for state in reopened if state is not None], act.today)
    return Done(command.ref, member)


def received_of(act: Act, ref: str) -> tuple[Recorded, a.Received]:
    """Money that came in, by its reference. Refuses one that never came."""
    found = [(one, one.fact) for one in act.reads.facts(Subject.PAYMENT, ref) if isinstance(one.fact, a.Received)]
    if not found:
        refuse(Code.NOT_FOUND, what="payment", id=ref)
    return found[0]


def _from_file(act: Act, received: a.Received) -> bool:
    """Whether a row came from a statement file, whose account knows it whatever a person says of it."""
    code = received.account.partition(":")[2] if received.account.startswith("bank:") else ""
    return bool(code and account_on(act, code, received.on).profile)


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
            unsettle(act, number, received.member, command.reason)
            undone[number] = [kept for kept in facts_of[number] if not isinstance(kept.fact, a.Shared | a.ShareMoved)]
        undo(act, one, fact.transfer, command.reason)
        undone[number] = [kept for kept in undone[number] if kept.id != one.id]
    return undone


def hand_in(act: Act, command: HandIn) -> Done:
    """A treasurer pays cash into an account kept by hand: no more than he holds."""
    on = act.day(command.on)
    if act.by != command.treasurer:
        act.require(Scope.DUES_MATCH, NATIONAL)
    kept_by_hand(act, command.account, on)
    held_idr = -act.writing.net_idr(f"cash:{command.treasurer}")
    if not 0 < command.amount_idr <= held_idr:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    account = book_account(command.account)
    entry = Entry(account, f"cash:{command.treasurer}", command.amount_idr)
    transfer = act.writing.transfer("handed_in", [entry], command.treasurer)
    fact = a.HandedIn(on=on, amount_idr=command.amount_idr, account=account, transfer=transfer)
    act.add(Subject.PERSON, command.treasurer, fact)
    return Done(command.treasurer, str(held_idr - command.amount_idr))
