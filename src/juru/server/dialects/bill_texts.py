"""A bill's reply in numbers (version 2 of Digiflazz's GET dialects, reference/dialects.md section 4), read and written.

``Code=K cek Tagihan SUKSES ke N SN:X/Tagihan=n/Admin=n/Total Tagihan=n/JmlBulan=n.Saldo=n.Harga=n.Clientid=ref.``; a
payment says ``bayar`` for ``cek``. Other servers catch these with patterns, so the order of the fields and the plain
digits matter.
"""

from __future__ import annotations

import re

import msgspec

from juru.server.domain.bill import Bill
from juru.server.domain.outcome import Answer, Outcome, Step
from juru.server.domain.requests import AgentRequest
from juru.server.domain.views import BillView, OrderState, OrderView

_I = re.IGNORECASE | re.ASCII
_NUMBERS = re.compile(
    r"\bTagihan\s?=\s?(?P<owed>\d{1,12})\s?/?\s?Admin\s?=\s?(?P<admin>\d{1,12})\s?/?\s?"
    r"Total\sTagihan\s?=\s?(?P<total>\d{1,12})(?:\s?/\s?JmlBulan\s?=\s?(?P<bills>\d{1,3}))?",
    _I,
)
_ABOUT = re.compile(r"\bCode\s?=\s?(?P<product>\S{1,40})\s(?:cek|bayar)\sTagihan\sSUKSES\ske\s(?P<dest>\S{4,40})\s", _I)
_PARTS_MAX = 80


def read_bill(answer: Answer, step: Step) -> Answer:
    """The answer with what its text says of a bill; that of an inquiry prices the bill and settles nothing."""
    if step is Step.INQUIRY:
        answer = msgspec.structs.replace(answer, step=Step.INQUIRY.value, settles=False)
    found = _NUMBERS.search(answer.message)
    if found is None:
        return msgspec.structs.replace(answer, sn=None) if step is Step.INQUIRY else answer
    about = _ABOUT.search(answer.message)
    answer = msgspec.structs.replace(
        answer,
        dest=about["dest"] if about else answer.dest,
        product=about["product"].upper() if about else answer.product,
        selling_price_idr=int(found["total"]),
        admin_idr=int(found["admin"]),
        bills=int(found["bills"]) if found["bills"] else None,
    )
    if step is not Step.INQUIRY or answer.outcome is not Outcome.SUCCESS:
        return answer
    told = [part.strip() for part in (answer.sn or "").split("/") if part.strip()]
    return msgspec.structs.replace(
        answer,
        sn=None,
        customer=told[0][:_PARTS_MAX] if told else None,
        details=(("keterangan", "/".join(told[1:])[:_PARTS_MAX]),) if told[1:] else (),
    )


def bill_found_text(view: BillView) -> str:
    """What is owed, as answer to the inquiry."""
    told = "/".join(_plain(part) for part in (view.customer, view.period, *(v for _, v in view.details)) if part) or "-"
    return (
        f"Code={view.product} cek Tagihan SUKSES ke {view.dest} SN:{told}{_numbers(view)}"
        f".Saldo={view.balance_idr}.Harga={view.price_idr}.Clientid={view.ref}."
    )


def bill_refused_text(asked: AgentRequest, reason: str) -> str:
    """An inquiry or a payment that was refused."""
    about = f"Code={_plain(asked.product or '-')} ke {_plain(asked.dest or '-')}"
    return f"{about} GAGAL. Alasan = {reason}. Clientid={_plain(asked.ref or '-')}"


def bill_paid_text(view: OrderView, bill: Bill, *, reason: str) -> str:
    """How the payment of ``bill`` stands; ``reason`` says why it failed."""
    about = f"Code={view.product} ke {view.dest}"
    match view.state:
        case OrderState.SUCCESS:
            return (
                f"Code={view.product} bayar Tagihan SUKSES ke {view.dest} SN:{_plain(view.sn or '-')}{_numbers(bill)}"
                f".Saldo={view.balance_idr}.Harga={view.price_idr}.Clientid={view.ref}.Clientidpay={view.ref}."
            )
        case OrderState.ACCEPTED:
            return f"{about} PROSES. Saldo={view.balance_idr}. Clientid={view.ref}"
        case OrderState.FAILED | OrderState.REVERSED:
            return f"{about} GAGAL. Saldo={view.balance_idr}. Alasan = {reason}. Clientid={view.ref}"


def _numbers(bill: Bill | BillView) -> str:
    owed_idr = bill.selling_price_idr - bill.admin_idr
    return f"/Tagihan={owed_idr}/Admin={bill.admin_idr}/Total Tagihan={bill.selling_price_idr}/JmlBulan={bill.bills}"


def _plain(text: str) -> str:
    """One line without what the format divides by."""
    return " ".join(text.replace("=", " ").split())[:_PARTS_MAX]
