"""Digiflazz buyer API, both sides: POST JSON, replies under ``data`` (reference/dialects.md sections 7.1 and 7.2)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any, Literal, assert_never

import msgspec

from juru.server.dialects.contract import (
    Account,
    Callback,
    FindAgent,
    Inbound,
    ListedProduct,
    OpenProducts,
    SupplierTicket,
    asks_politely,
    check_answer,
    http_fault,
    step_of,
    unknown,
    wire_dest,
)
from juru.server.dialects.digiflazz_answers import METER, listed, read_meter, read_row
from juru.server.dialects.json_fields import Json, data_of, decoded, exact, idr, text
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.user_sign import json_object, proved, signed, unready
from juru.server.domain.bill import Bill
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView, TicketView
from juru.values.wire import WireReply, WireRequest

HORIZON_S = 80 * 86_400
"""From day 90 the same order with the same ref buys again; resends stop well before."""

_YEAR = re.compile(r"(.+),((?:19|20)\d\d)", re.ASCII)
_SUFFIX = {"cek-saldo": "depo", "price-list": "pricelist", "deposit": "deposit"}
_COMMANDS = {
    "": Intent.ORDER,
    "inq-pasca": Intent.BILL_INQUIRY,
    "pay-pasca": Intent.BILL_PAY,
    "status-pasca": Intent.STATUS_CHECK,
}
_BUYING = (Intent.ORDER, Intent.BILL_INQUIRY, Intent.BILL_PAY)
_STATES = {
    OrderState.ACCEPTED: ("03", "Pending"),
    OrderState.SUCCESS: ("00", "Sukses"),
    OrderState.FAILED: ("02", "Gagal"),
    OrderState.REVERSED: ("74", "Gagal"),
}
REFUSAL_RC: dict[Code, str] = {
    Code.BODY_TOO_LARGE: "40",
    Code.MALFORMED: "40",
    Code.BAD_ENCODING: "40",
    Code.UNKNOWN_SENDER: "42",
    Code.IP_NOT_ALLOWED: "45",
    Code.BAD_SIGNATURE: "41",
    Code.STALE_SIGNATURE: "41",
    Code.REPLAYED_SIGNATURE: "41",
    Code.PIN_LOCKED: "80",
    Code.WRONG_PIN: "41",
    Code.AGENT_BLOCKED: "80",
    Code.RATE_LIMITED: "85",
    Code.BUSY: "85",
    Code.PAUSED: "66",
    Code.INVALID_FORMAT: "40",
    Code.NOT_SERVED_YET: "88",
    Code.REFERENCE_REQUIRED: "40",
    Code.REFERENCE_INVALID: "40",
    Code.REFERENCE_CONFLICT: "49",
    Code.UNKNOWN_PRODUCT: "43",
    Code.NOT_A_BILL: "43",
    Code.BAD_DESTINATION: "54",
    Code.WRONG_OPERATOR: "52",
    Code.BAD_AMOUNT: "84",
    Code.REPEATED_ORDER: "63",
    Code.COUNTER_GAP: "63",
    Code.BILL_NOT_ASKED: "50",
    Code.BILL_NOT_READY: "60",
    Code.BILL_PAID: "60",
    Code.BILL_REFUSED: "02",
    Code.BILL_NO_ANSWER: "70",
    Code.PRODUCT_CLOSED: "53",
    Code.PRODUCT_DISTURBED: "55",
    Code.CUT_OFF: "58",
    Code.OUT_OF_STOCK: "68",
    Code.NO_SUPPLIER: "62",
    Code.BELOW_COST: "53",
    Code.ABOVE_MAX_PRICE: "69",
    Code.INSUFFICIENT_BALANCE: "44",
    Code.DEBT_OVERDUE: "44",
    Code.DEBT_LIMIT: "44",
    Code.NO_BANK_ACCOUNT: "88",
    Code.TICKET_OPEN: "88",
    Code.AMOUNTS_EXHAUSTED: "84",
    Code.UNKNOWN_TICKET: "50",
    Code.NOTHING_TO_REDEEM: "44",
    Code.UNKNOWN_ORDER: "50",
    Code.UNKNOWN_AGENT: "42",
    Code.NOT_YOUR_DOWNLINE: "88",
    Code.NOT_CANCELLABLE: "88",
    Code.NOT_CORRECTABLE: "88",
    Code.NO_RECEIPT: "88",
    Code.ADDRESS_TAKEN: "88",
    Code.ADDRESS_INVALID: "88",
    Code.WORD_TAKEN: "88",
    Code.MARKUP_OUT_OF_BOUNDS: "88",
    Code.COMPLAINTS_TOO_MANY: "88",
    Code.WEAK_PIN: "88",
    Code.NOT_ALLOWED: "88",
    Code.INCIDENT: "99",
}
# These are said before the reference is looked up, and here the same message may be the inquiry about an order that
# lives. A status that is not 2xx leaves it unknown to the client, who asks again.
_UNDECIDED_HTTP = {Code.RATE_LIMITED: 429, Code.BUSY: 503, Code.INCIDENT: 500}


def sign_webhook(secret: str, body: bytes) -> str:
    """The X-Hub-Signature header: HMAC-SHA1 over the raw bytes."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


