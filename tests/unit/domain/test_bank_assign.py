"""A person says what a row is, once and with a reason; takes it back; and what stands for a row is never edited."""

from __future__ import annotations

import pytest

from juru.books.rules import Posting
from juru.server.domain.accounts import House, agent_deposit, agent_receivable, bank_account, supplier_deposit
from juru.server.domain.bank_row import RowState, RowTarget, Why
from juru.server.domain.commands import AddDeposit, DepositKind, ReverseTransfer
from juru.server.domain.commands_money import AssignBankRow, ReopenBankRow, SweepTickets
from juru.server.domain.debt import Debt
from juru.server.domain.debts import open_debts as debts_of
from juru.server.domain.debts import owed_idr
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.ticket import Ticket, TicketState
from juru.server.domain.tickets import book_of
from juru.server.domain.views import Notice
from tests.support.bank import (
    BCA,
    MANDIRI,
    assign,
    bank_idr,
    bank_shop,
    bring,
    lend,
    only_row,
    reopen,
    row,
    rows_of,
    ticket,
    waiting,
)
from tests.support.domain import Market, done, refused


@pytest.fixture
def shop() -> Market:
    made = bank_shop()
    made.change_agent("BUDI", debt_limit_idr=1_000_000)
    return made


def why(result: object) -> str:
    assert isinstance(result, Refusal), result
    return str(result.facts.get("why", result.code.value))


@pytest.mark.parametrize(
    ("amount_idr", "target", "to", "account"),
    [
        (500_000, RowTarget.AGENT, "budi", agent_deposit(3)),
        (-500_000, RowTarget.AGENT, "BUDI", agent_deposit(3)),
        (-500_000, RowTarget.SUPPLIER, "ALFA", supplier_deposit(1)),
        (500_000, RowTarget.SUPPLIER, "ALFA", supplier_deposit(1)),
        (500_000, RowTarget.EQUITY, "", House.EQUITY),
        (-500_000, RowTarget.EQUITY, "", House.EQUITY),
        (-15_000, RowTarget.FEE, "", House.BANK_FEES),
        (1_250, RowTarget.FEE, "", House.BANK_FEES),
        (500_000, RowTarget.NOT_OURS, "", House.SUSPENSE),
        (-500_000, RowTarget.BANK, "MDR1", bank_account(2)),
    ],
)
def test_each_assignment_moves_the_bank_account_and_what_the_row_is(
    shop: Market, amount_idr: int, target: RowTarget, to: str, account: int
) -> None:
    bring(shop, row(amount_idr))
    key, _ = only_row(shop)
    before = shop.net_idr(account)
    moved = done(assign(shop, key, target, to)).transfer_id
    assert bank_idr(shop) == amount_idr
    assert shop.net_idr(account) == before + amount_idr
    _, filed = only_row(shop)
    assert (filed.state, filed.target, filed.transfer_id, filed.decided_by) == (RowState.ASSIGNED, target, moved, "ani")
    assert "asked them" in (shop.transfers[moved or 0].memo or "")
    assert shop.queue() == []
    assert shop.balanced()


def test_agent_is_told_of_deposit_that_came_and_of_deposit_that_is_taken_back(shop: Market) -> None:
    shop.change_agent("BUDI", senders=("chat:BUDI",))
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    moved = done(assign(shop, key, RowTarget.AGENT, "BUDI")).transfer_id
    assert notices(shop) == [("deposit.credited", ("transfer", moved), 500_000, 1_500_000)]
    undone = done(reopen(shop, key)).transfer_id
    assert notices(shop) == [("deposit.taken", ("transfer", undone), 500_000, 1_000_000)]


def notices(shop: Market) -> list[tuple[str, tuple[str, int], object, object]]:
    """What the latest commit tells agents that is no order's state."""
    told = [row.view for row in shop.commits[-1].outbox if isinstance(row.view, Notice)]
    return [(one.what, one.cause, one.facts["amount_idr"], one.facts["balance_idr"]) for one in told]


def test_same_assignment_again_is_answered_as_before_and_another_is_refused(shop: Market) -> None:
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    first = done(assign(shop, key, RowTarget.AGENT, "BUDI"))
    again = done(assign(shop, key, RowTarget.AGENT, "budi"))
    assert (again.transfer_id, again.note) == (first.transfer_id, "repeated")
    assert why(assign(shop, key, RowTarget.AGENT, "MID")) == "row_closed"
    assert shop.deposit_idr("BUDI") == 1_500_000


