"""The server as ``serve`` composes it, in a process that kills itself by SIGKILL at a chosen boundary.

A nursery imports everything once, then forks a process for each plan (a line of JSON) it reads, so that a start takes
no longer than the server's own work. It says ``pid N``, what a life says (``hit BOUNDARY``), and ``ended CODE``::

    echo '{"data": "DIR", "port": 8000, "boundary": "accept:after", "count": 3}' | python -m tests.crash.victim
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.server.app import Server, run, serve_until_interrupted
from juru.server.desk.lock import hold
from juru.server.domain.bill_payment import buy_of
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Changes, OutboxRow
from juru.server.domain.order import Happened
from juru.server.domain.outcome import Buy
from juru.server.engine.ports import Told
from juru.server.settings import DataDir, ServeSettings
from juru.server.telemetry import configure

BOUNDARIES = (
    "accept:before",
    "accept:after",
    "sending:before",
    "sending:after",
    "first_byte:before",
    "first_byte:after",
    "answer_read:after",
    "outcome:before",
    "outcome:after",
    "outbox:before",
    "outbox:after",
    "delivered:before",
    "delivered:after",
    "bank:before",
    "bank:after",
    "goods:before",
    "goods:after",
)
"""Before and after the commit that accepts, marks ``sending``, applies an outcome, notes a delivery, brings bank rows
in or says something of a bill or voucher; around the first byte to a supplier; after its answer was read; around
telling an agent."""


class Plan(msgspec.Struct, frozen=True):
    """How one life of the server goes. Without a boundary it serves until it is killed or told to end."""

    data: str
    port: int
    boundary: str = ""
    count: int = 1
    synchronous: str = "FULL"
    without_sending_commit: bool = False


class Trap:
    """Counts how often each boundary is passed and dies at the chosen one."""

    def __init__(self, boundary: str, count: int) -> None:
        self._boundary = boundary
        self._left = count

    def at(self, boundary: str) -> None:
        """A boundary is passed."""
        if boundary == self._boundary:
            self._left -= 1
            if self._left == 0:
                os.write(1, f"hit {boundary}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)


def kinds(changes: Changes) -> list[str]:
    """What a batch commits, as boundaries call it."""
    events = Counter(event.kind for event in changes.events)
    found = {
        "accept": events[Happened.ACCEPTED],
        "sending": events[Happened.SENDING],
        "outcome": events[Happened.ANSWERED],
        "delivered": len(changes.outbox_marks),
        "bank": sum(row.kind == "bank_row" for row in changes.papers),
        "goods": sum(row.kind in {"bill", "voucher"} for row in changes.papers),
    }
    return [kind for kind, count in found.items() if count]


def watch_commits(server: Server, trap: Trap) -> None:
    """Pass a boundary on both sides of every commit, in the thread that commits."""
    store = server.writer._store
    commit = store.commit

    def watched() -> None:
        passed = kinds(server.writer.cell.changes)
        for kind in passed:
            trap.at(f"{kind}:before")
        commit()
        for kind in passed:
            trap.at(f"{kind}:after")

    store.commit = watched  # type: ignore[method-assign]


class WatchedSuppliers:
    """The suppliers' port with a boundary around the first byte and after the answer."""

    def __init__(self, server: Server, trap: Trap) -> None:
        self._inner = server.suppliers
        self._trap = trap

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        def asked() -> bool:
            if not may_send():
                return False
            self._trap.at("first_byte:before")
            # The transport writes before it waits for anything, so the loop's next turn is after the first byte.
            asyncio.get_running_loop().call_soon(self._trap.at, "first_byte:after")
            return True

        told = await self._inner.buy(supplier, buy, asked)
        self._trap.at("answer_read:after")
        return told

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        told = await self._inner.inquire(supplier, buy, may_send)
        self._trap.at("answer_read:after")
        return told


def watch_outbox(server: Server, trap: Trap) -> None:
    """Pass a boundary before and after an agent is told."""
    outbox = server.notifier._outbox
    deliver = outbox.deliver

    async def watched(row: OutboxRow) -> bool:
        trap.at("outbox:before")
        told = await deliver(row)
        trap.at("outbox:after")
        return told

    outbox.deliver = watched  # type: ignore[method-assign]


class Kept(set[int]):
    """Claims that nobody gives back."""

    def discard(self, element: object) -> None:
        """Keep it."""


def leave_out_sending_commit(server: Server) -> None:
    """Break law 4 on purpose: requests leave without the commit that says so. What checks that law must see it."""
    dispatcher, writer, runtime = server.dispatcher, server.writer, server.runtime
    # In this life each leaves once, though it stays queued in the book: only a stop makes it leave again.
    dispatcher._claimed = Kept()

    async def send_at_once(taken: tuple[int, ...]) -> None:
        for attempt_id in taken:
            attempt = writer.cell.attempts[attempt_id]
            supplier = writer.cell.suppliers[attempt.supplier]
            buy = buy_of(writer.cell, writer.cell.orders[attempt.order_id], attempt)
            deadline_s = runtime.boottime_s() + supplier.send_within_s
            runtime.spawn(dispatcher._send(supplier, attempt_id, buy, deadline_s), "send")

    dispatcher._send_all = send_at_once  # type: ignore[method-assign]


def armed(plan: Plan) -> Server:
    """The server of a plan."""
    settings = ServeSettings(port=plan.port, synchronous=plan.synchronous, drain_s=3)
    server = Server(DataDir(Path(plan.data)), settings)
    trap = Trap(plan.boundary, plan.count)
    watch_commits(server, trap)
    watch_outbox(server, trap)
    watched = WatchedSuppliers(server, trap)
    server.dispatcher._suppliers = watched
    server.inquirer._suppliers = watched
    if plan.without_sending_commit:
        leave_out_sending_commit(server)
    return server


async def serve(plan: Plan) -> None:
    """As ``juru serve`` does, console and all."""
    server = armed(plan)
    await serve_until_interrupted(server, server.console())


def live(plan: Plan) -> None:
    """One life: serve until killed or told to end."""
    configure()
    with hold(DataDir(Path(plan.data)).require()):

        async def life() -> None:
            await serve_until_interrupted(armed(plan))

        run(life())


def main() -> None:
    """Fork a life for each plan, one after another, and tell its end."""
    while line := sys.stdin.buffer.readline():
        plan = msgspec.json.decode(line, type=Plan)
        child = os.fork()
        if child == 0:
            live(plan)
            return
        os.write(1, f"pid {child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
