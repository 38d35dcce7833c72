"""Asking for a ticket, giving it up, and what time does to it."""

from __future__ import annotations

import msgspec

from juru.bank.rules import reserved_until_ms, unique_amount
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.cell import Cell
from juru.server.domain.commands_money import AskTicket, CancelTicket, SweepTickets
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result, Ticketed
from juru.server.domain.ticket import Ticket, TicketBook, TicketState, remark_of
from juru.server.domain.views import PayInto, TicketView
from juru.values.days import iso_local


def book_of(cell: Cell) -> TicketBook:
    """Tickets whose sums are reserved; made of the papers in memory when it is first asked for."""
    if cell.tickets is None:
        cell.tickets = TicketBook()
        name = NAME_OF[Ticket]
        for (kind, _), (number, paper) in cell.papers.items():
            if kind == name and isinstance(paper, Ticket):
                cell.tickets.put(number, paper)
    return cell.tickets


def file_ticket(cell: Cell, number: int, ticket: Ticket) -> None:
    """File a version of a ticket, its number being its paper's."""
    filed = cell.file(str(number), ticket)
    assert filed == number, (filed, number)
    book_of(cell).put(number, ticket)


def ask_ticket(cell: Cell, command: AskTicket) -> Result:
    """A sum nobody else has; the same amount asked again while its ticket waits is answered with that ticket."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    if agent.status is not AgentStatus.ACTIVE:
        return Refusal(Code.AGENT_BLOCKED)
    rules = cell.settings
    if not rules.ticket_idr_min <= command.amount_idr <= rules.ticket_idr_max:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": rules.ticket_idr_min, "max_idr": rules.ticket_idr_max})
    bank = command.bank.upper()
    if not accounts_for(cell, bank):
        return Refusal(Code.NO_BANK_ACCOUNT, {"banks": ", ".join(banks_of(cell))} if bank else {})
    book = book_of(cell)
    waiting = book.waiting_of(agent.id, cell.now_ms)
    for number, ticket in waiting:
        if ticket.base_idr == command.amount_idr and ticket.bank == bank:
            return Ticketed(view_of(cell, number, ticket, repeated=True))
    if len(waiting) >= rules.tickets_open_max:
        number, ticket = waiting[-1]
        return Refusal(Code.TICKET_OPEN, {"ticket": number, "amount_idr": ticket.amount_idr})
    number = cell.next.paper
    amount_idr = unique_amount(
        command.amount_idr, turn=number, digits_max=rules.ticket_digits_max, taken=book.by_amount
    )
    if amount_idr is None:
        return Refusal(Code.AMOUNTS_EXHAUSTED, {"amount_idr": command.amount_idr})
    ticket = _made(cell, agent, command, bank, amount_idr)
    file_ticket(cell, number, ticket)
    return Ticketed(view_of(cell, number, ticket))


def _made(cell: Cell, agent: Agent, command: AskTicket, bank: str, amount_idr: int) -> Ticket:
    life_ms = cell.settings.ticket_life_s * 1000
    return Ticket(
        agent.id,
        command.amount_idr,
        amount_idr,
        command.channel,
        cell.now_ms,
        cell.now_ms + life_ms,
        reserved_until_ms(cell.now_ms, life_ms),
        bank,
    )


def cancel_ticket(cell: Cell, command: CancelTicket) -> Result:
    """The agent, or a person for him, gives up a ticket that waits. Its sum stays reserved."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    waiting = dict(book_of(cell).waiting_of(agent.id, cell.now_ms))
    number = command.ticket if command.ticket is not None else max(waiting, default=0)
    ticket = waiting.get(number)
    if ticket is None:
        return Refusal(Code.UNKNOWN_TICKET, {"ticket": command.ticket} if command.ticket else {})
    by = command.by or agent.code
    ended = msgspec.structs.replace(ticket, state=TicketState.CANCELLED, end_ms=cell.now_ms, by=by)
    file_ticket(cell, number, ended)
    return Ticketed(view_of(cell, number, ended))


def sweep_tickets(cell: Cell, _command: SweepTickets) -> Result:
    """What has run out ends, and sums whose reserve is over may be given again."""
    for number, ticket in due_tickets(cell, cell.now_ms):
        ended = ticket
        if ticket.state is TicketState.OPEN:
            ended = msgspec.structs.replace(ended, state=TicketState.EXPIRED, end_ms=cell.now_ms)
        file_ticket(cell, number, msgspec.structs.replace(ended, released=cell.now_ms >= ticket.reserved_ms))
    return Done()


def due_tickets(cell: Cell, now_ms: int) -> list[tuple[int, Ticket]]:
    """Tickets to which time has done something that no version says yet."""
    return [
        (number, ticket)
        for number, ticket in book_of(cell).by_number.items()
        if now_ms >= ticket.reserved_ms or (ticket.state is TicketState.OPEN and now_ms >= ticket.expires_ms)
    ]


def accounts_for(cell: Cell, bank: str = "") -> tuple[BankAccount, ...]:
    """The accounts that agents may pay into, of one bank where one is named, by code."""
    found = (a for _, a in sorted(cell.bank_accounts.items()))
    return tuple(a for a in found if a.for_agents and bank in {"", a.bank, a.code})


def banks_of(cell: Cell) -> tuple[str, ...]:
    """The banks that agents may name."""
    return tuple(dict.fromkeys(account.bank for account in accounts_for(cell)))


def view_of(cell: Cell, number: int, ticket: Ticket, *, repeated: bool = False) -> TicketView:
    """A ticket as its agent is told. One whose time is over reads as expired, whether or not it was swept."""
    state = ticket.state
    if state is TicketState.OPEN and not ticket.waits(cell.now_ms):
        state = TicketState.EXPIRED
    zone = cell.settings.zone
    return TicketView(
        ticket=number,
        agent=cell.agent_codes[ticket.agent_id],
        state=state.value,
        base_idr=ticket.base_idr,
        amount_idr=ticket.amount_idr,
        remark=remark_of(number),
        at=iso_local(ticket.at_ms, zone),
        expires=iso_local(ticket.expires_ms, zone),
        accounts=tuple(PayInto(a.bank, a.number, a.holder) for a in accounts_for(cell, ticket.bank)),
        repeated=repeated,
    )
