"""``juru lost``: what a restore has lost, and the orders that were bought in the lost span."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, REFUSED, accepted, say, say_error, say_json, say_table
from juru.server.domain.commands import SaveRecord
from juru.server.errors import CommandError, SettingsError
from juru.values.days import DAY_MS, iso_local

if TYPE_CHECKING:
    from juru.server.desk.lost import Missing

lost = App(name="lost", help="After a restore: what is missing, and orders that were bought in the lost span.")
_SHOWN = 50


@lost.command
def show(*, where: Where = HERE, json: Json = False) -> int:
    """Say which span of time the latest restore has lost, and what to reconcile."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.lost import missing

    with open_reads(where.dir()) as reads:
        found = missing(reads)
    if json:
        say_json(found)
    elif found is None:
        say("this book was never restored: nothing is lost")
    else:
        say_missing(found)
    return OK


@lost.command
def add(
    file: Path,
    /,
    *,
    days: Annotated[int, Parameter(help="for how long an order may match")] = 7,
    check: Annotated[bool, Parameter(negative="", help="only say what would happen")] = False,
    where: Where = HERE,
    who: Who = SOMEONE,
) -> int:
    """List the orders in FILE (CSV or XLSX) as bought in the lost span: such an order is taken, but held for a person.

    Columns, all but ref or dest optional: agent, ref, dest, supplier, supplier_ref, note. A supplier's statement since
    the backup gives dest, supplier and supplier_ref; an agent's list of his open orders gives agent, ref and dest.
    """
    from juru.server.desk.files import read_rows
    from juru.server.desk.link import open_desk
    from juru.server.desk.lost import plan

    if days < 1:
        raise SettingsError("--days is at least 1")
    until_ms = time.time_ns() // 1_000_000 + days * DAY_MS
    rows = read_rows(file)

    async def run() -> int:
        async with open_desk(where.dir()) as desk:
            found = plan(rows, desk.reads, until_ms=until_ms, by=who.name(), reason=who.why(f"lost add {file.name}"))
            if found.problems:
                say_table(("row", "problem"), found.problems)
                say_error(f"{len(found.problems)} problems; nothing was listed")
                return REFUSED
            if not check:
                for result in await desk.submit_all(found.saves):
                    accepted(result)
            would = "would be " if check else ""
            left = f"{found.known} known to the book and {found.listed} listed before were left out"
            say(f"{len(found.saves)} {would}listed; {left}")
            return OK

    return asyncio.run(run())


@lost.command(name="list")
def listing(*, where: Where = HERE, json: Json = False) -> int:
    """List the orders that were listed: those that wait for a match, and the order that each has matched."""
    from juru.server.desk.link import open_reads
    from juru.server.desk.lost import lost_orders, shown_destination

    with open_reads(where.dir()) as reads:
        found = lost_orders(reads)
    if json:
        say_json(found)
        return OK
    rows = [
        (
            o.key,
            o.agent,
            o.ref,
            shown_destination(o.dest),
            o.supplier,
            "dropped" if o.dropped else o.order_id and f"#{o.order_id}",
            o.note,
        )
        for o in found
    ]
    say_table(("key", "agent", "ref", "dest", "supplier", "matched", "note"), rows)
    return OK


@lost.command
def drop(key: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Take KEY off the list: an order that matches it is sent as any other."""
    from juru.server.desk.link import open_desk
    from juru.server.desk.lost import lost_orders

    async def run() -> None:
        async with open_desk(where.dir()) as desk:
            found = next((o for o in lost_orders(desk.reads) if o.key == key), None)
            if found is None:
                raise CommandError(f"{key} is not listed: 'juru lost list' shows what is")
            body = msgspec.json.encode(msgspec.structs.replace(found, dropped=True))
            accepted(await desk.submit(SaveRecord("lost", key, body, who.name(), who.why("lost drop"))))

    asyncio.run(run())
    say(f"{key} is off the list")
    return OK


def say_missing(found: Missing) -> None:
    """The report that follows a restore."""
    restore = found.restore
    since, until = (iso_local(at_ms, found.zone) for at_ms in (restore.backup_ms, restore.stopped_ms))
    say(f"MISSING: everything after {since} (commit {restore.commit_no}) and until {until} at the latest.")
    if found.open:
        say(f"1. {len(found.open)} attempts were open at the backup and are held. Ask each supplier, then decide them:")
        rows = [(a.order_id, a.supplier, a.ref, a.state, a.product, a.dest, a.price_idr) for a in found.open[:_SHOWN]]
        say_table(("order", "supplier", "our reference", "state", "product", "dest", "price_idr"), rows)
        if len(found.open) > _SHOWN:
            say(f"   ... and {len(found.open) - _SHOWN} more: 'juru order queue' shows all")
    else:
        say("1. No attempt of before the backup is open.")
    say(f"2. Ask for a statement since {since}: {', '.join(found.suppliers) or 'no supplier is known'}.")
    say("   List what they bought in that span with 'juru lost add FILE': an order that comes again is then held,")
    say("   not bought again. Without that list an agent who repeats a reference of that span is served twice.")
    say(f"   {len(found.listed)} are listed and wait.")
    say("3. Post again what moved money in that span: bank mutations, deposits by hand, transfers between agents.")
    say("4. Prices, PINs, blocks and settings are as they were at the backup: set again what was changed since.")
    say("Then: juru resume --reason '...'")
