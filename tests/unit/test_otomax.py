"""OtomaX from both sides: what a code and a text say together, and who may order."""

from __future__ import annotations

import pytest

from juru.server.dialects.contract import Credentials, Inbound
from juru.server.dialects.otomax import (
    OTOMAX,
    read_request,
    report_request,
    sign_balance,
    sign_ticket,
    sign_trx,
    write_balance,
    write_reply,
)
from juru.server.dialects.replies import order_text
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Buy, InquiryVerb, Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.requests import Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"base": "https://supplier.example", "member_id": "YUSUF", "pin": "1144", "password": "abcd"}
BUY = Buy(product="S10", dest="+6281234567890", ref="ref-1")
AGENT = Credentials("YUSUF", pin="1144", password="abcd")
SECRETS = {"pin": "1144", "password": "abcd"}
PARTS = {"member_id": "YUSUF", "product": "S10", "dest": "081234567890", "ref": "r1"}


def reply(text: str, status: int = 200) -> WireReply:
    return WireReply(status, text.encode())


def read(text: str, status: int = 200) -> Answer:
    return OTOMAX.read_reply(reply(text, status), BUY)


def ask(path: str, *, agent: Credentials | None = AGENT, **fields: str) -> Inbound:
    request = WireRequest("GET", path, tuple(fields.items()))
    return read_request(request, lambda name: agent if name.upper() == "YUSUF" else None, lambda code: code == "DANA")


def trx(**changes: str) -> Inbound:
    sign = sign_trx(**PARTS, **SECRETS)
    fields = {"product": "S10", "qty": "1", "dest": "081234567890", "refID": "r1", "memberID": "YUSUF", "sign": sign}
    wanted = {key: value for key, value in (fields | changes).items() if value != "-"}
    return ask("/trx", **wanted)  # type: ignore[arg-type]


def test_destination_goes_out_in_the_suppliers_form() -> None:
    sent = {
        form: dict(OTOMAX.buy(ACCOUNT | {"dest_form": form}, BUY).query)["dest"] for form in ("local", "intl", "e164")
    }
    assert sent == {"local": "081234567890", "intl": "6281234567890", "e164": "+6281234567890"}


def test_meter_goes_out_as_typed() -> None:
    assert dict(OTOMAX.buy(ACCOUNT, Buy("PLN", "014444941364", "r")).query)["dest"] == "014444941364"


def test_account_sets_paths_and_words() -> None:
    own = ACCOUNT | {"order_path": "/api/h2h/trx", "prefix": "Juragan", "balance_word": ""}
    assert OTOMAX.buy(own, BUY).path == "/api/h2h/trx"
    assert dict(OTOMAX.balance(own).query)["sign"] == sign_balance(
        member_id="YUSUF", pin="1144", password="abcd", prefix="Juragan", word=""
    )


def test_status_check_is_explicit_and_keeps_the_order() -> None:
    assert OTOMAX.inquiry is InquiryVerb.EXPLICIT
    assert dict(OTOMAX.inquire(ACCOUNT, BUY).query) == dict(OTOMAX.buy(ACCOUNT, BUY).query) | {"check": "1"}


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("status=0&message=S10.081234567890 diterima", Outcome.PENDING, None),
        ("status=1, message=S10.081234567890 akan diproses", Outcome.PENDING, None),
        ("status=2&message=S10.081234567890 SUKSES. SN: 998877. Saldo 1.000", Outcome.SUCCESS, None),
        ("status=20&message=S10.081234567890 SN: 998877. Saldo 1.000", Outcome.SUCCESS, None),
        ("status=40&message=S10.081234567890 nomor mati", Outcome.FAILED, None),
        ("status=43&message=S10.081234567890 GAGAL", Outcome.REFUSED, None),
        ("status=44&message=apa saja", Outcome.REFUSED, None),
        ("status=61&message=apa saja", Outcome.REFUSED, None),
        ("status=55&message=S10.081234567890 GAGAL", Outcome.FAILED, None),
        ("status=47&message=S10.081234567890 GAGAL. gangguan", Outcome.FAILED, None),
        ("status=47&message=S10.081234567890 nomor mati", Outcome.UNKNOWN, "unmapped_code"),
        ("status=47&message=S10.081234567890 SUKSES", Outcome.UNKNOWN, "unmapped_code"),
        ("status=70&message=S10.081234567890 GAGAL", Outcome.UNKNOWN, "unmapped_code"),
        ("status=3&message=S10.081234567890 SUKSES", Outcome.UNKNOWN, "unmapped_code"),
        ("status=20&message=S10.081234567890 GAGAL", Outcome.UNKNOWN, "contradiction"),
        ("status=40&message=S10.081234567890 SUKSES", Outcome.UNKNOWN, "contradiction"),
        ("status=20&message=S10.081234567890 SUKSES GAGAL", Outcome.UNKNOWN, "contradiction"),
        ("status=40&message=Transaksi tidak ditemukan", Outcome.REFUSED, "not_found"),
        ("Transaksi tidak ditemukan", Outcome.REFUSED, "not_found"),
        ("selamat datang", Outcome.UNKNOWN, "no_status_word"),
        ("R#other S10.081234567890 SUKSES", Outcome.UNKNOWN, "ref_mismatch"),
        ("R#ref-1 S10.089999999999 SUKSES", Outcome.UNKNOWN, "dest_mismatch"),
        ("R#ref-1 S10.6281234567890 SUKSES", Outcome.SUCCESS, None),
        ("S10.081234567890 sdh pernah jam 10:15, status Sukses. SN: 1122", Outcome.UNKNOWN, "duplicate_unmatched"),
        ("R#ref-1 S10.081234567890 sdh pernah jam 10:15, status Sukses. SN: 1122", Outcome.SUCCESS, None),
        ("", Outcome.UNKNOWN, "unreadable"),
        ("<html><body>SUKSES</body></html>", Outcome.UNKNOWN, "unreadable"),
        ('{"status": "SUKSES"}', Outcome.UNKNOWN, "unreadable"),
        ("<?xml version='1.0'?><m>SUKSES</m>", Outcome.UNKNOWN, "unreadable"),
    ],
)
def test_reply(text: str, outcome: Outcome, reason: str | None) -> None:
    answer = read(text)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    if outcome is not Outcome.SUCCESS:
        assert answer.sn is None


