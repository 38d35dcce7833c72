"""Putting a backup back (law 4): into an empty directory, proved, with a new incarnation, and with selling paused.

The directory holds no cell until everything is done: the book is worked on under another name and gets its own last.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from juru.books.copies import Phase, copied, sync_folder, write_synced
from juru.books.sqlite import SqliteEngine
from juru.server.desk.backup import Manifest, keys_of, manifest_of, proved, read_manifest
from juru.server.desk.keys import sealed_now, unopened
from juru.server.desk.lock import hold
from juru.server.domain.catalog import Availability
from juru.server.domain.commands import Command, OpenRestored, SaveRecord
from juru.server.domain.records import KINDS
from juru.server.domain.refusals import Refusal
from juru.server.domain.results import Result
from juru.server.engine.realtime import RealTime
from juru.server.engine.writer import Writer
from juru.server.errors import BackupError, CommandError, DataDirError, InUseError
from juru.server.settings import DataDir
from juru.server.store.keyring import Keyring, read_keys, write_keys
from juru.server.store.migrate import migrate
from juru.server.store.reads.book import BookEnd, book_end, settings_of
from juru.server.store.reads.reads import Reads
from juru.server.store.store import Store

INCARNATIONS = "juru-incarnations.json"
"""Beside the backups: the highest incarnation that any restore from there has taken."""

_NAMED = 5


class Restored(msgspec.Struct, frozen=True):
    """What was put back. ``noted`` is False when the incarnation could not be noted beside the backups.

    ``secrets_gone`` are the records that need new secrets, because the keys to the old ones are lost.
    """

    data: Path
    backup: Path
    end: BookEnd
    incarnation: int
    manifest: bool
    migrated: bool
    noted: bool
    secrets_gone: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """What a person asked for. ``stopped_ms``: until when at the latest the lost book may have gone on."""

    backup: Path
    stopped_ms: int
    by: str
    reason: str
    keys: Path | None = None
    lost_keys: bool = False
    incarnation: int | None = None


def restore(wanted: Wanted, data: DataDir, phase: Phase) -> Restored:
    """Put a backup back into ``data``, which must be empty. What cannot be finished is taken away again.

    Raises ``DataDirError`` for a directory that holds anything, ``BackupError`` for a backup that does not prove
    itself, ``NewerSchemaError`` for one of a newer program.
    """
    manifest, keys = _usable(wanted, data)
    made = _require_empty(data)
    data.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold(data):
        if {path.name for path in data.path.iterdir()} != {data.lock.name}:
            raise DataDirError(f"{data.path} is not empty any more: nothing was touched; restore into a new directory")
        try:
            _enough_room(wanted.backup, data.path)
            _copy(wanted.backup, data.restoring, manifest, phase)
            migrated = _prepared(data.restoring, manifest, phase)
            end, incarnation, gone = _reopened(wanted, data, keys)
            if keys is None:
                Keyring.create(data.keys)
            elif data.keys_file is None:
                write_keys(data.keys, read_keys(keys))
            _synced(data.restoring)
            data.restoring.replace(data.database)
            sync_folder(data.path)
        except BaseException:
            _take_away(data, made=made)
            raise
    noted = _note(wanted.backup.parent, incarnation)
    return Restored(data.path, wanted.backup, end, incarnation, manifest is not None, migrated, noted, gone)


def check(wanted: Wanted, data: DataDir, scratch: Path, phase: Phase) -> BookEnd:
    """Everything that ``restore`` would look at, in a directory that is thrown away; the end of the backup's book."""
    manifest, keys = _usable(wanted, data)
    _enough_room(wanted.backup, scratch)
    copy = scratch / "cell.db"
    _copy(wanted.backup, copy, manifest, phase)
    _prepared(copy, manifest, phase)
    with contextlib.closing(SqliteEngine(copy, immutable=True)) as book:
        _require_opened(Reads(book), keys)
        return _end_of(book)


