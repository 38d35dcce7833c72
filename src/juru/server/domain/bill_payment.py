"""What is different about an attempt that pays a bill: its reference, its day, how it is asked about, its end."""

from __future__ import annotations

from juru.server.domain.bill import Bill, BillState
from juru.server.domain.catalog import Supplier
from juru.server.domain.cell import Cell
from juru.server.domain.order import Attempt, Order
from juru.server.domain.outcome import Buy, InquiryVerb, Step
from juru.server.domain.paper_kinds import NAME_OF
from juru.values.days import business_day

BILL = NAME_OF[Bill]


def buy_of(cell: Cell, order: Order, attempt: Attempt) -> Buy:
    """What goes to the supplier; a resend repeats exactly this."""
    bill = cell.paper_of(Bill, order.id)
    step, tr_id = (Step.ORDER, None) if bill is None else (Step.PAY, bill.tr_id)
    return Buy(attempt.sku, order.dest, attempt.ref, order.amount_idr, attempt.max_price_idr, step, tr_id)


def verb_of(cell: Cell, attempt: Attempt) -> InquiryVerb:
    """How the supplier is asked about this attempt."""
    supplier = cell.suppliers[attempt.supplier]
    return supplier.inquiry if cell.paper_of(Bill, attempt.order_id) is None else supplier.bill_inquiry


def day_is_over(cell: Cell, bill: Bill, supplier: Supplier) -> bool:
    """True once a bill may not be paid by its inquiry: another day has begun with us, or where the supplier is."""
    asked_on = business_day(bill.at_ms, supplier.zone)
    return bill.day != cell.day or asked_on != business_day(cell.now_ms, supplier.zone)


def end_payment(cell: Cell, order: Order, state: BillState, charged_idr: int | None = None) -> None:
    """File what the end of its order makes of a bill; nothing for any other order."""
    key = cell.of_order.get((BILL, order.id))
    bill = None if key is None else cell.paper(Bill, key)
    if key is not None and bill is not None:
        cell.file(key, bill.now(state, charged_idr=charged_idr))


def drop_unanswered(cell: Cell) -> None:
    """After a stop nobody waits for an answer any more: what was asked is refused, and may be asked again."""
    asked = [(key, paper) for (_, key), (_, paper) in cell.papers.items() if isinstance(paper, Bill)]
    for key, bill in asked:
        if bill.state is BillState.ASKED:
            cell.file(key, bill.now(BillState.REFUSED, reason="stopped_while_asking"))
