"""The portal in a real Chromium, each role on a phone and on a desk: sound for axe, never wider than its window.

Any breach of the content policy fails, as on every page of these tests.

A page joins the walk by its line in ``WALK``. ``JURU_SHOTS=DIR`` keeps screenshots, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM
from tests.support.axe import serious
from tests.support.portal import PASSWORD, Served
from tests.support.wide_town import MEMBER, ROLES, serve, wide_town

PUBLIC = (
    *("/", "/register", "/register?state=lapsed&find=zzz", "/branches", "/branches/JTM", "/boards"),
    *("/statistics", "/statistics/months", "/statistics/years"),
    *("/decisions", "/decisions/overrides", "/decisions/moderation", "/verify", "/join", "/login"),
    *("/?on=2025-03-03", "/statistics?on=2025-03-03&known=2025-03-03", "/nowhere"),
)
OFFICER = ("/work", "/trail", f"/trail?subject=member&id={MEMBER}", "/trail/proof", "/exports", "/members", "/account")
SECRETARY = ("/applications", "/office/decree", "/office/appoint")
NATIONAL = (
    *("/office/collector", "/office/branch", "/office/holidays", "/office/dues", "/office/policy"),
    "/office/branch?code=JBR&name=Jawa+Barat&provinces=32&on=2026-05-05&until=2026-06-01&into=JBB%2CJTG",
)
WALK: tuple[tuple[str, str], ...] = (
    *(("public", path) for path in PUBLIC),
    *(("member", path) for path in (f"/members/{MEMBER}", "/directory", "/account")),
    *(("branch_secretary", path) for path in (*OFFICER, *SECRETARY, "/")),
    *(("branch_treasurer", path) for path in OFFICER),
    *(("national_secretary", path) for path in (*OFFICER, *SECRETARY, *NATIONAL, f"/members/{MEMBER}", "/")),
    *(("national_treasurer", path) for path in (*OFFICER, "/runs", "/jobs")),
)
"""Who opens what: a new page is one more line here, or a path in the lists above."""

WIDTHS = {"phone": 390, "desk": 1280}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    town = wide_town(tmp_path_factory.mktemp("portal") / "aspi")
    served = serve(town)
    yield served
    served.stop()
    town.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_sound_on_a_phone_and_on_a_desk(
    page: Page, served: Served, role: str, width: str
) -> None:
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    if role != "public":
        log_in(page, served, role)
    for path in (path for who, path in WALK if who == role):
        answer = page.goto(f"{served.url}{path}")
        assert answer is not None
        assert answer.status == (404 if path == "/nowhere" else 200), path
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width], path
        assert page.locator("h1").count() == 1, path
        assert serious(page) == [], path
        keep(page, f"{role}{path}-{width}")


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<html lang='id'><title>x</title><main><h1>x</h1><img src='x.png'><input></main>")
    assert {"image-alt", "label"} <= {rule for rule, _ in serious(page)}


def test_the_walk_opens_a_page_of_every_role() -> None:
    assert {role for role, _ in WALK} == set(ROLES)


def test_the_statistics_are_read_without_javascript(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{served.url}/statistics")
    page.get_by_role("link", name="Per bulan").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("12 bulan")
    expect(page.locator("table")).to_contain_text("2026-05")
    context.close()


def test_a_decree_is_issued_and_revoked_in_the_browser(page: Page, served: Served) -> None:
    log_in(page, served, "national_secretary")
    page.goto(f"{served.url}/office/decree")
    page.get_by_label("Perihal").fill("keputusan")
    page.get_by_label("Isi").fill("Rapat kerja nasional di Surabaya.")
    page.get_by_label("Penanda tangan").fill("rudi, sri")
    page.get_by_role("button", name="Terbitkan SK").click()
    expect(page.get_by_role("status")).to_contain_text("Tercatat: SK-NAS-2026-")
    number = (page.get_by_role("status").inner_text()).split(": ")[1].rstrip(".")
    page.goto(f"{served.url}/decisions")
    expect(page.locator("main")).to_contain_text("Rapat kerja nasional di Surabaya.")
    page.goto(f"{served.url}/office/decree")
    page.get_by_label("Perihal").fill("pencabutan")
    page.get_by_label("Isi").fill("Mencabut.")
    page.get_by_label("Penanda tangan").fill("rudi")
    page.get_by_label("Mencabut SK").select_option(number)
    page.get_by_role("button", name="Terbitkan SK").click()
    page.goto(f"{served.url}/decisions")
    expect(page.locator(f"[id='{number}']")).to_contain_text("Dicabut oleh")


def log_in(page: Page, served: Served, role: str) -> None:
    """Fill in the login page as a role."""
    page.goto(f"{served.url}/login")
    page.fill("#login", role)
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url(lambda url: "/login" not in url)


def keep(page: Page, name: str) -> None:
    """A picture of the page in both schemes, where they are kept."""
    folder = os.environ.get("JURU_SHOTS")
    if folder:
        plain = "".join(sign if sign.isalnum() else "_" for sign in name)
        page.screenshot(path=Path(folder) / f"{plain}-light.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=Path(folder) / f"{plain}-dark.png", full_page=True)
        page.emulate_media(color_scheme="light")
