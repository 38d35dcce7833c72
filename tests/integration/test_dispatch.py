"""What leaves and when: the dispatcher, the inquirer and the notifier over a real writer and store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from juru.server.domain.cell import OutboxRow
from juru.server.domain.commands import AttemptAnswered, Command, MarkSending
from juru.server.domain.order import Attempt, AttemptState, Source
from juru.server.domain.outcome import Answer, Buy, InquiryVerb, Outcome
from juru.server.domain.results import Result
from juru.server.engine.dispatcher import Dispatcher
from juru.server.engine.inquirer import Inquirer
from juru.server.engine.notifier import BACKOFF_S, Notifier
from juru.server.engine.ports import Waiting
from juru.server.engine.slots import Slots
from juru.server.store.reads.reads import Reads
from tests.support.engine import Running, Scripted, in_loop

NUMBERS = [f"08123456{n:04d}" for n in range(1_000)]


class Sending(Running):
    """A running cell with a scripted supplier behind its dispatcher."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.supplier = Scripted()
        self.slots = Slots(self.time)
        self.dispatcher = Dispatcher(self.writer, self.supplier, self.time, self.slots)

    def attempt(self, attempt_id: int) -> Attempt:
        return self.writer.cell.attempts[attempt_id]

    async def alter(self, code: str, **changes: object) -> None:
        """A new version of a supplier."""
        supplier = self.writer.cell.suppliers[code]
        await self.save("supplier", code, msgspec.structs.replace(supplier, **changes))

    async def orders(self, count: int) -> None:
        await asyncio.gather(*(self.placed(f"r{n}", NUMBERS[n]) for n in range(count)))

    def dispatch(self) -> None:
        self.time.spawn(self.dispatcher.run(), "dispatcher")

    def states(self) -> list[str]:
        """Attempt states on the disk."""
        return [state for (state,) in self.read().rows("SELECT state FROM attempts ORDER BY id")]


async def opened(path: Path) -> Sending:
    cell = Sending(path)
    cell.start()
    await cell.stock_up()
    return cell


# ---------------------------------------------------------------------- dispatcher


