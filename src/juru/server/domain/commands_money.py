"""What is asked of the writer about money that comes in: tickets, bank rows, debts. Part of ``commands.Command``."""

from __future__ import annotations

import msgspec

from juru.bank.rules import Mutation
from juru.server.domain.bank_row import RowTarget


class AskTicket(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """An agent wants to pay in ``amount_idr``; the same amount again while its ticket waits is the same ticket."""

    agent: str
    amount_idr: int
    channel: str
    bank: str = ""


class CancelTicket(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Give up a ticket that waits; without ``ticket`` the agent's latest. ``by``: a person who is not the agent."""

    agent: str
    channel: str
    ticket: int | None = None
    by: str = ""


class SweepTickets(msgspec.Struct, frozen=True, tag=True):
    """End tickets whose time is over, and let sums go whose reserve is over."""


class BankLine(msgspec.Struct, frozen=True, array_like=True):
    """A row of a statement and which such row of its day it is."""

    row: Mutation
    nth: int


class ImportBankRows(msgspec.Struct, frozen=True, tag=True):
    """A piece of a statement of one account, oldest rows first. What is known already changes nothing."""

    account: str
    lines: tuple[BankLine, ...]
    file: str
    by: str


class AssignBankRow(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person says what a waiting row is. ``row`` is its identity; ``to`` a code, where the target needs one.

    ``transfer_id`` names the posting of ``booked``.
    """

    row: str
    target: RowTarget
    reason: str
    by: str
    to: str = ""
    transfer_id: int | None = None


class ReopenBankRow(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A row was booked wrongly: reverse what was posted for it and let it wait again.

    ``ticket`` is the one that took it, if one did; ``transfer_ids`` are the postings it shows (``transfer_id``,
    ``move_id``), so that nobody undoes what he has not seen.
    """

    row: str
    transfer_ids: tuple[int, ...]
    reason: str
    by: str
    ticket: int | None = None


class GiveDebt(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Deposit on credit, within the agent's limit; due after his days, or after ``days``."""

    agent: str
    amount_idr: int
    reason: str
    by: str
    request_id: str
    days: int | None = None


class RepayDebt(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """An agent pays what he owes in cash or by a transfer nobody imports; ``via`` is the account it went into."""

    agent: str
    amount_idr: int
    reason: str
    by: str
    request_id: str
    via: str = ""


class WriteOffDebt(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """What an agent owes is lost: all of it, or ``amount_idr``."""

    agent: str
    reason: str
    by: str
    request_id: str
    amount_idr: int | None = None


MoneyCommand = (
    AskTicket
    | CancelTicket
    | SweepTickets
    | ImportBankRows
    | AssignBankRow
    | ReopenBankRow
    | GiveDebt
    | RepayDebt
    | WriteOffDebt
)
