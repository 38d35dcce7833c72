"""Complaints: one per order, with a clock, until a person has answered.

A complaint waits until it is answered; the agent may write on, which opens it again. Its clock puts it before people
when its time is nearly over, and above everything else when it is over.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.agent import Agent
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AnswerComplaint
from juru.server.domain.complaint import Complaint, ComplaintState, Entry, mark_of
from juru.server.domain.order import Order
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Changed, Done, Result
from juru.server.domain.wishes import Complain
from juru.values.days import HOUR_MS

TEXT_CHARS_MAX = 500
ENTRIES_MAX = 50
DUE_KIND, OVERDUE_KIND = "complaint_due", "complaint_overdue"
COMPLAINT_KINDS = (DUE_KIND, OVERDUE_KIND)
"""Items of the human queue that only an answer ends."""


def clean_text(typed: str) -> str:
    """A text in one line of printable characters; one that a spreadsheet would take for a formula is quoted."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in typed).split())[:TEXT_CHARS_MAX]
    return f"'{kept}" if kept.startswith(("=", "+", "-", "@", "|")) else kept


def file_complaint(cell: Cell, agent: Agent, wish: Complain) -> Result:
    """Open a complaint about one of his orders, write on in the one that is open, or open the answered one again."""
    order = cell.order(wish.order_id)
    if order is None or order.agent_id != agent.id:
        return Refusal(Code.UNKNOWN_ORDER, {"ref": wish.order_id})
    text = clean_text(wish.text)
    if not text:
        return Refusal(Code.INVALID_FORMAT, {"problem": "text"})
    most = cell.settings.complaints_per_hour_max
    if _written_lately(cell, agent) >= most:
        return Refusal(Code.COMPLAINTS_TOO_MANY, {"max": most})
    known = cell.paper(Complaint, str(order.id))
    entry = Entry(cell.now_ms, text)
    if known is None:
        return _told(cell, order, _opened(cell, order, wish, (entry,)), "complaint.filed")
    if len(known.entries) >= ENTRIES_MAX:
        return Refusal(Code.COMPLAINTS_TOO_MANY, {"max": ENTRIES_MAX})
    entries = (*known.entries, entry)
    if known.waits:
        return _told(cell, order, msgspec.structs.replace(known, entries=entries), "complaint.added")
    again = _opened(cell, order, wish, entries)
    return _told(cell, order, msgspec.structs.replace(again, state=ComplaintState.REOPENED), "complaint.reopened")


def _opened(cell: Cell, order: Order, wish: Complain, entries: tuple[Entry, ...]) -> Complaint:
    answer_by_ms = cell.now_ms + cell.settings.complaint_answer_s * 1000
    remind_ms = max(answer_by_ms - cell.settings.complaint_remind_s * 1000, cell.now_ms)
    return Complaint(order.agent_id, order.id, wish.channel, cell.day, cell.now_ms, remind_ms, answer_by_ms, entries)


def _told(cell: Cell, order: Order, complaint: Complaint, what: str) -> Changed:
    number = cell.file(str(order.id), complaint)
    left_s = max(complaint.answer_by_ms - cell.now_ms, 0) // 1000
    return Changed(what, {"complaint": number, "order": order.id, "product": order.product, "within_s": left_s})


def _written_lately(cell: Cell, agent: Agent) -> int:
    """How often he has written within the last hour, in all his complaints."""
    mark, since_ms = mark_of(agent.id), cell.now_ms - HOUR_MS
    papers = {key: paper for is_open in (True, False) for key, paper in _of(cell, mark, is_open=is_open)}
    return sum(not e.by and e.at_ms > since_ms for paper in papers.values() for e in paper.entries)


def _of(cell: Cell, mark: str, *, is_open: bool) -> list[tuple[str, Complaint]]:
    return cell.papers_marked(Complaint, mark, is_open=is_open)


def answer_complaint(cell: Cell, command: AnswerComplaint) -> Result:
    """A person answers, closes, or both; the agent is told where he complained."""
    known = cell.paper(Complaint, str(command.order_id))
    text = clean_text(command.text)
    state = ComplaintState.CLOSED if command.close else ComplaintState.ANSWERED
    if known is not None and known.state is state and _said_already(known, text, command):
        return Done()
    if known is None or known.state is ComplaintState.CLOSED:
        return Refusal(Code.NOT_ALLOWED, {"why": "no_complaint", "order_id": command.order_id})
    if not text and not command.close:
        return Refusal(Code.NOT_ALLOWED, {"why": "answer"})
    if text and len(known.entries) >= 2 * ENTRIES_MAX:
        return Refusal(Code.COMPLAINTS_TOO_MANY, {"max": 2 * ENTRIES_MAX})
    entries = (*known.entries, Entry(cell.now_ms, text, command.by)) if text else known.entries
    number = cell.file(str(command.order_id), msgspec.structs.replace(known, state=state, entries=entries))
    _off_the_queue(cell, command.order_id, command.by)
    facts: dict[str, str | int] = {"complaint": number, "order": command.order_id}
    cause = ("paper", cell.changes.papers[-1].id)
    agent = cell.agents[cell.agent_codes[known.agent_id]]
    what = f"complaint.{state.value}"
    told = facts | {"text": text} if text else facts
    cell.notify(agent, what, cause, told, channel=known.channel, order_id=command.order_id)
    return Done()


def _said_already(known: Complaint, text: str, command: AnswerComplaint) -> bool:
    """Whether a complaint that stands as wished was answered by just this, which came again."""
    last = known.entries[-1]
    return (last.text, last.by) == (text, command.by) or (command.close and not text)


def complaint_due(cell: Cell, key: str, complaint: Complaint) -> None:
    """Remind people, and once its time is over put it above everything else."""
    step = complaint.reminded + 1
    number = cell.file(key, msgspec.structs.replace(complaint, reminded=step))
    if step > 1:
        _off_the_queue(cell, complaint.order_id, "rule")
    code = cell.agent_codes[complaint.agent_id]
    note = f"#{number} {code}: {complaint.entries[-1].text[:80]}"
    cell.ask_person(DUE_KIND if step == 1 else OVERDUE_KIND, note, complaint.order_id)


def _off_the_queue(cell: Cell, order_id: int, by: str) -> None:
    for kind in COMPLAINT_KINDS:
        item = cell.queue.get((kind, order_id, None))
        if item is not None:
            cell.close_item(item, by)
