"""What the clock alone does to papers: one function for each kind that names a time (``Paper.due_ms``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from juru.server.domain.cell import Cell
from juru.server.domain.commands import PaperDue
from juru.server.domain.complaint import Complaint
from juru.server.domain.complaints import complaint_due
from juru.server.domain.paper import Paper
from juru.server.domain.results import Done, Result

DUE: dict[type[Paper], Callable[[Cell, str, Any], None]] = {
    Complaint: complaint_due,
}
"""By kind: what happens to such a paper, found by its key, when its time has come."""


def paper_due(cell: Cell, command: PaperDue) -> Result:
    """Let a paper's time have come; once it has moved on, the same again does nothing."""
    found = cell.papers.get((command.kind, command.key))
    due_ms = None if found is None else found[1].due_ms()
    if found is None or due_ms is None or due_ms > cell.now_ms:
        return Done(note="not due")
    DUE[type(found[1])](cell, command.key, found[1])
    return Done()
