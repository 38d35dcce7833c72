"""Alembic environment: migrations are written out as SQL, which the book engine runs in one transaction.

So no second driver opens the database, and the same scripts serve every engine.
"""

from __future__ import annotations

from alembic import context

context.configure(
    dialect_name=context.config.attributes["dialect"],
    output_buffer=context.config.attributes["buffer"],
    literal_binds=True,
    transactional_ddl=False,
)
context.run_migrations()
