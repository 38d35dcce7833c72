"""Whatever happened before a backup and in the lost span after it: after a restore no rule delivers an order twice.

Two suppliers that know the truth: what each reference asked of them, and whether they filled it. The cell is copied at
the backup, goes on, is lost, and the copy is opened again. Then all that rules may do is done, until nothing moves.
"""

from __future__ import annotations

import copy
from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from juru.server.domain.commands import (
    AttemptAnswered,
    Inquired,
    MarkSending,
    OpenRestored,
    Pause,
    Recover,
    SaveRecord,
    SettleDue,
)
from juru.server.domain.order import Attempt, AttemptState, Order, Source
from juru.server.domain.outcome import Answer, InquiryVerb, Outcome
from juru.server.domain.results import Done, Sending
from juru.server.domain.settle import inquirable
from juru.server.domain.views import OrderState
from tests.support.domain import Market, market

ROUNDS = 8


class Seller:
    """One supplier: fills an order or not by the fates it was given, and never fills a reference twice."""

    def __init__(self, fates: list[bool]) -> None:
        self._fates = fates
        self.known: dict[str, tuple[str, bool]] = {}
        self.filled: Counter[str] = Counter()

    def buy(self, ref: str, dest: str) -> Answer:
        """A purchase, or the same one again."""
        if ref not in self.known:
            fills = self._fates[len(self.known) % len(self._fates)]
            self.known[ref] = (dest, fills)
            self.filled[dest] += fills
        return self.ask(ref)

    def ask(self, ref: str) -> Answer:
        """An inquiry that buys nothing."""
        if ref not in self.known:
            return Answer(Outcome.REFUSED, ref=ref, reason="not_found")
        return Answer(Outcome.SUCCESS, ref=ref, sn="SN") if self.known[ref][1] else Answer(Outcome.FAILED, ref=ref)


class World:
    """A cell and its suppliers."""

    def __init__(self, shop: Market, sellers: dict[str, Seller]) -> None:
        self.shop = shop
        self.sellers = sellers

    def delivered(self, dest: str) -> int:
        """How often a number was filled."""
        return sum(seller.filled[dest] for seller in self.sellers.values())

    def waiting(self, *states: AttemptState) -> list[Attempt]:
        """Open attempts in these states."""
        return [a for a in self.shop.cell.attempts.values() if a.state in states]

    def place(self, number: int) -> None:
        """An order to a number of its own."""
        self.shop.order(f"r{number}", dest=dest_of(number))

    def send(self, pick: int, *, heard: bool) -> None:
        """The dispatcher sends one; the reply comes or is lost."""
        queued = self.waiting(AttemptState.QUEUED)
        if not queued:
            return
        attempt = queued[pick % len(queued)]
        result = self.shop.do(MarkSending((attempt.id,)))
        assert isinstance(result, Sending)
        for attempt_id, buy, _ in result.buys:
            answer = self.sellers[attempt.supplier].buy(buy.ref, "0" + buy.dest[3:])
            told = answer if heard else Answer(Outcome.UNKNOWN, reason="timeout")
            self.shop.do(AttemptAnswered(attempt_id, told, Source.REPLY))

    def leave(self, pick: int) -> None:
        """One is on the wire when the picture is taken: the supplier has it, the book says ``sending``."""
        queued = self.waiting(AttemptState.QUEUED)
        if queued:
            attempt = queued[pick % len(queued)]
            result = self.shop.do(MarkSending((attempt.id,)))
            assert isinstance(result, Sending)
            for _, buy, _ in result.buys:
                self.sellers[attempt.supplier].buy(buy.ref, "0" + buy.dest[3:])

    def inquire(self) -> None:
        """Everything that a rule may ask about is asked, by the supplier's own verb, long after it was sent."""
        self.shop.after(600)
        for attempt in self.waiting(AttemptState.SENDING, AttemptState.UNKNOWN, AttemptState.PENDING):
            if not inquirable(self.shop.cell, attempt):
                continue
            result = self.shop.do(Inquired((attempt.id,)))
            assert isinstance(result, Sending)
            seller, again = self.sellers[attempt.supplier], self.shop.cell.suppliers[attempt.supplier].inquiry
            for attempt_id, buy, _ in result.buys:
                resent = again is InquiryVerb.RESEND
                answer = seller.buy(buy.ref, "0" + buy.dest[3:]) if resent else seller.ask(buy.ref)
                self.shop.do(AttemptAnswered(attempt_id, answer, Source.INQUIRY))

    def settle(self) -> None:
        """All that rules do by themselves, until nothing moves."""
        for _ in range(ROUNDS):
            while self.waiting(AttemptState.QUEUED):
                self.send(0, heard=True)
            self.inquire()
            for attempt in self.waiting(AttemptState.SETTLING, AttemptState.PENDING):
                self.shop.do(SettleDue(attempt.id))


