"""What every posting by a person has in common: its account, its request id, its reversal."""

from __future__ import annotations

from juru.books.rules import Kind, Posting, Transfer, mirrored
from juru.server.domain.accounts import House, bank_account, deposit_owner
from juru.server.domain.cell import Cell, Message
from juru.server.domain.commands import DESK
from juru.server.domain.results import Done

OPENING_CODE = "opening"
"""The code of the postings that a business moves in with."""


def ledger_of_bank(cell: Cell, code: str) -> int | None:
    """The ledger account of one of our bank accounts; of none where the code is empty or no account was ever made.

    None for a code that names none of ours.
    """
    account = cell.bank_accounts.get(code.upper())
    if account is not None:
        return bank_account(account.id)
    return int(House.BANK) if not code or not cell.bank_accounts else None


def posted_before(cell: Cell, request_id: str) -> Done | None:
    """What a request id was answered with before; None when it is new."""
    for seen in cell.past.messages:
        if seen.message_id == request_id and seen.channel == DESK:
            return Done(seen.transfer_id, note="repeated")
    return None


def post(cell: Cell, postings: tuple[Posting, ...], code: str, memo: str) -> Transfer:
    """Post at once; agents whose deposits it moves are told, unless the business has only just moved in."""
    moved = cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, postings, code, memo=memo))
    cell.past.transfers[moved.id] = moved
    if code != OPENING_CODE:
        _tell_owners(cell, moved)
    return moved


def _tell_owners(cell: Cell, moved: Transfer, but: int | None = None) -> None:
    for posting in moved.postings:
        for account, what in ((posting.credit, "deposit.credited"), (posting.debit, "deposit.taken")):
            owner = deposit_owner(account)
            if owner is not None and owner != but:
                agent = cell.agents[cell.agent_codes[owner]]
                facts: dict[str, str | int] = {"transfer": moved.id, "amount_idr": posting.amount_idr}
                facts["balance_idr"] = cell.free_idr(agent, credit=False)
                cell.notify(agent, what, ("transfer", moved.id), facts)


def post_once(cell: Cell, request_id: str, postings: tuple[Posting, ...], code: str, memo: str) -> Transfer:
    """Post under a request id, which is kept like a message's; ask ``posted_before`` first."""
    moved = post(cell, postings, code, memo)
    seen = Message(cell.next.message, 0, DESK, "", request_id, "", cell.now_ms, transfer_id=moved.id)
    cell.next.message += 1
    cell.past.messages.append(seen)
    cell.changes.messages.append(seen)
    return moved


def reverse(cell: Cell, moved: Transfer, code: str, memo: str, *, asked_by: int | None = None) -> Transfer:
    """The mirror image of a posted transfer; the caller has seen that it was not reversed before.

    Agents are told as of a posting; the one who asked for it gets his answer instead.
    """
    undone = cell.transfer(
        Transfer(cell.transfer_id(), Kind.REVERSAL, mirrored(moved.postings), code, of_id=moved.id, memo=memo)
    )
    cell.past.reversed[moved.id] = undone.id
    cell.past.transfers[undone.id] = undone
    _tell_owners(cell, undone, asked_by)
    return undone
