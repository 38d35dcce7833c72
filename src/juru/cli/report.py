"""``juru report``: what a business day was."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from juru.cli.given import HERE, Json, Where
from juru.cli.output import OK, say, say_json, say_table, shown

report = App(name="report", help="Reports.")


@report.command
def day(
    date: str | None = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(help="write the lines to a .csv or .xlsx file")] = None,
    where: Where = HERE,
    json: Json = False,
) -> int:
    """Report a business day (2026-11-24, today, yesterday; without one today) by the day of posting."""
    from juru.server.desk.files import write_rows
    from juru.server.desk.link import open_reads
    from juru.server.desk.reports import HEADER, day_table, read_day, zone_of

    with open_reads(where.dir()) as reads:
        wanted = read_day(date, now_ms=time.time_ns() // 1_000_000, zone=zone_of(reads))
        table = day_table(reads, wanted)
    if out is not None:
        say(f"{write_rows(out, HEADER, table.lines)} rows in {out}")
    elif json:
        lines = [dict(zip(HEADER, line, strict=True)) for line in table.lines]
        say_json({"day": table.day, **table.totals, "lines": lines})
    else:
        totals = [(name, shown(name, value)) for name, value in table.totals.items()]
        say_table((str(table.day), ""), totals)
        if table.lines:
            say_table(HEADER, table.lines)
    return OK
