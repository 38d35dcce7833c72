"""What is configured: shape and cross-checks of records, PIN tries, pausing, refusals kept for people."""

from __future__ import annotations

import msgspec
import pytest

from juru.server.domain.agent import Agent, PinGuard
from juru.server.domain.catalog import Offer, Operator, PrefixTable, Product, Supplier
from juru.server.domain.cell import Cell, Settings
from juru.server.domain.commands import ChangePin, Delivered, NotePin, NoteRefusal, Pause, SaveRecord
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from juru.server.domain.views import OrderView
from juru.values.days import Zone
from tests.support.domain import Market, accepted, done, market, refused, run


@pytest.fixture
def shop() -> Market:
    return market()


def save(shop: Market, kind: str, key: str, record: msgspec.Struct | dict[str, object] | bytes) -> Result:
    body = record if isinstance(record, bytes) else msgspec.json.encode(record)
    return shop.do(SaveRecord(kind, key, body, "ani", "because"))


def said(result: Result) -> str:
    assert refused(result) is Code.MALFORMED
    assert isinstance(result, Refusal)
    return str(result.facts["detail"])


def test_new_version_is_noted_with_author_and_reason(shop: Market) -> None:
    assert shop.placed("before").price_idr == 10_600
    done(save(shop, "product", "S10", Product("S10", "S10", price_idr=11_000, operator="TSEL")))
    (record,) = shop.commits[-1].records
    assert (record.kind, record.key, record.by, record.reason) == ("product", "S10", "ani", "because")
    assert msgspec.json.decode(record.body, type=Product).price_idr == 11_000
    assert shop.placed().price_idr == 11_100, "the quotes of before are forgotten"


@pytest.mark.parametrize(
    ("kind", "key", "record", "detail"),
    [
        ("nothing", "A", {}, "unknown kind"),
        ("product", "S10", b"{", "truncated"),
        ("product", "S10", b"[1]", "JSON object"),
        ("product", "S10", {"code": "S10"}, "name"),
        ("product", "S10", {"code": "S10", "name": "x", "price_idr": -1}, "price_idr"),
        ("product", "S10", {"code": "S10", "name": "x", "price_idr": 1.5}, "price_idr"),
        ("product", "s10", {"code": "s10", "name": "x"}, "code"),
        ("product", "S11", Product("S10", "x"), "differs from the key"),
        ("product", "S10", Product("S10", "x", operator="AXIS"), "unknown operator AXIS"),
        ("product", "S10", {"code": "S10", "name": "x", "cut_offs": [{"start": "24:00", "end": "01:00"}]}, "start"),
        ("operator", "XL", Operator("TSEL", "x"), "differs from the key"),
        ("supplier", "NEW", Supplier(1, "ALFA", "x", "otomax"), "differs from the key"),
        ("supplier", "NEW", Supplier(1, "NEW", "x", "otomax", ref_length_max=13), "too short"),
        ("supplier", "NEW", Supplier(1, "NEW", "x", "otomax", ref_prefix="ABC", ref_length_max=16), "too short"),
        ("offer", "O1", Offer("O2", "S10", "ALFA", "x", 1), "differs"),
        ("offer", "O1", Offer("O1", "NONE", "ALFA", "x", 1), "unknown product NONE"),
        ("offer", "O1", Offer("O1", "S10", "NONE", "x", 1), "unknown supplier NONE"),
        ("offer", "O1", {"key": "O1", "product": "S10", "supplier": "ALFA", "sku": "", "cost_idr": 1}, "sku"),
        ("agent", "NEW", Agent(1, "OLD", "x"), "differs from the key"),
        ("agent", "NEW", Agent(1, "NEW", "x", upline="NONE"), "unknown upline NONE"),
        ("agent", "NEW", Agent(1, "NEW", "x", upline="NEW"), "loop"),
        ("agent", "TOP", Agent(1, "TOP", "x", upline="BUDI"), "loop"),
        ("setting", "OTHER", Settings("x"), "key is CELL"),
        ("setting", "CELL", Settings("x", zone=Zone.WIT), "fixed at init"),
        ("setting", "CELL", {"name": "x", "zone": "UTC"}, "zone"),
        ("prefixes", "OTHER", PrefixTable("1", {}), "key is TABLE"),
        ("pin_guard", "BUDI", PinGuard("TOP"), "its agent's code"),
        ("pin_guard", "NONE", PinGuard("NONE"), "its agent's code"),
        ("ported", "X", {"dest": "123", "operator": "XL"}, "no mobile number"),
        ("ported", "X", {"dest": "081234567890", "operator": "AXIS"}, "unknown operator"),
    ],
)
def test_bad_record_changes_nothing_and_says_what_is_wrong(
    shop: Market, kind: str, key: str, record: msgspec.Struct | dict[str, object] | bytes, detail: str
) -> None:
    before = state_of(shop.cell)
    assert detail in said(save(shop, kind, key, record))
    assert (state_of(shop.cell), shop.commits[-1].records) == (before, [])


def state_of(cell: Cell) -> bytes:
    known = (cell.settings, cell.agents, cell.operators, cell.products, cell.offers, cell.suppliers, cell.prefixes)
    return msgspec.json.encode((*known, cell.ported, cell.pin_guards))


def test_incarnation_only_rises(shop: Market) -> None:
    done(save(shop, "setting", "CELL", Settings("x", incarnation=3)))
    assert "incarnation" in said(save(shop, "setting", "CELL", Settings("x", incarnation=2)))


