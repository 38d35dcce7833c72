"""What a treasurer looks at: rows that wait, cash in hand, payments on another branch's account, proposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from juru.association.desk.accounts import accounts
from juru.association.desk.acting import chosen_branch
from juru.association.domain import affairs as a
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.boards import NATIONAL
from juru.association.domain.branches import home
from juru.association.domain.matching import bare
from juru.association.domain.treasury import Named, RowAs, WentOut
from juru.association.store.reads import Reads
from juru.association.store.rows import Recorded, day_of, recorded

_WAITING = """
SELECT f.* FROM facts f WHERE kind IN ('went_out', 'received') AND concerns IS NULL
AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = f.id)
AND NOT EXISTS (
    SELECT 1 FROM facts n WHERE n.subject_kind = 'payment' AND n.subject_id = f.subject_id AND n.kind = 'named'
    AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = n.id)
)
ORDER BY f.id
"""
_CASH = "SELECT name FROM accounts WHERE name LIKE 'cash:%' ORDER BY name"
_ON_ACCOUNT = """
SELECT subject_id FROM facts f WHERE kind = 'received' AND concerns IS NOT NULL AND instr(body, ?) > 0
AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.reverses = f.id) ORDER BY id DESC
"""


class Waiting(msgspec.Struct):
    """A row that a person must explain; below zero it went out."""

    ref: str
    account: str
    unit: str
    on: date
    amount_idr: int
    text: str


def waiting_rows(reads: Reads, unit: str = "") -> list[Waiting]:
    """Every row that waits, or those on a unit's accounts, in the order in which they came."""
    units = {f"bank:{code}": account.unit for code, account in accounts(reads).items()}
    found = []
    for one in map(recorded, reads.engine.rows(_WAITING)):
        row = one.fact
        assert isinstance(row, a.Received | WentOut), one
        where = units.get(row.account, NATIONAL)
        if unit in {"", where}:
            amount_idr = row.amount_idr if isinstance(row, a.Received) else -row.amount_idr
            found.append(Waiting(one.subject_id, row.account, where, row.on, amount_idr, row.text))
    return found


def row_of(found: list[Recorded]) -> a.Received | WentOut | None:
    """The money in or out among the facts of a payment."""
    return next((one.fact for one in found if isinstance(one.fact, a.Received | WentOut)), None)


class Proposal(msgspec.Struct):
    """An invoice that a waiting row may be for, and why; a person decides."""

    invoice: str
    member: str
    branch: str
    outstanding_idr: int
    why: str


PROPOSED = 20
_SAME_SUM = """
SELECT number, member, branch, outstanding_idr FROM invoices WHERE asked_idr = ? AND outstanding_idr > 0
AND issued_day <= ? ORDER BY due_day, number LIMIT ?
"""
_NAMED = "SELECT number, member, branch, outstanding_idr FROM invoices WHERE number = ?"
_OF_MEMBER = """
SELECT number, member, branch, outstanding_idr FROM invoices WHERE member = ? AND outstanding_idr > 0
ORDER BY due_day, number LIMIT 5
"""


def proposals(reads: Reads, row: Waiting) -> list[Proposal]:
    """Invoices whose number or whose member's number is in the text, then those of exactly the sum. Never a name."""
    if row.amount_idr <= 0:
        return []
    found: dict[str, Proposal] = {}
    text = bare(row.text)
    for at in range(len(text)):
        digits = text[at : at + 12]
        if digits.startswith("INV") and digits[3:].isdigit() and len(digits) == 12:
            _propose(found, reads, _NAMED, (f"INV-{digits[3:7]}-{digits[7:]}",), "number")
        if text[at : at + 6].isdigit() and len(text[at : at + 6]) == 6:
            _propose(found, reads, _OF_MEMBER, (text[at : at + 6],), "member")
    on = row.on.year * 10_000 + row.on.month * 100 + row.on.day
    _propose(found, reads, _SAME_SUM, (row.amount_idr, on, PROPOSED), "sum")
    return list(found.values())[:PROPOSED]


def _propose(found: dict[str, Proposal], reads: Reads, sql: str, asked: tuple[str | int, ...], why: str) -> None:
    for number, member, branch, outstanding_idr in reads.engine.rows(sql, asked):
        found.setdefault(str(number), Proposal(number, member, branch, outstanding_idr, why))


class Cash(msgspec.Struct):
    """What a treasurer holds; ``since`` is the day of the oldest cash not handed in, ``due_on`` his last day for it."""

    treasurer: str
    held_idr: int
    since: date
    due_on: date
    overdue: bool


def cash_in_hand(reads: Reads, today: date) -> list[Cash]:
    """Every treasurer who holds cash. The oldest is handed in, or spent, first."""
    found, policies = [], reads.policies()
    for (name,) in reads.engine.rows(_CASH):
        held_idr = -reads.net_idr(str(name))
        if held_idr <= 0:
            continue
        since = _oldest(reads, str(name), held_idr)
        due_on = since + timedelta(days=policies.on(since).cash_days)
        found.append(Cash(str(name).partition(":")[2], held_idr, since, due_on, today > due_on))
    return found


def _oldest(reads: Reads, account: str, held_idr: int) -> date:
    """The day of the oldest receipt that is not handed in whole, counted from the newest back."""
    since = date.max
    for on_day, _, body in reads.cash_received(account):
        since = day_of(on_day)
        held_idr -= msgspec.json.decode(body, type=a.Received).amount_idr
        if held_idr <= 0:
            break
    return since


class Misdirected(msgspec.Struct):
    """A payment on the account of another branch than the member's."""

    ref: str
    on: date
    account: str
    unit: str
    member: str
    branch: str
    amount_idr: int
    receipt: str


def misdirected(reads: Reads, branch: str = "") -> list[Misdirected]:
    """Payments on a branch's account for members of others, the latest first; of one branch on either side."""
    found = []
    there = reads.branches()
    for code, account in accounts(reads).items():
        if account.unit == NATIONAL:
            continue
        for ref, row in _received_on(reads, f"bank:{code}"):
            whose = home(there, chosen_branch(reads.facts(Subject.MEMBER, row.member), row.on), row.on)[0]
            if whose == account.unit or branch not in {"", whose, account.unit}:
                continue
            found.append(Misdirected(ref, row.on, code, account.unit, row.member, whose, row.amount_idr, row.receipt))
    return found


def _received_on(reads: Reads, account: str) -> Iterator[tuple[str, a.Received]]:
    for (ref,) in reads.engine.rows(_ON_ACCOUNT, (f'"account":"{account}"',)):
        row = row_of(reads.facts(Subject.PAYMENT, str(ref)))
        if isinstance(row, a.Received) and row.way is Way.BANK:
            yield str(ref), row


class NamedRow(msgspec.Struct):
    """A row that a person explained."""

    ref: str
    on: date
    what: RowAs
    to: str
    unit: str
    amount_idr: int
    reason: str
    by: str


def named_as(reads: Reads, what: RowAs, since: date, until: date, unit: str = "") -> list[NamedRow]:
    """Rows of ``[since, until)`` that are said to be one thing, of a unit or of all, by day."""
    rows = reads.of_days("named", since, until)
    return [
        NamedRow(one.subject_id, one.fact.on, fact.what, fact.to, fact.unit, fact.amount_idr, fact.reason, fact.by)
        for one in rows
        if isinstance(fact := one.fact, Named) and fact.what is what and unit in {"", fact.unit}
    ]
