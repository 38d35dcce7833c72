"""A small cell in a file, driven through the real writer and store, with time and suppliers in the test's hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from juru.bank.rules import Mutation, numbered
from juru.books.sqlite import SqliteEngine
from juru.server.desk.closing import ClosingBooks
from juru.server.domain.agent import Agent, PriceNotices
from juru.server.domain.alert import AlertKind
from juru.server.domain.alerts import key_of, open_alerts
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.bank_assign import seen_of
from juru.server.domain.bank_row import BankRow, RowTarget, row_key
from juru.server.domain.bill import Bill, BillState
from juru.server.domain.catalog import DestKind, Offer, Operator, PrefixTable, Product, ProductKind, Supplier
from juru.server.domain.cell import Settings
from juru.server.domain.commands import (
    AddDeposit,
    AgentAsks,
    AlertTold,
    AnswerComplaint,
    AskBill,
    AttemptAnswered,
    BillAnswered,
    CallbackArrived,
    CancelTransfer,
    Command,
    CorrectNumber,
    Decide,
    Decision,
    Delivered,
    DepositKind,
    ImportVouchers,
    LookedAround,
    MarkSending,
    MessageKey,
    NewVoucher,
    NotePin,
    NoteRefusal,
    OrderLine,
    PaidFrom,
    PaperDue,
    PayBill,
    PlaceOrder,
    PricesTold,
    ProposeFindings,
    ReverseTransfer,
    SaveRecord,
    SettleFinding,
    SupplierProbed,
    TransferDeposit,
    VoidVouchers,
)
from juru.server.domain.commands_money import (
    AskTicket,
    AssignBankRow,
    BankLine,
    CancelTicket,
    GiveDebt,
    ImportBankRows,
    ReopenBankRow,
    RepayDebt,
    SweepTickets,
    WriteOffDebt,
)
from juru.server.domain.decide import Needs
from juru.server.domain.finding import Difference
from juru.server.domain.health import blocked
from juru.server.domain.order import Source
from juru.server.domain.outcome import Answer, Outcome
from juru.server.domain.paper import Paper
from juru.server.domain.paper_kinds import NAME_OF
from juru.server.domain.reconcile import StatementLine, reconcile
from juru.server.domain.reconcile import key_of as finding_key
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import (
    Asking,
    BankImported,
    Changed,
    Corrected,
    Done,
    Found,
    Placed,
    Result,
    Sending,
    Ticketed,
    Transferred,
)
from juru.server.domain.wishes import (
    AddSender,
    Block,
    Complain,
    Correct,
    Purse,
    Redeem,
    Register,
    RemoveSender,
    Rename,
    SetAutoreg,
    SetMarkup,
    Unblock,
)
from juru.server.engine.closer import Closer
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir
from juru.server.store.migrate import migrate
from juru.server.store.reads.attempts import AttemptReads
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store
from juru.values.days import HOUR_MS, Zone, business_day, day_after, start_of_day

T = TypeVar("T")
START_MS = 1_767_225_600_000
CHAT = "chat:page"


class InlineRuntime:
    """Time that moves a little at every look, commits in place."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.time_ms = now_ms
        self._ids = 0

    def now_ms(self) -> int:
        self.time_ms += 7
        return self.time_ms

    def boottime_s(self) -> float:
        return self.time_ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.time_ms += int(seconds * 1000)
        await asyncio.sleep(0)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        raise AssertionError(f"nothing here starts a task: {name}")

    async def run_commit(self, commit: Callable[[], None]) -> None:
        commit()

    async def run_aside(self, work: Callable[[], T]) -> T:
        return work()

    def new_id(self) -> str:
        self._ids += 1
        return f"batch-{self.time_ms}-{self._ids}"