@pytest.mark.parametrize(
    ("amount_idr", "target", "to", "reason"),
    [
        (1, RowTarget.AGENT, "NOBODY", "unknown_agent"),
        (1, RowTarget.SUPPLIER, "NOBODY", "no_supplier"),
        (1, RowTarget.BANK, "NOBODY", "no_account"),
        (1, RowTarget.BANK, "BCA1", "no_account"),
        (1, RowTarget.DEBT, "BUDI", "owes_nothing"),
        (-1, RowTarget.DEBT, "BUDI", "debit_no_debt"),
        (-1_000_001, RowTarget.AGENT, "BUDI", "insufficient_balance"),
        (1, RowTarget.BOOKED, "", "booked_none"),
    ],
)
def test_assignment_that_cannot_be_says_why_and_leaves_the_row_waiting(
    shop: Market, amount_idr: int, target: RowTarget, to: str, reason: str
) -> None:
    bring(shop, row(amount_idr))
    key, _ = only_row(shop)
    assert why(assign(shop, key, target, to)) == reason
    assert waiting(shop)
    assert bank_idr(shop) == 0


def test_assignment_needs_a_reason_and_a_row(shop: Market) -> None:
    bring(shop, row(1))
    key, _ = only_row(shop)
    assert why(shop.do(AssignBankRow(key, RowTarget.EQUITY, " ", "ani"))) == "reason"
    assert why(assign(shop, "nothing", RowTarget.EQUITY)) == "row_none"


def test_wrong_credit_of_a_ticket_is_reversed_and_its_row_waits_again(shop: Market) -> None:
    told = ticket(shop)
    bring(shop, row(told.amount_idr))
    key, filed = only_row(shop)
    assert done(reopen(shop, key)).transfer_id is not None
    assert shop.deposit_idr("BUDI") == 1_000_000
    assert bank_idr(shop) == 0
    _, again = only_row(shop)
    assert (again.state, again.why, again.transfer_id) == (RowState.WAITING, Why.UNKNOWN, None)
    assert book_of(shop.cell).by_number[told.ticket].state is TicketState.CANCELLED
    assert shop.queue() == ["bank_unknown"]
    done(assign(shop, key, RowTarget.AGENT, "MID"))
    assert shop.deposit_idr("MID") == told.amount_idr
    assert filed.transfer_id in {moved.of_id for moved in shop.transfers.values()}
    assert shop.balanced()


def test_credit_is_taken_back_also_when_its_sum_has_been_let_go(shop: Market) -> None:
    told = ticket(shop)
    bring(shop, row(told.amount_idr))
    key, _ = only_row(shop)
    shop.after(30 * 86_400).do(SweepTickets())
    assert told.ticket not in book_of(shop.cell).by_number
    done(reopen(shop, key))
    paper = shop.papers["ticket", str(told.ticket)][1]
    assert isinstance(paper, Ticket)
    assert (paper.state, paper.row, paper.released) == (TicketState.CANCELLED, "", True)


def test_nobody_takes_back_what_he_has_not_seen(shop: Market) -> None:
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    assert why(reopen(shop, key)) == "row_waits"
    done(assign(shop, key, RowTarget.AGENT, "BUDI"))
    assert why(shop.do(ReopenBankRow(key, (), "wrong", "ani"))) == "row_changed"
    assert why(shop.do(ReopenBankRow(key, (999,), "wrong", "ani"))) == "row_changed"
    done(reopen(shop, key))
    assert why(reopen(shop, key)) == "row_waits"


def test_posting_of_a_row_is_not_reversed_behind_its_back(shop: Market) -> None:
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    moved = done(assign(shop, key, RowTarget.AGENT, "BUDI")).transfer_id or 0
    result = shop.do(ReverseTransfer(moved, "typed wrongly", "ani"))
    assert result == Refusal(Code.NOT_CANCELLABLE, {"why": "bank_row"})


# ---------------------------------------------------------------------- what was in the book before its row


def by_hand(shop: Market, amount_idr: int = 500_000, via: str = "") -> int:
    command = AddDeposit(DepositKind.AGENT, "BUDI", amount_idr, "he called", "ani", f"h{len(shop.commits)}", via)
    return done(shop.do(command)).transfer_id or 0


