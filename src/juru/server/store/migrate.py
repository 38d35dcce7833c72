"""Bringing a data directory's schema to this version of Juru: only when told to, and only forwards."""

from __future__ import annotations

from pathlib import Path

from juru.books.migrate import Age, Migrations, current_revision
from juru.books.sqlite import SqliteEngine
from juru.server.errors import SchemaError

__all__ = [
    "NewerSchemaError",
    "OlderSchemaError",
    "current_revision",
    "is_older",
    "migrate",
    "require_current",
    "wanted_revision",
]


_HERE = Path(__file__).parent / "migrations"


class NewerSchemaError(SchemaError):
    """The database was written by a newer Juru; this one refuses to touch it."""


class OlderSchemaError(SchemaError):
    """The database was written by an older Juru and has not been upgraded."""


def _migrations() -> Migrations:
    return Migrations(_HERE / "versions")


def wanted_revision() -> str:
    """The schema revision of this program."""
    return _migrations().wanted


def is_older(engine: SqliteEngine) -> bool:
    """True when something has to be migrated. Raises ``NewerSchemaError``, also for what is no schema of ours."""
    migrations = _migrations()
    age = migrations.age(engine)
    if age is Age.NEWER:
        now = f"schema {current_revision(engine)}, newer than {migrations.wanted}"
        message = f"this data directory has {now}: start it with the Juru that wrote it"
        raise NewerSchemaError(message)
    return age is Age.OLDER


def require_current(engine: SqliteEngine) -> None:
    """Nothing, if the schema is this program's. Raises ``OlderSchemaError`` or ``NewerSchemaError`` with the remedy."""
    if is_older(engine):
        now = f"schema {current_revision(engine)}, this program needs {wanted_revision()}"
        message = f"this data directory has {now}: 'juru upgrade' makes a backup of it and brings it up to date"
        raise OlderSchemaError(message)


def migrate(engine: SqliteEngine) -> bool:
    """Run what is missing, in one transaction; True when something was run. Raises ``NewerSchemaError``."""
    if not is_older(engine):
        return False
    _migrations().run(engine)
    return True
