"""Second factors of a login: an authenticator app, passkeys, and the codes for whoever has lost both.

A login may have several, each with a name that its owner knows it by. Recovery codes come with the first factor and go
with the last; each opens once. None of this is in a book: it is forgotten on purpose, and a secret has no place in a
chain that keeps everything for ever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from juru.web.sessions import Account

FACTORS_MAX = 10
NAME_MAX = 40
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""

_GROUPS, _GROUP = 3, 4

Need = Callable[[Account], bool]
Draw = Callable[[int], bytes]
"""So many random bytes."""


class Kind(StrEnum):
    """What a factor is."""

    TOTP = "totp"
    PASSKEY = "passkey"


class Passkey(msgspec.Struct, frozen=True):
    """What is known of a passkey: for which host it was made, and what its signatures are checked with."""

    site: str
    credential: bytes
    public_key: bytes
    sign_count: int


class Factor(msgspec.Struct, frozen=True):
    """One second factor of a login. ``used_ms`` is 0 until it has been used."""

    id: str
    login: str
    kind: Kind
    name: str
    made_ms: int
    used_ms: int = 0
    passkey: Passkey | None = None


class Factors(Protocol):
    """Where they are kept: durable, apart from the book."""

    async def of(self, login: str) -> list[Factor]:
        """All of a login, the oldest first."""

    async def add_totp(self, factor: Factor, secret: bytes, step: int) -> None:
        """Keep an app's secret; the code of ``step`` has been used to prove it."""

    async def add_passkey(self, factor: Factor) -> bool:
        """Keep a passkey; False when it is known already."""

    async def rename(self, login: str, id_: str, name: str) -> None:
        """Call a factor otherwise."""

    async def remove(self, login: str, id_: str) -> Factor | None:
        """Drop one; with the last one the recovery codes go too. None when there is no such factor."""

    async def drop(self, login: str) -> int:
        """Drop all of a login, codes included; how many factors there were."""

    async def use_code(self, login: str, code: str, now_ms: int) -> Factor | None:
        """The app whose unused code this is; the code is used from now on."""

    async def by_credential(self, credential: bytes) -> Factor | None:
        """The factor of a passkey."""

    async def use_passkey(self, id_: str, sign_count: int, now_ms: int) -> None:
        """Note a passkey's use, and its counter."""

    async def handle(self, login: str, fresh: bytes) -> bytes:
        """The name under which passkeys know a login: ``fresh`` the first time, the same ever after."""

    async def login_of(self, handle: bytes) -> str | None:
        """The login of such a name."""

    async def set_recovery(self, login: str, codes: Sequence[str]) -> None:
        """These recovery codes, and no others."""

    async def recovery_left(self, login: str) -> int:
        """How many recovery codes are unused."""

    async def use_recovery(self, login: str, code: str) -> bool:
        """Whether this is an unused recovery code; it is used from now on."""


class SecondFactors(msgspec.Struct, frozen=True):
    """What the pages of a site need for them: where they are kept, randomness, and who has to have one."""

    kept: Factors
    draw: Draw
    need: Need


def nobody(_account: Account) -> bool:
    """The policy by which nobody has to have a second factor."""
    return False


def unmet(factors: SecondFactors) -> Callable[[Account], Awaitable[bool]]:
    """Whether a login has to have a second factor and has none: what the gate asks."""

    async def asked(account: Account) -> bool:
        return factors.need(account) and not await factors.kept.of(account.code)

    return asked


def recovery_codes(draw: Draw) -> list[str]:
    """New ones: twelve letters and digits each, nearly sixty bits."""
    return ["-".join(_group(draw) for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def plain_code(typed: str) -> str:
    """What was typed, as it is compared: spaces, dashes and capitals do not count."""
    return "".join(sign for sign in typed.casefold() if sign.isascii() and sign.isalnum())[:64]


def _group(draw: Draw) -> str:
    letters = ""
    while len(letters) < _GROUP:
        # A byte beyond the last whole round would make some letters likelier than others.
        letters += "".join(_LETTERS[byte % len(_LETTERS)] for byte in draw(8) if byte < 256 - 256 % len(_LETTERS))
    return letters[:_GROUP]
