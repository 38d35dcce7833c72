"""Bringing a book's schema forwards: migrations written out as SQL and run in one transaction.

Each book has a folder of numbered scripts of its own; the environment they run in (``migrations/env.py``) is one.
"""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from juru.books.sqlite import SqliteEngine

_ENVIRONMENT = Path(__file__).parent / "migrations"


class Age(StrEnum):
    """A book's schema beside a program's. What is no schema of the program's is NEWER: it is left alone."""

    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


class Migrations:
    """The numbered scripts of one kind of book, ``versions``."""

    def __init__(self, versions: Path) -> None:
        self._config = Config()
        self._config.set_main_option("script_location", str(_ENVIRONMENT))
        self._config.set_main_option("version_locations", str(versions))
        self._config.set_main_option("path_separator", "os")
        self._scripts = ScriptDirectory.from_config(self._config)

    @property
    def wanted(self) -> str:
        """The schema revision of this program."""
        return str(self._scripts.get_current_head())

    def age(self, engine: SqliteEngine) -> Age:
        """Whether something has to be migrated."""
        now = current_revision(engine)
        if now is not None and now not in {script.revision for script in self._scripts.walk_revisions()}:
            return Age.NEWER
        return Age.CURRENT if now == self._scripts.get_current_head() else Age.OLDER

    def run(self, engine: SqliteEngine) -> None:
        """Run what is missing, in one transaction."""
        now = current_revision(engine)
        buffer = io.StringIO()
        self._config.attributes["dialect"] = "sqlite"
        self._config.attributes["buffer"] = buffer
        command.upgrade(self._config, f"{now}:head" if now else "head", sql=True)
        engine.script(buffer.getvalue())


def current_revision(engine: SqliteEngine) -> str | None:
    """The schema revision of a database, None for an empty one."""
    if not engine.has_table("alembic_version"):
        return None
    return str(engine.rows("SELECT version_num FROM alembic_version")[0][0])
