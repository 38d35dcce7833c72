"""A simulated market as a process of its own, on a free port."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from juru.simulation.market import MarketConfig

_RUN = """
import sys, msgspec
from juru.simulation.market import MarketConfig, run_market
run_market(msgspec.json.decode(sys.argv[1], type=MarketConfig), lambda url: print(url, flush=True))
"""


class MarketProcess:
    """Where it listens, and what it has logged."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def read(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON is there
        with urllib.request.urlopen(self.url + path, timeout=10) as reply:
            return json.load(reply)

    def counts(self, supplier: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read("/log/counts?by_ref=1")[supplier]
        return found

    def log(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.read("/log?since=0")["entries"]
        return entries


@contextmanager
def market_process(config: MarketConfig) -> Iterator[MarketProcess]:
    """Start it, wait until it takes requests, and stop it by SIGINT, after which it has to end well."""
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, msgspec.json.encode(config).decode()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        try:
            assert url, process.stderr.read()
            yield MarketProcess(url, process.pid)
        finally:
            process.send_signal(2)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        complaints = process.stderr.read()
    assert process.returncode == 0, complaints
    assert not complaints, complaints
