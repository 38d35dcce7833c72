"""Where the association's facts and money live: schema, migrations, the one writer, reads, the audit.

May import ``association.domain``, ``association.errors``, ``books`` and ``values``. Facts are only ever added; a
correction is a fact that takes an earlier one back. A new table is a migration, a place in ``SEALED`` and, where it
says something, a check in ``audit``.
"""
