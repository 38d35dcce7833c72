"""One order's page: what happened, in order, in words; its attempts, its postings, what was told and what came back."""

from __future__ import annotations

import msgspec

from juru.server.console.shape import OrderRow, clock, day_words, grouped, moment, order_rows
from juru.server.console.words import Lang, Words, known
from juru.server.domain.bill import Bill
from juru.server.domain.cell import Cell
from juru.server.domain.complaint import Complaint
from juru.server.domain.corrections import correctable
from juru.server.domain.order import Attempt, Event, Happened
from juru.server.domain.views import Notice, OrderState
from juru.server.domain.voucher import Voucher
from juru.server.store.reads.shapes import TellingRow, Timeline, TransferRow
from juru.values.msisdn import to_local
from juru.values.rupiah import format_rupiah

_RAW_MAX = 2_000


class Fact(msgspec.Struct, frozen=True):
    """A name and its value."""

    name: str
    value: str
    copy: bool = False


class Step(msgspec.Struct, frozen=True):
    """One thing that happened; ``tone`` is the key of a state's colour and shape, or empty."""

    time: str
    when: str
    title: str
    detail: str
    tone: str


class Try(msgspec.Struct, frozen=True):
    """One attempt at one supplier, and why that supplier."""

    title: str
    state: str
    word: str
    why: str
    passed: tuple[str, ...]
    facts: tuple[Fact, ...]


class Move(msgspec.Struct, frozen=True):
    """One posting."""

    source: str
    target: str
    amount: str


class Booked(msgspec.Struct, frozen=True):
    """One transfer."""

    id: int
    kind: str
    code: str
    when: str
    memo: str
    moves: tuple[Move, ...]


class Told(msgspec.Struct, frozen=True):
    """One message to the agent."""

    when: str
    channel: str
    word: str
    state: str
    tries: str


class Came(msgspec.Struct, frozen=True):
    """One callback."""

    when: str
    supplier: str
    raw: str


class Wrote(msgspec.Struct, frozen=True):
    """What one side wrote in a complaint; ``who`` is the agent's code or the person's name."""

    when: str
    who: str
    text: str
    ours: bool


class Story(msgspec.Struct, frozen=True):
    """Everything on an order's page. ``correctable`` while its number may still be corrected."""

    row: OrderRow
    facts: tuple[Fact, ...]
    tries: tuple[Try, ...]
    steps: tuple[Step, ...]
    booked: tuple[Booked, ...]
    told: tuple[Told, ...]
    came: tuple[Came, ...]
    complaint: str = ""
    wrote: tuple[Wrote, ...] = ()
    correctable: bool = False


def story_of(past: Timeline, cell: Cell, lang: Lang, t: Words) -> Story:
    """The page of an order, from what the book says of it."""
    order, zone = past.order, cell.settings.zone
    suppliers = {a.id: a.supplier for a in past.attempts}
    facts = [
        Fact(t("ref"), order.ref or str(order.id), copy=order.ref is not None),
        Fact(t("channel"), order.channel),
        Fact(t("col_time"), moment(order.at_ms, zone, lang)),
    ]
    if order.notify:
        facts.append(Fact(t("notify"), grouped(order.notify), copy=True))
    if order.cost_idr is not None:
        facts.append(Fact(t("cost"), f"{format_rupiah(order.cost_idr)} · {order.supplier or t('own_stock')}"))
    if order.reason:
        facts.append(Fact(t("reason"), order.reason))
    if past.bill is not None:
        facts += _bill(past.bill, t)
    if past.voucher is not None:
        facts.append(_voucher(past.voucher, lang, t))
    return Story(
        order_rows([order], cell, lang, t)[0],
        tuple(facts),
        tuple(_try(attempt, t) for attempt in past.attempts),
        tuple(_step(row.event, suppliers, cell, lang, t) for row in past.events),
        tuple(_booked(transfer, cell, lang, t) for transfer in past.transfers),
        tuple(_told(telling, cell, lang, t) for telling in past.outbox),
        tuple(Came(moment(c.at_ms, zone, lang), c.supplier, c.raw[:_RAW_MAX]) for c in past.callbacks),
        "" if past.complaint is None else t(f"complaint_state_{past.complaint.state.value}"),
        () if past.complaint is None else wrote_of(past.complaint, cell, lang),
        order.id in cell.orders and correctable(cell, cell.orders[order.id]) is None,
    )


def _bill(bill: Bill, t: Words) -> list[Fact]:
    """What the inquiry found, and what paying it came to."""
    owed, cost = [format_rupiah(bill.selling_price_idr)], [format_rupiah(bill.cost_idr)]
    if bill.admin_idr:
        owed.append(t("bill_admin", amount=format_rupiah(bill.admin_idr)))
    if bill.charged_idr is not None and bill.charged_idr != bill.cost_idr:
        cost.append(t("bill_charged", amount=format_rupiah(bill.charged_idr)))
    facts = [
        (t("bill"), f"{t(f'bill_{bill.state.value}')} · {bill.supplier}"),
        (t("bill_customer"), bill.customer),
        (t("bill_period"), " · ".join(part for part in (bill.period, t("bill_sheets", count=bill.bills)) if part)),
        (t("bill_owed"), " · ".join(owed)),
        (t("bill_cost"), " · ".join(cost)),
        *bill.details,
    ]
    return [Fact(name, value) for name, value in facts if value]


