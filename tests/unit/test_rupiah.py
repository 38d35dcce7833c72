"""Rupiah written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.values.rupiah import dotted, format_rupiah, parse_number


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "Rp0"), (999, "Rp999"), (1_234_567, "Rp1.234.567"), (-5_000, "-Rp5.000")]
)
def test_format(amount: int, text: str) -> None:
    assert format_rupiah(amount) == text


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("66,125", 66_125),
        ("1.234.531.425,773", 1_234_531_425),
        ("1,234,567.50", 1_234_567),
        ("Rp.12.345.678", 12_345_678),
        ("Rp 9.000", 9_000),
        ("990000", 990_000),
        ("1.244.692.", 1_244_692),
        ("10.50", 10),
        ("10.5", 10),
        ("-5.000", -5_000),
    ],
)
def test_read(written: str, amount: int) -> None:
    assert parse_number(written) == amount


@pytest.mark.parametrize(
    "written", ["", "abc", "1.2.3", "1.23.456", "12,34,56", "1.234,567,890", "1.2345", "9" * 40, ".5", "--5"]
)
def test_unreadable_is_none(written: str) -> None:
    assert parse_number(written) is None


@given(st.integers(min_value=0, max_value=10**14))
def test_dotted_reads_back(amount: int) -> None:
    assert parse_number(dotted(amount)) == amount


@given(st.text(max_size=200))
def test_any_text_is_a_number_or_none(text: str) -> None:
    parse_number(text)
