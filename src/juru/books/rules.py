"""Double entry: what a transfer is and what it does to balances. Pure; both halves of Juru keep their books by it.

A *posting* moves an amount from one account (debited) to another (credited), so a transfer balances by its shape.
``net_idr`` of an account is its credits minus its debits: what we owe on a deposit is positive, what we own is
negative, and all nets together are zero. A *hold* (pending transfer) reserves an amount on the debited account until
it is posted or voided, each exactly once. Nothing posted is edited: it is reversed by its mirror image.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

AMOUNT_IDR_MAX = 10**15


class Kind(StrEnum):
    """What a transfer does. HOLD is pending; POST and VOID end a hold; DIRECT and REVERSAL are posted at once."""

    HOLD = "hold"
    POST = "post"
    VOID = "void"
    DIRECT = "direct"
    REVERSAL = "reversal"


class Posting(msgspec.Struct, frozen=True, array_like=True):
    """``amount_idr`` (> 0) from account ``debit`` to account ``credit``."""

    debit: int
    credit: int
    amount_idr: int


class Transfer(msgspec.Struct, frozen=True):
    """Postings that stand or fall together. ``of_id`` names the hold ended or the transfer reversed."""

    id: int
    kind: Kind
    postings: tuple[Posting, ...]
    code: str
    of_id: int | None = None
    order_id: int | None = None
    memo: str | None = None


class Balance(msgspec.Struct):
    """Running sums of one account: posted net and what is held on its debit side."""

    net_idr: int = 0
    held_idr: int = 0

    @property
    def free_idr(self) -> int:
        """What may still be taken from a deposit, before any credit limit."""
        return self.net_idr - self.held_idr


Ledger = dict[int, Balance]


def check(transfer: Transfer) -> None:
    """Assert the shape every transfer must have; a breach is a bug, not an input error."""
    for posting in transfer.postings:
        assert 0 < posting.amount_idr <= AMOUNT_IDR_MAX, posting
        assert posting.debit != posting.credit, posting
    match transfer.kind:
        case Kind.HOLD:
            assert len(transfer.postings) == 1, transfer
            assert transfer.of_id is None, transfer
        case Kind.POST | Kind.REVERSAL:
            assert transfer.of_id is not None, transfer
            assert transfer.postings, transfer
        case Kind.VOID:
            assert transfer.of_id is not None, transfer
            assert not transfer.postings, transfer
        case Kind.DIRECT:
            assert transfer.of_id is None, transfer
            assert transfer.postings, transfer


def apply(ledger: Ledger, transfer: Transfer, hold: Posting | None = None) -> None:
    """Add a transfer to the balances. POST and VOID need the posting of the hold they end."""
    check(transfer)
    match transfer.kind:
        case Kind.HOLD:
            balance_of(ledger, transfer.postings[0].debit).held_idr += transfer.postings[0].amount_idr
            return
        case Kind.POST | Kind.VOID:
            assert hold is not None, transfer
            held = balance_of(ledger, hold.debit)
            held.held_idr -= hold.amount_idr
            assert held.held_idr >= 0, (transfer, hold)
        case Kind.DIRECT | Kind.REVERSAL:
            pass
    for posting in transfer.postings:
        balance_of(ledger, posting.debit).net_idr -= posting.amount_idr
        balance_of(ledger, posting.credit).net_idr += posting.amount_idr


def balance_of(ledger: Ledger, account: int) -> Balance:
    """The account's balance; an account without postings starts at zero."""
    balance = ledger.get(account)
    if balance is None:
        balance = ledger[account] = Balance()
    return balance


def mirrored(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """The postings that undo these."""
    return tuple(Posting(p.credit, p.debit, p.amount_idr) for p in postings)
