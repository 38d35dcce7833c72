"""Deposit tickets (tiket): an agent will pay in exactly one sum, which tells his transfer from all others."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from juru.server.domain.paper import Head, Paper

REMARK = "JT"
_REMARK = re.compile(rf"\b{REMARK}(\d{{1,12}})\b", re.ASCII)


class TicketState(StrEnum):
    """``open``: waits for its sum; the other three are final."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Ticket(Paper, frozen=True):
    """One ticket. ``amount_idr`` is the exact sum to transfer, ``base_idr`` what the agent asked for.

    Its paper stays open, and so in memory, until its sum may be given again (``reserved_ms``), however the ticket
    ended: a transfer that comes late still finds whose it is. ``row`` is the identity of the bank row that paid it.
    """

    agent_id: int
    base_idr: int
    amount_idr: int
    channel: str
    at_ms: int
    expires_ms: int
    reserved_ms: int
    bank: str = ""
    state: TicketState = TicketState.OPEN
    row: str = ""
    end_ms: int | None = None
    by: str = ""
    released: bool = False

    def head(self) -> Head:
        """Found by its sum and by its agent."""
        return Head(not self.released, self.agent_id, str(self.amount_idr))

    def waits(self, now_ms: int) -> bool:
        """True while its sum may still be paid in time."""
        return self.state is TicketState.OPEN and now_ms < self.expires_ms


def remark_of(number: int) -> str:
    """What the agent may write beside his transfer; a second sign of whose it is."""
    return f"{REMARK}{number}"


def remarks_in(text: str) -> tuple[int, ...]:
    """The ticket numbers that a bank row's text names."""
    if REMARK not in text.upper():
        return ()
    return tuple(dict.fromkeys(int(number) for number in _REMARK.findall(text.upper())))


class TicketBook(msgspec.Struct):
    """Tickets whose sums are reserved, by what they are looked for: number, sum, base and agent."""

    by_number: dict[int, Ticket] = {}
    by_amount: dict[int, int] = {}
    by_base: dict[int, dict[int, None]] = {}
    by_agent: dict[int, dict[int, None]] = {}

    def put(self, number: int, ticket: Ticket) -> None:
        """Note the latest version of a ticket; one that was released is forgotten."""
        before = self.by_number.pop(number, None)
        if before is not None:
            self.by_amount.pop(before.amount_idr, None)
            _drop(self.by_base, before.base_idr, number)
            _drop(self.by_agent, before.agent_id, number)
        if ticket.released:
            return
        self.by_number[number] = ticket
        self.by_amount[ticket.amount_idr] = number
        self.by_base.setdefault(ticket.base_idr, {})[number] = None
        self.by_agent.setdefault(ticket.agent_id, {})[number] = None

    def waiting_of(self, agent_id: int, now_ms: int) -> list[tuple[int, Ticket]]:
        """An agent's tickets that wait for their sum, oldest first."""
        mine = [(number, self.by_number[number]) for number in sorted(self.by_agent.get(agent_id, ()))]
        return [(number, ticket) for number, ticket in mine if ticket.waits(now_ms)]


def _drop(index: dict[int, dict[int, None]], key: int, number: int) -> None:
    numbers = index.get(key)
    if numbers is not None:
        numbers.pop(number, None)
        if not numbers:
            del index[key]
