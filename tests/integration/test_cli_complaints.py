"""``juru complaint`` and ``juru order correct``: listed by urgency, answered and closed; numbers mended."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from juru.books.sqlite import SqliteEngine
from juru.cli import run
from juru.cli.complaints import clock_words
from juru.server.desk.link import open_reads
from juru.server.domain.commands import (
    AddDeposit,
    AgentAsks,
    Command,
    DepositKind,
    MessageKey,
    OrderLine,
    PlaceOrder,
)
from juru.server.domain.results import Result
from juru.server.domain.wishes import Complain
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.server.store.store import Store


class Desk:
    """Types commands at one cell, whose agents speak by a writer of the test."""

    def __init__(self, data: DataDir, capture: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capture = capture

    def __call__(self, *tokens: str, code: int = 0) -> str:
        self._capture.readouterr()
        exit_code = run(tokens)
        told = self._capture.readouterr()
        assert exit_code == code, told
        return told.out + told.err

    def says(self, *commands: Command) -> list[Result]:
        """What agents ask reaches no desk, so it goes to a writer directly."""

        async def submit() -> list[Result]:
            engine, runtime = SqliteEngine(self.data.database), RealTime()
            writer = Writer(Store(engine), runtime)
            writing = asyncio.create_task(writer.run())
            results = [await writer.submit(command) for command in commands]
            writer.stop()
            await writing
            runtime.close()
            engine.close()
            return results

        return asyncio.run(submit())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """BUDI has ordered two S10 by chat, which nobody sends, and complains about both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JURU_BY", "sri")
    monkeypatch.setenv("JURU_DATA", str(tmp_path / "cell"))
    desk = Desk(DataDir(tmp_path / "cell"), capsys)
    desk("init", str(desk.data.path), "--name", "Toko Ana")
    account = ("--account", "base=http://127.0.0.1:9/d; member_id=J1", "--pin", "1234", "--password", "p")
    desk("supplier", "add", "DIGI", "--name", "Digi", "--dialect", "otomax", *account)
    desk("product", "add", "S10", "--name", "Tsel 10", "--operator", "telkomsel", "--price", "10.800")
    desk("offer", "add", "--product", "s10", "--supplier", "digi", "--sku", "TS10", "--cost", "Rp10.200")
    desk("agent", "add", "budi", "--name", "Budi", "--pin", "738291")
    keys = [MessageKey("chat", "BUDI", f"m{n}", f"text {n}") for n in range(4)]
    lines = [OrderLine(f"08123456780{n}", product="S10") for n in range(2)]
    results = desk.says(
        AddDeposit(DepositKind.AGENT, "BUDI", 100_000, "cash", "sri", "d1"),
        *(PlaceOrder("BUDI", (line,), "chat", message=key) for line, key in zip(lines, keys, strict=False)),
        AgentAsks("BUDI", Complain(1, "=1+1 <b>not</b> arrived", "chat:BUDI"), keys[2]),
        AgentAsks("BUDI", Complain(2, "wrong number", "chat:BUDI"), keys[3]),
    )
    assert len(results) == 5
    return desk


def complaint(desk: Desk, order: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(desk("complaint", "show", str(order), "--json"))
    return found


def test_what_waits_is_listed_the_most_urgent_first_with_its_clock(desk: Desk) -> None:
    rows = json.loads(desk("complaint", "list", "--json"))
    assert [(r["order"], r["agent"], r["state"]) for r in rows] == [(1, "BUDI", "open"), (2, "BUDI", "open")]
    assert rows[0]["text"] == "'=1+1 <b>not</b> arrived"
    assert 86_000 < rows[0]["left_s"] <= 86_400
    assert "23 h 59 min left" in desk("complaint", "list")


@pytest.mark.parametrize(
    ("left_s", "words"), [(None, ""), (3_700, "1 h 1 min left"), (-90_000, "overdue by 1 d 1 h"), (0, "0 s left")]
)
def test_a_clock_in_words(left_s: int | None, words: str) -> None:
    assert clock_words(left_s) == words


def test_an_answer_is_told_and_a_closed_one_is_done(desk: Desk) -> None:
    desk("complaint", "answer", "1", "it arrived at 10:15")
    desk("complaint", "close", "2", "--reason", "number corrected")
    assert complaint(desk, 1)["state"] == "answered"
    entries = complaint(desk, 2)["entries"]
    assert isinstance(entries, list)
    assert (complaint(desk, 2)["state"], entries[-1]["by"], entries[-1]["text"]) == (
        "closed",
        "sri",
        "number corrected",
    )
    assert "nobody waits" in desk("complaint", "list")
    assert len(json.loads(desk("complaint", "list", "--all", "--json"))) == 2
    assert "it arrived at 10:15" in desk("order", "show", "1")
    with open_reads(desk.data) as reads:
        waiting = [w.row.view for w in reads.outbox_due(2**60, 10)]
    assert [msgspec.to_builtins(view)["what"] for view in waiting[-2:]] == ["complaint.answered", "complaint.closed"]


def test_what_cannot_be_answered_says_why(desk: Desk) -> None:
    assert "nobody complained about order 9" in desk("complaint", "show", "9", code=1)
    assert "no complaint about it" in desk("complaint", "answer", "9", "hello", code=1)
    assert "write the answer" in desk("complaint", "answer", "1", " ", code=2)
    desk("complaint", "close", "1")
    assert "refused" in desk("complaint", "answer", "1", "late", code=1)


def test_a_number_is_corrected_with_a_reason_while_nothing_was_sent(desk: Desk) -> None:
    assert "say why" in desk("order", "correct", "1", "081234567899", code=2)
    told = desk("order", "correct", "1", "081234567899", "--reason", "he called")
    assert told.strip() == "order 1 now goes to 081234567899, it was 081234567800"
    assert "081234567899" in desk("order", "show", "1")
    assert [o["id"] for o in json.loads(desk("order", "list", "--dest", "081234567899", "--json"))] == [1]
    assert json.loads(desk("order", "list", "--dest", "081234567800", "--json")) == []
    assert "wrong_operator" in desk("order", "correct", "1", "081712345678", "--reason", "x", code=1)
    desk("order", "decide", "1", "failed", "--reason", "x", code=1)
    assert "unknown_order" in desk("order", "correct", "99", "081234567899", "--reason", "x", code=1)
    engine = SqliteEngine(desk.data.database, read_only=True)
    assert audit(engine).clean
    engine.close()
