"""Orders by a filter that can be typed, linked to and read again: the list behind every figure of a report."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from juru.server.desk.names import Names
from juru.server.desk.spans import Span, read_day
from juru.server.domain.views import OrderState
from juru.server.errors import CommandError, SettingsError
from juru.server.store.reads.lists import Listed, OrderFilter, OrderPage, What, list_orders
from juru.server.store.reads.reads import Reads
from juru.values.days import Zone, iso_local, written
from juru.values.msisdn import parse_msisdn, to_local
from juru.web.sheets import Cell, Column, Kind, Line, Sheet

LINES_MAX = 100_000
_PAGE = 1_000
_EMPTY_PAGES_MAX = 500
_HELD = (
    Column("id", Kind.ID),
    Column("at", Kind.TIME),
    Column("posted", Kind.TIME),
    Column("event"),
    Column("agent"),
    Column("ref"),
    Column("product"),
    Column("dest"),
    Column("state"),
    Column("price_idr", Kind.MONEY, summed=True),
    Column("cost_idr", Kind.MONEY, summed=True),
    Column("supplier"),
    Column("sn"),
    Column("reason"),
)
_MOVED = (
    *_HELD[:9],
    *(
        Column(name, Kind.MONEY, summed=True)
        for name in ("sales_idr", "cost_idr", "commission_idr", "losses_idr", "late_idr", "profit_idr")
    ),
    *_HELD[11:],
    Column("transfer", Kind.ID),
)


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """A filter as it stands in a command line or in an address."""

    what: What = What.ACCEPTED
    first: str = ""
    last: str = ""
    agent: str = ""
    downline: bool = False
    product: str = ""
    operator: str = ""
    supplier: str = ""
    hour: str = ""
    state: str = ""
    dest: str = ""

    def query(self) -> str:
        """The filter as the query of an address, only what is set."""
        set_ = {name: value for name, value in msgspec.structs.asdict(self).items() if value not in {"", False}}
        if self.what is What.ACCEPTED:
            del set_["what"]
        names = {"first": "from", "last": "to"}
        return urlencode({names.get(k, k): "1" if v is True else str(v) for k, v in set_.items()})


def wish_of(query: Mapping[str, str]) -> Wish:
    """A filter from an address. Raises ``SettingsError`` for what is no filter."""
    try:
        what = What(query.get("what") or What.ACCEPTED)
        state = query.get("state", "")
        if state:
            OrderState(state)
    except ValueError as error:
        raise SettingsError(
            f"{error}: what is one of {', '.join(What)}, state one of {', '.join(OrderState)}"
        ) from error
    text = {name: query.get(name, "").strip()[:64] for name in ("agent", "product", "operator", "supplier", "dest")}
    hour = query.get("hour", "").strip()
    if hour and not (hour.isascii() and hour.isdigit() and int(hour) < 24):
        raise SettingsError(f"{hour} is no hour: 0 to 23")
    ends = (query.get("from", "").strip()[:32], query.get("to", "").strip()[:32])
    downline = query.get("downline", "") not in {"", "0"}
    return Wish(what, *ends, downline=downline, hour=hour, state=state, **text)


def filter_of(wish: Wish, names: Names, today: int) -> OrderFilter:
    """The filter with the numbers of what it names. Raises ``CommandError`` for an agent or product there is not."""
    agents: tuple[int, ...] | None = None
    products: tuple[str, ...] | None = None
    if wish.agent:
        top = names.agent(wish.agent)
        agents = tuple(agent.id for agent in (names.subtree(top) if wish.downline else [top]))
    if wish.product:
        products = (wish.product.upper(),)
        if not products[0].replace("-", "").replace("_", "").isalnum():
            raise CommandError(f"{wish.product} is no product's code")
    if wish.operator:
        ours = names.of_operator(wish.operator)
        products = ours if products is None else tuple(code for code in ours if code in products)
    supplier = None
    if wish.supplier:
        supplier = (0, "") if wish.supplier == "-" else _numbered(names, wish.supplier)
    return OrderFilter(
        wish.what,
        0 if not wish.first else read_day(wish.first, today),
        2**31 if not wish.last else read_day(wish.last, today),
        agents,
        products,
        supplier,
        int(wish.hour) if wish.hour else None,
        OrderState(wish.state) if wish.state else None,
        (parse_msisdn(wish.dest) or wish.dest) if wish.dest else None,
    )


def _numbered(names: Names, code: str) -> tuple[int, str]:
    supplier = names.supplier(code)
    return supplier.id, supplier.code


def spanned(wish: Wish, span: Span) -> Wish:
    """The same filter over other days."""
    return msgspec.structs.replace(wish, first=written(span.first), last=written(span.last))


def order_page(reads: Reads, wanted: OrderFilter, *, before: int | None, limit: int) -> OrderPage:
    """One page of a list; what is looked through without finding anything is looked through further."""
    rows: list[Listed] = []
    for _ in range(_EMPTY_PAGES_MAX):
        page = list_orders(reads.engine, reads.sums, reads.zone(), wanted, before=before, limit=limit - len(rows))
        rows.extend(page.rows)
        before = page.before
        if before is None or len(rows) >= limit:
            break
    return OrderPage(tuple(rows), before)


def whole_list(reads: Reads, wanted: OrderFilter, *, before: int | None = None) -> list[Listed]:
    """Everything of a list, or the rest of it. Raises ``CommandError`` for more than a file should hold."""
    rows: list[Listed] = []
    while True:
        page = order_page(reads, wanted, before=before, limit=_PAGE)
        rows.extend(page.rows)
        if len(rows) > LINES_MAX:
            raise CommandError(f"these are more than {LINES_MAX} orders: narrow the filter or take a shorter span")
        if page.before is None:
            return rows
        before = page.before


def list_sheet(rows: tuple[Listed, ...] | list[Listed], wish: Wish, names: Names, zone: Zone) -> Sheet:
    """Orders as a table, with sums; what moved where money was posted, the price where it was only held."""
    columns = _HELD if wish.what in {What.ACCEPTED, What.FAILED} else _MOVED
    lines = [_line(row, columns, names, zone) for row in rows]
    total: list[Cell] = []
    for place, column in enumerate(columns):
        values = [line.cells[place] for line in lines]
        total.append(sum(v for v in values if isinstance(v, int)) if column.summed else None)
    facts: dict[str, Cell] = {
        name: value if isinstance(value, str) else "yes" for name, value in msgspec.to_builtins(wish).items()
    }
    return Sheet("orders", facts, columns, tuple(lines), tuple(total))


def _line(row: Listed, columns: tuple[Column, ...], names: Names, zone: Zone) -> Line:
    order = row.order
    moved = columns is _MOVED
    cells: dict[str, Cell] = {
        "id": order.id,
        "at": iso_local(order.at_ms, zone),
        "posted": iso_local(row.at_ms, zone),
        "event": row.code,
        "agent": names.agent_codes.get(order.agent_id, str(order.agent_id)),
        "ref": order.ref,
        "product": order.product,
        "dest": to_local(order.dest),
        "state": order.state.value,
        "price_idr": order.price_idr,
        "cost_idr": row.cost_idr if moved else order.cost_idr,
        "sales_idr": row.sales_idr,
        "commission_idr": row.commission_idr,
        "losses_idr": row.losses_idr,
        "late_idr": row.late_idr,
        "profit_idr": row.sales_idr - row.cost_idr - row.commission_idr - row.losses_idr,
        "supplier": order.supplier,
        "sn": order.sn,
        "reason": order.reason,
        "transfer": row.transfer_id,
    }
    return Line(str(order.id), tuple(cells[column.name] for column in columns))
