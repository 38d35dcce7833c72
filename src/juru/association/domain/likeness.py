"""Whether two businesses look like one: by names as people mistype them, by telephone numbers as they write them.

It is advice that asks a question, never an answer: a person says whether it is the same business.
"""

from __future__ import annotations

import re

_FORMS = frozenset({"pt", "cv", "ud", "toko", "tbk", "persero"})
_MARK_MAX = 2
_TYPO_FROM = 8
_OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"), ("nj", "ny"), ("sj", "sy"), ("ch", "kh"))
_DOUBLED = re.compile(r"(.)\1+")
_COUNTRY = "62"


class Likeness:
    """A name made ready for many comparisons."""

    def __init__(self, name: str) -> None:
        plain = "".join(char if char.isalnum() else " " for char in name.casefold())
        words = plain.split()
        proper = sorted(word for word in words if word not in _FORMS) or sorted(words)
        self.marks = [word for word in proper if len(word) <= _MARK_MAX or any(char.isdigit() for char in word)]
        """Short words and numbers tell branches of a name apart: they are the same or the businesses are not."""
        self.letters = "".join(_spelt(word) for word in proper if word not in self.marks)
        self.bare = "".join(word for word in words if word not in _FORMS) or "".join(words)

    def like(self, other: Likeness) -> bool:
        """The same but for case, company form, spaces, order of words, old spelling, or one slip in a longer name."""
        if self.bare == other.bare:
            return True
        if self.marks != other.marks or not self.letters:
            return False
        if self.letters == other.letters:
            return True
        return min(len(self.letters), len(other.letters)) >= _TYPO_FROM and one_slip(self.letters, other.letters)


def _spelt(word: str) -> str:
    for old, new in _OLD_SPELLING:
        word = word.replace(old, new)
    return _DOUBLED.sub(r"\1", word)


def one_slip(first: str, second: str) -> bool:
    """One letter left out, put in, changed, or two neighbours swapped."""
    if abs(len(first) - len(second)) > 1:
        return False
    start = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        start += 1
    a, b = first[start:], second[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def same_phone(number: str) -> str:
    """A telephone number as its digits alone, in one way whatever way it was written; empty where there is none."""
    digits = "".join(char for char in number if char.isdigit())
    bare = digits.removeprefix("00").removeprefix(_COUNTRY) if digits.startswith((_COUNTRY, "00")) else digits
    return bare.lstrip("0")
