"""A simulated Digiflazz: its buyer API and signed webhooks (reference/dialects.md sections 7.1 and 7.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import msgspec

from juru.simulation.seller import Account, Asked, Order, Reply, Report, Seller, State, Trade, Why
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


_decoder = msgspec.json.Decoder(_Body)


class DigiflazzSeller(Seller):
    """Transaction (sent again it is the status), cek-saldo and price-list."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """Paths as a supplier's base may be written."""
        served = {"transaction": self._transaction, "cek-saldo": self._balance, "price-list": self._price_list}
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
            "User-Agent": "Digiflazz-Hookshot",
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
        return self.buy(asked, account, order)

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


def _row(trade: Trade) -> dict[str, object]:
    rc, status, message = _told(trade)
    return {
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