def _voucher(voucher: Voucher, lang: Lang, t: Words) -> Fact:
    """Which voucher it was; never its code."""
    told = [
        voucher.supplier or t("own_stock"),
        t("voucher_serial", serial=voucher.serial) if voucher.serial else "",
        "" if voucher.expires_day is None else t("voucher_expires", day=day_words(voucher.expires_day, lang)),
        t("voucher_sealed"),
    ]
    return Fact(t("voucher"), " · ".join(part for part in told if part))


def wrote_of(complaint: Complaint, cell: Cell, lang: Lang) -> tuple[Wrote, ...]:
    """All that was written in a complaint, first to last."""
    agent, zone = cell.agent_codes.get(complaint.agent_id, "?"), cell.settings.zone
    return tuple(Wrote(moment(e.at_ms, zone, lang), e.by or agent, e.text, bool(e.by)) for e in complaint.entries)


def _try(attempt: Attempt, t: Words) -> Try:
    rule, offer, cost, *passed = attempt.why.split(" ")
    chosen = t("why_rule", rule=known(t, f"rule_{rule}", rule), offer=offer, cost=format_rupiah(int(cost)))
    facts = [Fact(t("our_ref"), attempt.ref, copy=True), Fact(t("sku"), attempt.sku)]
    facts.append(Fact(t("cost"), format_rupiah(attempt.cost_idr)))
    if attempt.sn:
        facts.append(Fact(t("col_sn"), attempt.sn, copy=True))
    if attempt.reason:
        facts.append(Fact(t("reason"), attempt.reason))
    return Try(
        t("attempt", number=attempt.number, supplier=attempt.supplier),
        _TONES.get(attempt.state.value, "process"),
        t(f"attempt_{attempt.state.value}"),
        chosen,
        tuple(_passed(word, t) for word in passed),
        tuple(facts),
    )


def _passed(word: str, t: Words) -> str:
    offer, _, why = word.removeprefix("-").rpartition(":")
    return t("why_passed", offer=offer, why=known(t, f"passed_{why}", why))


def _step(event: Event, suppliers: dict[int, str], cell: Cell, lang: Lang, t: Words) -> Step:
    supplier = event.supplier or suppliers.get(event.attempt_id or 0, "")
    state = known(t, f"attempt_{event.state}", event.state or "")
    kind = "decided" if event.kind is Happened.ANSWERED and event.by else event.kind.value
    title = t(f"event_{kind}", supplier=supplier, state=state, by=event.by or "")
    details = [
        "" if event.source is None or event.by else t(f"source_{event.source.value}"),
        t("event_was", dest=event.message) if event.kind is Happened.CORRECTED else event.message or "",
        to_local(event.dest or ""),
        event.reason or "",
        f"SN {event.sn}" if event.sn and event.sn not in (event.message or "") else "",
        format_rupiah(event.price_idr) if event.price_idr is not None else "",
        f"#{event.transfer_id}" if event.transfer_id is not None else "",
    ]
    return Step(
        clock(event.at_ms, cell.settings.zone),
        moment(event.at_ms, cell.settings.zone, lang),
        title,
        " · ".join(dict.fromkeys(d for d in details if d)),
        _tone(event),
    )


def _tone(event: Event) -> str:
    match event.kind:
        case Happened.SUCCEEDED:
            return "success"
        case Happened.FAILED:
            return "failed"
        case Happened.REVERSED:
            return "reversed"
        case Happened.LATE_SUCCESS:
            return "person"
        case Happened.ANSWERED:
            return _TONES.get(event.state or "", "process")
        case _:
            return "process"


_TONES = {"success": "success", "failed": "failed", "unknown": "person", "settling": "person"}


def _booked(transfer: TransferRow, cell: Cell, lang: Lang, t: Words) -> Booked:
    moves = (
        Move(account_words(p.debit, cell, t), account_words(p.credit, cell, t), format_rupiah(p.amount_idr))
        for p in transfer.postings
    )
    return Booked(
        transfer.id,
        t(f"posting_{transfer.kind.value}"),
        transfer.code,
        moment(transfer.at_ms, cell.settings.zone, lang),
        transfer.memo or "",
        tuple(moves),
    )


def account_words(name: str, cell: Cell, t: Words) -> str:
    """An account's name in the chart (``agent:17:deposit``) as people call it (``BUDI01``)."""
    owner, _, rest = name.partition(":")
    match owner:
        case "house":
            return t(f"house_{rest}")
        case "supplier":
            return next((s.code for s in cell.suppliers.values() if str(s.id) == rest), name)
        case _:
            number, _, kind = rest.partition(":")
            code = cell.agent_codes.get(int(number), name)
            return code if kind == "deposit" else t(f"account_{kind}", code=code)


def _told(telling: TellingRow, cell: Cell, lang: Lang, t: Words) -> Told:
    view = telling.row.view
    if isinstance(view, Notice):
        word = known(t, f"notice_{view.what}", view.what)
    else:
        word = t(f"state_{'process' if view.state is OrderState.ACCEPTED else view.state.value}")
    return Told(
        moment(telling.row.at_ms, cell.settings.zone, lang),
        known(t, f"channel_{telling.row.channel}", telling.row.channel),
        word,
        known(t, f"outbox_{telling.state}", telling.state),
        t("tries", count=telling.tries) if telling.tries else "",
    )
