"""Complaints and corrected numbers on the pages, over real HTTP: what is seen, answered, told, and refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.domain.cell import Settings
from juru.server.domain.commands import (
    AddDeposit,
    AgentAsks,
    AnswerComplaint,
    Command,
    DepositKind,
    MarkSending,
    MessageKey,
    OrderLine,
    PaperDue,
    PlaceOrder,
)
from juru.server.domain.records import PREFIXES_KEY
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Placed, Result
from juru.server.domain.views import Notice
from juru.server.domain.wishes import Complain
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from tests.support.house import Browser, House, make

DEST = "081234567801"
MEANT = "081234567899"
EVIL = "<script>alert(1)</script> belum masuk"
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    ("operator", "TELKOMSEL", {"code": "TELKOMSEL", "name": "Telkomsel"}),
    ("prefixes", PREFIXES_KEY, {"version": "test", "prefixes": {"0812": "TELKOMSEL", "0817": "XL"}}),
    ("product", "S10", {"code": "S10", "name": "Telkomsel 10.000", "price_idr": 10_500, "operator": "TELKOMSEL"}),
    ("supplier", "MITRA", {"code": "MITRA", "name": "Mitra", "dialect": "otomax"}),
    ("offer", "S10", {"key": "S10", "product": "S10", "supplier": "MITRA", "sku": "S10", "cost_idr": 10_000}),
    ("agent", "BUDI", {"code": "BUDI", "name": "Budi", "senders": ["chat:BUDI"]}),
]


class Scene:
    """A house in which nothing is ever sent, and an agent who orders and writes in its chat."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._count = 0
        house.loop.call_soon_threadsafe(house.server.dispatcher.stop)
        self.do(AddDeposit(DepositKind.AGENT, "BUDI", 500_000, "test", "test", "d1"))

    def do(self, command: Command) -> Result:
        result = self.house.submit(command)
        assert not isinstance(result, Refusal), result
        return result

    def key(self) -> MessageKey:
        self._count += 1
        return MessageKey("chat:BUDI", "BUDI", f"m{self._count}", f"text {self._count}")

    def order(self, dest: str = DEST) -> int:
        placed = self.do(PlaceOrder("BUDI", (OrderLine(dest, product="S10"),), "chat:BUDI", message=self.key()))
        assert isinstance(placed, Placed)
        return placed.orders[0].order_id

    def complain(self, order_id: int, text: str = EVIL) -> None:
        self.do(AgentAsks("BUDI", Complain(order_id, text, "chat:BUDI"), self.key()))

    def told(self, order_id: int) -> list[Notice]:
        past = self.house.console.reads.timeline(order_id)
        assert past is not None
        return [t.row.view for t in past.outbox if isinstance(t.row.view, Notice)]

    def visits(self, code: str = "agus") -> Browser:
        browser = self.house.browser()
        assert browser.log_in(code).status == 303
        return browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = DataDir(tmp_path_factory.mktemp("complaints") / "cell")
    # People are reminded at once, so that no test waits.
    settings = Settings("Toko Pulsa Maju", complaint_remind_s=86_400, complaints_per_hour_max=50)
    house = House(make(data, *RECORDS, settings=settings))
    yield house
    house.stop()
    engine = SqliteEngine(data.database)
    assert audit(engine).found == []
    engine.close()


@pytest.fixture(scope="module")
def scene(house: House) -> Scene:
    return Scene(house)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_complaint_is_seen_answered_told_and_closed(scene: Scene) -> None:
    order_id = scene.order()
    scene.complain(order_id)
    agus = scene.visits()
    page = agus.get("/complaints").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; belum masuk" in page
    assert "sisa 23 jam" in text_of(page)
    one = agus.get(f"/complaints/{order_id}").text
    assert "<script>alert" not in one
    assert "Menunggu" in one
    order = agus.get(f"/orders/{order_id}").text
    assert "<script>alert" not in order
    assert f'href="/complaints/{order_id}"' in order

    typed = {"seen": "1", "text": "sudah masuk, cek *123#", "what": "answer"}
    answer, again = (agus.send(f"/complaints/{order_id}", typed) for _ in range(2))
    assert (answer.status, answer.location) == (303, f"/complaints/{order_id}")
    assert (again.status, again.location) == (303, answer.location), "sent twice, told once"
    (told,) = scene.told(order_id)
    assert (told.what, told.facts["text"]) == ("complaint.answered", "sudah masuk, cek *123#")
    assert "Jawaban tercatat" in agus.get(answer.location).text
    assert f'href="/complaints/{order_id}"' not in agus.get("/complaints").text
    assert f'href="/complaints/{order_id}"' in agus.get("/complaints?all").text

    agus.get(f"/complaints/{order_id}")
    assert agus.send(f"/complaints/{order_id}", seen="2", what="close").status == 303
    closed = agus.get(f"/complaints/{order_id}").text
    assert "Sudah ditutup" in closed
    assert 'name="text"' not in closed
    assert [notice.what for notice in scene.told(order_id)] == ["complaint.answered", "complaint.closed"]
    assert agus.send(f"/complaints/{order_id}", seen="2", text="lagi", what="answer").status == 409


