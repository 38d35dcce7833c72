"""A business moves in: ``juru init`` asks or is told, ``juru opening`` posts a table whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from juru.cli import run
from juru.server.desk.files import write_rows
from juru.server.desk.link import open_reads
from juru.server.desk.opening import EXAMPLE
from juru.server.domain.accounts import House, agent_deposit, bank_account, supplier_deposit
from juru.server.domain.agent import Agent
from juru.server.domain.cell import Settings
from juru.server.domain.logins import Login, Role
from juru.server.settings import DataDir
from juru.server.store.keyring import pin_matches
from juru.web.passwords import matches

JURU = [sys.executable, "-c", "from juru.cli import main; main()"]
PASSWORD = "kucing lompat pagar"


class Typed:
    """Types commands; says what came out."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *tokens: str | Path, code: int = 0) -> str:
        self._capture.readouterr()
        exit_code = run([str(token) for token in tokens])
        said = self._capture.readouterr()
        assert exit_code == code, said
        assert "Traceback" not in said.err
        return said.out + said.err


@pytest.fixture
def juru(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    monkeypatch.setenv("JURU_BY", "ana")
    monkeypatch.delenv("JURU_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return Typed(capsys)


@pytest.fixture
def cell(juru: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """A new cell that commands find by themselves."""
    juru("init", tmp_path / "cell")
    monkeypatch.setenv("JURU_DATA", str(tmp_path / "cell"))
    return DataDir(tmp_path / "cell")


def table(path: Path, *rows: tuple[str | int, ...]) -> Path:
    if path.suffix == ".xlsx":
        write_rows(path, [str(name) for name in rows[0]], rows[1:])
    else:
        with path.open("w", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
    return path


def nets(data: DataDir) -> dict[int, int]:
    with open_reads(data) as reads:
        return {row.account: row.net_idr for row in reads.balances()}


def records(data: DataDir, kind: str, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    import msgspec

    with open_reads(data) as reads:
        return {r.key: msgspec.json.decode(r.body, type=shape) for r in reads.records(kind)}


# ---------------------------------------------------------------- opening balances


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_template_moves_a_business_in(juru: Typed, cell: DataDir, ending: str) -> None:
    file = Path(f"opening{ending}")
    assert "4 example rows" in juru("opening", "--template", file)
    checked = juru("opening", file, "--check")
    assert "checked, nothing posted" in checked
    assert not re.search(r"^ *fee", checked, re.MULTILINE), "no file opens fees"
    assert nets(cell) == {}
    assert records(cell, "agent", Agent) == {}
    said = juru("opening", file, "--yes")
    assert "4 balances posted, 3 agents and suppliers added" in said
    agents = records(cell, "agent", Agent)
    assert agents["BUDI01"].upline == "INDUK01"
    assert agents["BUDI01"].senders == ("sms:+6281200000001",)
    found = nets(cell)
    assert [found[agent_deposit(agents[c].id)] for c in ("INDUK01", "BUDI01", "SARI02")] == [
        1_500_000,
        350_000,
        -20_000,
    ]
    assert (found[House.BANK], found[House.EQUITY]) == (-25_000_000, 23_170_000)
    assert "clean" in juru("audit")
    told = re.search(r"BUDI01 +pin +(\d{6})", said)
    assert told is not None
    assert pin_matches(agents["BUDI01"].secrets["pin_hash"], told[1])


def test_the_same_file_again_posts_nothing_and_a_longer_one_what_is_new(juru: Typed, cell: DataDir) -> None:
    juru("opening", "--template", "opening.csv")
    juru("opening", "opening.csv", "--yes")
    before = nets(cell)
    again = juru("opening", "opening.csv", "--yes")
    assert "4 rows were posted before" in again
    assert "nothing is left to post" in again
    assert "nothing is left to post" in juru("opening", "opening.csv"), "so nobody need be asked"
    assert nets(cell) == before
    longer = table(Path("longer.csv"), *EXAMPLE, ("agent", "DEWI03", 5_000, "Dewi", "BUDI01", "", ""))
    document = json.loads(juru("opening", longer, "--yes", "--json"))
    assert {name: document[name] for name in ("rows", "before", "added", "equity_idr")} == {
        "rows": 1, "before": 4, "added": 1, "equity_idr": -5_000,
    }  # fmt: skip
    assert [one["key"] for one in document["issued"]] == ["DEWI03"]
    assert nets(cell)[House.EQUITY] == before[House.EQUITY] - 5_000
    assert "clean" in juru("audit")


def test_suppliers_come_along_and_agents_keep_their_pins(juru: Typed, cell: DataDir) -> None:
    file = table(
        Path("all.csv"),
        ("kind", "code", "balance_idr", "name", "pin", "dialect", "account", "password"),
        (
            "supplier",
            "MITRA",
            "Rp2.500.000",
            "Mitra",
            "1111",
            "otomax",
            "base=https://m.example; member_id=X",
            "rahasia",
        ),
        ("agen", "budi01", "350.000", "Budi", "738291", "", "", ""),
    )
    said = juru("opening", file, "--yes")
    assert "738291" not in said, "a PIN that was given is not told back"
    assert pin_matches(records(cell, "agent", Agent)["BUDI01"].secrets["pin_hash"], "738291")
    assert nets(cell)[supplier_deposit(1)] == -2_500_000
    assert nets(cell)[House.EQUITY] == 2_150_000


HEAD = ("kind", "code", "balance_idr", "name")
GOOD = ("agent", "BUDI01", 350_000, "Budi")


@pytest.mark.parametrize(
    ("rows", "row", "column", "why"),
    [
        ([HEAD, GOOD, ("agent", "SARI02", 5, "")], 3, "code", "there is no agent SARI02"),
        ([HEAD, GOOD, ("owner", "SARI02", 5, "Sari")], 3, "kind", "write agent, supplier or bank"),
        ([HEAD, GOOD, ("agent", "SARI02", "1,5", "Sari")], 3, "balance_idr", "no amount in rupiah"),
        ([HEAD, GOOD, ("agent", "SARI02", "", "Sari")], 3, "balance_idr", "no amount in rupiah"),
        ([HEAD, GOOD, ("agent", "budi01", 350_000, "Budi")], 3, "code", "is in row 2 too"),
        ([HEAD, GOOD, ("agent", "", 5, "Sari")], 3, "code", "is needed"),
        ([HEAD, GOOD, ("supplier", "DIGI", 5, "Digi")], 3, "account", "base=https"),
        ([(*HEAD, "saldo"), (*GOOD, "")], 1, "saldo", "unknown column"),
        ([("kind", "code", "name"), ("agent", "BUDI01", "Budi")], 1, "balance_idr", "this column is needed"),
        ([(*HEAD, "upline"), (*GOOD, "NOBODY")], 2, "", "unknown upline NOBODY"),
    ],
)
def test_one_bad_row_and_nothing_is_posted(
    juru: Typed, cell: DataDir, rows: list[tuple[str | int, ...]], row: int, column: str, why: str
) -> None:
    said = juru("opening", table(Path("bad.csv"), *rows), "--yes", code=1)
    line = next(line for line in said.splitlines() if why in line)
    assert line.split()[0] == str(row)
    assert not column or line.split()[1] == column
    assert "nothing was posted" in said
    assert (nets(cell), records(cell, "agent", Agent)) == ({}, {})


def test_another_amount_asks_for_the_wrong_one_to_be_taken_back_first(juru: Typed, cell: DataDir) -> None:
    juru("opening", table(Path("wrong.csv"), HEAD, GOOD, ("supplier", "X", 0, "")), "--yes", code=1)
    juru("opening", table(Path("wrong.csv"), HEAD, GOOD), "--yes")
    right = table(Path("right.csv"), HEAD, ("agent", "BUDI01", 340_000, "Budi"), ("bank", "BCA", 10, ""))
    said = juru("opening", right, "--yes", code=1)
    assert "'juru transfer reverse 1' first" in said
    assert House.BANK not in nets(cell)
    juru("transfer", "reverse", "1", "--reason", "wrong file")
    juru("opening", right, "--yes")
    juru("opening", right, "--yes")
    assert nets(cell)[agent_deposit(1)] == 340_000
    assert nets(cell)[House.EQUITY] == 10 - 340_000
    assert "clean" in juru("audit")


def test_money_is_opened_in_the_bank_accounts_that_there_are(juru: Typed, cell: DataDir) -> None:
    before = table(Path("before.csv"), HEAD, ("bank", "BCA", 9, ""))
    juru("opening", before, "--yes")
    juru("bank", "add", "BCA1", "--bank", "BCA", "--number", "1234567890", "--holder", "Ana")
    assert "1 rows were posted before" in juru("opening", before, "--yes"), "from when there was no account yet"
    said = juru("opening", table(Path("a.csv"), HEAD, ("bank", "BRI", 5, "")), "--yes", code=1)
    assert "there is no bank account BRI; there are BCA1" in said
    file = table(Path("a.csv"), HEAD, ("bank", "BCA1", 5_000_000, ""))
    juru("opening", file, "--yes")
    assert "1 rows were posted before" in juru("opening", file, "--yes")
    assert (nets(cell)[bank_account(1)], nets(cell)[House.BANK]) == (-5_000_000, -9)
    assert "clean" in juru("audit")


def test_without_a_person_to_ask_nothing_is_posted(juru: Typed, cell: DataDir) -> None:
    said = juru("opening", table(Path("a.csv"), HEAD, GOOD), code=1)
    assert "add --yes" in said
    assert "nothing was posted" in said
    assert nets(cell) == {}
    assert "which file?" in juru("opening", code=2)


def test_it_goes_through_a_server_that_runs(tmp_path: Path) -> None:
    from tests.support.house import House as Running
    from tests.support.house import make

    house = Running(make(DataDir(tmp_path / "cell")))
    try:
        file = table(tmp_path / "a.csv", HEAD, GOOD, ("bank", "BCA", 7_000_000, ""))
        done = subprocess.run(
            [*JURU, "opening", str(file), "--yes", "--json", "--data", str(house.data.path)],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert '"rows": 2' in done.stdout
        agent = house.server.writer.cell.agents["BUDI01"]
        assert house.server.writer.cell.free_idr(agent) == 350_000
    finally:
        house.stop()


# ---------------------------------------------------------------- init


def test_a_script_answers_everything_by_options(juru: Typed, tmp_path: Path) -> None:
    file = table(tmp_path / "opening.csv", HEAD, GOOD)
    data = DataDir(tmp_path / "cell")
    options = ["--name", "Toko Ana", "--zone", "WITA", "--language", "en", "--owner", "ana", "--owner-name", "Ana"]
    more = ["--password-stdin", "--bank", "5.000.000", "--opening", str(file), "--yes"]
    done = subprocess.run(
        [*JURU, "init", str(data.path), *options, *more],
        input=f"{PASSWORD}\n", capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert PASSWORD not in done.stdout + done.stderr
    settings = records(data, "setting", Settings)["CELL"]
    assert (settings.name, settings.zone, settings.language, settings.demo) == ("Toko Ana", "WITA", "en", False)
    owner = records(data, "login", Login)["ANA"]
    assert (owner.name, owner.role, owner.language) == ("Ana", Role.OWNER, "en")
    assert matches(owner.password_hash, PASSWORD)
    found = nets(data)
    assert (found[House.BANK], found[House.EQUITY], found[agent_deposit(1)]) == (-5_000_000, 4_650_000, 350_000)
    assert "clean" in juru("audit", "--data", data.path)


def test_yes_takes_the_defaults_and_makes_no_login(juru: Typed, tmp_path: Path) -> None:
    said = juru("init", tmp_path / "cell", "--yes")
    assert "juru login add OWNER" in said
    assert records(DataDir(tmp_path / "cell"), "login", Login) == {}


@pytest.mark.parametrize(
    ("options", "given", "code", "said"),
    [
        (["--owner", "ana", "--password-stdin"], "pendek\n", 2, "too short"),
        (["--owner", "ana", "--password-stdin"], "", 2, "too short"),
        (["--owner", "ana"], "", 2, "--password-stdin"),
        (["--password-stdin"], f"{PASSWORD}\n", 2, "add --owner"),
        (["--owner", "not a name", "--password-stdin"], f"{PASSWORD}\n", 2, "no login name"),
        (["--opening", "bad.csv"], "", 1, "the cell was not made"),
        (["--opening", "absent.csv"], "", 2, "there is no file absent.csv"),
        (["--bank", "1,5"], "", 2, "no amount in rupiah"),
    ],
)
def test_what_cannot_be_done_leaves_nothing_behind(
    tmp_path: Path, options: list[str], given: str, code: int, said: str
) -> None:
    table(tmp_path / "bad.csv", HEAD, GOOD, ("agent", "SARI02", 5, ""))
    done = subprocess.run(
        [*JURU, "init", "cell", "--yes", *options],
        input=given, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == code, done
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "cell").exists()


class Terminal:
    """A person at a terminal: waits for a question, types the answer."""

    def __init__(self, *words: str, cwd: Path) -> None:
        ours, theirs = pty.openpty()
        self._screen = ours
        self.seen = ""
        self._process = subprocess.Popen([*JURU, *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd)
        os.close(theirs)

    def wait_for(self, text: str) -> None:
        until = time.monotonic() + 30
        while text not in self.seen:
            assert time.monotonic() < until, self.seen
            if select.select([self._screen], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._screen, 4096).decode()
                except OSError:
                    assert text in self.seen, self.seen
                    return

    def answer(self, question: str, *typed: str) -> None:
        for one in typed:
            self.wait_for(question)
            self.seen = self.seen.partition(question)[2]
            os.write(self._screen, f"{one}\n".encode())

    def leave(self) -> None:
        """Whatever happened, nobody is left waiting."""
        self._process.kill()
        self._process.wait(20)

    def end(self) -> int:
        until = time.monotonic() + 30
        while self._process.poll() is None:
            assert time.monotonic() < until, self.seen
            if select.select([self._screen], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._screen, 4096).decode()
                except OSError:
                    break
        code = self._process.wait(20)
        os.close(self._screen)
        return code


@pytest.fixture
def at_a_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    people: list[Terminal] = []

    def sit_down(*words: str) -> Terminal:
        people.append(Terminal(*words, cwd=tmp_path))
        return people[-1]

    yield sit_down
    for person in people:
        person.leave()


def test_on_a_terminal_it_asks_with_sensible_defaults(tmp_path: Path, at_a_terminal: Callable[..., Terminal]) -> None:
    table(tmp_path / "opening.csv", HEAD, GOOD)
    person = at_a_terminal("init", "cell")
    person.answer("[Server pulsa]", "Toko Ana")
    person.answer("(WIB/WITA/WIT)", "wit papua", "wit")
    person.answer("(id/en)", "")
    person.answer("[OWNER]", "ana baru", "ana")
    person.answer("[ANA]", "Ana")
    person.answer("CSV/XLSX", "nowhere.csv", "opening.csv")
    person.answer("Saldo bank", "lima juta", "5.000.000")
    person.answer("Password:", "pendek", PASSWORD)
    person.answer("once more", "salah ketik begini")
    person.answer("Password:", PASSWORD)
    person.answer("once more", PASSWORD)
    person.answer("(y/t)", "y")
    assert person.end() == 0, person.seen
    assert PASSWORD not in person.seen
    data = DataDir(tmp_path / "cell")
    settings = records(data, "setting", Settings)["CELL"]
    assert (settings.name, settings.zone) == ("Toko Ana", "WIT")
    assert records(data, "login", Login)["ANA"].name == "Ana"
    assert nets(data)[House.EQUITY] == 4_650_000


def test_whoever_says_no_at_the_end_has_made_nothing(tmp_path: Path, at_a_terminal: Callable[..., Terminal]) -> None:
    person = at_a_terminal("init", "cell", "--owner", "ana", "--name", "Toko", "--zone", "WIB")
    person.answer("(id/en)", "")
    person.answer("[ANA]", "")
    person.answer("CSV/XLSX", "")
    person.answer("Saldo bank", "1000")
    person.answer("Password:", PASSWORD)
    person.answer("once more", PASSWORD)
    person.answer("(y/t)", "")
    assert person.end() == 1
    assert "nothing was posted" in person.seen
    assert not (tmp_path / "cell").exists()
