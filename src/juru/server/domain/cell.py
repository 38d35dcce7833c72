"""One business's working state, and the changes one batch makes to it.

The writer owns a ``Cell``: everything configured, all balances, every order that is still open, and for the length of
a batch what its commands named of the past. ``decide`` changes the cell and notes each change in ``Changes``, which
the store writes in one commit. Same cell + same commands = same changes; nothing here reads a clock.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from juru.books.rules import Balance, Ledger, Posting, Transfer, apply, balance_of
from juru.server.domain.accounts import House, agent_deposit
from juru.server.domain.agent import Agent, PinGuard
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.catalog import (
    Idr,
    Key,
    Offer,
    Operator,
    PortedNumber,
    PrefixTable,
    Product,
    RoutingRule,
    Supplier,
)
from juru.server.domain.correction import Correction
from juru.server.domain.gateway import CUSTOMER, Gateway
from juru.server.domain.logins import Login
from juru.server.domain.lost import LostOrders, Restore
from juru.server.domain.order import Attempt, Event, Happened, Order, evolve_attempt, evolve_order
from juru.server.domain.paper import Paper, PaperRow
from juru.server.domain.paper_kinds import NAME_OF, PAPER_KINDS
from juru.server.domain.pricing import Quote
from juru.server.domain.routing import Mix
from juru.server.domain.sums import AccountLine, SumLine
from juru.server.domain.ticket import TicketBook
from juru.server.domain.views import Notice, OrderView
from juru.values.days import Zone, business_day, iso_local
from juru.values.msisdn import parse_msisdn, to_local


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell's own settings; each is documented in docs/reference/settings.md."""

    name: str
    zone: Zone = Zone.WIB
    language: str = "id"
    incarnation: int = 1
    routing: RoutingRule = RoutingRule.CHEAPEST
    mix: Mix = Mix()
    paused: bool = False
    order_expiry_s: int = 300
    repeat_window_s: int = 600
    message_days: int = 30
    pin_tries_max: int = 5
    attempts_max: int = 5
    orders_per_message_max: int = 5
    alert_unknown_minutes: int = 15
    alert_disk_mb: int = 1_000
    alert_commit_ms: int = 1_000
    alert_url: str = ""
    alert_secret: str = ""
    alert_kinds: tuple[str, ...] = ()
    ticket_life_s: Annotated[int, msgspec.Meta(ge=600, le=2_592_000)] = 86_400
    ticket_digits_max: Annotated[int, msgspec.Meta(ge=1, le=999)] = 999
    tickets_open_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    ticket_idr_min: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    ticket_idr_max: Annotated[int, msgspec.Meta(le=1_000_000_000_000)] = 100_000_000
    pin_to_read: bool = False
    agent_code_prefix: Key = "AG"
    senders_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    markup_idr_max: Idr = 5_000
    autoreg_per_day_max: int = 20
    point_value_idr: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1
    complaint_answer_s: Annotated[int, msgspec.Meta(ge=60)] = 86_400
    complaint_remind_s: Annotated[int, msgspec.Meta(ge=0)] = 14_400
    complaints_per_hour_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    bill_answer_s: Annotated[int, msgspec.Meta(ge=1, le=300)] = 30
    gateway: Gateway | None = None
    voucher_key: str = ""
    vouchers_held: bool = False
    price_notice_window_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 60
    grammar: dict[str, Any] = {}
    templates: dict[str, dict[str, str]] = {}
    demo: bool = False


class Record(msgspec.Struct, frozen=True):
    """One version of one configured thing."""

    id: int
    kind: str
    key: str
    body: bytes
    by: str
    reason: str
    at_ms: int


class Message(msgspec.Struct, frozen=True):
    """A message that moved money, changed something or was refused: what it was answered with.

    An order's answer is how it stands; ``result`` is an answer that is given again as it was.
    """

    id: int
    agent_id: int
    channel: str
    sender: str
    message_id: str
    text: str
    at_ms: int
    order_ids: tuple[int, ...] = ()
    transfer_id: int | None = None
    refusal: bytes | None = None
    result: bytes | None = None


class OutboxRow(msgspec.Struct, frozen=True):
    """Something to tell an agent: an order's state, or a notice; ``order_id`` is 0 where it is about no order.

    ``channel`` is what the order came by, or an address (``chat:BUDI01``) where only that is to be told.
    """

    id: int
    order_id: int
    agent_id: int
    channel: str
    view: OrderView | Notice
    at_ms: int


