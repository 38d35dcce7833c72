"""``juru voucher`` and ``juru gateway`` as they are typed: all rows or none, no code shown, the remedy named."""

from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import xlsxwriter

from juru.books.sqlite import SqliteEngine
from juru.server.domain.voucher import Voucher
from juru.server.settings import DataDir
from juru.server.store.reads.papers import PaperReads
from tests.support.kept import eventful
from tests.support.serving import Said, typed

FIRST, SECOND = "ABCD-1234-EFGH", "ABCD-1234-EFGI"


class Desk:
    """A new cell with one product of vouchers and one of pulsa, and words typed at it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = DataDir(path / "cell")
        typed("init", str(self.data.path), "--name", "Toko", "--bank", "1.000.000", "--yes")
        self("product", "add", "GAME50", "--name", "Game", "--kind", "voucher", "--price", "50.500")
        self("product", "add", "S10", "--name", "Pulsa", "--price", "10.500")

    def __call__(self, *words: str, code: int = 0) -> Said:
        return typed(*words, "--data", str(self.data.path), code=code)

    def file(self, *rows: str, header: str = "code;serial;cost_idr;expires", name: str = "codes.csv") -> str:
        path = self.path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return str(path)

    def bring(self, *rows: str, header: str = "code;serial;cost_idr;expires", code: int = 0) -> Said:
        return self("voucher", "import", self.file(*rows, header=header), "--product", "game50", code=code)

    def stock(self) -> list[dict[str, object]]:
        found = self("voucher", "list", "--json").json
        assert isinstance(found, list)
        return found

    def house(self, account: str) -> int:
        engine = SqliteEngine(self.data.database, read_only=True)
        try:
            held: dict[str, int] = {name: -net for name, net in engine.rows(_HOUSE)}
            return held.get(account, 0)
        finally:
            engine.close()

    def papers(self) -> list[Voucher]:
        engine = SqliteEngine(self.data.database, read_only=True)
        try:
            return [f.paper for f in PaperReads(engine).page("voucher", limit=100) if isinstance(f.paper, Voucher)]
        finally:
            engine.close()


_HOUSE = """
SELECT CASE account WHEN 11 THEN 'stock' WHEN 1 THEN 'bank' WHEN 2 THEN 'equity' ELSE account END, net_idr FROM balances
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)
    assert "clean" in typed("audit", "--data", str(tmp_path / "cell")).out


def test_a_file_is_checked_first_then_taken_once(desk: Desk) -> None:
    rows = (f"{FIRST};S1;48.000;2099-12-31", f"{SECOND};S2;47.500;31/12/2099")
    looked = desk("voucher", "import", desk.file(*rows), "--product", "GAME50", "--dry-run")
    assert "2 codes (2 of 14 characters), Rp95.500" in looked.out
    assert "nothing was imported" in looked.out
    assert desk.stock() == []
    assert "in stock; transfer" in desk.bring(*rows).out
    assert [(row["serial"], row["cost_idr"], row["expires"], row["state"]) for row in desk.stock()] == [
        ("S2", 47_500, "2099-12-31", "open"),
        ("S1", 48_000, "2099-12-31", "open"),
    ]
    assert (desk.house("stock"), desk.house("bank")) == (95_500, 904_500)
    again = desk.bring(*rows, "ABCD-1234-EFGJ;S3;1;", code=1).err
    assert "row 2: imported before, as voucher 1 of GAME50" in again
    assert "row 3: imported before, as voucher 2 of GAME50" in again
    assert "nothing was imported" in again
    assert len(desk.stock()) == 2


def test_codes_stand_sealed_in_the_book_and_are_shown_by_nothing(desk: Desk) -> None:
    said = desk.bring(f"{FIRST};S1;48.000;")
    listed = desk("voucher", "list", "--all")
    assert FIRST not in said.out + said.err + listed.out
    for file in desk.data.path.iterdir():
        assert FIRST.encode() not in file.read_bytes(), file
    assert desk.papers()[0].sealed


BAD = (
    ((f"{FIRST};a;1;", f"{FIRST.replace('-', ' ')};b;1;"), None, "row 3: the same code as row 2"),
    (("1.23457E+15;a;1;",), None, "row 2: the spreadsheet has rounded this code"),
    (("AB;a;1;",), None, "row 2: a code is 4 to 64 letters and digits"),
    ((f"{FIRST};a;;",), None, "row 2: its cost_idr is missing"),
    ((f"{FIRST};a;-5;",), None, "row 2: "),
    ((f"{FIRST};a;5;2020-01-01",), None, "row 2: it has expired on 20200101"),
    ((f"{FIRST};a;5;31-12",), None, "row 2: '31-12' is no date"),
    ((f"{FIRST};a;5;30/02/2099",), None, "is no day of the calendar"),
    ((FIRST,), "kode", "row 1: the first row must name a column code"),
    ((f"{FIRST};x",), "code;colour", "row 1: unknown column colour"),
    ((FIRST,), "code", "row 1: what did the codes cost? add a column cost_idr, or give --cost"),
    ((), None, "row 1: "),
)
"""Rows, the header where it is another, and what is said."""


