"""Whose a bank row is, or why nobody may say so without asking. Pure: tickets and a row in, a verdict out.

Only one thing credits by itself: a sum that is exactly one waiting ticket's, on a day on which that ticket lived, with
nothing in the row's text that speaks for another. Everything else waits, with the tickets it may be about.
"""

from __future__ import annotations

import msgspec

from juru.bank.rules import Mutation
from juru.server.domain.bank_row import Why
from juru.server.domain.ticket import TicketBook, TicketState, remarks_in
from juru.values.days import Zone, business_day


class Taken(msgspec.Struct, frozen=True):
    """A ticket takes the row."""

    ticket: int


class Waits(msgspec.Struct, frozen=True):
    """A person decides; ``tickets`` are those it may be about."""

    why: Why
    tickets: tuple[int, ...] = ()


Verdict = Taken | Waits


def judge(book: TicketBook, row: Mutation, *, now_ms: int, zone: Zone) -> Verdict:
    """The verdict on one row of a statement."""
    if row.amount_idr < 0:
        return Waits(Why.DEBIT)
    named = tuple(number for number in remarks_in(row.text) if number in book.by_number)
    exact = book.by_amount.get(row.amount_idr)
    if exact is None:
        return _without_exact(book, row, named, now_ms)
    ticket = book.by_number[exact]
    if named and named != (exact,):
        return Waits(Why.AMBIGUOUS, tuple(dict.fromkeys((exact, *named))))
    if not ticket.waits(now_ms):
        return Waits(Why.LATE, (exact,))
    if row.day < business_day(ticket.at_ms, zone):
        # The transfer is older than the ticket: the same sum by chance, or a row that was imported by another profile.
        return Waits(Why.AMBIGUOUS, (exact,))
    return Taken(exact)


def _without_exact(book: TicketBook, row: Mutation, named: tuple[int, ...], now_ms: int) -> Verdict:
    """No ticket has this sum: one may be named, or its digits left out."""
    if len(named) == 1:
        return Waits(Why.PARTIAL, named)
    if named:
        return Waits(Why.AMBIGUOUS, named)
    same_base = tuple(
        number
        for number in sorted(book.by_base.get(row.amount_idr, ()))
        if book.by_number[number].state is TicketState.OPEN and book.by_number[number].waits(now_ms)
    )
    match len(same_base):
        case 0:
            return Waits(Why.UNKNOWN)
        case 1:
            return Waits(Why.PARTIAL, same_base)
        case _:
            return Waits(Why.AMBIGUOUS, same_base)
