"""The human queue: what waits for a person, what may be decided, and what each decision would do.

A decision is safe to send twice: a form has one request id, and the first answer to it is given again. A form also
names the attempt it was opened for, so that nobody decides about a state he has not seen.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from enum import StrEnum
from typing import Any

import msgspec

from juru.server.console.shape import grouped, moment
from juru.server.console.words import WORDS, Lang, Words, known
from juru.server.domain.bank_row import Why
from juru.server.domain.cell import Cell, QueueItem
from juru.server.domain.commands import Command, Decide, Decision, SeeItem
from juru.server.domain.complaints import COMPLAINT_KINDS
from juru.server.domain.order import Attempt, AttemptState, Order
from juru.server.domain.people import UNDECIDED_KINDS
from juru.server.domain.refusals import Code, Refusal
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import LATE_KINDS
from juru.server.domain.views import OrderState
from juru.server.engine.writer import Writer
from juru.server.store.reads.reads import Reads
from juru.values.rupiah import format_rupiah

SHOWN = 20
_REMEMBERED = 1_000
_REASON_MAX = 300
_BY_MAX = 40


class Choice(StrEnum):
    """What a form may send: a decision about an order, or that its item has been seen."""

    SUCCESS = Decision.SUCCESS
    FAILED = Decision.FAILED
    RESEND = Decision.RESEND
    CHARGE = Decision.CHARGE
    KEEP = Decision.KEEP
    CLAIM = Decision.CLAIM
    SEEN = "seen"


_OPEN = (Choice.SUCCESS, Choice.FAILED, Choice.RESEND)
_BORNE = {
    "late_success": (Choice.CHARGE, Choice.KEEP, Choice.CLAIM),
    "double_delivery": (Choice.KEEP, Choice.CLAIM),
}
assert _BORNE.keys() == set(LATE_KINDS)
_BANK = frozenset(f"bank_{why.value}" for why in Why)


class Option(msgspec.Struct, frozen=True):
    """One decision and what it would do."""

    decision: Choice
    label: str
    says: str


class Waiting(msgspec.Struct, frozen=True):
    """An item of the queue as the page shows it. ``options`` is empty for what is only to be seen.

    ``money``: about rows of a bank, which have a page of their own. ``page``: where a complaint is answered.
    """

    id: int
    kind: str
    note: str
    since: str
    order_id: int | None
    attempt_id: int | None
    seen: str
    summary: str
    risk: str
    options: tuple[Option, ...]
    money: bool = False
    page: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A decision as the form sends it; ``seen`` is the attempt's state that the person saw."""

    request_id: str
    order_id: int | None
    attempt_id: int | None
    decision: Choice
    reason: str
    by: str
    item_id: int = 0
    seen: str = ""
    sn: str = ""
    accept_risk: bool = False


class Answered(msgspec.Struct, frozen=True):
    """What happened; ``done`` False when nothing was changed. ``risk`` asks for a tick that the risk is accepted."""

    done: bool
    text: str
    order_id: int | None
    risk: bool = False


