"""Commission and points turned into deposit: one posting from what an agent has earned to what he may spend."""

from __future__ import annotations

from typing import assert_never

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import agent_commission, agent_deposit, agent_points
from juru.server.domain.agent import Agent
from juru.server.domain.cell import Cell
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Changed, Result
from juru.server.domain.wishes import Purse, Redeem


def account_of(agent: Agent, purse: Purse) -> int:
    """The account in which it is earned."""
    match purse:
        case Purse.COMMISSION:
            return agent_commission(agent.id)
        case Purse.POINTS:
            return agent_points(agent.id)
        case _:
            assert_never(purse)


def earned_idr(cell: Cell, agent: Agent, purse: Purse) -> int:
    """What he has earned and not yet redeemed; below zero after sales were taken back that he had redeemed already."""
    balance = cell.ledger.get(account_of(agent, purse))
    return 0 if balance is None else balance.free_idr


def redeem(cell: Cell, agent: Agent, wish: Redeem) -> Result:
    """Move so much of it, or all, to his deposit."""
    free_idr = earned_idr(cell, agent, wish.purse)
    amount_idr = free_idr if wish.amount_idr is None else wish.amount_idr
    if not 0 < amount_idr <= free_idr:
        facts: dict[str, str | int] = {"purse": wish.purse.value, "earned_idr": max(free_idr, 0)}
        return Refusal(Code.NOTHING_TO_REDEEM, facts)
    posting = Posting(account_of(agent, wish.purse), agent_deposit(agent.id), amount_idr)
    moved = cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, (posting,), f"{wish.purse.value}_redeemed"))
    cell.past.transfers[moved.id] = moved
    told: dict[str, str | int] = {
        "transfer": moved.id,
        "amount_idr": amount_idr,
        "left_idr": free_idr - amount_idr,
        "balance_idr": cell.free_idr(agent, credit=False),
    }
    return Changed(f"redeemed.{wish.purse.value}", told, moved.id)
