"""FM from both sides, and the XML that is not read."""

from __future__ import annotations

import pytest

from juru.server.dialects import fm
from juru.server.dialects.contract import Credentials, Inbound
from juru.server.dialects.fm import DEPTH_MAX, ELEMENTS_MAX, FM, TEXT_CHARS_MAX, read_xml
from juru.server.dialects.profiles import load_profile
from juru.server.dialects.replies import order_text
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"pin": "123456"}
BUY = Buy("S10", "+6281234567890", "ref-1")


def document(**fields: str) -> bytes:
    return b"<fm>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()).encode() + b"</fm>"


def read(status: str, message: str, buy: Buy = BUY, **more: str) -> Answer:
    return FM.read_reply(WireReply(200, document(status=status, message=message, **more)), buy)


def ask(body: bytes, path: str = "/TOKO") -> Inbound:
    known = Credentials("TOKO", pin="123456")
    request = WireRequest("POST", path, body=body)
    return fm.read_request(request, lambda name: known if name.upper() == "TOKO" else None, lambda _: False)


def order(**changes: str) -> Inbound:
    fields = {"command": "TOPUP", "pin": "123456", "product": "s10", "msisdn": "081234567890", "refTrxid": "r1"}
    return ask(document(**(fields | changes)))


def view(state: OrderState) -> OrderView:
    return OrderView(
        9, "ref-1", "TOKO", "S10", "081234567890", state, 10_500, 5_000, "2025-01-31T10:15:00+07:00", "AB12"
    )


# ---------------------------------------------------------------------- XML that is not read


LAUGHS = b'<!DOCTYPE fm [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %s "%s">' % (bytes([name + 1]), b"&%s;" % bytes([name]) * 10) for name in range(97, 110)
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS + b"]><fm><command>&n;</command></fm>",
        b'<?xml version="1.0"?><!DOCTYPE fm [<!ENTITY x SYSTEM "file:///etc/passwd">]><fm><pin>&x;</pin></fm>',
        b'<!DOCTYPE fm SYSTEM "http://127.0.0.1:1/x.dtd"><fm><pin>1</pin></fm>',
        b'<!DOCTYPE fm PUBLIC "-//X//X" "http://127.0.0.1:1/x.dtd"><fm><pin>1</pin></fm>',
        b'<!DOCTYPE fm [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><fm><pin>1</pin></fm>',
        b"<!DOCTYPE fm><fm><pin>1</pin></fm>",
        b"<fm><pin>&undefined;</pin></fm>",
        b"<fm><pin>1</pin>",
        b"<fm></fm><fm></fm>",
        b"<other><pin>1</pin></other>",
        b"",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such-code"?><fm><pin>1</pin></fm>',
        b"<fm>" + b"<a/>" * ELEMENTS_MAX + b"</fm>",
        b"<fm>" + b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX + b"</fm>",
        b"<fm><pin>" + b"1" * (TEXT_CHARS_MAX + 1) + b"</pin></fm>",
    ],
)
def test_xml_that_declares_nests_or_swells_is_not_read(body: bytes) -> None:
    assert read_xml(body) is None
    inbound = ask(body)
    assert (inbound.auth, inbound.refusal) == ("bad", Refusal(Code.MALFORMED))
    assert FM.read_reply(WireReply(200, body), BUY).reason == "unreadable"


def test_unknown_elements_are_ignored_and_of_two_the_first_counts() -> None:
    body = b"<FM><Pin> 1 <b>9</b>2</Pin><x><pin>8</pin></x><pin>7</pin><empty/><msg>a &amp; b<![CDATA[<c>]]></msg></FM>"
    assert read_xml(body) == {"pin": "1 2", "x": "", "empty": "", "msg": "a & b<c>"}


def test_other_encodings_are_read() -> None:
    for encoding in ("utf-16", "iso-8859-1"):
        text = f'<?xml version="1.0" encoding="{encoding}"?><fm><message>Café</message></fm>'
        assert read_xml(text.encode(encoding)) == {"message": "Café"}


def test_what_we_write_is_escaped_and_holds_no_control_characters() -> None:
    reply = fm.write_told('a < b & "c" \x00\x08 ]]>', None)
    assert read_xml(reply.body) == {"status": "0", "message": 'a < b & "c"    ]]>'}


# ---------------------------------------------------------------------- buying


