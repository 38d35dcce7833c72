"""Bringing in a statement: each row once for ever, credited where a ticket says so, else waiting for a person.

A row's identity is its paper's key, so that the same file, an overlapping one, or the same piece after a crash credits
nothing twice; two equal transfers of a day are the first and the second such row of that day and both count.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from juru.bank.rules import Mutation
from juru.books.rules import Posting
from juru.server.domain.accounts import agent_deposit, bank_account
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_match import Taken, Waits, judge
from juru.server.domain.bank_row import BankBook, BankRow, RowState, Why, row_key
from juru.server.domain.cell import Cell
from juru.server.domain.commands_money import BankLine, ImportBankRows
from juru.server.domain.posting import post
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import BankImported, Result
from juru.server.domain.ticket import TicketState
from juru.server.domain.tickets import book_of, file_ticket

LINES_MAX = 2_000
CREDIT_CODE = "bank_credit"
"""The code of a posting by which a ticket takes a row."""


def import_rows(cell: Cell, command: ImportBankRows) -> Result:
    """File what is new, credit what a ticket takes."""
    account = cell.bank_accounts.get(command.account)
    if account is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "no_account", "account": command.account[:40]})
    if len(command.lines) > LINES_MAX:
        return Refusal(Code.NOT_ALLOWED, {"why": "too_many", "most": LINES_MAX})
    told: Counter[str] = Counter()
    waiting: Counter[Why] = Counter()
    waiting_idr = 0
    filed: list[Mutation] = []
    credited_idr = 0
    for line in command.lines:
        row, key = line.row, row_key(account.code, line.row, line.nth)
        if row.day < account.since or row.amount_idr == 0:
            told["before"] += 1
        elif cell.paper(BankRow, key) is not None:
            told["known"] += 1
        else:
            verdict = judge(book_of(cell), row, now_ms=cell.now_ms, zone=cell.settings.zone)
            fresh = _fresh(cell, command, line)
            match verdict:
                case Taken(ticket=number):
                    told["credited"] += 1
                    credited_idr += row.amount_idr
                    _credit(cell, account, key, fresh, number)
                case Waits(why=why, tickets=tickets):
                    waiting[why] += 1
                    waiting_idr += row.amount_idr
                    paper = msgspec.structs.replace(fresh, state=RowState.WAITING, why=why, tickets=tickets)
                    cell.file(key, paper)
            filed.append(row)
    if filed:
        _note(cell, account, filed, waiting, waiting_idr, command)
    return BankImported(
        rows=len(filed),
        known=told["known"],
        before=told["before"],
        credited=told["credited"],
        credited_idr=credited_idr,
        waiting={why.value: waiting[why] for why in Why if waiting[why]},
    )


def _fresh(cell: Cell, command: ImportBankRows, line: BankLine) -> BankRow:
    row = line.row
    return BankRow(
        account=command.account,
        day=row.day,
        amount_idr=row.amount_idr,
        text=row.text,
        nth=line.nth,
        file=command.file[:120],
        line=row.line,
        by=command.by,
        at_ms=cell.now_ms,
        state=RowState.CREDITED,
        balance_idr=row.balance_idr,
    )


def _credit(cell: Cell, account: BankAccount, key: str, row: BankRow, number: int) -> None:
    """The agent's deposit is credited and the ticket is paid by the same commit that files the row."""
    ticket = book_of(cell).by_number[number]
    posting = Posting(bank_account(account.id), agent_deposit(ticket.agent_id), row.amount_idr)
    memo = f"ticket {number}: {account.code} row {row.line} of {row.file}"
    moved = post(cell, (posting,), CREDIT_CODE, memo)
    paid = msgspec.structs.replace(ticket, state=TicketState.PAID, row=key, end_ms=cell.now_ms)
    file_ticket(cell, number, paid)
    agent = cell.agent_codes[ticket.agent_id]
    paper = msgspec.structs.replace(
        row,
        tickets=(number,),
        to=agent,
        agent_id=ticket.agent_id,
        transfer_id=moved.id,
        posted=(moved.id,),
    )
    cell.file(key, paper)


def _note(
    cell: Cell,
    account: BankAccount,
    rows: list[Mutation],
    waiting: Counter[Why],
    waiting_idr: int,
    command: ImportBankRows,
) -> None:
    """Bring the account's book up to these rows."""
    book = book_of_account(cell, account.code)
    day, balance_idr = book.day, book.balance_idr
    for row in rows:
        if row.day >= day:
            day, balance_idr = row.day, row.balance_idr
    counted = Counter(dict(book.waiting)) + Counter({why.value: count for why, count in waiting.items()})
    changed = BankBook(
        account.code,
        book.rows + len(rows),
        day,
        balance_idr,
        tuple(sorted(counted.items())),
        book.waiting_idr + waiting_idr,
        command.file[:120],
        command.by,
        cell.now_ms,
    )
    keep_book(cell, changed)


def book_of_account(cell: Cell, code: str) -> BankBook:
    """What is known of an account's statement; nothing yet for a new account."""
    return cell.paper(BankBook, code) or BankBook(code)


def keep_book(cell: Cell, book: BankBook) -> None:
    """File an account's book, and open or close the items of the human queue by what waits over all accounts."""
    cell.file(book.account, book)
    waiting: Counter[str] = Counter()
    for code in cell.bank_accounts:
        waiting.update(dict(book_of_account(cell, code).waiting))
    for why in Why:
        kind = f"bank_{why.value}"
        item = cell.queue.get((kind, None, None))
        if waiting[why.value] and item is None:
            cell.ask_person(kind, f"{book.account}: 'juru bank rows', /bank")
        elif not waiting[why.value] and item is not None:
            cell.close_item(item, "rule")