def _usable(wanted: Wanted, data: DataDir) -> tuple[Manifest | None, Path | None]:
    """The backup's manifest and the file of the keys to its secrets. Raises before anything is touched."""
    if not wanted.backup.is_file():
        raise BackupError(f"there is no backup {wanted.backup}")
    manifest = read_manifest(manifest_of(wanted.backup))
    if manifest is None and manifest_of(wanted.backup).exists():
        raise BackupError(
            f"{manifest_of(wanted.backup)} is no manifest: put back the one that was made with the backup"
        )
    if wanted.keys is not None and data.keys_file is not None and data.keys_file.exists():
        message = f"JURU_KEYS names {data.keys_file}: unset it to use --keys, or leave --keys out"
        raise DataDirError(message)
    if wanted.lost_keys:
        if wanted.keys is not None or data.keys.exists():
            raise DataDirError(
                "--lost-keys makes new keys: leave out --keys, and unset JURU_KEYS where that file is there"
            )
        return manifest, None
    source = wanted.keys or data.keys_file
    if source is None:
        beside = keys_of(wanted.backup)
        where = f" (there is a copy: {beside})" if beside.exists() else ""
        message = f"name the keys that were kept apart from the book with --keys FILE{where}: they open its secrets"
        raise DataDirError(message)
    read_keys(source)
    return manifest, source


def _require_empty(data: DataDir) -> bool:
    """True when the directory is yet to be made. Raises ``DataDirError`` for one that holds anything."""
    if not data.path.exists():
        return True
    if not data.path.is_dir():
        raise DataDirError(f"{data.path} is no directory")
    if data.database.exists():
        with contextlib.suppress(FileNotFoundError), _not_live(data):
            pass
        raise DataDirError(f"{data.path} holds a cell: nothing was touched; restore into a new directory")
    if data.restoring.exists():
        data.require()
    if any(data.path.iterdir()):
        raise DataDirError(f"{data.path} is not empty: nothing was touched; restore into a new directory")
    return False


@contextlib.contextmanager
def _not_live(data: DataDir) -> Iterator[None]:
    if not data.lock.exists():
        yield
        return
    try:
        with hold(data):
            yield
    except InUseError as error:
        raise DataDirError(f"{data.path} is being served: nothing was touched; restore into a new directory") from error


def _enough_room(backup: Path, folder: Path) -> None:
    size, free = backup.stat().st_size, shutil.disk_usage(folder).free
    if free < size * 2:
        what = f"{size * 2 // 1_000_000 + 1} MB are needed, {free // 1_000_000} MB are free"
        raise DataDirError(f"the disk of {folder} is too full ({what}): free some, or restore to another place")


def _copy(backup: Path, copy: Path, manifest: Manifest | None, phase: Phase) -> None:
    """Copy the file, and hold its bytes against the manifest."""
    try:
        with phase("copying bytes") as told:
            digest = copied(backup, copy, told)
    except OSError as error:
        raise DataDirError(
            f"{copy.parent} cannot be written ({error.strerror}): free space, or another place"
        ) from error
    if manifest is not None and digest != manifest.sha256:
        why = "its SHA-256 is not the one of its manifest"
        raise BackupError(f"{backup} is not the file that was made ({why}): take another copy of it, or another backup")


def _prepared(copy: Path, manifest: Manifest | None, phase: Phase) -> bool:
    """Prove the copy and bring it to this program's schema; True when that was needed."""
    with proved(copy, None if manifest is None else manifest.head, phase):
        pass
    with contextlib.closing(SqliteEngine(copy)) as book:
        return migrate(book)


