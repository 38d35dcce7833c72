"""Which words may have been meant: against a plain recursive distance, and never the word itself."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from juru.values.nearby import edits, nearby

CODES = ("S5", "S10", "S20", "S25", "XL10", "PLN20", "PLN50", "GOPAY", "TELKOMSEL100")
words = st.text(alphabet="ABC1", max_size=6)


@cache
def plain(one: str, two: str) -> int:
    """Optimal string alignment, as it is defined."""
    if not one or not two:
        return max(len(one), len(two))
    costs = [plain(one[1:], two) + 1, plain(one, two[1:]) + 1, plain(one[1:], two[1:]) + (one[0] != two[0])]
    if len(one) > 1 and len(two) > 1 and (one[0], one[1]) == (two[1], two[0]):
        costs.append(plain(one[2:], two[2:]) + 1)
    return min(costs)


@given(words, words, st.integers(0, 3))
def test_the_bounded_distance_is_the_distance_within_its_bound(one: str, two: str, most: int) -> None:
    distance = plain(one, two)
    assert edits(one, two, most) == (distance if distance <= most else None)


def test_one_slip_in_a_short_word_two_in_a_long_one() -> None:
    assert nearby("S1O", CODES) == ("S10",)
    assert nearby("S01", CODES) == ("S10",)
    assert nearby("S15", CODES) == ("S10", "S25", "S5")
    assert nearby("PNL2", CODES) == ()
    assert nearby("GOAPY", CODES) == ("GOPAY",)
    assert nearby("TLKOMSEL10", CODES) == ("TELKOMSEL100",)
    assert nearby("S10", CODES) == (), "a known word is not mistyped"
    for typed in ("", "S", "X" * 21, "WHATEVER"):
        assert nearby(typed, CODES) == ()


@given(st.text(max_size=30), st.lists(words, max_size=8))
def test_only_known_words_are_named_and_few(typed: str, known: list[str]) -> None:
    found = nearby(typed, known)
    assert set(found) <= set(known) - {typed}
    assert len(found) <= 3
