"""What reached the suppliers: every request as it came, never deduplicated, and counts of it.

Tests prove from this log that no order was bought twice, so a line is written before anything is answered.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import msgspec

KEPT = 200_000
PAGE = 5_000


class Logged(msgspec.Struct, frozen=True):
    """One raw request. ``kind``: order, check, bill (an inquiry), meter, balance, price_list or ticket.

    It is outage for whatever was not heard. ``delivered``: this request led to a delivery, now or later; ``auth``
    False: the buyer was not known by it.
    """

    seq: int
    at_ms: int
    supplier: str
    method: str
    path: str
    query: str
    body: str
    kind: str
    ref: str | None = None
    dest: str | None = None
    delivered: bool = False
    auth: bool = True


class SellerCounts(msgspec.Struct):
    """One supplier's counts.

    ``orders`` are requests to buy, repeated ones too; a ``*_by_ref_max`` is the highest count of any one reference.
    """

    requests: int = 0
    orders: int = 0
    refs: int = 0
    delivered: int = 0
    orders_by_ref_max: int = 0
    delivered_by_ref_max: int = 0


class RequestLog:
    """Lines in memory (the latest `KEPT`) and, given a path, in a file that one write per line appends to."""

    def __init__(self, path: Path | None = None) -> None:
        self.seq = 0
        self.counts: dict[str, SellerCounts] = {}
        self.orders_by_ref: dict[str, dict[str, int]] = {}
        self.delivered_by_ref: dict[str, dict[str, int]] = {}
        self._lines: deque[bytes] = deque(maxlen=KEPT)
        self._encoder = msgspec.json.Encoder()
        self._file: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def seller(self, name: str) -> None:
        """Make a supplier's counts appear before its first request."""
        self.counts[name] = SellerCounts()
        self.orders_by_ref[name] = {}
        self.delivered_by_ref[name] = {}

    def add(self, entry: Logged) -> None:
        """Write and count one request; its ``seq`` is ``self.seq + 1``."""
        assert entry.seq == self.seq + 1, entry
        self.seq = entry.seq
        line = self._encoder.encode(entry)
        self._lines.append(line)
        if self._file is not None:
            os.write(self._file, line + b"\n")
        counts = self.counts[entry.supplier]
        counts.requests += 1
        if entry.kind != "order":
            return
        counts.orders += 1
        if entry.ref is None:
            return
        bought = self.orders_by_ref[entry.supplier]
        bought[entry.ref] = bought.get(entry.ref, 0) + 1
        counts.refs = len(bought)
        counts.orders_by_ref_max = max(counts.orders_by_ref_max, bought[entry.ref])
        if entry.delivered:
            delivered = self.delivered_by_ref[entry.supplier]
            delivered[entry.ref] = delivered.get(entry.ref, 0) + 1
            counts.delivered += 1
            counts.delivered_by_ref_max = max(counts.delivered_by_ref_max, delivered[entry.ref])

    def since(self, seq: int) -> bytes:
        """JSON: the lines after ``seq`` (at most `PAGE`), the oldest kept, and where to read on."""
        oldest = self.seq - len(self._lines) + 1
        start = max(seq + 1, oldest) - oldest
        stop = min(start + PAGE, len(self._lines))
        lines = [self._lines[i] for i in range(start, stop)]
        next_seq = max(seq, oldest + stop - 1)
        return b'{"oldest":%d,"next":%d,"last":%d,"entries":[%s]}' % (oldest, next_seq, self.seq, b",".join(lines))

    def counted(self, *, by_ref: bool) -> bytes:
        """JSON: per supplier the counts; with ``by_ref`` also orders and deliveries of every reference."""
        told: dict[str, dict[str, object]] = {}
        for name, counts in self.counts.items():
            told[name] = msgspec.structs.asdict(counts)
            if by_ref:
                told[name] |= {
                    "orders_by_ref": self.orders_by_ref[name],
                    "delivered_by_ref": self.delivered_by_ref[name],
                }
        return self._encoder.encode(told)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
