"""OtomaX H2H, both sides: GET with a signature, replies in text (reference/dialects.md section 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import urlsplit

import msgspec

from juru.server.dialects.contract import (
    Account,
    Callback,
    Credentials,
    FindAgent,
    Inbound,
    ListedProduct,
    OpenProducts,
    UnsayableError,
    as_unknown,
    asks_politely,
    check_answer,
    text_fault,
    unknown,
    wire_dest,
)
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.texts import read_balance_text, read_reply_text, read_request_refusal, tidy
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.rupiah import dotted
from juru.values.wire import WireReply, WireRequest

DAY_S = 86_400
QTY_MAX_DIGITS = 12
_STATUS = re.compile(r"^\s*status=(\d{1,3})\b", re.ASCII)
_CODES = {
    0: Outcome.PENDING,
    1: Outcome.PENDING,
    2: Outcome.PENDING,
    20: Outcome.SUCCESS,
    40: Outcome.FAILED,
    43: Outcome.REFUSED,
    44: Outcome.REFUSED,
    55: Outcome.FAILED,
    61: Outcome.REFUSED,
}
_DEPOSIT_LOW = 43
_CLOSED_BY_TIMEOUT = 55
_OUR_STATUS = {OrderState.ACCEPTED: 1, OrderState.SUCCESS: 20, OrderState.FAILED: 40, OrderState.REVERSED: 40}


def sign(text: str) -> str:
    """base64url without padding of the binary SHA-1."""
    digest = hashlib.sha1(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sign_trx(
    *, member_id: str, product: str, dest: str, ref: str, pin: str, password: str, prefix: str = "OtomaX"
) -> str:
    """The signature of an order or its status check."""
    return sign(f"{prefix}|{member_id}|{product}|{dest}|{ref}|{pin}|{password}")


def sign_balance(*, member_id: str, pin: str, password: str, prefix: str = "OtomaX", word: str = "CheckBalance") -> str:
    """The signature of a balance check; ``word`` empty for the bridge that signs without it."""
    return sign("|".join((prefix, *((word,) if word else ()), member_id, pin, password)))


def sign_ticket(*, member_id: str, pin: str, password: str, amount: str, prefix: str = "OtomaX") -> str:
    """The signature of a deposit ticket; the amount is last."""
    return sign(f"{prefix}|ticket|{member_id}|{pin}|{password}|{amount}")


class Otomax:
    """The buying side.

    Account keys beyond the common ones: ``order_path``, ``balance_path``, ``ticket_path``, ``prefix`` (first word of
    what is signed) and ``balance_word`` (may be empty).
    """

    name = "otomax"
    inquiry = InquiryVerb.EXPLICIT
    bill_inquiry = None
    horizon_s = DAY_S

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """The order; ``qty`` carries the amount of an open denomination."""
        if buy.step is not Step.ORDER:
            raise UnsayableError("OtomaX has no bills")
        return _get(account.get("order_path", "/trx"), self._order(account, buy))

    def inquire(self, account: Account, buy: Buy) -> WireRequest:
        """The order's parameters and ``check=1``: it never creates."""
        return _get(account.get("order_path", "/trx"), self._order(account, buy) | {"check": "1"})

    def balance(self, account: Account) -> WireRequest:
        """Our deposit there."""
        query = {"memberID": account["member_id"]}
        proof = _proof(account) or {
            "sign": sign_balance(
                member_id=account["member_id"],
                pin=account["pin"],
                password=account["password"],
                prefix=account.get("prefix", "OtomaX"),
                word=account.get("balance_word", "CheckBalance"),
            )
        }
        return _get(account.get("balance_path", "/balance"), query | proof)

    def ticket(self, account: Account, amount_idr: int) -> WireRequest:
        """A deposit ticket: the supplier answers with the exact sum to transfer."""
        query = {"memberID": account["member_id"], "amount": str(amount_idr)}
        proof = _proof(account) or {
            "sign": sign_ticket(
                member_id=account["member_id"],
                pin=account["pin"],
                password=account["password"],
                amount=str(amount_idr),
                prefix=account.get("prefix", "OtomaX"),
            )
        }
        return _get(account.get("ticket_path", "/ticket"), query | proof)

    def price_list(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """OtomaX has none; prices are read from replies."""
        return None

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,
        step: Step = Step.ORDER,  # noqa: ARG002 - OtomaX has no bills
    ) -> Answer:
        """A text, bare or as ``status=N&message=...``; never JSON, XML or an HTML page."""
        fault = text_fault(reply)
        if fault is not None:
            return unknown(fault, message=reply.text[:200])
        status = _STATUS.match(reply.text)
        answer = read_request_refusal(_read(status[1] if status else None, reply.text, buy, profile))
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:
        """The line ``Saldo : ...`` of the balance reply."""
        if text_fault(reply):
            return None
        return read_balance_text(tidy(reply.text))

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:  # noqa: ARG002
        """OtomaX has none."""
        return None

    def callback_secret(self, account: Account) -> str | None:
        """The account's ``secret``."""
        return account.get("secret")

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:
        """The report: ``refid`` and ``message``, mostly with ``t``, ``status`` and ``price``.

        The protocol proves nothing. Where ``secret`` is set, it must stand as the last part of the report path or in
        a field ``token``.
        """
        fields = request.fields()
        if secret:
            given = fields.get("token") or urlsplit(request.path).path.rsplit("/", 1)[-1]
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return Callback(auth="bad")
        ref = fields.get("refid") or None
        answer = _read(fields.get("status") or None, fields.get("message", ""), None, None, ref=ref)
        if ref is not None and answer.ref not in (None, ref):
            answer = as_unknown(answer, "ref_mismatch")
        answer = msgspec.structs.replace(
            answer,
            ref=ref or answer.ref,
            price_idr=_whole(fields.get("price", "")) or answer.price_idr,
            supplier_trx_id=fields.get("t") or answer.supplier_trx_id,
        )
        return Callback(auth="ok" if secret else "none", answer=answer)

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

    def _order(self, account: Account, buy: Buy) -> dict[str, str]:
        dest = wire_dest(buy.dest, account.get("dest_form"))
        query = {
            "product": buy.product,
            "qty": str(buy.amount_idr) if buy.amount_idr else "1",
            "dest": dest,
            "refID": buy.ref,
            "memberID": account["member_id"],
        }
        proof = _proof(account) or {
            "sign": sign_trx(
                member_id=account["member_id"],
                product=buy.product,
                dest=dest,
                ref=buy.ref,
                pin=account["pin"],
                password=account["password"],
                prefix=account.get("prefix", "OtomaX"),
            )
        }
        return query | proof


