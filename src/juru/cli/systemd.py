"""``juru systemd``: the units that run a cell and back it up, filled in for this machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.output import OK, say
from juru.server.errors import SettingsError


@Parameter(name="*")
@dataclass(frozen=True)
class Reached:
    """From where the server is reached; what is left out is as ``juru serve`` has it."""

    host: Annotated[str, Parameter(help="address to listen on")] = ""
    public_url: Annotated[str, Parameter(help="the address its pages have for the world")] = ""
    trusted_proxies: Annotated[str, Parameter(help="proxies whose X-Forwarded-For is believed")] = ""
    metrics_from: Annotated[str, Parameter(help="who may read /metrics")] = ""


ANYHOW = Reached()


def systemd(
    directory: Path | None = None,
    /,
    *,
    data: Annotated[Path, Parameter(help="the data directory")] = Path("/var/lib/juru"),
    keys: Annotated[Path, Parameter(help="the file of encryption keys")] = Path("/etc/juru/keys.json"),
    backups: Annotated[Path, Parameter(help="where backups go, best on another disk")] = Path("/var/backups/juru"),
    user: Annotated[str, Parameter(help="as whom it runs")] = "juru",
    port: Annotated[int, Parameter(help="where to listen")] = 8000,
    drain: Annotated[int, Parameter(help="seconds to wait for answers on the wire when it is stopped")] = 90,
    keep: Annotated[int, Parameter(help="how many hourly backups are kept")] = 48,
    reached: Reached = ANYHOW,
) -> int:
    """Print the systemd units of a cell, or write them into DIRECTORY, such as /etc/systemd/system."""
    from juru.server.desk.systemd import Place, units

    program = Path(sys.executable).with_name("juru")
    named = ((f"--{field.name.replace('_', '-')}", getattr(reached, field.name)) for field in fields(reached))
    more = tuple((option, value) for option, value in named if value)
    place = Place(program, data.absolute(), keys.absolute(), backups.absolute(), user, port, drain, keep, more)
    if any(" " in str(path) for path in (program, place.data, place.keys, place.backups)):
        raise SettingsError("a unit's paths cannot hold a space: choose others")
    for name, text in units(place).items():
        if directory is None:
            say(f"# ----- {name}\n{text}")
            continue
        try:
            (directory / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{directory / name} cannot be written: {error.strerror}") from error
        say(f"{directory / name}")
    if directory is not None:
        say("Next: systemctl daemon-reload && systemctl enable --now juru.service juru-backup.timer")
    return OK
