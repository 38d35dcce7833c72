"""Bills: asking what is owed, and paying it at the supplier that said so, under the same reference of ours.

An inquiry moves no money and occupies no reference; the latest one counts. What it found may be paid once, until the
day is over with us or with the supplier. The payment is an ordinary order with a single attempt.
"""

from __future__ import annotations

from juru.books.rules import AMOUNT_IDR_MAX
from juru.server.domain.agent import Agent
from juru.server.domain.bill import Bill, BillState, key_of, mark_of
from juru.server.domain.bill_payment import BILL, day_is_over
from juru.server.domain.catalog import Offer, Product, ProductKind, closed_by_cut_off, read_destination
from juru.server.domain.cell import Cell
from juru.server.domain.commands import AskBill, BillAnswered, PayBill
from juru.server.domain.health import blocked
from juru.server.domain.order import Attempt, Order, fingerprint
from juru.server.domain.outcome import Answer, Buy, Outcome, Step
from juru.server.domain.paper import Marked
from juru.server.domain.place import (
    Line,
    answered_before,
    bad_reference,
    base_quote,
    enqueue,
    find_offers,
    is_barred,
    not_sellable,
    open_order,
    remember,
)
from juru.server.domain.pricing import Quote, quoted
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Asking, Found, Placed, Result
from juru.server.domain.routing import unusable
from juru.server.domain.views import BillView
from juru.values.days import iso_local
from juru.values.msisdn import to_local

LATEST_MAX = 20
"""How many inquiries about one bill a payment without a reference looks at."""
SERIES = 9
"""First digit of our references for bills, so that they never meet those of orders, whose counter begins with 0."""
_DIGITS = 10
_SAID_MAX = 200
_WHY: dict[str, Code] = {
    "bill_not_ready": Code.BILL_NOT_READY,
    "bill_paid": Code.BILL_PAID,
    "bad_destination": Code.BAD_DESTINATION,
}
"""What a supplier says of the bill itself: no other one would say otherwise."""


# ---------------------------------------------------------------------- asking


