"""The local chat: a person types as an agent would by SMS, on the page or with ``juru chat``.

A message is an order only with the right PIN, unless the sender is trusted by the agent's settings. Replies that come
later (an order's end) are told to whoever listens for that agent, and can be read again from the outbox.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import assert_never

import msgspec

from juru.server.channels.door import Balance, Door, Orders, Prices, Reply, Said, Verbatim
from juru.server.channels.way import Sheet
from juru.server.dialects.grammar import change_pin_fields, read_order_text, self_registration
from juru.server.dialects.replies import (
    Templates,
    balance_text,
    bill_text,
    history_text,
    order_text,
    price_text,
    refusal_text,
    said_text,
    ticket_text,
    transfer_text,
)
from juru.server.domain.agent import Agent
from juru.server.domain.cell import OutboxRow
from juru.server.domain.commands import MessageKey
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed, Ticketed, Transferred
from juru.server.domain.views import BillView, Notice

CHANNEL = "chat"
_KEPT = 100
_IDS_PER_MS = 1_000
_LAST_FIELD = re.compile(r"^(.*?)[\s.*#;]+(\d{4,8})$", re.ASCII | re.DOTALL)


class Later(msgspec.Struct, frozen=True):
    """A reply that came by itself; ``id`` counts up, so that a listener can ask for what is after it."""

    id: int
    text: str


class ChatChannel:
    """Reads messages, answers them, and tells what comes later."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._profile = door.grammar
        self._templates = door.templates
        self._later: dict[str, deque[Later]] = {}
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._closed = False
        self._last_id = 0

    def close(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self._closed = True
        for waiting in self._listeners.values():
            for event in waiting:
                event.set()

    async def say(self, sender: str, text: str, message_id: str) -> list[str]:
        """Answer one message of ``sender`` (an agent's code, as ``chat:CODE`` in his addresses)."""
        name = sender.upper()
        agent = self._door.agent_by_sender(f"{CHANNEL}:{name}")
        if agent is None:
            return await self._stranger(name, text, message_id)
        asked = read_order_text(text, self._profile())
        if asked.intent is Intent.CHANGE_PIN or change_pin_fields(text, self._profile()):
            asked = await self._read_change_pin(agent, text)
        elif asked.intent is Intent.COMPLAINT:
            asked = await self._without_pin(agent, asked)
        reply = await self._guarded(agent, asked, text, name, message_id)
        return self.texts(agent, asked, reply)

    async def _stranger(self, name: str, text: str, message_id: str) -> list[str]:
        """An address nobody has: it may register below an agent who has opened that by a word of his."""
        asked = self_registration(text, self._profile())
        owner = None if asked is None else self._door.agent_by_word(asked.words[0])
        if asked is None or owner is None:
            refusal = Refusal(Code.UNKNOWN_SENDER)
            self._door.note(refusal, CHANNEL, None, name[:40])
            return [refusal_text(refusal, templates=self._templates("id"))]
        asked = msgspec.structs.replace(asked, dest=f"{CHANNEL}:{name}")
        return self.texts(owner, asked, await self._guarded(owner, asked, text, name, message_id))

    async def _guarded(self, agent: Agent, asked: AgentRequest, text: str, name: str, message_id: str) -> Reply:
        refusal = self._door.admit(agent) or await self._door.prove(agent, asked, f"{CHANNEL}:{name}")
        if refusal is not None:
            self._door.note(refusal, CHANNEL, agent.code)
            return refusal
        typed = text
        for secret in (asked.pin, asked.new_pin):
            typed = typed.replace(secret, "*") if secret else typed
        key = MessageKey(CHANNEL, name, message_id, " ".join(typed.upper().split()))
        return await self._door.serve(agent, asked, CHANNEL, key)

    async def _without_pin(self, agent: Agent, asked: AgentRequest) -> AgentRequest:
        """A complaint is free text, but many write their PIN behind everything: it must not be kept with the text."""
        found = _LAST_FIELD.match(asked.text or "")
        if found is None or not await self._door.pin_is(agent, found[2]):
            return asked
        return msgspec.structs.replace(asked, text=found[1], pin=found[2])

    async def _read_change_pin(self, agent: Agent, text: str) -> AgentRequest:
        """Old first, new first or new twice: the field that is his PIN decides (reference/dialects.md 9)."""
        right = {f for f in set(change_pin_fields(text, self._profile())) if await self._door.pin_is(agent, f)}
        asked = read_order_text(text, self._profile(), verify=right.__contains__)
        if asked.intent is Intent.INVALID and not right:
            return AgentRequest(Intent.CHANGE_PIN, pin="")
        return asked

    def texts(self, agent: Agent, asked: AgentRequest, reply: Reply) -> list[str]:
        """A reply as the agent reads it."""
        templates = self._templates(agent.language)
        match reply:
            case Placed(orders=orders):
                return [order_text(view, templates=templates) for view in orders]
            case Orders(orders=orders):
                if asked.intent is Intent.HISTORY:
                    return [history_text(orders, templates=templates)]
                return [order_text(view, templates=templates) for view in orders]
            case Refusal():
                return [refusal_text(reply, asked=asked, templates=templates)]
            case BillView():
                return [bill_text(reply, templates=templates)]
            case Balance():
                return [_balance(reply, templates)]
            case Ticketed(ticket=view):
                return [ticket_text(view, templates=templates)]
            case Prices(rows=rows):
                return [price_text([(r.code, r.name, r.price_idr, r.on_sale) for r in rows], templates=templates)]
            case Transferred():
                return [_transferred(reply, templates)]
            case Verbatim():
                return [reply.text]
            case Said():
                return [said_text(reply.what, reply.facts, reply.rows, templates=templates)]
            case _:
                assert_never(reply)

    async def deliver(self, row: OutboxRow) -> bool:
        """Tell what became of an order, or a notice; the latest are kept for whoever listens next.

        A row for one address is told there alone, any other on each of the agent's chat addresses.
        """
        cell = self._door.writer.cell
        agent = cell.agents[cell.agent_codes[row.agent_id]]
        templates = self._templates(agent.language)
        names = self._names(agent, row.channel)
        if isinstance(row.view, Notice):
            text = said_text(row.view.what, row.view.facts, templates=templates)
            # An address that was just taken away is told so, too.
            names = [row.channel.partition(":")[2]] if row.channel.startswith(f"{CHANNEL}:") else names
        else:
            text = order_text(row.view, templates=templates)
        self._add(names, text)
        return True

    def tell(self, agent: Agent, text: str) -> None:
        """Tell an agent what no outbox row holds, on each of his chat addresses."""
        self._add(self._names(agent, ""), text)

    def _add(self, names: list[str], text: str) -> None:
        """Keep a reply for whoever listens. Its number is higher than any that was given, also before a restart."""
        self._last_id = max(self._last_id + 1, self._door.writer.cell.now_ms * _IDS_PER_MS)
        for name in names:
            self._later.setdefault(name, deque(maxlen=_KEPT)).append(Later(self._last_id, text))
            for event in self._listeners.get(name, ()):
                event.set()

    @staticmethod
    def _names(agent: Agent, channel: str) -> list[str]:
        if channel in agent.senders:
            return [channel.partition(":")[2]]
        own = [a.partition(":")[2] for a in agent.senders if a.startswith(f"{CHANNEL}:")]
        return own or [agent.code]

    async def later(self, name: str, after: int, wait_s: float = 0.0) -> list[Later]:
        """What came by itself to a chat address after that id, waiting a while if there is nothing yet."""
        found = [x for x in self._later.get(name, ()) if x.id > after]
        if found or not wait_s or self._closed:
            return found
        event = asyncio.Event()
        self._listeners.setdefault(name, set()).add(event)
        try:
            await asyncio.wait_for(event.wait(), wait_s)
        except TimeoutError:
            return []
        finally:
            self._listeners[name].discard(event)
        return [x for x in self._later.get(name, ()) if x.id > after]


def _balance(reply: Balance, templates: Templates) -> str:
    return balance_text(
        reply.balance_idr,
        held_idr=reply.held_idr,
        debt_idr=reply.debt_idr,
        due_day=reply.due_day,
        templates=templates,
    )


def _transferred(reply: Transferred, templates: Templates) -> str:
    return transfer_text(
        "sent" if reply.cancelled is None else "cancelled",
        transfer_id=reply.transfer_id if reply.cancelled is None else reply.cancelled,
        agent=reply.to,
        amount_idr=reply.amount_idr,
        balance_idr=reply.balance_idr,
        templates=templates,
    )


SHEET = Sheet(
    name="chat",
    title="Chat",
    mount="the console's page, and `juru chat`",
    asks={
        Intent.ORDER: "`S10.0812...PIN`, several with `,`",
        Intent.STATUS_CHECK: "`CEK.0812...`",
        Intent.BALANCE: "`SAL.PIN`",
        Intent.PRICE_LIST: "`H.S10`",
        Intent.BILL_INQUIRY: "`CEK.PLN.5300...PIN`",
        Intent.BILL_PAY: "`BAYAR.PLN.5300...PIN`",
        Intent.DEPOSIT_TICKET: "`TIKET.100000.PIN`, `TIKET.BCA.100000.PIN`",
        Intent.HISTORY: "`CTRX.PIN`",
        Intent.DOWNLINE_TRANSFER: "`T.ID.50000.PIN`",
    },
    proof="the sender's address, and his PIN",
    secrets=("pin",),
    reports="a message of its own",
)
