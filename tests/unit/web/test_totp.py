"""Codes of an authenticator app: RFC 6238's own vectors, clocks that differ, a code used twice, the picture."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.web import totp
from juru.web.totp import STEP_S, code_at, matching_step, step_of

RFC_SECRET = b"12345678901234567890"
NOW = 1_767_225_600_000
STEP_MS = STEP_S * 1_000


@pytest.mark.parametrize(
    ("second", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(second: int, eight_digits: str) -> None:
    """Appendix B, SHA-1; the RFC shows eight digits, of which apps show the last six."""
    assert code_at(RFC_SECRET, step_of(second * 1_000)) == eight_digits[-6:]


@pytest.mark.parametrize(("off_steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_half_a_minute_off(off_steps: int, fits: bool) -> None:  # noqa: FBT001
    code = code_at(RFC_SECRET, step_of(NOW + off_steps * STEP_MS))
    assert (matching_step(RFC_SECRET, code, NOW, after=-1) is not None) == fits


def test_a_code_that_was_used_and_those_before_it_are_over() -> None:
    now = step_of(NOW)
    this, before, after = (code_at(RFC_SECRET, step) for step in (now, now - 1, now + 1))
    assert matching_step(RFC_SECRET, this, NOW, after=now - 1) == now
    assert matching_step(RFC_SECRET, this, NOW, after=now) is None
    assert matching_step(RFC_SECRET, before, NOW, after=now) is None
    assert matching_step(RFC_SECRET, after, NOW, after=now) == now + 1


@given(st.text(max_size=12))
def test_nothing_but_the_code_fits(typed: str) -> None:
    now = step_of(NOW)
    known = {code_at(RFC_SECRET, step) for step in range(now - 1, now + 2)}
    assert (matching_step(RFC_SECRET, typed, NOW, after=-1) is not None) == (typed in known)


def test_the_picture_holds_the_address_and_no_style() -> None:
    address = totp.address(RFC_SECRET, login="RINA", site="Toko & Pulsa")
    assert address.startswith("otpauth://totp/Toko%20%26%20Pulsa:RINA?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    drawn = totp.picture(address)
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert re.search(r'viewBox="0 0 \d+ \d+"', drawn)
