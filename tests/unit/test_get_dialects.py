"""The GET dialects from both sides: what a text and a code say together, who may order, and bills told in numbers."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import pytest

from juru.server.dialects.bill_texts import bill_found_text, bill_paid_text, bill_refused_text
from juru.server.dialects.contract import Credentials, Inbound, UnsayableError
from juru.server.dialects.get_buying import GetDialect
from juru.server.dialects.get_rows import (
    DIGIFLAZZ_GET,
    GET_ROWS,
    IRS,
    PAYUNI,
    SERPUL,
    SIPAS,
    ST24,
    TIGER,
    GetRow,
)
from juru.server.dialects.get_selling import GetSelling
from juru.server.domain.bill import Bill
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Buy, InquiryVerb, Outcome, Step
from juru.server.domain.refusals import Code
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.views import BillView, OrderState, OrderView
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"member_id": "IRS001", "pin": "1234", "user": "u1", "password": "p1"}
BUY = Buy("S5", "+628120000000", "r1")
BILL = Buy("pln", "530000000003", "b-1", step=Step.INQUIRY)
AGENT = Credentials("IRS001", pin="1234", password="p1", user="u1")
ORDER = {"id": "IRS001", "pin": "1234", "user": "u1", "pass": "p1", "kodeproduk": "s5", "idtrx": "r1"} | {
    "tujuan": "08120000000"
}
DIGI = GetDialect(DIGIFLAZZ_GET)


def sent(row: GetRow, buy: Buy = BUY, **account: str) -> dict[str, str]:
    return dict(GetDialect(row).buy(ACCOUNT | account, buy).query)


def ask(changed: Mapping[str, str], agent: Credentials | None = AGENT) -> Inbound:
    fields = {name: value for name, value in (ORDER | dict(changed)).items() if value != "-"}
    request = WireRequest("GET", "/api", tuple(fields.items()))
    return GetSelling(IRS).read_request(
        request, lambda code: agent if code.upper() == "IRS001" else None, lambda code: code == "DANA"
    )


def read(text: str, buy: Buy = BUY, row: GetRow = DIGIFLAZZ_GET) -> Answer:
    return GetDialect(row).read_reply(WireReply(200, text.encode()), buy)


def report(row: GetRow = IRS, **fields: str) -> Answer:
    answer = GetDialect(row).read_callback(WireRequest("GET", "/c", tuple(fields.items()))).answer
    assert answer is not None
    return answer


# ---------------------------------------------------------------------- buying


@pytest.mark.parametrize("row", GET_ROWS, ids=lambda row: row.name)
def test_names_of_a_row_are_told_apart_in_any_case(row: GetRow) -> None:
    for names in (row.order, row.report):
        told = [getattr(names, field).lower() for field in names.__struct_fields__]
        used = [name for name in told if name]
        assert len(used) == len(set(used))


def test_own_servers_are_not_asked_again_and_digiflazz_is_for_eighty_days() -> None:
    for row in (IRS, ST24, TIGER, PAYUNI, SERPUL, SIPAS):
        dialect = GetDialect(row)
        assert (dialect.inquiry, dialect.bill_inquiry, dialect.inquire(ACCOUNT, BUY)) == (InquiryVerb.NONE, None, None)
    assert (DIGI.inquiry, DIGI.bill_inquiry) == (InquiryVerb.RESEND, InquiryVerb.RESEND)
    assert DIGI.inquire(ACCOUNT, BUY) == DIGI.buy(ACCOUNT, BUY)
    day_s = 86_400
    asked = [
        DIGI.inquiry_allowed(seconds_since_first_send=days * day_s, seconds_since_last_inquiry=None)
        for days in (79, 80, 90)
    ]
    assert asked == [True, False, False]
    assert not DIGI.inquiry_allowed(seconds_since_first_send=60, seconds_since_last_inquiry=59)


@pytest.mark.parametrize(
    ("row", "name", "wanted"),
    [(IRS, "tujuan", "3.08120000000"), (SERPUL, "counter", "3"), (SERPUL, "dest", "08120000000")],
)
def test_a_repeat_of_the_day_is_counted_where_the_row_says(row: GetRow, name: str, wanted: str) -> None:
    assert sent(row, Buy("S5", "+628120000000", "r1", counter=3))[name] == wanted


def test_a_row_without_a_counter_sends_none() -> None:
    assert sent(TIGER, Buy("S5", "+628120000000", "r1", counter=3))["tujuan"] == "08120000000"


def test_an_account_renames_parameters_and_leaves_one_out() -> None:
    own = {"name_product": "sku_code", "name_dest": "msisdn", "name_user": "", "name_counter": "ke"}
    query = sent(SIPAS, BUY, **own)
    assert query == {"id": "IRS001", "pin": "1234", "pass": "p1", "sku_code": "S5", "msisdn": "08120000000"} | {
        "idtrx": "r1",
        "ke": "1",
    }
    assert GetDialect(TIGER).buy(ACCOUNT | {"order_path": "/h2h"}, BUY).path == "/h2h"


def test_a_seller_who_wants_no_user_needs_none_of_the_account() -> None:
    account = {"member_id": "IRS001", "pin": "1234", "password": "p1", "name_user": ""}
    assert "user" not in dict(GetDialect(SIPAS).buy(account, BUY).query)


def test_the_highest_price_goes_only_where_it_is_known() -> None:
    capped = Buy("S5", "+628120000000", "r1", max_price_idr=5_500)
    assert sent(DIGIFLAZZ_GET, capped)["hargamax"] == "5500"
    assert "hargamax" not in sent(IRS, capped)


def test_a_destination_with_dots_is_said_to_have_them() -> None:
    query = sent(DIGIFLAZZ_GET, Buy("PDAM", "12.0878.1", "r1", counter=2))
    assert (query["tujuan"], query["izinkantitik"]) == ("12.0878.1", "true")


def test_a_test_order_is_one_only_by_the_account() -> None:
    assert sent(DIGIFLAZZ_GET, BUY, testing="true")["testing"] == "true"
    assert "testing" not in sent(DIGIFLAZZ_GET)


@pytest.mark.parametrize("step", [Step.INQUIRY, Step.PAY])
def test_own_servers_have_no_words_for_a_bill(step: Step) -> None:
    with pytest.raises(UnsayableError, match="bills"):
        sent(IRS, Buy("pln", "530000000003", "b-1", step=step))


def test_the_amount_of_a_bill_is_its_denom_and_a_prepaid_amount_has_no_words() -> None:
    assert sent(DIGIFLAZZ_GET, Buy("dana", "0812", "b-1", amount_idr=50_000, step=Step.INQUIRY))["denom"] == "50000"
    with pytest.raises(UnsayableError, match="amount"):
        sent(DIGIFLAZZ_GET, Buy("dana", "0812", "b-1", amount_idr=50_000))


# ---------------------------------------------------------------------- what sellers answer


def test_a_text_that_leads_with_another_dialects_code_is_unknown() -> None:
    answer = read("status=20&message=S5.08120000000 SUKSES. SN: 123456.")
    assert (answer.outcome, answer.reason, answer.code) == (Outcome.UNKNOWN, "unmapped_code", "20")


@pytest.mark.parametrize(
    "text",
    ["GAGAL. PIN salah", "GAGAL. IP 10.0.0.1 belum terdaftar", "GAGAL. Akses ditolak", "GAGAL, password tidak cocok"],
)
def test_a_request_refused_for_itself_is_named_so(text: str) -> None:
    answer = read(text)
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, REQUEST_REFUSED)


@pytest.mark.parametrize("text", ["S5.08120000000 GAGAL. Nomor tujuan salah", "S5.08120000000 GAGAL. User ID salah"])
def test_a_failure_of_the_order_is_not_taken_for_one_of_the_request(text: str) -> None:
    assert (read(text).outcome, read(text).reason) == (Outcome.FAILED, None)


def test_a_report_in_one_word_contradicts_its_code() -> None:
    assert report(clientid="r1", statuscode="1", msg="S5.08120000000 GAGAL").outcome is Outcome.UNKNOWN
    assert report(clientid="r1", statuscode="2", msg="S5.08120000000 SUKSES. SN:1234567.").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ["0", "3", "99", "sukses"])
def test_a_report_with_a_code_of_no_table_is_unknown_whatever_it_says(code: str) -> None:
    answer = report(clientid="r1", statuscode=code, msg="S5.08120000000 SUKSES. SN:1234567.")
    assert (answer.outcome, answer.reason, answer.code, answer.sn) == (Outcome.UNKNOWN, "unmapped_code", code, None)


def test_a_report_without_a_code_or_without_words_is_read_by_the_other() -> None:
    assert report(clientid="r1", msg="S5.08120000000 SUKSES. SN:1234567.").outcome is Outcome.SUCCESS
    assert report(clientid="r1", statuscode="1", sn="1234567").sn == "1234567"
    assert report(clientid="r1").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("sn", ["08120000000", "-", "0", "r1", ""])
def test_what_is_no_serial_number_leaves_that_of_the_text(sn: str) -> None:
    answer = report(clientid="r1", statuscode="1", msisdn="08120000000", sn=sn, msg="SUKSES. SN:7654321.")
    assert answer.sn == "7654321"


def test_a_report_about_another_number_is_quarantined() -> None:
    answer = report(clientid="r1", statuscode="1", msisdn="087859915379", sn="1", msg="SUKSES")
    checked = GetDialect(IRS).check(answer, BUY)
    assert (checked.outcome, checked.reason) == (Outcome.UNKNOWN, "dest_mismatch")


def test_payuni_reports_by_its_own_names() -> None:
    text = "Lancar BOS. TrxID=b31 kode tsel5 ke 08120000000 Sukses. SN:0144700. Saldo 66,125"
    answer = report(PAYUNI, message=text, refID="r1", produk="HX5", sn="19051780162192", tujuan="08120000000")
    assert (answer.outcome, answer.ref, answer.sn, answer.dest) == (
        Outcome.SUCCESS,
        "r1",
        "19051780162192",
        "08120000000",
    )


# ---------------------------------------------------------------------- bills

FOUND = (
    "Code=pln cek Tagihan SUKSES ke 530000000003 SN:BUDI SANTOSO/R1/1300 /Tagihan=50000/Admin=2500/Total Tagihan=52500"
    "/JmlBulan=2.Saldo=990000.Harga=51000.Clientid=b-1."
)
PAID = FOUND.replace("cek", "bayar").replace("BUDI SANTOSO/R1/1300 ", "004212C9245F/BUDI")


def test_a_bill_that_was_asked_about_is_priced_and_settles_nothing() -> None:
    answer = read(FOUND, BILL)
    assert (answer.outcome, answer.settles, answer.step, answer.sn) == (Outcome.SUCCESS, False, "inquiry", None)
    assert (answer.selling_price_idr, answer.admin_idr, answer.bills, answer.price_idr) == (52_500, 2_500, 2, 51_000)
    assert (answer.customer, answer.details) == ("BUDI SANTOSO", (("keterangan", "R1/1300"),))
    assert (answer.ref, answer.dest, answer.balance_idr) == ("b-1", "530000000003", 990_000)


def test_a_paid_bill_keeps_its_receipt_as_serial_number() -> None:
    answer = read(PAID, Buy("pln", "530000000003", "b-1", step=Step.PAY))
    assert (answer.outcome, answer.settles, answer.sn) == (Outcome.SUCCESS, True, "004212C9245F/BUDI")
    assert (answer.selling_price_idr, answer.price_idr) == (52_500, 51_000)


def test_a_bill_of_another_customer_is_unknown() -> None:
    answer = read(FOUND, Buy("pln", "530000000009", "b-1", step=Step.INQUIRY))
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "dest_mismatch")


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("Code=pln ke 530000000003 PROSES. Saldo=990000", Outcome.PENDING, None),
        ("Code=pln ke 530000000003 GAGAL. Saldo=990000. Alasan = Transaksi Gagal", Outcome.FAILED, None),
        ("Code=pln ke 530000000003 GAGAL. Saldo=990000. Alasan = Data belum ada", Outcome.REFUSED, "not_found"),
    ],
)
def test_a_payment_that_is_no_success_is_read_by_its_words(text: str, outcome: Outcome, reason: str | None) -> None:
    answer = read(text, Buy("pln", "530000000003", "b-1", step=Step.PAY))
    assert (answer.outcome, answer.reason, answer.selling_price_idr) == (outcome, reason, None)


def test_a_hostile_bill_costs_no_more_than_a_long_one() -> None:
    for text in ("Code=" * 4_000, "Code=p cek Tagihan SUKSES ke " * 900, "Tagihan=1/Admin=" * 1_500, "/ " * 9_000):
        begun = time.perf_counter()
        read(text, BILL)
        assert time.perf_counter() - begun < 0.1


VIEW = BillView(
    ref="b-1",
    agent="IRS001",
    product="PLN",
    dest="530000000003",
    price_idr=51_000,
    selling_price_idr=52_500,
    balance_idr=990_000,
    at="2025-01-31T10:15:00+07:00",
    day=1,
    admin_idr=2_500,
    bills=2,
    customer="BUDI = SANTOSO",
    period="201901",
)
KEPT = Bill(
    1,
    "b-1",
    "PLN",
    "530000000003",
    "o",
    "s",
    "pln",
    "x",
    day=1,
    at_ms=1,
    selling_price_idr=52_500,
    admin_idr=2_500,
    bills=2,
)
_TAIL = (
    r"SN:(?P<keterangan1>.+)[ ]*[/]Tagihan=(?P<tagihanasli>\d+)[/]Admin=(?P<admin>\d+)[/]Total Tagihan=(?P<tagihan>\d+)"
    r"[/]JmlBulan=(?P<qty>\d+).Saldo=(?P<saldo>\d+).Harga=(?P<hargabeli>\d+).Clientid=(?P<clientid>.+)"
)
CATCHES_FOUND = re.compile(r"Code=(?P<kode>.+) cek Tagihan SUKSES ke (?P<tujuan>.+) " + _TAIL + r"\.")
CATCHES_PAID = re.compile(
    r"Code=(?P<kode>.+) bayar Tagihan SUKSES ke (?P<tujuan>.+) " + _TAIL + r".Clientidpay=(?P<pay>.+)\."
)
CATCHES_OTHERS = {
    OrderState.ACCEPTED: re.compile(r"Code=(?P<kode>.+) ke (?P<tujuan>.+) PROSES.*"),
    OrderState.FAILED: re.compile(r"Code=(?P<kode>.+) ke (?P<tujuan>.+) GAGAL.*"),
    OrderState.REVERSED: re.compile(r"Code=(?P<kode>.+) ke (?P<tujuan>.+) GAGAL.*"),
}
"""What programs that buy from Digiflazz are set up to catch (DF/irs/buyer/cek-tagihan-2, bayar-tagihan-2)."""


def paid(state: OrderState, sn: str | None = None) -> OrderView:
    return OrderView(9, "b-1", "IRS001", "PLN", "530000000003", state, 51_000, 939_000, VIEW.at, sn)


def test_programs_set_up_for_digiflazz_catch_what_a_bill_is_told_in() -> None:
    found = CATCHES_FOUND.fullmatch(bill_found_text(VIEW))
    assert found is not None
    assert found.groupdict() == {"kode": "PLN", "tujuan": "530000000003", "keterangan1": "BUDI SANTOSO/201901"} | {
        "tagihanasli": "50000",
        "admin": "2500",
        "tagihan": "52500",
        "qty": "2",
        "saldo": "990000",
        "hargabeli": "51000",
        "clientid": "b-1",
    }
    done = CATCHES_PAID.fullmatch(bill_paid_text(paid(OrderState.SUCCESS, sn="REF1/BUDI"), KEPT, reason=""))
    assert done is not None
    assert (done["keterangan1"], done["tagihan"], done["saldo"], done["clientid"], done["pay"]) == (
        "REF1/BUDI",
        "52500",
        "939000",
        "b-1",
        "b-1",
    )
    for state, pattern in CATCHES_OTHERS.items():
        caught = pattern.fullmatch(bill_paid_text(paid(state), KEPT, reason="Dana dikembalikan"))
        assert caught is not None
        assert (caught["kode"], caught["tujuan"]) == ("PLN", "530000000003")


def test_our_own_buying_side_reads_what_our_selling_side_writes() -> None:
    answer = read(bill_found_text(VIEW), BILL)
    assert (answer.outcome, answer.settles, answer.customer) == (Outcome.SUCCESS, False, "BUDI SANTOSO")
    pay = Buy("PLN", "530000000003", "b-1", step=Step.PAY)
    wanted = {
        OrderState.ACCEPTED: Outcome.PENDING,
        OrderState.SUCCESS: Outcome.SUCCESS,
        OrderState.FAILED: Outcome.FAILED,
        OrderState.REVERSED: Outcome.FAILED,
    }
    for state, outcome in wanted.items():
        text = bill_paid_text(paid(state, sn="REF1/BUDI"), KEPT, reason="Operator menolak")
        assert (read(text, pay).outcome, read(text, pay).ref) == (outcome, "b-1"), text
    refused = bill_refused_text(AgentRequest(Intent.BILL_INQUIRY, product="PLN", dest="53", ref="b-1"), "Kode salah")
    assert read(refused, Buy("PLN", "53", "b-1", step=Step.INQUIRY)).outcome in {Outcome.FAILED, Outcome.REFUSED}


# ---------------------------------------------------------------------- selling


@pytest.mark.parametrize(
    ("kind", "intent"), [("-", Intent.ORDER), ("", Intent.ORDER), ("5", Intent.BILL_INQUIRY), ("6", Intent.BILL_PAY)]
)
def test_jenis_says_what_is_wanted(kind: str, intent: Intent) -> None:
    inbound = ask({"jenis": kind})
    assert inbound.request is not None
    assert (inbound.request.intent, inbound.request.product, inbound.request.ref) == (intent, "S5", "r1")


def test_a_jenis_that_is_not_known_buys_nothing() -> None:
    inbound = ask({"jenis": "7"})
    assert inbound.refusal is not None
    assert (inbound.refusal.code, inbound.request) == (Code.INVALID_FORMAT, None)


@pytest.mark.parametrize("row", [row for row in GET_ROWS if row.serves], ids=lambda row: row.name)
@pytest.mark.parametrize("value", ["true", "TRUE", "1", "yes", "x"])
@pytest.mark.parametrize("kind", ["", "5", "6"])
def test_a_test_order_never_buys(row: GetRow, value: str, kind: str) -> None:
    names = row.order
    fields = {
        names.member: "IRS001",
        names.pin: "1234",
        names.user: "u1",
        names.password: "p1",
        names.product: "S5",
        names.dest: "08120000000",
        names.ref: "r1",
        "jenis": kind,
    }
    for testing, code in ((value, Code.NOT_SERVED_YET), ("false", None), ("", None), ("0", None)):
        request = WireRequest("GET", "/", tuple((fields | {"Testing": testing}).items()))
        inbound = GetSelling(row).read_request(request, lambda _: AGENT, lambda _: False)
        assert (inbound.refusal.code if inbound.refusal else None) is code
        assert (inbound.request is None) is (code is not None)


@pytest.mark.parametrize(
    "wrong",
    [{"pin": "1235"}, {"pin": "-"}, {"user": "u2"}, {"user": "-"}, {"user": "U1"}, {"pass": "p2"}, {"pass": ""}],
)
def test_pin_user_and_password_must_all_match(wrong: dict[str, str]) -> None:
    inbound = ask(wrong)
    assert inbound.auth == "bad"
    assert inbound.refusal is not None
    assert inbound.refusal.code is Code.WRONG_PIN
    assert inbound.agent == "IRS001"


@pytest.mark.parametrize("lacks", ["pin", "user", "password"])
def test_an_agent_who_has_no_such_secret_is_never_proved(lacks: str) -> None:
    secrets: dict[str, str | None] = {"pin": "1234", "user": "u1", "password": "p1", lacks: None}
    field = {"pin": "pin", "user": "user", "password": "pass"}[lacks]
    for sent_value in ("", "None", "-"):
        inbound = ask({field: sent_value}, Credentials("IRS001", **secrets))
        assert inbound.auth == "bad"


@pytest.mark.parametrize(
    ("changed", "dest", "counter"),
    [
        ({"tujuan": "2.08120000000"}, "08120000000", 2),
        ({"tujuan": "99.08120000000"}, "08120000000", 99),
        ({"tujuan": "100.08120000000"}, "100.08120000000", None),
        ({"tujuan": "0.08120000000"}, "0.08120000000", None),
        ({"tujuan": "2.0812", "izinkantitik": "true"}, "2.0812", None),
    ],
)
def test_a_counter_stands_in_front_of_the_destination(changed: dict[str, str], dest: str, counter: int | None) -> None:
    request = ask(changed).request
    assert request is not None
    assert (request.dest, request.counter) == (dest, counter)


def test_a_counter_that_is_none_buys_nothing() -> None:
    fields = {"memberID": "IRS001", "pin": "1234", "user": "u1", "password": "p1", "product": "S5", "refID": "r1"}
    request = WireRequest("GET", "/", tuple((fields | {"dest": "0812", "counter": "dua"}).items()))
    inbound = GetSelling(SERPUL).read_request(request, lambda _: AGENT, lambda _: False)
    assert inbound.refusal is not None
    assert inbound.refusal.code is Code.INVALID_FORMAT


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kodeproduk": "-"}, Code.INVALID_FORMAT),
        ({"tujuan": ""}, Code.INVALID_FORMAT),
        ({"hargamax": "lima ribu"}, Code.INVALID_FORMAT),
        ({"hargamax": "0"}, Code.INVALID_FORMAT),
        ({"denom": "50000"}, Code.BAD_AMOUNT),
        ({"kodeproduk": "dana"}, Code.BAD_AMOUNT),
        ({"kodeproduk": "dana", "denom": "-5"}, Code.BAD_AMOUNT),
        ({"jenis": "5", "idtrx": ""}, Code.REFERENCE_REQUIRED),
        ({"jenis": "6", "idtrx": "-"}, Code.REFERENCE_REQUIRED),
    ],
)
def test_what_cannot_be_an_order_is_refused_by_name(changed: dict[str, str], code: Code) -> None:
    inbound = ask(changed)
    assert inbound.auth == "ok"
    assert inbound.refusal is not None
    assert inbound.refusal.code is code


def test_a_highest_price_and_an_amount_are_read() -> None:
    request = ask({"kodeproduk": "dana", "denom": "50000", "hargamax": "51000"}).request
    assert request is not None
    assert (request.amount_idr, request.max_price_idr) == (50_000, 51_000)


def test_names_come_in_any_case_and_by_form_as_well() -> None:
    fields = {name.upper(): value for name, value in ORDER.items()}
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    posted = WireRequest("POST", "/", (), (("Content-Type", "application/x-www-form-urlencoded"),), body)
    for request in (WireRequest("GET", "/", tuple(fields.items())), posted):
        inbound = GetSelling(IRS).read_request(request, lambda _: AGENT, lambda _: False)
        assert inbound.auth == "ok"


def test_a_stranger_and_nobody_are_told_apart() -> None:
    assert ask({"id": "OTHER"}).refusal is not None
    assert (ask({"id": "OTHER"}).auth, ask({"id": "-"}).auth) == ("unknown", "unknown")
    nobody = ask({"id": "-"}).refusal
    assert nobody is not None
    assert nobody.code is Code.MALFORMED
