"""Where a page may be opened: on this machine under its own names, and under the address its owner has given it.

A request under any other host name (a rebound DNS name, a bare IP address found by a scanner) is not answered. Whether
cookies are marked secure follows from the place, never from a header that anybody can send.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from juru.web.forwarded import is_loopback

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Place(msgspec.Struct, frozen=True):
    """How a request came: ``local`` from this machine itself, ``secure`` over TLS up to the proxy in front."""

    local: bool
    secure: bool


LOCAL = Place(local=True, secure=False)


class Places:
    """The places of one server. ``public_url`` is empty, or the address it has for the world."""

    def __init__(self, public_url: str = "", *, port: int = 0) -> None:
        parts = urlsplit(public_url)
        if public_url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}):
            message = f"{public_url!r} is no address of a site: write https://pulsa.example.id"
            raise ValueError(message)
        self._name = parts.hostname
        self._secure = parts.scheme == "https"
        self._port = port

    def of(self, host: str, address: str, *, forwarded: bool) -> Place | None:
        """The place of a request by its Host header and the address it comes from; None where nothing is answered."""
        name = _hostname(host)
        if name in OWN_NAMES and is_loopback(address) and not forwarded:
            return LOCAL
        if name is not None and name == self._name:
            return Place(local=False, secure=self._secure)
        return None

    def cookie(self, name: str, place: Place) -> str:
        """A cookie's name there. Browsers keep ``__Host-`` for this host alone; on loopback a port is no other host."""
        return f"__Host-{name}" if place.secure else f"{name}_{self._port}"


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether a request was made by a page of this very host."""
    if not origin:
        return False
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def local_target(wanted: str | None) -> str:
    """Where to go after logging in: a path of this site and nothing else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or len(wanted) > 500:
        return "/"
    return "/" if any(ord(sign) < 33 or ord(sign) == 127 for sign in wanted) else wanted


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
