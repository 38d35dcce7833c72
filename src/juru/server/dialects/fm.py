"""FM, both sides: XML over POST (reference/dialects.md section 6).

A document that declares anything (DTD, entity) is not read at all, elements that are not known are ignored, and what
is read is bounded. An agent is known by the address he calls, his server's address and his PIN: the body names nobody.
"""

from __future__ import annotations

import hmac
import re
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec

from juru.server.dialects.contract import (
    Account,
    Callback,
    FindAgent,
    Inbound,
    ListedProduct,
    OpenProducts,
    UnsayableError,
    as_unknown,
    asks_politely,
    check_answer,
    http_fault,
    refusal_status,
    step_of,
    unknown,
    wire_dest,
)
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.texts import read_balance_text, read_reply_text
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

DAY_S = 86_400
ELEMENTS_MAX, DEPTH_MAX, TEXT_CHARS_MAX = 64, 8, 4_000
INQUIRY_PREFIX, PAY_PREFIX = "cek.", "bayar."
_XML = (("Content-Type", "text/xml; charset=utf-8"),)
_CODES = {"0": Outcome.SUCCESS, "1": Outcome.PENDING, "2": Outcome.FAILED, "3": Outcome.REFUSED}
_COUNTED = re.compile(r"([1-9]\d?)\.(\S{1,40})", re.ASCII)
_OUR_STATUS = {OrderState.ACCEPTED: "1", OrderState.SUCCESS: "0", OrderState.FAILED: "2", OrderState.REVERSED: "2"}
_REFUSED_STATUS = "3"


class _RefusedXmlError(Exception):
    """A document that is not read further."""


