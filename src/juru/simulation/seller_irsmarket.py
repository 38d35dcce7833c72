"""A simulated IRSMarket: POST JSON or GET, sign or the secret itself (reference/dialects.md section 8.3).

Its codes for failures are made up, as the real ones are published nowhere: a buyer needs them in his reply profile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from juru.simulation.seller import Account, Asked, Order, Reply, Report, Seller, State, Trade, Why
from juru.simulation.seller import same as proves
from juru.simulation.seller_digiflazz import JSON

UNMAPPED_RC = "77"
FAILED_RC, REFUSED_RC = "11", "14"
_WORDS = {
    Why.NONE: (FAILED_RC, "GAGAL"),
    Why.NUMBER: (FAILED_RC, "GAGAL. Nomor tujuan salah"),
    Why.STOCK: (REFUSED_RC, "GAGAL. Stok kosong"),
    Why.TIMEOUT: (FAILED_RC, "GAGAL. Timeout"),
    Why.BALANCE: (REFUSED_RC, "GAGAL. Saldo tidak cukup"),
    Why.UNKNOWN_SKU: (REFUSED_RC, "GAGAL. Salah kode"),
    Why.PRICE: (REFUSED_RC, "GAGAL. Harga tidak sesuai, gangguan"),
}
_encoder = msgspec.json.Encoder()


class IrsMarketSeller(Seller):
    """Orders only; a reference that comes again is told its state, though a buyer is promised nothing of the kind."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """The one path."""
        return {"/v1/transaction": self._transaction}

    def write(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - the text names the trade's own balance
        """The trade."""
        return Reply(_encoder.encode(_row(trade)), JSON)

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - as above
        """A code that no table knows."""
        return Reply(_encoder.encode(_row(trade) | {"rc": UNMAPPED_RC, "success": True, "msg": "dialihkan"}), JSON)

    def report(self, account: Account, trade: Trade) -> Report:
        """The same object as the answer."""
        body = _encoder.encode(_row(trade))
        return Report("POST", account.buyer.report_url, {"Content-Type": "application/json"}, body)

    def _transaction(self, asked: Asked) -> Reply:
        fields = _fields(asked)
        ref = fields.get("trxid", "")
        account = next((a for a in self.accounts.values() if a.buyer.api_key == fields.get("apikey")), None)
        if account is None or not ref or not _proved(account, fields, ref):
            self.note(asked, "order", ref=ref or None, dest=fields.get("customerno"), auth=False)
            return Reply(_encoder.encode({"success": False, "rc": REFUSED_RC, "msg": "GAGAL. Akses ditolak"}), JSON)
        amount, most = fields.get("amount", ""), fields.get("maxprice", "")
        order = Order(
            fields.get("productcode", ""),
            fields.get("customerno", ""),
            ref,
            int(amount) if amount.isdecimal() else 0,
            int(most) if most.isdecimal() else None,
        )
        return self.buy(asked, account, order)


def _proved(account: Account, fields: dict[str, str], ref: str) -> bool:
    secret = account.buyer.secret
    if "sign" not in fields:
        return proves(fields.get("apisecret", ""), secret)
    signed = f"{account.buyer.api_key}{secret}{ref}"
    return proves(fields["sign"], hashlib.md5(signed.encode()).hexdigest())


def _fields(asked: Asked) -> dict[str, str]:
    if not asked.body:
        return dict(parse_qsl(asked.query, keep_blank_values=True))
    try:
        found: object = msgspec.json.decode(asked.body)
    except msgspec.MsgspecError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _row(trade: Trade) -> dict[str, Any]:
    row = {"reff": trade.ref, "destination": trade.dest, "productcode": trade.sku, "price": trade.price_idr}
    named = f"{trade.sku}.{trade.dest}"
    match trade.state:
        case State.PENDING:
            return {"success": True, "rc": "68", **row, "msg": "under process"}
        case State.SUCCESS:
            return {"success": True, "rc": "00", **row, "sn": trade.sn, "msg": f"{named} SUKSES. SN: {trade.sn}."}
        case State.FAILED | State.REFUSED:
            rc, words = _WORDS[trade.why]
            return {"success": False, "rc": rc, **row, "msg": f"{named} {words}"}
