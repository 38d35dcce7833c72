"""Every member's way through its states, kept at hand: what any day's figures are counted from.

Folding ten thousand ways takes seconds, so it is done once, aside and with its progress; afterwards only members about
whom something was recorded since are folded anew. Whatever another process writes is seen.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from juru.association.desk.register import statutes
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject
from juru.association.domain.boards import NATIONAL
from juru.association.domain.facts import Applied, MemberFact, Moved, place
from juru.association.domain.membership import State, turns
from juru.association.domain.policy import Policies
from juru.association.store.book import Book
from juru.association.store.reads import Reads

KEPT = 3
_EVERY = 200
_STATUTES = frozenset({Subject.POLICY})
"""What may turn the way of many members at once: then all are folded anew."""

_SILENT = (
    *(f.Registered, f.Renamed, f.RepresentativeNamed, f.ServerAdded, f.ServerNamed, f.ServerRemoved),
    *(f.ContactSet, f.ContactRemoved, f.DocumentGiven, f.Recommended, f.Warned, f.Heard, f.Moved),
)
"""Facts that no state depends on (docs/reference/facts.md)."""

Progress = Callable[[int, int], None]
"""Told how many of how many members are folded."""


class Career(msgspec.Struct, frozen=True):
    """A member's turns: on ``days[i]`` its state became ``states[i]``; likewise the branches it chose."""

    number: str
    days: tuple[date, ...]
    states: tuple[State, ...]
    chosen_on: tuple[date, ...]
    chosen: tuple[str, ...]

    def state(self, on: date) -> State:
        """The state of a day."""
        at = bisect_right(self.days, on)
        return self.states[at - 1] if at else State.NONE

    def branch(self, on: date) -> str:
        """The branch it had chosen by a day, whatever became of that branch."""
        at = bisect_right(self.chosen_on, on)
        return self.chosen[at - 1] if at else NATIONAL


class Careers(msgspec.Struct):
    """The ways of all members, as known at a moment; ``head`` is the latest fact they know."""

    head: int
    of: dict[str, Career]


def career_of(policies: Policies, number: str, facts: Iterable[MemberFact]) -> Career:
    """One member's way, past and to come."""
    found = sorted(set(facts), key=place)
    turned = turns(policies, [fact for fact in found if not isinstance(fact, _SILENT)], date.max)
    chosen = [(fact.on, _chose(fact)) for fact in found if isinstance(fact, Applied | Moved)]
    chosen = [(on, branch) for on, branch in chosen if branch]
    return Career(
        number,
        tuple(turn.on for turn in turned),
        tuple(turn.standing.state for turn in turned),
        tuple(on for on, _ in chosen),
        tuple(branch for _, branch in chosen),
    )


def _chose(fact: Applied | Moved) -> str:
    return fact.branch if isinstance(fact, Applied) else fact.to


def careers(reads: Reads, known_ms: int | None = None, progress: Progress = lambda _done, _whole: None) -> Careers:
    """Everybody's way, in one sweep over the facts."""
    policies, whole = statutes(reads, known_ms).policies, int(reads.newest(Subject.MEMBER, after="", before="~") or 0)
    found: dict[str, Career] = {}
    head = reads.latest_fact()
    for number, facts in reads.members(date.max, known_ms):
        found[number] = career_of(policies, number, facts)
        if len(found) % _EVERY == 0:
            progress(len(found), whole)
    return Careers(head, found)


class CareerFile:
    """The ways that were folded so far. May be asked from any thread."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: OrderedDict[int | None, Careers] = OrderedDict()
        self._lock = threading.Lock()
        self.progress: tuple[int, int] | None = None
        """How far the folding is that is under way."""

    def asked(self, known_ms: int | None = None) -> Sequence[Career]:
        """All ways as known at an instant, now where None; folds what is not at hand."""
        with self._lock, self._book.reading() as reads:
            kept = self._kept.get(known_ms)
            if kept is None or not _brought_up(reads, kept, known_ms):
                self._kept.pop(known_ms, None)
                try:
                    kept = careers(reads, known_ms, self._tell)
                finally:
                    self.progress = None
                self._kept[known_ms] = kept
            self._kept.move_to_end(known_ms)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return tuple(kept.of.values())

    def _tell(self, done: int, whole: int) -> None:
        self.progress = (done, whole)


def _brought_up(reads: Reads, kept: Careers, known_ms: int | None) -> bool:
    """Fold anew whom something was recorded about since; False where that is everybody."""
    head = reads.latest_fact()
    if known_ms is not None or head == kept.head:
        return True
    touched = reads.touched_since(kept.head)
    if any(subject in _STATUTES for subject, _ in touched):
        return False
    policies = reads.policies()
    for number in (one for subject, one in touched if subject is Subject.MEMBER):
        facts = [one.fact for one in reads.facts(Subject.MEMBER, number) if isinstance(one.fact, MemberFact)]
        if facts:
            plain = (msgspec.structs.replace(fact, known_at=None, by="", source="") for fact in facts)
            kept.of[number] = career_of(policies, number, plain)
        else:
            kept.of.pop(number, None)
    kept.head = head
    return True
