"""What console and portal share: who comes in (sessions, CSRF, passwords), how a page looks, tables, charts.

May import ``books`` (the SQLite connection under the session file) and what lies below it, never the server or the
association: whose logins these are, and who may do what, comes in through the ports ``Accounts`` and ``Store``. Rules
are pure functions of dated facts; ``gate``, ``login`` and ``pages`` are the glue to Starlette. A new page extends
``layout.html`` and is put behind ``Gate.guard`` with the right that it needs. A table is a ``sheets.Sheet``: a room
words it by a ``figures.Teller``, places it by ``figures.html``, hands it out by ``filters.download``.
"""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