class SmallCell:
    """One cell: three agents in a line (UP, MID, LOW), two suppliers, a few products."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = SqliteEngine(path)
        migrate(self.engine)
        self.runtime = InlineRuntime()
        self.store = Store(self.engine)
        self.writer = Writer(self.store, self.runtime)
        self.writer.incident = self._incident
        self._runner = asyncio.Runner()
        self._writing = self._runner.get_loop().create_task(self.writer.run())
        self._messages = 0

    @staticmethod
    def _incident(name: str, error: BaseException) -> None:
        raise AssertionError(name) from error

    def do(self, command: Command) -> Result:
        """Submit one command; its committed result."""
        return self.do_all(command)[0]

    def do_all(self, *commands: Command) -> list[Result]:
        """Submit commands together, so that they share a batch."""

        async def submit() -> list[Result]:
            return await asyncio.gather(*(self.writer.submit(command) for command in commands))

        return self._runner.run(submit())

    def close(self) -> None:
        """Stop the writer and close the book."""

        async def stop() -> None:
            self.writer.stop()
            await self._writing

        self._runner.run(stop())
        self._runner.close()
        self.engine.close()

    def file(self, key: str, *papers: Paper) -> None:
        """File versions of a paper, a commit each, as the commands of its kind do."""
        for paper in papers:
            self.runtime.time_ms += 1
            cell = self.writer.cell
            past = self.store.load(cell, Needs(papers=[(NAME_OF[type(paper)], key)]), self.runtime.now_ms())
            cell.begin(self.runtime.now_ms(), past)
            cell.file(key, paper)
            self.store.write(cell, self.runtime.new_id())
            self.store.commit()
            self.store.committed()

    # ------------------------------------------------------------------ what a test does

    def save(self, kind: str, key: str, record: msgspec.Struct) -> None:
        assert self.do(SaveRecord(kind, key, msgspec.json.encode(record), "owner", "set up")) == Done()

    def message(self, text: str = "") -> MessageKey:
        self._messages += 1
        return MessageKey(CHAT, "budi", f"m{self._messages}", text or f"text {self._messages}")

    def deposit(self, kind: DepositKind, key: str, amount_idr: int) -> int:
        request = f"r-{kind}-{key}-{amount_idr}"
        result = self.do(AddDeposit(kind, key, amount_idr, "top-up", "owner", request))
        assert isinstance(result, Done)
        assert result.transfer_id is not None
        return result.transfer_id

    def order(self, dest: str = "081234567801", *, ref: str | None = None, agent: str = "LOW", **line: Any) -> int:  # noqa: ANN401 - fields of OrderLine
        """Place an order by H2H with a reference, or in the chat without; its number."""
        wanted = OrderLine(dest=dest, **({"product": "P10"} | line))
        channel = CHAT if ref is None else "h2h-api"
        message = self.message() if ref is None else None
        placed = self.do(PlaceOrder(agent, (wanted,), channel, ref=ref, message=message))
        assert isinstance(placed, Placed), placed
        return placed.orders[0].order_id

    def ask(self, ref: str, number: str = "530000000003") -> Asking:
        """LOW asks about a PLN bill; the inquiry that may leave."""
        asking = self.do(AskBill("LOW", "PLN", number, "h2h-api", ref))
        assert isinstance(asking, Asking), asking
        return asking

    def found(self, ref: str, number: str = "530000000003", cost_idr: int = 50_000) -> Asking:
        """The same, and the supplier finds it."""
        asking = self.ask(ref, number)
        answer = Answer(
            Outcome.SUCCESS,
            ref=asking.buy.ref,
            price_idr=cost_idr,
            selling_price_idr=cost_idr + 2_000,
            admin_idr=2_500,
            customer="SITI",
            period="202601",
            settles=False,
        )
        told = self.do(BillAnswered(asking.key, asking.buy.ref, answer))
        assert isinstance(told, Found), told
        return asking

    def pay(self, ref: str, number: str = "530000000003") -> int:
        """LOW pays what was asked about; his order's number."""
        placed = self.do(PayBill("LOW", "PLN", number, "h2h-api", ref))
        assert isinstance(placed, Placed), placed
        return placed.orders[0].order_id

    def attempt(self, order_id: int) -> int:
        """The latest attempt of an open order."""
        return self.writer.cell.attempts_of[order_id][-1]

    def send(self, order_id: int) -> int:
        """Put the order's queued attempt on the wire; its number."""
        attempt_id = self.attempt(order_id)
        marked = self.do(MarkSending((attempt_id,)))
        assert isinstance(marked, Sending)
        assert marked.buys
        return attempt_id

    def answer(self, attempt_id: int, outcome: Outcome, **facts: Any) -> None:  # noqa: ANN401 - fields of Answer
        answer = Answer(outcome, **facts)
        assert self.do(AttemptAnswered(attempt_id, answer, Source.REPLY)) == Done()

    def buy(self, outcome: Outcome, **facts: Any) -> tuple[int, int]:  # noqa: ANN401 - fields of Answer
        """An order in the chat to a number of its own, sent and answered; its number and its attempt's."""
        order_id = self.order(f"08123456{1000 + self._messages}")
        attempt_id = self.send(order_id)
        self.answer(attempt_id, outcome, **facts)
        return order_id, attempt_id

    def close_days(self, until: int | None = None) -> list[int]:
        """Close what is over, as the server does; the days closed now."""
        engine = SqliteEngine(self.path, read_only=True)
        try:
            closer = Closer(self.writer, ClosingBooks(DataDir(self.path.parent), Reads(engine)), self.runtime)
            return self._runner.run(closer.close(until))
        finally:
            engine.close()

    def next_day(self, by: int = 1) -> int:
        """Let the clock go on to the morning of a later day; that day."""
        zone = self.writer.cell.settings.zone
        day = day_after(business_day(self.runtime.time_ms, zone), by)
        self.runtime.time_ms = max(self.runtime.time_ms, start_of_day(day, zone) + 8 * HOUR_MS)
        return day

    def decide(self, order_id: int, decision: Decision, **facts: Any) -> None:  # noqa: ANN401 - fields of Decide
        result = self.do(Decide(order_id, decision, "looked it up", "owner", **facts))
        assert isinstance(result, Done), result


