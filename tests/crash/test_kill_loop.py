"""Kill -9 over the real process under load: nothing acknowledged is lost, nothing is sent twice, the audit is clean.

``python -m tests.crash.loop --kills 300`` is the same, longer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.crash.loop import RANDOM, run
from tests.crash.victim import BOUNDARIES

KILLS = 50
SECONDS_MAX = 150
"""No new life begins after this; a machine too slow for all 50 kills within it fails the test."""
SEED = 20250131


@pytest.mark.slow
@pytest.mark.timeout(2 * SECONDS_MAX)
def test_fifty_kills_lose_no_acknowledged_order_and_send_none_twice(tmp_path: Path) -> None:
    report = asyncio.run(run(tmp_path, kills=KILLS, seconds=SECONDS_MAX, seed=SEED))
    print(report.text())
    assert not report.faults
    assert report.kills == KILLS, f"only {report.kills} kills in {SECONDS_MAX} s"
    assert set(report.hits) == {*BOUNDARIES, RANDOM}, "a boundary was never hit"
    assert report.acknowledged > 10 * KILLS, "too little load to prove anything"
    assert report.final.get("success"), report.final
    assert report.tickets > KILLS, "too few tickets to prove anything"
    assert report.bills > KILLS, "too few bills to prove anything"
    assert report.vouchers > KILLS, "too few vouchers to prove anything"
    assert report.bank_rows > 20 * KILLS, "too few rows to prove anything"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_loop_sees_orders_sent_twice_when_the_sending_commit_is_left_out(tmp_path: Path) -> None:
    report = asyncio.run(run(tmp_path, kills=4, seconds=60, seed=SEED, only="first_byte:after", broken=True))
    assert report.hits["first_byte:after"], report.text()
    assert any("was sent 2 times" in fault for fault in report.faults), report.text()
