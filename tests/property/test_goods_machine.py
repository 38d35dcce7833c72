"""Bills and vouchers in any order, against a small model of who owes what to whom.

The model knows what was asked about, what was found and what each answer means for the money; nothing of papers, marks
or postings. The commands of every run are then played again: the same commands must write the same changes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from juru.server.domain.accounts import House, supplier_deposit
from juru.server.domain.bill import Bill, BillState
from juru.server.domain.catalog import Product, ProductKind
from juru.server.domain.commands import (
    Command,
    ImportVouchers,
    MarkSending,
    NewVoucher,
    OrderLine,
    PaidFrom,
    PlaceOrder,
    Recover,
    VoidVouchers,
)
from juru.server.domain.order import Source
from juru.server.domain.outcome import InquiryVerb, Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Asking, Found, Placed, Result
from juru.server.domain.voucher import Voucher, VoucherState
from tests.support.bills import BillMarket, bill_market
from tests.support.domain import done, refused

FEES = {"BUDI": 2_600, "MID": 2_530}
VOUCHER_PRICES = {"BUDI": 10_100, "MID": 10_030}
NUMBERS = ("530000000001", "530000000002")
START_IDR = 400_000
CODE_IDR = 9_000
DAY_S = 86_400

agents = st.sampled_from(sorted(FEES))
refs = st.sampled_from((None, "r1", "r2", "r3"))
numbers = st.sampled_from(NUMBERS)
picks = st.integers(0, 10**6)
costs = st.integers(10_000, 60_000)


@dataclass
class Inquiry:
    """What was asked about, as the model sees it."""

    agent: str
    ref: str | None
    number: str
    at_ms: int
    day: int
    asking: Asking
    state: str = "asked"
    cost_idr: int = 0
    order_id: int = 0


class Recorded(BillMarket):
    """A market that remembers what it was told and what it wrote."""

    def __init__(self, made: BillMarket) -> None:
        super().__init__(made)
        self.log: list[tuple[int, tuple[Command, ...]]] = []
        self.written: list[bytes] = []

    def do(self, *commands: Command, at_ms: int | None = None) -> Result:
        result = super().do(*commands, at_ms=at_ms)
        self.log.append((self.now_ms, commands))
        self.written.append(msgspec.msgpack.encode((result, self.cell.changes)))
        return result


def fresh() -> Recorded:
    """Two agents with money for a few bills, a voucher product without a supplier."""
    made = bill_market(order_expiry_s=10**9)
    made.save("product", "V10", Product("V10", "Game", ProductKind.VOUCHER, 10_000))
    for code in ("ALFA", "BETA"):
        made.change_supplier(code, bill_inquiry=InquiryVerb.NONE, settle_delay_s=0)
    made.deposit("BUDI", START_IDR - 1_000_000)
    made.deposit("MID", START_IDR)
    return Recorded(made)


class Shop(RuleBasedStateMachine):
    """The cell beside its model."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = fresh()
        self.inquiries: list[Inquiry] = []
        self.taken: dict[tuple[str, str], tuple[int, str]] = {}
        self.deposits = dict.fromkeys(FEES, START_IDR)
        self.paid_idr: Counter[str] = Counter()
        self.codes: list[str] = []
        self.sold: dict[int, str] = {}
        self.count = 0

    # ------------------------------------------------------------------ the model

    def free_idr(self, agent: str) -> int:
        held = sum(i.cost_idr + FEES[agent] for i in self.inquiries if i.agent == agent and i.state == "paying")
        return self.deposits[agent] - held

    def latest(self, agent: str, ref: str | None, number: str) -> Inquiry | None:
        """The inquiry that a payment means."""
        if ref is not None:
            found = [i for i in self.inquiries if (i.agent, i.ref) == (agent, ref)]
            return found[-1] if found and found[-1].number == number else None
        now = [i for i in self.inquiries if (i.agent, i.number) == (agent, number)]
        # Of one reference only the latest inquiry stands.
        standing = [i for i in now if i.ref is None or self.latest_of(i.agent, i.ref) is i]
        return max(standing, key=lambda i: (i.at_ms, i.asking.buy.ref), default=None)

    def latest_of(self, agent: str, ref: str) -> Inquiry:
        return [i for i in self.inquiries if (i.agent, i.ref) == (agent, ref)][-1]

    # ------------------------------------------------------------------ bills

    @rule(agent=agents, ref=refs, number=numbers)
    def ask(self, agent: str, ref: str | None, number: str) -> None:
        result = self.shop.after(1).ask(ref, agent=agent, number=number)
        standing = (
            None
            if ref is None
            else next((i for i in reversed(self.inquiries) if (i.agent, i.ref) == (agent, ref)), None)
        )
        if ref is not None and ((agent, ref) in self.taken or (standing and standing.state in {"paying", "paid"})):
            assert refused(result) is Code.REFERENCE_CONFLICT
            return
        assert isinstance(result, Asking), result
        assert result.supplier == "ALFA"
        day = self.shop.cell.day
        self.inquiries.append(Inquiry(agent, ref, number, self.shop.now_ms, day, result))

    @precondition(lambda self: any(i.state == "asked" for i in self.inquiries))
    @rule(pick=picks, outcome=st.sampled_from(Outcome), cost_idr=costs)
    def answer_inquiry(self, pick: int, outcome: Outcome, cost_idr: int) -> None:
        asked = [i for i in self.inquiries if i.state == "asked"]
        self.heard(asked[pick % len(asked)], outcome, cost_idr)

    @rule(agent=agents, ref=refs, number=numbers, cost_idr=costs)
    def ask_and_find(self, agent: str, ref: str | None, number: str, cost_idr: int) -> None:
        before = len(self.inquiries)
        self.ask(agent, ref, number)
        if len(self.inquiries) > before:
            self.heard(self.inquiries[-1], Outcome.SUCCESS, cost_idr)

    @precondition(lambda self: any(i.state == "found" for i in self.inquiries))
    @rule(pick=picks)
    def pay_what_was_found(self, pick: int) -> None:
        found = [i for i in self.inquiries if i.state == "found"]
        about = found[pick % len(found)]
        self.pay(about.agent, about.ref, about.number)

    def heard(self, about: Inquiry, outcome: Outcome, cost_idr: int) -> None:
        result = self.shop.told(about.asking, outcome, price_idr=cost_idr)
        if about.ref is not None and self.latest_of(about.agent, about.ref) is not about:
            assert refused(result) is Code.BILL_NO_ANSWER
            about.state = "refused"
        elif outcome is Outcome.SUCCESS:
            assert isinstance(result, Found)
            assert result.bill.price_idr == cost_idr + FEES[about.agent]
            about.state, about.cost_idr = "found", cost_idr
        elif isinstance(result, Asking):
            assert (about.asking.supplier, result.supplier) == ("ALFA", "BETA")
            about.asking = result
        else:
            assert about.asking.supplier == "BETA"
            about.state = "refused"

    @rule(agent=agents, ref=refs, number=numbers)
    def pay(self, agent: str, ref: str | None, number: str) -> None:
        result = self.shop.after(1).pay(ref, agent=agent, number=number)
        about = self.latest(agent, ref, number)
        today = about is not None and about.day == self.shop.cell.day
        if ref is not None and (agent, ref) in self.taken:
            order_id, of = self.taken[agent, ref]
            if of == number:
                assert isinstance(result, Placed)
                assert (result.orders[0].order_id, result.orders[0].repeated) == (order_id, True)
            else:
                assert refused(result) is Code.REFERENCE_CONFLICT
        elif about is not None and today and about.state in {"paying", "paid"}:
            assert isinstance(result, Placed)
            assert (result.orders[0].order_id, result.orders[0].repeated) == (about.order_id, True)
        elif about is None or about.state != "found" or not today:
            asked = about is not None and about.state == "asked"
            assert refused(result) is (Code.BILL_NO_ANSWER if asked else Code.BILL_NOT_ASKED)
        elif about.cost_idr + FEES[agent] > self.free_idr(agent):
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        else:
            self.accepted(about, result, ref)

    def accepted(self, about: Inquiry, result: Result, ref: str | None) -> None:
        assert isinstance(result, Placed)
        view = result.orders[0]
        assert (view.repeated, view.price_idr) == (False, about.cost_idr + FEES[about.agent])
        about.state, about.order_id = "paying", view.order_id
        if ref is not None:
            self.taken[about.agent, ref] = (view.order_id, about.number)

    @precondition(lambda self: any(i.state == "paying" for i in self.inquiries))
    @rule(pick=picks, outcome=st.sampled_from((Outcome.SUCCESS, *Outcome)), more_idr=st.sampled_from((0, 0, 700)))
    def answer_payment(self, pick: int, outcome: Outcome, more_idr: int) -> None:
        paying = [i for i in self.inquiries if i.state == "paying"]
        about = paying[pick % len(paying)]
        order = self.shop.orders[about.order_id]
        (attempt,) = self.shop.attempts_of(order)
        assert (attempt.ref, attempt.supplier) == (about.asking.buy.ref, about.asking.supplier)
        if attempt.state == "queued":
            self.shop.do(MarkSending((attempt.id,)))
            if about.day != self.shop.cell.day:
                about.state = "unpaid"
                return
        self.shop.answer(attempt, outcome, Source.INQUIRY, price_idr=about.cost_idr + more_idr)
        if outcome is Outcome.SUCCESS:
            about.state = "paid"
            self.deposits[about.agent] -= about.cost_idr + FEES[about.agent]
            self.paid_idr[attempt.supplier] += about.cost_idr + more_idr
        elif outcome in {Outcome.FAILED, Outcome.REFUSED}:
            about.state = "unpaid"

    @rule()
    def restart(self) -> None:
        self.shop.do(Recover())
        for about in self.inquiries:
            if about.state == "asked":
                about.state = "refused"

    @rule(days=st.sampled_from((0.001, 0.001, 0.001, 0.001, 0.6)))
    def time_passes(self, days: float) -> None:
        self.shop.after(days * DAY_S)

    # ------------------------------------------------------------------ vouchers

    @rule(count=st.integers(1, 3), again=st.booleans())
    def take_in(self, count: int, *, again: bool) -> None:
        names = [f"c{self.count + n}" for n in range(count)]
        if again and self.count:
            names.append("c0")
        new = tuple(NewVoucher(name, f"sealed-{name}", CODE_IDR) for name in names)
        result = self.shop.do(ImportVouchers("V10", new, PaidFrom.BANK, "bought", "ani", f"i{len(self.shop.log)}"))
        if len(names) > count:
            assert refused(result) is Code.MALFORMED
            return
        done(result)
        self.count += count
        self.codes += names

    @rule(agent=agents, ref=st.sampled_from(("v1", "v2", "v3", "v4", "v5")), twice=st.booleans())
    def buy_voucher(self, agent: str, ref: str, *, twice: bool) -> None:
        order = PlaceOrder(agent, (OrderLine("081234567890", product="V10"),), "h2h", ref=ref)
        result = self.shop.do(*([order] * (1 + twice)))
        if (agent, ref) in self.taken:
            assert isinstance(result, Placed)
            assert result.orders[0].repeated
        elif not self.codes:
            assert refused(result) is Code.OUT_OF_STOCK
        elif self.free_idr(agent) < VOUCHER_PRICES[agent]:
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        else:
            assert isinstance(result, Placed)
            assert (result.orders[0].state, result.orders[0].repeated) == ("success", twice)
            self.taken[agent, ref] = (result.orders[0].order_id, "")
            self.sold[result.orders[0].order_id] = self.codes.pop(0)
            self.deposits[agent] -= VOUCHER_PRICES[agent]

    @precondition(lambda self: self.codes)
    @rule(pick=picks, refunded=st.booleans())
    def void(self, pick: int, *, refunded: bool) -> None:
        name = self.codes.pop(pick % len(self.codes))
        done(self.shop.do(VoidVouchers((name,), "wrong", "ani", refunded)))
        assert refused(self.shop.do(VoidVouchers((name,), "wrong", "ani"))) is Code.NOT_ALLOWED

    # ------------------------------------------------------------------ what must always hold

    @invariant()
    def money_is_where_the_model_says(self) -> None:
        for agent in FEES:
            assert self.shop.deposit_idr(agent) == self.deposits[agent], agent
            assert self.shop.deposit_idr(agent) - self.shop.held_idr(agent) == self.free_idr(agent), agent
        for number, supplier in enumerate(("ALFA", "BETA"), 1):
            assert self.shop.net_idr(supplier_deposit(number)) == self.paid_idr[supplier], supplier
        assert self.shop.net_idr(House.VOUCHER_STOCK) == -CODE_IDR * len(self.codes)
        assert self.shop.balanced()

    @invariant()
    def each_code_is_with_the_one_order_that_paid_for_it(self) -> None:
        papers = {key: paper for (_, key), (_, paper) in self.shop.papers.items() if isinstance(paper, Voucher)}
        handed = {p.order_id: key for key, p in papers.items() if p.state is VoucherState.HANDED}
        assert handed == self.sold
        assert [key for key, p in papers.items() if p.state is VoucherState.OPEN] == self.codes

    @invariant()
    def each_bill_stands_as_the_model_says_and_is_paid_once(self) -> None:
        refs = Counter(attempt.ref for attempt in self.shop.attempts.values())
        assert all(count == 1 for count in refs.values())
        for about in self.inquiries:
            if about.ref is not None and self.latest_of(about.agent, about.ref) is not about:
                continue
            paper = self.shop.papers["bill", about.asking.key][1]
            assert isinstance(paper, Bill)
            assert paper.state == about.state
            assert (paper.order_id or 0) == about.order_id
        kept = {paper.order_id for _, paper in self.shop.cell.papers.values() if paper.state is BillState.PAYING}  # type: ignore[attr-defined]
        assert kept == set(self.shop.cell.orders)

    def teardown(self) -> None:
        again = fresh()
        for at_ms, commands in self.shop.log:
            again.do(*commands, at_ms=at_ms)
        assert again.written == self.shop.written, "the same commands write the same changes"


TestGoods: Any = Shop.TestCase
TestGoods.settings = settings(
    max_examples=120,
    stateful_step_count=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
