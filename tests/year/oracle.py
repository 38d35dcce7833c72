"""An independent reckoning: what every account must say, from what was done and what everybody was told.

It shares no sum with the server. Prices are made from the price list and the tree of agents as the business would work
them out on paper; what an order came to is what its agent read; what it cost is what its supplier's own book says. A
posting is two entries here as well, under readable names: ``agent:17:deposit``, ``house:sales``, ``supplier:2``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Product, ProductKind
from juru.simulation.demo_catalog import GAME, GAME_COST_IDR
from juru.simulation.seller import State, Trade

_ORDER = re.compile(r"^#(\d+) R#(\S+) ([A-Z0-9]+)\.(\S+) (akan diproses|SUKSES|GAGAL)")
_CHARGED = re.compile(r"Saldo -?[\d.]+ - ([\d.]+) = ")
_SN = re.compile(r"SN/Ref: (.*?)\. Saldo")
FINAL = {"SUKSES": "success", "GAGAL": "failed"}


class Bought(msgspec.Struct):
    """An order as its agent knows it. ``ends``: each final state he was told of, and the day."""

    id: int
    agent: int
    product: str
    dest: str
    price_idr: int
    legs: dict[int, int]
    points_idr: int
    day: int
    ends: list[tuple[str, int]] = []
    sn: str = ""

    @property
    def state(self) -> str:
        """What he was told last."""
        return self.ends[-1][0] if self.ends else "accepted"


class Cost(msgspec.Struct, frozen=True):
    """What an order cost by the book of whoever sold it; no supplier where it came from our own stock."""

    supplier: str
    amount_idr: int
    trade: int | None = None


class Said(msgspec.Struct, frozen=True):
    """An agent's text about an order, read."""

    id: int
    word: str
    charged_idr: int | None
    sn: str


def read(text: str) -> Said | None:
    """What a text says of an order; None where it says nothing of one."""
    found = _ORDER.match(text)
    if found is None:
        return None
    charged, sn = _CHARGED.search(text), _SN.search(text)
    charged_idr = None if charged is None else int(charged[1].replace(".", ""))
    return Said(int(found[1]), found[5], charged_idr, "" if sn is None else sn[1])


