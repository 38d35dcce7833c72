"""A statement of 100,000 rows, read, judged and brought in while tickets wait; run as ``python -m bench.mutations``.

The file is KlikBCA's own form with a running balance. One row in fifty is the exact sum of a waiting ticket; every
fifth of the others goes out. The figure stands only when every ticket is paid, the account says what the bank says, and
the audit is clean; a second import of the same file must change nothing.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import statistics
import sys
import time
from pathlib import Path

import msgspec

from juru.bank.profiles import load_bank_profile
from juru.bank.reading import read_statement
from juru.books.sqlite import SqliteEngine
from juru.server.desk.bank_files import Previewer, bring_in
from juru.server.domain.accounts import bank_account
from juru.server.domain.agent import Agent
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.cell import Settings
from juru.server.domain.commands import Command, SaveRecord
from juru.server.domain.commands_money import AskTicket
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import BankImported, Result, Ticketed
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.store.audit import audit
from juru.server.store.migrate import migrate
from juru.server.store.reads.papers import PaperReads
from juru.server.store.store import Store
from juru.values.days import Zone, business_day

ROWS, TICKETS, AGENTS = 100_000, 2_000, 500
_TICKET_EVERY = ROWS // TICKETS


class Timed:
    """A writer that notes how long each piece kept it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.pieces_s: list[float] = []

    async def submit(self, command: Command) -> Result:
        """Have it decided and committed."""
        begun = time.perf_counter()
        result = await self._writer.submit(command)
        self.pieces_s.append(time.perf_counter() - begun)
        return result


async def _cell(writer: Writer) -> list[int]:
    """Agents, an account and a ticket each; the sums they wait for."""
    encode = msgspec.json.encode
    records: list[Command] = [
        SaveRecord("setting", "CELL", encode(Settings("Bench", tickets_open_max=100)), "bench", "rig"),
        SaveRecord("bank_account", "BCA1", encode(BankAccount(1, "BCA1", "BCA", "0123456789", "PT", "bca")), "b", "r"),
    ]
    records += [
        SaveRecord("agent", f"A{n}", encode(Agent(1, f"A{n}", f"Agen {n}")), "bench", "rig") for n in range(AGENTS)
    ]
    asks = [AskTicket(f"A{n % AGENTS}", 50_000 + 1_000 * (n // AGENTS), "bench") for n in range(TICKETS)]
    results = await asyncio.gather(*(writer.submit(command) for command in [*records, *asks]))
    assert not [r for r in results if isinstance(r, Refusal)], "the rig was refused"
    return [r.ticket.amount_idr for r in results if isinstance(r, Ticketed)]


def statement(sums: list[int], today: int) -> bytes:
    """The file."""
    made = random.Random(7)
    day = f"{today % 100:02d}/{today // 100 % 100:02d}"
    period = f"{day}/{today // 10_000}"
    head = f"Informasi Rekening - Mutasi Rekening\nNo. rekening : ,'0123456789\nPeriode : {period} - {period}\n\n"
    lines = [head + "Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo\n"]
    balance, waiting = 0, list(sums)
    for number in range(ROWS):
        if number % _TICKET_EVERY == 0 and waiting:
            amount, mark = waiting.pop(), "CR"
        else:
            # Above every ticket's sum, so that nothing fits by chance.
            amount, mark = 10_000_000 + made.randrange(10**7), "CR" if number % 5 else "DB"
        balance += amount if mark == "CR" else -amount
        text = f"TRSF E-BANKING {mark} {number:06d}/FTSCY/WS95031 NAMA {made.randrange(10**6)}"
        lines.append(f'\'{day},\'{text},\'0000,"{amount:,}.00",{mark},"{balance:,}.00"\n')
    return "".join(lines).encode()


async def once(path: Path) -> dict[str, float]:
    """One run in a fresh cell."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs yet
    engine = SqliteEngine(path / "cell.db")
    migrate(engine)
    runtime = RealTime()
    writer = Writer(Store(engine), runtime)
    working = asyncio.create_task(writer.run())
    sums = await _cell(writer)
    now_ms = runtime.now_ms()
    today = business_day(now_ms, Zone.WIB)
    data = statement(sums, today)
    reader = SqliteEngine(path / "cell.db", read_only=True)
    account = writer.cell.bank_accounts["BCA1"]
    figures: dict[str, float] = {}
    for turn in ("", "again_"):
        begun = time.perf_counter()
        read = read_statement(data, load_bank_profile("bca"), today=today, account_no=account.number)
        figures[f"{turn}read_s"] = time.perf_counter() - begun
        looking = Previewer(PaperReads(reader), account, read, "bench.csv", now_ms=now_ms, zone=Zone.WIB)
        for _ in looking.pages():
            pass
        figures[f"{turn}preview_s"] = time.perf_counter() - begun - figures[f"{turn}read_s"]
        timed, done = Timed(writer), BankImported()
        async for _, so_far in bring_in(timed, looking.preview.lines, "BCA1", "bench.csv", "bench"):
            done = so_far
        figures[f"{turn}all_s"] = time.perf_counter() - begun
        figures[f"{turn}piece_ms_max"] = 1_000 * max(timed.pieces_s)
        figures[f"{turn}piece_ms_median"] = 1_000 * statistics.median(timed.pieces_s)
        assert done.rows == (0 if turn else ROWS), done
        assert done.credited == (0 if turn else len(sums)), done
    assert writer.cell.ledger[bank_account(1)].net_idr == -sum(sums), "the account says what tickets brought"
    writer.stop()
    await working
    reader.close()
    begun = time.perf_counter()
    figures["findings"] = len(audit(engine).found)
    figures["audit_s"] = time.perf_counter() - begun
    engine.close()
    assert figures["findings"] == 0
    return {name: round(figure, 2) for name, figure in figures.items()}


def measure() -> dict[str, float]:
    """A whole run."""
    return asyncio.run(once(Path("build") / "bench-mutations"))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=1) + "\n")
