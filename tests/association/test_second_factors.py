"""Second factors over real HTTP: set up, asked for, counted, lost; and whoever must have one and has none."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator

import msgspec
import pytest

from juru.association.domain.boards import Title
from juru.association.portal.entry import SecondFactor
from juru.cli import run
from juru.web.totp import STEP_S, code_at, step_of
from tests.support.association import Town
from tests.support.house import Browser
from tests.support.portal import PASSWORD, Served

NOW = 1_780_000_000_000


class Clock:
    """The time of the door, set by hand."""

    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("factors") / "aspi", "2026-01-05")
    town.dues()
    town.active("PT Maju Pulsa")
    town.seat("sri", "000001", Title.SECRETARY)
    yield town
    town.close()


@pytest.fixture
def portal(town: Town) -> Iterator[Served]:
    yield from served(town)


def served(town: Town, **settings: SecondFactor) -> Iterator[Served]:
    for leftover in (*town.path.glob("access.db*"), *town.path.glob("factors.*"), *town.path.glob("sessions.db*")):
        leftover.unlink()
    portal = Served(town.path, town.now, **settings)
    portal.association.portal.gate.now_ms = Clock()
    portal.login("SRI", "sri")
    yield portal
    portal.stop()


def set_up(browser: Browser, portal: Served, name: str = "Ponsel Sri") -> tuple[bytes, str]:
    """Set up an app: its secret, and where one is sent."""
    browser.get("/account/factors")
    assert browser.send("/account/factors/app", name=name, password=PASSWORD).location == "/account/factors/app"
    page = browser.get("/account/factors/app")
    secret = secret_on(page.text)
    done = browser.send("/account/factors/app/confirm", code=code_at(secret, step_of(clock(portal).ms)))
    assert done.status == 303, done.text
    return secret, done.location


def secret_on(page: str) -> bytes:
    shown = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page)
    assert shown, page
    return base64.b32decode(shown[1].replace(" ", ""))


def later(portal: Served, steps: int = 1) -> int:
    clock(portal).ms += steps * STEP_S * 1_000
    return step_of(clock(portal).ms)


def clock(portal: Served) -> Clock:
    found = portal.association.portal.gate.now_ms
    assert isinstance(found, Clock)
    return found


def half(portal: Served) -> Browser:
    """A stranger's browser after the right password."""
    browser = portal.browser()
    browser.get("/login")
    answer = browser.send("/login", login="sri", password=PASSWORD, next="/mine")
    assert answer.location == "/login/second", answer.text
    assert browser.get("/mine").location.startswith("/login?"), "halfway is not in"
    browser.get("/login/second")
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status == 200


