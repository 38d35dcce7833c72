"""The portal over real HTTP: what is open, who gets in, another day, the register and its downloads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from juru.association.domain import commands as c
from juru.association.domain.boards import Title
from juru.association.portal.site import routes
from tests.association.test_roll import named
from tests.support.association import Town, day
from tests.support.portal import PASSWORD, Served

OPEN = {
    ("GET", "/"): 200,
    ("GET", "/branches"): 200,
    ("GET", "/branches/{code}"): 404,
    ("GET", "/branches.{ending}"): 200,
    ("GET", "/boards"): 200,
    ("GET", "/boards.{ending}"): 200,
    ("GET", "/decisions"): 200,
    ("GET", "/decisions/{kind}"): 404,
    ("GET", "/statistics"): 200,
    ("GET", "/statistics/{topic}"): 404,
    ("GET", "/register"): 200,
    ("GET", "/register.{ending:str}"): 200,
    ("GET", "/portal/static/{name}"): 404,
    ("GET", "/healthz"): 200,
    ("GET", "/join"): 200,
    ("POST", "/join"): 409,
    ("GET", "/join/{number}/{key}"): 404,
    ("POST", "/join/{number}/{key}/papers"): 404,
    ("GET", "/join/{number}/{key}/papers/{document}"): 404,
    ("POST", "/join/{number}/{key}/withdraw"): 404,
    ("GET", "/verify"): 200,
    ("GET", "/verify/{number:path}/{code}"): 404,
    ("GET", "/finance"): 200,
    ("GET", "/finance.{ending:str}"): 200,
    ("GET", "/overdue"): 200,
    ("POST", "/as-of"): 303,
    ("GET", "/login"): 200,
    ("POST", "/login"): 400,
    ("GET", "/invitation/{token}"): 404,
    ("POST", "/invitation/{token}"): 404,
    ("POST", "/invitation/{token}/tie"): 404,
    ("GET", "/recovery/{token}"): 404,
    ("POST", "/recovery/{token}"): 404,
    ("GET", "/login/second"): 303,
    ("POST", "/login/second"): 303,
    ("POST", "/login/second/begin"): 409,
    ("POST", "/login/second/passkey"): 409,
    ("POST", "/login/passkey/begin"): 409,
    ("POST", "/login/passkey"): 409,
    ("POST", "/logout"): 303,
    ("GET", "/about"): 200,
    ("GET", "/about/documents/{sha256}"): 404,
    ("GET", "/opportunities"): 200,
    ("GET", "/opportunities.{ending:str}"): 200,
    ("GET", "/opportunities/{id}"): 404,
    ("POST", "/opportunities/{id}/answer"): 404,
    ("GET", "/announcements"): 200,
    ("GET", "/announcements.{ending:str}"): 200,
    ("GET", "/announcements/{id}"): 404,
    ("GET", "/announcements/{id}/files/{sha256}"): 404,
    ("GET", "/meetings/{id}"): 404,
    ("GET", "/meetings/{id}/minutes"): 404,
}
"""Routes that answer whoever asks, and how, asked with nothing: a new one stands here only if it is meant to."""

DUES = (
    *("", "/invoices", "/invoices.{ending:str}", "/invoices/{number}", "/rows", "/rows.{ending:str}"),
    *("/payments", "/payments.{ending:str}", "/payments/{ref:path}", "/bank", "/bank/takes/{token}", "/cash"),
    *("/payouts", "/collectors", "/branches", "/branches/{code}", "/accounts", "/accounts.{ending:str}"),
    "/accounts/{name:path}",
)
DUES_DONE = (
    *("/invoices", "/invoices/{number}/{what}", "/rows/{what}", "/bank/accounts", "/bank/look", "/bank/take"),
    *("/cash/{what}", "/payouts/{what}", "/collectors/{what}"),
)

KNOWN_ONLY = {
    ("GET", "/import"),
    ("POST", "/import"),
    ("GET", "/import/template.xlsx"),
    ("GET", "/import/{key}"),
    ("GET", "/import/{key}/fates.csv"),
    ("POST", "/import/{key}/answers"),
    ("POST", "/import/{key}/record"),
    ("GET", "/mine"),
    ("GET", "/members"),
    ("GET", "/members/{number}"),
    ("POST", "/members/{number}/acts/{kind}"),
    ("POST", "/members/{number}/papers"),
    ("GET", "/members/{number}/papers/{document}"),
    ("GET", "/applications"),
    ("GET", "/directory"),
    ("GET", "/papers/{number:path}.pdf"),
    ("GET", "/runs"),
    ("POST", "/runs"),
    ("POST", "/runs/papers"),
    ("GET", "/jobs"),
    ("GET", "/jobs/{number}"),
    ("GET", "/trail"),
    ("GET", "/trail.{ending}"),
    ("GET", "/trail/proof"),
    ("POST", "/trail/proof"),
    ("GET", "/office/{form}"),
    ("POST", "/office/{form}"),
    ("GET", "/exports"),
    ("GET", "/exports/members.{ending}"),
    *(("GET", f"/dues{path}") for path in DUES),
    *(("POST", f"/dues{path}") for path in DUES_DONE),
    ("GET", "/members/{number}/dues"),
    ("GET", "/members/{number}/dues/{invoice}"),
    ("GET", "/work"),
    ("GET", "/notices"),
    ("POST", "/notices"),
    ("GET", "/notices/{key:path}"),
    ("GET", "/members/{number}/notices"),
    ("GET", "/mail"),
    ("POST", "/mail"),
    ("GET", "/account"),
    ("POST", "/logins/keep-mine"),
    ("GET", "/logins"),
    ("POST", "/logins/invite"),
    ("POST", "/logins/recover"),
    ("POST", "/logins/confirm"),
    ("POST", "/logins/finish"),
    ("POST", "/logins/cancel"),
    ("GET", "/account/factors"),
    ("POST", "/account/factors/app"),
    ("GET", "/account/factors/app"),
    ("POST", "/account/factors/app/confirm"),
    ("POST", "/account/factors/passkey/begin"),
    ("POST", "/account/factors/passkey"),
    ("POST", "/account/factors/rename"),
    ("POST", "/account/factors/remove"),
    ("GET", "/account/factors/codes"),
    ("POST", "/account/factors/codes"),
    ("POST", "/account/password"),
    ("POST", "/account/sessions"),
    ("GET", "/about/{what}/new"),
    ("POST", "/about/{what}/new"),
    ("GET", "/opportunities/new"),
    ("POST", "/opportunities/new"),
    ("POST", "/opportunities/{id}/moderate"),
    ("POST", "/opportunities/{id}/renew"),
    ("POST", "/opportunities/{id}/close"),
    ("POST", "/opportunities/{id}/seen"),
    ("GET", "/announcements/new"),
    ("POST", "/announcements/new"),
    ("GET", "/letters"),
    ("GET", "/letters.{ending:str}"),
    ("GET", "/letters/new"),
    ("POST", "/letters/new"),
    ("GET", "/letters/{id}"),
    ("GET", "/letters/{id}/edit"),
    ("GET", "/letters/{id}/files/{sha256}"),
    ("POST", "/letters/{id}/send"),
    ("POST", "/letters/{id}/end"),
    ("GET", "/meetings"),
    ("GET", "/meetings.{ending:str}"),
    ("GET", "/meetings/new"),
    ("POST", "/meetings/new"),
    ("POST", "/meetings/{id}/answer"),
    ("POST", "/meetings/{id}/{what}"),
}
"""Routes of whoever is logged in, and of officers; without a login each asks for one."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("portal") / "aspi", "2026-01-05")
    town.dues()
    town.active("PT Maju Pulsa")
    town.fact("000001", named("Sri", on="2026-01-05"))
    town.active("CV Sinar Server", branch="JBR", province="32")
    town.verified('=cmd|" /C calc"!A0', branch="JTG", province="33")
    town.pay("000003")
    town.verified("Toko Belum Bayar")
    town.seat("sri", "000001", Title.SECRETARY)
    yield town
    town.close()


