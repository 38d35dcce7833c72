"""One agent's day: what he bought, what moved on his deposit, what he earned; by the day of posting.

A day's transfers stand together in the book, so the postings of an agent on a day are a range of his own index and a
busy year is never looked through.
"""

from __future__ import annotations

from juru.books.engine import BookEngine
from juru.books.schema import FIRST_PRIVATE_ACCOUNT
from juru.server.domain.accounts import agent_commission, agent_deposit
from juru.server.domain.views import AgentDay, Movement, Sold

FIRST_OF_DAY = "SELECT min(id) FROM transfers WHERE day = ?"
LAST_OF_DAY = "SELECT max(id) FROM transfers WHERE day = ?"
FIRST_POSTING = "SELECT id FROM postings WHERE transfer_id >= ? ORDER BY transfer_id, id LIMIT 1"
_SIDE = f"p.{{side}} = ? AND p.{{side}} >= {FIRST_PRIVATE_ACCOUNT} AND p.id >= ? AND p.id < ?"
SUMS = f"""
SELECT t.kind, t.code, o.product, o.state, count(*), sum(p.amount_idr)
FROM postings p JOIN transfers t ON t.id = p.transfer_id LEFT JOIN orders o ON o.id = t.order_id
WHERE {_SIDE} GROUP BY t.kind, t.code, o.product, o.state ORDER BY o.product, t.code
"""  # noqa: S608 - the account number is our own
"""Indexes postings_debit and postings_credit; the range repeats the condition of those indexes."""

MOVED = f"""
SELECT p.id, t.at_ms, t.code, p.debit, p.credit, p.amount_idr, t.memo
FROM postings p JOIN transfers t ON t.id = p.transfer_id
WHERE {_SIDE} AND t.kind <> 'hold' AND t.code NOT IN ('sale', 'order_reversed') ORDER BY p.id DESC LIMIT ?
"""  # noqa: S608 - as above
COUNT_MOVED = f"""
SELECT count(*) FROM postings p JOIN transfers t ON t.id = p.transfer_id
WHERE {_SIDE} AND t.kind <> 'hold' AND t.code NOT IN ('sale', 'order_reversed')
"""  # noqa: S608 - as above
_SALES = frozenset({"sale", "late_charge"})
_LAST_ID = 2**62


def _range(engine: BookEngine, day: int) -> tuple[int, int] | None:
    """The postings of a day: the first, and the first after it."""
    first, last = engine.rows(FIRST_OF_DAY, (day,))[0][0], engine.rows(LAST_OF_DAY, (day,))[0][0]
    if first is None or last is None:
        return None
    begins, ends = (engine.rows(FIRST_POSTING, (transfer,)) for transfer in (first, last + 1))
    return (begins[0][0] if begins else _LAST_ID), (ends[0][0] if ends else _LAST_ID)


def agent_day(engine: BookEngine, agent_id: int, day: int) -> AgentDay:
    """The recap of an agent's business day ``yyyymmdd``."""
    found = AgentDay(day, [])
    span = _range(engine, day)
    if span is None:
        return found
    products: dict[str, Sold] = {}
    deposit, commission = agent_deposit(agent_id), agent_commission(agent_id)
    for kind, code, product, state, count, idr in engine.rows(SUMS.format(side="debit"), (deposit, *span)):
        if kind == "hold":
            found.open += count if state == "accepted" else 0
            found.failed += count if state == "failed" else 0
        elif code in _SALES:
            line = products.setdefault(product, Sold(product))
            line.count, line.sales_idr = line.count + count, line.sales_idr + idr
        else:
            found.out_idr += idr
    for _, code, product, _, count, idr in engine.rows(SUMS.format(side="credit"), (deposit, *span)):
        if code == "order_reversed":
            found.reversed += count
            line = products.setdefault(product, Sold(product))
            line.count, line.sales_idr = line.count - count, line.sales_idr - idr
        else:
            found.in_idr += idr
    for side, sign in (("credit", 1), ("debit", -1)):
        for _, code, _, _, _, idr in engine.rows(SUMS.format(side=side), (commission, *span)):
            found.commission_idr += sign * idr if code in {"sale", "order_reversed"} else 0
    found.products = sorted(products.values(), key=lambda line: (-line.sales_idr, line.product))
    return found


def movements(engine: BookEngine, agent_id: int, day: int, limit: int) -> tuple[list[Movement], int]:
    """The latest movements of a deposit on a day that were no orders, oldest first, and how many there are."""
    span = _range(engine, day)
    if span is None:
        return [], 0
    account = agent_deposit(agent_id)
    rows, count = [], 0
    for side in ("debit", "credit"):
        rows += engine.rows(MOVED.format(side=side), (account, *span, limit))
        count += engine.rows(COUNT_MOVED.format(side=side), (account, *span))[0][0]
    rows.sort(key=lambda row: int(row[0]))
    kept = [
        Movement(at_ms, code, idr if credit == account else -idr, debit if credit == account else credit, memo)
        for _, at_ms, code, debit, credit, idr, memo in rows[-limit:]
    ]
    return kept, count
