r"""Juru's own JSON API: its documents, its signature, its OpenAPI description. Pure.

A request carries ``X-Juru-Agent``, ``X-Juru-Time`` (Unix seconds) and ``X-Juru-Signature``: hex HMAC-SHA256 with the
agent's API key over ``METHOD\npath?query\ntime\nhex sha256(body)``. Our webhooks are signed the same way.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

import msgspec

from juru.server.domain.refusals import Refusal
from juru.server.domain.views import BillView, OrderView, TicketView
from juru.values.wire import WireRequest

WINDOW_S = 300
PREFIX = "/api/v1"


class NewOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order. ``ref`` is its idempotency key, for ever: the same again returns the order as it stands."""

    ref: str
    product: str
    dest: str
    amount_idr: int | None = None
    max_price_idr: int | None = None
    notify: str | None = None


class NewInquiry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An inquiry about a bill. ``ref`` is what it is paid under; the same again asks again."""

    ref: str
    product: str
    dest: str
    amount_idr: int | None = None


class NewPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment of a bill under the ``ref`` of its inquiry, on the same day; the same again returns the order."""

    ref: str
    product: str
    dest: str
    max_price_idr: int | None = None


class BillDoc(msgspec.Struct, frozen=True):
    """How the latest inquiry under a reference stands: asked, found, refused, paying, paid or unpaid."""

    ref: str
    product: str
    dest: str
    state: str
    price_idr: int
    selling_price_idr: int
    admin_idr: int
    bills: int
    customer: str
    period: str
    day: int
    reason: str | None
    order_id: int | None
    details: tuple[tuple[str, str], ...]


class NewTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deposit for one of the downline; ``key`` makes it happen once."""

    key: str
    to: str
    amount_idr: int


class NewTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A deposit ticket. The same amount again, while its ticket waits, is that ticket."""

    amount_idr: int
    bank: str | None = None


class Tickets(msgspec.Struct, frozen=True):
    """An agent's tickets whose sums are still reserved, newest first."""

    tickets: tuple[TicketView, ...]


class NewNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an order should have gone; taken while nothing of it was sent."""

    dest: str


class NewComplaint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A complaint about the order of a reference; ``key`` makes it be written once."""

    key: str
    ref: str
    text: str


class ComplaintDoc(msgspec.Struct, frozen=True):
    """A complaint that stands: its number, the order's, and how long an answer may take."""

    complaint: int
    order_id: int
    within_s: int


class Page(msgspec.Struct, frozen=True):
    """Orders, newest first; ``next`` is the cursor of the page after, None at the end."""

    orders: tuple[OrderView, ...]
    next: str | None = None


class BalanceDoc(msgspec.Struct, frozen=True):
    """An agent's money, in rupiah."""

    balance_idr: int
    held_idr: int
    credit_limit_idr: int
    debt_idr: int = 0
    debt_due: int | None = None


class ProductDoc(msgspec.Struct, frozen=True):
    """A product at the agent's own price."""

    code: str
    name: str
    price_idr: int
    on_sale: bool
    operator: str
    kind: str


class TransferDoc(msgspec.Struct, frozen=True):
    """A transfer that stands."""

    transfer_id: int
    to: str
    amount_idr: int
    balance_idr: int
    repeated: bool


class NoticeDoc(msgspec.Struct, frozen=True):
    """Something told that is no order's state: its stable word, the text in the agent's language, its facts."""

    agent: str
    notice: str
    text: str
    at: str
    facts: dict[str, str | int] = {}


class PriceChangeDoc(msgspec.Struct, frozen=True):
    """A product whose price has changed for the agent; for an open product it is the fee above the amount."""

    product: str
    name: str
    old_idr: int
    new_idr: int


class PricesChangedDoc(msgspec.Struct, frozen=True):
    """Told to an agent who asks for it: every price of his that is another than when he was told last."""

    agent: str
    at: str
    changes: tuple[PriceChangeDoc, ...]
    event: str = "price_changed"


class Problem(msgspec.Struct, frozen=True):
    """A refusal: its stable code, what to do, and its facts."""

    code: str
    message: str
    facts: dict[str, str | int] = {}


