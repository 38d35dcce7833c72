"""Law 3: one reference, one order; the chat rule; and a message that moved money is answered once."""

from __future__ import annotations

import pytest

from juru.server.domain.catalog import Availability, PrefixTable
from juru.server.domain.commands import MessageKey, OrderLine, PlaceOrder
from juru.server.domain.outcome import Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Placed
from juru.values.days import HOUR_MS
from tests.support.domain import DEST, START_MS, Market, accepted, market, refused

MIDNIGHT_MS = START_MS + 14 * HOUR_MS
S10 = OrderLine(DEST, product="S10")


@pytest.fixture
def shop() -> Market:
    return market()


# ---------------------------------------------------------------------- references


def test_same_reference_again_returns_the_present_state_and_debits_once(shop: Market) -> None:
    order = shop.placed("r1")
    again = accepted(shop.order("r1")).orders[0]
    assert (again.order_id, again.repeated, again.state) == (order.id, True, "accepted")
    shop.answer(shop.send(order), Outcome.SUCCESS, sn="SN1")
    again = accepted(shop.order("r1")).orders[0]
    assert (again.state, again.sn, again.repeated) == ("success", "SN1", True)
    assert len(shop.orders) == 1
    assert shop.deposit_idr() == 1_000_000 - 10_600


@pytest.mark.parametrize("dest", ["+6281234567890", "6281234567890", "0812-3456-7890"])
def test_another_spelling_is_the_same_order(shop: Market, dest: str) -> None:
    shop.placed("r1")
    assert accepted(shop.order("r1", dest=dest, product="s10")).orders[0].repeated


@pytest.mark.parametrize("channel", ["h2h-digiflazz", "api", "chat"])
def test_one_name_space_holds_over_all_channels(shop: Market, channel: str) -> None:
    order = shop.placed("r1")
    result = shop.do(PlaceOrder("BUDI", (S10,), channel, ref="r1"))
    assert accepted(result).orders[0].order_id == order.id


@pytest.mark.parametrize(
    ("product", "dest", "amount_idr"),
    [
        ("S10", "081234567891", None),
        ("OPEN", DEST, 50_001),
        ("GOPAY", DEST, None),
        ("NONE", DEST, None),
        ("S10", "08", None),
    ],
)
def test_different_order_under_a_taken_reference_is_refused_and_changes_nothing(
    shop: Market, product: str, dest: str, amount_idr: int | None
) -> None:
    first = shop.placed("r1", product="OPEN", amount_idr=50_000)
    held = shop.held_idr()
    assert refused(shop.order("r1", product=product, dest=dest, amount_idr=amount_idr)) is Code.REFERENCE_CONFLICT
    assert (len(shop.orders), shop.held_idr(), first.state) == (1, held, "accepted")


def test_references_are_compared_byte_for_byte(shop: Market) -> None:
    for ref in ("r1", "R1", " r1", "r1 "):
        assert not accepted(shop.order(ref)).orders[0].repeated
    assert len(shop.orders) == 4


def test_two_agents_may_use_one_reference(shop: Market) -> None:
    shop.deposit("OTHER", 50_000)
    assert shop.placed("r1").id != shop.placed("r1", agent="OTHER").id


def test_failed_order_keeps_its_reference(shop: Market) -> None:
    shop.change_settings(attempts_max=1)
    order = shop.placed("r1")
    shop.answer(shop.send(order), Outcome.FAILED)
    again = accepted(shop.order("r1")).orders[0]
    assert (again.order_id, again.state, again.repeated) == (order.id, "failed", True)
    assert shop.held_idr() == 0


def test_repeat_is_answered_though_the_shop_has_changed_since(shop: Market) -> None:
    order = shop.placed("r1")
    small = shop.placed("r2", product="OPEN", amount_idr=10_000)
    shop.save("prefixes", "TABLE", PrefixTable("new", {"0812": "XL"}))
    shop.change_product("S10", availability=Availability.CLOSED)
    shop.change_product("OPEN", amount_idr_min=20_000)
    shop.change_settings(paused=True)
    shop.deposit("BUDI", -(1_000_000 - shop.held_idr()))
    assert accepted(shop.order("r1")).orders[0].order_id == order.id
    assert accepted(shop.order("r2", product="OPEN", amount_idr=10_000)).orders[0].order_id == small.id


def test_reference_twice_in_one_batch_is_one_order(shop: Market) -> None:
    command = PlaceOrder("BUDI", (S10,), "api", ref="r1")
    view = accepted(shop.do(command, command)).orders[0]
    assert view.repeated
    assert len(shop.orders) == 1


