"""Tickets, expiries and bank files in any order, against a bank that knows which transfers really happened.

The bank books transfers; files show days of its statement, as far as it goes at that moment, in any order of rows, as
often as one likes. Whatever happens, no transfer is credited twice or to two agents, and what the book says is in the
account is what the statement says, less what still waits for a person.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from juru.bank.rules import Mutation, numbered
from juru.server.domain.accounts import agent_deposit, agent_receivable, bank_account
from juru.server.domain.bank_row import BankRow, RowState, RowTarget
from juru.server.domain.commands_money import (
    AskTicket,
    AssignBankRow,
    BankLine,
    CancelTicket,
    ImportBankRows,
    SweepTickets,
)
from juru.server.domain.paper import Paper
from juru.server.domain.results import BankImported, Done, Ticketed
from juru.server.domain.ticket import Ticket, TicketState
from juru.server.domain.tickets import book_of
from juru.values.days import Zone, business_day
from tests.support.bank import BCA, bank_shop, reopen, rows_of

AGENTS = ("TOP", "MID", "BUDI")
PIECE = 3
agents = st.sampled_from(AGENTS)
bases = st.sampled_from((10_000, 10_001, 20_000))
texts = st.sampled_from(("TRSF", "SETORAN", "JT1 BUDI"))
picks = st.integers(0, 10**6)


class Bank(RuleBasedStateMachine):
    """A cell beside a bank."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = bank_shop(ticket_digits_max=2, tickets_open_max=2, ticket_life_s=86_400)
        self.start = {agent: self.shop.deposit_idr(agent) for agent in AGENTS}
        self.statement: list[Mutation] = []
        self.shown: Counter[tuple[int, int, str]] = Counter()
        self.told: list[int] = []

    @property
    def today(self) -> int:
        return business_day(self.shop.now_ms, Zone.WIB)

    # ------------------------------------------------------------------ agents and time

    @rule(agent=agents, base=bases)
    def ask(self, agent: str, base: int) -> None:
        result = self.shop.do(AskTicket(agent, base, "chat"))
        if isinstance(result, Ticketed) and not result.ticket.repeated:
            self.told.append(result.ticket.amount_idr)

    @rule(agent=agents)
    def cancel(self, agent: str) -> None:
        self.shop.do(CancelTicket(agent, "chat"))

    @rule(hours=st.sampled_from((1, 11, 25, 24 * 9)), sweep=st.booleans())
    def wait(self, hours: int, *, sweep: bool) -> None:
        self.shop.after(hours * 3600)
        if sweep:
            self.shop.do(SweepTickets())

    # ------------------------------------------------------------------ the bank

    @precondition(lambda self: self.told)
    @rule(pick=picks, text=texts, times=st.integers(1, 2))
    def pay(self, pick: int, text: str, times: int) -> None:
        amount_idr = self.told[-1 - pick % min(len(self.told), 4)]
        self.statement += [Mutation(1, self.today, amount_idr, text)] * times

    @rule(amount_idr=st.sampled_from((10_000, 20_000, 12_345, -7_000)), text=texts)
    def book(self, amount_idr: int, text: str) -> None:
        self.statement.append(Mutation(1, self.today, amount_idr, text))

    # ------------------------------------------------------------------ files

    @precondition(lambda self: self.statement)
    @rule(first=picks, last=picks, order=st.randoms(use_true_random=False), stop_after=st.integers(1, 4))
    def bring_file(self, first: int, last: int, order: Any, stop_after: int) -> None:  # noqa: ANN401 - random.Random
        days = sorted({row.day for row in self.statement})
        low, high = sorted((days[first % len(days)], days[last % len(days)]))
        rows = [row for row in self.statement if low <= row.day <= high]
        order.shuffle(rows)
        lines = [BankLine(row, nth) for row, nth in numbered(rows)]
        for place in range(0, min(len(lines), stop_after * PIECE), PIECE):
            # A crash after any piece leaves the rest for the next file.
            piece = tuple(lines[place : place + PIECE])
            result = self.shop.do(ImportBankRows("BCA1", piece, "file", "ani"))
            assert isinstance(result, BankImported), result
            before = self.shown.total()
            for line in piece:
                alike = (line.row.day, line.row.amount_idr, line.row.text)
                self.shown[alike] = max(self.shown[alike], line.nth)
            assert result.rows == self.shown.total() - before

    # ------------------------------------------------------------------ people

    def rows(self, *states: RowState) -> list[tuple[str, BankRow]]:
        return [(key, row) for key, row in sorted(rows_of(self.shop).items()) if row.state in states]

    @precondition(lambda self: self.rows(RowState.WAITING))
    @rule(pick=picks, goal=st.sampled_from((RowTarget.AGENT, RowTarget.EQUITY, RowTarget.NOT_OURS)), agent=agents)
    def assign(self, pick: int, goal: RowTarget, agent: str) -> None:
        waiting = self.rows(RowState.WAITING)
        key, _ = waiting[pick % len(waiting)]
        self.shop.do(AssignBankRow(key, goal, "asked", "ani", agent if goal is RowTarget.AGENT else ""))

    @precondition(lambda self: self.rows(RowState.CREDITED, RowState.ASSIGNED))
    @rule(pick=picks)
    def reopen(self, pick: int) -> None:
        booked = self.rows(RowState.CREDITED, RowState.ASSIGNED)
        key, _ = booked[pick % len(booked)]
        assert isinstance(reopen(self.shop, key), Done)

    # ------------------------------------------------------------------ what must always hold

    @invariant()
    def every_transfer_is_one_row_and_no_row_is_of_nothing(self) -> None:
        real = Counter((row.day, row.amount_idr, row.text) for row in self.statement)
        filed = Counter((row.day, row.amount_idr, row.text) for row in rows_of(self.shop).values())
        assert filed == self.shown
        assert filed <= real

    @invariant()
    def account_says_what_the_statement_says_less_what_waits(self) -> None:
        booked = sum(row.amount_idr for _, row in self.rows(RowState.CREDITED, RowState.ASSIGNED))
        assert -self.shop.net_idr(bank_account(BCA.id)) == booked
        if not self.rows(RowState.WAITING) and self.shown.total() == len(self.statement):
            assert booked == sum(row.amount_idr for row in self.statement)

    @invariant()
    def agents_have_exactly_what_their_rows_brought(self) -> None:
        brought: Counter[int] = Counter()
        for _, row in self.rows(RowState.CREDITED, RowState.ASSIGNED):
            if row.agent_id is not None:
                brought[row.agent_id] += row.amount_idr
        for agent, start_idr in self.start.items():
            number = self.shop.cell.agents[agent].id
            assert self.shop.net_idr(agent_deposit(number)) == start_idr + brought[number]
            assert self.shop.net_idr(agent_receivable(number)) == 0
        assert self.shop.balanced()

    @invariant()
    def ticket_is_paid_by_one_row_of_its_very_sum(self) -> None:
        credited = self.rows(RowState.CREDITED)
        tickets = [number for _, row in credited for number in row.tickets]
        assert len(tickets) == len(set(tickets)) == len(credited)
        for key, row in credited:
            paid = self.shop.papers["ticket", str(row.tickets[0])][1]
            assert isinstance(paid, Ticket)
            assert (paid.state, paid.row, paid.amount_idr) == (TicketState.PAID, key, row.amount_idr)
            assert paid.agent_id == row.agent_id
        paid_ones = {int(key) for (_, key), (_, p) in self.shop.papers.items() if _is_paid(p)}
        assert paid_ones == set(tickets)

    @invariant()
    def no_sum_is_reserved_twice(self) -> None:
        book = book_of(self.shop.cell)
        assert len(book.by_amount) == len(book.by_number)

    @invariant()
    def queue_says_exactly_what_waits(self) -> None:
        why = {f"bank_{row.why}" for _, row in self.rows(RowState.WAITING) if row.why is not None}
        assert {kind for kind in self.shop.queue() if kind.startswith("bank_")} == why


def _is_paid(paper: Paper) -> bool:
    return isinstance(paper, Ticket) and paper.state is TicketState.PAID


TestBank: Any = Bank.TestCase
TestBank.settings = settings(
    max_examples=120,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
