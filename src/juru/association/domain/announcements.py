"""Announcements: to everybody, to members or to one branch, shown from a day until a day, corrected by new versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.boards import NATIONAL
from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.registers import Announced, Audience


class ShownState(StrEnum):
    """Whether an announcement is shown on a day."""

    TO_COME = "to_come"
    SHOWN = "shown"
    OVER = "over"


class Announcement(msgspec.Struct, frozen=True):
    """An announcement on a day: its latest version; ``versions`` are all of them, oldest first."""

    id: str
    body: str
    title: str
    text: str
    audience: Audience
    branch: str
    since: date
    until: date | None
    attachments: tuple[str, ...]
    state: ShownState
    versions: tuple[Announced, ...]

    @property
    def corrected(self) -> bool:
        """Whether it reads otherwise than it did at first."""
        return len(self.versions) > 1


def announcement(number: str, facts: Sequence[Fact], as_of: date) -> Announcement | None:
    """An announcement on a day; one that was corrected from a later day on still reads as before."""
    versions = sorted(of_kind(facts, Announced), key=lambda fact: fact.version)
    if not versions:
        return None
    begun = [fact for fact in versions if fact.on <= as_of]
    now = begun[-1] if begun else versions[0]
    if not begun:
        state = ShownState.TO_COME
    else:
        state = ShownState.OVER if now.until is not None and as_of >= now.until else ShownState.SHOWN
    return Announcement(
        number,
        now.body,
        now.title,
        now.text,
        now.audience,
        now.branch,
        versions[0].on,
        now.until,
        now.attachments,
        state,
        tuple(begun or versions[:1]),
    )


def for_branch(one: Announcement, branch: str | None) -> bool:
    """Whether whoever belongs to a branch may read it; None is somebody who belongs to none: the public."""
    match one.audience:
        case Audience.PUBLIC:
            return True
        case Audience.MEMBERS:
            return branch is not None
        case Audience.BRANCH:
            return branch is not None and branch == (one.branch or one.body or NATIONAL)
