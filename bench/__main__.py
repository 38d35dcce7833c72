"""``make bench``: every figure, a median of three, into build/bench.json; ``--long`` fills a book of a million orders.

``--long`` also lives through a whole year of a small business, which has to agree to the rupiah.

A figure stands only when the audit of its book is clean and client, book and supplier counted the same orders.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench import association, association_import, backup, dialects, mutations, pgbench, reconcile, replies
from bench.process import peak_rss_mb, started, wait_for
from bench.rig import Shape, audited, build
from bench.wire import Load
from juru.books.sqlite import SqliteEngine, version

BUILD = Path("build")
PORT, MARKET_PORT = 8710, 8711
RUNS = 3
ASSOCIATION = (
    "members",
    "years",
    "states_last_day_s",
    "run_invoices",
    "run_s",
    "papers_per_s",
    "register_p95_ms",
    "import_s",
)
HALF_OF_NEEDED_PER_S = 1_000


def say(text: str) -> None:
    """Progress, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def states(path: Path) -> dict[str, int]:
    """Orders by state, from the book."""
    engine = SqliteEngine(path / "cell.db", read_only=True)
    try:
        return {state: int(n) for state, n in engine.rows("SELECT state, count(*) FROM orders GROUP BY state")}
    finally:
        engine.close()


def settled(path: Path, orders: int, seconds: float = 90) -> None:
    """Wait until that many orders have succeeded."""
    until = time.perf_counter() + seconds
    while (found := states(path)).get("success", 0) < orders:
        assert time.perf_counter() < until, found
        time.sleep(0.2)


def life(orders: int) -> list[dict[str, float]]:
    """The whole life inside the process, a fresh process a run."""
    runs = []
    for seed in range(RUNS):
        out = subprocess.run(
            [sys.executable, "-m", "bench.life", str(BUILD / "bench-life"), str(orders), str(seed)],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        ).stdout
        runs.append(json.loads(out.splitlines()[-1]))
        say(f"  life {runs[-1]}")
    return runs