def ask_bill(cell: Cell, command: AskBill) -> Result:
    """File the inquiry with a reference of ours and say where to ask; refused where the bill could not be paid."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    if (refusal := _not_asked(cell, agent, command)) is not None:
        return refusal
    wanted = _read(cell, command)
    if isinstance(wanted, Refusal):
        return wanted
    product, dest, amount_idr = wanted
    if (closed := not_sellable(cell, product)) is not None:
        return closed
    offers, _ = find_offers(cell, product, Quote(0), amount_idr)
    if not offers:
        return Refusal(Code.NO_SUPPLIER, {"product": product.code})
    # Without a reference the paper is known by its own number; an agent's reference cannot look like that key.
    key = key_of(agent.id, command.ref) if command.ref is not None else f"{agent.id}#{cell.next.paper}"
    ref = command.ref or ""
    before = cell.paper(Bill, key)
    if before is not None and before.state in {BillState.PAYING, BillState.PAID}:
        return Refusal(Code.REFERENCE_CONFLICT, {"ref": ref, "order_id": before.order_id or 0})
    bill = Bill(agent.id, ref, product.code, dest, "", "", "", "", cell.day, cell.now_ms, amount_idr=amount_idr)
    return _ask_at(cell, key, bill, offers[0])


def _not_asked(cell: Cell, agent: Agent, command: AskBill) -> Refusal | None:
    if (barred := is_barred(cell, agent)) is not None:
        return barred
    if cell.settings.paused:
        return Refusal(Code.PAUSED)
    if (bad := bad_reference(agent, command.ref, command.channel)) is not None:
        return bad
    return _taken(cell, agent, command.ref)


def _taken(cell: Cell, agent: Agent, ref: str | None) -> Refusal | None:
    """An order has this reference, so no bill can be paid under it."""
    order_id = None if ref is None else cell.past.refs.get((agent.id, ref))
    return None if order_id is None else Refusal(Code.REFERENCE_CONFLICT, {"ref": ref or "", "order_id": order_id})


def _read(cell: Cell, command: AskBill | PayBill) -> tuple[Product, str, int | None] | Refusal:
    """Product, destination and amount of a command, in stored form."""
    product = cell.products.get(command.product.upper())
    if product is None:
        return Refusal(Code.UNKNOWN_PRODUCT, {"product": command.product[:40]})
    if product.kind is not ProductKind.BILL:
        return Refusal(Code.NOT_A_BILL, {"product": product.code})
    dest = read_destination(product.dest_kind, command.dest)
    if dest is None:
        return Refusal(Code.BAD_DESTINATION, {"dest": command.dest[:24], "product": product.code})
    if isinstance(command, PayBill) or not product.asks_amount:
        return product, dest, None
    amount_idr = command.amount_idr
    if amount_idr is None or not product.amount_idr_min <= amount_idr <= product.amount_idr_max:
        return Refusal(Code.BAD_AMOUNT, {"min_idr": product.amount_idr_min, "max_idr": product.amount_idr_max})
    return product, dest, amount_idr


def _ask_at(cell: Cell, key: str, bill: Bill, offer: Offer) -> Asking:
    """File the inquiry at this supplier, under a reference of ours that nobody has seen."""
    supplier = cell.suppliers[offer.supplier]
    ref = f"{supplier.ref_prefix}{cell.settings.incarnation}{SERIES}{cell.next.paper:0{_DIGITS}d}"
    asked = bill.now(
        BillState.ASKED,
        offer=offer.key,
        supplier=supplier.code,
        sku=offer.sku,
        supplier_ref=ref,
        tried=(*bill.tried, supplier.code),
    )
    cell.file(key, asked)
    return Asking(key, supplier.code, Buy(offer.sku, asked.dest, ref, asked.amount_idr, step=Step.INQUIRY))


def bill_answered(cell: Cell, command: BillAnswered) -> Result:
    """Price what was found, or ask the next supplier, or say why there is nothing to pay."""
    bill = cell.paper(Bill, command.key)
    if bill is None or bill.state is not BillState.ASKED or bill.supplier_ref != command.supplier_ref:
        # It has been asked about again since then, and that inquiry counts.
        return Refusal(Code.BILL_NO_ANSWER)
    answer = command.answer
    product = cell.products.get(bill.product)
    cost_idr = None if product is None else _cost_of(cell, bill, answer)
    if product is not None and cost_idr is not None:
        return _found(cell, command.key, bill, product, answer, cost_idr)
    why = _WHY.get(answer.reason or "") if answer.outcome in {Outcome.FAILED, Outcome.REFUSED} else None
    if product is not None and why is None:
        offers, _ = find_offers(cell, product, Quote(0), bill.amount_idr, frozenset(bill.tried))
        if offers:
            return _ask_at(cell, command.key, bill, offers[0])
    refused = answer.outcome in {Outcome.FAILED, Outcome.REFUSED} and answer.reason != "not_sent"
    code = why or (Code.BILL_REFUSED if refused else Code.BILL_NO_ANSWER)
    reason = answer.reason or answer.code or code.value
    cell.file(command.key, bill.now(BillState.REFUSED, reason=reason, said=answer.message[:_SAID_MAX]))
    return Refusal(code, {"product": bill.product, "dest": to_local(bill.dest)})


def _cost_of(cell: Cell, bill: Bill, answer: Answer) -> int | None:
    """What the supplier will charge; None when it found nothing, or did not say what it costs."""
    if answer.outcome is not Outcome.SUCCESS:
        return None
    cost_idr = answer.price_idr
    if cost_idr is None and answer.selling_price_idr is not None:
        offer = _offer_of(cell, bill)
        cost_idr = answer.selling_price_idr + (0 if offer is None else offer.cost_idr)
    return cost_idr if cost_idr is not None and 0 < cost_idr <= AMOUNT_IDR_MAX else None


def _offer_of(cell: Cell, bill: Bill) -> Offer | None:
    return next((offer for offer in cell.offers.get(bill.product, ()) if offer.key == bill.offer), None)


def _found(cell: Cell, key: str, bill: Bill, product: Product, answer: Answer, cost_idr: int) -> Found | Refusal:
    """The supplier's price and the agent's fee on it, unless that would lose money (law 8)."""
    agent = cell.agents[cell.agent_codes[bill.agent_id]]
    fee = base_quote(cell, agent, product)
    if fee.income_idr < 0 and not product.sell_below_cost:
        cell.file(key, bill.now(BillState.REFUSED, reason=Code.BELOW_COST.value))
        return Refusal(Code.BELOW_COST, {"product": product.code})
    found = bill.now(
        BillState.FOUND,
        tr_id=answer.supplier_trx_id,
        cost_idr=cost_idr,
        price_idr=cost_idr + fee.price_idr,
        legs=fee.legs,
        selling_price_idr=answer.selling_price_idr or cost_idr,
        admin_idr=answer.admin_idr or 0,
        bills=answer.bills or 1,
        customer=answer.customer or "",
        period=answer.period or "",
        details=answer.details,
    )
    head_id = cell.file(key, found)
    return Found(view_of(cell, agent, found, head_id))


def view_of(cell: Cell, agent: Agent, bill: Bill, inquiry_id: int) -> BillView:
    """A bill as its agent is told."""
    return BillView(
        ref=bill.ref,
        agent=agent.code,
        product=bill.product,
        dest=to_local(bill.dest),
        price_idr=bill.price_idr,
        selling_price_idr=bill.selling_price_idr,
        balance_idr=cell.free_idr(agent, credit=False),
        at=iso_local(bill.at_ms, cell.settings.zone),
        day=bill.day,
        admin_idr=bill.admin_idr,
        bills=bill.bills,
        customer=bill.customer,
        period=bill.period,
        inquiry_id=inquiry_id,
        details=bill.details,
    )


# ---------------------------------------------------------------------- paying


def pay_bill(cell: Cell, command: PayBill) -> Result:
    """Pay a bill once. What pays is the inquiry: the same payment again is told how its order stands."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    answered = answered_before(cell, agent, command.message, keyed=True)
    if answered is not None:
        return answered
    result = _decide(cell, agent, command)
    if command.message is not None and not (isinstance(result, Placed) and result.orders[0].repeated):
        remember(cell, agent, command.message, result)
    return result


