"""The business that is measured: 300 products with 3 offers each, 10,000 agents, two uplines on commission."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.app import Server
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Offer, Operator, PrefixTable, Product, Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.commands import AddDeposit, Command, DepositKind, SaveRecord
from juru.server.domain.outcome import InquiryVerb
from juru.server.domain.refusals import Refusal
from juru.server.engine.ports import SupplierPort
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir, ServeSettings
from juru.server.store.audit import audit
from juru.server.store.keyring import Keyring
from juru.server.store.migrate import migrate
from juru.server.store.store import Store

PRODUCTS = 300
AGENTS = 10_000
PIN, PASSWORD, API_KEY = "1234", "bench-password", "bench-key"
_PREFIXES = {"0812": "TELKOMSEL"}
_encode = msgspec.json.encode


class Shape(msgspec.Struct, frozen=True):
    """Where suppliers and reports are in this measurement; None for suppliers inside the process."""

    market: str | None = None
    report_url: str = ""


def _records(keys: Keyring, shape: Shape) -> list[tuple[str, str, msgspec.Struct]]:
    base = shape.market or "http://127.0.0.1:1"
    rows: list[tuple[str, str, msgspec.Struct]] = [
        ("setting", "CELL", Settings("Bench")),
        ("operator", "TELKOMSEL", Operator("TELKOMSEL", "Telkomsel")),
        ("prefixes", "TABLE", PrefixTable("bench", _PREFIXES)),
    ]
    for i in range(PRODUCTS):
        levels = {"retail": 10_600, "grosir": 10_500}
        product = Product(f"P{i}", f"Pulsa {i}", price_idr=10_700, operator="TELKOMSEL", level_prices_idr=levels)
        rows.append(("product", product.code, product))
    # One supplier is the cheapest everywhere, so its account is in every transfer: the hot account of the trade.
    for number, code in enumerate(("HOT", "WARM", "COLD"), 1):
        account = {"base": f"{base}/{code.lower()}", "member_id": "JURU", "auth": "sign"}
        secrets = {"pin": keys.seal(PIN), "password": keys.seal(PASSWORD)}
        supplier = Supplier(
            number,
            code,
            code,
            "otomax",
            account,
            secrets,
            inquiry=InquiryVerb.EXPLICIT,
            in_flight_max=2_000,
            rate_per_s=100_000,
            callback_token="bench",
        )
        rows.append(("supplier", code, supplier))
    for i in range(PRODUCTS):
        for number, code in enumerate(("HOT", "WARM", "COLD")):
            offer = Offer(f"{code}-P{i}", f"P{i}", code, "S10", 10_000 + 40 * number)
            rows.append(("offer", offer.key, offer))
    sealed = {"pin": keys.seal(PIN), "password": keys.seal(PASSWORD), "api_key": keys.seal(API_KEY)}
    for i in range(AGENTS):
        upline = None if i < 10 else f"A{i % 10}" if i < 1_000 else f"A{10 + i % 990}"
        agent = Agent(
            i + 1,
            f"A{i}",
            f"Agen {i}",
            upline=upline,
            level="grosir" if i % 3 else "retail",
            downline_markup_idr=25 if i < 1_000 else 0,
            secrets=sealed,
            ips=("127.0.0.1",),
            rate_per_s=100_000,
            report_url=shape.report_url,
        )
        rows.append(("agent", agent.code, agent))
    return rows


async def build(path: Path, shape: Shape) -> DataDir:
    """A fresh cell with the whole catalog and every agent's deposit."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs yet
    data = DataDir(path)
    keys = Keyring.create(data.keys)
    # The catalog is not what is measured, so it is written without waiting for the disk.
    engine = SqliteEngine(data.database, synchronous="OFF")
    migrate(engine)
    writer = Writer(Store(engine), RealTime(), queue_max=100_000)
    working = asyncio.create_task(writer.run())
    commands: list[Command] = [
        SaveRecord(kind, key, _encode(record), "bench", "rig") for kind, key, record in _records(keys, shape)
    ]
    commands += [
        AddDeposit(DepositKind.AGENT, f"A{i}", 1_000_000_000_000, "rig", "bench", f"a{i}") for i in range(AGENTS)
    ]
    commands += [
        AddDeposit(DepositKind.SUPPLIER, code, 1_000_000_000_000, "rig", "bench", code)
        for code in ("HOT", "WARM", "COLD")
    ]
    results = await asyncio.gather(*(writer.submit(command) for command in commands))
    assert not [r for r in results if isinstance(r, Refusal)], "the rig was refused"
    writer.stop()
    await working
    engine.close()
    return data


class Zipf:
    """Agents by Zipf's law and random destinations, from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        weights = [1 / (rank + 1) for rank in range(AGENTS)]
        self._agents = self._random.choices(range(AGENTS), weights, k=200_000)
        self._at = 0

    def order(self) -> tuple[str, str, str]:
        """Agent code, product code, destination."""
        self._at = (self._at + 1) % len(self._agents)
        agent = self._agents[self._at]
        product = self._random.randrange(PRODUCTS)
        return f"A{agent}", f"P{product}", f"0812{self._random.randrange(10**8):08d}"


def audited(data: DataDir) -> int:
    """Findings of a full audit; a figure is void unless this is 0."""
    engine = SqliteEngine(data.database, read_only=True)
    try:
        return len(audit(engine, expected_head=None, progress=None).found)
    finally:
        engine.close()


def server(data: DataDir, port: int = 0, suppliers: Callable[[Server], SupplierPort] | None = None) -> Server:
    """The server as ``serve`` composes it; ``suppliers`` stand in for those over HTTP."""
    return Server(data, ServeSettings(port=port, queue_max=20_000), suppliers=suppliers)
