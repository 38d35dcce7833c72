"""Who comes in, over real HTTP: every route without a login, sessions, forms, roles, waits, proxies."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from juru.server.console import page
from juru.server.dialects.otomax import sign_balance
from juru.server.domain.logins import POWERS, Power
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from tests.support.house import PASSWORD, PEOPLE, Browser, House, make

OPEN = {
    ("GET", "/healthz"): 200,
    # These two look at the address instead: a watcher of the house has no login.
    ("GET", "/readyz"): 200,
    ("GET", "/metrics"): 200,
    ("GET", "/login"): 200,
    ("POST", "/login"): 400,
    ("GET", "/login/second"): 303,
    ("POST", "/login/second"): 303,
    ("POST", "/login/second/begin"): 409,
    ("POST", "/login/second/passkey"): 409,
    ("POST", "/login/passkey/begin"): 409,
    ("POST", "/login/passkey"): 409,
    ("POST", "/logout"): 303,
    ("GET", "/console/static/{name}"): 404,
}
"""Routes that answer whoever asks, and how, asked with nothing: a new one stands here only if it is meant to."""

BY_TOKEN = {
    *("/admin/command", "/admin/commands", "/admin/close", "/admin/keys"),
    *("/chat", "/chat/{code}/replies"),
}
NEEDS = {
    ("GET", "/"): Power.SEE,
    ("GET", "/orders/{order_id:int}"): Power.SEE,
    ("GET", "/events"): Power.SEE,
    ("GET", "/console/state"): Power.SEE,
    ("GET", "/console/lines"): Power.SEE,
    ("POST", "/orders/{order_id:int}/correct"): Power.DECIDE,
    ("GET", "/complaints"): Power.SEE,
    ("GET", "/complaints/{order_id:int}"): Power.SEE,
    ("POST", "/complaints/{order_id:int}"): Power.DECIDE,
    ("POST", "/console/decide"): Power.DECIDE,
    ("POST", "/console/chat"): Power.CHAT,
    ("GET", "/reports"): Power.REPORTS,
    ("GET", "/reports/{kind}"): Power.REPORTS,
    ("GET", "/orders"): Power.SEE,
    ("GET", "/orders.{ending}"): Power.SEE,
    ("GET", "/prices/{code}"): Power.SEE,
    ("GET", "/agents"): Power.SEE,
    ("GET", "/agents/{code}"): Power.SEE,
    ("POST", "/agents/{code}/renew"): Power.AGENTS,
    ("GET", "/agents/{code}/credentials/{request_id}"): Power.AGENTS,
    ("GET", "/bank"): Power.REPORTS,
    ("POST", "/bank/look"): Power.DEPOSIT,
    ("POST", "/bank/bring"): Power.DEPOSIT,
    ("GET", "/bank/files/{token}"): Power.REPORTS,
    ("GET", "/bank/rows/{number:int}"): Power.REPORTS,
    ("POST", "/bank/rows/{number:int}/assign"): Power.DEPOSIT,
    ("POST", "/bank/rows/{number:int}/reopen"): Power.DEPOSIT,
    ("GET", "/tickets"): Power.SEE,
    ("POST", "/tickets"): Power.CHAT,
    ("POST", "/tickets/{number:int}/cancel"): Power.CHAT,
    ("GET", "/debts"): Power.REPORTS,
    ("POST", "/debts"): Power.DEPOSIT,
    ("GET", "/alerts"): Power.SEE,
    ("GET", "/alerts/{kind}/{subject}"): Power.SEE,
    ("GET", "/stops"): Power.SEE,
    ("POST", "/stops"): Power.STOP,
    ("GET", "/products"): Power.SEE,
    ("GET", "/products/{code}"): Power.SEE,
    ("GET", "/reconcile"): Power.REPORTS,
    ("POST", "/reconcile/look"): Power.DEPOSIT,
    ("POST", "/reconcile/bring"): Power.DEPOSIT,
    ("GET", "/reconcile/files/{token}"): Power.REPORTS,
    ("GET", "/reconcile/decide"): Power.DEPOSIT,
    ("POST", "/reconcile/decide"): Power.DEPOSIT,
    ("GET", "/reconcile/decided/{request_id}"): Power.REPORTS,
    ("GET", "/logins"): Power.LOGINS,
    ("POST", "/logins"): Power.LOGINS,
    ("GET", "/logins/{code}"): Power.LOGINS,
    ("POST", "/logins/{code}"): Power.LOGINS,
    ("POST", "/logins/{code}/password"): Power.LOGINS,
    ("GET", "/logins/{code}/password/{request_id}"): Power.LOGINS,
    ("GET", "/statements/{kind}/{code}"): Power.SEE,
    ("GET", "/account"): None,
    ("GET", "/account/factors"): None,
    ("POST", "/account/factors/app"): None,
    ("GET", "/account/factors/app"): None,
    ("POST", "/account/factors/app/confirm"): None,
    ("POST", "/account/factors/passkey/begin"): None,
    ("POST", "/account/factors/passkey"): None,
    ("POST", "/account/factors/rename"): None,
    ("POST", "/account/factors/remove"): None,
    ("GET", "/account/factors/codes"): None,
    ("POST", "/account/factors/codes"): None,
    ("POST", "/account/password"): None,
    ("POST", "/account/sessions"): None,
}
"""The power that each route needs; None for whoever is logged in."""

FILES = {"/bank/look": 30_000_000, "/reconcile/look": 20_000_000}
"""Bytes taken where a person sends a file; 64 KB elsewhere."""

FAR = {"Host": "pulsa.example.id", "Origin": "https://pulsa.example.id"}
SECRETS = {"pin": "1357", "password": "rahasia-budi", "api_key": "kunci-budi-77"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = make(DataDir(tmp_path_factory.mktemp("door") / "cell"))
    house = House(data)
    yield house
    house.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    """A house of the test's own, with an agent who has a server."""
    data = DataDir(tmp_path / "cell")
    make(data)
    keys = Keyring(data.keys)
    house = House(data, public_url="https://pulsa.example.id", trusted_proxies=("127.0.0.1",))
    agent = {
        "code": "BUDI01", "name": "Budi", "senders": ["chat:BUDI01"], "ips": ["203.0.113.9"],
        "secrets": {name: keys.seal(value) for name, value in SECRETS.items()},
    }  # fmt: skip
    juru(house.data, "agent", "add", "CHAT01", "--name", "Chat", "--pin", "2468")
    _save(house, "agent", "BUDI01", agent)
    yield house
    house.stop()


