"""What answers do to attempts, orders and money (laws 4-7).

Success posts, a definite failure voids or goes to the next supplier, anything else keeps the hold. The first final
state wins the order; what comes later is a fact beside it, and money that moved at a supplier is posted at once.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from juru.books.rules import Kind, Posting, Transfer, mirrored
from juru.server.domain.accounts import House, supplier_deposit
from juru.server.domain.alert import AlertKind
from juru.server.domain.alerts import raise_alert
from juru.server.domain.bill import Bill, BillState
from juru.server.domain.bill_payment import buy_of, day_is_over, drop_unanswered, end_payment, verb_of
from juru.server.domain.catalog import Availability, Offer, Supplier, closed_by_cut_off
from juru.server.domain.cell import Cell, ToldBalance
from juru.server.domain.commands import (
    AttemptAnswered,
    Inquired,
    MarkSending,
    Recover,
    SettleDue,
)
from juru.server.domain.health import OURS, blocked, watch_supplier
from juru.server.domain.order import (
    Attempt,
    AttemptState,
    Event,
    Happened,
    Order,
    Source,
    attempt_state_after,
)
from juru.server.domain.outcome import REQUEST_REFUSED, Answer, Buy, InquiryVerb, Outcome, believed
from juru.server.domain.place import find_offers, queue_attempt
from juru.server.domain.pricing import quoted
from juru.server.domain.records import write
from juru.server.domain.restore import hold_failure, is_restored
from juru.server.domain.results import Done, Result, Sending
from juru.server.domain.routing import FULL, scored, unusable
from juru.server.domain.sale import give_back, post_sale
from juru.server.domain.views import OrderState
from juru.server.domain.vouchers import keep_delivered

LATE_KINDS = ("late_success", "double_delivery")
HORIZON_PART = 9
"""A resend-type inquiry stops at 9/10 of the supplier's horizon (law 6: well inside)."""
FOREIGN = frozenset({"ref_mismatch", "dest_mismatch", "product_mismatch"})
"""Reasons of an answer that speaks of somebody else's order."""
_MESSAGE_MAX = 300
_RECOVERY_DELAY_MS = 1000


def mark_sending(cell: Cell, command: MarkSending) -> Result:
    """Commit attempts as ``sending``; what may no longer be sent fails over instead."""
    buys: list[tuple[int, Buy, int]] = []
    for attempt_id in command.attempts:
        attempt = cell.attempts.get(attempt_id)
        if attempt is None or attempt.state is not AttemptState.QUEUED:
            continue
        order = cell.orders[attempt.order_id]
        supplier = cell.suppliers[attempt.supplier]
        cell.unqueue(attempt)
        why = _too_late(cell, order, attempt, supplier)
        if why is not None:
            _not_sent(cell, order, attempt, why)
            continue
        send_by_ms = cell.now_ms + supplier.send_within_s * 1000
        cell.note(Event(Happened.SENDING, order.id, attempt.id, cell.now_ms, send_by_ms=send_by_ms))
        attempt.last_byte_ms = None
        attempt.next_inquiry_ms = send_by_ms + supplier.first_inquiry_s * 1000
        buys.append((attempt.id, buy_of(cell, order, attempt), send_by_ms))
    return Sending(tuple(buys))


def _not_sent(cell: Cell, order: Order, attempt: Attempt, why: str) -> None:
    """A queued attempt that may not leave any more; one that has left before (a resend) is unknown, never failed."""
    outcome = Outcome.REFUSED if attempt.sent_ms is None else Outcome.UNKNOWN
    _apply(cell, order, attempt, Answer(outcome, reason=why), Source.TIMER)


def _expired(attempt: Attempt, now_ms: int) -> bool:
    """True once a queued attempt's time is over; a resend counts from its own request."""
    return now_ms >= max(attempt.expires_ms, attempt.send_by_ms or 0)


