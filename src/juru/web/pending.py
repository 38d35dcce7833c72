"""What waits for the next step of somebody at the door: kept in memory, for minutes, under a secret only he has.

A server that stops meanwhile has forgotten it, and he begins again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT_MS = 600_000
_KEPT_MAX = 5_000
_T = TypeVar("_T")


class Pending(Generic[_T]):
    """A small store; the oldest gives way."""

    def __init__(self, now_ms: Callable[[], int], *, kept_ms: int = KEPT_MS) -> None:
        self._now_ms = now_ms
        self._kept_ms = kept_ms
        self._kept: OrderedDict[bytes, tuple[int, _T]] = OrderedDict()

    def keep(self, key: bytes, value: _T) -> None:
        """Keep a value; it takes the place of the one before."""
        self._kept.pop(key, None)
        self._kept[key] = (self._now_ms() + self._kept_ms, value)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)

    def find(self, key: bytes) -> _T | None:
        """The value while its time is not over."""
        found = self._kept.get(key)
        if found is None or found[0] < self._now_ms():
            self._kept.pop(key, None)
            return None
        return found[1]

    def take(self, key: bytes) -> _T | None:
        """The value, and forget it."""
        found = self.find(key)
        self._kept.pop(key, None)
        return found
