"""Commission and points: what an agent has earned, and turning it into deposit."""

from __future__ import annotations

from juru.server.channels.door import Call, Reply, Said
from juru.server.channels.served.asking import told
from juru.server.domain.redeem import earned_idr
from juru.server.domain.wishes import Purse, Redeem


async def commission(call: Call) -> Reply:
    """Commission earned and not yet redeemed."""
    return Said("commission", {"earned_idr": earned_idr(call.door.writer.cell, call.agent, Purse.COMMISSION)})


async def redeem_commission(call: Call) -> Reply:
    """So much of it, or all, to his deposit."""
    return await told(call, Redeem(Purse.COMMISSION, call.asked.amount_idr))


async def points(call: Call) -> Reply:
    """What his points are worth, and how many that is at their present value."""
    cell = call.door.writer.cell
    worth_idr = earned_idr(cell, call.agent, Purse.POINTS)
    value_idr = cell.settings.point_value_idr
    return Said("points", {"points": worth_idr // value_idr if value_idr else 0, "earned_idr": worth_idr})


async def redeem_points(call: Call) -> Reply:
    """Points of so many rupiah, or all, to his deposit."""
    return await told(call, Redeem(Purse.POINTS, call.asked.amount_idr))
