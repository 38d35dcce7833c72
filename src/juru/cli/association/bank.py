"""``juru association bank``: bank accounts, statement files looked at and taken, rows that wait for a person."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, On, ask, day, done, reading, refusal_text, today
from juru.cli.given import Json, Money
from juru.cli.output import OK, say, say_json, say_table
from juru.server.errors import CommandError, SettingsError
from juru.values.rupiah import dotted

bank = App(name="bank", help="Bank accounts, statement files, rows that wait.")
Code = Annotated[str, Parameter(help="the account's code")]
Row = Annotated[str, Parameter(help="the row's identity, as 'rows' lists it")]
Year = Annotated[int | None, Parameter(help="of a file whose dates have none")]
Unit = Annotated[str, Parameter(help="whose it is: NAS or a branch's code; without it whose account it is")]
Reason = Annotated[str, Parameter(help="why, for the book")]
What = Literal["hand_in", "refund", "settlement", "expense", "income", "returned"]
As = Annotated[What, Parameter(help="what the row is")]
To = Annotated[str, Parameter(help="the treasurer, refund, settlement, heading, or row that came back")]


@bank.command
def account(  # noqa: PLR0913 - each is an option of the command
    code: Code,
    /,
    *,
    unit: Annotated[str, Parameter(help="whose it is: NAS or a branch's code")] = "NAS",
    name: Annotated[str, Parameter(name="--bank", help="the bank's name")] = "",
    number: Annotated[str, Parameter(help="its number; a file of another number is refused")] = "",
    holder: Annotated[str, Parameter(help="in whose name it is")] = "",
    profile: Annotated[str, Parameter(help="how its bank writes; without one its rows are typed by hand")] = "",
    own_profile: Annotated[str, Parameter(help="what differs from the profile, as JSON")] = "",
    opening: Annotated[Money, Parameter(help="what stood on it before its first row; once")] = 0,
    until: Annotated[str | None, Parameter(help="the first day on which it is no more used")] = None,
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Open an account in the books, or change it; rows before its first day are left out."""
    from juru.association.domain.commands import SetAccount
    from juru.association.domain.treasury import AccountSet

    fact = AccountSet(
        on=day(on) or today(),
        unit=unit.upper(),
        bank=name,
        number=number,
        holder=holder,
        profile=profile,
        own_profile=own_profile,
        until=day(until),
        opening_idr=opening,
    )
    result = ask(at, asking, SetAccount(code=code.upper(), fact=fact))
    return done(result, f"account {result.id} of {result.note} from {fact.on}", json=json)


@bank.command(name="list")
def listing(*, at: At = HERE, json: Json = False) -> int:
    """List the accounts, what the book says stands there, and what the bank said last."""
    from juru.association.desk.accounts import accounts
    from juru.association.desk.statements import takes
    from juru.association.domain.treasury import book_account

    with reading(at) as reads:
        rows = []
        for code, one in accounts(reads).items():
            latest = next(iter(takes(reads, code)), None)
            rows.append(
                {"code": code, "unit": one.unit, "bank": one.bank, "number": one.number, "profile": one.profile}
                | {"book_idr": -reads.net_idr(book_account(code))}
                | {"bank_idr": None if latest is None else latest.balance_idr}
                | {"through": None if latest is None else latest.through}
            )
    if json:
        say_json(rows)
        return OK
    say_table(
        ("code", "unit", "bank", "number", "profile", "book_idr", "bank_idr", "through"),
        [tuple("-" if value is None else str(value) for value in row.values()) for row in rows],
    )
    return OK


@bank.command
def look(code: Code, file: Path, /, *, year: Year = None, at: At = HERE, json: Json = False) -> int:
    """Say what would become of each row of a statement file; nothing is written."""
    from juru.association.desk.statements import look as looked

    with reading(at) as reads, _readable(file):
        found = looked(reads, code.upper(), file.read_bytes(), file=file.name, today=today(), year=year)
    lines = [
        {"line": one.row.line, "day": one.row.day, "amount_idr": one.row.amount_idr, "text": one.row.text}
        | {"fate": one.fate, "member": one.member, "invoice": one.invoice, "ref": one.ref}
        for one in found.lines
    ]
    if json:
        say_json({"counts": found.counts, "sums_idr": found.sums_idr, "rows": lines})
        return OK
    table = [(one["line"], one["day"], one["amount_idr"], one["text"], one["fate"], one["invoice"]) for one in lines]
    say_table(("row", "day", "amount_idr", "text", "becomes", "invoice"), [tuple(map(str, row)) for row in table])
    say(_counted(found.counts))
    return OK


