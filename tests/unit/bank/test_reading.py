"""Banks' files as they are exported, and as people and Excel damage them: rows, or faults that say what to do."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from juru.bank.cells import Numbers
from juru.bank.profiles import load_bank_profile
from juru.bank.reading import read_statement
from juru.bank.statement import FAULTS_MAX, Fault, Statement, UnreadableError
from juru.bank.words import wrong

EXAMPLES = Path(__file__).parents[3] / "examples" / "bank"
TODAY = 20261124
HEAD = "Informasi Rekening - Mutasi Rekening\nNo. rekening : ,'0123456789\nPeriode : 23/11/2026 - 24/11/2026\n\n"
COLUMNS = "Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo\n"
FIRST = '\'23/11,TRSF BUDI,\'0000,"1,000,619.00",CR,"6,000,619.00"\n'
SECOND = '\'24/11,BIAYA ADM,\'0000,"15,000.00",DB,"5,985,619.00"\n'
BCA = HEAD + COLUMNS + FIRST + SECOND


def read(text: str | bytes, name: str = "bca", **more: Any) -> Statement:  # noqa: ANN401 - options of read_statement
    data = text.encode() if isinstance(text, str) else text
    own = more.pop("own", None)
    return read_statement(data, load_bank_profile(name, own), **({"today": TODAY} | more))


def faults(text: str | bytes, name: str = "bca", **more: Any) -> tuple[Fault, ...]:  # noqa: ANN401 - as for ``read``
    with pytest.raises(UnreadableError) as caught:
        read(text, name, **more)
    return caught.value.faults


def fault(text: str | bytes, name: str = "bca", **more: Any) -> Fault:  # noqa: ANN401 - as for ``read``
    found = faults(text, name, **more)
    assert len(found) == 1, found
    return found[0]


def workbook(rows: list[list[object]]) -> bytes:
    """An XLSX of these rows; dates are stored as Excel's own."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet, date = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(line, place, dt.datetime(cell.year, cell.month, cell.day), date)  # noqa: DTZ001
            else:
                sheet.write(line, place, cell)
    book.close()
    return made.getvalue()


# ---------------------------------------------------------------------- the banks' own


@pytest.mark.parametrize(
    ("file", "name", "account", "amounts"),
    [
        ("bca", "bca", "0123456789", [1_000_619, 250_000, -15_000, -2_000_000]),
        ("mandiri", "mandiri", "1370001234567", [1_000_619, 1_250, -12_500]),
        ("bni", "bni", "", [-11_000, 1_000_619, -2_000_000]),
        ("bri", "bri", "003601001118309", [1_000_619, -10_000]),
        ("bsi", "bsi", "", [1_000_619, -10_000]),
        ("plain", "generic", "", [1_000_619, -10_000]),
    ],
)
def test_each_bank_own_export_is_read_oldest_first(file: str, name: str, account: str, amounts: list[int]) -> None:
    statement = read((EXAMPLES / f"{file}.csv").read_bytes(), name)
    assert statement.account_no == account
    assert [row.amount_idr for row in statement.rows] == amounts
    assert [row.day for row in statement.rows] == sorted(row.day for row in statement.rows)


def test_bca_balances_pending_and_texts_over_two_lines() -> None:
    statement = read((EXAMPLES / "bca.csv").read_bytes(), account_no="012-345-6789")
    assert (statement.opening_idr, statement.closing_idr, statement.pending) == (5_000_000, 4_235_619, 1)
    second = statement.rows[1]
    assert (second.line, second.day, second.text) == (9, 20261123, "SETORAN TUNAI TANPA BERITA")
    assert statement.rows[2].line == 11, "a quoted line break counts as a line of the file"


def test_interest_in_sen_moves_what_the_whole_rupiah_of_the_balance_moved() -> None:
    statement = read((EXAMPLES / "mandiri.csv").read_bytes(), "mandiri")
    assert [row.balance_idr for row in statement.rows] == [6_000_619, 6_001_869, 5_989_369]
    assert sum(row.amount_idr for row in statement.rows[1:]) == 5_989_369 - 6_000_619


