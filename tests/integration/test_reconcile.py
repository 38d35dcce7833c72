"""A statement in a file against a real book: proposed once, decided by a person, posted, audited."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.cli import run
from juru.server.desk.files import write_rows
from juru.server.desk.statements import columns
from juru.server.domain.accounts import House, supplier_deposit
from juru.server.domain.outcome import Outcome
from juru.server.domain.views import OrderState
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.server.store.keyring import Keyring
from tests.support.cells import SmallCell, open_shop

HEADER = ("Tanggal", "Ref", "Kode", "Tujuan", "Harga", "SN", "Status")


class Book:
    """A cell in a data directory, between whose commands nobody holds it."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.data = DataDir(path)
        Keyring.create(self.data.keys)
        self.refs: dict[str, str] = {}

    def trade(self) -> None:
        cell = open_shop(self.data.database)
        self._buy(cell, "agreed", Outcome.SUCCESS, sn="SN-1", price_idr=10_000)
        self._buy(cell, "dearer", Outcome.SUCCESS, sn="SN-2", price_idr=10_000)
        self._buy(cell, "missing", Outcome.SUCCESS, sn="SN-3", price_idr=10_000)
        self._buy(cell, "undone", Outcome.SUCCESS, sn="SN-4", price_idr=10_000)
        self._buy(cell, "late", Outcome.FAILED, code="41")
        cell.close()

    def _buy(self, cell: SmallCell, name: str, outcome: Outcome, **more: object) -> None:
        order_id, attempt_id = cell.buy(outcome, **more)
        attempt = cell.writer.cell.attempts.get(attempt_id) or cell.writer.cell.past.attempts[attempt_id]
        self.refs[name] = attempt.ref
        if outcome is Outcome.FAILED:
            cell.answer(cell.send(order_id), Outcome.FAILED)

    def statement(self, path: Path) -> Path:
        day = "2026-01-01 07:00:0"
        rows = [
            (f"{day}1", self.refs["agreed"], "A10", "", "10.000", "SN-1", "Sukses"),
            (f"{day}2", self.refs["dearer"], "A10", "", "10.250", "SN-2", "Sukses"),
            (f"{day}3", self.refs["undone"], "A10", "", "10.000", "", "Gagal"),
            (f"{day}4", self.refs["late"], "A10", "", "10.000", "SN-5", "Sukses"),
            (f"{day}5", "NOT-OURS", "A10", "081211112222", "9.900", "SN-6", "Sukses"),
        ]
        write_rows(path, HEADER, rows)
        return path

    def net_idr(self, account: int) -> int:
        cell = SmallCell(self.data.database)
        balance = cell.writer.cell.ledger.get(account)
        cell.close()
        return 0 if balance is None else balance.net_idr


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "cell")
    made.trade()
    yield made
    cell = SmallCell(made.data.database)
    assert audit(cell.engine).found == []
    cell.close()