def test_one_bad_row_and_none_is_taken(desk: Desk) -> None:
    for rows, header, said in BAD:
        told = desk.bring(*rows, header=header or "code;serial;cost_idr;expires", code=1).err
        assert said in told, rows
    assert desk.stock() == []


def test_a_good_row_does_not_save_a_bad_one_beside_it(desk: Desk) -> None:
    assert "row 3: " in desk.bring(f"{FIRST};a;100;", "AB;b;100;", f"{SECOND};c;100;", code=1).err
    assert desk.stock() == []


def test_a_spreadsheet_that_has_rounded_codes_is_refused(desk: Desk) -> None:
    book = xlsxwriter.Workbook(str(desk.path / "codes.xlsx"))
    sheet = book.add_worksheet()
    for place, row in enumerate((("code", "cost_idr"), (1234567890123456789, 100), (12345678901234, 100))):
        sheet.write_row(place, 0, row)
    book.close()
    told = desk("voucher", "import", str(desk.path / "codes.xlsx"), "--product", "GAME50", code=1).err
    assert "row 2: the spreadsheet has rounded this code" in told
    assert "row 3" not in told


def test_codes_had_before_these_books_are_the_owners_money(desk: Desk) -> None:
    equity = desk.house("equity")
    file = desk.file(FIRST, header="code")
    desk("voucher", "import", file, "--product", "GAME50", "--cost", "48.000", "--paid-from", "equity")
    assert (desk.house("stock"), desk.house("bank"), desk.house("equity") - equity) == (48_000, 1_000_000, -48_000)


def test_a_product_that_is_no_voucher_is_named_with_the_remedy(desk: Desk) -> None:
    file = desk.file(f"{FIRST};a;1;")
    assert "'juru product set S10 --kind voucher'" in desk("voucher", "import", file, "--product", "S10", code=1).err
    assert "'juru product list'" in desk("voucher", "import", file, "--product", "NIX", code=1).err


def test_void_takes_codes_off_the_books_with_a_reason(desk: Desk) -> None:
    desk.bring(f"{FIRST};S1;48.000;", f"{SECOND};S2;47.000;")
    assert "--reason" in desk("voucher", "void", "1", code=2).err
    assert "which ones?" in desk("voucher", "void", "--reason", "x", code=2).err
    assert "which ones?" in desk("voucher", "void", "1", "--expired", "--reason", "x", code=2).err
    desk("voucher", "void", "1", "--reason", "misprinted")
    assert "not in stock" in desk("voucher", "void", "1", "--reason", "again", code=1).err
    desk("voucher", "void", "2", "--refunded", "--reason", "given back")
    assert (desk.house("stock"), desk.house("bank")) == (0, 1_000_000 - 48_000)
    assert [v.sealed for v in desk.papers()] == ["", ""], "a void code is of no use, so it is not kept"
    assert "imported before" in desk.bring(f"{FIRST};S1;48.000;", code=1).err


def test_expired_codes_are_found_by_their_day(desk: Desk) -> None:
    desk.bring(f"{FIRST};S1;48.000;2099-12-31")
    assert desk("voucher", "void", "--expired", "--reason", "old").out.startswith("0 ")
    assert len(desk.stock()) == 1


def test_release_asks_for_a_reason_and_lets_codes_out_again(desk: Desk) -> None:
    desk.bring(f"{FIRST};S1;48.000;")
    assert "--reason" in desk("voucher", "release", code=2).err
    desk("voucher", "release", "--reason", "compared")
    assert desk("setting", "show", "--json").json["vouchers_held"] is False


def test_codes_whose_keys_are_lost_are_named_and_voided_before_the_stock_is_sold_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring(f"{FIRST};S1;48.000;", f"{SECOND};S2;47.000;")
    desk("backup", str(tmp_path / "a.db"))
    new = DataDir(tmp_path / "new")
    desk.data.keys.unlink()
    typed("restore", str(tmp_path / "a.db"), str(new.path), "--lost-keys", code=None)
    desk.data = new
    assert desk("setting", "show", "--json").json["vouchers_held"] is True
    shut = desk("voucher", "release", "--reason", "compared", code=1).err
    assert "2 codes in stock were sealed with keys that are lost: 'juru voucher void --unreadable'" in shut
    assert desk("voucher", "void", "--unreadable", "--reason", "keys lost").out.startswith("2 ")
    desk("voucher", "release", "--reason", "compared")
    assert "in stock" in desk.bring("NEW1-NEW2-NEW3;S9;48.000;").out
    assert "clean" in desk("audit").out


