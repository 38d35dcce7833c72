"""A simulated Digiflazz: its buyer API and signed webhooks (reference/dialects.md sections 7.1 and 7.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import msgspec

from juru.simulation.bill import Bill, Inquiry
from juru.simulation.bill_seller import BillSeller, describe
from juru.simulation.seller import Account, Asked, Order, Reply, Report, State, Trade, Why
from juru.simulation.seller import same as proves

JSON = b"application/json"
UNMAPPED_RC = "97"
_WORDS = {
    Why.NONE: ("02", "Transaksi Gagal"),
    Why.NUMBER: ("54", "Nomor Tujuan Salah"),
    Why.STOCK: ("68", "Stok sedang kosong"),
    Why.TIMEOUT: ("01", "Timeout"),
    Why.BALANCE: ("44", "Saldo tidak cukup"),
    Why.UNKNOWN_SKU: ("43", "SKU tidak di temukan atau Non-Aktif"),
    Why.PRICE: ("69", "Harga seller lebih besar dari ketentuan harga buyer"),
    Why.PAID: ("60", "Tagihan sudah lunas"),
    Why.NOT_YET: ("60", "Tagihan belum tersedia"),
    Why.NOT_ASKED: ("50", "Transaksi Tidak Ditemukan"),
}
_encoder = msgspec.json.Encoder()


class _Body(msgspec.Struct):
    """The fields of every request that is served."""

    username: str = ""
    sign: str = ""
    buyer_sku_code: str = ""
    customer_no: str = ""
    ref_id: str = ""
    max_price: int | None = None
    amount: int = 0
    commands: str = ""
    bank: str = ""


_decoder = msgspec.json.Decoder(_Body)


class DigiflazzSeller(BillSeller):
    """Transaction (sent again it is the status), bills, cek-saldo, price-list, deposit and inquiry-pln."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """Paths as a supplier's base may be written."""
        served = {
            "transaction": self._transaction,
            "cek-saldo": self._balance,
            "price-list": self._price_list,
            "deposit": self._ticket,
            "inquiry-pln": self._meter,
        }
        return {f"{root}/v1/{verb}": serve for root in ("", "/digiflazz") for verb, serve in served.items()}

    def write(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - a row names the trade's own balance
        """The trade as a row."""
        return _data(_row(trade))

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - as above
        """An rc that no table knows."""
        return _data(_row(trade) | {"rc": UNMAPPED_RC, "status": "Gagal", "message": "Kode baru", "sn": ""})

    def report(self, account: Account, trade: Trade) -> Report:
        """The webhook, signed over the bytes that are sent."""
        body = _encoder.encode({"data": _row(trade)})
        signature = hmac.new(account.buyer.secret.encode(), body, hashlib.sha1).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Digiflazz-Pasca-Hookshot" if trade.bill else "Digiflazz-Hookshot",
            "X-Digiflazz-Event": "update",
            "X-Hub-Signature": f"sha1={signature}",
        }
        return Report("POST", account.buyer.report_url, headers, body)

    def _transaction(self, asked: Asked) -> Reply:
        body = _read(asked)
        account = self._proved(body, body.ref_id)
        if account is None or not body.ref_id:
            self.note(asked, "order", ref=body.ref_id or None, dest=body.customer_no or None, auth=False)
            return _data({"rc": "41", "status": "Gagal", "message": "Signature tidak valid", "ref_id": body.ref_id})
        order = Order(body.buyer_sku_code, body.customer_no, body.ref_id, body.amount, body.max_price)
        match body.commands:
            case "inq-pasca":
                return self.ask_bill(asked, account, order)
            case "pay-pasca":
                return self.pay_bill(asked, account, account.inquiries.get(body.ref_id), order)
            case "status-pasca":
                self.note(asked, "check", ref=order.ref, dest=order.dest)
                known = account.trades.get(order.ref)
                return self.write(account, known) if known else self.write_no_bill(account, order, Why.NOT_ASKED)
            case _:
                return self.buy(asked, account, order)

    def write_bill(self, account: Account, inquiry: Inquiry) -> Reply:
        """The inquiry as a row."""
        bill = inquiry.bill
        row = {"ref_id": inquiry.ref, "customer_no": bill.number, "buyer_sku_code": inquiry.sku, "sn": ""}
        told = {"message": "Transaksi Sukses", "status": "Sukses", "rc": "00", "price": bill.charged_idr}
        return _data(row | told | _owed(bill) | {"buyer_last_saldo": account.balance_idr})

    def write_no_bill(self, account: Account, order: Order, why: Why) -> Reply:
        """Why there is none."""
        rc, message = _WORDS[why]
        row = {"ref_id": order.ref, "customer_no": order.dest, "buyer_sku_code": order.sku, "sn": ""}
        told = {"message": message, "status": "Gagal", "rc": rc, "price": 0}
        return _data(row | told | {"buyer_last_saldo": account.balance_idr})

    def _ticket(self, asked: Asked) -> Reply:
        """The sum to transfer, unique digits added."""
        body = _read(asked)
        account = self._proved(body, "deposit")
        self.note(asked, "ticket", auth=account is not None)
        if account is None or not body.amount:
            return _data({"rc": "41", "message": "Signature tidak valid"})
        unique = 1 + self._log.seq % 999
        return _data(
            {
                "rc": "00",
                "bank": body.bank,
                "payment_method": "Bank Transfer",
                "account_no": "0123 4567 89",
                "notes": f"T{unique:03}",
                "amount": body.amount + unique,
            }
        )

    def _meter(self, asked: Asked) -> Reply:
        """Whose a PLN meter is."""
        body = _read(asked)
        account = self._proved(body, body.customer_no)
        self.note(asked, "meter", dest=body.customer_no, auth=account is not None)
        if account is None:
            return _data({"rc": "41", "message": "Signature tidak valid"})
        return _data(
            {
                "customer_no": body.customer_no,
                "meter_no": body.customer_no,
                "subscriber_id": f"51{body.customer_no}",
                "name": "PELANGGAN UJI",
                "segment_power": "R1 /000000900",
            }
        )

    def _balance(self, asked: Asked) -> Reply:
        account = self._proved(_read(asked), "depo")
        self.note(asked, "balance", auth=account is not None)
        if account is None:
            return _data({"rc": "41", "message": "Signature tidak valid"})
        return _data({"deposit": account.balance_idr})

    def _price_list(self, asked: Asked) -> Reply:
        account = self._proved(_read(asked), "pricelist")
        self.note(asked, "price_list", auth=account is not None)
        if account is None:
            return _data({"rc": "41", "message": "Signature tidak valid"})
        return _data(
            [
                {
                    "product_name": sku.name,
                    "category": sku.category,
                    "brand": sku.brand,
                    "type": "Umum",
                    "seller_name": self.name,
                    "price": self.price_idr(sku),
                    "buyer_sku_code": sku.code,
                    "buyer_product_status": True,
                    "seller_product_status": True,
                    "unlimited_stock": True,
                    "stock": 0,
                    "multi": True,
                    "start_cut_off": "0:0",
                    "end_cut_off": "0:0",
                    "desc": "-",
                }
                for sku in self.skus.values()
            ]
        )

    def _proved(self, body: _Body, suffix: str) -> Account | None:
        account = self.account(body.username)
        if account is None:
            return None
        signed = f"{body.username}{account.buyer.api_key}{suffix}"
        return account if proves(body.sign, hashlib.md5(signed.encode()).hexdigest()) else None


