"""Bringing in statements: each row once, credited only where one ticket says so, else waiting for a person."""

from __future__ import annotations

import pytest

from juru.books.rules import Posting
from juru.server.domain.accounts import agent_deposit, bank_account
from juru.server.domain.bank_import import LINES_MAX, book_of_account
from juru.server.domain.bank_row import RowState, Why
from juru.server.domain.commands import SeeItem
from juru.server.domain.commands_money import CancelTicket, ImportBankRows
from juru.server.domain.refusals import Code
from juru.server.domain.ticket import TicketState
from juru.server.domain.tickets import book_of
from tests.support.bank import TODAY, bank_idr, bank_shop, bring, lines, only_row, row, rows_of, ticket, waiting
from tests.support.domain import Market, refused

DAY_S = 86_400


@pytest.fixture
def shop() -> Market:
    return bank_shop(tickets_open_max=5)


def test_exact_sum_of_a_waiting_ticket_is_credited_in_the_commit_of_the_row(shop: Market) -> None:
    told = ticket(shop)
    done = bring(shop, row(told.amount_idr, "TRSF BUDI"))
    assert (done.rows, done.credited, done.credited_idr, done.waiting) == (1, 1, told.amount_idr, {})
    assert shop.deposit_idr("BUDI") == 1_000_000 + told.amount_idr
    assert bank_idr(shop) == told.amount_idr
    (moved,) = shop.commits[-1].transfers
    assert moved.postings == (Posting(bank_account(1), agent_deposit(3), told.amount_idr),)
    key, filed = only_row(shop)
    assert (filed.state, filed.to, filed.transfer_id, filed.moved()) == (
        RowState.CREDITED,
        "BUDI",
        moved.id,
        (moved.id,),
    )
    paid = book_of(shop.cell).by_number[told.ticket]
    assert (paid.state, paid.row) == (TicketState.PAID, key)
    assert shop.balanced()


def test_same_and_overlapping_files_credit_nothing_twice(shop: Market) -> None:
    told = ticket(shop)
    first, second = row(told.amount_idr, "BUDI"), row(77_000, "ANI")
    assert bring(shop, first).rows == 1
    done = bring(shop, first, second)
    assert (done.rows, done.known, done.credited) == (1, 1, 0)
    assert bring(shop, first, second).known == 2
    assert shop.deposit_idr("BUDI") == 1_000_000 + told.amount_idr


def test_two_equal_transfers_of_a_day_both_count_and_one_ticket_takes_one(shop: Market) -> None:
    told = ticket(shop)
    same = row(told.amount_idr, "BUDI")
    done = bring(shop, same, same)
    assert (done.rows, done.credited, done.waiting) == (2, 1, {"late": 1})
    again = bring(shop, same, same, same)
    assert (again.rows, again.known) == (1, 2)
    assert waiting(shop) == [Why.LATE, Why.LATE]
    assert shop.deposit_idr("BUDI") == 1_000_000 + told.amount_idr


def test_equal_rows_of_two_accounts_are_two_transfers(shop: Market) -> None:
    bring(shop, row(5_000))
    assert bring(shop, row(5_000), account="MDR1").rows == 1
    assert len(rows_of(shop)) == 2


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_sum_of_a_ticket_that_no_longer_waits_is_late(shop: Market, end: str) -> None:
    told = ticket(shop)
    if end == "expired":
        shop.after(DAY_S)
    else:
        shop.do(CancelTicket("BUDI", "chat"))
    assert bring(shop, row(told.amount_idr)).waiting == {"late": 1}
    _, filed = only_row(shop)
    assert filed.tickets == (told.ticket,)
    assert shop.deposit_idr("BUDI") == 1_000_000
    assert bank_idr(shop) == 0, "what waits is not in the book"


def test_row_of_a_day_before_its_ticket_is_not_credited(shop: Market) -> None:
    told = ticket(shop)
    assert bring(shop, row(told.amount_idr, day=TODAY - 1)).waiting == {"ambiguous": 1}


def test_remark_of_its_own_ticket_is_no_contradiction(shop: Market) -> None:
    told = ticket(shop)
    assert bring(shop, row(told.amount_idr, f"BUDI {told.remark}")).credited == 1


def test_remark_of_another_ticket_makes_an_exact_sum_ambiguous(shop: Market) -> None:
    told, other = ticket(shop), ticket(shop, 50_000, agent="MID")
    assert bring(shop, row(told.amount_idr, other.remark)).waiting == {"ambiguous": 1}
    assert set(only_row(shop)[1].tickets) == {told.ticket, other.ticket}


def test_remark_with_another_sum_is_partial(shop: Market) -> None:
    told = ticket(shop)
    assert bring(shop, row(900_000, told.remark)).waiting == {"partial": 1}


def test_digits_left_out_are_partial_and_ambiguous_when_two_asked_so_much(shop: Market) -> None:
    told = ticket(shop)
    assert bring(shop, row(1_000_000, "first")).waiting == {"partial": 1}
    other = ticket(shop, agent="MID")
    assert bring(shop, row(1_000_000, "second")).waiting == {"ambiguous": 1}
    assert [r.tickets for r in rows_of(shop).values()] == [(told.ticket,), (told.ticket, other.ticket)]


def test_sum_of_nobody_is_unknown_and_money_that_went_out_is_a_debit(shop: Market) -> None:
    done = bring(shop, row(123_456), row(-15_000, "BIAYA ADM"))
    assert done.waiting == {"unknown": 1, "debit": 1}


def test_rows_before_the_account_begins_are_left_out(shop: Market) -> None:
    done = bring(shop, row(5_000, day=20250531), row(5_000, day=20250601))
    assert (done.before, done.rows) == (1, 1)


def test_one_item_of_the_queue_for_each_reason_however_many_rows_wait(shop: Market) -> None:
    bring(shop, *(row(100 + n, day=TODAY) for n in range(5)), row(-1), row(-2))
    assert shop.queue() == ["bank_debit", "bank_unknown"]
    item = next(iter(shop.cell.queue.values()))
    assert refused(shop.do(SeeItem(item.id, "seen", "ani"))) is Code.NOT_ALLOWED


def test_account_book_says_how_far_its_statement_goes_and_what_waits(shop: Market) -> None:
    bring(shop, row(500, day=TODAY - 1, balance_idr=500), row(200, balance_idr=700), row(-100, balance_idr=600))
    book = book_of_account(shop.cell, "BCA1")
    assert (book.rows, book.day, book.balance_idr, dict(book.waiting)) == (3, TODAY, 600, {"unknown": 2, "debit": 1})
    bring(shop, row(50, "older", day=TODAY - 1, balance_idr=50))
    assert book_of_account(shop.cell, "BCA1").balance_idr == 600


def test_import_for_an_account_nobody_knows_or_of_too_many_rows_changes_nothing(shop: Market) -> None:
    assert refused(shop.do(ImportBankRows("BNI9", lines([row(1)]), "f", "ani"))) is Code.NOT_ALLOWED
    many = lines([row(1)]) * (LINES_MAX + 1)
    assert refused(shop.do(ImportBankRows("BCA1", many, "f", "ani"))) is Code.NOT_ALLOWED
    assert rows_of(shop) == {}
