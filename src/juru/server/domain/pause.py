"""The paper of a supplier's pause (``health`` has its rules)."""

from __future__ import annotations

from enum import StrEnum

from juru.server.domain.paper import Head, Paper


class PauseState(StrEnum):
    """``trial``: one order may go through; what becomes of it decides."""

    PAUSED = "paused"
    TRIAL = "trial"
    BACK = "back"


class SupplierPause(Paper, frozen=True):
    """A pause made by a rule; the key is the supplier's code. ``probes`` failed in a row, each wait twice the last."""

    supplier: str
    state: PauseState
    since_ms: int
    why: str
    probe_at_ms: int
    probes: int = 0

    def head(self) -> Head:
        """Kept in memory also when the supplier is back: there is one a supplier, and a rule may file it again."""
        return Head(open=True, mark=self.state.value)
