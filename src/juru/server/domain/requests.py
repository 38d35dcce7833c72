"""What an agent asks for, as any channel understood it, before the engine decides."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Intent(StrEnum):
    """Everything an agent may ask. The grammar reads all of it; what is not served yet is refused by name."""

    ORDER = "order"
    ORDER_MULTI = "order_multi"
    BILL_INQUIRY = "bill_inquiry"
    BILL_PAY = "bill_pay"
    BALANCE = "balance"
    PRICE = "price"
    PRICE_LIST = "price_list"
    DEPOSIT_TICKET = "deposit_ticket"
    DEPOSIT_CANCEL = "deposit_cancel"
    BANK = "bank"
    CENTER = "center"
    FORMAT = "format"
    PRODUCTS = "products"
    CHANGE_PIN = "change_pin"
    SENDER_ADD = "sender_add"
    SENDER_REMOVE = "sender_remove"
    SENDER_LIST = "sender_list"
    RENAME = "rename"
    STATUS_CHECK = "status_check"
    HISTORY = "history"
    REPORT = "report"
    MUTATION_REPORT = "mutation_report"
    DOWNLINE_REGISTER = "downline_register"
    AUTOREG = "autoreg"
    PRICE_NOTICES = "price_notices"
    SELF_REGISTER = "self_register"
    DOWNLINE_TRANSFER = "downline_transfer"
    DOWNLINE_TRANSFER_BACK = "downline_transfer_back"
    TRANSFER_CANCEL = "transfer_cancel"
    DOWNLINE_BALANCE = "downline_balance"
    DOWNLINE_LIST = "downline_list"
    DOWNLINE_BLOCK = "downline_block"
    DOWNLINE_UNBLOCK = "downline_unblock"
    MARKUP_DOWNLINE = "markup_downline"
    MARKUP_PRODUCT = "markup_product"
    COMMISSION_CHECK = "commission_check"
    COMMISSION_REDEEM = "commission_redeem"
    POINTS_CHECK = "points_check"
    POINTS_REDEEM = "points_redeem"
    COMPLAINT = "complaint"
    CORRECT_NUMBER = "correct_number"
    RECEIPT = "receipt"
    LIMITS = "limits"
    PRODUCT_STATUS = "product_status"
    HELP = "help"
    INVALID = "invalid"


class Item(msgspec.Struct, frozen=True):
    """One pair of a multi-order."""

    product: str | None = None
    dest: str = ""
    denom_k: int | None = None
    counter: int | None = None
    amount_idr: int | None = None


class AgentRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request of an agent. ``dest`` is as sent; ``product`` upper case; ``denom_k`` thousands of rupiah.

    ``qty`` is the wire's own number, ``amount_idr`` its meaning where the product is an open denomination or the
    intent needs an amount. ``order`` names an order as an agent does (its number, reference or destination); ``words``
    are the fields of a registration besides number, markup and PINs. ``problem`` says for ``invalid`` what could not
    be read, ``near`` which commands may have been meant. ``inquiry_id`` names a bill to pay by the number its inquiry
    was answered with, where the wire has no reference.
    """

    intent: Intent
    agent: str | None = None
    product: str | None = None
    dest: str | None = None
    denom_k: int | None = None
    counter: int | None = None
    repeat: bool = False
    notify: str | None = None
    pin: str | None = None
    new_pin: str | None = None
    ref: str | None = None
    inquiry_id: int | None = None
    qty: int | None = None
    amount_idr: int | None = None
    max_price_idr: int | None = None
    items: tuple[Item, ...] = ()
    bank: str | None = None
    downline: str | None = None
    name: str | None = None
    date: str | None = None
    text: str | None = None
    order: str | None = None
    words: tuple[str, ...] = ()
    problem: str | None = None
    near: tuple[str, ...] = ()
