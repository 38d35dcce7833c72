"""IAK's bills, both sides: POST ``/api/v1/bill/check``, one command a step (reference/dialects.md section 8.2).

``price`` is what the customer owes and ``selling_price`` what is taken from the deposit: the other way round than at
Digiflazz. Digiflazz's seller API asks and answers bills in this form as well (7.3).
"""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from juru.server.dialects.contract import Account, refusal_status, wire_dest
from juru.server.dialects.iak_codes import post, reply
from juru.server.dialects.json_fields import Json, exact, idr, plain_lines, text
from juru.server.dialects.texts import clean_sn, contradicts
from juru.server.dialects.user_sign import signed
from juru.server.domain.outcome import NOT_FOUND, Answer, Buy, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

PATH = "/api/v1/bill/check"
STATUS_SUFFIX, LIST_SUFFIX = "cs", "pl"
COMMANDS = {
    "inq-pasca": Intent.BILL_INQUIRY,
    "pay-pasca": Intent.BILL_PAY,
    "checkstatus": Intent.STATUS_CHECK,
    "pricelist-pasca": Intent.PRICE_LIST,
}
_PAID = ("01", "34", "40")
_NOT_RECEIVED = ("02", "42")
_FAILED = "07 08 09 10 13 14 15 33 37 38"
_REFUSED = "03 04 06 11 16 17 20 30 31 32 35 36 41"
_CODES = {
    "00": Outcome.SUCCESS,
    "39": Outcome.PENDING,
    **dict.fromkeys(_FAILED.split(), Outcome.FAILED),
    **dict.fromkeys(_REFUSED.split(), Outcome.REFUSED),
    **dict.fromkeys(_NOT_RECEIVED, Outcome.REFUSED),
}
_DEPOSIT_LOW = "17"
_STATES = {
    "0": (Outcome.REFUSED, Outcome.PENDING),
    "1": (Outcome.SUCCESS,),
    "2": (Outcome.FAILED, Outcome.REFUSED),
    "3": (Outcome.PENDING,),
}
_RC: dict[Code, str] = {
    **dict.fromkeys((Code.BODY_TOO_LARGE, Code.MALFORMED, Code.BAD_ENCODING, Code.INVALID_FORMAT), "107"),
    **dict.fromkeys((Code.UNKNOWN_SENDER, Code.BAD_SIGNATURE, Code.WRONG_PIN), "100"),
    **dict.fromkeys((Code.REFERENCE_REQUIRED, Code.REFERENCE_INVALID), "03"),
    Code.REFERENCE_CONFLICT: "11",
    Code.NOT_SERVED_YET: "101",
    Code.IP_NOT_ALLOWED: "102",
    Code.PIN_LOCKED: "118",
    Code.AGENT_BLOCKED: "118",
    Code.PAUSED: "110",
    **dict.fromkeys((Code.UNKNOWN_PRODUCT, Code.NOT_A_BILL), "20"),
    Code.BILL_NOT_ASKED: "06",
    Code.BAD_DESTINATION: "14",
    Code.WRONG_OPERATOR: "16",
    Code.INSUFFICIENT_BALANCE: "17",
    Code.BAD_AMOUNT: "93",
    **dict.fromkeys((Code.RATE_LIMITED, Code.BUSY, Code.INCIDENT), "05"),
}

_INQUIRY_RC = {Code.BILL_PAID: "01", Code.BILL_NO_ANSWER: "05"}
"""Of a payment these would say that it may have been made."""


def ask(account: Account, buy: Buy, address: str = PATH) -> WireRequest:
    """A bill's inquiry, under our reference; or its payment, under what they called the inquiry."""
    if buy.step is Step.PAY:
        tr_id = buy.tr_id or ""
        return post(address, {"commands": "pay-pasca", "tr_id": tr_id, **signed(account, tr_id)})
    body: dict[str, Any] = {
        "commands": "inq-pasca",
        "code": buy.product,
        "hp": wire_dest(buy.dest, account.get("dest_form")),
        "ref_id": buy.ref,
        **signed(account, buy.ref),
    }
    if buy.amount_idr is not None:
        body["desc"] = {"amount": buy.amount_idr}
    return post(address, body)


def ask_status(account: Account, buy: Buy, address: str = PATH) -> WireRequest:
    """What became of a payment, by the reference of its inquiry."""
    return post(address, {"commands": "checkstatus", "ref_id": buy.ref, **signed(account, STATUS_SUFFIX)})


def read(data: Json, step: Step) -> Answer:
    """An answer about a bill. Asked for its amount it settles nothing; a payment that may be our own is unknown."""
    rc, message = text(data, "response_code"), text(data, "message") or ""
    outcome, reason = _outcome(rc, text(data, "status"), message, step)
    desc = data.get("desc")
    desc = desc if isinstance(desc, dict) else {}
    answer = Answer(
        outcome=outcome,
        reason=reason,
        ref=exact(data, "ref_id"),
        price_idr=idr(data.get("selling_price")) or None,
        balance_idr=idr(data.get("balance")),
        message=message,
        code=rc,
        dest=text(data, "hp"),
        product=text(data, "code"),
        supplier_trx_id=text(data, "tr_id_str") or text(data, "tr_id"),
        supplier_balance_low=outcome is Outcome.REFUSED and rc == _DEPOSIT_LOW,
        selling_price_idr=idr(data.get("price")),
        admin_idr=idr(data.get("admin")),
        bills=_sheets(desc),
        customer=text(data, "tr_name"),
        period=text(data, "period"),
        details=plain_lines(desc),
    )
    if step is Step.INQUIRY:
        return msgspec.structs.replace(answer, step=Step.INQUIRY.value, settles=False)
    if outcome is Outcome.SUCCESS:
        return msgspec.structs.replace(answer, sn=clean_sn(text(data, "noref"), answer))
    return answer


