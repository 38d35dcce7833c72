"""Reports, lists, statements and price lists from the terminal: the same figures in every form, safe to open."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import python_calamine

from juru.cli import run
from juru.server.console import printing
from juru.server.desk.files import read_rows
from juru.server.desk.reports import Report
from juru.server.domain.accounts import House
from juru.server.domain.agent import Agent
from juru.server.domain.outcome import Outcome
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from juru.values.rupiah import dotted
from tests.support.cells import eventful_day, open_shop

NAME = '=HYPERLINK("http://evil.example","klik")'
DAY = "2026-01-01"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of the small shop, the first of them closed; an agent who calls himself a formula."""
    path = tmp_path_factory.mktemp("reports") / "cell"
    path.mkdir()
    Keyring.create(DataDir(path).keys)
    with contextlib.closing(open_shop(path / "cell.db")) as cell:
        cell.save("agent", "LOW", Agent(1, "LOW", NAME, upline="MID", markup_idr=30))
        eventful_day(cell)
        cell.buy(Outcome.SUCCESS, sn="+628123")
    return path


class Typed:
    """Types commands at the book."""

    def __init__(self, book: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.book = book
        self._capture = capture

    def __call__(self, *tokens: str, code: int = 0) -> str:
        self._capture.readouterr()
        found = run([*tokens, "--data", str(self.book)])
        said = self._capture.readouterr()
        assert found == code, said
        assert "Traceback" not in said.err
        return said.out if code == 0 else said.err

    def json(self, *tokens: str) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self(*tokens, "--json"))


@pytest.fixture
def typed(book: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    return Typed(book, capsys)


# ---------------------------------------------------------------------- reports


@pytest.mark.parametrize("kind", Report)
def test_every_report_is_the_same_in_every_form(kind: Report, typed: Typed, tmp_path: Path) -> None:
    found = typed.json("report", kind, "2026-01")
    assert found["rows"], "nothing to compare"
    typed("report", kind, "2026-01", "--csv", "r.csv", "--xlsx", "r.xlsx", "--pdf", "r.pdf")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))))
    assert list(rows[0]) == list(found["rows"][0])
    money = [name for name in found["rows"][0] if name.endswith("_idr")]
    for one, other in zip(found["rows"], rows, strict=False):
        assert [one[name] for name in money] == [int(other[name]) for name in money]
    assert len(rows) == len(found["rows"]) + 1, "the last row has the sums"
    for name in money:
        assert int(rows[-1][name]) == sum(row[name] for row in found["rows"]) == found["total"][name]
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_index(0).to_python()
    assert len(sheet) == len(found["rows"]) + 1 + 1 + sheet_top(sheet)
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert "total" in typed("report", kind, "2026-01") or len(found["rows"]) == 1


def sheet_top(sheet: list[list[Any]]) -> int:
    """Rows above the heads of a table: the title and the facts."""
    return next(number for number, row in enumerate(sheet) if not any(row)) + 1


def test_reports_add_up(typed: Typed) -> None:
    profit = typed.json("report", "profit", "2026-01")["total"]
    for kind in ("products", "operators", "agents", "downlines", "suppliers", "hours"):
        total = typed.json("report", kind, "2026-01")["total"]
        assert (total["sales_idr"], total["cost_idr"]) == (profit["sales_idr"], profit["cost_idr"]), kind
    spent = ("cost_idr", "commission_idr", "losses_idr", "bad_debt_idr", "fees_idr")
    assert profit["profit_idr"] == profit["sales_idr"] - sum(profit[name] for name in spent)
    first, second = typed.json("report", "sales", "--from", DAY, "--to", "2026-01-03")["rows"]
    assert (first["day"], second["day"]) == (DAY, "2026-01-03")
    assert typed.json("report", "sales", DAY)["total"]["sales_idr"] == first["sales_idr"]