def bill(ref: str, state: BillState, **more: Any) -> Bill:  # noqa: ANN401 - fields of Bill
    """An inquiry of agent LOW about a PLN bill, as its paper."""
    day = START_MS // 86_400_000
    return Bill(3, ref, "PLN", "530000000003", "S1-PLN", "S1", "pln", f"B{ref}", day, START_MS, state, **more)


def open_shop(path: Path) -> SmallCell:
    """A cell with its catalog, its agents and money on both sides."""
    cell = SmallCell(path)
    cell.save("setting", "CELL", Settings(name="Toko"))
    cell.save("operator", "TSEL", Operator("TSEL", "Telkomsel"))
    cell.save("prefixes", "TABLE", PrefixTable("1", {"0812": "TSEL"}))
    for code in ("S1", "S2"):
        cell.save("supplier", code, Supplier(1, code, f"Server {code}", "otomax"))
    p10 = Product("P10", "Pulsa 10", price_idr=10_500, operator="TSEL", denom_k=10, commissions_idr=(50, 25))
    cell.save("product", "P10", p10)
    free = Product("FREE", "Any amount", kind=ProductKind.OPEN, price_idr=700, operator="TSEL", stock=5)
    cell.save("product", "FREE", free)
    cell.save("product", "PLN", Product("PLN", "PLN bill", ProductKind.BILL, 500, DestKind.ACCOUNT))
    cell.save("product", "V5", Product("V5", "Game voucher", ProductKind.VOUCHER, 5_500, stock_low=2))
    for supplier, cost_idr in (("S1", 10_000), ("S2", 10_100)):
        cell.save("offer", f"{supplier}-P10", Offer(f"{supplier}-P10", "P10", supplier, "TS10", cost_idr))
    cell.save("offer", "S1-FREE", Offer("S1-FREE", "FREE", "S1", "TSFREE", 300))
    cell.save("offer", "S1-PLN", Offer("S1-PLN", "PLN", "S1", "pln", 0))
    cell.save("agent", "UP", Agent(1, "UP", "Upper", downline_markup_idr=20))
    cell.save("agent", "MID", Agent(1, "MID", "Middle", upline="UP", senders=("chat:MID", "chat:MID2")))
    low = Agent(1, "LOW", "Lower", upline="MID", markup_idr=30, webhook_url="https://low.example/hook")
    cell.save("agent", "LOW", low)
    cell.deposit(DepositKind.BANK, "", 5_000_000)
    cell.deposit(DepositKind.SUPPLIER, "S1", 1_000_000)
    cell.deposit(DepositKind.SUPPLIER, "S2", 1_000_000)
    cell.deposit(DepositKind.AGENT, "UP", 500_000)
    cell.deposit(DepositKind.AGENT, "LOW", 500_000)
    return cell


