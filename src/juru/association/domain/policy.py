"""The numbers of the statutes: days of grace, of appeal, of silence, of acting officers. Each is a dated, decreed fact.

A clock runs by the numbers of the day on which it began: a number that is changed later moves no clock that runs or
has run (``Policies.on`` is asked for that day, never for today).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """The numbers of a day; what no decree has set is as association.md 2 to 4 has it."""

    grace_days: int = 30
    first_dues_days: int = 30
    incomplete_days: int = 90
    appeal_days: int = 30
    emergency_days: int = 14
    emergency_max_days: int = 60
    owner_days: int = 30
    branch_working_days: int = 7
    national_days: int = 30
    appeal_overdue_days: int = 60
    hearing_notice_days: int = 14
    review_days: int = 30
    warning_days: int = 365
    acting_days: int = 90
    paused_days: int = 30
    first_due_days: int = 30
    cash_days: int = 7
    grace_votes: int = 0
    offer_days: int = 60
    offer_renew_days: int = 14
    offers_max: int = 5
    answer_days: int = 90


MEANINGS: Mapping[str, str] = {
    "grace_days": "days of grace after the paid period",
    "first_dues_days": "days a verified business has for its first dues before its application closes",
    "incomplete_days": "days an application may lack documents before it closes",
    "appeal_days": "days in which a member may appeal against an expulsion",
    "emergency_days": "days an emergency suspension lasts without a charge",
    "emergency_max_days": "days it lasts at most with one",
    "owner_days": "days a new owner has to confirm the membership and its open debts",
    "branch_working_days": "working days the branch has for a complete application",
    "national_days": "calendar days national has after that",
    "appeal_overdue_days": "days after which an undecided appeal is overdue",
    "hearing_notice_days": "days between the service of a charge and its hearing",
    "review_days": "days in which a rejection may be reviewed, once",
    "warning_days": "days after which a warning ends",
    "acting_days": "days an acting officer serves at most",
    "paused_days": "days an officer may be paused before his term ends",
    "first_due_days": "days between a first invoice and its due day",
    "cash_days": "days in which a treasurer hands in cash",
    "grace_votes": "1 if a member in grace votes, 0 if not",
    "offer_days": "days a notice of an opportunity stands",
    "offer_renew_days": "days before its end from which it may be renewed",
    "offers_max": "notices that a member may have waiting or open",
    "answer_days": "days after a notice's end for which its contact and answers are kept",
}
DAYS_MAX = 3_650


def allowed(key: str, value: int) -> bool:
    """Whether a number may be set so; a clock of none or of more than ten years is a slip of the pen."""
    return value in {0, 1} if key == "grace_votes" else 0 < value <= DAYS_MAX


class Policies:
    """The policy of every day: versions by the day from which each counts."""

    def __init__(self, first: Policy | None = None, changes: Iterable[tuple[date, str, int]] = ()) -> None:
        """``changes``: day, number, value. Of one number on one day the greatest value counts, whatever the order."""
        self._days: list[date] = [date.min]
        self._versions: list[Policy] = [first or Policy()]
        for day, key, value in sorted(changes):
            now = msgspec.structs.replace(self._versions[-1], **{key: value})
            if day == self._days[-1]:
                self._versions[-1] = now
            else:
                self._days.append(day)
                self._versions.append(now)

    def on(self, day: date) -> Policy:
        """The numbers of a day."""
        if len(self._versions) == 1:
            return self._versions[0]
        return self._versions[bisect_right(self._days, day) - 1]

    def lapsed(self, renews_from: date | None, on: date) -> bool:
        """Whether money of a day comes too late for a renewal from that day on; None is what never lapses."""
        return renews_from is not None and on >= renews_from + timedelta(days=self.on(renews_from).grace_days)

    def days(self) -> list[date]:
        """The days on which a number changed."""
        return self._days[1:]
