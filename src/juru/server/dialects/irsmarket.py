"""IRSMarket, the buying side: POST JSON or GET, ``sign`` or the secret itself (reference/dialects.md section 8.3).

Neither an inquiry nor a report is documented; what comes as a report is read like a reply. Of its codes only success
and "in process" are known: a supplier's own list is its reply profile, whose patterns read ``rc=<code> <message>``.
"""

from __future__ import annotations

import hashlib

import msgspec

from juru.server.dialects.contract import (
    Account,
    Callback,
    ListedProduct,
    UnsayableError,
    as_unknown,
    check_answer,
    http_fault,
    unknown,
    wire_dest,
)
from juru.server.dialects.json_fields import Json, decoded, exact, idr, text
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.texts import clean_sn, read_reply_text
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.values.wire import WireReply, WireRequest

PATH = "/v1/transaction"
DAY_S = 86_400
_CODES = {"68": Outcome.PENDING, "1": Outcome.SUCCESS, "00": Outcome.SUCCESS}
_TOLD = {"true": True, "false": False}
_DONE = (Outcome.SUCCESS, Outcome.PENDING)


def sign(*, api_key: str, api_secret: str, trxid: str) -> str:
    """md5 hex of key + secret + our reference."""
    return hashlib.md5(f"{api_key}{api_secret}{trxid}".encode()).hexdigest()


class IrsMarket:
    """The buying side.

    Account keys: ``api_key``; ``secret`` (or ``api_secret``), the API secret; ``auth`` ``sign`` (the default) or
    ``secret``; ``method`` ``POST`` (the default) or ``GET``. A secret in an address is logged on its way: prefer sign.
    The horizon is how long a report is waited for before a person is shown what is still in process.
    """

    name = "irsmarket"
    inquiry = InquiryVerb.NONE
    bill_inquiry = None
    horizon_s = DAY_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """The order."""
        if buy.step is not Step.ORDER:
            raise UnsayableError("IRSMarket has no bills")
        secret = account.get("api_secret") or account["secret"]
        if account.get("auth", "sign") == "secret":
            proof = {"apisecret": secret}
        else:
            proof = {"sign": sign(api_key=account["api_key"], api_secret=secret, trxid=buy.ref)}
        order = {
            "apikey": account["api_key"],
            **proof,
            "productcode": buy.product,
            "trxid": buy.ref,
            "customerno": wire_dest(buy.dest, account.get("dest_form")),
        }
        if buy.max_price_idr is not None:
            order["maxprice"] = str(buy.max_price_idr)
        path = account.get("order_path", PATH)
        if account.get("method", "POST").upper() == "GET":
            amount = {} if buy.amount_idr is None else {"amount": str(buy.amount_idr)}
            return WireRequest("GET", path, tuple((order | amount).items()))
        body = order if buy.amount_idr is None else {**order, "amount": buy.amount_idr}
        return WireRequest("POST", path, (), (("Content-Type", "application/json"),), msgspec.json.encode(body))

    def inquire(self, account: Account, buy: Buy) -> WireRequest | None:  # noqa: ARG002
        """None is documented: a second order with the same reference might buy again."""
        return None

    def balance(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """None is documented."""
        return None

    def price_list(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """None is documented."""
        return None

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,
        step: Step = Step.ORDER,  # noqa: ARG002 - it has no bills
    ) -> Answer:
        """``success`` and ``rc`` together: success with rc 68 is not delivered yet."""
        fault = http_fault(reply)
        data = None if fault else decoded(reply.body)
        if not isinstance(data, dict):
            return unknown(fault or "unreadable", message=reply.text[:200])
        answer = _read(data, buy, profile, told=data.get("success"))
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:  # noqa: ARG002
        """None is documented."""
        return None

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:  # noqa: ARG002
        """None is documented."""
        return None

    def callback_secret(self, account: Account) -> str | None:  # noqa: ARG002
        """No proof is documented: the token in the path and the source address speak for a report."""
        return None

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:  # noqa: ARG002 - as above
        """A report in the reply's own fields, as JSON or in a query."""
        data = decoded(request.body) if request.body else dict(request.query)
        if not isinstance(data, dict):
            return Callback(auth="none", answer=unknown("unreadable"))
        # A report may leave out ``success``: it is sent because something has come of the order.
        answer = _read(data, None, None, told=data.get("success", True))
        return Callback(auth="none", answer=answer)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference, destination and product: all three are structured here."""
        return check_answer(answer, buy, product=True)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:  # noqa: ARG002
        """Never: there is no verb for it."""
        return False


IRSMARKET = IrsMarket()


def _read(data: Json, buy: Buy | None, profile: ReplyProfile | None, *, told: object) -> Answer:
    """Their object; a sibling writes ``reffid``, ``tujuan``, ``produk``, and ``status`` 1 for paid."""
    rc = text(data, "rc") or text(data, "status")
    message = text(data, "msg") or text(data, "message") or ""
    ref = exact(data, "reff") or exact(data, "reffid")
    stated, reason = _stated(rc, message, profile, success=_TOLD.get(str(told).lower()))
    answer = read_reply_text(
        message,
        dest=wire_dest(buy.dest) if buy else None,
        ref=buy.ref if buy else ref,
        profile=profile,
        stated=stated,
    )
    if ref is not None and answer.ref not in (None, ref):
        reason = reason or "ref_mismatch"
    answer = msgspec.structs.replace(
        answer,
        ref=ref or answer.ref,
        code=rc,
        dest=text(data, "destination") or text(data, "tujuan") or answer.dest,
        product=text(data, "productcode") or text(data, "produk"),
        price_idr=idr(data.get("price")) or answer.price_idr,
    )
    if reason is not None:
        return as_unknown(answer, reason)
    if answer.outcome is not Outcome.SUCCESS:
        return answer
    return msgspec.structs.replace(answer, sn=clean_sn(text(data, "sn"), answer) or answer.sn)


def _stated(
    rc: str | None, message: str, profile: ReplyProfile | None, *, success: bool | None
) -> tuple[Outcome | None, str | None]:
    """What the code says, or why it says nothing."""
    outcome = _CODES.get(rc or "") if success else None
    if outcome is not None:
        return outcome, None
    found = profile.find(f"rc={rc} {message}") if profile else None
    if found is None or found.outcome is None:
        return None, "unmapped_code"
    if success is not (found.outcome in _DONE):
        return None, "contradiction"
    return found.outcome, None
