"""Months of a small business through the simulated market, reckoned to the rupiah at each month's end.

The day goes by a profile of hours; the hour from four to five stands still, so that at a month's end everything that
was under way is over, and the books, the suppliers' books and the reckoning can be held side by side.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.books.sqlite import SqliteEngine
from juru.server.desk.spans import Span
from juru.server.store.audit import audit
from juru.simulation.demo import SUPPLIER_DEPOSIT_IDR, Demo
from juru.simulation.demo_catalog import GAME_CODES, GAME_COST_IDR
from juru.values.days import HOUR_MS, MINUTE_MS, Zone, day_after, days_between, start_of_day
from tests.year.bank import FILE_DAYS, Bank
from tests.year.clock import SteppedLoop
from tests.year.office import Office
from tests.year.oracle import Oracle
from tests.year.reckoning import Reckoning
from tests.year.shop import FIRST_DAY, business
from tests.year.town import BANK_OPENING_IDR, Town
from tests.year.trade import Trade

BUSY = (2, 1, 1, 1, 0, 2, 4, 6, 8, 9, 9, 9, 9, 9, 8, 8, 9, 10, 11, 12, 11, 9, 6, 3)
"""How the hours of a day share its orders."""
MOMENTS = 3
"""How often in an hour orders come; those of one moment come at once."""
BANK_HOURS = (6, 10, 14, 20)
VISITS = (3, 9, 13, 17, 22)
"""When the bank's files are brought in, and when somebody looks at what waits for a decision."""
DOWN = {2: 2, 8: 3}
"""Months in which the server stands still, from the 20th, and for how many days."""
PRICES_CHANGE = {2: 100, 9: 150}
SUPPLIER_RAISES = {2: ("RAYA", 25), 6: ("RAYA", 40), 7: ("MITRA", 30)}


class Plan(msgspec.Struct, frozen=True):
    """How large a year it is."""

    agents: int = 1_000
    months: int = 12
    orders: int = 200_000
    seed: int = 20250101
    seconds: float = 3_000


class Outcome(msgspec.Struct):
    """What came of it."""

    plan: Plan
    orders: int = 0
    by_state: dict[str, int] = {}
    counts: dict[str, int] = {}
    days: int = 0
    closed_days: int = 0
    reckonings: int = 0
    commits: int = 0
    seconds: float = 0.0
    audit_s: float = 0.0
    jumps: int = 0
    differences: list[str] = []

    @property
    def per_s(self) -> float:
        """Orders lived through in a second of real time, reckonings and all."""
        return self.orders / self.seconds if self.seconds else 0.0


class TooSlowError(RuntimeError):
    """The year did not fit into its time."""


