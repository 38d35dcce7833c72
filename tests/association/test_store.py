"""The association's store: its schema is the code's, nothing is altered unseen, facts read as known at any instant."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juru.association.desk.documents import FOLDER
from juru.association.domain import commands as c
from juru.association.domain import facts as f
from juru.association.domain.affairs import Subject, Way
from juru.association.domain.membership import standing
from juru.association.domain.policy import Policies
from juru.association.domain.refusals import Refusal
from juru.association.domain.treasury import AccountSet, RowAs
from juru.association.errors import DirectoryError, SchemaError
from juru.association.store.book import DATABASE, Book, make
from juru.association.store.migrate import migrate
from juru.association.store.reads import SUBJECTS_WITH, TOUCHED
from juru.association.store.rows import milliseconds
from juru.association.store.schema import SEALED, tables
from juru.books.sqlite import SqliteEngine
from tests.association.test_rules import facts
from tests.support.association import Town
from tests.support.schema import made, written

ROOT = Path(__file__).parents[2]


def test_migrations_make_the_schema_of_the_code(tmp_path: Path) -> None:
    migrated = SqliteEngine(tmp_path / "migrated.db")
    assert migrate(migrated)
    assert not migrate(migrated), "nothing is run twice"
    assert written(migrated) == written(made(tmp_path / "made.db", tables.values()))
    assert set(SEALED) == {name for name, table in tables.items() if table.info["sealed"]} - {"commits"}


def test_a_directory_that_holds_anything_is_refused_and_one_without_a_book_too(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(DirectoryError, match="choose a new directory"):
        make(tmp_path)
    with pytest.raises(DirectoryError, match="juru association init"):
        Book(tmp_path / "nowhere")


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "a")
    engine = SqliteEngine(tmp_path / "a" / DATABASE)
    engine.script("UPDATE alembic_version SET version_num = '9999'")
    engine.close()
    with pytest.raises(SchemaError, match="use the Juru that wrote it"):
        Book(tmp_path / "a")


@pytest.mark.parametrize("table", SEALED)
def test_what_is_written_is_neither_changed_nor_deleted(busy: Path, table: str) -> None:
    db = apsw.Connection(str(busy / DATABASE))
    assert list(db.execute(f"SELECT 1 FROM {table}")), "nothing of this kind in the book"
    for statement in (f"UPDATE {table} SET commit_no = commit_no + 1", f"DELETE FROM {table}"):
        with pytest.raises(apsw.ConstraintError, match=r"written once|never deleted"):
            db.execute(statement)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of an association."""
    town = Town(tmp_path_factory.mktemp("busy") / "aspi")
    town.dues()
    first, second = town.active("A"), town.active("B", "JBR", "32")
    town.on("2026-05-01").fact(first, f.Moved(on=town.today, to="BAL"))
    town.do(c.TakePayment(way=Way.BANK, amount_idr=77_000, ref="X-1", text="?"))
    town.on("2026-11-03").pay(second)
    town.do(c.ReversePayment(ref="BCA-INV-2026-00003", reason="bounced"))
    town.do(c.IssueInvoice(member=first))
    account = AccountSet(on=town.today, unit="NAS", bank="BCA", profile="generic", opening_idr=900_000)
    town.do(c.SetAccount(code="PUSAT", fact=account))
    for ref, amount_idr in (("IN", 541_000), ("OUT", -30_000), ("BACK", -12_000)):
        town.do(c.TakeRow(account="PUSAT", on=town.today, amount_idr=amount_idr, ref=ref))
    town.do(c.NameRow(ref="OUT", what=RowAs.EXPENSE, to="sewa", reason="rent"))
    town.do(c.AssignPayment(ref="IN", member=second, reason="slip"))
    refund = town.do(c.AskRefund(member=second, amount_idr=12_000, to_account="BCA 1", reason="too much"))
    town.by = "orang kedua"
    town.do(c.ConfirmPayOut(number=refund.id))
    town.do(c.NameRow(ref="BACK", what=RowAs.REFUND, to=refund.id, reason="paid"))
    town.desk.keep(b"%PDF-1.7 licence", name="nib.pdf", now=town.now(), by="sekretaris", request="d1")
    assert town.audited().found == []
    town.close()
    return town.path


