"""A business day folded from its own postings and events, a slice at a time, so that it can be read beside the writer.

What is posted only grows, so a day that is open is read on from where it was left.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import msgspec

from juru.books.engine import BookEngine
from juru.books.heads import last_commit_before
from juru.server.domain.catalog import Supplier
from juru.server.domain.closing import is_suppliers_failure
from juru.server.domain.sums import DayFold, Moved, OrderKeys, supplier_moved
from juru.server.store.rows import event_from
from juru.values.days import Zone, day_after, start_of_day

SLICE = 2_000
"""How many transfers, or events, are read at once: some ten milliseconds."""

BEFORE_DAY = "SELECT min(id) - 1 FROM transfers WHERE day = ?"
LAST_OF_DAY = "SELECT max(id) FROM transfers WHERE day = ?"
TRANSFERS = """
SELECT t.id, t.kind, t.code, t.at_ms, o.agent_id, o.product, o.day, o.supplier, p.debit, p.credit, p.amount_idr
FROM transfers t LEFT JOIN orders o ON o.id = t.order_id LEFT JOIN postings p ON p.transfer_id = t.id
WHERE t.id > ? AND t.id <= ? AND t.day = ? ORDER BY t.id, p.id
"""
"""Transfers of a day by their numbers, a row for each posting; by the primary key, index postings_transfer."""

EVENT = "SELECT commit_no FROM events WHERE id = ?"
EVENTS_END = "SELECT max(id) FROM events"
EVENTS = """
SELECT body FROM events WHERE id > ? AND id <= ? AND kind = 'answered' AND body LIKE '%"state":"failed"%'
"""
"""Answers that may be a supplier's failure, by the primary key; the text says so before it is read."""

ATTEMPT = """
SELECT a.supplier, o.agent_id, o.product, o.day FROM attempts a JOIN orders o ON o.id = a.order_id WHERE a.id = ?
"""
SUPPLIERS = "SELECT body FROM records WHERE id IN (SELECT max(id) FROM records WHERE kind = 'supplier' GROUP BY key)"


class DayRead(msgspec.Struct):
    """A day as far as it has been read: the last transfer and the last event taken in."""

    fold: DayFold
    transfer: int
    event: int
    suppliers: dict[int, str] = {}


def begin(engine: BookEngine, day: int, zone: Zone) -> DayRead:
    """A day of which nothing has been read yet."""
    before = engine.rows(BEFORE_DAY, (day,))[0][0]
    first_commit = last_commit_before(engine, start_of_day(day, zone)) + 1
    return DayRead(DayFold(day, zone), -1 if before is None else before, last_event_before(engine, first_commit))


def read_on(engine: BookEngine, read: DayRead, limit: int = SLICE) -> bool:
    """Take in the next slice; True while there is more."""
    day, zone = read.fold.day, read.fold.zone
    if read.transfer < 0:
        before = engine.rows(BEFORE_DAY, (day,))[0][0]
        read.transfer = -1 if before is None else before
    last = engine.rows(LAST_OF_DAY, (day,))[0][0] or 0
    if 0 <= read.transfer < last:
        until = min(read.transfer + limit, last)
        _take_transfers(engine, read, until)
        return True
    last_commit = last_commit_before(engine, start_of_day(day_after(day), zone))
    last_event = last_event_before(engine, last_commit + 1)
    if read.event < last_event:
        until = min(read.event + limit, last_event)
        _take_failures(engine, read, until)
        return until < last_event
    return False


def fold_day(engine: BookEngine, day: int, zone: Zone) -> DayFold:
    """A whole day at once."""
    read = begin(engine, day, zone)
    while read_on(engine, read):
        pass
    return read.fold


def _take_transfers(engine: BookEngine, read: DayRead, until: int) -> None:
    fold = read.fold
    for _, rows in groupby(engine.stream(TRANSFERS, (read.transfer, until, fold.day)), key=itemgetter(0)):
        postings = list(rows)
        _, kind, code, at_ms, agent_id, product, day, supplier, debit, *_ = postings[0]
        order = None if agent_id is None else OrderKeys(agent_id, product, day, supplier)
        if kind == "hold" or debit is None:
            fold.transfer(code, at_ms, (), order)
            continue
        moved: list[Moved] = [row[8:] for row in postings]
        number = supplier_moved(code, moved, order)
        fold.transfer(code, at_ms, moved, order, supplier=None if number is None else _code(engine, read, number))
    read.transfer = until


def _code(engine: BookEngine, read: DayRead, number: int) -> str:
    """A supplier's code by its number."""
    if number not in read.suppliers:
        for (body,) in engine.rows(SUPPLIERS):
            supplier = msgspec.json.decode(body, type=Supplier)
            read.suppliers[supplier.id] = supplier.code
    return read.suppliers[number]


def _take_failures(engine: BookEngine, read: DayRead, until: int) -> None:
    events = (event_from(body) for (body,) in engine.rows(EVENTS, (read.event, until)))
    failed = [event for event in events if is_suppliers_failure(event)]
    found = engine.each(ATTEMPT, [(event.attempt_id,) for event in failed])
    for event, (supplier, agent_id, product, day) in zip(failed, found, strict=True):
        read.fold.failed_attempt(event.at_ms, OrderKeys(agent_id, product, day), supplier)
    read.event = until


def events_of_day(engine: BookEngine, day: int, zone: Zone) -> tuple[int, int]:
    """The last event before a day and the last of it."""
    first, after = start_of_day(day, zone), start_of_day(day_after(day), zone)
    return (
        last_event_before(engine, last_commit_before(engine, first) + 1),
        last_event_before(engine, last_commit_before(engine, after) + 1),
    )


def last_event_before(engine: BookEngine, commit_no: int) -> int:
    """The last event of the commits before that one, by halving; 0 where there is none."""
    low, high = 0, engine.rows(EVENTS_END)[0][0] or 0
    while low < high:
        middle = (low + high + 1) // 2
        if engine.rows(EVENT, (middle,))[0][0] < commit_no:
            low = middle
        else:
            high = middle - 1
    return low