class QueueItem(msgspec.Struct):
    """Something only a person may decide, or should at least see."""

    id: int
    kind: str
    order_id: int | None
    attempt_id: int | None
    note: str
    at_ms: int
    closed_ms: int | None = None
    closed_by: str | None = None


class RefusedRow(msgspec.Struct, frozen=True):
    """A refusal, kept for people to see."""

    id: int
    agent: str | None
    channel: str
    code: str
    detail: str
    at_ms: int


class CallbackRow(msgspec.Struct, frozen=True):
    """A supplier's callback as it came, and what it was matched with."""

    id: int
    supplier: str
    ref: str | None
    attempt_id: int | None
    raw: str
    at_ms: int


class DayClosing(msgspec.Struct, frozen=True):
    """A business day that is closed: the last commit of it with its seal, and how many lines its sums have."""

    id: int
    day: int
    head_no: int
    head_seal: str
    sums: int
    accounts: int
    at_ms: int


class OutboxMark(msgspec.Struct, frozen=True):
    """A change of an outbox row's delivery state."""

    id: int
    state: str
    next_ms: int | None
    tries: int = 1


class Changes(msgspec.Struct):
    """What a batch wrote, in the order it was decided."""

    orders: list[Order] = []
    attempts: list[Attempt] = []
    orders_touched: dict[int, Order] = {}
    attempts_touched: dict[int, Attempt] = {}
    events: list[Event] = []
    transfers: list[Transfer] = []
    accounts: dict[int, Balance] = {}
    records: list[Record] = []
    messages: list[Message] = []
    outbox: list[OutboxRow] = []
    outbox_marks: list[OutboxMark] = []
    queue: list[QueueItem] = []
    queue_closed: list[QueueItem] = []
    refusals: list[RefusedRow] = []
    callbacks: list[CallbackRow] = []
    papers: list[PaperRow] = []
    sums: list[tuple[int, SumLine]] = []
    account_sums: list[tuple[int, AccountLine]] = []
    day_closings: list[DayClosing] = []

    def any(self) -> bool:
        """True when there is something to commit."""
        return any(getattr(self, name) for name in self.__struct_fields__)


class ToldBalance(msgspec.Struct, frozen=True):
    """Our deposit at a supplier as its latest answer stated it: to be compared with the book, never a ledger fact."""

    balance_idr: int
    at_ms: int


class NextIds(msgspec.Struct):
    """The next number of every series; committed with what they number, so never given twice."""

    order: int = 1
    attempt: int = 1
    transfer: int = 1
    record: int = 1
    message: int = 1
    outbox: int = 1
    queue: int = 1
    refusal: int = 1
    callback: int = 1
    event: int = 1
    posting: int = 1
    delivery: int = 1
    closing: int = 1
    paper: int = 1
    sum: int = 1
    account_sum: int = 1
    day_closing: int = 1
    commit: int = 1


PaperKey = tuple[str, str]
"""A paper's kind and key."""


class Past(msgspec.Struct):
    """What the store loaded for one batch: closed orders and whatever else its commands name.

    ``marked`` are the keys of papers wanted by a kind and mark, in the order they were wanted in.
    """

    orders: dict[int, Order] = {}
    attempts: dict[int, Attempt] = {}
    refs: dict[tuple[int, str], int] = {}
    attempt_refs: dict[str, int] = {}
    chat: dict[tuple[int, str], list[int]] = {}
    messages: list[Message] = []
    transfers: dict[int, Transfer] = {}
    reversed: dict[int, int] = {}
    last_transfer: dict[int, int] = {}
    papers: dict[PaperKey, tuple[int, Paper]] = {}
    heads: dict[int, tuple[int, str]] = {}
    marked: dict[tuple[str, str], list[str]] = {}
    of_order: dict[tuple[str, int], str] = {}


P = TypeVar("P", bound=Paper)
QueueKey = tuple[str, int | None, int | None]


