"""``juru stop`` and ``juru start``: stop switches for everything, a supplier, a product, an operator.

A stop is a new version of the record it closes, so who stopped it, when and why stands in its history. What has not
left yet is looked at again right before it would: it goes to another supplier, or its money goes back.
"""

from __future__ import annotations

import asyncio

import msgspec
from cyclopts import App

from juru.cli.given import HERE, SOMEONE, Where, Who
from juru.cli.output import OK, accepted, say
from juru.server.desk.link import open_desk, open_reads
from juru.server.desk.stops import Closable, What, switch
from juru.server.domain.commands import Command
from juru.server.domain.records import KINDS
from juru.server.errors import SettingsError
from juru.server.settings import DataDir

stop = App(name="stop", help="Stop selling: everything, or one supplier, product or operator.")
start = App(name="start", help="Sell again what was stopped.")


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
    record = None if what is What.ALL else _present(data, what, code)
    asyncio.run(_submit(data, switch(what, record, closed=closed, by=who.name(), reason=who.why(verb))))
    say(f"{what} {code} {'stopped' if closed else 'on sale'}".replace("  ", " "))
    return OK


def _present(data: DataDir, what: What, code: str) -> Closable:
    """The present version of what is to be closed."""
    with open_reads(data) as reads:
        body = next((r.body for r in reads.records(what.value) if r.key == code), None)
    if body is None:
        raise SettingsError(f"there is no {what} {code}: juru {what} list shows what there is")
    record = msgspec.json.decode(body, type=KINDS[what.value])
    assert isinstance(record, Closable), record
    return record


async def _submit(data: DataDir, command: Command) -> None:
    async with open_desk(data) as desk:
        accepted(await desk.submit(command))
