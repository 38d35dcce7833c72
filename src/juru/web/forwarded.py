"""Whose request it is when proxies stand between: X-Forwarded-For is read only from addresses on a list.

Each proxy appends the address it was asked from, so only what the nearest trusted ones wrote can be believed: the list
is read from the right, trusted hops are passed over, and the first other one is the client. What stands left of it, or
left of anything unreadable, may have been made up by anybody and is never looked at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

HEADER = b"x-forwarded-for"
TELLTALES = (HEADER, b"forwarded", b"x-real-ip")
"""Headers that only a proxy sends: a request with one of them did not begin on this machine."""

_HOPS_MAX = 32
_MAPPED = "::ffff:"
"""How a socket that listens on IPv6 names one of IPv4; nobody writes it so in an allow-list."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxies:
    """The proxies that are believed. ``written`` are addresses and networks; raises ``ValueError`` naming a bad one."""

    def __init__(self, written: Iterable[str] = ()) -> None:
        self.networks = tuple(_network(part) for part in written)

    def client(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The address a request comes from: the peer's own, or what a chain of trusted proxies says."""
        if peer.startswith(_MAPPED):
            peer = str(read_address(peer) or peer)
        if not self.networks or not self._trusts(read_address(peer)):
            return peer
        hops = b",".join(value for name, value in headers if name == HEADER).decode("latin-1").split(",")
        nearest = peer
        for hop in reversed(hops[-_HOPS_MAX:]):
            address = read_address(hop)
            if address is None:
                return nearest
            nearest = str(address)
            if not self._trusts(address):
                return nearest
        return nearest

    def trusts(self, peer: str) -> bool:
        """Whether this address is one of the proxies."""
        return self._trusts(read_address(peer))

    def _trusts(self, address: _Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)


def was_forwarded(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """True when a proxy says that it passed this request on."""
    return any(name in TELLTALES for name, _ in headers)


@lru_cache(maxsize=1_024)
def read_address(written: str) -> _Address | None:
    """An address as proxies write it (``192.0.2.1``, ``192.0.2.1:4711``, ``[2001:db8::1]:4711``), or None."""
    text = written.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    if "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_loopback(written: str) -> bool:
    """True for an address of this machine."""
    address = read_address(written)
    return address is not None and address.is_loopback


def _network(written: str) -> _Network:
    try:
        return ipaddress.ip_network(written.strip(), strict=False)
    except ValueError as error:
        message = f"{written!r} is no address or network: write 127.0.0.1 or 10.0.0.0/8"
        raise ValueError(message) from error
