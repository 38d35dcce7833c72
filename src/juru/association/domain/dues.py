"""Annual dues: pro rata by day, first invoice, renewal, reminders (reference/association.md 3). Integer rupiah.

Periods are half-open ``[from, to)``. Pro rata takes the difference of two floors of one cumulative function, so that
the parts of a year always add up to the year, to the rupiah.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from enum import StrEnum

import msgspec


class DuesPolicy(msgspec.Struct, frozen=True):
    """What the statutes set."""

    period_mode: str = "calendar"
    annual_idr: int = 500_000
    entry_fee_idr: int = 0
    round_to_idr: int = 1
    grace_days: int = 30
    reinstatement_fee_idr: int = 50_000
    late_join_days: int = 0


class Period(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """``[from, to)``."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days

    @property
    def last_day(self) -> date:
        """The day people are shown."""
        return self.until - timedelta(days=1)


class LineKind(StrEnum):
    """What a line of an invoice is for; only dues are shared with the branch."""

    DUES = "dues"
    ENTRY_FEE = "entry_fee"
    REINSTATEMENT_FEE = "reinstatement_fee"
    ROUNDING = "rounding"


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an invoice; dues say their period."""

    kind: LineKind
    amount_idr: int
    period: Period | None = None


class Draft(msgspec.Struct, frozen=True):
    """What a first invoice will say. ``days`` are those of the pro-rated part."""

    days: int
    lines: tuple[Line, ...]
    paid_until: date

    @property
    def total_idr(self) -> int:
        """The sum of its lines."""
        return sum(line.amount_idr for line in self.lines)


def prorated(annual_idr: int, since: date, until: date) -> int:
    """The part of the annual dues for ``[since, until)``; across New Year one term a year."""
    assert since <= until, (since, until)
    total = 0
    year = since.year
    while year <= until.year:
        first, days = date(year, 1, 1), 366 if isleap(year) else 365
        start = max((since - first).days, 0)
        end = min((until - first).days, days)
        if end > start:
            total += annual_idr * end // days - annual_idr * start // days
        year += 1
    return total


def first_invoice(policy: DuesPolicy, verified_on: date) -> Draft:
    """What a newcomer pays: the days left of the year, perhaps the next year along, the entry fee, the rounding."""
    if policy.period_mode == "anniversary":
        period = anniversary_period(verified_on, 1)
        lines = [Line(LineKind.DUES, policy.annual_idr, period)]
    else:
        period = Period(verified_on, date(verified_on.year + 1, 1, 1))
        lines = [Line(LineKind.DUES, prorated(policy.annual_idr, period.since, period.until), period)]
    until = period.until
    if policy.period_mode == "calendar" and period.days <= policy.late_join_days:
        following = Period(until, date(until.year + 1, 1, 1))
        lines.append(Line(LineKind.DUES, policy.annual_idr, following))
        until = following.until
    if policy.entry_fee_idr:
        lines.append(Line(LineKind.ENTRY_FEE, policy.entry_fee_idr))
    rounding_idr = _rounded(sum(line.amount_idr for line in lines), policy.round_to_idr)
    if rounding_idr:
        lines.append(Line(LineKind.ROUNDING, rounding_idr))
    return Draft(period.days, tuple(lines), until)


def _rounded(total_idr: int, unit_idr: int) -> int:
    """What must be added to reach the nearest multiple, half upwards; may be negative."""
    return (total_idr + unit_idr // 2) // unit_idr * unit_idr - total_idr


class RenewalKind(StrEnum):
    """By the date of payment (reference/association.md 3.5)."""

    EARLY = "early"
    IN_GRACE = "in_grace"
    REINSTATEMENT = "reinstatement"
    NEW_APPLICATION = "new_application"


class Renewal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a payment on a day renews; a whole unpaid year asks for a new application instead."""

    kind: RenewalKind
    amount_idr: int | None = None
    period: Period | None = None
    active_from: date | None = None


def renewal(policy: DuesPolicy, *, paid_until: date, paid_on: date) -> Renewal:
    """The period always continues from ``paid_until``, never from the day of payment."""
    period = Period(paid_until, _years_later(paid_until, 1))
    if paid_on < paid_until:
        return Renewal(RenewalKind.EARLY, policy.annual_idr, period)
    if paid_on < paid_until + timedelta(days=policy.grace_days):
        return Renewal(RenewalKind.IN_GRACE, policy.annual_idr, period)
    if paid_on < period.until:
        amount_idr = policy.annual_idr + policy.reinstatement_fee_idr
        return Renewal(RenewalKind.REINSTATEMENT, amount_idr, period, active_from=paid_on)
    return Renewal(RenewalKind.NEW_APPLICATION)


def anniversary_period(anchor: date, nth: int) -> Period:
    """The nth year from an anchor, each computed from the anchor so that 29 February does not drift."""
    assert nth >= 1, nth
    return Period(_years_later(anchor, nth - 1), _years_later(anchor, nth))


def _years_later(day: date, years: int) -> date:
    """The same day in a later year; 29 February falls to the 28th where the year has none."""
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return date(year, day.month, day.day)


class Reminders(msgspec.Struct, frozen=True):
    """When each message about a renewal is due."""

    invoice: date
    first: date
    second: date
    last_day: date
    grace_first: date
    grace_second: date
    lapse_notice: date


def reminders(policy: DuesPolicy, paid_until: date) -> Reminders:
    """Counted from the last paid day, also through grace."""
    last = paid_until - timedelta(days=1)
    return Reminders(
        invoice=last - timedelta(days=60),
        first=last - timedelta(days=30),
        second=last - timedelta(days=7),
        last_day=last,
        grace_first=last + timedelta(days=7),
        grace_second=last + timedelta(days=21),
        lapse_notice=paid_until + timedelta(days=policy.grace_days),
    )
