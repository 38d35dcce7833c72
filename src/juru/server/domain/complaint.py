"""A complaint (keluhan): what was written about one order, who waits for whom, and its clock."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from juru.server.domain.paper import Head, Paper


class ComplaintState(StrEnum):
    """``reopened``: the agent has written again after an answer."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"


class Entry(msgspec.Struct, frozen=True):
    """What one side wrote; ``by`` is empty for the agent."""

    at_ms: int
    text: str
    by: str = ""


class Complaint(Paper, frozen=True):
    """All that was written about one order; its key is the order's number.

    ``answer_by_ms`` is when its time is over, ``remind_ms`` when people are reminded; ``reminded`` counts how often
    they were. ``channel`` is where the agent complained, and is answered.
    """

    agent_id: int
    order_id: int
    channel: str
    day: int
    opened_ms: int
    remind_ms: int
    answer_by_ms: int
    entries: tuple[Entry, ...]
    state: ComplaintState = ComplaintState.OPEN
    reminded: int = 0

    @property
    def waits(self) -> bool:
        """True while the agent waits for an answer."""
        return self.state in {ComplaintState.OPEN, ComplaintState.REOPENED}

    def head(self) -> Head:
        """Found by its order, and among its agent's."""
        return Head(self.waits, self.agent_id, mark_of(self.agent_id), self.day)

    def due_ms(self) -> int | None:
        """The reminder, then the end of its time."""
        if not self.waits or self.reminded > 1:
            return None
        return self.answer_by_ms if self.reminded else self.remind_ms


def mark_of(agent_id: int) -> str:
    """By what an agent's complaints are found."""
    return f"agent:{agent_id}"
