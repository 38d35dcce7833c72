"""Sums in Indonesian words: the forms with se-, every group, and that the words read back to the sum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.values.terbilang import rupiah_in_words, terbilang

_DIGITS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_VALUES = {word: digit for digit, word in enumerate(_DIGITS, 1)} | {"sepuluh": 10, "sebelas": 11, "seratus": 100}
_GROUPS = {"ribu": 3, "juta": 6, "miliar": 9, "triliun": 12, "kuadriliun": 15, "kuintiliun": 18}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1_000, "seribu"),
        (1_100, "seribu seratus"),
        (2_011, "dua ribu sebelas"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (101_001, "seratus satu ribu satu"),
        (284_795, "dua ratus delapan puluh empat ribu tujuh ratus sembilan puluh lima"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_000_000_000, "satu miliar"),
        (
            1_999_999_999,
            (
                "satu miliar sembilan ratus sembilan puluh sembilan juta "
                "sembilan ratus sembilan puluh sembilan ribu sembilan ratus sembilan puluh sembilan"
            ),
        ),
        (1_000_000_000_000, "satu triliun"),
        (-5, "minus lima"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, said: str) -> None:
    assert terbilang(number) == said


def test_a_receipt_says_the_currency_and_begins_large() -> None:
    assert rupiah_in_words(500_000) == "Lima ratus ribu rupiah"


@given(st.integers(0, 10**21 - 1))
def test_the_words_read_back_to_the_number(number: int) -> None:
    total = group = 0
    for word in terbilang(number).split():
        if word == "nol":
            continue
        if word == "seribu":
            total += 1_000
        elif word in _GROUPS:
            total, group = total + group * 10 ** _GROUPS[word], 0
        elif word == "belas":
            group += 10
        elif word == "puluh":
            group = group - group % 10 + group % 10 * 10
        elif word == "ratus":
            group *= 100
        else:
            group += _VALUES[word]
    assert total + group == number


def test_what_has_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        terbilang(10**21)
