"""Facts about what is not a member: the association itself, branches, decrees, terms, dues tables, money.

``KINDS`` names for each kind of subject the facts there may be of it; their order is the precedence of one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from juru.association.domain.boards import Body, Decree, Term, Title
from juru.association.domain.branches import Branch
from juru.association.domain.dues import DuesPolicy, Line, LineKind, Period
from juru.association.domain.facts import Fact, MemberFact
from juru.association.domain.policy import Policies
from juru.association.domain.registers import (
    AgendaAdded,
    AgendaDropped,
    Announced,
    Attended,
    InvitationAnswered,
    LetterDrafted,
    LetterEnded,
    LetterReceived,
    LetterSent,
    MeetingCalled,
    MeetingCancelled,
    Milestone,
    Minuted,
    Moderated,
    OfferClosed,
    Offered,
    OfferRenewed,
    Recognised,
    RecognitionWithdrawn,
)
from juru.association.domain.split import Part, Share
from juru.association.domain.treasury import (
    HAND_KEPT,
    AccountSet,
    Declined,
    Named,
    RefundAsked,
    RefundConfirmed,
    RowsTaken,
    SettlementAsked,
    SettlementConfirmed,
    WentOut,
)


class Subject(StrEnum):
    """What a fact can be about."""

    ASSOCIATION = "association"
    BRANCH = "branch"
    CALENDAR = "calendar"
    DUES = "dues"
    POLICY = "policy"
    DECREE = "decree"
    PERSON = "person"
    COLLECTOR = "collector"
    MEMBER = "member"
    INVOICE = "invoice"
    PAYMENT = "payment"
    ACCOUNT = "account"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    RECOGNITION = "recognition"
    OPPORTUNITY = "opportunity"
    LETTER = "letter"
    ANNOUNCEMENT = "announcement"
    MEETING = "meeting"
    NOTICE = "notice"


class Founded(Fact, frozen=True, tag="founded"):
    """The association's name; more than one date of its founding may stand, each with its source and what it tells."""

    name: str
    text: str = ""
    sample: bool = False
    """An association of invented members, to try things in: every page of it says so."""


class LetterheadSet(Fact, frozen=True, tag="letterhead_set"):
    """From this day on papers carry this head; ``site`` is where they are verified, ``logo`` a kept picture's hash."""

    name: str
    address: str = ""
    contact: str = ""
    account: str = ""
    site: str = ""
    place: str = ""
    logo: str = ""


class BranchSet(Fact, frozen=True, tag="branch_set"):
    """From this day on the branch stands so; ``until`` ends it, ``into`` names what it was merged or split into."""

    name: str
    provinces: tuple[str, ...] = ()
    until: date | None = None
    into: tuple[str, ...] = ()


class HolidaysSet(Fact, frozen=True, tag="holidays_set"):
    """A year's listed holidays, as one version of the table; a clock that has run is not moved by a later one."""

    version: str
    days: tuple[date, ...]


class DuesSet(Fact, frozen=True, tag="dues_set"):
    """From this day on new invoices of a class are made by this table; ``shares`` say who gets how much of the dues."""

    policy: DuesPolicy
    shares: tuple[Share, ...]
    decree: str = ""


class PolicySet(Fact, frozen=True, tag="policy_set"):
    """A number of the statutes from this day on; clocks that run by then keep theirs."""

    value: int
    decree: str


class Decreed(Fact, frozen=True, tag="decreed"):
    """An SK (surat keputusan); its number is the subject."""

    body: str
    decree_kind: str
    text: str = ""
    signers: tuple[str, ...] = ()
    revokes: str | None = None


class Appointed(Fact, frozen=True, tag="appointed"):
    """A person's term in an office, from this day until ``until``, given by a decree, held for a member firm."""

    firm: str
    body: Body
    unit: str
    title: Title
    until: date
    decree: str
    acting: bool = False


