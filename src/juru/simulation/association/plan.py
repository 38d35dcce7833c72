"""A story as a queue of what happens on which day; whatever happens may plan what comes of it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from juru.association.desk.desk import Desk
from juru.association.domain.commands import AnyCommand, Done
from juru.association.domain.refusals import Refusal, told

Happening = Callable[["Plan"], None]
_MORNING = timedelta(hours=2)
"""Nine o'clock in the association's zone."""


class RefusedError(Exception):
    """The desk refused what the story holds to be allowed: the story or the desk is wrong."""


class Plan:
    """What is still to come, and the hands that do it. Everything happens before ``today`` is over."""

    def __init__(self, desk: Desk, *, start: date, today: date, seed: int) -> None:
        self.desk = desk
        self.today = today
        self.chance = random.Random(seed)
        self.done = 0
        self._queue: list[tuple[date, int, Happening]] = []
        self._order = 0
        self._at = datetime.combine(start, datetime.min.time(), UTC) + _MORNING

    @property
    def day(self) -> date:
        """The day of what is happening."""
        return self._at.date()

    def on(self, day: date, happening: Happening) -> None:
        """Let something happen on a day; what would be after today does not happen any more."""
        if day <= self.today:
            self._order += 1
            heapq.heappush(self._queue, (max(day, self.day), self._order, happening))

    def after(self, days: int, happening: Happening) -> None:
        """Let something happen some days from now."""
        self.on(self.day + timedelta(days=days), happening)

    def next(self) -> date | None:
        """The day of what happens next."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> None:
        """Let the next thing happen."""
        day, _, happening = heapq.heappop(self._queue)
        if day > self.day:
            self._at = datetime.combine(day, datetime.min.time(), UTC) + _MORNING
        happening(self)

    def do(self, command: AnyCommand, *, by: str, member: str = "") -> Done:
        """Have a command carried out. Raises ``RefusedError`` when it is refused."""
        result = self.ask(command, by=by, member=member)
        if isinstance(result, Refusal):
            message = f"{self.day} {by}: {command}: {told(result, 'en')}"
            raise RefusedError(message)
        return result

    def ask(self, command: AnyCommand, *, by: str, member: str = "") -> Done | Refusal:
        """Have a command carried out, or refused."""
        self.done += 1
        self._at = min(self._at + timedelta(seconds=1), datetime.combine(self.day, datetime.max.time(), UTC))
        return self.desk.do(command, now=self._at, by=by, request=f"demo-{self.done}", member=member)

    def keep(self, content: bytes, *, name: str, by: str) -> str:
        """Keep a document; its hash."""
        self.done += 1
        result = self.desk.keep(content, name=name, now=self._at, by=by, request=f"demo-{self.done}")
        assert isinstance(result, Done), result
        return result.id
