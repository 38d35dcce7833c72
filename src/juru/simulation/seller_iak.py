"""A simulated IAK, and a seller that takes orders as Digiflazz's sellers do (reference/dialects.md sections 7.3, 8).

Both sign md5 of user name + key + reference and answer bills alike; they differ in names, paths and types.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import msgspec

from juru.simulation.behaviour import Draw, Fate
from juru.simulation.bill import Inquiry
from juru.simulation.bill_seller import BillSeller, describe
from juru.simulation.seller import Account, Asked, Order, Reply, Report, State, Trade, Why
from juru.simulation.seller import same as proves
from juru.simulation.seller_digiflazz import JSON

UNMAPPED_RC, UNMAPPED_BILL_RC = "201", "105"
_HEADERS = {"Content-Type": "application/json"}
_WORDS = {
    Why.NONE: ("07", "FAILED"),
    Why.NUMBER: ("14", "INCORRECT DESTINATION NUMBER"),
    Why.STOCK: ("106", "PRODUCT IS TEMPORARILY OUT OF SERVICE"),
    Why.TIMEOUT: ("07", "FAILED"),
    Why.BALANCE: ("17", "INSUFFICIENT DEPOSIT"),
    Why.UNKNOWN_SKU: ("20", "CODE NOT FOUND"),
    Why.PRICE: ("07", "FAILED"),
}
_BILL_WORDS = {
    Why.NONE: ("37", "PAYMENT FAILED"),
    Why.NUMBER: ("14", "INCORRECT DESTINATION NUMBER"),
    Why.STOCK: ("33", "TRANSACTION CAN'T BE PROCESS, PLEASE TRY AGAIN LATER"),
    Why.TIMEOUT: ("37", "PAYMENT FAILED"),
    Why.BALANCE: ("17", "BALANCE NOT ENOUGH"),
    Why.UNKNOWN_SKU: ("20", "PRODUCT UNREGISTERED"),
    Why.PRICE: ("33", "TRANSACTION CAN'T BE PROCESS, PLEASE TRY AGAIN LATER"),
    Why.PAID: ("01", "INVOICE HAS BEEN PAID"),
    Why.NOT_YET: ("10", "BILL IS NOT AVAILABLE"),
    Why.NOT_ASKED: ("06", "INQUIRY ID NOT FOUND"),
}
_encoder = msgspec.json.Encoder()


class _Body(msgspec.Struct):
    """The fields of every request that is served."""

    username: str = ""
    sign: str = ""
    ref_id: str = ""
    customer_id: str = ""
    product_code: str = ""
    commands: str = ""
    code: str = ""
    hp: str = ""
    tr_id: str | int = ""


_decoder = msgspec.json.Decoder(_Body)


class _Family(BillSeller):
    """What the two have in common: the proof and bills."""

    def write_bill(self, account: Account, inquiry: Inquiry) -> Reply:
        """The inquiry; IAK's price is what the customer pays, its selling price what the buyer is charged."""
        bill = inquiry.bill
        row = {"tr_id": inquiry.id, "code": inquiry.sku, "hp": bill.number, "ref_id": inquiry.ref}
        told = {"response_code": "00", "message": "INQUIRY SUCCESS", "balance": account.balance_idr}
        return _data(row | told | _owed(inquiry))

    def write_no_bill(self, account: Account, order: Order, why: Why) -> Reply:
        """Why there is none."""
        rc, message = _BILL_WORDS[why]
        row = {"code": order.sku, "hp": order.dest, "ref_id": order.ref, "balance": account.balance_idr}
        return _data(row | {"response_code": rc, "message": message})

    def write(self, account: Account, trade: Trade) -> Reply:
        """The trade as a row."""
        return _data(self._payment(account, trade) if trade.bill else self.row(trade))

    def write_unmapped(self, account: Account, trade: Trade) -> Reply:
        """A code that no table knows."""
        if trade.bill:
            lost = {"response_code": UNMAPPED_BILL_RC, "message": "MISC ERROR / BILLER SYSTEM ERROR", "noref": ""}
            return _data({k: v for k, v in (self._payment(account, trade) | lost).items() if k != "status"})
        return _data(self.row(trade) | {"rc": UNMAPPED_RC, "message": "UNDEFINED RESPONSE CODE", "sn": ""})

    @abstractmethod
    def row(self, trade: Trade) -> dict[str, Any]:
        """An order's answer."""

    def serve_bill(self, asked: Asked) -> Reply:
        """One command about a bill."""
        body = _read(asked)
        suffix = {"pay-pasca": str(body.tr_id), "checkstatus": "cs"}.get(body.commands, body.ref_id)
        account = self.proved(body, suffix)
        order = Order(body.code, body.hp, body.ref_id)
        if account is None:
            self.note(asked, "bill", auth=False)
            return _data({"response_code": "100", "message": "INVALID SIGNATURE"})
        match body.commands:
            case "inq-pasca":
                return self.ask_bill(asked, account, order)
            case "pay-pasca":
                found = self.inquiry(int(body.tr_id)) if str(body.tr_id).isdecimal() else None
                inquiry = found[1] if found is not None and found[0] is account else None
                return self.pay_bill(asked, account, inquiry, order)
            case "checkstatus":
                return self._check_bill(asked, account, order)
            case _:
                self.note(asked, "bill")
                return _data({"response_code": "101", "message": "INVALID COMMAND"})

    def proved(self, body: _Body, suffix: str) -> Account | None:
        """The buyer, if the proof is his."""
        account = self.account(body.username)
        if account is None:
            return None
        signed = f"{body.username}{account.buyer.api_key}{suffix}"
        return account if proves(body.sign, hashlib.md5(signed.encode()).hexdigest()) else None

    def _check_bill(self, asked: Asked, account: Account, order: Order) -> Reply:
        self.note(asked, "check", ref=order.ref)
        trade, inquiry = account.trades.get(order.ref), account.inquiries.get(order.ref)
        if trade is not None:
            return self.write(account, trade)
        if inquiry is None:
            return self.write_no_bill(account, order, Why.NOT_ASKED)
        row = {"tr_id": inquiry.id, "code": inquiry.sku, "hp": inquiry.bill.number, "ref_id": inquiry.ref, "status": 0}
        told = {"response_code": "42", "message": "REQUEST PEMBAYARAN BELUM DITERIMA", "balance": account.balance_idr}
        return _data(row | told | _owed(inquiry))

    def _payment(self, account: Account, trade: Trade) -> dict[str, Any]:
        inquiry = account.inquiries[trade.ref]
        status, rc, message = _paid(trade)
        row = {"tr_id": inquiry.id, "code": trade.sku, "hp": trade.dest, "ref_id": trade.ref, "status": status}
        told = {"response_code": rc, "message": message, "balance": trade.balance_idr, "noref": trade.sn}
        paid = inquiry if trade.bill is None else msgspec.structs.replace(inquiry, bill=trade.bill)
        return row | told | _owed(paid)


