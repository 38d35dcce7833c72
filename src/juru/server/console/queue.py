"""The human queue: what waits for a person, what may be decided, and what each decision would do.

A decision is safe to send twice: a form has one request id, and the first answer to it is given again. A form also
names the attempt it was opened for, so that nobody decides about a state he has not seen.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import msgspec

from juru.server.console.shape import grouped, moment
from juru.server.console.words import Lang, Words, known
from juru.server.domain.cell import Cell, QueueItem
from juru.server.domain.commands import Decide, Decision
from juru.server.domain.order import Attempt, AttemptState, Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import LATE_KINDS
from juru.server.domain.views import OrderState
from juru.server.engine.writer import Writer
from juru.values.rupiah import format_rupiah

SHOWN = 20
_REMEMBERED = 1_000
_REASON_MAX = 300
_OPEN = (Decision.SUCCESS, Decision.FAILED, Decision.RESEND)
_BORNE = {"late_success": (Decision.CHARGE, Decision.KEEP, Decision.CLAIM), "double_delivery": (Decision.KEEP, Decision.CLAIM)}


class Option(msgspec.Struct, frozen=True):
    """One decision and what it would do."""

    decision: Decision
    label: str
    says: str


class Waiting(msgspec.Struct, frozen=True):
    """An item of the queue as the page shows it. ``options`` is empty for what is only to be seen."""

    id: int
    kind: str
    note: str
    since: str
    order_id: int | None
    attempt_id: int | None
    summary: str
    risk: str
    options: tuple[Option, ...]


class Asked(msgspec.Struct, frozen=True):
    """A decision as the form sends it."""

    request_id: str
    order_id: int
    attempt_id: int | None
    decision: Decision
    reason: str
    by: str
    sn: str = ""
    accept_risk: bool = False


class Answered(msgspec.Struct, frozen=True):
    """What happened; ``done`` False when nothing was changed. ``risk`` asks for a tick that the risk is accepted."""

    done: bool
    text: str
    order_id: int
    risk: bool = False


def waiting_items(cell: Cell, lang: Lang, t: Words) -> tuple[list[Waiting], int]:
    """The oldest items first, and how many more there are. Items that decide about money come before the others."""
    items = sorted(cell.queue.values(), key=lambda item: (item.kind != "unknown" and item.kind not in _BORNE, item.id))
    return [_waiting(cell, item, lang, t) for item in items[:SHOWN]], max(len(items) - SHOWN, 0)


def _waiting(cell: Cell, item: QueueItem, lang: Lang, t: Words) -> Waiting:
    order = None if item.order_id is None else cell.orders.get(item.order_id)
    attempt = None if item.attempt_id is None else cell.attempts.get(item.attempt_id)
    facts = facts_of(cell, order, attempt)
    options: tuple[Decision, ...] = _BORNE.get(item.kind, ())
    if not options and order is not None and undecided(cell, order) is attempt and attempt is not None:
        options = _OPEN
    summary = "" if order is None else f"{facts['agent']} · {order.product} · {grouped(order.dest)} · {facts['price']}"
    return Waiting(
        item.id,
        known(t, f"kind_{item.kind}", item.kind),
        item.note,
        t("queue_since", time=moment(item.at_ms, cell.settings.zone, lang)),
        item.order_id,
        item.attempt_id,
        summary,
        t("decide_risk", **facts),
        tuple(Option(d, t(f"decide_{d.value}"), t(f"says_{d.value}", **facts)) for d in options),
    )


def facts_of(cell: Cell, order: Order | None, attempt: Attempt | None) -> dict[str, str]:
    """The facts that sentences about a decision name; a dash for what this item does not have at hand."""
    facts = dict.fromkeys(("order", "agent", "price", "free", "supplier", "ref", "cost"), "—")
    if order is not None:
        agent = cell.agent_of(order)
        free_idr = cell.free_idr(agent, credit=False)
        price = format_rupiah(order.price_idr)
        facts |= {"order": str(order.id), "agent": agent.code, "price": price, "free": format_rupiah(free_idr)}
    if attempt is not None:
        cost_idr = attempt.cost_idr if attempt.late_cost_idr is None else attempt.late_cost_idr
        facts |= {"supplier": attempt.supplier, "ref": attempt.ref, "cost": format_rupiah(cost_idr)}
    return facts


def undecided(cell: Cell, order: Order) -> Attempt | None:
    """The attempt that holds an open order's money and may have left."""
    if order.state is not OrderState.ACCEPTED:
        return None
    held = [a for a in cell.attempts_for(order) if a.state.open and a.state is not AttemptState.QUEUED]
    return held[-1] if held else None
