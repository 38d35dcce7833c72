"""A supplier's callback: kept as it came, matched by our reference, held against its order, then applied."""

from __future__ import annotations

from juru.server.domain.cell import CallbackRow, Cell
from juru.server.domain.commands import AttemptAnswered, CallbackArrived
from juru.server.domain.order import Attempt, AttemptState, Order, Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import attempt_answered, inquirable
from juru.values.msisdn import same_destination


def callback_arrived(cell: Cell, command: CallbackArrived) -> Result:
    """Keep the callback, match it by our reference, compare its destination, then apply it."""
    answer = command.answer
    attempt_id = None if answer.ref is None else cell.past.attempt_refs.get(answer.ref)
    attempt = None if attempt_id is None else cell.attempt(attempt_id)
    if attempt is not None and attempt.supplier != command.supplier:
        attempt = None
    row = CallbackRow(
        cell.next.callback,
        command.supplier,
        answer.ref,
        None if attempt is None else attempt.id,
        command.raw,
        cell.now_ms,
    )
    cell.next.callback += 1
    cell.changes.callbacks.append(row)
    if attempt is None:
        cell.ask_person("unmatched_callback", f"{command.supplier} ref {answer.ref or '-'}", None, None)
        return Done(note="unmatched")
    order = cell.order(attempt.order_id)
    assert order is not None, attempt
    if answer.dest is not None and not same_destination(order.dest, answer.dest):
        cell.ask_person("quarantine", f"{command.supplier} names {answer.dest}", order.id, attempt.id)
        answer = Answer(Outcome.UNKNOWN, ref=answer.ref, message=answer.message, reason="dest_mismatch")
    if command.confirm and _unexpected(attempt, answer) and _left_to_others(cell, order, attempt, answer):
        return Done(note="to be confirmed")
    return attempt_answered(cell, AttemptAnswered(attempt.id, answer, Source.CALLBACK))


def _unexpected(attempt: Attempt, answer: Answer) -> bool:
    """True of a report that moves money otherwise than a success at the price we knew."""
    if answer.outcome is Outcome.SUCCESS:
        return answer.price_idr not in (None, attempt.cost_idr)
    return answer.outcome in {Outcome.FAILED, Outcome.REFUSED}


def _left_to_others(cell: Cell, order: Order, attempt: Attempt, answer: Answer) -> bool:
    """Have the supplier asked soon, or a person look at a success that is taken back; False when neither is due."""
    if inquirable(cell, attempt):
        wait_s = cell.suppliers[attempt.supplier].inquiry_interval_s if attempt.inquiries else 0
        soon_ms = cell.now_ms + wait_s * 1000
        attempt.next_inquiry_ms = min(attempt.next_inquiry_ms or soon_ms, soon_ms)
        return True
    if attempt.state is AttemptState.SUCCESS and answer.outcome is not Outcome.SUCCESS:
        cell.ask_person("contradiction", f"{attempt.supplier}: {answer.message[:80]}", order.id, attempt.id)
        return True
    return False
