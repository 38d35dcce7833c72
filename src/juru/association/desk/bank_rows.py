"""Rows of statements: each counts once, what matches pays, what a person must explain waits and is named by him."""

from __future__ import annotations

from datetime import date

from juru.association.desk.accounts import account_on, kept_by_hand, since_of
from juru.association.desk.acting import Act, refuse
from juru.association.desk.payments import received_of, take_in
from juru.association.desk.payouts import fitting_refund, fitting_settlement
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Reversal, Subject, Way
from juru.association.domain.boards import NATIONAL, Scope
from juru.association.domain.commands import Done, NameRow, NoteRows, PayOut, TakePayment, TakeRow, UnnameRow
from juru.association.domain.refusals import Code
from juru.association.domain.treasury import (
    CASH_OUT,
    OUTGOING,
    UNMATCHED,
    Named,
    RowAs,
    WentOut,
    book_account,
)
from juru.association.store.book import Entry
from juru.association.store.rows import Recorded
from juru.books.rules import AMOUNT_IDR_MAX

IGNORED = "known"
UNEXPLAINED = "outgoing"
_CASH = "cash:"
_IN_ONLY = frozenset({RowAs.HAND_IN, RowAs.INCOME, RowAs.COLLECTOR})
_OUT_ONLY = frozenset({RowAs.REFUND, RowAs.EXPENSE, RowAs.RETURNED})


def take_row(act: Act, command: TakeRow) -> Done:
    """Take one row of a statement; a row seen before is ignored, and so is one before the account's first day."""
    on = act.day(command.on)
    account = account_on(act, command.account, on)
    act.require(Scope.DUES_MATCH, account.unit)
    since = since_of(act.reads, command.account)
    if act.reads.facts(Subject.PAYMENT, command.ref) or (since is not None and on < since):
        return Done(command.ref, IGNORED)
    if not 0 < abs(command.amount_idr) <= AMOUNT_IDR_MAX:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    if command.amount_idr < 0:
        went_out(act, command.ref, book_account(command.account), command)
        return Done(command.ref, UNEXPLAINED)
    payment = TakePayment(
        way=Way.BANK, amount_idr=command.amount_idr, ref=command.ref, text=command.text, account=command.account, on=on
    )
    return take_in(act, payment, book_account(command.account), on)


def went_out(act: Act, ref: str, account: str, row: TakeRow | PayOut) -> WentOut:
    """Post money that left an account; it waits for a person who says what it was."""
    amount_idr = abs(row.amount_idr)
    transfer = act.writing.transfer("went_out", [Entry(OUTGOING, account, amount_idr)], ref)
    fact = WentOut(on=row.on or act.today, account=account, amount_idr=amount_idr, text=row.text, transfer=transfer)
    act.add(Subject.PAYMENT, ref, fact)
    return fact


def note_rows(act: Act, command: NoteRows) -> Done:
    """Keep what became of a part of a file."""
    act.require(Scope.DUES_MATCH, account_on(act, command.account, act.today).unit)
    act.add(Subject.ACCOUNT, command.account, command.fact)
    return Done(command.account, command.fact.take)


def unit_of(act: Act, row: a.Received | WentOut) -> str:
    """Whose account a row is on."""
    code = row.account.partition(":")[2] if row.account.startswith("bank:") else ""
    return account_on(act, code, row.on).unit


def name_row(act: Act, command: NameRow) -> Done:
    """Say what a row is that waits."""
    found = act.reads.facts(Subject.PAYMENT, command.ref)
    row = next((one.fact for one in found if isinstance(one.fact, a.Received | WentOut)), None)
    if row is None:
        refuse(Code.NOT_FOUND, what="row", id=command.ref)
    if any(isinstance(one.fact, Named) for one in found) or (isinstance(row, a.Received) and row.member):
        refuse(Code.SEEN_BEFORE, ref=command.ref)
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="naming")
    if command.what is RowAs.COLLECTOR:
        refuse(Code.NOT_FITTING, ref=command.ref, what=command.what.value, to=command.to)
    name(act, row, command)
    return Done(command.ref, command.what.value)


def name(act: Act, row: a.Received | WentOut, command: NameRow) -> None:
    """Check what a row is said to be, and post it."""
    unit = command.unit or NATIONAL if row.account.startswith(_CASH) else unit_of(act, row)
    act.require(Scope.DUES_MATCH, unit)
    whose = command.unit or unit
    if whose != unit:
        act.require(Scope.DUES_MATCH, NATIONAL)
    out = isinstance(row, WentOut)
    if command.what in (_IN_ONLY if out else _OUT_ONLY) or not command.to.strip():
        refuse(Code.NOT_FITTING, ref=command.ref, what=command.what.value, to=command.to or "-")
    match command.what:
        case RowAs.HAND_IN:
            held_idr = -act.writing.net_idr(f"cash:{command.to}")
            if row.amount_idr > held_idr:
                refuse(Code.OVER_CASH, treasurer=command.to, held_idr=held_idr)
        case RowAs.REFUND:
            fitting_refund(act, command, row)
        case RowAs.SETTLEMENT:
            whose = fitting_settlement(act, command, row)
        case RowAs.RETURNED:
            _pair(act, command, row)
        case _:
            pass
    named = Named(
        on=row.on, what=command.what, to=command.to, unit=whose, amount_idr=row.amount_idr, reason=command.reason
    )
    post_named(act, command.ref, named, out=out)


