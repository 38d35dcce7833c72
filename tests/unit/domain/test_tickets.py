"""Asking for a ticket, giving it up, and what time does to it."""

from __future__ import annotations

import pytest

from juru.bank.rules import RESERVE_DAYS
from juru.server.domain.agent import AgentStatus
from juru.server.domain.commands_money import AskTicket, CancelTicket, SweepTickets
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Ticketed
from juru.server.domain.ticket import Ticket, TicketState, remarks_in
from juru.server.domain.tickets import book_of, due_tickets
from juru.values.days import DAY_MS
from tests.support.bank import bank_shop, ticket
from tests.support.domain import Market, market, refused

DAY_S = 86_400


@pytest.fixture
def shop() -> Market:
    return bank_shop(tickets_open_max=3)


def test_ticket_tells_the_exact_sum_the_accounts_the_remark_and_until_when(shop: Market) -> None:
    told = ticket(shop)
    assert 1_000_000 < told.amount_idr <= 1_000_999
    assert [(a.bank, a.number) for a in told.accounts] == [("BCA", "0123456789"), ("MANDIRI", "1370001234567")]
    assert told.remark == f"JT{told.ticket}"
    assert (told.at, told.expires) == ("2025-06-02T10:00:00+07:00", "2025-06-03T10:00:00+07:00")
    assert (told.state, told.repeated) == ("open", False)


def test_named_bank_is_the_only_one_told(shop: Market) -> None:
    assert [a.bank for a in ticket(shop, bank="bca").accounts] == ["BCA"]
    result = shop.do(AskTicket("BUDI", 50_000, "chat", "BNI"))
    assert result == Refusal(Code.NO_BANK_ACCOUNT, {"banks": "BCA, MANDIRI"})


def test_without_a_bank_account_nobody_is_asked_to_transfer() -> None:
    assert refused(market().do(AskTicket("BUDI", 50_000, "chat"))) is Code.NO_BANK_ACCOUNT


def test_same_amount_asked_again_is_the_same_ticket(shop: Market) -> None:
    first, again, other = ticket(shop), ticket(shop), ticket(shop, 1_000_100)
    assert (again.ticket, again.amount_idr, again.repeated) == (first.ticket, first.amount_idr, True)
    assert other.ticket != first.ticket
    assert other.amount_idr != first.amount_idr


def test_no_more_tickets_than_may_be_open_and_the_refusal_names_the_one_that_waits(shop: Market) -> None:
    shop.change_settings(tickets_open_max=1)
    first = ticket(shop)
    result = shop.do(AskTicket("BUDI", 70_000, "chat"))
    assert result == Refusal(Code.TICKET_OPEN, {"ticket": first.ticket, "amount_idr": first.amount_idr})
    assert ticket(shop, 70_000, agent="MID").agent == "MID"


@pytest.mark.parametrize("amount_idr", [0, 9_999, 100_000_001])
def test_amount_beyond_the_limits_is_refused_with_them(shop: Market, amount_idr: int) -> None:
    result = shop.do(AskTicket("BUDI", amount_idr, "chat"))
    assert result == Refusal(Code.BAD_AMOUNT, {"min_idr": 10_000, "max_idr": 100_000_000})


def test_blocked_or_unknown_agent_gets_no_ticket(shop: Market) -> None:
    shop.change_agent("BUDI", status=AgentStatus.BLOCKED)
    assert refused(shop.do(AskTicket("BUDI", 50_000, "chat"))) is Code.AGENT_BLOCKED
    assert refused(shop.do(AskTicket("NOBODY", 50_000, "chat"))) is Code.UNKNOWN_SENDER


def test_refusal_of_a_ticket_is_kept_with_its_channel(shop: Market) -> None:
    shop.do(AskTicket("BUDI", 1, "h2h-otomax"))
    assert [(r.agent, r.channel, r.code) for r in shop.commits[-1].refusals] == [("BUDI", "h2h-otomax", "bad_amount")]


