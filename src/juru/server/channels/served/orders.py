"""Orders: placing them, and what became of them."""

from __future__ import annotations

from juru.server.channels.door import Call, Orders, Reply
from juru.server.domain.commands import OrderLine, PlaceOrder
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Placed
from juru.values.msisdn import parse_msisdn

_HISTORY = 5


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
    return result


async def status(call: Call) -> Reply:
    """How one order stands: by reference, the latest to a number, or the latest of all."""
    agent, asked, history = call.agent, call.asked, call.door.history
    found: Order | None = None
    if asked.ref is not None:
        found = history.order_by_ref(agent.id, asked.ref)
    elif asked.dest is None:
        found = next(iter(history.agent_history(agent.id, 1)), None)
    else:
        found = history.last_order_to(agent.id, parse_msisdn(asked.dest) or asked.dest)
    if found is None:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": asked.ref or asked.dest or ""})
    cell = call.door.writer.cell
    return Orders((cell.view(cell.orders.get(found.id, found)),))


async def last_orders(call: Call) -> Reply:
    """His latest orders, newest first."""
    cell = call.door.writer.cell
    return Orders(tuple(cell.view(o) for o in call.door.history.agent_history(call.agent.id, _HISTORY)))
