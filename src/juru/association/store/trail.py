"""The audit trail: every fact with who recorded it, when, from where, what it says, its commit and seal.

Pages go back from the latest by the facts' numbers. Numbers and instants of recording rise together, so a span of days
is a span of numbers, found without an index.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, recorded
from juru.books.engine import Params

_FACT_COLUMNS = 14
_FROM = """
SELECT f.*, r.id, c.seal FROM facts f JOIN commits c ON c.no = f.commit_no
LEFT JOIN facts r ON r.reverses = f.id
WHERE f.id < ? AND f.id >= ?
"""
_OWNER = "SELECT concerns FROM facts WHERE subject_kind = 'invoice' AND subject_id = ? AND kind = 'issued' LIMIT 1"
_KINDS = "SELECT DISTINCT kind FROM facts ORDER BY kind"
_KNOWN = "SELECT known_ms FROM facts WHERE id >= ? ORDER BY id LIMIT 1"


class Wanted(msgspec.Struct, frozen=True):
    """What of the trail is asked for; empty is all of it. The instants are ``[since_ms, until_ms)``."""

    subject: str = ""
    subject_id: str = ""
    by: str = ""
    kind: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


class Entry(msgspec.Struct, frozen=True):
    """One fact of the trail; ``seal`` is its commit's, in hexadecimal."""

    one: Recorded
    concerns: str | None
    kind: str
    known_ms: int
    seal: str


def trail(reads: Reads, wanted: Wanted, *, before: int | None = None) -> Iterator[Entry]:
    """The facts that are asked for, the latest first, from ``before`` on downwards."""
    last = reads.latest_fact() + 1
    upper = last if wanted.until_ms is None else _first_from(reads, wanted.until_ms, last)
    lower = 0 if wanted.since_ms is None else _first_from(reads, wanted.since_ms, last)
    given: list[str | int] = [upper if before is None else min(before, upper), lower]
    conditions = ""
    for column, value in (("subject_kind", wanted.subject), ("subject_id", wanted.subject_id), ("kind", wanted.kind)):
        if value:
            conditions += f" AND f.{column} = ?"
            given.append(value)
    if wanted.by:
        # A representative's name stands behind his firm's number.
        conditions += " AND (f.recorded_by = ? OR f.recorded_by LIKE '%:' || ?)"
        given += [wanted.by, wanted.by]
    asked: Params = tuple(given)
    for row in reads.engine.stream(f"{_FROM}{conditions} ORDER BY f.id DESC", asked):
        fact, (reversed_by, seal) = row[:_FACT_COLUMNS], row[_FACT_COLUMNS:]
        yield Entry(recorded(fact, reversed_by), row[12], row[4], row[8], bytes(seal).hex())


def kinds(reads: Reads) -> list[str]:
    """The kinds of facts that there are."""
    return [str(row[0]) for row in reads.engine.rows(_KINDS)]


def owner_of(reads: Reads, invoice: str) -> str | None:
    """Whose an invoice is."""
    rows = reads.engine.rows(_OWNER, (invoice,))
    return str(rows[0][0]) if rows else None


def _first_from(reads: Reads, at_ms: int, last: int) -> int:
    """The first fact that was recorded at or after an instant."""
    low, high = 1, last
    while low < high:
        middle = (low + high) // 2
        rows = reads.engine.rows(_KNOWN, (middle,))
        if rows and rows[0][0] < at_ms:
            low = middle + 1
        else:
            high = middle
    return low