class CollectorAppointed(Fact, frozen=True, tag="collector_appointed"):
    """A member server that may collect dues out of deposits held with it, up to a limit, settling on a day."""

    limit_idr: int
    settlement_day: int
    until: date
    decree: str


class Issued(Fact, frozen=True, tag="issued"):
    """An invoice; its price is fixed here. ``branch`` and ``shares`` are those of the day of issue."""

    member: str
    lines: tuple[Line, ...]
    due_on: date
    branch: str
    shares: tuple[Share, ...]
    unique_code: int = 0
    transfer: int = 0

    @property
    def total_idr(self) -> int:
        """The sum of its lines."""
        return sum(line.amount_idr for line in self.lines)

    @property
    def period(self) -> Period | None:
        """The days that its dues pay for; None where it asks for no dues."""
        periods = [line.period for line in self.lines if line.kind is LineKind.DUES and line.period is not None]
        if not periods:
            return None
        return Period(min(p.since for p in periods), max(p.until for p in periods))

    @property
    def renews_from(self) -> date | None:
        """The first day of what a renewal pays, from which grace runs; None of what never lapses.

        First dues are due after their period began, a renewal before: only the latter lapses, and a reinstatement then
        replaces it.
        """
        period = self.period
        reinstates = any(line.kind is LineKind.REINSTATEMENT_FEE for line in self.lines)
        if period is None or reinstates or self.due_on >= period.since:
            return None
        return period.since


class Promised(Fact, frozen=True, tag="promised"):
    """A collector's word that he holds the sum; the invoice is paid when his transfer is posted."""

    collector: str
    amount_idr: int


class Allocated(Fact, frozen=True, tag="allocated"):
    """Rupiah of a payment, or of the member's credit, that paid the invoice on a day."""

    payment: str
    amount_idr: int
    transfer: int = 0


class Shared(Fact, frozen=True, tag="shared"):
    """The dues received were shared between national and branch in the commit of the matching."""

    parts: tuple[Part, ...]
    received_idr: int
    transfer: int = 0


class ShareMoved(Fact, frozen=True, tag="share_moved"):
    """At a member's move a branch handed its share of the days to come to the next."""

    giver: str
    taker: str
    amount_idr: int
    transfer: int = 0


class WrittenOff(Fact, frozen=True, tag="written_off"):
    """What was outstanding is waived through a credit note, by decree, or because a reinstatement takes its place.

    No state and no vote is regained by it.
    """

    credit_note: str
    amount_idr: int
    decree: str = ""
    reason: str = ""
    transfer: int = 0


class Way(StrEnum):
    """How money came in."""

    BANK = "bank"
    CASH = "cash"
    COLLECTOR = "collector"


class Received(Fact, frozen=True, tag="received"):
    """Money that came in, on its value date; ``member`` is empty while nobody knows whose it is."""

    way: Way
    account: str
    amount_idr: int
    member: str = ""
    text: str = ""
    receipt: str = ""
    transfer: int = 0


class HandedIn(Fact, frozen=True, tag="handed_in"):
    """Cash that a treasurer paid into the bank."""

    amount_idr: int
    account: str = HAND_KEPT
    transfer: int = 0


class NoticeApproved(Fact, frozen=True, tag="notice_approved"):
    """A person says that a message is to be sent although it is late, was refused, or may have been sent before."""

    reason: str
    member: str = ""


class NoticeSending(Fact, frozen=True, tag="notice_sending"):
    """A message is about to be handed to the mail server; while nothing follows it may have been sent, or not."""

    message_id: str
    member: str = ""


class NoticeFailed(Fact, frozen=True, tag="notice_failed"):
    """It was not sent, and is tried again later."""

    answer: str = ""
    member: str = ""


class NoticeRefused(Fact, frozen=True, tag="notice_refused"):
    """It was not sent, and will not be like this: a person has to look."""

    answer: str = ""
    member: str = ""


class NoticeSent(Fact, frozen=True, tag="notice_sent"):
    """The mail server took it."""

    answer: str = ""
    member: str = ""


