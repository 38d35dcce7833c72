"""What the clock does to papers: given to the writer when it is due, once, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from juru.server.domain.bill import Bill, BillState
from juru.server.domain.cell import Cell
from juru.server.domain.commands import PaperDue
from juru.server.domain.due import DUE
from juru.server.domain.results import Done
from juru.server.engine.timers import Timers
from tests.support.cells import SmallCell, bill, open_shop


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCell]:
    """A cell where bills are kept, and refused at a time of their own."""

    def refuse(cell: Cell, key: str, paper: Bill) -> None:
        cell.file(key, msgspec.structs.replace(paper, state=BillState.REFUSED))

    monkeypatch.setattr(Bill, "kept", True)
    monkeypatch.setattr(Bill, "due_ms", lambda self: self.at_ms)
    kinds: dict[Any, Any] = DUE
    monkeypatch.setitem(kinds, Bill, refuse)
    opened = open_shop(tmp_path / "cell.db")
    yield opened
    opened.close()


def later(ref: str, at_ms: int) -> Bill:
    return msgspec.structs.replace(bill(ref, BillState.ASKED), at_ms=at_ms)


async def tick(cell: SmallCell) -> None:
    """One look, then a command behind what it left, which is answered after it."""
    Timers(cell.writer, cell.runtime).tick()
    await cell.writer.submit(PaperDue("bill", "3/nobody"))


def test_what_is_due_happens_once_and_what_is_not_waits(cell: SmallCell) -> None:
    now_ms = cell.runtime.time_ms
    cell.file("3/now", later("now", now_ms))
    cell.file("3/later", later("later", now_ms + 60_000))
    for _ in range(2):
        cell._runner.run(tick(cell))
    assert list(cell.writer.cell.papers) == [("bill", "3/later")]
    filed = cell.engine.rows("SELECT count(*) FROM papers WHERE key = '3/now'")[0][0]
    assert filed == 2
    cell.runtime.time_ms += 61_000
    cell._runner.run(tick(cell))
    assert cell.writer.cell.papers == {}


def test_a_paper_that_has_moved_on_is_left_alone(cell: SmallCell) -> None:
    assert cell.do(PaperDue("bill", "3/nobody")) == Done(note="not due")
    cell.file("3/later", later("later", cell.runtime.time_ms + 60_000))
    assert cell.do(PaperDue("bill", "3/later")) == Done(note="not due")