def test_points_lower_the_profit_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cell"
    path.mkdir()
    Keyring.create(DataDir(path).keys)
    with contextlib.closing(open_shop(path / "cell.db")) as cell:
        product = cell.writer.cell.products["P10"]
        cell.save("product", "P10", msgspec.structs.replace(product, points=40))
        cell.buy(Outcome.SUCCESS, sn="SN1")
        ledger = cell.writer.cell.ledger
        spent = (House.COST, House.COMMISSION_EXPENSE, House.POINTS_EXPENSE)
        assert ledger[House.POINTS_EXPENSE].net_idr == -40
        profit_idr = sum(ledger[account].net_idr for account in (House.SALES, *spent) if account in ledger)
    total = Typed(path, capsys).json("report", "profit", "2026-01")["total"]
    assert total["profit_idr"] == profit_idr
    assert total["commission_idr"] == -sum(ledger[a].net_idr for a in spent[1:] if a in ledger)


def test_a_branch_is_its_agent_and_everybody_below(typed: Typed) -> None:
    top = {row["agent"]: row for row in typed.json("report", "downlines", "2026-01")["rows"]}
    assert list(top) == ["UP", "-"], "what a reconciliation corrected belongs to nobody"
    assert top["UP"]["agents"] == len(typed.json("agent", "list"))
    below = typed.json("report", "downlines", "2026-01", "--agent", "up")["rows"]
    assert (below[0]["agent"], below[0]["agents"]) == ("UP", 1)
    assert "MID" in {row["agent"] for row in below}
    assert sum(row["sales_idr"] for row in below) == top["UP"]["sales_idr"]
    of_mid = {row["agent"] for row in typed.json("report", "agents", "2026-01", "--agent", "MID")["rows"]}
    assert "LOW" in of_mid
    assert "UP" not in of_mid
    whole = typed.json("report", "sales", "2026-01", "--agent", "UP", "--downline")["total"]
    assert whole["sales_idr"] == top["UP"]["sales_idr"]


@pytest.mark.parametrize(
    ("narrowed", "code", "says"),
    [
        (("sales", "--agent", "NOBODY"), 1, "there is no agent NOBODY"),
        (("sales", "--supplier", "X"), 1, "there is no supplier X"),
        (("sales", "--operator", "X"), 1, "no product is of operator X"),
        (("sales", "--agent", "LOW", "--product", "P10"), 1, "list the orders"),
        (("sales", "--hour", "24"), 2, "24 is no hour"),
        (("sales", "2026-13"), 2, "is no date and no span"),
        (("sales", "2026-01-05..2026-01-04"), 2, "the earlier day comes first"),
        (("sales", "2026-01", "--from", DAY), 2, "not both"),
        (("agents", "2026-01", "--sort", "x"), 2, "there is no column x"),
        (("sales", "2026-01", "--csv", "no/such/dir.csv"), 2, "cannot be written"),
    ],
)
def test_what_cannot_be_reported_says_the_remedy(narrowed: tuple[str, ...], code: int, says: str, typed: Typed) -> None:
    assert says in typed("report", *narrowed, code=code)


@pytest.mark.parametrize("only", [("--product", "P10"), ("--supplier", "S1"), ("--operator", "TSEL"), ("--hour", "7")])
def test_a_report_by_day_may_be_of_one_thing(only: tuple[str, str], typed: Typed) -> None:
    kind = {"--product": "products", "--supplier": "suppliers", "--operator": "operators", "--hour": "hours"}[only[0]]
    line = typed.json("report", kind, "2026-01")["rows"]
    key = {"--hour": "07:00"}.get(only[0], only[1])
    wanted = next(row for row in line if key in row.values())
    assert typed.json("report", "sales", "2026-01", *only)["total"]["sales_idr"] == wanted["sales_idr"]


def test_a_report_is_sorted_by_any_column(typed: Typed) -> None:
    rows = typed.json("report", "suppliers", "2026-01", "--sort", "cost_idr")["rows"]
    costs = [row["cost_idr"] for row in rows]
    assert costs == sorted(costs, reverse=True)


# ---------------------------------------------------------------------- the orders behind a figure


