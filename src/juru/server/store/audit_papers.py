"""The audit's papers: every version can be read, its transfers are in its commit, and each head says what it says."""

from __future__ import annotations

import msgspec

from juru.books.engine import BookEngine, Row
from juru.server.domain.correction import Correction
from juru.server.domain.paper import Paper
from juru.server.store.audit_orders import Orders, Unclaimed
from juru.server.store.findings import Findings
from juru.server.store.rows import paper_from

_HEAD = 'SELECT id, latest_id, "open", agent_id, mark, day FROM paper_heads WHERE kind = ? AND key = ?'
_FIRST = "SELECT id FROM papers WHERE kind = ? AND key = ? ORDER BY id LIMIT 1"
_LOOSE = """
SELECT h.id, h.kind, h.key, h.latest_id FROM paper_heads h LEFT JOIN papers p
ON p.id = h.latest_id AND p.kind = h.kind AND p.key = h.key WHERE p.id IS NULL ORDER BY h.id
"""
_BAD = (KeyError, TypeError, ValueError, msgspec.MsgspecError)


class Papers:
    """Holds nothing: a version is compared with its head as it passes."""

    def __init__(self, engine: BookEngine, findings: Findings, orders: Orders) -> None:
        self._engine = engine
        self._findings = findings
        self._orders = orders

    def commit(self, no: int, at_ms: int | None, rows: list[Row], transfers: Unclaimed) -> None:
        """One commit's versions."""
        for row in rows:
            self._version(no, at_ms, row, transfers)
        for (order_id, dest), event_id in self._orders.corrected.items():
            self._say("event", no, "events", event_id, f"no paper says that order {order_id} now goes to {dest}")

    def finish(self) -> None:
        """Heads that name no version of their paper."""
        for head_id, kind, key, latest_id in self._engine.rows(_LOOSE):
            self._say("projection", None, "paper_heads", head_id, f"{kind} {key} has no version {latest_id}")

    def _say(self, what: str, no: int | None, table: str, row_id: int, detail: str) -> None:
        self._findings.add(what, no, table, row_id, detail)

    def _version(self, no: int, at_ms: int | None, row: Row, transfers: Unclaimed) -> None:
        number, _, kind, key, body, filed_ms = row
        if at_ms is not None and filed_ms != at_ms:
            self._say("time", no, "papers", number, f"filed at {filed_ms}, its commit is of {at_ms}")
        try:
            paper = paper_from(kind, body)
        except _BAD as error:
            self._say("unreadable", no, "papers", number, f"{kind} {key}: {error}"[:200])
            return
        for transfer_id in paper.moved():
            if transfers.left.pop(transfer_id, None) is None:
                self._say("paper", no, "papers", number, f"transfer {transfer_id} is not in its commit")
        if isinstance(paper, Correction) and self._orders.corrected.pop((paper.order_id, paper.dest), None) is None:
            self._say("paper", no, "papers", number, f"no event of its commit corrects order {paper.order_id}")
        self._head(no, number, kind, key, paper)

    def _head(self, no: int, number: int, kind: str, key: str, paper: Paper) -> None:
        found = self._engine.rows(_HEAD, (kind, key))
        if not found:
            self._say("projection", no, "papers", number, f"{kind} {key} has no head")
            return
        head_id, latest_id, *shown = found[0]
        if latest_id < number:
            self._say("projection", None, "paper_heads", head_id, f"{kind} {key} is behind: {latest_id} < {number}")
        elif latest_id == number:
            head = paper.head()
            said = [int(head.open), head.agent_id, head.mark, head.day]
            if shown != said:
                self._say("projection", None, "paper_heads", head_id, f"says {shown}, version {number} says {said}")
            first_id = self._engine.rows(_FIRST, (kind, key))[0][0]
            if head_id != first_id:
                self._say("projection", None, "paper_heads", head_id, f"{kind} {key} begins with {first_id}")
