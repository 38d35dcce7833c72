"""The running balance, proved row by row; and sen, which only a proved balance may turn into rupiah. Pure.

Banks book interest in sen, Juru keeps whole rupiah. Where the running balance proves a row, the row moves what the
whole rupiah of the balance moved by, so that our book never drifts from the statement. Where nothing proves it, sen are
as likely Excel's as the bank's, and named.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from juru.bank.cells import SEN
from juru.bank.rules import Mutation
from juru.bank.statement import FAULTS_MAX, Fault
from juru.bank.words import wrong

_NO_BALANCE = wrong("row_no_balance")


class Money(msgspec.Struct, frozen=True):
    """A row as read: ``amount`` and ``balance`` in sen."""

    line: int
    day: int
    amount: int
    text: str
    balance: int | None


def proved(
    rows: Sequence[Money], opening: int | None, closing: int | None, *, running: bool
) -> tuple[tuple[Mutation, ...], list[Fault]]:
    """Rows oldest first in whole rupiah, and what contradicts the balances; ``opening`` and ``closing`` are in sen."""
    ordered = list(rows)
    if running and any(row.balance is not None for row in rows):
        if cut := [Fault(row.line, "balance", _NO_BALANCE) for row in rows if row.balance is None]:
            return (), cut[:FAULTS_MAX]
        upward, downward = _breaks(rows, opening), _breaks(list(reversed(rows)), opening)
        if len(downward) < len(upward):
            ordered, breaks = list(reversed(rows)), downward
        else:
            breaks = upward
        if breaks:
            return (), [_break_fault(row, before) for row, before in breaks[:FAULTS_MAX]]
    elif _newest_first(rows):
        ordered = list(reversed(rows))
    faults = _sum_fault(ordered, opening, closing)
    mutations, unproved = _whole(ordered, opening, running=running)
    return mutations, [*faults, *unproved]


def _breaks(rows: Sequence[Money], opening: int | None) -> list[tuple[Money, int]]:
    """Rows whose balance is not the balance before plus their amount, each with the balance before it."""
    found: list[tuple[Money, int]] = []
    before = opening
    for row in rows:
        assert row.balance is not None, row
        if before is not None and before + row.amount != row.balance:
            found.append((row, before))
        before = row.balance
    return found


def _break_fault(row: Money, before: int) -> Fault:
    assert row.balance is not None, row
    sums = {"balance": row.balance, "before": before, "amount": row.amount, "makes": before + row.amount}
    why = wrong("balance_break", **{name: shown(sen) for name, sen in sums.items()})
    return Fault(row.line, "balance", why)


def _newest_first(rows: Sequence[Money]) -> bool:
    return len(rows) > 1 and rows[0].day > rows[-1].day


def _sum_fault(rows: Sequence[Money], opening: int | None, closing: int | None) -> list[Fault]:
    """Opening balance plus all rows is the closing balance, where the file says both."""
    if opening is None or closing is None:
        return []
    total = opening + sum(row.amount for row in rows)
    if total == closing:
        return []
    why = wrong("balance_sum", opening=shown(opening), makes=shown(total), closing=shown(closing))
    return [Fault(0, "balance", why)]


def _whole(rows: Sequence[Money], opening: int | None, *, running: bool) -> tuple[tuple[Mutation, ...], list[Fault]]:
    mutations: list[Mutation] = []
    faults: list[Fault] = []
    before = opening if running else None
    for row in rows:
        amount_idr, sen = divmod(row.amount, SEN)
        after = row.balance if running else None
        if sen and before is not None and after is not None:
            amount_idr = after // SEN - before // SEN
        elif sen and len(faults) < FAULTS_MAX:
            faults.append(Fault(row.line, "amount", wrong("amount_sen", amount=shown(row.amount))))
        if amount_idr:
            balance_idr = None if row.balance is None else row.balance // SEN
            mutations.append(Mutation(row.line, row.day, amount_idr, row.text, balance_idr))
        before = after
    return tuple(mutations), faults


def shown(sen: int) -> str:
    """Sen as a person reads them: ``1.234,50``, and ``1.234`` without any."""
    whole, rest = divmod(abs(sen), SEN)
    digits = f"{whole:,}".replace(",", ".") + (f",{rest:02d}" if rest else "")
    return f"-{digits}" if sen < 0 else digits
