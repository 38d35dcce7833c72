"""``juru close``: close days that are over, by hand; the server does it by itself shortly after midnight."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, say, say_json, say_table
from juru.values.days import iso_local

close = App(name="close", help="Close business days; list those that are closed.")
Until = Annotated[str | None, Parameter(name="--until", help="no later day: 2026-11-23, yesterday")]


@close.default
def close_days(*, until: Until = None, where: Where = HERE, json: Json = False) -> int:
    """Close every day that is over and not closed yet, in order: sums are kept, the head of the book is exported.

    A day that is closed already is left alone, so this may be repeated. Orders go on meanwhile.
    """
    from juru.server.desk.link import open_desk
    from juru.server.desk.spans import read_day, today_of
    from juru.values.days import written

    async def run() -> list[int]:
        async with open_desk(where.dir()) as desk:
            today = today_of(time.time_ns() // 1_000_000, desk.reads.zone())
            return await desk.close_days(None if until is None else read_day(until, today))

    closed = asyncio.run(run())
    if json:
        say_json({"closed": [written(day) for day in closed]})
    elif closed:
        say(f"closed {len(closed)} days: {written(closed[0])} to {written(closed[-1])}")
    else:
        say("nothing to close: every day that is over is closed")
    return OK


@close.command(name="list")
def listing(
    *,
    limit: Annotated[int, Parameter(help="how many at most, the latest")] = 31,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """List closed days with the head of the book at the end of each, oldest first."""
    from juru.server.desk.link import open_reads
    from juru.values.days import written

    with open_reads(where.dir()) as reads:
        zone = reads.zone()
        rows = [
            (written(c.day), f"{c.head_no}:{c.head_seal}", c.sums + c.accounts, iso_local(c.at_ms, zone))
            for c in reads.closings(limit=limit)
        ]
    header = ("day", "head", "lines", "closed_at")
    if json:
        say_json([dict(zip(header, row, strict=True)) for row in rows])
    elif rows:
        say_table(header, rows)
    else:
        say("no day is closed yet: 'juru close' closes those that are over")
    return OK