@pytest.mark.parametrize(
    ("status", "reason"), [(301, "redirect"), (307, "redirect"), (404, "http_status"), (500, "http_status")]
)
def test_http_trouble_is_unknown_whatever_the_text(status: int, reason: str) -> None:
    answer = read("S10.081234567890 GAGAL", status)
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, reason)


@pytest.mark.parametrize(
    "text",
    ["GAGAL. Akses ditolak.", "R#ref-1 S10.081234567890 GAGAL. Akses ditolak.", "status=40&message=PIN salah, GAGAL"],
)
def test_a_request_refused_for_itself_is_no_word_about_the_order(text: str) -> None:
    assert (read(text).outcome, read(text).reason) == (Outcome.REFUSED, REQUEST_REFUSED)


def test_sn_stands_in_a_success_by_code_alone() -> None:
    assert read("status=20&message=S10.081234567890 SN: 998877. Saldo 1.000").sn == "998877"


def test_supplier_timeout_keeps_its_risk_and_low_deposit_its_alert() -> None:
    assert read("status=55&message=GAGAL").late_success_risk
    assert read("status=43&message=GAGAL").supplier_balance_low


def test_balance_is_read_and_nothing_else_is() -> None:
    told = write_balance(name="Toko", agent="YUSUF", balance_idr=1_234_567)
    assert OTOMAX.read_balance(told) == 1_234_567
    assert OTOMAX.read_balance(reply("<html>Saldo 5.000</html>")) is None
    assert OTOMAX.read_balance(reply("Saldo 5.000", 500)) is None
    assert OTOMAX.read_price_list(told) is None
    assert OTOMAX.price_list(ACCOUNT) is None


@pytest.mark.parametrize(
    ("since", "last", "allowed"), [(300, None, True), (300, 59, False), (300, 60, True), (86_400, None, False)]
)
def test_inquiry_is_polite_and_within_the_day(since: int, last: int | None, allowed: bool) -> None:  # noqa: FBT001
    assert OTOMAX.inquiry_allowed(seconds_since_first_send=since, seconds_since_last_inquiry=last) is allowed


@pytest.mark.parametrize(
    ("path", "fields", "auth"),
    [
        ("/callback/s1/secret-token", {}, "ok"),
        ("/callback/s1", {"token": "secret-token"}, "ok"),
        ("/callback/s1/other", {}, "bad"),
        ("/callback/s1/secret-token", {"token": "other"}, "bad"),
    ],
)
def test_report_with_a_secret(path: str, fields: dict[str, str], auth: str) -> None:
    fields = {"refid": "ref-1", "status": "20", "message": "SUKSES. SN: 77"} | fields
    got = OTOMAX.read_callback(WireRequest("GET", path, tuple(fields.items())), "secret-token")
    assert got.auth == auth
    assert (got.answer is None) == (auth == "bad")


def test_report_whose_text_names_another_reference_is_unknown() -> None:
    fields = (("refid", "ref-1"), ("status", "20"), ("message", "R#ref-2 SUKSES. SN: 77"))
    answer = OTOMAX.read_callback(WireRequest("GET", "/", fields)).answer
    assert answer is not None
    assert (answer.outcome, answer.reason, answer.ref) == (Outcome.UNKNOWN, "ref_mismatch", "ref-1")


