"""Sending an agent's wish to the writer, and what stands as it is told."""

from __future__ import annotations

from juru.server.channels.door import Call, Orders, Reply, Said
from juru.server.domain.commands import AgentAsks
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Changed, Corrected, Placed
from juru.server.domain.wishes import Wish


async def ask(call: Call, wish: Wish) -> Changed | Corrected | Placed | Refusal:
    """Have a wish carried out; an order where the message was answered before with one."""
    result = await call.door.writer.submit(AgentAsks(call.agent.code, wish, call.message))
    assert isinstance(result, Changed | Corrected | Placed | Refusal), result
    return result


async def told(call: Call, wish: Wish) -> Reply:
    """Have a wish carried out and say what stands."""
    match await ask(call, wish):
        case Changed(what=what, facts=facts):
            return Said(what, facts)
        case Corrected(order=view, was=was):
            return Said("order.corrected", {"order": view.order_id, "dest": view.dest, "was": was})
        case Placed(orders=orders):
            return Orders(orders)
        case Refusal() as refusal:
            return refusal


def sender_of(call: Call) -> str:
    """The address that a message came from, as agents' records name it."""
    assert call.message is not None, call.channel
    return call.channel if call.channel == "api" else f"{call.message.channel}:{call.message.sender}"
