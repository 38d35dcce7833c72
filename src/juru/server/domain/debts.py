"""Deposit on credit: given within a limit and a time, repaid oldest first, written off by a person. Never guessed.

The ledger account of an agent's debts and his open debt papers always say the same sum; the audit compares them.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from juru.books.rules import AMOUNT_IDR_MAX, Posting
from juru.server.domain.accounts import House, agent_deposit, agent_receivable
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.cell import Cell
from juru.server.domain.commands_money import GiveDebt, RepayDebt, WriteOffDebt
from juru.server.domain.debt import Debt, DebtPayment, Part, Settled
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.posting import ledger_of_bank, post_once, posted_before
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result

GIVE_CODE, REPAY_CODE, WRITE_OFF_CODE = "debt", "debt_repaid", "debt_written_off"
DAYS_MAX = 366


def owed_idr(cell: Cell, agent_id: int) -> int:
    """What an agent owes, by the ledger."""
    balance = cell.ledger.get(agent_receivable(agent_id))
    return 0 if balance is None else -balance.net_idr


def open_debts(cell: Cell, agent_id: int) -> list[tuple[str, Debt]]:
    """An agent's open debts with their keys, due first first."""
    name = NAME_OF[Debt]
    found = [
        (debt.due_day, number, key, debt)
        for (kind, key), (number, debt) in cell.papers.items()
        if kind == name and isinstance(debt, Debt) and debt.agent_id == agent_id
    ]
    return [(key, debt) for _, _, key, debt in sorted(found, key=lambda one: one[:2])]


def due_day_of(cell: Cell, agent_id: int) -> int | None:
    """The day on which an agent's first open debt is due; None when he owes nothing."""
    if not owed_idr(cell, agent_id):
        return None
    return min((debt.due_day for _, debt in open_debts(cell, agent_id)), default=None)


def day_after(day: int, days: int) -> int:
    """The business day so many days later."""
    later = date(day // 10_000, day // 100 % 100, day % 100) + timedelta(days=days)
    return later.year * 10_000 + later.month * 100 + later.day


def give_debt(cell: Cell, command: GiveDebt) -> Result:
    """Credit the deposit now; owed until it is repaid. Refused over the limit, and while anything is overdue."""
    if (before := posted_before(cell, command.request_id)) is not None:
        return before
    agent = cell.agents.get(command.agent.upper())
    refusal = _may_not(cell, agent, command)
    if refusal is not None:
        return refusal
    assert agent is not None, command
    days = agent.debt_days if command.days is None else command.days
    posting = Posting(agent_receivable(agent.id), agent_deposit(agent.id), command.amount_idr)
    memo = f"{command.by}: {command.reason}"
    moved = post_once(cell, command.request_id, (posting,), GIVE_CODE, memo)
    debt = Debt(
        agent.id,
        command.amount_idr,
        command.amount_idr,
        cell.day,
        day_after(cell.day, days),
        moved.id,
        command.reason,
        command.by,
        cell.now_ms,
    )
    cell.file(str(moved.id), debt)
    return Done(moved.id)


def _may_not(cell: Cell, agent: Agent | None, command: GiveDebt) -> Refusal | None:
    """Why an agent gets nothing on credit."""
    if not 0 < command.amount_idr <= AMOUNT_IDR_MAX:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": AMOUNT_IDR_MAX})
    if command.days is not None and not 0 <= command.days <= DAYS_MAX:
        return Refusal(Code.NOT_ALLOWED, {"why": "days", "most": DAYS_MAX})
    if agent is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": command.agent[:40]})
    if agent.status is not AgentStatus.ACTIVE:
        return Refusal(Code.AGENT_BLOCKED)
    due_day = due_day_of(cell, agent.id)
    if due_day is not None and due_day < cell.day:
        return Refusal(Code.DEBT_OVERDUE, {"owed_idr": owed_idr(cell, agent.id), "due": due_day})
    free_idr = agent.debt_limit_idr - owed_idr(cell, agent.id)
    if command.amount_idr > free_idr:
        return Refusal(Code.DEBT_LIMIT, {"limit_idr": agent.debt_limit_idr, "free_idr": max(free_idr, 0)})
    return None


def repay_debt(cell: Cell, command: RepayDebt) -> Result:
    """Cash, or a transfer that no statement brings: into a bank account of ours, off the oldest debts."""
    if (before := posted_before(cell, command.request_id)) is not None:
        return before
    agent = cell.agents.get(command.agent.upper())
    if agent is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": command.agent[:40]})
    ledger = ledger_of_bank(cell, command.via)
    if ledger is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "no_account", "account": command.via[:40]})
    if not 0 < command.amount_idr <= owed_idr(cell, agent.id):
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": owed_idr(cell, agent.id)})
    posting = Posting(ledger, agent_receivable(agent.id), command.amount_idr)
    moved = post_once(cell, command.request_id, (posting,), REPAY_CODE, f"{command.by}: {command.reason}")
    take_from_debts(cell, agent.id, command.amount_idr, moved.id, by=command.by)
    return Done(moved.id)


