"""Juru's own JSON API under ``/api/v1``: signed requests, a replay window, cursor paging."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from juru import __version__
from juru.server.channels.door import Balance, Door, Orders, Reply, Said
from juru.server.channels.way import Sheet
from juru.server.dialects.juru_api import (
    WINDOW_S,
    BalanceDoc,
    BillDoc,
    ComplaintDoc,
    NewComplaint,
    NewInquiry,
    NewNumber,
    NewOrder,
    NewPayment,
    NewTicket,
    NewTransfer,
    Page,
    ProductDoc,
    Tickets,
    TransferDoc,
    openapi,
    problem,
    sign,
)
from juru.server.dialects.replies import refusal_text
from juru.server.domain.agent import Agent
from juru.server.domain.commands import MessageKey
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed, Ticketed, Transferred
from juru.server.domain.tickets import book_of, view_of
from juru.server.domain.views import BillView
from juru.values.msisdn import to_local
from juru.values.wire import WireReply, WireRequest

CHANNEL = "api"
MOUNT = "/api/v1"
_JSON = (("content-type", "application/json"),)
_SEEN_MAX = 100_000
_PAGE_MAX = 200
_STATUS = {
    Code.BODY_TOO_LARGE: 413,
    Code.UNKNOWN_SENDER: 401,
    Code.BAD_SIGNATURE: 401,
    Code.STALE_SIGNATURE: 401,
    Code.REPLAYED_SIGNATURE: 409,
    Code.IP_NOT_ALLOWED: 403,
    Code.AGENT_BLOCKED: 403,
    Code.PIN_LOCKED: 403,
    Code.NOT_ALLOWED: 403,
    Code.RATE_LIMITED: 429,
    Code.BUSY: 503,
    Code.PAUSED: 503,
    Code.MALFORMED: 400,
    Code.BAD_ENCODING: 400,
    Code.REFERENCE_CONFLICT: 409,
    Code.NOT_CORRECTABLE: 409,
    Code.COMPLAINTS_TOO_MANY: 429,
    Code.UNKNOWN_ORDER: 404,
    Code.UNKNOWN_TICKET: 404,
    Code.INCIDENT: 500,
}


class Listing(Protocol):
    """Reading an agent's orders page by page."""

    def orders(self, *, before_id: int | None = None, limit: int = 50, agent_id: int | None = None) -> Sequence[Order]:
        """Newest first, older than ``before_id``."""