def _reopened(wanted: Wanted, data: DataDir, keys: Path | None) -> tuple[BookEnd, int, tuple[str, ...]]:
    """The first commit of the restored book: a new incarnation, selling paused, open attempts for a person."""
    with contextlib.closing(SqliteEngine(data.restoring, read_only=True)) as book:
        without = [] if keys is not None else _without_secrets(Reads(book), wanted)
        _require_opened(Reads(book), keys)
        end, known = _end_of(book), settings_of(book).incarnation
    incarnation = wanted.incarnation or max(known, highest_incarnation(wanted.backup.parent)) + 1
    stopped_ms = max(wanted.stopped_ms, end.at_ms)
    command = OpenRestored(incarnation, end.head.commit_no, end.at_ms, stopped_ms, wanted.by, wanted.reason)
    # The restore last: it pauses, and an older version of the settings saved after it would not.
    for result in asyncio.run(_decided(data.restoring, [*without, command])):
        if isinstance(result, Refusal):
            raise CommandError(str(result.facts.get("detail", result.code)))
    return end, incarnation, tuple(sorted(f"{save.kind} {save.key}" for save in without))


async def _decided(database: Path, commands: Sequence[Command]) -> list[Result]:
    """By a writer of its own, on a book that nobody knows yet."""
    runtime = RealTime()
    with contextlib.closing(SqliteEngine(database)) as engine, contextlib.closing(runtime):
        writer = Writer(Store(engine), runtime)
        writing = asyncio.create_task(writer.run(), name="writer")
        try:
            return await asyncio.gather(*(writer.submit(command) for command in commands))
        finally:
            writer.stop()
            await writing


def _without_secrets(reads: Reads, wanted: Wanted) -> list[SaveRecord]:
    """Records without the secrets that nobody can open any more; a supplier without his is closed."""
    saves: list[SaveRecord] = []
    for found in sealed_now(reads):
        if found.kind not in KINDS:
            continue
        document = _without(msgspec.json.decode(reads.record_history(found.kind, found.key)[-1].body), found.seals)
        if found.kind == "supplier":
            document["availability"] = Availability.CLOSED
        body = msgspec.json.encode(document)
        saves.append(SaveRecord(found.kind, found.key, body, wanted.by, "the keys to its secrets are lost"))
    return saves


def _without(document: dict[str, Any], seals: Container[str]) -> dict[str, Any]:
    """A document without its sealed values: each falls back to its default."""
    return {
        name: _without(value, seals) if isinstance(value, dict) else value
        for name, value in document.items()
        if not isinstance(value, str) or value not in seals
    }


def _end_of(book: SqliteEngine) -> BookEnd:
    end = book_end(book)
    assert end is not None, "a book without a commit does not prove itself"
    return end


def _require_opened(reads: Reads, keys: Path | None) -> None:
    """The keys open every secret that is valid. Raises ``DataDirError`` naming whose they do not."""
    if keys is None:
        return
    shut = unopened(reads, Keyring(keys))
    if shut:
        whose = ", ".join(shut[:_NAMED]) + (f" and {len(shut) - _NAMED} more" if len(shut) > _NAMED else "")
        raise DataDirError(f"{keys} does not open the secrets of {whose}: name the keys that belong to this backup")


def highest_incarnation(folder: Path) -> int:
    """The highest incarnation that a restore from this directory has taken; 0 where none is noted."""
    try:
        return msgspec.json.decode((folder / INCARNATIONS).read_bytes(), type=int)
    except (OSError, msgspec.DecodeError):
        return 0


def _note(folder: Path, incarnation: int) -> bool:
    """Note the incarnation beside the backups, so that the next restore of any of them takes a higher one."""
    try:
        write_synced(folder / INCARNATIONS, str(max(incarnation, highest_incarnation(folder))).encode())
    except OSError:
        return False
    return True


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_away(data: DataDir, *, made: bool) -> None:
    """Remove what was begun; a directory that was there before stays, empty as it was."""
    if made:
        shutil.rmtree(data.path, ignore_errors=True)
        return
    for path in data.path.iterdir():
        path.unlink(missing_ok=True)