def write_off_debt(cell: Cell, command: WriteOffDebt) -> Result:
    """What will not be paid any more is our loss."""
    if (before := posted_before(cell, command.request_id)) is not None:
        return before
    agent = cell.agents.get(command.agent.upper())
    if agent is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": command.agent[:40]})
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    owed = owed_idr(cell, agent.id)
    amount_idr = owed if command.amount_idr is None else command.amount_idr
    if not 0 < amount_idr <= owed:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": owed})
    posting = Posting(House.BAD_DEBT, agent_receivable(agent.id), amount_idr)
    moved = post_once(cell, command.request_id, (posting,), WRITE_OFF_CODE, f"{command.by}: {command.reason}")
    take_from_debts(cell, agent.id, amount_idr, moved.id, by=command.by, how=Settled.WRITTEN_OFF)
    return Done(moved.id)


def take_from_debts(
    cell: Cell, agent_id: int, amount_idr: int, transfer_id: int, *, by: str, how: Settled = Settled.PAID
) -> None:
    """Make debts less, due first first, and note which, so that the transfer can be undone."""
    left_idr = amount_idr
    parts: list[Part] = []
    for key, debt in open_debts(cell, agent_id):
        taken = min(debt.left_idr, left_idr)
        if not taken:
            break
        left_idr -= taken
        parts.append(Part(key, taken, debt.given_day, debt.due_day))
        cell.file(key, msgspec.structs.replace(debt, left_idr=debt.left_idr - taken))
    assert not left_idr, (agent_id, amount_idr, left_idr)
    cell.file(str(transfer_id), DebtPayment(agent_id, how, tuple(parts), by, cell.now_ms))


def owe_again(cell: Cell, transfer_id: int, reversal_id: int, *, by: str) -> None:
    """A payment was undone: its parts are owed again, with the days they had. Nothing for any other transfer."""
    payment = cell.paper(DebtPayment, str(transfer_id))
    if payment is None or payment.undone:
        return
    cell.file(str(transfer_id), msgspec.structs.replace(payment, undone=True))
    for number, part in enumerate(payment.parts, 1):
        debt = Debt(
            payment.agent_id,
            part.amount_idr,
            part.amount_idr,
            part.given_day,
            part.due_day,
            reversal_id,
            f"payment {transfer_id} undone",
            by,
            cell.now_ms,
        )
        cell.file(f"{reversal_id}/{number}", debt)


def take_back_debt(cell: Cell, transfer_id: int) -> Refusal | None:
    """A deposit on credit was given by mistake and is being reversed: possible while none of it was repaid."""
    debt = cell.paper(Debt, str(transfer_id))
    if debt is None or debt.left_idr != debt.amount_idr:
        return Refusal(Code.NOT_CANCELLABLE, {"why": "debt_repaid"})
    cell.file(str(transfer_id), msgspec.structs.replace(debt, left_idr=0))
    return None
