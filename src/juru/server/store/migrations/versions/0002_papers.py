"""Papers: bill inquiries, deposit tickets, bank rows, vouchers and what else has a life beside orders.

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
    """Create the tables of papers, their indexes and guards."""
    dialect = context.config.attributes["dialect"]
    statements = Path(__file__).with_name(f"0002_papers.{dialect}.sql").read_text(encoding="utf-8")
    for statement in statements.strip().split("\n\n"):
        op.execute(statement)
