"""Rupiah as people write it: ``Rp1.234.567``, and the numbers of reply texts (reference/dialects.md section 10)."""

from __future__ import annotations

import re

_DIGITS_MAX = 15
_GROUP = 3
_DECIMALS_MAX = 2
_NUMBER = re.compile(r"(-?)(\d[\d.,]*)", re.ASCII)
_PREFIX = re.compile(r"\s*rp\.?\s*", re.IGNORECASE)


def dotted(amount_idr: int) -> str:
    """1234567 as ``1.234.567``."""
    return f"{amount_idr:,}".replace(",", ".")


def format_rupiah(amount_idr: int) -> str:
    """1234567 as ``Rp1.234.567``; a debt as ``-Rp1.234.567``."""
    return f"-Rp{dotted(-amount_idr)}" if amount_idr < 0 else f"Rp{dotted(amount_idr)}"


def parse_number(written: str) -> int | None:
    """The whole rupiah of a number with ``.`` or ``,`` as thousands or decimal separator; None when unreadable.

    One kind of separator: thousands when every later group has three digits; one later group of one or two digits is
    decimals and dropped. Both kinds: the last one is the decimal separator.
    """
    prefix = _PREFIX.match(written)
    text = written[prefix.end() :] if prefix else written.strip()
    found = _NUMBER.fullmatch(text.strip().rstrip(".,"))
    if found is None:
        return None
    whole = _whole_digits(found[2])
    if whole is None or len(whole) > _DIGITS_MAX:
        return None
    return -int(whole) if found[1] else int(whole)


def _whole_digits(number: str) -> str | None:
    dot, comma = number.rfind("."), number.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal = "." if dot > comma else ","
        if number.count(decimal) != 1:
            return None
        return _thousands(number.partition(decimal)[0].split("," if decimal == "." else "."))
    groups = number.split("." if dot >= 0 else ",")
    if len(groups) == 2 and 1 <= len(groups[1]) <= _DECIMALS_MAX:
        return groups[0]
    return _thousands(groups)


def _thousands(groups: list[str]) -> str | None:
    if not groups[0] or any(len(group) != _GROUP for group in groups[1:]):
        return None
    return "".join(groups)
