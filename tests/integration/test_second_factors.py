"""Second factors of a server's people: the console asks for them, the setting demands them, the command drops them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.cli import run
from juru.server.settings import DataDir, SecondFactor
from juru.web.totp import code_at, step_of
from tests.support.house import PASSWORD, Browser, House, make


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(make(DataDir(tmp_path / "cell")), second_factor=SecondFactor.OWNERS)
    yield house
    house.stop()


def set_up(browser: Browser, house: House) -> bytes:
    browser.get("/account/factors")
    browser.send("/account/factors/app", name="Ponsel Rina", password=PASSWORD)
    shown = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', browser.get("/account/factors/app").text)
    assert shown
    secret = base64.b32decode(shown[1].replace(" ", ""))
    step = step_of(house.console.now_ms())
    assert browser.send("/account/factors/app/confirm", code=code_at(secret, step)).status == 303
    return secret


def test_owners_set_one_up_first_and_others_need_none(house: House) -> None:
    owner, operator = house.browser(), house.browser()
    operator.log_in("agus")
    assert operator.get("/").status == 200
    owner.log_in("rina")
    assert owner.get("/").location == "/account/factors"
    assert owner.tell("/console/decide", {}).status == 403
    assert owner.get("/events").status in {303, 403}
    secret = set_up(owner, house)
    assert owner.get("/").status == 200
    other = house.browser()
    assert other.log_in("rina").location == "/login/second"
    other.get("/login/second")
    code = code_at(secret, step_of(house.console.now_ms()) + 1)
    assert other.send("/login/second", code=code).location == "/"
    assert other.get("/").status == 200


def test_a_command_beside_the_server_drops_them_and_the_book_tells_why(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = house.browser()
    owner.log_in("rina")
    set_up(owner, house)
    where = ["--data", str(house.data.path)]
    assert run(["login", "factors", "rina", *where]) == 0
    assert "Ponsel Rina" in capsys.readouterr().out
    given = ["--by", "rudi", "--reason", "ponsel jatuh ke laut"]
    assert run(["login", "factors", "rina", "--drop", *given, *where]) == 0
    assert owner.get("/account").status == 303, "the sessions have ended"
    assert house.browser().log_in("rina").location == "/"
    changes = house.server.reads.records("login")
    rina = next(one for one in changes if one.key == "RINA")
    assert (rina.by, rina.reason) == ("rudi", "ponsel jatuh ke laut")
    assert run(["login", "factors", "nobody", *where]) != 0


def test_factors_survive_a_restart(tmp_path: Path) -> None:
    data = make(DataDir(tmp_path / "cell"))
    house = House(data)
    browser = house.browser()
    browser.log_in("rina")
    secret = set_up(browser, house)
    house.stop()
    house = House(data)
    try:
        again = house.browser()
        assert again.log_in("rina").location == "/login/second"
        again.get("/login/second")
        used = code_at(secret, step_of(house.console.now_ms()) - 1)
        assert again.send("/login/second", code=used).status == 401
        assert again.send("/login/second", code=code_at(secret, step_of(house.console.now_ms()) + 1)).status == 303
    finally:
        house.stop()
