"""Putting a backup back into an empty directory: each file as its manifest says, the book proved and named last."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import msgspec

from juru.association.desk.backup import MANIFEST, Manifest, proved, read_manifest
from juru.association.errors import BackupError, DirectoryError
from juru.association.store.book import DATABASE
from juru.association.store.migrate import migrate
from juru.books.copies import Phase, copied, digest_of, require_room, sync_folder
from juru.books.sqlite import SqliteEngine

_RESTORING = ".restoring"


class Restored(msgspec.Struct, frozen=True):
    """What was put back. Whatever was recorded after the manifest's commit is not in it."""

    data: Path
    backup: Path
    manifest: Manifest
    migrated: bool


def restore(backup: Path, data: Path, phase: Phase) -> Restored:
    """Put a backup back into ``data``, which must be empty or new. What cannot be finished is taken away again.

    Raises ``DirectoryError`` for a directory that holds anything, ``BackupError`` for a backup that is not the one
    that was made, ``SchemaError`` for one of a newer program.
    """
    manifest = _usable(backup)
    made = _require_empty(data)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_room((backup / name for name in manifest.files), data, DirectoryError)
        work = data / _RESTORING
        work.mkdir(mode=0o700)
        _copy(backup, work, manifest, phase)
        proved(work, manifest.head, phase)
        with contextlib.closing(SqliteEngine(work / DATABASE)) as book:
            migrated = migrate(book)
        _move(work, data)
    except BaseException as error:
        _take_away(data, made=made)
        if isinstance(error, OSError):
            message = f"{data} cannot be written ({error.strerror}): nothing was restored; free space, or name another"
            raise DirectoryError(message) from error
        raise
    return Restored(data, backup, manifest, migrated)


def check(backup: Path, phase: Phase) -> Manifest:
    """Everything that ``restore`` would look at, where the backup lies; nothing is put back."""
    manifest = _usable(backup)
    for name in manifest.files:
        file = backup / name
        _require_same(backup, name, manifest, digest_of(file, phase) if file.is_file() else "")
    proved(backup, manifest.head, phase)
    return manifest


def _usable(backup: Path) -> Manifest:
    """The manifest. Raises before anything is touched."""
    if not backup.is_dir():
        raise BackupError(f"there is no backup {backup}: name the directory that 'juru association backup' made")
    manifest = read_manifest(backup)
    if manifest is None or DATABASE not in manifest.files:
        why = f"it has no {MANIFEST} that can be read"
        raise BackupError(f"{backup} is no finished backup ({why}): take another copy of it, or another backup")
    return manifest


def _require_empty(data: Path) -> bool:
    """True when the directory is yet to be made. Raises ``DirectoryError`` for one that holds anything."""
    if not data.exists():
        return True
    if not data.is_dir() or any(data.iterdir()):
        what = "holds an association" if (data / DATABASE).exists() else "is not an empty directory"
        raise DirectoryError(f"{data} {what}: nothing was touched; restore into a new directory")
    return False


def _copy(backup: Path, work: Path, manifest: Manifest, phase: Phase) -> None:
    with phase("copying files") as told:
        for done, name in enumerate(manifest.files, 1):
            (work / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                digest = copied(backup / name, work / name)
            except FileNotFoundError:
                digest = ""
            _require_same(backup, name, manifest, digest)
            told(done, len(manifest.files))


def _require_same(backup: Path, name: str, manifest: Manifest, digest: str) -> None:
    if digest != manifest.files[name].sha256:
        why = f"{name} is not the file of its manifest" if digest else f"{name} is missing"
        raise BackupError(f"{backup} is not the backup that was made ({why}): take another copy of it, or another one")


def _move(work: Path, data: Path) -> None:
    """Give everything its place, the book last: until then there is no association."""
    for place in sorted(work.iterdir()):
        if place.name != DATABASE:
            place.rename(data / place.name)
    (work / DATABASE).rename(data / DATABASE)
    work.rmdir()
    sync_folder(data)


def _take_away(data: Path, *, made: bool) -> None:
    """Remove what was begun; a directory that was there before stays, empty as it was."""
    if made:
        shutil.rmtree(data, ignore_errors=True)
        return
    for place in data.iterdir():
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
