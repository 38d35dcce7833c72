"""Putting attempts on the wire: a slot and a token of the supplier, the ``sending`` commit, then one request.

Work to send is a committed row that waits in the cell; the dispatcher fetches it, so the writer never waits for it.
"""

from __future__ import annotations

import asyncio
from itertools import islice

from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Changes
from juru.server.domain.commands import AttemptAnswered, MarkSending
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Buy, Outcome
from juru.server.domain.results import Sending
from juru.server.engine.ports import Runtime, SupplierPort, Told
from juru.server.engine.slots import Slots
from juru.server.engine.writer import Writer

_IDLE_S = 0.05
_INCIDENT_S = 1.0
_TAKE_MAX = 500


class Dispatcher:
    """Sends queued attempts until stopped."""

    def __init__(self, writer: Writer, suppliers: SupplierPort, runtime: Runtime, slots: Slots) -> None:
        self._writer = writer
        self._suppliers = suppliers
        self._runtime = runtime
        self._slots = slots
        self._claimed: set[int] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        writer.listeners.append(self._on_commit)
        slots.freed.append(self._wake.set)

    def _on_commit(self, changes: Changes) -> None:
        if changes.attempts or changes.attempts_touched:
            self._wake.set()

    def stop(self) -> None:
        """Send nothing more; what is on the wire goes on."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Fetch, mark and send until stopped."""
        while not self._stopping:
            taken, short_of_tokens = self._take()
            if taken:
                await self._send_all(taken)
                continue
            self._wake.clear()
            if short_of_tokens:
                await self._runtime.sleep(_IDLE_S)
            else:
                await self._wake.wait()

    def _take(self) -> tuple[tuple[int, ...], bool]:
        """Queued attempts that hold a slot and a token now, and whether some wait for a token only."""
        cell = self._writer.cell
        taken: list[int] = []
        short = False
        for code in sorted(cell.queued):
            waiting = cell.queued[code]
            if not waiting:
                continue
            supplier = cell.suppliers[code]
            # Taken from the front as far as there are slots: a long queue is not looked through for every commit.
            room = min(self._slots.free(supplier), _TAKE_MAX)
            unclaimed = list(islice((i for i in waiting if i not in self._claimed), room))
            given = self._slots.take(supplier, len(unclaimed))
            short = short or given < len(unclaimed)
            taken.extend(unclaimed[:given])
        self._claimed.update(taken)
        return tuple(taken), short

    async def _send_all(self, taken: tuple[int, ...]) -> None:
        cell = self._writer.cell
        codes = {i: cell.attempts[i].supplier for i in taken if i in cell.attempts}
        before_s = self._runtime.boottime_s()
        result = await self._writer.submit(MarkSending(taken))
        marked = result.buys if isinstance(result, Sending) else ()
        for attempt_id, buy, _ in marked:
            supplier = self._writer.cell.suppliers[codes[attempt_id]]
            attempt = self._writer.cell.attempts.get(attempt_id)
            if attempt is not None and attempt.supplier != supplier.code:
                # The batch that queued it fell and its number went to another order: nothing may leave for it here.
                self._release(attempt_id, supplier.code)
                answer = Answer(Outcome.REFUSED, reason="not_sent")
                self._writer.post(AttemptAnswered(attempt_id, answer, Source.REPLY))
                continue
            send = self._send(supplier, attempt_id, buy, before_s + supplier.send_within_s)
            self._runtime.spawn(send, "send")
        sent = {attempt_id for attempt_id, _, _ in marked}
        for attempt_id in taken:
            if attempt_id not in sent:
                self._release(attempt_id, codes.get(attempt_id))
        if not isinstance(result, Sending):
            # An incident: the attempts are still queued, and trying again at once would only spin.
            await self._runtime.sleep(_INCIDENT_S)

    def _release(self, attempt_id: int, code: str | None) -> None:
        self._claimed.discard(attempt_id)
        if code is not None:
            self._slots.give_back(code)

    async def _send(self, supplier: Supplier, attempt_id: int, buy: Buy, deadline_s: float) -> None:
        """One request; whatever happens to it, an answer is posted."""
        runtime = self._runtime
        told = Told(Answer(Outcome.UNKNOWN, reason="stopped_while_sending"))
        try:
            told = await self._suppliers.buy(supplier, buy, lambda: runtime.boottime_s() < deadline_s)
        except Exception as error:  # noqa: BLE001 - a bug after the first byte is unknown, and must be seen
            told = Told(Answer(Outcome.UNKNOWN, reason="internal"))
            self._writer.incident(f"attempt {attempt_id}", error)
        finally:
            self._release(attempt_id, supplier.code)
            self._writer.post(AttemptAnswered(attempt_id, told.answer, Source.REPLY, told.last_byte_ms, told.raw))
