"""The door that every channel shares: who is asking, may he, and who carries it out.

A channel reads its wire into an ``AgentRequest``, passes it here, and writes what comes back. Everything that guards
money from the outside (address lists, rates, PIN tries, refusals kept for people to see) is here, once; what is asked
is carried out in ``served``.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from juru.server.dialects.contract import Credentials, Inbound
from juru.server.dialects.grammar_profile import GrammarProfile
from juru.server.dialects.replies import Templates
from juru.server.domain.accounts import agent_deposit
from juru.server.domain.agent import Agent, AgentStatus
from juru.server.domain.bill import Bill
from juru.server.domain.catalog import Availability, ProductKind
from juru.server.domain.commands import AskBill, MessageKey, NotePin, NoteRefusal
from juru.server.domain.debts import due_day_of, owed_idr
from juru.server.domain.order import Order
from juru.server.domain.pricing import quote
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.requests import AgentRequest, Intent
from juru.server.domain.results import Placed, Result, Ticketed, Transferred
from juru.server.domain.views import AgentDay, BillView, Movement, OrderState, OrderView
from juru.server.domain.voucher import Voucher
from juru.server.engine.writer import Writer
from juru.server.errors import DataDirError
from juru.values.bucket import Bucket
from juru.values.days import business_day

_PIN_TTL_S = 300.0
_NOTED_PER_S = 50
_JOINS_PER_S = 2

_PIN_DIGITS = range(4, 9)

Facts = dict[str, str | int]
PIN_FREE = frozenset({Intent.HELP, Intent.FORMAT, Intent.INVALID, Intent.SELF_REGISTER})
"""What needs no PIN, even where one is written."""
LOOKS = frozenset(
    {
        Intent.BALANCE,
        Intent.PRICE,
        Intent.PRICE_LIST,
        Intent.BANK,
        Intent.CENTER,
        Intent.PRODUCTS,
        Intent.PRODUCT_STATUS,
        Intent.STATUS_CHECK,
        Intent.HISTORY,
        Intent.RECEIPT,
        Intent.REPORT,
        Intent.MUTATION_REPORT,
        Intent.DOWNLINE_BALANCE,
        Intent.DOWNLINE_LIST,
        Intent.COMMISSION_CHECK,
        Intent.POINTS_CHECK,
        Intent.SENDER_LIST,
        Intent.LIMITS,
        Intent.COMPLAINT,
    }
)
"""What changes no money and no setting: a registered address proves enough, unless the cell wants a PIN to read."""


class History(Protocol):
    """What the door reads of the past, on a connection of its own."""

    def order_by_ref(self, agent_id: int, ref: str) -> Order | None:
        """The order that took a reference."""

    def order(self, order_id: int) -> Order | None:
        """An order by its number, whoever placed it."""

    def orders_to(self, agent_id: int, dest: str, limit: int = 20) -> list[Order]:
        """An agent's latest orders to a destination in stored form, newest first."""

    def agent_day(self, agent_id: int, day: int) -> AgentDay:
        """An agent's business day: what he bought, what moved, what he earned."""

    def movements(self, agent_id: int, day: int, limit: int = 20) -> tuple[list[Movement], int]:
        """What moved his deposit on a day and was no order: the latest, oldest first, and how many in all."""

    def bill(self, agent_id: int, ref: str) -> Bill | None:
        """What an inquiry under a reference found, as it stands."""

    def bill_of_order(self, order: Order) -> Bill | None:
        """The bill that an order pays."""

    def bill_numbered(self, agent_id: int, inquiry_id: int) -> Bill | None:
        """An agent's inquiry by the number it was answered with."""

    def voucher(self, order_id: int) -> Voucher | None:
        """The code that an order was given."""

    def voucher_at_hand(self, product: str, day: int) -> bool:
        """Whether a code of a product is in stock that may still be handed out on a day."""

    def agent_history(self, agent_id: int, limit: int) -> list[Order]:
        """An agent's latest orders, newest first."""


class Secrets(Protocol):
    """Opening and checking what is sealed."""

    def open(self, sealed: str) -> str:
        """A sealed secret in clear."""

    def seal(self, clear: str) -> str:
        """A secret as it may be stored."""


class Balance(msgspec.Struct, frozen=True):
    """An agent's money: free to spend, held by open orders, how far he may go below zero; his debt and its due day."""

    balance_idr: int
    held_idr: int
    credit_idr: int
    debt_idr: int = 0
    due_day: int | None = None


