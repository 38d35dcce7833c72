"""``juru`` as processes: commands that are run to their end, and a server on a small cell, stopped by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from juru.cli import run
from juru.server.settings import DataDir
from tests.support.raw_peer import free_port

PROGRAM = "from juru.cli import main; main()"
SECONDS_MAX = 60.0


class Said(NamedTuple):
    """An exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self.out)


class Got(NamedTuple):
    """An answer of the server."""

    status: int
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever came
        return json.loads(self.text)


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JURU_")}
    return kept | {"JURU_BY": "ana"} | dict(more or {})


async def start_juru(
    *words: str, env: Mapping[str, str] | None = None, program: str = PROGRAM, before: tuple[str, ...] = ()
) -> asyncio.subprocess.Process:
    """A command that is running; ``program`` is what Python is told, ``before`` a command that starts it."""
    return await asyncio.create_subprocess_exec(
        *before,
        *(sys.executable, "-c", program, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(env),
    )


async def juru(
    *words: str,
    env: Mapping[str, str] | None = None,
    program: str = PROGRAM,
    before: tuple[str, ...] = (),
    code: int | None = 0,
) -> Said:
    """One command to its end; it must exit with ``code``, and never with a traceback."""
    process = await start_juru(*words, env=env, program=program, before=before)
    out, err = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
    assert process.returncode is not None
    said = Said(process.returncode, out.decode(), err.decode())
    assert code is None or said.code == code, said
    assert "Traceback" not in said.err, said
    return said


async def until(true: Callable[[], object]) -> None:
    """Wait until something holds that another process makes true."""
    async with asyncio.timeout(SECONDS_MAX):
        while not true():  # noqa: ASYNC110 - another process announces nothing
            await asyncio.sleep(0.02)


def typed(*words: str, code: int | None = 0, env: Mapping[str, str] | None = None) -> Said:
    """One command in this process, where no other is wanted: it must exit with ``code``."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name in [name for name in os.environ if name.startswith("JURU_")]:
            patch.delenv(name)
        for name, value in {"JURU_BY": "ana", **(env or {})}.items():
            patch.setenv(name, value)
        # A backup gives way to the server; the tests that follow should not.
        patch.setattr(os, "nice", lambda _by: 0)
        said = Said(run(words), out.getvalue(), err.getvalue())
    assert code is None or said.code == code, said
    assert "Traceback" not in said.err, said
    return said


class Served:
    """A server process on a data directory."""

    def __init__(self, process: asyncio.subprocess.Process, data: DataDir, port: int, log: Path) -> None:
        self.process = process
        self.data = data
        self.port = port
        self.log = log

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Got:
        """Ask it by HTTP."""
        return await asyncio.to_thread(self._get, path, dict(headers or {}))

    def _get(self, path: str, headers: dict[str, str]) -> Got:
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
            with urllib.request.urlopen(request, timeout=10) as reply:
                return Got(reply.status, reply.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Got(error.code, error.read().decode())

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def ended(self, seconds: float = SECONDS_MAX) -> int:
        """Wait for its end; its exit code."""
        return await asyncio.wait_for(self.process.wait(), seconds)

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@asynccontextmanager
async def serving(
    data: DataDir, *options: str, env: Mapping[str, str] | None = None, program: str = PROGRAM
) -> AsyncIterator[Served]:
    """``juru serve``, ready; ended by SIGTERM unless the test has ended it, and then it must have ended well."""
    port = free_port()
    log = data.path.with_name(f"{data.path.name}-{port}.log")
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "serve", "--data", str(data.path), "--port", str(port), *options),
            stderr=stderr,
            env=_environment(env),
        )
    served = Served(process, data, port, log)
    try:
        await _ready(served)
        yield served
    finally:
        if process.returncode is None:
            served.signal()
            try:
                assert await served.ended() == 0, log.read_text()
            except TimeoutError:
                process.kill()
                raise


async def _ready(served: Served) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not served.data.running.exists() or (await _try(served)) is None:
            assert served.process.returncode is None, served.log.read_text()
            await asyncio.sleep(0.05)


async def _try(served: Served) -> Got | None:
    try:
        return await served.get("/healthz")
    except OSError:
        return None
