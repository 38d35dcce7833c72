"""Reports over a month of a large book, from its daily sums, and what closing a day costs.

``python -m bench.report PATH ORDERS`` fills a book of 31 days through the real writer, closes 30 of them, and asks for
every report over the month, the last day still open. A fresh reader is used each time, as a command is.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bench.rig import Shape, Zipf, audited, build
from juru.books.sqlite import SqliteEngine
from juru.server.desk.closing import ClosingBooks
from juru.server.desk.names import names_of
from juru.server.desk.reports import Report, report_sheet
from juru.server.desk.spans import Span
from juru.server.domain.commands import AttemptAnswered, MarkSending, OrderLine, PlaceOrder
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.results import Placed
from juru.server.domain.sums import Dimension
from juru.server.engine.closer import Closer
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir
from juru.server.store.reads.lists import OrderFilter, What, list_orders
from juru.server.store.reads.reads import Reads
from juru.server.store.reads.statements import statement
from juru.server.store.store import Store
from juru.values.days import HOUR_MS, Zone, business_day, day_after, start_of_day

DAYS = 31
RUNS = 3
AT_ONCE = 500
BUSY = (1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 9, 8, 8, 9, 10, 11, 12, 11, 9, 6, 3)
"""How the hours of a day share its orders."""
_T = TypeVar("_T")


class GivenTime:
    """A clock that the filler moves; commits and readings in place."""

    def __init__(self, now_ms: int) -> None:
        self.time_ms = now_ms
        self._ids = 0

    def now_ms(self) -> int:
        """The time."""
        return self.time_ms

    def boottime_s(self) -> float:
        """Stands still inside a batch."""
        return self.time_ms / 1000

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - nobody waits here
        """Let others go on."""
        await asyncio.sleep(0)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Nothing is started here."""
        raise AssertionError((work, name))

    async def run_commit(self, commit: Callable[[], None]) -> None:
        """At once."""
        commit()

    async def run_aside(self, work: Callable[[], _T]) -> _T:
        """At once."""
        return work()

    def new_id(self) -> str:
        """By counting."""
        self._ids += 1
        return f"fill-{self._ids}"


async def fill(path: Path, orders: int, seed: int) -> tuple[DataDir, Span, list[float]]:
    """A book of a month, closed but for its last day; the seconds that each closing took."""
    data = await build(path, Shape())
    engine = SqliteEngine(data.database, synchronous="OFF")
    started_ms = time.time_ns() // 1_000_000
    first = business_day(started_ms, Zone.WIB)
    clock = GivenTime(started_ms)
    writer = Writer(Store(engine), clock, queue_max=100_000)
    working = asyncio.create_task(writer.run())
    aside = Reads(SqliteEngine(data.database, read_only=True))
    closer = Closer(writer, ClosingBooks(data, aside), clock)
    mix, dice = Zipf(seed), random.Random(seed)
    closings: list[float] = []
    number = 0
    for day in range(1, DAYS + 1):
        begun_ms = start_of_day(day_after(first, day), Zone.WIB)
        clock.time_ms = max(clock.time_ms, begun_ms)
        begun = time.perf_counter()
        await closer.close()
        closings.append(time.perf_counter() - begun)
        wanted = orders * day // DAYS - orders * (day - 1) // DAYS
        hours = sorted(dice.choices(range(24), BUSY, k=wanted))
        for at in range(0, wanted, AT_ONCE):
            some = hours[at : at + AT_ONCE]
            clock.time_ms = max(clock.time_ms + 1, begun_ms + some[0] * HOUR_MS + at * (HOUR_MS // (wanted + 1)))
            await _live(writer, mix, dice, number, len(some))
            number += len(some)
    writer.stop()
    await working
    aside.engine.close()
    engine.close()
    # The first closing is of the day on which the rig was built.
    return data, Span(day_after(first), day_after(first, DAYS)), closings[1:]


async def _live(writer: Writer, mix: Zipf, dice: random.Random, number: int, count: int) -> None:
    """Orders from acceptance to their end: most succeed, some fail over or fail, a few are taken back."""
    placed = []
    for i in range(count):
        agent, product, dest = mix.order()
        placed.append(PlaceOrder(agent, (OrderLine(dest, product),), "h2h-otomax", ref=f"r{number + i}"))
    results = await asyncio.gather(*(writer.submit(command) for command in placed))
    assert all(isinstance(result, Placed) for result in results), results[0]
    cell = writer.cell
    sold: list[int] = []
    while cell.orders:
        open_ = [cell.attempts_of[order_id][-1] for order_id in cell.orders]
        await writer.submit(MarkSending(tuple(open_)))
        answers = []
        for attempt_id in open_:
            outcome = Outcome.SUCCESS if dice.random() < 0.94 else Outcome.FAILED
            answers.append(AttemptAnswered(attempt_id, Answer(outcome, sn=f"SN{attempt_id}"), Source.REPLY))
            if outcome is Outcome.SUCCESS:
                sold.append(attempt_id)
        await asyncio.gather(*(writer.submit(answer) for answer in answers))
        cell = writer.cell
    back = [i for i in sold if dice.random() < 0.002]
    taken = (AttemptAnswered(i, Answer(Outcome.FAILED, reason="taken_back"), Source.CALLBACK) for i in back)
    await asyncio.gather(*(writer.submit(answer) for answer in taken))


def ask(data: DataDir, work: Callable[[Reads], object]) -> float:
    """The median of three, each with a reader of its own, in seconds."""
    seconds = []
    for _ in range(RUNS):
        reads = Reads(SqliteEngine(data.database, read_only=True))
        begun = time.perf_counter()
        with reads.moment():
            work(reads)
        seconds.append(time.perf_counter() - begun)
        reads.engine.close()
    return round(statistics.median(seconds), 3)


def measure(path: Path, orders: int, seed: int = 1) -> dict[str, Any]:
    """Fill a book and ask."""
    begun = time.perf_counter()
    data, month, closings = asyncio.run(fill(path, orders, seed))
    filled = time.perf_counter() - begun
    reads = Reads(SqliteEngine(data.database, read_only=True))
    names, counts = names_of(reads), reads.counts()
    total = reads.sums.by_key(Dimension.TOTAL, month.first, month.last)[""]
    assert counts.orders == orders == total.accepted, (counts, total)
    busiest = max(
        reads.sums.by_key(Dimension.AGENT, month.first, month.last).items(), key=lambda item: item[1].accepted
    )
    reads.engine.close()
    figures: dict[str, Any] = {
        "orders": orders,
        "fill_s": round(filled),
        "close_s": round(statistics.median(closings), 3),
    }
    figures["reports"] = {}
    for report in Report:
        figures["reports"][report.value] = ask(data, lambda r, kind=report: report_sheet(r, names, kind, month))  # type: ignore[misc]  # bound now
    account = 1000 + 2 * int(busiest[0])
    figures["reports"]["statement"] = ask(data, lambda r: statement(r.engine, r.sums, account, month.first, month.last))
    figures["reports"]["order list"] = ask(
        data,
        lambda r: list_orders(
            r.engine, r.sums, Zone.WIB, OrderFilter(What.REVERSED, month.first, month.last, products=("P7",))
        ),
    )
    begun = time.perf_counter()
    figures["findings"] = audited(data)
    figures["audit_s"] = round(time.perf_counter() - begun, 1)
    return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
