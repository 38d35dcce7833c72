"""The demo's business: fixed values, so that what is printed of it is true whether it runs or not.

Pure data. These secrets protect nothing: they are printed by ``juru demo --describe`` and work from loopback only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from juru.server.desk.init import OPERATORS, shipped_prefixes
from juru.server.desk.vouchers import fingerprint
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.catalog import Offer, Operator, PrefixTable, Product, Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.commands import AddDeposit, DepositKind, ImportVouchers, NewVoucher, PaidFrom
from juru.server.domain.gateway import Gateway
from juru.server.domain.outcome import InquiryVerb
from juru.server.domain.records import PREFIXES_KEY, SETTINGS_KEY
from juru.simulation.behaviour import Behaviour
from juru.simulation.demo_catalog import GAME, GAME_CODES, GAME_COST_IDR, OFFERS, PRODUCTS, sample_of, skus_of
from juru.simulation.market import GATEWAY, MarketConfig
from juru.simulation.seller import Buyer, SellerConfig

SERVER_URL = "http://127.0.0.1:8000"
MARKET_PORT = 8100
MARKET_SEED = 20_250_817
MEMBER_ID = "JURUDEMO"
LOOPBACK = ("127.0.0.1", "::1")
SUPPLIER_DEPOSIT_IDR = 500_000_000
EQUITY_IDR = 2_500_000_000
DAY_S = 86_400
VOUCHER_KEY = "demo-voucher-key"
BANK_ACCOUNT = BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko Pulsa Maju")
"""Where its agents pay in; its statement is a plain table, which anybody can write by hand."""


class DemoAgent(msgspec.Struct, frozen=True):
    """An agent with his secrets in clear; without password and key he orders by chat only."""

    agent: Agent
    pin: str
    password: str | None = None
    api_key: str | None = None
    deposit_idr: int = 0

    @property
    def member_id(self) -> str:
        """His id in every dialect."""
        return self.agent.code


class DemoProduct(msgspec.Struct, frozen=True):
    """A product and a destination to try it with."""

    product: Product
    sample_destination: str

    @property
    def code(self) -> str:
        """Its code."""
        return self.product.code


class DemoSupplier(msgspec.Struct, frozen=True):
    """A supplier without its address, its secrets in clear, and how it behaves in the market."""

    supplier: Supplier
    secrets: dict[str, str]
    behaviour: Behaviour
    sku_behaviours: dict[str, Behaviour] = {}

    @property
    def path(self) -> str:
        """Its name in the market."""
        return self.supplier.code.lower()


class Demo(msgspec.Struct, frozen=True):
    """The whole business. ``agents[0]`` is the H2H agent, ``products[0]`` what scripts order."""

    settings: Settings
    operators: tuple[Operator, ...]
    prefixes: PrefixTable
    products: tuple[DemoProduct, ...]
    offers: tuple[Offer, ...]
    suppliers: tuple[DemoSupplier, ...]
    agents: tuple[DemoAgent, ...]
    market_url: str = f"http://127.0.0.1:{MARKET_PORT}"


def describe(url: str = SERVER_URL, demo: Demo | None = None) -> dict[str, Any]:
    """What ``juru demo --describe`` prints: the demo at ``url``, with everything needed to order there."""
    demo = demo or DEMO
    return {
        "url": url,
        "agents": [_describe_agent(told) for told in demo.agents],
        "products": [
            {
                "code": told.code,
                "name": told.product.name,
                "sample_destination": told.sample_destination,
                "kind": told.product.kind.value,
                "operator": told.product.operator,
            }
            for told in demo.products
        ],
        "suppliers": [
            {
                "code": told.supplier.code,
                "name": told.supplier.name,
                "dialect": told.supplier.dialect,
                "url": f"{demo.market_url}/{told.path}",
            }
            for told in demo.suppliers
        ],
        "market_url": demo.market_url,
    }


def _describe_agent(told: DemoAgent) -> dict[str, Any]:
    agent = told.agent
    return {
        "member_id": agent.code,
        "pin": told.pin,
        "user": agent.user or agent.code,
        "password": told.password,
        "api_key": told.api_key,
        "name": agent.name,
        "upline": agent.upline,
        "level": agent.level,
        "status": agent.status.value,
        "senders": list(agent.senders),
        "ips": list(agent.ips),
        "rate_per_s": agent.rate_per_s,
        "deposit_idr": told.deposit_idr,
    }


def records(
    seal: Callable[[str], str], demo: Demo | None = None, *, hash_pin: Callable[[str], str] | None = None
) -> list[tuple[str, str, bytes]]:
    """Every record as (kind, key, body), in the order in which they can be saved: what is named comes before.

    With ``hash_pin`` the PIN of an agent who only chats is kept as its hash, as law 9 wants it; else it is sealed.
    """
    demo = demo or DEMO
    gateway = Gateway(f"{demo.market_url}{GATEWAY}?to={{to}}&text={{text}}")
    settings = msgspec.structs.replace(demo.settings, gateway=gateway, voucher_key=seal(VOUCHER_KEY))
    rows: list[tuple[str, str, msgspec.Struct]] = [("setting", SETTINGS_KEY, settings)]
    rows += [("operator", operator.code, operator) for operator in demo.operators]
    rows.append(("prefixes", PREFIXES_KEY, demo.prefixes))
    rows.append(("bank_account", BANK_ACCOUNT.code, BANK_ACCOUNT))
    rows += [("product", told.code, told.product) for told in demo.products]
    rows += [("supplier", told.supplier.code, _supplier_record(told, demo, seal)) for told in demo.suppliers]
    rows += [("offer", offer.key, offer) for offer in demo.offers]
    in_order = sorted(demo.agents, key=lambda told: told.agent.id)
    rows += [("agent", told.member_id, _agent_record(told, seal, hash_pin)) for told in in_order]
    return [(kind, key, msgspec.json.encode(record)) for kind, key, record in rows]


def _supplier_record(told: DemoSupplier, demo: Demo, seal: Callable[[str], str]) -> Supplier:
    return msgspec.structs.replace(
        told.supplier,
        account=told.supplier.account | {"base": f"{demo.market_url}/{told.path}"},
        secrets={key: seal(clear) for key, clear in told.secrets.items()},
    )


def _agent_record(told: DemoAgent, seal: Callable[[str], str], hash_pin: Callable[[str], str] | None) -> Agent:
    if told.api_key is None and hash_pin is not None:
        return msgspec.structs.replace(told.agent, secrets={"pin_hash": hash_pin(told.pin)})
    clear = {"pin": told.pin, "password": told.password, "api_key": told.api_key}
    sealed = {key: seal(value) for key, value in clear.items() if value is not None}
    return msgspec.structs.replace(told.agent, secrets=sealed)


def deposits(demo: Demo | None = None, *, by: str = "demo") -> list[AddDeposit]:
    """The money everything starts with; the request ids are fixed, so it is posted once however often it is asked."""
    demo = demo or DEMO
    rows = [(DepositKind.BANK, "", EQUITY_IDR)]
    rows += [(DepositKind.SUPPLIER, told.supplier.code, SUPPLIER_DEPOSIT_IDR) for told in demo.suppliers]
    rows += [(DepositKind.AGENT, told.member_id, told.deposit_idr) for told in demo.agents if told.deposit_idr]
    return [
        AddDeposit(kind, key, amount_idr, "demo opening balance", by, f"demo-{kind.value}-{key or 'BANK'}")
        for kind, key, amount_idr in rows
    ]


def published(demo: Demo | None = None) -> dict[tuple[str, str], dict[str, str]]:
    """Every secret of the demo, by whose it is: all of them stand in public, so no real business may use them."""
    demo = demo or DEMO
    found: dict[tuple[str, str], dict[str, str]] = {}
    for agent in demo.agents:
        secrets = {"pin": agent.pin, "password": agent.password, "api_key": agent.api_key}
        found["agent", agent.member_id] = {name: value for name, value in secrets.items() if value is not None}
    for told in demo.suppliers:
        found["supplier", told.supplier.code] = {**told.secrets, "callback_token": told.supplier.callback_token}
    return found


def vouchers(seal: Callable[[str], str], *, by: str = "demo") -> ImportVouchers:
    """The stock of game vouchers everything starts with."""
    codes = tuple(
        NewVoucher(fingerprint(VOUCHER_KEY, code), seal(code), GAME_COST_IDR, f"G{n:04d}")
        for n, code in enumerate(GAME_CODES, 1)
    )
    return ImportVouchers(GAME.code, codes, PaidFrom.BANK, "demo opening stock", by, "demo-vouchers")


def market_config(
    demo: Demo | None = None, *, server_url: str = SERVER_URL, port: int = MARKET_PORT, log_path: str | None = None
) -> MarketConfig:
    """The market the demo buys from; its suppliers report to the server at ``server_url``."""
    demo = demo or DEMO
    return MarketConfig(
        tuple(_seller(told, server_url) for told in demo.suppliers), seed=MARKET_SEED, port=port, log_path=log_path
    )


def _seller(told: DemoSupplier, server_url: str) -> SellerConfig:
    supplier, secrets = told.supplier, told.secrets
    buyer = Buyer(
        MEMBER_ID,
        secrets.get("pin", ""),
        secrets.get("password", ""),
        secrets.get("api_key", ""),
        secrets.get("secret", ""),
        SUPPLIER_DEPOSIT_IDR,
        f"{server_url}/callback/{supplier.code}/{supplier.callback_token}",
    )
    return SellerConfig(
        told.path, supplier.dialect, told.behaviour, told.sku_behaviours, (buyer,), skus_of(supplier.code)
    )


_QUICK = Behaviour(latency_ms_min=5, latency_ms_max=40)
_RAYA = Behaviour(
    latency_ms_min=80,
    latency_ms_max=900,
    failed_permille=70,
    refused_permille=40,
    pending_callback_permille=350,
    unmapped_code_permille=20,
    html_page_permille=10,
    server_error_permille=10,
    lost_reply_permille=20,
    slow_body_permille=20,
    foreign_reference_permille=10,
    pending_fails_permille=80,
    settle_ms_min=1_500,
    settle_ms_max=15_000,
    status_codes=True,
)
_NUSA = Behaviour(
    latency_ms_min=60,
    latency_ms_max=700,
    failed_permille=60,
    refused_permille=30,
    pending_callback_permille=450,
    pending_inquiry_permille=40,
    lost_reply_permille=15,
    taken_back_permille=5,
    pending_fails_permille=60,
    settle_ms_min=1_000,
    settle_ms_max=12_000,
    price_change_every=40,
    price_step_idr=20,
)
_LATE = Behaviour(
    latency_ms_min=80, latency_ms_max=900, late_success_permille=400, settle_ms_min=20_000, settle_ms_max=60_000
)

_LOST = Behaviour(latency_ms_min=80, latency_ms_max=400, lost_reply_permille=1_000)
"""Delivered, and the connection is cut before the answer: what becomes of it only a person can find out."""


def _token(supplier: str) -> str:
    """The part of the report address that a stranger would have to guess, were this not a demo."""
    return f"laporan-{supplier.lower()}-demo"


SUPPLIERS: tuple[DemoSupplier, ...] = (
    DemoSupplier(
        Supplier(
            1,
            "MITRA",
            "Mitra Pulsa Jaya",
            "otomax",
            {"member_id": MEMBER_ID},
            inquiry=InquiryVerb.EXPLICIT,
            first_inquiry_s=20,
            dedup_window_s=DAY_S,
            in_flight_max=200,
            rate_per_s=2_000,
            read_timeout_s=15,
            callback_ips=LOOPBACK,
            callback_token=_token("MITRA"),
        ),
        {"pin": "4471", "password": "mitra-rahasia"},
        _QUICK,
    ),
    DemoSupplier(
        Supplier(
            2,
            "DIGI",
            "Digi Agregator",
            "digiflazz_buyer",
            {"username": MEMBER_ID},
            inquiry=InquiryVerb.RESEND,
            bill_inquiry=InquiryVerb.EXPLICIT,
            inquiry_horizon_s=80 * DAY_S,
            first_inquiry_s=20,
            dedup_window_s=80 * DAY_S,
            in_flight_max=200,
            rate_per_s=2_000,
            read_timeout_s=15,
            callback_ips=LOOPBACK,
            callback_token=_token("DIGI"),
        ),
        {"api_key": "digi-kunci-0001", "secret": "digi-webhook-0001"},
        _QUICK,
    ),
    DemoSupplier(
        # It has no status check: what it leaves unknown waits for a report or a person.
        Supplier(
            3,
            "RAYA",
            "Raya Reload",
            "otomax",
            {"member_id": MEMBER_ID},
            inquiry=InquiryVerb.NONE,
            in_flight_max=20,
            rate_per_s=50,
            read_timeout_s=10,
            settle_delay_s=30,
            callback_ips=LOOPBACK,
            callback_token=_token("RAYA"),
        ),
        {"pin": "9024", "password": "raya-rahasia"},
        _RAYA,
        {"T5": _LATE, "AX5": _LOST},
    ),
    DemoSupplier(
        Supplier(
            4,
            "NUSA",
            "Nusantara H2H",
            "digiflazz_buyer",
            {"username": MEMBER_ID},
            inquiry=InquiryVerb.RESEND,
            bill_inquiry=InquiryVerb.EXPLICIT,
            inquiry_horizon_s=80 * DAY_S,
            first_inquiry_s=20,
            dedup_window_s=80 * DAY_S,
            in_flight_max=20,
            rate_per_s=50,
            read_timeout_s=10,
            callback_ips=LOOPBACK,
            callback_token=_token("NUSA"),
        ),
        {"api_key": "nusa-kunci-0001", "secret": "nusa-webhook-0001"},
        _NUSA,
    ),
)


def _chats(code: str) -> tuple[str, ...]:
    return (f"chat:{code}",)


AGENTS: tuple[DemoAgent, ...] = (
    DemoAgent(
        Agent(
            2,
            "BUDI01",
            "Budi Cell (H2H)",
            "INDUK",
            "h2h",
            markup_idr=25,
            senders=_chats("BUDI01"),
            ips=LOOPBACK,
            rate_per_s=5_000,
        ),
        "738291",
        "budi-sandi",
        "budi-kunci-0001",
        100_000_000,
    ),
    DemoAgent(
        Agent(1, "INDUK", "Induk Pulsa", None, "grosir", downline_markup_idr=20, senders=_chats("INDUK")),
        "604175",
        deposit_idr=50_000_000,
    ),
    DemoAgent(
        Agent(
            3,
            "SARI02",
            "Sari Reload",
            "INDUK",
            "grosir",
            product_markups_idr={"PLN20": 100},
            downline_markup_idr=50,
            senders=(*_chats("SARI02"), "sms:+6281390000002"),
        ),
        "281946",
        deposit_idr=5_000_000,
    ),
    DemoAgent(
        Agent(4, "DEWI03", "Warung Dewi", "SARI02", markup_idr=100, senders=_chats("DEWI03")),
        "593027",
        deposit_idr=1_000_000,
    ),
    DemoAgent(
        Agent(5, "EKO04", "Eko Ponsel", "DEWI03", credit_limit_idr=50_000, senders=_chats("EKO04")),
        "817364",
        deposit_idr=200_000,
    ),
    DemoAgent(
        Agent(6, "RUDI05", "Rudi Server (H2H)", "INDUK", "h2h", senders=_chats("RUDI05"), ips=LOOPBACK, rate_per_s=50),
        "462058",
        "rudi-sandi",
        "rudi-kunci-0001",
        10_000_000,
    ),
    DemoAgent(
        Agent(7, "JOKO06", "Joko (English replies)", "SARI02", senders=_chats("JOKO06"), language="en"),
        "350817",
        deposit_idr=500_000,
    ),
    DemoAgent(
        Agent(8, "WATI07", "Wati (almost no deposit)", "SARI02", senders=_chats("WATI07")), "926403", deposit_idr=5_000
    ),
    DemoAgent(
        Agent(9, "TONO08", "Tono (blocked)", "SARI02", status=AgentStatus.BLOCKED, senders=_chats("TONO08")), "174859"
    ),
)

DEMO = Demo(
    Settings("Juru Demo", demo=True),
    tuple(Operator(code, name) for code, name in OPERATORS.items()),
    shipped_prefixes(),
    tuple(DemoProduct(product, sample_of(product)) for product in PRODUCTS),
    OFFERS,
    SUPPLIERS,
    AGENTS,
)
