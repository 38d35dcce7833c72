"""The console in a real Chromium, over a real server, writer and book. Only the suppliers' answers are played.

``JURU_SHOTS=DIR`` keeps screenshots at two widths, light and dark.
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from juru.server.console.words import WORDS
from juru.server.domain.commands import CallbackArrived, MarkSending
from juru.server.domain.outcome import Answer, Outcome
from tests.browser.shop import Shop

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"chromium is absent ({CHROMIUM}): apt-get install chromium"),
]


@pytest.fixture
def empty_shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.stop()


@pytest.fixture
def shop(empty_shop: Shop) -> Shop:
    empty_shop.equip()
    return empty_shop


def live(page: Page, shop: Shop, path: str = "/") -> None:
    page.goto(shop.url + path)
    expect(page.locator("#stream")).to_have_attribute("data-is", "live")


def row(page: Page, order_id: int) -> Locator:
    return page.locator(f"#order-{order_id}")


# ---------------------------------------------------------------- orders


def test_an_order_moves_before_the_eyes(page: Page, shop: Shop) -> None:
    live(page, shop)
    expect(page.locator("#empty")).to_be_visible()
    order_id, attempt_id = shop.order("081234567890")
    expect(row(page, order_id)).to_contain_text("Diproses")
    expect(row(page, order_id)).to_contain_text("0812-3456-7890")
    expect(row(page, order_id)).to_contain_text("Rp10.500")
    shop.succeed(attempt_id, "0123456789012345")
    expect(row(page, order_id)).to_contain_text("Berhasil")
    expect(page.locator("#empty")).to_be_hidden()
    row(page, order_id).get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()") == "0123456789012345"


def test_a_paused_view_stands_still_and_then_catches_up(page: Page, shop: Shop) -> None:
    first, _ = shop.order("081234567801")
    live(page, shop)
    page.get_by_role("button", name="Jeda tampilan").click()
    second, _ = shop.order("081234567802")
    resume = page.get_by_role("button", name="Lanjutkan (1 baru)")
    expect(resume).to_be_visible()
    expect(row(page, second)).to_have_count(0)
    resume.click()
    expect(row(page, second)).to_be_visible()
    assert page.locator("#rows tr").evaluate_all("rows => rows.map(r => Number(r.dataset.id))") == [second, first]


def test_the_page_says_that_the_stream_is_gone(page: Page, empty_shop: Shop) -> None:
    live(page, empty_shop)
    assert empty_shop.stop() < 5, "an open page holds up the stop"
    expect(page.locator("#stream")).to_contain_text("terputus, mencoba lagi")


def test_a_slow_page_is_told_the_latest_state_of_the_latest_orders(shop: Shop) -> None:
    seen = shop.console.live.open()
    assert seen is not None
    for number in range(210):
        _, attempt_id = shop.order(f"08123456{number:04d}")
        shop.succeed(attempt_id, f"SN{number}")
    moved, missed, stale = seen.take()
    assert (len(moved), missed, stale) == (200, 10, True)
    assert {order.state.value for order in moved} == {"success"}


def test_a_row_opens_the_whole_story_of_its_order(page: Page, shop: Shop) -> None:
    order_id, attempt_id = shop.order("081234567890", "S100")
    shop.answer(attempt_id, Answer(Outcome.SUCCESS, sn="9988776655", price_idr=97_800, message="SUKSES SN 9988776655"))
    live(page, shop)
    row(page, order_id).locator(".agent").click()
    panel = page.get_by_role("dialog")
    for text in (
        "Order " + str(order_id),
        "Dilewati: S100-MITRA (harganya membuat rugi)",
        "Aturan termurah memilih S100-DIGI seharga Rp97.800",
        "Dikirim ke DIGI",
        "DIGI menjawab: Berhasil",
        "jawaban langsung",
        "9988776655",
        "Rp99.000",
    ):
        expect(panel).to_contain_text(text)
    expect(panel.locator(".moves li").filter(has_text="BUDI01 → ke Penjualan")).to_have_count(2)
    expect(panel.locator("h1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.goto(f"{shop.url}/orders/{order_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Order {order_id}")
    page.goto(f"{shop.url}/orders/999999")
    expect(page.locator("body")).to_contain_text("Order 999999 tidak ada")


def test_an_open_story_follows_its_order(page: Page, shop: Shop) -> None:
    order_id, attempt_id = shop.order("081234567890")
    live(page, shop, f"/#order-{order_id}")
    expect(page.get_by_role("dialog")).to_contain_text("Dikirim ke MITRA")
    shop.succeed(attempt_id, "556677")
    expect(page.get_by_role("dialog")).to_contain_text("Berhasil; dibukukan")


def test_what_a_supplier_sent_is_shown_as_text(page: Page, shop: Shop) -> None:
    order_id, attempt_id = shop.order("081234567890")
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    ref = shop.writer.cell.attempts[attempt_id].ref
    shop.submit(CallbackArrived("MITRA", Answer(Outcome.SUCCESS, ref=ref, sn=nasty, message=nasty), nasty))
    live(page, shop, f"/#order-{order_id}")
    expect(page.get_by_role("dialog")).to_contain_text("<script>alert(2)</script>")
    expect(row(page, order_id)).to_contain_text("<img src=x")
    assert page.locator("img, #panel script").count() == 0


# ---------------------------------------------------------------- the human queue


def choose(page: Page, decision: str, reason: str = "dicek di web supplier") -> Locator:
    item = page.locator(".item").first
    item.get_by_label(decision).check()
    item.get_by_label("Alasan").fill(reason)
    item.get_by_label("Nama Anda").fill("Rina")
    return item


def test_a_person_marks_an_unknown_order_successful(page: Page, shop: Shop) -> None:
    order_id, _ = shop.unknown("081234567890")
    live(page, shop)
    expect(row(page, order_id)).to_contain_text("Perlu orang")
    item = choose(page, "Tandai berhasil")
    expect(item).to_contain_text("Rp10.500 dari BUDI01 dibukukan, modal Rp10.150 di MITRA dibebankan")
    item.get_by_label("SN dari supplier").fill("77001122")
    item.get_by_role("button", name="Putuskan").dblclick()
    expect(item).to_contain_text(f"Order {order_id} berhasil. Rp10.500 dibukukan.")
    expect(row(page, order_id)).to_contain_text("77001122")
    past = shop.console.reads.timeline(order_id)
    assert past is not None
    decided = [e.event for e in past.events if e.event.by]
    assert [(e.by, e.message) for e in decided] == [("console:Rina", "dicek di web supplier")]


def test_a_failed_order_gives_the_money_back(page: Page, shop: Shop) -> None:
    order_id, _ = shop.unknown("081234567890")
    live(page, shop)
    item = choose(page, "Tandai gagal")
    expect(item).to_contain_text("Rp10.500 dikembalikan ke BUDI01")
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("Rp10.500 kembali ke BUDI01")
    expect(page.locator("#agents")).to_contain_text("Rp2.500.000")
    expect(row(page, order_id)).to_contain_text("Gagal")


def test_a_resend_that_may_buy_twice_asks_for_the_risk_first(page: Page, shop: Shop) -> None:
    order_id, _ = shop.unknown("081234567890")
    live(page, shop)
    item = choose(page, "Kirim ulang")
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("Tidak ada yang berubah. MITRA tidak lagi menjamin")
    item.get_by_label("Saya menerima risiko").check()
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("dibeli lewat supplier berikutnya")
    assert [a.supplier for a in shop.writer.cell.attempts_for(shop.writer.cell.orders[order_id])] == ["MITRA", "DIGI"]


def test_who_bears_a_late_success_is_settled_once(page: Page, shop: Shop) -> None:
    order_id, attempt_id = shop.order("081234567890", "PLN20")
    shop.answer(attempt_id, Answer(Outcome.FAILED))
    shop.answer(attempt_id, Answer(Outcome.SUCCESS, sn="4455", price_idr=20_300))
    live(page, shop)
    item = choose(page, "Klaim ke supplier")
    expect(item).to_contain_text("Rp20.300 dicatat sebagai klaim ke MITRA; BUDI01 tidak ditagih.")
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("Rp20.300 dicatat sebagai klaim ke MITRA. Transfer ")
    expect(page.locator("#house")).to_contain_text("Klaim ke supplier")
    expect(row(page, order_id)).to_contain_text("Gagal")


def test_what_is_only_to_be_seen_leaves_the_queue_and_what_a_supplier_tells_stands_beside_the_book(
    page: Page, shop: Shop
) -> None:
    _, attempt_id = shop.order("081234567890", "PLN20")
    told = Answer(Outcome.SUCCESS, sn="7788", price_idr=90_000, balance_idr=1_234_567)
    shop.answer(attempt_id, told)
    live(page, shop)
    expect(page.locator("#suppliers")).to_contain_text("Saldo menurut supplier Rp1.234.567")
    item = choose(page, "Sudah dilihat")
    expect(item).to_contain_text("tidak ada uang yang berpindah")
    moved = shop.writer.cell.next.transfer
    item.get_by_role("button", name="Putuskan").click()
    expect(item).to_contain_text("Sudah diambil dari antrean.")
    assert not shop.writer.cell.queue
    assert shop.writer.cell.next.transfer == moved


def decision(shop: Shop, order_id: int, attempt_id: int, **other: str) -> dict[str, object]:
    form: dict[str, object] = {
        "request_id": "once", "order_id": order_id, "attempt_id": attempt_id, "seen": "unknown", "decision": "resend",
        "reason": "cek", "by": "Rina", "accept_risk": True,
    }  # fmt: skip
    return form | other


def tied(shop: Shop) -> dict[str, str]:
    """A browser's secret cookie and a token that a page gave it."""
    with urllib.request.urlopen(shop.url, timeout=10) as answer:
        cookie = answer.headers["set-cookie"].partition(";")[0]
        found = re.search(r'<meta name="csrf" content="([^"]+)">', answer.read().decode())
    assert found is not None
    return {"cookie": cookie, "x-juru-csrf": found[1]}


