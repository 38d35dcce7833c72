"""Alerts, switches, reconciliation and products in a real Chromium.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from juru.server.domain.commands import LookedAround, Pause, SaveRecord
from juru.server.settings import DataDir
from tests.support.house import PASSWORD
from tests.support.trade import HEADER, PRODUCT, SUPPLIER, Trade

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
Scheme = Literal["light", "dark"]


@pytest.fixture
def trade(tmp_path: Path) -> Iterator[Trade]:
    trade = Trade(DataDir(tmp_path / "cell"))
    yield trade
    trade.house.stop()


def log_in(page: Page, trade: Trade, login: str, path: str) -> None:
    page.goto(trade.house.url + path)
    page.get_by_label("Nama login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(trade.house.url + path)


def save(trade: Trade, kind: str, body: dict[str, object], reason: str) -> None:
    trade.do(SaveRecord(kind, str(body["code"]), json.dumps(body).encode(), "rina", reason))


def look(page: Page, file: Path) -> None:
    # The page after the click has to be there before its form is asked whether it is folded away.
    page.wait_for_url("**/reconcile")
    if page.get_by_label("File", exact=True).is_hidden():
        page.get_by_role("heading", name="Cocokkan daftar transaksi supplier").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Lihat dulu").click()


def test_what_goes_wrong_appears_by_itself_and_goes_by_itself(page: Page, trade: Trade) -> None:
    log_in(page, trade, "agus", "/")
    expect(page.locator("#strip")).to_be_hidden()
    other = page.context.new_page()
    other.goto(trade.house.url + "/alerts")
    expect(other.locator("#standing")).to_contain_text("Tidak ada yang salah.")
    save(trade, "product", PRODUCT | {"price_idr": 9_000}, "salah ketik")
    trade.do(LookedAround())
    expect(page.locator("#alarms li")).to_have_count(1)
    expect(page.locator("#alarms")).to_contain_text("S10 modalnya Rp10.000")
    expect(other.locator("#standing .alarm")).to_have_count(1)
    save(trade, "product", PRODUCT, "dibetulkan")
    trade.do(LookedAround())
    expect(page.locator("#strip")).to_be_hidden()
    expect(other.locator("#standing")).to_contain_text("Tidak ada yang salah.")


def test_a_supplier_is_stopped_and_started_from_the_front_page(page: Page, trade: Trade) -> None:
    log_in(page, trade, "agus", "/")
    page.locator("#suppliers").get_by_role("link", name="MITRA").click()
    expect(page.locator("main")).to_contain_text("Hentikan supplier MITRA?")
    page.get_by_label("Alasan").fill("lambat sejak pagi")
    page.get_by_role("button", name="Hentikan").dblclick()
    expect(page.get_by_role("status")).to_have_text("Supplier MITRA dihentikan.")
    page.goto(trade.house.url + "/")
    expect(page.locator("#stops li")).to_contain_text("lambat sejak pagi")
    page.locator("#stops a").click()
    page.get_by_label("Alasan").fill("sudah pulih")
    page.get_by_role("button", name="Jual lagi").click()
    expect(page.locator("main")).to_contain_text("Semua dijual.")


def test_a_statement_is_reconciled_with_picks_and_a_reason(page: Page, trade: Trade, tmp_path: Path) -> None:
    file = tmp_path / "mitra-november.csv"
    file.write_bytes(trade.statement())
    log_in(page, trade, "lina", "/orders")
    page.get_by_text("Lainnya").click()
    if shots := os.environ.get("JURU_SHOTS"):
        page.screenshot(path=Path(shots) / "watch-menu.png")
    page.get_by_role("link", name="Rekonsiliasi").click()
    look(page, file)
    page.get_by_role("button", name="Usulkan 4 temuan").dblclick()
    expect(page.get_by_role("status")).to_contain_text("4 temuan baru diusulkan")
    page.get_by_role("link", name="Ke temuannya").click()
    rows = page.locator(".findings tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_role("link", name="Harga lain").click()
    expect(rows).to_have_count(2)
    page.get_by_role("checkbox", name="Pilih semua di halaman ini").check()
    expect(page.locator("#picked")).to_have_text("2 dipilih, Rp550")
    page.get_by_role("button", name="Putuskan yang dipilih").click()
    page.get_by_label("Alasan").fill("harga baru mereka")
    page.get_by_role("button", name="Setujui").dblclick()
    expect(page.get_by_role("status")).to_contain_text("2 temuan disetujui, Rp550 dibukukan dalam 2 transfer")


def test_the_pages_do_all_of_it_without_javascript(chromium: Browser, trade: Trade, tmp_path: Path) -> None:
    file = tmp_path / "mitra.csv"
    file.write_bytes(trade.statement())
    context = chromium.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    log_in(page, trade, "rina", "/reconcile")
    look(page, file)
    page.get_by_role("button", name="Usulkan 4 temuan").click()
    page.goto(trade.house.url + "/reconcile?kind=extra_there")
    page.locator(".findings input[name=n]").check()
    page.get_by_role("button", name="Putuskan yang dipilih").click()
    page.get_by_label("Alasan").fill("bukan milik kita")
    page.get_by_role("button", name="Setujui").click()
    expect(page.get_by_role("status")).to_contain_text("1 temuan disetujui, Rp9.900")
    page.goto(trade.house.url + "/stops")
    page.get_by_label("Semua penjualan").check()
    page.get_by_role("button", name="Lihat akibatnya").click()
    page.get_by_label("Alasan").fill("pindah server")
    page.get_by_role("button", name="Hentikan").click()
    page.goto(trade.house.url + "/")
    expect(page.get_by_role("link", name="Semua penjualan dihentikan")).to_be_visible()
    context.close()


# ---------------------------------------------------------------- looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_watch_pages_fit_every_width(page: Page, trade: Trade, tmp_path: Path, width: int, scheme: Scheme) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    file = tmp_path / "mitra-november.csv"
    file.write_bytes(trade.statement(("Kapan", "Acuan", "Barang", "Ke", "Bayar", "Seri", "Hasil")))
    log_in(page, trade, "rina", "/reconcile")
    seen(page, "reconcile-empty", width, scheme)
    look(page, file)
    expect(page.get_by_role("heading", name="Kolom mana yang mana?")).to_be_visible()
    seen(page, "columns", width, scheme)
    file.write_bytes(trade.statement(HEADER))
    page.goto(trade.house.url + "/reconcile")
    look(page, file)
    expect(page.get_by_role("button", name="Usulkan")).to_be_visible()
    seen(page, "look", width, scheme)
    page.get_by_role("button", name="Usulkan").click()
    expect(page.get_by_role("status")).to_contain_text("temuan baru")
    seen(page, "proposed", width, scheme)
    save(trade, "product", PRODUCT | {"price_idr": 9_000}, "salah ketik di daftar harga baru")
    save(trade, "supplier", SUPPLIER | {"deposit_low_idr": 2_000_000, "availability": "closed"}, "lambat sejak 09.00")
    trade.do(LookedAround())
    trade.do(Pause(paused=True, by="console:RINA", reason="pindah server"))
    paths = {
        "reconcile": "/reconcile",
        "decide": "/reconcile/decide?all=1&state=proposed",
        "alerts": "/alerts",
        "history": "/alerts/above_price/S10",
        "stops": "/stops",
        "switch": "/stops?what=supplier&code=MITRA",
        "products": "/products",
        "product": "/products/S10",
        "home": "/",
    }
    for name, path in paths.items():
        page.goto(trade.house.url + path)
        if name == "home":
            expect(page.locator("#alarms li")).to_have_count(2)
        seen(page, name, width, scheme)
    page.locator(".brand .cell").evaluate("element => { element.textContent = 'Toko Pulsa Maju '.repeat(5); }")
    seen(page, "long-name", width, scheme)


def seen(page: Page, name: str, width: int, scheme: str) -> None:
    """Nothing is wider than the window; kept as a picture if wanted."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, (name, wide)
    if shots := os.environ.get("JURU_SHOTS"):
        page.screenshot(path=Path(shots) / f"watch-{name}-{width}-{scheme}.png", full_page=True)
