"""The roll: every member's line on a day, kept at hand and kept current.

Folding ten thousand members takes a second. So a day's lines are folded once, and after that only members about whom
something was recorded since. Whatever another process writes is seen: each question looks at the book's latest fact.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date

import msgspec

from juru.association.desk.register import Row, register, row_of, statutes
from juru.association.domain.affairs import Subject
from juru.association.domain.facts import MemberFact
from juru.association.store.book import Book
from juru.association.store.reads import Reads

DAYS_KEPT = 6
_WIDE = frozenset({Subject.ASSOCIATION, Subject.BRANCH, Subject.POLICY})
"""What changes the line of many members at once: then a day is folded anew."""


class _Day(msgspec.Struct):
    head: int
    rows: dict[str, Row]


class Roll:
    """Lines by member number, in the order of the numbers. May be asked from any thread."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._days: OrderedDict[tuple[date, int | None], _Day] = OrderedDict()
        self._lock = threading.Lock()

    def on(self, day: date, known_ms: int | None = None) -> Mapping[str, Row]:
        """Every member on a day, as known at an instant; as known now, where None."""
        with self._lock, self._book.reading() as reads:
            key = (day, known_ms)
            kept = self._days.get(key)
            if kept is None or not _brought_up(reads, kept, day, known_ms):
                head = reads.latest_fact()
                kept = _Day(head, {row.number: row for row in register(reads, day, known_ms)})
                self._days[key] = kept
            self._days.move_to_end(key)
            while len(self._days) > DAYS_KEPT:
                self._days.popitem(last=False)
            return kept.rows


def _brought_up(reads: Reads, kept: _Day, day: date, known_ms: int | None) -> bool:
    """Fold anew whom something was recorded about since; False where that could be everybody."""
    head = reads.latest_fact()
    if known_ms is not None or head == kept.head:
        return True
    touched = reads.touched_since(kept.head)
    if any(subject in _WIDE for subject, _ in touched):
        return False
    rows, newcomers, by = dict(kept.rows), False, statutes(reads)
    for number in (one for subject, one in touched if subject is Subject.MEMBER):
        facts = [one.fact for one in reads.facts(Subject.MEMBER, number, day) if isinstance(one.fact, MemberFact)]
        newcomers = newcomers or number not in rows
        rows.pop(number, None) if not facts else rows.update({number: row_of(by, number, facts, day)})
    kept.rows = dict(sorted(rows.items())) if newcomers else rows
    kept.head = head
    return True
