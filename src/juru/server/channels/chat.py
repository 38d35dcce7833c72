"""The local chat: a person types as an agent would by SMS, on the page or with ``juru chat``.

A message is an order only with the right PIN, unless the sender is trusted by the agent's settings. Replies that come
later (an order's end) are told to whoever listens for that agent, and can be read again from the outbox.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import assert_never

import msgspec

from juru.server.channels.door import Balance, Door, Orders, Prices, Reply, Said
from juru.server.channels.way import Sheet
from juru.server.dialects.grammar import change_pin_fields, read_order_text
from juru.server.dialects.grammar_profile import GrammarProfile
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
from juru.server.domain.views import BillView

CHANNEL = "chat"
_KEPT = 100
_OPEN = frozenset({Intent.HELP, Intent.FORMAT, Intent.INVALID})


class Later(msgspec.Struct, frozen=True):
    """A reply that came by itself; ``id`` counts up, so that a listener can ask for what is after it."""

    id: int
    text: str


class ChatChannel:
    """Reads messages, answers them, and tells what comes later."""

    def __init__(
        self, door: Door, profile: Callable[[], GrammarProfile], templates: Callable[[str], Templates]
    ) -> None:
        self._door = door
        self._profile = profile
        self._templates = templates
        self._later: dict[str, deque[Later]] = {}
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._closed = False

    def close(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self._closed = True
        for waiting in self._listeners.values():
            for event in waiting:
                event.set()

    async def say(self, sender: str, text: str, message_id: str) -> list[str]:
        """Answer one message of ``sender`` (an agent's code, as ``chat:CODE`` in his addresses)."""
        agent = self._door.agent_by_sender(f"{CHANNEL}:{sender.upper()}")
        if agent is None:
            refusal = Refusal(Code.UNKNOWN_SENDER)
            self._door.note(refusal, CHANNEL, None, sender[:40])
            return [refusal_text(refusal, templates=self._templates("id"))]
        asked = read_order_text(text, self._profile())
        if asked.intent is Intent.CHANGE_PIN or change_pin_fields(text, self._profile()):
            asked = await self._read_change_pin(agent, text)
        reply = await self._guarded(agent, asked, text, sender.upper(), message_id)
        return self.texts(agent, asked, reply)

    async def _guarded(self, agent: Agent, asked: AgentRequest, text: str, sender: str, message_id: str) -> Reply:
        refusal = self._door.admit(agent)
        if refusal is None and asked.intent not in _OPEN:
            refusal = await self._door.check_pin(agent, asked.pin)
        if refusal is not None:
            self._door.note(refusal, CHANNEL, agent.code)
            return refusal
        typed = text.replace(asked.pin, "*") if asked.pin else text
        key = MessageKey(CHANNEL, sender, message_id, " ".join(typed.upper().split()))
        return await self._door.serve(agent, asked, CHANNEL, key)

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
            case Said():
                return [said_text(reply.what, reply.facts, reply.rows, templates=templates)]
            case _:
                assert_never(reply)

    async def deliver(self, row: OutboxRow) -> bool:
        """Tell what became of an order; the latest are kept for whoever listens next."""
        cell = self._door.writer.cell
        code = cell.agent_codes[row.agent_id]
        text = order_text(row.view, templates=self._templates(cell.agents[code].language))
        self._later.setdefault(code, deque(maxlen=_KEPT)).append(Later(row.id, text))
        for event in self._listeners.get(code, ()):
            event.set()
        return True

    async def later(self, code: str, after: int, wait_s: float = 0.0) -> list[Later]:
        """What came by itself after that id, waiting a while if there is nothing yet."""
        found = [x for x in self._later.get(code, ()) if x.id > after]
        if found or not wait_s or self._closed:
            return found
        event = asyncio.Event()
        self._listeners.setdefault(code, set()).add(event)
        try:
            await asyncio.wait_for(event.wait(), wait_s)
        except TimeoutError:
            return []
        finally:
            self._listeners[code].discard(event)
        return [x for x in self._later.get(code, ()) if x.id > after]


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
