"""A schema as a database has it, to hold what migrations make against what the code says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from juru.books.sqlite import SqliteEngine, guards


def written(engine: SqliteEngine) -> set[str]:
    """Every statement that made the database, but for the table of its revision."""
    rows = engine.rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
    return {" ".join(sql.split()) for (sql,) in rows}


def made(path: Path, tables: Iterable[Table]) -> SqliteEngine:
    """A database made straight from the tables of the code."""
    engine = SqliteEngine(path)
    for table in tables:
        engine.script(str(CreateTable(table).compile(dialect=dialect.dialect())))
        for index in table.indexes:
            engine.script(str(CreateIndex(index).compile(dialect=dialect.dialect())))
        for guard in guards(table):
            engine.script(guard)
    return engine