@pytest.fixture(scope="module")
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("SRI", "sri")
    served.login("RINI", "Sri", "000001")
    yield served
    served.stop()


def all_routes(portal: Served) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for route in routes(portal.association.portal):
        assert isinstance(route, Route), f"{route}: say here what may be asked of it"
        found.extend((method, route.path) for method in route.methods or () if method != "HEAD")
    return found


def at(path: str) -> str:
    """A path of a route, filled in with what is nowhere."""
    return (
        path.replace("{ending:str}", "csv")
        .replace("{ending}", "csv")
        .replace("{number:path}", "X")
        .replace("{number}", "0")
        .replace("{code}", "XXX")
        .replace("{name}", "nix.css")
        .replace("{id}", "9")
    )


def test_every_route_is_either_open_on_purpose_or_asks_for_a_login(portal: Served) -> None:
    assert set(all_routes(portal)) == OPEN.keys() | KNOWN_ONLY
    for method, path in all_routes(portal):
        stranger = portal.browser()
        stranger.get("/")
        answer = stranger.get(at(path)) if method == "GET" else stranger.send(at(path))
        if (method, path) in OPEN:
            assert answer.status == OPEN[method, path], (method, path)
        else:
            expected = 303 if method == "GET" else 401
            assert answer.status == expected, (method, path)