def post(shop: Shop, path: str, body: object, **headers: str) -> tuple[int, str]:
    sent = {"content-type": "application/json", "origin": shop.url, **tied(shop)} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(shop.url + path, raw, {k: v for k, v in sent.items() if v})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_same_form_sent_again_gets_the_first_answer(shop: Shop) -> None:
    order_id, attempt_id = shop.unknown("081234567890")
    first = post(shop, "/console/decide", decision(shop, order_id, attempt_id))
    again = post(shop, "/console/decide", decision(shop, order_id, attempt_id))
    assert first == again
    assert first[0] == 200
    assert len(shop.writer.cell.attempts_of[order_id]) == 2


def test_a_form_about_an_attempt_that_has_moved_changes_nothing(shop: Shop) -> None:
    order_id, attempt_id = shop.unknown("081234567890")
    shop.answer(attempt_id, Answer(Outcome.PENDING))
    status, said = post(shop, "/console/decide", decision(shop, order_id, attempt_id, decision="failed"))
    assert status == 409
    assert "sudah bergerak" in said
    assert order_id in shop.writer.cell.orders


# ---------------------------------------------------------------- the guard


@pytest.mark.parametrize("path", ["/console/decide", "/console/chat"])
def test_no_other_site_can_post(shop: Shop, path: str) -> None:
    order_id, attempt_id = shop.unknown("081234567890")
    body = decision(shop, order_id, attempt_id)
    assert post(shop, path, body, origin="http://evil.example")[0] == 403
    assert post(shop, path, body, origin="")[0] == 403
    assert post(shop, path, body, content_type="text/plain")[0] == 403
    assert post(shop, path, body, sec_fetch_site="cross-site")[0] == 403
    assert post(shop, path, body, host="rebound.example", origin="http://rebound.example")[0] == 403
    assert post(shop, path, body, x_juru_csrf="")[0] == 403
    assert post(shop, path, body, x_juru_csrf=tied(shop)["x-juru-csrf"])[0] == 403
    assert post(shop, path, body, cookie="")[0] == 403
    assert post(shop, path, b"{", content_type="application/json")[0] == 400
    assert post(shop, path, b'{"a":"' + b"x" * 70_000 + b'"}')[0] == 413
    assert len(shop.writer.cell.attempts_of[order_id]) == 1


