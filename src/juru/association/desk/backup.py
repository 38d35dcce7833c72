"""A backup of an association while it is served: a directory with its book, documents, logins, and what else it has.

The book is copied in one snapshot, then whatever stands beside it: a document is on the disk before a fact names it,
so the copy has every document that its book knows. All is read back and proved before it gets its name. The manifest
is a head as well: ``juru association audit --head MANIFEST`` holds the living book against it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

import apsw
import msgspec

from juru import __version__
from juru.association.desk.documents import FOLDER
from juru.association.errors import BackupError
from juru.association.store.audit import AssociationFindings, audit
from juru.association.store.book import DATABASE, require
from juru.association.store.migrate import current_revision, is_older, migrate
from juru.books.copies import Phase, alone_in, copied, digest_of, explained, require_room, sync_folder, write_synced
from juru.books.findings import Head
from juru.books.sqlite import SqliteEngine

FORMAT = 1
BACKUPS = "backups"
MANIFEST = "manifest.json"
NOT_KEPT = frozenset({BACKUPS, "sessions.db"})
"""Sessions are of the moment: after a restore everybody logs in anew."""
_LOCK = ".juru-backup.lock"
_PARTIAL = ".partial"
_REHEARSAL = ".rehearsal"
_SQLITE = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal")
_END = "SELECT no, seal, at_ms FROM commits ORDER BY no DESC LIMIT 1"
_FIRST = "SELECT seal FROM commits ORDER BY no LIMIT 1"


class Kept(msgspec.Struct, frozen=True):
    """One file of a backup."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is. ``genesis`` names the association, ``commit_no`` and ``seal`` are the head of its chain."""

    format: int
    genesis: str
    commit_no: int
    seal: str
    commit_ms: int
    taken: str
    schema: str
    juru: str
    commits: int
    facts: int
    transfers: int
    files: dict[str, Kept]

    @property
    def head(self) -> Head:
        """The head of the backup's chain."""
        return Head(self.commit_no, self.seal)

    @property
    def documents(self) -> int:
        """How many kept documents it has."""
        return sum(name.startswith(f"{FOLDER}/") for name in self.files)

    @property
    def bytes(self) -> int:
        """All its files together."""
        return sum(file.bytes for file in self.files.values())


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made and proved; ``removed`` are older ones that it made superfluous."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...] = ()


def back_up(
    data: Path,
    dest: Path | None,
    *,
    now: datetime,
    phase: Phase,
    rest: Callable[[], None] = lambda: None,
    keep: int | None = None,
) -> Backup:
    """Make a backup: ``dest`` is the directory to make, or one to make it in; without it, within the data directory.

    Raises ``BackupError`` when it cannot be made or does not prove itself; then nothing of it is left.
    """
    folder, name = _place(require(data), dest)
    if keep is not None and (keep < 1 or name is not None):
        raise BackupError("--keep N counts the backups of a directory that is there: give it, and at least 1")
    book = SqliteEngine(data / DATABASE, read_only=True)
    with alone_in(folder, _LOCK, BackupError), contextlib.closing(book):
        _clear(folder)
        book.rows("BEGIN")
        end = book.rows(_END)
        if not end:
            raise BackupError(f"{data} holds no commit: there is nothing to back up")
        head = Head(int(end[0][0]), bytes(end[0][1]).hex())
        path = folder / (name or f"association-{now:%Y%m%dT%H%M%SZ}-c{head.commit_no}")
        partial = path.with_name(path.name + _PARTIAL)
        try:
            require_room(kept_files(data), folder, BackupError)
            partial.mkdir(mode=0o700)
            with phase("copying pages") as told:
                book.copy_to(partial / DATABASE, progress=told, rest=rest)
            book.rollback()
            _copy_beside(data, partial, phase)
            manifest = _proved(partial, head, int(end[0][2]), now, phase)
            partial.rename(path)
            sync_folder(folder)
        except BaseException as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise explained(error, folder, BackupError) from error
        removed = () if keep is None else _remove_older(folder, path, manifest, keep)
    return Backup(path, manifest, removed)


def _place(data: Path, dest: Path | None) -> tuple[Path, str | None]:
    """The directory to write to, and the backup's name where one was given."""
    if dest is None:
        (data / BACKUPS).mkdir(mode=0o700, exist_ok=True)
        return data / BACKUPS, None
    if dest.is_dir():
        return dest, None
    if dest.exists() or not dest.parent.is_dir():
        raise BackupError(f"{dest} cannot be made: name a new directory in one that is there")
    return dest.parent, dest.name


def _clear(folder: Path) -> None:
    """Remove what was begun and not finished; no process works on it, since it would hold the lock."""
    for left in folder.glob(f"*{_PARTIAL}"):
        if left.is_dir():
            shutil.rmtree(left)


