"""A person says what a waiting row is, once, with a reason; and takes back what was booked wrongly."""

from __future__ import annotations

from collections import Counter

import msgspec

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import House, agent_deposit, agent_receivable, bank_account, supplier_deposit
from juru.server.domain.bank_import import CREDIT_CODE, book_of_account, keep_book
from juru.server.domain.bank_row import BankRow, Booked, RowState, RowTarget, Why
from juru.server.domain.cell import Cell
from juru.server.domain.commands_money import AssignBankRow, ReopenBankRow
from juru.server.domain.debts import owe_again, owed_idr, take_from_debts
from juru.server.domain.posting import ledger_of_bank, post, reverse
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.server.domain.ticket import Ticket, TicketState
from juru.server.domain.tickets import file_ticket

ASSIGN_CODE = "bank_assigned"
REOPEN_CODE = "bank_reopened"
MOVE_CODE = "bank_moved"
BETWEEN_IN, BETWEEN_OUT = "bank_between_in", "bank_between_out"
"""Between accounts of ours, made by the row into which, or out of which, it came."""
ROW_CODES = frozenset({CREDIT_CODE, ASSIGN_CODE, MOVE_CODE, BETWEEN_IN, BETWEEN_OUT})
"""Postings that belong to a row: they are undone by reopening it."""


class _Plan(msgspec.Struct):
    """What an assignment posts and says of itself."""

    postings: tuple[Posting, ...] = ()
    to: str = ""
    agent_id: int | None = None
    debt_idr: int = 0
    booked: int | None = None
    code: str = ASSIGN_CODE


def assign_row(cell: Cell, command: AssignBankRow) -> Result:
    """Book a waiting row. The same again is answered as before, another assignment is refused."""
    row = cell.paper(BankRow, command.row)
    if row is None:
        return _no("row_none")
    if not command.reason.strip():
        return _no("reason")
    if row.state is not RowState.WAITING:
        wanted = str(command.transfer_id) if command.target is RowTarget.BOOKED else command.to.upper()
        same = row.target is command.target and row.to == wanted
        return Done(row.transfer_id, note="repeated") if same else _no("row_closed", to=row.to or str(row.target))
    plan = _plan(cell, row, command)
    if isinstance(plan, Refusal):
        return plan
    memo = f"{command.by}: {command.reason} ({row.account} row {row.line} of {row.file})"
    moved = post(cell, plan.postings, plan.code, memo) if plan.postings else None
    if moved is not None and plan.debt_idr:
        take_from_debts(cell, plan.agent_id or 0, plan.debt_idr, moved.id, by=command.by)
    if plan.booked is not None:
        cell.file(str(plan.booked), Booked(plan.booked, command.row))
    posted = () if moved is None else (moved.id,)
    paper = msgspec.structs.replace(
        row,
        state=RowState.ASSIGNED,
        target=command.target,
        to=plan.to,
        agent_id=plan.agent_id,
        transfer_id=plan.booked if plan.booked is not None else moved.id if moved is not None else None,
        move_id=moved.id if plan.booked is not None and moved is not None else None,
        posted=posted,
        reason=command.reason.strip(),
        decided_by=command.by,
    )
    cell.file(command.row, paper)
    _count(cell, row, -1)
    return Done(paper.transfer_id)


def _no(why: str, **facts: str | int) -> Refusal:
    return Refusal(Code.NOT_ALLOWED, {"why": why, **facts})


def _plan(cell: Cell, row: BankRow, command: AssignBankRow) -> _Plan | Refusal:
    """The postings of an assignment, or why it cannot be."""
    bank = bank_account(cell.bank_accounts[row.account].id)
    code = command.to.upper()
    match command.target:
        case RowTarget.AGENT | RowTarget.DEBT:
            return _to_agent(cell, row, command, bank)
        case RowTarget.SUPPLIER:
            supplier = cell.suppliers.get(code)
            if supplier is None:
                return _no("no_supplier", supplier=code[:40])
            return _Plan((_across(bank, supplier_deposit(supplier.id), row.amount_idr),), code)
        case RowTarget.EQUITY | RowTarget.FEE | RowTarget.NOT_OURS:
            house = {RowTarget.EQUITY: House.EQUITY, RowTarget.FEE: House.BANK_FEES, RowTarget.NOT_OURS: House.SUSPENSE}
            return _Plan((_across(bank, int(house[command.target]), row.amount_idr),))
        case RowTarget.BANK:
            other = ledger_of_bank(cell, code)
            if other is None or other == bank:
                return _no("no_account", account=code[:40])
            between = BETWEEN_IN if row.amount_idr > 0 else BETWEEN_OUT
            return _Plan((_across(bank, other, row.amount_idr),), code, code=between)
        case RowTarget.BOOKED:
            return _booked(cell, row, command, bank)


def _across(bank: int, other: int, amount_idr: int) -> Posting:
    """Money that came in from the other side, or below zero went out to it."""
    return Posting(bank, other, amount_idr) if amount_idr > 0 else Posting(other, bank, -amount_idr)


