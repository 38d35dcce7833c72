"""The association's schema: made at ``init``, brought forwards only by command."""

from __future__ import annotations

from pathlib import Path

from juru.association.errors import SchemaError
from juru.books.migrate import Age, Migrations, current_revision
from juru.books.sqlite import SqliteEngine

__all__ = ["current_revision", "is_older", "migrate", "require_current", "wanted_revision"]

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def wanted_revision() -> str:
    """The schema revision of this program."""
    return Migrations(_VERSIONS).wanted


def is_older(engine: SqliteEngine) -> bool:
    """True when something has to be migrated. Raises ``SchemaError`` for a newer one."""
    return _age(Migrations(_VERSIONS), engine) is Age.OLDER


def migrate(engine: SqliteEngine) -> bool:
    """Run what is missing, in one transaction; True when something was run. Raises ``SchemaError`` for a newer one."""
    if not is_older(engine):
        return False
    Migrations(_VERSIONS).run(engine)
    return True


def require_current(engine: SqliteEngine) -> None:
    """Nothing, if the schema is this program's. Raises ``SchemaError`` with the remedy."""
    if not is_older(engine):
        return
    now = current_revision(engine)
    if now is None:
        message = "it has no tables: 'init' was cut short; remove the directory and repeat 'juru association init'"
        raise SchemaError(message)
    needed = f"this association has schema {now}, this program needs {wanted_revision()}"
    raise SchemaError(f"{needed}: 'juru association upgrade' makes a backup of it and brings it up to date")


def _age(migrations: Migrations, engine: SqliteEngine) -> Age:
    age = migrations.age(engine)
    if age is Age.NEWER:
        now = f"schema {current_revision(engine)}, newer than {migrations.wanted}"
        message = f"this association has {now}: use the Juru that wrote it"
        raise SchemaError(message)
    return age
