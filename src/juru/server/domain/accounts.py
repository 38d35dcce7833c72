"""The chart of accounts of a server pulsa: which number an account has and what it means.

Numbers are given by kind, so that no look-up stands between a decision and its postings: house accounts below 100,
a supplier's deposit at 100 + its id, an agent's deposit and commission at 1000 + 2 x id and the number after it.
"""

from __future__ import annotations

from enum import IntEnum

SUPPLIER_BASE = 100
AGENT_BASE = 1000


class House(IntEnum):
    """The business's own accounts."""

    BANK = 1
    EQUITY = 2
    SALES = 3
    COST = 4
    COMMISSION_EXPENSE = 5
    LATE_SUCCESS = 6
    SUSPENSE = 7
    CLAIMS = 8
    LOSSES = 9
    BANK_FEES = 10


def supplier_deposit(supplier_id: int) -> int:
    """Our money at a supplier (an asset: its net is negative)."""
    assert 0 < supplier_id < AGENT_BASE - SUPPLIER_BASE, supplier_id
    return SUPPLIER_BASE + supplier_id


def agent_deposit(agent_id: int) -> int:
    """An agent's deposit with us (a liability: its net is what he may spend, before holds)."""
    return AGENT_BASE + 2 * agent_id


def agent_commission(agent_id: int) -> int:
    """Commission an agent has earned and not yet redeemed (a liability)."""
    return AGENT_BASE + 2 * agent_id + 1


def name_of(account: int) -> str:
    """The account's readable name, for statements and audits: ``house:sales``, ``supplier:3``, ``agent:17:deposit``."""
    if account < SUPPLIER_BASE:
        return f"house:{House(account).name.lower()}"
    if account < AGENT_BASE:
        return f"supplier:{account - SUPPLIER_BASE}"
    agent, kind = divmod(account - AGENT_BASE, 2)
    return f"agent:{agent}:{'commission' if kind else 'deposit'}"
