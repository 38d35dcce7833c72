"""What agents owe for deposit on credit, by how long it is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec

from juru.server.domain.debt import Debt

BANDS = ("not_due", "overdue_7", "overdue_30", "overdue_more")
"""Not due yet; overdue up to 7 days, up to 30, and longer."""


class Owed(msgspec.Struct, frozen=True):
    """One agent's open debts: all together, by band, and the day the first is due (yyyymmdd)."""

    agent: str
    owed_idr: int
    not_due_idr: int
    overdue_7_idr: int
    overdue_30_idr: int
    overdue_more_idr: int
    due_day: int
    debts: int

    @property
    def overdue_idr(self) -> int:
        """All that should have been paid."""
        return self.owed_idr - self.not_due_idr


def ageing(debts: Iterable[Debt], codes: dict[int, str], today: int) -> list[Owed]:
    """Who owes, the longest overdue first."""
    by_agent: dict[int, list[Debt]] = {}
    for debt in debts:
        by_agent.setdefault(debt.agent_id, []).append(debt)
    found = []
    for agent_id, owed in by_agent.items():
        bands: Counter[str] = Counter()
        for debt in owed:
            bands[band_of(debt.due_day, today)] += debt.left_idr
        due_day = min(debt.due_day for debt in owed)
        sums = {f"{band}_idr": bands[band] for band in BANDS}
        agent = codes.get(agent_id, str(agent_id))
        found.append(Owed(agent=agent, owed_idr=bands.total(), **sums, due_day=due_day, debts=len(owed)))
    return sorted(found, key=lambda one: (one.due_day, one.agent))


def band_of(due_day: int, today: int) -> str:
    """The band of a debt that is due on a day."""
    days = (_date(today) - _date(due_day)).days
    if days <= 0:
        return BANDS[0]
    return BANDS[1] if days <= 7 else BANDS[2] if days <= 30 else BANDS[3]


def _date(day: int) -> date:
    return date(day // 10_000, day // 100 % 100, day % 100)
