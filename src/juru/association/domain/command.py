"""What every command is."""

from __future__ import annotations

from datetime import date

import msgspec

from juru.association.domain.facts import Precision


class Command(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """One thing to do."""


class Dated(Command, frozen=True, kw_only=True):
    """One thing whose day may be known by its month, its year or a range only; ``on`` None is today."""

    on: date | None = None
    precision: Precision = Precision.DAY
    through: date | None = None
