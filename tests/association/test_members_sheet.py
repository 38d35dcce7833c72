"""A members' list as people, spreadsheets and enemies make it: each cell is believed or named with what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from juru.association.desk.import_words import TEXTS
from juru.association.desk.importing import template
from juru.association.desk.members_sheet import BYTES_MAX, ROWS_MAX, SheetError, read
from juru.association.domain.branches import SEED
from juru.association.domain.branches import on as branches_on
from juru.association.domain.commands import ListedMember
from juru.association.domain.facts import Precision

TODAY = date(2026, 11, 24)
BRANCHES = branches_on(SEED, TODAY)
HEADER = "name,branch,joined_on,paid_until"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def one(*rows: str, header: str = HEADER) -> ListedMember:
    found = read(csv_of(*rows, header=header), BRANCHES, TODAY)
    assert found.faults == []
    assert len(found.rows) == 1
    return found.rows[0]


def fault(row: str, header: str = HEADER) -> tuple[str, str]:
    """Cell and key of the only fault."""
    found = read(csv_of(row, header=header), BRANCHES, TODAY)
    assert found.rows == []
    assert len(found.faults) == 1, found.faults
    assert found.faults[0].why.told("id") != found.faults[0].why.told("en")
    return found.faults[0].cell, found.faults[0].why.key


def refused(data: bytes) -> str:
    with pytest.raises(SheetError) as caught:
        read(data, BRANCHES, TODAY)
    assert caught.value.why.told("id")
    return caught.value.why.key


def workbook(*rows: tuple[object, ...]) -> bytes:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell)
            else:
                sheet.write(number, place, cell)
    book.close()
    return body.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return body.getvalue()


def test_headings_are_understood_in_indonesian_and_english_above_a_title_or_not() -> None:
    rows = "Daftar anggota;;;;;;\n;;;;;;\nNama Usaha;Cabang;Wakil Iuran;No. HP;Tgl. Masuk;Lunas s/d;N.I.B\n"
    rows += "PT Maju;Jawa Timur;Budi;0812-3456-7890;05/03/2019;31/12/2026;9120001234567\n"
    found = read(rows.encode(), BRANCHES, TODAY).rows[0]
    assert (found.row, found.name, found.branch, found.dues_rep) == (4, "PT Maju", "JTM", "Budi")
    assert found.dues_phone == "+6281234567890"
    assert found.voting_phone == ""
    assert found.joined_on == date(2019, 3, 5), "the day is written before the month"
    assert found.licence == "9120001234567"


@pytest.mark.parametrize(
    ("until", "first_unpaid"),
    [("2026-12-31", date(2027, 1, 1)), ("2027-01-01", date(2027, 1, 1)), ("30/06/2026", date(2026, 7, 1))],
)
def test_paid_until_is_the_last_day_paid_for_and_new_year_is_the_year(until: str, first_unpaid: date) -> None:
    assert one(f"A,JTM,2020-01-01,{until}").paid_to == first_unpaid


def test_joining_may_be_known_by_its_month_or_year_only() -> None:
    assert (one("A,JTM,2019,").joined_on, one("A,JTM,2019,").precision) == (date(2019, 1, 1), Precision.YEAR)
    assert (one("A,JTM,2019-07,").joined_on, one("A,JTM,2019-07,").precision) == (date(2019, 7, 1), Precision.MONTH)
    assert one("A,NAS,2019-07-31,").paid_to is None


CELLS: dict[str, tuple[str, str, str, str]] = {
    "no name": (",JTM,2019,", HEADER, "A2", "cell_empty"),
    "a formula for a name": ('"=HYPERLINK(""http://x"")",JTM,2019,', HEADER, "A2", "cell_formula"),
    "a command for a name": ("@SUM(1+1)*cmd|' /C calc'!A0,JTM,2019,", HEADER, "A2", "cell_formula"),
    "a spreadsheet's error": ("#REF!,JTM,2019,", HEADER, "A2", "cell_error"),
    "a huge cell": ("x" * 5_000 + ",JTM,2019,", HEADER, "A2", "cell_long"),
    "a name that turns the line round": ("PT \u202emaju,JTM,2019,", HEADER, "A2", "cell_strange"),
    "letters that were lost before": ("PT Ma\ufffdu,JTM,2019,", HEADER, "A2", "cell_strange"),
    "no such branch": ("A,XXX,2019,", HEADER, "B2", "branch_unknown"),
    "month first": ("A,JTM,03/25/2019,", HEADER, "C2", "day_absent"),
    "no day at all": ("A,JTM,lama,", HEADER, "C2", "day_unlike"),
    "a spreadsheet's day number": ("A,JTM,43831,", HEADER, "C2", "day_serial"),
    "30 February": ("A,JTM,30/02/2019,", HEADER, "C2", "day_absent"),
    "joining tomorrow": ("A,JTM,25/11/2026,", HEADER, "C2", "day_future"),
    "joining before there was pulsa": ("A,JTM,25/11/1926,", HEADER, "C2", "day_far"),
    "paid for a hundred years": ("A,JTM,2019,31/12/2126", HEADER, "D2", "day_far"),
    "paid until before joining": ("A,JTM,2019-05-01,2019-04-30", HEADER, "D2", "period_wrong"),
    "a phone without its zero": ("A,JTM,2019,81234567890", "name,branch,joined_on,hp", "D2", "phone_zero"),
    "no phone": ("A,JTM,2019,tanya Budi", "name,branch,joined_on,hp", "D2", "phone_unlike"),
    "a rounded licence": ("A,JTM,2019,9.12E+12", "name,branch,joined_on,nib", "D2", "licence_unlike"),
    "no such class": ("A,JTM,2019,agen", "name,branch,joined_on,kelas", "D2", "class_unknown"),
}


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_cannot_be_believed_is_named_with_its_place(what: str) -> None:
    row, header, cell, key = CELLS[what]
    assert fault(row, header) == (cell, key)


def test_a_row_wider_than_the_heading_is_refused_whole() -> None:
    found = read(csv_of("A, B,JTM,2019,31/12/2026"), BRANCHES, TODAY)
    assert "row_cells" in {one.why.key for one in found.faults}
    assert found.rows == []


def test_an_unclosed_quote_takes_no_row_with_it_unseen() -> None:
    found = read(csv_of("A,JTM,2019,", '"B,JTM,2019,', "C,JTM,2019,"), BRANCHES, TODAY)
    assert [row.name for row in found.rows] == ["A"]
    assert [one.why.key for one in found.faults] == ["row_unclosed"]


def test_several_faults_of_a_row_are_all_told() -> None:
    found = read(csv_of(",XXX,x,x"), BRANCHES, TODAY)
    assert [one.cell for one in found.faults] == ["A2", "B2", "C2", "D2"]


def test_the_same_row_twice_has_two_fingerprints_and_the_same_file_the_same_ones() -> None:
    data = csv_of("A,JTM,2019,", "A,JTM,2019,")
    first, second = read(data, BRANCHES, TODAY).rows
    assert first.mark != second.mark
    assert [row.mark for row in read(data, BRANCHES, TODAY).rows] == [first.mark, second.mark]


def test_dates_numbers_and_decimals_of_a_workbook() -> None:
    header = ("nama", "cabang", "tanggal gabung", "lunas sampai", "nib", "hp", "wakil iuran")
    good = ("PT A", "JTM", date(2019, 3, 5), date(2026, 12, 31), 9120001234567, "081234567890", "Budi")
    found = read(workbook(header, good), BRANCHES, TODAY).rows[0]
    assert (found.joined_on, found.paid_to) == (date(2019, 3, 5), date(2027, 1, 1))
    assert (found.licence, found.dues_phone) == ("9120001234567", "+6281234567890")
    bad = (12.5, "JTM", 43831.5, date(2026, 12, 31), 91200012345678901234, 81234567890, date(2019, 1, 1))
    faults = read(workbook(header, bad), BRANCHES, TODAY).faults
    keys = {one.cell: one.why.key for one in faults}
    assert keys["A2"] == "cell_decimal"
    assert keys["C2"] in {"day_serial", "day_unlike"}
    assert (keys["E2"], keys["F2"], keys["G2"]) == ("licence_unlike", "phone_zero", "cell_kind")


def test_days_that_a_spreadsheet_swapped_are_refused_because_the_others_stayed_text() -> None:
    header = ("nama", "cabang", "tanggal gabung")
    rows = (("A", "JTM", date(2019, 3, 5)), ("B", "JTM", "25/03/2019"))
    found = read(workbook(header, *rows), BRANCHES, TODAY)
    assert [(one.cell, one.why.key) for one in found.faults] == [("C2", "day_swapped")]
    assert [row.name for row in found.rows] == ["B"]


def test_a_formula_is_read_as_the_value_it_shows_and_runs_nothing() -> None:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, name in enumerate(("nama", "cabang", "tanggal gabung")):
        sheet.write(0, place, name)
    sheet.write_formula(1, 0, '=HYPERLINK("http://x","y")', value="PT Rumus")
    sheet.write(1, 1, "JTM")
    sheet.write(1, 2, "2019")
    sheet.write_formula(2, 0, "=A1/0", value="#DIV/0!")
    sheet.write(2, 1, "JTM")
    sheet.write(2, 2, "2019")
    book.close()
    found = read(body.getvalue(), BRANCHES, TODAY)
    assert [row.name for row in found.rows] == ["PT Rumus"]
    assert [one.cell for one in found.faults] == ["A3"]


def test_text_in_other_encodings_is_read_or_refused_but_never_guessed() -> None:
    text = f"{HEADER}\nToko Ésa,JTM,2019,\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read(text.encode(encoding), BRANCHES, TODAY).rows[0].name == "Toko Ésa"
    assert refused(text.encode("cp1252")) == "file_encoding"
    assert refused(text.encode("utf-16-le")) == "file_encoding"


SHEET = "xl/worksheets/sheet1.xml"


def _one_cell(reference: str) -> bytes:
    return b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="%b"><v>1</v></c></row>' % (
        reference.encode()
    )


FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "file_empty"),
    "a PDF named xlsx": (b"%PDF-1.7\n", "file_pdf"),
    "a web page": (b"<html><table></table></html>", "file_html"),
    "an old XLS": (b"\xd0\xcf\x11\xe0" + bytes(600), "file_old"),
    "a zip that is no workbook": (packed({"letter.txt": b"x"}), "file_not_xlsx"),
    "half a workbook": (workbook(("nama",))[:900], "file_no_workbook"),
    "macros": (packed({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}), "file_macros"),
    "a zip bomb": (packed({"xl/workbook.xml": bytes(200_000_000)}), "file_unpacks"),
    "a cell in the last corner": (packed({"xl/workbook.xml": b"<x/>", SHEET: _one_cell("XFD1048576")}), "file_area"),
    "a million rows": (csv_of(*["A,JTM,2019,"] * 1_000_000), "file_rows"),
    "more than is read": (b"x" * (BYTES_MAX + 1), "file_long"),
    "no columns that are known": (b"a,b,c\n1,2,3\n", "columns_missing"),
    "a column twice": (csv_of("A,JTM,2019,A", header="name,branch,joined_on,nama"), "columns_twice"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_no_list_is_judged_by_its_content_and_refused_with_what_to_do(what: str) -> None:
    data, key = FILES[what]
    assert refused(data) == key


def test_a_workbook_of_a_million_rows_is_refused_before_it_is_laid_out() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in (1, 500_000, 1_048_576))
    sheet = b'<worksheet><sheetData>%b<row r="2"><c r="C2"><v>1</v></c></row></sheetData></worksheet>' % rows
    assert refused(packed({"xl/workbook.xml": b"<x/>", SHEET: sheet})) == "file_area"


def test_more_rows_than_the_limit_are_refused_whatever_they_hold() -> None:
    assert refused(csv_of(*["A,JTM,2019,"] * (ROWS_MAX + 1))) == "file_rows"


def test_the_shipped_template_is_read_once_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "anggota.xlsx"
    path.write_bytes(template())
    assert refused(path.read_bytes()) == "file_no_sheet", "nothing is filled in yet"
    header = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
    row = ("PT A", "JTM", "Budi", "081234567890", "Sri", "", "2019-01-31", "31/12/2026", "9120001234567")
    found = read(workbook(tuple(header), row), BRANCHES, TODAY)
    assert found.faults == []
    assert (found.rows[0].voting_rep, found.rows[0].paid_to) == ("Sri", date(2027, 1, 1))


def test_every_text_is_in_both_languages_with_the_same_facts() -> None:
    for key, (indonesian, english) in TEXTS.items():
        fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (indonesian, english)]
        assert fields[0] == fields[1], key
