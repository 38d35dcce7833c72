"""A statement file on its way into the book: read, shown with what would become of each row, then taken by pieces.

The same for terminal and page. A piece is synced at once; a stop after any piece loses nothing, since a row that is
known is left as it is, whichever file it came in.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from juru.association.desk.accounts import accounts, profile_of, since_of
from juru.association.desk.bank_rows import IGNORED, UNEXPLAINED
from juru.association.desk.desk import Desk
from juru.association.desk.payments import Foreseen, match_one
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.commands import AnyCommand, Done, NoteRows, TakePayment, TakeRow
from juru.association.domain.refusals import Refusal
from juru.association.domain.treasury import RowsTaken
from juru.association.errors import AccountError
from juru.association.store.reads import Reads
from juru.association.store.rows import day_number, day_of
from juru.bank.reading import read_statement
from juru.bank.rules import Mutation, identity, numbered
from juru.bank.statement import Statement

PIECE = 500
SAMPLES = 50
MATCHED, UNMATCHED = "matched", "unmatched"
BEFORE = "before"


class Line(msgspec.Struct, frozen=True):
    """A row with its identity, and what would become of it; ``member`` and ``invoice`` are whose it would be."""

    ref: str
    row: Mutation
    fate: str
    member: str = ""
    invoice: str = ""


class Look(msgspec.Struct):
    """A file judged: every row with its fate, counts and sums by fate."""

    account: str
    file: str
    sha256: str
    statement: Statement
    lines: list[Line] = []
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    sums_idr: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def fresh(self) -> int:
        """Rows that are new."""
        return len(self.lines) - self.counts[IGNORED] - self.counts[BEFORE]


class TakeError(RuntimeError):
    """The desk refused a row; what was taken before it stands."""

    def __init__(self, refusal: Refusal, line: Line) -> None:
        self.refusal = refusal
        self.line = line
        super().__init__(refusal.code.value)


def look(reads: Reads, code: str, data: bytes, *, file: str, today: date, year: int | None = None) -> Look:
    """Read a file of an account and say what would become of each row; nothing is written.

    Raises ``UnreadableError`` for a file that cannot be believed, ``AccountError`` where no files feed the account.
    """
    account = accounts(reads).get(code)
    if account is None or not account.profile:
        fed = ", ".join(name for name, one in accounts(reads).items() if one.profile) or "-"
        message = f"{code or '-'} is no account that files feed: choose one of {fed}, or set it with a profile"
        raise AccountError(message)
    statement = read_statement(data, profile_of(account), today=day_number(today), account_no=account.number, year=year)
    found = Look(code, file, hashlib.sha256(data).hexdigest(), statement)
    since = since_of(reads, code) or date.min
    refs = [(identity(code, row, nth), row) for row, nth in numbered(statement.rows)]
    known = reads.known_subjects(Subject.PAYMENT, [ref for ref, _ in refs])
    foreseen = Foreseen(reads, reads.policies())
    for ref, row in refs:
        line = _judged(reads, ref, row, since=since, known=ref in known, foreseen=foreseen)
        found.lines.append(line)
        found.counts[line.fate] += 1
        found.sums_idr[line.fate] += row.amount_idr
    return found


def _judged(reads: Reads, ref: str, row: Mutation, *, since: date, known: bool, foreseen: Foreseen) -> Line:
    on = day_of(row.day)
    if known or on < since:
        return Line(ref, row, IGNORED if known else BEFORE)
    if row.amount_idr < 0:
        return Line(ref, row, UNEXPLAINED)
    matched = match_one(
        reads, foreseen.policies, TakePayment(way=Way.BANK, amount_idr=row.amount_idr, text=row.text), on, foreseen
    )
    if matched is None:
        return Line(ref, row, UNMATCHED)
    member, invoice = matched
    if invoice is not None:
        foreseen.paid_idr[invoice.number] += row.amount_idr
    return Line(ref, row, MATCHED, member, "" if invoice is None else invoice.number)


def take(desk: Desk, found: Look, *, take_id: str, now: datetime, by: str) -> Iterator[tuple[int, Counter[str]]]:
    """Take a file that was looked at, piece by piece; yields rows done and what became of them so far.

    Raises ``TakeError``.
    """
    total: Counter[str] = Counter()
    for place in range(0, len(found.lines), PIECE):
        piece = found.lines[place : place + PIECE]
        total += _piece(desk, found, piece, take_id=take_id, now=now, by=by)
        yield place + len(piece), Counter(total)


def _piece(desk: Desk, found: Look, piece: list[Line], *, take_id: str, now: datetime, by: str) -> Counter[str]:
    with desk.book.reading() as reads:
        known = reads.known_subjects(Subject.PAYMENT, [line.ref for line in piece])
    fresh = [line for line in piece if line.ref not in known and line.fate != BEFORE]
    asked: list[tuple[AnyCommand, str]] = [(_command(found.account, line), f"{take_id}/{line.ref}") for line in fresh]
    results = desk.do_together(asked, now=now, by=by)
    counts = Counter(line.fate if line.fate == BEFORE else IGNORED for line in piece)
    counts[IGNORED] -= len(fresh)
    for line, result in zip(fresh, results, strict=True):
        if isinstance(result, Refusal):
            raise TakeError(result, line)
        counts[_fate(result)] += 1
    last = piece[-1].row
    fact = RowsTaken(
        on=desk.today(now),
        take=take_id,
        file=found.file,
        sha256=found.sha256,
        rows=len(piece),
        counts={fate: count for fate, count in sorted(counts.items()) if count},
        last_on=day_of(last.day),
        balance_idr=last.balance_idr,
    )
    noted = desk.do(NoteRows(account=found.account, fact=fact), now=now, by=by, request=f"{take_id}@{piece[0].ref}")
    if isinstance(noted, Refusal):
        raise TakeError(noted, piece[-1])
    return +counts


def _command(account: str, line: Line) -> TakeRow:
    row = line.row
    return TakeRow(account=account, on=day_of(row.day), amount_idr=row.amount_idr, ref=line.ref, text=row.text)


def _fate(done: Done) -> str:
    return done.note if done.note in {IGNORED, UNMATCHED, UNEXPLAINED} else MATCHED


class Taken(msgspec.Struct):
    """A file that was taken, or as far as it was."""

    take: str
    account: str
    file: str
    by: str
    on: date
    rows: int
    counts: Counter[str]
    through: date
    balance_idr: int | None


def takes(reads: Reads, code: str) -> list[Taken]:
    """The files of an account and what became of their rows, the latest first."""
    found: dict[str, Taken] = {}
    for one in reads.facts(Subject.ACCOUNT, code):
        fact = one.fact
        if not isinstance(fact, RowsTaken):
            continue
        if fact.take not in found:
            empty: Counter[str] = Counter()
            found[fact.take] = Taken(fact.take, code, fact.file, fact.by, fact.on, 0, empty, fact.last_on, None)
        taken = found[fact.take]
        taken.rows += fact.rows
        taken.counts += Counter(fact.counts)
        taken.through, taken.balance_idr = fact.last_on, fact.balance_idr
    return list(reversed(found.values()))
