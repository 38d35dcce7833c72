"""Our bank accounts side by side: what the book says is in each, what its bank says, and what waits between them."""

from __future__ import annotations

import msgspec

from juru.server.domain.accounts import House, bank_account
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_row import BankBook
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads


class AccountState(msgspec.Struct, frozen=True):
    """One account. ``bank_idr`` is the balance after its latest row, None where its files say none.

    ``differs_idr`` is what the bank says beyond the book and what waits: zero when nothing is missing.
    """

    account: str
    bank: str
    book_idr: int
    bank_idr: int | None
    until: int
    rows: int
    waiting: int
    waiting_idr: int
    differs_idr: int | None


def account_states(reads: Reads) -> list[AccountState]:
    """Every account by code; last the money of which nobody said where it is, if there is any."""
    papers = PaperReads(reads.engine)
    accounts = [msgspec.json.decode(r.body, type=BankAccount) for r in reads.records("bank_account")]
    nets = {row.account: row.net_idr for row in reads.balances()}
    states = []
    for account in accounts:
        filed_book = papers.by_key("bank_book", account.code)
        book = filed_book.paper if filed_book is not None else None
        book = book if isinstance(book, BankBook) else BankBook(account.code)
        book_idr, waits_idr = -nets.get(bank_account(account.id), 0), book.waiting_idr
        differs_idr = None if book.balance_idr is None else book.balance_idr - book_idr - waits_idr
        states.append(
            AccountState(
                account.code,
                account.bank,
                book_idr,
                book.balance_idr,
                book.day,
                book.rows,
                sum(dict(book.waiting).values()),
                waits_idr,
                differs_idr,
            )
        )
    if nets.get(House.BANK, 0):
        states.append(AccountState("-", "-", -nets[House.BANK], None, 0, 0, 0, 0, None))
    return states
