"""The desk: one door for every use case. A command is decided once, by its request's id, and stands or is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from juru.association.desk import (
    accounts,
    announcing,
    bank_rows,
    collectors,
    documents,
    invoices,
    letters,
    listed,
    meetings,
    members,
    notices,
    offers,
    offices,
    payments,
    payouts,
    recognitions,
    renewals,
)
from juru.association.desk.acting import Act, RefusedError
from juru.association.desk.kept import Kept
from juru.association.domain import commands as c
from juru.association.domain import commands_registers as r
from juru.association.domain.affairs import BranchSet, Subject
from juru.association.domain.branches import SEED
from juru.association.domain.command import Command
from juru.association.domain.history import ARTICLE, seed
from juru.association.domain.refusals import Code, Refusal
from juru.association.store.book import Book, Writing, make
from juru.association.store.rows import milliseconds
from juru.values.days import business_day

_encode = msgspec.json.Encoder(order="deterministic").encode


class Desk:
    """Use cases on one book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._kept = Kept()

    def today(self, now: datetime) -> date:
        """The association's day of an instant."""
        day = business_day(milliseconds(now), self.book.zone)
        return date(day // 10_000, day // 100 % 100, day % 100)

    def do(self, command: c.AnyCommand, *, now: datetime, by: str, request: str, member: str = "") -> c.Done | Refusal:
        """Carry a command out, in one sealed commit, or refuse it and leave no trace.

        ``member`` is the firm whose representative asks, as his login proves; an officer asks without one. The same
        request again is answered as before and does nothing; another command under its id is refused.
        """
        digest = hashlib.sha256(_encode(command)).hexdigest()
        asks = partial(Act, by=by, member=member, kept=self._kept)
        return self._once(partial(_carry, command=command), asks, digest, now=now, request=request)

    def keep(
        self, content: bytes, *, name: str, now: datetime, by: str, request: str, member: str = ""
    ) -> c.Done | Refusal:
        """Keep a document by its content; what is neither PDF, PNG nor JPEG is refused."""
        digest = hashlib.sha256(content).hexdigest()
        folder = self.book.directory / documents.FOLDER
        keep = partial(documents.keep, folder=folder, content=content, name=name)
        return self._once(keep, partial(Act, by=by, member=member, kept=self._kept), digest, now=now, request=request)

    def do_together(
        self, commands: Sequence[tuple[c.AnyCommand, str]], *, now: datetime, by: str
    ) -> list[c.Done | Refusal]:
        """Carry many commands out, each with its request's id and a commit of its own, all synced at once.

        One that is refused leaves no trace and the rest go on. A stop before the end leaves none of them, which is why
        what is kept between use cases is kept for these alone.
        """
        results, asks = [], partial(Act, by=by, kept=Kept())
        with self.book.together() as sharing:
            for command, request in commands:
                digest = hashlib.sha256(_encode(command)).hexdigest()
                use_case = partial(_carry, command=command)
                results.append(self._asked(sharing, use_case, asks, digest, now=now, request=request))
        return results

    def _once(
        self, use_case: Callable[[Act], c.Done], asks: Callable[..., Act], digest: str, *, now: datetime, request: str
    ) -> c.Done | Refusal:
        return self._asked(self.book.writing, use_case, asks, digest, now=now, request=request)

    def _asked(
        self,
        open_one: Callable[[int, str], AbstractContextManager[Writing]],
        use_case: Callable[[Act], c.Done],
        asks: Callable[..., Act],
        digest: str,
        *,
        now: datetime,
        request: str,
    ) -> c.Done | Refusal:
        try:
            with open_one(milliseconds(now), request) as writing:
                before = self.book.answered(request)
                if before is not None:
                    return _again(before, digest, request)
                act = asks(writing, today=self.today(now))
                done = use_case(act)
                writing.request(request_id=request, digest=digest, result=_encode(done).decode(), by=act.signature)
        except RefusedError as refused:
            return refused.refusal
        return done


def _carry(act: Act, *, command: c.AnyCommand) -> c.Done:
    return _USE_CASES[type(command)](act, command)


def _again(before: tuple[str, str], digest: str, request: str) -> c.Done | Refusal:
    if before[0] != digest:
        return Refusal(Code.REQUEST_CONFLICT, {"request": request})
    return msgspec.json.decode(before[1], type=c.Done)


_USE_CASES: Mapping[type[Command], Callable[[Act, Any], c.Done]] = {
    c.NewMember: members.new_member,
    c.ImportMembers: listed.import_members,
    c.Record: members.record,
    c.TakeBack: members.take_back,
    c.SetBranch: offices.set_branch,
    c.SetHolidays: offices.set_holidays,
    c.SetDues: offices.set_dues,
    c.SetLetterhead: offices.set_letterhead,
    c.SetPolicy: offices.set_policy,
    c.IssueDecree: offices.issue_decree,
    c.Appoint: offices.appoint,
    c.AppointCollector: offices.appoint_collector,
    c.IssueInvoice: invoices.issue,
    c.IssueRenewals: renewals.issue_renewals,
    c.Promise: invoices.promise,
    c.WriteOff: invoices.write_off,
    c.TakePayment: payments.take,
    c.AssignPayment: payments.assign,
    c.ReversePayment: payments.reverse,
    c.HandIn: payments.hand_in,
    c.SetAccount: accounts.set_account,
    c.TakeRow: bank_rows.take_row,
    c.NoteRows: bank_rows.note_rows,
    c.NameRow: bank_rows.name_row,
    c.UnnameRow: bank_rows.unname_row,
    c.PayOut: bank_rows.pay_out,
    c.AskRefund: payouts.ask_refund,
    c.AskSettlement: payouts.ask_settlement,
    c.ConfirmPayOut: payouts.confirm,
    c.DeclinePayOut: payouts.decline,
    c.SettleCollector: collectors.settle_collector,
    c.CancelInvoice: invoices.cancel,
    r.TellHistory: recognitions.tell_history,
    r.Recognise: recognitions.recognise,
    r.WithdrawRecognition: recognitions.withdraw,
    r.Offer: offers.offer,
    r.Moderate: offers.moderate,
    r.RenewOffer: offers.renew,
    r.CloseOffer: offers.close,
    r.DraftLetter: letters.draft,
    r.SendLetter: letters.send,
    r.ReceiveLetter: letters.receive,
    r.EndLetter: letters.end,
    r.Announce: announcing.announce,
    r.CallMeeting: meetings.call,
    r.CancelMeeting: meetings.cancel,
    r.AddAgenda: meetings.add_agenda,
    r.DropAgenda: meetings.drop_agenda,
    r.AnswerInvitation: meetings.answer,
    r.NoteAttendance: meetings.note_attendance,
    r.Minute: meetings.minute,
    c.ApproveNotices: notices.approve,
    c.DropNotices: notices.drop,
    c.TellNotices: notices.tell,
}
"""Each command's use case; that none is missing is tested."""


def init(directory: Path, *, name: str, now: datetime, by: str, synced: bool = True, sample: bool = False) -> Desk:
    """A new association in a new directory, with its history and the nine branches of the article as sourced facts.

    Raises ``DirectoryError`` for a directory that holds anything.
    """
    make(directory)
    desk = Desk(Book(directory, synced=synced))
    with desk.book.writing(milliseconds(now), "init") as writing:
        act = Act(writing, today=desk.today(now), by=by)
        for told in seed(name, sample=sample):
            act.add(Subject.ASSOCIATION, name, told)
        for branch in SEED:
            fact = BranchSet(on=branch.since, name=branch.name, provinces=branch.provinces, source=ARTICLE)
            act.add(Subject.BRANCH, branch.code, fact)
    return desk
