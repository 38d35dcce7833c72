"""IRSMarket: an order two ways, and how little its codes prove."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from juru.server.dialects.irsmarket import IRSMARKET
from juru.server.dialects.profiles import ReplyProfile, load_profile
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome
from juru.values.wire import WireReply, WireRequest

ACCOUNT = {"api_key": "AK-1", "secret": "SECRET-1"}
BUY = Buy("S5", "+6281234567890", "1940164")
ROW: dict[str, Any] = {
    "success": True,
    "rc": "00",
    "reff": "1940164",
    "destination": "081234567890",
    "productcode": "S5",
    "msg": "S5.081234567890 SUKSES. SN: 5512345678. Saldo 5.000",
}
LIST = load_profile(
    {
        "patterns": [
            {"pattern": "^rc=11 ", "outcome": "failed"},
            {"pattern": "^rc=17 ", "outcome": "refused"},
            {"pattern": "^rc=12 ", "outcome": "success"},
        ]
    }
)


def read(profile: ReplyProfile | None = None, **changes: object) -> Answer:
    row = {key: value for key, value in (ROW | changes).items() if value is not ...}
    return IRSMARKET.read_reply(WireReply(200, msgspec.json.encode(row)), BUY, profile)


def test_nothing_is_asked_about_where_nothing_is_documented() -> None:
    assert (IRSMARKET.inquiry, IRSMARKET.bill_inquiry) == (InquiryVerb.NONE, None)
    assert IRSMARKET.inquire(ACCOUNT, BUY) is None
    assert IRSMARKET.balance(ACCOUNT) is None
    assert IRSMARKET.price_list(ACCOUNT) is None
    assert not IRSMARKET.inquiry_allowed(seconds_since_first_send=0, seconds_since_last_inquiry=None)


def test_order_of_an_amount_is_a_number_in_json_and_text_in_a_query() -> None:
    buy = Buy("DANA", "081234567890", "r1", amount_idr=25_000, max_price_idr=26_000)
    body = msgspec.json.decode(IRSMARKET.buy(ACCOUNT, buy).body)
    assert (body["amount"], body["maxprice"]) == (25_000, "26000")
    assert "apisecret" not in body
    query = dict(IRSMARKET.buy(ACCOUNT | {"method": "get", "auth": "secret"}, buy).query)
    assert (query["amount"], query["apisecret"]) == ("25000", "SECRET-1")
    assert "sign" not in query


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, Outcome.SUCCESS, None),
        ({"rc": 1}, Outcome.SUCCESS, None),
        ({"success": "true"}, Outcome.SUCCESS, None),
        ({"rc": "68", "msg": "under process"}, Outcome.PENDING, None),
        ({"rc": "68", "msg": "S5.081234567890 SUKSES. SN: 5512345678."}, Outcome.SUCCESS, None),
        ({"success": False}, Outcome.UNKNOWN, "unmapped_code"),
        ({"success": ...}, Outcome.UNKNOWN, "unmapped_code"),
        ({"success": False, "rc": "68"}, Outcome.UNKNOWN, "unmapped_code"),
        ({"success": False, "rc": "11", "msg": "GAGAL. Nomor salah"}, Outcome.UNKNOWN, "unmapped_code"),
        ({"rc": "77"}, Outcome.UNKNOWN, "unmapped_code"),
        ({"rc": ...}, Outcome.UNKNOWN, "unmapped_code"),
        ({"msg": "S5.081234567890 GAGAL"}, Outcome.UNKNOWN, "contradiction"),
        ({"reff": "other"}, Outcome.UNKNOWN, "ref_mismatch"),
        ({"destination": "089999999999"}, Outcome.UNKNOWN, "dest_mismatch"),
        ({"productcode": "X5"}, Outcome.UNKNOWN, "product_mismatch"),
    ],
)
def test_reply(changes: dict[str, Any], outcome: Outcome, reason: str | None) -> None:
    answer = read(**changes)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    assert (answer.sn is not None) is (outcome is Outcome.SUCCESS)


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"success": False, "rc": "11", "msg": "GAGAL"}, Outcome.FAILED, None),
        ({"success": False, "rc": "11", "msg": ""}, Outcome.FAILED, None),
        ({"success": False, "rc": "17", "msg": "GAGAL. Saldo tidak cukup"}, Outcome.REFUSED, None),
        ({"success": True, "rc": "11", "msg": ""}, Outcome.UNKNOWN, "contradiction"),
        ({"success": False, "rc": "12", "msg": ""}, Outcome.UNKNOWN, "contradiction"),
        ({"success": True, "rc": "12"}, Outcome.SUCCESS, None),
        ({"success": False, "rc": "13", "msg": "GAGAL"}, Outcome.UNKNOWN, "unmapped_code"),
    ],
)
def test_a_suppliers_own_list_maps_what_the_table_leaves_open(
    changes: dict[str, object], outcome: Outcome, reason: str | None
) -> None:
    answer = read(LIST, **changes)
    assert (answer.outcome, answer.reason) == (outcome, reason)


def test_sn_in_a_field_beats_the_one_in_the_words() -> None:
    assert read(sn="ABC-1").sn == "ABC-1"
    assert read(sn="081234567890").sn == "5512345678"


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"[" * 100_000])
def test_unreadable_reply_is_unknown(body: bytes) -> None:
    assert IRSMARKET.read_reply(WireReply(200, body), BUY).reason == "unreadable"


def test_report_is_read_from_json_or_a_query() -> None:
    told = msgspec.json.encode(
        {"reffid": "1940164", "tujuan": "081234567890", "produk": "S5", "status": 1, "sn": "AB1"}
    )
    by_json = IRSMARKET.read_callback(WireRequest("POST", "/", body=told))
    query = (("reff", "1940164"), ("rc", "1"), ("destination", "081234567890"), ("sn", "AB1"), ("msg", "SUKSES"))
    by_query = IRSMARKET.read_callback(WireRequest("GET", "/", query))
    for read_back in (by_json, by_query):
        assert read_back.auth == "none"
        assert read_back.answer is not None
        assert (read_back.answer.outcome, read_back.answer.ref, read_back.answer.sn) == (
            Outcome.SUCCESS,
            "1940164",
            "AB1",
        )
    empty = IRSMARKET.read_callback(WireRequest("POST", "/", body=b"[]")).answer
    assert empty is not None
    assert empty.outcome is Outcome.UNKNOWN
    assert IRSMARKET.callback_secret(ACCOUNT) is None
