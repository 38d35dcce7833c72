"""What suppliers tell of prices and deposits is followed; what a person only sees is taken off the queue by him."""

from __future__ import annotations

import pytest

from juru.server.domain.commands import CallbackArrived, SeeItem
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.refusals import Code
from tests.support.domain import Market, done, market, refused


def cost_idr(shop: Market, key: str) -> int:
    """An offer's present cost."""
    return next(o.cost_idr for offers in shop.cell.offers.values() for o in offers if o.key == key)


def test_a_changed_price_is_followed_by_the_next_order() -> None:
    shop = market()
    attempt = shop.send(shop.placed())
    before = attempt.cost_idr
    shop.answer(attempt, Outcome.SUCCESS, sn="SN1", price_idr=before + 50)
    assert cost_idr(shop, attempt.offer) == before + 50
    (record,) = [r for c in shop.commits for r in c.records if r.kind == "offer" and r.by.startswith("supplier:")]
    assert (record.key, record.by) == (attempt.offer, f"supplier:{attempt.supplier}")
    shop.answer(shop.send(shop.placed("r2")), Outcome.SUCCESS, sn="SN2", price_idr=before + 50)
    assert len([r for c in shop.commits for r in c.records if r.by.startswith("supplier:")]) == 1


@pytest.mark.parametrize(("factor", "kind"), [(0.1, "price_jump"), (3, "above_price")])
def test_a_jump_is_shown_to_a_person_and_changes_no_offer(factor: float, kind: str) -> None:
    shop = market()
    attempt = shop.send(shop.placed())
    before = attempt.cost_idr
    shop.answer(attempt, Outcome.SUCCESS, sn="SN1", price_idr=int(before * factor))
    assert cost_idr(shop, attempt.offer) == before
    assert [item.kind for item in shop.cell.queue.values()] == [kind]


def test_an_answer_about_an_older_price_changes_nothing() -> None:
    shop = market()
    attempt = shop.send(shop.placed())
    before = attempt.cost_idr
    shop.change_offer(attempt.offer, cost_idr=before - 30)
    shop.answer(attempt, Outcome.SUCCESS, sn="SN1", price_idr=before + 50)
    assert cost_idr(shop, attempt.offer) == before - 30


def test_a_failure_tells_no_price_but_tells_the_deposit() -> None:
    shop = market()
    attempt = shop.send(shop.placed())
    before = attempt.cost_idr
    shop.answer(attempt, Outcome.FAILED, price_idr=before + 50, balance_idr=77_000)
    assert cost_idr(shop, attempt.offer) == before
    assert shop.cell.told_balances[attempt.supplier].balance_idr == 77_000


def test_an_item_to_be_seen_leaves_the_queue_with_a_name_and_a_reason() -> None:
    shop = market()
    supplier = next(iter(shop.cell.suppliers))
    shop.do(CallbackArrived(supplier, Answer(Outcome.SUCCESS, ref="stranger"), "raw"))
    (item,) = shop.cell.queue.values()
    assert refused(shop.do(SeeItem(item.id, " ", "ana"))) is Code.NOT_ALLOWED
    done(shop.do(SeeItem(item.id, "not ours", "ana")))
    assert shop.queue() == []
    assert shop.commits[-1].queue_closed[0].closed_by == "ana: not ours"
    assert refused(shop.do(SeeItem(item.id, "again", "ana"))) is Code.NOT_ALLOWED


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.SUCCESS])
def test_what_holds_or_owes_money_is_not_only_seen(outcome: Outcome) -> None:
    shop = market()
    attempt = shop.send(shop.placed())
    if outcome is Outcome.SUCCESS:
        for _ in range(5):
            shop.answer(attempt, Outcome.FAILED)
            waiting = [a for a in shop.cell.attempts.values() if a.state == "queued"]
            if not waiting:
                break
            attempt = shop.send(shop.cell.orders[waiting[0].order_id])
        shop.answer(attempt, Outcome.SUCCESS, sn="LATE")
    else:
        shop.answer(attempt, outcome, reason="timeout")
    (item,) = shop.cell.queue.values()
    assert refused(shop.do(SeeItem(item.id, "looked at it", "ana"))) is Code.NOT_ALLOWED
    assert item.closed_ms is None
    assert len(shop.queue()) == 1
