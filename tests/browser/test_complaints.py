"""A complaint from the agent's chat to the answer that he reads there, and a number mended, in a real Chromium.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from juru.server.domain.commands import OrderLine, PaperDue, PlaceOrder
from juru.server.domain.records import SETTINGS_KEY
from juru.server.domain.results import Placed
from tests.browser.shop import Shop

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]
EVIL = "<img src=x onerror=alert(1)> pulsa belum masuk"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    shop.equip()
    shop.save("setting", SETTINGS_KEY, {"name": "Toko Pulsa Maju", "complaint_remind_s": 86_400})
    yield shop
    shop.stop()


def says(shop: Shop, text: str, message: str) -> str:
    return "\n".join(shop.run(shop.chat.say("BUDI01", text, message)))


def queued(shop: Shop, dest: str) -> int:
    placed = shop.submit(PlaceOrder("BUDI01", (OrderLine(dest, "S10"),), "chat:BUDI01", f"q{dest}"))
    assert isinstance(placed, Placed)
    return placed.orders[0].order_id


def complained(shop: Shop) -> int:
    order_id, attempt_id = shop.order("081234567890")
    shop.succeed(attempt_id, "0123456789012345")
    assert "Keluhan" in says(shop, f"KOMPLAIN.{EVIL}", "k1")
    shop.submit(PaperDue("complaint", str(order_id)))
    return order_id


def test_a_complaint_is_found_in_the_queue_answered_and_read_in_the_chat(page: Page, shop: Shop) -> None:
    order_id = complained(shop)
    page.goto(shop.url)
    item = page.locator(".item").filter(has_text="Keluhan belum dijawab")
    expect(item).to_contain_text("<img src=x onerror=alert(1)> pulsa belum masuk")
    expect(item.locator("form")).to_be_hidden()
    item.get_by_role("link", name="Baca dan jawab keluhan ini").click()
    expect(page).to_have_url(f"{shop.url}/complaints/{order_id}")
    expect(page.get_by_role("listitem").filter(has_text=EVIL)).to_be_visible()
    page.get_by_label("Sampai ke agen").fill("Sudah masuk 10:15, SN 0123456789012345")
    page.get_by_role("button", name="Jawab dan tutup").click()
    expect(page.locator(".pill").first).to_have_text("Ditutup")
    shop.tell_chat()
    page.goto(f"{shop.url}/orders/{order_id}")
    expect(page.locator(".wrote li")).to_have_count(2)
    expect(page.locator(".wrote li[data-ours]")).to_contain_text("Sudah masuk 10:15")
    later = shop.run(shop.chat.later("BUDI01", 0))
    assert any("Sudah masuk 10:15" in told.text for told in later)
    page.goto(shop.url)
    expect(page.locator("#queue-empty")).to_be_visible()


def test_a_number_is_mended_on_the_orders_page(page: Page, shop: Shop) -> None:
    order_id = queued(shop, "081234567811")
    page.goto(f"{shop.url}/?lang=en")
    page.locator(f"#order-{order_id} .dest").click()
    page.get_by_role("dialog").get_by_role("link", name="Correct the destination").click()
    expect(page).to_have_url(f"{shop.url}/orders/{order_id}#correct")
    page.get_by_label("The right number").fill("0812")
    page.get_by_label("Reason").fill("typed wrong")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("0812 is no destination for S10.")
    page.get_by_label("The right number").fill("081234567822")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.locator("#fact-dest")).to_have_text("0812-3456-7822")
    expect(page.locator(".steps")).to_contain_text("it was 081234567811")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_screen(page: Page, shop: Shop, width: int) -> None:
    order_id = complained(shop)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/complaints", f"/complaints/{order_id}", f"/orders/{queued(shop, '081234567833')}"):
        page.goto(shop.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.skipif("JURU_SHOTS" not in os.environ, reason="set JURU_SHOTS=DIR to keep screenshots")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots(page: Page, shop: Shop, width: int, scheme: Literal["light", "dark"]) -> None:
    folder = Path(os.environ["JURU_SHOTS"])
    order_id = complained(shop)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    paths = {"list": "/complaints", "one": f"/complaints/{order_id}", "order": f"/orders/{queued(shop, '0812345678')}"}
    for name, path in paths.items():
        page.goto(shop.url + path)
        page.screenshot(path=folder / f"complaint-{name}-{width}-{scheme}.png", full_page=True)
