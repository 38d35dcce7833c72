"""Spans of days as people type them."""

from __future__ import annotations

import pytest

from juru.server.desk.spans import Span, read_span
from juru.server.errors import SettingsError

TODAY = 20261124


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        (None, 20261101, TODAY),
        ("today", TODAY, TODAY),
        ("Yesterday", 20261123, 20261123),
        ("7d", 20261118, TODAY),
        ("30d", 20261026, TODAY),
        ("this-month", 20261101, TODAY),
        ("last-month", 20261001, 20261031),
        ("this-year", 20260101, TODAY),
        ("2026-02", 20260201, 20260228),
        ("202802", 20280201, 20280229),
        ("2026-12", 20261201, 20261231),
        ("20261123", 20261123, 20261123),
        ("2026-11-01..2026-11-15", 20261101, 20261115),
        ("2026-11-01..", 20261101, TODAY),
        ("yesterday..today", 20261123, TODAY),
    ],
)
def test_a_span_is_read(typed: str | None, first: int, last: int) -> None:
    assert read_span(typed, TODAY) == Span(first, last)


def test_what_is_written_is_read_again() -> None:
    for span in (Span(20261101, 20261115), Span(TODAY, TODAY)):
        assert read_span(str(span), TODAY) == span


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [("2026-11-05", None, Span(20261105, TODAY)), (None, "2026-10-09", Span(20261001, 20261009))],
)
def test_one_end_is_enough(first: str | None, last: str | None, wanted: Span) -> None:
    assert read_span(None, TODAY, first=first, last=last) == wanted


@pytest.mark.parametrize(
    "typed", ["", "x", "0d", "-7d", "99999d", "2026-13", "2026-00", "2026-02-30", "..", "1.2.2026"]
)
def test_what_is_no_span_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(SettingsError, match="this-month"):
        read_span(typed or "?", TODAY)


@pytest.mark.parametrize(
    ("typed", "says"), [("2026-11-05..2026-11-04", "comes first"), ("1990-01-01..2026-01-01", "ten years")]
)
def test_a_span_that_makes_no_sense_says_why(typed: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read_span(typed, TODAY)
