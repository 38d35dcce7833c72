"""Orders as they were corrected: a row keeps the number it was accepted with, its paper says where it really goes."""

from __future__ import annotations

from juru.books.engine import BookEngine
from juru.server.domain.correction import Correction, apply, mark_of
from juru.server.domain.order import Order
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.store.rows import order_from, paper_from

KIND = NAME_OF[Correction]
ANY = f"SELECT 1 FROM paper_heads WHERE kind = '{KIND}' LIMIT 1"  # noqa: S608 - our own word
_OF = "FROM paper_heads h JOIN papers p ON p.id = h.latest_id"
PAPER = f"SELECT p.body {_OF} WHERE h.kind = '{KIND}' AND h.key = ?"
TO_NUMBER = f"""
SELECT o.* FROM paper_heads h JOIN orders o ON o.id = CAST(h.key AS INTEGER)
WHERE h.kind = '{KIND}' AND h.mark = ? ORDER BY h.id DESC LIMIT ?
"""  # noqa: S608 - as above
DEST = f"""
COALESCE((SELECT substr(ch.mark, length(CAST(o.agent_id AS TEXT)) + 2) FROM paper_heads ch
WHERE ch.kind = '{KIND}' AND ch.key = CAST(o.id AS TEXT)), o.dest)
"""  # noqa: S608 - as above
"""Where an order ``o`` goes, for a query that reads no whole order: the mark of its correction ends with the number."""


def corrected(engine: BookEngine, orders: list[Order]) -> list[Order]:
    """The same orders, each with its number as it was corrected."""
    if not orders or not engine.rows(ANY):
        return orders
    known = {order.id: order for order in orders}
    for (body,) in engine.each(PAPER, [(str(i),) for i in known]):
        paper = paper_from(KIND, body)
        assert isinstance(paper, Correction), body
        apply(known[paper.order_id], paper)
    return orders


def corrected_to(engine: BookEngine, agent_id: int, dest: str, limit: int) -> list[Order]:
    """An agent's orders that were corrected to a destination, newest first."""
    return [order_from(row) for row in engine.rows(TO_NUMBER, (mark_of(agent_id, dest), limit))]
