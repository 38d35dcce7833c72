"""A simulated OtomaX server: GET with a signature, text replies, reports by GET (reference/dialects.md section 3)."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from juru.simulation.seller import Account, Asked, Order, Reply, Report, Seller, State, Trade, Why
from juru.simulation.seller import same as proves
from juru.values.rupiah import dotted

UNMAPPED_STATUS = 33
_WORDS = {
    Why.NONE: (40, ""),
    Why.NUMBER: (40, "Nomor tujuan salah"),
    Why.STOCK: (44, "Stok kosong"),
    Why.TIMEOUT: (55, "Timeout"),
    Why.BALANCE: (43, "Saldo tidak cukup"),
    Why.UNKNOWN_SKU: (44, "Salah kode"),
    Why.PRICE: (44, "Harga tidak sesuai"),
}


class OtomaxSeller(Seller):
    """Orders, ``check=1`` and balance."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """Paths as a supplier's base may be written."""
        return {
            "/trx": self._trx,
            "/otomax/trx": self._trx,
            "/balance": self._balance,
            "/otomax/balance": self._balance,
        }

    def write(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - the text names the trade's own balance
        """The trade as a text."""
        status, text = _told(trade)
        return self._reply(trade, status, text)

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - as above
        """A status number and words that no table knows."""
        text = f"{_named(trade)} dialihkan ke jalur lain"
        return Reply(f"status={UNMAPPED_STATUS}&message={text}".encode())

    def report(self, account: Account, trade: Trade) -> Report:
        """``t refid status price message`` behind the buyer's report address."""
        status, text = _told(trade)
        query = urlencode(
            {"t": trade.id, "refid": trade.ref, "status": status, "price": trade.price_idr, "message": text}
        )
        url = account.buyer.report_url
        return Report("GET", f"{url}{'&' if '?' in url else '?'}{query}")

    def _trx(self, asked: Asked) -> Reply:
        fields = _fields(asked)
        product, dest, ref = fields.get("product", ""), fields.get("dest", ""), fields.get("refid", "")
        kind = "check" if fields.get("check") == "1" else "order"
        account = self._proved(fields, f"{product}|{dest}|{ref}|")
        if account is None or not ref:
            self.note(asked, kind, ref=ref or None, dest=dest or None, auth=False)
            return Reply(f"R#{ref} {product}.{dest} GAGAL. Akses ditolak.".encode())
        if kind == "order":
            quantity = fields.get("qty", "")
            return self.buy(asked, account, Order(product, dest, ref, int(quantity) if quantity.isdecimal() else 0))
        self.note(asked, kind, ref=ref, dest=dest)
        trade = account.trades.get(ref)
        if trade is None:
            return Reply(f"R#{ref} {product}.{dest} GAGAL. Transaksi tidak ditemukan.".encode())
        return self.write(account, trade)

    def _balance(self, asked: Asked) -> Reply:
        account = self._proved(_fields(asked), "", word="CheckBalance|")
        self.note(asked, "balance", auth=account is not None)
        if account is None:
            return Reply(b"GAGAL. Akses ditolak.")
        member = account.buyer.member_id
        text = f"Nama : {member}\nID Agen : {member}\nSaldo : {dotted(account.balance_idr)}\nBonus : 0\nDebet : 0"
        return Reply(text.encode())

    def _proved(self, fields: dict[str, str], middle: str, *, word: str = "") -> Account | None:
        member_id = fields.get("memberid", "")
        account = self.account(member_id)
        if account is None:
            return None
        buyer = account.buyer
        if (given := fields.get("sign")) is None:
            right = proves(fields.get("pin", ""), buyer.pin) and proves(fields.get("password", ""), buyer.password)
            return account if right else None
        signed = f"OtomaX|{word}{member_id}|{middle}{buyer.pin}|{buyer.password}"
        digest = base64.urlsafe_b64encode(hashlib.sha1(signed.encode()).digest()).rstrip(b"=").decode()
        return account if proves(given, digest) else None

    def _reply(self, trade: Trade, status: int, text: str) -> Reply:
        wrap = f"status={status}&message=" if self.behaviour(trade.sku).status_codes else ""
        return Reply((wrap + text).encode())


def _fields(asked: Asked) -> dict[str, str]:
    """The first of each name, in lower case."""
    if not (asked.body or "%" in asked.query or "+" in asked.query):
        # An order needs no decoding, and half of the time spent on it would be parse_qsl's.
        plain = [pair.partition("=") for pair in asked.query.split("&")]
        return {name.lower(): value for name, _, value in reversed(plain)}
    pairs = parse_qsl(asked.query, keep_blank_values=True)
    if asked.body:
        pairs += parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name.lower(): value for name, value in reversed(pairs)}


def _named(trade: Trade) -> str:
    return f"#{trade.id} R#{trade.ref} {trade.sku}.{trade.dest}"


def _told(trade: Trade) -> tuple[int, str]:
    """Status number and text."""
    clock, left = time.strftime("%H:%M"), trade.balance_idr
    paid = f"Saldo {dotted(left + trade.price_idr)} - {dotted(trade.price_idr)} = {dotted(left)}"
    match trade.state:
        case State.PENDING:
            return 1, f"{_named(trade)} akan diproses @{clock}. {paid}"
        case State.SUCCESS:
            return 20, f"{_named(trade)} SUKSES. SN/Ref: {trade.sn}. {paid} @{clock}"
        case State.FAILED | State.REFUSED:
            status, words = _WORDS[trade.why]
            return status, f"{_named(trade)} GAGAL. {words}. Saldo {dotted(left)} @{clock}"
