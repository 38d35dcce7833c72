"""Complaints: which order a free text is about, then one complaint for it."""

from __future__ import annotations

import re

from juru.server.channels.door import Call, Reply, Said
from juru.server.channels.served.asking import sender_of, told
from juru.server.channels.served.orders import find_order
from juru.server.dialects.grammar_days import day_of
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.wishes import Complain
from juru.values.msisdn import parse_msisdn

_REF = re.compile(r"(?<!\w)R#(\S{1,64})", re.IGNORECASE)
_LEADING = re.compile(r"#(\d{1,15})(?![\w/-])[\s.:#*;-]*(.*)", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"(?<![\w+])\+?\d{8,20}(?!\w)", re.ASCII)
_DAY = re.compile(r"(?<!\w)\d{1,2}[-/]\d{1,2}[-/](?:\d{4}|\d{2})(?!\w)", re.ASCII)


async def complain(call: Call) -> Reply:
    """Note a complaint about the order that the text names, else about his latest."""
    text = call.asked.text or ""
    if not text.strip():
        return Said("help.complaint")
    found, text = _about(call, text)
    if found is None:
        return Refusal(Code.UNKNOWN_ORDER)
    channel = call.channel if call.message is None else sender_of(call)
    return await told(call, Complain(found.id, text or (call.asked.text or ""), channel))


def _about(call: Call, text: str) -> tuple[Order | None, str]:
    """The order and what is said of it. One that is named and not his is not taken for another."""
    door, agent = call.door, call.agent
    named = call.asked.ref or (found[1] if (found := _REF.search(text)) else None)
    if named is not None:
        return door.history.order_by_ref(agent.id, named), text
    leading = _LEADING.match(text)
    if leading is not None:
        order = door.history.order(int(leading[1]))
        if order is not None and order.agent_id == agent.id:
            return order, leading[2]
    number = _NUMBER.search(text)
    if number is None:
        return next(iter(door.history.agent_history(agent.id, 1)), None), text
    day = _DAY.search(text)
    if day is None:
        return find_order(door, agent, number[0]), text
    wanted = day_of(day[0], door.today(), door.grammar())
    orders = door.history.orders_to(agent.id, parse_msisdn(number[0]) or number[0])
    return next((order for order in orders if order.day == wanted), None), text
