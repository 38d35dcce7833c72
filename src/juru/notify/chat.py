"""A text ready for WhatsApp where no channel account is set: a link that opens the chat with the text written."""

from __future__ import annotations

from urllib.parse import quote

from juru.values.msisdn import parse_msisdn

TEXT_CHARS_MAX = 1_800


def wa_link(phone: str, text: str) -> str | None:
    """``https://wa.me/628...?text=...``, or None where the number is no mobile number; a long text is cut."""
    number = parse_msisdn(phone)
    if number is None:
        return None
    told = text if len(text) <= TEXT_CHARS_MAX else text[: TEXT_CHARS_MAX - 1] + "…"
    return f"https://wa.me/{number.removeprefix('+')}?text={quote(told, safe='')}"
