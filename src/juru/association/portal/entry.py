"""Who comes in: what a login is worth today follows from the facts, at each request.

A representative who was replaced, an officer whose term is over or revoked: his session ends with the next request, for
a login that stands for nobody is no login.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.desk.acting import member_facts, seats
from juru.association.domain import boards
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, decrees_of, terms_of
from juru.association.domain.boards import NATIONAL, Power, Scope, Term
from juru.association.domain.people import representatives
from juru.association.store.access import Access, Binding, Login
from juru.association.store.book import Book
from juru.association.store.reads import Reads, standing
from juru.web.factors import Need
from juru.web.sessions import Account

OFFICER, MEMBER = "officer", "member"


class SecondFactor(StrEnum):
    """Who has to have a second factor to log in."""

    OFF = "off"
    OFFICERS = "officers"
    EVERYONE = "everyone"


def has_to_have(policy: SecondFactor) -> Need:
    """Whether a login has to have a second factor: officers act for others, so they come first."""

    def need(account: Account) -> bool:
        match policy:
            case SecondFactor.OFF:
                return False
            case SecondFactor.OFFICERS:
                return account.role == OFFICER
            case SecondFactor.EVERYONE:
                return True

    return need


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who is logged in: the firms he represents, the offices he holds, what he may do by them."""

    login: str
    name: str
    person: str = ""
    firms: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    powers: frozenset[Power] = frozenset()
    represents: tuple[Binding, ...] = ()

    def may(self, scope: Scope, unit: str | None = None) -> bool:
        """Whether he holds a scope in a branch (national covers all); anywhere at all, where no unit is named."""
        return any(p.scope is scope and (unit is None or p.unit in {NATIONAL, unit}) for p in self.powers)

    def units(self, scope: Scope) -> tuple[str, ...]:
        """Where he holds a scope; ``NAS`` is everywhere."""
        return tuple(sorted({power.unit for power in self.powers if power.scope is scope}))

    def person_for(self, member: str) -> str:
        """As whom he represents a member."""
        return next((one.person for one in self.represents if one.member == member), "")


class Entry:
    """The port ``Accounts`` on the file of logins, and the visitors behind them."""

    def __init__(self, book: Book, access: Access, today: Callable[[], date]) -> None:
        self.access = access
        self._book = book
        self._today = today
        self._terms: tuple[int, date, tuple[Term, ...]] | None = None

    def find(self, code: str) -> Account | None:
        """A login by its code, while it stands for anybody."""
        login = self.access.find(code)
        visitor = None if login is None else self._visitor(login)
        return None if login is None or visitor is None else _account(login, visitor)

    def any(self) -> bool:
        """Whether there is any login yet."""
        return self.access.any()

    async def change_password(self, account: Account, password_hash: str, *, ends_sessions: bool) -> Account | None:
        """Keep a new hash."""
        login = self.access.find(account.code)
        if login is None:
            return None
        generation = login.generation + int(ends_sessions)
        changed = msgspec.structs.replace(login, password_hash=password_hash, generation=generation)
        self.access.keep(changed)
        return msgspec.structs.replace(account, password_hash=password_hash, generation=generation)

    def visitor(self, code: str) -> Visitor | None:
        """Who is behind a login today; None where it stands for nobody."""
        login = self.access.find(code)
        return None if login is None else self._visitor(login)

    def in_office(self) -> tuple[Term, ...]:
        """The terms that carry their powers today."""
        with self._book.reading() as reads:
            return self._in_office(reads)

    def _in_office(self, reads: Reads) -> tuple[Term, ...]:
        head, today = reads.latest_fact(), self._today()
        kept = self._terms
        if kept is None or kept[:2] != (head, today):
            kept = self._terms = (head, today, in_office(reads, today))
        return kept[2]

    def _visitor(self, login: Login) -> Visitor | None:
        bound = self.access.bindings(login.code)
        with self._book.reading() as reads:
            live = self._in_office(reads)
            represents = tuple(one for one in bound if one.member and _represents(reads, one, self._today()))
        person = next((one.person for one in bound if not one.member), "")
        terms = tuple(term for term in live if person and term.person == person)
        if not represents and not terms:
            return None
        firms = tuple(one.member for one in represents)
        powers = boards.powers(terms, person)
        return Visitor(login.code, login.name, person if terms else "", firms, terms, powers, represents)


def in_office(reads: Reads, on: date, known_ms: int | None = None) -> tuple[Term, ...]:
    """The terms that carry their powers on a day, each until the day that ends it, as known at an instant."""
    terms = terms_of(standing(reads.facts_of_kind(Subject.PERSON, known_ms=known_ms)))
    decrees = decrees_of(standing(reads.facts_of_kind(Subject.DECREE, known_ms=known_ms)))
    worth = seats(reads, on, reads.policies(known_ms), decrees, reads.branches(known_ms), known_ms)
    return tuple(msgspec.structs.replace(t, until=worth.ending(t)[0]) for t in terms if worth.filled(t, on))


def _represents(reads: Reads, binding: Binding, on: date) -> bool:
    named = representatives(f.known(member_facts(reads.facts(Subject.MEMBER, binding.member)), on))
    return binding.person in {one.person for one in named.values()}


def _account(login: Login, visitor: Visitor) -> Account:
    role = OFFICER if visitor.terms else MEMBER
    return Account(login.code, login.name, role, login.password_hash, login.language, login.disabled, login.generation)
