"""Every reason for which something is refused before or instead of an order: stable codes.

The order of the members is the order of precedence: of two reasons the earlier one is told. Reply texts in both
languages live in ``dialects/replies``; each code has a row in docs/reference/refusals.md.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """A refusal's stable code."""

    BODY_TOO_LARGE = "body_too_large"
    MALFORMED = "malformed"
    BAD_ENCODING = "bad_encoding"
    UNKNOWN_SENDER = "unknown_sender"
    IP_NOT_ALLOWED = "ip_not_allowed"
    BAD_SIGNATURE = "bad_signature"
    STALE_SIGNATURE = "stale_signature"
    REPLAYED_SIGNATURE = "replayed_signature"
    PIN_LOCKED = "pin_locked"
    WRONG_PIN = "wrong_pin"
    AGENT_BLOCKED = "agent_blocked"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    PAUSED = "paused"
    INVALID_FORMAT = "invalid_format"
    NOT_SERVED_YET = "not_served_yet"
    REFERENCE_REQUIRED = "reference_required"
    REFERENCE_INVALID = "reference_invalid"
    REFERENCE_CONFLICT = "reference_conflict"
    UNKNOWN_PRODUCT = "unknown_product"
    NOT_A_BILL = "not_a_bill"
    BAD_DESTINATION = "bad_destination"
    WRONG_OPERATOR = "wrong_operator"
    BAD_AMOUNT = "bad_amount"
    REPEATED_ORDER = "repeated_order"
    COUNTER_GAP = "counter_gap"
    BILL_NOT_ASKED = "bill_not_asked"
    BILL_NOT_READY = "bill_not_ready"
    BILL_PAID = "bill_paid"
    BILL_REFUSED = "bill_refused"
    BILL_NO_ANSWER = "bill_no_answer"
    PRODUCT_CLOSED = "product_closed"
    PRODUCT_DISTURBED = "product_disturbed"
    CUT_OFF = "cut_off"
    OUT_OF_STOCK = "out_of_stock"
    NO_SUPPLIER = "no_supplier"
    BELOW_COST = "below_cost"
    ABOVE_MAX_PRICE = "above_max_price"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    DEBT_OVERDUE = "debt_overdue"
    DEBT_LIMIT = "debt_limit"
    NO_BANK_ACCOUNT = "no_bank_account"
    TICKET_OPEN = "ticket_open"
    AMOUNTS_EXHAUSTED = "amounts_exhausted"
    UNKNOWN_TICKET = "unknown_ticket"
    NOTHING_TO_REDEEM = "nothing_to_redeem"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_AGENT = "unknown_agent"
    NOT_YOUR_DOWNLINE = "not_your_downline"
    NOT_CANCELLABLE = "not_cancellable"
    NOT_CORRECTABLE = "not_correctable"
    NO_RECEIPT = "no_receipt"
    ADDRESS_TAKEN = "address_taken"
    ADDRESS_INVALID = "address_invalid"
    WORD_TAKEN = "word_taken"
    MARKUP_OUT_OF_BOUNDS = "markup_out_of_bounds"
    COMPLAINTS_TOO_MANY = "complaints_too_many"
    WEAK_PIN = "weak_pin"
    NOT_ALLOWED = "not_allowed"
    INCIDENT = "incident"


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """A refusal: its code and the facts its text names (``needed_idr``, ``free_idr``, ``operator`` ...)."""

    code: Code
    facts: dict[str, str | int] = {}
