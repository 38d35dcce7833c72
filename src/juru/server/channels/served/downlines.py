"""Those below an agent: registering them, looking after them, setting what he adds to their prices."""

from __future__ import annotations

import asyncio

from juru.server.channels.door import Call, Facts, Reply, Said, weak_pin
from juru.server.channels.served.asking import ask, told
from juru.server.domain.agent import AgentStatus
from juru.server.domain.downlines import below, downline_of, known_levels
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Changed
from juru.server.domain.wishes import Block, Register, SetMarkup, Unblock
from juru.values.msisdn import parse_msisdn

_PAGE = 20
_BLOCKED = "@downline.state.blocked"


async def register(call: Call) -> Reply:
    """A new agent below him. Which of the words is a price level only the cell knows; the first other is the name."""
    asked, cell = call.asked, call.door.writer.cell
    levels = {level.upper(): level for level in known_levels(cell)}
    named = [word for word in asked.words if word.upper() in levels]
    words = [word for word in asked.words if word not in named]
    if len(named) > 1 or not words:
        return Refusal(Code.INVALID_FORMAT, {"problem": "register"})
    number = parse_msisdn(asked.dest or "")
    if number is None:
        return Refusal(Code.BAD_DESTINATION, {"dest": (asked.dest or "")[:24]})
    level = levels[named[0].upper()] if named else None
    return await _register(call, words, f"sms:{number}", "registered", level=level, markup_idr=asked.amount_idr)


async def join(call: Call) -> Reply:
    """A stranger registers himself by the word of ``call.agent``, from the address that he writes from."""
    asked, owner = call.asked, call.agent
    word, *words = asked.words
    return await _register(
        call, words, asked.dest or "", "registered.self", markup_idr=owner.autoreg_markup_idr, by_word=word
    )


async def _register(
    call: Call,
    words: list[str],
    address: str,
    what: str,
    *,
    level: str | None = None,
    markup_idr: int | None = None,
    by_word: str | None = None,
) -> Reply:
    """Register, with the PIN that was chosen or a fresh one; a fresh one is shown this once."""
    door, chosen = call.door, call.asked.new_pin
    if chosen is not None and weak_pin(chosen):
        return Refusal(Code.WEAK_PIN)
    pin = chosen or door.new_pin()
    sealed = {"pin_hash": await asyncio.to_thread(door.hash_pin, pin)}
    wish = Register(words[0], address, sealed, " ".join(words[1:]), level, markup_idr, by_word)
    result = await ask(call, wish)
    if not isinstance(result, Changed):
        assert isinstance(result, Refusal), result
        return result
    shown: Facts = {} if chosen or result.repeated else {"pin": pin}
    return Said(what, result.facts | shown)


async def listing(call: Call) -> Reply:
    """His direct downline, a page at a time."""
    found = downline_of(call.door.writer.cell, call.agent)
    first = ((call.asked.counter or 1) - 1) * _PAGE
    rows: list[Facts] = []
    for lower, free_idr in found[first : first + _PAGE]:
        row: Facts = {"agent": lower.code, "name": lower.name, "balance_idr": free_idr}
        rows.append(row | {"state": _BLOCKED} if lower.status is AgentStatus.BLOCKED else row)
    facts: Facts = {"count": len(found), "total_idr": sum(idr for _, idr in found)}
    left = len(found) - first - len(rows)
    if left > 0:
        facts |= {"more": left, "page": (call.asked.counter or 1) + 1}
    return Said("downline.list", facts, tuple(rows))


async def balance(call: Call) -> Reply:
    """What one of his subtree has."""
    cell = call.door.writer.cell
    lower = below(cell, call.agent, call.asked.downline or "")
    if isinstance(lower, Refusal):
        return lower
    money = call.door.balance_of(lower)
    facts: Facts = {"agent": lower.code, "name": lower.name, "balance_idr": money.balance_idr}
    if money.held_idr:
        facts["held_idr"] = money.held_idr
    if lower.status is AgentStatus.BLOCKED:
        facts["state"] = _BLOCKED
    return Said("downline.balance", facts)


async def block(call: Call) -> Reply:
    """Let one of his subtree neither order nor transfer."""
    return await told(call, Block(call.asked.downline or ""))


async def unblock(call: Call) -> Reply:
    """Let go one whom he has blocked."""
    return await told(call, Unblock(call.asked.downline or ""))


async def markup(call: Call) -> Reply:
    """What he adds: for one of his downline or all of them, to one product or all."""
    asked = call.asked
    return await told(call, SetMarkup(asked.amount_idr or 0, asked.downline, asked.product))
