"""Waiting after wrong guesses: a few are free, each further one doubles the wait, and it always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.web.lockout import LIMITS, Counted, Limit, Tries, after_wrong, delay_s, keys_of, neighbourhood, wait_ms

LIMIT = Limit(free=3, first_s=10, longest_s=100, forget_s=1_000)
limits = st.builds(
    Limit,
    free=st.integers(1, 20),
    first_s=st.integers(1, 60),
    longest_s=st.integers(60, 7_200),
    forget_s=st.integers(7_200, 100_000),
)


def test_a_few_tries_are_free_then_the_wait_doubles_up_to_its_longest() -> None:
    assert [delay_s(count, LIMIT) for count in range(9)] == [0, 0, 0, 10, 20, 40, 80, 100, 100]


def test_a_guesser_comes_to_a_few_hundred_tries_a_day() -> None:
    for by in Counted:
        tries, now_ms, guesses = Tries(), 0, 0
        while now_ms < 86_400_000:
            wait = wait_ms(tries, LIMITS[by], now_ms)
            now_ms += wait or 1
            if not wait:
                tries = after_wrong(tries, LIMITS[by], now_ms)
                guesses += 1
        assert guesses < 130, (by, guesses)


@given(limits, st.integers(0, 10**6))
def test_a_wait_never_shrinks_with_more_wrong_tries_and_never_passes_its_longest(limit: Limit, count: int) -> None:
    assert 0 <= delay_s(count, limit) <= delay_s(count + 1, limit) <= limit.longest_s


@given(limits, st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
def test_whoever_waits_as_told_may_try(limit: Limit, pauses_ms: list[int]) -> None:
    tries, now_ms = Tries(), 0
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        now_ms += wait_ms(tries, limit, now_ms)
        assert wait_ms(tries, limit, now_ms) == 0
        tries = after_wrong(tries, limit, now_ms)


@given(limits, st.integers(0, 50), st.integers(0, 10**9), st.integers(-(10**9), 10**9))
def test_a_clock_that_steps_back_locks_nobody_out_for_longer(limit: Limit, count: int, last: int, step: int) -> None:
    assert 0 <= wait_ms(Tries(count, last), limit, last + step) <= delay_s(count, limit) * 1_000


def test_quiet_forgets_wrong_tries() -> None:
    assert after_wrong(Tries(9, 0), LIMIT, 1_000_000).count == 10
    assert after_wrong(Tries(9, 0), LIMIT, 1_000_001).count == 1


def test_a_known_browser_is_counted_by_itself_a_stranger_by_login_and_address() -> None:
    assert keys_of("RINA", "203.0.113.9", None) == ((Counted.LOGIN, "RINA"), (Counted.ADDRESS, "203.0.113.9"))
    assert keys_of("RINA", "203.0.113.9", "mark") == ((Counted.DEVICE, "mark"),)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("203.0.113.9", "203.0.113.9"),
        ("nonsense" * 20, ("nonsense" * 20)[:64]),
    ],
)
def test_whoever_has_one_address_of_a_v6_network_has_them_all(address: str, key: str) -> None:
    assert neighbourhood(address) == key
