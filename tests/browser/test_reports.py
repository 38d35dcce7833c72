"""Reports, order lists and statements in a real Chromium, over a book of three days, two of them closed.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from juru.server.domain.agent import Agent
from juru.server.domain.outcome import Outcome
from tests.browser.shop import Shop
from tests.support.cells import eventful_day, open_shop

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --no-first-run"
MONTH = "from=2026-01-01&to=2026-01-31"
NAME = "<script>alert(1)</script> =1+1"
PAGES = {
    "sales": f"/reports/sales?{MONTH}",
    "profit": f"/reports/profit?{MONTH}",
    "products": f"/reports/products?{MONTH}",
    "operators": f"/reports/operators?{MONTH}",
    "agents": f"/reports/agents?{MONTH}",
    "downlines": f"/reports/downlines?{MONTH}&agent=UP",
    "suppliers": f"/reports/suppliers?{MONTH}",
    "hours": f"/reports/hours?{MONTH}",
    "commissions": f"/reports/commissions?{MONTH}",
    "orders": f"/orders?what=money&{MONTH}",
    "statement": f"/statements/agent/LOW?{MONTH}",
    "supplier": f"/statements/supplier/S1?{MONTH}",
    "prices": "/prices/LOW",
    "nothing": "/reports/sales?from=2025-01-01&to=2025-01-02",
    "wrong": "/reports/sales?from=2026-99-99",
}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("reports")
    with contextlib.closing(open_shop(folder / "cell.db")) as cell:
        cell.save("agent", "LOW", Agent(1, "LOW", NAME, upline="MID", markup_idr=30))
        eventful_day(cell)
        for number in range(12):
            cell.buy(Outcome.SUCCESS, sn=f"SN-{number}", price_idr=10_000)
        for number in range(40):
            order_id = cell.order(f"0812345{number:05d}", ref=f"up-{number}", agent="UP")
            cell.answer(cell.send(order_id), Outcome.SUCCESS, sn=f"UP-{number}")
    shop = Shop(folder)
    yield shop
    shop.stop()


@pytest.fixture(scope="module")
def chromium(shop: Shop) -> Iterator[Browser]:  # after the book is filled, since both want a loop of their own
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, shop: Shop) -> Iterator[Page]:
    """A page on which any breach of the content policy and any script error fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="id-ID", base_url=shop.url)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    yield page
    context.close()
    assert troubles == []


def figure(page: Page, row: str, column: str) -> str:
    """The text of a figure, by the words that begin its row and stand over its column."""
    heads = page.locator(".figures thead th").all_inner_texts()
    at = next(place for place, head in enumerate(heads) if head.startswith(column))
    line = page.locator(".figures tr", has=page.locator(f"th[scope=row]:has-text('{row}')")).first
    return line.locator("th, td").nth(at).inner_text()


