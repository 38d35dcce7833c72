"""A forger who seals the book anew: what rows, tickets, debts and postings say of each other still names him."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from juru.bank.rules import Mutation
from juru.books.sqlite import SqliteEngine
from juru.server.domain.bank_row import row_key
from juru.server.domain.commands_money import AskTicket, BankLine, ImportBankRows, ReopenBankRow
from juru.server.domain.results import Done, Ticketed
from juru.server.store.audit import Findings, audit
from tests.integration.test_audit import forced, reseal
from tests.support.cells import CHAT, SmallCell, eventful_day, open_shop


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "cell.db"
    cell = open_shop(path)
    eventful_day(cell)
    cell.close()
    return path


def checked(path: Path) -> Findings:
    engine = SqliteEngine(path, read_only=True)
    try:
        return audit(engine)
    finally:
        engine.close()


def change(db: apsw.Connection, kind: str, where: dict[str, Any], facts: dict[str, Any]) -> None:
    """Alter the body of the first version of that kind that says ``where``."""
    for number, body in list(db.execute("SELECT id, body FROM papers WHERE kind = ? ORDER BY id", (kind,))):
        document = json.loads(body)
        if where.items() <= document.items():
            db.execute("UPDATE papers SET body = ? WHERE id = ?", (json.dumps(document | facts), number))
            return
    raise AssertionError((kind, where))


@pytest.mark.parametrize(
    ("kind", "where", "facts", "says"),
    [
        ("bank_row", {"state": "credited"}, {"amount_idr": 999_999}, "identity"),
        ("bank_row", {"state": "credited"}, {"tickets": [999]}, "no ticket is paid by it"),
        ("bank_row", {"target": "agent"}, {"posted": []}, "moved its account by 0"),
        ("bank_row", {"target": "booked"}, {"transfer_id": 1}, "does not stand for it"),
        ("bank_row", {"state": "waiting", "why": "debit"}, {"why": "unknown"}, "wait"),
        ("ticket", {"state": "paid"}, {"row": "nothing"}, "no row in its commit pays it"),
        ("ticket", {"state": "paid"}, {"amount_idr": 100_001}, "another agent, sum or time"),
        ("ticket", {"state": "expired"}, {"agent_id": 2}, "another agent, sum or time"),
        ("debt", {"agent_id": 3}, {"left_idr": 1}, "owes"),
        ("bank_book", {"account": "BCA1"}, {"rows": 77}, "counts"),
        ("bank_book", {"account": "BCA1"}, {"waiting_idr": 1}, "counts"),
    ],
)
def test_forged_paper_contradicts_the_others_though_its_chain_is_sealed_anew(
    kind: str, where: dict[str, Any], facts: dict[str, Any], says: str, book: Path, tmp_path: Path
) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        # Of a kind whose versions follow each other only the last counts in the end.
        last = kind in {"debt", "bank_book"}
        if last:
            db.execute(
                "UPDATE papers SET body = json_patch(body, ?) "
                "WHERE kind = ? AND id IN (SELECT latest_id FROM paper_heads)",
                (json.dumps(facts), kind),
            )
        else:
            change(db, kind, where, facts)
        reseal(db)
    found = [f for f in checked(tmp_path / "cell.db").found if f.kind == "bank"]
    assert any(says in f.detail for f in found), found


def test_credit_sent_to_another_agent_contradicts_its_ticket(book: Path, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        ((transfer_id,),) = list(db.execute("SELECT id FROM transfers WHERE code = 'bank_credit' LIMIT 1"))
        db.execute("UPDATE postings SET credit = credit + 2 WHERE transfer_id = ?", (transfer_id,))
        reseal(db)
    assert any("did not credit the agent" in f.detail for f in checked(tmp_path / "cell.db").found)


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[SmallCell]:
    opened = open_shop(tmp_path / "cell.db")
    yield opened
    opened.close()


def test_ticket_paid_and_its_row_taken_back_in_one_batch_is_no_finding(cell: SmallCell) -> None:
    from juru.server.domain.bank_account import BankAccount

    cell.save("bank_account", "BCA1", BankAccount(1, "BCA1", "BCA"))
    told = cell.do(AskTicket("UP", 100_000, CHAT))
    assert isinstance(told, Ticketed)
    row = Mutation(1, 20260101, told.ticket.amount_idr, "UP")
    transfer_id = cell.writer.cell.next.transfer
    reopen = ReopenBankRow(row_key("BCA1", row, 1), (transfer_id,), "not his", "owner", told.ticket.ticket)
    results = cell.do_all(ImportBankRows("BCA1", (BankLine(row, 1),), "f", "owner"), reopen)
    assert isinstance(results[1], Done), results
    commits = cell.engine.rows("SELECT count(DISTINCT commit_no) FROM papers WHERE kind = 'bank_row'")
    assert commits == [(1,)]
    assert checked(cell.path).found == []
