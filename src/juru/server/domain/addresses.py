"""Agents' addresses: how one is written, and that it belongs to one agent only."""

from __future__ import annotations

import re

from juru.server.domain.agent import Agent
from juru.server.domain.cell import Cell
from juru.values.msisdn import parse_msisdn, to_local

_ADDRESS = re.compile(r"([a-z][a-z0-9-]{1,15}):([^\s\x00-\x1f\x7f]{1,80})", re.ASCII)


def stored_address(address: str) -> str | None:
    """An address as it is kept, one spelling for each: ``sms:+628...``, ``chat:UPPER``; None where it cannot be one."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    channel, rest = found[1], found[2]
    match channel:
        case "sms" | "wa":
            number = parse_msisdn(rest)
            return None if number is None else f"{channel}:{number}"
        case "chat":
            return f"chat:{rest.upper()}"
        case "xmpp":
            return f"xmpp:{rest.lower()}" if "@" in rest else None
        case _:
            return address


def typed_address(typed: str) -> str | None:
    """An address as an agent writes it: a number is a phone, ``name@server`` an XMPP id, a word a chat name."""
    if ":" in typed:
        channel, _, rest = typed.partition(":")
        return stored_address(f"{channel.lower()}:{rest}")
    number = parse_msisdn(typed)
    if number is not None:
        return f"sms:{number}"
    return stored_address(f"{'xmpp' if '@' in typed else 'chat'}:{typed}")


def address_problem(cell: Cell, agent: Agent) -> str | None:
    """What stands against the addresses of an agent who is about to be saved, by whichever way."""
    if len(set(agent.senders)) != len(agent.senders):
        return "an address stands there twice - at `$.senders`"
    for sender in agent.senders:
        kept = stored_address(sender)
        if kept != sender:
            return f"{sender}: {f'write it as {kept}' if kept else 'is no address'} - at `$.senders`"
        owner = cell.senders.get(sender)
        if owner is not None and owner != agent.code:
            return f"{sender} is an address of {owner} already - at `$.senders`"
    strange = set(agent.trusted_senders) - set(agent.senders)
    if strange:
        return f"{min(strange)} is none of his addresses - at `$.trusted_senders`"
    return None


def shown_address(address: str) -> str:
    """An address as people read it: a phone as 08..., anything else with its channel."""
    channel, _, rest = address.partition(":")
    return to_local(rest) if channel == "sms" else address
