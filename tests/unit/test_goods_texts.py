"""Reading why a bill is refused, sealing what comes with a voucher, writing to a customer's gateway."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects.contract import seal_pin, shown
from juru.server.dialects.gateway import TEXT_CHARS_MAX, gateway_request
from juru.server.dialects.replies import Templates, customer_text
from juru.server.dialects.texts import read_bill_reason
from juru.server.domain.catalog import ProductKind
from juru.server.domain.gateway import Gateway
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.views import OrderState, OrderView

# ---------------------------------------------------------------------- why a bill is refused


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Tagihan sudah terbayar", "bill_paid"),
        ("TAGIHAN SUDAH LUNAS", "bill_paid"),
        ("Pembayaran bulan ini telah dibayar", "bill_paid"),
        ("bill already paid", "bill_paid"),
        ("Tagihan belum tersedia", "bill_not_ready"),
        ("Tagihan bulan ini belum terbit", "bill_not_ready"),
        ("Tidak ada tagihan", "bill_not_ready"),
        ("Bill not available", "bill_not_ready"),
        ("Nomor pelanggan tidak ditemukan", "bad_destination"),
        ("IDPEL salah", "bad_destination"),
        ("customer number invalid", "bad_destination"),
        ("Tagihan bulan lalu belum lunas di loket", None),
        ("Sistem sedang gangguan", None),
        ("", None),
    ],
)
def test_what_is_said_of_the_bill_itself_is_told_apart_from_trouble(said: str, reason: str | None) -> None:
    for outcome in (Outcome.FAILED, Outcome.REFUSED):
        assert read_bill_reason(Answer(outcome, message=said)).reason == reason


@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.PENDING, Outcome.UNKNOWN])
def test_words_of_an_answer_that_is_no_refusal_say_nothing(outcome: Outcome) -> None:
    answer = Answer(outcome, message="Tagihan sudah lunas", reason="timeout")
    assert read_bill_reason(answer) is answer


# ---------------------------------------------------------------------- sealing


def seal(clear: str) -> str:
    return f"sealed{len(clear)}"


def test_a_code_is_nowhere_but_sealed() -> None:
    answer = Answer(Outcome.SUCCESS, message="SUKSES kode ABCD1234 seri 77", sn="ABCD1234/77", voucher_pin="ABCD1234")
    kept = seal_pin(answer, seal)
    assert (kept.voucher_pin, kept.sn, kept.message) == ("sealed8", "77", "SUKSES kode [sealed] seri 77")
    assert b"ABCD1234" not in msgspec.json.encode(kept)


def test_a_message_that_may_hold_the_code_in_another_spelling_is_not_kept() -> None:
    answer = Answer(Outcome.SUCCESS, message="kode ABCD-1234", sn="ABCD1234", voucher_pin="ABCD1234")
    kept = seal_pin(answer, seal)
    assert (kept.message, kept.sn) == ("[sealed]", None)
    assert shown("raw ABCD-1234", answer) == "[sealed]"


def test_an_answer_without_a_code_is_left_alone() -> None:
    answer = Answer(Outcome.SUCCESS, message="SUKSES", sn="12345")
    assert seal_pin(answer, seal) is answer
    assert shown("as it came", answer) == "as it came"


# ---------------------------------------------------------------------- customers

texts = st.text(st.characters(codec="utf-8"), max_size=60)


def test_values_are_encoded_as_their_place_wants_it() -> None:
    text, key = 'Token 100% "A&B" {key}\n2', "k&=\"'"
    got = gateway_request(Gateway("https://x/send?to={to}&m={text}&k={key}"), key=key, to="+6281234567890", text=text)
    assert (got.method, got.body) == ("GET", b"")
    assert got.path == (
        "https://x/send?to=081234567890&m=Token%20100%25%20%22A%26B%22%20%7Bkey%7D%0A2&k=k%26%3D%22%27"
    ), "what was filled in is not looked at again"
    form = gateway_request(
        Gateway("https://x/send", "to={to}&m={text}", to="e164", headers={"X-Key": "{key}"}),
        key=key,
        to="+6281234567890",
        text=text,
    )
    assert form.method == "POST"
    assert form.body.startswith(b"to=%2B6281234567890&m=Token%20100%25")
    assert form.headers == (("Content-Type", "application/x-www-form-urlencoded"), ("X-Key", key))


@given(text=texts, key=texts)
def test_json_stays_json_whatever_is_told(text: str, key: str) -> None:
    gateway = Gateway("https://x/{to}", '{"m":"{text}","k":"{key}","to":"{to}"}', "application/json", to="intl")
    body = gateway_request(gateway, key=key, to="+6281234567890", text=text).body
    assert msgspec.json.decode(body) == {"m": text[:TEXT_CHARS_MAX], "k": key, "to": "6281234567890"}


def test_a_long_text_is_cut_where_a_third_message_would_begin() -> None:
    sent = gateway_request(Gateway("https://x/?to={to}&m={text}"), key="", to="+6281234567890", text="a" * 1_000)
    assert sent.path.endswith("m=" + "a" * TEXT_CHARS_MAX)


@pytest.mark.parametrize("url", ["sms.example.id/{to}/{text}", "https://x/{to}", "https://x/{text}", ""])
def test_a_gateway_that_could_reach_nobody_cannot_be(url: str) -> None:
    with pytest.raises(ValueError, match="gateway"):
        Gateway(url)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", [ProductKind.PLN_TOKEN, ProductKind.VOUCHER, ProductKind.FIXED])
def test_a_customer_is_told_all_parts_of_the_sn_and_by_whom(lang: str, kind: ProductKind) -> None:
    sn = "2514-1798-8056-2280-2824/BUDI/R1M/900VA/33.7"
    view = OrderView(7, "r", "A1", "PLN20", "14012345678", OrderState.SUCCESS, 20_500, 5, "2026-01-31T10:15", sn=sn)
    text = customer_text(view, kind, name="Token PLN", agent="Kios Maju", templates=Templates(lang))
    assert sn in text
    assert "Token PLN" in text
    assert text.endswith("Kios Maju")
    assert "20.500" not in text, "what the agent pays is not his customer's business"
