"""Things that are shown exactly once: a new PIN, a new key, a password made for somebody.

They are kept in memory only, for a few minutes, under a name that only the page they were made for knows. Whoever asks
first gets them; whoever asks again, by reloading, by the back button or by sending the form twice, is told that they
were shown. A server that stops meanwhile has forgotten them: then they are made anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT_MS = 300_000
_KEPT_MAX = 1_000
_T = TypeVar("_T")


class Once(Generic[_T]):
    """A small store; ``owner`` is who may see what is kept."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._kept: OrderedDict[str, tuple[str, int, _T | None]] = OrderedDict()

    def keep(self, name: str, owner: str, value: _T) -> None:
        """Keep a value under a name until it is taken or its time is over."""
        self._forget()
        self._kept[name] = (owner, self._now_ms() + KEPT_MS, value)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)

    def knows(self, name: str) -> bool:
        """Whether something was kept under this name, taken or not."""
        self._forget()
        return name in self._kept

    def take(self, name: str, owner: str) -> _T | None:
        """The value, for the first who asks; None for anybody else and ever after."""
        self._forget()
        found = self._kept.get(name)
        if found is None or found[0] != owner:
            return None
        self._kept[name] = (found[0], found[1], None)
        return found[2]

    def _forget(self) -> None:
        now_ms = self._now_ms()
        for name in [name for name, (_, until_ms, _) in self._kept.items() if until_ms < now_ms]:
            del self._kept[name]
