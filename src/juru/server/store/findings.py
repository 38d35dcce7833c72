"""What an audit of a cell says, beyond what every book says: how many orders it read."""

from __future__ import annotations

from juru.books import findings


class Findings(findings.Findings):
    """Everything an audit of a cell found."""

    orders: int = 0
