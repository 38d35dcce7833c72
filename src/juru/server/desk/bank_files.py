"""A bank's file on its way into the book: read, shown with what would become of each row, then brought in by pieces.

The same for terminal and page. What is shown is judged by the very rules that the writer applies; between the look and
the deed others may be quicker, so what was done is told anew. A piece is one command, small enough that orders never
wait for it; a stop after any piece loses nothing, since a row that is known is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol

import msgspec

from juru.bank.profiles import load_bank_profile
from juru.bank.reading import read_statement
from juru.bank.rules import Mutation, numbered
from juru.bank.statement import Fault, Statement, UnreadableError
from juru.bank.words import Wrong, wrong
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_match import Taken, judge
from juru.server.domain.bank_row import BankBook, row_key
from juru.server.domain.commands import Command
from juru.server.domain.commands_money import BankLine, ImportBankRows
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import BankImported, Result
from juru.server.domain.ticket import Ticket, TicketBook, TicketState
from juru.server.store.reads.papers import PaperReads
from juru.values.days import Zone
from juru.values.rupiah import format_rupiah

PIECE = 500
"""Rows in one command: some tens of milliseconds of the writer."""
SAMPLES = 50
KNOWN, BEFORE, CREDITS = "known", "before", "credits"
"""What becomes of a row besides waiting for one of the reasons of ``Why``."""


class Asked(Protocol):
    """Whoever carries one command to the writer."""

    async def submit(self, command: Command) -> Result:
        """Its result."""


class Seen(msgspec.Struct, frozen=True):
    """One row and what would become of it; ``ticket`` takes it or is what it may be about."""

    row: Mutation
    what: str
    ticket: int | None = None
    agent_id: int | None = None


class Preview(msgspec.Struct):
    """A file judged: counts and sums by what would become of its rows, the first of each kind, and notices."""

    account: str
    file: str
    statement: Statement
    lines: tuple[BankLine, ...]
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    sums_idr: Counter[str] = msgspec.field(default_factory=Counter)
    samples: list[Seen] = []
    notices: list[Wrong] = []

    @property
    def fresh(self) -> int:
        """Rows that are new."""
        return len(self.lines) - self.counts[KNOWN] - self.counts[BEFORE]


def read_file(account: BankAccount, data: bytes, *, today: int, year: int | None = None) -> Statement:
    """The statement in a file of this account. Raises ``UnreadableError`` with what to do."""
    profile = load_bank_profile(account.profile, account.own_profile)
    return read_statement(data, profile, today=today, account_no=account.number, year=year)


class Previewer:
    """Judges the rows of a statement against the book, a page of rows at a time."""

    def __init__(
        self, papers: PaperReads, account: BankAccount, statement: Statement, file: str, *, now_ms: int, zone: Zone
    ) -> None:
        self._papers = papers
        self._account = account
        self._now_ms, self._zone = now_ms, zone
        self._tickets = tickets_in(papers)
        lines = tuple(BankLine(row, nth) for row, nth in numbered(statement.rows))
        self.preview = Preview(account.code, file, statement, lines)
        self._compare_with_earlier()

    def pages(self, size: int = 2_000) -> Iterator[int]:
        """Judge page after page; yields how many rows are judged."""
        preview = self.preview
        for place in range(0, len(preview.lines), size):
            page = preview.lines[place : place + size]
            keys = [row_key(self._account.code, line.row, line.nth) for line in page]
            known = self._papers.known("bank_row", keys)
            for line, key in zip(page, keys, strict=True):
                self._see(line, is_known=key in known)
            yield place + len(page)

    def _see(self, line: BankLine, *, is_known: bool) -> None:
        seen = self._judged(line.row, is_known=is_known)
        counts = self.preview.counts
        if counts[seen.what] < SAMPLES and seen.what not in {KNOWN, BEFORE}:
            self.preview.samples.append(seen)
        counts[seen.what] += 1
        self.preview.sums_idr[seen.what] += line.row.amount_idr

    def _judged(self, row: Mutation, *, is_known: bool) -> Seen:
        if row.day < self._account.since:
            return Seen(row, BEFORE)
        if is_known:
            return Seen(row, KNOWN)
        book = self._tickets
        verdict = judge(book, row, now_ms=self._now_ms, zone=self._zone)
        if isinstance(verdict, Taken):
            ticket = book.by_number[verdict.ticket]
            book.put(verdict.ticket, msgspec.structs.replace(ticket, state=TicketState.PAID))
            return Seen(row, CREDITS, verdict.ticket, ticket.agent_id)
        about = next((book.by_number[number] for number in verdict.tickets[:1]), None)
        number = verdict.tickets[0] if verdict.tickets else None
        return Seen(row, verdict.why.value, number, None if about is None else about.agent_id)

    def _compare_with_earlier(self) -> None:
        """Files of one account must agree with each other: in having a running balance, and in where it stands."""
        filed = self._papers.by_key("bank_book", self._account.code)
        book = None if filed is None else filed.paper
        rows = self.preview.statement.rows
        if not isinstance(book, BankBook) or not book.rows or not rows:
            return
        if rows[0].day <= book.day and (rows[0].balance_idr is None) is not (book.balance_idr is None):
            key = "earlier_had_none" if book.balance_idr is None else "earlier_had_balance"
            raise UnreadableError([Fault(0, "balance", wrong(key, account=self._account.code, day=book.day))])
        before_idr = None if rows[0].balance_idr is None else rows[0].balance_idr - rows[0].amount_idr
        if rows[0].day > book.day and before_idr is not None and before_idr != book.balance_idr:
            self.preview.notices.append(
                wrong(
                    "earlier_gap",
                    before=format_rupiah(book.balance_idr or 0),
                    day=book.day,
                    first=format_rupiah(before_idr),
                )
            )


def tickets_in(papers: PaperReads) -> TicketBook:
    """The tickets whose sums are reserved, from the book."""
    book = TicketBook()
    for filed in papers.every_open("ticket"):
        assert isinstance(filed.paper, Ticket), filed
        book.put(filed.id, filed.paper)
    return book


class BringInError(RuntimeError):
    """The writer refused a piece; what stands before it stands."""

    def __init__(self, refusal: Refusal, done: BankImported) -> None:
        self.refusal = refusal
        self.done = done
        super().__init__(refusal.code.value)


async def bring_in(
    asked: Asked, lines: Sequence[BankLine], account: str, file: str, by: str
) -> AsyncIterator[tuple[int, BankImported]]:
    """Bring a statement in, piece by piece; yields rows done and what they did so far. Raises ``BringInError``."""
    total = BankImported()
    for place in range(0, len(lines), PIECE):
        piece = tuple(lines[place : place + PIECE])
        result = await asked.submit(ImportBankRows(account, piece, file, by))
        if not isinstance(result, BankImported):
            assert isinstance(result, Refusal), result
            raise BringInError(result, total)
        total = _added(total, result)
        yield place + len(piece), total


def _added(one: BankImported, other: BankImported) -> BankImported:
    return BankImported(
        one.rows + other.rows,
        one.known + other.known,
        one.before + other.before,
        one.credited + other.credited,
        one.credited_idr + other.credited_idr,
        dict(Counter(one.waiting) + Counter(other.waiting)),
    )
