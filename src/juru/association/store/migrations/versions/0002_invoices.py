"""Invoices as they stand now, a row each, so that money is looked for by its sum without reading every invoice.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and fill it from the facts that stand; the audit folds it anew and compares."""
    dialect = context.config.attributes["dialect"]
    statements = Path(__file__).with_name(f"0002_invoices.{dialect}.sql").read_text(encoding="utf-8")
    for statement in statements.strip().split("\n\n"):
        op.execute(statement)
