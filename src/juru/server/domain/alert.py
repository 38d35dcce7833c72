"""The paper of an alert (``alerts`` has its rules)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from juru.server.domain.paper import Head, Paper


class AlertKind(StrEnum):
    """What may be wrong; docs/reference/alerts.md says the remedy of each."""

    UNKNOWN_OLD = "unknown_old"
    DEPOSIT_LOW = "deposit_low"
    BALANCE_DRIFT = "balance_drift"
    ABOVE_PRICE = "above_price"
    SUPPLIER_PAUSED = "supplier_paused"
    FOREIGN_REFERENCE = "foreign_reference"
    CLOCK_STEPPED = "clock_stepped"
    DISK_LOW = "disk_low"
    WRITER_SLOW = "writer_slow"
    COMPLAINT_OVERDUE = "complaint_overdue"


class AlertState(StrEnum):
    """``open`` while the cause stands."""

    OPEN = "open"
    CLOSED = "closed"


class Telling(StrEnum):
    """Whether the owner's webhook has this version; ``none`` where nobody is to be told."""

    WAITING = "waiting"
    TOLD = "told"
    GIVEN_UP = "given_up"


class Alert(Paper, frozen=True):
    """One kind of trouble with one subject; the key is ``kind/subject``. Filed again when it opens, closes, is told.

    ``note`` says it in English; ``facts`` are what a page needs to say it in its own words, rupiah in ``..._idr``.
    Kept in memory also when it is closed: there are few, and a rule may open it again.
    """

    kind: AlertKind
    subject: str
    note: str
    state: AlertState
    since_ms: int
    telling: Telling = Telling.WAITING
    tries: int = 0
    next_ms: int = 0
    facts: dict[str, str | int] = msgspec.field(default_factory=dict)

    def head(self) -> Head:
        """Found by whether it stands."""
        return Head(open=True, mark=self.state.value)
