"""Keyword commands of the order-text grammar: the fields each intent takes, and every reading they allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from juru.server.dialects.grammar_profile import GrammarProfile
from juru.server.dialects.grammar_shapes import (
    amount_of,
    counter_of,
    denomination_of,
    is_agent_id,
    is_bill_number,
    is_dest,
    is_pin,
    product_of,
)
from juru.server.domain.requests import AgentRequest, Intent, Item

Values = dict[str, str | int]

_DATE = re.compile(r"\d{6}|\d{1,2}[-/]\d{1,2}[-/](?:\d{2}|\d{4})", re.ASCII)
_DAY = re.compile(r"\d{1,2}|(?:[Hh]-?|-)\d{1,3}", re.ASCII)
_DAY_WORDS = frozenset({"KEMARIN", "KMRN", "YESTERDAY", "HARIINI", "TODAY"})
ON, OFF = "ON", "OFF"
"""That something is to be; in place of a word: that there is to be none any more."""
_ON_WORDS = frozenset({ON, "HIDUP", "BUKA"})
_OFF_WORDS = frozenset({OFF, "MATI", "TUTUP"})
_ALL_WORDS = frozenset({"SEMUA", "ALL"})
_ORDER = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NEW_PIN = re.compile(r"PIN\s*[=:]\s*(\d+)", re.ASCII | re.IGNORECASE)
_TOPIC = re.compile(r"[A-Za-z?]{1,20}", re.ASCII)
_BANK = re.compile(r"[A-Za-z]{2,12}", re.ASCII)
_MARKUP = re.compile(r"([A-Za-z][A-Za-z0-9]{0,19})=(\d{1,9})", re.ASCII)
_TEXT_MAX = 60
_WORDS_MAX = 4

# The fields after the keyword; a PIN may follow each of them where the profile has it behind.
_FORMS: dict[Intent, tuple[str, ...]] = {
    Intent.BALANCE: ("",),
    Intent.DEPOSIT_TICKET: ("amount", "bank amount"),
    Intent.DEPOSIT_CANCEL: ("",),
    Intent.BANK: ("",),
    Intent.CENTER: ("",),
    Intent.FORMAT: ("", "topic"),
    Intent.PRODUCTS: ("", "product"),
    Intent.HELP: ("", "topic"),
    Intent.SENDER_ADD: ("sender",),
    Intent.SENDER_REMOVE: ("sender",),
    Intent.SENDER_LIST: ("",),
    Intent.RENAME: ("name",),
    Intent.STATUS_CHECK: ("", "dest", "denom dest", "date dest"),
    Intent.HISTORY: ("",),
    Intent.REPORT: ("", "day"),
    Intent.MUTATION_REPORT: ("", "day"),
    Intent.AUTOREG: ("word margin", "off"),
    Intent.PRICE_NOTICES: ("on", "off"),
    Intent.DOWNLINE_TRANSFER: ("partner amount", "amount partner"),
    Intent.DOWNLINE_TRANSFER_BACK: ("partner amount", "amount partner"),
    Intent.TRANSFER_CANCEL: ("partner amount", "amount partner"),
    Intent.DOWNLINE_BALANCE: ("agent",),
    Intent.DOWNLINE_LIST: ("", "page"),
    Intent.DOWNLINE_BLOCK: ("agent",),
    Intent.DOWNLINE_UNBLOCK: ("agent",),
    Intent.MARKUP_DOWNLINE: ("agent margin", "margin"),
    Intent.MARKUP_PRODUCT: ("agent product margin", "markup"),
    Intent.COMMISSION_CHECK: ("",),
    Intent.COMMISSION_REDEEM: ("", "all", "amount"),
    Intent.POINTS_CHECK: ("",),
    Intent.POINTS_REDEEM: ("", "all", "amount"),
    Intent.CORRECT_NUMBER: ("order number",),
    Intent.LIMITS: ("",),
    Intent.PRODUCT_STATUS: ("", "product"),
}


def command_readings(intent: Intent, fields: list[str], profile: GrammarProfile, *, pins: bool) -> set[AgentRequest]:
    """All requests a keyword with these fields may mean; empty where they do not fit it."""
    match intent:
        case Intent.PRICE:
            found = _price(fields, profile, pins=pins)
            return {found} if found else set()
        case Intent.DOWNLINE_REGISTER:
            found = _register(fields, profile, pins=pins)
            return {found} if found else set()
        case Intent.RECEIPT:
            found = _receipt(fields, profile, pins=pins)
            return {found} if found else set()
        case Intent.SENDER_ADD | Intent.SENDER_REMOVE if any("@" in field for field in fields[:-1]):
            return set(_by_forms(intent, _whole_address(fields, profile, pins=pins), profile, pins=pins))
        case Intent.DEPOSIT_TICKET if fields and fields[0].upper() == "TIKET":
            return command_readings(intent, fields[1:], profile, pins=pins)
        case Intent.BALANCE if len(fields) == 3:
            # SAL.id.amount.pin is a transfer at some businesses.
            return command_readings(Intent.DOWNLINE_TRANSFER, fields, profile, pins=pins)
        case _:
            return set(_by_forms(intent, fields, profile, pins=pins))


def _whole_address(fields: list[str], profile: GrammarProfile, *, pins: bool) -> list[str]:
    """``name@server.example`` put together again, where the dot is a separator; what follows it is the PIN."""
    pin = fields[-1:] if pins and is_pin(fields[-1], profile) else []
    return [".".join(fields[: len(fields) - len(pin)]), *pin]


def bill_reading(
    intent: Intent, code: str, fields: list[str], profile: GrammarProfile, *, pins: bool
) -> AgentRequest | None:
    """A bill's inquiry or payment: code, number, PIN, and for an inquiry an amount. Places tell the roles."""
    product = product_of(code)
    if product is None or product[1] is not None or not fields or not is_bill_number(fields[0]):
        return None
    rest = list(fields[1:])
    pin = rest.pop(0) if rest and pins and is_pin(rest[0], profile) else None
    amount = amount_of(rest.pop(0)) if rest and intent is Intent.BILL_INQUIRY and (pin or not pins) else None
    if rest or (amount is None and len(fields) > (2 if pin else 1)):
        return None
    return AgentRequest(intent=intent, product=product[0], dest=fields[0], pin=pin, amount_idr=amount)


