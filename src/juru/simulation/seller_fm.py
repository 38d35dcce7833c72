"""A simulated FM server: XML over POST, one address a buyer (reference/dialects.md section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import escape, unescape

from juru.simulation.seller import Account, Asked, Order, Reply, Report, Seller, State, Trade, Why
from juru.simulation.seller import same as proves
from juru.values.rupiah import dotted

XML = b"text/xml; charset=utf-8"
UNMAPPED_STATUS = "9"
_ELEMENT = re.compile(r"<(\w+)>([^<]{0,500})</\1>")
_COUNTED = re.compile(r"(\d{1,2})\.(\d+)")
_WORDS = {
    Why.NONE: ("2", ""),
    Why.NUMBER: ("2", "Nomor tujuan salah"),
    Why.STOCK: ("3", "Stok kosong"),
    Why.TIMEOUT: ("2", "Timeout"),
    Why.BALANCE: ("3", "Saldo tidak cukup"),
    Why.UNKNOWN_SKU: ("3", "Salah kode"),
    Why.PRICE: ("3", "Harga tidak sesuai, gangguan"),
}


class FmSeller(Seller):
    """TOPUP, TOPUPSTATUS and BALANCE, at ``/<buyer>``; the first buyer also at ``/``."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """An address for each buyer."""
        own: dict[str, Callable[[Asked], Reply]] = {
            f"/{account.buyer.member_id}": partial(self._serve, account) for account in self.accounts.values()
        }
        first = next(iter(own.values()), None)
        return own if first is None else own | {"/": first}

    def write(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - the text names the trade's own balance
        """The trade as a document."""
        return Reply(_document(trade, *_told(trade)), XML)

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:  # noqa: ARG002 - as above
        """A status and words that no table knows."""
        return Reply(_document(trade, UNMAPPED_STATUS, f"{trade.sku}.{trade.dest} dialihkan ke jalur lain"), XML)

    def report(self, account: Account, trade: Trade) -> Report:
        """The same document as the answer."""
        body = _document(trade, *_told(trade))
        return Report("POST", account.buyer.report_url, {"Content-Type": XML.decode()}, body)

    def _serve(self, account: Account, asked: Asked) -> Reply:
        text = asked.body.decode("utf-8", "replace")
        fields = {name.lower(): unescape(value.strip()) for name, value in _ELEMENT.findall(text)}
        command, ref = fields.get("command", "").upper(), fields.get("reftrxid", "")
        kind = {"TOPUP": "order", "TOPUPSTATUS": "check", "BALANCE": "balance"}.get(command, "order")
        dest = fields.get("msisdn", "")
        if not proves(fields.get("pin", ""), account.buyer.pin) or "<!" in text:
            self.note(asked, kind, ref=ref or None, dest=dest or None, auth=False)
            return _plain("3", "PIN salah")
        match command:
            case "TOPUP" if ref:
                counted = _COUNTED.fullmatch(dest)
                number = counted[2] if counted else dest
                return self.buy(asked, account, Order(fields.get("product", ""), number, ref))
            case "TOPUPSTATUS":
                self.note(asked, kind, ref=ref)
                trade = account.trades.get(ref)
                return self.write(account, trade) if trade else _plain("3", "Transaksi tidak ditemukan")
            case "BALANCE":
                self.note(asked, kind)
                return _plain("0", f"Saldo Rp. {dotted(account.balance_idr)}")
            case _:
                self.note(asked, kind)
                return _plain("3", "Permintaan salah")


def _document(trade: Trade, status: str, message: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<fm>\n<status>{status}</status>\n<message>{escape(message)}</message>\n'
        f"<fmTrxid>{trade.id}</fmTrxid>\n<refTrxid>{escape(trade.ref)}</refTrxid>\n</fm>"
    ).encode()


def _plain(status: str, message: str) -> Reply:
    body = f'<?xml version="1.0"?>\n<fm>\n<status>{status}</status>\n<message>{escape(message)}</message>\n</fm>'
    return Reply(body.encode(), XML)


def _told(trade: Trade) -> tuple[str, str]:
    """Status and message."""
    left, named = dotted(trade.balance_idr), f"{trade.sku}.{trade.dest} Hrg={trade.price_idr}"
    match trade.state:
        case State.PENDING:
            return "1", f"{named} PROSES Saldo Rp. {left}"
        case State.SUCCESS:
            return "0", f"{named} SUKSES SN: {trade.sn}. Saldo Rp. {left}"
        case State.FAILED | State.REFUSED:
            status, words = _WORDS[trade.why]
            return status, f"{trade.sku}.{trade.dest} GAGAL. {words}. Saldo Rp. {left}"