def whole(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


# ---------------------------------------------------------------------- from a figure to its orders


@pytest.mark.parametrize(
    ("report", "row", "column"),
    [
        ("sales", "Kam 1 Jan", "Berhasil"),
        ("sales", "Jumlah", "Gagal"),
        ("sales", "Kam 1 Jan", "Dibalik"),
        ("sales", "Kam 1 Jan", "Terlambat"),
        ("products", "FREE", "Berhasil"),
        ("agents", "LOW", "Diterima"),
        ("agents", "UP", "Gagal"),
        ("downlines", "MID", "Berhasil"),
        ("suppliers", "S1", "Upaya gagal"),
        ("suppliers", "S2", "Berhasil"),
        ("hours", "08:00", "Diterima"),
        ("operators", "TSEL", "Dibalik"),
    ],
)
def test_every_count_opens_as_many_orders(report: str, row: str, column: str, page: Page) -> None:
    page.goto(PAGES[report])
    count = whole(figure(page, row, column))
    assert count > 0
    heads = page.locator(".figures thead th").all_inner_texts()
    at = next(place for place, head in enumerate(heads) if head.startswith(column))
    line = page.locator(".figures tr", has=page.locator(f"th[scope=row]:has-text('{row}')")).first
    line.locator("th, td").nth(at).get_by_role("link").click()
    assert "/orders?" in page.url
    rows = page.locator(".figures tbody tr").count()
    while (more := page.get_by_role("link", name="Halaman berikut")).count():
        more.click()
        rows += page.locator(".figures tbody tr").count()
    assert rows == count


def test_money_opens_the_orders_that_make_it(page: Page) -> None:
    page.goto(PAGES["products"])
    sales = figure(page, "FREE", "Penjualan")
    page.locator("tr", has_text="FREE").locator("td.c-sales_idr a").click()
    expect(page.locator("tfoot .k-money").first).to_have_text(sales)
    expect(page.locator(".chips")).to_contain_text("Semua yang memindahkan uang")
    page.locator(".figures tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order")


def test_a_name_leads_on(page: Page) -> None:
    page.goto(PAGES["products"])
    sales = figure(page, "P10", "Penjualan")
    page.get_by_role("rowheader", name="P10").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Laporan Penjualan P10")
    assert figure(page, "Jumlah", "Penjualan") == sales
    page.goto(f"/reports/downlines?{MONTH}")
    page.get_by_role("rowheader", name="UP").get_by_role("link").click()
    expect(page.get_by_role("rowheader", name="MID")).to_be_visible()


# ---------------------------------------------------------------------- the days, the order, the files


def test_days_are_picked_by_name_and_by_date(page: Page) -> None:
    page.goto(PAGES["sales"])
    expect(page.locator(".figures tbody tr")).to_have_count(2)
    page.get_by_label("Dari").fill("2026-01-03")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(".figures tbody tr")).to_have_count(1)
    expect(page.locator(".still")).to_contain_text("Ditutup sampai 2 Jan 2026")
    page.get_by_role("link", name="Laba").click()
    expect(page.locator(".title .days")).to_contain_text("3 Jan 2026 - 31 Jan 2026")
    page.get_by_role("link", name="Hari ini").click()
    expect(page.get_by_text("Tidak ada yang dibukukan")).to_be_visible()
    expect(page.get_by_role("link", name="Hari ini")).to_have_attribute("aria-current", "true")


def test_a_table_is_sorted_and_taken_along_as_it_is_shown(page: Page) -> None:
    page.goto(PAGES["suppliers"])
    page.get_by_role("columnheader", name="Upaya gagal").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Upaya gagal")).to_have_attribute("aria-sort", "descending")
    shown = page.locator(".figures tbody tr th").all_inner_texts()
    with page.expect_download() as got:
        page.get_by_role("link", name="CSV").click()
    text = Path(got.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:-1]] == shown
    assert rows[0][:2] == ["Supplier", "Nama"]
    for ending, mark in (("XLSX", b"PK"), ("PDF", b"%PDF"), ("JSON", b"{")):
        with page.expect_download() as got:
            page.get_by_role("link", name=ending, exact=True).click()
        assert Path(got.value.path()).read_bytes().startswith(mark)
        assert got.value.suggested_filename.endswith(ending.lower())


def test_orders_are_filtered_by_a_form_and_let_go_by_chips(page: Page) -> None:
    page.goto("/orders")
    page.get_by_label("Agen").fill("up")
    page.get_by_label("Status").select_option("Berhasil")
    page.get_by_role("button", name="Saring").click()
    expect(page.locator(".chips li")).to_have_count(2)
    expect(page.locator(".figures tbody tr")).to_have_count(41)
    page.get_by_role("link", name=re.compile("Lepas saringan Status")).click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.get_by_role("link", name=re.compile("Lepas saringan Agen")).click()
    expect(page.locator(".figures tbody tr")).to_have_count(50)
    last = page.locator(".figures tbody tr th").last.inner_text()
    page.get_by_role("link", name="Halaman berikut").click()
    assert int(page.locator(".figures tbody tr th").first.inner_text()) == int(last) - 1
    page.get_by_role("link", name="Ke halaman pertama").click()
    expect(page.locator(".figures tbody tr")).to_have_count(50)


