"""My work and messages in a real browser: phone and desk, light and dark, by keyboard, without script.

``JURU_SHOTS=DIR`` keeps screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from juru.association.domain import facts as f
from juru.association.domain.affairs import Way
from juru.association.domain.boards import Body, Title
from juru.association.domain.commands import IssueInvoice, NewMember, TakePayment
from tests.support.association import Town, day
from tests.support.portal import PASSWORD, Served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
SHOTS = os.environ.get("JURU_SHOTS")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """10 December: applications that wait and are overdue, late messages, a term that ends, cash in hand."""
    town = Town(tmp_path_factory.mktemp("work") / "aspi", "2026-01-05")
    town.dues()
    names = ("PT Maju Pulsa Nusantara", "CV Sinar Reload", "UD Kantor Sekretariat")
    for name, branch, province in zip(names, ("JTM", "JBR", "JTM"), ("35", "32", "35"), strict=True):
        town.active(name, branch=branch, province=province)
    for role in f.Role:
        fact = f.RepresentativeNamed(
            on=day("2026-01-05"), role=role, person="Rini", phone="081234567890", source="surat"
        )
        town.fact("000001", fact)
    town.seat("sri", "000003", Title.SECRETARY)
    town.by = "sri"
    town.seat("tata", "000002", Title.TREASURER)
    town.seat("joko", "000002", Title.SECRETARY, Body.BRANCH, "JBR")
    town.on("2026-10-20")
    slow = town.do(NewMember(name="Toko Lama Menunggu", branch="JTM", province="35")).id
    town.fact(slow, f.Complete(on=town.today))
    town.on("2026-12-02")
    quick = town.do(NewMember(name="CV Baru Lengkap", branch="JTM", province="35")).id
    town.fact(quick, f.Complete(on=town.today))
    town.do(NewMember(name="CV Kurang Dokumen", branch="JTM", province="35"))
    town.by = "tata"
    town.do(TakePayment(way=Way.BANK, amount_idr=123_456, ref="BCA-20261203-9", text="iuran tanpa nomor"))
    town.do(IssueInvoice(member="000001"))
    town.on("2026-12-10")
    served = Served(town.path, town.now, notices_every_s=0)
    served.login("SRI", "sri")
    served.login("TATA", "tata")
    yield served
    served.stop()
    town.close()


def logged_in(page: Page, portal: Served, who: str) -> Page:
    page.goto(f"{portal.url}/login")
    page.fill("#login", who)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit], main button.main")
    page.wait_for_url("**/work")
    return page


def fits(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_and_can_be_looked_at(page: Page, portal: Served, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    logged_in(page, portal, "sri")
    key = "dues_reminder_1:000001:2026-12-01"
    for name, path in (
        ("work", "/work"),
        ("notices", "/notices"),
        ("notice", f"/notices/{key}"),
        ("member-notices", "/members/000001/notices"),
        ("mail", "/mail"),
        ("overdue", "/overdue"),
    ):
        page.goto(f"{portal.url}{path}")
        expect(page.locator("h1")).to_be_visible()
        fits(page)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)


def test_a_message_is_decided_by_keyboard_and_says_what_came_of_it(page: Page, portal: Served) -> None:
    logged_in(page, portal, "tata")
    page.goto(f"{portal.url}/notices")
    box = page.get_by_role("checkbox").first
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.get_by_label("Alasan").fill("sudah ditelepon")
    page.get_by_role("button", name="Tidak, jangan kirim").click()
    expect(page.get_by_role("status")).to_contain_text("1 pesan tidak akan dikirim")


def test_it_works_without_script(chromium: Browser, portal: Served) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="id-ID")
    page = logged_in(context.new_page(), portal, "sri")
    page.goto(f"{portal.url}/notices")
    page.get_by_role("button", name="Ya, kirim").click()
    expect(page.get_by_role("alert")).to_contain_text("Pilih pesan dan jawabannya")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Ya, kirim").click()
    expect(page.get_by_role("alert")).to_contain_text("alasan")
    expect(page.get_by_role("checkbox").first).to_be_checked()
    context.close()
