"""Deciding a PlaceOrder: the one function that turns a wish into held money and a queued attempt, or a refusal.

Reasons are looked for in the order of ``Code``: of two the earlier one is told. Nothing is changed until every line
of the command has passed, so a multi-order is all or nothing.
"""

from __future__ import annotations

import msgspec

from juru.books.rules import Kind, Transfer
from juru.server.domain.accounts import AGENT_BASE
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.catalog import (
    Availability,
    DestKind,
    Offer,
    Product,
    ProductKind,
    closed_by_cut_off,
    read_destination,
)
from juru.server.domain.cell import Cell, Message
from juru.server.domain.commands import MessageKey, OrderLine, PayBill, PlaceOrder
from juru.server.domain.health import blocked, note_trial
from juru.server.domain.order import Attempt, Event, Happened, Order, fingerprint
from juru.server.domain.pricing import Quote, quote, with_amount
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.restore import hold_lost, lost_order
from juru.server.domain.results import Changed, Corrected, Done, Placed, Result, Transferred
from juru.server.domain.routing import Rejected, order_offers, unusable
from juru.server.domain.views import OrderState, OrderView
from juru.server.domain.vouchers import hand_out, in_stock, own_voucher
from juru.values.msisdn import to_local

REF_LENGTH_MAX = 64
_PRECEDENCE = {code: place for place, code in enumerate(Code)}


class Line(msgspec.Struct):
    """A line that has been read: what it is, what it costs and how it would be bought."""

    product: Product
    dest: str
    amount_idr: int | None
    notify: str | None
    fingerprint: str
    counter: int | None = None
    quote: Quote = Quote(0)
    offers: list[Offer] = []
    rejected: list[Rejected] = []
    voucher: str | None = None


def place_order(cell: Cell, command: PlaceOrder) -> Result:
    """Accept, repeat or refuse; the agent has been authenticated by the channel."""
    agent = cell.agents.get(command.agent)
    if agent is None:
        return Refusal(Code.UNKNOWN_SENDER)
    answered = answered_before(cell, agent, command.message, keyed=_keyed(command))
    if answered is not None:
        return answered
    result = _decide(cell, agent, command)
    if command.message is not None and not (isinstance(result, Placed) and result.orders[0].repeated):
        remember(cell, agent, command.message, result)
    return result


def _keyed(command: PlaceOrder) -> bool:
    return command.ref is not None or any(line.counter or line.repeat for line in command.lines)


def _decide(cell: Cell, agent: Agent, command: PlaceOrder) -> Result:
    known = None if command.ref is None else _known_order(cell, agent, command.ref)
    if known is not None and _is_same(cell, known, command):
        # Before anything that would refuse: an order that is sent again is told as it stands, also to a blocked agent.
        return Placed((cell.view(known, repeated=True),))
    if (barred := is_barred(cell, agent)) is not None:
        return barred
    read = [_read_line(cell, wanted) for wanted in command.lines]
    unread = [found for found in read if isinstance(found, Refusal)]
    if (unfit := _unfit(cell, agent, command, known)) is not None:
        unread.append(unfit)
    if unread:
        return _earliest(unread)
    lines = [found for found in read if isinstance(found, Line)]
    refusals = [
        refusal
        for line, wanted in zip(lines, command.lines, strict=True)
        if (refusal := _refused(cell, agent, line, wanted, lines, command)) is not None
    ]
    if refusals:
        return _earliest(refusals)
    needed_idr = sum(line.quote.price_idr for line in lines)
    free_idr = cell.free_idr(agent)
    if needed_idr > free_idr:
        return Refusal(Code.INSUFFICIENT_BALANCE, {"needed_idr": needed_idr, "free_idr": free_idr})
    return Placed(tuple(_accept(cell, agent, line, command) for line in lines))


def is_barred(cell: Cell, agent: Agent) -> Refusal | None:
    """What stands against the agent himself."""
    guard = cell.pin_guards.get(agent.code)
    if guard is not None and guard.locked_ms is not None:
        return Refusal(Code.PIN_LOCKED)
    return Refusal(Code.AGENT_BLOCKED) if agent.status is not AgentStatus.ACTIVE else None


def _earliest(refusals: list[Refusal]) -> Refusal:
    """The one that is told: the first by the order of ``Code``."""
    return min(refusals, key=lambda refusal: _PRECEDENCE[refusal.code])


