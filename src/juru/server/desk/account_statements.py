"""Statements (rekening koran): an account over a span of days as its owner reads it, each posting with its order.

What comes in to an agent is credited; our money at a supplier and in the bank is ours, and so is what an agent owes us:
there it is debited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from juru.server.desk.names import Names
from juru.server.desk.spans import Span
from juru.server.domain.accounts import (
    AGENT_BASE,
    House,
    agent_commission,
    agent_deposit,
    agent_points,
    agent_receivable,
    bank_account,
    supplier_deposit,
)
from juru.server.errors import CommandError
from juru.server.store.reads.reads import Reads
from juru.server.store.reads.statements import Entry, Statement, statement
from juru.values.days import Zone, iso_local
from juru.web.sheets import Cell, Column, Kind, Line, Sheet

Describe = Callable[[Entry], str]
"""A posting in words."""

COLUMNS = (
    Column("at", Kind.TIME),
    Column("text"),
    Column("order", Kind.ID),
    Column("ordered", Kind.DAY),
    Column("in_idr", Kind.MONEY, summed=True),
    Column("out_idr", Kind.MONEY, summed=True),
    Column("balance_idr", Kind.MONEY),
    Column("transfer", Kind.ID),
)
LINES_MAX = 200_000
_PAGE = 2_000
_OWED = frozenset({House.EQUITY, House.SALES, House.SUSPENSE})
"""House accounts whose credit side is their plus; all others are what we own or have spent."""


class Owner(msgspec.Struct, frozen=True):
    """Whose statement it is: his account, by which name, and 1 or -1 for the side that is his plus."""

    kind: str
    code: str
    name: str
    account: int
    sign: int = 1


def owner_of(names: Names, kind: str, code: str) -> Owner:
    """Whose account is meant. Raises ``CommandError`` for what there is not."""
    match kind:
        case "agent":
            agent = names.agent(code)
            return Owner(kind, agent.code, agent.name, agent_deposit(agent.id))
        case "commission":
            agent = names.agent(code)
            return Owner(kind, agent.code, agent.name, agent_commission(agent.id))
        case "points":
            agent = names.agent(code)
            return Owner(kind, agent.code, agent.name, agent_points(agent.id))
        case "debt":
            agent = names.agent(code)
            return Owner(kind, agent.code, agent.name, agent_receivable(agent.id), -1)
        case "supplier":
            supplier = names.supplier(code)
            return Owner(kind, supplier.code, supplier.name, supplier_deposit(supplier.id), -1)
        case "bank":
            bank = names.bank(code)
            return Owner(kind, bank.code, f"{bank.bank} {bank.number}".strip(), bank_account(bank.id), -1)
        case "house":
            return _house(code)
        case _:
            raise CommandError(f"there are no statements of {kind}: one of {', '.join(OWNERS)}")


OWNERS = ("agent", "commission", "points", "debt", "supplier", "bank", "house")


def _house(code: str) -> Owner:
    """One of the business's own accounts: bank, equity, sales ..."""
    try:
        account = House[code.strip().upper()]
    except KeyError:
        known = ", ".join(account.name.lower() for account in House)
        raise CommandError(f"there is no account {code}: one of {known}") from None
    sign = 1 if account in _OWED else -1
    return Owner("house", account.name.lower(), account.name.lower(), account, sign)


class Part(msgspec.Struct, frozen=True):
    """A part of a statement as a table; ``after`` goes on from it, ``held_idr`` is what is held of the balance now."""

    sheet: Sheet
    after: int | None
    brought_idr: int


def statement_part(
    reads: Reads, owner: Owner, span: Span, describe: Describe, *, after: int = 0, limit: int = 100
) -> Part:
    """One page of a statement."""
    told = statement(reads.engine, reads.sums, owner.account, span.first, span.last, after=after, limit=limit)
    sheet = _sheet(owner, span, told, _lines(told, owner.sign, describe, reads.zone()), _held(reads, owner))
    return Part(sheet, told.after, owner.sign * told.brought_idr)


def statement_sheet(reads: Reads, owner: Owner, span: Span, describe: Describe) -> Sheet:
    """A whole statement. Raises ``CommandError`` for one that nobody could read."""
    lines: list[Line] = []
    after: int | None = 0
    told: Statement | None = None
    while after is not None:
        told = statement(reads.engine, reads.sums, owner.account, span.first, span.last, after=after, limit=_PAGE)
        lines.extend(_lines(told, owner.sign, describe, reads.zone()))
        after = told.after
        if len(lines) > LINES_MAX:
            raise CommandError(f"{owner.code} moved more than {LINES_MAX} times in {span}: take a shorter span")
    assert told is not None
    return _sheet(owner, span, told, iter(lines), _held(reads, owner))


def _sheet(owner: Owner, span: Span, told: Statement, lines: Iterator[Line], held_idr: int) -> Sheet:
    came_idr, went_idr = (told.credit_idr, told.debit_idr) if owner.sign == 1 else (told.debit_idr, told.credit_idr)
    facts: dict[str, Cell] = {
        owner.kind: owner.code,
        "name": owner.name,
        "span": str(span),
        "opening_idr": owner.sign * told.opening_idr,
        "in_idr": came_idr,
        "out_idr": went_idr,
        "closing_idr": owner.sign * told.closing_idr,
    }
    if held_idr:
        facts["held_idr"] = held_idr
    total: tuple[Cell, ...] = (None, None, None, None, came_idr, went_idr, owner.sign * told.closing_idr, None)
    return Sheet("statement", facts, COLUMNS, tuple(lines), total)


def _lines(told: Statement, sign: int, describe: Describe, zone: Zone) -> Iterator[Line]:
    for entry in told.entries:
        amount_idr = sign * entry.amount_idr
        cells: tuple[Cell, ...] = (
            iso_local(entry.at_ms, zone),
            describe(entry),
            entry.order_id,
            entry.order_day if entry.order_day != entry.day else None,
            amount_idr if amount_idr > 0 else None,
            -amount_idr if amount_idr < 0 else None,
            sign * entry.balance_idr,
            entry.transfer_id,
        )
        yield Line(str(entry.posting_id), cells)


def _held(reads: Reads, owner: Owner) -> int:
    """What is held of an agent's deposit now."""
    if owner.account < AGENT_BASE:
        return 0
    return reads.held_idr(owner.account)
