"""Everything that is due today, kept at hand and kept current, as the roll keeps the register."""

from __future__ import annotations

import threading
from datetime import date

from juru.association.desk.due_world import MEMBER_RULES, RULES, businesses, world_of
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.due import Due, World, derive, derive_member
from juru.association.store.book import Book
from juru.association.store.reads import Reads

_OF_ALL = frozenset({Subject.BRANCH, Subject.CALENDAR, Subject.POLICY, Subject.MEETING})
"""What may change what is due about anybody; what is about the association as a whole is derived anew each time."""


class DueRoll:
    """May be asked from any thread. Everybody is folded once a day; after that only whom something was recorded of."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = threading.Lock()
        self._kept: tuple[int, World, dict[str, list[Due]], list[Due]] | None = None

    def on(self, today: date) -> tuple[World, list[Due]]:
        """The world of a day and everything that is due in it."""
        with self._lock, self._book.reading() as reads:
            head = reads.latest_fact()
            kept = self._kept
            if kept is None or kept[1].today != today or kept[0] != head:
                world = world_of(reads, today)
                of_members = self._of_members(reads, world)
                kept = self._kept = (head, world, of_members, derive(world, RULES))
            return kept[1], [*kept[3], *(one for found in kept[2].values() for one in found)]

    def _of_members(self, reads: Reads, world: World) -> dict[str, list[Due]]:
        kept, rules = self._kept, MEMBER_RULES
        touched = None if kept is None or kept[1].today != world.today else reads.touched_since(kept[0])
        if kept is None or touched is None or {subject for subject, _ in touched} & _OF_ALL:
            return {member.number: derive_member(world, member, rules) for member in businesses(reads, world)}
        found = dict(kept[2])
        for number in {number for subject, name in touched for number in _members(reads, subject, name)}:
            for member in businesses(reads, world, only=number):
                found[number] = derive_member(world, member, rules)
        return found


def _members(reads: Reads, subject: Subject, name: str) -> list[str]:
    """Whom a fact about a member or an invoice concerns."""
    match subject:
        case Subject.MEMBER:
            return [name]
        case Subject.INVOICE:
            return [one.fact.member for one in reads.facts(subject, name) if isinstance(one.fact, a.Issued)]
        case _:
            return []
