"""Bringing a data directory up to date: a proved backup first, a rehearsal on a copy of it, then the migration itself.

A migration that fails on these very data is found on the copy, before the living book is touched; and one that is
regretted is undone by restoring the backup with the program that wrote it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from juru.books.copies import Phase
from juru.books.sqlite import SqliteEngine
from juru.server.desk.backup import Backup, back_up
from juru.server.desk.lock import hold
from juru.server.settings import DataDir
from juru.server.store.migrate import current_revision, is_older, migrate, wanted_revision


class Upgraded(msgspec.Struct, frozen=True):
    """What was done; ``backup`` is None when there was nothing to do."""

    before: str
    after: str
    backup: Backup | None


def upgrade(data: DataDir, dest: Path | None, *, now_ms: int, phase: Phase, rest: Callable[[], None]) -> Upgraded:
    """Bring the schema to this program's, unless it is there already. No server may run meanwhile.

    Raises ``InUseError`` while one does, ``NewerSchemaError`` for a directory of a newer program, ``BackupError`` when
    no backup can be made: then nothing is migrated.
    """
    with hold(data.require()):
        with contextlib.closing(SqliteEngine(data.database, read_only=True)) as book:
            before = str(current_revision(book))
            if not is_older(book):
                return Upgraded(before, before, None)
        backup = back_up(data, dest, now_ms=now_ms, phase=phase, rest=rest)
        with contextlib.closing(SqliteEngine(data.database)) as book, phase("migrating"):
            migrate(book)
        return Upgraded(before, wanted_revision(), backup)
