"""A simulated supplier without its wire format: prices, buyers' deposits, trades, and what becomes of them.

It shares no code with the server's dialects: a mistake made on both sides would not show.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum

import msgspec

from juru.simulation.behaviour import PERMILLE, WIRE_FAULTS, Behaviour, Dice, Draw, Fate
from juru.simulation.bill import Bill, Inquiry
from juru.simulation.request_log import Logged, RequestLog


class Sku(msgspec.Struct, frozen=True):
    """What a seller sells. ``open``: the price is a fee over the amount that is ordered. ``token``: PLN electricity.

    ``bill``: the price is a fee over what is owed, in which ``admin_idr`` stands.
    """

    code: str
    name: str
    price_idr: int
    brand: str = ""
    category: str = "Pulsa"
    open: bool = False
    token: bool = False
    bill: bool = False
    admin_idr: int = 0


class Buyer(msgspec.Struct, frozen=True):
    """A customer of the seller: OtomaX knows member id, PIN and password, Digiflazz user name and key, IRS a user too.

    ``report_url`` takes reports and webhooks; ``secret`` signs webhooks.
    """

    member_id: str
    pin: str = ""
    password: str = ""
    api_key: str = ""
    secret: str = ""
    balance_idr: int = 0
    report_url: str = ""
    user: str = ""


class SellerConfig(msgspec.Struct, frozen=True):
    """A seller at ``/<name>/...``.

    ``sku_behaviours`` stand before ``behaviour``. Without ``skus`` every code is sold for ``price_idr``.
    """

    name: str
    dialect: str
    behaviour: Behaviour = Behaviour()
    sku_behaviours: dict[str, Behaviour] = {}
    buyers: tuple[Buyer, ...] = ()
    skus: tuple[Sku, ...] = ()
    price_idr: int = 10_000


class State(StrEnum):
    """How a trade stands at the seller."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    REFUSED = "refused"


class Why(StrEnum):
    """Why a trade failed or was refused; each dialect has its own code and words for it."""

    NONE = ""
    NUMBER = "number"
    STOCK = "stock"
    TIMEOUT = "timeout"
    BALANCE = "balance"
    UNKNOWN_SKU = "unknown_sku"
    PRICE = "price"
    PAID = "paid"
    NOT_YET = "not_yet"
    NOT_ASKED = "not_asked"


class Trade(msgspec.Struct):
    """One order at the seller."""

    id: int
    ref: str
    sku: str
    dest: str
    price_idr: int
    state: State
    why: Why = Why.NONE
    sn: str = ""
    balance_idr: int = 0
    debited: bool = False
    bill: Bill | None = None


class Order(msgspec.Struct, frozen=True):
    """What a buyer asks for."""

    sku: str
    dest: str
    ref: str
    amount_idr: int = 0
    max_price_idr: int | None = None
    bill: Bill | None = None


class Asked(msgspec.Struct, frozen=True):
    """An HTTP request as it came."""

    method: str
    path: str
    query: str
    body: bytes
    at_ms: int


class Reply(msgspec.Struct, frozen=True):
    """An answer and how it travels: after ``latency_s``; ``slow_s``: half of it so much later.

    ``cut``: not at all, and the connection is closed; ``silent``: not at all, until the other side gives up.
    """

    body: bytes
    content_type: bytes = b"text/plain; charset=utf-8"
    status: int = 200
    latency_s: float = 0.0
    slow_s: float = 0.0
    cut: bool = False
    silent: bool = False


