"""How long who has guessed wrong must wait: a few tries are free, then each wrong one doubles the wait.

Tries are counted by login and by address, so that neither many guesses at one login nor one guess each at many logins
comes far. A browser that has logged in before is counted by itself: a stranger who keeps a login locked does not lock
out its owner. Pure: the store keeps the counts, and they survive a restart.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum

import msgspec


class Counted(StrEnum):
    """By what wrong tries are counted."""

    LOGIN = "login"
    ADDRESS = "address"
    DEVICE = "device"


class Limit(msgspec.Struct, frozen=True):
    """How many tries are free, how long the first wait is and the longest, and after what quiet all is forgotten."""

    free: int
    first_s: int
    longest_s: int
    forget_s: int


class Tries(msgspec.Struct, frozen=True):
    """Wrong tries so far and when the last one was."""

    count: int = 0
    last_ms: int = 0


LIMITS = {
    Counted.LOGIN: Limit(free=5, first_s=30, longest_s=900, forget_s=86_400),
    Counted.DEVICE: Limit(free=5, first_s=30, longest_s=900, forget_s=86_400),
    # Several people may share an address, so it takes more; then a day of guessing still stays under a few hundred.
    Counted.ADDRESS: Limit(free=20, first_s=30, longest_s=900, forget_s=3_600),
}
FORGET_S_MAX = max(limit.forget_s for limit in LIMITS.values())

SECOND_MARK = "2:"
"""Before a login or a browser in these counts: the tries at the second step, counted apart."""

_IPV6_PREFIX = 64
_KEY_MAX = 64


def delay_s(count: int, limit: Limit) -> int:
    """The wait after that many wrong tries."""
    if count < limit.free:
        return 0
    doublings = min(count - limit.free, limit.longest_s.bit_length())
    return min(limit.first_s << doublings, limit.longest_s)


def wait_ms(tries: Tries, limit: Limit, now_ms: int) -> int:
    """How long until the next try may be made; 0 for now. A clock that steps back never makes it longer."""
    delay_ms = delay_s(tries.count, limit) * 1_000
    return min(max(tries.last_ms + delay_ms - now_ms, 0), delay_ms)


def after_wrong(tries: Tries, limit: Limit, now_ms: int) -> Tries:
    """One wrong try more; old ones are forgotten first."""
    forgotten = now_ms - tries.last_ms > limit.forget_s * 1_000
    return Tries(1 if forgotten else tries.count + 1, now_ms)


def keys_of(login: str, address: str, device: str | None) -> tuple[tuple[Counted, str], ...]:
    """What a try counts against. ``device`` is the mark of a browser that has logged in as this login before."""
    if device is not None:
        return ((Counted.DEVICE, device),)
    return (Counted.LOGIN, login[:_KEY_MAX]), (Counted.ADDRESS, neighbourhood(address))


def neighbourhood(address: str) -> str:
    """An address; of IPv6 its network, since whoever has one address there has them all."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:_KEY_MAX]
    if known.version == 6:
        return str(ipaddress.ip_network((known, _IPV6_PREFIX), strict=False))
    return str(known)