class _Fields:
    """The texts of the elements right under the root, by lower-case name; of two of one name the first."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.root: str | None = None
        self._closed: set[str] = set()
        self._path: list[str] = []
        self._elements = 0
        self._chars = 0

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        if self._elements > ELEMENTS_MAX or len(self._path) >= DEPTH_MAX:
            raise _RefusedXmlError
        self._path.append(name.lower())
        if len(self._path) == 1:
            self.root = self._path[0]
        elif len(self._path) == 2:
            self.found.setdefault(self._path[1], "")

    def end(self, _name: str) -> None:
        if len(self._path) == 2:
            self._closed.add(self._path[1])
        self._path.pop()

    def text(self, piece: str) -> None:
        self._chars += len(piece)
        if self._chars > TEXT_CHARS_MAX:
            raise _RefusedXmlError
        if len(self._path) == 2 and self._path[1] not in self._closed:
            self.found[self._path[1]] += piece


def read_xml(body: bytes) -> dict[str, str] | None:
    """The fields of an ``<fm>`` document without blanks around them; None for what is no such document."""
    fields = _Fields()
    parser = expat.ParserCreate()
    parser.StartElementHandler = fields.start
    parser.EndElementHandler = fields.end
    parser.CharacterDataHandler = fields.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.UnparsedEntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(body, True)
    except (_RefusedXmlError, expat.ExpatError, UnicodeError, LookupError, ValueError):
        return None
    if fields.root != "fm":
        return None
    return {name: value.strip() for name, value in fields.found.items()}


def _refuse(*_declared: object) -> int:
    raise _RefusedXmlError


def _document(fields: dict[str, str]) -> bytes:
    rows = "".join(f"<{name}>{escape(_printable(value))}</{name}>\n" for name, value in fields.items())
    return f'<?xml version="1.0"?>\n<fm>\n{rows}</fm>'.encode()


def _printable(value: str) -> str:
    """A value without the control characters that no XML document may hold."""
    return "".join(char if char.isprintable() else " " for char in value)


class Fm:
    """The buying side. ``order_path`` (``/``) takes orders, ``bill_path`` (the same) bills.

    A bill's price stands in the supplier's own words: its profile names it as ``hargabeli``.
    """

    name = "fm"
    inquiry = InquiryVerb.EXPLICIT
    bill_inquiry = InquiryVerb.EXPLICIT
    horizon_s = DAY_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """TOPUP; a bill is asked about as product ``cek.<code>`` and paid as ``bayar.<code>``."""
        if buy.amount_idr is not None and buy.step is not Step.PAY:
            raise UnsayableError("FM has no amount")
        prefix = {Step.ORDER: "", Step.INQUIRY: INQUIRY_PREFIX, Step.PAY: PAY_PREFIX}[buy.step]
        dest = wire_dest(buy.dest, account.get("dest_form"))
        fields = {
            "command": "TOPUP",
            "pin": account["pin"],
            "product": prefix + buy.product,
            "msisdn": f"{buy.counter}.{dest}" if buy.counter > 1 else dest,
            "refTrxid": buy.ref,
        }
        return _post(account, buy.step, fields)

    def inquire(self, account: Account, buy: Buy) -> WireRequest:
        """TOPUPSTATUS by our reference: it never creates."""
        return _post(account, buy.step, {"command": "TOPUPSTATUS", "pin": account["pin"], "refTrxid": buy.ref})

    def balance(self, account: Account) -> WireRequest:
        """Our deposit there."""
        return _post(account, Step.ORDER, {"command": "BALANCE", "pin": account["pin"]})

    def price_list(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """FM has none; prices are read from replies."""
        return None

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,
        step: Step = Step.ORDER,
    ) -> Answer:
        """The status and the words of the message, weighed together."""
        fault = http_fault(reply)
        fields = None if fault else read_xml(reply.body)
        if fields is None:
            return unknown(fault or "unreadable", message=reply.text[:200])
        answer = _read(fields, buy, profile)
        if step_of(buy, step) is Step.INQUIRY:
            answer = msgspec.structs.replace(answer, step=Step.INQUIRY.value, settles=False, sn=None)
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:
        """The message of the BALANCE reply."""
        fields = None if http_fault(reply) else read_xml(reply.body)
        return None if fields is None else read_balance_text(fields.get("message", ""))

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:  # noqa: ARG002
        """FM has none."""
        return None

    def callback_secret(self, account: Account) -> str | None:  # noqa: ARG002
        """Its reports prove nothing: the token in their path and the source address speak for them."""
        return None

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:  # noqa: ARG002 - as above
        """The same document as the reply."""
        fields = read_xml(request.body)
        answer = unknown("unreadable") if fields is None else _read(fields, None, None)
        return Callback(auth="none", answer=answer)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference and destination; a product named in a text is the supplier's own word and is not compared."""
        return check_answer(answer, buy, product=False)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Within a day (the horizon is not documented), at most once a minute."""
        return asks_politely(
            horizon_s=self.horizon_s,
            since_first_s=seconds_since_first_send,
            since_last_s=seconds_since_last_inquiry,
        )


FM = Fm()


def _post(account: Account, step: Step, fields: dict[str, str]) -> WireRequest:
    path = account.get("order_path", "/")
    if step is not Step.ORDER:
        path = account.get("bill_path", path)
    return WireRequest("POST", path, (), _XML, _document(fields))


def _read(fields: dict[str, str], buy: Buy | None, profile: ReplyProfile | None) -> Answer:
    status, ref = fields.get("status"), fields.get("reftrxid") or None
    mapped = _CODES.get(status or "")
    answer = read_reply_text(
        fields.get("message", ""),
        dest=wire_dest(buy.dest) if buy else None,
        ref=buy.ref if buy else ref,
        profile=profile,
        stated=mapped,
    )
    if ref is not None and answer.ref not in (None, ref):
        answer = as_unknown(answer, "ref_mismatch")
    answer = msgspec.structs.replace(
        answer,
        ref=ref or answer.ref,
        code=status,
        supplier_trx_id=fields.get("fmtrxid") or answer.supplier_trx_id,
    )
    if mapped is None:
        return as_unknown(answer, "unmapped_code")
    if answer.outcome is Outcome.REFUSED and answer.reason is None and not _says_why(fields, profile):
        # A bad request: nothing was made by it, and it says nothing of an order that was made before.
        return msgspec.structs.replace(answer, reason=REQUEST_REFUSED)
    return answer


def _says_why(fields: dict[str, str], profile: ReplyProfile | None) -> bool:
    """True where the words themselves, without the status beside them, refuse an order."""
    words = read_reply_text(fields.get("message", ""), profile=profile).outcome
    return words in (Outcome.FAILED, Outcome.REFUSED)


def read_request(request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:  # noqa: ARG001 - no verb has an amount
    """One POST to an agent's own address: ``/<agent>``."""
    known = find_agent(request.path.strip("/"))
    fields = read_xml(request.body)
    if known is None:
        return Inbound(auth="unknown", refusal=Refusal(Code.UNKNOWN_SENDER))
    if fields is None:
        return Inbound(auth="bad", refusal=Refusal(Code.MALFORMED), agent=known.agent)
    asked = msgspec.structs.replace(_asked(fields), agent=known.agent)
    if not known.pin:
        return Inbound(auth="bad", refusal=Refusal(Code.BAD_SIGNATURE), asked=asked, agent=known.agent)
    if not hmac.compare_digest(fields.get("pin", "").encode(), known.pin.encode()):
        return Inbound(auth="bad", refusal=Refusal(Code.WRONG_PIN), asked=asked, agent=known.agent)
    refusal = _unready(asked)
    if refusal is not None:
        return Inbound(auth="ok", refusal=refusal, asked=asked, agent=known.agent)
    return Inbound(auth="ok", request=asked, asked=asked, agent=known.agent)


