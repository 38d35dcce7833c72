"""What an agent does with those below him: register, block, let go, set what he adds to their prices."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from juru.server.domain.accounts import agent_deposit
from juru.server.domain.addresses import shown_address, stored_address
from juru.server.domain.agent import Agent, AgentStatus, is_below, uplines
from juru.server.domain.cell import Cell
from juru.server.domain.pricing import gap_idr
from juru.server.domain.records import write
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Changed, Result
from juru.server.domain.self_service import clean_name
from juru.server.domain.wishes import Block, Register, SetMarkup, Unblock

DEPTH_MAX = 20
"""Uplines above an agent, since each of them is looked at for every price."""


def register(cell: Cell, agent: Agent, wish: Register) -> Result:
    """A new agent below this one. He buys no cheaper than his upline, and his address is nobody else's."""
    name, address = clean_name(wish.name), stored_address(wish.address)
    if name is None:
        return Refusal(Code.INVALID_FORMAT, {"problem": "name"})
    if address is None:
        return Refusal(Code.ADDRESS_INVALID, {"address": wish.address[:40]})
    if address in cell.senders:
        return Refusal(Code.ADDRESS_TAKEN, {"address": shown_address(address)})
    if (unfit := _unfit(cell, agent, wish)) is not None:
        return unfit
    number = cell.agent_id_max + 1
    code = _free_code(cell, number)
    own_chat = f"chat:{code}"
    senders = (address,) if own_chat in cell.senders or address.startswith("chat:") else (address, own_chat)
    new = Agent(
        number,
        code,
        name,
        upline=agent.code,
        level=wish.level or agent.level,
        secrets=wish.sealed,
        senders=senders,
        language=agent.language,
        place=clean_name(wish.place) or "",
        joined_day=cell.day,
    )
    least_idr = max(-least_gap_idr(cell, agent, new, None, {}), 0)
    new = msgspec.structs.replace(new, markup_idr=least_idr if wish.markup_idr is None else wish.markup_idr)
    refusal = _out_of_bounds(cell, agent, (new,), None, markup_idr=new.markup_idr, was_idr=None)
    if refusal is not None:
        return refusal
    write(cell, "agent", code, new, agent.code, "register")
    facts: dict[str, str | int] = {
        "agent": code,
        "name": name,
        "address": shown_address(address),
        "level": new.level,
        "markup_idr": new.markup_idr,
    }
    return Changed("registered", facts)


def _unfit(cell: Cell, agent: Agent, wish: Register) -> Refusal | None:
    """Why nobody more may register here; the word of an autoreg is asked about again, since it may have ended."""
    if len(uplines(cell.agents, agent)) + 1 >= DEPTH_MAX:
        return Refusal(Code.NOT_ALLOWED, {"why": "depth", "max": DEPTH_MAX})
    if wish.by_word is None:
        return None
    if wish.by_word != agent.autoreg_word or wish.markup_idr != agent.autoreg_markup_idr:
        return Refusal(Code.UNKNOWN_SENDER)
    most = cell.settings.autoreg_per_day_max
    if sum(a.upline == agent.code and a.joined_day == cell.day for a in cell.agents.values()) >= most:
        return Refusal(Code.NOT_ALLOWED, {"why": "autoreg", "max": most})
    return None


def _free_code(cell: Cell, number: int) -> str:
    """The next code nobody has, as chat name or code: the cell's prefix and the agent's number."""
    while True:
        code = f"{cell.settings.agent_code_prefix}{number:05d}"
        if code not in cell.agents:
            return code
        number += 1


def known_levels(cell: Cell) -> frozenset[str]:
    """Every price level that a product or an agent names."""
    named = {level for product in cell.products.values() for level in product.level_prices_idr}
    return frozenset(named | {agent.level for agent in cell.agents.values()})


def least_gap_idr(cell: Cell, upline: Agent, lower: Agent, code: str | None, known: dict[str, int]) -> int:
    """The least by which a direct downline pays more than his upline: for one product, or for any.

    ``known`` keeps what a level alone says, since many of a downline have the same one and no prices of their own.
    """
    if code is not None:
        return gap_idr(upline, lower, cell.products[code])
    if lower.product_markups_idr:
        return min((gap_idr(upline, lower, p) for p in cell.products.values()), default=0)
    plain = msgspec.structs.replace(lower, markup_idr=0)
    if lower.level not in known:
        known[lower.level] = min((gap_idr(upline, plain, p) for p in cell.products.values()), default=0)
    return known[lower.level] + lower.markup_idr


def _out_of_bounds(
    cell: Cell, upline: Agent, lowers: Iterable[Agent], code: str | None, *, markup_idr: int, was_idr: int | None
) -> Refusal | None:
    """Why a markup may not be so: over the cell's limit, or one of the downline would buy cheaper than his upline.

    To raise one is always allowed: what the owner has given cheaper stays as he wants it.
    """
    most_idr, known = cell.settings.markup_idr_max, dict[str, int]()
    gaps = [(least_gap_idr(cell, upline, lower, code, known), lower.code) for lower in lowers]
    gap, cheapest = min(gaps, default=(0, ""))
    least_idr = max(markup_idr - gap, 0)
    if 0 <= markup_idr <= most_idr and (gap >= 0 or (was_idr is not None and markup_idr >= was_idr)):
        return None
    return Refusal(
        Code.MARKUP_OUT_OF_BOUNDS, {"agent": cheapest, "min_idr": least_idr, "max_idr": max(most_idr, least_idr)}
    )


