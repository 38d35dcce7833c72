"""Run a year by hand: ``python -m tests.year --agents 1000 --months 12 --orders 200000``; 1 where anything differs."""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from juru.books.sqlite import version
from juru.server.telemetry import configure
from tests.year.clock import run
from tests.year.year import Outcome, Plan, TooSlowError, Year

_SQLITE = ".".join(map(str, version()))


def table(outcome: Outcome) -> str:
    """A short account of it."""
    plan, lines = outcome.plan, []
    lines.append(f"{plan.agents} agents, {plan.months} months, {outcome.days} days, seed {plan.seed}")
    lines.append(
        f"{outcome.orders} orders in {outcome.seconds:.0f} s ({outcome.per_s:.0f} a second): {outcome.by_state}"
    )
    lines.append(f"{outcome.commits} commits, {outcome.closed_days} days closed, audited in {outcome.audit_s:.0f} s")
    lines += [f"  {name}: {count}" for name, count in outcome.counts.items()]
    lines.append(f"Python {platform.python_version()}, SQLite {_SQLITE}, synchronous=OFF, {os.cpu_count()} cores")
    lines.append(f"{outcome.reckonings} reckonings, {len(outcome.differences)} differences")
    return "\n".join(lines)


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--months", type=int, default=12, choices=range(1, 13))
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=20250101)
    parser.add_argument("--seconds", type=float, default=3_000, help="fail when it takes longer")
    parser.add_argument("--json", action="store_true", help="the last line is the outcome as JSON")
    parser.add_argument("--keep", action="store_true", help="keep the data directory")
    given = parser.parse_args()
    plan = Plan(given.agents, given.months, given.orders, given.seed, given.seconds)
    path = Path(tempfile.mkdtemp(prefix="juru-year-"))
    say = functools.partial(print, flush=True)
    say(f"seed {plan.seed}, directory {path}")
    configure("error")
    try:
        outcome = run(lambda loop: Year(path, plan, loop, say).run())
    except TooSlowError as error:
        say(str(error))
        return 1
    say(table(outcome))
    for difference in outcome.differences[:200]:
        say(f"  {difference}")
    if given.json:
        say(json.dumps(msgspec.to_builtins(outcome) | {"per_s": round(outcome.per_s, 1)}))
    if not outcome.differences and not given.keep:
        shutil.rmtree(path)
    return 1 if outcome.differences else 0


if __name__ == "__main__":
    sys.exit(main())
