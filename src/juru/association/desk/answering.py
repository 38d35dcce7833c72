"""Contacts of notices and answers to them: kept beside the book, passed on to the author, forgotten in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from juru.association.desk.desk import Desk
from juru.association.desk.registers import one_opportunity
from juru.association.domain.commands import Done
from juru.association.domain.commands_registers import Offer, RenewOffer
from juru.association.domain.opportunities import OfferState, Opportunity
from juru.association.domain.refusals import Code, Refusal
from juru.association.domain.registers import ContactFor
from juru.association.store.answers import Answer, AnswerFile
from juru.association.store.rows import milliseconds

_CONTACT_MAX, _NAME_MAX, _TEXT_MAX = 120, 80, 2_000


class AnswerLimits(msgspec.Struct, frozen=True):
    """How much one sender may send, and how much one notice takes."""

    hour: int = 5
    day: int = 20
    notice_day: int = 100


LIMITS = AnswerLimits()


def offer(
    desk: Desk,
    file: AnswerFile,
    command: Offer,
    *,
    contact: str,
    now: datetime,
    by: str,
    request: str,
    member: str = "",
) -> Done | Refusal:
    """Write a notice; its contact is kept beside the book. Asked again it does nothing twice and loses nothing."""
    told = contact.strip()
    if len(told) > _CONTACT_MAX or (command.contact_for is not ContactFor.NOBODY and not told):
        least = 0 if command.contact_for is ContactFor.NOBODY else 1
        return _wrong("contact", told, least, _CONTACT_MAX)
    done = desk.do(command, now=now, by=by, request=request, member=member)
    if isinstance(done, Done):
        _note(desk, file, done, told, now)
    return done


def renew(
    desk: Desk, file: AnswerFile, command: RenewOffer, *, now: datetime, by: str, request: str, member: str = ""
) -> Done | Refusal:
    """Renew a notice, and with it how long its contact and answers are kept."""
    done = desk.do(command, now=now, by=by, request=request, member=member)
    if isinstance(done, Done):
        _note(desk, file, done, "", now)
    return done


def _note(desk: Desk, file: AnswerFile, done: Done, contact: str, now: datetime) -> None:
    forget_ms = forgotten_ms(desk, date.fromisoformat(done.note))
    file.note(done.id, contact=contact, forget_ms=forget_ms, now_ms=milliseconds(now))


def forgotten_ms(desk: Desk, until: date) -> int:
    """When what is kept for a notice is forgotten: 90 days after its last, or as the statutes have it."""
    with desk.book.reading() as reads:
        kept_days = reads.policies().on(until).answer_days
    return milliseconds(datetime.combine(until + timedelta(days=kept_days), time(), UTC))


def answer(desk: Desk, file: AnswerFile, given: Answer, *, sender: str, now: datetime, request: str) -> Done | Refusal:
    """Pass an answer on to the author of an open notice.

    ``sender`` is the member who answers, or the address somebody else writes from; it is counted for a day, no longer.
    """
    with desk.book.reading() as reads:
        one = one_opportunity(reads, given.opportunity, desk.today(now))
    refusal = _refused(one, given) or _flooding(file, given, sender, milliseconds(now))
    if refusal is not None or one is None:
        return refusal or Refusal(Code.NOT_FOUND, {"what": "opportunity", "id": given.opportunity})
    told = msgspec.structs.replace(
        given,
        at_ms=milliseconds(now),
        name=given.name.strip(),
        contact=given.contact.strip(),
        text=given.text.strip(),
    )
    file.add(told, sender=sender, request=request, forget_ms=forgotten_ms(desk, one.until))
    return Done(one.id)


def _refused(one: Opportunity | None, given: Answer) -> Refusal | None:
    if one is None:
        return Refusal(Code.NOT_FOUND, {"what": "opportunity", "id": given.opportunity})
    if one.state is not OfferState.OPEN:
        return Refusal(Code.NOT_OPEN, {"what": "opportunity", "id": one.id, "state": one.state.value})
    lengths = (
        ("name", given.name, _NAME_MAX),
        ("contact", given.contact, _CONTACT_MAX),
        ("text", given.text, _TEXT_MAX),
    )
    for what, text, most in lengths:
        if not 1 <= len(text.strip()) <= most:
            return _wrong(what, text.strip(), 1, most)
    return None


def _flooding(file: AnswerFile, given: Answer, sender: str, now_ms: int) -> Refusal | None:
    counts = file.counts(sender, given.opportunity, now_ms)
    pairs = ((counts.hour, LIMITS.hour), (counts.day, LIMITS.day), (counts.notice_day, LIMITS.notice_day))
    for count, most in pairs:
        if count >= most:
            return Refusal(Code.TOO_MANY, {"what": "answer", "count": count, "most": most})
    return None


def _wrong(what: str, text: str, least: int, most: int) -> Refusal:
    return Refusal(Code.WRONG_COUNT, {"what": what, "given": len(text), "least": least, "most": most})


def contact_shown(file: AnswerFile, one: Opportunity, *, to_member: bool) -> str:
    """The contact as somebody may see it; empty where he may not, or where the notice is not open."""
    if one.state is not OfferState.OPEN:
        return ""
    match one.contact_for:
        case ContactFor.NOBODY:
            return ""
        case ContactFor.MEMBERS:
            return file.contact(one.id) if to_member else ""
        case ContactFor.ALL:
            return file.contact(one.id)
