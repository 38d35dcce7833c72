"""Daily sums by dimension and by account, closed days, and an index that lists a day's endings other than sales.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, their indexes and guards. Days before this revision are closed one by one, as after a stop."""
    dialect = context.config.attributes["dialect"]
    statements = Path(__file__).with_name(f"0003_daily_sums.{dialect}.sql").read_text(encoding="utf-8")
    for statement in statements.strip().split("\n\n"):
        op.execute(statement)