class IakSeller(_Family):
    """top-up, check-status, check-balance, pricelist, and bills at ``/api/v1/bill/check``."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """Paths as IAK has them."""
        return {
            "/api/top-up": self._top_up,
            "/api/check-status": self._check,
            "/api/check-balance": self._balance,
            "/api/pricelist": self._price_list,
            "/api/v1/bill/check": self.serve_bill,
        }

    def draw(self, order: Order) -> Draw:
        """A bill's payment is never reported: the buyer asks."""
        draw = super().draw(order)
        if order.bill is not None and draw.fate in {Fate.PENDING_CALLBACK, Fate.LATE_SUCCESS}:
            return msgspec.structs.replace(draw, fate=Fate.PENDING_INQUIRY)
        return draw

    def report(self, account: Account, trade: Trade) -> Report:
        """The callback: numbers as strings, signed over the reference."""
        told = {key: str(value) for key, value in self.row(trade).items()}
        proof = f"{account.buyer.member_id}{account.buyer.api_key}{trade.ref}"
        told["sign"] = hashlib.md5(proof.encode()).hexdigest()
        return Report("POST", account.buyer.report_url, _HEADERS, _encoder.encode({"data": told}))

    def row(self, trade: Trade) -> dict[str, Any]:
        """The trade, numbers as numbers; an SN only once there is one."""
        status, rc, message = _told(trade)
        row = {
            "ref_id": trade.ref,
            "status": status,
            "product_code": trade.sku,
            "customer_id": trade.dest,
            "price": trade.price_idr,
            "message": message,
            "balance": trade.balance_idr,
            "tr_id": trade.id,
            "rc": rc,
        }
        return row | ({"sn": trade.sn} if trade.sn else {})

    def _top_up(self, asked: Asked) -> Reply:
        body = _read(asked)
        account = self.proved(body, body.ref_id)
        if account is None or not body.ref_id:
            self.note(asked, "order", ref=body.ref_id or None, dest=body.customer_id or None, auth=False)
            return _wrong_proof(body)
        return self.buy(asked, account, Order(body.product_code, body.customer_id, body.ref_id))

    def _check(self, asked: Asked) -> Reply:
        body = _read(asked)
        account = self.proved(body, body.ref_id)
        self.note(asked, "check", ref=body.ref_id or None, auth=account is not None)
        if account is None:
            return _wrong_proof(body)
        trade = account.trades.get(body.ref_id)
        if trade is None:
            return _data({"ref_id": body.ref_id, "status": 2, "message": "TRANSACTION NOT FOUND", "rc": "06"})
        return self.write(account, trade)

    def _balance(self, asked: Asked) -> Reply:
        body = _read(asked)
        account = self.proved(body, "bl")
        self.note(asked, "balance", auth=account is not None)
        if account is None:
            return _wrong_proof(body)
        return _data({"balance": account.balance_idr, "message": "SUCCESS", "rc": "00"})

    def _price_list(self, asked: Asked) -> Reply:
        body = _read(asked)
        account = self.proved(body, "pl")
        self.note(asked, "price_list", auth=account is not None)
        if account is None:
            return _wrong_proof(body)
        rows = [
            {
                "product_code": sku.code,
                "product_description": sku.brand,
                "product_nominal": sku.name,
                "product_details": "-",
                "product_price": self.price_idr(sku),
                "product_type": sku.category.lower(),
                "active_period": "0",
                "status": "active",
                "icon_url": "-",
                "product_category": sku.category.lower(),
            }
            for sku in self.skus.values()
            if not sku.bill
        ]
        return _data({"pricelist": rows, "message": "SUCCESS", "rc": "00"})


