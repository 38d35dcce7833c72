"""Lists for pages: invoices by what is wanted of them, an account's movements, the entries of transfers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from juru.association.store.projection import InvoiceRow
from juru.association.store.reads import Reads

_STATES = {
    "open": "outstanding_idr > 0",
    "overdue": "outstanding_idr > 0 AND due_day < :today",
    "promised": "outstanding_idr > 0 AND promised_by <> ''",
    "paid": "outstanding_idr = 0 AND waived_idr = 0",
    "waived": "waived_idr > 0",
}
STATES = tuple(_STATES)
_MOVES = """
SELECT t.id, t.at_ms, t.code, t.memo, sum(CASE WHEN p.credit = a.number THEN p.amount_idr ELSE -p.amount_idr END)
FROM accounts a JOIN postings p ON p.debit = a.number OR p.credit = a.number JOIN transfers t ON t.id = p.transfer_id
WHERE a.name = ? AND t.id < ? GROUP BY t.id ORDER BY t.id DESC LIMIT ?
"""
_ENTRIES = """
SELECT p.transfer_id, d.name, c.name, p.amount_idr FROM postings p
JOIN accounts d ON d.number = p.debit JOIN accounts c ON c.number = p.credit WHERE p.transfer_id = ? ORDER BY p.id
"""


class Wanted(msgspec.Struct, frozen=True):
    """Which invoices; empty is all. ``branches`` are those that may be seen, None for every one."""

    state: str = ""
    branch: str = ""
    member: str = ""
    year: str = ""
    after: str = ""
    branches: tuple[str, ...] | None = None


class Move(msgspec.Struct, frozen=True):
    """What one transfer did to an account; below zero it was debited. ``memo`` names what it was for."""

    transfer: int
    at_ms: int
    code: str
    memo: str
    amount_idr: int


class Posted(msgspec.Struct, frozen=True):
    """Rupiah from one account to another."""

    debit: str
    credit: str
    amount_idr: int


def invoice_rows(reads: Reads, wanted: Wanted, today: int, limit: int) -> list[InvoiceRow]:
    """Invoices, the latest first."""
    where, values = _where(wanted, today)
    sql = f"SELECT * FROM invoices WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 - our own conditions
    return [InvoiceRow(*row) for row in reads.engine.rows(sql, [*values, limit])]


def invoice_sums(reads: Reads, wanted: Wanted, today: int) -> tuple[int, int, int]:
    """How many there are, what they come to, what is outstanding."""
    where, values = _where(msgspec.structs.replace(wanted, after=""), today)
    sql = f"SELECT count(*), sum(total_idr), sum(outstanding_idr) FROM invoices WHERE {where}"  # noqa: S608 - our own conditions
    count, total_idr, outstanding_idr = reads.engine.rows(sql, values)[0]
    return int(count), int(total_idr or 0), int(outstanding_idr or 0)


def _where(wanted: Wanted, today: int) -> tuple[str, list[str | int]]:
    conditions, values = ["1 = 1"], list[str | int]()
    if wanted.state in _STATES:
        condition = _STATES[wanted.state]
        if ":today" in condition:
            values.append(today)
        conditions.append(condition.replace(":today", "?"))
    for column, value in (("branch = ?", wanted.branch), ("member = ?", wanted.member)):
        if value:
            conditions.append(column)
            values.append(value)
    if wanted.year:
        conditions.append("number >= ? AND number < ?")
        values += [f"INV-{wanted.year}-", f"INV-{wanted.year}-~"]
    if wanted.after:
        conditions.append("number < ?")
        values.append(wanted.after)
    if wanted.branches is not None:
        conditions.append(f"branch IN ({', '.join('?' * len(wanted.branches))})")
        values += wanted.branches
    return " AND ".join(conditions), values


def moves(reads: Reads, account: str, *, before: int = 1 << 62, limit: int = 100) -> list[Move]:
    """An account's movements, the latest first."""
    return [Move(*row) for row in reads.engine.rows(_MOVES, (account, before, limit))]


def entries(reads: Reads, transfers: Iterable[int]) -> dict[int, list[Posted]]:
    """The entries of transfers."""
    found: dict[int, list[Posted]] = {}
    for transfer, debit, credit, amount_idr in reads.engine.each(_ENTRIES, [(one,) for one in transfers]):
        found.setdefault(int(transfer), []).append(Posted(debit, credit, amount_idr))
    return found