def test_a_password_alone_lets_nobody_in_once_an_app_is_set_up(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    secret, _ = set_up(browser, portal)
    assert "Ponsel Sri" in browser.get("/account/factors").text
    other = half(portal)
    assert not is_in(other)
    wrong = other.send("/login/second", code="000000")
    assert (wrong.status, "salah" in wrong.text) == (401, True)
    right = other.send("/login/second", code=code_at(secret, later(portal)))
    assert (right.status, right.location) == (303, "/mine"), right.text
    assert is_in(other)


def test_a_code_seen_over_a_shoulder_comes_too_late(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    secret, _ = set_up(browser, portal)
    code = code_at(secret, later(portal))
    first, second = half(portal), half(portal)
    assert first.send("/login/second", code=code).status == 303
    assert second.send("/login/second", code=code).status == 401
    assert not is_in(second)


def test_recovery_codes_are_shown_once_and_open_once(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    _, shown_at = set_up(browser, portal)
    page = browser.get(shown_at).text
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", page)
    assert len(codes) == 10
    assert codes[0] not in browser.get(shown_at).text, "shown once"
    lost = half(portal)
    assert lost.send("/login/second", code=codes[0].upper()).status == 303
    assert "Sisa 9" in lost.get("/account").text
    assert half(portal).send("/login/second", code=codes[0]).status == 401
    browser.get("/account/factors")
    again = browser.send("/account/factors/codes", password=PASSWORD)
    assert again.location is not None
    assert len(re.findall(r"<code>[a-z0-9-]{14}</code>", browser.get(again.location).text)) == 10
    assert half(portal).send("/login/second", code=codes[1]).status == 401, "the old ones are void"


def test_guessing_codes_is_counted_apart_and_a_right_password_does_not_clear_it(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    secret, _ = set_up(browser, portal)
    thief = half(portal)
    for guess in range(5):
        assert thief.send("/login/second", code=f"00000{guess}").status == 401
    assert half(portal).send("/login/second", code="000005").status == 429, "another half begins with the same count"
    right = thief.send("/login/second", code=code_at(secret, step_of(clock(portal).ms) + 1))
    assert (right.status, int(right.headers["retry-after"]) > 0) == (429, True), "also the right one waits"
    browser.send("/logout")
    browser.get("/login")
    assert browser.send("/login", login="sri", password=PASSWORD, next="/mine").location == "/login/second"
    browser.get("/login/second")
    assert browser.send("/login/second", code=code_at(secret, step_of(clock(portal).ms) + 1)).status == 303, (
        "a browser that was in before is counted by itself"
    )


def test_the_second_step_is_over_after_ten_minutes_and_after_a_new_password(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    secret, _ = set_up(browser, portal)
    waiting = half(portal)
    access = portal.association.access
    login = access.find("SRI")
    assert login is not None
    access.keep(msgspec.structs.replace(login, generation=login.generation + 1))
    assert waiting.send("/login/second", code=code_at(secret, later(portal))).location == "/login"
    assert not is_in(waiting)


def test_a_stolen_session_can_neither_add_nor_remove_a_factor(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    set_up(browser, portal)
    thief = portal.browser()
    thief.cookies = dict(browser.cookies)
    page = thief.get("/account/factors").text
    found = re.search(r'name="id" value="(\w+)"', page)
    assert found
    assert thief.send("/account/factors/remove", id=found[1], password="tebak saja").status == 403
    assert thief.send("/account/factors/app", name="Ponsel maling", password="tebak saja").status == 403
    assert thief.send("/account/factors/codes", password="tebak saja").status == 403
    answer = thief.tell("/account/factors/passkey/begin", {"name": "x", "password": "tebak saja"})
    assert answer.status in {403, 409}
    assert len(asyncio.run(portal.association.factor_file.of("SRI"))) == 1


def test_names_are_changed_and_factors_removed_with_the_password(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    set_up(browser, portal)
    id_ = asyncio.run(portal.association.factor_file.of("SRI"))[0].id
    browser.get("/account/factors")
    browser.send("/account/factors/rename", id=id_, name="  <b>HP</b>  lama ")
    page = browser.get("/account/factors").text
    assert "&lt;b&gt;HP&lt;/b&gt; lama" in page
    assert browser.send("/account/factors/remove", id=id_, password=PASSWORD).status == 303
    assert "dicabut" in browser.get("/account/factors").text
    browser.send("/logout")
    assert browser.log_in("sri").location == "/work"


def test_an_app_is_kept_only_when_its_code_was_right(portal: Served) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    browser.get("/account/factors")
    assert browser.send("/account/factors/app", name=" ", password=PASSWORD).status == 400
    browser.send("/account/factors/app", name="Ponsel", password=PASSWORD)
    secret = secret_on(browser.get("/account/factors/app").text)
    assert browser.send("/account/factors/app/confirm", code="123").status == 400
    assert secret_on(browser.get("/account/factors/app").text) == secret, "the same secret, for another try"
    assert asyncio.run(portal.association.factor_file.of("SRI")) == []
    assert portal.browser().get("/account/factors/app").location == "/login?next=%2Faccount%2Ffactors%2Fapp"


def test_whoever_must_have_one_reaches_his_account_and_nothing_else(town: Town) -> None:
    for portal in served(town, second_factor=SecondFactor.OFFICERS):
        browser = portal.browser()
        browser.log_in("sri")
        assert browser.get("/mine").location == "/account/factors"
        assert "wajib" in browser.get("/account/factors").text
        assert browser.get("/").status == 200, "what is open to all stays open"
        set_up(browser, portal)
        assert browser.get("/mine").location == "/register"
        id_ = asyncio.run(portal.association.factor_file.of("SRI"))[0].id
        last = browser.send("/account/factors/remove", id=id_, password=PASSWORD)
        assert (last.status, "yang terakhir" in last.text) == (409, True)


def test_passkeys_are_offered_where_browsers_have_them(portal: Served) -> None:
    assert "data-passkey" not in portal.browser().get("/login").text, "a bare address has none"
    named = portal.browser(Host=f"localhost:{portal.port}", Origin=f"http://localhost:{portal.port}")
    assert "data-passkey" in named.get("/login").text
    options = named.tell("/login/passkey/begin", {})
    assert (options.status, json.loads(options.text)["rpId"]) == (200, "localhost")
    assert named.tell("/login/passkey", {"id": "x"}).status == 401
    assert named.tell("/login/passkey", {"id": "x"}).status == 409, "a challenge is good for one answer"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": 5}},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"},
        },
        ["x"],
        "x",
        None,
    ],
)
def test_a_made_up_answer_of_a_passkey_is_refused_and_breaks_nothing(portal: Served, body: object) -> None:
    named = portal.browser(Host=f"localhost:{portal.port}", Origin=f"http://localhost:{portal.port}")
    named.get("/login")
    named.tell("/login/passkey/begin", {})
    assert named.tell("/login/passkey", body).status == 401


def test_a_keeper_drops_the_factors_of_who_lost_them(
    portal: Served, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = portal.browser()
    browser.log_in("sri")
    set_up(browser, portal)
    where = ["--data", str(town.path)]
    assert run(["association", "login", "factors", "sri", *where]) == 0
    assert "Ponsel Sri" in capsys.readouterr().out
    assert run(["association", "login", "factors", "sri", "--drop", *where]) == 0
    assert not is_in(browser), "his sessions have ended"
    assert portal.browser().log_in("sri").location == "/work"