def test_both_days_of_a_late_outcome_are_shown(page: Page, shop: Shop) -> None:
    order_id = next(o for o in shop.writer.cell.orders.values() if o.ref is None).id
    attempt_id = shop.writer.cell.attempts_of[order_id][-1]
    shop.succeed(attempt_id, "LATE-SN")
    page.goto("/orders?what=earlier")
    row = page.locator(".figures tbody tr", has_text="LATE-SN")
    expect(row.locator(".other-day")).to_be_visible()
    expect(row).to_contain_text("1 Jan")


# ---------------------------------------------------------------------- statements


def test_a_statement_adds_up_and_leads_to_its_orders(page: Page) -> None:
    page.goto(f"/statements/agent/LOW?{MONTH}")
    facts = page.locator(".figures-facts dd").all_inner_texts()
    opening, came, went, closing = map(whole, facts[:4])
    assert opening + came - went == closing
    assert whole(page.locator("tfoot .k-money").last.inner_text()) == closing
    page.locator(".figures td.c-order a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order")
    page.goto(f"/statements/supplier/S1?{MONTH}")
    opening, came, went, closing = map(whole, page.locator(".figures-facts dd").all_inner_texts()[:4])
    assert opening + came - went == closing > 0


def test_a_statement_goes_on_from_the_balance_before(page: Page, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("juru.server.console.reports.STATEMENT_LINES", 5)
    page.goto(f"/statements/agent/LOW?{MONTH}")
    last = page.locator(".figures tbody .c-balance_idr").last.inner_text()
    page.get_by_role("link", name="Halaman berikut").click()
    expect(page.locator(".brought strong")).to_have_text(last)


# ---------------------------------------------------------------------- how the pages are made


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_in_both_languages_on_any_width(name: str, page: Page) -> None:
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(PAGES[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
        assert page.locator("h1").count() == 1
        assert page.locator("main").count() == 1
    address = page.url
    page.locator(".lang").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.partition("?")[0] == address.partition("?")[0]
    assert "from" not in address or "from=" in page.url, "the switch keeps the place"
    assert re.search(r"\{\w+\}", page.locator("body").inner_text()) is None, "a text is not filled in"


def test_a_hostile_name_is_only_a_name(page: Page) -> None:
    page.goto(PAGES["agents"])
    expect(page.get_by_role("cell", name=NAME)).to_be_visible()
    page.goto("/orders?agent=%3Cscript%3Ealert(1)%3C/script%3E")
    expect(page.get_by_role("alert")).to_contain_text("there is no agent")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/bogus", 404),
        ("/reports/products?agent=LOW", 404),
        ("/reports/sales?from=x", 400),
        ("/reports/sales?hour=99", 400),
        ("/orders?what=bogus", 400),
        ("/orders?state=bogus", 400),
        ("/orders?agent=NOBODY", 404),
        ("/orders?product=%27--", 404),
        ("/orders.csv?supplier=NOBODY", 404),
        ("/orders.doc", 404),
        ("/reports/sales.txt", 404),
        ("/statements/agent/NOBODY", 404),
        ("/statements/bogus/LOW", 404),
        ("/prices/NOBODY.csv", 404),
    ],
)
def test_what_cannot_be_shown_says_why(path: str, status: int, page: Page) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="Kembali ke laporan")).to_be_visible()


SHOTS = os.environ.get("JURU_SHOTS")


@pytest.mark.skipif(not SHOTS, reason="set JURU_SHOTS=DIR to keep screenshots")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_screenshots(scheme: Literal["light", "dark"], width: int, chromium: Browser, shop: Shop) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="id-ID", base_url=shop.url
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(path)
        page.screenshot(path=Path(str(SHOTS)) / f"reports-{name}-{width}-{scheme}.png", full_page=True)
    context.close()
