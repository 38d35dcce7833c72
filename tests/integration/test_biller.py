"""Asking suppliers about bills while an agent waits: in time, within each supplier's slots, once for all who ask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from juru.server.domain.bill import Bill, BillState, key_of
from juru.server.domain.commands import AskBill, Recover
from juru.server.domain.outcome import Answer, Outcome, Step
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Found, Result
from juru.server.engine import biller
from juru.server.engine.biller import Biller
from juru.server.engine.slots import Slots
from juru.server.store.reads.reads import Reads
from tests.support.bills import FEE_IDR, NUMBER, bill_market
from tests.support.engine import Running, Scripted, in_loop

FOUND = Answer(Outcome.SUCCESS, price_idr=50_000, selling_price_idr=52_500, settles=False)
ASK = AskBill("BUDI", "BILL", NUMBER, "h2h-digiflazz", "b1")


class Asking(Running):
    """A running cell whose suppliers sell bills as scripted."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.supplier = Scripted()
        self.slots = Slots(self.time)
        self.biller = Biller(self.writer, self.supplier, self.time, self.slots)

    async def ask(self, command: AskBill = ASK) -> Result:
        async with asyncio.timeout(20):
            return await self.biller.ask(command)

    def bill(self) -> Bill:
        """The latest version on the disk."""
        found = Reads(self.read()).bill(3, "b1")
        assert found is not None
        return found


async def opened(path: Path) -> Asking:
    cell = Asking(path)
    cell.start()
    await cell.stock_up(bill_market().cell)
    return cell


@in_loop
async def test_bill_that_is_found_is_told_to_who_waits(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.answers = [FOUND]
    told = await cell.ask()
    assert isinstance(told, Found)
    assert told.bill.price_idr == 50_000 + FEE_IDR
    assert [(code, buy.step) for code, buy in cell.supplier.bought] == [("ALFA", Step.INQUIRY)]
    assert cell.bill().supplier_ref == cell.supplier.bought[0][1].ref
    assert (cell.slots.in_flight, cell.biller.under_way) == (0, 0)
    await cell.close()


@in_loop
async def test_inquiry_is_on_the_disk_before_its_first_byte(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    states = []
    cell.supplier.before_first_byte = lambda _buy: states.append(cell.bill().state)
    cell.supplier.answers = [FOUND]
    await cell.ask()
    assert states == [BillState.ASKED]
    await cell.close()


@in_loop
async def test_silent_or_broken_supplier_is_followed_by_the_next(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.answers = [RuntimeError("a bug"), FOUND]
    assert isinstance(await cell.ask(), Found)
    assert [code for code, _ in cell.supplier.bought] == ["ALFA", "BETA"]
    assert [name for name, _ in cell.incidents] == [f"bill {key_of(3, 'b1')}"]
    assert cell.slots.in_flight == 0
    await cell.close()


@in_loop
async def test_who_waits_is_answered_in_time_and_the_answer_is_filed_when_it_comes(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.gate = asyncio.Event()
    cell.supplier.answers = [FOUND]
    waiting = asyncio.create_task(cell.ask())
    await cell.until(lambda: cell.supplier.at_once)
    cell.time.time_ms += 31_000
    told = await waiting
    assert isinstance(told, Refusal)
    assert told.code is Code.BILL_NO_ANSWER
    # The request was allowed to leave by then.
    cell.time.time_ms -= 30_000
    cell.supplier.gate.set()
    await cell.until(lambda: not cell.biller.under_way)
    assert cell.bill().state is BillState.FOUND
    await cell.close()


@in_loop
async def test_all_who_ask_the_same_at_once_wait_for_one_request(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.gate = asyncio.Event()
    cell.supplier.answers = [FOUND, FOUND]
    waiting = [asyncio.create_task(cell.ask()) for _ in range(5)]
    await cell.until(lambda: cell.supplier.at_once)
    cell.supplier.gate.set()
    assert len({msgspec.json.encode(result) for result in await asyncio.gather(*waiting)}) == 1
    assert len(cell.supplier.bought) == 1
    assert isinstance(await cell.ask(), Found)
    assert len(cell.supplier.bought) == 2, "once it has been answered, the same asks again"
    await cell.close()


@in_loop
async def test_refused_inquiry_asks_nobody(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    told = await cell.ask(msgspec.structs.replace(ASK, product="NONE"))
    assert isinstance(told, Refusal)
    assert (told.code, cell.supplier.bought) == (Code.UNKNOWN_PRODUCT, [])
    await cell.close()


@in_loop
async def test_too_many_inquiries_at_once_are_refused_as_busy(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(biller, "AT_ONCE_MAX", 1)
        cell = await opened(tmp_path)
        cell.supplier.gate = asyncio.Event()
        cell.supplier.answers = [FOUND]
        waiting = asyncio.create_task(cell.ask())
        await cell.until(lambda: cell.biller.under_way)
        assert await cell.ask(msgspec.structs.replace(ASK, ref="b2")) == Refusal(Code.BUSY)
        cell.supplier.gate.set()
        await waiting
        await cell.close()


@in_loop
async def test_supplier_without_a_free_slot_is_passed_over(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    alfa = msgspec.structs.replace(cell.writer.cell.suppliers["ALFA"], in_flight_max=1)
    await cell.save("supplier", "ALFA", alfa)
    assert cell.slots.take(cell.writer.cell.suppliers["ALFA"], 1) == 1
    cell.supplier.answers = [FOUND]
    waiting = asyncio.create_task(cell.ask())
    for _ in range(60):
        await asyncio.sleep(0.002)
        cell.time.time_ms += 100
    assert isinstance(await waiting, Found)
    assert [code for code, _ in cell.supplier.bought] == ["BETA"]
    await cell.close()


@in_loop
async def test_stopping_server_takes_no_new_inquiry(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.biller.stop()
    assert await cell.ask() == Refusal(Code.BUSY)
    await cell.close()


@in_loop
async def test_inquiry_that_a_stop_cut_off_may_be_made_again(tmp_path: Path) -> None:
    cell = await opened(tmp_path)
    cell.supplier.gate = asyncio.Event()
    waiting = asyncio.create_task(cell.ask())
    await cell.until(lambda: cell.supplier.at_once)
    first_ref = cell.bill().supplier_ref
    writer = await cell.restart()
    await writer.submit(Recover())
    assert cell.bill().state is BillState.REFUSED
    # The request of the life before is answered, too, and nobody hears it.
    cell.supplier.answers = [FOUND, FOUND]
    cell.supplier.gate.set()
    await cell.until(lambda: len(cell.supplier.bought) == 1)
    cell.supplier.gate = None
    cell.biller = Biller(writer, cell.supplier, cell.time, cell.slots)
    assert isinstance(await cell.ask(), Found)
    assert cell.bill().supplier_ref != first_ref
    waiting.cancel()
    await cell.close()
