"""After a restore: what was open at the backup is nobody's to decide by rule, what was bought since is held."""

from __future__ import annotations

import msgspec
import pytest

from juru.server.domain.bill import Bill
from juru.server.domain.catalog import Product, ProductKind
from juru.server.domain.cell import Past
from juru.server.domain.commands import (
    Decide,
    Decision,
    ImportVouchers,
    Inquired,
    MarkSending,
    NewVoucher,
    OpenRestored,
    OrderLine,
    PaidFrom,
    Pause,
    Recover,
    Reseal,
    SaveRecord,
    SettleDue,
)
from juru.server.domain.decide import decide as decide_command
from juru.server.domain.lost import LostOrder, Restore
from juru.server.domain.order import Attempt, AttemptState, Order, Source
from juru.server.domain.outcome import InquiryVerb, Outcome
from juru.server.domain.paper_kinds import PAPER_KINDS
from juru.server.domain.records import KINDS
from juru.server.domain.refusals import Code
from juru.server.domain.reseal import MEANWHILE, MOVED_MONEY, record
from juru.server.domain.results import Result, Sending
from juru.server.domain.settle import inquirable
from juru.server.domain.views import OrderState
from tests.support.domain import DEST, XL_DEST, Market, accepted, done, market, refused

HOUR_S = 3_600


@pytest.fixture
def shop() -> Market:
    return market()


def restore(shop: Market, incarnation: int = 2) -> Result:
    """What ``juru restore`` commands, an hour after the backup."""
    backup_ms = shop.now_ms
    shop.after(HOUR_S)
    return shop.do(OpenRestored(incarnation, len(shop.commits), backup_ms, shop.now_ms, "ana", "disk died"))


def restored(shop: Market, order: Order) -> Attempt:
    """The order's attempt, after a restore that has selling resumed."""
    done(restore(shop))
    done(shop.do(Pause(paused=False, by="ana", reason="reconciled")))
    return shop.attempts_of(order)[-1]


def decide(shop: Market, order: Order, decision: Decision, **more: object) -> Result:
    return shop.do(Decide(order.id, decision, "their statement", "ana", **more))  # type: ignore[arg-type]


def lost(shop: Market, **facts: object) -> None:
    document = {"key": f"k{len(shop.commits)}", "until_ms": shop.now_ms + HOUR_S * 1000} | facts
    body = msgspec.json.encode(document)
    done(shop.do(SaveRecord("lost", str(document["key"]), body, "ana", "their statement")))


# ---------------------------------------------------------------------- opening it


def test_selling_is_paused_and_new_references_carry_the_new_incarnation(shop: Market) -> None:
    before = shop.attempts_of(shop.placed("r1"))[0]
    done(restore(shop))
    assert refused(shop.order("r2")) is Code.PAUSED
    assert shop.order("r1") is not None
    shop.do(Pause(paused=False, by="ana", reason="reconciled"))
    after = shop.attempts_of(shop.placed("r2"))[0]
    assert (before.ref[0], after.ref[0]) == ("1", "2")


def test_it_notes_the_span_and_the_last_order_and_attempt_of_the_backup(shop: Market) -> None:
    shop.placed("r1")
    shop.placed("r2", dest="081234567891")
    backup_ms = shop.now_ms
    done(restore(shop))
    (record,) = (r for r in shop.commits[-1].records if r.kind == "restore")
    found = msgspec.json.decode(record.body, type=Restore)
    assert (found.order_id, found.attempt_id) == (2, 2)
    assert found.stopped_ms - found.backup_ms == HOUR_S * 1000
    assert found.backup_ms == backup_ms


@pytest.mark.parametrize("incarnation", [0, 1, 1_000])
def test_an_incarnation_that_suppliers_may_have_seen_is_refused(shop: Market, incarnation: int) -> None:
    assert refused(restore(shop, incarnation)) is Code.MALFORMED
    assert not shop.commits[-1].records


def test_nobody_can_write_a_restore_by_hand(shop: Market) -> None:
    body = msgspec.json.encode(Restore(9, 1, 1, 1, 1, 1))
    assert refused(shop.do(SaveRecord("restore", "9", body, "ana", "why not"))) is Code.MALFORMED


@pytest.mark.parametrize("outcome", [None, Outcome.PENDING, Outcome.UNKNOWN])
def test_every_open_attempt_waits_for_a_person_with_its_money_held(shop: Market, outcome: Outcome | None) -> None:
    order = shop.placed()
    if outcome is not None:
        shop.answer(shop.send(order), outcome)
    restored(shop, order)
    assert shop.queue() == ["unknown"]
    assert shop.held_idr() == order.price_idr
    assert shop.balanced()


