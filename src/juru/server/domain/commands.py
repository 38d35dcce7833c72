"""Everything that may be asked of the writer. One struct per command; ``Command`` is the closed union.

``PlaceOrder`` and the other commands of agents wait in the ordinary lane and may be refused as busy; what comes from
suppliers, timers and people waits in the reserved lane and never is.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from juru.server.domain.commands_money import AskTicket, CancelTicket, MoneyCommand
from juru.server.domain.finding import FindingDraft
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer
from juru.server.domain.sums import AccountLine, SumLine
from juru.server.domain.wishes import Wish


class MessageKey(msgspec.Struct, frozen=True):
    """A chat message's own identity: the channel's message id and the text as typed, without its PIN."""

    channel: str
    sender: str
    id: str
    text: str


class OrderLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wanted purchase: a product code or a denomination in thousands, and a destination as typed."""

    dest: str
    product: str | None = None
    denom_k: int | None = None
    amount_idr: int | None = None
    counter: int | None = None
    repeat: bool = False
    notify: str | None = None


class PlaceOrder(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Buy. With ``ref`` idempotent for ever; without, the chat rule of law 3 holds. Several lines: all or none."""

    agent: str
    lines: tuple[OrderLine, ...]
    channel: str
    ref: str | None = None
    message: MessageKey | None = None
    max_price_idr: int | None = None


class AskBill(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Ask what a bill amounts to. It moves no money and does not occupy ``ref``; the same again asks again."""

    agent: str
    product: str
    dest: str
    channel: str
    ref: str | None = None
    amount_idr: int | None = None


class BillAnswered(msgspec.Struct, frozen=True, tag=True):
    """A supplier's answer to the inquiry that the bill ``key`` made under ``supplier_ref``."""

    key: str
    supplier_ref: str
    answer: Answer


class PayBill(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Pay what was asked about under ``ref``; in chat without one the latest inquiry about that bill."""

    agent: str
    product: str
    dest: str
    channel: str
    ref: str | None = None
    message: MessageKey | None = None
    max_price_idr: int | None = None


class TransferDeposit(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """An agent gives deposit to one of his downline, or (``back``) to his upline."""

    agent: str
    to: str
    amount_idr: int
    message: MessageKey
    back: bool = False


class CancelTransfer(msgspec.Struct, frozen=True, tag=True):
    """Take back a transfer; without ``transfer_id`` the agent's last. The receiver's balance must still be free.

    ``to`` and ``amount_idr`` say what the agent means: another transfer than that is not taken back.
    """

    agent: str
    message: MessageKey
    transfer_id: int | None = None
    to: str | None = None
    amount_idr: int | None = None


class AgentAsks(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """An agent, proved and admitted, wants something changed; ``message`` makes it happen once."""

    agent: str
    wish: Wish
    message: MessageKey | None = None


class ChangePin(msgspec.Struct, frozen=True, tag=True):
    """A new PIN, already checked against the old one and sealed by the channel."""

    agent: str
    sealed: dict[str, str]


class NotePin(msgspec.Struct, frozen=True, tag=True):
    """A PIN was tried: wrong tries are counted durably and lock the agent; a right one clears the count."""

    agent: str
    right: bool


class NoteRefusal(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Something was refused before the writer saw it (signature, address, grammar): kept for people to see."""

    agent: str | None
    channel: str
    code: str
    detail: str = ""


DESK = "desk"
"""The channel of what people do; a posting's request id is kept like a chat message's."""


class DepositKind(StrEnum):
    """Where money of a manual posting comes from or goes to."""

    AGENT = "agent"
    SUPPLIER = "supplier"
    BANK = "bank"
    FEE = "fee"


class AddDeposit(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person posts money: to an agent (from bank), to a supplier (from bank), equity to bank, or a bank's fee.

    May be negative. ``key`` names the agent, the supplier, or the bank account of equity and fee; ``via`` the bank
    account of the others. Where neither names one, it is the bank of which nobody said which.
    """

    kind: DepositKind
    key: str
    amount_idr: int
    reason: str
    by: str
    request_id: str
    via: str = ""


class OpeningRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One account's balance on moving in; ``attempt`` counts on where an earlier one was reversed."""

    kind: DepositKind
    key: str
    balance_idr: int
    attempt: int = 1


class OpenBalances(msgspec.Struct, frozen=True, tag=True):
    """A business moves in: balances of agents, suppliers and bank against the owner's equity. All rows or none."""

    rows: tuple[OpeningRow, ...]
    reason: str
    by: str


class ReverseTransfer(msgspec.Struct, frozen=True, tag=True):
    """A person reverses a posted transfer that was wrong."""

    transfer_id: int
    reason: str
    by: str


class NewVoucher(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code to be taken into stock: its fingerprint, the sealed code, and what may be seen of it."""

    key: str
    sealed: str
    cost_idr: int
    serial: str = ""
    expires_day: int | None = None


class PaidFrom(StrEnum):
    """What paid for vouchers: the bank, or the owner's equity where they were there before the books."""

    BANK = "bank"
    EQUITY = "equity"


class ImportVouchers(msgspec.Struct, frozen=True, tag=True):
    """A person takes codes into the stock of a product: all of them, or none."""

    product: str
    vouchers: tuple[NewVoucher, ...]
    paid_from: PaidFrom
    reason: str
    by: str
    request_id: str


class VoidVouchers(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person takes codes out of the stock: written off as a loss, or ``refunded`` to the bank by who sold them."""

    keys: tuple[str, ...]
    reason: str
    by: str
    refunded: bool = False


class SaveRecord(msgspec.Struct, frozen=True, tag=True):
    """A new version of an agent, product, offer, supplier, prefix table or setting. ``body`` is the document."""

    kind: str
    key: str
    body: bytes
    by: str
    reason: str


class MarkSending(msgspec.Struct, frozen=True, tag=True):
    """The dispatcher has slots and rate tokens for these attempts and wants to put them on the wire now."""

    attempts: tuple[int, ...]


class AttemptAnswered(msgspec.Struct, frozen=True, tag=True):
    """A supplier's answer about an attempt. ``last_byte_ms``: when the last byte of the order is known to have left."""

    attempt_id: int
    answer: Answer
    source: Source
    last_byte_ms: int | None = None
    raw: str = ""


class CallbackArrived(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A supplier's callback, authenticated and read; kept raw before it is matched.

    ``confirm``: its proof covers the reference only, so what it says beyond that is asked about where it matters.
    """

    supplier: str
    answer: Answer
    raw: str
    confirm: bool = False


class Inquired(msgspec.Struct, frozen=True, tag=True):
    """Inquiries about these attempts are about to leave; a resend-type one is a send and gets a new ``send_by``."""

    attempts: tuple[int, ...]


class Recover(msgspec.Struct, frozen=True, tag=True):
    """At start: what was ``sending`` when the process died is unknown; what expired unsent fails."""


class SupplierProbed(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A paused supplier was asked whether it is there; ``reachable`` None where no question moves nothing."""

    supplier: str
    reachable: bool | None = None


class LookedAround(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """What the engine sees from time to time beside orders: disk, speed, and a clock that stepped back."""

    disk_free_bytes: int | None = None
    commit_ms: int = 0
    stepped_back_ms: int = 0


class AlertTold(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """What came of telling the owner an alert's version: told, to be tried again at ``next_ms``, or given up."""

    key: str
    since_ms: int
    state: str
    told: bool
    next_ms: int = 0
    gave_up: bool = False


class PricesTold(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """An agent was told every price of his that had changed up to a record; or nobody took the notice in a day."""

    agent: str
    until: int
    gave_up: bool = False


class ProposeFindings(msgspec.Struct, frozen=True, tag=True):
    """Where a supplier's statement differs from our book, to be decided by a person; ``source`` names the file."""

    supplier: str
    findings: tuple[FindingDraft, ...]
    source: str
    by: str


class SettleFinding(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person approves or rejects a finding, with his reason; ``attempt_id`` as the finding names it."""

    key: str
    approve: bool
    reason: str
    by: str
    attempt_id: int | None = None


class SettleDue(msgspec.Struct, frozen=True, tag=True):
    """The settling delay of a failed attempt with late-success risk is over."""

    attempt_id: int


class Decision(StrEnum):
    """What a person may decide about an order no rule may decide."""

    SUCCESS = "success"
    FAILED = "failed"
    RESEND = "resend"
    CHARGE = "charge"
    KEEP = "keep"
    CLAIM = "claim"


class Decide(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person's decision, with its reason; ``sn`` for a success."""

    order_id: int
    decision: Decision
    reason: str
    by: str
    sn: str | None = None
    attempt_id: int | None = None
    accept_risk: bool = False


class SeeItem(msgspec.Struct, frozen=True, tag=True):
    """A person has seen an item of the human queue that asks for no decision about money, and takes it off."""

    item_id: int
    reason: str
    by: str


class AnswerComplaint(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A person answers the complaint about an order, closes it, or both."""

    order_id: int
    by: str
    text: str = ""
    close: bool = False


class CorrectNumber(msgspec.Struct, frozen=True, tag=True):
    """A person corrects the destination of an order of which nothing was sent yet."""

    order_id: int
    dest: str
    reason: str
    by: str


class PaperDue(msgspec.Struct, frozen=True, tag=True):
    """The time that a kept paper named as its ``due_ms`` has come."""

    kind: str
    key: str


class Delivered(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Fate of outbox messages: told, or to be tried again at ``next_ms``, or given up."""

    ids: tuple[int, ...]
    next_ms: int | None = None
    tries: int = 1
    gave_up: bool = False


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Stop or resume selling; orders already held go on."""

    paused: bool
    by: str
    reason: str


class BeginClose(msgspec.Struct, frozen=True, tag=True):
    """A business day is over and is about to be folded; once this is answered nothing more is posted in it."""

    day: int


class KeepSums(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """Lines of the day that is being closed, from number ``at`` on (0 first): sums, then accounts."""

    day: int
    at: int
    sums: tuple[SumLine, ...] = ()
    accounts: tuple[AccountLine, ...] = ()


class CloseDay(msgspec.Struct, frozen=True, tag=True):
    """All lines of a day are kept, so many of each: it is closed."""

    day: int
    sums: int
    accounts: int


class Reseal(msgspec.Struct, frozen=True, tag=True):
    """The secrets of a record sealed anew with another key: old seal to new. What has changed meanwhile stays."""

    kind: str
    key: str
    seals: dict[str, str]
    by: str
    reason: str


class OpenRestored(msgspec.Struct, frozen=True, tag=True):
    """The first command to a restored book: its backup ended with ``commit_no`` at ``backup_ms``.

    ``stopped_ms`` is until when at the latest something may have happened that the backup does not know.
    """

    incarnation: int
    commit_no: int
    backup_ms: int
    stopped_ms: int
    by: str
    reason: str


Command = (
    PlaceOrder
    | AskBill
    | BillAnswered
    | PayBill
    | TransferDeposit
    | CancelTransfer
    | AgentAsks
    | ChangePin
    | NotePin
    | NoteRefusal
    | AddDeposit
    | OpenBalances
    | ReverseTransfer
    | ImportVouchers
    | VoidVouchers
    | SaveRecord
    | MarkSending
    | AttemptAnswered
    | CallbackArrived
    | Inquired
    | Recover
    | SettleDue
    | SupplierProbed
    | LookedAround
    | AlertTold
    | PricesTold
    | ProposeFindings
    | SettleFinding
    | Decide
    | SeeItem
    | AnswerComplaint
    | CorrectNumber
    | PaperDue
    | Delivered
    | Pause
    | MoneyCommand
    | BeginClose
    | KeepSums
    | CloseDay
    | Reseal
    | OpenRestored
)
ORDINARY = (
    *(PlaceOrder, AskBill, PayBill, TransferDeposit, CancelTransfer, AgentAsks, ChangePin),
    *(NoteRefusal, AskTicket, CancelTicket),
)