def test_our_report_is_read_by_our_own_reader() -> None:
    view = OrderView(
        order_id=9,
        ref="ref-1",
        agent="A",
        product="S10",
        dest="081234567890",
        state=OrderState.SUCCESS,
        price_idr=10_500,
        balance_idr=5_000,
        at="2025-01-31T10:15:00+07:00",
        sn="AB 12",
    )
    request = report_request("https://agent.example/report?x=1", view, order_text(view))
    assert request.url.startswith("https://agent.example/report?x=1&t=9&refid=ref-1&status=20&price=10500&message=")
    answer = OTOMAX.read_callback(request).answer
    assert answer is not None
    assert (answer.outcome, answer.sn, answer.price_idr, answer.supplier_trx_id) == (
        Outcome.SUCCESS,
        "AB 12",
        10_500,
        "9",
    )
    assert OTOMAX.check(answer, BUY) == answer


def test_wrapped_reply_is_read_by_our_own_reader() -> None:
    told = write_reply("R#ref-1 S10.081234567890 akan diproses", status=1)
    assert OTOMAX.read_reply(told, BUY).outcome is Outcome.PENDING


def test_signed_order() -> None:
    inbound = trx()
    assert inbound.auth == "ok"
    assert inbound.request is not None
    assert (inbound.request.intent, inbound.request.ref, inbound.request.qty) == (Intent.ORDER, "r1", 1)
    assert inbound.request.pin is None


@pytest.mark.parametrize(
    ("changes", "auth", "code"),
    [
        ({"sign": "x"}, "bad", Code.BAD_SIGNATURE),
        ({"sign": ""}, "bad", Code.WRONG_PIN),
        ({"sign": "-", "pin": "1144", "password": "abce"}, "bad", Code.WRONG_PIN),
        ({"dest": "081234567891"}, "bad", Code.BAD_SIGNATURE),
        ({"memberID": "NOBODY"}, "unknown", Code.UNKNOWN_SENDER),
        ({"memberID": "-"}, "unknown", Code.MALFORMED),
        ({"qty": "2"}, "ok", Code.BAD_AMOUNT),
        ({"qty": "0"}, "ok", Code.BAD_AMOUNT),
        ({"qty": "1.5"}, "ok", Code.BAD_AMOUNT),
        ({"qty": "\u0661"}, "ok", Code.BAD_AMOUNT),
    ],
)
def test_refused_order(changes: dict[str, str], auth: str, code: Code) -> None:
    inbound = trx(**changes)
    assert inbound.request is None
    assert inbound.refusal is not None
    assert (inbound.auth, inbound.refusal.code) == (auth, code)


def test_order_without_destination_is_no_order() -> None:
    sign = sign_trx(**(PARTS | {"dest": ""}), **SECRETS)
    inbound = trx(dest="-", sign=sign)
    assert inbound.refusal is not None
    assert inbound.refusal.code is Code.INVALID_FORMAT


@pytest.mark.parametrize("check", ["1", "2", "true", "yes"])
def test_any_check_is_a_status_check(check: str) -> None:
    request = trx(check=check).request
    assert request is not None
    assert request.intent is Intent.STATUS_CHECK


def test_agent_without_secrets_cannot_order() -> None:
    nobody = Credentials("YUSUF")
    sign = sign_trx(**PARTS, pin="", password="")
    fields = {"product": "S10", "dest": "081234567890", "refID": "r1", "memberID": "YUSUF"}
    assert ask("/trx", agent=nobody, **fields, sign=sign).auth == "bad"
    assert ask("/trx", agent=nobody, **fields, pin="", password="").auth == "bad"


def test_form_post_balance_and_ticket() -> None:
    form = WireRequest(
        "POST",
        "/otomax/balance",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=b"memberid=yusuf&pin=1144&password=abcd",
    )
    inbound = read_request(form, lambda _: AGENT, lambda _: False)
    assert inbound.request is not None
    assert inbound.request.intent is Intent.BALANCE
    sign = sign_ticket(member_id="YUSUF", amount="50000", **SECRETS)
    ticket = ask("/ticket", memberID="YUSUF", amount="50000", sign=sign).request
    assert ticket is not None
    assert (ticket.intent, ticket.amount_idr) == (Intent.DEPOSIT_TICKET, 50_000)
    bad = ask("/ticket", memberID="YUSUF", amount="-5", sign=sign_ticket(member_id="YUSUF", amount="-5", **SECRETS))
    assert bad.refusal is not None
    assert bad.refusal.code is Code.BAD_AMOUNT


def test_unknown_path_is_malformed() -> None:
    inbound = ask("/admin", memberID="YUSUF")
    assert inbound.refusal is not None
    assert inbound.refusal.code is Code.MALFORMED