def test_every_page_has_a_strict_policy_and_is_light(shop: Shop) -> None:
    for number in range(60):
        shop.order(f"0812345678{number:02d}")
    asked = urllib.request.Request(shop.url, headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        html = answer.read()
        policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    text = html.decode()
    assert re.findall(r"<style|\sstyle=|\son\w+=|https?://(?!127\.0\.0\.1)", text) == []
    assert re.findall(r"<script(?! type=\"application/json\"| type=\"module\" src=\"/)", text) == []
    sizes = {name: len(packed) for name, (_, _, packed) in shop.console.assets.items()}
    assert len(html) + sum(sizes.values()) < 100_000, (len(html), sizes)


# ---------------------------------------------------------------- chat, lines, language, empty states


def test_an_agent_orders_by_chat_and_is_told_the_end(page: Page, shop: Shop) -> None:
    live(page, shop)
    page.get_by_role("button", name="S10.081234567890.1357").click()
    page.get_by_role("button", name="Kirim", exact=True).click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("akan diproses")
    (order_id,) = shop.writer.cell.orders
    attempt_id = shop.writer.cell.attempts_of[order_id][0]
    shop.submit(MarkSending((attempt_id,)))
    shop.succeed(attempt_id, "1122334455")
    shop.tell_chat()
    expect(log).to_contain_text("1122334455")
    page.get_by_label("Sebagai agen").select_option("SARI02")
    page.get_by_label("Pesan").fill("SAL.2468")
    page.keyboard.press("Enter")
    expect(log).to_contain_text("2.500.000")


def test_the_otomax_line_really_orders(page: Page, shop: Shop) -> None:
    live(page, shop)
    line = page.locator("#line-otomax").inner_text()
    page.locator('[data-copy="line-otomax"]').click()
    assert page.evaluate("navigator.clipboard.readText()") == line
    found = re.search(r"'(http[^']+)'", line)
    assert found is not None
    with urllib.request.urlopen(found[1], timeout=10) as answer:
        assert "akan diproses" in answer.read().decode()
    page.get_by_role("button", name="Baris baru").click()
    expect(page.locator("#line-otomax")).not_to_have_text(line)
    expect(page.locator("#line-digiflazz")).to_contain_text("/h2h/digiflazz/v1/transaction")


def test_the_language_switch_keeps_the_place(page: Page, shop: Shop) -> None:
    order_id, _ = shop.order("081234567890")
    live(page, shop)
    row(page, order_id).locator("a").click()
    expect(page.get_by_role("dialog")).to_contain_text("Mengapa supplier ini")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("dialog")).to_contain_text("Why this supplier")
    expect(row(page, order_id)).to_contain_text("In process")
    live(page, shop)
    expect(page.get_by_role("heading", name="Live orders")).to_be_visible()


