"""A correction: an order's number as it was meant, kept for ever beside the order's row, which is never altered."""

from __future__ import annotations

from juru.server.domain.order import Order, fingerprint
from juru.server.domain.paper import Head, Paper


class Correction(Paper, frozen=True):
    """Where an order really goes; its key is the order's number. ``was`` is the destination before each correction.

    It stays open for ever, so that it is in memory: whoever loads the order must know it.
    """

    agent_id: int
    order_id: int
    dest: str
    day: int
    was: tuple[str, ...]
    counter: int | None = None
    counters: tuple[int | None, ...] = ()
    by: str = ""

    def head(self) -> Head:
        """Found by its order, and by the agent and the number that the order now goes to."""
        return Head(True, self.agent_id, mark_of(self.agent_id, self.dest), self.day)


def mark_of(agent_id: int, dest: str) -> str:
    """By what a corrected order is found."""
    return f"{agent_id}/{dest}"


def apply(order: Order, correction: Correction) -> None:
    """Let an order read from its row be what it was corrected to; its events say the same, one by one."""
    pairs = zip(correction.was, correction.counters, strict=True)
    order.was = tuple((fingerprint(order.product, dest, order.amount_idr), counter) for dest, counter in pairs)
    order.dest, order.counter = correction.dest, correction.counter
    order.fingerprint = fingerprint(order.product, order.dest, order.amount_idr)
