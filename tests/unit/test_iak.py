"""IAK and Digiflazz's seller API, which are one family: orders, bills, reports, from both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from juru.server.dialects import digiflazz_seller, iak
from juru.server.dialects import iak_postpaid as bills
from juru.server.dialects.contract import Callback, Credentials, Inbound, ListedProduct, SupplierDialect
from juru.server.dialects.digiflazz_seller import DIGIFLAZZ_SELLER
from juru.server.dialects.iak import IAK
from juru.server.dialects.user_sign import sign
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"username": "TOKO", "api_key": "key-1", "bill_base": "https://bills.example/"}
BUY = Buy("s10", "+6281234567890", "ref-1")
INQUIRY = Buy("plnpostpaid", "530000000001", "ref-1", step=Step.INQUIRY)
PAY = msgspec.structs.replace(INQUIRY, step=Step.PAY, tr_id="977")
ROW: dict[str, Any] = {
    "ref_id": "ref-1",
    "status": 1,
    "product_code": "s10",
    "customer_id": "081234567890",
    "price": 10_500,
    "message": "SUCCESS",
    "balance": 5_000,
    "tr_id": 3482,
    "rc": "00",
    "sn": "AB12",
}
BILL: dict[str, Any] = {
    "tr_id": 977,
    "code": "PLNPOSTPAID",
    "hp": "530000000001",
    "tr_name": "SUBSCRIBER",
    "period": "201608,201609",
    "nominal": 300_000,
    "admin": 5_000,
    "ref_id": "ref-1",
    "response_code": "00",
    "message": "INQUIRY SUCCESS",
    "price": 305_000,
    "selling_price": 303_800,
    "desc": {"tarif": "R1", "daya": 1300, "tagihan": {"detail": [{}, {}]}},
}
FAMILY: list[SupplierDialect] = [IAK, DIGIFLAZZ_SELLER]
both = pytest.mark.parametrize("dialect", FAMILY, ids=lambda dialect: dialect.name)


def view(state: OrderState, reason: str | None = None) -> OrderView:
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
        reason=reason,
    )


def told_bill(**changes: object) -> BillView:
    whole = BillView(
        ref="ref-1",
        agent="TOKO",
        product="PLNPOSTPAID",
        dest="530000000001",
        price_idr=304_500,
        selling_price_idr=305_000,
        balance_idr=5_000,
        at="",
        day=0,
        admin_idr=5_000,
        bills=2,
        customer="SUBSCRIBER",
        period="201608",
        inquiry_id=977,
        details=(("tarif", "R1"),),
    )
    return msgspec.structs.replace(whole, **changes)


def said(data: object, status: int = 200) -> WireReply:
    return WireReply(status, msgspec.json.encode({"data": data}))


def read(dialect: SupplierDialect, buy: Buy = BUY, **changes: object) -> Answer:
    row = ROW if buy.step is Step.ORDER else BILL
    return dialect.read_reply(said({k: v for k, v in (row | changes).items() if v is not ...}), buy)


def sent(request: WireRequest) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(request.body)
    return body


# ---------------------------------------------------------------------- buying


def test_iak_is_asked_by_its_own_verb_and_a_seller_by_the_same_body() -> None:
    assert (IAK.inquiry, DIGIFLAZZ_SELLER.inquiry) == (InquiryVerb.EXPLICIT, InquiryVerb.RESEND)
    assert IAK.inquire(ACCOUNT, BUY).path == "/api/check-status"
    assert DIGIFLAZZ_SELLER.inquire(ACCOUNT, BUY) == DIGIFLAZZ_SELLER.buy(ACCOUNT, BUY)


def test_bills_go_to_their_own_address() -> None:
    address = "https://bills.example/api/v1/bill/check"
    assert {IAK.buy(ACCOUNT, b).path for b in (INQUIRY, PAY)} | {IAK.inquire(ACCOUNT, PAY).path} == {address}
    seller = {"username": "TOKO", "api_key": "key-1", "order_path": "/df", "bill_path": "/df/pasca"}
    assert DIGIFLAZZ_SELLER.buy(seller, BUY).path == "/df"
    assert DIGIFLAZZ_SELLER.buy(seller, PAY).path == "/df/pasca"


@both
def test_a_bill_is_asked_by_reference_paid_by_their_number_and_checked_by_reference(dialect: SupplierDialect) -> None:
    asked = sent(dialect.buy(ACCOUNT, msgspec.structs.replace(INQUIRY, amount_idr=100_000)))
    assert (asked["commands"], asked["code"], asked["hp"], asked["desc"]) == (
        "inq-pasca",
        "plnpostpaid",
        "530000000001",
        {"amount": 100_000},
    )
    paid = sent(dialect.buy(ACCOUNT, PAY))
    assert paid == {"commands": "pay-pasca", "username": "TOKO", "tr_id": "977", "sign": sign("TOKO", "key-1", "977")}
    request = dialect.inquire(ACCOUNT, PAY)
    assert request is not None
    assert sent(request) == {
        "commands": "checkstatus",
        "username": "TOKO",
        "ref_id": "ref-1",
        "sign": sign("TOKO", "key-1", "cs"),
    }


ROWS: list[tuple[dict[str, object], Outcome, str | None]] = [
    ({}, Outcome.SUCCESS, None),
    ({"status": "1", "price": "10500", "balance": "5000"}, Outcome.SUCCESS, None),
    ({"status": 2}, Outcome.UNKNOWN, "contradiction"),
    ({"status": ...}, Outcome.UNKNOWN, "contradiction"),
    ({"message": "TRANSAKSI GAGAL"}, Outcome.UNKNOWN, "contradiction"),
    ({"rc": "39", "status": 0, "message": "PROCESS"}, Outcome.PENDING, None),
    ({"rc": "39", "status": 1}, Outcome.UNKNOWN, "contradiction"),
    ({"rc": "07", "status": 2, "message": "FAILED"}, Outcome.FAILED, None),
    ({"rc": "07", "status": 2}, Outcome.UNKNOWN, "contradiction"),
    ({"rc": "131", "status": 2, "message": ""}, Outcome.FAILED, None),
    ({"rc": "06", "status": 2, "message": "TRANSACTION NOT FOUND"}, Outcome.REFUSED, "not_found"),
    ({"rc": "20", "status": 2, "message": "CODE NOT FOUND"}, Outcome.REFUSED, None),
    ({"rc": "204", "status": 2, "message": "WRONG AUTHENTICATION"}, Outcome.REFUSED, "request_refused"),
    ({"rc": "102", "status": ..., "message": "INVALID IP ADDRESS"}, Outcome.REFUSED, "request_refused"),
    ({"rc": "201", "status": 0}, Outcome.UNKNOWN, "unmapped_code"),
    ({"rc": "1"}, Outcome.UNKNOWN, "unmapped_code"),
    ({"rc": ...}, Outcome.UNKNOWN, "unmapped_code"),
    ({"ref_id": "other"}, Outcome.UNKNOWN, "ref_mismatch"),
    ({"customer_id": "089999999999"}, Outcome.UNKNOWN, "dest_mismatch"),
    ({"product_code": "x5"}, Outcome.UNKNOWN, "product_mismatch"),
]


@both
@pytest.mark.parametrize(("changes", "outcome", "reason"), ROWS)
def test_order(dialect: SupplierDialect, changes: dict[str, Any], outcome: Outcome, reason: str | None) -> None:
    answer = read(dialect, **changes)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    assert (answer.sn is not None) is (outcome is Outcome.SUCCESS)


@both
def test_our_deposit_is_too_low(dialect: SupplierDialect) -> None:
    answer = read(dialect, rc="17", status=2, message="INSUFFICIENT DEPOSIT")
    assert (answer.outcome, answer.supplier_balance_low) == (Outcome.REFUSED, True)


def test_voucher_has_a_secret_part_only_once_delivered() -> None:
    assert read(IAK, pin="123-456", sn="-").voucher_pin == "123-456"
    assert read(IAK, activation_code="ABC").voucher_pin == "ABC"
    assert read(IAK, pin="123-456", rc="39", status=0, message="PROCESS").voucher_pin is None


@pytest.mark.parametrize(
    ("body", "buy", "outcome", "reason"),
    [
        (b'{"data": {"message": "Bad Request", "error_details": []}}', BUY, Outcome.REFUSED, "request_refused"),
        (b'{"data": {"message": "Bad Request"}}', INQUIRY, Outcome.REFUSED, "request_refused"),
        (b'{"data": {"message": "Bad Request"}}', PAY, Outcome.UNKNOWN, "http_status"),
        (b'{"data": {"message": "x", "rc": "00"}}', BUY, Outcome.UNKNOWN, "http_status"),
        (b"<html>400 Bad Request</html>", BUY, Outcome.UNKNOWN, "http_status"),
        (b"", BUY, Outcome.UNKNOWN, "http_status"),
    ],
)
def test_http_400_refuses_a_request_that_it_speaks_of_alone(
    body: bytes, buy: Buy, outcome: Outcome, reason: str
) -> None:
    answer = IAK.read_reply(WireReply(400, body), buy)
    assert (answer.outcome, answer.reason, answer.settles) == (outcome, reason, buy.step is not Step.INQUIRY)


@both
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b'{"data": []}', b"[" * 100_000, b'{"data": "\xff"}'])
def test_unreadable_reply_is_unknown(dialect: SupplierDialect, body: bytes) -> None:
    for buy in (BUY, INQUIRY, PAY):
        assert dialect.read_reply(WireReply(200, body), buy).reason == "unreadable"
        assert dialect.read_reply(WireReply(500, body), buy).reason == "http_status"
        assert dialect.read_reply(WireReply(302, body), buy).reason == "redirect"


# ---------------------------------------------------------------------- bills


BILLS: list[tuple[str, Outcome, tuple[Outcome, str | None]]] = [
    ("00", Outcome.SUCCESS, (Outcome.SUCCESS, None)),
    ("39", Outcome.PENDING, (Outcome.PENDING, None)),
    ("05", Outcome.UNKNOWN, (Outcome.UNKNOWN, "unmapped_code")),
    ("01", Outcome.REFUSED, (Outcome.UNKNOWN, "already_paid")),
    ("34", Outcome.REFUSED, (Outcome.UNKNOWN, "already_paid")),
    ("40", Outcome.REFUSED, (Outcome.UNKNOWN, "already_paid")),
    ("02", Outcome.REFUSED, (Outcome.REFUSED, "not_found")),
    ("42", Outcome.REFUSED, (Outcome.REFUSED, "not_found")),
    ("06", Outcome.REFUSED, (Outcome.REFUSED, None)),
    ("36", Outcome.REFUSED, (Outcome.REFUSED, None)),
    ("10", Outcome.FAILED, (Outcome.FAILED, None)),
    ("37", Outcome.FAILED, (Outcome.FAILED, None)),
    ("103", Outcome.UNKNOWN, (Outcome.UNKNOWN, "unmapped_code")),
    ("105", Outcome.UNKNOWN, (Outcome.UNKNOWN, "unmapped_code")),
    ("100", Outcome.UNKNOWN, (Outcome.UNKNOWN, "unmapped_code")),
    ("118", Outcome.UNKNOWN, (Outcome.UNKNOWN, "unmapped_code")),
]


@both
@pytest.mark.parametrize(("code", "asked", "paid"), BILLS)
def test_bill_code_by_step(
    dialect: SupplierDialect, code: str, asked: Outcome, paid: tuple[Outcome, str | None]
) -> None:
    inquiry = read(dialect, INQUIRY, response_code=code, message="", noref="N1")
    assert (inquiry.outcome, inquiry.step, inquiry.settles, inquiry.sn) == (asked, "inquiry", False, None)
    payment = read(dialect, PAY, response_code=code, message="", noref="N1")
    assert (payment.outcome, payment.reason, payment.settles) == (*paid, True)
    assert payment.sn == ("N1" if payment.outcome is Outcome.SUCCESS else None)


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("00", 1, Outcome.SUCCESS),
        ("00", 2, Outcome.UNKNOWN),
        ("39", 3, Outcome.PENDING),
        ("39", 1, Outcome.UNKNOWN),
        ("37", 2, Outcome.FAILED),
        ("37", 1, Outcome.UNKNOWN),
        ("42", 0, Outcome.REFUSED),
        ("42", 3, Outcome.UNKNOWN),
    ],
)
def test_status_and_code_of_a_payment_agree_or_it_is_unknown(code: str, status: int, outcome: Outcome) -> None:
    assert read(IAK, PAY, response_code=code, status=status, message="").outcome is outcome


def test_a_bill_is_read_with_what_is_owed_and_what_is_charged() -> None:
    answer = read(IAK, INQUIRY)
    assert (answer.selling_price_idr, answer.price_idr, answer.admin_idr) == (305_000, 303_800, 5_000)
    assert (answer.bills, answer.customer, answer.period) == (2, "SUBSCRIBER", "201608,201609")
    assert (answer.supplier_trx_id, answer.details) == ("977", (("tarif", "R1"), ("daya", "1300")))
    assert read(IAK, INQUIRY, desc={"lembar_tagihan": "3"}).bills == 3
    assert read(IAK, INQUIRY, desc="none").bills is None
    assert read(IAK, INQUIRY, tr_id_str="T-9").supplier_trx_id == "T-9"


def test_an_order_s_answer_to_a_payment_proves_nothing() -> None:
    assert IAK.read_reply(said(ROW | {"hp": "530000000001"}), PAY).outcome is Outcome.UNKNOWN
    assert IAK.read_reply(said(BILL), BUY).outcome is Outcome.UNKNOWN


# ---------------------------------------------------------------------- reports


def report(data: dict[str, Any], secret: str | None = "TOKOkey-1") -> Callback:
    return IAK.read_callback(WireRequest("POST", "/", body=msgspec.json.encode({"data": data})), secret)


def test_report_of_either_version_is_proved_by_reference_and_confirmed() -> None:
    proof = {"sign": sign("TOKO", "key-1", "ref-1")}
    second = report(ROW | proof)
    first = {k: v for k, v in ROW.items() if k not in {"product_code", "customer_id"}}
    for read_back in (second, report(first | {"code": "s10", "hp": "081234567890"} | proof)):
        assert (read_back.auth, read_back.confirm) == ("ok", True)
        assert read_back.answer is not None
        assert (read_back.answer.outcome, read_back.answer.dest, read_back.answer.product) == (
            Outcome.SUCCESS,
            "081234567890",
            "s10",
        )


@pytest.mark.parametrize("changes", [{"sign": "x"}, {"sign": ...}, {"ref_id": "other"}, {"ref_id": ...}])
def test_report_with_another_proof_is_bad(changes: dict[str, Any]) -> None:
    told = ROW | {"sign": sign("TOKO", "key-1", "ref-1")} | changes
    read_back = report({k: v for k, v in told.items() if v is not ...})
    assert (read_back.auth, read_back.answer) == ("bad", None)


def test_report_that_cannot_be_read_is_bad_where_there_is_a_secret_and_unknown_where_there_is_none() -> None:
    request = WireRequest("POST", "/", body=b"?")
    assert IAK.read_callback(request, "TOKOkey-1").auth == "bad"
    answer = IAK.read_callback(request, None).answer
    assert answer is not None
    assert answer.outcome is Outcome.UNKNOWN
    assert IAK.callback_secret({"username": "TOKO"}) is None
    assert IAK.callback_secret(ACCOUNT) == "TOKOkey-1"


@pytest.mark.parametrize("state", list(OrderState))
def test_our_report_is_read_by_our_own_reader(state: OrderState) -> None:
    request = iak.callback_request("https://a.example/cb", view(state), "alasan", username="TOKO", api_key="key-1")
    assert all(isinstance(value, str) for value in sent(request)["data"].values())
    read_back = IAK.read_callback(request, "TOKOkey-1")
    assert read_back.auth == "ok"
    assert read_back.answer is not None
    ours = IAK.read_reply(iak.write_order(view(state), "alasan"), BUY)
    assert (read_back.answer.outcome, read_back.answer.sn) == (ours.outcome, ours.sn)


def test_seller_reports_orders_and_bills_without_proof() -> None:
    order = digiflazz_seller.callback_request("https://df.example/cb", view(OrderState.SUCCESS), "")
    read_back = DIGIFLAZZ_SELLER.read_callback(order, "anything")
    assert (read_back.auth, read_back.postpaid) == ("none", False)
    assert read_back.answer is not None
    assert (read_back.answer.outcome, read_back.answer.sn) == (Outcome.SUCCESS, "AB12")
    bill = digiflazz_seller.callback_request("https://df.example/cb", view(OrderState.SUCCESS), "", about_bill=True)
    read_back = DIGIFLAZZ_SELLER.read_callback(bill)
    assert read_back.postpaid
    assert read_back.answer is not None
    assert (read_back.answer.outcome, read_back.answer.sn) == (Outcome.SUCCESS, "AB12")


# ---------------------------------------------------------------------- selling


WRITERS: list[tuple[SupplierDialect, Callable[[OrderView, str], WireReply]]] = [
    (IAK, iak.write_order),
    (DIGIFLAZZ_SELLER, digiflazz_seller.write_order),
]
STATES = [
    (OrderState.ACCEPTED, None, "39", Outcome.PENDING),
    (OrderState.SUCCESS, None, "00", Outcome.SUCCESS),
    (OrderState.FAILED, "supplier_failed", "07", Outcome.FAILED),
    (OrderState.FAILED, "bad_destination", "14", Outcome.FAILED),
    (OrderState.REVERSED, None, "07", Outcome.FAILED),
]


@pytest.mark.parametrize(("dialect", "write"), WRITERS, ids=lambda part: getattr(part, "name", ""))
@pytest.mark.parametrize(("state", "why", "rc", "outcome"), STATES)
def test_our_answer_is_read_by_our_own_reader(
    dialect: SupplierDialect,
    write: Callable[[OrderView, str], WireReply],
    state: OrderState,
    why: str | None,
    rc: str,
    outcome: Outcome,
) -> None:
    answer = dialect.read_reply(write(view(state, why), "GAGAL. alasan"), BUY)
    assert (answer.code, answer.outcome, answer.ref) == (rc, outcome, "ref-1")
    assert answer.sn == ("AB12" if state is OrderState.SUCCESS else None)


ASKED = AgentRequest(Intent.ORDER, ref="ref-1", product="S10", dest="081234567890")
CHECKED = AgentRequest(Intent.STATUS_CHECK, ref="ref-1")
UNDECIDED = {Code.RATE_LIMITED, Code.BUSY, Code.INCIDENT, Code.REFERENCE_CONFLICT}


@pytest.mark.parametrize("code", list(Code))
def test_refusal_is_read_as_refused_or_left_open(code: Code) -> None:
    replies = (
        IAK.read_reply(iak.write_refusal(Refusal(code), "pesan", ASKED), BUY),
        DIGIFLAZZ_SELLER.read_reply(digiflazz_seller.write_refusal(Refusal(code), "pesan", ASKED), BUY),
    )
    for answer in replies:
        is_open = answer.outcome is Outcome.UNKNOWN
        assert is_open is (code in UNDECIDED)
        assert is_open or answer.outcome in {Outcome.REFUSED, Outcome.FAILED}


@pytest.mark.parametrize("code", list(Code))
def test_a_refused_status_check_ends_no_order(code: Code) -> None:
    answer = IAK.read_reply(iak.write_refusal(Refusal(code), "pesan", CHECKED), BUY)
    assert answer.outcome is (Outcome.REFUSED if code is Code.UNKNOWN_ORDER else Outcome.UNKNOWN)
    payment = IAK.read_reply(bills.write_refusal(Refusal(code), "pesan", CHECKED), PAY)
    assert (payment.outcome, payment.reason) == (
        (Outcome.REFUSED, "not_found") if code is Code.UNKNOWN_ORDER else (Outcome.UNKNOWN, payment.reason)
    )


@pytest.mark.parametrize("code", list(Code))
def test_a_refused_payment_is_refused_or_left_open(code: Code) -> None:
    asked = AgentRequest(Intent.BILL_PAY, inquiry_id=977)
    answer = IAK.read_reply(bills.write_refusal(Refusal(code), "pesan", asked), PAY)
    assert answer.outcome in {Outcome.REFUSED, Outcome.FAILED, Outcome.UNKNOWN}
    if code in UNDECIDED:
        assert answer.outcome is Outcome.UNKNOWN
    if code in {Code.INSUFFICIENT_BALANCE, Code.UNKNOWN_ORDER, Code.PRODUCT_CLOSED, Code.NO_SUPPLIER}:
        assert answer.outcome in {Outcome.REFUSED, Outcome.FAILED}


@pytest.mark.parametrize(
    ("code", "inquiry", "payment"),
    [
        (Code.NOT_A_BILL, "20", "20"),
        (Code.BILL_NOT_ASKED, "06", "06"),
        (Code.BILL_NOT_READY, "09", "33"),
        (Code.BILL_PAID, "01", "33"),
        (Code.BILL_REFUSED, "09", "33"),
        (Code.BILL_NO_ANSWER, "05", "33"),
    ],
)
def test_why_there_is_no_bill_to_pay_is_told_in_their_codes(code: Code, inquiry: str, payment: str) -> None:
    for intent, rc, buy in ((Intent.BILL_INQUIRY, inquiry, INQUIRY), (Intent.BILL_PAY, payment, PAY)):
        reply = bills.write_refusal(Refusal(code), "pesan", AgentRequest(intent, ref="ref-1"))
        assert msgspec.json.decode(reply.body)["data"]["response_code"] == rc
        outcome = Outcome.UNKNOWN if rc == "05" else Outcome.FAILED if rc in {"09", "33"} else Outcome.REFUSED
        assert IAK.read_reply(reply, buy).outcome is outcome


def test_seller_speaks_only_the_codes_its_reader_knows() -> None:
    for code in Code:
        data = msgspec.json.decode(digiflazz_seller.write_refusal(Refusal(code), "x", ASKED).body)["data"]
        assert data["rc"] in {"06", "07", "13", "14", "20", "39", "106", "121", "204"}
        assert all(isinstance(value, str) for value in data.values())
    data = msgspec.json.decode(digiflazz_seller.write_refusal(Refusal(Code.IP_NOT_ALLOWED), "x").body)["data"]
    assert data["rc"] == "204"


def test_a_bill_is_written_as_it_is_read() -> None:
    answer = IAK.read_reply(bills.write_bill(told_bill()), INQUIRY)
    assert (answer.outcome, answer.settles, answer.supplier_trx_id) == (Outcome.SUCCESS, False, "977")
    assert (answer.selling_price_idr, answer.price_idr, answer.admin_idr) == (305_000, 304_500, 5_000)
    assert (answer.bills, answer.customer, answer.period) == (2, "SUBSCRIBER", "201608")
    assert ("tarif", "R1") in answer.details


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (OrderState.ACCEPTED, Outcome.PENDING),
        (OrderState.SUCCESS, Outcome.SUCCESS),
        (OrderState.FAILED, Outcome.FAILED),
        (OrderState.REVERSED, Outcome.FAILED),
    ],
)
def test_a_payment_is_written_as_it_is_read(state: OrderState, outcome: Outcome) -> None:
    paid = msgspec.structs.replace(view(state), product="PLNPOSTPAID", dest="530000000001")
    answer = IAK.read_reply(bills.write_payment(paid, "GAGAL", 977), PAY)
    assert (answer.outcome, answer.supplier_trx_id, answer.price_idr) == (outcome, "977", 10_500)


def test_balance_and_price_lists_read_back() -> None:
    assert IAK.read_balance(iak.write_balance(5_000)) == 5_000
    assert IAK.read_balance(iak.write_refusal(Refusal(Code.BAD_SIGNATURE), "x")) is None
    row = ListedProduct("S10", "Simpati 10", 10_500, category="pulsa", brand="TELKOMSEL", kind="pulsa")
    (listed,) = IAK.read_price_list(iak.write_price_list([row])) or ()
    assert (listed.code, listed.price_idr, listed.on_sale, listed.brand) == ("S10", 10_500, True, "TELKOMSEL")
    off = {"product_code": "X5", "product_price": "5500", "status": "non active"}
    (listed,) = IAK.read_price_list(said([1, {"product_code": "A"}, off])) or ()
    assert (listed.code, listed.price_idr, listed.on_sale) == ("X5", 5_500, False)
    assert IAK.read_price_list(said({"rc": "204"})) is None
    (bill,) = sent(WireRequest("POST", "/", body=iak.write_bill_list([row]).body))["data"]["pasca"]
    assert (bill["code"], bill["fee"], bill["status"]) == ("S10", 10_500, 1)


# ---------------------------------------------------------------------- what an agent's server asks


def find(name: str) -> Credentials | None:
    return Credentials("TOKO", api_key="key-1") if name.upper() == "TOKO" else None


def ask(path: str, suffix: str, **fields: object) -> Inbound:
    body = {"username": "TOKO", "sign": sign("TOKO", "key-1", suffix)} | fields
    raw = msgspec.json.encode({key: value for key, value in body.items() if value is not ...})
    return iak.read_request(WireRequest("POST", path, body=raw), find, lambda _: False)


def top_up(**changes: object) -> Inbound:
    order: dict[str, object] = {"ref_id": "r1", "customer_id": "081234567890", "product_code": "s10"}
    return ask("/api/top-up", "r1", **(order | changes))


def test_top_up_is_an_order() -> None:
    request = top_up(customer_id=530000000001).request
    assert request is not None
    assert (request.intent, request.agent, request.product, request.dest, request.ref) == (
        Intent.ORDER,
        "TOKO",
        "S10",
        "530000000001",
        "r1",
    )


@pytest.mark.parametrize(
    ("changes", "auth", "code"),
    [
        ({"sign": "740b00a1b8784e028cc8078edf66d12b"}, "bad", Code.BAD_SIGNATURE),
        ({"sign": ...}, "bad", Code.BAD_SIGNATURE),
        ({"username": "nobody"}, "unknown", Code.UNKNOWN_SENDER),
        ({"username": ...}, "unknown", Code.MALFORMED),
        ({"customer_id": ""}, "ok", Code.INVALID_FORMAT),
        ({"product_code": ...}, "ok", Code.INVALID_FORMAT),
        ({"ref_id": ..., "sign": sign("TOKO", "key-1", "")}, "ok", Code.REFERENCE_REQUIRED),
    ],
)
def test_refused_top_up(changes: dict[str, Any], auth: str, code: Code) -> None:
    inbound = top_up(**changes)
    assert inbound.refusal is not None
    assert (inbound.auth, inbound.refusal.code, inbound.request) == (auth, code, None)


@pytest.mark.parametrize(
    ("body", "code"), [(b"\xff", Code.BAD_ENCODING), (b"{", Code.MALFORMED), (b"[]", Code.MALFORMED)]
)
def test_body_that_cannot_be_read(body: bytes, code: Code) -> None:
    request = WireRequest("POST", "/api/top-up", body=body)
    for inbound in (
        iak.read_request(request, find, lambda _: False),
        digiflazz_seller.read_request(request, find, bool),
    ):
        assert inbound.refusal == Refusal(code)


@pytest.mark.parametrize(
    ("path", "fields", "suffix", "intent"),
    [
        ("/api/check-status", {"ref_id": "r1"}, "r1", Intent.STATUS_CHECK),
        ("/api/check-balance", {}, "bl", Intent.BALANCE),
        ("/api/pricelist", {"status": "all"}, "pl", Intent.PRICE_LIST),
        ("/api/pricelist/pulsa/telkomsel", {}, "pl", Intent.PRICE_LIST),
        ("/api/v1/bill/check", {"commands": "inq-pasca", "code": "pln", "hp": "5300", "ref_id": "r"}, "r",
         Intent.BILL_INQUIRY),
        ("/api/v1/bill/check", {"commands": "pay-pasca", "tr_id": 977}, "977", Intent.BILL_PAY),
        ("/api/v1/bill/check", {"commands": "checkstatus", "ref_id": "r"}, "cs", Intent.STATUS_CHECK),
        ("/api/v1/bill/check/pln", {"commands": "pricelist-pasca"}, "pl", Intent.PRICE_LIST),
    ],
)  # fmt: skip
def test_other_verbs(path: str, fields: dict[str, object], suffix: str, intent: Intent) -> None:
    request = ask(path, suffix, **fields).request
    assert request is not None
    assert request.intent is intent
    assert ask(path, "another", **fields).auth == "bad"


@pytest.mark.parametrize(
    ("fields", "suffix", "code"),
    [
        ({"commands": "dance", "ref_id": "r"}, "r", Code.INVALID_FORMAT),
        ({"commands": ["inq-pasca"], "ref_id": "r"}, "r", Code.INVALID_FORMAT),
        ({"commands": "inq-pasca", "code": "pln", "ref_id": "r"}, "r", Code.INVALID_FORMAT),
        ({"commands": "inq-pasca", "code": "pln", "hp": "5300"}, "", Code.REFERENCE_REQUIRED),
        ({"commands": "pay-pasca", "tr_id": "none"}, "none", Code.UNKNOWN_ORDER),
        ({"commands": "checkstatus"}, "cs", Code.REFERENCE_REQUIRED),
    ],
)
def test_refused_bill(fields: dict[str, object], suffix: str, code: Code) -> None:
    assert ask("/api/v1/bill/check", suffix, **fields).refusal == Refusal(code)


def test_a_bill_is_paid_by_the_number_of_its_inquiry() -> None:
    request = ask("/api/v1/bill/check", "977", commands="pay-pasca", tr_id="977").request
    assert request is not None
    assert (request.inquiry_id, request.ref) == (977, None)
    amount = ask(
        "/api/v1/bill/check", "r", commands="inq-pasca", code="x", hp="5300", ref_id="r", desc={"amount": 5_000}
    )
    assert amount.request is not None
    assert amount.request.amount_idr == 5_000


def test_a_path_that_is_no_verb_is_malformed() -> None:
    assert ask("/api/dance", "r1", ref_id="r1").refusal == Refusal(Code.MALFORMED)


def test_seller_reads_orders_and_bills_of_one_address() -> None:
    def read_body(suffix: str, **fields: object) -> Inbound:
        body = {"username": "TOKO", "sign": sign("TOKO", "key-1", suffix)} | fields
        return digiflazz_seller.read_request(
            WireRequest("POST", "/", body=msgspec.json.encode(body)), find, lambda _: False
        )

    order = read_body("r1", ref_id="r1", customer_id="0812", product_code="s10")
    assert order.request is not None
    assert order.request.intent is Intent.ORDER
    assert read_body("r1", ref_id="r1", product_code="s10").refusal == Refusal(Code.INVALID_FORMAT)
    assert read_body("", customer_id="0812", product_code="s10").refusal == Refusal(Code.REFERENCE_REQUIRED)
    paid = read_body("977", commands="pay-pasca", tr_id="977")
    assert paid.request is not None
    assert digiflazz_seller.is_bill(paid.asked)
    assert not digiflazz_seller.is_bill(order.asked)
