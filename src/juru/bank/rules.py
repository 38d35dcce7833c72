"""What makes a bank row itself, and which amount tells one transfer from all others. Pure.

A ticket asks for ``base + digits``. The sum is what is unique, not the digits: 1.000.000 + 123 and 1.000.100 + 23 are
the same transfer to a bank. A sum is not given again until the ticket's life and ``RESERVE_DAYS`` more have passed,
however the ticket ended, so that a late transfer still tells whose it is.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Container, Iterable

import msgspec

from juru.values.days import DAY_MS

RESERVE_DAYS = 7
DIGITS_MAX = 999
_STRIDE = 0.618
"""Consecutive tickets are spread over the digits by the golden section, so that neighbours differ in every digit."""


class Mutation(msgspec.Struct, frozen=True):
    """One booked row of a statement: ``amount_idr`` above zero came in, below zero went out; ``day`` is yyyymmdd.

    ``line`` is the row in the file as a spreadsheet counts; ``balance_idr`` what the bank says stood there after it.
    """

    line: int
    day: int
    amount_idr: int
    text: str
    balance_idr: int | None = None


def normal_text(text: str) -> str:
    """A description as it is compared: exports of one bank differ in blanks and case."""
    return " ".join(text.upper().split())


def identity(account: str, row: Mutation, nth: int) -> str:
    """A row's identity: account, day, amount, text, running balance, and which such row of its day it is (from 1)."""
    digest = hashlib.sha256(normal_text(row.text).encode()).hexdigest()[:20]
    balance = "-" if row.balance_idr is None else str(row.balance_idr)
    return f"{account}/{row.day}/{row.amount_idr}/{balance}/{digest}/{nth}"


def numbered(rows: Iterable[Mutation]) -> list[tuple[Mutation, int]]:
    """Each row with the number it has among equal rows of its day, in the order of the file."""
    seen: Counter[tuple[int, int, str, int | None]] = Counter()
    found: list[tuple[Mutation, int]] = []
    for row in rows:
        same = (row.day, row.amount_idr, normal_text(row.text), row.balance_idr)
        seen[same] += 1
        found.append((row, seen[same]))
    return found


def reserved_until_ms(at_ms: int, life_ms: int) -> int:
    """Until when the amount of a ticket given at ``at_ms`` is not given again."""
    return at_ms + life_ms + RESERVE_DAYS * DAY_MS


def unique_amount(base_idr: int, *, turn: int, digits_max: int, taken: Container[int]) -> int | None:
    """The first sum above ``base_idr`` that is not taken, looked for from the place of this ``turn``; None: exhausted.

    ``turn`` is any number that grows from ticket to ticket; the same turn and the same taken sums give the same sum.
    """
    assert base_idr > 0, base_idr
    assert 1 <= digits_max <= DIGITS_MAX, digits_max
    stride = _coprime(int(digits_max * _STRIDE), digits_max)
    start = turn * stride % digits_max
    for step in range(digits_max):
        amount_idr = base_idr + (start + step) % digits_max + 1
        if amount_idr not in taken:
            return amount_idr
    return None


def _coprime(stride: int, modulus: int) -> int:
    """The nearest stride from here down that visits every place."""
    return next((s for s in range(max(stride, 1), 0, -1) if math.gcd(s, modulus) == 1), 1)
