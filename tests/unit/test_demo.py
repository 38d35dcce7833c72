"""The demo's data: the shape that scripts rely on, records that are accepted in their order, the prefix table."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.catalog import Availability, DestKind, PrefixTable, ProductKind, Supplier
from juru.server.domain.cell import Cell, Past, Settings
from juru.server.domain.commands import SaveRecord
from juru.server.domain.decide import decide
from juru.server.domain.place import find_offers
from juru.server.domain.pricing import quote, with_amount
from juru.server.domain.records import KINDS
from juru.server.domain.results import Done
from juru.simulation.behaviour import Behaviour
from juru.simulation.demo import DEMO, deposits, describe, market_config, records
from juru.simulation.demo_catalog import GAME_COST_IDR
from juru.values.msisdn import parse_msisdn

MORNING_MS = 1_748_833_200_000  # Monday 2 June 2025, 10:00 WIB


def seal(clear: str) -> str:
    return f"sealed:{clear[::-1]}"


@pytest.fixture(scope="module")
def cell() -> Cell:
    """A cell with everything of the demo saved in the order given."""
    made = Cell(Settings("empty"))
    made.begin(MORNING_MS, Past())
    for kind, key, body in records(seal):
        assert decide(made, SaveRecord(kind, key, body, "demo", "demo")) == Done(), (kind, key)
    for command in deposits():
        assert isinstance(decide(made, command), Done), command
    return made


def test_describe_has_the_shape_that_scripts_rely_on() -> None:
    told: dict[str, Any] = json.loads(json.dumps(describe("http://127.0.0.1:9000")))
    assert told["url"] == "http://127.0.0.1:9000"
    assert len(told["agents"]) == 9
    assert len(told["products"]) >= 25
    assert [supplier["dialect"] for supplier in told["suppliers"]].count("otomax") == 2
    assert [supplier["dialect"] for supplier in told["suppliers"]].count("digiflazz_buyer") == 2
    for agent in told["agents"]:
        assert {"member_id", "pin", "password", "api_key"} <= agent.keys()
    for product in told["products"]:
        assert {"code", "name", "sample_destination"} <= product.keys()


def test_the_first_agent_may_order_by_every_dialect_from_loopback(cell: Cell) -> None:
    told = describe()["agents"][0]
    assert all(told[key] for key in ("member_id", "pin", "password", "api_key"))
    agent = cell.agents[told["member_id"]]
    assert agent.ips == ("127.0.0.1", "::1")
    assert agent.rate_per_s >= 200
    assert agent.status is AgentStatus.ACTIVE
    assert agent.senders == ("chat:BUDI01",)
    price_idr = quote(cell.agents, agent, cell.products[describe()["products"][0]["code"]]).price_idr
    assert cell.free_idr(agent) == 100_000_000 >= 1_000 * price_idr


def test_the_first_product_is_fixed_and_always_open(cell: Cell) -> None:
    told = describe()["products"][0]
    product = cell.products[told["code"]]
    assert product.kind is ProductKind.FIXED
    assert product.dest_kind is DestKind.MSISDN
    assert product.availability is Availability.OPEN
    assert product.cut_offs == ()
    assert product.stock is None
    for last in range(100):
        number = parse_msisdn(f"{told['sample_destination'][:-2]}{last:02d}")
        assert number is not None
        assert cell.prefixes.operator_of("0" + number[3:], {}) == product.operator


def test_the_first_product_is_bought_only_where_nothing_goes_wrong() -> None:
    code = DEMO.products[0].code
    sellers = {told.supplier.code: told for told in DEMO.suppliers}
    used = [offer for offer in DEMO.offers if offer.product == code]
    assert len(used) == 2
    for offer in used:
        told = sellers[offer.supplier]
        behaviour = told.sku_behaviours.get(offer.sku, told.behaviour)
        assert sum(share for _, share in behaviour.shares()) <= 10
        assert behaviour.latency_ms_max <= 1_000
        assert told.supplier.cut_offs == offer.cut_offs == ()


def test_trouble_of_every_kind_is_shown_on_other_products() -> None:
    troubled: dict[str, int] = {}
    for told in DEMO.suppliers:
        for behaviour in (told.behaviour, *told.sku_behaviours.values()):
            for fate, share in behaviour.shares():
                troubled[fate.value] = troubled.get(fate.value, 0) + share
    assert all(troubled.values()), troubled
    assert any(told.product.cut_offs for told in DEMO.products)
    assert any(told.product.availability is Availability.DISTURBED for told in DEMO.products)


def test_every_agent_can_be_sold_every_product_without_a_loss(cell: Cell) -> None:
    for agent in cell.agents.values():
        for product in cell.products.values():
            if product.kind is ProductKind.VOUCHER:
                assert quote(cell.agents, agent, product).income_idr >= GAME_COST_IDR, agent.code
                continue
            amount_idr = 50_000 if product.kind is ProductKind.OPEN else None
            priced = with_amount(quote(cell.agents, agent, product), product, amount_idr)
            offers, rejected = find_offers(cell, product, priced, amount_idr)
            assert offers, (agent.code, product.code, rejected)
            assert not rejected, (agent.code, product.code, rejected)


def test_a_sample_destination_belongs_to_its_product(cell: Cell) -> None:
    for told in DEMO.products:
        if told.product.dest_kind is DestKind.MSISDN and told.product.operator is not None:
            assert cell.prefixes.operator_of(told.sample_destination, {}) == told.product.operator, told.code


def test_records_decode_as_their_structs_and_hold_no_secret_in_clear() -> None:
    clear = [value for told in DEMO.agents for value in (told.pin, told.password, told.api_key) if value is not None]
    clear += [value for told in DEMO.suppliers for value in told.secrets.values()]
    for kind, key, body in records(seal):
        record = msgspec.json.decode(body, type=KINDS[kind])
        if isinstance(record, Agent | Supplier):
            assert record.code == key
            assert record.secrets
            assert all(value.startswith("sealed:") for value in record.secrets.values())
        assert not any(f'"{value}"'.encode() in body for value in clear), key


def test_ids_are_those_the_cell_would_give() -> None:
    saved = [msgspec.json.decode(body, type=KINDS[kind]) for kind, _, body in records(seal)]
    assert [agent.id for agent in saved if isinstance(agent, Agent)] == list(range(1, 10))
    assert [supplier.id for supplier in saved if isinstance(supplier, Supplier)] == [1, 2, 3, 4]


def test_a_hash_is_kept_of_the_pin_of_an_agent_who_only_chats() -> None:
    kept = {
        key: msgspec.json.decode(body, type=Agent).secrets
        for kind, key, body in records(seal, hash_pin=lambda pin: f"hash of {len(pin)}")
        if kind == "agent"
    }
    assert set(kept["BUDI01"]) == {"pin", "password", "api_key"}
    assert kept["SARI02"] == {"pin_hash": "hash of 6"}


def test_the_market_sells_what_the_offers_name_at_their_cost(cell: Cell) -> None:
    config = market_config(server_url="http://127.0.0.1:9000", port=0)
    sellers = {seller.name: seller for seller in config.suppliers}
    for offer in DEMO.offers:
        sku = next(sku for sku in sellers[offer.supplier.lower()].skus if sku.code == offer.sku)
        assert sku.price_idr == offer.cost_idr
    for told in DEMO.suppliers:
        supplier, buyer = cell.suppliers[told.supplier.code], sellers[told.path].buyers[0]
        assert supplier.account["base"] == f"{DEMO.market_url}/{told.path}"
        assert buyer.report_url == f"http://127.0.0.1:9000/callback/{supplier.code}/{supplier.callback_token}"
        assert -cell.ledger[100 + supplier.id].free_idr == buyer.balance_idr


def test_another_market_address_moves_every_supplier() -> None:
    moved = msgspec.structs.replace(DEMO, market_url="http://127.0.0.1:7777")
    assert all(told["url"].startswith("http://127.0.0.1:7777/") for told in describe(demo=moved)["suppliers"])
    bases = [
        msgspec.json.decode(body, type=Supplier).account["base"]
        for kind, _, body in records(seal, moved)
        if kind == "supplier"
    ]
    assert all(base.startswith("http://127.0.0.1:7777/") for base in bases)


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("081234567890", "TELKOMSEL"),
        ("085156123456", "TELKOMSEL"),
        ("085712345678", "INDOSAT"),
        ("087712345678", "XL"),
        ("083112345678", "AXIS"),
        ("089512345678", "TRI"),
        ("088912345678", "SMARTFREN"),
        ("080012345678", None),
    ],
)
def test_the_shipped_prefixes_know_the_operator(number: str, operator: str | None) -> None:
    assert DEMO.prefixes.operator_of(number, {}) == operator


def test_the_shipped_prefixes_name_known_operators_only() -> None:
    assert isinstance(DEMO.prefixes, PrefixTable)
    assert set(DEMO.prefixes.prefixes.values()) <= {operator.code for operator in DEMO.operators}


@pytest.mark.parametrize(
    "wrong", [{"failed_permille": 600, "refused_permille": 401}, {"latency_ms_min": 2}, {"settle_ms_min": -1}]
)
def test_an_impossible_behaviour_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"behaviour|range"):
        msgspec.convert(wrong, Behaviour)