@pytest.mark.parametrize("via", ["", "BCA1"])
def test_posting_made_by_hand_stands_for_its_row(shop: Market, via: str) -> None:
    moved = by_hand(shop, via=via)
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    assert done(assign(shop, key, RowTarget.BOOKED, transfer_id=moved)).transfer_id == moved
    assert (bank_idr(shop), -shop.net_idr(House.BANK)) == (500_000, 1_000_000), "the market's own deposit stays there"
    assert shop.deposit_idr("BUDI") == 1_500_000, "credited once"
    assert done(assign(shop, key, RowTarget.BOOKED, transfer_id=moved)).note == "repeated"


def test_posting_stands_for_one_row_only_and_must_be_of_its_sum(shop: Market) -> None:
    moved = by_hand(shop)
    bring(shop, row(500_000, "first"), row(500_000, "second"), row(400_000, "third"))
    first, second, third = rows_of(shop)
    done(assign(shop, first, RowTarget.BOOKED, transfer_id=moved))
    assert why(assign(shop, second, RowTarget.BOOKED, transfer_id=moved)) == "booked_taken"
    assert why(assign(shop, third, RowTarget.BOOKED, transfer_id=by_hand(shop))) == "booked_other"
    row_posting = done(assign(shop, second, RowTarget.EQUITY)).transfer_id
    assert why(assign(shop, third, RowTarget.BOOKED, transfer_id=row_posting)) == "booked_other"


def test_posting_that_stands_for_a_row_is_reversed_only_after_the_row_is_reopened(shop: Market) -> None:
    moved = by_hand(shop)
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    done(assign(shop, key, RowTarget.BOOKED, transfer_id=moved))
    assert refused(shop.do(ReverseTransfer(moved, "x", "ani"))) is Code.NOT_CANCELLABLE
    done(reopen(shop, key))
    assert bank_idr(shop) == 0
    done(shop.do(ReverseTransfer(moved, "x", "ani")))
    assert why(assign(shop, key, RowTarget.BOOKED, transfer_id=moved)) == "booked_none"
    assert shop.deposit_idr("BUDI") == 1_000_000


# ---------------------------------------------------------------------- debts by bank row


def test_row_pays_debts_first_and_the_rest_is_deposit(shop: Market) -> None:
    done(lend(shop, 300_000))
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    moved = done(assign(shop, key, RowTarget.DEBT, "BUDI")).transfer_id or 0
    bank = bank_account(BCA.id)
    assert shop.transfers[moved].postings == (
        Posting(bank, agent_receivable(3), 300_000),
        Posting(bank, agent_deposit(3), 200_000),
    )
    assert owed_idr(shop.cell, 3) == 0
    assert shop.deposit_idr("BUDI") == 1_500_000


def test_reopened_repayment_is_owed_again_with_its_old_days(shop: Market) -> None:
    done(lend(shop, 300_000, days=1))
    before = [(d.left_idr, d.given_day, d.due_day) for _, d in open_debts(shop)]
    bring(shop, row(500_000))
    key, _ = only_row(shop)
    done(assign(shop, key, RowTarget.DEBT, "BUDI"))
    done(reopen(shop, key))
    assert owed_idr(shop.cell, 3) == 300_000
    assert [(d.left_idr, d.given_day, d.due_day) for _, d in open_debts(shop)] == before
    assert shop.balanced()


def open_debts(shop: Market) -> list[tuple[str, Debt]]:
    return debts_of(shop.cell, 3)


def test_transfer_between_own_accounts_is_booked_by_one_row_and_stands_for_the_other(shop: Market) -> None:
    bring(shop, row(-400_000, "ke Mandiri"))
    key, _ = only_row(shop)
    moved = done(assign(shop, key, RowTarget.BANK, "MDR1")).transfer_id
    bring(shop, row(400_000, "dari BCA"), account="MDR1")
    other = next(k for k, r in rows_of(shop).items() if r.account == "MDR1")
    result = assign(shop, other, RowTarget.BOOKED, transfer_id=moved)
    assert done(result).transfer_id == moved
    assert (bank_idr(shop), bank_idr(shop, MANDIRI)) == (-400_000, 400_000)
    bring(shop, row(-400_000, "again to Mandiri"))
    second = next(k for k, r in rows_of(shop).items() if r.text == "again to Mandiri")
    assert why(assign(shop, second, RowTarget.BOOKED, transfer_id=moved)) == "booked_taken"
    assert why(reopen(shop, key)) == "booked_other_row"
    done(reopen(shop, other))
    assert why(assign(shop, second, RowTarget.BOOKED, transfer_id=moved)) == "booked_other"
    done(reopen(shop, key))
    assert (bank_idr(shop), bank_idr(shop, MANDIRI)) == (0, 0)