def set_markup(cell: Cell, agent: Agent, wish: SetMarkup) -> Result:
    """What he adds for one of his direct downline, or for everybody below him; to one product, or to all."""
    product = None if wish.product is None else cell.products.get(wish.product.upper())
    if wish.product is not None and product is None:
        return Refusal(Code.UNKNOWN_PRODUCT, {"product": wish.product[:40]})
    code = None if product is None else product.code
    if wish.downline is None:
        return _markup_of_all(cell, agent, wish.markup_idr, code)
    lower = cell.agents.get(wish.downline.upper())
    if lower is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": wish.downline[:40]})
    if lower.upline != agent.code:
        return Refusal(Code.NOT_YOUR_DOWNLINE, {"agent": lower.code})
    if code is None:
        was_idr = lower.markup_idr
        changed = msgspec.structs.replace(lower, markup_idr=wish.markup_idr)
    else:
        was_idr = lower.product_markups_idr.get(code, 0)
        markups = _with(lower.product_markups_idr, code, wish.markup_idr)
        changed = msgspec.structs.replace(lower, product_markups_idr=markups)
    refusal = _out_of_bounds(cell, agent, (changed,), code, markup_idr=wish.markup_idr, was_idr=was_idr)
    if refusal is not None:
        return refusal
    write(cell, "agent", lower.code, changed, agent.code, "markup")
    facts: dict[str, str | int] = {"agent": lower.code, "markup_idr": wish.markup_idr}
    return Changed("markup.set", facts if code is None else facts | {"product": code})


def _with(markups: dict[str, int], code: str, markup_idr: int) -> dict[str, int]:
    """The markups with one changed; zero is not kept."""
    kept = {other: idr for other, idr in markups.items() if other != code}
    return kept | {code: markup_idr} if markup_idr else kept


def _markup_of_all(cell: Cell, agent: Agent, markup_idr: int, code: str | None) -> Result:
    """His own addition for everybody below him."""
    if code is None:
        was_idr = agent.downline_markup_idr
        changed = msgspec.structs.replace(agent, downline_markup_idr=max(markup_idr, 0))
    else:
        was_idr = agent.downline_product_markups_idr.get(code, 0)
        markups = _with(agent.downline_product_markups_idr, code, max(markup_idr, 0))
        changed = msgspec.structs.replace(agent, downline_product_markups_idr=markups)
    lowers = (lower for lower in cell.agents.values() if lower.upline == agent.code)
    refusal = _out_of_bounds(cell, changed, lowers, code, markup_idr=markup_idr, was_idr=was_idr)
    if refusal is not None:
        return refusal
    write(cell, "agent", agent.code, changed, agent.code, "markup")
    facts: dict[str, str | int] = {"markup_idr": markup_idr}
    return Changed("markup.set_all", facts if code is None else facts | {"product": code})


def below(cell: Cell, agent: Agent, code: str) -> Agent | Refusal:
    """One of an agent's own subtree, at any depth."""
    lower = cell.agents.get(code.upper())
    if lower is None:
        return Refusal(Code.UNKNOWN_AGENT, {"agent": code[:40]})
    if not is_below(cell.agents, lower, agent):
        return Refusal(Code.NOT_YOUR_DOWNLINE, {"agent": lower.code})
    return lower


def block(cell: Cell, agent: Agent, wish: Block) -> Result:
    """Let one of his subtree neither order nor transfer; who did it is kept, so that he or those above may undo it."""
    lower = below(cell, agent, wish.downline)
    if isinstance(lower, Refusal):
        return lower
    facts: dict[str, str | int] = {"agent": lower.code, "name": lower.name}
    if lower.status is AgentStatus.BLOCKED:
        return Changed("downline.blocked", facts)
    changed = msgspec.structs.replace(lower, status=AgentStatus.BLOCKED, blocked_by=agent.code)
    write(cell, "agent", lower.code, changed, agent.code, "block")
    return Changed("downline.blocked", facts)


def unblock(cell: Cell, agent: Agent, wish: Unblock) -> Result:
    """Let go one whom he, or somebody below him, has blocked; what the owner or an upline of his blocked stays so."""
    lower = below(cell, agent, wish.downline)
    if isinstance(lower, Refusal):
        return lower
    facts: dict[str, str | int] = {"agent": lower.code, "name": lower.name}
    if lower.status is AgentStatus.ACTIVE:
        return Changed("downline.unblocked", facts)
    by = cell.agents.get(lower.blocked_by)
    if by is None or not (by.code == agent.code or is_below(cell.agents, by, agent)):
        return Refusal(Code.NOT_ALLOWED, {"why": "blocked_above"})
    changed = msgspec.structs.replace(lower, status=AgentStatus.ACTIVE, blocked_by="")
    write(cell, "agent", lower.code, changed, agent.code, "unblock")
    return Changed("downline.unblocked", facts)


def downline_of(cell: Cell, agent: Agent) -> list[tuple[Agent, int]]:
    """His direct downline by code, each with its free deposit."""
    direct = sorted((a for a in cell.agents.values() if a.upline == agent.code), key=lambda a: a.code)
    found = []
    for lower in direct:
        balance = cell.ledger.get(agent_deposit(lower.id))
        found.append((lower, 0 if balance is None else balance.free_idr))
    return found
