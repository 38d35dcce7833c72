"""The chart of accounts of a server pulsa: which number an account has and what it means.

Numbers are given by kind, so that no look-up stands between a decision and its postings: house accounts below 20, our
bank accounts at 19 + their id, a supplier's deposit at 100 + its id, an agent's deposit and commission at 1000 + 2 x id
and the number after it, what an agent owes us at a thousand million + his id, his points at two thousand million + his
id.
"""

from __future__ import annotations

from enum import IntEnum

BANK_BASE = 19
SUPPLIER_BASE = 100
AGENT_BASE = 1000
RECEIVABLE_BASE = 1_000_000_000
BANKS_MAX = SUPPLIER_BASE - BANK_BASE - 1
POINTS_BASE = 2_000_000_000


class House(IntEnum):
    """The business's own accounts. ``BANK`` is money of which nobody said in which bank account it is."""

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
    VOUCHER_STOCK = 11
    BAD_DEBT = 12
    POINTS_EXPENSE = 13


def bank_account(bank_id: int) -> int:
    """Our money in a bank account (an asset: its net is negative)."""
    assert 0 < bank_id <= BANKS_MAX, bank_id
    return BANK_BASE + bank_id


def supplier_deposit(supplier_id: int) -> int:
    """Our money at a supplier (an asset: its net is negative)."""
    assert 0 < supplier_id < AGENT_BASE - SUPPLIER_BASE, supplier_id
    return SUPPLIER_BASE + supplier_id


def agent_deposit(agent_id: int) -> int:
    """An agent's deposit with us (a liability: its net is what he may spend, before holds)."""
    return AGENT_BASE + 2 * agent_id


def deposit_owner(account: int) -> int | None:
    """Whose deposit an account is; None for any other account."""
    agent, kind = divmod(account - AGENT_BASE, 2)
    return agent if AGENT_BASE < account < RECEIVABLE_BASE and not kind else None


def agent_commission(agent_id: int) -> int:
    """Commission an agent has earned and not yet redeemed (a liability)."""
    return AGENT_BASE + 2 * agent_id + 1


def agent_receivable(agent_id: int) -> int:
    """What an agent owes us for deposit given on credit (an asset: its net is negative)."""
    assert agent_id > 0, agent_id
    return RECEIVABLE_BASE + agent_id


def agent_points(agent_id: int) -> int:
    """What an agent's points are worth, not yet redeemed (a liability), in rupiah."""
    return POINTS_BASE + agent_id


def name_of(account: int) -> str:
    """The account's readable name, for statements and audits: ``house:sales``, ``bank:2``, ``agent:17:deposit``."""
    if account >= POINTS_BASE:
        return f"agent:{account - POINTS_BASE}:points"
    if account >= RECEIVABLE_BASE:
        return f"agent:{account - RECEIVABLE_BASE}:debt"
    if BANK_BASE < account < SUPPLIER_BASE:
        return f"bank:{account - BANK_BASE}"
    if account < SUPPLIER_BASE:
        return f"house:{House(account).name.lower()}"
    if account < AGENT_BASE:
        return f"supplier:{account - SUPPLIER_BASE}"
    agent, kind = divmod(account - AGENT_BASE, 2)
    return f"agent:{agent}:{'commission' if kind else 'deposit'}"
