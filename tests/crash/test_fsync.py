"""Between a commit and what it allows (the answer to a client, the first byte to a supplier) stands a finished sync.

Watched from outside, in the system calls of a real server process; and the watcher is shown to see what it is for.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.crash.cell import build
from tests.crash.loop import dest_of
from tests.crash.market import Market
from tests.crash.process import Client, Nursery
from tests.crash.trace import STRACE, calls, transactions, violations
from tests.crash.victim import Plan
from tests.support.raw_peer import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
ORDERS = 5


@functools.cache
def strace_works() -> bool:
    """Whether strace is here and may watch a process."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*STRACE, "-o", "/dev/null", "true"], check=False, capture_output=True).returncode == 0


needs_strace = pytest.mark.skipif(not strace_works(), reason="strace is absent or may not watch a process here")


async def _watched(path: Path, *, synchronous: str, without_sending_commit: bool) -> dict[str, list[str]]:
    """Serve a few orders, one after another, under strace; each order's reference and what its supplier was sent."""
    async with Market() as market:
        data = await build(path, market.url)
        port = free_port()
        orders: dict[str, list[str]] = {}
        plan = Plan(str(data.path), port, synchronous=synchronous, without_sending_commit=without_sending_commit)
        async with Nursery(path / "stderr.log", *STRACE, "-o", str(path / "trace")) as nursery:
            life = await nursery.start(plan)
            assert await life.ready(port), (path / "stderr.log").read_text()
            client = Client(port)
            for number in range(1, ORDERS + 1):
                ref, dest = f"FSYNC{number}X", dest_of(number)
                assert await client.order(ref, dest), "no answer"
                await asyncio.wait_for(market.told(ref), 10)
                orders[ref] = [order.ref for order in market.bought if order.dest == dest]
            client.close()
            life.kill(signal.SIGTERM)
            await life.ended(30)
    return orders


def watch(path: Path, *, synchronous: str = "FULL", without_sending_commit: bool = False) -> list[str]:
    orders = asyncio.run(_watched(path, synchronous=synchronous, without_sending_commit=without_sending_commit))
    assert len(orders) == ORDERS
    assert all(orders.values()), orders
    with (path / "trace").open() as lines:
        return violations(lines, orders)


@needs_strace
def test_every_answer_and_every_first_byte_waits_for_a_finished_sync(tmp_path: Path) -> None:
    assert watch(tmp_path) == []
    with (tmp_path / "trace").open() as lines:
        assert len(transactions(calls(lines))) >= 3 * ORDERS


@needs_strace
def test_watcher_sees_answers_and_first_bytes_that_no_sync_protects(tmp_path: Path) -> None:
    found = watch(tmp_path, synchronous="NORMAL")
    assert any("the answer to" in one and "before its commit was synced" in one for one in found), found
    assert any("attempt" in one and "before its commit was synced" in one for one in found), found


@needs_strace
def test_watcher_sees_first_bytes_without_a_sending_commit(tmp_path: Path) -> None:
    found = watch(tmp_path, without_sending_commit=True)
    assert len([one for one in found if "attempt" in one and "before its commit was written" in one]) == ORDERS, found
    assert not [one for one in found if "the answer to" in one], found
