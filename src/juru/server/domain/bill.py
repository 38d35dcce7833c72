"""Bills (tagihan): what a supplier said is owed, kept from the inquiry until it is paid or its day ends."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from juru.server.domain.paper import Head, Paper


class BillState(StrEnum):
    """How an inquiry stands. Only ``found`` may be paid; the payment decides what comes after it.

    ``asked``: no supplier has answered yet. ``paying``: an order has taken it and is open. ``paid``: that order is a
    success. ``unpaid``: it failed, and the supplier has seen the reference, so the bill must be asked about anew.
    """

    ASKED = "asked"
    FOUND = "found"
    REFUSED = "refused"
    PAYING = "paying"
    PAID = "paid"
    UNPAID = "unpaid"


class Bill(Paper, frozen=True):
    """One inquiry about a bill, at one supplier. ``ref`` is the agent's; ``supplier_ref`` ours, kept for the payment.

    ``said`` is the supplier's own word where it refused, for people to read.
    ``cost_idr`` is what the supplier will charge, ``selling_price_idr`` what the customer owes (``admin_idr`` in it),
    ``price_idr`` what paying takes from the agent, ``legs`` what of it goes to his uplines. ``order_id`` is the order
    that pays it and ``charged_idr`` what that cost in the end. ``tried`` are the suppliers that had no answer.
    """

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
    legs: tuple[tuple[int, int], ...] = ()
    selling_price_idr: int = 0
    admin_idr: int = 0
    bills: int = 1
    customer: str = ""
    period: str = ""
    details: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    said: str = ""
    order_id: int | None = None
    charged_idr: int | None = None
    tried: tuple[str, ...] = ()

    def head(self) -> Head:
        """Open while somebody waits; found by whose and what was asked about, for a payment without a reference."""
        is_open = self.state in {BillState.ASKED, BillState.PAYING}
        return Head(is_open, self.agent_id, mark_of(self.agent_id, self.product, self.dest), self.day)

    def of_order(self) -> int | None:
        """The order that has taken it."""
        return self.order_id

    def now(self, state: BillState, **changes: object) -> Bill:
        """The next version."""
        return msgspec.structs.replace(self, state=state, **changes)


def mark_of(agent_id: int, product: str, dest: str) -> str:
    """What an agent's inquiries about one bill are looked up by."""
    return f"{agent_id}/{product}/{dest}"


def key_of(agent_id: int, ref: str) -> str:
    """The paper of an agent's inquiries under a reference of his."""
    return f"{agent_id}/{ref}"
