"""Tickets and bank files over a real writer and book: time ends tickets, a look tells the deed, stops lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from juru.bank.statement import UnreadableError
from juru.server.desk.bank_files import PIECE, BringInError, Preview, Previewer, bring_in, read_file
from juru.server.desk.bank_state import account_states
from juru.server.domain.bank_account import BankAccount
from juru.server.domain.cell import Settings
from juru.server.domain.commands_money import AskTicket, CancelTicket
from juru.server.domain.results import BankImported, Ticketed
from juru.server.domain.ticket import TicketState
from juru.server.domain.tickets import book_of
from juru.server.domain.views import TicketView
from juru.server.engine.sweeper import Sweeper
from juru.server.store.audit import audit
from juru.server.store.reads.papers import PaperReads
from juru.server.store.reads.reads import Reads
from juru.values.days import DAY_MS, Zone, business_day
from tests.support.bank import plain_file
from tests.support.engine import Running, in_loop

ACCOUNT = BankAccount(1, "BCA1", "BCA", "0123456789", "PT Toko Uji")
LIFE_S = 86_400


@asynccontextmanager
async def shop_at(path: Path) -> AsyncIterator[Running]:
    """The small market with a bank account; agents may have many tickets."""
    cell = Running(path)
    cell.start()
    try:
        await cell.stock_up()
        await cell.save("setting", "CELL", Settings("Uji", ticket_life_s=LIFE_S, tickets_open_max=50))
        await cell.save("bank_account", ACCOUNT.code, ACCOUNT)
        yield cell
        assert audit(cell.read()).found == []
    finally:
        await cell.close()


async def ticket(cell: Running, amount_idr: int = 1_000_000, agent: str = "BUDI") -> TicketView:
    result = await cell.do(AskTicket(agent, amount_idr, "chat"))
    assert isinstance(result, Ticketed), result
    return result.ticket


def day_of(cell: Running) -> int:
    return business_day(cell.time.time_ms, Zone.WIB)


def look(cell: Running, data: bytes, name: str = "mutasi.csv") -> Preview:
    account = cell.writer.cell.bank_accounts["BCA1"]
    statement = read_file(account, data, today=day_of(cell))
    looking = Previewer(PaperReads(cell.read()), account, statement, name, now_ms=cell.time.time_ms, zone=Zone.WIB)
    for _ in looking.pages(3):
        pass
    return looking.preview


class By:
    """Carries commands to the writer of a cell."""

    def __init__(self, cell: Running) -> None:
        self.submit = cell.do


async def bring(cell: Running, preview: Preview, account: str = "BCA1") -> BankImported:
    done = BankImported()
    async for _, so_far in bring_in(By(cell), preview.lines, account, preview.file, "ani"):
        done = so_far
    return done


# ---------------------------------------------------------------- time


@in_loop
async def test_time_ends_tickets_and_gives_their_sums_free_also_after_a_restart(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        told = await ticket(cell)
        sweeper = Sweeper(cell.writer, cell.time)
        commands = cell.writer.commands
        await sweeper.tick()
        assert cell.writer.commands == commands, "nothing is due, nothing is sent"
        cell.time.time_ms += LIFE_S * 1000
        await sweeper.tick()
        assert book_of(cell.writer.cell).by_number[told.ticket].state is TicketState.EXPIRED
        writer = await cell.restart()
        assert book_of(writer.cell).by_number[told.ticket].state is TicketState.EXPIRED
        assert told.amount_idr in book_of(writer.cell).by_amount, "its sum is still nobody else's"
        cell.time.time_ms += 7 * DAY_MS
        await Sweeper(writer, cell.time).tick()
        assert book_of(writer.cell).by_number == {}
        writer = await cell.restart()
        assert book_of(writer.cell).by_number == {}


@in_loop
async def test_a_sweeper_looks_until_it_is_stopped(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        told = await ticket(cell)
        sweeper = Sweeper(cell.writer, cell.time)
        working = asyncio.create_task(sweeper.run())
        cell.time.time_ms += LIFE_S * 1000
        book = book_of(cell.writer.cell)
        await cell.until(lambda: book.by_number[told.ticket].state is TicketState.EXPIRED)
        sweeper.stop()
        cell.time.time_ms += 60_000
        await asyncio.wait_for(working, 20)


# ---------------------------------------------------------------- looking and doing


@in_loop
async def test_a_look_tells_what_the_deed_then_does(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        wanted, gone, half = await ticket(cell), await ticket(cell, 600_000), await ticket(cell, 300_000, "OTHER")
        await cell.do(CancelTicket("BUDI", "chat", gone.ticket))
        day = day_of(cell)
        known = plain_file(day, (50_000, "SETORAN"))
        await bring(cell, look(cell, known))
        data = plain_file(
            day,
            (50_000, "SETORAN"),
            (wanted.amount_idr, "TRSF"),
            (wanted.amount_idr, "TRSF"),
            (gone.amount_idr, "TRSF"),
            (290_000, half.remark),
            (77_777, "SIAPA"),
            (-6_500, "ADM"),
        )
        preview = look(cell, data)
        assert dict(preview.counts) == {
            "known": 1, "credits": 1, "late": 2, "partial": 1, "unknown": 1, "debit": 1,
        }  # fmt: skip
        assert preview.fresh == 6
        assert [(seen.what, seen.ticket) for seen in preview.samples][:3] == [
            ("credits", wanted.ticket),
            ("late", wanted.ticket),
            ("late", gone.ticket),
        ]
        assert preview.notices == []
        done = await bring(cell, preview)
        assert (done.rows, done.known, done.credited, done.credited_idr) == (6, 1, 1, wanted.amount_idr)
        assert done.waiting == {"late": 2, "partial": 1, "unknown": 1, "debit": 1}
        again = look(cell, data)
        assert (again.fresh, dict(again.counts)) == (0, {"known": 7})


@in_loop
async def test_days_that_are_missing_before_a_file_are_noticed(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        day = day_of(cell)
        await bring(cell, look(cell, plain_file(day, (50_000, "A"))))
        cell.time.time_ms += DAY_MS
        follows = look(cell, plain_file(day_of(cell), (1_000, "B"), opening_idr=5_050_000))
        assert follows.notices == []
        (notice,) = look(cell, plain_file(day_of(cell), (1_000, "B"), opening_idr=5_060_000)).notices
        assert "rows are missing before this file: Rp5.050.000 stood there" in str(notice)
        assert "Rp5.060.000" in notice.told("id")


@in_loop
async def test_a_file_of_the_same_days_without_the_balance_would_count_twice_and_is_refused(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        with_balance = plain_file(day_of(cell), (50_000, "A"))
        await bring(cell, look(cell, with_balance))
        bare = b"\n".join(line.rpartition(b";")[0] for line in with_balance.splitlines())
        with pytest.raises(UnreadableError, match="earlier files of BCA1 had a running balance"):
            look(cell, bare)
        cell.time.time_ms += DAY_MS
        later = plain_file(day_of(cell), (50_000, "A"))
        preview = look(cell, b"\n".join(line.rpartition(b";")[0] for line in later.splitlines()))
        assert preview.fresh == 1, "later days may be without it"


@in_loop
async def test_a_refused_piece_says_what_stands(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        preview = look(cell, plain_file(day_of(cell), (50_000, "A")))
        with pytest.raises(BringInError) as caught:
            await bring(cell, preview, "NONE")
        assert caught.value.done == BankImported()


@in_loop
async def test_a_long_file_that_was_broken_off_is_brought_in_again_and_counts_once(tmp_path: Path) -> None:
    async with shop_at(tmp_path) as cell:
        rows = [(1_000 + n % 7, f"ROW {n % 5}") for n in range(2 * PIECE + 100)]
        told = await ticket(cell)
        rows.append((told.amount_idr, "LAST"))
        preview = look(cell, plain_file(day_of(cell), *rows))
        async for done, _ in bring_in(By(cell), preview.lines, "BCA1", "mutasi.csv", "ani"):
            if done == PIECE:
                break
        await cell.restart()
        again = await bring(cell, look(cell, plain_file(day_of(cell), *rows)))
        assert (again.known, again.rows, again.credited) == (PIECE, len(rows) - PIECE, 1)
        (state,) = [one for one in account_states(Reads(cell.read())) if one.account == "BCA1"]
        assert (state.rows, state.waiting) == (len(rows), len(rows) - 1)
        assert state.waiting_idr == sum(amount for amount, _ in rows[:-1])
        assert (state.book_idr, state.differs_idr) == (told.amount_idr, 5_000_000), "the opening balance is not posted"
