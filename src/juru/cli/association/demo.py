"""``juru association demo``: an association with 1,500 invented members, to look at and to try things in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.association.at import day
from juru.cli.association.at import today as this_day
from juru.cli.output import OK, progress, say
from juru.server.errors import SettingsError


def demo(
    directory: Path,
    /,
    *,
    members: Annotated[int, Parameter(help="how many businesses apply, from 100 on")] = 1_500,
    today: Annotated[str | None, Parameter(help="the day on which the story ends; without it today")] = None,
    seed: Annotated[int, Parameter(help="the same seed and day, the same story")] = 1,
) -> int:
    """Make a demo association in DIRECTORY: nine branches, three years of facts by the commands people use."""
    from juru.simulation.association.seed import LOGINS, MEMBERS_MIN, PASSWORD
    from juru.simulation.association.seed import seed as make

    if members < MEMBERS_MIN:
        raise SettingsError(f"{members} members are too few to fill the boards: give {MEMBERS_MIN} or more")
    with progress("days of the story") as told:
        made = make(directory, today=day(today) or this_day(), members=members, number=seed, progress=told)
    say(f"{made.members} businesses, {made.commands} commands from {made.first_day} to {made.today} in {directory}")
    say(f"Next: juru association serve {directory}; log in as {', '.join(LOGINS)}, password: {PASSWORD}")
    return OK
