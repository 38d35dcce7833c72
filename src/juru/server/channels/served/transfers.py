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
    asked, message = call.asked, call.message
    assert message is not None, call.channel
    back = asked.intent is Intent.DOWNLINE_TRANSFER_BACK
    command = TransferDeposit(call.agent.code, _partner(call), asked.amount_idr or 0, message, back)
    result = await call.door.writer.submit(command)
    assert isinstance(result, Transferred | Refusal), result
    return result


async def cancel(call: Call) -> Reply:
    """Take back his last transfer, if it is the one that he describes, or the one named by its number."""
    asked, message = call.asked, call.message
    assert message is not None, call.channel
    number = int(asked.ref) if asked.ref is not None and asked.ref.isdigit() else None
    command = CancelTransfer(call.agent.code, message, number, _partner(call).upper() or None, asked.amount_idr)
    result = await call.door.writer.submit(command)
    assert isinstance(result, Transferred | Refusal), result
    return result


def _partner(call: Call) -> str:
    """The other agent, named by his code or by a number that he writes from."""
    to = call.asked.downline or call.asked.dest or ""
    known = call.door.agent_by_sender(f"sms:{parse_msisdn(to)}") if parse_msisdn(to) else None
    return known.code if known else to
