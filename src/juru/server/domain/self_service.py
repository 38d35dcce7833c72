"""What an agent changes of himself: his name, his addresses, the word by which strangers register below him."""

from __future__ import annotations

import re

import msgspec

from juru.server.domain.addresses import shown_address, stored_address
from juru.server.domain.agent import Agent, PriceNotices
from juru.server.domain.cell import Cell
from juru.server.domain.records import write
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Changed, Result
from juru.server.domain.wishes import AddSender, RemoveSender, Rename, SetAutoreg, SetPriceNotices

NAME_CHARS_MAX = 60
_WORD = re.compile(r"[A-Z][A-Z0-9]{1,19}", re.ASCII)


def add_sender(cell: Cell, agent: Agent, wish: AddSender) -> Result:
    """One more address, asked for from a known one; all the others are told."""
    address = stored_address(wish.address)
    if wish.via not in agent.senders:
        return Refusal(Code.UNKNOWN_SENDER)
    if address is None:
        return Refusal(Code.ADDRESS_INVALID, {"address": wish.address[:40]})
    facts: dict[str, str | int] = {"address": shown_address(address), "by": shown_address(wish.via)}
    if address in agent.senders:
        return Changed("sender.added", facts)
    if address in cell.senders:
        return Refusal(Code.ADDRESS_TAKEN, {"address": shown_address(address)})
    if len(agent.senders) >= cell.settings.senders_max:
        return Refusal(Code.NOT_ALLOWED, {"why": "senders", "max": cell.settings.senders_max})
    changed = msgspec.structs.replace(agent, senders=(*agent.senders, address))
    _save_told(cell, agent, changed, "sender.added", facts, via=wish.via)
    return Changed("sender.added", facts)


def remove_sender(cell: Cell, agent: Agent, wish: RemoveSender) -> Result:
    """One address less; never the last, since nobody could undo that. All the others are told, also the one removed."""
    address = stored_address(wish.address)
    if wish.via not in agent.senders:
        return Refusal(Code.UNKNOWN_SENDER)
    if address is None or address not in agent.senders:
        return Refusal(Code.ADDRESS_INVALID, {"address": wish.address[:40]})
    if len(agent.senders) == 1:
        return Refusal(Code.NOT_ALLOWED, {"why": "last_sender"})
    facts: dict[str, str | int] = {"address": shown_address(address), "by": shown_address(wish.via)}
    left = tuple(sender for sender in agent.senders if sender != address)
    trusted = tuple(sender for sender in agent.trusted_senders if sender != address)
    changed = msgspec.structs.replace(agent, senders=left, trusted_senders=trusted)
    _save_told(cell, agent, changed, "sender.removed", facts, via=wish.via)
    return Changed("sender.removed", facts)


def _save_told(cell: Cell, agent: Agent, changed: Agent, what: str, facts: dict[str, str | int], *, via: str) -> None:
    write(cell, "agent", agent.code, changed, agent.code, what)
    cause = ("record", cell.changes.records[-1].id)
    for other in agent.senders:
        if other != via and other.startswith("chat:"):
            cell.notify(agent, what, cause, facts, channel=other)


def rename(cell: Cell, agent: Agent, wish: Rename) -> Result:
    """Another name, as lists and receipts show it."""
    name = clean_name(wish.name)
    if name is None:
        return Refusal(Code.INVALID_FORMAT, {"problem": "name"})
    write(cell, "agent", agent.code, msgspec.structs.replace(agent, name=name), agent.code, "rename")
    return Changed("renamed", {"agent": agent.code, "name": name})


def clean_name(typed: str) -> str | None:
    """A name in one printable line that no spreadsheet takes for a formula; None where nothing is left of it."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in typed).split()).lstrip("=+-@|'")
    return kept if 0 < len(kept) <= NAME_CHARS_MAX else None


def set_autoreg(cell: Cell, agent: Agent, wish: SetAutoreg) -> Result:
    """Let strangers register below him by a word of his own; without a word no longer."""
    word = wish.word.upper()
    if not word:
        changed = msgspec.structs.replace(agent, autoreg_word="", autoreg_markup_idr=0)
        write(cell, "agent", agent.code, changed, agent.code, "autoreg")
        return Changed("autoreg.off")
    if _WORD.fullmatch(word) is None:
        return Refusal(Code.INVALID_FORMAT, {"problem": "word"})
    if not 0 <= wish.markup_idr <= cell.settings.markup_idr_max:
        return Refusal(Code.MARKUP_OUT_OF_BOUNDS, {"min_idr": 0, "max_idr": cell.settings.markup_idr_max})
    if any(a.autoreg_word == word and a.code != agent.code for a in cell.agents.values()):
        return Refusal(Code.WORD_TAKEN, {"word": word})
    changed = msgspec.structs.replace(agent, autoreg_word=word, autoreg_markup_idr=wish.markup_idr)
    write(cell, "agent", agent.code, changed, agent.code, "autoreg")
    return Changed("autoreg.on", {"word": word, "markup_idr": wish.markup_idr})


def set_price_notices(cell: Cell, agent: Agent, wish: SetPriceNotices) -> Result:
    """Be told by chat when a price he pays changes, or not at all."""
    wanted = PriceNotices.CHAT if wish.on else PriceNotices.NONE
    if agent.price_notices is not wanted:
        changed = msgspec.structs.replace(agent, price_notices=wanted)
        write(cell, "agent", agent.code, changed, agent.code, "price notices")
    return Changed("prices.on" if wish.on else "prices.off")
