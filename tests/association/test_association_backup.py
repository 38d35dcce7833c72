"""An association's backup: taken while it is written, proved, restored whole into an empty directory or not at all."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from juru.association.desk.backup import MANIFEST, Backup, back_up, read_manifest
from juru.association.desk.restore import check, restore
from juru.association.desk.upgrade import upgrade
from juru.association.domain import facts as f
from juru.association.errors import BackupError, DirectoryError, SchemaError
from juru.association.store import migrate as migrating
from juru.association.store.access import Access, Login
from juru.association.store.book import DATABASE, Book
from juru.books.copies import Told
from tests.support.association import Town

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\nlicence\n%%EOF\n"


@contextlib.contextmanager
def quiet(_what: str) -> Iterator[Told]:
    yield lambda _done, _whole: None


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "aspi")
    town.dues()
    town.active("PT Maju")
    town.desk.keep(PDF, name="nib.pdf", now=town.now(), by="sekretaris", request="d1")
    access = Access(town.path)
    access.keep(Login("SRI", "Sri", "hash"))
    access.close()
    (town.path / "sessions.db").write_bytes(b"of the moment")
    yield town
    town.close()


def made(town: Town, dest: Path | None = None, keep: int | None = None) -> Backup:
    return back_up(town.path, dest, now=NOW, phase=quiet, keep=keep)


def test_a_backup_has_book_documents_and_logins_and_no_sessions(town: Town, tmp_path: Path) -> None:
    backup = made(town, tmp_path)
    files = {file.relative_to(backup.path).as_posix() for file in backup.path.rglob("*") if file.is_file()}
    assert files == {*backup.manifest.files, MANIFEST}
    assert {DATABASE, "access.db"} < files
    assert backup.manifest.documents == 1
    assert "sessions.db" not in files
    assert read_manifest(backup.path) == backup.manifest
    private = [backup.path, *(file for file in backup.path.rglob("*") if file.is_file())]
    assert all(not place.stat().st_mode & 0o077 for place in private)


def test_it_is_restored_whole_into_a_new_directory_and_goes_on(town: Town, tmp_path: Path) -> None:
    backup = made(town, tmp_path / "safe")
    state, nets = town.state("000001"), town.nets()
    town.active("PT Later")
    done = restore(backup.path, tmp_path / "again", quiet)
    assert not done.migrated
    again = Town(tmp_path / "again", "2026-02-01")
    try:
        assert (again.state("000001"), again.nets()) == (state, nets)
        assert again.audited().found == []
        assert again.active("PT Other") == "000002", "what came after the backup is not there"
    finally:
        again.close()
    access = Access(tmp_path / "again")
    found = access.find("SRI")
    access.close()
    assert found is not None
    assert found.password_hash == "hash"


def test_a_backup_taken_while_the_book_is_written_is_whole(town: Town, tmp_path: Path) -> None:
    stop, written = threading.Event(), list[str]()

    def write() -> None:
        while not stop.is_set():
            written.append(
                town.active(f"PT Nomor {len(written)} {'abcdefghijklmnopqrstuvwxyz'[len(written) % 26] * 3}")
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = []
        for number in range(3):
            before = len(written)
            while len(written) < before + 2 and writer.is_alive():
                stop.wait(0.01)
            backups.append(made(town, tmp_path / f"b{number}"))
    finally:
        stop.set()
        writer.join()
    assert len(written) >= 6
    heads = [backup.manifest.commit_no for backup in backups]
    assert heads == sorted(set(heads))
    for number, backup in enumerate(backups):
        restore(backup.path, tmp_path / f"r{number}", quiet)


def test_a_directory_that_holds_anything_is_never_restored_into(town: Town, tmp_path: Path) -> None:
    backup = made(town, tmp_path / "safe")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("x")
    for place, why in ((town.path, "holds an association"), (tmp_path / "letters", "not an empty directory")):
        before = sorted(place.rglob("*"))
        with pytest.raises(DirectoryError, match=why):
            restore(backup.path, place, quiet)
        assert sorted(place.rglob("*")) == before


def _document(backup: Path) -> Path:
    return next((backup / "documents").rglob("*/*"))


def _forged(backup: Path) -> None:
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["seal"] = "0" * 64
    (backup / MANIFEST).write_text(json.dumps(manifest))


def _outside(backup: Path) -> None:
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["files"]["../escaped"] = manifest["files"][DATABASE]
    (backup / MANIFEST).write_text(json.dumps(manifest))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a document changed": (lambda b: _document(b).write_bytes(b"%PDF other"), "documents/.* is not the file"),
    "a document gone": (lambda b: _document(b).unlink(), "is missing"),
    "the book changed": (lambda b: (b / DATABASE).write_bytes(b"x"), "association.db is not the file"),
    "no manifest": (lambda b: (b / MANIFEST).unlink(), "no finished backup"),
    "another head": (_forged, "does not prove itself"),
    "a name outside": (_outside, "no finished backup"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_backup_that_is_not_the_one_made_is_refused_and_nothing_is_left(
    town: Town, tmp_path: Path, what: str
) -> None:
    backup = made(town, tmp_path / "safe")
    damage, why = DAMAGE[what]
    damage(backup.path)
    with pytest.raises(BackupError, match=why):
        check(backup.path, quiet)
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "new", tmp_path / "empty"):
        with pytest.raises(BackupError, match=why):
            restore(backup.path, place, quiet)
    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_book_that_contradicts_itself_is_not_backed_up(town: Town, tmp_path: Path) -> None:
    db = apsw.Connection(str(town.path / DATABASE))
    db.execute("DROP TRIGGER facts_no_update")
    db.execute("UPDATE facts SET on_day = on_day + 1 WHERE id = 20")
    db.close()
    with pytest.raises(BackupError, match="does not prove itself"):
        made(town, tmp_path / "safe")
    assert not (tmp_path / "safe").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_older_backups_of_the_same_association_give_way(town: Town, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    other = Town(tmp_path / "other", "2025-01-05")
    foreign = made(other, safe)
    other.close()
    first = made(town, safe)
    town.fact("000001", f.Moved(on=town.today, to="BAL"))
    second = made(town, safe, keep=1)
    assert second.removed == (first.path,)
    assert {place.name for place in safe.iterdir() if place.is_dir()} == {foreign.path.name, second.path.name}
    with pytest.raises(BackupError, match="at least 1"):
        made(town, safe, keep=0)


def test_what_a_stop_left_half_made_is_cleared_by_the_next(town: Town) -> None:
    half = town.path / "backups" / "association-x.partial"
    half.mkdir(parents=True)
    (half / DATABASE).write_bytes(b"half")
    made(town)
    assert not half.exists()


def test_an_older_book_is_upgraded_after_a_proved_backup_and_a_newer_one_left_alone(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upgrade(town.path, None, now=NOW, phase=quiet).backup is None
    versions = Path(shutil.copytree(migrating._VERSIONS, tmp_path / "versions"))
    newest = migrating.wanted_revision()
    script = f"""
from alembic import op
revision, down_revision, branch_labels, depends_on = "9000", "{newest}", None, None
def upgrade():
    op.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
"""
    (versions / "9000_notes.py").write_text(script)
    monkeypatch.setattr(migrating, "_VERSIONS", versions)
    with pytest.raises(SchemaError, match="juru association upgrade"):
        Book(town.path)
    old = made(town, tmp_path / "old")
    assert old.manifest.schema == newest
    done = upgrade(town.path, tmp_path / "before", now=NOW, phase=quiet)
    assert (done.before, done.after) == (newest, "9000")
    assert done.backup is not None
    Book(town.path).close()
    assert restore(old.path, tmp_path / "brought", quiet).migrated
    Book(tmp_path / "brought").close()
    monkeypatch.undo()
    with pytest.raises(SchemaError, match="use the Juru that wrote it"):
        upgrade(town.path, None, now=NOW, phase=quiet)
