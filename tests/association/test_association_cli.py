"""``juru association`` as a secretary and a treasurer type it: what it says, what it changes, how it exits."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from juru.cli import make_app, run


class Office:
    """Types commands at one association."""

    def __init__(self, path: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capture = capture

    def __call__(self, *tokens: str, code: int = 0) -> str:
        self._capture.readouterr()
        exit_code = run(["association", *tokens])
        out, err = self._capture.readouterr()
        assert exit_code == code, (out, err)
        assert "Traceback" not in err
        return out if code == 0 else out + err

    def json(self, *tokens: str) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self(*tokens, "--json"))


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JURU_BY", "ana")
    monkeypatch.setenv("JURU_ASSOCIATION", str(tmp_path / "aspi"))
    office = Office(tmp_path / "aspi", capsys)
    office("init", str(office.path))
    return office


def grown(office: Office) -> str:
    """Dues from 2024 on, and a member who joined on 10 March 2026 and paid."""
    office("dues", "table", "server", "--annual", "350.000", "--on", "2024-01-01")
    number = office.json(
        "member", "add", "PT Maju", "--branch", "jtm", "--province", "35", "--on", "2026-03-01", "--licence", "9120"
    )["id"]
    office("member", "complete", number, "--on", "2026-03-03")
    office("member", "verify", number, "--decision", "K-1", "--on", "2026-03-10")
    invoice = office.json("dues", "invoice", number, "--on", "2026-03-11")
    assert invoice == {"id": "INV-2026-00001", "note": "284795"}
    office("dues", "pay", "284.795", "--text", "iuran inv/2026/00001", "--ref", "BCA-1", "--on", "2026-03-12")
    return str(number)


def test_every_command_of_the_association_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app()["association"]
    names = [name for name in app if not name.startswith("-")]
    assert set(names) >= {
        "init",
        "audit",
        "member",
        "dues",
        "branch",
        "board",
        "holidays",
        "do",
        "check-cases",
        "history",
        "recognition",
    }
    assert set(names) >= {"opportunity", "letter", "announcement", "meeting", "decisions", "expiring"}
    for name in names:
        for sub in ["", *[sub for sub in app[name] if not sub.startswith("-")]]:
            assert run(["association", name, *([sub] if sub else []), "--help"]) == 0
            body = capsys.readouterr().out.partition("\n\n")[2].strip()
            assert body, (name, sub)
            assert not body.startswith("╭"), f"help of {name} {sub} says what it does"


def test_a_member_from_application_to_register(office: Office) -> None:
    number = grown(office)
    shown = office.json("member", "show", number, "--on", "2026-04-01")
    assert (shown["state"], shown["dues"], shown["branch"]) == ("active", "current", "JTM")
    assert shown["paid_until"] == "2027-01-01"
    assert office.json("member", "show", number, "--on", "2027-01-31")["state"] == "lapsed"
    assert "PT Maju" in office("member", "list", "--on", "2026-04-01", "--state", "active", "--branch", "jtm")
    assert office.json("member", "list", "--on", "2026-04-01", "--state", "lapsed") == []
    facts = office("member", "facts", number)
    for kind in ("registered", "applied", "complete", "verified", "paid"):
        assert kind in facts
    assert "there is no member" in office("member", "show", "000009", code=1)
    office("member", "facts", number, "--known", "2026-01-01", code=1)
    assert office("audit").startswith("clean: ")
    assert office.json("audit")["clean"] is True


def test_money_can_be_traced(office: Office) -> None:
    number = grown(office)
    assert office.json("dues", "accounts") == {
        "bank": -284_795,
        "branch:JTM": 199_356,
        f"credit:{number}": 0,
        "invoiced": 0,
        f"member:{number}": 0,
        "national:dues": 85_439,
    }
    assert office.json("dues", "show", number)["invoices"][0]["outstanding_idr"] == 0
    assert "284.795" in office("dues", "show", number)
    told = office("dues", "reverse", "BCA-1", code=1)
    assert "refused (reason_needed)" in told
    assert "alasan" in told
    office("dues", "reverse", "BCA-1", "--reason", "meant for another body")
    assert office.json("member", "show", number, "--on", "2026-04-01")["state"] == "verified"
    office("dues", "pay", "1.000", "--ref", "BCA-2", "--text", "?", "--on", "2026-03-20")
    office("dues", "assign", "BCA-2", number, "--reason", "slip")
    assert office.json("dues", "show", number)["invoices"][0]["outstanding_idr"] == 283_795
    assert office("audit").startswith("clean: ")


def test_a_request_typed_twice_is_done_once(office: Office) -> None:
    add = ("member", "add", "Toko A", "--branch", "NAS", "--province", "94", "--request", "form-7")
    assert office.json(*add) == office.json(*add)
    assert len(office.json("member", "list")) == 1


def test_a_board_is_seated_by_a_decree(office: Office) -> None:
    number = grown(office)
    assert "acts for the congress" in office("board", "show")
    decree = office("board", "decree", "NAS", "Munas memilih pengurus", "--on", "2026-04-01").strip()
    assert decree == "SK-NAS-2026-001"
    seat = ("board", "appoint", "sri", "--firm", number, "--title", "secretary", "--decree", decree)
    office(*seat, "--on", "2026-04-02", "--until", "2030-04-01")
    (term,) = office.json("board", "show", "--on", "2026-04-02")
    assert (term["person"], term["standing"]) == ("sri", "in office")
    assert office.json("board", "show", "--on", "2030-04-01")[0]["standing"] == "ended"


def test_branches_and_holidays(office: Office, tmp_path: Path) -> None:
    codes = [row["code"] for row in office.json("branch", "list")]
    assert sorted(codes) == ["BAL", "DIY", "JBB", "JBR", "JTG", "JTM", "SMB", "SMU", "SUL"]
    assert office.json("branch", "list", "--on", "2010-04-19") == []
    office("branch", "set", "kal", "Kalimantan", "--province", "61", "--province", "62", "--on", "2026-02-01")
    assert len(office.json("branch", "list")) == 10
    table = tmp_path / "libur.json"
    table.write_text(json.dumps({"version": "SKB 2030", "days": ["2030-01-01", "2030-08-17"]}))
    assert "2 days" in office("holidays", "2030", str(table))
    table.write_text("[]")
    office("holidays", "2030", str(table), code=2)


def test_an_application_shows_what_the_clock_will_do(office: Office) -> None:
    add = ("member", "add", "Toko B", "--branch", "JTM", "--province", "35", "--on", "2026-03-02")
    number = office.json(*add)["id"]
    office("member", "complete", number, "--on", "2026-03-02")
    shown = office.json("member", "show", number, "--on", "2026-03-05")
    assert (shown["waits_on"], shown["waits_until"]) == ("branch", "2026-03-11")
    assert office.json("member", "show", number, "--on", "2026-03-12")["waits_on"] == "national"
    assert office.json("member", "show", number, "--on", "2026-04-11")["waits_on"] == "national_overdue"


def test_other_facts_and_commands_by_their_fields(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = grown(office)
    named = ("member", "record", number, "representative_named", "--on", "2026-03-11")
    office(
        *named,
        "--field",
        "role=voting",
        "--field",
        "person=Sri",
        "--field",
        "phone=081234567890",
        "--source",
        "surat 7",
    )
    assert office.json("member", "show", number, "--on", "2026-04-01")["representatives"] == {"voting": "Sri"}
    office("member", "record", number, "moved", "--field", "to=JBR", "--source", "surat 8", "--on", "2026-04-01")
    assert office.json("member", "show", number, "--on", "2026-04-01")["branch"] == "JBR"
    assert "docs/reference/facts.md" in office("member", "record", number, "flown", code=2)
    assert "transition_not_allowed" in office("member", "record", number, "complete", code=1)
    assert office("member", "apply", number, "--branch", "JTM", "--on", "2026-04-01", code=1)
    command = {"type": "Record", "member": number, "fact": {"kind": "renamed", "on": "2026-04-02", "name": "PT Baru"}}
    file = tmp_path / "command.json"
    file.write_text(json.dumps(command))
    office("do", str(file))
    assert office.json("member", "show", number, "--on", "2026-04-02")["name"] == "PT Baru"
    stdin = io.TextIOWrapper(io.BytesIO(b'{"type": "Fly"}'))
    monkeypatch.setattr("sys.stdin", stdin)
    assert "no command" in office("do", "-", code=2)


def test_a_wrong_fact_is_taken_back(office: Office) -> None:
    number = grown(office)
    facts = {row["fact"]["kind"]: row["id"] for row in office.json("member", "facts", number)}
    back = ("member", "take-back", number)
    assert "reason_needed" in office(*back, str(facts["verified"]), code=1)
    assert "carries_money" in office(*back, str(facts["paid"]), "--reason", "x", code=1)
    office(*back, str(facts["verified"]), "--reason", "another firm's letter")
    assert office.json("member", "show", number, "--on", "2026-03-20")["state"] == "applicant"
    assert "taken back by" in office("member", "facts", number)


def test_a_collector_promises_within_his_limit(office: Office) -> None:
    collector = grown(office)
    decree = office("board", "decree", "NAS", "kolektor", "--on", "2026-04-01").strip()
    appointed = ("--limit", "1.000.000", "--settlement-day", "5", "--decree", decree, "--until", "2030-01-01")
    office("board", "collector", collector, *appointed, "--on", "2026-04-01")
    number = office.json("member", "add", "Toko D", "--branch", "BAL", "--province", "51", "--on", "2026-04-01")["id"]
    office("member", "complete", number, "--on", "2026-04-01")
    office("member", "verify", number, "--decision", "K-2", "--on", "2026-04-02")
    invoice = office.json("dues", "invoice", number, "--on", "2026-04-02")
    promise = ("dues", "promise", invoice["id"], "--on", "2026-04-03")
    assert "promised" in office(*promise, "--collector", collector)
    assert "own_word" in office(*promise, "--collector", number, code=1)
    assert "promised by" in office("dues", "show", number)
    paid = ("--way", "collector", "--collector", collector, "--text", invoice["id"], "--ref", "K-1")
    office("dues", "pay", invoice["note"], *paid, "--on", "2026-04-05")
    assert office.json("member", "show", number, "--on", "2026-04-05")["state"] == "active"


def test_documents_are_kept_by_their_hash(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "nib.pdf"
    file.write_bytes(b"%PDF-1.7 nib")
    assert office("member", "keep", str(file)).endswith("(application/pdf)\n")
    file.write_bytes(b"<script>")
    assert "wrong_type" in office("member", "keep", str(file), code=1)
    office("member", "keep", "nowhere.pdf", code=2)


@pytest.mark.parametrize(
    ("tokens", "code"),
    [
        (("member", "show", "000001", "--on", "31-12-2026"), 2),
        (("member", "list", "--data", "nowhere"), 2),
        (("member", "add", "X", "--branch", "JTM", "--province", "35", "--on", "2999-01-01"), 1),
        (("init", "aspi"), 2),
        (("dues", "invoice", "000001"), 1),
    ],
)
def test_what_cannot_be_done_says_the_remedy(office: Office, tokens: tuple[str, ...], code: int) -> None:
    said = office(*tokens, code=code)
    assert ":" in said


def test_today_is_the_associations_day(office: Office) -> None:
    number = office.json("member", "add", "Toko C", "--branch", "NAS", "--province", "94")["id"]
    facts = office.json("member", "facts", number)
    assert date.fromisoformat(facts[0]["fact"]["on"]) >= date(2026, 1, 1)


def test_a_backup_is_made_checked_and_restored_and_the_book_held_against_it(office: Office, tmp_path: Path) -> None:
    number = grown(office)
    (tmp_path / "safe").mkdir()
    made = office.json("backup", str(tmp_path / "safe"), "--keep", "3")
    assert made["manifest"]["facts"] > 5
    assert "is whole" in office("restore", made["path"], "--check")
    office("member", "record", number, "renamed", "--field", "name=PT Maju Jaya", "--on", "2026-05-01")
    assert "clean" in office("audit", "--head", f"{made['path']}/manifest.json", "--export-head", "head.json")
    assert "clean" in office("audit", "--head", "head.json")
    said = office("restore", made["path"], str(tmp_path / "again"))
    assert "enter again what was recorded later" in said
    assert "not an empty directory" in office("restore", made["path"], str(tmp_path / "safe"), code=2)
    again = str(tmp_path / "again")
    assert office.json("member", "show", number, "--on", "2026-06-01", "--data", again)["name"] == "PT Maju"
    lost = office("audit", "--head", "head.json", "--data", again, code=1)
    assert "head_mismatch" in lost, "a book that lacks what was recorded later does not pass for the living one"
    assert "nothing to do" in office("upgrade")
    assert "name the directory" in office("restore", made["path"], code=2)


def test_a_members_list_is_looked_at_answered_and_brought_in(office: Office, tmp_path: Path) -> None:
    grown(office)
    assert "fill it" in office("import", "template", "templat.xlsx")
    assert "ends in .xlsx" in office("import", "template", "templat.csv", code=2)
    head = "nama;cabang;tanggal gabung;lunas sampai\n"
    Path("daftar.csv").write_text(head + "PT Sinar;Bali;2019;31/12/2026\nMaju PT;JTM;2020;\nCV X;ZZZ;2020;\n")
    said = office("import", "members", "daftar.csv", code=1)
    assert "1 add, 1 question, 1 refused" in said
    assert "B4" in said
    assert "--answer" in office("import", "members", "daftar.csv", "--yes", "--fates", "nasib.csv", code=1)
    assert office.json("member", "list", "--on", "2026-11-24")[1:] == [], "nothing was recorded"
    nasib = Path("nasib.csv").read_text(encoding="utf-8-sig").splitlines()
    row = next(line for line in nasib if line.startswith("3,question"))
    Path("jawab.csv").write_text("\n".join([nasib[0], row + "other"]))
    assert "refused" in office("import", "members", "daftar.csv", "--answers", "jawab.csv", "--yes", code=1)
    done = office("import", "members", "daftar.csv", "--answers", "jawab.csv", "--yes", "--without-refused")
    assert "2 members recorded" in done
    assert office.json("member", "show", "000002")["paid_until"] == "2027-01-01"
    Path("daftar.csv").write_text(head + "PT Sinar;Bali;2019;31/12/2026\n")
    assert office.json("import", "members", "daftar.csv", "--yes")["counts"]["there"] == 1
    assert "ROW=same" in office("import", "members", "daftar.csv", "--answer", "x", code=2)
    assert "cannot be read" in office("import", "members", "nowhere.csv", code=2)
    Path("daftar.csv").write_bytes(b"%PDF-1.7")
    assert "PDF" in office("import", "members", "daftar.csv", code=2)
    assert "clean" in office("audit")


def test_the_yearly_run_is_foretold_run_and_printed(office: Office, tmp_path: Path) -> None:
    grown(office)
    head = ("letterhead", "ASPI", "--address", "Jalan A\\nSurabaya", "--site", "https://aspi.example/")
    office(*head, "--on", "2026-01-01")
    run = ("dues", "run", "--year", "2027", "--on", "2026-11-01")
    told = office.json(*run, "--dry-run")
    assert (told["invoices"], told["total_idr"], told["branches"]) == (1, 350_000, {"JTM": [1, 350_000]})
    assert "1 invoices would be issued" in office(*run, "--dry-run")
    assert "1 invoices issued" in office(*run)
    assert office.json(*run)["issued"] == 0
    assert office.json("paper", "all", "--year", "2027") | {"seconds": 0} == {"made": 1, "kept": 0, "seconds": 0}
    out = tmp_path / "t.pdf"
    link = office("paper", "inv-2026-00002", "--out", str(out)).split()[-1]
    assert out.read_bytes().startswith(b"%PDF-")
    assert link.startswith("https://aspi.example/verify/INV-2026-00002/")
    verify = ("paper", "verify", "INV-2026-00002")
    assert office.json(*verify, link.rpartition("/")[2])["state"] == "open"
    assert "no paper of this association" in office(*verify, "aaaa", code=1)
    jobs = office.json("jobs")
    assert [(job["kind"], job["state"]) for job in jobs] == [
        ("papers", "done"),
        ("dues_run", "done"),
        ("dues_run", "done"),
    ]
    assert "2027 invoice" in office("jobs")


@pytest.mark.parametrize(
    ("tokens", "code"),
    [
        (("paper", "INV-2026-00009", "--out", "x.pdf"), 1),
        (("paper", "INV-2026-00001", "--out", "nowhere/x.pdf"), 2),
        (("paper", "all", "--year", "2027", "--processes", "0"), 2),
        (("letterhead", "A", "--site", "ftp://x"), 1),
        (("dues", "run", "--year", "2027", "--on", "2999-01-01"), 0),
    ],
)
def test_papers_and_runs_that_cannot_be_say_the_remedy(office: Office, tokens: tuple[str, ...], code: int) -> None:
    grown(office)
    assert office(*tokens, code=code)
