"""Sessions: who is logged in on which browser, since when, and until when. They live here, never in the cookie.

The browser holds a random token; only its hash is kept, so that the file of sessions opens no door. A session ends by
logging out, after idling, at its age, or when its login's ``generation`` has moved on: a new password, a login that was
disabled and whoever ends all sessions raise it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import msgspec

from juru.web.lockout import Counted

TOUCH_MS = 60_000
"""How often at most it is noted that a session is in use."""

DEVICE_DAYS = 180
"""How long a browser that has logged in is known again."""


class Account(msgspec.Struct, frozen=True):
    """A login as its keeper knows it: server and association each have their own kind."""

    code: str
    name: str
    role: str
    password_hash: str
    language: str = "id"
    disabled: bool = False
    generation: int = 1


class Accounts(Protocol):
    """Whoever keeps the logins."""

    def find(self, code: str) -> Account | None:
        """A login by its code, in upper case."""

    def any(self) -> bool:
        """Whether there is any login yet."""

    async def change_password(self, account: Account, password_hash: str, *, ends_sessions: bool) -> Account | None:
        """Keep a new hash; the login as it is then, or None when it was refused."""


class Flash(msgspec.Struct, frozen=True):
    """A message for the next page: its tone (``ok`` or ``bad``), the key of its text and the facts of it."""

    tone: str
    key: str
    facts: dict[str, str] = {}


class Session(msgspec.Struct, frozen=True):
    """One browser that is logged in. ``key`` is the hash of its token; ``address`` and ``device`` are for people."""

    key: bytes
    login: str
    generation: int
    begun_ms: int
    seen_ms: int
    address: str
    device: str
    flash: tuple[Flash, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """How long a session may idle and how old it may grow."""

    idle_s: int = 28_800
    age_s: int = 259_200


class Store(Protocol):
    """Where sessions and wrong tries are kept: durable, and outside the book."""

    async def find(self, key: bytes) -> Session | None:
        """A session by the hash of its token."""

    async def of_login(self, login: str) -> list[Session]:
        """All sessions of a login, the latest used first."""

    async def begin(self, session: Session, *, instead_of: bytes | None, over_before_ms: int) -> None:
        """Keep a new session, and drop the one it takes the place of and all that were begun before a time."""

    async def seen(self, key: bytes, now_ms: int) -> None:
        """Note that a session is in use."""

    async def end(self, key: bytes) -> None:
        """Drop a session."""

    async def end_all(self, login: str, *, but: bytes | None = None) -> int:
        """Drop all sessions of a login, all but one; how many."""

    async def tell_later(self, key: bytes, flash: Flash) -> None:
        """Leave a message for the session's next page."""

    async def take_told(self, key: bytes) -> None:
        """Forget the messages that have been shown."""

    async def begin_try(self, counted: Sequence[tuple[Counted, str]], now_ms: int) -> int:
        """Count a try as wrong before it is looked at, unless one of its counts must wait: the wait, 0 for none."""

    async def was_right(self, counted: Sequence[tuple[Counted, str]]) -> None:
        """Take back the try that was right; a login's and a device's count begins anew."""

    async def take_back(self, counted: Sequence[tuple[Counted, str]]) -> None:
        """Take back a try that was never looked at."""

    async def forgive(self, login: str | None, address: str | None) -> int:
        """Forget the wrong tries at a login or from an address; how many counts there were."""

    async def knows_device(self, key: bytes, login: str) -> bool:
        """Whether this browser has logged in as this login before."""

    async def remember_device(self, key: bytes, login: str, now_ms: int) -> None:
        """Know this browser again as one that has logged in."""


def hashed(token: str) -> bytes:
    """A token as it is kept. It is random and long, so one hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def is_over(session: Session, limits: Limits, now_ms: int) -> bool:
    """Whether a session has idled too long or is too old."""
    idle = now_ms - session.seen_ms > limits.idle_s * 1_000
    return idle or now_ms - session.begun_ms > limits.age_s * 1_000


def holds(session: Session, account: Account | None) -> bool:
    """Whether its login still lets this session be."""
    return account is not None and not account.disabled and account.generation == session.generation
