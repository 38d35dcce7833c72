"""The small cell of the crash tests: one agent, one product, two suppliers that are asked again within seconds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.domain.agent import Agent
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.catalog import DestKind, Offer, Operator, PrefixTable, Product, ProductKind, Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.commands import (
    AddDeposit,
    Command,
    DepositKind,
    ImportVouchers,
    NewVoucher,
    PaidFrom,
    SaveRecord,
)
from juru.server.domain.outcome import InquiryVerb
from juru.server.domain.refusals import Refusal
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring
from juru.server.store.migrate import migrate
from juru.server.store.store import Store

AGENT, PIN, PASSWORD, PRODUCT = "A1", "1234", "crash-password", "S10"
BANK = "BCA1"
SUPPLIERS = ("FIRST", "SECOND")
BILLER, API_KEY, BILL_PRODUCT, VOUCHER_PRODUCT = "BILLER", "crash-key", "PLN", "GAME"
CODES = 5_000
SEND_WITHIN_S = 2
NOT_FOUND_AFTER_S = 2
"""Together the 120 s of law 4 made short: the supplier here has read every order that left within that time."""
_MUCH_IDR = 1_000_000_000_000


def codes() -> list[str]:
    """The codes of the stock."""
    return [f"CODE-{n:06d}" for n in range(CODES)]


def _bills(keys: Keyring, market: str) -> list[tuple[str, str, msgspec.Struct]]:
    """A biller, and what is sold of it and of our own stock."""
    supplier = Supplier(
        len(SUPPLIERS) + 1,
        BILLER,
        BILLER,
        "digiflazz_buyer",
        {"base": f"{market}/biller", "username": "JURU"},
        {"api_key": keys.seal("biller-key")},
        inquiry=InquiryVerb.RESEND,
        bill_inquiry=InquiryVerb.EXPLICIT,
        inquiry_interval_s=1,
        first_inquiry_s=1,
        not_found_after_s=NOT_FOUND_AFTER_S,
        in_flight_max=200,
        rate_per_s=10_000,
        send_within_s=SEND_WITHIN_S,
        read_timeout_s=2,
        pause_after=0,
    )
    return [
        ("supplier", BILLER, supplier),
        ("product", BILL_PRODUCT, Product(BILL_PRODUCT, "PLN", ProductKind.BILL, 500, DestKind.ACCOUNT)),
        ("offer", "BILLER-PLN", Offer("BILLER-PLN", BILL_PRODUCT, BILLER, "pln", 0)),
        ("product", VOUCHER_PRODUCT, Product(VOUCHER_PRODUCT, "Game", ProductKind.VOUCHER, 10_000)),
    ]


def _stock(keys: Keyring) -> ImportVouchers:
    new = (NewVoucher(f"fp-{code}", keys.seal(code), 9_000, f"S{code}") for code in codes())
    return ImportVouchers(VOUCHER_PRODUCT, tuple(new), PaidFrom.EQUITY, "crash", "test", "stock")


def _records(keys: Keyring, market: str) -> list[tuple[str, str, msgspec.Struct]]:
    sealed = {"pin": keys.seal(PIN), "password": keys.seal(PASSWORD)}
    with_key = sealed | {"api_key": keys.seal(API_KEY)}
    rows: list[tuple[str, str, msgspec.Struct]] = [
        ("setting", "CELL", Settings("Crash", tickets_open_max=100)),
        ("bank_account", BANK, BankAccount(1, BANK, "BCA", "0123456789", "PT Crash")),
        ("operator", "TELKOMSEL", Operator("TELKOMSEL", "Telkomsel")),
        ("prefixes", "TABLE", PrefixTable("crash", {"0812": "TELKOMSEL"})),
        ("product", PRODUCT, Product(PRODUCT, "Pulsa 10", price_idr=10_700, operator="TELKOMSEL")),
    ]
    for number, code in enumerate(SUPPLIERS, 1):
        supplier = Supplier(
            number,
            code,
            code,
            "otomax",
            {"base": f"{market}/{code.lower()}", "member_id": "JURU", "auth": "sign"},
            sealed,
            inquiry=InquiryVerb.EXPLICIT,
            inquiry_interval_s=1,
            first_inquiry_s=1,
            not_found_after_s=NOT_FOUND_AFTER_S,
            in_flight_max=200,
            rate_per_s=10_000,
            send_within_s=SEND_WITHIN_S,
            read_timeout_s=2,
        )
        rows.append(("supplier", code, supplier))
        rows.append(("offer", f"{code}-{PRODUCT}", Offer(f"{code}-{PRODUCT}", PRODUCT, code, "S10", 10_000 + number)))
    agent = Agent(
        1, AGENT, "Agen", secrets=with_key, ips=("127.0.0.1",), rate_per_s=100_000, report_url=f"{market}/report"
    )
    rows.append(("agent", AGENT, agent))
    return rows + _bills(keys, market)


async def build(path: Path, market: str) -> DataDir:
    """A fresh cell whose suppliers and reports are at ``market``; ``path`` is an empty directory."""
    data = DataDir(path)
    keys = Keyring.create(data.keys)
    engine = SqliteEngine(data.database)
    migrate(engine)
    runtime = RealTime()
    writer = Writer(Store(engine), runtime)
    working = asyncio.create_task(writer.run())
    commands: list[Command] = [
        SaveRecord(kind, key, msgspec.json.encode(record), "test", "crash")
        for kind, key, record in _records(keys, market)
    ]
    commands.append(AddDeposit(DepositKind.AGENT, AGENT, _MUCH_IDR, "crash", "test", "a"))
    commands += [AddDeposit(DepositKind.SUPPLIER, code, _MUCH_IDR, "crash", "test", code) for code in SUPPLIERS]
    commands.append(_stock(keys))
    for command in commands:
        result = await writer.submit(command)
        assert not isinstance(result, Refusal), (command, result)
    writer.stop()
    await working
    runtime.close()
    engine.close()
    return data