class ApiChannel:
    """Reads, proves, serves and writes one request."""

    def __init__(self, door: Door, listing: Listing, now_ms: Callable[[], int]) -> None:
        self._door = door
        self._listing = listing
        self._now_ms = now_ms
        self._seen: dict[str, int] = {}
        self._description = msgspec.json.encode(openapi(__version__))

    async def handle(self, request: WireRequest, ip: str) -> WireReply:
        """One request."""
        if request.path == "/openapi.json":
            return WireReply(200, self._description, _JSON)
        agent, refusal = self._who(request, ip)
        if refusal is None and agent is not None:
            reply = await self._serve(agent, request)
            if not isinstance(reply, Refusal):
                return WireReply(200, msgspec.json.encode(reply), _JSON)
            refusal = reply
        else:
            refusal = refusal or Refusal(Code.UNKNOWN_SENDER)
            self._door.note(refusal, CHANNEL, None if agent is None else agent.code, ip)
        language = "en" if agent is None else agent.language
        body = msgspec.json.encode(problem(refusal, refusal_text(refusal, language)))
        return WireReply(_STATUS.get(refusal.code, 422), body, _JSON)

    def _who(self, request: WireRequest, ip: str) -> tuple[Agent | None, Refusal | None]:
        """The agent and what stands against him: address, signature, its time, its being used before."""
        agent = self._door.agent(request.header("x-juru-agent") or "")
        known = None if agent is None else self._door.credentials(agent.code)
        if agent is None or known is None or not known.api_key:
            return agent, Refusal(Code.UNKNOWN_SENDER)
        if (elsewhere := self._door.address_refusal(agent, ip)) is not None:
            return agent, elsewhere
        given, told = request.header("x-juru-signature") or "", request.header("x-juru-time") or ""
        if not told.isascii() or not told.isdigit():
            return agent, Refusal(Code.BAD_SIGNATURE)
        target = msgspec.structs.replace(request, path=MOUNT + request.path).url
        right = sign(known.api_key, request.method, target, int(told), request.body)
        if not hmac.compare_digest(right.encode(), given.lower().encode()):
            return agent, Refusal(Code.BAD_SIGNATURE)
        now_s = self._now_ms() // 1000
        if abs(now_s - int(told)) > WINDOW_S:
            return agent, Refusal(Code.STALE_SIGNATURE, {"window_s": WINDOW_S})
        if request.method != "GET" and not self._first_use(given, now_s):
            return agent, Refusal(Code.REPLAYED_SIGNATURE)
        return agent, self._door.admit(agent)

    def _first_use(self, signature: str, now_s: int) -> bool:
        """A signature moves money once within its window; older ones are stale by themselves."""
        if signature in self._seen:
            return False
        if len(self._seen) >= _SEEN_MAX:
            self._seen = {s: t for s, t in self._seen.items() if now_s - t <= 2 * WINDOW_S}
        self._seen[signature] = now_s
        return True

    async def _serve(  # noqa: PLR0911 - one arm per route is the point
        self, agent: Agent, request: WireRequest
    ) -> msgspec.Struct | list[ProductDoc] | Refusal:
        path, query = request.path.rstrip("/"), dict(request.query)
        match request.method, path.split("/")[1:]:
            case "POST", ["orders"]:
                return await self._order(agent, request.body)
            case "GET", ["orders"]:
                return self._page(agent, query)
            case "GET", ["orders", ref]:
                asked = AgentRequest(Intent.STATUS_CHECK, ref=ref)
                return _document(await self._door.serve(agent, asked, CHANNEL))
            case "POST", ["orders", ref, "destination"]:
                return await self._correct(agent, ref, request.body)
            case "POST", ["complaints"]:
                return await self._complain(agent, request.body)
            case "GET", ["balance"]:
                return _document(self._door.balance_of(agent))
            case "GET", ["products"]:
                rows = self._door.prices(agent, query.get("code"))
                return [ProductDoc(r.code, r.name, r.price_idr, r.on_sale, r.operator, r.kind) for r in rows]
            case "POST", [("bills" | "payments") as what]:
                return await (self._ask_bill if what == "bills" else self._pay_bill)(agent, request.body)
            case "GET", ["bills", ref]:
                return self._bill(agent, ref)
            case "POST", ["transfers"]:
                return await self._transfer(agent, request.body)
            case "POST", ["tickets"]:
                return await self._ticket(agent, request.body)
            case "GET", ["tickets"]:
                return self._tickets(agent)
            case "POST", ["tickets", number, "cancel"]:
                asked = AgentRequest(Intent.DEPOSIT_CANCEL, ref=number)
                return _document(await self._door.serve(agent, asked, CHANNEL))
            case _:
                return Refusal(Code.MALFORMED, {"detail": f"no {request.method} {path}; see {MOUNT}/openapi.json"})

    async def _order(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewOrder)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(
            Intent.ORDER,
            product=new.product.upper(),
            dest=new.dest,
            ref=new.ref,
            amount_idr=new.amount_idr,
            max_price_idr=new.max_price_idr,
            notify=new.notify,
        )
        return _document(await self._door.serve(agent, asked, CHANNEL))

    async def _ask_bill(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewInquiry)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(
            Intent.BILL_INQUIRY, product=new.product.upper(), dest=new.dest, ref=new.ref, amount_idr=new.amount_idr
        )
        return _document(await self._door.serve(agent, asked, CHANNEL))

    def _bill(self, agent: Agent, ref: str) -> msgspec.Struct | Refusal:
        """How an inquiry stands, for whoever was told that no supplier had answered in time."""
        bill = self._door.history.bill(agent.id, ref)
        if bill is None:
            return Refusal(Code.UNKNOWN_ORDER, {"ref": ref[:64]})
        told = {name: getattr(bill, name) for name in BillDoc.__struct_fields__ if name not in {"dest", "state"}}
        return BillDoc(dest=to_local(bill.dest), state=bill.state.value, **told)

    async def _pay_bill(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewPayment)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(
            Intent.BILL_PAY, product=new.product.upper(), dest=new.dest, ref=new.ref, max_price_idr=new.max_price_idr
        )
        return _document(await self._door.serve(agent, asked, CHANNEL))

    async def _transfer(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewTransfer)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(Intent.DOWNLINE_TRANSFER, downline=new.to, amount_idr=new.amount_idr)
        key = MessageKey(CHANNEL, agent.code, new.key, f"transfer {new.key}")
        return _document(await self._door.serve(agent, asked, CHANNEL, key))

    async def _ticket(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewTicket)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(Intent.DEPOSIT_TICKET, amount_idr=new.amount_idr, bank=new.bank)
        return _document(await self._door.serve(agent, asked, CHANNEL))

    def _tickets(self, agent: Agent) -> msgspec.Struct:
        """Every ticket whose sum is still reserved, newest first."""
        cell = self._door.writer.cell
        book = book_of(cell)
        numbers = sorted(book.by_agent.get(agent.id, ()), reverse=True)
        return Tickets(tuple(view_of(cell, number, book.by_number[number]) for number in numbers))

    async def _correct(self, agent: Agent, ref: str, body: bytes) -> msgspec.Struct | Refusal:
        """By its reference, or its number where it has none. Two corrections are two wishes; the last one stands."""
        try:
            new = msgspec.json.decode(body, type=NewNumber)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        asked = AgentRequest(Intent.CORRECT_NUMBER, order=ref, dest=new.dest)
        reply = await self._door.serve(agent, asked, CHANNEL)
        if isinstance(reply, Refusal):
            return reply
        return _document(await self._door.serve(agent, AgentRequest(Intent.STATUS_CHECK, order=ref), CHANNEL))

    async def _complain(self, agent: Agent, body: bytes) -> msgspec.Struct | Refusal:
        try:
            new = msgspec.json.decode(body, type=NewComplaint)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            return Refusal(Code.MALFORMED, {"detail": str(error)})
        if not new.text.strip():
            return Refusal(Code.MALFORMED, {"detail": "text: say what is wrong"})
        key = MessageKey(CHANNEL, agent.code, new.key, f"complaint {new.key}")
        asked = AgentRequest(Intent.COMPLAINT, ref=new.ref, text=new.text)
        reply = await self._door.serve(agent, asked, CHANNEL, key)
        if isinstance(reply, Refusal):
            return reply
        assert isinstance(reply, Said), reply
        facts = {name: int(reply.facts[name]) for name in ("complaint", "order", "within_s")}
        return ComplaintDoc(facts["complaint"], facts["order"], facts["within_s"])

    def _page(self, agent: Agent, query: dict[str, str]) -> msgspec.Struct | Refusal:
        cursor, limit = query.get("cursor"), query.get("limit", "50")
        if (cursor is not None and not cursor.isdigit()) or not limit.isdigit() or not 0 < int(limit) <= _PAGE_MAX:
            return Refusal(Code.MALFORMED, {"detail": f"cursor as given, limit 1..{_PAGE_MAX}"})
        before = None if cursor is None else int(cursor)
        found = self._listing.orders(before_id=before, limit=int(limit), agent_id=agent.id)
        cell = self._door.writer.cell
        views = tuple(self._door.with_code(cell.view(order)) for order in found)
        return Page(views, str(found[-1].id) if len(found) == int(limit) else None)


