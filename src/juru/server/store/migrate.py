"""Bringing a data directory's schema to this version of Juru."""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from juru.books.sqlite import SqliteEngine

_HERE = Path(__file__).parent / "migrations"


class NewerSchemaError(RuntimeError):
    """The database was written by a newer Juru; this one refuses to touch it."""


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


def migrate(engine: SqliteEngine) -> bool:
    """Run what is missing, in one transaction; True when something was run. Raises ``NewerSchemaError``."""
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    now = current_revision(engine)
    head = scripts.get_current_head()
    if now == head:
        return False
    if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
        message = f"this data directory has schema {now}, newer than {head}: start it with the Juru that wrote it"
        raise NewerSchemaError(message)
    buffer = io.StringIO()
    config.attributes["dialect"] = "sqlite"
    config.attributes["buffer"] = buffer
    command.upgrade(config, f"{now}:head" if now else "head", sql=True)
    engine.script(buffer.getvalue())
    return True
