"""A migrated database is the schema of the code, guards included; an older program refuses a newer one."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from juru.books.sqlite import SqliteEngine
from juru.server.store.migrate import NewerSchemaError, migrate
from juru.server.store.schema import SEALED, tables
from tests.support.schema import made, written


def test_migrations_make_the_schema_of_the_code(tmp_path: Path) -> None:
    migrated = SqliteEngine(tmp_path / "migrated.db")
    assert migrate(migrated)
    assert not migrate(migrated), "nothing is run twice"
    assert written(migrated) == written(made(tmp_path / "made.db", tables.values()))
    assert set(SEALED) == {name for name, table in tables.items() if table.info["sealed"]} - {"commits"}


def test_a_guarded_row_cannot_be_replaced(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "cell.db")
    migrate(engine)
    engine.script("INSERT INTO commits VALUES (1, 'a', 1, x'00')")
    with pytest.raises(apsw.ConstraintError, match="never deleted"):
        engine.script("INSERT OR REPLACE INTO commits VALUES (1, 'b', 2, x'01')")
    assert engine.rows("SELECT batch_id FROM commits") == [("a",)]


def test_a_newer_schema_is_refused_with_the_remedy(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "cell.db")
    migrate(engine)
    engine.script("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchemaError, match="start it with the Juru that wrote it"):
        migrate(engine)
