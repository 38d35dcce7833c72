"""Reports as tables: what a business day was, by product, supplier and agent."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from juru.server.domain.accounts import agent_deposit, bank_account, supplier_deposit
from juru.server.domain.agent import Agent
from juru.server.domain.cell import Settings
from juru.server.errors import SettingsError
from juru.server.store.reads.reads import Reads
from juru.server.store.reads.shapes import DayLine, DayReport
from juru.values.days import Zone, business_day

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
HEADER = ("by", "key", "succeeded", "failed", "reversed", "sales_idr", "cost_idr", "commission_idr", "profit_idr")
TOTALS = (
    "accepted",
    "succeeded",
    "failed",
    "reversed",
    "late",
    "of_earlier_days",
    "sales_idr",
    "cost_idr",
    "commission_idr",
    "losses_idr",
    "late_idr",
    "profit_idr",
)


class _Numbered(msgspec.Struct):
    """What of an agent's or supplier's document names its account."""

    id: int


class DayTable(msgspec.Struct, frozen=True):
    """A day's totals by name and its lines under ``HEADER``."""

    day: int
    totals: dict[str, int]
    lines: tuple[tuple[str | int, ...], ...]


def day_table(reads: Reads, day: int) -> DayTable:
    """The report of a business day, agents by code."""
    report = reads.day_report(day)
    codes = {str(number): code for number, code in agent_codes(reads).items()}
    lines = [
        *(_line("product", line.key, line) for line in report.by_product),
        *(_line("supplier", line.key, line) for line in report.by_supplier),
        *(_line("agent", codes.get(line.key, line.key), line) for line in report.by_agent),
    ]
    return DayTable(report.day, _totals(report), tuple(lines))


def read_day(typed: str | None, *, now_ms: int, zone: Zone) -> int:
    """A business day as typed: ``2026-11-24``, ``20261124``, ``today``, ``yesterday``; nothing means today."""
    today = business_day(now_ms, zone)
    match typed:
        case None | "today":
            return today
        case "yesterday":
            before = date(today // 10_000, today // 100 % 100, today % 100) - timedelta(days=1)
            return before.year * 10_000 + before.month * 100 + before.day
        case _:
            found = _DATE.fullmatch(typed)
            try:
                if found is not None:
                    date(*map(int, found.groups()))
                    return int("".join(found.groups()))
            except ValueError:
                pass
            raise SettingsError(f"{typed!r} is no date: write 2026-11-24, today or yesterday")


def zone_of(reads: Reads) -> Zone:
    """The zone of the cell."""
    for record in reads.records("setting"):
        return msgspec.json.decode(record.body, type=Settings).zone
    return Zone.WIB


def settings_of(reads: Reads) -> Settings:
    """The cell's own settings."""
    return next(msgspec.json.decode(record.body, type=Settings) for record in reads.records("setting"))


def agent_codes(reads: Reads) -> dict[int, str]:
    """The codes of agents by their number, as orders name them."""
    return {agent.id: agent.code for agent in _agents(reads)}


def balance_of(reads: Reads, kind: str, key: str) -> int | None:
    """The posted deposit of an agent with us, ours at a supplier, what a bank account of ours holds; else None."""
    if kind not in {"agent", "supplier", "bank_account"}:
        return None
    decode = msgspec.json.Decoder(_Numbered).decode
    number = next((decode(record.body).id for record in reads.records(kind) if record.key == key), None)
    if number is None:
        return None
    accounts = {"agent": agent_deposit, "supplier": supplier_deposit, "bank_account": bank_account}
    account, sign = accounts[kind](number), 1 if kind == "agent" else -1
    return next((sign * row.net_idr for row in reads.balances() if row.account == account), 0)


def _agents(reads: Reads) -> list[Agent]:
    return [msgspec.json.decode(record.body, type=Agent) for record in reads.records("agent")]


def _totals(report: DayReport) -> dict[str, int]:
    return {name: getattr(report, name) for name in TOTALS}


def _line(by: str, key: str, line: DayLine) -> tuple[str | int, ...]:
    return (by, key, *(getattr(line, name) for name in HEADER[2:]))
