"""What commands say: tables and words for people, JSON for scripts, progress on a terminal; refusals and exit codes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from juru.server.errors import CommandError
from juru.values.days import written
from juru.values.rupiah import dotted

OK, REFUSED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: done; refused or something was found; wrong usage or an operating error; stopped by Ctrl-C."""

_PLAIN_WIDTH = 1_000
_PAIR, _EDGE = 2, 3
"""Columns of a table of names and values, whose long values are folded; what stands around a column."""
_DAYS = frozenset({"day", "due_day", "since", "until"})
"""Columns of business days, which are numbers such as 20261124."""
out = Console(markup=False, highlight=False, emoji=False)
err = Console(stderr=True, markup=False, highlight=False, emoji=False)

_REMEDIES: dict[tuple[Code, str], str] = {
    (Code.NOT_ALLOWED, "reason"): "give a reason with --reason",
    (Code.NOT_ALLOWED, "final"): "the order is final already; look at it with 'juru order show'",
    (Code.NOT_ALLOWED, "not_late"): "no late success of this order waits for a decision",
    (Code.NOT_ALLOWED, "double"): "another attempt delivered too: the agent has paid once and is not charged again",
    (
        Code.NOT_ALLOWED,
        "risk",
    ): "the supplier may still deliver the first one, at our loss: add --accept-risk to buy again",
    (Code.NOT_ALLOWED, "no_complaint"): "no complaint about it is open: 'juru complaint list --all' shows every one",
    (Code.NOT_ALLOWED, "answer"): "write the answer",
    (Code.NOT_ALLOWED, "not_waiting"): "nothing with this number waits: 'juru order queue' shows the items that do",
    (Code.NOT_ALLOWED, "undecided"): "money hangs on it: only 'juru order decide' takes its order off the queue",
    (Code.NOT_ALLOWED, "unanswered"): "only its answer takes it off the queue: 'juru complaint answer'",
    (Code.NOT_CORRECTABLE, "sent"): "it was sent: what went to a wrong number is delivered there",
    (Code.NOT_CORRECTABLE, "final"): "it has ended",
    (Code.NOT_CORRECTABLE, "kind"): "a bill keeps the number it was asked about",
    (Code.NOT_CANCELLABLE, "none"): "there is no such transfer",
    (Code.NOT_CANCELLABLE, "order"): "it belongs to an order or is a reversal itself; an order is decided as an order",
    (Code.NOT_ALLOWED, "bill"): "no other reference pays this bill: ask its supplier, then decide success or failed",
    (Code.NOT_ALLOWED, "not_in_stock"): "only what is in stock can be taken out: 'juru voucher list' shows it",
    (Code.NOT_CANCELLABLE, "vouchers"): "it follows what is in stock: void the vouchers instead",
    (Code.NOT_CANCELLABLE, "done"): "it was reversed before",
    (
        Code.NOT_CANCELLABLE,
        "bank_row",
    ): "it stands for a bank row: 'juru bank reopen' takes that back",
    (Code.NOT_CANCELLABLE, "debt_repaid"): "some of it was repaid: reverse the repayment first, or write it off",
    (Code.NOT_ALLOWED, "no_account"): "no such bank account: 'juru bank list' shows all",
    (Code.NOT_ALLOWED, "no_supplier"): "no such supplier: 'juru supplier list' shows all",
    (Code.NOT_ALLOWED, "row_none"): "there is no such bank row: 'juru bank rows' shows what waits",
    (Code.NOT_ALLOWED, "row_closed"): "it is assigned already: 'juru bank reopen' takes that back first",
    (Code.NOT_ALLOWED, "row_waits"): "it waits already: 'juru bank assign' says what it is",
    (Code.NOT_ALLOWED, "row_changed"): "it was changed meanwhile: look at it again",
    (Code.NOT_ALLOWED, "debit_no_debt"): "money that went out repays no debt",
    (Code.NOT_ALLOWED, "owes_nothing"): "he owes nothing: assign it to 'agent'",
    (
        Code.NOT_ALLOWED,
        "booked_none",
    ): "no such posting that stands: give its number with --transfer",
    (Code.NOT_ALLOWED, "booked_taken"): "that posting stands for another row already",
    (Code.NOT_ALLOWED, "booked_other"): "that posting did not move this sum in this bank account",
    (
        Code.NOT_ALLOWED,
        "booked_other_row",
    ): "its posting stands for a row of another account, too: reopen that first",
    (Code.NOT_ALLOWED, "days"): "so many days are no credit",
}


