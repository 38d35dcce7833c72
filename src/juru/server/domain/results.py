"""What the writer answers to a command once it is committed."""

from __future__ import annotations

import msgspec

from juru.server.domain.outcome import Buy
from juru.server.domain.refusals import Refusal
from juru.server.domain.views import OrderView


class Placed(msgspec.Struct, frozen=True, tag=True):
    """The orders of a PlaceOrder, as they stand."""

    orders: tuple[OrderView, ...]


class Transferred(msgspec.Struct, frozen=True, tag=True):
    """A transfer of deposit between agents; ``cancelled`` names the transfer taken back."""

    transfer_id: int
    agent: str
    to: str
    amount_idr: int
    balance_idr: int
    cancelled: int | None = None
    repeated: bool = False


class Sending(msgspec.Struct, frozen=True, tag=True):
    """Attempts committed as ``sending`` (or about to be asked about): what to put on the wire, and until when."""

    buys: tuple[tuple[int, Buy, int], ...]


class Done(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A command that has no more to say than that it stands; ``transfer_id`` where it posted, ``note`` a warning."""

    transfer_id: int | None = None
    note: str | None = None


Result = Placed | Transferred | Sending | Done | Refusal