def test_a_figure_is_as_many_orders_as_its_list(typed: Typed) -> None:
    total = typed.json("report", "sales", "2026-01")["total"]
    for what in ("accepted", "succeeded", "failed", "reversed", "late", "earlier"):
        rows = typed.json("order", "list", "--what", what, "--from", DAY, "--to", "2026-01-31", "--all")
        assert len(rows) == total[what], what
    money = typed.json("order", "list", "--what", "money", "--from", DAY, "--to", "2026-01-31", "--all")
    assert sum(row["sales_idr"] for row in money) == total["sales_idr"]
    suppliers = {row["supplier"]: row for row in typed.json("report", "suppliers", "2026-01")["rows"]}
    failed = typed.json("order", "list", "--what", "attempts_failed", "--supplier", "S1", "--all")
    assert len(failed) == suppliers["S1"]["attempts_failed"] > 0


def test_a_list_goes_on_from_page_to_page(typed: Typed) -> None:
    whole = typed.json("order", "list", "--all")
    assert [row["id"] for row in whole] == list(range(len(whole), 0, -1))
    first = typed.json("order", "list", "--limit", "4")
    assert first + typed.json("order", "list", "--before", str(first[-1]["id"]), "--all") == whole
    money = typed.json("order", "list", "--what", "money", "--all")
    some = typed.json("order", "list", "--what", "money", "--limit", "3")
    assert (
        some + typed.json("order", "list", "--what", "money", "--before", str(some[-1]["transfer"]), "--all") == money
    )


@pytest.mark.parametrize(
    ("only", "column", "value"),
    [
        (("--agent", "up"), "agent", "UP"),
        (("--product", "free"), "product", "FREE"),
        (("--state", "reversed"), "state", "reversed"),
        (("--state", "accepted"), "state", "accepted"),
        (("--dest", "081234560001"), "dest", "081234560001"),
        (("--supplier", "S1"), "supplier", "S1"),
    ],
)
def test_orders_are_filtered(only: tuple[str, str], column: str, value: str, typed: Typed) -> None:
    whole = typed.json("order", "list", "--all")
    found = typed.json("order", "list", *only, "--all")
    assert found == [row for row in whole if row[column] == value]
    assert found


def test_orders_of_a_downline_and_an_operator(typed: Typed) -> None:
    whole = typed.json("order", "list", "--all")
    assert typed.json("order", "list", "--agent", "UP", "--downline", "--all") == whole
    ours = [row for row in whole if row["product"] in {"P10", "FREE"}]
    assert typed.json("order", "list", "--operator", "tsel", "--all") == ours
    assert "no agent" in typed("order", "list", "--agent", "X", code=1)
    assert "no supplier" in typed("order", "list", "--supplier", "X", code=1)


# ---------------------------------------------------------------------- statements and prices


def test_a_statement_opens_moves_and_closes(typed: Typed) -> None:
    found = typed.json("statement", "agent", "low", "2026-01")
    balance = 0
    for row in found["rows"]:
        balance += (row["in_idr"] or 0) - (row["out_idr"] or 0)
        assert row["balance_idr"] == balance
    assert (found["opening_idr"], found["closing_idr"]) == (0, balance)
    assert found["in_idr"] - found["out_idr"] == balance
    assert f"closing_idr {dotted(balance)}" in typed("statement", "agent", "low", "2026-01")
    later = typed.json("statement", "agent", "LOW", "2026-01-03")
    assert (later["opening_idr"] + later["in_idr"] - later["out_idr"], later["closing_idr"]) == (balance, balance)
    assert later["held_idr"] > 0
    sold = next(row for row in later["rows"] if row["order"])
    assert "P10 ke 0812-3456" in sold["text"]
    assert "P10 to 0812-3456" in typed("statement", "agent", "LOW", "2026-01-03", "--lang", "en")


def test_every_account_has_a_statement(typed: Typed) -> None:
    suppliers = typed.json("statement", "supplier", "S1", "2026-01")
    assert suppliers["closing_idr"] == suppliers["in_idr"] - suppliers["out_idr"] > 0
    earned = typed.json("statement", "agent", "UP", "2026-01", "--commission")
    report = {row["agent"]: row for row in typed.json("report", "commissions", "2026-01")["rows"]}
    assert earned["in_idr"] == report["UP"]["earned_idr"]
    assert earned["closing_idr"] == report["UP"]["balance_idr"]
    assert "Komisi P10 dari LOW" in typed("statement", "agent", "UP", "2026-01", "--commission")
    bank = typed.json("statement", "house", "bank", "2026-01")
    assert bank["closing_idr"] == bank["in_idr"] - bank["out_idr"]
    assert "there is no account x" in typed("statement", "house", "x", code=1)


