"""``juru association serve``: the portal, in the foreground."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from juru.cli.association.at import HERE, At, day
from juru.cli.output import OK
from juru.server.errors import SettingsError

_PORT_MAX = 65_535


@Parameter(name="*")
@dataclass(frozen=True)
class Running:
    """How long logins last, how it is logged, how often messages are sent."""

    session_idle: Annotated[int, Parameter(help="seconds without use after which a login ends")] = 28_800
    session_age: Annotated[int, Parameter(help="seconds after which a login ends in any case")] = 259_200
    second_factor: Annotated[
        Literal["off", "officers", "everyone"],
        Parameter(help="who must have a second factor: off (nobody), officers or everyone"),
    ] = "off"
    log_level: Annotated[str, Parameter(help="debug, info, warning or error")] = "info"
    log_format: Annotated[str, Parameter(help="json, or console for a person's eyes")] = "json"
    notices_every: Annotated[int, Parameter(help="seconds between looks for messages that are due; 0 sends none")] = 300


RUNNING = Running()


def serve(
    directory: Path | None = None,
    /,
    *,
    host: Annotated[str, Parameter(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="where to listen")] = 8001,
    clock: Annotated[
        str | None, Parameter(help="show this day, YYYY-MM-DD, as if it were today; nothing can be changed then")
    ] = None,
    public_url: Annotated[str, Parameter(help="the address its pages have for the world, as https://...")] = "",
    trusted_proxies: Annotated[
        str, Parameter(help="proxies whose X-Forwarded-For is believed: 127.0.0.1; 10.0.0.0/8")
    ] = "",
    running: Running = RUNNING,
    at: At = HERE,
) -> int:
    """Serve the portal of the association in DIRECTORY, until interrupted."""
    from juru.association.app import PortalSettings, run_association
    from juru.association.portal.entry import SecondFactor
    from juru.server.desk.cells import read_list
    from juru.server.telemetry import configure

    if not 0 < port <= _PORT_MAX:
        raise SettingsError(f"{port} is no port: choose one from 1 to {_PORT_MAX}")
    configure(running.log_level, running.log_format)
    where = At(directory).dir() if directory is not None else at.dir()
    settings = PortalSettings(
        host=host,
        port=port,
        public_url=public_url,
        trusted_proxies=tuple(read_list(trusted_proxies)),
        clock=day(clock),
        session_idle_s=running.session_idle,
        session_age_s=running.session_age,
        notices_every_s=running.notices_every,
        second_factor=SecondFactor(running.second_factor),
    )
    run_association(where, settings)
    return OK
