"""Time as Juru writes it: UTC milliseconds for instants, ``yyyymmdd`` integers for business days.

Indonesia's three zones have had fixed offsets since 1988 and no summer time, so a day is integer arithmetic.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


class Zone(StrEnum):
    """A cell's or a supplier's zone."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


_OFFSET_MS = {Zone.WIB: 7 * HOUR_MS, Zone.WITA: 8 * HOUR_MS, Zone.WIT: 9 * HOUR_MS}
_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=64)
def _day_of_ordinal(ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    return day.year * 10_000 + day.month * 100 + day.day


def business_day(at_ms: int, zone: Zone) -> int:
    """The business day (``yyyymmdd``) in which an instant falls in that zone."""
    return _day_of_ordinal((at_ms + _OFFSET_MS[zone]) // DAY_MS + _EPOCH)


def day_after(day: int, by: int = 1) -> int:
    """The day (``yyyymmdd``) that many days later, or earlier for a negative number."""
    return _day_of_ordinal(date(day // 10_000, day // 100 % 100, day % 100).toordinal() + by)


def days_between(first: int, last: int) -> list[int]:
    """Every day from ``first`` to ``last``, both included; none where ``last`` is the earlier."""
    found = []
    day = first
    while day <= last:
        found.append(day)
        day = day_after(day)
    return found


def start_of_day(day: int, zone: Zone) -> int:
    """The instant (UTC milliseconds) at which a day begins in that zone."""
    return (date(day // 10_000, day // 100 % 100, day % 100).toordinal() - _EPOCH) * DAY_MS - _OFFSET_MS[zone]


def written(day: int) -> str:
    """A day as ``2026-11-24``."""
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def hour_of_day(at_ms: int, zone: Zone) -> int:
    """The local hour, 0..23."""
    return (at_ms + _OFFSET_MS[zone]) % DAY_MS // HOUR_MS


def minute_of_day(at_ms: int, zone: Zone) -> int:
    """Minutes since local midnight, 0..1439."""
    return (at_ms + _OFFSET_MS[zone]) % DAY_MS // MINUTE_MS


def iso_local(at_ms: int, zone: Zone) -> str:
    """ISO 8601 with the zone's offset, to the second."""
    return _iso_of_second(at_ms // 1000, zone)


@lru_cache(maxsize=256)
def _iso_of_second(at_s: int, zone: Zone) -> str:
    """Cached, since a busy second is told to many agents."""
    tz = timezone(timedelta(milliseconds=_OFFSET_MS[zone]))
    return datetime.fromtimestamp(at_s, tz).isoformat()


def local_ms(told: datetime, zone: Zone) -> int:
    """The instant of a wall-clock time in a zone; ``told`` has none of its own."""
    assert told.tzinfo is None, told
    return int((told - datetime(1970, 1, 1)).total_seconds() * 1000) - _OFFSET_MS[zone]  # noqa: DTZ001 - as told
