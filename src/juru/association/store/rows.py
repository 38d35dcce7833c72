"""Facts as table rows and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from juru.association.domain.affairs import KINDS, NOTICE_KINDS, Appointed, Issued, Promised, Received, Subject
from juru.association.domain.facts import Fact, Merged
from juru.association.domain.registers import InvitationAnswered, Offered
from juru.association.domain.treasury import Named, RefundAsked, SettlementAsked

_encode = msgspec.json.Encoder(order="deterministic").encode
DECODERS: Mapping[str, msgspec.json.Decoder[Any]] = {
    subject.value: msgspec.json.Decoder(kind) for subject, kind in KINDS.items()
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Recorded(msgspec.Struct, frozen=True):
    """A fact as it stands in the book; ``reversed_by`` is the fact that took it back, as far as that is known."""

    id: int
    commit_no: int
    subject: Subject
    subject_id: str
    fact: Fact
    reverses: int | None = None
    reversed_by: int | None = None


def day_number(day: date) -> int:
    """A day as the tables write it, ``yyyymmdd``."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """A day as the tables write it, as the rules know it."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def instant(at_ms: int) -> datetime:
    """An instant as the rules know it."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def milliseconds(at: datetime) -> int:
    """An instant as the tables write it; it must say its zone."""
    assert at.tzinfo is not None, at
    return (at - _EPOCH) // timedelta(milliseconds=1)


def bare(fact: Fact) -> Fact:
    """What a fact says, without who recorded it, when and from where."""
    return msgspec.structs.replace(fact, known_at=None, by="", source="")


def concerns(fact: Fact) -> str | None:
    """The member that a fact about something else concerns; of a named row, what it is said to be."""
    match fact:
        case Named(to=to):
            return to or None
        case RefundAsked(member=member):
            return member
        case SettlementAsked(branch=branch):
            return branch
        case Issued(member=member) | Received(member=member) | Offered(member=member):
            return member or None
        case _ if isinstance(fact, NOTICE_KINDS):
            return fact.member or None
        case Promised(collector=collector):
            return collector
        case InvitationAnswered(member=member):
            return member
        case Appointed(firm=firm):
            return firm
        case Merged(into=into):
            return into
        case _:
            return None


def fact_row(
    number: int, commit_no: int, at_ms: int, about: tuple[Subject, str], fact: Fact, reverses: int | None
) -> tuple[Any, ...]:
    """A new fact."""
    subject, subject_id = about
    return (
        number,
        commit_no,
        subject.value,
        subject_id,
        type(fact).__struct_config__.tag,
        day_number(fact.on),
        fact.precision.value,
        None if fact.through is None else day_number(fact.through),
        at_ms,
        fact.by,
        fact.source,
        reverses,
        concerns(fact),
        _encode(bare(fact)).decode(),
    )


def recorded(row: tuple[Any, ...], reversed_by: int | None = None) -> Recorded:
    """A fact read back, with who recorded it."""
    number, commit_no, subject, subject_id, _, _, _, _, known_ms, by, source, reverses, _, body = row
    plain = DECODERS[subject].decode(body)
    fact = msgspec.structs.replace(plain, known_at=instant(known_ms), by=by, source=source)
    return Recorded(number, commit_no, Subject(subject), subject_id, fact, reverses, reversed_by)