def test_rows_that_move_nothing_are_counted_and_left_out() -> None:
    assert read((EXAMPLES / "bri.csv").read_bytes(), "bri").zero == 1


def test_newest_first_with_a_running_balance_is_turned_round() -> None:
    turned = HEAD + COLUMNS + SECOND + FIRST
    assert [row.amount_idr for row in read(turned).rows] == [1_000_619, -15_000]


def test_mark_may_stand_behind_the_amount() -> None:
    bisnis = HEAD + 'Tanggal,Keterangan,Cabang,Jumlah,Saldo\n23/11,TRSF BUDI,0000,"1,000.00 CR","6,000.00"\n'
    assert read(bisnis).rows[0].amount_idr == 1_000


def test_amounts_with_a_sign_and_with_brackets() -> None:
    text = "Tanggal;Keterangan;Jumlah\n23/11/2026;masuk;Rp1.000\n24/11/2026;keluar;-250\n24/11/2026;keluar;(50)\n"
    assert [row.amount_idr for row in read(text, "generic").rows] == [1_000, -250, -50]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_whatever_encoding_banks_and_excel_use(encoding: str) -> None:
    assert read(BCA.replace("BUDI", "JOSÉ").encode(encoding)).rows[0].text == "TRSF JOSÉ"


def test_workbook_with_real_dates_and_numbers_is_read() -> None:
    rows: list[list[object]] = [
        ["Laporan"],
        ["Tanggal", "Keterangan", "Debit", "Kredit", "Saldo"],
        [dt.date(2026, 11, 23), "BUDI", "", 1_000_619, 6_000_619.5],
        [dt.date(2026, 11, 24), 12345, 10_000, "", 5_990_619.5],
    ]
    statement = read(workbook(rows), "generic")
    assert [(r.day, r.amount_idr, r.text, r.balance_idr) for r in statement.rows] == [
        (20261123, 1_000_619, "BUDI", 6_000_619),
        (20261124, -10_000, "12345", 5_990_619),
    ]


def test_owner_own_profile_says_only_what_differs() -> None:
    own: dict[str, Any] = {"columns": {"date": ["Tgl Buku"], "text": ["Uraian"], "amount": ["Nominal"], "balance": []}}
    own |= {"dates": ["dd-mm-yyyy"], "numbers": "comma"}
    text = "Tgl Buku;Uraian;Nominal;D/K\n23-11-2026;BUDI;1.000.619,00;K\n24-11-2026;ADM;10.000,00;D\n"
    assert [row.amount_idr for row in read(text, "generic", own=own).rows] == [1_000_619, -10_000]


def test_dates_without_a_year_take_it_from_the_period_also_over_new_year() -> None:
    text = BCA.replace("23/11/2026 - 24/11/2026", "30/12/2025 - 02/01/2026").replace("'23/11", "'31/12")
    assert [row.day for row in read(text.replace("'24/11", "'01/01")).rows] == [20251231, 20260101]


def test_dates_without_a_year_and_a_period_need_the_year_given() -> None:
    text = BCA.replace("Periode : 23/11/2026 - 24/11/2026\n", "")
    assert "--year" in str(faults(text)[0].why)
    assert read(text, year=2026).rows[0].day == 20261123


# ---------------------------------------------------------------------- another file


def test_columns_of_another_bank_are_named() -> None:
    found = fault((EXAMPLES / "mandiri.csv").read_bytes())
    assert "Mandiri" in str(found.why)
    assert "BCA" in str(found.why)


def test_columns_that_fit_several_banks_are_told_apart_by_words_of_one() -> None:
    text = "Bank Syariah Indonesia\nTanggal;Keterangan;Debit;Kredit;Saldo\n23/11/2026;BUDI;;1.000,00;1.000,00\n"
    assert "BSI" in str(fault(text, "mandiri").why)
    assert "BSI" in str(fault(text, "bri").why)


