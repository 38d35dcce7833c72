"""Business days are integer arithmetic in Indonesia's three zones, which have no summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.values.days import (
    DAY_MS,
    Zone,
    business_day,
    day_after,
    days_between,
    hour_of_day,
    minute_of_day,
    start_of_day,
)

HOURS = {Zone.WIB: 7, Zone.WITA: 8, Zone.WIT: 9}
instants = st.integers(0, 4_000_000_000_000)
dates = st.dates(min_value=datetime(1990, 1, 1, tzinfo=UTC).date(), max_value=datetime(2090, 1, 1, tzinfo=UTC).date())


@given(instants, st.sampled_from(list(Zone)))
def test_a_day_and_an_hour_are_those_of_the_wall(at_ms: int, zone: Zone) -> None:
    wall = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(hours=HOURS[zone])
    assert business_day(at_ms, zone) == int(f"{wall:%Y%m%d}")
    assert hour_of_day(at_ms, zone) == wall.hour == minute_of_day(at_ms, zone) // 60


@given(instants, st.sampled_from(list(Zone)))
def test_a_day_begins_at_its_midnight_and_lasts_a_day(at_ms: int, zone: Zone) -> None:
    day = business_day(at_ms, zone)
    begun = start_of_day(day, zone)
    assert begun <= at_ms < begun + DAY_MS == start_of_day(day_after(day), zone)
    assert business_day(begun - 1, zone) == day_after(day, -1)
    assert hour_of_day(begun, zone) == 0


@given(dates, st.integers(0, 400))
def test_days_go_on_over_months_and_years(date: datetime, count: int) -> None:
    first = int(f"{date:%Y%m%d}")
    last = day_after(first, count)
    days = days_between(first, last)
    assert len(days) == count + 1
    assert days == sorted(set(days))
    assert days_between(last, first) == ([first] if not count else [])


@pytest.mark.parametrize(("day", "after"), [(20261231, 20270101), (20280228, 20280229), (20270228, 20270301)])
def test_a_month_ends_where_it_ends(day: int, after: int) -> None:
    assert day_after(day) == after
    assert day_after(after, -1) == day
