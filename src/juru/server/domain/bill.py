"""Bills (tagihan): what a supplier said is owed, kept from the inquiry until it is paid or its day ends."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from juru.server.domain.paper import Head, Paper


class BillState(StrEnum):
    """``asked``: the supplier has not answered; ``found``: may be paid today; ``paid``: an order has taken it."""

    ASKED = "asked"
    FOUND = "found"
    REFUSED = "refused"
    PAID = "paid"


class Bill(Paper, frozen=True):
    """One inquiry about a bill, at one supplier. ``ref`` is the agent's; ``supplier_ref`` ours, kept for the payment.

    ``cost_idr`` is what the supplier will charge, ``selling_price_idr`` what the customer owes (``admin_idr`` in it),
    ``price_idr`` what paying takes from the agent. ``order_id`` is the order that pays it.
    """

    kept: ClassVar[bool] = False

    agent_id: int
    ref: str
    product: str
    dest: str
    offer: str
    supplier: str
    sku: str
    supplier_ref: str
    day: int
    at_ms: int
    state: BillState = BillState.ASKED
    amount_idr: int | None = None
    tr_id: str | None = None
    cost_idr: int = 0
    price_idr: int = 0
    selling_price_idr: int = 0
    admin_idr: int = 0
    bills: int = 1
    customer: str = ""
    period: str = ""
    details: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    order_id: int | None = None

    def head(self) -> Head:
        """Found by what was asked about, so that a chat payment finds the latest inquiry about its bill."""
        is_open = self.state in {BillState.ASKED, BillState.FOUND}
        return Head(is_open, self.agent_id, f"{self.product}/{self.dest}", self.day)
