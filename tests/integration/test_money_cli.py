"""``juru bank``, ``juru deposit`` and ``juru debt`` as an owner types them: files, rows, tickets, debts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juru.server.desk.link import open_reads
from juru.server.domain.accounts import House, agent_deposit, supplier_deposit
from juru.server.engine.realtime import RealTime
from juru.values.days import Zone, business_day
from tests.integration.test_cli import Desk
from tests.support.bank import plain_file

MANY = "9" * 30
EXAMPLES = Path(__file__).parents[2] / "examples" / "bank"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A cell with two agents, a supplier and a bank account."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JURU_BY", "ana")
    desk = Desk(tmp_path / "cell", capsys)
    desk("init", str(desk.data.path), "--name", "Toko Ana")
    monkeypatch.setenv("JURU_DATA", str(desk.data.path))
    desk("agent", "add", "budi", "--name", "Budi", "--pin", "738291", "--debt-limit", "500.000", "--debt-days", "7")
    desk("agent", "add", "sari", "--name", "Sari", "--pin", "738292")
    account = ("--account", "base=http://127.0.0.1:9/d; member_id=J1", "--pin", "1122", "--password", "rahasia")
    desk("supplier", "add", "DIGI", "--name", "Digi", "--dialect", "otomax", *account)
    holder = ("--number", "0123456789", "--holder", "PT Toko Ana", "--profile", "generic")
    desk("bank", "add", "bca1", "--bank", "BCA", *holder)
    return desk


def today() -> int:
    return business_day(RealTime().now_ms(), Zone.WIB)


def statement(*rows: tuple[int, str], name: str = "mutasi.csv", opening_idr: int = 0) -> str:
    Path(name).write_bytes(plain_file(today(), *rows, opening_idr=opening_idr))
    return name


def net(desk: Desk, account: int) -> int:
    with open_reads(desk.data) as reads:
        return {row.account: row.net_idr for row in reads.balances()}.get(account, 0)


def rows(desk: Desk, *more: str) -> list[dict[str, object]]:
    return list(desk("bank", "rows", "--json", *more).json)


# ---------------------------------------------------------------- accounts


def test_an_account_is_kept_changed_and_never_doubled(desk: Desk) -> None:
    (account,) = desk("bank", "list", "--json").json
    assert (account["code"], account["bank"], account["number"], account["profile"]) == (
        "BCA1",
        "BCA",
        "0123456789",
        "generic",
    )
    assert "juru bank set BCA1" in desk("bank", "add", "bca1", "--bank", "BCA", "--number", "1", code=1).err
    assert "juru bank list" in desk("bank", "set", "other", "--holder", "Ana", code=1).err
    desk("bank", "set", "bca1", "--holder", "Ana")
    assert desk("bank", "show", "bca1", "--json").json["holder"] == "Ana"
    assert "profile" in desk("bank", "add", "x1", "--bank", "X", "--number", "1", "--profile", "none", code=1).err


# ---------------------------------------------------------------- files


def test_a_file_is_shown_first_and_brought_in_when_told_so(desk: Desk) -> None:
    ticket = desk("deposit", "ticket", "budi", "1.000.000", "--json").json
    file = statement((ticket["amount_idr"], "TRSF BUDI"), (70_000, "SETORAN"), (-6_500, "ADM"))
    shown = desk("bank", "import", file, "--account", "bca1")
    assert "1 are credited by a ticket" in shown.out
    assert "nothing was brought in" in shown.out
    assert rows(desk, "--all") == []
    done = desk("bank", "import", file, "--account", "bca1", "--yes")
    assert f"3 new rows; 1 credited (Rp{ticket['amount_idr']:,})".replace(",", ".") in done.out
    assert "unknown 1, debit 1" in done.out
    assert desk("deposit", "tickets").out.strip() == "no ticket waits"
    (paid,) = desk("deposit", "tickets", "--all", "--json").json
    assert (paid["ticket"], paid["state"]) == (ticket["ticket"], "paid")
    assert [row["state"] for row in rows(desk)] == ["waiting", "waiting"]
    again = desk("bank", "import", file, "--account", "bca1", "--yes", "--json").json
    assert (again["rows"], again["known"]) == (0, 3)


def test_a_look_in_json_says_what_would_become_of_the_rows(desk: Desk) -> None:
    file = statement((70_000, "SETORAN"))
    told = desk("bank", "import", file, "--account", "bca1", "--dry-run", "--json").json
    assert (told["dry_run"], told["counts"], told["sums_idr"]) == (True, {"unknown": 1}, {"unknown": 70_000})
    assert rows(desk, "--all") == []


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", EXAMPLES / "bca.csv", "the file looks like one of BCA"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"%PDF-1.7", "this is a PDF"),
        ("a.csv", b"Tanggal;Keterangan;Debit;Kredit;Saldo\n24/11/2025;A;;1E+05;1E+05\n", "row 2, Kredit: 1E+05"),
        ("a.csv", b"Tanggal;Keterangan;Debit;Kredit;Saldo\n24/11/2025;A;;100;100\n24/11/2", "row 3"),
    ],
)
def test_a_file_that_cannot_be_believed_changes_nothing(desk: Desk, name: str, data: bytes | Path, why: str) -> None:
    Path(name).write_bytes(data.read_bytes() if isinstance(data, Path) else data)
    refused = desk("bank", "import", name, "--account", "bca1", "--yes", code=1)
    assert why in refused.err
    assert "nothing was brought in" in refused.err
    assert rows(desk, "--all") == []


def test_a_file_or_account_that_is_not_there_is_said(desk: Desk) -> None:
    assert "there is no file" in desk("bank", "import", "none.csv", "--account", "bca1", code=2).err
    assert "juru bank list" in desk("bank", "import", statement((1, "A")), "--account", "mdr1", code=1).err


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("amount_idr", "words", "account"),
    [
        (70_000, ("agent", "sari"), agent_deposit(2)),
        (-70_000, ("supplier", "digi"), supplier_deposit(1)),
        (70_000, ("equity",), House.EQUITY),
        (-70_000, ("fee",), House.BANK_FEES),
        (70_000, ("not-ours",), House.SUSPENSE),
    ],
)
def test_a_row_is_named_by_a_person_and_taken_back(
    desk: Desk, amount_idr: int, words: tuple[str, ...], account: int
) -> None:
    desk("bank", "import", statement((amount_idr, "X")), "--account", "bca1", "--yes")
    number = str(rows(desk)[0]["row"])
    assert "--reason" in desk("bank", "assign", number, *words, code=2).err
    first = desk("bank", "assign", number, *words, "--reason", "terang").out
    assert "as before" in desk("bank", "assign", number, *words, "--reason", "terang").out
    assert first.partition("transfer ")[2].strip().isdigit()
    assert net(desk, account) == amount_idr
    (state,) = desk("bank", "balances", "--json").json
    assert (state["bank_idr"], state["book_idr"], state["waiting"], state["differs_idr"]) == (
        amount_idr,
        amount_idr,
        0,
        0,
    )
    desk("bank", "reopen", number, "--reason", "keliru")
    assert net(desk, account) == 0
    (state,) = desk("bank", "balances", "--json").json
    assert (state["book_idr"], state["waiting"], state["waiting_idr"], state["differs_idr"]) == (0, 1, amount_idr, 0)
    history = desk("bank", "row", number, "--json").json
    assert [version["state"] for version in history] == ["waiting", "assigned", "waiting"]
    assert [version.get("decided_by") for version in history] == [None, "ana", "ana"]
    told = [line["text"] for line in desk("statement", "bank", "bca1", "--json").json["rows"]]
    assert [text.partition(" · ")[0] for text in told] == ["Mutasi bank", "Mutasi bank dibuka lagi"]
    desk("audit")


def test_what_was_posted_by_hand_stands_for_its_row(desk: Desk) -> None:
    posted = desk("deposit", "add", "sari", "70.000", "--via", "bca1", "--reason", "menelepon", "--json").json
    desk("bank", "import", statement((70_000, "TRSF SARI")), "--account", "bca1", "--yes")
    number = str(rows(desk)[0]["row"])
    booked = ("bank", "assign", number, "booked", "--transfer", str(posted["transfer_id"]), "--reason", "itu juga")
    desk(*booked)
    assert net(desk, agent_deposit(2)) == 70_000
    (state,) = desk("bank", "balances", "--json").json
    assert (state["book_idr"], state["differs_idr"]) == (70_000, 0)
    desk("audit")


def test_a_row_that_is_not_there_is_said(desk: Desk) -> None:
    assert "juru bank rows" in desk("bank", "assign", "9", "fee", "--reason", "x", code=1).err
    assert "juru bank rows" in desk("bank", "row", "9", code=1).err


@pytest.mark.parametrize(
    "words",
    [
        ("bank", "row", MANY),
        ("bank", "assign", MANY, "fee", "--reason", "x"),
        ("bank", "reopen", MANY, "--reason", "x"),
        ("bank", "assign", "1", "booked", "--transfer", MANY, "--reason", "x"),
        ("deposit", "cancel", MANY),
        ("transfer", "reverse", MANY, "--reason", "x"),
    ],
    ids=" ".join,
)
def test_a_number_that_no_book_holds_is_no_number_of_ours(desk: Desk, words: tuple[str, ...]) -> None:
    desk("bank", "import", statement((70_000, "X")), "--account", "bca1", "--yes")
    words = tuple(str(rows(desk)[0]["row"]) if word == "1" else word for word in words)
    refused = desk(*words, code=1).err
    assert refused
    assert "incident" not in refused
    assert len(rows(desk, "--before", MANY)) == 1


# ---------------------------------------------------------------- profiles


def test_an_own_profile_is_checked_with_a_file_and_then_used(desk: Desk, tmp_path: Path) -> None:
    own = EXAMPLES / "own-profile.json"
    assert "can be used" in desk("bank", "profile", "check", str(own)).out
    broken = tmp_path / "broken.json"
    broken.write_text('{"colums": {}}')
    assert "unknown field colums" in desk("bank", "profile", "check", str(broken), code=1).err
    assert "nothing was brought in" not in desk("bank", "profile", "list").out
    sample = tmp_path / "sample.csv"
    sample.write_text("Tgl|Uraian|Nominal\n01/11/2026|A|1.000,00\n")
    like = tmp_path / "like.json"
    like.write_text(json.dumps({"columns": {"date": ["Tgl"], "text": ["Uraian"], "amount": ["Nominal"]}}))
    assert "1 rows of account" in desk("bank", "profile", "check", str(like), "--sample", str(sample)).out
    sample.write_text("Tgl|Uraian|Nominal\n01/11/2026|A|1.00.0\n")
    assert "row 2, Nominal" in desk("bank", "profile", "check", str(like), "--sample", str(sample), code=1).err


# ---------------------------------------------------------------- tickets and postings


def test_a_ticket_says_exactly_what_to_transfer_and_can_be_cancelled(desk: Desk) -> None:
    said = desk("deposit", "ticket", "budi", "1000000").out
    assert "0123456789" in said
    (waits,) = desk("deposit", "tickets", "--json").json
    assert 1_000_000 < waits["amount_idr"] < 1_001_000
    assert f"{waits['amount_idr']:,}".replace(",", ".") in said
    assert desk("deposit", "ticket", "budi", "1000000", "--json").json["ticket"] == waits["ticket"], "asked again"
    assert desk("deposit", "ticket", "budi", "2000000", code=1).err
    desk("deposit", "cancel", str(waits["ticket"]))
    assert desk("deposit", "tickets", "--json").json == []
    assert "cancelled" in desk("deposit", "cancel", str(waits["ticket"]), code=1).err
    assert "juru deposit tickets" in desk("deposit", "cancel", "99", code=1).err


def test_equity_fees_and_top_ups_are_posted_once_by_their_request_id(desk: Desk) -> None:
    def post(*words: str, request_id: str) -> None:
        both = [desk(*words, "--reason", "x", "--request-id", request_id, "--json").json for _ in range(2)]
        assert [one["repeated"] for one in both] == [False, True]
        assert both[0]["transfer_id"] == both[1]["transfer_id"]

    post("deposit", "add", "bca1", "5.000.000", "--bank", request_id="r1")
    post("deposit", "add", "bca1", "15.000", "--fee", request_id="r2")
    post("deposit", "add", "digi", "2.000.000", "--supplier", "--via", "bca1", request_id="r3")
    (state,) = desk("bank", "balances", "--json").json
    assert state["book_idr"] == 5_000_000 - 15_000 - 2_000_000
    refused = desk("deposit", "add", "sari", "1000", "--via", "mdr1", "--reason", "x", code=1)
    assert refused.err
    top_up = desk("deposit", "add", "none", "1000", "--supplier", "--reason", "x", code=1)
    assert "juru supplier list" in top_up.err
    assert "exclude" in desk("deposit", "add", "bca1", "1", "--fee", "--bank", "--reason", "x", code=2).err
    desk("audit")


# ---------------------------------------------------------------- debts


def test_a_debt_is_given_within_its_limit_repaid_and_written_off(desk: Desk) -> None:
    because = ("--reason", "langganan")
    desk("debt", "give", "budi", "400.000", *because)
    (owed,) = desk("debt", "list", "--json").json
    assert (owed["agent"], owed["owed_idr"], owed["not_due_idr"]) == ("BUDI", 400_000, 400_000)
    assert "500.000" in desk("debt", "give", "budi", "100.001", *because, code=1).err
    assert desk("debt", "give", "sari", "1", *because, code=1).err, "without a limit nothing is given"
    desk("debt", "repay", "budi", "150.000", "--via", "bca1", *because)
    (state,) = desk("bank", "balances", "--json").json
    assert state["book_idr"] == 150_000
    desk("debt", "write-off", "budi", *because)
    assert desk("debt", "list").out.strip() == "nobody owes anything"
    assert net(desk, agent_deposit(1)) == 400_000
    desk("audit")


def test_a_bank_row_repays_a_debt(desk: Desk) -> None:
    desk("debt", "give", "budi", "400.000", "--reason", "x")
    desk("bank", "import", statement((450_000, "BUDI LUNAS")), "--account", "bca1", "--yes")
    desk("bank", "assign", str(rows(desk)[0]["row"]), "debt", "budi", "--reason", "lunas")
    assert desk("debt", "list").out.strip() == "nobody owes anything"
    assert net(desk, agent_deposit(1)) == 450_000, "what is more than he owed goes to his deposit"
    desk("audit")
