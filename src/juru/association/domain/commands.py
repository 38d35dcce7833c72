"""What the association's desk can be told to do. ``on`` is the day from which it counts; None is today."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.domain.affairs import (
    Appointed,
    BranchSet,
    CollectorAppointed,
    DuesSet,
    HolidaysSet,
    LetterheadSet,
    PolicySet,
    Subject,
    Way,
)
from juru.association.domain.command import Command, Dated
from juru.association.domain.commands_registers import RegisterCommand
from juru.association.domain.facts import MemberFact, Precision
from juru.association.domain.treasury import AccountSet, RowAs, RowsTaken


class NewMember(Dated, frozen=True):
    """A business applies through a branch and gets its number, which carries no branch code and is for ever.

    ``person`` is who applies for it, and represents it until it names others.
    """

    name: str
    branch: str
    province: str
    licence: str = ""
    address: str = ""
    person: str = ""
    phone: str = ""
    email: str = ""
    member_class: str = "server"
    source: str = ""
    sure: bool = False


class ListedMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of a members' list, judged. ``paid_to`` is the first day no longer paid for; None: nothing is known.

    ``row`` counts as the spreadsheet does, ``mark`` is the row's fingerprint, ``sure``: it is none of the members that
    it resembles.
    """

    row: int
    mark: str
    name: str
    branch: str
    joined_on: date
    precision: Precision = Precision.DAY
    paid_to: date | None = None
    member_class: str = "server"
    licence: str = ""
    province: str = ""
    address: str = ""
    dues_rep: str = ""
    voting_rep: str = ""
    dues_phone: str = ""
    voting_phone: str = ""
    sure: bool = False


class ImportMembers(Command, frozen=True):
    """Members as a list names them, ``file``: facts with their source, and no money.

    The rows were judged when ``seen`` was the latest fact: what was recorded since is held against them.
    """

    file: str
    seen: int
    rows: tuple[ListedMember, ...]


class Record(Command, frozen=True):
    """A dated fact about a member; ``paid`` is none of them, it follows from money."""

    member: str
    fact: MemberFact


class SetBranch(Command, frozen=True):
    """A branch, or what becomes of it from a day on."""

    code: str
    fact: BranchSet


class SetHolidays(Command, frozen=True):
    """The listed holidays of a year, as one version of the table."""

    year: int
    fact: HolidaysSet


class SetDues(Command, frozen=True):
    """The dues table of a class from a day on."""

    member_class: str
    fact: DuesSet


class SetLetterhead(Command, frozen=True):
    """Head of the association's papers from a day on."""

    fact: LetterheadSet


class SetPolicy(Command, frozen=True):
    """A number of the statutes from a day on, by decree; ``key`` as in ``domain/policy``."""

    key: str
    fact: PolicySet


class IssueDecree(Dated, frozen=True):
    """An SK; its number is given."""

    body: str
    decree_kind: str
    text: str
    signers: tuple[str, ...]
    revokes: str | None = None


class Appoint(Command, frozen=True):
    """A person to an office, by a decree."""

    person: str
    fact: Appointed


class AppointCollector(Command, frozen=True):
    """A member server as a collector of dues, by a decree."""

    member: str
    fact: CollectorAppointed


class IssueInvoice(Command, frozen=True):
    """The member's next invoice: the first dues, a renewal, or a reinstatement, whichever his state asks for."""

    member: str
    on: date | None = None
    coded: bool = False


class IssueRenewals(Command, frozen=True):
    """A part of the yearly run: the renewals of these members for the year that begins, in one commit.

    Who needs none any more is left out, so that a part may be sent again.
    """

    year: int
    members: tuple[str, ...]
    on: date | None = None


class TakePayment(Command, frozen=True):
    """Money that came in: a bank row (``ref`` is its identity), or cash that a treasurer took on the spot."""

    way: Way
    amount_idr: int
    ref: str = ""
    text: str = ""
    member: str = ""
    collector: str = ""
    account: str = ""
    on: date | None = None


class AssignPayment(Command, frozen=True):
    """A payment that matched nothing is a member's, says a person."""

    ref: str
    member: str
    reason: str


class ReversePayment(Command, frozen=True):
    """A payment was wrong: everything that came of it is taken back."""

    ref: str
    reason: str


