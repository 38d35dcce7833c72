"""Registers of a day kept at hand, as the roll keeps members: folded anew once something of theirs was recorded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from juru.association.domain.affairs import Subject
from juru.association.store.book import Book
from juru.association.store.reads import Reads

KEPT = 12
View = TypeVar("View")
Read = Callable[[Reads, date, int | None], list[View]]


class _Kept(msgspec.Struct):
    head: int
    views: Sequence[Any]


class Shelves:
    """May be asked from any thread. Whatever another process writes is seen: each question looks at the book's head."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Subject, date, int | None], _Kept] = OrderedDict()

    def on(self, subject: Subject, read: Read[View], day: date, known_ms: int | None = None) -> Sequence[View]:
        """A register on a day, as known at an instant; ``read`` folds it from the book."""
        key = (subject, day, known_ms)
        with self._lock, self._book.reading() as reads:
            head, kept = reads.latest_fact(), self._kept.get(key)
            current = kept is not None and (
                kept.head == head or subject not in {touched for touched, _ in reads.touched_since(kept.head)}
            )
            if kept is None or not current:
                kept = self._kept[key] = _Kept(head, read(reads, day, known_ms))
            kept.head = head
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return kept.views
