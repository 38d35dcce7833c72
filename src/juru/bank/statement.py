"""What reading a bank's file gives: a statement, or faults that say where, what and what to do."""

from __future__ import annotations

import msgspec

from juru.bank.rules import Mutation
from juru.bank.words import Wrong

FAULTS_MAX = 50


class Fault(msgspec.Struct, frozen=True):
    """What is wrong in one place. ``line`` counts as a spreadsheet does, 0 for the file as a whole."""

    line: int
    column: str
    why: Wrong

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.line}" if self.line else "", self.column) if part)
        return f"{place}: {self.why}" if place else str(self.why)


class Statement(msgspec.Struct, frozen=True):
    """A file read whole, rows oldest first. ``pending`` and ``zero`` count what is no booked row and was left out."""

    profile: str
    account_no: str
    rows: tuple[Mutation, ...]
    opening_idr: int | None = None
    closing_idr: int | None = None
    pending: int = 0
    zero: int = 0


class UnreadableError(ValueError):
    """A file that cannot be believed; nothing of it may be used. ``faults`` are the first of them."""

    def __init__(self, faults: list[Fault], total: int | None = None) -> None:
        self.faults = tuple(faults[:FAULTS_MAX])
        self.total = len(faults) if total is None else total
        super().__init__("\n".join(str(fault) for fault in self.faults))