class HandIn(Command, frozen=True):
    """A treasurer pays cash into the bank, into an account kept by hand."""

    treasurer: str
    amount_idr: int
    account: str = ""
    on: date | None = None


class SetAccount(Command, frozen=True):
    """A bank account of the association, or what becomes of it from a day on."""

    code: str
    fact: AccountSet


class TakeRow(Command, frozen=True):
    """One row of a statement file; below zero it went out. ``ref`` is the row's identity."""

    account: str
    on: date
    amount_idr: int
    ref: str
    text: str = ""


class NoteRows(Command, frozen=True):
    """What became of a part of a statement file."""

    account: str
    fact: RowsTaken


class NameRow(Command, frozen=True):
    """A person says what a row is that is no member's payment; ``unit`` is whose spending or income it is."""

    ref: str
    what: RowAs
    to: str
    unit: str = ""
    reason: str = ""


class UnnameRow(Command, frozen=True):
    """What a row was said to be was wrong; it waits again."""

    ref: str
    reason: str


class PayOut(Command, frozen=True):
    """Money left an account kept by hand, or a treasurer's cash; what it was is said at once."""

    amount_idr: int
    what: RowAs
    to: str
    account: str = ""
    cash: bool = False
    unit: str = ""
    ref: str = ""
    text: str = ""
    on: date | None = None


class AskRefund(Command, frozen=True):
    """A member's credit is to be paid back; another person confirms it."""

    member: str
    amount_idr: int
    to_account: str
    reason: str


class AskSettlement(Command, frozen=True):
    """Money is to be moved between national and a branch with its own account; another person confirms it.

    Accounts are given by code, the one kept by hand by an empty one.
    """

    branch: str
    giver: str
    taker: str
    amount_idr: int
    reason: str = ""


class ConfirmPayOut(Command, frozen=True):
    """The second person's yes to a refund or a settlement."""

    number: str


class DeclinePayOut(Command, frozen=True):
    """A refund or settlement that was asked for does not take place."""

    number: str
    reason: str


class SettleCollector(Command, frozen=True):
    """A collector's one transfer pays the invoices that he promised, to the rupiah."""

    ref: str
    collector: str
    invoices: tuple[str, ...]


class CancelInvoice(Command, frozen=True):
    """A wrong invoice is cancelled by a credit note; what was paid on it is the member's credit again."""

    invoice: str
    reason: str


class Promise(Command, frozen=True):
    """A collector's word for an invoice, out of a deposit held with him."""

    invoice: str
    collector: str
    on: date | None = None


class WriteOff(Command, frozen=True):
    """What is outstanding on an invoice is waived by decree."""

    invoice: str
    decree: str
    on: date | None = None


class TakeBack(Command, frozen=True):
    """A fact was recorded wrongly: it is taken back by another that says why."""

    subject: Subject
    subject_id: str
    fact_id: int
    reason: str


class ApproveNotices(Command, frozen=True):
    """Messages that only a person may let go are to be sent: late ones, refused ones, perhaps sent before."""

    keys: tuple[str, ...]
    reason: str


class DropNotices(Command, frozen=True):
    """Messages that are not to be sent any more."""

    keys: tuple[str, ...]
    reason: str


class TellNotices(Command, frozen=True):
    """Messages that a person passed on himself; ``reason`` says how."""

    keys: tuple[str, ...]
    reason: str


AnyCommand = (
    NewMember
    | ImportMembers
    | Record
    | SetBranch
    | SetHolidays
    | SetDues
    | SetLetterhead
    | SetPolicy
    | IssueDecree
    | Appoint
    | AppointCollector
    | IssueInvoice
    | IssueRenewals
    | TakePayment
    | AssignPayment
    | ReversePayment
    | HandIn
    | SetAccount
    | TakeRow
    | NoteRows
    | NameRow
    | UnnameRow
    | PayOut
    | AskRefund
    | AskSettlement
    | ConfirmPayOut
    | DeclinePayOut
    | SettleCollector
    | CancelInvoice
    | Promise
    | WriteOff
    | TakeBack
    | ApproveNotices
    | DropNotices
    | TellNotices
    | RegisterCommand
)


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """It stands. ``id`` is the number given: of a member, a decree, an invoice, a receipt; ``note`` says what came."""

    id: str = ""
    note: str = ""