class PriceRow(msgspec.Struct, frozen=True):
    """One product as this agent would pay for it."""

    code: str
    name: str
    price_idr: int
    on_sale: bool
    operator: str = ""
    kind: str = "fixed"
    stock: int | None = None
    cut_off: tuple[str, str] | None = None


class Prices(msgspec.Struct, frozen=True):
    """A price list."""

    rows: tuple[PriceRow, ...]


class Orders(msgspec.Struct, frozen=True):
    """Orders that were asked about, newest first."""

    orders: tuple[OrderView, ...]


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer in words: the key of its text, the facts it names, and rows of the text ``<what>.row``.

    No rows at all are told by ``<what>.none``.
    """

    what: str
    facts: Facts = {}
    rows: tuple[Facts, ...] | None = None


class Verbatim(msgspec.Struct, frozen=True):
    """A text that is ready: a receipt."""

    text: str


Reply = Placed | Transferred | Ticketed | Refusal | Balance | Prices | Orders | BillView | Said | Verbatim


class Call(msgspec.Struct, frozen=True):
    """One request to be carried out: whose it is, what he asks, and the channel and message it came by."""

    door: Door
    agent: Agent
    asked: AgentRequest
    channel: str
    message: MessageKey | None = None


AskBills = Callable[[AskBill], Awaitable[Result]]
"""Carries an inquiry about a bill to a supplier and waits for the answer."""

Serve = Callable[[Call], Awaitable[Reply]]
"""Carries out one intent; ``served.table`` names one for every intent that is served."""


def weak_pin(pin: str) -> bool:
    """Too short, too long, all alike, or a row."""
    return len(pin) not in _PIN_DIGITS or not pin.isdigit() or len(set(pin)) == 1 or pin in "0123456789876543210"


async def no_bills(_command: AskBill) -> Result:
    """Where nobody is there to ask."""
    return Refusal(Code.NOT_SERVED_YET, {"what": "bills"})


class Door:
    """Admits agents and carries out what they ask."""

    def __init__(  # noqa: PLR0913 - the ports of everything an agent may ask
        self,
        writer: Writer,
        history: History,
        keys: Secrets,
        *,
        hash_pin: Callable[[str], str],
        pin_matches: Callable[[str, str], bool],
        clock: Callable[[], float],
        served: Mapping[Intent, Serve],
        grammar: Callable[[], GrammarProfile],
        templates: Callable[[str], Templates],
        now_ms: Callable[[], int],
        ask_bill: AskBills = no_bills,
    ) -> None:
        self.writer = writer
        self._now_ms = now_ms
        self.grammar = grammar
        self.templates = templates
        self.history = history
        self.keys = keys
        self.hash_pin = hash_pin
        self.ask_bill = ask_bill
        self._served = served
        self._pin_matches = pin_matches
        self._clock = clock
        self._credentials: dict[str, tuple[Agent, Credentials]] = {}
        self._buckets: dict[str, Bucket] = {}
        self._noted = Bucket(_NOTED_PER_S, clock())
        self.not_kept = 0
        self._joins = Bucket(_JOINS_PER_S, clock())
        self._pin_memory: dict[str, tuple[bytes, float]] = {}
        self._pin_key = secrets.token_bytes(32)

    # ------------------------------------------------------------------ who is asking

    def agent(self, code: str) -> Agent | None:
        """An agent by his code, in any case."""
        return self.writer.cell.agents.get(code.upper())

    def agent_by_sender(self, sender: str) -> Agent | None:
        """An agent by one of his addresses (``chat:BUDI01``, ``sms:+62812...``)."""
        cell = self.writer.cell
        code = cell.senders.get(sender)
        return None if code is None else cell.agents[code]

    def agent_by_word(self, word: str) -> Agent | None:
        """The agent below whom strangers register by this word, unless too many do at once."""
        found = next((a for a in self.writer.cell.agents.values() if word and a.autoreg_word == word), None)
        return found if found is not None and self._joins.take(1, self._clock()) else None

    def now_ms(self) -> int:
        """The time of day, never before the latest commit."""
        return max(self._now_ms(), self.writer.cell.now_ms)

    def today(self) -> int:
        """The business day that it is now; the cell's own is that of the latest commit."""
        return business_day(self.now_ms(), self.writer.cell.settings.zone)

    def credentials(self, code: str) -> Credentials | None:
        """What an H2H agent shares with us, opened once per version of his record."""
        agent = self.agent(code)
        if agent is None or "pin" not in agent.secrets:
            return None
        known = self._credentials.get(agent.code)
        if known is None or known[0] is not agent:
            opened = {k: self.keys.open(v) for k, v in agent.secrets.items() if k in {"pin", "password", "api_key"}}
            known = (agent, Credentials(agent.code, user=agent.user or agent.code, **opened))
            self._credentials[agent.code] = known
        return known[1]

    def is_open_product(self, code: str) -> bool:
        """True for a product whose wire quantity is an amount."""
        product = self.writer.cell.products.get(code.upper())
        return product is not None and product.kind is ProductKind.OPEN

    def address_refusal(self, agent: Agent, ip: str) -> Refusal | None:
        """Only addresses on the agent's list may use his H2H credentials; an empty list admits nobody."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return Refusal(Code.IP_NOT_ALLOWED, {"ip": ip[:45]})
        for allowed in agent.ips:
            if address in ipaddress.ip_network(allowed, strict=False):
                return None
        return Refusal(Code.IP_NOT_ALLOWED, {"ip": ip[:45]})

    def admit(self, agent: Agent) -> Refusal | None:
        """Lock, block and rate, once the agent has proved himself."""
        guard = self.writer.cell.pin_guards.get(agent.code)
        if guard is not None and guard.locked_ms is not None:
            return Refusal(Code.PIN_LOCKED)
        if agent.status is not AgentStatus.ACTIVE:
            return Refusal(Code.AGENT_BLOCKED)
        bucket = self._buckets.get(agent.code)
        if bucket is None or bucket.rate != agent.rate_per_s:
            bucket = self._buckets[agent.code] = Bucket(agent.rate_per_s, self._clock())
        if not bucket.take(1, self._clock()):
            return Refusal(Code.RATE_LIMITED, {"rate": agent.rate_per_s})
        return None

    async def prove(self, agent: Agent, asked: AgentRequest, sender: str) -> Refusal | None:
        """The PIN, where a text needs one: always to change or move something, to look only where the cell wants it.

        A PIN that is written is checked in any case; one of his trusted addresses needs none.
        """
        if asked.intent in PIN_FREE or (asked.pin is None and sender in agent.trusted_senders):
            return None
        if asked.pin is None and asked.intent in LOOKS and not self.writer.cell.settings.pin_to_read:
            return None
        return await self.check_pin(agent, asked.pin)

    def new_pin(self) -> str:
        """A PIN of six digits that is not weak."""
        while weak_pin(pin := f"{secrets.randbelow(1_000_000):06d}"):
            pass
        return pin

    async def check_pin(self, agent: Agent, pin: str | None) -> Refusal | None:
        """Right PIN or a refusal; wrong tries are counted durably and lock."""
        guard = self.writer.cell.pin_guards.get(agent.code)
        if guard is not None and guard.locked_ms is not None:
            return Refusal(Code.PIN_LOCKED)
        if pin is not None and await self.pin_is(agent, pin):
            if guard is not None and guard.tries:
                await self.writer.submit(NotePin(agent.code, right=True))
            return None
        if pin is not None:
            await self.writer.submit(NotePin(agent.code, right=False))
        return Refusal(Code.WRONG_PIN)

    async def pin_is(self, agent: Agent, pin: str) -> bool:
        """Whether this is the agent's PIN. A hash is paid once; then a keyed MAC remembers it for a short while."""
        sealed = agent.secrets.get("pin")
        if sealed is not None:
            known = self.credentials(agent.code)
            return known is not None and hmac.compare_digest(known.pin or "", pin)
        hashed = agent.secrets.get("pin_hash")
        if hashed is None:
            return False
        mac = hmac.digest(self._pin_key, f"{agent.code}\0{hashed}\0{pin}".encode(), hashlib.sha256)
        remembered = self._pin_memory.get(agent.code)
        if remembered is not None and remembered[1] > self._clock() and hmac.compare_digest(remembered[0], mac):
            return True
        if not await asyncio.to_thread(self._pin_matches, hashed, pin):
            return False
        self._pin_memory[agent.code] = (mac, self._clock() + _PIN_TTL_S)
        return True

    def forget_pin(self, agent: Agent) -> None:
        """Remember his PIN no longer: it has changed."""
        self._pin_memory.pop(agent.code, None)

    def note(self, refusal: Refusal, channel: str, agent: str | None = None, detail: str = "") -> None:
        """Keep a refusal that the writer has not seen; a flood of them is kept in part only."""
        if self._noted.take(1, self._clock()):
            self.writer.post(NoteRefusal(agent, channel, refusal.code.value, detail))
        else:
            self.not_kept += 1

    # ------------------------------------------------------------------ what is asked

    async def serve(self, agent: Agent, asked: AgentRequest, channel: str, message: MessageKey | None = None) -> Reply:
        """Carry out a request of an agent who has proved himself and was admitted."""
        served = self._served.get(asked.intent)
        if served is None:
            refusal = Refusal(Code.NOT_SERVED_YET, {"what": asked.intent.value})
            self.note(refusal, channel, agent.code)
            return refusal
        return self._opened(await served(Call(self, agent, asked, channel, message)))

    def _opened(self, reply: Reply) -> Reply:
        match reply:
            case Placed(orders=orders) | Orders(orders=orders):
                return msgspec.structs.replace(reply, orders=tuple(map(self.with_code, orders)))
            case _:
                return reply

    def with_code(self, view: OrderView) -> OrderView:
        """An order as it is told to its agent: with the code it was given, which also stands in front of its SN.

        The code is opened here and nowhere before, so that it is in no log, no event and no page.
        """
        product = self.writer.cell.products.get(view.product)
        if view.state is not OrderState.SUCCESS or (product is not None and product.kind is not ProductKind.VOUCHER):
            return view
        voucher = self.history.voucher(view.order_id)
        if voucher is None:
            return view
        try:
            code = self.keys.open(voucher.sealed)
        except DataDirError:
            # The keys were lost since: the sale stands, its code cannot be told again.
            return view
        return msgspec.structs.replace(view, voucher=code, sn=f"{code}/{voucher.serial}" if voucher.serial else code)

    def balance_of(self, agent: Agent) -> Balance:
        """An agent's money."""
        cell = self.writer.cell
        free_idr = cell.free_idr(agent, credit=False)
        held = cell.ledger.get(agent_deposit(agent.id))
        held_idr, debt_idr = (0 if held is None else held.held_idr), owed_idr(cell, agent.id)
        return Balance(free_idr, held_idr, agent.credit_limit_idr, debt_idr, due_day_of(cell, agent.id))

    def prices(self, agent: Agent, code: str | None = None) -> tuple[PriceRow, ...]:
        """The agent's price list; with a code that product, or all whose code begins so."""
        cell = self.writer.cell
        rows: list[PriceRow] = []
        for product in sorted(cell.products.values(), key=lambda p: p.code):
            if code is not None and not product.code.startswith(code.upper()):
                continue
            window = product.cut_offs[0] if product.cut_offs else None
            rows.append(
                PriceRow(
                    product.code,
                    product.name,
                    quote(cell.agents, agent, product).price_idr,
                    product.availability is Availability.OPEN,
                    product.operator or "",
                    product.kind.value,
                    cell.stock.get(product.code, product.stock) if product.stock is not None else None,
                    None if window is None else (window.start, window.end),
                )
            )
        exact = [row for row in rows if code is not None and row.code == code.upper()]
        return tuple(exact or rows)

    # ------------------------------------------------------------------ one H2H request, whole

    async def h2h(self, inbound: Inbound, ip: str, channel: str) -> Reply:
        """Serve a request of an agent's server that its dialect has read; every refusal on the way is kept."""
        agent = None if inbound.agent is None else self.agent(inbound.agent)
        refusal = await self._h2h_refusal(inbound, agent, ip)
        if refusal is not None:
            self.note(refusal, channel, None if agent is None else agent.code, ip)
            return refusal
        assert agent is not None, inbound
        assert inbound.request is not None, inbound
        return await self.serve(agent, inbound.request, channel)

    async def _h2h_refusal(self, inbound: Inbound, agent: Agent | None, ip: str) -> Refusal | None:
        """The first reason that stands, in the order of ``Code``: address, proof, lock, block, rate, then the text."""
        if agent is None:
            return inbound.refusal or Refusal(Code.UNKNOWN_SENDER)
        if (elsewhere := self.address_refusal(agent, ip)) is not None:
            return elsewhere
        if inbound.auth != "ok":
            wrong = inbound.refusal or Refusal(Code.BAD_SIGNATURE)
            if wrong.code is Code.WRONG_PIN:
                result = await self.writer.submit(NotePin(agent.code, right=False))
                return result if isinstance(result, Refusal) else wrong
            return wrong
        asked = inbound.request
        if asked is not None and asked.intent in {Intent.ORDER, Intent.BILL_PAY} and asked.ref is not None:
            # A block refuses new orders only: the writer first looks the reference up, so that a living order that is
            # sent again is told as it stands, never as refused.
            refusal = self.admit(agent)
            return None if refusal is not None and refusal.code is Code.AGENT_BLOCKED else refusal
        return self.admit(agent) or inbound.refusal
