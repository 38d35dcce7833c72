"""``juru bank``: our accounts, their statements brought in, and rows that a person must name."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from juru.bank.profiles import GENERIC, PROFILES, ProfileError, load_bank_profile
from juru.bank.reading import read_statement
from juru.bank.statement import Statement, UnreadableError
from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, REFUSED, accepted, explain, progress, say, say_error, say_json, say_table
from juru.cli.records import group
from juru.server.desk.bank_files import BEFORE, CREDITS, KNOWN, BringInError, Preview, Previewer, bring_in, read_file
from juru.server.desk.bank_state import AccountState, account_states
from juru.server.desk.link import open_desk, open_reads
from juru.server.desk.reports import agent_codes, settings_of
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_assign import seen_of
from juru.server.domain.bank_row import BankRow, RowTarget
from juru.server.domain.commands_money import AssignBankRow, ReopenBankRow
from juru.server.domain.results import BankImported, Done
from juru.server.engine.realtime import RealTime
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone, business_day
from juru.values.rupiah import format_rupiah

bank = group("bank_account")
profile = App(name="profile", help="How banks write their files.")
bank.command(profile)
Year = Annotated[int | None, Parameter(help="for files whose dates have no year and that state no period")]
_ROWS = ("row", "account", "day", "amount_idr", "state", "why", "tickets", "to", "transfer", "text")
_SHOWN = 12


@bank.command(name="import")
def bring(
    file: Path,
    /,
    *,
    account: Annotated[str, Parameter(help="whose statement it is: the code of one of our accounts")],
    yes: Annotated[bool, Parameter(negative="", help="bring it in without asking")] = False,
    dry_run: Annotated[bool, Parameter(negative="", help="only show what would happen")] = False,
    year: Year = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Bring in a statement as the bank exports it: what tickets take is credited, the rest waits for a person.

    It is shown first. On a terminal you are asked; elsewhere nothing is brought in without --yes. The same file, or one
    that overlaps, may be brought in again: rows that are known change nothing.
    """
    with open_reads(where.dir()) as reads:
        preview, codes = _preview(reads, account.upper(), _read(file), file.name, year), agent_codes(reads)
    is_asked = sys.stdin.isatty() and not (dry_run or yes or json)
    if not yes or dry_run:
        _say_preview(preview, codes, json=json)
    if not (yes or is_asked) or dry_run:
        if not (dry_run or json):
            say("nothing was brought in: look it over, then repeat with --yes")
        return OK
    if is_asked and (not preview.fresh or not _agrees()):
        say("nothing was brought in")
        return OK
    done = asyncio.run(_carry_in(where.dir(), preview, who.name()))
    if json:
        say_json({name: getattr(done, name) for name in BankImported.__struct_fields__})
    else:
        say(_told(done))
    return OK


def _agrees() -> bool:
    return input("bring it in? [y/N] ").strip().lower() in {"y", "yes", "ya"}


async def _carry_in(data: DataDir, preview: Preview, by: str) -> BankImported:
    done = BankImported()
    async with open_desk(data) as desk:
        try:
            with progress("bringing in") as told:
                async for rows, so_far in bring_in(desk, preview.lines, preview.account, preview.file, by):
                    done = so_far
                    told(rows, len(preview.lines))
        except BringInError as error:
            stands = f"{error.done.rows} rows stand; put right what is named and repeat, they will not count twice"
            raise CommandError(f"{explain(error.refusal)}\n{stands}") from error
    return done


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise SettingsError(f"there is no file {file}") from error
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error


def _account(reads: Reads, code: str) -> BankAccount:
    for record in reads.records("bank_account"):
        if record.key == code:
            return msgspec.json.decode(record.body, type=BankAccount)
    raise CommandError(f"there is no bank account {code}: 'juru bank list' shows all, 'juru bank add' makes one")


def _preview(reads: Reads, code: str, data: bytes, name: str, year: int | None) -> Preview:
    account = _account(reads, code)
    now_ms, zone = RealTime().now_ms(), settings_of(reads).zone
    try:
        statement = read_file(account, data, today=business_day(now_ms, zone), year=year)
        looking = Previewer(PaperReads(reads.engine), account, statement, name, now_ms=now_ms, zone=zone)
    except UnreadableError as error:
        raise CommandError(_faults(error)) from error
    with progress("looking") as told:
        for done in looking.pages():
            told(done, len(statement.rows))
    return looking.preview


def _faults(error: UnreadableError) -> str:
    more = error.total - len(error.faults)
    named = [str(fault) for fault in error.faults] + ([f"and {more} more"] if more else [])
    return "\n".join([*named, "nothing was brought in"])


