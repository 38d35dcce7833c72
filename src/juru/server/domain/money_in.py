"""Every command about money that comes in, and what of the past each names."""

from __future__ import annotations

from typing import assert_never

import msgspec

from juru.server.domain.bank_assign import assign_row, reopen_row
from juru.server.domain.bank_import import import_rows
from juru.server.domain.bank_row import row_key
from juru.server.domain.cell import Cell
from juru.server.domain.commands_money import (
    AskTicket,
    AssignBankRow,
    CancelTicket,
    GiveDebt,
    ImportBankRows,
    MoneyCommand,
    ReopenBankRow,
    RepayDebt,
    SweepTickets,
    WriteOffDebt,
)
from juru.server.domain.debts import give_debt, repay_debt, write_off_debt
from juru.server.domain.results import Result
from juru.server.domain.tickets import ask_ticket, cancel_ticket, sweep_tickets


class Named(msgspec.Struct):
    """What a command names: papers by kind and key, transfers, request ids."""

    papers: list[tuple[str, str]] = []
    transfers: list[int] = []
    requests: list[str] = []


def take_in(cell: Cell, command: MoneyCommand) -> Result:
    """Apply one of these commands to the cell."""
    match command:
        case ImportBankRows():
            return import_rows(cell, command)
        case AskTicket():
            return ask_ticket(cell, command)
        case CancelTicket():
            return cancel_ticket(cell, command)
        case SweepTickets():
            return sweep_tickets(cell, command)
        case AssignBankRow():
            return assign_row(cell, command)
        case ReopenBankRow():
            return reopen_row(cell, command)
        case GiveDebt():
            return give_debt(cell, command)
        case RepayDebt():
            return repay_debt(cell, command)
        case WriteOffDebt():
            return write_off_debt(cell, command)
        case _:
            assert_never(command)


def named_by(command: MoneyCommand) -> Named:
    """What the store must load before one of these is decided; kept papers are in memory."""
    match command:
        case ImportBankRows():
            return Named([("bank_row", row_key(command.account, line.row, line.nth)) for line in command.lines])
        case AssignBankRow():
            booked = [] if command.transfer_id is None else [command.transfer_id]
            return Named([("bank_row", command.row), *(("booked", str(i)) for i in booked)], booked)
        case ReopenBankRow():
            standing = [(kind, str(i)) for i in command.transfer_ids for kind in ("booked", "debt_payment")]
            standing += [] if command.ticket is None else [("ticket", str(command.ticket))]
            return Named([("bank_row", command.row), *standing], list(command.transfer_ids))
        case GiveDebt() | RepayDebt() | WriteOffDebt():
            return Named(requests=[command.request_id])
        case _:
            return Named()
