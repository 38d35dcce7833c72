"""Debts (piutang): deposit that an agent has been given on credit, each with the day it is due."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from juru.server.domain.paper import Head, Paper


class Debt(Paper, frozen=True):
    """One deposit given on credit. ``left_idr`` is still owed; days are business days of the cell (yyyymmdd)."""

    agent_id: int
    amount_idr: int
    left_idr: int
    given_day: int
    due_day: int
    transfer_id: int
    reason: str
    by: str
    at_ms: int

    def head(self) -> Head:
        """Found by its agent; open while anything is owed."""
        return Head(self.left_idr > 0, self.agent_id, day=self.due_day)


class Settled(StrEnum):
    """How a debt became less."""

    PAID = "paid"
    WRITTEN_OFF = "written_off"


class Part(msgspec.Struct, frozen=True):
    """How much of which debt a payment took, with the debt's days, so that it can be owed again."""

    debt: str
    amount_idr: int
    given_day: int
    due_day: int


class DebtPayment(Paper, frozen=True):
    """Debts that became less by one transfer, whose number is its key; oldest debts first."""

    kept: ClassVar[bool] = False

    agent_id: int
    how: Settled
    parts: tuple[Part, ...]
    by: str
    at_ms: int
    undone: bool = False

    def head(self) -> Head:
        """Open while it stands."""
        return Head(not self.undone, self.agent_id)