def pin_change(
    fields: list[str], profile: GrammarProfile, is_current: Callable[[str], bool] | None
) -> AgentRequest | str:
    """old.new, new.old and old.new.new all occur: accept when exactly one field is the current PIN and the rest agree.

    A string is the problem.
    """
    if not 2 <= len(fields) <= 3 or not all(is_pin(field, profile) for field in fields):
        return "pin_format"
    if is_current is None:
        return "pin_unknown"
    current = [field for field in dict.fromkeys(fields) if is_current(field)]
    rest = [field for field in fields if field not in current]
    if len(current) != 1:
        return "pin_mismatch"
    if len(rest) != len(fields) - 1 or len(set(rest)) != 1:
        return "pin_ambiguous"
    return AgentRequest(intent=Intent.CHANGE_PIN, pin=current[0], new_pin=rest[0])


def _by_forms(intent: Intent, fields: list[str], profile: GrammarProfile, *, pins: bool) -> Iterator[AgentRequest]:
    for form in _FORMS.get(intent, ()):
        slots = form.split()
        if len(fields) == len(slots):
            values = _filled(slots, fields, profile)
        elif pins and len(fields) == len(slots) + 1 and is_pin(fields[-1], profile):
            values = _filled(slots, fields, profile)
            if values is not None:
                values["pin"] = fields[-1]
        else:
            continue
        if values is not None:
            yield AgentRequest(intent=intent, **values)  # type: ignore[arg-type]


def _filled(slots: list[str], fields: list[str], profile: GrammarProfile) -> Values | None:
    values: Values = {}
    for slot, field in zip(slots, fields, strict=False):
        value = _SLOTS[slot](field, profile)
        if value is None:
            return None
        values.update(value)
    return values


def _agent(field: str, profile: GrammarProfile) -> Values | None:  # noqa: ARG001
    return _value("downline", field if is_agent_id(field) else None)


def _partner(field: str, profile: GrammarProfile) -> Values | None:
    return _value("downline", field if is_agent_id(field) or is_dest(field, profile) else None)


def _sender(field: str, profile: GrammarProfile) -> Values | None:
    fits = is_dest(field, profile) or "@" in field or ":" in field or is_agent_id(field)
    return _value("dest", field if fits else None)


def _number(field: str, profile: GrammarProfile) -> Values | None:
    return _value("dest", field if is_dest(field, profile) or is_bill_number(field) else None)


def _product(field: str, profile: GrammarProfile) -> Values | None:  # noqa: ARG001
    product = product_of(field)
    return _value("product", product[0] if product and product[1] is None else None)


def _markup(field: str, profile: GrammarProfile) -> Values | None:  # noqa: ARG001
    found = _MARKUP.fullmatch(field)
    return {"product": found[1].upper(), "amount_idr": int(found[2])} if found else None


