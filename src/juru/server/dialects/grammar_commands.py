"""Keyword commands of the order-text grammar: the fields each intent takes, and every reading they allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from juru.server.dialects.grammar_profile import GrammarProfile
from juru.server.dialects.grammar_shapes import (
    amount_of,
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
_DAY = re.compile(r"\d{1,2}", re.ASCII)
_BANK = re.compile(r"[A-Za-z]{2,12}", re.ASCII)
_MARKUP = re.compile(r"([A-Za-z][A-Za-z0-9]{0,19})=(\d{1,9})", re.ASCII)
_TEXT_MAX = 60

# The fields after the keyword; a PIN may follow each of them where the profile has it behind.
_FORMS: dict[Intent, tuple[str, ...]] = {
    Intent.BALANCE: ("",),
    Intent.DEPOSIT_TICKET: ("amount", "bank amount"),
    Intent.DEPOSIT_CANCEL: ("",),
    Intent.BANK: ("",),
    Intent.CENTER: ("",),
    Intent.FORMAT: ("", "product"),
    Intent.PRODUCTS: ("", "product"),
    Intent.HELP: ("",),
    Intent.SENDER_ADD: ("sender",),
    Intent.SENDER_REMOVE: ("sender",),
    Intent.RENAME: ("name",),
    Intent.STATUS_CHECK: ("", "dest", "denom dest", "date dest"),
    Intent.HISTORY: ("",),
    Intent.REPORT: ("", "day"),
    Intent.MUTATION_REPORT: ("", "day"),
    Intent.AUTOREG: ("word amount", "word"),
    Intent.DOWNLINE_TRANSFER: ("partner amount", "amount partner"),
    Intent.DOWNLINE_TRANSFER_BACK: ("partner amount", "amount partner"),
    Intent.TRANSFER_CANCEL: ("partner amount", "amount partner"),
    Intent.DOWNLINE_BALANCE: ("agent",),
    Intent.DOWNLINE_LIST: ("",),
    Intent.DOWNLINE_BLOCK: ("agent",),
    Intent.DOWNLINE_UNBLOCK: ("agent",),
    Intent.MARKUP_DOWNLINE: ("agent amount",),
    Intent.MARKUP_PRODUCT: ("agent product amount", "markup"),
    Intent.COMMISSION_CHECK: ("",),
    Intent.COMMISSION_REDEEM: ("", "amount"),
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
        case Intent.DEPOSIT_TICKET if fields and fields[0].upper() == "TIKET":
            return command_readings(intent, fields[1:], profile, pins=pins)
        case Intent.BALANCE if len(fields) == 3:
            # SAL.id.amount.pin is a transfer at some businesses.
            return command_readings(Intent.DOWNLINE_TRANSFER, fields, profile, pins=pins)
        case _:
            return set(_by_forms(intent, fields, profile, pins=pins))


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
    fits = is_dest(field, profile) or "@" in field or is_agent_id(field)
    return _value("dest", field if fits else None)


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
    "day": lambda field, _: _value("date", field if _DATE.fullmatch(field) or _DAY.fullmatch(field) else None),
    "product": _product,
    "name": lambda field, _: _value("name", field if not field.isdigit() and len(field) <= _TEXT_MAX else None),
    "word": lambda field, _: _value("text", field if is_agent_id(field) else None),
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


def _register(fields: list[str], profile: GrammarProfile, *, pins: bool) -> AgentRequest | None:
    """Name, number, and the rest as text: the orders of fields disagree, so only the number is told by its shape."""
    pin = fields[-1] if len(fields) > 1 and pins and is_pin(fields[-1], profile) else None
    rest = fields[:-1] if pin else fields
    numbers = [field for field in rest if is_dest(field, profile)]
    others = [field for field in rest if field not in numbers]
    if len(numbers) != 1 or not others or others[0].isdigit():
        return None
    text = ".".join(others[1:]) or None
    return AgentRequest(intent=Intent.DOWNLINE_REGISTER, name=others[0], dest=numbers[0], text=text, pin=pin)
