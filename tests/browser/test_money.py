"""The pages about money that comes in, in a real Chromium: a file chosen, looked at, brought in, its rows named.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from juru.server.domain.commands_money import AskTicket, GiveDebt
from juru.server.domain.results import Done, Ticketed
from juru.server.settings import DataDir
from juru.values.days import business_day
from tests.support.bank import plain_file
from tests.support.house import PASSWORD, House, make

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
ACCOUNTS = [
    {"code": "BCA1", "bank": "BCA", "number": "0123456789", "holder": "PT Toko Pulsa Maju", "profile": "generic"},
    {
        "code": "MDR1",
        "bank": "MANDIRI",
        "number": "1370001234567",
        "holder": "PT Toko Pulsa Maju",
        "profile": "mandiri",
    },
]
AGENTS = [
    {"code": "BUDI01", "name": "Budi Santoso", "debt_limit_idr": 2_000_000, "debt_days": 7},
    {"code": "SARI02", "name": "Sari Cell", "debt_limit_idr": 500_000, "debt_days": 1},
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    accounts = [("bank_account", str(one["code"]), one) for one in ACCOUNTS]
    agents = [("agent", str(one["code"]), one) for one in AGENTS]
    house = House(make(DataDir(tmp_path / "cell"), *accounts, *agents))
    yield house
    house.stop()


@pytest.fixture
def statement(house: House, tmp_path: Path) -> Path:
    """A file in which a ticket is paid, one is paid without its digits, and the rest is for a person."""
    first = house.submit(AskTicket("BUDI01", 1_000_000, "chat"))
    second = house.submit(AskTicket("SARI02", 500_000, "chat"))
    assert isinstance(first, Ticketed)
    assert isinstance(second, Ticketed)
    today = business_day(house.console.now_ms(), house.server.writer.cell.settings.zone)
    path = tmp_path / "mutasi-bca.csv"
    path.write_bytes(
        plain_file(
            today,
            (first.ticket.amount_idr, "TRSF E-BANKING CR 2411/FTSCY/WS95031 BUDI SANTOSO"),
            (500_000, "TRSF E-BANKING CR 2411/FTSCY/WS95031 SARI CELL"),
            (250_000, "SETORAN TUNAI TANPA BERITA"),
            (-15_000, "BIAYA ADM"),
        )
    )
    return path


def log_in(page: Page, house: House, login: str, path: str) -> None:
    page.goto(house.url + path)
    page.get_by_label("Nama login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(house.url + path)


def bring_in(page: Page, statement: Path) -> None:
    page.get_by_label("File mutasi").set_input_files(statement)
    page.get_by_role("button", name="Lihat dulu").click()
    expect(page.get_by_role("heading", name="Isi mutasi-bca.csv")).to_be_visible()


def test_a_statement_becomes_deposits_and_questions(page: Page, house: House, statement: Path) -> None:
    log_in(page, house, "lina", "/bank")
    bring_in(page, statement)
    expect(page.locator("table").last.locator("tbody tr").first).to_contain_text("BUDI01")
    page.get_by_role("button", name="Masukkan").dblclick()
    expect(page.get_by_role("status")).to_contain_text("4 baris baru: 1 masuk saldo")
    page.get_by_role("link", name="Bank").last.click()
    rows = page.locator("section[aria-labelledby=rows] tbody tr")
    expect(rows).to_have_count(3)
    rows.filter(has_text="SARI CELL").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("angka uniknya tidak ikut ditransfer")
    page.get_by_label("Deposit agen").check()
    page.get_by_label("Kode agen").fill("sari02")
    page.get_by_label("Alasan").fill("angka unik lupa")
    page.get_by_role("button", name="Bukukan").dblclick()
    expect(page.locator(".pill").first).to_have_text("Deposit SARI02")
    page.get_by_label("Alasan").fill("keliru")
    page.get_by_role("button", name="Balik dan buka lagi").click()
    expect(page.locator(".pill").first).to_have_text("Menunggu orang")


def test_rows_that_wait_are_in_the_human_queue_and_lead_to_their_page(
    page: Page, house: House, statement: Path
) -> None:
    log_in(page, house, "lina", "/bank")
    bring_in(page, statement)
    page.get_by_role("button", name="Masukkan").click()
    page.goto(house.url + "/")
    item = page.locator(".item").filter(has_text="Mutasi bank: belum dikenal")
    expect(item.locator("form")).to_be_hidden()
    item.get_by_role("link", name="Buka halaman Bank").click()
    expect(page.get_by_role("heading", name="Rekening kita")).to_be_visible()


def test_an_agent_who_telephones_gets_a_ticket(page: Page, house: House) -> None:
    log_in(page, house, "agus", "/tickets")
    page.get_by_label("Agen", exact=True).fill("budi01")
    page.get_by_label("Jumlah yang diminta").fill("1.000.000")
    page.get_by_role("button", name="Buat tiket").dblclick()
    expect(page.locator(".said")).to_contain_text("transfer tepat Rp1.000.")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Batalkan").click()
    expect(page.locator("main")).to_contain_text("Tidak ada tiket yang menunggu")


def test_a_debt_is_posted_once_however_often_it_is_sent(page: Page, house: House) -> None:
    log_in(page, house, "lina", "/debts")
    page.get_by_label("Beri deposit sebagai piutang").check()
    page.get_by_label("Agen", exact=True).fill("budi01")
    page.get_by_label("Jumlah").fill("750.000")
    page.get_by_label("Alasan").fill("langganan lama")
    page.get_by_role("button", name="Bukukan").dblclick()
    expect(page.locator("tbody tr").first).to_contain_text("Rp750.000")
    expect(page.locator("tbody tr").last).to_contain_text("Rp750.000")


# ---------------------------------------------------------------- looks

Scheme = Literal["light", "dark"]
PATHS = ["/bank", "/bank?all", "/tickets", "/debts", "row", "look", "faults"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_money_pages_fit_every_width(page: Page, house: House, statement: Path, width: int, scheme: Scheme) -> None:
    for agent, amount_idr in (("BUDI01", 750_000), ("SARI02", 300_000)):
        given = house.submit(GiveDebt(agent, amount_idr, "langganan", "test", f"r-{agent}"))
        assert isinstance(given, Done), given
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    log_in(page, house, "rina", "/bank")
    bring_in(page, statement)
    seen(page, "look", width, scheme)
    page.get_by_role("button", name="Masukkan").click()
    expect(page.get_by_role("status")).to_contain_text("4 baris baru")
    seen(page, "brought", width, scheme)
    for path in ("/bank", "/bank?all", "/tickets", "/debts"):
        page.goto(house.url + path)
        seen(page, path, width, scheme)
    page.goto(house.url + "/bank")
    page.locator("section[aria-labelledby=rows] tbody a").first.click()
    seen(page, "row", width, scheme)
    page.goto(house.url + "/bank")
    statement.write_text(statement.read_text().replace("250000", "2.5E+05"))
    bring_in(page, statement)
    seen(page, "faults", width, scheme)
    expect(page.get_by_role("alert")).to_contain_text("tidak ada yang dimasukkan")


def seen(page: Page, name: str, width: int, scheme: str) -> None:
    """Nothing is wider than the window; kept as a picture if wanted."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, (name, wide)
    if shots := os.environ.get("JURU_SHOTS"):
        name = name.strip("/").replace("?", "-")
        page.screenshot(path=Path(shots) / f"money-{name}-{width}-{scheme}.png", full_page=True)