def test_what_has_ended_before_the_backup_is_left_alone(shop: Market) -> None:
    shop.sold("r1")
    done(restore(shop))
    assert shop.queue() == []
    assert shop.commits[-1].events == []


# ---------------------------------------------------------------------- queued and leaving


def test_a_queued_attempt_is_not_sent_after_a_restore(shop: Market) -> None:
    attempt = restored(shop, shop.placed())
    assert attempt.state is AttemptState.UNKNOWN
    assert not any(shop.cell.queued.values())
    assert shop.do(MarkSending((attempt.id,))) == Sending(())
    shop.do(Recover())
    assert not any(shop.cell.queued.values())


def test_an_attempt_that_was_leaving_is_unknown_and_is_asked_about_by_an_explicit_verb_only(shop: Market) -> None:
    order = shop.placed()
    shop.send(order)
    attempt = restored(shop, order)
    assert attempt.state is AttemptState.UNKNOWN
    assert inquirable(shop.cell, attempt)
    shop.change_supplier("ALFA", inquiry=InquiryVerb.RESEND)
    assert not inquirable(shop.cell, attempt), "asking by sending could buy what was given up in the lost span"
    assert shop.do(Inquired((attempt.id,))) == Sending(())


# ---------------------------------------------------------------------- what answers do


@pytest.mark.parametrize("source", [Source.INQUIRY, Source.CALLBACK])
def test_a_success_settles_it_as_ever(shop: Market, source: Source) -> None:
    order = shop.placed()
    shop.send(order)
    attempt = restored(shop, order)
    shop.answer(attempt, Outcome.SUCCESS, source, sn="SN1")
    assert order.state is OrderState.SUCCESS
    assert shop.queue() == []
    assert shop.held_idr() == 0


@pytest.mark.parametrize("risk", [False, True])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED])
@pytest.mark.parametrize("source", [Source.INQUIRY, Source.CALLBACK, Source.REPLY])
def test_a_failure_gives_nothing_back_and_buys_nowhere_else(
    shop: Market, outcome: Outcome, source: Source, *, risk: bool
) -> None:
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.PENDING)
    attempt = restored(shop, order)
    shop.answer(attempt, outcome, source, message="gagal", late_success_risk=risk)
    assert order.state is OrderState.ACCEPTED
    assert attempt.state is AttemptState.PENDING
    assert len(shop.attempts_of(order)) == 1, "another attempt may have delivered in the lost span"
    assert shop.held_idr() == order.price_idr
    assert shop.queue() == ["unknown"]
    assert attempt.next_inquiry_ms is None


def test_a_not_found_says_nothing_of_what_was_bought_after_the_backup(shop: Market) -> None:
    order = shop.placed()
    shop.send(order)
    attempt = restored(shop, order)
    shop.answer(attempt, Outcome.REFUSED, Source.INQUIRY, reason="not_found")
    assert order.state is OrderState.ACCEPTED
    assert shop.queue() == ["unknown"]


def test_a_settling_delay_does_not_end_it(shop: Market) -> None:
    order = shop.placed()
    shop.answer(shop.send(order), Outcome.FAILED, late_success_risk=True)
    shop.change_supplier("ALFA", inquiry=InquiryVerb.NONE)
    attempt = restored(shop, order)
    assert attempt.state is AttemptState.SETTLING
    shop.after(HOUR_S).do(SettleDue(attempt.id))
    assert order.state is OrderState.ACCEPTED
    assert shop.held_idr() == order.price_idr


def test_a_pending_answer_closes_the_item_and_a_failure_opens_it_again(shop: Market) -> None:
    order = shop.placed()
    shop.send(order)
    attempt = restored(shop, order)
    shop.answer(attempt, Outcome.PENDING, Source.INQUIRY)
    assert shop.queue() == []
    shop.answer(attempt, Outcome.FAILED, Source.INQUIRY)
    assert shop.queue() == ["unknown"]


def test_an_order_of_after_the_restore_fails_over_as_ever(shop: Market) -> None:
    done(restore(shop))
    shop.do(Pause(paused=False, by="ana", reason="reconciled"))
    order = shop.placed("r9")
    shop.answer(shop.send(order), Outcome.FAILED)
    assert [a.supplier for a in shop.attempts_of(order)] == ["ALFA", "BETA"]


# ---------------------------------------------------------------------- what a person does


def test_a_person_ends_it_either_way(shop: Market) -> None:
    good, bad = shop.placed("r1"), shop.placed("r2", dest="081234567891")
    restored(shop, good)
    done(decide(shop, good, Decision.SUCCESS, sn="SN1"))
    done(decide(shop, bad, Decision.FAILED))
    assert (good.state, bad.state) == (OrderState.SUCCESS, OrderState.FAILED)
    assert shop.queue() == []
    assert shop.balanced()


