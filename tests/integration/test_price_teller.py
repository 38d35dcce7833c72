"""Agents who ask are told of price changes: all of a window in one message, also after a restart, and no others."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juru.cli import run
from juru.server.dialects.juru_api import sign
from juru.server.domain.agent import Agent, AgentStatus, PriceNotices
from juru.server.domain.catalog import Product
from juru.server.domain.cell import Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.price_notices import _PRICELESS, reprices
from juru.server.domain.price_watch import PriceWatch
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Done
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.server.store.keyring import Keyring
from tests.support.house import House, make
from tests.support.prices import PriceShop
from tests.support.talk import PINS, Talk


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PriceShop]:
    made = PriceShop(tmp_path / "cell.db")
    yield made
    assert audit(made.cell.engine).found == []
    made.close()


def test_all_changes_of_a_window_are_one_message_to_each_who_asked(shop: PriceShop) -> None:
    shop.ask("MID", "LOW")
    shop.look()
    shop.change("product", "P10", price_idr=10_900)
    shop.change("product", "FREE", price_idr=800)
    assert shop.look(30) == [], "the window is still open"
    assert shop.look(31) == [
        ("MID", {"FREE": (720, 820), "P10": (10_520, 10_920)}),
        ("LOW", {"FREE": (750, 850), "P10": (10_550, 10_950)}),
    ]
    assert shop.look() == [], "told once"


@pytest.mark.parametrize(
    ("who", "change", "told"),
    [
        ("LOW", {"markup_idr": 130}, ["LOW"]),
        ("LOW", {"product_markups_idr": {"P10": 5}}, ["LOW"]),
        ("MID", {"downline_markup_idr": 40}, ["LOW"]),
        ("UP", {"downline_product_markups_idr": {"P10": 7}}, ["MID", "LOW"]),
        ("LOW", {"level": "gold"}, ["LOW"]),
        ("LOW", {"upline": None}, ["LOW"]),
        ("MID", {"markup_idr": -20}, ["MID"]),
        ("MID", {"name": "Middle Man", "ips": ("10.0.0.1",)}, []),
    ],
)
def test_whoever_pays_another_price_is_told_whatever_made_it(
    shop: PriceShop, who: str, change: dict[str, object], told: list[str]
) -> None:
    shop.change("product", "P10", level_prices_idr={"gold": 10_100})
    shop.ask("UP", "MID", "LOW")
    shop.look()
    before = {code: shop.pays(code) for code in ("UP", "MID", "LOW")}
    shop.change("agent", who, **change)
    heard = shop.look()
    assert [code for code, _ in heard] == told
    for code, changes in heard:
        now = shop.pays(code)
        assert changes == {p: (before[code][p], now[p]) for p in now if now[p] != before[code][p]}


def test_a_price_that_is_back_and_a_suppliers_cost_are_told_to_nobody(shop: PriceShop) -> None:
    shop.ask("LOW")
    shop.look()
    shop.change("product", "P10", price_idr=11_000)
    shop.change("product", "P10", price_idr=10_500)
    offer = msgspec.structs.replace(shop.cell.writer.cell.offers["P10"][0], cost_idr=9_000)
    shop.cell.save("offer", offer.key, offer)
    assert shop.look() == []


def test_who_asks_hears_only_of_what_comes_after_and_who_ends_it_of_nothing(shop: PriceShop) -> None:
    shop.change("product", "P10", price_idr=10_600)
    shop.ask("LOW")
    shop.change("product", "P10", price_idr=10_700)
    assert shop.look() == [("LOW", {"P10": (10_650, 10_750)})]
    shop.ask("LOW", wants=PriceNotices.NONE)
    shop.change("product", "P10", price_idr=10_800)
    assert shop.look() == []
    shop.ask("LOW")
    assert shop.look() == [], "asking again begins anew"


def test_a_new_product_is_no_change_but_its_next_price_is(shop: PriceShop) -> None:
    shop.ask("LOW")
    shop.look()
    shop.cell.save("product", "P20", Product("P20", "Pulsa 20", price_idr=20_500, operator="TSEL"))
    assert shop.look() == []
    shop.restart()
    shop.look()
    shop.change("product", "P20", price_idr=20_700)
    assert shop.look() == [("LOW", {"P20": (20_550, 20_750)})]


def test_a_restart_in_the_window_or_after_a_refused_notice_loses_nothing(shop: PriceShop) -> None:
    shop.ask("MID", "LOW")
    shop.look()
    shop.change("product", "P10", price_idr=10_900)
    shop.restart()
    shop.refusing = {"MID"}
    assert shop.look(0) == [("LOW", {"P10": (10_550, 10_950)})], "after a start nobody waits for a window"
    shop.restart()
    shop.change("product", "P10", price_idr=11_000)
    shop.refusing = set()
    assert shop.look() == [("MID", {"P10": (10_520, 11_020)}), ("LOW", {"P10": (10_950, 11_050)})]


def test_a_notice_nobody_takes_is_tried_more_rarely_and_given_up_after_a_day(shop: PriceShop) -> None:
    shop.ask("LOW")
    shop.look()
    shop.refusing = {"LOW"}
    shop.change("product", "P10", price_idr=10_900)
    shop.look()
    for _ in range(20):
        shop.change("product", "P10", price_idr=shop.cell.writer.cell.products["P10"].price_idr + 1)
        shop.look(3)
    assert len(shop.tried) <= 5, "new prices do not make it impatient"
    for _ in range(40):
        shop.look(5 * 3_600)
    assert len(shop.tried) == 16
    watch = shop.cell.writer.cell.paper(PriceWatch, "LOW")
    assert watch is not None
    assert watch.missed == 1
    shop.refusing = set()
    shop.change("product", "P10", price_idr=12_000)
    ((_, changes),) = shop.look()
    assert changes["P10"][1] == 12_050


def test_a_blocked_agent_is_told_when_he_is_back(shop: PriceShop) -> None:
    shop.ask("LOW")
    shop.look()
    shop.change("agent", "LOW", status=AgentStatus.BLOCKED)
    shop.change("product", "P10", price_idr=10_900)
    assert shop.look() == []
    shop.change("agent", "LOW", status=AgentStatus.ACTIVE)
    assert shop.look() == [("LOW", {"P10": (10_550, 10_950)})]


def test_what_could_not_be_told_is_refused_when_it_is_saved(shop: PriceShop) -> None:
    low = msgspec.structs.replace(shop.cell.writer.cell.agents["LOW"], senders=("sms:+6281234567890",))
    for wants, says in ((PriceNotices.CHAT, "chat address"), (PriceNotices.WEBHOOK, "API key")):
        body = msgspec.json.encode(msgspec.structs.replace(low, price_notices=wants))
        refused = shop.cell.do(SaveRecord("agent", "LOW", body, "owner", "test"))
        assert isinstance(refused, Refusal)
        assert says in str(refused.facts["detail"])


CHANGES = st.one_of(
    st.tuples(st.just("product"), st.sampled_from(["P10", "FREE"]), st.just("price_idr"), st.integers(1, 5)),
    st.tuples(st.just("agent"), st.sampled_from(["UP", "MID", "LOW"]), st.just("markup_idr"), st.integers(0, 3)),
    st.tuples(st.just("agent"), st.sampled_from(["UP", "MID"]), st.just("downline_markup_idr"), st.integers(0, 3)),
    st.tuples(st.just("agent"), st.just("LOW"), st.just("upline"), st.sampled_from([None, "UP", "MID"])),
)
STEPS = st.lists(
    st.one_of(CHANGES, st.sampled_from(["look", "restart", "refuse", "take", "pass"])), min_size=1, max_size=15
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whoever_follows_his_notices_knows_his_prices(
    steps: list[object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop = PriceShop(tmp_path_factory.mktemp("prices") / "cell.db")
    try:
        shop.ask("MID", "LOW")
        known = {code: shop.pays(code) for code in ("MID", "LOW")}
        for step in [*steps, "take", "look", "look"]:
            match step:
                case "restart":
                    shop.restart()
                case "refuse":
                    shop.refusing = {"LOW"}
                case "take":
                    shop.refusing = set()
                case "look" | "pass":
                    for code, changes in shop.look(20_000 if step == "look" else 10):
                        for product, (old_idr, new_idr) in changes.items():
                            assert known[code][product] == old_idr != new_idr, "each notice goes on from the last"
                            known[code][product] = new_idr
                case (str(kind), str(key), str(field), value):
                    shop.change(kind, key, **{field: value})
                case _:
                    raise AssertionError(step)
        assert known == {code: shop.pays(code) for code in known}
    finally:
        shop.close()


def test_what_is_taken_to_price_nothing_prices_nothing(shop: PriceShop) -> None:
    low = shop.cell.writer.cell.agents["LOW"]
    other = msgspec.structs.replace(
        low,
        name="Other",
        status=AgentStatus.BLOCKED,
        credit_limit_idr=1,
        debt_limit_idr=1,
        debt_days=1,
        secrets={"pin": "x"},
        senders=("chat:X",),
        trusted_senders=("chat:X",),
        ips=("::1",),
        rate_per_s=1,
        report_url="http://x",
        webhook_url="http://x",
        language="en",
        user="u",
        chat_rule_for_h2h=True,
        place="Solo",
        joined_day=1,
        blocked_by="UP",
        autoreg_word="W",
        autoreg_markup_idr=1,
        price_notices=PriceNotices.CHAT,
    )
    differ = {name for name in Agent.__struct_fields__ if getattr(low, name) != getattr(other, name)}
    assert differ == _PRICELESS
    assert not reprices(low, other)
    before = shop.pays("LOW")
    shop.cell.writer.cell.agents["LOW"] = other
    assert shop.pays("LOW") == before
    shop.cell.writer.cell.agents["LOW"] = low


def test_by_chat_he_switches_it_on_and_off_himself(tmp_path: Path) -> None:
    talk = Talk(tmp_path / "cell.db")
    pin = PINS["LOW"]

    def wanted() -> str:
        return talk.cell.writer.cell.agents["LOW"].price_notices.value

    (on,) = talk.say("LOW", f"INFOHARGA.ON.{pin}")
    assert "harga berubah" in on
    assert wanted() == "chat"
    assert "PIN tidak cocok" in talk.say("LOW", "INFOHARGA.OFF.9876")[0]
    (off,) = talk.say("LOW", f"INFOHARGA.mati.{pin}")
    assert "tidak lagi" in off
    assert wanted() == "none"
    talk.close()


def test_what_a_product_cost_when_by_whom_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cell"
    path.mkdir()
    Keyring.create(DataDir(path).keys)
    shop = PriceShop(path / "cell.db")
    shop.change("product", "P10", price_idr=10_600)
    shop.change("product", "P10", price_idr=10_600, level_prices_idr={"gold": 10_300}, commissions_idr=())
    shop.change("agent", "LOW", level="gold")
    offer = msgspec.structs.replace(shop.cell.writer.cell.offers["P10"][0], cost_idr=9_800)
    shop.cell.save("offer", offer.key, offer)
    shop.close()

    def typed(*tokens: str) -> list[dict[str, object]]:
        capsys.readouterr()
        assert run(["product", "history", "p10", *tokens, "--json", "--data", str(path)]) == 0
        told: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return told

    costs = [(line["what"], line["old"], line["new"]) for line in typed()]
    assert costs == [
        ("commissions", None, "50; 25"),
        ("price", None, 10_500),
        ("cost S1", None, 10_000),
        ("cost S2", None, 10_100),
        ("price", 10_500, 10_600),
        ("commissions", "50; 25", None),
        ("level gold", None, 10_300),
        ("cost S1", 10_000, 9_800),
    ]
    assert {line["by"] for line in typed()} == {"owner"}
    paid = [(line["old_idr"], line["new_idr"], line["cause"]) for line in typed("--agent", "low")]
    assert paid == [(None, 10_550, "agent LOW"), (10_550, 10_650, "product P10"), (10_650, 10_350, "agent LOW")]
    assert run(["product", "history", "NONE", "--data", str(path)]) == 1
    assert "no product NONE" in capsys.readouterr().err
    assert run(["product", "history", "P10", "--agent", "X", "--data", str(path)]) == 1
    assert "no agent X" in capsys.readouterr().err
    assert run(["product", "history", "P10", "--data", str(path)]) == 0
    assert "Rp10.600" in capsys.readouterr().out


class Receiver:
    """An agent's own server: refuses the first post, takes the next."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                receiver.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(200 if len(receiver.came) > 1 else 503)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/prices?of=toko"
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_through_the_composed_server_one_is_told_by_chat_and_one_by_a_signed_post(tmp_path: Path) -> None:
    receiver = Receiver()
    house = House(make(DataDir(tmp_path / "cell"), settings=Settings("Toko", price_notice_window_s=0)))
    try:
        sealed = {name: house.server.keys.seal(name) for name in ("pin", "password", "api_key")}
        for code, more in (
            ("BUDI", {"senders": ["chat:BUDI"], "price_notices": "chat", "language": "en"}),
            ("TOKO", {"webhook_url": receiver.url, "secrets": sealed, "price_notices": "webhook"}),
        ):
            body = {"code": code, "name": code} | more
            assert house.submit(SaveRecord("agent", code, json.dumps(body).encode(), "t", "t")) == Done()
        for price_idr in (10_500, 10_650):
            product = msgspec.json.encode(Product("S10", "Pulsa 10", price_idr=price_idr))
            assert house.submit(SaveRecord("product", "S10", product, "t", "new list")) == Done()
        (later,) = house.run(house.server.chat.later("BUDI", 0, 8.0))
        assert later.text.splitlines() == [
            "Your prices have changed (1)",
            "S10 Pulsa 10: Rp10.500 becomes Rp10.650",
        ]
        end_s = time.monotonic() + 20
        while len(receiver.came) < 2:
            assert time.monotonic() < end_s, receiver.came
            time.sleep(0.05)
        headers, raw = receiver.came[1]
        told = json.loads(raw)
        assert (told["event"], told["agent"]) == ("price_changed", "TOKO")
        assert told["changes"] == [{"product": "S10", "name": "Pulsa 10", "old_idr": 10_500, "new_idr": 10_650}]
        wanted = sign("api_key", "POST", "/prices?of=toko", int(headers["x-juru-time"]), raw)
        assert headers["x-juru-signature"] == wanted
    finally:
        house.stop()
        receiver.close()