class Oracle:
    """Every account by name, in all and by month; every order."""

    def __init__(self, agents: Iterable[Agent], products: Iterable[Product]) -> None:
        self.agents = {agent.code: agent for agent in agents}
        self.products = {product.code: product for product in products}
        self.net: Counter[str] = Counter()
        self.month: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.orders: dict[int, Bought] = {}
        self.by_dest: dict[tuple[str, str], int] = {}
        self.ended: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
        self.accepted: defaultdict[int, list[int]] = defaultdict(list)
        self.charged: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.corrected: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
        self.faults: list[str] = []
        self._early: defaultdict[int, list[tuple[Said, int]]] = defaultdict(list)

    # ------------------------------------------------------------------ accounts

    def post(self, day: int, debit: str, credit: str, amount_idr: int) -> None:
        """Move money between two accounts."""
        for name, change in ((debit, -amount_idr), (credit, amount_idr)):
            self.net[name] += change
            self.month[day // 100][name] += change

    def free_idr(self, agent: Agent) -> int:
        """What an agent may spend, but for what open orders hold."""
        return self.net[f"agent:{agent.id}:deposit"]

    # ------------------------------------------------------------------ prices

    def fee(self, agent: Agent, product: Product) -> tuple[int, dict[int, int]]:
        """What a product costs an agent without an open amount, and what each above him earns by it."""
        own = agent.markup_idr + agent.product_markups_idr.get(product.code, 0)
        price_idr = product.level_prices_idr.get(agent.level, product.price_idr) + own
        legs: dict[int, int] = {}
        above, place = agent.upline, 0
        while above is not None:
            upline = self.agents[above]
            added = upline.downline_markup_idr + upline.downline_product_markups_idr.get(product.code, 0)
            price_idr += added
            earned = added + (max(own, 0) if place == 0 else 0)
            earned += product.commissions_idr[place] if place < len(product.commissions_idr) else 0
            if earned:
                legs[upline.id] = earned
            above, place = upline.upline, place + 1
        return price_idr, legs

    # ------------------------------------------------------------------ orders

    def placed(self, text: str, agent: Agent, product: Product, dest: str, day: int, *, base_idr: int = 0) -> bool:
        """An answer to an order: True when it was accepted. ``base_idr``: an open amount, or what a bill costs us."""
        said = read(text)
        if said is None or said.id in self.orders:
            return False
        fee_idr, legs = self.fee(agent, product)
        order = Bought(said.id, agent.id, product.code, dest, fee_idr + base_idr, legs, product.points, day, [])
        if said.charged_idr not in {None, order.price_idr}:
            self.faults.append(f"order {said.id}: charged {said.charged_idr}, its price is {order.price_idr}")
        self.orders[said.id] = order
        self.by_dest[product.code, dest] = said.id
        self.accepted[day // 100].append(said.id)
        for word in [(said, day), *self._early.pop(said.id, [])]:
            self._end(order, *word)
        return True

    def told(self, text: str, day: int) -> None:
        """A text that came by itself."""
        said = read(text)
        if said is None:
            return
        order = self.orders.get(said.id)
        if order is None:
            self._early[said.id].append((said, day))
        else:
            self._end(order, said, day)

    def _end(self, order: Bought, said: Said, day: int) -> None:
        state = FINAL.get(said.word)
        if state == "failed" and order.state == "success":
            state = "reversed"
        if state is None or state == order.state or (state == "failed" and order.state == "reversed"):
            return
        if order.ends and state != "reversed":
            self.faults.append(f"order {order.id}: told {state} after {order.state}")
        order.ends.append((state, day))
        order.sn = said.sn or order.sn
        self.ended[day // 100].append((order.id, state, day))
        if state in {"success", "reversed"}:
            for debit, credit, amount_idr in self.sale(order):
                sides = (debit, credit) if state == "success" else (credit, debit)
                self.post(day, *sides, amount_idr)

    def sale(self, order: Bought) -> list[tuple[str, str, int]]:
        """What a sale moves, but for its cost."""
        moved = [(f"agent:{order.agent}:deposit", "house:sales", order.price_idr)]
        moved += [("house:commission_expense", f"agent:{who}:commission", idr) for who, idr in order.legs.items()]
        if order.points_idr:
            moved.append(("house:points_expense", f"agent:{order.agent}:points", order.points_idr))
        return moved


class Costs:
    """What the suppliers' own books say of our orders."""

    def __init__(self, oracle: Oracle, trades: dict[str, list[Trade]], products_of: dict[tuple[str, str], str]) -> None:
        self.faults: list[str] = []
        self.extra: list[tuple[str, Trade, int]] = []
        """Deliveries that no success of ours stands for: late ones, and double ones."""
        self._of: dict[int, Cost] = {}
        sold: defaultdict[int, list[tuple[str, Trade]]] = defaultdict(list)
        for supplier, known in trades.items():
            for trade in known:
                product = products_of[supplier, trade.sku.upper()]
                order_id = oracle.by_dest.get((product, trade.dest))
                if order_id is None:
                    self.faults.append(f"{supplier} sold {trade.sku} to {trade.dest} ({trade.ref}): nobody ordered it")
                elif trade.sn:
                    sold[order_id].append((supplier, trade))
        for order in oracle.orders.values():
            self._judge(order, sold[order.id])

    def _judge(self, order: Bought, sold: list[tuple[str, Trade]]) -> None:
        if order.product == GAME.code:
            self._of[order.id] = Cost("", GAME_COST_IDR)
            return
        won: Trade | None = None
        if order.state in {"success", "reversed"}:
            fits = [(s, t) for s, t in sold if len(sold) == 1 or order.sn.startswith(t.sn[:20]) or t.sn == order.sn]
            if len(fits) != 1:
                self.faults.append(f"order {order.id} is a {order.state}, sold by {fits or sold or 'nobody'}")
                return
            supplier, won = fits[0]
            self._of[order.id] = Cost(supplier, won.price_idr, won.id)
            if (won.state is State.SUCCESS) is not (order.state == "success"):
                self.faults.append(f"order {order.id} is a {order.state}, at {supplier} it is {won.state} ({won.ref})")
        self.extra += [(s, t, order.id) for s, t in sold if t is not won and t.state is State.SUCCESS]

    def of(self, order_id: int) -> Cost | None:
        """What an order cost."""
        return self._of.get(order_id)


def is_ordered(product: Product) -> bool:
    """Whether a product is bought in one step, by its code and a number."""
    return product.kind in {ProductKind.FIXED, ProductKind.PLN_TOKEN, ProductKind.VOUCHER}