def test_sending_it_elsewhere_asks_for_the_risk_although_the_book_knows_of_no_sending(shop: Market) -> None:
    order = shop.placed()
    attempt = restored(shop, order)
    assert attempt.sent_ms is None
    assert refused(decide(shop, order, Decision.RESEND)) is Code.NOT_ALLOWED
    shop.now_ms = order.expires_ms - 1
    done(decide(shop, order, Decision.RESEND, accept_risk=True))
    assert [a.supplier for a in shop.attempts_of(order)] == ["ALFA", "BETA"]
    assert shop.attempts_of(order)[1].ref.startswith("2")


def test_what_a_person_resends_and_is_too_late_stays_his(shop: Market) -> None:
    order = shop.placed()
    shop.change_supplier("ALFA", dedup_window_s=10 * HOUR_S)
    attempt = restored(shop, order)
    done(decide(shop, order, Decision.RESEND))
    assert [*shop.cell.queued["ALFA"]] == [attempt.id]
    shop.after(2 * HOUR_S).do(MarkSending((attempt.id,)))
    assert order.state is OrderState.ACCEPTED
    assert attempt.state is AttemptState.UNKNOWN
    assert not any(shop.cell.queued.values())


# ---------------------------------------------------------------------- orders that were bought in the lost span


def test_a_listed_reference_is_taken_and_held_and_not_sent(shop: Market) -> None:
    done(restore(shop))
    shop.do(Pause(paused=False, by="ana", reason="reconciled"))
    lost(shop, agent="BUDI", ref="again")
    order = shop.placed("again")
    (attempt,) = shop.attempts_of(order)
    assert (order.state, attempt.state) == (OrderState.ACCEPTED, AttemptState.UNKNOWN)
    assert not any(shop.cell.queued.values())
    assert shop.held_idr() == order.price_idr
    assert shop.queue() == ["unknown"]
    assert accepted(shop.order("again")).orders[0].repeated
    assert shop.cell.lost.by_key["k3"].order_id == order.id


def test_a_listed_destination_is_held_once_for_whoever_orders_it(shop: Market) -> None:
    lost(shop, dest="+62" + DEST[1:], supplier="BETA")
    first, second = shop.placed("r1"), shop.placed("r2")
    assert [a.state for o in (first, second) for a in shop.attempts_of(o)] == [
        AttemptState.UNKNOWN,
        AttemptState.QUEUED,
    ]
    assert shop.attempts_of(first)[0].supplier == "BETA", "where it was bought, so that its deposit is charged"
    done(decide(shop, first, Decision.SUCCESS, sn="SN of the statement"))
    assert first.supplier == "BETA"


@pytest.mark.parametrize(
    "facts",
    [
        {"agent": "OTHER", "ref": "r1"},
        {"agent": "BUDI", "ref": "r2"},
        {"dest": "+62" + XL_DEST[1:]},
        {"agent": "OTHER", "dest": "+62" + DEST[1:]},
        {"agent": "BUDI", "ref": "r1", "dropped": True},
        {"agent": "BUDI", "ref": "r1", "until_ms": 1},
    ],
)
def test_what_is_not_that_order_is_sent(shop: Market, facts: dict[str, object]) -> None:
    lost(shop, **facts)
    assert shop.attempts_of(shop.placed("r1"))[0].state is AttemptState.QUEUED


def test_an_order_in_chat_is_held_by_its_destination(shop: Market) -> None:
    lost(shop, dest="+62" + DEST[1:])
    (view,) = accepted(shop.chat(OrderLine(DEST, product="S10"))).orders
    assert shop.attempts[shop.cell.attempts_of[view.order_id][0]].state is AttemptState.UNKNOWN


def test_a_person_lets_a_held_order_go_without_a_risk(shop: Market) -> None:
    lost(shop, agent="BUDI", ref="r1")
    order = shop.placed("r1")
    done(decide(shop.after(HOUR_S), order, Decision.RESEND))
    attempt = shop.send(order)
    assert attempt.state is AttemptState.SENDING
    shop.answer(attempt, Outcome.REFUSED, reason="not_sent")
    assert order.state is OrderState.FAILED, "it had expired meanwhile, and certainly nothing had left"


@pytest.mark.parametrize(
    ("facts", "detail"),
    [
        ({}, "reference or the destination"),
        ({"ref": "r1"}, "name the agent"),
        ({"agent": "NOBODY", "ref": "r1"}, "unknown agent"),
        ({"key": "OTHER KEY", "dest": DEST}, "differs"),
    ],
)
def test_a_lost_order_that_names_nothing_is_refused(shop: Market, facts: dict[str, object], detail: str) -> None:
    body = msgspec.json.encode({"key": "K", "until_ms": 1} | facts)
    result = shop.do(SaveRecord("lost", "K", body, "ana", "x"))
    assert refused(result) is Code.MALFORMED
    assert detail in str(result)


