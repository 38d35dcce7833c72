"""An account's statement over a span of days: what it was, every posting in the order of the book, what it became.

Balances at the beginning of a day come from the daily sums, so a statement of last month does not read the years
before it. Agents' postings are found by index; of the others only the days on which the account moved are read.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from juru.books.engine import BookEngine, Row
from juru.books.schema import FIRST_PRIVATE_ACCOUNT
from juru.server.store.reads.corrected import DEST
from juru.server.store.reads.sums import SumReads

_COLUMNS = f"""
SELECT p.id, p.transfer_id, t.code, t.of_id, t.day, t.at_ms, t.memo, p.debit, p.credit, p.amount_idr,
    o.id, o.day, o.product, {DEST}, o.sn, o.agent_id
FROM postings p JOIN transfers t ON t.id = p.transfer_id LEFT JOIN orders o ON o.id = t.order_id
"""  # noqa: S608 - an expression of our own
PRIVATE = f"""
{_COLUMNS} WHERE p.{{side}} = ? AND p.{{side}} >= {FIRST_PRIVATE_ACCOUNT} AND p.id > ? AND p.id < ? AND t.kind <> 'hold'
ORDER BY p.id LIMIT ?
"""
"""One side of an agent's account; indexes postings_debit and postings_credit."""

HOUSE = f"""
{_COLUMNS} WHERE (p.debit = ? OR p.credit = ?) AND p.id > ? AND p.id < ? AND t.kind <> 'hold' ORDER BY p.id LIMIT ?
"""
"""Any other account, in a part of the book; by the primary key."""

FIRST_POSTING = "SELECT id FROM postings WHERE transfer_id >= ? ORDER BY transfer_id, id LIMIT 1"
FIRST_TRANSFER = "SELECT min(id) FROM transfers WHERE day = ?"
LAST_TRANSFER = "SELECT max(id) FROM transfers WHERE day = ?"
DAY_OF = "SELECT t.day FROM postings p JOIN transfers t ON t.id = p.transfer_id WHERE p.id = ?"
_LAST_ID = 2**62


class Entry(msgspec.Struct, frozen=True):
    """One posting as its account sees it: credited is positive. ``order_day`` is when its order was accepted."""

    posting_id: int
    transfer_id: int
    code: str
    of_id: int | None
    day: int
    at_ms: int
    memo: str | None
    other: int
    amount_idr: int
    balance_idr: int
    order_id: int | None = None
    order_day: int | None = None
    product: str | None = None
    dest: str | None = None
    sn: str | None = None
    agent_id: int | None = None


class Statement(msgspec.Struct, frozen=True):
    """A part of a statement: the balance before its first entry, and ``after`` to go on from; None at the end."""

    account: int
    first: int
    last: int
    opening_idr: int
    closing_idr: int
    debit_idr: int
    credit_idr: int
    brought_idr: int
    entries: tuple[Entry, ...]
    after: int | None


def statement(
    engine: BookEngine, sums: SumReads, account: int, first: int, last: int, *, after: int = 0, limit: int = 100
) -> Statement:
    """A page of an account's statement from ``first`` to ``last``, after a posting of it.

    ``opening_idr``, ``closing_idr``, ``debit_idr`` and ``credit_idr`` are those of the whole span.
    """
    moved = sums.account_days(account, first, last)
    opening_idr = sums.balance_before(account, first)
    closing_idr = opening_idr + sum(day.net_idr for day in moved.values())
    brought_idr = opening_idr if not after else _balance_after(engine, sums, account, after)
    rows = list(_rows(engine, account, sorted(moved), after, limit + 1))
    balance_idr = brought_idr
    entries: list[Entry] = []
    for row in rows[:limit]:
        entries.append(_entry(row, account, balance_idr))
        balance_idr = entries[-1].balance_idr
    return Statement(
        account,
        first,
        last,
        opening_idr,
        closing_idr,
        sum(day.debit_idr for day in moved.values()),
        sum(day.credit_idr for day in moved.values()),
        brought_idr,
        tuple(entries),
        entries[-1].posting_id if len(rows) > limit else None,
    )


def _entry(row: Row, account: int, before_idr: int) -> Entry:
    posting_id, transfer_id, code, of_id, day, at_ms, memo, debit, credit, amount_idr, *order = row
    other, moved_idr = (debit, amount_idr) if credit == account else (credit, -amount_idr)
    balance_idr = before_idr + moved_idr
    return Entry(posting_id, transfer_id, code, of_id, day, at_ms, memo, other, moved_idr, balance_idr, *order)


def _balance_after(engine: BookEngine, sums: SumReads, account: int, posting_id: int) -> int:
    """The balance right after a posting: of its day's beginning, and what moved since."""
    found = engine.rows(DAY_OF, (posting_id,))
    if not found:
        return 0
    day = int(found[0][0])
    moved = _rows(engine, account, [day], 0, _LAST_ID, posting_id + 1)
    balance_idr = sums.balance_before(account, day)
    for row in moved:
        balance_idr += int(row[9]) if row[8] == account else -int(row[9])
    return balance_idr


def _rows(
    engine: BookEngine, account: int, days: list[int], after: int, limit: int, below: int = _LAST_ID
) -> Iterator[Row]:
    """Postings of an account on days on which it moved, in the order of the book."""
    left = limit
    # An index finds an agent's postings whatever lies between his days.
    whole = [(days[0], days[-1])] if days else []
    for span in whole if account >= FIRST_PRIVATE_ACCOUNT else [(day, day) for day in days]:
        low, high = _bounds(engine, *span)
        low, high = max(low - 1, after), min(high, below)
        if low + 1 >= high:
            continue
        for row in _between(engine, account, low, high, left):
            left -= 1
            yield row
        if left <= 0:
            return


def _bounds(engine: BookEngine, first: int, last: int) -> tuple[int, int]:
    """The first posting of a span of days, and the first after it."""
    begun = engine.rows(FIRST_TRANSFER, (first,))[0][0] or 0
    ended = engine.rows(LAST_TRANSFER, (last,))[0][0] or 0
    low, high = (
        next((int(row[0]) for row in engine.rows(FIRST_POSTING, (number,))), _LAST_ID) for number in (begun, ended + 1)
    )
    return low, high


def _between(engine: BookEngine, account: int, low: int, high: int, limit: int) -> list[Row]:
    if account < FIRST_PRIVATE_ACCOUNT:
        return engine.rows(HOUSE, (account, account, low, high, limit))
    rows: list[Row] = []
    for side in ("debit", "credit"):
        rows.extend(engine.rows(PRIVATE.format(side=side), (account, low, high, limit)))
    rows.sort(key=lambda row: int(row[0]))
    return rows[:limit]
