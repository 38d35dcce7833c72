"""What the desk can be told to do in the registers. A thing named by its number is told anew; without one it is new."""

from __future__ import annotations

from datetime import date

from juru.association.domain.affairs import Founded
from juru.association.domain.command import Command, Dated
from juru.association.domain.registers import (
    Audience,
    Authority,
    Coming,
    ContactFor,
    Decision,
    Invited,
    MeetingKind,
    Milestone,
    OfferKind,
    Verdict,
)


class TellHistory(Command, frozen=True):
    """Something that happened to the association itself."""

    fact: Founded | Milestone


class Recognise(Dated, frozen=True):
    """A recognition of the association, or another version of one: prolonged, or told better."""

    authority: Authority
    name: str
    grants: str
    document: str
    reference: str = ""
    until: date | None = None
    source: str = ""
    recognition: str = ""


class WithdrawRecognition(Dated, frozen=True):
    """Whoever recognised the association took it back."""

    recognition: str
    reason: str


class Offer(Command, frozen=True):
    """A notice by a member, or by the board of ``body`` where ``member`` is empty."""

    offer_kind: OfferKind
    title: str
    text: str
    member: str = ""
    body: str = ""
    contact_for: ContactFor = ContactFor.NOBODY


class Moderate(Command, frozen=True):
    """An officer's word on a member's notice, with a reason that everybody may read."""

    opportunity: str
    verdict: Verdict
    reason: str


class RenewOffer(Command, frozen=True):
    """The notice stands for another while; its author says how many jobs came of it."""

    opportunity: str
    jobs: int | None = None


class CloseOffer(Command, frozen=True):
    """The author ends the notice; he may say how many jobs came of it."""

    opportunity: str
    filled: bool = False
    jobs: int | None = None


class DraftLetter(Command, frozen=True):
    """A draft of an outgoing letter, or another version of one."""

    body: str
    to: str
    regarding: str
    text: str
    attachments: tuple[str, ...] = ()
    reply_to: str = ""
    letter: str = ""


class SendLetter(Command, frozen=True):
    """A draft goes out: it gets its number, and is what it is from now on."""

    letter: str
    signers: tuple[str, ...]
    on: date | None = None


class ReceiveLetter(Command, frozen=True):
    """A letter came in."""

    body: str
    sender: str
    regarding: str
    dated: date | None = None
    reference: str = ""
    attachments: tuple[str, ...] = ()
    reply_to: str = ""
    on: date | None = None


class EndLetter(Command, frozen=True):
    """A draft is dropped, or a numbered letter is void."""

    letter: str
    reason: str


class Announce(Command, frozen=True):
    """An announcement, or a corrected version of one."""

    body: str
    title: str
    text: str
    audience: Audience
    branch: str = ""
    since: date | None = None
    until: date | None = None
    attachments: tuple[str, ...] = ()
    announcement: str = ""


class CallMeeting(Command, frozen=True):
    """A meeting is called, or moved."""

    body: str
    meeting_kind: MeetingKind
    title: str
    held_on: date
    held_at: str
    place: str
    invited: Invited
    meeting: str = ""


class CancelMeeting(Command, frozen=True):
    """A meeting does not take place."""

    meeting: str
    reason: str


class AddAgenda(Command, frozen=True):
    """An item of the agenda; ``case`` names what it is about."""

    meeting: str
    text: str
    case: str = ""


class DropAgenda(Command, frozen=True):
    """An item is taken from the agenda."""

    meeting: str
    item: int
    reason: str


class AnswerInvitation(Command, frozen=True):
    """A member says whether it comes."""

    meeting: str
    member: str
    coming: Coming


class NoteAttendance(Command, frozen=True):
    """Who came."""

    meeting: str
    members: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    guests: int = 0


class Minute(Command, frozen=True):
    """The minutes of a meeting that was held."""

    meeting: str
    text: str
    decisions: tuple[Decision, ...] = ()
    document: str = ""
    public: bool = False


RegisterCommand = (
    TellHistory
    | Recognise
    | WithdrawRecognition
    | Offer
    | Moderate
    | RenewOffer
    | CloseOffer
    | DraftLetter
    | SendLetter
    | ReceiveLetter
    | EndLetter
    | Announce
    | CallMeeting
    | CancelMeeting
    | AddAgenda
    | DropAgenda
    | AnswerInvitation
    | NoteAttendance
    | Minute
)
