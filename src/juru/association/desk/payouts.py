"""Money that leaves by two persons: refunds of a member's credit, and what stands between national and a branch."""

from __future__ import annotations

from juru.association.desk.accounts import account_on, position
from juru.association.desk.acting import Act, refuse
from juru.association.desk.invoices import next_number
from juru.association.domain import affairs as a
from juru.association.domain import treasury as t
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import (
    AskRefund,
    AskSettlement,
    ConfirmPayOut,
    DeclinePayOut,
    Done,
    NameRow,
)
from juru.association.domain.refusals import Code
from juru.association.store.book import Entry
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded


def ask_refund(act: Act, command: AskRefund) -> Done:
    """The first person: no more than the member's credit, and never for his own firm."""
    unit = act.branch_of(act.member(command.member), act.today)
    act.require(Scope.DUES_REFUND, unit, subject_firm=command.member)
    if not command.reason.strip() or not command.to_account.strip():
        refuse(Code.REASON_NEEDED, fact="refund")
    _within_credit(act, command.member, command.amount_idr)
    number = next_number(act, "refund_asked", "RF", act.today)
    fact = t.RefundAsked(
        on=act.today,
        member=command.member,
        amount_idr=command.amount_idr,
        to_account=command.to_account.strip(),
        reason=command.reason.strip(),
    )
    act.add(Subject.REFUND, number, fact)
    return Done(number, command.member)


def _within_credit(act: Act, member: str, amount_idr: int) -> None:
    if amount_idr <= 0:
        refuse(Code.WRONG_AMOUNT, amount_idr=amount_idr)
    credit_idr = act.writing.net_idr(f"credit:{member}")
    if amount_idr > credit_idr:
        refuse(Code.OVER_CREDIT, member=member, credit_idr=credit_idr)


def ask_settlement(act: Act, command: AskSettlement) -> Done:
    """The first person: between an account of national and one of the branch, no more than what stands."""
    if command.branch not in branches_on(act.branches, act.today):
        refuse(Code.NOT_FOUND, what="branch", id=command.branch)
    act.require(Scope.DUES_REFUND, command.branch)
    units = [account_on(act, code, act.today).unit for code in (command.giver, command.taker)]
    if sorted(units) != sorted((NATIONAL, command.branch)):
        refuse(Code.NOT_FOUND, what="account", id=f"{command.giver or '-'} {command.taker or '-'}")
    _within_standing(act, command.branch, command.amount_idr, to_branch=units[1] == command.branch)
    number = next_number(act, "settlement_asked", "ST", act.today)
    fact = t.SettlementAsked(
        on=act.today,
        branch=command.branch,
        giver=t.book_account(command.giver),
        taker=t.book_account(command.taker),
        amount_idr=command.amount_idr,
        reason=command.reason,
    )
    act.add(Subject.SETTLEMENT, number, fact)
    return Done(number, command.branch)


def _within_standing(act: Act, branch: str, amount_idr: int, *, to_branch: bool) -> None:
    """No more than stands, what was confirmed before and has not left yet counted as gone."""
    if amount_idr <= 0:
        refuse(Code.WRONG_AMOUNT, amount_idr=amount_idr)
    standing_idr = position(act.reads, branch).standing_idr * (1 if to_branch else -1)
    for one in settlements(act.reads, branch):
        same_way = one.asked.taker != t.HAND_KEPT and _unit_is(act, one.asked.taker, branch)
        if one.state == CONFIRMED and same_way is to_branch:
            standing_idr -= one.asked.amount_idr
    if amount_idr > standing_idr:
        refuse(Code.OVER_STANDING, branch=branch, standing_idr=max(standing_idr, 0))


def _unit_is(act: Act, account: str, branch: str) -> bool:
    return account_on(act, account.partition(":")[2], act.today).unit == branch


ASKED, CONFIRMED, DECLINED, LEFT, PAID = "asked", "confirmed", "declined", "left", "paid"


class Refund:
    """A refund and how far it is."""

    def __init__(self, number: str, found: list[Recorded], rows: list[str]) -> None:
        self.number = number
        self.asked = next(one.fact for one in found if isinstance(one.fact, t.RefundAsked))
        self.confirmed_by = next((one.fact.by for one in found if isinstance(one.fact, t.RefundConfirmed)), "")
        self.declined = next((one.fact for one in found if isinstance(one.fact, t.Declined)), None)
        self.rows = rows

    @property
    def state(self) -> str:
        """``asked``, ``confirmed``, ``paid`` or ``declined``."""
        if self.declined is not None:
            return DECLINED
        if not self.confirmed_by:
            return ASKED
        return PAID if self.rows else CONFIRMED


class Settlement:
    """A settlement and how far it is; ``rows`` are those of the statements that are said to be it."""

    def __init__(self, number: str, found: list[Recorded], rows: list[str]) -> None:
        self.number = number
        self.asked = next(one.fact for one in found if isinstance(one.fact, t.SettlementAsked))
        self.confirmed_by = next((one.fact.by for one in found if isinstance(one.fact, t.SettlementConfirmed)), "")
        self.declined = next((one.fact for one in found if isinstance(one.fact, t.Declined)), None)
        self.rows = rows
        self.left = False
        self.arrived = False

    @property
    def state(self) -> str:
        """``asked``, ``confirmed``, ``left`` its account, ``paid`` once it arrived, or ``declined``."""
        if self.declined is not None:
            return DECLINED
        if not self.confirmed_by:
            return ASKED
        if self.left and self.arrived:
            return PAID
        return LEFT if self.left or self.arrived else CONFIRMED


def refund_of(reads: Reads, number: str) -> Refund | None:
    """One refund."""
    found = reads.facts(Subject.REFUND, number)
    return Refund(number, found, _rows(reads, number)) if found else None


