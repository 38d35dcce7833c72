"""Reading JSON as partners send it: numbers as strings, strings as numbers, ``data`` around everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

Json = Mapping[str, Any]
_IDR_DIGITS_MAX = 15
_DETAILS_MAX = 20


def decoded(body: bytes) -> object:
    """What the bytes hold, or None where they are no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def data_of(body: bytes) -> object:
    """What stands under ``data``, or None."""
    found = decoded(body)
    return found.get("data") if isinstance(found, dict) else None


def idr(value: object) -> int | None:
    """A whole number of rupiah, also when it comes as a string or with an empty fraction."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= _IDR_DIGITS_MAX else None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 10**_IDR_DIGITS_MAX:
        return None
    return int(value) if value == int(value) else None


def exact(data: Json, key: str) -> str | None:
    """A field as it was sent (a reference is compared byte for byte); a number is written out, else None."""
    value = data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value or None if isinstance(value, str) else None


def text(data: Json, key: str) -> str | None:
    """A field as text without blanks around it."""
    return (exact(data, key) or "").strip() or None


def plain_lines(desc: Json) -> tuple[tuple[str, str], ...]:
    """The lines of a receipt as far as they are plain; tables within are left out."""
    lines = [
        (str(k)[:40], str(v)[:80]) for k, v in desc.items() if isinstance(v, str | int) and not isinstance(v, bool)
    ]
    return tuple(lines[:_DETAILS_MAX])
