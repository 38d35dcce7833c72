"""A small pulsa business in memory: a pure cell and the commands that drive it, without store, clock or network.

``market()`` builds it; ``run`` gives it one command the way the writer does. Between two commands the cell forgets
closed orders as it would between two batches; ``Market`` keeps them, as the store would, and loads what is named.
"""

from __future__ import annotations

from typing import Self

import msgspec

from juru.books.rules import Transfer
from juru.server.domain.accounts import agent_commission, agent_deposit
from juru.server.domain.agent import Agent
from juru.server.domain.catalog import (
    CutOff,
    DestKind,
    Offer,
    Operator,
    PrefixTable,
    Product,
    ProductKind,
    Supplier,
)
from juru.server.domain.cell import Cell, Changes, Message, PaperKey, Past, Settings
from juru.server.domain.commands import (
    AddDeposit,
    AttemptAnswered,
    CallbackArrived,
    Command,
    DepositKind,
    MarkSending,
    MessageKey,
    OrderLine,
    PlaceOrder,
)
from juru.server.domain.decide import Needs, decide, needs
from juru.server.domain.order import Attempt, Order, Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.paper import Marked, Paper
from juru.server.domain.records import put
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Placed, Result, Sending
from juru.server.store.rows import paper_from
from juru.values.days import business_day

# Monday 2 June 2025, 10:00 WIB.
START_MS = 1_748_833_200_000
DEST = "081234567890"
XL_DEST = "081712345678"


def run(cell: Cell, command: Command, past: Past | None = None, *, at_ms: int | None = None) -> Result:
    """One command as a batch of its own."""
    cell.begin(cell.now_ms if at_ms is None else at_ms, Past() if past is None else past)
    return decide(cell, command)