def test_sums_run_out_and_come_back_after_life_and_seven_days(shop: Market) -> None:
    shop.change_settings(ticket_digits_max=2, tickets_open_max=2)
    sums = {ticket(shop, 50_000, agent=agent).amount_idr for agent in ("BUDI", "MID")}
    assert sums == {50_001, 50_002}
    assert refused(shop.do(AskTicket("TOP", 50_000, "chat"))) is Code.AMOUNTS_EXHAUSTED
    shop.after(DAY_S + RESERVE_DAYS * DAY_S - 1).do(SweepTickets())
    assert refused(shop.do(AskTicket("TOP", 50_000, "chat"))) is Code.AMOUNTS_EXHAUSTED
    shop.after(1).do(SweepTickets())
    assert ticket(shop, 50_000, agent="TOP").amount_idr in sums


def test_cancelled_ticket_keeps_its_sum_reserved(shop: Market) -> None:
    shop.change_settings(ticket_digits_max=1)
    told = ticket(shop, 50_000)
    result = shop.do(CancelTicket("BUDI", "chat"))
    assert isinstance(result, Ticketed)
    assert (result.ticket.ticket, result.ticket.state) == (told.ticket, "cancelled")
    assert refused(shop.do(CancelTicket("BUDI", "chat"))) is Code.UNKNOWN_TICKET
    assert refused(shop.do(AskTicket("BUDI", 50_000, "chat"))) is Code.AMOUNTS_EXHAUSTED


def test_agent_cancels_the_latest_or_the_one_named_and_only_his_own(shop: Market) -> None:
    first, second, third = (ticket(shop, amount_idr) for amount_idr in (50_000, 60_000, 70_000))
    other = ticket(shop, 80_000, agent="MID")
    assert refused(shop.do(CancelTicket("BUDI", "chat", other.ticket))) is Code.UNKNOWN_TICKET
    shop.do(CancelTicket("BUDI", "chat", first.ticket))
    shop.do(CancelTicket("BUDI", "chat"))
    states = {number: t.state for number, t in book_of(shop.cell).by_number.items()}
    assert states == {
        first.ticket: TicketState.CANCELLED,
        second.ticket: TicketState.OPEN,
        third.ticket: TicketState.CANCELLED,
        other.ticket: TicketState.OPEN,
    }


def test_time_over_ends_a_ticket_before_and_after_it_is_swept(shop: Market) -> None:
    told = ticket(shop)
    shop.after(DAY_S)
    assert not book_of(shop.cell).waiting_of(3, shop.now_ms)
    assert refused(shop.do(CancelTicket("BUDI", "chat"))) is Code.UNKNOWN_TICKET
    assert [number for number, _ in due_tickets(shop.cell, shop.now_ms)] == [told.ticket]
    shop.do(SweepTickets())
    assert due_tickets(shop.cell, shop.now_ms) == []
    assert book_of(shop.cell).by_number[told.ticket].state is TicketState.EXPIRED


def test_book_of_tickets_is_the_same_after_a_restart(shop: Market) -> None:
    ticket(shop, 50_000)
    ticket(shop, 60_000, agent="MID")
    shop.do(CancelTicket("BUDI", "chat"))
    before = book_of(shop.cell)
    shop.cell.tickets = None
    assert book_of(shop.cell) == before
    shop.after(30 * DAY_S).do(SweepTickets())
    assert book_of(shop.cell).by_number == {}
    assert [paper for (kind, _), (_, paper) in shop.cell.papers.items() if kind == "ticket"] == []


def test_remarks_are_read_from_the_text_of_a_bank() -> None:
    assert remarks_in("TRSF E-BANKING CR JT12 BUDI jt7, JT12") == (12, 7)
    assert remarks_in("PT JTX 99 OBJT12") == ()


def test_reserve_counts_from_when_the_ticket_was_given(shop: Market) -> None:
    told = ticket(shop)
    paper = shop.papers["ticket", str(told.ticket)][1]
    assert isinstance(paper, Ticket)
    assert paper.reserved_ms == paper.at_ms + DAY_MS + RESERVE_DAYS * DAY_MS
