"""What only a person may decide: the end of an unknown order, and who bears a late success."""

from __future__ import annotations

from typing import assert_never

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import House, agent_deposit
from juru.server.domain.bank_row import QUEUE_KINDS
from juru.server.domain.bill import Bill
from juru.server.domain.bill_payment import verb_of
from juru.server.domain.cell import Cell
from juru.server.domain.commands import Decide, Decision, SeeItem
from juru.server.domain.complaints import COMPLAINT_KINDS
from juru.server.domain.order import Attempt, AttemptState, Event, Happened, Order, Source
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.restore import is_restored
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import LATE_KINDS, fail, inside_horizon, succeed, try_next
from juru.server.domain.views import OrderState

UNDECIDED_KINDS = ("unknown", *LATE_KINDS, *QUEUE_KINDS)
"""What only a decision ends; every other kind is there to be seen."""


def decide_order(cell: Cell, command: Decide) -> Result:
    """Apply a person's decision; every one needs a reason and leaves an event with his name."""
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    order = cell.order(command.order_id)
    if order is None:
        return Refusal(Code.UNKNOWN_ORDER, {"order_id": command.order_id})
    match command.decision:
        case Decision.SUCCESS | Decision.FAILED | Decision.RESEND:
            attempt = _undecided(cell, order, command.attempt_id)
            if attempt is None:
                return Refusal(Code.NOT_ALLOWED, {"why": "final", "state": order.state})
            return _end(cell, order, attempt, command)
        case Decision.CHARGE | Decision.KEEP | Decision.CLAIM:
            return _settle_late(cell, order, command)
        case _:
            assert_never(command.decision)


def see_item(cell: Cell, command: SeeItem) -> Result:
    """Take an item off the queue. What holds or owes money leaves it only by a decision, or by settling itself."""
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    item = next((i for i in cell.queue.values() if i.id == command.item_id), None)
    if item is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "not_waiting", "item": command.item_id})
    if item.kind in UNDECIDED_KINDS:
        return Refusal(Code.NOT_ALLOWED, {"why": "undecided", "item": item.id})
    if item.kind in COMPLAINT_KINDS:
        return Refusal(Code.NOT_ALLOWED, {"why": "unanswered", "item": item.id})
    cell.close_item(item, f"{command.by}: {command.reason}")
    return Done()


def _undecided(cell: Cell, order: Order, attempt_id: int | None) -> Attempt | None:
    """The attempt that holds the money and may have left; only the one named, where one is named."""
    if order.state is not OrderState.ACCEPTED:
        return None
    held = [a for a in cell.attempts_for(order) if a.state.open and a.state is not AttemptState.QUEUED]
    return held[-1] if held and attempt_id in {None, held[-1].id} else None


def _end(cell: Cell, order: Order, attempt: Attempt, command: Decide) -> Result:
    match command.decision:
        case Decision.SUCCESS:
            answer = Answer(Outcome.SUCCESS, sn=command.sn, message=command.reason, reason="by_person")
            _note(cell, order, attempt, command, AttemptState.SUCCESS)
            cell.close_items(order, ("unknown",), command.by)
            succeed(cell, order, attempt, answer)
            return Done()
        case Decision.FAILED:
            _note(cell, order, attempt, command, AttemptState.FAILED)
            cell.close_items(order, ("unknown",), command.by)
            fail(cell, order, "by_person")
            return Done()
        case _:
            return _resend(cell, order, attempt, command)


def _note(cell: Cell, order: Order, attempt: Attempt, command: Decide, state: AttemptState) -> None:
    cell.note(
        Event(
            Happened.ANSWERED,
            order.id,
            attempt.id,
            cell.now_ms,
            state=state.value,
            sn=command.sn,
            reason=f"person_{command.decision}",
            source=Source.PERSON,
            message=command.reason,
            by=command.by,
        )
    )