def dest_of(number: int) -> str:
    return f"0812345{number:05d}"


def local(order: Order) -> str:
    return "0" + order.dest[3:]


steps = st.lists(
    st.tuples(st.sampled_from(("place", "send", "lose", "leave", "inquire")), st.integers(0, 20)), max_size=14
)


def live(world: World, story: list[tuple[str, int]]) -> None:
    """A stretch of life."""
    for what, pick in story:
        match what:
            case "place":
                world.place(len(world.shop.orders) + 1)
            case "send" | "lose":
                world.send(pick, heard=what == "send")
            case "leave":
                world.leave(pick)
            case _:
                world.inquire()


@settings(max_examples=300, deadline=None)
@given(
    before=steps,
    lost=steps,
    fates=st.lists(st.booleans(), min_size=1, max_size=6),
    verb=st.sampled_from(InquiryVerb),
)
def test_no_rule_delivers_an_order_twice_after_a_restore(
    before: list[tuple[str, int]], lost: list[tuple[str, int]], fates: list[bool], verb: InquiryVerb
) -> None:
    shop = market(order_expiry_s=100_000)
    for code in ("ALFA", "BETA"):
        shop.change_supplier(code, inquiry=verb, settle_delay_s=0, inquiry_horizon_s=10**9)
    world = World(shop, {"ALFA": Seller(fates), "BETA": Seller(fates[::-1])})
    live(world, [("place", 0), *before])
    backup = copy.deepcopy(shop)
    live(world, [*lost, ("place", 0), ("send", 3)])
    agents_refs = sorted(world.shop.orders)
    again = World(backup, world.sellers)
    _reopen(again)
    _list_what_was_bought(again)
    for number in agents_refs:
        again.place(number)
    again.settle()
    for number in agents_refs:
        assert again.delivered(dest_of(number)) <= 1, number
    for order in again.shop.orders.values():
        if order.state is OrderState.SUCCESS:
            assert again.delivered(local(order)) == 1, order
        if order.state is OrderState.FAILED:
            assert again.delivered(local(order)) == 0, "given back, and delivered"
    assert again.shop.balanced()


def _reopen(world: World) -> None:
    shop = world.shop
    assert shop.do(OpenRestored(2, 1, shop.now_ms, shop.now_ms, "ana", "lost")) == Done()
    shop.do(Recover())
    assert not world.waiting(AttemptState.QUEUED, AttemptState.SENDING)
    assert shop.do(Pause(paused=False, by="ana", reason="listed")) == Done()


def _list_what_was_bought(world: World) -> None:
    """What the suppliers' statements show and the book does not: one row for each."""
    known = {attempt.ref for attempt in world.shop.attempts.values()}
    until_ms = world.shop.now_ms + 10**9
    for seller in world.sellers.values():
        for ref, (dest, filled) in seller.known.items():
            if filled and ref not in known:
                body = msgspec.json.encode({"key": ref, "until_ms": until_ms, "dest": "+62" + dest[1:]})
                assert world.shop.do(SaveRecord("lost", ref, body, "ana", "statement")) == Done()
