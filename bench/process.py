"""The processes of an HTTP measurement: the server as ``serve`` composes it, and a market of three sellers.

``python -m bench.process server DATA PORT wire|held`` and ``python -m bench.process market PORT``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.rig import PASSWORD, PIN, server
from juru.server.app import run, serve_until_interrupted
from juru.server.domain.catalog import Supplier
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.engine.ports import Told
from juru.server.settings import DataDir
from juru.simulation.market import MarketConfig, run_market
from juru.simulation.seller import Buyer, SellerConfig

_READY_S = 30


class Held:
    """Suppliers that keep every order until they are told to answer (SIGUSR1): what is measured is the accepting."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._open.set)

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:  # noqa: ARG002
        """Deliver once the measurement is over."""
        assert may_send()
        await self._open.wait()
        return Told(Answer(Outcome.SUCCESS, ref=buy.ref, sn=f"SN{buy.ref}"))

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:  # noqa: ARG002
        """Not known yet."""
        return Told(Answer(Outcome.PENDING))


async def _serve(data: DataDir, port: int, mode: str) -> None:
    app = server(data, port) if mode == "wire" else server(data, port, suppliers=lambda _: Held())
    await serve_until_interrupted(app)


def main() -> None:
    """The process named on the command line."""
    if sys.argv[1] == "server":
        run(_serve(DataDir(Path(sys.argv[2])), int(sys.argv[3]), sys.argv[4]))
    else:
        buyer = Buyer("JURU", PIN, PASSWORD, balance_idr=10**15)
        sellers = tuple(SellerConfig(name, "otomax", buyers=(buyer,)) for name in ("hot", "warm", "cold"))
        run_market(MarketConfig(sellers, port=int(sys.argv[2])))


@contextlib.contextmanager
def started(*arguments: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that answers on ``port``, ended with the ``with``."""
    process = subprocess.Popen([sys.executable, "-m", "bench.process", *arguments])
    try:
        wait_for(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> float:
    """Wait until the process answers; the seconds it took."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < _READY_S:
        assert process.poll() is None, f"process {process.args!r} ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return time.perf_counter() - begun
        time.sleep(0.01)
    message = f"nothing answered on {port}"
    raise TimeoutError(message)


def peak_rss_mb(pid: int) -> float:
    """The most memory a process has held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError(os.getpid())


if __name__ == "__main__":
    main()
