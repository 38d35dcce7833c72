"""Digiflazz's seller API as a way in: Digiflazz is an agent of ours and POSTs JSON to ``/h2h/digiflazz-seller``."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.channels.door import Door, Orders
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects import digiflazz_seller, iak_postpaid
from juru.server.dialects.replies import Templates, order_text, refusal_text
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest

CHANNEL = "h2h-digiflazz-seller"
MOUNT = "/h2h/digiflazz-seller"


class DigiflazzSellerChannel:
    """Reads, serves and writes one request."""

    def __init__(self, door: Door, templates: Callable[[str], Templates]) -> None:
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of Digiflazz."""
        inbound = digiflazz_seller.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, CHANNEL)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        templates = self._templates("id" if agent is None else agent.language)
        asked = inbound.asked
        bill = asked if digiflazz_seller.is_bill(asked) else None
        match reply:
            case BillView():
                return iak_postpaid.write_bill(reply)
            case Placed(orders=orders) | Orders(orders=orders):
                text = order_text(orders[0], templates=templates)
                if bill is not None:
                    return iak_postpaid.write_payment(orders[0], text, bill.inquiry_id)
                return digiflazz_seller.write_order(orders[0], text)
            case _:
                refusal = reply if isinstance(reply, Refusal) else Refusal(Code.NOT_SERVED_YET)
                text = refusal_text(refusal, asked=asked, templates=templates)
                if bill is not None:
                    return iak_postpaid.write_refusal(refusal, text, bill)
                return digiflazz_seller.write_refusal(refusal, text, asked)


WAY = Way(
    channel=CHANNEL,
    mount=MOUNT,
    make=DigiflazzSellerChannel,
    told_at=ToldAt.WEBHOOK_URL,
    report=lambda end: digiflazz_seller.callback_request(end.url, end.view, end.text, about_bill=end.about_bill),
    sheet=Sheet(
        name="digiflazz_seller",
        title="Digiflazz seller",
        mount=MOUNT,
        asks={
            Intent.ORDER: "POST with `ref_id` `customer_id` `product_code`",
            Intent.STATUS_CHECK: "the same order again; of a bill `commands=checkstatus`",
            Intent.BILL_INQUIRY: "`commands=inq-pasca` with `code` `hp` `ref_id`",
            Intent.BILL_PAY: "`commands=pay-pasca` with the inquiry's `tr_id`",
        },
        proof="`username` and `sign` (MD5), and the address",
        secrets=("api_key",),
        reports="POST `webhook_url`, the answer's object, unsigned",
    ),
)
