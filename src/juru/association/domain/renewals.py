"""Whether a member's next year is to be invoiced on a day, in the run for one year (reference/association.md 3.3, 3.5).

Only who is a member that day and still will be when the year begins is invoiced; who has lapsed asks himself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from juru.association.domain.dues import DuesPolicy, Renewal, RenewalKind, reminders, renewal
from juru.association.domain.facts import MemberFact
from juru.association.domain.membership import State, paid_until, standing
from juru.association.domain.policy import Policies

_MEMBERS = frozenset({State.ACTIVE, State.GRACE, State.SUSPENDED})
_LEAVING = frozenset({State.RESIGNED, State.EXPELLED, State.CLOSED, State.NONE})


class LeftOut(StrEnum):
    """Why a run issues nothing to a member, the first that applies."""

    NO_MEMBER = "no_member"
    LAPSED = "lapsed"
    OTHER_YEAR = "other_year"
    NOT_YET = "not_yet"
    LEAVING = "leaving"
    NO_DUES_TABLE = "no_dues_table"
    INVOICED = "invoiced"


def to_renew(
    policies: Policies, dues: DuesPolicy | None, facts: Sequence[MemberFact], *, on: date, year: int
) -> Renewal | LeftOut:
    """The renewal that is due on a day, for the period that begins in ``year``; else why there is none.

    ``dues`` is the table of the member's class, None where none was set.
    """
    state = standing(policies, facts, on).state
    until = paid_until(facts, on)
    if state is State.LAPSED:
        return LeftOut.LAPSED
    if state not in _MEMBERS or until is None:
        return LeftOut.NO_MEMBER
    if until.year != year:
        return LeftOut.OTHER_YEAR
    if dues is None:
        return LeftOut.NO_DUES_TABLE
    if on < reminders(dues, until).invoice:
        return LeftOut.NOT_YET
    if standing(policies, facts, until).state in _LEAVING:
        return LeftOut.LEAVING
    graced = msgspec.structs.replace(dues, grace_days=policies.on(until).grace_days)
    next_one = renewal(graced, paid_until=until, paid_on=on)
    if next_one.kind not in {RenewalKind.EARLY, RenewalKind.IN_GRACE}:
        return LeftOut.LAPSED
    return next_one
