"""The Digiflazz buyer API as a way in: agents' programs POST JSON to ``/h2h/digiflazz/v1/...``."""

from __future__ import annotations

from collections.abc import Callable

from juru.server.channels.door import Balance, Door, Orders, PriceRow, Prices
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects import digiflazz_buyer
from juru.server.dialects.contract import ListedProduct
from juru.server.dialects.replies import Templates, bill_text, order_text, refusal_text, ticket_text
from juru.server.domain.agent import Agent
from juru.server.domain.bill import Bill
from juru.server.domain.catalog import ProductKind
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed, Ticketed
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest

CHANNEL = "h2h-digiflazz"
MOUNT = "/h2h/digiflazz"


class DigiflazzChannel:
    """Reads, serves and writes one request."""

    def __init__(self, door: Door, templates: Callable[[str], Templates]) -> None:
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of an agent's program."""
        inbound = digiflazz_buyer.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, CHANNEL)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        language = "id" if agent is None else agent.language
        templates = self._templates(language)
        match reply:
            case Placed(orders=orders) | Orders(orders=orders):
                text = order_text(orders[0], templates=templates)
                return digiflazz_buyer.write_order(orders[0], text, self._bill(agent, inbound.asked))
            case BillView():
                if inbound.asked is not None and digiflazz_buyer.asks_meter(inbound.asked):
                    return digiflazz_buyer.write_meter(reply, bill_text(reply, templates=templates))
                return digiflazz_buyer.write_bill(reply, bill_text(reply, templates=templates))
            case Ticketed(ticket=view):
                return digiflazz_buyer.write_ticket(view, ticket_text(view, templates=templates))
            case Balance():
                return digiflazz_buyer.write_balance(reply.balance_idr)
            case Prices(rows=rows):
                bills = inbound.asked is not None and inbound.asked.text == "pasca"
                listed = [_listed(row) for row in rows if (row.kind == ProductKind.BILL) is bills]
                return digiflazz_buyer.write_bill_list(listed) if bills else digiflazz_buyer.write_price_list(listed)
            case Refusal():
                text = refusal_text(reply, asked=inbound.asked, templates=templates)
                return digiflazz_buyer.write_refusal(reply, text, inbound.asked)
            case _:
                refusal = Refusal(Code.NOT_SERVED_YET, {"what": type(reply).__name__})
                return digiflazz_buyer.write_refusal(refusal, refusal_text(refusal, templates=templates), inbound.asked)

    def _bill(self, agent: Agent | None, asked: AgentRequest | None) -> Bill | None:
        """What a payment pays, where one was asked for or about."""
        if agent is None or asked is None or not asked.ref or asked.intent is Intent.ORDER:
            return None
        return self._door.history.bill(agent.id, asked.ref)


def _listed(row: PriceRow) -> ListedProduct:
    start, end = row.cut_off or (None, None)
    return ListedProduct(
        row.code,
        row.name,
        row.price_idr,
        category=row.kind,
        brand=row.operator,
        on_sale=row.on_sale,
        supplied=row.on_sale,
        stock=row.stock,
        cut_off_start=start,
        cut_off_end=end,
    )


WAY = Way(
    channel=CHANNEL,
    mount=MOUNT,
    make=DigiflazzChannel,
    told_at=ToldAt.WEBHOOK_URL,
    report=lambda end: digiflazz_buyer.webhook_request(
        end.url, end.view, end.text, secret=end.api_key, postpaid=end.about_bill
    ),
    sheet=Sheet(
        name="digiflazz_buyer",
        title="Digiflazz buyer",
        mount=MOUNT,
        asks={
            Intent.ORDER: "POST `/v1/transaction` with `buyer_sku_code` `customer_no` `ref_id`; `max_price`, `amount`",
            Intent.STATUS_CHECK: "the same order again, or `commands=status-pasca`",
            Intent.BALANCE: "POST `/v1/cek-saldo`",
            Intent.PRICE_LIST: "POST `/v1/price-list`",
            Intent.BILL_INQUIRY: "`commands=inq-pasca`; POST `/v1/inquiry-pln` not yet",
            Intent.BILL_PAY: "`commands=pay-pasca`, the inquiry's `ref_id`",
            Intent.DEPOSIT_TICKET: "POST `/v1/deposit` with `amount` `bank` `owner_name`",
        },
        proof="`username` and `sign` (MD5), and the address",
        secrets=("api_key",),
        reports="POST `webhook_url`, `X-Hub-Signature` by the API key",
    ),
)