OTOMAX = Otomax()


def _get(path: str, query: dict[str, str]) -> WireRequest:
    return WireRequest("GET", path, tuple(query.items()))


def _proof(account: Account) -> dict[str, str] | None:
    if account.get("auth", "sign") == "pin":
        return {"pin": account["pin"], "password": account["password"]}
    return None


def _read(
    status: str | None, message: str, buy: Buy | None, profile: ReplyProfile | None, *, ref: str | None = None
) -> Answer:
    number = int(status) if status and status.isascii() and status.isdigit() and len(status) < 4 else -1
    mapped = _CODES.get(number)
    answer = read_reply_text(
        message,
        dest=wire_dest(buy.dest) if buy else None,
        ref=buy.ref if buy else ref,
        profile=profile,
        stated=mapped,
    )
    if status is None:
        return answer
    answer = msgspec.structs.replace(answer, code=status)
    if mapped is None:
        return _unlisted(number, answer)
    failure = answer.outcome in (Outcome.FAILED, Outcome.REFUSED)
    return msgspec.structs.replace(
        answer,
        late_success_risk=answer.late_success_risk or (failure and number == _CLOSED_BY_TIMEOUT),
        supplier_balance_low=answer.supplier_balance_low or (failure and number == _DEPOSIT_LOW),
    )


def _unlisted(number: int, answer: Answer) -> Answer:
    """The full list is not public: 40-69 are failures where the text says so too, anything else is unknown."""
    if 40 <= number <= 69 and answer.outcome in (Outcome.FAILED, Outcome.REFUSED) and answer.reason is None:
        return msgspec.structs.replace(answer, outcome=Outcome.FAILED)
    return as_unknown(answer, answer.reason if answer.reason == "contradiction" else "unmapped_code")


def read_request(request: WireRequest, find_agent: FindAgent, open_products: OpenProducts) -> Inbound:
    """One GET (or form POST) of an agent's server: order, status check, balance or ticket, authenticated.

    ``find_agent`` looks ids up case-insensitively; ``open_products`` tells whether ``qty`` is an amount.
    """
    fields = request.fields()
    verb = fields.get("cmd") or request.path.rstrip("/").rsplit("/", 1)[-1]
    asked = _asked(verb.lower(), fields)
    if asked is None or not fields.get("memberid"):
        return Inbound(auth="unknown", refusal=Refusal(Code.MALFORMED), asked=asked)
    known = find_agent(fields["memberid"])
    if known is None:
        return Inbound(auth="unknown", refusal=Refusal(Code.UNKNOWN_SENDER), asked=asked)
    asked = msgspec.structs.replace(asked, agent=known.agent)
    wrong = _unproved(asked, fields, known)
    if wrong is not None:
        return Inbound(auth="bad", refusal=Refusal(wrong), asked=asked, agent=known.agent)
    ready = _ready(asked, fields, open_products)
    if isinstance(ready, Refusal):
        return Inbound(auth="ok", refusal=ready, asked=asked, agent=known.agent)
    return Inbound(auth="ok", request=ready, asked=asked, agent=known.agent)


