"""Opening balances: what a running business brings along when it moves in, posted against the owner's equity.

An agent's balance is what we owe him (below zero: what he owes us), a supplier's and the bank's what we own. All rows
of one command stand, or none. Each account has one key for ever, so the same file brought in again posts nothing.
"""

from __future__ import annotations

from typing import assert_never

from juru.books.rules import AMOUNT_IDR_MAX, Posting
from juru.server.domain.accounts import House, agent_deposit, supplier_deposit
from juru.server.domain.cell import Cell
from juru.server.domain.commands import DESK, DepositKind, OpenBalances, OpeningRow
from juru.server.domain.posting import OPENING_CODE, ledger_of_bank, post_once
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result


def opening_key(row: OpeningRow) -> str:
    """The request id of an account's opening balance."""
    again = f":{row.attempt}" if row.attempt > 1 else ""
    return f"opening:{row.kind.value}:{row.key.upper()}{again}"


def open_balances(cell: Cell, command: OpenBalances) -> Result:
    """Post every row that has not been posted before; with anything wrong in one of them, none."""
    seen = {m.message_id: m for m in cell.past.messages if m.channel == DESK}
    fresh: dict[str, tuple[OpeningRow, Posting]] = {}
    for row in command.rows:
        posting = _posting(cell, row)
        if isinstance(posting, Refusal):
            return posting
        key = opening_key(row)
        if key in fresh:
            return Refusal(Code.REFERENCE_CONFLICT, {"ref": key})
        before = seen.get(key)
        if before is None:
            fresh[key] = row, posting
        elif cell.past.transfers[before.transfer_id or 0].postings != (posting,):
            return Refusal(Code.REFERENCE_CONFLICT, {"ref": key, "transfer": before.transfer_id or 0})
    for key, (row, posting) in fresh.items():
        memo = f"{command.by}: {command.reason} ({row.kind.value} {row.key.upper()})"
        post_once(cell, key, (posting,), OPENING_CODE, memo)
    return Done(note=f"{len(fresh)} posted, {len(command.rows) - len(fresh)} before")


def _posting(cell: Cell, row: OpeningRow) -> Posting | Refusal:
    """Equity on one side, the account on the other."""
    if not 0 < abs(row.balance_idr) <= AMOUNT_IDR_MAX:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": AMOUNT_IDR_MAX})
    match row.kind:
        case DepositKind.AGENT:
            agent = cell.agents.get(row.key.upper())
            if agent is None:
                return Refusal(Code.UNKNOWN_AGENT, {"agent": row.key[:40]})
            debit, credit = int(House.EQUITY), agent_deposit(agent.id)
        case DepositKind.SUPPLIER:
            supplier = cell.suppliers.get(row.key.upper())
            if supplier is None:
                return Refusal(Code.NOT_ALLOWED, {"why": "no_supplier", "supplier": row.key[:40]})
            debit, credit = supplier_deposit(supplier.id), int(House.EQUITY)
        case DepositKind.BANK:
            bank = ledger_of_bank(cell, row.key)
            if bank is None:
                return Refusal(Code.NOT_ALLOWED, {"why": "no_account", "account": row.key[:40]})
            debit, credit = bank, int(House.EQUITY)
        case DepositKind.FEE:
            return Refusal(Code.MALFORMED, {"detail": "a fee is no opening balance"})
        case _:
            assert_never(row.kind)
    if row.balance_idr < 0:
        debit, credit = credit, debit
    return Posting(debit, credit, abs(row.balance_idr))
