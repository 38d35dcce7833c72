"""Correcting a wrong number: only while nothing was sent, decided by the writer against the dispatcher.

Whichever command commits first wins: an attempt that is marked ``sending`` is past correcting, an order that is
corrected is sent to its new number. The order's reference then means the corrected order; its first text, sent again,
is told that order as it stands and buys nothing (docs/decisions/0014-corrections.md).
"""

from __future__ import annotations

from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Product, ProductKind, read_destination
from juru.server.domain.cell import Cell
from juru.server.domain.commands import CorrectNumber
from juru.server.domain.correction import Correction
from juru.server.domain.order import AttemptState, Event, Happened, Order, fingerprint
from juru.server.domain.place import wrong_operator
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Corrected, Result
from juru.server.domain.views import OrderState
from juru.server.domain.wishes import Correct
from juru.values.msisdn import to_local


def correct_own(cell: Cell, agent: Agent, wish: Correct) -> Result:
    """The agent himself corrects."""
    order = cell.order(wish.order_id)
    if order is None or order.agent_id != agent.id:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": wish.order_id})
    return _correct(cell, order, wish.dest, by=agent.code)


def correct_number(cell: Cell, command: CorrectNumber) -> Result:
    """A person corrects for him, with a reason; the agent is told."""
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    order = cell.order(command.order_id)
    if order is None:
        return Refusal(Code.UNKNOWN_ORDER, {"order_id": command.order_id})
    written = len(cell.changes.papers)
    result = _correct(cell, order, command.dest, by=command.by, reason=command.reason)
    if isinstance(result, Corrected) and len(cell.changes.papers) > written:
        cause = ("paper", cell.changes.papers[-1].id)
        facts: dict[str, str | int] = {"order": order.id, "was": result.was, "dest": result.order.dest}
        cell.notify(cell.agent_of(order), "order.corrected", cause, facts, channel=order.channel, order_id=order.id)
    return result


def correctable(cell: Cell, order: Order) -> str | None:
    """Why an order's number can no longer be corrected; None while nothing of it was sent."""
    if order.state is not OrderState.ACCEPTED:
        return "final"
    attempts = cell.attempts_for(order)
    if any(a.sent_ms is not None for a in attempts) or attempts[-1].state is not AttemptState.QUEUED:
        return "sent"
    product = cell.products.get(order.product)
    if product is None or product.kind in {ProductKind.BILL, ProductKind.VOUCHER}:
        # A bill was asked about under its number, a voucher has none.
        return "kind"
    return None


def _correct(cell: Cell, order: Order, typed: str, *, by: str, reason: str | None = None) -> Result:
    why = correctable(cell, order)
    if why is not None:
        return Refusal(Code.NOT_CORRECTABLE, {"why": why, "order": order.id})
    product = cell.products[order.product]
    dest = read_destination(product.dest_kind, typed)
    if dest is None:
        return Refusal(Code.BAD_DESTINATION, {"dest": typed[:24], "product": product.code})
    if dest == order.dest:
        return Corrected(cell.view(order, repeated=True), to_local(order.dest))
    if (strange := wrong_operator(cell, product, dest)) is not None:
        return strange
    counter = None
    if order.counter is not None:
        if (repeated := _repeated(cell, order, product, dest)) is not None:
            return repeated
        counter = 1
    was = order.dest
    _file(cell, order, dest, counter, by)
    cell.note(
        Event(
            Happened.CORRECTED,
            order.id,
            at_ms=cell.now_ms,
            dest=dest,
            counter=counter,
            reason=reason,
            message=to_local(was),
            by=by,
        )
    )
    return Corrected(cell.view(order), to_local(was))


def _repeated(cell: Cell, order: Order, product: Product, dest: str) -> Refusal | None:
    """The chat rule for the new number: the same thing, ordered today, that is open or delivered, stands against it."""
    wanted = fingerprint(product.code, dest, order.amount_idr)
    for order_id in cell.chat_orders(order.agent_id, dest):
        other = cell.order(order_id)
        if other is None or other.id == order.id or other.day != order.day or other.ref is not None:
            continue
        if other.state in {OrderState.ACCEPTED, OrderState.SUCCESS} and wanted in other.fingerprints:
            facts: dict[str, str | int] = {
                "product": product.code,
                "dest": to_local(dest),
                "order_id": other.id,
                "state": other.state,
                "next": 2,
            }
            return Refusal(Code.REPEATED_ORDER, facts)
    return None


def _file(cell: Cell, order: Order, dest: str, counter: int | None, by: str) -> None:
    key = str(order.id)
    known = cell.paper(Correction, key)
    was, counters = ((), ()) if known is None else (known.was, known.counters)
    paper = Correction(
        order.agent_id,
        order.id,
        dest,
        order.day,
        (*was, order.dest),
        counter,
        (*counters, order.counter),
        by,
    )
    cell.file(key, paper)
    cell.remember_correction(paper)
