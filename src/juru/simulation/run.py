"""The demo: a server beside its simulated market, both on loopback, stopped together.

``python -m juru.simulation.run PORT SERVER_URL`` is the market's own process; it ends when its standard input closes,
so that it never outlives the demo, however that ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.server.app import Server, listen, run, serve_until_interrupted
from juru.server.desk.init import init
from juru.server.desk.link import open_desk
from juru.server.desk.lock import hold
from juru.server.desk.upgrade import upgrade
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.records import SETTINGS_KEY
from juru.server.domain.refusals import Refusal
from juru.server.errors import SettingsError
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.keyring import Keyring, hash_pin
from juru.server.telemetry import configure
from juru.simulation.demo import DEMO, Demo, deposits, describe, market_config, records, vouchers
from juru.simulation.market import run_market

MARKET_PORT_OFFSET = 100
ASSOCIATION_PORT_OFFSET = 1
_READY_S = 20


def demo_at(port: int) -> Demo:
    """The demo whose server listens on ``port``; its market is 100 ports further."""
    return msgspec.structs.replace(DEMO, market_url=f"http://127.0.0.1:{port + MARKET_PORT_OFFSET}")


def run_demo(data: DataDir, settings: ServeSettings, *, members: int) -> None:
    """Make the demo's cell if there is none, start its market and its association, serve until interrupted.

    The association is made beside, once, in a process of its own; with ``members`` 0 there is none.
    """
    configure("warning", "console")
    demo = demo_at(settings.port)
    ports = [settings.port, settings.port + MARKET_PORT_OFFSET]
    if members:
        ports.append(settings.port + ASSOCIATION_PORT_OFFSET)
    for port in ports:
        # Before anything is made or started, so that a taken port is one sentence and nothing else.
        listen(settings.host, port).close()
    if data.database.exists():
        # A demo's data are of yesterday's program more often than anybody's; nobody is asked, a backup is made.
        upgrade(data, None, now_ms=time.time_ns() // 1_000_000, phase=_quietly, rest=lambda: None)
        asyncio.run(_move(data, demo))
    else:
        asyncio.run(_make(data, demo))
    beside = [_Beside("juru.simulation.run", str(settings.port), str(data.path / "market.jsonl"))]
    portal = f"http://127.0.0.1:{settings.port + ASSOCIATION_PORT_OFFSET}" if members else ""
    if members:
        words = (
            portal.rpartition(":")[2],
            str(association_at(data)),
            str(members),
            f"http://127.0.0.1:{settings.port}",
        )
        beside.append(_Beside("juru.simulation.association.run", *words))
    with hold(data), contextlib.ExitStack() as running:
        for process in beside:
            running.enter_context(process)
        run(_serve(data, settings, demo, portal))


def association_at(data: DataDir) -> Path:
    """Where the demo's association is: beside its cell."""
    return data.path.with_name(f"{data.path.name}-association")


def _quietly(_what: str) -> contextlib.AbstractContextManager[Callable[[int, int], None]]:
    return contextlib.nullcontext(lambda _done, _whole: None)


async def _make(data: DataDir, demo: Demo) -> None:
    """The demo's cell: its records and its opening money."""
    await init(data, demo.settings, by="demo")
    async with open_desk(data) as desk:
        commands = [*_records(data, demo), *deposits(demo), vouchers(Keyring(data.keys).seal)]
        for command, result in zip(commands, await desk.submit_all(commands), strict=True):
            assert not isinstance(result, Refusal), (command, result)


async def _move(data: DataDir, demo: Demo) -> None:
    """Point a demo that was made on another port at its market of today; mark one of before there was a mark."""
    async with open_desk(data) as desk:
        settings = msgspec.json.decode(desk.records("setting")[0].body, type=Settings)
        if not settings.demo:
            body = msgspec.json.encode(msgspec.structs.replace(settings, demo=True))
            result = await desk.submit(SaveRecord("setting", SETTINGS_KEY, body, "demo", "demo"))
            assert not isinstance(result, Refusal), result
        bases = {
            msgspec.json.decode(record.body, type=Supplier).account["base"].rpartition("/")[0]
            for record in desk.records("supplier")
            if record.key in {told.supplier.code for told in demo.suppliers}
        }
        if bases == {demo.market_url}:
            return
        for command in _records(data, demo):
            if isinstance(command, SaveRecord) and command.kind == "supplier":
                result = await desk.submit(command)
                assert not isinstance(result, Refusal), result


def _records(data: DataDir, demo: Demo) -> list[Command]:
    keys = Keyring(data.keys)
    return [
        SaveRecord(kind, key, body, "demo", "demo") for kind, key, body in records(keys.seal, demo, hash_pin=hash_pin)
    ]


async def _serve(data: DataDir, settings: ServeSettings, demo: Demo, portal: str) -> None:
    server = Server(data, settings)
    console = server.console(describe(server.url, demo) | {"association": portal})
    sys.stdout.write(f"Juru demo: open {server.url}  (data in {data.path}; stop with Ctrl-C)\n")
    if portal:
        sys.stdout.write(f"Its association, of sample members: {portal}  (data in {association_at(data)})\n")
    sys.stdout.flush()
    await serve_until_interrupted(server, console)


class _Beside:
    """A process of the demo, for the length of a ``with``; it is there once it has said a line."""

    def __init__(self, module: str, *words: str) -> None:
        self._module = module
        self._command = [sys.executable, "-m", module, *words]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> None:
        # A session of its own: Ctrl-C reaches the server, which ends these after its last request is answered.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            message = f"{self._module} did not start; its own message stands above"
            raise SettingsError(message)

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_READY_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def _ends_with_parent() -> None:
    """Stop this process once its standard input closes."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """The market's process."""
    port = int(sys.argv[1])
    _ends_with_parent()
    config = market_config(
        demo_at(port), server_url=f"http://127.0.0.1:{port}", port=port + MARKET_PORT_OFFSET, log_path=sys.argv[2]
    )

    def ready(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    run_market(config, ready)


if __name__ == "__main__":
    main()
