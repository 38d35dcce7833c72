"""Second factors in a real Chromium, in console and portal alike: an app without JavaScript, passkeys of a device.

The device is Chromium's own virtual authenticator. ``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from juru.association.domain.boards import Title
from juru.server.settings import DataDir
from juru.web.totp import code_at, step_of
from tests.support.association import Town
from tests.support.house import PASSWORD, House, make
from tests.support.portal import Served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


class Site:
    """A console or a portal, by the name at which browsers have passkeys."""

    def __init__(self, served: House | Served, login: str, inside: str) -> None:
        self.served = served
        self.url = f"http://localhost:{served.port}"
        self.login = login
        self.inside = inside


@pytest.fixture(params=["console", "portal"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "console":
        house = House(make(DataDir(tmp_path / "cell")))
        yield Site(house, "RINA", "/agents")
        house.stop()
        return
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    town.active("PT Maju Pulsa")
    town.seat("sri", "000001", Title.SECRETARY)
    portal = Served(town.path, town.now)
    portal.login("SRI", "sri")
    yield Site(portal, "SRI", "/register")
    portal.stop()
    town.close()


class Device:
    """A phone with a fingerprint reader, as far as Chromium can tell."""

    def __init__(self, page: Page) -> None:
        self._wire: CDPSession = page.context.new_cdp_session(page)
        self._wire.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verified(self, *, yes: bool) -> None:
        """Whether the finger is the right one from now on."""
        self._wire.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": yes})

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._wire.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return found

    def clone_from_before(self, credential: dict[str, Any]) -> None:
        """Put a copy of a key in its place that has counted less."""
        gone = {"authenticatorId": self._id, "credentialId": credential["credentialId"]}
        self._wire.send("WebAuthn.removeCredential", gone)
        copy = {"authenticatorId": self._id, "credential": credential | {"signCount": 1}}
        self._wire.send("WebAuthn.addCredential", copy)


def give_password(page: Page, site: Site, path: str = "/account") -> None:
    page.goto(f"{site.url}/login?next={path}")
    page.get_by_label("Nama login").fill(site.login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


def log_out(page: Page, site: Site) -> None:
    page.goto(site.url + "/account")
    page.locator(".who summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


def add_passkey(page: Page, site: Site, name: str = "Ponsel Rina") -> None:
    page.goto(site.url + "/account/factors")
    part = page.get_by_role("region", name="Pasang passkey")
    part.get_by_label("Nama", exact=True).fill(name)
    part.get_by_label("Password Anda").fill(PASSWORD)
    part.get_by_role("button", name="Pasang passkey").click()


def add_app(page: Page, site: Site) -> bytes:
    page.goto(site.url + "/account/factors")
    part = page.get_by_role("region", name="Pasang aplikasi autentikator")
    part.get_by_label("Nama", exact=True).fill("Aegis")
    part.get_by_label("Password Anda").fill(PASSWORD)
    part.get_by_role("button", name="Lanjut").click()
    secret = base64.b32decode(page.locator("#secret").inner_text().replace(" ", ""))
    expect(page.locator("svg.qr")).to_be_visible()
    page.get_by_role("textbox", name="6 angka").fill(code_at(secret, step_of(now_ms())))
    page.get_by_role("button", name="Pasang", exact=True).click()
    expect(page.get_by_role("heading", name="Kode cadangan Anda")).to_be_visible()
    return secret


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_passkey_is_made_and_then_asked_for(page: Page, site: Site) -> None:
    device = Device(page)
    give_password(page, site)
    add_passkey(page, site)
    expect(page.locator("#codes li")).to_have_count(10)
    page.get_by_role("link", name="Sudah saya simpan").click()
    expect(page.locator(".factor")).to_contain_text("Ponsel Rina")
    expect(page.locator(".factor")).to_contain_text("localhost")
    log_out(page, site)
    give_password(page, site, site.inside)
    expect(page.get_by_role("heading", name="Langkah kedua")).to_be_visible()
    page.get_by_role("button", name="Pakai passkey").click()
    page.wait_for_url(site.url + site.inside)
    assert [one["signCount"] for one in device.credentials()] == [2]


def test_a_passkey_alone_logs_in_where_the_finger_is_right(page: Page, site: Site) -> None:
    device = Device(page)
    give_password(page, site)
    add_passkey(page, site)
    expect(page.locator("#codes")).to_be_visible()
    log_out(page, site)
    page.goto(f"{site.url}/login?next={site.inside}")
    device.verified(yes=False)
    page.get_by_role("button", name="Masuk dengan passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak jadi dipakai")
    device.verified(yes=True)
    page.get_by_role("button", name="Masuk dengan passkey").click()
    page.wait_for_url(site.url + site.inside)


def test_a_copied_key_that_counted_less_is_refused(page: Page, site: Site) -> None:
    device = Device(page)
    give_password(page, site)
    add_passkey(page, site)
    expect(page.locator("#codes")).to_be_visible()
    before = device.credentials()[0]
    log_out(page, site)
    page.goto(f"{site.url}/login?next={site.inside}")
    for _ in range(2):
        page.get_by_role("button", name="Masuk dengan passkey").click()
        page.wait_for_url(site.url + site.inside)
        log_out(page, site)
        page.goto(f"{site.url}/login?next={site.inside}")
    device.clone_from_before(before)
    page.get_by_role("button", name="Masuk dengan passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak dikenal di sini")


def test_a_wrong_password_adds_no_passkey_and_loses_nothing(page: Page, site: Site) -> None:
    device = Device(page)
    give_password(page, site)
    page.goto(site.url + "/account/factors")
    part = page.get_by_role("region", name="Pasang passkey")
    part.get_by_label("Nama", exact=True).fill("Ponsel")
    part.get_by_label("Password Anda").fill("bukan ini sama sekali")
    part.get_by_role("button", name="Pasang passkey").click()
    expect(part.get_by_role("alert")).to_be_visible()
    expect(part.get_by_label("Nama", exact=True)).to_have_value("Ponsel")
    assert device.credentials() == []


def test_the_same_device_is_not_registered_twice(page: Page, site: Site) -> None:
    device = Device(page)
    give_password(page, site)
    add_passkey(page, site)
    expect(page.locator("#codes")).to_be_visible()
    add_passkey(page, site, "Lagi")
    expect(page.get_by_role("region", name="Pasang passkey").get_by_role("alert")).to_be_visible()
    assert len(device.credentials()) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_an_app_works_without_javascript(chromium: Browser, site: Site, width: int) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="id-ID", viewport={"width": width, "height": 844})
    page = context.new_page()
    give_password(page, site)
    secret = add_app(page, site)
    code = page.locator("#codes code").first.inner_text()
    page.goto(site.url + "/account/factors")
    expect(page.get_by_role("region", name="Pasang passkey")).to_contain_text("memerlukan JavaScript")
    log_out(page, site)
    give_password(page, site, site.inside)
    page.get_by_label("Kode").fill(code_at(secret, step_of(now_ms()) + 1))
    page.get_by_role("button", name="Lanjutkan").click()
    page.wait_for_url(site.url + site.inside)
    log_out(page, site)
    give_password(page, site, site.inside)
    page.get_by_label("Kode").fill(code)
    page.get_by_role("button", name="Lanjutkan").click()
    page.wait_for_url(site.url + site.inside)
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_out_of_the_screen_and_every_field_has_a_name(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    give_password(page, site)
    Device(page)
    add_app(page, site)
    for path in ("/account", "/account/factors"):
        page.goto(site.url + path)
        for summary in page.locator("main details > summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("input:not([type=hidden]):not([hidden]), select, button")]
                .filter((e) => e.checkVisibility())
                .filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim()))
                .map((e) => e.outerHTML)"""
        )
        assert nameless == [], path


