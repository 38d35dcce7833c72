"""``juru serve``, ``demo``, ``market``, ``pause``, ``resume``: running a cell."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from juru.cli.given import BESIDE, HERE, SOMEONE, Where, Who
from juru.cli.output import OK, accepted, say, say_json
from juru.server.domain.commands import Pause
from juru.server.errors import SettingsError
from juru.server.settings import SecondFactor, ServeSettings, data_at

Port = Annotated[int, Parameter(help="where to listen")]


@Parameter(name="*")
@dataclass(frozen=True)
class Watched:
    """How a server is watched."""

    log_level: Annotated[str, Parameter(help="debug, info, warning or error")] = "info"
    log_format: Annotated[str, Parameter(help="json, or console for a person's eyes")] = "json"
    metrics_from: Annotated[str, Parameter(help="addresses that may read /metrics: 127.0.0.1; 10.0.0.0/8")] = (
        "127.0.0.0/8; ::1"
    )
    disk_free_min: Annotated[int, Parameter(help="free megabytes below which it is not ready")] = 200


WATCHED = Watched()


def serve(
    *,
    host: Annotated[str, Parameter(help="address to listen on")] = "127.0.0.1",
    port: Port = 8000,
    public_url: Annotated[str, Parameter(help="the address its pages have for the world, as https://...")] = "",
    trusted_proxies: Annotated[
        str, Parameter(help="proxies whose X-Forwarded-For is believed: 127.0.0.1; 10.0.0.0/8")
    ] = "",
    session_idle: Annotated[int, Parameter(help="seconds without use after which a login ends")] = 28_800,
    session_age: Annotated[int, Parameter(help="seconds after which a login ends in any case")] = 259_200,
    second_factor: Annotated[
        SecondFactor, Parameter(help="who must have a second factor: off (nobody), owners or everyone")
    ] = SecondFactor.OFF,
    drain: Annotated[float, Parameter(help="seconds to wait for answers on the wire when it is stopped")] = 90.0,
    watched: Watched = WATCHED,
    where: Where = HERE,
) -> int:
    """Serve a cell in the foreground, until interrupted; a second interrupt waits for nothing."""
    from juru.server.app import run_server
    from juru.server.desk.cells import read_list
    from juru.simulation.demo import published

    settings = ServeSettings(
        host=host,
        port=_port(port),
        public_url=public_url,
        trusted_proxies=tuple(read_list(trusted_proxies)),
        session_idle_s=_lasting(session_idle),
        session_age_s=_lasting(session_age),
        second_factor=second_factor,
        drain_s=drain,
        log_level=watched.log_level,
        log_format=watched.log_format,
        metrics_from=tuple(read_list(watched.metrics_from)),
        disk_free_mb_min=watched.disk_free_min,
    )
    run_server(where.dir(), settings, published=published())
    return OK


def demo(
    *,
    port: Port = 8000,
    describe: Annotated[
        bool, Parameter(negative="", help="print the demo's agents, products and suppliers as JSON")
    ] = False,
    members: Annotated[
        int, Parameter(help="sample members of the association that is served on the next port; 0 for none")
    ] = 1_500,
    where: Where = HERE,
) -> int:
    """Start a cell with simulated suppliers and an association beside it, as ``make run`` does, until interrupted."""
    settings = ServeSettings(port=_port(port))
    data = data_at(BESIDE) if where.data is None and not _environment() else where.maybe_new()
    if describe:
        from juru.server.desk.link import running_server
        from juru.simulation.demo import describe as described
        from juru.simulation.run import demo_at

        # A demo that runs is told where it is, whatever port it was given.
        running = running_server(data)
        at = settings.port if running is None else int(running.url.rpartition(":")[2])
        say_json(described(f"http://{settings.host}:{at}", demo_at(at)))
        return OK
    from juru.simulation.association.seed import MEMBERS_MIN
    from juru.simulation.run import run_demo

    if 0 != members < MEMBERS_MIN:
        raise SettingsError(f"{members} members are too few to fill the boards: give {MEMBERS_MIN} or more, or 0")
    run_demo(data, settings, members=members)
    return OK


def market(
    *,
    port: Port = 8100,
    seed: Annotated[int, Parameter(help="the same seed, the same fates")] = 1,
    log: Annotated[Path | None, Parameter(help="append each raw request to this file, one JSON line each")] = None,
    config: Annotated[Path | None, Parameter(help="suppliers of the market as JSON, in place of the demo's")] = None,
) -> int:
    """Run simulated suppliers over HTTP on loopback, in the foreground, until interrupted."""
    import msgspec

    from juru.simulation.demo import market_config
    from juru.simulation.market import MarketConfig, run_market

    try:
        told = (
            market_config(port=_port(port))
            if config is None
            else msgspec.json.decode(config.read_bytes(), type=MarketConfig)
        )
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{config}: {error}") from error
    path = told.log_path if log is None else str(log)
    settings = msgspec.structs.replace(told, port=_port(port), seed=seed, log_path=path)
    run_market(settings, lambda url: say(f"market at {url}, seed {seed}"))
    return OK


def pause(*, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Stop selling: new orders are refused, those already held go on."""
    return _pause(where, who, paused=True)


def resume(*, where: Where = HERE, who: Who = SOMEONE) -> int:
    """Sell again."""
    return _pause(where, who, paused=False)


def _pause(where: Where, who: Who, *, paused: bool) -> int:
    async def run() -> None:
        from juru.server.desk.link import open_desk
        from juru.server.desk.lost import missing

        async with open_desk(where.dir()) as desk:
            accepted(await desk.submit(Pause(paused, who.name(), who.why("pause" if paused else "resume"))))
            found = None if paused else missing(desk.reads)
        say("selling is paused: 'juru resume' goes on" if paused else "selling")
        if found is not None and found.open:
            say(f"{len(found.open)} attempts of before the restore still wait: 'juru lost show'")

    asyncio.run(run())
    return OK


def _port(port: int) -> int:
    if not 0 <= port < 65_536:
        raise SettingsError(f"{port} is no port: 0 to 65535")
    return port


def _lasting(seconds: int) -> int:
    if seconds < 60:
        raise SettingsError(f"{seconds} seconds are too short for a login: at least 60")
    return seconds


def _environment() -> bool:
    import os

    return bool(os.environ.get("JURU_DATA"))
