"""Orders: placing them, what became of them, correcting a number, a receipt for the customer."""

from __future__ import annotations

import msgspec

from juru.server.channels.door import Call, Door, Orders, Reply, Verbatim
from juru.server.channels.served.asking import told
from juru.server.channels.served.look import unknown_product
from juru.server.dialects.grammar_days import day_of
from juru.server.dialects.receipt import receipt_text
from juru.server.domain.agent import Agent
from juru.server.domain.commands import OrderLine, PlaceOrder
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Placed
from juru.server.domain.views import OrderState
from juru.server.domain.wishes import Correct
from juru.values.msisdn import parse_msisdn

_HISTORY = 5
_NUMBER_DIGITS_MAX = 15


async def order(call: Call) -> Reply:
    """Buy one thing, or all of several or none."""
    asked = call.asked
    if asked.items:
        lines = tuple(
            OrderLine(i.dest, i.product, i.denom_k, i.amount_idr, i.counter, repeat=asked.repeat) for i in asked.items
        )
    else:
        lines = (
            OrderLine(
                asked.dest or "",
                asked.product,
                asked.denom_k,
                asked.amount_idr,
                asked.counter,
                asked.repeat,
                asked.notify,
            ),
        )
    command = PlaceOrder(call.agent.code, lines, call.channel, asked.ref, call.message, asked.max_price_idr)
    result = await call.door.writer.submit(command)
    assert isinstance(result, Placed | Refusal), result
    if isinstance(result, Refusal) and result.code is Code.UNKNOWN_PRODUCT:
        near = unknown_product(call.door.writer.cell, str(result.facts.get("product", "")))
        return msgspec.structs.replace(result, facts=result.facts | near.facts)
    return result


def find_order(door: Door, agent: Agent, named: str) -> Order | None:
    """An order of his as he names it: his reference, its number, or the destination of the latest one."""
    history = door.history
    found = history.order_by_ref(agent.id, named)
    if found is None and named.isascii() and named.isdigit() and len(named) <= _NUMBER_DIGITS_MAX:
        found = history.order(int(named))
    if found is None or found.agent_id != agent.id:
        found = next(iter(history.orders_to(agent.id, parse_msisdn(named) or named, 1)), None)
    return None if found is None else door.writer.cell.orders.get(found.id, found)


async def status(call: Call) -> Reply:
    """How one order stands: by reference, the latest to a number (of a day, of a denomination), or the latest."""
    agent, asked, history = call.agent, call.asked, call.door.history
    cell = call.door.writer.cell
    found: Order | None = None
    if asked.ref is not None:
        found = history.order_by_ref(agent.id, asked.ref)
    elif asked.order is not None:
        found = find_order(call.door, agent, asked.order)
    elif asked.dest is None:
        found = next(iter(history.agent_history(agent.id, 1)), None)
    else:
        day = None if asked.date is None else day_of(asked.date, call.door.today(), call.door.grammar())
        found = next(
            (
                one
                for one in history.orders_to(agent.id, parse_msisdn(asked.dest) or asked.dest)
                if (asked.date is None or one.day == day) and _is_denomination(call, one, asked.denom_k)
            ),
            None,
        )
    if found is None:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": asked.ref or asked.order or asked.dest or ""})
    return Orders((cell.view(cell.orders.get(found.id, found)),))


def _is_denomination(call: Call, found: Order, denom_k: int | None) -> bool:
    product = call.door.writer.cell.products.get(found.product)
    return denom_k is None or (product is not None and product.denom_k == denom_k)


async def last_orders(call: Call) -> Reply:
    """His latest orders, newest first."""
    cell = call.door.writer.cell
    return Orders(tuple(cell.view(o) for o in call.door.history.agent_history(call.agent.id, _HISTORY)))


async def correct(call: Call) -> Reply:
    """Another number for an order of which nothing was sent yet."""
    asked = call.asked
    found = find_order(call.door, call.agent, asked.order or "")
    if found is None:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": (asked.order or "")[:40]})
    return await told(call, Correct(found.id, asked.dest or ""))


async def receipt(call: Call) -> Reply:
    """What the agent hands his customer, at the price that he asks of him."""
    door, agent, asked = call.door, call.agent, call.asked
    cell = door.writer.cell
    found = find_order(door, agent, asked.order or "")
    if found is None:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": (asked.order or "")[:40]})
    if found.state is not OrderState.SUCCESS:
        return Refusal(Code.NO_RECEIPT, {"order": found.id})
    product = cell.products.get(found.product)
    name = found.product if product is None else product.name
    return Verbatim(
        receipt_text(
            door.with_code(cell.view(found)),
            shop=agent.name,
            product=name,
            price_idr=asked.amount_idr,
            templates=door.templates(agent.language),
            bill=door.history.bill_of_order(found),
        )
    )