def _decide(cell: Cell, agent: Agent, command: PayBill) -> Result:
    wanted = _read(cell, command)
    known = None if command.ref is None else _known_order(cell, agent, command.ref)
    if known is not None and not isinstance(wanted, Refusal) and _pays(known, wanted[0], wanted[1]):
        return Placed((cell.view(known, repeated=True),))
    if (barred := is_barred(cell, agent)) is not None:
        return barred
    if cell.settings.paused:
        return Refusal(Code.PAUSED)
    if (bad := bad_reference(agent, command.ref, command.channel)) is not None:
        return bad
    if (conflict := _taken(cell, agent, command.ref)) is not None:
        return conflict
    if isinstance(wanted, Refusal):
        return wanted
    product, dest, _ = wanted
    key, bill = _asked_about(cell, agent, command.ref, product, dest)
    if bill is not None and bill.state in {BillState.PAYING, BillState.PAID} and bill.day == cell.day:
        order = cell.order(bill.order_id or 0)
        assert order is not None, bill
        return Placed((cell.view(order, repeated=True),))
    if bill is None:
        return _ask_first(product, dest)
    if (refusal := _not_payable(cell, agent, product, bill, command)) is not None:
        return refusal
    return Placed((cell.view(_accept(cell, agent, key, bill, product, command)),))


def _known_order(cell: Cell, agent: Agent, ref: str) -> Order | None:
    order_id = cell.past.refs.get((agent.id, ref))
    return None if order_id is None else cell.order(order_id)


def _pays(order: Order, product: Product, dest: str) -> bool:
    """True when an order is a payment of this bill, whatever it amounted to."""
    return (order.product, order.dest) == (product.code, dest)


