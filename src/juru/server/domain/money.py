"""Deposits, transfers between agents and their cancellation, reversals by a person."""

from __future__ import annotations

from typing import assert_never

from juru.books.rules import AMOUNT_IDR_MAX, Kind, Posting, Transfer
from juru.server.domain.accounts import AGENT_BASE, House, agent_deposit, supplier_deposit
from juru.server.domain.agent import Agent, AgentStatus, is_below
from juru.server.domain.bank_assign import ROW_CODES
from juru.server.domain.bank_row import Booked
from juru.server.domain.cell import Cell
from juru.server.domain.commands import (
    AddDeposit,
    CancelTransfer,
    DepositKind,
    ReverseTransfer,
    TransferDeposit,
)
from juru.server.domain.debts import GIVE_CODE, owe_again, take_back_debt
from juru.server.domain.place import answered_before, remember
from juru.server.domain.posting import ledger_of_bank, post_once, posted_before, reverse
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result, Transferred
from juru.server.domain.vouchers import STOCK_CODES


def transfer_deposit(cell: Cell, command: TransferDeposit) -> Result:
    """An agent gives deposit to his downline, or back to his upline."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    before = answered_before(cell, agent, command.message, keyed=False)
    if before is not None:
        return before
    result = _transfer(cell, agent, command)
    remember(cell, agent, command.message, result)
    return result


def _transfer(cell: Cell, agent: Agent, command: TransferDeposit) -> Result:
    if (refusal := may_act(cell, agent)) is not None:
        return refusal
    if not 0 < command.amount_idr <= AMOUNT_IDR_MAX:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": AMOUNT_IDR_MAX})
    free_idr = cell.free_idr(agent, credit=False)
    if command.amount_idr > free_idr:
        return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": command.amount_idr, "free_idr": max(free_idr, 0)})
    receiver = cell.agents.get(command.to.upper())
    if receiver is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": command.to[:40]})
    related = agent.upline == receiver.code if command.back else is_below(cell.agents, receiver, agent)
    if not related:
        return Refusal(Code.NOT_YOUR_DOWNLINE, {"agent": receiver.code})
    posting = Posting(agent_deposit(agent.id), agent_deposit(receiver.id), command.amount_idr)
    moved = cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, (posting,), "agent_transfer"))
    cell.past.last_transfer[agent.id] = moved.id
    cell.past.transfers[moved.id] = moved
    facts: dict[str, str | int] = {"transfer": moved.id, "agent": agent.code, "amount_idr": command.amount_idr}
    facts["balance_idr"] = cell.free_idr(receiver, credit=False)
    cell.notify(receiver, "transfer.received", ("transfer", moved.id), facts)
    return Transferred(moved.id, agent.code, receiver.code, command.amount_idr, cell.free_idr(agent, credit=False))


def may_act(cell: Cell, agent: Agent) -> Refusal | None:
    """Whether an agent may move or change anything: his PIN is not locked and he is not blocked."""
    guard = cell.pin_guards.get(agent.code)
    if guard is not None and guard.locked_ms is not None:
        return Refusal(Code.PIN_LOCKED)
    if agent.status is not AgentStatus.ACTIVE:
        return Refusal(Code.AGENT_BLOCKED)
    return None


def cancel_transfer(cell: Cell, command: CancelTransfer) -> Result:
    """Take back a transfer while the receiver's balance is still free (reference/dialects.md 9)."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    before = answered_before(cell, agent, command.message, keyed=False)
    if before is not None:
        return before
    result = _cancel(cell, agent, command)
    remember(cell, agent, command.message, result)
    return result