def write_reply(text: str, *, status: int | None = None) -> WireReply:
    """A text reply: HTTP 200 whatever the outcome; ``status`` wraps it as ``status=N&message=...``."""
    body = text if status is None else f"status={status}&message={text}"
    return WireReply(200, body.encode(), (("Content-Type", "text/plain; charset=utf-8"),))


def write_balance(*, name: str, agent: str, balance_idr: int, bonus_idr: int = 0, debt_idr: int = 0) -> WireReply:
    """The balance reply's five lines."""
    rows = (
        ("Nama", name),
        ("ID Agen", agent),
        ("Saldo", dotted(balance_idr)),
        ("Bonus", dotted(bonus_idr)),
        ("Debet", dotted(debt_idr)),
    )
    return write_reply("\n".join(f"{label} : {value}" for label, value in rows))


def report_request(url: str, view: OrderView, text: str) -> WireRequest:
    """The GET to an agent's ``reporturl``: ``t`` (our id), ``refid``, ``status``, ``price``, ``message``."""
    charged = view.state in (OrderState.ACCEPTED, OrderState.SUCCESS)
    query = {
        "t": str(view.order_id),
        "refid": view.ref,
        "status": str(status_of(view)),
        "price": str(view.price_idr if charged else 0),
        "message": text,
    }
    return _get(url, query)


def status_of(view: OrderView) -> int:
    """Our order's state as OtomaX counts: 1 in process (also while unknown), 20 success, 40 failed or reversed."""
    return _OUR_STATUS[view.state]


def _asked(verb: str, fields: dict[str, str]) -> AgentRequest | None:
    match verb:
        case "trx" | "order":
            # Anything but an absent or zero check is a check: doubt must never buy.
            checking = fields.get("check", "0") not in ("", "0")
            return AgentRequest(
                intent=Intent.STATUS_CHECK if checking else Intent.ORDER,
                product=fields.get("product", "").strip().upper() or None,
                dest=fields.get("dest") or None,
                ref=fields.get("refid") or None,
            )
        case "balance":
            return AgentRequest(intent=Intent.BALANCE)
        case "ticket":
            return AgentRequest(intent=Intent.DEPOSIT_TICKET, amount_idr=_whole(fields.get("amount", "")))
        case _:
            return None


def _unproved(asked: AgentRequest, fields: dict[str, str], known: Credentials) -> Code | None:
    pin, password = known.pin or "", known.password or ""
    if not pin or not password:
        return Code.BAD_SIGNATURE
    given = fields.get("sign", "")
    if not given:
        right = hmac.compare_digest(fields.get("pin", "").encode(), pin.encode())
        right &= hmac.compare_digest(fields.get("password", "").encode(), password.encode())
        return None if right else Code.WRONG_PIN
    sent_id = fields["memberid"]
    right = False
    # Some clients upper-case the id before they sign; ids are unique whatever their case.
    for member_id in (sent_id, sent_id.upper()):
        right |= hmac.compare_digest(given.encode(), _expected(asked, fields, member_id, pin, password).encode())
    return None if right else Code.BAD_SIGNATURE


def _expected(asked: AgentRequest, fields: dict[str, str], member_id: str, pin: str, password: str) -> str:
    if asked.intent is Intent.BALANCE:
        return sign_balance(member_id=member_id, pin=pin, password=password)
    if asked.intent is Intent.DEPOSIT_TICKET:
        return sign_ticket(member_id=member_id, pin=pin, password=password, amount=fields.get("amount", ""))
    return sign_trx(
        member_id=member_id,
        product=fields.get("product", ""),
        dest=fields.get("dest", ""),
        ref=fields.get("refid", ""),
        pin=pin,
        password=password,
    )


def _ready(asked: AgentRequest, fields: dict[str, str], open_products: OpenProducts) -> AgentRequest | Refusal:
    if asked.intent is Intent.STATUS_CHECK:
        return asked if asked.ref else Refusal(Code.REFERENCE_REQUIRED)
    if asked.intent is Intent.DEPOSIT_TICKET:
        return asked if asked.amount_idr else Refusal(Code.BAD_AMOUNT)
    if asked.intent is not Intent.ORDER:
        return asked
    if not asked.product or not asked.dest:
        return Refusal(Code.INVALID_FORMAT)
    qty = _whole(fields.get("qty") or "1")
    is_open = open_products(asked.product)
    if not qty or (qty != 1 and not is_open):
        return Refusal(Code.BAD_AMOUNT)
    return msgspec.structs.replace(asked, qty=qty, amount_idr=qty if is_open else None)


def _whole(written: str) -> int | None:
    """A positive whole number, or None."""
    if not (written.isascii() and written.isdigit() and len(written) <= QTY_MAX_DIGITS):
        return None
    return int(written) or None
