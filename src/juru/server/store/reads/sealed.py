"""Where sealed secrets stand in a book: by key, in what is valid now and in old versions."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Text

from juru.books.engine import BookEngine
from juru.server.store.schema import tables

BODIES_EVER = "SELECT body FROM records UNION ALL SELECT body FROM papers"
BODIES_NOW = """
SELECT kind, key, body FROM records WHERE id IN (SELECT max(id) FROM records GROUP BY kind, key)
UNION ALL SELECT kind, key, body FROM papers WHERE id IN (SELECT latest_id FROM paper_heads)
"""
NAMING = "SELECT count(*) FROM {table} WHERE ({named}) {now}"
"""``instr`` instead of LIKE: it reads bytes, so a table of millions of rows takes seconds."""

_NOW = {
    "records": "AND id IN (SELECT max(id) FROM records GROUP BY kind, key)",
    "papers": "AND id IN (SELECT latest_id FROM paper_heads)",
}
"""Of what is kept in versions, the latest ones; in every other table each row is valid."""


def bodies_ever(engine: BookEngine) -> Iterator[str]:
    """The documents of every version of every record and paper."""
    for (body,) in engine.stream(BODIES_EVER):
        yield body


def bodies_now(engine: BookEngine) -> Iterator[tuple[str, str, str]]:
    """The present version of every record and paper: kind, key and document."""
    yield from engine.stream(BODIES_NOW)


def tables_naming(engine: BookEngine, key_id: str) -> dict[str, int]:
    """Rows by table that name a key and are valid."""
    found: dict[str, int] = {}
    for name, table in tables.items():
        texts = [column.name for column in table.columns if isinstance(column.type, Text)]
        if not texts:
            continue
        named = " OR ".join(f'instr("{column}", ?) > 0' for column in texts)
        count = engine.rows(
            NAMING.format(table=name, named=named, now=_NOW.get(name, "")), (f"{key_id}:",) * len(texts)
        )[0][0]
        if count:
            found[name] = count
    return found
