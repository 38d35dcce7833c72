"""A real market that misbehaves before a real server: a supplier is paused, probed, tried, taken back; an alarm."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from juru.books.sqlite import SqliteEngine
from juru.server.domain.alert import Alert, AlertKind
from juru.server.domain.alerts import open_alerts
from juru.server.domain.commands import AddDeposit, DepositKind, SaveRecord
from juru.server.domain.pause import PauseState, SupplierPause
from juru.server.domain.records import PREFIXES_KEY
from juru.server.domain.results import Done
from juru.server.domain.views import OrderState
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.server.store.reads.papers import PaperReads
from juru.simulation.behaviour import Behaviour
from juru.simulation.market import MarketConfig
from juru.simulation.seller import Buyer, SellerConfig
from tests.support.house import House, make
from tests.support.market_process import MarketProcess, market_process

PIN, PASSWORD = "1357", "rahasia"
BUYER = Buyer("JURU", PIN, PASSWORD, balance_idr=10_000_000)
STEADY = SellerConfig("steady", "otomax", price_idr=10_200, buyers=(BUYER,))


def shop(data: DataDir, market: MarketProcess, first: str) -> House:
    """One product, bought from ``first`` as long as it may be, else from STEADY."""
    house = House(make(data))
    keys = house.server.keys
    sealed = {"pin": keys.seal(PIN), "password": keys.seal(PASSWORD)}

    def save(kind: str, code: str, **body: object) -> None:
        result = house.submit(SaveRecord(kind, code, json.dumps({"code": code} | body).encode(), "test", "start"))
        assert result == Done(), result

    save("operator", "TSEL", name="Telkomsel")
    save("prefixes", PREFIXES_KEY, version="t", prefixes={"0812": "TSEL"})
    save("product", "S10", name="Pulsa 10", price_idr=10_500, operator="TSEL")
    save("agent", "BUDI", name="Budi", ips=["127.0.0.1"], secrets=sealed)
    for code, cost_idr in ((first.upper(), 10_000), ("STEADY", 10_200)):
        account = {"base": f"{market.url}/{code.lower()}", "member_id": "JURU", "auth": "sign"}
        patience = {"read_timeout_s": 1, "pause_after": 3, "probe_after_s": 1}
        save("supplier", code, name=code, dialect="otomax", account=account, secrets=sealed, **patience)
        offer = f"S10-{code}"
        save("offer", offer, key=offer, product="S10", supplier=code, sku="S10", cost_idr=cost_idr)
        house.submit(AddDeposit(DepositKind.SUPPLIER, code, 1_000_000, "start", "test", code))
    house.submit(AddDeposit(DepositKind.AGENT, "BUDI", 1_000_000, "start", "test", "a"))
    return house


def order(house: House, ref: str) -> None:
    """Order by OtomaX as an agent's server does."""
    dest = f"0812{int(hashlib.sha256(ref.encode()).hexdigest(), 16) % 10**8:08d}"
    signed = f"OtomaX|BUDI|S10|{dest}|{ref}|{PIN}|{PASSWORD}"
    sign = urlsafe_b64encode(hashlib.sha1(signed.encode()).digest()).rstrip(b"=").decode()
    query = urlencode({"memberID": "BUDI", "product": "S10", "dest": dest, "refID": ref, "qty": 1, "sign": sign})
    answer = house.browser().get(f"/h2h/otomax/trx?{query}")
    assert "akan diproses" in answer.text, answer


def until(house: House, holds: Callable[[], Any], what: str) -> None:
    """Wait until something holds, looking on the server's own loop."""

    async def look() -> bool:
        return bool(holds())

    end_s = time.monotonic() + 15
    while not house.run(look()):
        assert time.monotonic() < end_s, what
        time.sleep(0.02)


def look_around(house: House) -> None:
    """What the watchman does every fifteen seconds."""
    asyncio.run_coroutine_threadsafe(house.server.watchman.look(), house.loop).result(30)


def pause_of(house: House, supplier: str) -> PauseState | None:
    found = house.server.writer.cell.paper(SupplierPause, supplier)
    return None if found is None else found.state


def alerts(house: House) -> list[tuple[AlertKind, str]]:
    return [(a.kind, a.subject) for a in open_alerts(house.server.writer.cell)]


def bought_from(house: House, ref: str) -> list[str]:
    found = house.server.reads.order_by_ref(house.server.writer.cell.agents["BUDI"].id, ref)
    assert found is not None
    past = house.server.reads.timeline(found.id)
    assert past is not None
    return [attempt.supplier for attempt in past.attempts]


