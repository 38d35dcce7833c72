"""The audit of bills and vouchers: a forger who seals everything anew still contradicts himself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec
import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.domain.bill import Bill, BillState
from juru.server.domain.paper import Paper
from juru.server.domain.voucher import Voucher, VoucherState
from juru.server.store.audit import audit
from juru.server.store.rows import paper_from
from tests.support.cells import eventful_day, open_shop

Forge = Callable[[apsw.Connection], None]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "cell.db"
    cell = open_shop(path)
    eventful_day(cell)
    cell.close()
    return path


def said(book: Path, path: Path, forge: Forge) -> set[tuple[str, str]]:
    """What the cross-checks name in a copy, without what only the seals show."""
    shutil.copy(book, path)
    db = apsw.Connection(str(path))
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    forge(db)
    db.close()
    engine = SqliteEngine(path, read_only=True)
    try:
        return {(f.kind, f.table) for f in audit(engine).found if f.kind != "seal"}
    finally:
        engine.close()


def version(db: apsw.Connection, kind: type[Paper], wanted: Callable[[Paper], bool]) -> tuple[int, Paper]:
    """The first version of a kind that is as wanted."""
    name = {Bill: "bill", Voucher: "voucher"}[kind]
    for number, body in db.execute("SELECT id, body FROM papers WHERE kind = ? ORDER BY id", (name,)):
        paper = paper_from(name, str(body))
        if wanted(paper):
            return int(number), paper
    raise AssertionError(f"no such {name}")


def forged(kind: type[Paper], wanted: Callable[[Paper], bool], **changes: object) -> Forge:
    """A version that says something else."""

    def forge(db: apsw.Connection) -> None:
        number, paper = version(db, kind, wanted)
        body = msgspec.json.encode(msgspec.structs.replace(paper, **changes)).decode()
        db.execute("UPDATE papers SET body = ? WHERE id = ?", (body, number))

    return forge


def bill(state: BillState) -> Callable[[Paper], bool]:
    return lambda paper: isinstance(paper, Bill) and paper.state is state


def voucher(state: VoucherState, serial: str | None = None) -> Callable[[Paper], bool]:
    return lambda paper: isinstance(paper, Voucher) and paper.state is state and serial in {None, paper.serial}


@pytest.mark.parametrize(
    ("kind", "wanted", "changes", "found"),
    [
        (Bill, bill(BillState.PAYING), {"price_idr": 1}, ("bill", "papers")),
        (Bill, bill(BillState.PAYING), {"dest": "530000000009"}, ("bill", "papers")),
        (Bill, bill(BillState.PAYING), {"supplier_ref": "19"}, ("bill", "papers")),
        (Bill, bill(BillState.PAYING), {"order_id": 1}, ("bill", "papers")),
        (Bill, bill(BillState.PAYING), {"order_id": None}, ("bill", "events")),
        (Bill, bill(BillState.PAYING), {"state": BillState.FOUND}, ("bill", "papers")),
        (Bill, bill(BillState.PAID), {"charged_idr": 1}, ("bill", "papers")),
        (Bill, bill(BillState.PAID), {"state": BillState.UNPAID}, ("bill", "events")),
        (Bill, bill(BillState.UNPAID), {"state": BillState.PAID}, ("bill", "papers")),
        (Bill, bill(BillState.FOUND), {"state": BillState.PAID}, ("bill", "papers")),
        (Voucher, voucher(VoucherState.OPEN, "S1"), {"cost_idr": 4_999}, ("voucher", "transfers")),
        (Voucher, voucher(VoucherState.OPEN, "S6"), {"state": VoucherState.HANDED}, ("voucher", "papers")),
        (Voucher, voucher(VoucherState.HANDED, "S1"), {"order_id": 1}, ("voucher", "papers")),
        (Voucher, voucher(VoucherState.HANDED, "S1"), {"order_id": None}, ("voucher", "events")),
        (Voucher, voucher(VoucherState.HANDED, "S1"), {"state": VoucherState.OPEN}, ("voucher", "papers")),
        (Voucher, voucher(VoucherState.HANDED, "S1"), {"cost_idr": 4_000}, ("voucher", "papers")),
        (Voucher, voucher(VoucherState.VOID, "S4"), {"cost_idr": 4_000}, ("voucher", "transfers")),
        (Voucher, voucher(VoucherState.VOID, "S4"), {"state": VoucherState.OPEN}, ("voucher", "papers")),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_contradicts_its_order_or_its_posting_is_named(
    kind: type[Paper],
    wanted: Callable[[Paper], bool],
    changes: dict[str, object],
    found: tuple[str, str],
    book: Path,
    tmp_path: Path,
) -> None:
    assert found in said(book, tmp_path / "forged.db", forged(kind, wanted, **changes))


def test_code_handed_out_twice_is_named(book: Path, tmp_path: Path) -> None:
    def forge(db: apsw.Connection) -> None:
        """The second order has the first one's code."""
        first, _ = version(db, Voucher, voucher(VoucherState.HANDED, "S1"))
        second, _ = version(db, Voucher, voucher(VoucherState.HANDED, "S2"))
        (key,) = next(iter(db.execute("SELECT key FROM papers WHERE id = ?", (first,))))
        db.execute("UPDATE papers SET key = ? WHERE id = ?", (key, second))

    assert ("voucher", "papers") in said(book, tmp_path / "forged.db", forge)


def test_stock_that_is_worth_something_else_is_named(book: Path, tmp_path: Path) -> None:
    def forge(db: apsw.Connection) -> None:
        db.execute("UPDATE balances SET net_idr = net_idr + 5000 WHERE account = 11")

    assert ("voucher", "balances") in said(book, tmp_path / "forged.db", forge)


def test_sale_of_a_supplier_made_one_of_the_stock_is_named(book: Path, tmp_path: Path) -> None:
    def forge(db: apsw.Connection) -> None:
        found = db.execute("SELECT id, body FROM events WHERE kind = 'succeeded' ORDER BY id LIMIT 1")
        number, body = next(iter(found))
        event = msgspec.json.decode(str(body))
        del event["supplier"]
        db.execute("UPDATE events SET body = ? WHERE id = ?", (msgspec.json.encode(event).decode(), number))

    assert ("voucher", "events") in said(book, tmp_path / "forged.db", forge)


def test_a_code_sealed_anew_says_nothing_new(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    eventful_day(cell)
    for serial in ("S1", "S6"):
        key = f"fp{serial[1:]}"
        body = cell.engine.rows(
            "SELECT p.body FROM paper_heads h JOIN papers p ON p.id = h.latest_id WHERE h.key = ?", (key,)
        )[0][0]
        paper = paper_from("voucher", body)
        assert isinstance(paper, Voucher)
        cell.file(key, msgspec.structs.replace(paper, sealed="k2:anew"))
    assert audit(cell.engine).found == []
    cell.close()
