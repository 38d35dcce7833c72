"""Filters that are addresses, tables without a room of their own, charts, what waits at the door, passkeys' places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from juru.web.charts import SHARES_SHOWN, Bar, below, beside
from juru.web.figures import Told, in_order, nowhere, order_of, table_of
from juru.web.filters import address_of, download
from juru.web.passkeys import Site, named_in, site_of
from juru.web.pending import Pending
from juru.web.places import LOCAL, Place
from juru.web.sheets import Cell, Column, Kind, Line, Sheet, summed
from juru.web.words import KIT, speak

ID = speak(KIT, "id")


class Plain:
    """A room that words its table as it is."""

    total = "Jumlah"

    def title(self, sheet: Sheet) -> str:
        return sheet.title

    def label(self, name: str) -> str:
        return name.upper()

    def tell(self, _column: Column, cell: Cell, line: Line | None, href: str) -> Told:
        return Told(f"{cell}", title=href if line else "")

    def is_minor(self, column: Column) -> bool:
        return column.name == "note"


def sheet() -> Sheet:
    columns = (Column("branch"), Column("members", Kind.COUNT, summed=True), Column("note"))
    return summed("branches", {}, columns, [Line("JTM", ("JTM", 3, "x")), Line("JBR", ("JBR", 7, None))])


def test_an_address_changes_one_thing_and_keeps_the_rest() -> None:
    here = address_of("/register.csv", {"branch": "JTM", "state": "", "lang": "en"})
    assert (here.path, here.ending) == ("/register", "csv")
    assert here.with_(state="active", branch=None) == "/register?state=active"
    assert here.file("xlsx") == "/register.xlsx?branch=JTM"
    assert here.files("csv", "json") == [("csv", "/register.csv?branch=JTM"), ("json", "/register.json?branch=JTM")]
    assert address_of("/a.b", {}).with_(find="a&b=c") == "/a.b?find=a%26b%3Dc"


def test_a_download_has_a_name_that_every_system_takes() -> None:
    sent = download(b"x", "csv", 'daftar "2026"/../jtm')
    assert sent.headers["content-disposition"] == 'attachment; filename="daftar__2026__.._jtm.csv"'


def test_a_table_is_sorted_by_its_address_and_sums_stay() -> None:
    order = order_of("-members", lambda by: f"/x?sort={by}")
    made = table_of(in_order(sheet(), order), Plain(), nowhere, order=order, ids="row-")
    assert [row.id for row in made.lines] == ["row-JBR", "row-JTM"]
    assert [(head.href, head.sorted) for head in made.heads][:2] == [
        ("/x?sort=branch", ""),
        ("/x?sort=members", "descending"),
    ]
    assert [one.text for one in made.total] == ["", "10", ""]
    assert [one.minor for one in made.lines[0].cells] == [False, False, True]
    assert in_order(sheet(), order_of("nowhere", str)) == sheet()


def test_the_largest_shares_stand_below_each_other() -> None:
    made = below("t", [(f"c{n}", n, str(n)) for n in range(20)])
    assert [one.label for one in made.shares] == [f"c{n}" for n in range(19, 19 - SHARES_SHOWN, -1)]
    assert made.shares[0].width == 1_000
    assert below("t", [("a", 0, "0")]).shares == ()


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40))
def test_a_chart_of_any_numbers_stays_within_its_frame(values: list[int]) -> None:
    import re

    made = beside("t", [Bar(str(n), value, "<b>") for n, value in enumerate(values)], "id", ID)
    assert "<b>" not in made.wide
    for y, height in re.findall(r'<rect class="[^"]+" x="[^"]+" y="(\d+)" width="[^"]+" height="(\d+)"', made.wide):
        assert 0 <= int(y) <= int(y) + int(height) <= 170


def test_what_waits_is_forgotten_when_its_time_is_over_or_it_was_taken() -> None:
    now = [0]
    kept: Pending[str] = Pending(lambda: now[0], kept_ms=10)
    kept.keep(b"a", "x")
    kept.keep(b"a", "y")
    assert (kept.find(b"a"), kept.find(b"b")) == ("y", None)
    now[0] = 10
    assert kept.take(b"a") == "y"
    assert kept.take(b"a") is None
    kept.keep(b"a", "z")
    now[0] = 21
    assert kept.find(b"a") is None


def test_passkeys_are_where_browsers_have_them() -> None:
    secure = Place(local=False, secure=True)
    assert site_of(secure, "pulsa.example.id") == Site("pulsa.example.id", "https://pulsa.example.id")
    assert site_of(secure, "pulsa.example.id:8443") == Site("pulsa.example.id", "https://pulsa.example.id:8443")
    assert site_of(LOCAL, "localhost:8000") == Site("localhost", "http://localhost:8000")
    assert site_of(LOCAL, "127.0.0.1:8000") is None
    assert site_of(Place(local=False, secure=False), "pulsa.example.id") is None


@given(st.binary(max_size=200))
def test_an_answer_that_is_none_names_no_passkey(body: bytes) -> None:
    assert named_in(body) is None
