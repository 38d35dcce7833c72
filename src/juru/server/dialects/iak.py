"""IAK, both sides: POST JSON, replies under ``data`` (reference/dialects.md section 8); bills in ``iak_postpaid``.

``sign`` covers the reference only. It proves who reports, not what: a report of a failure, or of a success at another
price than we knew, is therefore confirmed by a check-status before it is applied (``Callback.confirm``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from juru.server.dialects import iak_postpaid as bill
from juru.server.dialects.contract import (
    Account,
    Callback,
    FindAgent,
    Inbound,
    ListedProduct,
    OpenProducts,
    UnsayableError,
    asks_politely,
    check_answer,
    http_fault,
    refusal_status,
    step_of,
    unknown,
    wire_dest,
)
from juru.server.dialects.iak_codes import PROCESS, SUCCESS, post, read_order, refused_as, reply, state_of
from juru.server.dialects.json_fields import Json, data_of, exact, idr, text
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.user_sign import json_object, proved, sign, signed, unready
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderView
from juru.values.wire import WireReply, WireRequest

DAY_S = 86_400
_WORDS = {PROCESS: "PROCESS", SUCCESS: "SUCCESS"}
_BALANCE_SUFFIX = "bl"


class Iak:
    """The buying side. ``bill_base`` is where bills are asked and paid, where that is another address than ``base``."""

    name = "iak"
    inquiry = InquiryVerb.EXPLICIT
    bill_inquiry = InquiryVerb.EXPLICIT
    horizon_s = DAY_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """A top-up; or a bill's inquiry or payment."""
        if buy.step is not Step.ORDER:
            return bill.ask(account, buy, _bill_address(account))
        if buy.amount_idr is not None:
            raise UnsayableError("IAK has no amount for a prepaid product")
        order = {
            "ref_id": buy.ref,
            "customer_id": wire_dest(buy.dest, account.get("dest_form")),
            "product_code": buy.product,
        }
        return post("/api/top-up", order | signed(account, buy.ref))

    def inquire(self, account: Account, buy: Buy) -> WireRequest:
        """check-status: it never creates. A bill's payment has its own, at the address of bills."""
        if buy.step is not Step.ORDER:
            return bill.ask_status(account, buy, _bill_address(account))
        return post("/api/check-status", {"ref_id": buy.ref} | signed(account, buy.ref))

    def balance(self, account: Account) -> WireRequest:
        """Our deposit there."""
        return post("/api/check-balance", signed(account, _BALANCE_SUFFIX))

    def price_list(self, account: Account) -> WireRequest:
        """All prepaid prices."""
        return post("/api/pricelist", {"status": "all"} | signed(account, bill.LIST_SUFFIX))

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,  # noqa: ARG002 - its replies are structured
        step: Step = Step.ORDER,
    ) -> Answer:
        """The object under ``data``, by ``rc``, or by ``response_code`` and the step where a bill was asked about.

        HTTP 400 refuses the request for itself, unless its body speaks of an order or a payment was asked for.
        """
        asked = step_of(buy, step)
        data = data_of(reply.body)
        if reply.status == 400 and asked is not Step.PAY and _is_bare(data):
            message = reply.text[:200]
            return Answer(Outcome.REFUSED, reason=REQUEST_REFUSED, message=message, settles=asked is Step.ORDER)
        fault = http_fault(reply)
        if fault is not None or not isinstance(data, dict):
            return unknown(fault or "unreadable", message=reply.text[:200])
        about_bill = asked is not Step.ORDER and (buy is not None or "response_code" in data)
        answer = bill.read(data, asked) if about_bill else read_order(data)
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:
        """``data.balance``."""
        data = None if http_fault(reply) else data_of(reply.body)
        return idr(data.get("balance")) if isinstance(data, dict) else None

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:
        """The rows under ``data`` or ``data.pricelist``; a row without code or price is left out."""
        data = None if http_fault(reply) else data_of(reply.body)
        rows = data.get("pricelist") if isinstance(data, dict) else data
        if not isinstance(rows, list):
            return None
        return tuple(row for row in map(_listed, rows) if row is not None)

    def callback_secret(self, account: Account) -> str | None:
        """User name and key: what ``sign`` has in front of the reference."""
        return account["username"] + account["api_key"] if {"username", "api_key"} <= account.keys() else None

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:
        """The report, version 1 or 2, numbers as strings."""
        data = data_of(request.body)
        if secret:
            ref, given = (exact(data, "ref_id"), text(data, "sign")) if isinstance(data, dict) else (None, None)
            right = hashlib.md5(f"{secret}{ref or ''}".encode()).hexdigest()
            if not hmac.compare_digest((given or "").encode(), right.encode()):
                return Callback(auth="bad")
        answer = read_order(data) if isinstance(data, dict) else unknown("unreadable")
        return Callback(auth="ok" if secret else "none", answer=answer, confirm=True)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference, destination and product: all three are structured here."""
        return check_answer(answer, buy, product=True)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Within a day (the horizon is not documented), at most once a minute."""
        return asks_politely(
            horizon_s=self.horizon_s,
            since_first_s=seconds_since_first_send,
            since_last_s=seconds_since_last_inquiry,
        )


IAK = Iak()


def _bill_address(account: Account) -> str:
    return account.get("bill_base", "").rstrip("/") + bill.PATH


def _is_bare(data: object) -> bool:
    """True of a refusal's ``data`` that says nothing of any order."""
    return isinstance(data, dict) and not {"rc", "response_code", "status", "ref_id", "tr_id"} & data.keys()