def _unfit(cell: Cell, agent: Agent, command: PlaceOrder, known: Order | None) -> Refusal | None:
    """What stands against the command as a whole; ``known`` is another order that has taken its reference."""
    if cell.settings.paused:
        return Refusal(Code.PAUSED)
    if not 1 <= len(command.lines) <= cell.settings.orders_per_message_max:
        return Refusal(Code.INVALID_FORMAT, {"orders_max": cell.settings.orders_per_message_max})
    if (bad := bad_reference(agent, command.ref, command.channel)) is not None:
        return bad
    if command.ref is not None and len(command.lines) != 1:
        return Refusal(Code.REFERENCE_INVALID, {"length_max": REF_LENGTH_MAX})
    if known is not None:
        return Refusal(Code.REFERENCE_CONFLICT, {"ref": command.ref or "", "order_id": known.id})
    return None


def _is_same(cell: Cell, known: Order, command: PlaceOrder) -> bool:
    """True when a command repeats the order that took its reference (law 3).

    Only what was ordered is compared: prefixes, limits and availability may have changed since it was accepted. What
    it was before its number was corrected is the same order too: its sender may not know of the correction.
    """
    if len(command.lines) != 1:
        return False
    wanted = command.lines[0]
    product = cell.products.get(known.product if wanted.product is None else wanted.product.upper())
    if product is None or (wanted.product is None and product.denom_k != wanted.denom_k):
        return False
    dest = read_destination(product.dest_kind, wanted.dest)
    amount_idr = wanted.amount_idr if product.kind is ProductKind.OPEN else None
    return dest is not None and fingerprint(product.code, dest, amount_idr) in known.fingerprints


def _refused(
    cell: Cell, agent: Agent, line: Line, wanted: OrderLine, lines: list[Line], command: PlaceOrder
) -> Refusal | None:
    """Why a line that could be read is not sold now, in the order of ``Code``."""
    refusal = _number_of_day(cell, agent, line, wanted, lines) if command.ref is None else None
    alike = sum(other.product.code == line.product.code for other in lines)
    refusal = refusal or not_sellable(cell, line.product, alike)
    return refusal or _route(cell, agent, line, lines, command.max_price_idr)


def bad_reference(agent: Agent, ref: str | None, channel: str) -> Refusal | None:
    """A reference that is missing where one is needed, or that nobody could write."""
    if ref is None:
        if channel.startswith("chat") or agent.chat_rule_for_h2h:
            return None
        return Refusal(Code.REFERENCE_REQUIRED)
    if not 1 <= len(ref) <= REF_LENGTH_MAX or not ref.isprintable():
        return Refusal(Code.REFERENCE_INVALID, {"length_max": REF_LENGTH_MAX})
    return None


def _known_order(cell: Cell, agent: Agent, ref: str) -> Order | None:
    order_id = cell.past.refs.get((agent.id, ref))
    return None if order_id is None else cell.order(order_id)


def _read_line(cell: Cell, wanted: OrderLine) -> Line | Refusal:
    """Product and destination of a line, in stored form."""
    product = _find_product(cell, wanted)
    if isinstance(product, Refusal):
        return product
    dest = read_destination(product.dest_kind, wanted.dest)
    if dest is None:
        return Refusal(Code.BAD_DESTINATION, {"dest": wanted.dest[:24], "product": product.code})
    if product.kind is ProductKind.BILL:
        return Refusal(Code.BILL_NOT_ASKED, {"product": product.code, "dest": to_local(dest)})
    if (strange := wrong_operator(cell, product, dest)) is not None:
        return strange
    amount_idr = wanted.amount_idr if product.kind is ProductKind.OPEN else None
    if product.kind is ProductKind.OPEN and (
        amount_idr is None or not product.amount_idr_min <= amount_idr <= product.amount_idr_max
    ):
        return Refusal(Code.BAD_AMOUNT, {"min_idr": product.amount_idr_min, "max_idr": product.amount_idr_max})
    notify = None
    if wanted.notify is not None:
        notify = read_destination(DestKind.MSISDN, wanted.notify)
        if notify is None:
            return Refusal(Code.BAD_DESTINATION, {"dest": wanted.notify[:24], "product": product.code})
    return Line(product, dest, amount_idr, notify, fingerprint(product.code, dest, amount_idr))


def wrong_operator(cell: Cell, product: Product, dest: str) -> Refusal | None:
    """A number of another operator than the product's."""
    if product.dest_kind is not DestKind.MSISDN or product.operator is None:
        return None
    operator = cell.prefixes.operator_of(to_local(dest), cell.ported)
    if operator == product.operator:
        return None
    facts: dict[str, str | int] = {"dest": to_local(dest), "operator": operator or "?", "wanted": product.operator}
    return Refusal(Code.WRONG_OPERATOR, facts)