class Cell:
    """Everything the writer knows. Built by the store at start, changed only by ``decide``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.agents: dict[str, Agent] = {}
        self.agent_codes: dict[int, str] = {}
        self.senders: dict[str, str] = {}
        self.pin_guards: dict[str, PinGuard] = {}
        self.logins: dict[str, Login] = {}
        self.operators: dict[str, Operator] = {}
        self.products: dict[str, Product] = {}
        self.denominations: dict[tuple[str, int], str] = {}
        self.offers: dict[str, list[Offer]] = {}
        self.offer_products: dict[str, str] = {}
        self.agent_id_max = 0
        self.suppliers: dict[str, Supplier] = {}
        self.bank_accounts: dict[str, BankAccount] = {}
        self.prefixes = PrefixTable("", {})
        self.ported: dict[str, str] = {}
        self.restore: Restore | None = None
        self.lost = LostOrders()
        self.ledger: Ledger = {}
        self.orders: dict[int, Order] = {}
        self.attempts: dict[int, Attempt] = {}
        self.attempts_of: dict[int, list[int]] = {}
        self.queued: dict[str, dict[int, None]] = {}
        self.queue: dict[QueueKey, QueueItem] = {}
        self.rates: dict[str, int] = {}
        self.told_balances: dict[str, ToldBalance] = {}
        self.troubles: dict[str, int] = {}
        self.trials: dict[str, int] = {}
        self.stock: dict[str, int] = {}
        self.stock_since_ms: dict[str, int] = {}
        self.papers: dict[PaperKey, tuple[int, Paper]] = {}
        self.tickets: TicketBook | None = None
        self.corrected: dict[tuple[int, str], list[int]] = {}
        self.of_order: dict[tuple[str, int], str] = {}
        self.next = NextIds()
        self.quotes: dict[tuple[str, str], Quote] = {}
        self.past = Past()
        self.changes = Changes()
        self.now_ms = 0
        self.day = 0
        self.first_day = 0
        self.closed_day = 0
        self.kept_lines = 0

    def begin(self, now_ms: int, past: Past) -> None:
        """Start a batch at ``now_ms``; time never goes back from one commit to the next."""
        self.now_ms = max(now_ms, self.now_ms)
        self.day = business_day(self.now_ms, self.settings.zone)
        self.past = past
        self.changes = Changes()

    def order(self, order_id: int) -> Order | None:
        """An order, open or loaded for this batch."""
        return self.orders.get(order_id) or self.past.orders.get(order_id)

    def attempt(self, attempt_id: int) -> Attempt | None:
        """An attempt of an open order, or one loaded for this batch."""
        return self.attempts.get(attempt_id) or self.past.attempts.get(attempt_id)

    def attempts_for(self, order: Order) -> list[Attempt]:
        """Every attempt of an order, first to last."""
        ids = self.attempts_of.get(order.id)
        if ids is not None:
            return [self.attempts[i] for i in ids]
        return sorted((a for a in self.past.attempts.values() if a.order_id == order.id), key=lambda a: a.id)

    def agent_of(self, order: Order) -> Agent:
        """The agent who placed an order."""
        return self.agents[self.agent_codes[order.agent_id]]

    def note(self, event: Event) -> None:
        """Record an event and apply it to its order and attempt."""
        self.changes.events.append(event)
        if event.attempt_id is not None and event.kind is not Happened.QUEUED:
            attempt = self.attempt(event.attempt_id)
            assert attempt is not None, event
            evolve_attempt(attempt, event)
            self.changes.attempts_touched[attempt.id] = attempt
        if event.kind in _ORDER_EVENTS:
            order = self.order(event.order_id)
            assert order is not None, event
            evolve_order(order, event)
            self.changes.orders_touched[order.id] = order

    def transfer(self, transfer: Transfer, hold: Posting | None = None) -> Transfer:
        """Apply a transfer to the balances and record it."""
        apply(self.ledger, transfer, hold)
        changed = self.changes
        changed.transfers.append(transfer)
        for posting in transfer.postings:
            changed.accounts[posting.debit] = self.ledger[posting.debit]
            changed.accounts[posting.credit] = balance_of(self.ledger, posting.credit)
        if hold is not None:
            changed.accounts[hold.debit] = self.ledger[hold.debit]
        return transfer

    def transfer_id(self) -> int:
        """The next transfer's number."""
        number = self.next.transfer
        self.next.transfer = number + 1
        return number

    def free_idr(self, agent: Agent, *, credit: bool = True) -> int:
        """What an agent may still spend: posted, minus held, plus his credit limit."""
        balance = self.ledger.get(agent_deposit(agent.id))
        free = balance.free_idr if balance is not None else 0
        return free + agent.credit_limit_idr if credit else free

    def points_idr(self, product: Product) -> int:
        """What the points for one sale of a product are worth now."""
        return product.points * self.settings.point_value_idr

    def hold_posting(self, order: Order) -> Posting:
        """The posting an open order holds."""
        return Posting(agent_deposit(order.agent_id), House.SALES, order.price_idr)

    def view(self, order: Order, *, repeated: bool = False) -> OrderView:
        """An order as its agent is told."""
        agent = self.agent_of(order)
        return OrderView(
            order_id=order.id,
            ref=order.ref if order.ref is not None else str(order.id),
            agent=agent.code,
            product=order.product,
            dest=to_local(order.dest),
            state=order.state,
            price_idr=order.price_idr,
            balance_idr=self.free_idr(agent, credit=False),
            at=iso_local(order.final_ms or order.at_ms, self.settings.zone),
            sn=order.sn,
            reason=order.reason,
            counter=order.counter or 1,
            amount_idr=order.amount_idr,
            repeated=repeated,
        )

    def tell(self, order: Order) -> None:
        """Put the order's present state in the outbox, if its agent is told by the channel he ordered on."""
        agent = self.agent_of(order)
        if not (order.channel.startswith("chat") or agent.report_url or agent.webhook_url):
            return
        row = OutboxRow(self.next.outbox, order.id, order.agent_id, order.channel, self.view(order), self.now_ms)
        self.next.outbox += 1
        self.changes.outbox.append(row)

    def notify(
        self,
        agent: Agent,
        what: str,
        cause: tuple[str, int],
        facts: dict[str, str | int],
        *,
        channel: str | None = None,
        order_id: int = 0,
    ) -> None:
        """Tell an agent something that is no order's state: on this channel, or on the first that can tell him."""
        by = channel or _telling_channel(agent)
        if by is None:
            return
        notice = Notice(what, cause, iso_local(self.now_ms, self.settings.zone), facts)
        self.changes.outbox.append(OutboxRow(self.next.outbox, order_id, agent.id, by, notice, self.now_ms))
        self.next.outbox += 1

    def tell_customer(self, order: Order) -> None:
        """Put what an order brought in the outbox for the agent's customer; without a gateway it is kept as untold."""
        row = OutboxRow(self.next.outbox, order.id, order.agent_id, CUSTOMER, self.view(order), self.now_ms)
        self.next.outbox += 1
        self.changes.outbox.append(row)
        if self.settings.gateway is None:
            self.changes.outbox_marks.append(OutboxMark(row.id, "no_gateway", None))

    def ask_person(self, kind: str, note: str, order_id: int | None = None, attempt_id: int | None = None) -> None:
        """Open an item of the human queue, once per kind and attempt."""
        key = (kind, order_id, attempt_id)
        if key in self.queue:
            return
        item = QueueItem(self.next.queue, kind, order_id, attempt_id, note, self.now_ms)
        self.next.queue += 1
        self.queue[key] = item
        self.changes.queue.append(item)

    def close_items(self, order: Order, kinds: tuple[str, ...], by: str) -> None:
        """Close the open items of an order; rules close what has settled itself."""
        if not self.queue:
            return
        for attempt_id in (None, *(a.id for a in self.attempts_for(order))):
            for kind in kinds:
                item = self.queue.get((kind, order.id, attempt_id))
                if item is not None:
                    self.close_item(item, by)

    def close_item(self, item: QueueItem, by: str) -> None:
        """Close one item of the human queue."""
        del self.queue[item.kind, item.order_id, item.attempt_id]
        item.closed_ms, item.closed_by = self.now_ms, by
        self.changes.queue_closed.append(item)

    def paper(self, kind: type[P], key: str) -> P | None:
        """A paper by its key: kept in memory, or loaded for this batch because its command named it."""
        found = self.past.papers.get((NAME_OF[kind], key)) or self.papers.get((NAME_OF[kind], key))
        if found is None:
            return None
        assert isinstance(found[1], kind), key
        return found[1]

    def paper_of(self, kind: type[P], order_id: int) -> P | None:
        """The paper of a kind that goes with an order, as far as it is kept or was loaded."""
        at = (NAME_OF[kind], order_id)
        key = self.past.of_order.get(at) or self.of_order.get(at)
        return None if key is None else self.paper(kind, key)

    def papers_marked(self, kind: type[P], mark: str, *, is_open: bool = True) -> list[tuple[str, P]]:
        """Papers with a mark, oldest first, as far as they are kept or were named; with their keys."""
        name = NAME_OF[kind]
        known = self.papers | self.past.papers
        found = sorted((head_id, key, paper) for (of, key), (head_id, paper) in known.items() if of == name)
        return [
            (key, paper)
            for _, key, paper in found
            if isinstance(paper, kind) and (head := paper.head()).mark == mark and head.open is is_open
        ]

    def file(self, key: str, paper: Paper) -> int:
        """File a new version of a paper; its number. A key that is new must have been named by its command."""
        kind = NAME_OF[type(paper)]
        known = self.past.papers.get((kind, key)) or self.papers.get((kind, key))
        number = self.next.paper
        self.next.paper += 1
        head_id, head = (known[0] if known is not None else number), paper.head()
        row = PaperRow(number, head_id, kind, key, msgspec.json.encode(paper), head, self.now_ms)
        self.changes.papers.append(row)
        self.past.papers[kind, key] = (head_id, paper)
        order_id = paper.of_order()
        if order_id is not None:
            self.past.of_order[kind, order_id] = key
        if head.open and PAPER_KINDS[kind].kept:
            self.keep(kind, key, head_id, paper)
        else:
            self.papers.pop((kind, key), None)
            if order_id is not None:
                self.of_order.pop((kind, order_id), None)
        return head_id

    def remember_correction(self, paper: Correction) -> None:
        """Note where a corrected order goes, and went, so that it is found by each number whatever its row says."""
        for dest in (paper.dest, *paper.was):
            found = self.corrected.setdefault((paper.agent_id, dest), [])
            if paper.order_id not in found:
                found.append(paper.order_id)

    def chat_orders(self, agent_id: int, dest: str) -> tuple[int, ...]:
        """Orders without a reference for a number, as far as they were named: by their row, or as corrected."""
        return (*self.past.chat.get((agent_id, dest), ()), *self.corrected.get((agent_id, dest), ()))

    def keep(self, kind: str, key: str, head_id: int, paper: Paper) -> None:
        """Hold an open paper in memory."""
        self.papers[kind, key] = (head_id, paper)
        order_id = paper.of_order()
        if order_id is not None:
            self.of_order[kind, order_id] = key

    def stock_of(self, product: Product) -> int | None:
        """What is left of a product that is counted, None for one that is not."""
        return None if product.stock is None else self.stock.get(product.code, product.stock)

    def unqueue(self, attempt: Attempt) -> None:
        """Take an attempt from those that wait to be sent."""
        waiting = self.queued.get(attempt.supplier)
        if waiting is not None:
            waiting.pop(attempt.id, None)

    def take_stock(self, product: Product) -> None:
        """Count one sale of a product that is counted."""
        left = self.stock_of(product)
        if left is not None:
            self.stock[product.code] = left - 1

    def restock(self, order: Order) -> None:
        """Give back what a failed order had taken, unless its product has been counted anew since."""
        product = self.products.get(order.product)
        left = None if product is None else self.stock_of(product)
        if left is not None and order.at_ms >= self.stock_since_ms.get(order.product, 0):
            self.stock[order.product] = left + 1

    def forget(self, order: Order) -> None:
        """Drop a closed order from the open ones; the batch can still see it."""
        if self.orders.pop(order.id, None) is None:
            return
        self.past.orders[order.id] = order
        for attempt_id in self.attempts_of.pop(order.id, ()):
            self.past.attempts[attempt_id] = self.attempts.pop(attempt_id)

    def rebuild_index(self) -> None:
        """Recompute what is derived from the catalog; called after any record has changed."""
        self.quotes.clear()
        self.denominations = {
            (p.operator, p.denom_k): p.code
            for p in sorted(self.products.values(), key=lambda p: p.code, reverse=True)
            if p.operator is not None and p.denom_k is not None
        }

    def remember_ported(self, number: PortedNumber) -> None:
        """Note a number that left its prefix's operator."""
        self.ported[to_local(parse_msisdn(number.dest) or number.dest)] = number.operator


def _telling_channel(agent: Agent) -> str | None:
    """Where an agent can be told something that no message of his has asked for."""
    if any(sender.startswith("chat:") for sender in agent.senders):
        return "chat"
    return "api" if agent.webhook_url and "api_key" in agent.secrets else None


_ORDER_EVENTS = frozenset({Happened.SUCCEEDED, Happened.FAILED, Happened.REVERSED, Happened.CORRECTED})
