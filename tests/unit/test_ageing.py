"""What agents owe, by how long it is overdue."""

from __future__ import annotations

import pytest

from juru.server.desk.ageing import Owed, ageing, band_of
from juru.server.desk.cells import CellError, read_calendar_day
from juru.server.domain.debt import Debt

TODAY = 20260302


def debt(agent_id: int, left_idr: int, due_day: int) -> Debt:
    return Debt(agent_id, 1_000_000, left_idr, 20260101, due_day, 1, "r", "ani", 1)


@pytest.mark.parametrize(
    ("due_day", "band"),
    [
        (20260303, "not_due"),
        (20260302, "not_due"),
        (20260301, "overdue_7"),
        (20260223, "overdue_7"),
        (20260222, "overdue_30"),
        (20260131, "overdue_30"),
        (20260130, "overdue_more"),
        (20251231, "overdue_more"),
    ],
)
def test_a_debt_is_overdue_from_the_day_after_it_is_due(due_day: int, band: str) -> None:
    assert band_of(due_day, TODAY) == band


def test_debts_of_an_agent_are_one_line_and_the_longest_overdue_stands_first() -> None:
    debts = [debt(1, 10, 20260310), debt(2, 20, 20260301), debt(1, 30, 20260225), debt(1, 40, 20260101)]
    assert ageing(debts, {1: "BUDI", 2: "SARI"}, TODAY) == [
        Owed("BUDI", 80, 10, 30, 0, 40, 20260101, 3),
        Owed("SARI", 20, 0, 20, 0, 0, 20260301, 1),
    ]
    assert ageing([], {}, TODAY) == []
    (first, _) = ageing(debts, {1: "BUDI", 2: "SARI"}, TODAY)
    assert first.overdue_idr == 70


@pytest.mark.parametrize(("written", "day"), [("2026-11-24", 20261124), ("29/2/2024", 20240229), ("0", 0)])
def test_a_day_of_the_calendar_is_read(written: str, day: int) -> None:
    assert read_calendar_day(written) == day


@pytest.mark.parametrize("written", ["2026-02-29", "31/11/2026", "2026-13-01", "0000-01-01", "tomorrow"])
def test_what_is_no_day_of_the_calendar_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        read_calendar_day(written)
