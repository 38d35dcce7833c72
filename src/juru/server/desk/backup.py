"""A backup of the book while it is served: copied in one snapshot, read back and proved, and only then given its name.

Beside each backup stands a manifest: which cell, which commit its chain ends with, its schema, and the SHA-256 of the
file. The manifest is a head as well: ``juru audit --head MANIFEST`` holds the living book against it. The keys that
open sealed secrets are no part of a backup.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import msgspec

from juru import __version__
from juru.books.copies import (
    Phase,
    alone_in,
    digest_of,
    explained,
    require_room,
    sync_folder,
    write_synced,
)
from juru.books.findings import Head
from juru.books.sqlite import SqliteEngine
from juru.server.desk.keys import needed
from juru.server.errors import BackupError, SettingsError
from juru.server.settings import DataDir
from juru.server.store.audit import audit
from juru.server.store.findings import Findings
from juru.server.store.keyring import read_keys, write_keys
from juru.server.store.migrate import current_revision, is_older, migrate
from juru.server.store.reads.book import BookEnd, book_end, first_seal, open_orders, settings_of
from juru.server.store.reads.reads import Reads

FORMAT = 1
_LOCK = ".juru-backup.lock"
_PARTIAL = ".partial"
_REHEARSAL = ".rehearsal"


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is. ``genesis`` names the cell, ``commit_no`` and ``seal`` are the head of its chain."""

    format: int
    file: str
    cell: str
    genesis: str
    commit_no: int
    seal: str
    commit_ms: int
    taken: str
    schema: str
    incarnation: int
    juru: str
    bytes: int
    sha256: str
    commits: int
    transfers: int
    orders: int
    open_orders: int
    keys: tuple[str, ...]

    @property
    def head(self) -> Head:
        """The head of the backup's chain."""
        return Head(self.commit_no, self.seal)


class LastBackup(msgspec.Struct, frozen=True):
    """The latest backup, noted in the data directory so that its age can be watched."""

    path: str
    taken_ms: int
    commit_no: int


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made and proved; ``removed`` are older ones that it made superfluous."""

    path: Path
    manifest: Manifest
    keys: Path | None
    removed: tuple[Path, ...] = ()


def back_up(
    data: DataDir,
    dest: Path | None,
    *,
    now_ms: int,
    phase: Phase,
    rest: Callable[[], None],
    copied: Callable[[], None] = lambda: None,
    with_keys: bool = False,
    keep: int | None = None,
) -> Backup:
    """Make a backup of the cell at ``dest``: a new file, or a directory; without one in the data directory.

    ``copied`` is called when the book's state is let go of: from then on nothing waits for the backup.
    Raises ``BackupError`` when it cannot be made or does not prove itself; then nothing of it is left.
    """
    data.require()
    folder, name = _place(data, dest)
    if keep is not None and keep < 1:
        raise SettingsError("--keep N counts the backups of a directory: keep at least 1")
    if keep is not None and name is not None:
        raise SettingsError(f"--keep N counts the backups of a directory, and {dest} is none: make it first")
    taken = dt.datetime.fromtimestamp(now_ms / 1000, dt.UTC)
    with alone_in(folder, _LOCK, BackupError), contextlib.closing(SqliteEngine(data.database, read_only=True)) as book:
        _clear(folder, "cell-" if name is None else name)
        book.rows("BEGIN")
        end = book_end(book)
        if end is None:
            raise BackupError(f"{data.path} holds no commit: there is nothing to back up")
        path = folder / (name or f"cell-{taken:%Y%m%dT%H%M%SZ}-c{end.head.commit_no}.db")
        partial = path.with_name(path.name + _PARTIAL)
        try:
            files = (data.database, data.database.with_name(data.database.name + "-wal"))
            require_room(files, folder, BackupError)
            with phase("copying pages") as told:
                book.copy_to(partial, progress=told, rest=rest)
            book.rollback()
            copied()
            manifest = _proved(partial, path.name, end, taken, phase)
            keys = _hand_over(data, partial, path, manifest, with_keys=with_keys)
        except BaseException as error:
            _clear(folder, path.name)
            raise explained(error, folder, BackupError) from error
        removed = _remove_older(folder, manifest, keep) if keep is not None else ()
    with contextlib.suppress(OSError):
        # Only what is watched is told by it: on a full disk the backup is no worse for it.
        write_synced(
            data.last_backup, msgspec.json.encode(LastBackup(str(path.absolute()), now_ms, end.head.commit_no))
        )
    return Backup(path, manifest, keys, removed)


def _place(data: DataDir, dest: Path | None) -> tuple[Path, str | None]:
    """The directory to write to, and the file's name where one was given."""
    if dest is None:
        data.backups.mkdir(mode=0o700, exist_ok=True)
        return data.backups, None
    if dest.is_dir():
        return dest, None
    if dest.exists():
        raise BackupError(f"{dest} is there already: name a new file, or a directory")
    if not dest.parent.is_dir():
        raise BackupError(f"there is no directory {dest.parent}: make it first")
    if manifest_of(dest).exists():
        raise BackupError(f"{manifest_of(dest)} is there already: name a new file, or a directory")
    return dest.parent, dest.name


