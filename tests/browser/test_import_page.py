"""The import of a members' list in a real browser: phone and desk, light and dark, without script.

``JURU_SHOTS=DIR`` keeps screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from juru.association.domain.boards import Title
from tests.support.association import Town
from tests.support.portal import PASSWORD, Served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
SHOTS = os.environ.get("JURU_SHOTS")
LIST = """nama;cabang;tanggal gabung;lunas sampai;hp
PT Sinar Reload Nusantara;Bali;2019;31/12/2026;081234567890
Kantor Pusat PT;JTM;2020;;
CV Maju Terus Pantang Mundur;Jawa Barat;05/03/2021;31/10/2026;81234567891
Toko Berkah;DIY;2022-07;;
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    town = Town(tmp_path_factory.mktemp("import") / "aspi", "2026-11-24")
    town.dues()
    town.seat("sri", town.active("PT Kantor Pusat"), Title.SECRETARY)
    served = Served(town.path, town.now, notices_every_s=0)
    served.login("SRI", "sri")
    yield served
    served.stop()
    town.close()


def _fits(page: Page, name: str) -> None:
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/import-{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_a_list_is_sent_answered_and_its_fates_read_without_script(
    chromium: Browser, portal: Served, width: int, scheme: str
) -> None:
    dark = scheme == "dark"
    context = chromium.new_context(
        java_script_enabled=False,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(f"{portal.url}/login")
    page.fill("#login", "sri")
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.goto(f"{portal.url}/import")
    _shot(page, f"form-{width}")
    page.set_input_files("#file", {"name": "anggota.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.click("main form button.main")
    expect(page.locator("table.rows tbody tr")).to_have_count(4)
    page.select_option("select", "other")
    _shot(page, f"fates-{width}")
    page.click("form[action$='/answers'] button.main")
    expect(page.locator("form[action$='/record'] button")).to_contain_text("3")
    _shot(page, f"ready-{width}")
    context.close()


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/import-{name}.png", full_page=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(chromium: Browser, portal: Served, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{portal.url}/login")
    page.fill("#login", "sri")
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url("**/work")
    page.goto(f"{portal.url}/import")
    _fits(page, f"plain-form-{width}")
    page.set_input_files("#file", {"name": "anggota.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.click("main form button.main")
    expect(page.locator("table.rows tbody tr")).to_have_count(4)
    _fits(page, f"plain-fates-{width}")
    context.close()
