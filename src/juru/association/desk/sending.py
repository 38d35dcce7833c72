"""Sending what is due, once: a mark before the first byte, the answer after the last, one sender at a time.

What a stop leaves between the two may have been sent. It is never sent again by itself; a person sees it as such, and
what he lets go carries the same Message-ID as before.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from juru.association.desk.acting import Act
from juru.association.desk.composing import composed
from juru.association.desk.desk import Desk
from juru.association.desk.due_roll import DueRoll
from juru.association.desk.mail_settings import MailSettings
from juru.association.desk.notices import Listed, listed, log_of, still_due
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject
from juru.association.domain.due import Notice, World, is_late
from juru.association.domain.notices import may_go
from juru.association.errors import MailError
from juru.association.store.reads import Reads
from juru.association.store.rows import milliseconds
from juru.notify import smtp
from juru.notify.mail import Attachment, Mail, message_id
from juru.notify.smtp import Answer, MailServerError, Outcome

SENDER = "juru"
"""Who records it when the program sends by itself."""
_LOCK = "notices.lock"
_WITH_INVOICE = frozenset({"dues_invoice", "first_dues_invoice"})
Attach = Callable[[Reads, str], Attachment | None]
_ADDRESSES = re.compile(r"[^\s<>:;]+@[^\s<>:;]+")


class Sent(msgspec.Struct):
    """What a run did. ``by_hand`` have no mail address, ``held`` wait for a person."""

    sent: int = 0
    failed: int = 0
    refused: int = 0
    unknown: int = 0
    by_hand: int = 0
    held: int = 0
    left: int = 0


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Hold the right to send. Raises ``MailError`` while another process does; a killed one holds nothing."""
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MailError("messages are being sent by another process: wait until it is done") from error
        yield
    finally:
        os.close(descriptor)


class Post:
    """Sends what is due on one book. ``attach`` gives the PDF of an invoice, where there is one."""

    def __init__(
        self, desk: Desk, due: DueRoll, *, now: Callable[[], datetime], attach: Attach = lambda _reads, _number: None
    ) -> None:
        self._desk = desk
        self._due = due
        self._now = now
        self._attach = attach

    async def run(
        self,
        settings: MailSettings,
        password: str,
        *,
        most: int = 1_000,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Sent:
        """Send what may go, in due order, ``most`` at a time, until ``stopping``.

        Raises ``MailError`` when the server cannot be used.
        """
        with alone(self._desk.book.directory):
            world, rows = await asyncio.to_thread(self._listed)
            hands = [row for row in rows if row.by_hand]
            done = Sent(held=sum(row.held for row in rows) - len(hands), by_hand=len(hands))
            now_ms = milliseconds(self._now())
            going = [x for x in rows if not x.by_hand and may_go(x.log, late=x.late, now_ms=now_ms)]
            done.left = max(len(going) - most, 0)
            ready = await asyncio.to_thread(self._ready, world, going[:most], settings)
            if ready:
                try:
                    async with smtp.connected(settings.server, password) as line:
                        for notice, mail in ready:
                            if stopping():
                                break
                            whole = await asyncio.to_thread(self._with_paper, notice, mail)
                            await self._send(line, world, notice, whole, settings, done)
                except MailServerError as error:
                    raise MailError(str(error)) from error
            return done

    def _listed(self) -> tuple[World, list[Listed]]:
        today = self._desk.today(self._now())
        world, found = self._due.on(today)
        with self._desk.book.reading() as reads:
            return world, listed(reads, found, today)

    def _ready(self, world: World, rows: list[Listed], settings: MailSettings) -> list[tuple[Notice, Mail]]:
        """As mails; one whose address is none any more is refused when it is sent, so a person sees it."""
        with self._desk.book.reading() as reads:
            return [(row.notice, composed(reads, world, row.notice, settings).mail(row.notice.key)) for row in rows]

    def _with_paper(self, notice: Notice, mail: Mail) -> Mail:
        """The message of an invoice takes the invoice along."""
        if notice.kind not in _WITH_INVOICE:
            return mail
        with self._desk.book.reading() as reads:
            paper = self._attach(reads, str(notice.told.get("invoice", "")))
        return mail if paper is None else msgspec.structs.replace(mail, attachments=(paper,))

    async def _send(
        self, line: smtp.Line, world: World, notice: Notice, mail: Mail, settings: MailSettings, done: Sent
    ) -> None:
        sender = settings.sender
        if not await asyncio.to_thread(self._begin, world, notice, message_id(mail.key, sender)):
            return
        try:
            answer = await line.send(mail, at=self._now())
        except MailServerError as error:
            # The server went away before it had the message: it was not sent, and the run ends.
            await asyncio.to_thread(self._end, notice, Answer(Outcome.TEMPORARY, str(error)), done)
            raise
        await asyncio.to_thread(self._end, notice, answer, done)

    def _begin(self, world: World, notice: Notice, named: str) -> bool:
        """Mark a message as being sent, unless it may not go any more: paid meanwhile, decided, sent by another."""
        now = self._now()
        now_ms = milliseconds(now)
        with self._desk.book.writing(now_ms, f"{notice.key}@{now_ms}") as writing:
            act = Act(writing, today=self._desk.today(now), by=SENDER)
            log = log_of(act.reads, notice)
            late = is_late(notice, act.today)
            if not may_go(log, late=late, now_ms=now_ms) or not still_due(act.reads, world, notice):
                return False
            fact = a.NoticeSending(on=notice.due_on, message_id=named, member=notice.member)
            act.add(Subject.NOTICE, notice.key, fact)
        return True

    def _end(self, notice: Notice, answer: Answer, done: Sent) -> None:
        """Note what is known; of an unknown outcome the mark says it already."""
        words = _ADDRESSES.sub("…", answer.words)
        kind: type[a.NoticeSent | a.NoticeFailed | a.NoticeRefused]
        match answer.outcome:
            case Outcome.UNKNOWN:
                done.unknown += 1
                return
            case Outcome.SENT:
                done.sent += 1
                kind = a.NoticeSent
            case Outcome.TEMPORARY:
                done.failed += 1
                kind = a.NoticeFailed
            case Outcome.PERMANENT:
                done.refused += 1
                kind = a.NoticeRefused
        fact = kind(on=notice.due_on, answer=words, member=notice.member)
        now_ms = milliseconds(self._now())
        with self._desk.book.writing(now_ms, f"{notice.key}@{now_ms}:{answer.outcome}") as writing:
            act = Act(writing, today=self._desk.today(self._now()), by=SENDER)
            act.add(Subject.NOTICE, notice.key, fact)


async def try_out(settings: MailSettings, password: str, to: str, *, now: datetime, name: str) -> Answer:
    """Send a test mail. Raises ``MailError`` with the remedy."""
    text = f"Surat uji dari {name}. Pengaturan surat berfungsi.\n\n---\n\nA test mail from {name}. Mail works.\n"
    mail = Mail(f"test:{to}:{now.isoformat()}", (to,), f"[{name}] Surat uji / test mail", text)
    try:
        async with smtp.connected(settings.server, password) as line:
            return await line.send(mail, at=now)
    except MailServerError as error:
        raise MailError(str(error)) from error
