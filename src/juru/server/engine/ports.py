"""What the engine needs of the world, as arguments: time, tasks, suppliers, delivery, and the store.

Production gives real ones (``realtime.py``, ``suppliers/``, ``store/``); a simulation gives others. Nothing in the
engine starts a task, sleeps or reads a clock except through these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

import msgspec

from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell, Changes, OutboxRow, Past
from juru.server.domain.decide import Needs
from juru.server.domain.outcome import Answer, Buy
from juru.server.domain.price_notices import Prices
from juru.server.domain.sums import DayFold

_T = TypeVar("_T")


class Runtime(Protocol):
    """Time and tasks."""

    def now_ms(self) -> int:
        """Wall clock, UTC milliseconds."""

    def boottime_s(self) -> float:
        """Seconds on a clock that never steps back and counts suspend (law 4)."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Start a task; the runtime keeps it and reports what it raises."""

    async def run_commit(self, commit: Callable[[], None]) -> None:
        """Run a commit where it does not stop the loop (a thread in production, inline in a simulation)."""

    async def run_aside(self, work: Callable[[], _T]) -> _T:
        """Run long reading where it stops neither the loop nor a commit (a thread, or inline in a simulation)."""

    def new_id(self) -> str:
        """An id nobody else has: batches, incidents."""


class StorePort(Protocol):
    """The cell's store; only the writer calls it."""

    def open_cell(self) -> Cell:
        """The working state as committed."""

    def load(self, cell: Cell, needs: Needs, now_ms: int) -> Past:
        """The past that a batch names."""

    def write(self, cell: Cell, batch_id: str) -> None:
        """Write a batch in an open transaction."""

    def commit(self) -> None:
        """Make it durable."""

    def committed(self) -> None:
        """Note that it stands."""

    def rollback(self) -> None:
        """Drop it."""

    def stands(self, batch_id: str) -> bool:
        """Whether a batch was committed."""


class Told(msgspec.Struct, frozen=True):
    """What came of a request to a supplier; ``last_byte_ms`` when the last byte of the order is known to have left."""

    answer: Answer
    last_byte_ms: int | None = None
    raw: str = ""


class SupplierPort(Protocol):
    """The ways out, all suppliers behind one door."""

    async def buy(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Send an order, a bill's inquiry or its payment, by ``buy.step``: at most one request on the wire.

        ``may_send`` is asked right before the first byte.
        """

    async def inquire(self, supplier: Supplier, buy: Buy, may_send: Callable[[], bool]) -> Told:
        """Ask about an order by the supplier's own verb."""


class Waiting(msgspec.Struct, frozen=True):
    """An outbox row due for delivery and how often it has been tried."""

    row: OutboxRow
    tries: int


class OutboxPort(Protocol):
    """Reading what waits, and telling it."""

    def due(self, now_ms: int, limit: int) -> list[Waiting]:
        """Rows that wait and are due, oldest first; read on a connection of its own."""

    async def deliver(self, row: OutboxRow) -> bool:
        """Tell it; True when the agent has it (at least once)."""


class Repriced(msgspec.Struct, frozen=True):
    """What was saved anew in a span of records and may price: products, and agents whose prices follow from it."""

    products: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()


class PriceBookPort(Protocol):
    """Prices as the book's records make them, at any of its records; called aside, never by two at once."""

    def latest(self) -> int:
        """The number of the latest record."""

    def repriced(self, since: int, until: int) -> Repriced:
        """What was saved after one record, up to another."""

    def at(self, record_id: int) -> Prices:
        """What priced things when that record was the latest; a product made later, as it was first."""

    def products(self) -> list[str]:
        """Every product there is, by code."""


class DayReading(Protocol):
    """A day that is being read."""

    @property
    def fold(self) -> DayFold:
        """What has been taken in."""


class ClosePort(Protocol):
    """What closing a day needs of the book and the data directory; called aside, never by two at once."""

    def begin(self, day: int) -> DayReading:
        """A day of which nothing has been read yet."""

    def read_on(self, reading: DayReading) -> bool:
        """Take in the next slice; True while there is more."""

    def export(self) -> None:
        """Write the head of every closed day to its file, where it is not there yet, and to the log."""


Listener = Callable[[Changes], None]
Wake = Callable[[], None]
Submit = Callable[..., Awaitable[Any]]