def _asked_about(cell: Cell, agent: Agent, ref: str | None, product: Product, dest: str) -> tuple[str, Bill | None]:
    """The inquiry that a payment names: by its reference, or the latest about that bill."""
    if ref is not None:
        key = key_of(agent.id, ref)
        bill = cell.paper(Bill, key)
        return key, bill if bill is not None and (bill.product, bill.dest) == (product.code, dest) else None
    mark = mark_of(agent.id, product.code, dest)
    named = [(key, cell.paper(Bill, key)) for key in cell.past.marked.get((BILL, mark), ())]
    found = [(key, bill) for key, bill in named if bill is not None]
    return max(found, key=lambda one: (one[1].at_ms, one[1].supplier_ref), default=("", None))


def _ask_first(product: Product, dest: str) -> Refusal:
    return Refusal(Code.BILL_NOT_ASKED, {"product": product.code, "dest": to_local(dest)})


def _not_payable(cell: Cell, agent: Agent, product: Product, bill: Bill, command: PayBill) -> Refusal | None:
    """Why a bill that was asked about is not paid now, in the order of ``Code``."""
    supplier = cell.suppliers[bill.supplier]
    if bill.state is BillState.ASKED:
        return Refusal(Code.BILL_NO_ANSWER, {"product": product.code, "dest": to_local(bill.dest)})
    if bill.state is not BillState.FOUND or day_is_over(cell, bill, supplier):
        return _ask_first(product, bill.dest)
    if (closed := not_sellable(cell, product)) is not None:
        return closed
    offer = _offer_of(cell, bill)
    why = "gone" if offer is None else unusable(offer, supplier, at_ms=cell.now_ms, budget_idr=None)
    why = why or blocked(cell, supplier.code)
    if offer is not None and why == "cut_off":
        window = closed_by_cut_off((*offer.cut_offs, *supplier.cut_offs), cell.now_ms)
        until = "" if window is None else f"{window.end} {window.zone}"
        return Refusal(Code.CUT_OFF, {"product": product.code, "until": until})
    if why is not None:
        return Refusal(Code.NO_SUPPLIER, {"product": product.code})
    if command.max_price_idr is not None and bill.price_idr > command.max_price_idr:
        return Refusal(Code.ABOVE_MAX_PRICE, {"price_idr": bill.price_idr, "max_idr": command.max_price_idr})
    free_idr = cell.free_idr(agent)
    if bill.price_idr > free_idr:
        return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": bill.price_idr, "free_idr": free_idr})
    return None


def _accept(cell: Cell, agent: Agent, key: str, bill: Bill, product: Product, command: PayBill) -> Order:
    """Hold the money, let the bill be paying, and queue the one attempt there is."""
    priced = quoted(bill.price_idr, bill.legs)
    mark = fingerprint(bill.product, bill.dest, bill.amount_idr)
    line = Line(product, bill.dest, bill.amount_idr, None, mark, quote=priced)
    order = open_order(cell, agent, line, command)
    cell.file(key, bill.now(BillState.PAYING, order_id=order.id))
    attempt = Attempt(
        id=cell.next.attempt,
        order_id=order.id,
        number=1,
        offer=bill.offer,
        supplier=bill.supplier,
        sku=bill.sku,
        ref=bill.supplier_ref,
        cost_idr=bill.cost_idr,
        max_price_idr=max(priced.income_idr, bill.cost_idr),
        at_ms=cell.now_ms,
        expires_ms=order.expires_ms,
        why=f"bill {bill.offer} {bill.cost_idr}",
    )
    enqueue(cell, attempt)
    return order


# ---------------------------------------------------------------------- what the store must load


def papers_of(cell: Cell, command: AskBill | BillAnswered | PayBill) -> tuple[list[tuple[str, str]], list[Marked]]:
    """The papers a command names: by key, or by what was asked about."""
    if isinstance(command, BillAnswered):
        return [(BILL, command.key)], []
    agent = cell.agents.get(command.agent)
    if agent is None:
        return [], []
    if command.ref is not None:
        return [(BILL, key_of(agent.id, command.ref))], []
    product = cell.products.get(command.product.upper())
    dest = None if product is None else read_destination(product.dest_kind, command.dest)
    if product is None or dest is None or isinstance(command, AskBill):
        return [], []
    mark = mark_of(agent.id, product.code, dest)
    return [], [Marked(BILL, mark, only_open=False, newest=True, limit=LATEST_MAX)]
