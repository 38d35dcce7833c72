"""Vouchers: taking codes into stock, handing out the oldest one with the order that pays for it, taking them out."""

from __future__ import annotations

from juru.books.rules import AMOUNT_IDR_MAX, Kind, Posting, Transfer
from juru.server.domain.accounts import House
from juru.server.domain.catalog import Product, ProductKind
from juru.server.domain.cell import Cell, Message
from juru.server.domain.commands import DESK, ImportVouchers, PaidFrom, VoidVouchers
from juru.server.domain.order import Attempt, Order
from juru.server.domain.outcome import Answer
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.server.domain.sale import post_sale
from juru.server.domain.voucher import Voucher, VoucherState, delivered_key

VOUCHER = NAME_OF[Voucher]
IMPORT_MAX = 10_000
"""Codes of one import: it is one command, so that all stand or none."""
STOCK_CODES = ("voucher_import", "voucher_void")
"""Transfers that follow what codes are in stock; they are undone by voiding or importing, never by themselves."""


def import_vouchers(cell: Cell, command: ImportVouchers) -> Result:
    """Take codes into stock at their cost; one that was ever filed before refuses them all."""
    for seen in cell.past.messages:
        if seen.message_id == command.request_id and seen.channel == DESK:
            return Done(seen.transfer_id, note="repeated")
    if (problem := _not_importable(cell, command)) is not None:
        return Refusal(Code.MALFORMED, {"detail": problem})
    product = command.product.upper()
    for new in command.vouchers:
        cell.file(new.key, Voucher(product, new.sealed, new.serial, new.cost_idr, new.expires_day))
    total_idr = sum(new.cost_idr for new in command.vouchers)
    paid_from = House.BANK if command.paid_from is PaidFrom.BANK else House.EQUITY
    moved_id = None
    if total_idr:
        memo = f"{command.by}: {command.reason} ({len(command.vouchers)} {product})"
        moved_id = _move(cell, House.VOUCHER_STOCK, paid_from, total_idr, "voucher_import", memo).id
    seen = Message(cell.next.message, 0, DESK, "", command.request_id, "", cell.now_ms, transfer_id=moved_id)
    cell.next.message += 1
    cell.past.messages.append(seen)
    cell.changes.messages.append(seen)
    return Done(moved_id)


def _not_importable(cell: Cell, command: ImportVouchers) -> str | None:
    product = cell.products.get(command.product.upper())
    if product is None or product.kind is not ProductKind.VOUCHER:
        return f"{command.product} is no product of kind voucher"
    if not 0 < len(command.vouchers) <= IMPORT_MAX:
        return f"an import has 1 to {IMPORT_MAX} codes, this one {len(command.vouchers)}: divide the file"
    seen: dict[str, int] = {}
    for place, new in enumerate(command.vouchers, 1):
        if new.key in seen:
            return f"code {place} is code {seen[new.key]} again"
        seen[new.key] = place
        if (known := cell.paper(Voucher, new.key)) is not None:
            return f"code {place} was imported before, for {known.product} (it is {known.state})"
        if not 0 <= new.cost_idr <= AMOUNT_IDR_MAX:
            return f"code {place} costs {new.cost_idr}"
        if new.expires_day is not None and new.expires_day < cell.day:
            return f"code {place} has expired on {new.expires_day}"
    return None


def void_vouchers(cell: Cell, command: VoidVouchers) -> Result:
    """Take codes out of the stock: all of them, or none. Each one's cost leaves the books with it."""
    if not command.reason.strip():
        return Refusal(Code.NOT_ALLOWED, {"why": "reason"})
    found: dict[str, Voucher] = {}
    for key in command.keys:
        voucher = cell.paper(Voucher, key)
        if voucher is None or voucher.state is not VoucherState.OPEN or key in found:
            state = "unknown" if voucher is None else voucher.state.value
            return Refusal(Code.NOT_ALLOWED, {"why": "not_in_stock", "voucher": key[:40], "state": state})
        found[key] = voucher
    bearer = House.BANK if command.refunded else House.LOSSES
    memo = f"{command.by}: {command.reason}"
    for key, voucher in found.items():
        cost_idr = voucher.cost_idr
        moved = _move(cell, bearer, House.VOUCHER_STOCK, cost_idr, "voucher_void", memo) if cost_idr else None
        transfer_id = None if moved is None else moved.id
        # The code is of no use any more, so it is not kept either.
        cell.file(key, voucher.now(VoucherState.VOID, sealed="", transfer_id=transfer_id, reason=memo))
    return Done()


def _move(cell: Cell, debit: House, credit: House, amount_idr: int, code: str, memo: str) -> Transfer:
    posting = Posting(debit, credit, amount_idr)
    moved = cell.transfer(Transfer(cell.transfer_id(), Kind.DIRECT, (posting,), code, memo=memo))
    cell.past.transfers[moved.id] = moved
    return moved


def in_stock(cell: Cell, product: Product) -> int:
    """How many codes of a product a batch has at hand: as many as its orders can want, if there are so many."""
    if cell.settings.vouchers_held:
        return 0
    return len(cell.past.marked.get((VOUCHER, product.code), ()))


def own_voucher(cell: Cell, product: Product, place: int, budget_idr: int | None) -> str | None:
    """The code in stock that the ``place``-th line of a command would get, if it does not cost more than it brings.

    After a restore none is handed out until a person has seen which ones had been.
    """
    if product.kind is not ProductKind.VOUCHER or cell.settings.vouchers_held:
        return None
    keys = cell.past.marked.get((VOUCHER, product.code), [])
    if place >= len(keys):
        return None
    voucher = cell.paper(Voucher, keys[place])
    assert voucher is not None, keys[place]
    return keys[place] if budget_idr is None or voucher.cost_idr <= budget_idr else None


def hand_out(cell: Cell, order: Order, product: Product, key: str) -> None:
    """Give an order that has just been accepted its code: it is a success in the same commit."""
    voucher = cell.paper(Voucher, key)
    assert voucher is not None, key
    assert voucher.state is VoucherState.OPEN, key
    cell.file(key, voucher.now(VoucherState.HANDED, order_id=order.id))
    left = cell.past.marked[VOUCHER, product.code]
    left.remove(key)
    post_sale(
        cell,
        order,
        bought_from=House.VOUCHER_STOCK,
        cost_idr=voucher.cost_idr,
        sn=voucher.serial or None,
        # In chat the answer to his message is what tells him; a second message would only repeat the code.
        tell=not order.channel.startswith("chat"),
    )
    if len(left) < product.stock_low:
        _note_low(cell, order, product, len(left))


def _note_low(cell: Cell, order: Order, product: Product, left: int) -> None:
    """Once per product until a person has seen it."""
    told = f"{product.code}:"
    if not any(item.kind == "low_stock" and item.note.startswith(told) for item in cell.queue.values()):
        cell.ask_person("low_stock", f"{told} {left} left", order.id)


def keep_delivered(cell: Cell, order: Order, attempt: Attempt, answer: Answer) -> None:
    """Keep the code that came with a supplier's answer; it was sealed before it came here."""
    if answer.voucher_pin is not None:
        voucher = Voucher(
            order.product,
            answer.voucher_pin,
            answer.sn or "",
            state=VoucherState.HANDED,
            order_id=order.id,
            supplier=attempt.supplier,
        )
        cell.file(delivered_key(order.id), voucher)