class Market:
    """A cell with a memory for what is closed: what the store would load is given back to it."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.orders: dict[int, Order] = {}
        self.attempts: dict[int, Attempt] = {}
        self.rows_to: dict[int, str] = {}
        self.transfers: dict[int, Transfer] = {}
        self.messages: list[Message] = []
        self.papers: dict[PaperKey, tuple[int, Paper]] = {}
        self.commits: list[Changes] = []
        self.now_ms = cell.now_ms

    # ------------------------------------------------------------------ driving

    def do(self, *commands: Command, at_ms: int | None = None) -> Result:
        """Run the commands as one batch; the last one's result."""
        if at_ms is not None:
            self.now_ms = at_ms
        self.cell.begin(self.now_ms, self._past(list(commands)))
        results = [decide(self.cell, command) for command in commands]
        self._keep(self.cell.changes)
        return results[-1]

    def after(self, seconds: float) -> Self:
        """Let time pass."""
        self.now_ms += int(seconds * 1000)
        return self

    def _keep(self, changes: Changes) -> None:
        for order in changes.orders:
            # Its row keeps the number that it had at the end of its batch; a later correction is another row.
            self.rows_to[order.id] = order.dest
        self.orders.update({order.id: order for order in changes.orders})
        self.attempts.update({attempt.id: attempt for attempt in changes.attempts})
        self.transfers.update({moved.id: moved for moved in changes.transfers})
        self.messages.extend(changes.messages)
        for row in changes.papers:
            self.papers[row.kind, row.key] = (row.head_id, paper_from(row.kind, row.body.decode()))
        self.commits.append(changes)

    def _past(self, commands: list[Command]) -> Past:
        """What ``needs`` names, as the store would answer it: no more, so that a forgotten need shows."""
        cell, wanted = self.cell, needs(self.cell, commands)
        past = Past()
        orders, transfers = set(wanted.orders) | self._load_papers(past, wanted), set(wanted.transfers)
        for order in self.orders.values():
            if (order.agent_id, order.ref) in wanted.refs and order.ref is not None:
                past.refs[order.agent_id, order.ref] = order.id
                orders.add(order.id)
            row_to = (order.agent_id, self.rows_to[order.id])
            if row_to in wanted.chat and order.ref is None:
                past.chat.setdefault(row_to, []).append(order.id)
                orders.add(order.id)
        for agent_id, key in wanted.messages:
            for seen in self.messages:
                same = (seen.agent_id, seen.channel, seen.sender) == (agent_id, key.channel, key.sender)
                if same and (seen.message_id == key.id or seen.text == key.text) and seen not in past.messages:
                    past.messages.append(seen)
                    orders.update(seen.order_ids)
                    transfers.update(i for i in (seen.transfer_id,) if i is not None)
        for attempt in self.attempts.values():
            if attempt.ref in wanted.attempt_refs:
                past.attempt_refs[attempt.ref] = attempt.id
            if attempt.ref in wanted.attempt_refs or attempt.id in wanted.attempts:
                orders.add(attempt.order_id)
        for order_id in sorted(orders):
            known = self.orders.get(order_id)
            if known is not None and order_id not in cell.orders:
                past.orders[order_id] = known
                past.attempts.update({a.id: a for a in self.attempts.values() if a.order_id == order_id})
                transfers.update(i for i in (known.post_id,) if i is not None)
        self._load_transfers(past, transfers, wanted.last_transfers)
        return past

    def _load_papers(self, past: Past, wanted: Needs) -> set[int]:
        """The papers named; the orders they go with."""
        named = [key for key in wanted.papers if key in self.papers]
        for asked in wanted.marked:
            fits = [(head_id, key) for key, (head_id, paper) in self.papers.items() if self._fits(asked, key[0], paper)]
            found = [key for _, key in sorted(fits, reverse=asked.newest)[: asked.limit]]
            past.marked[asked.kind, asked.mark] = [key for _, key in found]
            named += found
        orders = set()
        for kind, key in named:
            if (kind, key) not in self.cell.papers:
                past.papers[kind, key] = self.papers[kind, key]
            order_id = self.papers[kind, key][1].of_order()
            if order_id is not None:
                past.of_order[kind, order_id] = key
                orders.add(order_id)
        return orders

    def _fits(self, asked: Marked, kind: str, paper: Paper) -> bool:
        head = paper.head()
        today = business_day(self.now_ms, self.cell.settings.zone)
        lives = head.day is None or head.day >= today or not asked.unexpired
        return kind == asked.kind and head.mark == asked.mark and lives and (head.open or not asked.only_open)

    def _load_transfers(self, past: Past, wanted: set[int], last_of: list[int]) -> None:
        for agent_id in last_of:
            given = [
                moved.id
                for moved in self.transfers.values()
                if moved.code == "agent_transfer" and moved.postings[0].debit == agent_deposit(agent_id)
            ]
            if given:
                past.last_transfer[agent_id] = max(given)
                wanted.add(max(given))
        for moved in self.transfers.values():
            if moved.id in wanted:
                past.transfers[moved.id] = moved
            if moved.of_id in wanted and moved.kind == "reversal":
                past.reversed[moved.of_id] = moved.id

    # ------------------------------------------------------------------ the usual commands

    def order(
        self,
        ref: str | None = "r1",
        *,
        agent: str = "BUDI",
        product: str = "S10",
        dest: str = DEST,
        amount_idr: int | None = None,
        max_price_idr: int | None = None,
    ) -> Result:
        """An H2H order."""
        line = OrderLine(dest, product=product, amount_idr=amount_idr)
        return self.do(PlaceOrder(agent, (line,), "h2h-otomax", ref=ref, max_price_idr=max_price_idr))

    def placed(self, ref: str | None = "r1", **more: str | int | None) -> Order:
        """An H2H order that must be accepted."""
        result = self.order(ref, **more)  # type: ignore[arg-type]
        assert isinstance(result, Placed), result
        return self.orders[result.orders[0].order_id]

    def chat(
        self,
        *lines: OrderLine,
        agent: str = "BUDI",
        message_id: str | None = None,
        text: str | None = None,
    ) -> Result:
        """An order by chat; without an id each message is a new one with a text of its own."""
        message_id = message_id or f"m{len(self.commits)}"
        key = MessageKey("chat", f"chat:{agent}", message_id, text or f"text {message_id}")
        return self.do(PlaceOrder(agent, lines or (OrderLine(DEST, product="S10"),), "chat", message=key))

    def send(self, order: Order) -> Attempt:
        """Mark the order's last attempt as sending."""
        attempt = self.attempts_of(order)[-1]
        result = self.do(MarkSending((attempt.id,)))
        assert isinstance(result, Sending), result
        return attempt

    def answer(
        self,
        attempt: Attempt,
        outcome: Outcome,
        source: Source = Source.REPLY,
        *,
        last_byte_ms: int | None = None,
        **more: object,
    ) -> None:
        """A supplier's answer; a callback comes in by its own command."""
        answer = Answer(outcome, ref=attempt.ref, **more)  # type: ignore[arg-type]
        if source is Source.CALLBACK:
            self.do(CallbackArrived(attempt.supplier, answer, "raw"))
        else:
            self.do(AttemptAnswered(attempt.id, answer, source, last_byte_ms))

    def sold(self, ref: str = "r1", **more: str | int | None) -> Order:
        """An order placed, sent and delivered."""
        order = self.placed(ref, **more)
        self.answer(self.send(order), Outcome.SUCCESS, sn=f"SN-{ref}")
        return order

    def deposit(self, agent: str, amount_idr: int, request_id: str | None = None) -> Result:
        """Money for an agent, from bank."""
        request_id = request_id or f"d{len(self.commits)}"
        return self.do(AddDeposit(DepositKind.AGENT, agent, amount_idr, "test", "owner", request_id))

    def save(self, kind: str, key: str, record: msgspec.Struct) -> None:
        """Put a record in the cell, unchecked."""
        put(self.cell, kind, key, record)
        self.cell.rebuild_index()

    def change_product(self, code: str, **changes: object) -> None:
        """A new version of a product."""
        self.save("product", code, msgspec.structs.replace(self.cell.products[code], **changes))

    def change_supplier(self, code: str, **changes: object) -> None:
        """A new version of a supplier."""
        self.save("supplier", code, msgspec.structs.replace(self.cell.suppliers[code], **changes))

    def change_agent(self, code: str, **changes: object) -> None:
        """A new version of an agent."""
        self.save("agent", code, msgspec.structs.replace(self.cell.agents[code], **changes))

    def change_offer(self, key: str, **changes: object) -> None:
        """A new version of an offer."""
        offer = next(o for offers in self.cell.offers.values() for o in offers if o.key == key)
        self.save("offer", key, msgspec.structs.replace(offer, **changes))

    def change_settings(self, **changes: object) -> None:
        """Other settings of the cell."""
        self.save("setting", "CELL", msgspec.structs.replace(self.cell.settings, **changes))

    # ------------------------------------------------------------------ looking

    def attempts_of(self, order: Order) -> list[Attempt]:
        """An order's attempts, first to last."""
        return [attempt for attempt in self.attempts.values() if attempt.order_id == order.id]

    def net_idr(self, account: int) -> int:
        """An account's posted net."""
        balance = self.cell.ledger.get(account)
        return balance.net_idr if balance is not None else 0

    def held_idr(self, agent: str = "BUDI") -> int:
        """What is held of an agent's deposit."""
        balance = self.cell.ledger.get(agent_deposit(self.cell.agents[agent].id))
        return balance.held_idr if balance is not None else 0

    def deposit_idr(self, agent: str = "BUDI") -> int:
        """An agent's posted deposit."""
        return self.net_idr(agent_deposit(self.cell.agents[agent].id))

    def commission_idr(self, agent: str) -> int:
        """An agent's earned commission."""
        return self.net_idr(agent_commission(self.cell.agents[agent].id))

    def queue(self) -> list[str]:
        """Kinds of what waits for a person."""
        return sorted(item.kind for item in self.cell.queue.values())

    def balanced(self) -> bool:
        """True when all nets together are zero and holds are exactly those of open orders."""
        held: dict[int, int] = {}
        for order in self.cell.orders.values():
            account = agent_deposit(order.agent_id)
            held[account] = held.get(account, 0) + order.price_idr
        found = {account: b.held_idr for account, b in self.cell.ledger.items() if b.held_idr}
        return sum(b.net_idr for b in self.cell.ledger.values()) == 0 and found == held


