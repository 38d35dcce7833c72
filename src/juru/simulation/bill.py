"""Bills at the simulated suppliers: what a customer number owes this month, and the numbers with a fate of their own.

An amount is drawn from the seed and the number, so everybody who asks is told the same. The last four digits of a
number choose its fate; the ones that IAK publishes for its test numbers mean the same here.
"""

from __future__ import annotations

import hashlib

import msgspec

MANY, PAID, WRONG, FAILS, WAITS, ERRS, GROWS, NOT_YET = (
    *("0002", "0004", "0005", "0006", "0007", "0008"),
    *("0009", "0010"),
)
"""Three months; paid; no such number; payment fails, waits, errs though paid; grows until it is paid; not there yet."""
GROWTH_IDR = 5_000
_LEAST_IDR, _SPAN_IDR = 40_000, 460_000
_NAMES = ("BUDI SANTOSO", "SITI AMINAH", "AGUS WIJAYA", "DEWI LESTARI", "JOKO PRASETYO", "RINA KURNIA")


class Bill(msgspec.Struct, frozen=True):
    """What a customer owes for a month: ``nominal_idr`` and the ``admin_idr`` on top; ``charged_idr`` by the seller."""

    number: str
    customer: str
    period: str
    nominal_idr: int
    admin_idr: int
    charged_idr: int
    sheets: int = 1

    @property
    def owed_idr(self) -> int:
        """What the customer pays."""
        return self.nominal_idr + self.admin_idr

    def grown(self) -> Bill:
        """The bill after a fine was added."""
        return msgspec.structs.replace(
            self, nominal_idr=self.nominal_idr + GROWTH_IDR, charged_idr=self.charged_idr + GROWTH_IDR
        )


class Inquiry(msgspec.Struct, frozen=True):
    """A bill that was asked about: ``id`` is the seller's name for it; it may be paid on the same ``day``."""

    id: int
    ref: str
    sku: str
    bill: Bill
    day: int


def bill_of(seed: int, *, sku: str, number: str, period: str, admin_idr: int, fee_idr: int) -> Bill:
    """What a number owes."""
    bits = hashlib.blake2b(f"{seed}|{sku.upper()}|{number}|{period}".encode(), digest_size=8).digest()
    drawn = int.from_bytes(bits, "big")
    sheets = 3 if number.endswith(MANY) else 1
    nominal_idr = (_LEAST_IDR + drawn % _SPAN_IDR) * sheets
    return Bill(
        number,
        _NAMES[drawn % len(_NAMES)],
        period,
        nominal_idr,
        admin_idr * sheets,
        nominal_idr + fee_idr * sheets,
        sheets,
    )
