"""What we bought at one supplier in a span, and single attempts by our reference: for reconciliation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from juru.books.engine import BookEngine, Row
from juru.server.domain.order import AttemptState
from juru.server.domain.reconcile import OurAttempt
from juru.server.domain.views import OrderState
from juru.server.store.reads.corrected import DEST

_OURS = f"""
SELECT a.id, a.order_id, a.ref, a.sku, {DEST}, a.state, a.at_ms, a.sn, a.late_cost_idr, o.cost_idr, o.state
FROM attempts a JOIN orders o ON o.id = a.order_id
"""  # noqa: S608 - an expression of our own
BY_REF = f"{_OURS} WHERE a.ref = ? AND a.supplier = ?"
DELIVERED = f"{_OURS} WHERE a.id >= ? AND a.id < ? AND a.supplier = ? AND a.state = 'success' ORDER BY a.id"
_AT = "SELECT at_ms FROM attempts WHERE id >= ? ORDER BY id LIMIT 1"
_LAST = "SELECT max(id) FROM attempts"


class AttemptReads:
    """Queries over attempts with what each cost us."""

    def __init__(self, engine: BookEngine) -> None:
        self._engine = engine

    def by_refs(self, supplier: str, refs: Iterable[str]) -> Iterator[OurAttempt]:
        """The attempts that references name, as far as they are this supplier's."""
        for row in self._engine.each(BY_REF, [(ref, supplier) for ref in refs]):
            yield _ours(row)

    def delivered(self, supplier: str, *, from_ms: int, until_ms: int) -> Iterator[OurAttempt]:
        """Every delivered attempt begun in ``[from_ms, until_ms)``. Numbers rise with time, so a span is a range."""
        for row in self._engine.stream(DELIVERED, (self._first(from_ms), self._first(until_ms), supplier)):
            yield _ours(row)

    def _first(self, at_ms: int) -> int:
        """The first attempt not begun before an instant."""
        low, high = 1, (self._engine.rows(_LAST)[0][0] or 0) + 1
        while low < high:
            middle = (low + high) // 2
            found = self._engine.rows(_AT, (middle,))
            if found and found[0][0] < at_ms:
                low = middle + 1
            else:
                high = middle
        return low


def _ours(row: Row) -> OurAttempt:
    """What it cost: a late delivery its own cost; the one that won its order the order's, unless it was reversed."""
    number, order_id, ref, sku, dest, state, at_ms, sn, late_idr, cost_idr, order_state = row
    won = state == AttemptState.SUCCESS and late_idr is None and order_state == OrderState.SUCCESS
    return OurAttempt(number, order_id, ref, sku, dest, AttemptState(state), at_ms, cost_idr if won else late_idr, sn)
