"""The daily close: a day that is over gets its sums and then, last, the fact that it is closed, with the book's head.

Days are closed one after the other, each once. Whoever closes folds the day on a connection of its own and brings the
lines in order, some at a time; what was kept before a stop is not kept again. Orders go on meanwhile.
"""

from __future__ import annotations

from juru.server.domain.cell import Cell, DayClosing
from juru.server.domain.commands import BeginClose, CloseDay, KeepSums
from juru.server.domain.order import AttemptState, Event, Happened, Source
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.values.days import day_after

LINES_MAX = 2_000
"""How many lines one command may bring."""


_OUR_DOING = frozenset({"expired", "cut_off", "closed", "above_price", "overtaken", "paused", "internal"})
"""Reasons of failures that were no supplier's. Closed days were folded by this very rule, and every audit folds them
again: it never changes. What should be counted otherwise becomes a measure of its own."""


def next_to_close(cell: Cell) -> int:
    """The day after the last that is closed, or the first of the book; 0 for an empty book."""
    return day_after(cell.closed_day) if cell.closed_day else cell.first_day


def begin_close(cell: Cell, command: BeginClose) -> Result:
    """Pass the writer once after midnight: from here on nothing is posted in that day any more."""
    return _stands_against(cell, command.day) or Done()


def keep_sums(cell: Cell, command: KeepSums) -> Result:
    """Keep the next lines of the day that is being closed, sums first, then accounts."""
    if (why := _stands_against(cell, command.day)) is not None:
        return why
    count = len(command.sums) + len(command.accounts)
    if command.at > cell.kept_lines or count > LINES_MAX:
        return Refusal(Code.NOT_ALLOWED, {"why": "lines", "kept": cell.kept_lines})
    again = cell.kept_lines - command.at
    cell.changes.sums.extend((command.day, line) for line in command.sums[again:])
    cell.changes.account_sums.extend(
        (command.day, line) for line in command.accounts[max(again - len(command.sums), 0) :]
    )
    cell.kept_lines = max(cell.kept_lines, command.at + count)
    return Done()


def close_day(cell: Cell, command: CloseDay) -> Result:
    """Close the day once all its lines are kept."""
    if (why := _stands_against(cell, command.day)) is not None:
        return why
    if command.sums + command.accounts != cell.kept_lines:
        return Refusal(Code.NOT_ALLOWED, {"why": "lines", "kept": cell.kept_lines})
    head_no, head_seal = cell.past.heads[command.day]
    closing = DayClosing(
        cell.next.day_closing, command.day, head_no, head_seal, command.sums, command.accounts, cell.now_ms
    )
    cell.next.day_closing += 1
    cell.changes.day_closings.append(closing)
    cell.closed_day, cell.kept_lines = command.day, 0
    return Done()


def _stands_against(cell: Cell, day: int) -> Result | None:
    """Why nothing is to be done for that day now: it is closed already, not over yet, or not the next one."""
    if cell.closed_day and day <= cell.closed_day:
        return Done(note="closed before")
    due = next_to_close(cell)
    if not due or day >= cell.day:
        return Refusal(Code.NOT_ALLOWED, {"why": "day_open", "day": day})
    if day != due:
        return Refusal(Code.NOT_ALLOWED, {"why": "day_order", "day": due})
    return None


def is_suppliers_failure(event: Event) -> bool:
    """True for an answer that ends an attempt by the supplier's doing: not for what expired or a person decided."""
    return (
        event.kind is Happened.ANSWERED
        and event.state == AttemptState.FAILED
        and event.source is not Source.PERSON
        and event.reason not in _OUR_DOING
    )
