"""Orders as they move: the writer's commits, told to every open page.

Each page has a bounded set of orders it has not been told of yet. An order that moves twice before its page reads is
told once, in its latest state; when more orders wait than a page can show, the oldest are dropped and only counted. So
a slow page costs the writer nothing and never sees an old state after a newer one.
"""

from __future__ import annotations

import asyncio

import msgspec

from juru.server.domain.cell import Changes
from juru.server.domain.order import AttemptState, Happened, Order
from juru.server.engine.writer import Writer

PAGES_MAX = 32
WAITING_MAX = 200


class Trouble(msgspec.Struct, frozen=True):
    """The latest answer of a supplier that was no success."""

    at_ms: int
    state: str
    reason: str
    order_id: int


class Page:
    """What one open page has still to be told."""

    def __init__(self) -> None:
        self.moved: dict[int, Order] = {}
        self.missed = 0
        self.stale = True
        self.wake = asyncio.Event()

    def tell(self, order: Order) -> None:
        """Remember an order that moved; the oldest gives way."""
        self.moved.pop(order.id, None)
        self.moved[order.id] = order
        if len(self.moved) > WAITING_MAX:
            del self.moved[next(iter(self.moved))]
            self.missed += 1

    def take(self) -> tuple[list[Order], int, bool]:
        """Orders that moved since, how many were dropped, and whether balances or the queue may have changed."""
        taken = list(self.moved.values()), self.missed, self.stale
        self.moved, self.missed, self.stale = {}, 0, False
        self.wake.clear()
        return taken


class Live:
    """Listens to the writer and tells the pages."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.pages: set[Page] = set()
        self.troubles: dict[str, Trouble] = {}
        self.closed = False
        writer.listeners.append(self._committed)

    def open(self) -> Page | None:
        """A new page's share, or None when too many are open or the server is going down."""
        if self.closed or len(self.pages) >= PAGES_MAX:
            return None
        page = Page()
        self.pages.add(page)
        return page

    def close(self) -> None:
        """End every stream, so that a stopping server does not wait for pages that stay open."""
        self.closed = True
        for page in self.pages:
            page.wake.set()

    def _committed(self, changes: Changes) -> None:
        self._note_troubles(changes)
        if not self.pages or not changes.any():
            return
        moved = {order.id: order for order in changes.orders}
        moved.update(changes.orders_touched)
        for attempt in changes.attempts_touched.values():
            order = self._writer.cell.order(attempt.order_id)
            if order is not None:
                moved[order.id] = order
        for page in self.pages:
            for order in moved.values():
                page.tell(order)
            page.stale = True
            page.wake.set()

    def _note_troubles(self, changes: Changes) -> None:
        for event in changes.events:
            if event.kind is not Happened.ANSWERED or event.state not in _TROUBLES or event.attempt_id is None:
                continue
            attempt = changes.attempts_touched.get(event.attempt_id)
            if attempt is not None:
                reason = event.reason or event.message or ""
                self.troubles[attempt.supplier] = Trouble(event.at_ms, event.state, reason[:80], event.order_id)


_TROUBLES = frozenset({AttemptState.UNKNOWN.value, AttemptState.FAILED.value, AttemptState.SETTLING.value})
