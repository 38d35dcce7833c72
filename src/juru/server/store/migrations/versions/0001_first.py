"""First schema: books, records, orders, attempts, events, messages, outbox, human queue, refusals, callbacks.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy.schema import CreateIndex, CreateTable

from juru.books import sqlite
from juru.server.store.schema import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, its indexes and its guards."""
    guards = {"sqlite": sqlite.guards}[context.config.attributes["dialect"]]
    for table in tables.values():
        op.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            op.execute(CreateIndex(index))
        for guard in guards(table):
            op.execute(guard)