class Report(msgspec.Struct, frozen=True):
    """A callback to a buyer."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""


class Account:
    """A buyer and his money here."""

    def __init__(self, buyer: Buyer) -> None:
        self.buyer = buyer
        self.balance_idr = buyer.balance_idr
        self.trades: dict[str, Trade] = {}
        self.inquiries: dict[str, Inquiry] = {}


class Seller(ABC):
    """One supplier. ``later`` runs a function after seconds; ``send`` delivers a report."""

    def __init__(
        self,
        config: SellerConfig,
        *,
        seed: int,
        log: RequestLog,
        later: Callable[[float, Callable[[], None]], object],
        send: Callable[[Report], object],
    ) -> None:
        self.config = config
        self.name = config.name
        self.accounts = {buyer.member_id.upper(): Account(buyer) for buyer in config.buyers}
        self.skus = {sku.code.upper(): sku for sku in config.skus}
        self._log = log
        self._later = later
        self._send = send
        self._dice = Dice(seed, config.name, config.behaviour)
        self._sku_habits = {code.upper(): habits for code, habits in config.sku_behaviours.items()}
        self._sku_dice = {code: Dice(seed, config.name, habits) for code, habits in self._sku_habits.items()}
        self._trades = 0
        self._heard = 0
        log.seller(config.name)

    @abstractmethod
    def routes(self) -> dict[str, Callable[[Asked], Reply]]:
        """What is served, by the path behind ``/<name>``."""

    @abstractmethod
    def write(self, account: Account, trade: Trade) -> Reply:
        """The answer that tells how a trade stands."""

    @abstractmethod
    def write_unmapped(self, account: Account, trade: Trade) -> Reply:
        """An answer whose code stands in no table."""

    @abstractmethod
    def report(self, account: Account, trade: Trade) -> Report:
        """The callback that tells how a trade ended."""

    def served(self, serve: Callable[[Asked], Reply], asked: Asked) -> Reply:
        """One request; during an outage it is neither heard nor answered."""
        self._heard += 1
        habits = self.config.behaviour
        if habits.outage_from and 0 <= self._heard - habits.outage_from < habits.outage_requests:
            self.note(asked, "outage")
            return Reply(b"", silent=True)
        return serve(asked)

    def account(self, member_id: str) -> Account | None:
        """A buyer by his id, in any case."""
        return self.accounts.get(member_id.upper())

    def note(
        self,
        asked: Asked,
        kind: str,
        *,
        ref: str | None = None,
        dest: str | None = None,
        delivered: bool = False,
        auth: bool = True,
    ) -> None:
        """Write a request to the log."""
        body = asked.body.decode("utf-8", "replace")
        line = Logged(
            self._log.seq + 1,
            asked.at_ms,
            self.name,
            asked.method,
            asked.path,
            asked.query,
            body,
            kind,
            ref,
            dest,
            delivered,
            auth,
        )
        self._log.add(line)

    def buy(self, asked: Asked, account: Account, order: Order) -> Reply:
        """Carry out a request to buy; a reference that is known is told its state and delivers nothing."""
        known = account.trades.get(order.ref)
        if known is not None and self.behaviour(order.sku).dedup:
            self.note(asked, "order", ref=order.ref, dest=order.dest)
            return self.write(account, known)
        draw = self.draw(order)
        trade = self._open(account, order, draw)
        delivered = draw.delivers and trade.state is not State.REFUSED
        self.note(asked, "order", ref=order.ref, dest=order.dest, delivered=delivered)
        return self._answer(account, trade, draw)

    def draw(self, order: Order) -> Draw:
        """What befalls an order."""
        return self._sku_dice.get(order.sku.upper(), self._dice).draw(order.ref)

    def behaviour(self, sku: str) -> Behaviour:
        """The habits that apply to a SKU."""
        return self._sku_habits.get(sku.upper(), self.config.behaviour)

    def price_idr(self, sku: Sku, amount_idr: int = 0) -> int:
        """What a SKU costs now."""
        dice = self._sku_dice.get(sku.code.upper(), self._dice)
        shifted = sku.price_idr + dice.price_shift_idr(sku.code, self._trades)
        return max(1, shifted) + (amount_idr if sku.open else 0)

    def _sku(self, code: str) -> Sku | None:
        if not self.skus:
            return Sku(code, code, self.config.price_idr)
        return self.skus.get(code.upper())

    def _open(self, account: Account, order: Order, draw: Draw) -> Trade:
        self._trades += 1
        sku = self._sku(order.sku)
        price_idr = 0 if sku is None else self.price_idr(sku, order.amount_idr)
        if order.bill is not None:
            price_idr = order.bill.charged_idr
        trade = Trade(self._trades, order.ref, order.sku, order.dest, price_idr, State.PENDING, bill=order.bill)
        trade.balance_idr = account.balance_idr
        refusal = Why.NONE
        if sku is None:
            refusal = Why.UNKNOWN_SKU
        elif order.max_price_idr is not None and price_idr > order.max_price_idr:
            refusal = Why.PRICE
        elif price_idr > account.balance_idr:
            refusal = Why.BALANCE
        elif draw.fate is Fate.REFUSED:
            refusal = Why.STOCK
        if sku is None or refusal is not Why.NONE:
            trade.state, trade.why = State.REFUSED, refusal
            return trade
        account.trades[order.ref] = trade
        sn = _serial(draw.serial, token=sku.token)
        match draw.fate:
            case Fate.PENDING_CALLBACK | Fate.PENDING_INQUIRY:
                _debit(account, trade)
                self._later(draw.settle_s, lambda: self._settle(account, trade, draw, sn))
            case Fate.TAKEN_BACK:
                _debit(account, trade)
                trade.state, trade.sn = State.SUCCESS, sn
                self._later(draw.settle_s, lambda: self._settle(account, trade, draw, sn))
            case Fate.LATE_SUCCESS:
                trade.state, trade.why = State.FAILED, Why.TIMEOUT
                self._later(draw.settle_s, lambda: self._settle(account, trade, draw, sn))
            case _ if draw.delivers:
                _debit(account, trade)
                trade.state, trade.sn = State.SUCCESS, sn
            case _:
                trade.state, trade.why = State.FAILED, Why.NUMBER
        return trade

    def _settle(self, account: Account, trade: Trade, draw: Draw, sn: str) -> None:
        """The end of a trade that was not decided by its answer."""
        if draw.delivers:
            _debit(account, trade)
            trade.state, trade.why, trade.sn = State.SUCCESS, Why.NONE, sn
        else:
            account.balance_idr += trade.price_idr
            trade.state, trade.why, trade.debited = State.FAILED, Why.NUMBER, False
        trade.balance_idr = account.balance_idr
        if draw.fate is not Fate.PENDING_INQUIRY and account.buyer.report_url:
            self._send(self.report(account, trade))
            if draw.serial % PERMILLE < self.behaviour(trade.sku).report_twice_permille:
                self._send(self.report(account, trade))

    def _answer(self, account: Account, trade: Trade, draw: Draw) -> Reply:
        if draw.fate not in WIRE_FAULTS or trade.state is State.REFUSED:
            reply = self.write(account, trade)
        elif draw.fate is Fate.UNMAPPED_CODE:
            reply = self.write_unmapped(account, trade)
        elif draw.fate is Fate.HTML_PAGE:
            reply = Reply(b"<!DOCTYPE html><html><h1>Server sibuk</h1></html>", b"text/html")
        elif draw.fate is Fate.SERVER_ERROR:
            reply = Reply(b"<html><h1>502 Bad Gateway</h1></html>", b"text/html", status=502)
        elif draw.fate is Fate.LOST_REPLY:
            reply = Reply(b"", cut=True)
        elif draw.fate is Fate.FOREIGN_REFERENCE:
            reply = self.write(account, msgspec.structs.replace(trade, ref=_another(trade.ref)))
        else:
            slow_s = self.behaviour(trade.sku).slow_body_ms / 1000
            reply = msgspec.structs.replace(self.write(account, trade), slow_s=slow_s)
        return msgspec.structs.replace(reply, latency_s=draw.latency_s) if draw.latency_s else reply


def same(given: str, right: str) -> bool:
    """Compare a proof in constant time."""
    return hmac.compare_digest(given.encode(), right.encode())


def _another(ref: str) -> str:
    """A reference of the same shape that is not this one."""
    return ref[:-1] + ("1" if ref[-1:] != "1" else "2")


def _debit(account: Account, trade: Trade) -> None:
    if not trade.debited:
        account.balance_idr -= trade.price_idr
        trade.debited = True
    trade.balance_idr = account.balance_idr


def _serial(number: int, *, token: bool) -> str:
    digits = f"{number:020d}"
    if not token:
        return f"5{digits[2:]}"
    grouped = "-".join(digits[i : i + 4] for i in range(0, 20, 4))
    return f"{grouped}/PELANGGAN UJI/R1M/900VA/33.7"