def test_order_status_check_and_bill_go_out() -> None:
    assert (FM.inquiry, FM.bill_inquiry) == (InquiryVerb.EXPLICIT, InquiryVerb.EXPLICIT)
    account = ACCOUNT | {"order_path": "/trx", "bill_path": "/pasca"}
    sent = FM.buy(account, Buy("S10", "+6281234567890", "ref-1", counter=2))
    assert (sent.path, read_xml(sent.body)) == (
        "/trx",
        {"command": "TOPUP", "pin": "123456", "product": "S10", "msisdn": "2.081234567890", "reftrxid": "ref-1"},
    )
    asked = FM.inquire(account, BUY)
    assert read_xml(asked.body) == {"command": "TOPUPSTATUS", "pin": "123456", "reftrxid": "ref-1"}
    for step, product in ((Step.INQUIRY, "cek.pln"), (Step.PAY, "bayar.pln")):
        sent = FM.buy(account, Buy("pln", "530000000001", "ref-1", step=step))
        fields = read_xml(sent.body)
        assert fields is not None
        assert (sent.path, fields["product"], fields["msisdn"]) == ("/pasca", product, "530000000001")


@pytest.mark.parametrize(
    ("status", "message", "outcome", "reason"),
    [
        ("0", "S10.081234567890 SUKSES SN: 5512345678. Saldo 5.000", Outcome.SUCCESS, None),
        ("0", "S10.081234567890 GAGAL", Outcome.UNKNOWN, "contradiction"),
        ("1", "S10.081234567890 sedang diproses", Outcome.PENDING, None),
        ("1", "S10.081234567890 SUKSES SN: 5512345678.", Outcome.SUCCESS, None),
        ("2", "S10.081234567890 GAGAL. Nomor salah", Outcome.FAILED, None),
        ("2", "S10.081234567890 Transaksi tidak ditemukan", Outcome.REFUSED, "not_found"),
        ("3", "Permintaan salah", Outcome.REFUSED, "request_refused"),
        ("3", "S10.081234567890 GAGAL. Saldo tidak cukup", Outcome.REFUSED, None),
        ("4", "S10.081234567890 SUKSES SN: 5512345678.", Outcome.UNKNOWN, "unmapped_code"),
        ("", "S10.081234567890 GAGAL", Outcome.UNKNOWN, "unmapped_code"),
        ("20", "S10.081234567890 SUKSES SN: 5512345678.", Outcome.UNKNOWN, "unmapped_code"),
        ("0", "S10.089999999999 SUKSES SN: 5512345678.", Outcome.UNKNOWN, "dest_mismatch"),
    ],
)
def test_reply(status: str, message: str, outcome: Outcome, reason: str | None) -> None:
    answer = read(status, message)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    assert (answer.sn is not None) is (outcome is Outcome.SUCCESS)


def test_reply_about_another_reference_is_unknown() -> None:
    assert read("0", "SUKSES SN: 5512345678.", refTrxid="other").reason == "ref_mismatch"
    request = WireRequest("POST", "/", body=document(status="0", message="R#one SUKSES SN: 551234.", refTrxid="two"))
    answer = FM.read_callback(request).answer
    assert answer is not None
    assert (answer.outcome, answer.reason, answer.ref) == (Outcome.UNKNOWN, "ref_mismatch", "two")


def test_a_bills_price_is_read_by_the_suppliers_own_pattern() -> None:
    asked = Buy("pln", "530000000001", "ref-1", step=Step.INQUIRY)
    reply = WireReply(200, document(status="0", message="530000000001/SUBCRIBER/R1/201608/Rp302000/Adm2500"))
    profile = load_profile({"patterns": [{"pattern": r"/Rp(?<hargabeli>\d+)/Adm", "outcome": "success"}]})
    answer = FM.read_reply(reply, asked, profile)
    assert (answer.outcome, answer.step, answer.settles, answer.price_idr) == (
        Outcome.SUCCESS,
        "inquiry",
        False,
        302_000,
    )


def test_balance_is_read_from_the_words() -> None:
    assert FM.read_balance(fm.write_told("Saldo Rp1.250.000", None)) == 1_250_000
    assert FM.read_balance(WireReply(500, b"")) is None
    assert FM.read_balance(WireReply(200, b"?")) is None


# ---------------------------------------------------------------------- selling


