"""Facts about the association's own purse: its bank accounts, rows that went out, refunds, settlements, spending.

A row of a statement becomes a fact under its own identity: money in is ``received``, money out ``went_out``. What
nobody has explained stands on two accounts, ``unmatched`` and ``outgoing``, so that the book always agrees with the
bank.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import assert_never

from juru.association.domain.facts import Fact

UNMATCHED, OUTGOING, REFUNDS = "unmatched", "outgoing", "refunds"
HAND_KEPT = "bank"
"""The account whose rows are typed by hand, for who has no statement files."""
CASH_OUT = "BKK-"
"""The series of slips for money paid out by hand (bukti kas keluar)."""


class AccountSet(Fact, frozen=True, tag="account_set"):
    """A bank account of the association from this day on; rows before it are left out.

    With a ``profile`` its rows come from statement files only; ``own_profile`` is what differs from it, as JSON.
    """

    unit: str
    bank: str
    number: str = ""
    holder: str = ""
    profile: str = ""
    own_profile: str = ""
    until: date | None = None
    opening_idr: int = 0
    transfer: int = 0


class RowsTaken(Fact, frozen=True, tag="rows_taken"):
    """A part of a statement file was taken: how many rows, and what became of them."""

    take: str
    file: str
    sha256: str
    rows: int
    counts: dict[str, int]
    last_on: date
    balance_idr: int | None = None


class WentOut(Fact, frozen=True, tag="went_out"):
    """Money that left an account on a day, or cash that a treasurer spent."""

    account: str
    amount_idr: int
    text: str = ""
    transfer: int = 0


class RowAs(StrEnum):
    """What a person says a row is, that is no member's payment."""

    HAND_IN = "hand_in"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    EXPENSE = "expense"
    INCOME = "income"
    RETURNED = "returned"
    COLLECTOR = "collector"


class Named(Fact, frozen=True, tag="named"):
    """A person said what a row is: ``to`` is the treasurer, refund, settlement, heading, other row or collector."""

    what: RowAs
    to: str
    unit: str
    amount_idr: int
    reason: str = ""
    transfer: int = 0

    @property
    def against(self) -> str:
        """The account that the row's money came from or went to."""
        match self.what:
            case RowAs.HAND_IN:
                return f"cash:{self.to}"
            case RowAs.REFUND:
                return REFUNDS
            case RowAs.SETTLEMENT:
                return f"transit:{self.unit}"
            case RowAs.EXPENSE:
                return f"spent:{self.unit}"
            case RowAs.INCOME:
                return f"income:{self.unit}"
            case RowAs.RETURNED:
                return UNMATCHED
            case RowAs.COLLECTOR:
                return f"collected:{self.to}"
            case _:
                assert_never(self.what)


class RefundAsked(Fact, frozen=True, tag="refund_asked"):
    """The first of two persons: credit is to be paid back to a member, to this account of his."""

    member: str
    amount_idr: int
    to_account: str
    reason: str


class RefundConfirmed(Fact, frozen=True, tag="refund_confirmed"):
    """The second of two persons: the sum left the member's credit and waits for its row."""

    member: str
    amount_idr: int
    transfer: int = 0


class SettlementAsked(Fact, frozen=True, tag="settlement_asked"):
    """The first of two persons: what stands between national and a branch is to be moved between their accounts."""

    branch: str
    giver: str
    taker: str
    amount_idr: int
    reason: str = ""


class SettlementConfirmed(Fact, frozen=True, tag="settlement_confirmed"):
    """The second of two persons."""


class Declined(Fact, frozen=True, tag="declined"):
    """A pay-out that was asked for does not take place."""

    reason: str


def book_account(code: str) -> str:
    """The account in the books of a bank account's code; without one, the account kept by hand."""
    return f"bank:{code}" if code else HAND_KEPT
