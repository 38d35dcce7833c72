"""What the writer answers to a command once it is committed."""

from __future__ import annotations

import msgspec

from juru.server.domain.outcome import Buy
from juru.server.domain.refusals import Refusal
from juru.server.domain.views import BillView, OrderView, TicketView


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


class Changed(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """What an agent asked for stands: the key of its text and the facts that it names. Secrets are never among them."""

    what: str
    facts: dict[str, str | int] = {}
    transfer_id: int | None = None
    repeated: bool = False


class Corrected(msgspec.Struct, frozen=True, tag=True):
    """An order with its number corrected; ``was`` is the number before."""

    order: OrderView
    was: str


class Sending(msgspec.Struct, frozen=True, tag=True):
    """Attempts committed as ``sending`` (or about to be asked about): what to put on the wire, and until when."""

    buys: tuple[tuple[int, Buy, int], ...]


class Asking(msgspec.Struct, frozen=True, tag=True):
    """An inquiry about a bill that is committed and may leave: under which paper, to whom, and what."""

    key: str
    supplier: str
    buy: Buy


class Found(msgspec.Struct, frozen=True, tag=True):
    """A bill that may be paid."""

    bill: BillView


class Done(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A command that has no more to say than that it stands; ``transfer_id`` where it posted, ``note`` a warning."""

    transfer_id: int | None = None
    note: str | None = None


class Ticketed(msgspec.Struct, frozen=True, tag=True):
    """A deposit ticket as it stands."""

    ticket: TicketView


class BankImported(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """What a piece of a statement did: rows new, known, of days before the account's; credited, and why others wait."""

    rows: int = 0
    known: int = 0
    before: int = 0
    credited: int = 0
    credited_idr: int = 0
    waiting: dict[str, int] = {}


Result = (
    Placed | Transferred | Changed | Corrected | Sending | Asking | Found | Done | Ticketed | BankImported | Refusal
)
