"""The audit's way through a book: commit by commit in one snapshot, each seal proved over its rows.

What the rows say is the business of whoever keeps the book: it is handed each commit's rows in order (``Reader``), and
asked at the end for what only the whole book can show. Every table is read once; memory does not grow with the book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Table

from juru.books.audit_stream import Stream
from juru.books.chain import GENESIS, seal
from juru.books.engine import BookEngine, Row
from juru.books.findings import Findings, Head

Progress = Callable[[int, int], None]
_SNAPSHOT = "BEGIN"
_COMMITS = "SELECT no, batch_id, at_ms, seal FROM commits ORDER BY no"
_LATEST = "SELECT max(no) FROM commits"
_REPORT_EVERY = 1_000
_SEAL_BYTES = 32


class Reader(Protocol):
    """Who understands the rows of a book."""

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]]) -> None:
        """The rows of one commit by table; ``at_ms`` is None where the commit itself is missing or unreadable."""

    def finish(self) -> None:
        """After the last commit."""


def walk(
    engine: BookEngine,
    tables: Mapping[str, Table],
    sealed: Sequence[str],
    reader: Reader,
    found: Findings,
    *,
    expected_head: Head | None = None,
    progress: Progress | None = None,
) -> None:
    """Prove the chain and let ``reader`` read, on a connection of its own; ``sealed`` is the order of sealing.

    ``progress`` hears commits done and commits in all.
    """
    engine.rows(_SNAPSHOT)
    try:
        streams = [Stream(engine, tables[name], found) for name in sealed]
        _Walk(engine, streams, reader, found, expected_head, progress).run()
    finally:
        engine.rollback()


class _Walk:
    """One run."""

    def __init__(
        self,
        engine: BookEngine,
        streams: list[Stream],
        reader: Reader,
        found: Findings,
        expected_head: Head | None,
        progress: Progress | None,
    ) -> None:
        self._engine = engine
        self._streams = streams
        self._reader = reader
        self._found = found
        self._expected = expected_head
        self._progress = progress
        self._previous = GENESIS
        self._at_ms = 0

    def run(self) -> None:
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
        self._reader.finish()
        if self._expected is not None and (found.head is None or found.head.commit_no < self._expected.commit_no):
            detail = f"the book ends before the exported head {self._expected.seal[:16]}"
            found.add("head_mismatch", self._expected.commit_no, "commits", self._expected.commit_no, detail)
        if self._progress is not None:
            self._progress(found.commits, latest)

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
            self._reader.commit(lowest, None, rows)

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
        self._reader.commit(no, at_ms if isinstance(at_ms, int) else None, rows)
