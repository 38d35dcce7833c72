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


class Businesses:
    """Many businesses, to be asked which one a new one resembles: the same answers as ``like``, without asking all."""

    def __init__(self) -> None:
        self._licences: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._slips: dict[tuple[tuple[str, ...], str], list[tuple[Likeness, str]]] = {}
        self._phones: dict[str, str] = {}

    def add(self, key: str, name: str, *, licence: str = "", phones: tuple[str, ...] = ()) -> None:
        """Note a business under a key; the first of several that are alike is the one found."""
        if licence:
            self._licences.setdefault(licence, key)
        likeness = Likeness(name)
        self._bare.setdefault(likeness.bare, key)
        for slip in _slips(likeness):
            self._slips.setdefault(slip, []).append((likeness, key))
        for phone in phones:
            self.add_phone(key, phone)

    def add_phone(self, key: str, phone: str) -> None:
        """Note one more telephone number of a business; what is no number is not noted."""
        digits = same_phone(phone)
        if digits:
            self._phones.setdefault(digits, key)

    def find(self, name: str, *, licence: str = "", phones: tuple[str, ...] = ()) -> str | None:
        """The key of a business with this licence, a name like this, or one of these telephone numbers."""
        if licence in self._licences:
            return self._licences[licence]
        likeness = Likeness(name)
        if likeness.bare in self._bare:
            return self._bare[likeness.bare]
        for slip in _slips(likeness):
            for other, key in self._slips.get(slip, ()):
                if likeness.like(other):
                    return key
        return next((self._phones[same_phone(phone)] for phone in phones if same_phone(phone) in self._phones), None)


def _slips(likeness: Likeness) -> set[tuple[tuple[str, ...], str]]:
    """What two names one slip apart have in common: the letters, or the letters without one of them."""
    marks, letters = tuple(likeness.marks), likeness.letters
    if not letters:
        return set()
    shorter = range(len(letters) if len(letters) >= _TYPO_FROM else 0)
    return {(marks, letters), *((marks, letters[:place] + letters[place + 1 :]) for place in shorter)}
