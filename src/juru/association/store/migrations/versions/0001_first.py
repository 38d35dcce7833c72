"""First schema of an association: books, named accounts, facts, documents, requests.

Its statements are frozen in a file for each engine: what a later schema looks like must not change what this revision
once made.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, its indexes and its guards."""
    dialect = context.config.attributes["dialect"]
    statements = Path(__file__).with_name(f"0001_first.{dialect}.sql").read_text(encoding="utf-8")
    for statement in statements.strip().split("\n\n"):
        op.execute(statement)