def _too_late(cell: Cell, order: Order, attempt: Attempt, supplier: Supplier) -> str | None:
    """Expiry, availability, cut-off and price, checked again right before the first byte (law 4); a bill's day too."""
    if _expired(attempt, cell.now_ms):
        return "expired"
    if stopped(cell, order.product):
        return "closed"
    bill = cell.paper_of(Bill, order.id)
    if bill is not None and attempt.sent_ms is None and day_is_over(cell, bill, supplier):
        return "bill_day"
    offer = _offer_of(cell, order, attempt)
    if offer is None:
        return "cut_off" if closed_by_cut_off(supplier.cut_offs, cell.now_ms) else None
    budget_idr = None if bill is not None else attempt.max_price_idr - (order.amount_idr or 0)
    why = unusable(offer, supplier, at_ms=cell.now_ms, budget_idr=budget_idr)
    if why is None and cell.trials.get(supplier.code) != attempt.id:
        why = blocked(cell, supplier.code)
    return why if why is None or why in OURS else "closed"


def stopped(cell: Cell, product: str) -> bool:
    """True while a product, or the operator it is of, is closed: what has not left yet is not sent any more."""
    found = cell.products.get(product)
    if found is None:
        return False
    operator = cell.operators.get(found.operator or "")
    closed = operator is not None and operator.availability is Availability.CLOSED
    return closed or found.availability is Availability.CLOSED


def _offer_of(cell: Cell, order: Order, attempt: Attempt) -> Offer | None:
    return next((o for o in cell.offers.get(order.product, ()) if o.key == attempt.offer), None)


def attempt_answered(cell: Cell, command: AttemptAnswered) -> Result:
    """Apply a supplier's answer, wherever it came from."""
    attempt = cell.attempt(command.attempt_id)
    if attempt is None:
        return Done(note="no such attempt")
    order = cell.order(attempt.order_id)
    assert order is not None, attempt
    if command.source is Source.REPLY and command.last_byte_ms is not None:
        attempt.last_byte_ms = command.last_byte_ms
    answer = _believable(cell, attempt, command)
    if answer.outcome is Outcome.UNKNOWN and answer.reason == REQUEST_REFUSED and attempt.state.open:
        # Nothing will be heard of this attempt by asking until somebody puts right what is refused.
        cell.ask_person("unknown", f"{attempt.supplier} refuses: {answer.message[:80]}", order.id, attempt.id)
    if order.state is OrderState.ACCEPTED and attempt.state.open:
        _apply(cell, order, attempt, answer, command.source)
    else:
        _after_the_end(cell, order, attempt, answer, command.source)
    return Done()


def _believable(cell: Cell, attempt: Attempt, command: AttemptAnswered) -> Answer:
    """An answer as far as it may be believed of this attempt; one that a person has resent was sent twice."""
    since_ms = cell.now_ms - (attempt.last_byte_ms or attempt.send_by_ms or attempt.at_ms)
    return believed(
        command.answer,
        again=command.source is Source.INQUIRY or attempt.reason == "person_resend",
        since_send_s=since_ms // 1000,
        not_found_after_s=cell.suppliers[attempt.supplier].not_found_after_s,
    )


