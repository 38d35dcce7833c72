"""``juru prefix``: whose number is it? Operators, their prefixes, and numbers that left their prefix."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import msgspec
from cyclopts import App

from juru.cli.given import HERE, SOMEONE, Json, Where, Who
from juru.cli.output import OK, accepted, say, say_json, say_table
from juru.server.desk.link import open_desk, open_reads
from juru.server.domain.catalog import Operator, PortedNumber, PrefixTable
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.records import PREFIXES_KEY
from juru.server.errors import CommandError, SettingsError
from juru.server.settings import DataDir
from juru.values.msisdn import parse_msisdn

prefix = App(name="prefix", help="Whose number is it: prefixes, ported numbers.")


@prefix.command(name="list")
def listing(*, where: Where = HERE, json: Json = False) -> int:
    """List operators with their prefixes and whether they are on sale."""
    with open_reads(where.dir()) as reads:
        operators = [msgspec.json.decode(r.body, type=Operator) for r in reads.records("operator")]
        tables = [msgspec.json.decode(r.body, type=PrefixTable) for r in reads.records("prefixes")]
    table = tables[0] if tables else PrefixTable("", {})
    if json:
        say_json(table)
        return OK
    mine = {o.code: sorted(p for p, code in table.prefixes.items() if code == o.code) for o in operators}
    rows = [(o.code, o.name, o.availability, " ".join(mine[o.code])) for o in operators]
    say_table(("operator", "name", "availability", "prefixes"), rows)
    say(f"version {table.version}")
    return OK


@prefix.command(name="import")
def bring_in(file: Path, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Replace the whole table by a JSON file {"version": "...", "prefixes": {"0812": "TELKOMSEL"}}."""
    try:
        table = msgspec.json.decode(file.read_bytes(), type=PrefixTable)
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    with open_reads(where.dir()) as reads:
        known = {record.key for record in reads.records("operator")}
    unknown = sorted(set(table.prefixes.values()) - known)
    if unknown:
        raise CommandError(f"unknown operators {', '.join(unknown)}: add them first with 'juru operator add'")
    body = msgspec.json.encode(table)
    _submit(where.dir(), SaveRecord("prefixes", PREFIXES_KEY, body, who.name(), who.why(f"import {file.name}")))
    counts = Counter(table.prefixes.values())
    say(f"version {table.version}: " + ", ".join(f"{code} {count}" for code, count in sorted(counts.items())))
    return OK


@prefix.command
def operator(code: str, name: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Add an operator, or give it another name; whether it is on sale stays (see juru operator)."""
    key = code.upper()
    with open_reads(where.dir()) as reads:
        known = {r.key: msgspec.json.decode(r.body, type=Operator) for r in reads.records("operator")}
    body = msgspec.json.encode(msgspec.structs.replace(known.get(key, Operator(key, name)), name=name))
    _submit(where.dir(), SaveRecord("operator", key, body, who.name(), who.why("operator")))
    say(f"operator {key} saved")
    return OK


@prefix.command
def port(number: str, operator_code: str, /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Note that a number belongs to an operator, whatever its prefix says."""
    dest = parse_msisdn(number)
    if dest is None:
        raise SettingsError(f"{number!r} is no mobile number")
    body = msgspec.json.encode(PortedNumber(dest, operator_code.upper()))
    _submit(where.dir(), SaveRecord("ported", dest, body, who.name(), who.why("ported")))
    say(f"{number} belongs to {operator_code.upper()}")
    return OK


def _submit(data: DataDir, command: Command) -> None:
    async def run() -> None:
        async with open_desk(data) as desk:
            accepted(await desk.submit(command))

    asyncio.run(run())