TAMPERINGS: dict[str, tuple[str, str]] = {
    "a fact's day": ("UPDATE facts SET on_day = on_day + 1 WHERE id = 14", "seal"),
    "a fact's body": ("UPDATE facts SET body = replace(body, 'JTM', 'BAL') WHERE kind = 'applied'", "seal"),
    "a posting": ("UPDATE postings SET amount_idr = amount_idr + 1 WHERE id = 1", "balance"),
    "a balance": ("UPDATE balances SET net_idr = net_idr + 1 WHERE account = 1", "balance"),
    "a fact removed": ("DELETE FROM facts WHERE id = 15", "gap"),
    "a share": (
        "UPDATE facts SET body = replace(body, 'received_idr\":', 'received_idr\":1') WHERE kind = 'shared'",
        "share",
    ),
    "an invoice's number": (
        "UPDATE facts SET subject_id = 'INV-2026-00009' WHERE subject_id = 'INV-2026-00004'",
        "numbering",
    ),
    "a row that went out": (
        "UPDATE facts SET body = replace(body, '\"amount_idr\":30000', '\"amount_idr\":30001') WHERE kind = 'went_out'",
        "facts_and_money",
    ),
    "a heading's sum": (
        "UPDATE facts SET body = replace(body, '\"amount_idr\":30000', '\"amount_idr\":30001') WHERE kind = 'named'",
        "facts_and_money",
    ),
    "whose spending it was": (
        'UPDATE facts SET body = replace(body, \'"unit":"NAS"\', \'"unit":"JTM"\') WHERE kind = \'named\'',
        "facts_and_money",
    ),
    "whose refund it was": (
        "UPDATE facts SET body = replace(body, '000002', '000001') WHERE kind = 'refund_confirmed'",
        "facts_and_money",
    ),
    "a refund's number": (
        "UPDATE facts SET subject_id = 'RF-2026-00002' WHERE kind = 'refund_asked'",
        "numbering",
    ),
    "an opening balance": (
        "UPDATE facts SET body = replace(body, '900000', '900001') WHERE kind = 'account_set'",
        "facts_and_money",
    ),
    "what an invoice asks for": (
        "UPDATE invoices SET asked_idr = asked_idr + 1 WHERE outstanding_idr > 0",
        "invoice_row",
    ),
    "an invoice's row": ("DELETE FROM invoices WHERE number = 'INV-2026-00001'", "invoice_row"),
    "a row of no invoice": (
        "UPDATE invoices SET number = 'INV-2027-00001' WHERE number = 'INV-2026-00001'",
        "invoice_row",
    ),
    "an account's name": ("UPDATE accounts SET name = 'branch:XXX' WHERE name = 'branch:JBR'", "facts_and_money"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_the_audit_sees_what_was_tampered_with(busy: Path, tmp_path: Path, what: str) -> None:
    statement, kind = TAMPERINGS[what]
    copy = Path(shutil.copytree(busy, tmp_path / "copy"))
    db = apsw.Connection(str(copy / DATABASE))
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(statement)
    assert db.changes() > 0, "nothing was tampered with"
    db.close()
    town = Town(copy)
    found = town.audited()
    town.close()
    assert kind in {finding.kind for finding in found.found}


def test_what_was_touched_last_is_found_without_reading_the_whole_book(busy: Path) -> None:
    engine = SqliteEngine(busy / DATABASE, read_only=True)
    plan = [row[-1] for row in engine.rows(f"EXPLAIN QUERY PLAN {TOUCHED}", (1,))]
    engine.close()
    assert plan == ["SEARCH facts USING INTEGER PRIMARY KEY (rowid>?)"]


def test_whom_a_kind_of_fact_is_about_is_found_by_the_kind(busy: Path) -> None:
    engine = SqliteEngine(busy / DATABASE, read_only=True)
    plan = [row[-1] for row in engine.rows(f"EXPLAIN QUERY PLAN {SUBJECTS_WITH}", ("moved",))]
    engine.close()
    assert plan == ["SEARCH facts USING INDEX facts_kind (kind=?)"]


def test_an_older_book_gets_its_rows_of_invoices_from_its_facts(busy: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(busy, tmp_path / "copy"))
    engine = SqliteEngine(copy / DATABASE)
    engine.script("DROP TABLE invoices")
    engine.script("UPDATE alembic_version SET version_num = '0001'")
    assert migrate(engine)
    assert engine.rows("SELECT count(*) FROM invoices WHERE outstanding_idr > 0") == [(1,)]
    engine.close()
    town = Town(copy)
    assert town.audited().found == []
    town.close()


def test_a_document_is_judged_by_its_content_and_kept_by_its_hash(tmp_path: Path) -> None:
    town = Town(tmp_path / "a")

    def kept(content: bytes, request: str) -> object:
        return town.desk.keep(content, name="nib.pdf", now=town.now(), by="sekretaris", request=request)

    done = kept(b"%PDF-1.7 licence", "d1")
    assert isinstance(done, c.Done)
    assert kept(b"%PDF-1.7 licence", "d2") == done
    for wrong in (b"<html>", b"", b"MZ\x90", b"%PDF-" + bytes(10_000_001)):
        refused = kept(wrong, f"w{len(wrong)}")
        assert isinstance(refused, Refusal)
        assert refused.code == "wrong_type"
    assert town.audited().found == []
    path = town.path / FOLDER / done.id[:2] / done.id
    path.write_bytes(b"%PDF-1.7 another")
    assert [finding.kind for finding in town.audited().found] == ["document"]
    path.unlink()
    assert [finding.kind for finding in town.audited().found] == ["document"]
    town.close()


def test_a_book_goes_on_after_a_restart(busy: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(busy, tmp_path / "copy"))
    town = Town(copy, "2026-12-01")
    before = town.audited()
    number = town.active("C")
    assert number == "000003"
    after = town.audited()
    assert after.found == []
    assert after.commits > before.commits
    town.close()


def test_a_clock_that_steps_back_never_makes_an_earlier_commit(tmp_path: Path) -> None:
    town = Town(tmp_path / "a", "2026-05-05")
    town.do(c.NewMember(name="A", branch="JTM", province="35"))
    town.on("2026-05-04").do(c.NewMember(name="B", branch="JTM", province="35"))
    assert town.audited().found == []
    town.close()


def test_what_was_true_then_as_known_then_can_be_asked(tmp_path: Path) -> None:
    town = Town(tmp_path / "a")
    town.dues()
    number = town.verified("A")
    before = town.now()
    town.on("2026-03-01")
    invoice = town.do(c.IssueInvoice(member=number, on=date(2026, 1, 20)))
    late = c.TakePayment(way=Way.BANK, amount_idr=int(invoice.note), ref="B", text=invoice.id, on=date(2026, 1, 25))
    town.do(late)
    assert town.standing(number, "2026-02-03").state == "active"
    assert town.standing(number, "2026-02-03", before).state == "verified"
    assert town.standing(number, "2026-02-04", before).reason == "first_dues_not_paid"
    town.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts(), st.randoms(use_true_random=False), st.dates(date(2026, 1, 1), date(2029, 12, 31)))
def test_states_do_not_depend_on_the_order_of_entry_through_the_store(
    found: list[f.MemberFact], shuffle: Callable[..., object], as_of: date
) -> None:
    states = []
    other = list(found)
    shuffle.shuffle(other)  # type: ignore[attr-defined]  # hypothesis gives a Random
    for entered in (found, other):
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder) / "a")
            book = Book(Path(folder) / "a")
            for number, fact in enumerate(entered):
                at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
                with book.writing(milliseconds(at), f"b{number}") as writing:
                    writing.fact(Subject.MEMBER, "000001", fact)
            with book.reading() as reads:
                states.append([standing(Policies(), mine, as_of) for _, mine in reads.members(as_of)])
            book.close()
    assert states[0] == states[1]
    assert states[0] in ([], [standing(Policies(), found, as_of)])


