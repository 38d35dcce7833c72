"""Domain objects as table rows and back, in the schema's column order."""

from __future__ import annotations

from typing import Any

import msgspec

from juru.books.rules import Kind, Posting, Transfer
from juru.server.domain.cell import CallbackRow, DayClosing, Message, OutboxRow, QueueItem, Record, RefusedRow
from juru.server.domain.order import Attempt, AttemptState, Event, Order, fingerprint
from juru.server.domain.paper import Paper, PaperRow
from juru.server.domain.paper_kinds import PAPER_KINDS
from juru.server.domain.sums import AccountLine, SumLine
from juru.server.domain.views import Notice, OrderState, OrderView

Row = tuple[Any, ...]
_encode = msgspec.json.Encoder().encode
_legs = msgspec.json.Decoder(tuple[tuple[int, int], ...])
_event = msgspec.json.Decoder(Event)
_view = msgspec.json.Decoder(OrderView)
_notice = msgspec.json.Decoder(Notice)
_NOTICE = '{"type":"notice",'

ORDER_STATE = ("state", "sn", "reason", "supplier", "cost_idr", "post_id", "final_ms")
ATTEMPT_STATE = ("state", "send_by_ms", "sent_ms", "sn", "reason", "late_cost_idr")


def order_row(order: Order, commit_no: int) -> Row:
    """A new order, its sealed columns first."""
    return (
        order.id,
        commit_no,
        order.agent_id,
        order.ref,
        order.product,
        order.dest,
        order.amount_idr,
        order.price_idr,
        _encode(order.legs).decode() if order.legs else None,
        order.channel,
        order.counter,
        order.notify,
        order.hold_id,
        order.day,
        order.at_ms,
        order.expires_ms,
        order.max_price_idr,
        *order_state(order),
    )


def order_state(order: Order) -> Row:
    """The columns of an order that follow from its events."""
    return (order.state, order.sn, order.reason, order.supplier, order.cost_idr, order.post_id, order.final_ms)


def order_from(row: Row) -> Order:
    """An order read back."""
    legs = _legs.decode(row[8]) if row[8] else ()
    return Order(
        id=row[0],
        agent_id=row[2],
        ref=row[3],
        product=row[4],
        dest=row[5],
        amount_idr=row[6],
        price_idr=row[7],
        legs=legs,
        channel=row[9],
        counter=row[10],
        notify=row[11],
        fingerprint=fingerprint(row[4], row[5], row[6]),
        hold_id=row[12],
        day=row[13],
        at_ms=row[14],
        expires_ms=row[15],
        max_price_idr=row[16],
        state=OrderState(row[17]),
        sn=row[18],
        reason=row[19],
        supplier=row[20],
        cost_idr=row[21],
        post_id=row[22],
        final_ms=row[23],
    )


def attempt_row(attempt: Attempt, commit_no: int) -> Row:
    """A new attempt, its sealed columns first."""
    return (
        attempt.id,
        commit_no,
        attempt.order_id,
        attempt.number,
        attempt.offer,
        attempt.supplier,
        attempt.sku,
        attempt.ref,
        attempt.cost_idr,
        attempt.max_price_idr,
        attempt.at_ms,
        attempt.expires_ms,
        attempt.why,
        *attempt_state(attempt),
    )


def attempt_state(attempt: Attempt) -> Row:
    """The columns of an attempt that follow from its events."""
    return (
        attempt.state,
        attempt.send_by_ms,
        attempt.sent_ms,
        attempt.sn,
        attempt.reason,
        attempt.late_cost_idr,
    )


def attempt_from(row: Row) -> Attempt:
    """An attempt read back."""
    return Attempt(
        id=row[0],
        order_id=row[2],
        number=row[3],
        offer=row[4],
        supplier=row[5],
        sku=row[6],
        ref=row[7],
        cost_idr=row[8],
        max_price_idr=row[9],
        at_ms=row[10],
        expires_ms=row[11],
        why=row[12],
        state=AttemptState(row[13]),
        send_by_ms=row[14],
        sent_ms=row[15],
        sn=row[16],
        reason=row[17],
        late_cost_idr=row[18],
    )


def event_row(event: Event, event_id: int, commit_no: int) -> Row:
    """An event; its body holds the whole of it."""
    return (event_id, commit_no, event.order_id, event.kind, _encode(event).decode())


def event_from(body: str) -> Event:
    """An event read back."""
    return _event.decode(body)