def _read(asked: Asked) -> _Body:
    """The request's body; what is no such body proves nothing, so it is served as one without a signature."""
    try:
        return _decoder.decode(asked.body)
    except msgspec.MsgspecError:
        return _Body()


def _data(data: object) -> Reply:
    return Reply(_encoder.encode({"data": data}), JSON)


def _told(trade: Trade) -> tuple[str, str, str]:
    """rc, status and message."""
    match trade.state:
        case State.PENDING:
            return "03", "Pending", "Transaksi Pending"
        case State.SUCCESS:
            return "00", "Sukses", "Transaksi Sukses"
        case State.FAILED | State.REFUSED:
            rc, message = _WORDS[trade.why]
            return rc, "Gagal", message


def _owed(bill: Bill) -> dict[str, object]:
    """What a bill says besides a trade: Digiflazz's selling price is what the customer pays."""
    return {
        "customer_name": bill.customer,
        "admin": bill.admin_idr,
        "periode": bill.period,
        "selling_price": bill.owed_idr,
        "desc": describe(bill),
    }


def _row(trade: Trade) -> dict[str, object]:
    rc, status, message = _told(trade)
    owed = {} if trade.bill is None else _owed(trade.bill)
    return owed | {
        "ref_id": trade.ref,
        "customer_no": trade.dest,
        "buyer_sku_code": trade.sku,
        "message": message,
        "status": status,
        "rc": rc,
        "sn": trade.sn,
        "buyer_last_saldo": trade.balance_idr,
        "price": trade.price_idr,
        "tele": "",
        "wa": "",
    }
