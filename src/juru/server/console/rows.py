"""A bank row as pages show it."""

from __future__ import annotations

import msgspec

from juru.server.console.shape import day_words, moment
from juru.server.console.words import Lang, Words
from juru.server.domain.bank_row import BankRow, RowState
from juru.server.domain.cell import Cell
from juru.server.domain.tickets import book_of
from juru.server.store.reads.papers import FiledPaper
from juru.values.rupiah import format_rupiah


class RowView(msgspec.Struct, frozen=True):
    """One version of a row; ``says`` is why it waits, ``briefly`` what it is in a list."""

    number: int
    account: str
    day: str
    amount: str
    text: str
    state: str
    tone: str
    briefly: str
    says: str
    about: tuple[str, ...]
    file: str
    balance: str
    transfer: int | None
    when: str
    by: str
    reason: str
    waits: bool


def row_view(filed: FiledPaper, cell: Cell, lang: Lang, t: Words) -> RowView:
    """A row with its words."""
    row = filed.paper
    assert isinstance(row, BankRow), filed
    waits = row.state is RowState.WAITING
    tickets = book_of(cell).by_number
    about = tuple(
        t("bank_about_ticket", ticket=n, agent=cell.agent_codes[tickets[n].agent_id] if n in tickets else "?")
        for n in row.tickets
    )
    return RowView(
        filed.id,
        row.account,
        day_words(row.day, lang),
        format_rupiah(row.amount_idr),
        row.text,
        _state(row, t),
        "mind" if waits else "ok",
        t(f"brief_row_{row.why.value}") if waits and row.why is not None else _state(row, t),
        t(f"why_row_{row.why.value}") if waits and row.why is not None else "",
        about,
        t("bank_from_row", file=row.file, line=row.line, by=row.by),
        "—" if row.balance_idr is None else format_rupiah(row.balance_idr),
        row.transfer_id,
        moment(filed.at_ms, cell.settings.zone, lang),
        row.decided_by,
        row.reason,
        waits,
    )


def _state(row: BankRow, t: Words) -> str:
    if row.target is not None:
        return t(f"row_assigned_{row.target.value}", to=row.to)
    return t(f"row_{row.state.value}", to=row.to)
