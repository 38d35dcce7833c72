"""Inviting and recovering in a real Chromium, and the pages of links, also without JavaScript.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from juru.association.domain.boards import Body, Title
from tests.association.test_roll import named
from tests.support.association import Town
from tests.support.portal import PASSWORD, Served

CHROMIUM = Path("/usr/bin/chromium")
NEW = "gajah minum teh manis"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Served]:
    town = Town(tmp_path / "aspi", "2026-01-05")
    town.dues()
    for name in ("PT Maju Pulsa", "UD Jaya", "PT Nusa"):
        town.active(name, branch="JTM", province="35")
    town.fact("000001", named("Rini Kartika", on="2026-01-05"))
    town.seat("sri", "000002", Title.SECRETARY)
    town.by = "sri"
    town.seat("joko", "000003", Title.SECRETARY, Body.BRANCH, "JTM")
    portal = Served(town.path, town.now)
    portal.login("SRI", "sri")
    portal.login("JOKO", "joko")
    yield portal
    portal.stop()
    town.close()


def log_in(page: Page, portal: Served, login: str, password: str = PASSWORD) -> None:
    page.context.clear_cookies()
    page.goto(f"{portal.url}/login?next=/register")
    page.get_by_label("Nama login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_url(f"{portal.url}/register")


def invite(page: Page, portal: Served) -> str:
    log_in(page, portal, "joko")
    page.goto(portal.url + "/logins")
    page.get_by_label("Nama orang").fill("Rini Kartika")
    page.get_by_label("Nomor anggota (kosong").fill("000001")
    page.get_by_role("button", name="Buat undangan").click()
    return page.locator("#link").inner_text()


def accept(page: Page, link: str) -> None:
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Nama login").fill("rini")
    page.get_by_label("Password baru", exact=True).fill(NEW)
    page.get_by_label("Password baru, sekali lagi").fill(NEW)
    page.get_by_role("button", name="Buat login").click()
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


def ask(page: Page, portal: Served) -> None:
    log_in(page, portal, "joko")
    page.goto(portal.url + "/logins")
    row = page.locator("#login-RINI")
    row.locator("summary").click()
    row.get_by_label("Alasan").fill("ponsel jatuh ke laut, dikenal dari suaranya")
    row.get_by_role("button", name="Minta pemulihan").click()
    expect(page.get_by_role("status")).to_contain_text("Pengurus kedua")


def test_a_representative_is_invited_and_logs_in(page: Page, portal: Served) -> None:
    link = invite(page, portal)
    page.reload()
    expect(page.locator("#link")).to_have_count(0)
    accept(page, link)
    log_in(page, portal, "rini", NEW)
    page.goto(link)
    expect(page.get_by_role("heading", name="Tautan tidak berlaku")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_all_of_it_works_without_javascript(chromium: Browser, portal: Served, width: int) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="id-ID", viewport={"width": width, "height": 844})
    page = context.new_page()
    accept(page, invite(page, portal))
    ask(page, portal)
    log_in(page, portal, "sri")
    page.goto(portal.url + "/logins")
    page.get_by_role("button", name="Setujui").click()
    expect(page.locator("main")).to_contain_text("menunggu 48 jam")
    log_in(page, portal, "rini", NEW)
    expect(page.get_by_role("alert")).to_contain_text("memulihkan login Anda")
    page.get_by_role("button", name="Batalkan pemulihan").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_screen_and_every_field_has_a_name(page: Page, portal: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    link = invite(page, portal)
    page.goto(link)
    paths = [page.url.removeprefix(portal.url)]
    accept(page, link)
    ask(page, portal)
    for path in ("/logins", *paths):
        page.goto(portal.url + path)
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
def test_screenshots_of_an_invitation_and_of_what_is_refused(
    page: Page, portal: Served, width: int, scheme: Literal["light", "dark"]
) -> None:
    folder = Path(os.environ["JURU_SHOTS"])
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})

    def shot(name: str) -> None:
        page.screenshot(path=folder / f"logins-{name}-{width}-{scheme}.png", full_page=True)

    link = invite(page, portal)
    shot("link")
    page.goto(link)
    shot("invitation-known")
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Password baru", exact=True).fill("pendek")
    page.get_by_label("Password baru, sekali lagi").fill("pendek")
    page.get_by_label("Nama login").fill("rini")
    page.get_by_role("button", name="Buat login").click()
    expect(page.get_by_role("alert")).to_be_visible()
    shot("invitation-wrong")
    accept(page, link)
    ask(page, portal)
    log_in(page, portal, "sri")
    page.goto(portal.url + "/logins")
    shot("to-confirm")
    page.get_by_role("button", name="Setujui").click()
    page.locator("#login-RINI summary").click()
    shot("waiting")
    log_in(page, portal, "rini", NEW)
    shot("warned")