def say(text: str) -> None:
    """A line for people."""
    out.print(text, soft_wrap=True)


def say_error(text: str) -> None:
    """A line on standard error."""
    err.print(text, soft_wrap=True)


def say_json(value: object) -> None:
    """A document for scripts."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def say_table(header: Sequence[str], rows: Iterable[Sequence[str | int | None]], title: str | None = None) -> None:
    """A table; amounts with dots, numbers to the right. Nothing is cut: what is too wide for a terminal goes in blocks.

    Only text of several words is broken there. A number, a code or a secret stays whole, to be copied.
    """
    kept = [list(row) for row in rows]
    cells = [[shown(name, cell) for name, cell in zip(header, row, strict=True)] for row in kept]
    columns = [[name, *(row[place] for row in cells)] for place, name in enumerate(header)]
    longest = [max(len(word) for text in column for word in text.split() or ("",)) for column in columns]
    if out.is_terminal and len(header) > _PAIR and sum(longest) + _EDGE * len(header) + 1 > out.width:
        _say_blocks(header, cells, title)
        return
    box = SIMPLE_HEAD if out.is_terminal else None
    table = Table(title=title, title_justify="left", header_style="bold", box=box)
    for place, name in enumerate(header):
        justify: JustifyMethod = "right" if any(isinstance(row[place], int) for row in kept) else "left"
        one_word = len(header) > _PAIR and max(map(len, columns[place])) == longest[place]
        table.add_column(Text(name), justify=justify, no_wrap=one_word or not out.is_terminal, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    (out if out.is_terminal else Console(markup=False, highlight=False, emoji=False, width=_PLAIN_WIDTH)).print(table)


def _say_blocks(header: Sequence[str], cells: Iterable[Sequence[str]], title: str | None) -> None:
    """Each row as lines of its own, without what is empty."""
    say(title or "")
    width = max(map(len, header))
    for row in cells:
        for name, cell in zip(header, row, strict=True):
            if cell:
                say(f"{name:{width}}  {cell}")
        say("")


def shown(name: str, cell: str | int | None) -> str:
    """One cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, int) and name in _DAYS:
        return written(cell) if cell else ""
    return dotted(cell) if isinstance(cell, int) and name.endswith(("_idr", "_idr_min", "_idr_max")) else str(cell)


class _Rate(ProgressColumn):
    """How many a second; nothing while that is not known."""

    def render(self, task: Task) -> Text:
        """The latest rate, in the end the whole one."""
        per_s = task.finished_speed or task.speed
        return Text("" if per_s is None else f"{per_s:.1f}/s")


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the terminal; what is yielded is told how many of how many are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def explain(refusal: Refusal) -> str:
    """A refusal as the owner reads it: code, facts, remedy. Its page is docs/reference/refusals.md."""
    facts = dict(refusal.facts)
    why = str(facts.pop("detail", "") or _REMEDIES.get((refusal.code, str(facts.pop("why", ""))), ""))
    named = ", ".join(f"{name.removesuffix('_idr')} {shown(name, value)}" for name, value in facts.items())
    told = "; ".join(part for part in (why, named) if part)
    return f"refused ({refusal.code}): {told}" if told else f"refused ({refusal.code})"


def accepted(result: Result) -> Result:
    """A result that is no refusal. Raises ``CommandError`` for one that is."""
    if isinstance(result, Refusal):
        raise CommandError(explain(result))
    return result


def is_quiet_end(error: OSError) -> bool:
    """True when whoever read our output has gone, as ``head`` does; nothing more can be said to him."""
    if isinstance(error, BrokenPipeError):
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return True
    return False
