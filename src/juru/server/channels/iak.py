"""The IAK way in: agents' programs POST JSON to ``/h2h/iak/api/...``, bills to ``/h2h/iak/api/v1/bill/check``."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.channels.door import Balance, Door, Orders, PriceRow, Prices, Reply
from juru.server.channels.way import End, Sheet, ToldAt, Way
from juru.server.dialects import iak, iak_postpaid
from juru.server.dialects.contract import Inbound, ListedProduct
from juru.server.dialects.replies import Templates, order_text, refusal_text
from juru.server.domain.catalog import ProductKind
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest

CHANNEL = "h2h-iak"
MOUNT = "/h2h/iak"


class IakChannel:
    """Reads, serves and writes one request."""

    def __init__(self, door: Door, templates: Callable[[str], Templates]) -> None:
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of an agent's program."""
        inbound = iak.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, CHANNEL)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        templates = self._templates("id" if agent is None else agent.language)
        if iak.is_bill(request):
            return _about_bill(reply, inbound, templates)
        match reply:
            case Placed(orders=orders) | Orders(orders=orders):
                return iak.write_order(orders[0], order_text(orders[0], templates=templates))
            case Balance():
                return iak.write_balance(reply.balance_idr)
            case Prices(rows=rows):
                return iak.write_price_list([_listed(row) for row in rows if row.kind != ProductKind.BILL])
            case _:
                refusal = _refusal(reply)
                text = refusal_text(refusal, asked=inbound.asked, templates=templates)
                return iak.write_refusal(refusal, text, inbound.asked)


def _about_bill(reply: Reply, inbound: Inbound, templates: Templates) -> WireReply:
    asked = inbound.asked or AgentRequest(Intent.INVALID)
    match reply:
        case BillView():
            return iak_postpaid.write_bill(reply)
        case Placed(orders=orders) | Orders(orders=orders):
            text = order_text(orders[0], templates=templates)
            return iak_postpaid.write_payment(orders[0], text, asked.inquiry_id)
        case Prices(rows=rows):
            return iak.write_bill_list([_listed(row) for row in rows if row.kind == ProductKind.BILL])
        case _:
            refusal = _refusal(reply)
            return iak_postpaid.write_refusal(refusal, refusal_text(refusal, asked=asked, templates=templates), asked)


def _refusal(reply: Reply) -> Refusal:
    """The refusal that a reply is; what this wire has no form for is not served on it."""
    return reply if isinstance(reply, Refusal) else Refusal(Code.NOT_SERVED_YET, {"what": type(reply).__name__})


def _listed(row: PriceRow) -> ListedProduct:
    return ListedProduct(
        row.code, row.name, row.price_idr, category=row.kind, brand=row.operator, kind=row.kind, on_sale=row.on_sale
    )


def _report(end: End) -> WireRequest | None:
    """Of a bill there is none: its payment is asked about."""
    if end.about_bill:
        return None
    return iak.callback_request(end.url, end.view, end.text, username=end.view.agent, api_key=end.api_key)


WAY = Way(
    channel=CHANNEL,
    mount=MOUNT,
    make=IakChannel,
    told_at=ToldAt.WEBHOOK_URL,
    report=_report,
    sheet=Sheet(
        name="iak",
        title="IAK",
        mount=MOUNT,
        asks={
            Intent.ORDER: "POST `/api/top-up` with `ref_id` `customer_id` `product_code`",
            Intent.STATUS_CHECK: "POST `/api/check-status`; of a bill `commands=checkstatus`",
            Intent.BALANCE: "POST `/api/check-balance`",
            Intent.PRICE_LIST: "POST `/api/pricelist`; of bills `commands=pricelist-pasca`",
            Intent.BILL_INQUIRY: "POST `/api/v1/bill/check`, `commands=inq-pasca` with `code` `hp` `ref_id`",
            Intent.BILL_PAY: "the same, `commands=pay-pasca` with the inquiry's `tr_id`",
        },
        proof="`username` and `sign` (MD5), and the address",
        secrets=("api_key",),
        reports="POST `webhook_url` with `sign` over `ref_id`; of a bill none",
    ),
)
