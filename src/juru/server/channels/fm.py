"""The FM way in: each agent's server POSTs XML to an address of its own, ``/h2h/fm/<agent>``."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.channels.door import Balance, Door, Orders
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects import fm
from juru.server.dialects.replies import Templates, balance_text, bill_text, order_text, refusal_text
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest

CHANNEL = "h2h-fm"
MOUNT = "/h2h/fm"


class FmChannel:
    """Reads, serves and writes one request."""

    def __init__(self, door: Door, templates: Callable[[str], Templates]) -> None:
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of an agent's server."""
        inbound = fm.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, CHANNEL)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        templates = self._templates("id" if agent is None else agent.language)
        match reply:
            case Placed(orders=orders) | Orders(orders=orders):
                return fm.write_order(orders[0], order_text(orders[0], templates=templates))
            case BillView():
                return fm.write_told(bill_text(reply, templates=templates), inbound.asked)
            case Balance():
                return fm.write_told(balance_text(reply.balance_idr, templates=templates), inbound.asked)
            case _:
                refusal = reply if isinstance(reply, Refusal) else Refusal(Code.NOT_SERVED_YET)
                text = refusal_text(refusal, asked=inbound.asked, templates=templates)
                return fm.write_refusal(refusal, text, inbound.asked)


WAY = Way(
    channel=CHANNEL,
    mount=MOUNT,
    make=FmChannel,
    told_at=ToldAt.WEBHOOK_URL,
    report=lambda end: fm.callback_request(end.url, end.view, end.text),
    sheet=Sheet(
        name="fm",
        title="FM",
        mount=f"{MOUNT}/<agent>",
        asks={
            Intent.ORDER: "POST `TOPUP` with `product` `msisdn` `refTrxid`; a repeat as `2.08...`",
            Intent.STATUS_CHECK: "POST `TOPUPSTATUS` with `refTrxid`",
            Intent.BALANCE: "POST `BALANCE`",
            Intent.BILL_INQUIRY: "POST `TOPUP` of `cek.<code>`",
            Intent.BILL_PAY: "POST `TOPUP` of `bayar.<code>`, the inquiry's `refTrxid`",
        },
        proof="the address called, `pin` in clear, and the address he comes from",
        secrets=("pin",),
        reports="POST `webhook_url`, the answer's document",
    ),
)
