"""The command ``juru`` as an owner and his scripts use it: what it says, what it changes, how it exits."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
import python_calamine

from juru.cli import make_app, run
from juru.server.desk.cells import CellError, read_idr
from juru.server.desk.files import write_rows
from juru.server.desk.link import LOCK_WAIT_S, open_reads
from juru.server.desk.lock import hold
from juru.server.desk.tables import TABLES
from juru.server.domain.agent import Agent
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring, pin_matches

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "dialects").glob("*.json"))
JURU = [sys.executable, "-c", "from juru.cli import main; main()"]


class Said:
    """An exit code and what was printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self.out)

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


class Desk:
    """Types commands at one cell."""

    def __init__(self, data: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.data = DataDir(data)
        self._capture = capture

    def __call__(self, *tokens: str, code: int = 0) -> Said:
        """One command; it must exit with ``code``."""
        self._capture.readouterr()
        exit_code = run(tokens)
        said = Said(exit_code, *self._capture.readouterr())
        assert said.code == code, said
        assert "Traceback" not in said.err, said
        return said

    def agent(self, key: str) -> Agent:
        with open_reads(self.data) as reads:
            return {r.key: TABLES["agent"].read(r.body) for r in reads.records("agent")}[key]  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cell of this machine is in reach, and nobody's name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JURU_BY", "ana")
    monkeypatch.delenv("JURU_DATA", raising=False)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A new cell."""
    desk = Desk(tmp_path / "cell", capsys)
    desk("init", str(desk.data.path), "--name", "Toko Ana")
    monkeypatch.setenv("JURU_DATA", str(desk.data.path))
    return desk


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A cell that could sell."""
    account = ("--account", "base=http://127.0.0.1:9/d; member_id=J1", "--pin", "1122", "--password", "rahasia")
    desk("supplier", "add", "DIGI", "--name", "Digi", "--dialect", "otomax", *account)
    desk("product", "add", "S10", "--name", "Tsel 10", "--operator", "telkomsel", "--price", "10.800")
    desk("offer", "add", "--product", "s10", "--supplier", "digi", "--sku", "TS10", "--cost", "Rp10.200")
    desk("agent", "add", "budi", "--name", "Budi", "--pin", "738291")
    return desk


def table_of(path: Path, *rows: list[str]) -> Path:
    if path.suffix == ".xlsx":
        write_rows(path, rows[0], rows[1:])
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return path


# ---------------------------------------------------------------------- the command itself


def commands() -> Iterator[tuple[str, ...]]:
    app = make_app()
    for name in app:
        if name.startswith("-"):
            continue
        yield (name,)
        for sub in app[name]:
            if not sub.startswith("-"):
                yield (name, sub)


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    printed = capsys.readouterr().out
    assert f"juru {' '.join(command)}" in printed
    body = printed.partition("\n\n")[2].strip()
    assert body, "help says what the command does"
    assert not body.startswith("╭"), "help says what the command does"


@pytest.mark.parametrize(
    "tokens",
    [
        ["frobnicate"],
        ["agent", "frobnicate"],
        ["agent", "list", "--frobnicate"],
        ["agent", "list"],
        ["agent", "list", "--data", "nowhere"],
        ["report", "day", "--data", "nowhere"],
        ["conformance", "nowhere.json"],
        ["init"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_why(tokens: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tokens) == 2
    said = capsys.readouterr()
    assert said.err.strip()
    assert "Traceback" not in said.err


def test_a_fault_of_ours_is_a_sentence_not_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("juru.server.dialects.grammar.read_order_text", fails)
    assert run(["order", "parse", "SALDO.1234"]) == 2
    said = capsys.readouterr().err
    assert "JURU_TRACEBACK=1" in said
    assert "Traceback" not in said


def test_the_installed_command_prints_json_and_exits(tmp_path: Path) -> None:
    done = subprocess.run(
        [*JURU, "order", "parse", "S10.081234567890.1234"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    assert json.loads(done.stdout) == {"intent": "order", "product": "S10", "dest": "081234567890", "pin": "1234"}
    failed = subprocess.run(
        [*JURU, "agent", "list", "--data", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (failed.returncode, failed.stdout) == (2, "")
    assert f"juru init {tmp_path}" in failed.stderr.replace("\n", " ")


# ---------------------------------------------------------------------- a new cell


def test_init_makes_a_cell_that_only_its_owner_can_read(desk: Desk) -> None:
    assert desk.data.path.stat().st_mode & 0o077 == 0
    assert desk.data.keys.stat().st_mode & 0o077 == 0
    table = desk("prefix", "list", "--json").json
    assert table["prefixes"]["0812"] == "TELKOMSEL"
    assert desk("agent", "list", "--json").json == []
    assert "clean" in desk("audit").out


def test_init_refuses_a_directory_that_holds_anything(tmp_path: Path, desk: Desk) -> None:
    before = {path: path.read_bytes() for path in desk.data.path.iterdir()}
    assert "not empty" in desk("init", str(desk.data.path), code=2).err
    assert {path: path.read_bytes() for path in desk.data.path.iterdir()} == before


def test_init_that_fails_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("juru.server.desk.init.PREFIXES_FILE", tmp_path / "missing.json")
    (tmp_path / "empty").mkdir()
    for place in ("new", "empty"):
        assert Desk(tmp_path / place, capsys)("init", str(tmp_path / place), code=2).err
    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_commands_beside_make_run_find_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path / "var" / "demo", capsys)
    desk("init", "var/demo")
    assert desk("agent", "list", "--json").json == []


# ---------------------------------------------------------------------- agents, products, suppliers, offers


def test_records_are_added_changed_listed_and_shown(shop: Desk) -> None:
    shop(
        "product",
        "set",
        "s10",
        "--price",
        "Rp10.900",
        "--cut-offs",
        "23:45-00:15; 12:00-13:00 WITA",
        "--reason",
        "naik",
    )
    product = shop("product", "show", "S10", "--json").json
    assert product["price_idr"] == 10_900
    assert product["operator"] == "TELKOMSEL"
    assert product["cut_offs"][1] == {"start": "12:00", "end": "13:00", "zone": "WITA"}
    assert (product["by"], product["reason"]) == ("ana", "naik")
    assert [v["price_idr"] for v in shop("product", "show", "S10", "--history", "--json").json] == [10_800, 10_900]
    told = shop("product", "show", "S10", "--history").out
    assert "price_idr 10800 -> 10900" in told
    assert "naik" in told
    assert "kind" not in told, "only what changed"
    assert shop("offer", "list", "--json").json[0]["key"] == "S10-DIGI"
    assert "10.900" in shop("product", "list").out
    assert shop("supplier", "show", "DIGI", "--json").json["inquiry_horizon_s"] > 0


def test_add_refuses_what_is_there_and_set_what_is_not(shop: Desk) -> None:
    assert "already" in shop("agent", "add", "BUDI", code=1).err
    assert "no agent SITI" in shop("agent", "set", "siti", "--name", "Siti", code=1).err
    assert "no agent SITI" in shop("agent", "show", "siti", code=1).err
    assert shop("agent", "show", "BUDI", "--json").json["name"] == "Budi"
    account = ("--bank", "BCA", "--number", "1234567890", "--holder", "Ana")
    shop("bank", "add", "BCA1", *account)
    assert "'juru bank set BCA1'" in shop("bank", "add", "BCA1", *account, code=1).err
    assert "'juru bank list'" in shop("bank", "show", "BCA2", code=1).err


def test_a_profile_that_is_no_json_says_how_a_file_is_given(shop: Desk) -> None:
    assert '"$(cat FILE)"' in shop("supplier", "set", "DIGI", "--profile", "digi.json", code=1).err


def test_a_record_is_shown_with_a_time_that_people_read(shop: Desk) -> None:
    said = shop("agent", "show", "BUDI").out
    assert re.search(r"^ *at +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:00 *$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--upline", "nobody"), "unknown upline NOBODY"),
        (("--credit-limit", "10,500"), "10.500"),
        (("--senders", "chat:BUDI"), "BUDI already"),
        (("--ips", "999.1.1.1"), "IP address"),
        (("--pin", "12"), "4 to 8 digits"),
        (("--status", "asleep"), "asleep"),
        (("--rate-per-s", "0"), ">= 1"),
        (("--report-url", "ftp://x"), "http://"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_bad_agent_is_refused_with_what_to_do(shop: Desk, options: tuple[str, ...], problem: str) -> None:
    said = shop("agent", "add", "siti", "--name", "Siti", *options, code=1)
    assert problem in said.err
    assert [agent["code"] for agent in shop("agent", "list", "--json").json] == ["BUDI"]


@pytest.mark.parametrize("kind", ["--h2h", "--no-h2h"])
def test_renewed_secrets_void_every_old_one(shop: Desk, kind: str) -> None:
    shop("agent", "set", "BUDI", kind)
    before = shop.agent("BUDI").secrets
    answer = shop("agent", "set", "BUDI", "--renew", "--reason", "key was leaked", "--json")
    issued = {i["name"]: i["value"] for i in answer.json["issued"]}
    assert issued.pop("user", None) == ("BUDI" if kind == "--h2h" else None)
    after = shop.agent("BUDI").secrets
    names = {"pin", "password", "api_key"} if kind == "--h2h" else {"pin"}
    assert issued.keys() == names
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in after)
    if kind == "--h2h":
        keys = Keyring(shop.data.keys)
        assert {name: keys.open(sealed) for name, sealed in after.items()} == issued
    else:
        assert pin_matches(after["pin_hash"], issued["pin"])


def test_a_chat_pin_is_hashed_and_h2h_secrets_are_sealed_and_shown_once(shop: Desk) -> None:
    assert pin_matches(shop.agent("BUDI").secrets["pin_hash"], "738291")
    issued = {i["name"]: i["value"] for i in shop("agent", "set", "BUDI", "--h2h", "--json").json["issued"]}
    secrets, keys = shop.agent("BUDI").secrets, Keyring(shop.data.keys)
    assert issued.pop("user") == "BUDI", "his user name is told beside them, and is no secret"
    assert {name: keys.open(sealed) for name, sealed in secrets.items()} == issued
    assert issued.keys() == {"pin", "password", "api_key"}
    everything = shop("agent", "show", "BUDI", "--json").out + shop("agent", "show", "BUDI").out
    assert not any(value in everything for value in (*issued.values(), *secrets.values()))
    assert shop("agent", "set", "BUDI", "--h2h", "--json").json["issued"] == [], "nothing is made twice"
    shop("agent", "set", "BUDI", "--no-h2h")
    assert shop.agent("BUDI").secrets.keys() == {"pin_hash"}
    assert pin_matches(shop.agent("BUDI").secrets["pin_hash"], issued["pin"])


def test_a_partner_keeps_the_credentials_his_program_is_set_up_with(shop: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name,pin,user,password\nTOKO9,Toko 9,4471,u-toko,sandi lama\n")
    issued = {i["name"]: i["value"] for i in shop("agent", "import", "a.csv", "--json").json["issued"]}
    assert issued.keys() == {"api_key", "user"}, "only what was not given is made"
    agent, keys = shop.agent("TOKO9"), Keyring(shop.data.keys)
    opened = {name: keys.open(sealed) for name, sealed in agent.secrets.items()}
    assert opened == {"pin": "4471", "password": "sandi lama", "api_key": issued["api_key"]}
    assert agent.user == issued["user"] == "u-toko"
    again = shop("agent", "import", "a.csv", "--json").json
    assert (again["unchanged"], again["issued"]) == (1, [])
    shop("agent", "set", "TOKO9", "--password", "sandi baru")
    assert keys.open(shop.agent("TOKO9").secrets["password"]) == "sandi baru"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (("--account", "base=http://127.0.0.1:9; member_id=J1", "--pin", "1", "--password", "p"), "account: user=..."),
        (("--account", "base=http://127.0.0.1:9; member_id=J1; user=u", "--password", "p"), "pin: is needed by irs"),
    ],
)
def test_a_supplier_is_not_taken_without_what_its_dialect_sends(
    shop: Desk, given: tuple[str, ...], problem: str
) -> None:
    assert problem in shop("supplier", "add", "X", "--name", "X", "--dialect", "irs", *given, code=1).err


def test_a_get_supplier_takes_its_inquiry_from_its_row(shop: Desk) -> None:
    account = ("--account", "base=http://127.0.0.1:9; member_id=J1; user=u", "--pin", "1", "--password", "p")
    for dialect in ("irs", "digiflazz_get"):
        shop("supplier", "add", dialect, "--name", dialect, "--dialect", dialect, *account)
    kept = {s["code"]: s for s in shop("supplier", "list", "--json").json}
    assert kept["IRS"]["inquiry"] == "none"
    digi = kept["DIGIFLAZZ_GET"]
    assert (digi["inquiry"], digi["bill_inquiry"], digi["inquiry_horizon_s"]) == ("resend", "resend", 80 * 86_400)


def test_a_secret_is_read_from_standard_input(shop: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    typed.write_text("224466\n")
    with typed.open() as file:
        monkeypatch.setattr("sys.stdin", file)
        shop("agent", "set", "BUDI", "--pin", "-")
    assert pin_matches(shop.agent("BUDI").secrets["pin_hash"], "224466")


def test_secrets_of_a_supplier_are_sealed_wherever_they_are_typed(shop: Desk) -> None:
    account = "base=http://127.0.0.1:9/x; member_id=J1; pin=1122"
    shop("supplier", "add", "OTO", "--name", "Oto", "--dialect", "otomax", "--account", account, "--password", "sandi")
    supplier = shop("supplier", "show", "OTO", "--json").json
    assert supplier["secrets"] == ["password", "pin"]
    assert supplier["account"] == {"base": "http://127.0.0.1:9/x", "member_id": "J1"}
    raw = apsw.Connection(str(shop.data.database), flags=apsw.SQLITE_OPEN_READONLY)
    bodies = "".join(row[0] for row in raw.execute("SELECT body FROM records"))
    raw.close()
    assert "1122" not in bodies
    assert "sandi" not in bodies


def test_a_supplier_without_an_address_or_of_an_unknown_dialect_is_refused(shop: Desk) -> None:
    assert "base=" in shop("supplier", "add", "X", "--name", "X", "--dialect", "otomax", code=1).err
    said = shop("supplier", "add", "X", "--name", "X", "--dialect", "morse", "--account", "base=http://x", code=1)
    assert "unknown dialect" in said.err


def test_block_unlock_close_and_open(shop: Desk) -> None:
    shop("agent", "block", "budi", "--reason", "menunggak")
    assert shop("agent", "show", "budi", "--json").json["status"] == "blocked"
    shop("agent", "unblock", "budi")
    assert shop("agent", "show", "budi", "--json").json["status"] == "active"
    shop("agent", "unlock", "budi")
    shop("agent", "unlock", "nobody", code=1)
    for kind, key in (("product", "S10"), ("supplier", "DIGI"), ("offer", "S10-DIGI"), ("operator", "TELKOMSEL")):
        shop(kind, "close", key)
        assert shop(kind, "show", key, "--json").json["availability"] == "closed"
        shop(kind, "close", key, "--disturbed")
        assert shop(kind, "show", key, "--json").json["availability"] == "disturbed"
        shop(kind, "open", key)
        assert shop(kind, "show", key, "--json").json["availability"] == "open"


def test_a_ported_number_and_a_new_prefix_table(shop: Desk, tmp_path: Path) -> None:
    shop("prefix", "port", "0812-3456-7890", "INDOSAT")
    shop("prefix", "port", "0812-3456-7890", "NOBODY", code=1)
    table = tmp_path / "prefixes.json"
    table.write_text('{"version": "mine", "prefixes": {"0812": "NOBODY"}}')
    assert "NOBODY" in shop("prefix", "import", str(table), code=1).err
    shop("prefix", "operator", "nobody", "Nobody")
    shop("prefix", "import", str(table))
    assert shop("prefix", "list", "--json").json == {"version": "mine", "prefixes": {"0812": "NOBODY"}}


def test_an_operators_new_name_or_a_file_of_operators_opens_none_that_is_closed(shop: Desk, tmp_path: Path) -> None:
    shop("operator", "close", "TELKOMSEL", "--reason", "national disturbance")
    shop("prefix", "operator", "telkomsel", "Telkomsel Halo")
    assert shop("operator", "show", "TELKOMSEL", "--json").json["availability"] == "closed"
    assert "closed" in shop("prefix", "list").out
    file = table_of(tmp_path / "operators.csv", ["code", "name"], ["TELKOMSEL", "Tsel"], ["NEWNET", "New Network"])
    assert "1 added, 1 changed" in shop("operator", "import", str(file)).out
    listed = {o["code"]: o["availability"] for o in shop("operator", "list", "--json").json}
    assert (listed["TELKOMSEL"], listed["NEWNET"]) == ("closed", "open")
    table = table_of(tmp_path / "wrong.csv", ["code", "name", "availability"], ["NEWNET", "New", "shut"])
    assert "availability" in shop("operator", "import", str(table), code=1).out
    shop("start", "operator", "TELKOMSEL")
    assert shop("operator", "show", "TELKOMSEL", "--json").json["availability"] == "open"


# ---------------------------------------------------------------------- files in and out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_good_rows_are_brought_in_whatever_their_order(shop: Desk, tmp_path: Path, ending: str) -> None:
    file = table_of(
        tmp_path / f"agents.{ending}",
        ["code", "name", "upline", "credit_limit_idr", "senders", "pin"],
        ["cici", "Cici", "ani", "10.500", "0812-3456-7890", "445566"],
        ["ani", "Ani", "budi", "", "", ""],
    )
    assert shop("agent", "import", str(file), "--check", "--json").json["added"] == 2
    assert len(shop("agent", "list", "--json").json) == 1, "--check changes nothing"
    said = shop("agent", "import", str(file), "--json").json
    assert (said["added"], said["changed"]) == (2, 0)
    assert [(i["key"], i["name"]) for i in said["issued"]] == [("ANI", "pin")]
    cici = shop.agent("CICI")
    assert (cici.upline, cici.credit_limit_idr, cici.senders) == ("ANI", 10_500, ("sms:+6281234567890",))
    assert pin_matches(cici.secrets["pin_hash"], "445566")
    assert shop.agent("ANI").senders == ("chat:ANI",)
    again = shop("agent", "import", str(file), "--json").json
    assert (again["added"], again["changed"], again["unchanged"], again["issued"]) == (0, 0, 2, [])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_one_bad_row_changes_nothing_and_is_named(shop: Desk, tmp_path: Path, ending: str) -> None:
    file = table_of(
        tmp_path / f"agents.{ending}",
        ["code", "name", "upline", "credit_limit_idr"],
        ["ani", "Ani", "budi", "10500"],
        ["cici", "Cici", "ani", "10,500"],
        ["dodi", "Dodi", "nobody", ""],
        ["ani", "Ani again", "", ""],
        ["eka", "", "", ""],
        ["fifi", "Fifi", "gigi", ""],
        ["gigi", "Gigi", "fifi", ""],
    )
    said = shop("agent", "import", str(file), "--json", code=1)
    problems = {(p["row"], p["column"]): p["why"] for p in said.json["problems"]}
    assert "Rp10.500" in problems[3, "credit_limit_idr"]
    assert "unknown upline NOBODY" in problems[4, ""]
    assert "row 2" in problems[5, "code"]
    assert problems[6, "name"] == "is needed"
    assert {7, 8} <= {row for row, _ in problems}, "a loop of uplines"
    assert [agent["code"] for agent in shop("agent", "list", "--json").json] == ["BUDI"]
    shown = shop("agent", "import", str(file), code=1)
    assert "credit_limit_idr" in shown.out
    assert "nothing was changed" in shown.err


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "first row"),
        (b"code,code\na,b\n", "name of its own"),
        (b"code,name\na,b,c\n", "more cells"),
        (b"code,name\nA,\xff\n", "CSV UTF-8"),
    ],
)
def test_an_unreadable_file_says_what_to_do(shop: Desk, tmp_path: Path, content: bytes, remedy: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    assert remedy in shop("agent", "import", "bad.csv", code=2).err
    (tmp_path / "bad.xlsx").write_bytes(content or b"PK\x03\x04")
    assert "bad.xlsx" in shop("agent", "import", "bad.xlsx", code=2).err
    assert "no file bad.txt" in shop("agent", "import", "bad.txt", code=2).err
    assert ".csv or .xlsx" in shop("agent", "export", "out.txt", code=2).err


def test_an_unknown_column_is_named_with_those_that_are_known(shop: Desk, tmp_path: Path) -> None:
    (tmp_path / "agents.csv").write_text("code;nama\nani;Ani\n")
    problems = shop("agent", "import", "agents.csv", "--json", code=1).json["problems"]
    assert problems[0]["column"] == "nama"
    assert "name" in problems[0]["why"]


IN_FILES = sorted(TABLES.keys() - {"bank_account"})
"""What is exported and imported as a table; there are few bank accounts, so they are typed."""


@pytest.mark.parametrize("kind", IN_FILES)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_is_brought_in_again_unchanged(shop: Desk, tmp_path: Path, kind: str, ending: str) -> None:
    shop("agent", "set", "budi", "--h2h", "--product-markups", "S10=150", "--ips", "10.0.0.0/8; 127.0.0.1")
    shop("product", "set", "S10", "--level-prices", "gold=10.500", "--commissions", "50; 25", "--stock", "7")
    shop(
        *("supplier", "set", "DIGI", "--password", "sandi"),
        *("--account", '{"base":"http://127.0.0.1:9/a;b","prefix":"P","member_id":"J1"}'),
    )
    file = tmp_path / f"out.{ending}"
    shop(kind, "export", str(file))
    said = shop(kind, "import", str(file), "--json").json
    assert (said["added"], said["changed"]) == (0, 0)
    assert said["unchanged"] == len(shop(kind, "list", "--json").json) > 0


@pytest.mark.parametrize("kind", IN_FILES)
def test_an_export_holds_no_secret(shop: Desk, tmp_path: Path, kind: str) -> None:
    told = shop("agent", "set", "budi", "--h2h", "--json").json["issued"]
    issued = [i for i in told if i["name"] != "user"]
    token = shop("supplier", "set", "DIGI", "--password", "sandi", "--callback-token", "new", "--json").json["issued"]
    shop(kind, "export", "out.xlsx")
    with python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")) as book:
        written = str(book.get_sheet_by_index(0).to_python())
    written += shop(kind, "export").out
    sealed = [*shop.agent("BUDI").secrets.values(), "sandi", token[0]["value"].rpartition("/")[2]]
    assert [secret for secret in (*(i["value"] for i in issued), *sealed) if secret in written] == []


def test_every_column_of_a_table_is_a_field_or_a_secret(shop: Desk) -> None:
    shop("bank", "add", "BCA1", "--bank", "BCA", "--number", "1234567890", "--holder", "Toko Uji")
    groups = {"bank_account": "bank"}
    for kind, table in TABLES.items():
        with open_reads(shop.data) as reads:
            record = table.read(reads.records(kind)[0].body)
        assert {c.name for c in table.written} <= set(record.__struct_fields__)
        unseen = {"id", "secrets", "callback_token", "joined_day", "blocked_by"}
        assert set(record.__struct_fields__) - {c.name for c in table.columns} <= unseen
        assert all(row["means"] for row in shop(groups.get(kind, kind), "columns", "--json").json)


def test_a_spreadsheet_of_the_country_uses_semicolons(shop: Desk, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("\ufeffcode;name;price_idr;level_prices_idr\nx5;Axis 5;Rp5.800,00;gold=5.700\n")
    shop("product", "import", "p.csv")
    product = shop("product", "show", "X5", "--json").json
    assert (product["price_idr"], product["level_prices_idr"]) == (5_800, {"gold": 5_700})


def test_many_rows_are_saved_uplines_first(shop: Desk) -> None:
    rows = [["code", "name", "upline"]]
    rows += [[f"a{n}", f"Agent {n}", f"a{n + 1}" if n < 1_999 else "budi"] for n in range(2_000)]
    file = table_of(shop.data.path.parent / "many.csv", *rows)
    assert shop("agent", "import", str(file), "--check", "--json").json["added"] == 2_000
    file = table_of(shop.data.path.parent / "some.csv", rows[0], *rows[-20:])
    assert shop("agent", "import", str(file), "--json").json["added"] == 20
    assert shop.agent("A1980").upline == "A1981"
    assert shop.agent("A1999").upline == "BUDI"


# ---------------------------------------------------------------------- money, reports, selling


@pytest.mark.parametrize(
    ("typed", "amount_idr"),
    [("10500", 10_500), ("10.500", 10_500), ("Rp10.500", 10_500), ("rp 1.000.000", 1_000_000), ("-10.500", -10_500),
     ("-Rp10.500", -10_500), ("Rp-5", -5), ("5.800,00", 5_800), ("5.800,-", 5_800)],
)  # fmt: skip
def test_money_is_typed_as_people_write_it(typed: str, amount_idr: int) -> None:
    assert read_idr(typed) == amount_idr


@pytest.mark.parametrize(
    "typed", ["", "10,500", "10.50", "1.0500", "10k", "1e5", "--5", "-Rp-5", "9" * 16, "10.500,50"]
)
def test_money_that_could_mean_two_amounts_is_refused(typed: str) -> None:
    with pytest.raises(CellError, match=r"10\.500"):
        read_idr(typed)


def test_deposits_are_posted_once_each_with_a_reason(shop: Desk) -> None:
    assert "--reason" in shop("deposit", "add", "BUDI", "1.000.000", code=2).err
    first = shop("deposit", "add", "budi", "Rp1.000.000", "--reason", "modal", "--request-id", "r1", "--json").json
    again = shop("deposit", "add", "budi", "Rp1.000.000", "--reason", "modal", "--request-id", "r1", "--json").json
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["transfer_id"] == first["transfer_id"]
    assert again["balance_idr"] == 1_000_000
    assert shop("deposit", "add", "budi", "-50.000", "--reason", "ditarik", "--json").json["balance_idr"] == 950_000
    shop("deposit", "add", "budi", "-5.000.000", "--reason", "terlalu banyak", code=1)
    shop("deposit", "add", "nobody", "1000", "--reason", "x", code=1)
    shop("deposit", "add", "BUDI", "10,500", "--reason", "x", code=2)
    assert (
        shop("deposit", "add", "digi", "500000", "--supplier", "--reason", "isi", "--json").json["balance_idr"]
        == 500_000
    )
    shop("deposit", "add", "BCA", "9.000.000", "--bank", "--reason", "modal sendiri")
    shop("deposit", "add", "BCA", "1", "--bank", "--supplier", "--reason", "x", code=2)
    assert "clean" in shop("audit").out


def test_a_transfer_is_reversed_once(shop: Desk) -> None:
    number = str(shop("deposit", "add", "budi", "7.000", "--reason", "salah", "--json").json["transfer_id"])
    assert "--reason" in shop("transfer", "reverse", number, code=2).err
    shop("transfer", "reverse", number, "--reason", "salah orang")
    assert "reversed before" in shop("transfer", "reverse", number, "--reason", "lagi", code=1).err
    assert "no such transfer" in shop("transfer", "reverse", "999", "--reason", "x", code=1).err


def test_report_of_a_day_without_sales(shop: Desk, tmp_path: Path) -> None:
    day = shop("report", "day", "--json").json
    assert (day["accepted"], day["sales_idr"], day["profit_idr"], day["rows"]) == (0, 0, 0, [])
    assert shop("report", "day", "2026-01-31", "--json").json["day"] == "2026-01-31"
    assert "2026-01-31" in shop("report", "day", "20260131").out
    shop("report", "day", "yesterday", "--csv", "day.csv")
    assert (tmp_path / "day.csv").read_text("utf-8-sig").startswith("by,key,name,succeeded")
    assert "no date" in shop("report", "day", "2026-02-30", code=2).err


def test_pause_and_resume_are_settings_with_a_reason(shop: Desk) -> None:
    shop("pause", "--reason", "gangguan")
    assert _settings(shop)["paused"] is True
    shop("resume")
    assert _settings(shop).get("paused", False) is False


def _settings(desk: Desk) -> dict[str, Any]:
    with open_reads(desk.data) as reads:
        document: dict[str, Any] = json.loads(reads.records("setting")[0].body)
    return document


def test_orders_that_are_not_there(shop: Desk) -> None:
    assert shop("order", "list", "--json").json == []
    assert "no order 1" in shop("order", "show", "1", code=1).err
    assert "'juru order queue'" in shop("order", "seen", "31", "--reason", "x", code=1).err
    assert "nothing was refused" in shop("order", "refused").out
    assert "no agent" in shop("order", "list", "--agent", "nobody", code=1).err
    assert "--sn" in shop("order", "decide", "1", "success", "--reason", "x", code=2).err
    assert "unknown_order" in shop("order", "decide", "1", "failed", "--reason", "x", code=1).err
    assert "--reason" in shop("order", "decide", "1", "failed", code=1).err


def test_audit_finds_what_was_altered_and_exports_no_head_for_it(shop: Desk, tmp_path: Path) -> None:
    shop("deposit", "add", "budi", "7.000", "--reason", "modal")
    shop("audit", "--export-head", "head.json")
    shop("audit", "--head", "head.json")
    head = json.loads((tmp_path / "head.json").read_text())
    shop("audit", "--head", f"{head['commit_no']}:{head['seal']}")
    assert "no file 'nonsense'" in shop("audit", "--head", "nonsense", code=2).err
    assert "is no head" in shop("audit", "--head", str(shop.data.keys), code=2).err
    raw = apsw.Connection(str(shop.data.database))
    raw.execute("UPDATE balances SET net_idr = net_idr + 1 WHERE account > 1000")
    raw.close()
    said = shop("audit", "--export-head", "again.json", code=1)
    assert "balances" in said.out
    assert not (tmp_path / "again.json").exists()
    assert shop("audit", "--json", code=1).json["clean"] is False


# ---------------------------------------------------------------------- reading texts, conformance


def test_a_reply_is_read_with_a_profile_from_a_file(shop: Desk, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({"patterns": [{"pattern": "OKE (?P<sn>\\d+)", "outcome": "success"}]}))
    text = "OKE 12345678901234"
    assert shop("reply", "parse", text, "--profile", str(profile)).json["sn"] == "12345678901234"
    assert shop("reply", "parse", text).json["outcome"] == "unknown"
    assert "neither" in shop("reply", "parse", text, "--profile", "nobody", code=2).err
    profile.write_text("{}")
    assert shop("reply", "parse", text, "--profile", str(profile), code=2).err


def test_an_order_text_is_read_with_a_grammar_from_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "grammar.json").write_text(json.dumps({"keywords": {"DUIT": "balance"}}))
    assert desk("order", "parse", "DUIT.1234", "--grammar", "grammar.json").json["intent"] == "balance"
    assert desk("order", "parse", "DUIT.1234", "--grammar", "nowhere.json", code=2).err


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_conformance_passes_the_fixtures(fixture: Path, desk: Desk) -> None:
    cases = json.loads(fixture.read_text())["cases"]
    assert cases
    assert desk("conformance", str(fixture)).out.splitlines()[-1] == f"{len(cases)} passed, 0 failed"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_conformance_names_a_case_that_fails(fixture: Path, desk: Desk, tmp_path: Path) -> None:
    case = json.loads(fixture.read_text())["cases"][0]
    name, wanted = next(iter(case["expects"].items()))
    case["expects"][name] = f"not {wanted}"
    good = json.loads(fixture.read_text())["cases"][1]
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [case, good]}))
    said = desk("conformance", "cases.json", code=1)
    assert case["id"] in said.out
    assert said.out.splitlines()[-1] == "1 passed, 1 failed"
    assert desk("conformance", "cases.json", "--json", code=1).json["failed"] == 1


@pytest.mark.parametrize("content", ["", "[]", '{"cases": 1}', "{}"])
def test_conformance_of_an_unreadable_file_exits_with_2(desk: Desk, tmp_path: Path, content: str) -> None:
    (tmp_path / "cases.json").write_text(content)
    assert "cases" in desk("conformance", "cases.json", code=2).err


# ---------------------------------------------------------------------- two at one cell


def test_a_second_writer_is_refused_and_reading_goes_on(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("juru.server.desk.link.LOCK_WAIT_S", LOCK_WAIT_S / 25)
    with hold(shop.data):
        said = shop("deposit", "add", "budi", "1000", "--reason", "x", code=2)
        assert f"process {os.getpid()}" in said.err
        assert "--data" in said.err
        assert "in use" in shop("serve", "--port", "0", code=2).err
        shop("agent", "list")
        shop("audit")
    shop("deposit", "add", "budi", "1000", "--reason", "x")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def served(shop: Desk, tmp_path: Path) -> Iterator[Desk]:
    """The cell, with a server running on it."""
    with (tmp_path / "serve.log").open("w") as log:
        server = subprocess.Popen([*JURU, "serve", "--port", str(_free_port())], stdout=log, stderr=log)
        try:
            until_s = time.monotonic() + 30
            while not shop.data.running.exists() and server.poll() is None and time.monotonic() < until_s:
                time.sleep(0.05)
            assert shop.data.running.exists(), (tmp_path / "serve.log").read_text()
            yield shop
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(30) == 0, (tmp_path / "serve.log").read_text()


def test_commands_go_through_the_running_server(served: Desk, tmp_path: Path) -> None:
    assert "in use by process" in served("serve", "--port", "0", code=2).err
    assert served("deposit", "add", "budi", "9.000", "--reason", "modal", "--json").json["balance_idr"] == 9_000
    served("deposit", "add", "nobody", "9.000", "--reason", "x", code=1)
    file = table_of(
        tmp_path / "a.csv", ["code", "name", "upline", "pin"], ["b", "B", "a", "1357"], ["a", "A", "", "2468"]
    )
    assert served("agent", "import", str(file), "--json").json["added"] == 2
    assert "Rp9.000" in served("chat", "SALDO.738291", "--agent", "budi").out
    assert "Rp9.000" in served("chat", "SALDO", "--agent", "budi", "--pin", "738291", "--json").json["replies"][0]
    assert "--agent" in served("chat", "SALDO.738291", code=2).err, "three agents could be meant"
    served("pause")
    refused = served("chat", "S10.081234567890.738291", "--agent", "BUDI").out
    assert refused.strip()
    assert [row["code"] for row in served("order", "refused", "--agent", "budi", "--json").json] == ["paused"]
    assert served("order", "refused", "--agent", "a", "--json").json == []
    assert "paused" in served("order", "refused").out
    assert served("order", "list", "--json").json == []
    assert served("close", "--json").json == {"closed": []}, "the day it was made is not over"
    assert served("report", "sales", "today", "--json").json["rows"] == []
    assert "clean" in served("audit").out


def test_the_admin_way_is_closed_without_the_token(served: Desk) -> None:
    running = json.loads(served.data.running.read_text())
    assert served.data.running.stat().st_mode & 0o077 == 0
    good = b'{"type":"Pause","paused":true,"by":"x","reason":"x"}'

    def ask(body: bytes, token: str) -> tuple[int, bytes]:
        request = urllib.request.Request(running["url"] + "/admin/command", body, {"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    assert ask(good, "guessed")[0] == 401
    assert ask(b"", running["token"])[0] == 400
    assert ask(b'{"type":"Nonsense"}', running["token"])[0] == 400
    assert ask(b" " * 4_100_000, running["token"])[0] == 413
    status, told = ask(b'{"type":"NotePin","agent":"BUDI","right":true}', running["token"])
    assert (status, json.loads(told)["code"]) == (200, "not_allowed")
    assert _settings(served).get("paused", False) is False
    assert ask(good, running["token"])[0] == 200
    assert _settings(served)["paused"] is True


def test_chat_without_a_server_says_how_to_start_one(shop: Desk) -> None:
    assert "juru serve" in shop("chat", "SALDO.738291", code=2).err


def test_demo_describes_itself_without_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--describe", "--port", "8123"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["url"] == "http://127.0.0.1:8123"
    assert {"member_id", "pin", "password", "api_key"} <= told["agents"][0].keys()
    assert told["products"][0]["sample_destination"]
