"""A simulated supplier that sells bills as well: an inquiry under a reference, then its payment on the same day."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable

import msgspec

from juru.simulation import bill as numbers
from juru.simulation.behaviour import Draw, Fate
from juru.simulation.bill import Bill, Inquiry, bill_of
from juru.simulation.request_log import RequestLog
from juru.simulation.seller import Account, Asked, Order, Reply, Report, Seller, SellerConfig, Sku, Why

_DAY_MS = 86_400_000
_WIB_MS = 7 * 3_600_000
_SETTLE_S = 0.3
_FATES = {
    numbers.FAILS: (Fate.FAILED, False),
    numbers.WAITS: (Fate.PENDING_INQUIRY, True),
    numbers.ERRS: (Fate.UNMAPPED_CODE, True),
}


class BillSeller(Seller):
    """Seller with bills. A wire format writes what was found, and why nothing was."""

    def __init__(
        self,
        config: SellerConfig,
        *,
        seed: int,
        log: RequestLog,
        later: Callable[[float, Callable[[], None]], object],
        send: Callable[[Report], object],
    ) -> None:
        super().__init__(config, seed=seed, log=log, later=later, send=send)
        self._seed = seed
        self._inquiries: dict[int, tuple[Account, Inquiry]] = {}
        self._paid: set[tuple[str, str, str]] = set()

    @abstractmethod
    def write_bill(self, account: Account, inquiry: Inquiry) -> Reply:
        """The answer that tells what is owed."""

    @abstractmethod
    def write_no_bill(self, account: Account, order: Order, why: Why) -> Reply:
        """The answer that tells why there is no bill to pay, or none of it was paid."""

    def ask_bill(self, asked: Asked, account: Account, order: Order) -> Reply:
        """What a number owes; nothing is bought."""
        self.note(asked, "bill", ref=order.ref, dest=order.dest)
        known = account.inquiries.get(order.ref)
        if known is not None:
            return self.write_bill(account, known)
        sku, period = self.skus.get(order.sku.upper()), _period(asked.at_ms)
        if sku is None or not sku.bill:
            return self.write_no_bill(account, order, Why.UNKNOWN_SKU)
        why = self._why_not(sku, order, period)
        if why is not None:
            return self.write_no_bill(account, order, why)
        bill = bill_of(
            self._seed,
            sku=sku.code,
            number=order.dest,
            period=period,
            admin_idr=sku.admin_idr,
            fee_idr=self.price_idr(sku),
        )
        inquiry = Inquiry(len(self._inquiries) + 1, order.ref, order.sku, bill, _day(asked.at_ms))
        account.inquiries[order.ref] = inquiry
        self._inquiries[inquiry.id] = (account, inquiry)
        return self.write_bill(account, inquiry)

    def pay_bill(self, asked: Asked, account: Account, inquiry: Inquiry | None, order: Order) -> Reply:
        """Pay what was asked about; a payment that comes again is told its state and pays nothing."""
        if inquiry is None or inquiry.day != _day(asked.at_ms):
            self.note(asked, "order", ref=order.ref or None, dest=order.dest or None)
            return self.write_no_bill(account, order, Why.NOT_ASKED)
        bill = inquiry.bill
        key = (inquiry.sku.upper(), bill.number, bill.period)
        if key in self._paid and inquiry.ref not in account.trades:
            self.note(asked, "order", ref=inquiry.ref, dest=bill.number)
            return self.write_no_bill(account, order, Why.PAID)
        if bill.number.endswith(numbers.GROWS):
            bill = bill.grown()
        wanted = Order(inquiry.sku, bill.number, inquiry.ref, bill=bill)
        if self.draw(wanted).delivers and bill.charged_idr <= account.balance_idr:
            self._paid.add(key)
        return self.buy(asked, account, wanted)

    def inquiry(self, number: int) -> tuple[Account, Inquiry] | None:
        """An inquiry by the seller's own name for it, and who asked."""
        return self._inquiries.get(number)

    def draw(self, order: Order) -> Draw:
        """A number with a fate of its own keeps it, whatever the seller's habits."""
        draw = super().draw(order)
        if order.bill is None or (fate := _FATES.get(order.bill.number[-4:])) is None:
            return draw
        return msgspec.structs.replace(draw, fate=fate[0], delivers=fate[1], settle_s=_SETTLE_S)

    def _why_not(self, sku: Sku, order: Order, period: str) -> Why | None:
        ending = order.dest[-4:]
        if ending == numbers.WRONG or not order.dest.isdecimal():
            return Why.NUMBER
        if ending == numbers.NOT_YET:
            return Why.NOT_YET
        if ending == numbers.PAID or (sku.code.upper(), order.dest, period) in self._paid:
            return Why.PAID
        return None


def describe(bill: Bill) -> dict[str, object]:
    """The lines of a receipt, with a row for each month under ``detail``."""
    each_idr, admin_idr = bill.nominal_idr // bill.sheets, bill.admin_idr // bill.sheets
    detail = [
        {"periode": bill.period, "nilai_tagihan": str(each_idr), "admin": str(admin_idr), "denda": "0"}
        for _ in range(bill.sheets)
    ]
    return {"tarif": "R1", "daya": 1300, "lembar_tagihan": bill.sheets, "detail": detail}


def _day(at_ms: int) -> int:
    """The calendar day in Jakarta."""
    return (at_ms + _WIB_MS) // _DAY_MS


def _period(at_ms: int) -> str:
    return time.strftime("%Y%m", time.gmtime((at_ms + _WIB_MS) / 1000))