def test_numbers_are_given_once_and_kept(shop: Market) -> None:
    done(save(shop, "agent", "NEW", Agent(99, "NEW", "New", upline="TOP")))
    done(save(shop, "agent", "BUDI", Agent(99, "BUDI", "Budi again", upline="MID")))
    done(save(shop, "supplier", "GAMA", Supplier(899, "GAMA", "Gama", "otomax")))
    done(save(shop, "supplier", "ALFA", Supplier(899, "ALFA", "Alfa again", "otomax")))
    cell = shop.cell
    assert (cell.agents["NEW"].id, cell.agents["BUDI"].id) == (5, 3)
    assert (cell.suppliers["GAMA"].id, cell.suppliers["ALFA"].id) == (3, 1)


def test_offer_that_moves_to_another_product_leaves_the_first(shop: Market) -> None:
    done(save(shop, "offer", "ALFA-S10", Offer("ALFA-S10", "GOPAY", "ALFA", "x", 1)))
    assert [o.key for o in shop.cell.offers["S10"]] == ["BETA-S10"]
    assert [o.key for o in shop.cell.offers["GOPAY"]] == ["ALFA-GOPAY", "ALFA-S10", "BETA-GOPAY"]


def test_wrong_pins_are_counted_durably_and_lock(shop: Market) -> None:
    for tries in range(1, 5):
        done(shop.do(NotePin("BUDI", right=False)))
        assert shop.cell.pin_guards["BUDI"] == PinGuard("BUDI", tries)
        assert len(shop.commits[-1].records) == 1
    done(shop.do(NotePin("BUDI", right=False)))
    assert shop.cell.pin_guards["BUDI"].locked_ms == shop.now_ms
    assert refused(shop.order()) is Code.PIN_LOCKED
    assert refused(shop.do(NotePin("BUDI", right=False))) is Code.PIN_LOCKED
    done(shop.do(NotePin("BUDI", right=True)))
    assert refused(shop.order()) is Code.PIN_LOCKED, "a right PIN does not unlock"
    done(save(shop, "pin_guard", "BUDI", PinGuard("BUDI")))
    accepted(shop.order())


def test_right_pin_clears_the_count_and_writes_nothing_when_there_is_none(shop: Market) -> None:
    done(shop.do(NotePin("BUDI", right=True)))
    assert not shop.commits[-1].any()
    for _ in range(4):
        shop.do(NotePin("BUDI", right=False))
    done(shop.do(NotePin("BUDI", right=True)))
    assert shop.cell.pin_guards["BUDI"].tries == 0


def test_tries_before_a_lock_are_a_setting() -> None:
    shop = market(pin_tries_max=1)
    shop.do(NotePin("BUDI", right=False))
    assert refused(shop.order()) is Code.PIN_LOCKED


def test_new_pin_replaces_every_form_of_the_old_one(shop: Market) -> None:
    shop.change_agent("BUDI", secrets={"pin": "old", "pin_hash": "old", "api_key": "kept"})
    done(shop.do(ChangePin("BUDI", {"pin_hash": "new"})))
    assert shop.cell.agents["BUDI"].secrets == {"pin_hash": "new", "api_key": "kept"}
    assert refused(shop.do(ChangePin("NOBODY", {}))) is Code.UNKNOWN_SENDER


def test_pause_stops_new_orders_and_resume_lets_them_in(shop: Market) -> None:
    order = shop.placed("before")
    done(shop.do(Pause(paused=True, by="ani", reason="restore")))
    assert refused(shop.order("r1")) is Code.PAUSED
    shop.send(order)
    assert shop.attempts_of(order)[0].state == "sending", "what is held goes on"
    done(shop.do(Pause(paused=False, by="ani", reason="reconciled")))
    accepted(shop.order("r1"))


def test_refusal_is_kept_without_its_whole_detail(shop: Market) -> None:
    done(shop.do(NoteRefusal("BUDI", "api", "bad_signature", "x" * 1_000)))
    (row,) = shop.commits[-1].refusals
    assert (row.agent, row.channel, row.code, len(row.detail)) == ("BUDI", "api", "bad_signature", 200)


def test_refused_order_names_its_reference_and_destination(shop: Market) -> None:
    shop.order("r77", dest="08123")
    (row,) = shop.commits[-1].refusals
    assert row.detail == "r77 08123"
    shop.do(SaveRecord("nothing", "A", b"{}", "ani", "x"))
    assert shop.commits[-1].refusals == [], "a person's own mistake is told to him, not kept"


@pytest.mark.parametrize(
    ("command", "state"),
    [
        (Delivered((7,)), ("told", None, 1)),
        (Delivered((7,), 5_000, 3), ("waiting", 5_000, 3)),
        (Delivered((7,), None, 16, gave_up=True), ("given_up", None, 16)),
    ],
)
def test_delivery_marks_the_outbox(command: Delivered, state: tuple[str, int | None, int]) -> None:
    shop = market()
    run(shop.cell, command)
    (mark,) = shop.cell.changes.outbox_marks
    assert (mark.id, mark.state, mark.next_ms, mark.tries) == (7, *state)


def test_agent_without_a_way_to_be_told_gets_no_outbox_row(shop: Market) -> None:
    shop.sold("silent")
    assert not any(changes.outbox for changes in shop.commits)
    shop.deposit("OTHER", 50_000)
    order = shop.sold("told", agent="OTHER")
    (row,) = shop.commits[-1].outbox
    assert isinstance(row.view, OrderView)
    assert (row.order_id, row.view.state, row.view.sn) == (order.id, "success", "SN-told")
    assert row.view.balance_idr == 50_000 - 10_500


def test_time_never_goes_back_from_one_batch_to_the_next(shop: Market) -> None:
    now_ms = shop.now_ms
    shop.placed("r1")
    order = shop.do(NoteRefusal(None, "x", "y"), at_ms=now_ms - 3_600_000)
    done(order)
    assert shop.cell.now_ms == now_ms