def _listed(row: object) -> ListedProduct | None:
    if not isinstance(row, dict):
        return None
    code, price = text(row, "product_code"), idr(row.get("product_price"))
    if code is None or price is None:
        return None
    return ListedProduct(
        code=code,
        name=" ".join(filter(None, (text(row, "product_description"), text(row, "product_nominal")))) or code,
        price_idr=price,
        category=text(row, "product_category") or text(row, "product_type") or "",
        brand=text(row, "product_description") or "",
        kind=text(row, "product_type") or "",
        on_sale=text(row, "status") != "non active",
        supplied=text(row, "status") != "non active",
        note=text(row, "product_details") or "",
    )


def read_request(request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:  # noqa: ARG001 - no prepaid verb has an amount
    """One POST of an agent's server, authenticated by its md5 sign."""
    body = json_object(request.body)
    if isinstance(body, Refusal):
        return Inbound(auth="unknown", refusal=body)
    if is_bill(request):
        wanted = bill.asked_by(body)
        return unready(proved(body, wanted, bill.suffix_of(body, wanted), find_agent), bill.unready_bill(wanted))
    asked, suffix = _asked(request.path, body)
    read = proved(body, asked, suffix, find_agent)
    return unready(read, _unready(asked)) if asked is not None else read


def is_bill(request: WireRequest) -> bool:
    """True at the address of bills, whatever type stands behind it."""
    return request.path.startswith(bill.PATH)


def _asked(path: str, body: Json) -> tuple[AgentRequest | None, str | None]:
    """What a prepaid verb asks, and what it signs besides name and key."""
    ref = exact(body, "ref_id")
    product = (text(body, "product_code") or "").upper() or None
    match path.strip("/").split("/")[:2]:
        case ["api", "top-up"]:
            return AgentRequest(Intent.ORDER, product=product, dest=text(body, "customer_id"), ref=ref), ref
        case ["api", "check-status"]:
            return AgentRequest(Intent.STATUS_CHECK, ref=ref), ref
        case ["api", "check-balance"]:
            return AgentRequest(Intent.BALANCE), _BALANCE_SUFFIX
        case ["api", "pricelist"]:
            return AgentRequest(Intent.PRICE_LIST), bill.LIST_SUFFIX
        case _:
            return None, None


def _unready(asked: AgentRequest) -> Refusal | None:
    if asked.intent is Intent.ORDER and (not asked.product or not asked.dest):
        return Refusal(Code.INVALID_FORMAT)
    if asked.intent in (Intent.ORDER, Intent.STATUS_CHECK) and not asked.ref:
        return Refusal(Code.REFERENCE_REQUIRED)
    return None


def write_order(view: OrderView, message: str) -> WireReply:
    """An order's present state; ``message`` says why a failed one failed."""
    return reply(_row(view, message))


def _row(view: OrderView, message: str) -> dict[str, Any]:
    status, rc = state = state_of(view)
    row: dict[str, Any] = {
        "ref_id": view.ref,
        "status": int(status),
        "product_code": view.product,
        "customer_id": view.dest,
        "price": view.price_idr,
        "message": _WORDS.get(state) or message,
        "balance": view.balance_idr,
        "tr_id": view.order_id,
        "rc": rc,
    }
    if state == SUCCESS:
        row["sn"] = view.sn or ""
    return row


def write_refusal(refusal: Refusal, message: str, asked: AgentRequest | None = None) -> WireReply:
    """The row of section 8.1 whose meaning is the reason; what is no end of an order is no 2xx."""
    status, rc = refused_as(refusal.code)
    row: dict[str, Any] = {
        "ref_id": (asked.ref if asked else None) or "",
        "status": int(status),
        "product_code": (asked.product if asked else None) or "",
        "customer_id": (asked.dest if asked else None) or "",
        "message": message,
        "rc": rc,
    }
    return reply(row, refusal_status(refusal, asked))


def write_balance(balance_idr: int) -> WireReply:
    """The answer to check-balance."""
    return reply({"balance": balance_idr, "message": "SUCCESS", "rc": "00"})


def write_price_list(rows: Sequence[ListedProduct]) -> WireReply:
    """The answer to pricelist."""
    listed = [
        {
            "product_code": row.code,
            "product_description": row.brand,
            "product_nominal": row.name,
            "product_details": row.note or "-",
            "product_price": row.price_idr,
            "product_type": row.kind,
            "active_period": "0",
            "status": "active" if row.on_sale else "non active",
            "icon_url": "-",
            "product_category": row.category,
        }
        for row in rows
    ]
    return reply({"pricelist": listed, "message": "SUCCESS", "rc": "00"})


def write_bill_list(rows: Sequence[ListedProduct]) -> WireReply:
    """The answer to pricelist-pasca; ``price_idr`` of a row is its admin fee."""
    listed = [
        {
            "code": row.code,
            "name": row.name,
            "status": 1 if row.on_sale else 4,
            "fee": row.price_idr,
            "komisi": 0,
            "type": row.category,
        }
        for row in rows
    ]
    return reply({"pasca": listed, "message": "SUCCESS", "rc": "00"})


def callback_request(url: str, view: OrderView, message: str, *, username: str, api_key: str) -> WireRequest:
    """The report to an agent's server: numbers as strings, and the names of both versions."""
    told = {key: str(value) for key, value in _row(view, message).items()}
    told |= {"code": view.product, "hp": view.dest, "sign": sign(username, api_key, view.ref)}
    return WireRequest("POST", url, (), (("Content-Type", "application/json"),), msgspec.json.encode({"data": told}))