def test_an_empty_shop_teaches_the_next_command(page: Page, empty_shop: Shop) -> None:
    live(page, empty_shop)
    for text in ("juru agent add", "juru supplier add", "Belum ada order", "Tidak ada yang menunggu"):
        expect(page.locator("main")).to_contain_text(text)


def test_no_credential_is_shown_outside_the_demo(page: Page, shop: Shop) -> None:
    shop.console.demo = None
    live(page, shop)
    html = page.content()
    assert [secret for secret in ("1357", "rahasia", "kunci-budi") if secret in html] == []
    expect(page.get_by_label("Sebagai agen")).to_be_editable()


def test_the_keyboard_alone_reaches_an_order(page: Page, shop: Shop) -> None:
    order_id, _ = shop.order("081234567890")
    live(page, shop)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("h1")).to_have_text(f"Order {order_id}")
    page.keyboard.press("Escape")
    expect(row(page, order_id).locator("a")).to_be_focused()


def test_every_text_is_there_in_both_languages_with_the_same_facts() -> None:
    for key, (indonesian, english) in WORDS.items():
        assert indonesian, key
        assert english, key
        assert set(re.findall(r"\{\w+\}", indonesian)) == set(re.findall(r"\{\w+\}", english)), key


# ---------------------------------------------------------------- how it looks


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_screen(page: Page, shop: Shop, width: int) -> None:
    _busy(shop)
    page.set_viewport_size({"width": width, "height": 900})
    live(page, shop)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row(page, 1).locator(".dest").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif("JURU_SHOTS" not in os.environ, reason="set JURU_SHOTS=DIR to keep screenshots")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_screenshots(page: Page, shop: Shop, width: int, scheme: Literal["light", "dark"]) -> None:
    folder = Path(os.environ["JURU_SHOTS"])
    _busy(shop)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    live(page, shop)
    page.locator(".item").first.get_by_label("Tandai gagal").check()
    page.get_by_role("button", name="SAL.1357").click()
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Saldo")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=folder / f"home-{width}-{scheme}.png", full_page=True)
    row(page, 3).locator(".dest").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.screenshot(path=folder / f"order-{width}-{scheme}.png")


def _busy(shop: Shop) -> None:
    """A day's mixture of orders."""
    play: dict[int, Callable[[int], None]] = {
        3: lambda a: shop.answer(a, Answer(Outcome.FAILED, reason="destination", message="Nomor salah")),
        5: lambda a: shop.answer(a, Answer(Outcome.UNKNOWN, reason="timeout")),
        6: lambda a: shop.answer(a, Answer(Outcome.PENDING, message="akan diproses")),
        11: lambda a: shop.answer(a, Answer(Outcome.UNKNOWN, reason="unmapped_code", code="77", message="Status 77")),
        13: lambda _: None,
    }
    for number in range(16):
        product = ("S10", "S100", "S10", "PLN20")[number % 4]
        dest = "14023456789" if product == "PLN20" else f"0812345670{number:02d}"
        order_id, attempt_id = shop.order(dest, product, ("BUDI01", "SARI02")[number % 3 == 0])
        token = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/900VA/13,8KWH"
        sn = token if product == "PLN20" else f"01{order_id:05d}77310{number:03d}"
        play.get(number, lambda a, sn=sn: shop.succeed(a, sn))(attempt_id)
    order_id, attempt_id = shop.order("14023456701", "PLN20")
    shop.answer(attempt_id, Answer(Outcome.FAILED, message="Gangguan"))
    shop.answer(attempt_id, Answer(Outcome.SUCCESS, sn="9900", price_idr=20_300))
