"""What every dialect owes its callers: the supplier's protocol, an agent's credentials, what came in.

Pure: no clock, no socket. Messages are ``WireRequest`` and ``WireReply``; the transport joins an account's ``base``
with the path. An account is a plain mapping; the keys in use are listed at ``SupplierDialect``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

from juru.server.dialects.profiles import ReplyProfile
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.values.msisdn import parse_msisdn, same_destination, to_local
from juru.values.wire import WireReply, WireRequest

Account = Mapping[str, str]
_MARKUP = re.compile(r"^\s*[{\[<]|<\s?(?:!doctype|html|head|body|title|script)\b", re.IGNORECASE)
INQUIRY_GAP_S = 60
"""Do not inquire about the same order more than once a minute (reference/dialects.md section 2)."""


class Credentials(msgspec.Struct, frozen=True):
    """What an H2H agent shares with us. ``agent`` is the id as stored; ids are unique case-insensitively.

    ``user`` is the name that GET dialects want beside the id.
    """

    agent: str
    pin: str | None = None
    password: str | None = None
    api_key: str | None = None
    user: str | None = None


FindAgent = Callable[[str], Credentials | None]
OpenProducts = Callable[[str], bool]


class UnsayableError(ValueError):
    """A purchase that a dialect has no words for (a bill, an amount): nothing is sent. The message says which."""


class Inbound(msgspec.Struct, frozen=True):
    """A request of an agent's server, read and authenticated.

    ``auth``: ``ok``; ``bad`` (a known agent, wrong proof); ``unknown`` (no such agent, or none named). Exactly one of
    ``request`` and ``refusal`` is set. ``asked`` is what the message asked as far as it could be read, also when it
    is refused: only for writing the refusal, never to be carried out.
    """

    auth: Literal["ok", "bad", "unknown"]
    request: AgentRequest | None = None
    refusal: Refusal | None = None
    asked: AgentRequest | None = None
    agent: str | None = None


class Callback(msgspec.Struct, frozen=True):
    """A supplier's report to us.

    ``auth``: ``ok`` proved, ``bad`` (answer 401, change nothing, ``answer`` is None), ``none`` (the dialect proves
    nothing or no secret is set: only the source address speaks for it). ``event`` is ``ping`` for a test message.
    ``confirm``: the proof covers the reference only, so what would move money otherwise than expected is asked about
    before it is applied.
    """

    auth: Literal["ok", "bad", "none"]
    event: str | None = None
    answer: Answer | None = None
    postpaid: bool = False
    confirm: bool = False


class ListedProduct(msgspec.Struct, frozen=True):
    """One row of a price list, theirs or ours. ``stock`` None = unlimited; cut-offs ``HH:MM`` or None."""

    code: str
    name: str
    price_idr: int
    category: str = ""
    brand: str = ""
    kind: str = ""
    on_sale: bool = True
    supplied: bool = True
    stock: int | None = None
    multi: bool = True
    cut_off_start: str | None = None
    cut_off_end: str | None = None
    note: str = ""


class SupplierDialect(Protocol):
    """One way to speak to a supplier.

    Keys of an account: ``base`` (transport only), ``member_id``, ``pin``, ``user``, ``password``, ``username``,
    ``api_key``, ``auth`` (``sign`` | ``pin``), ``secret`` (callbacks), ``dest_form`` (``local`` | ``e164`` | ``intl``),
    and per dialect paths (``order_path``, ``bill_base`` ...) and what its class names.
    """

    @property
    def name(self) -> str:
        """The dialect's name as in the fixtures."""

    @property
    def inquiry(self) -> InquiryVerb:
        """How an order is asked about."""

    @property
    def bill_inquiry(self) -> InquiryVerb | None:
        """How a bill's payment is asked about; None where the dialect has no bills."""

    @property
    def horizon_s(self) -> int:
        """Seconds after the first send within which an inquiry is safe."""

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """The request that buys, asks a bill's amount or pays it, by ``buy.step``. Raises ``UnsayableError``."""

    def inquire(self, account: Account, buy: Buy) -> WireRequest | None:
        """The request that asks what became of a buy or a payment; None where the dialect has none."""

    def balance(self, account: Account) -> WireRequest | None:
        """The request for our deposit there; None where the dialect has none."""

    def price_list(self, account: Account) -> WireRequest | None:
        """The request for their prices; None where the dialect has none."""

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,
        step: Step = Step.ORDER,
    ) -> Answer:
        """The answer to a buy or to an inquiry about it, already checked against ``buy`` where one is given.

        ``step`` says what was asked where no ``buy`` does; a bill's inquiry never settles (``settles=False``).
        """

    def read_balance(self, reply: WireReply) -> int | None:
        """Our deposit there, or None when the reply does not tell it."""

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:
        """Their price rows, or None when the reply is no price list."""

    def callback_secret(self, account: Account) -> str | None:
        """What their reports are proved by, as ``read_callback`` takes it; None where nothing is set."""

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:
        """A report that came in; find the attempt by ``answer.ref``, then pass both through ``check``."""

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """The answer as it may be applied to that buy: one that speaks of another order becomes unknown."""

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Whether asking now is safe and polite."""


def wire_dest(stored: str, form: str | None = None) -> str:
    """A stored destination in the supplier's form; only a number stored as E.164 is rewritten."""
    if not stored.startswith("+62") or form == "e164":
        return stored
    return stored[1:] if form == "intl" else to_local(stored)


