"""The one writer of a cell: takes commands in batches, decides them over the cell, commits once, only then answers.

Two lanes: what suppliers, timers and people bring is reserved and never refused; an agent's command waits in the
ordinary lane and is refused as busy, with nothing recorded, when that is full. Batch size follows load: a lone
command commits at once, and whatever arrives during a commit shares the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from juru.server.domain.cell import Past
from juru.server.domain.commands import ORDINARY, AttemptAnswered, CallbackArrived, Command, NoteRefusal
from juru.server.domain.decide import decide, needs
from juru.server.domain.records import note_refusal
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Result
from juru.server.domain.settle import schedule
from juru.server.engine.ports import Listener, Runtime, StorePort

BATCH_MAX = 1_000
BATCH_BYTES_MAX = 4_000_000
BATCH_SECONDS_MAX = 0.1
_CLOCK_EVERY = 32

Waiter = tuple[Command, "asyncio.Future[Result] | None"]


class StorageError(RuntimeError):
    """The disk does not keep what is written; the process must end, and its message says what to do."""


class Writer:
    """Owns the cell. ``submit`` waits for the committed result, ``post`` leaves a reserved command without waiting."""

    def __init__(
        self,
        store: StorePort,
        runtime: Runtime,
        *,
        queue_max: int = 5_000,
        reopen: Callable[[], StorePort] | None = None,
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._reopen = reopen
        self._queue_max = queue_max
        self._ordinary: deque[Waiter] = deque()
        self._reserved: deque[Waiter] = deque()
        self._work = asyncio.Event()
        self._stopping = False
        self.cell = store.open_cell()
        self.listeners: list[Listener] = []
        self.incident: Callable[[str, BaseException], None] = lambda _id, _error: None
        self.batches = 0
        self.commands = 0
        self.slowest_commit_s = 0.0
        """The longest that a commit has taken since somebody last set this to nought."""
        self.busy = 0
        """Commands refused as busy; they leave no trace in the book."""
        self.batch_size = 0
        self.commit_s = 0.0
        """Of the latest batch, as its listeners hear of it: how many commands, and how long its commit took."""
        self.working_since_s: float | None = None

    # ------------------------------------------------------------------ asking

    async def submit(self, command: Command) -> Result:
        """Have a command decided and committed; its result. An ordinary one may be refused as busy."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if isinstance(command, ORDINARY):
            if len(self._ordinary) >= self._queue_max or self._stopping:
                self.busy += 1
                return Refusal(Code.BUSY)
            self._ordinary.append((command, future))
        else:
            self._reserved.append((command, future))
        self._work.set()
        return await future

    def post(self, command: Command) -> None:
        """Leave a command of the reserved lane; what becomes of it shows in the cell."""
        self._reserved.append((command, None))
        self._work.set()

    @property
    def waiting(self) -> int:
        """Commands not yet decided."""
        return len(self._ordinary) + len(self._reserved)

    @property
    def lanes(self) -> tuple[int, int]:
        """Commands that wait in the ordinary and in the reserved lane."""
        return len(self._ordinary), len(self._reserved)

    # ------------------------------------------------------------------ working

    async def run(self) -> None:
        """Decide and commit until stopped; raises ``StorageError`` when the disk does not keep what is written."""
        while True:
            if not self.waiting:
                if self._stopping:
                    return
                self._work.clear()
                await self._work.wait()
                continue
            batch = self._next_batch()
            self.working_since_s = self._runtime.boottime_s()
            try:
                await self._settle(batch)
            except Exception as error:
                self._abandon(batch, error)
                raise
            self.working_since_s = None

    def stop(self) -> None:
        """Refuse ordinary commands from now on; ``run`` returns once what waits is committed."""
        self._stopping = True
        self._work.set()

    def _next_batch(self) -> list[Waiter]:
        batch: list[Waiter] = []
        for lane in (self._reserved, self._ordinary):
            while lane and len(batch) < BATCH_MAX:
                batch.append(lane.popleft())
        return batch

    async def _settle(self, batch: list[Waiter]) -> None:
        try:
            results = self._decide(batch)
        except Exception as error:  # noqa: BLE001 - any bug in a decision must not take the batch's neighbours with it
            await self._one_by_one(batch, error)
            return
        if await self._commit():
            self._answer(batch[: len(results)], results)
        else:
            await self._one_by_one(batch[: len(results)], None)

    def _decide(self, batch: list[Waiter]) -> list[Result]:
        """Decide commands in order; what no longer fits the batch's bounds goes back to the head of its lane."""
        cell, runtime = self.cell, self._runtime
        now_ms = runtime.now_ms()
        commands = [command for command, _ in batch]
        cell.begin(now_ms, self._store.load(cell, needs(cell, commands), now_ms))
        started_s = runtime.boottime_s()
        size = 0
        results: list[Result] = []
        for number, command in enumerate(commands, 1):
            results.append(decide(cell, command))
            if isinstance(command, AttemptAnswered | CallbackArrived):
                size += len(command.raw)
            late = number % _CLOCK_EVERY == 0 and runtime.boottime_s() - started_s > BATCH_SECONDS_MAX
            if (late or size > BATCH_BYTES_MAX) and number < len(batch):
                self._put_back(batch[number:])
                break
        return results

    def _put_back(self, rest: list[Waiter]) -> None:
        for waiter in reversed(rest):
            (self._ordinary if isinstance(waiter[0], ORDINARY) else self._reserved).appendleft(waiter)

    async def _commit(self) -> bool:
        """Write and commit the cell's changes; False when they do not stand (the cell has been reloaded then)."""
        if not self.cell.changes.any():
            return True
        batch_id = self._runtime.new_id()
        begun_s = self._runtime.boottime_s()
        try:
            self._store.write(self.cell, batch_id)
            before_s = self._runtime.boottime_s()
            await self._runtime.run_commit(self._store.commit)
            self.slowest_commit_s = max(self.slowest_commit_s, self._runtime.boottime_s() - before_s)
        except Exception as error:  # noqa: BLE001 - whatever it was, only the store can say whether the batch stands
            return self._stands_after(batch_id, error)
        self._store.committed()
        self.commit_s = self._runtime.boottime_s() - begun_s
        return True

    def _stands_after(self, batch_id: str, error: Exception) -> bool:
        """After a write or commit that ended in doubt: ask the store, reopened, and reload the cell.

        A batch that stands keeps its changes, so that its listeners hear of them.
        """
        self.incident(batch_id, error)
        changes = self.cell.changes
        try:
            self._roll_back()
            if self._reopen is not None:
                self._store = self._reopen()
            stands = self._store.stands(batch_id)
            self._reload()
        except Exception as again:
            message = "the disk does not keep what is written: free space or replace it, then start again"
            raise StorageError(message) from again
        if stands:
            self.cell.changes = changes
        return stands

    def _roll_back(self) -> None:
        """Drop the open transaction; a store that cannot even do that is done with, if another can be opened."""
        try:
            self._store.rollback()
        except Exception as error:
            if self._reopen is None:
                raise
            self.incident("rollback", error)

    def _reload(self) -> None:
        """Take the working state from the store again; what was only in memory is made up for."""
        self.cell = self._store.open_cell()
        schedule(self.cell, max(self._runtime.now_ms(), self.cell.now_ms))

    async def _one_by_one(self, batch: list[Waiter], error: Exception | None) -> None:
        """After a failed batch: each command alone, so that only the one at fault is refused."""
        if error is not None:
            self.incident("batch", error)
            self._store.rollback()
            self._reload()
        for waiter in batch:
            try:
                results = self._decide([waiter])
            except Exception as alone:  # noqa: BLE001 - the culprit: refused with an incident id, the rest goes on
                self._store.rollback()
                self._reload()
                await self._refuse(waiter, alone)
                continue
            if await self._commit():
                self._answer([waiter], results)
            else:
                await self._refuse(waiter, None)

    async def _refuse(self, waiter: Waiter, error: Exception | None) -> None:
        """Refuse the command that fails alone; an answer that cannot be decided holds its order until a person looks.

        Recording the incident shows whether the disk still keeps anything: if not, the process must end.
        """
        command, incident = waiter[0], self._runtime.new_id()
        if error is not None:
            self.incident(incident, error)
        cell = self.cell
        cell.begin(self._runtime.now_ms(), Past())
        note_refusal(cell, NoteRefusal(None, "engine", Code.INCIDENT.value, f"{incident} {type(command).__name__}"))
        if isinstance(command, AttemptAnswered):
            cell.ask_person("incident", f"incident {incident}", None, command.attempt_id)
        elif isinstance(command, CallbackArrived):
            cell.ask_person("incident", f"incident {incident}: {command.supplier} {command.answer.ref or '-'}")
        if not await self._commit():
            message = f"incident {incident} could not be recorded: check the disk of the data directory, then start"
            raise StorageError(message)
        self._answer([waiter], [Refusal(Code.INCIDENT, {"incident": incident})])

    def _abandon(self, batch: list[Waiter], error: Exception) -> None:
        """Whoever still waits is told that nothing is known, which is neither accepted nor refused."""
        self._stopping = True
        for _, future in (*batch, *self._reserved, *self._ordinary):
            if future is not None and not future.done():
                future.set_exception(error)

    def _answer(self, batch: list[Waiter], results: list[Result]) -> None:
        self.batches += 1
        self.batch_size = len(batch)
        self.commands += self.batch_size
        changes = self.cell.changes
        for (_, future), result in zip(batch, results, strict=True):
            if future is not None and not future.done():
                future.set_result(result)
        for listener in self.listeners:
            try:
                listener(changes)
            except Exception as error:  # noqa: BLE001 - a screen's bug must be seen, but not stop the money
                self.incident("listener", error)
