"""Moving in: balances against the owner's equity, all rows or none, each account once for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juru.books.rules import AMOUNT_IDR_MAX
from juru.server.domain.accounts import House, agent_deposit, bank_account, supplier_deposit
from juru.server.domain.commands import DepositKind, OpenBalances, OpeningRow, ReverseTransfer, SaveRecord
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from tests.support.domain import Market, done, market, refused

AGENT, SUPPLIER, BANK = DepositKind.AGENT, DepositKind.SUPPLIER, DepositKind.BANK


@pytest.fixture
def shop() -> Market:
    return market()


def opened(shop: Market, *rows: OpeningRow) -> Result:
    return shop.do(OpenBalances(rows, "moving in", "ani"))


def nets(shop: Market) -> dict[int, int]:
    return {account: balance.net_idr for account, balance in shop.cell.ledger.items() if balance.net_idr}


def test_deposits_are_owed_money_elsewhere_is_ours_and_the_rest_is_equity(shop: Market) -> None:
    code, seller = next(iter(shop.cell.agents)), next(iter(shop.cell.suppliers.values()))
    agent = shop.cell.agents[code]
    before = nets(shop)
    result = opened(
        shop,
        OpeningRow(AGENT, code.lower(), 350_000),
        OpeningRow(SUPPLIER, seller.code, 2_000_000),
        OpeningRow(BANK, "BCA", 5_000_000),
        OpeningRow(BANK, "BRI", 1_000_000),
    )
    assert result == Done(note="4 posted, 0 before")
    moved = {account: net - before.get(account, 0) for account, net in nets(shop).items()}
    assert moved[agent_deposit(agent.id)] == 350_000
    assert moved[supplier_deposit(seller.id)] == -2_000_000
    assert moved[House.BANK] == -6_000_000
    assert moved[House.EQUITY] == 7_650_000
    assert sum(nets(shop).values()) == 0
    assert {t.code for t in shop.commits[-1].transfers} == {"opening"}
    assert "moving in (agent" in (shop.commits[-1].transfers[0].memo or "")


def test_each_bank_account_is_opened_by_its_own_code(shop: Market) -> None:
    body = b'{"code": "BCA1", "bank": "BCA", "number": "123"}'
    done(shop.do(SaveRecord("bank_account", "BCA1", body, "ani", "x")))
    opened(shop, OpeningRow(BANK, "bca1", 5_000_000))
    assert nets(shop)[bank_account(1)] == -5_000_000
    unknown = opened(shop, OpeningRow(BANK, "BRI", 1))
    assert refused(unknown) is Code.NOT_ALLOWED
    assert refused(opened(shop, OpeningRow(DepositKind.FEE, "BCA1", 1))) is Code.MALFORMED


def test_what_is_below_zero_is_a_debt(shop: Market) -> None:
    code, seller = next(iter(shop.cell.agents)), next(iter(shop.cell.suppliers.values()))
    before = nets(shop)
    opened(shop, OpeningRow(AGENT, code, -20_000), OpeningRow(SUPPLIER, seller.code, -5_000))
    after = nets(shop)
    agent = agent_deposit(shop.cell.agents[code].id)
    assert after.get(agent, 0) - before.get(agent, 0) == -20_000
    assert after.get(House.EQUITY, 0) - before.get(House.EQUITY, 0) == 20_000 - 5_000


def test_the_same_file_again_posts_nothing_even_years_later(shop: Market) -> None:
    code = next(iter(shop.cell.agents))
    rows = OpeningRow(AGENT, code, 350_000), OpeningRow(BANK, "BCA", 1_000)
    opened(shop, *rows)
    after = nets(shop)
    assert opened(shop.after(3 * 365 * 86_400), *rows) == Done(note="0 posted, 2 before")
    assert opened(shop, *rows, OpeningRow(BANK, "BRI", 7)) == Done(note="1 posted, 2 before")
    assert nets(shop)[House.BANK] == after[House.BANK] - 7


def test_another_amount_for_an_account_that_was_opened_changes_nothing(shop: Market) -> None:
    code = next(iter(shop.cell.agents))
    opened(shop, OpeningRow(AGENT, code, 350_000))
    after = nets(shop)
    result = opened(shop, OpeningRow(BANK, "BCA", 1_000), OpeningRow(AGENT, code, 360_000))
    assert refused(result) is Code.REFERENCE_CONFLICT
    assert nets(shop) == after


def test_a_wrong_opening_is_reversed_and_posted_anew(shop: Market) -> None:
    code = next(iter(shop.cell.agents))
    opened(shop, OpeningRow(AGENT, code, 350_000))
    wrong = shop.commits[-1].transfers[0].id
    done(shop.do(ReverseTransfer(wrong, "wrong file", "ani")))
    assert opened(shop, OpeningRow(AGENT, code, 360_000, 2)) == Done(note="1 posted, 0 before")
    assert opened(shop, OpeningRow(AGENT, code, 360_000, 2)) == Done(note="0 posted, 1 before")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (OpeningRow(AGENT, "NOBODY", 1), Code.UNKNOWN_AGENT),
        (OpeningRow(SUPPLIER, "NOBODY", 1), Code.NOT_ALLOWED),
        (OpeningRow(BANK, "BCA", 0), Code.BAD_AMOUNT),
        (OpeningRow(BANK, "BCA", AMOUNT_IDR_MAX + 1), Code.BAD_AMOUNT),
        (OpeningRow(BANK, "BCA", -AMOUNT_IDR_MAX - 1), Code.BAD_AMOUNT),
        (OpeningRow(BANK, "bri", 5), Code.REFERENCE_CONFLICT),
    ],
)
def test_one_bad_row_and_nothing_is_posted(shop: Market, row: OpeningRow, code: Code) -> None:
    before = nets(shop)
    result = opened(shop, OpeningRow(BANK, "BRI", 5), row)
    assert isinstance(result, Refusal)
    assert result.code is code
    assert nets(shop) == before
    assert not shop.commits[-1].transfers


@given(st.lists(st.tuples(st.sampled_from(["agent", "supplier", "bank"]), st.integers(-(10**12), 10**12)), max_size=12))
def test_whatever_is_brought_along_equity_is_what_is_left(parts: list[tuple[str, int]]) -> None:
    shop = market()
    agents, suppliers = list(shop.cell.agents), list(shop.cell.suppliers)
    names = {"agent": agents, "supplier": suppliers, "bank": [f"B{n}" for n in range(12)]}
    rows = [
        OpeningRow(DepositKind(kind), names[kind][n], idr)
        for n, (kind, idr) in enumerate(parts)
        if idr and n < len(names[kind])
    ]
    before = nets(shop)
    assert isinstance(opened(shop, *rows), Done)
    after = nets(shop)
    owed = sum(row.balance_idr for row in rows if row.kind is AGENT)
    owned = sum(row.balance_idr for row in rows if row.kind is not AGENT)
    assert after.get(House.EQUITY, 0) - before.get(House.EQUITY, 0) == owned - owed
    assert sum(after.values()) == 0