def test_every_page_has_the_strict_headers(portal: Served) -> None:
    for path in ("/", "/register", "/branches/JTM", "/login", "/nowhere"):
        answer = portal.browser().get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert " style=" not in answer.text, path


def test_the_front_page_counts_members_from_facts(portal: Served) -> None:
    page = portal.browser().get("/")
    assert page.status == 200
    assert "3 anggota aktif di 9 cabang per 5 Jan 2026" in page.text


def test_the_register_shows_members_and_nothing_private(portal: Served) -> None:
    page = portal.browser().get("/register").text
    assert "PT Maju Pulsa" in page
    assert "Toko Belum Bayar" not in page
    filtered = portal.browser().get("/register?branch=JBR&state=active").text
    assert "CV Sinar Server" in filtered
    assert "PT Maju Pulsa" not in filtered
    assert "PT Maju Pulsa" in portal.browser().get("/register?find=maju").text
    assert "000002" in portal.browser().get("/register?find=000002").text


def test_the_register_is_downloaded_as_it_is_filtered_and_holds_no_formula(portal: Served) -> None:
    answer = portal.browser().get("/register.csv?branch=JTG")
    assert answer.headers["content-disposition"] == 'attachment; filename="register-2026-01-05.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["number"] for row in rows] == ["000003"]
    assert rows[0]["name"].startswith("'=cmd")
    told = json.loads(portal.browser().get("/register.json?branch=JBR").text)
    assert told["as_of"] == "2026-01-05"
    assert [row["name"] for row in told["rows"]] == ["CV Sinar Server"]


def test_another_day_is_shown_with_a_mark_and_takes_no_change(portal: Served) -> None:
    one_page = portal.browser().get("/register?on=2025-12-31").text
    assert "Keadaan pada 31 Des 2025" in one_page
    assert "PT Maju Pulsa" not in one_page
    browser = portal.browser()
    browser.log_in("sri", PASSWORD)
    assert browser.send("/as-of", on="2027-01-15", next="/register").location == "/register"
    assert "belum tiba" in browser.get("/register").text
    assert "Masa tenggang" in browser.get("/register?state=grace").text
    # In the past nothing can be done but to come back.
    assert browser.send("/as-of", on="", next="/").status == 303
    assert "hanya dapat dibaca" not in browser.get("/register").text
    assert portal.browser().get("/?on=2011-13-41").status == 400


def test_a_login_is_worth_what_the_facts_say_at_each_request(town: Town, portal: Served) -> None:
    representative, officer = portal.browser(), portal.browser()
    assert representative.log_in("rini", PASSWORD).status == 303
    assert officer.log_in("sri", PASSWORD).status == 303
    assert officer.get("/account").status == 200
    town.on("2026-01-06").own("000001", named("Budi", on="2026-01-06"), by="Sri")
    # The one who was replaced is out with her next request; the officer of a name like hers is not touched.
    assert representative.get("/account").status == 303
    assert officer.get("/account").status == 200


def test_a_representative_of_an_officers_name_has_none_of_his_powers(town: Town) -> None:
    command = c.IssueDecree(body="NAS", decree_kind="x", text="-", signers=("sri",))
    refused = town.desk.do(command, now=town.now(), by="sri", request="impostor", member="000002")
    assert not isinstance(refused, c.Done)
    assert refused.code.value == "no_power"
    allowed = town.desk.do(command, now=town.now(), by="sri", request="officer")
    assert isinstance(allowed, c.Done)


def test_a_set_clock_shows_that_day_and_changes_nothing(town: Town) -> None:
    served = Served(town.path, clock=day("2027-02-15"))
    try:
        browser = served.browser()
        page = browser.get("/").text
        assert "Jam portal ini disetel ke 15 Feb 2027" in page
        assert "0 anggota aktif" in page
    finally:
        served.stop()


def test_the_file_of_logins_belongs_to_its_owner_alone(town: Town, portal: Served) -> None:
    assert (town.path / "access.db").stat().st_mode & 0o077 == 0
    assert b"argon2id" not in (town.path / "association.db").read_bytes()
    assert portal.association.access.any()


def test_the_decree_that_seated_an_officer_ends_his_login_when_it_is_revoked(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi")
    town.dues()
    firm = town.active("PT Satu")
    town.seat("ani", firm, Title.CHAIR)
    town.by = "ani"
    town.seat("budi", firm, Title.SECRETARY)
    served = Served(town.path, town.now)
    try:
        served.login("BUDI", "budi")
        browser = served.browser()
        browser.log_in("budi", PASSWORD)
        assert browser.get("/account").status == 200
        town.by = "ani"
        town.decree(revokes="SK-NAS-2026-002")
        assert browser.get("/account").status == 303
    finally:
        served.stop()
        town.close()