# ---------------------------------------------------------------------- the gateway


class Listener:
    """A gateway on loopback that keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.heard.append((self.command, self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            do_GET = do_POST = _answer  # noqa: N815 - the names that the server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def test_a_gateway_is_set_shown_tried_and_taken_away(
    desk: Desk, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is none" in desk("gateway", "show").out
    assert "'juru gateway set'" in desk("gateway", "test", "081234567890", code=1).err
    url = f"{listener.url}/send?to={{to}}&msg={{text}}"
    monkeypatch.setattr("sys.stdin", io.StringIO("rahasia-9\n"))
    desk("gateway", "set", url, "--header", "X-Key: {key}", "--to", "intl", "--key", "-")
    shown = desk("gateway", "show").out
    assert "X-Key: {key}" in shown
    assert "key set" in shown
    assert "200" in desk("gateway", "test", "081234567890").out
    method, path, headers, _ = listener.heard[0]
    assert (method, parse_qs(urlsplit(path).query)["to"], headers["X-Key"]) == ("GET", ["6281234567890"], "rahasia-9")
    assert "rahasia-9" not in shown + desk("setting", "show").out
    for file in (desk.data.database, *desk.data.path.glob("*-wal")):
        assert b"rahasia-9" not in file.read_bytes(), file
    listener.status = 403
    assert "refused it with 403" in desk("gateway", "test", "081234567890", code=1).err
    desk("gateway", "off")
    assert "there is none" in desk("gateway", "show").out


def test_a_gateway_by_post_gets_its_json(desk: Desk, listener: Listener) -> None:
    body = '{"target":"{to}","message":"{text}"}'
    desk("gateway", "set", f"{listener.url}/send", "--body", body, "--content-type", "application/json")
    desk("gateway", "test", "081234567890")
    method, _, headers, sent = listener.heard[0]
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert sent == b'{"target":"081234567890","message":"Toko: tes / test"}'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ftp://x/{to}{text}",), "begins with http"),
        (("https://x/{to}",), "needs {to} and {text}"),
        (("https://x/{to}{text}", "--header", "nonsense"), "--header 'Name: value'"),
    ],
)
def test_a_gateway_that_could_reach_nobody_is_not_taken(desk: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in desk("gateway", "set", *words, code=2).err
    assert "there is none" in desk("gateway", "show").out


def test_a_gateway_is_tried_with_a_mobile_number(desk: Desk) -> None:
    desk("gateway", "set", "https://sms.example.id/{to}/{text}")
    assert "no mobile number" in desk("gateway", "test", "12", code=2).err


# ---------------------------------------------------------------------- inquiries


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A cell in which everything has happened to bills."""
    return eventful(tmp_path_factory.mktemp("day") / "cell")


def test_inquiries_are_listed_with_what_became_of_them(day: DataDir) -> None:
    where = ("--data", str(day.path))
    rows = {row["ref"]: row for row in typed("bill", "list", "--json", *where).json}
    assert [(rows[ref]["state"], rows[ref]["reason"]) for ref in ("b-1", "b-2", "b-3")] == [
        ("refused", "bill_not_ready"),
        ("asked", None),
        ("found", None),
    ]
    assert [rows[ref]["state"] for ref in ("b-4", "b-5", "b-7")] == ["paid", "unpaid", "paying"]
    assert rows["b-4"]["order"]
    assert typed("bill", "list", "--agent", "low", "--json", *where).json == list(rows.values())
    assert "nobody has asked" in typed("bill", "list", "--agent", "UP", *where).out
    assert "'juru agent list'" in typed("bill", "list", "--agent", "NIX", *where, code=1).err
    assert "b-4" in typed("bill", "list", *where).out


def test_an_inquiry_is_shown_with_the_suppliers_words(day: DataDir) -> None:
    where = ("--data", str(day.path))
    rows = {row["ref"]: row["inquiry"] for row in typed("bill", "list", "--json", *where).json}
    refused = typed("bill", "show", str(rows["b-1"]), "--json", *where).json
    assert (refused["reason"], refused["said"]) == ("bill_not_ready", "tagihan belum tersedia")
    paid = typed("bill", "show", str(rows["b-4"]), *where).out
    for told in ("Rp50.000", "Rp52.000", "530000000100"):
        assert told in paid
    assert "'juru bill list'" in typed("bill", "show", "99999", *where, code=1).err