def settlement_of(reads: Reads, number: str) -> Settlement | None:
    """One settlement."""
    found = reads.facts(Subject.SETTLEMENT, number)
    if not found:
        return None
    settlement = Settlement(number, found, _rows(reads, number))
    for ref in settlement.rows:
        for one in reads.facts(Subject.PAYMENT, ref):
            settlement.left = settlement.left or isinstance(one.fact, t.WentOut)
            settlement.arrived = settlement.arrived or isinstance(one.fact, a.Received)
    return settlement


def refunds(reads: Reads) -> list[Refund]:
    """Every refund ever asked for, the newest first."""
    numbers = sorted({one.subject_id for one in reads.facts_of_kind(Subject.REFUND)}, reverse=True)
    return [refund for number in numbers if (refund := refund_of(reads, number)) is not None]


def settlements(reads: Reads, branch: str = "") -> list[Settlement]:
    """Every settlement, or those of a branch, the newest first."""
    found = sorted({one.subject_id for one in reads.facts_of_kind(Subject.SETTLEMENT)}, reverse=True)
    every = [one for number in found if (one := settlement_of(reads, number)) is not None]
    return [one for one in every if not branch or one.asked.branch == branch]


def _rows(reads: Reads, number: str) -> list[str]:
    """Rows that are said to be it and were not unnamed."""
    return [ref for ref in reads.concerning(number, "named") if _is_named(reads, ref, number)]


def _is_named(reads: Reads, ref: str, number: str) -> bool:
    facts = [one.fact for one in reads.facts(Subject.PAYMENT, ref)]
    return any(isinstance(fact, t.Named) and fact.to == number for fact in facts)


def confirm(act: Act, command: ConfirmPayOut) -> Done:
    """The second person: another than the first; a refund's sum leaves the member's credit now."""
    refund = refund_of(act.reads, command.number)
    if refund is not None:
        return _confirm_refund(act, refund)
    settlement = settlement_of(act.reads, command.number)
    if settlement is None:
        refuse(Code.NOT_FOUND, what="pay-out", id=command.number)
    asked = settlement.asked
    act.require(Scope.DUES_REFUND, NATIONAL, decided_before={asked.by})
    _waiting(command.number, settlement.state)
    _within_standing(act, asked.branch, asked.amount_idr, to_branch=_unit_is(act, asked.taker, asked.branch))
    act.add(Subject.SETTLEMENT, command.number, t.SettlementConfirmed(on=act.today))
    return Done(command.number, CONFIRMED)


def _confirm_refund(act: Act, refund: Refund) -> Done:
    asked = refund.asked
    unit = act.branch_of(act.member(asked.member), act.today)
    act.require(Scope.DUES_REFUND, unit, subject_firm=asked.member, decided_before={asked.by})
    _waiting(refund.number, refund.state)
    _within_credit(act, asked.member, asked.amount_idr)
    entry = Entry(f"credit:{asked.member}", t.REFUNDS, asked.amount_idr)
    transfer = act.writing.transfer("refund", [entry], refund.number)
    fact = t.RefundConfirmed(on=act.today, member=asked.member, amount_idr=asked.amount_idr, transfer=transfer)
    act.add(Subject.REFUND, refund.number, fact)
    return Done(refund.number, CONFIRMED)


def _waiting(number: str, state: str) -> None:
    if state != ASKED:
        refuse(Code.SEEN_BEFORE, ref=number)


def decline(act: Act, command: DeclinePayOut) -> Done:
    """A no, by either person; what was confirmed and has not left goes back to the member's credit."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="declined")
    refund, settlement = refund_of(act.reads, command.number), settlement_of(act.reads, command.number)
    found = refund or settlement
    if found is None:
        refuse(Code.NOT_FOUND, what="pay-out", id=command.number)
    subject = Subject.SETTLEMENT
    unit = NATIONAL if settlement is None else settlement.asked.branch
    if refund is not None:
        subject, unit = Subject.REFUND, act.branch_of(act.member(refund.asked.member), act.today)
    act.require(Scope.DUES_REFUND, unit)
    if found.state not in {ASKED, CONFIRMED}:
        refuse(Code.SEEN_BEFORE, ref=command.number)
    for one in act.reads.facts(subject, command.number):
        if isinstance(one.fact, t.RefundConfirmed):
            act.writing.reverse(one.fact.transfer, command.reason)
            act.add(subject, command.number, a.Reversal(on=one.fact.on, reason=command.reason), reverses=one.id)
    act.add(subject, command.number, t.Declined(on=act.today, reason=command.reason.strip()))
    return Done(command.number, DECLINED)


def fitting_refund(act: Act, command: NameRow, row: a.Received | t.WentOut) -> None:
    """Refuse a row that is not the confirmed refund, to the rupiah."""
    refund = refund_of(act.reads, command.to)
    if refund is None or refund.state != CONFIRMED or refund.asked.amount_idr != row.amount_idr:
        refuse(Code.NOT_FITTING, ref=command.ref, what="refund", to=command.to)


def fitting_settlement(act: Act, command: NameRow, row: a.Received | t.WentOut) -> str:
    """Refuse a row that is not this side of a confirmed settlement; the branch it is with."""
    settlement = settlement_of(act.reads, command.to)
    out = isinstance(row, t.WentOut)
    fits = settlement is not None and settlement.state in {CONFIRMED, LEFT}
    if settlement is None or not fits or (settlement.left if out else settlement.arrived):
        refuse(Code.NOT_FITTING, ref=command.ref, what="settlement", to=command.to)
    asked = settlement.asked
    if (asked.giver if out else asked.taker, asked.amount_idr) != (row.account, row.amount_idr):
        refuse(Code.NOT_FITTING, ref=command.ref, what="settlement", to=command.to)
    return asked.branch