# The value a field has in a slot, or None where its shape does not fit.
_SLOTS: dict[str, Callable[[str, GrammarProfile], Values | None]] = {
    "amount": lambda field, _: _value("amount_idr", amount_of(field)),
    "bank": lambda field, _: _value("bank", field.upper() if _BANK.fullmatch(field) else None),
    "dest": lambda field, profile: _value("dest", field if is_dest(field, profile) else None),
    "sender": _sender,
    "agent": _agent,
    "partner": _partner,
    "denom": lambda field, _: _value("denom_k", denomination_of(field)),
    "date": lambda field, _: _value("date", field if _DATE.fullmatch(field) else None),
    "day": lambda field, _: _value("date", field.upper() if _is_day(field) else None),
    "product": _product,
    "name": lambda field, _: _value("name", field if not field.isdigit() and len(field) <= _TEXT_MAX else None),
    "all": lambda field, _: {} if field.upper() in _ALL_WORDS else None,
    "margin": lambda field, _: _value("amount_idr", 0 if field == "0" else amount_of(field)),
    "number": lambda field, profile: _value(
        "dest", field if is_dest(field, profile) or is_bill_number(field) else None
    ),
    "order": lambda field, _: _value("order", field if _ORDER.fullmatch(field) else None),
    "page": lambda field, _: _value("counter", counter_of(field)),
    "topic": lambda field, _: _value("text", field.upper() if _TOPIC.fullmatch(field) else None),
    "on": lambda field, _: _value("text", ON if field.upper() in _ON_WORDS else None),
    "off": lambda field, _: _value("text", OFF if field.upper() in _OFF_WORDS else None),
    "word": lambda field, _: _value("text", field if is_agent_id(field) and field.upper() not in _OFF_WORDS else None),
    "markup": _markup,
}


def _value(name: str, value: str | int | None) -> Values | None:
    return None if value is None else {name: value}


def _price(fields: list[str], profile: GrammarProfile, *, pins: bool) -> AgentRequest | None:
    pin = fields[-1] if fields and pins and is_pin(fields[-1], profile) else None
    codes = fields[:-1] if pin else fields
    products = [product_of(code) for code in codes]
    if not codes:
        return AgentRequest(intent=Intent.PRICE_LIST, pin=pin)
    names = [product[0] for product in products if product and product[1] is None]
    if len(names) != len(codes) or len(names) > profile.pairs_max:
        return None
    items = tuple(Item(product=name) for name in names) if len(names) > 1 else ()
    return AgentRequest(intent=Intent.PRICE, product=names[0], items=items, pin=pin)


def _is_day(field: str) -> bool:
    return bool(_DATE.fullmatch(field) or _DAY.fullmatch(field)) or field.upper() in _DAY_WORDS


def _register(fields: list[str], profile: GrammarProfile, *, pins: bool) -> AgentRequest | None:
    """Number, markup and PINs by their shapes, in whatever order; the rest as ``words``, name before place.

    Which of the words is a price level only the cell knows.
    """
    pin = fields[-1] if len(fields) > 1 and pins and is_pin(fields[-1], profile) else None
    rest = fields[:-1] if pin else list(fields)
    chosen = [found[1] for field in rest if (found := _NEW_PIN.fullmatch(field))]
    rest = [field for field in rest if not _NEW_PIN.fullmatch(field)]
    numbers = [field for field in rest if is_dest(field, profile)]
    markups = [field for field in rest if field not in numbers and field.isdigit()]
    words = [field for field in rest if field not in numbers and not field.isdigit()]
    if len(numbers) != 1 or len(markups) > 1 or len(chosen) > 1 or not 1 <= len(words) <= _WORDS_MAX:
        return None
    if any(len(word) > _TEXT_MAX for word in words) or any(not is_pin(new, profile) for new in chosen):
        return None
    markup_idr = None if not markups else 0 if markups[0] == "0" else amount_of(markups[0])
    if markups and markup_idr is None:
        return None
    return AgentRequest(
        intent=Intent.DOWNLINE_REGISTER,
        dest=numbers[0],
        words=tuple(words),
        amount_idr=markup_idr,
        new_pin=chosen[0] if chosen else None,
        pin=pin,
    )


def _receipt(fields: list[str], profile: GrammarProfile, *, pins: bool) -> AgentRequest | None:
    """``STRUK.order``, with the price that the customer paid, and a PIN behind that: the only number is the price."""
    pin = fields[2] if len(fields) == 3 and pins and is_pin(fields[2], profile) else None
    price_idr = amount_of(fields[1]) if len(fields) > 1 else None
    fits = bool(fields) and _ORDER.fullmatch(fields[0]) and len(fields) <= (3 if pin else 2)
    if not fits or (len(fields) > 1 and price_idr is None):
        return None
    return AgentRequest(intent=Intent.RECEIPT, order=fields[0], amount_idr=price_idr, pin=pin)
