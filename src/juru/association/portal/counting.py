"""The figures of a day as pages ask for them: counted aside, kept while nothing is recorded, not waited for long."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import date

from juru.association.desk.careers import CareerFile
from juru.association.desk.statistics import Statistics, statistics
from juru.association.store.book import Book

WAITED_S = 0.8
"""Who waits longer for figures sees how far they are; nothing is lost, they are at hand when he asks again."""
_AT_ONCE = 4
_KEPT = 12


class Counting:
    """Figures by day, kept as long as nothing new is recorded; few days are counted at once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.careers = CareerFile(book)
        self._tasks: dict[tuple[date, int | None], asyncio.Task[Statistics]] = {}
        self._kept: OrderedDict[tuple[date, int | None], tuple[int, Statistics]] = OrderedDict()

    async def asked(self, on: date, known_ms: int | None) -> Statistics | None:
        """The figures of a day; None while they are being counted."""
        key = (on, known_ms)
        with self._book.reading() as reads:
            head = reads.latest_fact()
        if key in self._kept and self._kept[key][0] == head:
            return self._kept[key][1]
        if key not in self._tasks:
            if len(self._tasks) >= _AT_ONCE:
                return None
            task = asyncio.create_task(asyncio.to_thread(self.count, on, known_ms))
            task.add_done_callback(lambda _done: self._tasks.pop(key, None))
            self._tasks[key] = task
        done, _ = await asyncio.wait({self._tasks[key]}, timeout=WAITED_S)
        if not done:
            return None
        found = done.pop().result()
        self._kept[key] = (head, found)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def count(self, on: date, known_ms: int | None) -> Statistics:
        """Count them, however long it takes."""
        careers = self.careers.asked(known_ms)
        with self._book.reading() as reads:
            return statistics(reads, careers, reads.branches(known_ms), on, known_ms)
