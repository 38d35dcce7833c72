"""Bringing a data directory's schema to this version of Juru: only when told to, and only forwards."""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from juru.books.sqlite import SqliteEngine
from juru.server.errors import SchemaError

_HERE = Path(__file__).parent / "migrations"


class NewerSchemaError(SchemaError):
    """The database was written by a newer Juru; this one refuses to touch it."""


class OlderSchemaError(SchemaError):
    """The database was written by an older Juru and has not been upgraded."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    return config


def current_revision(engine: SqliteEngine) -> str | None:
    """The schema revision of a database, None for an empty one."""
    if not engine.has_table("alembic_version"):
        return None
    return str(engine.rows("SELECT version_num FROM alembic_version")[0][0])


def wanted_revision() -> str:
    """The schema revision of this program."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def is_older(engine: SqliteEngine) -> bool:
    """True when something has to be migrated. Raises ``NewerSchemaError``, also for what is no schema of ours."""
    scripts = ScriptDirectory.from_config(_config())
    now, head = current_revision(engine), scripts.get_current_head()
    if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
        message = f"this data directory has schema {now}, newer than {head}: start it with the Juru that wrote it"
        raise NewerSchemaError(message)
    return now != head


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
    config = _config()
    now = current_revision(engine)
    buffer = io.StringIO()
    config.attributes["dialect"] = "sqlite"
    config.attributes["buffer"] = buffer
    command.upgrade(config, f"{now}:head" if now else "head", sql=True)
    engine.script(buffer.getvalue())
    return True
