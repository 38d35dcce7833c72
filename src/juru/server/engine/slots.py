"""In-flight slots and rate tokens of every supplier: one pool, whatever is sent (law 4).

An order and an inquiry are both requests that the supplier counts, so both take a slot and a token here first.
"""

from __future__ import annotations

from collections.abc import Callable

from juru.server.domain.catalog import Supplier
from juru.server.engine.ports import Runtime
from juru.values.bucket import Bucket


class Slots:
    """Gives slots as far as a supplier has them free and its rate allows; each is given back when its answer is in."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._buckets: dict[str, Bucket] = {}
        self._in_flight: dict[str, int] = {}
        self.freed: list[Callable[[], None]] = []
        """Called whenever a slot is given back."""

    @property
    def in_flight(self) -> int:
        """Requests that hold a slot now."""
        return sum(self._in_flight.values())

    def by_supplier(self) -> dict[str, int]:
        """Requests that hold a slot now, by supplier."""
        return dict(self._in_flight)

    def free(self, supplier: Supplier) -> int:
        """Slots of a supplier that nobody holds."""
        return max(supplier.in_flight_max - self._in_flight.get(supplier.code, 0), 0)

    def take(self, supplier: Supplier, wanted: int) -> int:
        """Take up to ``wanted`` slots, each with a token; fewer than that were to be had when fewer are given."""
        wanted = min(wanted, self.free(supplier))
        if wanted <= 0:
            return 0
        code, now_s = supplier.code, self._runtime.boottime_s()
        bucket = self._buckets.get(code)
        if bucket is None or bucket.rate != supplier.rate_per_s:
            bucket = self._buckets[code] = Bucket(supplier.rate_per_s, now_s)
        given = bucket.take(wanted, now_s)
        self._in_flight[code] = self._in_flight.get(code, 0) + given
        return given

    def give_back(self, code: str) -> None:
        """Give one slot back."""
        self._in_flight[code] -= 1
        assert self._in_flight[code] >= 0, code
        for hear in self.freed:
            hear()