def test_a_matched_one_cannot_be_listed_again(shop: Market) -> None:
    lost(shop, key="K", agent="BUDI", ref="r1")
    shop.placed("r1")
    body = msgspec.json.encode(LostOrder("K", shop.now_ms, "BUDI", "r1"))
    assert refused(shop.do(SaveRecord("lost", "K", body, "ana", "x"))) is Code.MALFORMED


# ---------------------------------------------------------------------- sealing anew


def test_only_the_seals_that_still_stand_are_replaced(shop: Market) -> None:
    shop.change_agent("BUDI", secrets={"pin": "old-pin", "password": "changed"})
    done(shop.do(Reseal("agent", "BUDI", {"old-pin": "new-pin", "old-password": "new-password"}, "ana", "rotate")))
    assert shop.cell.agents["BUDI"].secrets == {"pin": "new-pin", "password": "changed"}
    (record,) = shop.commits[-1].records
    assert (record.kind, record.key, record.reason) == ("agent", "BUDI", "rotate")


def test_a_record_that_changed_meanwhile_is_left_as_it_is(shop: Market) -> None:
    assert done(shop.do(Reseal("agent", "BUDI", {"old": "new"}, "ana", "rotate"))).note == MEANWHILE
    assert not shop.commits[-1].records


def test_every_kind_that_keeps_secrets_can_be_resealed(shop: Market) -> None:
    keys = {"agent": "BUDI", "supplier": "ALFA", "setting": "CELL"}
    keeping = {k for k, kept in KINDS.items() if any("secret" in field for field in kept.__struct_fields__)}
    assert keeping == keys.keys(), "another kind keeps secrets: let 'record' find it"
    for kind, key in keys.items():
        assert isinstance(record(shop.cell, kind, key), KINDS[kind]), kind
    assert refused(shop.do(Reseal("agent", "NOBODY", {}, "ana", "x"))) is Code.MALFORMED
    shop.change_settings(alert_secret="old")
    done(shop.do(Reseal("setting", "CELL", {"old": "new"}, "ana", "rotate")))
    assert shop.cell.settings.alert_secret == "new"


def test_no_kind_of_record_is_named_as_a_kind_of_paper() -> None:
    assert KINDS.keys() & PAPER_KINDS.keys() == set(), "a seal is found again by kind and key"


def test_a_paper_is_resealed_as_a_new_version(shop: Market) -> None:
    bill = Bill(3, "r1", "BILL", "123", "O", "ALFA", "sku", "ref", 20250602, shop.now_ms, tr_id="old")
    shop.cell.begin(shop.now_ms, Past())
    shop.cell.file("b1", bill)
    shop.cell.past.papers["bill", "b1"] = (1, bill)
    done(decide_command(shop.cell, Reseal("bill", "b1", {"old": "new"}, "ana", "rotate")))
    paper = shop.cell.paper(Bill, "b1")
    assert paper is not None
    assert paper.tr_id == "new"
    assert len(shop.cell.changes.papers) == 2


def test_a_paper_whose_version_moved_money_keeps_its_seal(shop: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bill, "moved", lambda _self: (7,))
    bill = Bill(3, "r1", "BILL", "123", "O", "ALFA", "sku", "ref", 20250602, shop.now_ms, tr_id="old")
    shop.cell.begin(shop.now_ms, Past(papers={("bill", "b1"): (1, bill)}))
    assert done(decide_command(shop.cell, Reseal("bill", "b1", {"old": "new"}, "ana", "rotate"))).note == MOVED_MONEY
    assert not shop.cell.changes.papers


def test_codes_of_the_stock_are_held_until_a_person_has_looked(shop: Market) -> None:
    shop.save("product", "V10", Product("V10", "Game 10", ProductKind.VOUCHER, 10_000))
    shop.do(ImportVouchers("V10", (NewVoucher("fp", "sealed", 9_000),), PaidFrom.BANK, "bought", "ana", "i"))
    done(restore(shop))
    done(shop.do(Pause(paused=False, by="ana", reason="reconciled")))
    assert refused(shop.order(product="V10")) is Code.OUT_OF_STOCK
    assert "vouchers_held" in shop.queue()
    shop.change_settings(vouchers_held=False)
    assert accepted(shop.order(product="V10")).orders[0].state is OrderState.SUCCESS


def test_a_restore_without_vouchers_holds_none(shop: Market) -> None:
    done(restore(shop))
    assert (shop.cell.settings.vouchers_held, "vouchers_held" in shop.queue()) == (False, False)
