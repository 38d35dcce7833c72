"""What Prometheus is told. A commit adds a few whole numbers; everything else is read when somebody asks.

Labels are suppliers, states, kinds and codes, which are few and configured: never an agent, a number or a reference.
"""

from __future__ import annotations

import asyncio
import platform
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import apsw
import msgspec
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from juru import __version__
from juru.server.desk.backup import LastBackup
from juru.server.domain.accounts import supplier_deposit
from juru.server.domain.cell import Changes
from juru.server.domain.order import Happened, Source
from juru.server.engine.slots import Slots
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
COMMIT_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
ANSWER_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
REASONS_MAX = 50
"""Reasons are words of the program; should one ever come from outside, the rest is counted as ``other``."""

_AT_ONCE = 5_000
_SENDING, _ANSWERED, _SUCCEEDED = Happened.SENDING, Happened.ANSWERED, Happened.SUCCEEDED
_FAILED, _REVERSED, _REPLY = Happened.FAILED, Happened.REVERSED, Source.REPLY
"""By name: a member of an enumeration is looked up slowly, and these are compared for every event."""


class Histogram:
    """Counts by upper bound, and their sum."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """Cumulative counts as Prometheus wants them, and the sum."""
        whole = 0
        found: list[tuple[str, float]] = []
        for bound, count in zip((*(str(float(b)) for b in self._bounds), "+Inf"), self._counts, strict=True):
            whole += count
            found.append((bound, whole))
        return found, self._sum


class Metrics(Collector):
    """Hears every commit, and reads the cell when it is asked."""

    def __init__(
        self, writer: Writer, slots: Slots, data: DataDir, *, outbox_waiting: int, not_kept: Callable[[], int]
    ) -> None:
        self._writer = writer
        self._slots = slots
        self._data = data
        self._not_kept = not_kept
        self.outbox_waiting = outbox_waiting
        self._accepted = self._succeeded = self._reversed = 0
        self._failed = Counter[str]()
        self._refused = Counter[str]()
        self._answers: dict[tuple[str, str | None, Source | None], int] = {}
        self._told = Counter[str]()
        self._batches = Histogram(SIZES)
        self._commits = Histogram(COMMIT_S)
        self._latency: dict[str, Histogram] = {}
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        writer.listeners.append(self._committed)

    # ------------------------------------------------------------------ hearing

    def _committed(self, changes: Changes) -> None:
        """Count what a commit changed. Called for each, so it looks only at what such a commit may hold."""
        self._batches.observe(self._writer.batch_size)
        self._commits.observe(self._writer.commit_s)
        accepted = len(changes.orders)
        self._accepted += accepted
        # Each order has one event of its acceptance: a batch of new orders alone has nothing else to tell.
        if len(changes.events) != accepted:
            self._happened(changes)
        for row in changes.refusals:
            self._refused[row.code] += 1
        self.outbox_waiting += len(changes.outbox)
        if changes.outbox_marks:
            states = [mark.state for mark in changes.outbox_marks]
            again = states.count("waiting")
            self.outbox_waiting -= len(states) - again
            for state in set(states):
                self._told[state] += states.count(state)

    def _happened(self, changes: Changes) -> None:
        touched, answers = changes.attempts_touched, self._answers
        for event in changes.events:
            kind = event.kind
            if kind is _SENDING:
                continue
            if kind is _ANSWERED:
                attempt = touched.get(event.attempt_id)  # type: ignore[arg-type]  # an answer is about an attempt
                if attempt is None:
                    continue
                source = event.source
                key = (attempt.supplier, event.state, source)
                answers[key] = answers.get(key, 0) + 1
                if source is _REPLY and attempt.sent_ms is not None:
                    self._replied(attempt.supplier, event.at_ms - attempt.sent_ms)
            elif kind is _SUCCEEDED:
                self._succeeded += 1
            elif kind is _FAILED:
                self._failed[self._word(event.reason)] += 1
            elif kind is _REVERSED:
                self._reversed += 1

    def _replied(self, supplier: str, after_ms: int) -> None:
        latency = self._latency.get(supplier)
        if latency is None:
            latency = self._latency[supplier] = Histogram(ANSWER_S)
        latency.observe(after_ms / 1000)

    def _word(self, reason: str | None) -> str:
        word = reason or "none"
        return word if word in self._failed or len(self._failed) < REASONS_MAX else "other"

    # ------------------------------------------------------------------ telling

    async def text(self) -> bytes:
        """Everything, in Prometheus' text format. Open attempts are counted in slices, so that no order waits."""
        attempts: Counter[tuple[str, str]] = Counter()
        every = list(self._writer.cell.attempts.values())
        for start in range(0, len(every), _AT_ONCE):
            attempts.update((attempt.supplier, attempt.state.value) for attempt in every[start : start + _AT_ONCE])
            await asyncio.sleep(0)
        self._attempts = attempts
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every family of ours."""
        yield from self._about_orders()
        yield from self._about_suppliers()
        yield from self._about_people()
        yield from self._about_writer()
        yield from self._about_process()

    def _about_orders(self) -> Iterator[Metric]:
        events = {
            "accepted": self._accepted,
            "succeeded": self._succeeded,
            "failed": self._failed.total(),
            "reversed": self._reversed,
        }
        yield _counter("juru_orders", "Orders by what happened to them, since this process began", ("event",), events)
        yield _counter("juru_orders_failed_reasons", "Failed orders by reason", ("reason",), self._failed)
        refused = self._refused + Counter(busy=self._writer.busy)
        yield _counter("juru_refusals", "Refusals by code that are kept, and those as busy", ("code",), refused)
        yield _counter("juru_refusals_not_kept", "Refusals of a flood, counted only", (), {(): self._not_kept()})
        yield _gauge("juru_orders_open", "Orders that hold money", (), {(): len(self._writer.cell.orders)})
        yield _gauge("juru_attempts_open", "Attempts of open orders", ("supplier", "state"), self._attempts)
        yield _gauge("juru_outbox_waiting", "Messages to agents that wait", (), {(): self.outbox_waiting})
        yield _counter("juru_deliveries", "Tries to tell agents, by what came of them", ("state",), self._told)

    def _about_suppliers(self) -> Iterator[Metric]:
        cell = self._writer.cell
        yield _counter("juru_answers", "Answers about attempts", ("supplier", "state", "source"), self._answers)
        seconds = HistogramMetricFamily(
            "juru_supplier_reply_seconds", "From the sending commit to the reply's", labels=("supplier",)
        )
        for supplier, latency in self._latency.items():
            seconds.add_metric((supplier,), *latency.buckets())
        yield seconds
        yield _gauge("juru_in_flight", "Requests on the wire", ("supplier",), self._slots.by_supplier())
        book: dict[str, int] = {}
        for code, configured in cell.suppliers.items():
            balance = cell.ledger.get(supplier_deposit(configured.id))
            book[code] = -balance.net_idr if balance is not None else 0
        told = {code: heard.balance_idr for code, heard in cell.told_balances.items()}
        yield _gauge("juru_supplier_deposit_idr", "Our money at a supplier by the book", ("supplier",), book)
        yield _gauge("juru_supplier_told_idr", "The same as the supplier last said", ("supplier",), told)

    def _about_people(self) -> Iterator[Metric]:
        cell = self._writer.cell
        kinds = Counter(item.kind for item in cell.queue.values())
        yield _gauge("juru_queue_items", "What waits for a person", ("kind",), kinds)
        oldest = min((item.at_ms for item in cell.queue.values() if item.kind == "unknown"), default=None)
        since = {} if oldest is None else {(): oldest / 1000}
        yield _gauge(
            "juru_oldest_unknown_time_seconds", "Since when the oldest unknown waits; absent without one", (), since
        )
        yield _gauge("juru_paused", "1 while selling is stopped", (), {(): int(cell.settings.paused)})
        lost = sum(lost.waits for lost in cell.lost.by_key.values())
        yield _gauge("juru_lost_orders_listed", "Lost orders that an order may still match", (), {(): lost})

    def _about_writer(self) -> Iterator[Metric]:
        writer = self._writer
        ordinary, reserved = writer.lanes
        yield _gauge(
            "juru_writer_waiting", "Commands not yet decided", ("lane",), {"ordinary": ordinary, "reserved": reserved}
        )
        yield _counter("juru_commands", "Commands decided", (), {(): writer.commands})
        size = HistogramMetricFamily("juru_batch_commands", "Commands in a batch")
        size.add_metric((), *self._batches.buckets())
        yield size
        seconds = HistogramMetricFamily("juru_commit_seconds", "Writing and syncing a batch")
        seconds.add_metric((), *self._commits.buckets())
        yield seconds
        yield _gauge("juru_commit_number", "The last commit of the chain", (), {(): writer.cell.next.commit - 1})

    def _about_process(self) -> Iterator[Metric]:
        built = (__version__, platform.python_version(), apsw.sqlite_lib_version())
        yield _gauge("juru_build_info", "What runs here", ("version", "python", "sqlite"), {built: 1})
        incarnation = self._writer.cell.settings.incarnation
        yield _gauge("juru_incarnation", "Rises with every restore", (), {(): incarnation})
        try:
            last = msgspec.json.decode(self._data.last_backup.read_bytes(), type=LastBackup)
        except (OSError, msgspec.DecodeError):
            return
        yield _gauge(
            "juru_last_backup_time_seconds", "When the last proved backup was begun", (), {(): last.taken_ms / 1000}
        )
        yield _gauge("juru_last_backup_commit_number", "The commit it ends with", (), {(): last.commit_no})


def _counter(name: str, text: str, labels: tuple[str, ...], found: Mapping[Any, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in found.items():
        family.add_metric((key,) if isinstance(key, str) else tuple(map(str, key)), value)
    return family


def _gauge(name: str, text: str, labels: tuple[str, ...], found: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in found.items():
        family.add_metric((key,) if isinstance(key, str) else key, value)
    return family
