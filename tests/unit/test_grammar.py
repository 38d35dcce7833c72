"""Order texts: every pattern of the reference's table, and nothing read by guessing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.server.dialects.grammar import change_pin_fields, read_order_text, self_registration
from juru.server.dialects.grammar_profile import DEFAULT, GrammarProfile, load_grammar, profile_with_keywords
from juru.server.domain.requests import AgentRequest, Intent

PIN_FIRST = msgspec.structs.replace(DEFAULT, pin="first")
PIN_ABSENT = msgspec.structs.replace(DEFAULT, pin="absent")
OPEN_AMOUNT = msgspec.structs.replace(DEFAULT, order_amount=True)


def told(request: AgentRequest) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(request)
    found["intent"] = str(request.intent)
    if request.items:
        found["items"] = [(item.product or item.denom_k, item.dest, item.counter) for item in request.items]
    return found


def order(product: str | int, dest: str, **more: object) -> dict[str, object]:
    key = "denom_k" if isinstance(product, int) else "product"
    return {"intent": "order", key: product, "dest": dest, **more}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SJ20.082141973900.1234", order("SJ20", "082141973900", pin="1234")),
        ("sj20*082141973900*1234", order("SJ20", "082141973900", pin="1234")),
        ("SJ20#+6282141973900#1234", order("SJ20", "+6282141973900", pin="1234")),
        ("SJ20;082141973900;123456", order("SJ20", "082141973900", pin="123456")),
        ("  SJ20 .  082141973900 . 1234. ", order("SJ20", "082141973900", pin="1234")),
        ("SJ20.082141973900", order("SJ20", "082141973900")),
        ("5.085654478713.1234", order(5, "085654478713", pin="1234")),
        ("I.S20.081323456789.8888", order("S20", "081323456789", pin="8888")),
        ("I.20.081323456789.8888", order(20, "081323456789", pin="8888")),
        ("tsel10.2.08524711111.123456", order("TSEL10", "08524711111", counter=2, pin="123456")),
        ("5.2.085654478713.1234", order(5, "085654478713", counter=2, pin="1234")),
        ("M10.081555666777.2.1234", order("M10", "081555666777", counter=2, pin="1234")),
        ("20.0813000000.1234.2", order(20, "0813000000", counter=2, pin="1234")),
        ("S20.0813000000.1234#2", order("S20", "0813000000", counter=2, pin="1234")),
        ("I.S20.081323456789.8888.3", order("S20", "081323456789", counter=3, pin="8888")),
        ("S5-2.081234567890.1234", order("S5", "081234567890", counter=2, pin="1234")),
        ("I2.S5.081234567890.1234", order("S5", "081234567890", counter=2, pin="1234")),
        ("I5.2.081234567890.1234", order("I5", "081234567890", counter=2, pin="1234")),
        ("I10.085645874500.1234.RO", order("I10", "085645874500", pin="1234", repeat=True)),
        ("Ulang.I10.085645874500.1234", order("I10", "085645874500", pin="1234", repeat=True)),
        ("ulang.I10.085645874500.1234.3", order("I10", "085645874500", pin="1234", repeat=True, counter=3)),
        ("tsel10.08524711111.123456 R#a_1-b", order("TSEL10", "08524711111", pin="123456", ref="a_1-b")),
        ("M10 081555666777 1234", order("M10", "081555666777", pin="1234")),
        ("100.5055012345.1234.081234567890", order(100, "5055012345", pin="1234", notify="081234567890")),
        ("PLN20.5055012345.081234567890.1234", order("PLN20", "5055012345", pin="1234", notify="081234567890")),
        ("Multi.M10.081555666777.1234", order("M10", "081555666777", pin="1234")),
        ("SAMSAT.12345678,990011.1234", order("SAMSAT", "12345678,990011", pin="1234")),
        ("S.081234567890.1234", order("S", "081234567890", pin="1234")),
        ("A5.081234567890.1234", order("A5", "081234567890", pin="1234")),
    ],
)
def test_order_patterns(text: str, wanted: dict[str, object]) -> None:
    assert told(read_order_text(text)) == wanted


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("i10.085645874500,a10.085234386088.1234", [("I10", "085645874500", None), ("A10", "085234386088", None)]),
        ("i10.085645874500#a10.085234386088.1234", [("I10", "085645874500", None), ("A10", "085234386088", None)]),
        ("I.i10.085645874500.a10.085234386088.1234", [("I10", "085645874500", None), ("A10", "085234386088", None)]),
        ("M.5.085645874500.10.085234386088.1234", [(5, "085645874500", None), (10, "085234386088", None)]),
        ("5.085645874500,10.085234386088.1234", [(5, "085645874500", None), (10, "085234386088", None)]),
        ("5.085645874500.100.085234386088.1234", [(5, "085645874500", None), (100, "085234386088", None)]),
        ("i10.2.085645874500,a10-3.085234386088.1234", [("I10", "085645874500", 2), ("A10", "085234386088", 3)]),
        ("i10 085645874500,a10 085234386088 1234", [("I10", "085645874500", None), ("A10", "085234386088", None)]),
    ],
)
def test_several_orders_in_one_message(text: str, items: list[tuple[object, ...]]) -> None:
    assert told(read_order_text(text)) == {"intent": "order_multi", "items": items, "pin": "1234"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "halo bos",
        "S10",
        "S10.0812",
        "S10.1.081234567890.1234",
        "S10.081234567890.123",
        "S10..081234567890.1234",
        "S10.081234567890.1234.5678",
        "S10.081234567890.1234.2.3",
        "S10.2.081234567890.3.1234",
        "S10-2.081234567890.1234.3",
        "S10.081234567890.1234.2.RO",
        "S10.0812 3456 7890.1234",
        "S10.٠٨١٢٣٤٥٦٧٨٩٠.1234",
        "S10.081234567890.1234 R#",
        "S10.081234567890.1234 R#" + "x" * 65,
        "RO.081234567890.1234",
        "M.081234567890.1234",
        "0.081234567890.1234",
        "Multi.M10.081555666777.2.1234.RO",
        "i10.085645874500,a10.085234386088.1234.RO",
        "i10.085645874500,1234",
        "T.1234.50000.9999",
        "TIKET.100.000.1234",
        "T.SBY1..1234",
        "UNTIKET.abc",
        "inq.pln",
        "inq.pln.54000000001.1234.x",
        "S10.081234567890.1234" + " " * 500,
        "S10.081234567890." + "1" * 200,
    ],
)
def test_what_does_not_fit_is_invalid(text: str) -> None:
    request = read_order_text(text)
    assert request.intent is Intent.INVALID
    assert request.problem


@pytest.mark.parametrize(
    "text",
    [
        "S10.081234567890.12345678",  # a PIN of eight digits or a number to notify
        "5.081234567890.10.085678901234.1234",  # counter and notify, or a second pair
        "T.081234567890.1234",  # a transfer without PIN, or a product named T
        "T.12345678.20000000.1234",  # which of the two is the amount
        "TUKAR.1234",  # amount or PIN
        "LAP.250124",  # a date or a PIN
    ],
)
def test_two_possible_readings_are_refused(text: str) -> None:
    request = read_order_text(text)
    assert (request.intent, request.problem) == (Intent.INVALID, "ambiguous")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("SADLO", ("SALDO", "SAL")),
        ("KOMISSI.1234", ("KOMISI",)),
        ("TIKTE.50000.1234", ("TIKET",)),
        ("QWERTY.50000.1234", ()),
        ("739158.739158", ()),
    ],
)
def test_an_unknown_word_is_told_those_it_may_have_been_and_means_none_of_them(
    text: str, near: tuple[str, ...]
) -> None:
    request = read_order_text(text)
    assert (request.intent, request.near, request.pin, request.amount_idr) == (Intent.INVALID, near, None, None)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("TIKET.abc.def.1234", "deposit_ticket"), ("REG.Ana", "downline_register"), ("GANTI.1", "correct_number")],
)
def test_what_is_wrong_after_a_known_word_names_its_command(text: str, intent: str) -> None:
    request = read_order_text(text)
    assert (request.intent, request.text) == (Intent.INVALID, intent)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("REG.maju.Kios Baru", ("MAJU", "Kios Baru")),
        ("daftar maju Kios Solo", ("MAJU", "Kios", "Solo")),
        ("REG.MAJU", None),
        ("REG.MAJU.081234567890", None),
        ("REG.MAJU.Kios.Solo.Jaya", None),
        ("SAL.MAJU.Kios", None),
        ("", None),
    ],
)
def test_a_stranger_registers_by_a_word(text: str, words: tuple[str, ...] | None) -> None:
    found = self_registration(text)
    assert (None if found is None else found.words) == words


def test_more_pairs_than_the_limit() -> None:
    pairs = [f"S{number}.0812345678{number}0" for number in range(1, 7)]
    assert read_order_text(",".join(pairs[:5]) + ".1234").intent is Intent.ORDER_MULTI
    assert read_order_text(",".join(pairs) + ".1234").problem == "too_many_pairs"


def test_longer_than_the_limit() -> None:
    short = msgspec.structs.replace(DEFAULT, chars_max=20)
    assert read_order_text("S10.081234567890.1234", short).problem == "too_long"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1234.S10.081234567890", order("S10", "081234567890", pin="1234")),
        ("1234.S10.081234567890.RO", order("S10", "081234567890", pin="1234", repeat=True)),
        ("1234 SAL", {"intent": "balance", "pin": "1234"}),
        ("1234.T.SBY1.50000", {"intent": "downline_transfer", "downline": "SBY1", "amount_idr": 50_000, "pin": "1234"}),
        ("S10.081234567890", order("S10", "081234567890")),
    ],
)
def test_pin_in_front(text: str, wanted: dict[str, object]) -> None:
    assert told(read_order_text(text, PIN_FIRST)) == wanted


def test_pin_behind_is_left_over_where_it_stands_in_front() -> None:
    assert read_order_text("S10.081234567890.1234", PIN_FIRST).intent is Intent.INVALID


def test_no_pin_at_all() -> None:
    assert told(read_order_text("S10.081234567890", PIN_ABSENT)) == order("S10", "081234567890")
    assert read_order_text("S10.081234567890.1234", PIN_ABSENT).intent is Intent.INVALID
    assert told(read_order_text("TUKAR.1234", PIN_ABSENT)) == {"intent": "commission_redeem", "amount_idr": 1234}


def test_open_denomination_by_profile() -> None:
    wanted = order("DANA", "081234567890", pin="1234", amount_idr=25_000)
    assert told(read_order_text("DANA.081234567890.1234.25000", OPEN_AMOUNT)) == wanted
    assert read_order_text("DANA.081234567890.1234.25000").intent is Intent.INVALID


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SALDO", {"intent": "balance"}),
        ("S.1234", {"intent": "balance", "pin": "1234"}),
        (
            "SAL.SBY1.50000.1234",
            {"intent": "downline_transfer", "downline": "SBY1", "amount_idr": 50_000, "pin": "1234"},
        ),
        ("H", {"intent": "price_list"}),
        ("H.S10.1234", {"intent": "price", "product": "S10", "pin": "1234"}),
        ("DEP.TIKET.100000.1234", {"intent": "deposit_ticket", "amount_idr": 100_000, "pin": "1234"}),
        ("TIKET.50000", {"intent": "deposit_ticket", "amount_idr": 50_000}),
        ("TIKET.10000000.1234", {"intent": "deposit_ticket", "amount_idr": 10_000_000, "pin": "1234"}),
        ("HELP", {"intent": "help"}),
        ("FORMAT?", {"intent": "help"}),
        ("FORMAT", {"intent": "format"}),
        ("BANK.1234", {"intent": "bank", "pin": "1234"}),
        ("PRODUK.TSEL", {"intent": "products", "product": "TSEL"}),
        ("UN.Toko Maju Jaya.1234", {"intent": "rename", "name": "Toko Maju Jaya", "pin": "1234"}),
        ("CEK.081234567890", {"intent": "status_check", "dest": "081234567890"}),
        ("CEK.10.081234567890.1234", {"intent": "status_check", "denom_k": 10, "dest": "081234567890", "pin": "1234"}),
        ("CEK.1234", {"intent": "status_check", "pin": "1234"}),
        ("STATUS R#abc", {"intent": "status_check", "ref": "abc"}),
        (
            "cek.pln.54000000001.123456",
            {"intent": "bill_inquiry", "product": "PLN", "dest": "54000000001", "pin": "123456"},
        ),
        ("INQPLN.54000000001", {"intent": "bill_inquiry", "product": "PLN", "dest": "54000000001"}),
        ("bayar.pln.54000000001.1234", {"intent": "bill_pay", "product": "PLN", "dest": "54000000001", "pin": "1234"}),
        ("LAST5.1234", {"intent": "history", "pin": "1234"}),
        ("LAP.25/01/24.1234", {"intent": "report", "date": "25/01/24", "pin": "1234"}),
        ("LAP.1", {"intent": "report", "date": "1"}),
        ("T.SBY1.50000", {"intent": "downline_transfer", "downline": "SBY1", "amount_idr": 50_000}),
        ("T.50000.SBY1.1234", {"intent": "downline_transfer", "downline": "SBY1", "amount_idr": 50_000, "pin": "1234"}),
        (
            "T.081234567890.50000.1234",
            {"intent": "downline_transfer", "downline": "081234567890", "amount_idr": 50_000, "pin": "1234"},
        ),
        (
            "BATALTRF.SBY1.50000.1234",
            {"intent": "transfer_cancel", "downline": "SBY1", "amount_idr": 50_000, "pin": "1234"},
        ),
        ("SD.SBY1.1234", {"intent": "downline_balance", "downline": "SBY1", "pin": "1234"}),
        ("A.SP0123.1234", {"intent": "downline_unblock", "downline": "SP0123", "pin": "1234"}),
        ("UP.SP0123.100.1234", {"intent": "markup_downline", "downline": "SP0123", "amount_idr": 100, "pin": "1234"}),
        ("MP.S10=150.1234", {"intent": "markup_product", "product": "S10", "amount_idr": 150, "pin": "1234"}),
        (
            "GH.SP01.S10.150.1234",
            {"intent": "markup_product", "downline": "SP01", "product": "S10", "amount_idr": 150, "pin": "1234"},
        ),
        (
            "REG.Toko Maju.Solo.081234567890.1234",
            {
                "intent": "downline_register",
                "words": ("Toko Maju", "Solo"),
                "dest": "081234567890",
                "pin": "1234",
            },
        ),
        (
            "REG.100.retail.081234567890.Ana.PIN=739158.1234",
            {
                "intent": "downline_register",
                "words": ("retail", "Ana"),
                "dest": "081234567890",
                "amount_idr": 100,
                "new_pin": "739158",
                "pin": "1234",
            },
        ),
        ("REG.081234567890.Ana", {"intent": "downline_register", "words": ("Ana",), "dest": "081234567890"}),
        ("AUTOREG.MAJU.100.1234", {"intent": "autoreg", "text": "MAJU", "amount_idr": 100, "pin": "1234"}),
        ("AUTOREG.tutup.1234", {"intent": "autoreg", "text": "OFF", "pin": "1234"}),
        ("UP.75.1234", {"intent": "markup_downline", "amount_idr": 75, "pin": "1234"}),
        (
            "MP.SP01.S10.0.1234",
            {"intent": "markup_product", "downline": "SP01", "product": "S10", "amount_idr": 0, "pin": "1234"},
        ),
        ("LDL.2.1234", {"intent": "downline_list", "counter": 2, "pin": "1234"}),
        ("LHP", {"intent": "sender_list"}),
        ("HP.ana@example.id.1234", {"intent": "sender_add", "dest": "ana@example.id", "pin": "1234"}),
        ("HP.ana@pulsa.example.id", {"intent": "sender_add", "dest": "ana@pulsa.example.id"}),
        ("HAPUS.telegram:991.1234", {"intent": "sender_remove", "dest": "telegram:991", "pin": "1234"}),
        ("TUKAR.50000.1234", {"intent": "commission_redeem", "amount_idr": 50_000, "pin": "1234"}),
        ("TUKAR.SEMUA.1234", {"intent": "commission_redeem", "pin": "1234"}),
        ("tukar poin.5000.1234", {"intent": "points_redeem", "amount_idr": 5_000, "pin": "1234"}),
        ("TUKARPOIN.ALL.1234", {"intent": "points_redeem", "pin": "1234"}),
        ("POIN", {"intent": "points_check"}),
        (
            "GANTI.8123.081234567890.1234",
            {"intent": "correct_number", "order": "8123", "dest": "081234567890", "pin": "1234"},
        ),
        (
            "KOREKSI.inv-7.14023456789.1234",
            {"intent": "correct_number", "order": "inv-7", "dest": "14023456789", "pin": "1234"},
        ),
        ("STRUK.8123", {"intent": "receipt", "order": "8123"}),
        ("STRUK.8123.12500", {"intent": "receipt", "order": "8123", "amount_idr": 12_500}),
        ("STRUK.8123.12500.1234", {"intent": "receipt", "order": "8123", "amount_idr": 12_500, "pin": "1234"}),
        ("LIMIT.1234", {"intent": "limits", "pin": "1234"}),
        ("STOK.S10", {"intent": "product_status", "product": "S10"}),
        ("HELP.komisi", {"intent": "help", "text": "KOMISI"}),
        ("MUTASI.H-1.1234", {"intent": "mutation_report", "date": "H-1", "pin": "1234"}),
        ("LAP.kemarin", {"intent": "report", "date": "KEMARIN"}),
        ("LAP.310125.1234", {"intent": "report", "date": "310125", "pin": "1234"}),
        ("KOMPLIN pulsa belum masuk", {"intent": "complaint", "text": "pulsa belum masuk"}),
        ("K", {"intent": "complaint"}),
        ("K.#8123 belum masuk", {"intent": "complaint", "text": "#8123 belum masuk"}),
        ("KELUHAN.081234567890 belum masuk", {"intent": "complaint", "text": "081234567890 belum masuk"}),
    ],
)
def test_commands(text: str, wanted: dict[str, object]) -> None:
    assert told(read_order_text(text)) == wanted


def test_price_of_several_codes() -> None:
    request = read_order_text("H.S10.X5.1234")
    assert [item.product for item in request.items] == ["S10", "X5"]
    assert request.pin == "1234"


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("GP.4444.1234", ("4444", "1234")),
        ("GP.1234.4444", ("4444", "1234")),
        ("PIN 4444 1234 1234", ("4444", "1234")),
        ("ganti pin 1234 1234 4444", ("4444", "1234")),
        ("Ganti PIN.4444.1234", ("4444", "1234")),
    ],
)
def test_change_of_pin_by_the_field_that_fits(text: str, pins: tuple[str, str]) -> None:
    for request in (
        read_order_text(text, current_pin="4444"),
        read_order_text(text, verify=lambda field: field == "4444"),
    ):
        assert (request.intent, request.pin, request.new_pin) == (Intent.CHANGE_PIN, *pins)
    assert set(change_pin_fields(text)) == {"4444", "1234"}


@pytest.mark.parametrize(
    "text", ["GP.1711.9999", "GP.4444.4444", "GP.4444.1234.5678", "GP.4444", "GP.44.55", "GP.4444.abcd"]
)
def test_change_of_pin_that_nobody_can_decide(text: str) -> None:
    request = read_order_text(text, current_pin="4444")
    assert request.intent is Intent.INVALID
    assert "4444" not in str(request.problem)


def test_change_of_pin_without_a_way_to_check() -> None:
    assert read_order_text("GP.4444.1234").problem == "pin_unknown"
    assert change_pin_fields("SAL.1234") == ()


def test_own_words_and_separators() -> None:
    own = load_grammar({"keywords": {"ISI": "balance", "SAL": None}, "separators": "/", "repeat_words": ["LAGI"]})
    assert read_order_text("isi/1234", own).intent is Intent.BALANCE
    assert read_order_text("SAL/1234", own).intent is Intent.INVALID
    assert read_order_text("S10/081234567890/1234/lagi", own).repeat


@pytest.mark.parametrize(
    "data",
    [
        {"keywords": {"X": "dance"}},
        {"separators": "1"},
        {"pin": "middle"},
        {"no_such": 1},
        {"pairs_max": 0},
        {"keywords": 7},
    ],
)
def test_profile_that_cannot_work_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="grammar profile"):
        load_grammar(data)


def test_same_word_means_what_the_cell_says() -> None:
    assert read_order_text("CS.1234").intent is Intent.COMPLAINT
    assert read_order_text("CS.1234", profile_with_keywords(DEFAULT, {"cs": "balance"})).intent is Intent.BALANCE


@given(st.text(max_size=200), st.sampled_from([DEFAULT, PIN_FIRST, PIN_ABSENT, OPEN_AMOUNT]))
def test_any_text_is_read_or_invalid(text: str, profile: GrammarProfile) -> None:
    request = read_order_text(text, profile)
    assert (request.intent is Intent.INVALID) == (request.problem is not None)


@given(
    st.lists(
        st.sampled_from(["S10", "5", "2", "081234567890", "1234", "12345678", "RO", "I", "M"]), min_size=1, max_size=9
    )
)
def test_no_field_is_dropped_from_an_order(fields: list[str]) -> None:
    request = read_order_text(".".join(fields))
    if request.intent is Intent.ORDER:
        roles = (request.product or request.denom_k, request.dest, request.pin, request.counter, request.notify)
        prefixes = sum(field in {"I", "M"} for field in fields[:1])
        assert len(fields) == sum(role is not None for role in roles) + request.repeat + prefixes
