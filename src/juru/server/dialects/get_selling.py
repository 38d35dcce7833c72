"""Selling by the GET dialects: agents' programs order in a query and are answered in text (``get_rows`` has the names).

There is no signature: id, PIN, user and password must all match, and the address. The same order sent again is how a
program asks what became of it, so what is refused before the reference is looked up must not read as a failure.
"""

from __future__ import annotations

import hmac
import re

import msgspec

from juru.server.dialects.contract import Credentials, FindAgent, Inbound, OpenProducts, refusal_status
from juru.server.dialects.get_rows import BEFORE_DEST, BILL_INQUIRY, BILL_PAY, BILL_VERSION, EXTRAS, GetRow
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

_IDR_DIGITS_MAX = 12
_COUNTED = re.compile(r"([1-9]\d?)\.(\S{1,40})", re.ASCII)
_COUNTER = re.compile(r"[1-9]\d?", re.ASCII)
_KINDS = {"": Intent.ORDER, BILL_INQUIRY: Intent.BILL_INQUIRY, BILL_PAY: Intent.BILL_PAY}
_OFF = frozenset({"", "0", "false"})
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_OUTCOMES = {
    OrderState.SUCCESS: Outcome.SUCCESS,
    OrderState.FAILED: Outcome.FAILED,
    OrderState.REVERSED: Outcome.FAILED,
}
_NO_STATUS = "0"


class GetSelling:
    """One row's selling side."""

    def __init__(self, row: GetRow) -> None:
        self.row = row
        names = row.order
        self._names = msgspec.structs.replace(
            names, **{field: getattr(names, field).lower() for field in names.__struct_fields__}
        )
        self._statuses = {outcome: code for code, outcome in row.statuses.items()}

    def read_request(self, request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:
        """One GET (or form POST) of an agent's program, whatever its path: an order, a bill's inquiry or payment."""
        fields, names = request.fields(), self._names
        asked = self._asked(fields)
        member = fields.get(names.member)
        if not member:
            return Inbound(auth="unknown", refusal=Refusal(Code.MALFORMED), asked=asked)
        known = find_agent(member)
        if known is None:
            return Inbound(auth="unknown", refusal=Refusal(Code.UNKNOWN_SENDER), asked=asked)
        asked = msgspec.structs.replace(asked, agent=known.agent)
        if not self._proved(fields, known):
            return Inbound(auth="bad", refusal=Refusal(Code.WRONG_PIN), asked=asked, agent=known.agent)
        ready = self._ready(asked, fields, open_products)
        if isinstance(ready, Refusal):
            return Inbound(auth="ok", refusal=ready, asked=asked, agent=known.agent)
        return Inbound(auth="ok", request=ready, asked=asked, agent=known.agent)

    def wants_numbers(self, request: WireRequest) -> bool:
        """Whether a bill is to be told in numbers (``version=2``)."""
        return request.fields().get(EXTRAS.version) == BILL_VERSION

    def report_request(self, url: str, view: OrderView, message: str) -> WireRequest:
        """The report to an agent's program, in the form that this dialect's sellers use."""
        names = self.row.report
        told = (
            (names.trx_id, str(view.order_id)),
            (names.ref, view.ref),
            (names.status, self._statuses.get(_OUTCOMES.get(view.state, Outcome.PENDING), _NO_STATUS)),
            (names.product, view.product),
            (names.dest, view.dest),
            (names.sn, (view.sn or "") if view.state is OrderState.SUCCESS else ""),
            (names.price, str(view.price_idr if view.state is OrderState.SUCCESS else 0)),
            (names.message, message),
        )
        return WireRequest("GET", url, tuple(pair for pair in told if pair[0]))

    def _asked(self, fields: dict[str, str]) -> AgentRequest:
        names = self._names
        dest, counter = fields.get(names.dest, ""), self._counter(fields)
        counted = None if _on(fields, EXTRAS.dots) else _COUNTED.fullmatch(dest)
        if counted is not None:
            counter, dest = counted[1], counted[2]
        return AgentRequest(
            intent=_KINDS.get(fields.get(EXTRAS.kind, ""), Intent.INVALID),
            product=fields.get(names.product, "").strip().upper() or None,
            dest=dest or None,
            counter=int(counter) if counter and _COUNTER.fullmatch(counter) else None,
            ref=fields.get(names.ref) or None,
        )

    def _counter(self, fields: dict[str, str]) -> str | None:
        name = self._names.counter
        return None if name == BEFORE_DEST else fields.get(name)

    def _proved(self, fields: dict[str, str], known: Credentials) -> bool:
        names = self._names
        proof = ((names.pin, known.pin), (names.user, known.user), (names.password, known.password))
        right = True
        for name, expected in proof:
            given = fields.get(name, "")
            right &= bool(expected) and hmac.compare_digest(given.encode(), (expected or "").encode())
        return right

    def _ready(
        self, asked: AgentRequest, fields: dict[str, str], open_products: OpenProducts
    ) -> AgentRequest | Refusal:
        if asked.intent is Intent.INVALID or not asked.product or not asked.dest:
            return Refusal(Code.INVALID_FORMAT)
        # A test order must never become a real one.
        if _on(fields, EXTRAS.testing):
            return Refusal(Code.NOT_SERVED_YET)
        if self._counter(fields) and asked.counter is None:
            return Refusal(Code.INVALID_FORMAT)
        amount, max_price = fields.get(EXTRAS.amount), fields.get(EXTRAS.max_price)
        amount_idr, max_price_idr = _idr(amount), _idr(max_price)
        if max_price and max_price_idr is None:
            return Refusal(Code.INVALID_FORMAT)
        if asked.intent is Intent.ORDER:
            is_open = open_products(asked.product)
            if is_open != (amount_idr is not None) or (amount and amount_idr is None):
                return Refusal(Code.BAD_AMOUNT)
        elif asked.ref is None:
            return Refusal(Code.REFERENCE_REQUIRED)
        return msgspec.structs.replace(asked, amount_idr=amount_idr, max_price_idr=max_price_idr)


def write_text(text: str) -> WireReply:
    """A reply: text, HTTP 200 whatever the outcome."""
    return WireReply(200, text.encode(), _TEXT)


def undecided(refusal: Refusal) -> bool:
    """True of a refusal that says nothing of the order: its text must hold no failure word."""
    return refusal_status(refusal, None) != 200


def write_refusal(refusal: Refusal, text: str) -> WireReply:
    """A refusal; one that decides nothing comes with an HTTP status that is not 2xx."""
    return WireReply(refusal_status(refusal, None), text.encode(), _TEXT)


def _on(fields: dict[str, str], name: str) -> bool:
    """Anything but an absent, empty, ``0`` or ``false`` switch is on."""
    return fields.get(name, "").strip().lower() not in _OFF


def _idr(written: str | None) -> int | None:
    """A positive whole number, or None."""
    if not written or not (written.isascii() and written.isdigit() and len(written) <= _IDR_DIGITS_MAX):
        return None
    return int(written) or None