def eventful_day(cell: SmallCell) -> None:
    """Everything that may happen to an order, to money and to what is told; some of it is still open at the end."""
    _plain_orders(cell)
    _late_orders(cell)
    _human_orders(cell)
    moved = cell.do(TransferDeposit("UP", "MID", 40_000, cell.message("TR.MID.40000")))
    assert isinstance(moved, Transferred)
    assert isinstance(cell.do(TransferDeposit("UP", "LOW", 15_000, cell.message("TR.LOW.15000"))), Transferred)
    assert isinstance(cell.do(CancelTransfer("UP", cell.message("CAN"))), Transferred)
    wrong = cell.deposit(DepositKind.AGENT, "MID", 77_000)
    assert isinstance(cell.do(ReverseTransfer(wrong, "typed twice", "owner")), Done)
    cell.do(NotePin("MID", right=False))
    cell.do(NoteRefusal("MID", "h2h-otomax", "bad_signature", "from 10.0.0.9"))
    cell.do(NoteRefusal(None, "h2h-api", "unknown_sender"))
    too_short = PlaceOrder("MID", (OrderLine(dest="0812", product="P10"),), CHAT, message=cell.message("10.0812"))
    assert not isinstance(cell.do(too_short), Placed)
    _bills(cell)
    _commands(cell)
    _money_in(cell)
    _watched(cell)
    _reconciled(cell)
    _vouchers(cell)
    _tell(cell)
    cell.order("081234560001", ref="still-queued")
    cell.send(cell.order("081234560002", ref="still-sending"))
    cell.buy(Outcome.UNKNOWN, reason="timeout")
    cell.buy(Outcome.PENDING)
    cell.next_day()
    cell.deposit(DepositKind.AGENT, "MID", 33_000)
    cell.next_day()
    assert len(cell.close_days()) == 2


def _bills(cell: SmallCell) -> None:
    """Inquiries refused, unanswered, found twice; payments that succeed (at another price), fail, are taken back."""
    asking = cell.ask("b-1")
    refused = Answer(
        Outcome.REFUSED,
        ref=asking.buy.ref,
        message="tagihan belum tersedia",
        reason="bill_not_ready",
        settles=False,
    )
    assert isinstance(cell.do(BillAnswered(asking.key, asking.buy.ref, refused)), Refusal)
    cell.ask("b-2")
    cell.found("b-3")
    cell.found("b-3", cost_idr=51_000)
    for number, (outcome, price_idr) in enumerate(((Outcome.SUCCESS, 52_000), (Outcome.FAILED, None))):
        ref, customer = f"b-{4 + number}", f"53000000010{number}"
        cell.found(ref, customer)
        cell.answer(cell.send(cell.pay(ref, customer)), outcome, sn="PLN-SN", price_idr=price_idr)
    cell.found("b-6", "530000000106")
    attempt_id = cell.send(cell.pay("b-6", "530000000106"))
    cell.answer(attempt_id, Outcome.SUCCESS, sn="PLN-SN")
    cell.answer(attempt_id, Outcome.FAILED, reason="taken_back")
    cell.found("b-7", "530000000107")
    cell.send(cell.pay("b-7", "530000000107"))


