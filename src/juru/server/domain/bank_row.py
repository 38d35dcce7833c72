"""Rows of bank statements as papers: each by its identity, waiting for a person or booked once."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from juru.bank.rules import Mutation, identity
from juru.server.domain.paper import Head, Paper


class Why(StrEnum):
    """Why a row waits for a person. Each has a kind of the human queue, ``bank_<why>``.

    ``late``: its sum is a ticket's that no longer waits; ``ambiguous``: its signs contradict each other or fit several;
    ``partial``: a ticket is named, another sum was paid; ``unknown``: money from nobody knows whom; ``debit``: went
    out.
    """

    LATE = "late"
    AMBIGUOUS = "ambiguous"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    DEBIT = "debit"


QUEUE_KINDS = tuple(f"bank_{why.value}" for why in Why)
"""Kinds of the human queue that say: rows wait. An item leaves it when the last row of its kind is assigned."""


class RowState(StrEnum):
    """``credited``: a ticket took it; ``assigned``: a person did; ``waiting``: nobody has yet."""

    CREDITED = "credited"
    ASSIGNED = "assigned"
    WAITING = "waiting"


class RowTarget(StrEnum):
    """What a person says a row is. ``booked``: a posting that stands in the book already."""

    AGENT = "agent"
    DEBT = "debt"
    SUPPLIER = "supplier"
    EQUITY = "equity"
    FEE = "fee"
    BANK = "bank"
    BOOKED = "booked"
    NOT_OURS = "not_ours"


class BankRow(Paper, frozen=True):
    """One row of a statement of one of our accounts, booked at most once.

    ``tickets`` are those it may be about (of a credited row the one that took it); ``to`` says what it was assigned to;
    ``transfer_id`` is the posting that stands for it, ``move_id`` one beside it; ``posted`` are those of this very
    version.
    """

    kept: ClassVar[bool] = False

    account: str
    day: int
    amount_idr: int
    text: str
    nth: int
    file: str
    line: int
    by: str
    at_ms: int
    state: RowState
    balance_idr: int | None = None
    why: Why | None = None
    tickets: tuple[int, ...] = ()
    target: RowTarget | None = None
    to: str = ""
    agent_id: int | None = None
    transfer_id: int | None = None
    move_id: int | None = None
    posted: tuple[int, ...] = ()
    reason: str = ""
    decided_by: str = ""

    def head(self) -> Head:
        """Found by its account; open while it waits for a person."""
        return Head(self.state is RowState.WAITING, self.agent_id, self.account, self.day)

    def moved(self) -> tuple[int, ...]:
        """What this version posted."""
        return self.posted


class BankBook(Paper, frozen=True):
    """What is known of one account's statement: how many rows, until when, and how many wait, by why, of what sum.

    ``balance_idr`` is what the bank says stood in the account after the latest row; None where its files do not say.
    """

    account: str
    rows: int = 0
    day: int = 0
    balance_idr: int | None = None
    waiting: tuple[tuple[str, int], ...] = ()
    waiting_idr: int = 0
    file: str = ""
    by: str = ""
    at_ms: int = 0

    def head(self) -> Head:
        """Kept for ever: one per account."""
        return Head(open=True, mark=self.account, day=self.day)


class Booked(Paper, frozen=True):
    """A posting that was in the book before its row came, and the row that stands for it: one for one."""

    kept: ClassVar[bool] = False

    transfer_id: int
    row: str
    stands: bool = True

    def head(self) -> Head:
        """Open while it stands."""
        return Head(self.stands)


def row_key(account: str, row: Mutation, nth: int) -> str:
    """The key of a row's paper: its identity."""
    return identity(account, row, nth)
