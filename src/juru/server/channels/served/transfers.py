"""Deposit handed between agents."""

from __future__ import annotations

from juru.server.channels.door import Call, Reply
from juru.server.domain.commands import CancelTransfer, TransferDeposit
from juru.server.domain.refusals import Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.results import Transferred
from juru.values.msisdn import parse_msisdn


async def transfer(call: Call) -> Reply:
    """To his downline, or back to his upline."""
    asked, door, message = call.asked, call.door, call.message
    assert message is not None, call.channel
    back = asked.intent is Intent.DOWNLINE_TRANSFER_BACK
    to = asked.downline or asked.dest or ""
    known = door.agent_by_sender(f"sms:{parse_msisdn(to)}") if parse_msisdn(to) else None
    command = TransferDeposit(call.agent.code, known.code if known else to, asked.amount_idr or 0, message, back)
    result = await door.writer.submit(command)
    assert isinstance(result, Transferred | Refusal), result
    return result


async def cancel(call: Call) -> Reply:
    """Take back his last transfer, or the one named."""
    asked, message = call.asked, call.message
    assert message is not None, call.channel
    number = int(asked.ref) if asked.ref is not None and asked.ref.isdigit() else None
    result = await call.door.writer.submit(CancelTransfer(call.agent.code, message, number))
    assert isinstance(result, Transferred | Refusal), result
    return result
