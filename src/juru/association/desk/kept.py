"""What nearly every use case asks for and few change, kept between them: offices, statutes, the names there are.

Each use case first looks at what was recorded since the last one, by this process or another, and lets go of what that
may have changed. It is asked within the write transaction only, so nothing can change under it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec

from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, decrees_of, terms_of
from juru.association.domain.boards import Decree, Seats, Term
from juru.association.domain.branches import Branch
from juru.association.domain.facts import Fact
from juru.association.domain.likeness import Likeness, same_phone
from juru.association.domain.policy import Policies
from juru.association.store.reads import Reads, standing

_OFFICES = frozenset({Subject.PERSON, Subject.DECREE, Subject.BRANCH, Subject.POLICY})
_names = msgspec.json.Decoder(f.Registered | f.Renamed)
_phones = msgspec.json.Decoder(f.RepresentativeNamed | f.ContactSet)


class Offices(msgspec.Struct):
    """Terms, decrees, branches and the statutes' numbers as they stand; ``seats`` is what terms are worth on a day."""

    terms: list[Term]
    decrees: list[Decree]
    branches: list[Branch]
    policies: Policies
    seats: dict[date, Seats]


class Names:
    """Every business by name, licence and telephone, ready to be asked whether another is like one of them."""

    def __init__(self) -> None:
        self._of: dict[str, list[Fact]] = {}
        self._by: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, number: str, facts: Iterable[Fact]) -> None:
        """What a member was called and how it was reached, as its facts say now, in place of what they said before."""
        for fact in self._of.pop(number, ()):
            for key in _keys(fact):
                self._by[key].discard(number)
        self._of[number] = []
        for fact in facts:
            self.add(number, fact)

    def add(self, number: str, fact: Fact) -> None:
        """One more fact of a member; one that says neither a name nor a telephone is passed over."""
        keys = _keys(fact)
        if keys:
            self._of.setdefault(number, []).append(fact)
        for key in keys:
            self._by[key].add(number)

    def like(self, name: str, licence: str, phone: str) -> tuple[str, str] | None:
        """The first member that seems to be the same business, and what it was called."""
        wanted = Likeness(name)
        asked = {*_near(wanted), f"licence {licence}" if licence else "", f"phone {same_phone(phone)}"} - {"", "phone "}
        for number in sorted({found for key in asked for found in self._by.get(key, ())}):
            told = _found(self._of[number], wanted, licence, same_phone(phone))
            if told is not None:
                return number, told
        return None


def _found(facts: Iterable[Fact], wanted: Likeness, licence: str, phone: str) -> str | None:
    name = "-"
    for fact in facts:
        if isinstance(fact, f.Registered | f.Renamed):
            name = fact.name
            same_licence = isinstance(fact, f.Registered) and bool(licence) and fact.licence == licence
            if same_licence or Likeness(name).like(wanted):
                return name
        elif phone and same_phone(_phone(fact)) == phone:
            return name
    return None


def _phone(fact: Fact) -> str:
    if isinstance(fact, f.RepresentativeNamed):
        return fact.phone
    return fact.value if isinstance(fact, f.ContactSet) else ""


def _keys(fact: Fact) -> set[str]:
    """Under what a fact is looked up."""
    keys = set[str]()
    if isinstance(fact, f.Registered | f.Renamed):
        keys = _near(Likeness(fact.name))
    if isinstance(fact, f.Registered) and fact.licence:
        keys.add(f"licence {fact.licence}")
    if same_phone(_phone(fact)):
        keys.add(f"phone {same_phone(_phone(fact))}")
    return keys


def _near(name: Likeness) -> set[str]:
    """Keys of which two names that are one slip apart share one: the letters, and they without any one of them."""
    letters = name.letters
    without = {letters[:i] + letters[i + 1 :] for i in range(len(letters))}
    return {f"letters {one}" for one in {letters, *without}} | {f"bare {name.bare}"}


class Kept:
    """What is kept of one book."""

    def __init__(self) -> None:
        self._head = 0
        self._offices: Offices | None = None
        self._names: Names | None = None

    def bring_up(self, reads: Reads) -> None:
        """Let go of what facts recorded since the last use case may have changed."""
        if self._offices is None and self._names is None:
            self._head = reads.latest_fact()
            return
        touched = reads.touched_since(self._head)
        self._head = reads.latest_fact() if touched else self._head
        offices = self._offices
        if offices is not None and touched:
            if any(subject in _OFFICES for subject, _ in touched):
                self._offices = None
            else:
                firms = {term.firm for term in offices.terms}
                if any(subject is Subject.MEMBER and number in firms for subject, number in touched):
                    offices.seats.clear()
        if self._names is not None:
            for number in (number for subject, number in touched if subject is Subject.MEMBER):
                self._names.put(number, (one.fact for one in reads.facts(Subject.MEMBER, number)))

    def offices(self, reads: Reads) -> Offices:
        """Terms, decrees, branches and statutes of now."""
        if self._offices is None:
            terms = terms_of(standing(reads.of_days("appointed", date.min, date.max)))
            decrees = decrees_of(standing(reads.facts_of_kind(Subject.DECREE)))
            self._offices = Offices(terms, decrees, reads.branches(), reads.policies(), {})
        return self._offices

    def names(self, reads: Reads) -> Names:
        """The businesses there are."""
        if self._names is None:
            self._names = Names()
            for number, body in reads.names():
                self._names.add(number, _names.decode(body))
            for number, body in reads.phones():
                self._names.add(number, _phones.decode(body))
        return self._names