def accept(orders: int) -> list[dict[str, float]]:
    """OtomaX over HTTP until the durable acknowledgement; suppliers answer only after the measurement."""
    runs = []
    for seed in range(RUNS):
        path = BUILD / "bench-accept"
        data = asyncio.run(build(path, Shape()))
        with started("server", str(path), str(PORT), "held", port=PORT) as process:
            full = Load(PORT, seed, "full")
            seconds = asyncio.run(full.run(orders, 64))
            half = Load(PORT, seed + 100, "half")
            asyncio.run(half.run(orders // 2, 32, HALF_OF_NEEDED_PER_S))
            process.send_signal(signal.SIGUSR1)
            wanted = len(full.acknowledged) + len(half.acknowledged)
            settled(path, wanted)
        assert not full.other, full.other[:3]
        assert not half.other, half.other[:3]
        runs.append({"per_s": orders / seconds, "p99_ms": half.p99_ms(), "findings": audited(data)})
        say(f"  accept {runs[-1]}")
    return runs


def whole_path(orders: int) -> list[dict[str, float]]:
    """From the agent's request to the committed success, over HTTP on both sides."""
    runs = []
    for seed in range(RUNS):
        path = BUILD / "bench-path"
        data = asyncio.run(build(path, Shape(market=f"http://127.0.0.1:{MARKET_PORT}")))
        with (
            started("market", str(MARKET_PORT), port=MARKET_PORT),
            started("server", str(path), str(PORT), "wire", port=PORT),
        ):
            load = Load(PORT, seed, "path")
            begun = time.perf_counter()
            asyncio.run(load.run(orders, 64))
            settled(path, orders)
            seconds = time.perf_counter() - begun
            with urllib.request.urlopen(f"http://127.0.0.1:{MARKET_PORT}/log/counts", timeout=10) as reply:
                counts = json.load(reply)
        assert not load.other, load.other[:3]
        runs.append({"per_s": orders / seconds, "findings": audited(data), "supplier": delivered(counts, orders)})
        say(f"  path {runs[-1]}")
    return runs


def delivered(counts: dict[str, Any], orders: int) -> int:
    """Orders that the suppliers' own log says were delivered; never more than once each."""
    sellers = counts.get("suppliers", counts)
    total = sum(int(seller["orders"]) for seller in sellers.values() if isinstance(seller, dict))
    assert total == orders, counts
    assert all(int(s.get("delivered_max", 1)) <= 1 for s in sellers.values() if isinstance(s, dict)), counts
    return total


def memory(book: int) -> dict[str, float]:
    """Peak memory of a serving process at half load on a book of that many orders."""
    from bench import life as filler

    path = BUILD / "bench-memory"
    out = subprocess.run(
        [sys.executable, "-m", filler.__name__, str(path), str(book), "7"],
        capture_output=True,
        text=True,
        check=True,
        timeout=3_000,
    ).stdout
    filled = json.loads(out.splitlines()[-1])
    with started("server", str(path), str(PORT), "held", port=PORT) as process:
        load = Load(PORT, 9, "memory")
        asyncio.run(load.run(10 * HALF_OF_NEEDED_PER_S, 32, HALF_OF_NEEDED_PER_S))
        rss = peak_rss_mb(process.pid)
        process.send_signal(signal.SIGUSR1)
        settled(path, book + len(load.acknowledged))
    return {"rss_mb": rss, "book": book, "findings": filled["findings"]}


def reports(book: int) -> dict[str, Any]:
    """Every report over a month of a book of that many orders, each a median of three."""
    out = subprocess.run(
        [sys.executable, "-m", "bench.report", str(BUILD / "bench-report"), str(book)],
        capture_output=True,
        text=True,
        check=True,
        timeout=3_000,
    ).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def year(orders: int) -> dict[str, Any]:
    """A year of a small business through the simulated market; void when anything differs by a rupiah."""
    given = ("--agents", "1000", "--months", "12", "--orders", str(orders), "--json")
    out = subprocess.run(
        [sys.executable, "-m", "tests.year", *given], capture_output=True, text=True, check=False, timeout=4_000
    )
    assert out.returncode == 0, out.stdout[-4_000:] + out.stderr[-4_000:]
    found: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return found


def start(attempts: int) -> list[dict[str, float]]:
    """Seconds from start to the first answer, after kill -9 with that many open attempts."""
    path = BUILD / "bench-start"
    data = asyncio.run(build(path, Shape()))
    with started("server", str(path), str(PORT), "held", port=PORT) as process:
        load = Load(PORT, 3, "start")
        asyncio.run(load.run(attempts, 64))
        process.kill()
        process.wait()
    runs = []
    for _ in range(RUNS):
        command = [sys.executable, "-m", "bench.process", "server", str(path), str(PORT), "held"]
        process = subprocess.Popen(command)
        seconds = wait_for(PORT, process)
        process.kill()
        process.wait()
        opened = states(path)["accepted"]
        assert opened == attempts == len(load.acknowledged), opened
        runs.append({"start_s": seconds, "open": opened, "findings": audited(data)})
        say(f"  start {runs[-1]}")
    return runs


def median(runs: list[dict[str, float]], key: str) -> float:
    """The median of a figure; void when any of its audits found something."""
    assert all(run["findings"] == 0 for run in runs), runs
    return round(statistics.median(run[key] for run in runs), 2)


def membership(members: int, years: int) -> dict[str, Any]:
    """An association's book of so many members and years."""
    say(f"an association of {members} members and {years} years")
    found = association.measure(BUILD / "bench-association", members, years)
    found["import"] = association_import.measure(BUILD / "bench-import")
    found["import_s"] = found["import"]["all_s"]
    say(f"  {found}")
    return found


def environment() -> dict[str, Any]:
    """Where and how durably this was measured."""
    return {
        "cores": os.cpu_count(),
        "load_before": os.getloadavg(),
        "python": platform.python_version(),
        "sqlite": ".".join(map(str, version())),
        "durability": "WAL, synchronous=FULL; PostgreSQL fsync=on, synchronous_commit=on",
        "platform": platform.platform(),
    }


def main() -> None:
    """Measure everything and write the file."""
    long = "--long" in sys.argv
    BUILD.mkdir(exist_ok=True)
    where = environment()
    say(json.dumps(where))
    begun = time.perf_counter()
    say("pgbench TPC-B-like")
    tps = pgbench.measure(BUILD.resolve() / "bench-postgres")
    say(f"  {tps}")
    say("whole life in process")
    lives = life(20_000)
    say("OtomaX accepted over HTTP")
    accepts = accept(8_000)
    say("an order in each dialect, beside OtomaX")
    spoken = dialects.measure(BUILD / "bench-dialects", PORT)
    for name, cost in spoken.items():
        say(f"  {name} {cost}")
    say("whole path over HTTP")
    paths = whole_path(4_000)
    say("start after kill -9")
    starts = start(10_000)
    say("memory")
    kept = memory(1_000_000 if long else 100_000)
    say(f"  {kept}")
    assert kept["findings"] == 0, kept
    say("reports over a month")
    told = reports(1_000_000 if long else 100_000)
    say(f"  {told}")
    assert told["findings"] == 0, told
    say("backup of that book while it sells")
    kept_safe = backup.measure(BUILD / "bench-memory")
    say(f"  {kept_safe}")
    assert kept_safe["findings"] == 0, kept_safe
    say("supplier replies read by 500 profiles")
    read = replies.measure()
    say(f"  {read}")
    say("a bank's statement of 100,000 rows")
    statement = mutations.measure()
    say(f"  {statement}")
    say("a supplier's statement against the book")
    held = reconcile.measure(100_000 if long else 20_000)
    say(f"  {held}")
    belongs = membership(*((10_000, 15) if long else (2_000, 5)))
    lived = year(220_000) if long else None
    best = max(tps.values())
    figures: dict[str, Any] = {
        "sqlite_life_per_s": median(lives, "per_s"),
        "http_accept_per_s": median(accepts, "per_s"),
        "http_accept_p99_ms": median(accepts, "p99_ms"),
        "http_path_per_s": median(paths, "per_s"),
        "rss_mb": round(kept["rss_mb"], 1),
        "backup_cost_percent": kept_safe["cost_percent"],
        "start_s": median(starts, "start_s"),
        "replies_per_s": round(read["per_s"]),
        "mutations_100k_s": statement["all_s"],
        "report_s": max(told["reports"].values()),
        "dearest_dialect_ratio": max(dialect["ratio"] for dialect in spoken.values()),
        "reconcile_rows": held["rows"],
        "reconcile_s": held["all_s"],
        **{f"association_{key}": belongs[key] for key in ASSOCIATION},
        "pgbench_best_tps": round(best, 2),
        "life_to_pgbench": round(median(lives, "per_s") / best, 2),
        "runs": {
            "environment": where,
            "life": lives,
            "accept": accepts,
            "path": paths,
            "start": starts,
            "memory": kept,
            "backup": kept_safe,
            "replies": read,
            "mutations": statement,
            "report": told,
            "dialects": spoken,
            "reconcile": held,
            "association": belongs,
            "pgbench": tps,
            "year": lived,
            "seconds": round(time.perf_counter() - begun),
        },
    }
    if lived is not None:
        figures |= {"year_orders": lived["orders"], "year_s": round(lived["seconds"])}
    (BUILD / "bench.json").write_text(json.dumps(figures, indent=1) + "\n")
    say(json.dumps({key: value for key, value in figures.items() if key != "runs"}, indent=1))
    for leftover in BUILD.glob("bench-*"):
        shutil.rmtree(leftover, ignore_errors=True)


if __name__ == "__main__":
    main()
