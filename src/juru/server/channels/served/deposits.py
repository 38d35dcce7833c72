"""Paying in: tickets, giving them up, the accounts to pay into."""

from __future__ import annotations

from juru.server.channels.door import Call, Facts, Reply, Said
from juru.server.domain.commands_money import AskTicket, CancelTicket
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Ticketed
from juru.server.domain.tickets import accounts_for


async def ticket(call: Call) -> Reply:
    """The exact sum to transfer for an amount, at a bank if one is named."""
    asked = call.asked
    command = AskTicket(call.agent.code, asked.amount_idr or 0, call.channel, asked.bank or "")
    result = await call.door.writer.submit(command)
    assert isinstance(result, Ticketed | Refusal), result
    return result


async def cancel(call: Call) -> Reply:
    """Give up his latest ticket, or the one named."""
    asked = call.asked
    number = int(asked.ref) if asked.ref is not None and asked.ref.isdigit() else None
    result = await call.door.writer.submit(CancelTicket(call.agent.code, call.channel, number))
    assert isinstance(result, Ticketed | Refusal), result
    return result


async def banks(call: Call) -> Reply:
    """Our accounts."""
    rows: tuple[Facts, ...] = tuple(
        {"bank": a.bank, "number": a.number, "holder": a.holder} for a in accounts_for(call.door.writer.cell)
    )
    return Said("bank", rows=rows)
