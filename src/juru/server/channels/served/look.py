"""What an agent looks up: his balance, prices, formats."""

from __future__ import annotations

from juru.server.channels.door import Call, Prices, Reply, Said
from juru.server.domain.refusals import Code, Refusal


async def balance(call: Call) -> Reply:
    """His money."""
    return call.door.balance_of(call.agent)


async def price(call: Call) -> Reply:
    """The price of a code, of all that begin with it, or of everything."""
    asked = call.asked
    rows = call.door.prices(call.agent, asked.product)
    if not rows:
        return Refusal(Code.UNKNOWN_PRODUCT, {"product": (asked.product or "")[:40]})
    return Prices(rows)


async def help_(_call: Call) -> Reply:
    """The formats he may write."""
    return Said("help")


async def invalid(call: Call) -> Reply:
    """A text that cannot be read: kept for people to see, answered with the format."""
    refusal = Refusal(Code.INVALID_FORMAT, {"problem": call.asked.problem or ""})
    call.door.note(refusal, call.channel, call.agent.code)
    return refusal
