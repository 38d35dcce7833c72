"""What became of a message: a fold over what was recorded of it, in the order in which it became known.

The mark ``sending`` is in the book before the first byte leaves, the answer after the last. So a stop between them
leaves a message that may have been sent: it is shown as such, and nothing but a person's word sends it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from juru.association.domain.affairs import (
    NoticeApproved,
    NoticeDropped,
    NoticeFailed,
    NoticeRefused,
    NoticeSending,
    NoticeSent,
    NoticeTold,
)

_MINUTE_MS = 60_000
RETRY_MINUTES = (5, 30, 120, 480, 1_440)
"""How long after each temporary failure it is tried again; after the last a person looks."""


class Stage(StrEnum):
    """How a message stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    POSSIBLY_SENT = "possibly_sent"
    RETRY = "retry"
    REFUSED = "refused"
    SENT = "sent"
    TOLD = "told"
    DROPPED = "dropped"


SETTLED = frozenset({Stage.SENT, Stage.TOLD, Stage.DROPPED})
NEEDS_PERSON = frozenset({Stage.POSSIBLY_SENT, Stage.REFUSED})


class Log(msgspec.Struct):
    """What was recorded of a message so far: how it stands, since when, from when it may be tried again."""

    stage: Stage = Stage.WAITING
    at_ms: int = 0
    failures: int = 0
    approved: bool = False

    @property
    def retry_ms(self) -> int:
        """The instant from which it is tried again."""
        return self.at_ms + RETRY_MINUTES[self.failures - 1] * _MINUTE_MS if self.stage is Stage.RETRY else self.at_ms


_TAGS = {
    str(kind.__struct_config__.tag): stage
    for kind, stage in (
        (NoticeApproved, Stage.APPROVED),
        (NoticeSending, Stage.POSSIBLY_SENT),
        (NoticeFailed, Stage.RETRY),
        (NoticeRefused, Stage.REFUSED),
        (NoticeSent, Stage.SENT),
        (NoticeTold, Stage.TOLD),
        (NoticeDropped, Stage.DROPPED),
    )
}


def fold(entries: Iterable[tuple[str, str, int]]) -> dict[str, Log]:
    """Logs by the keys of their messages, from ``(key, kind of fact, known at)`` in the order of the book."""
    logs: dict[str, Log] = {}
    for key, kind, at_ms in entries:
        log = logs.setdefault(key, Log())
        log.stage, log.at_ms = _TAGS[kind], at_ms
        match log.stage:
            case Stage.APPROVED:
                log.approved, log.failures = True, 0
            case Stage.RETRY:
                log.failures += 1
                log.stage = Stage.RETRY if log.failures <= len(RETRY_MINUTES) else Stage.REFUSED
            case _:
                pass
    return logs


def may_go(log: Log, *, late: bool, now_ms: int) -> bool:
    """Whether a message is sent now without asking anybody."""
    match log.stage:
        case Stage.WAITING:
            return not late
        case Stage.APPROVED:
            return True
        case Stage.RETRY:
            return now_ms >= log.retry_ms and (log.approved or not late)
        case _:
            return False


def needs_person(log: Log, *, late: bool) -> bool:
    """Whether it waits for a person's yes or no."""
    held_up = log.stage in {Stage.WAITING, Stage.RETRY} and late and not log.approved
    return held_up or log.stage in NEEDS_PERSON
