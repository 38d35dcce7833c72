"""Agents: a tree of any depth, each with a deposit, a price level, markups and ways to reach us."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from juru.server.domain.catalog import Idr, Key


class AgentStatus(StrEnum):
    """A blocked agent may neither order nor transfer; his money stays his."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class PriceNotices(StrEnum):
    """Where an agent is told when a price he pays changes."""

    NONE = "none"
    CHAT = "chat"
    WEBHOOK = "webhook"


class Agent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An agent (agen, downline). ``code`` is unique in any case, kept upper case.

    ``markup_idr`` and ``product_markups_idr`` are what his upline adds to his prices; ``downline_markup_idr`` and
    ``downline_product_markups_idr`` what he adds for everybody below him. ``debt_limit_idr`` is how much deposit he may
    have on credit, for ``debt_days``. Secrets are sealed outside the domain: ``pin`` and the rest never appear in
    clear. ``senders`` are his addresses by channel (``sms:+62812...``, ``chat:BUDI01``), each of one agent only;
    ``trusted_senders`` those that need no PIN. ``blocked_by`` is the agent above who blocked him; empty where the owner
    did. Whoever writes ``autoreg_word`` registers below him. ``user`` is the name that the GET dialects want beside his
    id; without one it is his code.
    """

    id: Annotated[int, msgspec.Meta(ge=1)]
    code: Key
    name: str
    upline: str | None = None
    level: str = "retail"
    status: AgentStatus = AgentStatus.ACTIVE
    markup_idr: int = 0
    product_markups_idr: dict[str, int] = {}
    downline_markup_idr: Idr = 0
    downline_product_markups_idr: dict[str, Idr] = {}
    credit_limit_idr: Idr = 0
    debt_limit_idr: Idr = 0
    debt_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 7
    secrets: dict[str, str] = {}
    senders: tuple[str, ...] = ()
    trusted_senders: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    rate_per_s: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 20
    report_url: str = ""
    webhook_url: str = ""
    language: str = "id"
    user: str = ""
    chat_rule_for_h2h: bool = False
    place: str = ""
    joined_day: int = 0
    blocked_by: str = ""
    autoreg_word: str = ""
    autoreg_markup_idr: Idr = 0
    price_notices: PriceNotices = PriceNotices.NONE


class PinGuard(msgspec.Struct, frozen=True):
    """Wrong tries of an agent's PIN since the last right one; ``locked_ms`` once they were too many."""

    agent: str
    tries: int = 0
    locked_ms: int | None = None


def uplines(agents: dict[str, Agent], agent: Agent) -> tuple[Agent, ...]:
    """The agents above, nearest first. A loop in the tree is a bug: saving an agent refuses it."""
    chain: list[Agent] = []
    code = agent.upline
    while code is not None:
        above = agents[code]
        assert above not in chain, code
        chain.append(above)
        code = above.upline
    return tuple(chain)


def is_below(agents: dict[str, Agent], lower: Agent, upper: Agent) -> bool:
    """True when ``upper`` stands anywhere above ``lower``."""
    return any(above.code == upper.code for above in uplines(agents, lower))