def _to_agent(cell: Cell, row: BankRow, command: AssignBankRow, bank: int) -> _Plan | Refusal:
    """To an agent's deposit, or first to what he owes; a debit row pays him back out of his free deposit."""
    agent = cell.agents.get(command.to.upper())
    if agent is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": command.to[:40]})
    deposit = agent_deposit(agent.id)
    if row.amount_idr < 0:
        if command.target is RowTarget.DEBT:
            return _no("debit_no_debt")
        free_idr = cell.free_idr(agent, credit=False)
        if free_idr < -row.amount_idr:
            return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": -row.amount_idr, "free_idr": free_idr})
        return _Plan((_across(bank, deposit, row.amount_idr),), agent.code, agent.id)
    debt_idr = min(owed_idr(cell, agent.id), row.amount_idr) if command.target is RowTarget.DEBT else 0
    if command.target is RowTarget.DEBT and not debt_idr:
        return _no("owes_nothing", agent=agent.code)
    parts = ((agent_receivable(agent.id), debt_idr), (deposit, row.amount_idr - debt_idr))
    postings = tuple(Posting(bank, account, amount_idr) for account, amount_idr in parts if amount_idr)
    return _Plan(postings, agent.code, agent.id, debt_idr)


def _booked(cell: Cell, row: BankRow, command: AssignBankRow, bank: int) -> _Plan | Refusal:
    """A posting made by hand before the statement came: it stands for the row, each once.

    One that was posted to no particular bank account is brought into this one, so that the account agrees with its
    bank.
    """
    moved = cell.past.transfers.get(command.transfer_id or 0)
    if moved is None or moved.kind is not Kind.DIRECT or moved.id in cell.past.reversed:
        return _no("booked_none", transfer=command.transfer_id or 0)
    taken = cell.paper(Booked, str(moved.id))
    if taken is not None and taken.stands:
        return _no("booked_taken", transfer=moved.id)
    for account in (bank, int(House.BANK)):
        if _may_stand(moved, account) and _through(moved, account) == row.amount_idr:
            postings = () if account == bank else (_across(bank, account, row.amount_idr),)
            return _Plan(postings, f"{moved.id}", booked=moved.id, code=MOVE_CODE)
    return _no("booked_other", transfer=moved.id)


def _may_stand(moved: Transfer, account: int) -> bool:
    """Whether a posting may stand for a row of this account: none does that another row has made.

    A transfer between two accounts of ours has a row in each: the one that was assigned first has made the posting, and
    it stands for the row on the other side.
    """
    posting = moved.postings[0]
    if moved.code == BETWEEN_IN:
        return account == posting.credit
    if moved.code == BETWEEN_OUT:
        return account == posting.debit
    return moved.code not in ROW_CODES


def _through(moved: Transfer, account: int) -> int:
    """What a transfer brought into an account of ours."""
    came = sum(p.amount_idr for p in moved.postings if p.debit == account)
    return came - sum(p.amount_idr for p in moved.postings if p.credit == account)


def reopen_row(cell: Cell, command: ReopenBankRow) -> Result:
    """Reverse what stands for a row, and let it wait for another decision."""
    row = cell.paper(BankRow, command.row)
    if row is None:
        return _no("row_none")
    if not command.reason.strip():
        return _no("reason")
    if row.state is RowState.WAITING:
        return _no("row_waits")
    if seen_of(row) != (command.transfer_ids, command.ticket):
        return _no("row_changed")
    own = row.move_id if row.target is RowTarget.BOOKED else row.transfer_id
    other = None if own is None else cell.paper(Booked, str(own))
    if other is not None and other.stands:
        return _no("booked_other_row", row=other.row)
    memo = f"{command.by}: {command.reason} ({row.account} row {row.line} of {row.file})"
    posted: tuple[int, ...] = ()
    if own is not None:
        undone = reverse(cell, cell.past.transfers[own], REOPEN_CODE, memo)
        posted = (undone.id,)
        owe_again(cell, own, undone.id, by=command.by)
    if row.target is RowTarget.BOOKED and row.transfer_id is not None:
        cell.file(str(row.transfer_id), Booked(row.transfer_id, command.row, stands=False))
    if row.state is RowState.CREDITED:
        _release_ticket(cell, row.tickets[0], command.by)
    why = Why.DEBIT if row.amount_idr < 0 else Why.UNKNOWN if row.why is None else row.why
    again = msgspec.structs.replace(
        row,
        state=RowState.WAITING,
        why=why,
        target=None,
        to="",
        agent_id=None,
        transfer_id=None,
        move_id=None,
        posted=posted,
        reason=command.reason.strip(),
        decided_by=command.by,
    )
    cell.file(command.row, again)
    _count(cell, again, 1)
    return Done(posted[0] if posted else None)


def seen_of(row: BankRow) -> tuple[tuple[int, ...], int | None]:
    """What a person sees of a booked row: its postings, and the ticket that took it."""
    transfer_ids = tuple(i for i in (row.transfer_id, row.move_id) if i is not None)
    return transfer_ids, row.tickets[0] if row.state is RowState.CREDITED else None


def _release_ticket(cell: Cell, number: int, by: str) -> None:
    """A ticket that took the wrong row is cancelled: no other row takes it by itself."""
    ticket = cell.paper(Ticket, str(number))
    assert ticket is not None, number
    cancelled = msgspec.structs.replace(ticket, state=TicketState.CANCELLED, row="", end_ms=cell.now_ms, by=by)
    file_ticket(cell, number, cancelled)


def _count(cell: Cell, row: BankRow, change: int) -> None:
    """One row more or less waits."""
    assert row.why is not None, row
    book = book_of_account(cell, row.account)
    waiting = Counter(dict(book.waiting))
    waiting[row.why.value] += change
    counted = tuple(sorted((why, count) for why, count in waiting.items() if count))
    waiting_idr = book.waiting_idr + change * row.amount_idr
    keep_book(cell, msgspec.structs.replace(book, waiting=counted, waiting_idr=waiting_idr))