def test_a_price_list_is_what_an_order_costs(typed: Typed, tmp_path: Path) -> None:
    prices = {row["product"]: row["price_idr"] for row in typed.json("price", "list", "low")["rows"]}
    orders = typed.json("order", "list", "--agent", "LOW", "--product", "P10", "--limit", "1")
    assert prices["P10"] == orders[0]["price_idr"]
    text = typed("price", "list", "LOW", "--text")
    assert f"P10 Pulsa 10 = {dotted(prices['P10'])}" in text
    assert "FREE Any amount = 1.000 - 2.000.000 +" in text
    assert text.startswith("PLN PLN bill = "), "no heading where there is no operator"
    typed("price", "list", "LOW", "--csv", "p.csv", "--xlsx", "p.xlsx", "--pdf", "p.pdf")
    assert {row.cells["product"] for row in read_rows(tmp_path / "p.csv")} == prices.keys() >= {"P10", "FREE"}
    assert typed.json("price", "list", "LOW", "--operator", "XL")["rows"] == []


# ---------------------------------------------------------------------- files that are safe to open


def test_a_name_that_is_a_formula_is_defused_in_csv_and_stays_text_in_xlsx(typed: Typed, tmp_path: Path) -> None:
    typed("report", "agents", "2026-01", "--csv", "a.csv", "--xlsx", "a.xlsx")
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    assert f"'{NAME}" in next(csv.reader([line for line in text.splitlines() if "evil" in line]))
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0)
    assert NAME in {cell for row in sheet.to_python() for cell in row}
    assert NAME in json.dumps(typed.json("report", "agents", "2026-01"))[0:] or "evil" in typed("agent", "list")


def test_an_exported_name_is_imported_as_it_was(typed: Typed, tmp_path: Path) -> None:
    typed("agent", "export", "agents.csv")
    assert f"'{NAME}"[:12] in (tmp_path / "agents.csv").read_text("utf-8-sig")
    assert {row.cells["code"]: row.cells["name"] for row in read_rows(tmp_path / "agents.csv")}["LOW"] == NAME


def test_csv_goes_to_standard_output(book: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["report", "sales", "2026-01", "--csv", "-", "--data", str(book)]) == 0
    assert capfdbinary.readouterr().out.startswith(b"\xef\xbb\xbfday,accepted")


def test_without_pango_a_pdf_says_what_to_install(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it fails where the system has no Pango: at the import, with an OSError."""
    import builtins

    known = builtins.__import__

    def without(name: str, *rest: Any) -> Any:  # noqa: ANN401 - as Python's own
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return known(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    said = typed("report", "sales", "2026-01", "--pdf", "r.pdf", code=2)
    assert "apt install libpango-1.0-0" in said
    assert not Path("r.pdf").exists()


def test_what_is_too_long_for_paper_says_so(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "LINES_MAX", 1)
    assert "take CSV or XLSX" in typed("order", "list", "--pdf", "r.pdf", code=2)


# ---------------------------------------------------------------------- closing by hand


@pytest.fixture
def fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    path = tmp_path / "cell"
    path.mkdir()
    with contextlib.closing(open_shop(path / "cell.db")) as cell:
        cell.buy(Outcome.SUCCESS, sn="1")
        cell.next_day(3)
    return Typed(path, capsys)


def test_days_are_closed_and_listed_by_hand(fresh: Typed) -> None:
    typed = fresh
    assert "no day is closed yet" in typed("close", "list")
    assert typed.json("close", "--until", "2026-01-02") == {"closed": ["2026-01-01", "2026-01-02"]}
    assert "nothing to close" in typed("close", "--until", "2026-01-02")
    assert "closed 1 days" in typed("close", "--until", "2026-01-03")
    listed = typed.json("close", "list")
    assert [row["day"] for row in listed] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert typed.json("close", "list", "--limit", "1") == listed[2:]
    assert "clean" in typed("audit", "--head", str(typed.book / "heads" / "2026-01-02.json"))
    assert "no date" in typed("close", "--until", "31.1.2026", code=2)
