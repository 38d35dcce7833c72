"""``juru statement``: what an account was, every posting of a span of days, and what it became (rekening koran)."""

from __future__ import annotations

import time
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Where
from juru.cli.sheet import ANY_DAYS, TERMINAL, Days, Output, hand_over
from juru.server.errors import SettingsError

statement = App(name="statement", help="Statements over any span of days: this-month, 2026-11, 2026-11-01..2026-11-15.")


@statement.command
def agent(
    code: str,
    span: str | None = None,
    /,
    *,
    commission: Annotated[bool, Parameter(negative="", help="of what he has earned, in place of his deposit")] = False,
    debt: Annotated[bool, Parameter(negative="", help="of what he owes us for deposit given on credit")] = False,
    days: Days = ANY_DAYS,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """An agent's statement: opening balance, every posting with its order, closing balance.

    Parameters
    ----------
    code
        The agent.
    span
        Which days; without one this month.
    """
    if commission and debt:
        raise SettingsError("--commission and --debt exclude each other")
    kind = "commission" if commission else "debt" if debt else "agent"
    return _statement(kind, code, span, days, output, where)


@statement.command
def supplier(
    code: str,
    span: str | None = None,
    /,
    *,
    days: Days = ANY_DAYS,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """A supplier's statement: our money there, every purchase and top-up.

    Parameters
    ----------
    code
        The supplier.
    span
        Which days; without one this month.
    """
    return _statement("supplier", code, span, days, output, where)


@statement.command
def bank(
    code: str,
    span: str | None = None,
    /,
    *,
    days: Days = ANY_DAYS,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """A statement of one of our bank accounts as the book has it, to be laid beside the bank's own.

    Parameters
    ----------
    code
        The bank account.
    span
        Which days; without one this month.
    """
    return _statement("bank", code, span, days, output, where)


@statement.command
def house(
    code: str,
    span: str | None = None,
    /,
    *,
    days: Days = ANY_DAYS,
    output: Output = TERMINAL,
    where: Where = HERE,
) -> int:
    """A statement of one of the business's own accounts: bank, equity, losses, bank_fees ...

    Parameters
    ----------
    code
        The account.
    span
        Which days; without one this month.
    """
    return _statement("house", code, span, days, output, where)


def _statement(kind: str, code: str, span: str | None, days: Days, output: Output, where: Where) -> int:
    from juru.server.console.sheet_words import describer
    from juru.server.console.words import words
    from juru.server.desk.account_statements import owner_of, statement_sheet
    from juru.server.desk.link import open_reads
    from juru.server.desk.names import names_of
    from juru.server.desk.spans import read_span, today_of

    with open_reads(where.dir()) as reads, reads.moment():
        names = names_of(reads)
        today = today_of(time.time_ns() // 1_000_000, reads.zone())
        wanted = read_span(span, today, first=days.first, last=days.last)
        sheet = statement_sheet(reads, owner_of(names, kind, code), wanted, describer(names, words(output.lang)))
        return hand_over(sheet, output, reads)