def _clear(folder: Path, stem: str) -> None:
    """Remove what was begun and not finished; no process works on it, since it would hold the lock."""
    for left in folder.iterdir():
        if left.name.startswith(stem) and _PARTIAL in left.name[len(stem) :]:
            left.unlink(missing_ok=True)


def _proved(partial: Path, name: str, end: BookEnd, taken: dt.datetime, phase: Phase) -> Manifest:
    """Read the copy back from the disk, prove it, and say what it is."""
    digest = digest_of(partial, phase)
    with contextlib.closing(SqliteEngine(partial, immutable=True)) as copy:
        schema = str(current_revision(copy))
    with proved(partial, end.head, phase) as (book, findings):
        settings = settings_of(book)
        return Manifest(
            FORMAT,
            name,
            settings.name,
            first_seal(book),
            end.head.commit_no,
            end.head.seal,
            end.at_ms,
            taken.isoformat(timespec="seconds"),
            schema,
            settings.incarnation,
            __version__,
            partial.stat().st_size,
            digest,
            findings.commits,
            findings.transfers,
            findings.orders,
            open_orders(book),
            tuple(needed(Reads(book))),
        )


@contextlib.contextmanager
def proved(path: Path, expected: Head | None, phase: Phase) -> Iterator[tuple[SqliteEngine, Findings]]:
    """The book of a copy, once SQLite's own check and the audit against the head it must have found nothing.

    A book of an older schema is audited and given as it will be: a second copy is migrated for that, and thrown away.
    Raises ``BackupError`` for a file that does not prove itself, ``NewerSchemaError`` for one of a newer program.
    """
    try:
        with contextlib.closing(SqliteEngine(path, immutable=True)) as copy, phase("checking pages"):
            if damaged := copy.damage():
                raise BackupError(f"{path} is damaged: {'; '.join(damaged[:3])}")
            older = is_older(copy)
        with _rehearsed(path) if older else _as_it_is(path) as book:
            with phase("auditing commits") as told:
                findings = audit(book, expected_head=expected, progress=told)
            _require_clean(path, findings, expected)
            yield book, findings
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise BackupError(f"{path} is no whole book: {error}") from error


def _require_clean(path: Path, findings: Findings, expected: Head | None) -> None:
    if not findings.clean:
        first = findings.found[0]
        what = f"{len(findings.found) + findings.omitted} findings, the first in {first.table}: {first.detail}"
        raise BackupError(f"the copy does not prove itself ({what}): run 'juru audit' on the book itself")
    if findings.head is None or (expected is not None and findings.head != expected):
        raise BackupError(f"{path} does not end where it should: its last commit is {findings.commits}")


@contextlib.contextmanager
def _as_it_is(path: Path) -> Iterator[SqliteEngine]:
    with contextlib.closing(SqliteEngine(path, immutable=True)) as book:
        yield book


@contextlib.contextmanager
def _rehearsed(path: Path) -> Iterator[SqliteEngine]:
    """The book as it will be once it is migrated."""
    scratch = path.with_name(path.name + _REHEARSAL)
    try:
        shutil.copyfile(path, scratch)
        scratch.chmod(0o600)
        with contextlib.closing(SqliteEngine(scratch, synchronous="OFF")) as book:
            _try_migration(book)
            yield book
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            scratch.with_name(scratch.name + ending).unlink(missing_ok=True)


def _try_migration(book: SqliteEngine) -> None:
    try:
        migrate(book)
    except (apsw.ConstraintError, apsw.SQLError) as error:
        why = f"the migration failed on a copy ({error})"
        raise BackupError(f"{why}: nothing was changed; keep the older program and report it") from error


def _hand_over(data: DataDir, partial: Path, path: Path, manifest: Manifest, *, with_keys: bool) -> Path | None:
    """Give everything its name, the manifest last: a backup without one was never finished."""
    keys = keys_of(path) if with_keys else None
    if keys is not None:
        keys.unlink(missing_ok=True)
        write_keys(keys, read_keys(data.keys))
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    beside = partial.with_name(partial.name + ".json")
    write_synced(beside, body + b"\n")
    partial.replace(path)
    beside.replace(manifest_of(path))
    sync_folder(path.parent)
    return keys


def _remove_older(folder: Path, newest: Manifest, keep: int) -> tuple[Path, ...]:
    """All but the newest ``keep`` backups of this very cell; others in the directory are left alone."""
    mine = []
    for path in folder.glob("*.json"):
        found = read_manifest(path)
        if found is not None and found.genesis == newest.genesis and path == manifest_of(folder / found.file):
            mine.append((found.commit_ms, found.taken, folder / found.file))
    removed = [path for _, _, path in sorted(mine)[:-keep] if path.name != newest.file]
    for path in removed:
        path.unlink(missing_ok=True)
        keys_of(path).unlink(missing_ok=True)
        manifest_of(path).unlink(missing_ok=True)
    return tuple(removed)


def manifest_of(path: Path) -> Path:
    """Where a backup's manifest stands."""
    return path.with_name(path.name + ".json")


def keys_of(path: Path) -> Path:
    """Where a copy of the keys stands, if one was asked for."""
    return path.with_name(path.name + ".keys.json")


def read_manifest(path: Path) -> Manifest | None:
    """A manifest; None where there is none, or the file is something else."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