def _asked(fields: dict[str, str]) -> AgentRequest:
    ref = fields.get("reftrxid") or None
    match fields.get("command", "").upper():
        case "TOPUP":
            return _ordered(fields.get("product", ""), fields.get("msisdn", ""), ref)
        case "TOPUPSTATUS":
            return AgentRequest(Intent.STATUS_CHECK, ref=ref)
        case "BALANCE":
            return AgentRequest(Intent.BALANCE)
        case _:
            return AgentRequest(Intent.INVALID, ref=ref)


def _ordered(product: str, dest: str, ref: str | None) -> AgentRequest:
    for prefix, intent in ((INQUIRY_PREFIX, Intent.BILL_INQUIRY), (PAY_PREFIX, Intent.BILL_PAY)):
        if product.lower().startswith(prefix):
            code = product[len(prefix) :].upper()
            return AgentRequest(intent, product=code or None, dest=dest or None, ref=ref)
    counted = _COUNTED.fullmatch(dest)
    return AgentRequest(
        Intent.ORDER,
        product=product.upper() or None,
        dest=(counted[2] if counted else dest) or None,
        counter=int(counted[1]) if counted else None,
        ref=ref,
    )


def _unready(asked: AgentRequest) -> Refusal | None:
    if asked.intent is Intent.INVALID:
        return Refusal(Code.INVALID_FORMAT)
    if asked.intent is Intent.BALANCE:
        return None
    if asked.intent is not Intent.STATUS_CHECK and not (asked.product and asked.dest):
        return Refusal(Code.INVALID_FORMAT)
    return None if asked.ref else Refusal(Code.REFERENCE_REQUIRED)


def write_order(view: OrderView, message: str) -> WireReply:
    """An order's present state; unknown is in process."""
    return WireReply(200, _document(_row(view, message)), _XML)


def _row(view: OrderView, message: str) -> dict[str, str]:
    return {
        "status": _OUR_STATUS[view.state],
        "message": message,
        "fmTrxid": str(view.order_id),
        "refTrxid": view.ref,
    }


def write_told(message: str, asked: AgentRequest | None) -> WireReply:
    """Success of what is no order: a balance, a bill's amount."""
    fields = {"status": "0", "message": message}
    if asked is not None and asked.ref:
        fields["refTrxid"] = asked.ref
    return WireReply(200, _document(fields), _XML)


def write_refusal(refusal: Refusal, message: str, asked: AgentRequest | None = None) -> WireReply:
    """Status 3; without a status, and no 2xx, where an order of the same reference may live."""
    http = refusal_status(refusal, asked)
    fields = {"status": _REFUSED_STATUS} if http == 200 else {}
    fields["message"] = message
    if asked is not None and asked.ref:
        fields["refTrxid"] = asked.ref
    return WireReply(http, _document(fields), _XML)


def callback_request(url: str, view: OrderView, message: str) -> WireRequest:
    """The report to an agent's server: the same document as the reply."""
    return WireRequest("POST", url, (), _XML, _document(_row(view, message)))