def _save(house: House, kind: str, key: str, body: dict[str, Any]) -> None:
    from juru.server.domain.commands import SaveRecord
    from juru.server.domain.results import Done

    result = house.submit(SaveRecord(kind, key, json.dumps(body).encode(), "test", "test"))
    assert isinstance(result, Done), result


def juru(data: DataDir, *words: str, given: str = "", code: int = 0) -> str:
    """A command beside the running server."""
    command = [sys.executable, "-c", "from juru.cli import main; main()", *words, "--data", str(data.path)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done
    return done.stdout + done.stderr


def routes(house: House) -> list[tuple[str, str]]:
    found = []
    for route in house.server.routes(house.console):
        assert isinstance(route, Route), f"{route}: say here what may be asked of it"
        found += [(method, route.path) for method in sorted(route.methods or {"GET"}) if method != "HEAD"]
    return found


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda m: "1" if m[2] == ":int" else "X1", path)


# ---------------------------------------------------------------- every route


def test_every_route_is_open_on_purpose_or_asks_for_a_login(house: House) -> None:
    asked = routes(house)
    assert len(asked) > 20
    for method, path in asked:
        stranger = house.browser()
        stranger.get("/login")
        for accept in ("text/html", "*/*"):
            stranger.headers["Accept"] = accept
            if method == "GET":
                answer = stranger.get(filled(path))
            else:
                answer = stranger.send(filled(path), headers={"X-Juru-Csrf": stranger.token})
            told = (method, path, answer.status, answer.location)
            if (method, path) in OPEN:
                assert answer.status == OPEN[method, path], told
            elif method == "GET" and accept == "text/html" and path not in BY_TOKEN:
                assert (answer.status, answer.location[:12]) == (303, "/login?next="), told
            else:
                assert answer.status == 401, told


