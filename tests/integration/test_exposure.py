"""A server that others can reach does not start with the demo's secrets, and says what to do."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from juru.cli import run
from juru.server.app import Server
from juru.server.desk.exposure import is_exposed
from juru.server.desk.init import init
from juru.server.desk.link import open_desk, open_reads
from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.refusals import Refusal
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.keyring import Keyring, hash_pin
from juru.simulation.demo import DEMO, describe, published, records
from juru.simulation.run import _move, demo_at
from tests.support.house import PASSWORD, House, free_port, make

BEYOND = [["--host", "0.0.0.0"], ["--public-url", "https://x.example"], ["--trusted-proxies", "10.0.0.0/8"]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """The demo's cell."""
    data = DataDir(tmp_path_factory.mktemp("demo") / "cell")
    asyncio.run(_fill(data, DEMO.settings))
    return data


async def _fill(data: DataDir, settings: Settings, *, only: str = "") -> None:
    await init(data, settings)
    keys = Keyring(data.keys)
    async with open_desk(data) as desk:
        for kind, key, body in records(keys.seal, hash_pin=hash_pin):
            if kind == "setting" or (only and kind in {"agent", "supplier", "offer"} and key not in only.split()):
                continue
            result = await desk.submit(SaveRecord(kind, key, body, "t", "t"))
            assert not isinstance(result, Refusal), result


@pytest.mark.parametrize("options", BEYOND, ids=lambda options: options[0])
def test_a_demo_is_not_served_beyond_its_machine(
    demo: DataDir, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--data", str(demo.path), "--port", str(free_port()), *options]) == 2
    said = capsys.readouterr().err
    assert "this is a demo cell" in said
    assert "juru init" in said
    assert not demo.running.exists()


@pytest.mark.parametrize("code", ["BUDI01", "SARI02", "DIGI"])
def test_neither_is_a_cell_with_one_of_its_secrets(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DataDir(tmp_path / "cell")
    asyncio.run(_fill(data, Settings("Toko Asli"), only=f"INDUK {code}"))
    kind = "supplier" if code == "DIGI" else "agent"
    agents = ["INDUK"] if kind == "supplier" else ["INDUK", code]
    assert run(["serve", "--data", str(data.path), "--host", "0.0.0.0", "--port", str(free_port())]) == 2
    said = capsys.readouterr().err
    assert f"{kind} {code}" in said
    assert "--renew" in said
    for agent in agents:
        assert run(["agent", "set", agent, "--renew", "--data", str(data.path)]) == 0
    if kind == "supplier":
        secrets = ["--api-key", "x", "--secret", "y", "--callback-token", "new"]
        assert run(["supplier", "set", code, *secrets, "--data", str(data.path)]) == 0
    server = Server(data, ServeSettings(host="0.0.0.0", port=free_port()), published=published())
    server.check_exposure()
    asyncio.run(server.stop())


def test_every_secret_that_the_demo_prints_is_known_as_public() -> None:
    told = describe()
    known = published()
    for agent in told["agents"]:
        printed = {name: agent[name] for name in ("pin", "password", "api_key") if agent[name] is not None}
        assert known["agent", agent["member_id"]] == printed
    assert {code for kind, code in known if kind == "supplier"} == {s["code"] for s in told["suppliers"]}


def test_a_demo_of_before_there_was_a_mark_is_marked_when_it_runs(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "cell")
    asyncio.run(_fill(data, Settings("Juru Demo")))
    asyncio.run(_move(data, demo_at(8000)))
    with open_reads(data) as reads:
        assert json.loads(reads.records("setting")[0].body)["demo"] is True


@pytest.mark.parametrize(
    ("settings", "exposed"),
    [
        (ServeSettings(), False),
        (ServeSettings(host="localhost"), False),
        (ServeSettings(host="::1"), False),
        (ServeSettings(host="127.0.0.2"), False),
        (ServeSettings(host="0.0.0.0"), True),
        (ServeSettings(host="::"), True),
        (ServeSettings(host="192.168.1.5"), True),
        (ServeSettings(host="pulsa.example.id"), True),
        (ServeSettings(public_url="https://pulsa.example.id"), True),
        (ServeSettings(trusted_proxies=("127.0.0.1",)), True),
    ],
)
def test_what_others_can_reach(settings: ServeSettings, *, exposed: bool) -> None:
    assert is_exposed(settings) is exposed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--public-url", "pulsa.example.id"], "write https://pulsa.example.id"),
        (["--trusted-proxies", "10.0.0.0/99"], "write 127.0.0.1 or 10.0.0.0/8"),
        (["--session-idle", "5"], "too short"),
    ],
)
def test_an_option_that_cannot_be_is_a_sentence(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = make(DataDir(tmp_path / "cell"))
    assert run(["serve", "--data", str(data.path), *options]) == 2
    assert said in capsys.readouterr().err


def test_the_demo_is_open_to_its_own_machine_and_to_nothing_that_came_through_a_proxy(demo: DataDir) -> None:
    house = House(demo, demo=describe("http://127.0.0.1:1"))
    try:
        visitor = house.browser()
        assert "738291" in visitor.get("/").text
        form = {"csrf": visitor.token, "reason": "x", "request_id": "r", "seen": "s"}
        assert visitor.send("/agents/BUDI01/renew", form).status == 409
        assert visitor.get("/", X_Forwarded_For="203.0.113.9").status == 403
        assert visitor.get("/", Forwarded="for=203.0.113.9").status == 403
        assert house.browser(Host="rebound.example").get("/").status == 403
    finally:
        house.stop()


def test_credentials_of_a_demo_are_not_shown_where_others_look(tmp_path: Path) -> None:
    """Even a program that hands the demo's facts to a real server gets a page without them, and with a login."""
    house = House(make(DataDir(tmp_path / "cell")), demo=describe("http://127.0.0.1:1"))
    try:
        assert house.browser().get("/").location.startswith("/login")
        rina = house.browser()
        rina.log_in()
        assert "738291" not in rina.get("/").text
    finally:
        house.stop()


def test_a_server_on_every_address_asks_for_a_login_and_warns_of_plain_http(tmp_path: Path) -> None:
    data, port = make(DataDir(tmp_path / "cell")), free_port()
    command = [sys.executable, "-c", "from juru.cli import main; main()", "serve", "--data", str(data.path)]
    options = ["--host", "0.0.0.0", "--port", str(port), "--public-url", f"http://pulsa.test:{port}"]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert '"event": "plain_http"' in process.stderr.readline()
        text = _page(port, "pulsa.test")
        assert "tidak dienkripsi" in text
        assert 'name="password"' in text
        assert "tidak dienkripsi" not in _page(port, "127.0.0.1")
        assert PASSWORD not in text
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def _page(port: int, name: str) -> str:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/login", headers={"Host": f"{name}:{port}"})
    until = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.URLError:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
