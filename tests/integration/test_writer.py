"""The writer on a real store: lanes, a command that fails alone, a commit in doubt, and what a restart finds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from juru.books.findings import Finding
from juru.server.domain.cell import Cell
from juru.server.domain.commands import (
    AttemptAnswered,
    CallbackArrived,
    Command,
    Decide,
    Decision,
    MarkSending,
    NotePin,
    Recover,
    TransferDeposit,
)
from juru.server.domain.commands import MessageKey as Key
from juru.server.domain.decide import decide
from juru.server.domain.order import Attempt, Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Placed, Result, Sending
from juru.server.engine import writer as writer_room
from juru.server.engine.writer import StorageError
from juru.server.store.audit import audit
from tests.support.engine import Running, in_loop

NUMBERS = [f"08123456{n:04d}" for n in range(1_000)]


async def opened(path: Path, *, queue_max: int = 5_000, reopening: bool = False) -> Running:
    cell = Running(path, queue_max=queue_max, reopening=reopening)
    cell.start()
    await cell.stock_up()
    return cell


def flaws(cell: Running) -> list[Finding]:
    """What the book on the disk cannot prove."""
    return audit(cell.read()).found


# ---------------------------------------------------------------------- lanes


@in_loop
async def test_full_queue_refuses_at_once_and_records_nothing(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.stop()
    cell = Running(tmp_path, queue_max=2)
    waiting = [asyncio.create_task(cell.do(cell.order(f"r{n}", NUMBERS[n]))) for n in range(2)]
    await asyncio.sleep(0)
    busy = await cell.do(cell.order("r2", NUMBERS[2]))
    assert busy == Refusal(Code.BUSY)
    reserved = asyncio.create_task(cell.do(NotePin("BUDI", right=False)))
    await asyncio.sleep(0)
    assert not reserved.done()
    cell.start()
    assert [isinstance(result, Placed) for result in await asyncio.gather(*waiting)] == [True, True]
    assert await reserved == Done()
    assert cell.read().rows("SELECT count(*) FROM refusals") == [(0,)]
    assert await cell.placed("r2", NUMBERS[2]) == 3, "its reference stayed free"
    await cell.close()


@in_loop
async def test_reserved_lane_goes_first(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.stop()
    cell = Running(tmp_path)
    order = asyncio.create_task(cell.do(cell.order("r1")))
    await asyncio.sleep(0)
    for _ in range(5):
        cell.writer.post(NotePin("BUDI", right=False))
    cell.start()
    assert await order == Refusal(Code.PIN_LOCKED), "what came later by the reserved lane was decided before"
    await cell.close()


@in_loop
async def test_commands_that_wait_together_share_a_commit(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    before = cell.writer.batches
    await asyncio.gather(*(cell.do(cell.order(f"r{n}", NUMBERS[n])) for n in range(50)))
    assert cell.writer.batches == before + 1
    assert cell.read().rows("SELECT count(DISTINCT commit_no) FROM orders") == [(1,)]
    await cell.close()


@in_loop
async def test_batch_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_room, "BATCH_BYTES_MAX", 1_000)
    cell = await opened(tmp_path)
    before = cell.writer.batches
    for n in range(4):
        cell.writer.post(CallbackArrived("ALFA", Answer(Outcome.SUCCESS, ref=f"x{n}"), "x" * 600))
    await cell.placed("r1")
    assert cell.writer.batches == before + 3
    assert len(cell.read().rows("SELECT * FROM callbacks")) == 4
    await cell.close()


@in_loop
async def test_stopped_writer_commits_what_waits_and_takes_no_more_orders(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    waiting = asyncio.create_task(cell.do(cell.order("r1")))
    await asyncio.sleep(0)
    cell.writer.stop()
    assert await cell.do(cell.order("r2", NUMBERS[1])) == Refusal(Code.BUSY)
    assert isinstance(await waiting, Placed)
    await cell.close()


# ---------------------------------------------------------------------- a command that fails


def boom_at(ref: str) -> object:
    """A ``decide`` with a bug that one order meets, after it has already changed the cell."""

    def buggy(cell: Cell, command: Command) -> Result:
        result = decide(cell, command)
        if getattr(command, "ref", None) == ref:
            raise ZeroDivisionError(ref)
        return result

    return buggy


@in_loop
async def test_command_that_fails_is_refused_alone_and_its_neighbours_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = await opened(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(writer_room, "decide", boom_at("boom"))
        refs = ("a", "boom", "b")
        results = await asyncio.gather(*(cell.do(cell.order(ref, NUMBERS[n])) for n, ref in enumerate(refs)))
    assert isinstance(results[0], Placed)
    assert isinstance(results[2], Placed)
    refusal = results[1]
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.INCIDENT
    assert refusal.facts["incident"] in [name for name, _ in cell.incidents]
    assert cell.read().rows("SELECT ref FROM orders ORDER BY id") == [("a",), ("b",)]
    (detail,) = cell.read().rows("SELECT detail FROM refusals WHERE code = 'incident'")[0]
    assert detail == f"{refusal.facts['incident']} PlaceOrder"
    assert cell.writer.cell.ledger[1006].held_idr == 2 * 10_600
    assert await cell.placed("boom", NUMBERS[1])
    assert flaws(cell) == []
    await cell.close()


@pytest.mark.parametrize("source", [Source.REPLY, Source.CALLBACK])
@in_loop
async def test_answer_that_cannot_be_decided_holds_its_order_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Source
) -> None:
    cell = await opened(tmp_path)
    order_id = await cell.placed("r1")
    (attempt,) = cell.writer.cell.attempts_for(cell.writer.cell.orders[order_id])
    await cell.do(MarkSending((attempt.id,)))

    def buggy(_cell: Cell, _command: Command) -> Result:
        raise ZeroDivisionError

    answer = Answer(Outcome.SUCCESS, ref=attempt.ref, sn="1")
    with monkeypatch.context() as patched:
        patched.setattr(writer_room, "decide", buggy)
        if source is Source.CALLBACK:
            result = await cell.do(CallbackArrived("ALFA", answer, "raw"))
        else:
            result = await cell.do(AttemptAnswered(attempt.id, answer, source))
    assert isinstance(result, Refusal)
    held = cell.writer.cell.orders[order_id]
    assert (held.state, cell.writer.cell.ledger[1006].held_idr) == ("accepted", 10_600)
    assert [item.kind for item in cell.writer.cell.queue.values()] == ["incident"]
    assert cell.read().rows("SELECT kind FROM queue_items") == [("incident",)]
    await cell.close()


@in_loop
async def test_pending_attempts_are_still_asked_about_after_a_batch_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = await opened(tmp_path)
    order_id = await cell.placed("r1")
    (attempt,) = cell.writer.cell.attempts_for(cell.writer.cell.orders[order_id])
    await cell.do(MarkSending((attempt.id,)))
    await cell.do(AttemptAnswered(attempt.id, Answer(Outcome.PENDING), Source.REPLY))
    with monkeypatch.context() as patched:
        patched.setattr(writer_room, "decide", boom_at("boom"))
        await cell.do(cell.order("boom", NUMBERS[1]))
    assert cell.writer.cell.attempts[attempt.id].next_inquiry_ms is not None
    await cell.close()


@in_loop
async def test_listener_with_a_bug_is_seen_and_stops_nothing(tmp_path: Path) -> None:
    cell = await opened(tmp_path)

    def screen(_changes: object) -> None:
        raise ZeroDivisionError

    cell.writer.listeners.append(screen)
    await cell.placed("r1")
    await cell.placed("r2", NUMBERS[1])
    assert [name for name, _ in cell.incidents] == ["listener", "listener"]
    await cell.close()


# ---------------------------------------------------------------------- a commit in doubt


@pytest.mark.parametrize("reopening", [False, True])
@pytest.mark.parametrize("trouble", ["write", "before", "after"])
@in_loop
async def test_commit_in_doubt_is_answered_by_what_stands(tmp_path: Path, trouble: str, *, reopening: bool) -> None:
    cell = await opened(tmp_path, reopening=reopening)
    heard: list[int] = []
    cell.writer.listeners.append(lambda changes: heard.extend(order.id for order in changes.orders))
    cell.trouble.append(trouble)
    results = await asyncio.gather(*(cell.do(cell.order(f"r{n}", NUMBERS[n])) for n in range(3)))
    assert [r.orders[0].order_id for r in results if isinstance(r, Placed)] == [1, 2, 3]
    assert heard == [1, 2, 3], "the dispatcher is told once, whatever the disk did"
    assert cell.read().rows("SELECT count(*) FROM orders") == [(3,)]
    assert cell.writer.cell.ledger[1006].held_idr == 3 * 10_600
    await cell.placed("next", NUMBERS[3])
    assert flaws(cell) == [], "the chain goes on from the commit that stands"
    assert [str(error) for _, error in cell.incidents] == [trouble]
    await cell.close()


@pytest.mark.parametrize("trouble", ["write", "before"])
@in_loop
async def test_command_that_cannot_be_written_is_refused_alone(tmp_path: Path, trouble: str) -> None:
    cell = await opened(tmp_path)
    cell.trouble.extend([trouble, trouble])
    result = await cell.do(cell.order("r1"))
    assert isinstance(result, Refusal)
    assert result.code is Code.INCIDENT
    assert cell.writer.cell.ledger[1006].held_idr == 0
    await cell.placed("r1")
    assert flaws(cell) == []
    await cell.close()


@in_loop
async def test_disk_that_keeps_nothing_ends_the_writer_and_nobody_is_told_a_lie(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.trouble.extend(["before"] * 50)
    waiting = [asyncio.create_task(cell.do(cell.order(f"r{n}", NUMBERS[n]))) for n in range(2)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [StorageError, StorageError]
    assert "disk" in str(results[0])
    assert await cell.do(cell.order("later")) == Refusal(Code.BUSY)
    assert cell.read().rows("SELECT count(*) FROM orders") == [(0,)]
    await cell.close()


# ---------------------------------------------------------------------- restart

MEMORY_ONLY = {"last_byte_ms": None, "inquiries": 0, "next_inquiry_ms": None}


def plain(attempt: Attempt) -> Attempt:
    return msgspec.structs.replace(attempt, **MEMORY_ONLY)


def state(cell: Cell) -> dict[str, object]:
    """All that a restart must find again."""
    return {
        "settings": cell.settings,
        "agents": cell.agents,
        "agent_codes": cell.agent_codes,
        "pin_guards": cell.pin_guards,
        "operators": cell.operators,
        "products": cell.products,
        "denominations": cell.denominations,
        "offers": cell.offers,
        "suppliers": cell.suppliers,
        "prefixes": cell.prefixes,
        "ported": cell.ported,
        "ledger": {account: b for account, b in cell.ledger.items() if b.net_idr or b.held_idr},
        "orders": cell.orders,
        "attempts": {i: plain(a) for i, a in cell.attempts.items()},
        "attempts_of": cell.attempts_of,
        "queued": {code: list(waiting) for code, waiting in cell.queued.items() if waiting},
        "queue": cell.queue,
        "rates": cell.rates,
        "told_balances": cell.told_balances,
        "stock": {code: cell.stock_of(p) for code, p in cell.products.items()},
        "next": cell.next,
        "day": cell.day,
        "now_ms": cell.now_ms,
    }


async def busy_day(cell: Running) -> None:
    """Some of everything that a cell can keep."""
    writer = cell.writer
    product = writer.cell.products["S10"]
    cell.time.time_ms += 1_000
    await cell.save("product", "S10", msgspec.structs.replace(product, stock=50))
    outcomes = [Outcome.SUCCESS, Outcome.FAILED, Outcome.UNKNOWN, Outcome.PENDING, None, Outcome.REFUSED]
    for number, outcome in enumerate(outcomes * 2):
        cell.time.time_ms += 1_000
        order_id = await cell.placed(f"r{number}", NUMBERS[number])
        if number == 4:
            continue
        order = writer.cell.orders[order_id]
        attempt = writer.cell.attempts_for(order)[0]
        assert isinstance(await cell.do(MarkSending((attempt.id,))), Sending)
        if outcome is not None:
            answer = Answer(
                outcome, ref=attempt.ref, sn="1", balance_idr=900_000 + number, late_success_risk=number == 7
            )
            await cell.do(AttemptAnswered(attempt.id, answer, Source.REPLY))
    await cell.do(CallbackArrived("BETA", Answer(Outcome.FAILED, ref="nobody"), "raw"))
    await cell.do(NotePin("BUDI", right=False))
    await cell.do(TransferDeposit("BUDI", "MID", 7_000, Key("chat", "chat:BUDI", "m1", "KEMBALI"), back=True))
    unknown = next(i.order_id for i in writer.cell.queue.values() if i.kind == "unknown")
    await cell.do(Decide(unknown or 0, Decision.FAILED, "asked", "ani"))


@in_loop
async def test_restart_finds_the_state_as_it_was(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await busy_day(cell)
    before = state(cell.writer.cell)
    assert before["queued"]
    assert before["rates"]
    assert before["told_balances"]
    await cell.restart()
    after = state(cell.writer.cell)
    for part, value in before.items():
        assert after[part] == value, part
    assert flaws(cell) == []
    await cell.close()


@in_loop
async def test_restart_makes_sending_unknown_and_leaves_queued_to_be_sent(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    sending, queued = await cell.placed("r1"), await cell.placed("r2", NUMBERS[1])
    await cell.do(MarkSending((1,)))
    writer = await cell.restart()
    assert writer.cell.attempts[1].state == "sending"
    await cell.do(Recover())
    assert [writer.cell.attempts[i].state for i in (1, 2)] == ["unknown", "queued"]
    assert [writer.cell.orders[i].state for i in (sending, queued)] == ["accepted", "accepted"]
    assert list(writer.cell.queued["ALFA"]) == [2]
    assert [item.kind for item in writer.cell.queue.values()] == ["unknown"]
    assert writer.cell.ledger[1006].held_idr == 2 * 10_600
    assert cell.read().rows("SELECT state FROM attempts ORDER BY id") == [("unknown",), ("queued",)]
    await cell.close()


@in_loop
async def test_what_closed_before_a_restart_is_still_known_after_it(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    order_id = await cell.placed("r1")
    await cell.do(MarkSending((1,)))
    ref = cell.writer.cell.attempts[1].ref
    await cell.do(AttemptAnswered(1, Answer(Outcome.SUCCESS, sn="SN1"), Source.REPLY))
    await cell.restart()
    again = await cell.do(cell.order("r1"))
    assert isinstance(again, Placed)
    assert (again.orders[0].order_id, again.orders[0].sn, again.orders[0].repeated) == (order_id, "SN1", True)
    conflict = await cell.do(cell.order("r1", NUMBERS[5]))
    assert isinstance(conflict, Refusal)
    assert conflict.code is Code.REFERENCE_CONFLICT
    await cell.do(CallbackArrived("ALFA", Answer(Outcome.FAILED, ref=ref), "raw"))
    assert cell.read().rows("SELECT state FROM orders") == [("reversed",)]
    assert cell.writer.cell.ledger[1006].net_idr == 1_000_000
    assert flaws(cell) == []
    await cell.close()


@in_loop
async def test_stepping_clock_never_writes_an_earlier_commit(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    await cell.placed("r1")
    cell.time.time_ms -= 3_600_000
    await cell.placed("r2", NUMBERS[1])
    times = [at_ms for (at_ms,) in cell.read().rows("SELECT at_ms FROM commits ORDER BY no")]
    assert times == sorted(times)
    await cell.close()
