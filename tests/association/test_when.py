"""Days as people type and read them: by day, month, year or range."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.association.domain.facts import Precision
from juru.association.domain.registers import Milestone
from juru.association.domain.when import When, fits, last_day, said, spoken


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2010-04-20", When(date(2010, 4, 20))),
        (" 2010-07 ", When(date(2010, 7, 1), Precision.MONTH)),
        ("2010", When(date(2010, 1, 1), Precision.YEAR)),
        ("2010-04..2010-06", When(date(2010, 4, 1), Precision.RANGE, date(2010, 6, 30))),
        ("2011..2012", When(date(2011, 1, 1), Precision.RANGE, date(2012, 12, 31))),
        ("2012-02..2012-02-29", When(date(2012, 2, 1), Precision.RANGE, date(2012, 2, 29))),
        ("2010-13", None),
        ("2011-02-29", None),
        ("2010-06..2010-04", None),
        ("2010-06..", None),
        ("20-04-2010", None),
        ("", None),
    ],
)
def test_a_day_is_typed_as_exactly_as_it_is_known(text: str, when: When | None) -> None:
    assert spoken(text) == when


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("2010-04-20", "20 April 2010", "20 April 2010"),
        ("2010-05", "Mei 2010", "May 2010"),
        ("2010", "2010", "2010"),
        ("2010-04..2010-10", "1 April 2010 - 31 Oktober 2010", "1 April 2010 - 31 October 2010"),
    ],
)
def test_a_day_is_read_as_exactly_as_it_is_known(text: str, indonesian: str, english: str) -> None:
    when = spoken(text)
    assert when is not None
    assert said(when.on, when.precision, when.through, "id") == indonesian
    assert said(when.on, when.precision, when.through, "en") == english


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]))
def test_what_was_typed_fits_a_fact_and_holds_the_day_it_was_typed_of(day: date, form: str) -> None:
    when = spoken(day.strftime(form))
    assert when is not None
    assert fits(Milestone(on=when.on, precision=when.precision, through=when.through, text="x"))
    assert when.on <= day <= last_day(when.on, when.precision, when.through)
