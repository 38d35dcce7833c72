"""IAK's prepaid codes, in both directions (reference/dialects.md section 8.1).

Digiflazz's seller API is of the same family (7.3): it reads and writes by these tables, too.
"""

from __future__ import annotations

from typing import Any

import msgspec

from juru.server.dialects.json_fields import Json, exact, idr, text
from juru.server.dialects.texts import clean_sn, contradicts
from juru.server.domain.outcome import NOT_FOUND, REQUEST_REFUSED, Answer, Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

_JSON = (("Content-Type", "application/json"),)
_FAILED = "07 12 13 14 121 131 206"
_REFUSED = "06 10 16 17 18 19 20 94 102 106 107 108 109 110 117 202 203 204 205 207"
_CODES = {
    "00": Outcome.SUCCESS,
    "39": Outcome.PENDING,
    **dict.fromkeys(_FAILED.split(), Outcome.FAILED),
    **dict.fromkeys(_REFUSED.split(), Outcome.REFUSED),
}
_MISSING, _DEPOSIT_LOW = "06", "17"
_ABOUT_THE_REQUEST = frozenset(["94", "102", "107", "108", "109", "110", "117", "204", "205"])
"""Address, form, proof, maintenance: whoever asks learns nothing of the order from these."""
_STATUS = {Outcome.SUCCESS: "1", Outcome.PENDING: "0", Outcome.FAILED: "2", Outcome.REFUSED: "2"}

PROCESS, SUCCESS, FAILED = ("0", "39"), ("1", "00"), ("2", "07")
_WRONG_NUMBER = ("2", "14")
UNDECIDED = ("0", "201")
"""What is no end of the order the reference may belong to; its HTTP status says so as well."""
_UNDECIDED = frozenset({Code.RATE_LIMITED, Code.BUSY, Code.INCIDENT, Code.REFERENCE_CONFLICT})
_RC: dict[Code, str] = {
    **dict.fromkeys((Code.BODY_TOO_LARGE, Code.MALFORMED, Code.BAD_ENCODING, Code.INVALID_FORMAT), "107"),
    **dict.fromkeys((Code.REFERENCE_REQUIRED, Code.REFERENCE_INVALID, Code.NOT_SERVED_YET, Code.NOT_ALLOWED), "205"),
    **dict.fromkeys((Code.UNKNOWN_SENDER, Code.BAD_SIGNATURE, Code.STALE_SIGNATURE, Code.REPLAYED_SIGNATURE), "204"),
    **dict.fromkeys((Code.PIN_LOCKED, Code.WRONG_PIN, Code.AGENT_BLOCKED, Code.UNKNOWN_AGENT), "204"),
    Code.IP_NOT_ALLOWED: "102",
    Code.PAUSED: "110",
    **dict.fromkeys((Code.UNKNOWN_PRODUCT, Code.NOT_A_BILL, Code.BILL_NOT_ASKED), "20"),
    Code.BAD_DESTINATION: "14",
    Code.WRONG_OPERATOR: "16",
    **dict.fromkeys((Code.REPEATED_ORDER, Code.COUNTER_GAP), "202"),
    **dict.fromkeys((Code.PRODUCT_CLOSED, Code.PRODUCT_DISTURBED, Code.CUT_OFF, Code.OUT_OF_STOCK), "106"),
    **dict.fromkeys((Code.NO_SUPPLIER, Code.BELOW_COST, Code.ABOVE_MAX_PRICE), "106"),
    Code.INSUFFICIENT_BALANCE: "17",
    Code.UNKNOWN_ORDER: "06",
}


def post(address: str, body: dict[str, Any]) -> WireRequest:
    """A request to them."""
    return WireRequest("POST", address, (), _JSON, msgspec.json.encode(body))


def reply(data: object, status: int = 200) -> WireReply:
    """Our answer, under ``data``."""
    return WireReply(status, msgspec.json.encode({"data": data}), _JSON)


def read_order(data: Json) -> Answer:
    """An order's answer, inquiry answer or callback; version 1 names product and customer ``code`` and ``hp``."""
    rc, message = text(data, "rc"), text(data, "message") or ""
    outcome, reason = _outcome(rc, text(data, "status"), message)
    answer = Answer(
        outcome=outcome,
        reason=reason,
        ref=exact(data, "ref_id"),
        price_idr=idr(data.get("price")) or None,
        balance_idr=idr(data.get("balance")),
        message=message,
        code=rc,
        dest=text(data, "customer_id") or text(data, "hp"),
        product=text(data, "product_code") or text(data, "code"),
        supplier_trx_id=text(data, "tr_id"),
        supplier_balance_low=outcome is Outcome.REFUSED and rc == _DEPOSIT_LOW,
    )
    if outcome is not Outcome.SUCCESS:
        return answer
    voucher = text(data, "pin") or text(data, "activation_code")
    return msgspec.structs.replace(answer, sn=clean_sn(text(data, "sn"), answer), voucher_pin=voucher)


def _outcome(rc: str | None, status: str | None, message: str) -> tuple[Outcome, str | None]:
    outcome = _CODES.get(rc or "")
    if outcome is None:
        return Outcome.UNKNOWN, "unmapped_code"
    # A refusal may come without a status; a success may not.
    if status != _STATUS[outcome] and (status is not None or outcome is Outcome.SUCCESS):
        return Outcome.UNKNOWN, "contradiction"
    if contradicts(outcome, message):
        return Outcome.UNKNOWN, "contradiction"
    if rc == _MISSING:
        return outcome, NOT_FOUND
    return outcome, REQUEST_REFUSED if rc in _ABOUT_THE_REQUEST else None


def state_of(view: OrderView) -> tuple[str, str]:
    """Status and rc of an order as we hold it; unknown is in process."""
    match view.state:
        case OrderState.ACCEPTED:
            return PROCESS
        case OrderState.SUCCESS:
            return SUCCESS
        case OrderState.FAILED | OrderState.REVERSED:
            return _WRONG_NUMBER if view.reason == "bad_destination" else FAILED


def refused_as(code: Code) -> tuple[str, str]:
    """Status and rc of a refusal."""
    return UNDECIDED if code in _UNDECIDED else ("2", _RC.get(code, "07"))
