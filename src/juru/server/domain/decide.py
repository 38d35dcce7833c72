"""The one entry of the domain: a command comes in, the cell changes, a result goes out. Pure and exhaustive.

``needs`` says beforehand which rows of the past a command names, so that the store can load a batch's past in a few
set-based reads.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from juru.server.domain.alerts import alert_told, looked_around
from juru.server.domain.asks import agent_asks
from juru.server.domain.bills import ask_bill, bill_answered, papers_of, pay_bill
from juru.server.domain.callbacks import callback_arrived
from juru.server.domain.catalog import DestKind, ProductKind, read_destination
from juru.server.domain.cell import Cell, OutboxMark
from juru.server.domain.closing import begin_close, close_day, keep_sums
from juru.server.domain.commands import (
    DESK,
    ORDINARY,
    AddDeposit,
    AgentAsks,
    AlertTold,
    AnswerComplaint,
    AskBill,
    AttemptAnswered,
    BeginClose,
    BillAnswered,
    CallbackArrived,
    CancelTransfer,
    ChangePin,
    CloseDay,
    Command,
    CorrectNumber,
    Decide,
    Delivered,
    ImportVouchers,
    Inquired,
    KeepSums,
    LookedAround,
    MarkSending,
    MessageKey,
    NotePin,
    NoteRefusal,
    OpenBalances,
    OpenRestored,
    PaperDue,
    Pause,
    PayBill,
    PlaceOrder,
    PricesTold,
    ProposeFindings,
    Recover,
    Reseal,
    ReverseTransfer,
    SaveRecord,
    SeeItem,
    SettleDue,
    SettleFinding,
    SupplierProbed,
    TransferDeposit,
    VoidVouchers,
)
from juru.server.domain.commands_money import AskTicket, CancelTicket, MoneyCommand
from juru.server.domain.complaint import Complaint, mark_of
from juru.server.domain.complaints import answer_complaint
from juru.server.domain.correction import Correction
from juru.server.domain.corrections import correct_number
from juru.server.domain.due import paper_due
from juru.server.domain.health import supplier_probed
from juru.server.domain.money import add_deposit, cancel_transfer, reverse_transfer, transfer_deposit
from juru.server.domain.money_in import named_by, take_in
from juru.server.domain.opening import open_balances, opening_key
from juru.server.domain.paper import Marked
from juru.server.domain.paper_kinds import NAME_OF, PAPER_KINDS
from juru.server.domain.people import decide_order, see_item
from juru.server.domain.place import place_order
from juru.server.domain.price_notices import prices_told
from juru.server.domain.reconcile import key_of, propose_findings, settle_finding
from juru.server.domain.records import change_pin, note_pin, note_refusal, pause, save_record
from juru.server.domain.refusals import Refusal
from juru.server.domain.reseal import reseal
from juru.server.domain.restore import open_restored
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import (
    attempt_answered,
    inquired,
    mark_sending,
    recover,
    settle_due,
)
from juru.server.domain.vouchers import VOUCHER, import_vouchers, void_vouchers
from juru.server.domain.wishes import Complain, Correct


class Needs(msgspec.Struct):
    """Rows of the past that a batch names."""

    refs: list[tuple[int, str]] = []
    chat: list[tuple[int, str]] = []
    messages: list[tuple[int, MessageKey]] = []
    attempts: list[int] = []
    attempt_refs: list[str] = []
    orders: list[int] = []
    transfers: list[int] = []
    last_transfers: list[int] = []
    papers: list[tuple[str, str]] = []
    marked: list[Marked] = []
    close_days: list[int] = []


def decide(cell: Cell, command: Command) -> Result:
    """Apply one command to the cell; the changes stand in ``cell.changes``."""
    result = _decide(cell, command)
    if isinstance(result, Refusal) and isinstance(command, ORDINARY) and not isinstance(command, NoteRefusal):
        note_refusal(cell, NoteRefusal(command.agent, _channel_of(command), result.code.value, _detail_of(command)))
    return result


def _channel_of(command: Command) -> str:
    match command:
        case (
            PlaceOrder(channel=channel)
            | AskBill(channel=channel)
            | PayBill(channel=channel)
            | AskTicket(channel=channel)
            | CancelTicket(channel=channel)
        ):
            return channel
        case TransferDeposit(message=message) | CancelTransfer(message=message) | AgentAsks(message=message):
            return "api" if message is None else message.channel
        case _:
            return "chat"


def _detail_of(command: Command) -> str:
    match command:
        case PlaceOrder(ref=ref, lines=lines):
            return f"{ref or ''} {lines[0].dest[:24] if lines else ''}".strip()
        case AskBill(ref=ref, dest=dest) | PayBill(ref=ref, dest=dest):
            return f"{ref or ''} {dest[:24]}".strip()
        case _:
            return ""


def _decide(cell: Cell, command: Command) -> Result:  # noqa: C901, PLR0911, PLR0912 - one arm per command is the point
    if isinstance(command, MoneyCommand):
        return take_in(cell, command)
    match command:
        case PlaceOrder():
            return place_order(cell, command)
        case AskBill():
            return ask_bill(cell, command)
        case BillAnswered():
            return bill_answered(cell, command)
        case PayBill():
            return pay_bill(cell, command)
        case AttemptAnswered():
            return attempt_answered(cell, command)
        case MarkSending():
            return mark_sending(cell, command)
        case Delivered():
            return _delivered(cell, command)
        case CallbackArrived():
            return callback_arrived(cell, command)
        case Inquired():
            return inquired(cell, command)
        case SettleDue():
            return settle_due(cell, command)
        case Recover():
            return recover(cell, command)
        case TransferDeposit():
            return transfer_deposit(cell, command)
        case CancelTransfer():
            return cancel_transfer(cell, command)
        case AgentAsks():
            return agent_asks(cell, command)
        case ChangePin():
            return change_pin(cell, command)
        case NotePin():
            return note_pin(cell, command)
        case NoteRefusal():
            return note_refusal(cell, command)
        case AddDeposit():
            return add_deposit(cell, command)
        case OpenBalances():
            return open_balances(cell, command)
        case ReverseTransfer():
            return reverse_transfer(cell, command)
        case ImportVouchers():
            return import_vouchers(cell, command)
        case VoidVouchers():
            return void_vouchers(cell, command)
        case SaveRecord():
            return save_record(cell, command)
        case Decide():
            return decide_order(cell, command)
        case SeeItem():
            return see_item(cell, command)
        case AnswerComplaint():
            return answer_complaint(cell, command)
        case CorrectNumber():
            return correct_number(cell, command)
        case PaperDue():
            return paper_due(cell, command)
        case Pause():
            return pause(cell, command)
        case SupplierProbed():
            return supplier_probed(cell, command)
        case LookedAround():
            return looked_around(cell, command)
        case AlertTold():
            return alert_told(cell, command)
        case PricesTold():
            return prices_told(cell, command)
        case ProposeFindings():
            return propose_findings(cell, command)
        case SettleFinding():
            return settle_finding(cell, command)
        case BeginClose():
            return begin_close(cell, command)
        case KeepSums():
            return keep_sums(cell, command)
        case CloseDay():
            return close_day(cell, command)
        case Reseal():
            return reseal(cell, command)
        case OpenRestored():
            return open_restored(cell, command)
        case _:
            assert_never(command)


def _delivered(cell: Cell, command: Delivered) -> Result:
    state = "given_up" if command.gave_up else "told" if command.next_ms is None else "waiting"
    cell.changes.outbox_marks.extend(OutboxMark(i, state, command.next_ms, command.tries) for i in command.ids)
    return Done()


def needs(cell: Cell, commands: list[Command]) -> Needs:  # noqa: C901, PLR0912 - one arm per command is the point
    """What the store must load before this batch is decided."""
    wanted = Needs()
    _needs_of_money(commands, wanted)
    for command in commands:
        match command:
            case PlaceOrder():
                _needs_of_order(cell, command, wanted)
            case AskBill() | BillAnswered() | PayBill():
                _needs_of_bill(cell, command, wanted)
            case ImportVouchers(vouchers=vouchers, request_id=request_id):
                wanted.papers.extend((VOUCHER, new.key) for new in vouchers)
                wanted.messages.append((0, MessageKey(DESK, "", request_id, "")))
            case VoidVouchers(keys=keys):
                wanted.papers.extend((VOUCHER, key) for key in keys)
            case TransferDeposit() | CancelTransfer():
                _needs_of_transfer(cell, command, wanted)
            case AgentAsks():
                _needs_of_wish(cell, command, wanted)
            case AnswerComplaint(order_id=order_id):
                wanted.papers.append((NAME_OF[Complaint], str(order_id)))
            case CorrectNumber(order_id=order_id, dest=dest):
                _needs_of_correction(cell, order_id, dest, wanted)
            case AttemptAnswered(attempt_id=attempt_id):
                if attempt_id not in cell.attempts:
                    wanted.attempts.append(attempt_id)
            case CallbackArrived(answer=answer):
                if answer.ref is not None:
                    wanted.attempt_refs.append(answer.ref)
            case Decide(order_id=order_id):
                if order_id not in cell.orders:
                    wanted.orders.append(order_id)
            case Reseal(kind=kind, key=key):
                if kind in PAPER_KINDS:
                    wanted.papers.append((kind, key))
            case ReverseTransfer(transfer_id=transfer_id):
                wanted.transfers.append(transfer_id)
                wanted.papers.extend((kind, str(transfer_id)) for kind in ("booked", "debt", "debt_payment"))
            case ProposeFindings(supplier=supplier, findings=findings):
                wanted.papers.extend(("finding", key_of(supplier, draft)) for draft in findings)
            case SettleFinding(key=key, attempt_id=attempt_id):
                wanted.papers.append(("finding", key))
                if attempt_id is not None and attempt_id not in cell.attempts:
                    wanted.attempts.append(attempt_id)
            case AddDeposit() | OpenBalances():
                wanted.messages.extend((0, MessageKey(DESK, "", request_id, "")) for request_id in _ids(command))
            case CloseDay(day=day):
                wanted.close_days.append(day)
            case _:
                pass
    _needs_of_vouchers(cell, commands, wanted)
    return wanted


def _needs_of_transfer(cell: Cell, command: TransferDeposit | CancelTransfer, wanted: Needs) -> None:
    agent = cell.agents.get(command.agent)
    if agent is None:
        return
    wanted.messages.append((agent.id, command.message))
    if isinstance(command, CancelTransfer):
        if command.transfer_id is not None:
            wanted.transfers.append(command.transfer_id)
        else:
            wanted.last_transfers.append(agent.id)


def _needs_of_wish(cell: Cell, command: AgentAsks, wanted: Needs) -> None:
    agent = cell.agents.get(command.agent)
    if agent is None:
        return
    if command.message is not None:
        wanted.messages.append((agent.id, command.message))
    match command.wish:
        case Complain(order_id=order_id):
            if order_id not in cell.orders:
                wanted.orders.append(order_id)
            wanted.papers.append((NAME_OF[Complaint], str(order_id)))
            recent = cell.settings.complaints_per_hour_max
            mark = mark_of(agent.id)
            wanted.marked.append(Marked(NAME_OF[Complaint], mark, only_open=False, newest=True, limit=recent))
        case Correct(order_id=order_id, dest=dest):
            _needs_of_correction(cell, order_id, dest, wanted)
        case _:
            pass


def _needs_of_correction(cell: Cell, order_id: int, dest: str, wanted: Needs) -> None:
    """The order, unless it is open, and what else went to the new number today."""
    order = cell.orders.get(order_id)
    if order is None:
        wanted.orders.append(order_id)
        return
    wanted.papers.append((NAME_OF[Correction], str(order_id)))
    if order.ref is None:
        _needs_of_number(cell, order.agent_id, dest, wanted)


def _needs_of_number(cell: Cell, agent_id: int, dest: str, wanted: Needs) -> None:
    """An agent's chat orders of today for a number. Both forms, where the product, which says which, is not known."""
    typed = dest.strip()
    number = read_destination(DestKind.MSISDN, typed)
    for form in (number, typed):
        if form is not None:
            wanted.chat.append((agent_id, form))
            wanted.orders.extend(i for i in cell.corrected.get((agent_id, form), ()) if i not in cell.orders)