def _cancel(cell: Cell, agent: Agent, command: CancelTransfer) -> Result:
    if (refusal := may_act(cell, agent)) is not None:
        return refusal
    transfer_id = command.transfer_id or cell.past.last_transfer.get(agent.id)
    moved = None if transfer_id is None else cell.past.transfers.get(transfer_id)
    if moved is None or moved.code != "agent_transfer" or moved.postings[0].debit != agent_deposit(agent.id):
        return Refusal(Code.NOT_CANCELLABLE, {"why": "none"})
    if moved.id in cell.past.reversed:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "done"})
    posting = moved.postings[0]
    receiver = cell.agents[cell.agent_codes[(posting.credit - AGENT_BASE) // 2]]
    if command.to not in {None, receiver.code} or command.amount_idr not in {None, posting.amount_idr}:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "other", "transfer": moved.id})
    if cell.free_idr(receiver, credit=False) < posting.amount_idr:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "spent"})
    undone = reverse(cell, moved, "agent_transfer_cancelled", f"by {agent.code}", told=False)
    facts: dict[str, str | int] = {"transfer": moved.id, "agent": agent.code, "amount_idr": posting.amount_idr}
    facts["balance_idr"] = cell.free_idr(receiver, credit=False)
    cell.notify(receiver, "transfer.taken_back", ("transfer", undone.id), facts)
    return Transferred(
        undone.id,
        agent.code,
        receiver.code,
        posting.amount_idr,
        cell.free_idr(agent, credit=False),
        cancelled=moved.id,
    )


def add_deposit(cell: Cell, command: AddDeposit) -> Result:
    """A person posts money that moved outside: a top-up, the owner's own money, a bank's fee."""
    if (before := posted_before(cell, command.request_id)) is not None:
        return before
    if not 0 < abs(command.amount_idr) <= AMOUNT_IDR_MAX:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": AMOUNT_IDR_MAX})
    own = command.kind in {DepositKind.BANK, DepositKind.FEE}
    bank = ledger_of_bank(cell, command.key if own else command.via)
    if bank is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "no_account", "account": (command.key if own else command.via)[:40]})
    match command.kind:
        case DepositKind.AGENT:
            agent = cell.agents.get(command.key.upper())
            if agent is None:
                return Refusal(Code.UNKNOWN_AGENT, {"agent": command.key[:40]})
            free_idr = cell.free_idr(agent, credit=False)
            if command.amount_idr < 0 and free_idr < -command.amount_idr:
                return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": -command.amount_idr, "free_idr": free_idr})
            debit, credit = bank, agent_deposit(agent.id)
        case DepositKind.SUPPLIER:
            supplier = cell.suppliers.get(command.key.upper())
            if supplier is None:
                return Refusal(Code.NOT_ALLOWED, {"why": "no_supplier", "supplier": command.key[:40]})
            debit, credit = supplier_deposit(supplier.id), bank
        case DepositKind.BANK:
            debit, credit = bank, int(House.EQUITY)
        case DepositKind.FEE:
            debit, credit = int(House.BANK_FEES), bank
        case _:
            assert_never(command.kind)
    if command.amount_idr < 0:
        debit, credit = credit, debit
    posting = Posting(debit, credit, abs(command.amount_idr))
    moved = post_once(cell, command.request_id, (posting,), "deposit", f"{command.by}: {command.reason}")
    return Done(moved.id)


def reverse_transfer(cell: Cell, command: ReverseTransfer) -> Result:
    """A person undoes a deposit, a transfer between agents, a debt or a settlement; an order is reversed as an order.

    What stands for a row of a bank's statement is undone by reopening the row, so that the row is not forgotten.
    """
    moved = cell.past.transfers.get(command.transfer_id)
    if moved is None:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "none"})
    if moved.kind is not Kind.DIRECT or moved.order_id is not None:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "order"})
    if moved.code in STOCK_CODES:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "vouchers"})
    if moved.id in cell.past.reversed:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "done"})
    booked = cell.paper(Booked, str(moved.id))
    if moved.code in ROW_CODES or (booked is not None and booked.stands):
        return Refusal(Code.NOT_CANCELLABLE, {"why": "bank_row"})
    if moved.code == GIVE_CODE and (refusal := take_back_debt(cell, moved.id)) is not None:
        return refusal
    undone = reverse(cell, moved, "reversal", f"{command.by}: {command.reason}")
    owe_again(cell, moved.id, undone.id, by=command.by)
    return Done(undone.id)
