"""What the people at the desk do: bank files, top-ups, stock, debts, prices, what waits for a decision, statements.

Whatever they decide they decide as a person would who has asked: the payer what his transfer was, the supplier what
became of an order.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import msgspec

from juru.bank.rules import numbered
from juru.server.desk.bank_files import bring_in, read_file
from juru.server.desk.files import write_rows
from juru.server.desk.statements import compare, propose, read_statement
from juru.server.desk.vouchers import fingerprint
from juru.server.domain.bank_assign import seen_of
from juru.server.domain.bank_row import BankRow, RowTarget
from juru.server.domain.cell import QueueItem
from juru.server.domain.commands import (
    AnswerComplaint,
    Command,
    Decide,
    Decision,
    ImportVouchers,
    NewVoucher,
    PaidFrom,
    SaveRecord,
    SeeItem,
    SettleFinding,
)
from juru.server.domain.commands_money import AssignBankRow, BankLine, GiveDebt, ReopenBankRow, RepayDebt, WriteOffDebt
from juru.server.domain.complaints import COMPLAINT_KINDS
from juru.server.domain.finding import Difference, Finding
from juru.server.domain.results import Done, Result
from juru.server.domain.settle import LATE_KINDS
from juru.server.store.reads.attempts import AttemptReads
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads
from juru.simulation.demo import VOUCHER_KEY
from juru.simulation.demo_catalog import GAME, GAME_COST_IDR
from juru.simulation.seller import State
from juru.values.days import MINUTE_MS, Zone, business_day
from tests.year.bank import FILE_DAYS, Bank, Row
from tests.year.oracle import Oracle
from tests.year.shop import BANKS
from tests.year.town import Town

PERSON = "SITI"
LOW_IDR, TOP_UP_IDR = 250_000_000, 150_000_000
UNKNOWN_WAITS_MS = 20 * MINUTE_MS
"""How long an order in doubt is left to settle itself before anybody asks the supplier."""
HEADER = ("Ref", "Kode", "Tujuan", "Harga", "SN", "Status")


class Office:
    """The desk and everybody at it."""

    def __init__(self, town: Town, oracle: Oracle, bank: Bank, seed: int) -> None:
        self.town, self.oracle, self.bank = town, oracle, bank
        self._dice = random.Random(seed + 2)
        self._number = 0
        self._supplier_ids = {told.supplier.code: told.supplier.id for told in town.demo.suppliers}
        self._reconciled = dict.fromkeys(self._supplier_ids, 0)
        self._reconciled_ms = town.time.now_ms()
        self.counts: Counter[str] = Counter()

    @property
    def day(self) -> int:
        """Today."""
        return business_day(self.town.time.now_ms(), Zone.WIB)

    @property
    def reads(self) -> Reads:
        """The book, on a connection of its own."""
        return self.town.server.reads

    async def do(self, command: Command) -> Done:
        """A command that must stand."""
        result = await self.town.do(command)
        assert isinstance(result, Done), (command, result)
        return result

    # ------------------------------------------------------------------ the bank

    async def bring_in(self, days: int = FILE_DAYS) -> None:
        """The files of both accounts, and whatever waits in them."""
        for place, account in enumerate(BANKS):
            now_ms = self.town.time.now_ms()
            shown = list(self.bank.shown(place, self.day, now_ms, days))
            if not shown:
                continue
            statement = read_file(account, self.bank.file(place, self.day, now_ms, days), today=self.day)
            lines = [BankLine(row, nth) for row, nth in numbered(statement.rows)]
            async for _ in bring_in(self.town.server.writer, lines, account.code, f"mutasi-{self.day}.csv", PERSON):
                pass
            self.counts["bank files"] += 1
            for row in shown:
                if not row.booked:
                    row.booked = True
                    self._reckon(row)
        await self._assign()

    def _reckon(self, row: Row) -> None:
        """A row is in the book: what it moves, whoever books it."""
        if row.target == "debt" and not self.oracle.net[f"agent:{self.oracle.agents[row.to].id}:debt"]:
            row.target = "agent"  # he has paid in cash meanwhile
        ours, other = f"bank:{row.bank + 1}", self._other(row)
        if row.target == "debt":
            debt, idr = self.oracle.agents[row.to], row.amount_idr
            owed_idr = min(-self.oracle.net[f"agent:{debt.id}:debt"], idr)
            self.oracle.post(self.day, ours, f"agent:{debt.id}:debt", owed_idr)
            self.oracle.post(self.day, ours, f"agent:{debt.id}:deposit", idr - owed_idr)
        elif row.amount_idr > 0:
            self.oracle.post(self.day, ours, other, row.amount_idr)
        else:
            self.oracle.post(self.day, other, ours, -row.amount_idr)

    def _other(self, row: Row) -> str:
        match row.target:
            case "agent":
                return f"agent:{self.oracle.agents[row.to].id}:deposit"
            case "supplier":
                return f"supplier:{self._supplier_ids[row.to]}"
            case target:
                known = {"fee": "bank_fees", "equity": "equity", "not_ours": "suspense", "booked": "bank"}
                return f"house:{known.get(target, target)}"

    async def _assign(self) -> None:
        """Whatever no ticket took: the operator asks and says what it is, sometimes wrongly at first."""
        for filed in list(PaperReads(self.reads.engine).every_open("bank_row")):
            row = filed.paper
            assert isinstance(row, BankRow), filed
            meant = self.bank.meaning(row.account, row.day, row.amount_idr, row.text)
            self.counts[f"rows {row.why}"] += 1
            if meant.target == "agent" and self._dice.random() < 0.1:
                await self._assign_wrongly(filed.key, meant)
            target = RowTarget(meant.target)
            to = "" if meant.transfer_id is not None else meant.to
            await self.do(AssignBankRow(filed.key, target, "ditanya", PERSON, to, meant.transfer_id))

    async def _assign_wrongly(self, key: str, meant: Row) -> None:
        wrong = next(code for code in self.oracle.agents if code != meant.to)
        await self.do(AssignBankRow(key, RowTarget.AGENT, "kira-kira", PERSON, wrong))
        filed = PaperReads(self.reads.engine).by_key("bank_row", key)
        assert filed is not None, key
        assert isinstance(filed.paper, BankRow), filed
        transfer_ids, ticket = seen_of(filed.paper)
        await self.do(ReopenBankRow(key, transfer_ids, "salah agen", PERSON, ticket))
        self.counts["rows assigned wrongly"] += 1

    def pay(self, bank: int, amount_idr: int, what: str, target: str, to: str = "") -> Row:
        """Money leaves one of our accounts, or comes in."""
        now_ms = self.town.time.now_ms()
        return self.bank.move(bank, self.day, now_ms, amount_idr, self.bank.text(what), target, to)

    def top_up(self) -> None:
        """Deposit at suppliers who have little of it: paid at once, in our book when the bank's file says so."""
        for code in self._supplier_ids:
            account = self.town.account(code)
            if account.balance_idr < LOW_IDR:
                account.balance_idr += TOP_UP_IDR
                self.pay(0, -TOP_UP_IDR, f"DEPOSIT {code}", "supplier", code)
                self.counts["top-ups"] += 1

    def month_of_bank(self) -> None:
        """The bank's fees, the owner's own money in and out, and somebody's transfer that was not meant for us."""
        for bank in (0, 1):
            self.pay(bank, -15_000, "BIAYA ADM", "fee")
        self.pay(0, self._dice.choice((-5_000_000, -2_000_000, 3_000_000)), "PEMILIK", "equity")
        self.pay(1, 77_000, "SALAH TRANSFER", "not_ours")

    # ------------------------------------------------------------------ stock, debts, prices

    async def stock_vouchers(self, codes: int) -> None:
        """Vouchers are bought; the posting stands before the bank's row does."""
        self._number += 1
        keys = self.town.server.keys
        new = [f"TAHUN-{self._number:04d}-{place:05d}" for place in range(codes)]
        batch = tuple(NewVoucher(fingerprint(VOUCHER_KEY, c), keys.seal(c), GAME_COST_IDR) for c in new)
        given = ImportVouchers(GAME.code, batch, PaidFrom.BANK, "stok", PERSON, f"vouchers-{self._number}")
        done = await self.do(given)
        cost_idr = codes * GAME_COST_IDR
        self.oracle.post(self.day, "house:voucher_stock", "house:bank", cost_idr)
        self.pay(0, -cost_idr, "BELI VOUCHER", "booked").transfer_id = done.transfer_id

    async def lend(self) -> None:
        """Deposit on credit for a few; some of it comes back by the bank, some in cash, some never."""
        for agent in self._dice.sample([a for a in self.oracle.agents.values() if a.debt_limit_idr], 3):
            self._number += 1
            debt, amount_idr = f"agent:{agent.id}:debt", self._dice.randrange(1, 10) * 100_000
            owed_idr = -self.oracle.net[debt]
            if not owed_idr:
                await self.do(GiveDebt(agent.code, amount_idr, "pinjam", PERSON, f"debt-{self._number}"))
                self.oracle.post(self.day, debt, f"agent:{agent.id}:deposit", amount_idr)
                self.counts["debts"] += 1
                continue
            match self._dice.randrange(6):
                case 0:
                    await self.do(WriteOffDebt(agent.code, "hilang", PERSON, f"off-{self._number}", owed_idr))
                    self.oracle.post(self.day, "house:bad_debt", debt, owed_idr)
                case 1 | 2:
                    await self.do(RepayDebt(agent.code, owed_idr, "tunai", PERSON, f"cash-{self._number}"))
                    self.oracle.post(self.day, "house:bank", debt, owed_idr)
                case _:
                    self.pay(self._dice.randrange(2), owed_idr + 50_000, f"BAYAR {agent.code}", "debt", agent.code)
                    await self.bring_in()

    async def change_prices(self, more_idr: int) -> None:
        """Our prices of some products change, and with them every agent's."""
        for code in ("S10", "I25", "PLN20", "DANA", "PDAM"):
            product = self.oracle.products[code]
            levels = {level: idr + more_idr for level, idr in product.level_prices_idr.items()}
            product = msgspec.structs.replace(product, price_idr=product.price_idr + more_idr, level_prices_idr=levels)
            self.oracle.products[code] = product
            await self.do(SaveRecord("product", code, msgspec.json.encode(product), PERSON, "harga baru"))

    def raise_supplier_prices(self, supplier: str, more_idr: int) -> None:
        """A supplier asks more from now on; whoever buys sees it from what he is charged."""
        seller = self.town.market.sellers[supplier.lower()]
        for code, sku in seller.skus.items():
            seller.skus[code] = msgspec.structs.replace(sku, price_idr=sku.price_idr + more_idr)

    # ------------------------------------------------------------------ what waits for a person

    async def visit(self) -> None:
        """Everything in the human queue, as far as it can be decided now."""
        for item in sorted(self.town.server.writer.cell.queue.values(), key=lambda item: item.id):
            self.counts[f"seen {item.kind}"] += 1
            if item.kind == "unknown":
                await self._ask_supplier(item)
            elif item.kind in LATE_KINDS:
                await self._settle_late(item)
            elif item.kind in COMPLAINT_KINDS:
                assert item.order_id is not None, item
                await self.town.do(AnswerComplaint(item.order_id, PERSON, "sudah dicek", close=True))
            else:
                await self.town.do(SeeItem(item.id, "dilihat", PERSON))

    async def _ask_supplier(self, item: QueueItem) -> None:
        """The supplier says over the telephone what became of an order."""
        cell = self.town.server.writer.cell
        attempt = cell.attempts.get(item.attempt_id or 0)
        if attempt is None or item.order_id is None or self.town.time.now_ms() - item.at_ms < UNKNOWN_WAITS_MS:
            return
        trade = self.town.account(attempt.supplier).trades.get(attempt.ref)
        if trade is not None and trade.state is State.PENDING:
            return
        delivered = trade is not None and trade.state is State.SUCCESS
        decision = Decision.SUCCESS if delivered else Decision.FAILED
        sn = trade.sn if trade is not None and delivered else None
        await self.town.do(Decide(item.order_id, decision, "kata pemasok", PERSON, sn, attempt.id))
        self.counts[f"decided {decision}"] += 1

    async def _settle_late(self, item: QueueItem) -> None:
        """Delivered after all: mostly the agent pays, else we do, or the supplier is asked to."""
        assert item.order_id is not None, item
        decision = Decision.KEEP if item.kind == "double_delivery" else self._dice.choice(list(Decision)[3:])
        result: Result | None = None
        for wanted in (decision, Decision.KEEP):  # his deposit may not be enough
            decision = wanted
            result = await self.town.do(Decide(item.order_id, wanted, "terlambat", PERSON, None, item.attempt_id))
            if isinstance(result, Done):
                break
        assert isinstance(result, Done), (item, result)
        self.counts[f"late {decision}"] += 1
        if decision is Decision.CHARGE:
            order = self.oracle.orders[item.order_id]
            self.oracle.post(self.day, f"agent:{order.agent}:deposit", "house:sales", order.price_idr)
            self.oracle.charged[self.day // 100].append((order.id, item.attempt_id or 0))

    # ------------------------------------------------------------------ statements of suppliers

    async def reconcile(self, path: Path) -> None:
        """Each supplier's statement since the last one against our book; what it proposes is approved."""
        until_ms = self.town.time.now_ms()
        for code in self._supplier_ids:
            trades = self.town.trades(code)
            rows = [
                (t.ref, t.sku, t.dest, t.price_idr, t.sn, "Sukses" if t.state is State.SUCCESS else "Gagal")
                for t in trades[self._reconciled[code] :]
            ]
            self._reconciled[code] = len(trades)
            if not rows:
                continue
            file = path / f"{code}-{self.day}.csv"
            write_rows(file, HEADER, rows)
            lines = read_statement(file, Zone.WIB, {})
            found = compare(
                lines, AttemptReads(self.reads.engine), code, from_ms=self._reconciled_ms, until_ms=until_ms
            )
            self.counts["statement rows"] += found.rows
            self.counts["statement rows agreed"] += found.result.agreed
            await propose(self.town.server.writer, code, found, file.name, PERSON)
        self._reconciled_ms = until_ms
        await self._approve()

    async def _approve(self) -> None:
        for filed in list(PaperReads(self.reads.engine).every_open("finding")):
            finding = filed.paper
            assert isinstance(finding, Finding), filed
            draft = finding.draft
            await self.do(SettleFinding(filed.key, True, "sesuai", PERSON, draft.attempt_id))
            self.counts[f"finding {draft.kind}"] += 1
            if draft.kind is Difference.OTHER_PRICE and draft.order_id is not None:
                told = (draft.order_id, finding.supplier, draft.amount_idr)
                self.oracle.corrected[self.day // 100].append(told)
            elif draft.kind is not Difference.THEY_CHARGED and draft.kind is not Difference.OTHER_SN:
                self.oracle.faults.append(f"{finding.supplier}: {draft.kind} {draft.name} of order {draft.order_id}")
