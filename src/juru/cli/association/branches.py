"""``juru association branch`` and ``holidays``: branches as they stand on a day, and the calendar of clocks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from juru.cli.association.at import (
    HERE,
    SOMEONE,
    Asking,
    At,
    Dated,
    Known,
    On,
    ask,
    dated,
    day,
    done,
    known_ms,
    reading,
    today,
)
from juru.cli.given import Json
from juru.cli.output import OK, say_json, say_table
from juru.server.errors import SettingsError

branch = App(name="branch", help="Branches.")


@branch.command(name="list")
def listing(*, on: On = None, known: Known = None, at: At = HERE, json: Json = False) -> int:
    """List the branches of a day, with their provinces and their members by state."""
    from juru.association.desk.register import register
    from juru.association.domain.affairs import Subject, branches_of
    from juru.association.domain.branches import on as branches_on
    from juru.association.store.reads import standing

    as_of, until_ms = day(on) or today(), known_ms(known)
    with reading(at) as reads:
        found = branches_on(branches_of(standing(reads.facts_of_kind(Subject.BRANCH, as_of, until_ms))), as_of)
        states = Counter((row.branch, row.state) for row in register(reads, as_of, until_ms))
    rows = [
        {"code": code, "name": b.name, "provinces": list(b.provinces), "since": b.since}
        | {"members": {state: count for (where, state), count in sorted(states.items()) if where == code}}
        for code, b in found.items()
    ]
    if json:
        say_json(rows)
        return OK
    table = [
        (code, b.name, " ".join(b.provinces), b.since.isoformat(), states[code, "active"], states[code, "grace"])
        for code, b in found.items()
    ]
    say_table(("code", "name", "provinces", "since", "active", "grace"), table)
    return OK


@branch.command(name="set")
def change(
    code: str,
    name: str,
    /,
    *,
    province: Annotated[tuple[str, ...], Parameter(help="a province it covers; more than once", negative="")] = (),
    until: Annotated[str | None, Parameter(help="the first day on which it is no more")] = None,
    into: Annotated[tuple[str, ...], Parameter(help="what it is merged or split into", negative="")] = (),
    on: Dated = None,
    at: At = HERE,
    asking: Asking = SOMEONE,
    json: Json = False,
) -> int:
    """Found a branch, change it, or end it; it is never deleted."""
    from juru.association.domain.affairs import BranchSet
    from juru.association.domain.commands import SetBranch

    fact = BranchSet(**dated(on), name=name, provinces=province, until=day(until), into=into)
    result = ask(at, asking, SetBranch(code=code.upper(), fact=fact))
    return done(result, f"branch {result.id} from {fact.on}", json=json)


class _Holidays(msgspec.Struct):
    version: str
    days: tuple[date, ...]


def holidays(
    year: int, file: Path, /, *, source: str = "", at: At = HERE, asking: Asking = SOMEONE, json: Json = False
) -> int:
    """Bring in a year's listed holidays: JSON {"version": "SKB 2026", "days": ["2026-01-01", ...]}.

    Clocks that still run go by the new table; one that has run is not moved.
    """
    from juru.association.domain.affairs import HolidaysSet
    from juru.association.domain.commands import SetHolidays

    try:
        table = msgspec.json.decode(file.read_bytes(), type=_Holidays)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f"{file} is no table of holidays: {error}") from error
    if not table.days:
        raise SettingsError(f"{file} lists no day")
    fact = HolidaysSet(on=date(year, 1, 1), version=table.version, days=table.days, source=source)
    result = ask(at, asking, SetHolidays(year=year, fact=fact))
    return done(result, f"holidays of {result.id}: {len(table.days)} days, version {result.note}", json=json)