class DigiflazzBuyer:
    """The buying side. Account keys beyond the common ones: ``root`` (default ``/v1``) and ``testing`` (``true``)."""

    name = "digiflazz_buyer"
    inquiry = InquiryVerb.RESEND
    bill_inquiry = InquiryVerb.EXPLICIT
    horizon_s = HORIZON_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """A prepaid order, which sent again with the same reference is the inquiry; or a bill's inquiry or payment.

        A payment keeps its inquiry's reference and calendar date. An inquiry without reference asks whose a PLN meter
        is. The destination of a PBB bill is ``number,year``.
        """
        body = self._order(account, buy)
        match buy.step:
            case Step.PAY:
                return _post(account, "/transaction", {"commands": "pay-pasca", **body})
            case Step.INQUIRY if not buy.ref:
                return _post(account, "/inquiry-pln", {"customer_no": buy.dest, **signed(account, buy.dest)})
            case Step.INQUIRY:
                year = _split_year(buy.dest)[1]
                body |= {"amount": buy.amount_idr} if buy.amount_idr is not None else {}
                body |= {"year": year} if year is not None else {}
                return _post(account, "/transaction", {"commands": "inq-pasca", **body})
            case Step.ORDER:
                pass
            case _:
                assert_never(buy.step)
        if buy.max_price_idr is not None:
            body["max_price"] = buy.max_price_idr
        if buy.amount_idr is not None:
            body["amount"] = buy.amount_idr
        if account.get("testing") == "true":
            body["testing"] = True
        return _post(account, "/transaction", body)

    def inquire(self, account: Account, buy: Buy) -> WireRequest:
        """The same order again (law 6: a resend is a send); a bill's payment has a status command of its own."""
        if buy.step is not Step.ORDER:
            return _post(account, "/transaction", {"commands": "status-pasca", **self._order(account, buy)})
        return self.buy(account, buy)

    def ticket(self, account: Account, amount_idr: int, *, bank: str, owner: str) -> WireRequest:
        """A deposit ticket: they answer with the exact sum to transfer, unique digits added."""
        body = {"amount": amount_idr, "bank": bank, "owner_name": owner}
        return _post(account, "/deposit", body | signed(account, "deposit"))

    def read_ticket(self, reply: WireReply) -> SupplierTicket | None:
        """The sum and where to transfer it; None when the reply does not tell both."""
        data = None if http_fault(reply) else data_of(reply.body)
        if not isinstance(data, dict) or text(data, "rc") != "00" or not (amount_idr := idr(data.get("amount"))):
            return None
        account_no = "".join((text(data, "account_no") or "").split())
        return SupplierTicket(amount_idr, text(data, "bank") or "", account_no, text(data, "notes") or "")

    def balance(self, account: Account) -> WireRequest:
        """Our deposit there."""
        return _post(account, "/cek-saldo", {"cmd": "deposit", **signed(account, "depo")})

    def price_list(self, account: Account) -> WireRequest:
        """All prepaid prices: at most once per five minutes."""
        return _post(account, "/price-list", {"cmd": "prepaid", **signed(account, "pricelist")})

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,  # noqa: ARG002 - its replies are structured
        step: Step = Step.ORDER,
    ) -> Answer:
        """The object under ``data``, mapped by its rc; an inquiry's answer prices the bill and settles nothing."""
        fault = http_fault(reply)
        data = None if fault else data_of(reply.body)
        if not isinstance(data, dict):
            return unknown(fault or "unreadable", message=reply.text[:200])
        asking = step_of(buy, step) is Step.INQUIRY
        answer = read_meter(data) if asking and "segment_power" in data else read_row(data)
        if asking:
            answer = msgspec.structs.replace(answer, step=Step.INQUIRY.value, settles=False, sn=None)
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:
        """``data.deposit``."""
        data = None if http_fault(reply) else data_of(reply.body)
        return idr(data.get("deposit")) if isinstance(data, dict) else None

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:
        """The rows under ``data``; a row without code or price is left out."""
        data = None if http_fault(reply) else data_of(reply.body)
        if not isinstance(data, list):
            return None
        return tuple(row for row in map(listed, data) if row is not None)

    def callback_secret(self, account: Account) -> str | None:
        """The account's ``secret``."""
        return account.get("secret")

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:
        """The webhook, authenticated over its raw bytes; a ping (no ``data``) changes nothing."""
        if secret:
            given = request.header("X-Hub-Signature") or ""
            if not hmac.compare_digest(given.encode(), sign_webhook(secret, request.body).encode()):
                return Callback(auth="bad")
        auth: Literal["ok", "none"] = "ok" if secret else "none"
        postpaid = "Pasca" in (request.header("User-Agent") or "")
        body = decoded(request.body)
        if isinstance(body, dict) and "data" not in body and {"sed", "hook_id", "hook"} & body.keys():
            return Callback(auth=auth, event="ping", postpaid=postpaid)
        data = body.get("data") if isinstance(body, dict) else None
        answer = read_row(data) if isinstance(data, dict) else unknown("unreadable")
        return Callback(auth=auth, event=request.header("X-Digiflazz-Event"), answer=answer, postpaid=postpaid)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference, destination and product: all three are structured here."""
        return check_answer(answer, msgspec.structs.replace(buy, dest=_split_year(buy.dest)[0]), product=True)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Well inside the horizon beyond which a resend buys again, at most once a minute."""
        return asks_politely(
            horizon_s=self.horizon_s,
            since_first_s=seconds_since_first_send,
            since_last_s=seconds_since_last_inquiry,
        )

    def _order(self, account: Account, buy: Buy) -> dict[str, Any]:
        return {
            "buyer_sku_code": buy.product,
            "customer_no": wire_dest(_split_year(buy.dest)[0], account.get("dest_form")),
            "ref_id": buy.ref,
            **signed(account, buy.ref),
        }


