"""The GET dialects as ways in: agents' programs call ``/h2h/irs``, ``/h2h/tiger`` ... and get text replies.

Whatever stands behind the mount is taken: these programs are set up with a whole address, and each business has its
own (``/api``, ``/api/h2h``, ``/without-sign/trx``).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from juru.server.channels.door import Door, Orders, Reply
from juru.server.channels.way import Sheet, ToldAt, Way
from juru.server.dialects.bill_texts import bill_found_text, bill_paid_text, bill_refused_text
from juru.server.dialects.get_rows import BEFORE_DEST, BILL_INQUIRY, BILL_PAY, EXTRAS, GetRow
from juru.server.dialects.get_selling import GetSelling, undecided, write_refusal, write_text
from juru.server.dialects.replies import Templates, bill_text, order_text, reason_text, refusal_text
from juru.server.domain.agent import Agent
from juru.server.domain.refusals import Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed
from juru.server.domain.views import BillView
from juru.values.wire import WireReply, WireRequest


class GetChannel:
    """Reads, serves and writes one request of one row."""

    def __init__(self, row: GetRow, door: Door, templates: Callable[[str], Templates]) -> None:
        self._selling = GetSelling(row)
        self._channel = channel_of(row)
        self._door = door
        self._templates = templates

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request of an agent's program."""
        inbound = self._selling.read_request(request, self._door.credentials, self._door.is_open_product)
        reply = await self._door.h2h(inbound, ip, self._channel)
        agent = None if inbound.agent is None else self._door.agent(inbound.agent)
        templates = self._templates("id" if agent is None else agent.language)
        asked = inbound.asked
        assert asked is not None, inbound
        if asked.intent is not Intent.ORDER and self._selling.wants_numbers(request):
            return self._in_numbers(reply, asked, agent, templates)
        return _in_words(reply, asked, templates)

    def _in_numbers(self, reply: Reply, asked: AgentRequest, agent: Agent | None, templates: Templates) -> WireReply:
        """A bill as version 2 tells it; what that has no words for, as always."""
        match reply:
            case BillView():
                return write_text(bill_found_text(reply))
            case Placed(orders=orders) | Orders(orders=orders) if agent is not None:
                bill = self._door.history.bill(agent.id, orders[0].ref)
                if bill is not None:
                    return write_text(bill_paid_text(orders[0], bill, reason=reason_text(orders[0], templates)))
            case Refusal() if not undecided(reply):
                reason = refusal_text(reply, asked=AgentRequest(Intent.STATUS_CHECK), templates=templates)
                return write_text(bill_refused_text(asked, reason))
            case _:
                pass
        return _in_words(reply, asked, templates)


def _in_words(reply: Reply, asked: AgentRequest, templates: Templates) -> WireReply:
    match reply:
        case Placed(orders=orders) | Orders(orders=orders):
            return write_text(order_text(orders[0], templates=templates))
        case BillView():
            return write_text(bill_text(reply, templates=templates))
        case Refusal():
            if undecided(reply):
                # The same message may ask about an order that lives: it is refused as that, without a failure word.
                asked = msgspec.structs.replace(asked, intent=Intent.STATUS_CHECK)
            return write_refusal(reply, refusal_text(reply, asked=asked, templates=templates))
        case _:
            raise AssertionError(reply)


def channel_of(row: GetRow) -> str:
    """The name of a row's channel in orders and refusals."""
    return f"h2h-{row.name}"


def way(row: GetRow) -> Way:
    """A row as a way in."""
    selling, names = GetSelling(row), row.order
    mount = f"/h2h/{row.name}"
    order = " ".join(f"`{getattr(names, field)}`" for field in ("product", "dest", "ref"))
    counter = {"": "", BEFORE_DEST: f"; a repeat as `{names.dest}=2.08...`"}.get(names.counter, f"; `{names.counter}`")
    told = [getattr(row.report, field) for field in row.report.__struct_fields__]
    return Way(
        channel=channel_of(row),
        mount=mount,
        make=lambda door, templates: GetChannel(row, door, templates),
        told_at=ToldAt.REPORT_URL,
        report=lambda end: selling.report_request(end.url, end.view, end.text),
        sheet=Sheet(
            name=row.name,
            title=row.title,
            mount=mount,
            asks={
                Intent.ORDER: f"GET {order}{counter}; optional `{EXTRAS.max_price}`, `{EXTRAS.amount}` (open product)",
                Intent.STATUS_CHECK: f"the same order again, same `{names.ref}`",
                Intent.BILL_INQUIRY: f"`{EXTRAS.kind}={BILL_INQUIRY}`",
                Intent.BILL_PAY: f"`{EXTRAS.kind}={BILL_PAY}`, the inquiry's `{names.ref}`",
            },
            proof=f"`{names.member}` `{names.pin}` `{names.user}` `{names.password}` in clear, and the address",
            secrets=("pin", "user", "password"),
            reports="GET `report_url` with " + " ".join(f"`{name}`" for name in told if name),
        ),
    )
