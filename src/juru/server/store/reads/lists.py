"""The orders behind a figure: every list is a filter, newest first, page by page, without walking through the book.

A figure of a report counts what was posted in a day, so a list is of postings: an order that was sold and taken back
stands in it twice, each time with the day it was posted and the day it was accepted. Days on which the daily sums have
nothing for the filter are passed over; within a day the few endings that are no sales have an index of their own, and
an agent's orders come by his deposit.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from juru.books.engine import BookEngine, Row
from juru.books.schema import ENDINGS
from juru.server.domain.accounts import agent_deposit, supplier_deposit
from juru.server.domain.closing import is_suppliers_failure
from juru.server.domain.order import Event, Order
from juru.server.domain.sums import Dimension, money_of
from juru.server.domain.views import OrderState
from juru.server.store.reads.corrected import DEST, corrected
from juru.server.store.reads.days import events_of_day
from juru.server.store.reads.sums import SumReads
from juru.server.store.rows import event_from, order_from
from juru.values.days import DAY_MS, HOUR_MS, Zone, business_day, days_between, hour_of_day, start_of_day

_COLUMNS = "t.id, t.code, t.day, t.at_ms, o.*"
OF_DAY = f"""
SELECT {_COLUMNS} FROM transfers t JOIN orders o ON o.id = t.order_id
WHERE t.day = ? AND t.id < ? AND {{where}} ORDER BY t.id DESC LIMIT ?
"""  # noqa: S608 - the names of our own columns
"""What was posted in a day; index transfers_day, or transfers_endings where only endings are wanted."""

OF_AGENT = f"""
SELECT {_COLUMNS} FROM postings p JOIN transfers t ON t.id = p.transfer_id JOIN orders o ON o.id = t.order_id
WHERE p.debit = ? AND p.debit >= 1000 AND p.id >= ? AND p.id < ? AND {{where}}
ORDER BY p.id DESC LIMIT ?
"""  # noqa: S608 - as above
"""What an agent ordered or paid in a day, by his deposit; index postings_debit."""

OPEN = f"""
SELECT {_COLUMNS} FROM orders o JOIN transfers t ON t.id = o.hold_id
WHERE o.state = 'accepted' AND t.id < ? AND {{where}} ORDER BY o.id DESC LIMIT ?
"""  # noqa: S608 - as above
"""Orders that are open; index orders_open."""

FIRST_POSTING = "SELECT id FROM postings WHERE transfer_id >= ? ORDER BY transfer_id, id LIMIT 1"
FIRST_TRANSFER = "SELECT min(id) FROM transfers WHERE day = ?"
LAST_TRANSFER = "SELECT max(id) FROM transfers WHERE day = ?"
POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
FAILURES = """
SELECT id, body FROM events WHERE id > ? AND id < ? AND kind = 'answered' AND body LIKE '%"state":"failed"%'
ORDER BY id DESC
"""
"""A day's answers that may be failures, latest first; by the primary key."""

ATTEMPTED = "SELECT a.supplier, o.* FROM attempts a JOIN orders o ON o.id = a.order_id WHERE a.id = ?"
EVENT_TIME = "SELECT c.at_ms FROM events e JOIN commits c ON c.no = e.commit_no WHERE e.id = ?"
DAY_OF = "SELECT day FROM transfers WHERE id = ?"
_LAST_ID = 2**62
LOOKED_AT_MAX = 200_000
"""How many orders' postings one page may cost; a filter that finds little among many goes on from there."""


class What(StrEnum):
    """What is posted, as the figures count it. ``money`` is everything that moved sales, cost, commission or losses."""

    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"
    LATE = "late"
    EARLIER = "earlier"
    ATTEMPTS_FAILED = "attempts_failed"
    MONEY = "money"


_ENDED = "('sale', 'order_failed', 'order_reversed')"
_WHERE = {
    What.ACCEPTED: "t.code = 'order'",
    What.SUCCEEDED: "t.code = 'sale'",
    What.FAILED: f"t.code = 'order_failed' AND t.{ENDINGS}",
    What.REVERSED: f"t.code = 'order_reversed' AND t.{ENDINGS}",
    What.LATE: f"t.code = 'late_success' AND t.{ENDINGS}",
    What.EARLIER: f"o.day < t.day AND t.code IN {_ENDED}",
    What.MONEY: "t.kind <> 'hold' AND t.kind <> 'void'",
}
_MEASURES = {
    What.MONEY: "succeeded > 0 OR reversed > 0 OR late > 0 OR sales_idr <> 0 OR late_idr <> 0 OR losses_idr <> 0",
}


class OrderFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which orders. Days are those of the posting, both ends included; an empty supplier is none at all."""

    what: What = What.ACCEPTED
    first: int = 0
    last: int = 2**31
    agents: tuple[int, ...] | None = None
    products: tuple[str, ...] | None = None
    supplier: tuple[int, str] | None = None
    hour: int | None = None
    state: OrderState | None = None
    dest: str | None = None


class Listed(msgspec.Struct, frozen=True):
    """One posting of an order: what it moved, and when; ``order.day`` is when the order was accepted."""

    transfer_id: int
    code: str
    day: int
    at_ms: int
    order: Order
    sales_idr: int
    cost_idr: int
    commission_idr: int
    late_idr: int
    losses_idr: int


class OrderPage(msgspec.Struct, frozen=True):
    """Some of a list. ``before`` asks for the rest, None at its end; a page that is short need not be the last."""

    rows: tuple[Listed, ...]
    before: int | None


def list_orders(
    engine: BookEngine, sums: SumReads, zone: Zone, wanted: OrderFilter, *, before: int | None = None, limit: int = 50
) -> OrderPage:
    """A page of a list, from below the number ``before`` that the page above gave."""
    if wanted.what is What.ATTEMPTS_FAILED:
        return _failed_attempts(engine, sums, zone, wanted, before, limit)
    found: list[Row] = []
    looked_at = 0
    below = _LAST_ID if before is None else before
    from_day = 2**31
    for (day,) in [] if before is None else engine.rows(DAY_OF, (before,)):
        from_day = day
    for day, orders in _days(sums, wanted, from_day):
        found.extend(_of_day(engine, zone, wanted, day, below, limit - len(found)))
        looked_at += orders
        if len(found) >= limit:
            break
        below = _first(engine, day, below)
        if looked_at >= LOOKED_AT_MAX:
            return OrderPage(_listed(engine, found), below)
    more = found[-1][0] if len(found) >= limit else None
    return OrderPage(_listed(engine, found), more)


def _days(sums: SumReads, wanted: OrderFilter, from_day: int) -> Iterator[tuple[int, int]]:
    """Days that may hold something, from one on backwards, each with what looking through it costs, in orders."""
    if _is_open(wanted):
        yield 0, 0
        return
    begun, ended = sums.extent()
    first, last = max(wanted.first, begun), min(wanted.last, ended, from_day)
    if not first or first > last:
        return
    measures = _MEASURES.get(wanted.what, f"{wanted.what.value} > 0")
    hours = () if wanted.hour is None else (f"{wanted.hour:02d}",)
    narrowed = [
        (Dimension.AGENT, tuple(map(str, wanted.agents or ()))),
        (Dimension.PRODUCT, wanted.products or ()),
        (Dimension.HOUR, hours),
    ]
    if wanted.supplier is not None and wanted.what is not What.ACCEPTED:
        narrowed.append((Dimension.SUPPLIER, (wanted.supplier[1],)))
    days = set(days_between(first, last))
    for dimension, keys in [*narrowed, (Dimension.TOTAL, ("",))]:
        if keys:
            days &= sums.days_with(first, last, dimension, keys, measures)
    costs = sums.orders_of_days(first, last) if len(days) > 1 and not _by_deposit(wanted) else {}
    for day in sorted(days, reverse=True):
        yield day, costs.get(day, 0)


def _failed_attempts(
    engine: BookEngine, sums: SumReads, zone: Zone, wanted: OrderFilter, before: int | None, limit: int
) -> OrderPage:
    """Attempts that suppliers failed, by the events that say so; a page goes on from an event."""
    found: list[Listed] = []
    below = _LAST_ID if before is None else before
    from_day = 2**31
    for (at_ms,) in [] if before is None else engine.rows(EVENT_TIME, (before,)):
        from_day = business_day(at_ms, zone)
    for day, _ in _days(sums, wanted, from_day):
        low, high = events_of_day(engine, day, zone)
        for event_id, body in engine.stream(FAILURES, (low, min(below, high + 1))):
            event = event_from(body)
            if not is_suppliers_failure(event):
                continue
            for supplier, *row in engine.rows(ATTEMPTED, (event.attempt_id,)):
                (order,) = corrected(engine, [order_from(tuple(row))])
                if _fits(wanted, order, supplier, event, zone):
                    found.append(Listed(event_id, "attempt_failed", day, event.at_ms, order, 0, 0, 0, 0, 0))
            if len(found) >= limit:
                return OrderPage(tuple(found), event_id)
    return OrderPage(tuple(found), None)


def _fits(wanted: OrderFilter, order: Order, supplier: str, event: Event, zone: Zone) -> bool:
    return (
        (wanted.agents is None or order.agent_id in wanted.agents)
        and (wanted.products is None or order.product in wanted.products)
        and (wanted.supplier is None or supplier == wanted.supplier[1])
        and (wanted.hour is None or hour_of_day(event.at_ms, zone) == wanted.hour)
        and (wanted.state is None or order.state is wanted.state)
        and (wanted.dest is None or order.dest == wanted.dest)
    )


def _is_open(wanted: OrderFilter) -> bool:
    """Open orders are few and have an index; they are not looked for day by day."""
    return wanted.state is OrderState.ACCEPTED and wanted.what is What.ACCEPTED and wanted.first == 0


def _by_deposit(wanted: OrderFilter) -> bool:
    one = wanted.agents is not None and len(wanted.agents) == 1
    return one and wanted.what in {What.ACCEPTED, What.SUCCEEDED}


def _of_day(engine: BookEngine, zone: Zone, wanted: OrderFilter, day: int, below: int, limit: int) -> list[Row]:
    where, params = _condition(wanted, zone)
    if _is_open(wanted):
        return engine.rows(OPEN.format(where=where), (below, *params, limit))
    if _by_deposit(wanted):
        assert wanted.agents is not None
        last = engine.rows(LAST_TRANSFER, (day,))[0][0]
        low = _first_posting(engine, _first(engine, day, 1))
        high = _first_posting(engine, min(below, (last or 0) + 1))
        bounds = (agent_deposit(wanted.agents[0]), low, high)
        return engine.rows(OF_AGENT.format(where=where), (*bounds, *params, limit))
    return engine.rows(OF_DAY.format(where=where), (day, below, *params, limit))


def _first(engine: BookEngine, day: int, otherwise: int) -> int:
    """The first transfer of a day."""
    return int(engine.rows(FIRST_TRANSFER, (day,))[0][0] or otherwise)


def _first_posting(engine: BookEngine, transfer_id: int) -> int:
    """The first posting from a transfer on."""
    return next((int(row[0]) for row in engine.rows(FIRST_POSTING, (transfer_id,))), _LAST_ID)


def _condition(wanted: OrderFilter, zone: Zone) -> tuple[str, list[int | str]]:
    """The filter in SQL, and what goes into its marks."""
    parts = [_WHERE[wanted.what]]
    params: list[int | str] = []
    for column, values in (("agent_id", wanted.agents), ("product", wanted.products)):
        if values is not None:
            # Numbers and codes of a whole subtree may be more than marks are allowed.
            parts.append(f"o.{column} IN ({', '.join(map(_literal, values)) or 'NULL'})")
    if wanted.supplier is not None:
        number, code = wanted.supplier
        paid = "EXISTS (SELECT 1 FROM postings b WHERE b.transfer_id = t.id AND b.credit = ?)"
        is_its = "o.supplier = ?" if code else "(o.supplier IS NULL AND ? = '')"
        parts.append(f"CASE WHEN t.code = 'late_success' THEN {paid} ELSE {is_its} END")
        params += [supplier_deposit(number) if code else 0, code]
    if wanted.hour is not None:
        shift_ms = -start_of_day(19700101, zone)
        parts.append(f"(t.at_ms + {shift_ms}) % {DAY_MS} / {HOUR_MS} = ?")
        params.append(wanted.hour)
    if wanted.state is not None:
        parts.append("o.state = ?")
        params.append(wanted.state.value)
    if wanted.dest is not None:
        parts.append(f"{DEST} = ?")
        params.append(wanted.dest)
    return " AND ".join(parts), params


def _literal(value: int | str) -> str:
    """A number, or a code, which has only letters, digits, - and _."""
    assert isinstance(value, int) or value.replace("-", "").replace("_", "").isalnum(), value
    return str(value) if isinstance(value, int) else f"'{value}'"


def _listed(engine: BookEngine, rows: list[Row]) -> tuple[Listed, ...]:
    listed = []
    for row in rows:
        money = (
            money_of(engine.rows(POSTINGS, (row[0],))) if row[1] not in {"order", "order_failed"} else (0, 0, 0, 0, 0)
        )
        listed.append(Listed(row[0], row[1], row[2], row[3], order_from(row[4:]), *money))
    corrected(engine, [line.order for line in listed])
    return tuple(listed)
