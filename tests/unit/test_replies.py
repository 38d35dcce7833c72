"""Reply texts: every refusal in both languages, and that other servers read ours as we mean them."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from juru.server.dialects import (
    replies,
    templates_commands_en,
    templates_commands_id,
    templates_en,
    templates_id,
)
from juru.server.dialects.replies import TemplateError, Templates, bill_text, order_text, refusal_text
from juru.server.dialects.texts import read_reply_text
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.msisdn import parse_msisdn, same_destination

LANGUAGES = ("id", "en")
STATUS_WORDS = re.compile(
    r"\b(?:SUKSES|BERHASIL|SUCCESS|GAGAL|FAILED|DITOLAK|DIBATALKAN|BLACKLIST|PENDING|PROSES|INPROGRESS|ANTRIAN"
    r"|(?:AKAN|SEDANG|SEGERA|MASIH|SDG|TIDAK) DIPROSES|UNDER PROCESS|MENUNGGU JAWABAN|TUJUAN SALAH)\b",
    re.IGNORECASE,
)
ORDER = AgentRequest(intent=Intent.ORDER, product="S10", dest="081234567890", ref="r-1", pin="8642")
FACTS: dict[str, str | int] = {
    "needed_idr": 12_000,
    "free_idr": 500,
    "min_idr": 10_000,
    "max_idr": 500_000,
    "price_idr": 11_000,
    "operator": "XL",
    "wanted": "TELKOMSEL",
    "next": 2,
    "until": "00:15 WIB",
    "incident": "a1b2",
}
WANTED = {
    OrderState.ACCEPTED: Outcome.PENDING,
    OrderState.SUCCESS: Outcome.SUCCESS,
    OrderState.FAILED: Outcome.FAILED,
    OrderState.REVERSED: Outcome.FAILED,
}
SERIALS = st.one_of(
    st.from_regex(r"[1-9][0-9]{11,24}", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[A-Z0-9]{4,20}", fullmatch=True),
    st.from_regex(r"[0-9]{4}(-[0-9]{4}){4}/[A-Z]{2,9} [A-Z]{2,9}/R1M/900VA/[0-9]{2}\.[0-9]", fullmatch=True),
)


def view(state: OrderState, **changes: object) -> OrderView:
    fields: dict[str, object] = {
        "order_id": 71,
        "ref": "ref-1",
        "agent": "A1",
        "product": "S10",
        "dest": "081234567890",
        "price_idr": 10_500,
        "balance_idr": 1_250_000,
        "at": "2025-01-31T10:15:00+07:00",
        "sn": "123456789012345" if state is OrderState.SUCCESS else None,
    }
    return OrderView(state=state, **(fields | changes))  # type: ignore[arg-type]


def test_form_that_other_servers_know() -> None:
    assert order_text(view(OrderState.ACCEPTED)) == (
        "#71 R#ref-1 S10.081234567890 akan diproses @10:15. Saldo 1.260.500 - 10.500 = 1.250.000"
    )
    assert order_text(view(OrderState.SUCCESS)) == (
        "#71 R#ref-1 S10.081234567890 SUKSES. SN/Ref: 123456789012345. Saldo 1.250.000 @10:15"
    )
    assert order_text(view(OrderState.FAILED, reason="no_route")).startswith(
        "#71 R#ref-1 S10.081234567890 GAGAL. Semua jalur sedang tutup"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(OrderState))
def test_one_status_word_for_each_reason(lang: str, state: OrderState) -> None:
    words = {"en": templates_en, "id": templates_id}[lang].TEXTS
    reasons = [key.removeprefix("reason.") for key in words if key.startswith("reason.")]
    for reason in (*reasons, None, "something nobody foresaw gagal"):
        text = order_text(view(state, reason=reason), lang)
        assert len(STATUS_WORDS.findall(text)) == 1, text


@pytest.mark.parametrize("lang", LANGUAGES)
@given(
    state=st.sampled_from(list(OrderState)),
    serial=SERIALS,
    price=st.integers(min_value=1, max_value=10**9),
    balance=st.integers(min_value=0, max_value=10**12),
    ref=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}", fullmatch=True),
    dest=st.from_regex(r"08[1-9][0-9]{7,10}", fullmatch=True),
)
def test_our_own_text_reads_back(
    lang: str, state: OrderState, serial: str, price: int, balance: int, ref: str, dest: str
) -> None:
    # An SN that equals one of these is none, by the rules of reading.
    assume(serial not in {ref, str(balance)} and not same_destination(parse_msisdn(dest) or "", serial))
    sn = serial if state is OrderState.SUCCESS else None
    told = view(state, price_idr=price, balance_idr=balance, ref=ref, dest=dest, sn=sn)
    read = read_reply_text(order_text(told, lang), dest=dest, ref=ref)
    assert read.outcome is WANTED[state]
    assert (read.sn, read.balance_idr, read.ref, read.dest) == (sn, balance, ref, dest)
    if state is OrderState.ACCEPTED:
        assert read.price_idr == price


@pytest.mark.parametrize("lang", LANGUAGES)
def test_success_without_sn_reads_back_without(lang: str) -> None:
    assert read_reply_text(order_text(view(OrderState.SUCCESS, sn=None), lang)).sn is None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("facts", [{}, FACTS], ids=["bare", "facts"])
def test_every_refusal_has_a_text(lang: str, code: Code, facts: dict[str, str | int]) -> None:
    text = refusal_text(Refusal(code, facts), lang, asked=ORDER)
    assert text.startswith("R#r-1 S10.081234567890 ")
    assert not set("{}[]") & set(text), text
    assert "8642" not in text
    assert len(text) <= 160 + len("R#r-1 S10.081234567890 "), text
    wanted = {
        Code.REFERENCE_CONFLICT: {Outcome.UNKNOWN},
        Code.UNKNOWN_ORDER: {Outcome.REFUSED},
    }.get(code, {Outcome.FAILED, Outcome.REFUSED})
    assert read_reply_text(text).outcome in wanted, text
    assert len(STATUS_WORDS.findall(text)) == (0 if code in {Code.REFERENCE_CONFLICT, Code.UNKNOWN_ORDER} else 1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", [code for code in Code if code is not Code.UNKNOWN_ORDER])
def test_refused_status_check_says_nothing_of_the_order(lang: str, code: Code) -> None:
    asked = AgentRequest(intent=Intent.STATUS_CHECK, ref="r-1", product="S10", dest="081234567890")
    assert read_reply_text(refusal_text(Refusal(code, FACTS), lang, asked=asked)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unknown_order_reads_as_not_found(lang: str) -> None:
    asked = AgentRequest(intent=Intent.STATUS_CHECK, ref="r-1")
    read = read_reply_text(refusal_text(Refusal(Code.UNKNOWN_ORDER), lang, asked=asked))
    assert (read.outcome, read.reason, read.ref) == (Outcome.REFUSED, "not_found", "r-1")


def test_facts_are_told_in_rupiah() -> None:
    text = refusal_text(Refusal(Code.INSUFFICIENT_BALANCE, FACTS))
    assert text == "GAGAL. Saldo tidak cukup: perlu Rp12.000, tersedia Rp500. Isi deposit dulu"


@given(st.text(max_size=300))
def test_facts_cannot_break_a_text(value: str) -> None:
    text = refusal_text(Refusal(Code.WRONG_OPERATOR, {"operator": value, "wanted": "{x.__class__}"}))
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [(templates_id.TEXTS, templates_en.TEXTS), (templates_commands_id.TEXTS, templates_commands_en.TEXTS)],
    ids=["texts", "commands"],
)
def test_languages_have_the_same_texts_and_placeholders(indonesian: dict[str, str], english: dict[str, str]) -> None:
    assert indonesian.keys() == english.keys()
    for key, text in indonesian.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key
        left_out = [set(re.findall(r"\{\w+\}", part)) for part in re.findall(r"\[([^]]*)\]", text)]
        assert left_out == [set(re.findall(r"\{\w+\}", part)) for part in re.findall(r"\[([^]]*)\]", english[key])], key


def test_languages_have_the_same_refusals_and_placeholders() -> None:
    assert set(templates_id.REFUSALS) == set(templates_en.REFUSALS) == set(Code)
    for code, text in templates_id.REFUSALS.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", templates_en.REFUSALS[code])), code


def test_an_operators_own_texts() -> None:
    own = Templates("id", {"refusal.wrong_pin": "PIN keliru bos", "reason.no_route": "Lagi tutup"})
    assert refusal_text(Refusal(Code.WRONG_PIN), templates=own) == "GAGAL. PIN keliru bos"
    assert "GAGAL. Lagi tutup." in order_text(view(OrderState.FAILED, reason="no_route"), "id", own)
    assert "under process" in order_text(view(OrderState.ACCEPTED), "en", own)
    assert "under process" in order_text(view(OrderState.ACCEPTED), templates=Templates("en"))


@pytest.mark.parametrize(
    ("lang", "overrides"),
    [
        ("jv", {}),
        ("id", {"no.such": "x"}),
        ("id", {"balance": "{pin}"}),
        ("id", {"balance": "{balance.__class__}"}),
        ("id", {"balance": "{balance:>999999999}"}),
        ("id", {"balance": "{balance!r}"}),
        ("id", {"balance": "{0}"}),
        ("id", {"balance": "{balance"}),
        ("id", {"balance": "x" * 1000}),
        ("id", {"order.success": "{tag}{product}.{dest} oke. SN: {sn}. Saldo {balance}"}),
        ("id", {"order.success": "{tag}{product}.{dest} SUKSES. Saldo {balance}"}),
        ("id", {"order.success": "{tag}{product}.{dest} SUKSES tidak GAGAL. SN: {sn}. Saldo {balance}"}),
        ("id", {"order.failed": "{tag}{product}.{dest} GAGAL. {reason}."}),
        ("id", {"order.accepted": "{tag}{product}.{dest} SUKSES diterima. Saldo {balance}"}),
    ],
)
def test_text_that_others_would_misread_is_refused(lang: str, overrides: dict[str, str]) -> None:
    with pytest.raises(TemplateError):
        Templates(lang, overrides)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_texts(lang: str) -> None:
    assert "Rp1.000" in replies.balance_text(1_000, lang)
    assert "Rp200" in replies.balance_text(1_000, lang, held_idr=200)
    assert replies.price_text([("S10", "Simpati 10", 10_500, True)], lang).startswith("S10 Simpati 10 Rp10.500 ")
    assert replies.price_text([], lang)
    kinds: tuple[Literal["sent", "cancelled"], ...] = ("sent", "cancelled")
    for kind in kinds:
        moved = replies.transfer_text(kind, lang, transfer_id=9, agent="B2", amount_idr=50_000, balance_idr=1_000)
        assert all(part in moved for part in ("#9", "B2", "Rp50.000", "Rp1.000"))
    rows = replies.history_text([view(state) for state in OrderState], lang).splitlines()
    assert len(rows) == 4
    assert "SN: 123456789012345 2025-01-31 10:15" in rows[1]
    assert replies.history_text([], lang)
    assert replies.said_text("pin.changed", lang=lang)
    assert "GP" in replies.help_text(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bill_is_told_as_an_inquiry_that_no_parser_takes_for_a_delivery(lang: str) -> None:
    view = BillView(
        ref="inq-1",
        agent="A1",
        product="PLN",
        dest="530000000003",
        price_idr=52_000,
        selling_price_idr=53_000,
        balance_idr=1_000_000,
        at="2025-01-31T10:15:00+07:00",
        day=20_119,
        admin_idr=2_500,
        bills=2,
        customer="NAMA PELANGGAN",
        period="202501",
    )
    text = bill_text(view, lang)
    assert "R#inq-1 PLN.530000000003 INQSUKSES." in text
    assert "53.000" in text
    assert "52.000" in text
    read = read_reply_text(text)
    assert (read.step, read.settles, read.sn) == ("inquiry", False, None)
