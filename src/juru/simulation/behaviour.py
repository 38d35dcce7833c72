"""How a simulated supplier behaves: what befalls an order is drawn from the seed and the order's own reference.

Nothing here keeps state, so the same market treats the same reference alike, however often and in whatever order it is
asked. A fault of the wire (lost reply, error page ...) and the truth about the delivery are two draws.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

PERMILLE = 1000


class Fate(StrEnum):
    """What befalls an order, as its buyer sees the first answer."""

    SUCCESS = "success"
    FAILED = "failed"
    REFUSED = "refused"  # no transaction is created
    PENDING_CALLBACK = "pending_callback"
    PENDING_INQUIRY = "pending_inquiry"  # no report ever comes: the buyer has to ask
    UNMAPPED_CODE = "unmapped_code"
    HTML_PAGE = "html_page"  # status 200 and a page for people
    SERVER_ERROR = "server_error"
    LOST_REPLY = "lost_reply"  # delivered, then the connection is cut without a byte
    LATE_SUCCESS = "late_success"  # says failed (timeout), delivers, reports success later
    TAKEN_BACK = "taken_back"  # says success with a serial number, later reports a failure and gives the money back
    SLOW_BODY = "slow_body"
    FOREIGN_REFERENCE = "foreign_reference"  # answers about an order of somebody else


WIRE_FAULTS = frozenset(
    {
        *(Fate.UNMAPPED_CODE, Fate.HTML_PAGE, Fate.SERVER_ERROR),
        *(Fate.LOST_REPLY, Fate.SLOW_BODY, Fate.FOREIGN_REFERENCE),
    }
)
_ALWAYS_DELIVERED = frozenset({Fate.SUCCESS, Fate.LOST_REPLY, Fate.LATE_SUCCESS, Fate.SLOW_BODY})


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seller's habits. The ``*_permille`` of the fates sum to 1000 at most; the rest of the orders succeed at once.

    ``settle_ms_*`` is the time from the order to its final state where that is not the answer itself.
    ``fault_delivers_permille``: how many orders behind an unmapped code, an error page or a 5xx were delivered.
    ``outage_from``, ``outage_requests``: from its so-manieth request on (of any kind) it answers that many not at all;
    they are not even heard. 0 = never.
    ``price_change_every``: orders after which every price is drawn anew from -step, 0, +step; 0 = never.
    ``report_twice_permille``: how many reports are sent a second time though they were taken.
    ``dedup`` False: the seller delivers again whenever a reference comes again, so that a test sees a double send.
    ``status_codes``: an OtomaX seller wraps its text as ``status=N&message=...``.
    """

    latency_ms_min: int = 0
    latency_ms_max: int = 0
    failed_permille: int = 0
    refused_permille: int = 0
    pending_callback_permille: int = 0
    pending_inquiry_permille: int = 0
    unmapped_code_permille: int = 0
    html_page_permille: int = 0
    server_error_permille: int = 0
    lost_reply_permille: int = 0
    late_success_permille: int = 0
    taken_back_permille: int = 0
    slow_body_permille: int = 0
    foreign_reference_permille: int = 0
    pending_fails_permille: int = 0
    report_twice_permille: int = 0
    fault_delivers_permille: int = 500
    settle_ms_min: int = 200
    settle_ms_max: int = 2_000
    slow_body_ms: int = 3_000
    outage_from: int = 0
    outage_requests: int = 0
    price_change_every: int = 0
    price_step_idr: int = 0
    dedup: bool = True
    status_codes: bool = False

    def __post_init__(self) -> None:
        numbers = [value for value in msgspec.structs.astuple(self) if not isinstance(value, bool)]
        if min(numbers) < 0:
            raise ValueError("a behaviour has no negative numbers")
        if sum(share for _, share in self.shares()) > PERMILLE:
            raise ValueError("the fates of a behaviour sum to 1000 permille at most")
        if self.latency_ms_min > self.latency_ms_max or self.settle_ms_min > self.settle_ms_max:
            raise ValueError("a range begins with its smaller number")

    def shares(self) -> list[tuple[Fate, int]]:
        """Every fate that is not plain success, with its share."""
        return [(fate, getattr(self, f"{fate.value}_permille")) for fate in Fate if fate is not Fate.SUCCESS]


class Draw(msgspec.Struct, frozen=True):
    """What was drawn for one reference. ``delivers`` is the truth, whatever the buyer is told."""

    fate: Fate
    delivers: bool
    latency_s: float
    settle_s: float
    serial: int


class Dice:
    """One seller's draws: a hash of seed, seller and reference, so no draw depends on another."""

    def __init__(self, seed: int, seller: str, behaviour: Behaviour) -> None:
        self._salt = f"{seed}|{seller}|".encode()
        self._behaviour = behaviour
        self._bounds: list[tuple[int, Fate]] = []
        bound = 0
        for fate, share in behaviour.shares():
            bound += share
            if share:
                self._bounds.append((bound, fate))

    def draw(self, ref: str) -> Draw:
        """What befalls the order of this reference."""
        bits = hashlib.blake2b(self._salt + ref.encode(), digest_size=24).digest()
        roll = int.from_bytes(bits[0:4], "big") % PERMILLE
        fate = next((fate for bound, fate in self._bounds if roll < bound), Fate.SUCCESS)
        habits = self._behaviour
        return Draw(
            fate,
            self._delivers(fate, int.from_bytes(bits[4:8], "big") % PERMILLE),
            _between(habits.latency_ms_min, habits.latency_ms_max, bits[8:12]) / 1000,
            _between(habits.settle_ms_min, habits.settle_ms_max, bits[12:16]) / 1000,
            int.from_bytes(bits[16:24], "big"),
        )

    def price_shift_idr(self, sku: str, orders: int) -> int:
        """How far a price stands from its list price after so many orders."""
        every, step = self._behaviour.price_change_every, self._behaviour.price_step_idr
        if not every or orders < every:
            return 0
        bits = hashlib.blake2b(self._salt + f"{sku}|{orders // every}".encode(), digest_size=4).digest()
        return step * (int.from_bytes(bits, "big") % 3 - 1)

    def _delivers(self, fate: Fate, roll: int) -> bool:
        match fate:
            case Fate.FAILED | Fate.REFUSED | Fate.TAKEN_BACK:
                return False
            case Fate.PENDING_CALLBACK | Fate.PENDING_INQUIRY:
                return roll >= self._behaviour.pending_fails_permille
            case _ if fate in _ALWAYS_DELIVERED:
                return True
            case _:
                return roll < self._behaviour.fault_delivers_permille


def _between(least: int, most: int, bits: bytes) -> int:
    return least + int.from_bytes(bits, "big") % (most - least + 1)
