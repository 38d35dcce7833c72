"""Deposit on credit: within a limit and a time, repaid due first first, written off, and undone whole."""

from __future__ import annotations

import pytest

from juru.books.rules import Posting
from juru.server.domain.accounts import House, agent_deposit, agent_receivable, bank_account, name_of
from juru.server.domain.agent import AgentStatus
from juru.server.domain.commands import ReverseTransfer
from juru.server.domain.commands_money import GiveDebt, RepayDebt, WriteOffDebt
from juru.server.domain.debts import day_after, due_day_of, open_debts, owed_idr
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from tests.support.bank import TODAY, bank_idr, bank_shop, lend
from tests.support.domain import Market, done, refused

DAY_S = 86_400
BUDI = 3


@pytest.fixture
def shop() -> Market:
    made = bank_shop()
    made.change_agent("BUDI", debt_limit_idr=1_000_000, debt_days=7)
    return made


def repay(shop: Market, amount_idr: int, via: str = "", request_id: str = "") -> Result:
    return shop.do(RepayDebt("BUDI", amount_idr, "cash", "ani", request_id or f"p{len(shop.commits)}", via))


def left(shop: Market) -> list[tuple[int, int]]:
    return [(debt.left_idr, debt.due_day) for _, debt in open_debts(shop.cell, BUDI)]


def test_deposit_on_credit_is_there_at_once_and_owed_until_its_day(shop: Market) -> None:
    moved = done(lend(shop, 400_000)).transfer_id or 0
    assert shop.transfers[moved].postings == (Posting(agent_receivable(BUDI), agent_deposit(BUDI), 400_000),)
    assert shop.deposit_idr("BUDI") == 1_400_000
    assert (owed_idr(shop.cell, BUDI), due_day_of(shop.cell, BUDI)) == (400_000, 20250609)
    assert name_of(agent_receivable(BUDI)) == "agent:3:debt"


def test_same_request_gives_once(shop: Market) -> None:
    command = GiveDebt("BUDI", 400_000, "he asked", "ani", "r1")
    first = done(shop.do(command))
    assert done(shop.do(command)).transfer_id == first.transfer_id
    assert owed_idr(shop.cell, BUDI) == 400_000


def test_limit_counts_all_that_is_owed_and_its_refusal_says_what_is_left(shop: Market) -> None:
    done(lend(shop, 700_000))
    assert lend(shop, 300_001) == Refusal(Code.DEBT_LIMIT, {"limit_idr": 1_000_000, "free_idr": 300_000})
    done(lend(shop, 300_000))
    assert refused(lend(shop, 1, agent="MID")) is Code.DEBT_LIMIT


def test_overdue_debt_blocks_further_credit_until_it_is_paid(shop: Market) -> None:
    done(lend(shop, 100_000, days=1))
    shop.after(DAY_S)
    done(lend(shop, 50_000))
    shop.after(DAY_S)
    assert lend(shop, 1) == Refusal(Code.DEBT_OVERDUE, {"owed_idr": 150_000, "due": 20250603})
    done(repay(shop, 100_000))
    done(lend(shop, 1))


@pytest.mark.parametrize("amount_idr", [0, -1, 10**15 + 1])
def test_senseless_amounts_are_refused(shop: Market, amount_idr: int) -> None:
    assert refused(lend(shop, amount_idr)) is Code.BAD_AMOUNT
    assert refused(repay(shop, amount_idr)) is Code.BAD_AMOUNT


def test_blocked_or_unknown_agent_gets_nothing_on_credit(shop: Market) -> None:
    shop.change_agent("BUDI", status=AgentStatus.BLOCKED)
    assert refused(lend(shop, 1)) is Code.AGENT_BLOCKED
    assert refused(lend(shop, 1, agent="NOBODY")) is Code.UNKNOWN_AGENT
    assert refused(lend(shop, 1, days=400)) is Code.NOT_ALLOWED


def test_repayment_takes_what_is_due_first_and_goes_into_the_account_named(shop: Market) -> None:
    done(lend(shop, 100_000, days=9))
    done(lend(shop, 200_000, days=2))
    moved = done(repay(shop, 250_000, via="BCA1")).transfer_id or 0
    assert shop.transfers[moved].postings == (Posting(bank_account(1), agent_receivable(BUDI), 250_000),)
    assert left(shop) == [(50_000, day_after(TODAY, 9))]
    assert (owed_idr(shop.cell, BUDI), bank_idr(shop)) == (50_000, 250_000)


def test_nobody_repays_more_than_he_owes_or_into_nowhere(shop: Market) -> None:
    done(lend(shop, 100_000))
    assert repay(shop, 100_001) == Refusal(Code.BAD_AMOUNT, {"min_idr": 1, "max_idr": 100_000})
    assert refused(repay(shop, 1, via="NOWHERE")) is Code.NOT_ALLOWED


def test_repayment_repeated_counts_once(shop: Market) -> None:
    done(lend(shop, 100_000))
    first = done(repay(shop, 40_000, request_id="p"))
    assert done(repay(shop, 40_000, request_id="p")).transfer_id == first.transfer_id
    assert left(shop) == [(60_000, 20250609)]


def test_what_is_written_off_is_our_loss(shop: Market) -> None:
    done(lend(shop, 100_000))
    done(shop.do(WriteOffDebt("BUDI", "gone", "ani", "w1", 30_000)))
    assert left(shop) == [(70_000, 20250609)]
    done(shop.do(WriteOffDebt("BUDI", "gone for good", "ani", "w2")))
    assert (left(shop), shop.net_idr(House.BAD_DEBT)) == ([], -100_000)
    assert refused(shop.do(WriteOffDebt("BUDI", "again", "ani", "w3"))) is Code.BAD_AMOUNT
    assert refused(shop.do(WriteOffDebt("BUDI", " ", "ani", "w4"))) is Code.NOT_ALLOWED


def test_reversed_repayment_is_owed_again_with_its_days(shop: Market) -> None:
    done(lend(shop, 100_000, days=2))
    moved = done(repay(shop, 60_000)).transfer_id or 0
    done(shop.do(ReverseTransfer(moved, "bounced", "ani")))
    assert sorted(left(shop)) == [(40_000, 20250604), (60_000, 20250604)]
    assert owed_idr(shop.cell, BUDI) == 100_000
    assert shop.balanced()


def test_credit_given_by_mistake_is_reversed_while_none_of_it_was_repaid(shop: Market) -> None:
    first, second = (done(lend(shop, 100_000)).transfer_id or 0 for _ in range(2))
    done(repay(shop, 1))
    assert shop.do(ReverseTransfer(first, "x", "ani")) == Refusal(Code.NOT_CANCELLABLE, {"why": "debt_repaid"})
    done(shop.do(ReverseTransfer(second, "typed twice", "ani")))
    assert left(shop) == [(99_999, 20250609)]
    assert (owed_idr(shop.cell, BUDI), shop.deposit_idr("BUDI")) == (99_999, 1_100_000)


def test_days_are_counted_over_months_and_leap_years() -> None:
    assert [day_after(20240228, n) for n in (0, 1, 2)] == [20240228, 20240229, 20240301]
    assert day_after(20251231, 1) == 20260101
