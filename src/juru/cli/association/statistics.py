"""``juru association stats``: the association in figures, as of any day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from juru.cli.association.at import HERE, At, Known, On, day, known_ms, reading, today
from juru.cli.given import Json
from juru.cli.output import OK, progress, say, say_json, say_table
from juru.server.errors import SettingsError


def stats(
    table: Annotated[
        Literal["states", "months", "years"], Parameter(help="members by branch and state, by month, or who stayed")
    ] = "states",
    /,
    *,
    on: On = None,
    known: Known = None,
    csv: Annotated[Path | None, Parameter(help="write it to this CSV file")] = None,
    xlsx: Annotated[Path | None, Parameter(help="write it to this workbook")] = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Count members by state and branch, by month, and year by year who stayed; figures under 5 are hidden."""
    from juru.association.desk.careers import careers
    from juru.association.desk.statistic_sheets import Topic, sheet_of
    from juru.association.desk.statistics import statistics
    from juru.web.sheets import as_csv, as_json, as_xlsx

    as_of, until_ms = day(on) or today(), known_ms(known)
    with reading(at) as reads:
        with progress("folding members") as told:
            ways = careers(reads, until_ms, told)
        found = statistics(reads, list(ways.of.values()), reads.branches(until_ms), as_of, until_ms)
    sheet = sheet_of(Topic(table), found)
    sheet.facts["known"] = known
    for path, content in ((csv, as_csv), (xlsx, as_xlsx)):
        if path is not None:
            try:
                path.write_bytes(content(sheet))
            except OSError as error:
                raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    if json:
        say_json(as_json(sheet))
        return OK
    rows = [*(line.cells for line in sheet.lines), *([sheet.total] if sheet.total else [])]
    say_table(tuple(c.name for c in sheet.columns), [tuple("-" if c is None else c for c in row) for row in rows])
    say("; ".join(f"{name} {'-' if value is None else value}" for name, value in sheet.facts.items()))
    return OK
