"""What the agents do: orders by chat and by their own servers, bills, deposits, transfers, commissions taken."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter

from juru.server.domain.agent import Agent
from juru.server.domain.catalog import Product, ProductKind
from juru.simulation.demo import Demo, DemoAgent
from juru.simulation.demo_catalog import SAMPLES
from juru.values.days import Zone, business_day
from tests.year.bank import Bank
from tests.year.oracle import Oracle, is_ordered, read
from tests.year.town import Town

_TICKET = re.compile(r"^Tiket #(\d+): transfer TEPAT Rp([\d.]+) ")
_BILL = re.compile(r"INQSUKSES.* Potong saldo ([\d.]+)\. ")
_TROUBLED = ("0006", "0007", "0008", "0009")
"""Endings of bills with a fate of their own: payment fails, waits, errs though paid; grows until it is paid."""
_WAYS_TO_PAY = ("as told",) * 80 + ("never",) * 6 + ("late",) * 4 + ("twice",) * 4 + ("rounded",) * 4 + ("odd",) * 2


class Trade:
    """All agents. What they are told goes to the oracle."""

    def __init__(self, town: Town, oracle: Oracle, bank: Bank, demo: Demo, seed: int, per_day: float) -> None:
        self.town, self.oracle, self.bank = town, oracle, bank
        self._dice = random.Random(seed + 1)
        self._agents = list(demo.agents)
        ranked = self._dice.sample(self._agents, len(self._agents))
        self._weights = [1 / (place + 3) ** 0.9 for place in range(len(ranked))]
        self._ranked = ranked
        total = sum(self._weights)
        self._per_day = {a.member_id: per_day * w / total for a, w in zip(ranked, self._weights, strict=True)}
        self._pins = {told.member_id: told.pin for told in self._agents}
        self._number = 0
        self._waiting: set[str] = set()
        self._payments: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    @property
    def day(self) -> int:
        """Today."""
        return business_day(self.town.time.now_ms(), Zone.WIB)

    async def say(self, agent: Agent, *words: str) -> list[str]:
        """A message of an agent in the chat, with his PIN."""
        return await self.town.chat(agent.code, ".".join((*words, self._pins[agent.code])))

    # ------------------------------------------------------------------ orders

    async def orders(self, count: int) -> None:
        """So many orders at once, by agents as they are active."""
        buyers = self._dice.choices(self._ranked, self._weights, k=count)
        await asyncio.gather(*(self._order(told) for told in buyers))

    async def _order(self, told: DemoAgent) -> None:
        agent = self.oracle.agents[told.member_id]
        product = self._dice.choice(list(self.oracle.products.values()))
        if self.oracle.free_idr(agent) < 150_000:
            await self.ask_ticket(agent)
        if product.kind is ProductKind.BILL:
            await self._pay_bill(agent, product)
        elif agent.level == "h2h" and product.kind is not ProductKind.VOUCHER:
            await self._order_by_http(told, agent, product)
        elif is_ordered(product):
            dest = self._dest(product)
            (text,) = await self.say(agent, product.code, dest)
            self._note(text, agent, product, dest)

    async def _order_by_http(self, told: DemoAgent, agent: Agent, product: Product) -> None:
        """Some servers lose the answer and send the same order again: it is told as it stands and costs nothing."""
        dest, self._number = self._dest(product), self._number + 1
        fields = {"product": product.code, "dest": dest, "refID": f"H{self._number}"}
        base_idr = 0
        if product.kind is ProductKind.OPEN:
            base_idr = self._dice.randrange(10, 200) * 1_000
            fields["qty"] = str(base_idr)
        text = await self.town.order_by_http(agent.code, told.pin, fields)
        self.counts["by http"] += 1
        self._note(text, agent, product, dest, base_idr)
        if self._dice.random() < 0.02:
            again, first = read(await self.town.order_by_http(agent.code, told.pin, fields)), read(text)
            self.counts["sent again"] += 1
            if first is not None and (again is None or again.id != first.id):
                self.oracle.faults.append(f"order {first.id} sent again was answered with {again}")

    async def _pay_bill(self, agent: Agent, product: Product) -> None:
        """An inquiry, then mostly its payment."""
        dest = self._dest(product)
        (text,) = await self.say(agent, "CEK", product.code, dest)
        found = _BILL.search(text)
        self.counts["inquiries"] += 1
        if found is None or self._dice.random() < 0.2:
            return
        price_idr = int(found[1].replace(".", ""))
        fee_idr, _ = self.oracle.fee(agent, product)
        (text,) = await self.say(agent, "BAYAR", product.code, dest)
        self.counts["bills"] += self._note(text, agent, product, dest, price_idr - fee_idr)

    def _note(self, text: str, agent: Agent, product: Product, dest: str, base_idr: int = 0) -> bool:
        accepted = self.oracle.placed(text, agent, product, dest, self.day, base_idr=base_idr)
        if not accepted:
            self.counts["refused"] += 1
        return accepted

    def _dest(self, product: Product) -> str:
        """A number that nobody else has."""
        self._number += 1
        if product.kind is ProductKind.BILL:
            ending = (
                self._dice.choice(_TROUBLED) if self._dice.random() < 0.05 else f"{self._dice.randrange(11, 9999):04d}"
            )
            return f"5{self._number:07d}{ending}"
        if product.kind is ProductKind.PLN_TOKEN:
            return f"14{self._number:09d}"
        return f"{SAMPLES[product.operator or ''][:4]}{self._number:08d}"

    # ------------------------------------------------------------------ money

    async def ask_ticket(self, agent: Agent) -> None:
        """An agent asks for a deposit of some days; how he pays it is another matter."""
        if agent.code in self._waiting:
            return
        self._waiting.add(agent.code)
        wanted_idr = max(200_000, round(self._per_day[agent.code] * 3 * 45_000 / 50_000) * 50_000)
        (text,) = await self.say(agent, "TIKET", str(min(wanted_idr, 50_000_000)))
        found = _TICKET.match(text)
        if found is None:
            self.counts["no ticket"] += 1
            self._waiting.discard(agent.code)
            return
        self.counts["tickets"] += 1
        way = self._dice.choice(_WAYS_TO_PAY)
        payment = asyncio.create_task(self._pay(agent, int(found[2].replace(".", "")), way))
        self._payments.add(payment)
        payment.add_done_callback(self._payments.discard)

    async def _pay(self, agent: Agent, amount_idr: int, way: str) -> None:
        hours = self._dice.randrange(30, 70) if way == "late" else self._dice.random() * 2
        await asyncio.sleep(hours * 3_600)
        self._waiting.discard(agent.code)
        if way == "never":
            return
        if way == "rounded":
            amount_idr -= amount_idr % 1_000
        elif way == "odd":
            amount_idr += 500_000 + self._dice.randrange(1, 999)
        bank, text = self._dice.randrange(2), self.bank.text(agent.code)
        for _ in range(2 if way == "twice" else 1):
            self.bank.move(bank, self.day, self.town.time.now_ms(), amount_idr, text, "agent", agent.code)

    async def transfer(self) -> None:
        """Somebody above gives deposit to somebody below, and sometimes takes it back at once."""
        lower = self.oracle.agents[self._dice.choice(self._agents).member_id]
        if lower.upline is None:
            return
        upper = self.oracle.agents[lower.upline]
        amount_idr = self._dice.randrange(20, 200) * 1_000
        if self.oracle.free_idr(upper) < amount_idr + 300_000:
            return
        (text,) = await self.say(upper, "T", lower.code, str(amount_idr))
        if not text.startswith("Transfer #"):
            self.counts["transfers refused"] += 1
            return
        ours, theirs = f"agent:{upper.id}:deposit", f"agent:{lower.id}:deposit"
        self.oracle.post(self.day, ours, theirs, amount_idr)
        self.counts["transfers"] += 1
        if self._dice.random() < 0.1:
            (text,) = await self.say(upper, "BTRF", lower.code, str(amount_idr))
            if "ditarik kembali" in text:
                self.oracle.post(self.day, theirs, ours, amount_idr)
                self.counts["transfers taken back"] += 1

    async def take_commissions(self) -> None:
        """At the end of a month whoever has earned enough turns it into deposit; points too."""
        for agent in self.oracle.agents.values():
            for word, purse in (("TUKAR", "commission"), ("TUKARPOIN", "points")):
                earned_idr = self.oracle.net[f"agent:{agent.id}:{purse}"]
                if earned_idr < 1_000:
                    continue
                (text,) = await self.say(agent, word, str(earned_idr))
                if "GAGAL" in text:
                    self.counts["redemptions refused"] += 1
                    continue
                self.oracle.post(self.day, f"agent:{agent.id}:{purse}", f"agent:{agent.id}:deposit", earned_idr)
                self.counts["redemptions"] += 1

    async def complain(self) -> None:
        """Somebody asks where his order is."""
        if not self.oracle.orders:
            return
        order = self.oracle.orders[self._dice.choice(list(self.oracle.orders)[-200:])]
        agent = self._agents[order.agent - 1].agent
        await self.town.chat(agent.code, f"K.{order.id} belum masuk")
        self.counts["complaints"] += 1
