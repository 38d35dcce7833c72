"""Which invoices were unsettled on a day, as known at an instant."""

from __future__ import annotations

from datetime import date

from juru.association.store.reads import FOR_EVER_KNOWN_MS, Reads
from juru.association.store.rows import day_number

_OF_KINDS = """
SELECT subject_id FROM facts WHERE kind IN ({}) AND on_day <= ? AND known_ms <= ?
AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL AND known_ms <= ?)
"""
_UNSETTLED = f"""{_OF_KINDS.format("'issued'")} EXCEPT {_OF_KINDS.format("'shared', 'written_off'")}"""


def unsettled(reads: Reads, as_of: date, known_ms: int | None = None) -> list[str]:
    """Numbers of invoices that were issued by a day and neither paid in full nor written off by then."""
    known = FOR_EVER_KNOWN_MS if known_ms is None else known_ms
    asked = (day_number(as_of), known, known)
    return [str(row[0]) for row in reads.engine.rows(_UNSETTLED, (*asked, *asked))]