@in_loop
async def test_sending_is_on_the_disk_before_the_first_byte(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    seen: list[tuple[str, int, str]] = []

    def look(buy: Buy) -> None:
        row = cell.read().rows("SELECT state, send_by_ms, ref FROM attempts WHERE ref = ?", (buy.ref,))
        seen.extend(row)

    cell.supplier.before_first_byte = look
    cell.dispatch()
    await cell.orders(3)
    await cell.until(lambda: not cell.writer.cell.orders)
    assert [(state, send_by) for state, send_by, _ in seen] == [("sending", cell.time.time_ms + 30_000)] * 3
    assert sorted(ref for _, _, ref in seen) == sorted(buy.ref for _, buy in cell.supplier.bought)
    assert cell.read().rows("SELECT state, sn IS NOT NULL FROM orders") == [("success", 1)] * 3
    await cell.close()


@in_loop
async def test_no_more_requests_are_on_the_wire_than_a_supplier_takes(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", in_flight_max=3)
    cell.supplier.gate = asyncio.Event()
    cell.dispatch()
    await cell.orders(10)
    await cell.until(lambda: cell.supplier.at_once == 3)
    await asyncio.sleep(0.05)
    assert (cell.supplier.at_once, cell.slots.in_flight) == (3, 3)
    assert cell.states() == ["sending"] * 3 + ["queued"] * 7
    cell.supplier.gate.set()
    await cell.until(lambda: not cell.writer.cell.orders)
    assert cell.supplier.most_at_once == 3
    assert len(cell.supplier.bought) == 10
    assert cell.slots.in_flight == 0
    await cell.close()


@in_loop
async def test_no_more_requests_leave_in_a_second_than_a_supplier_allows(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", rate_per_s=4)
    cell.dispatch()
    await cell.orders(10)
    await cell.until(lambda: len(cell.supplier.bought) == 4)
    await asyncio.sleep(0.05)
    assert len(cell.supplier.bought) == 4
    for bought in (6, 8, 10):
        cell.time.time_ms += 500
        await cell.until(lambda bought=bought: len(cell.supplier.bought) == bought)  # type: ignore[misc]
    await cell.close()


@in_loop
async def test_each_attempt_is_sent_once_and_a_full_supplier_holds_up_no_other(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", in_flight_max=1)
    cell.supplier.gate = asyncio.Event()
    cell.dispatch()
    await cell.orders(2)
    offer = cell.writer.cell.offers["GOPAY"][0]
    await cell.save("offer", offer.key, msgspec.structs.replace(offer, cost_idr=25_499, priority=9))
    other = await cell.placed("w", "0812999", product="GOPAY")
    attempt = cell.writer.cell.attempts_for(cell.writer.cell.orders[other])[0]
    await cell.until(lambda: attempt.state is AttemptState.SENDING or attempt.supplier == "ALFA")
    assert attempt.supplier == "BETA"
    cell.supplier.gate.set()
    await cell.until(lambda: not cell.writer.cell.orders)
    refs = [buy.ref for _, buy in cell.supplier.bought]
    assert len(refs) == len(set(refs)) == 3
    await cell.close()


@in_loop
async def test_request_that_comes_too_late_to_its_first_byte_is_not_sent(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", send_within_s=30)
    cell.supplier.gate = asyncio.Event()
    cell.dispatch()
    order_id = await cell.placed("r1")
    order = cell.writer.cell.orders[order_id]
    await cell.until(lambda: cell.supplier.at_once)
    cell.time.time_ms += 30_000  # a suspended machine
    cell.supplier.gate.set()
    await cell.until(lambda: order.state == "success")
    assert [code for code, _ in cell.supplier.bought] == ["BETA"]
    assert cell.read().rows("SELECT state, reason FROM attempts ORDER BY id") == [
        ("failed", "not_sent"),
        ("success", None),
    ]
    await cell.close()


@in_loop
async def test_last_moment_before_send_by_is_still_in_time(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.gate = asyncio.Event()
    cell.dispatch()
    await cell.placed("r1")
    await cell.until(lambda: cell.supplier.at_once)
    cell.time.time_ms += 29_999
    cell.supplier.gate.set()
    await cell.until(lambda: not cell.writer.cell.orders)
    assert [code for code, _ in cell.supplier.bought] == ["ALFA"]
    await cell.close()


@in_loop
async def test_bug_in_the_way_out_leaves_the_order_unknown_and_frees_its_slot(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", in_flight_max=1)
    cell.supplier.answers = [ZeroDivisionError("bug")]
    cell.dispatch()
    await cell.placed("r1")
    await cell.until(lambda: cell.attempt(1).state is AttemptState.UNKNOWN)
    assert [name for name, _ in cell.incidents] == ["attempt 1"]
    await cell.placed("r2", NUMBERS[1])
    await cell.until(lambda: len(cell.supplier.bought) == 2)
    assert cell.states()[0] == "unknown"
    await cell.close()


@in_loop
async def test_process_that_stops_while_sending_leaves_unknown(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.gate = asyncio.Event()
    cell.dispatch()
    await cell.placed("r1")
    await cell.until(lambda: cell.supplier.at_once)
    for task in list(cell.time.tasks):
        if task.get_name() == "send":
            task.cancel()
    await cell.until(lambda: cell.attempt(1).state is AttemptState.UNKNOWN)
    assert cell.attempt(1).reason == "stopped_while_sending"
    await cell.close()


@in_loop
async def test_expired_attempt_is_not_sent_and_gives_back_its_slot(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", in_flight_max=1)
    await cell.placed("r1")
    cell.time.time_ms += 300_000
    cell.dispatch()
    await cell.until(lambda: not cell.writer.cell.orders)
    assert cell.read().rows("SELECT state, reason FROM orders") == [("failed", "expired")]
    await cell.placed("r2", NUMBERS[1])
    await cell.until(lambda: len(cell.supplier.bought) == 1)
    await cell.close()


@in_loop
async def test_stopped_dispatcher_sends_nothing_more(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.dispatch()
    await cell.placed("r1")
    await cell.until(lambda: len(cell.supplier.bought) == 1)
    cell.dispatcher.stop()
    await cell.placed("r2", NUMBERS[1])
    await asyncio.sleep(0.05)
    assert len(cell.supplier.bought) == 1
    assert cell.states()[-1] == "queued"
    await cell.close()


@in_loop
async def test_number_that_went_to_another_order_does_not_leave_by_the_first_ones_supplier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = await opened(tmp_path)
    await cell.placed("r1")
    committed = cell.writer.submit

    async def renumbered(command: Command) -> Result:
        result = await committed(command)
        if isinstance(command, MarkSending):
            # As after a batch that fell: number 1 is now an attempt at another supplier.
            cell.attempt(1).supplier = "BETA"
        return result

    monkeypatch.setattr(cell.writer, "submit", renumbered)
    taken, _ = cell.dispatcher._take()
    assert taken == (1,)
    await cell.dispatcher._send_all(taken)
    await cell.until(lambda: cell.states() == ["failed", "queued"])
    assert (cell.supplier.bought, cell.slots.in_flight) == ([], 0)
    await cell.close()


# ---------------------------------------------------------------------- inquirer


async def asking(path: Path, outcome: Outcome, **supplier: object) -> tuple[Sending, Inquirer, Attempt]:
    """One order whose attempt was answered so, and an inquirer that a test ticks by hand."""
    cell = await opened(path)
    for code in ("ALFA", "BETA"):
        await cell.alter(code, **supplier)
    await cell.placed("r1")
    await cell.do(MarkSending((1,)))
    answer = Answer(outcome, late_success_risk=outcome is Outcome.FAILED)
    await cell.do(AttemptAnswered(1, answer, Source.REPLY, cell.time.time_ms))
    return cell, Inquirer(cell.writer, cell.supplier, cell.time, Slots(cell.time)), cell.attempt(1)


async def ticked(cell: Sending, inquirer: Inquirer, seconds: float) -> list[str]:
    """What was asked after so many more seconds."""
    cell.supplier.inquired.clear()
    cell.time.time_ms += int(seconds * 1000)
    await inquirer.tick()
    await cell.until(lambda: not cell.time.tasks and not cell.writer.waiting)
    await asyncio.sleep(0.01)
    return list(cell.supplier.inquired)


@in_loop
async def test_pending_attempt_is_asked_about_on_time_and_at_most_once_a_minute(tmp_path: Path) -> None:
    cell, inquirer, attempt = await asking(tmp_path, Outcome.PENDING)
    cell.supplier.answers = [Answer(Outcome.PENDING)] * 9
    # The first inquiry is due 60 s after send_by, which is 30 s after the mark.
    assert await ticked(cell, inquirer, 89.999) == []
    assert await ticked(cell, inquirer, 0.001) == [attempt.ref]
    assert await ticked(cell, inquirer, 59.999) == []
    assert await ticked(cell, inquirer, 0.001) == [attempt.ref]
    cell.supplier.answers = [Answer(Outcome.SUCCESS, sn="SN")]
    assert await ticked(cell, inquirer, 120) == [attempt.ref]
    assert cell.read().rows("SELECT state, sn FROM orders") == [("success", "SN")]
    assert await ticked(cell, inquirer, 10_000) == []
    await cell.close()


@pytest.mark.parametrize(
    ("verb", "horizon_s", "after_s", "asked"),
    [
        (InquiryVerb.NONE, 86_400, 3_600, 0),
        (InquiryVerb.EXPLICIT, 1_000, 999, 1),
        (InquiryVerb.EXPLICIT, 1_000, 1_000, 0),
        (InquiryVerb.RESEND, 1_000, 899, 1),
        (InquiryVerb.RESEND, 1_000, 900, 0),
    ],
)
@in_loop
async def test_inquiry_is_made_only_where_it_cannot_buy_again(
    tmp_path: Path, verb: InquiryVerb, horizon_s: int, after_s: int, asked: int
) -> None:
    cell, inquirer, attempt = await asking(tmp_path, Outcome.UNKNOWN, inquiry=verb, inquiry_horizon_s=horizon_s)
    cell.supplier.answers = [Answer(Outcome.UNKNOWN)]
    assert await ticked(cell, inquirer, after_s) == [attempt.ref] * asked
    assert (attempt.state, cell.supplier.bought) == ("unknown", [])
    await cell.close()


@in_loop
async def test_settling_attempt_without_an_inquiry_ends_after_its_delay(tmp_path: Path) -> None:
    cell, inquirer, _ = await asking(tmp_path, Outcome.FAILED, inquiry=InquiryVerb.NONE, settle_delay_s=120)
    assert await ticked(cell, inquirer, 119.999) == []
    assert cell.states() == ["settling"]
    assert await ticked(cell, inquirer, 0.001) == []
    assert cell.states() == ["failed"]
    assert cell.read().rows("SELECT state, reason FROM orders") == [("failed", "supplier_failed")]
    await cell.close()


@in_loop
async def test_settling_attempt_ends_with_its_inquiry(tmp_path: Path) -> None:
    cell, inquirer, attempt = await asking(tmp_path, Outcome.FAILED, settle_delay_s=120)
    cell.supplier.answers = [Answer(Outcome.FAILED, late_success_risk=True)]
    assert await ticked(cell, inquirer, 119.999) == []
    assert await ticked(cell, inquirer, 0.001) == [attempt.ref]
    assert cell.states() == ["failed"], "and no second supplier"
    await cell.close()


@in_loop
async def test_inquiry_that_fails_or_does_not_leave_says_nothing(tmp_path: Path) -> None:
    cell, inquirer, attempt = await asking(tmp_path, Outcome.PENDING)
    cell.supplier.answers = [Answer(Outcome.REFUSED, reason="not_sent"), ZeroDivisionError("bug")]
    assert await ticked(cell, inquirer, 90) == [attempt.ref]
    assert await ticked(cell, inquirer, 60) == [attempt.ref]
    assert (attempt.state, cell.states()) == ("pending", ["pending"])
    assert [name for name, _ in cell.incidents] == ["inquiry 1"]
    cell.supplier.answers = [Answer(Outcome.SUCCESS, sn="1")]
    assert await ticked(cell, inquirer, 600) == [attempt.ref], "its slot is free again"
    await cell.close()


@in_loop
async def test_no_more_inquiries_leave_than_a_supplier_takes(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.alter("ALFA", in_flight_max=2)
    await cell.orders(5)
    await cell.do(MarkSending((1, 2, 3, 4, 5)))
    cell.supplier.answers = [Answer(Outcome.PENDING)] * 10
    inquirer = Inquirer(cell.writer, cell.supplier, cell.time, Slots(cell.time))
    assert len(await ticked(cell, inquirer, 90)) == 2
    assert len(await ticked(cell, inquirer, 1)) == 2
    assert len(await ticked(cell, inquirer, 1)) == 1
    await cell.close()


@in_loop
async def test_attempt_that_ends_while_its_inquiry_is_being_committed_does_not_stop_the_inquirer(
    tmp_path: Path,
) -> None:
    cell, inquirer, attempt = await asking(tmp_path, Outcome.PENDING)
    cell.time.time_ms += 90_000
    asked = asyncio.create_task(inquirer.tick())
    while not attempt.inquiries:  # noqa: ASYNC110 - decided, and its commit under way: no sooner, no later
        await asyncio.sleep(0)
    cell.writer.post(AttemptAnswered(1, Answer(Outcome.SUCCESS, sn="1"), Source.CALLBACK))
    await asked
    await cell.until(lambda: not cell.time.tasks)
    assert cell.states() == ["success"]
    await cell.close()


# ---------------------------------------------------------------------- notifier


class Mailbox:
    """An outbox whose receiver fails or hangs as told."""

    def __init__(self, cell: Sending) -> None:
        self._reads = Reads(cell.read())
        self.told: list[int] = []
        self.tried: list[int] = []
        self.answers: dict[int, list[bool | Exception]] = {}
        self.hangs: dict[int, asyncio.Event] = {}

    def due(self, now_ms: int, limit: int) -> list[Waiting]:
        return self._reads.outbox_due(now_ms, limit)

    async def deliver(self, row: OutboxRow) -> bool:
        self.tried.append(row.id)
        if row.id in self.hangs:
            await self.hangs[row.id].wait()
        answers = self.answers.get(row.id, [])
        answer = answers.pop(0) if answers else True
        if isinstance(answer, Exception):
            raise answer
        if answer:
            self.told.append(row.id)
        return answer


async def telling(path: Path, count: int) -> tuple[Sending, Mailbox, Notifier]:
    """A cell with so many outbox rows and a notifier at work."""
    cell = await opened(path)
    await cell.deposit("OTHER", 1_000_000)
    cell.dispatch()
    for n in range(count):
        await cell.placed(f"o{n}", NUMBERS[n], agent="OTHER")
    await cell.until(lambda: not cell.writer.cell.orders)
    box = Mailbox(cell)
    return cell, box, Notifier(cell.writer, box, cell.time)


def outbox(cell: Sending) -> list[tuple[str, int]]:
    return [(state, tries) for state, tries in cell.read().rows("SELECT state, tries FROM outbox ORDER BY id")]


@in_loop
async def test_agent_is_told_and_the_delivery_committed(tmp_path: Path) -> None:
    cell, box, notifier = await telling(tmp_path, 3)
    cell.time.spawn(notifier.run(), "notifier")
    await cell.until(lambda: outbox(cell) == [("told", 1)] * 3)
    assert sorted(box.told) == [1, 2, 3]
    await cell.placed("later", NUMBERS[9], agent="OTHER")
    await cell.until(lambda: outbox(cell) == [("told", 1)] * 4)
    assert sorted(box.told) == [1, 2, 3, 4], "each told once while nothing goes wrong"
    await cell.close()


@in_loop
async def test_failed_telling_is_tried_again_with_backoff_until_it_is_told(tmp_path: Path) -> None:
    cell, box, notifier = await telling(tmp_path, 1)
    box.answers[1] = [False, ZeroDivisionError("bug"), False]
    cell.time.spawn(notifier.run(), "notifier")
    for tries, pause_s in enumerate(BACKOFF_S[:3], 1):
        await cell.until(lambda tries=tries: outbox(cell) == [("waiting", tries)])  # type: ignore[misc]
        cell.time.time_ms += pause_s * 1000 - 1
        await asyncio.sleep(0.02)
        assert len(box.tried) == tries, "not before its time"
        cell.time.time_ms += 1
        await cell.until(lambda tries=tries: len(box.tried) == tries + 1 or bump(cell))  # type: ignore[misc]
    await cell.until(lambda: outbox(cell) == [("told", 4)])
    assert [name for name, _ in cell.incidents] == ["outbox 1"]
    await cell.close()


def bump(cell: Sending) -> bool:
    """Let the clock run on, so that the once-a-second look happens."""
    cell.time.time_ms += 100
    return False


@in_loop
async def test_receiver_that_never_answers_well_is_given_up_in_the_end(tmp_path: Path) -> None:
    cell, box, notifier = await telling(tmp_path, 1)
    box.answers[1] = [False] * 99
    cell.time.spawn(notifier.run(), "notifier")
    for tries, pause_s in enumerate(BACKOFF_S, 1):
        await cell.until(lambda tries=tries: len(box.tried) == tries and outbox(cell)[0][1] == tries)  # type: ignore[misc]
        cell.time.time_ms += pause_s * 1000 + 1_000
    await cell.until(lambda: outbox(cell) == [("given_up", len(BACKOFF_S) + 1)])
    assert len(box.tried) == len(BACKOFF_S) + 1
    assert 20 * 3_600 < sum(BACKOFF_S) < 25 * 3_600, "about a day"
    await cell.close()


@in_loop
async def test_receiver_that_hangs_holds_up_nobody_else(tmp_path: Path) -> None:
    cell, box, notifier = await telling(tmp_path, 3)
    box.hangs[1] = asyncio.Event()
    cell.time.spawn(notifier.run(), "notifier")
    await cell.until(lambda: outbox(cell)[1:] == [("told", 1)] * 2)
    await cell.placed("later", NUMBERS[9], agent="OTHER")
    await cell.until(lambda: outbox(cell)[3:] == [("told", 1)])
    assert (outbox(cell)[0], box.tried.count(1)) == (("waiting", 0), 1), "and is not called twice meanwhile"
    box.hangs[1].set()
    await cell.until(lambda: outbox(cell)[0] == ("told", 1))
    await cell.close()


@in_loop
async def test_told_but_not_yet_committed_is_told_again_after_a_stop(tmp_path: Path) -> None:
    cell, box, notifier = await telling(tmp_path, 1)
    cell.trouble.extend(["before"] * 50)  # the disk dies before the delivery is kept
    cell.time.spawn(notifier.run(), "notifier")
    await cell.until(lambda: box.told == [1])
    await cell.until(lambda: cell.time.errors)
    assert outbox(cell) == [("waiting", 0)]
    assert [waiting.row.id for waiting in box.due(cell.time.time_ms, 10)] == [1]
    await cell.close()


@in_loop
async def test_orders_and_inquiries_share_a_suppliers_slots_and_tokens(tmp_path: Path) -> None:
    cell, _, attempt = await asking(tmp_path, Outcome.PENDING, in_flight_max=2, rate_per_s=50)
    cell.supplier.answers = [Answer(Outcome.PENDING)] * 9
    supplier, slots = cell.writer.cell.suppliers[attempt.supplier], Slots(cell.time)
    inquirer = Inquirer(cell.writer, cell.supplier, cell.time, slots)
    assert slots.take(supplier, 5) == 2
    assert await ticked(cell, inquirer, 3_600) == [], "every slot is held by an order"
    slots.give_back(supplier.code)
    assert await ticked(cell, inquirer, 1) == [attempt.ref]
    assert slots.in_flight == 1, "the inquiry gave its slot back"
    await cell.alter(supplier.code, rate_per_s=1, in_flight_max=9)
    slow = cell.writer.cell.suppliers[supplier.code]
    assert slots.take(slow, 9) == 1, "one token a second, whatever the slots"
    assert await ticked(cell, inquirer, 0) == []
    await cell.close()


@in_loop
async def test_queued_attempt_past_its_expiry_ends_while_its_supplier_is_full(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.placed("r1")
    inquirer = Inquirer(cell.writer, cell.supplier, cell.time, Slots(cell.time))
    assert await ticked(cell, inquirer, 1) == []
    assert cell.states() == ["queued"]
    await ticked(cell, inquirer, cell.writer.cell.settings.order_expiry_s)
    assert cell.states() == ["failed"]
    assert cell.supplier.bought == []
    assert not cell.writer.cell.orders
    assert cell.writer.cell.ledger[1006].held_idr == 0
    await cell.close()
