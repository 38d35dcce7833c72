"""The figures of a day as tables that can be shown and taken along; a hidden figure is empty, their number noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from juru.association.desk.statistics import STATES, Statistics, told_arrears
from juru.web.sheets import Cell, Column, Kind, Line, Sheet


class Topic(StrEnum):
    """The tables there are."""

    STATES = "states"
    MONTHS = "months"
    YEARS = "years"


def sheet_of(topic: Topic, found: Statistics) -> Sheet:
    """One table; arrears in total stand among the facts of each."""
    return SHEETS[topic](found)


def _facts(found: Statistics, topic: Topic) -> dict[str, Cell]:
    arrears = told_arrears(found.arrears)
    return {
        "as_of": found.as_of.isoformat(),
        "hidden": sum(name[0] == topic.value for name in found.hidden),
        "arrears_members": None if arrears is None else arrears.members,
        "arrears_invoices": None if arrears is None else arrears.invoices,
        "arrears_idr": None if arrears is None else arrears.amount_idr,
    }


def _told(found: Statistics, topic: Topic, row: str, column: str, value: int) -> Cell:
    return None if (topic.value, row, column) in found.hidden else value


def _states(found: Statistics) -> Sheet:
    columns = [*(state.value for state in STATES), "total"]

    def cells(row: str, counts: dict[str, int]) -> tuple[Cell, ...]:
        return tuple(_told(found, Topic.STATES, row, column, counts[column]) for column in columns)

    sums = dict.fromkeys(columns, 0)
    lines = []
    for code, name in found.branches.items():
        counts = {state.value: found.states.get((code, state), 0) for state in STATES}
        counts["total"] = sum(counts.values())
        for column, count in counts.items():
            sums[column] += count
        lines.append(Line(code, (code, name, *cells(code, counts))))
    head = (Column("branch", Kind.ID), Column("branch_name"), *(Column(name, Kind.COUNT) for name in columns))
    return Sheet("states", _facts(found, Topic.STATES), head, tuple(lines), (None, None, *cells("total", sums)))


def _months(found: Statistics) -> Sheet:
    names = ("members", "new", "returned", "lost")
    lines = [
        Line(
            one.month, (one.month, *(_told(found, Topic.MONTHS, one.month, name, getattr(one, name)) for name in names))
        )
        for one in found.months
    ]
    head = (Column("month", Kind.ID), *(Column(name, Kind.COUNT) for name in names))
    return Sheet("months", _facts(found, Topic.MONTHS), head, tuple(lines))


def _years(found: Statistics) -> Sheet:
    names = ("cohort", "kept", "lost")
    lines = []
    for one in found.years:
        row = one.until.isoformat()
        cells = [_told(found, Topic.YEARS, row, name, getattr(one, name)) for name in names]
        # A share of a hidden figure would tell it.
        rates = (None, None) if None in cells else (one.retention_permille, 1_000 - one.retention_permille)
        lines.append(Line(row, (one.since.isoformat(), row, *cells, *rates)))
    head = (
        *(Column(name, Kind.ID) for name in ("since", "until")),
        *(Column(name, Kind.COUNT) for name in names),
        *(Column(name, Kind.PERCENT) for name in ("retention_permille", "attrition_permille")),
    )
    return Sheet("years", _facts(found, Topic.YEARS), head, tuple(lines))


SHEETS: Mapping[Topic, Callable[[Statistics], Sheet]] = {
    Topic.STATES: _states,
    Topic.MONTHS: _months,
    Topic.YEARS: _years,
}
