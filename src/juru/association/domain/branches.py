"""Branches: which there are on a day, which provinces they cover, what they were merged into or split from.

The nine of the article are seed data. A province without a branch is open: its members choose one, or ``NAS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from juru.association.domain.boards import NATIONAL


class Branch(msgspec.Struct, frozen=True):
    """A branch as it stands in ``[since, until)``; ``provinces`` are the codes of the interior ministry."""

    code: str
    name: str
    provinces: tuple[str, ...]
    since: date
    until: date | None = None
    into: tuple[str, ...] = ()


_FOUNDED = date(2010, 4, 20)
SEED = (
    Branch("JBB", "Jabodetabek-Banten", ("31", "36"), _FOUNDED),
    Branch("JBR", "Jawa Barat", ("32",), _FOUNDED),
    Branch("JTG", "Jawa Tengah", ("33",), _FOUNDED),
    Branch("DIY", "D.I. Yogyakarta", ("34",), _FOUNDED),
    Branch("JTM", "Jawa Timur", ("35",), _FOUNDED),
    Branch("SMU", "Sumatera Utara", ("12",), _FOUNDED),
    Branch("SMB", "Sumatera Barat", ("13",), _FOUNDED),
    Branch("BAL", "Bali", ("51",), _FOUNDED),
    Branch("SUL", "Sulawesi", ("71", "72", "73", "74", "75", "76"), _FOUNDED),
)


def on(branches: Iterable[Branch], as_of: date) -> dict[str, Branch]:
    """The branches of a day by code; of several versions the latest begun."""
    found: dict[str, Branch] = {}
    for branch in sorted(branches, key=lambda b: (b.since, b.code)):
        if branch.since <= as_of:
            found[branch.code] = branch
    return {code: branch for code, branch in found.items() if branch.until is None or as_of < branch.until}


def choices(branches: Iterable[Branch], province: str, as_of: date) -> tuple[str, ...]:
    """The branches a business of a province may join: the one that covers it, else any, or national direct."""
    there = on(branches, as_of)
    covering = tuple(code for code, branch in there.items() if province in branch.provinces)
    return covering or (*there, NATIONAL)


def successors(branches: Iterable[Branch], code: str, as_of: date) -> tuple[str, ...]:
    """Where the members of a branch are counted on a day, following merges and splits."""
    latest = {branch.code: branch for branch in sorted(branches, key=lambda b: b.since) if branch.since <= as_of}
    found, open_ = set(), [code]
    while open_:
        branch = latest.get(open_.pop())
        if branch is None:
            continue
        if branch.until is not None and as_of >= branch.until and branch.into:
            open_.extend(branch.into)
        else:
            found.add(branch.code)
    return tuple(sorted(found))


def home(branches: Iterable[Branch], chosen: str, as_of: date) -> tuple[str, bool]:
    """Where a member who chose a branch belongs on a day, and whether he has to choose anew.

    Of a branch that ended he follows where it went, if that is one branch; else he counts as national direct until he
    has chosen.
    """
    if chosen == NATIONAL:
        return NATIONAL, False
    ended_into = successors(branches, chosen, as_of)
    there = [code for code in ended_into if code in on(branches, as_of)]
    return (there[0], False) if len(there) == 1 else (NATIONAL, True)