def empty_cell(**settings: object) -> Cell:
    """A cell that knows nothing but its settings."""
    cell = Cell(Settings(name="Toko Uji", **settings))  # type: ignore[arg-type]
    cell.now_ms = START_MS
    return cell


def market(**settings: object) -> Market:
    """Two operators, the products of every kind, two suppliers, and TOP > MID > BUDI with OTHER beside them."""
    made = Market(empty_cell(**settings))
    for code, name in (("TSEL", "Telkomsel"), ("XL", "XL Axiata"), ("PLN", "PLN")):
        made.save("operator", code, Operator(code, name))
    made.save("prefixes", "TABLE", PrefixTable("test", {"0812": "TSEL", "0817": "XL", "08177": "TSEL"}))
    for product in (
        Product("S10", "Telkomsel 10", price_idr=10_500, operator="TSEL", denom_k=10),
        Product("X10", "XL 10", price_idr=10_700, operator="XL", denom_k=10),
        Product("OPEN", "Open", ProductKind.OPEN, 1_000, amount_idr_min=10_000, amount_idr_max=500_000),
        Product("PLN20", "Token 20", ProductKind.PLN_TOKEN, 20_500, DestKind.METER, "PLN", 20),
        Product("GOPAY", "Wallet", price_idr=25_500, dest_kind=DestKind.ACCOUNT),
        Product("BILL", "Bill", ProductKind.BILL, 2_500, DestKind.ACCOUNT),
        Product("ALONE", "Without a supplier", price_idr=5_000),
    ):
        made.save("product", product.code, product)
    costs = {"S10": 10_000, "X10": 10_200, "OPEN": 500, "PLN20": 20_100, "GOPAY": 25_000}
    for number, code in enumerate(("ALFA", "BETA"), 1):
        made.save("supplier", code, Supplier(number, code, code.title(), "otomax"))
        for sold, cost_idr in costs.items():
            cost = cost_idr + (number - 1) * 50
            made.save("offer", f"{code}-{sold}", Offer(f"{code}-{sold}", sold, code, f"sku-{sold}", cost, number))
    for agent in (
        Agent(1, "TOP", "Top", downline_markup_idr=30),
        Agent(2, "MID", "Mid", upline="TOP", downline_markup_idr=20),
        Agent(3, "BUDI", "Budi", upline="MID", markup_idr=50),
        Agent(4, "OTHER", "Other", report_url="http://other.example/report"),
    ):
        made.save("agent", agent.code, agent)
    made.deposit("BUDI", 1_000_000)
    return made


def refused(result: Result) -> Code:
    """The code of a result that must be a refusal."""
    assert isinstance(result, Refusal), result
    return result.code


def accepted(result: Result) -> Placed:
    """A result that must be ``Placed``."""
    assert isinstance(result, Placed), result
    return result


def done(result: Result) -> Done:
    """A result that must be ``Done``."""
    assert isinstance(result, Done), result
    return result


def all_day(zone_start: str = "00:00", zone_end: str = "23:59") -> tuple[CutOff, ...]:
    """A cut-off that covers the market's hour."""
    return (CutOff(zone_start, zone_end),)