class NoticeTold(Fact, frozen=True, tag="notice_told"):
    """A person told it in another way: by WhatsApp, by telephone, by hand."""

    reason: str
    member: str = ""


class NoticeDropped(Fact, frozen=True, tag="notice_dropped"):
    """A person says that it is not to be sent any more."""

    reason: str
    member: str = ""


NOTICE_KINDS = (NoticeApproved, NoticeSending, NoticeFailed, NoticeRefused, NoticeSent, NoticeTold, NoticeDropped)
"""What can be recorded of a message; ``on`` is the day on which the message fell due."""


class Reversal(Fact, frozen=True, tag="reversal"):
    """Takes an earlier fact back: from the moment this is known, it does not exist."""

    reason: str


KINDS: Mapping[Subject, Any] = {
    Subject.ASSOCIATION: Founded | Milestone | LetterheadSet | Reversal,
    Subject.BRANCH: BranchSet | Reversal,
    Subject.CALENDAR: HolidaysSet | Reversal,
    Subject.DUES: DuesSet | Reversal,
    Subject.POLICY: PolicySet | Reversal,
    Subject.DECREE: Decreed | Reversal,
    Subject.PERSON: Appointed | HandedIn | Reversal,
    Subject.COLLECTOR: CollectorAppointed | Reversal,
    Subject.MEMBER: MemberFact | Reversal,
    Subject.INVOICE: Issued | Promised | Allocated | Shared | ShareMoved | WrittenOff | Reversal,
    Subject.PAYMENT: Received | WentOut | Named | Reversal,
    Subject.ACCOUNT: AccountSet | RowsTaken | Reversal,
    Subject.REFUND: RefundAsked | RefundConfirmed | Declined | Reversal,
    Subject.SETTLEMENT: SettlementAsked | SettlementConfirmed | Declined | Reversal,
    Subject.RECOGNITION: Recognised | RecognitionWithdrawn | Reversal,
    Subject.OPPORTUNITY: Offered | Moderated | OfferRenewed | OfferClosed | Reversal,
    Subject.LETTER: LetterDrafted | LetterSent | LetterReceived | LetterEnded | Reversal,
    Subject.ANNOUNCEMENT: Announced | Reversal,
    Subject.MEETING: MeetingCalled
    | AgendaAdded
    | AgendaDropped
    | InvitationAnswered
    | Attended
    | Minuted
    | MeetingCancelled
    | Reversal,
    Subject.NOTICE: NoticeApproved
    | NoticeSending
    | NoticeFailed
    | NoticeRefused
    | NoticeSent
    | NoticeTold
    | NoticeDropped
    | Reversal,
}
"""The facts of each kind of subject, in the precedence of one day."""


def branches_of(found: Iterable[tuple[str, Fact]]) -> list[Branch]:
    """Branches as the rules know them, from facts by code."""
    return [
        Branch(code, fact.name, fact.provinces, fact.on, fact.until, fact.into)
        for code, fact in found
        if isinstance(fact, BranchSet)
    ]


def terms_of(found: Iterable[tuple[str, Fact]]) -> list[Term]:
    """Terms as the rules know them, from facts by person."""
    return [
        Term(person, t.firm, t.body, t.unit, t.title, t.on, t.until, t.decree, t.acting)
        for person, t in found
        if isinstance(t, Appointed)
    ]


def decrees_of(found: Iterable[tuple[str, Fact]]) -> list[Decree]:
    """Decrees as the rules know them, from facts by number."""
    return [
        Decree(number, d.body, d.on, d.decree_kind, d.text, d.signers, d.revokes)
        for number, d in found
        if isinstance(d, Decreed)
    ]


def policies_of(found: Iterable[tuple[str, Fact]]) -> Policies:
    """The statutes' numbers as the rules know them, from facts by number."""
    return Policies(changes=((fact.on, key, fact.value) for key, fact in found if isinstance(fact, PolicySet)))