def findings(book: Book, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert run(["reconcile", "show", "--json", "--data", str(book.data.path)]) == 0
    return {f["paper"]["draft"]["kind"]: f for f in json.loads(capsys.readouterr().out)}


SPAN = ("--from", "2026-01-01", "--to", "2026-01-01", "--supplier", "s1")


@pytest.mark.parametrize("name", ["statement.csv", "statement.xlsx"])
def test_what_differs_is_proposed_once_however_often_the_file_comes(
    book: Book, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = book.statement(tmp_path / name)
    for new in (5, 0):
        assert run(["reconcile", str(file), *SPAN, "--json", "--data", str(book.data.path)]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["rows"], told["new"], told["result"]["agreed"]) == (5, new, 1)
    kinds = set(findings(book, capsys))
    assert kinds == {"other_price", "missing_there", "they_did_not", "they_charged", "extra_there"}


def test_an_approval_posts_once_and_a_rejection_nothing(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, at = book.statement(tmp_path / "s.csv"), ("--data", str(book.data.path))
    run(["reconcile", str(file), *SPAN, *at])
    found = findings(book, capsys)
    before_idr = book.net_idr(supplier_deposit(1))
    assert run(["reconcile", "approve", str(found["other_price"]["id"]), *at]) == 2, "a reason is needed"
    assert run(["reconcile", "approve", str(found["other_price"]["id"]), "--reason", "their price", *at]) == 0
    assert run(["reconcile", "approve", str(found["other_price"]["id"]), "--reason", "again", *at]) == 1
    assert run(["reconcile", "approve", str(found["extra_there"]["id"]), "--reason", "not ours", *at]) == 0
    assert run(["reconcile", "reject", str(found["missing_there"]["id"]), "--reason", "next file", *at]) == 0
    assert book.net_idr(supplier_deposit(1)) - before_idr == 250 + 9_900
    assert book.net_idr(House.CLAIMS) == -9_900
    assert set(findings(book, capsys)) == {"they_did_not", "they_charged"}


def test_what_they_charged_for_a_failure_is_a_late_success_and_what_they_undid_is_reversed(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, at = book.statement(tmp_path / "s.csv"), ("--data", str(book.data.path))
    run(["reconcile", str(file), *SPAN, *at])
    found = findings(book, capsys)
    for kind in ("they_did_not", "they_charged"):
        assert run(["reconcile", "approve", str(found[kind]["id"]), "--reason", "statement", *at]) == 0
    assert book.net_idr(House.LATE_SUCCESS) == -10_000
    cell = SmallCell(book.data.database)
    states: dict[str, str] = dict(
        cell.engine.rows("SELECT a.ref, o.state FROM attempts a JOIN orders o ON o.id = a.order_id")
    )
    assert states[book.refs["undone"]] == OrderState.REVERSED
    assert "late_success" in {item.kind for item in cell.writer.cell.queue.values()}
    cell.close()


def test_a_file_of_days_covers_the_whole_of_its_last_day(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No times, no references: every purchase of the day is found by its number, and none is missed."""
    cell = SmallCell(book.data.database)
    bought = cell.engine.rows(
        "SELECT o.dest, a.sku, a.sn FROM attempts a JOIN orders o ON o.id = a.order_id WHERE a.state = 'success'"
    )
    cell.close()
    assert len(bought) == 4
    rows = [("01/01/2026", sku, dest.replace("+62", "0"), "10.000", sn) for dest, sku, sn in bought]
    file = tmp_path / "days.csv"
    write_rows(file, ("Tanggal", "Kode", "Tujuan", "Harga", "SN"), rows)
    assert run(["reconcile", str(file), "--supplier", "s1", "--json", "--data", str(book.data.path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["result"]["agreed"], told["result"]["by_number"]) == (4, 4)


def test_a_file_is_judged_by_what_is_in_it(book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, at = book.statement(tmp_path / "s.xlsx"), ("--dry-run", *SPAN, "--data", str(book.data.path))
    assert run(["reconcile", str(file.rename(tmp_path / "s.csv")), *at]) == 1
    assert "1 agree" in capsys.readouterr().out
    web = tmp_path / "report.xls"
    web.write_text("<html><table><tr><td>Tujuan</td></tr></table></html>")
    assert run(["reconcile", str(web), *at]) == 2
    assert "web page" in capsys.readouterr().err
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(6):
            packed.writestr(f"xl/{number}.xml", bytes(100_000_000))
    assert run(["reconcile", str(bomb), *at]) == 2
    assert "unpacks to over 500 MB" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        (("a", "b"), ("1", "2"), "--column.dest"),
        (HEADER, ("2026-01-01 07:00:01", "R", "A10", "0812", "12,5x", "", "Sukses"), "row 2: '12,5x' is no amount"),
        (HEADER, ("yesterday", "R", "A10", "0812", "10000", "", "Sukses"), "row 2: 'yesterday' is no date"),
        (HEADER, ("2026-01-01 07:00:01", "R", "A10", "0812", "10000", "", "Pending"), "neither success nor failure"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_changes_nothing(
    book: Book,
    header: tuple[str, ...],
    row: tuple[str, ...],
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "bad.csv"
    write_rows(file, header, [row])
    assert run(["reconcile", str(file), *SPAN, "--data", str(book.data.path)]) == 2
    assert says in capsys.readouterr().err
    assert findings(book, capsys) == {}


def test_names_of_columns_are_known_with_blanks_or_underscores() -> None:
    for header in (["ref_id", "customer_no", "price"], ["ref id", "customer no", "price"]):
        assert columns(header, {}) == dict(zip(("ref", "dest", "price"), header, strict=True))


def test_what_they_charge_for_a_reversed_order_is_late_and_the_book_stays_clean(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = SmallCell(book.data.database)
    cell._messages = 100
    _, attempt_id = cell.buy(Outcome.SUCCESS, sn="SN-9", price_idr=10_000)
    cell.answer(attempt_id, Outcome.FAILED, message="dibatalkan")
    ref = cell.writer.cell.past.attempts[attempt_id].ref
    cell.close()
    file, at = tmp_path / "s.csv", ("--data", str(book.data.path))
    write_rows(file, HEADER, [("2026-01-01 07:00:09", ref, "A10", "", "10.000", "SN-9", "Sukses")])
    before_idr = book.net_idr(supplier_deposit(1))
    run(["reconcile", str(file), *SPAN, *at])
    assert (
        run(["reconcile", "approve", str(findings(book, capsys)["they_charged"]["id"]), "--reason", "asked", *at]) == 0
    )
    assert book.net_idr(House.LATE_SUCCESS) == -10_000
    assert book.net_idr(supplier_deposit(1)) == before_idr + 10_000
    capsys.readouterr()
    run(["reconcile", str(file), *SPAN, "--json", *at])
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["result"]["agreed"]) == (0, 1), "our book now says what theirs does"


def test_findings_of_an_older_schema_are_found_by_kind_and_state_after_an_upgrade(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--data", str(book.data.path))
    run(["reconcile", str(book.statement(tmp_path / "s.csv")), *SPAN, *at])
    ids = {kind: str(one["id"]) for kind, one in findings(book, capsys).items()}
    assert run(["reconcile", "approve", ids["other_price"], "--reason", "asked", *at]) == 0
    marks = "SELECT id, mark FROM paper_heads WHERE kind = 'finding' ORDER BY id"
    engine = SqliteEngine(book.data.database)
    now = engine.rows(marks)
    assert {mark.rpartition("/")[2] for _, mark in now} == {"proposed", "approved"}
    engine.script("UPDATE paper_heads SET mark = substr(mark, 1, instr(mark, '/') - 1) WHERE kind = 'finding'")
    engine.script("UPDATE alembic_version SET version_num = '0003'")
    assert engine.rows(marks) != now
    engine.close()
    assert run(["upgrade", *at]) == 0
    assert run(["audit", *at]) == 0
    engine = SqliteEngine(book.data.database, read_only=True)
    assert engine.rows(marks) == now
    engine.close()
