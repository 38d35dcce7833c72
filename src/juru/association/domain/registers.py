"""Facts of the association's registers: its history, recognitions, opportunities, letters, announcements, meetings.

What may be told anew carries a ``version``: the highest stands, whatever the order of entry, and the others stay
readable. A document is named by the hash it is kept under.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.facts import Fact


class Milestone(Fact, frozen=True, tag="milestone"):
    """Something that happened to the association itself, as its source tells it; sources may disagree."""

    text: str
    place: str = ""


class Authority(StrEnum):
    """Who recognises."""

    MINISTRY = "ministry"
    OPERATOR = "operator"
    KADIN = "kadin"
    MASTEL = "mastel"
    OTHER = "other"


class Recognised(Fact, frozen=True, tag="recognised"):
    """The association is recognised from this day until ``until``, exclusive; a later version prolongs or corrects."""

    version: int
    authority: Authority
    name: str
    grants: str
    document: str
    reference: str = ""
    until: date | None = None


class RecognitionWithdrawn(Fact, frozen=True, tag="recognition_withdrawn"):
    """Whoever recognised the association took it back."""

    reason: str


class OfferKind(StrEnum):
    """What an opportunity is."""

    AGENT_WANTED = "agent_wanted"
    SERVER_FOR_SALE = "server_for_sale"
    UPLINE_WANTED = "upline_wanted"
    JOB = "job"
    TRAINING = "training"
    LOAN_PROGRAMME = "loan_programme"
    TENDER = "tender"


class ContactFor(StrEnum):
    """Who sees the contact of a notice; whoever does not may answer through the portal."""

    NOBODY = "nobody"
    MEMBERS = "members"
    ALL = "all"


class Offered(Fact, frozen=True, tag="offered"):
    """A notice by a member, or by the board where ``member`` is empty; its contact is no part of the book."""

    body: str
    offer_kind: OfferKind
    title: str
    text: str
    until: date
    member: str = ""
    contact_for: ContactFor = ContactFor.NOBODY


class Verdict(StrEnum):
    """What an officer made of a notice."""

    PUBLISHED = "published"
    DECLINED = "declined"
    REMOVED = "removed"


class Moderated(Fact, frozen=True, tag="moderated"):
    """An officer's word on a notice, with the reason that everybody may read."""

    verdict: Verdict
    reason: str


class OfferRenewed(Fact, frozen=True, tag="offer_renewed"):
    """The notice stands until another day."""

    until: date


class OfferClosed(Fact, frozen=True, tag="offer_closed"):
    """Its author ended the notice."""

    filled: bool = False


class LetterDrafted(Fact, frozen=True, tag="letter_drafted"):
    """A draft of an outgoing letter; it has no number."""

    version: int
    body: str
    to: str
    regarding: str
    text: str
    attachments: tuple[str, ...] = ()
    reply_to: str = ""


class LetterSent(Fact, frozen=True, tag="letter_sent"):
    """An outgoing letter, numbered; what it says here is what was sent."""

    number: str
    body: str
    to: str
    regarding: str
    text: str
    signers: tuple[str, ...]
    attachments: tuple[str, ...] = ()
    reply_to: str = ""


class LetterReceived(Fact, frozen=True, tag="letter_received"):
    """An incoming letter, numbered on the day it came in; ``dated`` and ``reference`` are the sender's own."""

    number: str
    body: str
    sender: str
    regarding: str
    dated: date | None = None
    reference: str = ""
    attachments: tuple[str, ...] = ()
    reply_to: str = ""


class LetterEnded(Fact, frozen=True, tag="letter_ended"):
    """A draft was dropped, or a numbered letter is void; its number stays used."""

    reason: str


class Audience(StrEnum):
    """For whom an announcement is."""

    PUBLIC = "public"
    MEMBERS = "members"
    BRANCH = "branch"


class Announced(Fact, frozen=True, tag="announced"):
    """An announcement by national or a branch, shown from this day until ``until``; corrected by the next version."""

    version: int
    body: str
    title: str
    text: str
    audience: Audience
    branch: str = ""
    until: date | None = None
    attachments: tuple[str, ...] = ()


class MeetingKind(StrEnum):
    """A kopdar is an informal meeting; Musda and Munas are a branch's and the national congress."""

    KOPDAR = "kopdar"
    MUSDA = "musda"
    MUNAS = "munas"
    BOARD = "board"


class Invited(StrEnum):
    """Who may come."""

    ALL = "all"
    BRANCH = "branch"
    BOARD = "board"


class MeetingCalled(Fact, frozen=True, tag="meeting_called"):
    """A meeting on a day, at an hour and a place; ``body`` calls it. A later version moves it."""

    version: int
    body: str
    meeting_kind: MeetingKind
    title: str
    held_on: date
    held_at: str
    place: str
    invited: Invited


class AgendaAdded(Fact, frozen=True, tag="agenda_added"):
    """An item of the agenda."""

    item: int
    text: str
    case: str = ""


class AgendaDropped(Fact, frozen=True, tag="agenda_dropped"):
    """An item is taken from the agenda."""

    item: int
    reason: str


class Coming(StrEnum):
    """What a member answers to an invitation."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class InvitationAnswered(Fact, frozen=True, tag="invitation_answered"):
    """A member says whether it comes."""

    version: int
    member: str
    coming: Coming


class Attended(Fact, frozen=True, tag="attended"):
    """Which members and officers came, and how many guests."""

    version: int
    members: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    guests: int = 0


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a meeting decided, with the votes where they were counted, and the decree that came of it."""

    text: str
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    decree: str = ""


class Minuted(Fact, frozen=True, tag="minuted"):
    """The minutes, as text and as a kept document; ``public`` where the body lets everybody read them."""

    version: int
    text: str
    decisions: tuple[Decision, ...] = ()
    document: str = ""
    public: bool = False


class MeetingCancelled(Fact, frozen=True, tag="meeting_cancelled"):
    """It does not take place."""

    reason: str
