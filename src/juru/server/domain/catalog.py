"""What is sold and how it is bought: operators, products, suppliers, offers, cut-off windows.

Each of these is a *record*: a document of one kind and key, saved as a new version for every change, so that the
price of any past order can be explained. The structs here are those documents' shapes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from juru.server.domain.outcome import NOT_FOUND_AFTER_S, InquiryVerb
from juru.values.days import Zone, minute_of_day
from juru.values.msisdn import parse_msisdn

Idr = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Z0-9][A-Z0-9_-]*$")]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class ProductKind(StrEnum):
    """How a product is ordered; each kind types its destination."""

    FIXED = "fixed"
    OPEN = "open"
    BILL = "bill"
    VOUCHER = "voucher"
    PLN_TOKEN = "pln_token"  # noqa: S105 - prepaid electricity, no secret


class DestKind(StrEnum):
    """What a destination is. An MSISDN is stored as E.164; anything else is kept as typed."""

    MSISDN = "msisdn"
    METER = "meter"
    ACCOUNT = "account"


class Availability(StrEnum):
    """Whether a product, offer or supplier is for sale; ``disturbed`` (gangguan) is expected to pass."""

    OPEN = "open"
    CLOSED = "closed"
    DISTURBED = "disturbed"


class CutOff(msgspec.Struct, frozen=True):
    """A daily window without sales, ``23:45``-``00:15`` spans midnight; equal ends are no window. In ``zone``."""

    start: Clock
    end: Clock
    zone: Zone = Zone.WIB

    def covers(self, at_ms: int) -> bool:
        """True while the window is closed for sales; the start minute is inside, the end minute is not."""
        start, end = minutes(self.start), minutes(self.end)
        now = minute_of_day(at_ms, self.zone)
        if start <= end:
            return start <= now < end
        return now >= start or now < end


def minutes(clock: str) -> int:
    """``HH:MM`` as minutes since midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


class Operator(msgspec.Struct, frozen=True, omit_defaults=True):
    """A network operator, e.g. ``TELKOMSEL``; ``prefixes`` live in the prefix table. Closed, nothing of it is sold."""

    code: Key
    name: str
    availability: Availability = Availability.OPEN


class PrefixTable(msgspec.Struct, frozen=True):
    """Number prefixes (local form, ``0812``) to operator codes; the longest prefix wins. Replaced as a whole."""

    version: str
    prefixes: dict[str, str]

    def operator_of(self, local: str, ported: dict[str, str]) -> str | None:
        """The operator of a number in local form: a ported number first, then the longest prefix."""
        if (operator := ported.get(local)) is not None:
            return operator
        for length in range(6, 2, -1):
            if (operator := self.prefixes.get(local[:length])) is not None:
                return operator
        return None


class PortedNumber(msgspec.Struct, frozen=True):
    """A number that left its prefix's operator."""

    dest: str
    operator: str


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing sold.

    ``level_prices_idr`` by price level, else ``price_idr``; for an open denomination these are the fee over the
    amount, for a bill our fee over what the supplier charges. ``commissions_idr`` goes to the uplines, nearest first,
    and ``points`` to the ordering agent, out of our margin. ``asks_amount``: a bill whose amount the agent types.
    ``stock_low``: a voucher's stock below which a person is told.
    """

    code: Key
    name: str
    kind: ProductKind = ProductKind.FIXED
    price_idr: Idr = 0
    dest_kind: DestKind = DestKind.MSISDN
    operator: str | None = None
    denom_k: int | None = None
    level_prices_idr: dict[str, Idr] = {}
    commissions_idr: tuple[Idr, ...] = ()
    points: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    amount_idr_min: Idr = 1_000
    amount_idr_max: Idr = 2_000_000
    availability: Availability = Availability.OPEN
    cut_offs: tuple[CutOff, ...] = ()
    stock: int | None = None
    sell_below_cost: bool = False
    asks_amount: bool = False
    stock_low: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supplier's own SKU and cost for a product; for an open denomination the cost is their fee over the amount.

    A bill's cost is what the supplier answers; ``cost_idr`` is added to what the customer owes where it names no price.
    """

    key: Key
    product: Key
    supplier: Key
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    cost_idr: Idr
    priority: int = 100
    availability: Availability = Availability.OPEN
    cut_offs: tuple[CutOff, ...] = ()
    failover_on_late_risk: bool = False


class Supplier(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way to buy. ``account`` holds what its dialect needs; values under ``secrets`` are sealed outside the domain.

    Everything that law 6 asks to be declared is here, with the dialect's defaults already filled in. A bill is asked
    about and paid on one calendar day of ``zone``.
    """

    id: Annotated[int, msgspec.Meta(ge=1, le=899)]
    code: Key
    name: str
    dialect: str
    account: dict[str, str] = {}
    secrets: dict[str, str] = {}
    profile: dict[str, Any] = {}
    inquiry: InquiryVerb = InquiryVerb.EXPLICIT
    bill_inquiry: InquiryVerb = InquiryVerb.NONE
    inquiry_horizon_s: int = 86_400
    inquiry_interval_s: int = 60
    first_inquiry_s: int = 60
    dedup_window_s: int = 0
    not_found_after_s: int = NOT_FOUND_AFTER_S
    in_flight_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 50
    rate_per_s: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100
    send_within_s: Annotated[int, msgspec.Meta(ge=1, le=600)] = 30
    read_timeout_s: Annotated[int, msgspec.Meta(ge=1, le=600)] = 60
    settle_delay_s: int = 120
    reversals: bool = True
    ref_length_max: int = 20
    ref_prefix: str = ""
    zone: Zone = Zone.WIB
    availability: Availability = Availability.OPEN
    cut_offs: tuple[CutOff, ...] = ()
    callback_ips: tuple[str, ...] = ()
    callback_token: str = ""
    pause_after: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 8
    probe_after_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    deposit_low_idr: Idr = 0
    drift_idr: Idr = 0


class RoutingRule(StrEnum):
    """How the supplier of an order is chosen."""

    PRIORITY = "priority"
    CHEAPEST = "cheapest"
    SUCCESS_RATE = "success_rate"
    MIX = "mix"


def closed_by_cut_off(cut_offs: tuple[CutOff, ...], at_ms: int) -> CutOff | None:
    """The window that is closed now, if any."""
    for window in cut_offs:
        if window.covers(at_ms):
            return window
    return None


def read_destination(kind: DestKind, typed: str) -> str | None:
    """The stored form of a destination: E.164 for an MSISDN, otherwise as typed; None where it cannot be one."""
    match kind:
        case DestKind.MSISDN:
            return parse_msisdn(typed)
        case DestKind.METER | DestKind.ACCOUNT:
            kept = typed.strip()
            if 4 <= len(kept) <= 40 and kept.isascii() and kept.replace(",", "").replace("-", "").isalnum():
                return kept
            return None