def _say_preview(preview: Preview, codes: dict[int, str], *, json: bool) -> None:
    if json:
        counts, sums = dict(preview.counts), dict(preview.sums_idr)
        told = {
            "account": preview.account,
            "counts": counts,
            "sums_idr": sums,
            "notices": [str(one) for one in preview.notices],
        }
        say_json({"dry_run": True, **told})
        return
    statement = preview.statement
    for what, count in sorted(preview.counts.items(), key=lambda one: -one[1]):
        say(f"{count:>8} {_MEANS.get(what, f'wait for a person: {what}')}, {format_rupiah(preview.sums_idr[what])}")
    for count, means in ((statement.pending, "not booked yet, left out"), (statement.zero, "move nothing, left out")):
        if count:
            say(f"{count:>8} {means}")
    rows = [
        (r.line, r.day, r.amount_idr, seen.what, seen.ticket, codes.get(seen.agent_id or 0), r.text[:60])
        for seen in preview.samples[:_SHOWN]
        for r in (seen.row,)
    ]
    if rows:
        say_table(("line", "day", "amount_idr", "becomes", "ticket", "agent", "text"), rows)
    for notice in preview.notices:
        say_error(str(notice))


_MEANS = {
    KNOWN: "known already",
    BEFORE: "of days before the account begins, left out",
    CREDITS: "are credited by a ticket",
}


def _told(done: BankImported) -> str:
    waits = ", ".join(f"{why} {count}" for why, count in done.waiting.items())
    parts = [f"{done.rows} new rows", f"{done.credited} credited ({format_rupiah(done.credited_idr)})"]
    parts += [f"waiting for a person: {waits} ('juru bank rows')"] if waits else []
    parts += [f"{done.known} known before"] if done.known else []
    parts += [f"{done.before} left out"] if done.before else []
    return "; ".join(parts)


# ---------------------------------------------------------------------- rows


@bank.command
def balances(*, where: Where = HERE, json: Json = False) -> int:
    """Show each account as the book and as its bank have it, and what waits between them.

    What differs beyond that is missing: a file that was not brought in, an opening balance, a posting by hand.
    """
    with open_reads(where.dir()) as reads:
        states = account_states(reads)
    if json:
        say_json(states)
    else:
        names = AccountState.__struct_fields__
        say_table(names, [[getattr(one, name) for name in names] for one in states])
    return OK


@bank.command
def rows(
    *,
    account: Annotated[str | None, Parameter(help="only of this account")] = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="those that are booked, too")] = False,
    limit: int = 50,
    before: Annotated[int | None, Parameter(help="only lower numbers: the next page")] = None,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """List bank rows, newest first: those that wait for a person, or all."""
    found: list[FiledPaper] = []
    with open_reads(where.dir()) as reads:
        papers = PaperReads(reads.engine)
        before_id = 2**62 if before is None else before
        while len(found) < limit:
            page = papers.page("bank_row", only_open=not every, before_id=before_id, limit=200)
            if not page:
                break
            before_id = page[-1].id
            found += [filed for filed in page if account is None or _row_of(filed).account == account.upper()]
    listed = [_listed(filed) for filed in found[:limit]]
    if json:
        say_json([dict(zip(_ROWS, one, strict=True)) for one in listed])
    elif listed:
        say_table(_ROWS, listed)
    else:
        say("no bank row waits for a person")
    return OK


@bank.command
def row(number: int, /, *, where: Where = HERE, json: Json = False) -> int:
    """Show one bank row by its number: where it came from and all that was decided about it."""
    with open_reads(where.dir()) as reads:
        papers = PaperReads(reads.engine)
        filed = _find(papers, number)
        versions = papers.versions("bank_row", filed.key)
    if json:
        say_json([{"at_ms": v.at_ms, **msgspec.to_builtins(v.paper)} for v in versions])
        return OK
    last = _row_of(versions[-1])
    say_table(("field", "value"), [(name, str(getattr(last, name))) for name in last.__struct_fields__])
    each = [(v.at_ms, _row_of(v)) for v in versions]
    steps = [(at_ms, one.state.value, one.to, one.decided_by, one.reason) for at_ms, one in each]
    say_table(("at_ms", "state", "to", "by", "reason"), steps)
    return OK


@bank.command
def assign(
    number: int,
    target: RowTarget,
    to: str = "",
    /,
    *,
    transfer: Annotated[int | None, Parameter(help="the posting that stands for it, for 'booked'")] = None,
    where: Where = HERE,
    who: Who = SOMEONE,
    json: Json = False,
) -> int:
    """Say what a waiting row NUMBER is, with a --reason. It is booked once.

    TARGET is agent or debt (TO an agent: his deposit, or first what he owes), supplier (TO a supplier), equity (the
    owner's own), fee (the bank's; interest too), bank (TO another account of ours), booked (posted by hand before, with
    --transfer), not-ours (somebody's by mistake: kept apart until it goes back).
    """
    done = asyncio.run(_assign(where, number, target, to.upper(), transfer, who))
    if json:
        say_json({"transfer_id": done.transfer_id, "repeated": done.note == "repeated"})
    else:
        again = ", as before" if done.note == "repeated" else ""
        say(f"row {number} is {target.value} {to.upper()}".rstrip() + f"; transfer {done.transfer_id}{again}")
    return OK


