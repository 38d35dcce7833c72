"""Bills: what one amounts to, and paying it."""

from __future__ import annotations

import msgspec

from juru.server.channels.door import Call, Reply
from juru.server.domain.commands import AskBill, PayBill
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Found, Placed


async def inquiry(call: Call) -> Reply:
    """Ask a supplier, and wait for its answer."""
    asked = call.asked
    if not asked.product:
        # Whose a PLN meter is: nothing is owed, so there is nothing to ask about here.
        return Refusal(Code.NOT_SERVED_YET, {"what": asked.intent.value})
    command = AskBill(call.agent.code, asked.product or "", asked.dest or "", call.channel, asked.ref, asked.amount_idr)
    result = await call.door.ask_bill(command)
    if isinstance(result, Found):
        return result.bill
    assert isinstance(result, Refusal), result
    return result


async def pay(call: Call) -> Reply:
    """Pay what was asked about: by its reference, by the number it was answered with, or the latest about the bill."""
    asked = call.asked
    if asked.inquiry_id is not None:
        bill = call.door.history.bill_numbered(call.agent.id, asked.inquiry_id)
        if bill is None or not bill.ref:
            return Refusal(Code.BILL_NOT_ASKED, {"product": asked.product or "-", "dest": asked.dest or "-"})
        asked = msgspec.structs.replace(asked, ref=bill.ref, product=bill.product, dest=bill.dest)
    command = PayBill(
        call.agent.code,
        asked.product or "",
        asked.dest or "",
        call.channel,
        asked.ref,
        call.message,
        asked.max_price_idr,
    )
    result = await call.door.writer.submit(command)
    assert isinstance(result, Placed | Refusal), result
    return result
