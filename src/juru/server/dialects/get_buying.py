"""Buying by the GET dialects: orders in a query, texts back, reports in a query. What differs is in ``get_rows``."""

from __future__ import annotations

import re

import msgspec

from juru.server.dialects.bill_texts import read_bill
from juru.server.dialects.contract import (
    Account,
    Callback,
    ListedProduct,
    UnsayableError,
    as_unknown,
    asks_politely,
    check_answer,
    step_of,
    text_fault,
    unknown,
    wire_dest,
)
from juru.server.dialects.get_rows import BEFORE_DEST, BILL_INQUIRY, BILL_PAY, BILL_VERSION, EXTRAS, GetRow
from juru.server.dialects.profiles import ReplyProfile
from juru.server.dialects.texts import clean_sn, read_reply_text, read_request_refusal
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.values.rupiah import parse_number
from juru.values.wire import WireReply, WireRequest

_PROOF = {"member": "member_id", "pin": "pin", "user": "user", "password": "password"}
"""What proves us, and the account's key for it."""
_CODE_CHARS_MAX = 20
_I = re.IGNORECASE | re.ASCII
_LEADING_CODE = re.compile(r"^\s*status(?:code)?=(\d{1,3})\b", _I)


class GetDialect:
    """One row's buying side.

    Account keys: ``member_id``, ``pin``, ``user``, ``password``, ``order_path``, ``dest_form``; ``name_member``,
    ``name_pin``, ``name_user``, ``name_password``, ``name_product``, ``name_dest``, ``name_ref``, ``name_counter``
    where a seller calls a parameter otherwise (an empty name leaves a proof out); where the row has extras,
    ``testing`` (``true``).
    """

    def __init__(self, row: GetRow) -> None:
        self.row = row
        report = row.report
        self._report = {field: getattr(report, field).lower() for field in report.__struct_fields__}

    @property
    def name(self) -> str:
        """The row's name."""
        return self.row.name

    @property
    def inquiry(self) -> InquiryVerb:
        """A resend where the row says so; elsewhere nothing of the kind was found."""
        return self.row.inquiry

    @property
    def bill_inquiry(self) -> InquiryVerb | None:
        """Paying once more is how Digiflazz is asked about a payment; the others have no bills."""
        return InquiryVerb.RESEND if self.row.extras else None

    @property
    def horizon_s(self) -> int:
        """The row's."""
        return self.row.horizon_s

    def buy(self, account: Account, buy: Buy) -> WireRequest:
        """The order, or a bill's inquiry or payment by ``jenis``; sent again with its reference it is the inquiry."""
        names = self.row.order
        dest = wire_dest(buy.dest, account.get("dest_form"))
        counter = account.get("name_counter", names.counter)
        if counter == BEFORE_DEST and buy.counter > 1 and "." not in dest:
            dest = f"{buy.counter}.{dest}"
        pairs: list[tuple[str, str]] = []
        for field, key in _PROOF.items():
            if name := account.get(f"name_{field}", getattr(names, field)):
                pairs.append((name, account[key]))
        for field, value in (("product", buy.product), ("dest", dest), ("ref", buy.ref)):
            pairs.append((account.get(f"name_{field}", getattr(names, field)), value))
        if counter not in ("", BEFORE_DEST):
            pairs.append((counter, str(buy.counter)))
        return WireRequest("GET", account.get("order_path", self.row.path), (*pairs, *self._extras(account, buy)))

    def inquire(self, account: Account, buy: Buy) -> WireRequest | None:
        """The same order again, where that is known not to buy again; None elsewhere."""
        return self.buy(account, buy) if self.row.inquiry is InquiryVerb.RESEND else None

    def balance(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """None was found in any of them; the balance is read from replies."""
        return None

    def price_list(self, account: Account) -> WireRequest | None:  # noqa: ARG002
        """None was found in any of them; prices are read from replies."""
        return None

    def read_reply(
        self,
        reply: WireReply,
        buy: Buy | None = None,
        profile: ReplyProfile | None = None,
        step: Step = Step.ORDER,
    ) -> Answer:
        """A text by the common rules. One that leads with a status code is unknown: the replies have no codes."""
        fault = text_fault(reply)
        if fault is not None:
            return unknown(fault, message=reply.text[:200])
        text = reply.text
        answer = read_reply_text(
            text, dest=wire_dest(buy.dest) if buy else None, ref=buy.ref if buy else None, profile=profile
        )
        if (code := _LEADING_CODE.match(text)) is not None:
            answer = as_unknown(msgspec.structs.replace(answer, code=code[1]), "unmapped_code")
        else:
            answer = read_request_refusal(answer)
        asked = step_of(buy, step)
        if asked is not Step.ORDER:
            answer = read_bill(answer, asked)
        return self.check(answer, buy) if buy else answer

    def read_balance(self, reply: WireReply) -> int | None:  # noqa: ARG002
        """There is nothing to read."""
        return None

    def read_price_list(self, reply: WireReply) -> tuple[ListedProduct, ...] | None:  # noqa: ARG002
        """There is nothing to read."""
        return None

    def callback_secret(self, account: Account) -> str | None:  # noqa: ARG002
        """Their reports prove nothing: the token in their path and the source address speak for them."""
        return None

    def read_callback(self, request: WireRequest, secret: str | None = None) -> Callback:  # noqa: ARG002 - nothing proves it
        """The report. What stands in a parameter of its own beats what the text says of the same."""
        fields = request.fields()
        told = {field: fields.get(name) or None for field, name in self._report.items() if name}
        ref, dest, code = told["ref"], told.get("dest"), told.get("status")
        stated = self.row.statuses.get(code) if code else None
        answer = read_reply_text(told["message"] or "", dest=dest, ref=ref, stated=stated)
        answer = msgspec.structs.replace(
            read_bill(answer, Step.PAY),
            ref=ref or answer.ref,
            dest=dest or answer.dest,
            product=(told.get("product") or answer.product or "").upper() or None,
            price_idr=parse_number(told.get("price") or "") or answer.price_idr,
            supplier_trx_id=told.get("trx_id") or answer.supplier_trx_id,
            code=code[:_CODE_CHARS_MAX] if code else None,
        )
        if code and stated is None:
            answer = as_unknown(answer, "unmapped_code")
        if answer.outcome is Outcome.SUCCESS:
            numbers = (dest,) if dest else ()
            answer = msgspec.structs.replace(
                answer, sn=clean_sn(told.get("sn"), answer, numbers=numbers, ref=ref) or answer.sn
            )
        return Callback(auth="none", answer=answer)

    def check(self, answer: Answer, buy: Buy) -> Answer:
        """Reference and destination; a product is the seller's own word, in reports too, and is not compared."""
        return check_answer(answer, buy, product=False)

    def inquiry_allowed(self, *, seconds_since_first_send: int, seconds_since_last_inquiry: int | None) -> bool:
        """Well inside the horizon beyond which a resend buys again, at most once a minute."""
        return asks_politely(
            horizon_s=self.horizon_s,
            since_first_s=seconds_since_first_send,
            since_last_s=seconds_since_last_inquiry,
        )

    def _extras(self, account: Account, buy: Buy) -> tuple[tuple[str, str], ...]:
        if not self.row.extras:
            if buy.step is not Step.ORDER:
                raise UnsayableError(f"{self.row.title} has no bills")
            if buy.amount_idr is not None:
                raise UnsayableError(f"{self.row.title} has no amount")
            return ()
        pairs = [(EXTRAS.dots, "true")] if "." in buy.dest else []
        match buy.step:
            case Step.INQUIRY:
                pairs += [(EXTRAS.kind, BILL_INQUIRY), (EXTRAS.version, BILL_VERSION)]
                if buy.amount_idr is not None:
                    pairs.append((EXTRAS.amount, str(buy.amount_idr)))
            case Step.PAY:
                pairs += [(EXTRAS.kind, BILL_PAY), (EXTRAS.version, BILL_VERSION)]
            case Step.ORDER:
                if buy.amount_idr is not None:
                    raise UnsayableError(f"{self.row.title} has no amount for a prepaid product")
                if buy.max_price_idr is not None:
                    pairs.append((EXTRAS.max_price, str(buy.max_price_idr)))
        if account.get("testing") == "true":
            pairs.append((EXTRAS.testing, "true"))
        return tuple(pairs)