@pytest.mark.skipif("JURU_SHOTS" not in os.environ, reason="set JURU_SHOTS=DIR to keep screenshots")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots(page: Page, site: Site, width: int, scheme: Literal["light", "dark"]) -> None:
    folder = Path(os.environ["JURU_SHOTS"])
    Device(page)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})

    def shot(name: str) -> None:
        kind = "console" if isinstance(site.served, House) else "portal"
        page.screenshot(path=folder / f"{kind}-{name}-{width}-{scheme}.png", full_page=True)

    page.goto(site.url + "/login")
    shot("login")
    give_password(page, site)
    shot("account")
    page.goto(site.url + "/account/factors")
    shot("factors-none")
    part = page.get_by_role("region", name="Pasang aplikasi autentikator")
    part.get_by_label("Nama", exact=True).fill("Aegis")
    part.get_by_label("Password Anda").fill(PASSWORD)
    part.get_by_role("button", name="Lanjut").click()
    expect(page.locator("svg.qr")).to_be_visible()
    shot("app")
    add_app(page, site)
    shot("codes")
    add_passkey(page, site)
    expect(page.locator(".factor")).to_have_count(2)
    page.locator("main details > summary").first.click()
    shot("factors")
    log_out(page, site)
    give_password(page, site)
    page.get_by_label("Kode").fill("000000")
    page.get_by_role("button", name="Lanjutkan").click()
    shot("second")
