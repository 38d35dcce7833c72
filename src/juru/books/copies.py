"""Copies of a book on a disk: one at a time in a place, read back as the disk gives it, whole or not at all.

``error`` is the operating error of whoever copies; its message says what to do.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import apsw

Told = Callable[[int, int], None]
Phase = Callable[[str], contextlib.AbstractContextManager[Told]]
"""Makes a progress bar with a name; what it yields is told how many of how many are done."""

_BLOCK = 4 * 1024 * 1024
_SPARE = 1_000_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextlib.contextmanager
def alone_in(folder: Path, lock: str, error: type[Exception]) -> Iterator[None]:
    """One backup at a time in a directory; so whatever is half done there is nobody's."""
    try:
        descriptor = os.open(folder / lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as cause:
        raise error(f"{folder} cannot be written: {cause.strerror}") from cause
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as cause:
        raise error(f"another backup is being written to {folder}: wait until it is done") from cause
    finally:
        os.close(descriptor)


def require_room(files: Iterable[Path], folder: Path, error: type[Exception]) -> None:
    """Refuse to begin a copy of files for which a directory's disk has no room."""
    size = sum(file.stat().st_size for file in files if file.exists())
    if shutil.disk_usage(folder).free < size + _SPARE:
        raise error(_no_room(folder, size))


def _no_room(folder: Path, size: int | None = None) -> str:
    free = shutil.disk_usage(folder).free
    wanted = "" if size is None else f"{size // 1_000_000 + 1} MB are needed, "
    what = f"the disk of {folder} is full: {wanted}{free // 1_000_000} MB are free"
    return f"{what}; nothing was kept. Free some, or name another place"


def explained(cause: BaseException, folder: Path, error: type[Exception]) -> BaseException:
    """What went wrong at the backup's place, with its remedy; anything else as it is."""
    full = isinstance(cause, apsw.FullError) or (isinstance(cause, OSError) and cause.errno in _FULL)
    if full:
        return error(_no_room(folder))
    if not isinstance(cause, OSError | apsw.Error):
        return cause
    return error(f"the backup in {folder} could not be written ({cause}); nothing was kept: check that disk")


def digest_of(path: Path, phase: Phase) -> str:
    """The SHA-256 of a file as the disk gives it back, not as memory remembers it."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    with phase("reading back bytes") as told, path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(_BLOCK):
            digest.update(block)
            told(file.tell(), size)
    return digest.hexdigest()


def copied(source: Path, copy: Path, told: Told = lambda _done, _whole: None) -> str:
    """Copy a file for its owner only, synced; the SHA-256 of what was read."""
    digest, size = hashlib.sha256(), source.stat().st_size
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as read, os.fdopen(descriptor, "wb") as written:
        while block := read.read(_BLOCK):
            digest.update(block)
            written.write(block)
            told(read.tell(), size)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def write_synced(path: Path, body: bytes) -> None:
    """Write a file for its owner only, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
