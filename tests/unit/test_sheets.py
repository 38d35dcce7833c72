"""Tables as they are taken along, and the charts drawn of them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from juru.server.console.charts import chart_of
from juru.server.console.sheet_words import label_of, shown
from juru.server.console.words import words
from juru.server.desk.orderlist import Wish, wish_of
from juru.server.desk.reports import COLUMNS, Report
from juru.server.store.reads.lists import What
from juru.web.formulas import defused
from juru.web.sheets import Cell, Column, Kind, Line, Sheet, as_csv, as_json, as_xlsx, summed
from juru.web.wording import compact, percent

ID, EN = words("id"), words("en")
FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")')


def sheet(*rows: tuple[Cell, ...]) -> Sheet:
    columns = (Column("day", Kind.DAY), Column("name"), Column("sales_idr", Kind.MONEY, summed=True))
    return summed("sales", {"span": "2026-11"}, columns, [Line(str(row[0]), row) for row in rows])


def test_sums_stand_under_what_is_summed() -> None:
    made = sheet((20261101, "a", 5), (20261102, None, -7))
    assert made.total == (None, None, -2)
    assert as_json(made)["total"] == {"sales_idr": -2}
    assert as_json(made)["rows"][0] == {"day": "2026-11-01", "name": "a", "sales_idr": 5}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_every_file(text: str, tmp_path: Path) -> None:
    made = sheet((20261101, text, 5))
    row = list(csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig"))))[1]
    assert row[1] == f"'{text}"
    assert row[2] == "5"
    (tmp_path / "x.xlsx").write_bytes(as_xlsx(made))
    cells = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert any(isinstance(cell, str) and text.strip() in cell for line in cells for cell in line)
    import zipfile

    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml"), "no cell is a formula"


@given(st.text())
def test_only_what_begins_like_a_formula_is_changed(text: str) -> None:
    found = defused(text)
    assert found in {text, f"'{text}"}
    assert (found != text) == (len(text) > 1 and text[0] in "=+-@\t\r\n")


def test_negative_numbers_stay_numbers() -> None:
    assert b"-7" in as_csv(sheet((20261101, "a", -7)))
    assert b"'-7" not in as_csv(sheet((20261101, "a", -7)))


def test_rows_are_ordered_and_what_is_not_known_comes_last() -> None:
    made = sheet((20261101, None, 1), (20261102, "b", 3), (20261103, "a", 2))
    assert [line.key for line in made.ordered("name", descending=False).lines] == ["20261103", "20261102", "20261101"]
    assert [line.key for line in made.ordered("sales_idr", descending=True).lines] == [
        "20261102",
        "20261103",
        "20261101",
    ]


@pytest.mark.parametrize("report", Report)
def test_every_column_has_a_label_in_both_languages(report: Report) -> None:
    for column in COLUMNS[report]:
        assert label_of(column.name, ID) != column.name or column.name in {"operator", "supplier"}
        assert label_of(column.name, EN)


@pytest.mark.parametrize(
    ("kind", "cell", "indonesian", "english"),
    [
        (Kind.MONEY, -1_234_567, "-Rp1.234.567", "-Rp1.234.567"),
        (Kind.MONEY, 0, "Rp0", "Rp0"),
        (Kind.MONEY, None, "-", "-"),
        (Kind.COUNT, 12_345, "12.345", "12.345"),
        (Kind.ID, 12_345, "12345", "12345"),
        (Kind.PERCENT, 975, "97,5%", "97.5%"),
        (Kind.DAY, 20260501, "Jum 1 Mei 2026", "Fri 1 May 2026"),
        (Kind.TIME, "2026-08-17T10:00:05+07:00", "17 Agu 10:00:05", "17 Aug 10:00:05"),
        (Kind.TEXT, None, "", ""),
    ],
)
def test_cells_are_written_as_people_read_them(kind: Kind, cell: Cell, indonesian: str, english: str) -> None:
    column = Column("x", kind)
    assert shown(column, cell, "id", ID) == indonesian
    assert shown(column, cell, "en", EN) == english


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0"), (999, "999"), (1_000, "1 rb"), (1_250, "1,3 rb"), (-75_400, "-75,4 rb"), (2_000_000_000, "2 M")],
)
def test_large_numbers_are_short_in_a_chart(amount: int, text: str) -> None:
    assert compact(amount, "id", ID) == text


def test_percentages_keep_their_sign() -> None:
    assert [percent(n, "id") for n in (0, -5, 1_000)] == ["0,0%", "-0,5%", "100,0%"]


# ---------------------------------------------------------------------- charts


def bars(svg: str) -> list[tuple[str, float, float]]:
    """Of each bar: its class, where it begins, how high it is."""
    found = re.findall(r'<rect class="([^"]+)" x="[^"]+" y="(\d+)" width="[^"]+" height="(\d+)"', svg)
    return [(kind, float(y), float(height)) for kind, y, height in found]


def profit(*values: int) -> Sheet:
    columns = COLUMNS[Report.PROFIT]
    lines = [
        Line(
            str(20261101 + n),
            tuple(20261101 + n if c.name == "day" else value if c.name == "profit_idr" else 0 for c in columns),
        )
        for n, value in enumerate(values)
    ]
    return summed("profit", {}, columns, lines)


def test_bars_begin_at_zero_and_losses_hang_below_it() -> None:
    chart = chart_of(profit(100, -50, 200), Report.PROFIT, "id", ID)
    assert chart is not None
    first, loss, highest = bars(chart.wide)
    assert first[1] + first[2] == highest[1] + highest[2] == loss[1], "one zero for all"
    assert highest[2] == pytest.approx(2 * first[2], abs=2) == pytest.approx(4 * loss[2], abs=6)
    assert loss[0] == "minus"
    assert chart.title == "Rugi pada 1 hari; terbesar Sen 2 Nov 2026: -Rp50"


def test_a_chart_answers_in_its_title_and_marks_the_open_day() -> None:
    chart = chart_of(profit(100, 300, 200), Report.PROFIT, "en", EN, closed_day=20261102)
    assert chart is not None
    assert chart.title == "Highest profit on Mon 2 Nov 2026: Rp300"
    assert [kind for kind, _, _ in bars(chart.narrow)] == ["plus", "plus", "plus open"]


def test_nothing_to_compare_is_no_chart() -> None:
    assert chart_of(profit(100), Report.PROFIT, "id", ID) is None
    assert chart_of(profit(0, 0), Report.PROFIT, "id", ID) is not None


# ---------------------------------------------------------------------- filters that are addresses


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(What.MONEY, "2026-11-01", "2026-11-30", supplier="-"),
        Wish(What.LATE, agent="BUDI01", downline=True, product="S10", hour="7", state="success", dest="0812"),
    ],
)
def test_a_filter_is_read_from_its_own_address(wish: Wish) -> None:
    import urllib.parse

    assert wish_of(dict(urllib.parse.parse_qsl(wish.query()))) == wish
