"""``juru stop`` and ``juru start``: stop switches for everything, a supplier, a product, an operator.

A stop is a new version of the record it closes, so who stopped it, when and why stands in its history. What has not
left yet is looked at again right before it would: it goes to another supplier, or its money goes back.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

import msgspec
from cyclopts import App

from juru.cli.given import HERE, SOMEONE, Where, Who
from juru.cli.output import OK, accepted, say
from juru.server.desk.link import open_desk, open_reads
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import Command, Pause, SaveRecord
from juru.server.domain.records import KINDS
from juru.server.errors import SettingsError
from juru.server.settings import DataDir

stop = App(name="stop", help="Stop selling: everything, or one supplier, product or operator.")
start = App(name="start", help="Sell again what was stopped.")


class What(StrEnum):
    """What a switch closes."""

    ALL = "all"
    SUPPLIER = "supplier"
    PRODUCT = "product"
    OPERATOR = "operator"


@stop.default
def stop_(what: What, code: str = "", /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Stop: juru stop supplier SUNRISE --reason "late answers"."""
    return _switch(what, code.upper(), where.dir(), who, closed=True)


@start.default
def start_(what: What, code: str = "", /, *, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Start again: juru start supplier SUNRISE --reason "back since 10:00"."""
    return _switch(what, code.upper(), where.dir(), who, closed=False)


def _switch(what: What, code: str, data: DataDir, who: Who, *, closed: bool) -> int:
    verb = "stop" if closed else "start"
    if (what is What.ALL) is bool(code):
        raise SettingsError(f"juru {verb} all, or juru {verb} {what} CODE")
    if what is What.ALL:
        command: Command = Pause(closed, who.name(), who.why(verb))
    else:
        command = SaveRecord(what.value, code, _switched(data, what, code, closed=closed), who.name(), who.why(verb))
    asyncio.run(_submit(data, command))
    say(f"{what} {code} {'stopped' if closed else 'on sale'}".replace("  ", " "))
    return OK


def _switched(data: DataDir, what: What, code: str, *, closed: bool) -> bytes:
    """The present version with its availability changed."""
    with open_reads(data) as reads:
        body = next((r.body for r in reads.records(what.value) if r.key == code), None)
    if body is None:
        raise SettingsError(f"there is no {what} {code}: juru {what} list shows what there is")
    record = msgspec.json.decode(body, type=KINDS[what.value])
    availability = Availability.CLOSED if closed else Availability.OPEN
    return msgspec.json.encode(msgspec.structs.replace(record, availability=availability))


async def _submit(data: DataDir, command: Command) -> None:
    async with open_desk(data) as desk:
        accepted(await desk.submit(command))
