"""Where a cell's rows live: schema, migrations and the database engines (SQLite now).

Implements the store port that ``engine`` declares. Imports ``engine``, ``domain``, ``books`` and what lies below them;
never a channel or a supplier. A change of the schema is a migration; a question is a named query in ``reads``.
"""
