"""Indonesian mobile numbers: typed as 08.., 628.. or +628.., stored as E.164, told as 08...

The check is by hand (prefix and length), since it runs for every order; a test compares it with phonenumberslite.
"""

from __future__ import annotations

LOCAL_DIGITS_MIN = 10
LOCAL_DIGITS_MAX = 14
_PUNCTUATION = str.maketrans("", "", " -.()")
_TYPED_CHARS_MAX = 24


def parse_msisdn(typed: str) -> str | None:
    """The number as ``+628...``, or None when it is no Indonesian mobile number of 10 to 14 local digits.

    Blanks, dashes, dots and brackets between digits are dropped, as a person or a phone book writes them.
    """
    if len(typed) > _TYPED_CHARS_MAX:
        return None
    digits = typed.translate(_PUNCTUATION)
    if digits.startswith("+62"):
        national = digits[3:]
    elif digits.startswith("62"):
        national = digits[2:]
    elif digits.startswith("0"):
        national = digits[1:]
    else:
        return None
    if not national.startswith("8") or not (national.isascii() and national.isdigit()):
        return None
    if not LOCAL_DIGITS_MIN <= len(national) + 1 <= LOCAL_DIGITS_MAX:
        return None
    return "+62" + national


def to_local(stored: str) -> str:
    """``+628...`` as ``08...``; anything that is not so stored (a meter, an account) is given back as it is."""
    return "0" + stored[3:] if stored.startswith("+62") else stored


def same_destination(stored: str, echoed: str) -> bool:
    """True when an echoed destination is the stored one, in whatever form of the number the other side writes it."""
    if stored == echoed:
        return True
    number = parse_msisdn(stored)
    if number is None:
        return stored.strip() == echoed.strip()
    return number in (parse_msisdn(echoed), parse_msisdn("0" + echoed.strip()))


def written_forms(echoed: str) -> tuple[str, ...]:
    """The stored destinations that an echoed one may mean: a number in whatever form, anything else as it stands."""
    plain = echoed.strip()
    forms = (plain, parse_msisdn(echoed), parse_msisdn("0" + plain))
    return tuple(dict.fromkeys(form for form in forms if form is not None))
