"""The association's book: one writer at a time, every use case one sealed commit, or none.

A use case reads and writes within one transaction of the database, which is its lock among processes; a lock of this
object is it among threads. What it adds is chained to the latest commit as read inside that transaction, so a command
on the terminal and a serving process may share a book.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from juru.association.domain.affairs import Issued, Subject
from juru.association.domain.facts import Fact
from juru.association.errors import DirectoryError
from juru.association.store.migrate import migrate, require_current
from juru.association.store.projection import InvoiceRow, fold, opened
from juru.association.store.reads import Reads
from juru.association.store.rows import fact_row
from juru.association.store.schema import SEALED, tables
from juru.books.engine import Params
from juru.books.log import Log
from juru.books.rules import Balance, Kind, Ledger, Posting, Transfer, apply, mirrored
from juru.books.schema import FIRST_PRIVATE_ACCOUNT
from juru.books.sqlite import SqliteEngine
from juru.values.days import Zone, business_day

DATABASE = "association.db"
_LAST = "SELECT max(id) FROM {}"
_NAMED = "SELECT number FROM accounts WHERE name = ?"
_BALANCE = "SELECT net_idr, held_idr FROM balances WHERE account = ?"
_POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
_INVOICE = "SELECT * FROM invoices WHERE number = ?"
_REQUEST = "SELECT digest, result FROM requests WHERE request_id = ?"
SHARED_ACCOUNTS = (
    *("bank", "invoiced", "unmatched", "national:dues", "national:fees", "national:rounding"),
    *("outgoing", "refunds"),
)
"""Accounts that belong to nobody in particular; the others are made when they are first named."""


class Entry(msgspec.Struct, frozen=True):
    """Rupiah from one named account to another."""

    debit: str
    credit: str
    amount_idr: int


class Writing:
    """What one use case adds; it reads by ``reads`` what stands, its own facts not yet among it."""

    def __init__(self, engine: SqliteEngine, commit_no: int, at_ms: int, zone: Zone) -> None:
        self.reads = Reads(engine)
        self.commit_no = commit_no
        self.at_ms = at_ms
        self.rows: dict[str, list[Params]] = {name: [] for name in SEALED}
        self._engine = engine
        self._zone = zone
        self._next = {name: (engine.rows(_LAST.format(name))[0][0] or 0) + 1 for name in SEALED}
        self._accounts: dict[str, int] = {}
        self.invoices: dict[str, InvoiceRow] = {}
        self.ledger: Ledger = {}

    def fact(self, subject: Subject, subject_id: str, fact: Fact, *, reverses: int | None = None) -> int:
        """Add a fact; its number."""
        number = self._number("facts")
        row = fact_row(number, self.commit_no, self.at_ms, (subject, subject_id), fact, reverses)
        self.rows["facts"].append(row)
        if subject is Subject.INVOICE:
            self._project(subject_id, fact, reverses)
        return number

    def _project(self, number: str, fact: Fact, reverses: int | None) -> None:
        """Keep the row of an invoice in step with its facts."""
        if isinstance(fact, Issued):
            self.invoices[number] = opened(number, fact)
            return
        if number not in self.invoices:
            self.invoices[number] = InvoiceRow(*self._engine.rows(_INVOICE, (number,))[0])
        taken = fact if reverses is None else self.reads.fact(reverses).fact
        fold(self.invoices[number], taken, back=reverses is not None)

    def transfer(self, code: str, entries: Sequence[Entry], memo: str) -> int:
        """Post money at once; entries of zero are left out. The transfer's number, 0 when nothing moved."""
        postings = tuple(
            Posting(self.account(e.debit), self.account(e.credit), e.amount_idr) for e in entries if e.amount_idr
        )
        return self._post(Kind.DIRECT, code, postings, memo, None) if postings else 0

    def reverse(self, transfer_id: int, memo: str) -> int:
        """Post the mirror of a transfer."""
        postings = tuple(Posting(*row) for row in self._engine.rows(_POSTINGS, (transfer_id,)))
        return self._post(Kind.REVERSAL, "reversal", mirrored(postings), memo, transfer_id)

    def net_idr(self, account: str) -> int:
        """An account's net, what this use case has moved included."""
        number = self._named(account)
        return 0 if number is None else self._balance(number).net_idr

    def document(self, *, sha256: str, name: str, media_type: str, size_bytes: int, by: str) -> int:
        """Note a document whose bytes are kept under their hash already."""
        number = self._number("documents")
        self.rows["documents"].append((number, self.commit_no, sha256, name, media_type, size_bytes, by, self.at_ms))
        return number

    def request(self, *, request_id: str, digest: str, result: str, by: str) -> None:
        """Note what a request was answered with, so that its repetition is answered the same and does nothing."""
        number = self._number("requests")
        self.rows["requests"].append((number, self.commit_no, request_id, digest, result, by, self.at_ms))

    def account(self, name: str) -> int:
        """The number of a named account, made when it is first named."""
        number = self._named(name)
        if number is None:
            row_id = self._number("accounts")
            shared = name in SHARED_ACCOUNTS
            number = 1 + SHARED_ACCOUNTS.index(name) if shared else FIRST_PRIVATE_ACCOUNT + row_id
            self._accounts[name] = number
            self.rows["accounts"].append((row_id, self.commit_no, number, name))
        return number

    def _named(self, name: str) -> int | None:
        if name not in self._accounts:
            for (number,) in self._engine.rows(_NAMED, (name,)):
                self._accounts[name] = int(number)
        return self._accounts.get(name)

    def _post(self, kind: Kind, code: str, postings: tuple[Posting, ...], memo: str, of_id: int | None) -> int:
        transfer = Transfer(self._number("transfers"), kind, postings, code, of_id, None, memo)
        for posting in postings:
            self._balance(posting.debit)
            self._balance(posting.credit)
        apply(self.ledger, transfer)
        day = business_day(self.at_ms, self._zone)
        head = (transfer.id, self.commit_no, kind.value, of_id, code, None, day, self.at_ms, memo)
        self.rows["transfers"].append(head)
        for p in postings:
            row = (self._number("postings"), self.commit_no, transfer.id, p.debit, p.credit, p.amount_idr)
            self.rows["postings"].append(row)
        return transfer.id

    def _balance(self, account: int) -> Balance:
        if account not in self.ledger:
            rows = self._engine.rows(_BALANCE, (account,))
            self.ledger[account] = Balance(*rows[0]) if rows else Balance()
        return self.ledger[account]

    def _number(self, name: str) -> int:
        number = self._next[name]
        self._next[name] = number + 1
        return number