class SupplierTicket(msgspec.Struct, frozen=True):
    """A supplier's answer to our deposit ticket: transfer exactly ``amount_idr`` and write ``note`` beside it."""

    amount_idr: int
    bank: str = ""
    account_no: str = ""
    note: str = ""


def step_of(buy: Buy | None, step: Step) -> Step:
    """What was asked: the buy says it best."""
    return step if buy is None else buy.step


def http_fault(reply: WireReply) -> str | None:
    """The reason why a reply cannot be read at all (``redirect``, ``http_status``, ``unreadable``), or None."""
    if 300 <= reply.status < 400:
        return "redirect"
    if not 200 <= reply.status < 300:
        return "http_status"
    return None if reply.body.strip() else "unreadable"


def text_fault(reply: WireReply) -> str | None:
    """The same for a dialect of plain texts: JSON, XML or an HTML page is none."""
    fault = http_fault(reply)
    return "unreadable" if fault is None and _MARKUP.search(reply.text[:1000]) else fault


def unknown(reason: str, *, message: str = "", code: str | None = None, ref: str | None = None) -> Answer:
    """An answer that decides nothing: the money stays held."""
    return Answer(outcome=Outcome.UNKNOWN, reason=reason, message=message, code=code, ref=ref)


def as_unknown(answer: Answer, reason: str) -> Answer:
    """The same answer with its outcome withdrawn; what it said stays for a person to read."""
    return msgspec.structs.replace(
        answer, outcome=Outcome.UNKNOWN, reason=reason, sn=None, late_success_risk=False, counts_as=None
    )


def check_answer(answer: Answer, buy: Buy, *, product: bool) -> Answer:
    """Rule 2.4: an answer that echoes another reference, destination or (where structured) product is unknown.

    A "done before" answer reports an earlier order of that day: without our own reference it proves nothing.
    """
    if answer.ref is not None and answer.ref != buy.ref:
        return as_unknown(answer, "ref_mismatch")
    if answer.duplicate and answer.ref is None:
        return as_unknown(answer, "duplicate_unmatched")
    if answer.dest is not None and not same_destination(buy.dest, answer.dest):
        return as_unknown(answer, "dest_mismatch")
    if product and answer.product is not None and answer.product.upper() != buy.product.upper():
        return as_unknown(answer, "product_mismatch")
    return answer


def seal_pin(answer: Answer, seal: Callable[[str], str]) -> Answer:
    """An answer with its voucher's secret part sealed, and out of its message and SN: only so may it be stored."""
    pin = answer.voucher_pin
    if not pin:
        return answer
    sn = None if answer.sn is None else answer.sn.replace(pin, "").strip("/ ") or None
    return msgspec.structs.replace(answer, voucher_pin=seal(pin), message=shown(answer.message, answer), sn=sn)


def asks_politely(*, horizon_s: int, since_first_s: int, since_last_s: int | None) -> bool:
    """Within the horizon and not more than once a minute."""
    return since_first_s < horizon_s and (since_last_s is None or since_last_s >= INQUIRY_GAP_S)


_UNDECIDED_HTTP = {Code.RATE_LIMITED: 429, Code.BUSY: 503, Code.INCIDENT: 500, Code.REFERENCE_CONFLICT: 409}


def refusal_status(refusal: Refusal, asked: AgentRequest | None) -> int:
    """The HTTP status of a refusal where 200 would make the reader end an order that may live.

    That is so of what is said before the reference is looked up, of a reference that another order has, and of a status
    check that is refused for itself.
    """
    status = _UNDECIDED_HTTP.get(refusal.code, 200)
    checking = asked is not None and asked.intent is Intent.STATUS_CHECK
    return 403 if status == 200 and checking and refusal.code is not Code.UNKNOWN_ORDER else status


def shown(raw: str, answer: Answer) -> str:
    """A message as it may be kept for people to read: the secret part of a voucher is not in it, however written."""
    if answer.voucher_pin is None:
        return raw
    return raw.replace(answer.voucher_pin, "[sealed]") if answer.voucher_pin in raw else "[sealed]"


def stored_form(typed: str) -> str:
    """A destination as stored when it is a mobile number, otherwise as typed."""
    return parse_msisdn(typed) or typed
