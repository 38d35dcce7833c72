"""May this cell be reached from beyond its machine? Not with secrets that stand in public: those of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from juru.server.desk.agent_secrets import Seals
from juru.server.domain.cell import Cell
from juru.server.errors import SettingsError
from juru.server.settings import ServeSettings
from juru.server.store.keyring import pin_matches
from juru.web.forwarded import is_loopback

Published = Mapping[tuple[str, str], Mapping[str, str]]
"""Secrets that everybody knows, in clear, by name; by the kind and code of whom they belong to."""

_REMEDY = (
    "make a cell of your own with 'juru init', or listen on 127.0.0.1 without a public address and without proxies"
)


def is_exposed(settings: ServeSettings) -> bool:
    """Whether a server with these settings is meant to be reached from elsewhere."""
    here = settings.host == "localhost" or is_loopback(settings.host)
    return not here or bool(settings.public_url) or bool(settings.trusted_proxies)


def refuse_demo_secrets(settings: ServeSettings, cell: Cell, keys: Seals, published: Published) -> None:
    """Raises ``SettingsError`` where a server that others can reach would have secrets that others know."""
    if not is_exposed(settings):
        return
    if cell.settings.demo:
        raise SettingsError(f"this is a demo cell: its PINs and keys stand in its documentation; {_REMEDY}")
    known = sorted(set(_known(cell, keys, published)))
    if known:
        named = ", ".join(known)
        raise SettingsError(f"secrets of the demo are in use here ({named}): renew them with --renew, or {_REMEDY}")


def _known(cell: Cell, keys: Seals, published: Published) -> Iterator[str]:
    for (kind, code), secrets in published.items():
        if kind == "agent" and code in cell.agents:
            if _shares(cell.agents[code].secrets, secrets, keys):
                yield f"agent {code}"
        elif kind == "supplier" and code in cell.suppliers:
            supplier = cell.suppliers[code]
            token = supplier.callback_token
            if (token and token == secrets.get("callback_token")) or _shares(supplier.secrets, secrets, keys):
                yield f"supplier {code}"


def _shares(stored: Mapping[str, str], secrets: Mapping[str, str], keys: Seals) -> bool:
    return any(_is(stored[name], name, value, keys) for name, value in _stored(stored, secrets.items()))


def _stored(stored: Mapping[str, str], secrets: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in secrets:
        for kept in (name, f"{name}_hash"):
            if kept in stored:
                yield kept, value


def _is(stored: str, name: str, value: str, keys: Seals) -> bool:
    return pin_matches(stored, value) if name.endswith("_hash") else keys.open(stored) == value
