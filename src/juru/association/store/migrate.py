"""The association's schema: made at ``init``, brought forwards only by command."""

from __future__ import annotations

from pathlib import Path

from juru.association.errors import SchemaError
from juru.books.migrate import Age, Migrations, current_revision
from juru.books.sqlite import SqliteEngine

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def migrate(engine: SqliteEngine) -> bool:
    """Run what is missing, in one transaction; True when something was run. Raises ``SchemaError`` for a newer one."""
    migrations = Migrations(_VERSIONS)
    if _age(migrations, engine) is Age.CURRENT:
        return False
    migrations.run(engine)
    return True


def require_current(engine: SqliteEngine) -> None:
    """Nothing, if the schema is this program's. Raises ``SchemaError`` with the remedy."""
    migrations = Migrations(_VERSIONS)
    if _age(migrations, engine) is Age.OLDER:
        message = f"its tables are not those of schema {migrations.wanted}: if 'init' was cut short, remove the"
        raise SchemaError(f"{message} directory and repeat 'juru association init'")


def _age(migrations: Migrations, engine: SqliteEngine) -> Age:
    age = migrations.age(engine)
    if age is Age.NEWER:
        now = f"schema {current_revision(engine)}, newer than {migrations.wanted}"
        message = f"this association has {now}: use the Juru that wrote it"
        raise SchemaError(message)
    return age
