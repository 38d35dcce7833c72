"""The end of an order: its sale posted in one transfer, its money given back, and who is told."""

from __future__ import annotations

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.accounts import House, agent_commission, agent_points
from juru.server.domain.cell import Cell
from juru.server.domain.order import Event, Happened, Order


def post_sale(
    cell: Cell,
    order: Order,
    *,
    bought_from: int,
    cost_idr: int,
    sn: str | None,
    supplier: str | None = None,
    tell: bool = True,
) -> None:
    """Post the sale, the cost, every commission and the points in one transfer.

    ``bought_from`` is the account that bears the cost: our deposit at ``supplier``, or the stock of vouchers.
    """
    hold = cell.hold_posting(order)
    postings = [hold]
    if cost_idr > 0:
        postings.append(Posting(House.COST, bought_from, cost_idr))
    postings.extend(
        Posting(House.COMMISSION_EXPENSE, agent_commission(agent_id), amount_idr) for agent_id, amount_idr in order.legs
    )
    points_idr = _points_of(cell, order)
    if points_idr:
        postings.append(Posting(House.POINTS_EXPENSE, agent_points(order.agent_id), points_idr))
    transfer = Transfer(cell.transfer_id(), Kind.POST, tuple(postings), "sale", of_id=order.hold_id, order_id=order.id)
    cell.transfer(transfer, hold)
    cell.past.transfers[transfer.id] = transfer
    cell.note(
        Event(
            Happened.SUCCEEDED,
            order.id,
            at_ms=cell.now_ms,
            sn=sn,
            price_idr=cost_idr,
            supplier=supplier,
            transfer_id=transfer.id,
            points_idr=points_idr or None,
        )
    )
    if order.notify is not None:
        cell.tell_customer(order)
    close_order(cell, order, tell=tell)


def _points_of(cell: Cell, order: Order) -> int:
    """What the ordering agent's points for this sale are worth, by product and setting as they are now."""
    product = cell.products.get(order.product)
    return 0 if product is None else cell.points_idr(product)


def give_back(cell: Cell, order: Order, reason: str) -> None:
    """Void the hold of an order that failed, and tell the agent."""
    hold = cell.hold_posting(order)
    void = Transfer(cell.transfer_id(), Kind.VOID, (), "order_failed", of_id=order.hold_id, order_id=order.id)
    cell.transfer(void, hold)
    cell.restock(order)
    cell.note(Event(Happened.FAILED, order.id, at_ms=cell.now_ms, reason=reason))
    close_order(cell, order)


def close_order(cell: Cell, order: Order, *, tell: bool = True) -> None:
    """Nothing about it waits any more; its agent is told, unless the answer to his command tells him."""
    cell.close_items(order, ("unknown",), "rule")
    if tell:
        cell.tell(order)
    cell.forget(order)