def _find_product(cell: Cell, wanted: OrderLine) -> Product | Refusal:
    if wanted.product is not None:
        product = cell.products.get(wanted.product.upper())
        return product or Refusal(Code.UNKNOWN_PRODUCT, {"product": wanted.product[:40]})
    assert wanted.denom_k is not None, wanted
    dest = read_destination(DestKind.MSISDN, wanted.dest)
    if dest is None:
        # A meter or account number: no prefix tells an operator, so a bare denomination means the PLN token.
        code = cell.denominations.get(("PLN", wanted.denom_k))
    else:
        operator = cell.prefixes.operator_of(to_local(dest), cell.ported)
        code = None if operator is None else cell.denominations.get((operator, wanted.denom_k))
    if code is None:
        return Refusal(Code.UNKNOWN_PRODUCT, {"product": str(wanted.denom_k)})
    return cell.products[code]


def _number_of_day(cell: Cell, agent: Agent, line: Line, wanted: OrderLine, lines: list[Line]) -> Refusal | None:
    """The chat rule: which purchase of the same thing today this is (law 3)."""
    held = {
        order.fingerprints[line.fingerprint] or 1: order
        for order_id in cell.chat_orders(agent.id, line.dest)
        if (order := cell.order(order_id)) is not None
        and line.fingerprint in order.fingerprints
        and order.ref is None
        and order.day == cell.day
        and order.state in {OrderState.ACCEPTED, OrderState.SUCCESS}
    }
    for other in lines:
        if other is line:
            break
        if other.fingerprint == line.fingerprint:
            return Refusal(Code.REPEATED_ORDER, {"dest": to_local(line.dest), "product": line.product.code, "next": 2})
    highest = max(held, default=0)
    counter = highest + 1 if wanted.repeat else (wanted.counter or 1)
    if counter in held:
        order = held[counter]
        facts: dict[str, str | int] = {
            "product": order.product,
            "dest": to_local(order.dest),
            "order_id": order.id,
            "state": order.state,
            "next": highest + 1,
        }
        return Refusal(Code.REPEATED_ORDER, facts)
    if counter < 1 or (counter > 1 and counter - 1 not in held):
        return Refusal(Code.COUNTER_GAP, {"counter": counter, "next": highest + 1})
    line.counter = counter
    return None


def not_sellable(cell: Cell, product: Product, count: int = 1) -> Refusal | None:
    """Why a product is not sold now, so many of it at once."""
    facts: dict[str, str | int] = {"product": product.code}
    operator = cell.operators.get(product.operator or "")
    if operator is not None and operator.availability is not Availability.OPEN:
        return Refusal(Code.PRODUCT_CLOSED, facts)
    match product.availability:
        case Availability.CLOSED:
            return Refusal(Code.PRODUCT_CLOSED, facts)
        case Availability.DISTURBED:
            return Refusal(Code.PRODUCT_DISTURBED, facts)
        case Availability.OPEN:
            pass
    window = closed_by_cut_off(product.cut_offs, cell.now_ms)
    if window is not None:
        return Refusal(Code.CUT_OFF, {"product": product.code, "until": f"{window.end} {window.zone}"})
    left = cell.stock_of(product)
    if left is not None and left < count:
        return Refusal(Code.OUT_OF_STOCK, facts)
    return None


def base_quote(cell: Cell, agent: Agent, product: Product) -> Quote:
    """The agent's price for a product, without an open amount; kept until the catalog or the tree changes."""
    key = (agent.code, product.code)
    base = cell.quotes.get(key)
    if base is None:
        base = cell.quotes[key] = quote(cell.agents, agent, product)
    return base


def _route(cell: Cell, agent: Agent, line: Line, lines: list[Line], max_price_idr: int | None) -> Refusal | None:
    """Price the line, and find the voucher in stock or the offers that it is bought by."""
    product = line.product
    line.quote = with_amount(base_quote(cell, agent, product), product, line.amount_idr)
    budget_idr = None if product.sell_below_cost else line.quote.income_idr
    taken = sum(other.voucher is not None and other.product.code == product.code for other in lines)
    line.voucher = own_voucher(cell, product, taken, budget_idr)
    if line.voucher is None:
        line.offers, line.rejected = find_offers(cell, product, line.quote, line.amount_idr)
    if line.voucher is None and not line.offers:
        if product.kind is ProductKind.VOUCHER and not cell.offers.get(product.code):
            too_dear = in_stock(cell, product) > taken
            return Refusal(Code.BELOW_COST if too_dear else Code.OUT_OF_STOCK, {"product": product.code})
        losing = any(r.why == "above_price" for r in line.rejected)
        return Refusal(Code.BELOW_COST if losing else Code.NO_SUPPLIER, {"product": product.code})
    price_idr = line.quote.price_idr
    if price_idr <= 0:
        return Refusal(Code.BELOW_COST, {"product": product.code})
    if max_price_idr is not None and price_idr > max_price_idr:
        return Refusal(Code.ABOVE_MAX_PRICE, {"price_idr": price_idr, "max_idr": max_price_idr})
    return None


