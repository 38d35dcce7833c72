"""Terbilang: a sum in Indonesian words, as every kwitansi states it beside its figures."""

from __future__ import annotations

_UNITS = (
    *("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    *("sepuluh", "sebelas"),
)
_THOUSANDS = ("", "ribu", "juta", "miliar", "triliun", "kuadriliun", "kuintiliun")
_BELOW = 1_000 ** len(_THOUSANDS)


def terbilang(number: int) -> str:
    """1001 as ``seribu satu``; below zero ``minus ...``. Raises ``ValueError`` for what has no name here."""
    if number < 0:
        return f"minus {terbilang(-number)}"
    if number >= _BELOW:
        message = f"{number} is too large to be told in words"
        raise ValueError(message)
    if number == 0:
        return "nol"
    words: list[str] = []
    for place in range(len(_THOUSANDS) - 1, -1, -1):
        group = number // 1_000**place % 1_000
        if group == 1 and place == 1:
            words.append("seribu")
        elif group:
            words += [*_hundreds(group), _THOUSANDS[place]]
    return " ".join(word for word in words if word)


def rupiah_in_words(amount_idr: int) -> str:
    """A sum as a receipt says it: ``Lima ratus ribu rupiah``."""
    said = f"{terbilang(amount_idr)} rupiah"
    return said[0].upper() + said[1:]


def _hundreds(group: int) -> list[str]:
    """1 to 999; one of a hundred, of ten and of eleven is said ``se-``."""
    hundreds, rest = divmod(group, 100)
    words = [] if not hundreds else ["seratus"] if hundreds == 1 else [_UNITS[hundreds], "ratus"]
    tens, units = divmod(rest, 10)
    if rest < len(_UNITS):
        return [*words, _UNITS[rest]]
    if tens == 1:
        return [*words, _UNITS[units], "belas"]
    return [*words, _UNITS[tens], "puluh", _UNITS[units]]
