"""Asking suppliers what a bill amounts to, while an agent waits for the answer.

An inquiry moves no money, so a supplier that refuses or does not answer is followed by the next one. Each request has
a committed reference and a slot of its supplier first. Who waits is answered in time, also when nobody has answered:
what comes later is filed all the same, and the same inquiry again finds out.
"""

from __future__ import annotations

import asyncio

from juru.server.domain.commands import AskBill, BillAnswered
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Asking, Result
from juru.server.engine.ports import Runtime, SupplierPort, Told
from juru.server.engine.slots import Slots
from juru.server.engine.writer import Writer

AT_ONCE_MAX = 500
_SLOT_WAITS = 40
_SLOT_WAIT_S = 0.05
_LOOK_S = 1.0


class Biller:
    """Carries inquiries about bills to suppliers."""

    def __init__(self, writer: Writer, suppliers: SupplierPort, runtime: Runtime, slots: Slots) -> None:
        self._writer = writer
        self._suppliers = suppliers
        self._runtime = runtime
        self._slots = slots
        self._under_way: dict[AskBill, asyncio.Future[Result]] = {}
        self._stopping = False

    @property
    def under_way(self) -> int:
        """Inquiries that somebody waits for, or may still be answered."""
        return len(self._under_way)

    def stop(self) -> None:
        """Take no new inquiry; what is on the wire goes on."""
        self._stopping = True

    async def ask(self, command: AskBill) -> Result:
        """What the bill amounts to, or a refusal. Whoever asks the same while it is being asked waits with the first.

        Raises what the writer raises when the disk fails.
        """
        answer = self._under_way.get(command)
        if answer is None:
            if self._stopping or len(self._under_way) >= AT_ONCE_MAX:
                return Refusal(Code.BUSY)
            answer = self._under_way[command] = asyncio.get_running_loop().create_future()
            self._runtime.spawn(self._carry(command, answer), "ask bill")
        over = asyncio.Event()

        def heard(done: asyncio.Future[Result]) -> None:
            # Looked at here, so that an error is never lost when nobody waits any longer.
            done.exception()
            over.set()

        answer.add_done_callback(heard)
        self._runtime.spawn(self._end_wait(over), "bill answer time")
        await over.wait()
        return answer.result() if answer.done() else Refusal(Code.BILL_NO_ANSWER)

    async def _end_wait(self, over: asyncio.Event) -> None:
        """Whoever waits is answered when the time is over."""
        until_s = self._runtime.boottime_s() + self._writer.cell.settings.bill_answer_s
        while not over.is_set() and (left_s := until_s - self._runtime.boottime_s()) > 0:
            await self._runtime.sleep(min(left_s, _LOOK_S))
        over.set()

    async def _carry(self, command: AskBill, answer: asyncio.Future[Result]) -> None:
        try:
            result = await self._writer.submit(command)
            while isinstance(result, Asking):
                told = await self._ask(result)
                result = await self._writer.submit(BillAnswered(result.key, result.buy.ref, told.answer))
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, and the next inquiry must not
            self._writer.incident("ask bill", error)
            answer.set_exception(error)
        else:
            answer.set_result(result)
        finally:
            del self._under_way[command]
            if not answer.done():
                # The server stops; the inquiry is dropped at its next start.
                answer.set_result(Refusal(Code.BILL_NO_ANSWER))

    async def _ask(self, asking: Asking) -> Told:
        """One request, once the supplier has a slot and a token for it."""
        supplier = self._writer.cell.suppliers[asking.supplier]
        for _ in range(_SLOT_WAITS):
            if self._slots.take(supplier, 1):
                break
            await self._runtime.sleep(_SLOT_WAIT_S)
        else:
            return Told(Answer(Outcome.REFUSED, reason="not_sent", message="no slot"))
        deadline_s = self._runtime.boottime_s() + supplier.send_within_s
        try:
            return await self._suppliers.buy(supplier, asking.buy, lambda: self._runtime.boottime_s() < deadline_s)
        except Exception as error:  # noqa: BLE001 - a bug must be seen, and says nothing about the bill
            self._writer.incident(f"bill {asking.key}", error)
            return Told(Answer(Outcome.UNKNOWN, reason="internal"))
        finally:
            self._slots.give_back(supplier.code)