class Year:
    """One run."""

    def __init__(self, path: Path, plan: Plan, loop: SteppedLoop, say: Callable[[str], object]) -> None:
        self.plan, self._path, self._say = plan, path, say
        self._begun = time.perf_counter()
        self._dice = random.Random(plan.seed)
        self.town = Town(path / "cell", loop, start_of_day(FIRST_DAY, Zone.WIB) + HOUR_MS, self._heard)
        self._per_day = plan.orders / len(self._days(plan.months))
        self.outcome = Outcome(plan)
        self.oracle: Oracle

    @staticmethod
    def _days(months: int) -> list[int]:
        last = day_after((FIRST_DAY // 10_000 * 100 + months + 1) * 100 + 1 if months < 12 else 20260101, -1)
        return days_between(FIRST_DAY, last)

    def _heard(self, text: str) -> None:
        self.oracle.told(text, self.trade.day)

    async def run(self) -> Outcome:
        """Every day in its order; the reckoning of a month in the first night of the next."""
        outcome = self.outcome
        demo = await self.town.open(self._business)
        self.oracle = Oracle((told.agent for told in demo.agents), (told.product for told in demo.products))
        self.bank = Bank(self.plan.seed)
        self.trade = Trade(self.town, self.oracle, self.bank, demo, self.plan.seed, self._per_day)
        self.office = Office(self.town, self.oracle, self.bank, self.plan.seed)
        self._move_in(demo)
        try:
            days = self._days(self.plan.months)
            for day in days:
                await self._day(day)
                if day_after(day) % 100 == 1:
                    await self._month_end(day)
            self._judge(days)
        finally:
            await self.town.close()
        self._audit()
        outcome.seconds = time.perf_counter() - self._begun
        return outcome

    def _business(self, market_url: str) -> Demo:
        return business(self.plan.agents, self.plan.seed, market_url, silent_from=max(self.plan.orders // 20, 60))

    def _move_in(self, demo: Demo) -> None:
        """What the business moved in with, against the owner's equity."""
        for told in demo.agents:
            self.oracle.post(FIRST_DAY, "house:equity", f"agent:{told.agent.id}:deposit", told.deposit_idr)
        for supplier in demo.suppliers:
            self.oracle.post(FIRST_DAY, f"supplier:{supplier.supplier.id}", "house:equity", SUPPLIER_DEPOSIT_IDR)
        for number, amount_idr in enumerate(BANK_OPENING_IDR, 1):
            self.oracle.post(FIRST_DAY, f"bank:{number}", "house:equity", amount_idr)
        self.oracle.post(FIRST_DAY, "house:voucher_stock", "house:bank", len(GAME_CODES) * GAME_COST_IDR)

    # ------------------------------------------------------------------ a day

    async def _day(self, day: int) -> None:
        self.outcome.days += 1
        month, date = day // 100 % 100, day % 100
        down_days = DOWN.get(month, 0)
        if down_days and 20 <= date < 20 + down_days:
            await self._down_day(day, first=date == 20, last=date == 19 + down_days, days=down_days)
            return
        for hour in range(24):
            await self.town.time.until(start_of_day(day, Zone.WIB) + hour * HOUR_MS)
            self._check_time()
            if hour == 0 and date == 1:
                await self._new_month(month)
            await self._office_hour(day, hour)
            await self._trade_hour(day, hour)

    async def _office_hour(self, day: int, hour: int) -> None:
        date = day % 100
        if hour in BANK_HOURS:
            await self.office.bring_in()
        if hour in VISITS:
            await self.office.visit()
        if hour == 9:
            self.office.top_up()
            await self.trade.complain()
            if date % 7 == 1:
                await self.office.lend()
                await self.office.stock_vouchers(max(round(self._per_day * 7 / 25), 5))
        if hour == 15 and date == 28:
            self.office.month_of_bank()
            await self.trade.take_commissions()

    async def _trade_hour(self, day: int, hour: int) -> None:
        """The hour's orders in a few moments; what is left of a fraction is drawn."""
        share = self._per_day * BUSY[hour] / sum(BUSY) / MOMENTS
        for moment in range(MOMENTS):
            place_ms = (moment * 60 // MOMENTS + self._dice.random() * 15) * MINUTE_MS
            await self.town.time.until(start_of_day(day, Zone.WIB) + hour * HOUR_MS + round(place_ms))
            count = int(share) + (self._dice.random() < share % 1)
            if count:
                await self.trade.orders(count)
            if self._dice.random() < 0.05:
                await self.trade.transfer()
        if hour == 12 and day % 100 == 15:
            # Right behind the orders of that moment, so that some are on their way.
            await self.trade.orders(max(int(share), 3))
            await self.town.stop()
            await self.town.time.until(self.town.time.now_ms() + 5 * MINUTE_MS)
            await self.town.start()
            self.trade.counts["restarts"] += 1

    async def _new_month(self, month: int) -> None:
        if month in PRICES_CHANGE:
            await self.office.change_prices(PRICES_CHANGE[month])
        if month in SUPPLIER_RAISES:
            self.office.raise_supplier_prices(*SUPPLIER_RAISES[month])

    async def _down_day(self, day: int, *, first: bool, last: bool, days: int) -> None:
        """The server stands still; money goes on coming in at the bank, and reports of suppliers find nobody."""
        if first:
            await self.town.time.until(start_of_day(day, Zone.WIB) + MINUTE_MS)
            await self.trade.orders(5)
            await self.town.stop()
        await self.town.time.until(start_of_day(day_after(day), Zone.WIB) - MINUTE_MS)
        if last:
            await self.town.start()
            self.trade.counts["days down"] += days
            await self.office.bring_in(FILE_DAYS + days)
            await self.office.visit()

    def _check_time(self) -> None:
        spent = time.perf_counter() - self._begun
        if spent > self.plan.seconds:
            done = f"{self.outcome.days} days and {len(self.oracle.orders)} orders"
            message = f"{spent:.0f} s are over after {done}: take fewer orders, or give more time"
            raise TooSlowError(message)

    # ------------------------------------------------------------------ a month's end

    async def _month_end(self, last: int) -> None:
        """In the quiet hour of the next night: statements, what they brought up, and the reckoning."""
        night_ms = start_of_day(day_after(last), Zone.WIB)
        for minute in (5, 70, 130, 190):
            await self.town.time.until(night_ms + minute * MINUTE_MS)
            await self.office.bring_in()
            await self.office.visit()
        await self.office.reconcile(self._path)
        await self.office.visit()
        await self.town.time.until(night_ms + 4 * HOUR_MS)
        self._reckon(Span(last // 100 * 100 + 1, last))

    def _reckon(self, span: Span) -> None:
        reckoning = self.reckoning()
        owed = {s.supplier.code: self.town.account(s.supplier.code).balance_idr for s in self.town.demo.suppliers}
        reads = self.town.server.reads
        with reads.moment():
            found = reckoning.differences(reads, span, owed)
        self.outcome.reckonings += 1
        self.outcome.differences += [f"{span}: {one}" for one in found]
        spent = time.perf_counter() - self._begun
        self._say(f"{span}: {len(self.oracle.orders)} orders, {len(found)} differences, {spent:.0f} s")
        for one in found:
            self._say(f"  {one}")

    def reckoning(self) -> Reckoning:
        """The reckoning against the suppliers' books as they stand."""
        trades = {told.supplier.code: self.town.trades(told.supplier.code) for told in self.town.demo.suppliers}
        ids = {told.supplier.code: told.supplier.id for told in self.town.demo.suppliers}
        skus = {(offer.supplier, offer.sku.upper()): offer.product for offer in self.town.demo.offers}
        return Reckoning(self.oracle, trades, ids, skus)

    def _judge(self, days: list[int]) -> None:
        outcome = self.outcome
        outcome.orders = len(self.oracle.orders)
        outcome.by_state = dict(Counter(order.state for order in self.oracle.orders.values()))
        outcome.counts = dict(sorted((self.trade.counts + self.office.counts).items()))
        outcome.jumps = self.town.loop.jumps
        outcome.closed_days = len(self.town.server.reads.closings())
        if outcome.closed_days != len(days):
            outcome.differences.append(f"{outcome.closed_days} days are closed of {len(days)}")
        outcome.differences += self.town.errors

    def _audit(self) -> None:
        begun = time.perf_counter()
        engine = SqliteEngine(self.town.data.database, read_only=True)
        try:
            findings = audit(engine)
        finally:
            engine.close()
        self.outcome.audit_s = time.perf_counter() - begun
        self.outcome.commits = findings.commits
        self.outcome.differences += [f"audit: {finding}" for finding in findings.found[:20]]
