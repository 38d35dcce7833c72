"""Bringing an association to this program's schema: a proved backup, a rehearsal on a copy, then the migration."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec

from juru.association.desk.backup import Backup, back_up
from juru.association.store.book import DATABASE, require
from juru.association.store.migrate import current_revision, is_older, migrate, wanted_revision
from juru.books.copies import Phase
from juru.books.sqlite import SqliteEngine


class Upgraded(msgspec.Struct, frozen=True):
    """What was done; ``backup`` is None when there was nothing to do."""

    before: str
    after: str
    backup: Backup | None


def upgrade(data: Path, dest: Path | None, *, now: datetime, phase: Phase) -> Upgraded:
    """Bring the schema to this program's, unless it is there already. The portal is stopped meanwhile.

    Raises ``SchemaError`` for a book of a newer program, ``BackupError`` when no backup can be made: then nothing is
    migrated.
    """
    path = require(data) / DATABASE
    with contextlib.closing(SqliteEngine(path, read_only=True)) as book:
        before = str(current_revision(book))
        if not is_older(book):
            return Upgraded(before, before, None)
    backup = back_up(data, dest, now=now, phase=phase)
    with contextlib.closing(SqliteEngine(path)) as book, phase("migrating"):
        migrate(book)
    return Upgraded(before, wanted_revision(), backup)
