"""Letters: a register of what came in and went out, numbered without gaps per body, direction and year.

Outgoing ones are numbered ``014/ASPI-NAS/VI/2026``, incoming ones ``M-014/ASPI-NAS/VI/2026`` (masuk). The month is that
of the day; the number runs through the year. A draft has no number, and a void letter keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.facts import Fact, of_kind
from juru.association.domain.registers import LetterDrafted, LetterEnded, LetterReceived, LetterSent

MARK = "ASPI"
"""Stands for the association in its letters' numbers."""
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_INCOMING = "M-"
_NUMBER = re.compile(r"(M-)?(\d{3,})/ASPI-([A-Z]+)/([IVX]+)/(\d{4})")


class Direction(StrEnum):
    """Which way a letter went."""

    IN = "in"
    OUT = "out"


class LetterState(StrEnum):
    """How a letter stands."""

    DRAFT = "draft"
    DROPPED = "dropped"
    NUMBERED = "numbered"
    VOID = "void"


class Letter(msgspec.Struct, frozen=True):
    """A letter: ``other`` is to whom it went or from whom it came; ``on`` the day of the register."""

    id: str
    direction: Direction
    state: LetterState
    body: str
    on: date
    other: str
    regarding: str
    text: str
    number: str
    reference: str
    dated: date | None
    signers: tuple[str, ...]
    attachments: tuple[str, ...]
    reply_to: str
    reason: str
    by: str


def letter_number(body: str, direction: Direction, on: date, given: Iterable[str]) -> str:
    """The next number of a body's year and direction, whatever became of those given before."""
    taken = [series(number) for number in given]
    mine = (body, direction, on.year)
    count = sum(one is not None and one[:3] == mine for one in taken)
    prefix = _INCOMING if direction is Direction.IN else ""
    return f"{prefix}{count + 1:03d}/{MARK}-{body}/{_ROMAN[on.month - 1]}/{on.year}"


def series(number: str) -> tuple[str, Direction, int, int] | None:
    """Body, direction, year and place of a letter's number; None where it is no such number."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return None
    incoming, place, body, roman, year = found.groups()
    if roman not in _ROMAN:
        return None
    return body, Direction.IN if incoming else Direction.OUT, int(year), int(place)


def letter(letter_id: str, facts: Sequence[Fact], as_of: date) -> Letter | None:
    """A letter as it stands on a day; None before there was a draft of it."""
    there = [fact for fact in facts if fact.on <= as_of]
    ended = max(of_kind(there, LetterEnded), key=lambda fact: (fact.on, fact.reason), default=None)
    reason = "" if ended is None else ended.reason
    numbered = LetterState.NUMBERED if ended is None else LetterState.VOID
    for sent in of_kind(there, LetterSent):
        return Letter(
            letter_id, Direction.OUT, numbered, sent.body, sent.on, sent.to, sent.regarding, sent.text, sent.number,
            "", None, sent.signers, sent.attachments, sent.reply_to, reason, sent.by,
        )  # fmt: skip
    for came in of_kind(there, LetterReceived):
        return Letter(
            letter_id, Direction.IN, numbered, came.body, came.on, came.sender, came.regarding, "", came.number,
            came.reference, came.dated, (), came.attachments, came.reply_to, reason, came.by,
        )  # fmt: skip
    drafts = sorted(of_kind(there, LetterDrafted), key=lambda fact: fact.version)
    if not drafts:
        return None
    last = drafts[-1]
    state = LetterState.DRAFT if ended is None else LetterState.DROPPED
    return Letter(
        letter_id, Direction.OUT, state, last.body, last.on, last.to, last.regarding, last.text, "",
        "", None, (), last.attachments, last.reply_to, reason, last.by,
    )  # fmt: skip
