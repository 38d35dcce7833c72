"""What a restore has lost: the span between backup and stop, and the orders a person says were bought in it.

A restored book knows nothing of that span. What was open at the backup may have ended in it, and an order that comes
now may have been bought in it already. Both are left to a person: these records say which they are.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from juru.server.domain.catalog import Key


class Restore(msgspec.Struct, frozen=True):
    """One restore, by its incarnation: the backup's last commit, and the last order and attempt it knew.

    Whatever happened after ``backup_ms`` and until ``stopped_ms`` at the latest is in no book.
    """

    incarnation: Annotated[int, msgspec.Meta(ge=2, le=999)]
    commit_no: int
    backup_ms: int
    stopped_ms: int
    order_id: int
    attempt_id: int


class LostOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order that was bought, or may have been, in a lost span: an agent's ``ref``, or a destination.

    The next order that matches it before ``until_ms`` is taken but not sent: ``order_id`` is that order.
    ``supplier`` is where it was bought, ``agent`` whose it was, where that is known.
    """

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    until_ms: int
    agent: Key | None = None
    ref: str | None = None
    dest: str | None = None
    supplier: Key | None = None
    note: str = ""
    order_id: int | None = None
    dropped: bool = False

    @property
    def waits(self) -> bool:
        """True while an order may still match it."""
        return self.order_id is None and not self.dropped


class LostOrders:
    """The lost orders that are known, found by reference or destination."""

    def __init__(self) -> None:
        self.by_key: dict[str, LostOrder] = {}
        self._waiting: dict[tuple[str, str], dict[str, None]] = {}

    def put(self, lost: LostOrder) -> None:
        """Take up a version of one."""
        self.by_key[lost.key] = lost
        place = _place(lost)
        waiting = self._waiting.setdefault(place, {})
        if lost.waits:
            waiting[lost.key] = None
        else:
            waiting.pop(lost.key, None)
        if not waiting:
            del self._waiting[place]

    def match(self, agent: str, ref: str | None, dest: str, now_ms: int) -> LostOrder | None:
        """The one that an order may be, by its reference first."""
        places = [("", dest)] if ref is None else [(agent, ref), ("", dest)]
        for place in places:
            for key in self._waiting.get(place, ()):
                lost = self.by_key[key]
                if now_ms < lost.until_ms and lost.agent in {None, agent}:
                    return lost
        return None


def _place(lost: LostOrder) -> tuple[str, str]:
    """Where it is looked for: under its agent and reference, or under its destination."""
    if lost.ref is not None:
        return lost.agent or "", lost.ref
    return "", lost.dest or ""
