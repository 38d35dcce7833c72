"""A message as people get it: to whom it goes as things stand now, and its text in both languages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from juru.association.desk.acting import member_facts
from juru.association.desk.mail_settings import MailSettings
from juru.association.desk.notice_words import (
    LATE,
    OPEN_LINK,
    OPENING,
    PAY,
    PAY_LINK,
    PROMISED,
    TEXTS,
    day_text,
    filled,
    subject_of,
)
from juru.association.desk.settling import state_of
from juru.association.domain import facts as f
from juru.association.domain.affairs import Founded, Subject
from juru.association.domain.boards import NATIONAL, Body
from juru.association.domain.due import Notice, Officers, Person, Representative, World
from juru.association.domain.facts import Role
from juru.association.domain.people import contacts, representatives
from juru.association.store.reads import Reads
from juru.notify.chat import wa_link
from juru.notify.mail import Mail, mailbox
from juru.values.rupiah import format_rupiah


class Contact(msgspec.Struct, frozen=True):
    """A person with what he can be reached by."""

    person: str
    email: str = ""
    phone: str = ""


class Letter(msgspec.Struct, frozen=True):
    """A message ready to go: to whom, what it says; ``links`` open WhatsApp with the text for each who has a number."""

    to: tuple[Contact, ...]
    subject: str
    text: str
    chat_text: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it can be mailed to."""
        return tuple(dict.fromkeys(one.email for one in self.to if mailbox(one.email) is not None))

    @property
    def links(self) -> dict[str, str]:
        """By person: the link that opens the chat."""
        found = {one.person: wa_link(one.phone, self.chat_text) for one in self.to}
        return {person: link for person, link in found.items() if link is not None}

    def mail(self, key: str) -> Mail:
        """As the room ``notify`` sends it."""
        return Mail(key, self.addresses, self.subject, self.text)


def composed(reads: Reads, world: World, notice: Notice, settings: MailSettings | None) -> Letter:
    """The message as of now, with the true day on which it was due where that has passed."""
    facts = member_facts(reads.facts(Subject.MEMBER, notice.member)) if notice.member else []
    told = f.known(facts, world.today)
    name = next((x.name for x in reversed(told) if isinstance(x, f.Registered | f.Renamed)), notice.subject)
    to = recipients(reads, world, notice, told)
    if not any(mailbox(one.email) for one in to) and not isinstance(notice.to, Representative) and settings is not None:
        to = (*to, Contact("", email=settings.reply_to or settings.sender))
    addressee = name if isinstance(notice.to, Representative) else ", ".join(one.person for one in to if one.person)
    parts = [_text(reads, world, notice, name, addressee or name, settings, language) for language in (0, 1)]
    signature = association_name(reads)
    text = f"{parts[0]}\n\n{signature}\n\n---\n\n{parts[1]}\n\n{signature}\n"
    subject = subject_of(notice, name, 0)
    return Letter(to, f"[{signature}] {subject}", text, f"*{subject}*\n\n{parts[0]}\n\n{signature}")


def _text(
    reads: Reads, world: World, notice: Notice, name: str, addressee: str, settings: MailSettings | None, language: int
) -> str:
    text, facts = TEXTS[notice.kind], {"name": name, "number": notice.member} | filled(notice.told, language)
    lines = [OPENING[language].format(name=addressee), (text.body_en if language else text.body_id).format(**facts)]
    invoice = str(notice.told.get("invoice", ""))
    state = state_of(invoice, reads.facts(Subject.INVOICE, invoice)) if invoice else None
    if state is not None and state.outstanding_idr:
        asked_idr = state.outstanding_idr + state.issued.unique_code
        lines.append(PAY[language].format(invoice=invoice, outstanding=format_rupiah(asked_idr)))
        if state.promised_by:
            lines.append(PROMISED[language].format(collector=state.promised_by))
    if settings is not None and settings.url:
        pays = notice.kind.startswith(("dues_", "first_dues_")) and not notice.kind.endswith("_closed")
        path = f"/members/{notice.member}/dues" if pays else "/work"
        if isinstance(notice.to, Representative) and not pays:
            path = f"/members/{notice.member}"
        link = f"{settings.url.rstrip('/')}{path}{f'/{invoice}' if pays and state is not None else ''}"
        lines.append((PAY_LINK if pays else OPEN_LINK)[language].format(link=link))
    if world.today > notice.due_on:
        due_on, sent_on = day_text(notice.due_on, language), day_text(world.today, language)
        lines.append(LATE[language].format(due_on=due_on, sent_on=sent_on))
    return "\n\n".join(lines)


def recipients(reads: Reads, world: World, notice: Notice, facts: Sequence[f.MemberFact]) -> tuple[Contact, ...]:
    """Who gets it as things stand today."""
    match notice.to:
        case Representative(role=role):
            return _representative(facts, role)
        case Person(name=name):
            return (person_contact(reads, world, name),)
        case Officers(body=body, unit=unit):
            live = [t.person for t in world.in_office if t.body is body and (body is not Body.BRANCH or t.unit == unit)]
            if not live:
                live = [term.person for term in world.in_office if term.body is Body.NATIONAL]
            return tuple(person_contact(reads, world, person) for person in dict.fromkeys(live))


def _representative(facts: Sequence[f.MemberFact], role: Role) -> tuple[Contact, ...]:
    """The representative in a matter, or the other one where he cannot be reached; else the business's own contact."""
    named = representatives(facts)
    chosen = [named[one] for one in dict.fromkeys((role, *Role)) if one in named]
    reached = contacts(facts)
    person = chosen[0].person if chosen else ""
    phone = next((reached[x].value for x in (f.Channel.WHATSAPP, f.Channel.PHONE) if x in reached), "")
    email = reached[f.Channel.EMAIL].value if f.Channel.EMAIL in reached else ""
    ways = [*(Contact(one.person, one.email, one.phone) for one in chosen), Contact(person, email, phone)]
    best = next((one for one in ways if mailbox(one.email)), None) or next((one for one in ways if one.phone), None)
    return () if best is None else (best,)


def person_contact(reads: Reads, world: World, person: str) -> Contact:
    """How an officer is reached: as the representative that his firm named with his name."""
    for firm in dict.fromkeys(term.firm for term in world.terms if term.person == person):
        told = f.known(member_facts(reads.facts(Subject.MEMBER, firm)), world.today)
        mine = [one for one in representatives(told).values() if one.person.casefold() == person.casefold()]
        if mine:
            return Contact(person, mine[-1].email, mine[-1].phone)
    return Contact(person)


def association_name(reads: Reads) -> str:
    """What the association is called."""
    facts = [one.fact for one in reads.facts_of_kind(Subject.ASSOCIATION) if isinstance(one.fact, Founded)]
    return facts[-1].name if facts else NATIONAL
