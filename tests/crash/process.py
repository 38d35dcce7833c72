"""The victims as their parent sees them: started by a plan, killed or ended, and asked as an agent's server asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Self

import msgspec

from tests.crash.cell import AGENT, PASSWORD, PIN, PRODUCT
from tests.crash.victim import Plan

ROOT = Path(__file__).parents[2]
_READY_S = 20.0


class Life:
    """One server process, from its start to its end."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.hit = ""

    async def ready(self, port: int) -> bool:
        """Wait until it listens; False when it died before."""
        async with asyncio.timeout(_READY_S):
            while not self.over.done():
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return True
        return False

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, if it still lives."""
        if not self.over.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    async def ended(self, seconds: float) -> int:
        """Wait for its end; its exit code, negative for a signal. Raises ``TimeoutError``."""
        return await asyncio.wait_for(asyncio.shield(self.over), seconds)


class Nursery:
    """Starts lives, one at a time; ``under`` is a command that watches them."""

    def __init__(self, stderr: Path, *under: str) -> None:
        self._stderr = stderr
        self._under = under

    async def __aenter__(self) -> Self:
        with self._stderr.open("ab") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *self._under,
                *(sys.executable, "-m", "tests.crash.victim"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                cwd=ROOT,
            )
        self._life: Life | None = None
        self._born = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._life is not None:
            self._life.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def start(self, plan: Plan) -> Life:
        """A new life by this plan."""
        assert self._process.stdin is not None
        self._born.clear()
        self._process.stdin.write(msgspec.json.encode(plan) + b"\n")
        await asyncio.wait_for(self._born.wait(), _READY_S)
        assert self._life is not None
        return self._life

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            what, _, said = line.decode().strip().partition(" ")
            if what == "pid":
                self._life = Life(int(said))
                self._born.set()
            elif self._life is None:
                raise AssertionError(line)
            elif what == "hit":
                self._life.hit = said
            else:
                self._life.over.set_result(int(said))


class Client:
    """An agent's server with one kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def order(self, ref: str, dest: str, *, check: bool = False) -> str | None:
        """Send an order or a status check; None when no whole answer came."""
        sure = f"memberID={AGENT}&pin={PIN}&password={PASSWORD}&product={PRODUCT}&dest={dest}&refID={ref}"
        target = f"/h2h/otomax/trx?{sure}{'&check=1' if check else ''}"
        try:
            async with asyncio.timeout(10):
                return await self._get(target)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.close()
            return None

    async def _get(self, target: str) -> str:
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._connection
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        return (await reader.readexactly(length)).decode()

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None
