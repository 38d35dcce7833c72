"""A victim as its parent sees it: warmed up ahead of its time, given a plan, killed or ended."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from tests.crash.cell import AGENT, PASSWORD, PIN, PRODUCT
from tests.crash.victim import Plan

ROOT = Path(__file__).parents[2]
_READY_S = 20.0


class Victim:
    """One server process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def warm(cls, stderr: BinaryIO, *under: str) -> Victim:
        """A process that has imported everything and waits for its plan; ``under`` is a command that watches it."""
        process = await asyncio.create_subprocess_exec(
            *under,
            sys.executable,
            "-m",
            "tests.crash.victim",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
        )
        return cls(process)

    async def serve(self, plan: Plan) -> None:
        """Give it its plan and let go of its standard input."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(msgspec.json.encode(plan) + b"\n")
        await stdin.drain()
        stdin.close()

    async def ready(self, port: int) -> bool:
        """Wait until it listens; False when it died before."""
        async with asyncio.timeout(_READY_S):
            while self.alive:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return True
        return False

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, if it still lives."""
        if self.alive:
            self._process.send_signal(number)

    async def ended(self, seconds: float | None = None) -> int:
        """Wait for its end; its exit code, negative for a signal. Raises ``TimeoutError``."""
        return await asyncio.wait_for(self._process.wait(), seconds)

    async def last_words(self) -> str:
        """The boundary at which it killed itself, or nothing."""
        assert self._process.stdout is not None
        said = (await self._process.stdout.read()).decode()
        return said.rpartition("hit ")[2].strip() if "hit " in said else ""


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
