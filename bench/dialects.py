"""What an order costs in each dialect beside OtomaX: the server's own processor time until the durable acknowledgement.

``python -m bench.dialects`` prints it. All dialects are measured in turn on one server, several times round, so that
a machine that is busy with other things treats them alike; processor time, not speed, is compared for the same reason.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from pathlib import Path

from bench.process import started
from bench.rig import Shape, audited, build
from bench.wire import Load
from juru.books.sqlite import SqliteEngine
from juru.server.channels import otomax
from juru.server.channels.table import WAYS

ORDERS, ROUNDS, CONNECTIONS = 1_000, 5, 64
MOST = 1.5
"""Times OtomaX that an order may cost in any dialect."""


def measure(path: Path, port: int, *, orders: int = ORDERS, rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """By dialect: processor microseconds an order (median of the rounds), and how many times OtomaX that is."""
    data = asyncio.run(build(path, Shape()))
    spent: dict[str, list[float]] = {way.sheet.name: [] for way in WAYS}
    taken = 0
    with started("server", str(path), str(port), "held", port=port) as process:
        asyncio.run(Load(port, 99, "warm").run(orders, CONNECTIONS))
        taken += orders
        for number in range(rounds):
            for place in range(len(WAYS)):
                way = WAYS[(number + place) % len(WAYS)]
                load = Load(port, number, f"{way.sheet.name}-{number}-", way)
                before_s = cpu_s(process.pid)
                asyncio.run(load.run(orders, CONNECTIONS))
                spent[way.sheet.name].append((cpu_s(process.pid) - before_s) / orders * 1e6)
                assert not load.other, load.other[:3]
                taken += orders
        # Its suppliers never answer, so a graceful end would only wait for them.
        process.kill()
        process.wait(30)
    findings, kept = audited(data), _orders(path)
    assert findings == 0, findings
    assert kept == taken, (kept, taken)
    basis = statistics.median(spent[otomax.WAY.sheet.name])
    return {
        name: {"cpu_us": round(statistics.median(each), 1), "ratio": round(statistics.median(each) / basis, 3)}
        for name, each in spent.items()
    }


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _orders(path: Path) -> int:
    engine = SqliteEngine(path / "cell.db", read_only=True)
    try:
        return int(engine.rows("SELECT count(*) FROM orders")[0][0])
    finally:
        engine.close()


if __name__ == "__main__":
    measured = measure(Path("build") / "bench-dialects", 8712)
    for name, told in measured.items():
        sys.stdout.write(f"{name:16} {told['cpu_us']:8.1f} us  {told['ratio']:.3f} x OtomaX\n")
    sys.exit(any(told["ratio"] > MOST for told in measured.values()))
