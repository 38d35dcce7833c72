"""Findings are found by supplier, kind and state together, no longer by their supplier alone.

Heads are kept for convenience and sealed by nothing: each is made again from the latest version of its paper.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from pathlib import Path

from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark the heads of findings anew."""
    dialect = context.config.attributes["dialect"]
    op.execute(Path(__file__).with_name(f"0004_finding_marks.{dialect}.sql").read_text(encoding="utf-8").strip())