def post_named(act: Act, ref: str, named: Named, *, out: bool) -> None:
    """Move a named row's money from where what is unexplained stands to where it belongs."""
    entry = Entry(named.against, OUTGOING, named.amount_idr)
    if not out:
        entry = Entry(UNMATCHED, named.against, named.amount_idr)
    transfer = act.writing.transfer("named", [entry], ref)
    fact = Named(
        on=named.on,
        what=named.what,
        to=named.to,
        unit=named.unit,
        amount_idr=named.amount_idr,
        reason=named.reason,
        transfer=transfer,
    )
    act.add(Subject.PAYMENT, ref, fact)


def _pair(act: Act, command: NameRow, row: a.Received | WentOut) -> None:
    """Money that came in and was nobody's went back by this row; the two explain each other."""
    _, came = received_of(act, command.to)
    waits = not came.member and not any(
        isinstance(one.fact, Named) for one in act.reads.facts(Subject.PAYMENT, command.to)
    )
    if not waits or (came.account, came.amount_idr) != (row.account, row.amount_idr):
        refuse(Code.NOT_FITTING, ref=command.ref, what=command.what.value, to=command.to)
    partner = Named(on=row.on, what=RowAs.RETURNED, to=command.ref, unit="", amount_idr=0, reason=command.reason)
    act.add(Subject.PAYMENT, command.to, partner)


def unname_row(act: Act, command: UnnameRow) -> Done:
    """Take back what a row was said to be; of a pair both wait again."""
    if not command.reason.strip():
        refuse(Code.REASON_NEEDED, fact="reversal")
    found = act.reads.facts(Subject.PAYMENT, command.ref)
    row = next((one.fact for one in found if isinstance(one.fact, a.Received | WentOut)), None)
    named = [one for one in found if isinstance(one.fact, Named)]
    if row is None or not named:
        refuse(Code.NOT_FOUND, what="row", id=command.ref)
    fact = named[0].fact
    assert isinstance(fact, Named)
    act.require(Scope.DUES_MATCH, fact.unit if row.account.startswith(_CASH) else unit_of(act, row))
    _unname(act, named[0], command.reason)
    if fact.what is RowAs.RETURNED:
        for other in act.reads.facts(Subject.PAYMENT, fact.to):
            if isinstance(other.fact, Named):
                _unname(act, other, command.reason)
    return Done(command.ref, "waits")


def _unname(act: Act, one: Recorded, reason: str) -> None:
    fact = one.fact
    assert isinstance(fact, Named)
    if fact.what is RowAs.COLLECTOR and act.writing.net_idr(fact.against) < fact.amount_idr:
        refuse(Code.CARRIES_MONEY, id=one.id)
    if fact.transfer:
        act.writing.reverse(fact.transfer, reason)
    act.add(Subject.PAYMENT, one.subject_id, Reversal(on=fact.on, reason=reason), reverses=one.id)


def _slip(act: Act, on: date) -> str:
    """The next slip for money paid out by hand (bukti kas keluar), without a gap in its year."""
    series = f"{CASH_OUT}{on.year}-"
    newest = act.reads.newest(Subject.PAYMENT, after=series, before=f"{series}~")
    return f"{series}{int((newest or '0').rpartition('-')[2]) + 1:05d}"


def pay_out(act: Act, command: PayOut) -> Done:
    """Money left an account kept by hand, or the cash of who asks: posted, numbered and named at once."""
    on = act.day(command.on)
    if not 0 < command.amount_idr <= AMOUNT_IDR_MAX:
        refuse(Code.WRONG_AMOUNT, amount_idr=command.amount_idr)
    account = f"cash:{act.by}" if command.cash else book_account(command.account)
    unit = command.unit
    if command.cash:
        held_idr = -act.writing.net_idr(account)
        if command.amount_idr > held_idr:
            refuse(Code.OVER_CASH, treasurer=act.by, held_idr=held_idr)
    else:
        unit = unit or kept_by_hand(act, command.account, on).unit
    act.require(Scope.DUES_MATCH, unit or NATIONAL)
    if command.ref.startswith(CASH_OUT):
        refuse(Code.NOT_FITTING, ref=command.ref, what=command.what.value, to=command.to or "-")
    ref = command.ref if command.ref and not command.cash else _slip(act, on)
    if act.reads.facts(Subject.PAYMENT, ref):
        refuse(Code.SEEN_BEFORE, ref=ref)
    row = went_out(act, ref, account, command)
    naming = NameRow(ref=ref, what=command.what, to=command.to, unit=unit, reason=command.text or command.what.value)
    name(act, row, naming)
    return Done(ref, command.what.value)