def test_order_without_reference_needs_the_agents_leave(shop: Market) -> None:
    assert refused(shop.order(None)) is Code.REFERENCE_REQUIRED
    shop.change_agent("BUDI", chat_rule_for_h2h=True)
    assert accepted(shop.order(None)).orders[0].counter == 1
    assert refused(shop.order(None)) is Code.REPEATED_ORDER


# ---------------------------------------------------------------------- the chat rule


def counted(shop: Market, counter: int | None = None, **more: object) -> Placed:
    return accepted(shop.chat(OrderLine(DEST, product="S10", counter=counter, **more)))  # type: ignore[arg-type]


def test_same_purchase_on_the_same_day_is_refused(shop: Market) -> None:
    first = counted(shop).orders[0]
    result = shop.chat(S10)
    assert refused(result) is Code.REPEATED_ORDER
    assert not isinstance(result, Placed)
    assert getattr(result, "facts")["order_id"] == first.order_id  # noqa: B009 - narrowed away for mypy
    assert getattr(result, "facts")["next"] == 2  # noqa: B009
    assert shop.held_idr() == 10_600


@pytest.mark.parametrize(
    "line",
    [
        OrderLine("081234567891", product="S10"),
        OrderLine(DEST, product="GOPAY"),
        OrderLine(DEST, product="OPEN", amount_idr=10_000),
    ],
)
def test_another_purchase_is_no_repeat(shop: Market, line: OrderLine) -> None:
    shop.chat(OrderLine(DEST, product="OPEN", amount_idr=20_000))
    counted(shop)
    accepted(shop.chat(line))


def test_counter_buys_again_once(shop: Market) -> None:
    counted(shop)
    assert counted(shop, 2).orders[0].counter == 2
    assert refused(shop.chat(OrderLine(DEST, product="S10", counter=2))) is Code.REPEATED_ORDER
    assert counted(shop, 3).orders[0].counter == 3


@pytest.mark.parametrize("counter", [3, 99, 0 - 1])
def test_counter_needs_the_one_before_it(shop: Market, counter: int) -> None:
    counted(shop)
    assert refused(shop.chat(OrderLine(DEST, product="S10", counter=counter))) is Code.COUNTER_GAP
    assert len(shop.orders) == 1


def test_first_purchase_may_not_be_called_the_second(shop: Market) -> None:
    assert refused(shop.chat(OrderLine(DEST, product="S10", counter=2))) is Code.COUNTER_GAP


def test_repeat_word_takes_the_next_counter(shop: Market) -> None:
    assert [counted(shop, repeat=True).orders[0].counter for _ in range(3)] == [1, 2, 3]


def test_failed_order_frees_its_counter(shop: Market) -> None:
    shop.change_settings(attempts_max=1)
    first = shop.orders[counted(shop).orders[0].order_id]
    shop.answer(shop.send(first), Outcome.FAILED)
    assert counted(shop).orders[0].counter == 1


def test_succeeded_order_holds_its_counter(shop: Market) -> None:
    first = shop.orders[counted(shop).orders[0].order_id]
    shop.answer(shop.send(first), Outcome.SUCCESS, sn="1")
    assert refused(shop.chat(S10)) is Code.REPEATED_ORDER


def test_counters_start_again_at_the_cells_midnight(shop: Market) -> None:
    shop.now_ms = MIDNIGHT_MS - 1
    counted(shop)
    assert refused(shop.chat(S10)) is Code.REPEATED_ORDER
    shop.now_ms = MIDNIGHT_MS
    assert counted(shop).orders[0].counter == 1


def test_counter_of_an_account_that_looks_like_a_phone_number_is_kept_too(shop: Market) -> None:
    line = OrderLine(DEST, product="GOPAY")
    accepted(shop.chat(line))
    assert refused(shop.chat(line)) is Code.REPEATED_ORDER


def test_the_same_pair_twice_in_one_message_is_refused(shop: Market) -> None:
    assert refused(shop.chat(S10, OrderLine("+6281234567890", product="S10"))) is Code.REPEATED_ORDER
    assert shop.orders == {}


# ---------------------------------------------------------------------- message keys


def test_same_message_id_is_answered_as_before_for_ever_within_its_days(shop: Market) -> None:
    first = accepted(shop.chat(S10, message_id="m1", text="S10.0812.1234"))
    again = accepted(shop.after(3 * 86_400).chat(S10, message_id="m1", text="S10.0812.1234"))
    assert again.orders[0].order_id == first.orders[0].order_id
    assert again.orders[0].repeated
    assert len(shop.orders) == 1