def _document(reply: Reply) -> msgspec.Struct | Refusal:
    match reply:
        case Placed(orders=orders) | Orders(orders=orders):
            return orders[0]
        case Balance():
            return BalanceDoc(reply.balance_idr, reply.held_idr, reply.credit_idr, reply.debt_idr, reply.due_day)
        case Ticketed(ticket=view):
            return view
        case Transferred():
            return TransferDoc(reply.transfer_id, reply.to, reply.amount_idr, reply.balance_idr, reply.repeated)
        case Refusal() | BillView():
            return reply
        case _:
            raise AssertionError(reply)


SHEET = Sheet(
    name="api",
    title="Juru's own JSON API",
    mount=MOUNT,
    asks={
        Intent.ORDER: "POST `/orders`",
        Intent.STATUS_CHECK: "GET `/orders/{ref}`, or the same order again",
        Intent.BALANCE: "GET `/balance`",
        Intent.PRICE_LIST: "GET `/products`",
        Intent.DEPOSIT_TICKET: "POST `/tickets`",
        Intent.HISTORY: "GET `/orders`, page by page",
        Intent.DOWNLINE_TRANSFER: "POST `/transfers`",
    },
    proof="HMAC-SHA256 over time, method, path and body; and the address",
    secrets=("api_key",),
    reports="POST `webhook_url`, signed like a request",
)
