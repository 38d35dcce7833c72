"""What Digiflazz's buyer API answers: codes, orders, bills, meters, price rows (reference/dialects.md section 7.1)."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.server.dialects.contract import ListedProduct
from juru.server.dialects.json_fields import Json, exact, idr, plain_lines, text
from juru.server.dialects.texts import clean_sn, contradicts
from juru.server.domain.outcome import NOT_FOUND, REQUEST_REFUSED, Answer, Outcome

_FAILED = "02 50 51 52 53 54 55 57 58 60 71 72 73 74 84 85 86"
_REFUSED = "40 41 42 43 44 45 47 56 61 62 63 64 65 66 67 68 69 80 81 82 83 87 88"
_CODES: dict[str, Outcome] = {
    "00": Outcome.SUCCESS,
    "01": Outcome.FAILED,
    "03": Outcome.PENDING,
    "59": Outcome.FAILED,
    "70": Outcome.FAILED,
    "99": Outcome.PENDING,
    **dict.fromkeys(_FAILED.split(), Outcome.FAILED),
    **dict.fromkeys(_REFUSED.split(), Outcome.REFUSED),
}
_TIMEOUTS = ("01", "70")
_ABOUT_THE_REQUEST = frozenset(["40", "41", "42", "45", "82"])
"""Form, signature, user, address, our account: whoever asks by a resend learns nothing of the order from these."""
_NOT_UNIQUE, _MISSING = "49", "50"
_STATUS_WORDS = {
    "sukses": (Outcome.SUCCESS,),
    "pending": (Outcome.PENDING,),
    "gagal": (Outcome.FAILED, Outcome.REFUSED),
}
METER = ("meter_no", "subscriber_id", "segment_power")
"""What is told of a PLN meter besides its owner's name."""


def read_row(data: Json) -> Answer:
    """An order's or a bill's answer, mapped by its rc; a webhook holds the same."""
    rc, message, ref = text(data, "rc"), text(data, "message") or "", exact(data, "ref_id")
    outcome, reason = _outcome(rc, (text(data, "status") or "").lower(), message)
    failed = outcome is Outcome.FAILED
    answer = Answer(
        outcome=outcome,
        reason=reason,
        ref=ref,
        price_idr=idr(data.get("price")) or None,
        balance_idr=idr(data.get("buyer_last_saldo")),
        message=message,
        code=rc,
        dest=text(data, "customer_no"),
        product=text(data, "buyer_sku_code"),
        late_success_risk=failed and rc in _TIMEOUTS,
        counts_as="cluster_refusal" if failed and rc == "59" else None,
        supplier_balance_low=outcome is Outcome.REFUSED and rc == "44",
        **_bill(data),
    )
    if outcome is not Outcome.SUCCESS:
        return answer
    whatsapp = text(data, "wa")
    return msgspec.structs.replace(
        answer, sn=clean_sn(text(data, "sn"), answer, numbers=(whatsapp,) if whatsapp else ())
    )


def _bill(data: Json) -> dict[str, Any]:
    """What a postpaid answer says of the bill, with the lines of its receipt as far as they are plain."""
    if "selling_price" not in data and "customer_name" not in data:
        return {}
    desc = data.get("desc")
    desc = desc if isinstance(desc, dict) else {}
    detail = desc.get("detail")
    sheets = idr(desc.get("lembar_tagihan")) or (len(detail) if isinstance(detail, list) else None)
    return {
        "selling_price_idr": idr(data.get("selling_price")),
        "admin_idr": idr(data.get("admin")),
        "bills": sheets,
        "customer": text(data, "customer_name"),
        "period": text(data, "periode"),
        "details": plain_lines(desc),
    }


def read_meter(data: Json) -> Answer:
    """Whose a PLN meter is; it may come without rc and status."""
    outcome, reason = Outcome.SUCCESS, None
    if (rc := text(data, "rc")) is not None:
        outcome, reason = _outcome(rc, (text(data, "status") or "").lower(), text(data, "message") or "")
    return Answer(
        outcome,
        reason=reason,
        code=rc,
        message=text(data, "message") or "",
        dest=text(data, "customer_no"),
        customer=text(data, "name"),
        details=tuple((name, text(data, name) or "") for name in METER),
    )


def _outcome(rc: str | None, status: str, message: str) -> tuple[Outcome, str | None]:
    if rc == _NOT_UNIQUE:
        return Outcome.UNKNOWN, "ref_not_unique"
    outcome = _CODES.get(rc or "")
    if outcome is None:
        return Outcome.UNKNOWN, "unmapped_code"
    # A refusal may come without a status word; a success may not.
    if outcome not in _STATUS_WORDS.get(status, ()) and (status or outcome is Outcome.SUCCESS):
        return Outcome.UNKNOWN, "contradiction"
    if contradicts(outcome, message):
        return Outcome.UNKNOWN, "contradiction"
    if rc == _MISSING:
        return outcome, NOT_FOUND
    return outcome, REQUEST_REFUSED if rc in _ABOUT_THE_REQUEST else None


def listed(row: object) -> ListedProduct | None:
    """A row of their price list; None for one without code or price."""
    if not isinstance(row, dict):
        return None
    code, price = text(row, "buyer_sku_code"), idr(row.get("price"))
    if code is None or price is None:
        return None
    start, end = text(row, "start_cut_off"), text(row, "end_cut_off")
    cut_off = start is not None and start != end
    return ListedProduct(
        code=code,
        name=text(row, "product_name") or code,
        price_idr=price,
        category=text(row, "category") or "",
        brand=text(row, "brand") or "",
        kind=text(row, "type") or "",
        on_sale=row.get("buyer_product_status") is not False,
        supplied=row.get("seller_product_status") is not False,
        stock=None if row.get("unlimited_stock") is not False else idr(row.get("stock")) or 0,
        multi=row.get("multi") is not False,
        cut_off_start=start if cut_off else None,
        cut_off_end=end if cut_off else None,
        note=text(row, "desc") or "",
    )