def _resend(cell: Cell, order: Order, attempt: Attempt, command: Decide) -> Result:
    """The same reference again where the supplier's dedup still covers it; otherwise a new attempt, with a warning."""
    supplier = cell.suppliers[attempt.supplier]
    since_ms = cell.now_ms - (attempt.sent_ms or attempt.at_ms)
    verb = verb_of(cell, attempt)
    covered = verb is InquiryVerb.RESEND and inside_horizon(supplier, verb, since_ms)
    covered = covered or since_ms < supplier.dedup_window_s * 1000
    never_left = attempt.sent_ms is None and not is_restored(cell, attempt)
    if covered or never_left:
        fact = Event(
            Happened.ANSWERED,
            order.id,
            attempt.id,
            cell.now_ms,
            state=AttemptState.QUEUED.value,
            reason="person_send" if never_left else "person_resend",
            source=Source.PERSON,
            message=command.reason,
            by=command.by,
            send_by_ms=cell.now_ms + cell.settings.order_expiry_s * 1000,
        )
        cell.note(fact)
        cell.queued.setdefault(attempt.supplier, {})[attempt.id] = None
        return Done(note="same reference")
    if cell.paper_of(Bill, order.id) is not None:
        # No other reference pays this bill; whether this one has, only the supplier can say.
        return Refusal(Code.NOT_ALLOWED, {"why": "bill", "supplier": supplier.code, "ref": attempt.ref})
    if not command.accept_risk:
        return Refusal(Code.NOT_ALLOWED, {"why": "risk", "supplier": supplier.code, "ref": attempt.ref})
    _note(cell, order, attempt, command, AttemptState.FAILED)
    cell.close_items(order, ("unknown",), command.by)
    if not try_next(cell, order, expires_ms=cell.now_ms + cell.settings.order_expiry_s * 1000):
        fail(cell, order, "supplier_failed")
        return Done(note="no other supplier")
    return Done(note=f"new attempt; if {supplier.code} still delivers {attempt.ref} it is our loss")


def _settle_late(cell: Cell, order: Order, command: Decide) -> Result:
    """Who bears a late success, once: the agent within his free balance, we, or the supplier by claim."""
    named = [a for a in cell.attempts_for(order) if command.attempt_id in {None, a.id}]
    items = (cell.queue.get((kind, order.id, a.id)) for kind in LATE_KINDS for a in named)
    item = next((found for found in items if found is not None), None)
    if item is None:
        return Refusal(Code.NOT_ALLOWED, {"why": "not_late"})
    late = cell.attempt(item.attempt_id or 0)
    cost_idr = (late.late_cost_idr or 0) if late is not None else 0
    moved: Transfer | None = None
    match command.decision:
        case Decision.CHARGE:
            agent = cell.agent_of(order)
            if item.kind != "late_success":
                return Refusal(Code.NOT_ALLOWED, {"why": "double"})
            if cell.free_idr(agent, credit=False) < order.price_idr:
                free_idr = cell.free_idr(agent, credit=False)
                return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": order.price_idr, "free_idr": free_idr})
            postings = [Posting(agent_deposit(agent.id), House.SALES, order.price_idr)]
            if cost_idr:
                postings.append(Posting(House.COST, House.LATE_SUCCESS, cost_idr))
            moved = _post(cell, order, tuple(postings), command)
        case Decision.KEEP:
            moved = _post(cell, order, (Posting(House.LOSSES, House.LATE_SUCCESS, cost_idr),), command)
        case _:
            moved = _post(cell, order, (Posting(House.CLAIMS, House.LATE_SUCCESS, cost_idr),), command)
    cell.note(
        Event(
            Happened.SETTLED_LATE,
            order.id,
            item.attempt_id,
            cell.now_ms,
            reason=f"person_{command.decision}",
            price_idr=cost_idr,
            source=Source.PERSON,
            message=command.reason,
            by=command.by,
        )
    )
    cell.close_item(item, command.by)
    return Done(None if moved is None else moved.id)


def _post(cell: Cell, order: Order, postings: tuple[Posting, ...], command: Decide) -> Transfer | None:
    kept = tuple(p for p in postings if p.amount_idr > 0)
    if not kept:
        return None
    memo = f"{command.by}: {command.reason}"
    code = f"late_{command.decision}"
    return cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, kept, code, order_id=order.id, memo=memo))