def _income_idr(cell: Cell, product: Product, priced: Quote) -> int:
    """What a sale brings us, less what the agents get of it."""
    return priced.income_idr - cell.points_idr(product)


def find_offers(
    cell: Cell, product: Product, priced: Quote, amount_idr: int | None, tried: frozenset[str] = frozenset()
) -> tuple[list[Offer], list[Rejected]]:
    """The offers an order may be bought by now, best first, and why the others may not.

    What a bill costs is known only when it has been asked about.
    """
    unbounded = product.sell_below_cost or product.kind is ProductKind.BILL
    budget = None if unbounded else _income_idr(cell, product, priced) - (amount_idr or 0)
    usable: list[Offer] = []
    rejected: list[Rejected] = []
    for offer in cell.offers.get(product.code, ()):
        if offer.supplier in tried:
            rejected.append(Rejected(offer.key, "tried"))
            continue
        supplier = cell.suppliers.get(offer.supplier)
        why = unusable(offer, supplier, at_ms=cell.now_ms, budget_idr=budget) or blocked(cell, offer.supplier)
        if why is None:
            usable.append(offer)
        else:
            rejected.append(Rejected(offer.key, why))
    return order_offers(usable, cell.rates, cell.settings.routing, cell.settings.mix), rejected


def _accept(cell: Cell, agent: Agent, line: Line, command: PlaceOrder) -> OrderView:
    """Hold the money, write the order, and hand out its voucher or queue its first attempt."""
    order = open_order(cell, agent, line, command)
    if line.voucher is not None:
        hand_out(cell, order, line.product, line.voucher)
    else:
        lost = lost_order(cell, order)
        offer = line.offers[0]
        if lost is not None:
            offer = next((o for o in line.offers if o.supplier == lost.supplier), offer)
        queue_attempt(cell, order, line.product, line.quote, offer, line.rejected, expires_ms=order.expires_ms)
    return cell.view(order)


def open_order(cell: Cell, agent: Agent, line: Line, command: PlaceOrder | PayBill) -> Order:
    """Hold the money and write the order; the caller says in the same commit how it is bought."""
    order = Order(
        id=cell.next.order,
        agent_id=agent.id,
        ref=command.ref,
        product=line.product.code,
        dest=line.dest,
        amount_idr=line.amount_idr,
        price_idr=line.quote.price_idr,
        legs=line.quote.legs,
        channel=command.channel,
        counter=line.counter,
        notify=line.notify,
        fingerprint=line.fingerprint,
        hold_id=cell.transfer_id(),
        day=cell.day,
        at_ms=cell.now_ms,
        expires_ms=cell.now_ms + cell.settings.order_expiry_s * 1000,
        max_price_idr=command.max_price_idr,
    )
    cell.next.order += 1
    cell.orders[order.id] = order
    cell.attempts_of[order.id] = []
    cell.changes.orders.append(order)
    if order.ref is not None:
        cell.past.refs[agent.id, order.ref] = order.id
    else:
        cell.past.chat.setdefault((agent.id, order.dest), []).append(order.id)
    hold = cell.hold_posting(order)
    cell.transfer(Transfer(order.hold_id, Kind.HOLD, (hold,), "order", order_id=order.id))
    cell.take_stock(line.product)
    cell.note(Event(Happened.ACCEPTED, order.id, at_ms=cell.now_ms))
    return order


