"""Vouchers: codes that are sold from a stock of our own, or came with a supplier's answer; each is handed out once.

A code is sealed outside the domain. What the domain knows of it is the sealed text and a keyed fingerprint, which is
the paper's key: the same code can never be filed twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from juru.server.domain.paper import Head, Paper


class VoucherState(StrEnum):
    """``open``: in stock. ``handed``: an order has it. ``void``: a person took it out of the stock."""

    OPEN = "open"
    HANDED = "handed"
    VOID = "void"


class Voucher(Paper, frozen=True):
    """One code. ``sealed`` is never opened but for the reply to its order; ``serial`` may be seen by everybody.

    ``expires_day`` is the last business day on which it may be handed out. ``supplier`` is set on one that a supplier
    delivered with an order's answer; it never was in stock. ``transfer_id`` took a void one off the books.
    """

    kept: ClassVar[bool] = False

    product: str
    sealed: str
    serial: str = ""
    cost_idr: int = 0
    expires_day: int | None = None
    state: VoucherState = VoucherState.OPEN
    order_id: int | None = None
    supplier: str | None = None
    transfer_id: int | None = None
    reason: str = ""

    def head(self) -> Head:
        """In stock by its product, the day being the last it may be handed out; afterwards by its order."""
        if self.state is VoucherState.OPEN:
            return Head(open=True, mark=self.product, day=self.expires_day)
        return Head(open=False, mark=None if self.order_id is None else mark_of(self.order_id), day=self.expires_day)

    def moved(self) -> tuple[int, ...]:
        """What wrote a void one off."""
        return () if self.transfer_id is None else (self.transfer_id,)

    def now(self, state: VoucherState, **changes: object) -> Voucher:
        """The next version."""
        return msgspec.structs.replace(self, state=state, **changes)


def mark_of(order_id: int) -> str:
    """What an order's voucher is looked up by; no product's code has a slash."""
    return f"order/{order_id}"


def delivered_key(order_id: int) -> str:
    """The paper of a code that a supplier delivered: such a one is known by its order."""
    return f"order/{order_id}"