async def _assign(where: Where, number: int, target: RowTarget, to: str, transfer: int | None, who: Who) -> Done:
    async with open_desk(where.dir()) as desk:
        filed = _find(PaperReads(desk.reads.engine), number)
        command = AssignBankRow(filed.key, target, _why(who), who.name(), to, transfer)
        result = accepted(await desk.submit(command))
        assert isinstance(result, Done), result
        return result


@bank.command
def reopen(number: int, /, *, where: Where = HERE, who: Who = SOMEONE, json: Json = False) -> int:
    """Take back what a row NUMBER was booked as, with a --reason: its posting is reversed and it waits again."""
    done = asyncio.run(_reopen(where, number, who))
    if json:
        say_json({"transfer_id": done.transfer_id})
    else:
        undone = "" if done.transfer_id is None else f"; its posting is reversed by transfer {done.transfer_id}"
        say(f"row {number} waits again{undone}")
    return OK


async def _reopen(where: Where, number: int, who: Who) -> Done:
    async with open_desk(where.dir()) as desk:
        filed = _find(PaperReads(desk.reads.engine), number)
        found = _row_of(filed)
        transfer_ids, ticket = seen_of(found)
        command = ReopenBankRow(filed.key, transfer_ids, _why(who), who.name(), ticket)
        result = accepted(await desk.submit(command))
        assert isinstance(result, Done), result
        return result


def _why(who: Who) -> str:
    if not who.reason.strip():
        raise SettingsError("say why with --reason: it stands in the book")
    return who.reason.strip()


def _find(papers: PaperReads, number: int) -> FiledPaper:
    filed = papers.by_number("bank_row", number)
    if filed is None:
        raise CommandError(f"there is no bank row {number}: 'juru bank rows' shows what waits")
    return filed


def _row_of(filed: FiledPaper) -> BankRow:
    assert isinstance(filed.paper, BankRow), filed
    return filed.paper


def _listed(filed: FiledPaper) -> tuple[str | int | None, ...]:
    found = _row_of(filed)
    about = " ".join(str(number) for number in found.tickets)
    to = f"{found.target} {found.to}".strip() if found.target is not None else found.to
    why = None if found.why is None else found.why.value
    amount = (found.account, found.day, found.amount_idr)
    return (filed.id, *amount, found.state.value, why, about, to, found.transfer_id, found.text[:60])


# ---------------------------------------------------------------------- profiles


@profile.command(name="list")
def listing(*, json: Json = False) -> int:
    """List the ways of writing that are built in."""
    if json:
        say_json([msgspec.to_builtins(one) for one in PROFILES.values()])
    else:
        say_table(("profile", "bank"), [(one.name, one.title) for one in PROFILES.values()])
    return OK


@profile.command
def show(name: str, /) -> int:
    """Print a built-in profile as JSON, to begin an own one from."""
    try:
        say_json(msgspec.to_builtins(load_bank_profile(name)))
    except ProfileError as error:
        raise SettingsError(str(error)) from error
    return OK


@profile.command
def check(
    file: Path,
    /,
    *,
    like: Annotated[str, Parameter(help="the built-in profile it differs from")] = GENERIC,
    sample: Annotated[Path | None, Parameter(help="a file of the bank: show what would be read of it")] = None,
    year: Year = None,
    json: Json = False,
) -> int:
    """Check an own profile in FILE (JSON), and with --sample that it reads a file of the bank.

    Then: juru bank set CODE --profile LIKE --own-profile "$(cat FILE)"
    """
    try:
        own: dict[str, Any] = msgspec.json.decode(_read(file), type=dict[str, Any])
        made = load_bank_profile(like, own)
    except (msgspec.DecodeError, ProfileError) as error:
        say_error(f"{file}: {error}")
        return REFUSED
    if sample is None:
        say_json(made) if json else say(f"{file} can be used: {made.title}")
        return OK
    now = RealTime().now_ms()
    try:
        statement = read_statement(_read(sample), made, today=business_day(now, Zone.WIB), year=year)
    except UnreadableError as error:
        say_error(_faults(error))
        return REFUSED
    _say_sample(statement, json=json)
    return OK


def _say_sample(statement: Statement, *, json: bool) -> None:
    if json:
        say_json(statement)
        return
    shown = [(r.line, r.day, r.amount_idr, r.balance_idr, r.text[:70]) for r in statement.rows[:_SHOWN]]
    say_table(("line", "day", "amount_idr", "balance_idr", "text"), shown)
    left = f", {statement.pending} not booked yet" if statement.pending else ""
    say(f"{len(statement.rows)} rows of account {statement.account_no or '(not named)'}{left}")
