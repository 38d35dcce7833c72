"""What an order costs the server in each dialect, beside OtomaX: ``python -m bench.dialects [ORDERS]``.

The whole accept over HTTP until the durable acknowledgement, suppliers held. What is compared is the server's own
processor time an order, since the rate also measures whoever shares the machine. A run takes the dialects in turn,
and each figure is the median of five runs.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import statistics
import sys
from pathlib import Path

from bench.process import started
from bench.rig import Shape, audited, build
from bench.wire import WAYS, Load

PORT = 8712
RUNS = 5
ORDERS = 3_000
RATIO_MAX = 1.5
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor seconds of a process, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def measure(orders: int) -> dict[str, dict[str, float]]:
    """Microseconds of the server an order, orders a second, and the ratio to OtomaX, for each dialect."""
    path = Path("build/bench-dialects")
    data = asyncio.run(build(path, Shape()))
    cost: dict[str, list[float]] = {name: [] for name in WAYS}
    rate: dict[str, list[float]] = {name: [] for name in WAYS}
    with started("server", str(path), str(PORT), "held", port=PORT) as process:
        for number in range(RUNS):
            for name in WAYS:
                load = Load(PORT, number, f"{name}-{number}-", name)
                before_s = cpu_s(process.pid)
                seconds = asyncio.run(load.run(orders, 32))
                assert not load.other, load.other[:3]
                cost[name].append((cpu_s(process.pid) - before_s) / orders * 1e6)
                rate[name].append(orders / seconds)
        process.send_signal(signal.SIGUSR1)
    assert audited(data) == 0
    shutil.rmtree(path)
    otomax_us = statistics.median(cost["otomax"])
    return {
        name: {
            "cpu_us": round(statistics.median(cost[name])),
            "per_s": round(statistics.median(rate[name])),
            "to_otomax": round(statistics.median(cost[name]) / otomax_us, 2),
        }
        for name in WAYS
    }


if __name__ == "__main__":
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    dear = [name for name, figure in figures.items() if figure["to_otomax"] > RATIO_MAX]
    sys.exit(f"more than {RATIO_MAX} x OtomaX: {', '.join(dear)}" if dear else 0)
