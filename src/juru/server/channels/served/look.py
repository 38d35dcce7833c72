"""What an agent looks up: his balance, prices, the state of products, formats and what the center announces."""

from __future__ import annotations

from juru.server.channels.door import Call, Door, Facts, Prices, Reply, Said
from juru.server.domain.catalog import Availability, Product, ProductKind, closed_by_cut_off
from juru.server.domain.cell import Cell
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import Intent
from juru.server.domain.routing import unusable
from juru.values.nearby import nearby

_SHOWN = 20
TOPICS: dict[Intent, str] = {
    Intent.ORDER: "order",
    Intent.BALANCE: "balance",
    Intent.PRICE: "balance",
    Intent.PRODUCTS: "balance",
    Intent.PRODUCT_STATUS: "balance",
    Intent.LIMITS: "balance",
    Intent.PRICE_NOTICES: "balance",
    Intent.STATUS_CHECK: "status",
    Intent.HISTORY: "status",
    Intent.DEPOSIT_TICKET: "deposit",
    Intent.DEPOSIT_CANCEL: "deposit",
    Intent.BANK: "deposit",
    Intent.DOWNLINE_TRANSFER: "transfer",
    Intent.DOWNLINE_TRANSFER_BACK: "transfer",
    Intent.TRANSFER_CANCEL: "transfer",
    Intent.DOWNLINE_REGISTER: "downline",
    Intent.DOWNLINE_LIST: "downline",
    Intent.DOWNLINE_BALANCE: "downline",
    Intent.DOWNLINE_BLOCK: "downline",
    Intent.DOWNLINE_UNBLOCK: "downline",
    Intent.AUTOREG: "downline",
    Intent.MARKUP_DOWNLINE: "markup",
    Intent.MARKUP_PRODUCT: "markup",
    Intent.COMMISSION_CHECK: "commission",
    Intent.COMMISSION_REDEEM: "commission",
    Intent.POINTS_CHECK: "commission",
    Intent.POINTS_REDEEM: "commission",
    Intent.CHANGE_PIN: "pin",
    Intent.SENDER_ADD: "address",
    Intent.SENDER_REMOVE: "address",
    Intent.SENDER_LIST: "address",
    Intent.RENAME: "address",
    Intent.COMPLAINT: "complaint",
    Intent.RECEIPT: "receipt",
    Intent.CORRECT_NUMBER: "correct",
    Intent.REPORT: "report",
    Intent.MUTATION_REPORT: "report",
}
"""Which part of the help tells of an intent; every keyword is a topic, too."""

_TOPIC_WORDS = {
    "ORDER": "order",
    "DEPOSIT": "deposit",
    "DOWNLINE": "downline",
    "ALAMAT": "address",
    "KELUHAN": "complaint",
    "LAPORAN": "report",
}


async def balance(call: Call) -> Reply:
    """His money."""
    return call.door.balance_of(call.agent)


async def price(call: Call) -> Reply:
    """The price of codes, of all that begin with one, or of everything."""
    door, agent, asked = call.door, call.agent, call.asked
    codes = [item.product for item in asked.items] or [asked.product]
    rows = tuple(row for code in codes for row in door.prices(agent, code))
    if not rows:
        return unknown_product(door.writer.cell, asked.product or "")
    return Prices(rows)


def unknown_product(cell: Cell, typed: str) -> Refusal:
    """No such code; with those it may have been meant for, which are only told, never ordered."""
    facts: Facts = {"product": typed[:40]}
    near = nearby(typed.upper(), cell.products)
    return Refusal(Code.UNKNOWN_PRODUCT, facts | {"near": ", ".join(near)} if near else facts)


async def products(call: Call) -> Reply:
    """The text that the owner has written about his products, or the price list."""
    own = call.door.writer.cell.settings.templates.get(call.agent.language, {})
    if call.asked.product is None and "info.products" in own:
        return Said("info.products")
    return await price(call)


async def product_status(call: Call) -> Reply:
    """The state of a product or of all that begin so; without a code, of all that cannot be bought now."""
    door, code = call.door, call.asked.product
    cell = door.writer.cell
    found = [p for _, p in sorted(cell.products.items()) if code is None or p.code.startswith(code)]
    if code is not None and not found:
        return unknown_product(cell, code)
    states = [(product, _state_of(door, product)) for product in found]
    shown = [(p, s) for p, s in states if code is not None or s != "open"][:_SHOWN]
    rows: list[Facts] = []
    for product, state in shown:
        row: Facts = {"code": product.code, "name": product.name, "state": f"@product.state.{state}"}
        left = cell.stock_of(product)
        if left is not None:
            row["stock"] = left
        if product.cut_offs:
            row["cut_off"] = ", ".join(f"{w.start}-{w.end} {w.zone}" for w in product.cut_offs)
        rows.append(row)
    return Said("product.status", {}, tuple(rows)) if rows else Said("product.status.all_open")


def _state_of(door: Door, product: Product) -> str:
    cell, now_ms = door.writer.cell, door.now_ms()
    if product.availability is not Availability.OPEN:
        return product.availability.value
    if closed_by_cut_off(product.cut_offs, now_ms) is not None:
        return "cut_off"
    if cell.stock_of(product) == 0:
        return "empty"
    offers = cell.offers.get(product.code, ())
    if product.kind is ProductKind.VOUCHER:
        if not cell.settings.vouchers_held and door.history.voucher_at_hand(product.code, door.today()):
            return "open"
        if not offers:
            return "empty"
    usable = (unusable(o, cell.suppliers.get(o.supplier), at_ms=now_ms, budget_idr=None) for o in offers)
    return "open" if any(why is None for why in usable) else "no_supplier"


async def info(call: Call) -> Reply:
    """What the center announces: its bank accounts, its addresses. The owner writes it as a reply text."""
    return Said(f"info.{call.asked.intent.value}")


async def help_(call: Call) -> Reply:
    """The formats he may write: in short, or of one topic, named by itself or by a command's word."""
    typed = call.asked.text
    if typed is None:
        return Said("help")
    intent = call.door.grammar().keywords.get(typed)
    topic = _TOPIC_WORDS.get(typed) or (None if intent is None else TOPICS.get(intent))
    return Said("help.topics" if topic is None else f"help.{topic}")


async def invalid(call: Call) -> Reply:
    """A text that cannot be read: kept for people to see, answered with the format of what it seems to want."""
    asked = call.asked
    facts: Facts = {"problem": asked.problem or ""}
    refusal = Refusal(Code.INVALID_FORMAT, facts | {"near": ", ".join(asked.near)} if asked.near else facts)
    call.door.note(refusal, call.channel, call.agent.code)
    topic = None if asked.text is None else TOPICS.get(Intent(asked.text))
    return refusal if topic is None else Said(f"help.{topic}")