class Book:
    """An association's book in a directory; not ``synced``, it may be lost with the power: for a demo being made."""

    def __init__(self, directory: Path, *, zone: Zone = Zone.WIB, synced: bool = True) -> None:
        self.directory = directory
        self.zone = zone
        self._engine = _opened(directory, synced=synced)
        self._log = Log(self._engine, tables, SEALED)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def writing(self, at_ms: int, batch_id: str) -> Iterator[Writing]:
        """One use case: what it has added when the body ends is one commit, synced; nothing if it added nothing.

        The commit is never earlier than the one before it. A body that raises adds nothing.
        """
        with self.together() as sharing, sharing(at_ms, batch_id) as writing:
            yield writing

    @contextlib.contextmanager
    def together(self) -> Iterator[Callable[[int, str], contextlib.AbstractContextManager[Writing]]]:
        """Many use cases, each a commit of its own that the next one reads, synced at once when the body ends.

        One that raises adds nothing; if the body raises, none of them stands.
        """
        with self._lock:
            self._engine.begin()
            try:
                yield self._one
                self._engine.commit()
            except BaseException:
                self._engine.rollback()
                raise

    @contextlib.contextmanager
    def _one(self, at_ms: int, batch_id: str) -> Iterator[Writing]:
        latest_no, latest_ms = self._log.resume()
        writing = Writing(self._engine, latest_no + 1, max(at_ms, latest_ms), self.zone)
        yield writing
        self._write(writing, batch_id)

    def _write(self, writing: Writing, batch_id: str) -> None:
        if not any(writing.rows.values()):
            return
        self._log.write(writing.commit_no, batch_id, writing.at_ms, writing.rows)
        touched = {account for row in writing.rows["postings"] for account in row[3:5]}
        balances = [(a, b.net_idr, b.held_idr) for a, b in writing.ledger.items() if a in touched]
        self._engine.upsert(tables["balances"], "account", balances)
        invoices = [row.values() for row in writing.invoices.values()]
        self._engine.upsert(tables["invoices"], "number", invoices)

    def answered(self, request_id: str) -> tuple[str, str] | None:
        """Digest and result of a request that was carried out before; asked inside or outside of a use case."""
        rows = self._engine.rows(_REQUEST, (request_id,))
        return (str(rows[0][0]), str(rows[0][1])) if rows else None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reads]:
        """Reads on a connection of their own, all of one moment."""
        engine = SqliteEngine(self.directory / DATABASE, read_only=True)
        try:
            engine.rows("BEGIN")
            yield Reads(engine)
        finally:
            engine.close()

    def close(self) -> None:
        """Release the database, once the use case that runs has ended."""
        with self._lock:
            self._engine.close()


def make(directory: Path) -> None:
    """An empty book in a new directory. Raises ``DirectoryError`` for one that holds anything."""
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            message = f"{directory} is not empty: choose a new directory, or remove what is there first"
            raise DirectoryError(message)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = SqliteEngine(directory / DATABASE)
    except OSError as error:
        message = f"{directory} cannot be made: {error.strerror}"
        raise DirectoryError(message) from error
    try:
        migrate(engine)
    finally:
        engine.close()


def require(directory: Path) -> Path:
    """The directory, if an association is there. Raises ``DirectoryError`` with the remedy."""
    if not (directory / DATABASE).is_file():
        message = f"no association in {directory}: make one with 'juru association init {directory}', or name another"
        raise DirectoryError(message)
    return directory


def _opened(directory: Path, *, synced: bool) -> SqliteEngine:
    engine = SqliteEngine(require(directory) / DATABASE, synchronous="FULL" if synced else "OFF")
    try:
        require_current(engine)
    except BaseException:
        engine.close()
        raise
    return engine
