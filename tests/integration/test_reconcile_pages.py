"""Reconciliation on its pages, over real HTTP: a file looked at, columns asked for, findings proposed and decided."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.domain.accounts import House as Account
from juru.server.domain.accounts import supplier_deposit
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from tests.support.house import Answer, Browser
from tests.support.trade import Trade

ENDS_WITHIN_S = 60  # a page is asked for again and again until its job has ended
FORM = {"supplier": "MITRA", "zone": "WIB", "from": "", "to": ""}


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


def hidden(html: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    assert found, (name, html)
    return found[1].replace("&amp;", "&")


def picks(html: str) -> dict[str, str]:
    """The number of each finding that waits, by its kind."""
    rows = re.findall(r'name="n" value="(\d+)".*?<th scope="row">([^<]+)<', html, re.DOTALL)
    return {kind: number for number, kind in rows}


def look(browser: Browser, data: bytes, name: str = "mitra.csv", **form: str) -> Answer:
    browser.get("/reconcile")
    return browser.upload("/reconcile/look", FORM | form, name, data)


def propose(browser: Browser, data: bytes) -> Answer:
    looked = look(browser, data)
    assert looked.status == 200, looked.text
    brought = browser.send("/reconcile/bring", {"token": hidden(looked.text, "token")})
    assert brought.status == 303, brought.text
    return finished(browser, brought.location)


def finished(browser: Browser, path: str) -> Answer:
    until_s = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < until_s:
        answer = browser.get(path)
        if "<progress" not in answer.text:
            return answer
    raise AssertionError(f"{path} is not done yet")


def net_idr(trade: Trade, account: int) -> int:
    balance = trade.house.server.writer.cell.ledger.get(account)
    return 0 if balance is None else balance.net_idr


def test_a_statement_is_looked_at_proposed_once_and_decided_by_a_person(trade: Trade) -> None:
    data = trade.statement()
    lina = trade.visits("lina")
    looked = look(lina, data)
    assert (looked.status, picks(lina.get("/reconcile").text)) == (200, {}), "looking writes nothing"
    told = text_of(looked.text)
    assert "4 baris" in told
    assert "1 cocok, 4 berbeda" in told
    assert "Usulkan 4 temuan" in told
    token = {"token": hidden(looked.text, "token")}
    first, second = (lina.send("/reconcile/bring", token) for _ in range(2))
    assert (first.status, first.location) == (303, second.location), "sent twice, proposed once"
    assert "4 temuan baru diusulkan dari mitra.csv; 0 sudah pernah" in text_of(finished(lina, first.location).text)

    listed = lina.get("/reconcile").text
    assert set(picks(listed)) == {"Harga lain", "Bukan milik kita", "Tidak ada pada mereka"}
    dearer = re.findall(r'name="n" value="(\d+)"', lina.get("/reconcile?kind=other_price").text)
    assert len(dearer) == 2
    before_idr = net_idr(trade, supplier_deposit(1))
    shown = lina.get(f"/reconcile/decide?n={dearer[0]}&n={dearer[1]}&back=kind%3Dother_price")
    assert "2 temuan, seluruhnya Rp550" in text_of(shown.text)
    form = {name: hidden(shown.text, name) for name in ("request_id", "numbers", "back")}
    without = lina.send("/reconcile/decide", form | {"reason": " ", "do": "approve"})
    assert (without.status, net_idr(trade, supplier_deposit(1))) == (400, before_idr), "a reason is needed"
    form |= {"reason": "harga baru mereka", "do": "approve"}
    done, again = (lina.send("/reconcile/decide", form) for _ in range(2))
    assert (done.status, done.location) == (303, again.location), "sent twice, posted once"
    assert "2 temuan disetujui, Rp550 dibukukan dalam 2 transfer" in text_of(finished(lina, done.location).text)
    assert net_idr(trade, supplier_deposit(1)) - before_idr == 550

    approved = text_of(lina.get("/reconcile?state=approved").text)
    assert "console:LINA: harga baru mereka" in approved
    late = lina.send("/reconcile/decide", form | {"request_id": "another", "do": "reject"})
    told = text_of(finished(lina, late.location).text)
    assert "0 temuan ditolak" in told
    assert "2 tidak diubah" in told


def test_what_was_proposed_and_decided_outlives_a_restart_and_the_same_file(trade: Trade) -> None:
    data = trade.statement()
    lina = trade.visits("lina")
    propose(lina, data)
    looked = look(lina, data)
    assert "4 di antaranya sudah pernah diusulkan" in text_of(looked.text)
    assert "Usulkan" not in looked.text, "nothing is left to propose"
    fresh = look(lina, data.replace(b"10.300", b"10.400"))
    token = {"token": hidden(fresh.text, "token")}
    number = picks(lina.get("/reconcile").text)["Bukan milik kita"]
    shown = lina.get(f"/reconcile/decide?n={number}")
    form = {name: hidden(shown.text, name) for name in ("request_id", "numbers", "back")}
    lina.send("/reconcile/decide", form | {"reason": "bukan kita", "do": "approve"})
    assert net_idr(trade, Account.CLAIMS) == -9_900

    trade.restart()
    lina = trade.visits("lina")
    assert "Bukan milik kita" not in picks(lina.get("/reconcile").text)
    assert len(re.findall(r'name="n" value=', lina.get("/reconcile").text)) == 3
    assert "console:LINA: bukan kita" in text_of(lina.get("/reconcile?state=approved").text)
    lina.get("/reconcile")
    gone = lina.send("/reconcile/bring", token)
    assert (gone.status, "File itu sudah tidak diingat. Pilih lagi" in gone.text) == (409, True)
    repeated = lina.send("/reconcile/decide", form | {"reason": "bukan kita", "do": "approve"})
    assert "1 tidak diubah" in text_of(finished(lina, repeated.location).text)
    assert net_idr(trade, Account.CLAIMS) == -9_900


def test_all_that_fit_a_filter_are_decided_together(trade: Trade) -> None:
    lina = trade.visits("lina")
    propose(lina, trade.statement())
    page = lina.get("/reconcile?supplier=MITRA").text
    assert "Putuskan semua 4 yang menunggu" in text_of(page)
    shown = lina.get("/reconcile/decide?supplier=MITRA&state=proposed&all=1")
    assert "Putuskan 4 temuan" in text_of(shown.text)
    form = {name: hidden(shown.text, name) for name in ("request_id", "numbers", "back")}
    done = lina.send("/reconcile/decide", form | {"reason": "menunggu file berikutnya", "do": "reject"})
    assert "4 temuan ditolak; buku tetap seperti adanya" in text_of(finished(lina, done.location).text)
    assert "Tidak ada temuan di sini" in text_of(lina.get("/reconcile").text)


def test_columns_are_asked_for_where_none_fits_and_the_file_is_remembered(trade: Trade) -> None:
    header = ("Kapan", "Acuan", "Barang", "Ke", "Bayar", "Seri", "Hasil")
    lina = trade.visits("lina")
    asked = look(lina, trade.statement(header))
    assert (asked.status, "Kolom mana yang mana?" in asked.text) == (422, True)
    assert "NOT-OURS" not in asked.text, "the first rows only"
    fields = {"at": "kapan", "ref": "acuan", "sku": "barang", "dest": "ke", "price": "bayar", "sn": "seri"}
    given = {f"column_{name}": column for name, column in fields.items()} | {"token": hidden(asked.text, "token")}
    wrong = lina.send("/reconcile/look", given | {"column_price": "seri"})
    assert (wrong.status, "File tidak terbaca. Tidak ada yang berubah." in wrong.text) == (422, True)
    looked = lina.send("/reconcile/look", given)
    assert looked.status == 200
    assert "1 cocok, 4 berbeda" in text_of(looked.text)


@pytest.mark.parametrize(
    ("data", "form", "says"),
    [
        (b"", {}, "mitra.csv"),
        (b"<html><table><tr><td>Tujuan</td></tr></table></html>", {}, "web page"),
        (b"Tujuan,Harga\n0812,10000\n", {"supplier": "TIDAKADA"}, "Pilih supplier."),
        (b"Tujuan,Harga\n0812,10000\n", {"from": "kemarin"}, "Tulis tanggal sebagai 2026-11-23."),
        (b"Tanggal,Tujuan,Harga\nkemarin,0812,10000\n", {}, "row 2: &#39;kemarin&#39; is no date"),
        (b"Tujuan,Harga\n0812,12.5x\n", {}, "is no amount in rupiah"),
        (b"Tujuan,Harga,Status\n0812,10000,Pending\n", {}, "wait until it is final"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_proposes_nothing(
    trade: Trade, data: bytes, form: dict[str, str], says: str
) -> None:
    lina = trade.visits("lina")
    bad = look(lina, data, **form)
    assert bad.status == 422
    assert says in bad.text
    assert "Tidak ada temuan di sini" in text_of(lina.get("/reconcile?state=all").text)


def test_who_does_not_keep_the_books_neither_sees_nor_decides(trade: Trade) -> None:
    data = trade.statement()
    lina = trade.visits("lina")
    propose(lina, data)
    (number,) = re.findall(r'name="n" value="(\d+)"', lina.get("/reconcile?kind=extra_there").text)
    agus = trade.visits("agus")
    agus.get("/")
    assert 'href="/reconcile"' not in agus.get("/products").text, "a link that leads nowhere is not shown"
    assert agus.get("/reconcile").status == 403
    agus.get("/products")
    assert agus.upload("/reconcile/look", FORM, "mitra.csv", data).status == 403
    form = {"request_id": "x", "numbers": number, "reason": "iseng", "do": "approve"}
    assert agus.send("/reconcile/decide", form).status == 403
    assert net_idr(trade, Account.CLAIMS) == 0
