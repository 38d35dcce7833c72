"""Stop switches: everything, a supplier, a product, an operator; what one would do, and who turned it, when and why.

A stop is a new version of the record it closes, so its history tells the rest. The same for terminal and page.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, assert_never

import msgspec

from juru.server.domain.catalog import Availability, Operator, Product, Supplier
from juru.server.domain.cell import Cell, Record, Settings
from juru.server.domain.commands import Command, Pause, SaveRecord
from juru.server.domain.order import AttemptState
from juru.server.domain.records import KINDS, SETTINGS_KEY


class What(StrEnum):
    """What a switch closes."""

    ALL = "all"
    SUPPLIER = "supplier"
    PRODUCT = "product"
    OPERATOR = "operator"


Closable = Supplier | Product | Operator


class Stopped(msgspec.Struct, frozen=True):
    """A switch that is on: ``disturbed`` is one that is expected to pass."""

    what: What
    code: str
    name: str
    disturbed: bool
    by: str
    reason: str
    since_ms: int


class Effect(msgspec.Struct, frozen=True):
    """What a stop meets: orders that have not left yet and those that have; products, for an operator."""

    queued: int
    sent: int
    products: int = 0


class History(Protocol):
    """Reading versions."""

    def record_history(self, kind: str, key: str) -> list[Record]:
        """Every version of one record, oldest first."""


def closables(cell: Cell, what: What) -> dict[str, Supplier] | dict[str, Product] | dict[str, Operator]:
    """What a switch of a kind may close, by code; nothing for everything."""
    match what:
        case What.ALL:
            return {}
        case What.SUPPLIER:
            return cell.suppliers
        case What.PRODUCT:
            return cell.products
        case What.OPERATOR:
            return cell.operators
        case _:
            assert_never(what)


def switch(what: What, record: Closable | None, *, closed: bool, by: str, reason: str) -> Command:
    """The command that turns a switch; ``record`` is the present version of what is closed, None for everything."""
    if record is None:
        assert what is What.ALL, what
        return Pause(closed, by, reason)
    availability = Availability.CLOSED if closed else Availability.OPEN
    body = msgspec.json.encode(msgspec.structs.replace(record, availability=availability))
    return SaveRecord(what.value, record.code, body, by, reason)


def is_stopped(cell: Cell, what: What, code: str) -> bool:
    """Whether a switch is on."""
    if what is What.ALL:
        return cell.settings.paused
    found = closables(cell, what).get(code)
    return found is not None and found.availability is not Availability.OPEN


def effect(cell: Cell, what: What, code: str) -> Effect:
    """What a stop would meet now."""
    products = {p.code for p in cell.products.values() if p.operator == code} if what is What.OPERATOR else {code}
    queued = sent = 0
    for attempt in cell.attempts.values():
        order = cell.orders.get(attempt.order_id)
        if order is None or not attempt.state.open:
            continue
        concerned = what is What.ALL or (
            attempt.supplier == code if what is What.SUPPLIER else order.product in products
        )
        if concerned and attempt.state is AttemptState.QUEUED:
            queued += 1
        elif concerned:
            sent += 1
    return Effect(queued, sent, len(products) if what is What.OPERATOR else 0)


def codes_stopped(cell: Cell) -> list[tuple[What, str]]:
    """The switches that are on: everything first, then suppliers, operators and products."""
    found = [(What.ALL, "")] if cell.settings.paused else []
    for what in (What.SUPPLIER, What.OPERATOR, What.PRODUCT):
        found += sorted((what, code) for code in closables(cell, what) if is_stopped(cell, what, code))
    return found


def stopped(cell: Cell, history: History, what: What, code: str) -> Stopped:
    """One switch that is on, with the version that turned it."""
    if what is What.ALL:
        versions = history.record_history("setting", SETTINGS_KEY)
        turned = _first_of_last(versions, [msgspec.json.decode(v.body, type=Settings).paused for v in versions])
        return _stopped(what, "", cell.settings.name, turned, disturbed=False)
    record = closables(cell, what)[code]
    versions = history.record_history(what.value, code)
    kind = KINDS[what.value]
    states = [getattr(msgspec.json.decode(v.body, type=kind), "availability", None) for v in versions]
    disturbed = record.availability is Availability.DISTURBED
    return _stopped(what, code, record.name, _first_of_last(versions, states), disturbed=disturbed)


def _first_of_last(versions: list[Record], states: list[object]) -> Record | None:
    """The version since which the state is what it is now."""
    turned = None
    for version, state in zip(reversed(versions), reversed(states), strict=True):
        if state != states[-1]:
            break
        turned = version
    return turned


def _stopped(what: What, code: str, name: str, turned: Record | None, *, disturbed: bool) -> Stopped:
    by, reason, since_ms = ("", "", 0) if turned is None else (turned.by, turned.reason, turned.at_ms)
    return Stopped(what, code, name, disturbed=disturbed, by=by, reason=reason, since_ms=since_ms)
