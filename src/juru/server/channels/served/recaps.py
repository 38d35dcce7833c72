"""What an agent did on a day: the recap of his sales, and what moved his deposit."""

from __future__ import annotations

from juru.server.channels.door import Call, Facts, Reply, Said
from juru.server.dialects.grammar_days import day_of
from juru.server.domain.accounts import AGENT_BASE, RECEIVABLE_BASE
from juru.server.domain.cell import Cell
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.views import Movement
from juru.values.days import iso_local

_PRODUCTS_SHOWN = 20
_MOVED_SHOWN = 20
_DEPOSITS = frozenset({"bank_credit", "bank_assigned"})
_WORDED = frozenset(
    {
        "deposit",
        "debt",
        "opening",
        "agent_transfer",
        "agent_transfer_cancelled",
        "reversal",
        "commission_redeemed",
        "points_redeemed",
        "late_charge",
    }
)


def _asked_day(call: Call) -> int | None:
    return day_of(call.asked.date, call.door.today(), call.door.grammar())


def _shown(day: int) -> str:
    return f"{day % 100:02d}/{day // 100 % 100:02d}/{day // 10_000}"


async def recap(call: Call) -> Reply:
    """A day: delivered by product, void and under way; what came in and went out; commission."""
    day = _asked_day(call)
    if day is None:
        return Refusal(Code.INVALID_FORMAT, {"problem": "day"})
    found = call.door.history.agent_day(call.agent.id, day)
    facts: Facts = {"day": _shown(day), "balance_idr": call.door.balance_of(call.agent).balance_idr}
    if found.empty:
        return Said("report.none", facts)
    facts |= {
        "sold": sum(line.count for line in found.products),
        "sales_idr": sum(line.sales_idr for line in found.products),
        "open": found.open,
        "failed": found.failed,
        "in_idr": found.in_idr,
        "out_idr": found.out_idr,
        "commission_idr": found.commission_idr,
    }
    if found.reversed:
        facts["reversed"] = found.reversed
    rows: list[Facts] = [
        {"product": line.product, "count": line.count, "sales_idr": line.sales_idr}
        for line in found.products[:_PRODUCTS_SHOWN]
    ]
    return Said("report", facts, tuple(rows) or None)


async def mutation(call: Call) -> Reply:
    """A day's movements of his deposit that were no purchases."""
    day = _asked_day(call)
    if day is None:
        return Refusal(Code.INVALID_FORMAT, {"problem": "day"})
    cell = call.door.writer.cell
    moved, count = call.door.history.movements(call.agent.id, day, _MOVED_SHOWN)
    facts: Facts = {"day": _shown(day)}
    if count > len(moved):
        facts["more"] = count - len(moved)
    return Said("mutation", facts, tuple(_row(cell, movement) for movement in moved))


def _row(cell: Cell, movement: Movement) -> Facts:
    code = "deposit" if movement.code in _DEPOSITS else movement.code
    word = code if code in _WORDED else "other"
    row: Facts = {
        "time": iso_local(movement.at_ms, cell.settings.zone)[11:16],
        "what": f"@mutation.{word}",
        "amount_idr": movement.amount_idr,
    }
    if AGENT_BASE <= movement.other < RECEIVABLE_BASE and movement.code.startswith("agent_transfer"):
        row["about"] = cell.agent_codes.get((movement.other - AGENT_BASE) // 2, "")
    return row
