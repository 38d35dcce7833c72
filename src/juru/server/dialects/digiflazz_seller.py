"""Digiflazz's seller API, both sides: IAK's format with every value a string (reference/dialects.md section 7.3).

Inbound, Digiflazz is an agent of ours; outbound, a supplier takes orders as Digiflazz's sellers do. The same body again
is the status check, so it never creates twice. Bills are asked and answered as at IAK (``iak_postpaid``).
"""

from __future__ import annotations

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
from juru.server.dialects.iak_codes import PROCESS, SUCCESS, UNDECIDED, post, read_order, refused_as, reply, state_of
from juru.server.dialects.json_fields import data_of, exact, text
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.user_sign import json_object, proved, signed, unready
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

DAY_S = 86_400
_WORDS = {PROCESS: "Process", SUCCESS: "Success"}
_KNOWN_THERE = frozenset(["06", "07", "13", "14", "20", "106", "121", "204"])
"""The codes of section 7.3: any other refusal is told as 07, an address that is not allowed as 204."""


class DigiflazzSeller:
    """The buying side. ``order_path`` (``/``) and ``bill_path`` (the same) are where the supplier listens."""

    name = "digiflazz_seller"
    inquiry = InquiryVerb.RESEND
    bill_inquiry = InquiryVerb.EXPLICIT
    horizon_s = DAY_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """An order, which sent again is its own status check; or a bill's inquiry or payment."""
        if buy.step is not Step.ORDER:
            return bill.ask(account, buy, _bill_path(account))
        if buy.amount_idr is not None:
            raise UnsayableError("Digiflazz's seller API has no amount")
        order = {
            "ref_id": buy.ref,
            "customer_id": wire_dest(buy.dest, account.get("dest_form")),
            "product_code": buy.product,
        }
        return post(account.get("order_path", "/"), order | signed(account, buy.ref))

    def inquire(self, account: Account, buy: Buy) -> WireRequest:
        """The same order again (law 6: a resend is a send); of a bill's payment, checkstatus."""
        if buy.step is not Step.ORDER:
            return bill.ask_status(account, buy, _bill_path(account))
        return self.buy(account, buy)

    def balance(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """It has none; every answer tells our deposit there."""
        return None

    def price_list(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """It has none."""
        return None

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,  # noqa: ARG002 - its replies are structured
        step: Step = Step.ORDER,
    ) -> Answer:
        """The object under ``data``, by ``rc``; of a bill by ``response_code`` and the step."""
        fault = http_fault(reply)
        data = None if fault else data_of(reply.body)
        if not isinstance(data, dict):
            return unknown(fault or "unreadable", message=reply.text[:200])
        asked = step_of(buy, step)
        answer = read_order(data) if asked is Step.ORDER else bill.read(data, asked)
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:  # noqa: ARG002
        """It has none."""
        return None

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:  # noqa: ARG002
        """It has none."""
        return None

    def callback_secret(self, account: Account) -> str | None:  # noqa: ARG002
        """Its reports prove nothing: the token in their path and the source address speak for them."""
        return None

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:  # noqa: ARG002 - as above
        """The same object as the answer, of an order or of a bill's payment."""
        data = data_of(request.body)
        if not isinstance(data, dict):
            return Callback(auth="none", answer=unknown("unreadable"))
        about_bill = "response_code" in data
        answer = bill.read(data, Step.PAY) if about_bill else read_order(data)
        return Callback(auth="none", answer=answer, postpaid=about_bill)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference, destination and product: all three are structured here."""
        return check_answer(answer, buy, product=True)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Within a day (how long a supplier knows a reference is not documented), at most once a minute."""
        return asks_politely(
            horizon_s=self.horizon_s,
            since_first_s=seconds_since_first_send,
            since_last_s=seconds_since_last_inquiry,
        )


DIGIFLAZZ_SELLER = DigiflazzSeller()


def _bill_path(account: Account) -> str:
    return account.get("bill_path") or account.get("order_path", "/")


def read_request(request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:  # noqa: ARG001 - no verb has an amount
    """One POST of Digiflazz, authenticated by its md5 sign; ``commands`` make it a bill's."""
    body = json_object(request.body)
    if isinstance(body, Refusal):
        return Inbound(auth="unknown", refusal=body)
    if body.get("commands"):
        wanted = bill.asked_by(body)
        return unready(proved(body, wanted, bill.suffix_of(body, wanted), find_agent), bill.unready_bill(wanted))
    ref, dest = exact(body, "ref_id"), text(body, "customer_id")
    product = (text(body, "product_code") or "").upper() or None
    asked = AgentRequest(Intent.ORDER, product=product, dest=dest, ref=ref)
    read = proved(body, asked, ref, find_agent)
    if not product or not dest:
        return unready(read, Refusal(Code.INVALID_FORMAT))
    return unready(read, None if ref else Refusal(Code.REFERENCE_REQUIRED))


def is_bill(asked: AgentRequest | None) -> bool:
    """True of everything but an order: the other verbs are those of bills."""
    return asked is not None and asked.intent is not Intent.ORDER


def write_order(view: OrderView, message: str) -> WireReply:
    """An order's present state; ``message`` says why a failed one failed."""
    return reply(_row(view, message))


def write_refusal(refusal: Refusal, message: str, asked: AgentRequest | None = None) -> WireReply:
    """The row of section 7.3 whose meaning is the reason; what is no end of an order is no 2xx."""
    status, rc = refused_as(refusal.code)
    if (status, rc) != UNDECIDED and rc not in _KNOWN_THERE:
        rc = "204" if refusal.code is Code.IP_NOT_ALLOWED else "07"
    row = {
        "ref_id": (asked.ref if asked else None) or "",
        "status": status,
        "code": (asked.product if asked else None) or "",
        "customer_id": (asked.dest if asked else None) or "",
        "price": "0",
        "message": message,
        "balance": "",
        "tr_id": "",
        "rc": "39" if (status, rc) == UNDECIDED else rc,
        "sn": "",
    }
    return reply(row, refusal_status(refusal, asked))


def callback_request(url: str, view: OrderView, message: str, *, about_bill: bool = False) -> WireRequest:
    """The report of a later change: the same object as the answer, unsigned as they take it."""
    row = bill.payment_row(view, message) if about_bill else _row(view, message)
    return WireRequest("POST", url, (), (("Content-Type", "application/json"),), msgspec.json.encode({"data": row}))


def _row(view: OrderView, message: str) -> dict[str, Any]:
    status, rc = state = state_of(view)
    return {
        "ref_id": view.ref,
        "status": status,
        "code": view.product,
        "customer_id": view.dest,
        "price": str(view.price_idr),
        "message": _WORDS.get(state) or message,
        "balance": str(view.balance_idr),
        "tr_id": str(view.order_id),
        "rc": rc,
        "sn": (view.sn or "") if view.state is OrderState.SUCCESS else "",
    }
