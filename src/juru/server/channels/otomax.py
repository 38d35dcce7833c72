"""The OtomaX way in: agents' servers call ``/h2h/otomax/...`` by GET or form POST and get text replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from juru.server.channels.door import Balance, Door, Orders, Prices, Reply, Said, Verbatim
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects import otomax
from juru.server.dialects.contract import Inbound
from juru.server.dialects.replies import (
    Templates,
    bill_text,
    help_text,
    order_text,
    price_text,
    refusal_text,
    said_text,
    ticket_text,
    transfer_text,
)
from juru.server.domain.refusals import Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.results import Placed, Ticketed, Transferred
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest

CHANNEL = "h2h-otomax"
MOUNT = "/h2h/otomax"


class OtomaxChannel:
    """Reads, serves and writes one request."""

    def __init__(self, door: Door, templates: Callable[[str], Templates]) -> None:
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of an agent's server."""
        inbound = otomax.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, CHANNEL)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        if isinstance(reply, Balance) and agent is not None:
            return otomax.write_balance(
                name=agent.name,
                agent=agent.code,
                balance_idr=reply.balance_idr,
                debt_idr=reply.debt_idr + max(-reply.balance_idr, 0),
            )
        language = "id" if agent is None else agent.language
        return otomax.write_reply(self._text(reply, inbound, language))

    def _text(self, reply: Reply, inbound: Inbound, language: str) -> str:
        templates = self._templates(language)
        match reply:
            case Placed(orders=orders) | Orders(orders=orders):
                return order_text(orders[0], templates=templates)
            case BillView():
                return bill_text(reply, templates=templates)
            case Refusal():
                return refusal_text(reply, asked=inbound.asked, templates=templates)
            case Prices(rows=rows):
                return price_text([(r.code, r.name, r.price_idr, r.on_sale) for r in rows], templates=templates)
            case Transferred():
                return transfer_text(
                    "sent",
                    transfer_id=reply.transfer_id,
                    agent=reply.to,
                    amount_idr=reply.amount_idr,
                    balance_idr=reply.balance_idr,
                    templates=templates,
                )
            case Ticketed(ticket=view):
                return ticket_text(view, templates=templates)
            case Said():
                return said_text(reply.what, reply.facts, reply.rows, templates=templates)
            case Verbatim():
                return reply.text
            case Balance():
                return help_text(templates=templates)
            case _:
                assert_never(reply)


WAY = Way(
    channel=CHANNEL,
    mount=MOUNT,
    make=OtomaxChannel,
    told_at=ToldAt.REPORT_URL,
    report=lambda end: otomax.report_request(end.url, end.view, end.text),
    sheet=Sheet(
        name="otomax",
        title="OtomaX",
        mount=MOUNT,
        asks={
            Intent.ORDER: "GET `/trx` with `product` `dest` `refID`; `qty` (1, or the amount of an open product)",
            Intent.STATUS_CHECK: "the order with `check=1`",
            Intent.BALANCE: "GET `/balance`",
            Intent.DEPOSIT_TICKET: "GET `/ticket` with `amount`",
        },
        proof="`memberID` and `sign` (SHA-1), or `pin` and `password` in clear; and the address",
        secrets=("pin", "password"),
        reports="GET `report_url` with `t` `refid` `status` `price` `message`",
    ),
)
