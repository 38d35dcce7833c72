"""Days as agents write them, seen from 15 March 2026."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects.grammar_days import day_of
from juru.server.dialects.grammar_profile import DEFAULT

TODAY = 20260315
BACK = msgspec.structs.replace(DEFAULT, day_number="ago")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (None, 20260315),
        ("", 20260315),
        ("HARIINI", 20260315),
        ("kemarin", 20260314),
        ("KMRN", 20260314),
        ("H-1", 20260314),
        ("H1", 20260314),
        ("-20", 20260223),
        ("H-0", 20260315),
        ("15", 20260315),
        ("1", 20260301),
        ("16", 20260216),
        ("31", 20260131),
        ("310125", 20250131),
        ("150326", 20260315),
        ("1-3-26", 20260301),
        ("01/03/2026", 20260301),
        ("29-02-24", 20240229),
        ("160326", None),
        ("290226", None),
        ("32", None),
        ("0", None),
        ("31/13/25", None),
        ("LUSA", None),
        ("1.3.26", None),
    ],
)
def test_day(typed: str | None, day: int | None) -> None:
    assert day_of(typed, TODAY, DEFAULT) == day


@pytest.mark.parametrize(("typed", "day"), [("1", 20260314), ("0", 20260315), ("15", 20260228), ("150326", 20260315)])
def test_a_bare_number_counts_back_where_the_cell_says_so(typed: str, day: int) -> None:
    assert day_of(typed, TODAY, BACK) == day


@given(st.text(max_size=12), st.sampled_from([DEFAULT, BACK]))
def test_any_text_is_a_day_that_has_come_or_none(typed: str, profile: object) -> None:
    found = day_of(typed, TODAY, profile)  # type: ignore[arg-type]
    assert found is None or 19000101 <= found <= TODAY or found < TODAY