def queue_attempt(
    cell: Cell,
    order: Order,
    product: Product,
    priced: Quote,
    offer: Offer,
    rejected: list[Rejected],
    *,
    expires_ms: int,
) -> Attempt:
    """Write the next attempt of an order."""
    supplier = cell.suppliers[offer.supplier]
    number = len(cell.attempts_of[order.id]) + 1
    amount_idr = order.amount_idr or 0
    cost_idr = offer.cost_idr + amount_idr
    attempt = Attempt(
        id=cell.next.attempt,
        order_id=order.id,
        number=number,
        offer=offer.key,
        supplier=supplier.code,
        sku=offer.sku,
        ref=f"{supplier.ref_prefix}{cell.settings.incarnation}{cell.next.attempt:011d}",
        cost_idr=cost_idr,
        max_price_idr=cost_idr if product.sell_below_cost else max(_income_idr(cell, product, priced), cost_idr),
        at_ms=cell.now_ms,
        expires_ms=expires_ms,
        why=_why(cell, offer, rejected),
    )
    enqueue(cell, attempt)
    return attempt


def enqueue(cell: Cell, attempt: Attempt) -> None:
    """Let an attempt wait; the dispatcher sends it once it has a slot and a token."""
    cell.next.attempt += 1
    cell.attempts[attempt.id] = attempt
    cell.attempts_of[attempt.order_id].append(attempt.id)
    cell.changes.attempts.append(attempt)
    cell.queued.setdefault(attempt.supplier, {})[attempt.id] = None
    if attempt.number > 1 or not hold_lost(cell, cell.orders[attempt.order_id], attempt):
        note_trial(cell, attempt.supplier, attempt.id)


def _why(cell: Cell, offer: Offer, rejected: list[Rejected]) -> str:
    """Why this supplier, in the words of the timeline: the rule, then what was passed over."""
    passed = "".join(f" -{r.offer}:{r.why}" for r in rejected)
    return f"{cell.settings.routing} {offer.key} {offer.cost_idr}{passed}"


def answered_before(cell: Cell, agent: Agent, key: MessageKey | None, *, keyed: bool) -> Result | None:
    """The first answer to a message that has come before (law 3), or None."""
    if key is None:
        return None
    oldest_ms = cell.now_ms - cell.settings.repeat_window_s * 1000
    for seen in cell.past.messages:
        if seen.agent_id != agent.id or seen.channel != key.channel or seen.sender != key.sender:
            continue
        same_text = not keyed and seen.refusal is None and seen.text == key.text and seen.at_ms >= oldest_ms
        if seen.message_id == key.id or same_text:
            return _told_before(cell, agent, seen)
    return None


def _told_before(cell: Cell, agent: Agent, seen: Message) -> Result:
    if seen.refusal is not None:
        return msgspec.json.decode(seen.refusal, type=Refusal)
    if seen.result is not None:
        return msgspec.structs.replace(msgspec.json.decode(seen.result, type=Changed), repeated=True)
    if seen.transfer_id is not None:
        moved = cell.past.transfers.get(seen.transfer_id)
        if moved is None:
            return Done(seen.transfer_id)
        posting = moved.postings[0]
        # A cancellation is the mirror image: the other agent is the one debited.
        other = posting.credit if moved.of_id is None else posting.debit
        return Transferred(
            moved.id,
            agent.code,
            cell.agent_codes[(other - AGENT_BASE) // 2],
            posting.amount_idr,
            cell.free_idr(agent, credit=False),
            cancelled=moved.of_id,
            repeated=True,
        )
    orders = [order for i in seen.order_ids if (order := cell.order(i)) is not None]
    return Placed(tuple(cell.view(order, repeated=True) for order in orders))


def remember(cell: Cell, agent: Agent, key: MessageKey, result: Result) -> None:
    """Keep what a message was answered with, so that the same message never moves money twice."""
    match result:
        case Placed(orders):
            seen = _message(cell, agent, key, order_ids=tuple(view.order_id for view in orders))
        case Transferred():
            seen = _message(cell, agent, key, transfer_id=result.transfer_id)
        case Changed():
            kept = msgspec.json.encode(result)
            seen = _message(cell, agent, key, transfer_id=result.transfer_id, result=kept)
        case Corrected(order=view) if not view.repeated:
            seen = _message(cell, agent, key, order_ids=(view.order_id,))
        case Refusal():
            seen = _message(cell, agent, key, refusal=msgspec.json.encode(result))
        case _:
            return
    cell.next.message += 1
    cell.past.messages.append(seen)
    cell.changes.messages.append(seen)


def _message(
    cell: Cell,
    agent: Agent,
    key: MessageKey,
    *,
    order_ids: tuple[int, ...] = (),
    transfer_id: int | None = None,
    refusal: bytes | None = None,
    result: bytes | None = None,
) -> Message:
    return Message(
        cell.next.message,
        agent.id,
        key.channel,
        key.sender,
        key.id,
        key.text,
        cell.now_ms,
        order_ids,
        transfer_id,
        refusal,
        result,
    )