_VICTIM = """
import itertools, os, signal, sys
from pathlib import Path
from juru.association.domain import commands as c
from juru.books.sqlite import SqliteEngine
from tests.support.association import Town
from tests.support.schema import made, written

path, die_at, where = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
town = Town(path)
real, count = SqliteEngine.commit, itertools.count(1)

def commit(self):
    number = next(count)
    if number == die_at and where == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(self)
    if number == die_at and where == "after":
        os.kill(os.getpid(), signal.SIGKILL)

SqliteEngine.commit = commit
for number in range(1, 50):
    done = town.do(c.NewMember(name=f"Firma {number}", branch="JTM", province="35"), request=f"k{number}")
    print(done.id, flush=True)
"""


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 4])
def test_a_kill_between_commits_loses_nothing(tmp_path: Path, die_at: int, where: str) -> None:
    path = tmp_path / "aspi"
    Town(path).close()
    victim = [sys.executable, "-c", _VICTIM, str(path), str(die_at), where]
    said = subprocess.run(victim, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == -9, said.stderr
    told = said.stdout.split()
    assert len(told) == die_at - 1
    town = Town(path)
    with town.desk.book.reading() as reads:
        kept = sorted({one.subject_id for one in reads.facts_of_kind(Subject.MEMBER)})
    assert kept[: len(told)] == told
    assert len(kept) == len(told) + (where == "after")
    # The command that was in doubt is sent again: it stands once.
    again = town.do(c.NewMember(name=f"Firma {die_at}", branch="JTM", province="35"), request=f"k{die_at}")
    assert again.id == f"{die_at:06d}"
    found = town.audited()
    town.close()
    assert (found.found, found.clean) == ([], True)


_CLERK = """
import sys
from pathlib import Path
from juru.association.domain import commands as c
from tests.support.association import Town
from tests.support.schema import made, written

town = Town(Path(sys.argv[1]))
for number in range(25):
    name = f"Firma {sys.argv[2]} {number}"
    print(town.do(c.NewMember(name=name, branch="JTM", province="35"), request=name).id, flush=True)
"""


def test_two_processes_share_a_book_without_losing_or_doubling_a_number(tmp_path: Path) -> None:
    path = tmp_path / "aspi"
    Town(path).close()
    clerks = [
        subprocess.Popen(
            [sys.executable, "-c", _CLERK, str(path), name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for name in ("A", "B")
    ]
    said = [clerk.communicate(timeout=90) for clerk in clerks]
    assert [clerk.returncode for clerk in clerks] == [0, 0], said
    given_out = sorted(number for out, _ in said for number in out.decode().split())
    assert given_out == [f"{number:06d}" for number in range(1, 51)]
    town = Town(path)
    assert town.audited().found == []
    town.close()


def test_threads_share_a_book(tmp_path: Path) -> None:
    town = Town(tmp_path / "aspi")
    with ThreadPoolExecutor(4) as pool:
        wanted = [c.NewMember(name=f"Firma {number}", branch="JTM", province="35") for number in range(40)]
        done = list(pool.map(town.do, wanted))
    assert sorted(one.id for one in done) == [f"{number:06d}" for number in range(1, 41)]
    assert town.audited().found == []
    town.close()
