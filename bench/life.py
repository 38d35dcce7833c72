"""The whole life of an order inside the process: accept commit, sending commit, outcome commit, reply rendered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bench.rig import Shape, Zipf, audited, build, server
from juru.server.dialects.replies import order_text
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Changes, OutboxRow
from juru.server.domain.commands import OrderLine, PlaceOrder
from juru.server.domain.order import Happened
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.domain.results import Placed
from juru.server.domain.views import OrderView
from juru.server.engine.ports import Told

CLIENTS = 1_000


class InProcess:
    """A supplier in the same process: succeeds at once and counts what it was sent, without dedup."""

    def __init__(self) -> None:
        self.refs: list[str] = []

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:  # noqa: ARG002
        """Deliver."""
        assert may_send()
        self.refs.append(buy.ref)
        return Told(Answer(Outcome.SUCCESS, ref=buy.ref, sn=f"SN{buy.ref}"))

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Not asked in this measurement."""
        raise AssertionError((supplier, buy, may_send))


async def _run(path: Path, orders: int, seed: int) -> dict[str, float]:
    data = await build(path, Shape(report_url="http://127.0.0.1:1/"))
    supplier = InProcess()
    app = server(data, suppliers=lambda _: supplier)
    rendered = 0

    async def render(row: OutboxRow) -> bool:
        nonlocal rendered
        assert isinstance(row.view, OrderView), row
        rendered += len(order_text(row.view)) > 0
        return True

    setattr(app.outbox, "deliver", render)  # noqa: B010 - the report is rendered here, not sent
    succeeded = 0
    over = asyncio.Event()

    def count(changes: Changes) -> None:
        nonlocal succeeded
        succeeded += sum(event.kind is Happened.SUCCEEDED for event in changes.events)
        if succeeded >= orders:
            over.set()

    app.writer.listeners.append(count)
    await app.start()
    mix = Zipf(seed)
    wanted = [
        PlaceOrder(agent, (OrderLine(dest, product),), "h2h-otomax", ref=f"r{number}")
        for number in range(orders)
        for agent, product, dest in [mix.order()]
    ]
    accepted = 0

    async def client(share: list[PlaceOrder]) -> None:
        nonlocal accepted
        for command in share:
            result = await app.writer.submit(command)
            accepted += isinstance(result, Placed)

    started = time.perf_counter()
    cpu = time.process_time()
    await asyncio.gather(*(client(wanted[k::CLIENTS]) for k in range(CLIENTS)))
    # Lives lag behind acceptances, the more the longer the run.
    await asyncio.wait_for(over.wait(), 120 + orders / 1_000)
    seconds = time.perf_counter() - started
    cpu = time.process_time() - cpu
    while rendered < orders:  # noqa: ASYNC110 - once, after the measurement
        await asyncio.sleep(0.05)
    await app.stop()
    counts = app_counts(path)
    assert accepted == succeeded == orders == len(supplier.refs) == len(set(supplier.refs)) == counts, (
        accepted,
        succeeded,
        len(supplier.refs),
        counts,
    )
    return {"per_s": orders / seconds, "cpu_us": cpu / orders * 1e6, "findings": audited(data)}


def app_counts(path: Path) -> int:
    """Orders that the book says succeeded."""
    from juru.books.sqlite import SqliteEngine

    engine = SqliteEngine(path / "cell.db", read_only=True)
    try:
        return int(engine.rows("SELECT count(*) FROM orders WHERE state = 'success'")[0][0])
    finally:
        engine.close()


def measure(path: Path, orders: int, seed: int) -> dict[str, float]:
    """One run."""
    import gc

    import uvloop

    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    return uvloop.run(_run(path, orders, seed))


if __name__ == "__main__":
    import sys

    import msgspec

    result = measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