def problem(refusal: Refusal, message: str) -> Problem:
    """A refusal as the API tells it."""
    return Problem(refusal.code.value, message, refusal.facts)


def sign(api_key: str, method: str, target: str, time_s: int, body: bytes) -> str:
    """The signature of a request; ``target`` is path and query as sent."""
    text = f"{method}\n{target}\n{time_s}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(api_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def webhook_request(
    url: str, told: OrderView | NoticeDoc | PricesChangedDoc, *, api_key: str, time_s: int
) -> WireRequest:
    """Our report of an order's end, or a notice: its document, signed as the agent signs his requests."""
    body = msgspec.json.encode(told)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = (
        ("Content-Type", "application/json"),
        ("X-Juru-Agent", told.agent),
        ("X-Juru-Time", str(time_s)),
        ("X-Juru-Signature", sign(api_key, "POST", target, time_s, body)),
    )
    return WireRequest("POST", url, (), headers, body)


_PATHS: tuple[tuple[str, str, str, type | None, type], ...] = (
    ("post", "/orders", "Place an order", NewOrder, OrderView),
    ("get", "/orders", "List orders, newest first (cursor, limit)", None, Page),
    ("get", "/orders/{ref}", "One order by its reference", None, OrderView),
    ("post", "/orders/{ref}/destination", "Correct the number of an order that was not sent yet", NewNumber, OrderView),
    ("post", "/complaints", "Complain about an order; the answer comes by the webhook", NewComplaint, ComplaintDoc),
    ("post", "/bills", "Ask what a bill amounts to", NewInquiry, BillView),
    ("get", "/bills/{ref}", "How the latest inquiry under a reference stands", None, BillDoc),
    ("post", "/payments", "Pay a bill that was asked about", NewPayment, OrderView),
    ("get", "/balance", "The deposit", None, BalanceDoc),
    ("get", "/products", "Products at the agent's prices", None, list[ProductDoc]),
    ("post", "/tickets", "Ask for a deposit ticket", NewTicket, TicketView),
    ("get", "/tickets", "Deposit tickets whose sums are reserved, newest first", None, Tickets),
    ("post", "/tickets/{ticket}/cancel", "Give up a deposit ticket", None, TicketView),
    ("post", "/transfers", "Give deposit to a downline", NewTransfer, TransferDoc),
)


def openapi(version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description, made from the documents above."""
    asked: list[Any] = [NewOrder, NewInquiry, NewPayment, NewTransfer, NewTicket, NewNumber, NewComplaint]
    told: list[Any] = [OrderView, Page, BillView, BillDoc, BalanceDoc, ProductDoc, TransferDoc]
    told += [TicketView, Tickets, ComplaintDoc, NoticeDoc, PriceChangeDoc, PricesChangedDoc, Problem]
    _, components = msgspec.json.schema_components([*asked, *told], ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for method, path, summary, body, result in _PATHS:
        operation: dict[str, Any] = {
            "summary": summary,
            "operationId": f"{method}{path.title().replace('/', '').replace('{', 'By').replace('}', '')}",
            "security": [{"agent": [], "time": [], "signature": []}],
            "responses": {
                "200": _content(result, summary),
                "default": _content(Problem, "A refusal; its code is stable"),
            },
        }
        if body is not None:
            operation["requestBody"] = {"required": True, **_content(body, "")}
            operation["requestBody"].pop("description")
        names = [name for name in ("ref", "ticket") if f"{{{name}}}" in path]
        parameters = [_parameter(name, "path", required=True) for name in names]
        if path == "/orders" and method == "get":
            parameters += [_parameter("cursor", "query"), _parameter("limit", "query")]
        if parameters:
            operation["parameters"] = parameters
        paths.setdefault(PREFIX + path, {})[method] = operation
    headers = {"agent": "X-Juru-Agent", "time": "X-Juru-Time", "signature": "X-Juru-Signature"}
    schemes = {key: {"type": "apiKey", "in": "header", "name": name} for key, name in headers.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Juru", "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": schemes},
    }


def _content(kind: Any, description: str) -> dict[str, Any]:  # noqa: ANN401 - any document type
    (schema,), _ = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, place: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