def test_nobody_answers_what_he_has_not_read(scene: Scene) -> None:
    order_id = scene.order("081234567802")
    scene.complain(order_id)
    agus = scene.visits()
    agus.get(f"/complaints/{order_id}")
    scene.complain(order_id, "ternyata sudah masuk")
    stale = agus.send(f"/complaints/{order_id}", seen="1", text="kami cek dulu", what="answer")
    assert stale.status == 409
    assert "ternyata sudah masuk" in stale.text
    assert "kami cek dulu</textarea>" in stale.text, "what was typed is kept"
    assert scene.told(order_id) == []
    empty = agus.send(f"/complaints/{order_id}", seen="2", text="  ", what="answer")
    assert (empty.status, "Tulis jawabannya." in empty.text) == (400, True)
    assert agus.send(f"/complaints/{order_id}", seen="2", text="=1+1", what="answer_close").status == 303
    assert scene.told(order_id)[0].facts["text"] == "'=1+1", "nothing a spreadsheet would calculate"
    assert agus.get("/complaints/424242").status == 404
    assert agus.send("/complaints/424242", seen="1", text="x", what="answer").status == 404


def test_an_overdue_complaint_stands_in_the_queue_and_leads_to_its_page(scene: Scene) -> None:
    order_id = scene.order("081234567803")
    scene.complain(order_id)
    scene.do(PaperDue("complaint", str(order_id)))
    agus = scene.visits()
    (item,) = [
        i for i in json.loads(agus.get("/console/state", Accept="*/*").text)["queue"] if i["order_id"] == order_id
    ]
    assert (item["page"], item["options"]) == (f"/complaints/{order_id}", [])
    assert item["kind"] == "Keluhan belum dijawab"
    assert "belum masuk" in item["note"]
    scene.do(AnswerComplaint(order_id, "sri", "sudah"))
    assert f'"order_id":{order_id},' not in agus.get("/console/state", Accept="*/*").text


def test_a_number_is_corrected_while_nothing_was_sent(scene: Scene) -> None:
    order_id = scene.order("081234567804")
    agus = scene.visits()
    form = agus.get(f"/orders/{order_id}").text
    assert f'action="/orders/{order_id}/correct"' in form
    wrong = agus.send(f"/orders/{order_id}/correct", dest="081712345678", reason="salah ketik")
    assert (wrong.status, "bukan nomor operator TELKOMSEL" in wrong.text) == (409, True)
    short = agus.send(f"/orders/{order_id}/correct", dest="0812", reason="salah ketik")
    assert (short.status, "0812 bukan nomor tujuan untuk S10" in short.text) == (409, True)
    assert agus.send(f"/orders/{order_id}/correct", dest=MEANT, reason=" ").status == 400
    typed = {"dest": MEANT, "reason": "salah ketik"}
    done, again = (agus.send(f"/orders/{order_id}/correct", typed) for _ in range(2))
    assert (done.status, done.location) == (303, f"/orders/{order_id}")
    assert (again.status, again.location) == (303, done.location)
    assert [n.what for n in scene.told(order_id)] == ["order.corrected"]
    page = text_of(agus.get(done.location).text)
    assert "Nomor dikoreksi. Agen diberi tahu." in page
    assert "0812-3456-7899" in page
    assert "sebelumnya 081234567804 · 081234567899 · salah ketik" in page
    other = scene.order("081234567805")
    same = agus.send(f"/orders/{other}/correct", dest=MEANT, reason="x")
    assert (same.status, f"order {order_id}" in same.text) == (409, True)
    scene.do(MarkSending((scene.house.server.writer.cell.attempts_of[order_id][0],)))
    late = agus.send(f"/orders/{order_id}/correct", dest=DEST, reason="x")
    assert (late.status, "sudah dikirim ke supplier" in late.text) == (409, True)
    assert f'action="/orders/{order_id}/correct"' not in agus.get(f"/orders/{order_id}").text
    assert agus.send("/orders/424242/correct", dest=DEST, reason="x").status == 404


def test_who_only_looks_is_shown_no_form(scene: Scene) -> None:
    order_id = scene.order("081234567806")
    scene.complain(order_id)
    lina = scene.visits("lina")
    assert 'name="text"' not in lina.get(f"/complaints/{order_id}").text
    page = lina.get(f"/orders/{order_id}").text
    assert "/correct" not in page
    assert "#correct" not in page
    assert lina.send(f"/complaints/{order_id}", seen="1", text="x", what="answer").status == 403


def test_every_complaint_is_reached_a_page_at_a_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from juru.server.console import complaints

    monkeypatch.setattr(complaints, "SHOWN", 2)
    agus = scene.visits()
    seen: list[str] = []
    path: str | None = "/complaints?all"
    while path:
        page = agus.get(path).text
        seen += re.findall(r'<th scope="row"><a href="/complaints/(\d+)"', page)
        older = re.search(r'href="(/complaints\?all&amp;before=\d+)"', page)
        path = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) >= 4
