"""``audit`` proves the association's book: the chain of seals, the money, and that facts and money say the same.

Every transfer is named by exactly one fact, or is the mirror of one whose fact was taken back. What each member owes
and has is folded from the facts of invoices and payments and compared with his accounts; what was received for dues is
the sum of the shares, to the rupiah; invoices, receipts, credit notes and letters are numbered without gaps in each
year.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec

from juru.association.domain.affairs import (
    Allocated,
    HandedIn,
    Issued,
    Received,
    Reversal,
    Shared,
    ShareMoved,
    Subject,
    WrittenOff,
)
from juru.association.domain.facts import Fact
from juru.association.domain.letters import Direction
from juru.association.domain.letters import series as series_of
from juru.association.domain.registers import LetterReceived, LetterSent
from juru.association.domain.treasury import (
    CASH_OUT,
    OUTGOING,
    REFUNDS,
    UNMATCHED,
    AccountSet,
    Named,
    RefundAsked,
    RefundConfirmed,
    SettlementAsked,
    WentOut,
    book_account,
)
from juru.association.store.audit_paid import PaidPeriods
from juru.association.store.projection import InvoiceRow, fold, opened
from juru.association.store.rows import DECODERS, bare, fact_row
from juru.association.store.schema import SEALED, tables
from juru.books.audit import Progress, walk
from juru.books.audit_money import Money
from juru.books.engine import BookEngine, Row
from juru.books.findings import Findings, Head
from juru.books.rules import Kind, Transfer

_BODY, _REVERSES = -1, -3
_CARRIES_MONEY = (
    *(Issued, Allocated, Shared, ShareMoved, WrittenOff, Received, HandedIn),
    *(AccountSet, WentOut, Named, RefundConfirmed),
)
_INVOICES = "SELECT * FROM invoices ORDER BY number"
_HASH_BLOCK = 1 << 20


class AssociationFindings(Findings):
    """Everything an audit of an association found."""

    facts: int = 0


def audit(
    engine: BookEngine,
    *,
    documents: Path | None = None,
    expected_head: Head | None = None,
    progress: Progress | None = None,
) -> AssociationFindings:
    """Audit the whole book on a connection of its own, and the kept documents where their folder is given."""
    found = AssociationFindings()
    reader = _Association(engine, found, documents)
    walk(engine, tables, SEALED, reader, found, expected_head=expected_head, progress=progress)
    return found


class _Standing(msgspec.Struct):
    """A fact that has not been taken back so far."""

    subject: Subject
    subject_id: str
    fact: Fact


class _Association:
    """What the rows of an association say, held against each other and against all before."""

    def __init__(self, engine: BookEngine, found: AssociationFindings, documents: Path | None) -> None:
        self._engine = engine
        self._found = found
        self._money = Money(engine, found)
        self._documents = documents
        self._facts: dict[int, _Standing] = {}
        self._accounts: dict[str, int] = {}
        self._account_numbers: set[int] = set()
        self._claimed: dict[int, int] = {}
        self._moved: dict[int, Transfer] = {}
        self._mirrored: set[int] = set()
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._rows: dict[str, Received | WentOut] = {}
        self._periods = PaidPeriods(found)

    def commit(self, no: int, at_ms: int | None, rows: dict[str, list[Row]]) -> None:
        """One commit."""
        for _, _, number, name in rows["accounts"]:
            self._accounts[name] = number
            self._account_numbers.add(number)
        moved = self._money.commit(no, at_ms, rows["transfers"], rows["postings"])
        self._found.transfers += len(rows["transfers"])
        self._moved |= moved
        known = self._account_numbers
        for transfer in moved.values():
            if any(p.debit not in known or p.credit not in known for p in transfer.postings):
                self._found.add("account", no, "transfers", transfer.id, "moves an account that has no name")
            if transfer.kind is Kind.REVERSAL and transfer.of_id is not None:
                self._mirrored.add(transfer.of_id)
        for row in rows["facts"]:
            self._fact(no, at_ms, row)
        for row in rows["documents"]:
            self._document(no, row)

    def _fact(self, no: int, at_ms: int | None, row: Row) -> None:
        number, reverses = row[0], row[_REVERSES]
        self._found.facts += 1
        subject, subject_id = row[2], row[3]
        try:
            plain = DECODERS[subject].decode(row[_BODY])
        except (KeyError, msgspec.DecodeError) as error:
            self._found.add("fact", no, "facts", number, f"is no fact of a {subject}: {error}"[:200])
            return
        told = msgspec.structs.replace(plain, by=row[9], source=row[10])
        written = fact_row(number, no, row[8], (Subject(subject), subject_id), told, reverses)
        if bare(plain) != plain or written != tuple(row):
            self._found.add("fact", no, "facts", number, "its columns are not those of its body")
        if at_ms is not None and row[8] != at_ms:
            self._found.add("time", no, "facts", number, f"known at {row[8]}, its commit is of {at_ms}")
        if isinstance(plain, Reversal) or reverses is not None:
            self._take_back(no, row, plain)
            return
        self._facts[number] = _Standing(Subject(subject), subject_id, plain)
        self._number(subject_id if isinstance(plain, Issued) else "")
        self._number(plain.receipt if isinstance(plain, Received) else "")
        self._number(plain.credit_note if isinstance(plain, WrittenOff) else "")
        self._number(subject_id if isinstance(plain, WentOut) and subject_id.startswith(CASH_OUT) else "")
        self._number(subject_id if isinstance(plain, RefundAsked | SettlementAsked) else "")
        if isinstance(plain, LetterSent | LetterReceived):
            self._letter(no, number, plain)
        self._periods.note(number, subject_id, plain, row[10])
        if isinstance(plain, _CARRIES_MONEY) and plain.transfer:
            self._claim(no, number, plain.transfer)

    def _take_back(self, no: int, row: Row, plain: Any) -> None:  # noqa: ANN401 - whatever the body decoded to
        number, reverses = row[0], row[_REVERSES]
        taken = self._facts.pop(reverses, None)
        if not isinstance(plain, Reversal) or taken is None:
            self._found.add("reversal", no, "facts", number, f"takes back {reverses}, which is no fact that stands")
        elif (taken.subject, taken.subject_id) != (row[2], row[3]):
            self._found.add("reversal", no, "facts", number, f"takes back {reverses}, which is about something else")
        elif isinstance(taken.fact, _CARRIES_MONEY) and taken.fact.transfer:
            self._claimed.pop(taken.fact.transfer, None)
            if taken.fact.transfer not in self._mirrored:
                detail = f"takes back {reverses}, whose transfer {taken.fact.transfer} was not reversed"
                self._found.add("reversal", no, "facts", number, detail)

    def _number(self, given: str) -> None:
        """Note a number such as ``INV-2026-00012`` under its series."""
        if given:
            series, _, number = given.rpartition("-")
            self._numbers[series].append(int(number) if number.isdigit() else -1)

    def _letter(self, no: int, number: int, plain: LetterSent | LetterReceived) -> None:
        """Note a letter's number under its body, direction and year."""
        direction = Direction.IN if isinstance(plain, LetterReceived) else Direction.OUT
        found = series_of(plain.number)
        if found is None or found[:3] != (plain.body, direction, plain.on.year):
            self._found.add("numbering", no, "facts", number, f"{plain.number} is no number of this letter")
            return
        self._numbers[f"letters {direction.value} of {plain.body} in {plain.on.year}"].append(found[3])

    def _claim(self, no: int, number: int, transfer_id: int) -> None:
        if transfer_id not in self._moved:
            self._found.add("unposted", no, "facts", number, f"names transfer {transfer_id}, which is not in the book")
        elif transfer_id in self._claimed:
            detail = f"names transfer {transfer_id}, as fact {self._claimed[transfer_id]} does"
            self._found.add("unposted", no, "facts", number, detail)
        self._claimed[transfer_id] = number

    def _document(self, no: int, row: Row) -> None:
        if self._documents is None:
            return
        path = self._documents / row[2][:2] / row[2]
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while block := file.read(_HASH_BLOCK):
                    digest.update(block)
        except OSError as error:
            self._found.add("document", no, "documents", row[0], f"{row[2]} cannot be read: {error.strerror}")
            return
        if digest.hexdigest() != row[2]:
            self._found.add("document", no, "documents", row[0], f"{row[2]} is not what was kept")

    def finish(self) -> None:
        """What only the whole book can show."""
        for transfer_id, transfer in self._moved.items():
            gone = transfer_id in self._mirrored or transfer.kind is Kind.REVERSAL
            if (transfer_id in self._claimed) is gone:
                what = "is reversed, but its fact stands" if gone else "no fact names it"
                self._found.add("unclaimed", None, "transfers", transfer_id, what)
        for series, numbers in sorted(self._numbers.items()):
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                self._found.add("numbering", None, "facts", None, f"{series} is not numbered 1 to {len(numbers)}")
        self._accounts_agree()
        self._invoices_agree()
        self._money.finish()

    def _invoices_agree(self) -> None:
        """The rows by which money is looked for, folded anew from what stands."""
        wanted: dict[str, InvoiceRow] = {}
        of_invoices = [one for one in self._facts.values() if one.subject is Subject.INVOICE]
        for one in of_invoices:
            if isinstance(one.fact, Issued):
                wanted[one.subject_id] = opened(one.subject_id, one.fact)
        for one in of_invoices:
            if one.subject_id in wanted:
                fold(wanted[one.subject_id], one.fact)
        kept = {row[0]: row for row in self._engine.rows(_INVOICES)}
        for number in sorted(kept.keys() | wanted.keys()):
            if number not in wanted or wanted[number].values() != kept.get(number):
                self._found.add("invoice_row", None, "invoices", None, f"{number} is not what its facts say")

    def _accounts_agree(self) -> None:
        """Members' accounts and shares, folded from the facts of invoices and payments."""
        expected: Counter[str] = Counter()
        standing_now = self._facts.values()
        invoices = {s.subject_id: s.fact for s in standing_now if isinstance(s.fact, Issued)}
        self._rows = {s.subject_id: s.fact for s in standing_now if isinstance(s.fact, Received | WentOut)}
        for number, standing in self._facts.items():
            owner = invoices.get(standing.subject_id) if standing.subject is Subject.INVOICE else None
            self._expect(expected, number, standing, owner)
        nets = self._money.nets_idr()
        for name, account in self._accounts.items():
            net_idr = nets.get(account, 0)
            if net_idr != expected[name]:
                detail = f"{name} has {net_idr}, facts say {expected[name]}"
                self._found.add("facts_and_money", None, "accounts", account, detail)
            if name.startswith("credit:") and net_idr < 0:
                self._found.add("facts_and_money", None, "accounts", account, f"{name} is below zero")
        allocated: Counter[str] = Counter()
        shared: Counter[str] = Counter()
        for standing in self._facts.values():
            match standing.fact:
                case Allocated(amount_idr=amount_idr):
                    allocated[standing.subject_id] += amount_idr
                case Shared(received_idr=received_idr):
                    shared[standing.subject_id] += received_idr
                case _:
                    pass
        for invoice, received_idr in shared.items():
            if allocated[invoice] != received_idr:
                detail = f"{invoice} shared {received_idr}, but {allocated[invoice]} was received"
                self._found.add("share", None, "facts", None, detail)
        self._periods.prove(set(self._facts), invoices, allocated)

    def _expect(self, expected: Counter[str], number: int, standing: _Standing, owner: Issued | None) -> None:
        """Add what a fact says of accounts."""
        match standing.fact:
            case Issued(member=member) as issued:
                expected[f"member:{member}"] -= issued.total_idr
                expected["invoiced"] += issued.total_idr
            case Received(amount_idr=amount_idr, member=member, account=account):
                expected[account] -= amount_idr
                expected[f"credit:{member}" if member else "unmatched"] += amount_idr
            case HandedIn(amount_idr=amount_idr, account=account):
                expected[account] -= amount_idr
                expected[f"cash:{standing.subject_id}"] += amount_idr
            case ShareMoved(giver=giver, taker=taker, amount_idr=amount_idr):
                expected[giver] -= amount_idr
                expected[taker] += amount_idr
            case Allocated(amount_idr=amount_idr) if owner is not None:
                expected[f"credit:{owner.member}"] -= amount_idr
                expected[f"member:{owner.member}"] += amount_idr
            case WrittenOff(amount_idr=amount_idr) if owner is not None:
                expected["invoiced"] -= amount_idr
                expected[f"member:{owner.member}"] += amount_idr
            case Shared(parts=parts, received_idr=received_idr) if owner is not None:
                expected["invoiced"] -= received_idr
                for part in parts:
                    expected[part.to] += part.amount_idr
                if sum(part.amount_idr for part in parts) != received_idr:
                    self._found.add("share", None, "facts", number, f"its parts are not {received_idr} together")
            case Allocated() | WrittenOff() | Shared():
                self._found.add("share", None, "facts", number, "of an invoice that does not stand")
            case _:
                self._expect_purse(expected, number, standing)

    def _expect_purse(self, expected: Counter[str], number: int, standing: _Standing) -> None:
        """The same of the association's own purse."""
        match standing.fact:
            case AccountSet(unit=unit, opening_idr=opening_idr):
                expected[book_account(standing.subject_id)] -= opening_idr
                expected[f"opening:{unit}"] += opening_idr
            case WentOut(account=account, amount_idr=amount_idr):
                expected[account] += amount_idr
                expected[OUTGOING] -= amount_idr
            case RefundConfirmed(member=member, amount_idr=amount_idr):
                expected[f"credit:{member}"] -= amount_idr
                expected[REFUNDS] += amount_idr
            case Named(amount_idr=amount_idr) as named:
                row = self._rows.get(standing.subject_id)
                if row is None:
                    self._found.add("row", None, "facts", number, f"names {standing.subject_id}, which does not stand")
                    return
                sign = 1 if isinstance(row, WentOut) else -1
                expected[OUTGOING if isinstance(row, WentOut) else UNMATCHED] += sign * amount_idr
                expected[named.against] -= sign * amount_idr
            case _:
                pass