def test_file_of_another_account_is_refused() -> None:
    found = fault(BCA, account_no="9876543210")
    assert found.column == "account"
    assert "0123456789, not of 9876543210" in str(found.why)


def test_rows_of_two_accounts_are_refused() -> None:
    text = (EXAMPLES / "bri.csv").read_text().replace("3,003601001118309", "3,003601001118310")
    assert "one account at a time" in str(fault(text, "bri").why)


def test_other_currency_is_refused() -> None:
    assert "USD is not rupiah" in str(fault(BCA.replace("\n\n", "\nKode Mata Uang : USD\n\n", 1)).why)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table><tr><td>Tanggal</td></tr></table>", "web page"),
        (b"PK\x03\x04 not a workbook", "no readable workbook"),
        (b"\xff\xfe\x00", "save it as"),
        (b"hello, world\n", "no row names the columns"),
    ],
)
def test_what_is_no_table_of_mutations_is_named(data: bytes, why: str) -> None:
    assert why in str(fault(data).why)


def test_period_without_booked_rows_says_so() -> None:
    assert "no booked row" in str(fault(HEAD + COLUMNS + 'PEND,TRSF,\'0000,"1,000.00",CR,"1,000.00"\n').why)


# ---------------------------------------------------------------------- damage by hand


def test_half_a_row_at_the_end_is_named() -> None:
    cut = BCA[: BCA.index('CR,"6,000')]
    assert fault(cut) == Fault(6, "Jumlah", fault(cut).why)
    assert "no mark of debit or credit" in str(fault(cut).why)
    assert "no amount" in str(fault(BCA[: BCA.index('"1,000,619')]).why)


def test_row_that_lost_only_its_balance_is_named() -> None:
    assert fault(BCA.replace(',"5,985,619.00"', "")) == Fault(7, "balance", wrong("row_no_balance"))


def test_quoted_text_that_never_ends_is_named() -> None:
    found = fault(BCA[: BCA.index("BIAYA ADM")] + '"BIAYA AD')
    assert (found.line, "cut in half" in str(found.why)) == (7, True)


def test_doubled_separator_is_named_with_its_row() -> None:
    found = fault(BCA.replace("'0000,\"15", "'0000,,\"15"))
    assert found.line == 7
    assert "7 cells, the header has 6" in str(found.why)


def test_missing_row_breaks_the_running_balance() -> None:
    third = '\'24/11,TRSF SITI,\'0000,"100.00",CR,"5,985,719.00"\n'
    found = fault(HEAD + COLUMNS + FIRST + third)
    assert (found.line, found.column) == (7, "balance")
    assert "6.000.619" in str(found.why)


def test_changed_amount_breaks_the_running_balance() -> None:
    assert "an amount is wrong" in str(fault(BCA.replace('"15,000.00"', '"51,000.00"')).why)


def test_sum_that_does_not_reach_the_closing_balance_is_named() -> None:
    text = "Tanggal;Keterangan;Jumlah\nSaldo awal;;1.000\n23/11/2026;BUDI;500\nSaldo akhir;;1.600\n"
    assert "opening 1.000 and all rows make 1.500, the file says 1.600" in str(fault(text, "generic").why)


def test_rows_that_have_both_debit_and_credit_are_named() -> None:
    text = "Tanggal;Keterangan;Debit;Kredit\n23/11/2026;BUDI;5;7\n24/11/2026;ANI;;\n"
    assert ["both" in str(f.why) or "neither" in str(f.why) for f in faults(text, "generic")] == [True, True]


def test_a_thousand_faults_are_counted_and_the_first_shown() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(HEAD + COLUMNS + "99/99,X,0000,1.00,CR,1.00\n" * 1_000)
    assert (len(caught.value.faults), caught.value.total) == (FAULTS_MAX, 1_000)


