"""Logging in, roles, one's own account, agents' credentials and logins, in a real Chromium.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from juru.server.domain.commands import SaveRecord
from juru.server.domain.logins import Login, Role
from juru.web.passwords import hash_password
from tests.browser.shop import Shop

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "kucing lompat pagar"
HASH = hash_password(PASSWORD)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


@pytest.fixture
def empty_shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, demo=False)
    yield shop
    shop.stop()


@pytest.fixture
def shop(empty_shop: Shop) -> Shop:
    """A shop with three people."""
    empty_shop.equip()
    for code, name, role in (
        ("RINA", "Rina Kartika", Role.OWNER),
        ("AGUS", "Agus Salim", Role.OPERATOR),
        ("LINA", "Lina Wati", Role.FINANCE),
    ):
        body = msgspec.json.encode(Login(code, name, role, HASH))
        empty_shop.submit(SaveRecord("login", code, body, "test", "test"))
    return empty_shop


def log_in(page: Page, shop: Shop, login: str = "rina", path: str = "/") -> None:
    page.goto(shop.url + path)
    page.get_by_label("Nama login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(shop.url + path)


def test_a_person_logs_in_and_lands_where_he_wanted(page: Page, shop: Shop) -> None:
    order_id, _ = shop.order("081234567890")
    page.goto(f"{shop.url}/orders/{order_id}")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    expect(page.get_by_label("Nama login")).to_be_focused()
    page.keyboard.type("rina")
    page.keyboard.press("Tab")
    page.keyboard.type("kucing lompat pintu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
    expect(page.get_by_label("Nama login")).to_have_value("RINA")
    show = page.get_by_role("button", name="Tampilkan")
    page.get_by_label("Password").fill(PASSWORD)
    show.click()
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name=f"Order {order_id}")).to_be_visible()
    page.locator(".who summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("status")).to_contain_text("Anda sudah keluar")
    page.go_back()
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()


def test_a_shop_without_logins_says_how_to_make_the_first(page: Page, empty_shop: Shop) -> None:
    page.goto(empty_shop.url)
    expect(page.locator("main")).to_contain_text("juru login add OWNER --role owner")


def test_the_language_switch_keeps_the_place_and_the_destination(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/agents?find=budi")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Login name").fill("rina")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Agents")).to_be_visible()
    expect(page.get_by_label("Find a code or name")).to_have_value("budi")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_label("Cari kode atau nama")).to_have_value("budi")


def test_who_decides_is_who_is_logged_in(page: Page, shop: Shop) -> None:
    order_id, _ = shop.unknown("081234567890")
    log_in(page, shop, "agus")
    item = page.locator(".item").first
    item.get_by_label("Tandai gagal").check()
    item.get_by_label("Alasan").fill("dicek di web supplier")
    expect(item.get_by_label("Nama Anda")).to_have_count(0)
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("kembali ke BUDI01")
    past = shop.console.reads.timeline(order_id)
    assert past is not None
    assert [e.event.by for e in past.events if e.event.by] == ["console:AGUS"]


def test_finance_sees_the_queue_without_deciding_and_no_chat(page: Page, shop: Shop) -> None:
    shop.unknown("081234567890")
    log_in(page, shop, "lina")
    expect(page.locator("#stream")).to_have_attribute("data-is", "live")
    expect(page.locator(".item")).to_contain_text("Menunggu keputusan pemilik atau operator")
    expect(page.locator(".item form")).to_be_hidden()
    expect(page.locator("#chat-form")).to_have_count(0)
    expect(page.locator("#house")).to_contain_text("Modal")
    expect(page.get_by_role("link", name="Login")).to_have_count(0)


def test_an_open_page_leads_to_the_login_when_its_session_ends(page: Page, shop: Shop) -> None:
    log_in(page, shop)
    expect(page.locator("#stream")).to_have_attribute("data-is", "live")
    shop.run(shop.sessions.end_all("RINA"))
    shop.order("081234567890")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    assert "next=%2F" in page.url


def test_new_credentials_are_seen_once_and_gone_on_the_way_back(page: Page, shop: Shop) -> None:
    log_in(page, shop, path="/agents/BUDI01")
    page.get_by_label("Alasan").fill("kunci bocor")
    page.get_by_role("button", name="Buat baru").dblclick()
    expect(page.get_by_role("heading", name="Kredensial baru BUDI01")).to_be_visible()
    values = page.locator("[data-once]").all_inner_texts()[:3]
    assert re.fullmatch(r"\d{6}", values[0])
    page.locator("button.copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == values[0]
    history = shop.console.reads.record_history("agent", "BUDI01")
    assert [record.reason for record in history].count("kunci bocor") == 1, "a double click makes one set"
    page.get_by_role("link", name="Kembali ke agen BUDI01").click()
    expect(page.get_by_role("heading", name="BUDI01")).to_be_visible()
    page.go_back()
    expect(page.locator("main")).to_contain_text(re.compile("sudah pernah ditampilkan|Disembunyikan"))
    html = page.content()
    assert [value for value in values if value in html] == []
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("sudah pernah ditampilkan")


def test_an_owner_adds_a_person_who_then_changes_his_password(page: Page, shop: Shop, chromium: Browser) -> None:
    log_in(page, shop, path="/logins")
    page.get_by_label("Nama login").fill("sinta")
    page.get_by_label("Nama", exact=True).fill("Sinta Dewi")
    page.get_by_label("Keuangan").check()
    page.get_by_role("button", name="Tambah dan tampilkan").click()
    password = page.locator("[data-once]").inner_text()
    assert re.fullmatch(r"[a-z0-9]{5}(-[a-z0-9]{5}){3}", password)
    context = chromium.new_context(locale="id-ID")
    hers = context.new_page()
    hers.goto(shop.url + "/account")
    hers.get_by_label("Nama login").fill("SINTA")
    hers.get_by_label("Password").fill(password)
    hers.get_by_role("button", name="Masuk").click()
    hers.get_by_label("Password sekarang").fill(password)
    hers.get_by_label("Password baru", exact=True).fill("sepeda motor biru")
    hers.get_by_label("Password baru, sekali lagi").fill("sepeda motor hijau")
    hers.get_by_role("button", name="Ganti password").click()
    expect(hers.get_by_role("alert")).to_contain_text("tidak sama")
    for label, typed in (("Password sekarang", password), ("Password baru", "sepeda motor biru")):
        hers.get_by_label(label, exact=True).fill(typed)
    hers.get_by_label("Password baru, sekali lagi").fill("sepeda motor biru")
    hers.get_by_role("button", name="Ganti password").click()
    expect(hers.get_by_role("status")).to_contain_text("Password sudah diganti")
    page.get_by_role("link", name="Kembali ke daftar login").click()
    row = page.locator("tr", has_text="SINTA")
    expect(row).to_contain_text("Keuangan")
    row.get_by_role("link", name="Ubah").click()
    page.get_by_role("button", name="Nonaktifkan login").click()
    expect(page.locator("tr", has_text="SINTA")).to_contain_text("nonaktif")
    hers.reload()
    expect(hers.get_by_role("heading", name="Masuk")).to_be_visible()
    context.close()


PAGES = ("/login", "/", "/agents", "/agents/BUDI01", "/logins", "/logins/AGUS", "/account", "/nowhere")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_screen(page: Page, shop: Shop, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(shop.url + "/login")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    log_in(page, shop)
    for path in PAGES[1:]:
        page.goto(shop.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(shop.url)
    page.locator(".who summary").click()
    box = page.locator(".who .menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_every_page_has_one_heading_and_names_for_its_fields(page: Page, shop: Shop) -> None:
    log_in(page, shop)
    for path in PAGES[1:]:
        page.goto(shop.url + path)
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("input:not([type=hidden]):not([hidden]), select, button")]
                .filter((e) => e.checkVisibility())
                .filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim()))
                .map((e) => e.outerHTML)"""
        )
        assert nameless == [], path


def test_pages_work_without_javascript(chromium: Browser, shop: Shop) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    log_in(page, shop, path="/agents/SARI02")
    expect(page.get_by_role("button", name="Tampilkan")).to_have_count(0)
    page.get_by_label("Alasan").fill("hilang")
    page.get_by_role("button", name="Buat baru").click()
    expect(page.locator("[data-once]").first).to_have_text(re.compile(r"\d{6}"))
    page.locator(".who summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    context.close()


@pytest.mark.skipif("JURU_SHOTS" not in os.environ, reason="set JURU_SHOTS=DIR to keep screenshots")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots(page: Page, shop: Shop, width: int, scheme: Literal["light", "dark"]) -> None:
    folder = Path(os.environ["JURU_SHOTS"])
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(shop.url + "/login")
    page.screenshot(path=folder / f"login-{width}-{scheme}.png")
    log_in(page, shop)
    for path in PAGES[1:]:
        page.goto(shop.url + path)
        name = path.strip("/").replace("/", "-").lower() or "front"
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
