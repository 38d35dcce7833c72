"""Clocks of the statutes: working days, and what silence does to an application (reference/association.md 2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from juru.association.domain.policy import Policy

_SATURDAY = 5


class Deadline(msgspec.Struct, frozen=True):
    """The last day in time, and the day from which it is overdue."""

    deadline: date
    overdue_from: date


def is_working(day: date, holidays: AbstractSet[date]) -> bool:
    """Monday to Friday without the listed holidays."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_days(since: date, days: int, holidays: AbstractSet[date]) -> Deadline:
    """``days`` working days after the day of the event, which is day 0; overdue from the calendar day after."""
    assert days >= 0, days
    day, left = since, days
    while left:
        day += timedelta(days=1)
        left -= is_working(day, holidays)
    return Deadline(day, day + timedelta(days=1))


class WaitingOn(StrEnum):
    """Whose answer a complete application waits for; silence is never a yes."""

    BRANCH = "branch"
    NATIONAL = "national"
    NATIONAL_OVERDUE = "national_overdue"


class Silence(msgspec.Struct, frozen=True):
    """Where silence leaves an application on a day."""

    branch_deadline: date
    moves_to_national_on: date
    national_overdue_from: date
    waiting_on: WaitingOn


def silence(
    complete_on: date,
    as_of: date,
    holidays: AbstractSet[date],
    *,
    branch_working_days: int = 7,
    national_days: int = 30,
) -> Silence:
    """The branch has its working days, then national its calendar days, then it stands in the public overdue list."""
    branch = working_days(complete_on, branch_working_days, holidays)
    overdue_from = branch.overdue_from + timedelta(days=national_days)
    if as_of < branch.overdue_from:
        waiting = WaitingOn.BRANCH
    elif as_of < overdue_from:
        waiting = WaitingOn.NATIONAL
    else:
        waiting = WaitingOn.NATIONAL_OVERDUE
    return Silence(branch.deadline, branch.overdue_from, overdue_from, waiting)


class HolidayTable(msgspec.Struct, frozen=True):
    """One version of a year's listed holidays, and the day on which it became known."""

    known_on: date
    year: str
    days: frozenset[date]


def silence_as_known(complete_on: date, as_of: date, versions: Iterable[HolidayTable], policy: Policy) -> Silence:
    """The same, by the statutes' numbers of the day of completeness and the tables in the order they became known.

    A table that became known once the branch's days had run moves nothing; one from before counts from then on.
    """
    tables: dict[str, frozenset[date]] = {}
    limits = {"branch_working_days": policy.branch_working_days, "national_days": policy.national_days}
    clock = silence(complete_on, as_of, frozenset(), **limits)
    for version in versions:
        if version.known_on >= clock.moves_to_national_on:
            break
        tables[version.year] = version.days
        clock = silence(complete_on, as_of, frozenset().union(*tables.values()), **limits)
    return clock
