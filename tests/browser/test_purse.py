"""The purse's pages in a real Chromium: a treasurer's day at two widths, keyboard and phone; a member who pays.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.association.test_purse import statement
from tests.association.test_purse_pages import DAY, PAGES, Society
from tests.support.portal import PASSWORD, Served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Society]:
    town = Society(tmp_path_factory.mktemp("purse") / "aspi", DAY)
    town.fill()
    yield town
    assert town.audited().found == []
    town.close()


@pytest.fixture(scope="module")
def portal(town: Society) -> Iterator[Served]:
    served = Served(town.path, town.now)
    for code, person in (("NAS", "bendahara"), ("KETUA", "ketua"), ("JTM", "bendahara-jtm")):
        served.login(code, person)
    served.login("RINI", "Rini", town.maju)
    yield served
    served.stop()


def entered(page: Page, portal: Served, code: str) -> Page:
    page.goto(f"{portal.url}/login")
    page.get_by_label("Nama login").fill(code)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    return page


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("JURU_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_its_window_and_keeps_the_content_policy(
    chromium: Browser, portal: Served, town: Society, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="id-ID")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    entered(page, portal, "NAS")
    every = (*PAGES, f"/dues/invoices/{town.invoice.id}", "/dues/payments/R1", "/dues/payments/R3")
    for number, path in enumerate(every):
        page.goto(portal.url + path)
        expect(page.locator("h1")).to_be_visible()
        shot(page, f"{number:02d}-{path.strip('/').partition('?')[0].replace('/', '-')}-{width}-{scheme}")
        assert overflow(page) <= 0, path
    context.close()
    assert troubles == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_treasurer_uploads_a_statement_takes_it_and_explains_what_waits(
    page: Page, portal: Served, town: Society, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    entered(page, portal, "NAS")
    page.goto(f"{portal.url}/dues/bank")
    file = tmp_path / f"mutasi-{width}.csv"
    file.write_bytes(statement((DAY, f"arisan {width}", 60_000 + width), (DAY, f"listrik {width}", -width)))
    page.get_by_label("Berkas mutasi").set_input_files(str(file))
    page.get_by_role("button", name="Lihat dulu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Berkas mutasi-{width}.csv")
    shot(page, f"look-{width}")
    page.get_by_role("button", name="Ambil").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Hasil berkas mutasi-{width}.csv")
    for _ in range(100):
        if page.get_by_text("Saldo terakhir menurut bank").count():
            break
        page.reload()
    expect(page.get_by_text("Saldo terakhir menurut bank")).to_be_visible()
    page.goto(f"{portal.url}/dues/rows")
    line = page.get_by_role("row").filter(has_text=f"listrik {width}")
    line.get_by_role("link").first.click()
    page.get_by_label("Baris ini adalah").select_option("expense")
    page.get_by_label("Nomor, pos, atau nama yang dimaksud").fill("Listrik")
    page.get_by_label("Alasan").fill("tagihan Januari")
    page.get_by_role("button", name="Jelaskan baris").click()
    expect(page.get_by_text("sudah dijelaskan")).to_be_visible()
    shot(page, f"named-{width}")
    page.goto(f"{portal.url}/finance")
    expect(page.get_by_text("listrik")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_member_finds_what_to_pay(page: Page, portal: Served, town: Society, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    entered(page, portal, "RINI")
    page.goto(f"{portal.url}/members/{town.maju}/dues")
    shot(page, f"member-{width}")
    page.get_by_role("link", name="Bayar sekarang").click()
    exact = f"Rp{int(town.invoice.note):,}".replace(",", ".")
    expect(page.get_by_text(exact)).to_be_visible()
    expect(page.get_by_text("0123456789").first).to_be_visible()
    assert overflow(page) <= 0
    shot(page, f"pay-{width}")


def test_what_was_typed_stays_after_a_refusal_and_the_reason_is_told(page: Page, portal: Served) -> None:
    entered(page, portal, "JTM")
    page.goto(f"{portal.url}/dues/payouts")
    page.get_by_text("Kembalikan kelebihan bayar anggota").click()
    form = page.locator("form[action='/dues/payouts/refund']")
    form.get_by_label("Nomor anggota").fill("000001")
    form.get_by_label("Jumlah (Rp)").fill("900.000.000")
    form.get_by_label("Rekening anggota").fill("BCA 1 a.n. N")
    form.get_by_label("Alasan").fill("bayar dua kali")
    form.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("minta paling banyak")
    again = page.locator("form[action='/dues/payouts/refund']")
    expect(again.get_by_label("Jumlah (Rp)")).to_have_value("900.000.000")
    expect(again.get_by_label("Alasan")).to_have_value("bayar dua kali")
    shot(page, "refused")
