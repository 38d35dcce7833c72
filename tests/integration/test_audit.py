"""The audit finds every change that raw SQL can make to a book, and nothing in a book that nobody touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest

from juru.books import audit_stream
from juru.books.chain import GENESIS, seal
from juru.books.sqlite import SqliteEngine
from juru.server.domain.commands import KeepSums
from juru.server.domain.outcome import Outcome
from juru.server.domain.results import Done
from juru.server.domain.sums import MEASURES
from juru.server.store.audit import Finding, Findings, Head, audit
from juru.server.store.reads import days
from juru.server.store.schema import SEALED, tables
from juru.values.days import Zone
from tests.support.cells import eventful_day, open_shop

Tamper = Callable[[apsw.Connection, str], None]
Value = int | str | bytes | None
PROJECTED = [
    (name, column.name)
    for name, table in tables.items()
    for column in table.columns
    if column.name not in table.info["sealed"] and not column.primary_key
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "cell.db"
    cell = open_shop(path)
    eventful_day(cell)
    cell.close()
    return path


@pytest.fixture(scope="module")
def head(book: Path) -> Head:
    found = checked(book)
    assert found.head is not None
    return found.head


def checked(path: Path, head: Head | None = None) -> Findings:
    engine = SqliteEngine(path, read_only=True)
    try:
        return audit(engine, expected_head=head)
    finally:
        engine.close()


@contextmanager
def forced(book: Path, path: Path) -> Iterator[apsw.Connection]:
    """A copy of the book whose guards are gone."""
    shutil.copy(book, path)
    db = apsw.Connection(str(path))
    db.execute("PRAGMA synchronous = OFF")
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    yield db
    db.close()


def reseal(db: apsw.Connection) -> None:
    """What a forger with the source would do: seal every commit anew over what is there now, closings included."""
    previous = GENESIS
    for no, batch_id, at_ms in list(db.execute("SELECT no, batch_id, at_ms FROM commits ORDER BY no")):
        of_head = "(SELECT lower(hex(seal)) FROM commits WHERE no = head_no)"
        db.execute(f"UPDATE day_closings SET head_seal = coalesce({of_head}, '') WHERE commit_no = ?", (no,))
        parts = []
        for name in SEALED:
            columns = ", ".join(f'"{column}"' for column in tables[name].info["sealed"])
            parts.append(
                (name, list(db.execute(f"SELECT {columns} FROM {name} WHERE commit_no = ? ORDER BY id", (no,))))
            )
        previous = seal(previous, (no, batch_id, at_ms), parts)
        db.execute("UPDATE commits SET seal = ? WHERE no = ?", (previous, no))


def key_of(table: str) -> str:
    return next(iter(tables[table].primary_key.columns)).name


def keys(db: apsw.Connection, table: str) -> list[int]:
    key = key_of(table)
    return [row[0] for row in db.execute(f"SELECT {key} FROM {table} ORDER BY {key}")]


def row_of(db: apsw.Connection, table: str, key: int) -> list[Any]:
    return list(next(iter(db.execute(f"SELECT * FROM {table} WHERE {key_of(table)} = ?", (key,)))))


def put(db: apsw.Connection, table: str, row: list[Any]) -> None:
    db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def other_value(value: Value, kind: type) -> Value:
    """A value of the same type that is not this one."""
    match value:
        case None:
            return 1 if kind is int else "forged"
        case int():
            return value + 1
        case str():
            return value.replace('"', "'") + "1"
        case _:
            return bytes(value[:-1]) + bytes([value[-1] ^ 1])


def kind_of(table: str, column: str) -> type:
    return tables[table].columns[column].type.python_type


# ---------------------------------------------------------------------- the ways to tamper


def alter_first(db: apsw.Connection, table: str) -> None:
    _alter(db, table, keys(db, table)[0])


def alter_middle(db: apsw.Connection, table: str) -> None:
    found = keys(db, table)
    _alter(db, table, found[len(found) // 2])


def alter_last(db: apsw.Connection, table: str) -> None:
    _alter(db, table, keys(db, table)[-1])


def _alter(db: apsw.Connection, table: str, key: int) -> None:
    """Change the second to last sealed column; where nothing is sealed, the last."""
    sealed = tables[table].info["sealed"]
    column = sealed[-2] if sealed else [c.name for c in tables[table].columns][-1]
    row = row_of(db, table, key)
    value = row[list(tables[table].columns.keys()).index(column)]
    db.execute(
        f'UPDATE {table} SET "{column}" = ? WHERE {key_of(table)} = ?',
        (other_value(value, kind_of(table, column)), key),
    )


def delete_first(db: apsw.Connection, table: str) -> None:
    _delete(db, table, keys(db, table)[0])


def delete_middle(db: apsw.Connection, table: str) -> None:
    found = keys(db, table)
    _delete(db, table, found[len(found) // 2])


def delete_last(db: apsw.Connection, table: str) -> None:
    _delete(db, table, keys(db, table)[-1])


def delete_all(db: apsw.Connection, table: str) -> None:
    db.execute(f"DELETE FROM {table}")


def _delete(db: apsw.Connection, table: str, key: int) -> None:
    db.execute(f"DELETE FROM {table} WHERE {key_of(table)} = ?", (key,))


def renamed(table: str, row: list[Any]) -> list[Any]:
    """The row with another reference, or key, where two of one may not be."""
    for column in ("ref", "key") if table != "papers" else ():
        if column in tables[table].columns:
            row[list(tables[table].columns.keys()).index(column)] = "forged"
    return row


def insert_after(db: apsw.Connection, table: str) -> None:
    """A copy of the last row under the next number; where a reference must be unique, with another."""
    last = keys(db, table)[-1]
    row = row_of(db, table, last)
    row[0] = last + 1
    put(db, table, renamed(table, row))


def insert_before(db: apsw.Connection, table: str) -> None:
    """A row numbered 0, in front of all others."""
    row = row_of(db, table, keys(db, table)[0])
    row[0] = 0
    put(db, table, renamed(table, row))


def swap(db: apsw.Connection, table: str) -> None:
    """Exchange all that two rows say, their numbers excepted; the first pair that differs."""
    found = keys(db, table)
    first = row_of(db, table, found[0])
    for key in reversed(found[1:]):
        second = row_of(db, table, key)
        if second[1:] != first[1:]:
            _delete(db, table, found[0])
            _delete(db, table, key)
            put(db, table, [first[0], *second[1:]])
            put(db, table, [second[0], *first[1:]])
            return
    raise AssertionError(f"every row of {table} is the same")


def swap_numbers(db: apsw.Connection, table: str) -> None:
    """Exchange two neighbours but leave them in their commits, so that only their order is another."""
    columns = list(tables[table].columns.keys())
    at = columns.index("commit_no") if "commit_no" in columns else 0
    found = keys(db, table)
    for one, two in pairwise(found):
        first, second = row_of(db, table, one), row_of(db, table, two)
        if first[at + 1 :] != second[at + 1 :]:
            _delete(db, table, one)
            _delete(db, table, two)
            put(db, table, [*first[: at + 1], *second[at + 1 :]])
            put(db, table, [*second[: at + 1], *first[at + 1 :]])
            return
    raise AssertionError(f"no two neighbours of {table} differ")


TAMPERS = [
    alter_first,
    alter_middle,
    alter_last,
    delete_first,
    delete_middle,
    delete_last,
    delete_all,
    insert_after,
    insert_before,
    swap,
    swap_numbers,
]


# ---------------------------------------------------------------------- the tests


def test_a_book_nobody_touched_is_clean(book: Path, head: Head) -> None:
    found = checked(book, head)
    assert found.found == []
    assert found.clean
    assert (found.orders, found.omitted, found.first_broken_commit()) == (39, 0, None)


def test_every_table_has_rows_to_tamper_with(book: Path) -> None:
    db = apsw.Connection(str(book))
    assert [name for name in tables if len(keys(db, name)) < 2] == []
    db.close()


def test_an_empty_book_is_clean(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    cell.close()
    assert checked(tmp_path / "cell.db").clean


def test_a_book_may_grow_beyond_the_exported_head(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    before = checked(tmp_path / "cell.db").head
    eventful_day(cell)
    cell.close()
    after = checked(tmp_path / "cell.db", before)
    assert after.clean
    assert after.head != before


def test_an_audit_beside_a_serving_cell_sees_one_moment(tmp_path: Path) -> None:
    cell = open_shop(tmp_path / "cell.db")
    reader = SqliteEngine(tmp_path / "cell.db", read_only=True)
    calls: list[tuple[int, int]] = []
    reader.rows("SELECT count(*) FROM commits")
    eventful_day(cell)
    assert audit(reader, progress=lambda done, total: calls.append((done, total))).clean
    assert calls[-1][0] == calls[-1][1] > 100
    cell.close()
    reader.close()


def test_a_notice_whose_cause_is_elsewhere_is_found(book: Path, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        ((notice, body),) = db.execute("SELECT id, view FROM outbox WHERE order_id = 0 LIMIT 1").fetchall()
        db.execute(
            "UPDATE outbox SET view = ? WHERE id = ?", (str(body).replace('"transfer",', '"transfer",9'), notice)
        )
        reseal(db)
    found = [(f.kind, f.table, f.row_id) for f in checked(tmp_path / "cell.db").found]
    assert found == [("outbox", "outbox", notice)]


def altered(book: Path, path: Path, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    """What an audit finds in a copy whose rows of a table were replaced so, and sealed anew: kind and table."""
    with forced(book, path) as db:
        for sql, where in changes:
            assert db.execute(f"SELECT count(*) FROM {where}").fetchall()[0][0], where
            db.execute(f"{sql} {where.partition(' ')[2]}")
        reseal(db)
    return [(f.kind, f.table) for f in checked(path).found]


def test_a_correction_that_only_one_of_event_and_paper_tells_is_found(book: Path, tmp_path: Path) -> None:
    of_event = "events WHERE kind = 'corrected' AND body LIKE '%81234561113%'"
    in_event = ("UPDATE events SET body = replace(body, '81234561113', '81234561119')", of_event)
    found = altered(book, tmp_path / "a.db", in_event)
    assert {("event", "events"), ("paper", "papers")} <= set(found)
    of_paper = "papers WHERE kind = 'correction' AND body LIKE '%\"dest\":\"+6281234561112%'"
    in_paper = ('UPDATE papers SET body = replace(body, \'"dest":"+6281234561112\', \'"dest":"+62\')', of_paper)
    assert {("event", "events"), ("paper", "papers")} <= set(altered(book, tmp_path / "b.db", in_paper))


def test_a_correction_after_sending_is_found(book: Path, tmp_path: Path) -> None:
    """The event of the sending and that of the last correction change places."""
    wanted = "SELECT id, kind, body FROM events WHERE kind = '{}' AND order_id IN ({}) ORDER BY id DESC LIMIT 1"
    which = "SELECT order_id FROM events WHERE kind = 'corrected'"
    with forced(book, tmp_path / "cell.db") as db:
        first, second = (db.execute(wanted.format(kind, which)).fetchall()[0] for kind in ("corrected", "sending"))
        for (row_id, *_), (_, kind, body) in ((first, second), (second, first)):
            db.execute("UPDATE events SET kind = ?, body = ? WHERE id = ?", (kind, body, row_id))
        reseal(db)
    told = [f.detail for f in checked(tmp_path / "cell.db").found if f.kind == "event"]
    assert any("was corrected after it was sent" in detail for detail in told)


def test_points_that_an_event_does_not_tell_are_found(book: Path, tmp_path: Path) -> None:
    sale = "events WHERE kind = 'succeeded' AND body LIKE '%points_idr%'"
    change = ("UPDATE events SET body = replace(body, '\"points_idr\":4', '\"points_idr\":5')", sale)
    assert set(altered(book, tmp_path / "cell.db", change)) == {("ledger", "events")}


@pytest.mark.parametrize("table", [name for name in tables if tables[name].info["sealed"]])
def test_guards_keep_sealed_rows_as_they_are(table: str, book: Path, tmp_path: Path) -> None:
    shutil.copy(book, tmp_path / "cell.db")
    db = apsw.Connection(str(tmp_path / "cell.db"))
    for column in tables[table].info["sealed"]:
        with pytest.raises(apsw.ConstraintError, match="written once"):
            db.execute(f'UPDATE {table} SET "{column}" = "{column}"')
    with pytest.raises(apsw.ConstraintError, match="never deleted"):
        db.execute(f"DELETE FROM {table}")
    db.close()


@pytest.mark.parametrize("resealed", [False, True], ids=["as_it_was", "chain_recomputed"])
@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda t: t.__name__)
@pytest.mark.parametrize("table", list(tables))
def test_what_raw_sql_does_to_a_table_is_found(
    table: str, tamper: Tamper, *, resealed: bool, book: Path, head: Head, tmp_path: Path
) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        tamper(db, table)
        if resealed:
            reseal(db)
    found = checked(tmp_path / "cell.db", head)
    kinds = {f.kind for f in found.found}
    if table == "balances":
        assert kinds == {"balance"}
    elif table == "paper_heads":
        assert kinds == {"projection"}
    elif table == "commits":
        assert kinds & {"seal", "commit_gap", "empty_commit", "head_mismatch"}
    elif resealed:
        assert "head_mismatch" in kinds
    else:
        assert found.first_broken_commit() is not None or "misplaced" in kinds or "orphan" in kinds


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda t: t.__name__)
def test_findings_do_not_depend_on_where_a_page_ends(
    tamper: Tamper, book: Path, head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in tables:
        with forced(book, tmp_path / f"{table}.db") as db:
            tamper(db, table)
        monkeypatch.setattr(audit_stream, "_PAGE", 2_000)
        whole = checked(tmp_path / f"{table}.db", head)
        monkeypatch.setattr(audit_stream, "_PAGE", 3)
        paged = checked(tmp_path / f"{table}.db", head)
        assert sorted(map(str, paged.found)) == sorted(map(str, whole.found)), table


@pytest.mark.parametrize(
    ("table", "column"),
    [(name, column) for name in tables for column in tables[name].info["sealed"]],
)
def test_every_sealed_column_is_sealed(table: str, column: str, book: Path, head: Head, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        found_keys = keys(db, table)
        key = found_keys[len(found_keys) // 2]
        value = row_of(db, table, key)[list(tables[table].columns.keys()).index(column)]
        forged = other_value(value, kind_of(table, column))
        if column in {"id", "no"}:
            forged = found_keys[-1] + 7
        db.execute(f'UPDATE {table} SET "{column}" = ? WHERE {key_of(table)} = ?', (forged, key))
    found = checked(tmp_path / "cell.db", head)
    assert found.first_broken_commit() is not None


@pytest.mark.parametrize(("table", "column"), PROJECTED)
def test_every_projected_column_is_folded_again_and_its_row_named(
    table: str, column: str, book: Path, head: Head, tmp_path: Path
) -> None:
    """No seal covers these: what the events, deliveries, closings and postings say counts, row by row."""
    missed: list[int] = []
    original = apsw.Connection(str(book))
    all_keys = keys(original, table)
    original.close()
    with forced(book, tmp_path / "cell.db") as db:
        at = list(tables[table].columns.keys()).index(column)
        for key in all_keys:
            value = row_of(db, table, key)[at]
            forged: Value = (
                {"state": "told" if value != "told" else "waiting"}.get(column) if table == "outbox" else None
            )
            if forged is None:
                forged = other_value(value, kind_of(table, column))
            set_it = f'UPDATE {table} SET "{column}" = ? WHERE {key_of(table)} = ?'
            db.execute(set_it, (forged, key))
            named = {(f.table, f.row_id) for f in checked(tmp_path / "cell.db", head).found}
            if (table, key) not in named:
                missed.append(key)
            db.execute(set_it, (value, key))
    assert missed == []
    assert checked(tmp_path / "cell.db", head).clean


def test_a_value_of_another_type_with_the_same_canonical_form_is_found(book: Path, head: Head, tmp_path: Path) -> None:
    """Canonical JSON writes a blob as base64, so a text could be replaced by the blob it spells."""
    with forced(book, tmp_path / "cell.db") as db:
        db.execute("UPDATE transfers SET code = ? WHERE id = 5", ("c2FsZQ==",))
        reseal(db)
        anchor = Head(*next(iter(db.execute("SELECT no, hex(seal) FROM commits ORDER BY no DESC LIMIT 1"))))
        anchor = Head(anchor.commit_no, anchor.seal.lower())
        db.execute("UPDATE transfers SET code = ? WHERE id = 5", (b"sale",))
    found = checked(tmp_path / "cell.db", anchor)
    assert ("unreadable", "transfers", 5) in {(f.kind, f.table, f.row_id) for f in found.found}


def forge(book: Path, path: Path, *statements: str) -> Findings:
    """Change a book by SQL and seal it anew, so that only cross-checks can name what is wrong."""
    with forced(book, path) as db:
        for statement in statements:
            db.execute(statement)
        reseal(db)
    return checked(path)


def named(found: Findings) -> set[tuple[str, str, int | None]]:
    return {(f.kind, f.table, f.row_id) for f in found.found}


def one(book: Path, sql: str) -> int:
    db = apsw.Connection(str(book))
    value: int = next(iter(db.execute(sql)))[0]
    db.close()
    return value


SALE = "SELECT post_id FROM orders WHERE state = 'success' ORDER BY id LIMIT 1"
SUCCESS = "SELECT id FROM orders WHERE state = 'success' ORDER BY id LIMIT 1"
FAILED = "SELECT id FROM orders WHERE state = 'failed' ORDER BY id LIMIT 1"
EVENT = "SELECT id FROM events WHERE kind = '{kind}' ORDER BY id LIMIT 1"


def test_a_cheaper_price_contradicts_what_was_held(book: Path, tmp_path: Path) -> None:
    order = one(book, SUCCESS)
    found = forge(book, tmp_path / "cell.db", f"UPDATE orders SET price_idr = price_idr - 1 WHERE id = {order}")
    assert ("hold", "orders", order) in named(found)
    assert ("ledger", "events", one(book, EVENT.format(kind="succeeded"))) in named(found)


def test_a_leg_less_contradicts_the_sale(book: Path, tmp_path: Path) -> None:
    order = one(book, SUCCESS)
    found = forge(book, tmp_path / "cell.db", f"UPDATE orders SET legs = NULL WHERE id = {order}")
    assert {f.kind for f in found.found} == {"ledger"}


def test_a_posting_raised_on_both_sides_contradicts_order_and_balance(book: Path, tmp_path: Path) -> None:
    sale = one(book, SALE)
    found = forge(
        book,
        tmp_path / "cell.db",
        f"UPDATE postings SET amount_idr = amount_idr + 5 WHERE transfer_id = {sale} AND debit = 4",
    )
    assert {"ledger", "balance", "sums"} == {f.kind for f in found.found}


def test_a_hold_ended_twice_is_named(book: Path, tmp_path: Path) -> None:
    columns = "commit_no, kind, of_id, code, order_id, day, at_ms, memo"
    void = f"(SELECT max(id) + 1 FROM transfers), (SELECT max(commit_no) FROM transfers), {columns.partition(', ')[2]}"
    statement = f"INSERT INTO transfers (id, {columns}) SELECT {void} FROM transfers WHERE kind = 'void' LIMIT 1"
    found = forge(book, tmp_path / "cell.db", statement)
    assert any(f.kind == "hold" and "no open hold" in f.detail for f in found.found)


def test_a_sale_without_its_void_or_post_leaves_its_hold_named(book: Path, tmp_path: Path) -> None:
    order = one(book, FAILED)
    void = one(book, f"SELECT id FROM transfers WHERE kind = 'void' AND order_id = {order}")
    found = forge(book, tmp_path / "cell.db", f"DELETE FROM transfers WHERE id = {void}")
    hold = one(book, f"SELECT hold_id FROM orders WHERE id = {order}")
    assert ("hold", "transfers", hold) in named(found)
    assert any(f.kind == "gap" and f.table == "transfers" for f in found.found)


def test_a_failed_order_made_successful_is_named(book: Path, tmp_path: Path) -> None:
    event = one(book, EVENT.format(kind="failed"))
    found = forge(
        book,
        tmp_path / "cell.db",
        f"UPDATE events SET kind = 'succeeded', body = replace(body, '\"failed\"', '\"succeeded\"') WHERE id = {event}",
    )
    assert ("ledger", "events", event) in named(found)


def test_a_reversal_that_is_no_mirror_is_named(book: Path, tmp_path: Path) -> None:
    reversal = one(book, "SELECT id FROM transfers WHERE code = 'order_reversed'")
    statement = f"UPDATE postings SET amount_idr = amount_idr - 1 WHERE transfer_id = {reversal}"
    assert ("reversal", "transfers", reversal) in named(forge(book, tmp_path / "cell.db", statement))


def test_a_deposit_nobody_asked_for_is_named(book: Path, tmp_path: Path) -> None:
    last = "(SELECT max(id) FROM {0})"
    transfer = (
        f"INSERT INTO transfers SELECT id + 1, commit_no, 'direct', NULL, 'deposit', NULL, day, at_ms, 'x' "
        f"FROM transfers WHERE id = {last.format('transfers')}"
    )
    posting = (
        f"INSERT INTO postings SELECT id + 1, (SELECT commit_no FROM transfers WHERE id = {last.format('transfers')}), "
        f"{last.format('transfers')}, 1, 1006, 999 FROM postings WHERE id = {last.format('postings')}"
    )
    balances = (
        "UPDATE balances SET net_idr = net_idr - 999 WHERE account = 1",
        "UPDATE balances SET net_idr = net_idr + 999 WHERE account = 1006",
    )
    found = forge(book, tmp_path / "cell.db", transfer, posting, *balances)
    assert [(f.kind, f.table) for f in found.found] == [
        ("ledger", "transfers"),
        ("sums", "daily_accounts"),
        ("sums", "daily_accounts"),
    ]


A_SUM = "SELECT id FROM daily_sums WHERE dimension = 'product' AND key = 'P10'"


@pytest.mark.parametrize("column", [*MEASURES, "day", "key"])
def test_a_sum_that_postings_do_not_bear_out_is_named(column: str, book: Path, tmp_path: Path) -> None:
    line = one(book, A_SUM)
    value = f"{column} || 'X'" if column == "key" else f"{column} + 1"
    found = forge(book, tmp_path / "cell.db", f'UPDATE daily_sums SET "{column}" = {value} WHERE id = {line}')
    assert named(found) == {("sums", "daily_sums", line)}


@pytest.mark.parametrize("column", ["account", "postings", "debit_idr", "credit_idr", "day"])
def test_an_account_that_moved_otherwise_is_named(column: str, book: Path, tmp_path: Path) -> None:
    line = one(book, "SELECT id FROM daily_accounts WHERE account = 3")
    found = forge(book, tmp_path / "cell.db", f"UPDATE daily_accounts SET {column} = {column} + 1 WHERE id = {line}")
    assert named(found) == {("sums", "daily_accounts", line)}


@pytest.mark.parametrize(
    "change", ["day = day + 1", "sums = sums + 1", "accounts = accounts - 1", "head_no = head_no - 1"]
)
def test_a_closing_that_says_otherwise_is_named(change: str, book: Path, tmp_path: Path) -> None:
    found = forge(book, tmp_path / "cell.db", f"UPDATE day_closings SET {change} WHERE id = 1")
    assert ("closing", "day_closings", 1) in named(found)


def test_a_day_closed_without_one_of_its_lines_is_named(book: Path, tmp_path: Path) -> None:
    last = one(book, "SELECT max(s.id) FROM daily_sums s JOIN day_closings c ON c.id = 1 AND s.day = c.day")
    found = forge(
        book,
        tmp_path / "cell.db",
        f"DELETE FROM daily_sums WHERE id = {last}",
        "UPDATE day_closings SET sums = sums - 1 WHERE id = 1",
    )
    assert {f.kind for f in found.found} == {"sums"}


def test_lines_of_a_day_that_is_not_closed_yet_are_held_against_its_postings(tmp_path: Path) -> None:
    """As a stop in the middle of a close leaves them: right ones are fine, a wrong one is named."""
    cell = open_shop(tmp_path / "cell.db")
    eventful_day(cell)
    day = cell.writer.cell.day
    cell.buy(Outcome.SUCCESS, sn="SN-9")
    cell.next_day()
    fold = days.fold_day(cell.engine, day, Zone.WIB)
    lines = tuple(fold.sum_lines())
    assert cell.do(KeepSums(day, 0, lines[:3])) == Done()
    cell.close()
    assert checked(tmp_path / "cell.db").clean
    line = one(tmp_path / "cell.db", "SELECT max(id) FROM daily_sums")
    found = forge(tmp_path / "cell.db", tmp_path / "forged.db", f"UPDATE daily_sums SET accepted = 9 WHERE id = {line}")
    assert named(found) == {("sums", "daily_sums", line)}


def test_commits_cut_off_at_the_end_are_found_by_the_exported_head(book: Path, head: Head, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        db.execute("DELETE FROM commits WHERE no = ?", (head.commit_no,))
    found = checked(tmp_path / "cell.db", head)
    assert {"head_mismatch", "orphan"} <= {f.kind for f in found.found}


def test_rows_beyond_the_last_commit_are_found_without_any_head(book: Path, head: Head, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        db.execute(
            "INSERT INTO refusals SELECT max(id) + 1, ?, 'x', 'x', 'x', 'x', 1 FROM refusals", (head.commit_no + 5,)
        )
    found = checked(tmp_path / "cell.db")
    assert found.found[0].kind == "orphan"
    assert found.found[0].commit_no == head.commit_no + 5


def test_the_first_broken_commit_is_named_before_later_ones(book: Path, tmp_path: Path) -> None:
    with forced(book, tmp_path / "cell.db") as db:
        db.execute("UPDATE refusals SET detail = detail || 'x'")
        first = next(iter(db.execute("SELECT min(commit_no) FROM refusals")))[0]
    assert checked(tmp_path / "cell.db").first_broken_commit() == first


def test_findings_beyond_the_limit_are_only_counted() -> None:
    found = Findings()
    for number in range(1_005):
        found.add("seal", number, "commits", number, "")
    assert (len(found.found), found.omitted) == (1_000, 5)
    assert found.found[0] == Finding("seal", 0, "commits", 0, "")
