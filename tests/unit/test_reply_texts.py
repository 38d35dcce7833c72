"""Reply texts beyond the fixtures: the rules that keep a delivery from being sold twice or lost."""

from __future__ import annotations

import pytest

from juru.server.dialects.texts import read_reply_text
from juru.server.domain.outcome import Outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("S10.0812 BELUM BERHASIL", Outcome.UNKNOWN),
        ("S10.0812 tdk berhasil", Outcome.FAILED),
        ("S10.0812 Timeout", Outcome.UNKNOWN),
        ("S10.0812 tidak diproses", Outcome.FAILED),
        ("S10.0812 GAGAL. salah kode", Outcome.REFUSED),
        ("salah kode", Outcome.UNKNOWN),
        ("Trx S10 antrian ke 5", Outcome.PENDING),
        ("Trx S10 PROSES lalu GAGAL", Outcome.FAILED),
        ("Sedang diproses. Sebelumnya SUKSES", Outcome.SUCCESS),
        ("kesuksesan anda", Outcome.UNKNOWN),
        ("PAYSUKSES tagihan", Outcome.SUCCESS),
        ("Saldo 1.000, masih proses 3. S10 SUKSES", Outcome.SUCCESS),
        ("masih proses 3", Outcome.UNKNOWN),
    ],
)
def test_outcome_words(text: str, outcome: Outcome) -> None:
    assert read_reply_text(text).outcome is outcome


def test_failure_by_timeout_may_still_deliver() -> None:
    read = read_reply_text("S10.081234567890 GAGAL Timeout, gangguan operator. Saldo 1.000")
    assert (read.outcome, read.late_success_risk) == (Outcome.FAILED, True)


def test_customer_named_success_proves_no_delivery() -> None:
    assert read_reply_text("PLN20.14444941364 SN: 2514-1798/TOKO SUKSES/R1. Saldo 5.000").outcome is Outcome.UNKNOWN


def test_customer_named_failure_beside_success_is_for_a_person() -> None:
    assert read_reply_text("PLN20.1444 SUKSES. SN: 2514-1798/TOKO GAGAL/R1. Saldo 5.000").outcome is Outcome.UNKNOWN


def test_inquiry_step_that_also_failed_is_unknown() -> None:
    read = read_reply_text("INQSUKSES TRANSFER GAGAL")
    assert (read.outcome, read.step, read.settles) == (Outcome.UNKNOWN, "inquiry", False)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("SUKSES. SN: 081234567890. Saldo 1.000", None),
        ("SUKSES. SN: 6281234567890. Saldo 1.000", None),
        ("SUKSES. SN: 1.000. Saldo 1.000", None),
        ("SUKSES. Harga 10500 SN: 10500. Saldo 1.000", None),
        ("R#my-ref SUKSES. SN: my-ref. Saldo 1.000", None),
        ("SUKSES SN: 0811222333444 Wa:0811222333444.", None),
        ("SUKSES. SN: -. Saldo 1.000", None),
        ("SUKSES. SN: 0. Saldo 1.000", None),
        ("SUKSES. SN/Ref= AB12 /Tagihan=5000", "AB12 "),
        ("SUKSES. SN:AB12/Tagihan=5000", "AB12"),
        ("SUKSES. S/N AB12", None),
        ("SUKSES. SNRef : AB 12 @10:15", "AB 12"),
        ("SUKSES. SN: AB12 * TRX Normal", "AB12"),
        ("SUKSES. SN: AB12. Terima kasih", "AB12"),
        ("SUKSES. SN: 1234/WA ODE SITI/R1. TRXID: 5", "1234/WA ODE SITI/R1"),
        ("SUKSES. SN: " + "A" * 500, "A" * 200),
    ],
)
def test_sn(text: str, serial: str | None) -> None:
    wanted = serial.strip() if serial else serial
    assert read_reply_text(text, dest="081234567890", ref="my-ref").sn == wanted


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("1234R#abc SUKSES", "abc"),
        ("REFF#abc SUKSES", "abc"),
        ("Ref. ID : abc SUKSES", "abc"),
        ("clientid: abc SUKSES", "abc"),
        ("TrxID=abc SUKSES", None),
        ("#123 T#99 SUKSES", None),
        ("R# abc SUKSES", None),
        ("CLIENTID=old R#new SUKSES", "new"),
        ("SUKSES &refid=77", "77"),
    ],
)
def test_ref(text: str, ref: str | None) -> None:
    assert read_reply_text(text).ref == ref


def test_our_own_ref_may_hold_other_signs() -> None:
    assert read_reply_text("R#a/b.c SUKSES", ref="a/b.c").ref == "a/b.c"
    assert read_reply_text("R#a/b.cd SUKSES", ref="a/b.c").ref == "a"


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ("Saldo (Awal 10.000 Akhir 5.000)", 5_000),
        ("Saldo -5.000", -5_000),
        ("Saldo 10.000 - 5.000 = xxx", None),
        ("Stok - 6.438 = 5.000", None),
        ("Sisa Saldo Rp. 5.000", 5_000),
        ("M-Bal: 5,000.00", 5_000),
        ("Saldo anda cukup", None),
    ],
)
def test_balance(text: str, balance: int | None) -> None:
    assert read_reply_text(text).balance_idr == balance


@pytest.mark.parametrize(
    ("text", "dest"),
    [
        ("S10.081234567890 SUKSES", "081234567890"),
        ("S10. 081234567890 SUKSES", "081234567890"),
        ("Trx S10 ke 6281234567890 SUKSES", "6281234567890"),
        ("Trx ke 081234567890 SUKSES", "081234567890"),
        ("S10.08123456xxxx SUKSES", None),
        ("S10.08123456**** SUKSES", None),
        ("Saldo tidak cukup.081234567890", None),
        ("SUKSES. 1234567890123", None),
    ],
)
def test_destination(text: str, dest: str | None) -> None:
    assert read_reply_text(text).dest == dest
