"""The business's bank accounts as the bank keeps them, and the CSV files that are taken from it every day.

A file holds the last days whole, so that one overlaps the next; some rows of the second account appear only days later.
Each row has what it means, which only whoever paid knows: the operator is told when he asks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from juru.bank.rules import normal_text
from juru.values.days import day_after
from tests.year.shop import BANKS
from tests.year.town import BANK_OPENING_IDR

FILE_DAYS = 3
"""A file taken on an ordinary day; after some days without the server it is longer."""


class Row(msgspec.Struct):
    """A row at the bank. ``target`` as the operator would assign it, ``to`` whom; a ticket may be quicker than he."""

    bank: int
    day: int
    amount_idr: int
    text: str
    target: str
    to: str
    shown_ms: int
    balance_idr: int | None = None
    booked: bool = False
    transfer_id: int | None = None


class Bank:
    """Both accounts."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.rows: tuple[list[Row], list[Row]] = ([], [])
        self._balance_idr = BANK_OPENING_IDR[0]
        self._number = 0

    def move(self, bank: int, day: int, now_ms: int, amount_idr: int, text: str, target: str, to: str = "") -> Row:
        """Money moves at the bank; the text tells rows apart unless the very same is paid twice."""
        shown_ms = now_ms
        if bank == 0:
            self._balance_idr += amount_idr
        elif self._dice.random() < 0.06:
            shown_ms += self._dice.randrange(20, 40) * 3_600_000
        balance_idr = self._balance_idr if bank == 0 else None
        row = Row(bank, day, amount_idr, text, target, to, shown_ms, balance_idr)
        self.rows[bank].append(row)
        return row

    def text(self, who: str) -> str:
        """A text nobody else has."""
        self._number += 1
        return f"TRSF E-BANKING {self._number:07d} {who}"

    def shown(self, bank: int, day: int, now_ms: int, days: int = FILE_DAYS) -> Iterator[Row]:
        """The rows of a file that is taken now, oldest day first."""
        since = day_after(day, 1 - days)
        recent: list[Row] = []
        for row in reversed(self.rows[bank]):
            if row.day < since:
                break
            if row.shown_ms <= now_ms:
                recent.append(row)
        recent.reverse()
        yield from sorted(recent, key=lambda row: row.day)

    def file(self, bank: int, day: int, now_ms: int, days: int = FILE_DAYS) -> bytes:
        """The file as it is downloaded."""
        told = bank == 0
        lines = ["Tanggal;Keterangan;Debit;Kredit" + (";Saldo" if told else "")]
        for row in self.shown(bank, day, now_ms, days):
            date = f"{row.day % 100:02}/{row.day // 100 % 100:02}/{row.day // 10_000}"
            sides = ("", str(row.amount_idr)) if row.amount_idr > 0 else (str(-row.amount_idr), "")
            lines.append(";".join((date, row.text, *sides, *((str(row.balance_idr),) if told else ()))))
        return ("\n".join(lines) + "\n").encode()

    def meaning(self, account: str, day: int, amount_idr: int, text: str) -> Row:
        """The row that stands in the book as this one; equal rows mean the same."""
        bank = next(place for place, known in enumerate(BANKS) if known.code == account)
        told = normal_text(text)
        return next(
            row
            for row in reversed(self.rows[bank])
            if (row.day, row.amount_idr) == (day, amount_idr) and normal_text(row.text) == told
        )
