"""Money comes in while the server is killed: tickets asked for, paid at the bank, its file brought in again and again.

An agent asks for tickets and pays each at once, some of them twice; the bank's file holds all that was ever paid and is
brought in from its beginning, in pieces, without end. In the end every transfer is one row of the book, every ticket
that the agent was told has brought its very sum once, and nothing has brought anything else.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from pathlib import Path

import msgspec

from juru.bank.rules import Mutation, numbered
from juru.books.sqlite import SqliteEngine
from juru.server.domain.bank_row import BankRow, RowState, row_key
from juru.server.domain.commands_money import BankLine, ImportBankRows
from juru.server.domain.results import BankImported, Result
from juru.server.engine.realtime import RealTime
from juru.server.settings import DataDir, Running
from juru.server.store.reads.papers import FiledPaper, PaperReads
from juru.values.days import Zone, business_day
from tests.crash.cell import AGENT, BANK, PASSWORD, PIN

PIECE = 7
PAUSE_S = 0.03
_SUM = re.compile(r"Tiket #\d+: transfer TEPAT Rp([\d.]+) ")
_result = msgspec.json.Decoder(Result)


class Banker:
    """The agent, his bank, and whoever brings the bank's file in."""

    def __init__(self, data: DataDir, port: int, *, seed: int) -> None:
        self._data = data
        self._port = port
        self._random = random.Random(seed)
        self._statement: list[Mutation] = []
        self._base_idr = 10_000
        self.told: list[int] = []
        self.brought = 0
        self.faults: list[str] = []

    async def live(self, up: asyncio.Event, stopping: asyncio.Event) -> None:
        """Ask, pay and bring in until told to stop; a server that does not answer is asked again when it is up."""
        while not stopping.is_set():
            await up.wait()
            await self._ask_and_pay()
            await self.bring_in()
            await asyncio.sleep(PAUSE_S)

    async def _ask_and_pay(self) -> None:
        target = f"/h2h/otomax/ticket?memberID={AGENT}&pin={PIN}&password={PASSWORD}&amount={self._base_idr}"
        text = await self._say(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        found = None if text is None else _SUM.search(text)
        if found is None:
            # Killed meanwhile, or busy: the same amount is the same ticket.
            return
        amount_idr = int(found[1].replace(".", ""))
        self.told.append(amount_idr)
        self._base_idr += 1_000
        day = business_day(RealTime().now_ms(), Zone.WIB)
        row = Mutation(len(self._statement) + 2, day, amount_idr, f"TRSF {amount_idr}")
        self._statement += [row] * self._random.choice((1, 1, 1, 2))

    async def bring_in(self) -> bool:
        """The whole file once, from its beginning; False when the server went away before its end."""
        rows = self._statement
        lines = [BankLine(row, nth) for row, nth in numbered(rows)]
        for place in range(0, len(lines), PIECE):
            piece = tuple(lines[place : place + PIECE])
            body = msgspec.json.encode(ImportBankRows(BANK, piece, "mutasi.csv", "crash"))
            answer = await self._post("/admin/command", body)
            if answer is None:
                return False
            result = _result.decode(answer)
            if not isinstance(result, BankImported):
                self.faults.append(f"a piece of the statement was refused: {result}")
                return False
            self.brought += len(piece)
        return True

    async def _post(self, path: str, body: bytes) -> str | None:
        try:
            running = msgspec.json.decode(await asyncio.to_thread(self._data.running.read_bytes), type=Running)
        except (OSError, msgspec.DecodeError):
            return None
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {running.token}\r\n"
        return await self._say(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def _say(self, request: bytes) -> str | None:
        """One request on a connection of its own; None when no whole answer came."""
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    writer.write(request)
                    await writer.drain()
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
                    answer = (await reader.readexactly(length)).decode()
                finally:
                    writer.close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            return None
        return answer if " 200 " in head.partition("\r\n")[0] else None

    def judged(self) -> list[str]:
        """What is wrong in the book, after the file was brought in whole."""
        engine = SqliteEngine(Path(self._data.database), read_only=True)
        try:
            rows = {filed.key: filed.paper for filed in _every_row(PaperReads(engine))}
            credited = Counter(int(a) for (a,) in engine.rows(_CREDITED))
        finally:
            engine.close()
        real = {row_key(BANK, row, nth) for row, nth in numbered(self._statement)}
        found = list(self.faults)
        if set(rows) != real:
            lost, made_up = len(real - set(rows)), len(set(rows) - real)
            found.append(f"{lost} transfers are in no row, {made_up} rows are of no transfer")
        told = Counter(self.told)
        if credited != told:
            found.append(f"tickets were told {len(self.told)} sums; not brought once each: {told - credited}")
        waiting = sum(isinstance(row, BankRow) and row.state is RowState.WAITING for row in rows.values())
        if waiting != len(real) - len(self.told):
            found.append(f"{waiting} rows wait, paid twice were {len(real) - len(self.told)}")
        return found


_CREDITED = """
SELECT p.amount_idr FROM postings p JOIN transfers t ON t.id = p.transfer_id WHERE t.code = 'bank_credit'
"""


def _every_row(papers: PaperReads) -> list[FiledPaper]:
    found, before_id = [], 2**62
    while page := papers.page("bank_row", before_id=before_id, limit=1_000):
        found += page
        before_id = page[-1].id
    return found