@bank.command
def take(
    code: Code, file: Path, /, *, year: Year = None, at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Take a statement file; a row that is known is left as it is, so a file cut short is taken again."""
    from juru.association.desk.desk import Desk
    from juru.association.desk.statements import TakeError
    from juru.association.desk.statements import look as looked
    from juru.association.desk.statements import take as taken
    from juru.association.store.book import Book

    with reading(at) as reads, _readable(file):
        found = looked(reads, code.upper(), file.read_bytes(), file=file.name, today=today(), year=year)
    book = Book(at.dir())
    counts: Counter[str] = Counter()
    take_id = asking.request or str(uuid.uuid4())
    try:
        pieces = taken(Desk(book), found, take_id=take_id, now=datetime.now(UTC), by=asking.name())
        for rows_done, so_far in pieces:
            counts = so_far
            if not json and rows_done < len(found.lines):
                say(f"{rows_done} of {len(found.lines)} rows")
    except TakeError as error:
        where = f"row {error.line.row.line}: what stands before it was taken"
        raise CommandError(f"{where}; {refusal_text(error.refusal, at.language)}") from error
    finally:
        book.close()
    if json:
        say_json({"rows": len(found.lines), "counts": counts})
    else:
        say(_counted(counts))
    return OK


class _readable:  # noqa: N801 - reads as a word of the command
    """A file that can be read and believed, or the remedy."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        """Nothing to do yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        from juru.bank.statement import UnreadableError

        if isinstance(error, OSError):
            raise SettingsError(f"{self._file} cannot be read: {error.strerror}") from error
        if isinstance(error, UnreadableError):
            raise CommandError(f"nothing was taken of {self._file}:\n{error}") from error


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items()) if count) or "no rows"


@bank.command
def rows(*, unit: Unit = "", at: At = HERE, json: Json = False) -> int:
    """List the rows that wait for a person, with the invoices that one may be for."""
    from juru.association.desk.treasury import proposals, waiting_rows

    with reading(at) as reads:
        found = [(one, proposals(reads, one)) for one in waiting_rows(reads, unit.upper())]
    if json:
        say_json([{"row": one, "proposals": maybe} for one, maybe in found])
        return OK
    table = [
        (one.ref, one.on.isoformat(), one.unit, one.amount_idr, one.text, " ".join(p.invoice for p in maybe[:3]))
        for one, maybe in found
    ]
    say_table(("row", "day", "unit", "amount_idr", "text", "may be for"), table)
    return OK


@bank.command
def name(
    row: Row,
    what: As,
    to: To,
    /,
    *,
    unit: Unit = "",
    reason: Reason = "",
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Say what a row is that is no member's payment (that is 'dues assign')."""
    from juru.association.domain.commands import NameRow
    from juru.association.domain.treasury import RowAs

    result = ask(at, asking, NameRow(ref=row, what=RowAs(what), to=to, unit=unit.upper(), reason=reason))
    return done(result, f"{result.id}: {result.note}", json=json)


@bank.command
def unname(row: Row, /, *, reason: Reason = "", at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Take back what a row was said to be; it waits again."""
    from juru.association.domain.commands import UnnameRow

    result = ask(at, asking, UnnameRow(ref=row, reason=reason))
    return done(result, f"{result.id} waits", json=json)


@bank.command
def out(  # noqa: PLR0913 - each is an option of the command
    amount: Money,
    what: As,
    to: To,
    /,
    *,
    cash: Annotated[bool, Parameter(negative="", help="out of the cash of who asks")] = False,
    account: Annotated[str, Parameter(help="code of an account kept by hand; without it the association's own")] = "",
    unit: Unit = "",
    ref: Annotated[str, Parameter(help="the bank's reference; without it a slip's number is given")] = "",
    text: Annotated[str, Parameter(help="what it was for")] = "",
    on: On = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Note money that left an account kept by hand, or a treasurer's cash."""
    from juru.association.domain.commands import PayOut
    from juru.association.domain.treasury import RowAs

    command = PayOut(
        amount_idr=amount,
        what=RowAs(what),
        to=to,
        account=account.upper(),
        cash=cash,
        unit=unit.upper(),
        ref=ref,
        text=text,
        on=day(on),
    )
    result = ask(at, asking, command)
    return done(result, f"{result.id}: {dotted(amount)} as {result.note}", json=json)
