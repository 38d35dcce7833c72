"""The daily close: every day once, in order, also after downtime and kill -9; orders go on, late outcomes stay open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.desk.closing import ClosingBooks, exported_head, head_path
from juru.server.desk.names import names_of
from juru.server.desk.reports import Report, report_sheet
from juru.server.desk.spans import Span
from juru.server.domain.cell import DayClosing, Settings
from juru.server.domain.commands import BeginClose, CloseDay, Decision, DepositKind, KeepSums
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Done
from juru.server.domain.sums import AccountLine, Dimension, SumLine
from juru.server.engine.closer import Closer
from juru.server.settings import DataDir
from juru.server.store.audit import Head, audit
from juru.server.store.reads import days
from juru.server.store.reads.reads import Reads
from juru.values.days import HOUR_MS, Zone, business_day, day_after, start_of_day
from tests.support.cells import SmallCell, eventful_day, open_shop
from tests.support.engine import Running, in_loop

ROOT = Path(__file__).parents[2]
DAY = 20260101


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[SmallCell]:
    with contextlib.closing(open_shop(tmp_path / "cell.db")) as cell:
        yield cell


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Reads]:
    with contextlib.closing(SqliteEngine(path / "cell.db", read_only=True)) as engine:
        yield Reads(engine)


def lines(path: Path) -> list[tuple[object, ...]]:
    """Everything that was kept of closed days, without its place in the book."""
    with reading(path) as reads:
        rows = reads.engine.rows
        sums = [row[2:] for row in rows("SELECT * FROM daily_sums ORDER BY id")]
        return sums + [row[2:] for row in rows("SELECT * FROM daily_accounts ORDER BY id")]


def clean(path: Path, head: Head | None = None) -> bool:
    with contextlib.closing(SqliteEngine(path / "cell.db", read_only=True)) as engine:
        return audit(engine, expected_head=head).clean


# ---------------------------------------------------------------------- once, in order


def test_a_day_is_closed_once_however_often_it_is_asked(cell: SmallCell, tmp_path: Path) -> None:
    cell.buy(Outcome.SUCCESS, sn="1")
    assert cell.close_days() == [], "the day is not over"
    cell.next_day()
    assert cell.close_days() == [DAY]
    before = cell.writer.cell.next.commit
    assert cell.close_days() == []
    assert cell.writer.cell.next.commit == before
    assert cell.do(BeginClose(DAY)) == cell.do(CloseDay(DAY, 1, 1)) == Done(note="closed before")
    assert cell.do(KeepSums(DAY, 0, (SumLine(Dimension.TOTAL, "", (9,) * 13),))) == Done(note="closed before")
    assert clean(tmp_path)


def test_missed_days_are_made_up_for_in_order_empty_ones_too(cell: SmallCell, tmp_path: Path) -> None:
    cell.buy(Outcome.SUCCESS, sn="1")
    cell.next_day(4)
    cell.buy(Outcome.SUCCESS, sn="2")
    assert cell.close_days(until=day_after(DAY)) == [DAY, day_after(DAY)]
    assert cell.close_days() == [day_after(DAY, 2), day_after(DAY, 3)]
    with reading(tmp_path) as reads:
        closings = reads.closings()
        assert [closing.day for closing in closings] == [day_after(DAY, by) for by in range(4)]
        assert [closing.sums > 0 for closing in closings] == [True, False, False, False]
        assert len({closing.head_no for closing in closings}) == 1, "nothing was committed on the empty days"
        assert reads.closings(limit=2) == closings[2:]
    assert clean(tmp_path)


def test_the_head_of_a_day_is_its_last_commit_whatever_came_after_midnight(cell: SmallCell, tmp_path: Path) -> None:
    cell.buy(Outcome.SUCCESS, sn="1")
    last = cell.writer.cell.next.commit - 1
    seal = cell.store.head.hex()
    cell.next_day()
    cell.buy(Outcome.SUCCESS, sn="2")
    assert cell.close_days() == [DAY]
    with reading(tmp_path) as reads:
        closing = reads.closings()[0]
    assert (closing.head_no, closing.head_seal) == (last, seal)
    head = exported_head(head_path(DataDir(tmp_path), DAY))
    assert head == Head(last, seal)
    assert clean(tmp_path, head)
    assert not clean(tmp_path, Head(last, "0" * 64))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (BeginClose(day_after(DAY, 1)), "day_open"),
        (BeginClose(day_after(DAY, -1)), "day_order"),
        (CloseDay(DAY, 3, 0), "lines"),
        (KeepSums(DAY, 5, (SumLine(Dimension.TOTAL, "", (0,) * 13),)), "lines"),
        (KeepSums(DAY, 0, accounts=tuple(AccountLine(1, 1, 1, 1) for _ in range(2_001))), "lines"),
    ],
)
def test_what_is_not_next_is_refused_and_changes_nothing(cell: SmallCell, command: BeginClose, why: str) -> None:
    cell.next_day()
    before = cell.writer.cell.next.commit
    refused = cell.do(command)
    assert isinstance(refused, Refusal)
    assert refused.facts["why"] == why
    assert cell.writer.cell.next.commit == before


def test_a_cell_without_a_commit_has_nothing_to_close(tmp_path: Path) -> None:
    with contextlib.closing(SmallCell(tmp_path / "cell.db")) as cell:
        cell.next_day(3)
        assert cell.close_days() == []
        refused = cell.do(BeginClose(DAY))
        assert isinstance(refused, Refusal)


# ---------------------------------------------------------------------- days of the cell's own zone


@pytest.mark.parametrize("zone", Zone)
def test_a_day_ends_at_the_midnight_of_the_cells_zone(zone: Zone, tmp_path: Path) -> None:
    with contextlib.closing(SmallCell(tmp_path / "cell.db")) as cell:
        cell.save("setting", "CELL", Settings("Toko", zone=zone))
        day = business_day(cell.runtime.time_ms, zone)
        midnight = start_of_day(day_after(day), zone)
        assert (midnight // HOUR_MS) % 24 == {"WIB": 17, "WITA": 16, "WIT": 15}[zone.value]
        cell.runtime.time_ms = midnight - 1_000
        cell.deposit(DepositKind.BANK, "", 1_000)
        assert cell.close_days() == []
        cell.runtime.time_ms = midnight
        cell.deposit(DepositKind.BANK, "", 2_000)
        assert cell.close_days() == [day]
        with reading(tmp_path) as reads:
            moved = reads.sums.account_days(2, day, day_after(day))
            assert {day: move.credit_idr for day, move in moved.items()} == {day: 1_000, day_after(day): 2_000}
    assert clean(tmp_path)


def test_an_hour_is_the_hour_of_the_cells_zone(cell: SmallCell, tmp_path: Path) -> None:
    cell.runtime.time_ms = start_of_day(DAY, Zone.WIB) + 14 * HOUR_MS + 60_000
    cell.buy(Outcome.SUCCESS, sn="1")
    with reading(tmp_path) as reads:
        assert list(reads.sums.by_key(Dimension.HOUR, DAY, DAY)) == ["14"]


# ---------------------------------------------------------------------- what is late stays in the open day


def test_a_late_outcome_falls_in_the_open_day_and_the_closed_one_stands(cell: SmallCell, tmp_path: Path) -> None:
    sold, sold_attempt = cell.buy(Outcome.SUCCESS, sn="1", price_idr=10_000)
    unknown, _ = cell.buy(Outcome.UNKNOWN, reason="timeout")
    failed, first = cell.buy(Outcome.FAILED)
    cell.answer(cell.send(failed), Outcome.FAILED)
    cell.next_day()
    assert cell.close_days() == [DAY]
    with reading(tmp_path) as reads:
        before = reads.sums.by_key(Dimension.TOTAL, DAY, DAY)[""]
    cell.answer(sold_attempt, Outcome.FAILED, reason="taken_back")
    cell.decide(unknown, Decision.SUCCESS, sn="late")
    cell.answer(first, Outcome.SUCCESS, sn="after all", price_idr=9_500)
    today = cell.writer.cell.day
    with reading(tmp_path) as reads:
        assert reads.sums.by_key(Dimension.TOTAL, DAY, DAY)[""] == before
        sums = reads.sums.by_key(Dimension.TOTAL, today, today)[""]
        assert (sums.accepted, sums.succeeded, sums.reversed, sums.late, sums.earlier) == (0, 1, 1, 1, 2)
        assert sums.late_idr == 9_500
        sheet = report_sheet(reads, names_of(reads), Report.SALES, Span(DAY, today))
        assert sheet.total is not None
        assert sheet.total[sheet.place("reversed")] == 1
    cell.next_day()
    assert cell.close_days() == [today]
    assert clean(tmp_path)
    assert sold != unknown


def test_an_open_day_is_the_same_live_and_closed(cell: SmallCell, tmp_path: Path) -> None:
    eventful_day(cell)
    today = cell.writer.cell.day
    cell.buy(Outcome.SUCCESS, sn="1")
    cell.buy(Outcome.FAILED)
    with reading(tmp_path) as reads:
        live = {dimension: reads.sums.by_key(dimension, today, today) for dimension in Dimension}
        moved = reads.sums.accounts(today, today)
    cell.next_day()
    cell.close_days()
    with reading(tmp_path) as reads:
        assert reads.sums.closed_day() == today
        assert {dimension: reads.sums.by_key(dimension, today, today) for dimension in Dimension} == live
        assert reads.sums.accounts(today, today) == moved


# ---------------------------------------------------------------------- beside the writer, and killed


def as_time_goes_on(running: Running, true: Callable[[], object]) -> Callable[[], object]:
    """The same question, with the clock moving a little each time it is asked."""

    def ask() -> object:
        running.time.time_ms += 10
        return true()

    return ask


@in_loop
async def test_the_server_closes_shortly_after_midnight_and_orders_go_on(tmp_path: Path) -> None:
    running = Running(tmp_path)
    running.start()
    await running.stock_up()
    await running.placed("before-midnight")
    zone = running.writer.cell.settings.zone
    day = running.writer.cell.day
    closer = Closer(running.writer, ClosingBooks(DataDir(tmp_path), Reads(running.read())), running.time)
    running.time.spawn(closer.run(), "closer")
    running.time.time_ms = start_of_day(day_after(day), zone) - 60_000
    await asyncio.sleep(0.05)
    assert running.writer.cell.closed_day == 0
    running.time.time_ms = start_of_day(day_after(day), zone) + 21_000
    closed = as_time_goes_on(running, lambda: running.writer.cell.closed_day == day)
    placed = [asyncio.create_task(running.placed(f"after-{i}", f"0812345679{i:02d}")) for i in range(20)]
    await running.until(closed, "the day was not closed")
    assert len(set(await asyncio.gather(*placed))) == 20
    await running.until(lambda: exported_head(head_path(DataDir(tmp_path), day)) is not None, "no head")
    closer.stop()
    running.time.time_ms += 60_000
    await running.until(lambda: not running.time.tasks)
    await running.stop()
    assert running.incidents == []
    assert clean(tmp_path)
    await running.close()


@in_loop
async def test_a_close_that_fails_is_seen_and_tried_again(tmp_path: Path) -> None:
    running = Running(tmp_path, reopening=True)
    running.start()
    await running.stock_up()
    day = running.writer.cell.day
    running.time.time_ms = start_of_day(day_after(day), running.writer.cell.settings.zone) + 1_000
    aside = SqliteEngine(tmp_path / "cell.db", read_only=True)
    closer = Closer(running.writer, ClosingBooks(DataDir(tmp_path), Reads(aside)), running.time)
    running.trouble += ["before", "before"]
    running.time.spawn(closer.run(), "closer")
    seen = as_time_goes_on(running, lambda: any(name == "daily close" for name, _ in running.incidents))
    await running.until(seen, "nothing was seen")
    assert running.writer.cell.closed_day == 0
    running.time.time_ms += 21_000
    closed = as_time_goes_on(running, lambda: running.writer.cell.closed_day == day)
    await running.until(closed, "it was not tried again")
    closer.stop()
    running.time.time_ms += 60_000
    await running.until(lambda: not running.time.tasks)
    await running.stop()
    aside.close()
    assert clean(tmp_path)
    await running.close()


def test_a_close_goes_on_from_the_lines_that_were_kept(cell: SmallCell, tmp_path: Path) -> None:
    eventful_day(cell)
    day = cell.writer.cell.day
    cell.buy(Outcome.SUCCESS, sn="1")
    cell.next_day()
    fold = days.fold_day(cell.engine, day, Zone.WIB)
    sums, accounts = tuple(fold.sum_lines()), tuple(fold.account_lines())
    kept = KeepSums(day, 0, sums, accounts[:1])
    assert cell.do(kept) == cell.do(kept) == Done()
    assert cell.writer.cell.kept_lines == len(sums) + 1
    assert cell.do(KeepSums(day, len(sums) - 1, sums[-1:], accounts[:2])) == Done(), "what is there is passed over"
    assert cell.writer.cell.kept_lines == len(sums) + 2
    with reading(tmp_path) as reads:
        assert reads.sums.closed_day() < day
        assert reads.sums.by_key(Dimension.TOTAL, day, day)[""].succeeded == 1, "unfinished lines are not counted"
    assert cell.close_days() == [day]
    with reading(tmp_path) as reads:
        closing = reads.closings()[-1]
        assert (closing.sums, closing.accounts) == (len(sums), len(accounts))
    assert clean(tmp_path)


def test_a_close_killed_at_any_commit_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    with contextlib.closing(open_shop(whole / "cell.db")) as cell:
        eventful_day(cell)
        for number in range(3):
            cell.buy(Outcome.SUCCESS, sn=f"{number}")
            cell.next_day()
        now_ms = cell.runtime.time_ms
    shutil.copytree(whole, killed)
    command = [sys.executable, "-m", "tests.support.close_victim"]
    assert subprocess.run([*command, str(whole), str(now_ms)], cwd=ROOT, check=True, capture_output=True).stdout
    kills = 0
    for commits in (1, 2, 3, 5, 7, 11, 100):
        victim = subprocess.Popen([*command, str(killed), str(now_ms)], cwd=ROOT, stdout=subprocess.PIPE)
        assert victim.stdout is not None
        for _ in range(commits):
            if not victim.stdout.readline():
                break
        else:
            victim.kill()
            kills += 1
        victim.wait(30)
        victim.stdout.close()
        assert clean(killed)
    assert kills > 3
    assert lines(killed) == lines(whole)
    heads = sorted(path.name for path in (killed / "heads").iterdir())
    assert heads == sorted(path.name for path in (whole / "heads").iterdir())
    assert len(heads) == 5


# ---------------------------------------------------------------------- heads that leave the book


def test_a_head_file_that_is_gone_is_written_again_and_another_is_never_overwritten(
    cell: SmallCell, tmp_path: Path
) -> None:
    cell.next_day(3)
    cell.close_days()
    data = DataDir(tmp_path)
    gone, forged = head_path(data, DAY), head_path(data, day_after(DAY))
    gone.unlink()
    forged.write_text(json.dumps({"commit_no": 1, "seal": "f" * 64}))
    head_path(data, day_after(DAY, 2)).write_text("{ half a file")
    told: list[tuple[int, bool]] = []

    def tell(closing: DayClosing, written: bool) -> None:  # noqa: FBT001 - the port's shape
        told.append((closing.day, written))

    with reading(tmp_path) as reads:
        books = ClosingBooks(data, reads, tell)
        books.export()
        books.export()
    assert told == [(DAY, True), (day_after(DAY), False), (day_after(DAY, 2), False)]
    assert exported_head(gone) is not None
    assert exported_head(forged) == Head(1, "f" * 64)
