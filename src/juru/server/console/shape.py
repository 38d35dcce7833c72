"""What the page shows of an order, of balances and of suppliers: each value already as a person reads it.

One formatter, here, for the first load and for every later change, so that the browser only places text.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from juru.server.console.words import Lang, Words
from juru.server.domain.accounts import House, agent_deposit, agent_receivable, bank_account, supplier_deposit
from juru.server.domain.cell import Cell
from juru.server.domain.order import Order
from juru.server.domain.views import OrderState
from juru.values.days import Zone, iso_local
from juru.values.msisdn import to_local
from juru.values.rupiah import format_rupiah
from juru.web import wording
from juru.web.wording import MONTHS

AGENTS_SHOWN = 12
_OWNED = frozenset(
    {
        House.BANK,
        House.COST,
        House.COMMISSION_EXPENSE,
        House.LATE_SUCCESS,
        House.CLAIMS,
        House.LOSSES,
        House.BANK_FEES,
        House.BAD_DEBT,
        House.POINTS_EXPENSE,
        House.VOUCHER_STOCK,
    }
)
"""House accounts whose debit side is their plus: what we own or have spent."""
_ALWAYS = (House.BANK, House.EQUITY, House.SALES, House.COST)


class OrderRow(msgspec.Struct, frozen=True):
    """An order as one row of the table. ``state`` is the key of its word, shape and colour."""

    id: int
    time: str
    when: str
    agent: str
    product: str
    dest: str
    price: str
    state: str
    word: str
    sn: str | None


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """One balance: ``note`` says what of it is held."""

    name: str
    label: str
    amount: str
    note: str = ""
    debt: bool = False


class Balances(msgspec.Struct, frozen=True):
    """Everybody's money."""

    agents: tuple[Account, ...]
    agents_more: str
    agents_total: Account
    suppliers: tuple[Account, ...]
    house: tuple[Account, ...]


def clock(at_ms: int, zone: Zone) -> str:
    """Time of day to the second, ``14:05:09``."""
    return iso_local(at_ms, zone)[11:19]


def moment(at_ms: int, zone: Zone, lang: Lang) -> str:
    """Date, time and zone: ``23 Nov 2026 14:05:09 WIB``."""
    iso = iso_local(at_ms, zone)
    return f"{int(iso[8:10])} {MONTHS[lang][int(iso[5:7]) - 1]} {iso[:4]} {iso[11:19]} {zone.value}"


def minute(at_ms: int, zone: Zone, lang: Lang) -> str:
    """The same to the minute, where nobody counts seconds: ``23 Nov 2026 14:05 WIB``."""
    whole = moment(at_ms, zone, lang)
    return f"{whole[: -len(zone.value) - 4]} {zone.value}"


def grouped(dest: str) -> str:
    """A mobile number as ``0812-3456-7890``; any other destination as it is."""
    local = to_local(dest)
    if not (local.startswith("08") and local.isdigit() and len(local) <= 14):
        return local
    return "-".join(part for part in (local[:4], local[4:8], local[8:]) if part)


def held_for_person(cell: Cell) -> frozenset[int]:
    """Orders that wait for a person."""
    return frozenset(order_id for _, order_id, _ in cell.queue if order_id is not None)


def state_of(order: Order, waiting: frozenset[int]) -> str:
    """The key of an order's state as the page words it."""
    match order.state:
        case OrderState.ACCEPTED:
            return "person" if order.id in waiting else "process"
        case _:
            return order.state.value


def order_rows(orders: Iterable[Order], cell: Cell, lang: Lang, t: Words) -> list[OrderRow]:
    """Orders as rows; one that is open is taken from the cell, which is never behind."""
    waiting = held_for_person(cell)
    zone = cell.settings.zone
    rows = []
    for read in orders:
        order = cell.orders.get(read.id, read)
        state = state_of(order, waiting)
        rows.append(
            OrderRow(
                order.id,
                clock(order.at_ms, zone),
                moment(order.at_ms, zone, lang),
                cell.agent_codes.get(order.agent_id, "?"),
                order.product,
                grouped(order.dest),
                format_rupiah(order.price_idr),
                state,
                t(f"state_{state}"),
                order.sn,
            )
        )
    return rows


def balances(cell: Cell, find: str, t: Words) -> Balances:
    """Agents whose code begins with ``find`` (the first few), all agents together, suppliers and the house."""
    shown: list[Account] = []
    found = total_idr = held_idr = 0
    for code in sorted(cell.agents):
        agent = cell.agents[code]
        balance = cell.ledger.get(agent_deposit(agent.id))
        net_idr, held = (balance.net_idr, balance.held_idr) if balance is not None else (0, 0)
        total_idr += net_idr
        held_idr += held
        if not code.startswith(find):
            continue
        found += 1
        if len(shown) < AGENTS_SHOWN:
            shown.append(_account(agent.name, code, net_idr, held, t))
    more = found - len(shown)
    total = _account("total", t("agents_total", count=len(cell.agents)), total_idr, held_idr, t)
    suppliers = tuple(
        _account(s.name, s.code, -_net(cell, supplier_deposit(s.id)), 0, t)
        for s in sorted(cell.suppliers.values(), key=lambda s: s.code)
    )
    return Balances(
        tuple(shown), t("agents_more", count=more) if more else "", total, suppliers, tuple(_house(cell, t))
    )


def _net(cell: Cell, account: int) -> int:
    balance = cell.ledger.get(account)
    return 0 if balance is None else balance.net_idr


def _account(name: str, label: str, amount_idr: int, held_idr: int, t: Words) -> Account:
    note = t("held", amount=format_rupiah(held_idr)) if held_idr else ""
    return Account(name, label, format_rupiah(amount_idr), note, debt=amount_idr < 0)


def _house(cell: Cell, t: Words) -> Iterable[Account]:
    own = {}
    for account in House:
        net_idr = _net(cell, account)
        own[account] = -net_idr if account in _OWNED else net_idr
        if own[account] or account in _ALWAYS:
            yield _account(account.name.lower(), t(f"house_{account.name.lower()}"), own[account], 0, t)
    for bank in sorted(cell.bank_accounts.values(), key=lambda one: one.code):
        yield _account(bank.bank, bank.code, -_net(cell, bank_account(bank.id)), 0, t)
    owed_idr = -sum(_net(cell, agent_receivable(agent.id)) for agent in cell.agents.values())
    if owed_idr:
        yield _account("debts", t("house_debts"), owed_idr, 0, t)
    earned_idr = own[House.COMMISSION_EXPENSE] + own[House.POINTS_EXPENSE]
    margin_idr = own[House.SALES] - own[House.COST] - earned_idr - own[House.LOSSES]
    yield _account("margin", t("house_margin"), margin_idr, 0, t)


def day_words(day: int, lang: Lang) -> str:
    """A business day: ``24 Nov 2026``; a dash for none."""
    return wording.day_words(day, lang) if day else "—"