def test_same_text_within_the_window_returns_the_first_answer(shop: Market) -> None:
    first = accepted(shop.chat(S10, message_id="m1", text="same"))
    again = accepted(shop.after(600).chat(S10, message_id="m2", text="same"))
    assert (again.orders[0].order_id, again.orders[0].repeated) == (first.orders[0].order_id, True)


def test_same_text_after_the_window_is_a_new_wish(shop: Market) -> None:
    shop.chat(S10, message_id="m1", text="same")
    assert refused(shop.after(600.001).chat(S10, message_id="m2", text="same")) is Code.REPEATED_ORDER


def test_same_text_across_midnight_debits_once(shop: Market) -> None:
    shop.now_ms = MIDNIGHT_MS - 60_000
    first = accepted(shop.chat(S10, message_id="m1", text="same"))
    again = accepted(shop.after(120).chat(S10, message_id="m2", text="same"))
    assert again.orders[0].order_id == first.orders[0].order_id
    assert (
        accepted(shop.after(600).chat(S10, message_id="m3", text="same")).orders[0].order_id != first.orders[0].order_id
    )


def test_written_counter_is_exempt_from_the_window_but_not_from_its_message_id(shop: Market) -> None:
    shop.chat(S10, message_id="m1", text="S10.0812")
    second = OrderLine(DEST, product="S10", counter=2)
    order = accepted(shop.chat(second, message_id="m2", text="S10.2.0812")).orders[0]
    assert order.counter == 2
    assert accepted(shop.chat(second, message_id="m2", text="S10.2.0812")).orders[0].order_id == order.order_id
    assert refused(shop.chat(second, message_id="m3", text="S10.2.0812")) is Code.REPEATED_ORDER


def test_repeat_word_goes_by_message_id(shop: Market) -> None:
    again = OrderLine(DEST, product="S10", repeat=True)
    numbers = [
        accepted(shop.chat(again, message_id=message_id, text="S10.0812.RO")).orders[0].counter
        for message_id in ("m1", "m1", "m2", "m2")
    ]
    assert numbers == [1, 1, 2, 2]


def test_refused_message_id_stays_refused_but_its_text_is_free(shop: Market) -> None:
    shop.change_product("S10", availability=Availability.CLOSED)
    assert refused(shop.chat(S10, message_id="m1", text="same")) is Code.PRODUCT_CLOSED
    shop.change_product("S10", availability=Availability.OPEN)
    assert refused(shop.chat(S10, message_id="m1", text="same")) is Code.PRODUCT_CLOSED
    accepted(shop.chat(S10, message_id="m2", text="same"))


def test_multi_order_is_repeated_as_a_whole(shop: Market) -> None:
    lines = (S10, OrderLine("081234567891", product="S10"))
    first = accepted(shop.chat(*lines, message_id="m1", text="two"))
    again = accepted(shop.chat(*lines, message_id="m1", text="two"))
    assert [v.order_id for v in again.orders] == [v.order_id for v in first.orders]
    assert shop.held_idr() == 2 * 10_600


def test_message_of_another_agent_or_sender_is_another_message(shop: Market) -> None:
    shop.deposit("OTHER", 50_000)
    first = accepted(shop.chat(S10, message_id="m1", text="same"))
    key = MessageKey("chat", "chat:BUDI", "m1", "same")
    other = accepted(shop.do(PlaceOrder("OTHER", (S10,), "chat", message=key)))
    assert other.orders[0].order_id != first.orders[0].order_id
    key = MessageKey("chat", "sms:+628", "m1", "same")
    assert refused(shop.do(PlaceOrder("BUDI", (S10,), "chat", message=key))) is Code.REPEATED_ORDER


@pytest.mark.parametrize(("agent", "sender"), [("OTHER", "chat:BUDI"), ("BUDI", "sms:+628")])
def test_message_of_somebody_else_in_the_same_batch_is_another_message(shop: Market, agent: str, sender: str) -> None:
    shop.deposit("OTHER", 50_000)
    first = PlaceOrder("BUDI", (S10,), "chat", message=MessageKey("chat", "chat:BUDI", "m1", "same"))
    other = OrderLine("081234567891", product="S10")
    second = PlaceOrder(agent, (other,), "chat", message=MessageKey("chat", sender, "m1", "same"))
    assert not accepted(shop.do(first, second)).orders[0].repeated
    assert len(shop.orders) == 2


def test_message_twice_in_one_batch_debits_once(shop: Market) -> None:
    key = MessageKey("chat", "chat:BUDI", "m1", "same")
    command = PlaceOrder("BUDI", (S10,), "chat", message=key)
    assert accepted(shop.do(command, command)).orders[0].repeated
    assert shop.held_idr() == 10_600
