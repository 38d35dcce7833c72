"""How often strangers may do what stays in the book for ever: so often from one address, so often altogether."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

_ADDRESSES_MAX = 10_000


class Pace:
    """Counts what was done within a window; kept in memory, so a start begins anew."""

    def __init__(self, now_ms: Callable[[], int], *, window_ms: int, each: int, together: int) -> None:
        self._now_ms = now_ms
        self._window_ms = window_ms
        self._each = each
        self._all: deque[int] = deque(maxlen=together)
        self._by: OrderedDict[str, deque[int]] = OrderedDict()

    def too_fast(self, address: str) -> bool:
        """Whether an address, or everybody together, has done it too often of late."""
        mine = self._by.get(address, deque())
        return self._full(mine, self._each) or self._full(self._all, self._all.maxlen or 0)

    def done(self, address: str) -> None:
        """Count it once more."""
        now_ms = self._now_ms()
        self._all.append(now_ms)
        self._by.setdefault(address, deque(maxlen=self._each)).append(now_ms)
        self._by.move_to_end(address)
        while len(self._by) > _ADDRESSES_MAX:
            self._by.popitem(last=False)

    def _full(self, times: deque[int], limit: int) -> bool:
        """The oldest of as many as are allowed lies within the window."""
        return len(times) == limit and times[0] > self._now_ms() - self._window_ms
