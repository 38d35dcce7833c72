"""A token bucket: so many a second, at most one second's worth saved up."""

from __future__ import annotations


class Bucket:
    """``rate`` tokens a second; the caller brings the time, in seconds of one steady clock."""

    def __init__(self, rate: int, now_s: float) -> None:
        self.rate = rate
        self._tokens = float(rate)
        self._at_s = now_s

    def take(self, wanted: int, now_s: float) -> int:
        """Take up to ``wanted`` tokens; how many there were."""
        self._tokens = min(float(self.rate), self._tokens + (now_s - self._at_s) * self.rate)
        self._at_s = now_s
        given = min(wanted, int(self._tokens))
        self._tokens -= given
        return given