class SellerApi(_Family):
    """A seller as Digiflazz calls it: one address, every value a string, the same body again is the status check."""

    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """The address that the aggregator was given."""
        return {"/": self._serve, "": self._serve}

    def report(self, account: Account, trade: Trade) -> Report:
        """The same object as the answer, unsigned."""
        row = self._payment(account, trade) if trade.bill else self.row(trade)
        return Report("POST", account.buyer.report_url, _HEADERS, _encoder.encode({"data": row}))

    def row(self, trade: Trade) -> dict[str, Any]:
        """The trade, every value a string."""
        status, rc, message = _told(trade)
        return {
            "ref_id": trade.ref,
            "status": str(status),
            "code": trade.sku,
            "customer_id": trade.dest,
            "price": str(trade.price_idr),
            "message": message.capitalize(),
            "balance": str(trade.balance_idr),
            "tr_id": f"trid{trade.id}",
            "rc": rc,
            "sn": trade.sn,
        }

    def _serve(self, asked: Asked) -> Reply:
        body = _read(asked)
        if body.commands:
            return self.serve_bill(asked)
        account = self.proved(body, body.ref_id)
        if account is None or not body.ref_id:
            self.note(asked, "order", ref=body.ref_id or None, dest=body.customer_id or None, auth=False)
            return _wrong_proof(body)
        return self.buy(asked, account, Order(body.product_code, body.customer_id, body.ref_id))


def _told(trade: Trade) -> tuple[int, str, str]:
    """Status, rc and message."""
    match trade.state:
        case State.PENDING:
            return 0, "39", "PROCESS"
        case State.SUCCESS:
            return 1, "00", "SUCCESS"
        case State.FAILED | State.REFUSED:
            return 2, *_WORDS[trade.why]


def _paid(trade: Trade) -> tuple[int, str, str]:
    """Status, code and message of a bill's payment."""
    match trade.state:
        case State.PENDING:
            return 3, "39", "PENDING / TRANSAKSI SEDANG DIPROSES"
        case State.SUCCESS:
            return 1, "00", "PAYMENT SUCCESS"
        case State.FAILED | State.REFUSED:
            return 2, *_BILL_WORDS[trade.why]


def _owed(inquiry: Inquiry) -> dict[str, Any]:
    bill = inquiry.bill
    receipt = describe(bill)
    detail = receipt.pop("detail")
    return {
        "tr_name": bill.customer,
        "period": bill.period,
        "nominal": bill.nominal_idr,
        "admin": bill.admin_idr,
        "price": bill.owed_idr,
        "selling_price": bill.charged_idr,
        "desc": receipt | {"tagihan": {"detail": detail}},
    }


def _wrong_proof(body: _Body) -> Reply:
    return _data({"ref_id": body.ref_id, "status": 2, "message": "WRONG AUTHENTICATION", "rc": "204"})


def _read(asked: Asked) -> _Body:
    """The request's body; what is no such body proves nothing, so it is served as one without a signature."""
    try:
        return _decoder.decode(asked.body)
    except msgspec.MsgspecError:
        return _Body()


def _data(data: object) -> Reply:
    return Reply(_encoder.encode({"data": data}), JSON)