def test_no_unsafe_route_takes_a_form_of_another_browser(house: House) -> None:
    for method, path in routes(house):
        if method == "GET" or path in BY_TOKEN:
            continue
        rina, other = house.browser(), house.browser()
        rina.log_in()
        other.get("/login")
        for token in ("", other.token, "made.up"):
            assert rina.send(filled(path), token=token).status == 403, path
        right = rina.token
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": ""},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert rina.send(filled(path), token=right, headers=headers).status == 403, (path, headers)
        assert rina.ask("POST", filled(path), b"csrf=x", Content_Type="text/plain").status == 403
        taken = FILES.get(path, 65_536)
        assert rina.send(filled(path), token=right, filler="x" * (taken + 5_000)).status == 413
        assert other.send(filled(path), filler="x" * 70_000).status == 413, "of a stranger no long file is read"


def test_each_role_reaches_what_it_may_and_nothing_else(house: House) -> None:
    pages = [(method, path) for method, path in routes(house) if (method, path) not in OPEN and path not in BY_TOKEN]
    assert set(pages) == set(NEEDS), "a new route needs its power here"
    for code, login in PEOPLE.items():
        browser = house.browser()
        assert browser.log_in(code).status == 303
        for method, path in pages:
            if path == "/events":
                continue
            browser.get("/account")
            answer = browser.get(filled(path)) if method == "GET" else browser.send(filled(path))
            need = NEEDS[method, path]
            may = need is None or need in POWERS[login.role]
            assert answer.status < 500, (code, method, path, answer.text)
            assert (answer.status == 403) is not may, (code, method, path, answer.status)
            if not may:
                assert "Bukan untuk peran Anda" in answer.text


def test_a_script_of_the_page_is_told_in_json_why_it_may_not(house: House) -> None:
    lina = house.browser()
    lina.log_in("lina")
    refused = lina.tell("/console/decide", {})
    assert (refused.status, set(json.loads(refused.text))) == (403, {"refused"})
    token = lina.token
    lina.send("/logout")
    lina.get("/login")
    over = lina.tell("/console/decide", {})
    assert (over.status, json.loads(over.text)["login"]) == (401, "/login")
    lina.token = token
    assert lina.tell("/console/decide", {}).status == 403, "the token of a session that is over"


def test_what_a_role_may_not_see_is_not_in_its_page(house: House) -> None:
    told = {}
    for code in PEOPLE:
        browser = house.browser()
        browser.log_in(code)
        told[code] = json.loads(browser.get("/console/state", Accept="*/*").text)["balances"]["house"]
        html = browser.get("/").text
        assert ('href="/logins"' in html) is (code == "RINA")
        assert ('id="chat-form"' in html) is (code != "LINA")
    assert told["AGUS"] == []
    assert told["RINA"] == told["LINA"] != []


def test_what_orders_earn_and_our_own_accounts_are_for_those_who_see_reports(house: House) -> None:
    told = {}
    for code in PEOPLE:
        browser = house.browser()
        browser.log_in(code)
        listed = browser.get("/orders.csv?what=money")
        told[code] = ("Laba" in listed.text, browser.get("/statements/house/bank").status)
        assert browser.get("/statements/agent/NOBODY").status == 404
        assert ('href="/reports"' in browser.get("/orders").text) is (code != "AGUS")
    assert told == {"RINA": (True, 200), "AGUS": (False, 403), "LINA": (True, 200)}


# ---------------------------------------------------------------- sessions


def test_a_session_begins_anew_with_each_login_and_ends_with_logging_out(house: House) -> None:
    browser = house.browser()
    cookie = f"juru_{house.port}"
    assert browser.get("/orders/3?x=1").location == "/login?next=%2Forders%2F3%3Fx%3D1"
    browser.cookies[cookie] = "fixed-by-an-attacker"
    assert browser.log_in(next="/orders/3?x=1").location == "/orders/3?x=1"
    first = browser.cookies[cookie]
    assert first != "fixed-by-an-attacker"
    assert browser.get("/login").location == "/"
    assert "Rina Kartika" in browser.get("/").text
    assert browser.send("/login", login="rina", password=PASSWORD, next="/").status == 303
    second = browser.cookies[cookie]
    assert second != first
    stale = house.browser()
    stale.cookies[cookie] = first
    assert stale.get("/").status == 303, "the session before is void"
    browser.get("/account")
    assert browser.send("/logout").location == "/login?out=1"
    assert "sudah keluar" in browser.get("/login?out=1").text
    stale.cookies[cookie] = second
    assert stale.get("/").status == 303


