"""The audit's money that came in: rows, tickets, debts and postings all say the same.

A row that is booked has moved its bank account by its very amount; a ticket is paid once, by the row of its sum; a
posting made before stands for one row; what agents owe is what their open debts say; what waits is counted rightly.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import msgspec

from juru.bank.rules import Mutation
from juru.books.engine import BookEngine, Row
from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import RECEIVABLE_BASE, agent_deposit, agent_receivable, bank_account
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_row import BankBook, BankRow, Booked, RowState, RowTarget, Why, row_key
from juru.server.domain.debt import Debt
from juru.server.domain.paper import Paper
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.ticket import Ticket, TicketState
from juru.server.store.findings import Findings
from juru.server.store.rows import paper_from

_BEFORE = "SELECT body FROM papers WHERE kind = ? AND key = ? AND id < ? ORDER BY id DESC LIMIT 1"
_POSTINGS = "SELECT debit, credit, amount_idr FROM postings WHERE transfer_id = ? ORDER BY id"
_KINDS = {NAME_OF[kind]: kind for kind in (BankRow, BankBook, Ticket, Booked, Debt)}
_BAD = (KeyError, TypeError, ValueError, msgspec.MsgspecError)
P = TypeVar("P", bound=Paper)
Filed = dict[tuple[str, str], list[Paper]]
"""The versions of one commit, by paper."""


class Bank:
    """Compares each commit's papers as they pass; holds open debts, and what must be counted of each account."""

    def __init__(self, engine: BookEngine, findings: Findings) -> None:
        self._engine = engine
        self._findings = findings
        self._accounts: dict[str, int] = {}
        self._debts: dict[str, tuple[int, int]] = {}
        self._rows: Counter[str] = Counter()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._waiting_idr: Counter[str] = Counter()
        self._counted: set[str] = set()

    def _say(self, no: int | None, number: int, detail: str) -> None:
        self._findings.add("bank", no, "papers", number, detail)

    def records(self, rows: list[Row]) -> None:
        """Note the numbers of bank accounts, from which their ledger accounts follow."""
        for _, _, kind, key, body, *_rest in rows:
            if kind == "bank_account":
                try:
                    self._accounts[key] = msgspec.json.decode(body, type=BankAccount).id
                except _BAD:
                    continue

    def commit(self, no: int, rows: list[Row], transfers: dict[int, Transfer]) -> None:
        """One commit's rows, tickets and stand-ins, against each other and against what it posted."""
        filed: Filed = {}
        versions: list[tuple[int, str, Paper]] = []
        for number, _, kind, key, body, _ in rows:
            if kind in _KINDS:
                try:
                    paper = paper_from(kind, body)
                except _BAD:
                    continue
                filed.setdefault((kind, key), []).append(paper)
                versions.append((number, key, paper))
        for number, key, paper in versions:
            match paper:
                case BankRow():
                    self._row(no, number, key, paper, filed, transfers)
                case Ticket():
                    self._ticket(no, number, key, paper, filed)
                case Debt() if paper.left_idr:
                    self._debts[key] = paper.agent_id, paper.left_idr
                case Debt():
                    self._debts.pop(key, None)
                case _:
                    pass
        latest = {key: (number, paper) for number, key, paper in versions if isinstance(paper, BankBook)}
        for number, book in latest.values():
            self._counts(no, number, book)

    # ------------------------------------------------------------------ rows

    def _row(
        self,
        no: int,
        number: int,
        key: str,
        row: BankRow,
        filed: Filed,
        transfers: dict[int, Transfer],
    ) -> None:
        shown = Mutation(row.line, row.day, row.amount_idr, row.text, row.balance_idr)
        if row_key(row.account, shown, row.nth) != key:
            self._say(no, number, f"{key} is not the identity of its row")
        before = self._before(BankRow, key, number)
        self._count(row, before)
        if before is not None and before.state is not RowState.WAITING and row.state is not RowState.WAITING:
            self._say(no, number, f"{key} was {before.state} and is booked again")
        account = self._accounts.get(row.account)
        if account is None:
            self._say(no, number, f"{key} is of no bank account")
            return
        posted = [transfers[i] for i in row.posted if i in transfers]
        ledger = bank_account(account)
        match row.state:
            case RowState.CREDITED:
                self._credited(no, number, key, row, posted, ledger, filed)
            case RowState.ASSIGNED:
                self._assigned(no, number, key, row, posted, ledger, filed)
            case RowState.WAITING:
                self._reopened(no, number, key, before, posted)

    def _credited(
        self,
        no: int,
        number: int,
        key: str,
        row: BankRow,
        posted: list[Transfer],
        ledger: int,
        filed: Filed,
    ) -> None:
        """A ticket took it: the agent of the ticket has its very sum, and the ticket says so in the same commit."""
        versions = filed.get((NAME_OF[Ticket], str(row.tickets[0]) if row.tickets else ""), ())
        paid = (t for t in versions if isinstance(t, Ticket) and (t.state, t.row) == (TicketState.PAID, key))
        ticket = next(paid, None)
        if ticket is None:
            self._say(no, number, f"{key} is credited, no ticket is paid by it in its commit")
            return
        right = Posting(ledger, agent_deposit(ticket.agent_id), ticket.amount_idr)
        if [moved.postings for moved in posted] != [(right,)] or row.amount_idr != ticket.amount_idr:
            self._say(no, number, f"{key} did not credit the agent of ticket {row.tickets[0]} with its sum")

    def _assigned(
        self,
        no: int,
        number: int,
        key: str,
        row: BankRow,
        posted: list[Transfer],
        ledger: int,
        filed: Filed,
    ) -> None:
        """A person booked it: its bank account has moved by its amount, now or by the posting that stands for it."""
        through_idr = sum(_through(moved.postings, ledger) for moved in posted)
        if row.target is RowTarget.BOOKED:
            versions = filed.get((NAME_OF[Booked], str(row.transfer_id)), ())
            if not any(isinstance(one, Booked) and (one.row, one.stands) == (key, True) for one in versions):
                self._say(no, number, f"{key} is booked by transfer {row.transfer_id}, which does not stand for it")
            if not posted:
                rows = self._engine.rows(_POSTINGS, (row.transfer_id or 0,))
                through_idr = _through(tuple(Posting(*one) for one in rows), ledger)
        if through_idr != row.amount_idr:
            self._say(no, number, f"{key} moved its account by {through_idr}, the bank says {row.amount_idr}")

    def _reopened(self, no: int, number: int, key: str, before: BankRow | None, posted: list[Transfer]) -> None:
        """It waits again: what this row had posted is reversed, and nothing else is."""
        own = None if before is None else before.posted
        if before is None or before.state is RowState.WAITING or not own:
            if posted:
                self._say(no, number, f"{key} waits and has posted {posted[0].id}")
            return
        undone = [moved.of_id for moved in posted if moved.kind is Kind.REVERSAL]
        if undone != list(own):
            self._say(no, number, f"{key} waits again, its posting {own[0]} is not reversed")

    # ------------------------------------------------------------------ tickets

    def _ticket(self, no: int, number: int, key: str, ticket: Ticket, filed: Filed) -> None:
        before = self._before(Ticket, key, number)
        if before is not None:
            same = (before.agent_id, before.base_idr, before.amount_idr, before.at_ms, before.reserved_ms)
            if same != (ticket.agent_id, ticket.base_idr, ticket.amount_idr, ticket.at_ms, ticket.reserved_ms):
                self._say(no, number, f"ticket {key} was of another agent, sum or time")
        if ticket.state is not TicketState.PAID or (before is not None and before.state is TicketState.PAID):
            return
        rows = (row for row in filed.get((NAME_OF[BankRow], ticket.row), ()) if isinstance(row, BankRow))
        if not any(row.state is RowState.CREDITED and row.tickets == (int(key),) for row in rows):
            self._say(no, number, f"ticket {key} is paid, no row in its commit pays it")
        if before is None or before.state is not TicketState.OPEN:
            self._say(no, number, f"ticket {key} is paid, but did not wait")

    def _before(self, kind: type[P], key: str, number: int) -> P | None:
        """The version before this one."""
        for (body,) in self._engine.rows(_BEFORE, (NAME_OF[kind], key, number)):
            try:
                paper = paper_from(NAME_OF[kind], body)
            except _BAD:
                return None
            return paper if isinstance(paper, kind) else None
        return None

    # ------------------------------------------------------------------ the whole book

    def _count(self, row: BankRow, before: BankRow | None) -> None:
        """Fold one version of a row into what its account's book must count."""
        if before is None:
            self._rows[row.account] += 1
        elif before.state is RowState.WAITING:
            self._waiting[before.account, before.why or ""] -= 1
            self._waiting_idr[before.account] -= before.amount_idr
        if row.state is RowState.WAITING:
            self._waiting[row.account, row.why or ""] += 1
            self._waiting_idr[row.account] += row.amount_idr

    def finish(self, owed_idr: dict[int, int]) -> None:
        """What agents owe (by account, as folded) is what their open debts say."""
        said: Counter[int] = Counter()
        for agent_id, left_idr in self._debts.values():
            said[agent_receivable(agent_id)] += left_idr
        for account in sorted({*said, *owed_idr}):
            if said[account] != owed_idr.get(account, 0):
                agent = account - RECEIVABLE_BASE
                detail = f"agent {agent} owes {owed_idr.get(account, 0)}, his open debts say {said[account]}"
                self._findings.add("bank", None, "balances", account, detail)
        for account_code in sorted(self._rows.keys() - self._counted):
            self._findings.add("bank", None, "papers", None, f"{account_code} has rows and no book that counts them")

    def _counts(self, no: int, number: int, book: BankBook) -> None:
        """An account's book counts the rows as this commit left them."""
        self._counted.add(book.account)
        waiting = {why.value: count for why in Why if (count := self._waiting[book.account, why.value])}
        said = (book.rows, dict(book.waiting), book.waiting_idr)
        are = (self._rows[book.account], waiting, self._waiting_idr[book.account])
        if said != are:
            counted = (f"{rows} rows, {waits} wait, of {idr}" for rows, waits, idr in (said, are))
            self._say(no, number, f"{book.account} counts {'; there are '.join(counted)}")


def _through(postings: tuple[Posting, ...], account: int) -> int:
    """What postings brought into an account of ours."""
    return sum(p.amount_idr for p in postings if p.debit == account) - sum(
        p.amount_idr for p in postings if p.credit == account
    )
