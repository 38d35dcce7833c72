"""An agent's secrets: made, kept sealed or hashed, and made anew when they leaked.

The PIN of one who only chats is hashed; PIN, password and key of one with a server are sealed, since signatures need
them in clear. What is made is told once, to be passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from juru.server.store.keyring import hash_pin, pin_matches

OF_A_SERVER = ("password", "api_key")


class Fresh(Protocol):
    """Where new secrets come from."""

    def pin(self) -> str:
        """A PIN nobody can guess."""

    def token(self) -> str:
        """A key nobody can guess."""


class Seals(Protocol):
    """Sealing and opening what has to be known in clear."""

    def seal(self, clear: str) -> str:
        """A secret as it may be stored."""

    def open(self, sealed: str) -> str:
        """A sealed secret in clear."""


class Made(msgspec.Struct, frozen=True):
    """A secret that was made, in clear."""

    name: str
    value: str


def has_server(secrets: Mapping[str, str]) -> bool:
    """Whether these are the secrets of an agent who orders by his own server."""
    return "api_key" in secrets


def agent_secrets(
    before: Mapping[str, str],
    seals: Seals,
    fresh: Fresh,
    *,
    pin: str | None = None,
    given: Mapping[str, str] | None = None,
    server: bool | None = None,
    renew: bool = False,
    user: str | None = None,
) -> tuple[dict[str, str], list[Made]]:
    """His secrets as they are to be stored, and those that were made; slow on purpose where a PIN is hashed.

    ``pin`` is one that was chosen, ``given`` those of a server that he brings along; ``server`` gives him those of a
    server, takes them away, or (None) leaves them; ``renew`` carries nothing of the old over, so that what leaked is
    void as soon as this is saved. ``user`` is no secret, but told beside a server's, for a program wants them together.
    """
    sealed = dict(before)
    made: list[Made] = []
    known = seals.open(sealed["pin"]) if "pin" in sealed else None
    if server is False:
        pin = pin or known
        sealed.clear()
    given = given or {}
    with_server = server is True or has_server(sealed) or bool(given)
    if renew:
        known = None
        sealed.clear()
    if pin is None and (not sealed or (with_server and known is None)):
        pin = fresh.pin()
        made.append(Made("pin", pin))
    before_made = len(made)
    for name in OF_A_SERVER if with_server else ():
        if name in given and (name not in sealed or seals.open(sealed[name]) != given[name]):
            sealed[name] = seals.seal(given[name])
        elif name not in sealed:
            value = fresh.token()
            sealed[name] = seals.seal(value)
            made.append(Made(name, value))
    if user is not None and len(made) > before_made:
        made.append(Made("user", user))
    if pin is not None and with_server and pin != known:
        sealed["pin"] = seals.seal(pin)
        sealed.pop("pin_hash", None)
    elif pin is not None and not with_server and not pin_matches(sealed.get("pin_hash", ""), pin):
        sealed["pin_hash"] = hash_pin(pin)
    return sealed, made