def state_of(house: House, ref: str) -> OrderState | None:
    found = house.server.reads.order_by_ref(house.server.writer.cell.agents["BUDI"].id, ref)
    return None if found is None else found.state


def test_a_supplier_that_goes_silent_is_paused_probed_tried_and_taken_back(tmp_path: Path) -> None:
    """It hears nothing from its first request to its fourth: three orders and a probe."""
    fickle = SellerConfig("fickle", "otomax", Behaviour(outage_from=1, outage_requests=4), buyers=(BUYER,))
    data = DataDir(tmp_path / "cell")
    with market_process(MarketConfig((fickle, STEADY), port=0)) as market:
        house = shop(data, market, "fickle")
        try:
            for ref in ("lost-1", "lost-2", "lost-3"):
                order(house, ref)
            until(house, lambda: pause_of(house, "FICKLE") is PauseState.PAUSED, "three timeouts pause it")
            assert alerts(house) == [(AlertKind.SUPPLIER_PAUSED, "FICKLE")]
            assert {bought_from(house, f"lost-{n}")[0] for n in (1, 2, 3)} == {"FICKLE"}
            assert {state_of(house, f"lost-{n}") for n in (1, 2, 3)} == {OrderState.ACCEPTED}, "unknown is not failed"

            order(house, "while-paused")
            until(house, lambda: state_of(house, "while-paused") is OrderState.SUCCESS, "the next supplier has it")
            assert bought_from(house, "while-paused") == ["STEADY"]

            def due() -> bool:
                pause = house.server.writer.cell.paper(SupplierPause, "FICKLE")
                return pause is not None and house.server.runtime.now_ms() >= pause.probe_at_ms

            until(house, due, "a second later it may be probed")
            look_around(house)
            assert pause_of(house, "FICKLE") is PauseState.PAUSED, "the probe was not answered either"
            until(house, due, "the second wait is twice the first")
            look_around(house)
            assert pause_of(house, "FICKLE") is PauseState.TRIAL
            assert alerts(house) == [(AlertKind.SUPPLIER_PAUSED, "FICKLE")], "a trial is no proof yet"

            order(house, "the-trial")
            until(house, lambda: state_of(house, "the-trial") is OrderState.SUCCESS, "one order may try")
            assert bought_from(house, "the-trial") == ["FICKLE"]
            until(house, lambda: pause_of(house, "FICKLE") is PauseState.BACK, "its success takes it back")
            assert alerts(house) == []
            kinds = [entry["kind"] for entry in market.log() if entry["supplier"] == "fickle"]
            assert kinds == ["outage"] * 4 + ["balance", "order"]
        finally:
            house.stop()
    book = SqliteEngine(data.database, read_only=True)
    filed = [f.paper for f in PaperReads(book).versions("alert", "supplier_paused/FICKLE")]
    states = list(dict.fromkeys(p.state.value for p in filed if isinstance(p, Alert)))
    assert states == ["open", "closed"]
    assert audit(book).found == []
    book.close()


def test_an_answer_about_somebody_elses_order_raises_an_alarm_and_changes_nothing(tmp_path: Path) -> None:
    stranger = SellerConfig("stranger", "otomax", Behaviour(foreign_reference_permille=1000), buyers=(BUYER,))
    data = DataDir(tmp_path / "cell")
    with market_process(MarketConfig((stranger, STEADY), port=0)) as market:
        house = shop(data, market, "stranger")
        try:
            before_idr = house.server.writer.cell.free_idr(house.server.writer.cell.agents["BUDI"])
            order(house, "whose")
            until(house, lambda: alerts(house) == [(AlertKind.FOREIGN_REFERENCE, "STRANGER")], "an alarm is raised")
            assert state_of(house, "whose") is OrderState.ACCEPTED
            assert bought_from(house, "whose") == ["STRANGER"], "no second supplier for what may have been delivered"
            cell = house.server.writer.cell
            assert cell.free_idr(cell.agents["BUDI"]) == before_idr - 10_500, "the money stays held"
            assert "unknown" in {item.kind for item in cell.queue.values()}, "a person is asked"
            look_around(house)
            assert alerts(house) == [(AlertKind.FOREIGN_REFERENCE, "STRANGER")], "it stays for a day"
        finally:
            house.stop()
    book = SqliteEngine(data.database, read_only=True)
    assert audit(book).found == []
    assert book.rows("SELECT count(*) FROM transfers WHERE kind IN ('post', 'void')") == [(0,)]
    book.close()
