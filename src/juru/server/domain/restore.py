"""Opening a restored book (law 4), and what stays true of it afterwards.

Between the backup and the stop an attempt that was open may have been sent, answered, given up or followed by another
one, and the book knows of none of it. So for such an attempt only a success is certain: no rule sends it, repeats it,
calls it failed or buys elsewhere. Everything else is a person's decision, by the supplier's statement.
Codes of our own stock may have been handed out in that span, so none is until a person has looked.
"""

from __future__ import annotations

import msgspec

from juru.server.domain.catalog import ProductKind
from juru.server.domain.cell import Cell
from juru.server.domain.commands import OpenRestored
from juru.server.domain.lost import LostOrder, Restore
from juru.server.domain.order import Attempt, AttemptState, Event, Happened, Order, Source
from juru.server.domain.outcome import Answer
from juru.server.domain.records import SETTINGS_KEY, write
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result

INCARNATION_MAX = 999
"""References at suppliers have room for three digits of it."""
RESTORED = "restored"
MAYBE_BOUGHT = "maybe_bought_before_restore"
_NOTE_MAX = 80


def open_restored(cell: Cell, command: OpenRestored) -> Result:
    """Raise the incarnation, pause selling, and hold for a person whatever was open at the backup."""
    if not cell.settings.incarnation < command.incarnation <= INCARNATION_MAX:
        detail = (
            f"incarnation {command.incarnation}: suppliers have seen {cell.settings.incarnation}, so it is one above"
        )
        return Refusal(Code.MALFORMED, {"detail": detail})
    stocked = any(product.kind is ProductKind.VOUCHER for product in cell.products.values())
    held = stocked or cell.settings.vouchers_held
    settings = msgspec.structs.replace(cell.settings, incarnation=command.incarnation, paused=True, vouchers_held=held)
    write(cell, "setting", SETTINGS_KEY, settings, command.by, command.reason)
    restore = Restore(
        command.incarnation,
        command.commit_no,
        command.backup_ms,
        command.stopped_ms,
        cell.next.order - 1,
        cell.next.attempt - 1,
    )
    write(cell, "restore", str(command.incarnation), restore, command.by, command.reason)
    if stocked:
        cell.ask_person("vouchers_held", "codes of the stock may have been handed out after the backup")
    for attempt in cell.attempts.values():
        order = cell.orders[attempt.order_id]
        if not attempt.state.open:
            continue
        if attempt.state in {AttemptState.QUEUED, AttemptState.SENDING}:
            _to_person(cell, order, attempt, RESTORED)
            note = f"{attempt.supplier}: queued or leaving at the backup, may have been sent after it"
        else:
            cell.note(Event(Happened.FACT, order.id, attempt.id, cell.now_ms, reason=RESTORED, source=Source.RECOVERY))
            note = f"{attempt.supplier}: {attempt.state} at the backup, may have ended after it"
        cell.ask_person("unknown", note, order.id, attempt.id)
    return Done()


def is_restored(cell: Cell, attempt: Attempt) -> bool:
    """True for an attempt of before the latest restore: what became of it in the lost span is not known."""
    return cell.restore is not None and attempt.id <= cell.restore.attempt_id


def hold_failure(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """A restored attempt is said to have failed: that says nothing about what was bought for it in the lost span."""
    if attempt.state in {AttemptState.QUEUED, AttemptState.SENDING}:
        _to_person(cell, order, attempt, RESTORED)
    reason = answer.reason or answer.code
    message = answer.message or None
    cell.note(Event(Happened.FACT, order.id, attempt.id, cell.now_ms, reason=reason, source=source, message=message))
    attempt.next_inquiry_ms = None
    told = f"{attempt.supplier} says failed {reason or ''} {answer.message[:_NOTE_MAX]}".rstrip()
    cell.ask_person("unknown", f"{told}; what was bought after the backup is not known", order.id, attempt.id)


def lost_order(cell: Cell, order: Order) -> LostOrder | None:
    """What is listed as bought in a lost span and may be this order."""
    return cell.lost.match(cell.agent_codes[order.agent_id], order.ref, order.dest, cell.now_ms)


def hold_lost(cell: Cell, order: Order, attempt: Attempt) -> bool:
    """Hold an order that was perhaps bought in the lost span: its money is held, a person says whether it is sent."""
    lost = lost_order(cell, order)
    if lost is None:
        return False
    _to_person(cell, order, attempt, MAYBE_BOUGHT)
    cell.ask_person("unknown", f"may have been bought before the restore {lost.note}".rstrip(), order.id, attempt.id)
    write(cell, "lost", lost.key, msgspec.structs.replace(lost, order_id=order.id), "rule", f"order {order.id}")
    return True


def _to_person(cell: Cell, order: Order, attempt: Attempt, reason: str) -> None:
    """Unknown instead of queued: the dispatcher does not send it."""
    cell.unqueue(attempt)
    state = AttemptState.UNKNOWN.value
    source = Source.RECOVERY
    cell.note(Event(Happened.ANSWERED, order.id, attempt.id, cell.now_ms, state=state, reason=reason, source=source))