def _outcome(rc: str | None, status: str | None, message: str, step: Step) -> tuple[Outcome, str | None]:
    if rc in _PAID:
        return (Outcome.REFUSED, None) if step is Step.INQUIRY else (Outcome.UNKNOWN, "already_paid")
    outcome = _CODES.get(rc or "")
    if outcome is None:
        return Outcome.UNKNOWN, "unmapped_code"
    if step is Step.INQUIRY:
        return outcome, None
    if outcome not in _STATES.get(status or "", (outcome,)) or contradicts(outcome, message):
        return Outcome.UNKNOWN, "contradiction"
    return outcome, NOT_FOUND if rc in _NOT_RECEIVED else None


def _sheets(desc: Json) -> int | None:
    """How many months or sheets a bill has."""
    detail = desc["tagihan"].get("detail") if isinstance(desc.get("tagihan"), dict) else None
    counted = idr(desc.get("lembar_tagihan")) or idr(desc.get("jumlah_tagihan"))
    return counted or (len(detail) if isinstance(detail, list) else None)


def asked_by(body: Json) -> AgentRequest:
    """What an agent's server wants of a bill."""
    command = body.get("commands", "")
    desc = body.get("desc")
    number = text(body, "tr_id")
    return AgentRequest(
        intent=(COMMANDS.get(command) if isinstance(command, str) else None) or Intent.INVALID,
        product=(text(body, "code") or "").upper() or None,
        dest=text(body, "hp"),
        ref=exact(body, "ref_id"),
        inquiry_id=idr(number) if number is not None else None,
        amount_idr=idr(desc.get("amount")) if isinstance(desc, dict) else None,
        text="pasca" if command == "pricelist-pasca" else None,
    )


def suffix_of(body: Json, asked: AgentRequest) -> str | None:
    """What the verb signs besides name and key."""
    match asked.intent:
        case Intent.BILL_PAY:
            return text(body, "tr_id")
        case Intent.STATUS_CHECK:
            return STATUS_SUFFIX
        case Intent.PRICE_LIST:
            return LIST_SUFFIX
        case _:
            return asked.ref


def unready_bill(asked: AgentRequest) -> Refusal | None:
    """Why a bill's request cannot be carried out as it is written."""
    match asked.intent:
        case Intent.INVALID:
            return Refusal(Code.INVALID_FORMAT)
        case Intent.BILL_INQUIRY if not asked.product or not asked.dest:
            return Refusal(Code.INVALID_FORMAT)
        case Intent.BILL_PAY:
            return None if asked.inquiry_id else Refusal(Code.UNKNOWN_ORDER)
        case Intent.BILL_INQUIRY | Intent.STATUS_CHECK:
            return None if asked.ref else Refusal(Code.REFERENCE_REQUIRED)
        case _:
            return None


def write_bill(view: BillView) -> WireReply:
    """A bill's inquiry; ``tr_id`` is what its payment must name."""
    return reply(
        {
            "tr_id": view.inquiry_id,
            "code": view.product,
            "hp": view.dest,
            "tr_name": view.customer,
            "period": view.period,
            "nominal": view.selling_price_idr - view.admin_idr,
            "admin": view.admin_idr,
            "ref_id": view.ref,
            "response_code": "00",
            "message": "INQUIRY SUCCESS",
            "price": view.selling_price_idr,
            "selling_price": view.price_idr,
            "balance": view.balance_idr,
            "desc": {"lembar_tagihan": view.bills, **dict(view.details)},
        }
    )


def payment_row(view: OrderView, message: str, inquiry_id: int | None = None) -> dict[str, Any]:
    """A payment's present state."""
    status, rc, said = _payment_state(view)
    return {
        "tr_id": inquiry_id or view.order_id,
        "code": view.product,
        "hp": view.dest,
        "ref_id": view.ref,
        "status": status,
        "response_code": rc,
        "message": said or message,
        "selling_price": view.price_idr,
        "balance": view.balance_idr,
        "noref": (view.sn or "") if view.state is OrderState.SUCCESS else "",
    }


def _payment_state(view: OrderView) -> tuple[int, str, str | None]:
    match view.state:
        case OrderState.ACCEPTED:
            return 3, "39", "PENDING / TRANSACTION IN PROCESS"
        case OrderState.SUCCESS:
            return 1, "00", "PAYMENT SUCCESS"
        case OrderState.FAILED | OrderState.REVERSED:
            return 2, "37", None
        case _:
            assert_never(view.state)


def write_payment(view: OrderView, message: str, inquiry_id: int | None = None) -> WireReply:
    """The answer to a payment or to its status check."""
    return reply(payment_row(view, message, inquiry_id))


def write_refusal(refusal: Refusal, message: str, asked: AgentRequest) -> WireReply:
    """A refusal by the row whose meaning is the reason; what is not a word about a payment is no 2xx."""
    row: dict[str, Any] = {
        "code": asked.product or "",
        "hp": asked.dest or "",
        "ref_id": asked.ref or "",
        "response_code": _refused_as(refusal.code, asked.intent),
        "message": message,
    }
    if asked.inquiry_id:
        row["tr_id"] = asked.inquiry_id
    return reply(row, refusal_status(refusal, asked))


def _refused_as(code: Code, intent: Intent) -> str:
    if code is Code.UNKNOWN_ORDER:
        return "42" if intent is Intent.STATUS_CHECK else "06"
    if intent is Intent.BILL_INQUIRY:
        return _INQUIRY_RC.get(code) or _RC.get(code, "09")
    return _RC.get(code, "33")