def transfer_row(transfer: Transfer, commit_no: int, day: int, at_ms: int) -> Row:
    """A transfer's head; its postings are rows of their own."""
    return (
        transfer.id,
        commit_no,
        transfer.kind,
        transfer.of_id,
        transfer.code,
        transfer.order_id,
        day,
        at_ms,
        transfer.memo,
    )


def transfer_from(head: Row, postings: tuple[Posting, ...]) -> Transfer:
    """A transfer read back; ``head`` is id, kind, of_id, code, order_id, memo."""
    return Transfer(head[0], Kind(head[1]), postings, head[3], head[2], head[4], head[5])


def record_row(record: Record, commit_no: int) -> Row:
    """A version of something configured."""
    return (
        record.id,
        commit_no,
        record.kind,
        record.key,
        record.body.decode(),
        record.by,
        record.reason,
        record.at_ms,
    )


class _Told(msgspec.Struct, omit_defaults=True):
    """What a message was answered with, as stored."""

    order_ids: tuple[int, ...] = ()
    transfer_id: int | None = None
    refusal: Any = None
    result: Any = None


def message_row(message: Message, commit_no: int) -> Row:
    """A message that moved money or was refused."""
    refusal = None if message.refusal is None else msgspec.Raw(message.refusal)
    result = None if message.result is None else msgspec.Raw(message.result)
    body = _encode(_Told(message.order_ids, message.transfer_id, refusal, result)).decode()
    return (
        message.id,
        commit_no,
        message.agent_id,
        message.channel,
        message.sender,
        message.message_id,
        message.text,
        message.at_ms,
        body,
    )


def message_from(row: Row) -> Message:
    """A message read back."""
    told = msgspec.json.decode(row[8], type=_Told)
    refusal = None if told.refusal is None else _encode(told.refusal)
    result = None if told.result is None else _encode(told.result)
    answer = (told.order_ids, told.transfer_id, refusal, result)
    return Message(row[0], row[2], row[3], row[4], row[5], row[6], row[7], *answer)


def outbox_row(row: OutboxRow, commit_no: int) -> Row:
    """Something to tell, waiting."""
    view = _encode(row.view).decode()
    return (row.id, commit_no, row.order_id, row.agent_id, row.channel, view, row.at_ms, "waiting", 0, None)


def view_from(body: str) -> OrderView | Notice:
    """What an outbox row tells; a notice begins with its tag, an order's state has none."""
    return _notice.decode(body) if body.startswith(_NOTICE) else _view.decode(body)


def queue_row(item: QueueItem, commit_no: int) -> Row:
    """An item of the human queue; closed already when the same batch opened and closed it."""
    return (
        item.id,
        commit_no,
        item.kind,
        item.order_id,
        item.attempt_id,
        item.note,
        item.at_ms,
        item.closed_ms,
        item.closed_by,
    )


def refusal_row(row: RefusedRow, commit_no: int) -> Row:
    """A refusal."""
    return (row.id, commit_no, row.agent, row.channel, row.code, row.detail, row.at_ms)


def paper_row(row: PaperRow, commit_no: int) -> Row:
    """A version of a paper."""
    return (row.id, commit_no, row.kind, row.key, row.body.decode(), row.at_ms)


def head_row(row: PaperRow) -> Row:
    """Where a paper stands after this version."""
    head = row.head
    return (row.head_id, row.kind, row.key, row.id, int(head.open), head.agent_id, head.mark, head.day)


def paper_from(kind: str, body: str) -> Paper:
    """A version of a paper read back."""
    return msgspec.json.decode(body, type=PAPER_KINDS[kind])


def callback_row(row: CallbackRow, commit_no: int) -> Row:
    """A callback as it came."""
    return (row.id, commit_no, row.supplier, row.ref, row.attempt_id, row.raw, row.at_ms)


def sum_row(line: SumLine, day: int, row_id: int, commit_no: int) -> Row:
    """One line of a closed day's sums."""
    return (row_id, commit_no, day, line.dimension, line.key, *line.values)


def account_sum_row(line: AccountLine, day: int, row_id: int, commit_no: int) -> Row:
    """How one account moved in a closed day."""
    return (row_id, commit_no, day, line.account, line.postings, line.debit_idr, line.credit_idr)


def closing_row(row: DayClosing, commit_no: int) -> Row:
    """A closed day."""
    return (row.id, commit_no, row.day, row.head_no, row.head_seal, row.sums, row.accounts, row.at_ms)


def closing_from(row: Row) -> DayClosing:
    """A closed day read back."""
    return DayClosing(row[0], *row[2:])