# ---------------------------------------------------------------------- Excel's damage


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (('"1,000,619.00"', "1.00062E+06"), "scientific notation"),
        (('"1,000,619.00"', "1000619.5"), "has sen"),
        (('"1,000,619.00"', "########"), "too narrow"),
        (('"1,000,619.00"', '"1.000.619,00"'), "written like 1.234.567,00"),
        (('"1,000,619.00"', '"1,00,619.00"'), "separator is doubled or a digit is missing"),
        (('"1,000,619.00"', "1000.619"), "written like 1.234.567,00|no amount"),
        (("'23/11", "46349"), "Excel's own number for 23/11/2026"),
        (("'23/11", "23-Nov"), "as Excel rewrites it"),
        (("'23/11", "31/11"), "no day of the calendar"),
        (("'23/11", "25/11"), "not within the period"),
        (("'0123456789", "123456789"), "without its leading zeros"),
    ],
)
def test_what_excel_does_to_a_file_is_named_and_never_guessed(damage: tuple[str, str], why: str) -> None:
    found = faults(BCA.replace(*damage), account_no="0123456789")
    assert any(part in str(f) for f in found for part in why.split("|")), found


def test_account_in_scientific_notation_is_named() -> None:
    text = (EXAMPLES / "bri.csv").read_text().replace("003601001118309", "3.6E+12")
    assert all("account's digits are lost" in str(f.why) for f in faults(text, "bri"))


def test_sen_without_a_running_balance_are_named() -> None:
    text = "Tanggal;Keterangan;Jumlah\n23/11/2026;BUNGA;1.250,75\n"
    assert "has sen, and no running balance proves it" in str(fault(text, "generic").why)


def test_first_row_with_sen_is_not_proved_by_its_own_balance() -> None:
    text = "Tanggal;Keterangan;Jumlah;Saldo\n23/11/2026;BUNGA;1.250,75;2.000,75\n"
    assert "has sen" in str(fault(text, "generic").why)


def test_workbook_that_mixes_dates_and_texts_is_refused() -> None:
    rows: list[list[object]] = [["Tanggal", "Keterangan", "Jumlah"]]
    rows += [[dt.date(2026, 5, 11), "BUDI", 1_000], ["23/11/2026", "ANI", 2_000]]
    found = fault(workbook(rows), "generic")
    assert (found.line, found.column) == (3, "Tanggal")
    assert "day and month the other way round" in str(found.why)


@pytest.mark.parametrize("cell", [46349, 46349.5])
def test_workbook_with_day_numbers_is_refused(cell: float) -> None:
    found = fault(workbook([["Tanggal", "Keterangan", "Jumlah"], [cell, "BUDI", 1_000]]), "generic")
    assert "Excel's own number for 23/11/2026" in str(found.why)


@pytest.mark.parametrize(("cell", "why"), [(1e15, "more digits"), (100 / 3, "parts of a sen"), (True, "no amount")])
def test_workbook_numbers_that_cannot_be_exact_are_refused(cell: float, why: str) -> None:
    rows: list[list[object]] = [["Tanggal", "Keterangan", "Jumlah"], [dt.date(2026, 11, 23), "BUDI", cell]]
    assert why in str(fault(workbook(rows), "generic").why)


def test_date_in_the_future_asks_whether_day_and_month_were_exchanged() -> None:
    text = "Tanggal;Keterangan;Jumlah\n11/12/2026;BUDI;1.000\n"
    assert "exchanged day and month" in str(fault(text, "generic").why)


def test_generic_profile_takes_the_one_way_of_writing_that_reads_every_amount() -> None:
    text = "Tanggal;Keterangan;Jumlah\n23/11/2026;A;{}\n24/11/2026;B;{}\n"
    assert [r.amount_idr for r in read(text.format("1.000", "12"), "generic").rows] == [1_000, 12]
    assert [r.amount_idr for r in read(text.format("1,000", "12.00"), "generic").rows] == [1_000, 12]
    assert Numbers.COMMA.example in str(faults(text.format("1,000", "1.000"), "generic")[0].why)


def test_a_cell_that_is_named_is_not_named_again_as_missing() -> None:
    text = "Tanggal;Keterangan;Debit;Kredit;Saldo\n23/11/2026;A;;1E+05;100.000\n"
    assert [fault.why.key for fault in faults(text, "generic")] == ["amount_science"]