DIGIFLAZZ_BUYER = DigiflazzBuyer()


def _split_year(dest: str) -> tuple[str, str | None]:
    """The number and the year of a PBB bill's destination; any other destination is kept whole."""
    found = _YEAR.fullmatch(dest)
    return (found[1], found[2]) if found else (dest, None)


def _post(account: Account, path: str, body: dict[str, Any]) -> WireRequest:
    headers = (("Content-Type", "application/json"),)
    return WireRequest("POST", account.get("root", "/v1") + path, (), headers, msgspec.json.encode(body))


def read_request(request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:
    """One POST of an agent's server, authenticated by its md5 sign."""
    verb = request.path.rstrip("/").rsplit("/", 1)[-1]
    body = json_object(request.body)
    if isinstance(body, Refusal):
        return Inbound(auth="unknown", refusal=body)
    asked = _asked(verb, body)
    suffix = _SUFFIX.get(verb) or exact(body, "customer_no" if verb == "inquiry-pln" else "ref_id")
    read = proved(body, asked, suffix, find_agent)
    return unready(read, _unready(asked, body, open_products)) if asked is not None else read


def _asked(verb: str, body: Json) -> AgentRequest | None:
    product = (text(body, "buyer_sku_code") or text(body, "code") or "").upper() or None
    dest = body.get("customer_no")
    dest = dest.strip() or None if isinstance(dest, str) else None
    year = exact(body, "year")
    if dest is not None and year is not None and body.get("commands"):
        dest = f"{dest},{year}"
    amount = idr(body.get("amount"))
    match verb:
        case "transaction":
            command = body.get("commands", "")
            intent = _COMMANDS.get(command) if isinstance(command, str) else None
            return AgentRequest(
                intent=intent or Intent.INVALID,
                product=product,
                dest=dest,
                ref=exact(body, "ref_id"),
                amount_idr=amount,
                max_price_idr=idr(body.get("max_price")),
            )
        case "cek-saldo":
            return AgentRequest(intent=Intent.BALANCE)
        case "price-list":
            return AgentRequest(intent=Intent.PRICE_LIST, product=product, text=text(body, "cmd"))
        case "deposit":
            bank, owner = text(body, "bank"), text(body, "owner_name")
            return AgentRequest(intent=Intent.DEPOSIT_TICKET, amount_idr=amount, bank=bank, name=owner)
        case "inquiry-pln":
            return AgentRequest(intent=Intent.BILL_INQUIRY, dest=dest)
        case _:
            return None


def _unready(asked: AgentRequest, body: Json, open_products: OpenProducts) -> Refusal | None:
    if asked.intent is Intent.INVALID:
        return Refusal(Code.INVALID_FORMAT)
    if asked.intent not in _BUYING:
        return None
    if not asked.dest:
        return Refusal(Code.INVALID_FORMAT)
    # A test must never become a real order.
    if body.get("testing") not in (None, False, "", "false"):
        return Refusal(Code.NOT_SERVED_YET)
    if asks_meter(asked) and "commands" not in body:
        return None
    if not asked.product:
        return Refusal(Code.INVALID_FORMAT)
    if not asked.ref:
        return Refusal(Code.REFERENCE_REQUIRED)
    if body.get("max_price") is not None and asked.max_price_idr is None:
        return Refusal(Code.INVALID_FORMAT)
    if asked.intent is Intent.ORDER and asked.amount_idr is not None and not open_products(asked.product):
        return Refusal(Code.BAD_AMOUNT)
    return None


def asks_meter(asked: AgentRequest) -> bool:
    """True of inquiry-pln, whose a PLN meter is: the one inquiry without a product or a reference."""
    return asked.intent is Intent.BILL_INQUIRY and asked.ref is None


def write_order(view: OrderView, message: str, bill: Bill | None = None) -> WireReply:
    """An order's present state: 00 success, 03 pending and unknown, 02 failed, 74 reversed after a success.

    ``bill`` is what it pays, for the lines of a receipt.
    """
    return _reply(_row(view, message) | ({} if bill is None else _owed(bill)))


def write_bill(view: BillView, message: str) -> WireReply:
    """A bill's inquiry: ``price`` is what paying takes from the agent, ``selling_price`` what his customer owes."""
    return _reply(
        {
            "ref_id": view.ref,
            "customer_no": _split_year(view.dest)[0],
            "buyer_sku_code": view.product,
            "message": message,
            "status": "Sukses",
            "rc": "00",
            "buyer_last_saldo": view.balance_idr,
            "price": view.price_idr,
            **_owed(view),
        }
    )


def _owed(bill: Bill | BillView) -> dict[str, Any]:
    return {
        "customer_name": bill.customer,
        "admin": bill.admin_idr,
        "periode": bill.period,
        "selling_price": bill.selling_price_idr,
        "desc": {"lembar_tagihan": bill.bills, **dict(bill.details)},
    }


def write_meter(view: BillView, message: str) -> WireReply:
    """Whose a PLN meter is."""
    told = dict(view.details)
    return _reply(
        {
            "customer_no": view.dest,
            "name": view.customer,
            **{name: told.get(name, "") for name in METER},
            "message": message,
            "status": "Sukses",
            "rc": "00",
        }
    )


def write_refusal(refusal: Refusal, message: str, asked: AgentRequest | None = None) -> WireReply:
    """The row of section 7.1 whose meaning is the reason.

    Refusals that are said before the reference is looked up carry an HTTP status that is not 2xx, so that a client
    who asks about a living order by sending it again does not take it for failed.
    """
    row: dict[str, Any] = {
        "ref_id": (asked.ref if asked else None) or "",
        "customer_no": (asked.dest if asked else None) or "",
        "buyer_sku_code": (asked.product if asked else None) or "",
        "message": message,
        "status": "Pending" if REFUSAL_RC[refusal.code] == "99" else "Gagal",
        "rc": REFUSAL_RC[refusal.code],
        "sn": "",
    }
    return _reply(row, _UNDECIDED_HTTP.get(refusal.code, 200))


def write_balance(balance_idr: int) -> WireReply:
    """The answer to cek-saldo."""
    return _reply({"deposit": balance_idr})


def write_ticket(view: TicketView, message: str) -> WireReply:
    """The answer to deposit: transfer exactly ``amount`` to the account, with ``notes`` beside it."""
    account = view.accounts[0] if view.accounts else None
    return _reply(
        {
            "rc": "00",
            "bank": "" if account is None else account.bank,
            "payment_method": "Bank Transfer",
            "account_no": "" if account is None else account.number,
            "notes": view.remark,
            "amount": view.amount_idr,
            "message": message,
        }
    )


def write_price_list(rows: Sequence[ListedProduct]) -> WireReply:
    """The answer to price-list; equal cut-off times mean none."""
    return _reply(
        [
            {
                "product_name": row.name,
                "category": row.category,
                "brand": row.brand,
                "type": row.kind,
                "seller_name": "",
                "price": row.price_idr,
                "buyer_sku_code": row.code,
                "buyer_product_status": row.on_sale,
                "seller_product_status": row.supplied,
                "unlimited_stock": row.stock is None,
                "stock": row.stock or 0,
                "multi": row.multi,
                "start_cut_off": row.cut_off_start or "0:0",
                "end_cut_off": row.cut_off_end or "0:0",
                "desc": row.note,
            }
            for row in rows
        ]
    )


def write_bill_list(rows: Sequence[ListedProduct]) -> WireReply:
    """The answer to price-list of ``pasca``: what is charged for a bill is its admin fee."""
    return _reply(
        [
            {
                "product_name": row.name,
                "category": row.category,
                "brand": row.brand,
                "seller_name": "",
                "admin": row.price_idr,
                "commission": 0,
                "buyer_sku_code": row.code,
                "buyer_product_status": row.on_sale,
                "seller_product_status": row.supplied,
                "desc": row.note,
            }
            for row in rows
        ]
    )


def webhook_request(
    url: str, view: OrderView, message: str, *, secret: str | None, event: str = "update", postpaid: bool = False
) -> WireRequest:
    """The webhook to an agent's server, signed over the bytes that are sent; a bill's has a user agent of its own."""
    body = msgspec.json.encode({"data": _row(view, message)})
    headers = [
        ("Content-Type", "application/json"),
        ("X-Digiflazz-Event", event),
        ("User-Agent", "Digiflazz-Pasca-Hookshot" if postpaid else "Digiflazz-Hookshot"),
    ]
    if secret:
        headers.append(("X-Hub-Signature", sign_webhook(secret, body)))
    return WireRequest("POST", url, (), tuple(headers), body)


def _row(view: OrderView, message: str) -> dict[str, Any]:
    rc, status = _STATES[view.state]
    return {
        "ref_id": view.ref,
        "customer_no": _split_year(view.dest)[0],
        "buyer_sku_code": view.product,
        "message": message,
        "status": status,
        "rc": rc,
        "sn": (view.sn or "") if view.state is OrderState.SUCCESS else "",
        "buyer_last_saldo": view.balance_idr,
        "price": view.price_idr,
        "tele": "",
        "wa": "",
    }


def _reply(data: object, status: int = 200) -> WireReply:
    return WireReply(status, msgspec.json.encode({"data": data}), (("Content-Type", "application/json"),))
