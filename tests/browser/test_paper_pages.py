"""In Debian's Chromium: a paper verified on a telephone, the yearly run told, started and watched to its end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from juru.association.desk import yearly
from juru.association.domain import affairs as a
from juru.association.domain import commands as c
from juru.association.domain.boards import Title
from juru.association.papers.content import paper_of
from juru.association.portal import runs
from tests.support.association import Town
from tests.support.portal import PASSWORD, Served

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("JURU_SHOTS")
"""A folder for pictures of the pages, for a person to look at."""
SIZES = {"phone": (390, 844), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("papers") / "aspi", "2026-01-05")
    town.dues()
    head = a.LetterheadSet(on=town.today, name="Asosiasi Server Pulsa Indonesia", site="https://aspi.example")
    town.do(c.SetLetterhead(fact=head))
    places = (("JTM", "35"), ("JBR", "32"), ("BAL", "51"))
    for number in range(9):
        town.active(f"PT Contoh Pulsa Sejahtera {number}", *places[number % 3])
    town.verified("Toko Belum Bayar")
    town.seat("tini", "000001", Title.TREASURER)
    town.on("2026-11-01", by="tini")
    yield town
    town.close()


@pytest.fixture(scope="module")
def portal(town: Town) -> Iterator[Served]:
    served = Served(town.path, town.now)
    served.login("TINI", "tini")
    yield served
    served.stop()


def seen(page: Page, name: str) -> None:
    """The page fits at both sizes, in light and dark; with ``JURU_SHOTS`` it is photographed."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width} px is {wide} px too wide"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{size}-{scheme}.png"), full_page=True)


def logged_in(page: Page, portal: Served) -> None:
    page.goto(f"{portal.url}/login")
    page.locator("#login").fill("tini")
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.main").click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


def test_a_paper_is_verified(page: Page, town: Town, portal: Served) -> None:
    with town.desk.book.reading() as reads:
        paper = paper_of(reads, "KW-2026-00003")
    page.goto(f"{portal.url}/verify")
    seen(page, "verify-form")
    page.get_by_label("Nomor surat").fill(paper.number)
    page.get_by_label("Kode", exact=True).fill("aaaa bbbb cccc dddd")
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("alert")).to_contain_text("Bukan surat kami")
    seen(page, "verify-none")
    page.get_by_label("Kode", exact=True).fill(paper.code)
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Surat ini dari kami")
    expect(page.get_by_role("main")).to_contain_text("PT Contoh Pulsa Sejahtera 2")
    seen(page, "verify-ours")


def test_the_treasurer_runs_a_year_and_watches_it(
    page: Page, town: Town, portal: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run waits in the middle until it was seen running.
    go_on, real = threading.Event(), yearly.run_as_job

    def held(*given: object, begun: Callable[[int], None], **more: object) -> object:
        return real(*given, begun=begun, progress=lambda _done, _whole: go_on.wait(60), **more)  # type: ignore[arg-type]  # as the page gives them

    monkeypatch.setattr(runs, "run_as_job", held)
    logged_in(page, portal)
    page.locator(".places .more summary").click()
    page.locator(".places .menu").get_by_role("link", name="Tagihan tahunan").click()
    page.get_by_role("button", name="Lihat dulu").click()
    expect(page.get_by_role("heading", name="Akan menerbitkan 9 tagihan, total Rp4.500.000")).to_be_visible()
    seen(page, "runs")
    page.get_by_role("button", name="Terbitkan 9 tagihan").click()
    expect(page.get_by_text("Berjalan", exact=True)).to_be_visible()
    seen(page, "job-running")
    go_on.set()
    # The page renews itself.
    expect(page.get_by_text("9 tagihan terbit, total Rp4.500.000")).to_be_visible(timeout=20_000)
    seen(page, "job-done")
    page.get_by_role("link", name="Semua pekerjaan").click()
    expect(page.get_by_role("link", name="Tagihan tahun 2027, terbit 1 Nov 2026")).to_be_visible()
    assert town.audited().found == []


def test_a_paper_is_saved_and_never_shown_by_the_browser(page: Page, portal: Served) -> None:
    logged_in(page, portal)
    page.evaluate(
        """() => {
            const link = Object.assign(document.createElement("a"), { id: "pdf", href: "/papers/INV-2026-00001.pdf" });
            link.textContent = "PDF";
            document.querySelector("main").append(link);
        }"""
    )
    with page.expect_download() as started:
        page.locator("#pdf").click()
    assert started.value.suggested_filename == "INV-2026-00001.pdf"
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF-")
