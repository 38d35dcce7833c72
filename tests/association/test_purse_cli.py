"""``juru association bank`` and ``purse`` as treasurers type them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.association.test_association_cli import Office, grown, office
from tests.association.test_purse import statement

__all__ = ["office"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mutasi.csv"


def test_a_statement_is_looked_at_taken_and_its_rows_are_named(office: Office, file: Path) -> None:
    number = grown(office)
    day = date.today()  # noqa: DTZ011 - the commands themselves go by the clock
    start = (day - timedelta(days=3)).isoformat()
    said = office("bank", "account", "pusat", "--bank", "BCA", "--profile", "generic", "--on", start)
    assert said == f"account PUSAT of NAS from {start}\n"
    office("bank", "account", "sby", "--unit", "jtm", "--profile", "generic", "--on", start)
    on = (day - timedelta(days=1)).isoformat()
    rows = [(on, "INV-2026-00001 lagi", 284_795), (on, "sewa", -90_000), (on, "?", 5_000)]
    file.write_bytes(statement(*rows))
    looked = office("bank", "look", "pusat", str(file))
    assert "1 matched, 1 outgoing, 1 unmatched" in looked
    assert "INV-2026-00001" in looked
    assert office("bank", "take", "pusat", str(file)) == "1 matched, 1 outgoing, 1 unmatched\n"
    assert office.json("bank", "take", "pusat", str(file)) == {"rows": 3, "counts": {"known": 3}}
    shown = {one["code"]: one for one in office.json("bank", "list")}
    assert shown["PUSAT"]["book_idr"] == 284_795 - 90_000 + 5_000
    assert shown["PUSAT"]["bank_idr"] == 1_000_000 + shown["PUSAT"]["book_idr"]
    assert "PUSAT" in office("bank", "list")
    rent, unknown = (one["row"]["ref"] for one in office.json("bank", "rows"))
    assert "sewa" in office("bank", "rows", "--unit", "NAS")
    assert office("bank", "name", rent, "expense", "sewa", "--reason", "January") == f"{rent}: expense\n"
    assert office("bank", "unname", rent, "--reason", "typing") == f"{rent} waits\n"
    office("bank", "name", rent, "expense", "sewa", "--reason", "January")
    office("bank", "name", unknown, "income", "bunga", "--reason", "interest")
    told = office("bank", "out", "10.000", "expense", "materai", "--text", "stamps", "--ref", "BRI-1")
    assert told == "BRI-1: 10.000 as expense\n"
    year = office.json("purse", "finance", str(day.year))
    assert year["headings"] == {"sewa": 90_000, "materai": 10_000}
    assert "sewa" in office("purse", "finance")
    refund = office.json("purse", "refund", number, "284.795", "--to", "BCA 1", "--reason", "paid twice")["id"]
    assert "decided_before" in office("purse", "confirm", refund, code=1)
    assert office("purse", "confirm", refund, "--by", "budi") == f"{refund}: confirmed\n"
    assert office("purse", "decline", refund, "--reason", "keeps it") == f"{refund}: declined\n"
    standing = {one["branch"]: one for one in office.json("purse", "branches")}["JTM"]["standing_idr"]
    assert "JTM" in office("purse", "branches")
    settlement = office.json("purse", "settle", "jtm", str(standing), "--giver", "pusat", "--taker", "sby")["id"]
    assert "over_standing" in office("purse", "settle", "jtm", str(standing + 1), "--taker", "sby", code=1)
    assert settlement in office("purse", "list")
    assert [one["state"] for one in office.json("purse", "list")] == ["declined", "asked"]
    assert office.json("purse", "misdirected") == []
    assert "member" in office("purse", "misdirected")
    assert office("dues", "cancel", "INV-2026-00001", "--reason", "wrong") == "credit note CN-2026-00001\n"
    office("audit")


def test_cash_and_collectors(office: Office, file: Path) -> None:
    collector = grown(office)
    number = office.json("member", "add", "PT Mundur", "--branch", "jtm", "--province", "35")["id"]
    office("member", "complete", number)
    office("member", "verify", number, "--decision", "K-2")
    asked = office.json("dues", "invoice", number)
    decree = office.json("board", "decree", "NAS", "kolektor")["id"]
    office(
        *("board", "collector", collector, "--limit", "10.000.000", "--settlement-day", "5"),
        *("--decree", decree, "--until", "2031-01-01", "--on", "2026-01-01"),
    )
    office("dues", "promise", asked["id"], "--collector", collector)
    (promised,) = office.json("purse", "promised")
    assert (promised["invoice"], promised["overdue"]) == (asked["id"], False)
    assert asked["id"] in office("purse", "promised")
    office("bank", "account", "pusat", "--profile", "generic", "--on", "2026-01-01")
    file.write_bytes(statement(("2026-11-01", "kolektor", int(asked["note"]))))
    office("bank", "take", "pusat", str(file))
    waiting = [one["row"]["ref"] for one in office.json("bank", "rows")]
    if not waiting:
        pytest.fail("a sum that one open invoice asks for before its issue must not match it")
    said = office("purse", "collect", waiting[0], collector, "--invoice", asked["id"])
    assert said == "1 invoices, receipts from KW-2026-00002\n"
    office("dues", "pay", "5.000", "--way", "cash", "--text", asked["id"])
    (held,) = office.json("purse", "cash")
    assert (held["treasurer"], held["held_idr"], held["overdue"]) == ("ana", 5_000, False)
    assert "ana" in office("purse", "cash")
    office("audit")


def test_a_file_that_cannot_be_believed_takes_nothing(office: Office, file: Path) -> None:
    office("bank", "account", "pusat", "--profile", "generic", "--on", "2026-01-01")
    file.write_bytes(b"Tanggal,Keterangan,Jumlah,Saldo\n01/02/2026,a,5,5\n01/02/2026,b,5,11\n")
    assert "nothing was taken" in office("bank", "take", "pusat", str(file), code=1)
    assert "cannot be read" in office("bank", "look", "pusat", str(file.with_suffix(".xls")), code=2)
    assert "no account that files feed" in office("bank", "look", "mana", str(file), code=2)
    assert office.json("bank", "rows") == []