def new_vouchers(word: str, count: int) -> tuple[NewVoucher, ...]:
    """Codes that cost 5,000 each; the last one for nothing."""
    return tuple(NewVoucher(f"{word}{n}", f"k1:{word}{n}", 5_000 * (n < count), f"S{n}") for n in range(1, count + 1))


def _vouchers(cell: SmallCell) -> None:
    """Taken into stock, handed out, void, refunded; one order with a supplier's own code."""
    stock = ImportVouchers("V5", new_vouchers("fp", 6), PaidFrom.BANK, "bought", "owner", "vouchers-1")
    assert isinstance(cell.do(stock), Done)
    cell.order(ref="v-1", product="V5", notify="081234567890")
    cell.order(product="V5")
    cell.order("081234567877", ref="v-2", product="V5", agent="UP")
    assert cell.do(VoidVouchers(("fp4",), "misprinted", "owner")) == Done()
    assert cell.do(VoidVouchers(("fp5",), "given back", "owner", refunded=True)) == Done()
    cell.buy(Outcome.SUCCESS, sn="SN-9", voucher_pin="k1:sealed-by-the-edge")


def _money_in(cell: SmallCell) -> None:
    """Tickets paid, cancelled and run out; rows credited, assigned each way, taken back; debts paid, lost, undone."""
    cell.save("setting", "CELL", Settings(name="Toko", ticket_life_s=600))
    cell.save("bank_account", "BCA1", BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko", "bca"))
    cell.save("bank_account", "MDR1", BankAccount(1, "MDR1", "MANDIRI", "1370001234567"))
    low = cell.writer.cell.agents["LOW"]
    cell.save("agent", "LOW", msgspec.structs.replace(low, debt_limit_idr=400_000))
    day = business_day(cell.runtime.time_ms, Zone.WIB)
    sums = {}
    for agent, amount_idr in (("UP", 100_000), ("MID", 200_000), ("LOW", 300_000)):
        told = cell.do(AskTicket(agent, amount_idr, CHAT))
        assert isinstance(told, Ticketed)
        sums[agent] = told.ticket.amount_idr
    cell.do(CancelTicket("MID", CHAT))
    amounts = (sums["UP"], sums["MID"], 500_000, 90_000, -15_000, -250_000, 40_000, -30_000)
    rows = [Mutation(n, day, amount, f"row {n}") for n, amount in enumerate(amounts, 1)]
    lines = tuple(BankLine(row, nth) for row, nth in numbered(rows))
    for piece in (lines[:4], lines[2:], lines):
        assert isinstance(cell.do(ImportBankRows("BCA1", piece, "mutasi.csv", "owner")), BankImported)
    keys = [row_key("BCA1", line.row, line.nth) for line in lines]
    assert isinstance(cell.do(GiveDebt("LOW", 120_000, "he asked", "owner", "lend")), Done)
    by_hand = cell.deposit(DepositKind.AGENT, "UP", 40_000)
    for key, target, to, transfer_id in (
        (keys[1], RowTarget.AGENT, "MID", None),
        (keys[2], RowTarget.DEBT, "LOW", None),
        (keys[4], RowTarget.FEE, "", None),
        (keys[5], RowTarget.SUPPLIER, "S1", None),
        (keys[6], RowTarget.BOOKED, "", by_hand),
        (keys[7], RowTarget.BANK, "MDR1", None),
    ):
        done = cell.do(AssignBankRow(key, target, "looked it up", "owner", to, transfer_id))
        assert isinstance(done, Done), done
    filed = {row.key: row for row in PaperReads(cell.engine).page("bank_row")}
    for key in (keys[0], keys[2]):
        row = filed[key].paper
        assert isinstance(row, BankRow)
        assert isinstance(cell.do(ReopenBankRow(key, *seen_of(row)[:1], "another's", "owner", seen_of(row)[1])), Done)
    assert isinstance(cell.do(RepayDebt("LOW", 20_000, "cash", "owner", "cash")), Done)
    lost = cell.do(WriteOffDebt("LOW", "gone", "owner", "lost", 30_000))
    assert isinstance(lost, Done)
    assert isinstance(cell.do(ReverseTransfer(lost.transfer_id or 0, "he is back", "owner")), Done)
    cell.runtime.time_ms += 700_000
    cell.do(SweepTickets())


def _watched(cell: SmallCell) -> None:
    """A pause with a failed probe, a trial and the way back; alerts opened, told, closed; two that still stand."""
    s1 = cell.writer.cell.suppliers["S1"]
    cell.save("supplier", "S1", msgspec.structs.replace(s1, pause_after=2, probe_after_s=60))
    cell.buy(Outcome.UNKNOWN, reason="timeout")
    cell.buy(Outcome.UNKNOWN, reason="ref_mismatch")
    for reachable, wait_s in ((False, 61), (True, 121)):
        cell.runtime.time_ms += wait_s * 1000
        assert isinstance(cell.do(SupplierProbed("S1", reachable)), Done)
    assert blocked(cell.writer.cell, "S1") is None
    cell.buy(Outcome.SUCCESS, sn="SN-trial")
    cell.do(LookedAround(disk_free_bytes=1_000_000, commit_ms=5_000))
    for alert in open_alerts(cell.writer.cell):
        named = (key_of(alert.kind, alert.subject), alert.since_ms, alert.state.value)
        cell.do(AlertTold(*named, told=False, next_ms=cell.runtime.time_ms + 5_000))
        cell.do(AlertTold(*named, told=alert.kind is not AlertKind.DISK_LOW, gave_up=alert.kind is AlertKind.DISK_LOW))
    cell.do(LookedAround(disk_free_bytes=10**12))
    mid = msgspec.structs.replace(cell.writer.cell.agents["MID"], senders=("chat:MID",))
    cell.save("agent", "MID", msgspec.structs.replace(mid, price_notices=PriceNotices.CHAT))
    assert cell.do(PricesTold("MID", cell.writer.cell.next.record)) == Done()
    cell.save("agent", "MID", mid)
    s2 = cell.writer.cell.suppliers["S2"]
    cell.save("supplier", "S2", msgspec.structs.replace(s2, deposit_low_idr=10_000_000))
    cell.do(LookedAround(disk_free_bytes=10**12))
    kinds = [alert.kind for alert in open_alerts(cell.writer.cell)]
    assert sorted(kinds) == [AlertKind.COMPLAINT_OVERDUE, AlertKind.DEPOSIT_LOW, AlertKind.FOREIGN_REFERENCE]


def _reconciled(cell: SmallCell) -> None:
    """A statement of S1: every kind of finding, approved where it moves something, one rejected, one still proposed."""
    bought = [cell.buy(Outcome.SUCCESS, sn=f"SN-R{number}", price_idr=10_000)[1] for number in range(4)]
    order_id, failed = cell.buy(Outcome.FAILED)
    cell.answer(cell.send(order_id), Outcome.FAILED)
    read = AttemptReads(cell.engine)
    refs: dict[int, str] = dict(cell.engine.rows("SELECT id, ref FROM attempts"))
    agreed, dearer, undone, missing = (refs[attempt_id] for attempt_id in bought)
    lines = [
        StatementLine(1, charged=True, ref=agreed, price_idr=10_000, sn="SN-OTHER"),
        StatementLine(2, charged=True, ref=dearer, price_idr=10_150),
        StatementLine(3, charged=True, ref=dearer, price_idr=10_150),
        StatementLine(4, charged=False, ref=undone),
        StatementLine(5, charged=True, ref=refs[failed], price_idr=10_000, sn="SN-LATE"),
        StatementLine(6, charged=True, ref="NOT-OURS", dest="081211112222", price_idr=9_900),
    ]
    ours = [*read.by_refs("S1", [line.ref for line in lines]), *read.by_refs("S1", [missing])]
    drafts = tuple(reconcile(lines, ours).findings)
    assert {draft.kind for draft in drafts} == set(Difference) - {Difference.OTHER_NUMBER}
    for new in (len(drafts), 0):
        assert cell.do(ProposeFindings("S1", drafts, "november.csv", "owner")) == Done(note=str(new))
    for draft in drafts:
        approve = draft.kind is not Difference.MISSING_THERE
        command = SettleFinding(finding_key("S1", draft), approve, "looked it up", "owner", draft.attempt_id)
        if draft.kind is not Difference.EXTRA_THERE:
            done = cell.do(command)
            assert isinstance(done, Done), done


def _commands(cell: SmallCell) -> None:
    """What agents change, earn and complain about, and what people and the clock do with it."""
    cell.save("setting", "CELL", Settings(name="Toko", complaint_answer_s=60, complaint_remind_s=30))
    points = msgspec.structs.replace(cell.writer.cell.products["P10"], points=4)
    cell.save("product", "P10", points)
    _, attempt_id = cell.buy(Outcome.SUCCESS, sn="SN-9")
    cell.answer(attempt_id, Outcome.FAILED, reason="taken_back")
    sold, _ = cell.buy(Outcome.SUCCESS, sn="SN-10")
    sealed = {"pin_hash": "argon2"}
    for agent, wish in (
        ("MID", Rename("Middle Shop")),
        ("MID", AddSender("sms:+6281234560077", "chat:MID")),
        ("MID", RemoveSender("sms:+6281234560077", "chat:MID")),
        ("MID", SetAutoreg("MAJU", 150)),
        ("MID", Register("New", "sms:+6281234560078", sealed, "Solo", markup_idr=100)),
        ("MID", Register("Self", "chat:SELF", sealed, markup_idr=150, by_word="MAJU")),
        ("UP", Block("LOW")),
        ("UP", Unblock("LOW")),
        ("MID", SetMarkup(40, "LOW")),
        ("MID", SetMarkup(5, product="P10")),
        ("UP", Redeem(Purse.COMMISSION, 60)),
        ("LOW", Redeem(Purse.POINTS)),
        ("LOW", Complain(sold, "not arrived", CHAT)),
    ):
        command = AgentAsks(agent, wish, cell.message())
        assert isinstance(cell.do(command), Changed), wish
        repeated = cell.do(command)
        assert isinstance(repeated, Changed)
        assert repeated.repeated
    refused = cell.do(AgentAsks("LOW", Block("UP"), cell.message()))
    assert not isinstance(refused, Changed)
    assert cell.do(AnswerComplaint(sold, "owner", "it arrived")) == Done()
    assert isinstance(cell.do(AgentAsks("LOW", Complain(sold, "no", CHAT), cell.message())), Changed)
    cell.runtime.time_ms += 61_000
    for _ in range(2):
        assert cell.do(PaperDue("complaint", str(sold))) == Done()
    settled, _ = cell.buy(Outcome.SUCCESS, sn="SN-11")
    cell.do(AgentAsks("LOW", Complain(settled, "=1+1", CHAT), cell.message()))
    assert cell.do(AnswerComplaint(settled, "owner", close=True)) == Done()
    wrong = cell.order("081234561111")
    right = AgentAsks("LOW", Correct(wrong, "081234561112"), cell.message())
    assert isinstance(cell.do(right), Corrected)
    assert isinstance(cell.do(CorrectNumber(wrong, "081234561113", "he called", "owner")), Corrected)
    cell.answer(cell.send(wrong), Outcome.SUCCESS, sn="SN-12")


def _plain_orders(cell: SmallCell) -> None:
    cell.buy(Outcome.SUCCESS, sn="SN-1", price_idr=10_000)
    cell.buy(Outcome.SUCCESS, sn="SN-2", price_idr=10_040)
    order_id = cell.order(ref="api-1", product="FREE", amount_idr=25_000)
    cell.answer(cell.send(order_id), Outcome.SUCCESS, sn="SN-3")
    order_id = cell.order(ref="api-2", notify="081234567899")
    cell.answer(cell.send(order_id), Outcome.FAILED, code="41", message="gagal")
    cell.answer(cell.send(order_id), Outcome.SUCCESS, sn="SN-4")
    order_id = cell.order(ref="api-3", agent="UP")
    cell.answer(cell.send(order_id), Outcome.FAILED)
    cell.answer(cell.send(order_id), Outcome.REFUSED, reason="out_of_stock")
    order_id = cell.order(ref="api-4")
    attempt_id = cell.send(order_id)
    cell.answer(attempt_id, Outcome.PENDING)
    ref = cell.writer.cell.attempts[attempt_id].ref
    supplier = cell.writer.cell.attempts[attempt_id].supplier
    cell.do(CallbackArrived(supplier, Answer(Outcome.SUCCESS, ref=ref, sn="SN-5"), "status=20&sn=SN-5"))
    cell.do(CallbackArrived(supplier, Answer(Outcome.SUCCESS, ref=ref, sn="SN-5"), "status=20&sn=SN-5&again"))
    cell.do(CallbackArrived("S2", Answer(Outcome.SUCCESS, ref="nobody", sn="SN-6"), "status=20"))


def _late_orders(cell: SmallCell) -> None:
    """Reversed after success, delivered after failure (settled all three ways), delivered twice."""
    _, attempt_id = cell.buy(Outcome.SUCCESS, sn="SN-7")
    cell.answer(attempt_id, Outcome.FAILED, reason="taken_back")
    for decision in (Decision.CHARGE, Decision.KEEP, Decision.CLAIM):
        order_id, attempt_id = cell.buy(Outcome.FAILED)
        cell.answer(cell.send(order_id), Outcome.FAILED)
        cell.answer(attempt_id, Outcome.SUCCESS, sn=f"late {decision}", price_idr=10_000)
        cell.decide(order_id, decision)
    order_id, attempt_id = cell.buy(Outcome.FAILED)
    other_id = cell.send(order_id)
    cell.answer(attempt_id, Outcome.SUCCESS, sn="overtakes")
    cell.answer(other_id, Outcome.SUCCESS, sn="doubles")
    order_id, attempt_id = cell.buy(Outcome.FAILED)
    cell.answer(cell.send(order_id), Outcome.FAILED)
    cell.answer(attempt_id, Outcome.SUCCESS, sn="late, nobody has decided")


def _human_orders(cell: SmallCell) -> None:
    for decision, facts in (
        (Decision.SUCCESS, {"sn": "SN-8"}),
        (Decision.FAILED, {}),
        (Decision.RESEND, {"accept_risk": True}),
    ):
        order_id, _ = cell.buy(Outcome.UNKNOWN, reason="timeout")
        cell.decide(order_id, decision, **facts)


def _tell(cell: SmallCell) -> None:
    """Some are told at once, one after two tries, one is given up, one waits for its next try, the rest wait."""
    count = cell.writer.cell.next.outbox - 1
    assert count > 8
    soon_ms = cell.runtime.time_ms + 5_000
    cell.do(Delivered((1, 2, 3)))
    cell.do(Delivered((5,), soon_ms, 1))
    cell.do(Delivered((5,), soon_ms + 5_000, 2))
    cell.do(Delivered((5,), tries=3))
    cell.do(Delivered((6,), tries=1, gave_up=True))
    cell.do(Delivered((7,), soon_ms, 1))
