"""What an agent changes of himself, and what he may do at most."""

from __future__ import annotations

import asyncio

from juru.server.channels.door import Call, Facts, Reply, Said, weak_pin
from juru.server.channels.served.asking import sender_of, told
from juru.server.dialects.grammar_commands import OFF, ON
from juru.server.domain.addresses import shown_address, typed_address
from juru.server.domain.commands import ChangePin
from juru.server.domain.complaint import Complaint
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.ticket import Ticket
from juru.server.domain.wishes import AddSender, RemoveSender, Rename, SetAutoreg, SetPriceNotices


async def change_pin(call: Call) -> Reply:
    """A new PIN; the channel has checked the old one."""
    door, agent, new = call.door, call.agent, call.asked.new_pin or ""
    if weak_pin(new):
        return Refusal(Code.WEAK_PIN)
    if "pin" in agent.secrets:
        sealed = {"pin": door.keys.seal(new)}
    else:
        sealed = {"pin_hash": await asyncio.to_thread(door.hash_pin, new)}
    result = await door.writer.submit(ChangePin(agent.code, sealed))
    door.forget_pin(agent)
    return result if isinstance(result, Refusal) else Said("pin.changed")


async def rename(call: Call) -> Reply:
    """Be called otherwise."""
    return await told(call, Rename(call.asked.name or ""))


async def add_sender(call: Call) -> Reply:
    """Order from one more address."""
    typed = call.asked.dest or ""
    return await told(call, AddSender(typed_address(typed) or typed, sender_of(call)))


async def remove_sender(call: Call) -> Reply:
    """Order from one address less."""
    typed = call.asked.dest or ""
    return await told(call, RemoveSender(typed_address(typed) or typed, sender_of(call)))


async def senders(call: Call) -> Reply:
    """His addresses."""
    agent = call.agent
    rows: list[Facts] = []
    for sender in agent.senders:
        row: Facts = {"address": shown_address(sender)}
        rows.append(row | {"note": "@senders.trusted"} if sender in agent.trusted_senders else row)
    most = call.door.writer.cell.settings.senders_max
    return Said("senders", {"count": len(rows), "max": most}, tuple(rows))


async def autoreg(call: Call) -> Reply:
    """Let strangers register below him by a word, or no longer."""
    word = (call.asked.text or "").upper()
    return await told(call, SetAutoreg("" if word == OFF else word, call.asked.amount_idr or 0))


async def price_notices(call: Call) -> Reply:
    """Be told by chat when a price of his changes, or no longer."""
    return await told(call, SetPriceNotices(call.asked.text == ON))


async def limits(call: Call) -> Reply:
    """What he may do at most, and how near he is to it."""
    agent, cell = call.agent, call.door.writer.cell
    settings, guard = cell.settings, cell.pin_guards.get(agent.code)
    now_ms = call.door.now_ms()
    papers = [paper for _, paper in cell.papers.values()]
    facts: Facts = {
        "credit_idr": agent.credit_limit_idr,
        "used_idr": max(-cell.free_idr(agent, credit=False), 0),
        "rate": agent.rate_per_s,
        "tries": 0 if guard is None else guard.tries,
        "tries_max": settings.pin_tries_max,
        "window_s": settings.repeat_window_s,
        "orders": settings.orders_per_message_max,
        "tickets": sum(isinstance(p, Ticket) and p.agent_id == agent.id and p.waits(now_ms) for p in papers),
        "tickets_max": settings.tickets_open_max,
        "complaints": sum(isinstance(p, Complaint) and p.agent_id == agent.id for p in papers),
    }
    return Said("limits", facts)
