"""Passwords of people: what makes one acceptable, and argon2id hashes made where they stop nobody else.

A hash takes a tenth of a second and 64 MiB on purpose, so hashes are made on threads, two at a time; a flood of logins
waits its turn or is sent away, and the event loop goes on answering orders.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_T = TypeVar("_T")
LENGTH_MIN = 10
LENGTH_MAX = 200
_DIFFERENT_MIN = 5
_AT_ONCE = 2
_WAITING_MAX = 16
_GUESSED_FIRST = frozenset(
    {"password123", "password1234", "passwordku", "katasandi123", "rahasia123", "rahasia1234", "indonesia123"}
    | {"indonesia1", "indonesia45", "1234567890", "0987654321", "qwertyuiop", "qwerty12345", "qwerty123456"}
    | {"1q2w3e4r5t", "administrator", "admin12345", "admin123456", "iloveyou123", "sayangkamu", "bismillah123"}
    | {"juruserver", "serverpulsa", "pulsamurah", "otomax12345", "abcdefghij", "abcde12345", "asdfghjkl1"}
    | {"jakarta123", "bandung1234", "surabaya123"}
)
"""Common here and long enough to pass: the short ones are too short anyway."""

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


class BusyError(Exception):
    """Too many passwords wait to be checked; nothing was checked."""


def problem(password: str, about: Sequence[str] = ()) -> str | None:
    """Why this password will not do, as the key of a text; None when it will. ``about``: names it must not be."""
    plain = _plain(password)
    if len(plain) < LENGTH_MIN:
        return "password_short"
    if len(plain) > LENGTH_MAX:
        return "password_long"
    low = plain.casefold()
    if low in _GUESSED_FIRST or len(set(low)) < _DIFFERENT_MIN:
        return "password_common"
    if any(low in {word.casefold(), word.casefold() * 2} for word in about if word):
        return "password_about"
    return None


def hash_password(password: str) -> str:
    """An argon2id hash; slow on purpose, never to be called on the event loop."""
    return _hasher.hash(_plain(password))


def matches(hashed: str, password: str) -> bool:
    """Whether this is the password hashed; slow on purpose."""
    if len(password) > LENGTH_MAX:
        return False
    try:
        return _hasher.verify(hashed, _plain(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with other costs than a new one would be."""
    return _hasher.check_needs_rehash(hashed)


class Passwords:
    """Hashing off the event loop, a few at a time. ``matches`` takes as long for a login that does not exist."""

    def __init__(
        self,
        hash_one: Callable[[str], str] = hash_password,
        matches_one: Callable[[str, str], bool] = matches,
    ) -> None:
        self._hash = hash_one
        self._matches = matches_one
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The hash of a new password."""
        return await self._off_loop(lambda: self._hash(password))

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password hashed. Raises ``BusyError`` rather than let a crowd pile up."""
        return await self._off_loop(lambda: self._compare(hashed, password))

    def _compare(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            if self._nobodys is None:
                self._nobodys = self._hash("nobody has this password")
            self._matches(self._nobodys, password)
            return False
        return self._matches(hashed, password)

    async def _off_loop(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= _WAITING_MAX:
            raise BusyError
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def _plain(password: str) -> str:
    """One spelling for what looks the same, whatever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)