def test_the_cookie_is_out_of_reach_and_behind_tls_for_this_host_alone(house: House, own: House) -> None:
    here = house.browser()
    here.get("/login")
    told = here.send("/login", login="rina", password=PASSWORD, next="/").headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told
    assert "secure" not in told
    far = own.browser(**FAR, X_Forwarded_For="198.51.100.7")
    far.headers["X-Forwarded-For"] = far.headers.pop("X_Forwarded_For")
    assert far.log_in().status == 303
    assert "__Host-juru" in far.cookies
    answer = far.get("/")
    assert answer.status == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "198.51.100.7" in far.get("/account").text


def test_pages_have_the_strict_headers_whoever_asks(house: House) -> None:
    for path in ("/login", "/", "/nowhere", "/console/state", "/console/static/kit.css"):
        headers = house.browser().get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert "form-action 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert house.browser().get("/login").headers["cache-control"] == "no-store"


def test_a_host_that_is_none_of_ours_is_answered_nothing(house: House) -> None:
    for host in ("rebound.example", "pulsa.example.id", "10.0.0.5:8000", ""):
        assert house.browser(Host=host or "x").get("/login").status == 403
    stranger = house.browser()
    assert stranger.get("/login", X_Forwarded_For="203.0.113.9").status == 403, "it came through some proxy"


def test_an_address_that_is_none_is_a_page_that_says_so(house: House) -> None:
    answer = house.browser().get("/nowhere?lang=en")
    assert answer.status == 404
    assert "There is no such page" in answer.text
    assert house.browser().get("/nowhere", Accept="*/*").headers["content-type"] == "application/json"


