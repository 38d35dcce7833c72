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
from juru.server.engine.writer import Writer

_TICK_S = 1.0
_AT_ONCE_MAX = 200


class Inquirer:
    """The inquiry scheduler."""

    def __init__(self, writer: Writer, suppliers: SupplierPort, runtime: Runtime) -> None:
        self._writer = writer
        self._suppliers = suppliers
        self._runtime = runtime
        self._asking: dict[str, int] = {}
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
        """Ask about everything due now, as far as each supplier's slots allow."""
        cell, now_ms = self._writer.cell, self._runtime.now_ms()
        due: dict[int, str] = {}
        taken: dict[str, int] = {}
        for attempt in cell.attempts.values():
            if attempt.next_inquiry_ms is None or attempt.next_inquiry_ms > now_ms:
                continue
            if due_without_inquiry(cell, attempt, now_ms):
                self._writer.post(SettleDue(attempt.id))
                continue
            code = attempt.supplier
            busy = taken.get(code, 0) + self._asking.get(code, 0)
            if inquirable(cell, attempt) and busy < cell.suppliers[code].in_flight_max and len(due) < _AT_ONCE_MAX:
                due[attempt.id] = code
                taken[code] = taken.get(code, 0) + 1
        if not due:
            return
        before_s = self._runtime.boottime_s()
        result = await self._writer.submit(Inquired(tuple(due)))
        if not isinstance(result, Sending):
            return
        for attempt_id, buy, _ in result.buys:
            # By its code noted before: the attempt itself may have ended in a batch since.
            supplier = self._writer.cell.suppliers[due[attempt_id]]
            self._asking[supplier.code] = self._asking.get(supplier.code, 0) + 1
            ask = self._ask(supplier, attempt_id, buy, before_s + supplier.send_within_s)
            self._runtime.spawn(ask, "inquire")

    async def _ask(self, supplier: Supplier, attempt_id: int, buy: Buy, deadline_s: float) -> None:
        told = Told(Answer(Outcome.UNKNOWN, reason="internal"))
        try:
            told = await self._suppliers.inquire(supplier, buy, lambda: self._runtime.boottime_s() < deadline_s)
        except Exception as error:  # noqa: BLE001 - an inquiry that fails says nothing about the order
            self._writer.incident(f"inquiry {attempt_id}", error)
        finally:
            self._asking[supplier.code] -= 1
        if told.answer.reason == "not_sent":
            # The inquiry did not leave; that is no word about the order.
            return
        self._writer.post(AttemptAnswered(attempt_id, told.answer, Source.INQUIRY, None, told.raw))
