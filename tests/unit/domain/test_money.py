"""Deposits, transfers between agents, their cancellation, and reversals by a person."""

from __future__ import annotations

import pytest

from juru.server.dialects.replies import said_text
from juru.server.domain.accounts import House
from juru.server.domain.agent import AgentStatus, PinGuard
from juru.server.domain.commands import (
    AddDeposit,
    CancelTransfer,
    DepositKind,
    MessageKey,
    ReverseTransfer,
    TransferDeposit,
)
from juru.server.domain.refusals import Code
from juru.server.domain.results import Result, Transferred
from juru.server.domain.views import Notice
from tests.support.bank import bank_idr, bank_shop
from tests.support.domain import Market, done, market, refused


@pytest.fixture
def shop() -> Market:
    made = market()
    made.deposit("TOP", 100_000)
    return made


def key(shop: Market, agent: str, message_id: str | None, text: str | None) -> MessageKey:
    message_id = message_id or f"m{len(shop.commits)}"
    return MessageKey("chat", f"chat:{agent}", message_id, text or f"text {message_id}")


def give(
    shop: Market,
    agent: str,
    to: str,
    amount_idr: int,
    *,
    back: bool = False,
    message_id: str | None = None,
    text: str | None = None,
) -> Result:
    return shop.do(TransferDeposit(agent, to, amount_idr, key(shop, agent, message_id, text), back))


def cancel(
    shop: Market, agent: str, transfer_id: int | None = None, message_id: str | None = None, text: str | None = None
) -> Result:
    return shop.do(CancelTransfer(agent, key(shop, agent, message_id, text), transfer_id))


def moved(result: Result) -> Transferred:
    assert isinstance(result, Transferred), result
    return result


def test_upline_gives_to_any_depth_below(shop: Market) -> None:
    told = moved(give(shop, "TOP", "budi", 30_000))
    assert (told.agent, told.to, told.amount_idr, told.balance_idr) == ("TOP", "BUDI", 30_000, 70_000)
    assert (shop.deposit_idr("TOP"), shop.deposit_idr("BUDI")) == (70_000, 1_030_000)
    assert shop.balanced()


def test_receiver_who_can_be_told_is_told_of_a_transfer(shop: Market) -> None:
    shop.change_agent("BUDI", senders=("chat:BUDI",))
    moved = give(shop, "TOP", "BUDI", 30_000)
    assert isinstance(moved, Transferred)
    (row,) = shop.commits[-1].outbox
    assert isinstance(row.view, Notice)
    assert (row.order_id, row.agent_id, row.channel, row.view.cause) == (0, 3, "chat", ("transfer", moved.transfer_id))
    text = said_text(row.view.what, row.view.facts)
    assert text == f"Terima transfer #{moved.transfer_id} Rp30.000 dari TOP. Saldo Rp1.030.000"
    give(shop, "TOP", "MID", 10_000)
    assert not shop.commits[-1].outbox


@pytest.mark.parametrize(("to", "amount_idr"), [("MID", 30_000), ("BUDI", 3_000), ("OTHER", None), (None, 1)])
def test_another_transfer_than_the_one_described_is_not_taken_back(
    shop: Market, to: str | None, amount_idr: int | None
) -> None:
    moved(give(shop, "TOP", "BUDI", 30_000))
    message = key(shop, "TOP", "c1", "take back")
    assert refused(shop.do(CancelTransfer("TOP", message, None, to, amount_idr))) is Code.NOT_CANCELLABLE
    assert shop.deposit_idr("BUDI") == 1_030_000
    moved(shop.do(CancelTransfer("TOP", key(shop, "TOP", "c2", "again"), None, "BUDI", 30_000)))
    assert shop.deposit_idr("BUDI") == 1_000_000


def test_agent_gives_back_to_his_own_upline_only(shop: Market) -> None:
    moved(give(shop, "BUDI", "MID", 5_000, back=True))
    assert refused(give(shop, "BUDI", "TOP", 5_000, back=True)) is Code.NOT_YOUR_DOWNLINE
    assert shop.deposit_idr("MID") == 5_000


@pytest.mark.parametrize(
    ("agent", "to", "amount_idr", "code"),
    [
        ("NOBODY", "BUDI", 1, Code.UNKNOWN_SENDER),
        ("TOP", "BUDI", 0, Code.BAD_AMOUNT),
        ("TOP", "BUDI", -5, Code.BAD_AMOUNT),
        ("TOP", "BUDI", 10**15 + 1, Code.BAD_AMOUNT),
        ("TOP", "BUDI", 100_001, Code.INSUFFICIENT_BALANCE),
        ("TOP", "NOBODY", 1, Code.UNKNOWN_AGENT),
        ("TOP", "OTHER", 1, Code.NOT_YOUR_DOWNLINE),
        ("TOP", "TOP", 1, Code.NOT_YOUR_DOWNLINE),
        ("BUDI", "MID", 1, Code.NOT_YOUR_DOWNLINE),
        # Of two reasons the earlier one of the table.
        ("TOP", "NOBODY", 100_001, Code.INSUFFICIENT_BALANCE),
        ("TOP", "OTHER", -1, Code.BAD_AMOUNT),
    ],
)
def test_refused_transfer_moves_nothing(shop: Market, agent: str, to: str, amount_idr: int, code: Code) -> None:
    transfers = shop.cell.next.transfer
    assert refused(give(shop, agent, to, amount_idr)) is code
    assert shop.cell.next.transfer == transfers
    assert [row.code for row in shop.commits[-1].refusals] == [code.value]