def test_a_command_beside_the_server_ends_sessions_at_once(own: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_CHECKED_EVERY_S", 0.0)
    monkeypatch.setattr(page, "HEARTBEAT_S", 0.05)
    agus = own.browser()
    agus.log_in("agus")
    wire = http.client.HTTPConnection("127.0.0.1", own.port, timeout=20)
    wire.request("GET", "/events", headers={"Cookie": "; ".join(f"{n}={v}" for n, v in agus.cookies.items())})
    stream = wire.getresponse()
    assert stream.status == 200
    assert stream.readline().startswith(b"retry:")
    assert "is disabled" in juru(own.data, "login", "disable", "agus", "--reason", "left")
    assert b"orders" in stream.read(), "the open stream ends by itself"
    wire.close()
    assert agus.get("/").status == 303
    assert agus.log_in("agus").status == 401
    juru(own.data, "login", "enable", "agus")
    assert agus.get("/").status == 303, "a session that was ended does not come back"
    assert agus.log_in("agus").status == 303
    juru(own.data, "login", "logout", "agus")
    assert agus.get("/console/state", Accept="*/*").status == 401
    agus.log_in("agus")
    said = juru(own.data, "login", "passwd", "agus", "--password-stdin", given="sepeda motor biru\n")
    assert "sepeda" not in said
    assert agus.get("/").status == 303
    assert agus.log_in("agus", "sepeda motor biru").status == 303
    assert "sepeda" not in juru(own.data, "login", "list", "--json")


def test_a_session_ends_by_idling(tmp_path: Path) -> None:
    house = House(make(DataDir(tmp_path / "cell")), session_idle_s=-1)
    try:
        rina = house.browser()
        assert rina.log_in().status == 303
        assert rina.get("/").status == 303
    finally:
        house.stop()


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(own: House) -> None:
    here, there = own.browser(), own.browser()
    here.log_in()
    there.log_in()
    assert there.get("/").status == 200

    def change(old: str, new: str, again: str | None = None) -> tuple[int, str]:
        here.get("/account")
        answer = here.send("/account/password", old=old, new=new, again=new if again is None else again)
        return answer.status, answer.text

    assert change("salah sekali", "sepeda motor biru")[0] == 403
    assert "tidak sama" in change(PASSWORD, "sepeda motor biru", "sepeda motor hijau")[1]
    assert "Terlalu pendek" in change(PASSWORD, "pendek")[1]
    assert "harus lain" in change(PASSWORD, PASSWORD)[1]
    before = dict(here.cookies)
    assert change(PASSWORD, "sepeda motor biru")[0] == 303
    assert here.cookies != before
    assert "Password sudah diganti" in here.get("/account").text
    assert "Password sudah diganti" not in here.get("/account").text, "told once"
    assert there.get("/").status == 303
    assert own.browser().log_in("rina").status == 401
    assert own.browser().log_in("rina", "sepeda motor biru").status == 303


def test_ones_own_sessions_are_seen_and_ended(own: House) -> None:
    here, there, agus = own.browser(), own.browser(User_Agent="Mozilla/5.0 (Android) Firefox/120"), own.browser()
    there.headers["User-Agent"] = there.headers.pop("User_Agent")
    for browser, login in ((here, "rina"), (there, "rina"), (agus, "agus")):
        browser.log_in(login)
    html = here.get("/account").text
    assert "Firefox, Android" in html
    keys = re.findall(r'name="key" value="([0-9a-f]{64})"', html)
    assert len(keys) == 1
    agus.get("/account")
    agus.send("/account/sessions", key=keys[0])
    assert there.get("/").status == 200, "of another login"
    assert here.send("/account/sessions", key=keys[0]).status == 303
    assert "Sesi diakhiri" in here.get("/account").text
    assert there.get("/").status == 303
    there.log_in()
    here.get("/account")
    here.send("/account/sessions", key="others")
    assert "1 sesi lain diakhiri" in here.get("/account").text
    assert there.get("/").status == 303
    assert agus.get("/").status == 200


# ---------------------------------------------------------------- wrong passwords


def test_guesses_wait_longer_and_longer_also_after_a_restart(tmp_path: Path) -> None:
    data = make(DataDir(tmp_path / "cell"))
    house = House(data)
    known = house.browser()
    known.log_in()
    thief = house.browser()
    answers = [thief.log_in("rina", f"tebakan {n}") for n in range(7)]
    assert [a.status for a in answers] == [401, 401, 401, 401, 401, 429, 429]
    assert re.search(r"Coba lagi dalam (2\d|30) detik", answers[5].text)
    assert 1 <= int(answers[5].headers["retry-after"]) <= 30
    assert thief.log_in("rina").status == 429, "not even the right one"
    assert thief.log_in("nobody", "x" * 20).status == 401, "another login is another count"
    assert known.log_in().status in {200, 303}
    house.stop()
    house = House(data)
    try:
        assert house.browser().log_in("rina").status == 429
        assert "forgotten" in juru(data, "login", "unlock", "rina")
        assert house.browser().log_in("rina").status == 303
    finally:
        house.stop()


def test_whoever_guesses_does_not_lock_out_the_browser_that_is_known(own: House) -> None:
    known = own.browser()
    known.log_in()
    known.send("/logout")
    for _ in range(7):
        own.browser().log_in("rina", "tebakan saja")
    assert own.browser().log_in().status == 429
    assert known.log_in().status == 303


def test_one_address_cannot_guess_at_every_login(own: House) -> None:
    def guess(login: str, address: str) -> int:
        far = own.browser(**FAR)
        far.headers["X-Forwarded-For"] = f"127.0.0.1, {address}"
        return far.log_in(login, "tebakan saja").status

    statuses = [guess(f"LOGIN{n}", "198.51.100.7") for n in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert guess("LOGIN99", "198.51.100.8") == 401


def test_a_login_that_is_not_there_is_told_like_a_wrong_password(house: House) -> None:
    answers = [house.browser().log_in(login, "tebakan saja").text for login in ("rina", "nobody")]
    plain = [re.sub(r'value="[^"]*"|content="[^"]*"|next=[^"]*', "", text) for text in answers]
    assert plain[0] == plain[1]


def test_a_hash_of_other_costs_is_renewed_by_logging_in(own: House) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    _save(own, "login", "TUA", {"code": "TUA", "name": "Tua", "role": "operator", "password_hash": weak})
    assert own.browser().log_in("tua").status == 303
    assert own.server.writer.cell.logins["TUA"].password_hash.startswith("$argon2id$v=19$m=65536")
    assert own.browser().log_in("tua").status == 303


# ---------------------------------------------------------------- proxies


def balance_asked(house: House, forwarded: str | None, *, secrets: dict[str, str] | None = None) -> str:
    known = secrets or SECRETS
    sign = sign_balance(member_id="BUDI01", pin=known["pin"], password=known["password"])
    browser = house.browser()
    headers = {} if forwarded is None else {"X_Forwarded_For": forwarded}
    return browser.get(f"/h2h/otomax/balance?memberID=BUDI01&sign={sign}", **headers).text


def test_an_agents_address_list_holds_behind_the_proxy_and_cannot_be_forged(own: House) -> None:
    assert "Saldo" in balance_asked(own, "203.0.113.9")
    assert "Saldo" in balance_asked(own, "6.6.6.6, 203.0.113.9")
    for forged in (None, "203.0.113.9, 6.6.6.6", "203.0.113.9, unknown", "203.0.113.9, 127.0.0.1, junk", "junk"):
        assert "Saldo" not in balance_asked(own, forged), forged


def test_without_a_trusted_proxy_the_header_changes_nothing(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "cell")
    make(data)
    keys = Keyring(data.keys)
    agent = {
        "code": "BUDI01",
        "name": "Budi",
        "ips": ["203.0.113.9"],
        "secrets": {n: keys.seal(v) for n, v in SECRETS.items()},
    }
    house = House(data)
    try:
        _save(house, "agent", "BUDI01", agent)
        assert "Saldo" not in balance_asked(house, "203.0.113.9")
        _save(house, "agent", "BUDI01", agent | {"ips": ["127.0.0.1"]})
        assert "Saldo" in balance_asked(house, "203.0.113.9")
    finally:
        house.stop()


def test_a_suppliers_report_is_told_by_its_real_address(own: House) -> None:
    supplier = {
        "code": "MITRA", "name": "Mitra", "dialect": "otomax", "account": {"base": "http://127.0.0.1:9"},
        "callback_ips": ["203.0.113.20"], "callback_token": "t0ken",
    }  # fmt: skip
    _save(own, "supplier", "MITRA", supplier)
    statuses = [
        own.browser().get("/callback/MITRA/t0ken?refid=1&message=x", **headers).status
        for headers in ({"X_Forwarded_For": "203.0.113.20"}, {"X_Forwarded_For": "203.0.113.20, 6.6.6.6"}, {})
    ]
    assert statuses == [200, 403, 403]


def test_the_owners_commands_never_come_through_a_proxy(own: House) -> None:
    token = {"Authorization": f"Bearer {own.server.token}"}
    browser = own.browser()
    assert browser.ask("POST", "/admin/command", b"{", token).status == 400
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert browser.ask("POST", "/admin/command", b"{", token | {name: "127.0.0.1"}).status == 403
    assert browser.ask("POST", "/admin/command", b"{").status == 401


# ---------------------------------------------------------------- agents' credentials


def renewal(browser: Browser, code: str) -> dict[str, str]:
    html = browser.get(f"/agents/{code}").text
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in ("request_id", "seen")}


def shown(text: str) -> list[str]:
    return re.findall(r'data-once="[^"]*">([^<]+)</dd>', text)


def test_new_credentials_are_shown_once_and_the_old_are_void_at_once(own: House) -> None:
    rina = own.browser()
    rina.log_in()
    assert "Saldo" in balance_asked(own, "203.0.113.9")
    form = renewal(rina, "BUDI01")
    answer = rina.send("/agents/BUDI01/renew", form, reason="kunci bocor")
    again = rina.send("/agents/BUDI01/renew", form, reason="kunci bocor")
    assert answer.status == again.status == 303
    assert answer.location == again.location, "a double click makes one set"
    assert "Saldo" not in balance_asked(own, "203.0.113.9"), "the old ones are void before the new ones are seen"
    other = own.browser()
    other.log_in("rina")
    assert shown(other.get(answer.location).text) == [], "only the session that asked"
    page_ = rina.get(answer.location)
    fresh = shown(page_.text)
    assert "BUDI01" in fresh, "the user name is no secret, but belongs to them"
    pin, password, api_key = (secret for secret in fresh if secret != "BUDI01")
    assert page_.headers["cache-control"] == "no-store"
    assert "Saldo" in balance_asked(own, "203.0.113.9", secrets={"pin": pin, "password": password})
    second = rina.get(answer.location)
    assert (second.status, shown(second.text)) == (410, [])
    assert not {pin, password, api_key} & set(re.split(r"\W", second.text))
    record = own.run(_history(own, "BUDI01"))[-1]
    assert (record.by, record.reason) == ("console:RINA", "kunci bocor")
    for secret in (pin, password, api_key):
        assert secret.encode() not in record.body


async def _history(house: House, code: str) -> list[Any]:
    return house.server.reads.record_history("agent", code)


def test_a_form_from_before_the_last_renewal_makes_nothing(own: House) -> None:
    rina = own.browser()
    rina.log_in()
    old = renewal(rina, "CHAT01")
    first = rina.send("/agents/CHAT01/renew", renewal(rina, "CHAT01"), reason="hilang")
    (pin,) = shown(rina.get(first.location).text)
    assert re.fullmatch(r"\d{6}", pin)
    rina.get("/agents/CHAT01")
    stale = rina.send("/agents/CHAT01/renew", old, reason="hilang")
    assert stale.status == 409
    assert "sudah berubah" in stale.text
    assert rina.send("/agents/CHAT01/renew", renewal(rina, "CHAT01"), reason=" ").status == 400
    assert len(own.run(_history(own, "CHAT01"))) == 2


def test_no_page_ever_shows_what_agents_know(own: House) -> None:
    rina = own.browser()
    rina.log_in()
    for method, path in routes(own):
        if method == "GET" and path not in BY_TOKEN and path != "/events":
            text = rina.get(filled(path).replace("X1", "BUDI01")).text
            assert [secret for secret in SECRETS.values() if secret in text] == [], path


# ---------------------------------------------------------------- logins on the page


def hidden(text: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', text)[0])


def test_an_owner_adds_a_login_changes_and_disables_it(own: House) -> None:
    rina = own.browser()
    rina.log_in()
    form = {
        "code": "sinta",
        "name": "Sinta",
        "role": "operator",
        "request_id": hidden(rina.get("/logins").text, "request_id"),
    }
    answer = rina.send("/logins", form)
    assert rina.send("/logins", form).location == answer.location
    (password,) = shown(rina.get(answer.location).text)
    assert shown(rina.get(answer.location).text) == []
    sinta = own.browser()
    assert sinta.log_in("sinta", password).status == 303
    assert sinta.get("/logins").status == 403
    text = rina.get("/logins/SINTA").text
    change = {"name": "Sinta Dewi", "role": "owner", "language": "en", "generation": hidden(text, "generation")}
    assert rina.send("/logins/SINTA", change, do="save").status == 303
    assert "SINTA disimpan" in rina.get("/logins").text
    assert "Owner" in sinta.get("/logins").text, "her role and language hold at once"
    rina.get("/logins/SINTA")
    assert rina.send("/logins/SINTA", do="disable", generation=change["generation"]).status == 303
    assert sinta.get("/").status == 303
    assert rina.send("/logins/SINTA", do="disable", generation=change["generation"]).status == 400, "from before"
    text = rina.get("/logins/SINTA").text
    assert rina.send("/logins/SINTA", do="enable", generation=hidden(text, "generation")).status == 303
    text = rina.get("/logins/SINTA").text
    renewed = rina.send(
        "/logins/SINTA/password", generation=hidden(text, "generation"), request_id=hidden(text, "request_id")
    )
    (fresh,) = shown(rina.get(renewed.location).text)
    assert sinta.log_in("sinta", password).status == 401
    assert sinta.log_in("sinta", fresh).status == 303


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"code": "RINA", "role": "owner"}, 409, "sudah ada"),
        ({"code": "../x", "role": "owner"}, 400, "huruf, angka"),
        ({"code": "NEW", "role": "king"}, 400, "huruf, angka"),
    ],
)
def test_a_login_that_cannot_be_added_says_why_and_keeps_what_was_typed(
    own: House, form: dict[str, str], status: int, said: str
) -> None:
    rina = own.browser()
    rina.log_in()
    request_id = hidden(rina.get("/logins").text, "request_id")
    answer = rina.send("/logins", form, name="Nama Panjang", request_id=request_id)
    assert answer.status == status
    assert said in answer.text
    assert "Nama Panjang" in answer.text


def test_the_last_owner_cannot_lock_the_house_from_outside(own: House) -> None:
    rina = own.browser()
    rina.log_in()
    text = rina.get("/logins/RINA").text
    change = {"name": "Rina", "role": "finance", "language": "id", "generation": hidden(text, "generation")}
    for do in ("save", "disable"):
        answer = rina.send("/logins/RINA", change, do=do)
        assert answer.status == 409
        assert "satu pemilik" in answer.text
    assert "an owner who is not disabled must be left" in juru(own.data, "login", "disable", "rina", code=1)
