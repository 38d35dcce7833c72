"""Every kind of paper by its name, as stored; a new kind adds its line here."""

from __future__ import annotations

from juru.server.domain.alert import Alert
from juru.server.domain.bank_row import BankBook, BankRow, Booked
from juru.server.domain.bill import Bill
from juru.server.domain.complaint import Complaint
from juru.server.domain.correction import Correction
from juru.server.domain.debt import Debt, DebtPayment
from juru.server.domain.finding import Finding
from juru.server.domain.paper import Paper
from juru.server.domain.pause import SupplierPause
from juru.server.domain.price_watch import PriceWatch
from juru.server.domain.ticket import Ticket
from juru.server.domain.voucher import Voucher

PAPER_KINDS: dict[str, type[Paper]] = {
    "alert": Alert,
    "bill": Bill,
    "finding": Finding,
    "supplier_pause": SupplierPause,
    "price_watch": PriceWatch,
    "ticket": Ticket,
    "bank_row": BankRow,
    "bank_book": BankBook,
    "booked": Booked,
    "debt": Debt,
    "debt_payment": DebtPayment,
    "complaint": Complaint,
    "correction": Correction,
    "voucher": Voucher,
}
NAME_OF: dict[type[Paper], str] = {kind: name for name, kind in PAPER_KINDS.items()}