def kept_files(data: Path) -> Iterator[Path]:
    """Everything of an association that a backup has, the book too, in the order of the names."""
    for place in sorted(data.iterdir()):
        if place.name in NOT_KEPT or place.name.startswith(".") or place.name.endswith((*_BESIDE, ".lock")):
            continue
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in files if file.is_file() and not file.name.startswith("."))


def _copy_beside(data: Path, partial: Path, phase: Phase) -> None:
    """Documents, logins, whatever else there is; what is a database itself through its own snapshot."""
    files = [file for file in kept_files(data) if file != data / DATABASE]
    with phase("copying files") as told:
        for done, file in enumerate(files, 1):
            copy = partial / file.relative_to(data)
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with file.open("rb") as opened:
                is_database = opened.read(len(_SQLITE)) == _SQLITE
            if is_database:
                with contextlib.closing(SqliteEngine(file, read_only=True)) as engine:
                    engine.rows("BEGIN")
                    engine.rows("SELECT count(*) FROM sqlite_master")
                    engine.copy_to(copy, progress=lambda _done, _whole: None, rest=lambda: None)
            else:
                copied(file, copy)
            told(done, len(files))


def _proved(partial: Path, head: Head, commit_ms: int, now: datetime, phase: Phase) -> Manifest:
    """Read the copy back from the disk, prove it, and write down what it is, last."""
    names = sorted(file.relative_to(partial) for file in partial.rglob("*") if file.is_file())
    files = {name.as_posix(): Kept((partial / name).stat().st_size, digest_of(partial / name, phase)) for name in names}
    with contextlib.closing(SqliteEngine(partial / DATABASE, immutable=True)) as book:
        schema, genesis = str(current_revision(book)), bytes(book.rows(_FIRST)[0][0]).hex()
    found = proved(partial, head, phase)
    manifest = Manifest(
        format=FORMAT,
        genesis=genesis,
        commit_no=head.commit_no,
        seal=head.seal,
        commit_ms=commit_ms,
        taken=now.isoformat(timespec="seconds"),
        schema=schema,
        juru=__version__,
        commits=found.commits,
        facts=found.facts,
        transfers=found.transfers,
        files=files,
    )
    write_synced(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    for folder in (partial, *(place for place in partial.rglob("*") if place.is_dir())):
        sync_folder(folder)
    return manifest


def proved(copy: Path, expected: Head, phase: Phase) -> AssociationFindings:
    """The audit of a copy's book and documents against the head it must have: nothing was found.

    A book of an older schema is audited as it will be: a second copy is migrated for that, and thrown away.
    Raises ``BackupError`` for a copy that does not prove itself, ``SchemaError`` for one of a newer program.
    """
    path = copy / DATABASE
    try:
        with contextlib.closing(SqliteEngine(path, immutable=True)) as book, phase("checking pages"):
            if damaged := book.damage():
                raise BackupError(f"{path} is damaged: {'; '.join(damaged[:3])}")
            older = is_older(book)
        opened = _rehearsed(path) if older else contextlib.closing(SqliteEngine(path, immutable=True))
        with opened as book, phase("auditing commits") as told:
            found = audit(book, documents=copy / FOLDER, expected_head=expected, progress=told)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise BackupError(f"{path} is no whole book: {error}") from error
    if not found.clean:
        first = found.found[0]
        what = f"{len(found.found) + found.omitted} findings, the first in {first.table}: {first.detail}"
        raise BackupError(f"the copy does not prove itself ({what}): run 'juru association audit' on the book itself")
    if found.head != expected:
        raise BackupError(f"{path} does not end where it should: its last commit is {found.commits}")
    return found


@contextlib.contextmanager
def _rehearsed(path: Path) -> Iterator[SqliteEngine]:
    """The book as it will be once it is migrated."""
    scratch = path.with_name(path.name + _REHEARSAL)
    try:
        shutil.copyfile(path, scratch)
        with contextlib.closing(SqliteEngine(scratch, synchronous="OFF")) as book:
            try:
                migrate(book)
            except (apsw.ConstraintError, apsw.SQLError) as error:
                why = f"the migration failed on a copy ({error})"
                raise BackupError(f"{why}: nothing was changed; keep the older program and report it") from error
            yield book
    finally:
        for ending in ("", *_BESIDE):
            scratch.with_name(scratch.name + ending).unlink(missing_ok=True)


def _remove_older(folder: Path, newest: Path, manifest: Manifest, keep: int) -> tuple[Path, ...]:
    """All but the newest ``keep`` backups of this very association; others in the directory are left alone."""
    mine = []
    for place in folder.iterdir():
        found = read_manifest(place)
        if found is not None and found.genesis == manifest.genesis:
            mine.append((found.commit_ms, found.taken, place))
    removed = [place for _, _, place in sorted(mine)[:-keep] if place != newest]
    for place in removed:
        (place / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(place, ignore_errors=True)
    return tuple(removed)


def read_manifest(backup: Path) -> Manifest | None:
    """The manifest of a backup; None where there is none, or it is something else."""
    try:
        found = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    inside = all(
        not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts for name in found.files
    )
    return found if inside else None
