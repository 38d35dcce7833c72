"""A supplier's own reply patterns, read from plain data (reference/dialects.md section 10, last paragraph).

A profile is ``{"name": "...", "patterns": ["...", {"pattern": "...", "outcome": "success"}]}``. The first pattern that
fits a text wins; its named groups override what the common rules read. The groups: ``kode`` product, ``tujuan``
destination, ``sn``, ``saldo`` our deposit there, ``hargabeli`` what we pay, ``clientid`` our reference.
"""

from __future__ import annotations

from typing import Any

import msgspec

from juru.server.dialects.safe_pattern import PatternError, SafePattern
from juru.server.domain.outcome import Outcome

GROUPS = frozenset({"kode", "tujuan", "sn", "saldo", "hargabeli", "clientid"})
PATTERNS_MAX = 20


class ProfileError(ValueError):
    """A profile that cannot be used; the message names the pattern and the remedy."""


class _PatternRow(msgspec.Struct, forbid_unknown_fields=True):
    pattern: str
    outcome: Outcome | None = None


class _ProfileData(msgspec.Struct, forbid_unknown_fields=True):
    patterns: list[str | _PatternRow]
    name: str = "profile"


class Found(msgspec.Struct, frozen=True):
    """What a profile read: its groups, and the outcome where the pattern states one."""

    groups: dict[str, str]
    outcome: Outcome | None = None


class ReplyProfile:
    """Compiled patterns of one supplier, in order of preference."""

    def __init__(self, name: str, patterns: tuple[tuple[SafePattern, Outcome | None], ...]) -> None:
        """Use ``load_profile``."""
        self.name = name
        self._patterns = patterns

    def find(self, text: str) -> Found | None:
        """The first pattern that fits."""
        for pattern, outcome in self._patterns:
            groups = pattern.find(text)
            if groups is not None:
                return Found(groups, outcome)
        return None


def load_profile(source: bytes | str | dict[str, Any]) -> ReplyProfile:
    """A profile from JSON or plain data; raises ProfileError with the remedy."""
    try:
        if isinstance(source, dict):
            data = msgspec.convert(source, _ProfileData)
        else:
            data = msgspec.json.decode(source, type=_ProfileData)
    except msgspec.MsgspecError as error:
        message = f"reply profile: {error}"
        raise ProfileError(message) from error
    if not 1 <= len(data.patterns) <= PATTERNS_MAX:
        message = f"reply profile {data.name}: give 1 to {PATTERNS_MAX} patterns"
        raise ProfileError(message)
    rows = [_PatternRow(row) if isinstance(row, str) else row for row in data.patterns]
    return ReplyProfile(data.name, tuple((_compiled(data.name, row.pattern), row.outcome) for row in rows))


def _compiled(name: str, pattern: str) -> SafePattern:
    try:
        return SafePattern(pattern, GROUPS)
    except PatternError as error:
        message = f"reply profile {name}: {error}"
        raise ProfileError(message) from error
