"""Text that a spreadsheet would take for a formula, defused: a business may call itself ``=HYPERLINK(...)``."""

from __future__ import annotations

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


def is_formula(text: str) -> bool:
    """True for what begins like a formula; a sign alone is none."""
    return len(text) > 1 and text.startswith(_BEGINNINGS)


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front."""
    return f"'{text}" if is_formula(text) else text


def restored(text: str) -> str:
    """The same text as it was before it was defused."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text
