"""The command set in the local chat: message in, reply out, journal after; and what must not happen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from juru.server.domain.agent import AgentStatus, PinGuard
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.commands import (
    AddDeposit,
    AnswerComplaint,
    DepositKind,
    ImportVouchers,
    PaidFrom,
    SaveRecord,
)
from juru.server.domain.complaint import Complaint, ComplaintState
from juru.server.domain.outcome import Outcome
from juru.server.domain.requests import Intent
from juru.server.store.audit import audit
from juru.server.store.reads.papers import PaperReads
from tests.support.cells import new_vouchers
from tests.support.talk import PINS, Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    opened = Talk(tmp_path / "cell.db")
    yield opened
    opened.close()


# ---------------------------------------------------------------------- the PIN, the sender, the repeat

CHANGES = {
    "HP.081234560077.{pin}": Intent.SENDER_ADD,
    "HAPUS.LOW.{pin}": Intent.SENDER_REMOVE,
    "UN.Toko Baru.{pin}": Intent.RENAME,
    "AUTOREG.MAJU.100.{pin}": Intent.AUTOREG,
    "INFOHARGA.ON.{pin}": Intent.PRICE_NOTICES,
    "REG.Anak.Solo.081234560066.100.{pin}": Intent.DOWNLINE_REGISTER,
    "NA.LOW.{pin}": Intent.DOWNLINE_BLOCK,
    "A.LOW.{pin}": Intent.DOWNLINE_UNBLOCK,
    "UP.LOW.100.{pin}": Intent.MARKUP_DOWNLINE,
    "MP.LOW.P10.100.{pin}": Intent.MARKUP_PRODUCT,
    "TUKAR.SEMUA.{pin}": Intent.COMMISSION_REDEEM,
    "TUKARPOIN.SEMUA.{pin}": Intent.POINTS_REDEEM,
    "GANTI.1.081234567899.{pin}": Intent.CORRECT_NUMBER,
}
LOOKS = (
    *("SAL", "H.P10", "STOK", "CEK", "CTRX", "LAP", "MUTASI", "LDL", "SD.LOW", "KOMISI", "POIN", "LHP", "LIMIT"),
    *("STRUK.1", "BANK", "CENTER", "PRODUK", "K.belum masuk"),
)


@pytest.mark.parametrize("message", CHANGES)
def test_a_wrong_pin_changes_nothing_and_counts(talk: Talk, message: str) -> None:
    talk.queued()
    before = talk.cell.writer.cell.next.record, talk.cell.writer.cell.next.paper
    (reply,) = talk.say("MID", message.format(pin="9876"))
    assert "PIN tidak cocok" in reply
    cell = talk.cell.writer.cell
    assert cell.pin_guards["MID"].tries == 1
    assert (cell.next.record, cell.next.paper) == (before[0] + 1, before[1]), "the try is all that was written"
    assert not [line for line in talk.say("MID", message.format(pin="9876")) if "9876" in line]


@pytest.mark.parametrize("message", CHANGES)
def test_a_change_without_pin_is_refused_and_not_counted(talk: Talk, message: str) -> None:
    talk.queued()
    written = talk.cell.writer.cell.next.record
    told = talk.say("MID", message.format(pin="").rstrip("."))
    assert any("PIN" in line for line in told)
    assert talk.cell.writer.cell.next.record == written


@pytest.mark.parametrize("message", [*CHANGES, *LOOKS])
def test_a_blocked_or_unknown_or_locked_sender_is_served_nothing(talk: Talk, message: str) -> None:
    talk.sold()
    text = message.format(pin=PINS["MID"])
    assert talk.say("NOBODY", text) == ["GAGAL. Pengirim belum terdaftar, daftarkan nomor atau ID lewat upline"]
    talk.change("MID", status=AgentStatus.BLOCKED)
    assert talk.say("MID", text)[0].endswith("Akun diblokir, hubungi upline atau CS")
    talk.change("MID", status=AgentStatus.ACTIVE)
    talk.do(SaveRecord("pin_guard", "MID", msgspec.json.encode(PinGuard("MID", 5, 1)), "owner", "t"))
    (reply,) = talk.say("MID", text)
    assert "PIN terkunci" in reply
    talk.play("book: nothing")


@pytest.mark.parametrize("message", LOOKS)
def test_looking_needs_no_pin_unless_the_cell_wants_one_but_a_wrong_one_is_refused(talk: Talk, message: str) -> None:
    talk.sold()
    wrong = "GAGAL. PIN tidak cocok, periksa lalu kirim ulang"
    assert talk.say("MID", message) != [wrong]
    settings = msgspec.structs.replace(talk.cell.writer.cell.settings, pin_to_read=True)
    talk.cell.save("setting", "CELL", settings)
    assert "PIN tidak cocok" in talk.say("MID", message)[-1]


def test_a_wrong_pin_is_refused_even_where_none_is_needed(talk: Talk) -> None:
    assert "PIN tidak cocok" in talk.say("LOW", "SAL.9876")[0]
    assert talk.cell.writer.cell.pin_guards["LOW"].tries == 1


def test_a_trusted_address_orders_without_pin_and_another_of_the_same_agent_does_not(talk: Talk) -> None:
    talk.change("LOW", senders=("chat:LOW", "chat:KIOS"), trusted_senders=("chat:KIOS",))
    talk.play("""
        LOW> P10.081234567801
        < P10.081234567801 GAGAL. PIN tidak cocok, periksa lalu kirim ulang
        KIOS> P10.081234567801
        < #1 R#1 P10.081234567801 akan diproses @07:00. Saldo 500.000 - 10.550 = 489.450
        book: order agent:3:deposit > house:sales 10550 held
    """)


# ---------------------------------------------------------------------- commission and points


def test_commission_is_turned_into_deposit_once_for_a_message(talk: Talk) -> None:
    talk.sold()
    talk.play("""
        UP> KOMISI
        < Komisi Rp45. Jadikan deposit: TUKAR.JUMLAH.PIN, atau TUKAR.SEMUA.PIN
        UP#r1> TUKAR.40.111222
        < Komisi Rp40 menjadi deposit (transfer #8). Sisa komisi Rp5. Saldo Rp500.040
        book: commission_redeemed agent:1:commission > agent:1:deposit 40
        UP#r1> TUKAR.40.111222
        < Komisi Rp40 menjadi deposit (transfer #8). Sisa komisi Rp5. Saldo Rp500.040
        UP#r2> TUKAR.40.111222
        < Komisi Rp40 menjadi deposit (transfer #8). Sisa komisi Rp5. Saldo Rp500.040
        book: nothing
        UP> TUKAR.6.111222
        < GAGAL. Belum ada yang bisa dijadikan deposit, tersedia Rp5, tunggu penjualan downline
        UP> TUKAR.SEMUA.111222
        < Komisi Rp5 menjadi deposit (transfer #9). Sisa komisi Rp0. Saldo Rp500.045
        book: commission_redeemed agent:1:commission > agent:1:deposit 5
        UP> TUKAR.ALL.111222
        < GAGAL. Belum ada yang bisa dijadikan deposit, tersedia Rp0, tunggu penjualan downline
        book: nothing
    """)


def test_the_same_text_after_the_window_is_a_new_wish(talk: Talk) -> None:
    talk.sold()
    talk.say("UP", "TUKAR.20.111222")
    talk.cell.runtime.time_ms += 601_000
    talk.play("""
        UP> TUKAR.20.111222
        < Komisi Rp20 menjadi deposit (transfer #9). Sisa komisi Rp5. Saldo Rp500.040
    """)


def test_points_are_a_leg_of_the_sale_and_go_back_with_it(talk: Talk) -> None:
    product = talk.cell.writer.cell.products["P10"]
    talk.cell.save("product", "P10", msgspec.structs.replace(product, points=3))
    talk.cell.save("setting", "CELL", msgspec.structs.replace(talk.cell.writer.cell.settings, point_value_idr=7))
    order_id = talk.queued()
    attempt_id = talk.cell.send(order_id)
    talk.cell.answer(attempt_id, Outcome.SUCCESS, sn="SN-1", price_idr=10_000)
    sale = (
        "sale agent:3:deposit > house:sales 10550, sale house:cost > supplier:1 10000, "
        "sale house:commission_expense > agent:2:commission 80, sale house:commission_expense > agent:1:commission 45, "
        "sale house:points_expense > agent:3:points 21"
    )
    talk.play(f"""
        book: {sale}
        LOW> POIN
        < Poin 3, senilai Rp21. Jadikan deposit: TUKARPOIN.SEMUA.PIN
        LOW> TUKARPOIN.SEMUA.4321
        < Poin Rp21 menjadi deposit (transfer #8). Sisa poin Rp0. Saldo Rp489.471
        book: points_redeemed agent:3:points > agent:3:deposit 21
    """)
    talk.cell.answer(attempt_id, Outcome.FAILED, reason="taken_back")
    assert talk._posted[-1] == "order_reversed agent:3:points > house:points_expense 21"
    talk.cell.runtime.time_ms += 601_000
    talk.play("""
        LOW> POIN
        < Poin -3, senilai -Rp21. Jadikan deposit: TUKARPOIN.SEMUA.PIN
        LOW> TUKARPOIN.SEMUA.4321
        < GAGAL. Belum ada yang bisa dijadikan deposit, tersedia Rp0, tunggu penjualan downline
    """)


# ---------------------------------------------------------------------- downlines


ORDERS_OF_FIELDS = (
    "REG.Toko Maju.Solo.081234560001.100.4444",
    "REG.081234560001.Toko Maju.Solo.100.4444",
    "DAFTAR*100*081234560001*Toko Maju*Solo*4444",
    "D#Toko Maju#081234560001#100#Solo#4444",
    "REG.Toko Maju.081234560001.Solo.100.4444",
    "daftar.+6281234560001.100.toko maju.solo.4444",
)


@pytest.mark.parametrize("message", ORDERS_OF_FIELDS)
def test_registration_in_any_order_of_fields(talk: Talk, message: str) -> None:
    (reply,) = talk.say("MID", message)
    new = talk.agent("AG00004")
    assert (new.upline, new.level, new.markup_idr, new.name.lower(), new.place.lower()) == (
        "MID",
        "retail",
        100,
        "toko maju",
        "solo",
    )
    assert new.senders == ("sms:+6281234560001", "chat:AG00004")
    pin = reply.partition("PIN ")[2][:6]
    assert new.secrets == {"pin_hash": f"hash of {pin}"}
    assert talk.say("AG00004", f"UN.Toko Lebih Maju.{pin}") == ["Nama AG00004 sekarang Toko Lebih Maju"]


def test_registration_by_level_with_a_pin_of_choice_shows_no_pin(talk: Talk) -> None:
    product = talk.cell.writer.cell.products["P10"]
    levels = {"grosir": 10_400, "eceran": 10_700}
    talk.cell.save("product", "P10", msgspec.structs.replace(product, level_prices_idr=levels))
    (chosen,) = talk.say("MID", "REG.Toko Maju.Solo.081234560001.Eceran.PIN=5082.4444")
    assert chosen == "Terdaftar: AG00004 Toko Maju, 081234560001, level eceran, selisih Rp0."
    assert talk.say("AG00004", "SAL.5082") == ["Saldo Rp0"]
    (cheap,) = talk.say("MID", "REG.Murah.Solo.081234560002.grosir.4444")
    assert "level grosir, selisih Rp100." in cheap, "never cheaper than his upline buys"
    (refused,) = talk.say("MID", "REG.Murah.Solo.081234560003.grosir.99.4444")
    assert refused == "GAGAL. Selisih harus Rp100 sampai Rp5.000, perbaiki lalu kirim ulang"
    (weak,) = talk.say("MID", "REG.Lemah.Solo.081234560004.100.PIN=1234.4444")
    assert "terlalu mudah" in weak
    assert [a.name for a in talk.cell.writer.cell.agents.values()][3:] == ["Toko Maju", "Murah"]


def test_a_registration_is_made_once_and_its_pin_shown_once(talk: Talk) -> None:
    (first,) = talk.say("MID", "REG.Toko Maju.Solo.081234560001.100.4444", "m-reg")
    again = [talk.say("MID", "REG.Toko Maju.Solo.081234560001.100.4444", key) for key in ("m-reg", "m-other")]
    assert " PIN " in first
    assert again == [["Terdaftar: AG00004 Toko Maju, 081234560001, level retail, selisih Rp100."]] * 2
    stored = talk.cell.engine.rows("SELECT text, body FROM messages")
    assert not any("PIN" in part or first[-50:] in part for row in stored for part in row)
    talk.play("""
        UP> REG.Lain.Solo.081234560001.100.111222
        < GAGAL. Alamat 081234560001 milik agen lain, pakai alamat lain
    """)


def test_nobody_blocks_looks_into_or_prices_who_is_not_below_him(talk: Talk) -> None:
    not_yours = "GAGAL. Agen itu bukan downline Anda, periksa ID-nya"
    for text in ("NA.{}.4321", "A.{}.4321", "UP.{}.100.4321", "MP.{}.P10.100.4321", "SD.{}"):
        assert talk.say("LOW", text.format("MID")) == [not_yours]
        assert talk.say("LOW", text.format("NOONE")) == ["GAGAL. ID agen tidak ada, periksa lalu kirim ulang"]
    assert talk.say("UP", "UP.LOW.100.111222") == [not_yours], "a markup is the nearest upline's"


def test_blocking_goes_down_the_tree_and_only_who_blocked_or_stands_above_undoes_it(talk: Talk) -> None:
    talk.play("""
        UP> NA.LOW.111222
        < LOW Lower diblokir. Buka lagi: UNBLOK.LOW.PIN
        LOW> SAL
        < GAGAL. Akun diblokir, hubungi upline atau CS
        MID> UNBLOK.LOW.4444
        < GAGAL. Diblokir oleh pusat atau upline Anda, hubungi mereka
        UP> UNBLOK.LOW.111222
        < LOW Lower aktif
        MID> NA.LOW.4444
        < LOW Lower diblokir. Buka lagi: UNBLOK.LOW.PIN
        UP> A.LOW.111222
        < LOW Lower aktif
    """)
    talk.change("LOW", status=AgentStatus.BLOCKED)
    talk.play("""
        UP> A.LOW.111222
        < GAGAL. Diblokir oleh pusat atau upline Anda, hubungi mereka
    """)


def test_a_redelivered_block_does_not_undo_what_came_after_it(talk: Talk) -> None:
    talk.say("MID", "NA.LOW.4444", "m1")
    talk.say("MID", "UNBLOK.LOW.4444", "m2")
    talk.say("MID", "NA.LOW.4444", "m1")
    assert talk.agent("LOW").status is AgentStatus.ACTIVE
    talk.say("MID", "NA.LOW.4444", "m3")
    assert talk.agent("LOW").status is AgentStatus.BLOCKED


def test_markups_change_prices_at_once_within_their_bounds(talk: Talk) -> None:
    talk.play("""
        LOW> H.P10
        < P10 Pulsa 10 Rp10.550 buka
        MID> UP.LOW.100.4444
        < Selisih LOW sekarang Rp100
        LOW> H.P10
        < P10 Pulsa 10 Rp10.620 buka
        MID> MP.LOW.P10.25.4444
        < Selisih LOW untuk P10 sekarang Rp25
        MID> GH.LOW.FREE.10.4444
        < Selisih LOW untuk FREE sekarang Rp10
        MID> UP.15.4444
        < Selisih semua downline sekarang Rp15
        MID> MP.P10=5.4444
        < Selisih semua downline untuk P10 sekarang Rp5
        LOW> H.P10.FREE
        < P10 Pulsa 10 Rp10.665 buka
        < FREE Any amount Rp845 buka
        MID> UP.LOW.6000.4444
        < GAGAL. Selisih harus Rp0 sampai Rp5.000, perbaiki lalu kirim ulang
        MID> MP.LOW.NOPE.6.4444
        < GAGAL. Kode produk tidak ada. Ketik PRODUK untuk daftar kode
        MID> UP.LOW.0.4444
        < Selisih LOW sekarang Rp0
    """)
    talk.change("MID", markup_idr=70)
    talk.play("""
        MID> MP.LOW.FREE.0.4444
        < GAGAL. Selisih harus Rp55 sampai Rp5.000, perbaiki lalu kirim ulang
        MID> UP.0.4444
        < GAGAL. Selisih harus Rp70 sampai Rp5.000, perbaiki lalu kirim ulang
        MID> UP.LOW.54.4444
        < Selisih LOW sekarang Rp54
    """)


def test_a_downline_is_listed_by_pages_with_balances(talk: Talk) -> None:
    for number in range(22):
        talk.say("MID", f"REG.Toko {number:02d}.Solo.0812345600{number:02d}.100.4444")
    talk.change("AG00005", status=AgentStatus.BLOCKED)
    first, second = talk.say("MID", "LDL"), talk.say("MID", "LDL.2.4444")
    assert (first[0], len(first)) == ("Downline 23, saldo mereka Rp500.000; 3 lagi: LDL.2.PIN", 21)
    assert first[2] == "AG00005 Toko 01 Rp0 diblokir"
    assert second[1:] == ["AG00024 Toko 20 Rp0", "AG00025 Toko 21 Rp0", "LOW Lower Rp500.000"]
    assert talk.say("LOW", "LDL") == ["Belum ada downline. Daftarkan: REG.NAMA.KOTA.NOMOR.SELISIH.PIN"]
    assert talk.say("UP", "SD.AG00005") == ["AG00005 Toko 01: saldo Rp0, diblokir"]


def test_strangers_register_by_an_agents_word_until_it_is_taken_back(talk: Talk) -> None:
    talk.play("""
        BARU> REG.MAJU.Anak Baru.Solo
        < GAGAL. Pengirim belum terdaftar, daftarkan nomor atau ID lewat upline
        MID> AUTOREG.MAJU.150.4444
        < Siapa pun yang menulis REG.MAJU.NAMA terdaftar di bawah Anda, selisih Rp150
        UP> AUTOREG.MAJU.100.111222
        < GAGAL. Kata MAJU sudah dipakai, pilih kata lain
    """)
    (welcome,) = talk.say("BARU", "REG.maju.Anak Baru.Solo")
    assert welcome.startswith("Selamat datang, Anak Baru. ID Anda AG00004. PIN Anda ")
    new = talk.agent("AG00004")
    assert (new.upline, new.markup_idr, new.senders, new.place) == ("MID", 150, ("chat:BARU",), "Solo")
    talk.play("""
        MID> AUTOREG.OFF.4444
        < Pendaftaran sendiri ditutup
        LAIN> REG.MAJU.Anak Lain
        < GAGAL. Pengirim belum terdaftar, daftarkan nomor atau ID lewat upline
    """)


def test_strangers_are_few_a_day_and_a_blocked_owner_takes_none(talk: Talk) -> None:
    settings = msgspec.structs.replace(talk.cell.writer.cell.settings, autoreg_per_day_max=2)
    talk.cell.save("setting", "CELL", settings)
    talk.say("MID", "AUTOREG.MAJU.0.4444")
    replies = [talk.say(f"BARU{number}", f"REG.MAJU.Anak {number}")[0] for number in range(3)]
    assert [reply.split(",")[0] for reply in replies] == [
        "Selamat datang",
        "Selamat datang",
        "GAGAL. Pendaftaran hari ini sudah penuh",
    ]
    talk.change("MID", status=AgentStatus.BLOCKED)
    talk.cell.runtime.time_ms += 86_400_000
    assert "Akun diblokir" in talk.say("BARU9", "REG.MAJU.Anak 9")[0]


# ---------------------------------------------------------------------- himself


def test_addresses_are_added_and_removed_from_a_known_one_and_the_others_are_told(talk: Talk) -> None:
    told = "lewat chat:LOW. Bila bukan Anda, ganti PIN dan hubungi CS"
    talk.play(f"""
        LOW> PAR.KIOS.4321
        < Alamat chat:KIOS ditambahkan {told}
        LOW> PAR.081234560077.4321
        < Alamat 081234560077 ditambahkan {told}
        KIOS< Alamat 081234560077 ditambahkan {told}
        KIOS> LHP
        < Alamat Anda 3 dari 5
        < chat:LOW
        < chat:KIOS
        < 081234560077
        MID> PAR.KIOS.4444
        < GAGAL. Alamat chat:KIOS milik agen lain, pakai alamat lain
        LOW> HAPUS.KIOS.4321
        < Alamat chat:KIOS dihapus {told}
        KIOS< Alamat chat:KIOS dihapus {told}
        KIOS> SAL
        < GAGAL. Pengirim belum terdaftar, daftarkan nomor atau ID lewat upline
        LOW> HAPUS.081234560077.4321
        < Alamat 081234560077 dihapus {told}
        LOW> HAPUS.LOW.4321
        < GAGAL. Alamat terakhir tidak bisa dihapus, tambahkan yang lain dulu
        LOW> HAPUS.MID.4321
        < GAGAL. Alamat tidak dikenal, tulis nomor 08.. atau alamat yang terdaftar
    """)


def test_an_address_is_one_agents_by_whatever_way_he_is_saved(talk: Talk) -> None:
    agent = talk.agent("MID")
    for senders, detail in (
        (("chat:MID", "chat:LOW"), "is an address of LOW already"),
        (("chat:mid",), "write it as chat:MID"),
        (("chat:MID", "chat:MID"), "stands there twice"),
        (("sms:0812",), "is no address"),
    ):
        body = msgspec.json.encode(msgspec.structs.replace(agent, senders=senders))
        result = talk.do(SaveRecord("agent", "MID", body, "owner", "t"))
        assert detail in str(getattr(result, "facts", {}).get("detail"))
    body = msgspec.json.encode(msgspec.structs.replace(agent, trusted_senders=("chat:LOW",)))
    assert "none of his addresses" in str(talk.do(SaveRecord("agent", "MID", body, "owner", "t")))
    assert talk.agent("MID") == agent


def test_addresses_have_a_limit(talk: Talk) -> None:
    replies = [talk.say("LOW", f"HP.08123456007{number}.4321") for number in range(5)]
    assert replies[-1] == ["GAGAL. Sudah 5 alamat, hapus satu dulu: HAPUS.ALAMAT.PIN"]
    assert len(talk.agent("LOW").senders) == 5


def test_a_name_is_one_clean_line(talk: Talk) -> None:
    talk.play("""
        LOW> UN.=HYPERLINK("http://x") Toko.4321
        < Nama LOW sekarang HYPERLINK("http://x") Toko
    """)


def test_limits_are_his_own(talk: Talk) -> None:
    talk.change("LOW", credit_limit_idr=25_000, rate_per_s=7)
    talk.say("LOW", "SAL.9999")
    talk.queued()
    talk.say("LOW", "K.belum masuk")
    talk.cell.save("bank_account", "BCA1", BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko", "bca"))
    talk.say("LOW", "TIKET.100000.4321")
    assert talk.say("LOW", "LIMIT") == [
        "Kredit Rp25.000, terpakai Rp0",
        "Permintaan 7 per detik",
        "Salah PIN 0 dari 5, lalu terkunci",
        "Pesan sama dalam 10 menit tidak diulang; beli lagi pakai nomor urut 2, 3, ...",
        "Order per pesan 5",
        "Tiket deposit terbuka 1 dari 1, keluhan terbuka 1",
    ]


# ---------------------------------------------------------------------- looking things up


def test_a_mistyped_code_is_named_and_nothing_is_bought(talk: Talk) -> None:
    talk.play("""
        LOW> P1O.081234567801.4321
        < P1O.081234567801 GAGAL. Kode produk tidak ada. Mungkin maksud Anda P10? Ketik PRODUK untuk daftar kode
        LOW> FRE.081234567801.4321
        < FRE.081234567801 GAGAL. Kode produk tidak ada. Mungkin maksud Anda FREE? Ketik PRODUK untuk daftar kode
        LOW> XYZ99.081234567801.4321
        < XYZ99.081234567801 GAGAL. Kode produk tidak ada. Ketik PRODUK untuk daftar kode
        LOW> H.P11
        < GAGAL. Kode produk tidak ada. Mungkin maksud Anda P10? Ketik PRODUK untuk daftar kode
        LOW> TUKR.SEMUA.4321
        < GAGAL. Format tidak dikenal. Mungkin maksud Anda TUKAR? Order: KODE.TUJUAN.PIN, ketik HELP untuk format lain
        book: nothing
        refused: unknown_product, unknown_product, unknown_product, invalid_format
    """)
    assert talk.cell.writer.cell.next.order == 1


def test_a_command_with_wrong_fields_is_answered_with_its_format(talk: Talk) -> None:
    talk.play("""
        LOW> UN.4321
        < Tambah HP.NOMOR.PIN, hapus HAPUS.NOMOR.PIN, lihat LHP; nama UN.NAMA.PIN
        LOW> HELP.TUKAR
        < Komisi KOMISI, jadikan deposit TUKAR.JUMLAH.PIN atau TUKAR.SEMUA.PIN; poin POIN, TUKARPOIN.SEMUA.PIN
        refused: invalid_format
    """)
    assert talk.say("LOW", "HELP.APASAJA")[0].startswith("Bantuan: HELP.ORDER")


def test_what_the_owner_announces_is_told(talk: Talk) -> None:
    own = {"id": {"info.center": "SMS 0812 1111 2222", "info.products": "T = Telkomsel, lengkap: H.T"}}
    talk.cell.save("setting", "CELL", msgspec.structs.replace(talk.cell.writer.cell.settings, templates=own))
    talk.play("""
        LOW> CENTER
        < SMS 0812 1111 2222
        LOW> PRODUK
        < T = Telkomsel, lengkap: H.T
        LOW> PRODUK.P10
        < P10 Pulsa 10 Rp10.550 buka
    """)


def test_the_state_of_products(talk: Talk) -> None:
    free = talk.cell.writer.cell.products["FREE"]
    talk.play("""
        LOW> STOK
        < Status produk
        < V5 Game voucher habis
    """)
    talk.do(ImportVouchers("V5", new_vouchers("v", 1), PaidFrom.BANK, "bought", "owner", "v1"))
    talk.play("""
        LOW> STOK
        < Semua produk bisa dibeli
        LOW> STOK.FREE
        < Status produk
        < FREE Any amount buka, stok 5
    """)
    talk.cell.save("product", "FREE", msgspec.structs.replace(free, stock=0))
    assert talk.say("LOW", "STOK.FREE") == ["Status produk", "FREE Any amount habis, stok 0"]
    talk.cell.save("product", "FREE", msgspec.structs.replace(free, availability="disturbed"))
    suppliers = talk.cell.writer.cell.suppliers
    for code in ("S1", "S2"):
        talk.cell.save("supplier", code, msgspec.structs.replace(suppliers[code], availability="closed"))
    talk.play("""
        LOW> STOK
        < Status produk
        < FREE Any amount gangguan, stok 5
        < P10 Pulsa 10 tanpa jalur
        < PLN PLN bill tanpa jalur
        LOW> STOK.P1O
        < GAGAL. Kode produk tidak ada. Mungkin maksud Anda P10? Ketik PRODUK untuk daftar kode
    """)


def test_status_by_every_form(talk: Talk) -> None:
    talk.sold("SN-1", dest="081234567801")
    talk.cell.runtime.time_ms += 86_400_000
    talk.sold("SN-2", dest="081234567801")
    talk.sold("SN-3", dest="081234567802")
    for text, sn in (
        ("CEK", "SN-3"),
        ("CEK.4321", "SN-3"),
        ("CEK.081234567801", "SN-2"),
        ("CEK.010126.081234567801", "SN-1"),
        ("CEK.1/1/26.081234567801.4321", "SN-1"),
        ("CEK.10.081234567801", "SN-2"),
    ):
        assert f"SN/Ref: {sn}." in talk.say("LOW", text)[0], text
    for text in ("CEK.20.081234567801", "CEK.030126.081234567801", "CEK.081299999999", "STATUS R#nothing"):
        assert talk.say("LOW", text)[0].endswith("Transaksi tidak ditemukan, periksa referensi atau nomornya"), text


def test_the_recap_of_a_day_by_every_form_of_a_date(talk: Talk) -> None:
    talk.sold("SN-1")
    talk.sold("SN-2", dest="081234567802")
    talk.say("MID", "TRFBLK.UP.1.4444")
    talk.queued(dest="081234567803")
    attempt = talk.cell.send(talk.queued(dest="081234567804"))
    talk.cell.answer(attempt, Outcome.FAILED)
    talk.cell.answer(talk.cell.send(talk.cell.writer.cell.next.order - 1), Outcome.FAILED)
    wanted = [
        "Rekap 01/01/2026: 2 terkirim Rp21.100, 1 diproses, 1 batal",
        "Masuk Rp500.000, keluar Rp0, komisi Rp0. Saldo Rp468.350",
        "P10 x2 Rp21.100",
    ]
    assert talk.say("LOW", "LAP") == wanted
    talk.cell.runtime.time_ms += 86_400_000
    talk.say("LOW", "SAL")
    for text in ("LAP.1", "REK.01-01-26", "RKP.1/1/2026.4321", "LAP.H-1", "LAP.-1", "LAP.KEMARIN", "LAP.010126.4321"):
        assert talk.say("LOW", text) == wanted, text
    assert talk.say("LOW", "LAP") == ["Rekap 02/01/2026: tidak ada transaksi. Saldo Rp468.350"]
    assert talk.say("LOW", "LAP.32")[0].startswith("GAGAL. Format"), "a day that is none"
    assert talk.say("UP", "LAP.1/1/26")[1] == "Masuk Rp500.000, keluar Rp0, komisi Rp90. Saldo Rp500.000"


def test_movements_of_a_day_without_its_purchases(talk: Talk) -> None:
    talk.sold()
    talk.say("UP", "T.LOW.15000.111222")
    talk.say("UP", "TUKAR.20.111222")
    talk.play("""
        LOW> MUTASI
        < Mutasi deposit 01/01/2026
        < 07:00 deposit Rp500.000
        < 07:00 transfer Rp15.000 UP
        UP> MUTASI.H-0
        < Mutasi deposit 01/01/2026
        < 07:00 deposit Rp500.000
        < 07:00 transfer -Rp15.000 LOW
        < 07:00 komisi Rp20
        MID> MUTASI
        < Mutasi deposit 01/01/2026: tidak ada
        LOW< Terima transfer #8 Rp15.000 dari UP. Saldo Rp504.450
    """)


def test_who_is_given_deposit_is_told_and_so_when_it_is_taken_back(talk: Talk) -> None:
    talk.play("""
        UP> T.LOW.15000.111222
        < Transfer #6 Rp15.000 ke LOW tercatat. Saldo Rp485.000
        UP> BTRF.MID.15000.111222
        < GAGAL. Transfer terakhir Anda bukan itu, periksa ID dan jumlahnya
        UP> BTRF.LOW.1500.111222
        < GAGAL. Transfer terakhir Anda bukan itu, periksa ID dan jumlahnya
        book: agent_transfer agent:1:deposit > agent:3:deposit 15000
        UP> BTRF.LOW.15000.111222
        < Transfer #6 Rp15.000 dengan LOW ditarik kembali. Saldo Rp500.000
        UP> BTRF.LOW.15000.111222 R#6
        < GAGAL. Transfer itu sudah ditarik kembali
        LOW< Transfer #6 Rp15.000 ditarik kembali oleh UP. Saldo Rp500.000
    """)
    talk.do(AddDeposit(DepositKind.AGENT, "LOW", 25_000, "transfer BCA", "sri", "d-1"))
    talk.play("LOW< Deposit masuk Rp25.000 (transfer #8). Saldo Rp525.000")
    talk.do(AddDeposit(DepositKind.AGENT, "LOW", -5_000, "typed too much", "sri", "d-2"))
    assert talk.later("LOW") == ["Deposit Rp5.000 ditarik (transfer #9). Saldo Rp520.000"]
    assert talk.later("UP") == [], "he was answered"
    assert audit(talk.cell.engine).clean


def test_a_receipt_is_32_columns_with_the_price_the_agent_says(talk: Talk) -> None:
    token = "2514-1798-8056-2280-2824/BUDI SANTOSO/R1M/900VA/33.7"
    talk.sold(token)
    talk.queued(dest="081234567802")
    lines = talk.say("LOW", "STRUK.1.12500")
    assert lines == [
        "             Lower",
        "        STRUK PEMBELIAN",
        "--------------------------------",
        "Waktu   2026-01-01 07:00",
        "Produk  P10 Pulsa 10",
        "Nomor   081234567801",
        "SN      2514-1798-8056-2280-2824",
        "        BUDI SANTOSO",
        "        R1M",
        "        900VA",
        "        33.7",
        "Order   #1",
        "--------------------------------",
        "Harga   Rp12.500",
        "--------------------------------",
        "          Terima kasih",
    ]
    assert max(map(len, lines)) <= 32
    assert "Rp" not in "".join(talk.say("LOW", "STRUK.081234567801"))
    talk.play("""
        LOW> STRUK.2
        < Struk belum ada, order belum selesai. Cek statusnya dengan CEK
        MID> STRUK.1
        < Transaksi tidak ditemukan, periksa referensi atau nomornya
    """)


# ---------------------------------------------------------------------- a wrong number


def test_a_wrong_number_is_corrected_while_nothing_was_sent(talk: Talk) -> None:
    order_id = talk.queued()
    talk.play(f"""
        LOW> GANTI.{order_id}.081234567899.4321
        < Order #1 sekarang ke 081234567899, tadinya 081234567801
        LOW> GANTI.{order_id}.081234567899.4321
        < Order #1 sekarang ke 081234567899, tadinya 081234567899
        LOW> GANTI.{order_id}.08123.4321
        < Nomor tujuan kurang atau lebih, periksa nomor lalu kirim ulang
        LOW> GANTI.{order_id}.081712345678.4321
        < Operator nomor ini tidak sesuai produk (nomor ?, produk TSEL), pilih produk yang sesuai
        MID> GANTI.{order_id}.081234567898.4444
        < Transaksi tidak ditemukan, periksa referensi atau nomornya
        book: nothing
    """)
    sent = talk.cell.send(order_id)
    assert talk.cell.writer.cell.orders[order_id].dest == "+6281234567899"
    talk.play(f"""
        LOW> GANTI.{order_id}.081234567897.4321
        < Nomor tidak bisa diganti lagi, order sudah dikirim atau selesai. Hubungi CS
    """)
    talk.cell.answer(sent, Outcome.SUCCESS, sn="SN-1")
    assert "P10.081234567899 SUKSES" in talk.later("LOW")[-1]
    assert audit(talk._engine).found == []


def test_the_first_text_of_a_corrected_order_is_never_a_new_order(talk: Talk) -> None:
    talk.play("""
        LOW#m1> P10.081234567801.4321
        < #1 R#1 P10.081234567801 akan diproses @07:00. Saldo 500.000 - 10.550 = 489.450
        LOW#m2> GANTI.1.081234567899.4321
        < Order #1 sekarang ke 081234567899, tadinya 081234567801
        LOW#m1> P10.081234567801.4321
        < #1 R#1 P10.081234567899 akan diproses @07:00. Saldo 500.000 - 10.550 = 489.450
        LOW#m3> P10.081234567801.4321
        < #1 R#1 P10.081234567899 akan diproses @07:00. Saldo 500.000 - 10.550 = 489.450
    """)
    talk.cell.runtime.time_ms += 700_000
    for _ in range(2):
        for dest in ("081234567801", "081234567899"):
            (reply,) = talk.say("LOW", f"P10.{dest}.4321")
            assert "sudah diorder hari ini" in reply
        talk.cell.writer.cell = talk.cell.store.open_cell()
    (again,) = talk.say("LOW", "P10.2.081234567801.4321")
    assert again.startswith("#2 R#2 P10.081234567801 akan diproses")


def test_a_redelivered_correction_does_not_undo_a_later_one(talk: Talk) -> None:
    talk.queued()
    talk.say("LOW", "GANTI.1.081234567891.4321", "m1")
    talk.say("LOW", "GANTI.1.081234567892.4321", "m2")
    (told,) = talk.say("LOW", "GANTI.1.081234567891.4321", "m1")
    assert "P10.081234567892" in told
    assert talk.cell.writer.cell.orders[1].dest == "+6281234567892"


def test_a_correction_does_not_make_a_second_order_of_the_same(talk: Talk) -> None:
    talk.queued(dest="081234567801")
    talk.queued(dest="081234567802")
    (told,) = talk.say("LOW", "GANTI.2.081234567801.4321")
    assert "sudah diorder hari ini" in told
    assert talk.cell.writer.cell.orders[2].dest == "+6281234567802"


def test_corrected_orders_are_found_by_their_new_number_after_a_restart(talk: Talk) -> None:
    talk.queued()
    talk.say("LOW", "GANTI.081234567801.081234567899.4321")
    talk.cell.writer.cell = talk.cell.store.open_cell()
    assert talk.cell.writer.cell.orders[1].dest == "+6281234567899"
    talk.play("""
        LOW> CEK.081234567899
        < #1 R#1 P10.081234567899 akan diproses @07:00. Saldo 500.000 - 10.550 = 489.450
        LOW> CEK.081234567801
        < Transaksi tidak ditemukan, periksa referensi atau nomornya
    """)
    found = talk.reads.orders(dest="+6281234567899")
    assert [(o.id, o.dest) for o in found] == [(1, "+6281234567899")]
    assert talk.reads.orders(dest="+6281234567801") == []
    timeline = talk.reads.timeline(1)
    assert timeline is not None
    assert timeline.order.dest == "+6281234567899"


# ---------------------------------------------------------------------- complaints


def complaint(talk: Talk, order_id: int) -> Complaint:
    found = PaperReads(talk._engine).by_key("complaint", str(order_id))
    assert found is not None
    assert isinstance(found.paper, Complaint)
    return found.paper


def test_a_complaint_is_about_the_order_that_is_named_else_the_latest(talk: Talk) -> None:
    for number in range(1, 4):
        talk.sold(f"SN-{number}", dest=f"08123456780{number}")
    talk.play("""
        LOW> K.pulsa belum masuk
        < Keluhan #1 untuk order #3 P10 dicatat. Dijawab dalam 1 hari
        LOW> KOMPLIN 081234567801 belum masuk juga
        < Keluhan #2 untuk order #1 P10 dicatat. Dijawab dalam 1 hari
        LOW> K.#2 salah nominal
        < Keluhan #3 untuk order #2 P10 dicatat. Dijawab dalam 1 hari
        LOW> K.081299999999 tidak ada
        < Transaksi tidak ditemukan, periksa referensi atau nomornya
        MID> K.#1 bukan punya saya
        < Transaksi tidak ditemukan, periksa referensi atau nomornya
        LOW> K
        < K.ISI (order terakhir), K.NOMOR ISI, K.#ORDER ISI. Tulis lagi untuk menambah atau membuka lagi
    """)
    assert [e.text for e in complaint(talk, 2).entries] == ["salah nominal"]


def test_one_complaint_an_order_that_is_written_on_and_opened_again(talk: Talk) -> None:
    talk.sold()
    talk.play("""
        LOW#k1> K.belum masuk
        < Keluhan #1 untuk order #1 P10 dicatat. Dijawab dalam 1 hari
        LOW#k1> K.belum masuk
        < Keluhan #1 untuk order #1 P10 dicatat. Dijawab dalam 1 hari
        LOW> K.masih belum
        < Ditambahkan ke keluhan #1 order #1 P10. Dijawab dalam 23 jam 59 menit
    """)
    talk.do(AnswerComplaint(1, "sri", "Sudah masuk 10:15, SN di atas"))
    assert complaint(talk, 1).state is ComplaintState.ANSWERED
    assert talk.later("LOW")[-1] == (
        "Jawaban keluhan #1, order #1: Sudah masuk 10:15, SN di atas. Belum beres? Ketik K.#1 dan isinya"
    )
    talk.play("""
        LOW> K.#1 tidak, masih kosong
        < Keluhan #1 order #1 P10 dibuka lagi. Dijawab dalam 1 hari
    """)
    assert complaint(talk, 1).state is ComplaintState.REOPENED
    talk.do(AnswerComplaint(1, "sri", close=True))
    assert talk.later("LOW") == ["Keluhan #1, order #1 ditutup"]
    assert [e.by for e in complaint(talk, 1).entries] == ["", "", "sri", ""]
    assert audit(talk._engine).found == []


def test_complaints_are_few_an_hour(talk: Talk) -> None:
    talk.sold()
    replies = [talk.say("LOW", f"K.belum masuk ke-{number}")[0] for number in range(6)]
    assert replies[-1] == "Keluhan sudah 5, tunggu jawaban lalu tulis lagi"
    talk.cell.runtime.time_ms += 3_601_000
    assert talk.say("LOW", "K.masih belum")[0].startswith("Ditambahkan")


def test_a_complaint_keeps_no_pin_no_formula_and_no_control_sign(talk: Talk) -> None:
    talk.sold()
    talk.say("LOW", "K.pulsa belum masuk.4321")
    talk.say("LOW", "K.=cmd|' /C calc'!A0")
    talk.say("LOW", "K.<script>alert(1)</script>\u202e \x07x")
    assert [e.text for e in complaint(talk, 1).entries] == [
        "pulsa belum masuk",
        "'=cmd|' /C calc'!A0",
        "<script>alert(1)</script> x",
    ]
    stored = [part for row in talk.cell.engine.rows("SELECT text, body FROM messages") for part in row]
    assert not [part for part in stored if "4321" in part]


def test_an_answer_goes_to_the_address_that_complained(talk: Talk) -> None:
    talk.change("LOW", senders=("chat:LOW", "chat:KIOS"))
    talk.sold()
    talk.say("KIOS", "K.belum masuk")
    assert complaint(talk, 1).channel == "chat:KIOS"


def test_replies_come_in_the_language_of_the_agent(talk: Talk) -> None:
    talk.change("LOW", language="en")
    talk.sold()
    talk.play("""
        LOW> K.not arrived
        < Complaint #1 about order #1 P10 is noted. Answered within 1 d
        LOW> TUKAR.SEMUA.4321
        < FAILED. There is nothing to make deposit of, Rp0 earned, wait for sales of your downline
        LOW> P1O.081234567801.4321
        < P1O.081234567801 FAILED. No such product code. Did you mean P10? Send PRODUK for the list
    """)