def test_order_of_an_agent_is_known_by_its_address_and_pin() -> None:
    request = order(msisdn="2.081234567890").request
    assert request is not None
    assert (request.intent, request.agent, request.product, request.dest, request.counter, request.ref) == (
        Intent.ORDER,
        "TOKO",
        "S10",
        "081234567890",
        2,
        "r1",
    )


@pytest.mark.parametrize(
    ("changes", "auth", "code"),
    [
        ({"pin": "000000"}, "bad", Code.WRONG_PIN),
        ({"pin": ""}, "bad", Code.WRONG_PIN),
        ({"command": "DANCE"}, "ok", Code.INVALID_FORMAT),
        ({"product": ""}, "ok", Code.INVALID_FORMAT),
        ({"msisdn": ""}, "ok", Code.INVALID_FORMAT),
        ({"refTrxid": ""}, "ok", Code.REFERENCE_REQUIRED),
        ({"command": "TOPUPSTATUS", "refTrxid": ""}, "ok", Code.REFERENCE_REQUIRED),
    ],
)
def test_refused_order(changes: dict[str, str], auth: str, code: Code) -> None:
    inbound = order(**changes)
    assert (inbound.auth, inbound.refusal, inbound.request) == (auth, Refusal(code), None)


def test_nobody_lives_at_another_address() -> None:
    assert ask(document(command="BALANCE", pin="123456"), "/NOBODY").refusal == Refusal(Code.UNKNOWN_SENDER)


def test_an_agent_without_a_pin_proves_nothing() -> None:
    request = WireRequest("POST", "/TOKO", body=document(command="BALANCE", pin=""))
    inbound = fm.read_request(request, lambda _: Credentials("TOKO"), lambda _: False)
    assert (inbound.auth, inbound.refusal) == ("bad", Refusal(Code.BAD_SIGNATURE))


@pytest.mark.parametrize(
    ("changes", "intent", "product", "dest"),
    [
        ({"product": "cek.pln", "msisdn": "12.345.678"}, Intent.BILL_INQUIRY, "PLN", "12.345.678"),
        ({"product": "BAYAR.pln", "msisdn": "530000000001"}, Intent.BILL_PAY, "PLN", "530000000001"),
        ({"command": "TOPUPSTATUS"}, Intent.STATUS_CHECK, None, None),
        ({"command": "balance"}, Intent.BALANCE, None, None),
        ({"msisdn": "0.0812"}, Intent.ORDER, "S10", "0.0812"),
    ],
)
def test_other_verbs(changes: dict[str, str], intent: Intent, product: str | None, dest: str | None) -> None:
    request = order(**changes).request
    assert request is not None
    assert (request.intent, request.product, request.dest) == (intent, product, dest)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (OrderState.ACCEPTED, Outcome.PENDING),
        (OrderState.SUCCESS, Outcome.SUCCESS),
        (OrderState.FAILED, Outcome.FAILED),
        (OrderState.REVERSED, Outcome.FAILED),
    ],
)
def test_our_answer_and_report_are_read_by_our_own_reader(state: OrderState, outcome: Outcome) -> None:
    text = order_text(view(state))
    answer = FM.read_reply(fm.write_order(view(state), text), BUY)
    assert (answer.outcome, answer.ref, answer.supplier_trx_id) == (outcome, "ref-1", "9")
    assert answer.sn == ("AB12" if state is OrderState.SUCCESS else None)
    told = FM.read_callback(fm.callback_request("https://a.example/fm", view(state), text)).answer
    assert told is not None
    assert (told.outcome, told.ref, told.sn) == (answer.outcome, answer.ref, answer.sn)


UNDECIDED = {Code.RATE_LIMITED, Code.BUSY, Code.INCIDENT, Code.REFERENCE_CONFLICT}


@pytest.mark.parametrize("code", list(Code))
def test_refusal_is_read_as_refused_or_left_open(code: Code) -> None:
    asked = AgentRequest(Intent.ORDER, ref="ref-1", product="S10", dest="081234567890")
    answer = FM.read_reply(fm.write_refusal(Refusal(code), "GAGAL. pesan", asked), BUY)
    assert answer.outcome is (Outcome.UNKNOWN if code in UNDECIDED else Outcome.REFUSED)
    checked = AgentRequest(Intent.STATUS_CHECK, ref="ref-1")
    answer = FM.read_reply(fm.write_refusal(Refusal(code), "pesan", checked), BUY)
    assert answer.outcome is (Outcome.REFUSED if code is Code.UNKNOWN_ORDER else Outcome.UNKNOWN)
