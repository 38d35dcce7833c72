"""``juru association work``, ``agenda``, ``overdue``: what waits on whom, and what stands on a board's next meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from juru.cli.association.at import HERE, SOMEONE, Asking, At, On, day, reading, today
from juru.cli.given import Json
from juru.cli.output import OK, say, say_json, say_table

if TYPE_CHECKING:
    from juru.association.desk.work import Waiting


def work(*, on: On = None, at: At = HERE, asking: Asking = SOMEONE, json: Json = False) -> int:
    """Show what waits on whoever asks: since when, what the clock will do next, the command that does it."""
    from juru.association.desk.due_world import everything_due, world_of
    from juru.association.desk.notices import listed
    from juru.association.desk.work import work_of

    as_of = day(on) or today()
    with reading(at) as reads:
        world, found = world_of(reads, as_of), everything_due(reads, as_of)
        lines = work_of(world, found, listed(reads, found, as_of), asking.name())
    return _say(lines, f"nothing waits on {asking.name()}", json=json)


def agenda(
    unit: Annotated[str, Parameter(help="NAS, or a branch's code")] = "NAS",
    /,
    *,
    on: On = None,
    at: At = HERE,
    json: Json = False,
) -> int:
    """Show what stands by itself on the agenda of a board's next meeting."""
    from juru.association.desk.due_world import everything_due
    from juru.association.desk.work import agenda_of

    with reading(at) as reads:
        lines = agenda_of(everything_due(reads, day(on) or today()), unit.upper())
    return _say(lines, f"nothing stands on the agenda of {unit.upper()} by itself", json=json)


def overdue(*, on: On = None, at: At = HERE, json: Json = False) -> int:
    """Show the overdue list that everybody may read: applications and appeals that nobody has decided in time."""
    from juru.association.desk.due_world import everything_due
    from juru.association.desk.work import overdue_of

    with reading(at) as reads:
        lines = overdue_of(everything_due(reads, day(on) or today()))
    return _say(lines, "nothing is overdue", json=json)


def _say(lines: list[Waiting], nothing: str, *, json: bool) -> int:
    if json:
        say_json(lines)
        return OK
    if not lines:
        say(nothing)
        return OK
    rows = [
        (
            line.what_en if line.count == 1 else f"{line.what_en} ({line.count})",
            line.subject,
            line.unit,
            line.since.isoformat(),
            "" if line.clock_on is None else f"{line.clock_on.isoformat()}: {line.clock_en}",
            line.command,
        )
        for line in lines
    ]
    say_table(("what", "about", "unit", "since", "the clock", "by"), rows)
    return OK