def test_blocked_or_locked_agent_transfers_nothing(shop: Market) -> None:
    shop.change_agent("TOP", status=AgentStatus.BLOCKED)
    assert refused(give(shop, "TOP", "BUDI", 1)) is Code.AGENT_BLOCKED
    shop.save("pin_guard", "TOP", PinGuard("TOP", 5, 1))
    assert refused(give(shop, "TOP", "BUDI", 1)) is Code.PIN_LOCKED
    assert refused(cancel(shop, "TOP")) is Code.PIN_LOCKED


def test_credit_is_for_orders_and_held_money_is_not_free(shop: Market) -> None:
    shop.change_agent("TOP", credit_limit_idr=50_000)
    assert refused(give(shop, "TOP", "BUDI", 100_001)) is Code.INSUFFICIENT_BALANCE
    shop.placed(agent="TOP")
    assert refused(give(shop, "TOP", "BUDI", 100_000)) is Code.INSUFFICIENT_BALANCE
    moved(give(shop, "TOP", "BUDI", 100_000 - 10_500))


def test_repeated_message_transfers_once(shop: Market) -> None:
    first = moved(give(shop, "TOP", "BUDI", 10_000, message_id="m1", text="TR.BUDI.10000"))
    by_id = moved(give(shop.after(86_400), "TOP", "BUDI", 10_000, message_id="m1", text="TR.BUDI.10000"))
    assert (by_id.transfer_id, by_id.repeated, by_id.to) == (first.transfer_id, True, "BUDI")
    shop.now_ms -= 86_400_000
    assert shop.deposit_idr("TOP") == 90_000


def test_same_text_within_the_window_transfers_once(shop: Market) -> None:
    moved(give(shop, "TOP", "BUDI", 10_000, message_id="m1", text="TR.BUDI.10000"))
    assert moved(give(shop.after(600), "TOP", "BUDI", 10_000, message_id="m2", text="TR.BUDI.10000")).repeated
    assert not moved(give(shop.after(1), "TOP", "BUDI", 10_000, message_id="m3", text="TR.BUDI.10000")).repeated
    assert shop.deposit_idr("TOP") == 80_000


def test_last_transfer_is_cancelled_while_the_receivers_money_is_free(shop: Market) -> None:
    moved(give(shop, "TOP", "MID", 1_000))
    given = moved(give(shop, "TOP", "MID", 20_000))
    told = moved(cancel(shop, "TOP", message_id="c", text="BATAL"))
    assert (told.cancelled, told.to, told.amount_idr, told.balance_idr) == (given.transfer_id, "MID", 20_000, 99_000)
    again = moved(cancel(shop, "TOP", message_id="c", text="BATAL"))
    assert (again.transfer_id, again.cancelled, again.to) == (told.transfer_id, given.transfer_id, "MID")
    assert again.repeated
    assert (shop.deposit_idr("TOP"), shop.deposit_idr("MID")) == (99_000, 1_000)


def test_transfer_is_cancelled_once_and_only_by_its_giver(shop: Market) -> None:
    given = moved(give(shop, "TOP", "MID", 20_000))
    assert refused(cancel(shop, "MID", given.transfer_id)) is Code.NOT_CANCELLABLE
    moved(cancel(shop, "TOP", given.transfer_id))
    assert refused(cancel(shop, "TOP", given.transfer_id)) is Code.NOT_CANCELLABLE
    assert refused(cancel(shop, "TOP")) is Code.NOT_CANCELLABLE
    assert shop.deposit_idr("TOP") == 100_000


def test_spent_or_held_money_is_not_taken_back(shop: Market) -> None:
    given = moved(give(shop, "TOP", "MID", 20_000))
    shop.placed(agent="MID")
    assert refused(cancel(shop, "TOP", given.transfer_id)) is Code.NOT_CANCELLABLE
    assert shop.deposit_idr("MID") == 20_000


def test_a_deposit_is_no_transfer_to_cancel(shop: Market) -> None:
    assert refused(cancel(shop, "TOP")) is Code.NOT_CANCELLABLE
    assert refused(cancel(shop, "TOP", 1)) is Code.NOT_CANCELLABLE
    assert refused(cancel(shop, "TOP", 999)) is Code.NOT_CANCELLABLE


def test_deposit_is_posted_once_per_request(shop: Market) -> None:
    first = done(shop.deposit("BUDI", 5_000, "q1"))
    again = done(shop.deposit("BUDI", 5_000, "q1"))
    assert (again.transfer_id, again.note) == (first.transfer_id, "repeated")
    assert done(shop.deposit("BUDI", 5_000, "q2")).transfer_id != first.transfer_id
    assert shop.deposit_idr("BUDI") == 1_010_000
    command = AddDeposit(DepositKind.AGENT, "BUDI", 5_000, "x", "owner", "q3")
    assert done(shop.do(command, command)).note == "repeated"
    assert shop.deposit_idr("BUDI") == 1_015_000


