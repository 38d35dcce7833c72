"""The shapes of a field: what role a bare word or number may play (reference/dialects.md section 9, the role table)."""

from __future__ import annotations

import re

from juru.server.dialects.grammar_profile import GrammarProfile

_DIGITS = re.compile(r"\d+", re.ASCII)
_PRODUCT = re.compile(r"([A-Za-z][A-Za-z0-9]{0,19})(?:-([1-9]\d?))?", re.ASCII)
_COUNTER = re.compile(r"[2-9]|[1-9]\d", re.ASCII)
_DENOMINATION = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_AMOUNT = re.compile(r"[1-9]\d{0,11}", re.ASCII)
_COMMA_DEST = re.compile(r"\d{4,20},[A-Za-z0-9]{1,20}", re.ASCII)
_BILL_NUMBER = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9][A-Za-z0-9,/-]{2,29}", re.ASCII)
_AGENT = re.compile(r"(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{2,30}", re.ASCII)


def is_dest(field: str, profile: GrammarProfile) -> bool:
    """8 to 20 digits, optional plus."""
    digits = field.removeprefix("+")
    return (
        profile.dest_digits_min <= len(digits) <= profile.dest_digits_max
        and digits.isascii()
        and _DIGITS.fullmatch(digits) is not None
    )


def is_pin(field: str, profile: GrammarProfile) -> bool:
    """4 to 8 digits."""
    return profile.pin_digits_min <= len(field) <= profile.pin_digits_max and _DIGITS.fullmatch(field) is not None


def product_of(field: str) -> tuple[str, int | None] | None:
    """A product code in upper case and the counter glued to it (``S5-2``), or None."""
    found = _PRODUCT.fullmatch(field)
    if found is None:
        return None
    counter = int(found[2]) if found[2] else None
    return None if counter == 1 else (found[1].upper(), counter)


def counter_of(field: str) -> int | None:
    """Which purchase of the day: 2 to 99."""
    return int(field) if _COUNTER.fullmatch(field) else None


def denomination_of(field: str) -> int | None:
    """Thousands of rupiah: 1 to 4 digits."""
    return int(field) if _DENOMINATION.fullmatch(field) else None


def amount_of(field: str) -> int | None:
    """Rupiah, without separators or leading zero."""
    return int(field) if _AMOUNT.fullmatch(field) else None


def is_comma_dest(field: str) -> bool:
    """``paymentcode,identity``."""
    return _COMMA_DEST.fullmatch(field) is not None


def is_bill_number(field: str) -> bool:
    """A customer number of a bill: its place tells its role, so it may be short or hold letters."""
    return _BILL_NUMBER.fullmatch(field) is not None


def is_agent_id(field: str) -> bool:
    """An agent's id: letters and digits, at least one letter."""
    return _AGENT.fullmatch(field) is not None
