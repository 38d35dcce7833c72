"""``audit`` proves a book from its first entry: the chain of seals, the money, and that orders and ledger agree.

It reads every table once, in the order of the book, commit by commit, inside one snapshot, so it may run beside a
serving cell and its memory does not grow with the book. Nothing that is kept for convenience is trusted: balances,
states and the outbox are folded again and compared. Only a head exported earlier shows a book whose rows *and* seals
were written anew; the cross-checks then name the rows, as far as rows contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable

from juru.books.chain import GENESIS, seal
from juru.books.engine import BookEngine, Row
from juru.server.store.audit_bank import Bank
from juru.server.store.audit_goods import Goods
from juru.server.store.audit_money import Money
from juru.server.store.audit_orders import Orders, Unclaimed
from juru.server.store.audit_papers import Papers
from juru.server.store.audit_stream import Stream
from juru.server.store.audit_sums import Sums
from juru.server.store.audit_told import Told
from juru.server.store.findings import Finding, Findings, Head
from juru.server.store.schema import SEALED, tables

__all__ = ["Finding", "Findings", "Head", "audit"]

Progress = Callable[[int, int], None]
_SNAPSHOT = "BEGIN"
_COMMITS = "SELECT no, batch_id, at_ms, seal FROM commits ORDER BY no"
_LATEST = "SELECT max(no) FROM commits"
_REPORT_EVERY = 1_000
_SEAL_BYTES = 32


def audit(engine: BookEngine, *, expected_head: Head | None = None, progress: Progress | None = None) -> Findings:
    """Audit the whole book on a connection of its own. ``progress`` hears commits done and commits in all."""
    engine.rows(_SNAPSHOT)
    try:
        return _Audit(engine, expected_head, progress).run()
    finally:
        engine.rollback()


class _Audit:
    """One run."""

    def __init__(self, engine: BookEngine, expected_head: Head | None, progress: Progress | None) -> None:
        self._engine = engine
        self._expected = expected_head
        self._progress = progress
        self._found = Findings()
        self._streams = [Stream(engine, tables[name], self._found) for name in SEALED]
        self._money = Money(engine, self._found)
        self._orders = Orders(engine, self._found)
        self._bank = Bank(engine, self._found)
        self._papers = Papers(engine, self._found, self._orders)
        self._goods = Goods(engine, self._found, self._orders)
        self._told = Told(engine, self._found, self._orders)
        self._sums = Sums(engine, self._found, self._orders)
        self._previous = GENESIS
        self._at_ms = 0

    def run(self) -> Findings:
        """Every commit in order, then what only the whole book can show."""
        found = self._found
        latest = self._engine.rows(_LATEST)[0][0] or 0
        expected = 1
        for no, batch_id, at_ms, sealed in self._engine.stream(_COMMITS):
            if no != expected:
                missing = f"{expected}..{no - 1}" if no > expected else f"numbered {no}"
                found.add("commit_gap", no, "commits", no, f"commits missing before it: {missing}")
            self._missing_before(no)
            self._commit(no, str(batch_id), at_ms, sealed)
            expected = no + 1
            found.commits += 1
            if self._progress is not None and found.commits % _REPORT_EVERY == 0:
                self._progress(found.commits, latest)
        self._missing_before(None)
        self._bank.finish(self._money.owed_idr())
        self._money.finish()
        self._orders.finish(self._money.holds)
        self._papers.finish()
        self._goods.finish()
        self._told.finish()
        self._sums.finish()
        if self._expected is not None and (found.head is None or found.head.commit_no < self._expected.commit_no):
            detail = f"the book ends before the exported head {self._expected.seal[:16]}"
            found.add("head_mismatch", self._expected.commit_no, "commits", self._expected.commit_no, detail)
        if self._progress is not None:
            self._progress(found.commits, latest)
        return found

    def _missing_before(self, no: int | None) -> None:
        """Rows whose commit is not in the book: named, and checked all the same."""
        while True:
            numbers = [s.commit_no for s in self._streams if s.commit_no is not None]
            lowest = min(numbers, default=None)
            if lowest is None or (no is not None and lowest >= no):
                return
            rows = self._take(lowest)
            for name, orphans in rows.items():
                if orphans:
                    detail = f"{len(orphans)} rows from here belong to a commit that is not in the book"
                    self._found.add("orphan", lowest, name, orphans[0][0], detail)
            self._check(lowest, None, rows)

    def _take(self, no: int) -> dict[str, list[Row]]:
        return {stream.name: stream.take(no) for stream in self._streams}

    def _commit(self, no: int, batch_id: str, at_ms: int | str, sealed: object) -> None:
        """One commit: its seal over its rows, its place in time, then what its rows say."""
        found = self._found
        rows = self._take(no)
        parts = [(s.name, s.sealed(rows[s.name])) for s in self._streams if rows[s.name]]
        if not isinstance(sealed, bytes) or len(sealed) != _SEAL_BYTES:
            found.add("seal", no, "commits", no, "is no seal at all")
            sealed = bytes(_SEAL_BYTES)
        elif seal(self._previous, (no, batch_id, at_ms), parts) != sealed:
            found.add("seal", no, "commits", no, "its seal is not the seal of its rows after the commit before")
        if not parts:
            found.add("empty_commit", no, "commits", no, "seals no row")
        if not isinstance(at_ms, int) or at_ms < self._at_ms:
            found.add("time", no, "commits", no, f"of {at_ms}, earlier than the commit before")
        else:
            self._at_ms = at_ms
        self._previous = sealed
        found.head = Head(no, sealed.hex())
        if self._expected is not None and self._expected.commit_no == no and found.head != self._expected:
            detail = f"seal {found.head.seal[:16]} is not the exported {self._expected.seal[:16]}"
            found.add("head_mismatch", no, "commits", no, detail)
        self._check(no, at_ms if isinstance(at_ms, int) else None, rows)

    def _check(self, no: int, at_ms: int | None, rows: dict[str, list[Row]]) -> None:
        """What the rows of one commit say, held against each other and against all before."""
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