def _apply(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    if not answer.settles:
        return
    if attempt.state is AttemptState.QUEUED:
        # A supplier cannot know an attempt that never left; only a person or a restored book can say so.
        cell.unqueue(attempt)
    match answer.outcome:
        case Outcome.SUCCESS:
            _note_answer(cell, order, attempt, answer, source)
            succeed(cell, order, attempt, answer)
        case Outcome.FAILED | Outcome.REFUSED if is_restored(cell, attempt):
            hold_failure(cell, order, attempt, answer, source)
        case Outcome.FAILED | Outcome.REFUSED:
            if answer.late_success_risk and attempt.state is not AttemptState.SETTLING:
                _start_settling(cell, order, attempt, answer, source)
            elif answer.late_success_risk and source in {Source.REPLY, Source.CALLBACK}:
                # The same failure told again settles nothing; an inquiry, the delay or a person does.
                return
            else:
                _fail_attempt(cell, order, attempt, answer, source)
        case Outcome.PENDING:
            if attempt.state is not AttemptState.PENDING and attempt.state is not AttemptState.SETTLING:
                _note_answer(cell, order, attempt, answer, source)
                cell.close_items(order, ("unknown",), "rule")
        case Outcome.UNKNOWN:
            if attempt.state is AttemptState.SENDING or attempt.state is AttemptState.QUEUED:
                _note_answer(cell, order, attempt, answer, source)
                supplier = cell.suppliers[attempt.supplier]
                note = f"{supplier.code} {answer.reason or ''} {answer.code or ''} {answer.message[:80]}".strip()
                cell.ask_person("unknown", note, order.id, attempt.id)
        case _:
            assert_never(answer.outcome)


def _note_answer(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    state = attempt_state_after(answer.outcome, late_risk=answer.late_success_risk)
    if attempt.state is AttemptState.SETTLING and state is AttemptState.SETTLING:
        state = AttemptState.FAILED
    event = Event(
        Happened.ANSWERED,
        order.id,
        attempt.id,
        cell.now_ms,
        state=state,
        sn=answer.sn,
        price_idr=answer.price_idr,
        balance_idr=answer.balance_idr,
        reason=answer.reason or answer.code,
        source=source,
        message=answer.message[:_MESSAGE_MAX] or None,
        late_risk=answer.late_success_risk,
    )
    cell.note(event)
    score(cell.rates, attempt.offer, event)
    hear_balance(cell.told_balances, attempt.supplier, event)
    watch_supplier(cell, cell.suppliers[attempt.supplier], event)
    if answer.reason in FOREIGN:
        note = f"{attempt.supplier} answered {answer.reason} for {attempt.ref}: nothing was changed"
        facts: dict[str, str | int] = {"ref": attempt.ref, "order": order.id}
        raise_alert(cell, AlertKind.FOREIGN_REFERENCE, attempt.supplier, note, **facts)


def hear_balance(told: dict[str, ToldBalance], supplier: str, event: Event) -> None:
    """Keep what the latest answer says of our deposit there; the store folds the latest events at start."""
    if event.balance_idr is not None:
        told[supplier] = ToldBalance(event.balance_idr, event.at_ms)


def score(rates: dict[str, int], offer: str, event: Event) -> None:
    """Fold one event into the success rates; the store folds the latest events at start by the same rule."""
    if event.kind is not Happened.ANSWERED or event.source is Source.PERSON or event.reason in OURS:
        return
    if event.state in {AttemptState.SUCCESS, AttemptState.FAILED}:
        rates[offer] = scored(rates.get(offer, FULL), success=event.state == AttemptState.SUCCESS)


def _cost_of(attempt: Attempt, answer: Answer) -> int:
    return answer.price_idr if answer.price_idr is not None and answer.price_idr > 0 else attempt.cost_idr


def succeed(cell: Cell, order: Order, attempt: Attempt, answer: Answer) -> None:
    """Post the sale and tell the agent; the price told is followed, a bill is paid, a code is kept sealed."""
    cost_idr = _cost_of(attempt, answer)
    if cell.paper_of(Bill, order.id) is None:
        _follow_price(cell, order, attempt, cost_idr)
    if cost_idr > attempt.max_price_idr:
        cell.ask_person("above_price", f"{attempt.supplier} charged {cost_idr}", order.id, attempt.id)
    end_payment(cell, order, BillState.PAID, cost_idr)
    keep_delivered(cell, order, attempt, answer)
    post_sale(
        cell,
        order,
        bought_from=supplier_deposit(cell.suppliers[attempt.supplier].id),
        cost_idr=cost_idr,
        sn=answer.sn,
        supplier=attempt.supplier,
    )


def _follow_price(cell: Cell, order: Order, attempt: Attempt, cost_idr: int) -> None:
    """The supplier charged another price than its offer says: the next order is routed and priced by the true one.

    An answer about an older price says nothing about today's, and a jump may as well be a number read wrongly.
    """
    offer = _offer_of(cell, order, attempt)
    if offer is None or cost_idr == attempt.cost_idr or offer.cost_idr + (order.amount_idr or 0) != attempt.cost_idr:
        return
    told_idr = cost_idr - (order.amount_idr or 0)
    if told_idr < 0 or not offer.cost_idr <= 2 * told_idr <= 4 * offer.cost_idr:
        if cost_idr <= attempt.max_price_idr:
            note = f"{attempt.supplier} charged {cost_idr}, {offer.key} says {attempt.cost_idr}"
            cell.ask_person("price_jump", note, order.id, attempt.id)
        return
    changed = msgspec.structs.replace(offer, cost_idr=told_idr)
    write(cell, "offer", offer.key, changed, f"supplier:{attempt.supplier}", f"price told with order {order.id}")


def fail(cell: Cell, order: Order, reason: str) -> None:
    """Give the money back and tell the agent."""
    end_payment(cell, order, BillState.UNPAID)
    give_back(cell, order, reason)


def _start_settling(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """A failure that was followed by delivery in practice: no second supplier until it has settled (law 5)."""
    offer = _offer_of(cell, order, attempt)
    if offer is not None and offer.failover_on_late_risk:
        _fail_attempt(cell, order, attempt, answer, source)
        return
    _note_answer(cell, order, attempt, answer, source)
    cell.close_items(order, ("unknown",), "rule")
    attempt.next_inquiry_ms = cell.now_ms + cell.suppliers[attempt.supplier].settle_delay_s * 1000


def settle_due(cell: Cell, command: SettleDue) -> Result:
    """The time is over and nothing else was heard: what was settling has failed, and the order with it.

    What is still pending beyond the supplier's memory is shown to a person; its money stays held. What waited for a
    slot past its expiry is not sent any more.
    """
    attempt = cell.attempts.get(command.attempt_id)
    if attempt is None or not due_without_inquiry(cell, attempt, cell.now_ms):
        return Done(note="already settled")
    order = cell.orders[attempt.order_id]
    if attempt.state is AttemptState.QUEUED:
        _not_sent(cell, order, attempt, "expired")
        return Done()
    if is_restored(cell, attempt):
        hold_failure(cell, order, attempt, Answer(Outcome.FAILED, reason=attempt.reason), Source.TIMER)
        return Done()
    if attempt.state is AttemptState.PENDING:
        attempt.next_inquiry_ms = None
        cell.ask_person("unknown", f"{attempt.supplier} still pending beyond its horizon", order.id, attempt.id)
        return Done()
    answer = Answer(Outcome.FAILED, reason=attempt.reason)
    _note_answer(cell, order, attempt, answer, Source.TIMER)
    fail(cell, order, "supplier_failed")
    return Done()


def _fail_attempt(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """A definite failure: the next supplier, if the order may still be bought; otherwise it fails."""
    settling = attempt.state is AttemptState.SETTLING
    expired = answer.reason == "expired"
    state_answer = answer if not answer.late_success_risk else _without_risk(answer)
    _note_answer(cell, order, attempt, state_answer, source)
    cell.close_items(order, ("unknown",), "rule")
    if answer.supplier_balance_low:
        cell.ask_person("supplier_balance", f"{attempt.supplier}: {answer.message[:80]}", None, None)
    if expired or settling or not try_next(cell, order):
        reason = "expired" if expired else "supplier_failed"
        if answer.outcome is Outcome.FAILED and answer.code == "destination":
            reason = "bad_destination"
        if cell.paper_of(Bill, order.id) is not None:
            # Whatever it was, the same payment can never be sent again: the bill has to be asked about anew.
            reason = "bill_failed"
        fail(cell, order, reason)


def _without_risk(answer: Answer) -> Answer:
    return Answer(answer.outcome, ref=answer.ref, message=answer.message, code=answer.code, reason=answer.reason)


def try_next(cell: Cell, order: Order, expires_ms: int | None = None) -> bool:
    """Queue the next attempt at a supplier not yet tried; False when there is none. A person may extend the expiry.

    A bill is known by its reference at the one supplier that was asked, so its payment has no next attempt.
    """
    until_ms = expires_ms or order.expires_ms
    attempts = cell.attempts_for(order)
    product = cell.products.get(order.product)
    if (
        product is None
        or stopped(cell, order.product)
        or len(attempts) >= cell.settings.attempts_max
        or cell.now_ms >= until_ms
    ):
        return False
    if cell.paper_of(Bill, order.id) is not None:
        return False
    priced = quoted(order.price_idr, order.legs)
    tried = frozenset(a.supplier for a in attempts)
    offers, rejected = find_offers(cell, product, priced, order.amount_idr, tried)
    if not offers:
        return False
    queue_attempt(cell, order, product, priced, offers[0], rejected, expires_ms=until_ms)
    return True


def _after_the_end(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """An answer about an attempt that no longer holds the money."""
    if not answer.settles:
        return
    match answer.outcome:
        case Outcome.SUCCESS:
            if attempt.state is AttemptState.SUCCESS:
                if _is_charged_again(order, attempt, answer, source):
                    _late_success(cell, order, attempt, answer)
                return
            if order.state is OrderState.ACCEPTED:
                _overtake(cell, order, attempt, answer, source)
            else:
                _late_success(cell, order, attempt, answer)
        case Outcome.FAILED | Outcome.REFUSED:
            if attempt.state is AttemptState.SUCCESS:
                _failure_after_success(cell, order, attempt, answer, source)
            elif attempt.state.open:
                # Overtaken by another attempt's success, it has now failed: no double delivery.
                _note_answer(cell, order, attempt, _without_risk(answer), source)
        case Outcome.PENDING | Outcome.UNKNOWN:
            pass
        case _:
            assert_never(answer.outcome)


def _is_charged_again(order: Order, attempt: Attempt, answer: Answer, source: Source) -> bool:
    """A statement charges for what its supplier had taken back, and a person has found it right: it was delivered.

    Told in any other way, it is the old success once more.
    """
    was_ours = order.state is OrderState.REVERSED and attempt.supplier == order.supplier
    by_statement = source is Source.PERSON and answer.reason == "reconciled"
    return was_ours and by_statement and attempt.late_cost_idr is None


def _overtake(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """A failed attempt delivered while the next one is on its way: the first final state wins the order.

    What is still queued is not sent; what has left may deliver too and is then a double delivery.
    """
    for other in cell.attempts_for(order):
        if other.state is AttemptState.QUEUED:
            cell.unqueue(other)
            _note_answer(cell, order, other, Answer(Outcome.REFUSED, reason="overtaken"), Source.TIMER)
    _note_answer(cell, order, attempt, answer, source)
    succeed(cell, order, attempt, answer)


def _late_success(cell: Cell, order: Order, attempt: Attempt, answer: Answer) -> None:
    """Delivered after all: our money at the supplier is gone, so its cost is posted now; a person settles the rest."""
    cost_idr = _cost_of(attempt, answer)
    supplier = cell.suppliers[attempt.supplier]
    keep_delivered(cell, order, attempt, answer)
    if cost_idr > 0:
        posting = Posting(House.LATE_SUCCESS, supplier_deposit(supplier.id), cost_idr)
        cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, (posting,), "late_success", order_id=order.id))
    double = order.state is OrderState.SUCCESS
    cell.note(
        Event(
            Happened.LATE_SUCCESS,
            order.id,
            attempt.id,
            cell.now_ms,
            sn=answer.sn,
            price_idr=cost_idr,
            reason="double_delivery" if double else None,
            supplier=supplier.code,
        )
    )
    kind = "double_delivery" if double else "late_success"
    cell.ask_person(kind, f"{supplier.code} SN {answer.sn or '-'} cost {cost_idr}", order.id, attempt.id)
    if not double:
        cell.tell(order)


def _failure_after_success(cell: Cell, order: Order, attempt: Attempt, answer: Answer, source: Source) -> None:
    """The supplier took it back: reverse the whole order, commissions too, even below zero (law 7).

    What an inquiry did not find, or a request that never left, takes nothing back; nor does a failure that is known to
    be followed by delivery: a slow reply may have said it before the delivery that a callback has told.
    """
    if order.state is OrderState.REVERSED or answer.reason == "not_sent":
        return
    doubtful = answer.reason == "not_found" or answer.late_success_risk
    taken_back = not doubtful and cell.suppliers[attempt.supplier].reversals
    if not taken_back or order.state is not OrderState.SUCCESS or attempt.supplier != order.supplier:
        cell.ask_person("contradiction", f"{attempt.supplier}: {answer.message[:80]}", order.id, attempt.id)
        return
    reverse_order(cell, order, "reversed_by_supplier")
    reason = answer.reason or answer.code
    cell.note(Event(Happened.FACT, order.id, attempt.id, cell.now_ms, reason=reason, source=source))
    cell.ask_person("reversal", f"{attempt.supplier}: {answer.message[:80]}", order.id, attempt.id)


def reverse_order(cell: Cell, order: Order, reason: str, by: str | None = None) -> None:
    """Mirror the posted sale in today's books and tell the agent."""
    assert order.post_id is not None, order
    posted = cell.past.transfers[order.post_id]
    cell.transfer(
        Transfer(
            cell.transfer_id(),
            Kind.REVERSAL,
            mirrored(posted.postings),
            "order_reversed",
            of_id=posted.id,
            order_id=order.id,
            memo=reason,
        )
    )
    cell.note(Event(Happened.REVERSED, order.id, at_ms=cell.now_ms, reason=reason, by=by))
    cell.tell(order)


def inquired(cell: Cell, command: Inquired) -> Result:
    """Choose the attempts that may be asked about now; a resend gets a new ``send_by`` by the same commit."""
    buys: list[tuple[int, Buy, int]] = []
    for attempt_id in command.attempts:
        attempt = cell.attempts.get(attempt_id)
        if attempt is None or not inquirable(cell, attempt):
            continue
        order = cell.orders[attempt.order_id]
        supplier = cell.suppliers[attempt.supplier]
        send_by_ms = cell.now_ms + supplier.send_within_s * 1000
        attempt.inquiries += 1
        attempt.next_inquiry_ms = cell.now_ms + supplier.inquiry_interval_s * 1000 * min(attempt.inquiries, 10)
        if verb_of(cell, attempt) is InquiryVerb.RESEND:
            body = Event(Happened.FACT, order.id, attempt.id, cell.now_ms, reason="resend", send_by_ms=send_by_ms)
            cell.note(body)
            attempt.last_byte_ms = None
        buys.append((attempt.id, buy_of(cell, order, attempt), send_by_ms))
    return Sending(tuple(buys))


def inquirable(cell: Cell, attempt: Attempt) -> bool:
    """True while asking cannot buy again: the supplier can be asked, we may have sent, and the horizon is far."""
    verb = verb_of(cell, attempt)
    if verb is InquiryVerb.NONE or attempt.sent_ms is None:
        return False
    if verb is InquiryVerb.RESEND and is_restored(cell, attempt):
        # It may have been given up and bought elsewhere in the lost span: asking by sending could buy it again.
        return False
    if not attempt.state.open or attempt.state is AttemptState.QUEUED:
        return False
    return inside_horizon(cell.suppliers[attempt.supplier], verb, cell.now_ms - attempt.sent_ms)


def due_without_inquiry(cell: Cell, attempt: Attempt, now_ms: int) -> bool:
    """True for an attempt whose time has come and that nobody can be asked about."""
    if attempt.state is AttemptState.QUEUED:
        return _expired(attempt, now_ms)
    if attempt.next_inquiry_ms is None or attempt.next_inquiry_ms > now_ms or inquirable(cell, attempt):
        return False
    if attempt.state is AttemptState.SETTLING:
        return True
    since_ms = now_ms - (attempt.sent_ms or attempt.at_ms)
    if attempt.state is not AttemptState.PENDING:
        return False
    return not inside_horizon(cell.suppliers[attempt.supplier], verb_of(cell, attempt), since_ms)


def inside_horizon(supplier: Supplier, verb: InquiryVerb, since_ms: int) -> bool:
    """True while the supplier still knows an order sent so long ago; well inside where asking is sending again."""
    part = HORIZON_PART if verb is InquiryVerb.RESEND else 10
    return since_ms * 10 < supplier.inquiry_horizon_s * 1000 * part


def recover(cell: Cell, _command: Recover) -> Result:
    """After a stop: ``sending`` may or may not have left, so it is unknown; ``queued`` may still be sent.

    Nobody waits for the answer to an inquiry about a bill any more.
    """
    for attempt in [a for a in cell.attempts.values() if a.state is AttemptState.SENDING]:
        order = cell.orders[attempt.order_id]
        answer = Answer(Outcome.UNKNOWN, reason="stopped_while_sending")
        _apply(cell, order, attempt, answer, Source.RECOVERY)
        attempt.next_inquiry_ms = cell.now_ms + _RECOVERY_DELAY_MS
    drop_unanswered(cell)
    schedule(cell, cell.now_ms)
    return Done()


def schedule(cell: Cell, now_ms: int) -> None:
    """Give a time of inquiry to what may have left and has none: it is kept in memory only, so a reload loses it."""
    for attempt in cell.attempts.values():
        if attempt.next_inquiry_ms is not None or attempt.sent_ms is None:
            continue
        supplier = cell.suppliers[attempt.supplier]
        match attempt.state:
            case AttemptState.SENDING:
                attempt.next_inquiry_ms = (attempt.send_by_ms or now_ms) + supplier.first_inquiry_s * 1000
            case AttemptState.SETTLING:
                attempt.next_inquiry_ms = now_ms + supplier.settle_delay_s * 1000
            case _:
                attempt.next_inquiry_ms = now_ms + _RECOVERY_DELAY_MS
