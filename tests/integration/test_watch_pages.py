"""Alerts, stop switches and products on their pages, over real HTTP: seen everywhere, turned once, kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.domain.alert import AlertKind
from juru.server.domain.commands import LookedAround, SaveRecord
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from tests.support.house import Answer, Browser
from tests.support.trade import PRODUCT, SUPPLIER, Trade

EVIL = "<b>gangguan</b> & lambat"


@pytest.fixture
def trade(tmp_path: Path) -> Iterator[Trade]:
    trade = Trade(DataDir(tmp_path / "cell"))
    yield trade
    trade.house.stop()
    engine = SqliteEngine(trade.house.data.database)
    assert audit(engine).found == []
    engine.close()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def save(trade: Trade, kind: str, body: dict[str, object], reason: str) -> None:
    trade.do(SaveRecord(kind, str(body["code"]), json.dumps(body).encode(), "rina", reason))


def dear(trade: Trade, *, on: bool = True) -> None:
    """A product that would lose money, or no longer."""
    save(trade, "product", PRODUCT | ({"price_idr": 9_000} if on else {}), "salah ketik" if on else "dibetulkan")
    trade.do(LookedAround())


def turn(browser: Browser, what: str, code: str = "", *, do: str, reason: str = EVIL) -> Answer:
    page = browser.get(f"/stops?what={what}&code={code}").text
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found, page
    form = {"what": what, "code": code, "request_id": found[1], "reason": reason, "do": do}
    first, again = (browser.send("/stops", form) for _ in range(2))
    assert (first.status, first.location) == (again.status, again.location), "sent twice, turned once"
    return first


# ---------------------------------------------------------------- alerts


def test_what_is_wrong_stands_on_every_page_until_it_is_over_and_then_in_its_history(trade: Trade) -> None:
    agus = trade.visits("agus")
    assert "Tidak ada yang salah." in agus.get("/alerts").text
    assert 'class="amiss"' not in agus.get("/orders").text
    dear(trade)
    state = json.loads(agus.get("/console/state", Accept="*/*").text)["strip"]
    assert [(one["subject"], one["href"]) for one in state["alerts"]] == [("S10", "/products/S10")]
    for path in ("/orders", "/agents", "/products/S10", "/complaints", "/tickets", "/account"):
        assert '<a href="/alerts">1 peringatan</a>' in agus.get(path).text, path
    page = agus.get("/alerts").text
    assert "S10 modalnya Rp10.000, padahal harga terendahnya hanya membawa Rp9.000" in text_of(page)
    assert 'href="/products/S10"' in page
    assert "1 peringatan" not in page, "told once"
    part = agus.get("/alerts?part").text
    assert "<html" not in part
    assert "S10 modalnya" in part

    trade.restart()
    agus = trade.visits("agus")
    assert "S10 modalnya" in agus.get("/alerts").text
    dear(trade, on=False)
    page = agus.get("/alerts").text
    assert "Tidak ada yang salah." in page
    assert 'href="/alerts/above_price/S10"' in page
    assert 'class="amiss"' not in agus.get("/orders").text
    trade.restart()
    agus = trade.visits("agus")
    dear(trade)
    spells = re.findall(r"<tr>(.*?)</tr>", agus.get("/alerts/above_price/S10").text, re.DOTALL)[1:]
    assert len(spells) == 2
    assert "masih berlangsung" in spells[0]
    assert "masih berlangsung" not in spells[1]
    english = text_of(agus.get("/alerts?lang=en").text)
    assert "S10 costs Rp10.000, but its lowest price brings Rp9.000 only" in english


def test_an_alert_leads_nowhere_where_its_reader_may_not_go(trade: Trade) -> None:
    save(trade, "supplier", SUPPLIER | {"deposit_low_idr": 2_000_000}, "batas")
    trade.do(LookedAround())
    owner, operator = (trade.visits(code).get("/alerts").text for code in ("rina", "agus"))
    assert "Deposit di MITRA tinggal Rp900.000." in owner
    assert "Deposit di MITRA tinggal Rp900.000." in operator
    assert 'href="/statements/supplier/MITRA"' in owner
    assert 'href="/statements/supplier/MITRA"' not in operator


@pytest.mark.parametrize("path", ["/alerts/above_price/S99", "/alerts/nonsense/S10", "/alerts/above_price/%00"])
def test_an_alert_that_never_was_is_said_to_be_absent(trade: Trade, path: str) -> None:
    absent = trade.visits("agus").get(path)
    assert (absent.status, "Tidak ada peringatan itu." in absent.text) == (404, True)


def test_alerts_that_are_over_are_narrowed_and_paged(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    from juru.server.console import alerts

    monkeypatch.setattr(alerts, "SHOWN", 1)
    dear(trade)
    save(trade, "supplier", SUPPLIER | {"deposit_low_idr": 2_000_000}, "batas")
    trade.do(LookedAround())
    dear(trade, on=False)
    save(trade, "supplier", SUPPLIER, "batas dicabut")
    trade.do(LookedAround())
    agus = trade.visits("agus")
    first, second = agus.get("/alerts").text, agus.get("/alerts?at=1").text
    assert 'href="/alerts?at=1"' in first
    seen = re.findall(r'<th scope="row"><a href="/alerts/([^"]+)"', first + second)
    assert sorted(seen) == ["above_price/S10", "deposit_low/MITRA"]
    narrowed = agus.get(f"/alerts?kind={AlertKind.DEPOSIT_LOW}").text
    assert re.findall(r'<th scope="row"><a href="/alerts/([^"]+)"', narrowed) == ["deposit_low/MITRA"]
    assert agus.get("/alerts?at=-1&kind=%00").status == 200


# ---------------------------------------------------------------- stop switches


def test_a_switch_says_what_it_does_is_turned_once_and_outlives_a_restart(trade: Trade) -> None:
    trade.place()
    agus = trade.visits("agus")
    says = text_of(agus.get("/stops?what=supplier&code=mitra").text)
    assert "Hentikan supplier MITRA? Order baru tidak dikirim ke sana. 1 yang belum berangkat" in says
    done = turn(agus, "supplier", "MITRA", do="stop")
    assert "Supplier MITRA dihentikan." in text_of(agus.get(done.location).text)
    page = agus.get("/stops").text
    assert "<b>gangguan" not in page
    assert "&lt;b&gt;gangguan&lt;/b&gt; &amp; lambat" in page
    assert "console:AGUS" in page
    assert '<a href="/stops">1 sakelar dihentikan</a>' in agus.get("/orders").text
    strip = json.loads(agus.get("/console/state", Accept="*/*").text)["strip"]
    assert [(one["code"], one["reason"]) for one in strip["stops"]] == [("MITRA", EVIL)]

    trade.restart()
    agus = trade.visits("agus")
    assert "console:AGUS" in agus.get("/stops").text
    turn(agus, "supplier", "MITRA", do="start")
    assert "Semua dijual." in agus.get("/stops").text
    history = trade.house.console.reads.record_history("supplier", "MITRA")
    assert [(v.by, v.reason) for v in history[1:]] == [("console:AGUS", EVIL)] * 2


@pytest.mark.parametrize(("what", "code"), [("all", ""), ("product", "S10"), ("operator", "TELKOMSEL")])
def test_every_kind_of_switch_stops_and_starts(trade: Trade, what: str, code: str) -> None:
    agus = trade.visits("agus")
    turn(agus, what, code, do="stop")
    assert "dihentikan" in text_of(agus.get("/orders").text)
    lina = trade.visits("lina")
    shown = lina.get(f"/stops?what={what}&code={code}").text
    assert EVIL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in shown
    assert 'name="reason"' not in shown, "who may not turn it is shown no form"
    assert lina.send("/stops", what=what, code=code, request_id="x", reason="y", do="start").status == 403
    agus.get("/stops")
    turn(agus, what, code, do="start")
    assert "Semua dijual." in agus.get("/stops").text


def test_a_form_that_is_out_of_date_or_half_filled_changes_nothing(trade: Trade) -> None:
    agus, rina = trade.visits("agus"), trade.visits("rina")
    form = {"what": "product", "code": "S10", "request_id": "lama", "reason": "x", "do": "start"}
    agus.get("/stops")
    late = agus.send("/stops", form)
    assert "Tidak ada yang berubah" in text_of(agus.get(late.location).text), "it was never stopped"
    empty = agus.send("/stops", form | {"request_id": "b", "do": "stop", "reason": "  "})
    assert (empty.status, 'name="reason"' in empty.text) == (400, True)
    absent = agus.send("/stops", form | {"request_id": "c", "code": "S99", "do": "stop"})
    assert (absent.status, "Tidak ada yang bernama S99." in absent.text) == (404, True)
    assert agus.get("/stops?what=product&code=S99").status == 404
    assert agus.get("/stops?what=nonsense").status == 404
    turn(rina, "product", "S10", do="stop")
    agus.get("/stops")
    again = agus.send("/stops", form | {"request_id": "d", "do": "stop"})
    assert "sudah begitu sejak halaman ini dibuka" in text_of(agus.get(again.location).text)
    assert len(trade.house.console.reads.record_history("product", "S10")) == 2


def test_a_verb_that_is_none_turns_nothing(trade: Trade) -> None:
    agus = trade.visits("agus")
    agus.get("/stops")
    for do in ("", "toggle"):
        form = {"what": "all", "code": "", "request_id": f"r{do}", "reason": "x", "do": do}
        assert agus.send("/stops", form).status == 400
    assert not trade.house.server.writer.cell.settings.paused


# ---------------------------------------------------------------- products


def test_a_product_tells_what_it_cost_when_by_whom_and_why(trade: Trade) -> None:
    save(trade, "product", PRODUCT | {"price_idr": 10_750}, EVIL)
    trade.restart()
    rina = trade.visits("rina")
    listed = rina.get("/products?find=telkomsel").text
    assert 'href="/products/S10"' in listed
    assert "Rp10.750" in listed
    page = rina.get("/products/s10").text
    assert "<b>gangguan" not in page
    assert "&lt;b&gt;gangguan" in page
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    assert "Rp10.500" in rows[0]
    assert "Rp10.750" in rows[0]
    assert "Modal di MITRA" in text_of(page)
    paid = text_of(rina.get("/products/S10?agent=budi").text)
    assert "Yang harus dibayar BUDI" in paid
    assert "produk S10" in paid


def test_what_a_product_costs_us_is_for_those_who_see_reports(trade: Trade) -> None:
    page = trade.visits("agus").get("/products/S10").text
    assert "Rp10.500" in page
    assert "Modal di" not in page
    assert "Rp10.000" not in page


def test_a_product_or_agent_that_is_none_is_said_to_be_absent(trade: Trade) -> None:
    agus = trade.visits("agus")
    absent = agus.get("/products/S99")
    assert (absent.status, "Tidak ada produk S99." in absent.text) == (404, True)
    nobody = agus.get("/products/S10?agent=SIAPA")
    assert (nobody.status, "Tidak ada agen SIAPA." in nobody.text) == (404, True)
    assert "Tidak ada produk yang cocok." in agus.get("/products?find=zzz").text
