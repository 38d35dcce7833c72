"""What a backup costs a server that sells meanwhile: accepted orders a second with and without it, side by side.

``python -m bench.backup build/x 100000``: one book of that many orders, one ``juru backup`` of it. The backup's process
is stopped and let go on in turn (SIGSTOP, SIGCONT) while the same load runs, until the backup is done: so both halves
see the same book, the same machine and the same minute, and every part of the backup is in the measurement.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.life import app_counts
from bench.process import started
from bench.rig import audited
from bench.wire import Load
from juru.books.sqlite import SqliteEngine
from juru.server.settings import DataDir

PORT = 8712
SLICE = 600
"""Orders in one slice of the measurement: about half a second."""

CLIENTS = 64
PAIRS_MAX = 150
FREE_S = 1e-6
"""For each order of the book: how long the backup runs alone after a pair, so that a long one is sampled to its end."""

WARM_UP = 1_500


def fill(path: Path, orders: int) -> None:
    """A book of so many orders that have lived."""
    command = [sys.executable, "-m", "bench.life", str(path), str(orders), "11"]
    subprocess.run(command, capture_output=True, check=True, timeout=3_600)


@contextmanager
def backing_up(path: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A backup that is standing still."""
    command = [str(Path(sys.executable).with_name("juru")), "backup", str(folder), "--data", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    process.send_signal(signal.SIGSTOP)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        assert process.wait(3_600) == 0


async def _alternate(load: Load, process: subprocess.Popen[bytes], free_s: float) -> dict[str, list[float]]:
    """Orders a second in each slice, without and with the backup, until it is done or so many have been taken."""
    per_s: dict[str, list[float]] = {"without": [], "with": []}
    for pair in range(PAIRS_MAX):
        # Which of the two goes first changes, so that a book that grows favours neither.
        for which in ("without", "with") if pair % 2 else ("with", "without"):
            process.send_signal(signal.SIGCONT if which == "with" else signal.SIGSTOP)
            seconds = await load.run(SLICE, CLIENTS)
            if process.poll() is not None:
                return per_s
            per_s[which].append(SLICE / seconds)
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(free_s)
    return per_s


def measure(path: Path) -> dict[str, float]:
    """Serve a book that is there, load it, back it up; what that cost in hundredths of what was accepted."""
    folder = path.with_name(path.name + "-backups")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    orders = app_counts(path)
    before = _count(path, "orders")
    size_mb = (path / "cell.db").stat().st_size / 1_000_000
    with started("server", str(path), str(PORT), "held", port=PORT) as server:
        load = Load(PORT, 5, "backup")
        asyncio.run(load.run(WARM_UP, CLIENTS))
        begun = time.perf_counter()
        with backing_up(path, folder) as process:
            per_s = asyncio.run(_alternate(load, process, orders * FREE_S))
        seconds = time.perf_counter() - begun
        server.send_signal(signal.SIGUSR1)
        _settle(path)
    assert _count(path, "orders") == before + len(load.acknowledged), "client and book counted other orders"
    assert not load.other, load.other[:3]
    ratios = [with_it / without for without, with_it in zip(per_s["without"], per_s["with"], strict=False)]
    whole = [sum(SLICE for _ in found) / sum(SLICE / rate for rate in found) for found in per_s.values()]
    shutil.rmtree(folder)
    return {
        "book": float(orders),
        "size_mb": round(size_mb, 1),
        "pairs": float(len(per_s["with"])),
        "seconds": round(seconds, 1),
        "without_per_s": round(whole[0], 1),
        "with_per_s": round(whole[1], 1),
        "cost_percent": round(100 * (1 - whole[1] / whole[0]), 2),
        "cost_percent_median_pair": round(100 * (1 - statistics.median(ratios)), 2),
        "findings": float(audited(DataDir(path))),
    }


def _settle(path: Path) -> None:
    """Wait until no order is open: those that waited too long for a slot have expired, the others succeeded."""
    until = time.perf_counter() + 1_200
    while left := _count(path, "orders WHERE state = 'accepted'"):
        assert time.perf_counter() < until, left
        time.sleep(0.5)


def _count(path: Path, what: str) -> int:
    engine = SqliteEngine(path / "cell.db", read_only=True)
    try:
        return int(engine.rows(f"SELECT count(*) FROM {what}")[0][0])
    finally:
        engine.close()


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    fill(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(measure(Path(sys.argv[1]))))
