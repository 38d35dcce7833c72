"""Orders, answers, corrections, transfers, cancellations, reversals, decisions and redeeming against a small model.

In any order. The model knows prices, agents, which number an order was and is for, and what each answer means for the
money, and nothing of postings, events or holds. The
commands of every run are then played again on a fresh cell: the same commands must write the same changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from juru.books.rules import Kind
from juru.server.domain.accounts import House, agent_commission, agent_deposit, agent_points, supplier_deposit
from juru.server.domain.commands import (
    AddDeposit,
    AgentAsks,
    AttemptAnswered,
    CallbackArrived,
    CancelTransfer,
    Command,
    CorrectNumber,
    Decide,
    Decision,
    DepositKind,
    MarkSending,
    MessageKey,
    OrderLine,
    Recover,
    ReverseTransfer,
    SettleDue,
    TransferDeposit,
)
from juru.server.domain.order import Happened, Source
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome
from juru.server.domain.refusals import Code
from juru.server.domain.results import Changed, Corrected, Placed, Result, Transferred
from juru.server.domain.wishes import Correct, Purse, Redeem
from tests.support.domain import Market, done, market, refused

AGENTS = {"TOP": 1, "MID": 2, "BUDI": 3}
# What S10 costs each and who earns of it, by hand: 10,500, BUDI's own 50 (MID's), MID's 20, TOP's 30.
PRICES = {"TOP": (10_500, {}), "MID": (10_530, {"TOP": 30}), "BUDI": (10_600, {"MID": 70, "TOP": 30})}
COSTS = {"ALFA": 10_000, "BETA": 10_050}
POINTS, POINT_IDR = 3, 7
DESTS = ("081234567890", "081234567891", "081234567892")
START_IDR = 60_000
OPEN = {"sending", "pending", "unknown", "settling"}

agents = st.sampled_from(sorted(AGENTS))
refs = st.sampled_from(("r1", "r2", "r3", "r4"))
dests = st.sampled_from(DESTS)
amounts = st.integers(1, 40_000)
picks = st.integers(0, 10**6)


@dataclass
class Try:
    """An attempt as the model sees it."""

    id: int
    supplier: str
    state: str = "queued"


@dataclass
class Sale:
    """An order as the model sees it."""

    id: int
    agent: str
    dest: str
    key: str
    state: str = "open"
    winner: str | None = None
    tries: list[Try] = field(default_factory=list)
    late: set[int] = field(default_factory=set)
    was: set[str] = field(default_factory=set)
    charged: int = 0

    def is_for(self, dest: str) -> bool:
        """Whether this order is, or was before a correction, for that number."""
        return dest == self.dest or dest in self.was

    @property
    def price_idr(self) -> int:
        return PRICES[self.agent][0]


class Recorded(Market):
    """A market that remembers what it was told and what it wrote."""

    def __init__(self, made: Market) -> None:
        super().__init__(made.cell)
        self.__dict__.update(made.__dict__)
        self.log: list[tuple[int, Command]] = []
        self.written: list[bytes] = []

    def do(self, *commands: Command, at_ms: int | None = None) -> Result:
        result = super().do(*commands, at_ms=at_ms)
        self.log.extend((self.now_ms, command) for command in commands)
        self.written.append(msgspec.msgpack.encode((result, self.cell.changes)))
        return result


def fresh() -> Recorded:
    """The market of every run: both suppliers without inquiry, three agents in a line with little money."""
    made = market(order_expiry_s=100_000, point_value_idr=POINT_IDR)
    made.change_product("S10", points=POINTS)
    for code in COSTS:
        made.change_supplier(code, inquiry=InquiryVerb.NONE, settle_delay_s=0)
    made.deposit("BUDI", START_IDR - 1_000_000)
    for agent in ("TOP", "MID"):
        made.deposit(agent, START_IDR)
    return Recorded(made)


class Shop(RuleBasedStateMachine):
    """The cell beside its model."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = fresh()
        self.sales: dict[int, Sale] = {}
        self.keys: dict[tuple[str, str], int] = {}
        self.deposits = dict.fromkeys(AGENTS, START_IDR)
        self.commissions = dict.fromkeys(AGENTS, 0)
        self.points = dict.fromkeys(AGENTS, 0)
        self.points_paid = 0
        self.paid = dict.fromkeys(COSTS, 0)
        self.late_idr = 0
        self.transfers: dict[int, tuple[str, str, int]] = {}
        self.posted: dict[int, tuple[str, int]] = {}
        self.seen: dict[tuple[str, str], object] = {}
        self.number = 0

    # ------------------------------------------------------------------ the model's own arithmetic

    def free_idr(self, agent: str) -> int:
        held = sum(s.price_idr for s in self.sales.values() if s.agent == agent and s.state == "open")
        return self.deposits[agent] - held

    def unique(self, word: str) -> str:
        self.number += 1
        return f"{word}{self.number}"

    def pay(self, sale: Sale, won: Try) -> None:
        sale.state, sale.winner, won.state = "success", won.supplier, "success"
        self.deposits[sale.agent] -= sale.price_idr
        for agent, share in PRICES[sale.agent][1].items():
            self.commissions[agent] += share
        self.points[sale.agent] += POINTS * POINT_IDR
        self.points_paid += POINTS * POINT_IDR
        self.paid[won.supplier] += COSTS[won.supplier]

    def pay_back(self, sale: Sale) -> None:
        sale.state = "reversed"
        self.deposits[sale.agent] += sale.price_idr
        for agent, share in PRICES[sale.agent][1].items():
            self.commissions[agent] -= share
        self.points[sale.agent] -= POINTS * POINT_IDR
        self.points_paid -= POINTS * POINT_IDR
        self.paid[sale.winner or ""] -= COSTS[sale.winner or ""]

    def lose(self, sale: Sale, lost: Try, *, more: bool) -> None:
        """An attempt has failed; the next supplier if there is one, otherwise the order."""
        lost.state = "failed"
        left = sorted(set(COSTS) - {t.supplier for t in sale.tries})
        if more and left:
            sale.tries.append(Try(max(self.shop.attempts), left[0]))
        else:
            sale.state = "failed"

    # ------------------------------------------------------------------ orders

    def accept(self, result: Result, agent: str, dest: str, key: str) -> None:
        assert isinstance(result, Placed), result
        view = result.orders[0]
        assert not view.repeated
        assert view.price_idr == PRICES[agent][0]
        attempt = self.shop.attempts[max(self.shop.attempts)]
        sale = Sale(view.order_id, agent, dest, key, tries=[Try(attempt.id, attempt.supplier)])
        assert attempt.supplier == "ALFA"
        self.sales[sale.id] = sale

    @rule(agent=agents, ref=refs, dest=dests)
    def order(self, agent: str, ref: str, dest: str) -> None:
        result = self.shop.order(ref, agent=agent, dest=dest)
        known = self.keys.get((agent, ref))
        if known is not None and self.sales[known].is_for(dest):
            assert isinstance(result, Placed)
            assert (result.orders[0].order_id, result.orders[0].repeated) == (known, True)
        elif known is not None:
            assert refused(result) is Code.REFERENCE_CONFLICT
        elif self.free_idr(agent) < PRICES[agent][0]:
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        else:
            self.accept(result, agent, dest, ref)
            self.keys[agent, ref] = max(self.sales)

    @rule(agent=agents, dest=dests, message=st.sampled_from(("m1", "m2", "m3", "m4")))
    def chat(self, agent: str, dest: str, message: str) -> None:
        result = self.shop.chat(
            OrderLine(dest, product="S10"), agent=agent, message_id=message, text=f"{message} {dest}"
        )
        if (agent, message) in self.seen:
            first = self.seen[agent, message]
            got = result.orders[0].order_id if isinstance(result, Placed) else refused(result)
            assert got == first
            return
        if self.taken_today(agent, dest):
            assert refused(result) is Code.REPEATED_ORDER
        elif self.free_idr(agent) < PRICES[agent][0]:
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        else:
            self.accept(result, agent, dest, "chat")
        self.seen[agent, message] = max(self.sales) if isinstance(result, Placed) else refused(result)

    def taken_today(self, agent: str, dest: str, but: Sale | None = None) -> bool:
        """The chat rule: a living order of his for that number, which it is for or was for."""
        return any(
            sale is not but and (sale.agent, sale.key) == (agent, "chat") and sale.is_for(dest)
            for sale in self.sales.values()
            if sale.state in {"open", "success"}
        )

    @precondition(lambda self: self.sales)
    @rule(pick=picks, dest=dests, by=agents, person=st.booleans())
    def correct(self, pick: int, dest: str, by: str, *, person: bool) -> None:
        sale = list(self.sales.values())[pick % len(self.sales)]
        message = self.unique("g")
        wish = AgentAsks(by, Correct(sale.id, dest), MessageKey("chat", by, message, message))
        result = self.shop.do(CorrectNumber(sale.id, dest, "asked", "ani") if person else wish)
        if not person and by != sale.agent:
            assert refused(result) is Code.UNKNOWN_ORDER
        elif sale.state != "open" or [t.state for t in sale.tries] != ["queued"]:
            assert refused(result) is Code.NOT_CORRECTABLE
        elif dest == sale.dest:
            assert isinstance(result, Corrected)
        elif sale.key == "chat" and self.taken_today(sale.agent, dest, but=sale):
            assert refused(result) is Code.REPEATED_ORDER
        else:
            assert isinstance(result, Corrected)
            sale.was.add(sale.dest)
            sale.dest = dest

    # ------------------------------------------------------------------ what was earned

    @rule(agent=agents, purse=st.sampled_from(Purse), amount_idr=st.none() | st.integers(0, 150), again=st.booleans())
    def redeem(self, agent: str, purse: Purse, amount_idr: int | None, *, again: bool) -> None:
        message = self.unique("e")
        command = AgentAsks(agent, Redeem(purse, amount_idr), MessageKey("chat", agent, message, message))
        result = self.shop.do(command)
        earned = self.commissions if purse is Purse.COMMISSION else self.points
        moved_idr = earned[agent] if amount_idr is None else amount_idr
        if not 0 < moved_idr <= earned[agent]:
            assert refused(result) is Code.NOTHING_TO_REDEEM
            return
        assert isinstance(result, Changed)
        earned[agent] -= moved_idr
        self.deposits[agent] += moved_idr
        if again:
            repeated = self.shop.do(command)
            assert isinstance(repeated, Changed)
            assert (repeated.facts, repeated.repeated) == (result.facts, True)

    # ------------------------------------------------------------------ suppliers

    def tries(self, *states: str) -> list[tuple[Sale, Try]]:
        return [(s, t) for s in self.sales.values() for t in s.tries if t.state in states]

    @precondition(lambda self: self.tries("queued"))
    @rule(pick=picks)
    def send(self, pick: int) -> None:
        waiting = self.tries("queued")
        _, sent = waiting[pick % len(waiting)]
        self.shop.do(MarkSending((sent.id,)))
        sent.state = "sending"

    @precondition(lambda self: self.tries(*OPEN, "success", "failed"))
    @rule(
        pick=picks,
        outcome=st.sampled_from(Outcome),
        at_risk=st.booleans(),
        source=st.sampled_from((Source.REPLY, Source.CALLBACK, Source.INQUIRY)),
    )
    def answer(self, pick: int, outcome: Outcome, source: Source, *, at_risk: bool) -> None:
        known = self.tries(*OPEN, "success", "failed")
        self.answer_about(*known[pick % len(known)], outcome, source, at_risk=at_risk)

    @precondition(lambda self: self.tries("queued"))
    @rule(pick=picks, outcome=st.sampled_from((Outcome.FAILED, Outcome.FAILED, Outcome.SUCCESS, Outcome.PENDING)))
    def send_and_answer(self, pick: int, outcome: Outcome) -> None:
        waiting = self.tries("queued")
        sale, about = waiting[pick % len(waiting)]
        self.send(pick)
        self.answer_about(sale, about, outcome, Source.REPLY, at_risk=False)

    @precondition(lambda self: self.tries("failed"))
    @rule(pick=picks)
    def deliver_late(self, pick: int) -> None:
        failed = self.tries("failed")
        self.answer_about(*failed[pick % len(failed)], Outcome.SUCCESS, Source.CALLBACK, at_risk=False)

    def answer_about(self, sale: Sale, about: Try, outcome: Outcome, source: Source, *, at_risk: bool) -> None:
        attempt = self.shop.attempts[about.id]
        answer = Answer(outcome, ref=attempt.ref, sn="SN", late_success_risk=at_risk)
        if source is Source.CALLBACK:
            self.shop.do(CallbackArrived(about.supplier, answer, "raw"))
        else:
            self.shop.do(AttemptAnswered(about.id, answer, source))
        if sale.state == "open" and about.state in OPEN:
            self.heard(sale, about, outcome, source, at_risk=at_risk)
        else:
            self.heard_late(sale, about, outcome, at_risk=at_risk)

    def heard(self, sale: Sale, about: Try, outcome: Outcome, source: Source, *, at_risk: bool) -> None:
        settling = about.state == "settling"
        match outcome:
            case Outcome.SUCCESS:
                self.pay(sale, about)
            case Outcome.PENDING if not settling:
                about.state = "pending"
            case Outcome.UNKNOWN if about.state == "sending":
                about.state = "unknown"
            case Outcome.FAILED | Outcome.REFUSED if at_risk and not settling:
                about.state = "settling"
            case Outcome.FAILED | Outcome.REFUSED if not at_risk or source is Source.INQUIRY:
                self.lose(sale, about, more=not settling)
            case _:
                pass

    def heard_late(self, sale: Sale, about: Try, outcome: Outcome, *, at_risk: bool) -> None:
        failed = outcome in {Outcome.FAILED, Outcome.REFUSED}
        if outcome is Outcome.SUCCESS and about.state != "success":
            if sale.state == "open":
                for other in sale.tries:
                    if other.state == "queued":
                        other.state = "failed"
                self.pay(sale, about)
            else:
                about.state = "success"
                sale.late.add(about.id)
                self.paid[about.supplier] += COSTS[about.supplier]
                self.late_idr += COSTS[about.supplier]
        elif failed and about.state == "success" and sale.state == "success" and about.supplier == sale.winner:
            # A failure that is followed by delivery in practice takes none back.
            if not at_risk:
                self.pay_back(sale)
        elif failed and about.state in OPEN:
            about.state = "failed"

    @precondition(lambda self: self.tries("settling"))
    @rule(pick=picks)
    def settle(self, pick: int) -> None:
        waiting = self.tries("settling")
        sale, about = waiting[pick % len(waiting)]
        self.shop.after(1).do(SettleDue(about.id))
        if sale.state == "open":
            self.lose(sale, about, more=False)

    @precondition(lambda self: len(self.tries("sending")) > 1)
    @rule()
    def recover(self) -> None:
        self.shop.do(Recover())
        for sale, about in self.tries("sending"):
            if sale.state == "open":
                about.state = "unknown"

    # ------------------------------------------------------------------ people

    @precondition(lambda self: self.sales)
    @rule(pick=picks, decision=st.sampled_from((Decision.SUCCESS, Decision.FAILED)))
    def end(self, pick: int, decision: Decision) -> None:
        sale = list(self.sales.values())[pick % len(self.sales)]
        result = self.shop.do(Decide(sale.id, decision, "asked", "ani", sn="SN-HAND"))
        about = next((t for t in sale.tries if t.state in OPEN), None)
        if sale.state != "open" or about is None:
            assert refused(result) is Code.NOT_ALLOWED
        elif decision is Decision.SUCCESS:
            self.pay(sale, about)
        else:
            about.state, sale.state = "failed", "failed"

    @precondition(lambda self: any(s.late for s in self.sales.values()))
    @rule(pick=picks, decision=st.sampled_from((Decision.CHARGE, Decision.KEEP, Decision.CLAIM)))
    def bear(self, pick: int, decision: Decision) -> None:
        late = [(s, i) for s in self.sales.values() for i in sorted(s.late)]
        sale, attempt_id = late[pick % len(late)]
        kinds = {item.kind for item in self.shop.cell.queue.values() if item.attempt_id == attempt_id}
        result = self.shop.do(Decide(sale.id, decision, "agreed", "ani", attempt_id=attempt_id))
        if decision is Decision.CHARGE:
            if "double_delivery" in kinds:
                assert refused(result) is Code.NOT_ALLOWED
                return
            if self.free_idr(sale.agent) < sale.price_idr:
                assert refused(result) is Code.INSUFFICIENT_BALANCE
                return
            self.deposits[sale.agent] -= sale.price_idr
            sale.charged += 1
        done(result)
        sale.late.remove(attempt_id)
        supplier = next(t.supplier for t in sale.tries if t.id == attempt_id)
        self.late_idr -= COSTS[supplier]

    @rule(agent=agents, amount_idr=st.integers(-20_000, 20_000), again=st.booleans())
    def deposit(self, agent: str, amount_idr: int, *, again: bool) -> None:
        key = self.unique("posting ")
        command = AddDeposit(DepositKind.AGENT, agent, amount_idr, "cash", "ani", key)
        result = self.shop.do(command)
        if amount_idr == 0:
            assert refused(result) is Code.BAD_AMOUNT
        elif amount_idr < 0 and self.free_idr(agent) < -amount_idr:
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        else:
            self.deposits[agent] += amount_idr
            self.posted[done(result).transfer_id or 0] = (agent, amount_idr)
            if again:
                assert done(self.shop.do(command)).note == "repeated"

    @precondition(lambda self: self.posted)
    @rule(pick=picks)
    def reverse_deposit(self, pick: int) -> None:
        transfer_id = sorted(self.posted)[pick % len(self.posted)]
        agent, amount_idr = self.posted.pop(transfer_id)
        done(self.shop.do(ReverseTransfer(transfer_id, "wrong", "ani")))
        self.deposits[agent] -= amount_idr
        assert refused(self.shop.do(ReverseTransfer(transfer_id, "wrong", "ani"))) is Code.NOT_CANCELLABLE

    # ------------------------------------------------------------------ agents among themselves

    @rule(agent=agents, to=agents, amount_idr=amounts, back=st.booleans())
    def give(self, agent: str, to: str, amount_idr: int, *, back: bool) -> None:
        message = self.unique("t")
        command = TransferDeposit(agent, to, amount_idr, MessageKey("chat", agent, message, message), back)
        result = self.shop.do(command)
        if amount_idr > self.free_idr(agent):
            assert refused(result) is Code.INSUFFICIENT_BALANCE
        elif AGENTS[to] - AGENTS[agent] < 1 if not back else AGENTS[agent] - AGENTS[to] != 1:
            assert refused(result) is Code.NOT_YOUR_DOWNLINE
        else:
            assert isinstance(result, Transferred)
            again = self.shop.do(command)
            assert isinstance(again, Transferred)
            assert (again.transfer_id, again.repeated) == (result.transfer_id, True)
            self.deposits[agent] -= amount_idr
            self.deposits[to] += amount_idr
            self.transfers[result.transfer_id] = (agent, to, amount_idr)

    @precondition(lambda self: self.transfers)
    @rule(pick=picks, by=agents)
    def cancel(self, pick: int, by: str) -> None:
        transfer_id = sorted(self.transfers)[pick % len(self.transfers)]
        agent, to, amount_idr = self.transfers[transfer_id]
        message = self.unique("c")
        result = self.shop.do(CancelTransfer(by, MessageKey("chat", by, message, message), transfer_id))
        if by != agent or self.free_idr(to) < amount_idr:
            assert refused(result) is Code.NOT_CANCELLABLE
            return
        assert isinstance(result, Transferred)
        self.deposits[agent] += amount_idr
        self.deposits[to] -= amount_idr
        del self.transfers[transfer_id]

    # ------------------------------------------------------------------ what must always hold

    @invariant()
    def money_is_where_the_model_says(self) -> None:
        for agent, number in AGENTS.items():
            assert self.shop.net_idr(agent_deposit(number)) == self.deposits[agent], agent
            assert self.shop.net_idr(agent_commission(number)) == self.commissions[agent], agent
            assert self.shop.net_idr(agent_points(number)) == self.points[agent], agent
            held = sum(s.price_idr for s in self.sales.values() if s.agent == agent and s.state == "open")
            assert self.shop.held_idr(agent) == held, agent
        for number, supplier in enumerate(sorted(COSTS), 1):
            assert self.shop.net_idr(supplier_deposit(number)) == self.paid[supplier], supplier
        assert self.shop.net_idr(House.LATE_SUCCESS) == -self.late_idr
        assert self.shop.net_idr(House.POINTS_EXPENSE) == -self.points_paid
        assert self.shop.balanced()

    @invariant()
    def orders_stand_as_the_model_says(self) -> None:
        open_word = {"open": "accepted"}
        for sale in self.sales.values():
            assert self.shop.orders[sale.id].state == open_word.get(sale.state, sale.state)
            assert self.shop.orders[sale.id].dest == f"+62{sale.dest[1:]}"
            states = [a.state.value for a in self.shop.attempts_of(self.shop.orders[sale.id])]
            assert states == [t.state for t in sale.tries]
        assert set(self.shop.cell.orders) == {s.id for s in self.sales.values() if s.state == "open"}

    @invariant()
    def second_delivery_is_always_a_fact_and_never_a_second_debit(self) -> None:
        facts: dict[int, int] = {}
        debits: dict[int, int] = {}
        for changes in self.shop.commits:
            for event in changes.events:
                if event.kind is Happened.LATE_SUCCESS:
                    facts[event.order_id] = facts.get(event.order_id, 0) + 1
            for moved in changes.transfers:
                if moved.order_id is not None and moved.kind is Kind.POST:
                    debits[moved.order_id] = debits.get(moved.order_id, 0) + 1
        for sale in self.sales.values():
            delivered = sum(t.state == "success" for t in sale.tries)
            won = 1 if sale.state in {"success", "reversed"} else 0
            assert delivered == won + facts.get(sale.id, 0)
            assert debits.get(sale.id, 0) == won

    def teardown(self) -> None:
        again = fresh()
        written: list[bytes] = []
        for at_ms, command in self.shop.log:
            again.do(command, at_ms=at_ms)
            written.append(again.written[-1])
        assert written == self.shop.written, "the same commands write the same changes"


TestShop: Any = Shop.TestCase
TestShop.settings = settings(
    max_examples=150,
    stateful_step_count=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
