"""``audit`` proves a book from its first entry: the chain of seals, the money, and that orders and ledger agree.

It reads every table once, in the order of the book, commit by commit, inside one snapshot, so it may run beside a
serving cell and its memory does not grow with the book. Nothing that is kept for convenience is trusted: balances,
states and the outbox are folded again and compared. Only a head exported earlier shows a book whose rows *and* seals
were written anew; the cross-checks then name the rows, as far as rows contradict each other.
"""

from __future__ import annotations

from juru.books.audit import Progress, walk
from juru.books.audit_money import Money
from juru.books.engine import BookEngine, Row
from juru.books.findings import Finding, Head
from juru.server.domain.accounts import POINTS_BASE, RECEIVABLE_BASE
from juru.server.store.audit_bank import Bank
from juru.server.store.audit_goods import Goods
from juru.server.store.audit_orders import Orders, Unclaimed
from juru.server.store.audit_papers import Papers
from juru.server.store.audit_sums import Sums
from juru.server.store.audit_told import Told
from juru.server.store.findings import Findings
from juru.server.store.schema import SEALED, tables

__all__ = ["Finding", "Findings", "Head", "audit"]


def audit(engine: BookEngine, *, expected_head: Head | None = None, progress: Progress | None = None) -> Findings:
    """Audit the whole book on a connection of its own. ``progress`` hears commits done and commits in all."""
    found = Findings()
    walk(engine, tables, SEALED, _Cell(engine, found), found, expected_head=expected_head, progress=progress)
    return found


class _Cell:
    """What the rows of a cell say, held against each other and against all before."""

    def __init__(self, engine: BookEngine, found: Findings) -> None:
        self._found = found
        self._money = Money(engine, found)
        self._orders = Orders(engine, found)
        self._bank = Bank(engine, found)
        self._papers = Papers(engine, found, self._orders)
        self._goods = Goods(engine, found, self._orders)
        self._told = Told(engine, found, self._orders)
        self._sums = Sums(engine, found, self._orders)

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]]) -> None:
        """One commit."""
        self._told.records(no, rows["records"])
        moved = self._money.commit(no, at_ms, rows["transfers"], rows["postings"])
        self._bank.records(rows["records"])
        self._bank.commit(no, rows["papers"], moved)
        transfers = Unclaimed(dict(moved))
        self._found.transfers += len(rows["transfers"])
        self._found.orders += len(rows["orders"])
        self._orders.commit(no, at_ms, rows, transfers)
        self._papers.commit(no, at_ms, rows["papers"], transfers)
        self._goods.commit(no, rows)
        self._told.commit(no, at_ms, rows, transfers)
        self._sums.commit(no, at_ms, rows, moved)
        self._orders.forget_settled()

    def finish(self) -> None:
        """What only the whole book can show."""
        nets_idr = self._money.nets_idr()
        owed_idr = {i: -net_idr for i, net_idr in nets_idr.items() if RECEIVABLE_BASE < i < POINTS_BASE and net_idr}
        self._bank.finish(owed_idr)
        self._money.finish()
        self._orders.finish(self._money.holds)
        self._papers.finish()
        self._goods.finish()
        self._told.finish()
        self._sums.finish()
