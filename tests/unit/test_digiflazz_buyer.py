"""The Digiflazz buyer API from both sides."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from juru.server.dialects.contract import Credentials, Inbound, ListedProduct, SupplierTicket
from juru.server.dialects.digiflazz_buyer import (
    DIGIFLAZZ_BUYER,
    REFUSAL_RC,
    asks_meter,
    read_request,
    sign_webhook,
    webhook_request,
    write_balance,
    write_bill,
    write_meter,
    write_order,
    write_price_list,
    write_refusal,
)
from juru.server.dialects.user_sign import sign
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"username": "toko", "api_key": "key-1"}
BUY = Buy(product="S10", dest="+6281234567890", ref="ref-1", max_price_idr=11_000)
ROW: dict[str, Any] = {
    "ref_id": "ref-1",
    "customer_no": "081234567890",
    "buyer_sku_code": "s10",
    "message": "",
    "status": "Sukses",
    "rc": "00",
    "sn": "AB12",
    "buyer_last_saldo": 5_000,
    "price": 10_500,
}


def view(state: OrderState) -> OrderView:
    return OrderView(
        order_id=9,
        ref="ref-1",
        agent="TOKO",
        product="S10",
        dest="081234567890",
        state=state,
        price_idr=10_500,
        balance_idr=5_000,
        at="2025-01-31T10:15:00+07:00",
        sn="AB12",
    )


def read(**changes: object) -> Answer:
    body = msgspec.json.encode({"data": {key: value for key, value in (ROW | changes).items() if value is not ...}})
    return DIGIFLAZZ_BUYER.read_reply(WireReply(200, body), BUY)


def json_reply(data: dict[str, Any]) -> WireReply:
    return WireReply(200, msgspec.json.encode({"data": data}))


def ask(path: str, body: dict[str, Any] | bytes) -> Inbound:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    known = Credentials("TOKO", api_key="key-1")
    return read_request(
        WireRequest("POST", path, body=raw), lambda name: known if name == "toko" else None, lambda code: code == "DANA"
    )


def order(**changes: object) -> Inbound:
    body = {
        "username": "toko",
        "buyer_sku_code": "s10",
        "customer_no": "081234567890",
        "ref_id": "r1",
        "sign": sign("toko", "key-1", "r1"),
    }
    return ask("/h2h/digiflazz/v1/transaction", body | changes)


def refused(inbound: Inbound) -> Code | None:
    return inbound.refusal.code if inbound.refusal else None


def test_inquiry_is_the_same_order_again() -> None:
    assert DIGIFLAZZ_BUYER.inquiry is InquiryVerb.RESEND
    assert DIGIFLAZZ_BUYER.inquire(ACCOUNT, BUY) == DIGIFLAZZ_BUYER.buy(ACCOUNT, BUY)


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, Outcome.SUCCESS, None),
        ({"rc": "00", "status": "Gagal"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "00", "status": "Pending"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "00", "status": ...}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "02", "status": "Sukses"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "03", "status": "Sukses"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "02", "status": "Gagal"}, Outcome.FAILED, None),
        ({"rc": "43", "status": ...}, Outcome.REFUSED, None),
        ({"rc": "41", "status": ...}, Outcome.REFUSED, "request_refused"),
        ({"rc": "00", "message": "Transaksi GAGAL"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "02", "status": "Gagal", "message": "Transaksi Sukses"}, Outcome.UNKNOWN, "contradiction"),
        ({"rc": "49", "status": "Gagal"}, Outcome.UNKNOWN, "ref_not_unique"),
        ({"rc": "50", "status": "Gagal", "message": "Transaksi Tidak Ditemukan"}, Outcome.FAILED, "not_found"),
        ({"rc": "98", "status": "Gagal"}, Outcome.UNKNOWN, "unmapped_code"),
        ({"rc": ...}, Outcome.UNKNOWN, "unmapped_code"),
        ({"rc": 0}, Outcome.UNKNOWN, "unmapped_code"),
        ({"ref_id": "other"}, Outcome.UNKNOWN, "ref_mismatch"),
        ({"customer_no": "089999999999"}, Outcome.UNKNOWN, "dest_mismatch"),
        ({"customer_no": "6281234567890"}, Outcome.SUCCESS, None),
        ({"buyer_sku_code": "x5"}, Outcome.UNKNOWN, "product_mismatch"),
    ],
)
def test_reply(changes: dict[str, object], outcome: Outcome, reason: str | None) -> None:
    answer = read(**changes)
    assert (answer.outcome, answer.reason) == (outcome, reason)


@pytest.mark.parametrize("serial", ["", "-", "0", "081234567890", "ref-1", "10500", "5000"])
def test_sn_that_is_none(serial: str) -> None:
    assert read(sn=serial).sn is None


def test_numbers_may_come_as_text() -> None:
    answer = read(price="10500", buyer_last_saldo="5000.5")
    assert (answer.price_idr, answer.balance_idr) == (10_500, None)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"", "unreadable"),
        (200, b"<html></html>", "unreadable"),
        (200, b"[]", "unreadable"),
        (200, b'{"data": []}', "unreadable"),
        (200, b'{"data": {"rc": "00"', "unreadable"),
        (200, b"[" * 100_000, "unreadable"),
        (200, b'{"data": "\xff"}', "unreadable"),
        (302, b"{}", "redirect"),
        (400, msgspec.json.encode({"data": ROW}), "http_status"),
    ],
)
def test_unreadable_reply_is_unknown(status: int, body: bytes, reason: str) -> None:
    answer = DIGIFLAZZ_BUYER.read_reply(WireReply(status, body), BUY)
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, reason)


def test_webhook_is_authenticated_over_raw_bytes() -> None:
    request = webhook_request("https://agent.example/hook", view(OrderState.SUCCESS), "ok", secret="s3")
    read_back = DIGIFLAZZ_BUYER.read_callback(request, "s3")
    assert read_back.auth == "ok"
    assert read_back.answer is not None
    assert (read_back.answer.outcome, read_back.answer.sn) == (Outcome.SUCCESS, "AB12")
    spaced = WireRequest("POST", "/", headers=request.headers, body=request.body.replace(b":", b": ", 1))
    assert DIGIFLAZZ_BUYER.read_callback(spaced, "s3").auth == "bad"
    assert DIGIFLAZZ_BUYER.read_callback(request).auth == "none"


def test_ping_changes_nothing() -> None:
    body = b'{"sed":"x","hook_id":"1","hook":{"secret":"s3"}}'
    ping = WireRequest("POST", "/", headers=(("X-Hub-Signature", sign_webhook("s3", body)),), body=body)
    read_back = DIGIFLAZZ_BUYER.read_callback(ping, "s3")
    assert (read_back.auth, read_back.event, read_back.answer) == ("ok", "ping", None)


def test_unreadable_webhook_is_unknown_and_postpaid_is_told() -> None:
    headers = (("User-Agent", "Digiflazz-Pasca-Hookshot"),)
    read_back = DIGIFLAZZ_BUYER.read_callback(WireRequest("POST", "/", headers=headers, body=b"?"))
    assert read_back.postpaid
    assert read_back.answer is not None
    assert read_back.answer.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("state", "rc", "outcome"),
    [
        (OrderState.ACCEPTED, "03", Outcome.PENDING),
        (OrderState.SUCCESS, "00", Outcome.SUCCESS),
        (OrderState.FAILED, "02", Outcome.FAILED),
        (OrderState.REVERSED, "74", Outcome.FAILED),
    ],
)
def test_our_answer_is_read_by_our_own_reader(state: OrderState, rc: str, outcome: Outcome) -> None:
    answer = DIGIFLAZZ_BUYER.read_reply(write_order(view(state), "pesan"), BUY)
    assert (answer.code, answer.outcome, answer.ref) == (rc, outcome, "ref-1")
    assert answer.sn == ("AB12" if state is OrderState.SUCCESS else None)


ASKED = AgentRequest(intent=Intent.ORDER, ref="ref-1", product="S10", dest="081234567890")
UNDECIDED = {Code.RATE_LIMITED, Code.BUSY, Code.INCIDENT, Code.REFERENCE_CONFLICT}


def test_every_refusal_has_a_row() -> None:
    assert set(REFUSAL_RC) == set(Code)


@pytest.mark.parametrize("code", list(Code))
def test_refusal_is_read_as_refused_or_left_open(code: Code) -> None:
    answer = DIGIFLAZZ_BUYER.read_reply(write_refusal(Refusal(code), "pesan", ASKED), BUY)
    if code in UNDECIDED:
        assert answer.outcome is Outcome.UNKNOWN
    else:
        assert answer.outcome in {Outcome.REFUSED, Outcome.FAILED}


def test_balance_and_price_list_read_back() -> None:
    assert DIGIFLAZZ_BUYER.read_balance(write_balance(5_000)) == 5_000
    assert DIGIFLAZZ_BUYER.read_balance(write_refusal(Refusal(Code.BAD_SIGNATURE), "x")) is None
    rows = (
        ListedProduct("S10", "Simpati 10", 10_500, category="Pulsa", brand="TELKOMSEL", kind="Umum"),
        ListedProduct("X5", "XL 5", 5_500, on_sale=False, supplied=False, stock=3, multi=False),
        ListedProduct("P20", "PLN 20", 20_500, cut_off_start="23:45", cut_off_end="00:15", note="token"),
    )
    assert DIGIFLAZZ_BUYER.read_price_list(write_price_list(rows)) == rows
    assert DIGIFLAZZ_BUYER.read_price_list(write_refusal(Refusal(Code.BAD_SIGNATURE), "x")) is None
    odd = WireReply(200, b'{"data": [1, {"buyer_sku_code": "A"}, {"buyer_sku_code": "B", "price": 5}]}')
    assert DIGIFLAZZ_BUYER.read_price_list(odd) == (ListedProduct("B", "B", 5),)


def test_order_of_an_agent() -> None:
    request = order(max_price="11000").request
    assert request is not None
    assert (request.intent, request.agent, request.product, request.dest) == (
        Intent.ORDER,
        "TOKO",
        "S10",
        "081234567890",
    )
    assert (request.ref, request.max_price_idr) == ("r1", 11_000)


def test_reference_is_kept_byte_for_byte() -> None:
    request = order(ref_id=" r1 ", sign=sign("toko", "key-1", " r1 ")).request
    assert request is not None
    assert request.ref == " r1 "


@pytest.mark.parametrize(
    ("changes", "auth", "code"),
    [
        ({"sign": "x"}, "bad", Code.BAD_SIGNATURE),
        ({"sign": None}, "bad", Code.BAD_SIGNATURE),
        ({"username": "nobody"}, "unknown", Code.UNKNOWN_SENDER),
        ({"username": None}, "unknown", Code.MALFORMED),
        ({"commands": "dance"}, "ok", Code.INVALID_FORMAT),
        ({"customer_no": 81234567890}, "ok", Code.INVALID_FORMAT),
        ({"buyer_sku_code": ""}, "ok", Code.INVALID_FORMAT),
        ({"ref_id": "", "sign": sign("toko", "key-1", "")}, "ok", Code.REFERENCE_REQUIRED),
        ({"testing": True}, "ok", Code.NOT_SERVED_YET),
        ({"max_price": "cheap"}, "ok", Code.INVALID_FORMAT),
        ({"amount": 5_000}, "ok", Code.BAD_AMOUNT),
    ],
)
def test_refused_order(changes: dict[str, object], auth: str, code: Code) -> None:
    inbound = order(**changes)
    assert (inbound.auth, refused(inbound)) == (auth, code)


def test_open_denomination_takes_its_amount() -> None:
    request = order(buyer_sku_code="dana", amount=25_000).request
    assert request is not None
    assert request.amount_idr == 25_000


@pytest.mark.parametrize(
    ("body", "code"), [(b"\xff\xfe", Code.BAD_ENCODING), (b"{", Code.MALFORMED), (b"[]", Code.MALFORMED)]
)
def test_body_that_cannot_be_read(body: bytes, code: Code) -> None:
    assert refused(ask("/transaction", body)) is code


BILL = {"buyer_sku_code": "pln", "customer_no": "530000000001", "ref_id": "r"}


@pytest.mark.parametrize(
    ("path", "extra", "suffix", "intent"),
    [
        ("/cek-saldo", {"cmd": "deposit"}, "depo", Intent.BALANCE),
        ("/price-list", {"cmd": "prepaid", "code": "s10"}, "pricelist", Intent.PRICE_LIST),
        ("/deposit", {"amount": 100_000, "bank": "BCA", "owner_name": "Y"}, "deposit", Intent.DEPOSIT_TICKET),
        ("/inquiry-pln", {"customer_no": "1234554321"}, "1234554321", Intent.BILL_INQUIRY),
        ("/transaction", {"commands": "inq-pasca"} | BILL, "r", Intent.BILL_INQUIRY),
        ("/transaction", {"commands": "pay-pasca"} | BILL, "r", Intent.BILL_PAY),
        ("/transaction", {"commands": "status-pasca", "ref_id": "r"}, "r", Intent.STATUS_CHECK),
    ],
)
def test_other_verbs(path: str, extra: dict[str, Any], suffix: str, intent: Intent) -> None:
    request = ask(path, {"username": "toko", "sign": sign("toko", "key-1", suffix)} | extra).request
    assert request is not None
    assert request.intent is intent


def bill(command: str, ref: str = "r", **changes: object) -> Inbound:
    body = BILL | {"commands": command, "username": "toko", "ref_id": ref, "sign": sign("toko", "key-1", ref)}
    return ask("/v1/transaction", body | changes)


@pytest.mark.parametrize("command", ["inq-pasca", "pay-pasca"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ref": ""}, Code.REFERENCE_REQUIRED),
        ({"customer_no": ""}, Code.INVALID_FORMAT),
        ({"buyer_sku_code": ""}, Code.INVALID_FORMAT),
        ({"testing": True}, Code.NOT_SERVED_YET),
    ],
)
def test_refused_bill(command: str, changes: dict[str, Any], code: Code) -> None:
    assert refused(bill(command, **changes)) is code


def test_bill_of_an_amount_or_a_year() -> None:
    request = bill("inq-pasca", amount=250_000, buyer_sku_code="shopeepay").request
    assert request is not None
    assert (request.product, request.dest, request.amount_idr) == ("SHOPEEPAY", "530000000001", 250_000)
    request = bill("inq-pasca", year="2024").request
    assert request is not None
    assert request.dest == "530000000001,2024"


def test_year_of_a_bill_goes_out_and_comes_back_by_itself() -> None:
    pbb = Buy("pbb", "329801092375999901,2024", "ref-1", step=Step.INQUIRY)
    sent = msgspec.json.decode(DIGIFLAZZ_BUYER.buy(ACCOUNT, pbb).body)
    assert (sent["customer_no"], sent["year"]) == ("329801092375999901", "2024")
    answer = DIGIFLAZZ_BUYER.check(Answer(Outcome.SUCCESS, ref="ref-1", dest="329801092375999901"), pbb)
    assert answer.outcome is Outcome.SUCCESS
    samsat = Buy("samsat", "9658548523568705,0212502110170100", "ref-1", step=Step.INQUIRY)
    sent = msgspec.json.decode(DIGIFLAZZ_BUYER.buy(ACCOUNT, samsat).body)
    assert sent["customer_no"] == "9658548523568705,0212502110170100"
    assert "year" not in sent


def test_a_bill_is_written_as_it_is_read() -> None:
    told = BillView(
        ref="ref-1",
        agent="TOKO",
        product="PBB",
        dest="329801092375999901,2024",
        price_idr=102_000,
        selling_price_idr=102_500,
        balance_idr=5_000,
        at="",
        day=0,
        admin_idr=2_500,
        bills=2,
        customer="BUDI",
        period="2024",
        details=(("kecamatan", "CIMAHI"),),
    )
    buy = Buy("PBB", "329801092375999901,2024", "ref-1", step=Step.INQUIRY)
    answer = DIGIFLAZZ_BUYER.read_reply(write_bill(told, "Transaksi Sukses"), buy)
    assert (answer.outcome, answer.step, answer.settles) == (Outcome.SUCCESS, "inquiry", False)
    assert (answer.price_idr, answer.selling_price_idr, answer.admin_idr) == (102_000, 102_500, 2_500)
    assert (answer.bills, answer.customer, answer.period) == (2, "BUDI", "2024")
    assert ("kecamatan", "CIMAHI") in answer.details


def test_the_owner_of_a_meter_is_asked_and_told() -> None:
    buy = Buy("pln", "12345678901", "", step=Step.INQUIRY)
    sent = DIGIFLAZZ_BUYER.buy(ACCOUNT, buy)
    assert sent.path == "/v1/inquiry-pln"
    inbound = ask(sent.path, msgspec.json.decode(sent.body) | {"username": "toko", "sign": "x"})
    assert inbound.asked is not None
    assert asks_meter(inbound.asked)
    details = (("meter_no", "548933889287"), ("subscriber_id", "51003008178401"), ("segment_power", "R1 /000001300"))
    told = BillView("", "TOKO", "PLN", "12345678901", 0, 0, 0, "", 0, customer="SINTYA", details=details)
    answer = DIGIFLAZZ_BUYER.read_reply(write_meter(told, "Transaksi Sukses"), buy)
    assert (answer.outcome, answer.settles, answer.customer) == (Outcome.SUCCESS, False, "SINTYA")
    assert answer.details == details


def test_a_meter_may_be_told_without_a_code_but_not_against_one() -> None:
    buy = Buy("pln", "12345678901", "", step=Step.INQUIRY)
    told: dict[str, Any] = {"customer_no": "12345678901", "name": "SINTYA", "segment_power": "R1 /900"}
    assert DIGIFLAZZ_BUYER.read_reply(json_reply(told), buy).outcome is Outcome.SUCCESS
    failed = DIGIFLAZZ_BUYER.read_reply(json_reply(told | {"rc": "54", "status": "Gagal"}), buy)
    assert (failed.outcome, failed.settles) == (Outcome.FAILED, False)
    other = DIGIFLAZZ_BUYER.read_reply(json_reply(told | {"customer_no": "99999999999"}), buy)
    assert other.reason == "dest_mismatch"


def test_a_bills_webhook_has_a_user_agent_of_its_own() -> None:
    request = webhook_request("https://agent.example/hook", view(OrderState.SUCCESS), "ok", secret="s3", postpaid=True)
    assert DIGIFLAZZ_BUYER.read_callback(request, "s3").postpaid
    prepaid = webhook_request("https://agent.example/hook", view(OrderState.SUCCESS), "ok", secret="s3")
    assert not DIGIFLAZZ_BUYER.read_callback(prepaid, "s3").postpaid


def test_deposit_ticket_tells_where_to_pay_exactly_what() -> None:
    request = DIGIFLAZZ_BUYER.ticket(ACCOUNT, 1_000_000, bank="BCA", owner="TOKO")
    assert (request.path, msgspec.json.decode(request.body)["amount"]) == ("/v1/deposit", 1_000_000)
    told = {"rc": "00", "amount": 1_000_123, "bank": "BCA", "account_no": "0123 4567 89", "notes": "A6R5"}
    assert DIGIFLAZZ_BUYER.read_ticket(json_reply(told)) == SupplierTicket(1_000_123, "BCA", "0123456789", "A6R5")
    for wrong in ({"rc": "50"}, {"rc": "00"}, {"rc": "00", "amount": 0}):
        assert DIGIFLAZZ_BUYER.read_ticket(json_reply(wrong)) is None
    assert DIGIFLAZZ_BUYER.read_ticket(WireReply(502, b"")) is None