@pytest.mark.parametrize(
    ("kind", "code", "account", "gain_idr"),
    [
        (DepositKind.AGENT, "budi", 1006, 1_000),
        (DepositKind.SUPPLIER, "alfa", 101, -1_000),
        (DepositKind.BANK, "", int(House.EQUITY), 1_000),
    ],
)
def test_deposit_moves_between_bank_and_what_it_is_for(
    shop: Market, kind: DepositKind, code: str, account: int, gain_idr: int
) -> None:
    before, bank = shop.net_idr(account), shop.net_idr(House.BANK)
    done(shop.do(AddDeposit(kind, code, 1_000, "reason", "owner", "a")))
    assert shop.net_idr(account) - before == gain_idr
    assert shop.net_idr(House.BANK) - bank == -gain_idr
    done(shop.do(AddDeposit(kind, code, -1_000, "reason", "owner", "b")))
    assert (shop.net_idr(account), shop.net_idr(House.BANK)) == (before, bank)
    memo = shop.commits[-1].transfers[0].memo
    assert memo == "owner: reason"


@pytest.mark.parametrize(
    ("kind", "code", "amount_idr", "refusal"),
    [
        (DepositKind.AGENT, "BUDI", 0, Code.BAD_AMOUNT),
        (DepositKind.AGENT, "BUDI", 10**15 + 1, Code.BAD_AMOUNT),
        (DepositKind.AGENT, "BUDI", -1_000_001, Code.INSUFFICIENT_BALANCE),
        (DepositKind.AGENT, "NOBODY", 5, Code.UNKNOWN_AGENT),
        (DepositKind.SUPPLIER, "NOBODY", 5, Code.NOT_ALLOWED),
    ],
)
def test_refused_deposit_leaves_its_request_free(
    shop: Market, kind: DepositKind, code: str, amount_idr: int, refusal: Code
) -> None:
    assert refused(shop.do(AddDeposit(kind, code, amount_idr, "x", "owner", "q"))) is refusal
    assert done(shop.deposit("BUDI", 1, "q")).note is None


def test_person_reverses_a_deposit_once_even_below_zero(shop: Market) -> None:
    posted = done(shop.deposit("OTHER", 20_000)).transfer_id or 0
    shop.sold(agent="OTHER")
    reversal = done(shop.do(ReverseTransfer(posted, "wrong agent", "owner")))
    assert shop.deposit_idr("OTHER") == -10_500
    assert reversal.transfer_id is not None
    assert refused(shop.do(ReverseTransfer(posted, "again", "owner"))) is Code.NOT_CANCELLABLE
    assert refused(shop.do(ReverseTransfer(reversal.transfer_id, "undo", "owner"))) is Code.NOT_CANCELLABLE
    assert shop.balanced()


def test_reversed_transfer_cannot_be_cancelled_as_well(shop: Market) -> None:
    given = moved(give(shop, "TOP", "MID", 20_000))
    done(shop.do(ReverseTransfer(given.transfer_id, "wrong", "owner")))
    assert refused(cancel(shop, "TOP", given.transfer_id)) is Code.NOT_CANCELLABLE
    assert shop.deposit_idr("TOP") == 100_000


def test_postings_of_an_order_are_not_reversed_by_hand(shop: Market) -> None:
    order = shop.sold()
    for transfer_id in (order.hold_id, order.post_id or 0, 999):
        assert refused(shop.do(ReverseTransfer(transfer_id, "x", "owner"))) is Code.NOT_CANCELLABLE
    assert shop.deposit_idr() == 1_000_000 - 10_600


def test_money_of_a_named_bank_account_is_posted_there() -> None:
    shop = bank_shop()
    for kind, key, via in ((DepositKind.BANK, "BCA1", ""), (DepositKind.AGENT, "BUDI", "BCA1")):
        done(shop.do(AddDeposit(kind, key, 50_000, "x", "owner", f"{kind}", via)))
    done(shop.do(AddDeposit(DepositKind.SUPPLIER, "ALFA", 30_000, "x", "owner", "s", "BCA1")))
    done(shop.do(AddDeposit(DepositKind.FEE, "BCA1", 6_500, "admin", "owner", "f")))
    assert bank_idr(shop) == 50_000 + 50_000 - 30_000 - 6_500
    assert -shop.net_idr(House.BANK_FEES) == 6_500
    assert shop.balanced()


@pytest.mark.parametrize("kind", [DepositKind.BANK, DepositKind.FEE, DepositKind.AGENT, DepositKind.SUPPLIER])
def test_bank_account_that_is_not_ours_is_refused_once_there_are_any(kind: DepositKind) -> None:
    shop = bank_shop()
    key = {DepositKind.AGENT: "BUDI", DepositKind.SUPPLIER: "ALFA"}.get(kind, "BCA9")
    assert refused(shop.do(AddDeposit(kind, key, 1, "x", "owner", "q", "BCA9"))) is Code.NOT_ALLOWED
