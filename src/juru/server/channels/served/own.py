"""What an agent changes of himself."""

from __future__ import annotations

import asyncio

from juru.server.channels.door import Call, Reply, Said
from juru.server.domain.commands import ChangePin
from juru.server.domain.refusals import Code, Refusal

_PIN_DIGITS = range(4, 9)


async def change_pin(call: Call) -> Reply:
    """A new PIN; the channel has checked the old one."""
    door, agent, new = call.door, call.agent, call.asked.new_pin or ""
    if len(new) not in _PIN_DIGITS or not new.isdigit() or len(set(new)) == 1 or new in "0123456789876543210":
        return Refusal(Code.WEAK_PIN)
    if "pin" in agent.secrets:
        sealed = {"pin": door.keys.seal(new)}
    else:
        sealed = {"pin_hash": await asyncio.to_thread(door.hash_pin, new)}
    result = await door.writer.submit(ChangePin(agent.code, sealed))
    door.forget_pin(agent)
    return result if isinstance(result, Refusal) else Said("pin.changed")
