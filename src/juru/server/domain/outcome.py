"""What a supplier said, in the engine's own words.

Every code and text of every dialect is mapped to one of these five outcomes (reference/dialects.md section 1); the
engine never sees a dialect's number.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How an attempt stands. ``unknown`` is never failed: the money stays held."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class InquiryVerb(StrEnum):
    """How a supplier is asked about an order it may hold; ``RESEND`` is the same order with the same reference."""

    NONE = "none"
    EXPLICIT = "explicit"
    RESEND = "resend"


class Step(StrEnum):
    """Which request of a purchase this is. A bill is asked about first (``inquiry`` moves no money), then paid."""

    ORDER = "order"
    INQUIRY = "inquiry"
    PAY = "pay"


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reply, inquiry answer or callback of a supplier, mapped.

    ``price_idr`` is what we are charged, ``balance_idr`` our deposit there as the message states it (a hint for drift
    alerts, never a ledger fact). ``settles`` is False for the inquiry step of a bill. ``reason`` is a stable word for
    logs and pages (``not_sent``, ``timeout``, ``unmapped_code``, ``dest_mismatch`` ...).

    Of a bill: ``selling_price_idr`` is what the customer owes, ``admin_idr`` the fee in it, ``bills`` how many months
    or sheets, ``details`` further lines of the receipt; ``supplier_trx_id`` is what some suppliers want back with the
    payment. ``voucher_pin`` is a voucher's secret part, to be sealed before it is stored.
    """

    outcome: Outcome
    ref: str | None = None
    sn: str | None = None
    price_idr: int | None = None
    balance_idr: int | None = None
    message: str = ""
    code: str | None = None
    reason: str | None = None
    dest: str | None = None
    product: str | None = None
    supplier_trx_id: str | None = None
    late_success_risk: bool = False
    duplicate: bool = False
    step: str | None = None
    settles: bool = True
    counts_as: str | None = None
    supplier_balance_low: bool = False
    selling_price_idr: int | None = None
    admin_idr: int | None = None
    bills: int | None = None
    customer: str | None = None
    period: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    voucher_pin: str | None = None


class Buy(msgspec.Struct, frozen=True):
    """One purchase as it goes to a supplier: their SKU, the destination as stored (E.164 or as typed), our reference.

    ``amount_idr`` is set for open denominations and open bills only; ``max_price_idr`` goes with every buy that knows
    it (law 8). A bill's payment keeps the reference of its inquiry, and ``tr_id`` is what the supplier called it then.
    """

    product: str
    dest: str
    ref: str
    amount_idr: int | None = None
    max_price_idr: int | None = None
    step: Step = Step.ORDER
    tr_id: str | None = None
    counter: int = 1


REQUEST_REFUSED = "request_refused"
"""The reason of an answer that refuses a request for itself (its proof, address or form): it says nothing of an order
that was sent before."""
NOT_FOUND = "not_found"
"""The reason of an answer that knows no such order."""
NOT_FOUND_AFTER_S = 120
"""When that begins to count, unless a supplier says otherwise (reference/dialects.md 2.6)."""


def believed(answer: Answer, *, again: bool, since_send_s: int, not_found_after_s: int) -> Answer:
    """An answer as far as it may be believed.

    ``again``: it answers an inquiry or a resend, so an earlier request may have been carried out; that this one did not
    leave, or was refused for itself, is then no word about the order. "Not found" counts only once the order had time
    to arrive (reference/dialects.md 2.6); ``since_send_s`` counts from its last byte.
    """
    if again and answer.reason in {"not_sent", REQUEST_REFUSED}:
        return _withdrawn(answer, answer.reason)
    if answer.reason == NOT_FOUND and since_send_s < not_found_after_s:
        return _withdrawn(answer, "not_found_yet")
    return answer


def _withdrawn(answer: Answer, reason: str | None) -> Answer:
    return Answer(Outcome.UNKNOWN, ref=answer.ref, message=answer.message, code=answer.code, reason=reason)