def _needs_of_money(commands: list[Command], wanted: Needs) -> None:
    for named in (named_by(command) for command in commands if isinstance(command, MoneyCommand)):
        wanted.papers.extend(named.papers)
        wanted.transfers.extend(named.transfers)
        wanted.messages.extend((0, MessageKey(DESK, "", request_id, "")) for request_id in named.requests)


def _ids(command: AddDeposit | OpenBalances) -> list[str]:
    """The request ids of what a person posts."""
    return [command.request_id] if isinstance(command, AddDeposit) else [opening_key(row) for row in command.rows]


def _needs_of_bill(cell: Cell, command: AskBill | BillAnswered | PayBill, wanted: Needs) -> None:
    papers, marked = papers_of(cell, command)
    wanted.papers.extend(papers)
    wanted.marked.extend(marked)
    agent = None if isinstance(command, BillAnswered) else cell.agents.get(command.agent)
    if agent is None or isinstance(command, BillAnswered):
        return
    if command.ref is not None:
        wanted.refs.append((agent.id, command.ref))
    if isinstance(command, PayBill) and command.message is not None:
        wanted.messages.append((agent.id, command.message))


def _needs_of_vouchers(cell: Cell, commands: list[Command], wanted: Needs) -> None:
    """A code for every line that wants one, and so many more that a low stock shows."""
    counts: dict[str, int] = {}
    for command in commands:
        if isinstance(command, PlaceOrder):
            for line in command.lines:
                product = cell.products.get((line.product or "").upper())
                if product is not None and product.kind is ProductKind.VOUCHER:
                    counts[product.code] = counts.get(product.code, 0) + 1
    for code, count in counts.items():
        limit = count + cell.products[code].stock_low
        wanted.marked.append(Marked(VOUCHER, code, limit=limit, unexpired=True))


def _needs_of_order(cell: Cell, command: PlaceOrder, wanted: Needs) -> None:
    agent = cell.agents.get(command.agent)
    if agent is None:
        return
    if command.ref is not None:
        wanted.refs.append((agent.id, command.ref))
    else:
        for line in command.lines:
            _needs_of_number(cell, agent.id, line.dest, wanted)
    if command.message is not None:
        wanted.messages.append((agent.id, command.message))
