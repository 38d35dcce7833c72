"""Invoices as they stand now, a row each: what money is looked for by. Folded from facts; the audit folds it anew."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.association.domain.affairs import Allocated, Issued, Promised, WrittenOff
from juru.association.domain.facts import Fact
from juru.association.store.rows import day_number

NEVER = 99_991_231


class InvoiceRow(msgspec.Struct):
    """``asked_idr`` is what is outstanding with the unique code, 0 once nothing is; ``renews_day`` begins its grace."""

    number: str
    member: str
    branch: str
    issued_day: int
    due_day: int
    renews_day: int
    total_idr: int
    unique_code: int
    outstanding_idr: int
    asked_idr: int
    promised_by: str
    waived_idr: int

    def values(self) -> tuple[Any, ...]:
        """The row as the table holds it."""
        return tuple(getattr(self, name) for name in self.__struct_fields__)


def opened(number: str, issued: Issued) -> InvoiceRow:
    """An invoice on its day of issue."""
    renews_from = issued.renews_from
    total_idr = issued.total_idr
    return InvoiceRow(
        number=number,
        member=issued.member,
        branch=issued.branch,
        issued_day=day_number(issued.on),
        due_day=day_number(issued.due_on),
        renews_day=NEVER if renews_from is None else day_number(renews_from),
        total_idr=total_idr,
        unique_code=issued.unique_code,
        outstanding_idr=total_idr,
        asked_idr=total_idr + issued.unique_code if total_idr else 0,
        promised_by="",
        waived_idr=0,
    )


def fold(row: InvoiceRow, fact: Fact, *, back: bool = False) -> None:
    """What a fact about an invoice, or its being taken back, makes of the row."""
    sign = 1 if back else -1
    match fact:
        case Allocated(amount_idr=amount_idr):
            row.outstanding_idr += sign * amount_idr
        case WrittenOff(amount_idr=amount_idr):
            row.outstanding_idr += sign * amount_idr
            row.waived_idr -= sign * amount_idr
        case Promised(collector=collector):
            row.promised_by = "" if back else collector
        case _:
            return
    row.asked_idr = row.outstanding_idr + row.unique_code if row.outstanding_idr else 0