class HumanQueue:
    """The open items, and deciding them."""

    def __init__(self, writer: Writer, reads: Reads) -> None:
        self._writer = writer
        self._reads = reads
        self._closed_orders: OrderedDict[int, tuple[Order | None, Attempt | None]] = OrderedDict()
        self._answers: OrderedDict[tuple[str, int | None, int, str], asyncio.Task[Answered]] = OrderedDict()

    # ------------------------------------------------------------------ showing

    def waiting(self, lang: Lang, t: Words) -> tuple[list[Waiting], int]:
        """Items that decide about money first, then the oldest first; and how many more there are."""
        items = sorted(
            self._writer.cell.queue.values(), key=lambda i: (i.kind not in _BORNE and i.kind != "unknown", i.id)
        )
        return [self._shown(item, lang, t) for item in items[:SHOWN]], max(len(items) - SHOWN, 0)

    def _shown(self, item: QueueItem, lang: Lang, t: Words) -> Waiting:
        cell = self._writer.cell
        order, attempt = self._about(item.order_id, item.attempt_id)
        facts = facts_of(cell, order, attempt)
        options = _BORNE.get(item.kind, ())
        seen = ""
        if not options and order is not None and attempt is not None and undecided(cell, order) is attempt:
            options, seen = _OPEN, attempt.state.value
        page = f"/complaints/{item.order_id}" if item.kind in COMPLAINT_KINDS else ""
        if not options and not page and item.kind not in UNDECIDED_KINDS:
            options = (Choice.SEEN,)
        summary = ""
        if order is not None:
            summary = f"{facts['agent']} · {order.product} · {grouped(order.dest)} · {facts['price']}"
        return Waiting(
            item.id,
            known(t, f"kind_{item.kind}", item.kind),
            item.note,
            t("queue_since", time=moment(item.at_ms, cell.settings.zone, lang)),
            item.order_id,
            item.attempt_id,
            seen,
            summary,
            t("decide_risk", **facts),
            tuple(Option(d, t(f"decide_{d.value}"), t(f"says_{d.value}", **facts)) for d in options),
            item.kind in _BANK,
            page,
        )

    def _about(self, order_id: int | None, attempt_id: int | None) -> tuple[Order | None, Attempt | None]:
        """The order and attempt of an item: open ones from the cell, closed ones from the book, read once."""
        if order_id is None:
            return None, None
        cell = self._writer.cell
        order = cell.orders.get(order_id)
        if order is not None:
            return order, cell.attempts.get(attempt_id or 0)
        key = attempt_id or -order_id
        if key not in self._closed_orders:
            past = self._reads.timeline(order_id)
            attempts = () if past is None else past.attempts
            attempt = next((a for a in attempts if a.id == attempt_id), None)
            _keep(self._closed_orders, key, (None if past is None else past.order, attempt))
        return self._closed_orders[key]

    # ------------------------------------------------------------------ deciding

    async def decide(self, asked: Asked, t: Words) -> Answered:
        """Carry out a decision once, however often its form is sent."""
        key = (asked.request_id, asked.order_id, asked.item_id, asked.decision.value)
        running = self._answers.get(key)
        if running is None:
            why = self._stands_against(asked, t)
            if why is not None:
                return _unchanged(asked, why, t)
            running = asyncio.ensure_future(self._carry_out(asked, t))
            _keep(self._answers, key, running)
        return await asyncio.shield(running)

    def _stands_against(self, asked: Asked, t: Words) -> str | None:
        """What is missing in the form, or has changed since it was opened; None when it may go to the writer."""
        if not 0 < len(asked.reason.strip()) <= _REASON_MAX:
            return t("why_reason")
        if not 0 < len(asked.by.strip()) <= _BY_MAX:
            return t("why_by")
        if asked.decision not in _OPEN:
            return None
        if asked.decision is Choice.SUCCESS and not asked.sn.strip():
            return t("why_sn")
        cell = self._writer.cell
        order = cell.orders.get(asked.order_id or 0)
        attempt = None if order is None else undecided(cell, order)
        if attempt is None or attempt.id != asked.attempt_id or attempt.state.value != asked.seen:
            return t("why_changed")
        return None

    async def _carry_out(self, asked: Asked, t: Words) -> Answered:
        facts = facts_of(self._writer.cell, *self._about(asked.order_id, asked.attempt_id)) | {
            "order": str(asked.order_id)
        }
        result: Result = await self._writer.submit(_command(asked))
        match result:
            case Done():
                text = t(f"done_{asked.decision.value}{_which_resend(asked, result)}", **facts)
                if result.transfer_id is not None:
                    text += " " + t("done_posting", transfer=result.transfer_id)
                return Answered(done=True, text=text, order_id=asked.order_id)
            case Refusal():
                risk = result.facts.get("why") == "risk"
                return _unchanged(asked, _refused(result, facts, t), t, risk=risk)
            case _:
                raise AssertionError(result)


def _command(asked: Asked) -> Command:
    reason, by = asked.reason.strip(), f"console:{asked.by.strip()}"
    if asked.decision is Choice.SEEN:
        return SeeItem(asked.item_id, reason, by)
    decision = Decision(asked.decision.value)
    sn = asked.sn.strip() or None if decision is Decision.SUCCESS else None
    return Decide(asked.order_id or 0, decision, reason, by, sn, asked.attempt_id, asked.accept_risk)


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)


def _unchanged(asked: Asked, why: str, t: Words, *, risk: bool = False) -> Answered:
    return Answered(done=False, text=t("not_done") + why, order_id=asked.order_id, risk=risk)


def _which_resend(asked: Asked, result: Done) -> str:
    if asked.decision is not Choice.RESEND:
        return ""
    match result.note:
        case "same reference":
            return "_same"
        case "no other supplier":
            return "_none"
        case _:
            return "_new"


def _refused(refusal: Refusal, facts: dict[str, str], t: Words) -> str:
    told = refusal.facts
    match refusal.code:
        case Code.NOT_ALLOWED if f"why_{told.get('why')}" in WORDS:
            return t(f"why_{told['why']}", **facts)
        case Code.INSUFFICIENT_BALANCE:
            amounts = {name: format_rupiah(int(told[f"{name}_idr"])) for name in ("free", "needed")}
            return t("why_insufficient_balance", **amounts)
        case Code.UNKNOWN_ORDER:
            return t("why_unknown_order")
        case Code.INCIDENT:
            return t("why_incident", incident=told.get("incident", "?"))
        case _:
            return t("why_other", code=refusal.code.value)


def facts_of(cell: Cell, order: Order | None, attempt: Attempt | None) -> dict[str, str]:
    """The facts that sentences about a decision name; a dash for what this item does not have at hand."""
    facts = dict.fromkeys(("order", "agent", "price", "free", "supplier", "ref", "cost"), "—")
    if order is not None:
        agent = cell.agent_of(order)
        free_idr = cell.free_idr(agent, credit=False)
        price = format_rupiah(order.price_idr)
        facts |= {"order": str(order.id), "agent": agent.code, "price": price, "free": format_rupiah(free_idr)}
    if attempt is not None:
        cost_idr = attempt.cost_idr if attempt.late_cost_idr is None else attempt.late_cost_idr
        facts |= {"supplier": attempt.supplier, "ref": attempt.ref, "cost": format_rupiah(cost_idr)}
    return facts


def undecided(cell: Cell, order: Order) -> Attempt | None:
    """The attempt that holds an open order's money and may have left."""
    if order.state is not OrderState.ACCEPTED:
        return None
    held = [a for a in cell.attempts_for(order) if a.state.open and a.state is not AttemptState.QUEUED]
    return held[-1] if held else None
