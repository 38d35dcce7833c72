"""Asking suppliers about what is pending or unknown, and ending what has settled, on time.

Once a second the open attempts are looked over; those due are asked by the supplier's own verb. An inquiry that would
buy again is never sent: the domain says which may be.
"""

from __future__ import annotations

from juru.server.domain.catalog import Supplier
from juru.server.domain.commands import AttemptAnswered, Inquired, SettleDue
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.domain.results import Sending
from juru.server.domain.settle import due_without_inquiry, inquirable
from juru.server.engine.ports import Runtime, SupplierPort, Told
from juru.server.engine.slots import Slots
from juru.server.engine.writer import Writer

_TICK_S = 1.0
_AT_ONCE_MAX = 200


class Inquirer:
    """The inquiry scheduler."""

    def __init__(self, writer: Writer, suppliers: SupplierPort, runtime: Runtime, slots: Slots) -> None:
        self._writer = writer
        self._suppliers = suppliers
        self._runtime = runtime
        self._slots = slots
        self._stopping = False

    def stop(self) -> None:
        """Ask nothing more."""
        self._stopping = True

    async def run(self) -> None:
        """Tick until stopped."""
        while not self._stopping:
            await self.tick()
            await self._runtime.sleep(_TICK_S)

    async def tick(self) -> None:
        """Ask about everything due now, as far as each supplier's slots and tokens allow."""
        cell, now_ms = self._writer.cell, self._runtime.now_ms()
        due: dict[int, str] = {}
        for attempt in cell.attempts.values():
            if due_without_inquiry(cell, attempt, now_ms):
                self._writer.post(SettleDue(attempt.id))
            elif attempt.next_inquiry_ms is None or attempt.next_inquiry_ms > now_ms or len(due) >= _AT_ONCE_MAX:
                continue
            elif inquirable(cell, attempt) and self._slots.take(cell.suppliers[attempt.supplier], 1):
                due[attempt.id] = attempt.supplier
        if due:
            await self._ask_all(due)

    async def _ask_all(self, due: dict[int, str]) -> None:
        """Commit the inquiries, then send them. Suppliers by the code noted before: an attempt may have ended since."""
        before_s = self._runtime.boottime_s()
        result = await self._writer.submit(Inquired(tuple(due)))
        buys = result.buys if isinstance(result, Sending) else ()
        for attempt_id, buy, _ in buys:
            supplier = self._writer.cell.suppliers[due[attempt_id]]
            ask = self._ask(supplier, attempt_id, buy, before_s + supplier.send_within_s)
            self._runtime.spawn(ask, "inquire")
        asked = {attempt_id for attempt_id, _, _ in buys}
        for attempt_id, code in due.items():
            if attempt_id not in asked:
                self._slots.give_back(code)

    async def _ask(self, supplier: Supplier, attempt_id: int, buy: Buy, deadline_s: float) -> None:
        told = Told(Answer(Outcome.UNKNOWN, reason="internal"))
        try:
            told = await self._suppliers.inquire(supplier, buy, lambda: self._runtime.boottime_s() < deadline_s)
        except Exception as error:  # noqa: BLE001 - an inquiry that fails says nothing about the order
            self._writer.incident(f"inquiry {attempt_id}", error)
        finally:
            self._slots.give_back(supplier.code)
        if told.answer.reason == "not_sent":
            # The inquiry did not leave; that is no word about the order.
            return
        self._writer.post(AttemptAnswered(attempt_id, told.answer, Source.INQUIRY, None, told.raw))
