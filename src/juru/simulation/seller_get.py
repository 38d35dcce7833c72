"""Simulated sellers who are bought from by GET: IRS, ST24, Tiger, Payuni, Serpul, Sipas, Digiflazz's GET endpoints.

Written from reference/dialects.md sections 4, 5 and 10 apart from the server's own table, so that a name that is wrong
there does not work here. Credentials are in clear; there is no check, no balance and no price list.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import msgspec

from juru.simulation.bill import Bill, Inquiry
from juru.simulation.bill_seller import BillSeller
from juru.simulation.seller import Account, Asked, Order, Reply, Report, State, Trade, Why
from juru.simulation.seller import same as proves

_WORDS = {
    Why.NONE: "Transaksi gagal",
    Why.NUMBER: "Nomor tujuan salah",
    Why.STOCK: "Stok kosong",
    Why.TIMEOUT: "Timeout",
    Why.BALANCE: "Saldo tidak cukup",
    Why.UNKNOWN_SKU: "Salah kode",
    Why.PRICE: "Harga lebih besar dari hargamax",
    Why.PAID: "Tagihan sudah terbayar",
    Why.NOT_YET: "Tagihan belum tersedia",
    Why.NOT_ASKED: "Data belum ada",
}


class Shape(msgspec.Struct, frozen=True):
    """How one of these programs is called, and how it reports.

    ``asks``: parameters of id, PIN, user, password, product, number and reference. ``report``: parameter and what
    stands in it (`_told`). ``whole``: Digiflazz, which knows bills, a highest price and a reference in its replies.
    """

    path: str
    asks: tuple[str, str, str, str, str, str, str]
    report: tuple[tuple[str, str], ...]
    whole: bool = False


_BY_STATUS = (
    ("serverid", "id"),
    ("clientid", "ref"),
    ("statuscode", "status"),
    ("kp", "sku"),
    ("msisdn", "dest"),
    ("sn", "sn"),
    ("msg", "text"),
)
_IRS = ("id", "pin", "user", "pass", "kodeproduk", "tujuan", "idtrx")
_PAYUNI = ("memberID", "pin", "user", "password", "product", "dest", "refID")
SHAPES: dict[str, Shape] = {
    "irs": Shape("/api", _IRS, _BY_STATUS),
    "st24": Shape("/api", _IRS, _BY_STATUS),
    "tiger": Shape(
        "/api/h2h",
        ("idmember", "pin", "user", "password", "produk", "tujuan", "reqid"),
        (("msg", "text"), ("reqid", "ref"), ("produk", "sku"), ("sn", "sn"), ("dest", "dest")),
    ),
    "payuni": Shape(
        "/api",
        _PAYUNI,
        (("message", "text"), ("refID", "ref"), ("produk", "sku"), ("sn", "sn"), ("tujuan", "dest")),
    ),
    "serpul": Shape("/without-sign/trx", _PAYUNI, (("refid", "ref"), ("price", "price"), ("message", "text"))),
    "sipas": Shape(
        "/api", _IRS, (("msgs", "text"), ("reffid", "ref"), ("produk", "sku"), ("sn", "sn"), ("dest", "dest"))
    ),
    "digiflazz_get": Shape("/transaction", _IRS, _BY_STATUS, whole=True),
}


class GetSeller(BillSeller):
    """Orders; at Digiflazz bills too. A reference that comes again is told its state."""

    @property
    def _shape(self) -> Shape:
        return SHAPES[self.config.dialect]

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """The one path that this program has."""
        return {self._shape.path: self._transaction}

    def write(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - the text names the trade's own balance
        """The trade as a text; a bill's payment in numbers."""
        return Reply(self._text(trade).encode())

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - the text names no balance
        """Words that no table knows."""
        return Reply(f"{self._named(trade)} dialihkan ke jalur lain".encode())

    def write_bill(self, account: Account, inquiry: Inquiry) -> Reply:
        """What is owed, in numbers."""
        bill = inquiry.bill
        told = f"cek Tagihan SUKSES ke {bill.number} SN:{bill.customer}/{bill.period}{_numbers(bill)}"
        tail = _tail(account.balance_idr, bill.charged_idr, inquiry.ref)
        return Reply(f"Code={inquiry.sku} {told}{tail}".encode())

    def write_no_bill(self, account: Account, order: Order, why: Why) -> Reply:
        """Nothing is owed, or nothing was asked about."""
        about = f"Code={order.sku} ke {order.dest}"
        return Reply(f"{about} GAGAL. Saldo={account.balance_idr}. Alasan = {_WORDS[why]}".encode())

    def report(self, account: Account, trade: Trade) -> Report:
        """The callback in this program's parameters."""
        told = {
            "id": trade.id,
            "ref": trade.ref,
            "status": {State.PENDING: 0, State.SUCCESS: 1}.get(trade.state, 2),
            "sku": trade.sku,
            "dest": trade.dest,
            "sn": trade.sn,
            "price": trade.price_idr if trade.state is State.SUCCESS else 0,
            "text": self._text(trade),
        }
        query = urlencode({name: told[what] for name, what in self._shape.report})
        url = account.buyer.report_url
        return Report("GET", f"{url}{'&' if '?' in url else '?'}{query}")

    def _transaction(self, asked: Asked) -> Reply:
        pairs = parse_qsl(asked.query, keep_blank_values=True)
        given = {name.lower(): value for name, value in reversed(pairs)}
        member, pin, user, password, sku, dest, ref = (given.get(name.lower(), "") for name in self._shape.asks)
        account = self.account(member)
        buyer = None if account is None else account.buyer
        proofs = () if buyer is None else ((pin, buyer.pin), (user, buyer.user), (password, buyer.password))
        if account is None or not ref or not all(proves(shown, right) for shown, right in proofs):
            self.note(asked, "order", ref=ref or None, dest=dest or None, auth=False)
            return Reply(b"GAGAL. PIN atau password salah.")
        counter, dot, number = dest.partition(".")
        if dot and counter.isdecimal():
            dest = number
        order = Order(sku, dest, ref)
        if self._shape.whole and given.get("jenis") == "5":
            return self.ask_bill(asked, account, order)
        if self._shape.whole and given.get("jenis") == "6":
            return self.pay_bill(asked, account, account.inquiries.get(ref), order)
        highest = given.get("hargamax", "") if self._shape.whole else ""
        max_price_idr = int(highest) if highest.isdecimal() else None
        return self.buy(asked, account, msgspec.structs.replace(order, max_price_idr=max_price_idr))

    def _named(self, trade: Trade) -> str:
        if self._shape.whole:
            return f"TRX {trade.sku}.{trade.dest}"
        return f"Lancar BOS. TrxID={trade.id} kode {trade.sku} ke {trade.dest}"

    def _text(self, trade: Trade) -> str:
        if trade.bill is not None:
            return _bill_text(trade, trade.bill)
        left, price = f"{trade.balance_idr:,}", f"{trade.price_idr:,}"
        before = f"{trade.balance_idr + trade.price_idr:,}"
        named, tail = self._named(trade), f" CLIENTID={trade.ref}." if self._shape.whole else ""
        match trade.state:
            case State.PENDING:
                return f"{named} sedang diproses @{time.strftime('%H:%M')}. Saldo {before} - {price} = {left}.{tail}"
            case State.SUCCESS:
                return f"{named} SUKSES. SN:{trade.sn}. HRG:{price}. SISA SALDO {left}.{tail}"
            case State.FAILED | State.REFUSED:
                return f"{named} GAGAL. {_WORDS[trade.why]}. SISA SALDO {left}.{tail}"


def _bill_text(trade: Trade, bill: Bill) -> str:
    about, tail = f"Code={trade.sku} ke {trade.dest}", f"Clientid={trade.ref}"
    match trade.state:
        case State.PENDING:
            return f"{about} PROSES. Saldo={trade.balance_idr}. {tail}"
        case State.SUCCESS:
            head = f"Code={trade.sku} bayar Tagihan SUKSES ke {trade.dest} SN:{trade.sn}/{bill.customer}/{bill.period}"
            paid = _tail(trade.balance_idr, trade.price_idr, trade.ref)
            return f"{head}{_numbers(bill)}{paid}Clientidpay={trade.ref}."
        case State.FAILED | State.REFUSED:
            return f"{about} GAGAL. Saldo={trade.balance_idr}. Alasan = {_WORDS[trade.why]}. {tail}"


def _numbers(bill: Bill) -> str:
    totals = f"/Admin={bill.admin_idr}/Total Tagihan={bill.owed_idr}/JmlBulan={bill.sheets}"
    return f"/Tagihan={bill.nominal_idr}{totals}"


def _tail(balance_idr: int, price_idr: int, ref: str) -> str:
    return f".Saldo={balance_idr}.Harga={price_idr}.Clientid={ref}."
